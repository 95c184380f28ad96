/* Kernel values in float32: products of scaled rows by BLAS, tile by tile, each turned into kernel values while it is in the cache. */
#include "models/learn/smo.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/exp2.h"
#include "core/math/la.h"
#include "core/sys/par.h"
#include "models/learn/kernels/smo.h"
#include "models/learn/smo_parts.h"

#include <math.h>
#include <string.h>

enum { TILE = 512, MIRROR = 64 }; /* TILE rows by TILE columns: 1 MB of products */

const cupel_smo_kernels *cupel_smo_kernels_of(cupel_isa isa)
{
#if defined(__x86_64__)
    if (isa == CUPEL_ISA_AVX512) return &cupel_smo_avx512;
    if (isa == CUPEL_ISA_AVX2) return &cupel_smo_avx2;
#else
    (void)isa;
#endif
    return &cupel_smo_plain;
}

size_t cupel_smo_padded(size_t n) { return n > SIZE_MAX - CUPEL_SMO_PAD ? SIZE_MAX : (n + CUPEL_SMO_PAD - 1) / CUPEL_SMO_PAD * CUPEL_SMO_PAD; }

size_t cupel_smo_matrix_bytes(size_t n) { return cupel_mul(cupel_mul(n, cupel_smo_padded(n)), sizeof(float)); }

typedef struct filling {
    size_t n, d, ld;
    cupel_kernel kernel;
    const cupel_smo_kernels *k;
    float *x;    /* [n][d] scaled so that half a squared distance is what the kernel takes */
    float *half; /* [ld] half squared norms */
    float *value;
} filling;

static size_t less(size_t a, size_t b) { return a < b ? a : b; }

/* The tiles of one band of rows on and right of the diagonal. */
static cupel_status fill_band(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)worker;
    const filling *f = user;
    size_t from = item * TILE, rows = less(TILE, f->n - from);
    for (size_t at = from; at < f->n; at += TILE) {
        size_t columns = less(TILE, f->n - at);
        float *v = f->value + from * f->ld + at;
        cupel_status st = cupel_la_products_f32((cupel_matrix_f32_in){f->x + from * f->d, rows, f->d, f->d},
                                                (cupel_matrix_f32_in){f->x + at * f->d, columns, f->d, f->d},
                                                (cupel_matrix_f32){v, rows, columns, f->ld}, err);
        if (st != CUPEL_OK) return st;
        /* whole vectors: behind the last column there is padding, which is zeroed below */
        size_t whole = columns < TILE ? cupel_smo_padded(columns) : columns;
        for (size_t i = 0; i < rows; i++) f->k->values(f->kernel, whole, f->half[from + i], f->half + at, v + i * f->ld);
    }
    for (size_t i = 0; i < rows; i++) {
        float *row = f->value + (from + i) * f->ld;
        row[from + i] = 1;
        for (size_t t = f->n; t < f->ld; t++) row[t] = 0;
    }
    return CUPEL_OK;
}

/* What is left of the diagonal from what is right of it. */
static cupel_status mirror_band(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)worker;
    (void)err;
    const filling *f = user;
    size_t from = item * MIRROR, to = less(from + MIRROR, f->n);
    for (size_t at = 0; at < to; at += MIRROR)
        for (size_t i = from; i < to; i++)
            for (size_t j = at; j < less(at + MIRROR, i); j++) f->value[i * f->ld + j] = f->value[j * f->ld + i];
    return CUPEL_OK;
}

static void scale_rows(const cupel_problem *p, double scale, filling *f)
{
    for (size_t i = 0; i < p->n; i++) {
        double sum = 0;
        for (size_t j = 0; j < p->d; j++) {
            f->x[i * p->d + j] = (float)(p->x[i * p->d + j] * scale);
            sum += (double)f->x[i * p->d + j] * (double)f->x[i * p->d + j];
        }
        f->half[i] = (float)(0.5 * sum);
    }
}

cupel_status cupel_smo_matrix_make(const cupel_problem *p, cupel_kernel kernel, double gamma, cupel_smo_matrix *m, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t ld = cupel_smo_padded(p->n);
    filling f = {.n = p->n, .d = p->d, .ld = ld, .kernel = kernel, .k = cupel_smo_kernels_of(p->job->isa)};
    f.x = cupel_alloc_aligned(cupel_mul(p->n, p->d), sizeof *f.x);
    f.half = cupel_alloc_aligned(ld, sizeof *f.half);
    f.value = cupel_alloc_aligned(cupel_mul(p->n, ld), sizeof *f.value);
    if (!f.x || !f.half || !f.value) {
        st = cupel_no_memory(err, "the kernel matrix of a support vector machine", cupel_smo_matrix_bytes(p->n));
        goto done;
    }
    scale_rows(p, sqrt(kernel == CUPEL_KERNEL_RBF ? 2 * CUPEL_LOG2_E * gamma : 10 * gamma), &f);
    CUPEL_TRY(cupel_par_for(p->job->threads, (p->n + TILE - 1) / TILE, fill_band, &f, err));
    CUPEL_TRY(cupel_par_for(p->job->threads, (p->n + MIRROR - 1) / MIRROR, mirror_band, &f, err));
done:
    cupel_free(f.x);
    cupel_free(f.half);
    if (st == CUPEL_OK)
        *m = (cupel_smo_matrix){p->n, ld, f.value};
    else
        cupel_free(f.value);
    return st;
}

void cupel_smo_matrix_release(cupel_smo_matrix *m)
{
    cupel_free(m->value);
    *m = (cupel_smo_matrix){0};
}
