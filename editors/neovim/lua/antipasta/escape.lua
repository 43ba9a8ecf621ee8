--- Escapes for text that a workspace brings: names of files and functions, messages about configurations.
local M = {}

local short = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }
-- Controls, those of Unicode included; ends of lines and paragraphs; marks, embeddings, overrides and isolates of
-- bidirectional text.
local unsafe = {
  "[%z\1-\31\127]",
  "\194[\128-\159]",
  "\216\156",
  "\226\128[\142\143\168-\174]",
  "\226\129[\166-\169]",
}

local function escaped(letter)
  -- A NUL is no text to Vim's functions.
  return short[letter] or ("\\u{%x}"):format(#letter == 1 and letter:byte() or vim.fn.char2nr(letter))
end

--- The text with an escape such as `\n` or `\u{1b}` for each character that would break its line, move a cursor or
--- reorder what stands beside it. The server escapes alike.
---@param text string
---@return string
function M.one_line(text)
  for _, pattern in ipairs(unsafe) do
    text = text:gsub(pattern, escaped)
  end
  return text
end

return M
