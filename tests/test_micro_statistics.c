/* core/engine/micro/statistics.c, invariant.c, orient.c, connected.c, process.c, family_lengths.c */
#include "tests/check.h"

#include "core/base/rng.h"
#include "core/engine/micro/connected.h"
#include "core/engine/micro/orient.h"
#include "core/engine/micro/outer.h"
#include "core/engine/micro/search.h"
#include "core/engine/micro/statistics.h"
#include "core/math/mandel.h"
#include "core/math/small.h"
#include "datasets/formats/volume.h"
#include "models/homogenize/engineering.h"

#include <stdlib.h>

static const cupel_job job = {.threads = 2};
static const double PI = 3.14159265358979323846;

#define HEAD                                                                                                                                         \
    "demand: a test\nscale: microstructure\nphases:\n  - {name: a, k: 1, E: 1, nu: 0.3, density: 1}\n  - {name: b, k: 20, E: 12, nu: 0.2, density: " \
    "4}\n"

static cupel_micro_demand *demand_of(const char *rest)
{
    char text[4096];
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    snprintf(text, sizeof text, "%s%s", HEAD, rest);
    check_ok(cupel_micro_demand_read(cupel_text_of(text), "d.yaml", &d, &err), &err);
    return d;
}

static void refused(const char *rest, cupel_status want, const char *words)
{
    char text[4096];
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    snprintf(text, sizeof text, "%s%s", HEAD, rest);
    check_fails(cupel_micro_demand_read(cupel_text_of(text), "d.yaml", &d, &err), want, &err, words);
    check_fails(want, want, &err, "d.yaml:");
}

static void cuts_of(const char *recipe, size_t grid, double *surface, double *projected)
{
    cupel_err err = {0};
    cupel_recipe r;
    cupel_mixture m = {0};
    size_t n[3];
    double edge[3];
    check_ok(cupel_recipe_of_text(recipe, &r, &err), &err);
    cupel_recipe_grid(&r, grid, n);
    cupel_trial_edges(&r, n, edge);
    check_ok(cupel_recipe_mixture(&r, n, &m, &job, &err), &err);
    cupel_statistics_of_cuts(&m, edge, surface, projected);
    cupel_mixture_release(&m);
}

/* Planes are exact, on faces of voxels too; a sphere of radius r has 4 pi r^2 and projections of 2 pi r^2 along each axis (planes in voxels of r / 12
 * leave the square of that, a few parts in a thousand). */
static void areas_of_planes_and_spheres_are_known(void **state)
{
    (void)state;
    double s[16], p[16];
    cuts_of("laminate:fraction=0.3,normal1=1,normal2=0,normal3=0", 16, s, p);
    check_close(s[0], 2, 1e-4, 0);
    check_close(s[1], 2, 1e-4, 0);
    check_close(p[1], 2, 1e-4, 0);
    cuts_of("laminate:fraction=0.5,normal1=2,normal2=0,normal3=0", 16, s, p); /* between voxels */
    check_close(s[1], 4, 1e-12, 0);
    cuts_of("laminate:fraction=0.3,normal1=1,normal2=1,normal3=0", 24, s, p);
    check_close(s[1], 2 * sqrt(2), 1e-3, 0);
    check_close(p[1], 4, 1e-3, 0);
    const double r = cbrt(0.2 * 3 / (4 * PI));
    cuts_of("sc_spheres:fraction=0.2", 32, s, p);
    check_close(s[1], 4 * PI * r * r, 5e-3, 0);
    check_close(p[1], 6 * PI * r * r, 5e-3, 0);
}

/* A smooth function of the recipe: the second difference over three wavelengths is what curvature leaves, a hundredth of the first. */
static void area_is_smooth_in_the_recipe(void **state)
{
    (void)state;
    double s[3][16], p[16];
    const char *const text[] = {"gaussian:fraction=0.4,wavelength=0.298,seed=2", "gaussian:fraction=0.4,wavelength=0.3,seed=2",
                                "gaussian:fraction=0.4,wavelength=0.302,seed=2"};
    for (int i = 0; i < 3; i++) cuts_of(text[i], 32, s[i], p);
    const double first = s[2][1] - s[0][1], second = s[2][1] - 2 * s[1][1] + s[0][1];
    assert_true(first < 0 && fabs(second) < 0.1 * fabs(first));
}

/* What the descriptors say of the voxels lies within the bar, and the bar is a few per cent. */
static void descriptors_agree_with_cuts(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_recipe r;
    cupel_micro_statistics s, bar;
    cupel_micro_demand *d =
        demand_of("require:\n  - {property: surface per volume, min: 1}\n  - {property: mean chord, phase: b, min: 0.01}\n"
                  "  - {property: connected fraction, phase: b, min: 0.1}\n  - {property: percolating fraction, phase: b, min: 0.1}\n"
                  "  - {property: euler number, phase: b, max: 99}\n");
    assert_true(d->needs_surface);
    check_ok(cupel_recipe_of_text("gyroid:fraction=0.4", &r, &err), &err);
    check_ok(cupel_statistics_of_voxels(d, &r, 48, &job, &s, &bar, &err), &err);
    assert_true(bar.surface[1] < 0.005 * s.surface[1] && bar.chord[1] < 0.15 * s.chord[1]); /* a line that never leaves the phase is no chord */
    check_close(s.surface[0], s.surface[1], 1e-9, 0);
    assert_true(s.surface[1] > 2.9 && s.surface[1] < 3.2); /* 3.09 at one half */
    check_close(s.connected[1], 1, 1e-12, 0);
    for (int a = 0; a < 3; a++) check_close(s.percolating[1][a], 1, 1e-12, 0);
    check_close(s.euler[1], -4, 1e-12, 0); /* genus 5 per cubic cell: 1 - 5 */
    const cupel_micro_state state_of = {.statistics = &s};
    check_close(cupel_ask_value(d, &d->ask[3], &state_of), 1, 1e-12, 0);
    cupel_micro_demand_free(d);
}

/* Area and chords of a verified design on 32 voxels hold against the limit of 96 and 192, for waves of 3 to 12 voxels, where the grid itself is up to
 * a quarter off; trials know that within 2 %. */
static void areas_are_those_of_the_limit(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_micro_demand *d =
        demand_of("require:\n  - {property: surface per volume, min: 1}\n  - {property: mean chord, phase: b, min: 0.01}\n");
    for (uint64_t t = 0; t < 7; t++) {
        char text[128];
        cupel_recipe r;
        cupel_micro_statistics s, bar;
        double own[16], coarse[16], fine[16], projected[3][16], surface_scale[16], projected_scale[16];
        const double wave = (3 + 9 * cupel_rng_uniform(7, 0, t)) / 32, fraction = 0.2 + 0.6 * cupel_rng_uniform(7, 1, t);
        snprintf(text, sizeof text, "%s:fraction=%.4f,wavelength=%.4f,seed=%d", t % 2 ? "gaussian" : "spinodoid", fraction, wave, (int)t + 1);
        check_ok(cupel_recipe_of_text(text, &r, &err), &err);
        check_ok(cupel_statistics_of_limit(d, &r, 32, &job, &s, &bar, &err), &err);
        check_ok(cupel_statistics_scale(&r, 32, &job, surface_scale, projected_scale, &err), &err);
        cuts_of(text, 32, own, projected[0]);
        cuts_of(text, 96, coarse, projected[1]);
        cuts_of(text, 192, fine, projected[2]);
        const double limit = fine[1] + (fine[1] - coarse[1]) / 3, flat = projected[2][1] + (projected[2][1] - projected[1][1]) / 3;
        check_close(s.surface[1], limit, 0, bar.surface[1]);
        check_close(s.chord[1], 6 * fraction / flat, 0.002, bar.chord[1]);
        assert_true(bar.surface[1] < 0.05 * limit && bar.chord[1] < 0.07 * s.chord[1]);
        check_close(surface_scale[1] * own[1], limit, 0.02, 0);
        if (wave * 32 < 4) assert_true(own[1] < 0.85 * limit);
    }
    cupel_micro_demand_free(d);
}

/* Slabs of 8 of 32 voxels: a quarter of the edge, to half a voxel; in metres when the box has a size. */
static void features_of_slabs_are_their_thickness(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_recipe r;
    cupel_micro_statistics s, bar;
    cupel_micro_demand *d =
        demand_of("size: 4 mm\nminimum feature: {b: 0.8 mm, a: 1 mm}\nrequire:\n  - {property: conductivity, component: 11, min: 1}\n");
    assert_int_equal(d->n_asks, 3);
    check_close(d->ask[1].min, 0.8e-3, 1e-12, 0);
    assert_true(d->ask[1].phase == 1 && d->ask[2].phase == 0);
    check_ok(cupel_recipe_of_text("laminate:fraction=0.25", &r, &err), &err);
    check_ok(cupel_statistics_of_voxels(d, &r, 32, &job, &s, &bar, &err), &err);
    const cupel_micro_state state_of = {.statistics = &s};
    check_close(cupel_ask_value(d, &d->ask[1], &state_of), 1e-3, 0, 0.5 / 32 * 4e-3 * 1.001);
    check_close(cupel_ask_value(d, &d->ask[2], &state_of), 3e-3, 0, 0.5 / 32 * 4e-3 * 1.001);
    check_close(bar.feature[1], 0.5 / 32, 1e-12, 0);
    cupel_str words = {0};
    cupel_micro_demand_words(d, &words);
    assert_non_null(strstr(cupel_str_text(&words), "The box has an edge of 4 mm"));
    cupel_str_free(&words);
    cupel_micro_demand_free(d);
}

/* The wavelength that a family begins with is long enough for the feature, and follows an area that is asked for. */
static void families_have_the_lengths_that_are_asked(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_families all;
    cupel_micro_statistics s, bar;
    const char *const text[] = {"require:\n  - {property: conductivity, component: 11, min: 2}\n",
                                "minimum feature: 0.12\nrequire:\n  - {property: conductivity, component: 11, min: 2}\n",
                                "require:\n  - {property: surface per volume, min: 13.9, max: 14.1}\n"};
    double wavelength[3];
    for (int i = 0; i < 3; i++) {
        cupel_micro_demand *d = demand_of(text[i]);
        check_ok(cupel_families_of(d, &all, &err), &err);
        cupel_family f = all.one[0];
        wavelength[i] = cupel_recipe_get(&f.start, "wavelength");
        if (i == 1) {
            check_ok(cupel_recipe_set(&f.start, "fraction", 0.5, &err), &err);
            check_ok(cupel_statistics_of_voxels(d, &f.start, 48, &job, &s, &bar, &err), &err);
            assert_true(s.feature[1] > 0.12 * 0.9);
        }
        cupel_micro_demand_free(d);
    }
    check_close(wavelength[0], 0.3, 1e-12, 0);
    assert_true(wavelength[1] > 0.3 && all.one[0].n > 0);
    check_close(wavelength[2], 0.175, 0.05, 0); /* 9.85 at 0.25 */
}

static void random_stiffness(uint64_t seed, double *c)
{
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 6; j++) {
            c[6 * i + j] = i == j ? 1 : 0;
            for (size_t k = 0; k < 6; k++) c[6 * i + j] += cupel_rng_normal(seed, 0, 6 * i + k) * cupel_rng_normal(seed, 0, 6 * j + k);
        }
}

static void components_of_moduli_are_those_of_engineering(void **state)
{
    (void)state;
    double c[36];
    cupel_engineering e;
    cupel_micro_demand *d =
        demand_of("require:\n  - {property: shear modulus, component: 23, min: 0}\n  - {property: shear modulus, component: 12, min: 0}\n"
                  "  - {property: poisson ratio, component: 13, min: -9}\n  - {property: young modulus, direction: [1, 0, 0], per: density, min: 0}\n"
                  "  - {property: stiffness, invariant: smallest, min: 0}\n  - {property: stiffness, invariant: trace, min: 0}\n");
    random_stiffness(3, c);
    assert_true(cupel_engineering_of(c, 3, &e));
    const double f[2] = {0.75, 0.25};
    const cupel_micro_state s = {.c = c, .fraction = f};
    check_close(cupel_ask_value(d, &d->ask[0], &s), e.G[0], 1e-10, 0);
    check_close(cupel_ask_value(d, &d->ask[1], &s), e.G[2], 1e-10, 0);
    check_close(cupel_ask_value(d, &d->ask[2], &s), e.nu[0][2], 1e-10, 0);
    check_close(cupel_ask_value(d, &d->ask[3], &s), e.E[0] / 1.75, 1e-10, 0);
    double value[6], trace = 0;
    cupel_small_eigen(c, 6, value, NULL);
    for (size_t i = 0; i < 6; i++) trace += value[i];
    check_close(cupel_ask_value(d, &d->ask[4], &s), value[0], 1e-10, 0);
    check_close(cupel_ask_value(d, &d->ask[5], &s), trace, 1e-10, 0);
    cupel_micro_demand_free(d);
}

/* Invariants of a rank-1 laminate, whose eigenvalues are the means themselves, touch their bounds and are never outside. */
static void invariants_keep_their_bounds(void **state)
{
    (void)state;
    static const char *const words[] = {"mean", "trace", "smallest", "largest", "ratio"};
    const double f = 0.3, low = 1 / (0.7 + f / 20), high = 0.7 + f * 20, k[9] = {low, 0, 0, 0, high, 0, 0, 0, high}, fraction[2] = {0.7, f};
    for (int i = 0; i < 5; i++) {
        char text[256];
        cupel_outer o;
        cupel_outer_range r;
        snprintf(text, sizeof text, "require:\n  - {property: conductivity, invariant: %s, min: 0}\n", words[i]);
        cupel_micro_demand *d = demand_of(text);
        const cupel_micro_state s = {.k = k, .fraction = fraction};
        cupel_outer_init(&o, d);
        cupel_outer_set(&o, fraction, fraction);
        assert_true(cupel_outer_number(&o, &d->ask[0], &r));
        const double v = cupel_ask_value(d, &d->ask[0], &s);
        assert_true(v >= r.low * (1 - 1e-12) && v <= r.high * (1 + 1e-12));
        if (i == 2) check_close(r.low, v, 1e-12, 0);
        if (i > 2) check_close(r.high, v, 1e-12, 0);
        cupel_micro_demand_free(d);
    }
}

/* ---- orientation ---- */

static void random_rotation(uint64_t seed, double q[9])
{
    cupel_bunge(360 * cupel_rng_uniform(seed, 7, 0), 180 * cupel_rng_uniform(seed, 7, 1), 360 * cupel_rng_uniform(seed, 7, 2), q);
}

static void a_turned_target_is_found(void **state)
{
    (void)state;
    for (uint64_t t = 0; t < 30; t++) {
        double q[9], found[9], turned[36], here[36], c[36];
        cupel_ask a = {.kind = CUPEL_ASK_STIFFNESS, .whole = true, .order = 6, .free = true, .within = 0.01};
        random_stiffness(t, c);
        random_rotation(t, q);
        memcpy(a.target, c, sizeof c);
        memcpy(here, c, sizeof c);
        cupel_rotate_c(q, here);
        const cupel_micro_state s = {.c = here};
        check_close(cupel_ask_value(NULL, &a, &s), 0, 0, 1e-6);
        cupel_ask_target(&a, here, turned, found);
        for (int i = 0; i < 9; i++) check_close(found[i], q[i], 0, 1e-5); /* a general tensor has one orientation */
        a = (cupel_ask){.kind = CUPEL_ASK_CONDUCTIVITY, .whole = true, .order = 3, .free = true, .within = 0.01};
        double k[9] = {3, 0.5, 0, 0.5, 2, 0.1, 0, 0.1, 1};
        memcpy(a.target, k, sizeof k);
        cupel_rotate_k(q, k);
        const cupel_micro_state sk = {.k = k};
        check_close(cupel_ask_value(NULL, &a, &sk), 0, 0, 1e-12);
        a.free = false;
        assert_true(cupel_ask_value(NULL, &a, &sk) > 1e-3);
    }
}

/* The least distance over orientations is not above that of ten thousand random ones. */
static void no_random_orientation_is_nearer(void **state)
{
    (void)state;
    for (uint64_t t = 0; t < 3; t++) {
        double c[36], here[36], best = HUGE_VAL;
        cupel_ask a = {.kind = CUPEL_ASK_STIFFNESS, .whole = true, .order = 6, .free = true};
        random_stiffness(100 + t, c);
        random_stiffness(200 + t, here);
        memcpy(a.target, c, sizeof c);
        const cupel_micro_state s = {.c = here};
        const double found = cupel_ask_value(NULL, &a, &s);
        a.free = false;
        for (uint64_t i = 0; i < 10000; i++) {
            double q[9];
            random_rotation(1000 * t + i, q);
            memcpy(a.target, c, sizeof c);
            cupel_rotate_c(q, a.target);
            best = fmin(best, cupel_ask_value(NULL, &a, &s));
        }
        assert_true(found <= best);
    }
}

/* ---- one body ---- */

static void set_box(cupel_voxels *v, size_t i0, size_t i1, size_t j0, size_t j1, size_t k0, size_t k1, uint16_t id)
{
    for (size_t i = i0; i < i1; i++)
        for (size_t j = j0; j < j1; j++)
            for (size_t k = k0; k < k1; k++) v->id[(i * v->n[1] + j) * v->n[2] + k] = id;
}

/* A plate through the box with a closed pore in it, a cube that floats, and a cube inside the pore, which the filling joins. */
static void islands_go_and_trapped_void_is_filled(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_voxels v = {0};
    uint64_t islands, trapped;
    const size_t n[3] = {16, 16, 16};
    check_ok(cupel_voxels_init(&v, 3, n, "a test", &err), &err);
    set_box(&v, 0, 8, 0, 16, 0, 16, 1);
    set_box(&v, 2, 7, 4, 9, 4, 9, 0);   /* pore of 125 */
    set_box(&v, 4, 5, 6, 7, 6, 7, 1);   /* with a grain of 1 in it */
    set_box(&v, 11, 13, 3, 5, 3, 6, 1); /* 12 that float */
    check_ok(cupel_voxels_number(&v, "a test", &err), &err);
    check_ok(cupel_one_body_mend(&v, 1, &job, &islands, &trapped, &err), &err);
    assert_int_equal(trapped, 124);
    assert_int_equal(islands, 12);
    double f[2];
    cupel_voxels_fractions(&v, f);
    check_close(f[1], 0.5, 1e-15, 0);
    check_ok(cupel_one_body_mend(&v, 1, &job, &islands, &trapped, &err), &err);
    assert_true(islands == 0 && trapped == 0);
    cupel_voxels_release(&v);
}

/* Verified, and what it costs told. */
static cupel_design body_of(const cupel_micro_demand *d, const char *recipe)
{
    static cupel_designs found;
    static cupel_search s;
    static cupel_design g;
    cupel_err err = {0};
    cupel_recipe r;
    found = (cupel_designs){.n = 0};
    s = (cupel_search){.d = d, .job = &job, .out = &found};
    check_ok(cupel_recipe_of_text(recipe, &r, &err), &err);
    check_ok(cupel_design_verify(&s, &r, NULL, &g, &err), &err);
    check_ok(cupel_design_connect(d, &g, &job, &err), &err);
    return g;
}

static void what_is_one_body_costs_nothing(void **state)
{
    (void)state;
    cupel_micro_demand *d = demand_of("grid: 12\nconnected: b\nrequire:\n  - {property: conductivity, component: 11, min: 1}\n");
    cupel_str words = {0};
    const cupel_design g = body_of(d, "gyroid:fraction=0.4");
    assert_true(g.meets && g.connected.voxels == 1728 && g.connected.solves == 0 && g.connected.islands + g.connected.trapped == 0);
    cupel_connected_words(d, &g, &words);
    assert_non_null(strstr(cupel_str_text(&words), "nothing is cut off"));
    cupel_str_free(&words);
    cupel_micro_demand_free(d);
}

/* Spheres apart: all but one go. What is verified is the one that is left, by itself: Maxwell's estimate of a tenth of it is 1.29, of both 1.64. */
static void what_is_verified_is_the_body(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_voxels v = {0};
    cupel_micro_demand *d = demand_of("grid: 16\nconnected: b\nrequire:\n  - {property: conductivity, component: 11, min: 1.5}\n"
                                      "  - {property: conductivity, component: 22, max: 1.4}\n");
    const cupel_design g = body_of(d, "bcc_spheres:fraction=0.2");
    assert_true(g.connected.islands > 0 && g.connected.trapped == 0 && g.connected.solves == 6);
    check_close((double)g.connected.islands / (double)g.connected.voxels, 0.1, 0.1, 0); /* one of two spheres */
    check_close(g.limit.k[0], 1.287, 0.02, 0);
    check_close(g.limit.fraction[1], 0.1, 1e-3, 0); /* no shell of the other one is left on a finer grid */
    check_close(g.on_grid.fraction[1], 0.1, 1e-3, 0);
    assert_true(!g.ask[0].met && g.ask[1].met && !g.meets && g.ask[0].mended == 0);
    check_close(g.ask[0].value - g.connected.by[0], 1.644, 0.03, 0); /* as drawn */
    assert_true(g.connected.change_k > 0.1 && g.connected.spoils);
    check_ok(cupel_design_mended(d, &g, &job, &v, &err), &err);
    double f[2];
    cupel_voxels_fractions(&v, f);
    check_close(f[1], 0.1, 0.1, 0);
    cupel_voxels_release(&v);
    cupel_micro_demand_free(d);
}

/* Of voxels, both ways: of two spheres one is left, which hangs together, has half the area, is as thick, and is not what both are. */
static void statistics_are_those_of_the_body(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_voxels v = {0};
    cupel_recipe r;
    char folder[] = "/tmp/cupel-both-XXXXXX", path[64], text[1024];
    const size_t n[3] = {24, 24, 24};
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/x.npy", folder);
    check_ok(cupel_recipe_of_text("bcc_spheres:fraction=0.2", &r, &err), &err);
    check_ok(cupel_recipe_settle(&r, &job, &err), &err);
    check_ok(cupel_recipe_voxels(&r, n, &v, &job, &err), &err);
    check_ok(cupel_volume_write(path, NULL, &v, &err), &err);
    cupel_voxels_release(&v);
    snprintf(text, sizeof text, "grid: 24\nconnected: b\nrequire:\n  - {property: connected fraction, phase: b, min: 0.99}\n"
                                "  - {property: surface per volume, max: 1.5}\n  - {property: feature size, phase: b, min: 0.2}\n"
                                "  - {property: volume fraction, phase: b, max: 0.15}\n"
                                "  - {property: two-point, phase: b, like: %s, within: 5 %%}\n", path);
    cupel_micro_demand *d = demand_of(text);
    const cupel_design g = body_of(d, "bcc_spheres:fraction=0.2");
    check_close(g.ask[0].value + g.ask[0].mended, 1, 1e-12, 0);
    check_close(g.ask[1].mended, -0.5 * g.ask[1].value, 0.05, 0);
    check_close(g.ask[2].mended, 0, 0, 1e-12);
    check_close(g.ask[3].value, 0.2, 1e-6, 0);
    check_close(g.ask[3].mended, -0.1, 0.01, 0);
    assert_true(g.ask[3].error < 1e-3);
    assert_true(g.ask[4].value < 1e-6 && g.ask[4].mended > 0.3);
    assert_true(g.ask[0].met && g.ask[1].met && g.ask[2].met && g.ask[3].met && !g.ask[4].met);
    assert_true(g.connected.spoils && !g.meets && g.connected.solves == 0);
    cupel_micro_demand_free(d);
    remove(path);
    remove(folder);
}

static void what_cannot_be_read_is_refused(void **state)
{
    (void)state;
    const char *one = "require:\n  - {property: conductivity, component: 11, min: 1}\n";
    char text[512];
    refused("require:\n  - {property: mean chord, min: 0.1}\n", CUPEL_USAGE, "'mean chord' needs the name of its phase; phases are: a, b");
    refused("require:\n  - {property: surface per volume, min: 3 1/mm}\n", CUPEL_USAGE, "needs the edge of the box, as in size: 5 mm");
    refused("size: 5 mm\nrequire:\n  - {property: surface per volume, min: 3}\n", CUPEL_USAGE, "holds for all of its numbers), or none");
    refused("require:\n  - {property: euler number, phase: b, goal: minimise}\n", CUPEL_USAGE, "cannot be a goal");
    refused("require:\n  - {property: bulk modulus, invariant: mean, min: 3}\n", CUPEL_USAGE, "'invariant' is a number of a tensor");
    refused("require:\n  - {property: conductivity, invariant: biggest, min: 3}\n", CUPEL_USAGE, "invariant");
    refused("require:\n  - {property: shear modulus, component: 11, min: 3}\n", CUPEL_USAGE, "two different digits from 1 to 3");
    refused("require:\n  - {property: bulk modulus, component: 12, min: 3}\n", CUPEL_USAGE, "has no components");
    refused("require:\n  - {property: volume fraction, phase: a, per: density, min: 0.3}\n", CUPEL_USAGE,
            "'per: density' is for a number of a tensor");
    refused("require:\n  - {property: volume fraction, phase: a, axis: 3, min: 0.3}\n", CUPEL_USAGE, "'axis' is for percolating fraction only");
    refused("require:\n  - {property: bulk modulus, min: 1, orientation: free}\n", CUPEL_USAGE, "'orientation' is for a tensor with a whole target");
    refused("require:\n  - {property: conductivity, target: [[2, ~, 0], [~, 2, 0], [0, 0, 2]], orientation: free}\n", CUPEL_USAGE,
            "with all its components");
    snprintf(text, sizeof text, "minimum feature: 2\n%s", one);
    refused(text, CUPEL_USAGE, "expected a length between 0 and the edge of the box");
    snprintf(text, sizeof text, "minimum feature: {c: 0.1}\n%s", one);
    refused(text, CUPEL_USAGE, "phases are: a, b");
    snprintf(text, sizeof text, "minimum feature: 0.4 mm\n%s", one);
    refused(text, CUPEL_USAGE, "needs the edge of the box");
    snprintf(text, sizeof text, "size: -5 mm\n%s", one);
    refused(text, CUPEL_USAGE, "expected the edge of the box");
    snprintf(text, sizeof text, "connected: solid\n%s", one);
    refused(text, CUPEL_USAGE, "'connected': no phase is called 'solid'; phases are: a, b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(areas_of_planes_and_spheres_are_known),
        cmocka_unit_test(area_is_smooth_in_the_recipe),
        cmocka_unit_test(descriptors_agree_with_cuts),
        cmocka_unit_test(areas_are_those_of_the_limit),
        cmocka_unit_test(features_of_slabs_are_their_thickness),
        cmocka_unit_test(families_have_the_lengths_that_are_asked),
        cmocka_unit_test(components_of_moduli_are_those_of_engineering),
        cmocka_unit_test(invariants_keep_their_bounds),
        cmocka_unit_test(a_turned_target_is_found),
        cmocka_unit_test(no_random_orientation_is_nearer),
        cmocka_unit_test(islands_go_and_trapped_void_is_filled),
        cmocka_unit_test(what_is_one_body_costs_nothing),
        cmocka_unit_test(what_is_verified_is_the_body),
        cmocka_unit_test(statistics_are_those_of_the_body),
        cmocka_unit_test(what_cannot_be_read_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
