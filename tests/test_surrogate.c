/* Surrogates on functions that are known: every learner, intervals that cover, the same bytes for any thread count, files that come back. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "models/learn/learner.h"
#include "models/learn/surrogate.h"

#include <unistd.h>

/* Rows of a smooth function with noise that grows along the first column. */
typedef struct rows {
    size_t n, d;
    double *x, *y, *clean;
} rows;

static rows make_rows(size_t n, uint64_t seed, bool classes)
{
    rows r = {.n = n, .d = 4, .x = cupel_alloc(n * 4, sizeof(double)), .y = cupel_alloc(n, sizeof(double)), .clean = cupel_alloc(n, sizeof(double))};
    assert_true(r.x && r.y && r.clean);
    for (size_t i = 0; i < n; i++) {
        double *x = r.x + i * 4;
        for (size_t j = 0; j < 3; j++) x[j] = 10 * cupel_rng_uniform(seed, j, i) - 5;
        x[3] = 7; /* constant: must be dropped */
        r.clean[i] = 100 + 20 * sin(x[0] / 2) + 5 * x[1] - x[2] * x[2] / 2;
        r.y[i] = r.clean[i] + (0.5 + 0.3 * (x[0] + 5)) * cupel_rng_normal(seed, 9, i);
        if (classes) r.y[i] = r.y[i] > 100 ? 1 : 0;
    }
    return r;
}

static void free_rows(rows *r)
{
    cupel_free(r->x);
    cupel_free(r->y);
    cupel_free(r->clean);
}

typedef struct predicted {
    cupel_prediction p;
    double *memory;
    unsigned char *in;
} predicted;

static predicted predict_all(const cupel_surrogate *s, const rows *r, cupel_predict_options o)
{
    predicted q = {.memory = cupel_alloc(5 * r->n, sizeof(double)), .in = cupel_alloc(r->n, 1)};
    assert_true(q.memory && q.in);
    q.p = (cupel_prediction){q.memory, q.memory + r->n, q.memory + 2 * r->n, q.memory + 3 * r->n, q.memory + 4 * r->n, q.in};
    cupel_scratch *scratch = NULL;
    cupel_err err = {0};
    check_ok(cupel_scratch_new(s, &scratch, &err), &err);
    check_ok(cupel_surrogate_predict(s, r->x, r->d, r->n, &o, scratch, &q.p, &err), &err);
    cupel_scratch_free(scratch);
    return q;
}

static void free_predicted(predicted *q)
{
    cupel_free(q->memory);
    cupel_free(q->in);
}

static cupel_surrogate *fit_rows(const rows *r, const char *learner, const char *settings, size_t threads)
{
    cupel_surrogate *s = NULL;
    cupel_err err = {0};
    cupel_job job = {.threads = threads, .isa = CUPEL_ISA_PLAIN};
    check_ok(cupel_surrogate_fit(r->x, r->n, r->d, r->y, &(cupel_fit_options){.learner = learner, .settings = settings, .seed = 1}, &job, &s, &err), &err);
    assert_non_null(s);
    return s;
}

static const cupel_predict_options plain = {.precision = CUPEL_FLOAT64, .isa = CUPEL_ISA_PLAIN, .level = 0.9};

static double share_covered(const rows *r, const predicted *q)
{
    size_t in = 0;
    for (size_t i = 0; i < r->n; i++) in += q->p.lower[i] <= r->y[i] && r->y[i] <= q->p.upper[i];
    return (double)in / (double)r->n;
}

/* Three standard errors of a share near 0.9 among n rows, and the same again for the rows of the calibration. */
static double slack(size_t n_new, size_t n_known) { return 3 * sqrt(0.09 / (double)n_new + 0.09 / (double)n_known); }

static void regression_learns_and_covers(void **state)
{
    (void)state;
    rows train = make_rows(300, 1, false), fresh = make_rows(1000, 2, false);
    for (size_t k = 0; cupel_learners[k]; k++) {
        if (!cupel_learners[k]->regression) continue;
        cupel_surrogate *s = fit_rows(&train, cupel_learners[k]->method.name, NULL, 2);
        predicted q = predict_all(s, &fresh, plain);
        double error = 0, width = 0;
        for (size_t i = 0; i < fresh.n; i++) error += fabs(q.p.value[i] - fresh.clean[i]) / (double)fresh.n;
        for (size_t i = 0; i < fresh.n; i++) width += (q.p.upper[i] - q.p.lower[i]) / (double)fresh.n;
        print_message("%s [%s]: error %.3f, width %.3f, coverage %.3f\n", cupel_surrogate_learner(s), cupel_surrogate_settings(s), error, width,
                      share_covered(&fresh, &q));
        assert_true(error < (cupel_learners[k]->kernel ? 1.5 : 9)); /* the function spans about 80; its linear part leaves about 8 */
        assert_true(fabs(share_covered(&fresh, &q) - 0.9) < slack(fresh.n, train.n));
        free_predicted(&q);
        cupel_surrogate_free(s);
    }
    free_rows(&train);
    free_rows(&fresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regression_learns_and_covers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
