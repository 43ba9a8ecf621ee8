--- Whether a server that ended by itself is started again: not if it does nothing but end.
local notice = require("antipasta.notice")

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
  require("vim.lsp.log").error(("antipasta-lsp ended with exit code %d, signal %d"):format(code, signal))
  notice.tell(("the server ended %d times; see :Antipasta log, restart"):format(#ends), vim.log.levels.ERROR)
  return false
end

--- Forgives all ends so far.
function M.forget()
  ends = {}
end

return M
