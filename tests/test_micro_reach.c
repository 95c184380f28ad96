/* core/engine/micro/reach.c: what a space holds, by a surrogate of the trials of a search. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/micro/reach.h"
#include "core/math/la.h"
#include "core/math/small.h"
#include "models/homogenize/bounds.h"

static const char DEMAND[] =
    "demand: a test\nscale: microstructure\nphases:\n  - {name: a, k: 1}\n  - {name: b, k: 20}\n"
    "space: {generator: gyroid, fraction: 0.1..0.5, stretch1: 0.6..1.8, stretch2: 0.6..1.8}\nseed: 3\n"
    "require:\n  - {property: conductivity, component: 33, min: 2}\n";

enum { LAST_STRETCH = 2 }; /* places in the parameters: fraction, stretch1, stretch2 */

/* Where each axis stands between Reuss and Voigt, a law in place of a solver; `noise` 0 to 1 replaces it by chance. */
static void put_truth(const cupel_micro_demand *d, const double *x, double noise, uint64_t i, cupel_tensors *t)
{
    const cupel_material m[2] = {d->phase[0].material, d->phase[1].material};
    const double share[3] = {0.5 + 0.2 * (x[1] - 1.2), 0.5 - 0.2 * (x[1] - 1.2), 0.4};
    cupel_bounds b;
    *t = (cupel_tensors){.fraction = {1 - x[0], x[0]}};
    cupel_bounds_of((cupel_kind){.physics = CUPEL_CONDUCTION, .dim = 3}, 2, t->fraction, m, &b);
    for (size_t a = 0; a < 3; a++) {
        const double s = (1 - noise) * share[a] + noise * cupel_rng_uniform(9, a, i);
        t->k[4 * a] = (1 - s) * b.reuss[4 * a] + s * b.voigt[4 * a];
    }
}

/* n trials at fractions from 0.15 to 0.4 and the first stretch from 0.8 to 1.6; the second does not change. */
static cupel_designs *trials(const cupel_micro_demand *d, size_t n, double noise)
{
    cupel_designs *o = cupel_alloc(1, sizeof *o);
    assert_non_null(o);
    assert_int_equal(cupel_recipe_of_text("gyroid:fraction=0.3,stretch1=1.2,stretch2=1.2", &o->one[0].recipe, NULL), CUPEL_OK);
    o->n = 1;
    o->point = cupel_alloc(n, sizeof *o->point);
    assert_non_null(o->point);
    for (size_t i = 0; i < n; i++) {
        cupel_design_point *p = &o->point[o->n_points++];
        *p = (cupel_design_point){.grid = 16};
        p->x[0] = 0.15 + 0.25 * cupel_rng_uniform(1, 0, i), p->x[1] = 0.8 + 0.8 * cupel_rng_uniform(1, 1, i), p->x[LAST_STRETCH] = 1.2;
        put_truth(d, p->x, noise * 0.9, i, &p->t);
    }
    return o;
}

static void forget(cupel_designs *o)
{
    cupel_designs_release(o);
    cupel_free(o);
}

static cupel_micro_demand *demand(void)
{
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    check_ok(cupel_micro_demand_read(cupel_text_of(DEMAND), "d.yaml", &d, &err), &err);
    return d;
}

static const cupel_job job = {.threads = 1};

/* Inside the bounds, and where the law has it for some parameters between those that were tried. */
static void predictions_are_of_the_law(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_reach r;
    cupel_micro_demand *d = demand();
    cupel_designs *o = trials(d, 30, 0);
    const cupel_material m[2] = {d->phase[0].material, d->phase[1].material};
    double low = 1, high = 0, most = 0;
    check_ok(cupel_reach_of(d, o, &job, &r, &err), &err);
    assert_true(r.n > 1000 && r.n_rows >= 20);
    assert_non_null(strstr(r.words, "of them; left out"));
    for (size_t i = 0; i < r.n; i++) {
        const cupel_tensors *t = &r.predicted[i];
        const double f = t->fraction[1];
        double off[9], value[3];
        cupel_tensors end[2];
        cupel_bounds b;
        assert_true(f >= 0.15 && f <= 0.4);
        cupel_bounds_of((cupel_kind){.physics = CUPEL_CONDUCTION, .dim = 3}, 2, t->fraction, m, &b);
        for (int side = 0; side < 2; side++) {
            for (size_t k = 0; k < 9; k++) off[k] = side ? b.voigt[k] - t->k[k] : t->k[k] - b.reuss[k];
            cupel_small_eigen(off, 3, value, NULL);
            assert_true(value[0] >= -1e-12 * b.voigt[0]);
            put_truth(d, (double[]){f, side ? 1.6 : 0.8, 1.2}, 0, 0, &end[side]);
        }
        assert_true(t->k[0] > 0.97 * end[0].k[0] && t->k[0] < 1.03 * end[1].k[0]);
        check_close(t->k[8], end[0].k[8], 0.03, 0);
        low = fmin(low, f), high = fmax(high, f), most = fmax(most, t->k[0] / end[0].k[0]);
    }
    assert_true(low < 0.2 && high > 0.35 && most > 1.1); /* it is a region, not a line */
    cupel_reach_release(&r);
    forget(o);
    cupel_micro_demand_free(d);
}

/* Chance is not shown as knowledge; neither are a few trials, or one that was tried many times. */
static void what_is_not_known_is_not_shown(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_reach r;
    cupel_micro_demand *d = demand();
    const struct { size_t n; double noise; const char *words; } poor[] = {{30, 1, "too poor"}, {6, 0, "only 6 of the gyroid"}};
    for (size_t i = 0; i < 2; i++) {
        cupel_designs *o = trials(d, poor[i].n, poor[i].noise);
        check_ok(cupel_reach_of(d, o, &job, &r, &err), &err);
        assert_int_equal(r.n, 0);
        assert_non_null(strstr(r.words, poor[i].words));
        cupel_reach_release(&r);
        forget(o);
    }
    cupel_designs *o = trials(d, 30, 0);
    for (size_t i = 4; i < 30; i++) o->point[i] = o->point[3];
    check_ok(cupel_reach_of(d, o, &job, &r, &err), &err);
    assert_true(r.n == 0 && strstr(r.words, "only 4 of"));
    cupel_reach_release(&r);
    o->one[0].recipe.generator = NULL; /* of no family: one phase alone, say */
    check_ok(cupel_reach_of(d, o, &job, &r, &err), &err);
    assert_true(r.n == 0 && !*r.words);
    cupel_reach_release(&r);
    forget(o);
    cupel_micro_demand_free(d);
}

/* The k-th miss of n rows left out, k = ceil(0.9 (n + 1)): of 19 the 18th, of 9 the 9th. */
static void half_widths_count_one_row_more(void **state)
{
    (void)state;
    double truth[19], left_out[19], spread[19], typical;
    for (size_t i = 0; i < 19; i++) truth[i] = 2, left_out[i] = 2 + (i % 2 ? 1 : -1) * 0.01 * (double)(i + 1), spread[i] = 1 / (left_out[i] + 2);
    cupel_reach r = {.n_rows = 19, .left_spread = spread};
    check_close(cupel_reach_half(&r, truth, left_out, &typical), 0.18, 1e-12, 0);
    check_close(typical, 2, 1e-12, 0);
    r.n_rows = 9;
    check_close(cupel_reach_half(&r, truth, left_out, &typical), 0.09, 1e-12, 0);
    truth[3] = NAN;
    assert_true(isnan(cupel_reach_half(&r, truth, left_out, &typical)));
}

#ifdef CUPEL_FAULTS
static void out_of_memory_is_clean(void **state)
{
    (void)state;
    cupel_micro_demand *d = demand();
    cupel_designs *o = trials(d, 12, 0);
    for (size_t n = 1, done = 0; !done; n += 1 + n / 20) {
        cupel_err err = {0};
        cupel_reach r;
        cupel_mem_fail_at(n, false);
        const cupel_status st = cupel_reach_of(d, o, &job, &r, &err);
        cupel_mem_fail_at(0, false);
        done = st == CUPEL_OK;
        if (!done) assert_int_equal(st, CUPEL_NO_RESOURCE);
        cupel_reach_release(&r);
    }
    forget(o);
    cupel_micro_demand_free(d);
}
#endif

int main(void)
{
    cupel_la_single_thread();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(predictions_are_of_the_law),
        cmocka_unit_test(what_is_not_known_is_not_shown),
        cmocka_unit_test(half_widths_count_one_row_more),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(out_of_memory_is_clean),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
