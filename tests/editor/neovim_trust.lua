-- That Neovim runs nothing that a workspace brings before its user has trusted it: a session as in neovim.lua, with the
-- plugin as a package, in a workspace with traps.
--
--   ANTIPASTA_WAY   how the server is started: `setup` or `enable`

local session = dofile(vim.fs.joinpath(vim.fs.dirname(debug.getinfo(1, "S").source:sub(2)), "neovim_session.lua"))
local test, wait, buffer_text = session.test, session.wait, session.buffer_text

session.patience = 60000 * session.slowness

local workspace = session.workspace
local trap_file = workspace .. "/.venv/bin/antipasta-lsp"
local evidence = workspace .. "/EXECUTED"

-- What the user was told, oldest first.
local told = {}
vim.notify = function(message, level)
  table.insert(told, { text = message, level = level })
end

-- The questions that the user was asked, and the answer: the number of a choice.
local asked, answer = {}, nil
vim.fn.confirm = function(question)
  table.insert(asked, question)
  return assert(answer, "a dialog: " .. question)
end

-- A program that leaves evidence and is the server otherwise.
local function trap(path, extra)
  vim.fn.mkdir(vim.fs.dirname(path), "p")
  vim.fn.writefile({
    "#!/bin/sh",
    ("echo $0 >> %s"):format(vim.fn.shellescape(evidence)),
    extra or "",
    ("exec %s"):format(vim.fn.shellescape(session.command[1])),
  }, path)
  assert(vim.uv.fs_chmod(path, 493))
end

local function executed()
  return vim.fn.filereadable(evidence) == 1 and table.concat(vim.fn.readfile(evidence), "\n") or ""
end

local function client()
  local found = vim.lsp.get_clients({ name = "antipasta", bufnr = 0 })[1]
  return found and found.initialized and found
end

local function stop()
  for _, running in ipairs(vim.lsp.get_clients({ name = "antipasta" })) do
    vim.lsp.stop_client(running.id, true)
  end
  wait("end of all servers", function()
    return #vim.lsp.get_clients({ name = "antipasta" }) == 0 and #vim.api.nvim_get_proc_children(vim.fn.getpid()) == 0
  end)
end

local function reopen()
  stop()
  require("antipasta.binary").forget()
  vim.fn.delete(evidence)
  told, asked = {}, {}
  vim.cmd("silent! bwipeout!")
  vim.cmd.edit(vim.fn.fnameescape(session.file))
end

-- Opens the file, and makes sure that nothing of the workspace was run for it: neither now nor by asking after health.
local function opens_without_running()
  reopen()
  wait("a message", function()
    return #told > 0
  end)
  assert(told[1].text:find("the workspace's server is not run, see :Antipasta trust", 1, true), vim.inspect(told))
  vim.cmd("checkhealth antipasta")
  local health = buffer_text()
  vim.cmd("bwipeout!")
  assert(#told == 1 and not client(), vim.inspect(told))
  assert(executed() == "", "executed: " .. executed())
  assert(#asked == 0, vim.inspect(asked))
  return health
end

-- What has the file run by the server at `path`.
local function runs(path)
  wait("attached server", client)
  assert(executed():find(path, 1, true), "executed: " .. executed() .. vim.inspect(told))
end

local function system(path, current, files)
  return {
    is_windows = current:find("^%a:") ~= nil,
    path = path,
    current = current,
    is_executable = function(file)
      return vim.tbl_contains(files, file)
    end,
  }
end

local function main()
  local search_path = require("antipasta.search_path")
  local binary = require("antipasta.binary")
  local trust = require("antipasta.trust")
  local options = { setup = {}, relative = { cmd = ".venv/bin/antipasta-lsp" } }
  local function start(given)
    if vim.env.ANTIPASTA_WAY == "enable" then
      require("antipasta.options").set(given or {})
      vim.lsp.enable("antipasta")
    else
      require("antipasta").setup(given)
    end
  end

  test("on Windows the PATH is that of absolute folders, without the current one", function()
    local files = {
      "C:\\work/antipasta-lsp.exe",
      "C:\\tools/antipasta-lsp.exe",
      "\\\\host\\share/antipasta-lsp.exe",
      "D:/mine/antipasta-lsp.exe",
      ".\\bin/antipasta-lsp.exe",
      "/antipasta-lsp.exe",
      "\\rooted/antipasta-lsp.exe",
      "C:relative/antipasta-lsp.exe",
      "antipasta-lsp.exe",
      "./antipasta-lsp.exe",
    }
    local path = ';.;.\\bin;bin;\\rooted;C:relative;C:\\WORK\\;C:\\work;"C:\\tools";\\\\host\\share;D:/mine/'
    local found = search_path.find_all("antipasta-lsp", system(path, "C:\\work", files))
    local wanted = { "C:\\tools/antipasta-lsp.exe", "\\\\host\\share/antipasta-lsp.exe", "D:/mine/antipasta-lsp.exe" }
    assert(vim.deep_equal(found, wanted), vim.inspect(found))
    found = search_path.find_all("uvx", system("C:\\a", "C:\\work", { "C:\\a/uvx.cmd" }))
    assert(vim.deep_equal(found, { "C:\\a/uvx.cmd" }), vim.inspect(found))
  end)

  test("elsewhere empty and relative entries of the PATH are not the current folder", function()
    local files = { "/here/antipasta-lsp", "antipasta-lsp", "./antipasta-lsp", "/antipasta-lsp", "/b/antipasta-lsp" }
    local found = search_path.find_all("antipasta-lsp", system("::.:bin:/here:/here/:/a:/b/:", "/here", files))
    assert(vim.deep_equal(found, { "/b/antipasta-lsp" }), vim.inspect(found))
  end)

  trap(trap_file)
  vim.fn.mkdir(workspace .. "/.git", "p")
  vim.env.VIRTUAL_ENV = nil
  local path = vim.env.PATH
  local nowhere = vim.fn.tempname()
  vim.env.PATH = nowhere
  start()

  test("a program in the virtual environment of the workspace is not run", function()
    local health = opens_without_running()
    local wanted = ".venv/bin/antipasta-lsp is not run, as it is of the workspace and you have not trusted it"
    assert(health:find("WARNING .-" .. vim.pesc(wanted)), health)
    assert(health:find(":Antipasta trust", 1, true), health)
  end)

  test("nor one of a virtual environment that is active, if it is in the workspace", function()
    vim.uv.fs_rename(workspace .. "/.venv", workspace .. "/env")
    vim.env.VIRTUAL_ENV = workspace .. "/env"
    assert(opens_without_running():find("env/bin/antipasta%-lsp is not run"))
    vim.env.VIRTUAL_ENV = "env"
    reopen()
    wait("a message", function()
      return #told > 0
    end)
    assert(told[1].text:find("antipasta-lsp was not found", 1, true), vim.inspect(told))
    vim.env.VIRTUAL_ENV = nil
  end)

  test("nor one that the PATH has in the workspace, by its name or by a link", function()
    local link = vim.fn.tempname()
    assert(vim.uv.fs_symlink(workspace .. "/env/bin", link))
    for _, folder in ipairs({ workspace .. "/env/bin", link }) do
      vim.env.PATH = folder
      opens_without_running()
    end
    vim.cmd.cd(vim.fn.fnameescape(workspace .. "/env/bin"))
    for _, entries in ipairs({ "", ".", ":/nowhere", "./", vim.uv.cwd() }) do
      vim.env.PATH = entries
      reopen()
      vim.wait(200)
      assert(executed() == "" and not client(), ("executed with the PATH `%s`"):format(entries))
    end
    vim.cmd.cd(vim.fn.fnameescape(workspace))
    vim.env.PATH = nowhere
  end)

  test("nor one of the repository that the workspace is a part of", function()
    vim.fn.mkdir(workspace .. "/part", "p")
    vim.fn.writefile({}, workspace .. "/part/pyproject.toml")
    vim.env.VIRTUAL_ENV = workspace .. "/env"
    local found, search = binary.find(workspace .. "/part")
    assert(not found and #search.withheld == 1, vim.inspect({ found, search }))
    vim.env.VIRTUAL_ENV = nil
    vim.uv.fs_rename(workspace .. "/env", workspace .. "/.venv")
  end)

  test("nor one that the option `cmd` names by a relative path", function()
    start(options.relative)
    opens_without_running()
    start()
  end)

  test("what is the user's own is run, even if the home folder is a repository", function()
    local home = vim.fn.tempname()
    vim.fn.mkdir(home .. "/.git", "p")
    vim.fn.mkdir(home .. "/project", "p")
    vim.fn.writefile({}, home .. "/project/pyproject.toml")
    trap(home .. "/.local/bin/antipasta-lsp")
    local before = vim.env.HOME
    vim.env.HOME, vim.env.PATH = home, home .. "/.local/bin"
    for _, root in ipairs({ home, home .. "/project" }) do
      local found, search = binary.find(root)
      assert(found and found.source == "$PATH" and #search.withheld == 0, vim.inspect({ root, found, search }))
    end
    vim.env.HOME, vim.env.PATH = before, nowhere
  end)

  test("where there is one of the user's own, that is run in its place", function()
    local own = vim.fn.tempname()
    trap(own .. "/antipasta-lsp")
    vim.env.PATH = own .. ":" .. path
    reopen()
    runs(own)
    assert(not executed():find(".venv", 1, true), executed())
    assert(#told == 0 and #asked == 0, vim.inspect({ told, asked }))
    vim.cmd("checkhealth antipasta")
    local health = buffer_text()
    vim.cmd("bwipeout!")
    assert(health:find("OK .-found by $PATH") and health:find(".venv/bin/antipasta-lsp is not run", 1, true), health)
    vim.env.PATH = path
  end)

  test(":Antipasta trust shows what would be run, and a `no` is a no", function()
    opens_without_running()
    answer = 1
    -- Headless there is nobody to ask, so that a screen is made up.
    local uis = vim.api.nvim_list_uis
    vim.api.nvim_list_uis = function()
      return { {} }
    end
    vim.cmd("Antipasta trust")
    vim.api.nvim_list_uis = uis
    assert(#asked == 1, vim.inspect(asked))
    for _, part in ipairs({ vim.uv.fs_realpath(trap_file), "found by .venv", "a script: #!/bin/sh", "bytes" }) do
      assert(asked[1]:find(part, 1, true), asked[1])
    end
    assert(trust.state(trap_file) == "unknown" and executed() == "", executed())
  end)

  test("what was trusted is run, now and later", function()
    reopen()
    vim.cmd("Antipasta trust")
    runs(".venv/bin/antipasta-lsp")
    reopen()
    runs(".venv/bin/antipasta-lsp")
    assert(#told == 0 and #asked == 0, vim.inspect({ told, asked }))
    -- Neovim itself thinks the same of a text.
    assert(vim.secure.read(trap_file) == table.concat(vim.fn.readfile(trap_file), "\n") .. "\n")
  end)

  test("once it has changed, it is not run any more", function()
    trap(trap_file, "# other")
    assert(opens_without_running():find("it has changed since you trusted it", 1, true))
    vim.cmd("Antipasta trust")
    runs(".venv/bin/antipasta-lsp")
  end)

  test("what Neovim's own :trust removes or denies is not run", function()
    vim.cmd("silent trust ++remove " .. vim.fn.fnameescape(trap_file))
    assert(opens_without_running():find("you have not trusted it", 1, true))
    vim.cmd("silent trust ++deny " .. vim.fn.fnameescape(trap_file))
    assert(opens_without_running():find("you denied it trust", 1, true))
    vim.cmd("silent trust ++remove " .. vim.fn.fnameescape(trap_file))
  end)

  test("a script that is open in a buffer can be trusted, unless the buffer differs", function()
    vim.cmd.split(vim.fn.fnameescape(trap_file))
    local bufnr = vim.api.nvim_get_current_buf()
    assert(not trust.allow(assert(trust.look(trap_file))))
    assert(trust.state(trap_file) == "trusted")
    vim.secure.trust({ action = "remove", path = trap_file })
    vim.api.nvim_buf_set_lines(bufnr, 1, 2, true, { "# nothing" })
    assert(trust.allow(assert(trust.look(trap_file))):find("differs from the file", 1, true))
    assert(trust.state(trap_file) == "unknown")
    vim.cmd("bwipeout!")
  end)

  test("a program that is no text can be trusted as well", function()
    vim.fn.delete(trap_file)
    assert(vim.uv.fs_copyfile(session.command[1], trap_file))
    opens_without_running()
    vim.cmd("Antipasta trust")
    wait("attached server", client)
    assert(trust.state(trap_file) == "trusted")
    stop()
    local file = assert(io.open(trap_file, "ab"))
    file:write("x")
    file:close()
    assert(trust.state(trap_file) == "changed", trust.state(trap_file))
    trap(trap_file)
  end)

  test("on a real screen nothing waits for a key while a file is opened", function()
    vim.secure.trust({ action = "remove", path = trap_file })
    stop()
    vim.fn.delete(evidence)
    local init = vim.fn.tempname() .. ".lua"
    local is_enable = vim.env.ANTIPASTA_WAY == "enable"
    vim.fn.writefile({ is_enable and "vim.lsp.enable('antipasta')" or "require('antipasta').setup()" }, init)
    local screen = session.screen({ "-u", init, session.file })
    local fine = vim.wait(session.patience, function()
      return screen.text():find("see :Antipasta trust", 1, true) ~= nil
    end)
    assert(fine, "no message:\n" .. screen.text())
    assert(screen.is_free(), screen.text())
    screen.close()
    assert(executed() == "", executed())
  end)

  test("what cannot be recorded, or is no file, is not trusted", function()
    -- A line of the database is a hash and a path: this one would have it hold a line of the workspace's making.
    local injected = ("%s/x\n%s %s/bin"):format(workspace, ("0"):rep(64), workspace)
    trap(injected .. "/antipasta-lsp")
    local program, why = trust.look(injected .. "/antipasta-lsp")
    assert(not program and why:find("line end"), vim.inspect({ program, why }))
    assert(trust.state(injected .. "/antipasta-lsp") == "unknown")
    for _, special in ipairs({ "/dev/zero", workspace, workspace .. "/nothing" }) do
      program, why = trust.look(special)
      assert(not program and why, special)
    end
  end)
end

-- Neovim 0.10 has one way only.
session.run((vim.env.ANTIPASTA_WAY == "setup" or vim.lsp.enable) and main or function() end)
