/* core/engine/homogenize*.c */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/engine/homogenize.h"
#include "core/io/h5.h"
#include "core/io/json.h"

#include <fcntl.h>
#include <math.h>
#include <unistd.h>

static cupel_err err;
static const cupel_job job = {.threads = 2};

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "/tmp/cupel-homogenize-%ld-%s", (long)getpid(), name);
    return path;
}

static cupel_homogenized *run(const cupel_homogenize_options *o)
{
    cupel_homogenized *h = NULL;
    err = (cupel_err){0};
    check_ok(cupel_homogenize(o, &job, &h, &err), &err);
    return h;
}

/* [n] numbers of a data set. */
static float *read_set(cupel_h5 *f, const char *name, size_t *n)
{
    cupel_h5_info info;
    check_ok(cupel_h5_info_of(f, name, &info, &err), &err);
    *n = 1;
    for (int i = 0; i < info.rank; i++) *n *= info.shape[i];
    float *x = malloc(*n * sizeof *x);
    assert_non_null(x);
    check_ok(cupel_h5_rows(f, name, &info, 0, info.shape[0], x, &err), &err);
    return x;
}

static double mean_of(const float *x, size_t n, size_t parts, size_t part)
{
    double sum = 0;
    for (size_t i = part; i < n; i += parts) sum += (double)x[i];
    return sum / (double)(n / parts);
}

/* The mean strain is that of the load, the mean stress is the tensor's column, and the mean energy is half of stress times strain (Hill, Mandel). */
static void check_fields(const char *property, const char *const *phase, size_t order, const char *strain, const char *stress)
{
    static const char *const elastic[6] = {"11", "22", "33", "23", "13", "12"}, *const heat[3] = {"1", "2", "3"};
    const cupel_homogenize_options o = {.input = "gyroid:fraction=0.4,seed=1", .grid = "12", .property = property, .phase = phase, .n_phases = 2,
                                        .accuracy = 1e-7, .no_error = true, .fields = path_of("fields.h5")};
    cupel_homogenized *h = run(&o);
    cupel_h5 *f = NULL;
    const int fd = open(o.fields, O_RDONLY);
    assert_true(fd >= 0);
    check_ok(cupel_h5_open(fd, o.fields, &f, &err), &err);
    for (size_t l = 0; l < order; l++) {
        char name[64];
        size_t n;
        snprintf(name, sizeof name, "load-%s/%s", order == 6 ? elastic[l] : heat[l], strain);
        float *e = read_set(f, name, &n);
        for (size_t c = 0; c < order; c++) check_close(mean_of(e, n, order, c), c == l, 0, 1e-5);
        free(e);
        snprintf(name, sizeof name, "load-%s/%s", order == 6 ? elastic[l] : heat[l], stress);
        float *s = read_set(f, name, &n);
        for (size_t c = 0; c < order; c++)
            check_close(mean_of(s, n, order, c), h->estimate.on_grid[c * order + l], 0, 2e-3 * h->estimate.on_grid[0]); /* first order in the error */
        free(s);
        snprintf(name, sizeof name, "load-%s/energy", order == 6 ? elastic[l] : heat[l]);
        float *w = read_set(f, name, &n);
        check_close(mean_of(w, n, 1, 0), h->estimate.on_grid[l * (order + 1)] / 2, 1e-4, 0);
        free(w);
        assert_true(h->concentration[l] > 1);
        for (size_t p = 0; p < 2; p++)
            for (size_t q = 1; q < CUPEL_FIELD_QUANTILES; q++)
                assert_true(h->phase[p].quantile[l * CUPEL_FIELD_QUANTILES + q] >= h->phase[p].quantile[l * CUPEL_FIELD_QUANTILES + q - 1]);
    }
    check_ok(cupel_h5_close(&f, &err), &err);
    close(fd);
    unlink(o.fields);
    cupel_homogenized_free(h);
}

static void fields_have_the_means_of_their_load(void **state)
{
    (void)state;
    const char *const heat[2] = {"0:k=1", "1:k=5"}, *const solid[2] = {"0:E=1,nu=0.3", "1:E=5,nu=0.2"};
    check_fields("conduction", heat, 3, "gradient", "flux");
    check_fields("elasticity", solid, 6, "strain", "stress");
}

/* Orientations come with a recipe of grains. */
static void grains_of_a_recipe_are_turned(void **state)
{
    (void)state;
    const char *const phase[1] = {"*:C11=168,C12=121,C44=75"};
    const cupel_homogenize_options o = {.input = "voronoi:count=8,seed=1", .grid = "12", .property = "elasticity", .phase = phase, .n_phases = 1};
    cupel_homogenized *h = run(&o);
    assert_int_equal(h->n_phases, 8);
    /* Hill 1952: the bulk modulus of a polycrystal of cubic grains is that of the grains, whatever their arrangement */
    const double *c = h->estimate.tensor, bulk = (c[0] + c[7] + c[14] + 2 * (c[1] + c[2] + c[8])) / 9;
    check_close(bulk, (168 + 2 * 121) / 3.0, 1e-5, 0);
    assert_true(h->has_engineering && h->engineering.from_isotropic < 0.15);
    for (int p = 0; p < 8; p++) assert_true(h->phase[p].material.c[0][0] > 168.001); /* the cube's edge is the softest direction */
    cupel_homogenized_free(h);
}

static void the_answer_is_valid_json(void **state)
{
    (void)state;
    const char *const phase[2] = {"0:E=1,nu=0.3,alpha=1e-5", "1:E=5,nu=0.2,alpha=2e-5"};
    cupel_homogenize_options o = {.input = "gyroid:fraction=0.4,seed=1", .grid = "12", .property = "expansion", .phase = phase, .n_phases = 2};
    cupel_homogenized *h = run(&o);
    cupel_str s = {0}, t = {0};
    cupel_json *root = NULL;
    cupel_homogenized_json(h, &s);
    cupel_homogenized_table(h, &t);
    check_ok(cupel_json_read((cupel_text){s.p, s.n}, "the answer", &root, &err), &err);
    assert_int_equal(cupel_json_size(cupel_json_get(root, "tensor")), 3);
    assert_int_equal(cupel_json_size(cupel_json_get(root, "stiffness")), 6);
    double x;
    assert_true(cupel_json_number(cupel_json_at(cupel_json_at(cupel_json_get(root, "tensor"), 0), 0), &x) && x > 1e-5 && x < 2e-5);
    assert_non_null(strstr(cupel_str_text(&t), "expansion, ±"));
    cupel_json_free(root);
    cupel_str_free(&s);
    cupel_str_free(&t);
    cupel_homogenized_free(h);
}

static bool stop_at_once(void *user)
{
    (void)user;
    return true;
}

static void stopping_ends_cleanly(void **state)
{
    (void)state;
    const char *const phase[2] = {"0:k=1", "1:k=5"};
    const cupel_job stopped = {.threads = 1, .stop = stop_at_once};
    const cupel_homogenize_options o = {.input = "primitive:fraction=0.4,seed=1",
                                        .grid = "12",
                                        .property = "conduction",
                                        .phase = phase,
                                        .n_phases = 2,
                                        .fields = path_of("none.h5")};
    cupel_homogenized *h = NULL;
    check_fails(cupel_homogenize(&o, &stopped, &h, &err), CUPEL_INTERRUPTED, &err, "");
    assert_null(h);
    assert_true(access(o.fields, F_OK) != 0);
}

#ifdef CUPEL_FAULTS
/* A ball in a cell of 8 voxels, its halves two labels. */
static void write_ball(const char *path)
{
    const size_t n[3] = {8, 8, 8};
    cupel_voxels v = {0};
    check_ok(cupel_voxels_init(&v, 3, n, "a ball", &err), &err);
    for (size_t i = 0; i < 512; i++) {
        const double x = (double)(i / 64) - 3.5, y = (double)(i / 8 % 8) - 3.5, z = (double)(i % 8) - 3.5;
        v.id[i] = (uint16_t)(x * x + y * y + z * z < 8 ? x < 0 ? 1 : 2 : 0);
    }
    check_ok(cupel_voxels_number(&v, "a ball", &err), &err);
    check_ok(cupel_volume_write(path, NULL, &v, &err), &err);
    cupel_voxels_release(&v);
}

/* Every n-th allocation fails: the call says so, gives nothing, and leaves nothing behind (address sanitizer). */
static void every_allocation_may_fail(void **state)
{
    (void)state;
    const char *const heat[2] = {"0:k=1", "*:k=5"}, *const empty[2] = {"0:k=0", "*:k=5"};
    const char *const grow[3] = {"0:E=1,nu=.3,alpha=1", "1:E=5,nu=.2,alpha=2", "2:E=5,nu=.2,alpha=3"};
    char ball[128];
    snprintf(ball, sizeof ball, "%s", path_of("ball.npy"));
    write_ball(ball);
    const cupel_homogenize_options cases[3] = {
        {.input = ball, .property = "conduction", .phase = heat, .n_phases = 2},
        {.input = ball, .property = "expansion", .phase = grow, .n_phases = 3, .fields = path_of("faults.h5"), .accuracy = 1e-2},
        {.input = ball, .property = "conduction", .phase = empty, .n_phases = 2}, /* nothing carries: no solve */
    };
    for (size_t c = 0; c < 3; c++) {
        size_t failed = 0;
        for (size_t n = 1;; n += 1 + n / 16) {
            cupel_homogenized *h = NULL;
            cupel_str s = {0};
            cupel_mem_fail_at(n, true);
            cupel_status st = cupel_homogenize(&cases[c], &job, &h, &err);
            if (st == CUPEL_OK) {
                cupel_homogenized_json(h, &s);
                if (s.failed) st = CUPEL_NO_RESOURCE;
            } else {
                assert_null(h);
            }
            const bool reached = cupel_mem_count() >= n;
            cupel_mem_fail_at(0, false);
            cupel_str_free(&s);
            cupel_homogenized_free(h);
            if (!reached) break;
            assert_true(st != CUPEL_OK);
            failed++;
        }
        assert_true(failed > 20);
    }
    unlink(ball);
    unlink(path_of("faults.h5"));
}
#endif

/* Along fibres nothing is in the way: the arithmetic mean, whatever the blend across them; across, the exact value (tests/arrays.h) within its
 * bar. */
static void fibres_are_exact_along_themselves(void **state)
{
    (void)state;
    const char *const phase[] = {"0:k=1", "1:k=100"};
    const cupel_homogenize_options o = {.input = "square_fibres:fraction=0.3", .grid = "32", .property = "conduction", .phase = phase, .n_phases = 2};
    cupel_homogenized *h = run(&o);
    const double *x = h->estimate.tensor;
    check_close(x[8], 0.3 * 100 + 0.7, 1e-5, 0);
    for (int i = 0; i < 8; i += 4) assert_true(fabs(x[i] - 1.8359191179) <= h->estimate.error[i]);
    cupel_homogenized_free(h);
}

/* Layers that voxels do not follow, of any contrast: the harmonic mean of lambda + 2 mu across them. */
static void layers_are_exact(void **state)
{
    (void)state;
    const char *const phase[] = {"0:E=1,nu=0.3", "1:E=100,nu=0.3"};
    const cupel_homogenize_options o = {.input = "laminate:fraction=0.45", .grid = "16", .property = "elasticity", .phase = phase, .n_phases = 2};
    cupel_homogenized *h = run(&o);
    check_close(h->estimate.tensor[0], 1.3461538461538 / (0.55 + 0.45 / 100), 1e-4, 0);
    assert_true(h->estimate.error[0] < 1e-3 * h->estimate.tensor[0]);
    cupel_homogenized_free(h);
}

/* Beyond single precision: spheres that are not connected are as good as rigid (exact: McPhedran, McKenzie 1978, as tests/arrays.h); layers that are
 * crossed beside layers that carry are said not to be resolved. */
static void very_stiff_phases_are_a_limit(void **state)
{
    (void)state;
    const char *const phase[] = {"0:k=1", "1:k=1e7"};
    cupel_homogenize_options o = {.input = "sc_spheres:fraction=0.3", .grid = "24", .property = "conduction", .phase = phase, .n_phases = 2};
    cupel_homogenized *h = run(&o);
    assert_int_equal(h->n_warnings, 2);
    assert_true(h->estimate.resolved);
    for (int i = 0; i < 9; i += 4) {
        assert_true(fabs(h->estimate.tensor[i] - 2.33288451) <= h->estimate.error[i]);
        assert_true(h->estimate.error[i] < 0.02 * h->estimate.tensor[i]);
    }
    cupel_homogenized_free(h);
    o.input = "laminate:fraction=0.45";
    h = run(&o);
    assert_false(h->estimate.resolved);
    cupel_homogenized_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_are_exact),
        cmocka_unit_test(very_stiff_phases_are_a_limit),
        cmocka_unit_test(fibres_are_exact_along_themselves),
        cmocka_unit_test(fields_have_the_means_of_their_load),
        cmocka_unit_test(grains_of_a_recipe_are_turned),
        cmocka_unit_test(the_answer_is_valid_json),
        cmocka_unit_test(stopping_ends_cleanly),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(every_allocation_may_fail),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
