-- Takes back a lease that its loader will not fill, so that no other loader waits for it.
--
-- KEYS[1]    the cache key
-- ARGV[1]    the lease, as a record: byte 00 and a token of 16 bytes
--
-- Reply      1: the key is empty now. 0: the lease was gone; nothing was changed.
--
-- Invariant  Only this lease, with or without a copy, is taken back, never another's and never a value.

local holds_text = redis.call('TYPE', KEYS[1]).ok == 'string'
if not holds_text or redis.call('GET', KEYS[1]):sub(1, 17) ~= ARGV[1] then
  return 0
end

redis.call('UNLINK', KEYS[1])
return 1
