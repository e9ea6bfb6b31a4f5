-- Puts a record into a cache key that still holds the loader's own lease, with or without a copy.
--
-- KEYS[1]    the cache key
-- ARGV[1]    the lease, as a record: byte 00 and a token of 16 bytes
-- ARGV[2]    the value or absence to leave, as a record
-- ARGV[3]    how long it lasts, in milliseconds
--
-- Reply      1: stored. 0: refused, the lease was gone; nothing was changed.
--
-- Invariant  Nothing that deleted, replaced or dropped the lease is undone: a token is never used
--            twice, so the lease that is there has been there since it was granted.

local holds_text = redis.call('TYPE', KEYS[1]).ok == 'string'
if not holds_text or redis.call('GET', KEYS[1]):sub(1, 17) ~= ARGV[1] then
  return 0
end

redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
