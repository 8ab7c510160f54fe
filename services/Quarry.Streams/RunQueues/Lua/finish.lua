-- ARGV: run id, ticket, lane, runner, epoch. Answers 1, or 0 when the lease is somebody else's.
local owner, current = holder(ARGV[3], ARGV[2])
if owner ~= ARGV[4] or current ~= tonumber(ARGV[5]) then return 0 end
forget(ARGV[3], ARGV[2], ARGV[1])
return 1
