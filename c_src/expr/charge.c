// DynamoDB's charge of an UpdateExpression, observed to the byte: it reads only the request and ignores what is stored.
#include "base/limits.h"
#include "data/document_path.h"
#include "data/item_codec.h"
#include "expr/expression.h"
#include "expr/tree.h"

enum {
    CHARGE_UPDATE = 3,
    CHARGE_WRITING_ACTION = 19, // SET and ADD
    CHARGE_CLEARING_ACTION = 1, // REMOVE and DELETE, whose operand is free
    CHARGE_TARGET_STEP = 4,     // each step behind the first
    CHARGE_PATH = 1,
    CHARGE_PATH_STEP = 14,
    CHARGE_PLUS = 34,
    CHARGE_MINUS = 37,
    CHARGE_IF_NOT_EXISTS = 39,
    CHARGE_LIST_APPEND = 37,
};

static size_t digit_count(uint32_t index) {
    size_t digits = 1;
    for (; index >= 10; index /= 10) digits++;
    return digits;
}

// Σ (per_step + length) over the steps of the path; an index counts its digits.
static size_t steps_charge(Slice path, size_t first_step, size_t later_step) {
    size_t count;
    size_t charge = 0;
    Reader reader = path_elements(path, &count);
    for (size_t i = 0; i < count && !reader.failed; i++) {
        PathElement element = path_element_next(&reader);
        charge += element.is_index ? digit_count(element.index) : element.name.len;
        charge += i == 0 ? first_step : later_step;
    }
    return charge;
}

static size_t path_charge(Slice path) {
    return CHARGE_PATH + steps_charge(path, CHARGE_PATH_STEP, CHARGE_PATH_STEP);
}

// Operands stand one behind the other, so their charges simply add up.
static size_t operand_charge(Reader *reader) {
    size_t charge = 0;
    for (size_t pending = 1; pending > 0 && !reader->failed; pending--) {
        switch (reader_u8(reader)) {
        case OPERAND_CONSTANT: charge += value_item_size(value_next(reader)); break;
        case OPERAND_PATH: charge += path_charge(path_next(reader)); break;
        case OPERAND_PLUS: charge += CHARGE_PLUS, pending += 2; break;
        case OPERAND_MINUS: charge += CHARGE_MINUS, pending += 2; break;
        case OPERAND_LIST_APPEND: charge += CHARGE_LIST_APPEND, pending += 2; break;
        case OPERAND_IF_NOT_EXISTS:
            charge += CHARGE_IF_NOT_EXISTS + path_charge(path_next(reader));
            pending += 1;
            break;
        default: reader->failed = true; break;
        }
    }
    return charge;
}

static size_t action_charge(Reader *reader) {
    uint8_t tag = reader_u8(reader);
    size_t target = steps_charge(path_next(reader), 0, CHARGE_TARGET_STEP);
    switch (tag) {
    case ACTION_SET: return CHARGE_WRITING_ACTION + target + operand_charge(reader);
    case ACTION_ADD:
    case ACTION_ADD_LEGACY: return CHARGE_WRITING_ACTION + target + value_item_size(value_next(reader));
    case ACTION_DELETE: value_next(reader); return CHARGE_CLEARING_ACTION + target;
    case ACTION_REMOVE: return CHARGE_CLEARING_ACTION + target;
    default: reader->failed = true; return 0;
    }
}

size_t update_charge(Slice update_tree) {
    Reader reader = reader_of(update_tree);
    size_t charge = CHARGE_UPDATE;
    if (reader_u8(&reader) != TREE_VERSION || reader_u8(&reader) != TREE_UPDATE) return charge;
    for (uint64_t left = reader_varint(&reader); left > 0 && !reader.failed; left--) charge += action_charge(&reader);
    return charge;
}
