// Trees and items from the text that golden vectors hold. A tree is written as tree_print writes it:
//     condition    (and (= a.b {"N":"1"}) (not (exists l[2])))       "(always)" or nothing: an empty tree
//     update       (set a (+ a {"N":"1"})) (remove b) (add c {"N":"1"}) (delete d {"SS":["x"]})
//     projection   a b.c l[0]                                        "(nothing)": no actions or paths
#ifndef SHVM_TESTS_SUPPORT_TREE_READER_H
#define SHVM_TESTS_SUPPORT_TREE_READER_H

#include "base/arena.h"
#include "base/slice.h"
#include "expr/tree.h"

// The encoded item of the DynamoDB JSON at the front of *text, which is moved behind it; an empty slice for a
// "-". Text that is no item fails the running test.
Slice read_item(Arena *arena, Slice *text);
// The tree in all of the text. Text that is no tree of this kind fails the running test.
Slice read_tree(Arena *arena, TreeKind kind, Slice text);

#endif
