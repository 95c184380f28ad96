#include "models/learn/scale.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "models/learn/kernels/scale.h"

#include <math.h>

/* A column whose spread is rounding noise beside its size is constant. */
static const double CONSTANT = 1e-10;

/* Mean and standard deviation of column j by two passes. */
static void moments(const double *x, size_t n, size_t d, size_t j, double *mean, double *sd)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < n; i++) sum += x[i * d + j];
    double m = sum / (double)n;
    for (size_t i = 0; i < n; i++) square += (x[i * d + j] - m) * (x[i * d + j] - m);
    *mean = m;
    *sd = sqrt(square / (double)n);
}

static bool same_column(const double *x, size_t n, size_t d, size_t a, size_t b)
{
    for (size_t i = 0; i < n; i++)
        if (x[i * d + a] != x[i * d + b]) return false;
    return true;
}

static bool repeats(const cupel_scale *s, const double *x, size_t n, size_t j, double mean, double sd)
{
    for (size_t c = 0; c < s->k; c++)
        if (s->mean[c] == mean && s->factor[c] == 1 / sd && same_column(x, n, s->d, (size_t)s->column[c], j)) return true;
    return false;
}

cupel_status cupel_scale_learn(const double *x, size_t n, size_t d, cupel_scale *out, cupel_err *err)
{
    cupel_scale s = {.d = d, .farthest = CUPEL_FARTHEST, .column = cupel_alloc(d, sizeof(int64_t)), .mean = cupel_alloc(d, sizeof(double)),
                     .factor = cupel_alloc(d, sizeof(double))};
    if (!s.column || !s.mean || !s.factor) {
        cupel_scale_release(&s);
        return cupel_no_memory(err, "the scaling of the columns", 3 * d * sizeof(double));
    }
    for (size_t j = 0; j < d; j++) {
        double mean, sd;
        moments(x, n, d, j, &mean, &sd);
        if (!(sd > CONSTANT * fabs(mean)) || !(1 / sd <= CUPEL_LARGEST) || repeats(&s, x, n, j, mean, sd)) continue;
        s.column[s.k] = (int64_t)j;
        s.mean[s.k] = mean;
        s.factor[s.k] = 1 / sd;
        s.k++;
    }
    if (!s.k) {
        cupel_scale_release(&s);
        return cupel_fail(err, CUPEL_BAD_INPUT,
                          "nothing to learn from: all %zu columns are constant over the %zu training rows; give rows that differ", d, n);
    }
    *out = s;
    return CUPEL_OK;
}

void cupel_scale_release(cupel_scale *s)
{
    cupel_free(s->column);
    cupel_free(s->mean);
    cupel_free(s->factor);
    cupel_free(s->relevance);
    *s = (cupel_scale){0};
}

const cupel_scale_kernel *cupel_scale_kernel_of(cupel_isa isa)
{
#if defined(__x86_64__)
    if (isa == CUPEL_ISA_AVX512) return &cupel_scale_avx512;
    if (isa == CUPEL_ISA_AVX2) return &cupel_scale_avx2;
#else
    (void)isa;
#endif
    return &cupel_scale_plain;
}

void cupel_scale_apply(const cupel_scale *s, cupel_isa isa, const double *x, size_t ld, size_t n, double *z, size_t ldz)
{
    cupel_scale_kernel_of(isa)->apply(s, s->farthest, x, ld, n, z, ldz);
    for (size_t i = 0; s->relevance && i < n; i++)
        for (size_t c = 0; c < s->k; c++) z[i * ldz + c] *= s->relevance[c];
}

void cupel_scale_cut(const double *x, size_t ld, size_t n, size_t d, double *z)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++) {
            double v = x[i * ld + j];
            z[i * d + j] = v > CUPEL_FARTHEST ? CUPEL_FARTHEST : v < -CUPEL_FARTHEST ? -CUPEL_FARTHEST : v;
        }
}

bool cupel_all_within(const double *x, size_t n, double most)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs(x[i]) <= most)) return false;
    return true;
}
