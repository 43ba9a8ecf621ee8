--- What the plugin tells the user by `vim.notify()`: one line that fits where Neovim shows messages, so that nobody has
--- to press a key to go on.
local escape = require("antipasta.escape")

local M = {}

--- Columns beside a message, which Neovim keeps for the ruler and what is typed.
local BESIDE = 12

local function room()
  return math.max(vim.o.columns * math.max(vim.o.cmdheight, 1) - BESIDE, BESIDE)
end

-- The text, if need be without its end; that is in the log.
local function fitting(text)
  -- No letter is narrower than a column.
  local kept = vim.fn.strcharpart(text, 0, room())
  if kept == text and vim.fn.strdisplaywidth(text) <= room() then
    return text
  end
  require("vim.lsp.log").error(text)
  while vim.fn.strdisplaywidth(kept) >= room() do
    kept = vim.fn.strcharpart(kept, 0, vim.fn.strchars(kept) - 1)
  end
  return kept .. "…"
end

--- Tells the user something.
---@param text string
---@param level? integer of `vim.log.levels`: `INFO` if left out
function M.tell(text, level)
  level = level or vim.log.levels.INFO
  -- Neovim waits if anything follows an error before the screen is drawn, and after any error if there is no line for it.
  vim.cmd.redraw()
  if vim.o.cmdheight == 0 then
    level = math.min(level, vim.log.levels.WARN)
  end
  vim.notify(fitting("antipasta: " .. escape.one_line(text)), level)
end

return M
