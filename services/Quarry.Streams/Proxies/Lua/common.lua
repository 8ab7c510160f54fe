-- KEYS of one pool: 1 whose turn it is, 2 what was taken, newest first, 3 "failures|cools until|score" by endpoint,
-- 4 the endpoint of a sticky key, 5 the endpoint that a tree of runs left; 4 and 5 as "until|endpoint".
-- Times are milliseconds since 1970, by the clock of the caller.

local function health_of(endpoint)
  local known = redis.call('HGET', KEYS[3], endpoint)
  if not known then return 0, 0, 1 end
  local failures, cools_until, score = string.match(known, '^(%d+)|(%d+)|(.+)$')
  return tonumber(failures), tonumber(cools_until), tonumber(score)
end

local function noted(key, now)
  local note = redis.call('GET', key)
  if not note then return nil end
  local expires, endpoint = string.match(note, '^(%d+)|(.+)$')
  return tonumber(expires) > now and endpoint or nil
end

local function note(key, endpoint, now, ms)
  redis.call('SET', key, string.format('%.0f|%s', now + ms, endpoint), 'PX', ms)
end
