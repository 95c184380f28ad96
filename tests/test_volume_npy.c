/* datasets/formats/npy.c, and what holds of all formats: labels, sizes of voxels. */
#include "tests/volume_files.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(npy_of_every_type_and_order),
        cmocka_unit_test(npy_that_is_refused),
        cmocka_unit_test(npy_there_and_back),
        cmocka_unit_test(phases_up_to_the_limit),
        cmocka_unit_test(options_override_the_file),
    };
    return cmocka_run_group_tests(tests, volume_folder_make, volume_folder_remove);
}
