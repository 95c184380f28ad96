/* Text in artifacts: strings of very different lengths, more than memory holds, and bytes 0. */
#include "tests/artifacts.h"

#include "core/base/mem.h"
#include "core/io/artifact.h"

#include <sys/stat.h>

/* One very long string among many short ones is not padded, yet reads the same. */
static void ragged_text_reads_back(void **state)
{
    (void)state;
    enum { N = 30000, LONG = 200000 };
    cupel_err err = {0};
    cupel_writer *w = NULL;
    cupel_rows *rows = NULL;
    char *big = malloc(LONG);
    memset(big, 'x', LONG);
    struct stat sb;
    check_ok(cupel_writer_open(at("t.h5"), "table", 1, 0, &w, &err), &err);
    check_ok(cupel_writer_rows(w, "t", "", "", CUPEL_TEXT, 1, &rows, &err), &err);
    for (size_t i = 0; i < N; i++) {
        char word[32];
        int k = snprintf(word, sizeof word, "w%zu", i);
        cupel_text t = i == 777 ? (cupel_text){big, LONG} : i % 10 ? (cupel_text){word, (size_t)k} : (cupel_text){0};
        check_ok(cupel_rows_append_cells(rows, 1, &t, 1, &err), &err);
    }
    check_ok(cupel_writer_commit(&w, &err), &err);
    assert_int_equal(stat(at("t.h5"), &sb), 0);
    assert_true(sb.st_size < 4000000);
    cupel_reader *r = NULL;
    char **s = NULL;
    void *p = NULL;
    check_ok(cupel_reader_open(at("t.h5"), "table", 1, &r, &err), &err);
    check_ok(cupel_reader_get(r, "t", CUPEL_TEXT, 1, (size_t[]){N}, &p, &err), &err);
    s = p;
    for (size_t i = 0; i < N; i++) {
        char word[32];
        snprintf(word, sizeof word, "w%zu", i);
        if (i == 777)
            assert_true(strlen(s[i]) == LONG && strspn(s[i], "x") == LONG);
        else
            assert_string_equal(s[i], i % 10 ? word : "");
    }
    cupel_free(p);
    cupel_reader_free(r);
    free(big);
    remove(at("t.h5"));
}

/* More text than is held in memory waits in a nameless file; strings lie across the pieces in which it is read back. */
static void much_text_reads_back(void **state)
{
    (void)state;
    enum { N = 300000 };
    cupel_err err = {0};
    cupel_writer *w = NULL;
    cupel_rows *rows[2] = {NULL, NULL};
    char word[128];
    check_ok(cupel_writer_open(at("t.h5"), "table", 1, 0, &w, &err), &err);
    for (int k = 0; k < 2; k++) check_ok(cupel_writer_rows(w, k ? "b" : "a", "", "", CUPEL_TEXT, 1, &rows[k], &err), &err);
    for (size_t i = 0; i < N; i++) {
        for (int k = 0; k < 2; k++) {
            snprintf(word, sizeof word, "%0*zu", 60 + (int)(i % 37), i + (size_t)k);
            check_ok(cupel_rows_append(rows[k], 1, &(const char *){word}, &err), &err);
        }
    }
    assert_int_equal(files_in_folder(), 1); /* the temporary one: the waiting text has no name */
    check_ok(cupel_writer_commit(&w, &err), &err);
    cupel_reader *r = NULL;
    check_ok(cupel_reader_open(at("t.h5"), "table", 1, &r, &err), &err);
    for (int k = 0; k < 2; k++) {
        void *p = NULL;
        check_ok(cupel_reader_get(r, k ? "b" : "a", CUPEL_TEXT, 1, (size_t[]){N}, &p, &err), &err);
        for (size_t i = 0; i < N; i++) {
            snprintf(word, sizeof word, "%0*zu", 60 + (int)(i % 37), i + (size_t)k);
            assert_string_equal(((char **)p)[i], word);
        }
        cupel_free(p);
    }
    cupel_reader_free(r);
    remove(at("t.h5"));
}

static void text_with_a_zero_inside_is_refused(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_writer *w = NULL;
    cupel_rows *rows = NULL;
    check_ok(cupel_writer_open(at("t.h5"), "table", 1, 0, &w, &err), &err);
    check_ok(cupel_writer_rows(w, "t", "", "", CUPEL_TEXT, 1, &rows, &err), &err);
    cupel_text t = {"Fe\0O", 4};
    check_ok(cupel_rows_append_cells(rows, 1, &t, 1, &err), &err);
    check_fails(cupel_writer_commit(&w, &err), CUPEL_BAD_INPUT, &err, "byte 0");
    assert_int_equal(files_in_folder(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ragged_text_reads_back),
        cmocka_unit_test(much_text_reads_back),
        cmocka_unit_test(text_with_a_zero_inside_is_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
