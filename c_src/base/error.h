// Errors travel as values: DynamoDB's exception and message. The first error wins; functions that fail return false
// after setting it, so callers write `if (!f(…)) return false;`.
#ifndef SHVM_BASE_ERROR_H
#define SHVM_BASE_ERROR_H

#include "base/arena.h"
#include "base/slice.h"

typedef enum ErrorKind {
    ERROR_NONE = 0,
    // DynamoDB's exceptions; values travel in messages, so they are only ever appended to.
    ERROR_VALIDATION = 1,
    ERROR_SERIALIZATION = 2,
    ERROR_UNKNOWN_OPERATION = 3,
    ERROR_RESOURCE_NOT_FOUND = 4,
    ERROR_RESOURCE_IN_USE = 5,
    ERROR_CONDITIONAL_CHECK_FAILED = 6,
    ERROR_LIMIT_EXCEEDED = 7,
    ERROR_THROTTLING = 8,
    ERROR_INTERNAL_SERVER = 9,
    ERROR_ITEM_COLLECTION_SIZE_LIMIT_EXCEEDED = 10,
    ERROR_TRANSACTION_CANCELED = 11,
    ERROR_IDEMPOTENT_PARAMETER_MISMATCH = 12,
    ERROR_ACCESS_DENIED = 13,
    ERROR_MISSING_AUTHENTICATION_TOKEN = 14,
    ERROR_INCOMPLETE_SIGNATURE = 15,
    ERROR_INVALID_SIGNATURE = 16,
    ERROR_UNRECOGNIZED_CLIENT = 17,
    ERROR_REQUEST_TOO_LARGE = 18,        // HTTP 413, not a modelled exception
    ERROR_SERIALIZATION_BARE = 19,       // a body that is no JSON at all: only __type
    // Ours; never rendered as such: the boundary turns them into InternalServerError.
    ERROR_OUT_OF_MEMORY = 100,
    ERROR_CORRUPT = 101,                 // a stored blob or a message failed its validator
    ERROR_STORAGE = 102,                 // the object's SQL storage refused a statement
    ERROR_UNSUPPORTED = 103,             // a message of a release that this one does not know: RESULT_UNSUPPORTED
} ErrorKind;

typedef struct Error {
    ErrorKind kind;
    Slice message;      // may be empty; lives as long as the arena it was made in
    bool in_envelope;   // message is to be reported as "1 validation error detected: …" where the operation does so
    Slice item;         // item blob that travels with ConditionalCheckFailedException, or empty
} Error;

// How an exception appears on the wire.
typedef struct ErrorForm {
    const char *type;         // full __type, e.g. "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"
    const char *message_name; // "message" or "Message"
    int http_status;
} ErrorForm;

// Sets *error unless it is set already. Returns false always. `format` takes %s (const char *), %S (Slice by value
// as two varargs is not possible: pass a `const Slice *`), %d (int), %u (unsigned), %z (size_t), %%.
// Without memory for the message the kind becomes ERROR_OUT_OF_MEMORY.
bool error_set(Error *error, Arena *arena, ErrorKind kind, const char *format, ...);
// The same for ERROR_VALIDATION, and for ERROR_VALIDATION with in_envelope set.
bool error_validation(Error *error, Arena *arena, const char *format, ...);
bool error_enveloped(Error *error, Arena *arena, const char *format, ...);
// Puts "1 validation error detected: " before the message of an error that is marked in_envelope.
void error_wrap(Error *error, Arena *arena);
// Sets ERROR_OUT_OF_MEMORY; returns false.
bool error_out_of_memory(Error *error);
// Sets ERROR_CORRUPT with a constant reason; returns false.
bool error_corrupt(Error *error, const char *reason);
// The same for ERROR_UNSUPPORTED.
bool error_unsupported(Error *error, const char *reason);

// The wire form of a kind; our own kinds give InternalServerError's.
const ErrorForm *error_form(ErrorKind kind);

#endif
