// Query and Scan from request to the first commands.
#include "support/request_runner.h"

TEST(query_requests) {
    check_vectors("tests/c/vectors/query_request.txt", check_request);
}

TEST(scan_requests) {
    check_vectors("tests/c/vectors/scan_request.txt", check_request);
}
