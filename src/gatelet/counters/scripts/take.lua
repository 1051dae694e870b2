-- Take a token of every bucket, or of none. KEYS: the buckets. ARGV: now, then rate and burst of each.
-- Returns 0, or the place of the first bucket that has none. As gatelet/counters/token_bucket.py.
local now = tonumber(ARGV[1])
local after = {}
for i, key in ipairs(KEYS) do
  local rate, burst = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  if rate <= 0 or burst <= 0 then
    return i
  end
  local full_at = math.max(tonumber(redis.call('GET', key) or '0'), now) + 1 / rate
  if full_at - now > burst / rate + 1e-6 then
    return i
  end
  after[i] = full_at
end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.9f', after[i]), 'PX', math.ceil((after[i] - now) * 1000) + 1000)
end
return 0
