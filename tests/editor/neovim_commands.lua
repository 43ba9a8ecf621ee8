-- Every subcommand, option and command that the documents name, in a Neovim with a screen: none raises an error, tells one
-- or waits for a key. What the plugin has and these tables lack is a failure.
--
--   ANTIPASTA_DOCUMENTS  the documents that name commands, as a JSON list of paths

local session = dofile(vim.fs.joinpath(vim.fs.dirname(debug.getinfo(1, "S").source:sub(2)), "neovim_session.lua"))
local test = session.test

session.patience = 60000 * session.slowness

-- What the user of the other Neovim is told, and how that sees itself.
local INIT = [[
  require("vim.lsp.log").error("a line to find")
  told = {}
  local notify = vim.notify
  vim.notify = function(message, level, ...)
    table.insert(told, { text = message, level = level or vim.log.levels.INFO })
    return notify(message, level, ...)
  end
  function is_told(pattern)
    return vim.iter(told):any(function(message)
      return message.text:find(pattern) ~= nil
    end)
  end
  function floating_text()
    for _, id in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(id).relative ~= "" then
        return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(id), 0, -1, true), "\n")
      end
    end
    return ""
  end
  function buffer_text()
    return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n")
  end
  function lenses()
    local found = 0
    for name, namespace in pairs(vim.api.nvim_get_namespaces()) do
      if name:find("codelens") then
        found = found + #vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, {})
      end
    end
    return found
  end
  function hints()
    return #vim.lsp.inlay_hint.get({ bufnr = 0 })
  end
  function client()
    return vim.lsp.get_clients({ name = "antipasta", bufnr = 0 })[1]
  end
  function quickfix()
    return vim.bo.buftype == "quickfix" and #vim.fn.getqflist() or 0
  end
  -- What went wrong since the last time.
  function errors()
    local found = vim.tbl_filter(function(message)
      return message.level >= vim.log.levels.ERROR
    end, told)
    return vim.v.errmsg .. (#found > 0 and vim.inspect(found) or "")
  end
  function begin(file)
    vim.cmd("silent! %bwipeout!")
    vim.fn.setqflist({})
    vim.cmd.edit(vim.fn.fnameescape(file))
    vim.fn.search("def shipping_cost", "w")
    vim.cmd("normal! w")
    told, vim.v.errmsg = {}, ""
  end
]]

-- Each form of each subcommand, and the Lua that says that it has done what it is for.
local COMMANDS = {
  { "Antipasta report", "floating_text():find('Cyclomatic Complexity%s+7  <= 5  violation')" },
  { "Antipasta report file", "floating_text():find('Maintainability Index')" },
  { "Antipasta report workspace", "is_told('The workspace has %d+ violations')" },
  { "Antipasta worst", "quickfix() > 4" },
  { "Antipasta worst cyclomatic_complexity", "quickfix() > 1" },
  { "Antipasta worst cognitive_complexity", "quickfix() > 1" },
  { "Antipasta worst weighted_methods_per_class", "quickfix() == 1" },
  { "Antipasta lenses", "is_told('lenses are off') and lenses() == 0" },
  { "Antipasta lenses on", "is_told('lenses are on') and lenses() > 0" },
  { "Antipasta lenses off", "is_told('lenses are off') and lenses() == 0" },
  { "Antipasta hints", "is_told('hints are on') and hints() > 0" },
  { "Antipasta hints off", "is_told('hints are off') and hints() == 0" },
  { "Antipasta hints on", "is_told('hints are on') and hints() > 0" },
  { "Antipasta log", "buffer_text():find('a line to find')" },
  { "Antipasta trust", "is_told('nothing to trust, the server is found by')" },
  { "Antipasta restart", "client() and client().id ~= before" },
  { "checkhealth antipasta", "buffer_text():find('OK antipasta%-lsp .-: ') and not buffer_text():find('ERROR')" },
}

-- Values of each option, and the Lua that says that they hold.
local OPTIONS = {
  {
    "cmd",
    "{ cmd = command[1] }",
    "vim.fn.execute('checkhealth antipasta') and buffer_text():find('the option `cmd`')",
  },
  {
    "cmd",
    "{ cmd = { command[1], '--stdio' } }",
    "vim.inspect(require('antipasta.binary').find(nil)):find('--stdio')",
  },
  { "venv", "{ cmd = command, venv = false }", "client()" },
  {
    "settings",
    "{ cmd = command, settings = { severity = 'hint' } }",
    "client().settings.antipasta.severity == 'hint'",
  },
  { "lenses", "{ cmd = command, lenses = false }", "client() and lenses() == 0" },
  { "lenses", "{ cmd = command, lenses = true }", "lenses() > 0" },
  { "hints", "{ cmd = command, hints = true }", "hints() > 0" },
  { "hints", "{ cmd = command, hints = false }", "client()" },
  {
    "statusline",
    "{ cmd = command, statusline = { metrics = { 'cognitive_complexity' } } }",
    "require('antipasta').statusline() == 'shipping_cost: cognitive 10 > 5'",
  },
  {
    "statusline",
    "{ cmd = command, statusline = { format = function(report) return report.definition.name end } }",
    "require('antipasta').statusline() == 'shipping_cost'",
  },
}

-- The other Neovim, with the plugin set up as people do it.
local function open(setup)
  local init = vim.fn.tempname() .. ".lua"
  vim.fn.writefile(vim.split(INIT .. "command = " .. vim.inspect(session.command) .. "\n" .. setup, "\n"), init)
  local screen = session.screen({ "-u", init, session.file })
  session.wait("start of the other Neovim", function()
    return screen.lua("return vim.v.vim_did_enter") == 1
  end)
  return screen
end

local function reaches(screen, what, condition)
  local fine = vim.wait(session.patience, function()
    return not screen.is_free() or screen.lua("return (" .. condition .. ") and true or false")
  end, 20)
  assert(screen.is_free(), what .. " waits for a key: " .. screen.written():sub(-300))
  local told = screen.lua("return errors()")
  assert(told == "", what .. ": " .. told)
  assert(fine, what .. " does not come to " .. condition .. ": " .. screen.lua("return vim.inspect(told)"))
end

local function begin(screen)
  screen.lua("begin(...)", session.file)
  reaches(screen, "opening the file", "client()")
end

-- The plugin's subcommands with all their arguments, as they are completed.
local function forms()
  local found = {}
  for _, name in ipairs(vim.fn.getcompletion("Antipasta ", "cmdline")) do
    table.insert(found, "Antipasta " .. name)
    for _, argument in ipairs(vim.fn.getcompletion("Antipasta " .. name .. " ", "cmdline")) do
      table.insert(found, "Antipasta " .. name .. " " .. argument)
    end
  end
  return found
end

local function in_table(rows)
  return vim.tbl_map(function(row)
    return row[1]
  end, rows)
end

-- The snippets of Lua in a document: Markdown has fences, the help `>lua` and `<`.
local function snippets(path)
  local found, block = {}, nil
  for _, line in ipairs(vim.fn.readfile(path)) do
    if block and (line:find("^%s*```") or line:find("^<") or (line:find("^%S") and vim.endswith(path, ".txt"))) then
      table.insert(found, table.concat(block, "\n"))
      block = nil
    elseif block then
      table.insert(block, line)
    elseif line:find("^%s*```lua") or line:find(">lua$") then
      block = {}
    end
  end
  return found
end

local function main()
  local own = vim.fn.tempname()
  vim.fn.mkdir(own, "p")
  assert(vim.uv.fs_symlink(session.command[1], own .. "/antipasta-lsp"))
  vim.env.PATH = own .. ":" .. vim.env.PATH

  test("the table has every form of every subcommand, and the options all that there are", function()
    for _, form in ipairs(forms()) do
      assert(vim.tbl_contains(in_table(COMMANDS), form), "not in the table: " .. form)
    end
    -- `cmd` has no default.
    for name in pairs(vim.tbl_extend("force", { cmd = 1 }, require("antipasta.options").get())) do
      assert(vim.tbl_contains(in_table(OPTIONS), name), "not in the table: the option " .. name)
    end
  end)

  test("what documents name is in the table", function()
    local count = 0
    for _, path in ipairs(vim.json.decode(vim.env.ANTIPASTA_DOCUMENTS)) do
      local text = table.concat(vim.fn.readfile(path), "\n")
      for name in text:gmatch(":Antipasta[ %-]([%l]+)") do
        count = count + 1
        assert(vim.tbl_contains(forms(), "Antipasta " .. name), ("%s has :Antipasta %s"):format(path, name))
      end
      for name in text:gmatch(":checkhealth (%S-)[`%s%.,;]") do
        count = count + 1
        assert(name == "antipasta", ("%s has :checkhealth %s"):format(path, name))
      end
    end
    assert(count > 20, ("the documents name only %d"):format(count))
  end)

  local screen = open("require('antipasta').setup({ cmd = command })")
  for _, row in ipairs(COMMANDS) do
    test((":%s works, without a message of an error"):format(row[1]), function()
      begin(screen)
      screen.lua("before = client().id")
      screen.lua("vim.cmd(...)", row[1])
      reaches(screen, row[1], row[2])
    end)
  end

  test("each says so in plain words where there is no Python, no server, and no file", function()
    for _, row in ipairs(COMMANDS) do
      screen.lua("begin(...)", session.workspace .. "/notes.txt")
      screen.lua("vim.cmd(...)", row[1])
      reaches(screen, row[1], "true")
    end
    screen.lua("vim.lsp.stop_client(vim.lsp.get_clients(), true)")
    reaches(screen, "the end", "#vim.lsp.get_clients() == 0")
    for _, row in ipairs(COMMANDS) do
      if row[1] ~= "Antipasta restart" then
        screen.lua("begin(...) vim.cmd.enew()", session.workspace .. "/notes.txt")
        screen.lua("vim.cmd(...)", row[1])
        reaches(screen, row[1], "true")
      end
    end
  end)
  screen.close()

  test("the snippets of Lua in the documents can be run as they are", function()
    local count = 0
    for _, path in ipairs(vim.json.decode(vim.env.ANTIPASTA_DOCUMENTS)) do
      for _, snippet in ipairs(snippets(path)) do
        count = count + 1
        local fresh = open("require('antipasta').setup({ cmd = command })")
        begin(fresh)
        -- Some are what stands between the braces of a table.
        fresh.lua(
          [[
            local snippet = ...
            local run = loadstring(snippet) or loadstring("return " .. snippet) or loadstring("return {" .. snippet .. "}")
            local result = assert(run, "no Lua: " .. snippet)()
            if type(result) == "table" and result.sections then
              assert(type(result.sections.lualine_x[1]()) == "string")
            end
            vim.cmd.redraw({ bang = true })
          ]],
          snippet
        )
        reaches(fresh, snippet, "client()")
        fresh.close()
      end
    end
    assert(count > 8, ("the documents have only %d"):format(count))
  end)

  for _, row in ipairs(OPTIONS) do
    test(("the option `%s`: %s"):format(row[1], row[2]), function()
      local set = open("require('antipasta').setup(" .. row[2] .. ")")
      begin(set)
      reaches(set, row[2], row[3])
      set.close()
    end)
  end
end

session.run(main)
