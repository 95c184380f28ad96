/* The inner loops of models/learn/machine.c: one table per instruction set, all with the same order of sums.
 *
 * Points lie in panels of WIDTH, one line of WIDTH coordinates per column; rows in tiles of ROWS likewise. The product of a pair is a chain of
 * multiply-adds over the columns and depends on nothing else. After each CHUNK of columns half the squared norms of the chunk are taken off,
 * -|x - s|^2 / 2 = x s - |x|^2 / 2 - |s|^2 / 2: for near pairs the sum stays small, and float32 loses less. Half norms are chains of the same
 * operations: a row that equals a point is at distance exactly 0. Weighted sums run in float64, in LANES partial sums (point j in lane j mod LANES)
 * that are folded in a fixed order. avx2 and avx512 use fused multiply-adds and give the same bits; plain rounds the products. */
#ifndef CUPEL_MODELS_LEARN_KERNELS_MACHINE_H
#define CUPEL_MODELS_LEARN_KERNELS_MACHINE_H

#include "core/sys/cpu.h"
#include "models/learn/machine.h"

#define ROWS 8
#define BLOCK 128 /* rows that pass over a panel together: the panel stays in the first cache, the rows in the second */
#define CUPEL_WIDTH_F64 24
#define CUPEL_LANES_F64 8
#define CUPEL_WIDTH_F32 48
#define CUPEL_LANES_F32 16
#define CUPEL_CHUNK_F64 256
#define CUPEL_CHUNK_F32 32

/* A scaled coordinate is cut here: far beyond where every kernel is 0, and its square times the number of columns stays finite. */
#define CUPEL_LIMIT_F64 1e100
#define CUPEL_LIMIT_F32 1e14
/* Half squared norm of the points that fill the last panel: never the nearest. */
#define CUPEL_NOWHERE_F64 1e300
#define CUPEL_NOWHERE_F32 1e37f

/* What a kernel sees of a machine; REAL is double or float. */
typedef struct cupel_expansion {
    cupel_kernel kernel;
    size_t m, d, n_sums, n_panels, n_chunks;
    const double *centre;  /* [d] */
    double scale;          /* coordinates are (x - centre) * scale */
    const void *panels;    /* REAL [n_panels][d][WIDTH] */
    const void *half;      /* REAL [n_panels][n_chunks][WIDTH]: half the squared norm of a chunk of columns */
    const double *weights; /* [n_panels][n_sums][WIDTH] */
    const double *bias;    /* [n_sums] */
} cupel_expansion;

/* Rows of W in panels of CUPEL_WIDTH_F64; panel p holds the columns left of (p + 1) CUPEL_WIDTH_F64. */
typedef struct cupel_triangle_panels {
    size_t m, n_panels;
    const double *const *panel; /* [n_panels] -> [min(m, (p + 1) WIDTH)][WIDTH] */
} cupel_triangle_panels;

typedef void cupel_run_fn(const cupel_expansion *e, const double *x, size_t ld, size_t n, void *scratch, double *sums, double *nearest);

typedef struct cupel_machine_kernels {
    cupel_run_fn *run64, *run32;
    void (*values64)(const cupel_expansion *e, const double *x, size_t ld, size_t n, void *scratch, double *k, size_t ldk);
    void (*triangle)(const cupel_triangle_panels *w, const double *k, size_t ldk, size_t n, void *scratch, double *squares);
    void (*half_norms64)(size_t d, size_t width, const double *a, double *half); /* a [d][width], half [n_chunks][width] */
    void (*half_norms32)(size_t d, size_t width, const float *a, float *half);
} cupel_machine_kernels;

extern const cupel_machine_kernels cupel_machine_plain;
#if defined(__x86_64__)
extern const cupel_machine_kernels cupel_machine_avx2, cupel_machine_avx512;
#endif

/* The table of an instruction set; plain where the processor's family has no other. */
const cupel_machine_kernels *cupel_machine_kernels_of(cupel_isa isa);

#endif
