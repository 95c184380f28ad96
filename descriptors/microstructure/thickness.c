#include "descriptors/microstructure/thickness.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
#include "core/sys/par.h"
#include "descriptors/microstructure/distance.h"

#include <math.h>
#include <string.h>

/* Balls are painted from the largest down, each voxel once: a row knows its next voxel without paint, so that a ball costs its rows, not its voxels.
 * A centre whose ball lies in that of a neighbour paints nothing and is left out before (Dougherty, Kunzelmann 2007, doi:10.1017/S1431927607074430). */

enum { NEIGHBOURS = 26, DIGIT = 11, DIGITS = 3 }; /* bits of a radix */

typedef struct centre {
    float square; /* of the radius */
    uint32_t column;
    size_t row;
} centre;

typedef struct painter {
    const cupel_voxels *v;
    const cupel_job *job;
    cupel_grid grid;
    double weight[3];
    float *square;
    size_t *n_in_plane; /* [n[0] + 1] centres of the planes before */
    centre *centre;     /* [n_centres] */
    size_t n_centres;
    size_t slab, n_slabs; /* planes of a piece of work: what is painted does not depend on it */
    uint32_t *next;     /* [n[0]][n[1]][n[2]] not before this one is a voxel without paint; n[2]: none */
} painter;

/* ---- which centres ---- */

typedef struct neighbour {
    int d[3];
    double distance;
} neighbour;

static size_t neighbours_of(const painter *p, neighbour near[NEIGHBOURS])
{
    size_t n = 0;
    for (int m = 0; m < 27; m++) {
        const int d[3] = {m / 9 - 1, m / 3 % 3 - 1, m % 3 - 1};
        if (m == 13 || (p->grid.first && d[0])) continue;
        double s = 0;
        for (int a = 0; a < 3; a++) s += p->weight[a] * d[a] * d[a];
        near[n++] = (neighbour){{d[0], d[1], d[2]}, sqrt(s)};
    }
    return n;
}

/* The place of x + d; false outside. */
static bool place(size_t x, int d, size_t n, bool wraps, size_t *to)
{
    const bool low = d < 0 && x == 0, high = d > 0 && x + 1 == n;
    *to = low ? n - 1 : high ? 0 : (size_t)((ptrdiff_t)x + d);
    return !(low || high) || wraps;
}

/* |x - y| + r(x) <= r(y): every ball around x of its radius lies in that around y. */
static bool covered(const painter *p, const neighbour *near, size_t n_near, const size_t x[3])
{
    const size_t n1 = p->grid.n[1], n2 = p->grid.n[2], i = (x[0] * n1 + x[1]) * n2 + x[2];
    const double r2 = (double)p->square[i], r = sqrt(r2);
    for (size_t s = 0; s < n_near; s++) {
        size_t y[3];
        bool there = true;
        for (int a = 0; a < 3; a++) there &= place(x[a], near[s].d[a], p->grid.n[a], p->grid.wraps[a], &y[a]);
        const size_t j = (y[0] * n1 + y[1]) * n2 + y[2];
        if (there && (double)p->square[j] >= r2 + near[s].distance * (2 * r + near[s].distance)) return true;
    }
    return false;
}

/* Inside the box and more quickly: neighbours in a row are at fixed steps. */
static bool covered_inside(const float *f, const ptrdiff_t *stride, const double *distance, size_t n_near)
{
    const double r2 = (double)*f, r = sqrt(r2);
    for (size_t s = 0; s < n_near; s++)
        if ((double)f[stride[s]] >= r2 + distance[s] * (2 * r + distance[s])) return true;
    return false;
}

/* Neighbours of another phase need not be told apart: both radii are at most the distance between the two, and the test fails. */
static size_t centres_of_plane(const painter *p, size_t i, centre *out)
{
    neighbour near[NEIGHBOURS];
    ptrdiff_t stride[NEIGHBOURS];
    double distance[NEIGHBOURS];
    const size_t n_near = neighbours_of(p, near), n1 = p->grid.n[1], n2 = p->grid.n[2];
    size_t n = 0;
    for (size_t s = 0; s < n_near; s++) {
        stride[s] = (near[s].d[0] * (ptrdiff_t)n1 + near[s].d[1]) * (ptrdiff_t)n2 + near[s].d[2];
        distance[s] = near[s].distance;
    }
    const bool inner_plane = p->grid.first || (i > 0 && i + 1 < p->grid.n[0]);
    for (size_t j = 0; j < n1; j++) {
        const bool inner = inner_plane && j > 0 && j + 1 < n1;
        const size_t row = i * n1 + j;
        for (size_t k = 0; k < n2; k++) {
            const float *f = p->square + row * n2 + k;
            if (isinf(*f)) continue;
            if (inner && k > 0 && k + 1 < n2 ? covered_inside(f, stride, distance, n_near) : covered(p, near, n_near, (const size_t[3]){i, j, k})) continue;
            if (out) out[n] = (centre){*f, (uint32_t)k, row};
            n++;
        }
    }
    return n;
}

static cupel_status count_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    painter *p = user;
    (void)worker;
    if (cupel_stopped(p->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while looking for the centres of balls");
    p->n_in_plane[i + 1] = centres_of_plane(p, i, NULL);
    return CUPEL_OK;
}

static cupel_status list_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    painter *p = user;
    (void)worker, (void)err;
    centres_of_plane(p, i, p->centre + p->n_in_plane[i]);
    return CUPEL_OK;
}

/* ---- from the largest down ---- */

static size_t digit_of(const centre *c, int digit)
{
    uint32_t bits; /* of a positive float: in the order of its value */
    memcpy(&bits, &c->square, sizeof bits);
    return ~(bits >> (DIGIT * digit)) & ((1U << DIGIT) - 1);
}

/* By descending radius, and where it is the same in the order of places; other [n] is scratch. */
static void sort_centres(centre *c, centre *other, size_t n)
{
    for (int digit = 0; digit < DIGITS; digit++) {
        size_t start[1 << DIGIT] = {0}, sum = 0;
        for (size_t i = 0; i < n; i++) start[digit_of(&c[i], digit)]++;
        for (size_t d = 0; d < 1U << DIGIT; d++) {
            const size_t here = start[d];
            start[d] = sum;
            sum += here;
        }
        for (size_t i = 0; i < n; i++) other[start[digit_of(&c[i], digit)]++] = c[i];
        centre *swap = c;
        c = other;
        other = swap;
    }
}

/* ---- paint ---- */

static uint32_t next_free(uint32_t *next, uint32_t k, uint32_t n)
{
    uint32_t to = k;
    while (to < n && next[to] != to) to = next[to];
    while (k < n && next[k] != to && next[k] != k) {
        const uint32_t after = next[k];
        next[k] = to;
        k = after;
    }
    return to;
}

static void paint(painter *p, size_t row, size_t from, size_t to, float square)
{
    const uint32_t n = (uint32_t)p->grid.n[2];
    uint32_t *next = p->next + row * n;
    float *f = p->square + row * n;
    for (uint32_t k = next_free(next, (uint32_t)from, n); k < to; k = next_free(next, k, n)) {
        f[k] = square;
        next[k] = k + 1;
    }
}

/* The places column - half .. column + half of a row. */
static void paint_around(painter *p, size_t row, size_t column, size_t half, float square)
{
    const size_t n = p->grid.n[2];
    if (!p->grid.wraps[2]) {
        paint(p, row, column > half ? column - half : 0, column + half < n ? column + half + 1 : n, square);
    } else if (2 * half + 1 >= n) {
        paint(p, row, 0, n, square);
    } else {
        if (column < half) paint(p, row, n + column - half, n, square);
        if (column + half >= n) paint(p, row, 0, column + half + 1 - n, square);
        paint(p, row, column > half ? column - half : 0, column + half < n ? column + half + 1 : n, square);
    }
}

/* The largest m with weight m^2 < square; -1 when there is none. */
static ptrdiff_t steps_below(double square, double weight)
{
    if (square <= 0) return -1;
    ptrdiff_t m = (ptrdiff_t)sqrt(square / weight);
    while (weight * (double)m * (double)m >= square) m--;
    while (weight * (double)(m + 1) * (double)(m + 1) < square) m++;
    return m;
}

static void paint_plane(painter *p, const centre *c, size_t i, double square)
{
    const size_t n1 = p->grid.n[1], j = c->row % n1;
    const ptrdiff_t reach = steps_below(square, p->weight[1]);
    for (ptrdiff_t d = -reach; d <= reach; d++) {
        ptrdiff_t to = (ptrdiff_t)j + d;
        if (to < 0 || to >= (ptrdiff_t)n1) {
            if (!p->grid.wraps[1]) continue;
            to = (to % (ptrdiff_t)n1 + (ptrdiff_t)n1) % (ptrdiff_t)n1;
        }
        const ptrdiff_t half = steps_below(square - p->weight[1] * (double)(d * d), p->weight[2]);
        paint_around(p, i * n1 + (size_t)to, c->column, (size_t)half, c->square);
    }
}

/* What the ball has in the planes begin .. end - 1. The map is rounded to float: the centre at the very distance must stay out. */
static void paint_ball(painter *p, const centre *c, size_t begin, size_t end)
{
    const double square = (double)c->square * (1 - 0x1p-22);
    const ptrdiff_t n0 = (ptrdiff_t)p->grid.n[0], at = (ptrdiff_t)(c->row / p->grid.n[1]);
    const ptrdiff_t reach = p->grid.first ? 0 : steps_below(square, p->weight[0]);
    for (ptrdiff_t i = (ptrdiff_t)begin; i < (ptrdiff_t)end; i++) {
        ptrdiff_t d = i - at; /* the nearest image: the others have less of the ball in this plane, around the same centre */
        if (p->grid.wraps[0]) {
            if (2 * d > n0) d -= n0;
            if (2 * d < -n0) d += n0;
        }
        if (d < -reach || d > reach) continue;
        paint_plane(p, c, (size_t)i, square - p->weight[0] * (double)(d * d));
    }
}

static cupel_status paint_slab(void *user, size_t item, size_t worker, cupel_err *err)
{
    painter *p = user;
    const size_t begin = item * p->slab, n1 = p->grid.n[1], n2 = p->grid.n[2];
    const size_t end = begin + p->slab < p->grid.n[0] ? begin + p->slab : p->grid.n[0];
    if (worker == 0) cupel_progress(p->job, "local thickness", item, p->n_slabs);
    for (size_t row = begin * n1; row < end * n1; row++)
        for (size_t k = 0; k < n2; k++) p->next[row * n2 + k] = (uint32_t)k;
    for (size_t c = 0; c < p->n_centres; c++) {
        if (c % 4096 == 0 && cupel_stopped(p->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while measuring the local thickness");
        paint_ball(p, &p->centre[c], begin, end);
    }
    return CUPEL_OK;
}

/* ---- all ---- */

static cupel_status list_centres(painter *p, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n0 = p->grid.n[0];
    centre *other = NULL;
    p->n_in_plane = cupel_alloc(n0 + 1, sizeof *p->n_in_plane);
    if (!p->n_in_plane) CUPEL_TRY(cupel_no_memory(err, "the centres of balls", 0));
    CUPEL_TRY(cupel_par_for(p->job->threads, n0, count_plane, p, err));
    for (size_t i = 0; i < n0; i++) p->n_in_plane[i + 1] += p->n_in_plane[i];
    p->n_centres = p->n_in_plane[n0];
    CUPEL_TRY(cupel_memory_check(cupel_mul(p->n_centres, 2 * sizeof *p->centre), "the centres of balls", err));
    p->centre = cupel_alloc(p->n_centres, sizeof *p->centre);
    other = cupel_alloc(p->n_centres, sizeof *other);
    if (!p->centre || !other) CUPEL_TRY(cupel_no_memory(err, "the centres of balls", 2 * p->n_centres * sizeof *p->centre));
    CUPEL_TRY(cupel_par_for(p->job->threads, n0, list_plane, p, err));
    sort_centres(p->centre, other, p->n_centres);
    centre *sorted = other; /* after an odd number of passes */
    other = p->centre;
    p->centre = sorted;
done:
    cupel_free(other);
    return st;
}

cupel_status cupel_thickness_map(const cupel_voxels *v, const cupel_job *job, float *square, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    painter p = {.v = v, .job = job, .grid = cupel_grid_of(v), .square = square};
    const size_t count = cupel_voxels_count(v), bytes = cupel_mul(count, sizeof *p.next);
    if (p.grid.n[2] >= UINT32_MAX) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "%zu voxels along the last axis; at most 4294967294 are painted", p.grid.n[2]));
    cupel_distance_weights(&p.grid, p.weight);
    CUPEL_TRY(list_centres(&p, err));
    CUPEL_TRY(cupel_memory_check(bytes, "the local thickness", err));
    p.next = cupel_alloc(count, sizeof *p.next);
    if (!p.next) CUPEL_TRY(cupel_no_memory(err, "the local thickness", bytes));
    p.slab = (p.grid.n[0] + 4 * job->threads - 1) / (4 * job->threads);
    p.n_slabs = (p.grid.n[0] + p.slab - 1) / p.slab;
    CUPEL_TRY(cupel_par_for(job->threads, p.n_slabs, paint_slab, &p, err));
done:
    cupel_free(p.n_in_plane);
    cupel_free(p.centre);
    cupel_free(p.next);
    return st;
}
