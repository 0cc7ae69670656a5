// One walk over trees for everything that only looks at them. Private to c_src/expr.
#ifndef SHVM_EXPR_TREE_WALK_H
#define SHVM_EXPR_TREE_WALK_H

#include "expr/tree.h"

typedef struct TreeWalk TreeWalk;

// Each callback may be NULL, and may set walk->failed to stop.
struct TreeWalk {
    void *context;
    void (*on_open)(TreeWalk *walk, const char *name); // before the parts of a node, an operator or an action
    void (*on_close)(TreeWalk *walk);
    void (*on_path)(TreeWalk *walk, Slice path);
    void (*on_value)(TreeWalk *walk, Slice value);
    TreeKind kind; // set by tree_walk
    bool failed;
};

// False when the tree is corrupt; the callbacks have then seen a part of it.
bool tree_walk(TreeWalk *walk, Slice tree);

#endif
