// Which attributes a tree refers to.
#include <stdlib.h>

#include "data/document_path.h"
#include "expr/expression.h"
#include "expr/tree_walk.h"

typedef struct Use {
    AttributeUse use;
    size_t position;
} Use;

typedef struct Uses {
    Use *uses; // NULL while they are counted
    size_t count;
} Uses;

static void count_path(TreeWalk *walk, Slice path) {
    (void)path;
    ((Uses *)walk->context)->count++;
}

static void add_path(TreeWalk *walk, Slice path) {
    Uses *all = walk->context;
    size_t elements;
    Reader reader = path_elements(path, &elements);
    Slice name = path_element_next(&reader).name;
    all->uses[all->count] = (Use){{name, elements > 1}, all->count};
    all->count++;
}

static int by_name_then_position(const void *a, const void *b) {
    const Use *x = a;
    const Use *y = b;
    int order = slice_compare(x->use.name, y->use.name);
    if (order != 0) return order;
    return x->position < y->position ? -1 : x->position > y->position;
}

static int by_position(const void *a, const void *b) {
    const Use *x = a;
    const Use *y = b;
    return x->position < y->position ? -1 : x->position > y->position;
}

bool tree_attributes(Arena *arena, Slice tree, AttributeUse **uses, size_t *count) {
    *uses = NULL;
    *count = 0;
    if (tree.len == 0) return true;
    Uses all = {0};
    TreeWalk walk = {.context = &all, .on_path = count_path};
    if (!tree_walk(&walk, tree)) return false;
    all.uses = ARENA_ARRAY(arena, Use, all.count);
    *uses = ARENA_ARRAY(arena, AttributeUse, all.count);
    if (all.uses == NULL || *uses == NULL) return false;
    all.count = 0;
    walk.on_path = add_path;
    tree_walk(&walk, tree);
    qsort(all.uses, all.count, sizeof *all.uses, by_name_then_position);
    size_t kept = 0;
    for (size_t i = 0; i < all.count; i++) {
        bool is_repeated = kept > 0 && slice_equal(all.uses[kept - 1].use.name, all.uses[i].use.name);
        if (is_repeated) all.uses[kept - 1].use.is_nested |= all.uses[i].use.is_nested;
        else all.uses[kept++] = all.uses[i];
    }
    qsort(all.uses, kept, sizeof *all.uses, by_position);
    for (size_t i = 0; i < kept; i++) (*uses)[i] = all.uses[i].use;
    *count = kept;
    return true;
}
