/* What held-out clusters teach a surrogate: where its domain ends, how much wider intervals are beyond. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/order.h"
#include "models/learn/shift.h"

enum { N = 400 };

typedef struct rows {
    double y[N], score[N];
    cupel_raw near[N], far[N];
    size_t fold[N];
    cupel_far clusters;
    cupel_surrogate s;
} rows;

/* Rows held out by chance lie near and have errors of 1; those of clusters lie about twice as far, with errors of 1 + slope times what is beyond. */
static void make_rows(rows *r, double slope)
{
    *r = (rows){.clusters = {.folds = {CUPEL_FAR_CLUSTERS, r->fold}, .raw = r->far}};
    r->s.threshold = 1;
    r->s.spread = (cupel_spread){.mean = 1, .floor = 1};
    r->s.expand.n_sums = 2;
    for (size_t i = 0; i < N; i++) {
        double distance = 0.6 + 2.4 * cupel_rng_uniform(1, 2, i), size = 1 + slope * (distance > 1 ? distance - 1 : 0);
        r->near[i] = (cupel_raw){.error = 1, .distance = cupel_rng_uniform(1, 1, i), .value = r->y[i] + cupel_rng_normal(1, 3, i)};
        r->far[i] = (cupel_raw){.error = 1, .distance = distance, .value = r->y[i] + size * cupel_rng_normal(1, 4, i)};
    }
}

/* Share of far rows in their 90 % intervals. */
static double covered(rows *r)
{
    cupel_scores scores = {0};
    cupel_err err = {0};
    double lo, hi, in = 0;
    for (size_t i = 0; i < N; i++) r->score[i] = (r->y[i] - r->near[i].value) / cupel_spread_of(&r->s, &r->near[i]);
    check_ok(cupel_scores_make(r->score, N, &scores, &err), &err);
    cupel_scores_interval(&scores, 0.9, &lo, &hi);
    for (size_t i = 0; i < N; i++) {
        double z = (r->y[i] - r->far[i].value) / cupel_spread_of(&r->s, &r->far[i]);
        in += (lo <= z && z <= hi) / (double)N;
    }
    cupel_scores_release(&scores);
    return in;
}

static void intervals_widen_where_errors_grow(void **state)
{
    (void)state;
    static rows r;
    cupel_err err = {0};
    make_rows(&r, 3);
    double before = covered(&r);
    check_ok(cupel_far_widen(&r.s, &(cupel_near){N, r.y, r.near, 0.9}, &r.clusters, r.score, &err), &err);
    assert_true(r.s.spread.steep > 0.5);
    assert_true(before < 0.6);
    check_close(covered(&r), 0.9, 0, 0.05); /* three standard errors */
}

static void they_stay_where_errors_do_not(void **state)
{
    (void)state;
    static rows r;
    cupel_err err = {0};
    make_rows(&r, 0);
    check_ok(cupel_far_widen(&r.s, &(cupel_near){N, r.y, r.near, 0.9}, &r.clusters, r.score, &err), &err);
    assert_true(r.s.spread.steep <= 0.1);
    check_close(covered(&r), 0.9, 0, 0.05);
    r.clusters.folds.n_folds = 0; /* without clusters nothing is learned */
    r.s.spread.steep = r.s.spread.knee = 0;
    check_ok(cupel_far_widen(&r.s, &(cupel_near){N, r.y, r.near, 0.9}, &r.clusters, r.score, &err), &err);
    assert_true(r.s.spread.steep == 0 && r.s.spread.knee == 0);
}

/* Of few rows a widening holds the level in every cluster, not on the mean of them: here one of five needs more than the others. */
static void of_few_rows_the_worst_cluster_counts(void **state)
{
    (void)state;
    enum { FEW = 100 };
    static rows r;
    cupel_err err = {0};
    double in = 0, lo, hi;
    cupel_scores scores = {0};
    make_rows(&r, 0);
    for (size_t i = 0; i < FEW; i++) {
        r.fold[i] = i % CUPEL_FAR_CLUSTERS;
        r.far[i].value = r.y[i] + (r.fold[i] ? 1 : 1 + 2 * r.far[i].distance) * cupel_rng_normal(1, 4, i);
    }
    check_ok(cupel_far_widen(&r.s, &(cupel_near){FEW, r.y, r.near, 0.9}, &r.clusters, r.score, &err), &err);
    for (size_t i = 0; i < FEW; i++) r.score[i] = (r.y[i] - r.near[i].value) / cupel_spread_of(&r.s, &r.near[i]);
    check_ok(cupel_scores_make(r.score, FEW, &scores, &err), &err);
    cupel_scores_interval(&scores, 0.9, &lo, &hi);
    for (size_t i = 0; i < FEW; i += CUPEL_FAR_CLUSTERS) {
        double z = (r.y[i] - r.far[i].value) / cupel_spread_of(&r.s, &r.far[i]);
        in += lo <= z && z <= hi;
    }
    cupel_scores_release(&scores);
    print_message("%g of 20 rows of the worst cluster\n", in);
    assert_true(in >= 18);
}

static void the_domain_ends_where_clusters_begin(void **state)
{
    (void)state;
    static rows r;
    cupel_err err = {0};
    double threshold, inside = 0;
    make_rows(&r, 0);
    for (size_t i = 0; i < N; i++) r.far[i].distance = 0.95 + 0.001 * (double)i;
    check_ok(cupel_far_threshold(r.near, N, &r.clusters, 1, &threshold, &err), &err);
    for (size_t i = 0; i < N; i++) inside += (r.near[i].distance <= threshold) / (double)N;
    assert_true(inside >= 0.895 && inside <= 0.985);
    check_close(threshold, 0.95, 0, 0.03); /* no cluster is nearer, and few rows by chance are farther */
    r.clusters.folds.n_folds = 0;
    check_ok(cupel_far_threshold(r.near, N, &r.clusters, 1, &threshold, &err), &err);
    inside = 0;
    for (size_t i = 0; i < N; i++) inside += (r.near[i].distance <= threshold) / (double)N;
    check_close(inside, 0.95, 0, 0.01);
    for (size_t i = 0; i < N; i++) r.near[i].distance = 0;
    check_ok(cupel_far_threshold(r.near, N, &r.clusters, 4, &threshold, &err), &err);
    check_close(threshold, 2, 1e-15, 0); /* all rows repeat one another: the typical distance */
}

/* Clouds of rows: each cluster is one of them, in any order; few rows, and rows that are alike, make none. */
static void clusters_are_clouds(void **state)
{
    (void)state;
    static double x[N * 2];
    size_t cloud_of[CUPEL_FAR_CLUSTERS];
    cupel_err err = {0};
    cupel_far far;
    for (size_t i = 0; i < N; i++) {
        x[2 * i] = 10 * (double)(i % CUPEL_FAR_CLUSTERS) + cupel_rng_normal(2, 1, i);
        x[2 * i + 1] = cupel_rng_normal(2, 2, i);
    }
    cupel_problem p = {.n = N, .d = 2, .x = x};
    check_ok(cupel_far_clusters(&p, 1, &far, &err), &err);
    assert_int_equal(far.folds.n_folds, CUPEL_FAR_CLUSTERS);
    for (size_t i = 0; i < CUPEL_FAR_CLUSTERS; i++) cloud_of[i] = far.folds.fold[i];
    for (size_t i = 0; i < N; i++) assert_int_equal(far.folds.fold[i], cloud_of[i % CUPEL_FAR_CLUSTERS]);
    cupel_far_release(&far);
    size_t group[N];
    for (size_t i = 0; i < N; i++) group[i] = i < 10 ? 0 : i; /* ten rows of one material, in all clouds */
    p.group = group;
    check_ok(cupel_far_clusters(&p, 1, &far, &err), &err);
    for (size_t i = 1; i < 10; i++) assert_int_equal(far.folds.fold[i], far.folds.fold[0]);
    for (size_t i = 10; i < N; i++) assert_int_equal(far.folds.fold[i], cloud_of[i % CUPEL_FAR_CLUSTERS]);
    cupel_far_release(&far);
    p.group = NULL;
    p.n = CUPEL_FAR_LEAST - 1;
    check_ok(cupel_far_clusters(&p, 1, &far, &err), &err);
    assert_int_equal(far.folds.n_folds, 0);
    cupel_far_release(&far);
    p.n = N;
    memset(x, 0, sizeof x);
    check_ok(cupel_far_clusters(&p, 1, &far, &err), &err);
    assert_int_equal(far.folds.n_folds, 0);
    cupel_far_release(&far);
}

/* A learner that fits as a whole learns from clusters too: each cloud has a class of its own, which the others do not tell, so rows of a cloud
 * that is held out are less probable for their own class than rows held out by chance, and beyond the domain sets are as large as they need. */
static void the_automatic_model_learns_from_clusters(void **state)
{
    (void)state;
    static double x[N * 2], y[N];
    static const double class_of[CUPEL_FAR_CLUSTERS] = {0, 1, 0, 1, 0};
    cupel_surrogate *s = NULL;
    cupel_err err = {0};
    for (size_t i = 0; i < N; i++) {
        x[2 * i] = 10 * (double)(i % CUPEL_FAR_CLUSTERS) + cupel_rng_normal(2, 1, i);
        x[2 * i + 1] = x[2 * i] + cupel_rng_normal(2, 2, i);
        y[i] = class_of[i % CUPEL_FAR_CLUSTERS];
    }
    const cupel_fit_options o = {.learner = "auto", .settings = "effort=1", .task = CUPEL_TASK_CLASS, .seed = 1};
    check_ok(cupel_surrogate_fit(x, N, 2, y, &o, &(cupel_job){.threads = 2, .isa = cupel_isa_best()}, &s, &err), &err);
    for (int c = 0; c < 2; c++) {
        const double own = cupel_quantile(s->own[c].sorted, s->own[c].n, 0.5), far = cupel_quantile(s->far[c].sorted, s->far[c].n, 0.5);
        print_message("class %d: median probability of the own class %.3f, beyond the domain %.3f\n", c, own, far);
        assert_true(far < own - 0.3);
    }
    cupel_surrogate_free(s);
}

/* Rows held out are told the distances that new rows have, and no row is taken to be nearer than rows held out were: an interval about a repeated row
 * is as wide as that of the nearest tenth. */
static void the_automatic_model_knows_how_near_new_rows_lie(void **state)
{
    (void)state;
    enum { ROWS = 200, D = 2 };
    static double x[2 * ROWS * D], y[ROWS], number[6][ROWS], spread[ROWS];
    static unsigned char in[ROWS];
    double held_out = 0, of_new = 0;
    cupel_surrogate *s = NULL;
    cupel_scratch *scratch = NULL;
    cupel_err err = {0};
    const cupel_job job = {.threads = 2, .isa = cupel_isa_best()};
    cupel_prediction out = {number[0], spread, number[1], number[2], number[3], in};
    for (size_t i = 0; i < 2 * ROWS; i++)
        for (size_t j = 0; j < D; j++) x[i * D + j] = cupel_rng_uniform(3, j, i);
    for (size_t i = 0; i < ROWS; i++) y[i] = x[i * D] + 0.3 * cupel_rng_normal(3, 9, i);
    const cupel_fit_options o = {.learner = "auto", .settings = "effort=1", .task = CUPEL_TASK_REGRESSION, .seed = 1};
    check_ok(cupel_surrogate_fit(x, ROWS, D, y, &o, &job, &s, &err), &err);
    const cupel_predict_options how = {.level = 0.9, .isa = job.isa};
    check_ok(cupel_scratch_new(s, &scratch, &err), &err);
    check_ok(cupel_surrogate_predict(s, x + ROWS * D, D, ROWS, &how, scratch, &out, &err), &err);
    for (size_t i = 0; i < ROWS; i++) held_out += cupel_surrogate_oof(s).distance[i] / ROWS, of_new += number[3][i] / ROWS;
    print_message("mean distance of rows held out %.3f, of new ones %.3f\n", held_out, of_new);
    assert_true(held_out < 1.03 * of_new); /* a fifth held out at once: 1.08 */
    const cupel_raw near = {.error = 1, .distance = s->spread.nearest * s->threshold}, same = {.error = 1};
    assert_true(s->spread.nearest > 0 && cupel_spread_of(s, &same) == cupel_spread_of(s, &near));
    cupel_scratch_free(scratch);
    cupel_surrogate_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_widen_where_errors_grow),
        cmocka_unit_test(they_stay_where_errors_do_not),
        cmocka_unit_test(of_few_rows_the_worst_cluster_counts),
        cmocka_unit_test(the_domain_ends_where_clusters_begin),
        cmocka_unit_test(clusters_are_clouds),
        cmocka_unit_test(the_automatic_model_learns_from_clusters),
        cmocka_unit_test(the_automatic_model_knows_how_near_new_rows_lie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
