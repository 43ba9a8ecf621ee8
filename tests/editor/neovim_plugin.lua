-- What editors/neovim shows in Neovim 0.10 and newer: a session as in neovim.lua, with the plugin as a package.
--
--   ANTIPASTA_SCREEN     a file that the screen is written to, for people to look at; may be left out

local session = dofile(vim.fs.joinpath(vim.fs.dirname(debug.getinfo(1, "S").source:sub(2)), "neovim_session.lua"))
local test, wait, agrees, shown, go_to = session.test, session.wait, session.agrees, session.shown, session.go_to
local buffer_text, type_keys, value_of, shows = session.buffer_text, session.type_keys, session.value_of, session.shows

session.patience = 60000 * session.slowness

local is_windows = vim.fn.has("win32") == 1
-- What the user was told, oldest first.
local told = {}
vim.notify = function(message, level)
  table.insert(told, { text = message, level = level })
end

local function told_of(pattern)
  return vim.tbl_filter(function(message)
    return message.text:find(pattern) ~= nil
  end, told)
end

local function client()
  local found = vim.lsp.get_clients({ name = "antipasta", bufnr = 0 })[1]
  return found and found.initialized and found
end

local function edit(path)
  vim.cmd.edit({ args = { vim.fn.fnameescape(path) }, bang = true })
end

-- The status line's text, once it is what `is_right` takes.
local function statusline(what, is_right)
  local last
  local fine = vim.wait(session.patience, function()
    last = require("antipasta").statusline()
    return is_right(last)
  end, 10)
  assert(fine, ("no %s: the status line is `%s`"):format(what, last))
  return last
end

-- The ids of the server's processes.
local function processes()
  return vim.tbl_filter(function(id)
    local process = vim.api.nvim_get_proc(id)
    return process and process.name:find("antipasta", 1, true) ~= nil
  end, vim.api.nvim_get_proc_children(vim.fn.getpid()))
end

local function kill_server()
  local ids = processes()
  assert(#ids == 1, "not one server: " .. vim.inspect(ids))
  assert(vim.uv.kill(ids[1], "sigkill"))
  wait("end of the process", function()
    return not vim.tbl_contains(processes(), ids[1])
  end)
  return ids[1]
end

local function floating_text()
  for _, id in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(id).relative ~= "" then
      local text = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(id), 0, -1, true), "\n")
      return text, id
    end
  end
end

-- The text of a window that a subcommand opens at the cursor; closes it.
local function report(words)
  vim.cmd("Antipasta " .. words)
  local text, id =
    wait("a window after :Antipasta " .. words, function()
      return floating_text()
    end), select(2, floating_text())
  vim.api.nvim_win_close(id, true)
  return text
end

-- The screen's lines.
local function screen()
  vim.cmd("redraw!")
  local lines = {}
  for row = 1, vim.o.lines do
    local cells = {}
    for column = 1, vim.o.columns do
      table.insert(cells, vim.fn.screenstring(row, column))
    end
    table.insert(lines, (table.concat(cells):gsub("%s+$", "")))
  end
  return lines
end

local function line_with(lines, text)
  for _, line in ipairs(lines) do
    if line:find(text, 1, true) then
      return line
    end
  end
  error(("no `%s` on the screen:\n%s"):format(text, table.concat(lines, "\n")), 2)
end

-- The virtual text at the end of lines that is code lenses.
local function lenses()
  local found = {}
  for name, namespace in pairs(vim.api.nvim_get_namespaces()) do
    if name:find("codelens") then
      for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true })) do
        table.insert(found, { line = mark[2], text = mark[4].virt_text[1][1] })
      end
    end
  end
  return found
end

local function lens_of(name)
  local line = vim.fn.search("def " .. name, "nw") - 1
  for _, lens in ipairs(lenses()) do
    if lens.line == line then
      return lens.text
    end
  end
end

local function hints()
  return #vim.lsp.inlay_hint.get({ bufnr = 0 })
end

local function health()
  vim.cmd("checkhealth antipasta")
  local text = buffer_text()
  vim.cmd("bwipeout!")
  return text
end

local function refuses(options, pattern)
  local fine, why = pcall(require("antipasta").setup, options)
  assert(not fine, "taken: " .. vim.inspect(options))
  assert(why:find(pattern), why)
end

local function main()
  vim.o.columns, vim.o.lines, vim.o.laststatus = 150, 24, 2
  vim.o.statusline = "%t %{%v:lua.require'antipasta'.statusline({'highlight':v:true})%}"
  vim.o.showmode = false
  vim.diagnostic.config({ virtual_text = true })
  local antipasta = require("antipasta")
  local binary = require("antipasta.binary")
  local path, virtual_environment = vim.env.PATH, vim.env.VIRTUAL_ENV

  test("options that are wrong are refused with their names", function()
    refuses({ lense = true }, "`lense` is no option.*`lenses`")
    refuses({ lenses = 1 }, "`lenses` must be a boolean, not a number")
    refuses({ cmd = {} }, "`cmd` must not be empty")
    refuses({ statusline = { metrics = { 1 } } }, "`statusline.metrics` must hold strings")
    refuses({ statusline = { metric = {} } }, "`statusline.metric` is no option")
  end)

  test("the plugin is the package that was installed", function()
    local found = vim.api.nvim_get_runtime_file("lua/antipasta/init.lua", true)
    local installed =
      vim.fs.joinpath(vim.fn.stdpath("data"), "site/pack/antipasta/start/antipasta/lua/antipasta/init.lua")
    assert(#found == 1 and vim.fs.normalize(found[1]) == vim.fs.normalize(installed), vim.inspect(found))
    assert(vim.fn.exists(":Antipasta") == 2, "no :Antipasta without setup()")
  end)

  test("a binary that is not there is reported once, with what to do", function()
    vim.env.PATH, vim.env.VIRTUAL_ENV = session.workspace, nil
    antipasta.setup()
    edit(session.file)
    vim.cmd.new()
    edit(session.workspace .. "/other.py")
    vim.wait(200)
    vim.cmd("bwipeout!")
    assert(not client(), "a server was started")
    assert(#told == 1 and told[1].level == vim.log.levels.ERROR, vim.inspect(told))
    assert(told[1].text:find("antipasta%-lsp was not found, see :checkhealth antipasta"), told[1].text)
    local text = health()
    for _, part in ipairs({ "ERROR antipasta%-lsp not found in %.venv, venv, $PATH", "`cmd`", "cargo install" }) do
      assert(text:find(part), text)
    end
  end)

  test("the binary is found in trusted virtual environments, then on the PATH, unless `cmd` names it", function()
    local name = is_windows and "antipasta-lsp.exe" or "antipasta-lsp"
    local scripts = is_windows and "Scripts" or "bin"
    local function install(folder)
      vim.fn.mkdir(folder, "p")
      assert(vim.uv.fs_copyfile(session.command[1], vim.fs.joinpath(folder, name)))
    end
    local function source()
      local found, places = binary.find(session.workspace)
      return found and found.source or "none of " .. table.concat(places, ", ")
    end
    local elsewhere = vim.fn.tempname()
    local expected = {
      { "$PATH", elsewhere },
      { "$VIRTUAL_ENV", vim.fs.joinpath(elsewhere, "env", scripts) },
      { "venv", vim.fs.joinpath(session.workspace, "venv", scripts) },
      { ".venv", vim.fs.joinpath(session.workspace, ".venv", scripts) },
    }
    vim.env.PATH, vim.env.VIRTUAL_ENV = elsewhere, vim.fs.joinpath(elsewhere, "env")
    for _, place in ipairs(expected) do
      install(place[2])
      assert(not require("antipasta.trust").allow(require("antipasta.trust").look(vim.fs.joinpath(place[2], name))))
      assert(source() == place[1], source() .. " in place of " .. place[1])
    end
    antipasta.setup({ venv = false })
    assert(source() == "$PATH", source())
    antipasta.setup({ cmd = { session.command[1], "--stdio" } })
    local found = assert(binary.find(session.workspace))
    assert(found.source:find("`cmd`") and found.command[2] == "--stdio", vim.inspect(found))
    antipasta.setup({ cmd = "~/nowhere/antipasta-lsp" })
    assert(source():find("none of"), source())
    for _, place in ipairs(expected) do
      vim.fn.delete(vim.fs.joinpath(place[2], name))
    end
  end)
  vim.env.PATH, vim.env.VIRTUAL_ENV = path, virtual_environment

  test("with a binary, :Antipasta restart starts the server", function()
    antipasta.setup({ cmd = session.command })
    vim.cmd("Antipasta restart")
    wait("attached server", client)
    agrees()
    assert(client().root_dir == session.workspace, client().root_dir)
  end)
  if not client() then
    return
  end

  test("the status line shows the function under the cursor", function()
    go_to("def shipping_cost")
    local text = statusline("metrics", function(text)
      return text:find("^shipping_cost: cyclomatic ") ~= nil
    end)
    assert(shows(text, value_of("cyclomatic_complexity", "shipping_cost")), text)
    assert(text:find("cyclomatic %d+ > 5"), text)
    local marked = antipasta.statusline({ highlight = true })
    assert(marked:find("%#DiagnosticWarn#cyclomatic 7 > 5%*", 1, true), marked)
    go_to("class Basket")
    statusline("metrics of the class", function(now)
      return now:find("^Basket: weighted methods 7 > 6$") ~= nil
    end)
    vim.api.nvim_win_set_cursor(0, { 1, 0 })
    statusline("empty text", function(now)
      return now == ""
    end)
  end)

  test("the status line asks once for each change and line, and never waits", function()
    local asked, forgotten = 0, 0
    -- What the server has its clients ask for again, such as when it has read the settings, is asked for again.
    local component = require("antipasta.statusline")
    local forget = component.forget
    component.forget = function()
      forgotten = forgotten + 1
      forget()
    end
    local function asked_at_most(times)
      assert(asked <= times + forgotten, ("%d requests, %d of them again"):format(asked, forgotten))
    end
    local id = vim.api.nvim_create_autocmd("LspRequest", {
      callback = function(event)
        local request = event.data.request
        asked = asked + ((request.method == "antipasta/metrics" and request.type == "pending") and 1 or 0)
      end,
    })
    go_to("def greet")
    assert(antipasta.statusline() == "", "an answer before the server can have given it")
    statusline("metrics", function(text)
      return text:find("^greet: ") ~= nil
    end)
    for _ = 1, 100 do
      antipasta.statusline()
    end
    vim.cmd("redraw!")
    asked_at_most(1)
    type_keys("0wx")
    statusline("metrics of the new name", function(text)
      return text:find("^reet: ") ~= nil
    end)
    asked_at_most(2)
    local row = vim.api.nvim_win_get_cursor(0)[1] - 1
    for _ = 1, 50 do
      vim.api.nvim_buf_set_text(0, row, 4, row, 4, { "g" })
      antipasta.statusline()
      vim.wait(1)
    end
    asked_at_most(2)
    statusline("metrics of the name that was typed", function(text)
      return text:find("^" .. ("g"):rep(50) .. "reet: ") ~= nil
    end)
    asked_at_most(3)
    vim.api.nvim_buf_set_text(0, row, 4, row, 53, {})
    statusline("metrics of the old name", function(text)
      return text:find("^greet: ") ~= nil
    end)
    vim.api.nvim_del_autocmd(id)
    component.forget = forget
    agrees()
  end)

  test("the screen shows what a branch that is typed comes to", function()
    go_to("def greet")
    wait("a lens without the branch", function()
      return (lens_of("greet") or ""):find("cyclomatic 1 ")
    end)
    type_keys("oif name.a and name.b or name.c:<CR>return name.d if name.e and name.f else name.g<Esc>")
    agrees()
    local value = value_of("cyclomatic_complexity", "greet")
    assert(value > 5, "the branch is too small")
    local wanted = ("cyclomatic %d > 5"):format(value)
    wait("a lens with the branch", function()
      return (lens_of("greet") or ""):find(wanted, 1, true)
    end)
    statusline("the branch", function(text)
      return text:find("greet: " .. wanted, 1, true) ~= nil
    end)
    local lines = screen()
    if vim.env.ANTIPASTA_SCREEN then
      vim.fn.writefile(lines, vim.env.ANTIPASTA_SCREEN)
    end
    local line = line_with(lines, "def greet(name):")
    assert(line:find(wanted, 1, true), "no lens: " .. line)
    -- Neovim has a square for each of a line's diagnostics, and room for the words of one.
    local metric, number = line:match(" ■■ (%a+) Complexity is (%d+%.%d%d) %(threshold: <= 5%.0%)")
    assert(metric, "no diagnostics: " .. line)
    assert(tonumber(number) == value_of(metric:lower() .. "_complexity", "greet"), line)
    assert(line_with(lines, "shop.py"):find("greet: " .. wanted, 1, true), table.concat(lines, "\n"))
  end)

  test("what is broken is marked as stale, and goes on when it is whole", function()
    type_keys("A(<Esc>")
    statusline("mark", function(text)
      return text:find("^greet: .* · stale$") ~= nil
    end)
    vim.cmd("silent undo")
    statusline("text without the mark", function(text)
      return text:find("^greet: ") ~= nil and not text:find("stale")
    end)
    agrees()
  end)

  test("a status line of one's own gets the whole answer", function()
    antipasta.setup({
      cmd = session.command,
      statusline = {
        format = function(answer)
          return answer.definition.qualifiedName .. "!"
        end,
      },
    })
    go_to("def total")
    statusline("text of the format", function(text)
      return text == "Basket.total!"
    end)
    antipasta.setup({ cmd = session.command, statusline = { metrics = { "maintainability_index" } } })
    vim.api.nvim_win_set_cursor(0, { 2, 0 })
    statusline("the file's index", function(text)
      return text:find("^maintainability index %d+%.%d%d < 90$") ~= nil
    end)
    antipasta.setup({ cmd = session.command })
  end)

  test(":Antipasta completes subcommands and their arguments", function()
    local function completed(line)
      return table.concat(vim.fn.getcompletion(line, "cmdline"), " ")
    end
    assert(completed("Antipasta ") == "hints lenses log report restart trust worst", completed("Antipasta "))
    assert(completed("Antipasta re") == "report restart", completed("Antipasta re"))
    assert(completed("Antipasta report ") == "file workspace", completed("Antipasta report "))
    assert(completed("Antipasta worst co") == "cognitive_complexity", completed("Antipasta worst co"))
    assert(completed("silent Antipasta hints o") == "on off", completed("silent Antipasta hints o"))
    assert(completed("Antipasta log ") == "", completed("Antipasta log "))
  end)

  test(":Antipasta refuses what it does not know", function()
    for words, expected in pairs({
      ["wurst"] = "unknown subcommand `wurst`, expected one of hints, lenses, log",
      ["report all"] = "`report` takes no `all`, expected one of file, workspace",
      ["log a b"] = "`log` takes no `a b`, expected nothing",
    }) do
      told = {}
      vim.cmd("Antipasta " .. words)
      assert(#told == 1 and told[1].text:find(expected, 1, true), vim.inspect(told))
      assert(told[1].level == vim.log.levels.ERROR, vim.inspect(told))
    end
  end)

  test(":Antipasta report shows the function, the file, the workspace", function()
    go_to("def shipping_cost")
    vim.cmd("normal! jj")
    local text = report("report")
    assert(text:find("shipping_cost") and text:find("Cyclomatic Complexity%s+7  <= 5  violation"), text)
    text = report("report file")
    assert(text:find("shop%.py") and text:find("Maintainability Index"), text)
    told = {}
    vim.cmd("Antipasta report workspace")
    wait("what the workspace comes to", function()
      return told_of("The workspace has %d+ violations in 1 of 1 files")[1]
    end)
  end)

  test(":Antipasta worst lists functions and classes, worst first", function()
    vim.cmd("Antipasta worst")
    local items = wait("a quickfix list", function()
      local found = vim.fn.getqflist()
      return #found > 0 and found
    end)
    assert(vim.bo.buftype == "quickfix", "the list is not open")
    vim.cmd("cclose")
    local listed, last = {}, math.huge
    for _, item in ipairs(items) do
      local name, metric, value, limit = item.text:match("^(%S+): (.-) (%d+) %(threshold (%d+)%)$")
      assert(name, item.text)
      assert(value / limit <= last, "not the worst first: " .. vim.inspect(items))
      last = value / limit
      name = name:gsub("^.*%.", "")
      table.insert(listed, ("%s %s %.2f"):format(metric, name, value))
      vim.fn.setqflist({}, "a", { idx = #listed })
      vim.cmd("cc")
      assert(vim.fn.expand("<cword>") == name, ("the entry of %s goes to %s"):format(name, vim.fn.expand("<cword>")))
    end
    table.sort(listed)
    local wanted = {}
    for _, row in ipairs(session.expected()) do
      local metric, rest = row:match("^(%S+) ([^-].*)$")
      if metric then
        table.insert(wanted, require("antipasta.words").metric(metric) .. " " .. rest)
      end
    end
    table.sort(wanted)
    assert(#wanted > 3 and vim.deep_equal(listed, wanted), vim.inspect({ listed = listed, wanted = wanted }))
    vim.fn.setqflist({})
    vim.cmd("Antipasta worst weighted_methods_per_class")
    items = wait("a list of one metric", function()
      local found = vim.fn.getqflist()
      return #found > 0 and found
    end)
    vim.cmd("cclose")
    assert(#items == 1 and items[1].text:find("^Basket: weighted methods"), vim.inspect(items))
  end)

  test(":Antipasta lenses turns lenses off and on", function()
    assert(#lenses() > 0, "there are none")
    vim.cmd("Antipasta lenses")
    assert(#lenses() == 0, vim.inspect(lenses()))
    type_keys("Go<Esc>")
    vim.wait(600)
    assert(#lenses() == 0, "they are back: " .. vim.inspect(lenses()))
    vim.cmd("silent undo")
    vim.cmd("Antipasta lenses on")
    wait("lenses", function()
      return #lenses() > 0
    end)
  end)

  test(":Antipasta hints turns hints on and off", function()
    assert(hints() == 0, "there are some")
    vim.cmd("Antipasta hints")
    wait("hints", function()
      return hints() > 0
    end)
    vim.cmd("Antipasta hints off")
    wait("no hints", function()
      return hints() == 0
    end)
  end)

  test("lenses and the status line follow the configuration", function()
    local file = session.workspace .. "/.antipasta.yaml"
    local before = vim.fn.readfile(file)
    local after = vim.tbl_map(function(line)
      return (line:gsub("cyclomatic_complexity, threshold: 5", "cyclomatic_complexity, threshold: 6"))
    end, before)
    go_to("def shipping_cost")
    statusline("the old threshold", function(text)
      return text:find("cyclomatic 7 > 5", 1, true) ~= nil
    end)
    vim.fn.writefile(after, file)
    wait("a lens with the new threshold", function()
      return (lens_of("shipping_cost") or ""):find("cyclomatic 7 > 6", 1, true)
    end)
    statusline("the new threshold", function(text)
      return text:find("cyclomatic 7 > 6", 1, true) ~= nil
    end)
    vim.fn.writefile(before, file)
    wait("a lens with the old threshold", function()
      return (lens_of("shipping_cost") or ""):find("cyclomatic 7 > 5", 1, true)
    end)
    agrees()
  end)

  test(":checkhealth tells Neovim, the binary, the client and the configuration", function()
    local id = client().id
    local text = health()
    local version = vim.fn.system({ session.command[1], "--version" }):match("antipasta%-lsp (%S+)")
    for _, part in ipairs({
      "OK Neovim " .. tostring(vim.version()),
      "OK antipasta-lsp " .. version .. ": " .. session.command[1],
      ("Client %d is attached to 1 buffer(s) of %s"):format(id, session.workspace),
      "shop.py is judged by ",
      session.workspace .. "/.antipasta.yaml",
    }) do
      assert(text:find(part, 1, true), ("no `%s` in %s"):format(part, text))
    end
    assert(not text:find("ERROR") and not text:find("WARNING"), text)
  end)

  test(":checkhealth tells an error in the configuration", function()
    local file = session.workspace .. "/.antipasta.yaml"
    local before = vim.fn.readfile(file)
    vim.fn.writefile({ "profil: none" }, file)
    local text = health()
    vim.fn.writefile(before, file)
    assert(text:find("ERROR.*the configuration has an error") and text:find("did you mean `profile`"), text)
    agrees()
  end)

  test(":Antipasta log opens the log at its end", function()
    require("vim.lsp.log").error("a line to find")
    vim.cmd("Antipasta log")
    assert(vim.bo.readonly and vim.api.nvim_buf_get_name(0):find("lsp%.log$"), vim.api.nvim_buf_get_name(0))
    assert(vim.api.nvim_win_get_cursor(0)[1] == vim.api.nvim_buf_line_count(0), "not at the end")
    assert(buffer_text():find("a line to find", 1, true), "another log")
    vim.cmd("bwipeout!")
  end)

  test(":Antipasta restart makes a new process", function()
    local before, id = processes()[1], client().id
    vim.cmd("Antipasta restart")
    wait("another client", function()
      return client() and client().id ~= id
    end)
    wait("another process", function()
      return #processes() == 1 and processes()[1] ~= before
    end)
    agrees()
  end)

  test("a server that is killed is started again, and all comes back", function()
    local before, id = shown(), client().id
    assert(#before > 0)
    go_to("def greet")
    local killed = kill_server()
    wait("another client", function()
      return client() and client().id ~= id
    end)
    agrees()
    assert(vim.deep_equal(before, shown()), "other diagnostics")
    assert(processes()[1] ~= killed)
    wait("lenses", function()
      return #lenses() > 0
    end)
    statusline("metrics", function(text)
      return text:find("^greet: ") ~= nil
    end)
  end)

  test("a server that only ends is given up, and said so once", function()
    told = {}
    for _ = 1, require("antipasta.recovery").LIMIT do
      local id = wait("a client", client).id
      kill_server()
      wait("its end", function()
        return not client() or client().id ~= id
      end)
    end
    wait("word of it", function()
      return told_of("the server ended 5 times")[1]
    end)
    vim.wait(1000)
    assert(#processes() == 0, "it was started again")
    assert(#told_of("the server ended 5 times") == 1, vim.inspect(told))
    local log = vim.fn.readfile(require("vim.lsp.log").get_filename())
    assert(
      vim.iter(log):any(function(line)
        return line:find("ended with exit code 0, signal 9", 1, true)
      end),
      table.concat(log, "\n")
    )
    assert(antipasta.statusline() == "", antipasta.statusline())
    vim.cmd("Antipasta restart")
    wait("a client", client)
    agrees()
  end)

  test("a server that the user stops stays away", function()
    vim.lsp.stop_client(client().id, true)
    wait("end of the process", function()
      return #processes() == 0
    end)
    vim.wait(1000)
    assert(#processes() == 0 and not client(), "it was started again")
    told = {}
    vim.cmd("Antipasta report")
    assert(#told == 1 and told[1].text:find("has no server", 1, true), vim.inspect(told))
  end)

  test("the way of Neovim 0.10 starts the server as well", function()
    if vim.lsp.enable then
      vim.lsp.enable("antipasta", false)
    end
    local has = vim.fn.has
    vim.fn.has = function(feature)
      return feature == "nvim-0.11" and 0 or has(feature)
    end
    package.loaded["antipasta.server"] = nil
    local server = require("antipasta.server")
    vim.fn.has = has
    server.enable()
    wait("attached server", client)
    agrees()
    vim.cmd("bwipeout!")
    edit(session.file)
    wait("attached server after opening a file", client)
  end)

  test("the help has all its tags", function()
    local folder = vim.fs.joinpath(vim.fs.dirname(vim.api.nvim_get_runtime_file("doc/antipasta.txt", false)[1]))
    local text = table.concat(vim.fn.readfile(vim.fs.joinpath(folder, "antipasta.txt")), "\n")
    local tags = {}
    for tag in text:gmatch("%*([^%s*|]+)%*") do
      assert(not tags[tag], "twice: " .. tag)
      tags[tag] = true
    end
    assert(tags["antipasta"] and tags[":Antipasta"] and tags["antipasta-install"], vim.inspect(tags))
    for link in text:gmatch("|([^%s|]+)|") do
      local is_own = link:find("antipasta", 1, true) or link:find("Antipasta", 1, true)
      local is_newer = link:find("^vim%.lsp%.") and vim.fn.has("nvim-0.11") == 0
      local is_known = is_own and tags[link] or #vim.fn.getcompletion(link, "help") > 0
      assert(is_known or is_newer, "leads nowhere: " .. link)
    end
    for name in pairs({ report = 1, worst = 1, lenses = 1, hints = 1, log = 1, restart = 1, trust = 1 }) do
      assert(tags[":Antipasta-" .. name], "no help on " .. name)
    end
    for _, name in ipairs({ "cmd", unpack(vim.tbl_keys(require("antipasta.options").get())) }) do
      assert(tags["antipasta-option-" .. name], "no help on the option " .. name)
    end
  end)
end

session.run(main)
