/* datasets/spaces/micro/polycrystal.c: grains against all images of their sites, their shares, sizes and orientations. */
#include "tests/recipes.h"

#include "core/base/rng.h"

/* Against all sites and all their images. */
static void voronoi_grains_are_the_nearest_of_all_images(void **state)
{
    (void)state;
    enum { N = 12, COUNT = 9 };
    const cupel_recipe r = recipe("voronoi:count=9,seed=11");
    cupel_voxels v = {0};
    cupel_err err;
    check_ok(cupel_recipe_voxels(&r, (const size_t[]){N, N, N}, &v, &job, &err), &err);
    for (size_t q = 0; q < (size_t)N * N * N; q++) {
        const double x[3] = {((double)(q / (N * N)) + 0.5) / N, ((double)(q / N % N) + 0.5) / N, ((double)(q % N) + 0.5) / N};
        double least = INFINITY;
        size_t best = 0;
        for (size_t s = 0; s < COUNT * 27; s++) {
            double square = 0;
            for (size_t i = 0; i < 3; i++) {
                const double shift = (double)(s % 27 /
                                              (i == 0   ? 1
                                               : i == 1 ? 3
                                                        : 9) %
                                              3) -
                                     1,
                             d = x[i] - cupel_rng_uniform(11, 1, 3 * (s / 27) + i) - shift;
                square += d * d;
            }
            if (square >= least) continue;
            least = square;
            best = s / 27;
        }
        assert_int_equal(v.label[v.id[q]], best);
    }
    cupel_voxels_release(&v);
}

/* Fractions by cuts of one grid and of a much finer one; and a face lies between the two grains it names. */
static void grains_have_their_shares(void **state)
{
    (void)state;
    double coarse[9], fine[9];
    const cupel_recipe r = recipe("voronoi:count=9,seed=11");
    cupel_mixture m = mixture(&r, 20, 20, 20);
    cupel_mixture_fractions(&m, coarse);
    for (size_t c = 0; c < m.n_cuts; c++) assert_true(m.cut[c].a < m.cut[c].b && m.cut[c].b < 9);
    cupel_mixture_release(&m);
    m = mixture(&r, 60, 60, 60);
    cupel_mixture_fractions(&m, fine);
    cupel_mixture_release(&m);
    for (int g = 0; g < 9; g++) check_close(coarse[g], fine[g], 0, 1e-3);
}

static void laguerre_grains_have_the_variation_asked_for(void **state)
{
    (void)state;
    enum { COUNT = 100, N = 60 };
    for (int t = 0; t < 2; t++) {
        cupel_recipe r = recipe("laguerre:count=100,seed=3");
        cupel_err err;
        cupel_voxels v = {0};
        double f[COUNT], square = 0;
        check_ok(cupel_recipe_set(&r, "variation", t ? 0.6 : 0, &err), &err);
        check_ok(cupel_recipe_voxels(&r, (const size_t[]){N, N, N}, &v, &job, &err), &err);
        assert_int_equal(v.n_phases, COUNT);
        cupel_voxels_fractions(&v, f);
        for (int i = 0; i < COUNT; i++) square += (COUNT * f[i] - 1) * (COUNT * f[i] - 1) / COUNT;
        if (t)
            check_close(sqrt(square), 0.6, 0.25, 0); /* a sample of 100 log-normal volumes */
        else
            assert_true(sqrt(square) < 0.06); /* Voronoi cells have 0.42 */
        cupel_voxels_release(&v);
    }
}

/* The crystal direction (h k l) in the sample: g^T h, with g of Bunge's angles. */
static void direction(const double angle[3], const double h[3], double v[3])
{
    const double k = acos(-1.0) / 180, c1 = cos(angle[0] * k), s1 = sin(angle[0] * k), c = cos(angle[1] * k), s = sin(angle[1] * k),
                 c2 = cos(angle[2] * k), s2 = sin(angle[2] * k);
    const double g[3][3] = {
        {c1 * c2 - s1 * s2 * c, s1 * c2 + c1 * s2 * c, s2 * s}, {-c1 * s2 - s1 * c2 * c, -s1 * s2 + c1 * c2 * c, c2 * s}, {s1 * s, -c1 * s, c}};
    for (int i = 0; i < 3; i++) v[i] = g[0][i] * h[0] + g[1][i] * h[1] + g[2][i] * h[2];
}

static void orientations_have_the_texture(void **state)
{
    (void)state;
    enum { COUNT = 4000 };
    static double angle[COUNT][3];
    cupel_err err;
    double v[3], mean[3] = {0}, square[3] = {0};
    cupel_recipe r = recipe("voronoi:count=4000,texture=1,axis=1,fibre_h=1,fibre_k=1,fibre_l=1,spread=0,seed=5");
    check_ok(cupel_recipe_orientations(&r, angle[0], &err), &err);
    for (int i = 0; i < 100; i++) {
        direction(angle[i], (const double[]){1, 1, 1}, v);
        check_close(v[0], sqrt(3.0), 1e-9, 0);
    }
    check_ok(cupel_recipe_set(&r, "spread", 10, &err), &err);
    check_ok(cupel_recipe_orientations(&r, angle[0], &err), &err);
    for (int i = 0; i < COUNT; i++) {
        direction(angle[i], (const double[]){1, 1, 1}, v);
        square[0] += pow(acos(fmin(1, v[0] / sqrt(3.0))) * 180 / acos(-1.0), 2) / COUNT;
    }
    check_close(sqrt(square[0]), 10, 0.04, 0);
    check_ok(cupel_recipe_set(&r, "texture", 0, &err), &err);
    check_ok(cupel_recipe_orientations(&r, angle[0], &err), &err);
    square[0] = 0;
    for (int i = 0; i < COUNT; i++) {
        direction(angle[i], (const double[]){0, 0, 1}, v);
        for (int d = 0; d < 3; d++) {
            mean[d] += v[d] / COUNT;
            square[d] += v[d] * v[d] / COUNT;
        }
    }
    for (int d = 0; d < 3; d++) { /* four standard errors of a direction without preference */
        check_close(mean[d], 0, 0, 4 * sqrt(1.0 / 3 / COUNT));
        check_close(square[d], 1.0 / 3, 0, 4 * 0.298 / sqrt(COUNT));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(voronoi_grains_are_the_nearest_of_all_images),
        cmocka_unit_test(grains_have_their_shares),
        cmocka_unit_test(laguerre_grains_have_the_variation_asked_for),
        cmocka_unit_test(orientations_have_the_texture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
