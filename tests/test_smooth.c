/* Smooth variants of every set in the list: no jumps as an element comes in, derivatives between, the plain value where every element is whole. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "descriptors/composition/smooth.h"

/* Metals that every table has, so that no set lacks a value. */
static const unsigned char metals[] = {13, 22, 23, 24, 26, 27, 28, 29, 40, 41, 42, 46, 47, 72, 73, 74, 78, 79};
enum { N_METALS = sizeof metals };

static void describe(const cupel_descriptor *d, const cupel_composition *c, bool smooth, double *x)
{
    cupel_batch b = {0};
    cupel_err err;
    check_ok(cupel_batch_add(&b, c, 0, &err), &err);
    (smooth ? cupel_smooth_compute(d, &b, 0, 1, CUPEL_ISA_PLAIN, x, d->n_columns, NULL)
            : d->compute(&b, 0, 1, CUPEL_ISA_PLAIN, x, d->n_columns, NULL));
    cupel_batch_release(&b);
}

/* n different metals with fractions of at least `least`, n * least < 1. */
static cupel_composition random_alloy(size_t k, unsigned n, double least)
{
    cupel_composition c = {.n = n};
    size_t order[N_METALS];
    double total = 0;
    cupel_rng_permutation(7, 2 * k, order, N_METALS);
    for (unsigned i = 0; i < n; i++) {
        c.z[i] = metals[order[i]];
        total += c.amount[i] = 0.05 + cupel_rng_uniform(7, 2 * k + 1, i);
    }
    for (unsigned i = 0; i < n; i++) c.amount[i] = least + (1 - n * least) * c.amount[i] / total;
    return c;
}

static cupel_composition with(const cupel_composition *c, unsigned char z, double amount)
{
    cupel_composition more = *c;
    more.z[more.n] = z;
    more.amount[more.n++] = amount;
    return more;
}

static unsigned char other_metal(const cupel_composition *c, size_t k)
{
    for (;; k++) {
        unsigned char z = metals[k % N_METALS];
        bool there = false;
        for (unsigned i = 0; i < c->n; i++) there |= c->z[i] == z;
        if (!there) return z;
    }
}

/* The size that a column has among alloys, to say what is near. */
static double scale(double a, double b) { return 1.0 + fabs(a) + fabs(b); }

static void whole_elements_change_nothing(void **state)
{
    (void)state;
    for (size_t s = 0; cupel_descriptors[s]; s++) {
        const cupel_descriptor *d = cupel_descriptors[s];
        double *x = cupel_alloc(d->n_columns, sizeof *x), *y = cupel_alloc(d->n_columns, sizeof *y);
        for (size_t k = 0; k < 20; k++) {
            cupel_composition c = k < N_METALS ? (cupel_composition){.n = 1, .z = {metals[k]}, .amount = {3}} : random_alloy(k, 4, 0.06);
            describe(d, &c, false, x);
            describe(d, &c, true, y);
            for (size_t j = 0; j < d->n_columns; j++)
                if (c.n == 1 || (!d->smooth && !isnan(x[j]))) check_close(y[j], x[j], 1e-14, 0);
        }
        cupel_free(x);
        cupel_free(y);
    }
}

/* As an element comes in, every column begins at the value without it: a millionth of the amount takes at least a hundredth of the way, where a root
 * (a mismatch) takes a thousandth and what jumps all of it. */
static void no_jump_where_an_element_comes_in(void **state)
{
    (void)state;
    for (size_t s = 0; cupel_descriptors[s]; s++) {
        const cupel_descriptor *d = cupel_descriptors[s];
        double *x[3];
        for (int i = 0; i < 3; i++) x[i] = cupel_alloc(d->n_columns, sizeof *x[i]);
        for (size_t k = 0; k < 40; k++) {
            cupel_composition c = random_alloy(k, 1 + (unsigned)(k % 5), 0.01);
            cupel_composition more = with(&c, other_metal(&c, k), 1e-6), less = with(&c, other_metal(&c, k), 1e-12);
            describe(d, &c, true, x[0]);
            describe(d, &more, true, x[1]);
            describe(d, &less, true, x[2]);
            for (size_t j = 0; j < d->n_columns; j++) {
                double far = fabs(x[1][j] - x[0][j]), near = fabs(x[2][j] - x[0][j]);
                if (isnan(far) || isnan(near) || near <= 0.01 * far + 1e-8 * scale(x[0][j], x[2][j])) continue;
                cupel_str name = {0};
                const char *unit;
                cupel_smooth_column(d, j, &name, &unit);
                fail_msg("%s: '%s' is %g without an element, %g and %g with 1e-6 and 1e-12 of it", d->method.name, cupel_str_text(&name), x[0][j],
                         x[1][j], x[2][j]);
            }
        }
        for (int i = 0; i < 3; i++) cupel_free(x[i]);
    }
}

/* The same with charges in play. What a set does not give for the compound, or for the compound with a trace, has no place to begin. */
static void no_jump_at_a_compound(void **state)
{
    (void)state;
    static const cupel_composition compounds[] = {
        {.n = 2, .z = {26, 8}, .amount = {2, 3}},          {.n = 2, .z = {11, 17}, .amount = {1, 1}},
        {.n = 3, .z = {56, 22, 8}, .amount = {1, 1, 3}},   {.n = 3, .z = {12, 13, 8}, .amount = {1, 2, 4}},
        {.n = 3, .z = {29, 49, 34}, .amount = {1, 1, 2}},  {.n = 2, .z = {31, 33}, .amount = {1, 1}}};
    static const unsigned char traces[] = {3, 9, 14, 16, 30, 57};
    size_t seen = 0;
    for (size_t s = 0; cupel_descriptors[s]; s++) {
        const cupel_descriptor *d = cupel_descriptors[s];
        double *x[3];
        for (int i = 0; i < 3; i++) x[i] = cupel_alloc(d->n_columns, sizeof *x[i]);
        for (size_t k = 0; k < sizeof compounds / sizeof *compounds * sizeof traces; k++) {
            const cupel_composition *c = &compounds[k / sizeof traces];
            cupel_composition more = with(c, traces[k % sizeof traces], 1e-6), less = with(c, traces[k % sizeof traces], 1e-12);
            describe(d, c, true, x[0]);
            describe(d, &more, true, x[1]);
            describe(d, &less, true, x[2]);
            for (size_t j = 0; j < d->n_columns; j++) {
                double far = fabs(x[1][j] - x[0][j]), near = fabs(x[2][j] - x[0][j]);
                if (isnan(far) || isnan(near)) continue;
                seen++;
                if (near <= 0.01 * far + 1e-8 * scale(x[0][j], x[2][j])) continue;
                fail_msg("%s: column %zu of compound %zu is %g, %g and %g with 1e-6 and 1e-12 of Z = %d", d->method.name, j, k / sizeof traces,
                         x[0][j], x[1][j], x[2][j], traces[k % sizeof traces]);
            }
        }
        for (int i = 0; i < 3; i++) cupel_free(x[i]);
    }
    assert_true(seen > 1000);
}

/* |f(a + h) - 2 f(a) + f(a - h)| for column j, a the amount of the first element. */
static void bends(const cupel_descriptor *d, const cupel_composition *c, double h, double *bend, double *x[3])
{
    cupel_composition moved = *c;
    for (int side = -1; side <= 1; side++) {
        moved.amount[0] = c->amount[0] + side * h;
        describe(d, &moved, true, x[side + 1]);
    }
    for (size_t j = 0; j < d->n_columns; j++) bend[j] = fabs(x[2][j] - 2 * x[1][j] + x[0][j]) / scale(x[0][j], x[2][j]);
}

/* Where a derivative exists, steps of a length h to both sides differ by h^2, a hundredth when h is a tenth; at a kink by h, at a jump not less. */
static void derivatives_exist_between(void **state)
{
    (void)state;
    for (size_t s = 0; cupel_descriptors[s]; s++) {
        const cupel_descriptor *d = cupel_descriptors[s];
        double *x[5];
        size_t bad = 0, all = 0;
        for (int i = 0; i < 5; i++) x[i] = cupel_alloc(d->n_columns, sizeof *x[i]);
        for (size_t k = 0; k < 60; k++) {
            cupel_composition c = random_alloy(k, 2 + (unsigned)(k % 4), 0.01);
            bends(d, &c, 1e-5, x[3], x);
            bends(d, &c, 1e-6, x[4], x);
            for (size_t j = 0; j < d->n_columns; j++) {
                if (isnan(x[3][j]) || isnan(x[4][j])) continue;
                all++;
                bad += x[3][j] > 1e-6 && x[4][j] > 0.03 * x[3][j];
            }
        }
        /* Which charges are chosen hangs on amounts: where two choices are as good the roles change all at once. */
        const size_t most = d == cupel_descriptor_find(cupel_text_of("ion_roles")) ? all / 100 : all / 500;
        if (bad > most) fail_msg("%s: %zu of %zu values have no derivative", d->method.name, bad, all);
        for (int i = 0; i < 5; i++) cupel_free(x[i]);
    }
}

static void carbide_and_a_trace_of_silicon_are_one_world(void **state)
{
    (void)state;
    const cupel_descriptor *d = cupel_descriptor_find(cupel_text_of("magpie"));
    cupel_composition pure = {.n = 2, .z = {26, 6}, .amount = {1, 1}}, trace = {.n = 3, .z = {26, 6, 14}, .amount = {100, 100, 1}};
    double plain[2][132], smooth[2][132], apart[2] = {0};
    for (int i = 0; i < 2; i++) {
        describe(d, i ? &trace : &pure, false, plain[i]);
        describe(d, i ? &trace : &pure, true, smooth[i]);
    }
    for (size_t j = 0; j < 132; j++) {
        apart[0] = fmax(apart[0], fabs(plain[0][j] - plain[1][j]) / scale(plain[0][j], plain[1][j]));
        apart[1] = fmax(apart[1], fabs(smooth[0][j] - smooth[1][j]) / scale(smooth[0][j], smooth[1][j]));
    }
    assert_true(apart[0] > 0.2 && apart[1] < 0.03);
    check_close(smooth[0][0], 6, 0, 0); /* minimum and maximum of whole elements are exact */
    check_close(smooth[0][1], 26, 0, 0);
    check_close(smooth[0][5], 16, 1e-14, 0); /* two main elements: the mean of both */
}

static void extremes_are_means_over_what_is_there(void **state)
{
    (void)state;
    cupel_presence p;
    const double amount[3] = {0.96, 0.02, 0.02}, v[3] = {2, 1, 5};
    double low, high, w = cupel_presence_weight(0.02);
    cupel_presence_of(amount, 3, &p);
    cupel_smooth_extremes(&p, v, &low, &high);
    check_close(low, w * 1 + (1 - w) * 2, 1e-15, 0);
    check_close(high, w * 5 + (1 - w) * 2, 1e-15, 0);
    check_close(w, 0.4 * 0.4 * (3 - 0.8), 1e-15, 0);
    assert_true(cupel_presence_weight(0) == 0 && cupel_presence_weight(0.05) == 1 && cupel_presence_weight(1) == 1);
}

/* The mean over detection limits by the integral itself, for the number of elements and a pair's enthalpy. */
static void detection_limits_by_quadrature(void **state)
{
    (void)state;
    const cupel_descriptor *d = cupel_descriptor_find(cupel_text_of("alloy"));
    cupel_composition c = {.n = 4, .z = {26, 28, 40, 13}, .amount = {0.92, 0.045, 0.02, 0.015}};
    double x[64], y[64], sum[64] = {0};
    enum { STEPS = 4000 };
    describe(d, &c, true, x);
    for (int i = 0; i < STEPS; i++) {
        double limit = 0.05 * (i + 0.5) / STEPS, share = cupel_presence_weight(0.05 * (i + 1.0) / STEPS) - cupel_presence_weight(0.05 * i / STEPS);
        cupel_composition seen = c;
        while (seen.amount[seen.n - 1] < limit) seen.n--;
        describe(d, &seen, false, y);
        for (size_t j = 0; j < d->n_columns; j++) sum[j] += share * y[j];
    }
    for (size_t j = 0; j < d->n_columns; j++)
        if (d->jumps(j) && j != 26) check_close(x[j], sum[j], 1e-3, 1e-3); /* 26: the main element, whose amount is what jumps */
}

static void only_columns_that_jump_are_renamed(void **state)
{
    (void)state;
    const cupel_descriptor *d = cupel_descriptor_find(cupel_text_of("magpie"));
    static const char *const want[6] = {"smooth MagpieData minimum Number", "smooth MagpieData maximum Number", "smooth MagpieData range Number",
                                        "MagpieData mean Number", "MagpieData avg_dev Number", "smooth MagpieData mode Number"};
    cupel_str name = {0};
    const char *unit;
    for (size_t j = 0; j < 6; j++) {
        cupel_str_clear(&name);
        cupel_smooth_column(d, j, &name, &unit);
        assert_string_equal(cupel_str_text(&name), want[j]);
    }
    cupel_str_free(&name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_elements_change_nothing),
        cmocka_unit_test(no_jump_where_an_element_comes_in),
        cmocka_unit_test(no_jump_at_a_compound),
        cmocka_unit_test(derivatives_exist_between),
        cmocka_unit_test(carbide_and_a_trace_of_silicon_are_one_world),
        cmocka_unit_test(extremes_are_means_over_what_is_there),
        cmocka_unit_test(detection_limits_by_quadrature),
        cmocka_unit_test(only_columns_that_jump_are_renamed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
