-- A namespace's generation. One that nobody knows (any more: servers evict) begins anew, where no other ever was.
local known = redis.call('GET', KEYS[1])
if not known then
  local now = redis.call('TIME')
  known = string.format('%d%06d', now[1], now[2])
  redis.call('SET', KEYS[1], known)
end
return known
