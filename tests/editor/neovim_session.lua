-- What sessions in Neovim have in common: tests and their report, waiting, the check to compare with, typing.
--
--   ANTIPASTA_COMMAND    the server's command, without arguments, as a JSON list
--   ANTIPASTA_WORKSPACE  a folder with shop.py and .antipasta.yaml

local M = {}

M.command = vim.json.decode(vim.env.ANTIPASTA_COMMAND)
M.workspace = vim.env.ANTIPASTA_WORKSPACE
M.file = M.workspace .. "/shop.py"
-- How many times slower than usual this machine is just now: see tests/conformance/patience.py.
M.slowness = (function()
  local begin, number = vim.uv.hrtime(), 1
  for _ = 1, 10000000 do
    number = (number * 16807) % 2147483647
  end
  return math.min(math.max((vim.uv.hrtime() - begin) / 100e6, number == 0 and 2 or 1), 20)
end)()
-- Milliseconds after which nothing more is waited for.
M.patience = 60000 * M.slowness
-- How many tests failed.
M.failed = 0
-- The exit code of a server that a session needs to its end, once it has ended.
M.ended = nil

local function say(line)
  io.stdout:write(line .. "\n")
  io.stdout:flush()
end

-- Runs a test and reports it: `ok NAME`, or `not ok NAME: why`.
function M.test(name, body)
  local fine, why = xpcall(body, function(message)
    return type(message) == "string" and message:gsub("^.-(neovim[%w_]*%.lua:)", "%1") or vim.inspect(message)
  end)
  if fine then
    say("ok " .. name)
  else
    M.failed = M.failed + 1
    say("not ok " .. name .. ": " .. tostring(why):gsub("%s*\n%s*", " / "))
  end
end

-- Waits until `find` returns something, and returns that.
function M.wait(what, find)
  local found
  vim.wait(M.patience, function()
    found = find()
    return found or M.ended
  end, 10)
  if not found then
    error(M.ended and ("the server ended with exit code %d before "):format(M.ended) .. what or "no " .. what, 2)
  end
  return found
end

function M.buffer_text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n") .. "\n"
end

-- The check's report of the buffer's text.
function M.check()
  local words = vim.deepcopy(M.command)
  vim.list_extend(words, { "--check", "-", "--stdin-filename", M.file, "--format", "json" })
  local done = vim.system(words, { cwd = M.workspace, stdin = M.buffer_text(), text = true }):wait()
  assert(done.code == 0 or done.code == 2, "the check failed: " .. done.stderr)
  return vim.json.decode(done.stdout).reports[1]
end

-- What the check finds, as sorted lines `metric name value`. The rows of a file that repeat a function's are not shown.
function M.expected()
  local found = {}
  for _, violation in ipairs(M.check().violations) do
    local name = violation["function"]
    local repeats = violation.type == "cyclomatic_complexity" or violation.type == "cognitive_complexity"
    if name ~= vim.NIL or not repeats then
      name = name == vim.NIL and "-" or name:gsub("^.*::", "")
      table.insert(found, ("%s %s %.2f"):format(violation.type, name, violation.value))
    end
  end
  table.sort(found)
  return found
end

-- What the editor shows, in the same form.
function M.shown()
  local found = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    local of_file = diagnostic.code:match("^halstead") or diagnostic.code:match("^maintainability")
    local name = "-"
    if not of_file then
      local line = vim.api.nvim_buf_get_lines(0, diagnostic.lnum, diagnostic.lnum + 1, true)[1]
      name = line:sub(diagnostic.col + 1, diagnostic.end_col)
    end
    -- The first number with two decimals is the value.
    table.insert(found, ("%s %s %s"):format(diagnostic.code, name, diagnostic.message:match("%d+%.%d%d")))
  end
  table.sort(found)
  return found
end

function M.agrees()
  local wanted = M.expected()
  local last
  local fine = vim.wait(M.patience, function()
    last = M.shown()
    return vim.deep_equal(last, wanted)
  end, 20)
  assert(fine, "shown: " .. table.concat(last, ", ") .. "; the check finds: " .. table.concat(wanted, ", "))
end

function M.value_of(metric, name)
  for _, row in ipairs(M.check().metrics) do
    if row.type == metric and row.function_name ~= vim.NIL and row.function_name:gsub("^.*::", "") == name then
      return row.value
    end
  end
  error("the check has no " .. metric .. " of " .. name)
end

-- Whether a text has a whole number in it, with decimals or without.
function M.shows(text, value)
  local digits = ("%d"):format(value)
  return (" " .. text .. " "):find("[^%d.]" .. digits .. "[^%d.]") ~= nil
    or (" " .. text .. " "):find("[^%d.]" .. digits .. "%.0+[^%d]") ~= nil
end

function M.type_keys(keys)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(keys, true, false, true), "tx", false)
end

-- Puts the cursor on the name after `keyword`.
function M.go_to(keyword)
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  assert(vim.fn.search(keyword, "ceW") > 0, "the buffer has no " .. keyword)
  vim.cmd("normal! w")
end

-- Another Neovim, on a terminal of 80 columns and 24 lines: headless, none waits for a key, and none draws. It is to
-- begin in the workspace.
function M.screen(arguments)
  local socket = vim.fn.tempname()
  -- What it wrote to its terminal.
  local written = {}
  local job = vim.fn.jobstart(vim.list_extend({ vim.v.progpath, "-n", "-i", "NONE", "--listen", socket }, arguments), {
    pty = true,
    width = 80,
    height = 24,
    cwd = M.workspace,
    env = { TERM = "xterm-256color" },
    on_stdout = function(_, lines)
      table.insert(written, table.concat(lines, "\n"))
    end,
  })
  local channel = M.wait("socket of the other Neovim", function()
    local is_there, id = pcall(vim.fn.sockconnect, "pipe", socket, { rpc = true })
    return is_there and id
  end)
  local back = vim.rpcrequest(channel, "nvim_get_api_info")[1]
  local screen = {}
  function screen.written()
    return table.concat(written)
  end
  -- Whether it waits for nobody: neither for a key after a message nor for an answer.
  -- A command line is one only until it has been typed.
  function screen.is_free()
    return vim.wait(5000 * M.slowness, function()
      local mode = vim.rpcrequest(channel, "nvim_get_mode")
      return not mode.blocking and not mode.mode:find("^[cr]")
    end, 5)
  end
  -- What Lua comes to there. It is not asked for by a request, which would wait for a key as well.
  function screen.lua(code, ...)
    vim.g.screen_answer = nil
    local answering = [[
      local code, back = ...
      local fine, result = pcall(assert(loadstring(code)), select(3, ...))
      vim.rpcnotify(back, "nvim_set_var", "screen_answer", vim.json.encode({ fine = fine, result = result }))
    ]]
    vim.rpcnotify(channel, "nvim_exec_lua", answering, { code, back, ... })
    local is_waiting = false
    local fine = vim.wait(M.patience, function()
      is_waiting = not vim.g.screen_answer and not screen.is_free()
      return is_waiting or vim.g.screen_answer
    end, 5)
    assert(not is_waiting, "it waits for a key: " .. vim.inspect(screen.written():sub(-500)))
    assert(fine, "no answer to " .. code)
    local answer = vim.json.decode(vim.g.screen_answer, { luanil = { object = true } })
    assert(answer.fine, answer.result)
    return answer.result
  end
  function screen.text()
    return screen.lua([[
      vim.cmd.redraw()
      local lines = {}
      for row = 1, vim.o.lines do
        local cells = {}
        for column = 1, vim.o.columns do
          table.insert(cells, vim.fn.screenstring(row, column))
        end
        table.insert(lines, (table.concat(cells):gsub("%s+$", "")))
      end
      return table.concat(lines, "\n")
    ]])
  end
  function screen.close()
    vim.fn.chanclose(channel)
    vim.fn.jobstop(job)
    vim.fn.jobwait({ job })
  end
  return screen
end

-- Runs a session, and ends the editor.
function M.run(main)
  M.test("the session runs to its end", main)
  vim.cmd(M.failed == 0 and "qall!" or "cquit! 1")
end

return M
