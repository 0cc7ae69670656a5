// Scan at the gateway.
#include "base/canary.h"
#include "base/limits.h"
#include "data/item_codec.h"
#include "op/op_requests.h"
#include "op/read_request.h"
#include "op/scan_position.h"
#include "op/scan_walk.h"

static const char *const SCAN_LEGACY[] = {"AttributesToGet", "ScanFilter", "ConditionalOperator", NULL};
static const char *const SCAN_EXPRESSIONS[] = {"ProjectionExpression", "FilterExpression", NULL};
static const char *const SCAN_VALUE_EXPRESSIONS[] = {"FilterExpression", NULL};
static const ParameterNames SCAN_PARAMETERS = {SCAN_LEGACY, SCAN_EXPRESSIONS, SCAN_VALUE_EXPRESSIONS,
                                               ": FilterExpression is null"};

#define SCAN_FILTER_NESTING_MAX 32 // one level more than elsewhere, as observed

static bool parse_segments(Request *request, ReadRequest *read) {
    Step *step = request->step;
    int64_t segment;
    int64_t total;
    bool has_segment = schema_integer(&request->document, request->root, "Segment", MEMBER_INTEGER, &segment);
    bool has_total = schema_integer(&request->document, request->root, "TotalSegments", MEMBER_INTEGER, &total);
    if (has_segment && !has_total) {
        return error_validation(&step->error, step->arena,
                                "The TotalSegments parameter is required but was not present in the request when "
                                "Segment parameter is present");
    }
    if (has_total && !has_segment) {
        return error_validation(&step->error, step->arena,
                                "The Segment parameter is required but was not present in the request when parameter "
                                "TotalSegments is present");
    }
    if (!has_total) return true;
    if (segment >= total) {
        return error_validation(&step->error, step->arena,
                                "The Segment parameter is zero-based and must be less than parameter TotalSegments");
    }
    read->segment = (uint32_t)segment;
    read->total_segments = (uint32_t)total;
    return true;
}

static bool scan_body(Request *request, const ValueRules *rules) {
    Step *step = request->step;
    ReadRequest *read = ARENA_NEW(step->arena, ReadRequest);
    if (read == NULL) return error_out_of_memory(&step->error);
    request->data = read;
    read->filter_name = "ScanFilter";
    read_members(request, read);
    ValueRules filter_rules = {rules->layer, SCAN_FILTER_NESTING_MAX};
    Error late = {0};
    Placeholders *placeholders = request_placeholders(request, request->root, &SCAN_PARAMETERS, rules, &late);
    if (step->error.kind != ERROR_NONE) return false;
    if (!read_conditional_operator(request, read, rules)) return false;
    if (placeholders == NULL) {
        step->error = late;
        return false;
    }
    if (!read_legacy(request, read, &filter_rules)) return false;
    if (!read_start_key(request, read, rules)) return false;
    if (!read_expressions(request, read, placeholders)) return false;
    if (!placeholders_check_unused(placeholders, step->arena, &step->error)) return false;
    if (!read_check_select_value(request) || !read_check_select(request, read)) return false;
    if (!parse_segments(request, read)) return false;
    return request_table(request) != SIZE_MAX;
}

static bool scan_parse(Request *request) {
    return request_parse(request, &SCAN_SCHEMA, false, scan_body);
}

// The segment as a range of full keys; a scan that is not parallel is the whole range.
static bool set_segment(Step *step, const ReadRequest *read, ScanState *state) {
    Buf from;
    Buf to;
    buf_init(&from, step->arena);
    buf_init(&to, step->arena);
    uint32_t total = read->total_segments == 0 ? 1 : read->total_segments;
    append_hash(&from, hash_range_start(read->segment, total));
    if (read->segment + 1 < total) append_hash(&to, hash_range_start(read->segment + 1, total));
    if (from.failed || to.failed) return error_out_of_memory(&step->error);
    state->from = buf_view(&from);
    state->to = buf_view(&to);
    state->list_after = state->from;
    return true;
}

// Resumes behind ExclusiveStartKey.
static bool set_start(Step *step, const ReadRequest *read, ScanState *state) {
    ItemKey key;
    if (!read_space_key(step, &state->space, read->start_key, &key)) return false;
    bool is_in_segment = slice_compare(key.full_key, state->from) >= 0
        && (state->to.len == 0 || slice_compare(key.full_key, state->to) < 0);
    if (!is_in_segment) {
        return error_validation(&step->error, step->arena, "The provided starting key is invalid");
    }
    Buf from;
    buf_init(&from, step->arena);
    buf_bytes(&from, key.full_key);
    if (!CANARY(CANARY_REPEATS_LAST_KEY)) buf_u8(&from, 0);
    if (from.failed) return error_out_of_memory(&step->error);
    state->from = buf_view(&from);
    // The directory lists what follows: with a sort key the rest of this partition too, whose key begins with the
    // bytes before its last one.
    bool is_single = state->space.index.id == 0 && state->space.table.keys.range_count == 0;
    size_t after_len = is_single ? key.partition_len : key.partition_len - 1;
    state->list_after = slice_sub(key.full_key, 0, after_len);
    return true;
}

static bool scan_route(Request *request) {
    Step *step = request->step;
    const ReadRequest *read = request->data;
    const IndexDescriptor *index;
    if (!read_check_consistent(request, read)) return false;
    if (!read_find_index(request, read, &index)) return false;
    if (!read_check_projected(request, read, index)) return false;
    if (!read_check_filter_keys(request, read, index)) return false;
    if (!read_check_start_key(request, read, index)) return false;
    ReadSpace space;
    RangeCommand command;
    if (!read_space(step, &request->tables[0].descriptor, index, &space)) return false;
    if (!read_command(request, read, &space, COMMAND_SCAN, &command)) return false;
    ScanState state = {
        .space = space,
        .fetch = command.fetch,
        .filter = read->filter,
        .projection = read->projection,
        .count_only = read->select == SELECT_COUNT,
        .consistent = read->consistent,
        .return_capacity = read->return_capacity,
        .has_limit = read->limit > 0,
        .limit_left = read->limit,
    };
    if (!set_segment(step, read, &state)) return false;
    if (read->has_start_key && !set_start(step, read, &state)) return false;
    return scan_begin(step, &state);
}

const Operation OPERATION_SCAN = {SLICE_INIT("Scan"), scan_parse, scan_route, scan_resume};
