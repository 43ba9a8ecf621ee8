-- What Neovim 0.11 shows of the server, with nothing but `vim.lsp.config` and `vim.lsp.enable`.
--
-- Run by run.py, headless and without plugins. Prints a line `ok NAME` or `not ok NAME: why` for each test, in the order
-- of a session: later tests go on where earlier ones ended. Numbers are compared with the check's report of the same
-- text.
--
--   ANTIPASTA_COMMAND    the server's command, without arguments, as a JSON list
--   ANTIPASTA_WORKSPACE  a folder with shop.py and .antipasta.yaml

local command = vim.json.decode(vim.env.ANTIPASTA_COMMAND)
local workspace = vim.env.ANTIPASTA_WORKSPACE
local file = workspace .. "/shop.py"
local patience = 60000
local failed = 0
-- The server's exit code, once it has ended.
local ended

local function say(line)
  io.stdout:write(line .. "\n")
  io.stdout:flush()
end

local function test(name, body)
  local fine, why = xpcall(body, function(message)
    return type(message) == "string" and message:gsub("^.-neovim.lua:", "neovim.lua:") or vim.inspect(message)
  end)
  if fine then
    say("ok " .. name)
  else
    failed = failed + 1
    say("not ok " .. name .. ": " .. tostring(why):gsub("%s*\n%s*", " / "))
  end
end

-- Waits until `find` returns something, and returns that.
local function wait(what, find)
  local found
  vim.wait(patience, function()
    found = find()
    return found or ended
  end, 10)
  if not found then
    error(ended and ("the server ended with exit code %d before "):format(ended) .. what or "no " .. what, 2)
  end
  return found
end

local function buffer_text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n") .. "\n"
end

-- The check's report of the buffer's text.
local function check()
  local words = vim.deepcopy(command)
  vim.list_extend(words, { "--check", "-", "--stdin-filename", file, "--format", "json" })
  local done = vim.system(words, { cwd = workspace, stdin = buffer_text(), text = true }):wait()
  assert(done.code == 0 or done.code == 2, "the check failed: " .. done.stderr)
  return vim.json.decode(done.stdout).reports[1]
end

-- What the check finds, as sorted lines `metric name value`. The rows of a file that repeat a function's are not shown.
local function expected()
  local found = {}
  for _, violation in ipairs(check().violations) do
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
local function shown()
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

local function agrees()
  local wanted = expected()
  local last
  local fine = vim.wait(patience, function()
    last = shown()
    return vim.deep_equal(last, wanted)
  end, 20)
  assert(fine, "shown: " .. table.concat(last, ", ") .. "; the check finds: " .. table.concat(wanted, ", "))
end

local function value_of(metric, name)
  for _, row in ipairs(check().metrics) do
    if row.type == metric and row.function_name ~= vim.NIL and row.function_name:gsub("^.*::", "") == name then
      return row.value
    end
  end
  error("the check has no " .. metric .. " of " .. name)
end

-- Whether a text has a whole number in it, with decimals or without.
local function shows(text, value)
  local digits = ("%d"):format(value)
  return (" " .. text .. " "):find("[^%d.]" .. digits .. "[^%d.]") ~= nil
    or (" " .. text .. " "):find("[^%d.]" .. digits .. "%.0+[^%d]") ~= nil
end

local function type_keys(keys)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(keys, true, false, true), "tx", false)
end

-- Puts the cursor on the name after `keyword`.
local function go_to(keyword)
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  assert(vim.fn.search(keyword, "ceW") > 0, "the buffer has no " .. keyword)
  vim.cmd("normal! w")
end

local function client()
  return vim.lsp.get_clients({ bufnr = 0 })[1]
end

local function main()
  local server = vim.list_extend(vim.deepcopy(command), { "--stdio" })
  vim.lsp.config("antipasta", {
    cmd = server,
    filetypes = { "python" },
    root_markers = { ".antipasta.yaml" },
    on_exit = function(code)
      ended = code
    end,
  })
  vim.lsp.enable("antipasta")

  test("attaches to a Python file", function()
    vim.cmd.edit(vim.fn.fnameescape(file))
    wait("attached server", function()
      return client() and client().initialized
    end)
    assert(client().server_info.name == "antipasta-lsp", vim.inspect(client().server_info))
  end)
  if not client() then
    return
  end

  test("shows the check's diagnostics, each once", function()
    assert(#expected() > 0, "the source has no violations")
    agrees()
    for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
      assert(diagnostic.source == "antipasta", vim.inspect(diagnostic))
    end
  end)

  test("diagnostics follow what is typed", function()
    local before = shown()
    go_to("def greet")
    type_keys("oif name.a and name.b or name.c:<CR>return name.d if name.e and name.f else name.g<Esc>")
    assert(buffer_text():find("if name.a and name.b or name.c:\n"), "nothing was typed: " .. buffer_text())
    agrees()
    assert(not vim.deep_equal(before, shown()), "typing changed no diagnostics")
  end)

  test("diagnostics survive a moment of broken syntax", function()
    go_to("def greet")
    type_keys("j$i(<Esc>")
    vim.wait(300)
    assert(#vim.diagnostic.get(0) > 0, "all diagnostics are gone")
    type_keys("x")
    agrees()
  end)

  test("diagnostics follow undo", function()
    vim.cmd("silent undo")
    vim.cmd("silent undo")
    vim.cmd("silent undo")
    assert(not buffer_text():find("name.b"), "undo did not take the branches away")
    agrees()
  end)

  test("hover shows a function's metrics", function()
    go_to("def shipping_cost")
    vim.lsp.buf.hover()
    local window = wait("a hover window", function()
      for _, id in ipairs(vim.api.nvim_list_wins()) do
        if vim.api.nvim_win_get_config(id).relative ~= "" then
          return id
        end
      end
    end)
    local text = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, true), "\n")
    for _, metric in ipairs({ "cyclomatic_complexity", "cognitive_complexity" }) do
      local value = value_of(metric, "shipping_cost")
      assert(shows(text, value), ("no %d in %s"):format(value, text))
    end
    vim.api.nvim_win_close(window, true)
  end)

  test("code lenses stand at functions and classes", function()
    vim.lsp.codelens.refresh({ bufnr = 0 })
    local lenses = wait("code lenses", function()
      local found = vim.lsp.codelens.get(0)
      local resolved = #found > 0
      for _, lens in ipairs(found) do
        resolved = resolved and lens.command ~= nil
      end
      return resolved and found
    end)
    local value = value_of("cyclomatic_complexity", "shipping_cost")
    local line = vim.fn.search("def shipping_cost", "nw") - 1
    local titles = {}
    for _, lens in ipairs(lenses) do
      if lens.range.start.line == line then
        table.insert(titles, lens.command.title)
      end
    end
    assert(shows(table.concat(titles, " "), value), ("no %d in %s"):format(value, vim.inspect(titles)))
  end)

  test("document symbols carry metrics", function()
    local parameters = { textDocument = vim.lsp.util.make_text_document_params(0) }
    local answer = assert(client():request_sync("textDocument/documentSymbol", parameters, patience, 0))
    assert(not answer.err, vim.inspect(answer.err))
    local value = value_of("cyclomatic_complexity", "shipping_cost")
    local detail
    for _, symbol in ipairs(answer.result) do
      detail = symbol.name == "shipping_cost" and symbol.detail or detail
    end
    assert(detail and shows(detail, value), ("no %d in %s"):format(value, vim.inspect(detail)))
  end)

  test("a code action ignores a metric, and its diagnostic goes", function()
    go_to("def shipping_cost")
    local before = #vim.diagnostic.get(0)
    local titles = {}
    -- In place of the menu: the choice of a person who wants cyclomatic complexity ignored.
    vim.ui.select = function(items, select_options, on_choice)
      local chosen
      for _, item in ipairs(items) do
        local title = select_options.format_item and select_options.format_item(item) or vim.inspect(item)
        table.insert(titles, title)
        if title:lower():find("ignore") and title:lower():find("cyclomatic") then
          chosen = chosen or item
        end
      end
      on_choice(chosen)
    end
    vim.lsp.buf.code_action()
    local changed = vim.wait(patience, function()
      return buffer_text():find("antipasta: ignore[cyclomatic_complexity", 1, true) ~= nil
    end, 10)
    assert(changed, "no ignore comment was added; the actions are: " .. table.concat(titles, ", "))
    agrees()
    assert(#vim.diagnostic.get(0) == before - 1, "the diagnostic is still there")
  end)

  test("the server ends when the editor lets it go", function()
    local id = client().id
    vim.lsp.stop_client(id)
    wait("end of the server", function()
      return ended
    end)
    assert(ended == 0, ("exit code %d"):format(ended))
  end)
end

test("the session runs to its end", main)
vim.cmd(failed == 0 and "qall!" or "cquit! 1")
