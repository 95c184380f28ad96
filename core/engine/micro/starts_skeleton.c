/* Where a search among skeletons begins: struts and plates as the target wants them in the limit where they are thin, or a few of the frames that all
 * know. */
#include "core/engine/micro/feature_bounds.h"
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

/* What the length of a strut, or `plate` times the area of a plate, costs in a fit, and the least radius of struts. Plates carry more for their
 * volume than struts, but those that little stiffness asks for are thinner than a voxel. A strut that is not there changes nothing until it appears,
 * and no derivative asks for it: of two starts one has many struts, for they cost little, the other few, and a trace of all. */
static const double PLATE = 8;
static const struct {
    double length, least;
} price[] = {{0.0003, ABSENT}, {0.003, 0.015}};
enum { PRICES = sizeof price / sizeof *price };

/* How far starts for a stiffness are bent, in edges of the box. Straight thin struts only stretch, and C12 = C66 (Cauchy's relations); of bones C66
 * is larger, by 4 to 8 % of the tensor, and neither thickness nor plates give more than a third of that. Struts that wind, all in the sense of one
 * screw, do: 0.03 takes C12 of a frame from 0.33 to 0.12 of C11. No derivative asks for it, as bent to the other side they are the same. */
static const double BENT = 0.015;

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

/* share [n] >= 0, 0 where cost is infinite, with |sum share_s t_s - target|^2 + 2 |target| sum cost_s share_s least: coordinate descent. Few and
 * thick parts are taken so. */
static void fit_shares(const double *target, size_t size, size_t n, double (*t)[36], const double *cost, double *share)
{
    double left[36], whole = 0;
    memcpy(left, target, size * sizeof *left);
    for (size_t k = 0; k < size; k++) whole += target[k] * target[k];
    for (size_t s = 0; s < n; s++) share[s] = 0;
    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (size_t s = 0; s < n; s++) {
            if (cost[s] == HUGE_VAL) continue;
            double along = -sqrt(whole) * cost[s], square = 0;
            for (size_t k = 0; k < size; k++) along += t[s][k] * left[k], square += t[s][k] * t[s][k];
            const double step = fmax(-share[s], along / square);
            share[s] += step;
            for (size_t k = 0; k < size; k++) left[k] -= step * t[s][k];
        }
}

static void bend(const cupel_family *f, double by, double *x)
{
    for (size_t k = 0; k < f->n; k++) {
        int i, j;
        if (sscanf(f->start.generator->method.params[f->place[k]].name, "bend%d_%d", &i, &j) == 2) x[k] = (j - i + 3) % 3 == 1 ? by : -by;
    }
}

/* The struts and plates of a fit. */
typedef struct parts {
    size_t n, at[PARTS]; /* which parameter each is */
    bool plane[PARTS];
    /* In a box of edge 1 the size of a strut is the length of its direction's vector, that of a plate the length of its normal's. */
    double t[PARTS][36], size[PARTS], cost[PARTS];
    double r[PARTS]; /* radius or half thickness that follows from the share of the volume; 0: not there */
    double least;    /* radius or half thickness that a process can make; 0: it is not asked */
} parts;

/* Least radius of a strut and half thickness of a plate of a start. Of a thinner one grids see a voxel or two and each something else: with hair
 * and films among its parts the tensor of bone 52 was 3.3 % off on 96 voxels, without them 1.4 %. */
static const double THIN_LINE = 0.028, THIN_PLANE = 0.016;

/* So many parts that a process can make only thicker than the target wants them are kept: a body goes through the box along three axes. */
enum { KEPT = 3 };

/* The thinnest of those that are too thin; p->n: none is. */
static size_t thinnest(const parts *p)
{
    size_t worst = p->n, there = 0;
    double least = 1;
    for (size_t i = 0; i < p->n; i++) {
        const double thick = p->r[i] / fmax(p->least, p->plane[i] ? THIN_PLANE : THIN_LINE);
        there += p->r[i] > 0;
        if (p->r[i] > 0 && thick < least) least = thick, worst = i;
    }
    return p->least > 0 && there <= KEPT ? p->n : worst;
}

/* Fits again and again without the thinnest part until none is too thin. */
static void fit_parts(const cupel_ask *a, parts *p)
{
    double share[PARTS];
    for (size_t left = p->n, worst = 0; left && worst < p->n; left--) {
        fit_shares(a->target, a->order * a->order, p->n, p->t, p->cost, share);
        for (size_t i = 0; i < p->n; i++) p->r[i] = p->plane[i] ? share[i] / (2 * p->size[i]) : sqrt(share[i] / (PI * p->size[i]));
        worst = thinnest(p);
        if (worst < p->n) p->cost[worst] = HUGE_VAL;
    }
}

static void fitted_start(const cupel_search *s, const cupel_family *f, const cupel_ask *a, size_t which, double *x)
{
    parts p = {.least = cupel_feature_least_radius(s->d, s->falls ? 0 : 1)};
    const cupel_material *m = &s->d->phase[s->falls ? 0 : 1].material;
    for (size_t k = 0; k < f->n && p.n < PARTS; k++) {
        const size_t n = p.n;
        int v[3];
        if (!way_of(f->start.generator->method.params[f->place[k]].name, &p.plane[n], v)) continue;
        x[k] = p.plane[n] || p.least > 0 ? ABSENT : price[which].least;
        part_tensor(m, a->order, v, p.plane[n], p.t[n]);
        p.size[n] = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
        p.cost[n] = price[which].length * p.size[n] * (p.plane[n] ? PLATE : 1);
        p.at[p.n++] = k;
    }
    if (a->order == 6) bend(f, BENT, x);
    fit_parts(a, &p);
    for (size_t i = 0; i < p.n; i++)
        if (p.r[i] > 0) x[p.at[i]] = fmax(x[p.at[i]], fmin(fmax(p.r[i], p.least), f->high[p.at[i]]));
}

size_t cupel_skeleton_starts(const cupel_micro_demand *d) { return whole_of(d) ? PRICES : FRAMES; }

void cupel_skeleton_start(const cupel_search *s, const cupel_family *f, size_t which, double *x)
{
    const cupel_ask *a = whole_of(s->d);
    const double least = cupel_feature_least_radius(s->d, s->falls ? 0 : 1);
    if (a) {
        fitted_start(s, f, a, which, x);
        return;
    }
    for (size_t k = 0; k < f->n; k++) {
        int v[3];
        bool plane;
        if (!way_of(f->start.generator->method.params[f->place[k]].name, &plane, v)) continue;
        const size_t shell = (size_t)(v[0] * v[0] + v[1] * v[1] + v[2] * v[2] - 1);
        x[k] = shell < 3 && frame[which][shell + (plane ? 3 : 0)] == '1' ? fmin(fmax(FRAME, least), f->high[k]) : ABSENT;
    }
}
