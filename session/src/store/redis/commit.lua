-- One mutation, wholly or not at all: everything that may refuse is asked before the first write, and nothing that is
-- written afterwards can fail. (Redis asks about memory and disk at a script's first write only.)
--
-- KEYS[1] is the domain's fence; its slot is the slot of all keys of the domain.
-- ARGV[1] is the beginning of those keys; the mutation follows, value by value, as `encode.rs` lays it down.
-- Numbers travel as text: Lua's end at 2^53.

local p = ARGV[1]
local cursor = 1

local function take()
  cursor = cursor + 1
  return ARGV[cursor]
end

local function many(read)
  local list = {}
  for i = 1, tonumber(take()) do list[i] = read() end
  return list
end

local function optional()
  if take() == '1' then return take() end
  return nil
end

local function text(number) return string.format('%.0f', number) end

-- What is to be done.

local fence, now = take(), tonumber(take())
local request = { id = take(), fingerprint = take(), result = take(), of = take() }
local documents = many(function()
  local d = { session = take(), expect = take(), content = optional(), place = take(), live = take(), due = take() }
  d.keys = many(take)
  d.handles = many(function() return { hash = take(), till = take() } end)
  return d
end)
local routing = many(function()
  return { session = take(), expect = take(), fields = take(), agents = many(take), seen = take() }
end)
local messages = many(function() return { session = take(), body = take() } end)
local inbox = many(take)
local inbox_read = take()
local journal = many(function() return { session = take(), body = take() } end)
local outbox = many(function() return { agent = take(), about = many(take), body = take() } end)
local snapshot = optional()
local kept = many(function() return { key = take(), body = optional() } end)

-- Did it come before?

local window, outbox_limit, outbox_slack = tonumber(take()), tonumber(take()), tonumber(take())
if request.id ~= '' then
  local first = redis.call('GET', p .. 'rq:' .. request.id)
  if first then
    first = cmsgpack.unpack(first)
    if now - tonumber(first.at) < window then
      if first.fingerprint ~= request.fingerprint then return { 'reused' } end
      first.reply[1] = 'repeat'
      return first.reply
    end
  end
end

-- Ask first.

if fence ~= '' then
  local held = redis.call('GET', p .. 'fence')
  if held ~= fence then return { 'fenced', held and string.match(held, '^(%d+):') or '0' } end
end

local coming, going = {}, {}
for _, d in ipairs(documents) do
  local stored = redis.call('HMGET', p .. 's:' .. d.session, 'v', 'live', 'due', 'keys', 'handles', 'place')
  if (stored[1] or '0') ~= d.expect then return { 'conflict', d.session, stored[1] or '0', d.expect } end
  d.before = {
    live = stored[2] or '0', due = stored[3] or '',
    keys = stored[4] and cmsgpack.unpack(stored[4]) or {},
    handles = stored[5] and cmsgpack.unpack(stored[5]) or {},
    place = stored[6] or d.place,
  }
  if d.content then coming[d.session] = true else going[d.session] = true end
end

local claimed = {}
for _, d in ipairs(documents) do
  for _, h in ipairs(d.handles) do
    if tonumber(h.till) > now then
      local held = redis.call('GET', p .. 'code:' .. h.hash)
      local session, till = nil, nil
      if held then session, till = string.match(held, '^(%x+) (%d+)$') end
      if session and session ~= d.session and tonumber(till) > now then return { 'taken', d.session } end
      if (claimed[h.hash] or d.session) ~= d.session then return { 'taken', d.session } end
      claimed[h.hash] = d.session
    end
  end
end

local function present(session)
  return coming[session] or (not going[session] and redis.call('EXISTS', p .. 's:' .. session) == 1)
end

local readers = {}
for _, r in ipairs(routing) do
  local stored = redis.call('HMGET', p .. 's:' .. r.session, 'rv', 'agents')
  local at = stored[1] or '0'
  if at ~= r.expect then return { 'conflict', r.session, at, r.expect } end
  r.before = stored[2] and cmsgpack.unpack(stored[2]) or {}
  if not present(r.session) then return { 'absent', r.session } end
  readers[r.session] = r.agents
end
for _, m in ipairs(messages) do
  if not present(m.session) then return { 'absent', m.session } end
  if not readers[m.session] then
    local agents = redis.call('HGET', p .. 's:' .. m.session, 'agents')
    readers[m.session] = agents and cmsgpack.unpack(agents) or {}
  end
end

-- Then act. Nothing below this line can be refused.

local function set(list)
  local members = {}
  for _, member in ipairs(list) do members[member] = true end
  return members
end

-- Entries of outboxes and results of requests that hold anything of a session go with it.
local function forget(session)
  local along = redis.call('HGETALL', p .. 'e:' .. session)
  for i = 1, #along, 2 do
    local kind, name = string.match(along[i], '^(%a):(.*)$')
    if kind == 'r' then
      local kept = redis.call('GET', p .. 'rq:' .. name)
      -- After the window the same id may have come for another session.
      if kept and cmsgpack.unpack(kept).of == session then redis.call('DEL', p .. 'rq:' .. name) end
    end
    if kind == 'a' then
      local key = p .. 'ao:' .. name
      for _, entry in ipairs(redis.call('XRANGE', key, along[i + 1], '+')) do
        local message, about = entry[2][2], entry[2][4]
        if string.find(message, session, 1, true) or string.find(about, session, 1, true) then redis.call('XDEL', key, entry[1]) end
      end
    end
  end
  redis.call('DEL', p .. 's:' .. session, p .. 't:' .. session, p .. 'e:' .. session)
end

for _, d in ipairs(documents) do
  local key, before = p .. 's:' .. d.session, d.before
  if before.live ~= d.live then
    if d.live == '1' then redis.call('ZADD', p .. 'live', 0, d.session) else redis.call('ZREM', p .. 'live', d.session) end
  end
  if before.due ~= d.due then
    if d.due ~= '' then redis.call('ZADD', p .. 'exp', d.due, d.session) else redis.call('ZREM', p .. 'exp', d.session) end
  end
  local had, has = set(before.keys), set(d.keys)
  local moved = before.place ~= d.place
  for lookup in pairs(had) do
    if moved or not has[lookup] then redis.call('ZREM', p .. 'lk:' .. lookup, before.place) end
  end
  for lookup in pairs(has) do
    if moved or not had[lookup] then redis.call('ZADD', p .. 'lk:' .. lookup, 0, d.place) end
  end
  local handles = {}
  for _, h in ipairs(d.handles) do handles[h.hash] = h.till end
  for hash in pairs(before.handles) do
    if not handles[hash] then
      -- One that had run out may lead to another session by now.
      local held = redis.call('GET', p .. 'code:' .. hash)
      if held and string.match(held, '^%x+') == d.session then redis.call('DEL', p .. 'code:' .. hash) end
    end
  end
  for hash, till in pairs(handles) do
    if before.handles[hash] ~= till then
      -- A minute longer than it holds: the servers' clocks may differ, and a reader compares with its own time.
      local left = math.max(tonumber(till) - now, 0) + 60000
      redis.call('SET', p .. 'code:' .. hash, d.session .. ' ' .. till, 'PX', text(left))
    end
  end
  if d.content then
    redis.call('HSET', key, 'v', text(tonumber(d.expect) + 1), 'c', d.content, 'live', d.live, 'due', d.due, 'place', d.place,
      'keys', cmsgpack.pack(d.keys), 'handles', cmsgpack.pack(handles))
  else
    forget(d.session)
  end
end

for _, r in ipairs(routing) do
  redis.call('HSET', p .. 's:' .. r.session, 'rv', text(tonumber(r.expect) + 1), 'r', r.fields, 'agents', cmsgpack.pack(r.agents))
end

local grown = {}
local function take_place(agent)
  local place = redis.call('HINCRBY', p .. 'ao', agent, 1)
  grown[agent] = text(place)
  if place % outbox_slack == 0 and place > outbox_limit then
    redis.call('XTRIM', p .. 'ao:' .. agent, 'MINID', text(place - outbox_limit + 1) .. '-0')
  end
  return grown[agent]
end

local function append(agent, place, message, about, body)
  redis.call('XADD', p .. 'ao:' .. agent, place .. '-0', 'm', message, 's', about, 'b', body)
end

local function telling(session, agent, place) redis.call('HSETNX', p .. 'e:' .. session, 'a:' .. agent, place) end

local function tell(agent, session, number, body)
  local place = take_place(agent)
  append(agent, place, session .. ':' .. number, '', body)
  telling(session, agent, place)
end

for _, o in ipairs(outbox) do
  local place, whole = take_place(o.agent), true
  for _, session in ipairs(o.about) do whole = whole and present(session) end
  if whole then
    append(o.agent, place, '', table.concat(o.about, ' '), o.body)
    for _, session in ipairs(o.about) do telling(session, o.agent, place) end
  end
end

for _, r in ipairs(routing) do
  local knew, new = set(r.before), set(r.agents)
  for agent in pairs(knew) do new[agent] = nil end
  if r.seen ~= '' and next(new) then
    for i, body in ipairs(redis.call('LRANGE', p .. 't:' .. r.session, r.seen, -1)) do
      for agent in pairs(new) do tell(agent, r.session, text(tonumber(r.seen) + i), body) end
    end
  end
end

local numbers = {}
for i, m in ipairs(messages) do
  redis.call('RPUSH', p .. 't:' .. m.session, m.body)
  numbers[i] = text(redis.call('HINCRBY', p .. 's:' .. m.session, 'm', 1))
  for agent in pairs(set(readers[m.session])) do tell(agent, m.session, numbers[i], m.body) end
end

local inbox_place = ''
for _, body in ipairs(inbox) do
  inbox_place = text(redis.call('HINCRBY', p .. 'seq', 'in', 1))
  redis.call('XADD', p .. 'in', inbox_place .. '-0', 'b', body)
end
if inbox_read ~= '' and tonumber(inbox_read) > tonumber(redis.call('HGET', p .. 'seq', 'read') or '0') then
  redis.call('HSET', p .. 'seq', 'read', inbox_read)
end

local journal_place = ''
for i, j in ipairs(journal) do
  local place = text(redis.call('HINCRBY', p .. 'seq', 'ev', 1))
  if i == 1 then journal_place = place end
  redis.call('XADD', p .. 'ev', place .. '-0', 's', j.session, 'b', j.body)
  if j.session ~= '' then redis.call('ZADD', p .. 'j:' .. j.session, place, place) end
end

if snapshot then
  local place = redis.call('HGET', p .. 'seq', 'ev') or '0'
  for _, same in ipairs(redis.call('XRANGE', p .. 'snap', place, place)) do redis.call('XDEL', p .. 'snap', same[1]) end
  redis.call('XADD', p .. 'snap', place .. '-*', 'b', snapshot, 'at', text(now))
end

for _, k in ipairs(kept) do
  if k.body then redis.call('HSET', p .. 'kept', k.key, k.body) else redis.call('HDEL', p .. 'kept', k.key) end
end

local reply = { 'done', request.result, inbox_place, journal_place, text(#numbers) }
for _, number in ipairs(numbers) do reply[#reply + 1] = number end
for agent, seq in pairs(grown) do
  reply[#reply + 1] = agent
  reply[#reply + 1] = seq
end
if request.id ~= '' then
  local first = { at = text(now), fingerprint = request.fingerprint, of = request.of, reply = reply }
  redis.call('SET', p .. 'rq:' .. request.id, cmsgpack.pack(first), 'PX', text(window))
  if request.of ~= '' and present(request.of) then
    local key = p .. 'e:' .. request.of
    local along = redis.call('HGETALL', key)
    for i = 1, #along, 2 do
      if string.sub(along[i], 1, 2) == 'r:' and now - tonumber(along[i + 1]) >= window then redis.call('HDEL', key, along[i]) end
    end
    redis.call('HSET', key, 'r:' .. request.id, text(now))
  end
end
return reply
