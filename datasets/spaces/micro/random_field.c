#include "datasets/spaces/micro/random_field.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/fft.h"
#include "core/math/stats.h"
#include "core/sys/file.h"
#include "datasets/spaces/micro/interface.h"

#include <math.h>
#include <string.h>

#define TAU 6.28318530717958647692

enum { WAVES_MAX = 512, MODES_MAX = 1 << 23 };
#define DEVIATIONS 5.0

double cupel_normal_above(double x) { return cupel_normal_cdf(-x); }

double cupel_normal_quantile_above(double share)
{
    double low = -40, high = 40;
    for (int i = 0; i < 60; i++) {
        const double x = 0.5 * (low + high);
        if (cupel_normal_above(x) > share)
            low = x;
        else
            high = x;
    }
    return 0.5 * (low + high);
}

/* Associated Legendre functions by their stable recurrence in l, without the Condon-Shortley sign; Y_lm = N P_lm (cos, sin)(m phi). */
void cupel_harmonics(const double x[3], double *y)
{
    enum { L = 6 };
    const double z = x[2], s2 = fmax(0, 1 - z * z), s = sqrt(s2);
    const double c1 = s > 0 ? x[0] / s : 1, s1 = s > 0 ? x[1] / s : 0;
    double p[L + 1][L + 1] = {{1}}, cm[L + 1] = {1}, sm[L + 1] = {0};
    for (int m = 1; m <= L; m++) {
        p[m][m] = p[m - 1][m - 1] * s * (2 * m - 1);
        cm[m] = cm[m - 1] * c1 - sm[m - 1] * s1;
        sm[m] = sm[m - 1] * c1 + cm[m - 1] * s1;
    }
    for (int m = 0; m < L; m++) {
        p[m + 1][m] = z * (2 * m + 1) * p[m][m];
        for (int l = m + 2; l <= L; l++) p[l][m] = (z * (2 * l - 1) * p[l - 1][m] - (l + m - 1) * p[l - 2][m]) / (l - m);
    }
    for (int l = 2; l <= L; l += 2)
        for (int m = -l; m <= l; m++) {
            const int a = m < 0 ? -m : m;
            double ratio = 1; /* (l - a)! / (l + a)! */
            for (int q = l - a + 1; q <= l + a; q++) ratio /= q;
            const double norm = sqrt((2 * l + 1) / (2 * TAU) * ratio * (a ? 2 : 1));
            *y++ = norm * p[l][a] * (m < 0 ? sm[a] : cm[a]);
        }
}

/* exp of a symmetric matrix: its square root of order 2^8 by the series, then squared eight times. */
void cupel_metric_exp(const double h[6], double e[3][3])
{
    const double a[3][3] = {{h[0], h[5], h[4]}, {h[5], h[1], h[3]}, {h[4], h[3], h[2]}};
    double term[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, next[3][3];
    memcpy(e, term, sizeof term);
    for (int order = 1; order <= 8; order++) {
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++) {
                next[i][j] = 0;
                for (int k = 0; k < 3; k++) next[i][j] += term[i][k] * a[k][j] / (256.0 * order);
            }
        memcpy(term, next, sizeof term);
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++) e[i][j] += term[i][j];
    }
    for (int s = 0; s < 8; s++) {
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++) {
                next[i][j] = 0;
                for (int k = 0; k < 3; k++) next[i][j] += e[i][k] * e[k][j];
            }
        memcpy(e, next, sizeof next);
    }
}

typedef struct density {
    const cupel_spectrum *s;
    double g[3][3];
    double k0, width, most; /* of q */
    bool harmonics, cones;
} density;

static density prepare(const cupel_spectrum *s)
{
    density d = {.s = s, .k0 = 1 / s->wavelength, .width = s->bandwidth / s->wavelength};
    cupel_metric_exp(s->metric, d.g);
    d.most = d.k0 + DEVIATIONS * d.width;
    for (int i = 0; i < CUPEL_HARMONICS; i++) d.harmonics |= s->harmonic[i] != 0;
    for (int i = 0; i < 3; i++) d.cones |= s->cone[i] > 0;
    return d;
}

/* The share of the cones in a direction: of the union of blurred cones. */
static double in_cones(const cupel_spectrum *s, const double x[3])
{
    double outside = 1;
    for (int i = 0; i < 3; i++)
        if (s->cone[i] > 0) outside *= 1 - cupel_normal_above((acos(fmin(1, fabs(x[i]))) - s->cone[i]) / s->edge);
    return 1 - outside;
}

static double density_at(const density *d, const double k[3])
{
    double q2 = 0;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) q2 += k[i] * d->g[i][j] * k[j];
    const double x = (sqrt(q2) - d->k0) / d->width, y = x / DEVIATIONS, window = 1 - y * y;
    if (!(window > 0)) return 0;
    double p = exp(-0.5 * x * x) * window * window;
    if (!d->harmonics && !d->cones) return p;
    const double length = sqrt(k[0] * k[0] + k[1] * k[1] + k[2] * k[2]), n[3] = {k[0] / length, k[1] / length, k[2] / length};
    if (d->harmonics) {
        double h[CUPEL_HARMONICS], sum = 0;
        cupel_harmonics(n, h);
        for (int i = 0; i < CUPEL_HARMONICS; i++) sum += d->s->harmonic[i] * h[i];
        p *= exp(sum);
    }
    return d->cones ? p * in_cones(d->s, n) : p;
}

/* Bounds of K in the ellipsoid K . G . K <= most^2: most sqrt((G^-1)_ii). G^-1 = exp(-H). */
static void bounds(const density *d, int limit[3])
{
    double minus[6], inverse[3][3];
    for (int i = 0; i < 6; i++) minus[i] = -d->s->metric[i];
    cupel_metric_exp(minus, inverse);
    for (int i = 0; i < 3; i++) limit[i] = (int)fmin(floor(d->most * sqrt(inverse[i][i])), 1e6);
}

void cupel_field_noise(uint64_t seed, uint64_t field, const int k[3], double *re, double *im)
{
    const uint64_t stream = (uint64_t)(k[0] + 0x8000) << 32 | (uint64_t)(k[1] + 0x8000) << 16 | (uint64_t)(k[2] + 0x8000);
    *re = cupel_rng_normal(seed, stream, 2 * field) * 0.70710678118654752440; /* E |W|^2 = 1 */
    *im = cupel_rng_normal(seed, stream, 2 * field + 1) * 0.70710678118654752440;
}

/* Power still up to a factor, in `power`. K2 > 0, or K2 = 0 and K1 > 0, or both 0 and K0 > 0: one of each pair. */
static cupel_status list_modes(const density *d, cupel_modes *m, double *total, cupel_err *err)
{
    int limit[3];
    size_t cap = 0;
    bounds(d, limit);
    for (int i = 0; i < 3; i++)
        if (limit[i] > WAVES_MAX)
            return cupel_fail(err, CUPEL_USAGE,
                              "the wavelengths of this field are too short for one box: %d waves along axis %d, at most %d; make wavelength larger",
                              limit[i], i + 1, (int)WAVES_MAX);
    for (int k0 = -limit[0]; k0 <= limit[0]; k0++)
        for (int k1 = -limit[1]; k1 <= limit[1]; k1++)
            for (int k2 = k1 > 0 || (k1 == 0 && k0 > 0) ? 0 : 1; k2 <= limit[2]; k2++) {
                const double k[3] = {k0, k1, k2}, p = density_at(d, k);
                if (!(p > 0)) continue;
                if (m->n == MODES_MAX)
                    return cupel_fail(err, CUPEL_USAGE, "this field has more than %d waves; make wavelength larger", (int)MODES_MAX);
                if (!cupel_grow(&m->mode, &cap, m->n + 1, sizeof *m->mode)) return cupel_no_memory(err, "waves of a field", m->n * sizeof *m->mode);
                m->mode[m->n++] = (cupel_mode){.k = {(int16_t)k0, (int16_t)k1, (int16_t)k2}, .power = (float)p};
                *total += 2 * p;
            }
    if (!(*total > 0))
        return cupel_fail(err, CUPEL_USAGE, "no wave of one box has a length in the band of this field; make bandwidth larger or wavelength smaller");
    return CUPEL_OK;
}

cupel_status cupel_modes_make(const cupel_spectrum *s, uint64_t seed, uint64_t field, cupel_modes *modes, cupel_err *err)
{
    const density d = prepare(s);
    cupel_modes m = {0};
    double total = 0, square[3] = {0};
    cupel_status st = list_modes(&d, &m, &total, err);
    if (st != CUPEL_OK) {
        cupel_modes_release(&m);
        return st;
    }
    for (size_t i = 0; i < m.n; i++) {
        cupel_mode *w = &m.mode[i];
        const int k[3] = {w->k[0], w->k[1], w->k[2]};
        double re, im;
        const double p = (double)w->power / total;
        cupel_field_noise(seed, field, k, &re, &im);
        w->power = (float)p;
        w->re = (float)(sqrt(p) * re);
        w->im = (float)(sqrt(p) * im);
        for (int a = 0; a < 3; a++) square[a] += 2 * p * k[a] * k[a];
    }
    for (int a = 0; a < 3; a++) m.slope[a] = TAU * sqrt(square[a]);
    m.waves = sqrt(square[0] + square[1] + square[2]);
    *modes = m;
    return CUPEL_OK;
}

void cupel_modes_release(cupel_modes *m)
{
    cupel_free(m->mode);
    *m = (cupel_modes){0};
}

/* exp(i pi K / n) for K = 0 .. most: the centre of the first voxel. */
static float *half_voxel(const cupel_modes *m, const size_t n[3], size_t most[3])
{
    for (int a = 0; a < 3; a++) most[a] = 0;
    for (size_t i = 0; i < m->n; i++)
        for (int a = 0; a < 3; a++) {
            const int k = m->mode[i].k[a];
            const size_t size = (size_t)(k < 0 ? -k : k);
            if (size > most[a]) most[a] = size;
        }
    float *t = cupel_alloc(most[0] + most[1] + most[2] + 3, 2 * sizeof *t), *at = t;
    for (int a = 0; t && a < 3; a++)
        for (size_t k = 0; k <= most[a]; k++) {
            const double angle = 0.5 * TAU * (double)k / (double)n[a];
            *at++ = (float)cos(angle);
            *at++ = (float)sin(angle);
        }
    return t;
}

static void add_at(float *x, const size_t n[3], size_t pitch, const int k[3], float re, float im)
{
    size_t i[3];
    for (int a = 0; a < 3; a++) {
        const int size = (int)n[a], rest = k[a] % size;
        i[a] = (size_t)(rest < 0 ? rest + size : rest);
    }
    if (i[2] > n[2] / 2) return; /* the other of the pair stands for it */
    float *to = x + (i[0] * n[1] + i[1]) * pitch + 2 * i[2];
    to[0] += re;
    to[1] += im;
}

/* On a grid that is too coarse for a wave it adds to the wave that looks the same there: the samples stay those of the field. */
static void place_modes(const cupel_modes *m, const size_t n[3], const float *turn, const size_t most[3], size_t pitch, float *x)
{
    const float *const table[3] = {turn, turn + 2 * (most[0] + 1), turn + 2 * (most[0] + most[1] + 2)};
    for (size_t i = 0; i < m->n; i++) {
        const cupel_mode *w = &m->mode[i];
        float re = w->re, im = w->im;
        int k[3], minus[3];
        for (int a = 0; a < 3; a++) {
            k[a] = w->k[a];
            minus[a] = -k[a];
            const float *t = table[a] + 2 * (k[a] < 0 ? -k[a] : k[a]), s = k[a] < 0 ? -t[1] : t[1], r = re * t[0] - im * s;
            im = re * s + im * t[0];
            re = r;
        }
        add_at(x, n, pitch, k, re, im);
        add_at(x, n, pitch, minus, re, -im);
    }
}

cupel_status cupel_modes_field(const cupel_modes *m, const size_t n[3], float *f, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_fft *fft = NULL;
    size_t most[3];
    float *turn = half_voxel(m, n, most);
    if (!turn) CUPEL_TRY(cupel_no_memory(err, "waves of a field", 0));
    CUPEL_TRY(cupel_fft_new(n, &fft, err));
    const size_t pitch = cupel_fft_pitch(fft), rows = n[0] * n[1];
    if (cupel_fft_size(fft) > cupel_field_room(n)) CUPEL_TRY(cupel_fail(err, CUPEL_FAILED, "a transform needs more room than a field has"));
    memset(f, 0, cupel_fft_size(fft) * sizeof *f);
    place_modes(m, n, turn, most, pitch, f);
    CUPEL_TRY(cupel_fft_backward(fft, f, job->threads, err));
    for (size_t r = 1; r < rows; r++) memmove(f + r * n[2], f + r * pitch, n[2] * sizeof *f);
done:
    cupel_fft_free(fft);
    cupel_free(turn);
    return st;
}
