-- wrk's requests: wrk -s load.lua URL -- KIND OPERATION PARTITIONS ITEMS. KIND is dynamodb, floor, or wire: the floor's
-- paths with DynamoDB's heads and bodies; items are of about 300 bytes, in PARTITIONS × ITEMS keys. Prints one line of JSON at the end.
--
-- Requests are made beforehand, and only a random word in each is new: SQLite does not write a row that stays as it was.
local POOL = 500
local WORD = "################" -- stands where the random word goes
local FILLER = string.rep("abcdefghij", 16)

local function key_of(p, s) return string.format("p%04d", p), string.format("s%06d", s) end

local function item(p, s)
    local pk, sk = key_of(p, s)
    return string.format(
        '{"pk":{"S":"%s"},"sk":{"S":"%s"},"n":{"N":"%d"},"name":{"S":"%s"},"data":{"S":"%s"},' ..
        '"tags":{"L":[{"S":"red"},{"S":"green"}]}}',
        pk, sk, math.random(0, 999999), WORD, FILLER)
end

local function key(p, s)
    local pk, sk = key_of(p, s)
    return string.format('{"pk":{"S":"%s"},"sk":{"S":"%s"}}', pk, sk)
end

-- count different keys, each made into text by `make`
local function distinct(count, partitions, items, make)
    local seen, list = {}, {}
    while #list < count do
        local p, s = math.random(0, partitions - 1), math.random(0, items - 1)
        if not seen[p * items + s] then
            seen[p * items + s] = true
            list[#list + 1] = make(p, s)
        end
    end
    return table.concat(list, ",")
end

local dynamodb = {
    put = function(p, s) return "PutItem", '{"TableName":"bench","Item":' .. item(p, s) .. "}" end,
    get = function(p, s) return "GetItem", '{"TableName":"bench","Key":' .. key(p, s) .. "}" end,
    update = function(p, s)
        return "UpdateItem", '{"TableName":"bench","Key":' .. key(p, s) ..
            ',"UpdateExpression":"SET #n = :name, n = n + :one","ConditionExpression":"attribute_exists(pk)"' ..
            ',"ExpressionAttributeNames":{"#n":"name"}' ..
            ',"ExpressionAttributeValues":{":one":{"N":"1"},":name":{"S":"' .. WORD .. '"}}}'
    end,
    query = function(p, s)
        local pk, sk = key_of(p, s)
        return "Query", string.format(
            '{"TableName":"bench","KeyConditionExpression":"pk = :p AND sk >= :s","Limit":100,' ..
            '"ExpressionAttributeValues":{":p":{"S":"%s"},":s":{"S":"%s"}}}', pk, sk)
    end,
    queryindex = function(p, s)
        local pk, sk = key_of(p, s)
        return "Query", string.format(
            '{"TableName":"bench","IndexName":"copy","KeyConditionExpression":"pk = :p AND sk >= :s","Limit":100,' ..
            '"ExpressionAttributeValues":{":p":{"S":"%s"},":s":{"S":"%s"}}}', pk, sk)
    end,
    scan = function(p, s)
        return "Scan", '{"TableName":"bench","FilterExpression":"n > :n","Limit":100,' ..
            '"ExclusiveStartKey":' .. key(p, s) .. ',"ExpressionAttributeValues":{":n":{"N":"500000"}}}'
    end,
    batchget = function(_, _, partitions, items)
        return "BatchGetItem", '{"RequestItems":{"bench":{"Keys":[' .. distinct(100, partitions, items, key) .. "]}}}"
    end,
    batchwrite = function(_, _, partitions, items)
        local put = function(p, s) return '{"PutRequest":{"Item":' .. item(p, s) .. "}}" end
        return "BatchWriteItem", '{"RequestItems":{"bench":[' .. distinct(25, partitions, items, put) .. "]}}"
    end,
}

local headers = {
    ["Content-Type"] = "application/x-amz-json-1.0",
    ["X-Amz-Date"] = "20260101T000000Z",
    ["Authorization"] = "AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/dynamodb/aws4_request, " ..
        "SignedHeaders=host;x-amz-date;x-amz-target, Signature=" .. string.rep("0", 64),
}

local function make(kind, operation, p, s, partitions, items)
    local pk, sk = key_of(p, s)
    local path = "/" .. operation .. "/" .. pk .. "/" .. sk
    if kind ~= "floor" then
        local target, body = dynamodb[operation](p, s, partitions, items)
        headers["X-Amz-Target"] = "DynamoDB_20120810." .. target
        return wrk.format("POST", kind == "wire" and "/wire" .. path or "/", headers, body)
    end
    if operation == "put" or operation == "update" then return wrk.format("POST", path, headers, item(p, s)) end
    return wrk.format("GET", path, headers)
end

local pool = {}

function init(args)
    local kind, operation, partitions, items = args[1], args[2], tonumber(args[3]), tonumber(args[4])
    math.randomseed(os.time())
    -- a page of 100 has as many items to come in every request
    local last = operation:find("^query") and items - 100 or items - 1
    for i = 1, POOL do
        local text = make(kind, operation, math.random(0, partitions - 1), math.random(0, last), partitions, items)
        local pieces, from = {}, 1
        while true do
            local first, final = text:find(WORD, from, true)
            if not first then break end
            pieces[#pieces + 1] = text:sub(from, first - 1)
            from = final + 1
        end
        pieces[#pieces + 1] = text:sub(from)
        pool[i] = pieces
    end
end

function request()
    local pieces = pool[math.random(POOL)]
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
