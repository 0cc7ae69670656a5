// Every limit of the system, units last, each with its source:
//   [AWS] DynamoDB developer guide, "Quotas";  [OBS] observed on AWS, see docs/compatibility.md;
//   [CF] Cloudflare Durable Objects limits;  [US] our own choice, with its reason.
#ifndef SHVM_BASE_LIMITS_H
#define SHVM_BASE_LIMITS_H

// --- Requests and replies
#define REQUEST_BYTES_MAX (16u * 1024 * 1024)       // [AWS] larger bodies answer 413
#define RESPONSE_PAGE_BYTES_MAX (1024u * 1024)      // [AWS] Query and Scan stop at 1 MB evaluated
#define BATCH_GET_KEYS_MAX 100u                     // [AWS]
#define BATCH_WRITE_REQUESTS_MAX 25u                // [AWS]
#define JSON_NESTING_MAX 2000u                      // [OBS] deeper is a SerializationException without text
#define JSON_SUBTREE_BYTES_MAX 65536u               // [US] largest text handed to cJSON at once: bounds its tree

// --- Items
#define ITEM_SIZE_BYTES_MAX 409600u                 // [AWS] 400 KB, names plus values
#define UPDATE_CHARGE_BYTES_MAX 409600u             // [OBS] charge of an UpdateExpression
#define ATTRIBUTE_NAME_BYTES_MAX 65535u             // [AWS]
#define KEY_ATTRIBUTE_NAME_BYTES_MAX 255u           // [AWS]
#define PARTITION_KEY_BYTES_MAX 2048u               // [AWS]
#define SORT_KEY_BYTES_MAX 1024u                    // [AWS]
#define VALUE_NESTING_MAX 31u                       // [OBS] map/list levels below an attribute that are accepted
#define VALUE_NESTING_DECODE_MAX 64u                // [US] levels any decoder follows; a stored blob never has more

// --- Numbers
#define NUMBER_DIGITS_MAX 38                        // [AWS] significant decimal digits
#define NUMBER_EXPONENT_MAX 125                     // [AWS] largest magnitude 9.99…e125
#define NUMBER_EXPONENT_MIN (-130)                  // [AWS] smallest magnitude 1e-130

// --- Expressions
#define EXPRESSION_BYTES_MAX 4096u                  // [AWS]
#define EXPRESSION_OPERATORS_MAX 300u               // [AWS]
#define EXPRESSION_NESTING_MAX 300u                 // [US] no accepted expression nests deeper than its operators
#define EXPRESSION_TREE_BYTES_MAX (4u * 1024 * 1024) // [US] compiled, constants inlined: bounds a command
#define EXPRESSION_IN_OPERANDS_MAX 100u             // [AWS]
#define DOCUMENT_PATH_ELEMENTS_MAX 32u              // [AWS] nesting of a path

// --- Tables
#define TABLE_NAME_CHARS_MIN 3u                     // [AWS]
#define TABLE_NAME_CHARS_MAX 255u                   // [AWS]
#define LIST_TABLES_LIMIT_MAX 100u                  // [AWS]
#define GSI_MAX 20u                                 // [AWS]
#define LSI_MAX 5u                                  // [AWS]
#define INDEX_KEY_ATTRIBUTES_MAX 4u                 // [AWS] HASH attributes of a GSI, and again for RANGE
#define PROJECTED_ATTRIBUTES_MAX 100u               // [AWS] NonKeyAttributes over all indexes
#define TAGS_MAX 50u                                // [AWS]
#define TAG_KEY_CHARS_MAX 128u                      // [AWS]
#define TAG_VALUE_CHARS_MAX 256u                    // [AWS]
#define SCAN_SEGMENTS_MAX 1000000u                  // [AWS]

// --- Platform
#define STORED_VALUE_BYTES_MAX 2000000u             // [CF] 2 MB a row; local workerd does not enforce it
#define STORED_VALUE_INLINE_BYTES_MAX 900u          // [US] measured: larger values cost less in a rowid table
#define OBJECT_NAME_BYTES_MAX 1024u                 // [CF] ctx.id.name is undefined above
#define HASH_SLOTS_MAX 4096u                        // [US] layout hash:N
#define CHANGES_IN_FLIGHT_MAX 256u                  // [US] rows of the effects log; beyond, writes are throttled
#define CHANGE_ROW_BYTES_MAX 1900000u               // [US] one effect always fits: two images of an item
#define SHIPPED_ROWS_MAX 32u                        // [US] log rows a shipping round takes
#define SHIPPED_BYTES_MAX (4u * 1024 * 1024)        // [US] and their bytes, beyond the first row
#define BACKFILL_ITEMS_MAX 100u                     // [US] items a backfill command reads
#define BACKFILLS_AT_ONCE 1u                        // [US] partitions that are read at once for a new index
#define SHIPMENT_OBJECTS_MAX 40u                    // [US] index objects an invocation calls: 50 subrequests are free
#define DIRECTORY_SHARDS 4u                         // [US] 1,000 requests/s an object: 4,000 new keys/s a table

#define CALLS_MAX_DEFAULT 40u                       // [CF] 50 subrequests a request on the free plan, less a few
#define CALLS_MAX_LEAST (DIRECTORY_SHARDS + 2u)     // [US] a Scan lists all shards, ends a partition, begins the next
#define SCAN_LIST_KEYS_MAX 1000u                    // [US] partition keys asked of a directory shard at once

// --- Signatures
#define SIGNATURE_SKEW_SECONDS_MAX 300              // [OBS] clocks may differ by five minutes
#define SIGNATURE_EXPIRES_SECONDS_MAX 604800        // [AWS] a signed query string holds a week at most
#define SIGNED_HEADERS_MAX 100u                     // [US] SDKs sign about ten

// --- Memory
#define ARENA_BLOCK_BYTES 65536u                    // [US] first block: most requests need no second
#define ARENA_BLOCK_BYTES_MAX (1024u * 1024)        // [US] blocks double up to here

#endif
