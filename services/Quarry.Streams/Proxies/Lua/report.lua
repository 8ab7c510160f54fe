-- ARGV: endpoint, 1 when it did well, now, weight of the newest report, cool-downs in ms after 1, 2, 3 ... failures.
local endpoint, now, weight = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4])
local failures, cools_until, score = health_of(endpoint)
if ARGV[2] == '1' then
  failures, cools_until, score = 0, 0, score + weight * (1 - score)
else
  score = score - weight * score
  -- What failed together is one failure.
  if cools_until <= now then
    failures = failures + 1
    cools_until = now + tonumber(ARGV[4 + math.min(failures, #ARGV - 4)])
  end
end
redis.call('HSET', KEYS[3], endpoint, string.format('%d|%.0f|%.6f', failures, cools_until, score))
