/* core/engine/micro/model.c, ranking.c, store.c, samples_table.c */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/micro/physics.h"
#include "core/engine/micro/store.h"
#include "core/math/la.h"
#include "core/math/small.h"
#include "models/homogenize/bounds.h"

#include <unistd.h>

#define HEAD                                                                                                                                         \
    "demand: a test\nscale: microstructure\nphases:\n  - {name: a, k: 1, E: 1, nu: 0.3, density: 1}\n  - {name: b, k: 20, E: 12, nu: 0.2, density: " \
    "3}\n"                                                                                                                                           \
    "space: {generator: gyroid, fraction: 0.1..0.5, stretch3: 1..3, seed: 1}\nseed: 3\nsample: 60\ncandidates: 4000\nkeep: 10\nverify: 0\nlevel: "   \
    "0.9\n"

/* A law of mixture between the bounds that stands in for a solver: how near to Voigt each axis is depends on the parameters. */
static void put_truth(const cupel_micro_demand *d, const double *param, double noise, const cupel_layout *l, double *row)
{
    const double f = param[0], fraction[2] = {1 - f, f};
    cupel_material m[2] = {d->phase[0].material, d->phase[1].material};
    cupel_bounds b;
    row[l->fraction] = 1 - f, row[l->fraction + 1] = f;
    for (int physics = 0; physics < 2; physics++) {
        const size_t at = physics ? l->c : l->k, n = physics ? 6 : 3;
        if (at == SIZE_MAX) continue;
        cupel_bounds_of((cupel_kind){.physics = (cupel_physics)physics, .dim = 3}, 2, fraction, m, &b);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) {
                const double share = 0.3 + 0.15 * (param[1] - 2) * (i == 2 && j == 2 ? 1 : -0.5) + noise;
                row[at + i * n + j] = i == j ? (1 - share) * b.reuss[i * n + j] + share * b.voigt[i * n + j]
                                             : 0.7 * b.reuss[i * n + j] + 0.3 * b.voigt[i * n + j];
            }
    }
}

typedef struct bench {
    cupel_micro_demand *d;
    cupel_micro_space s;
    cupel_samples rows;
    cupel_micro_model *m;
} bench;

static void set_up_rows(const char *require, double noise, size_t failed, size_t rows, uint64_t stream, bench *b)
{
    char text[2048];
    cupel_err err = {0};
    const cupel_job job = {.threads = 1};
    *b = (bench){.d = NULL};
    snprintf(text, sizeof text, "%s%s", HEAD, require);
    check_ok(cupel_micro_demand_read(cupel_text_of(text), "d.yaml", &b->d, &err), &err);
    check_ok(cupel_micro_space_read(b->d, &b->s, &err), &err);
    if (rows) b->d->sample = rows;
    cupel_samples *r = &b->rows;
    cupel_layout_of(b->d, &r->layout);
    r->n = b->d->sample, r->n_params = b->s.n;
    r->param = cupel_alloc(r->n, r->n_params * sizeof(double)), r->figure = cupel_alloc(r->n, r->layout.width * sizeof(double));
    r->reason = cupel_alloc(r->n, sizeof *r->reason), r->recipe = cupel_alloc(r->n, sizeof *r->recipe);
    for (size_t i = 0; i < r->n; i++) {
        cupel_micro_space_point(&b->s, i, r->param + i * r->n_params);
        put_truth(b->d, r->param + i * r->n_params, noise * cupel_rng_normal(5, stream, i), &r->layout, r->figure + i * r->layout.width);
        if (i % 7 == 3 && failed) {
            r->reason[i] = cupel_strdup("no convergence");
            for (size_t k = 0; k < r->layout.width; k++) r->figure[i * r->layout.width + k] = NAN;
        }
    }
    check_ok(cupel_micro_model_fit(b->d, &b->s, r, &job, &b->m, &err), &err);
}

static void set_up(const char *require, double noise, size_t failed, bench *b) { set_up_rows(require, noise, failed, 0, 0, b); }

static void tear_down(bench *b)
{
    cupel_micro_model_free(b->m);
    cupel_samples_release(&b->rows);
    cupel_micro_demand_free(b->d);
}

#define ASKED                                                                                                                                        \
    "require:\n  - {property: conductivity, component: 33, min: 4}\n  - {property: young modulus, direction: [0, 0, 1], min: 1.5, max: 6}\n"         \
    "  - {property: conductivity, target: [[~, 0, 0], [0, ~, 0], [0, 0, 4.5]], within: 10 %}\n  - {property: density, goal: minimise}\n"

/* Structures that the model has not seen: close where there is no noise; within their intervals as often as is said where there is. */
static void unseen_structures(void **state)
{
    (void)state;
    for (int noisy = 0; noisy < 2; noisy++) {
        bench b;
        cupel_err err = {0};
        cupel_micro_scratch *s = NULL;
        size_t inside = 0, n = getenv("CUPEL_SANITIZED") ? 60 : 300;
        set_up(ASKED, noisy ? 0.02 : 0, 0, &b);
        assert_true(cupel_micro_model_exact_fraction(b.m));
        check_ok(cupel_micro_scratch_new(b.m, 1, &s, &err), &err);
        double *row = cupel_alloc(b.rows.layout.width, sizeof *row);
        for (size_t i = 0; i < n; i++) {
            double param[2];
            cupel_micro_forecast f;
            cupel_micro_space_point(&b.s, 1000 + i, param);
            put_truth(b.d, param, noisy ? 0.02 * cupel_rng_normal(6, 0, i) : 0, &b.rows.layout, row);
            cupel_micro_model_forecast(b.m, param, CUPEL_ISA_PLAIN, s, &f);
            const cupel_micro_state now = cupel_layout_state(&b.rows.layout, row);
            const double truth = cupel_ask_value(b.d, &b.d->ask[0], &now), young = cupel_ask_value(b.d, &b.d->ask[1], &now);
            if (!noisy) {
                check_close(f.value[0], truth, 0.01, 0);
                check_close(f.value[1], young, 0.01, 0);
            }
            check_close(f.value[3], 1 + 2 * param[0], 1e-12, 0);
            for (size_t a = 0; a < 4; a++) assert_true(f.lower[a] <= f.value[a] && f.value[a] <= f.upper[a]);
            assert_true(f.chance > 0 && f.chance < 1);
            inside += truth >= f.lower[0] && truth <= f.upper[0];
        }
        if (noisy) check_close((double)inside / (double)n, 0.9, 0, 0.08); /* 60 rows to learn from, 300 to count: a deviation of 0.04 */
        cupel_free(row);
        cupel_micro_scratch_free(s);
        tear_down(&b);
    }
}

/* Intervals of 75 rows hold 90 to 98 % of what is new, over sets of other noise: 8 sets, of which one alone is known to 3.4 %, and 150 structures
 * each, make a deviation of 1.5 %, of which one is allowed below. */
static void few_rows_cover(void **state)
{
    (void)state;
    const size_t sets = getenv("CUPEL_SANITIZED") ? 2 : 8, unseen = 150;
    size_t inside[2] = {0, 0};
    double wide = 0;
    for (size_t k = 0; k < sets; k++) {
        bench b;
        cupel_err err = {0};
        cupel_micro_scratch *s = NULL;
        set_up_rows(ASKED, 0.03, 0, 75, k + 1, &b);
        check_ok(cupel_micro_scratch_new(b.m, 1, &s, &err), &err);
        double *row = cupel_alloc(b.rows.layout.width, sizeof *row);
        for (size_t i = 0; i < unseen; i++) {
            double param[2];
            cupel_micro_forecast f;
            cupel_micro_space_point(&b.s, 2000 + i, param);
            put_truth(b.d, param, 0.03 * cupel_rng_normal(6, k + 1, i), &b.rows.layout, row);
            cupel_micro_model_forecast(b.m, param, CUPEL_ISA_PLAIN, s, &f);
            const cupel_micro_state now = cupel_layout_state(&b.rows.layout, row);
            for (size_t a = 0; a < 2; a++) {
                const double truth = cupel_ask_value(b.d, &b.d->ask[a], &now);
                inside[a] += truth >= f.lower[a] && truth <= f.upper[a];
                wide += (f.upper[a] - f.lower[a]) / fabs(f.value[a]) / (double)(2 * sets * unseen);
            }
        }
        cupel_free(row);
        cupel_micro_scratch_free(s);
        tear_down(&b);
    }
    for (size_t a = 0; a < 2; a++) {
        const double share = (double)inside[a] / (double)(sets * unseen), slack = sets == 8 ? 0.015 : 0.05;
        if (!(share >= 0.9 - slack && share <= 0.98)) print_error("%s: %.3f inside\n", a ? "stiffness" : "conductivity", share);
        assert_true(share >= 0.9 - slack && share <= 0.98);
    }
    assert_true(wide < 0.3); /* and they say something */
}

/* The left-out rows of the sample, and rows without figures. */
static void left_out_rows_calibrate(void **state)
{
    (void)state;
    bench b;
    set_up(ASKED, 0.02, 1, &b);
    assert_int_equal(cupel_micro_model_rows(b.m), cupel_samples_good(&b.rows));
    assert_true(cupel_micro_model_rows(b.m) < b.rows.n);
    const cupel_ask_trust *t = cupel_micro_model_trust(b.m);
    for (size_t a = 0; a < 3; a++) {
        assert_true(t[a].coverage >= 0.9 && t[a].quantile > 0 && t[a].quantile <= 1);
        assert_true(t[a].rmse > 0 && t[a].r2 < 1);
    }
    check_close(t[3].r2, 1, 0, 1e-9);
    tear_down(&b);
}

/* Bars of the sample widen intervals in quadrature and take certainty from chances: h^2 = h0^2 + (z(level) / 1.96 bar)^2, the level being 0.9. */
static void bars_of_the_sample_are_in_the_intervals(void **state)
{
    (void)state;
    static const char require[] = "require:\n  - {property: conductivity, component: 33, min: 4}\n";
    const double bar = 0.5;
    enum { N = 200 };
    static cupel_micro_forecast all[2][N];
    cupel_err err = {0};
    size_t doubted = 0;
    for (int with = 0; with < 2; with++) {
        bench b;
        const cupel_job job = {.threads = 1};
        cupel_micro_scratch *s = NULL;
        set_up(require, 0.01, 0, &b);
        for (size_t i = 0; i < b.rows.n; i++) b.rows.figure[i * b.rows.layout.width + b.rows.layout.k_error + 8] = with ? bar : 0;
        cupel_micro_model_free(b.m);
        check_ok(cupel_micro_model_fit(b.d, &b.s, &b.rows, &job, &b.m, &err), &err);
        check_ok(cupel_micro_scratch_new(b.m, 1, &s, &err), &err);
        for (size_t i = 0; i < N; i++) {
            double param[2];
            cupel_micro_space_point(&b.s, 200 + i, param);
            cupel_micro_model_forecast(b.m, param, CUPEL_ISA_PLAIN, s, &all[with][i]);
        }
        cupel_micro_scratch_free(s);
        tear_down(&b);
    }
    const double more = 1.6448536269514722 / 1.959963984540054 * bar; /* two-sided 90 % of a bar of 95 % */
    for (size_t i = 0; i < N; i++) {
        const cupel_micro_forecast *f = &all[0][i], *g = &all[1][i];
        assert_true(f->value[0] == g->value[0]);
        check_close(g->upper[0] - g->value[0], hypot(f->upper[0] - f->value[0], more), 1e-9, 0);
        check_close(g->value[0] - g->lower[0], hypot(f->value[0] - f->lower[0], more), 1e-9, 0);
        if (fabs(f->value[0] - 4) > bar / 2 || fabs(f->chance - 0.5) < 0.45) continue; /* sure, and near the end of the window */
        assert_true(fabs(g->chance - 0.5) < fabs(f->chance - 0.5));
        doubted++;
    }
    assert_true(doubted > 3);
}

static void too_few_rows_say_why(void **state)
{
    (void)state;
    bench b;
    cupel_err err = {0};
    cupel_micro_model *m = NULL;
    const cupel_job job = {.threads = 1};
    set_up(ASKED, 0, 0, &b);
    for (size_t i = 5; i < b.rows.n; i++) b.rows.reason[i] = cupel_strdup(i % 3 ? "no convergence" : "no memory");
    check_fails(cupel_micro_model_fit(b.d, &b.s, &b.rows, &job, &m, &err), CUPEL_FAILED, &err, "no convergence");
    assert_null(m);
    tear_down(&b);
}

/* Whole tensors of new structures: those that the asked numbers are of, and inside the bounds. */
static void tensors_are_those_that_are_asked(void **state)
{
    (void)state;
    enum { MANY = 64 };
    bench b;
    cupel_err err = {0};
    cupel_micro_scratch *s = NULL;
    set_up(ASKED, 0.02, 0, &b);
    const cupel_layout *l = &b.rows.layout;
    const cupel_material m[2] = {b.d->phase[0].material, b.d->phase[1].material};
    double param[MANY * 2], low[36], value[6];
    double *row = cupel_alloc(MANY, l->width * sizeof *row), *asked = cupel_alloc(MANY, b.d->n_asks * sizeof *asked);
    check_ok(cupel_micro_scratch_new(b.m, MANY, &s, &err), &err);
    for (size_t i = 0; i < MANY; i++) cupel_micro_space_point(&b.s, 500 + i, param + 2 * i);
    cupel_micro_model_figures(b.m, param, MANY, CUPEL_ISA_PLAIN, s, row);
    cupel_micro_model_values(b.m, param, MANY, CUPEL_ISA_PLAIN, s, asked);
    for (size_t i = 0; i < MANY; i++) {
        const double *at = row + i * l->width;
        const cupel_micro_state now = cupel_layout_state(l, at);
        for (size_t a = 0; a < b.d->n_asks; a++) check_close(asked[i * b.d->n_asks + a], cupel_ask_value(b.d, &b.d->ask[a], &now), 1e-12, 0);
        for (int elastic = 0; elastic < 2; elastic++) {
            cupel_bounds bounds;
            const size_t n = elastic ? 6 : 3;
            const double *t = at + (elastic ? l->c : l->k);
            cupel_bounds_of((cupel_kind){.physics = (cupel_physics)elastic, .dim = 3}, 2, at + l->fraction, m, &bounds);
            for (int end = 0; end < 2; end++) {
                for (size_t k = 0; k < n * n; k++) low[k] = end ? bounds.voigt[k] - t[k] : t[k] - bounds.reuss[k];
                cupel_small_eigen(low, n, value, NULL);
                assert_true(value[0] > -1e-12 * cupel_small_norm(bounds.voigt, n * n));
            }
        }
    }
    cupel_free(row), cupel_free(asked);
    cupel_micro_scratch_free(s);
    tear_down(&b);
}

/* Rows of other noise than the space's: a law that goes by how their own waves are spread over directions is learned when their seeds are known. */
static double missed_with_seeds(bool known)
{
    static const char text[] = "demand: a test\nscale: microstructure\nphases:\n  - {name: a, k: 1}\n  - {name: b, k: 20}\n"
                               "space: {generator: gaussian, fraction: 0.2..0.5, metric11: -0.5..0.5, seed: 1}\nseed: 3\nsample: 48\n"
                               "require:\n  - {property: conductivity, component: 33, min: 4}\n";
    cupel_err err = {0};
    const cupel_job job = {.threads = 1};
    bench b = {.d = NULL};
    cupel_micro_physics p[4];
    cupel_micro_space there[4];
    double h[CUPEL_PHYSICS_MAX], sum = 0;
    check_ok(cupel_micro_demand_read(cupel_text_of(text), "d.yaml", &b.d, &err), &err);
    check_ok(cupel_micro_space_read(b.d, &b.s, &err), &err);
    cupel_samples *r = &b.rows;
    cupel_layout_of(b.d, &r->layout);
    r->n = b.d->sample, r->n_params = b.s.n;
    r->param = cupel_alloc(r->n, r->n_params * sizeof(double)), r->figure = cupel_alloc(r->n, r->layout.width * sizeof(double));
    r->reason = cupel_alloc(r->n, sizeof *r->reason), r->recipe = cupel_alloc(r->n, sizeof *r->recipe);
    if (known) r->seed = cupel_alloc(r->n, sizeof *r->seed);
    for (size_t k = 0; k < 4; k++) {
        there[k] = b.s, there[k].middle.seed = k + 1;
        check_ok(cupel_micro_physics_init(b.d, &there[k], true, &p[k], &err), &err);
        assert_true(p[k].n_moments > 0);
    }
    for (size_t i = 0; i < r->n; i++) {
        double *param = r->param + i * r->n_params, *row = r->figure + i * r->layout.width;
        cupel_micro_space_point(&b.s, i, param);
        cupel_micro_physics_columns(&p[i % 4], param, param[0], h);
        if (known) r->seed[i] = i % 4 + 1;
        put_truth(b.d, (double[]){param[0], 2}, 0.1 * tanh(h[0]), &r->layout, row);
    }
    check_ok(cupel_micro_model_fit(b.d, &b.s, r, &job, &b.m, &err), &err);
    double *figure = cupel_alloc(r->n, r->layout.width * sizeof *figure), *spread = cupel_alloc(r->n, sizeof *spread);
    cupel_micro_model_left_out_figures(b.m, figure, spread);
    for (size_t i = 0; i < r->n; i++) {
        const size_t at = i * r->layout.width + r->layout.k + 8;
        sum += pow(figure[at] / r->figure[at] - 1, 2) / (double)r->n;
        check_close(figure[at], cupel_micro_model_left_out(b.m)[i], 1e-12, 0); /* what is asked is a component of them */
        assert_true(spread[i] > 0);
    }
    for (size_t k = 0; k < 4; k++) cupel_micro_physics_release(&p[k]);
    cupel_free(figure);
    cupel_free(spread);
    tear_down(&b);
    return sqrt(sum);
}

static void the_noise_of_a_row_is_its_own(void **state)
{
    (void)state;
    const double with = missed_with_seeds(true), without = missed_with_seeds(false);
    if (!(with < 0.3 * without)) print_error("missed by %g with the seeds, %g without\n", with, without);
    assert_true(with < 0.3 * without);
}

/* The ranking is one for any number of threads; the first meets the demand in truth; the goal decides among those that do; duplicates are apart. */
static void the_first_is_the_best(void **state)
{
    (void)state;
    bench b;
    cupel_err err = {0};
    cupel_micro_ranking r[2] = {{0}};
    set_up(ASKED, 0.002, 0, &b);
    double *row = cupel_alloc(b.rows.layout.width, sizeof *row);
    for (size_t t = 0; t < 2; t++) {
        const cupel_job job = {.threads = 1 + 2 * t};
        check_ok(cupel_micro_rank(b.m, b.d, &b.s, &job, &r[t], &err), &err);
    }
    assert_int_equal(r[0].n, r[1].n);
    assert_true(r[0].n >= 2 && r[0].n <= 10);
    for (size_t i = 0; i < r[0].n; i++) {
        assert_true(r[0].row[i].index == r[1].row[i].index);
        assert_true(memcmp(&r[0].row[i].forecast, &r[1].row[i].forecast, sizeof r[0].row[i].forecast) == 0);
        if (i) assert_true(r[0].row[i].forecast.score <= r[0].row[i - 1].forecast.score);
    }
    put_truth(b.d, r[0].row[0].param, 0, &b.rows.layout, row);
    const cupel_micro_state first = cupel_layout_state(&b.rows.layout, row);
    const double density = cupel_ask_value(b.d, &b.d->ask[3], &first);
    for (size_t a = 0; a < 3; a++) assert_true(cupel_ask_met(&b.d->ask[a], cupel_ask_value(b.d, &b.d->ask[a], &first)));
    size_t lighter = 0, able = 0;
    for (uint64_t i = 0; i < 4000; i++) {
        double param[2];
        cupel_micro_space_point(&b.s, 60 + i, param);
        put_truth(b.d, param, 0, &b.rows.layout, row);
        const cupel_micro_state s = cupel_layout_state(&b.rows.layout, row);
        bool all = true;
        for (size_t a = 0; a < 3; a++) all = all && cupel_ask_met(&b.d->ask[a], cupel_ask_value(b.d, &b.d->ask[a], &s));
        able += all;
        lighter += all && cupel_ask_value(b.d, &b.d->ask[3], &s) < density;
    }
    assert_true(able > 20 && lighter < able / 4); /* lighter ones stand at the edge of a window, where the chance is one half */
    cupel_free(row);
    cupel_micro_ranking_release(&r[0]);
    cupel_micro_ranking_release(&r[1]);
    tear_down(&b);
}

static void verdicts_count_the_bar(void **state)
{
    (void)state;
    const cupel_ask window = {.min = 1, .max = 2}, whole = {.whole = true, .within = 0.02, .min = -HUGE_VAL, .max = HUGE_VAL};
    assert_int_equal(cupel_ask_judge(&window, 1.5, 0.4), CUPEL_MEETS);
    assert_int_equal(cupel_ask_judge(&window, 1.5, 0.6), CUPEL_OPEN);
    assert_int_equal(cupel_ask_judge(&window, 0.9, 0.2), CUPEL_OPEN);
    assert_int_equal(cupel_ask_judge(&window, 0.9, 0.05), CUPEL_MISSES);
    assert_int_equal(cupel_ask_judge(&window, 2.5, 0.4), CUPEL_MISSES);
    assert_int_equal(cupel_ask_judge(&window, NAN, 0), CUPEL_MISSES);
    assert_int_equal(cupel_ask_judge(&whole, 0.01, 0.01), CUPEL_MEETS);
    assert_int_equal(cupel_ask_judge(&whole, 0.015, 0.01), CUPEL_OPEN);
    assert_int_equal(cupel_ask_judge(&whole, 0.05, 0.01), CUPEL_MISSES);
}

static const char *path_in(const char *name)
{
    static char path[64];
    snprintf(path, sizeof path, "/tmp/cupel-micro-%ld-%s", (long)getpid(), name);
    return path;
}

static void fake_verification(bench *b, cupel_micro_ranking *r)
{
    cupel_ranked *x = &r->row[0];
    x->figure = cupel_alloc(b->rows.layout.width, sizeof *x->figure);
    put_truth(b->d, x->param, 0, &b->rows.layout, x->figure);
    x->verified = true;
    cupel_micro_ranked_judge(b->d, &b->rows.layout, x);
}

/* Both artifacts come back number by number; those of another demand do not. */
static void artifacts_come_back(void **state)
{
    (void)state;
    bench b, other;
    cupel_err err = {0};
    cupel_micro_facts f, g;
    cupel_micro_ranking r, q;
    cupel_samples rows;
    const cupel_job job = {.threads = 1};
    set_up(ASKED, 0.002, 1, &b);
    for (size_t i = 0; i < b.rows.n; i++) b.rows.recipe[i] = cupel_strdup("gyroid:fraction=0.2");
    check_ok(cupel_micro_facts_of(b.m, b.d->n_asks, &f, &err), &err);
    check_ok(cupel_micro_rank(b.m, b.d, &b.s, &job, &r, &err), &err);
    fake_verification(&b, &r);
    check_ok(cupel_micro_save_samples(&b.rows, &f, b.d, &b.s, path_in("s.h5"), &err), &err);
    check_ok(cupel_micro_load_samples(path_in("s.h5"), b.d, &b.s, &rows, &g, &err), &err);
    assert_true(rows.n == b.rows.n && g.n == f.n);
    assert_memory_equal(rows.param, b.rows.param, rows.n * rows.n_params * sizeof(double));
    for (size_t i = 0; i < rows.n; i++) {
        assert_true((rows.reason[i] == NULL) == (b.rows.reason[i] == NULL));
        for (size_t k = 0; k < rows.layout.width && !rows.reason[i]; k++)
            assert_true(rows.figure[i * rows.layout.width + k] == b.rows.figure[i * rows.layout.width + k]);
    }
    assert_memory_equal(g.upper, f.upper, f.n * f.n_asks * sizeof(double));
    assert_memory_equal(g.trust, f.trust, f.n_asks * sizeof *f.trust);
    check_ok(cupel_micro_save_ranking(&r, b.d, &b.s, path_in("r.h5"), &err), &err);
    check_ok(cupel_micro_load_ranking(path_in("r.h5"), b.d, &b.s, &q, &err), &err);
    assert_true(q.n == r.n && q.candidates == r.candidates && q.merged == r.merged);
    for (size_t i = 0; i < r.n; i++) {
        assert_true(strcmp(q.row[i].recipe, r.row[i].recipe) == 0 && q.row[i].index == r.row[i].index && q.row[i].verified == r.row[i].verified);
        assert_memory_equal(q.row[i].forecast.upper, r.row[i].forecast.upper, r.n_asks * sizeof(double));
    }
    assert_true(q.row[0].all == r.row[0].all && q.row[0].value[0] == r.row[0].value[0] && q.row[0].error[0] == r.row[0].error[0]);
    set_up("require:\n  - {property: conductivity, component: 11, min: 4}\n", 0, 0, &other);
    cupel_micro_ranking none;
    check_fails(cupel_micro_load_ranking(path_in("r.h5"), other.d, &other.s, &none, &err), CUPEL_BAD_ARTIFACT, &err, "another demand");
    check_ok(cupel_samples_csv(&b.rows, b.d, &b.s, path_in("s.csv"), &err), &err);
    check_ok(cupel_micro_ranking_csv(&r, b.d, &b.s, path_in("r.csv"), &err), &err);
    const char *const left[] = {"s.h5", "r.h5", "s.csv", "r.csv"};
    for (size_t i = 0; i < 4; i++) assert_int_equal(unlink(path_in(left[i])), 0);
    cupel_samples_release(&rows);
    cupel_micro_facts_release(&f);
    cupel_micro_facts_release(&g);
    cupel_micro_ranking_release(&r);
    cupel_micro_ranking_release(&q);
    tear_down(&other);
    tear_down(&b);
}

#ifdef CUPEL_FAULTS
/* Every n-th allocation fails: a model or a ranking is whole or not there, and nothing is lost. */
static void out_of_memory_is_clean(void **state)
{
    (void)state;
    bench b;
    const cupel_job job = {.threads = 1};
    set_up("require:\n  - {property: conductivity, component: 33, min: 4}\n", 0, 0, &b);
    b.d->candidates = 300, b.d->keep = 1;
    for (size_t n = 1, done = 0; !done; n += 1 + n / 40) { /* all of the first, then some of the many */
        cupel_err err = {0};
        cupel_micro_model *m = NULL;
        cupel_micro_ranking r = {0};
        cupel_micro_facts f = {0};
        cupel_mem_fail_at(n, false);
        cupel_status st = cupel_micro_model_fit(b.d, &b.s, &b.rows, &job, &m, &err);
        if (st == CUPEL_OK) st = cupel_micro_facts_of(m, b.d->n_asks, &f, &err);
        if (st == CUPEL_OK) st = cupel_micro_rank(m, b.d, &b.s, &job, &r, &err);
        cupel_mem_fail_at(0, false);
        done = st == CUPEL_OK;
        if (!done) assert_int_equal(st, CUPEL_NO_RESOURCE);
        cupel_micro_ranking_release(&r);
        cupel_micro_facts_release(&f);
        cupel_micro_model_free(m);
    }
    tear_down(&b);
}
#endif

int main(void)
{
    cupel_la_single_thread();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unseen_structures),
        cmocka_unit_test(few_rows_cover),
        cmocka_unit_test(tensors_are_those_that_are_asked),
        cmocka_unit_test(left_out_rows_calibrate),
        cmocka_unit_test(bars_of_the_sample_are_in_the_intervals),
        cmocka_unit_test(too_few_rows_say_why),
        cmocka_unit_test(the_noise_of_a_row_is_its_own),
        cmocka_unit_test(the_first_is_the_best),
        cmocka_unit_test(verdicts_count_the_bar),
        cmocka_unit_test(artifacts_come_back),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(out_of_memory_is_clean),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
