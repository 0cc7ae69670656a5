// Whether the paths of an update or a projection get in each other's way. Private to c_src/expr.
#ifndef SHVM_EXPR_OVERLAP_H
#define SHVM_EXPR_OVERLAP_H

#include "data/document_path.h"
#include "expr/expression.h"

typedef struct Overlap Overlap;

// Room for `path_count` paths of `element_count` elements together. NULL without memory.
Overlap *overlap_new(Arena *arena, size_t path_count, size_t element_count, Error *error);
// Adds one more path (document_path.h); it stays borrowed. "Two document paths overlap with each other; …" or
// "… conflict …" when it meets an earlier one.
bool overlap_add(Overlap *overlap, Arena *arena, ExpressionKind kind, Slice path, Error *error);

#endif
