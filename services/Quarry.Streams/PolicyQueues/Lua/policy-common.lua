-- One stream per shard with one consumer group, 'lode', and in it one consumer, 'writer': what a dead holder of the
-- lease had read and not settled is its successor's own pending. Counters change in the same step as the entries.
--
--   <prefix>shard:N  stream  entries {run, epoch, first, last, count, frames, drops}
--   <prefix>lease:N  string  holder, expires
--   <prefix>total    hash    entries, events, bytes outstanding
--   <prefix>run:ID   hash    outstanding, durable; failed (ticket), status, message of a batch that was not taken
--   <prefix>shards   string  how many shards it has
--   <prefix>dead     stream  entries that were not taken, with the reason
local prefix = KEYS[1]
local group = 'lode'

local function shard_key(shard) return prefix .. 'shard:' .. shard end
local function run_key(run) return prefix .. 'run:' .. run end

local function number(key, field) return tonumber(redis.call('HGET', key, field) or '0') end

local function open_shard(shard)
  if redis.call('EXISTS', shard_key(shard)) == 0 then
    redis.call('XGROUP', 'CREATE', shard_key(shard), group, '0', 'MKSTREAM')
  end
end

-- How a batch was settled; nil while it is not.
local function settled(run, id, last)
  local known = redis.call('HMGET', run_key(run), 'durable', 'failed', 'status', 'message')
  local durable = tonumber(known[1] or '0')
  if durable >= tonumber(last) then return { 'Settled', 'Durable', durable, '' } end
  if id ~= '' and known[2] == id then return { 'Settled', known[3], durable, known[4] } end
  return nil
end

-- The number of shards, as whoever came first wrote it down: a run must not change its shard while it is written.
local function shards_kept(shards)
  local kept = redis.call('GET', prefix .. 'shards')
  if not kept then redis.call('SET', prefix .. 'shards', shards) end
  return kept or shards
end

local function other_shards(kept, shards)
  return 'The policy queue has ' .. kept .. ' shards, and this service is set to ' .. shards ..
    ' (PolicyQueue__Shards). Set the same number everywhere, or let the queue run empty, stop its services, and start them again.'
end

local function eviction(memory) return string.match(memory, 'maxmemory_policy:([%w-]+)') end

local function evicts(policy)
  return "Redis has the maxmemory-policy '" .. policy .. "': it may throw away batches that are not durable yet. " ..
    "Set it to 'noeviction', or choose another policy than buffered."
end
