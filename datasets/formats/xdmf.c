/* HDF5 with an XDMF file beside it that tells ParaView and VisIt what is in it (https://www.xdmf.org). */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/sys/file.h"
#include "datasets/formats/h5_volume.h"

#include <string.h>
#include <strings.h>

/* path without its suffix, and the other one behind it. */
static char *with_suffix(const char *path, const char *suffix)
{
    cupel_str s = {0};
    const char *dot = strrchr(path, '.'), *slash = strrchr(path, '/');
    const size_t n = dot && (!slash || dot > slash + 1) && dot > path ? (size_t)(dot - path) : strlen(path);
    cupel_str_add(&s, path, n);
    cupel_str_puts(&s, suffix);
    if (s.failed) cupel_str_free(&s);
    return s.p;
}

static bool is_xdmf_name(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && (strcasecmp(dot, ".xdmf") == 0 || strcasecmp(dot, ".xmf") == 0);
}

static void put_three(cupel_str *s, const double x[3])
{
    cupel_str_puts(s, "        <DataItem Format=\"XML\" NumberType=\"Float\" Precision=\"8\" Dimensions=\"3\">");
    for (int k = 2; k >= 0; k--) { /* XDMF: z, y, x */
        cupel_str_number(s, x[k]);
        cupel_str_puts(s, k ? " " : "</DataItem>\n");
    }
}

static void put_page(cupel_str *s, const char *h5, const cupel_voxels *v, cupel_number type)
{
    const char *slash = strrchr(h5, '/');
    cupel_str_addf(s, "<?xml version=\"1.0\"?>\n<Xdmf Version=\"2.0\">\n  <Domain>\n    <Grid Name=\"microstructure\" GridType=\"Uniform\">\n"
                      "      <Topology TopologyType=\"3DCoRectMesh\" Dimensions=\"%zu %zu %zu\"/>\n"
                      "      <Geometry GeometryType=\"ORIGIN_DXDYDZ\">\n", v->n[2] + 1, v->n[1] + 1, v->n[0] + 1);
    put_three(s, v->origin);
    put_three(s, v->size);
    cupel_str_addf(s,
                   "      </Geometry>\n      <Attribute Name=\"label\" AttributeType=\"Scalar\" Center=\"Cell\">\n"
                   "        <DataItem Format=\"HDF\" NumberType=\"%s\" Precision=\"%u\" Dimensions=\"%zu %zu %zu\">",
                   type.kind == 'u' ? "UChar" : "Int", type.size, v->n[2], v->n[1], v->n[0]);
    cupel_str_xml(s, slash ? slash + 1 : h5);
    cupel_str_puts(s, ":/microstructure</DataItem>\n      </Attribute>\n    </Grid>\n  </Domain>\n</Xdmf>\n");
}

/* Readers agree on unsigned char and on int; the HDF5 file comes first, so that the XDMF file never points to nothing. */
static cupel_status write_xdmf(const char *path, const cupel_voxels *v, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str page = {0};
    const bool names_xdmf = is_xdmf_name(path);
    char *other = with_suffix(path, names_xdmf ? ".h5" : ".xdmf");
    const char *h5 = names_xdmf ? other : path, *xdmf = names_xdmf ? path : other;
    const int64_t low = v->label[0], high = v->label[v->n_phases - 1];
    const cupel_number type = {low >= 0 && high <= UINT8_MAX ? 'u' : 'i',
                               low >= 0 && high <= UINT8_MAX           ? 1
                               : low >= INT32_MIN && high <= INT32_MAX ? 4
                                                                       : 8,
                               false};
    if (!other) CUPEL_TRY(cupel_no_memory(err, path, 0));
    put_page(&page, h5, v, type);
    if (page.failed) CUPEL_TRY(cupel_no_memory(err, path, 0));
    CUPEL_TRY(cupel_h5_volume_write(h5, "zyx", v, type, err));
    st = cupel_out_bytes(xdmf, page.p, page.n, err);
done:
    cupel_str_free(&page);
    cupel_free(other);
    return st;
}

/* The file beside it holds all. */
static cupel_status read_xdmf(const char *path, const cupel_volume_options *o, cupel_voxels *v, cupel_err *err)
{
    char *h5 = is_xdmf_name(path) ? with_suffix(path, ".h5") : cupel_strdup(path);
    if (!h5) return cupel_no_memory(err, path, 0);
    cupel_status st = cupel_h5_volume_read(h5, o, v, err);
    cupel_free(h5);
    return st;
}

static const cupel_reference references[] = {{"https://www.xdmf.org/index.php/XDMF_Model_and_Format", "XDMF Model and Format"}, {NULL, NULL}};

extern const cupel_volume_format cupel_volume_format_xdmf;
const cupel_volume_format cupel_volume_format_xdmf = {
    .method = {.name = "xdmf",
               .kind = "volume format",
               .scale = "microstructure",
               .maturity = "stable",
               .help = "HDF5 with an XDMF file beside it that ParaView opens: name.h5 and name.xdmf, whichever is named",
               .input = "the HDF5 file beside it, as fans",
               .output = "data set /microstructure, axes z, y, x (permute_order zyx): x, y, z in ParaView are axes 0, 1, 2; voxel size and origin "
                         "in metres; an image is one voxel thick",
               .references = references},
    .suffixes = ".xdmf .xmf",
    .read = read_xdmf,
    .write = write_xdmf,
};
