/* Forests of several targets: splits against their definition, means of all targets in leaves, rows that know only some, the same bytes for any
 * thread count and instruction set, files, and rows joined from values beside. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "models/learn/surrogate.h"
#include "models/learn/targets.h"
#include "models/learn/trees_several.h"

#include <unistd.h>

enum { N = 40, D = 6, BESIDE = 2 };
static const cupel_job alone = {.threads = 1};
static const int32_t LEAST = 3;

/* Values that repeat, unknown ones in places; the last rows do not know the first target. */
typedef struct rows {
    double x[N][D], y[N], beside[N][BESIDE];
} rows;

static void make_rows(uint64_t seed, size_t known, rows *r)
{
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < D; j++) r->x[i][j] = floor(12 * cupel_rng_uniform(seed, j, i));
        const double f = r->x[i][0] + (r->x[i][1] > 5) * r->x[i][2];
        r->y[i] = i < known ? f + cupel_rng_normal(seed, 20, i) : NAN;
        r->beside[i][0] = i % 3 ? 100 * r->x[i][2] - 30 * f + cupel_rng_normal(seed, 21, i) : NAN;
        r->beside[i][1] = i % 5 != 1 ? r->x[i][3] * r->x[i][4] : NAN;
    }
}

static cupel_trees_data data_of(const rows *r)
{
    return (cupel_trees_data){.n = N, .d = D, .ld = D, .x = &r->x[0][0], .y = r->y, .n_beside = BESIDE, .beside = &r->beside[0][0]};
}

/* ---- by definition ---- */

static double target_of(const rows *r, size_t t, size_t i) { return t ? r->beside[i][t - 1] : r->y[i]; }

/* Weighted sum of squares about the mean of target t in rows [n]; *weight: of those that know it. */
static double squares(const rows *r, size_t t, const uint32_t *row, size_t n, const int32_t *share, double *weight)
{
    double sum = 0, all = 0, square = 0;
    for (size_t k = 0; k < n; k++) {
        const double y = target_of(r, t, row[k]), w = share ? share[row[k]] : 1;
        if (isnan(y)) continue;
        sum += w * y;
        all += w;
    }
    for (size_t k = 0; k < n; k++) {
        const double y = target_of(r, t, row[k]), w = share ? share[row[k]] : 1;
        if (!isnan(y) && all > 0) square += w * (y - sum / all) * (y - sum / all);
    }
    *weight = all;
    return square;
}

/* What a cut takes off the sums of squares, each as a share of the whole target's; below 0 where too little of the first target is on one side. */
static double gain_of(const rows *r, const uint32_t *row, size_t n, const int32_t *share, size_t column, double at)
{
    uint32_t every[N], left[N], right[N];
    size_t a = 0, b = 0;
    double gain = 0, w[3];
    for (size_t i = 0; i < N; i++) every[i] = (uint32_t)i;
    for (size_t k = 0; k < n; k++)
        if (r->x[row[k]][column] <= at) left[a++] = row[k];
        else right[b++] = row[k];
    for (size_t t = 0; t <= BESIDE; t++) {
        const double whole = squares(r, t, every, N, NULL, &w[0]), before = squares(r, t, row, n, share, &w[0]);
        const double after = squares(r, t, left, a, share, &w[1]) + squares(r, t, right, b, share, &w[2]);
        if (t == 0 && (w[1] < LEAST || w[2] < LEAST)) return -1;
        if (w[1] > 0 && w[2] > 0) gain += (before - after) / whole;
    }
    return gain;
}

static double best_gain(const rows *r, const uint32_t *row, size_t n, const int32_t *share)
{
    double best = -1;
    for (size_t j = 0; j < D; j++)
        for (size_t k = 0; k < n; k++) {
            bool last = true;
            for (size_t i = 0; i < n; i++) last &= r->x[row[i]][j] <= r->x[row[k]][j];
            const double gain = last ? -1 : gain_of(r, row, n, share, j, r->x[row[k]][j]);
            best = gain > best ? gain : best;
        }
    return best;
}

/* A node of some rows with weights, as the grower hands it over. */
typedef struct node {
    cupel_trees_matrix m;
    cupel_several *s;
    int32_t share[N], g[N], h[N];
    uint32_t row[N];
    cupel_split_task task;
} node;

static void make_node(const rows *r, uint64_t seed, size_t known, node *k)
{
    const cupel_trees_data data = data_of(r);
    const double factor = 1000;
    cupel_err err = {0};
    int64_t g = 0, h = 0;
    size_t n = 0;
    double mean = 0, weight = 0;
    check_ok(cupel_trees_matrix_make(&data, true, CUPEL_FOREST_BINS, &alone, &k->m, &err), &err);
    check_ok(cupel_several_new(&k->m, &k->s, &err), &err);
    for (size_t i = 0; i < N; i++) {
        k->share[i] = (int32_t)(3 * cupel_rng_uniform(seed, 30, i));
        if (k->share[i]) k->row[n++] = (uint32_t)i;
    }
    cupel_several_begin(k->s, k->row, n, k->share, factor, 32767, 0x1p29);
    for (size_t i = 0; i < n; i++) {
        k->h[i] = k->row[i] < known ? k->share[k->row[i]] : 0;
        weight += k->h[i];
        mean += k->h[i] ? k->h[i] * r->y[k->row[i]] : 0;
    }
    mean /= weight;
    for (size_t i = 0; i < n; i++) {
        k->g[i] = k->row[i] < known ? (int32_t)lround((r->y[k->row[i]] - mean) * factor) * k->h[i] : 0;
        g += k->g[i];
        h += k->h[i];
    }
    k->task = (cupel_split_task){.x = k->m.x, .ld = k->m.ld, .n_columns = k->m.ld, .row = k->row, .g = k->g, .h = k->h, .m = n, .g_sum = (int32_t)g,
                                 .h_sum = (int32_t)h, .least = LEAST, .key = (uint32_t)seed};
    cupel_several_gather(k->s, k->share, &k->task);
}

static void free_node(node *k)
{
    cupel_several_free(k->s);
    cupel_trees_matrix_release(&k->m);
}

/* Whole numbers have four digits or more: gains agree to about one in a thousand, and no other cut may be better by more. */
static void best_splits_are_those_of_the_definition(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        const size_t known = seed % 3 ? N : N - 12;
        static rows r;
        static node k;
        make_rows(seed, known, &r);
        make_node(&r, seed, known, &k);
        for (int exact = 0; exact < 2; exact++) { /* no column has more values than bins */
            uint32_t pick[D];
            size_t column = D;
            float low = 0, high = 0;
            for (uint32_t j = 0; j < D; j++) pick[j] = j;
            assert_true(cupel_several_split(k.s, &k.task, pick, D, seed, exact, &column, &low, &high));
            assert_true(column < D && low < high);
            const double gain = gain_of(&r, k.row, k.task.m, k.share, column, (double)low), best = best_gain(&r, k.row, k.task.m, k.share);
            assert_true(gain > 0 && best > 0);
            check_close(gain, best, 2e-3, 0);
        }
        free_node(&k);
    }
}

static void random_cuts_gain_by_the_definition(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++)
        for (cupel_isa isa = CUPEL_ISA_PLAIN; isa <= cupel_isa_best(); isa++) {
            const size_t known = seed % 2 ? N : N - 12;
            const cupel_tree_kernels *kernels = cupel_tree_kernels_of(isa);
            static rows r;
            static node k;
            float at[16], gain[16];
            make_rows(seed, known, &r);
            make_node(&r, seed, known, &k);
            assert_int_equal(k.m.ld, 16);
            kernels->random_cuts(&k.task, at, gain);
            cupel_several_random(k.s, &k.task, kernels, gain);
            for (size_t j = 0; j < D; j++) {
                double weight, own = squares(&r, 0, k.row, k.task.m, k.share, &weight);
                const double want = gain_of(&r, k.row, k.task.m, k.share, j, (double)at[j]);
                assert_true(own > 0);
                if (want < 0) assert_true(gain[j] < 0);
                else check_close((double)gain[j], want, 2e-3, 1e-4);
            }
            free_node(&k);
        }
}

/* ---- whole forests ---- */

static cupel_trees *fit(const cupel_trees_data *data, const cupel_trees_options *o, const cupel_job *job)
{
    cupel_trees *t = NULL;
    cupel_err err = {0};
    check_ok(cupel_trees_fit(data, o, job, &t, &err), &err);
    return t;
}

static void predict(const cupel_trees *t, const rows *r, cupel_isa isa, double *value, double *beside)
{
    void *scratch = cupel_alloc_aligned(cupel_trees_scratch_bytes(t), 1);
    assert_non_null(scratch);
    cupel_trees_predict(t, &(cupel_query){&r->x[0][0], D, N, isa, scratch}, value, NULL);
    cupel_trees_predict_beside(t, &(cupel_query){&r->x[0][0], D, N, isa, scratch}, beside);
    cupel_free(scratch);
}

/* Trees that see every row and end in single ones give them back. */
static void leaves_hold_the_means_of_all_targets(void **state)
{
    (void)state;
    rows r;
    double value[N], beside[N * BESIDE];
    make_rows(3, N, &r);
    for (size_t i = 0; i < N; i++) r.x[i][5] = (double)i, r.beside[i][0] = 3 * r.y[i] - 1, r.beside[i][1] = -r.y[i] * r.y[i];
    const cupel_trees_data data = data_of(&r);
    cupel_trees_options o = cupel_trees_defaults(CUPEL_EXTRA_TREES);
    o.trees = 20;
    cupel_trees *t = fit(&data, &o, &alone);
    assert_int_equal(cupel_trees_beside(t), BESIDE);
    predict(t, &r, CUPEL_ISA_PLAIN, value, beside);
    for (size_t i = 0; i < N; i++) {
        check_close(value[i], r.y[i], 0, 1e-3); /* rows whose first targets are the same in whole numbers are not parted */
        for (size_t k = 0; k < BESIDE; k++) check_close(beside[i * BESIDE + k], r.beside[i][k], 0, 1e-2);
    }
    cupel_trees_free(t);
}

static char *temporary(void)
{
    static char name[64];
    snprintf(name, sizeof name, "/tmp/cupel_several_%ld.h5", (long)getpid());
    return name;
}

static cupel_trees *through_file(const cupel_trees *t)
{
    cupel_trees *back = NULL;
    cupel_writer *w = NULL;
    cupel_reader *r = NULL;
    cupel_err err = {0};
    check_ok(cupel_writer_open(temporary(), "trees", 1, 1, &w, &err), &err);
    check_ok(cupel_trees_save(t, "f", w, &err), &err);
    check_ok(cupel_writer_commit(&w, &err), &err);
    check_ok(cupel_reader_open(temporary(), "trees", 1, &r, &err), &err);
    check_ok(cupel_trees_load(r, "f", D, &back, &err), &err);
    cupel_reader_free(r);
    unlink(temporary());
    return back;
}

static void the_same_bytes_always_and_from_a_file(void **state)
{
    (void)state;
    rows r;
    make_rows(4, N - 10, &r);
    const cupel_trees_data data = data_of(&r);
    for (int kind = 0; kind < 2; kind++) {
        cupel_trees_options o = cupel_trees_defaults(kind ? CUPEL_RANDOM_FOREST : CUPEL_EXTRA_TREES);
        double first[N], value[N], first_beside[N * BESIDE], beside[N * BESIDE];
        o.trees = 30;
        o.keep_rows = true;
        for (cupel_isa isa = CUPEL_ISA_PLAIN; isa <= cupel_isa_best(); isa++)
            for (size_t threads = 1; threads <= 3; threads++) {
                const cupel_job job = {.threads = threads, .isa = isa};
                cupel_trees *t = fit(&data, &o, &job);
                assert_int_equal(cupel_trees_rows(t), N - 10);
                predict(t, &r, isa, value, beside);
                if (isa == CUPEL_ISA_PLAIN && threads == 1) memcpy(first, value, sizeof first), memcpy(first_beside, beside, sizeof beside);
                assert_memory_equal(first, value, sizeof value);
                assert_memory_equal(first_beside, beside, sizeof beside);
                for (size_t i = 0; i < N; i++) assert_true(isfinite(value[i]) && isfinite(beside[2 * i]) && isfinite(beside[2 * i + 1]));
                cupel_trees *back = through_file(t);
                predict(back, &r, isa, value, beside);
                assert_memory_equal(first, value, sizeof value);
                assert_memory_equal(first_beside, beside, sizeof beside);
                cupel_trees_free(t);
                cupel_trees_free(back);
            }
    }
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    rows r;
    cupel_err err = {0};
    cupel_trees *t = NULL;
    make_rows(5, N, &r);
    const cupel_trees_data data = data_of(&r);
    cupel_trees_options o = cupel_trees_defaults(CUPEL_BOOSTED_TREES);
    check_fails(cupel_trees_fit(&data, &o, &alone, &t, &err), CUPEL_USAGE, &err, "targets beside");
    o = cupel_trees_defaults(CUPEL_RANDOM_FOREST);
    r.y[3] = NAN;
    check_fails(cupel_trees_fit(&data, &o, &alone, &t, &err), CUPEL_BAD_INPUT, &err, "give those without it last");
    for (size_t i = 0; i < N; i++) r.y[i] = NAN;
    check_fails(cupel_trees_fit(&data, &o, &alone, &t, &err), CUPEL_BAD_INPUT, &err, "has the target");
    assert_null(t);
}

/* ---- values beside become rows ---- */

/* Two rows of one group and the same columns, values of two targets, some of a row that the problem does not have. */
static void values_stand_in_the_rows_they_belong_to(void **state)
{
    (void)state;
    static const double x[] = {1, 2, 1, 2, 5, 6}, y[] = {10, 11, 12};
    static const double bx[] = {1, 2, 1, 2, 1, 2, 5, 6, 7, 8, 7, 8}, by[] = {100, 101, 102, 103, 104, 205};
    static const size_t group[] = {0, 0, 1}, target[] = {1, 1, 1, 1, 1, 2}, of[] = {0, 0, 0, 1, 7, 7}, task_row[] = {0, 1};
    const cupel_beside beside = {6, 2, bx, by, target, of};
    const cupel_problem p = {.n = 3, .d = 2, .x = x, .y = y, .group = group, .beside = &beside};
    cupel_targets *t = NULL;
    cupel_err err = {0};
    size_t row[5], n = 0;
    double known[5 * 2];
    check_ok(cupel_targets_new(&p, &t, &err), &err);
    assert_int_equal(t->n, 5); /* a third value of one target in a group of two rows, and a row of its own with two targets */
    assert_true(t->y[2] == 12 && isnan(t->y[3]) && isnan(t->y[4]));
    assert_true(t->beside[0] == 100 && t->beside[2] == 101 && t->beside[6] == 102 && t->beside[4] == 103);
    assert_true(t->beside[8] == 104 && t->beside[9] == 205 && isnan(t->beside[1]));
    const cupel_fit_task task = {.problem = &p, .row = task_row, .n = 2}; /* row 2, and all of its group, is held out */
    check_ok(cupel_targets_of(t, &task, row, &n, known, &err), &err);
    assert_true(n == 4 && row[0] == 0 && row[1] == 1 && row[2] == 3 && row[3] == 4);
    assert_true(known[0] == 100 && isnan(known[4]) && known[8] == 104);
    cupel_targets_free(t);
}

/* 20 rows know the target, 200 more a number that depends on the same column in another way: from the target alone trees cannot tell which
 * matters. */
static void other_targets_help(void **state)
{
    (void)state;
    enum { FEW = 20, MANY = 200, MORE = 300, WIDE = 12, ALL = FEW + MANY + MORE };
    static double x[ALL * WIDE], y[ALL], cheap[FEW + MANY];
    static size_t target[FEW + MANY], group[FEW + MANY];
    for (size_t i = 0; i < ALL; i++) {
        for (size_t j = 0; j < WIDE; j++) x[i * WIDE + j] = 2 * cupel_rng_uniform(18, j, i) - 1;
        const double f = sin(3 * x[i * WIDE]);
        y[i] = 10 + 2 * f + 0.2 * cupel_rng_normal(18, 90, i);
        if (i < FEW + MANY) cheap[i] = -50 * f + 3 * cupel_rng_normal(18, 91, i), target[i] = 1, group[i] = i;
    }
    const cupel_beside_values beside = {FEW + MANY, 1, x, cheap, target, group};
    static const char *const learner[] = {"extra_trees", "random_forest"};
    for (int l = 0; l < 2; l++) {
        double error[2] = {0};
        for (int k = 0; k < 2; k++) {
            static double out[5 * MORE];
            static unsigned char in[MORE];
            cupel_surrogate *s = NULL;
            cupel_scratch *scratch = NULL;
            cupel_err err = {0};
            const cupel_fit_options o = {.learner = learner[l], .settings = "trees=100,columns=1,leaf=1,median=0", .seed = 1,
                                         .beside = k ? &beside : NULL};
            check_ok(cupel_surrogate_fit(x, FEW, WIDE, y, &o, &(cupel_job){.threads = 2, .isa = cupel_isa_best()}, &s, &err), &err);
            check_ok(cupel_scratch_new(s, &scratch, &err), &err);
            cupel_prediction p = {out, out + MORE, out + 2 * MORE, out + 3 * MORE, out + 4 * MORE, in};
            const cupel_predict_options how = {.isa = cupel_isa_best(), .level = 0.9};
            check_ok(cupel_surrogate_predict(s, x + (FEW + MANY) * WIDE, WIDE, MORE, &how, scratch, &p, &err), &err);
            for (size_t i = 0; i < MORE; i++) error[k] += fabs(out[i] - 10 - 2 * sin(3 * x[(FEW + MANY + i) * WIDE])) / MORE;
            cupel_scratch_free(scratch);
            cupel_surrogate_free(s);
        }
        print_message("%s: mean error of %d rows alone %.3f, with another target beside %.3f\n", learner[l], (int)FEW, error[0], error[1]);
        assert_true(error[1] < 0.9 * error[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(best_splits_are_those_of_the_definition),
        cmocka_unit_test(random_cuts_gain_by_the_definition),
        cmocka_unit_test(leaves_hold_the_means_of_all_targets),
        cmocka_unit_test(the_same_bytes_always_and_from_a_file),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(values_stand_in_the_rows_they_belong_to),
        cmocka_unit_test(other_targets_help),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
