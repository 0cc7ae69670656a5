#include "support/host.h"

#ifdef __wasm__

__attribute__((import_module("env"), import_name("test_print"))) void import_print(const char *text, size_t len);
__attribute__((import_module("env"), import_name("test_read_file"))) int32_t
import_read_file(const char *path, size_t path_len, uint8_t *buffer, size_t cap);

void host_print(const char *text, size_t len) {
    import_print(text, len);
}

int64_t host_read_file(const char *path, size_t path_len, uint8_t *buffer, size_t cap) {
    return import_read_file(path, path_len, buffer, cap);
}

#else

#include <stdio.h>

void host_print(const char *text, size_t len) {
    fwrite(text, 1, len, stdout);
}

int64_t host_read_file(const char *path, size_t path_len, uint8_t *buffer, size_t cap) {
    (void)path_len;
    FILE *file = fopen(path, "rb");
    if (file == NULL) return -1;
    fseek(file, 0, SEEK_END);
    int64_t size = ftell(file);
    rewind(file);
    if (cap > 0 && fread(buffer, 1, cap, file) != cap) size = -1;
    fclose(file);
    return size;
}

int main(void) {
    return test_main();
}

#endif
