-- Take a token of every bucket, or of none. KEYS: the buckets. ARGV: now, then rate and burst of each.
-- Returns 0, or the place of the first bucket that has none. As gatelet/counters/token_bucket.py.
local now = tonumber(ARGV[1])
local levels = {}
for i, key in ipairs(KEYS) do
  local rate, burst = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  if rate <= 0 or burst <= 0 then
    return i
  end
  local held = redis.call('HMGET', key, 'tokens', 'at')
  local tokens, at = tonumber(held[1] or burst), tonumber(held[2] or now)
  if now > at then
    tokens, at = tokens + (now - at) * rate, now
  end
  tokens = math.min(tokens, burst)
  if tokens < 1 - 1e-3 then
    return i
  end
  levels[i] = { tokens - 1, at, (burst - tokens + 1) / rate }
end
for i, key in ipairs(KEYS) do
  local tokens, at, full_in = unpack(levels[i])
  redis.call('HSET', key, 'tokens', string.format('%.6f', tokens), 'at', string.format('%.6f', at))
  redis.call('PEXPIRE', key, math.ceil(full_in * 1000) + 1000)
end
return 0
