#include "models/learn/machine.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/exp2.h"
#include "models/learn/kernels/machine.h"

#include <math.h>

struct cupel_machine {
    size_t m, d, n_sums;
    double *centre, *bias;
    double *weights64, *weights32; /* [n_panels][n_sums][WIDTH] */
    double *panels64;
    float *panels32;
    double *half64[2]; /* [0] plain, [1] fused multiply-add (zeros where the processor has none) */
    float *half32[2];
    cupel_expansion wide, narrow; /* half is filled in by the call */
};

const cupel_machine_kernels *cupel_machine_kernels_of(cupel_isa isa)
{
#if defined(__x86_64__)
    if (isa == CUPEL_ISA_AVX512) return &cupel_machine_avx512;
    if (isa == CUPEL_ISA_AVX2) return &cupel_machine_avx2;
#else
    (void)isa;
#endif
    return &cupel_machine_plain;
}

/* n in groups of `size`, the last perhaps not full. */
static size_t groups_of(size_t n, size_t size) { return n / size + (n % size != 0); }

static size_t plus(size_t a, size_t b) { return a > SIZE_MAX - b ? SIZE_MAX : a + b; }

/* Bytes of one precision. */
static size_t pack_bytes(size_t m, size_t d, size_t n_sums, size_t width, size_t chunk, size_t real)
{
    const size_t lines = cupel_mul(plus(m, width), plus(d, cupel_mul(2, groups_of(d, chunk)))); /* coordinates and two kinds of half norms */
    return plus(cupel_mul(lines, real), cupel_mul(cupel_mul(plus(m, width), n_sums), sizeof(double)));
}

size_t cupel_machine_bytes(size_t m, size_t d, size_t n_sums)
{
    const size_t small = cupel_mul(plus(d, n_sums), sizeof(double));
    const size_t packs = plus(pack_bytes(m, d, n_sums, CUPEL_WIDTH_F64, CUPEL_CHUNK_F64, sizeof(double)),
                              pack_bytes(m, d, n_sums, CUPEL_WIDTH_F32, CUPEL_CHUNK_F32, sizeof(float)));
    return plus(plus(small, packs), sizeof(cupel_machine) + 16 * CUPEL_ALIGN);
}

static size_t scratch_of(size_t d, size_t n_sums)
{
    const size_t wide = BLOCK * (d + groups_of(d, CUPEL_CHUNK_F64) + CUPEL_LANES_F64) + ROWS * CUPEL_WIDTH_F64;
    const size_t narrow = BLOCK * (d + groups_of(d, CUPEL_CHUNK_F32) + CUPEL_LANES_F32) + ROWS * CUPEL_WIDTH_F32;
    const size_t a = (wide + BLOCK * n_sums * CUPEL_LANES_F64) * sizeof(double);
    const size_t b = narrow * sizeof(float) + BLOCK * n_sums * CUPEL_LANES_F32 * sizeof(double);
    return a > b ? a : b;
}

size_t cupel_machine_scratch_bytes(const cupel_machine *machine) { return scratch_of(machine->d, machine->n_sums); }

static cupel_status check_values(const double *a, size_t n, const char *what, cupel_err *err)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(a[i])) return cupel_fail(err, CUPEL_BAD_INPUT, "kernel machine: %s %zu is %g, expected a finite number", what, i, a[i]);
    return CUPEL_OK;
}

static cupel_status check(const cupel_machine_spec *s, cupel_err *err)
{
    if (s->kernel != CUPEL_KERNEL_RBF && s->kernel != CUPEL_KERNEL_MATERN52)
        return cupel_fail(err, CUPEL_BAD_INPUT, "kernel machine: kernel number %d is not known", (int)s->kernel);
    if (!(s->gamma > 1e-30 && s->gamma < 1e30))
        return cupel_fail(err, CUPEL_BAD_INPUT, "kernel machine: gamma is %g, expected between 1e-30 and 1e30", s->gamma);
    if (!s->m || !s->d || s->n_sums > CUPEL_MACHINE_MAX_SUMS)
        return cupel_fail(err, CUPEL_BAD_INPUT,
                          "kernel machine: %zu points, %zu columns and %zu sums; expected at least one point and column, at most %d sums",
                          s->m, s->d, s->n_sums, CUPEL_MACHINE_MAX_SUMS);
    if (cupel_machine_bytes(s->m, s->d, s->n_sums) == SIZE_MAX) return cupel_no_memory(err, "kernel machine", SIZE_MAX);
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(check_values(s->points, s->m * s->d, "coordinate", err));
    CUPEL_TRY(check_values(s->weights, s->m * s->n_sums, "weight", err));
    if (s->bias) CUPEL_TRY(check_values(s->bias, s->n_sums, "bias", err));
done:
    return st;
}

static bool reserve(cupel_machine *k)
{
    const size_t wide = groups_of(k->m, CUPEL_WIDTH_F64) * CUPEL_WIDTH_F64, narrow = groups_of(k->m, CUPEL_WIDTH_F32) * CUPEL_WIDTH_F32;
    const size_t chunks64 = groups_of(k->d, CUPEL_CHUNK_F64), chunks32 = groups_of(k->d, CUPEL_CHUNK_F32);
    bool ok = (k->centre = cupel_alloc_aligned(k->d, sizeof *k->centre)) && (k->bias = cupel_alloc_aligned(k->n_sums, sizeof *k->bias)) &&
              (k->weights64 = cupel_alloc_aligned(wide * k->n_sums, sizeof *k->weights64)) &&
              (k->weights32 = cupel_alloc_aligned(narrow * k->n_sums, sizeof *k->weights32)) &&
              (k->panels64 = cupel_alloc_aligned(wide * k->d, sizeof *k->panels64)) &&
              (k->panels32 = cupel_alloc_aligned(narrow * k->d, sizeof *k->panels32));
    for (int i = 0; ok && i < 2; i++)
        ok = (k->half64[i] = cupel_alloc_aligned(wide * chunks64, sizeof *k->half64[i])) &&
             (k->half32[i] = cupel_alloc_aligned(narrow * chunks32, sizeof *k->half32[i]));
    return ok;
}

/* Distances do not change when all is moved; small coordinates lose less to rounding. The mean needs no care: any centre is right. */
static void find_centre(const cupel_machine_spec *s, double *centre)
{
    const double share = 1 / (double)s->m;
    for (size_t i = 0; i < s->m; i++)
        for (size_t k = 0; k < s->d; k++) centre[k] += s->points[i * s->d + k] * share;
}

static inline double cut(double v, double limit) { return v > limit ? limit : v < -limit ? -limit : v; }

static void pack_points(const cupel_machine_spec *s, cupel_machine *k, double scale)
{
    for (size_t i = 0; i < s->m; i++) {
        double *wide = k->panels64 + i / CUPEL_WIDTH_F64 * s->d * CUPEL_WIDTH_F64 + i % CUPEL_WIDTH_F64;
        float *narrow = k->panels32 + i / CUPEL_WIDTH_F32 * s->d * CUPEL_WIDTH_F32 + i % CUPEL_WIDTH_F32;
        for (size_t c = 0; c < s->d; c++) {
            const double v = (s->points[i * s->d + c] - k->centre[c]) * scale;
            wide[c * CUPEL_WIDTH_F64] = cut(v, CUPEL_LIMIT_F64);
            narrow[c * CUPEL_WIDTH_F32] = (float)cut(v, CUPEL_LIMIT_F32);
        }
    }
}

static void pack_weights(const cupel_machine_spec *s, double *weights, size_t width)
{
    for (size_t i = 0; i < s->m; i++)
        for (size_t c = 0; c < s->n_sums; c++) weights[(i / width * s->n_sums + c) * width + i % width] = s->weights[i * s->n_sums + c];
}

/* With the very instructions that the products will use, so that a row that equals a point is at distance 0. */
static void find_half_norms(cupel_machine *k, int fused, const cupel_machine_kernels *f)
{
    const size_t line64 = CUPEL_WIDTH_F64 * k->wide.n_chunks, line32 = CUPEL_WIDTH_F32 * k->narrow.n_chunks;
    for (size_t p = 0; p < k->wide.n_panels; p++)
        f->half_norms64(k->d, CUPEL_WIDTH_F64, k->panels64 + p * k->d * CUPEL_WIDTH_F64, k->half64[fused] + p * line64);
    for (size_t p = 0; p < k->narrow.n_panels; p++)
        f->half_norms32(k->d, CUPEL_WIDTH_F32, k->panels32 + p * k->d * CUPEL_WIDTH_F32, k->half32[fused] + p * line32);
    for (size_t j = k->m; j < k->wide.n_panels * CUPEL_WIDTH_F64; j++)
        k->half64[fused][j / CUPEL_WIDTH_F64 * line64 + j % CUPEL_WIDTH_F64] = CUPEL_NOWHERE_F64;
    for (size_t j = k->m; j < k->narrow.n_panels * CUPEL_WIDTH_F32; j++)
        k->half32[fused][j / CUPEL_WIDTH_F32 * line32 + j % CUPEL_WIDTH_F32] = CUPEL_NOWHERE_F32;
}

cupel_status cupel_machine_new(const cupel_machine_spec *s, cupel_machine **machine, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_machine *k = NULL;
    *machine = NULL;
    CUPEL_TRY(check(s, err));
    k = cupel_alloc(1, sizeof *k);
    if (k) k->m = s->m, k->d = s->d, k->n_sums = s->n_sums;
    if (!k || !reserve(k)) {
        st = cupel_no_memory(err, "kernel machine", cupel_machine_bytes(s->m, s->d, s->n_sums));
        goto done;
    }
    /* RBF: half the squared distance is the exponent of 2. Matern: the distance is its s. */
    const double scale = sqrt(s->kernel == CUPEL_KERNEL_RBF ? 2 * CUPEL_LOG2_E * s->gamma : 10 * s->gamma);
    find_centre(s, k->centre);
    pack_points(s, k, scale);
    pack_weights(s, k->weights64, CUPEL_WIDTH_F64);
    pack_weights(s, k->weights32, CUPEL_WIDTH_F32);
    for (size_t c = 0; s->bias && c < s->n_sums; c++) k->bias[c] = s->bias[c];
    k->wide = (cupel_expansion){.kernel = s->kernel, .m = s->m, .d = s->d, .n_sums = s->n_sums, .centre = k->centre, .scale = scale, .bias = k->bias,
                                .n_panels = groups_of(s->m, CUPEL_WIDTH_F64), .n_chunks = groups_of(s->d, CUPEL_CHUNK_F64),
                                .panels = k->panels64, .weights = k->weights64};
    k->narrow = k->wide;
    k->narrow.n_panels = groups_of(s->m, CUPEL_WIDTH_F32);
    k->narrow.n_chunks = groups_of(s->d, CUPEL_CHUNK_F32);
    k->narrow.panels = k->panels32;
    k->narrow.weights = k->weights32;
    find_half_norms(k, 0, cupel_machine_kernels_of(CUPEL_ISA_PLAIN));
    if (cupel_isa_best() >= CUPEL_ISA_AVX2) find_half_norms(k, 1, cupel_machine_kernels_of(CUPEL_ISA_AVX2));
    *machine = k;
    k = NULL;
done:
    cupel_machine_free(k);
    return st;
}

void cupel_machine_free(cupel_machine *k)
{
    if (!k) return;
    for (int i = 0; i < 2; i++) {
        cupel_free(k->half64[i]);
        cupel_free(k->half32[i]);
    }
    cupel_free(k->panels64);
    cupel_free(k->panels32);
    cupel_free(k->weights64);
    cupel_free(k->weights32);
    cupel_free(k->centre);
    cupel_free(k->bias);
    cupel_free(k);
}

void cupel_machine_run(const cupel_machine *machine, const double *x, size_t ld, size_t n, const cupel_machine_way *way, double *sums,
                       double *nearest)
{
    const int fused = way->isa != CUPEL_ISA_PLAIN;
    cupel_expansion e = way->precision == CUPEL_FLOAT32 ? machine->narrow : machine->wide;
    e.half = way->precision == CUPEL_FLOAT32 ? (const void *)machine->half32[fused] : (const void *)machine->half64[fused];
    const cupel_machine_kernels *f = cupel_machine_kernels_of(way->isa);
    (way->precision == CUPEL_FLOAT32 ? f->run32 : f->run64)(&e, x, ld, n, way->scratch, sums, nearest);
}

void cupel_machine_values(const cupel_machine *machine, const double *x, size_t ld, size_t n, const cupel_machine_way *way, double *k, size_t ldk)
{
    cupel_expansion e = machine->wide;
    e.half = machine->half64[way->isa != CUPEL_ISA_PLAIN];
    cupel_machine_kernels_of(way->isa)->values64(&e, x, ld, n, way->scratch, k, ldk);
}
