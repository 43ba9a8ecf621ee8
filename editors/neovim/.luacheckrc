-- Neovim runs LuaJIT and gives its modules `vim`, whose tables of options and variables are assigned to.
std = "luajit"
globals = { "vim" }
max_line_length = 120
