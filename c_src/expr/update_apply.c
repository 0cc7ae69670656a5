// Updates, in the order in which DynamoDB finds errors: what ADD and DELETE meet, all paths, all operands, the depth of
// the outcome. Every operand reads the item as it was, and list indexes are those of the list as it was.
#include "expr/evaluate.h"

#include "base/limits.h"
#include "data/document_path.h"
#include "expr/operand.h"
#include "expr/path_tree.h"
#include "expr/tree.h"

typedef struct Action {
    NodeTag tag;
    size_t path_length; // elements
    Reader operand;     // at the operand (SET) or the value (ADD, DELETE)
} Action;

typedef struct Update {
    Arena *arena;
    Action *actions;
    Slice *paths; // of the actions
    size_t count;
    PathTree touched;
} Update;

// --- Reading the tree

static bool read_action(Reader *tree, Action *action, Slice *path) {
    action->tag = (NodeTag)reader_u8(tree);
    *path = path_next(tree);
    path_elements(*path, &action->path_length);
    action->operand = *tree;
    switch (action->tag) {
    case ACTION_SET: operand_skip(tree); break;
    case ACTION_REMOVE: break;
    case ACTION_ADD:
    case ACTION_ADD_LEGACY:
    case ACTION_DELETE: value_next(tree); break;
    default: tree->failed = true; break;
    }
    return !tree->failed;
}

// The reader stands at the first action.
static Reader open_tree(Slice tree, uint64_t *count) {
    Reader reader = reader_of(tree);
    if (reader_u8(&reader) != TREE_VERSION || reader_u8(&reader) != TREE_UPDATE) reader.failed = true;
    *count = reader_varint(&reader);
    return reader;
}

Reader update_actions(Slice tree) {
    uint64_t count; // the last action ends with the tree
    return open_tree(tree, &count);
}

bool update_next_target(Reader *actions, Slice *attribute) {
    Action action;
    Slice path;
    size_t steps;
    if (actions->failed || reader_left(actions) == 0 || !read_action(actions, &action, &path)) return false;
    Reader elements = path_elements(path, &steps);
    *attribute = path_element_next(&elements).name;
    return true;
}

static bool read_actions(Update *update, Slice tree, Error *error) {
    uint64_t count;
    Reader reader = open_tree(tree, &count);
    // An action takes more than one byte: a count that cannot be right does not ask for memory.
    if (reader.failed || count > reader_left(&reader)) return error_corrupt(error, "update tree");
    update->count = (size_t)count;
    update->actions = ARENA_ARRAY(update->arena, Action, update->count);
    update->paths = ARENA_ARRAY(update->arena, Slice, update->count);
    if (update->actions == NULL || update->paths == NULL) return error_out_of_memory(error);
    for (size_t i = 0; i < update->count; i++) {
        if (!read_action(&reader, &update->actions[i], &update->paths[i]))
            return error_corrupt(error, "update tree");
    }
    return true;
}

// --- What shall stand at an action's path

static bool is_set(ValueType type) {
    return type == VALUE_SS || type == VALUE_NS || type == VALUE_BS;
}

static bool compute_add(const Action *action, Slice old, Slice operand, Arena *arena, Slice *result,
                        Error *error) {
    ValueType type = value_type(operand);
    bool is_legacy = action->tag == ACTION_ADD_LEGACY;
    bool can_add = type == VALUE_N || is_set(type) || (is_legacy && type == VALUE_L);
    if (!can_add || (old.len != 0 && value_type(old) != type)) {
        if (is_legacy) return error_validation(error, arena, "Type mismatch for attribute to update");
        return error_operand_type(error, arena);
    }
    if (old.len == 0) {
        *result = operand;
        return true;
    }
    if (type == VALUE_N) return number_combine(old, operand, false, arena, result, error);
    if (type == VALUE_L) return list_concatenate(old, operand, arena, result, error);
    return set_combine(old, operand, false, arena, result, error);
}

static bool compute_delete(Slice old, Slice operand, Arena *arena, Slice *result, Error *error) {
    ValueType type = value_type(operand);
    if (!is_set(type) || (old.len != 0 && value_type(old) != type)) return error_operand_type(error, arena);
    *result = old;
    return old.len == 0 || set_combine(old, operand, true, arena, result, error);
}

// Where a path leads nowhere, an ADD or DELETE of another type than what it would change is reported before it.
static bool refuse_path(const Update *update, Slice item, Error *error) {
    for (size_t i = 0; i < update->count; i++) {
        const Action *action = &update->actions[i];
        if (action->tag != ACTION_ADD && action->tag != ACTION_DELETE) continue;
        Slice old = path_find(update->paths[i], item);
        Reader operand = action->operand;
        if (old.len != 0 && value_type(old) != value_type(value_next(&operand))) {
            return error_operand_type(error, update->arena);
        }
    }
    return error_validation(error, update->arena,
                            "The document path provided in the update expression is invalid for update");
}

static bool compute_value(const Update *update, size_t index, Slice item, Error *error) {
    const Action *action = &update->actions[index];
    PathNode *place = update->touched.leaves[index];
    Reader operand = action->operand;
    switch (action->tag) {
    case ACTION_SET: return operand_evaluate(&operand, item, update->arena, &place->new_value, error);
    case ACTION_ADD:
    case ACTION_ADD_LEGACY:
        return compute_add(action, place->value, value_next(&operand), update->arena, &place->new_value,
                           error);
    case ACTION_DELETE:
        return compute_delete(place->value, value_next(&operand), update->arena, &place->new_value, error);
    default: return true; // REMOVE: nothing
    }
}

static bool check_depths(const Update *update, Error *error) {
    for (size_t i = 0; i < update->count; i++) {
        size_t levels_above = update->actions[i].path_length - 1;
        if (levels_above + value_depth(update->touched.leaves[i]->new_value) <= VALUE_NESTING_MAX) continue;
        return error_validation(error, update->arena, "Nesting Levels have exceeded supported limits");
    }
    return true;
}

// --- Outcome

// REMOVE and DELETE alone make no item where there is none; SET and ADD do, and so do legacy AttributeUpdates
// that say nothing at all.
static bool creates_item(const Update *update) {
    for (size_t i = 0; i < update->count; i++) {
        if (update->actions[i].tag != ACTION_REMOVE && update->actions[i].tag != ACTION_DELETE) return true;
    }
    return update->count == 0;
}

static bool take_item(const Buf *built, bool is_present, Slice *item, Error *error) {
    if (built->failed) return error_out_of_memory(error);
    *item = is_present ? buf_view(built) : (Slice){NULL, 0};
    return true;
}

static bool make_updated_old(Update *update, Slice *parts, Error *error) {
    Buf built;
    buf_init(&built, update->arena);
    bool is_present = path_tree_append_found(&built, &update->touched);
    return take_item(&built, is_present, parts, error);
}

// UPDATED_NEW is what stands in the new item at the paths of SET, ADD and DELETE. As in DynamoDB, that leaves
// out an element that was set behind its list's end: it does not stand at the index that was named.
static bool make_updated_new(const Update *update, Slice new_item, Slice *parts, Error *error) {
    Slice *paths = ARENA_ARRAY(update->arena, Slice, update->count);
    if (paths == NULL) return error_out_of_memory(error);
    size_t count = 0;
    for (size_t i = 0; i < update->count; i++) {
        if (update->actions[i].tag != ACTION_REMOVE) paths[count++] = update->paths[i];
    }
    PathTree tree;
    if (!path_tree_build(&tree, update->arena, paths, count, error)) return false;
    path_tree_locate(&tree, new_item);
    Buf built;
    buf_init(&built, update->arena);
    bool is_present = path_tree_append_found(&built, &tree);
    return take_item(&built, is_present, parts, error);
}

static bool make_outcome(Update *update, Slice old_item, bool want_parts, UpdateOutcome *outcome,
                         Error *error) {
    if (old_item.len == 0 && !creates_item(update)) return true;
    Buf built;
    buf_init(&built, update->arena);
    if (!path_tree_append_updated(&built, &update->touched, UPDATE_RESULT_BYTES_MAX)) {
        return error_update_size(error, update->arena);
    }
    if (!take_item(&built, true, &outcome->new_item, error)) return false;
    if (!want_parts) return true;
    if (old_item.len != 0 && !make_updated_old(update, &outcome->updated_old, error)) return false;
    return make_updated_new(update, outcome->new_item, &outcome->updated_new, error);
}

bool update_apply(Slice tree, Slice old_item, Slice key, bool want_parts, Arena *arena,
                  UpdateOutcome *outcome, Error *error) {
    *outcome = (UpdateOutcome){0};
    Update update = {.arena = arena};
    if (!read_actions(&update, tree, error)) return false;
    // Where there is no item, operands see the key alone: DynamoDB accepts SET a = pk on a new item.
    Slice item = old_item.len != 0 ? old_item : key;
    if (!path_tree_build(&update.touched, arena, update.paths, update.count, error)) return false;
    if (!path_tree_locate(&update.touched, item)) return refuse_path(&update, item, error);
    for (size_t i = 0; i < update.count; i++) {
        if (!compute_value(&update, i, item, error)) return false;
    }
    return check_depths(&update, error) && make_outcome(&update, old_item, want_parts, outcome, error);
}
