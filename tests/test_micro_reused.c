/* core/engine/micro/reused.c, design_start.c */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/engine/micro/design_start.h"
#include "core/engine/micro/reused.h"
#include "core/engine/micro/store.h"
#include "core/math/la.h"

#include <unistd.h>

#define SPACE "{generator: gaussian, fraction: 0.1..0.6, metric33: -1..1, wavelength: 0.25, seed: 1}"
#define WITH(RANGES) "{generator: gaussian, " RANGES ", wavelength: 0.25, seed: 1}"
#define PHASES "  - {name: a, k: 1, E: 1, nu: 0.3}\n  - {name: b, k: 20, E: 12, nu: 0.2}\n"
#define COMPONENT "{property: conductivity, component: 33, min: 4}"

static const cupel_job job = {.threads = 1};

static cupel_micro_demand *demand_of(const char *phases, const char *space, const char *require)
{
    char text[2048];
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    snprintf(text, sizeof text,
             "demand: a test\nscale: microstructure\nphases:\n%sspace: %s\nrequire:\n  - %s\nseed: 3\nsample: 40\ncandidates: 3000\ngrid: 16\n",
             phases, space, require);
    check_ok(cupel_micro_demand_read(cupel_text_of(text), "d.yaml", &d, &err), &err);
    return d;
}

static const char *file(void)
{
    static char path[64];
    snprintf(path, sizeof path, "/tmp/cupel-reused-%ld.h5", (long)getpid());
    return path;
}

/* Diagonal, between the bounds: 11 = 22 = 1 + 6 f, 33 = 1 + 6 f + 2 f metric33. */
static void law(const double *param, double *fraction, double *k)
{
    memset(k, 0, 9 * sizeof *k);
    fraction[0] = 1 - param[0], fraction[1] = param[0];
    k[0] = k[4] = 1 + 6 * param[0], k[8] = k[0] + 2 * param[0] * param[1];
}

/* What a run leaves. */
static void save(const cupel_micro_demand *d)
{
    cupel_err err = {0};
    cupel_micro_space s;
    cupel_micro_model *m = NULL;
    cupel_micro_facts f;
    cupel_samples r = {.n = d->sample};
    check_ok(cupel_micro_space_read(d, &s, &err), &err);
    cupel_layout_of(d, &r.layout);
    r.n_params = s.n;
    r.param = cupel_alloc(r.n, s.n * sizeof(double)), r.figure = cupel_alloc(r.n, r.layout.width * sizeof(double));
    r.reason = cupel_alloc(r.n, sizeof *r.reason), r.recipe = cupel_alloc(r.n, sizeof *r.recipe);
    for (size_t i = 0; i < r.n; i++) {
        double *row = r.figure + i * r.layout.width;
        cupel_micro_space_point(&s, i, r.param + i * s.n);
        law(r.param + i * s.n, row + r.layout.fraction, row + r.layout.k);
        r.recipe[i] = cupel_strdup("gaussian:");
    }
    check_ok(cupel_micro_model_fit(d, &s, &r, &job, &m, &err), &err);
    check_ok(cupel_micro_facts_of(m, d->n_asks, &f, &err), &err);
    check_ok(cupel_micro_save_samples(&r, &f, d, &s, file(), &err), &err);
    cupel_micro_facts_release(&f);
    cupel_micro_model_free(m);
    cupel_samples_release(&r);
}

/* Another request of the same space and phases may use it; what it says is the same. */
static void another_request_may_use_it(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_reused *s = NULL;
    cupel_micro_demand *first = demand_of(PHASES, SPACE, COMPONENT);
    cupel_micro_demand *next = demand_of(PHASES, SPACE, "{property: conductivity, component: 11, max: 3}");
    save(first);
    check_ok(cupel_reused_open(file(), next, &job, &s, &err), &err);
    assert_true(s->rows.n == 40 && s->grid == 16);
    assert_true(isnan(s->seconds)); /* no account beside it */
    cupel_micro_scratch *scratch = NULL;
    check_ok(cupel_micro_scratch_new(s->model, 1, &scratch, &err), &err);
    double asked, fraction[2], k[9];
    const double param[2] = {0.35, 0.4};
    cupel_micro_model_values(s->model, param, 1, CUPEL_ISA_PLAIN, scratch, &asked);
    law(param, fraction, k);
    check_close(asked, k[0], 5e-3, 0); /* 40 rows of a smooth law */
    cupel_micro_scratch_free(scratch);
    cupel_reused_free(s);
    cupel_micro_demand_free(first), cupel_micro_demand_free(next);
    (void)remove(file());
}

/* Everything else is refused with what differs, found and expected. */
static void what_differs_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *phases, *space, *require, *words;
    } other[] = {
        {"  - {name: a, k: 1, E: 1, nu: 0.3}\n  - {name: b, k: 21, E: 12, nu: 0.2}\n", SPACE, COMPONENT, "found 'conductivity of phase 1: 20 0 0"},
        {PHASES, WITH("fraction: 0.1..0.5, metric33: -1..1"), COMPONENT, "expected 'range of fraction: 0.1 to 0.5'"},
        {PHASES, "{generator: gaussian, fraction: 0.1..0.6, metric33: -1..1, wavelength: 0.3, seed: 1}", COMPONENT, "wavelength=0.3"},
        {PHASES, "{generator: gaussian, fraction: 0.1..0.6, metric33: -1..1, wavelength: 0.25, seed: 2}", COMPONENT, "seed=2"},
        {PHASES, WITH("fraction: 0.1..0.6, metric33: -1..1, metric11: -1..1"), COMPONENT, "range of metric11"},
        {PHASES, WITH("fraction: 0.1..0.6"), COMPONENT, "expected 'nothing of the kind'"},
        {PHASES, SPACE, "{property: bulk modulus, min: 2}", "stiffness of phase 0: found 'nothing of the kind'"},
    };
    cupel_micro_demand *first = demand_of(PHASES, SPACE, COMPONENT);
    save(first);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        cupel_err err = {0};
        cupel_reused *s = NULL;
        cupel_micro_demand *d = demand_of(other[i].phases, other[i].space, other[i].require);
        check_fails(cupel_reused_open(file(), d, &job, &s, &err), CUPEL_BAD_ARTIFACT, &err, other[i].words);
        assert_null(s);
        cupel_micro_demand_free(d);
    }
    cupel_micro_demand_free(first);
    (void)remove(file());
}

/* The start meets the law's target, stays where the demand lets it, and is one for any number of threads. */
static void a_start_is_where_the_law_says(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_micro_demand *first = demand_of(PHASES, SPACE, COMPONENT);
    /* f = 0.4, metric33 = 0.5 */
    cupel_micro_demand *d = demand_of(PHASES, SPACE, "{property: conductivity, target: [[3.4, 0, 0], [0, 3.4, 0], [0, 0, 3.8]], within: 2 %}\n"
                                                     "  - {property: volume fraction, phase: b, max: 0.45}");
    double x[2][CUPEL_TRIAL_PARAMS] = {{0}};
    cupel_search *s = cupel_alloc(1, sizeof *s);
    cupel_designs *out = cupel_alloc(1, sizeof *out);
    cupel_families families;
    save(first);
    check_ok(cupel_families_of(d, &families, &err), &err);
    for (size_t t = 0; t < 2; t++) {
        const cupel_job some = {.threads = t ? 3 : 1, .isa = CUPEL_ISA_PLAIN};
        cupel_design_started told;
        *s = (cupel_search){.d = d, .job = &some, .out = out, .seed = 1, .family = &families.one[0]};
        check_ok(cupel_design_start(s, &families.one[0], file(), 16, x[t], &told, &err), &err);
        assert_true(told.candidates == 3000 && told.loads >= 3 && told.predicted < 1.5);
        assert_true(told.solved > told.predicted); /* the law is not the solver's */
    }
    assert_memory_equal(x[0], x[1], sizeof x[0]);
    check_close(x[0][0], 0.4, 0.03, 0);
    check_close(x[0][1], 0.5, 0, 0.2);
    assert_true(x[0][0] <= 0.45);
    assert_true(out->solves >= 6);
    cupel_designs_release(out);
    cupel_free(out), cupel_free(s);
    cupel_micro_demand_free(first), cupel_micro_demand_free(d);
    (void)remove(file());
}

int main(void)
{
    cupel_la_single_thread();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_request_may_use_it),
        cmocka_unit_test(what_differs_is_named),
        cmocka_unit_test(a_start_is_where_the_law_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
