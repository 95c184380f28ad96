#include "core/math/mandel.h"

#include "core/math/small.h"

#include <math.h>
#include <string.h>

static const int first[6] = {0, 1, 2, 1, 0, 0}, second[6] = {0, 1, 2, 2, 2, 1};

/* Basis tensor J is (a b + b a) / 2 times sqrt(2) for a shear, a a else; r_IJ is component I of the turned one. */
void cupel_mandel_rotation(const double q[9], double *r)
{
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 6; j++) {
            const int a = first[i], b = second[i], c = first[j], d = second[j];
            const double x = (q[3 * a + c] * q[3 * b + d] + q[3 * a + d] * q[3 * b + c]) / 2;
            r[6 * i + j] = x * (i < 3 ? 1 : sqrt(2)) * (j < 3 ? 1 : sqrt(2));
        }
}

/* t = r t r^T, its symmetric part. */
static void turn(const double *r, size_t n, double *t)
{
    double left[36], transpose[36], x[36];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) transpose[i * n + j] = r[j * n + i];
    cupel_small_multiply(r, t, n, n, n, left);
    cupel_small_multiply(left, transpose, n, n, n, x);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) t[i * n + j] = (x[i * n + j] + x[j * n + i]) / 2;
}

void cupel_rotate_k(const double q[9], double *k) { turn(q, 3, k); }

void cupel_rotate_strain(const double q[9], double *e)
{
    double r[36], x[6];
    cupel_mandel_rotation(q, r);
    cupel_small_multiply(r, e, 6, 6, 1, x);
    memcpy(e, x, sizeof x);
}

void cupel_rotate_c(const double q[9], double *c)
{
    double r[36];
    cupel_mandel_rotation(q, r);
    turn(r, 6, c);
}

static void scale(double *c, double shear)
{
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 6; j++) c[6 * i + j] *= i < 3 && j < 3 ? 1 : i >= 3 && j >= 3 ? shear * shear : shear;
}

void cupel_mandel_of_voigt(double *c) { scale(c, sqrt(2)); }

void cupel_voigt_of_mandel(double *c) { scale(c, sqrt(0.5)); }

void cupel_bunge(double phi1, double Phi, double phi2, double q[9])
{
    const double degree = acos(-1) / 180;
    const double c1 = cos(phi1 * degree), s1 = sin(phi1 * degree), c = cos(Phi * degree), s = sin(Phi * degree), c2 = cos(phi2 * degree),
                 s2 = sin(phi2 * degree);
    /* g takes sample components to crystal components; q is its transpose */
    const double g[9] = {c1 * c2 - s1 * s2 * c, s1 * c2 + c1 * s2 * c, s2 * s, -c1 * s2 - s1 * c2 * c, -s1 * s2 + c1 * c2 * c, c2 * s,
                         s1 * s,                -c1 * s,               c};
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) q[3 * i + j] = g[3 * j + i];
}
