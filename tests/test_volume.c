/* datasets/formats/volume_list.c: every format there and back, damaged, packed, short of memory. */
#include "tests/volume_files.h"

#include <zlib.h>

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
                snprintf(what, sizeof what, "shape %zu, %s then %s", s, writer_of(a).format, writer_of(b).format);
                check_ok(cupel_volume_write(in_folder(writer_of(a).name), writer_of(a).format, &v, &err), &err);
                check_ok(cupel_volume_read(in_folder(writer_of(a).name), NULL, &w, &err), &err);
                check_same(&v, &w, writer_of(a).kept, what);
                check_ok(cupel_volume_write(in_folder(writer_of(b).name), NULL, &w, &err), &err);
                check_ok(cupel_volume_read(in_folder(writer_of(b).name), NULL, &x, &err), &err);
                check_same(&v, &x, both_keep(a, b), what);
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
            const char *path = in_folder(writer_of(a).name);
            check_ok(cupel_volume_write(path, writer_of(a).format, &v, &err), &err);
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

/* Every format cut off anywhere is refused; with a byte changed it is read or refused, and nothing else happens. */
static void damaged_files_are_refused(void **state)
{
    (void)state;
    const bool sanitized = getenv("CUPEL_SANITIZED") != NULL;
    cupel_err err = {0};
    cupel_voxels v = distinct(3, (const size_t[]){3, 4, 5}), w = {0};
    for (size_t a = 0; a < WRITERS; a++) {
        const size_t steps = sanitized ? 60 : a >= 3 ? 100 : 400; /* HDF5: a process each */
        check_ok(cupel_volume_write(in_folder(writer_of(a).name), writer_of(a).format, &v, &err), &err);
        static unsigned char bytes[1 << 16], changed[1 << 16];
        const size_t n = whole_file(in_folder(a == 4 ? "x.h5" : writer_of(a).name), bytes, sizeof bytes);
        const cupel_volume_options as = {.format = a == 4 ? "fans" : writer_of(a).format};
        for (size_t i = 0; i < steps && i < n; i++) {
            const size_t at = n <= steps ? i : i * (n / steps);
            cupel_status st = cupel_volume_read(write_bytes("cut", bytes, at), &as, &w, &err);
            /* the end tags of XML hold nothing, and TIFF and HDF5 may keep free bytes at the end */
            if (st == CUPEL_OK) {
                assert_true(a != 0 && n - at < 2048);
                cupel_voxels_release(&w);
            } else if (st != CUPEL_BAD_INPUT) {
                fail_msg("%s cut at %zu of %zu: status %d: %s", writer_of(a).format, at, n, (int)st, err.message);
            }
            memcpy(changed, bytes, n);
            changed[at] ^= (unsigned char)(1u << i % 8);
            st = cupel_volume_read(write_bytes("changed", changed, n), &as, &w, &err);
            if (st == CUPEL_OK)
                cupel_voxels_release(&w);
            else if (st != CUPEL_BAD_INPUT && (st != CUPEL_NO_RESOURCE || (a >= 3 && !sanitized)))
                fail_msg("%s changed at %zu: status %d: %s", writer_of(a).format, at, (int)st, err.message);
        }
    }
    cupel_voxels_release(&v);
}

static void gzip_is_seen_by_its_bytes(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_voxels v = distinct(3, (const size_t[]){3, 4, 5}), w = {0};
    for (size_t a = 0; a < 4; a++) {
        check_ok(cupel_volume_write(in_folder(writer_of(a).name), writer_of(a).format, &v, &err), &err);
        static unsigned char bytes[1 << 16];
        FILE *f = fopen(in_folder(writer_of(a).name), "rb");
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
        check_same(&v, &w, writer_of(a).kept, writer_of(a).format);
        cupel_voxels_release(&w);
        assert_int_equal(truncate(path, 40), 0);
        check_fails(cupel_volume_read(path, &(cupel_volume_options){.format = writer_of(a).format}, &w, &err), CUPEL_BAD_INPUT, &err,
                    "gzip data is cut off");
    }
    cupel_voxels_release(&v);
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
            check_ok(cupel_volume_write(in_folder(writer_of(a).name), writer_of(a).format, &v, &err), &err);
            for (size_t n = 1;; n += 1 + n / 20) {
                cupel_voxels w = {0};
                cupel_mem_fail_at(n, false);
                cupel_status st = reading ? cupel_volume_read(in_folder(writer_of(a).name), NULL, &w, &err)
                                          : cupel_volume_write(in_folder(writer_of(a).name), writer_of(a).format, &v, &err);
                const size_t count = cupel_mem_count();
                cupel_mem_fail_at(0, false);
                cupel_voxels_release(&w);
                /* in the child of HDF5 the limit that is met is its own */
                const bool of_child = reading && a >= 3 && st == CUPEL_BAD_INPUT && strstr(err.message, "ask for more than");
                if (st != CUPEL_OK && st != CUPEL_NO_RESOURCE && !of_child)
                    fail_msg("%s, allocation %zu: status %d: %s", writer_of(a).format, n, (int)st, err.message);
                if (count < n && st == CUPEL_OK) break; /* the child counts on for itself */
            }
        }
    cupel_voxels_release(&v);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pair_of_formats),
        cmocka_unit_test(writing_twice_gives_the_same_bytes),
        cmocka_unit_test(what_cannot_be_written_is_said),
        cmocka_unit_test(damaged_files_are_refused),
        cmocka_unit_test(gzip_is_seen_by_its_bytes),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(out_of_memory_anywhere),
#endif
    };
    return cmocka_run_group_tests(tests, volume_folder_make, volume_folder_remove);
}
