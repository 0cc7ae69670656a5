#include "msg/control.h"

#include "msg/release.h"

void control_begin(Buf *out, ControlKind kind) {
    release_encode_version(out, CONTROL_VERSION);
    buf_u8(out, (uint8_t)kind);
    release_encode_field(out);
}

bool control_decode(Reader *reader, ControlKind *kind, Error *error) {
    bool is_next, is_known = release_decode_version(reader, CONTROL_VERSION, &is_next);
    *kind = (ControlKind)reader_u8(reader);
    release_decode_field(reader, is_next);
    if (reader->failed) return error_corrupt(error, "malformed control message");
    return is_known || error_unsupported(error, "unknown version of a control message");
}
