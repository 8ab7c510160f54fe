-- ARGV: run id, most runs of a source, most runs of a script. Answers {reason, position, not before}, or nothing.
move_due()
local limits = { source = tonumber(ARGV[2]), script = tonumber(ARGV[3]) }
local ticket, name, place = place_of(ARGV[1])
if not place then return nil end
if ticket and holder(name, ticket) then return { 'InHand', 0, 0 } end
local lanes, sources, scripts, roots = survey()
local position, reason, due, mine = 1, 'NotBefore', 0, nil
for _, lane in ipairs(lanes) do
  if lane.name == name then mine = lane end
end
if mine then
  reason = held_back(mine, sources, scripts, roots, limits) or 'NoFreePlace'
  for _, lane in ipairs(lanes) do
    if lane.priority < mine.priority then
      position = position + lane.waiting
    elseif lane.priority == mine.priority and lane.waiting > 0 then
      position = position + #redis.call('XRANGE', lane_key(lane.name), '(' .. lane.last, '(' .. ticket)
    end
  end
else
  due = redis.call('ZSCORE', prefix .. 'delayed', ARGV[1])
  for _, lane in ipairs(lanes) do position = position + lane.waiting end
  position = position + redis.call('ZRANK', prefix .. 'delayed', ARGV[1])
end
return { reason, position, due }
