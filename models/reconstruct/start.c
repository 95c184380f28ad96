#include "models/reconstruct/parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/stats.h"

#include <math.h>
#include <string.h>

/* ---- the correlation of a field from the covariance of its cut ---- */

/* The share p lies above t: S2 - p^2 = 1 / 2 pi int_0^asin(rho) exp(-t^2 / (1 + sin a)) da. */
enum { STEPS = 2048 };
static const double PI = 3.14159265358979323846;

static double density(double t, double angle)
{
    const double s = 1 + sin(angle);
    return s > 1e-12 ? exp(-t * t / s) / (2 * PI) : t == 0 ? 1 / (2 * PI) : 0;
}

/* covariance [2 STEPS + 1] at angles from -pi / 2 to pi / 2 */
static void make_table(double phi, double *covariance)
{
    const double t = cupel_normal_quantile(1 - phi), step = PI / (2 * STEPS);
    covariance[STEPS] = 0;
    for (int way = -1; way <= 1; way += 2)
        for (int k = 1; k <= STEPS; k++) {
            const double a = way * (k - 1) * step, b = way * k * step;
            covariance[STEPS + way * k] =
                covariance[STEPS + way * (k - 1)] + way * step * (density(t, a) + 4 * density(t, (a + b) / 2) + density(t, b)) / 6;
        }
}

static double correlation_of(const double *covariance, double c)
{
    size_t low = 0, high = 2 * STEPS;
    if (c <= covariance[0]) return -1;
    if (c >= covariance[high]) return 1;
    while (high - low > 1) {
        const size_t middle = (low + high) / 2;
        if (covariance[middle] <= c)
            low = middle;
        else
            high = middle;
    }
    const double width = covariance[high] - covariance[low], share = width > 0 ? (c - covariance[low]) / width : 0;
    return sin(((double)low + share - STEPS) * PI / (2 * STEPS));
}

/* ---- the field ---- */

/* Correlations at all lags: those of the other half are those of the opposite lag. */
static void put_correlations(const cupel_reconstruct_target *t, size_t pitch, const double *table, double phi, float *q)
{
    const size_t *n = t->n;
    for (size_t i = 0; i < n[0]; i++)
        for (size_t j = 0; j < n[1]; j++)
            for (size_t k = 0; k < n[2]; k++) {
                const bool other = 2 * i > n[0];
                const size_t a = other ? n[0] - i : i, b = other ? (n[1] - j) % n[1] : j, c = other ? (n[2] - k) % n[2] : k;
                const double s2 = (double)t->s2[(a * n[1] + b) * n[2] + c];
                q[(i * n[1] + j) * pitch + k] = (float)correlation_of(table, s2 - phi * phi);
            }
}

static void put_noise(const cupel_reconstruct_target *t, size_t pitch, const cupel_reconstruct_options *o, float *q)
{
    const size_t *n = t->n;
    for (size_t row = 0; row < n[0] * n[1]; row++)
        for (size_t k = 0; k < n[2]; k++) q[row * pitch + k] = (float)cupel_rng_normal(o->seed, 2 * o->stream, row * n[2] + k);
}

typedef struct joining {
    const cupel_misfit *m;
    const float *power;
    float *q;
    double sum;              /* of squares */
} joining;

/* Amplitudes by the spectrum of the correlations, phases of the noise; both have their inner columns times sqrt 2. The mean is nothing. */
static void join_row(void *user, size_t at, size_t waves)
{
    joining *w = user;
    for (size_t k = 0; k < waves; k++, at += 2) {
        float *q = w->q + at;
        const double copies = cupel_misfit_copies(w->m, k), p = (double)w->power[at] / sqrt(copies);
        const double size = hypot((double)q[0], (double)q[1]), f = at && p > 0 && size > 0 ? sqrt(copies * p) / size : 0;
        q[0] = (float)(f * (double)q[0]);
        q[1] = (float)(f * (double)q[1]);
        w->sum += f * f * size * size;
    }
}

/* Unit variance, and the cut at 0: the mean is the first number of the spectrum. */
static cupel_status put_level(const cupel_reconstruct_target *t, cupel_misfit *m, double sum, float *q, float *z, cupel_err *err)
{
    const double voxels = (double)t->n[0] * (double)t->n[1] * (double)t->n[2], scale = sum > 0 ? sqrt(voxels / sum) : 0;
    const size_t size = cupel_misfit_size(m);
    float level = 0;
    unsigned char *one = cupel_alloc((size_t)voxels, 1);
    if (!one) return cupel_no_memory(err, "a reconstruction", 0);
    for (size_t k = 0; k < size; k++) q[k] *= (float)scale;
    cupel_status st = cupel_misfit_field(m, q, z, err);
    if (st == CUPEL_OK) st = cupel_reconstruct_cut(t, z, cupel_misfit_pitch(m), one, &level, err);
    q[0] -= (float)((double)level * sqrt(voxels));
    cupel_free(one);
    return st;
}

cupel_status cupel_reconstruct_start(const cupel_reconstruct_target *t, cupel_misfit *m, const cupel_reconstruct_options *o, float *q, float *z,
                                     cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t pitch = cupel_misfit_pitch(m);
    const double phi = (double)t->ones / ((double)t->n[0] * (double)t->n[1] * (double)t->n[2]);
    float *power = cupel_alloc_aligned(cupel_misfit_size(m), sizeof *power);
    double *table = cupel_alloc(2 * STEPS + 1, sizeof *table);
    if (!power || !table) CUPEL_TRY(cupel_no_memory(err, "a reconstruction", 0));
    make_table(phi, table);
    put_correlations(t, pitch, table, phi, z);
    CUPEL_TRY(cupel_misfit_spectrum(m, z, power, err));
    put_noise(t, pitch, o, z);
    CUPEL_TRY(cupel_misfit_spectrum(m, z, q, err));
    joining w = {.m = m, .power = power, .q = q};
    cupel_misfit_rows(m, join_row, &w);
    CUPEL_TRY(put_level(t, m, w.sum, q, z, err));
done:
    cupel_free(power);
    cupel_free(table);
    return st;
}

/* ---- cutting ---- */

/* Larger numbers have larger keys. */
static uint32_t key_of(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u >> 31 ? ~u : u | 0x80000000u;
}

/* The bin, from the top, in which the `rank`-th number (from 1) lies; *rank becomes its rank there. */
static size_t bin_of(const size_t *count, size_t *rank)
{
    size_t bin = 65535;
    for (; bin > 0 && count[bin] < *rank; bin--) *rank -= count[bin];
    return bin;
}

cupel_status cupel_reconstruct_cut(const cupel_reconstruct_target *t, const float *z, size_t pitch, unsigned char *one, float *level, cupel_err *err)
{
    const size_t rows = t->n[0] * t->n[1], n = t->n[2];
    size_t *count = cupel_alloc(65536, sizeof *count), rank = t->ones;
    if (!count) return cupel_no_memory(err, "a cut", 0);
    for (size_t r = 0; r < rows; r++)
        for (size_t k = 0; k < n; k++) count[key_of(z[r * pitch + k]) >> 16]++;
    const size_t high = bin_of(count, &rank);
    memset(count, 0, 65536 * sizeof *count);
    for (size_t r = 0; r < rows; r++)
        for (size_t k = 0; k < n; k++) {
            const uint32_t key = key_of(z[r * pitch + k]);
            if (key >> 16 == high) count[key & 65535]++;
        }
    const uint32_t last = (uint32_t)(high << 16 | bin_of(count, &rank));
    for (size_t r = 0; r < rows; r++)
        for (size_t k = 0; k < n; k++) {
            const uint32_t key = key_of(z[r * pitch + k]);
            const bool equal = key == last && rank > 0;
            if (key == last) *level = z[r * pitch + k];
            one[r * n + k] = key > last || equal;
            rank -= equal;
        }
    cupel_free(count);
    return CUPEL_OK;
}
