-- ARGV: run id. Answers its record, or nothing when it does not wait.
local ticket, name, place = place_of(ARGV[1])
if not place then return nil end
local record = redis.call('HGET', prefix .. 'runs', ARGV[1])
if ticket then
  if holder(name, ticket) then return nil end
  forget(name, ticket, ARGV[1])
else
  redis.call('ZREM', prefix .. 'delayed', ARGV[1])
  redis.call('HDEL', prefix .. 'runs', ARGV[1])
  redis.call('HDEL', prefix .. 'places', ARGV[1])
end
return record
