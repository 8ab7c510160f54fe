-- ARGV: run id, record, lane name, lane facts, not before in ms or 0, most waiting runs.
local run_id, record, name, facts, due, most = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
if redis.call('HEXISTS', prefix .. 'runs', run_id) == 1 then return 'Known' end
local waiting = redis.call('ZCARD', prefix .. 'delayed')
for _, lane in ipairs((survey())) do waiting = waiting + lane.waiting end
if waiting >= most then return 'Full' end
redis.call('HSET', prefix .. 'runs', run_id, record)
if due > now_ms() then
  redis.call('ZADD', prefix .. 'delayed', due, run_id)
  redis.call('HSET', prefix .. 'places', run_id, cjson.encode({ name = name, facts = facts }))
else
  open_lane(name, facts)
  append(name, run_id)
end
return 'Queued'
