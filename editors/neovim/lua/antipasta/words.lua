--- Values in the words of the server's code lenses.
local escape = require("antipasta.escape")

local M = {}

local short = {
  cyclomatic_complexity = "cyclomatic",
  cognitive_complexity = "cognitive",
  weighted_methods_per_class = "weighted methods",
}
local opposite = { ["<="] = ">", ["<"] = ">=", [">="] = "<", [">"] = "<=", ["=="] = "!=", ["!="] = "==" }

--- A metric's name, as short as it is clear.
---@param metric string as configurations name it
---@return string
function M.metric(metric)
  return short[metric] or (escape.one_line(metric):gsub("_", " "))
end

--- A number, with decimals only if it has any.
---@param value number
---@return string
function M.number(value)
  return value % 1 == 0 and ("%d"):format(value) or ("%.2f"):format(value)
end

--- A value, and the threshold if it violates that: `cyclomatic 12 > 10`.
---@param judged {metric: string, value: number, threshold?: table, verdict?: string} as in `antipasta/metrics`
---@return string
function M.value(judged)
  local text = M.metric(judged.metric) .. " " .. M.number(judged.value)
  if judged.verdict ~= "violation" then
    return text
  end
  local threshold = judged.threshold
  return ("%s %s %s"):format(text, opposite[threshold.comparison], M.number(threshold.limit))
end

return M
