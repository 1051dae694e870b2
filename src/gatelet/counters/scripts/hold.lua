-- Say how much of a limit a process holds, and take more. KEYS: the limit, a hash of "held:until" by process.
-- ARGV: process, most, held, wanted, milliseconds until what is said now is forgotten. Returns how many it may take.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local most, held, wanted = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local said = redis.call('HGETALL', KEYS[1])
local others = 0
for i = 1, #said, 2 do
  local count, ends = string.match(said[i + 1], '(%d+):(%d+)')
  if tonumber(ends) <= now then
    redis.call('HDEL', KEYS[1], said[i])
  elseif said[i] ~= ARGV[1] then
    others = others + tonumber(count)
  end
end
local granted = math.max(0, math.min(wanted, most - others - held))
if held + granted == 0 then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], string.format('%d:%.0f', held + granted, now + ARGV[5]))
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
end
return granted
