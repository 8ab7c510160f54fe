local shard, run, id, last = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local done = settled(run, id, last)
if done then return done end
if #redis.call('XRANGE', shard_key(shard), id, id) > 0 then return { 'Queued', id } end
return { 'Lost' }
