#include "support/check.h"

#include <stdarg.h>
#include <stdlib.h>

#include "support/host.h"

#define CONTEXT_BYTES_MAX 200
#define SHOWN_BYTES_MAX 400 // of a value that is not what was expected

typedef struct LoadedFile {
    struct LoadedFile *next;
    size_t len;
    uint8_t data[];
} LoadedFile;

// The one place with globals: a test program is one run of one list.
static struct {
    Test *first;
    Test *last;
    int passed;
    int failed;
    int skipped;
    bool current_failed;
    bool current_skipped;
    char context[CONTEXT_BYTES_MAX + 1];
    const char *vector_path; // NULL outside check_vectors
    int vector_line;
    LoadedFile *files;
} run;

static void print_int(int64_t value) {
    char digits[21];
    size_t at = sizeof(digits);
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) digits[--at] = '-';
    host_print(digits + at, sizeof(digits) - at);
}

// Printable ASCII as it is, everything else as \xNN.
static void print_bytes(Slice bytes) {
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.len && i < SHOWN_BYTES_MAX; i++) {
        uint8_t byte = bytes.data[i];
        char escaped[4] = {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
        if (byte >= 0x20 && byte < 0x7f) host_print((const char *)&bytes.data[i], 1);
        else host_print(escaped, sizeof(escaped));
    }
    if (bytes.len > SHOWN_BYTES_MAX) test_print_text("…");
}

void test_print_text(const char *text) {
    host_print(text, strlen(text));
}

void test_register(Test *test) {
    if (run.first == NULL) run.first = test;
    else run.last->next = test;
    run.last = test;
}

void test_skip(const char *reason) {
    run.current_skipped = true;
    test_print_text("SKIP ");
    test_print_text(reason);
    test_print_text("\n");
}

static void print_place(const char *file, int line) {
    test_print_text(file);
    test_print_text(":");
    print_int(line);
    test_print_text(": ");
}

static void begin_failure(const char *file, int line) {
    run.current_failed = true;
    print_place(file, line);
    if (run.vector_path != NULL) print_place(run.vector_path, run.vector_line);
    if (run.context[0] != '\0') {
        test_print_text(run.context);
        test_print_text(": ");
    }
}

bool check_true(bool held, const char *what, const char *file, int line) {
    if (held) return true;
    begin_failure(file, line);
    test_print_text(what);
    test_print_text("\n");
    return false;
}

bool check_equal_int(int64_t found, int64_t expected, const char *what, const char *file, int line) {
    if (found == expected) return true;
    begin_failure(file, line);
    test_print_text(what);
    test_print_text(" is ");
    print_int(found);
    test_print_text(", expected ");
    print_int(expected);
    test_print_text("\n");
    return false;
}

bool check_equal_bytes(Slice found, Slice expected, const char *what, const char *file, int line) {
    if (slice_equal(found, expected)) return true;
    begin_failure(file, line);
    test_print_text(what);
    test_print_text("\n    found    ");
    print_bytes(found);
    test_print_text("\n    expected ");
    print_bytes(expected);
    test_print_text("\n");
    return false;
}

void check_context(const char *format, ...) {
    va_list args;
    va_start(args, format);
    size_t len = 0;
    for (const char *at = format; *at != '\0'; at++) {
        char digits[12];
        const char *text = digits;
        if (at[0] == '%' && at[1] == 's') {
            text = va_arg(args, const char *);
            at++;
        } else if (at[0] == '%' && at[1] == 'd') {
            int value = va_arg(args, int);
            size_t start = sizeof(digits) - 1;
            unsigned rest = value < 0 ? 0 - (unsigned)value : (unsigned)value;
            digits[start] = '\0';
            do digits[--start] = (char)('0' + rest % 10);
            while ((rest /= 10) > 0);
            if (value < 0) digits[--start] = '-';
            text = digits + start;
            at++;
        } else {
            digits[0] = *at;
            digits[1] = '\0';
        }
        for (; *text != '\0' && len < CONTEXT_BYTES_MAX; text++) run.context[len++] = *text;
    }
    run.context[len] = '\0';
    va_end(args);
}

Slice test_file(const char *path) {
    size_t path_len = strlen(path);
    int64_t size = host_read_file(path, path_len, NULL, 0);
    LoadedFile *file = size < 0 ? NULL : malloc(sizeof(LoadedFile) + (size_t)size);
    if (file == NULL || host_read_file(path, path_len, file->data, (size_t)size) != size) {
        free(file);
        check_true(false, "the file can be read", path, 0);
        return (Slice){NULL, 0};
    }
    file->len = (size_t)size;
    file->next = run.files;
    run.files = file;
    return slice_of(file->data, file->len);
}

static Slice trim(Slice text) {
    size_t from = 0, to = text.len;
    while (from < to && (text.data[from] == ' ' || text.data[from] == '\t')) from++;
    while (to > from && (text.data[to - 1] == ' ' || text.data[to - 1] == '\t')) to--;
    return slice_sub(text, from, to);
}

// Splits at the first "=>"; false when there is none.
static bool split_vector(Slice line, Slice *input, Slice *expected) {
    for (size_t i = 0; i + 1 < line.len; i++) {
        if (line.data[i] != '=' || line.data[i + 1] != '>') continue;
        *input = trim(slice_sub(line, 0, i));
        *expected = trim(slice_sub(line, i + 2, line.len));
        return true;
    }
    return false;
}

void check_vectors(const char *path, VectorCheck *check) {
    Slice text = test_file(path);
    int vectors = 0;
    run.vector_path = path;
    run.vector_line = 0;
    for (size_t from = 0; from < text.len;) {
        size_t to = from;
        while (to < text.len && text.data[to] != '\n') to++;
        Slice line = trim(slice_sub(text, from, to));
        from = to + 1;
        run.vector_line++;
        if (line.len == 0 || line.data[0] == '#') continue;
        Slice input = {NULL, 0}, expected = {NULL, 0};
        vectors++;
        if (split_vector(line, &input, &expected)) check(input, expected);
        else check_true(false, "the line holds \"=>\"", path, run.vector_line);
    }
    run.vector_path = NULL;
    check_true(vectors > 0, "the file holds vectors", path, 0);
}

static void free_files(void) {
    while (run.files != NULL) {
        LoadedFile *next = run.files->next;
        free(run.files);
        run.files = next;
    }
}

static void run_test(const Test *test) {
    run.current_failed = run.current_skipped = false;
    run.context[0] = '\0';
    test->run();
    if (run.current_failed) {
        run.failed++;
        test_print_text("FAILED ");
        test_print_text(test->name);
        test_print_text("\n");
    } else if (run.current_skipped) {
        run.skipped++;
    } else {
        run.passed++;
    }
}

int test_main(void) {
    for (const Test *test = run.first; test != NULL; test = test->next) run_test(test);
    free_files();
    print_int(run.passed);
    test_print_text(" passed, ");
    print_int(run.failed);
    test_print_text(" failed");
    if (run.skipped > 0) {
        test_print_text(", ");
        print_int(run.skipped);
        test_print_text(" skipped");
    }
    test_print_text("\n");
    return run.failed > 0 || run.passed + run.skipped == 0;
}
