--- Programs of workspaces that the user has trusted: by path and content, in the database of `vim.secure`.
---
--- `vim.secure.read()` is not asked: it opens a dialog about a file that is not trusted, and fails on any that has a NUL,
--- as programs do.
local M = {}

--- Bytes: no server is longer.
M.MOST_BYTES = 1024 * 1024 * 1024

-- Hashes of files, with the state of the file that they are of.
---@type table<string, {of: string, hash: string}>
local hashes = {}

local function full_path(path)
  return vim.uv.fs_realpath(vim.fs.normalize(path))
end

-- What the database says of a file: its hash, or `!` for one that is never to be trusted.
local function recorded(full)
  local file = io.open(vim.fs.joinpath(vim.fn.stdpath("state"), "trust"), "r")
  if not file then
    return
  end
  local found
  for line in file:lines() do
    local hash, path = line:match("^(%S+) (.+)$")
    if path == full then
      found = hash
    end
  end
  file:close()
  return found
end

local function is_binary(contents)
  return contents:find("%z") ~= nil
end

-- The text whose SHA-256 stands for a file. That of a text is its own, as for `vim.secure`. What has a NUL can only be
-- hashed by way of Base64; the line that has this hash does nothing if it is run itself.
local function text_of(contents)
  if not is_binary(contents) then
    return contents
  end
  return ("# SHA-256 of the Base64: %s\n"):format(vim.fn.sha256(vim.base64.encode(contents)))
end

-- Whether a path is in the database's power: a line of it is a hash and a path.
local function is_recordable(full)
  return not full:find("[%z\n\r]")
end

local function read(full)
  local stat = vim.uv.fs_stat(full)
  if not stat or stat.type ~= "file" or stat.size > M.MOST_BYTES then
    return
  end
  local file = io.open(full, "rb")
  local contents = file and file:read("*a")
  if file then
    file:close()
  end
  return contents, stat
end

local function state_of(stat)
  local times = { stat.mtime.sec, stat.mtime.nsec, stat.ctime.sec, stat.ctime.nsec }
  return table.concat(vim.list_extend({ stat.dev, stat.ino, stat.size }, times), " ")
end

-- The hash of a file's content, which is computed again only if the file has changed.
local function hash_of(full)
  local stat = vim.uv.fs_stat(full)
  local known = hashes[full]
  if stat and known and known.of == state_of(stat) then
    return known.hash
  end
  local contents
  contents, stat = read(full)
  if not contents then
    return
  end
  local hash = vim.fn.sha256(text_of(contents))
  hashes[full] = { of = state_of(stat), hash = hash }
  return hash
end

--- What the user thinks of a file. Never asks.
---@param path string
---@return "trusted"|"changed"|"denied"|"unknown"
function M.state(path)
  local full = full_path(path)
  local hash = full and is_recordable(full) and recorded(full)
  if not hash then
    return "unknown"
  end
  if hash == "!" then
    return "denied"
  end
  return hash == hash_of(full) and "trusted" or "changed"
end

---@class antipasta.Program a file, as it was read
---@field path string without links
---@field size integer bytes
---@field is_binary boolean
---@field text string what is hashed

--- Reads a file that the user may trust.
---@param path string
---@return antipasta.Program?
---@return string? why not
function M.look(path)
  local full = full_path(path)
  if not full then
    return nil, "it is not there"
  end
  if not is_recordable(full) then
    return nil, "its path has a line end"
  end
  local contents = read(full)
  if not contents then
    return nil, "it cannot be read"
  end
  return { path = full, size = #contents, is_binary = is_binary(contents), text = text_of(contents) }
end

-- The buffer that has a file open: no other can have its name.
local function buffer_of(path)
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    local name = vim.api.nvim_buf_is_loaded(bufnr) and vim.api.nvim_buf_get_name(bufnr) or ""
    if name ~= "" and full_path(name) == path then
      return bufnr
    end
  end
end

-- A buffer that `vim.secure` takes for a file and hashes to what stands for it.
local function stand_in(path, text)
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.bo[bufnr].undolevels = -1
  vim.bo[bufnr].fileformat = "unix"
  vim.bo[bufnr].endofline = vim.endswith(text, "\n")
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, true, vim.split((text:gsub("\n$", "")), "\n", { plain = true }))
  vim.cmd(("noautocmd call nvim_buf_set_name(%d, %s)"):format(bufnr, vim.fn.string(path)))
  return bufnr
end

--- Records that the user trusts a program as it was read.
---@param program antipasta.Program
---@return string? why it could not be done
function M.allow(program)
  local open = buffer_of(program.path)
  local bufnr = open or stand_in(program.path, program.text)
  vim.fn.mkdir(vim.fn.stdpath("state"), "p")
  local fine, is_recorded, why = pcall(vim.secure.trust, { action = "allow", bufnr = bufnr })
  if not open then
    vim.api.nvim_buf_delete(bufnr, { force = true })
  end
  if not fine or not is_recorded then
    return tostring(fine and why or is_recorded)
  end
  if recorded(program.path) ~= vim.fn.sha256(program.text) then
    vim.secure.trust({ action = "remove", path = program.path })
    return "a buffer has it open, and differs from the file"
  end
end

return M
