-- wrk's script: sends the octets of the file given as argument, exactly and in order, and reports as JSON.
-- It replaces wrk.format, not request, so that wrk builds the request once and calls no Lua afterwards.

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local octets = file:read("*a")
  file:close()
  wrk.format = function() return octets end
  wrk.request = function() return octets end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"octets":%d,"micros":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,"status":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.bytes, summary.duration,
    errors.connect, errors.read, errors.write, errors.timeout, errors.status,
    latency:percentile(50), latency:percentile(99)))
end
