--- Where the server's binary is.
local options = require("antipasta.options")

local M = {}

local NAME = "antipasta-lsp"
local is_windows = vim.fn.has("win32") == 1
local told = {}

---@class antipasta.Binary
---@field command string[] what to run, without the server's own arguments
---@field source string what it was found by, for people

local function in_environment(folder)
  local scripts = is_windows and "Scripts" or "bin"
  return vim.fs.joinpath(folder, scripts, is_windows and NAME .. ".exe" or NAME)
end

--- Finds the binary: by the option `cmd` alone if that is set, else in the virtual environment of the workspace, in the
--- one that is activated, and on the PATH.
---@param root string? the workspace's folder
---@return antipasta.Binary? found
---@return string[] places where it was looked for, up to where it was found
function M.find(root)
  local places = {}
  local function try(path, source)
    table.insert(places, source)
    local full = vim.fn.exepath(path)
    return full ~= "" and { command = { full }, source = source } or nil
  end

  local cmd = options.get().cmd
  if cmd then
    local words = type(cmd) == "table" and cmd or { cmd }
    local found = try(vim.fs.normalize(words[1]), ("the option `cmd` (%s)"):format(words[1]))
    if found then
      vim.list_extend(found.command, words, 2)
    end
    return found, places
  end

  local environments = {}
  if options.get().venv then
    for _, name in ipairs(root and { ".venv", "venv" } or {}) do
      table.insert(environments, { vim.fs.joinpath(root, name), name })
    end
    -- An empty variable is as good as none.
    if (vim.env.VIRTUAL_ENV or "") ~= "" then
      table.insert(environments, { vim.env.VIRTUAL_ENV, "$VIRTUAL_ENV" })
    end
  end
  for _, environment in ipairs(environments) do
    local found = try(in_environment(environment[1]), environment[2])
    if found then
      return found, places
    end
  end
  return try(NAME, "$PATH"), places
end

--- Says that there is no binary and what to do about it; the same only once.
---@param places string[] where it was looked for
function M.report_missing(places)
  local message = M.missing(places)
  if not told[message] then
    told[message] = true
    vim.schedule(function()
      vim.notify("antipasta: " .. message, vim.log.levels.ERROR)
    end)
  end
end

--- What there is to say if there is no binary.
---@param places string[] where it was looked for
---@return string
function M.missing(places)
  local where = table.concat(places, ", ")
  return ("%s not found in %s. Install it, or set `cmd` in setup(); see :help antipasta-install"):format(NAME, where)
end

--- Has a missing binary reported again.
function M.forget()
  told = {}
end

return M
