/* Where a search among skeletons begins: struts and plates as the target wants them in the limit where they are thin, or a few of the frames that all
 * know. */
#include "core/engine/micro/search.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PI 3.14159265358979323846

/* Struts along edges, diagonals of faces and of the box, and plates normal to these. */
static const char *const frame[] = {"101000", "111000", "010000", "110000", "001000", "011000", "101100", "100100", "101010"};
enum { FRAMES = sizeof frame / sizeof *frame, PARTS = 38, SWEEPS = 2000 };

/* Radius or half thickness of the parts of a frame, and of those that are not there: too thin to be seen, near enough to come back. */
#define ABSENT (-0.03)
static const double FRAME = 0.06;

/* What the length of a strut, or `plate` times the area of a plate, costs in a fit, the least radius of struts, and by how much nodes are thicker.
 * Plates carry more for their volume than struts, but those that little stiffness asks for are thinner than a voxel. A strut that is not there
 * changes nothing until it appears, and no derivative asks for it: of two starts one has many struts, for they cost little, the other few, and a
 * trace of all. Straight thin struts only stretch, and C12 = C66 (Cauchy's relations); of bones C66 is larger, by 4 to 8 % of the tensor, which
 * bending gives and no strut or plate more does. In the third start nodes are thick, which makes struts bend: of stiffness only. */
static const struct {
    double length, plate, least, node;
} price[] = {{0.0003, 8, ABSENT, 0}, {0.003, 8, 0.015, 0}, {0.0003, 4, ABSENT, 0.01}};
enum { PRICES = sizeof price / sizeof *price, BENDS = 2 };

/* "line1_0_-1" or "plane1_0_-1": its direction; false for another parameter. */
static bool way_of(const char *name, bool *plane, int v[3])
{
    *plane = strncmp(name, "plane", 5) == 0;
    return sscanf(name, *plane ? "plane%d_%d_%d" : "line%d_%d_%d", &v[0], &v[1], &v[2]) == 3;
}

static const cupel_ask *whole_of(const cupel_micro_demand *d)
{
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        bool open = !a->whole || a->kind == CUPEL_ASK_EXPANSION;
        for (size_t k = 0; !open && k < a->order * a->order; k++) open = isnan(a->target[k]);
        if (!open) return a;
    }
    return NULL;
}

/* What a thin part carries, for all of the volume in it: a strut along n E n n n n or k n n; a plate with the normal n plane stress, or
 * k (1 - n n). */
static void part_tensor(const cupel_material *m, size_t order, const int v[3], bool plane, double *t)
{
    const double length = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]), r = sqrt(2.0), n[3] = {v[0] / length, v[1] / length, v[2] / length};
    const double lambda = m->c[0][1], mu = (m->c[0][0] - m->c[0][1]) / 2, e = mu * (3 * lambda + 2 * mu) / (lambda + mu);
    const double flat = 2 * lambda * mu / (lambda + 2 * mu);
    double q[9]; /* onto the part */
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) q[3 * i + j] = plane ? (i == j) - n[i] * n[j] : n[i] * n[j];
    static const int pair[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};
    for (size_t i = 0; i < order; i++)
        for (size_t j = 0; j < order; j++) {
            if (order == 3) {
                t[i * 3 + j] = m->k[0][0] * q[3 * i + j];
                continue;
            }
            const int a = pair[i][0], b = pair[i][1], c = pair[j][0], d = pair[j][1];
            const double both = q[3 * a + b] * q[3 * c + d], turned = q[3 * a + c] * q[3 * b + d] + q[3 * a + d] * q[3 * b + c];
            t[i * 6 + j] = (plane ? flat * both + mu * turned : e * both) * (i > 2 ? r : 1) * (j > 2 ? r : 1);
        }
}

/* share [n] >= 0 with |sum share_s t_s - target|^2 + 2 |target| sum cost_s share_s least: coordinate descent. Few and thick parts are taken so. */
static void fit_shares(const double *target, size_t size, size_t n, double (*t)[36], const double *cost, double *share)
{
    double left[36], whole = 0;
    memcpy(left, target, size * sizeof *left);
    for (size_t k = 0; k < size; k++) whole += target[k] * target[k];
    for (size_t s = 0; s < n; s++) share[s] = 0;
    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (size_t s = 0; s < n; s++) {
            double along = -sqrt(whole) * cost[s], square = 0;
            for (size_t k = 0; k < size; k++) along += t[s][k] * left[k], square += t[s][k] * t[s][k];
            const double step = fmax(-share[s], along / square);
            share[s] += step;
            for (size_t k = 0; k < size; k++) left[k] -= step * t[s][k];
        }
}

/* Every wave of the series up to the diagonals of the box has its top in the corner of the box, where all parts meet; those of half an edge have
 * others too. */
static void thicken_nodes(const cupel_family *f, double by, double *x)
{
    for (size_t k = 0; k < f->n; k++) {
        const char *name = f->start.generator->method.params[f->place[k]].name;
        if (name[0] == 'c') x[k] = strchr(name, '2') ? by / 2 : by;
    }
}

/* Radii of struts and half thicknesses of plates by their shares of the volume: in a box of edge 1 a strut is as long as its direction's vector, and
 * the area of a plate is the length of its normal's. */
static void fitted_start(const cupel_search *s, const cupel_family *f, const cupel_ask *a, size_t which, double *x)
{
    double t[PARTS][36], share[PARTS], size[PARTS], cost[PARTS];
    bool plane[PARTS];
    size_t at[PARTS], n = 0;
    const cupel_material *m = &s->d->phase[s->falls ? 0 : 1].material;
    for (size_t k = 0; k < f->n && n < PARTS; k++) {
        int v[3];
        if (!way_of(f->start.generator->method.params[f->place[k]].name, &plane[n], v)) continue;
        x[k] = plane[n] ? ABSENT : price[which].least;
        part_tensor(m, a->order, v, plane[n], t[n]);
        size[n] = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
        cost[n] = price[which].length * size[n] * (plane[n] ? price[which].plate : 1);
        at[n++] = k;
    }
    thicken_nodes(f, price[which].node, x);
    fit_shares(a->target, a->order * a->order, n, t, cost, share);
    for (size_t i = 0; i < n; i++) {
        const double r = plane[i] ? share[i] / (2 * size[i]) : sqrt(share[i] / (PI * size[i]));
        if (share[i] > 0) x[at[i]] = fmax(x[at[i]], fmin(r, f->high[at[i]]));
    }
}

size_t cupel_skeleton_starts(const cupel_micro_demand *d)
{
    const cupel_ask *a = whole_of(d);
    return !a ? FRAMES : a->order == 6 ? PRICES : BENDS;
}

bool cupel_skeleton_bends(const cupel_micro_demand *d, size_t which)
{
    const cupel_ask *a = whole_of(d);
    return a && a->order == 6 && which == BENDS;
}

void cupel_skeleton_start(const cupel_search *s, const cupel_family *f, size_t which, double *x)
{
    const cupel_ask *a = whole_of(s->d);
    if (a) {
        fitted_start(s, f, a, which, x);
        return;
    }
    for (size_t k = 0; k < f->n; k++) {
        int v[3];
        bool plane;
        if (!way_of(f->start.generator->method.params[f->place[k]].name, &plane, v)) continue;
        const size_t shell = (size_t)(v[0] * v[0] + v[1] * v[1] + v[2] * v[2] - 1);
        x[k] = shell < 3 && frame[which][shell + (plane ? 3 : 0)] == '1' ? FRAME : ABSENT;
    }
}
