/* core/engine/micro/feature_size.c, feature_moves.c, feature_bounds.c */
#include "tests/check.h"

#include "core/engine/micro/feature_bounds.h"
#include "core/engine/micro/feature_size.h"

static const cupel_job job = {.threads = 1};

static cupel_micro_demand *demand_of(const char *rest)
{
    char text[2048];
    cupel_err err = {0};
    cupel_micro_demand *d = NULL;
    snprintf(text, sizeof text,
             "demand: a test\nscale: microstructure\nphases:\n  - {name: a, k: 1}\n  - {name: b, k: 20}\ngrid: 32\n%s", rest);
    check_ok(cupel_micro_demand_read(cupel_text_of(text), "d.yaml", &d, &err), &err);
    return d;
}

static const char PLAIN[] = "minimum feature: 0.2\nrequire:\n  - {property: conductivity, component: 11, min: 1}\n";

static void sizes(const cupel_micro_demand *d, const char *recipe, double *feature)
{
    cupel_err err = {0};
    cupel_recipe r;
    check_ok(cupel_recipe_of_text(recipe, &r, &err), &err);
    check_ok(cupel_feature_sizes(d, &r, &job, feature, &err), &err);
}

/* Wherever the layers end within voxels, which count whole ones. */
static void layers_have_their_thickness(void **state)
{
    static const struct {
        const char *recipe;
        double b, all;
    } one[] = {{"laminate:fraction=0.2", 0.2, 1}, {"laminate:fraction=0.217", 0.217, 1}, {"laminate:fraction=0.31,offset=0.63", 0.31, 1},
               {"laminate:fraction=0.3,normal1=1,normal2=1,normal3=0", 0.3 * 0.70711, 0.70711}};
    cupel_micro_demand *d = demand_of(PLAIN);
    (void)state;
    for (size_t i = 0; i < sizeof one / sizeof *one; i++) {
        double feature[CUPEL_MICRO_PHASES_MAX];
        sizes(d, one[i].recipe, feature);
        check_close(feature[1], one[i].b, 0, 0.1 / 32);
        check_close(feature[0], one[i].all - one[i].b, 0, 0.1 / 32);
    }
    cupel_micro_demand_free(d);
}

/* Of spheres the diameter, of which a sphere of voxels loses its rim; of a phase that is alone all of the box. */
static void spheres_have_their_diameter(void **state)
{
    cupel_micro_demand *d = demand_of(PLAIN);
    double feature[CUPEL_MICRO_PHASES_MAX];
    (void)state;
    sizes(d, "sc_spheres:fraction=0.2", feature);
    check_close(feature[1], 2 * cbrt(0.75 * 0.2 / 3.14159265358979), 0, 0.5 / 32);
    sizes(d, "uniform:phases=2,phase=1", feature);
    check_close(feature[1], 1, 1e-12, 0);
    assert_true(feature[0] < 1e-5);
    cupel_micro_demand_free(d);
}

/* A level that rises by a little takes twice that from struts whose function is a distance, and gives it to what is between them; the volume
 * fraction of a series the same way about. By differences over a third of a voxel. */
static void contacts_tell_how_sizes_move(void **state)
{
    static const struct {
        const char *recipe, *parameter;
    } one[] = {{"skeleton:level=0,line1_0_0=0.1,line0_1_0=0.1,line0_0_1=0.1", "level"},
               {"nodal_surface:fraction=0.3,c1_0_0=-1,c0_1_0=-1,c0_0_1=-1", "fraction"}};
    const double step = 0.03;
    cupel_micro_demand *d = demand_of(PLAIN);
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        cupel_err err = {0};
        cupel_recipe r;
        double slope[1][CUPEL_MICRO_PHASES_MAX], up[CUPEL_MICRO_PHASES_MAX], down[CUPEL_MICRO_PHASES_MAX];
        check_ok(cupel_recipe_of_text(one[i].recipe, &r, &err), &err);
        const size_t place = cupel_recipe_place(&r, one[i].parameter);
        assert_true(cupel_feature_can_move(&r));
        check_ok(cupel_feature_moves(d, &r, &place, 1, &job, slope, &err), &err);
        r.value[place] += step / 2;
        check_ok(cupel_feature_sizes(d, &r, &job, up, &err), &err);
        r.value[place] -= step;
        check_ok(cupel_feature_sizes(d, &r, &job, down, &err), &err);
        for (size_t p = 0; p < 2; p++) check_close(slope[0][p], (up[p] - down[p]) / step, 0.5, 0); /* balls take each other's place */
    }
    cupel_micro_demand_free(d);
}

static void what_cannot_be_is_refused(void **state)
{
    cupel_err err = {0};
    cupel_micro_demand *d = demand_of("minimum feature: {b: 0.5}\nrequire:\n  - {property: volume fraction, phase: b, max: 0.04}\n  - {property: "
                                      "conductivity, component: 11, min: 1}\n");
    (void)state;
    check_fails(cupel_feature_feasible(d, &err), CUPEL_INFEASIBLE, &err,
                "d.yaml:7: cannot be met: one ball of 0.5 edge is 0.0654 of the box, and b may have 0.04 of it (line 9); nearest, not ruled out by "
                "this: a minimum feature of 0.4243 edge");
    check_close(cupel_feature_least_radius(d, 1), (0.5 + 1.0 / 32) / 2, 1e-12, 0);
    assert_true(cupel_feature_least_radius(d, 0) == 0);
    cupel_micro_demand_free(d);
    /* The same as voxels of the grid may have it still. */
    d = demand_of("minimum feature: {b: 0.43}\nrequire:\n  - {property: volume fraction, phase: b, max: 0.04}\n");
    err = (cupel_err){0};
    check_ok(cupel_feature_feasible(d, &err), &err);
    cupel_micro_demand_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_have_their_thickness),
        cmocka_unit_test(spheres_have_their_diameter),
        cmocka_unit_test(contacts_tell_how_sizes_move),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
