/* Ensembles of trees: what they must do on data that are known, and the same bytes for any thread count and instruction set. */
#include "tests/trees.h"

static double mean_error(const cupel_trees *t, const rows *r)
{
    static double value[N];
    double sum = 0;
    predict(t, &r->x[0][0], D, N, CUPEL_ISA_PLAIN, value, NULL);
    for (size_t i = 0; i < N; i++) sum += fabs(value[i] - r->y[i]) / N;
    return sum;
}

static void a_step_is_fitted_exactly(void **state)
{
    (void)state;
    rows *r = make_rows(1, 0);
    double value[N];
    for (size_t i = 0; i < N; i++) r->y[i] = r->x[i][2] > 0.37 ? 5 : -2;
    cupel_trees_data data = data_of(r);
    for (int k = 0; k < KINDS; k++) {
        cupel_trees_options o = small(every[k]);
        o.columns = 1;
        if (every[k] == CUPEL_BOOSTED_TREES) {
            o.trees = 1;
            o.rate = o.subsample = 1;
            o.lambda = 0;
        }
        cupel_trees *t = fit(&data, &o, &alone);
        predict(t, &r->x[0][0], D, N, CUPEL_ISA_PLAIN, value, NULL);
        /* a bootstrap leaves the row next to the step out of some trees */
        for (size_t i = 0; i < N; i++)
            if (every[k] != CUPEL_RANDOM_FOREST || fabs(r->x[i][2] - 0.37) > 0.1) check_close(value[i], r->y[i], 1e-6, 1e-6);
        cupel_trees_free(t);
    }
    cupel_free(r);
}

static void new_rows_are_predicted(void **state)
{
    (void)state;
    rows *r = make_rows(1, 0.1), *fresh = make_rows(2, 0.1);
    cupel_trees_data data = data_of(r);
    for (int k = 0; k < KINDS; k++) {
        cupel_trees_options o = small(every[k]);
        cupel_trees *t = fit(&data, &o, &alone);
        print_message("kind %d: error %.3f on rows known, %.3f on new ones\n", (int)every[k], mean_error(t, r), mean_error(t, fresh));
        assert_true(mean_error(t, fresh) < 0.9); /* the target's mean absolute deviation is 1.9 */
        cupel_trees_free(t);
    }
    cupel_free(r);
    cupel_free(fresh);
}

/* A monotone change of a column moves thresholds and nothing else: training rows keep their values where cuts do not depend on distances. */
static void monotone_columns_do_not_matter(void **state)
{
    (void)state;
    rows *r = make_rows(1, 0.2), *bent = make_rows(1, 0.2);
    double a[N], b[N];
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < D; j++) bent->x[i][j] = exp(1.5 * r->x[i][j]);
    cupel_trees_data data = data_of(r), other = data_of(bent);
    for (int k = 1; k < KINDS; k++) {
        cupel_trees_options o = small(every[k]);
        cupel_trees *t = fit(&data, &o, &alone), *u = fit(&other, &o, &alone);
        predict(t, &r->x[0][0], D, N, CUPEL_ISA_PLAIN, a, NULL);
        predict(u, &bent->x[0][0], D, N, CUPEL_ISA_PLAIN, b, NULL);
        size_t apart = 0; /* a row out of the bag may lie between two that were in */
        for (size_t i = 0; i < N; i++) apart += fabs(a[i] - b[i]) > 1e-12;
        if (every[k] == CUPEL_BOOSTED_TREES) assert_int_equal(apart, 0);
        double difference = 0;
        for (size_t i = 0; i < N; i++) difference += fabs(a[i] - b[i]) / N;
        assert_true(difference < 0.02);
        cupel_trees_free(t);
        cupel_trees_free(u);
    }
    cupel_free(r);
    cupel_free(bent);
}

static void threads_and_instruction_sets_do_not_matter(void **state)
{
    (void)state;
    rows *r = make_rows(1, 0.2), *fresh = make_rows(2, 0);
    cupel_trees_data data = data_of(r);
    for (int k = 0; k < KINDS; k++)
        for (size_t leaf = 1; leaf <= 4; leaf += 3) {
            cupel_trees_options o = small(every[k]);
            o.leaf = leaf;
            o.columns = leaf == 1 ? 1 : 0.5;
            if (every[k] == CUPEL_BOOSTED_TREES) o.seeds = 2;
            double first[N], spread[N], value[N], variance[N];
            for (int isa = 0; isa <= (int)cupel_isa_best(); isa++)
                for (size_t threads = 1; threads <= 3; threads++) {
                    cupel_job job = {.threads = threads, .isa = (cupel_isa)isa};
                    cupel_trees *t = fit(&data, &o, &job);
                    predict(t, &fresh->x[0][0], D, N, job.isa, value, variance);
                    if (!isa && threads == 1) {
                        memcpy(first, value, sizeof first);
                        memcpy(spread, variance, sizeof spread);
                    }
                    same_bytes(first, value, N);
                    same_bytes(spread, variance, N);
                    predict(t, fresh->x[17], D, 1, job.isa, value, NULL); /* a row alone is the row among others */
                    same_bytes(first + 17, value, 1);
                    cupel_trees_free(t);
                }
        }
    cupel_free(r);
    cupel_free(fresh);
}

/* Groups of every size that kernels part rows into, more than one block of them, and trees that are deep on one side: each row ends where it ends
 * alone. */
static void a_row_does_not_know_its_neighbours(void **state)
{
    (void)state;
    enum { MANY = 1100 };
    static const size_t sizes[] = {2, 15, 16, 17, 33, 100, 113, 129, 399, 1024, 1025, MANY};
    rows *r = make_rows(5, 0.1);
    double(*x)[D] = cupel_alloc(MANY, sizeof *x), *alone_is = cupel_alloc(MANY, sizeof *alone_is), *value = cupel_alloc(MANY, sizeof *value);
    assert_true(x && alone_is && value);
    for (size_t i = 0; i < N; i++) r->y[i] = exp(6 * r->x[i][0]) + 0.01 * r->x[i][1];
    for (size_t i = 0; i < MANY; i++)
        for (size_t j = 0; j < D; j++) x[i][j] = i % 9 == 8 && j == 3 ? -0.0 : cupel_rng_uniform(8, j, i) * 5 - 2.5;
    x[7][2] = 1e300; /* beyond float32 */
    x[8][2] = -1e300;
    cupel_trees_data data = data_of(r);
    for (int k = 0; k < KINDS; k++) {
        cupel_trees_options o = small(every[k]);
        o.trees = 20;
        o.leaves = 200;
        o.child_weight = 0;
        cupel_trees *t = fit(&data, &o, &alone);
        for (size_t i = 0; i < MANY; i++) predict(t, x[i], D, 1, CUPEL_ISA_PLAIN, alone_is + i, NULL);
        for (int isa = 0; isa <= (int)cupel_isa_best(); isa++)
            for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
                predict(t, x[0], D, sizes[s], (cupel_isa)isa, value, NULL);
                same_bytes(alone_is, value, sizes[s]);
            }
        cupel_trees_free(t);
    }
    cupel_free(r);
    cupel_free(x);
    cupel_free(alone_is);
    cupel_free(value);
}

static void leaves_are_as_large_as_asked(void **state)
{
    (void)state;
    rows *r = make_rows(1, 0.5);
    cupel_trees_data data = data_of(r);
    for (int k = 0; k < 2; k++) {
        cupel_trees_options o = small(every[k]);
        o.leaf = 7;
        o.keep_rows = true;
        o.trees = 1;
        cupel_trees *t = fit(&data, &o, &alone);
        void *scratch = cupel_alloc_aligned(cupel_trees_scratch_bytes(t), 1);
        double w[N];
        cupel_err err = {0};
        for (size_t i = 0; i < N; i++) {
            check_ok(cupel_trees_weights(t, r->x[i], CUPEL_ISA_PLAIN, scratch, w, &err), &err);
            for (size_t j = 0; j < N; j++) assert_true(w[j] <= (every[k] == CUPEL_EXTRA_TREES ? 1.0 / 7 + 1e-6 : 1)); /* drawn rows count twice */
        }
        cupel_free(scratch);
        cupel_trees_free(t);
    }
    cupel_free(r);
}

/* Weights sum to 1, their mean is the prediction, and their quantiles rise and cover. */
static void quantiles_come_from_weights(void **state)
{
    (void)state;
    rows *r = make_rows(1, 0.5), *fresh = make_rows(2, 0.5);
    cupel_trees_data data = data_of(r);
    static const double tau[] = {0.05, 0.5, 0.95};
    for (int k = 0; k < 2; k++)
        for (size_t leaf = 1; leaf < 10; leaf += 4) {
            cupel_trees_options o = small(every[k]);
            o.keep_rows = true;
            o.leaf = leaf;
            cupel_trees *t = fit(&data, &o, &alone);
            void *scratch = cupel_alloc_aligned(cupel_trees_scratch_bytes(t), 1);
            double w[N], value[N], variance[N], q[N][3];
            size_t covered = 0;
            cupel_err err = {0};
            predict(t, &fresh->x[0][0], D, N, CUPEL_ISA_PLAIN, value, variance);
            check_ok(cupel_trees_quantiles(t, &(cupel_query){&fresh->x[0][0], D, N, CUPEL_ISA_PLAIN, scratch}, tau, 3, &q[0][0], &err), &err);
            for (size_t i = 0; i < N; i++) {
                double sum = 0, mean = 0, square = 0, below = 0;
                check_ok(cupel_trees_weights(t, fresh->x[i], CUPEL_ISA_PLAIN, scratch, w, &err), &err);
                for (size_t j = 0; j < N; j++) {
                    sum += w[j];
                    mean += w[j] * r->y[j];
                    square += w[j] * r->y[j] * r->y[j];
                    below += r->y[j] <= q[i][1] ? w[j] : 0;
                }
                check_close(sum, 1, 1e-6, 0);
                check_close(mean, value[i], 1e-5, 1e-5); /* leaf values are float32 */
                check_close(square - mean * mean, variance[i], 1e-4, 1e-4);
                assert_true(below > 0.5 - 1e-6);
                assert_true(q[i][0] <= q[i][1] && q[i][1] <= q[i][2]);
                covered += q[i][0] <= fresh->y[i] && fresh->y[i] <= q[i][2];
            }
            assert_true(covered > 0.85 * N);
            cupel_free(scratch);
            cupel_trees_free(t);
        }
    cupel_free(r);
    cupel_free(fresh);
}

static void weights_are_repeats(void **state)
{
    (void)state;
    rows *r = make_rows(1, 0);
    double weight[N], value[N];
    for (size_t i = 0; i < N; i++) {
        r->x[i][0] = (double)(i % 2); /* two kinds of rows, told apart by one column */
        for (size_t j = 1; j < D; j++) r->x[i][j] = 0;
        r->y[i] = (double)(i % 4);
        weight[i] = i % 4 < 2 ? 3 : i % 8 < 4 ? 1 : 0;
    }
    cupel_trees_data data = data_of(r);
    data.weight = weight;
    for (int k = 0; k < KINDS; k++) {
        cupel_trees_options o = small(every[k]);
        o.lambda = 0;
        o.subsample = 1;
        o.trees = 400;
        cupel_trees *t = fit(&data, &o, &alone);
        predict(t, &r->x[0][0], D, 2, CUPEL_ISA_PLAIN, value, NULL);
        double slack = every[k] == CUPEL_RANDOM_FOREST ? 0.05 : 1e-6; /* the bootstrap draws rows */
        check_close(value[0], 2 * 0.5 / 3.5, 0, slack); /* 0 with weight 3, 2 with 1/2 on average */
        check_close(value[1], (3 * 1 + 0.5 * 3) / 3.5, 0, slack);
        cupel_trees_free(t);
    }
    cupel_free(r);
}

/* Rows chosen by number are those rows. */
static void rows_can_be_chosen(void **state)
{
    (void)state;
    rows *r = make_rows(1, 0.3), *half = make_rows(1, 0.3);
    size_t row[N / 2];
    double a[N], b[N];
    for (size_t i = 0; i < N / 2; i++) {
        row[i] = 2 * i + 1;
        memcpy(half->x[i], r->x[row[i]], sizeof half->x[i]);
        half->y[i] = r->y[row[i]];
    }
    cupel_trees_data chosen = data_of(r), copied = data_of(half);
    chosen.row = row;
    chosen.n = copied.n = N / 2;
    for (int k = 0; k < KINDS; k++) {
        cupel_trees_options o = small(every[k]);
        cupel_trees *t = fit(&chosen, &o, &alone), *u = fit(&copied, &o, &alone);
        predict(t, &r->x[0][0], D, N, CUPEL_ISA_PLAIN, a, NULL);
        predict(u, &r->x[0][0], D, N, CUPEL_ISA_PLAIN, b, NULL);
        same_bytes(a, b, N);
        cupel_trees_free(t);
        cupel_trees_free(u);
    }
    cupel_free(r);
    cupel_free(half);
}

static void losses_do_what_they_are_for(void **state)
{
    (void)state;
    rows *r = make_rows(1, 0), *fresh = make_rows(2, 0);
    double value[N], log_loss = 0;
    cupel_trees_options o = small(CUPEL_BOOSTED_TREES);
    cupel_trees_data data = data_of(r);
    for (size_t i = 0; i < N; i += 20) r->y[i] += 60; /* gross errors */
    cupel_trees *squared = fit(&data, &o, &alone);
    o.loss = CUPEL_LOSS_PSEUDO_HUBER;
    o.huber = 0.2;
    cupel_trees *huber = fit(&data, &o, &alone);
    print_message("error with gross errors among the rows: squared %.3f, pseudo-Huber %.3f\n", mean_error(squared, fresh), mean_error(huber,
        fresh));
    assert_true(mean_error(huber, fresh) < 0.5 * mean_error(squared, fresh));
    for (size_t i = 0; i < N; i++) r->y[i] = cupel_rng_uniform(5, 1, i) < (r->x[i][0] > 0 ? 0.9 : 0.2);
    o.loss = CUPEL_LOSS_LOG;
    o.trees = 40;
    cupel_trees *classes = fit(&data, &o, &alone);
    predict(classes, &fresh->x[0][0], D, N, CUPEL_ISA_PLAIN, value, NULL);
    for (size_t i = 0; i < N; i++) {
        double p = cupel_trees_probability(value[i]), truth = fresh->x[i][0] > 0 ? 0.9 : 0.2;
        log_loss -= (truth * log(p) + (1 - truth) * log(1 - p)) / N;
    }
    print_message("log loss %.3f; of the truth 0.413, of the mean 0.69\n", log_loss);
    assert_true(log_loss < 0.5);
    cupel_trees_free(squared);
    cupel_trees_free(huber);
    cupel_trees_free(classes);
    cupel_free(r);
    cupel_free(fresh);
}

/* Even scatter from 0 to 1 about a mean that is known: new rows lie below the quantile 0.9 so often. */
static void the_pinball_loss_finds_quantiles(void **state)
{
    (void)state;
    rows *r = make_rows(11, 0), *fresh = make_rows(12, 0);
    double value[N];
    for (size_t i = 0; i < N; i++) {
        r->y[i] = 3 * (r->x[i][0] > 0) + cupel_rng_uniform(11, 50, i);
        fresh->y[i] = 3 * (fresh->x[i][0] > 0) + cupel_rng_uniform(12, 50, i);
    }
    cupel_trees_data data = data_of(r);
    cupel_trees_options o = small(CUPEL_BOOSTED_TREES);
    o.loss = CUPEL_LOSS_PINBALL;
    o.trees = 80; /* more of them learn the scatter of so few rows */
    o.leaves = 3;
    o.child_weight = 40;
    for (int k = 0; k < 2; k++) {
        o.quantile = k ? 0.9 : 0.5;
        size_t below = 0;
        cupel_trees *t = fit(&data, &o, &alone);
        predict(t, &fresh->x[0][0], D, N, CUPEL_ISA_PLAIN, value, NULL);
        for (size_t i = 0; i < N; i++) below += fresh->y[i] < value[i];
        print_message("below the quantile %g: %.3f\n", o.quantile, (double)below / N);
        assert_true(fabs((double)below / N - o.quantile) < 0.08); /* two samples of 400: three standard deviations */
        cupel_trees_free(t);
    }
    cupel_free(r);
    cupel_free(fresh);
}

/* Scatter that grows with a column: new rows lie below the quantiles of both sides as often as they should, also where it is small and large. */
static void quantiles_follow_the_scatter(void **state)
{
    (void)state;
    rows *r = make_rows(21, 0), *fresh = make_rows(22, 0);
    double value[N];
    for (size_t i = 0; i < N; i++) { /* column 0 from -2 to 2: scatter from 0.2 to 2.2 about 3 */
        r->y[i] = 3 + (0.2 + 0.5 * (r->x[i][0] + 2)) * (2 * cupel_rng_uniform(21, 50, i) - 1);
        fresh->y[i] = 3 + (0.2 + 0.5 * (fresh->x[i][0] + 2)) * (2 * cupel_rng_uniform(22, 50, i) - 1);
    }
    cupel_trees_data data = data_of(r);
    cupel_trees_options o = small(CUPEL_BOOSTED_TREES);
    o.loss = CUPEL_LOSS_PINBALL;
    o.trees = 80;
    o.leaves = 3;
    o.columns = 1;
    o.child_weight = 40;
    double apart[2] = {0};
    for (int k = 0; k < 2; k++) {
        o.quantile = k ? 0.9 : 0.1;
        size_t below[2] = {0}, n[2] = {0};
        cupel_trees *t = fit(&data, &o, &alone);
        predict(t, &fresh->x[0][0], D, N, CUPEL_ISA_PLAIN, value, NULL);
        for (size_t i = 0; i < N; i++) {
            const int wide = fresh->x[i][0] > 0;
            n[wide]++;
            below[wide] += fresh->y[i] < value[i];
            apart[wide] += (k ? value[i] : -value[i]) / (N / 2.0);
        }
        for (int wide = 0; wide < 2; wide++) {
            const double share = (double)below[wide] / (double)n[wide];
            print_message("below the quantile %g where the scatter is %s: %.3f\n", o.quantile, wide ? "large" : "small", share);
            assert_true(fabs(share - o.quantile) < 0.09); /* two samples of 200: three deviations */
        }
        cupel_trees_free(t);
    }
    assert_true(apart[1] > 1.6 * apart[0]); /* 2.7 and 1.1 */
    cupel_free(r);
    cupel_free(fresh);
}

/* How often the values of a sweep of column j go against `way`; the other columns are those of some rows. */
static size_t turns(const cupel_trees *t, const rows *r, size_t j, int way)
{
    enum { ROWS = 12, POINTS = 60 };
    static double x[POINTS][D], value[POINTS];
    size_t n = 0;
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t p = 0; p < POINTS; p++) {
            memcpy(x[p], r->x[i], sizeof x[p]);
            x[p][j] = -2.2 + 4.4 * (double)p / (POINTS - 1);
        }
        predict(t, &x[0][0], D, POINTS, CUPEL_ISA_PLAIN, value, NULL);
        for (size_t p = 1; p < POINTS; p++) n += way * (value[p] - value[p - 1]) < 0;
    }
    return n;
}

/* The truth rises with column 0 and falls with column 3, and the noise hides it: with directions no prediction turns, and new rows are predicted no
 * worse. The same trees for any number of threads and instruction set. */
static void directions_are_kept(void **state)
{
    (void)state;
    static const signed char way[D] = {1, 0, 0, -1, 0};
    static const cupel_trees_loss losses[] = {CUPEL_LOSS_SQUARED, CUPEL_LOSS_PSEUDO_HUBER, CUPEL_LOSS_LOG};
    rows *r = make_rows(31, 0), *fresh = make_rows(32, 0);
    for (size_t k = 0; k < 3; k++) {
        double first[N], value[N];
        for (size_t i = 0; i < N; i++) {
            const double truth = r->x[i][0] - 0.7 * r->x[i][3] + 0.5 * r->x[i][1] * r->x[i][2];
            r->y[i] = truth + 1.5 * cupel_rng_normal(31, 50, i);
            fresh->y[i] = fresh->x[i][0] - 0.7 * fresh->x[i][3] + 0.5 * fresh->x[i][1] * fresh->x[i][2];
            if (losses[k] == CUPEL_LOSS_LOG) r->y[i] = r->y[i] > 0;
        }
        cupel_trees_data data = data_of(r);
        cupel_trees_options o = small(CUPEL_BOOSTED_TREES);
        o.loss = losses[k];
        o.trees = 80;
        o.seeds = 2;
        cupel_trees *free_ones = fit(&data, &o, &alone);
        o.monotone = way;
        cupel_trees *t = fit(&data, &o, &alone), *again = fit(&data, &o, &(cupel_job){.threads = 3, .isa = cupel_isa_best()});
        assert_true(turns(free_ones, r, 0, 1) > 20 && turns(free_ones, r, 3, -1) > 20);
        assert_int_equal(turns(t, r, 0, 1), 0);
        assert_int_equal(turns(t, r, 3, -1), 0);
        assert_true(turns(t, r, 0, -1) > 20 && turns(t, r, 3, 1) > 20); /* they do move */
        predict(t, &fresh->x[0][0], D, N, CUPEL_ISA_PLAIN, first, NULL);
        predict(again, &fresh->x[0][0], D, N, CUPEL_ISA_PLAIN, value, NULL);
        same_bytes(first, value, N);
        print_message("loss %d: error against the truth %.3f, without directions %.3f\n", (int)losses[k], mean_error(t, fresh),
                      mean_error(free_ones, fresh));
        assert_true(losses[k] == CUPEL_LOSS_LOG || mean_error(t, fresh) < mean_error(free_ones, fresh));
        cupel_trees_free(free_ones);
        cupel_trees_free(t);
        cupel_trees_free(again);
    }
    cupel_err err = {0};
    cupel_trees *none = NULL;
    cupel_trees_data data = data_of(r);
    cupel_trees_options o = small(CUPEL_RANDOM_FOREST);
    o.monotone = way;
    check_fails(cupel_trees_fit(&data, &o, &alone, &none, &err), CUPEL_USAGE, &err, "monotone columns are for boosting");
    cupel_free(r);
    cupel_free(fresh);
}

static bool after_some(void *user) { return ++*(size_t *)user > 5; }

/* Between trees the job is asked whether to stop, and nothing is left of those that were grown. */
static void a_job_that_is_stopped_ends(void **state)
{
    (void)state;
    rows *r = make_rows(7, 0.1);
    const cupel_trees_data data = data_of(r);
    for (size_t k = 0; k < sizeof every / sizeof *every; k++)
        for (size_t threads = 1; threads <= 2; threads++) {
            cupel_trees_options o = small(every[k]);
            size_t asked = 0;
            cupel_trees *t = NULL;
            cupel_err err = {0};
            o.trees = 400;
            check_fails(cupel_trees_fit(&data, &o, &(cupel_job){.threads = threads, .user = &asked, .stop = after_some}, &t, &err), CUPEL_INTERRUPTED,
                        &err, "stopped");
            assert_null(t);
            assert_int_equal(asked, 6);
        }
    cupel_free(r);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    rows *r = make_rows(1, 0);
    double zero[N] = {0};
    cupel_trees_data data = data_of(r);
    cupel_trees_options o = small(CUPEL_EXTRA_TREES);
    cupel_trees *t = NULL;
    cupel_err err = {0};
    o.columns = 0;
    assert_int_equal(cupel_trees_fit(&data, &o, &alone, &t, &err), CUPEL_USAGE);
    o = small(CUPEL_BOOSTED_TREES);
    o.rate = NAN;
    assert_int_equal(cupel_trees_fit(&data, &o, &alone, &t, &err), CUPEL_USAGE);
    o = small(CUPEL_EXTRA_TREES);
    data.weight = zero;
    assert_int_equal(cupel_trees_fit(&data, &o, &alone, &t, &err), CUPEL_BAD_INPUT);
    data = data_of(r);
    data.d = 5000;
    assert_int_equal(cupel_trees_fit(&data, &o, &alone, &t, &err), CUPEL_BAD_INPUT);
    assert_null(t);
    data = data_of(r);
    t = fit(&data, &o, &alone);
    void *scratch = cupel_alloc_aligned(cupel_trees_scratch_bytes(t), 1);
    double q[1];
    assert_int_equal(cupel_trees_quantiles(t, &(cupel_query){r->x[0], D, 1, CUPEL_ISA_PLAIN, scratch}, (double[]){0.5}, 1, q, &err), CUPEL_USAGE);
    cupel_free(scratch);
    cupel_trees_free(t);
    cupel_free(r);
}

/* Constant columns, equal rows with different targets, one row. */
static void nothing_to_split_is_a_mean(void **state)
{
    (void)state;
    rows *r = make_rows(1, 0);
    double value[1], mean = 0;
    memset(r->x, 0, sizeof r->x);
    for (size_t i = 0; i < N; i++) mean += r->y[i] / N;
    for (int k = 0; k < KINDS; k++) {
        cupel_trees_data data = data_of(r);
        cupel_trees_options o = small(every[k]);
        cupel_trees *t = fit(&data, &o, &alone);
        predict(t, r->x[0], D, 1, CUPEL_ISA_PLAIN, value, NULL);
        check_close(value[0], mean, 0, every[k] == CUPEL_RANDOM_FOREST ? 0.1 : 1e-5);
        cupel_trees_free(t);
        data.n = 1;
        t = fit(&data, &o, &alone);
        predict(t, r->x[0], D, 1, CUPEL_ISA_PLAIN, value, NULL);
        check_close(value[0], r->y[0], 0, 1e-5);
        cupel_trees_free(t);
    }
    cupel_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_is_fitted_exactly),
        cmocka_unit_test(new_rows_are_predicted),
        cmocka_unit_test(monotone_columns_do_not_matter),
        cmocka_unit_test(threads_and_instruction_sets_do_not_matter),
        cmocka_unit_test(a_row_does_not_know_its_neighbours),
        cmocka_unit_test(leaves_are_as_large_as_asked),
        cmocka_unit_test(quantiles_come_from_weights),
        cmocka_unit_test(weights_are_repeats),
        cmocka_unit_test(rows_can_be_chosen),
        cmocka_unit_test(losses_do_what_they_are_for),
        cmocka_unit_test(the_pinball_loss_finds_quantiles),
        cmocka_unit_test(quantiles_follow_the_scatter),
        cmocka_unit_test(directions_are_kept),
        cmocka_unit_test(a_job_that_is_stopped_ends),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(nothing_to_split_is_a_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
