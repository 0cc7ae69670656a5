// Projections: the parts of an item that a list of paths names.
#include "expr/evaluate.h"

#include "expr/path_tree.h"
#include "expr/tree.h"

static bool read_paths(Slice tree, Arena *scratch, Slice **paths, size_t *count, Error *error) {
    Reader reader = reader_of(tree);
    if (reader_u8(&reader) != TREE_VERSION || reader_u8(&reader) != TREE_PROJECTION) reader.failed = true;
    uint64_t path_count = reader_varint(&reader);
    // A path takes more than one byte: a count that cannot be right does not ask for memory.
    if (reader.failed || path_count > reader_left(&reader)) return error_corrupt(error, "projection tree");
    *count = (size_t)path_count;
    *paths = ARENA_ARRAY(scratch, Slice, *count);
    if (*paths == NULL) return error_out_of_memory(error);
    for (size_t i = 0; i < *count; i++) (*paths)[i] = path_next(&reader);
    return !reader.failed || error_corrupt(error, "projection tree");
}

static bool append_projected(Slice tree, Slice item, Arena *scratch, Buf *out, Error *error) {
    Slice *paths;
    size_t count;
    PathTree projected;
    if (!read_paths(tree, scratch, &paths, &count, error)) return false;
    if (!path_tree_build(&projected, scratch, paths, count, error)) return false;
    path_tree_locate(&projected, item); // paths that lead nowhere are left out
    path_tree_append_found(out, &projected);
    return true;
}

bool projection_apply(Slice tree, Slice item, Arena *scratch, Buf *out, Error *error) {
    ArenaMark mark = arena_mark(scratch);
    bool is_applied = true;
    if (tree.len == 0) buf_bytes(out, item);
    else is_applied = append_projected(tree, item, scratch, out, error);
    // A page projects thousands of items: what one of them took is given back, unless the result stands among
    // it.
    if (out->arena != scratch && is_applied) arena_rewind(scratch, mark);
    if (out->failed) return error_out_of_memory(error);
    return is_applied;
}
