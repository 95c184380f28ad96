#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/io/input.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* One gzip member; caller frees. */
static unsigned char *zip(const void *data, size_t n, size_t *out_n)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t cap = deflateBound(&z, n) + 64;
    unsigned char *out = malloc(cap);
    z.next_in = (unsigned char *)(uintptr_t)data;
    z.avail_in = (unsigned)n;
    z.next_out = out;
    z.avail_out = (unsigned)cap;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    *out_n = cap - z.avail_out;
    deflateEnd(&z);
    return out;
}

/* All of it through reads of `step` bytes. */
static cupel_status slurp(const void *data, size_t n, size_t step, cupel_str *out, char hex[65], cupel_err *err)
{
    cupel_input *in = NULL;
    char *buf = malloc(step);
    size_t got = 1;
    cupel_status st = cupel_input_of_text((cupel_text){data, n}, "t.gz", &in, err);
    while (st == CUPEL_OK && got) {
        st = cupel_input_read(in, buf, step, &got, err);
        if (st == CUPEL_OK) cupel_str_add(out, buf, got);
    }
    if (st == CUPEL_OK && hex) st = cupel_input_digest(in, hex, err);
    cupel_input_free(in);
    free(buf);
    return st;
}

static void a_text_comes_out_as_it_went_in(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 2, 3, 1000, 65535, 65536, 65537, 200000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *data = malloc(sizes[i] + 1);
        for (size_t k = 0; k < sizes[i]; k++) data[k] = (char)('a' + cupel_rng_below(1, 0, k, 26));
        for (size_t step = 1; step <= 100000; step = step * 7 + 6) {
            cupel_str plain = {0}, zipped = {0};
            cupel_err err = {0};
            size_t n;
            unsigned char *z = zip(data, sizes[i], &n);
            check_ok(slurp(data, sizes[i], step, &plain, NULL, &err), &err);
            check_ok(slurp(z, n, step, &zipped, NULL, &err), &err);
            assert_true(plain.n == sizes[i] && zipped.n == sizes[i]);
            if (sizes[i]) assert_memory_equal(plain.p, data, sizes[i]);
            if (sizes[i]) assert_memory_equal(zipped.p, data, sizes[i]);
            free(z);
            cupel_str_free(&plain);
            cupel_str_free(&zipped);
        }
        free(data);
    }
}

/* FIPS 180-4 examples; the digest is that of the stored bytes, so of the gzip file and not of what is in it. */
static void the_digest_is_sha_256_of_the_stored_bytes(void **state)
{
    (void)state;
    cupel_str s = {0};
    cupel_err err = {0};
    char hex[65], again[65];
    check_ok(slurp("abc", 3, 2, &s, hex, &err), &err);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check_ok(slurp("", 0, 2, &s, hex, &err), &err);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    size_t n;
    unsigned char *z = zip("abc", 3, &n);
    check_ok(slurp(z, n, 2, &s, hex, &err), &err);
    char path[] = "/tmp/cupel-input-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, z, n) == (ssize_t)n && close(fd) == 0);
    check_ok(cupel_digest_file(path, again, &err), &err);
    assert_string_equal(hex, again);
    cupel_input *in;
    check_ok(cupel_input_open(path, &in, &err), &err); /* before anything was read, and twice */
    check_ok(cupel_input_digest(in, hex, &err), &err);
    check_ok(cupel_input_digest(in, hex, &err), &err);
    assert_string_equal(hex, again);
    cupel_input_free(in);
    unlink(path);
    free(z);
    cupel_str_free(&s);
}

static void gzip_members_follow_one_another(void **state)
{
    (void)state;
    size_t a, b;
    unsigned char *x = zip("Fe2O3\n", 6, &a), *y = zip("NaCl\n", 5, &b), all[400] = {0};
    memcpy(all, x, a);
    memcpy(all + a, y, b);
    for (size_t padding = 0; padding < 100; padding += 33) {
        cupel_str s = {0};
        cupel_err err = {0};
        check_ok(slurp(all, a + b + padding, 3, &s, NULL, &err), &err);
        assert_string_equal(cupel_str_text(&s), "Fe2O3\nNaCl\n");
        all[a + b + 1] = 'x';
        cupel_status st = slurp(all, a + b + 2, 3, &s, NULL, &err);
        check_fails(st, CUPEL_BAD_INPUT, &err, "behind the end");
        all[a + b] = 'x';
        check_fails(slurp(all, a + b + 2, 3, &s, NULL, &err), CUPEL_BAD_INPUT, &err, "damaged");
        all[a + b] = all[a + b + 1] = 0;
        cupel_str_free(&s);
    }
    free(x);
    free(y);
}

static void a_truncated_or_damaged_gzip_is_refused(void **state)
{
    (void)state;
    cupel_str text = {0};
    for (int i = 0; i < 300; i++) cupel_str_addf(&text, "Fe%dO%d\n", i, i * i % 97);
    size_t n;
    unsigned char *z = zip(text.p, text.n, &n);
    for (size_t k = 2; k < n; k++) {
        cupel_str s = {0};
        cupel_err err = {0};
        check_fails(slurp(z, k, 4096, &s, NULL, &err), CUPEL_BAD_INPUT, &err, "cut off");
        cupel_str_free(&s);
    }
    size_t refused = 0;
    for (size_t k = 2; k < n; k++) {
        cupel_str s = {0};
        cupel_err err = {0};
        z[k] ^= 0x10;
        cupel_status st = slurp(z, n, 4096, &s, NULL, &err);
        if (st == CUPEL_OK) assert_string_equal(cupel_str_text(&s), text.p); /* a bit of the header that says nothing of the content */
        if (st != CUPEL_OK) assert_true(st == CUPEL_BAD_INPUT && ++refused);
        z[k] ^= 0x10;
        cupel_str_free(&s);
    }
    assert_true(refused >= n - 20);
    free(z);
    cupel_str_free(&text);
}

static void the_rest_is_bounded(void **state)
{
    (void)state;
    char *data = calloc(300000, 1), *text = NULL;
    memset(data, 'x', 300000);
    for (size_t max = 299999; max <= 300000; max++) {
        cupel_input *in;
        cupel_err err = {0};
        size_t n = 0;
        check_ok(cupel_input_of_text((cupel_text){data, 300000}, "big", &in, &err), &err);
        cupel_status st = cupel_input_rest(in, max, &text, &n, &err);
        if (max < 300000) {
            check_fails(st, CUPEL_BAD_INPUT, &err, "'big': larger than");
            assert_null(text);
        } else {
            check_ok(st, &err);
            assert_true(n == 300000 && text[n] == 0 && memcmp(text, data, n) == 0);
        }
        cupel_input_free(in);
    }
    cupel_free(text);
    /* 20 MB of zeros in 20 kB: refused long before they are all there */
    free(data);
    data = calloc(1, 20000000);
    size_t n, m = 0;
    unsigned char *bomb = zip(data, 20000000, &n);
    free(data);
    cupel_input *in;
    cupel_err err = {0};
    check_ok(cupel_input_of_text((cupel_text){(char *)bomb, n}, "bomb", &in, &err), &err);
    check_fails(cupel_input_rest(in, 1000000, &text, &m, &err), CUPEL_BAD_INPUT, &err, "larger than");
    cupel_input_free(in);
    free(bomb);
}

static void files_and_stdin(void **state)
{
    (void)state;
    cupel_input *in = NULL;
    cupel_err err = {0};
    check_fails(cupel_input_open("/nowhere/at all.csv", &in, &err), CUPEL_BAD_INPUT, &err, "'/nowhere/at all.csv': No such file");
    check_fails(cupel_input_open("/", &in, &err), CUPEL_BAD_INPUT, &err, "folder");
    assert_null(in);
    int pipes[2], keep = dup(0);
    assert_true(pipe(pipes) == 0 && dup2(pipes[0], 0) == 0 && close(pipes[0]) == 0);
    assert_true(write(pipes[1], "x", 1) == 1);
    char buf[8];
    size_t got;
    assert_true(write(pipes[1], "yz", 2) == 2 && close(pipes[1]) == 0);
    check_ok(cupel_input_open("-", &in, &err), &err);
    assert_string_equal(cupel_input_name(in), "stdin");
    check_ok(cupel_input_read(in, buf, sizeof buf, &got, &err), &err);
    assert_true(got == 3 && memcmp(buf, "xyz", 3) == 0);
    check_ok(cupel_input_read(in, buf, sizeof buf, &got, &err), &err);
    assert_true(got == 0);
    cupel_input_free(in);
    assert_true(dup2(keep, 0) == 0 && close(keep) == 0);
}

#ifdef CUPEL_FAULTS
static void no_memory_is_an_error_not_a_crash(void **state)
{
    (void)state;
    size_t n, failures = 0;
    unsigned char *z = zip("Fe2O3\n", 6, &n);
    for (size_t at = 1, more = 1; more; at++) {
        cupel_input *in = NULL;
        cupel_err err = {0};
        char *text = NULL;
        size_t m;
        cupel_mem_fail_at(at, false);
        cupel_status st = cupel_input_of_text((cupel_text){(char *)z, n}, "t", &in, &err);
        if (st == CUPEL_OK) st = cupel_input_rest(in, 1000, &text, &m, &err);
        more = cupel_mem_count() >= at;
        cupel_mem_fail_at(0, false);
        assert_int_equal(st, more ? CUPEL_NO_RESOURCE : CUPEL_OK);
        failures += more;
        cupel_input_free(in);
        cupel_free(text);
    }
    assert_true(failures >= 5);
    free(z);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_comes_out_as_it_went_in),         cmocka_unit_test(the_digest_is_sha_256_of_the_stored_bytes),
        cmocka_unit_test(gzip_members_follow_one_another),        cmocka_unit_test(a_truncated_or_damaged_gzip_is_refused),
        cmocka_unit_test(the_rest_is_bounded),                    cmocka_unit_test(files_and_stdin),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(no_memory_is_an_error_not_a_crash),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
