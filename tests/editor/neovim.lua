-- What Neovim 0.11 shows of the server, with nothing but `vim.lsp.config` and `vim.lsp.enable`.
--
-- Run by run.py, headless and without plugins. Prints a line `ok NAME` or `not ok NAME: why` for each test, in the
-- order of a session: later tests go on where earlier ones ended. Numbers are compared with the check's report of the
-- same text.

local session = dofile(vim.fs.joinpath(vim.fs.dirname(debug.getinfo(1, "S").source:sub(2)), "neovim_session.lua"))
local test, wait, agrees, shown, go_to = session.test, session.wait, session.agrees, session.shown, session.go_to
local buffer_text, type_keys, value_of, shows = session.buffer_text, session.type_keys, session.value_of, session.shows

local function client()
  return vim.lsp.get_clients({ bufnr = 0 })[1]
end

local function main()
  local server = vim.list_extend(vim.deepcopy(session.command), { "--stdio" })
  vim.lsp.config("antipasta", {
    cmd = server,
    filetypes = { "python" },
    root_markers = { ".antipasta.yaml" },
    on_exit = function(code)
      session.ended = code
    end,
  })
  vim.lsp.enable("antipasta")

  test("attaches to a Python file", function()
    vim.cmd.edit(vim.fn.fnameescape(session.file))
    wait("attached server", function()
      return client() and client().initialized
    end)
    assert(client().server_info.name == "antipasta-lsp", vim.inspect(client().server_info))
  end)
  if not client() then
    return
  end

  test("shows the check's diagnostics, each once", function()
    assert(#session.expected() > 0, "the source has no violations")
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
    local answer = assert(client():request_sync("textDocument/documentSymbol", parameters, session.patience, 0))
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
    local changed = vim.wait(session.patience, function()
      return buffer_text():find("antipasta: ignore[cyclomatic_complexity", 1, true) ~= nil
    end, 10)
    assert(changed, "no ignore comment was added; the actions are: " .. table.concat(titles, ", "))
    agrees()
    assert(#vim.diagnostic.get(0) == before - 1, "the diagnostic is still there")
  end)

  test("an error in the configuration is a message and no question, which would wait for an answer", function()
    local told = {}
    for _, method in ipairs({ "window/showMessage", "window/showMessageRequest" }) do
      vim.lsp.handlers[method] = function(_, params)
        table.insert(told, { method = method, text = params.message })
        return vim.NIL
      end
    end
    local file = session.workspace .. "/.antipasta.yaml"
    local before = vim.fn.readfile(file)
    vim.fn.writefile({ "profil: none" }, file)
    wait("a message", function()
      return told[1]
    end)
    assert(told[1].method == "window/showMessage" and told[1].text:find("configuration"), vim.inspect(told))
    vim.fn.writefile(before, file)
    agrees()
  end)

  test("the server ends when the editor lets it go", function()
    local id = client().id
    vim.lsp.stop_client(id)
    wait("end of the server", function()
      return session.ended
    end)
    assert(session.ended == 0, ("exit code %d"):format(session.ended))
  end)
end

session.run(main)
