--- `:Antipasta`.
local notice = require("antipasta.notice")

local M = {}

local function show_log()
  local path = require("vim.lsp.log").get_filename()
  if not vim.uv.fs_stat(path) then
    notice.tell("nothing has been logged yet: there is no " .. path)
    return
  end
  -- A modeline in the log would be somebody else's.
  local modelines = vim.o.modelines
  vim.o.modelines = 0
  vim.cmd("botright sview " .. vim.fn.fnameescape(path))
  vim.o.modelines = modelines
  vim.cmd("normal! G")
end

local function toggle(view)
  return {
    arguments = { "on", "off" },
    run = function(state)
      require("antipasta.views").toggle(view, state)
    end,
  }
end

---@type table<string, {run: fun(argument?: string), arguments?: string[]}>
local subcommands = {
  report = {
    arguments = { "file", "workspace" },
    run = function(of)
      require("antipasta.report").show(of)
    end,
  },
  worst = {
    arguments = require("antipasta.worst").METRICS,
    run = function(metric)
      require("antipasta.worst").show(metric)
    end,
  },
  lenses = toggle("lenses"),
  hints = toggle("hints"),
  log = { run = show_log },
  restart = {
    run = function()
      require("antipasta.server").restart()
    end,
  },
  trust = {
    run = function()
      require("antipasta.consent").ask()
    end,
  },
}

local function names()
  local found = vim.tbl_keys(subcommands)
  table.sort(found)
  return found
end

local function refuse(what, allowed)
  local choice = #allowed > 0 and "one of " .. table.concat(allowed, ", ") or "nothing"
  notice.tell(("%s, expected %s"):format(what, choice), vim.log.levels.ERROR)
end

--- Executes a subcommand; says what is allowed if the words are not.
---@param given string[] the words after `:Antipasta`
function M.run(given)
  local name, argument = given[1], given[2]
  local subcommand = subcommands[name]
  if not subcommand then
    refuse(("unknown subcommand `%s`"):format(name), names())
    return
  end
  local allowed = subcommand.arguments or {}
  if #given > 2 or (argument and not vim.tbl_contains(allowed, argument)) then
    refuse(("`%s` takes no `%s`"):format(name, table.concat(given, " ", 2)), allowed)
    return
  end
  subcommand.run(argument)
end

--- What may follow.
---@param lead string what is there of the word
---@param line string the command line up to the cursor, and what follows that
---@return string[]
function M.complete(lead, line)
  -- A range or modifiers may stand before the command.
  local words = vim.split(line:match("Antipasta%s+(.*)$") or "", "%s+")
  local candidates = {}
  if #words == 1 then
    candidates = names()
  elseif #words == 2 and subcommands[words[1]] then
    candidates = subcommands[words[1]].arguments or {}
  end
  return vim.tbl_filter(function(candidate)
    return vim.startswith(candidate, lead)
  end, candidates)
end

return M
