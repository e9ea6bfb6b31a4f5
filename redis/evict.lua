#!lua flags=allow-oom
-- Deletes cache keys and leaves the next link of the chain.
--
-- KEYS[1]    the chain's hash
-- KEYS[2..]  cache keys to delete; none is allowed
-- ARGV[1]    the text of the link that must be there; '' for none
-- ARGV[2]    the text of the link to leave
-- ARGV[3..]  further fields of the hash, each followed by its value
--
-- Reply      {accepted, deleted, time}: 1 or 0; how many keys existed; Redis' clock in
--            milliseconds since 1970. Not accepted: another link was there, nothing was changed.
--
-- Invariant  Whoever reads the next link finds the keys deleted and the fields set: deletions come
--            first, the link last, and nobody reads in between.
--
-- Runs when Redis is out of memory too, for it makes room. Servers before Redis 7 do not know the
-- flag of the first line, and LuaScript takes it away for them; but they let a script go on that
-- has begun to write, and HDEL begins without asking for memory.

if redis.replicate_commands then
  redis.replicate_commands()
end

local clock = redis.call('TIME')
local time = clock[1] * 1000 + math.floor(clock[2] / 1000)

if (redis.call('HGET', KEYS[1], 'link') or '') ~= ARGV[1] then
  return {0, 0, time}
end

redis.call('HDEL', KEYS[1], '')

-- unpack() bears some 8,000 values.
local piece = 1000
local deleted = 0
for first = 2, #KEYS, piece do
  local last = math.min(first + piece - 1, #KEYS)
  deleted = deleted + redis.call('UNLINK', unpack(KEYS, first, last))
end

for i = 3, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
end
redis.call('HSET', KEYS[1], 'link', ARGV[2])

return {1, deleted, time}
