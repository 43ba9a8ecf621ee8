--- Whether a server that ended by itself is started again: not if it does nothing but end.
local M = {}

--- How many ends within `PERIOD` are forgiven.
M.LIMIT = 4
--- Milliseconds.
M.PERIOD = 180000

-- When servers ended, in milliseconds of the event loop's clock.
local ends = {}

--- Takes note that a server ended. If it did too often, says so to the user.
---@param code integer its exit code
---@param signal integer what killed it, or 0
---@return boolean whether it is to be started again
function M.may_start_again(code, signal)
  local now = vim.uv.now()
  ends = vim.tbl_filter(function(time)
    return now - time < M.PERIOD
  end, ends)
  table.insert(ends, now)
  if #ends <= M.LIMIT then
    return true
  end
  local message = "antipasta: the server ended %d times within %d s (exit code %d, signal %d) and is not started again."
    .. " :Antipasta log has the reason; :Antipasta restart starts it"
  vim.notify(message:format(#ends, M.PERIOD / 1000, code, signal), vim.log.levels.ERROR)
  return false
end

--- Forgives all ends so far.
function M.forget()
  ends = {}
end

return M
