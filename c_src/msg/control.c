#include "msg/control.h"

void control_begin(Buf *out, ControlKind kind) {
    buf_u8(out, CONTROL_VERSION);
    buf_u8(out, (uint8_t)kind);
}

bool control_decode(Reader *reader, ControlKind *kind, Error *error) {
    uint8_t version = reader_u8(reader);
    *kind = (ControlKind)reader_u8(reader);
    if (reader->failed) return error_corrupt(error, "malformed control message");
    return version == CONTROL_VERSION || error_unsupported(error, "unknown version of a control message");
}
