#include "datasets/spaces/micro/spectrum_moments.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/stats.h"

#include <math.h>
#include <string.h>

enum { BINS = 96, ENTRIES_MAX = 256, WAVES_MOST = 40 };

#define STEP 0.03      /* of the logarithm of the argument of a bin: an eighth of the narrowest band that is usual */
static const double DEVIATIONS = 5;   /* where the density ends (random_field.h) */
static const double LOGISTIC = 1.702; /* its scale for which it is nearest to the normal distribution: 0.01 */

struct cupel_moments {
    size_t n, width;                         /* entries; sums in each: of w, of w Y */
    double first;                            /* logarithm of the argument of the first */
    double x[3][BINS], angle[3][BINS];       /* directions, and their angles with the axes */
    double harmonic[CUPEL_HARMONICS][BINS];
    float *sum;                              /* [BINS][n][width] */
};

/* Evenly over half a sphere: a spiral of golden angles. */
static void directions(cupel_moments *m)
{
    for (size_t b = 0; b < BINS; b++) {
        const double z = ((double)b + 0.5) / BINS, r = sqrt(1 - z * z), phi = 2.399963229728653 * (double)b;
        const double n[3] = {r * cos(phi), r * sin(phi), z};
        double y[CUPEL_HARMONICS];
        cupel_harmonics(n, y);
        for (size_t h = 0; h < CUPEL_HARMONICS; h++) m->harmonic[h][b] = y[h];
        for (size_t a = 0; a < 3; a++) {
            m->x[a][b] = n[a];
            m->angle[a][b] = acos(fmin(1, fabs(n[a])));
        }
    }
}

static size_t bin_of(const cupel_moments *m, const double k[3])
{
    size_t best = 0;
    double most = -1;
    for (size_t b = 0; b < BINS; b++) {
        const double c = fabs(k[0] * m->x[0][b] + k[1] * m->x[1][b] + k[2] * m->x[2][b]);
        if (c > most) most = c, best = b;
    }
    return best;
}

/* One wave of |K| = length: the radial density at each entry, argument [n]. */
static void add_wave(cupel_moments *m, const double *argument, const double k[3], double length, double power, double bandwidth)
{
    const double n[3] = {k[0] / length, k[1] / length, k[2] / length};
    float *sum = m->sum + bin_of(m, k) * m->n * m->width;
    double part[1 + CUPEL_HARMONICS] = {1};
    cupel_harmonics(n, part + 1);
    for (size_t e = 0; e < m->n; e++, sum += m->width) {
        const double x = (length * argument[e] - 1) / bandwidth, y = x / DEVIATIONS, window = 1 - y * y;
        if (!(window > 0)) continue;
        const double w = power * cupel_exp(-0.5 * x * x) * window * window;
        for (size_t i = 0; i < m->width; i++) sum[i] += (float)(w * part[i]);
    }
}

static void gather(cupel_moments *m, uint64_t seed, double bandwidth, int most)
{
    double argument[ENTRIES_MAX];
    for (size_t e = 0; e < m->n; e++) argument[e] = cupel_exp(m->first + STEP * (double)e);
    for (int k0 = -most; k0 <= most; k0++)
        for (int k1 = -most; k1 <= most; k1++)
            for (int k2 = k1 > 0 || (k1 == 0 && k0 > 0) ? 0 : 1; k2 <= most; k2++) {
                const int k[3] = {k0, k1, k2};
                const double at[3] = {k0, k1, k2}, length = sqrt(at[0] * at[0] + at[1] * at[1] + at[2] * at[2]);
                double re, im;
                if (length > most) continue;
                cupel_field_noise(seed, 0, k, &re, &im);
                add_wave(m, argument, at, length, re * re + im * im, bandwidth);
            }
}

cupel_status cupel_moments_new(const cupel_moments_spec *spec, cupel_moments **out, cupel_err *err)
{
    cupel_moments *m = cupel_alloc(1, sizeof *m);
    *out = NULL;
    if (!m) return cupel_no_memory(err, "moments of a spectrum", sizeof *m);
    const double least = fmax(spec->low, (1 + 3 * spec->bandwidth) / WAVES_MOST), most = fmax(spec->high, least);
    const double reach = fmin(ceil((1 + 4 * spec->bandwidth) / least), WAVES_MOST);
    m->first = cupel_log(least);
    m->n = 2 + (size_t)fmin(ceil((cupel_log(most) - m->first) / STEP), ENTRIES_MAX - 2);
    m->width = 1 + spec->n;
    m->sum = cupel_alloc(BINS * m->n, m->width * sizeof *m->sum);
    if (!m->sum) {
        cupel_moments_free(m);
        return cupel_no_memory(err, "moments of a spectrum", BINS * m->n * sizeof *m->sum);
    }
    directions(m);
    gather(m, spec->seed, spec->bandwidth, (int)reach);
    *out = m;
    return CUPEL_OK;
}

void cupel_moments_free(cupel_moments *m)
{
    if (!m) return;
    cupel_free(m->sum);
    cupel_free(m);
}

/* ---- one spectrum ---- */

/* About the logarithm of x: right at powers of two, between them within 0.006, continuous. What is learned from moments does not care, as long as
 * they are always the same; this is the inner loop. */
static double about_log(double x)
{
    uint64_t bits;
    double mantissa;
    memcpy(&bits, &x, sizeof bits);
    const int exponent = (int)(bits >> 52) - 1023;
    bits = (bits & 0xfffffffffffffU) | (uint64_t)1023 << 52;
    memcpy(&mantissa, &bits, sizeof mantissa);
    const double t = mantissa - 1;
    return 0.69314718055994531 * (exponent + t * (1 + 0.3465 * (1 - t)));
}

/* Where the argument whose square this is stands among the entries. */
static double place(const cupel_moments *m, double square)
{
    return fmin(fmax((0.5 * about_log(square) - m->first) * (1 / STEP), 0), (double)(m->n - 2));
}

/* The place of every bin. */
static void radial(const cupel_moments *m, const cupel_spectrum *s, double *at)
{
    double g[3][3];
    bool metric = false;
    const double square = s->wavelength * s->wavelength;
    for (size_t i = 0; i < 6; i++) metric = metric || s->metric[i] != 0;
    if (!metric) {
        for (size_t b = 0; b < BINS; b++) at[b] = place(m, square);
        return;
    }
    cupel_metric_exp(s->metric, g);
    for (size_t b = 0; b < BINS; b++) {
        const double x = m->x[0][b], y = m->x[1][b], z = m->x[2][b];
        const double q = g[0][0] * x * x + g[1][1] * y * y + g[2][2] * z * z + 2 * (g[1][2] * y * z + g[0][2] * x * z + g[0][1] * x * y);
        at[b] = place(m, square * q);
    }
}

static void times_harmonics(const cupel_moments *m, const cupel_spectrum *s, double *w)
{
    double sum[BINS] = {0};
    bool any = false;
    for (size_t h = 0; h < CUPEL_HARMONICS; h++) {
        if (s->harmonic[h] == 0) continue;
        any = true;
        for (size_t b = 0; b < BINS; b++) sum[b] += s->harmonic[h] * m->harmonic[h][b];
    }
    for (size_t b = 0; any && b < BINS; b++) w[b] *= cupel_exp(sum[b]);
}

/* 1 - product of (1 - share) over the cones */
static void times_cones(const cupel_moments *m, const cupel_spectrum *s, double *w)
{
    bool any = false;
    for (size_t a = 0; a < 3; a++) any = any || s->cone[a] > 0;
    for (size_t b = 0; any && b < BINS; b++) {
        double outside = 1;
        for (size_t a = 0; a < 3; a++) {
            const double x = (m->angle[a][b] - s->cone[a]) / s->edge;
            if (s->cone[a] > 0 && x < 5) outside *= x > -5 ? 1 / (1 + cupel_exp(-LOGISTIC * x)) : 0;
        }
        w[b] *= 1 - outside;
    }
}

void cupel_moments_of(const cupel_moments *m, const cupel_spectrum *s, double *moment)
{
    double at[BINS], w[BINS], sum[1 + CUPEL_MOMENTS_4] = {0};
    for (size_t b = 0; b < BINS; b++) w[b] = 1;
    radial(m, s, at);
    times_harmonics(m, s, w);
    times_cones(m, s, w);
    for (size_t b = 0; b < BINS; b++) {
        const size_t e = (size_t)at[b];
        const float *line = m->sum + (b * m->n + e) * m->width, *next = line + m->width;
        const double right = w[b] * (at[b] - (double)e), left = w[b] - right;
        for (size_t i = 0; i < m->width; i++) sum[i] += left * (double)line[i] + right * (double)next[i];
    }
    for (size_t i = 0; i + 1 < m->width; i++) moment[i] = sum[0] > 0 ? sum[i + 1] / sum[0] : 0;
}
