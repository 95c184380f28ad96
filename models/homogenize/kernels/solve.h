/* The inner loops of the solver: one table per instruction set. All work on rows along the last axis, in the same order and without fused operations:
 * every table gives the same bits.
 *
 * The trilinear element with one Gauss point (HEX8R) needs of the four rows of nodes around a row of voxels only sums and differences. A line is what
 * the rows a = (i, j) and c = (i + 1, j) of nodes give together, three rows of `len` floats:
 *   sum  (a + c)(k) + (a + c)(k + 1),  step  (a + c)(k + 1) - (a + c)(k),  rise  (c - a)(k) + (c - a)(k + 1)
 * and the gradient of voxel (i, j, k), with edges h, is (rise_j + rise_j+1) / 4 h0, (sum_j+1 - sum_j) / 4 h1, (step_j + step_j+1) / 4 h2. Fluxes
 * have an element before their first (the last voxel: the box is periodic). */
#ifndef CUPEL_MODELS_HOMOGENIZE_KERNELS_SOLVE_H
#define CUPEL_MODELS_HOMOGENIZE_KERNELS_SOLVE_H

#include "core/matter/mixture.h"
#include "core/sys/cpu.h"

enum { CUPEL_VOIGT_COEFFICIENTS = 21, CUPEL_LANES = 16 };

/* Sums run in lanes, element k of a row in lane k mod 16: float within a row, double across rows. */
static inline double cupel_lanes_fold(const double lanes[CUPEL_LANES])
{
    double sum = 0;
    for (int l = 0; l < CUPEL_LANES; l++) sum += lanes[l];
    return sum;
}

/* Where a row of fluxes is computed. Fields: 1 (conduction) or 3 (elasticity). */
typedef struct cupel_voxel_row {
    size_t n, len;           /* voxels; floats between rows of lo, hi and out */
    const float *lo, *hi;    /* lines j and j + 1: [fields][3][len] */
    float scale[3];          /* 1 / (4 edge) */
    float mean[6];           /* macroscopic gradient; strain: 11 22 33 2*23 2*13 2*12 */
    float *out;              /* [3 or 6][len]: flux, stress 11 22 33 23 13 12 */
} cupel_voxel_row;

/* Cut voxels of a row whose phases are isotropic: base response minus `drop` times what the laminate loses (PHYSICS: section 1). */
typedef struct cupel_cut_rule {
    const float *k;          /* conduction: [phases] */
    const float *lambda, *mu;
    float blend;             /* -1 .. 1 */
    float across[3];         /* conduction, harmonic side: 0 along fibres, where nothing is in the way; else 1 */
    float bulk;              /* K = lambda + bulk mu, of which the isotropic harmonic mean is taken: 2/3, in the plane 1 */
    const int *axis;         /* [3] component of the normal along each axis of the grid */
} cupel_cut_rule;

/* Fourier space, one line of frequencies: i and j fixed. Tables hold each number twice, for the real and the imaginary part. */
typedef struct cupel_green_line {
    size_t n;                /* floats: twice the frequencies */
    float x, y, z;           /* wave vector = (x cosine, y cosine, z sine) */
    const float *cosine, *sine, *weight; /* [n]; weight: how often the frequency counts in Parseval's sum */
    float reference[6];      /* conduction: tensor 11 22 33 23 13 12; elasticity: 1 / mu, (lambda + mu) / (lambda + 2 mu); 1 / voxels is in it */
    float keep, alpha;       /* residual = keep residual - alpha s */
} cupel_green_line;

typedef struct cupel_solve_kernels {
    /* a, c [n + 1] -> line [3][len] */
    void (*line)(size_t n, size_t len, const float *a, const float *c, float *line);
    /* out[k] = table[id[k]], n_table entries */
    void (*select8)(size_t n, const uint8_t *id, size_t n_table, const float *table, float *out);
    void (*select16)(size_t n, const uint16_t *id, const float *table, float *out);
    /* Isotropic: a coefficient per voxel. */
    void (*flux)(const cupel_voxel_row *row, const float *k);
    void (*stress)(const cupel_voxel_row *row, const float *lambda, const float *mu);
    /* Any material, voxels from .. to - 1: k 11 22 33 23 13 12; c: upper triangle by rows of the stiffness in Voigt form. */
    void (*flux_run)(const cupel_voxel_row *row, size_t from, size_t to, const float k[6]);
    void (*stress_run)(const cupel_voxel_row *row, size_t from, size_t to, const float c[CUPEL_VOIGT_COEFFICIENTS]);
    /* Cut voxels at[0 .. m - 1]. */
    void (*flux_cuts)(const cupel_voxel_row *row, size_t m, const cupel_cut *cut, const uint32_t *at, const cupel_cut_rule *rule);
    void (*stress_cuts)(const cupel_voxel_row *row, size_t m, const cupel_cut *cut, const uint32_t *at, const cupel_cut_rule *rule);
    /* Divergence: what the fluxes x, y, z of voxel row j and those (before) of row j - 1 give to the row j of nodes of plane i (into q, added to
     * what plane i - 1 left in upper) and of plane i + 1 (into upper). lanes += p . q. */
    void (*spread)(size_t n, const float *const flux[3], const float *const before[3], const float scale[3], const float *p, float *upper, float *q,
                   double *lanes);
    void (*sum)(size_t n, const float *a, double *lanes);                  /* lanes += a */
    void (*dot)(size_t n, const float *a, const float *b, double *lanes);  /* lanes += a b */
    void (*add)(size_t n, float f, const float *a, float *b);       /* b += f a */
    void (*direct)(size_t n, float f, const float *a, float *b);    /* b = a + f b */
    /* r = keep r - alpha s, s = G r; lanes += weight r G r. Rows of fields. */
    void (*green_conduction)(const cupel_green_line *g, float *const r[1], float *const s[1], double *lanes);
    void (*green_elasticity)(const cupel_green_line *g, float *const r[3], float *const s[3], double *lanes);
} cupel_solve_kernels;

extern const cupel_solve_kernels cupel_solve_plain;
#if defined(__x86_64__)
extern const cupel_solve_kernels cupel_solve_avx2, cupel_solve_avx512;
#endif

/* The table of an instruction set; plain where the processor's family has no other. */
const cupel_solve_kernels *cupel_solve_kernels_of(cupel_isa isa);

#endif
