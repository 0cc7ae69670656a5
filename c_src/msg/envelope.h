// Steps: what the host hands the core and what it gets back. The core does no I/O; a step takes bytes and gives bytes.
//
// All integers little-endian; "bytes" is u32 length ‖ bytes. f64 is IEEE 754.
//
//   input  := version u8 (1) ‖ now f64 (ms since 1970) ‖ entropy 16 bytes ‖ identity bytes ‖ local bytes
//             ‖ message bytes ‖ state bytes ‖ answer count u32 ‖ count × (status u8 ‖ bytes)
//     identity  the object's name (empty at the gateway)
//     local     the object's byte record, as the last committed step left it (empty when the object just woke up)
//     message   START: the request. RESUME: empty, or the request again, after REPEAT_MESSAGE. ALARM: empty
//     state     RESUME: what the step before gave
//     answers   RESUME: one per CALL, in their order; status is AnswerStatus
//
//   output := version u8 (1) ‖ local present u8 (0 | 1) ‖ local bytes ‖ state bytes ‖ action count u32 ‖ actions
//             ‖ items known u8 (0 | 1) ‖ item count u32 ‖ count × item u32
//     items     numbers of items, the same for the same key, and now and then for another one too (30 bits).
//               Beside a FORWARD: the one item that the read tells, where what it told lately would do as well.
//               Of a step that committed: those that may be others now; not known: any may be
//   action := kind u8, then
//     CALL          role u8 ‖ mode u8 ‖ name bytes ‖ message bytes
//     FORWARD       the same; a gateway's only action. Where the object answers with an HTTP reply the host hands it
//                   to the client untouched; where it answers otherwise, or not, the host resumes with that answer
//     RESPOND_HTTP  status u16 ‖ content type u8 (ContentType) ‖ crc32 u32 ‖ request id 52 bytes ‖ body bytes
//     REPLY         bytes: an object's answer to its caller
//     SET_ALARM     due f64 (whole ms since 1970, later than now); 0 deletes the alarm
//     DELETE_ALL    erase the object's storage, alarm included
//     RESTART       run START again with the original message (the gateway's descriptors were stale)
//     REPEAT_MESSAGE  beside CALLs: the RESUME with their answers is given the original message too
//     WAIT          f64 (ms), beside CALLs: the host resumes no sooner than after so long
//
// The host runs all CALLs of a step in parallel, then resumes once with all answers. RESPOND_HTTP or REPLY beside CALLs
// is sent at once and the step still resumes. Actions are carried out after the commit, in order.
//
//   gateway message := version u8 (1) ‖ target bytes ‖ content type bytes ‖ body bytes ‖ default layout bytes
//                     ‖ calls max u32 ‖ keys checked u8 ‖ keys bytes ‖ payload hash bytes ‖ head bytes
//                     ‖ options bytes
//     target is the x-amz-target header's value; empty bytes where a header is missing. The default layout is the
//     deployment's ("key", "hash:16"; empty: "key"), for tables that do not choose one. Calls max is how many calls one
//     request may make: the platform's subrequests, less a few (0: what its free plan allows). Keys checked: 0 where
//     any credentials will do, and none; then of the head only what is looked at need be there. Keys: the deployment's
//     access keys (role/access.h). Payload hash: SHA-256 of the body as it was sent, where it came compressed; else
//     empty. Head: the request's (msg/http_head.h). Options, any number of which may be missing from the end: wait
//     for indexes u8 (1: the reply to a write waits until its global indexes have it) ‖ one isolate u8 (1: all objects
//     live in the gateway's isolate, always, so that it keeps replies to consistent reads, too; worker/kept_reads.js).
#ifndef SHVM_MSG_ENVELOPE_H
#define SHVM_MSG_ENVELOPE_H

#include "base/buf.h"
#include "base/error.h"

#define ENVELOPE_VERSION 1
#define REQUEST_ID_BYTES 52

typedef enum Role {
    ROLE_GATEWAY = 0,
    ROLE_PARTITION = 1,
    ROLE_TABLE = 2,
    ROLE_DIRECTORY = 3,
    ROLE_CATALOG = 4,
} Role;

typedef enum StepEvent { EVENT_START = 0, EVENT_RESUME = 1, EVENT_ALARM = 2 } StepEvent;

// What the host does with the object's transaction after the step.
typedef enum StepVerdict {
    VERDICT_COMMIT = 0,
    VERDICT_READONLY = 1, // nothing was written
    VERDICT_ROLLBACK = 2,
    VERDICT_NEED = 3, // reserved: the step wants blobs and is run again from its start
} StepVerdict;

typedef enum AnswerStatus {
    ANSWER_OK = 0,
    ANSWER_FAILED = 1,  // the call did not run
    ANSWER_UNKNOWN = 2, // it may or may not have run
    ANSWER_TIMEOUT = 3, // the same, the host gave up waiting
} AnswerStatus;

typedef enum ActionKind {
    ACTION_CALL = 1,
    ACTION_FORWARD = 2,
    ACTION_RESPOND_HTTP = 3,
    ACTION_REPLY = 4,
    ACTION_SET_ALARM = 5,
    ACTION_DELETE_ALL = 6,
    ACTION_RESTART = 7,
    ACTION_REPEAT_MESSAGE = 8,
    ACTION_WAIT = 9,
} ActionKind;

// Whether the callee's steps run inside a transaction.
typedef enum CallMode { CALL_READ = 0, CALL_WRITE = 1 } CallMode;

typedef enum ContentType { CONTENT_AMZ_JSON_1_0 = 0, CONTENT_JSON = 1, CONTENT_XML = 2 } ContentType;

typedef struct Answer {
    AnswerStatus status;
    Slice body;
} Answer;

typedef struct StepInput {
    double now_ms;
    uint8_t entropy[16];
    Slice identity;
    Slice local;
    Slice message;
    Slice state;
    Answer *answers;
    size_t answer_count;
} StepInput;

struct DescriptorCache;
struct SigningKeys;

// One step in progress. Everything it allocates lives in `arena` and dies with it.
typedef struct Step {
    Arena *arena;  // outputs, decoded values
    Arena *trees;  // JSON documents only: rewound while a document is walked
    struct DescriptorCache *descriptors; // the gateway's hints; NULL in objects
    struct SigningKeys *signing_keys;    // the gateway's; NULL in objects
    Role role;
    StepEvent event;
    StepInput in;
    Error error;
    // Output, filled by the functions below.
    Buf actions;
    uint32_t action_count;
    bool local_present;
    Slice local;
    Slice state_head; // what goes before the state, which may be large, so that nobody need copy it
    Slice state;
    ContentType content_type; // echoed in replies
    Slice default_layout;     // the deployment's, at the gateway
    uint32_t calls_max;       // calls one request may make, at the gateway
    bool wait_for_indexes;    // the reply to a write waits for its global indexes, at the gateway
    bool one_isolate;         // every object lives where the gateway does, at the gateway
    bool items_known;
    Buf items;
    bool forget_descriptors;  // the gateway's hints are out of date after what this step learned
    uint32_t rows_read;       // counted by the store
    uint32_t rows_written;
} Step;

// Decodes an input; false with ERROR_CORRUPT on a malformed one. Slices borrow from `bytes`.
bool step_input_decode(Step *step, Slice bytes);
// Appends the step's output.
void step_output_encode(const Step *step, Buf *out);

void step_call(Step *step, Role role, CallMode mode, Slice name, Slice message);
// The same for a message of megabytes: it is appended to the buffer returned, and ended by step_call_close, which takes
// what was stored at `start`. No other action may come between.
Buf *step_call_open(Step *step, Role role, CallMode mode, Slice name, size_t *start);
void step_call_close(Step *step, size_t start);
void step_forward(Step *step, Role role, CallMode mode, Slice name, Slice message);
// Computes the CRC and, from the entropy, the request id.
void step_respond_http(Step *step, int status, Slice body);
// The same for a body of megabytes, as step_call_open.
Buf *step_respond_http_open(Step *step, int status, size_t *start);
void step_respond_http_close(Step *step, size_t start);
void step_reply(Step *step, Slice body);
// Rings in the first whole millisecond from due_ms on that is still to come; 0: never. (Observed: workerd counts whole
// milliseconds, and an alarm that its own handler sets to the time it was set to before is dropped.)
void step_set_alarm(Step *step, double due_ms);
void step_delete_all(Step *step);
void step_restart(Step *step);
void step_repeat_message(Step *step);
void step_wait(Step *step, double ms);
// The step is about these items and no others: about none, until step_item adds one. full_key as in ItemKey.
void step_items_known(Step *step);
void step_item(Step *step, Slice full_key);
// What is set here must not lie in the step's input, which is given back before the output is made.
void step_set_local(Step *step, Slice local);
void step_set_state(Step *step, Slice state);

// Renders an error as DynamoDB's reply: {"__type":…,"message":…}, plus Item for a failed condition that asked for it.
void step_respond_error(Step *step, const Error *error);

#endif
