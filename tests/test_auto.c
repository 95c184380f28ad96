#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/model.h"
#include "core/io/artifact.h"
#include "models/learn/auto/blend.h"
#include "models/learn/auto/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { N = 400, D = 3 };

static const cupel_job job = {.threads = 2, .isa = CUPEL_ISA_PLAIN};

static double noise(uint64_t stream, size_t i) { return cupel_rng_normal(7, stream, i); }

/* Errors that cancel: half of each member; a member without sense gets nothing. */
static void a_blend_finds_members_that_complement_one_another(void **state)
{
    (void)state;
    double y[N], a[N], b[N], c[N], weight[3], reached;
    cupel_err err = {0};
    for (size_t i = 0; i < N; i++) {
        const double e = noise(1, i);
        y[i] = (double)i / N;
        a[i] = y[i] + e;
        b[i] = y[i] - e;
        c[i] = 10 * noise(2, i);
    }
    cupel_blended of = {CUPEL_BLEND_ABSOLUTE, (const double *const[]){a, b, c}, 3, y, N};
    check_ok(cupel_blend_fit(&of, 1, NULL, weight, &reached, &err), &err);
    assert_true(fabs(weight[0] - 0.5) < 0.05 && fabs(weight[1] - 0.5) < 0.05 && weight[2] < 0.01);
    assert_true(fabs(weight[0] + weight[1] + weight[2] - 1) < 1e-12);
    assert_true(reached < 0.1);
}

/* One that is better by chance alone does not drive out what was there before, but may share with it; one that is surely better does. */
static void weights_of_before_are_left_only_for_a_sure_gain(void **state)
{
    (void)state;
    static const double before[] = {1, 0};
    double y[N], a[N], b[N], sure[N], weight[2], reached, shared;
    cupel_err err = {0};
    for (size_t i = 0; i < N; i++) {
        y[i] = (double)i / N;
        a[i] = y[i] + noise(5, i);
        b[i] = y[i] + 0.95 * noise(6, i);
        sure[i] = y[i] + 0.1 * noise(6, i);
    }
    cupel_blend_prior prior = {.weight = before, .share = 1};
    cupel_blended of = {CUPEL_BLEND_ABSOLUTE, (const double *const[]){a, sure}, 2, y, N};
    check_ok(cupel_blend_fit(&of, 1, &prior, weight, &reached, &err), &err);
    assert_true(weight[0] < 0.2);
    of = (cupel_blended){CUPEL_BLEND_ABSOLUTE, (const double *const[]){a, a}, 2, y, N};
    check_ok(cupel_blend_fit(&of, 1, &prior, weight, &reached, &err), &err);
    assert_true(weight[0] == 1 && weight[1] == 0);
    prior.share = 0.5;
    of = (cupel_blended){CUPEL_BLEND_ABSOLUTE, (const double *const[]){a, sure}, 2, y, N};
    check_ok(cupel_blend_fit(&of, 1, &prior, weight, &reached, &err), &err);
    assert_true(weight[0] < 0.2);
    of = (cupel_blended){CUPEL_BLEND_ABSOLUTE, (const double *const[]){a, b}, 2, y, 12};
    check_ok(cupel_blend_fit(&of, 1, &prior, weight, &shared, &err), &err);
    assert_true(weight[0] >= 0.5 && weight[0] < 1 && fabs(weight[0] + weight[1] - 1) < 1e-12);
    double mixed = 0;
    for (size_t i = 0; i < 12; i++) mixed += fabs(weight[0] * a[i] + weight[1] * b[i] - y[i]) / 12;
    check_close(shared, mixed, 1e-12, 0);
}

/* Members that are all alike: equal weights, which nothing beats. */
static void equal_members_share(void **state)
{
    (void)state;
    double y[N], a[N], b[N], weight[2], reached;
    cupel_err err = {0};
    for (size_t i = 0; i < N; i++) {
        y[i] = noise(3, i) > 0;
        a[i] = b[i] = y[i] > 0 ? 0.8 : 0.2;
    }
    cupel_blended of = {CUPEL_BLEND_LOG, (const double *const[]){a, b}, 2, y, N};
    check_ok(cupel_blend_fit(&of, 1, NULL, weight, &reached, &err), &err);
    assert_true(weight[0] == 0.5 && weight[1] == 0.5);
    check_close(reached, -log(0.8), 1e-12, 0);
}

static void the_median_of_a_mixture(void **state)
{
    (void)state;
    double q[CUPEL_AUTO_QUANTILES];
    for (size_t k = 0; k < CUPEL_AUTO_QUANTILES; k++) q[k] = (double)(k + 1) / 20; /* uniform on 0 .. 1 */
    assert_true(cupel_auto_median(0.5, 3, q) == 0);
    assert_true(cupel_auto_median(0.2, 3, q) == 0);
    check_close(cupel_auto_median(1, 3, q), 3, 1e-12, 0);
    /* above with 0.75: half of all lies below u = 1/3 of a uniform distribution with median 1/2 */
    check_close(cupel_auto_median(0.75, 0.5, q), 1.0 / 3, 1e-9, 0);
    assert_true(cupel_auto_median(1, -1, q) == 0);
}

/* Half of the targets are exactly 0, the others far from it: x0 says which, x1 how much. */
static void make_rows(double *x, double *y, size_t *fold)
{
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < D; j++) x[i * D + j] = cupel_rng_uniform(5, j, i);
        y[i] = x[i * D] < 0.5 ? 0 : 2 + 3 * x[i * D + 1];
        fold[i] = i % 5;
    }
}

/* Columns about ions come in where many rows share the lowest value of a number, and nothing else was asked for. */
static void a_hurdle_is_described_by_its_ions(void **state)
{
    (void)state;
    enum { ROWS = 400 };
    double y[ROWS];
    size_t row[ROWS];
    const cupel_training t = {.target = y};
    cupel_model_options o = {.features = cupel_default_features("auto"), .with_hurdle = cupel_default_with_hurdle("auto")};
    for (size_t i = 0; i < ROWS; i++) row[i] = ROWS - 1 - i, y[i] = i % 2 ? 0 : 1.0 + (double)i;
    assert_true(strstr(o.with_hurdle, "ion_roles") && !strstr(o.features, "ion_roles"));
    assert_ptr_equal(cupel_model_features_for(&o, &t, row, ROWS), o.with_hurdle);
    assert_ptr_equal(cupel_model_features_for(&o, &t, row, 200), o.features); /* too few rows */
    o.task = CUPEL_TASK_CLASS;
    assert_ptr_equal(cupel_model_features_for(&o, &t, row, ROWS), o.features);
    o.task = CUPEL_TASK_AUTO;
    for (size_t i = 0; i < ROWS; i++) y[i] = i % 2 ? 0 : 1; /* two values are a class */
    assert_ptr_equal(cupel_model_features_for(&o, &t, row, ROWS), o.features);
    for (size_t i = 0; i < ROWS; i++) y[i] = (double)i;
    assert_ptr_equal(cupel_model_features_for(&o, &t, row, ROWS), o.features);
    assert_null(cupel_default_with_hurdle("svr"));
}

static void a_hurdle_is_found_and_kept(void **state)
{
    (void)state;
    double x[N * D], y[N], value[N], error[N], said[N], wrong = 0;
    size_t fold[N], zeros = 0;
    cupel_err err = {0};
    cupel_auto *a = NULL;
    make_rows(x, y, fold);
    const cupel_auto_data data = {.n = N, .d = D, .x = x, .y = y, .fold = fold, .n_folds = 5, .seed = 1, .effort = 5};
    check_ok(cupel_auto_fit(&data, &job, &a, value, error, NULL, &err), &err);
    assert_true(a->hurdle && cupel_auto_effort(a) == 5);
    for (size_t i = 0; i < N; i++) {
        wrong += fabs(value[i] - y[i]) / N;
        zeros += value[i] == 0;
        assert_true(value[i] >= 0 && error[i] >= 0);
    }
    assert_true(wrong < 0.2 && zeros > N / 3);
    void *scratch = cupel_alloc_aligned(cupel_auto_scratch_bytes(a), 1);
    cupel_auto_predict(a, &(cupel_query){x, D, N, CUPEL_ISA_PLAIN, scratch}, said, NULL, NULL);
    for (size_t i = 0; i < N; i++) { /* by blocks or one by one, the same */
        double one;
        cupel_auto_predict(a, &(cupel_query){x + i * D, D, 1, CUPEL_ISA_PLAIN, scratch}, &one, NULL, NULL);
        assert_true(one == said[i]);
    }
    cupel_free(scratch);
    cupel_auto_free(a);
}

static void the_plan_follows_the_table(void **state)
{
    (void)state;
    cupel_auto_unit unit[CUPEL_AUTO_MEMBERS];
    size_t least;
    const cupel_auto_facts smooth = {.n = 300, .n_fractions = 14, .lowest_share = 1.0 / 300, .skew = 1},
                           crossed = {.n = 4000, .n_fractions = 90, .lowest_share = 0.5, .skew = 1},
                           large = {.n = 100000, .n_fractions = 90, .lowest_share = 1e-5, .skew = 1};
    size_t n = cupel_auto_plan(&smooth, 1, unit, &least), fractions = 0, above = 0;
    for (size_t i = 0; i < n; i++) {
        fractions += unit[i].columns == CUPEL_AUTO_FRACTIONS;
        assert_true(unit[i].columns != CUPEL_AUTO_PLAIN);
    }
    assert_true(fractions > 0 && least == 1);
    for (int is_class = 0; is_class < 2; is_class++) { /* boosting and extremely randomised trees on the first kind of descriptor */
        const cupel_auto_facts several = {.n = 300, .n_fractions = 14, .plain = true, .is_class = is_class, .lowest_share = 1.0 / 300, .skew = 1};
        bool boosting = false, extra = false;
        n = cupel_auto_plan(&several, 1, unit, &least);
        for (size_t i = 0; i < n; i++) {
            boosting |= unit[i].columns == CUPEL_AUTO_PLAIN && unit[i].trees.kind == CUPEL_BOOSTED_TREES;
            extra |= unit[i].columns == CUPEL_AUTO_PLAIN && unit[i].trees.kind == CUPEL_EXTRA_TREES;
        }
        assert_true(boosting && extra);
    }
    n = cupel_auto_plan(&crossed, 1, unit, &least);
    for (size_t i = 0; i < n; i++) above += unit[i].role == CUPEL_AUTO_ABOVE;
    assert_true(above > 0 && least == 3 && unit[0].role == CUPEL_AUTO_ABOVE);
    const cupel_auto_facts even = {.n = 300, .lowest_share = 1.0 / 300, .skew = 1}, skewed = {.n = 300, .lowest_share = 1.0 / 300, .skew = 3};
    size_t logarithms[2] = {0}, larger[2] = {0};
    for (int k = 0; k < 2; k++) { /* a skewed target is learned as a logarithm too, few rows of another by larger trees */
        n = cupel_auto_plan(k ? &skewed : &even, 1, unit, &least);
        for (size_t i = 0; i < n; i++) {
            logarithms[k] += unit[i].logarithm;
            larger[k] += unit[i].trees.kind == CUPEL_BOOSTED_TREES && unit[i].trees.leaves == 24;
        }
    }
    assert_true(!logarithms[0] && logarithms[1] >= 3 && larger[0] == 1 && !larger[1]);
    n = cupel_auto_plan(&large, 1, unit, &least);
    for (size_t i = 0; i < n; i++) assert_true(!unit[i].quantiles && unit[i].role != CUPEL_AUTO_STACK);
}

/* The pair on fractions is where a blend begins, and half of it where a member on other columns does as well alone. */
static void fractions_come_first_only_where_nothing_else_does_as_well(void **state)
{
    (void)state;
    static cupel_auto a;
    const size_t which[] = {0, 1, 2};
    double prior[3], share;
    a = (cupel_auto){.n_members = 3};
    for (size_t k = 0; k < 3; k++)
        a.member[k].unit = (cupel_auto_unit){.columns = CUPEL_AUTO_FRACTIONS, .trees = cupel_trees_defaults(CUPEL_EXTRA_TREES)};
    a.member[0].unit.columns = CUPEL_AUTO_PLAIN;
    a.member[0].unit.trees = cupel_trees_defaults(CUPEL_BOOSTED_TREES);
    a.member[2].unit.role = CUPEL_AUTO_STACK;
    a.member[0].loss = 3, a.member[1].loss = 2, a.member[2].loss = 2;
    assert_true(cupel_auto_prior(&a, which, 3, prior, &share));
    assert_true(prior[0] == 0 && prior[1] == 0.5 && prior[2] == 0.5 && share == 1);
    a.member[0].loss = 2;
    assert_true(cupel_auto_prior(&a, which, 3, prior, &share));
    assert_true(prior[0] == 0 && prior[1] == 0.5 && prior[2] == 0.5 && share == 0.5);
}

/* Members on the first kind of descriptor alone, in the fit and after a way through a file. */
static void plain_columns_are_kept_in_an_artifact(void **state)
{
    (void)state;
    static double x[N * D], y[N], value[N], error[N], said[N], again[N];
    static size_t fold[N];
    const size_t plain[] = {1};
    char path[64];
    cupel_err err = {0};
    cupel_auto *a = NULL, *b = NULL;
    cupel_writer *w = NULL;
    cupel_reader *r = NULL;
    size_t members = 0;
    make_rows(x, y, fold);
    for (size_t i = 0; i < N; i++) y[i] = x[i * D + 1] + 0.1 * x[i * D];
    const cupel_auto_data data = {.n = N, .d = D, .x = x, .y = y, .fold = fold, .n_folds = 5, .plain = plain, .n_plain = 1, .seed = 1, .effort = 6};
    check_ok(cupel_auto_fit(&data, &job, &a, value, error, NULL, &err), &err);
    for (size_t k = 0; k < a->n_members; k++) members += a->member[k].unit.columns == CUPEL_AUTO_PLAIN;
    assert_true(members > 0 && a->n_columns[CUPEL_AUTO_PLAIN] == 1 && a->column[CUPEL_AUTO_PLAIN][0] == 1);
    snprintf(path, sizeof path, "/tmp/cupel-test-auto-%ld.h5", (long)getpid());
    check_ok(cupel_writer_open(path, "model", 2, 1, &w, &err), &err);
    check_ok(cupel_auto_save(a, "auto", w, &err), &err);
    check_ok(cupel_writer_commit(&w, &err), &err);
    check_ok(cupel_reader_open(path, "model", 2, &r, &err), &err);
    check_ok(cupel_auto_load(r, "auto", D, &b, &err), &err);
    void *scratch = cupel_alloc_aligned(cupel_auto_scratch_bytes(a) + cupel_auto_scratch_bytes(b), 1);
    cupel_auto_predict(a, &(cupel_query){x, D, N, CUPEL_ISA_PLAIN, scratch}, said, NULL, NULL);
    cupel_auto_predict(b, &(cupel_query){x, D, N, CUPEL_ISA_PLAIN, scratch}, again, NULL, NULL);
    assert_memory_equal(said, again, sizeof said);
    cupel_free(scratch);
    cupel_reader_free(r);
    remove(path);
    cupel_auto_free(a);
    cupel_auto_free(b);
}

/* A column of the table beside 100 descriptors that say nothing: three times among all columns, once beside the fractions; the result knows it. */
static void the_columns_of_the_table_are_not_lost_among_descriptors(void **state)
{
    (void)state;
    enum { ROWS = 120, WIDE = 101 };
    static double x[ROWS * WIDE], y[ROWS], value[ROWS], error[ROWS];
    static size_t fold[ROWS];
    const size_t fraction[] = {0, 1}, table[] = {WIDE - 1};
    double wrong = 0;
    size_t times = 0;
    cupel_err err = {0};
    cupel_auto *a = NULL;
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < WIDE; j++) x[i * WIDE + j] = cupel_rng_uniform(11, j, i);
        y[i] = 10 * x[i * WIDE + WIDE - 1];
        fold[i] = i % 5;
    }
    const cupel_auto_data data = {.n = ROWS, .d = WIDE, .x = x, .y = y, .fold = fold, .n_folds = 5, .fraction = fraction, .n_fractions = 2,
                                  .table = table, .n_table = 1, .seed = 1, .effort = 3};
    check_ok(cupel_auto_fit(&data, &job, &a, value, error, NULL, &err), &err);
    for (size_t j = 0; j < a->n_columns[CUPEL_AUTO_ALL]; j++) times += a->column[CUPEL_AUTO_ALL][j] == WIDE - 1;
    assert_true(times == 3 && a->n_columns[CUPEL_AUTO_ALL] == WIDE + 2);
    assert_true(a->n_columns[CUPEL_AUTO_FRACTIONS] == 3 && a->column[CUPEL_AUTO_FRACTIONS][2] == WIDE - 1);
    for (size_t i = 0; i < ROWS; i++) wrong += fabs(value[i] - y[i]) / ROWS;
    assert_true(wrong < 0.5); /* 2.5 for the mean */
    cupel_auto_free(a);
}

/* Fractions that say nothing are looked at once. */
static void fractions_without_sense_are_left(void **state)
{
    (void)state;
    static double x[N * D], y[N], value[N], error[N];
    static size_t fold[N];
    const size_t fraction[] = {0, 1};
    size_t members = 0;
    cupel_err err = {0};
    cupel_auto *a = NULL;
    make_rows(x, y, fold);
    for (size_t i = 0; i < N; i++) y[i] = x[i * D + 2];
    const cupel_auto_data data = {.n = N, .d = D, .x = x, .y = y, .fold = fold, .n_folds = 5, .fraction = fraction, .n_fractions = 2, .seed = 1,
                                  .effort = 4};
    check_ok(cupel_auto_fit(&data, &job, &a, value, error, NULL, &err), &err);
    for (size_t k = 0; k < a->n_members; k++) members += a->member[k].unit.columns == CUPEL_AUTO_FRACTIONS;
    assert_true(members == 1 && cupel_auto_effort(a) == 4);
    cupel_auto_free(a);
}

/* A model says of a new row what one of its members' models say, under weights that do not know the row: farther off than the mean over partitions
 * under weights that were fitted to it. Intervals live on the former. */
static void errors_out_of_fold_are_those_of_one_model(void **state)
{
    (void)state;
    enum { TASKS = 4, KNOWN = 60, WIDE = 6 };
    static double x[KNOWN * WIDE], y[KNOWN], value[KNOWN], error[KNOWN];
    static size_t fold[3 * KNOWN];
    double unseen = 0, fitted = 0;
    cupel_err err = {0};
    for (size_t i = 0; i < KNOWN; i++) fold[i] = i % 5, fold[KNOWN + i] = i / 12, fold[2 * KNOWN + i] = (i + i / 5) % 5;
    for (uint64_t task = 0; task < TASKS; task++) {
        cupel_auto *a = NULL;
        for (size_t i = 0; i < KNOWN; i++) {
            for (size_t j = 0; j < WIDE; j++) x[i * WIDE + j] = cupel_rng_uniform(task, j, i);
            y[i] = x[i * WIDE] + x[i * WIDE + 1] + 0.5 * noise(100 + task, i);
        }
        const cupel_auto_data data = {.n = KNOWN, .d = WIDE, .x = x, .y = y, .fold = fold, .n_folds = 5, .n_partitions = 3, .seed = 1, .effort = 5};
        check_ok(cupel_auto_fit(&data, &job, &a, value, error, NULL, &err), &err);
        for (size_t i = 0; i < KNOWN; i++) unseen += fabs(y[i] - value[i]) / KNOWN / TASKS;
        fitted += a->loss / TASKS;
        cupel_auto_free(a);
    }
    assert_true(unseen > 1.01 * fitted && unseen < 1.2 * fitted);
}

static char staged[160];

static void stage(void *user, const char *name, uint64_t done, uint64_t total)
{
    (void)user, (void)done, (void)total;
    if (!staged[0]) snprintf(staged, sizeof staged, "%s", name);
}

/* What is left of a unit is not what is left of the budget, which stands beside it. */
static void progress_tells_the_budget(void **state)
{
    (void)state;
    enum { ROWS = 60 };
    static double x[ROWS * D], y[ROWS], value[ROWS], error[ROWS];
    static size_t fold[ROWS];
    cupel_err err = {0};
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < D; j++) x[i * D + j] = noise(20 + j, i);
        y[i] = x[i * D] + 0.1 * noise(30, i);
        fold[i] = i % 3;
    }
    for (int budget = 0; budget < 2; budget++) {
        const cupel_job told = {.threads = 2, .isa = CUPEL_ISA_PLAIN, .progress = stage};
        const cupel_auto_data data = {.n = ROWS, .d = D, .x = x, .y = y, .fold = fold, .n_folds = 3, .seed = 1, .seconds = budget ? 0.01 : 0,
                                      .effort = budget ? 0 : 1};
        cupel_auto *a = NULL;
        staged[0] = '\0';
        check_ok(cupel_auto_fit(&data, &told, &a, value, error, NULL, &err), &err);
        assert_true(staged[0] && (strstr(staged, " s of the budget; of this unit") != NULL) == (budget == 1));
        cupel_auto_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_blend_finds_members_that_complement_one_another),
        cmocka_unit_test(weights_of_before_are_left_only_for_a_sure_gain),
        cmocka_unit_test(equal_members_share),
        cmocka_unit_test(the_median_of_a_mixture),
        cmocka_unit_test(a_hurdle_is_found_and_kept),
        cmocka_unit_test(a_hurdle_is_described_by_its_ions),
        cmocka_unit_test(progress_tells_the_budget),
        cmocka_unit_test(the_plan_follows_the_table),
        cmocka_unit_test(fractions_come_first_only_where_nothing_else_does_as_well),
        cmocka_unit_test(plain_columns_are_kept_in_an_artifact),
        cmocka_unit_test(the_columns_of_the_table_are_not_lost_among_descriptors),
        cmocka_unit_test(fractions_without_sense_are_left),
        cmocka_unit_test(errors_out_of_fold_are_those_of_one_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
