-- ARGV: runner, most runs of a source, most runs of a script. Answers {ticket and lane, record, epoch}, or nothing.
local limits = { source = tonumber(ARGV[2]), script = tonumber(ARGV[3]) }
move_due()
local lanes, sources, scripts, roots = survey()
local best
for _, lane in ipairs(lanes) do
  if lane.waiting > 0 and not held_back(lane, sources, scripts, roots, limits) then
    local head = redis.call('XRANGE', lane_key(lane.name), '(' .. lane.last, '+', 'COUNT', 1)[1]
    local turn = tonumber(redis.call('HGET', prefix .. 'turns', lane.source) or 0)
    local ticket = tonumber(string.match(head[1], '^%d+'))
    lane.order = { lane.priority, sources[lane.source], turn, ticket }
    if not best then best = lane end
    for i = 1, 4 do
      if lane.order[i] < best.order[i] then best = lane end
      if lane.order[i] ~= best.order[i] then break end
    end
  end
end
if not best then return nil end
local read = redis.call('XREADGROUP', 'GROUP', group, ARGV[1], 'COUNT', 1, 'STREAMS', lane_key(best.name), '>')
local ticket, run_id = read[1][2][1][1], read[1][2][1][2][2]
redis.call('HSET', prefix .. 'turns', best.source, redis.call('INCR', prefix .. 'ticket'))
return { ticket .. ' ' .. best.name, redis.call('HGET', prefix .. 'runs', run_id), 1 }
