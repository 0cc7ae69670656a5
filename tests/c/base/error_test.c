#include "base/error.h"

#include "support/check.h"

TEST(the_first_error_wins) {
    Arena arena;
    arena_init(&arena, 0);
    Error error = {.kind = ERROR_NONE};
    Slice name = SLICE("pk");
    CHECK(!error_validation(&error, &arena, "Missing the key %S in the item", &name));
    CHECK_EQ_INT(error.kind, ERROR_VALIDATION);
    CHECK(!error.in_envelope);
    CHECK(!error_set(&error, &arena, ERROR_RESOURCE_NOT_FOUND, "Requested resource not found"));
    CHECK(!error_enveloped(&error, &arena, "x"));
    CHECK(!error_out_of_memory(&error));
    CHECK(!error_corrupt(&error, "x"));
    CHECK_EQ_INT(error.kind, ERROR_VALIDATION);
    CHECK_EQ_SLICE(error.message, "Missing the key pk in the item");
    arena_free(&arena);
}

TEST(each_way_to_set_one) {
    Arena arena;
    arena_init(&arena, 0);
    Error error = {.kind = ERROR_NONE};
    error_set(&error, &arena, ERROR_LIMIT_EXCEEDED, "%d%%", 5);
    CHECK_EQ_INT(error.kind, ERROR_LIMIT_EXCEEDED);
    CHECK_EQ_SLICE(error.message, "5%");
    error = (Error){.kind = ERROR_NONE};
    error_enveloped(&error, &arena, "x");
    CHECK_EQ_INT(error.kind, ERROR_VALIDATION);
    CHECK(error.in_envelope);
    error = (Error){.kind = ERROR_NONE};
    error_corrupt(&error, "an item ends early");
    CHECK_EQ_INT(error.kind, ERROR_CORRUPT);
    CHECK_EQ_SLICE(error.message, "an item ends early");
    error = (Error){.kind = ERROR_NONE};
    error_out_of_memory(&error);
    CHECK_EQ_INT(error.kind, ERROR_OUT_OF_MEMORY);
    arena_free(&arena);
}

TEST(without_memory_for_the_message_the_error_says_so) {
    Arena arena;
    arena_init(&arena, 1);
    Error error = {.kind = ERROR_NONE};
    CHECK(!error_validation(&error, &arena, "a message"));
    CHECK_EQ_INT(error.kind, ERROR_OUT_OF_MEMORY);
    CHECK_EQ_INT(error.message.len, 0);
    arena_free(&arena);
}

TEST(only_enveloped_errors_are_wrapped) {
    Arena arena;
    arena_init(&arena, 0);
    Error error = {.kind = ERROR_NONE};
    error_wrap(&error, &arena);
    CHECK_EQ_INT(error.kind, ERROR_NONE);
    error_validation(&error, &arena, "bare");
    error_wrap(&error, &arena);
    CHECK_EQ_SLICE(error.message, "bare");
    error = (Error){.kind = ERROR_NONE};
    error_enveloped(&error, &arena, "x");
    error_wrap(&error, &arena);
    CHECK_EQ_SLICE(error.message, "1 validation error detected: x");
    error_wrap(&error, &arena);
    CHECK_EQ_SLICE(error.message, "1 validation error detected: x");
    arena_free(&arena);

    arena_init(&arena, 1);
    error = (Error){.kind = ERROR_VALIDATION, .message = SLICE("x"), .in_envelope = true};
    error_wrap(&error, &arena);
    CHECK_EQ_INT(error.kind, ERROR_OUT_OF_MEMORY);
    arena_free(&arena);
}

static void check_form(ErrorKind kind, const char *type, const char *message_name, int http_status) {
    const ErrorForm *form = error_form(kind);
    check_context("%s", type);
    CHECK_EQ_BYTES(slice_of_cstr(form->type), slice_of_cstr(type));
    CHECK_EQ_BYTES(slice_of_cstr(form->message_name), slice_of_cstr(message_name));
    CHECK_EQ_INT(form->http_status, http_status);
}

TEST(exceptions_on_the_wire) {
    check_form(ERROR_VALIDATION, "com.amazon.coral.validate#ValidationException", "message", 400);
    check_form(ERROR_SERIALIZATION, "com.amazon.coral.service#SerializationException", "Message", 400);
    check_form(ERROR_SERIALIZATION_BARE, "com.amazon.coral.service#SerializationException", "Message", 400);
    check_form(ERROR_UNKNOWN_OPERATION, "com.amazon.coral.service#UnknownOperationException", "message", 400);
    check_form(ERROR_ACCESS_DENIED, "com.amazon.coral.service#AccessDeniedException", "Message", 400);
    check_form(ERROR_UNRECOGNIZED_CLIENT, "com.amazon.coral.service#UnrecognizedClientException", "message",
               400);
    check_form(ERROR_RESOURCE_NOT_FOUND, "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
               "message", 400);
    check_form(ERROR_TRANSACTION_CANCELED, "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
               "Message", 400);
    check_form(ERROR_THROTTLING, "com.amazonaws.dynamodb.v20120810#ThrottlingException", "message", 400);
    check_form(ERROR_REQUEST_TOO_LARGE, "com.amazon.coral.service#RequestEntityTooLargeException", "message",
               413);
    static const ErrorKind OURS[] = {ERROR_NONE,    ERROR_INTERNAL_SERVER, ERROR_OUT_OF_MEMORY, ERROR_CORRUPT,
                                     ERROR_STORAGE, ERROR_UNSUPPORTED,     (ErrorKind)50};
    for (size_t i = 0; i < sizeof OURS / sizeof OURS[0]; i++) {
        check_form(OURS[i], "com.amazonaws.dynamodb.v20120810#InternalServerError", "message", 500);
    }
}

TEST(every_kind_has_a_form) {
    for (int kind = ERROR_VALIDATION; kind <= ERROR_SERIALIZATION_BARE; kind++) {
        bool is_internal = error_form((ErrorKind)kind) == error_form(ERROR_OUT_OF_MEMORY);
        check_context("kind %d", kind);
        CHECK(!is_internal);
    }
}
