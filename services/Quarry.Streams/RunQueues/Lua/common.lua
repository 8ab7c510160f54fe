-- One lane per (priority, source, script, tree): a stream with one consumer group, 'runners'. An entry that was
-- delivered and not yet acknowledged is a run in hand: its consumer is the holder, its delivery count the epoch, its
-- idle time the age of the lease by the server's clock. Nothing is counted beside the streams, so nothing can drift.
--
--   <prefix>lanes    hash    lane name -> its facts as JSON
--   <prefix>lane:N   stream  entries {run = id}, ids are tickets: one order over all lanes
--   <prefix>runs     hash    run id -> record as JSON
--   <prefix>places   hash    run id -> lane name, and ticket unless it is delayed
--   <prefix>delayed  zset    run id by the time it may start, in ms
--   <prefix>paused   set     sources
--   <prefix>turns    hash    source -> ticket of its last turn
--   <prefix>ticket   counter
local prefix = KEYS[1]
local group = 'runners'

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function lane_key(name) return prefix .. 'lane:' .. name end

-- Pending entries and the last delivered id of a lane.
local function progress(name)
  local facts = redis.call('XINFO', 'GROUPS', lane_key(name))[1]
  local found = {}
  for i = 1, #facts, 2 do found[facts[i]] = facts[i + 1] end
  return found['pending'], found['last-delivered-id']
end

-- All lanes with what they hold, and the runs in hand by source, script and tree.
local function survey()
  local lanes, sources, scripts, roots = {}, {}, {}, {}
  local all = redis.call('HGETALL', prefix .. 'lanes')
  for i = 1, #all, 2 do
    local lane = cjson.decode(all[i + 1])
    lane.name = all[i]
    lane.in_hand, lane.last = progress(lane.name)
    lane.waiting = redis.call('XLEN', lane_key(lane.name)) - lane.in_hand
    sources[lane.source] = (sources[lane.source] or 0) + lane.in_hand
    scripts[lane.script] = (scripts[lane.script] or 0) + lane.in_hand
    roots[lane.root] = (roots[lane.root] or 0) + lane.in_hand
    lanes[#lanes + 1] = lane
  end
  return lanes, sources, scripts, roots
end

local function is_paused(source)
  local paused = prefix .. 'paused'
  return redis.call('SISMEMBER', paused, '*') == 1 or redis.call('SISMEMBER', paused, source) == 1
end

-- Why nothing of a lane may start now; false when it may.
local function held_back(lane, sources, scripts, roots, limits)
  if is_paused(lane.source) then return 'Paused' end
  if limits.source > 0 and sources[lane.source] >= limits.source then return 'SourceConcurrency' end
  if limits.script > 0 and scripts[lane.script] >= limits.script then return 'ScriptConcurrency' end
  if lane.root_max > 0 and roots[lane.root] >= lane.root_max then return 'TreeConcurrency' end
  return false
end

local function append(name, run_id)
  local ticket = redis.call('INCR', prefix .. 'ticket') .. '-1'
  redis.call('XADD', lane_key(name), ticket, 'run', run_id)
  redis.call('HSET', prefix .. 'places', run_id, ticket .. ' ' .. name)
end

local function open_lane(name, facts)
  if redis.call('HSETNX', prefix .. 'lanes', name, facts) == 1 then
    redis.call('XGROUP', 'CREATE', lane_key(name), group, '0', 'MKSTREAM')
  end
end

local function drop_if_empty(name)
  if redis.call('XLEN', lane_key(name)) > 0 then return end
  redis.call('DEL', lane_key(name))
  redis.call('HDEL', prefix .. 'lanes', name)
  if redis.call('HLEN', prefix .. 'lanes') == 0 then redis.call('DEL', prefix .. 'turns') end
end

-- Delayed runs whose time has come go to the end of their lanes.
local function move_due()
  for _, run_id in ipairs(redis.call('ZRANGEBYSCORE', prefix .. 'delayed', '-inf', now_ms(), 'LIMIT', 0, 100)) do
    redis.call('ZREM', prefix .. 'delayed', run_id)
    local place = cjson.decode(redis.call('HGET', prefix .. 'places', run_id))
    open_lane(place.name, place.facts)
    append(place.name, run_id)
  end
end

-- Ticket and lane of a run that is not delayed.
local function place_of(run_id)
  local place = redis.call('HGET', prefix .. 'places', run_id)
  if not place or string.sub(place, 1, 1) == '{' then return nil, nil, place end
  local space = string.find(place, ' ', 1, true)
  return string.sub(place, 1, space - 1), string.sub(place, space + 1), place
end

-- Holder and epoch of an entry; nil when it is not in hand.
local function holder(name, ticket)
  if redis.call('EXISTS', lane_key(name)) == 0 then return nil end
  local pending = redis.call('XPENDING', lane_key(name), group, ticket, ticket, 1)[1]
  if not pending then return nil end
  return pending[2], pending[4]
end

local function forget(name, ticket, run_id)
  redis.call('XACK', lane_key(name), group, ticket)
  redis.call('XDEL', lane_key(name), ticket)
  redis.call('HDEL', prefix .. 'runs', run_id)
  redis.call('HDEL', prefix .. 'places', run_id)
  drop_if_empty(name)
end
