--- How the server is started, and started again.
local binary = require("antipasta.binary")
local clients = require("antipasta.clients")
local options = require("antipasta.options")
local recovery = require("antipasta.recovery")
local workspace = require("antipasta.workspace")

local M = {}

local has_enable = vim.fn.has("nvim-0.11") == 1
--- Milliseconds after which a server that was told to shut down is terminated.
local PATIENCE = 2000
--- Milliseconds from the end of a server to the start of the next: Neovim first forgets the one that ended.
local PAUSE = 200

-- Ids of clients that end so that others can take their place.
local leaving = {}
-- Connections that the editor cut on purpose.
local terminated = setmetatable({}, { __mode = "k" })

-- The configuration that holds, with what the user made of it.
local function effective()
  return has_enable and vim.lsp.config[clients.NAME] or M.config()
end

--- The folder of a buffer's workspace.
---@param bufnr integer
---@return string?
function M.root_of(bufnr)
  return workspace.root_of(bufnr, effective().root_markers or {})
end

-- Without a binary there is no workspace, so that nothing is started.
local function root_dir(bufnr, on_dir)
  local root = M.root_of(bufnr)
  if type(effective().cmd) == "function" then
    local found, search = binary.find(root)
    if not found then
      binary.report_missing(search)
      return
    end
  end
  on_dir(root)
end

-- The second parameter is there from 0.11.1 on.
local function connect(dispatchers, config)
  config = config or {}
  local found, search = binary.find(config.root_dir or M.root_of(0))
  if not found then
    error("antipasta: " .. binary.missing_in_short(search), 0)
  end
  local extra = { cwd = config.cmd_cwd, env = config.cmd_env, detached = config.detached }
  local connection = vim.lsp.rpc.start(found.command, dispatchers, extra)
  local terminate = connection.terminate
  connection.terminate = function()
    terminated[connection] = true
    terminate()
  end
  return connection
end

local function start_all(buffers)
  for _, bufnr in ipairs(buffers) do
    M.start(bufnr)
  end
end

local function on_exit(code, signal, client_id)
  local client = vim.lsp.get_client_by_id(client_id)
  if not client then
    return
  end
  local buffers = vim.tbl_keys(client.attached_buffers)
  local was_asked = terminated[client.rpc] or (code == 0 and signal == 0)
  vim.schedule(function()
    if vim.v.exiting ~= vim.NIL then
      return
    end
    if leaving[client_id] then
      leaving[client_id] = nil
    elseif was_asked or not recovery.may_start_again(code, signal) then
      return
    end
    vim.defer_fn(function()
      start_all(buffers)
    end, PAUSE)
  end)
end

--- The configuration of the client, as `vim.lsp.config()` takes it.
---@return table
function M.config()
  return {
    name = clients.NAME,
    cmd = connect,
    filetypes = { "python" },
    root_markers = workspace.MARKERS,
    root_dir = root_dir,
    on_exit = on_exit,
    settings = { antipasta = vim.deepcopy(options.get().settings) },
    capabilities = { workspace = { codeLens = { refreshSupport = true } } },
    handlers = {
      ["window/showMessage"] = function(_, params)
        require("antipasta.report").show_message(params)
      end,
      -- Neovim's own asks, and waits for the answer.
      ["window/showMessageRequest"] = function(_, params)
        require("antipasta.report").show_message(params)
        return vim.NIL
      end,
      -- To Neovim `null` is no answer, and hints that were turned off would stay.
      ["textDocument/inlayHint"] = function(failure, hints, context)
        return vim.lsp.handlers["textDocument/inlayHint"](failure, hints or {}, context)
      end,
      ["workspace/codeLens/refresh"] = function(failure, result, context)
        require("antipasta.views").refresh(context.client_id)
        local own = vim.lsp.handlers["workspace/codeLens/refresh"]
        return own and own(failure, result, context) or vim.NIL
      end,
    },
  }
end

--- Starts the server for a buffer, if none that runs is right for it.
---@param bufnr integer
function M.start(bufnr)
  if not vim.api.nvim_buf_is_loaded(bufnr) or vim.bo[bufnr].buftype ~= "" then
    return
  end
  local config = vim.deepcopy(effective())
  local function start(root)
    config.root_dir = root
    if not has_enable then
      local all = vim.lsp.protocol.make_client_capabilities()
      config.capabilities = vim.tbl_deep_extend("force", all, config.capabilities)
    end
    vim.lsp.start(config, { bufnr = bufnr, reuse_client = config.reuse_client })
  end
  if type(config.root_dir) == "function" then
    config.root_dir(bufnr, start)
  else
    start(config.root_dir or M.root_of(bufnr))
  end
end

local function python_buffers()
  return vim.tbl_filter(function(bufnr)
    return vim.api.nvim_buf_is_loaded(bufnr) and vim.tbl_contains(effective().filetypes, vim.bo[bufnr].filetype)
  end, vim.api.nvim_list_bufs())
end

--- Has the server started for all Python buffers, those that are open and those to come.
function M.enable()
  if has_enable then
    vim.lsp.config(clients.NAME, { settings = { antipasta = vim.deepcopy(options.get().settings) } })
    vim.lsp.enable(clients.NAME)
    return
  end
  vim.api.nvim_create_autocmd("FileType", {
    group = vim.api.nvim_create_augroup("antipasta.start", {}),
    pattern = M.config().filetypes,
    callback = function(event)
      M.start(event.buf)
    end,
  })
  start_all(python_buffers())
end

--- Ends the servers that run, and starts them again for the buffers that they had; if none runs, starts it for all
--- Python buffers.
function M.restart()
  recovery.forget()
  binary.forget()
  local running = clients.all()
  if #running == 0 then
    start_all(python_buffers())
  end
  for _, client in ipairs(running) do
    leaving[client.id] = true
    clients.stop(client)
    vim.defer_fn(function()
      if leaving[client.id] then
        clients.stop(client, true)
      end
    end, PATIENCE)
  end
end

return M
