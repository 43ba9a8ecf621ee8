-- Nothing but the command is there before it is asked for.
if vim.g.loaded_antipasta or vim.fn.has("nvim-0.10") == 0 then
  return
end
vim.g.loaded_antipasta = true

vim.api.nvim_create_user_command("Antipasta", function(call)
  require("antipasta.command").run(call.fargs)
end, {
  nargs = "+",
  desc = "Code metrics for Python: report, worst, lenses, hints, log, restart, trust",
  complete = function(lead, line)
    return require("antipasta.command").complete(lead, line)
  end,
})
