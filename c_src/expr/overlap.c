// A tree of the paths seen so far. DynamoDB keeps the children of a place in a java.util.HashMap, and names as "path
// two" not the path that was met but the first one below the place where they met: seen on AWS as "path one:
// [createdAt], path two: [name]" for an update that sets createdAt twice. The same order is kept here.
#include "expr/overlap.h"

#include "base/limits.h"
#include "expr/ast.h"
#include "base/java_order.h"

enum { NO_NODE = 0 }; // the root is nobody's child

typedef struct OverlapNode {
    PathElement element;
    uint32_t hash;
    uint32_t parent;
    uint32_t next_sibling;
    uint32_t first_child;
    uint32_t last_child;
    uint32_t child_count;
    bool is_end; // a path ends here
    bool children_are_indexes;
} OverlapNode;

struct Overlap {
    OverlapNode *nodes; // [0] is the root
    uint32_t node_count;
    uint32_t *slots; // open addressing over (parent, element); NO_NODE where free
    uint32_t slot_mask;
};

Overlap *overlap_new(Arena *arena, size_t path_count, size_t element_count, Error *error) {
    // A deeper path is refused before it comes here.
    size_t most = path_count * DOCUMENT_PATH_ELEMENTS_MAX;
    if (element_count > most) element_count = most;
    size_t slot_count = 16;
    while (slot_count < element_count * 2) slot_count *= 2;
    Overlap *overlap = ARENA_NEW(arena, Overlap);
    OverlapNode *nodes = ARENA_ARRAY(arena, OverlapNode, element_count + 1);
    uint32_t *slots = ARENA_ARRAY(arena, uint32_t, slot_count);
    if (overlap == NULL || nodes == NULL || slots == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    *overlap = (Overlap){nodes, 1, slots, (uint32_t)slot_count - 1};
    return overlap;
}

static bool same_element(const PathElement *a, const PathElement *b) {
    if (a->is_index != b->is_index) return false;
    return a->is_index ? a->index == b->index : slice_equal(a->name, b->name);
}

// The slot that holds the child, or the free one where it belongs.
static uint32_t *find_slot(Overlap *overlap, uint32_t parent, const PathElement *element, uint32_t hash) {
    uint32_t at = (hash * 2654435761u + parent * 40503u) & overlap->slot_mask;
    for (;; at = (at + 1) & overlap->slot_mask) {
        uint32_t node = overlap->slots[at];
        if (node == NO_NODE) return &overlap->slots[at];
        if (overlap->nodes[node].parent == parent && same_element(&overlap->nodes[node].element, element)) {
            return &overlap->slots[at];
        }
    }
}

static uint32_t add_child(Overlap *overlap, uint32_t parent, const PathElement *element, uint32_t hash) {
    uint32_t child = overlap->node_count++;
    overlap->nodes[child] = (OverlapNode){.element = *element, .hash = hash, .parent = parent};
    OverlapNode *node = &overlap->nodes[parent];
    if (node->child_count == 0) node->first_child = child;
    else overlap->nodes[node->last_child].next_sibling = child;
    node->last_child = child;
    node->child_count++;
    node->children_are_indexes = element->is_index;
    return child;
}

// What the hash of a step is less than that of its name or index; measured to be 15 modulo 128 and in this size.
enum { STEP_HASH_OFFSET = 8079 };

static uint32_t first_child_in_java_order(const Overlap *overlap, uint32_t parent) {
    const OverlapNode *nodes = overlap->nodes;
    uint32_t first = NO_NODE;
    uint32_t lowest = UINT32_MAX;
    for (uint32_t child = nodes[parent].first_child; child != NO_NODE; child = nodes[child].next_sibling) {
        uint32_t bucket = java_bucket(nodes[child].hash - STEP_HASH_OFFSET, nodes[parent].child_count);
        if (bucket >= lowest) continue;
        lowest = bucket;
        first = child;
    }
    return first;
}

static bool report(Overlap *overlap, Arena *arena, ExpressionKind kind, Slice path, uint32_t parent,
                   const char *relation, Error *error) {
    uint32_t node = parent;
    while (!overlap->nodes[node].is_end) node = first_child_in_java_order(overlap, node);
    PathElement elements[DOCUMENT_PATH_ELEMENTS_MAX];
    size_t first = DOCUMENT_PATH_ELEMENTS_MAX;
    for (; node != 0 && first > 0; node = overlap->nodes[node].parent) {
        elements[--first] = overlap->nodes[node].element;
    }
    Buf other, one, two;
    buf_init(&other, arena);
    buf_init(&one, arena);
    buf_init(&two, arena);
    path_append(&other, &elements[first], DOCUMENT_PATH_ELEMENTS_MAX - first);
    path_print(&one, path);
    path_print(&two, buf_view(&other));
    if (other.failed || one.failed || two.failed) return error_out_of_memory(error);
    Slice path_one = buf_view(&one);
    Slice path_two = buf_view(&two);
    return expression_error(error, arena, kind,
                            "Two document paths %s with each other; must remove or rewrite one of these paths; path "
                            "one: %S, path two: %S",
                            relation, &path_one, &path_two);
}

bool overlap_add(Overlap *overlap, Arena *arena, ExpressionKind kind, Slice path, Error *error) {
    size_t count;
    Reader reader = path_elements(path, &count);
    uint32_t parent = 0;
    for (size_t i = 0; i < count; i++) {
        PathElement element = path_element_next(&reader);
        OverlapNode *node = &overlap->nodes[parent];
        if (node->child_count != 0 && node->children_are_indexes != element.is_index) {
            return report(overlap, arena, kind, path, parent, "conflict", error);
        }
        uint32_t hash = element.is_index ? element.index : java_string_hash(element.name);
        uint32_t *slot = find_slot(overlap, parent, &element, hash);
        bool is_last = i + 1 == count;
#ifdef SHVM_CANARY_EXPRESSION // a bug for the fuzzer to find
        bool is_met = *slot != NO_NODE && is_last;
#else
        bool is_met = *slot != NO_NODE && (is_last || overlap->nodes[*slot].is_end);
#endif
        if (is_met) return report(overlap, arena, kind, path, parent, "overlap", error);
        if (*slot == NO_NODE) *slot = add_child(overlap, parent, &element, hash);
        parent = *slot;
    }
    overlap->nodes[parent].is_end = true;
    return true;
}
