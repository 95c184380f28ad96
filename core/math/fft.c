#include "core/math/fft.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/kernels/fold.h"
#include "core/sys/par.h"

#include <assert.h>
#include <fftw3.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define PI 3.14159265358979323846

static const cupel_fold_kernels *fold_kernels(void)
{
#if defined(__x86_64__)
    if (cupel_isa_best() == CUPEL_ISA_AVX512) return &cupel_fold_avx512;
    if (cupel_isa_best() == CUPEL_ISA_AVX2) return &cupel_fold_avx2;
#endif
    return &cupel_fold_plain;
}

#define REAL float
#define CPLX fftwf_complex
#define PLAN fftwf_plan
#define FFTW(x) fftwf_##x
#define NAME(x) x##32
#include "core/math/fft_parts.h"

#undef REAL
#undef CPLX
#undef PLAN
#undef FFTW
#undef NAME
#define REAL double
#define CPLX fftw_complex
#define PLAN fftw_plan
#define FFTW(x) fftw_##x
#define NAME(x) x##64
#include "core/math/fft_parts.h"

struct cupel_fft {
    plans32 p;
};

struct cupel_fftd {
    plans64 p;
};

cupel_status cupel_fft_new(const size_t n[3], cupel_fft **f, cupel_err *err)
{
    *f = NULL;
    cupel_fft *w = cupel_alloc(1, sizeof *w);
    if (!w) return cupel_no_memory(err, "a Fourier transform", sizeof *w);
    const cupel_status st = make32(n, &w->p, err);
    if (st == CUPEL_OK)
        *f = w;
    else
        cupel_free(w);
    return st;
}

cupel_status cupel_fftd_new(const size_t n[3], cupel_fftd **f, cupel_err *err)
{
    *f = NULL;
    cupel_fftd *w = cupel_alloc(1, sizeof *w);
    if (!w) return cupel_no_memory(err, "a Fourier transform", sizeof *w);
    const cupel_status st = make64(n, &w->p, err);
    if (st == CUPEL_OK)
        *f = w;
    else
        cupel_free(w);
    return st;
}

void cupel_fft_free(cupel_fft *f)
{
    if (f) release32(&f->p);
    cupel_free(f);
}

void cupel_fftd_free(cupel_fftd *f)
{
    if (f) release64(&f->p);
    cupel_free(f);
}

size_t cupel_fft_length(size_t n, size_t multiple)
{
    for (;; n++) {
        size_t rest = n;
        while (rest % 2 == 0) rest /= 2;
        while (rest % 3 == 0) rest /= 3;
        while (rest % 5 == 0) rest /= 5;
        if (rest == 1 && n % multiple == 0) return n;
    }
}

size_t cupel_fft_pitch(const cupel_fft *f) { return f->p.pitch; }

size_t cupel_fftd_pitch(const cupel_fftd *f) { return f->p.pitch; }

size_t cupel_fft_size(const cupel_fft *f) { return f->p.n[0] * f->p.n[1] * f->p.pitch; }

size_t cupel_fftd_size(const cupel_fftd *f) { return f->p.n[0] * f->p.n[1] * f->p.pitch; }

static bool aligned(const void *x) { return (uintptr_t)x % 16 == 0; }

cupel_status cupel_fft_forward(const cupel_fft *f, float *x, size_t threads, cupel_err *err)
{
    assert(aligned(x));
    return transform32(&f->p, x, 0, threads, err);
}

cupel_status cupel_fft_backward(const cupel_fft *f, float *x, size_t threads, cupel_err *err)
{
    assert(aligned(x));
    return transform32(&f->p, x, 1, threads, err);
}

cupel_status cupel_fftd_forward(const cupel_fftd *f, double *x, size_t threads, cupel_err *err)
{
    assert(aligned(x));
    return transform64(&f->p, x, 0, threads, err);
}

cupel_status cupel_fftd_backward(const cupel_fftd *f, double *x, size_t threads, cupel_err *err)
{
    assert(aligned(x));
    return transform64(&f->p, x, 1, threads, err);
}

size_t cupel_fft_scratch(const cupel_fft *f, size_t fields) { return scratch32(&f->p, fields); }

void cupel_fft_plane_forward(const cupel_fft *f, const float *in, float *out, float *scratch) { plane_forward32(&f->p, in, out, scratch); }

void cupel_fft_plane_backward(const cupel_fft *f, const float *in, float *out, float *scratch) { plane_backward32(&f->p, in, out, scratch); }

size_t cupel_fft_blocks(const cupel_fft *f) { return f->p.n[1] * blocks_of_line32(&f->p); }

void cupel_fft_columns(const cupel_fft *f, size_t b, float *const *x, size_t fields, cupel_fft_product *product, void *user, float *scratch)
{
    const plans32 *p = &f->p;
    const size_t per_line = blocks_of_line32(p), k0 = b % per_line * p->block, each = 2 * p->n[0] * p->stride;
    const size_t n = p->half - k0 < p->block ? p->half - k0 : p->block;
    float *spectrum[CUPEL_FFT_FIELDS], *spare = scratch + fields * each;
    for (size_t c = 0; c < fields; c++) {
        spectrum[c] = scratch + c * each;
        gather32(p, x[c], b / per_line, k0, n, spare);
        fftwf_execute_dft(p->first[0], (fftwf_complex *)spare, (fftwf_complex *)spectrum[c]);
    }
    product(user, &(cupel_fft_columns_view){b / per_line, k0, n, p->stride, spectrum});
    for (size_t c = 0; c < fields; c++) {
        fftwf_execute_dft(p->first[1], (fftwf_complex *)spectrum[c], (fftwf_complex *)spare);
        scatter32(p, x[c], b / per_line, k0, n, spare);
    }
}

/* The columns of block b, and its place in the array. */
static cupel_fft_columns_view view_of(const plans32 *p, size_t b, float *const *spectrum)
{
    const size_t per_line = blocks_of_line32(p), k0 = b % per_line * p->block;
    return (cupel_fft_columns_view){b / per_line, k0, p->half - k0 < p->block ? p->half - k0 : p->block, p->stride, spectrum};
}

void cupel_fft_columns_forward(const cupel_fft *f, size_t b, const float *in, float *out, cupel_fft_product *product, void *user, float *scratch)
{
    const plans32 *p = &f->p;
    float *spectrum = scratch, *spare = scratch + 2 * p->n[0] * p->stride;
    const cupel_fft_columns_view v = view_of(p, b, &spectrum);
    gather32(p, in, v.j, v.k0, v.n, spare);
    fftwf_execute_dft(p->first[0], (fftwf_complex *)spare, (fftwf_complex *)spectrum);
    product(user, &v);
    if (out) scatter32(p, out, v.j, v.k0, v.n, spectrum);
}

void cupel_fft_columns_backward(const cupel_fft *f, size_t b, const float *in, float *out, cupel_fft_product *product, void *user, float *scratch)
{
    const plans32 *p = &f->p;
    float *spectrum = scratch, *spare = scratch + 2 * p->n[0] * p->stride;
    const cupel_fft_columns_view v = view_of(p, b, &spectrum);
    if (in) gather32(p, in, v.j, v.k0, v.n, spectrum);
    product(user, &v);
    fftwf_execute_dft(p->first[1], (fftwf_complex *)spectrum, (fftwf_complex *)spare);
    scatter32(p, out, v.j, v.k0, v.n, spare);
}
