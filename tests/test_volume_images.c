/* datasets/formats: tiff.c, png.c, slices.c, raw.c, text.c. */
#include "tests/volume_files.h"

#include "core/base/str.h"

#include <math.h>
#include <sys/stat.h>

#include <png.h>
#include <tiffio.h>
#include <zlib.h>

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

/* A number that is left out of the names is a slice that is missing; every tenth slice is a way to number them too. */
static void a_missing_slice_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *file[5], *words;
    } folders[] = {{{"s8", "s9", "s10", "s12"}, "slice 's11.png' is missing between 's10.png' and 's12.png'"},
                   {{"a_007_t1", "a_008_t1", "a_011_t1"}, "slice 'a_009_t1.png' (and on to number 10) is missing"},
                   {{"z00", "z10", "z20", "z40"}, "slice 'z30.png' is missing"},
                   {{"z1", "z3"}, "slice 'z2.png' is missing"},
                   {{"z00", "z10", "z20"}, NULL},
                   {{"b1_9", "b2_1", "b2_2"}, NULL}, /* two numbers change: another way to count */
                   {{"left", "right"}, NULL},
                   {{"s099", "s100", "s0101"}, NULL}};
    static const unsigned char grey[12] = {1, 2, 3};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char name[32], file[64];
        size_t n = 0;
        cupel_voxels v = {0};
        cupel_err err = {0};
        snprintf(name, sizeof name, "gap%zu", i);
        assert_int_equal(mkdir(in_folder(name), 0777), 0);
        for (; n < 5 && folders[i].file[n]; n++) {
            snprintf(file, sizeof file, "%s/%s.png", name, folders[i].file[n]);
            write_png(in_folder(file), PNG_COLOR_TYPE_GRAY, 8, grey, 4);
        }
        const cupel_status st = cupel_volume_read(in_folder(name), NULL, &v, &err);
        if (folders[i].words) {
            check_fails(st, CUPEL_BAD_INPUT, &err, folders[i].words);
        } else {
            check_ok(st, &err);
            assert_int_equal(v.n[0], n);
        }
        cupel_voxels_release(&v);
    }
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

/* With a threshold more different values than there are phases are levels of grey, whole numbers as well. */
static void more_values_than_phases(void **state)
{
    (void)state;
    enum { N = 256 * 256, CUT = 40000 };
    static uint16_t two[N];
    static int32_t four[N];
    static double eight[N];
    const struct {
        const char *raw;
        const void *values;
        size_t size;
    } of[] = {{"shape=256x256,type=uint16", two, 2}, {"shape=256x256,type=int32", four, 4}, {"shape=256x256,type=float64", eight, 8}};
    for (int32_t i = 0; i < N; i++) two[i] = (uint16_t)(N - 1 - i), four[i] = 2 * two[i] - 100, eight[i] = four[i];
    for (size_t k = 0; k < 3; k++) {
        cupel_voxels v = {0};
        cupel_err err = {0};
        cupel_volume_options o = {.raw = of[k].raw, .threshold = "40000"};
        const char *path = write_bytes("many.raw", of[k].values, N * of[k].size);
        check_ok(cupel_volume_read(path, &o, &v, &err), &err);
        assert_true(v.grey.step > 0 && v.grey.low == (k ? -100 : 0) && v.grey.high == (k ? 2 * (N - 1) - 100 : N - 1));
        for (size_t i = 0; i < N; i++) assert_int_equal(v.label[v.id[i]] > 0, (k ? four[i] : two[i]) > CUT);
        cupel_voxels_release(&v);
        o.threshold = "none";
        check_fails(cupel_volume_read(path, &o, &v, &err), CUPEL_BAD_INPUT, &err, "more than 65535 different labels");
    }
    cupel_voxels v = {0};
    cupel_err err = {0};
    const cupel_volume_options o = {.raw = "shape=1x65535,type=int32", .threshold = "1"};
    check_ok(cupel_volume_read(write_bytes("many.raw", four, 4 * (N - 1)), &o, &v, &err), &err);
    assert_true(v.n_phases == N - 1 && !(v.grey.step > 0)); /* as many as there are phases stay what they are */
    cupel_voxels_release(&v);
}

static void what_lies_on_no_side_of_a_threshold(void **state)
{
    (void)state;
    cupel_voxels v = {0};
    cupel_err err = {0};
    const float row[2][4] = {{0, 1, 2, 3}, {0.5, 1.5, 2.5, NAN}};
    const uint8_t whole[4] = {0, 1, 2, 3};
    cupel_volume_options o = {.raw = "shape=2x4,type=float32", .threshold = "otsu"};
    check_fails(cupel_volume_read(write_bytes("n.raw", row, sizeof row), &o, &v, &err), CUPEL_BAD_INPUT, &err,
                "the value nan at [1][3] is no finite number, and lies on neither side of a threshold");
    o = (cupel_volume_options){.threshold = "1"};
    const char *path = in_folder("pages.tif"); /* a page of whole numbers, one of floats */
    TIFF *t = new_page(path, "w", 8, PHOTOMETRIC_MINISBLACK);
    for (uint32_t y = 0; y < 3; y++) TIFFWriteScanline(t, (void *)(uintptr_t)whole, y, 0);
    TIFFWriteDirectory(t);
    TIFFClose(t);
    t = new_page(path, "a", 32, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(t, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_IEEEFP);
    const float fractions[4] = {0.5, 0.75, 1.5, 2.5};
    for (uint32_t y = 0; y < 3; y++) TIFFWriteScanline(t, (void *)(uintptr_t)fractions, y, 0);
    TIFFClose(t);
    check_ok(cupel_volume_read(path, &o, &v, &err), &err);
    for (size_t i = 0; i < 24; i++) assert_int_equal(v.label[v.id[i]] > 0, (i < 12 ? whole[i % 4] : fractions[i % 4]) > 1);
    cupel_voxels_release(&v);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiff_in_strips_tiles_bits_and_palette),
        cmocka_unit_test(tiff_that_is_refused),
        cmocka_unit_test(png_grey_palette_and_slices),
        cmocka_unit_test(a_missing_slice_is_named),
        cmocka_unit_test(raw_values),
        cmocka_unit_test(more_values_than_phases),
        cmocka_unit_test(what_lies_on_no_side_of_a_threshold),
        cmocka_unit_test(text_arrays),
    };
    return cmocka_run_group_tests(tests, volume_folder_make, volume_folder_remove);
}
