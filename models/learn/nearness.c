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

/* Adds `share` of the weights of one term's trees to near [m][n]. */
static cupel_status add_leaves(const cupel_term *t, double share, const cupel_compared *z, cupel_isa isa, double *near, cupel_err *err)
{
    double *x = NULL, *known = NULL;
    cupel_status st = cupel_term_rows(t, z->x, z->d, z->m, &x, err);
    if (st == CUPEL_OK) st = cupel_term_rows(t, z->known, z->d, z->n, &known, err);
    const cupel_compared rows = {x, z->m, known, z->n, cupel_trees_columns(t->trees)};
    if (st == CUPEL_OK) st = cupel_trees_near(t->trees, &rows, isa, share, near, err);
    cupel_free(x);
    cupel_free(known);
    return st;
}

static cupel_status by_leaves(const cupel_surrogate *s, const cupel_compared *z, cupel_isa isa, double *near, cupel_err *err)
{
    cupel_terms t;
    double all = 0;
    cupel_status st = CUPEL_OK;
    terms_of(s, &t);
    for (size_t k = 0; k < t.n; k++) all += t.term[k].weight;
    for (size_t k = 0; k < t.n && st == CUPEL_OK; k++)
        if (t.term[k].weight > 0) st = add_leaves(&t.term[k], t.term[k].weight / all, z, isa, near, err);
    return st;
}

static cupel_status by_kernel(const cupel_surrogate *s, const cupel_compared *z, cupel_isa isa, double *near, cupel_err *err)
{
    const cupel_machine_spec spec = {.kernel = s->expand.kind, .gamma = s->expand.gamma, .m = z->n, .d = z->d, .points = z->known};
    cupel_machine *machine = NULL;
    cupel_status st = cupel_machine_new(&spec, &machine, err);
    if (st != CUPEL_OK) return st;
    void *scratch = cupel_alloc_aligned(cupel_machine_scratch_bytes(machine) + 1, 1);
    if (scratch) cupel_machine_values(machine, z->x, z->d, z->m, &(cupel_machine_way){CUPEL_FLOAT64, isa, scratch}, near, z->n);
    else st = cupel_no_memory(err, "kernel values", 0);
    cupel_free(scratch);
    cupel_machine_free(machine);
    return st;
}

static double cut(double v) { return v > CUPEL_FARTHEST ? CUPEL_FARTHEST : v < -CUPEL_FARTHEST ? -CUPEL_FARTHEST : v; }

static void by_distance(const cupel_compared *z, double *near)
{
    const size_t k = z->d;
    for (size_t i = 0; i < z->m; i++)
        for (size_t r = 0; r < z->n; r++) {
            double square = 0;
            for (size_t j = 0; j < k; j++) {
                const double off = cut(z->x[i * k + j]) - cut(z->known[r * k + j]);
                square += off * off;
            }
            near[i * z->n + r] = sqrt(square / (double)k);
        }
}

cupel_status cupel_surrogate_near(const cupel_surrogate *s, const cupel_compared *rows, const cupel_job *job, double *near, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double *zx = NULL, *zt = NULL;
    const cupel_nearness how = cupel_surrogate_nearness(s);
    memset(near, 0, cupel_mul(rows->m, rows->n) * sizeof *near);
    CUPEL_TRY(cupel_surrogate_scaled(s, &(cupel_query){.x = rows->x, .ld = rows->d, .n = rows->m, .isa = job->isa}, &zx, err));
    CUPEL_TRY(cupel_surrogate_scaled(s, &(cupel_query){.x = rows->known, .ld = rows->d, .n = rows->n, .isa = job->isa}, &zt, err));
    const cupel_compared z = {zx, rows->m, zt, rows->n, s->scale.k};
    if (how == CUPEL_NEAR_LEAVES) CUPEL_TRY(by_leaves(s, &z, job->isa, near, err));
    else if (how == CUPEL_NEAR_KERNEL) CUPEL_TRY(by_kernel(s, &z, job->isa, near, err));
    else by_distance(&z, near);
done:
    cupel_free(zx);
    cupel_free(zt);
    return st;
}
