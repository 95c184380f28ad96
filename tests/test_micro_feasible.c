/* core/engine/micro/feasible.c, outer.c, outer_number.c, fractions.c, attain.c; models/homogenize/bounds_range.c */
/* alone: refusals within 0.1 s */
#include "tests/check.h"

#include "core/base/rng.h"
#include "core/engine/micro/design.h"
#include "core/engine/micro/outer.h"
#include "core/math/small.h"
#include "core/sys/job.h"
#include "models/homogenize/laminate.h"

static cupel_micro_demand *demand_of(const char *text)
{
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    check_ok(cupel_micro_demand_read(cupel_text_of(text), "d.yaml", &d, &err), &err);
    return d;
}

static const char PHASES[] = "demand: a test\nscale: microstructure\nphases:\n"
                             "  - {name: a, k: 1, E: 1, nu: 0.3, alpha: 1e-5, density: 1, price: 2}\n"
                             "  - {name: b, k: 10, E: 20, nu: 0.2, alpha: 3e-6, density: 3, price: 10}\nrequire:\n";

/* The demand must be refused before anything is solved, for the reason in `words`, in less than 0.1 s (the best of three, for a machine that is
 * busy). */
static void refused(const char *require, const char *words)
{
    char text[4096];
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    double best = HUGE_VAL;
    snprintf(text, sizeof text, "%s%s", PHASES, require);
    for (int i = 0; i < 3; i++) {
        const double begin = cupel_now();
        cupel_status st = cupel_micro_demand_read(cupel_text_of(text), "d.yaml", &d, &err);
        if (st == CUPEL_OK) st = cupel_design_feasible(d, &err);
        best = fmin(best, cupel_now() - begin);
        check_fails(st, CUPEL_INFEASIBLE, &err, words);
        check_fails(st, CUPEL_INFEASIBLE, &err, "cannot be met");
        check_fails(st, CUPEL_INFEASIBLE, &err, "d.yaml:");
        cupel_micro_demand_free(d);
        d = NULL;
    }
    if (!getenv("CUPEL_SANITIZED")) assert_true(best < 0.1);
}

static void impossible_requests_get_the_right_reason(void **state)
{
    (void)state;
    refused("  - {property: conductivity, target: [[20, 0, 0], [0, 5, 0], [0, 0, 5]], within: 4 %}\n", "20 > 10, the arithmetic mean of the phases");
    refused("  - {property: conductivity, target: [[0.5, 0, 0], [0, 0.9, 0], [0, 0, 0.9]], within: 1 %}\n",
            "0.5 < 1, the harmonic mean of the phases");
    refused("  - {property: conductivity, target: [[2.9, 0, 0], [0, 2.9, 0], [0, 0, 2.9]], within: 0.5 %}\n  - {property: volume fraction, phase: b, "
            "max: 0.24}\n",
            "sum 1/(k2 - l_i) = 0.42254 > 0.40702 = 1/(k2 - kh) + 2/(k2 - ka)");
    refused("  - {property: conductivity, target: [[1.5, 0, 0], [0, 1.5, 0], [0, 0, 1.5]], within: 0.5 %}\n  - {property: volume fraction, phase: b, "
            "min: 0.3}\n",
            "sum 1/(l_i - k1) = 6 > ");
    refused("  - {property: stiffness, convention: voigt, within: 1 %, target: [[5.5, 1.5, 1.5, 0, 0, 0], [1.5, 5.5, 1.5, 0, 0, 0], [1.5, 1.5, 5.5, "
            "0, 0, 0], "
            "[0, 0, 0, 2, 0, 0], [0, 0, 0, 0, 2, 0], [0, 0, 0, 0, 0, 2]]}\n  - {property: volume fraction, phase: b, max: 0.3}\n",
            "its shear modulus 2 > 1.8402, the largest of isotropic mixtures");
    refused("  - {property: stiffness, convention: voigt, within: 1 %, target: [[50, 1, 1, 0, 0, 0], [1, 5, 1, 0, 0, 0], [1, 1, 5, 0, 0, 0], "
            "[0, 0, 0, 2, 0, 0], [0, 0, 0, 0, 2, 0], [0, 0, 0, 0, 0, 2]]}\n",
            "under the Mandel strain");
    refused("  - {property: stiffness, convention: voigt, within: 1 %, target: [[50, ~, ~, ~, ~, ~], [~, ~, ~, ~, ~, ~], [~, ~, ~, ~, ~, ~], "
            "[~, ~, ~, ~, ~, ~], [~, ~, ~, ~, ~, ~], [~, ~, ~, ~, ~, ~]]}\n",
            "the arithmetic mean of the phases");
    refused("  - {property: conductivity, component: 12, min: 6}\n", "at most 2.3377");
    refused("  - {property: stiffness, component: 44, min: 9}\n", "bounds of Voigt and Reuss");
    refused("  - {property: young modulus, direction: [1, 1, 1], min: 12}\n  - {property: density, max: 1.5}\n", "at most 5.77");
    refused("  - {property: young modulus, direction: softest, min: 12}\n  - {property: density, max: 1.5}\n", "at most 5.77");
    refused("  - {property: bulk modulus, min: 3.2}\n  - {property: anisotropy, max: 0.01}\n  - {property: volume fraction, phase: b, max: 0.3}\n",
            "(Hill's mean) let it be at most 2.77");
    refused("  - {property: shear modulus, max: 0.4}\n  - {property: volume fraction, phase: b, min: 0.3}\n",
            "(Hill's mean) let it be at least 0.61284");
    refused("  - {property: poisson ratio, max: -0.9}\n", "(Hill's mean) let it be at least");
    refused("  - {property: anisotropy, max: -1}\n", "at least 0");
    refused("  - {property: expansion, target: [[1e-3, 0, 0], [0, 1e-3, 0], [0, 0, 1e-3]], within: 1 %}\n", "Levin's relation");
    refused("  - {property: density, max: 1.5}\n  - {property: volume fraction, phase: b, min: 0.5}\n", "exclude each other");
    refused("  - {property: price, max: 3}\n  - {property: volume fraction, phase: b, min: 0.5}\n", "exclude each other");
    refused("  - {property: price, per: volume, max: 10}\n  - {property: volume fraction, phase: b, min: 0.5}\n", /* 2 + 28 f */
            "'volume fraction b' at least 0.28571 is not ruled out");
    refused("  - {property: price, per: volume, min: 31}\n", "no mixture of the phases has a 'price per volume' of at least 31");
    refused("  - {property: price, per: volume, max: 9}\n  - {property: young modulus, direction: [1, 1, 1], min: 12}\n", /* 1/4 of b */
            "bounds of Voigt and Reuss (arithmetic mean) let it be at most 5.77");
    refused("  - {property: volume fraction, phase: a, min: 0.6}\n  - {property: volume fraction, phase: b, min: 0.6}\n", "exclude each other");
    refused("  - {property: density, min: 4}\n", "no mixture of the phases has a 'density' of at least 4");
    refused("  - {property: conductivity, component: 11, min: 8}\n  - {property: young modulus, direction: [1, 0, 0], max: 3}\n",
            "no fraction allows them together");
    refused("  - {property: conductivity, target: [[0, 0, 0], [0, 2, 0], [0, 0, 2]], within: 1 %}\n", "zero eigenvalue");
    refused("  - {property: conductivity, invariant: mean, min: 3.3}\n  - {property: volume fraction, phase: b, max: 0.3}\n", "at most 3.0769");
    refused("  - {property: conductivity, invariant: trace, min: 9.9}\n  - {property: volume fraction, phase: b, max: 0.3}\n", "at most 9.2308");
    refused("  - {property: conductivity, component: 11, min: 5}\n  - {property: conductivity, component: 22, min: 5}\n"
            "  - {property: conductivity, component: 33, min: 5}\n  - {property: volume fraction, phase: b, max: 0.5}\n",
            "cannot be had at once: the trace bounds of two-phase conductors (Murat, Tartar; Lurie, Cherkaev) let the three have a mean of at most "
            "4.70");
    refused("  - {property: conductivity, component: 11, max: 2}\n  - {property: conductivity, component: 22, max: 2}\n"
            "  - {property: conductivity, component: 33, max: 2}\n  - {property: volume fraction, phase: b, min: 0.5}\n",
            "cannot be had at once");
    refused("  - {property: expansion, invariant: mean, max: 1e-6}\n", "let it be at least 3e-06");
    refused("  - {property: expansion, invariant: mean, min: 7e-6}\n  - {property: volume fraction, phase: b, min: 0.5}\n",
            "let it be at most 6.5e-06");
    refused("  - {property: expansion, target: [[1e-6, 0, 0], [0, 1e-6, 0], [0, 0, 1e-6]], within: 5 %}\n", "Levin's relation");
    refused("  - {property: bulk modulus, min: 3, max: 2}\n", "swap them");
    refused("  - {property: bulk modulus, min: 3}\n  - {property: bulk modulus, max: 2}\n", "exclude each other");
}

#define FULL "  - {property: conductivity, target: [[10, 0, 0], [0, 10, 0], [0, 0, 10]], "
#define CONDUCTS "  - {property: conductivity, target: [[2.9, 0, 0], [0, 2.9, 0], [0, 0, 2.9]], within: 0.5 %}\n"
#define LAYERS "  - {property: conductivity, target: [[5.5, 0, 0], [0, 1.8181818, 0], [0, 0, 5.5]], within: 0.5 %}\n"

/* A space is no wider than its volume fractions, a range of them or a single one; a packing is a little. */
static void spaces_have_their_fractions_only(void **state)
{
    (void)state;
    static const struct {
        const char *require, *space;
        const char *words; /* of the proof; NULL: there is none */
    } one[] = {{LAYERS, "{generator: laminate, fraction: 0.4..0.6, normal2: 1}", "attainable: a rank-1 laminate has it (0.5 of"},
               {LAYERS, "{generator: gyroid, fraction: 0.4..0.6}", "attainable, though not in the space: a rank-1 laminate has it (0.5 of"},
               {LAYERS, "{generator: lattice_of_no_fraction}", "attainable"}, /* a space that cannot be read narrows nothing */
               {LAYERS, "{generator: gyroid, fraction: 0.5, stretch1: 1..2}", "(0.5 of"},
               {FULL "within: 60 %}\n", "{generator: gyroid, fraction: 0.4..0.6}", "rank-1"},
               {FULL "within: 30 %}\n", "{generator: gyroid, fraction: 0.75..0.8}", NULL}};
    for (size_t i = 0; i < sizeof one / sizeof *one; i++) {
        char text[2048];
        cupel_err err = {0};
        cupel_attainable a;
        cupel_str words = {0};
        snprintf(text, sizeof text, "%s%sspace: %s\n", PHASES, one[i].require, one[i].space);
        cupel_micro_demand *d = demand_of(text);
        check_ok(cupel_design_feasible(d, &err), &err);
        cupel_attainable_find(d, &a);
        cupel_attainable_words(d, &a, &words);
        assert_true(a.found == (one[i].words != NULL));
        if (one[i].words) assert_non_null(strstr(cupel_str_text(&words), one[i].words));
        cupel_str_free(&words);
        cupel_micro_demand_free(d);
    }
    refused(CONDUCTS "space: {generator: gyroid, fraction: 0.1..0.24, stretch1: 1..2}\n", "0.1 to 0.24 of b (what the space has)");
    refused(CONDUCTS "space: {generator: gyroid, fraction: 0.24, stretch1: 1..2}\n", "0.24 of b (what the space has)");
    refused(LAYERS "space: {generator: gyroid, fraction: 0.1..0.3}\n", "what the space has");
    refused("  - {property: conductivity, component: 11, min: 5}\nspace: {generator: hard_spheres, fraction: 0.1..0.3}\n", "let it be at most 3.745");
}

/* The nearest request that a refusal gives is not itself refused. */
static void the_nearest_tensor_is_not_ruled_out(void **state)
{
    (void)state;
    char text[2048];
    for (int i = 0; i < 2; i++) {
        cupel_outer o;
        double t[36], low[2] = {0.76, 0.24}, value[6];
        snprintf(text, sizeof text, "%s%s", PHASES,
                 i ? "  - {property: stiffness, convention: voigt, within: 1 %, target: [[9, 1, 1, 0, 0, 0], [1, 5, 1, 0, 0, 0], [1, 1, 5, 0, 0, 0], "
                     "[0, 0, 0, 2, 0, 0], "
                     "[0, 0, 0, 0, 2, 0], [0, 0, 0, 0, 0, 2]]}\n"
                   : "  - {property: conductivity, target: [[4, 0.5, 0], [0.5, 3, 0], [0, 0, 2.9]], within: 0.5 %}\n");
        cupel_micro_demand *d = demand_of(text);
        cupel_outer_gap gap;
        cupel_outer_init(&o, d);
        cupel_outer_set(&o, low, low);
        assert_true(cupel_outer_beyond(&o, &d->ask[0], &gap) > 0);
        assert_true(cupel_outer_nearest(&o, &d->ask[0], t));
        cupel_ask moved = d->ask[0];
        double apart = 0;
        for (size_t k = 0; k < moved.order * moved.order; k++) apart += (moved.target[k] - t[k]) * (moved.target[k] - t[k]), moved.target[k] = t[k];
        moved.within = 1e-4;
        check_close(cupel_outer_beyond(&o, &moved, NULL), 0, 0, 0);
        assert_true(sqrt(apart) >= gap.room * (1 - 1e-6)); /* the room is a lower estimate */
        cupel_small_eigen(t, moved.order, value, NULL);
        assert_true(value[0] > 0);
        cupel_micro_demand_free(d);
    }
}

/* ---- what a laminate has is never refused ---- */

static void put_tensor(cupel_str *s, const char *property, const double *t, size_t n, const char *within)
{
    cupel_str_addf(s, "  - {property: %s, within: %s, target: [", property, within);
    for (size_t i = 0; i < n; i++) {
        cupel_str_puts(s, i ? ", [" : "[");
        for (size_t j = 0; j < n; j++) cupel_str_addf(s, "%s%.15g", j ? ", " : "", t[i * n + j]);
        cupel_str_puts(s, "]");
    }
    cupel_str_puts(s, "]}\n");
}

/* Layers of random normals and fractions, each of the two phases or of what is there already. */
static void random_laminate(const cupel_micro_demand *d, uint64_t seed, bool elastic, cupel_layer *out, double *fraction)
{
    const size_t order = elastic ? 6 : 3;
    cupel_layer layer[2];
    *out = (cupel_layer){.fraction = 1};
    *fraction = (double)(seed % 2);
    for (size_t step = 0; step < 4; step++) {
        const cupel_material *m = &d->phase[step % 2 ? seed % 2 : 1 - seed % 2].material, *first = &d->phase[seed % 2].material;
        const double share = 0.05 + 0.9 * cupel_rng_uniform(seed, 1, step),
                     normal[3] = {cupel_rng_normal(seed, 2, 3 * step), cupel_rng_normal(seed, 2, 3 * step + 1),
                                  cupel_rng_normal(seed, 2, 3 * step + 2)};
        if (!step) {
            memcpy(out->tensor, elastic ? &first->c[0][0] : &first->k[0][0], order * order * sizeof *out->tensor);
            memcpy(out->alpha, first->alpha, sizeof out->alpha);
        }
        layer[0] = *out;
        memcpy(layer[1].tensor, elastic ? &m->c[0][0] : &m->k[0][0], order * order * sizeof *out->tensor);
        memcpy(layer[1].alpha, m->alpha, sizeof out->alpha);
        layer[0].fraction = share, layer[1].fraction = 1 - share;
        cupel_err err = {0};
        check_ok(cupel_laminate(elastic ? CUPEL_LAMINATE_ELASTICITY : CUPEL_LAMINATE_CONDUCTION, 3, 2, layer, normal, out, &err), &err);
        *fraction = share * *fraction + (1 - share) * (m == &d->phase[1].material);
    }
}

static void put_numbers(cupel_str *s, const cupel_micro_demand *d, const cupel_micro_state *state)
{
    static const char *const words[] = {"young modulus, direction: [1, 2, 3]",
                                        "young modulus",
                                        "bulk modulus",
                                        "shear modulus",
                                        "poisson ratio",
                                        "anisotropy",
                                        "stiffness, component: 11",
                                        "stiffness, component: 15",
                                        "stiffness, component: 44",
                                        "expansion, component: 11",
                                        "expansion, component: 23",
                                        "conductivity, component: 11",
                                        "conductivity, component: 22",
                                        "conductivity, component: 33",
                                        "conductivity, invariant: mean",
                                        "conductivity, invariant: trace",
                                        "expansion, invariant: mean",
                                        "expansion, invariant: smallest",
                                        "expansion, invariant: largest",
                                        "young modulus, direction: softest",
                                        "young modulus, direction: stiffest"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const double v = cupel_ask_value(d, &d->ask[i], state), room = 1e-9 * fabs(v) + 1e-12;
        cupel_str_addf(s, "  - {property: %s, min: %.15g, max: %.15g}\n", words[i], v - room, v + room);
    }
}

static void what_a_laminate_has_is_never_refused(void **state)
{
    (void)state;
    static const char *const phases[] = {"  - {name: a, k: 1, E: 1, nu: 0.3, alpha: 1e-5}\n  - {name: b, k: 20, E: 12, nu: 0.2, alpha: 3e-6}\n",
                                         "  - {name: a, k: 1e-4, E: 1e-4, nu: 0.3, alpha: 1e-5}\n  - {name: b, k: 1, E: 1, nu: 0.3, alpha: 3e-6}\n",
                                         "  - {name: a, k: 5, K: 10, G: 1, alpha: 1e-5}\n  - {name: b, k: 4, K: 2, G: 7, alpha: -3e-6}\n"};
    for (uint64_t t = 0; t < 60; t++) {
        cupel_str head = {0}, all = {0};
        cupel_err err = {0};
        cupel_layer k, c;
        double f, g;
        cupel_str_addf(&head, "demand: x\nscale: microstructure\nphases:\n%srequire:\n", phases[t % 3]);
        cupel_str_addf(&all,
                       "%s  - {property: young modulus, direction: [1, 2, 3], min: 0}\n  - {property: young modulus, min: 0}\n  - {property: bulk "
                       "modulus, min: 0}\n"
                       "  - {property: shear modulus, min: 0}\n  - {property: poisson ratio, min: -1}\n  - {property: anisotropy, min: 0}\n"
                       "  - {property: stiffness, component: 11, min: 0}\n  - {property: stiffness, component: 15, min: -99}\n  - {property: "
                       "stiffness, component: 44, min: 0}\n"
                       "  - {property: expansion, component: 11, min: -1}\n  - {property: expansion, component: 23, min: -1}\n"
                       "  - {property: conductivity, component: 11, min: 0}\n  - {property: conductivity, component: 22, min: 0}\n"
                       "  - {property: conductivity, component: 33, min: 0}\n  - {property: conductivity, invariant: mean, min: 0}\n"
                       "  - {property: conductivity, invariant: trace, min: 0}\n  - {property: expansion, invariant: mean, min: -1}\n"
                       "  - {property: expansion, invariant: smallest, min: -1}\n  - {property: expansion, invariant: largest, min: -1}\n"
                       "  - {property: young modulus, direction: softest, min: 0}\n  - {property: young modulus, direction: stiffest, min: 0}\n",
                       cupel_str_text(&head));
        cupel_micro_demand *d = demand_of(cupel_str_text(&all));
        random_laminate(d, t, false, &k, &f);
        random_laminate(d, t, true, &c, &g);
        check_close(f, g, 1e-14, 1e-15);
        const double fraction[2] = {1 - f, f};
        const cupel_micro_state s = {.k = k.tensor, .c = c.tensor, .alpha = c.alpha, .fraction = fraction};
        cupel_str_clear(&all);
        cupel_str_puts(&all, cupel_str_text(&head));
        put_tensor(&all, "conductivity", k.tensor, 3, "0.000001 %");
        put_tensor(&all, "stiffness", c.tensor, 6, "0.000001 %");
        put_numbers(&all, d, &s);
        if (t % 2) cupel_str_addf(&all, "  - {property: volume fraction, phase: b, min: %.15g, max: %.15g}\n", f - 1e-9, f + 1e-9);
        cupel_micro_demand_free(d);
        d = demand_of(cupel_str_text(&all));
        check_ok(cupel_design_feasible(d, &err), &err);
        cupel_micro_demand_free(d);
        cupel_str_free(&head);
        cupel_str_free(&all);
    }
}

/* More phases: bounds over a range of fractions hold what every fraction in it may have. */
static void bounds_over_a_range_hold_those_inside(void **state)
{
    (void)state;
    cupel_material m[4];
    const char *const text[] = {"k=1,E=1,nu=0.3", "k=7,E=30,nu=0.1", "k=3,K=20,G=2", "k1=2,k2=5,k3=9,E=4,nu=0.2"};
    const double low[4] = {0.1, 0, 0.2, 0}, high[4] = {0.5, 0.6, 0.7, 0.3};
    for (size_t i = 0; i < 4; i++) check_ok(cupel_material_read(cupel_text_of(text[i]), &m[i], NULL), &(cupel_err){0});
    for (uint64_t t = 0; t < 300; t++) {
        const size_t n = 3 + t % 2;
        double f[4] = {0}, weight[4], sum = 0;
        cupel_bounds wide, here;
        for (size_t p = 0; p < n; p++) weight[p] = cupel_rng_normal(t, 0, p);
        cupel_fractions_most(n, low, high, weight, f);
        double other[4], blend = cupel_rng_uniform(t, 1, 0);
        for (size_t p = 0; p < n; p++) weight[p] = cupel_rng_normal(t, 2, p);
        cupel_fractions_most(n, low, high, weight, other);
        for (size_t p = 0; p < n; p++) f[p] += blend * (other[p] - f[p]), sum += f[p];
        check_close(sum, 1, 1e-14, 0);
        for (int physics = 0; physics < 2; physics++) {
            double apart[36], value[CUPEL_SMALL];
            const cupel_kind kind = {.physics = physics ? CUPEL_ELASTICITY : CUPEL_CONDUCTION, .dim = 3};
            cupel_bounds_over(kind.physics, n, low, high, m, &wide);
            cupel_bounds_of(kind, n, f, m, &here);
            for (size_t i = 0; i < wide.order * wide.order; i++) apart[i] = wide.voigt[i] - here.voigt[i];
            cupel_small_eigen(apart, wide.order, value, NULL);
            assert_true(value[0] > -1e-9);
            for (size_t i = 0; i < wide.order * wide.order; i++) apart[i] = here.reuss[i] - wide.reuss[i];
            cupel_small_eigen(apart, wide.order, value, NULL);
            assert_true(value[0] > -1e-9);
            for (size_t i = 0; i < wide.n_hs && here.n_hs; i++) {
                assert_true(wide.hs_lower[i] <= here.hs_lower[i] * (1 + 1e-9));
                assert_true(wide.hs_upper[i] >= here.hs_upper[i] * (1 - 1e-9));
            }
        }
    }
}

/* However far from it a request is, a bound is the same. */
static void bounds_do_not_depend_on_how_much_is_asked(void **state)
{
    (void)state;
    static const char *const far[] = {"40", "1e10", "1e15", "1e16", "1e17", "1e40", "1e300"};
    static const char *const near[] = {"0.01", "1e-10", "1e-17", "1e-100", "1e-320", "0", "-0.1", "-5", "-1e17", "-1e300"};
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        char require[256];
        snprintf(require, sizeof require, "  - {property: conductivity, component: 11, min: %s}\n", far[i]);
        refused(require, "at most 10 at every");
        snprintf(require, sizeof require, "  - {property: conductivity, component: 12, min: %s}\n", far[i]);
        refused(require, "at most 2.3377 at every");
        snprintf(require, sizeof require, "  - {property: bulk modulus, min: %s}\n  - {property: volume fraction, phase: b, max: 0.25}\n", far[i]);
        refused(require, "at most 2.8989");
        snprintf(require, sizeof require, "  - {property: poisson ratio, min: %s}\n", far[i]);
        refused(require, "let it be at most 0.");
    }
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        char require[256];
        snprintf(require, sizeof require, "  - {property: conductivity, component: 11, max: %s}\n", near[i]);
        refused(require, "at least 1 at every");
        snprintf(require, sizeof require,
                 "  - {property: conductivity, component: 11, max: %s}\n  - {property: volume fraction, phase: b, min: 0.5}\n", near[i]);
        refused(require, "at least 1.8182 at every");
    }
    refused("  - {property: conductivity, component: 12, max: -1e17}\n", "at least -2.3377 at every");
}

static void three_phases_are_refused_too(void **state)
{
    (void)state;
    cupel_err err = {0};
    const char *head = "demand: x\nscale: microstructure\nphases:\n  - {name: a, k: 1, density: 1}\n  - {name: b, k: 10, density: 2}\n  - {name: c, "
                       "k: 4, density: 5}\nrequire:\n"
                       "  - {property: volume fraction, phase: b, max: 0.2}\n";
    const struct {
        const char *require, *words;
        cupel_status status;
    } one[] = {{"  - {property: conductivity, component: 11, min: 5.3}\n", "at most 5.2", CUPEL_INFEASIBLE},
               {"  - {property: conductivity, component: 11, min: 5.1}\n", "", CUPEL_OK},
               {"  - {property: conductivity, component: 11, min: 2.9}\n  - {property: volume fraction, phase: c, max: 0}\n", "at most 2.8",
                CUPEL_INFEASIBLE},
               {"  - {property: density, min: 4.5}\n  - {property: volume fraction, phase: a, min: 0.5}\n", "cannot be met", CUPEL_INFEASIBLE},
               {"  - {property: volume fraction, phase: a, max: 0.3}\n  - {property: volume fraction, phase: c, max: 0.4}\n", "exclude each other",
                CUPEL_INFEASIBLE},
               {"  - {property: conductivity, target: [[4.95, 0, 0], [0, 4.95, 0], [0, 0, 4.95]], within: 0.5 %}\n  - {property: volume fraction, "
                "phase: a, min: 0.05}\n",
                "Hashin and Shtrikman", CUPEL_INFEASIBLE}};
    for (size_t i = 0; i < sizeof one / sizeof *one; i++) {
        char text[1024];
        snprintf(text, sizeof text, "%s%s", head, one[i].require);
        cupel_micro_demand *d = demand_of(text);
        if (one[i].status == CUPEL_OK)
            check_ok(cupel_design_feasible(d, &err), &err);
        else
            check_fails(cupel_design_feasible(d, &err), one[i].status, &err, one[i].words);
        cupel_micro_demand_free(d);
    }
}

/* ---- proofs ---- */

/* On the trace bound: sum 1 / (l - k1) at its limit is had by a laminate of rank 3, and so is what Hashin and Shtrikman leave to an isotropic
 * conductor. */
static void what_is_on_the_bound_is_attained(void **state)
{
    (void)state;
    char text[1024];
    const double f = 0.4, hs = 1 + f / (1.0 / 9 + (1 - f) / 3), x = 2.2;
    const double limit = 1 / (1 / (1 - f + f / 10) - 1) + 2 / (9 * f), y = 1 + 2 / (limit - 1 / (x - 1));
    const double k[2][3] = {{hs, hs, hs}, {x, y, y}};
    for (int i = 0; i < 2; i++) {
        cupel_err err = {0};
        cupel_attainable a;
        snprintf(text, sizeof text,
                 "%s  - {property: conductivity, target: [[%.12g, 0, 0], [0, %.12g, 0], [0, 0, %.12g]], within: 0.001 %%}\n"
                 "  - {property: volume fraction, phase: b, min: %.12g}\n",
                 PHASES, k[i][0], k[i][1], k[i][2], f);
        cupel_micro_demand *d = demand_of(text);
        check_ok(cupel_design_feasible(d, &err), &err);
        cupel_attainable_find(d, &a);
        assert_true(a.found && a.rank == 3 && a.matrix == 0);
        check_close(a.t.k[0], k[i][0], 2e-5, 0);
        check_close(a.t.fraction[1], f, 1e-4, 0);
        cupel_micro_demand_free(d);
        snprintf(text, sizeof text,
                 "%s  - {property: conductivity, target: [[%.12g, 0, 0], [0, %.12g, 0], [0, 0, %.12g]], within: 0.1 %%}\n"
                 "  - {property: volume fraction, phase: b, min: %.12g}\n",
                 PHASES, k[i][0] * 0.99, k[i][1] * 0.99, k[i][2] * 0.99, f);
        d = demand_of(text);
        check_fails(cupel_design_feasible(d, &err), CUPEL_INFEASIBLE, &err, "trace bounds");
        cupel_attainable_find(d, &a);
        assert_false(a.found);
        cupel_micro_demand_free(d);
    }
}

/* A laminate's own stiffness and conductivity are found again, together. */
static void laminates_are_found_again(void **state)
{
    (void)state;
    for (size_t rank = 0; rank <= 2; rank++) {
        cupel_str text = {0}, words = {0};
        cupel_err err = {0};
        cupel_attainable a;
        cupel_micro_demand *d = demand_of(
            "demand: x\nscale: microstructure\nphases:\n  - {name: a, k: 1, E: 1, nu: 0.3}\n  - {name: b, k: 20, E: 12, nu: 0.2}\nrequire:\n"
            "  - {property: bulk modulus, min: 0}\n");
        cupel_layer k = {.fraction = 1}, c = k, layer[2];
        const double normal[2][3] = {{0, 1, 1}, {1, 0, 0}};
        memcpy(k.tensor, d->phase[1].material.k, sizeof d->phase[1].material.k);
        memcpy(c.tensor, d->phase[1].material.c, sizeof d->phase[1].material.c);
        for (size_t i = 0; i < rank; i++) {
            layer[0] = k, layer[1] = (cupel_layer){.fraction = 0.3}, layer[0].fraction = 0.7;
            memcpy(layer[1].tensor, d->phase[0].material.k, sizeof d->phase[0].material.k);
            check_ok(cupel_laminate(CUPEL_LAMINATE_CONDUCTION, 3, 2, layer, normal[i], &k, &err), &err);
            layer[0] = c, layer[0].fraction = 0.7;
            memcpy(layer[1].tensor, d->phase[0].material.c, sizeof d->phase[0].material.c);
            check_ok(cupel_laminate(CUPEL_LAMINATE_ELASTICITY, 3, 2, layer, normal[i], &c, &err), &err);
        }
        cupel_micro_demand_free(d);
        cupel_str_puts(
            &text, "demand: x\nscale: microstructure\nphases:\n  - {name: a, k: 1, E: 1, nu: 0.3}\n  - {name: b, k: 20, E: 12, nu: 0.2}\nrequire:\n");
        put_tensor(&text, "conductivity", k.tensor, 3, "0.1 %");
        put_tensor(&text, "stiffness", c.tensor, 6, "0.1 %");
        d = demand_of(cupel_str_text(&text));
        check_ok(cupel_design_feasible(d, &err), &err);
        const double begin = cupel_now();
        cupel_attainable_find(d, &a);
        if (!getenv("CUPEL_SANITIZED")) assert_true(cupel_now() - begin < 1);
        assert_true(a.found);
        assert_int_equal(a.rank, rank);
        check_close(a.t.fraction[1], pow(0.7, (double)rank), 2e-3, 0);
        cupel_attainable_words(d, &a, &words);
        assert_non_null(strstr(cupel_str_text(&words), rank ? "laminate has it" : "phase 'b' alone has it"));
        cupel_recipe r;
        assert_true(cupel_attainable_recipe(d, &a, &r) == (rank < 2));
        cupel_micro_demand_free(d);
        cupel_str_free(&text);
        cupel_str_free(&words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(impossible_requests_get_the_right_reason),
        cmocka_unit_test(the_nearest_tensor_is_not_ruled_out),
        cmocka_unit_test(what_a_laminate_has_is_never_refused), cmocka_unit_test(spaces_have_their_fractions_only),
        cmocka_unit_test(bounds_over_a_range_hold_those_inside),
        cmocka_unit_test(bounds_do_not_depend_on_how_much_is_asked),
        cmocka_unit_test(three_phases_are_refused_too),
        cmocka_unit_test(what_is_on_the_bound_is_attained),
        cmocka_unit_test(laminates_are_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
