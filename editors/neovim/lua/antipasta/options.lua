--- What can be set by `setup{}`.
local M = {}

---@class antipasta.Options
---@field cmd? string|string[] the server, if it is not to be looked for: a path, or a command with arguments
---@field venv? boolean whether it is looked for in virtual environments
---@field settings? table the server's settings, as docs/language-server.md has them
---@field lenses? boolean whether functions and classes have code lenses
---@field hints? boolean whether lines that add to cognitive complexity have inlay hints
---@field statusline? antipasta.StatuslineOptions

---@class antipasta.StatuslineOptions
---@field metrics? string[] which metrics are shown, in this order, where the function, class or file has them
---@field format? fun(report: table): string makes the text of the answer to `antipasta/metrics`, in place of the plugin

---@type antipasta.Options
local defaults = {
  cmd = nil,
  venv = true,
  settings = {},
  lenses = true,
  hints = false,
  statusline = {
    metrics = { "cyclomatic_complexity", "cognitive_complexity", "weighted_methods_per_class" },
    format = nil,
  },
}

local types = {
  cmd = { "string", "table" },
  venv = { "boolean" },
  settings = { "table" },
  lenses = { "boolean" },
  hints = { "boolean" },
  statusline = { "table" },
}
local statusline_types = { metrics = { "table" }, format = { "function" } }

local current = vim.deepcopy(defaults)

local function words(keys)
  return "`" .. table.concat(keys, "`, `") .. "`"
end

---@param prefix string what the names are reported with
local function validate(given, allowed, prefix)
  for name, value in pairs(given) do
    local expected = allowed[name]
    if not expected then
      local names = vim.tbl_keys(allowed)
      table.sort(names)
      error(("antipasta: `%s%s` is no option; there are %s"):format(prefix, tostring(name), words(names)), 0)
    end
    if not vim.tbl_contains(expected, type(value)) then
      local wanted = table.concat(expected, " or ")
      error(("antipasta: `%s%s` must be a %s, not a %s"):format(prefix, name, wanted, type(value)), 0)
    end
  end
end

---@param list any[]
local function validate_strings(list, name)
  if not vim.islist(list) then
    error(("antipasta: `%s` must be a list"):format(name), 0)
  end
  for _, item in ipairs(list) do
    if type(item) ~= "string" then
      error(("antipasta: `%s` must hold strings, not a %s"):format(name, type(item)), 0)
    end
  end
end

--- The options that hold now.
---@return antipasta.Options
function M.get()
  return current
end

--- Sets all options: those that are not given to their defaults. Raises an error that says which option is wrong.
---@param given antipasta.Options
function M.set(given)
  if type(given) ~= "table" then
    error(("antipasta: options must be a table, not a %s"):format(type(given)), 0)
  end
  validate(given, types, "")
  validate(given.statusline or {}, statusline_types, "statusline.")
  if type(given.cmd) == "table" then
    validate_strings(given.cmd, "cmd")
  end
  if given.cmd and #given.cmd == 0 then
    error("antipasta: `cmd` must not be empty", 0)
  end
  validate_strings(given.statusline and given.statusline.metrics or {}, "statusline.metrics")
  current = vim.tbl_deep_extend("force", defaults, given)
end

return M
