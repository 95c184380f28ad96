/* Arrays of spheres (simple cubic) and of cylinders (square) whose conductivity is known exactly: McPhedran, McKenzie, Proc. R. Soc. Lond. A 359,
 * 45 (1978), doi:10.1098/rspa.1978.0031; Perrins, McKenzie, McPhedran, Proc. R. Soc. Lond. A 369, 207 (1979), doi:10.1098/rspa.1979.0160. The
 * values are from the full multipole systems (61 and 60 orders). Matrix k = 1. As labels, and as a mixture whose cuts are planes with the exact
 * normal, the radius set so that their volume is right. */
#ifndef CUPEL_TESTS_ARRAYS_H
#define CUPEL_TESTS_ARRAYS_H

#include "core/base/mem.h"
#include "core/matter/mixture.h"

#include <math.h>
#include <stdint.h>

enum { SPHERE_FRACTIONS = 4, CYLINDER_FRACTIONS = 6, SPHERE_CONTRASTS = 8, CYLINDER_CONTRASTS = 6 };

static const double sphere_contrast[SPHERE_CONTRASTS] = {0.01, 0.1, 2, 5, 10, 20, 50, 100};
static const double cylinder_contrast[CYLINDER_CONTRASTS] = {2, 5, 10, 20, 50, 100}; /* for 1 / k the inverse: Keller, J. Math. Phys. 5, 548 (1964) */

/* fractions 0.1, 0.2, ... */
static const double sphere_k[SPHERE_FRACTIONS][SPHERE_CONTRASTS] = {
    {0.85914540, 0.87669302, 1.07692667, 1.18186051, 1.24333855, 1.28372741, 1.31229060, 1.32268176},
    {0.73043355, 0.76279802, 1.15797174, 1.38807644, 1.53172386, 1.63001240, 1.70151569, 1.72795338},
    {0.61087952, 0.65628971, 1.24372122, 1.62736976, 1.88774006, 2.07665541, 2.22014281, 2.27456736},
    {0.49676304, 0.55462486, 1.33513677, 1.91746515, 2.36443139, 2.72221146, 3.01622823, 3.13336328}};
static const double cylinder_k[CYLINDER_FRACTIONS][CYLINDER_CONTRASTS] = {
    {1.0689657597, 1.1428592234, 1.1782217956, 1.198958356, 1.2125879845, 1.2173506591},
    {1.1428654658, 1.3077695436, 1.3914576745, 1.4420766801, 1.475994323, 1.4879701035},
    {1.2222902295, 1.5006893335, 1.6520360111, 1.7471785476, 1.8125289575, 1.8359191179},
    {1.3080018403, 1.7307454106, 1.9806260915, 2.1458588868, 2.2632657849, 2.3060960699},
    {1.4010254828, 2.0129763648, 2.4154673802, 2.7011412233, 2.9145939783, 2.994767739},
    {1.502791477, 2.3743823129, 3.03722083, 3.5617890563, 3.9881495858, 4.1567375511}};

/* dim 3: spheres; 2: cylinders seen along their axis. centre in edges of the cell. */
typedef struct array {
    int dim;
    double fraction, centre[3];
} array;

static inline double array_radius(const array *a) { return a->dim == 3 ? cbrt(3 * a->fraction / (4 * acos(-1))) : sqrt(a->fraction / acos(-1)); }

/* From the nearest centre to the middle of voxel (i, j, k), in voxels; its length is returned. */
static inline double array_place(const array *a, const size_t n[3], size_t i, size_t j, size_t k, double x[3])
{
    const double at[3] = {(double)i + 0.5, (double)j + 0.5, (double)k + 0.5};
    double length = 0;
    for (int c = 0; c < 3; c++) {
        const double edge = (double)n[c];
        x[c] = c < a->dim ? at[c] - a->centre[c] * edge : 0;
        x[c] -= edge * floor(x[c] / edge + 0.5);
        if (c >= a->dim) x[c] = 0;
        length += x[c] * x[c];
    }
    return sqrt(length);
}

/* Labels on a grid of n (n x n for cylinders) into an initialised volume of that shape. */
static inline cupel_status array_labels(const array *a, size_t n, cupel_voxels *v, cupel_err *err)
{
    const size_t shape[3] = {n, n, a->dim == 3 ? n : 1};
    const double radius = array_radius(a) * (double)n;
    const cupel_status st = cupel_voxels_init(v, a->dim, shape, "an array", err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < shape[0]; i++)
        for (size_t j = 0; j < shape[1]; j++)
            for (size_t k = 0; k < shape[2]; k++) {
                double x[3];
                v->id[(i * shape[1] + j) * shape[2] + k] = array_place(a, shape, i, j, k, x) < radius;
            }
    return cupel_voxels_number(v, "an array", err);
}

/* With m the cuts are appended (cap: room for them); the share of phase 1 is returned. */
static inline double array_cuts(const array *a, const size_t n[3], double radius, cupel_mixture *m, size_t *cap)
{
    double volume = 0;
    for (size_t r = 0; r < n[0] * n[1]; r++) {
        if (m) m->row[r] = m->n_cuts;
        for (size_t k = 0; k < n[2]; k++) {
            double x[3], normal[3];
            const double length = array_place(a, n, r / n[1], r % n[1], k, x), d = radius - length;
            for (int c = 0; c < 3; c++) normal[c] = length > 0 ? -x[c] / length : c == 0;
            const double p = fabs(d) > 0.9 ? d > 0 : cupel_plane_cut(normal, d);
            volume += p;
            if (!m) continue;
            m->id8[r * n[2] + k] = p > 0.5;
            if (!(p > 1e-4 && p < 1 - 1e-4) || !cupel_grow(&m->cut, cap, m->n_cuts + 1, sizeof *m->cut)) continue;
            cupel_cut *cut = &m->cut[m->n_cuts++];
            *cut = (cupel_cut){.k = (uint32_t)k, .p = (float)p, .a = 0, .b = 1};
            for (int c = 0; c < 3; c++) cut->normal[c] = (int16_t)lrint(normal[c] * 32767);
        }
    }
    return volume / (double)(n[0] * n[1] * n[2]);
}

static inline cupel_status array_mixture(const array *a, size_t n, cupel_mixture *m, cupel_err *err)
{
    const size_t shape[3] = {n, n, a->dim == 3 ? n : 1};
    double low = array_radius(a) * (double)n - 0.5, high = low + 1;
    size_t cap = 0;
    const cupel_status st = cupel_mixture_init(m, a->dim, shape, 2, err);
    if (st != CUPEL_OK) return st;
    m->row = cupel_alloc(shape[0] * shape[1] + 1, sizeof *m->row);
    if (!m->row) return CUPEL_NO_RESOURCE;
    for (int step = 0; step < 25; step++) {
        const double middle = (low + high) / 2;
        if (array_cuts(a, shape, middle, NULL, NULL) < a->fraction)
            low = middle;
        else
            high = middle;
    }
    array_cuts(a, shape, low, m, &cap);
    m->row[shape[0] * shape[1]] = m->n_cuts;
    return CUPEL_OK;
}

#endif
