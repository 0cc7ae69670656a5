// PutItem, GetItem, UpdateItem and DeleteItem from request to command.
#include "support/request_runner.h"

TEST(put_item_requests) {
    check_vectors("tests/c/vectors/put_item_request.txt", check_request);
}

TEST(get_item_requests) {
    check_vectors("tests/c/vectors/get_item_request.txt", check_request);
}

TEST(update_item_requests) {
    check_vectors("tests/c/vectors/update_item_request.txt", check_request);
}

TEST(delete_item_requests) {
    check_vectors("tests/c/vectors/delete_item_request.txt", check_request);
}
