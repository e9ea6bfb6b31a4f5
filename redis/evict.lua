#!lua flags=allow-oom
-- Deletes cache keys, puts leases into others, leaves the next link of the chain, and tells who
-- follows the chain.
--
-- KEYS[1]    the chain's hash
-- KEYS[2..]  cache keys: first those to delete, then those to put leases into; none is allowed
-- ARGV[1]    the text of the link that must be there; '' for none
-- ARGV[2]    the text of the link to leave
-- ARGV[3]    how many keys a lease is to be put into
-- ARGV[4]    how long a lease lasts, in milliseconds
-- ARGV[5]    the channel of the feed
-- ARGV[6..]  for each of these keys: the lease, as a record (byte 00 and a token of 16 bytes), and
--            1 if it shall carry a copy of the value or absence that the key holds, else 0;
--            then further fields of the hash, each followed by its value
--
-- Reply      {accepted, deleted, time, leased}: 1 or 0; how many of the keys to delete existed;
--            Redis' clock in milliseconds since 1970; for each key to put a lease into -2 if it was
--            empty, and is, else how long the value that it held would still have been kept, in
--            milliseconds, or -1 if it held no value, or one without end. Not accepted: another
--            link was there, nothing was changed, and leased is missing.
--
-- Invariant  Whoever reads the next link finds the keys deleted, no older lease or value in the
--            others, and the fields set: the link comes last, and nobody reads in between.
--            Whoever follows the feed is told of all these keys, in the order of the links.
--            A copy is never kept longer than the first lease that carried it: one that takes a
--            copy over from another lease takes over its end too.
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

local leases = tonumber(ARGV[3])
local last_deleted = #KEYS - leases

-- unpack() bears some 8,000 values.
local piece = 1000
local deleted = 0
for first = 2, last_deleted, piece do
  local last = math.min(first + piece - 1, last_deleted)
  deleted = deleted + redis.call('UNLINK', unpack(KEYS, first, last))
end

local function put_lease(key, lease, carries_copy)
  local kind = redis.call('TYPE', key).ok
  if kind == 'none' then
    return -2
  elseif kind ~= 'string' then
    redis.call('UNLINK', key)
    redis.call('SET', key, lease, 'PX', ARGV[4])
    return -1
  end

  local record = redis.call('GET', key)
  local first = record:byte(1)
  local kept = -1
  if first == 2 then
    kept = redis.call('PTTL', key)
  end
  if carries_copy and (first == 1 or first == 2) then
    lease = lease .. record
  elseif carries_copy and first == 0 and #record > #lease then
    redis.call('SET', key, lease .. record:sub(#lease + 1), 'KEEPTTL')
    return -1
  end
  redis.call('SET', key, lease, 'PX', ARGV[4])
  return kept
end

local leased = {}
for i = 1, leases do
  leased[i] = put_lease(KEYS[last_deleted + i], ARGV[4 + 2 * i], ARGV[5 + 2 * i] == '1')
end

local first_field = 6 + 2 * leases
for i = first_field, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
end
redis.call('HSET', KEYS[1], 'link', ARGV[2])

-- Parts are separated by a byte that no cache key holds. Fields tell of new epochs.
if redis.call('PUBSUB', 'NUMSUB', ARGV[5])[2] > 0 then
  local renewed = first_field <= #ARGV and '1' or '0'
  local head = table.concat({'evict', ARGV[1], ARGV[2], renewed}, '\0')
  local keys = table.concat(KEYS, '\0', 2)
  redis.call('PUBLISH', ARGV[5], #KEYS > 1 and head .. '\0' .. keys or head)
end

return {1, deleted, time, leased}
