// Runs a fuzzer's entry point once on each file named, for compilers without libFuzzer.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/fuzz.h"

enum { INPUT_BYTES_MAX = 1 << 20 };

static int replay(const char *path) {
    FILE *file = fopen(path, "rb");
    uint8_t *input = malloc(INPUT_BYTES_MAX);
    size_t size = file == NULL || input == NULL ? 0 : fread(input, 1, INPUT_BYTES_MAX, file);
    bool is_read = file != NULL && input != NULL && ferror(file) == 0 && feof(file) != 0;
    if (file != NULL) fclose(file);
    // A block of exactly its size, so that the sanitizer sees a read behind its end.
    uint8_t *exact = is_read ? malloc(size == 0 ? 1 : size) : NULL;
    if (exact != NULL) {
        for (size_t i = 0; i < size; i++) exact[i] = input[i];
        LLVMFuzzerTestOneInput(exact, size);
    } else {
        fprintf(stderr, "cannot read %s\n", path);
    }
    free(exact);
    free(input);
    return exact == NULL;
}

int main(int argc, char **argv) {
    int unread = 0;
    for (int i = 1; i < argc; i++) unread += replay(argv[i]);
    printf("%d inputs replayed\n", argc - 1 - unread);
    return unread != 0 || argc == 1;
}
