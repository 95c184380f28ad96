#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "models/search/pareto.h"

static void a_point_does_not_dominate_itself(void **state)
{
    (void)state;
    const double a[2] = {1, 2}, b[2] = {1, 3}, c[2] = {2, 1};
    assert_false(cupel_pareto_dominates(a, a, 2));
    assert_true(cupel_pareto_dominates(b, a, 2));
    assert_false(cupel_pareto_dominates(a, b, 2));
    assert_false(cupel_pareto_dominates(b, c, 2));
    assert_false(cupel_pareto_dominates(c, b, 2));
}

/* The definition, by peeling: a layer is what nothing left dominates. */
static void peel(const double *f, size_t n, size_t m, size_t max_layers, uint32_t *layer)
{
    memset(layer, 0, n * sizeof *layer);
    for (uint32_t l = 1; l <= max_layers; l++) {
        uint32_t *now = cupel_alloc(n, sizeof *now);
        for (size_t i = 0; i < n; i++) {
            now[i] = !layer[i];
            for (size_t j = 0; now[i] && j < n; j++)
                if (!layer[j] && cupel_pareto_dominates(f + j * m, f + i * m, m)) now[i] = 0;
        }
        for (size_t i = 0; i < n; i++)
            if (now[i]) layer[i] = l;
        cupel_free(now);
    }
}

static void layers_are_those_of_peeling(void **state)
{
    (void)state;
    cupel_err err;
    enum { N = 160 };
    double f[N * 4];
    uint32_t got[N], want[N];
    for (size_t m = 1; m <= 4; m++)
        for (uint64_t round = 0; round < 20; round++) {
            uint64_t levels = round % 2 ? 6 : 1000; /* few levels: many equal points */
            for (size_t i = 0; i < N * m; i++) f[i] = (double)cupel_rng_below(round, m, i, levels);
            for (size_t limit = 1; limit <= N; limit = limit * 5 + 1) {
                check_ok(cupel_pareto_layers(f, N, m, limit, got, &err), &err);
                peel(f, N, m, limit, want);
                for (size_t i = 0; i < N; i++) assert_int_equal(got[i], want[i]);
            }
        }
}

static void layers_do_not_depend_on_the_order_of_points(void **state)
{
    (void)state;
    cupel_err err;
    enum { N = 300 };
    double f[N * 3], g[N * 3];
    size_t p[N];
    uint32_t a[N], b[N];
    for (size_t i = 0; i < N * 3; i++) f[i] = cupel_rng_uniform(7, 3, i);
    cupel_rng_permutation(7, 4, p, N);
    for (size_t i = 0; i < N; i++) memcpy(g + 3 * i, f + 3 * p[i], 3 * sizeof *f);
    check_ok(cupel_pareto_layers(f, N, 3, 10, a, &err), &err);
    check_ok(cupel_pareto_layers(g, N, 3, 10, b, &err), &err);
    for (size_t i = 0; i < N; i++) assert_int_equal(b[i], a[p[i]]);
}

static void no_points_are_no_layers(void **state)
{
    (void)state;
    cupel_err err;
    check_ok(cupel_pareto_layers(NULL, 0, 2, 5, NULL, &err), &err);
}

static void cells_stay_on_the_grid(void **state)
{
    (void)state;
    const double f[4] = {-0.5, 0, 1, 7}, nan[2] = {NAN, -0.0};
    double c[4];
    cupel_pareto_cell(f, 4, c);
    double last = (double)cupel_pareto_bins(4) - 1;
    assert_true(c[0] == 0 && c[1] == 0 && c[2] == last && c[3] == last);
    cupel_pareto_cell(nan, 2, c);
    assert_true(c[0] == 0 && c[1] == 0 && !signbit(c[1]));
}

/* Directions as they come, equal points both stay, a row with a NaN is none. */
static void fronts_have_directions(void **state)
{
    (void)state;
    const double y[][2] = {{1, 5}, {2, 6}, {2, 6}, {3, 9}, {2, 7}, {9, NAN}};
    assert_int_equal(cupel_pareto_front(&y[0][0], 6, 2, (bool[]){true, false}), 4); /* {2, 7} alone is beaten */
    assert_int_equal(cupel_pareto_front(&y[0][0], 6, 2, (bool[]){true, true}), 1);
    assert_int_equal(cupel_pareto_front(&y[0][0], 6, 2, (bool[]){false, false}), 1);
    assert_true(cupel_pareto_beats(y[0], y[4], 2, (bool[]){false, false}) && !cupel_pareto_beats(y[1], y[2], 2, (bool[]){true, true}));
    assert_false(cupel_pareto_beats(y[5], y[0], 2, (bool[]){true, true}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fronts_have_directions),
        cmocka_unit_test(a_point_does_not_dominate_itself),
        cmocka_unit_test(layers_are_those_of_peeling),
        cmocka_unit_test(layers_do_not_depend_on_the_order_of_points),
        cmocka_unit_test(no_points_are_no_layers),
        cmocka_unit_test(cells_stay_on_the_grid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
