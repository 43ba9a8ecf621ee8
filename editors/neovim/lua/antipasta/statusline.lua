--- The metrics of the function under the cursor, for status lines.
local clients = require("antipasta.clients")
local escape = require("antipasta.escape")
local options = require("antipasta.options")
local words = require("antipasta.words")

local M = {}

--- Milliseconds without a change after which the values of a changed text are asked for. A request has Neovim send what
--- was typed at once, and fetch all diagnostics for it; between keystrokes that would be felt in long files.
local QUIET = 150

---@class antipasta.Known what is known for a window
---@field bufnr? integer the buffer that it is about
---@field plain string
---@field marked string the same, with highlights
---@field wanted? string what is to be known: see `key_of`
---@field tick? integer the change of the buffer that was last asked about
---@field asked? integer id of the client that an answer is awaited of
---@field timer uv.uv_timer_t for the quiet

---@type table<integer, antipasta.Known>
local known = {}
-- How often everything was forgotten.
local forgotten = 0

vim.api.nvim_create_autocmd("WinClosed", {
  group = vim.api.nvim_create_augroup("antipasta.statusline", {}),
  callback = function(event)
    local window = tonumber(event.match)
    if window and known[window] then
      known[window].timer:close()
      known[window] = nil
    end
  end,
})

-- A text for 'statusline', which shows it as it is: an item such as `%{...}` would be run.
local function escaped(text)
  return (text:gsub("%%", "%%%%"))
end

-- Both forms of an answer's text.
local function render(report)
  local format = options.get().statusline.format
  if format then
    local text = escape.one_line(format(report))
    return text, escaped(text)
  end
  local definition = report.definition ~= vim.NIL and report.definition or nil
  local subject = definition or report.file
  local plain, marked = {}, {}
  for _, metric in ipairs(options.get().statusline.metrics) do
    for _, judged in ipairs(subject.values) do
      if judged.metric == metric then
        local text = words.value(judged)
        table.insert(plain, text)
        local item = judged.verdict == "violation" and "%%#DiagnosticWarn#%s%%*" or "%s"
        table.insert(marked, item:format(escaped(text)))
      end
    end
  end
  if #plain == 0 then
    return "", ""
  end
  local before = definition and escape.one_line(definition.name) .. ": " or ""
  local after = subject.isStale and " · stale" or ""
  return before .. table.concat(plain, " · ") .. after, escaped(before) .. table.concat(marked, " · ") .. after
end

-- What an answer depends on: server, buffer, change and line.
local function key_of(client, bufnr, tick, line)
  return ("%d %d %d %d %d"):format(forgotten, client.id, bufnr, tick, line)
end

-- Asks for what a window shows now, unless an answer is still awaited: then when that has come.
local function ask(window)
  local state = known[window]
  if not state or not vim.api.nvim_win_is_valid(window) then
    return
  end
  local bufnr = vim.api.nvim_win_get_buf(window)
  local client = clients.of(bufnr)
  -- A client that is gone does not answer.
  if not client or state.asked == client.id then
    return
  end
  local line = vim.api.nvim_win_get_cursor(window)[1]
  local tick = vim.api.nvim_buf_get_changedtick(bufnr)
  local key = key_of(client, bufnr, tick, line)
  local function keep(failure, report)
    if state.asked == client.id then
      state.asked = nil
    end
    local plain, marked = "", ""
    if not failure and report and report ~= vim.NIL then
      plain, marked = render(report)
    end
    -- Meanwhile the window may show another buffer.
    if state.bufnr == bufnr then
      local is_new = marked ~= state.marked
      state.plain, state.marked = plain, marked
      if is_new then
        vim.cmd("redrawstatus!")
      end
    end
    if state.wanted ~= key and not state.timer:is_active() then
      ask(window)
    end
  end
  local params = { textDocument = { uri = vim.uri_from_bufnr(bufnr) }, position = { line = line - 1, character = 0 } }
  if clients.request(client, "antipasta/metrics", params, keep, bufnr) then
    state.asked, state.tick, state.wanted = client.id, tick, key
  end
end

--- The text for a window. What is not known is asked for, and the status line drawn again when the answer comes; until
--- then it is the text of before.
---@param window integer
---@param is_marked boolean whether violations are highlighted
---@return string
function M.text(window, is_marked)
  window = window == 0 and vim.api.nvim_get_current_win() or window
  local bufnr = vim.api.nvim_win_get_buf(window)
  local client = clients.of(bufnr)
  if not client then
    return ""
  end
  local state = known[window]
  if not state then
    state = { plain = "", marked = "", timer = assert(vim.uv.new_timer()) }
    known[window] = state
  end
  if state.bufnr ~= bufnr then
    state.bufnr, state.plain, state.marked, state.tick = bufnr, "", "", nil
  end
  local tick = vim.api.nvim_buf_get_changedtick(bufnr)
  local key = key_of(client, bufnr, tick, vim.api.nvim_win_get_cursor(window)[1])
  if state.wanted ~= key then
    state.wanted = key
    if state.tick and state.tick ~= tick then
      state.timer:start(
        QUIET,
        0,
        vim.schedule_wrap(function()
          ask(window)
        end)
      )
    else
      ask(window)
    end
  end
  return is_marked and state.marked or state.plain
end

--- Has everything asked for again.
function M.forget()
  forgotten = forgotten + 1
  vim.cmd("redrawstatus!")
end

return M
