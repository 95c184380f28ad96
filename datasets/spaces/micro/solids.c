#include "datasets/spaces/micro/solids.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "datasets/spaces/micro/corner.h"

#include <math.h>
#include <string.h>

enum { CELLS_MAX = 48, TRIES = 20000 };

/* Bodies, with the periodic images that reach into the box, listed by the cells of a regular grid they can matter in. */
typedef struct solids {
    cupel_shape shape;
    double edge[3], reach;
    size_t cells[3];
    cupel_body *body;
    size_t n, cap;
    size_t *first;      /* [cells + 1] */
    uint32_t *member;
} solids;

cupel_body cupel_body_point(const double x[3], double scale) { return cupel_body_segment(x, x, scale); }

cupel_body cupel_body_segment(const double a[3], const double b[3], double scale)
{
    cupel_body s = {.metric = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, .scale = scale};
    memcpy(s.a, a, sizeof s.a);
    memcpy(s.b, b, sizeof s.b);
    return s;
}

/* Distance / scale from the body's core; y = B^T B (x - nearest) / distance / scale is its gradient. */
static double distance(const cupel_body *s, const double x[3], double y[3])
{
    double r[3], ab[3], along = 0, length = 0, d[3], square = 0;
    for (int i = 0; i < 3; i++) {
        r[i] = x[i] - s->a[i];
        ab[i] = s->b[i] - s->a[i];
        along += r[i] * ab[i];
        length += ab[i] * ab[i];
    }
    if (length > 0) {
        const double q = fmin(1, fmax(0, along / length));
        for (int i = 0; i < 3; i++) r[i] -= q * ab[i];
    }
    for (int i = 0; i < 3; i++) {
        d[i] = s->metric[i][0] * r[0] + s->metric[i][1] * r[1] + s->metric[i][2] * r[2];
        square += d[i] * d[i];
    }
    const double root = sqrt(square);
    for (int i = 0; y && i < 3; i++)
        y[i] = root > 0 ? (s->metric[0][i] * d[0] + s->metric[1][i] * d[1] + s->metric[2][i] * d[2]) / (root * s->scale) : 0;
    return root / s->scale;
}

/* How far along axis i the body reaches when it is blown up to f = -reach: reach * scale * |row i of B^-1|; the whole box along a fibre. */
static double extent(const cupel_body *s, int i, double reach, double whole)
{
    const double(*b)[3] = s->metric;
    const int j = (i + 1) % 3, k = (i + 2) % 3;
    double c[3], det = 0, square = 0; /* row i of the inverse is the cross product of the columns j and k over the determinant */
    for (int q = 0; q < 3; q++) {
        const int q1 = (q + 1) % 3, q2 = (q + 2) % 3;
        c[q] = b[q1][j] * b[q2][k] - b[q2][j] * b[q1][k];
        det += b[q][i] * c[q];
        square += c[q] * c[q];
    }
    if (fabs(det) > 1e-12) return reach * s->scale * sqrt(square) / fabs(det);
    double column = 0;
    for (int q = 0; q < 3; q++) column += b[q][i] * b[q][i];
    return column > 0 ? reach * s->scale / sqrt(column) : whole;
}

static void reach_of(const solids *w, const cupel_body *s, double low[3], double high[3])
{
    for (int i = 0; i < 3; i++) {
        const double e = extent(s, i, w->reach, 2 * w->edge[i]);
        low[i] = fmin(s->a[i], s->b[i]) - e;
        high[i] = fmax(s->a[i], s->b[i]) + e;
    }
}

static bool is_free(const cupel_body *s, int axis) { return s->metric[0][axis] == 0 && s->metric[1][axis] == 0 && s->metric[2][axis] == 0; }

/* The body with all its images that reach into the box. */
static cupel_status add_images(solids *w, const cupel_body *s, cupel_err *err)
{
    double low[3], high[3];
    int from[3], to[3];
    reach_of(w, s, low, high);
    for (int i = 0; i < 3; i++) {
        from[i] = is_free(s, i) ? 0 : (int)ceil(-high[i] / w->edge[i]);
        to[i] = is_free(s, i) ? 0 : (int)floor((w->edge[i] - low[i]) / w->edge[i]);
    }
    for (int x = from[0]; x <= to[0]; x++)
        for (int y = from[1]; y <= to[1]; y++)
            for (int z = from[2]; z <= to[2]; z++) {
                if (!cupel_grow(&w->body, &w->cap, w->n + 1, sizeof *w->body))
                    return cupel_no_memory(err, "bodies of a shape", w->n * sizeof *w->body);
                const int shift[3] = {x, y, z};
                cupel_body image = *s;
                for (int i = 0; i < 3; i++) {
                    image.a[i] += shift[i] * w->edge[i];
                    image.b[i] += shift[i] * w->edge[i];
                }
                w->body[w->n++] = image;
            }
    return CUPEL_OK;
}

/* Calls for each cell the body may matter in: counts it, or writes it down. */
static void visit_cells(solids *w, size_t b, bool write)
{
    double low[3], high[3];
    size_t from[3], to[3];
    reach_of(w, &w->body[b], low, high);
    double half = 0;
    for (int i = 0; i < 3; i++) {
        const double size = w->edge[i] / (double)w->cells[i], last = (double)w->cells[i] - 1;
        from[i] = (size_t)fmin(last, fmax(0, floor(low[i] / size)));
        to[i] = (size_t)fmin(last, fmax(0, floor(high[i] / size)));
        half += 0.25 * size * size;
    }
    const bool round = w->body[b].metric[0][0] == 1 && w->body[b].metric[1][1] == 1 && w->body[b].metric[2][2] == 1;
    const double most = w->reach + sqrt(half) / w->body[b].scale;
    for (size_t x = from[0]; x <= to[0]; x++)
        for (size_t y = from[1]; y <= to[1]; y++)
            for (size_t z = from[2]; z <= to[2]; z++) {
                const double centre[3] = {((double)x + 0.5) * w->edge[0] / (double)w->cells[0], ((double)y + 0.5) * w->edge[1] / (double)w->cells[1],
                                          ((double)z + 0.5) * w->edge[2] / (double)w->cells[2]};
                if (round && distance(&w->body[b], centre, NULL) > most) continue;
                const size_t cell = (x * w->cells[1] + y) * w->cells[2] + z;
                if (write) w->member[w->first[cell]] = (uint32_t)b;
                w->first[cell]++;
            }
}

static cupel_status list_members(solids *w, cupel_err *err)
{
    const size_t cells = w->cells[0] * w->cells[1] * w->cells[2];
    w->first = cupel_alloc(cells + 1, sizeof *w->first);
    if (!w->first) return cupel_no_memory(err, "cells of a shape", cells * sizeof *w->first);
    for (size_t b = 0; b < w->n; b++) visit_cells(w, b, false);
    size_t total = 0;
    for (size_t c = 0; c < cells; c++) {
        const size_t here = w->first[c];
        w->first[c] = total;
        total += here;
    }
    w->member = cupel_alloc(total, sizeof *w->member);
    if (!w->member) return cupel_no_memory(err, "cells of a shape", total * sizeof *w->member);
    for (size_t b = 0; b < w->n; b++) visit_cells(w, b, true);
    memmove(w->first + 1, w->first, cells * sizeof *w->first); /* each has moved on to the next */
    w->first[0] = 0;
    return CUPEL_OK;
}

cupel_status cupel_solids_new(const cupel_solids_options *o, cupel_shape **shape, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    solids *w = cupel_alloc(1, sizeof *w);
    if (!w) return cupel_no_memory(err, "a shape", sizeof *w);
    const double volume = o->edge[0] * o->edge[1] * o->edge[2], spacing = cbrt(volume / (double)(o->n + 1)),
                 size = fmax(0.5 * spacing, 0.25 * o->reach);
    double steep = 0;
    w->reach = o->reach;
    for (int i = 0; i < 3; i++) {
        w->edge[i] = o->edge[i];
        w->cells[i] = (size_t)fmin(CELLS_MAX, fmax(1, ceil(o->edge[i] / size)));
        steep = fmax(steep, o->edge[i]);
    }
    double most = 0; /* of the metric's norms over scale */
    for (size_t b = 0; b < o->n; b++) {
        double norm = 0;
        for (int i = 0; i < 9; i++) norm += o->body[b].metric[i / 3][i % 3] * o->body[b].metric[i / 3][i % 3];
        const bool round = fabs(norm - 3) < 1e-12 && o->body[b].metric[0][0] == 1;
        most = fmax(most, (round ? 1 : sqrt(norm)) / o->body[b].scale);
        CUPEL_TRY(add_images(w, &o->body[b], err));
    }
    CUPEL_TRY(list_members(w, err));
    w->shape = (cupel_shape){.t = o->t, .fraction = o->fraction, .slope = steep * most, .fine = o->fine};
    *shape = &w->shape;
    w = NULL;
done:
    if (w) cupel_solids_free(&w->shape);
    return st;
}

void cupel_solids_free(cupel_shape *shape)
{
    solids *w = (solids *)shape;
    if (!w) return;
    cupel_free(w->body);
    cupel_free(w->first);
    cupel_free(w->member);
    cupel_free(w);
}

static size_t cell_of(const solids *w, const double x[3])
{
    size_t cell = 0;
    for (int i = 0; i < 3; i++) {
        const size_t c = (size_t)(x[i] / w->edge[i] * (double)w->cells[i]);
        cell = cell * w->cells[i] + (c < w->cells[i] ? c : w->cells[i] - 1);
    }
    return cell;
}

/* The nearest body, or NULL when none is within reach. */
static const cupel_body *nearest(const solids *w, const double x[3], double *least)
{
    const size_t cell = cell_of(w, x);
    const cupel_body *best = NULL;
    *least = w->reach;
    for (size_t m = w->first[cell]; m < w->first[cell + 1]; m++) {
        const cupel_body *b = &w->body[w->member[m]];
        const double d = distance(b, x, NULL);
        if (d < *least) {
            *least = d;
            best = b;
        }
    }
    return best;
}

void cupel_solids_row(const cupel_shape *shape, const size_t n[3], size_t i, size_t j, float *f)
{
    const solids *w = (const solids *)shape;
    double x[3] = {((double)i + 0.5) / (double)n[0] * w->edge[0], ((double)j + 0.5) / (double)n[1] * w->edge[1], 0}, least;
    for (size_t k = 0; k < n[2]; k++) {
        x[2] = ((double)k + 0.5) / (double)n[2] * w->edge[2];
        (void)nearest(w, x, &least);
        f[k] = (float)-least;
    }
}

double cupel_solids_at(const cupel_shape *shape, const double u[3], double g[3])
{
    const solids *w = (const solids *)shape;
    const double x[3] = {u[0] * w->edge[0], u[1] * w->edge[1], u[2] * w->edge[2]};
    double least, y[3] = {0};
    const cupel_body *b = nearest(w, x, &least);
    if (b) (void)distance(b, x, y);
    for (int i = 0; i < 3; i++) g[i] = -y[i] * w->edge[i];
    return -least;
}

/* Struts that end in one node have the same face there. */
static bool is_known(size_t n, const double *f, double (*g)[3], double d, const double y[3])
{
    static const double SAME = 1e-9;
    for (size_t i = 0; i < n; i++) {
        double square = 0;
        for (int k = 0; k < 3; k++) square += (g[i][k] + y[k]) * (g[i][k] + y[k]);
        if (fabs(f[i] + d) < SAME && square < SAME) return true;
    }
    return false;
}

/* Of more faces than there is room for the nearest. */
size_t cupel_solids_faces(const cupel_shape *shape, const double u[3], double *f, double (*g)[3])
{
    const solids *w = (const solids *)shape;
    const double x[3] = {u[0] * w->edge[0], u[1] * w->edge[1], u[2] * w->edge[2]};
    const size_t cell = cell_of(w, x);
    size_t n = 0;
    for (size_t m = w->first[cell]; m < w->first[cell + 1]; m++) {
        double y[3];
        const double d = distance(&w->body[w->member[m]], x, y);
        if (d >= w->reach || (n == CUPEL_FACES_MAX && -d <= f[n - 1])) continue;
        for (int i = 0; i < 3; i++) y[i] *= w->edge[i];
        if (is_known(n, f, g, d, y)) continue;
        size_t at = n < CUPEL_FACES_MAX ? n++ : n - 1;
        for (; at > 0 && f[at - 1] < -d; at--) {
            f[at] = f[at - 1];
            memcpy(g[at], g[at - 1], sizeof g[at]);
        }
        f[at] = -d;
        for (int i = 0; i < 3; i++) g[at][i] = -y[i];
    }
    return n;
}

/* A grid of cells not smaller than the least distance along the stretched axes; each holds a list. */
typedef struct placing {
    int dim;
    double least, stretch[3];
    size_t cells[3];
    size_t *head, *next; /* 1-based places of x; 0 ends */
    double *x;
} placing;

static bool is_free_place(const placing *p, const double x[3], const size_t cell[3])
{
    size_t c[3];
    for (int s = 0; s < (p->dim == 3 ? 27 : 9); s++) {
        const int step[3] = {s % 3 - 1, s / 3 % 3 - 1, s / 9 - 1};
        for (int i = 0; i < 3; i++) c[i] = i < p->dim ? (cell[i] + p->cells[i] + (size_t)(step[i] + 1) - 1) % p->cells[i] : 0;
        for (size_t q = p->head[(c[0] * p->cells[1] + c[1]) * p->cells[2] + c[2]]; q; q = p->next[q - 1]) {
            double square = 0;
            for (int i = 0; i < p->dim; i++) {
                double d = x[i] - p->x[3 * (q - 1) + (size_t)i];
                d = (d - floor(d + 0.5)) * p->stretch[i];
                square += d * d;
            }
            if (square < p->least * p->least) return false;
        }
    }
    return true;
}

cupel_status cupel_place_hard(int dim, size_t n, double least, const double stretch[3], uint64_t seed, double *x, const cupel_job *job,
                              cupel_err *err)
{
    placing p = {.dim = dim, .least = least, .x = x};
    size_t cells = 1, tries = 0;
    for (int i = 0; i < 3; i++) {
        p.stretch[i] = stretch[i];
        p.cells[i] = i < dim ? (size_t)fmin(64, fmax(1, floor(stretch[i] / least))) : 1;
        cells *= p.cells[i];
    }
    cupel_status st = CUPEL_OK;
    p.head = cupel_alloc(cells, sizeof *p.head);
    p.next = cupel_alloc(n, sizeof *p.next);
    if (!p.head || !p.next) CUPEL_TRY(cupel_no_memory(err, "particles", 0));
    for (size_t placed = 0; placed < n; tries++) {
        double y[3] = {0};
        size_t cell[3] = {0};
        if (tries > TRIES * n + 1000000)
            CUPEL_TRY(cupel_fail(err, CUPEL_INFEASIBLE, "%zu of %zu particles found a place at random in %zu trials; make fraction or gap smaller",
                                 placed, n, tries));
        if (tries % 65536 == 0 && cupel_stopped(job)) CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped while particles were placed"));
        for (int i = 0; i < dim; i++) {
            y[i] = cupel_rng_uniform(seed, 1, 3 * tries + (size_t)i);
            cell[i] = (size_t)(y[i] * (double)p.cells[i]);
        }
        if (!is_free_place(&p, y, cell)) continue;
        size_t *head = &p.head[(cell[0] * p.cells[1] + cell[1]) * p.cells[2] + cell[2]];
        memcpy(x + 3 * placed, y, sizeof y);
        p.next[placed] = *head;
        *head = ++placed;
    }
done:
    cupel_free(p.head);
    cupel_free(p.next);
    return st;
}
