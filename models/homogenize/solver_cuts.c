/* Cut voxels: the laminate of their two phases, blended with their means. */
#include "models/homogenize/solver_cell.h"

#include <math.h>
#include <string.h>

void cupel_solve_semidefinite(size_t n, double *a, size_t m, double *b)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++) largest = fmax(largest, a[i * n + i]);
    for (size_t i = 0; i < n; i++) {
        const double pivot = a[i * n + i];
        const bool there = pivot > 1e-12 * largest;
        for (size_t j = 0; j < n; j++) a[i * n + j] = there ? a[i * n + j] / pivot : 0;
        for (size_t j = 0; j < m; j++) b[i * m + j] = there ? b[i * m + j] / pivot : 0;
        for (size_t k = 0; k < n; k++) {
            const double f = a[k * n + i];
            if (k == i || f == 0) continue;
            for (size_t j = 0; j < n; j++) a[k * n + j] -= f * a[i * n + j];
            for (size_t j = 0; j < m; j++) b[k * m + j] -= f * b[i * m + j];
        }
    }
}

/* [a] n as a matrix of fluxes x fields. */
static void times_normal(const cupel_cell *c, const double *a, const double normal[3], double *t)
{
    const size_t n = c->fluxes;
    for (size_t i = 0; i < n; i++)
        for (size_t f = 0; f < c->fields; f++) {
            t[i * c->fields + f] = 0;
            for (size_t d = 0; d < 3; d++)
                t[i * c->fields + f] += a[i * n + (c->fields == 1 ? d : (size_t)cupel_voigt_place((int)f, (int)d))] * normal[d];
        }
}

/* What the laminate of two phases loses against their mean: p (1 - p) [K]n (n K~ n)^-1 n[K], K~ = (1 - p) K_b + p K_a (Milton, The Theory of
 * Composites, 2002, section 9.3); and of the fluxes they have of their own, [K]n (n K~ n)^-1 n[t]. jump [n][m]: the columns of [K], or [t]. */
static void laminate_loss(const cupel_cell *c, double p, const double *a, const double *b, const double normal[3], const double *jump, size_t m,
                          double *loss)
{
    const size_t n = c->fluxes, f = c->fields;
    double difference[36], mixed[36], t[18], tn[18], acoustic[9], solved[18] = {0};
    for (size_t i = 0; i < n * n; i++) {
        difference[i] = b[i] - a[i];
        mixed[i] = (1 - p) * b[i] + p * a[i];
    }
    times_normal(c, difference, normal, t);
    times_normal(c, mixed, normal, tn);
    for (size_t i = 0; i < f; i++)
        for (size_t d = 0; d < 3; d++) {
            const size_t row = f == 1 ? d : (size_t)cupel_voigt_place((int)i, (int)d);
            for (size_t j = 0; j < f; j++) acoustic[i * f + j] = (d ? acoustic[i * f + j] : 0) + normal[d] * tn[row * f + j];
            for (size_t j = 0; j < m; j++) solved[i * m + j] += normal[d] * jump[row * m + j];
        }
    cupel_solve_semidefinite(f, acoustic, m, solved);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++) {
            loss[i * m + j] = 0;
            for (size_t k = 0; k < f; k++) loss[i * m + j] += p * (1 - p) * t[i * f + k] * solved[k * m + j];
        }
}

/* ((1 - p) a^-1 + p b^-1)^-1 = a (p a + (1 - p) b)^-1 b, also where one of the two is 0. */
static void harmonic_mean(size_t n, double p, const double *a, const double *b, double *out)
{
    double below[36], right[36];
    for (size_t i = 0; i < n * n; i++) below[i] = p * a[i] + (1 - p) * b[i];
    memcpy(right, b, n * n * sizeof *right);
    cupel_solve_semidefinite(n, below, n, right);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            out[i * n + j] = 0;
            for (size_t k = 0; k < n; k++) out[i * n + j] += a[i * n + k] * right[k * n + j];
        }
}

static void unit_normal(const cupel_cell *c, const cupel_cut *cut, double normal[3])
{
    double square = 0;
    for (size_t d = 0; d < 3; d++) {
        normal[d] = cut->normal[c->direction[d]];
        square += normal[d] * normal[d];
    }
    for (size_t d = 0; d < 3; d++) normal[d] /= sqrt(square);
}

void cupel_cut_tensor(const cupel_cell *c, const cupel_cut *cut, double *out)
{
    const size_t n = c->fluxes, nn = n * n;
    const double *a = c->tensors + cut->a * nn, *b = c->tensors + cut->b * nn, p = (double)cut->p, blend = (double)c->rule.blend;
    double normal[3], jump[36] = {0}, loss[36], reuss[36];
    for (size_t i = 0; i < nn; i++) jump[i] = b[i] - a[i];
    unit_normal(c, cut, normal);
    laminate_loss(c, p, a, b, normal, jump, n, loss);
    if (blend < 0) harmonic_mean(n, p, a, b, reuss);
    for (size_t i = 0; i < nn; i++) {
        const double voigt = (1 - p) * a[i] + p * b[i];
        if (n == 3 && !(c->rule.across[i / 3] > 0 && c->rule.across[i % 3] > 0)) reuss[i] = voigt;
        out[i] = (blend < 0 ? (1 + blend) * voigt - blend * reuss[i] : voigt) - (1 - fabs(blend)) * loss[i];
    }
}

/* Under uniform stress (Reuss) the stress at no strain is what undoes the mean of the free strains, S t of each phase. */
void cupel_cut_prestress(const cupel_cell *c, const cupel_cut *cut, double out[6])
{
    const double *a = c->tensors + cut->a * 36, *b = c->tensors + cut->b * 36, p = (double)cut->p, blend = (double)c->rule.blend;
    const double *ta = c->prestress + cut->a * 6, *tb = c->prestress + cut->b * 6;
    double normal[3], jump[6], loss[6], mean[36], difference[36], right[6], reuss[6] = {0};
    for (size_t i = 0; i < 6; i++) jump[i] = tb[i] - ta[i];
    unit_normal(c, cut, normal);
    laminate_loss(c, p, a, b, normal, jump, 1, loss);
    /* t_R = <t> - p (1 - p) [C] (p a + (1 - p) b)^-1 [t], the laminate's formula with every direction free */
    for (size_t i = 0; i < 36; i++) {
        mean[i] = p * a[i] + (1 - p) * b[i];
        difference[i] = b[i] - a[i];
    }
    memcpy(right, jump, sizeof right);
    cupel_solve_semidefinite(6, mean, 1, right);
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 6; j++) reuss[i] += p * (1 - p) * difference[6 * i + j] * right[j];
    for (size_t i = 0; i < 6; i++)
        out[i] = (1 - p) * ta[i] + p * tb[i] - (1 - fabs(blend)) * loss[i] - (blend < 0 ? -blend * reuss[i] : 0);
}
