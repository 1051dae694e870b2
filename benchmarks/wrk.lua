-- Requests that differ in their headers are sent in turns: each line of the file that the script is given holds the
-- headers of one, "Name: value" separated by tabs. Without a file all requests are wrk's own.
local requests, at = {}, 0

init = function(args)
  if args[1] == nil then return end
  for line in io.lines(args[1]) do
    local headers = {}
    for name, value in pairs(wrk.headers) do headers[name] = value end
    for name, value in line:gmatch("([^:\t]+): ([^\t]+)") do headers[name] = value end
    requests[#requests + 1] = wrk.format(nil, nil, headers)
  end
  request = function()
    at = at % #requests + 1
    return requests[at]
  end
end

-- One line of JSON, with the numbers that wrk's own table rounds. wrk counts statuses from 400 on as errors.
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "p50_ms": %.4f, "p99_ms": %.4f, "errors": %d}\n',
    summary.requests - errors.status, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
