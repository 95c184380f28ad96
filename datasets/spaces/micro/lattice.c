/* Lattices of round struts with spherical nodes: octet, Kelvin, diamond, re-entrant. The threshold is minus the radius of the struts in cells. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "datasets/spaces/micro/list.h"
#include "datasets/spaces/micro/solids.h"

#include <math.h>
#include <string.h>

enum { FRACTION, PERIODS, NODE, RADIUS, NODE_RADIUS, HEIGHT };
enum { ENDS_MAX = 32, STRUTS_MAX = 64 };

/* One cubic cell: struts from a to b, and nodes, in edges of the cell. */
typedef struct frame {
    double node[ENDS_MAX][3], a[STRUTS_MAX][3], b[STRUTS_MAX][3];
    size_t nodes, struts;
} frame;

static void add_node(frame *f, double x, double y, double z)
{
    const double p[3] = {x, y, z};
    memcpy(f->node[f->nodes++], p, sizeof p);
}

static void add_strut(frame *f, const double from[3], double x, double y, double z)
{
    const double by[3] = {x, y, z};
    for (int i = 0; i < 3; i++) {
        f->a[f->struts][i] = from[i];
        f->b[f->struts][i] = from[i] + by[i];
    }
    f->struts++;
}

static void face_centred(frame *f)
{
    add_node(f, 0, 0, 0);
    add_node(f, 0, 0.5, 0.5);
    add_node(f, 0.5, 0, 0.5);
    add_node(f, 0.5, 0.5, 0);
}

/* Nearest neighbours of the face-centred lattice: 24 struts of length 1 / sqrt 2. */
static void octet(frame *f, const cupel_recipe *r)
{
    (void)r;
    face_centred(f);
    for (size_t n = 0; n < 4; n++)
        for (int i = 0; i < 3; i++)
            for (int sign = -1; sign <= 1; sign += 2) {
                double v[3] = {0};
                v[i] = 0.5;
                v[(i + 1) % 3] = 0.5 * sign;
                add_strut(f, f->node[n], v[0], v[1], v[2]);
            }
}

/* Bonds along (1 1 1) / 4 and the three that make a tetrahedron with it. */
static void diamond(frame *f, const cupel_recipe *r)
{
    (void)r;
    face_centred(f);
    for (size_t n = 0; n < 4; n++) {
        const double *x = f->node[n];
        add_node(f, x[0] + 0.25, x[1] + 0.25, x[2] + 0.25);
        add_strut(f, x, 0.25, 0.25, 0.25);
        add_strut(f, x, 0.25, -0.25, -0.25);
        add_strut(f, x, -0.25, 0.25, -0.25);
        add_strut(f, x, -0.25, -0.25, 0.25);
    }
}

/* A place modulo 1 in quarters: a corner of a truncated octahedron has the coordinates 0, 1/4, 1/2 (or 3/4, 0, 1/2 and so on) in some order. */
static bool is_corner(const int q[3])
{
    int odd = 0, halves = 0;
    for (int i = 0; i < 3; i++) {
        odd += q[i] % 2 != 0;
        halves += (q[i] % 4 + 4) % 4 == 2;
    }
    return odd == 1 && halves == 1;
}

/* Edges of truncated octahedra packed in a body-centred cell: 12 corners, 24 edges of length sqrt 2 / 4. */
static void kelvin(frame *f, const cupel_recipe *r)
{
    (void)r;
    for (int p = 0; p < 64; p++) {
        const int q[3] = {p / 16, p / 4 % 4, p % 4};
        if (!is_corner(q)) continue;
        add_node(f, q[0] / 4.0, q[1] / 4.0, q[2] / 4.0);
        const double *x = f->node[f->nodes - 1];
        for (int i = 0; i < 3; i++)
            for (int sign = -1; sign <= 1; sign += 2) {
                int v[3] = {0}, to[3];
                v[i] = 1;
                v[(i + 1) % 3] = sign;
                for (int k = 0; k < 3; k++) to[k] = q[k] + v[k];
                if (is_corner(to)) add_strut(f, x, v[0] / 4.0, v[1] / 4.0, v[2] / 4.0);
            }
    }
}

/* Columns along axis 3 in a square array, every other one shifted by half a period; their ends are joined to the nearer ends of the four neighbours.
 * Columns longer than half a period make the oblique struts lean back: the cells are re-entrant. */
static void reentrant(frame *f, const cupel_recipe *r)
{
    const double half = 0.5 * r->value[HEIGHT];
    for (int c = 0; c < 4; c++) {
        const int column = c / 2, row = c % 2;
        const double x = 0.5 * column, y = 0.5 * row, z = (column + row) % 2 ? 0.5 : 0;
        add_node(f, x, y, z - half);
        add_node(f, x, y, z + half);
        const double *low = f->node[f->nodes - 2], *high = f->node[f->nodes - 1];
        add_strut(f, low, 0, 0, 2 * half);
        for (int s = -1; s <= 1; s += 2) {
            add_strut(f, high, 0.5 * s, 0, 0.5 - 2 * half);
            add_strut(f, high, 0, 0.5 * s, 0.5 - 2 * half);
        }
    }
}

static cupel_status lattice_open(void (*make)(frame *, const cupel_recipe *), const cupel_recipe *r, cupel_shape **shape, cupel_err *err)
{
    frame f = {.nodes = 0};
    make(&f, r);
    const size_t periods = (size_t)r->value[PERIODS], cells = periods * periods * periods;
    const double ratio = isnan(r->value[NODE]) ? r->value[NODE_RADIUS] / r->value[RADIUS] : r->value[NODE];
    const bool spheres = ratio > 1;
    const size_t per_cell = f.struts + (spheres ? f.nodes : 0), n = per_cell * cells;
    double length = 0;
    cupel_body *body = cupel_alloc(n, sizeof *body);
    if (!body) return cupel_no_memory(err, "struts", n * sizeof *body);
    for (size_t c = 0, at = 0; c < cells; c++) {
        const size_t at_cell[3] = {c / (periods * periods), c / periods % periods, c % periods};
        const double corner[3] = {(double)at_cell[0], (double)at_cell[1], (double)at_cell[2]};
        for (size_t s = 0; s < per_cell; s++) {
            const bool strut = s < f.struts;
            double a[3], b[3], square = 0;
            for (int i = 0; i < 3; i++) {
                a[i] = corner[i] + (strut ? f.a[s][i] : f.node[s - f.struts][i]);
                b[i] = strut ? corner[i] + f.b[s][i] : a[i];
                square += (b[i] - a[i]) * (b[i] - a[i]);
            }
            if (c == 0) length += sqrt(square);
            body[at++] = cupel_body_segment(a, b, strut ? 1 : ratio);
        }
    }
    /* Without the overlap at nodes the struts would be this thick: real ones are thicker, and never by more than reach allows. */
    const bool given = isnan(r->value[FRACTION]);
    const double thin = given ? r->value[RADIUS] : sqrt(-log1p(-r->value[FRACTION]) / (3.14159265358979323846 * length)), p = (double)periods;
    const double settled = r->n_thresholds ? r->threshold[0] : (double)NAN;
    const cupel_solids_options o =
        {.body = body, .n = n, .edge = {p, p, p}, .reach = 2 * thin + 0.05, .fraction = given ? settled : r->value[FRACTION],
                                    .t = given ? -thin : settled, .fine = (size_t)fmin(256, fmax(96, 2 * ceil(1.3 / thin)))};
    cupel_status st = cupel_solids_new(&o, shape, err);
    cupel_free(body);
    return st;
}

static cupel_status octet_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    (void)job;
    return lattice_open(octet, r, shape, err);
}

static cupel_status kelvin_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    (void)job;
    return lattice_open(kelvin, r, shape, err);
}

static cupel_status diamond_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    (void)job;
    return lattice_open(diamond, r, shape, err);
}

static cupel_status reentrant_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    (void)job;
    return lattice_open(reentrant, r, shape, err);
}

/* Lengths are counted in cells: one cell tells the radius for any number of them. */
static void one_cell(cupel_recipe *r) { r->value[PERIODS] = 1; }

static const cupel_either either[] = {{"fraction", "radius"}, {"node", "node_radius"}, {NULL, NULL}};

static cupel_status check(const cupel_recipe *r, cupel_err *err)
{
    const double radius = r->value[RADIUS], node = r->value[NODE_RADIUS];
    const char *name = r->generator->method.name;
    if (isnan(node)) return CUPEL_OK;
    if (isnan(radius))
        return cupel_fail(err, CUPEL_USAGE,
                          "generator '%s': node_radius goes with radius; with fraction, give the size of the nodes as a ratio: node", name);
    if (node >= radius) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE, "generator '%s': node_radius is %g, inside struts of radius %g; expected at least the radius of the struts",
                      name, node, radius);
}

#define STRUTS                                                                                                                                    \
    {"fraction", "", 0.2, 0.005, 0.7, "volume fraction of the struts and nodes, phase 1; this or radius"},                                        \
        {"periods", "count", 1, 1, 8, "cells along each axis"},                                                                                   \
        {"node", "", 1, 1, 3, "radius of the spheres at nodes per radius of the struts; this or node_radius"},                                    \
        {"radius", "", (double)NAN, 0.005, 0.35, "radius of the struts in edges of one cell; instead of fraction"},                               \
        {"node_radius", "", (double)NAN, 0.005, 0.6, "radius of the spheres at nodes in edges of one cell, with radius; instead of node"}

static const cupel_param params[] = {STRUTS, {NULL, NULL, 0, 0, 0, NULL}};
static const cupel_param reentrant_params[] = {
    STRUTS,
    {"height", "", 0.7, 0.3, 0.9, "length of the columns in periods; above 0.5 the cells are re-entrant"},
    {NULL, NULL, 0, 0, 0, NULL}};

static const cupel_reference octet_references[] = {
    {"10.1016/S0022-5096(01)00010-2",
     "Deshpande, Fleck, Ashby: Effective properties of the octet-truss lattice material. Journal of the Mechanics and Physics of "
     "Solids 49, 1747 (2001)"},
    {NULL, NULL}};
static const cupel_reference cellular_references[] = {
    {"10.1017/CBO9781139878326", "Gibson, Ashby: Cellular Solids. Structure and Properties. 2nd edition, Cambridge University Press (1997)"},
    {NULL, NULL}};
static const cupel_reference kelvin_references[] = {
    {"10.1080/14786448708628135",
     "Thomson (Lord Kelvin): On the division of space with minimum partitional area. Philosophical Magazine 24, 503 (1887)"},
    {"10.1017/CBO9781139878326", "Gibson, Ashby: Cellular Solids. Structure and Properties. 2nd edition, Cambridge University Press (1997)"},
    {NULL, NULL}};
static const cupel_reference reentrant_references[] = {
    {"10.1126/science.235.4792.1038", "Lakes: Foam structures with a negative Poisson's ratio. Science 235, 1038 (1987)"}, {NULL, NULL}};

#define LATTICE(NAME, OPEN, HELP, REFERENCES, PARAMS)                                                                                            \
    {                                                                                                                                            \
        .method = {.name = NAME, .kind = "generator", .scale = "microstructure", .maturity = "stable", .help = HELP,                             \
                   .input = "fraction or radius of the struts, radius of the nodes",                                                             \
                   .output = "two phases; smooth in fraction, radius and the nodes' radius",                                                  \
                   .references = REFERENCES, .params = PARAMS},                                                                                  \
        .n_phases = 2, .smooth = true, .threshold = 1, .either = either, .check = check, .cell = one_cell, .open = OPEN,                         \
        .close = cupel_solids_free, .row = cupel_solids_row, .at = cupel_solids_at, .faces = cupel_solids_faces                                  \
    }

const cupel_generator cupel_generator_octet =
    LATTICE("octet", octet_open, "octet truss: struts between neighbours of a face-centred cubic lattice", octet_references, params);
const cupel_generator cupel_generator_kelvin =
    LATTICE("kelvin", kelvin_open, "Kelvin lattice: struts on the edges of packed truncated octahedra", kelvin_references, params);
const cupel_generator cupel_generator_diamond_lattice =
    LATTICE("diamond_lattice", diamond_open, "struts on the bonds of diamond", cellular_references, params);
const cupel_generator cupel_generator_reentrant =
    LATTICE("reentrant", reentrant_open, "columns joined by oblique struts that lean back: a lattice with a negative Poisson's ratio",
            reentrant_references, reentrant_params);
