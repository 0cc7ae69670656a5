// BatchGetItem and BatchWriteItem from request to the first commands.
#include "support/request_runner.h"

TEST(batch_get_item_requests) {
    check_vectors("tests/c/vectors/batch_get_item_request.txt", check_request);
}

TEST(batch_write_item_requests) {
    check_vectors("tests/c/vectors/batch_write_item_request.txt", check_request);
}
