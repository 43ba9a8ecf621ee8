--- Code metrics for Python, by antipasta-lsp: what configurations call. `:help antipasta` has it all.
local M = {}

--- Starts the server for Python buffers, and turns on what `options` asks for. May be called again.
---@param options? antipasta.Options what is left out has its default
function M.setup(options)
  require("antipasta.options").set(options or {})
  -- For plugin managers that put the plugin on 'runtimepath' after plugins are loaded.
  vim.cmd.runtime("plugin/antipasta.lua")
  require("antipasta.views").follow()
  require("antipasta.server").enable()
end

--- The metrics of the function or class under the cursor, for a status line: `get: cyclomatic 12 > 10 · cognitive 7`.
--- Takes what is known, and never waits: what is not known is asked for, and the status line drawn again. It is empty
--- outside functions and classes, and in buffers without the server.
---@param how? {highlight?: boolean} `highlight`: what violates its threshold is in `DiagnosticWarn`, by items of
--- 'statusline'
---@return string
function M.statusline(how)
  return require("antipasta.statusline").text(vim.g.statusline_winid or 0, how and how.highlight or false)
end

return M
