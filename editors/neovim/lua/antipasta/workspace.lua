--- Which folder is a workspace, and what is in it.
local M = {}

--- What a workspace is known by: the nearest folder above a file that has the first of these, or else the next.
M.MARKERS = { ".antipasta.yaml", "pyproject.toml", ".git" }

--- The folder of a workspace.
---@param source integer|string a buffer or a path in it
---@param markers (string|string[])[]
---@return string?
function M.root_of(source, markers)
  for _, marker in ipairs(markers) do
    local root = vim.fs.root(source, marker)
    if root then
      return root
    end
  end
end

local is_windows = vim.fn.has("win32") == 1

local function normal(path)
  path = vim.fs.normalize(path)
  return is_windows and path:lower() or path
end

-- A path without links, in the form that two are compared in; of what is not there, the path itself.
local function real(path)
  return normal(vim.uv.fs_realpath(path) or path)
end

local function is_within(folder, path)
  return path == folder or vim.startswith(path, (folder:gsub("/$", "")) .. "/")
end

local function has_marker(folder)
  return vim.iter(M.MARKERS):any(function(marker)
    return vim.uv.fs_stat(vim.fs.joinpath(folder, marker)) ~= nil
  end)
end

-- The outermost folder that came along with a workspace: the repository that it is a part of. The home folder, and what
-- that is in, is the user's own, even if it is a repository.
local function top_of(root, home)
  local top = root
  for parent in vim.fs.parents(root) do
    if is_within(real(parent), home) then
      break
    end
    top = has_marker(parent) and parent or top
  end
  return top
end

--- Whether a path is part of what came along with a workspace, by its name or by what it links to.
---@param root string? the workspace's folder
---@param path string absolute
---@return boolean
function M.holds(root, path)
  local home = real(vim.uv.os_homedir() or "")
  if not root or is_within(real(root), home) then
    return false
  end
  local top = top_of(root, home)
  return is_within(normal(top), normal(path)) or is_within(real(top), normal(path)) or is_within(real(top), real(path))
end

return M
