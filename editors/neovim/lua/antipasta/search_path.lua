--- Where on the PATH a program is.
---
--- Not by `exepath()`, and not left to the system: both look in the current directory, which is the workspace's, if an
--- entry is empty or relative, and on Windows before any entry.
local M = {}

---@class antipasta.System what there is to look by
---@field is_windows boolean
---@field path string the variable PATH
---@field current string the current directory
---@field is_executable fun(path: string): boolean

--- Whether a path is absolute. On Windows one that begins with a single slash is not: it is of the current drive.
---@param path string
---@param is_windows boolean
---@return boolean
function M.is_absolute(path, is_windows)
  if is_windows then
    return path:find("^%a:[\\/]") ~= nil or path:find("^[\\/][\\/]") ~= nil
  end
  return vim.startswith(path, "/")
end

-- A path in the form that two are compared in.
local function comparable(path, is_windows)
  path = is_windows and path:gsub("\\", "/"):lower() or path
  return (path:gsub("(.)/+$", "%1"))
end

-- The names that a program has.
local function file_names(name, is_windows)
  if not is_windows or name:find("%.%w+$") then
    return { name }
  end
  return { name .. ".exe", name .. ".cmd", name .. ".bat" }
end

--- All programs of a name on the PATH, the first that counts first. Entries that are empty or relative are passed over,
--- and so is the current directory.
---@param name string
---@param system antipasta.System
---@return string[] paths
function M.find_all(name, system)
  local current = comparable(system.current, system.is_windows)
  local found = {}
  for _, entry in ipairs(vim.split(system.path, system.is_windows and ";" or ":", { plain = true })) do
    local folder = system.is_windows and entry:gsub('^"(.*)"$', "%1") or entry
    if M.is_absolute(folder, system.is_windows) and comparable(folder, system.is_windows) ~= current then
      for _, file in ipairs(file_names(name, system.is_windows)) do
        local path = folder:gsub("[\\/]+$", "") .. "/" .. file
        if system.is_executable(path) then
          table.insert(found, path)
        end
      end
    end
  end
  return found
end

--- Whether a path is that of a file which can be run.
---@param path string
---@return boolean
function M.is_executable(path)
  local found = vim.uv.fs_stat(path)
  return found ~= nil and found.type == "file" and vim.uv.fs_access(path, "X") == true
end

--- The system that this is.
---@return antipasta.System
function M.here()
  return {
    is_windows = vim.fn.has("win32") == 1,
    path = vim.env.PATH or "",
    current = vim.uv.cwd() or "",
    is_executable = M.is_executable,
  }
end

return M
