/* core/engine/micro/alike.c: the residual of a measured two-point function as a vector, and its derivatives. */
#include "tests/check.h"

#include "core/engine/likeness.h"
#include "core/engine/micro/alike.h"
#include "core/engine/micro/design.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const cupel_job job = {.threads = 1};
static const char HIDDEN[] = "gaussian:fraction=0.33,wavelength=0.5,metric11=0.5,seed=3";

typedef struct setting {
    char folder[32], path[64];
    cupel_micro_demand *d;
    cupel_families *families;
    cupel_designs out;
    cupel_search *s;
} setting;

static void voxels_of(const char *recipe, size_t grid, cupel_voxels *v)
{
    cupel_err err = {0};
    cupel_recipe r;
    const size_t n[3] = {grid, grid, grid};
    check_ok(cupel_recipe_of_text(recipe, &r, &err), &err);
    check_ok(cupel_recipe_voxels(&r, n, v, &job, &err), &err);
}

/* A demand for the two-point function of HIDDEN on that grid, and the search of a space it lies in. */
static void open_setting(setting *x, size_t grid)
{
    cupel_err err = {0};
    cupel_voxels v = {0};
    char text[1024];
    *x = (setting){.folder = "/tmp/cupel-alike-XXXXXX"};
    assert_non_null(mkdtemp(x->folder));
    snprintf(x->path, sizeof x->path, "%s/x.npy", x->folder);
    voxels_of(HIDDEN, grid, &v);
    check_ok(cupel_volume_write(x->path, NULL, &v, &err), &err);
    cupel_voxels_release(&v);
    snprintf(text, sizeof text, "demand: t\nscale: microstructure\nphases:\n  - {name: a, k: 1}\n  - {name: b, k: 10}\ngrid: 16\n"
                                "space: {generator: gaussian, fraction: 0.2..0.5, wavelength: 0.4..0.7, metric11: -1..1, seed: 3}\n"
                                "require:\n  - {property: two-point, phase: b, like: %s, within: 5 %%}\n", x->path);
    check_ok(cupel_micro_demand_read(cupel_text_of(text), "x.yaml", &x->d, &err), &err);
    x->families = calloc(1, sizeof *x->families);
    x->s = calloc(1, sizeof *x->s);
    assert_true(x->families && x->s);
    check_ok(cupel_families_of(x->d, x->families, &err), &err);
    *x->s = (cupel_search){.d = x->d, .job = &job, .out = &x->out, .seed = 3, .family = &x->families->one[0]};
    check_ok(cupel_alike_new(x->d, &job, &x->s->alike, &err), &err);
    assert_non_null(x->s->alike);
}

static void close_setting(setting *x)
{
    cupel_alike_free(x->s->alike);
    free(x->s);
    free(x->families);
    cupel_micro_demand_free(x->d);
    remove(x->path);
    remove(x->folder);
}

static double settled_at(const setting *x, const double *at, cupel_recipe *r)
{
    cupel_err err = {0};
    double beyond;
    check_ok(cupel_search_recipe(x->s, at, r, &err), &err);
    check_ok(cupel_alike_settle(x->s->alike, r, &job, &beyond, &err), &err);
    return beyond;
}

/* The vector is as long as the residual, its derivatives are those of the residual, and a step with them leads most of the way. */
static void the_vector_is_the_residual(void **state)
{
    (void)state;
    enum { N = 3 };
    setting x;
    cupel_err err = {0};
    cupel_recipe r;
    double line[N + 1], j[(N + 1) * N], dx[N], predicted, before, square = 0;
    const double step[N] = {1e-3, 1e-3, 1e-2}, reach[N] = {0.2, 0.2, 1};
    size_t rows;
    open_setting(&x, 20);
    cupel_search *s = x.s;
    assert_int_equal(s->family->n, N);
    s->x[0] = 0.36, s->x[1] = 0.56, s->x[2] = 0.1;
    before = settled_at(&x, s->x, &r);
    check_ok(cupel_alike_lines(s, &r, step, line, j, &rows, &err), &err);
    assert_int_equal(rows, N + 1);
    for (size_t i = 0; i < rows; i++) square += line[i] * line[i];
    check_close(sqrt(square), before, 1e-6, 0);
    for (size_t k = 0; k < N; k++) { /* of voxels, which change in steps: over a longer way, to a third (240 of 299, 102 of 81, 6.2 of 4.4) */
        const double way = 16 * step[k];
        double slope = 0, end[2];
        for (int side = 0; side < 2; side++) {
            double at[CUPEL_TRIAL_PARAMS];
            memcpy(at, s->x, sizeof at);
            at[k] += (side ? 1 : -1) * way;
            check_ok(cupel_search_recipe(s, at, &r, &err), &err);
            check_ok(cupel_alike_beyond(s->alike, &r, &job, &end[side], &err), &err);
        }
        for (size_t i = 0; i < rows; i++) slope += line[i] * j[i * N + k] / before;
        check_close(slope, (end[1] - end[0]) / (2 * way), 0.35, 1);
    }
    const cupel_ls_problem p = {.m = rows, .n = N, .r = line, .j = j, .x = s->x, .lower = s->family->low, .upper = s->family->high, .reach = reach};
    check_ok(cupel_ls_step(&p, 1e-6, dx, &predicted, &err), &err);
    for (size_t k = 0; k < N; k++) s->x[k] += dx[k];
    assert_true(settled_at(&x, s->x, &r) < 0.4 * before);
    close_setting(&x);
}

/* Nearer than its tolerance a structure is not pulled; the hidden one is 0 away, lag by lag. */
static void what_is_met_does_not_pull(void **state)
{
    (void)state;
    setting x;
    cupel_err err = {0};
    cupel_recipe r;
    cupel_likeness *l = NULL;
    cupel_voxels v = {0};
    const double there[CUPEL_TRIAL_PARAMS] = {0.33, 0.5, 0.5}, near[CUPEL_TRIAL_PARAMS] = {0.34, 0.52, 0.4};
    double error, plain, norm, square = 0;
    float apart[11 * 20 * 20];
    open_setting(&x, 20);
    assert_true(settled_at(&x, there, &r) == 0);
    assert_true(settled_at(&x, near, &r) > 0);
    check_ok(cupel_likeness_open(x.path, 1, &job, &l, &err), &err);
    voxels_of("gaussian:fraction=0.34,wavelength=0.52,metric11=0.4,seed=3", 20, &v);
    check_ok(cupel_likeness_error(l, &v, 1, &job, &plain, &err), &err);
    check_ok(cupel_likeness_apart(l, &v, 1, &job, apart, &norm, &error, &err), &err);
    for (size_t i = 0; i < 11; i++)
        for (size_t k = 0; k < 400; k++) {
            const double y = (double)apart[i * 400 + k];
            if (!isnan(y)) square += (i ? 2 : 1) * y * y;
        }
    check_close(error, plain, 1e-6, 0);
    check_close(sqrt(square), plain, 1e-5, 0);
    assert_true(norm > 0);
    cupel_voxels_release(&v);
    cupel_likeness_free(l);
    close_setting(&x);
}

/* A coarser grid has the same lags in parts of the box: the structure that was measured has it there too, as far as its voxels tell. */
static void lags_are_parts_of_the_box(void **state)
{
    (void)state;
    setting x;
    cupel_err err = {0};
    cupel_likeness *l = NULL;
    cupel_voxels v = {0};
    size_t n[3];
    double same, other;
    open_setting(&x, 40);
    check_ok(cupel_likeness_open_upto(x.path, 1, 20, &job, &l, &err), &err);
    cupel_likeness_grid(l, n);
    for (int a = 0; a < 3; a++) assert_int_equal(n[a], 20);
    voxels_of(HIDDEN, 20, &v);
    check_ok(cupel_likeness_error(l, &v, 1, &job, &same, &err), &err);
    cupel_voxels_release(&v);
    voxels_of("gaussian:fraction=0.33,wavelength=0.6,metric11=0.5,seed=3", 20, &v);
    check_ok(cupel_likeness_error(l, &v, 1, &job, &other, &err), &err);
    assert_true(same < 0.05 && other > 0.2);
    cupel_voxels_release(&v);
    cupel_likeness_free(l);
    close_setting(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vector_is_the_residual),
        cmocka_unit_test(what_is_met_does_not_pull),
        cmocka_unit_test(lags_are_parts_of_the_box),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
