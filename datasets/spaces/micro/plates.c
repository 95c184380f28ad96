/* Lattices of plates: the planes {111} through a face-centred cubic lattice, and the faces of packed truncated octahedra. f is the distance to the
 * nearest plane, phase 1 is f < t: half the thickness of the plates. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "datasets/spaces/micro/interface.h"
#include "datasets/spaces/micro/list.h"

#include <math.h>

enum { FRACTION, PERIODS, THICKNESS };

typedef struct plates {
    cupel_shape shape;
    double periods;
} plates;

/* Planes x + y + z = k and the three families with other signs, k whole. */
static double octet_at(const cupel_shape *shape, const double u[3], double g[3])
{
    static const double sign[4][3] = {{1, 1, 1}, {-1, 1, 1}, {1, -1, 1}, {1, 1, -1}};
    const double p = ((const plates *)shape)->periods, root = 1.7320508075688772935;
    double best = 1, side = 0;
    int family = 0;
    for (int i = 0; i < 4; i++) {
        const double s = p * (sign[i][0] * u[0] + sign[i][1] * u[1] + sign[i][2] * u[2]), d = s - floor(s + 0.5);
        if (fabs(d) >= best) continue;
        best = fabs(d);
        side = d < 0 ? -1 : 1;
        family = i;
    }
    for (int i = 0; i < 3; i++) g[i] = p * side * sign[family][i] / root;
    return best / root;
}

/* With r the place from the nearest point of the body-centred lattice: 1/2 - max |r_i| to the square faces, sqrt 3 / 4 - sum |r_i| / sqrt 3 to the
 * hexagons. */
static double kelvin_at(const cupel_shape *shape, const double u[3], double g[3])
{
    const double p = ((const plates *)shape)->periods, root = 1.7320508075688772935;
    double r[2][3], square[2] = {0};
    for (int i = 0; i < 3; i++) {
        const double x = p * u[i];
        r[0][i] = x - floor(x + 0.5);
        r[1][i] = x - floor(x) - 0.5;
        for (int l = 0; l < 2; l++) square[l] += r[l][i] * r[l][i];
    }
    const double *q = r[square[1] < square[0]];
    int largest = 0;
    for (int i = 1; i < 3; i++)
        if (fabs(q[i]) > fabs(q[largest])) largest = i;
    const double face = 0.5 - fabs(q[largest]), hexagon = root / 4 - (fabs(q[0]) + fabs(q[1]) + fabs(q[2])) / root;
    for (int i = 0; i < 3; i++) {
        const double s = q[i] < 0 ? 1 : -1;
        g[i] = p * (face < hexagon ? (i == largest ? s : 0) : s / root);
    }
    return fmin(face, hexagon);
}

static void octet_row(const cupel_shape *shape, const size_t n[3], size_t i, size_t j, float *f) { cupel_shape_row(octet_at, shape, n, i, j, f); }

static void kelvin_row(const cupel_shape *shape, const size_t n[3], size_t i, size_t j, float *f) { cupel_shape_row(kelvin_at, shape, n, i, j, f); }

static cupel_status plates_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    (void)job;
    plates *w = cupel_alloc(1, sizeof *w);
    if (!w) return cupel_no_memory(err, "plates", sizeof *w);
    w->periods = r->value[PERIODS];
    const bool given = isnan(r->value[FRACTION]);
    const double settled = r->n_thresholds ? r->threshold[0] : (double)NAN;
    w->shape = (cupel_shape){.sheet = true, .t = given ? 0.5 * r->value[THICKNESS] : settled, .fraction = given ? settled : r->value[FRACTION],
                             .slope = w->periods, .fine = 96};
    *shape = &w->shape;
    return CUPEL_OK;
}

static void plates_close(cupel_shape *shape) { cupel_free(shape); }

/* Thicknesses are counted in cells: one cell tells them for any number. */
static void one_cell(cupel_recipe *r) { r->value[PERIODS] = 1; }

static const cupel_either either[] = {{"fraction", "thickness"}, {NULL, NULL}};

static const cupel_param params[] = {{"fraction", "", 0.2, 0.01, 0.95, "volume fraction of the plates, phase 1; this or thickness"},
                                     {"periods", "count", 1, 1, 8, "cells along each axis"},
                                     {"thickness", "", (double)NAN, 0.005, 0.5, "thickness of the plates in edges of one cell; instead of fraction"},
                                     {NULL, NULL, 0, 0, 0, NULL}};

static const cupel_reference references[] = {
    {"10.1038/nature21075",
     "Berger, Wadley, McMeeking: Mechanical metamaterials at the theoretical limit of isotropic elastic stiffness. Nature 543, 533 (2017)"},
    {NULL, NULL}};

#define PLATES(NAME, ROW, AT, HELP)                                                                                     \
    {                                                                                                                   \
        .method = {.name = NAME,                                                                                        \
                   .kind = "generator",                                                                                 \
                   .scale = "microstructure",                                                                           \
                   .maturity = "stable",                                                                                \
                   .help = HELP,                                                                                        \
                   .input = "fraction or thickness of the plates",                                                             \
                   .output = "two phases; smooth in fraction and thickness",                                                        \
                   .references = references,                                                                            \
                   .params = params},                                                                                   \
        .n_phases = 2, .smooth = true, .threshold = 1, .either = either, .cell = one_cell, .open = plates_open, .close = plates_close,       \
        .row = ROW, .at = AT                                                                                            \
    }

const cupel_generator cupel_generator_octet_plates =
    PLATES("octet_plates", octet_row, octet_at, "closed cells: the plates between the struts of an octet truss");
const cupel_generator cupel_generator_kelvin_foam =
    PLATES("kelvin_foam", kelvin_row, kelvin_at, "closed cells: the faces of packed truncated octahedra");
