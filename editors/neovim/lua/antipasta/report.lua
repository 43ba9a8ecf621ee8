--- What the server has to say in words.
local clients = require("antipasta.clients")
local escape = require("antipasta.escape")
local notice = require("antipasta.notice")

local M = {}

-- Of `MessageType` in the protocol.
local levels = { vim.log.levels.ERROR, vim.log.levels.WARN, vim.log.levels.INFO, vim.log.levels.DEBUG }

--- Shows a message of the server. Reports and explanations have several lines: they get a window at the cursor.
---@param params {type: integer, message: string}
function M.show_message(params)
  local message = params.message:gsub("^antipasta: ", "")
  local lines = vim.split(vim.trim(message), "\n")
  local level = levels[params.type] or vim.log.levels.INFO
  if #lines == 1 or level > vim.log.levels.INFO then
    notice.tell(table.concat(lines, " "), level)
  else
    lines = vim.tbl_map(escape.one_line, lines)
    -- The same report again is the window of before: it is entered.
    local focus_id = "antipasta: " .. lines[1]
    vim.lsp.util.open_floating_preview(lines, "", { border = "rounded", focus_id = focus_id })
  end
end

local function of_definition(client)
  local bufnr = vim.api.nvim_get_current_buf()
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  local uri = vim.uri_from_bufnr(bufnr)
  local params = { textDocument = { uri = uri }, position = { line = line, character = 0 } }
  clients.request(client, "antipasta/metrics", params, function(_, found)
    local definition = found and found.definition
    local arguments = { uri }
    if definition and definition ~= vim.NIL then
      table.insert(arguments, definition.selectionRange.start.line)
    end
    clients.execute(client, "antipasta.showReport", arguments)
  end, bufnr)
end

--- Shows every value of the function or class under the cursor, or of the file if there is none; of the `file`; or what
--- the `workspace` comes to.
---@param of? "file"|"workspace"
function M.show(of)
  if of == "workspace" then
    local client = clients.nearest()
    if client then
      clients.execute(client, "antipasta.showReport", {})
    end
    return
  end
  local client = clients.of(0)
  if not client then
    notice.tell("this buffer has no server; see :checkhealth antipasta", vim.log.levels.WARN)
  elseif of == "file" then
    clients.execute(client, "antipasta.showReport", { vim.uri_from_bufnr(0) })
  else
    of_definition(client)
  end
end

return M
