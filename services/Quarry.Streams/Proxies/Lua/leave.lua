-- ARGV: endpoint, now, how long the tree is kept from it in ms.
local now = tonumber(ARGV[2])
if noted(KEYS[4], now) == ARGV[1] then redis.call('DEL', KEYS[4]) end
note(KEYS[5], ARGV[1], now, tonumber(ARGV[3]))
