#include "op/update_targets.h"

#include "data/document_path.h"
#include "data/item_codec.h"
#include "expr/operand.h"
#include "expr/tree.h"
#include "op/item_key.h"

// One action of an update tree, as far as it matters here.
typedef struct Target {
    Slice attribute;
    Slice constant; // SET of the whole attribute to a constant: its value; else empty
} Target;

static Target next_target(Reader *reader) {
    NodeTag action = (NodeTag)reader_u8(reader);
    Slice path = path_next(reader);
    size_t steps = 0;
    Reader elements = path_elements(path, &steps);
    Target target = {.attribute = path_element_next(&elements).name};
    if (action == ACTION_SET) {
        Reader operand = *reader;
        if (reader_u8(&operand) == OPERAND_CONSTANT && steps == 1) target.constant = value_next(&operand);
        operand_skip(reader);
    } else if (action != ACTION_REMOVE) {
        value_next(reader);
    }
    return target;
}

static bool is_named(const KeyAttribute *attributes, size_t count, Slice name) {
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(attributes[i].name, name)) return true;
    }
    return false;
}

static const KeyAttribute *find_index_key(const KeySchema *keys, Slice name) {
    for (size_t i = 0; i < keys->hash_count; i++) {
        if (slice_equal(keys->hash[i].name, name)) return &keys->hash[i];
    }
    for (size_t i = 0; i < keys->range_count; i++) {
        if (slice_equal(keys->range[i].name, name)) return &keys->range[i];
    }
    return NULL;
}

static void describe_index_misfit(const TableDescriptor *table, const Target *target, Buf *message) {
    if (target->constant.len == 0) return;
    for (size_t i = 0; i < table->index_count; i++) {
        const IndexDescriptor *index = &table->indexes[i];
        const KeyAttribute *key = find_index_key(&index->keys, target->attribute);
        if (key == NULL) continue;
        ValueType type = value_type(target->constant);
        if (key_type_of(target->constant) != key->type) {
            buf_format(message,
                       "One or more parameter values were invalid: Type mismatch for Index Key %S Expected: %c Actual: "
                       "%s IndexName: %S", &key->name, key->type, value_type_name(type), &index->name);
            return;
        }
        if (type != VALUE_N && value_bytes(target->constant).len == 0) {
            buf_format(message,
                       "One or more parameter values are not valid. The update expression attempted to update a "
                       "secondary index key to a value that is not supported. The AttributeValue for a key attribute "
                       "cannot contain an empty %s value.", type == VALUE_B ? "binary" : "string");
            return;
        }
    }
}

bool update_refusal(Step *step, const TableDescriptor *table, Slice update_tree, Slice *message) {
    const KeySchema *keys = &table->keys;
    Buf text;
    buf_init(&text, step->arena);
    Reader reader = reader_of(update_tree);
    reader_u8(&reader); // version
    reader_u8(&reader); // kind
    uint64_t count = reader_varint(&reader);
    for (uint64_t i = 0; i < count && !reader.failed && text.len == 0; i++) {
        Target target = next_target(&reader);
        if (is_named(keys->hash, keys->hash_count, target.attribute)
            || is_named(keys->range, keys->range_count, target.attribute)) {
            buf_format(&text,
                       "One or more parameter values were invalid: Cannot update attribute %S. This attribute is part "
                       "of the key", &target.attribute);
        } else {
            describe_index_misfit(table, &target, &text);
        }
    }
    if (text.failed) return error_out_of_memory(&step->error);
    *message = buf_view(&text);
    return true;
}

// SET pk.x = "": the partition key is never a map.
bool update_that_fails(Step *step, const TableDescriptor *table, Slice *update_tree) {
    PathElement path[] = {{.name = table->keys.hash[0].name}, {.name = SLICE("x")}};
    Buf tree;
    buf_init(&tree, step->arena);
    buf_u8(&tree, TREE_VERSION);
    buf_u8(&tree, TREE_UPDATE);
    buf_varint(&tree, 1);
    buf_u8(&tree, ACTION_SET);
    path_append(&tree, path, 2);
    buf_u8(&tree, OPERAND_CONSTANT);
    value_append_string(&tree, (Slice){NULL, 0});
    if (tree.failed) return error_out_of_memory(&step->error);
    *update_tree = buf_view(&tree);
    return true;
}
