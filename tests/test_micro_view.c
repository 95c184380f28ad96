/* core/engine/micro/view.c, datasets/formats/png_write.c */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/engine/micro/view.h"
#include "datasets/formats/png_write.h"

#include <png.h>

static void a_picture_comes_back(void **state)
{
    (void)state;
    enum { W = 37, H = 21 };
    cupel_err err = {0};
    unsigned char rgba[W * H * 4], back[W * H * 4], *png = NULL, *again = NULL;
    size_t n = 0, m = 0;
    for (size_t i = 0; i < sizeof rgba; i++) rgba[i] = (unsigned char)(i * 7 + i / 11);
    check_ok(cupel_png_write(rgba, W, H, &png, &n, &err), &err);
    check_ok(cupel_png_write(rgba, W, H, &again, &m, &err), &err);
    assert_int_equal(n, m);
    assert_memory_equal(png, again, n);
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_memory(&image, png, n));
    assert_true(image.width == W && image.height == H);
    image.format = PNG_FORMAT_RGBA;
    assert_true(png_image_finish_read(&image, NULL, back, 0, NULL));
    assert_memory_equal(rgba, back, sizeof rgba);
    cupel_free(png);
    cupel_free(again);
    check_fails(cupel_png_write(rgba, 0, H, &png, &n, &err), CUPEL_BAD_INPUT, &err, "pixels");
#ifdef CUPEL_FAULTS
    for (size_t k = 1; k < 100; k++) {
        cupel_mem_fail_at(k, true);
        const cupel_status st = cupel_png_write(rgba, W, H, &png, &n, &err);
        cupel_mem_fail_at(0, false);
        if (st == CUPEL_OK) {
            cupel_free(png);
            break;
        }
        assert_int_equal(st, CUPEL_NO_RESOURCE);
    }
#endif
}

static double one(const void *user, const double n[3])
{
    (void)user;
    check_close(n[0] * n[0] + n[1] * n[1] + n[2] * n[2], 1, 1e-9, 0);
    return 2;
}

/* A ball covers the area of a disc. */
static void a_ball_is_a_disc(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_picture a = {0};
    enum { N = 60 };
    check_ok(cupel_view_surface(one, NULL, 2, 2, N, &a, &err), &err);
    double covered = 0;
    for (size_t i = 0; i < N * N; i++) covered += a.rgba[4 * i + 3] / 255.0;
    check_close(covered / (N * N), 3.14159265 / (2.1 * 2.1), 0.02, 0); /* a disc of radius 1 in a picture 2.1 wide, counted by 4 rays a pixel */
    assert_true(a.rgba[3] == 0 && a.rgba[4 * (N / 2 * N + N / 2) + 3] == 255);
    cupel_picture_release(&a);
    check_fails(cupel_view_surface(one, NULL, 0, 0, N, &a, &err), CUPEL_BAD_INPUT, &err, "above 0");
}

/* With `body`, of phase 1 in one body on a grid of 16. */
static double coverage_of(const char *recipe, bool body, size_t hidden, size_t *height)
{
    cupel_view *view = NULL;
    cupel_err err = {0};
    cupel_recipe r;
    cupel_picture p = {0}, slice = {0};
    cupel_one_body b = {.phase = 0};
    const cupel_job job = {.threads = 1};
    double covered = 0;
    check_ok(cupel_recipe_of_text(recipe, &r, &err), &err);
    check_ok(cupel_one_body_of(&r, (const size_t[]){16, 16, 16}, 2, 1, &job, &b, &err), &err);
    check_ok(cupel_view_open(&(cupel_seen){&r, body ? &b : NULL, 12, hidden}, &job, &view, &err), &err);
    check_ok(cupel_view_structure(view, 50, &job, &p, &err), &err);
    for (size_t i = 0; i < 50 * 50; i++) covered += p.rgba[4 * i + 3] / 255.0 / 2500;
    check_ok(cupel_view_slice(view, 1, &slice, &err), &err);
    *height = slice.height;
    cupel_view_close(view);
    cupel_one_body_release(&b);
    cupel_picture_release(&p);
    cupel_picture_release(&slice);
    return covered;
}

static double coverage(const char *recipe, size_t hidden, size_t *height) { return coverage_of(recipe, false, hidden, height); }

/* Of two spheres apart one is left. */
static void a_body_is_seen_without_its_islands(void **state)
{
    (void)state;
    size_t height;
    const double both = coverage_of("bcc_spheres:fraction=0.1", false, 0, &height), one = coverage_of("bcc_spheres:fraction=0.1", true, 0, &height);
    assert_true(one > 0.03 && one < 0.75 * both);
}

/* More of phase 1 covers more of the picture, at most the box: a hexagon. A long box is shown with several periods side by side. */
static void structures_are_seen(void **state)
{
    (void)state;
    size_t height, repeat[3];
    cupel_err err = {0};
    cupel_recipe r;
    const double little = coverage("gyroid:fraction=0.1,seed=1", 0, &height), most = coverage("gyroid:fraction=0.95,seed=1", 0, &height);
    /* A gyroid and what it leaves are the same shape. */
    check_close(coverage("gyroid:fraction=0.9,seed=1", 1, &height), little, 0.03, 0);
    assert_true(height == 12);
    assert_true(little > 0.05 && little < 0.5 * most);
    check_close(most, 0.578, 0.02,
                0); /* the box seen along (0.80, 0.50, 0.42): 4 (0.80 + 0.50 + 0.42) / |n| of the square of 0.98 times its diagonal */
    check_ok(cupel_recipe_of_text("gyroid:fraction=0.3,stretch3=2.1,seed=1", &r, &err), &err);
    cupel_view_repeat(&r, repeat);
    assert_true(repeat[0] == 2 && repeat[1] == 2 && repeat[2] == 1);
}

static void colours_have_ends(void **state)
{
    (void)state;
    unsigned char low[3], high[3], beyond[3];
    cupel_view_colour(0, low);
    cupel_view_colour(1, high);
    cupel_view_colour(7, beyond);
    assert_true(low[0] == 68 && low[1] == 1 && low[2] == 84 && high[0] == 253 && memcmp(high, beyond, 3) == 0);
    cupel_view_colour(NAN, beyond);
    assert_memory_equal(low, beyond, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_comes_back),
        cmocka_unit_test(a_ball_is_a_disc),
        cmocka_unit_test(structures_are_seen),
        cmocka_unit_test(a_body_is_seen_without_its_islands),
        cmocka_unit_test(colours_have_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
