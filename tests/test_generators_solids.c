/* datasets/spaces/micro: the closed forms of spheres, struts, plates and layers, and that solids do not overlap and hang together. */
#include "tests/recipes.h"

#include "datasets/spaces/micro/solids.h"

/* Pieces of a phase by shared faces, periodic; `through`: the piece that comes last reaches itself again around the axis (by the winding of a walk).
 */
static size_t pieces(const cupel_voxels *v, int64_t label, bool through[3])
{
    const size_t count = cupel_voxels_count(v);
    int *seen = cupel_alloc(count, sizeof *seen), (*wind)[3] = cupel_alloc(count, sizeof *wind);
    size_t *stack = cupel_alloc(count, sizeof *stack), n = 0, top = 0;
    assert_true(seen && wind && stack);
    const int id = cupel_voxels_id_of(v, label);
    for (int i = 0; through && i < 3; i++) through[i] = false;
    for (size_t start = 0; start < count; start++) {
        if (v->id[start] != id || seen[start]) continue;
        seen[start] = (int)++n;
        stack[top++] = start;
        while (top) {
            const size_t q = stack[--top], at[3] = {q / (v->n[1] * v->n[2]), q / v->n[2] % v->n[1], q % v->n[2]};
            for (int s = 0; s < 6; s++) {
                size_t to[3] = {at[0], at[1], at[2]};
                int w[3] = {wind[q][0], wind[q][1], wind[q][2]};
                const int axis = s / 2;
                if (s % 2) {
                    w[axis] += at[axis] + 1 == v->n[axis];
                    to[axis] = (at[axis] + 1) % v->n[axis];
                } else {
                    w[axis] -= at[axis] == 0;
                    to[axis] = (at[axis] + v->n[axis] - 1) % v->n[axis];
                }
                const size_t k = (to[0] * v->n[1] + to[1]) * v->n[2] + to[2];
                if (v->id[k] != id) continue;
                for (int i = 0; through && seen[k] && i < 3; i++) through[i] |= w[i] != wind[k][i];
                if (seen[k]) continue;
                seen[k] = (int)n;
                memcpy(wind[k], w, sizeof w);
                stack[top++] = k;
            }
        }
    }
    cupel_free(seen);
    cupel_free(wind);
    cupel_free(stack);
    return n;
}

/* The radius of the closed form: the level of a sphere is R - |x - c| to the last digits of a float. */
static void arrays_have_the_radius_of_the_closed_form(void **state)
{
    (void)state;
    enum { N = 24 };
    const cupel_recipe r = recipe("sc_spheres:fraction=0.3");
    cupel_err err;
    const double radius = cbrt(0.3 * 3 / (4 * acos(-1.0)));
    float *level = cupel_alloc((size_t)N * N * N, sizeof *level);
    assert_non_null(level);
    check_ok(cupel_recipe_level(&r, (const size_t[]){N, N, N}, level, &job, &err), &err);
    for (size_t q = 0; q < (size_t)N * N * N; q++) {
        const double x = ((double)(q / (N * N)) + 0.5) / N - 0.5, y = ((double)(q / N % N) + 0.5) / N - 0.5, z = ((double)(q % N) + 0.5) / N - 0.5;
        const double d = (radius - sqrt(x * x + y * y + z * z)) * N;
        if (fabs(d) < 3)
            check_close((double)level[q], d, 0, 1e-4);
        else
            assert_true((double)level[q] * d > 0 && fabs((double)level[q]) > 2);
    }
    cupel_free(level);
}

static void hard_particles_do_not_overlap(void **state)
{
    (void)state;
    enum { COUNT = 200 };
    double x[3 * COUNT];
    const double stretch[3] = {1.5, 1, 0.7}, least = 0.1;
    cupel_err err;
    for (int dim = 2; dim <= 3; dim++) {
        const double d = dim == 2 ? 0.05 : least;
        check_ok(cupel_place_hard(dim, COUNT, d, stretch, 9, x, &job, &err), &err);
        for (int a = 0; a < COUNT; a++)
            for (int b = 0; b < a; b++) {
                double square = 0;
                for (int i = 0; i < dim; i++) {
                    double e = x[3 * a + i] - x[3 * b + i];
                    e = (e - floor(e + 0.5)) * stretch[i];
                    square += e * e;
                }
                assert_true(square >= d * d);
            }
    }
    const cupel_recipe r = recipe("hard_spheres:fraction=0.25,count=60,seed=4,gap=0.11"); /* and as voxels: as many pieces as particles */
    cupel_voxels v = {0};
    check_ok(cupel_recipe_voxels(&r, (const size_t[]){80, 80, 80}, &v, &job, &err), &err);
    assert_int_equal(pieces(&v, 1, NULL), 60);
    cupel_voxels_release(&v);
}

/* All struts and plates hang together and reach through the box along every axis; so does the space between struts. */
static void lattices_are_connected(void **state)
{
    (void)state;
    static const char *const text[] = {"octet:fraction=0.15",          "kelvin:fraction=0.1",
                                       "diamond_lattice:fraction=0.1", "reentrant:fraction=0.12,periods=2",
                                       "octet_plates:fraction=0.4",    "kelvin_foam:fraction=0.3", "skeleton:fraction=0.06"};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        const cupel_recipe r = recipe(text[i]);
        cupel_voxels v = {0};
        cupel_err err;
        bool through[3];
        check_ok(cupel_recipe_voxels(&r, (const size_t[]){48, 48, 48}, &v, &job, &err), &err);
        assert_int_equal(pieces(&v, 1, through), 1);
        assert_true(through[0] && through[1] && through[2]);
        if (i < 4 || i == 6) assert_int_equal(pieces(&v, 0, NULL), 1);
        if (i == 5) assert_int_equal(pieces(&v, 0, NULL), 2); /* two closed cells */
        cupel_voxels_release(&v);
    }
}

/* The radius against the leading terms for slender struts: length of struts in a cell times pi r^2, less what overlaps at nodes. */
static void struts_have_the_thickness_of_their_fraction(void **state)
{
    (void)state;
    cupel_recipe r = recipe("kelvin:fraction=0.02");
    cupel_err err;
    check_ok(cupel_recipe_settle(&r, &job, &err), &err);
    const double radius = -r.threshold[0], length = 24 * sqrt(2.0) / 4, slender = length * acos(-1.0) * radius * radius;
    assert_true(slender > 0.02 && slender < 0.0225);
}

/* One strut or plate by itself: a bar of circular section, a layer; every direction on its own. With the phase turned round the other one is left. */
static void parts_of_a_skeleton_have_their_size(void **state)
{
    (void)state;
    const char *const kind[] = {"line", "plane"};
    cupel_recipe r = recipe("skeleton:level=0,sharpness=500");
    const cupel_param *p = r.generator->method.params;
    cupel_err err;
    for (int plane = 0; plane < 2; plane++)
        for (size_t k = 0; p[k].name; k++) {
            int v[3];
            double share;
            if (strncmp(p[k].name, kind[plane], strlen(kind[plane])) != 0) continue;
            assert_int_equal(sscanf(p[k].name + strlen(kind[plane]), "%d_%d_%d", &v[0], &v[1], &v[2]), 3);
            for (size_t i = 0; p[i].name; i++)
                if (p[i].name[0] == 'l' && p[i].name[1] == 'i') r.value[i] = -0.2;
                else if (p[i].name[0] == 'p' && p[i].name[1] == 'l') r.value[i] = -0.2;
            r.value[k] = 0.04;
            check_ok(cupel_recipe_share(&r, (const size_t[]){96, 96, 96}, &share, &job, &err), &err);
            const double length = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]), t = 0.04 * 0.04 - 0.01 * 0.01; /* d is rounded off on the axis */
            check_close(share, plane ? 2 * length * sqrt(t) : length * acos(-1.0) * t, 0.04, 0);
        }
    cupel_recipe solid = recipe("skeleton:fraction=0.2"), turned = recipe("skeleton:fraction=0.8,phase=0");
    check_ok(cupel_recipe_settle(&solid, &job, &err), &err);
    check_ok(cupel_recipe_settle(&turned, &job, &err), &err);
    check_close(solid.threshold[0], -turned.threshold[0], 1e-4, 0);
}

/* The radius is counted in cells: as many cells as one likes have the same. */
static void the_radius_does_not_depend_on_the_periods(void **state)
{
    (void)state;
    cupel_recipe one = recipe("octet:fraction=0.1"), four = recipe("octet:fraction=0.1,periods=4");
    cupel_err err;
    check_ok(cupel_recipe_settle(&one, &job, &err), &err);
    check_ok(cupel_recipe_settle(&four, &job, &err), &err);
    assert_true(one.threshold[0] == four.threshold[0]);
    check_close(fraction_of(&four, 64), 0.1, 1e-6, 0);
}

static void layers_on_the_grid_are_exact(void **state)
{
    (void)state;
    const cupel_recipe r = recipe("laminate:fraction=0.25,normal3=2");
    cupel_mixture m = mixture(&r, 3, 4, 16);
    assert_int_equal(m.n_cuts, 0);
    for (size_t q = 0; q < 3 * 4 * 16; q++) assert_int_equal(m.id8[q], q % 8 < 2);
    cupel_mixture_release(&m);
    const cupel_recipe t = recipe("laminate:fraction=0.3,normal2=1"); /* 0.3 * 8 = 2.4 voxels */
    m = mixture(&t, 2, 8, 2);
    assert_int_equal(m.n_cuts, 4);
    for (size_t c = 0; c < m.n_cuts; c++) {
        check_close((double)m.cut[c].p, 0.4, 0, 1e-6);
        assert_true(abs(m.cut[c].normal[1]) == 32767 && m.cut[c].normal[0] == 0 && m.cut[c].normal[2] == 0);
    }
    cupel_mixture_release(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_have_the_radius_of_the_closed_form),
        cmocka_unit_test(hard_particles_do_not_overlap),
        cmocka_unit_test(lattices_are_connected),
        cmocka_unit_test(struts_have_the_thickness_of_their_fraction),
        cmocka_unit_test(parts_of_a_skeleton_have_their_size),
        cmocka_unit_test(layers_on_the_grid_are_exact),
        cmocka_unit_test(the_radius_does_not_depend_on_the_periods),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
