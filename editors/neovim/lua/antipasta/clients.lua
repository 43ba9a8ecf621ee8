--- The editor's ends of the running servers, and how to speak to them in every Neovim from 0.10 on.
local notice = require("antipasta.notice")

local M = {}

M.NAME = "antipasta"

-- The functions of a client became methods in 0.11.
local are_methods = vim.fn.has("nvim-0.11") == 1

local function call(client, name, ...)
  if are_methods then
    return client[name](client, ...)
  end
  return client[name](...)
end

--- Those that are ready.
---@param bufnr? integer of this buffer alone
---@return vim.lsp.Client[]
function M.all(bufnr)
  return vim.lsp.get_clients({ name = M.NAME, bufnr = bufnr })
end

--- The one of a buffer.
---@param bufnr integer
---@return vim.lsp.Client?
function M.of(bufnr)
  return M.all(bufnr)[1]
end

--- The one of the current buffer, or else any; says so if there is none.
---@return vim.lsp.Client?
function M.nearest()
  local client = M.of(0) or M.all()[1]
  if not client then
    notice.tell("no server is running; see :checkhealth antipasta", vim.log.levels.WARN)
  end
  return client
end

--- Sends a request. The answer comes later, never before this returns.
---@param handler fun(error: table?, result: any)
---@return boolean whether it was sent
function M.request(client, method, params, handler, bufnr)
  return (call(client, "request", method, params, handler, bufnr))
end

--- Sends a notification.
function M.notify(client, method, params)
  call(client, "notify", method, params)
end

--- Has the server shut down, or with `force` terminates it.
function M.stop(client, force)
  call(client, "stop", force)
end

--- Has the server execute one of its commands; what it has to say it tells the user.
---@param command string
---@param arguments any[]
function M.execute(client, command, arguments)
  local params = { command = command, arguments = arguments }
  M.request(client, "workspace/executeCommand", params, function(failure)
    if failure then
      notice.tell(failure.message, vim.log.levels.ERROR)
    end
  end)
end

return M
