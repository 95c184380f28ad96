/* datasets/spaces/micro/corner.c */
#include "tests/check.h"

#include "core/base/rng.h"
#include "core/matter/mixture.h"
#include "datasets/spaces/micro/corner.h"

#include <math.h>

static cupel_face random_face(uint64_t t, uint64_t i)
{
    cupel_face f = {.d = 1.4 * cupel_rng_uniform(3, t, 4 * i + 3) - 0.7};
    double square = 0;
    for (uint64_t k = 0; k < 3; k++) {
        f.normal[k] = cupel_rng_normal(3, t, 4 * i + k);
        square += f.normal[k] * f.normal[k];
    }
    for (int k = 0; k < 3; k++) f.normal[k] /= sqrt(square);
    return f;
}

/* One face: what the plane leaves. */
static void one_face_is_a_plane_cut(void **state)
{
    (void)state;
    for (uint64_t t = 0; t < 500; t++) {
        const cupel_face f = random_face(t, 0);
        double axis[3];
        check_close(cupel_corner_rest(1, &f), 1 - cupel_plane_cut(f.normal, f.d), 0, 1e-12);
        if (fabs(f.d) > 0.4) continue;
        cupel_corner_axis(1, &f, axis);
        for (int k = 0; k < 3; k++) check_close(fabs(axis[k]), fabs(f.normal[k]), 0, 1e-9);
    }
}

/* Several: counted on points of a fine grid. Their order does not matter. */
static void the_rest_is_what_no_body_fills(void **state)
{
    (void)state;
    enum { N = 40 };
    for (uint64_t t = 0; t < 40; t++) {
        const size_t n = 2 + t % (CUPEL_FACES_MAX - 1);
        cupel_face f[CUPEL_FACES_MAX], turned[CUPEL_FACES_MAX];
        size_t outside = 0;
        for (size_t i = 0; i < n; i++) f[i] = turned[n - 1 - i] = random_face(1000 + t, i);
        for (size_t q = 0; q < (size_t)N * N * N; q++) {
            const double x[3] = {((double)(q / N / N) + 0.5) / N - 0.5, ((double)(q / N % N) + 0.5) / N - 0.5, ((double)(q % N) + 0.5) / N - 0.5};
            size_t in = 0;
            for (size_t i = 0; i < n; i++) in += f[i].normal[0] * x[0] + f[i].normal[1] * x[1] + f[i].normal[2] * x[2] + f[i].d > 0;
            outside += in == 0;
        }
        check_close(cupel_corner_rest(n, f), (double)outside / (N * N * N), 0, 3e-3);
        check_close(cupel_corner_rest(n, f), cupel_corner_rest(n, turned), 0, 1e-12);
    }
}

/* Two bodies that nearly touch leave a layer between them: its share is its thickness, its axis the line between them. */
static void a_gap_is_a_layer(void **state)
{
    (void)state;
    const double gap = 0.2;
    const cupel_face f[2] = {{{0, 0.6, 0.8}, -gap / 2}, {{0, -0.6, -0.8}, -gap / 2}};
    double axis[3];
    const double whole = cupel_plane_cut(f[0].normal, gap / 2) - cupel_plane_cut(f[0].normal, -gap / 2);
    check_close(cupel_corner_rest(2, f), whole, 0, 1e-12);
    cupel_corner_axis(2, f, axis);
    for (int k = 0; k < 3; k++) check_close(fabs(axis[k]), fabs(f[0].normal[k]), 0, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_face_is_a_plane_cut),
        cmocka_unit_test(the_rest_is_what_no_body_fills),
        cmocka_unit_test(a_gap_is_a_layer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
