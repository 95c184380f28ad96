/* Candidates of a batch: each pick adds a row to the process, and what the other rows say of every candidate stays as it was. With L the factor of
 * C and k the covariances of a candidate, the variance that is left is that of the process less |L^-1 k|^2: one more row is one more number of
 * L^-1 k. */
#include "models/search/gaussian_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/la.h"
#include "core/sys/par.h"

#include <string.h>

enum { BLOCK = CUPEL_GAUSS_BLOCK };

struct cupel_gauss_view {
    const double *x;  /* [m][d] */
    size_t m, d, cap; /* cap: rows at most */
    double *k;        /* [m][cap] covariances with the rows */
    double *left;     /* [m] of the variance, in units of that of the process */
};

size_t cupel_gauss_view_bytes(size_t m, size_t rows_max) { return cupel_mul(cupel_mul(m, rows_max + 1), sizeof(double)); }

cupel_gauss_view *cupel_gauss_view_new(const double *x, size_t m, size_t d, size_t rows_max)
{
    cupel_gauss_view *v = cupel_alloc(1, sizeof *v);
    if (!v) return NULL;
    *v = (cupel_gauss_view){.x = x, .m = m, .d = d, .cap = rows_max, .k = cupel_alloc_aligned(cupel_mul(m, rows_max), sizeof *v->k),
                            .left = cupel_alloc(m, sizeof *v->left)};
    if (v->k && v->left) return v;
    cupel_gauss_view_free(v);
    return NULL;
}

void cupel_gauss_view_free(cupel_gauss_view *v)
{
    if (!v) return;
    cupel_free(v->k);
    cupel_free(v->left);
    cupel_free(v);
}

typedef struct seeing {
    cupel_gauss_view *v;
    const cupel_gauss *g;
    size_t from, n;
    double *room; /* [workers][BLOCK][n + d] */
} seeing;

static cupel_status fill_block(void *user, size_t item, size_t worker, cupel_err *err)
{
    const seeing *s = user;
    const cupel_gauss *g = s->g;
    cupel_gauss_view *v = s->v;
    const size_t at = s->from + item * BLOCK, left = s->n - item * BLOCK, m = left < BLOCK ? left : BLOCK, n = g->n;
    double *k = v->k + at * v->cap, *said = s->room + worker * BLOCK * (n + g->d), *scaled = said + BLOCK * n;
    cupel_gauss_cross(g, v->x + at * v->d, m, scaled, k, v->cap);
    const cupel_status st = cupel_la_multiply(CUPEL_ABT, (cupel_matrix_in){k, m, n, v->cap}, (cupel_matrix_in){g->inverse, n, n, n},
                                              (cupel_matrix){said, m, n, n}, err);
    for (size_t i = 0; i < m; i++) v->left[at + i] = 1 + CUPEL_GAUSS_CONSTANT - cupel_gauss_dot(said + i * n, said + i * n, n);
    return st;
}

cupel_status cupel_gauss_view_fill(cupel_gauss_view *v, const cupel_gauss *g, size_t from, size_t n, size_t threads, cupel_err *err)
{
    const size_t items = (n + BLOCK - 1) / BLOCK, workers = threads < items ? threads : items, each = BLOCK * (g->n + g->d);
    if (!n) return CUPEL_OK;
    seeing s = {.v = v, .g = g, .from = from, .n = n, .room = cupel_alloc(cupel_mul(workers, each), sizeof *s.room)};
    if (!s.room) return cupel_no_memory(err, "candidates", cupel_mul(workers, each * sizeof *s.room));
    const cupel_status st = cupel_par_for(threads, items, fill_block, &s, err);
    cupel_free(s.room);
    return st;
}

static cupel_status grow_block(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)worker;
    (void)err;
    const seeing *s = user;
    const cupel_gauss *g = s->g;
    cupel_gauss_view *v = s->v;
    const size_t last = g->n - 1, end = (item + 1) * BLOCK < v->m ? (item + 1) * BLOCK : v->m;
    const double *row = g->x + last * g->d, *factor = g->inverse + last * g->n;
    for (size_t i = item * BLOCK; i < end; i++) {
        double *k = v->k + i * v->cap, r2 = 0;
        for (size_t c = 0; c < g->d; c++) {
            const double off = v->x[i * v->d + c] * g->weight[c] - row[c];
            r2 += off * off;
        }
        k[last] = cupel_matern52(sqrt(5 * r2)) + CUPEL_GAUSS_CONSTANT;
        const double more = cupel_gauss_dot(factor, k, g->n);
        v->left[i] -= more * more;
    }
    return CUPEL_OK;
}

cupel_status cupel_gauss_view_grow(cupel_gauss_view *v, const cupel_gauss *g, size_t threads, cupel_err *err)
{
    if (g->n > v->cap) return cupel_fail(err, CUPEL_BAD_INPUT, "candidates seen with %zu rows, expected at most %zu", g->n, v->cap);
    return cupel_par_for(threads, (v->m + BLOCK - 1) / BLOCK, grow_block, &(seeing){.v = v, .g = g}, err);
}

void cupel_gauss_view_ask(const cupel_gauss_view *v, const cupel_gauss *g, double *mean, double *deviation)
{
    for (size_t i = 0; i < v->m; i++) {
        mean[i] = g->mean + g->spread * cupel_gauss_dot(v->k + i * v->cap, g->alpha, g->n);
        deviation[i] = g->spread * sqrt(g->variance * fmax(v->left[i], 1e-12));
    }
}
