/* datasets/spaces/micro/spectrum_moments.c */
#include "tests/check.h"

#include "core/base/rng.h"
#include "datasets/spaces/micro/spectrum_moments.h"

static const double DEGREE = 0.017453292519943295769;

/* By the waves of the field itself. */
static void directly(const cupel_spectrum *s, uint64_t seed, double *moment)
{
    cupel_modes m;
    cupel_err err = {0};
    double all = 0;
    check_ok(cupel_modes_make(s, seed, 0, &m, &err), &err);
    memset(moment, 0, CUPEL_MOMENTS_4 * sizeof *moment);
    for (size_t i = 0; i < m.n; i++) {
        const cupel_mode *w = &m.mode[i];
        const double k[3] = {w->k[0], w->k[1], w->k[2]}, length = sqrt(k[0] * k[0] + k[1] * k[1] + k[2] * k[2]);
        const double n[3] = {k[0] / length, k[1] / length, k[2] / length}, power = (double)w->re * w->re + (double)w->im * w->im;
        double y[CUPEL_HARMONICS];
        cupel_harmonics(n, y);
        for (size_t h = 0; h < CUPEL_MOMENTS_4; h++) moment[h] += power * y[h];
        all += power;
    }
    for (size_t h = 0; h < CUPEL_MOMENTS_4; h++) moment[h] /= all;
    cupel_modes_release(&m);
}

typedef enum kind { PLAIN, METRIC, HARMONICS, BOTH, CONES, KINDS } kind;

static cupel_spectrum spectrum_of(kind k, uint64_t t)
{
    cupel_spectrum s = {.wavelength = 0.2 + 0.1 * cupel_rng_uniform(t, 0, 0), .bandwidth = 0.25, .edge = 5 * DEGREE};
    for (size_t i = 0; i < 6; i++)
        if (k == METRIC || k == BOTH) s.metric[i] = (i < 3 ? 1.5 : 0.8) * (cupel_rng_uniform(t, 1, i) - 0.5);
    for (size_t i = 0; i < 14; i++)
        if (k == HARMONICS || k == BOTH) s.harmonic[i] = 3 * (cupel_rng_uniform(t, 2, i) - 0.5);
    for (size_t i = 0; i < 3; i++)
        if (k == CONES) s.cone[i] = (i == t % 3 ? 25 + 40 * cupel_rng_uniform(t, 3, i) : 0) * DEGREE;
    return s;
}

/* Bins of 8 degrees, logistic edges and an approximate logarithm: a twentieth of what the moments vary by, of which there is much. */
static void moments_are_those_of_the_field(void **state)
{
    (void)state;
    for (int k = 0; k < KINDS; k++) {
        double miss = 0, size = 0;
        for (uint64_t t = 1; t <= 4; t++) {
            cupel_err err = {0};
            cupel_moments *m = NULL;
            double want[CUPEL_MOMENTS_4], got[CUPEL_MOMENTS_4];
            const cupel_spectrum s = spectrum_of((kind)k, t);
            check_ok(cupel_moments_new(&(cupel_moments_spec){t, s.bandwidth, 0.08, 0.8, CUPEL_MOMENTS_4}, &m, &err), &err);
            directly(&s, t, want);
            cupel_moments_of(m, &s, got);
            for (size_t i = 0; i < CUPEL_MOMENTS_4; i++) miss += (got[i] - want[i]) * (got[i] - want[i]), size += want[i] * want[i];
            cupel_moments_free(m);
        }
        assert_true(sqrt(miss) < (k == PLAIN ? 0.35 : 0.15) * sqrt(size)); /* of a plain field they are the noise of the seed alone */
    }
}

/* What is asked beyond the ends of the range, and for waves shorter than are looked at, is what stands at the end. */
static void ends_are_held(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_moments *m = NULL;
    double a[CUPEL_MOMENTS_2], b[CUPEL_MOMENTS_2];
    cupel_spectrum s = {.wavelength = 0.02, .bandwidth = 0.25};
    check_ok(cupel_moments_new(&(cupel_moments_spec){1, 0.25, 0.001, 0.3, CUPEL_MOMENTS_2}, &m, &err), &err);
    cupel_moments_of(m, &s, a);
    s.wavelength = 0.001;
    cupel_moments_of(m, &s, b);
    for (size_t i = 0; i < CUPEL_MOMENTS_2; i++) assert_true(isfinite(a[i]) && a[i] == b[i]);
    assert_true(fabs(a[0]) < 0.1); /* thousands of waves: nearly isotropic */
    cupel_moments_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_those_of_the_field),
        cmocka_unit_test(ends_are_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
