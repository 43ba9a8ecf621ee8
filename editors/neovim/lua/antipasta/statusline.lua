--- The metrics of the function under the cursor, for status lines.
local clients = require("antipasta.clients")
local options = require("antipasta.options")
local words = require("antipasta.words")

local M = {}

---@class antipasta.Known what is known for a window
---@field key? string the buffer, its change and the line that it is known for
---@field plain string
---@field marked string the same, with highlights
---@field asked? integer id of the client that an answer is awaited of
---@field is_outdated? boolean whether something newer was wanted meanwhile

---@type table<integer, antipasta.Known>
local known = {}

vim.api.nvim_create_autocmd("WinClosed", {
  group = vim.api.nvim_create_augroup("antipasta.statusline", {}),
  callback = function(event)
    known[tonumber(event.match)] = nil
  end,
})

-- Both forms of an answer's text.
local function render(report)
  local format = options.get().statusline.format
  if format then
    local text = format(report)
    return text, text
  end
  local definition = report.definition ~= vim.NIL and report.definition or nil
  local subject = definition or report.file
  local plain, marked = {}, {}
  for _, metric in ipairs(options.get().statusline.metrics) do
    for _, judged in ipairs(subject.values) do
      if judged.metric == metric then
        local text = words.value(judged)
        table.insert(plain, text)
        table.insert(marked, judged.verdict == "violation" and ("%%#DiagnosticWarn#%s%%*"):format(text) or text)
      end
    end
  end
  if #plain == 0 then
    return "", ""
  end
  local before = definition and definition.name .. ": " or ""
  local after = subject.isStale and " · stale" or ""
  local function join(parts)
    return before .. table.concat(parts, " · ") .. after
  end
  return join(plain), join(marked)
end

local function ask(client, bufnr, line, key, state)
  local function keep(failure, report)
    state.asked = nil
    state.key = key
    local plain, marked = "", ""
    if not failure and report and report ~= vim.NIL then
      plain, marked = render(report)
    end
    if marked ~= state.marked or state.is_outdated then
      state.plain, state.marked, state.is_outdated = plain, marked, nil
      vim.cmd("redrawstatus!")
    end
  end
  local params = { textDocument = { uri = vim.uri_from_bufnr(bufnr) }, position = { line = line - 1, character = 0 } }
  if clients.request(client, "antipasta/metrics", params, keep, bufnr) then
    state.asked = client.id
  end
end

--- The text for a window. What is not known is asked for, one answer at a time, and the status line drawn again when it
--- comes; until then it is the text of before.
---@param window integer
---@param is_marked boolean whether violations are highlighted
---@return string
function M.text(window, is_marked)
  window = window == 0 and vim.api.nvim_get_current_win() or window
  local bufnr = vim.api.nvim_win_get_buf(window)
  local client = clients.of(bufnr)
  if not client then
    known[window] = nil
    return ""
  end
  local state = known[window] or { plain = "", marked = "" }
  known[window] = state
  local line = vim.api.nvim_win_get_cursor(window)[1]
  local key = ("%d %d %d %d"):format(client.id, bufnr, vim.api.nvim_buf_get_changedtick(bufnr), line)
  if state.key ~= key then
    -- A client that is gone does not answer.
    if state.asked == client.id then
      state.is_outdated = true
    else
      ask(client, bufnr, line, key, state)
    end
  end
  return is_marked and state.marked or state.plain
end

--- Has everything asked for again.
function M.forget()
  for _, state in pairs(known) do
    state.key = nil
  end
  vim.cmd("redrawstatus!")
end

return M
