/* datasets/spaces/micro/lattice.c, plates.c: radii and thicknesses instead of fractions. */
#include "tests/recipes.h"

#include "core/base/str.h"

static cupel_recipe settled(const char *text)
{
    cupel_recipe r = recipe(text);
    cupel_err err;
    check_ok(cupel_recipe_settle(&r, &job, &err), &err);
    return r;
}

static double mean(const float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)x[i];
    return sum / (double)n;
}

/* Distance from x to the nearest strut of the octet truss, cells of edge 1. */
static double octet_distance(const double x[3])
{
    double least = 9;
    for (int n = 0; n < 27 * 4 * 6; n++) {
        const int cell = n / 24, node = n / 6 % 4, way = n % 6, i = way / 2, k = node - 1;
        double a[3] = {cell / 9 - 1, cell / 3 % 3 - 1, cell % 3 - 1}, b[3], along = 0, square = 0;
        for (int d = 0; d < 3 && node; d++) a[d] += d == k ? 0 : 0.5;
        for (int d = 0; d < 3; d++) b[d] = d == i ? 0.5 : d == (i + 1) % 3 ? (way % 2 ? 0.5 : -0.5) : 0;
        for (int d = 0; d < 3; d++) along += (x[d] - a[d]) * b[d] / 0.5; /* |b|^2 = 1/2 */
        along = fmin(1, fmax(0, along));
        for (int d = 0; d < 3; d++) square += pow(x[d] - a[d] - along * b[d], 2);
        least = fmin(least, sqrt(square));
    }
    return least;
}

/* The level is radius - distance, to the digits of a float: the interface is a tenth of the cell's edge from the middle of every strut. */
static void a_radius_is_in_edges_of_a_cell(void **state)
{
    (void)state;
    enum { N = 24 };
    const cupel_recipe r = recipe("octet:radius=0.1");
    cupel_err err;
    float *level = cupel_alloc((size_t)N * N * N, sizeof *level);
    assert_non_null(level);
    check_ok(cupel_recipe_level(&r, (const size_t[]){N, N, N}, level, &job, &err), &err);
    size_t near = 0;
    for (size_t q = 0; q < (size_t)N * N * N; q += 7) {
        const double x[3] = {((double)(q / (N * N)) + 0.5) / N, ((double)(q / N % N) + 0.5) / N, ((double)(q % N) + 0.5) / N};
        const double d = (0.1 - octet_distance(x)) * N;
        if (fabs(d) >= 1) continue; /* beyond, the level only says that it is beyond */
        check_close((double)level[q], d, 0, 1e-4);
        near++;
    }
    assert_true(near > 500);
    cupel_free(level);
}

/* A fraction gives a threshold; that threshold as a radius (or half a thickness) gives the fraction. Two grids of 96 and 48 voxels settle both. */
static void radius_and_fraction_are_two_ways_to_say_one_thing(void **state)
{
    (void)state;
    static const struct {
        const char *by_fraction, *by_length;
        double times;
    } pairs[] = {{"octet:fraction=0.25", "octet:radius=%.17g", -1},
                 {"kelvin:fraction=0.15,node=1.6", "kelvin:radius=%.17g,node=1.6", -1},
                 {"diamond_lattice:fraction=0.2", "diamond_lattice:radius=%.17g", -1},
                 {"reentrant:fraction=0.2,height=0.75", "reentrant:radius=%.17g,height=0.75", -1},
                 {"octet_plates:fraction=0.3", "octet_plates:thickness=%.17g", 2},
                 {"kelvin_foam:fraction=0.25", "kelvin_foam:thickness=%.17g", 2}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char text[128];
        const cupel_recipe r = settled(pairs[i].by_fraction);
        const char *format = pairs[i].by_length, *mark = strchr(format, '%');
        snprintf(text, sizeof text, "%.*s%.17g%s", (int)(mark - format), format, pairs[i].times * r.threshold[0], mark + 5);
        const cupel_recipe s = settled(text);
        assert_true(isnan(cupel_recipe_get(&s, "fraction")));
        check_close(cupel_recipe_fraction(&s), cupel_recipe_get(&r, "fraction"), 0, 1e-4);
    }
}

/* Cylinders far thinner than long: volume pi radius^2 length, but for what overlaps at nodes, of the order radius^3. */
static void thin_struts_have_the_volume_of_cylinders(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double length; /* of all struts of a cell */
    } thin[] = {{"octet:radius=0.01", 12 * 1.4142135623730951}, {"kelvin:radius=0.01", 24 * 1.4142135623730951 / 4},
                {"diamond_lattice:radius=0.01", 16 * 1.7320508075688772 / 4}};
    for (size_t i = 0; i < sizeof thin / sizeof *thin; i++) {
        const cupel_recipe r = settled(thin[i].text);
        const double slender = acos(-1.0) * 1e-4 * thin[i].length, found = cupel_recipe_fraction(&r);
        assert_true(found < slender);
        check_close(found, slender, 0.06, 0);
    }
}

static void every_grid_has_the_volume_of_the_radius_settled_or_not(void **state)
{
    (void)state;
    static const char *const texts[] = {"octet:radius=0.08", "kelvin:radius=0.06,node_radius=0.12", "octet_plates:thickness=0.1"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        enum { N = 32, COUNT = N * N * N };
        const cupel_recipe open = recipe(texts[i]), r = settled(texts[i]);
        float *a = shares(&open, N), *b = shares(&r, N), *c = shares(&r, 45);
        assert_memory_equal(a, b, COUNT * sizeof *a);
        check_close(mean(a, COUNT), cupel_recipe_fraction(&r), 1e-6, 0);
        check_close(mean(c, (size_t)45 * 45 * 45), cupel_recipe_fraction(&r), 1e-6, 0);
        cupel_free(a);
        cupel_free(b);
        cupel_free(c);
    }
}

/* The radius counts in edges of one cell, however many there are in the box. */
static void the_fraction_of_a_radius_does_not_depend_on_the_periods(void **state)
{
    (void)state;
    const cupel_recipe one = settled("kelvin:radius=0.07"), two = settled("kelvin:radius=0.07,periods=2");
    assert_true(cupel_recipe_fraction(&one) == cupel_recipe_fraction(&two));
}

static void nodes_are_told_as_a_ratio_or_as_a_length(void **state)
{
    (void)state;
    enum { N = 20 };
    const cupel_recipe ratio = settled("octet:radius=0.0625,node=2"), length = settled("octet:radius=0.0625,node_radius=0.125");
    float *a = shares(&ratio, N), *b = shares(&length, N);
    assert_memory_equal(a, b, sizeof *a * N * N * N);
    const cupel_recipe bare = settled("octet:radius=0.0625");
    assert_true(cupel_recipe_fraction(&length) > cupel_recipe_fraction(&bare) + 0.001);
    cupel_free(a);
    cupel_free(b);
}

static void exactly_one_of_two_is_given(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } bad[] = {{"octet:fraction=0.2,radius=0.1", "both fraction and radius"},
               {"octet:radius=0.1,fraction=0.2", "both radius and fraction"},
               {"kelvin:radius=0.1,node=2,node_radius=0.2", "both node and node_radius"},
               {"kelvin_foam:fraction=0.2,thickness=0.1", "both fraction and thickness"},
               {"octet:fraction=0.2,node_radius=0.2", "node_radius goes with radius"},
               {"octet:radius=0.1,node_radius=0.05", "at least the radius of the struts"},
               {"octet:radius=0.5", "from 0.005 to 0.35"}};
    cupel_recipe r = {.seed = 77};
    cupel_err err;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) check_fails(cupel_recipe_of_text(bad[i].text, &r, &err), CUPEL_USAGE, &err, bad[i].words);
    assert_int_equal(r.seed, 77);
    cupel_json *root = NULL;
    static const char json[] = "{\"generator\": \"octet\", \"parameters\": {\"radius\": 0.1, \"fraction\": 0.2}}";
    check_ok(cupel_json_read(cupel_text_of(json), "a test", &root, &err), &err);
    check_fails(cupel_recipe_of_json(root, "a test", &r, &err), CUPEL_USAGE, &err, "both radius and fraction");
    cupel_json_free(root);
}

static void setting_the_one_forgets_the_other(void **state)
{
    (void)state;
    cupel_recipe r = settled("octet:fraction=0.3"), again;
    cupel_err err;
    cupel_str text = {0}, json = {0};
    cupel_json *root = NULL;
    check_ok(cupel_recipe_set(&r, "radius", 0.1, &err), &err);
    assert_true(r.n_thresholds == 0 && isnan(cupel_recipe_get(&r, "fraction")));
    cupel_recipe_text(&r, &text);
    assert_string_equal(cupel_str_text(&text), "octet:radius=0.1,seed=0");
    check_ok(cupel_recipe_settle(&r, &job, &err), &err);
    cupel_recipe_put(&r, &(cupel_json_out){.s = &json});
    check_ok(cupel_json_read((cupel_text){json.p, json.n}, "a test", &root, &err), &err);
    check_ok(cupel_recipe_of_json(root, "a test", &again, &err), &err);
    assert_true(cupel_recipe_fraction(&again) == cupel_recipe_fraction(&r) && cupel_recipe_get(&again, "radius") == 0.1);
    check_ok(cupel_recipe_set(&r, "fraction", 0.3, &err), &err);
    assert_true(isnan(cupel_recipe_get(&r, "radius")) && cupel_recipe_fraction(&r) == 0.3);
    cupel_json_free(root);
    cupel_str_free(&text);
    cupel_str_free(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_radius_is_in_edges_of_a_cell),
        cmocka_unit_test(radius_and_fraction_are_two_ways_to_say_one_thing),
        cmocka_unit_test(thin_struts_have_the_volume_of_cylinders),
        cmocka_unit_test(every_grid_has_the_volume_of_the_radius_settled_or_not),
        cmocka_unit_test(the_fraction_of_a_radius_does_not_depend_on_the_periods),
        cmocka_unit_test(nodes_are_told_as_a_ratio_or_as_a_length),
        cmocka_unit_test(exactly_one_of_two_is_given),
        cmocka_unit_test(setting_the_one_forgets_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
