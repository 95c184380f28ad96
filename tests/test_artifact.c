/* core/io/artifact.c: what is written is read back, and what is damaged, foreign, too large or half written is not. */
#include "tests/artifacts.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/base/str.h"
#include "core/io/artifact.h"
#include "core/io/digest.h"
#include "core/io/h5.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <hdf5.h>
#include <xxhash.h>

static unsigned char *slurp(const char *path, size_t *n)
{
    struct stat sb;
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fstat(fileno(f), &sb), 0);
    *n = (size_t)sb.st_size;
    unsigned char *p = malloc(*n + 1);
    assert_int_equal(fread(p, 1, *n, f), *n);
    fclose(f);
    return p;
}

static void spit(const char *path, const unsigned char *p, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

enum { WIDTH = 132, BLOCK_BYTES = 512 };

static float cell(size_t row, size_t col) { return (float)cupel_rng_uniform(5, row, col); }

/* Some of everything; n rows appended `step` at a time. */
static cupel_status write_some(const char *path, size_t n, size_t step, cupel_err *err)
{
    cupel_status st = CUPEL_FAILED;
    cupel_writer *w = NULL;
    cupel_rows *x = NULL, *formula = NULL, *reason = NULL;
    float *block = malloc((step + 1) * WIDTH * sizeof *block);
    unsigned char *codes = calloc(step + 1, 1);
    char text[32];
    static const double pi[6] = {3, 1, 4, 1, 5, 9};
    static const char *const words[3] = {"band gap", "", "yield strength"};
    if (cupel_writer_open(path, "model", 2, UINT64_MAX, &w, err) != CUPEL_OK) goto done;
    if (cupel_writer_input(w, "a.csv", "sha256:00", err) != CUPEL_OK) goto done;
    if (cupel_writer_attr_text(w, "learner", "svr", err) != CUPEL_OK) goto done;
    if (cupel_writer_attr_text(w, "columns", "", err) != CUPEL_OK) goto done;
    if (cupel_writer_attr_number(w, "level", 0.9, err) != CUPEL_OK) goto done;
    if (cupel_writer_attr_int(w, "rows", -7, err) != CUPEL_OK) goto done;
    if (cupel_writer_put(w, "deep/er/pi", "rad", "digits", CUPEL_F64, 2, (const size_t[]){2, 3}, pi, err) != CUPEL_OK) goto done;
    if (cupel_writer_put(w, "deep/words", "", "", CUPEL_TEXT, 1, (const size_t[]){3}, words, err) != CUPEL_OK) goto done;
    if (cupel_writer_put(w, "one", "eV", "a scalar", CUPEL_F64, 0, NULL, pi, err) != CUPEL_OK) goto done;
    if (cupel_writer_put(w, "none", "", "", CUPEL_I64, 2, (const size_t[]){0, 3}, NULL, err) != CUPEL_OK) goto done;
    if (cupel_writer_rows(w, "formula", "", "as given", CUPEL_TEXT, 1, &formula, err) != CUPEL_OK) goto done;
    if (cupel_writer_rows(w, "x", "mixed", "features", CUPEL_F32, WIDTH, &x, err) != CUPEL_OK) goto done;
    if (cupel_writer_rows(w, "reason", "", "codes", CUPEL_U8, 1, &reason, err) != CUPEL_OK) goto done;
    for (size_t row = 0; row < n; row += step) {
        size_t k = n - row < step ? n - row : step;
        for (size_t i = 0; i < k; i++) {
            for (size_t j = 0; j < WIDTH; j++) block[i * WIDTH + j] = cell(row + i, j);
            codes[i] = (unsigned char)(row + i);
            snprintf(text, sizeof text, "Fe%zuO", (row + i) * 7919 % 100003);
            cupel_text t = cupel_text_of(text);
            if (cupel_rows_append_cells(formula, 1, &t, 1, err) != CUPEL_OK) goto done;
        }
        if (cupel_rows_append(x, k, block, err) != CUPEL_OK) goto done;
        if (cupel_rows_append(reason, k, codes, err) != CUPEL_OK) goto done;
    }
    st = cupel_writer_commit(&w, err);
done:
    if (st != CUPEL_OK && err->status) st = err->status;
    cupel_writer_abandon(&w);
    free(block);
    free(codes);
    return st;
}

static void check_some(const char *path, size_t n)
{
    cupel_err err = {0};
    cupel_reader *r = NULL;
    check_ok(cupel_reader_open(path, "model", 2, &r, &err), &err);
    uint64_t seed = 0;
    double level = 0;
    int64_t rows = 0;
    check_ok(cupel_reader_seed(r, &seed, &err), &err);
    assert_true(seed == UINT64_MAX);
    check_ok(cupel_reader_attr_number(r, "level", &level, &err), &err);
    check_ok(cupel_reader_attr_int(r, "rows", &rows, &err), &err);
    assert_true(level == 0.9 && rows == -7);
    char *text = NULL;
    check_ok(cupel_reader_attr_text(r, "columns", &text, &err), &err);
    assert_string_equal(text, "");
    cupel_free(text);
    check_ok(cupel_reader_input(r, "a.csv", &text, &err), &err);
    assert_string_equal(text, "sha256:00");
    cupel_free(text);
    check_ok(cupel_reader_units(r, "deep/er/pi", &text, &err), &err);
    assert_string_equal(text, "rad");
    cupel_free(text);

    size_t shape[2] = {SIZE_MAX, SIZE_MAX};
    void *p = NULL;
    check_ok(cupel_reader_get(r, "deep/er/pi", CUPEL_F64, 2, shape, &p, &err), &err);
    assert_true(shape[0] == 2 && shape[1] == 3 && ((double *)p)[5] == 9 && (uintptr_t)p % CUPEL_ALIGN == 0);
    cupel_free(p);
    shape[0] = 3;
    check_ok(cupel_reader_get(r, "deep/words", CUPEL_TEXT, 1, shape, &p, &err), &err);
    assert_string_equal(((char **)p)[0], "band gap");
    assert_string_equal(((char **)p)[1], "");
    assert_string_equal(((char **)p)[2], "yield strength");
    cupel_free(p);
    check_ok(cupel_reader_get(r, "one", CUPEL_F64, 0, NULL, &p, &err), &err);
    assert_true(*(double *)p == 3);
    cupel_free(p);
    shape[0] = shape[1] = SIZE_MAX;
    check_ok(cupel_reader_get(r, "none", CUPEL_I64, 2, shape, &p, &err), &err);
    assert_true(shape[0] == 0 && shape[1] == 3);
    cupel_free(p);

    shape[0] = SIZE_MAX, shape[1] = WIDTH;
    check_ok(cupel_reader_get(r, "x", CUPEL_F32, 2, shape, &p, &err), &err);
    assert_int_equal(shape[0], n);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < WIDTH; j++) {
            if (((float *)p)[i * WIDTH + j] != cell(i, j)) fail_msg("row %zu column %zu", i, j);
        }
    }
    cupel_free(p);
    shape[0] = n;
    check_ok(cupel_reader_get(r, "formula", CUPEL_TEXT, 1, shape, &p, &err), &err);
    for (size_t i = 0; i < n; i++) {
        char want[32];
        snprintf(want, sizeof want, "Fe%zuO", i * 7919 % 100003);
        assert_string_equal(((char **)p)[i], want);
    }
    cupel_free(p);
    if (n > 3) {
        unsigned char codes[3];
        check_ok(cupel_reader_rows(r, "reason", CUPEL_U8, n - 3, 3, codes, &err), &err);
        for (size_t i = 0; i < 3; i++) assert_int_equal(codes[i], (unsigned char)(n - 3 + i));
        check_fails(cupel_reader_rows(r, "reason", CUPEL_U8, n - 2, 3, codes, &err), CUPEL_BAD_ARTIFACT, &err, "rows");
    }
    cupel_reader_free(r);
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    cupel_err err = {0};
    static const size_t sizes[] = {0, 1, 511, 512, 513, 5000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        check_ok(write_some(at("a.h5"), sizes[i], 700, &err), &err);
        check_some(at("a.h5"), sizes[i]);
    }
    assert_int_equal(files_in_folder(), 1);
}

static void the_same_calls_give_the_same_bytes(void **state)
{
    (void)state;
    cupel_err err = {0};
    size_t n[3];
    unsigned char *p[3];
    static const size_t steps[3] = {700, 700, 1};
    for (int i = 0; i < 3; i++) {
        check_ok(write_some(at("a.h5"), 3000, steps[i], &err), &err);
        p[i] = slurp(at("a.h5"), &n[i]);
        if (i == 0) sleep(1); /* a stored time would differ */
    }
    assert_true(n[0] == n[1] && memcmp(p[0], p[1], n[0]) == 0);
    assert_true(n[0] == n[2] && memcmp(p[0], p[2], n[0]) == 0); /* and blocks do not show */
    for (int i = 0; i < 3; i++) free(p[i]);
}

/* Two levels of XXH3-128, over pieces of 1 MiB. */
static void digest_plainly(const unsigned char *p, size_t n, unsigned char digest[16])
{
    enum { PIECE = 1 << 20 };
    XXH128_canonical_t *piece = malloc((n / PIECE + 1) * sizeof *piece), all;
    size_t k = 0;
    for (size_t i = 0; i < n; i += PIECE) XXH128_canonicalFromHash(&piece[k++], XXH3_128bits(p + i, n - i < PIECE ? n - i : PIECE));
    XXH128_canonicalFromHash(&all, XXH3_128bits(piece, k * sizeof *piece));
    memcpy(digest, all.digest, 16);
    free(piece);
}

static void the_user_block_is_as_documented(void **state)
{
    (void)state;
    cupel_err err = {0};
    static const size_t sizes[] = {10, 20000};
    for (size_t i = 0; i < 2; i++) {
        size_t n;
        unsigned char digest[16];
        check_ok(write_some(at("a.h5"), sizes[i], 512, &err), &err);
        unsigned char *p = slurp(at("a.h5"), &n);
        assert_memory_equal(p, "CUPELART", 8);
        assert_memory_equal(p + 8, "\1\0\0\0\0\2\0\0", 8);
        uint64_t rest = 0;
        for (int j = 7; j >= 0; j--) rest = rest << 8 | p[16 + j];
        assert_int_equal(rest, n - BLOCK_BYTES);
        digest_plainly(p + BLOCK_BYTES, n - BLOCK_BYTES, digest);
        assert_memory_equal(p + 24, digest, 16);
        assert_string_equal((const char *)p + 40, "model");
        for (size_t j = 72; j < BLOCK_BYTES; j++) assert_int_equal(p[j], 0);
        assert_memory_equal(p + BLOCK_BYTES, "\211HDF\r\n\032\n", 8);

        cupel_reader *r = NULL;
        check_ok(cupel_reader_open(at("a.h5"), NULL, 2, &r, &err), &err);
        char hex[40] = "xxh3:";
        for (int j = 0; j < 16; j++) snprintf(hex + 5 + 2 * j, 3, "%02x", digest[j]);
        assert_string_equal(cupel_reader_digest(r), hex);
        assert_string_equal(cupel_reader_kind(r), "model");
        cupel_reader_free(r);
        free(p);
    }
}

/* Any order of writes, over one another and with holes, gives the digest of what is in the file in the end. */
static void a_digest_follows_every_write(void **state)
{
    (void)state;
    enum { SIZE = 5 << 20, BEGIN = 512 };
    cupel_err err = {0};
    unsigned char *file = calloc(SIZE, 1), *data = malloc(SIZE), one[16], other[16];
    for (size_t i = 0; i < SIZE; i++) data[i] = (unsigned char)cupel_rng_bits(1, 0, i / 8);
    for (uint64_t run = 0; run < 40; run++) {
        cupel_digest *d = NULL;
        int fd = open(at("d"), O_RDWR | O_CREAT | O_TRUNC, 0600);
        memset(file, 0, SIZE);
        size_t end = 0, place = run % 2 ? BEGIN : 0;
        check_ok(cupel_digest_new(BEGIN, &d, &err), &err);
        for (uint64_t k = 0; k < 60; k++) { /* mostly in a row, at times somewhere else */
            bool jump = cupel_rng_below(2, run, 3 * k, 8) == 0;
            size_t n = cupel_rng_below(2, run, 3 * k + 1, run % 3 ? 300000 : 3000000), from = jump ? cupel_rng_below(2, run, 3 * k + 2, SIZE) : place;
            if (n > SIZE - from) n = SIZE - from;
            memcpy(file + from, data + k * 1000 % (SIZE - n + 1), n);
            assert_int_equal(pwrite(fd, file + from, n, (off_t)from), n);
            cupel_digest_note(d, from, file + from, n);
            if (!jump) place = from + n < SIZE ? from + n : BEGIN;
            if (n && from + n > end) end = from + n;
        }
        if (end > BEGIN) {
            check_ok(cupel_digest_file_rest(fd, "d", d, BEGIN, end, one, &err), &err);
            digest_plainly(file + BEGIN, end - BEGIN, other);
            assert_memory_equal(one, other, 16);
        }
        cupel_digest_free(d);
        close(fd);
    }
    remove(at("d"));
    free(file);
    free(data);
}

static cupel_status try_open(const char *path, const char *kind, unsigned schema, cupel_err *err)
{
    cupel_reader *r = NULL;
    cupel_status st = cupel_reader_open(path, kind, schema, &r, err);
    assert_true((st == CUPEL_OK) == (r != NULL));
    cupel_reader_free(r);
    return st;
}

static void a_file_that_is_not_right_is_refused_by_name(void **state)
{
    (void)state;
    cupel_err err = {0};
    size_t n;
    check_ok(write_some(at("a.h5"), 10, 10, &err), &err);
    unsigned char *p = slurp(at("a.h5"), &n);
    const char *bad = at("bad.h5");
    for (size_t cut = 0; cut < n; cut += cut < 600 ? 7 : 997) {
        spit(bad, p, cut);
        check_fails(try_open(bad, NULL, 9, &err), CUPEL_BAD_ARTIFACT, &err, "truncated");
    }
    p[n] = 0;
    spit(bad, p, n + 1);
    check_fails(try_open(bad, NULL, 9, &err), CUPEL_BAD_ARTIFACT, &err, "damaged");
    for (size_t i = 0; i < n; i += i < 600 ? 1 : 61) { /* no byte may change unseen */
        p[i] ^= 1;
        spit(bad, p, n);
        if (try_open(bad, "model", 9, &err) != CUPEL_BAD_ARTIFACT) fail_msg("a changed byte %zu went unseen", i);
        p[i] ^= 1;
    }
    p[9] = 1;
    spit(bad, p, n);
    check_fails(try_open(bad, NULL, 9, &err), CUPEL_BAD_ARTIFACT, &err, "newer cupel");
    p[9] = 0;
    spit(bad, p + BLOCK_BYTES, n - BLOCK_BYTES);
    check_fails(try_open(bad, NULL, 9, &err), CUPEL_BAD_ARTIFACT, &err, "not a cupel artifact");
    spit(bad, (const unsigned char *)"formula,target\nFe2O3,1\n", 23);
    check_fails(try_open(bad, NULL, 9, &err), CUPEL_BAD_ARTIFACT, &err, "not a cupel artifact");
    check_fails(try_open(at("a.h5"), "screen", 9, &err), CUPEL_BAD_ARTIFACT, &err, "a model artifact, a screen artifact is needed");
    check_fails(try_open(at("a.h5"), "model", 1, &err), CUPEL_BAD_ARTIFACT, &err, "newer cupel");
    check_fails(try_open(at("absent.h5"), NULL, 9, &err), CUPEL_BAD_INPUT, &err, "absent.h5");
    check_fails(try_open(folder, NULL, 9, &err), CUPEL_BAD_INPUT, &err, "regular file");
    remove(bad);
    free(p);
}

static void a_data_set_that_is_not_as_expected_is_refused(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_reader *r = NULL;
    void *p = NULL;
    check_ok(write_some(at("a.h5"), 10, 10, &err), &err);
    check_ok(cupel_reader_open(at("a.h5"), NULL, 2, &r, &err), &err);
    check_fails(cupel_reader_get(r, "x", CUPEL_F64, 2, (size_t[]){SIZE_MAX, SIZE_MAX}, &p, &err), CUPEL_BAD_ARTIFACT, &err,
                "float32 [10][132], expected float64 [*][*]");
    check_fails(cupel_reader_get(r, "x", CUPEL_F32, 2, (size_t[]){SIZE_MAX, 131}, &p, &err), CUPEL_BAD_ARTIFACT, &err, "[*][131]");
    check_fails(cupel_reader_get(r, "x", CUPEL_F32, 1, (size_t[]){SIZE_MAX}, &p, &err), CUPEL_BAD_ARTIFACT, &err, "[10][132]");
    check_fails(cupel_reader_get(r, "y", CUPEL_F32, 1, (size_t[]){SIZE_MAX}, &p, &err), CUPEL_BAD_ARTIFACT, &err, "'y' is missing");
    check_fails(cupel_reader_get(r, "deep", CUPEL_F32, 1, (size_t[]){SIZE_MAX}, &p, &err), CUPEL_BAD_ARTIFACT, &err, "deep");
    double level;
    int64_t rows;
    check_fails(cupel_reader_attr_number(r, "learner", &level, &err), CUPEL_BAD_ARTIFACT, &err, "learner");
    check_fails(cupel_reader_attr_int(r, "absent", &rows, &err), CUPEL_BAD_ARTIFACT, &err, "absent");
    assert_null(p);
    assert_true(cupel_reader_has(r, "deep/er/pi") && cupel_reader_has(r, "deep") && !cupel_reader_has(r, "deep/x/y") &&
                !cupel_reader_has(r, ""));
    cupel_reader_free(r);
}

static cupel_status list_one(void *user, const char *name, cupel_type type, int rank, const size_t *shape, const char *units,
                             const char *description, cupel_err *err)
{
    (void)err, (void)description;
    cupel_str_addf(user, "%s %d", name, (int)type);
    for (int i = 0; i < rank; i++) cupel_str_addf(user, " %zu", shape[i]);
    cupel_str_addf(user, " %s;", units);
    return CUPEL_OK;
}

static cupel_status list_attribute(void *user, const cupel_attribute *a, cupel_err *err)
{
    (void)err;
    cupel_str_addf(user, "%s=%s%g%lld;", a->name, a->text ? a->text : "", a->number, (long long)a->integer);
    return CUPEL_OK;
}

static void contents_can_be_listed(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_reader *r = NULL;
    cupel_str s = {0};
    check_ok(write_some(at("a.h5"), 10, 10, &err), &err);
    check_ok(cupel_reader_open(at("a.h5"), NULL, 2, &r, &err), &err);
    check_ok(cupel_reader_each(r, list_one, &s, &err), &err);
    assert_string_equal(cupel_str_text(&s), "deep/er/pi 0 2 3 rad;deep/words 4 3 ;formula 4 10 ;none 2 0 3 ;one 0 eV;reason 3 10 ;x 1 10 132 mixed;");
    cupel_str_clear(&s);
    check_ok(cupel_reader_attributes(r, "", list_attribute, &s, &err), &err);
    assert_string_equal(cupel_str_text(&s), "kind=model00;schema_version=02;cupel_version=" CUPEL_VERSION
                                            "00;seed=0-1;learner=svr00;columns=00;level=0.90;rows=0-7;");
    cupel_str_clear(&s);
    check_ok(cupel_reader_attributes(r, "inputs", list_attribute, &s, &err), &err);
    assert_string_equal(cupel_str_text(&s), "a.csv=sha256:0000;");
    cupel_str_free(&s);
    cupel_reader_free(r);
}

/* A disk that fills up at any byte: an error that says so, and neither a file under the final name nor one beside it. */
static void a_full_disk_leaves_nothing_behind(void **state)
{
    (void)state;
    cupel_err err = {0};
    struct stat sb;
    struct rlimit old, limit;
    check_ok(write_some(at("a.h5"), 1500, 700, &err), &err);
    assert_int_equal(stat(at("a.h5"), &sb), 0);
    size_t whole = (size_t)sb.st_size;
    remove(at("a.h5"));
    getrlimit(RLIMIT_FSIZE, &old);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    for (size_t bytes = 0; bytes < whole; bytes += bytes < 16384 ? 173 : 28657) {
        limit = old;
        limit.rlim_cur = bytes;
        setrlimit(RLIMIT_FSIZE, &limit);
        memset(&err, 0, sizeof err);
        cupel_status st = write_some(at("a.h5"), 1500, 700, &err);
        setrlimit(RLIMIT_FSIZE, &old);
        check_fails(st, CUPEL_NO_RESOURCE, &err, "free some space");
        assert_int_equal(files_in_folder(), 0);
    }
    signal(SIGXFSZ, handler);
    check_ok(write_some(at("a.h5"), 1500, 700, &err), &err);
    check_some(at("a.h5"), 1500);
}

static void what_stood_there_stays_until_commit(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_writer *w = NULL;
    check_ok(write_some(at("a.h5"), 10, 10, &err), &err);
    check_ok(cupel_writer_open(at("a.h5"), "model", 2, 0, &w, &err), &err);
    check_ok(cupel_writer_attr_int(w, "rows", 3, &err), &err);
    assert_true(cupel_writer_attr_int(w, "rows", 4, &err) != CUPEL_OK);
    check_fails(cupel_writer_commit(&w, &err), CUPEL_FAILED, &err, "a step before failed");
    assert_null(w);
    check_some(at("a.h5"), 10);
    assert_int_equal(files_in_folder(), 1);
}

static void places_that_cannot_hold_an_artifact_are_refused(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_writer *w = NULL;
    check_fails(cupel_writer_open("-", "model", 1, 0, &w, &err), CUPEL_USAGE, &err, "stdout");
    check_fails(cupel_writer_open("/dev/null", "model", 1, 0, &w, &err), CUPEL_USAGE, &err, "regular file");
    check_fails(cupel_writer_open(folder, "model", 1, 0, &w, &err), CUPEL_USAGE, &err, "regular file");
    check_fails(cupel_writer_open(at("none/a.h5"), "model", 1, 0, &w, &err), CUPEL_FAILED, &err, "none/a.h5");
    assert_null(w);
}

/* Contents with a valid digest but sizes that were never written: refused before memory is taken. */
static void sizes_beyond_the_file_are_refused(void **state)
{
    (void)state;
    cupel_err err = {0};
    const char *path = at("bomb.h5");
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), chunked = H5Pcreate(H5P_DATASET_CREATE);
    hid_t space = H5Screate_simple(2, (const hsize_t[]){1ULL << 40, 1ULL << 20}, NULL), type = H5Tcopy(H5T_C_S1);
    H5Pset_chunk(chunked, 2, (const hsize_t[]){64, 64});
    H5Tset_size(type, 1 << 30);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    hid_t flat = H5Screate_simple(1, (const hsize_t[]){1ULL << 20}, NULL), one = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(one, 1, (const hsize_t[]){1});
    H5Dclose(H5Dcreate2(file, "x", H5T_IEEE_F64LE, space, H5P_DEFAULT, chunked, H5P_DEFAULT));
    H5Dclose(H5Dcreate2(file, "t", type, flat, H5P_DEFAULT, one, H5P_DEFAULT));
    H5Dclose(H5Dcreate2(file, "i32", H5T_STD_I32LE, flat, H5P_DEFAULT, one, H5P_DEFAULT));
    H5Pclose(one), H5Pclose(chunked), H5Sclose(space), H5Sclose(flat), H5Tclose(type), H5Fclose(file);

    cupel_h5 *h = NULL;
    cupel_h5_info info;
    int fd = open(path, O_RDONLY);
    check_ok(cupel_h5_open(fd, path, &h, &err), &err);
    check_fails(cupel_h5_info_of(h, "x", &info, &err), CUPEL_BAD_ARTIFACT, &err, "more values than the file can hold");
    check_fails(cupel_h5_info_of(h, "t", &info, &err), CUPEL_BAD_ARTIFACT, &err, "more values than the file can hold");
    check_fails(cupel_h5_info_of(h, "i32", &info, &err), CUPEL_BAD_ARTIFACT, &err, "type that cupel does not write");
    cupel_h5_close(&h, NULL);
    close(fd);
    remove(path);
}

static void hdf5_may_print_again_afterwards(void **state)
{
    (void)state;
    cupel_err err = {0};
    H5E_auto2_t before = NULL, after = NULL;
    void *data;
    H5Eget_auto2(H5E_DEFAULT, &before, &data);
    check_ok(write_some(at("a.h5"), 10, 10, &err), &err);
    check_some(at("a.h5"), 10);
    H5Eget_auto2(H5E_DEFAULT, &after, &data);
    assert_true(before != NULL && before == after);
}

#ifdef CUPEL_FAULTS
static void every_failed_allocation_is_an_error(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_mem_fail_at(0, false);
    check_ok(write_some(at("a.h5"), 300, 100, &err), &err);
    size_t n = cupel_mem_count();
    assert_true(n > 20);
    for (size_t i = 1; i <= n; i++) {
        for (int sticky = 0; sticky < 2; sticky++) {
            remove(at("a.h5"));
            memset(&err, 0, sizeof err);
            cupel_mem_fail_at(i, sticky);
            cupel_status st = write_some(at("a.h5"), 300, 100, &err);
            cupel_mem_fail_at(0, false);
            if (st == CUPEL_OK) check_some(at("a.h5"), 300);
            else assert_true(st == CUPEL_NO_RESOURCE && files_in_folder() == 0);
        }
    }
    check_ok(write_some(at("a.h5"), 300, 100, &err), &err);
    for (size_t i = 1; i < 200; i++) {
        cupel_reader *r = NULL;
        void *p = NULL;
        cupel_mem_fail_at(i, false);
        cupel_status st = cupel_reader_open(at("a.h5"), "model", 2, &r, &err);
        if (st == CUPEL_OK) st = cupel_reader_get(r, "formula", CUPEL_TEXT, 1, (size_t[]){300}, &p, &err);
        cupel_mem_fail_at(0, false);
        cupel_free(p);
        cupel_reader_free(r);
        assert_true(st == CUPEL_OK || st == CUPEL_NO_RESOURCE);
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(the_same_calls_give_the_same_bytes),
        cmocka_unit_test(the_user_block_is_as_documented),
        cmocka_unit_test(a_digest_follows_every_write),
        cmocka_unit_test(a_file_that_is_not_right_is_refused_by_name),
        cmocka_unit_test(a_data_set_that_is_not_as_expected_is_refused),
        cmocka_unit_test(contents_can_be_listed),
        cmocka_unit_test(a_full_disk_leaves_nothing_behind),
        cmocka_unit_test(what_stood_there_stays_until_commit),
        cmocka_unit_test(places_that_cannot_hold_an_artifact_are_refused),
        cmocka_unit_test(sizes_beyond_the_file_are_refused),
        cmocka_unit_test(hdf5_may_print_again_afterwards),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(every_failed_allocation_is_an_error),
#endif
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
