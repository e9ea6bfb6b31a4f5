-- Renews the freshness lease, if the chain's link is the expected one, and tells who follows the
-- chain.
--
-- KEYS[1]    the chain's hash
-- KEYS[2]    the freshness lease
-- ARGV[1]    the text of the link that must be there; '' for none
-- ARGV[2]    until when the lease shall last, in milliseconds since 1970 by Redis' clock
-- ARGV[3]    the channel of the feed
--
-- Reply      {accepted, 0, time}: 1 or 0; Redis' clock in milliseconds since 1970. Not accepted:
--            another link was there, nothing was changed.
--
-- Invariant  While the lease is there, every change that was committed 2 s before its end, or
--            earlier, has been evicted from this Redis: who beats takes the end from a clock read
--            before the change log was, and a beat that comes too late renews nothing.
--
-- On purpose without the flag allow-oom: a Redis that refuses writes must let the lease run out.

if redis.replicate_commands then
  redis.replicate_commands()
end

local clock = redis.call('TIME')
local time = clock[1] * 1000 + math.floor(clock[2] / 1000)

if (redis.call('HGET', KEYS[1], 'link') or '') ~= ARGV[1] then
  return {0, 0, time}
end

if tonumber(ARGV[2]) > time then
  redis.call('SET', KEYS[2], '1', 'PXAT', ARGV[2])
  redis.call('PUBLISH', ARGV[3], table.concat({'beat', ARGV[1], ARGV[2] - time}, '\0'))
end

return {1, 0, time}
