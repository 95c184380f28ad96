/* datasets/formats: vti.c, vti_parse.c. */
#include "tests/volume_files.h"

#include "core/base/str.h"
#include "core/io/deflate.h"
#include "datasets/formats/voxel_values.h"

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
    check_labels(vti("", "Direction=\"1 -0 0 0 1 0 -0 0 1\"", "CellData", "<DataArray type=\"UInt8\" Name=\"a\">0 1 2 3 4 5</DataArray>", ""), 3, n,
                 cells);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vti_encodings),
        cmocka_unit_test(vti_raw_blocks),
        cmocka_unit_test(vti_that_is_refused),
        cmocka_unit_test(base64_of_every_length),
    };
    return cmocka_run_group_tests(tests, volume_folder_make, volume_folder_remove);
}
