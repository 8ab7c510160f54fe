local shard, holder, lease_ms = ARGV[1], ARGV[2], ARGV[3]
local key = prefix .. 'lease:' .. shard
local now = redis.call('GET', key)
if now and now ~= holder then return 0 end
redis.call('SET', key, holder, 'PX', lease_ms)
open_shard(shard)
return 1
