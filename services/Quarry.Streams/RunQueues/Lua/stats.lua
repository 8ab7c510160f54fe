-- Answers {waiting, in hand, paused source ...}.
local waiting, in_hand = redis.call('ZCARD', prefix .. 'delayed'), 0
for _, lane in ipairs((survey())) do
  waiting, in_hand = waiting + lane.waiting, in_hand + lane.in_hand
end
return { waiting, in_hand, unpack(redis.call('SMEMBERS', prefix .. 'paused')) }
