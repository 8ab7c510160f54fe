-- ARGV: runner, then for each lease its ticket, lane and epoch. Answers the places (from 1) of those that are lost.
local lost = {}
for i = 2, #ARGV, 3 do
  local ticket, name, epoch = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local owner, current = holder(name, ticket)
  if owner == ARGV[1] and current == epoch then
    redis.call('XCLAIM', lane_key(name), group, ARGV[1], 0, ticket, 'JUSTID')
  else
    lost[#lost + 1] = (i + 1) / 3
  end
end
return lost
