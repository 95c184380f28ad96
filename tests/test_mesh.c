/* datasets/formats/mesh.c, mesh_pieces.c, stl.c, core/engine/surface.c: surfaces are watertight, turned outwards, and enclose what they should. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/surface.h"
#include "datasets/formats/volume.h"

#include <sys/stat.h>
#include <unistd.h>

static const cupel_job one_thread = {.threads = 1};

typedef struct half_edge {
    float a[3], b[3];
} half_edge;

static int by_ends(const void *x, const void *y) { return memcmp(x, y, sizeof(half_edge)); }

/* Every edge is run along once in either direction: two triangles meet there, both turned the same way. */
static void check_watertight(const cupel_mesh *m)
{
    half_edge *to = calloc(3 * m->n, sizeof *to), *fro = calloc(3 * m->n, sizeof *fro);
    for (size_t i = 0, n = 0; i < m->n; i++)
        for (size_t k = 0; k < 3; k++, n++) {
            const float *a = m->triangle[i] + 3 * k, *b = m->triangle[i] + 3 * ((k + 1) % 3);
            for (int c = 0; c < 3; c++) {
                assert_true(isfinite(a[c]));
                to[n].a[c] = fro[n].b[c] = a[c] + 0.0F; /* -0 is 0 */
                to[n].b[c] = fro[n].a[c] = b[c] + 0.0F;
            }
        }
    qsort(to, 3 * m->n, sizeof *to, by_ends);
    qsort(fro, 3 * m->n, sizeof *fro, by_ends);
    assert_memory_equal(to, fro, 3 * m->n * sizeof *to);
    for (size_t i = 1; i < 3 * m->n; i++) assert_true(by_ends(to + i - 1, to + i) < 0);
    free(to);
    free(fro);
}

static void mesh_of_values(const float *value, const size_t n[3], bool periodic, cupel_mesh *m)
{
    cupel_err err = {0};
    const cupel_level_field level = {
        .value = value, .n = {n[0], n[1], n[2]}, .edge = {(double)n[0], (double)n[1], (double)n[2]}, .periodic = periodic};
    check_ok(cupel_mesh_of(&level, NULL, m, &err), &err);
    check_watertight(m);
}

/* Noise has every case of every cell and face, also at the edges and corners of the box. */
static void noise_is_watertight(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 12; seed++) {
        const size_t n[3] = {9, 1 + seed, 12};
        const size_t count = n[0] * n[1] * n[2];
        float *value = calloc(count, sizeof *value);
        cupel_mesh m = {0}, rest = {0};
        for (size_t i = 0; i < count; i++) {
            const double x = cupel_rng_uniform(seed, 7, i) - 0.2 - 0.05 * (double)seed;
            value[i] = (float)(seed % 3 == 2 ? (x > 0 ? 0.5 : -0.5) : x);
        }
        mesh_of_values(value, n, seed % 2, &m);
        assert_true(m.n > 0 && m.volume > 0 && m.volume < (double)count);
        for (size_t i = 0; i < count; i++) value[i] = -value[i];
        mesh_of_values(value, n, seed % 2, &rest);
        cupel_mesh_release(&m);
        cupel_mesh_release(&rest);
        free(value);
    }
}

/* A full box is its six faces; nothing has no surface. */
static void a_full_box_is_closed(void **state)
{
    (void)state;
    const size_t n[3] = {3, 4, 5};
    float value[60];
    cupel_mesh m = {0};
    cupel_err err = {0};
    for (size_t i = 0; i < 60; i++) value[i] = 1;
    mesh_of_values(value, n, true, &m);
    check_close(m.volume, 60, 1e-5, 0);
    check_close(m.area, 2 * (12 + 15 + 20), 1e-5, 0);
    cupel_mesh_release(&m);
    for (size_t i = 0; i < 60; i++) value[i] = -1;
    mesh_of_values(value, n, true, &m);
    assert_true(m.n == 0);
    check_fails(cupel_stl_write("/nonexistent/x.stl", &m, "", NULL, &err), CUPEL_BAD_INPUT, &err, "nothing in the volume is solid");
    cupel_mesh_release(&m);
}

/* The level of a ball in the middle of a box: volume and area of second order in the voxel. */
static void a_ball_has_its_volume(void **state)
{
    (void)state;
    double off[2], off_area[2];
    for (size_t q = 0; q < 2; q++) {
        const size_t n[3] = {16 << q, 16 << q, 16 << q};
        float *value = calloc(n[0] * n[1] * n[2], sizeof *value);
        cupel_mesh m = {0};
        cupel_err err = {0};
        for (size_t i = 0, at = 0; i < n[0]; i++)
            for (size_t j = 0; j < n[1]; j++)
                for (size_t k = 0; k < n[2]; k++, at++) {
                    const double h = 1.0 / (double)n[0], x = ((double)i + 0.5) * h - 0.51, y = ((double)j + 0.5) * h - 0.49,
                                 z = ((double)k + 0.5) * h - 0.5;
                    value[at] = (float)((0.31 - sqrt(x * x + y * y + z * z)) / h);
                }
        const cupel_level_field level = {.value = value, .n = {n[0], n[1], n[2]}, .edge = {1, 1, 1}, .periodic = true};
        check_ok(cupel_mesh_of(&level, NULL, &m, &err), &err);
        check_watertight(&m);
        off[q] = fabs(m.volume / (4 * acos(-1) / 3 * 0.31 * 0.31 * 0.31) - 1);
        off_area[q] = fabs(m.area / (4 * acos(-1) * 0.31 * 0.31) - 1);
        cupel_mesh_release(&m);
        free(value);
    }
    assert_true(off[0] < 0.03 && off[1] < 0.3 * off[0]);
    assert_true(off_area[0] < 0.02 && off_area[1] < 0.4 * off_area[0]);
}

/* Structures that run through the faces of the box: the surface encloses the fraction of the recipe, and what it leaves is the other phase. Triangles
 * between the points of the level itself enclose less: of struts two voxels thick by per cents. */
static void structures_enclose_their_fraction(void **state)
{
    (void)state;
    static const char *const cases[] = {"gyroid:fraction=0.3,seed=1", "gaussian:fraction=0.4,wavelength=0.3,seed=2",
                                        "gyroid:fraction=0.25,stretch3=1.6,seed=1", "skeleton:fraction=0.06", "bcc_spheres:fraction=0.1"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_err err = {0};
        cupel_recipe r;
        cupel_mesh m = {0}, rest = {0};
        size_t n[3];
        double box[3];
        check_ok(cupel_recipe_of_text(cases[i], &r, &err), &err);
        check_ok(cupel_recipe_settle(&r, &one_thread, &err), &err);
        cupel_recipe_grid(&r, 48, n);
        cupel_recipe_box(&r, box);
        const cupel_solid solid = {.recipe = &r, .n = {n[0], n[1], n[2]}, .phase = 1}, other = {.recipe = &r, .n = {n[0], n[1], n[2]}};
        check_ok(cupel_surface_of(&solid, &one_thread, &m, &err), &err);
        check_ok(cupel_surface_of(&other, &one_thread, &rest, &err), &err);
        check_watertight(&m);
        check_watertight(&rest);
        const double all = box[0] * box[1] * box[2];
        check_close(m.volume / all, cupel_recipe_get(&r, "fraction"), 2e-4, 0);
        check_close((m.volume + rest.volume) / all, 1, 0, 2e-4);
        cupel_mesh_release(&m);
        cupel_mesh_release(&rest);
    }
}

static size_t pieces_of(const cupel_mesh *m)
{
    size_t pieces = 0;
    cupel_err err = {0};
    check_ok(cupel_mesh_pieces(m, &pieces, &err), &err);
    return pieces;
}

/* Voxels that touch are one piece; a hole is a piece too. */
static void pieces_share_no_corner(void **state)
{
    (void)state;
    const size_t n[3] = {7, 7, 7};
    float value[343];
    cupel_mesh m = {0};
    for (size_t i = 0; i < 343; i++) value[i] = -1;
    value[(1 * 7 + 1) * 7 + 1] = value[(5 * 7 + 5) * 7 + 5] = value[(5 * 7 + 5) * 7 + 4] = 1;
    mesh_of_values(value, n, false, &m);
    assert_int_equal(pieces_of(&m), 2);
    cupel_mesh one = {0};
    cupel_err err = {0};
    check_ok(cupel_mesh_largest(&m, &one, &err), &err);
    check_watertight(&one);
    assert_true(pieces_of(&one) == 1 && one.n < m.n && one.volume > 0.5 * m.volume && one.area < m.area);
    cupel_mesh_release(&one);
    cupel_mesh_release(&m);
    for (size_t i = 0; i < 343; i++) value[i] = -value[i];
    mesh_of_values(value, n, false, &m);
    assert_int_equal(pieces_of(&m), 3); /* the box, and two holes */
    cupel_mesh_release(&m);
    assert_int_equal(pieces_of(&m), 0);
}

/* Of two spheres one is removed: what is left is a ball, as smooth as it was. */
static void a_body_is_what_was_mended(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_recipe r;
    cupel_voxels v = {0};
    cupel_mesh m = {0};
    check_ok(cupel_recipe_of_text("bcc_spheres:fraction=0.1", &r, &err), &err);
    check_ok(cupel_recipe_settle(&r, &one_thread, &err), &err);
    const size_t n[3] = {32, 32, 32};
    check_ok(cupel_recipe_voxels(&r, n, &v, &one_thread, &err), &err);
    const uint16_t out = (uint16_t)cupel_voxels_id_of(&v, 0);
    for (size_t i = 0; i < 32 * 32 * 16; i++) v.id[i] = out;
    const cupel_solid solid = {.recipe = &r, .n = {32, 32, 32}, .phase = 1, .body = &v}, rest = {.recipe = &r, .n = {32, 32, 32}, .body = &v};
    check_ok(cupel_surface_of(&solid, &one_thread, &m, &err), &err);
    check_watertight(&m);
    assert_int_equal(pieces_of(&m), 1);
    check_close(m.volume, 0.05, 2e-2, 0); /* as exact as the spheres' voxels, by which it is halved */
    check_close(m.area, cbrt(36 * acos(-1) * m.volume * m.volume), 1e-2, 0);
    cupel_mesh_release(&m);
    check_ok(cupel_surface_of(&rest, &one_thread, &m, &err), &err);
    check_watertight(&m);
    assert_int_equal(pieces_of(&m), 2); /* the box, and the hole that the ball leaves */
    check_close(m.volume, 0.95, 1e-3, 0);
    cupel_mesh_release(&m);
    cupel_voxels_release(&v);
}

static uint32_t u32(const unsigned char *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24; }

static float real(const unsigned char *p)
{
    const uint32_t bits = u32(p);
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* What is in the file is the mesh, with unit normals that point out of the solid. */
static void a_file_holds_the_mesh(void **state)
{
    (void)state;
    char path[] = "/tmp/cupel-mesh-XXXXXX";
    const int fd = mkstemp(path);
    const size_t n[3] = {2, 2, 2};
    const float value[8] = {1, -1, -1, -1, -1, -1, -1, -1};
    unsigned char b[8192];
    cupel_mesh m = {0};
    cupel_err err = {0};
    assert_true(fd >= 0);
    close(fd);
    mesh_of_values(value, n, false, &m);
    check_ok(cupel_stl_write(path, &m, "cupel: a corner", NULL, &err), &err);
    FILE *f = fopen(path, "rb");
    const size_t size = fread(b, 1, sizeof b, f);
    fclose(f);
    assert_true(size == 84 + 50 * m.n && u32(b + 80) == m.n);
    assert_string_equal((char *)b, "cupel: a corner");
    for (size_t i = 0; i < m.n; i++) {
        const unsigned char *p = b + 84 + 50 * i;
        double length = 0, out = 0;
        for (int k = 0; k < 9; k++) assert_true(real(p + 12 + 4 * k) == m.triangle[i][k]);
        for (int k = 0; k < 3; k++) {
            const double normal = (double)real(p + 4 * k), corner = (double)real(p + 12 + 4 * k);
            length += normal * normal;
            out += normal * (corner - 0.4); /* the solid fills about (0, 1)^3 and is convex */
        }
        check_close(length, 1, 1e-5, 0);
        assert_true(out > 0);
    }
    cupel_mesh_release(&m);
    check_fails(cupel_volume_read(path, &(cupel_volume_options){.format = "stl"}, &(cupel_voxels){0}, &err), CUPEL_USAGE, &err, "written only");
    remove(path);
}

/* Stops at the n-th time that somebody looks. */
static bool stop_at(void *user)
{
    size_t *left = user;
    return *left == 0 || --*left == 0;
}

/* A job that is stopped ends soon, wherever it is: no surface, no file. */
static void a_stop_leaves_nothing(void **state)
{
    (void)state;
    char folder[] = "/tmp/cupel-mesh-XXXXXX", path[64];
    const size_t n[3] = {24, 24, 24};
    cupel_recipe r;
    cupel_err err = {0};
    size_t stops = 0;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/x.stl", folder);
    check_ok(cupel_recipe_of_text("gaussian:fraction=0.4,wavelength=0.2,seed=2", &r, &err), &err);
    check_ok(cupel_recipe_settle(&r, &one_thread, &err), &err);
    for (size_t at = 1;; at += 7, stops++) {
        size_t left = at;
        const cupel_job job = {.threads = 1, .user = &left, .stop = stop_at};
        err = (cupel_err){0};
        const cupel_solid solid = {.recipe = &r, .n = {n[0], n[1], n[2]}, .phase = 1};
        const cupel_status st = cupel_surface_write(&solid, path, &job, NULL, &err);
        if (st == CUPEL_OK) break;
        check_fails(st, CUPEL_INTERRUPTED, &err, "stopped while");
        assert_int_equal(rmdir(folder), 0); /* empty */
        assert_int_equal(mkdir(folder, 0700), 0);
    }
    assert_true(stops > 10); /* and it was looked at often: on the way to every plane and piece of the file */
    assert_int_equal(remove(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_is_watertight),   cmocka_unit_test(a_full_box_is_closed),
        cmocka_unit_test(a_ball_has_its_volume), cmocka_unit_test(structures_enclose_their_fraction),
        cmocka_unit_test(pieces_share_no_corner), cmocka_unit_test(a_body_is_what_was_mended),
        cmocka_unit_test(a_file_holds_the_mesh), cmocka_unit_test(a_stop_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
