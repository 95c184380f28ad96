#include "models/learn/nearness.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "models/learn/surrogate_parts.h"
#include "models/learn/trees.h"

#include <math.h>
#include <string.h>

static void terms_of(const cupel_surrogate *s, cupel_terms *t)
{
    *t = (cupel_terms){0};
    if (s->expand.own && s->learner->terms) s->learner->terms(s->expand.own->model, t);
}

cupel_nearness cupel_surrogate_nearness(const cupel_surrogate *s)
{
    cupel_terms t;
    terms_of(s, &t);
    return t.n ? CUPEL_NEAR_LEAVES : s->expand.kernel && !s->expand.own ? CUPEL_NEAR_KERNEL : CUPEL_NEAR_DISTANCE;
}

static cupel_status scaled(const cupel_surrogate *s, const double *x, size_t ld, size_t n, cupel_isa isa, double **z, cupel_err *err)
{
    *z = cupel_alloc_aligned(cupel_mul(n, s->scale.k), sizeof **z);
    if (!*z) return cupel_no_memory(err, "scaled rows", cupel_mul(n, s->scale.k * sizeof **z));
    cupel_scale_apply(&s->scale, isa, x, ld, n, *z, s->scale.k);
    return CUPEL_OK;
}

/* The columns that a term's trees see, rows z [n][k]. */
static cupel_status seen(const cupel_term *t, const double *z, size_t k, size_t n, double **x, cupel_err *err)
{
    const size_t d = cupel_trees_columns(t->trees);
    *x = cupel_alloc(cupel_mul(n, d) + 1, sizeof **x);
    if (!*x) return cupel_no_memory(err, "rows of trees", cupel_mul(n, d * sizeof **x));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++) (*x)[i * d + j] = z[i * k + (t->column ? t->column[j] : j)];
    return CUPEL_OK;
}

/* Adds the weights of one term's trees. zx [m][k], zt [n][k]. */
static cupel_status add_leaves(const cupel_term *t, double share, const double *zx, size_t m, const double *zt, size_t n, size_t k, cupel_isa isa,
                               double *near, cupel_err *err)
{
    double *x = NULL, *known = NULL;
    cupel_status st = seen(t, zx, k, m, &x, err);
    if (st == CUPEL_OK) st = seen(t, zt, k, n, &known, err);
    if (st == CUPEL_OK) st = cupel_trees_near(t->trees, x, m, known, n, isa, share, near, err);
    cupel_free(x);
    cupel_free(known);
    return st;
}

static cupel_status by_leaves(const cupel_surrogate *s, const double *zx, size_t m, const double *zt, size_t n, cupel_isa isa, double *near,
                              cupel_err *err)
{
    cupel_terms t;
    double all = 0;
    cupel_status st = CUPEL_OK;
    terms_of(s, &t);
    for (size_t k = 0; k < t.n; k++) all += t.term[k].weight;
    for (size_t k = 0; k < t.n && st == CUPEL_OK; k++)
        if (t.term[k].weight > 0) st = add_leaves(&t.term[k], t.term[k].weight / all, zx, m, zt, n, s->scale.k, isa, near, err);
    return st;
}

static cupel_status by_kernel(const cupel_surrogate *s, const double *zx, size_t m, const double *zt, size_t n, cupel_isa isa, double *near,
                              cupel_err *err)
{
    const cupel_machine_spec spec = {.kernel = s->expand.kind, .gamma = s->expand.gamma, .m = n, .d = s->scale.k, .points = zt};
    cupel_machine *machine = NULL;
    cupel_status st = cupel_machine_new(&spec, &machine, err);
    if (st != CUPEL_OK) return st;
    void *scratch = cupel_alloc_aligned(cupel_machine_scratch_bytes(machine) + 1, 1);
    if (scratch) cupel_machine_values(machine, zx, s->scale.k, m, &(cupel_machine_way){CUPEL_FLOAT64, isa, scratch}, near, n);
    else st = cupel_no_memory(err, "kernel values", 0);
    cupel_free(scratch);
    cupel_machine_free(machine);
    return st;
}

static double cut(double v) { return v > CUPEL_FARTHEST ? CUPEL_FARTHEST : v < -CUPEL_FARTHEST ? -CUPEL_FARTHEST : v; }

static void by_distance(const cupel_surrogate *s, const double *zx, size_t m, const double *zt, size_t n, double *near)
{
    const size_t k = s->scale.k;
    for (size_t i = 0; i < m; i++)
        for (size_t r = 0; r < n; r++) {
            double square = 0;
            for (size_t j = 0; j < k; j++) {
                const double off = cut(zx[i * k + j]) - cut(zt[r * k + j]);
                square += off * off;
            }
            near[i * n + r] = sqrt(square / (double)k);
        }
}

cupel_status cupel_surrogate_near(const cupel_surrogate *s, const double *x, size_t m, const double *t, size_t n, size_t ld, const cupel_job *job,
                                  double *near, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double *zx = NULL, *zt = NULL;
    const cupel_nearness how = cupel_surrogate_nearness(s);
    memset(near, 0, cupel_mul(m, n) * sizeof *near);
    CUPEL_TRY(scaled(s, x, ld, m, job->isa, &zx, err));
    CUPEL_TRY(scaled(s, t, ld, n, job->isa, &zt, err));
    if (how == CUPEL_NEAR_LEAVES) CUPEL_TRY(by_leaves(s, zx, m, zt, n, job->isa, near, err));
    else if (how == CUPEL_NEAR_KERNEL) CUPEL_TRY(by_kernel(s, zx, m, zt, n, job->isa, near, err));
    else by_distance(s, zx, m, zt, n, near);
done:
    cupel_free(zx);
    cupel_free(zt);
    return st;
}
