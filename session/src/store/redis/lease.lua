-- The right to decide for a domain. KEYS[1] is the fence, KEYS[2] the lease; ARGV[1] says what is wanted.
--
-- The fence names the last owner for good; the lease holds the same token and until when, by the owners' time, and goes by
-- itself when Redis' own clock has counted as long: an owner whose clock stands still does not keep it for ever.
--
-- A node's name proves nothing here: two processes may have the same. Only the nonce tells an owner that asks again from
-- another one, so a lease that runs is waited for by everybody else.

local function token_of(lease) return string.match(lease, '^%d+ (.*)$') end
local function alive_for(length) return math.max(tonumber(length), 1) end
local function text(number) return string.format('%.0f', number) end

local held = redis.call('GET', KEYS[1])
local lease = redis.call('GET', KEYS[2])

if ARGV[1] == 'acquire' then
  local node, nonce, now, length = ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
  local epoch = 1
  if held then
    local last, last_nonce, last_node = string.match(held, '^(%d+):(%d+):(.*)$')
    local runs = lease and token_of(lease) == held and tonumber(string.match(lease, '^%d+')) > now
    -- The same owner asks again: the first answer may have been lost.
    local again = runs and last_node == node and last_nonce == nonce
    if runs and not again then return '' end
    epoch = tonumber(last) + (again and 0 or 1)
  end
  local token = text(epoch) .. ':' .. nonce .. ':' .. node
  redis.call('SET', KEYS[1], token)
  redis.call('SET', KEYS[2], text(now + tonumber(length)) .. ' ' .. token, 'PX', text(alive_for(length)))
  return text(epoch)
end

local token = ARGV[2]
if held ~= token then return '' end
if ARGV[1] == 'renew' then
  local now, length = tonumber(ARGV[3]), ARGV[4]
  redis.call('SET', KEYS[2], text(now + tonumber(length)) .. ' ' .. token, 'PX', text(alive_for(length)))
else
  redis.call('DEL', KEYS[2])
end
return 'yes'
