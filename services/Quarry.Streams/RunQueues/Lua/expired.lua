-- ARGV: runner, age of the lease in ms. Answers like take.lua.
for _, lane in ipairs((survey())) do
  local stale = redis.call('XPENDING', lane_key(lane.name), group, 'IDLE', ARGV[2], '-', '+', 1)[1]
  if stale then
    local entry = redis.call('XCLAIM', lane_key(lane.name), group, ARGV[1], 0, stale[1])[1]
    local record = redis.call('HGET', prefix .. 'runs', entry[2][2])
    return { stale[1] .. ' ' .. lane.name, record, stale[4] + 1 }
  end
end
return nil
