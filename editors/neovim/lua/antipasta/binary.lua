--- Where the server's binary is. What the workspace brings is run only if the user has trusted it.
local escape = require("antipasta.escape")
local notice = require("antipasta.notice")
local options = require("antipasta.options")
local search_path = require("antipasta.search_path")
local trust = require("antipasta.trust")
local workspace = require("antipasta.workspace")

local M = {}

local NAME = "antipasta-lsp"
local told = {}

---@class antipasta.Binary
---@field command string[] what to run, without the server's own arguments
---@field source string what it was found by, for people

---@class antipasta.Place a file that may be the binary
---@field path string
---@field source string what it is found by, for people
---@field is_brought boolean whether the workspace brings it

---@class antipasta.Withheld a program that is not run, as the workspace brings it
---@field path string
---@field source string
---@field state "unknown"|"changed"|"denied" what the user thinks of it

---@class antipasta.Search what was looked at, up to where the binary was found
---@field places string[] for people
---@field withheld antipasta.Withheld[]

local function in_environment(folder)
  local is_windows = search_path.here().is_windows
  local file = is_windows and "Scripts/" .. NAME .. ".exe" or "bin/" .. NAME
  return vim.fs.joinpath(vim.fs.normalize(folder), file)
end

local function on_path(name, source, root)
  return vim.tbl_map(function(path)
    return { path = path, source = source, is_brought = workspace.holds(root, path) }
  end, search_path.find_all(name, search_path.here()))
end

-- Where the option `cmd` says. An absolute path is the user's word; one that is relative is whatever is there.
local function by_option(name, source, root)
  local path = vim.fs.normalize(name)
  if search_path.is_absolute(path, search_path.here().is_windows) then
    return { { path = path, source = source, is_brought = false } }
  end
  if path:find("/", 1, true) then
    return { { path = vim.fs.joinpath(vim.uv.cwd(), path), source = source, is_brought = true } }
  end
  return on_path(path, source, root)
end

local function in_environments(root)
  local found = {}
  for _, name in ipairs(root and { ".venv", "venv" } or {}) do
    local path = in_environment(vim.fs.joinpath(root, name))
    table.insert(found, { path = path, source = name, is_brought = true })
  end
  local active = vim.env.VIRTUAL_ENV or ""
  if search_path.is_absolute(active, search_path.here().is_windows) then
    local path = in_environment(active)
    table.insert(found, { path = path, source = "$VIRTUAL_ENV", is_brought = workspace.holds(root, path) })
  end
  return found
end

-- The files to look at, the first that counts first, and what people call the places where they are looked for.
---@return antipasta.Place[]
---@return string[]
local function candidates(root)
  local cmd = options.get().cmd
  if cmd then
    local name = type(cmd) == "table" and cmd[1] or cmd
    local source = ("the option `cmd` (%s)"):format(name)
    return by_option(name, source, root), { source }
  end
  local found = options.get().venv and in_environments(root) or {}
  local names = vim.tbl_map(function(place)
    return place.source
  end, found)
  return vim.list_extend(found, on_path(NAME, "$PATH", root)), vim.list_extend(names, { "$PATH" })
end

--- Finds the binary: by the option `cmd` alone if that is set, else in the virtual environment of the workspace, in the
--- one that is activated, and on the PATH.
---@param root string? the workspace's folder
---@return antipasta.Binary? found
---@return antipasta.Search
function M.find(root)
  local places, names = candidates(root)
  local search = { places = names, withheld = {} }
  for _, place in ipairs(places) do
    if search_path.is_executable(place.path) then
      local state = place.is_brought and trust.state(place.path) or "trusted"
      if state == "trusted" then
        local cmd = options.get().cmd
        local words = type(cmd) == "table" and vim.list_slice(cmd, 2) or {}
        return { command = { place.path, unpack(words) }, source = place.source }, search
      end
      table.insert(search.withheld, { path = place.path, source = place.source, state = state })
    end
  end
  return nil, search
end

local reasons = {
  unknown = "you have not trusted it",
  changed = "it has changed since you trusted it",
  denied = "you denied it trust",
}

--- Says that a program is not run, and why.
---@param withheld antipasta.Withheld
---@return string
function M.withheld(withheld)
  local path = escape.one_line(vim.fn.fnamemodify(withheld.path, ":~:."))
  return ("%s is not run, as it is of the workspace and %s"):format(path, reasons[withheld.state])
end

--- Says that there is no binary, where it was looked for, and what to do.
---@param search antipasta.Search
---@return string
function M.missing(search)
  local where = table.concat(search.places, ", ")
  return ("%s not found in %s. Install it, or set `cmd` in setup(); see :help antipasta-install"):format(NAME, where)
end

--- The same in short, with where more is to be read.
---@param search antipasta.Search
---@return string
function M.missing_in_short(search)
  if #search.withheld > 0 then
    return "the workspace's server is not run, see :Antipasta trust"
  end
  return NAME .. " was not found, see :checkhealth antipasta"
end

--- Tells the user that there is no binary; the same only once.
---@param search antipasta.Search
function M.report_missing(search)
  local message = M.missing_in_short(search)
  if not told[message] then
    told[message] = true
    vim.schedule(function()
      notice.tell(message, vim.log.levels.ERROR)
    end)
  end
end

--- Has a missing binary reported again.
function M.forget()
  told = {}
end

return M
