/* core/engine/micro/trial.c: derivatives of tensors with respect to the parameters of a recipe, from kept fields, against differences of whole
 * solves. */
#include "tests/check.h"

#include "core/engine/micro/trial.h"

static const cupel_job job = {.threads = 2};

static cupel_micro_demand *demand(const char *require)
{
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    char text[512];
    snprintf(text, sizeof text,
             "demand: x\nscale: microstructure\nphases:\n  - {name: a, k: 1, E: 1, nu: 0.3, alpha: 1e-5}\n  - {name: b, k: 12, E: 9, nu: 0.2, alpha: "
             "3e-6}\n"
             "require:\n  - {%s}\n",
             require);
    check_ok(cupel_micro_demand_read(cupel_text_of(text), "d.yaml", &d, &err), &err);
    return d;
}

static void solve_at(const cupel_micro_demand *d, const cupel_recipe *r, bool fields, cupel_trial *t)
{
    cupel_err err = {0};
    const cupel_trial_options o = {.grid = 20, .accuracy = 1e-6, .blend_k = 0.1, .blend_c = 0.05, .fields = fields};
    check_ok(cupel_trial_solve(d, r, &o, &job, t, &err), &err);
}

static double norm(const double *a, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += a[i] * a[i];
    return sqrt(sum);
}

/* The energy is stationary in the field, so that the quotient without a further solve and the one of two solves differ by the second order of the
 * step and by float: together below 2 % of the derivative, where one that forgot the cut voxels' shares would be off by all of it. */
static void derivatives_agree_with_solves(const char *text, const char *parameter, double step, const char *require, bool stiffness)
{
    cupel_err err = {0};
    cupel_micro_demand *d = demand(require);
    cupel_recipe r, low, high;
    cupel_trial t = {.solves = 0}, a = {.solves = 0}, b = {.solves = 0};
    cupel_tensors under_low = {.fraction = {0}}, under_high = under_low;
    check_ok(cupel_recipe_of_text(text, &r, &err), &err);
    low = high = r;
    check_ok(cupel_recipe_set(&low, parameter, cupel_recipe_get(&r, parameter) - step, &err), &err);
    check_ok(cupel_recipe_set(&high, parameter, cupel_recipe_get(&r, parameter) + step, &err), &err);
    solve_at(d, &r, true, &t);
    solve_at(d, &low, false, &a);
    solve_at(d, &high, false, &b);
    check_ok(cupel_trial_under(d, &t, &low, &job, &under_low, &err), &err);
    check_ok(cupel_trial_under(d, &t, &high, &job, &under_high, &err), &err);
    const size_t n = stiffness ? 36 : 9;
    const double *x = stiffness ? under_low.c : under_low.k, *y = stiffness ? under_high.c : under_high.k;
    const double *u = stiffness ? a.t.c : a.t.k, *v = stiffness ? b.t.c : b.t.k;
    double from_fields[36], from_solves[36], apart[36];
    for (size_t i = 0; i < n; i++) {
        from_fields[i] = (y[i] - x[i]) / (2 * step);
        from_solves[i] = (v[i] - u[i]) / (2 * step);
        apart[i] = from_fields[i] - from_solves[i];
    }
    if (!(norm(apart, n) < 0.02 * norm(from_solves, n)))
        print_error("%s of %s: %g apart of %g\n", parameter, text, norm(apart, n), norm(from_solves, n));
    assert_true(norm(from_solves, n) > 0 && norm(apart, n) < 0.02 * norm(from_solves, n));
    cupel_trial_release(&t);
    cupel_trial_release(&a);
    cupel_trial_release(&b);
    cupel_micro_demand_free(d);
}

static const char conduction[] = "property: conductivity, component: 11, min: 1", elasticity[] = "property: bulk modulus, min: 1";

static void of_minimal_surfaces(void **state)
{
    (void)state;
    derivatives_agree_with_solves("gyroid:fraction=0.4", "fraction", 5e-3, conduction, false);
    derivatives_agree_with_solves("gyroid:fraction=0.4,seed=2", "fraction", 5e-3, elasticity, true);
    derivatives_agree_with_solves("gyroid:fraction=0.4,stretch3=1.1", "stretch3", 1e-3, conduction, false);
    derivatives_agree_with_solves("gyroid:fraction=0.4,stretch1=0.9", "stretch1", 1e-3, elasticity, true);
}

static void of_gaussian_fields(void **state)
{
    (void)state;
    derivatives_agree_with_solves("gaussian:fraction=0.45,wavelength=0.4", "fraction", 5e-3, conduction, false);
    derivatives_agree_with_solves("gaussian:fraction=0.45,wavelength=0.4", "metric11", 0.02, conduction, false);
    derivatives_agree_with_solves("gaussian:fraction=0.45,wavelength=0.4", "y2_0", 0.05, elasticity, true);
}

/* The same body on the grid of solve_at, told by its volume fraction. */
static cupel_recipe by_fraction(const cupel_recipe *r)
{
    const size_t n[3] = {20, 20, 20};
    cupel_err err = {0};
    cupel_recipe same = *r;
    double share;
    check_ok(cupel_recipe_share(r, n, &share, &job, &err), &err);
    check_ok(cupel_recipe_set(&same, "fraction", share, &err), &err);
    return same;
}

enum { PARAMETERS_MOST = 8 };

/* What parameters do, from one look at each cut voxel, against differences under the same fields. `by_level`: the recipe says the threshold,
 * and what is solved the fraction. */
static void moves_agree(const char *text, bool by_level, const char *require, const char *const *parameter, size_t n)
{
    const double step = 2e-4;
    cupel_err err = {0};
    cupel_micro_demand *d = demand(require);
    cupel_recipe r;
    cupel_trial t = {.solves = 0};
    size_t place[PARAMETERS_MOST];
    cupel_slope slope[PARAMETERS_MOST];
    check_ok(cupel_recipe_of_text(text, &r, &err), &err);
    for (size_t k = 0; k < n; k++) place[k] = cupel_recipe_place(&r, parameter[k]);
    const cupel_recipe kept = by_level ? by_fraction(&r) : r;
    solve_at(d, &kept, true, &t);
    assert_true(cupel_trial_can_move(d, &t, &r));
    check_ok(cupel_trial_moves(&t, &r, place, n, &job, slope, &err), &err);
    for (size_t k = 0; k < n; k++) {
        cupel_recipe low = r, high = r;
        cupel_tensors under_low = {.fraction = {0}}, under_high = under_low;
        double apart[36], whole[36];
        low.value[place[k]] -= step;
        high.value[place[k]] += step;
        if (by_level) low = by_fraction(&low), high = by_fraction(&high);
        check_ok(cupel_trial_under(d, &t, &low, &job, &under_low, &err), &err);
        check_ok(cupel_trial_under(d, &t, &high, &job, &under_high, &err), &err);
        const size_t size = d->needs_conduction ? 9 : 36;
        const double *here = d->needs_conduction ? slope[k].k : slope[k].c, *up = d->needs_conduction ? under_high.k : under_high.c;
        const double *down = d->needs_conduction ? under_low.k : under_low.c;
        for (size_t i = 0; i < size; i++) {
            whole[i] = (up[i] - down[i]) / (2 * step);
            apart[i] = here[i] - whole[i];
        }
        if (!(norm(apart, size) < 0.01 * norm(whole, size))) print_error("%s: %g apart of %g\n", parameter[k], norm(apart, size), norm(whole, size));
        assert_true(norm(whole, size) > 0 && norm(apart, size) < 0.01 * norm(whole, size));
        check_close(slope[k].share, (under_high.fraction[1] - under_low.fraction[1]) / (2 * step), 0.01, 1e-4);
    }
    cupel_trial_release(&t);
    cupel_micro_demand_free(d);
}

static void moves_of_skeletons(void **state)
{
    (void)state;
    static const char *const parameter[] = {"level", "line1_0_0", "line1_1_0", "line0_1_-2", "plane0_0_1", "c1_0_0", "c1_1_-1"};
    static const char *const bent[] = {"line1_0_0", "plane0_0_1", "c1_1_-1", "bend0_1", "bend1_0", "bend2_1", "bend0_2"};
    moves_agree("skeleton:level=0.01,line1_0_0=0.17,line1_1_0=0.08,line0_1_-2=0.09,plane0_0_1=0.06,c1_0_0=0.02", true, elasticity, parameter,
                sizeof parameter / sizeof *parameter);
    moves_agree("skeleton:level=0.01,line1_0_0=0.17,line1_1_0=0.08,plane0_0_1=0.06,c1_0_0=0.02,bend0_1=0.03,bend1_0=-0.05,bend2_1=0.02", true,
                elasticity, bent, sizeof bent / sizeof *bent);
}

/* (C66 - C12) / C11, Voigt, of a frame beside a void. */
static double beyond_cauchy(const char *frame)
{
    static const char text[] = "demand: x\nscale: microstructure\nphases:\n  - {name: void, E: 1e-3, nu: 0.3}\n  - {name: solid, E: 1, nu: 0.3}\n"
                               "require:\n  - {property: bulk modulus, min: 0.01}\n";
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    cupel_recipe r;
    cupel_trial t = {.solves = 0};
    check_ok(cupel_micro_demand_read(cupel_text_of(text), "d.yaml", &d, &err), &err);
    check_ok(cupel_recipe_of_text(frame, &r, &err), &err);
    const cupel_trial_options o = {.grid = 32, .accuracy = 1e-3, .blend_k = 0.1, .blend_c = 0.05};
    check_ok(cupel_trial_solve(d, &r, &o, &job, &t, &err), &err);
    const double beyond = (t.t.c[35] / 2 - t.t.c[1]) / t.t.c[0];
    cupel_trial_release(&t);
    cupel_micro_demand_free(d);
    return beyond;
}

/* Cauchy's relation C12 = C66 holds for straight struts that only stretch, not for struts that wind. */
static void bent_struts_leave_the_relations_of_cauchy(void **state)
{
    (void)state;
#define FRAME "skeleton:fraction=0.19,line0_1_1=0.08,line0_1_-1=0.08,line1_0_1=0.08,line-1_0_1=0.08,line1_1_0=0.08,line1_-1_0=0.08"
    const double straight = beyond_cauchy(FRAME);
    const double bent = beyond_cauchy(FRAME ",bend0_1=0.03,bend1_2=0.03,bend2_0=0.03,bend1_0=-0.03,bend2_1=-0.03,bend0_2=-0.03");
    if (!(fabs(straight) < 0.06 && bent > straight + 0.1)) print_error("straight %g, bent %g\n", straight, bent);
    assert_true(fabs(straight) < 0.06 && bent > straight + 0.1);
}

static void moves_of_nodal_surfaces(void **state)
{
    (void)state;
    static const char *const parameter[] = {"fraction", "c1_0_0", "c0_0_1", "c1_1_0", "c0_-1_2", "c2_1_-1"};
    static const char text[] = "nodal_surface:fraction=0.35,c1_0_0=1,c0_1_0=0.8,c0_0_1=1.1,c1_1_0=0.3,c0_-1_2=0.1";
    moves_agree(text, false, elasticity, parameter, sizeof parameter / sizeof *parameter);
    moves_agree(text, false, conduction, parameter, sizeof parameter / sizeof *parameter);
}

/* A solve that begins at the fields of a neighbour ends where one that begins at nothing does, sooner. */
static void guesses_change_the_way_only(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_micro_demand *d = demand(elasticity);
    d->phase[1].material = d->phase[0].material; /* a contrast that takes iterations */
    cupel_material_set_lame(&d->phase[1].material, 1e4, 1e4);
    cupel_recipe r, near;
    cupel_trial t = {.solves = 0}, cold = {.solves = 0}, warm = {.solves = 0}, tight = {.solves = 0};
    double apart[36], off[36];
    check_ok(cupel_recipe_of_text("gyroid:fraction=0.4", &r, &err), &err);
    check_ok(cupel_recipe_of_text("gyroid:fraction=0.402", &near, &err), &err);
    cupel_trial_options o = {.grid = 20, .accuracy = 1e-4, .blend_k = 0.1, .blend_c = 0.05, .fields = true};
    check_ok(cupel_trial_solve(d, &r, &o, &job, &t, &err), &err);
    check_ok(cupel_trial_solve(d, &near, &o, &job, &cold, &err), &err);
    o.guess = &t;
    check_ok(cupel_trial_solve(d, &near, &o, &job, &warm, &err), &err);
    assert_null(warm.made.guess);
    solve_at(d, &near, false, &tight);
    for (size_t i = 0; i < 36; i++) {
        apart[i] = warm.t.c[i] - tight.t.c[i];
        off[i] = t.t.c[i] - tight.t.c[i];
    }
    assert_true(norm(off, 36) > 1e-3 * norm(tight.t.c, 36));
    assert_true(norm(apart, 36) < 2e-4 * norm(tight.t.c, 36));
    assert_true(cupel_solution_iterations(warm.elasticity) < cupel_solution_iterations(cold.elasticity));
    cupel_trial_release(&t);
    cupel_trial_release(&cold);
    cupel_trial_release(&warm);
    cupel_trial_release(&tight);
    cupel_micro_demand_free(d);
}

/* How cut voxels respond, told by the grid itself to 2 %: nearly as by the least grid that half of it may be. */
static void a_rough_trial_chooses_on_its_own_grid(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_micro_demand *d = demand(conduction);
    cupel_recipe r;
    cupel_trial rough, plain;
    cupel_trial_options o = {.grid = 12, .accuracy = 5e-3, .blend_k = NAN, .blend_c = NAN, .rough = true};
    check_ok(cupel_recipe_of_text("gyroid:fraction=0.3", &r, &err), &err);
    check_ok(cupel_trial_solve(d, &r, &o, &job, &rough, &err), &err);
    o.rough = false;
    check_ok(cupel_trial_solve(d, &r, &o, &job, &plain, &err), &err);
    assert_true(rough.solves == 6 && plain.solves == 6 && rough.blend_k > 0);
    check_close(rough.blend_k, plain.blend_k, 0.2, 0);
    check_close(rough.t.k[0], plain.t.k[0], 0.02, 0);
    assert_true(rough.blend_k != plain.blend_k);
    cupel_trial_release(&rough);
    cupel_trial_release(&plain);
    cupel_micro_demand_free(d);
}

/* Expansion comes from the stiffness; without a mismatch it is that of the phases. */
static void expansion_follows_the_stiffness(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_micro_demand *d = demand("property: expansion, component: 11, max: 1e-5");
    cupel_recipe r;
    cupel_trial t = {.solves = 0};
    check_ok(cupel_recipe_of_text("gyroid:fraction=0.4", &r, &err), &err);
    solve_at(d, &r, false, &t);
    assert_true(t.t.alpha[0] > 3e-6 && t.t.alpha[0] < 1e-5);
    check_close(t.t.alpha[1], t.t.alpha[0], 1e-3, 0);
    cupel_trial_release(&t);
    cupel_micro_demand_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_minimal_surfaces),
        cmocka_unit_test(of_gaussian_fields),
        cmocka_unit_test(moves_of_skeletons), cmocka_unit_test(bent_struts_leave_the_relations_of_cauchy), cmocka_unit_test(moves_of_nodal_surfaces),
        cmocka_unit_test(guesses_change_the_way_only),
        cmocka_unit_test(a_rough_trial_chooses_on_its_own_grid),
        cmocka_unit_test(expansion_follows_the_stiffness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
