/* Rows and ensembles of trees in tests. For one test program each. */
#ifndef CUPEL_TESTS_TREES_H
#define CUPEL_TESTS_TREES_H

#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "models/learn/trees.h"

enum { N = 400, D = 5 };
static const cupel_job alone = {.threads = 1};
static const cupel_trees_kind every[] = {CUPEL_EXTRA_TREES, CUPEL_RANDOM_FOREST, CUPEL_BOOSTED_TREES};
enum { KINDS = 3 };

typedef struct rows {
    double x[N][D], y[N];
} rows;

/* A smooth function of three of the columns, and noise. */
static inline rows *make_rows(uint64_t seed, double noise)
{
    rows *r = cupel_alloc(1, sizeof *r);
    assert_non_null(r);
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < D; j++) r->x[i][j] = cupel_rng_uniform(seed, j, i) * 4 - 2;
        r->y[i] = 3 * sin(r->x[i][0]) + r->x[i][1] * r->x[i][2] + noise * cupel_rng_normal(seed, 99, i);
    }
    return r;
}

static inline cupel_trees_data data_of(const rows *r) { return (cupel_trees_data){.n = N, .d = D, .ld = D, .x = &r->x[0][0], .y = r->y}; }

static inline cupel_trees *fit(const cupel_trees_data *data, const cupel_trees_options *o, const cupel_job *job)
{
    cupel_trees *t = NULL;
    cupel_err err = {0};
    check_ok(cupel_trees_fit(data, o, job, &t, &err), &err);
    assert_non_null(t);
    return t;
}

static inline cupel_trees_options small(cupel_trees_kind kind)
{
    cupel_trees_options o = cupel_trees_defaults(kind);
    o.trees = kind == CUPEL_BOOSTED_TREES ? 200 : 60;
    o.columns = 0.8;
    o.seed = 3;
    return o;
}

/* value [n] and, unless NULL, variance [n]. */
static inline void predict(const cupel_trees *t, const double *x, size_t ld, size_t n, cupel_isa isa, double *value, double *variance)
{
    void *scratch = cupel_alloc_aligned(cupel_trees_scratch_bytes(t), 1);
    assert_non_null(scratch);
    cupel_trees_predict(t, &(cupel_query){x, ld, n, isa, scratch}, value, variance);
    cupel_free(scratch);
}

static inline void same_bytes(const double *a, const double *b, size_t n) { assert_memory_equal(a, b, n * sizeof *a); }

#endif
