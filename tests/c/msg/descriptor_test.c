#include "msg/descriptor.h"

#include "support/check.h"

static TableDescriptor full_table(void) {
    static KeyAttribute definitions[] = {
        {SLICE_INIT("pk"), 'S'}, {SLICE_INIT("sk"), 'N'}, {SLICE_INIT("g"), 'B'}};
    static Slice projected[] = {SLICE_INIT("a"), SLICE_INIT("b")};
    static IndexDescriptor indexes[] = {
        {.name = SLICE_INIT("lsi"),
         .projection = PROJECTION_ALL,
         .status = TABLE_ACTIVE,
         .keys = {.hash = {{SLICE_INIT("pk"), 'S'}},
                  .hash_count = 1,
                  .range = {{SLICE_INIT("g"), 'B'}},
                  .range_count = 1}},
        {.name = SLICE_INIT("gsi"),
         .is_global = true,
         .projection = PROJECTION_INCLUDE,
         .non_key_attributes = projected,
         .non_key_attribute_count = 2,
         .throughput = {7, 8},
         .on_demand_max = {9, 10},
         .warm = {11, 12},
         .status = TABLE_UPDATING,
         .backfilling = true,
         .keys = {.hash = {{SLICE_INIT("g"), 'B'}, {SLICE_INIT("pk"), 'S'}},
                  .hash_count = 2,
                  .range = {{SLICE_INIT("sk"), 'N'}},
                  .range_count = 1}},
    };
    static Tag tags[] = {{SLICE_INIT("env"), SLICE_INIT("x")}, {SLICE_INIT("empty"), {NULL, 0}}};
    return (TableDescriptor){
        .epoch = 300,
        .name = SLICE("Music"),
        .table_id = SLICE("00000000-0000-4000-8000-00000000000a"),
        .seed = {1, 2, 3, 15},
        .status = TABLE_DELETING,
        .created_ms = 1795000000000.5,
        .layout = LAYOUT_HASH,
        .slots = 4096,
        .definitions = definitions,
        .definition_count = 3,
        .keys = {.hash = {{SLICE("pk"), 'S'}},
                 .hash_count = 1,
                 .range = {{SLICE("sk"), 'N'}},
                 .range_count = 1},
        .billing = BILLING_PROVISIONED,
        .throughput = {5, 1000000000000},
        .billing_changed_ms = 1,
        .deletion_protection = true,
        .infrequent_access = true,
        .table_class_given = true,
        .stream_view = STREAM_VIEW_OLD_IMAGE,
        .stream_label_ms = 2,
        .ttl_attribute = SLICE("ttl"),
        .ttl_enabled = true,
        .sse_enabled = true,
        .indexes = indexes,
        .index_count = 2,
        .tags = tags,
        .tag_count = 2,
        .on_demand_max = {13, 14},
        .warm = {15, 16},
        .increased_ms = 3,
        .decreased_ms = 4,
        .decreases = 2,
    };
}

static Slice encode(Arena *arena, const TableDescriptor *table) {
    Buf bytes;
    buf_init(&bytes, arena);
    descriptor_encode(&bytes, table);
    return buf_view(&bytes);
}

TEST(a_descriptor_survives_its_bytes) {
    Arena arena;
    arena_init(&arena, 0);
    Error error = {0};
    TableDescriptor table = full_table(), found;
    Slice bytes = encode(&arena, &table);
    REQUIRE(descriptor_decode(&arena, bytes, &found, &error));
    CHECK_EQ_INT(found.epoch, 300);
    CHECK_EQ_SLICE(found.name, "Music");
    CHECK_EQ_BYTES(slice_of(found.seed, 16), slice_of(table.seed, 16));
    CHECK(found.created_ms == table.created_ms);
    CHECK_EQ_INT(found.status, TABLE_DELETING);
    CHECK_EQ_INT(found.slots, 4096);
    CHECK_EQ_INT(found.throughput.write_units, 1000000000000);
    CHECK_EQ_SLICE(found.ttl_attribute, "ttl");
    CHECK_EQ_SLICE(found.definitions[2].name, "g");
    CHECK_EQ_INT(found.definitions[2].type, 'B');
    CHECK_EQ_INT(found.keys.range[0].type, 'N');
    const IndexDescriptor *gsi = descriptor_index(&found, SLICE("gsi"));
    REQUIRE(gsi != NULL && descriptor_index(&found, SLICE("gs")) == NULL);
    CHECK_EQ_SLICE(gsi->non_key_attributes[1], "b");
    CHECK(key_schema_has(&gsi->keys, SLICE("pk")) && key_schema_has(&gsi->keys, SLICE("sk")));
    CHECK(!key_schema_has(&gsi->keys, SLICE("p")) && !key_schema_has(&found.keys, SLICE("g")));
    CHECK_EQ_SLICE(found.tags[0].value, "x");
    // Every field comes back: the bytes made of what was read are the same bytes.
    CHECK_EQ_BYTES(encode(&arena, &found), bytes);
    arena_free(&arena);
}

TEST(damaged_descriptors_are_refused_or_harmless) {
    Arena arena;
    arena_init(&arena, 0);
    TableDescriptor table = full_table(), found;
    Slice bytes = encode(&arena, &table);
    for (size_t len = 0; len < bytes.len; len++) {
        check_context("cut to %d", (int)len);
        Error error = {0};
        // A copy of exactly that length: a read beyond it is the sanitizer's to see.
        CHECK(!descriptor_decode(&arena, arena_copy(&arena, slice_sub(bytes, 0, len)), &found, &error));
        CHECK_EQ_INT(error.kind, ERROR_CORRUPT);
    }
    for (size_t at = 0; at < bytes.len; at++) {
        for (int bit = 0; bit < 8; bit++) {
            Error error = {0};
            Buf damaged;
            buf_init(&damaged, &arena);
            buf_bytes(&damaged, bytes);
            damaged.data[at] ^= (uint8_t)(1 << bit);
            bool accepted = descriptor_decode(&arena, buf_view(&damaged), &found, &error);
            CHECK(accepted == (error.kind == ERROR_NONE));
            if (accepted) encode(&arena, &found);
        }
    }
    arena_free(&arena);
}

TEST(layouts_have_the_slots_that_fit) {
    static const struct {
        LayoutKind layout;
        uint32_t slots;
        bool fits;
    } CASES[] = {{LAYOUT_KEY, 0, true},     {LAYOUT_KEY, 1, false},  {LAYOUT_HASH, 0, false},
                 {LAYOUT_HASH, 1, true},    {LAYOUT_HASH, 3, false}, {LAYOUT_HASH, 4096, true},
                 {LAYOUT_HASH, 8192, false}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Arena arena;
        arena_init(&arena, 0);
        Error error = {0};
        TableDescriptor table = full_table(), found;
        table.layout = CASES[i].layout;
        table.slots = CASES[i].slots;
        check_context("case %d", (int)i);
        CHECK(descriptor_decode(&arena, encode(&arena, &table), &found, &error) == CASES[i].fits);
        arena_free(&arena);
    }
}

TEST(every_failed_allocation_is_an_error) {
#ifdef SHVM_TEST_FAULTS
    Arena source, arena;
    arena_init(&source, 0);
    TableDescriptor table = full_table(), found;
    Slice bytes = encode(&source, &table);
    size_t failures = 0;
    for (size_t n = 1;; n++) {
        arena_init(&arena, 0);
        Error error = {0};
        arena_fail_after(n);
        bool decoded = descriptor_decode(&arena, bytes, &found, &error);
        arena_fail_after(0);
        arena_free(&arena);
        if (decoded) break;
        CHECK_EQ_INT(error.kind, ERROR_OUT_OF_MEMORY);
        failures++;
    }
    CHECK(failures >= 4);
    arena_free(&source);
#else
    SKIP("this build has no allocation faults");
#endif
}

TEST(arns_name_tables) {
    Arena arena;
    arena_init(&arena, 0);
    Buf arn;
    buf_init(&arn, &arena);
    table_arn(&arn, SLICE("Music"));
    CHECK_EQ_SLICE(buf_view(&arn), "arn:aws:dynamodb:us-east-1:000000000000:table/Music");
    CHECK_EQ_SLICE(table_name_from_arn(buf_view(&arn)), "Music");
    CHECK_EQ_SLICE(table_name_from_argument(buf_view(&arn)), "Music");
    CHECK_EQ_SLICE(table_name_from_arn(SLICE("arn:aws-cn:dynamodb:cn-north-1:123456789012:table/a.b")),
                   "a.b");
    CHECK_EQ_SLICE(table_name_from_argument(SLICE("Music")), "Music");
    static const Slice OTHERS[] = {
        SLICE_INIT(""),
        SLICE_INIT("Music"),
        SLICE_INIT("arn:"),
        SLICE_INIT("arn:aws:dynamodb:us-east-1:0:table"),
        SLICE_INIT("arn:aws:dynamodb:us-east-1:0:table/"),
        SLICE_INIT("arn:aws:dynamodb:us-east-1:0:table/a/index/b"),
        SLICE_INIT("arn:aws:dynamodb:us-east-1:0:backup/a"),
        SLICE_INIT("arn:aws:dynamodb:us-east-1"),
    };
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        CHECK_EQ_SLICE(table_name_from_arn(OTHERS[i]), "");
        CHECK_EQ_BYTES(table_name_from_argument(OTHERS[i]), OTHERS[i]);
    }
    arena_free(&arena);
}
