-- Puts a loader's lease into a cache key, unless the key holds something usable.
--
-- KEYS[1]    the chain's hash
-- KEYS[2]    the cache key
-- ARGV[1]    the view's name
-- ARGV[2]    the hash of the view's definition, as the loader knows it
-- ARGV[3]    the view's version: major
-- ARGV[4]    and minor, each 0 to 255
-- ARGV[5]    the lease, as a record: byte 00 and a token of 16 bytes
-- ARGV[6]    how long it lasts, in milliseconds
--
-- Reply      {'granted', generation, epoch, definition}: the key holds the lease
--            {'held', record}: it holds a value or an absence of this version and of the view's
--            present epoch, or somebody's lease
--            {'unfillable'}: a field of the chain is missing or cannot be read, or the view has
--            another definition there; nothing was changed
--
-- Invariant  A lease is in a key only together with the generation and the epoch that its loader
--            was told: both are read in the step that puts it there, and whoever changes them
--            deletes the lease afterwards.
--
-- The layout of a record is that of dev.freshet.codec.CacheRecord.

local view = ARGV[1]
local chain = redis.call('HMGET', KEYS[1],
  'link', 'generation', 'history', 'epoch:' .. view, 'definition:' .. view)
for field = 1, 5 do
  if not chain[field] then
    return {'unfillable'}
  end
end

local generation, epoch, definition = chain[2], chain[4], chain[5]
if definition ~= ARGV[2] or #epoch ~= 8 or not epoch:match('^%x+$') then
  return {'unfillable'}
end

local kind = redis.call('TYPE', KEYS[2]).ok
if kind == 'string' then
  local record = redis.call('GET', KEYS[2])
  local copy = record:byte(18)
  if record:byte(1) == 0 and (#record == 17 or (#record >= 29 and (copy == 1 or copy == 2))) then
    return {'held', record}
  end

  local header = string.char(ARGV[3], ARGV[4])
  for digit = 1, 8, 2 do
    header = header .. string.char(tonumber(epoch:sub(digit, digit + 1), 16))
  end
  local is_absence = record:byte(1) == 1 and #record == 12
  local is_value = record:byte(1) == 2 and #record >= 12
  if (is_absence or is_value) and record:sub(3, 8) == header then
    return {'held', record}
  end
elseif kind ~= 'none' then
  -- SET would overwrite it as well, but free a large one at once.
  redis.call('UNLINK', KEYS[2])
end

redis.call('SET', KEYS[2], ARGV[5], 'PX', ARGV[6])
return {'granted', generation, epoch, definition}
