--- `:checkhealth antipasta`.
local binary = require("antipasta.binary")
local clients = require("antipasta.clients")
local escape = require("antipasta.escape")
local workspace = require("antipasta.workspace")

local M = {}

--- Milliseconds that the binary has for an answer.
local PATIENCE = 5000
--- How many buffers have their configuration looked up.
local MOST_BUFFERS = 20

-- Runs the binary; its standard output, or nothing and what went wrong.
local function ask(found, words, folder)
  local command = vim.list_extend(vim.deepcopy(found.command), words)
  -- Neovim raises an error for what cannot be executed at all.
  local is_started, result = pcall(function()
    return vim.system(command, { text = true, cwd = folder, timeout = PATIENCE }):wait()
  end)
  if not is_started then
    return nil, tostring(result)
  end
  if result.code ~= 0 then
    local why = vim.trim(result.stderr or "")
    return nil, why ~= "" and why or ("exit code %d, signal %d"):format(result.code, result.signal)
  end
  return vim.trim(result.stdout)
end

local function check_neovim()
  local version = tostring(vim.version())
  if vim.fn.has("nvim-0.10") == 0 then
    vim.health.error("Neovim " .. version .. " is too old: 0.10 or newer is needed")
  elseif vim.fn.has("nvim-0.11") == 0 then
    vim.health.ok("Neovim " .. version .. ": setup() starts the server; vim.lsp.enable() is there from 0.11 on")
  else
    vim.health.ok("Neovim " .. version)
  end
end

-- The binary for a folder, if it is in order; its version.
local function check_binary(root)
  local found, search = binary.find(root)
  for _, withheld in ipairs(search.withheld) do
    vim.health.warn(binary.withheld(withheld), {
      "To have it run, open a file of the workspace and call :Antipasta trust, which first shows what it is",
    })
  end
  if not found then
    vim.health.error(binary.missing(search), {
      "Install it from a clone: cargo install --path server --locked",
      'Or say where it is: require("antipasta").setup({ cmd = "/path/to/antipasta-lsp" })',
    })
    return
  end
  local path = escape.one_line(table.concat(found.command, " "))
  local answer, why = ask(found, { "--version" })
  local version = answer and answer:match("^antipasta%-lsp%s+(%S+)")
  if not version then
    vim.health.error(("%s (found by %s) does not tell its version: %s"):format(path, found.source, why or answer), {
      "Install it anew, or name another by the option `cmd`",
    })
    return
  end
  vim.health.ok(("antipasta-lsp %s: %s, found by %s"):format(version, path, found.source))
  return found, version
end

local function check_configuration(found, client, bufnr)
  local path = vim.api.nvim_buf_get_name(bufnr)
  if path == "" then
    return
  end
  local words = { "config", "show" }
  local setting = vim.tbl_get(client.settings or {}, "antipasta", "configuration")
  if setting then
    vim.list_extend(words, { "--config", setting })
  end
  local shown, why = ask(found, vim.list_extend(words, { path }), client.root_dir)
  local name = escape.one_line(vim.fn.fnamemodify(path, ":~:."))
  if not shown then
    vim.health.error(("%s: the configuration has an error: %s"):format(name, why), {
      "The server goes on with the last one that had none",
    })
    return
  end
  -- The first line is a comment that says where it is from.
  vim.health.info(("%s is judged by %s"):format(name, shown:match("^#%s*([^\n]*)") or "?"))
end

local function check_client(client, found, version)
  local buffers = vim.tbl_keys(client.attached_buffers)
  table.sort(buffers)
  local root = escape.one_line(client.root_dir or "no workspace")
  vim.health.ok(("Client %d is attached to %d buffer(s) of %s"):format(client.id, #buffers, root))
  local running = vim.tbl_get(client, "server_info", "version")
  if running and version and running ~= version then
    vim.health.warn(("The server that runs is %s, the binary is %s"):format(running, version), {
      ":Antipasta restart",
    })
  end
  for index = 1, math.min(#buffers, found and MOST_BUFFERS or 0) do
    check_configuration(found, client, buffers[index])
  end
end

local function advise_without_client()
  if vim.lsp.is_enabled and not vim.lsp.is_enabled(clients.NAME) then
    vim.health.warn("The server is not enabled", {
      'Call require("antipasta").setup(), or vim.lsp.enable("antipasta")',
    })
  else
    vim.health.warn("No client is attached", { "Open a Python file", ":Antipasta restart, and :Antipasta log" })
  end
end

--- Reports on Neovim, the binary, the clients that are attached and the configurations that hold.
function M.check()
  vim.health.start("antipasta: editor and binary")
  check_neovim()
  local running = clients.all()
  if #running == 0 then
    check_binary(workspace.root_of(vim.fn.getcwd(), workspace.MARKERS) or vim.fn.getcwd())
    vim.health.start("antipasta: clients")
    advise_without_client()
  end
  for _, client in ipairs(running) do
    local found, version = check_binary(client.root_dir)
    vim.health.start("antipasta: client and configuration")
    check_client(client, found, version)
  end
end

return M
