#include "base/sha256.h"
#include "data/key_codec.h"
#include "msg/control.h"
#include "role/partition_internal.h"
#include "store/items.h"

bool partition_owns(const Partition *partition, const ItemKey *key) {
    if (!partition->identity.by_key) {
        uint64_t hash = key_leading_hash(key->full_key);
        return hash_slot(hash, partition->identity.slots) == partition->identity.slot;
    }
    uint8_t digest[SHA256_BYTES];
    Buf hex;
    buf_init(&hex, partition->step->arena);
    sha256(slice_sub(key->full_key, 8, key->partition_len), digest);
    hex_encode(&hex, slice_of(digest, sizeof digest));
    return slice_equal(buf_view(&hex), partition->identity.key_digest);
}

static void call_directory(Partition *partition, Slice partition_key) {
    Step *step = partition->step;
    Buf name, message;
    buf_init(&name, step->arena);
    buf_init(&message, step->arena);
    name_directory(&name, partition->header.table_id, directory_shard(key_leading_hash(partition_key)));
    control_begin(&message, CONTROL_DIRECTORY_REGISTER);
    buf_slice(&message, partition->header.table_id);
    buf_slice(&message, partition->header.table_name);
    buf_slice(&message, partition_key);
    buf_varint(&message, partition->header.epoch);
    step_call(step, ROLE_DIRECTORY, CALL_WRITE, buf_view(&name), buf_view(&message));
}

static void call_table(Partition *partition) {
    Step *step = partition->step;
    Buf name, message;
    buf_init(&name, step->arena);
    buf_init(&message, step->arena);
    name_table(&name, partition->header.table_name);
    control_begin(&message, CONTROL_TABLE_REGISTER);
    buf_slice(&message, partition->header.table_id);
    buf_slice(&message, step->in.identity);
    buf_varint(&message, partition->header.epoch);
    step_call(step, ROLE_TABLE, CALL_WRITE, buf_view(&name), buf_view(&message));
}

StepVerdict partition_register(Partition *partition, const ItemKey *key) {
    Slice partition_key = {NULL, 0};
    if (partition->identity.by_key) {
        partition_key = slice_sub(key->full_key, 0, key->partition_len);
        call_directory(partition, partition_key);
    } else {
        call_table(partition);
    }
    Buf state;
    buf_init(&state, partition->step->arena);
    buf_u8(&state, PARTITION_STATE_REGISTER);
    buf_slice(&state, partition_key);
    buf_slice(&state, partition->message);
    step_set_state(partition->step, buf_view(&state));
    partition->record.registering++;
    return partition_record_save(partition->step, &partition->record);
}

static StepVerdict run_registered(Partition *partition, Slice partition_key) {
    PartitionRecord *record = &partition->record;
    if (!record->registered) {
        Reader fields = reader_of(partition->message);
        CommandHeader header;
        if (!command_decode_header(&fields, &header, &partition->step->error)) return VERDICT_ROLLBACK;
        record->registered = true;
        record->all_small = true; // an object that is not registered holds no item
        record->must_store = true;
        record->table_name = header.table_name;
        record->partition_key = partition_key;
    }
    return partition_run_command(partition);
}

StepVerdict partition_resume_registration(Partition *partition) {
    Step *step = partition->step;
    Reader state = reader_of(step->in.state);
    reader_u8(&state);
    Slice partition_key = reader_slice(&state);
    partition->message = reader_slice(&state);
    if (state.failed) {
        error_corrupt(&step->error, "malformed registration state");
        return VERDICT_ROLLBACK;
    }
    if (partition->record.registering != 0) partition->record.registering--;
    Result result = {0};
    Error ignored = {0};
    const Answer *answer = step->in.answer_count == 1 ? &step->in.answers[0] : NULL;
    bool answered = answer != NULL && answer->status == ANSWER_OK && result_decode(answer->body, &result, &ignored);
    if (answered && result.status == RESULT_OK) return run_registered(partition, partition_key);
    if (answered && result.status == RESULT_STALE) return partition_reply_status(partition, RESULT_STALE);
    // Nothing was written here, whatever became of the registration.
    error_set(&step->error, step->arena, ERROR_INTERNAL_SERVER, "Internal server error");
    return partition_reply_error(partition);
}

// An empty partition forgets that it is registered before it says
// no, so that its next write registers again; while a registration is under way the answer is yes.
StepVerdict partition_run_probe(Partition *partition) {
    bool is_empty;
    if (!items_is_empty(partition->step, &is_empty)) return VERDICT_ROLLBACK;
    bool used = !is_empty || partition->record.registering != 0;
    if (!used && partition->record.registered) {
        partition->record.registered = false;
        partition->record.must_store = true;
    }
    Buf payload;
    buf_init(&payload, partition->step->arena);
    buf_u8(&payload, used);
    return partition_reply_payload(partition, &payload);
}

