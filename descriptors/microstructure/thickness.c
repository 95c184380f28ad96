#include "descriptors/microstructure/thickness.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
#include "core/sys/par.h"
#include "descriptors/microstructure/distance.h"

#include <math.h>
#include <string.h>

/* Balls are painted from the largest down, each voxel once: a row has one bit for each voxel without paint, so that a ball costs its rows, not
 * its voxels. A centre whose ball lies in that of a neighbour, voxel by voxel, paints nothing and is left out before (Dougherty, Kunzelmann
 * 2007, doi:10.1017/S1431927607074430). */

enum { NEIGHBOURS = 26, KINDS = 8, DIGIT = 11, DIGITS = 3 }; /* bits of a radix */

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
    double buckets;     /* per unit of square radius */
    size_t n_buckets;
    double *need;       /* [KINDS][n_buckets] */
    size_t *n_in_plane; /* [n[0] + 1] centres of the planes before */
    centre *centre;     /* [n_centres] */
    size_t n_centres;
    size_t slab, n_slabs; /* planes of a piece of work: what is painted does not depend on it */
    size_t words;       /* of a row */
    uint64_t *bare;     /* [n[0]][n[1]][words] bits of the voxels without paint */
} painter;

/* The map is rounded to float: the centre at the very distance must stay out of the ball. */
static double within(double square) { return square * (1 - 0x1p-22); }

/* ---- which centres ---- */

/* How large the ball around the next centre must be to hold one of square radius s: greater than need[kind][bucket of s], the largest |p + d|^2
 * of the lattice points |p|^2 < s. The sign of p is the worst, so that only the kind of d counts: bit a is set where d[a] is not 0. */
typedef struct neighbour {
    int d[3];
    unsigned kind;
} neighbour;

static size_t neighbours_of(const painter *p, neighbour near[NEIGHBOURS])
{
    size_t n = 0;
    for (int m = 0; m < 27; m++) {
        const int d[3] = {m / 9 - 1, m / 3 % 3 - 1, m % 3 - 1};
        if (m == 13 || (p->grid.first && d[0])) continue;
        near[n++] = (neighbour){{d[0], d[1], d[2]}, (unsigned)((d[0] != 0) | (d[1] != 0) << 1 | (d[2] != 0) << 2)};
    }
    return n;
}

static size_t bucket_of(const painter *p, double square) { return (size_t)(ceil(square * p->buckets) - 1); }

static void note_point(painter *p, const double x[3], double square)
{
    const size_t b = (size_t)(square * p->buckets);
    for (unsigned kind = 1; kind < KINDS; kind++) {
        double s = 0;
        for (unsigned a = 0; a < 3; a++) {
            const double y = x[a] + (kind >> a & 1U);
            s += p->weight[a] * y * y;
        }
        double *need = &p->need[kind * p->n_buckets + b];
        if (s > *need) *need = s;
    }
}

static cupel_status fill_needs(painter *p, double most, cupel_err *err)
{
    const double reach[3] = {p->grid.first ? 0 : sqrt(most / p->weight[0]), sqrt(most / p->weight[1]), sqrt(most / p->weight[2])};
    p->buckets = p->weight[1] == 1 && p->weight[2] == 1 && (p->grid.first || p->weight[0] == 1) ? 1 : 8; /* squares are whole numbers, or finer */
    p->n_buckets = bucket_of(p, most) + 1;
    p->need = cupel_alloc(cupel_mul(KINDS, p->n_buckets), sizeof *p->need);
    if (!p->need) return cupel_no_memory(err, "the local thickness", KINDS * p->n_buckets * sizeof *p->need);
    for (double i = 0; i <= reach[0]; i++)
        for (double j = 0; j <= reach[1]; j++)
            for (double k = 0; k <= reach[2]; k++) {
                const double s = p->weight[0] * i * i + p->weight[1] * j * j + p->weight[2] * k * k;
                if (s >= most) break;
                note_point(p, (const double[3]){i, j, k}, s);
            }
    for (unsigned kind = 1; kind < KINDS; kind++)
        for (size_t b = 1; b < p->n_buckets; b++) {
            double *need = &p->need[kind * p->n_buckets + b];
            if (need[-1] > *need) *need = need[-1];
        }
    return CUPEL_OK;
}

/* The place of x + d; false outside. */
static bool place(size_t x, int d, size_t n, bool wraps, size_t *to)
{
    const bool low = d < 0 && x == 0, high = d > 0 && x + 1 == n;
    *to = low ? n - 1 : high ? 0 : (size_t)((ptrdiff_t)x + d);
    return !(low || high) || wraps;
}

/* Neighbours of another phase need not be told apart: their radii are at most the distance to this voxel. */
static bool covered(const painter *p, const neighbour *near, size_t n_near, const size_t x[3])
{
    const size_t n1 = p->grid.n[1], n2 = p->grid.n[2], b = bucket_of(p, (double)p->square[(x[0] * n1 + x[1]) * n2 + x[2]]);
    for (size_t s = 0; s < n_near; s++) {
        size_t y[3];
        bool there = true;
        for (int a = 0; a < 3; a++) there &= place(x[a], near[s].d[a], p->grid.n[a], p->grid.wraps[a], &y[a]);
        if (there && within((double)p->square[(y[0] * n1 + y[1]) * n2 + y[2]]) > p->need[near[s].kind * p->n_buckets + b]) return true;
    }
    return false;
}

/* The same inside the box, where neighbours are at fixed steps. */
static bool covered_inside(const painter *p, const neighbour *near, const ptrdiff_t *stride, size_t n_near, const float *f)
{
    const size_t b = bucket_of(p, (double)*f);
    for (size_t s = 0; s < n_near; s++)
        if (within((double)f[stride[s]]) > p->need[near[s].kind * p->n_buckets + b]) return true;
    return false;
}

static size_t centres_of_plane(const painter *p, size_t i, centre *out)
{
    neighbour near[NEIGHBOURS];
    ptrdiff_t stride[NEIGHBOURS];
    const size_t n_near = neighbours_of(p, near), n1 = p->grid.n[1], n2 = p->grid.n[2];
    size_t n = 0;
    for (size_t s = 0; s < n_near; s++) stride[s] = (near[s].d[0] * (ptrdiff_t)n1 + near[s].d[1]) * (ptrdiff_t)n2 + near[s].d[2];
    const bool inner_plane = p->grid.first || (i > 0 && i + 1 < p->grid.n[0]);
    for (size_t j = 0; j < n1; j++) {
        const bool inner = inner_plane && j > 0 && j + 1 < n1;
        const size_t row = i * n1 + j;
        for (size_t k = 0; k < n2; k++) {
            const float *f = p->square + row * n2 + k;
            if (isinf(*f)) continue;
            if (inner && k > 0 && k + 1 < n2 ? covered_inside(p, near, stride, n_near, f) : covered(p, near, n_near, (const size_t[3]){i, j, k}))
                continue;
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

/* Those of from .. to - 1 in a row that have no paint yet. */
static void paint(painter *p, size_t row, size_t from, size_t to, float square)
{
    uint64_t *bare = p->bare + row * p->words;
    float *f = p->square + row * p->grid.n[2];
    for (size_t w = from / 64; w * 64 < to; w++) {
        uint64_t bits = bare[w];
        if (w * 64 < from) bits &= UINT64_MAX << (from % 64);
        if (to - w * 64 < 64) bits &= (UINT64_C(1) << (to % 64)) - 1;
        bare[w] &= ~bits;
        for (; bits; bits &= bits - 1) f[w * 64 + (size_t)__builtin_ctzll(bits)] = square;
    }
}

/* The places column - half .. column + half of a row. */
static void paint_around(painter *p, size_t row, size_t column, size_t half, float square)
{
    const size_t n = p->grid.n[2];
    if (p->grid.wraps[2] && 2 * half + 1 >= n) {
        paint(p, row, 0, n, square);
        return;
    }
    if (p->grid.wraps[2] && column < half) paint(p, row, n + column - half, n, square);
    if (p->grid.wraps[2] && column + half >= n) paint(p, row, 0, column + half + 1 - n, square);
    paint(p, row, column > half ? column - half : 0, column + half < n ? column + half + 1 : n, square);
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

static void paint_row(painter *p, const centre *c, size_t i, ptrdiff_t j, size_t half)
{
    const ptrdiff_t n1 = (ptrdiff_t)p->grid.n[1];
    if (j < 0 || j >= n1) {
        if (!p->grid.wraps[1]) return;
        j = (j % n1 + n1) % n1;
    }
    paint_around(p, i * (size_t)n1 + (size_t)j, c->column, half, c->square);
}

static void paint_plane(painter *p, const centre *c, size_t i, double square)
{
    const ptrdiff_t j = (ptrdiff_t)(c->row % p->grid.n[1]), reach = steps_below(square, p->weight[1]);
    ptrdiff_t half = steps_below(square, p->weight[2]);
    for (ptrdiff_t d = 0; d <= reach; d++) {
        const double left = square - p->weight[1] * (double)(d * d);
        while (half > 0 && p->weight[2] * (double)(half * half) >= left) half--;
        paint_row(p, c, i, j + d, (size_t)half);
        if (d) paint_row(p, c, i, j - d, (size_t)half);
    }
}

/* What the ball has in the planes begin .. end - 1. */
static void paint_ball(painter *p, const centre *c, size_t begin, size_t end)
{
    const double square = within((double)c->square);
    const ptrdiff_t n0 = (ptrdiff_t)p->grid.n[0], at = (ptrdiff_t)(c->row / p->grid.n[1]);
    for (ptrdiff_t i = (ptrdiff_t)begin; i < (ptrdiff_t)end; i++) {
        ptrdiff_t d = i - at; /* the nearest image: the others have less of the ball in this plane, around the same centre */
        if (p->grid.wraps[0]) {
            if (2 * d > n0) d -= n0;
            if (2 * d < -n0) d += n0;
        }
        const double left = square - p->weight[0] * (double)(d * d);
        if (left > 0) paint_plane(p, c, (size_t)i, left);
    }
}

static cupel_status paint_slab(void *user, size_t item, size_t worker, cupel_err *err)
{
    painter *p = user;
    const size_t begin = item * p->slab, n1 = p->grid.n[1];
    const size_t end = begin + p->slab < p->grid.n[0] ? begin + p->slab : p->grid.n[0];
    if (worker == 0) cupel_progress(p->job, "local thickness", item, p->n_slabs);
    for (size_t w = begin * n1 * p->words; w < end * n1 * p->words; w++) p->bare[w] = UINT64_MAX;
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
    double most = 0;
    for (size_t i = 0; i < cupel_voxels_count(p->v); i++)
        if (p->square[i] < INFINITY) most = fmax(most, (double)p->square[i]);
    CUPEL_TRY(fill_needs(p, fmax(most, 1), err));
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
    const size_t rows = p.grid.n[0] * p.grid.n[1];
    p.words = (p.grid.n[2] + 63) / 64;
    if (p.grid.n[2] >= UINT32_MAX)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "%zu voxels along the last axis; at most 4294967294 are painted", p.grid.n[2]));
    cupel_distance_weights(&p.grid, p.weight);
    CUPEL_TRY(list_centres(&p, err));
    p.bare = cupel_alloc(rows, p.words * sizeof *p.bare);
    if (!p.bare) CUPEL_TRY(cupel_no_memory(err, "the local thickness", rows * p.words * sizeof *p.bare));
    p.slab = (p.grid.n[0] + 4 * job->threads - 1) / (4 * job->threads);
    p.n_slabs = (p.grid.n[0] + p.slab - 1) / p.slab;
    CUPEL_TRY(cupel_par_for(job->threads, p.n_slabs, paint_slab, &p, err));
done:
    cupel_free(p.need);
    cupel_free(p.n_in_plane);
    cupel_free(p.centre);
    cupel_free(p.bare);
    return st;
}
