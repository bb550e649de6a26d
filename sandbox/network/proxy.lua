-- Decides for each request whether it is treated, and lets it wait. Seeded: the same seed treats the same sequence.
-- Once the file GAMEDAY_OVER exists, nothing is treated any more, and what waits goes on: the undo comes before the end.
local share = tonumber(os.getenv("GAMEDAY_SHARE"))
local delay = tonumber(os.getenv("GAMEDAY_DELAY_MS"))
local state = tonumber(os.getenv("GAMEDAY_SEED"))
local SLICE = 20

-- Lehmer's generator: the C library's is shared with whoever else draws.
local function draw()
  state = state * 48271 % 2147483647
  return state / 2147483647
end

local function over()
  local file = io.open(os.getenv("GAMEDAY_OVER"))
  if file then file:close() end
  return file ~= nil
end

core.register_action("treat", { "http-req" }, function(txn)
  if draw() >= share or over() then return end
  local left = delay
  while left > 0 and not over() do
    core.msleep(math.min(left, SLICE))
    left = left - SLICE
  end
  if not over() then txn:set_var("txn.treated", true) end
end)
