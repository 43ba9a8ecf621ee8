-- Hostile texts in every place of a workspace that has one, in a Neovim with a screen: nothing is run, no link or picture
-- reaches the terminal, and nothing waits for a key.
--
--   ANTIPASTA_HOSTILE   `all` of hostile.json, or nothing for those that are `short`

local here = vim.fs.dirname(debug.getinfo(1, "S").source:sub(2))
local session = dofile(vim.fs.joinpath(here, "neovim_session.lua"))
local test = session.test

session.patience = 60000 * session.slowness

local hostile = vim.json.decode(table.concat(vim.fn.readfile(vim.fs.joinpath(here, "hostile.json")), "\n"))

local INIT = [[
  require("vim.lsp.log").error("the log begins")
  told, asked, all_told = {}, {}, {}
  local notify = vim.notify
  vim.notify = function(message, ...)
    table.insert(told, message)
    table.insert(all_told, message)
    return notify(message, ...)
  end
  function is_told(pattern)
    return vim.iter(told):any(function(message)
      return message:find(pattern) ~= nil
    end)
  end
  -- By a message, or by a diagnostic of the file.
  function is_told_of_configuration()
    return #told > 0 or vim.iter(vim.diagnostic.get()):any(function(one)
      return vim.endswith(vim.api.nvim_buf_get_name(one.bufnr), ".antipasta.yaml")
    end)
  end
  -- The text of the last window at the cursor, which may be closed again as soon as the cursor has moved.
  local last_float = ""
  local float = vim.lsp.util.open_floating_preview
  vim.lsp.util.open_floating_preview = function(lines, ...)
    last_float = table.concat(lines, "\n")
    return float(lines, ...)
  end
  function floating_text()
    return last_float
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
  vim.fn.confirm = function(question)
    table.insert(asked, question)
    return 1
  end
  local function file_name()
    return vim.api.nvim_buf_get_name(0)
  end
  -- What people may have their status line show: a name that is not the server's, too.
  require("antipasta").setup({ hints = true, statusline = { format = function(report)
    return (report.definition ~= vim.NIL and report.definition.name or "") .. " " .. file_name()
  end } })
  vim.o.statusline = "%{%v:lua.require'antipasta'.statusline({'highlight':v:true})%}"
  vim.diagnostic.config({ virtual_text = true })

  -- The answers of a server that escapes nothing.
  function unescaped(text)
    local clients = require("antipasta.clients")
    local request, of, nearest, notify = clients.request, clients.of, clients.nearest, clients.notify
    local range = { start = { line = 0, character = 0 }, ["end"] = { line = 0, character = 1 } }
    local values = { { metric = "cyclomatic_complexity", value = 12, verdict = "violation",
      threshold = { comparison = "<=", limit = 10 } }, { metric = text, value = 1 } }
    local answers = {
      ["antipasta/metrics"] = { definition = { name = text, qualifiedName = text, values = values,
        selectionRange = range }, file = { values = {} } },
      ["workspace/diagnostic"] = { items = { { uri = vim.uri_from_fname("/" .. text:gsub("%z", "")), items = { {
        range = range, data = { name = text, metric = text, value = 12, limit = 10 } } } } } },
    }
    clients.of = function() return { id = 999, attached_buffers = {} } end
    clients.nearest = clients.of
    clients.request = function(_, method, _, handler)
      vim.schedule(function()
        if answers[method] then
          handler(nil, answers[method])
        else
          handler({ code = 1, message = text })
        end
      end)
      return true
    end
    for _, format in ipairs({ 0, 1 }) do
      require("antipasta.options").get().statusline.format = format == 1 and function() return text end or nil
      require("antipasta.statusline").forget()
      vim.cmd.redraw({ bang = true })
      vim.wait(60)
      vim.cmd.redraw({ bang = true })
    end
    for _, words in ipairs({ "report", "report file", "report workspace", "worst" }) do
      vim.cmd("Antipasta " .. words)
      vim.wait(20)
      vim.cmd.redraw({ bang = true })
    end
    vim.cmd("silent! cclose")
    for type = 1, 4 do
      require("antipasta.report").show_message({ type = type, message = text })
      require("antipasta.report").show_message({ type = type, message = text .. "\n" .. text })
    end
    clients.request, clients.of, clients.nearest = request, of, nearest
  end
]]

local function can_be_a_name(text)
  return #text <= 240 and not text:find("[/%z]") and text ~= "" and text ~= "." and text ~= ".."
end

local function write(path, text)
  vim.fn.mkdir(vim.fs.dirname(path), "p")
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

-- A workspace that has the text wherever it can: in the names of its folder and of a file, in comments, as a name.
local function make(number, text)
  local name = can_be_a_name(text) and text or "plain"
  local root = ("%s/hostile-%d/%s"):format(session.workspace, number, name)
  local line = text:gsub("[%z\r\n]", " "):sub(1, 4000)
  local identifier = hostile.identifiers[number % #hostile.identifiers + 1]
  write(
    root .. "/" .. name .. ".py",
    table.concat({
      '"""A file."""',
      "# " .. line,
      ("def %s(a):  # antipasta: ignore[%s] # %s"):format(identifier, line, line),
      "    if a and a or a and a or a and a or a and a or a:",
      "        for b in a:",
      "            if b:",
      "                return b and b or b and b or b and b or b",
      "",
      "",
    }, "\n")
  )
  write(root .. "/other.py", "# coding: " .. line .. "\n")
  write(
    root .. "/.antipasta.yaml",
    "languages: [{name: python, metrics: [{type: cyclomatic_complexity, threshold: 2}]}]\n"
  )
  local trap = root .. "/.venv/bin/antipasta-lsp"
  write(trap, "#!/bin/sh\ntouch " .. vim.fn.shellescape(session.workspace .. "/pwned") .. "\n")
  assert(vim.uv.fs_chmod(trap, 493))
  return root, root .. "/" .. name .. ".py"
end

-- What people do, and the Lua that says that they see what they asked for.
local STEPS = {
  { "Antipasta report", "floating_text():find('Cyclomatic Complexity')" },
  { "Antipasta report file", "floating_text():find('Halstead Volume')" },
  { "Antipasta report workspace", "is_told('The workspace has')" },
  { "lua vim.lsp.buf.hover()", "floating_text():lower():find('cyclomatic')" },
  { "Antipasta worst", "vim.bo.buftype == 'quickfix' and #vim.fn.getqflist() > 0" },
  { "silent! cnext", "true" },
  { "silent! cclose", "true" },
  { "checkhealth antipasta", "buffer_text():find('is not run, as it is of the workspace')" },
  { "silent! bwipeout!", "true" },
  { "Antipasta trust", "#asked > 0 or is_told('it cannot be trusted')" },
  { "Antipasta log", "vim.api.nvim_buf_get_name(0):find('lsp%.log$')" },
  { "silent! close", "true" },
}

-- What nothing but a hostile text can have made the terminal do.
local SEQUENCES = {
  { "a link", "\27%]8;[^;]*;[^\27\7]" },
  { "the clipboard", "\27%]52;" },
  { "the title", "\27%][012];[^\27\7]*pwned" },
}

local function main()
  local init = vim.fn.tempname() .. ".lua"
  vim.fn.writefile(vim.split(INIT, "\n"), init)
  -- The server is the user's own, from the PATH.
  local own = vim.fn.tempname()
  vim.fn.mkdir(own, "p")
  assert(vim.uv.fs_symlink(session.command[1], own .. "/antipasta-lsp"))
  vim.env.PATH = own .. ":" .. vim.env.PATH
  vim.env.VIRTUAL_ENV = nil
  local screen
  local function open()
    screen = session.screen({ "-u", init })
    session.wait("start of the other Neovim", function()
      return screen.lua("return vim.v.vim_did_enter") == 1
    end)
  end
  open()

  local function is_inert(step)
    -- Messages that were sent before have been shown once a request has been answered.
    assert(screen.is_free(), step .. " waits for a key: " .. vim.inspect(screen.written():sub(-300)))
    screen.text()
    assert(screen.is_free(), step .. " waits for a key: " .. vim.inspect(screen.written():sub(-300)))
    for _, sequence in ipairs(SEQUENCES) do
      local found = screen.written():match(sequence[2] .. ".?.?.?.?.?.?.?.?")
      assert(not found, ("%s: %s: %s"):format(step, sequence[1], vim.inspect(found)))
    end
    local ran = vim.fs.find("pwned", { path = session.workspace, limit = 1 })
    assert(#ran == 0, ("%s ran %s"):format(step, ran[1]))
  end

  -- Within a script, an error that is told would be one of the script.
  local function type_command(command)
    screen.lua("vim.fn.histdel(':') vim.api.nvim_input(...)", ":" .. command .. "<CR>")
    session.wait("end of " .. command, function()
      return not screen.is_free() or screen.lua("return vim.fn.histget(':')") == command
    end)
  end

  local function reaches(step, condition)
    local fine = vim.wait(session.patience, function()
      return not screen.is_free() or screen.lua("return (" .. condition .. ") and true or false")
    end, 10)
    assert(fine, step .. " does not come to " .. condition)
  end

  local function steps(root, file, text)
    screen.lua("vim.lsp.stop_client(vim.lsp.get_clients(), true) vim.cmd('silent! %bwipeout!')")
    reaches("the end of the last server", "#vim.lsp.get_clients() == 0")
    screen.lua("vim.cmd.cd(vim.fn.fnameescape(...))", root)
    screen.lua("vim.cmd.edit(vim.fn.fnameescape(...)) vim.fn.cursor(3, 6)", file)
    reaches("opening the file", "#vim.diagnostic.get(0) > 0 and lenses() > 0")
    is_inert("opening the file")
    for _, step in ipairs(STEPS) do
      type_command(step[1])
      reaches(step[1], step[2])
      is_inert(":" .. step[1])
    end
    screen.lua("told = {}")
    write(root .. "/.antipasta.yaml", ("%s: 1\nlanguages: %s\n"):format(vim.json.encode(text), vim.json.encode(text)))
    reaches("an error in the configuration", "is_told_of_configuration()")
    is_inert("an error in the configuration")
    screen.lua("vim.cmd('checkhealth antipasta')")
    is_inert("the health with an error in the configuration")
    screen.lua("vim.cmd('silent! bwipeout!') vim.cmd('Antipasta log')")
    is_inert("the log with an error in the configuration")
    screen.lua("vim.cmd('silent! close') unescaped(...)", text)
    is_inert("a server that escapes nothing")
    local taken = "local all = vim.list_extend(all_told, asked) told, asked, all_told = {}, {}, {} return all"
    for _, message in ipairs(screen.lua(taken)) do
      assert(not message:find("[%z\1-\9\11-\31\127]"), "an unescaped message: " .. vim.inspect(message))
      assert(not message:find("\226\128[\142\143\170-\174]"), "a message out of order: " .. vim.inspect(message))
    end
  end

  for number, entry in ipairs(hostile.texts) do
    if entry.short or vim.env.ANTIPASTA_HOSTILE == "all" then
      test(entry.name, function()
        local text = entry.text:rep(entry["repeat"] or 1)
        local root, file = make(number, text)
        if not screen.is_free() then
          screen.close()
          open()
        end
        steps(root, file, text)
      end)
    end
  end

  test("the terminal's sequences would be seen", function()
    screen.lua(
      "local namespace = vim.api.nvim_create_namespace('control') vim.cmd.enew() vim.api.nvim_buf_set_lines("
        .. "0, 0, -1, true, { 'a link' }) vim.api.nvim_buf_set_extmark(0, namespace, 0, 0, { end_col = 6, "
        .. "url = 'https://evil.example' })"
    )
    screen.text()
    session.wait("a link", function()
      return screen.written():find(SEQUENCES[1][2])
    end)
  end)
  screen.close()
end

session.run(main)
