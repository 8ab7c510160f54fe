-- ARGV: strategy, now, recency window, how long a key sticks in ms, chance, endpoints as JSON, how long a pool is kept in ms.
local strategy, now, window = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local endpoints = cjson.decode(ARGV[6])
local candidates, back = {}, nil
for place, endpoint in ipairs(endpoints) do
  local _, cools_until = health_of(endpoint)
  if cools_until <= now then candidates[#candidates + 1] = place
  elseif not back or cools_until < back then back = cools_until end
end
if #candidates == 0 then return {'', string.format('%.0f', back)} end

local function without(endpoint)
  for i, place in ipairs(candidates) do
    if endpoints[place] == endpoint and #candidates > 1 then table.remove(candidates, i) return end
  end
end
local left = noted(KEYS[5], now)
if left then without(left) end

local chosen
local bound = strategy == 'sticky' and noted(KEYS[4], now)
for _, place in ipairs(candidates) do
  if endpoints[place] == bound then chosen = place end
end
local is_bound = chosen ~= nil
if strategy == 'random' then
  for _, endpoint in ipairs(redis.call('LRANGE', KEYS[2], 0, window - 1)) do
    if window > 0 then without(endpoint) end
  end
  chosen = candidates[math.floor(tonumber(ARGV[5]) * #candidates) + 1]
elseif not chosen then
  local turn = tonumber(redis.call('GET', KEYS[1]) or '0')
  chosen = candidates[1]
  for i = #candidates, 1, -1 do
    if candidates[i] > turn then chosen = candidates[i] end
  end
  redis.call('SET', KEYS[1], chosen)
end
local endpoint = endpoints[chosen]
if strategy == 'sticky' and not is_bound then note(KEYS[4], endpoint, now, tonumber(ARGV[4])) end
redis.call('LREM', KEYS[2], 0, endpoint)
redis.call('LPUSH', KEYS[2], endpoint)
redis.call('LTRIM', KEYS[2], 0, #endpoints - 1)
for key = 1, 3 do redis.call('PEXPIRE', KEYS[key], ARGV[7]) end
return {endpoint, ''}
