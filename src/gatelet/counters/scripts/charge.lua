-- Count one, unless the limit is reached. KEYS: meter, its days. ARGV: limit, period, day.
-- Returns 1 if it was counted.
local limit, period, day = tonumber(ARGV[1]), ARGV[2], ARGV[3]
if redis.call('HGET', KEYS[1], 'period') ~= period then
  redis.call('HSET', KEYS[1], 'period', period, 'used', 0, 'extra', 0)
end
local used = tonumber(redis.call('HGET', KEYS[1], 'used'))
local extra = tonumber(redis.call('HGET', KEYS[1], 'extra'))
if used >= limit + extra then
  return 0
end
redis.call('HINCRBY', KEYS[1], 'used', 1)
redis.call('HINCRBY', KEYS[2], day, 1)
if redis.call('HLEN', KEYS[2]) > 90 then
  local days = redis.call('HKEYS', KEYS[2])
  table.sort(days)
  redis.call('HDEL', KEYS[2], days[1])
end
return 1
