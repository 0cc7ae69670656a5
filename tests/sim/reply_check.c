// What holds for every HTTP reply.
#include "reply_check.h"

#include "data/json_scan.h"

// Bit by bit, so that it shares nothing with the core's.
static uint32_t crc32_of(Slice bytes) {
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < bytes.len; i++) {
        crc ^= bytes.data[i];
        for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
    }
    return ~crc;
}

void check_http(const HostAction *reply) {
    bool known_status = reply->status == 200 || reply->status == 400 || reply->status == 500;
    if (!known_status) violation("status %d", reply->status);
    if (reply->crc32 != crc32_of(reply->body)) violation("a reply with a wrong CRC-32");
    if (reply->content_type != CONTENT_AMZ_JSON_1_0) violation("content type %d", reply->content_type);
    if (reply->request_id.len != REQUEST_ID_BYTES)
        violation("a request id of %zu bytes", reply->request_id.len);
    bool is_empty = reply->status == 200 && reply->body.len == 0; // TagResource answers so
    if (!is_empty && json_scan(reply->body) != JSON_SCAN_OK) violation("a reply that is no JSON");
}
