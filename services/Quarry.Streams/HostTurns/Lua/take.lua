-- KEYS: turns at the host, scored by when they end unless renewed; when the last one began.
-- ARGV: turn, now, most turns at the same time, delay, how long a turn is kept, how long the last start is remembered; in ms.
-- Answers 0 for a turn, the time to wait for the delay, or -1 when others are at the host.
local now, delay = tonumber(ARGV[2]), tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return -1 end
local last = redis.call('GET', KEYS[2])
if last and tonumber(last) + delay > now then return tonumber(last) + delay - now end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[5]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[5]) * 2)
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[6])
return 0
