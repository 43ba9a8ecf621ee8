--- Code lenses and inlay hints: which are on, and keeping them up to date.
local clients = require("antipasta.clients")
local notice = require("antipasta.notice")
local options = require("antipasta.options")

local M = {}

--- Milliseconds without a change after which lenses are asked for: Neovim draws all of a buffer's at once.
local DELAY = 200

-- What `:Antipasta` made of the options.
local chosen = {}
-- Timers of the buffers whose changes are followed.
---@type table<integer, uv.uv_timer_t>
local timers = {}

local function is_on(view)
  if chosen[view] ~= nil then
    return chosen[view]
  end
  return options.get()[view]
end

local function show_lenses(bufnr)
  local client = vim.api.nvim_buf_is_loaded(bufnr) and clients.of(bufnr)
  if not client or not is_on("lenses") then
    return
  end
  -- Not vim.lsp.codelens.refresh: that never asks again once a server has ended without an answer.
  local params = { textDocument = vim.lsp.util.make_text_document_params(bufnr) }
  clients.request(client, "textDocument/codeLens", params, function(failure, lenses, context)
    if not failure and is_on("lenses") then
      vim.lsp.codelens.on_codelens(failure, lenses, context)
    end
  end, bufnr)
end

-- Has lenses follow all changes of a buffer, whoever makes them, for as long as it has the server.
local function follow_changes(bufnr)
  if timers[bufnr] then
    return
  end
  local timer = assert(vim.uv.new_timer())
  local function show()
    show_lenses(bufnr)
  end
  local function drop()
    if not timer:is_closing() then
      timer:close()
    end
    timers[bufnr] = nil
  end
  local is_followed = vim.api.nvim_buf_attach(bufnr, false, {
    on_lines = function()
      if not clients.of(bufnr) then
        drop()
        return true
      end
      if is_on("lenses") then
        timer:start(DELAY, 0, vim.schedule_wrap(show))
      end
    end,
    on_detach = drop,
  })
  if is_followed then
    timers[bufnr] = timer
  else
    timer:close()
  end
end

-- From 0.12 on Neovim keeps lenses up to date by itself.
local keeps_lenses = vim.lsp.codelens.enable ~= nil

local function apply_lenses(client, bufnr)
  if keeps_lenses then
    vim.lsp.codelens.enable(is_on("lenses"), { bufnr = bufnr, client_id = client.id })
  elseif is_on("lenses") then
    follow_changes(bufnr)
    show_lenses(bufnr)
  else
    vim.lsp.codelens.clear(client.id, bufnr)
  end
end

-- The server sends hints only if its settings say so.
local function apply_hint_setting(client)
  local settings = vim.tbl_deep_extend("force", client.settings or {}, { antipasta = { inlayHints = is_on("hints") } })
  client.settings = settings
  clients.notify(client, "workspace/didChangeConfiguration", { settings = settings })
end

local function apply_hints(bufnr)
  -- Off is the server's to do: other servers may have hints in the buffer.
  if is_on("hints") then
    vim.lsp.inlay_hint.enable(true, { bufnr = bufnr })
  end
end

local function attach(client, bufnr)
  if is_on("hints") then
    apply_hint_setting(client)
  end
  apply_hints(bufnr)
  apply_lenses(client, bufnr)
end

--- Looks after all buffers that the server is attached to, and will be.
function M.follow()
  chosen = {}
  vim.api.nvim_create_autocmd("LspAttach", {
    group = vim.api.nvim_create_augroup("antipasta.views", {}),
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if client and client.name == clients.NAME then
        attach(client, event.buf)
      end
    end,
  })
  for _, client in ipairs(clients.all()) do
    for bufnr in pairs(client.attached_buffers) do
      attach(client, bufnr)
    end
  end
end

--- Has everything shown anew: thresholds or settings have changed.
---@param client_id integer whose buffers are meant
function M.refresh(client_id)
  local client = vim.lsp.get_client_by_id(client_id)
  for bufnr in pairs(client and client.attached_buffers or {}) do
    if not keeps_lenses then
      show_lenses(bufnr)
    end
  end
  require("antipasta.statusline").forget()
end

--- Turns lenses or hints on or off, in all buffers.
---@param view "lenses"|"hints"
---@param state? "on"|"off" left out: the other way round
function M.toggle(view, state)
  chosen[view] = (state == nil and not is_on(view)) or state == "on"
  for _, client in ipairs(clients.all()) do
    if view == "hints" then
      apply_hint_setting(client)
    end
    for bufnr in pairs(client.attached_buffers) do
      if view == "hints" then
        apply_hints(bufnr)
      else
        apply_lenses(client, bufnr)
      end
    end
  end
  notice.tell(("%s are %s"):format(view, chosen[view] and "on" or "off"))
end

return M
