#include "expr/path_tree.h"

#include <stdlib.h>

#include "base/limits.h"
#include "data/item_codec.h"

typedef struct SortedPath {
    const PathElement *elements;
    size_t element_count;
    size_t index; // of the path as it was given
} SortedPath;

// --- Building

static int compare_elements(const PathElement *a, const PathElement *b) {
    if (a->is_index != b->is_index) return a->is_index ? 1 : -1;
    if (a->is_index) return (a->index > b->index) - (a->index < b->index);
    return slice_compare(a->name, b->name);
}

static int compare_paths(const void *left, const void *right) {
    const SortedPath *a = left;
    const SortedPath *b = right;
    for (size_t i = 0; i < a->element_count && i < b->element_count; i++) {
        int order = compare_elements(&a->elements[i], &b->elements[i]);
        if (order != 0) return order;
    }
    return (a->element_count > b->element_count) - (a->element_count < b->element_count);
}

static bool read_path(SortedPath *out, Arena *arena, Slice path, Error *error) {
    size_t count;
    Reader reader = path_elements(path, &count);
    if (count == 0 || count > DOCUMENT_PATH_ELEMENTS_MAX) return error_corrupt(error, "length of a document path");
    PathElement *elements = ARENA_ARRAY(arena, PathElement, count);
    if (elements == NULL) return error_out_of_memory(error);
    for (size_t i = 0; i < count; i++) {
        elements[i] = path_element_next(&reader);
        // No item has an empty name, so none may come into being here.
        if (!elements[i].is_index && elements[i].name.len == 0)
            return error_corrupt(error, "name in a document path");
    }
    if (reader.failed) return error_corrupt(error, "document path");
    out->elements = elements;
    out->element_count = count;
    return true;
}

// Where the run of paths that share element `depth` with paths[from] ends.
static size_t run_end(const SortedPath *paths, size_t from, size_t to, size_t depth) {
    size_t end = from + 1;
    while (end < to && compare_elements(&paths[from].elements[depth], &paths[end].elements[depth]) == 0) end++;
    return end;
}

// Gives `node` its children; it stands for the first `depth` elements, which all of these sorted paths share.
static bool add_children(PathTree *tree, PathNode *node, Arena *arena, const SortedPath *paths, size_t count,
                         size_t depth, Error *error) {
    size_t child_count = 0;
    for (size_t from = 0; from < count; from = run_end(paths, from, count, depth)) child_count++;
    node->children = ARENA_ARRAY(arena, PathNode, child_count);
    if (node->children == NULL) return error_out_of_memory(error);
    node->child_count = child_count;
    size_t from = 0;
    for (size_t i = 0; i < child_count; i++) {
        PathNode *child = &node->children[i];
        size_t end = run_end(paths, from, count, depth);
        child->step = paths[from].elements[depth];
        // A path sorts before those it is a prefix of, so the first of a run is the one that may end here.
        if (paths[from].element_count == depth + 1) {
            if (end - from > 1) return error_corrupt(error, "overlapping document paths");
            tree->leaves[paths[from].index] = child;
        } else if (!add_children(tree, child, arena, paths + from, end - from, depth + 1, error)) {
            return false; // the depth is bounded by read_path
        }
        from = end;
    }
    return true;
}

bool path_tree_build(PathTree *tree, Arena *arena, const Slice *paths, size_t count, Error *error) {
    *tree = (PathTree){0};
    tree->leaves = ARENA_ARRAY(arena, PathNode *, count);
    SortedPath *sorted = ARENA_ARRAY(arena, SortedPath, count);
    if (tree->leaves == NULL || sorted == NULL) return error_out_of_memory(error);
    for (size_t i = 0; i < count; i++) {
        sorted[i].index = i;
        if (!read_path(&sorted[i], arena, paths[i], error)) return false;
    }
    if (count > 1) qsort(sorted, count, sizeof *sorted, compare_paths);
    return count == 0 || add_children(tree, &tree->root, arena, sorted, count, 0, error);
}

// --- Finding

static void set_place(PathNode *child, size_t offset, size_t len, Slice value) {
    child->entry_offset = offset;
    child->entry_len = len;
    child->value = value;
}

static size_t offset_of(const Reader *reader, Slice contents) {
    return contents.len - reader_left(reader);
}

static size_t name_count(const PathNode *node) {
    size_t count = 0;
    while (count < node->child_count && !node->children[count].step.is_index) count++;
    return count;
}

// One walk over the attributes, which are sorted as the children are.
static void locate_names(PathNode *node, size_t names) {
    Reader reader = reader_of(node->contents);
    size_t found = 0;
    for (size_t i = 0; i < node->count && found < names; i++) {
        size_t start = offset_of(&reader, node->contents);
        Attribute attribute = attribute_next(&reader);
        int order = 1;
        while (found < names &&
               (order = slice_compare(node->children[found].step.name, attribute.name)) < 0) {
            set_place(&node->children[found++], start, 0, (Slice){NULL, 0});
        }
        if (found < names && order == 0) {
            size_t end = offset_of(&reader, node->contents);
            set_place(&node->children[found++], start, end - start, attribute.value);
        }
    }
    while (found < names) set_place(&node->children[found++], node->contents.len, 0, (Slice){NULL, 0});
}

static void locate_indexes(PathNode *node) {
    Reader reader = reader_of(node->contents);
    size_t at = 0;
    for (size_t i = 0; i < node->child_count; i++) {
        PathNode *child = &node->children[i];
        if (child->step.index >= node->count) {
            set_place(child, node->contents.len, 0, (Slice){NULL, 0});
            continue;
        }
        for (; at < child->step.index; at++) value_next(&reader);
        size_t start = offset_of(&reader, node->contents);
        Slice value = value_next(&reader);
        set_place(child, start, value.len, value);
        at++;
    }
}

static bool locate_children(PathNode *node, ValueType container, unsigned levels_left);

static bool locate_below(PathNode *child, unsigned levels_left) {
    ValueType type = value_type(child->value);
    if (type == VALUE_M || type == VALUE_L) {
        Reader reader = value_contents(child->value);
        child->contents = slice_of(reader.at, reader_left(&reader));
        child->count = value_count(child->value);
    }
    return locate_children(child, type, levels_left);
}

static bool locate_children(PathNode *node, ValueType container, unsigned levels_left) {
    size_t names = name_count(node);
    bool is_found = true;
    if (container == VALUE_M && names == node->child_count) locate_names(node, names);
    else if (container == VALUE_L && names == 0) locate_indexes(node);
    else return false;
    for (size_t i = 0; i < node->child_count && levels_left > 0; i++) {
        PathNode *child = &node->children[i];
        if (child->child_count > 0 && !locate_below(child, levels_left - 1)) is_found = false;
    }
    return is_found;
}

bool path_tree_locate(PathTree *tree, Slice item) {
    size_t count;
    Reader reader = item_attributes(item, &count);
    tree->root.contents = slice_of(reader.at, reader_left(&reader));
    tree->root.count = count;
    return locate_children(&tree->root, VALUE_M, DOCUMENT_PATH_ELEMENTS_MAX);
}

// --- Images

typedef enum ImageKind {
    IMAGE_UPDATED, // everything, with new values at the leaves
    IMAGE_FOUND,   // nothing but what was found at the leaves
} ImageKind;

static size_t image_entry_len(const PathNode *node) {
    if (node->image_len == 0) return 0;
    if (node->step.is_index) return node->image_len;
    return varint_size(node->step.name.len) + node->step.name.len + node->image_len;
}

static void measure(PathNode *node, ImageKind kind, unsigned levels_left);

static void measure_contents(PathNode *node, ImageKind kind, unsigned levels_left) {
    node->image_contents_len = kind == IMAGE_UPDATED ? node->contents.len : 0;
    node->image_count = kind == IMAGE_UPDATED ? node->count : 0;
    for (size_t i = 0; i < node->child_count && levels_left > 0; i++) {
        PathNode *child = &node->children[i];
        measure(child, kind, levels_left - 1);
        if (kind == IMAGE_UPDATED) {
            node->image_contents_len -= child->entry_len;
#ifdef SHVM_CANARY_EVALUATE
            node->image_count -= child->entry_len != 0 && !child->step.is_index; // a bug to be found
#else
            node->image_count -= child->entry_len != 0;
#endif
        }
        node->image_contents_len += image_entry_len(child);
        node->image_count += child->image_len != 0;
    }
}

static void measure(PathNode *node, ImageKind kind, unsigned levels_left) {
    if (node->child_count == 0) {
        node->image_len = kind == IMAGE_UPDATED ? node->new_value.len : node->value.len;
        return;
    }
    measure_contents(node, kind, levels_left);
    size_t payload = varint_size(node->image_count) + node->image_contents_len;
    bool is_absent = kind == IMAGE_FOUND && node->image_count == 0;
    node->image_len = is_absent ? 0 : 1 + varint_size(payload) + payload;
}

static void append_value(Buf *out, const PathNode *node, ImageKind kind, unsigned levels_left);

static void append_contents(Buf *out, const PathNode *node, ImageKind kind, unsigned levels_left) {
    size_t copied = 0;
    for (size_t i = 0; i < node->child_count && levels_left > 0; i++) {
        const PathNode *child = &node->children[i];
        if (kind == IMAGE_UPDATED) {
            buf_bytes(out, slice_sub(node->contents, copied, child->entry_offset));
            copied = child->entry_offset + child->entry_len;
        }
        if (child->image_len == 0) continue;
        if (!child->step.is_index) buf_slice(out, child->step.name);
        append_value(out, child, kind, levels_left - 1);
    }
    if (kind == IMAGE_UPDATED) buf_bytes(out, slice_sub(node->contents, copied, node->contents.len));
}

static void append_value(Buf *out, const PathNode *node, ImageKind kind, unsigned levels_left) {
    if (node->child_count == 0) {
        buf_bytes(out, kind == IMAGE_UPDATED ? node->new_value : node->value);
        return;
    }
    buf_u8(out, (uint8_t)value_type(node->value)); // the tags of maps and lists are their types
    buf_varint(out, varint_size(node->image_count) + node->image_contents_len);
    buf_varint(out, node->image_count);
    append_contents(out, node, kind, levels_left);
}

static size_t image_item_len(const PathTree *tree) {
    return 1 + varint_size(tree->root.image_count) + tree->root.image_contents_len;
}

static void append_item(Buf *out, const PathTree *tree, ImageKind kind) {
    if (!buf_reserve(out, image_item_len(tree))) return;
    buf_u8(out, ITEM_VERSION);
    buf_varint(out, tree->root.image_count);
    append_contents(out, &tree->root, kind, DOCUMENT_PATH_ELEMENTS_MAX);
}

bool path_tree_append_updated(Buf *out, PathTree *tree, size_t len_max) {
    measure_contents(&tree->root, IMAGE_UPDATED, DOCUMENT_PATH_ELEMENTS_MAX);
    if (image_item_len(tree) > len_max) return false;
    append_item(out, tree, IMAGE_UPDATED);
    return true;
}

bool path_tree_append_found(Buf *out, PathTree *tree) {
    measure_contents(&tree->root, IMAGE_FOUND, DOCUMENT_PATH_ELEMENTS_MAX);
    append_item(out, tree, IMAGE_FOUND);
    return tree->root.image_count != 0;
}
