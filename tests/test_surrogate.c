/* Surrogates on functions that are known: every learner, intervals that cover, the same bytes for any thread count, files that come back. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "models/learn/calibrate.h"
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

/* The library that trains it may not be there: tests/test_xgboost.c. */
static bool is_elsewhere(const cupel_learner *l) { return !strcmp(l->method.name, "xgboost"); }

/* A network is tuned, and an automatic model learned, for longer than all other learners together: small ones here. "": as they are. */
static cupel_surrogate *fit_rows(const rows *r, const char *learner, const char *settings, size_t threads)
{
    if (!settings && !strcmp(learner, "mlp")) settings = "hidden=24,decay=0.05,members=2,epochs=60";
    if (!settings && !strcmp(learner, "auto")) settings = "effort=4";
    cupel_surrogate *s = NULL;
    cupel_err err = {0};
    cupel_job job = {.threads = threads, .isa = CUPEL_ISA_PLAIN};
    check_ok(cupel_surrogate_fit(r->x, r->n, r->d, r->y, &(cupel_fit_options){.learner = learner, .settings = settings, .seed = 1}, &job, &s, &err),
             &err);
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
        if (!cupel_learners[k]->regression || is_elsewhere(cupel_learners[k])) continue;
        cupel_surrogate *s = fit_rows(&train, cupel_learners[k]->method.name, NULL, 2);
        predicted q = predict_all(s, &fresh, plain);
        double error = 0, width = 0;
        for (size_t i = 0; i < fresh.n; i++) error += fabs(q.p.value[i] - fresh.clean[i]) / (double)fresh.n;
        for (size_t i = 0; i < fresh.n; i++) width += (q.p.upper[i] - q.p.lower[i]) / (double)fresh.n;
        print_message("%s [%s]: error %.3f, width %.3f, coverage %.3f\n", cupel_surrogate_learner(s), cupel_surrogate_settings(s), error, width,
                      share_covered(&fresh, &q));
        /* the function spans about 80; its linear part leaves about 8, neighbours 3 */
        assert_true(error < (cupel_learners[k]->kernel && !cupel_learners[k]->own ? 1.5 : 9));
        assert_true(fabs(share_covered(&fresh, &q) - 0.9) < slack(fresh.n, train.n));
        free_predicted(&q);
        cupel_surrogate_free(s);
    }
    free_rows(&train);
    free_rows(&fresh);
}


static void classes_are_told_apart_and_sets_cover(void **state)
{
    (void)state;
    rows train = make_rows(300, 1, true), fresh = make_rows(1000, 2, true);
    for (size_t k = 0; cupel_learners[k]; k++) {
        if (!cupel_learners[k]->classes || is_elsewhere(cupel_learners[k])) continue;
        cupel_surrogate *s = fit_rows(&train, cupel_learners[k]->method.name, NULL, 2);
        predicted q = predict_all(s, &fresh, plain);
        double right = 0, sum = 0;
        assert_true(cupel_surrogate_is_class(s));
        for (size_t i = 0; i < fresh.n; i++) {
            assert_true(q.p.value[i] >= 0 && q.p.value[i] <= 1);
            right += (q.p.value[i] >= 0.5) == (fresh.y[i] > 0.5);
            sum += q.p.value[i] - fresh.y[i];
        }
        print_message("%s [%s]: accuracy %.3f, coverage %.3f\n", cupel_surrogate_learner(s), cupel_surrogate_settings(s), right / 1000,
                      share_covered(&fresh, &q));
        assert_true(right / 1000 > (cupel_learners[k]->kernel ? 0.9 : 0.7)); /* the linear part of the function decides about three quarters */
        assert_true(fabs(sum / 1000) < 0.05);                                 /* probabilities are calibrated on the whole */
        assert_true(fabs(share_covered(&fresh, &q) - 0.9) < slack(fresh.n, train.n));
        check_close(cupel_surrogate_probability(s, 0.3, 0, 1, 1), 0.3, 1e-15, 0);
        check_close(cupel_surrogate_probability(s, 0.3, 0, -1, 0.5), 0.7, 1e-15, 0);
        check_close(cupel_surrogate_probability(s, 0.3, 0, 0, 1), 1, 1e-15, 0);
        check_close(cupel_surrogate_probability(s, 0.3, 0, 2, 3), 0, 0, 0);
        free_predicted(&q);
        cupel_surrogate_free(s);
    }
    free_rows(&train);
    free_rows(&fresh);
}

/* Probability rises along the first column; `offset` sets how many rows are of the second class. */
static rows make_chances(size_t n, uint64_t seed, double offset)
{
    rows r = make_rows(n, seed, true);
    for (size_t i = 0; i < n; i++) r.y[i] = cupel_rng_uniform(seed, 20, i) < 1 / (1 + exp(offset - 0.6 * r.x[i * r.d])) ? 3 : 2;
    return r;
}

/* Balanced accuracy when class 3 is said from `threshold`. */
static double balanced(const rows *r, const double *p, double threshold)
{
    double right[2] = {0}, all[2] = {0};
    for (size_t i = 0; i < r->n; i++) {
        const int is = r->y[i] > 2.5;
        all[is] += 1;
        right[is] += is == (p[i] >= threshold);
    }
    return 0.5 * (right[0] / all[0] + right[1] / all[1]);
}

/* One class in seven rows: it is said from a lower probability, which new rows are better told apart by, and a model file says the same. */
static void the_rarer_of_uneven_classes_is_said_too(void **state)
{
    (void)state;
    static const char *const learner[] = {"svc", "random_forest"}, *const settings[] = {"C=1,gamma=0.05", "trees=80,leaf=5"};
    char path[] = "/tmp/cupel-surrogate-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    for (size_t k = 0; k < 4; k++) {
        const double offset = k / 2 ? -3.2 : 3.2; /* the second class is rare, then the first */
        rows train = make_chances(500, 31, offset), fresh = make_chances(4000, 32, offset);
        cupel_surrogate *s = fit_rows(&train, learner[k % 2], settings[k % 2], 2), *t = NULL;
        const double at = cupel_surrogate_class_threshold(s);
        predicted q = predict_all(s, &fresh, plain);
        double share = 0, sum = 0, known = 0;
        for (size_t i = 0; i < fresh.n; i++) share += (fresh.y[i] > 2.5) / (double)fresh.n, sum += q.p.value[i] / (double)fresh.n;
        for (size_t i = 0; i < train.n; i++) known += (train.y[i] > 2.5) / (double)train.n;
        print_message("%s: %.3f of the second class, said from %.3f: balanced accuracy %.3f, from one half %.3f\n", learner[k % 2], known, at,
                      balanced(&fresh, q.p.value, at), balanced(&fresh, q.p.value, 0.5));
        check_close(at, known, 1e-12, 0);
        assert_true(balanced(&fresh, q.p.value, at) > balanced(&fresh, q.p.value, 0.5) + 0.05);
        assert_true(fabs(sum - share) < 0.05); /* probabilities are what they were */
        check_close(cupel_surrogate_class_said(s, 0.99 * at), 2, 0, 0);
        check_close(cupel_surrogate_class_said(s, 1.01 * at), 3, 0, 0);
        assert_true(isnan(cupel_surrogate_class_said(s, NAN)));
        cupel_writer *w = NULL;
        cupel_reader *r = NULL;
        cupel_err err = {0};
        check_ok(cupel_writer_open(path, "model", 1, 1, &w, &err), &err);
        check_ok(cupel_surrogate_save(s, w, &err), &err);
        check_ok(cupel_writer_commit(&w, &err), &err);
        check_ok(cupel_reader_open(path, "model", 1, &r, &err), &err);
        check_ok(cupel_surrogate_load(r, &t, &err), &err);
        check_close(cupel_surrogate_class_threshold(t), at, 0, 0);
        cupel_reader_free(r);
        cupel_surrogate_free(s);
        cupel_surrogate_free(t);
        free_predicted(&q);
        free_rows(&train);
        free_rows(&fresh);
    }
    unlink(path);
}

/* The threshold alone, of probabilities that are right: the share of uneven classes; one half of even ones, of few rows, and of those that no
 * threshold tells apart better. Of 200 tables of even classes a few leave one half, and not far. */
static void even_classes_keep_one_half(void **state)
{
    (void)state;
    double p[400], y[400], gain, error;
    size_t left = 0, taken = 0;
    for (uint64_t table = 0; table < 200; table++) {
        for (size_t i = 0; i < 400; i++) {
            p[i] = cupel_rng_uniform(table, 0, i);
            y[i] = cupel_rng_uniform(table, 1, i) < p[i] ? 1 : -1;
        }
        const double even = cupel_class_threshold(p, y, 400, &gain, &error);
        left += even != 0.5;
        assert_true(fabs(even - 0.5) < 0.1);
        for (size_t i = 0; i < 400; i++) {
            p[i] *= 0.3;
            y[i] = cupel_rng_uniform(table, 1, i) < p[i] ? 1 : -1;
        }
        double second = 0;
        for (size_t i = 0; i < 400; i++) second += y[i] > 0;
        const double at = cupel_class_threshold(p, y, 400, &gain, &error);
        taken += gain > error;
        check_close(at, gain > error ? second / 400 : 0.5, 1e-15, 0);
    }
    print_message("one half left by %zu of 200 tables of even classes, by %zu of uneven ones\n", left, taken);
    assert_true(left < 40 && taken > 180);
    for (size_t i = 0; i < 12; i++) p[i] = i < 1 ? 0.4 : 0.05, y[i] = i < 1 ? 1 : -1; /* one row proves nothing */
    check_close(cupel_class_threshold(p, y, 12, &gain, &error), 0.5, 0, 0);
    check_close(gain, 0.5, 1e-15, 0);
    for (size_t i = 0; i < 12; i++) y[i] = -1;
    check_close(cupel_class_threshold(p, y, 12, &gain, &error), 0.5, 0, 0);
}

/* From few rows of many columns, whose settings are tuned on them: intervals of new rows hold what they say, of every level. Means over 24 tables;
 * single ones of 8 rows hold 40 to 100 % of their 90 %. */
static void intervals_of_few_rows_cover(void **state)
{
    (void)state;
    enum { D = 30, FRESH = 100, TABLES = 24 };
    static const size_t known[] = {8, 15, 40};
    static double x[(40 + FRESH) * D], y[40 + FRESH];
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        double in[2] = {0};
        for (uint64_t table = 0; table < TABLES; table++) {
            const size_t n = known[k];
            for (size_t i = 0; i < n + FRESH; i++) {
                for (size_t j = 0; j < D; j++) x[i * D + j] = cupel_rng_normal(table, j, i);
                y[i] = x[i * D] + cupel_rng_normal(table, D, i);
            }
            const rows train = {n, D, x, y, y}, fresh = {FRESH, D, x + n * D, y + n, y + n};
            cupel_surrogate *s = fit_rows(&train, "svr", NULL, 1);
            for (int level = 0; level < 2; level++) {
                cupel_predict_options how = plain;
                how.level = level ? 0.998 : 0.9;
                predicted q = predict_all(s, &fresh, how);
                in[level] += share_covered(&fresh, &q) / TABLES;
                free_predicted(&q);
            }
            cupel_surrogate_free(s);
        }
        print_message("%zu rows: intervals of 90 %% hold %.3f, of 99.8 %% %.3f\n", known[k], in[0], in[1]);
        assert_true(in[0] > 0.86 && in[1] > 0.98);
    }
}

/* Of n + 1 rows of one class, whichever is the new one, at most the share 1 - level is left out of its own set: exactly, for every n. */
static void sets_of_few_rows_hold(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 40; n++)
        for (int percent = 50; percent < 100; percent += 5) {
            size_t out = 0;
            for (size_t fresh = 0; fresh <= n; fresh++) {
                double known[40];
                size_t m = 0;
                for (size_t i = 0; i <= n; i++)
                    if (i != fresh) known[m++] = (double)i;
                cupel_scores own;
                cupel_err err = {0};
                check_ok(cupel_scores_make(known, n, &own, &err), &err);
                out += cupel_conformal_p(&own, (double)fresh) <= 1 - 0.01 * percent;
                cupel_scores_release(&own);
            }
            assert_true((double)out <= (1 - 0.01 * percent) * (double)(n + 1) + 1e-9);
        }
}

/* The same model for 1 and 3 threads; the same prediction of a row alone and among others. */
static void results_do_not_depend_on_threads_or_neighbours(void **state)
{
    (void)state;
    rows train = make_rows(120, 3, false), fresh = make_rows(300, 4, false);
    for (size_t k = 0; cupel_learners[k]; k++) {
        if (!cupel_learners[k]->regression || is_elsewhere(cupel_learners[k])) continue;
        cupel_surrogate *one = fit_rows(&train, cupel_learners[k]->method.name, NULL, 1),
                        *three = fit_rows(&train, cupel_learners[k]->method.name, NULL, 3);
        predicted a = predict_all(one, &fresh, plain), b = predict_all(three, &fresh, plain);
        assert_string_equal(cupel_surrogate_settings(one), cupel_surrogate_settings(three));
        assert_memory_equal(a.memory, b.memory, 5 * fresh.n * sizeof *a.memory);
        rows last = {.n = 1, .d = fresh.d, .x = fresh.x + 299 * fresh.d, .y = fresh.y};
        predicted c = predict_all(one, &last, plain);
        for (int i = 0; i < 5; i++) assert_memory_equal(&c.memory[i], &a.memory[(size_t)i * 300 + 299], sizeof(double));
        free_predicted(&a);
        free_predicted(&b);
        free_predicted(&c);
        cupel_surrogate_free(one);
        cupel_surrogate_free(three);
    }
    free_rows(&train);
    free_rows(&fresh);
}

/* Every instruction set and both precisions against the plain one in float64, in half widths of the interval. */
static void precisions_and_instruction_sets_agree(void **state)
{
    (void)state;
    rows train = make_rows(200, 5, false), fresh = make_rows(300, 6, false);
    for (size_t k = 0; cupel_learners[k]; k++) {
        if (!cupel_learners[k]->regression || is_elsewhere(cupel_learners[k])) continue;
        cupel_surrogate *s = fit_rows(&train, cupel_learners[k]->method.name, NULL, 2);
        predicted want = predict_all(s, &fresh, plain);
        for (cupel_isa isa = CUPEL_ISA_PLAIN; isa <= cupel_isa_best(); isa++)
            for (int f32 = 0; f32 < 2; f32++) {
                predicted got = predict_all(s, &fresh, (cupel_predict_options){.precision = f32 ? CUPEL_FLOAT32 : CUPEL_FLOAT64, .isa = isa,
                                                                               .level = 0.9});
                for (size_t i = 0; i < fresh.n; i++) {
                    double half = (want.p.upper[i] - want.p.lower[i]) / 2, limit = f32 ? 1e-3 : 1e-9;
                    check_close(got.p.value[i], want.p.value[i], 0, limit * half);
                    check_close(got.p.lower[i], want.p.lower[i], 0, limit * half);
                }
                free_predicted(&got);
            }
        free_predicted(&want);
        cupel_surrogate_free(s);
    }
    free_rows(&train);
    free_rows(&fresh);
}

/* Values without intervals are those with them, in the precision that the model's training rows allow. */
static void values_alone_are_the_same(void **state)
{
    (void)state;
    rows train = make_rows(150, 5, false), fresh = make_rows(300, 6, false);
    static const char *const learner[] = {"gp", "gp", "svr", "ridge", "gp_tree"};
    static const char *const settings[] = {"noise=0.05,gamma=0.3", "noise=1e-10,gamma=1e-5,matern=0", "C=10,gamma=0.3,epsilon=0.1", "lambda=0.1",
                                           "rows=60,starts=1"};
    static const cupel_precision want[] = {CUPEL_FLOAT32, CUPEL_FLOAT64, CUPEL_FLOAT64, CUPEL_FLOAT64, CUPEL_FLOAT64};
    for (size_t k = 0; k < sizeof learner / sizeof *learner; k++) {
        cupel_surrogate *s = fit_rows(&train, learner[k], settings[k], 1);
        const cupel_predict_options o = {.precision = CUPEL_FLOAT_AUTO, .isa = cupel_isa_best(), .level = 0.9};
        cupel_predict_options alone = o, named = o;
        print_message("%s %s: float32 moves a value by up to %.2g half widths\n", learner[k], settings[k], cupel_surrogate_float32_difference(s));
        assert_int_equal(cupel_surrogate_precision(s, CUPEL_FLOAT_AUTO), want[k]);
        alone.value_only = true;
        named.precision = want[k];
        predicted a = predict_all(s, &fresh, o), b = predict_all(s, &fresh, alone), c = predict_all(s, &fresh, named);
        assert_memory_equal(a.p.value, b.p.value, fresh.n * sizeof *a.p.value);
        assert_memory_equal(a.p.value, c.p.value, fresh.n * sizeof *a.p.value);
        assert_memory_equal(a.p.distance, b.p.distance, fresh.n * sizeof *a.p.distance);
        assert_memory_equal(a.p.in_domain, b.p.in_domain, fresh.n);
        for (size_t i = 0; i < fresh.n; i++)
            assert_true(isnan(b.p.lower[i]) && isnan(b.p.upper[i]) && isnan(b.p.spread[i]) && a.p.lower[i] < a.p.upper[i]);
        free_predicted(&a);
        free_predicted(&b);
        free_predicted(&c);
        cupel_surrogate_free(s);
    }
    free_rows(&train);
    free_rows(&fresh);
}

/* Interval and probability come from one distribution. */
static void probability_and_interval_agree(void **state)
{
    (void)state;
    rows train = make_rows(150, 7, false);
    cupel_surrogate *s = fit_rows(&train, "krr", "lambda=0.1,gamma=0.05", 2);
    for (double level = 0.1; level < 0.995; level += 0.1) {
        double lo, hi;
        cupel_surrogate_interval(s, 12, 3, level, &lo, &hi);
        check_close(cupel_surrogate_probability(s, 12, 3, lo, hi), level, 0, 1e-9);
        check_close(cupel_surrogate_probability(s, 12, 3, -INFINITY, lo), (1 - level) / 2, 0, 1e-9);
        check_close(cupel_surrogate_probability(s, 12, 3, hi, INFINITY), (1 - level) / 2, 0, 1e-9);
    }
    check_close(cupel_surrogate_probability(s, 12, 3, -INFINITY, INFINITY), 1, 0, 0);
    assert_true(cupel_surrogate_probability(s, 12, 3, 5, 4) == 0);
    double before = 1; /* far out it falls, and stays above 0, so that candidates can still be put in order */
    for (double far = 20; far < 100; far += 20) {
        double p = cupel_surrogate_probability(s, 12, 3, 12 + far, INFINITY);
        assert_true(p > 0 && p < before);
        before = p;
    }
    cupel_surrogate_free(s);
    free_rows(&train);
}

/* Rows far away: outside the domain, wider intervals. */
static void far_rows_are_outside_and_wider(void **state)
{
    (void)state;
    rows train = make_rows(200, 8, false), far = make_rows(50, 9, false), near = make_rows(50, 10, false);
    for (size_t i = 0; i < far.n; i++)
        for (size_t j = 0; j < 3; j++) far.x[i * far.d + j] += 12;
    for (size_t k = 0; cupel_learners[k]; k++) {
        if (!cupel_learners[k]->regression || is_elsewhere(cupel_learners[k])) continue;
        cupel_surrogate *s = fit_rows(&train, cupel_learners[k]->method.name, NULL, 2);
        predicted a = predict_all(s, &near, plain), b = predict_all(s, &far, plain);
        double width[2] = {0}, in[2] = {0};
        for (size_t i = 0; i < 50; i++) {
            width[0] += a.p.upper[i] - a.p.lower[i];
            width[1] += b.p.upper[i] - b.p.lower[i];
            in[0] += a.p.in_domain[i];
            in[1] += b.p.in_domain[i];
            assert_int_equal(a.p.in_domain[i], a.p.distance[i] <= 1);
        }
        assert_true(in[0] >= 40 && in[1] == 0);
        assert_true(width[1] > width[0]);
        free_predicted(&a);
        free_predicted(&b);
        cupel_surrogate_free(s);
    }
    free_rows(&train);
    free_rows(&far);
    free_rows(&near);
}

/* A row of which a copy exists is as unknown out of fold as the rest of its group lets it be. */
static void copies_of_a_row_do_not_vouch_for_it(void **state)
{
    (void)state;
    rows r = make_rows(120, 11, false);
    size_t group[120];
    for (size_t i = 0; i < 120; i++) group[i] = i / 2;
    for (size_t i = 1; i < 120; i += 2) {
        memcpy(r.x + i * r.d, r.x + (i - 1) * r.d, r.d * sizeof *r.x);
        r.y[i] = r.y[i - 1];
    }
    cupel_surrogate *s[2] = {NULL, NULL};
    double error[2] = {0};
    cupel_err err = {0};
    for (int with = 0; with < 2; with++) {
        cupel_fit_options o = {.learner = "krr", .settings = "lambda=0.001,gamma=0.1", .seed = 1, .group = with ? group : NULL};
        check_ok(cupel_surrogate_fit(r.x, r.n, r.d, r.y, &o, &(cupel_job){.threads = 1}, &s[with], &err), &err);
        cupel_oof f = cupel_surrogate_oof(s[with]);
        for (size_t i = 0; i < f.n; i++) error[with] += fabs(f.value[i] - r.y[i]) / (double)f.n;
        for (size_t i = 0; with && i < f.n; i++) assert_true(f.distance[i] > 0);
        cupel_surrogate_free(s[with]);
    }
    assert_true(error[1] > 1.5 * error[0]);
    free_rows(&r);
}

static void a_model_file_gives_the_same_bytes(void **state)
{
    (void)state;
    char path[] = "/tmp/cupel-surrogate-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    for (size_t k = 0; cupel_learners[k]; k++) {
        if (is_elsewhere(cupel_learners[k])) continue;
        bool classes = !cupel_learners[k]->regression;
        rows train = make_rows(90, 12, classes), fresh = make_rows(100, 13, classes);
        cupel_surrogate *s = fit_rows(&train, cupel_learners[k]->method.name, NULL, 1), *t = NULL;
        cupel_writer *w = NULL;
        cupel_reader *r = NULL;
        cupel_err err = {0};
        check_ok(cupel_writer_open(path, "model", 1, 1, &w, &err), &err);
        check_ok(cupel_surrogate_save(s, w, &err), &err);
        check_ok(cupel_writer_commit(&w, &err), &err);
        check_ok(cupel_reader_open(path, "model", 1, &r, &err), &err);
        check_ok(cupel_surrogate_load(r, &t, &err), &err);
        predicted a = predict_all(s, &fresh, plain), b = predict_all(t, &fresh, plain);
        assert_memory_equal(a.memory, b.memory, 5 * fresh.n * sizeof *a.memory);
        assert_memory_equal(a.in, b.in, fresh.n);
        assert_string_equal(cupel_surrogate_settings(s), cupel_surrogate_settings(t));
        cupel_oof f = cupel_surrogate_oof(s), g = cupel_surrogate_oof(t);
        assert_int_equal(f.n, g.n);
        assert_memory_equal(f.lower, g.lower, f.n * sizeof *f.lower);
        for (double hi = 60; hi < 140; hi += 7)
            check_close(cupel_surrogate_probability(s, 100, 5, 50, hi), cupel_surrogate_probability(t, 100, 5, 50, hi), 0, 0);
        free_predicted(&a);
        free_predicted(&b);
        cupel_reader_free(r);
        cupel_surrogate_free(s);
        cupel_surrogate_free(t);
        free_rows(&train);
        free_rows(&fresh);
    }
    unlink(path);
}

static void bad_input_is_refused_by_name(void **state)
{
    (void)state;
    rows r = make_rows(30, 14, false);
    cupel_surrogate *s = NULL;
    cupel_err err = {0};
    cupel_job job = {.threads = 1};
    cupel_fit_options o = {.learner = "svr", .seed = 1};
    r.x[7 * r.d + 2] = NAN;
    check_fails(cupel_surrogate_fit(r.x, r.n, r.d, r.y, &o, &job, &s, &err), CUPEL_BAD_INPUT, &err, "row 8, column 3");
    r.x[7 * r.d + 2] = 1e200;
    check_fails(cupel_surrogate_fit(r.x, r.n, r.d, r.y, &o, &job, &s, &err), CUPEL_BAD_INPUT, &err, "column 3 is 1e+200");
    r.x[7 * r.d + 2] = 1;
    r.y[3] = INFINITY;
    check_fails(cupel_surrogate_fit(r.x, r.n, r.d, r.y, &o, &job, &s, &err), CUPEL_BAD_INPUT, &err, "row 4");
    r.y[3] = 1;
    check_fails(cupel_surrogate_fit(r.x, 3, r.d, r.y, &o, &job, &s, &err), CUPEL_BAD_INPUT, &err, "found 3");
    check_fails(cupel_surrogate_fit(r.x, r.n, 0, r.y, &o, &job, &s, &err), CUPEL_BAD_INPUT, &err, "no columns");
    o.settings = "C=1,gama=3";
    check_fails(cupel_surrogate_fit(r.x, r.n, r.d, r.y, &o, &job, &s, &err), CUPEL_USAGE, &err, "gamma");
    o.settings = "C=-1";
    check_fails(cupel_surrogate_fit(r.x, r.n, r.d, r.y, &o, &job, &s, &err), CUPEL_USAGE, &err, "C");
    o.settings = NULL;
    o.learner = "svrr";
    check_fails(cupel_surrogate_fit(r.x, r.n, r.d, r.y, &o, &job, &s, &err), CUPEL_USAGE, &err, "svr");
    o.learner = "svc";
    check_fails(cupel_surrogate_fit(r.x, r.n, r.d, r.y, &o, &job, &s, &err), CUPEL_USAGE, &err, "use model svr");
    o.learner = "svr";
    for (size_t i = 0; i < r.n; i++) r.y[i] = (double)(i % 2);
    check_fails(cupel_surrogate_fit(r.x, r.n, r.d, r.y, &o, &job, &s, &err), CUPEL_USAGE, &err, "use model svc");
    for (size_t i = 0; i < r.n; i++) r.y[i] = 4;
    check_fails(cupel_surrogate_fit(r.x, r.n, r.d, r.y, &o, &job, &s, &err), CUPEL_BAD_INPUT, &err, "nothing to learn");
    for (size_t i = 0; i < r.n; i++) {
        r.y[i] = (double)i;
        for (size_t j = 0; j < r.d; j++) r.x[i * r.d + j] = 7;
    }
    check_fails(cupel_surrogate_fit(r.x, r.n, r.d, r.y, &o, &job, &s, &err), CUPEL_BAD_INPUT, &err, "constant");
    assert_null(s);
    free_rows(&r);
}

static bool always(void *user)
{
    (void)user;
    return true;
}

static void a_stopped_fit_says_so(void **state)
{
    (void)state;
    rows r = make_rows(60, 15, false);
    cupel_surrogate *s = NULL;
    cupel_err err = {0};
    cupel_job job = {.threads = 2, .stop = always};
    check_fails(cupel_surrogate_fit(r.x, r.n, r.d, r.y, &(cupel_fit_options){.learner = "svr"}, &job, &s, &err), CUPEL_INTERRUPTED, &err, "stopped");
    free_rows(&r);
}

/* Also because what tuning chose is rounded before it is used. Of few rows (CUPEL_FEW_ROWS) the values alone: settings that are given are not those
 * that the rows chose for themselves, and intervals do not pay for a choice. */
static void settings_as_printed_give_the_same_model(void **state)
{
    (void)state;
    rows train = make_rows(110, 16, false), fresh = make_rows(50, 17, false);
    cupel_surrogate *a = fit_rows(&train, "svr", NULL, 1), *b = fit_rows(&train, "svr", cupel_surrogate_settings(a), 1);
    predicted p = predict_all(a, &fresh, plain), q = predict_all(b, &fresh, plain);
    assert_memory_equal(p.memory, q.memory, 5 * fresh.n * sizeof *p.memory);
    free_predicted(&p);
    free_predicted(&q);
    cupel_surrogate_free(a);
    cupel_surrogate_free(b);
    free_rows(&train);
    free_rows(&fresh);
}

#ifdef CUPEL_FAULTS
/* Every n-th allocation fails: an error, no crash, no leak, and libsvm is not reached without memory. */
static void no_memory_is_an_error(void **state)
{
    (void)state;
    rows r = make_rows(24, 18, false);
    static const struct { const char *learner, *settings; } how[] = {{"svr", "C=1,gamma=0.1"}, {"gp", "noise=0.1,gamma=0.1"}, {"ridge", NULL}};
    for (size_t k = 0; k < 3; k++) {
        size_t failures = 0;
        for (size_t n = 1;; n += n < 200 ? 1 : n < 2000 ? 7 : n / 50) {
            cupel_surrogate *s = NULL;
            cupel_err err = {0};
            cupel_mem_fail_at(n, false);
            cupel_status st = cupel_surrogate_fit(r.x, r.n, r.d, r.y, &(cupel_fit_options){.learner = how[k].learner, .settings = how[k].settings},
                                                  &(cupel_job){.threads = 1}, &s, &err);
            bool reached = cupel_mem_count() >= n;
            cupel_mem_fail_at(0, false);
            cupel_surrogate_free(s);
            if (!reached) {
                check_ok(st, &err);
                break;
            }
            failures++;
            assert_true(st == CUPEL_NO_RESOURCE || st == CUPEL_OK);
        }
        assert_true(failures > 50);
    }
    free_rows(&r);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regression_learns_and_covers),
        cmocka_unit_test(intervals_of_few_rows_cover),
        cmocka_unit_test(classes_are_told_apart_and_sets_cover),
        cmocka_unit_test(the_rarer_of_uneven_classes_is_said_too),
        cmocka_unit_test(even_classes_keep_one_half),
        cmocka_unit_test(sets_of_few_rows_hold),
        cmocka_unit_test(results_do_not_depend_on_threads_or_neighbours),
        cmocka_unit_test(precisions_and_instruction_sets_agree),
        cmocka_unit_test(values_alone_are_the_same),
        cmocka_unit_test(probability_and_interval_agree),
        cmocka_unit_test(far_rows_are_outside_and_wider),
        cmocka_unit_test(copies_of_a_row_do_not_vouch_for_it),
        cmocka_unit_test(a_model_file_gives_the_same_bytes),
        cmocka_unit_test(bad_input_is_refused_by_name),
        cmocka_unit_test(a_stopped_fit_says_so),
        cmocka_unit_test(settings_as_printed_give_the_same_model),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(no_memory_is_an_error),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
