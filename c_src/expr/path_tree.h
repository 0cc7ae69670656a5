// Several document paths, merged into one tree and found in an item by walking it once. What updates and
// projections share: an image of the item is written from the tree by copying whole spans between the places
// that are touched. Private to c_src/expr.
#ifndef SHVM_EXPR_PATH_TREE_H
#define SHVM_EXPR_PATH_TREE_H

#include "base/buf.h"
#include "base/error.h"
#include "data/document_path.h"

typedef struct PathNode {
    PathElement step; // from the parent; unused at the root
    struct PathNode *children; // names in byte order, then indexes ascending; NULL at a leaf, where a path ends
    size_t child_count;

    // Set by path_tree_locate. The entry is what the node takes of its parent's contents: name and value of an
    // attribute, or a list element. Where nothing stands it is empty, at the place where it would belong.
    Slice value; // what stands there, or empty
    size_t entry_offset;
    size_t entry_len;
    Slice contents; // of a map, a list or the item: the bytes behind the count
    size_t count;   // of entries, elements or attributes

    // Leaves only, set by the owner before path_tree_append_updated: what shall stand there; empty for nothing.
    Slice new_value;

    // While an image is written.
    size_t image_contents_len;
    size_t image_count;
    size_t image_len; // 0 where the image has nothing here
} PathNode;

typedef struct PathTree {
    PathNode root;
    PathNode **leaves; // in the order of the paths given
} PathTree;

// The paths must have passed path_is_valid; they may stay borrowed as long as the tree lives. ERROR_CORRUPT
// where one is longer than DOCUMENT_PATH_ELEMENTS_MAX or a prefix of another, which no checked expression
// contains.
bool path_tree_build(PathTree *tree, Arena *arena, const Slice *paths, size_t count, Error *error);
// Finds the paths in the item (empty slice: nothing is found), which must live as long as the tree is used.
// Returns whether each path's parent stands there and is a map where the path has a name, a list where it has
// an index.
bool path_tree_locate(PathTree *tree, Slice item);

// Appends the item with the leaves' new values; every parent must have been found. New elements behind a
// list's end are appended in the order of their indexes. False, and nothing appended, where it would be
// longer than len_max bytes.
bool path_tree_append_updated(Buf *out, PathTree *tree, size_t len_max);
// Appends an item with nothing but the values that were found; lists are compacted. False when there are
// none: the item then has no attributes.
bool path_tree_append_found(Buf *out, PathTree *tree);

#endif
