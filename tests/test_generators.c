/* datasets/spaces/micro: what every generator has to hold. */
#include "tests/recipes.h"

#include "datasets/spaces/micro/solids.h"

/* Two-phase recipes that change smoothly: one of each family. */
static const char *const smooth[] = {"gyroid:fraction=0.4", "gyroid:fraction=0.3,sheet=1", "diamond:fraction=0.55", "primitive:fraction=0.25",
                                     "diamond:fraction=0.4,sheet=1,periods1=2,periods3=2",
                                     "gaussian:fraction=0.35,wavelength=0.3,seed=3", "gaussian_shell:fraction=0.4,wavelength=0.4,centre=0.3,seed=3",
                                     "spinodoid:fraction=0.6,wavelength=0.3,bandwidth=0.2,cone1=0,seed=3"};

/* The other two-phase ones, whose surfaces have edges or whose places jump. */
static const char *const others[] = {"sc_spheres:fraction=0.4",
                                     "bcc_spheres:fraction=0.65",
                                     "fcc_spheres:fraction=0.7,periods=2",
                                     "overlapping_spheres:fraction=0.5,count=40,seed=2",
                                     "overlapping_spheres:fraction=0.3,count=30,aspect2=2,aspect3=0.5,turned=1",
                                     "hard_spheres:fraction=0.25,count=30",
                                     "hard_spheres:fraction=0.15,count=20,aspect3=2.5",
                                     "square_fibres:fraction=0.6,axis=2",
                                     "random_fibres:fraction=0.35,count=20,axis=1",
                                     "laminate:fraction=0.37,normal1=2,normal2=-1,normal3=1",
                                     "ranked_laminate:layer1=0.3,layer2=0.2,layer3=0.1,periods1=4",
                                     "octet:fraction=0.25",
                                     "kelvin:fraction=0.15,node=1.6",
                                     "diamond_lattice:fraction=0.15",
                                     "reentrant:fraction=0.2,height=0.75",
                                     "octet_plates:fraction=0.3",
                                     "kelvin_foam:fraction=0.25",
                                     "octet:fraction=0.2,periods=2"};

enum { SMOOTH = sizeof smooth / sizeof *smooth, OTHERS = sizeof others / sizeof *others };

static const char *text_of(size_t i) { return i < SMOOTH ? smooth[i] : others[i - SMOOTH]; }

static double wanted(const cupel_recipe *r)
{
    if (strcmp(r->generator->method.name, "ranked_laminate") != 0) return cupel_recipe_get(r, "fraction");
    return 1 - (1 - cupel_recipe_get(r, "layer1")) * (1 - cupel_recipe_get(r, "layer2")) * (1 - cupel_recipe_get(r, "layer3"));
}

/* Shares are floats: their mean is good to 1e-8. */
static void every_grid_has_the_fraction_of_the_recipe(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMOOTH + OTHERS; i++) {
        const cupel_recipe r = recipe(text_of(i));
        static const size_t grid[] = {33, 48, 64};
        const size_t grids = getenv("CUPEL_SANITIZED") ? 1 : sizeof grid / sizeof *grid;
        for (size_t g = 0; g < grids; g++) check_close(fraction_of(&r, grid[g]), wanted(&r), 1e-6, 0);
    }
}

/* A grid of no particular shape has it too. */
static void a_grid_of_any_shape_has_it(void **state)
{
    (void)state;
    const cupel_recipe r = recipe("hexagonal_fibres:fraction=0.7,axis=2");
    size_t n[3];
    double f[2];
    cupel_recipe_grid(&r, 30, n);
    assert_true((n[0] == 30 || n[0] == 52) && n[1] == 30 && (n[0] == 52 || n[2] == 52)); /* 30 sqrt 3 = 51.96 across the fibres */
    cupel_mixture m = mixture(&r, 52, 5, 30);
    cupel_mixture_fractions(&m, f);
    check_close(f[1], 0.7, 1e-6, 0);
    cupel_mixture_release(&m);
}

/* The settled level has the fraction by itself: centres of 200^3 voxels counted at it, good to a few 1e-5 for a smooth surface. */
static void the_threshold_has_the_fraction_on_a_fine_grid(void **state)
{
    (void)state;
    const size_t n = getenv("CUPEL_SANITIZED") ? 90 : 200;
    for (size_t i = 0; i < 4; i++) {
        cupel_recipe r = recipe(smooth[i]);
        cupel_voxels v = {0};
        cupel_err err;
        double f[2];
        check_ok(cupel_recipe_voxels(&r, (const size_t[]){n, n + 1, n + 3}, &v, &job, &err), &err);
        cupel_voxels_fractions(&v, f);
        check_close(f[1], cupel_recipe_get(&r, "fraction"), 0, n < 200 ? 3e-4 : 1e-4);
        cupel_voxels_release(&v);
    }
}

/* The same interface on every grid: shares of 64 averaged over 2 x 2 x 2 are those of 32 but for the curvature within a voxel. */
static void coarsening_the_fine_grid_gives_the_coarse_one(void **state)
{
    (void)state;
    enum { N = 32 };
    for (size_t i = 0; i < SMOOTH; i++) {
        const cupel_recipe r = recipe(smooth[i]);
        float *fine = shares(&r, 2 * N), *coarse = shares(&r, N);
        double sum = 0;
        for (size_t x = 0; x < N; x++)
            for (size_t y = 0; y < N; y++)
                for (size_t z = 0; z < N; z++) {
                    double mean = 0;
                    for (size_t q = 0; q < 8; q++)
                        mean += (double)fine[((2 * x + (q >> 2)) * 2 * N + 2 * y + (q >> 1 & 1)) * 2 * N + 2 * z + (q & 1)] / 8;
                    const double d = mean - (double)coarse[(x * N + y) * N + z];
                    sum += d * d;
                }
        check_close(sqrt(sum / (N * N * N)), 0, 0, 0.01);
        cupel_free(fine);
        cupel_free(coarse);
    }
}

static void threads_do_not_change_a_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMOOTH + OTHERS; i++) {
        const cupel_recipe r = recipe(text_of(i));
        const size_t n[3] = {24, 20, 28};
        cupel_mixture a = {0}, b = {0};
        cupel_err err;
        check_ok(cupel_recipe_mixture(&r, n, &a, &(const cupel_job){.threads = 1}, &err), &err);
        check_ok(cupel_recipe_mixture(&r, n, &b, &(const cupel_job){.threads = 3}, &err), &err);
        assert_int_equal(a.n_cuts, b.n_cuts);
        assert_memory_equal(a.cut, b.cut, a.n_cuts * sizeof *a.cut);
        assert_memory_equal(a.row, b.row, (n[0] * n[1] + 1) * sizeof *a.row);
        assert_memory_equal(a.id8, b.id8, n[0] * n[1] * n[2]);
        cupel_mixture_release(&a);
        cupel_mixture_release(&b);
    }
}

/* A settled recipe and one that is not have the same mixture: the fraction decides. */
static void settling_does_not_change_the_mixture(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMOOTH; i++) {
        enum { N = 24 };
        cupel_recipe r = recipe(smooth[i]);
        cupel_err err;
        float *a = shares(&r, N);
        check_ok(cupel_recipe_settle(&r, &job, &err), &err);
        float *b = shares(&r, N);
        for (size_t q = 0; q < N * N * N; q++) check_close((double)a[q], (double)b[q], 0, 1e-4);
        cupel_free(a);
        cupel_free(b);
    }
}

/* Central differences of two steps agree to second order: twice the step, four times the difference. */
static void shares_change_smoothly_with_the_parameters(void **state)
{
    (void)state;
    enum { N = 20, COUNT = N * N * N };
    for (size_t i = 0; i < SMOOTH; i++) {
        cupel_recipe r = recipe(smooth[i]);
        cupel_err err;
        const double x = cupel_recipe_get(&r, "fraction"), h = 1e-3;
        float *s[4];
        for (int k = 0; k < 4; k++) {
            check_ok(cupel_recipe_set(&r, "fraction", x + h * (const double[]){-2, -1, 1, 2}[k], &err), &err);
            s[k] = shares(&r, N);
        }
        double sum = 0, differ = 0, norm = 0;
        for (size_t q = 0; q < COUNT; q++) {
            const double one = ((double)s[2][q] - (double)s[1][q]) / (2 * h), two = ((double)s[3][q] - (double)s[0][q]) / (4 * h);
            sum += one / COUNT;
            differ += (one - two) * (one - two);
            norm += one * one;
        }
        check_close(sum, 1, 0, 1e-3); /* float shares over the step */
        check_close(sqrt(differ / norm), 0, 0, 0.05);
        for (int k = 0; k < 4; k++) cupel_free(s[k]);
    }
}

/* The interior of the surface and its exterior are congruent: at one half, half a period along the diagonal turns one into the other. */
static void the_gyroid_is_its_own_complement(void **state)
{
    (void)state;
    enum { N = 16 };
    const cupel_recipe r = recipe("gyroid:fraction=0.5");
    float *s = shares(&r, N);
    for (size_t x = 0; x < N; x++)
        for (size_t y = 0; y < N; y++)
            for (size_t z = 0; z < N; z++) /* f(-u) = -f(u) */
                check_close((double)s[(x * N + y) * N + z] + (double)s[((N - 1 - x) * N + N - 1 - y) * N + N - 1 - z], 1, 0, 1e-4);
    cupel_free(s);
}

/* |f / |grad f|| against the distance itself, found by walking along the normal, within two voxels. */
static void the_level_is_the_distance_near_the_interface(void **state)
{
    (void)state;
    enum { N = 48 };
    cupel_recipe r = recipe("primitive:fraction=0.5");
    cupel_err err;
    float *level = cupel_alloc((size_t)N * N * N, sizeof *level);
    assert_non_null(level);
    check_ok(cupel_recipe_level(&r, (const size_t[]){N, N, N}, level, &job, &err), &err);
    const double k = 2 * acos(-1.0) / N;
    for (size_t q = 0; q < (size_t)N * N * N; q += 37) {
        const double x[3] = {(double)(q / (N * N)) + 0.5, (double)(q / N % N) + 0.5, (double)(q % N) + 0.5};
        double y[3] = {x[0], x[1], x[2]};
        for (int step = 0; step < 8; step++) { /* Newton along the gradient */
            double f = 0, g2 = 0;
            for (int d = 0; d < 3; d++) {
                f += cos(k * y[d]);
                g2 += k * k * sin(k * y[d]) * sin(k * y[d]);
            }
            for (int d = 0; d < 3; d++) y[d] -= f / g2 * -k * sin(k * y[d]);
        }
        const double true_d = sqrt((x[0] - y[0]) * (x[0] - y[0]) + (x[1] - y[1]) * (x[1] - y[1]) + (x[2] - y[2]) * (x[2] - y[2]));
        const double f = cos(k * x[0]) + cos(k * x[1]) + cos(k * x[2]);
        if (true_d < 2)
            check_close((double)level[q], f > 0 ? true_d : -true_d, 0, 0.12); /* curvature: d^2 / 2R, R about N / 2 pi */
        else
            assert_true((double)level[q] * f > 0 && fabs((double)level[q]) > 1.7);
    }
    cupel_free(level);
}

/* Shares of the fine grid against the coarse one where the surface has edges: none is far off in the mean. */
static void other_shapes_are_the_same_on_every_grid(void **state)
{
    (void)state;
    enum { N = 24 };
    for (size_t i = 0; i < OTHERS; i++) {
        const cupel_recipe r = recipe(others[i]);
        float *fine = shares(&r, 3 * N), *coarse = shares(&r, N);
        double sum = 0;
        for (size_t q = 0; q < (size_t)N * N * N; q++) {
            const size_t x = q / (N * N), y = q / N % N, z = q % N;
            double mean = 0;
            for (size_t k = 0; k < 27; k++)
                mean += (double)fine[((3 * x + k / 9) * 3 * N + 3 * y + k / 3 % 3) * 3 * N + 3 * z + k % 3] / 27;
            sum += fabs(mean - (double)coarse[q]) / (N * N * N);
        }
        check_close(sum, 0, 0, 0.035); /* twelve voxels per cell in the coarsest */
        cupel_free(fine);
        cupel_free(coarse);
    }
}

static void what_cannot_be_is_refused_with_its_limit(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } bad[] = {{"sc_spheres:fraction=0.53", "0.523599"},
               {"bcc_spheres:fraction=0.69", "0.680175"},
               {"fcc_spheres:fraction=0.7405", "0.7404"},
               {"square_fibres:fraction=0.79", "0.7853"},
               {"hard_spheres:fraction=0.35", "0.36"},
               {"random_fibres:fraction=0.5,gap=0.2", "0.52"},
               {"hard_spheres:count=1,fraction=0.1,aspect2=10", "longer than the box"},
               {"laminate:normal1=0", "all 0"},
               {"ranked_laminate:layer1=0,layer2=0", "at least one"},
               {"voronoi:fibre_l=0", "0 0 0"},
               {"random_fibres:count=1,fraction=0.52,gap=0", "0.52"}};
    cupel_recipe r;
    cupel_err err;
    for (size_t i = 0; i + 1 < sizeof bad / sizeof *bad; i++)
        check_fails(cupel_recipe_of_text(bad[i].text, &r, &err), CUPEL_USAGE, &err, bad[i].words);
    r = recipe("octet:fraction=0.005,periods=8"); /* struts of a hundredth of a voxel */
    cupel_mixture m = {0};
    check_fails(cupel_recipe_mixture(&r, (const size_t[]){16, 16, 16}, &m, &job, &err), CUPEL_USAGE, &err, "too coarse");
    assert_null(m.id8);
    double x[60];
    check_fails(cupel_place_hard(3, 20, 0.5, (const double[]){1, 1, 1}, 1, x, &job, &err), CUPEL_INFEASIBLE, &err, "found a place");
}

static void three_phases_have_their_fractions(void **state)
{
    (void)state;
    enum { N = 40 };
    cupel_recipe r = recipe("plurigaussian:fraction=0.2,fraction2=0.5,wavelength=0.4,wavelength2=0.3,seed=8");
    cupel_err err;
    double f[3], g[3];
    cupel_voxels v = {0};
    cupel_mixture m = mixture(&r, N, N, N);
    cupel_mixture_fractions(&m, f);
    check_close(f[0], 0.3, 1e-5, 0);
    check_close(f[1], 0.2, 1e-5, 0);
    check_close(f[2], 0.5, 1e-5, 0);
    check_ok(cupel_recipe_settle(&r, &job, &err), &err);
    assert_int_equal(r.n_thresholds, 2);
    check_ok(cupel_recipe_voxels(&r, (const size_t[]){N, N, N}, &v, &job, &err), &err);
    assert_int_equal(v.n_phases, 3);
    cupel_voxels_fractions(&v, g);
    for (int i = 0; i < 3; i++) check_close(g[i], f[i], 0, 0.003); /* counted centres */
    size_t differ = 0;
    for (size_t q = 0; q < (size_t)N * N * N; q++) differ += v.id[q] != m.id8[q];
    assert_true(differ < (size_t)N * N * N / 50);
    for (size_t c = 0; c < m.n_cuts; c++) assert_true(m.cut[c].a < m.cut[c].b && m.cut[c].b < 3 && m.cut[c].p > 0 && m.cut[c].p < 1);
    cupel_voxels_release(&v);
    cupel_mixture_release(&m);
    /* Smooth: a small step changes little, and twice the step twice as much. */
    float *s[3];
    for (int k = 0; k < 3; k++) {
        check_ok(cupel_recipe_set(&r, "wavelength2", 0.3 + 1e-3 * k, &err), &err);
        m = mixture(&r, 16, 16, 16);
        assert_non_null(s[k] = cupel_alloc(16 * 16 * 16, sizeof **s));
        for (size_t q = 0; q < 16 * 16 * 16; q++) s[k][q] = m.id8[q] == 2;
        for (size_t row = 0; row < 256; row++)
            for (size_t c = m.row[row]; c < m.row[row + 1]; c++) {
                const cupel_cut *cut = &m.cut[c];
                s[k][row * 16 + cut->k] = cut->b == 2 ? cut->p : 0;
            }
        cupel_mixture_release(&m);
    }
    double one = 0, two = 0;
    for (size_t q = 0; q < 16 * 16 * 16; q++) {
        one += fabs((double)s[1][q] - (double)s[0][q]);
        two += fabs((double)s[2][q] - (double)s[0][q]);
    }
    check_close(two / one, 2, 0.05, 0);
    for (int k = 0; k < 3; k++) cupel_free(s[k]);
}

/* Where a field is flat f / |grad f| is too small: far voxels are beyond two all the same. */
static void levels_far_from_the_interface_are_beyond_two(void **state)
{
    (void)state;
    enum { N = 24 };
    cupel_recipe r;
    cupel_err err = {0};
    size_t far = 0;
    check_ok(cupel_recipe_of_text("gaussian:fraction=0.3,wavelength=0.6,seed=4", &r, &err), &err);
    float *level = cupel_alloc((size_t)N * N * N, sizeof *level);
    assert_non_null(level);
    check_ok(cupel_recipe_level(&r, (const size_t[]){N, N, N}, level, &job, &err), &err);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            for (int k = 0; k < N; k++) {
                const float x = level[(i * N + j) * N + k];
                bool alone = true;
                for (int d = 0; d < 343 && alone; d++) {
                    const int a = d / 49 - 3, b = d / 7 % 7 - 3, c = d % 7 - 3;
                    if (a * a + b * b + c * c > 9) continue;
                    alone = (level[((i + a + N) % N * N + (j + b + N) % N) * N + (k + c + N) % N] > 0) == (x > 0);
                }
                if (!alone) continue;
                far++;
                assert_true(fabsf(x) > 2);
            }
    assert_true(far > 100);
    cupel_free(level);
}

static void more_than_two_phases_have_no_level(void **state)
{
    (void)state;
    float x[8];
    cupel_err err;
    const cupel_recipe r = recipe("voronoi:count=5");
    check_fails(cupel_recipe_level(&r, (const size_t[]){2, 2, 2}, x, &job, &err), CUPEL_USAGE, &err, "two-phase");
    check_fails(cupel_recipe_shares(&r, (const size_t[]){2, 2, 2}, x, &job, &err), CUPEL_USAGE, &err, "two-phase");
}

/* The row of a grid, the value at a place, its gradient and the steepest slope are four codes of one function. */
static void rows_and_places_are_the_same_function(void **state)
{
    static const char *const recipe[] = {"gyroid:fraction=0.3", "diamond:fraction=0.3", "primitive:fraction=0.3",
                                         "nodal_surface:c1_0_0=0.7,c0_1_-1=-0.4,c1_-1_1=0.3,c2_-1_1=0.2,c0_-1_2=0.1",
                                         "skeleton:phase=0,line0_1_-1=0.02,line1_-1_1=0.1,line2_-1_0=0.05,line0_1_-2=0.03,line-1_0_1=-0.02,"
                                         "plane1_1_0=0.03,c1_-1_1=0.1,c0_0_2=0.05",
                                         "skeleton:line1_1_1=0.1,line2_-1_0=0.05,plane1_1_0=0.03,c0_0_2=0.05,bend0_1=0.07,bend1_0=-0.04,"
                                         "bend2_1=0.1,bend0_2=-0.1"};
    (void)state;
    for (size_t c = 0; c < sizeof recipe / sizeof *recipe; c++) {
        cupel_recipe r;
        cupel_shape *shape;
        cupel_err err;
        const size_t n[3] = {6, 7, 9};
        float f[9];
        check_ok(cupel_recipe_of_text(recipe[c], &r, &err), &err);
        check_ok(r.generator->open(&r, &job, &shape, &err), &err);
        for (size_t i = 0; i < n[0]; i++)
            for (size_t j = 0; j < n[1]; j++) {
                r.generator->row(shape, n, i, j, f);
                for (size_t k = 0; k < n[2]; k++) {
                    const double u[3] = {((double)i + 0.5) / 6, ((double)j + 0.5) / 7, ((double)k + 0.5) / 9}, h = 1e-5;
                    double g[3], no[3];
                    const double at = r.generator->at(shape, u, g);
                    if (fabs((double)f[k] - at) >= 4e-6)
                        fail_msg("%s: at %zu %zu %zu the row has %.8g, the place %.8g", recipe[c], i, j, k, (double)f[k], at);
                    for (int a = 0; a < 3; a++) {
                        double up[3] = {u[0], u[1], u[2]}, down[3] = {u[0], u[1], u[2]};
                        up[a] += h, down[a] -= h;
                        assert_true(fabs(g[a] - (r.generator->at(shape, up, no) - r.generator->at(shape, down, no)) / (2 * h)) < 1e-5);
                    }
                    assert_true(sqrt(g[0] * g[0] + g[1] * g[1] + g[2] * g[2]) <= shape->slope * 1.001);
                }
            }
        r.generator->close(shape);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_grid_has_the_fraction_of_the_recipe),
        cmocka_unit_test(the_threshold_has_the_fraction_on_a_fine_grid),
        cmocka_unit_test(coarsening_the_fine_grid_gives_the_coarse_one),
        cmocka_unit_test(threads_do_not_change_a_byte),
        cmocka_unit_test(settling_does_not_change_the_mixture),
        cmocka_unit_test(shares_change_smoothly_with_the_parameters),
        cmocka_unit_test(the_gyroid_is_its_own_complement),
        cmocka_unit_test(the_level_is_the_distance_near_the_interface),
        cmocka_unit_test(a_grid_of_any_shape_has_it),
        cmocka_unit_test(other_shapes_are_the_same_on_every_grid),
        cmocka_unit_test(what_cannot_be_is_refused_with_its_limit),
        cmocka_unit_test(levels_far_from_the_interface_are_beyond_two),
        cmocka_unit_test(more_than_two_phases_have_no_level),
        cmocka_unit_test(rows_and_places_are_the_same_function),
        cmocka_unit_test(three_phases_have_their_fractions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
