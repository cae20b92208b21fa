-- Posts a body in which `%d` stands for a count, or for the count in a circle.
local path, body, circle, made

function init(args)
  path, body, circle, made = args[1], args[2], tonumber(args[3]), 0
end

function request()
  local at = made
  if circle > 0 then
    at = made % circle
  end
  made = made + 1
  local text = body:gsub("%%d", at, 1)
  return wrk.format("POST", path, { ["Content-Type"] = "application/json" }, text)
end
