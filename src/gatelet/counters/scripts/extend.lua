-- Let so many more through in this period. KEYS: meter. ARGV: limit, period, remaining.
if redis.call('HGET', KEYS[1], 'period') ~= ARGV[2] then
  redis.call('HSET', KEYS[1], 'period', ARGV[2], 'used', 0, 'extra', 0)
end
local used = tonumber(redis.call('HGET', KEYS[1], 'used'))
redis.call('HSET', KEYS[1], 'extra', tonumber(ARGV[3]) + used - tonumber(ARGV[1]))
return 1
