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
  local width = vim.fn.strdisplaywidth(text)
  if width <= room() then
    return text
  end
  require("vim.lsp.log").error(text)
  local length = vim.fn.strchars(text)
  local kept = text
  while vim.fn.strdisplaywidth(kept) > room() - 1 do
    length = length - 1
    kept = vim.fn.strcharpart(text, 0, length)
  end
  return kept .. "…"
end

--- Tells the user something.
---@param text string
---@param level? integer of `vim.log.levels`: `INFO` if left out
function M.tell(text, level)
  level = level or vim.log.levels.INFO
  if level == vim.log.levels.ERROR then
    -- Neovim waits after the second error since the screen was drawn, and after any if there is no line for it.
    vim.cmd.redraw()
    level = vim.o.cmdheight == 0 and vim.log.levels.WARN or level
  end
  vim.notify(fitting("antipasta: " .. escape.one_line(text)), level)
end

return M
