local shard, run, epoch, first, last, count = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local frames, drops = ARGV[7], ARGV[8]
local events_max, bytes_max, percent_max, keep_s =
  tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12])
local shards = ARGV[13]

local done = settled(run, '', last)
if done then return done end
local memory = redis.call('INFO', 'memory')
local policy = eviction(memory)
if policy ~= 'noeviction' then return { 'Refused', evicts(policy) } end
local kept = shards_kept(shards)
if kept ~= shards then return { 'Refused', other_shards(kept, shards) } end
local limit, used = tonumber(string.match(memory, 'maxmemory:(%d+)')), tonumber(string.match(memory, 'used_memory:(%d+)'))
if limit > 0 and used * 100 >= limit * percent_max then
  return { 'Full', 'Redis uses ' .. used .. ' of ' .. limit .. ' bytes of its maxmemory' }
end
local total = prefix .. 'total'
local events, bytes = tonumber(last) - tonumber(first) + 1, #frames
local entries = number(total, 'entries')
-- One batch is always admitted to an empty queue, however large it is.
if entries > 0 and number(total, 'events') + events > events_max then
  return { 'Full', number(total, 'events') .. ' of ' .. events_max .. ' events are outstanding' }
end
if entries > 0 and number(total, 'bytes') + bytes > bytes_max then
  return { 'Full', number(total, 'bytes') .. ' of ' .. bytes_max .. ' bytes are outstanding' }
end
open_shard(shard)
local id = redis.call('XADD', shard_key(shard), '*', 'run', run, 'epoch', epoch, 'first', first, 'last', last,
  'count', count, 'frames', frames, 'drops', drops)
redis.call('HINCRBY', total, 'entries', 1)
redis.call('HINCRBY', total, 'events', events)
redis.call('HINCRBY', total, 'bytes', bytes)
redis.call('HINCRBY', run_key(run), 'outstanding', 1)
redis.call('EXPIRE', run_key(run), keep_s)
return { 'Queued', id }
