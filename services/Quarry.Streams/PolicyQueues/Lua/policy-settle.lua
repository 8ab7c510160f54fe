local shard, holder, id, run = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local status, durable, message, dead_max, keep_s = ARGV[5], tonumber(ARGV[6]), ARGV[7], ARGV[8], tonumber(ARGV[9])
local events, bytes = tonumber(ARGV[10]), tonumber(ARGV[11])
if redis.call('GET', prefix .. 'lease:' .. shard) ~= holder then return 0 end
local key, total = shard_key(shard), prefix .. 'total'
-- Only what is to be kept is read: what the consumer has seen of an entry, it says.
local kept = nil
if status ~= 'Durable' then
  local entry = redis.call('XRANGE', key, id, id)[1]
  if not entry then return 1 end
  kept = entry[2]
  local fields = {}
  for i = 1, #kept, 2 do fields[kept[i]] = kept[i + 1] end
  events = (tonumber(fields.last) or 0) - (tonumber(fields.first) or 1) + 1
  bytes = #(fields.frames or '')
end
if redis.call('XACK', key, group, id) == 0 then return 1 end
redis.call('XDEL', key, id)
redis.call('HINCRBY', total, 'entries', -1)
redis.call('HINCRBY', total, 'events', 0 - events)
redis.call('HINCRBY', total, 'bytes', 0 - bytes)
local known = run_key(run)
redis.call('HINCRBY', known, 'outstanding', -1)
if durable > number(known, 'durable') then redis.call('HSET', known, 'durable', durable) end
if status ~= 'Durable' then
  redis.call('HSET', known, 'failed', id, 'status', status, 'message', message)
  redis.call('XADD', prefix .. 'dead', 'MAXLEN', '~', dead_max, '*', 'reason', message, unpack(kept))
end
redis.call('EXPIRE', known, keep_s)
-- Everything below the oldest unsettled entry is done.
local pending = redis.call('XPENDING', key, group)
local oldest = pending[1] > 0 and pending[2] or nil
if oldest then redis.call('XTRIM', key, 'MINID', oldest) end
return 1
