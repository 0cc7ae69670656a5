#include "op/update_targets.h"

#include "data/document_path.h"
#include "data/item_codec.h"
#include "expr/evaluate.h"
#include "expr/tree.h"
#include "op/item_key.h"

bool update_refusal(Step *step, const TableDescriptor *table, Slice update_tree, Slice *message) {
    Buf text;
    buf_init(&text, step->arena);
    Reader actions = update_actions(update_tree);
    Slice target;
    while (text.len == 0 && update_next_target(&actions, &target)) {
        if (!key_schema_has(&table->keys, target)) continue;
        buf_format(&text,
                   "One or more parameter values were invalid: Cannot update attribute %S. This attribute is part of "
                   "the key", &target);
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
