#include "base/error.h"

#include <stdarg.h>

#include "base/buf.h"

#define DYNAMODB "com.amazonaws.dynamodb.v20120810#"
#define CORAL_SERVICE "com.amazon.coral.service#"
#define CORAL_VALIDATE "com.amazon.coral.validate#"

static const ErrorForm INTERNAL_SERVER_FORM = {DYNAMODB "InternalServerError", "message", 500};

const ErrorForm *error_form(ErrorKind kind) {
    // "Message" with a capital: observed on AWS for these and only these.
    static const ErrorForm FORMS[] = {
        [ERROR_VALIDATION] = {CORAL_VALIDATE "ValidationException", "message", 400},
        [ERROR_SERIALIZATION] = {CORAL_SERVICE "SerializationException", "Message", 400},
        [ERROR_UNKNOWN_OPERATION] = {CORAL_SERVICE "UnknownOperationException", "message", 400},
        [ERROR_RESOURCE_NOT_FOUND] = {DYNAMODB "ResourceNotFoundException", "message", 400},
        [ERROR_RESOURCE_IN_USE] = {DYNAMODB "ResourceInUseException", "message", 400},
        [ERROR_CONDITIONAL_CHECK_FAILED] = {DYNAMODB "ConditionalCheckFailedException", "message", 400},
        [ERROR_LIMIT_EXCEEDED] = {DYNAMODB "LimitExceededException", "message", 400},
        [ERROR_THROTTLING] = {DYNAMODB "ThrottlingException", "message", 400},
        [ERROR_INTERNAL_SERVER] = {DYNAMODB "InternalServerError", "message", 500},
        [ERROR_ITEM_COLLECTION_SIZE_LIMIT_EXCEEDED] = {DYNAMODB "ItemCollectionSizeLimitExceededException",
                                                       "message", 400},
        [ERROR_TRANSACTION_CANCELED] = {DYNAMODB "TransactionCanceledException", "Message", 400},
        [ERROR_IDEMPOTENT_PARAMETER_MISMATCH] = {DYNAMODB "IdempotentParameterMismatchException", "message",
                                                 400},
        [ERROR_ACCESS_DENIED] = {CORAL_SERVICE "AccessDeniedException", "Message", 400},
        [ERROR_MISSING_AUTHENTICATION_TOKEN] = {CORAL_SERVICE "MissingAuthenticationTokenException",
                                                "message", 400},
        [ERROR_INCOMPLETE_SIGNATURE] = {CORAL_SERVICE "IncompleteSignatureException", "message", 400},
        [ERROR_INVALID_SIGNATURE] = {CORAL_SERVICE "InvalidSignatureException", "message", 400},
        [ERROR_UNRECOGNIZED_CLIENT] = {CORAL_SERVICE "UnrecognizedClientException", "message", 400},
        [ERROR_REQUEST_TOO_LARGE] = {CORAL_SERVICE "RequestEntityTooLargeException", "message", 413},
        [ERROR_SERIALIZATION_BARE] = {CORAL_SERVICE "SerializationException", "Message", 400},
    };
    size_t count = sizeof FORMS / sizeof FORMS[0];
    if ((size_t)kind >= count || FORMS[kind].type == NULL) return &INTERNAL_SERVER_FORM;
    return &FORMS[kind];
}

static bool set(Error *error, Arena *arena, ErrorKind kind, bool in_envelope, const char *format,
                va_list args) {
    if (error->kind != ERROR_NONE) return false;
    Buf message;
    buf_init(&message, arena);
    buf_vformat(&message, format, args);
    if (message.failed) return error_out_of_memory(error);
    *error = (Error){.kind = kind, .message = buf_view(&message), .in_envelope = in_envelope};
    return false;
}

bool error_set(Error *error, Arena *arena, ErrorKind kind, const char *format, ...) {
    va_list args;
    va_start(args, format);
    set(error, arena, kind, false, format, args);
    va_end(args);
    return false;
}

bool error_validation(Error *error, Arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    set(error, arena, ERROR_VALIDATION, false, format, args);
    va_end(args);
    return false;
}

bool error_enveloped(Error *error, Arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    set(error, arena, ERROR_VALIDATION, true, format, args);
    va_end(args);
    return false;
}

void error_wrap(Error *error, Arena *arena) {
    if (error->kind != ERROR_VALIDATION || !error->in_envelope) return;
    Buf message;
    buf_init(&message, arena);
    buf_format(&message, "1 validation error detected: %S", &error->message);
    if (message.failed) {
        *error = (Error){.kind = ERROR_OUT_OF_MEMORY};
        return;
    }
    error->message = buf_view(&message);
    error->in_envelope = false;
}

bool error_out_of_memory(Error *error) {
    if (error->kind == ERROR_NONE) *error = (Error){.kind = ERROR_OUT_OF_MEMORY};
    return false;
}

static bool set_constant(Error *error, ErrorKind kind, const char *reason) {
    if (error->kind == ERROR_NONE) *error = (Error){.kind = kind, .message = slice_of_cstr(reason)};
    return false;
}

bool error_corrupt(Error *error, const char *reason) {
    return set_constant(error, ERROR_CORRUPT, reason);
}

bool error_unsupported(Error *error, const char *reason) {
    return set_constant(error, ERROR_UNSUPPORTED, reason);
}
