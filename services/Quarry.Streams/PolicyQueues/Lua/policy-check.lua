local shards = ARGV[1]
local policy = eviction(redis.call('INFO', 'memory'))
if policy ~= 'noeviction' then return evicts(policy) end
local kept = shards_kept(shards)
if kept == shards then return false end
-- Nobody consumes it and nothing is in it: the number may be another one from here on.
local is_idle = number(prefix .. 'total', 'entries') == 0
for shard = 0, tonumber(kept) - 1 do
  is_idle = is_idle and redis.call('EXISTS', prefix .. 'lease:' .. shard) == 0
end
if not is_idle then return other_shards(kept, shards) end
redis.call('SET', prefix .. 'shards', shards)
return false
