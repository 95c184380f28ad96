/* Error bars of homogenisation: how often they hold the exact value, and how wide they are.
 *   spheres    simple cubic, fractions 0.1 to 0.4, contrast 0.01 to 100, exact values (tests/arrays.h)
 *   cylinders  square, fractions 0.1 to 0.6, contrast 0.01 to 100
 * at 32, 48 and 64 voxels, as labels and as mixtures with cut voxels, centres at random places; all diagonal components.
 * With the argument `gaussian`: 20 level cuts of Gaussian random fields, contrast 0.01, 3, 10 and 100, against mixtures at 192^3 extrapolated from
 * half of it (an hour on one core), or `gaussian N SAMPLES` for another grid and number.
 * With the argument `elastic`: stiffness and expansion of spheres, fibres and level cuts at 32 and 48, contrast 0.01, 10 and 100, against mixtures
 * at 96 and their extrapolation: all 21 components as they are printed, relative to the root of their diagonal neighbours; whole tensors in the
 * Frobenius norm; the 6 components of expansion.
 * With the argument `scaffolds`: a solid and a void of 1e-4, structures of the three families of designs, verified as designs are at 32, 48, 64
 * and 96, as far as these are at least LEAST and at most half of N, against N and its extrapolation.
 * With the argument `necks`: stiffness that hangs on necks of the stiff phase, contrast 10 to 10^4, at 24, 32 and 48 as far as these are at most
 * half of N, against N and its extrapolation; what says that it is not resolved is counted apart.
 * Run from the project's root: build/benchmarks/bench_errorbar [gaussian [N [SAMPLES]] | elastic [N] | scaffolds [N [SAMPLES [FIRST [LEAST]]]] |
 * necks [N]] */
#include "core/base/rng.h"
#include "core/math/order.h"
#include "datasets/spaces/micro/recipe.h"
#include "models/homogenize/estimate.h"
#include "models/homogenize/necks.h"
#include "tests/arrays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 20000 };

typedef struct count {
    const char *name;
    size_t n, held;
    double error[MOST], bar[MOST]; /* relative to the exact value */
} count;

static cupel_err err;
static cupel_job job = {.threads = 1};

static void must(cupel_status st)
{
    if (st == CUPEL_OK) return;
    fprintf(stderr, "%s\n", err.message);
    exit(1);
}

static void add(count *c, double value, double bar, double exact)
{
    if (c->n == MOST) return;
    c->held += fabs(value - exact) <= bar;
    c->error[c->n] = fabs(value / exact - 1);
    c->bar[c->n++] = bar / exact;
}

static void say(count *c)
{
    if (!c->n) return;
    cupel_sort(c->error, c->n);
    cupel_sort(c->bar, c->n);
    const double error = c->error[c->n / 2], bar = c->bar[c->n / 2];
    printf("%-22s %5zu values  held %5.1f %%  error: median %.4f %% p95 %.3f %%  bar: median %.4f %%  ratio %.2f\n", c->name, c->n,
           100 * (double)c->held / (double)c->n, 100 * error, 100 * c->error[c->n * 95 / 100], 100 * bar, bar / error);
    fflush(stdout);
}

static void two_conductors(double k, cupel_material m[2])
{
    must(cupel_material_read(cupel_text_of("k=1"), &m[0], &err));
    m[1] = m[0];
    for (int a = 0; a < 3; a++) m[1].k[a][a] = k;
}

static const cupel_estimate_options options = {.solve = {.physics = CUPEL_CONDUCTION, .accuracy = 1e-4}, .error = true};

static void take(count *c, const cupel_estimate *e, const double *exact)
{
    for (size_t i = 0; i < e->order; i++) add(c, e->tensor[i * (e->order + 1)], e->error[i * (e->order + 1)], exact[i]);
}

static void labels_of(const cupel_mixture *m, const cupel_material *materials, const double *exact, count *c)
{
    cupel_estimate e;
    must(cupel_estimate_labels(m, materials, &options, &job, &e, &err));
    take(c, &e, exact);
}

static void cuts_of(const cupel_grids *g, const cupel_material *materials, const double *exact, count *c)
{
    cupel_estimate e;
    must(cupel_estimate_cuts(g, materials, &options, &job, &e, &err));
    take(c, &e, exact);
}

/* ---- arrays ---- */

static void one_array(const array *a, size_t n, size_t n_contrasts, const double *contrast, const double *value, count *labels, count *cuts)
{
    cupel_voxels v = {0};
    cupel_mixture plain = {0};
    cupel_grids g = {.edge = {{1, 1, 1}, {4.0 / 3, 4.0 / 3, 4.0 / 3}, {2, 2, 2}}};
    must(array_labels(a, n, &v, &err));
    must(cupel_mixture_of_voxels(&v, &plain, &err));
    for (size_t i = 0; i < 3; i++) must(array_mixture(a, n * (4 - i) / 4, &g.grid[i], &err));
    for (size_t k = 0; k < n_contrasts * (a->dim == 2 ? 2 : 1); k++) {
        cupel_material m[2];
        const bool inverse = k >= n_contrasts; /* Keller's reciprocity */
        const double x = inverse ? 1 / value[k - n_contrasts] : value[k], exact[3] = {x, x, x};
        two_conductors(inverse ? 1 / contrast[k - n_contrasts] : contrast[k], m);
        labels_of(&plain, m, exact, labels);
        cuts_of(&g, m, exact, cuts);
    }
    cupel_mixture_release(&plain);
    cupel_voxels_release(&v);
    cupel_grids_release(&g);
}

static void arrays(int dim, count *labels, count *cuts)
{
    for (size_t f = 0; f < (dim == 3 ? SPHERE_FRACTIONS : CYLINDER_FRACTIONS); f++)
        for (size_t n = 32; n <= 64; n += 16) {
            array a = {dim, 0.1 * (double)(f + 1), {0}};
            for (size_t i = 0; i < 3; i++) a.centre[i] = cupel_rng_uniform(11, 100 * f + n + (size_t)dim, i);
            if (dim == 3)
                one_array(&a, n, SPHERE_CONTRASTS, sphere_contrast, sphere_k[f], labels, cuts);
            else
                one_array(&a, n, CYLINDER_CONTRASTS, cylinder_contrast, cylinder_k[f], labels, cuts);
        }
    say(labels);
    say(cuts);
}

/* ---- level cuts ---- */

static void solve(const cupel_mixture *m, const cupel_material *materials, double blend, double t[9])
{
    const cupel_solve_options o = {.physics = CUPEL_CONDUCTION, .accuracy = 2e-5, .blend = blend};
    cupel_solution *s = NULL;
    must(cupel_solve(m, materials, &o, &job, &s, &err));
    memcpy(t, cupel_solution_tensor(s), 9 * sizeof *t);
    cupel_solution_free(s);
}

static void truth(const cupel_mixture *fine, const cupel_mixture *half, double fraction, const cupel_material *materials, double exact[3])
{
    double a[9], b[9], contrast;
    const double share[2] = {1 - fraction, fraction};
    solve(half, materials, 0, b);
    const double xi = cupel_blend_place((cupel_kind){CUPEL_CONDUCTION, 3, false}, 2, share, materials, b, &contrast);
    const double blend = cupel_blend_of(CUPEL_CONDUCTION, contrast, xi);
    solve(half, materials, blend, b);
    solve(fine, materials, blend, a);
    for (size_t i = 0; i < 3; i++) exact[i] = a[4 * i] + (a[4 * i] - b[4 * i]) / 3;
}

static void one_cut(const cupel_recipe *r, double fraction, size_t n_truth, count *labels, count *cuts)
{
    static const double contrast[] = {0.01, 3, 10, 100};
    cupel_mixture fine = {0}, half = {0};
    const size_t big[3] = {n_truth, n_truth, n_truth}, small[3] = {n_truth / 2, n_truth / 2, n_truth / 2};
    must(cupel_recipe_mixture(r, big, &fine, &job, &err));
    must(cupel_recipe_mixture(r, small, &half, &job, &err));
    for (size_t c = 0; c < sizeof contrast / sizeof *contrast; c++) {
        cupel_material m[2];
        double exact[3];
        two_conductors(contrast[c], m);
        truth(&fine, &half, fraction, m, exact);
        for (size_t n = 32; n <= 64; n += 16) {
            cupel_grids g = {.edge = {{1, 1, 1}, {4.0 / 3, 4.0 / 3, 4.0 / 3}, {2, 2, 2}}};
            cupel_voxels v = {0};
            cupel_mixture plain = {0};
            const size_t shape[3][3] = {{n, n, n}, {3 * n / 4, 3 * n / 4, 3 * n / 4}, {n / 2, n / 2, n / 2}};
            for (size_t i = 0; i < 3; i++) must(cupel_recipe_mixture(r, shape[i], &g.grid[i], &job, &err));
            must(cupel_recipe_voxels(r, shape[0], &v, &job, &err));
            must(cupel_mixture_of_voxels(&v, &plain, &err));
            labels_of(&plain, m, exact, labels);
            cuts_of(&g, m, exact, cuts);
            cupel_mixture_release(&plain);
            cupel_voxels_release(&v);
            cupel_grids_release(&g);
        }
    }
    cupel_mixture_release(&fine);
    cupel_mixture_release(&half);
}

static void level_cuts(size_t n_truth, size_t samples, count *labels, count *cuts)
{
    for (size_t s = 0; s < samples; s++) {
        char text[128];
        cupel_recipe r;
        const double fraction = 0.25 + 0.5 * cupel_rng_uniform(13, s, 0);
        snprintf(text, sizeof text, "gaussian:fraction=%.3f,wavelength=0.25,metric11=%.2f,seed=%zu", fraction, s % 2 ? 0.6 : 0.0, 100 + s);
        must(cupel_recipe_of_text(text, &r, &err));
        must(cupel_recipe_settle(&r, &job, &err));
        one_cut(&r, cupel_recipe_get(&r, "fraction"), n_truth, labels, cuts);
    }
    say(labels);
    say(cuts);
}

/* ---- stiffness and expansion ---- */

enum { COMPONENTS, TENSORS, EXPANSION, N_COUNTS };

static const cupel_estimate_options elastic_options = {.solve = {.physics = CUPEL_ELASTICITY, .accuracy = 1e-4}, .error = true, .alpha = true};

static void two_solids(double contrast, cupel_material m[2])
{
    char text[64];
    must(cupel_material_read(cupel_text_of("E=1,nu=0.3,alpha=1"), &m[0], &err));
    snprintf(text, sizeof text, "E=%g,nu=0.2,alpha=3", contrast);
    must(cupel_material_read(cupel_text_of(text), &m[1], &err));
}

/* One value against another with its bar, both in units of `size`. */
static void add_in(count *c, double miss, double bar, double size) { add(c, 1 + miss / size, bar / size, 1); }

static void take_elastic(const cupel_estimate *e, const cupel_estimate *exact, count *c)
{
    double miss = 0, size = 0;
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 6; j++) {
            const double d = e->tensor[6 * i + j] - exact->tensor[6 * i + j], h = e->error[6 * i + j];
            if (j >= i) add_in(&c[COMPONENTS], d, h, sqrt(exact->tensor[7 * i] * exact->tensor[7 * j]));
            miss += d * d;
            size += exact->tensor[6 * i + j] * exact->tensor[6 * i + j];
        }
    add_in(&c[TENSORS], sqrt(miss), cupel_norm_error(e->error, 6), sqrt(size));
    for (size_t i = 0; i < 6; i++) add_in(&c[EXPANSION], e->alpha[i] - exact->alpha[i], e->alpha_error[i], exact->alpha[0]);
}

static void grids_of(const cupel_recipe *r, size_t n, cupel_grids *g)
{
    size_t shape[3][3];
    *g = (cupel_grids){.edge = {{1, 1, 1}, {4.0 / 3, 4.0 / 3, 4.0 / 3}, {2, 2, 2}}};
    cupel_recipe_grid(r, n, shape[0]);
    cupel_grids_of(shape[0], shape[1], shape[2]);
    for (size_t i = 0; i < 3; i++) must(cupel_recipe_mixture(r, shape[i], &g->grid[i], &job, &err));
}

static void elastic_on(const cupel_recipe *r, size_t n, const cupel_material m[2], const cupel_estimate *exact, count *labels, count *cuts)
{
    cupel_grids g;
    cupel_estimate e;
    cupel_voxels v = {0};
    cupel_mixture plain = {0};
    grids_of(r, n, &g);
    must(cupel_estimate_cuts(&g, m, &elastic_options, &job, &e, &err));
    take_elastic(&e, exact, cuts);
    must(cupel_recipe_voxels(r, g.grid[0].n, &v, &job, &err));
    must(cupel_mixture_of_voxels(&v, &plain, &err));
    must(cupel_estimate_labels(&plain, m, &elastic_options, &job, &e, &err));
    take_elastic(&e, exact, labels);
    cupel_mixture_release(&plain);
    cupel_voxels_release(&v);
    cupel_grids_release(&g);
}

static void one_elastic(const char *text, size_t n_truth, count *labels, count *cuts)
{
    static const double contrast[] = {0.01, 10, 100};
    cupel_recipe r;
    cupel_grids fine;
    must(cupel_recipe_of_text(text, &r, &err));
    must(cupel_recipe_settle(&r, &job, &err));
    grids_of(&r, n_truth, &fine);
    for (size_t c = 0; c < sizeof contrast / sizeof *contrast; c++) {
        cupel_material m[2];
        cupel_estimate exact;
        two_solids(contrast[c], m);
        must(cupel_estimate_cuts(&fine, m, &elastic_options, &job, &exact, &err));
        for (size_t n = 32; n <= 48; n += 16) elastic_on(&r, n, m, &exact, labels, cuts);
    }
    cupel_grids_release(&fine);
}

/* ---- scaffolds ---- */

enum { SERIES, SKELETON, FIELD, KINDS };
static const char *const kind_name[KINDS] = {"series", "skeleton", "field"};

/* The families of which designs are made, with seeds of their own: cosine series, struts along edges and diagonals, level cuts. Phase 1: void. */
static void scaffold_of(size_t s, cupel_recipe *r)
{
    char text[128];
    const double u = cupel_rng_uniform(37, s, 0);
    if (s % KINDS == FIELD) {
        snprintf(text, sizeof text, "gaussian:fraction=%.3f,wavelength=0.5,metric11=%.2f,metric23=%.2f,seed=%zu", 0.3 + 0.25 * u,
                 0.6 * cupel_rng_normal(31, s, 0), 0.4 * cupel_rng_normal(31, s, 1), 700 + s);
        must(cupel_recipe_of_text(text, r, &err));
    } else {
        const bool series = s % KINDS == SERIES;
        must(cupel_recipe_of_text(series ? "nodal_surface" : "skeleton:phase=0", r, &err));
        const cupel_param *p = r->generator->method.params;
        for (size_t k = 0; p[k].name; k++) {
            const bool edge = !strcmp(p[k].name, "line1_0_0") || !strcmp(p[k].name, "line0_1_0") || !strcmp(p[k].name, "line0_0_1");
            if (series && p[k].name[0] == 'c') r->value[k] = (k < 4 ? -0.7 : 0) + 0.25 * cupel_rng_normal(31, s, k);
            if (!series && strncmp(p[k].name, "line", 4) == 0 && !strchr(p[k].name, '2'))
                r->value[k] = edge || cupel_rng_uniform(41, s, k) < 0.4 ? 0.02 + 0.05 * cupel_rng_uniform(43, s, k) : -0.03;
        }
        must(cupel_recipe_set(r, "fraction", series ? 0.3 + 0.3 * u : 0.7 + 0.18 * u, &err));
    }
    must(cupel_recipe_settle(r, &job, &err));
}

/* As designs are verified. */
static const cupel_estimate_options verified = {
    .solve = {.physics = CUPEL_ELASTICITY, .accuracy = 5e-4}, .error = true, .probe = 3e-3, .alpha = true};

static void say_scaffold(size_t s, const cupel_grids *g, const cupel_estimate *e, const cupel_estimate *exact)
{
    double miss = 0, size = 0, fraction[2];
    for (size_t i = 0; i < 36; i++) {
        miss += (e->tensor[i] - exact->tensor[i]) * (e->tensor[i] - exact->tensor[i]);
        size += exact->tensor[i] * exact->tensor[i];
    }
    cupel_mixture_fractions(&g->grid[0], fraction);
    const double bar = cupel_norm_error(e->error, 6);
    printf("%3zu %-9s solid %.2f, E11 %.4f, grid %3zu: error %.3f %%, bar %.3f %%, error over bar %.2f%s%s\n", s, kind_name[s % KINDS], fraction[0],
           exact->tensor[0], g->grid[0].n[0], 100 * sqrt(miss / size), 100 * bar / sqrt(size), sqrt(miss) / bar,
           e->resolved ? "" : "; not to be trusted: ", e->resolved ? "" : e->why_not);
    fflush(stdout);
}

static void scaffolds(size_t n_truth, size_t first, size_t samples, size_t least)
{
    static const char *const names[N_COUNTS] = {"scaffolds, mixed", "whole tensors of scaffolds", "expansion, scaffolds"};
    static const size_t grids[] = {32, 48, 64, 96};
    count *c = calloc(2 * N_COUNTS, sizeof *c);
    cupel_material m[2];
    if (!c) exit(1);
    two_solids(1e-4, m);
    for (size_t s = first; s < first + samples; s++) {
        cupel_recipe r;
        cupel_grids fine;
        cupel_estimate exact, e;
        scaffold_of(s, &r);
        grids_of(&r, n_truth, &fine);
        must(cupel_estimate_cuts(&fine, m, &elastic_options, &job, &exact, &err));
        for (size_t k = 0; k < sizeof grids / sizeof *grids && 2 * grids[k] <= n_truth; k++) {
            cupel_grids g;
            if (grids[k] < least) continue;
            grids_of(&r, grids[k], &g);
            must(cupel_estimate_cuts(&g, m, &verified, &job, &e, &err));
            say_scaffold(s, &g, &e, &exact);
            if (e.resolved) take_elastic(&e, &exact, c); /* else it says that it is not to be trusted */
            cupel_grids_release(&g);
        }
        cupel_grids_release(&fine);
    }
    for (size_t i = 0; i < TENSORS + 1; i++) {
        c[i].name = names[i];
        say(&c[i]);
    }
    free(c);
}

/* ---- necks ---- */

static void neck_on(const cupel_recipe *r, size_t n, double contrast, const cupel_material m[2], const cupel_estimate *exact, count *c)
{
    double section[3], worst = 0;
    cupel_grids g;
    cupel_estimate e;
    grids_of(r, n, &g);
    must(cupel_estimate_cuts(&g, m, &elastic_options, &job, &e, &err));
    must(cupel_neck_sections(&g.grid[0], 1, HUGE_VAL, section, &err));
    for (size_t i = 0; i < 36; i += 7) worst = fmax(worst, fabs(e.tensor[i] - exact->tensor[i]) / e.error[i]);
    printf("  contrast %5g, grid %2zu, necks of %.0f to %.0f faces: C11 %+.1f %% off, bar %.1f %%; at worst error over bar %.1f%s\n", contrast, n,
           fmin(section[0], fmin(section[1], section[2])), fmax(section[0], fmax(section[1], section[2])),
           100 * (e.tensor[0] / exact->tensor[0] - 1), 100 * e.error[0] / exact->tensor[0], worst, e.resolved ? "" : "; not resolved");
    fflush(stdout);
    take_elastic(&e, exact, c + (e.resolved ? 0 : N_COUNTS));
    cupel_grids_release(&g);
}

static void necks(size_t n_truth)
{
    static const char *const text[] = {"primitive:fraction=0.22", "primitive:fraction=0.23", "primitive:fraction=0.25", "primitive:fraction=0.28",
                                       "nodal_surface:fraction=0.23,c1_0_0=0.9,c0_1_0=1.1,c0_0_1=1.4",
                                       "nodal_surface:fraction=0.2,c0_0_1=0.7,c1_1_0=0.2", "skeleton:fraction=0.04", "skeleton:fraction=0.09",
                                       "diamond:fraction=0.15", "gaussian:fraction=0.22,wavelength=0.5,seed=5"};
    static const char *const names[2][N_COUNTS] = {{"necks, resolved", "whole tensors, resolved", "expansion, resolved"},
                                                   {"necks, not resolved", "whole tensors, not", "expansion, not"}};
    static const double contrast[] = {10, 30, 100, 1e4};
    count *c = calloc(2 * N_COUNTS, sizeof *c);
    if (!c) exit(1);
    for (size_t s = 0; s < sizeof text / sizeof *text; s++) {
        cupel_recipe r;
        cupel_grids fine;
        must(cupel_recipe_of_text(text[s], &r, &err));
        must(cupel_recipe_settle(&r, &job, &err));
        grids_of(&r, n_truth, &fine);
        puts(text[s]);
        for (size_t k = 0; k < sizeof contrast / sizeof *contrast; k++) {
            cupel_material m[2];
            cupel_estimate exact;
            two_solids(contrast[k], m);
            must(cupel_estimate_cuts(&fine, m, &elastic_options, &job, &exact, &err));
            for (size_t n = 24; n <= 48 && 2 * n <= n_truth; n += n == 24 ? 8 : 16) neck_on(&r, n, contrast[k], m, &exact, c);
        }
        cupel_grids_release(&fine);
    }
    for (size_t i = 0; i < 2 * (size_t)N_COUNTS; i++) {
        c[i].name = names[i / N_COUNTS][i % N_COUNTS];
        say(&c[i]);
    }
    free(c);
}

static void elastic(size_t n_truth)
{
    static const char *const arrays_of[] = {"sc_spheres:fraction=0.2", "sc_spheres:fraction=0.4", "square_fibres:fraction=0.3",
                                            "square_fibres:fraction=0.5"};
    static const char *const names[2][N_COUNTS] = {{"stiffness, labels", "whole tensors, labels", "expansion, labels"},
                                                   {"stiffness, mixed", "whole tensors, mixed", "expansion, mixed"}};
    count *c = calloc(2 * N_COUNTS, sizeof *c);
    if (!c) exit(1);
    for (size_t i = 0; i < 4; i++) one_elastic(arrays_of[i], n_truth, c, c + N_COUNTS);
    for (size_t s = 0; s < 6; s++) {
        char text[128];
        snprintf(text, sizeof text, "gaussian:fraction=%.3f,wavelength=0.333,metric11=%.2f,seed=%zu", 0.25 + 0.5 * cupel_rng_uniform(17, s, 0),
                 s % 2 ? 0.6 : 0.0, 200 + s);
        one_elastic(text, n_truth, c, c + N_COUNTS);
    }
    for (size_t i = 0; i < 2 * (size_t)N_COUNTS; i++) {
        c[i].name = names[i / N_COUNTS][i % N_COUNTS];
        say(&c[i]);
    }
    free(c);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "elastic") == 0) {
        job.isa = cupel_isa_best();
        elastic(argc > 2 ? (size_t)atoi(argv[2]) : 96);
        return 0;
    }
    if (argc > 1 && strcmp(argv[1], "necks") == 0) {
        job.isa = cupel_isa_best();
        necks(argc > 2 ? (size_t)atoi(argv[2]) : 96);
        return 0;
    }
    count *c = calloc(2, sizeof *c);
    if (!c) return 1;
    job.isa = cupel_isa_best();
    if (argc > 1 && strcmp(argv[1], "scaffolds") == 0) {
        scaffolds(argc > 2 ? (size_t)atoi(argv[2]) : 128, argc > 4 ? (size_t)atoi(argv[4]) : 0, argc > 3 ? (size_t)atoi(argv[3]) : 9,
                  argc > 5 ? (size_t)atoi(argv[5]) : 32);
        return 0;
    }
    if (argc > 1 && strcmp(argv[1], "gaussian") == 0) {
        c[0].name = "level cuts, labels", c[1].name = "level cuts, mixed";
        level_cuts(argc > 2 ? (size_t)atoi(argv[2]) : 192, argc > 3 ? (size_t)atoi(argv[3]) : 20, &c[0], &c[1]);
    } else {
        for (int dim = 2; dim <= 3; dim++) {
            memset(c, 0, 2 * sizeof *c);
            c[0].name = dim == 2 ? "cylinders, labels" : "spheres, labels";
            c[1].name = dim == 2 ? "cylinders, mixed" : "spheres, mixed";
            arrays(dim, &c[0], &c[1]);
        }
    }
    free(c);
    return 0;
}
