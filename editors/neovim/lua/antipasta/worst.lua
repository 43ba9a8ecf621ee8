--- The functions and classes of the workspace that are furthest over their thresholds, as a quickfix list.
local clients = require("antipasta.clients")
local escape = require("antipasta.escape")
local notice = require("antipasta.notice")
local words = require("antipasta.words")

local M = {}

--- The metrics that functions and classes are judged by.
M.METRICS = { "cyclomatic_complexity", "cognitive_complexity", "weighted_methods_per_class" }

local function excess(data)
  return data.limit > 0 and data.value / data.limit or math.huge
end

-- The violations among the diagnostics of a workspace, worst first; of the metric, if there is one.
local function violations(reports, metric)
  local found = {}
  for _, report in ipairs(reports) do
    for _, diagnostic in ipairs(report.items or {}) do
      local data = diagnostic.data
      -- Values of a file have no name.
      if data and data.name and data.name ~= vim.NIL and (not metric or data.metric == metric) then
        table.insert(found, { uri = report.uri, at = diagnostic.range.start, data = data })
      end
    end
  end
  table.sort(found, function(one, other)
    local mine, theirs = excess(one.data), excess(other.data)
    if mine ~= theirs then
      return mine > theirs
    end
    if one.data.value ~= other.data.value then
      return one.data.value > other.data.value
    end
    if one.uri ~= other.uri then
      return one.uri < other.uri
    end
    return one.at.line < other.at.line
  end)
  return found
end

local function item(violation)
  local data = violation.data
  -- Python's way to write what complexipy has as `Class::method`.
  local name = escape.one_line(data.name):gsub("::", ".")
  local metric, value, limit = words.metric(data.metric), words.number(data.value), words.number(data.limit)
  return {
    filename = vim.uri_to_fname(violation.uri),
    lnum = violation.at.line + 1,
    -- Nothing but ASCII stands before the name in a `def` or `class`, so that every encoding has the same columns.
    col = violation.at.character + 1,
    text = ("%s: %s %s (threshold %s)%s"):format(name, metric, value, limit, data.isStale and " · stale" or ""),
    type = "W",
  }
end

--- Opens the list, when the server has it.
---@param metric? string only this one
function M.show(metric)
  local client = clients.nearest()
  if not client then
    return
  end
  clients.request(client, "workspace/diagnostic", { previousResultIds = {} }, function(failure, result)
    if failure then
      notice.tell(failure.message, vim.log.levels.ERROR)
      return
    end
    local found = violations(result.items, metric)
    if #found == 0 then
      notice.tell("nothing in the workspace is over its threshold")
      return
    end
    vim.fn.setqflist({}, " ", { title = "antipasta: worst first", items = vim.tbl_map(item, found) })
    vim.cmd("botright copen")
  end)
end

return M
