#include "support/check.h"

#ifdef __wasm__

TEST(the_catalog_lives_in_an_object) {
    SKIP("objects need a store; the role tests run natively");
}

#else

#include "msg/names.h"
#include "support/table_world.h"

static ResultStatus send_name(World *world, ControlKind kind, const char *name, const char *table_id) {
    Buf message;
    buf_init(&message, world_arena(world));
    control_begin(&message, kind);
    buf_slice(&message, slice_of_cstr(name));
    buf_slice(&message, slice_of_cstr(table_id));
    return world_send(world, ROLE_CATALOG, name_catalog(), buf_view(&message)).status;
}

// The names of a page, separated by blanks, and "…" where there are more.
static Slice page(World *world, const char *after, uint64_t limit) {
    Buf message, text;
    buf_init(&message, world_arena(world));
    buf_init(&text, world_arena(world));
    control_begin(&message, CONTROL_CATALOG_LIST);
    buf_slice(&message, slice_of_cstr(after));
    buf_varint(&message, limit);
    Result result = world_send(world, ROLE_CATALOG, name_catalog(), buf_view(&message));
    Reader reader = reader_of(result.payload);
    uint64_t count = reader_varint(&reader);
    for (uint64_t i = 0; i < count; i++) {
        Slice name = reader_slice(&reader);
        buf_format(&text, i > 0 ? " %S" : "%S", &name);
    }
    if (reader_u8(&reader) != 0) buf_cstr(&text, " ...");
    CHECK(result.status == RESULT_OK && !reader.failed);
    return buf_view(&text);
}

TEST(names_are_listed_in_pages) {
    World *world = world_new();
    CHECK_EQ_SLICE(page(world, "", 10), "");
    send_name(world, CONTROL_CATALOG_ADD, "b", "1");
    send_name(world, CONTROL_CATALOG_ADD, "a", "2");
    send_name(world, CONTROL_CATALOG_ADD, "ab", "3");
    send_name(world, CONTROL_CATALOG_ADD, "a", "2");
    CHECK_EQ_SLICE(page(world, "", 10), "a ab b");
    CHECK_EQ_SLICE(page(world, "", 2), "a ab ...");
    CHECK_EQ_SLICE(page(world, "", 3), "a ab b");
    CHECK_EQ_SLICE(page(world, "a", 1), "ab ...");
    CHECK_EQ_SLICE(page(world, "aa", 10), "ab b");
    CHECK_EQ_SLICE(page(world, "b", 10), "");
    world_free(world);
}

TEST(a_late_removal_spares_the_new_table) {
    World *world = world_new();
    send_name(world, CONTROL_CATALOG_ADD, "a", "old");
    CHECK_EQ_INT(send_name(world, CONTROL_CATALOG_REMOVE, "a", "old"), RESULT_OK);
    CHECK_EQ_SLICE(page(world, "", 10), "");
    send_name(world, CONTROL_CATALOG_ADD, "a", "new");
    CHECK_EQ_INT(send_name(world, CONTROL_CATALOG_REMOVE, "a", "old"), RESULT_OK);
    CHECK_EQ_SLICE(page(world, "", 10), "a");
    world_free(world);
}

#endif
