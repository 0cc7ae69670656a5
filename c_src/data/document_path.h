// Document paths: how an expression names a place inside an item, e.g. a.b[3].
//   path    := count varint ‖ count × element
//   element := 0 u8 ‖ length varint ‖ name      a map entry (the first element: an attribute)
//            | 1 u8 ‖ index varint              a list element
#ifndef SHVM_DATA_DOCUMENT_PATH_H
#define SHVM_DATA_DOCUMENT_PATH_H

#include "base/buf.h"

typedef struct PathElement {
    bool is_index;
    Slice name;   // when !is_index
    uint32_t index;
} PathElement;

typedef enum PathRelation {
    PATHS_DISJOINT = 0,
    PATHS_OVERLAP,  // equal, or one is a prefix of the other
    PATHS_CONFLICT, // at the same place one has a name and the other an index
} PathRelation;

void path_append(Buf *out, const PathElement *elements, size_t count);
// Number of elements; the reader then gives them one by one.
Reader path_elements(Slice path, size_t *count);
PathElement path_element_next(Reader *reader);
// Reads a path from the front of a larger reader and returns its bytes.
Slice path_next(Reader *reader);
// The value at the path in an item, or an empty slice; decodes nothing it does not have to step over.
Slice path_find(Slice path, Slice item);
PathRelation path_relation(Slice a, Slice b);
// As AWS prints a path in its messages: [a, b, [3]].
void path_print(Buf *out, Slice path);
bool path_is_valid(Slice path);

#endif
