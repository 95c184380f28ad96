/* The XDMF file beside the fields of homogenize, which ParaView and VisIt open (https://www.xdmf.org). The data sets have axis 0 slowest, as .npy
 * has; XDMF's grids of boxes would take that for z, so the grid is a structured one whose corners are in the file: x, y, z are axes 0, 1, 2. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/homogenize_parts.h"
#include "core/sys/file.h"

#include <stdio.h>
#include <string.h>

static const char *const mandel[6] = {"11", "22", "33", "23 (Mandel)", "13 (Mandel)", "12 (Mandel)"};

typedef struct page {
    cupel_str *s;
    cupel_str file;   /* name of the HDF5 file as XML text, without its folder */
    cupel_str shape;  /* "n0 n1 n2", of an image "n0 n1" */
    int dim;
} page;

static void open_attribute(const page *p, const char *name, const char *type)
{
    cupel_str_addf(p->s, "      <Attribute Name=\"%s\" AttributeType=\"%s\" Center=\"Cell\">\n", name, type);
}

/* parts 0: a scalar. */
static void put_item(const page *p, const char *set, const char *type, unsigned bytes, size_t parts)
{
    cupel_str_addf(p->s, "        <DataItem Format=\"HDF\" NumberType=\"%s\" Precision=\"%u\" Dimensions=\"%s", type, bytes,
                   cupel_str_text(&p->shape));
    if (parts) cupel_str_addf(p->s, " %zu", parts);
    cupel_str_addf(p->s, "\">%s:/%s</DataItem>\n", cupel_str_text(&p->file), set);
}

static void put_whole(const page *p, const char *name, const char *set, const char *type, unsigned bytes, size_t parts)
{
    open_attribute(p, name, parts ? "Vector" : "Scalar");
    put_item(p, set, type, bytes, parts);
    cupel_str_puts(p->s, "      </Attribute>\n");
}

/* Component c of 6: start, stride and count along each axis of the data set. */
static void put_component(const page *p, const char *name, const char *set, size_t c)
{
    open_attribute(p, name, "Scalar");
    cupel_str_addf(p->s, "        <DataItem ItemType=\"HyperSlab\" Dimensions=\"%s\">\n", cupel_str_text(&p->shape));
    cupel_str_addf(p->s, "        <DataItem Format=\"XML\" NumberType=\"Int\" Dimensions=\"3 %d\">", p->dim + 1);
    for (int a = 0; a < p->dim; a++) cupel_str_puts(p->s, "0 ");
    cupel_str_addf(p->s, "%zu ", c);
    for (int a = 0; a <= p->dim; a++) cupel_str_puts(p->s, "1 ");
    cupel_str_addf(p->s, "%s 1</DataItem>\n", cupel_str_text(&p->shape));
    put_item(p, set, "Float", 4, 6);
    cupel_str_puts(p->s, "        </DataItem>\n      </Attribute>\n");
}

static void put_load(const page *p, const cupel_homogenized *h, const char *load)
{
    const bool elastic = h->kind.physics == CUPEL_ELASTICITY;
    static const char *const names[2][2] = {{"gradient", "flux"}, {"strain", "stress"}};
    char name[64], set[64];
    for (size_t i = 0; i < 2; i++) {
        snprintf(set, sizeof set, "load-%s/%s", load, names[elastic][i]);
        for (size_t c = 0; c < 6 && elastic; c++) {
            snprintf(name, sizeof name, "load %s: %s %s", load, names[elastic][i], mandel[c]);
            put_component(p, name, set, c);
        }
        snprintf(name, sizeof name, "load %s: %s", load, names[elastic][i]);
        if (!elastic) put_whole(p, name, set, "Float", 4, 3);
    }
    snprintf(set, sizeof set, "load-%s/energy", load);
    snprintf(name, sizeof name, "load %s: energy", load);
    put_whole(p, name, set, "Float", 4, 0);
}

static void put_page(const page *p, const cupel_mixture *m, const cupel_homogenized *h)
{
    cupel_str_addf(p->s, "<?xml version=\"1.0\"?>\n<Xdmf Version=\"2.0\">\n  <Domain>\n    <Grid Name=\"fields\" GridType=\"Uniform\">\n"
                         "      <Topology TopologyType=\"3DSMesh\" Dimensions=\"%zu %zu %zu\"/>\n      <Geometry GeometryType=\"XYZ\">\n"
                         "        <DataItem Format=\"HDF\" NumberType=\"Float\" Precision=\"4\" Dimensions=\"%zu %zu %zu 3\">%s:/mesh/corners"
                         "</DataItem>\n      </Geometry>\n",
                   m->n[0] + 1, m->n[1] + 1, m->n[2] + 1, m->n[0] + 1, m->n[1] + 1, m->n[2] + 1, cupel_str_text(&p->file));
    put_whole(p, "label", "label", "Int", 8, 0);
    for (size_t l = 0; l < h->estimate.order; l++) put_load(p, h, cupel_homogenized_load(h, l));
    cupel_str_puts(p->s, "    </Grid>\n  </Domain>\n</Xdmf>\n");
}

/* path with .xdmf for its suffix */
static void beside(const char *path, cupel_str *s)
{
    const char *dot = strrchr(path, '.'), *slash = strrchr(path, '/');
    cupel_str_add(s, path, dot && dot > path && (!slash || dot > slash + 1) ? (size_t)(dot - path) : strlen(path));
    cupel_str_puts(s, ".xdmf");
}

cupel_status cupel_homogenize_xdmf(const char *fields, const cupel_mixture *m, const cupel_homogenized *h, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str text = {0}, name = {0};
    page p = {.s = &text, .dim = m->dim};
    const char *slash = strrchr(fields, '/');
    cupel_str_xml(&p.file, slash ? slash + 1 : fields);
    cupel_str_addf(&p.shape, "%zu %zu", m->n[0], m->n[1]);
    if (m->dim == 3) cupel_str_addf(&p.shape, " %zu", m->n[2]);
    beside(fields, &name);
    put_page(&p, m, h);
    if (p.file.failed || p.shape.failed || text.failed || name.failed) CUPEL_TRY(cupel_no_memory(err, fields, 0));
    st = cupel_out_bytes(cupel_str_text(&name), text.p, text.n, err);
done:
    cupel_str_free(&p.file);
    cupel_str_free(&p.shape);
    cupel_str_free(&text);
    cupel_str_free(&name);
    return st;
}
