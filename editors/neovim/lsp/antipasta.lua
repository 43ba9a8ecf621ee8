-- What `vim.lsp.enable("antipasta")` starts, in Neovim 0.11 and newer.
return require("antipasta.server").config()
