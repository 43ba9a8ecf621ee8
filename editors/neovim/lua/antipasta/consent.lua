--- `:Antipasta trust`: has the user decide on the server that the workspace brings.
local binary = require("antipasta.binary")
local escape = require("antipasta.escape")
local notice = require("antipasta.notice")
local server = require("antipasta.server")
local trust = require("antipasta.trust")
local workspace = require("antipasta.workspace")

local M = {}

--- Characters of a script's first line that are shown.
local MOST_SHOWN = 80

local function kind_of(program)
  local first = program.text:match("^#![^\n]*")
  if program.is_binary or not first then
    return program.is_binary and "a binary" or "a text"
  end
  return "a script: " .. escape.one_line(vim.fn.strcharpart(first, 0, MOST_SHOWN))
end

-- What is known of a program, for the user to decide by.
local function question(program, source)
  return table.concat({
    "Run this program of the workspace, with all that you may do, whenever a Python file of it is opened?",
    "  " .. escape.one_line(program.path),
    ("  found by %s; %s; %d bytes"):format(source, kind_of(program), program.size),
    "If the file changes, it is not run until you trust it again. What it loads itself is not looked at.",
  }, "\n")
end

-- Without a screen there is nobody to ask but who gave the command.
local function is_wanted(text)
  return #vim.api.nvim_list_uis() == 0 or vim.fn.confirm(text, "&No\n&Yes", 1, "Question") == 2
end

--- Shows which program of the workspace would be run and, if the user wants that, records it and starts it.
function M.ask()
  local root = server.root_of(0) or workspace.root_of(vim.fn.getcwd(), workspace.MARKERS)
  local found, search = binary.find(root)
  local withheld = search.withheld[1]
  if not withheld then
    local what = found and "the server is found by " .. found.source or binary.missing_in_short(search)
    notice.tell("nothing to trust, " .. what)
    return
  end
  local program, why = trust.look(withheld.path)
  if not program then
    notice.tell(("it cannot be trusted, as %s: %s"):format(why, withheld.path), vim.log.levels.ERROR)
  elseif is_wanted(question(program, withheld.source)) then
    why = trust.allow(program)
    if why then
      notice.tell("the trust cannot be recorded: " .. why, vim.log.levels.ERROR)
      return
    end
    notice.tell(("trusted: %s (%s)"):format(program.path, withheld.source))
    server.restart()
  end
end

return M
