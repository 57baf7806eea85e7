-- Drops what nobody needs, a bounded part at a time, so that no other caller waits long behind it; says whether more is left.
-- KEYS[1] is the domain's fence; ARGV: the keys' beginning, how many snapshots to keep, since when, the part's size. Answers
-- whether more is left, and up to which place the journal is dropped.

local p, snapshots, since, step = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

redis.call('XTRIM', p .. 'snap', 'MAXLEN', snapshots)
-- The newest always stays.
local oldest = redis.call('XRANGE', p .. 'snap', '-', '+', 'COUNT', 1)[1]
while oldest and tonumber(oldest[2][4]) < since and redis.call('XLEN', p .. 'snap') > 1 do
  redis.call('XDEL', p .. 'snap', oldest[1])
  oldest = redis.call('XRANGE', p .. 'snap', '-', '+', 'COUNT', 1)[1]
end
local entries, covered = {}, '0'
if oldest then
  covered = string.match(oldest[1], '^%d+')
  entries = redis.call('XRANGE', p .. 'ev', '-', covered, 'COUNT', step)
  for _, entry in ipairs(entries) do
    local session = entry[2][2]
    if session ~= '' then redis.call('ZREM', p .. 'j:' .. session, (string.match(entry[1], '^%d+'))) end
  end
  if #entries > 0 then
    local last = tonumber((string.match(entries[#entries][1], '^%d+')))
    redis.call('XTRIM', p .. 'ev', 'MINID', string.format('%.0f-0', last + 1))
  end
end

local read = redis.call('HGET', p .. 'seq', 'read')
if read then redis.call('XTRIM', p .. 'in', 'MINID', string.format('%.0f-0', tonumber(read) + 1)) end

return { #entries == step and 1 or 0, covered }
