-- wrk's requests: wrk -s load.lua URL -- FILE. FILE has whole HTTP requests, a zero byte between them (requests.mjs);
-- where one has WORD, each time a random word of the same length is sent. Prints one line of JSON at the end.
local WORD = string.rep("#", 16)

local pool = {}

-- The text before, between and behind the words.
local function pieces_of(text)
    local pieces, from = {}, 1
    while true do
        local first, last = text:find(WORD, from, true)
        if not first then break end
        pieces[#pieces + 1] = text:sub(from, first - 1)
        from = last + 1
    end
    pieces[#pieces + 1] = text:sub(from)
    return pieces
end

function init(args)
    math.randomseed(os.time())
    local file = assert(io.open(args[1], "rb"))
    for text in file:read("*a"):gmatch("%Z+") do pool[#pool + 1] = pieces_of(text) end
    file:close()
end

function request()
    local pieces = pool[math.random(#pool)]
    if #pieces == 1 then return pieces[1] end
    return table.concat(pieces, string.format("%08x%08x", math.random(0, 0x7fffffff), math.random(0, 0x7fffffff)))
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '{"requests":%d,"microseconds":%d,"failed":%d,"p50":%d,"p99":%d}\n', summary.requests, summary.duration,
        errors.status + errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50), latency:percentile(99)))
end
