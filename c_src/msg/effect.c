#include "msg/effect.h"

#include "data/item_codec.h"

void effects_encode(Buf *out, const Effect *effects, size_t count) {
    buf_u8(out, EFFECTS_VERSION);
    buf_varint(out, count);
    for (size_t i = 0; i < count; i++) {
        buf_slice(out, effects[i].full_key);
        buf_u64(out, effects[i].version);
        buf_slice(out, effects[i].old_image);
        buf_slice(out, effects[i].new_image);
    }
}

static Slice decode_image(Reader *reader) {
    Slice image = reader_slice(reader);
    if (image.len != 0 && !item_is_valid(image)) reader->failed = true;
    return image;
}

bool effects_decode(Arena *arena, Slice bytes, Effect **effects, size_t *count, Error *error) {
    Reader reader = reader_of(bytes);
    *count = 0;
    if (reader_u8(&reader) != EFFECTS_VERSION) return error_corrupt(error, "unknown version of effects");
    uint64_t given = reader_varint(&reader);
    if (reader.failed || given > reader_left(&reader)) return error_corrupt(error, "malformed effects");
    *effects = ARENA_ARRAY(arena, Effect, (size_t)given);
    if (*effects == NULL) return error_out_of_memory(error);
    for (size_t i = 0; i < given; i++) {
        Effect *effect = &(*effects)[i];
        effect->full_key = reader_slice(&reader);
        effect->version = reader_u64(&reader);
        effect->old_image = decode_image(&reader);
        effect->new_image = decode_image(&reader);
        // A full key holds at least a hash; an effect has at least one image.
        if (effect->full_key.len <= 8 || effect->old_image.len + effect->new_image.len == 0) reader.failed = true;
    }
    if (reader.failed || reader_left(&reader) != 0) return error_corrupt(error, "malformed effects");
    *count = (size_t)given;
    return true;
}
