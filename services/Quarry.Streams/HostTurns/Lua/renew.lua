-- KEYS: turns at the host. ARGV: now, how long a turn is kept in ms, turns.
for i = 3, #ARGV do redis.call('ZADD', KEYS[1], 'XX', tonumber(ARGV[1]) + tonumber(ARGV[2]), ARGV[i]) end
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[2]) * 2)
