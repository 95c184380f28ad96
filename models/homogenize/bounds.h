/* Bounds on effective tensors: those that any answer must keep, and those that hold for isotropic mixtures only.
 *
 * Wiener (Voigt and Reuss): harmonic mean <= T <= arithmetic mean as quadratic forms, whatever the phases and their arrangement (Hill, Proc. Phys.
 * Soc. A 65, 349 (1952), doi:10.1088/0370-1298/65/5/307). Hashin and Shtrikman (J. Appl. Phys. 33, 3125 (1962), doi:10.1063/1.1728579; J. Mech. Phys.
 * Solids 11, 127 (1963), doi:10.1016/0022-5096(63)90060-7; in Walpole's form for moduli that are not ordered alike, J. Mech. Phys. Solids 14, 151
 * (1966), doi:10.1016/0022-5096(66)90035-4) hold for isotropic phases in an isotropic arrangement: printed, never asserted. */
#ifndef CUPEL_MODELS_HOMOGENIZE_BOUNDS_H
#define CUPEL_MODELS_HOMOGENIZE_BOUNDS_H

#include "models/homogenize/solver.h"

/* What is being homogenised, and in how many dimensions. */
typedef struct cupel_kind {
    cupel_physics physics;
    int dim;           /* 2 or 3 */
    bool plane_stress; /* 2-D elasticity; else plane strain */
} cupel_kind;

/* Components: dim for conduction, 6 (3 in 2-D: 11 22 12) for elasticity. */
size_t cupel_kind_order(cupel_kind kind);

/* The tensor of one phase, t [order][order]: the block of an image for plane strain, the inverse of the block of the compliance for plane stress. */
void cupel_phase_tensor(cupel_kind kind, const cupel_material *m, double *t);

typedef struct cupel_bounds {
    size_t order;
    double reuss[36], voigt[36];  /* [order][order] harmonic and arithmetic mean */
    size_t n_hs;                  /* 0: an anisotropic phase; 1: conductivity; 2: bulk and shear modulus (in 2-D those of the plane) */
    double hs_lower[2], hs_upper[2];
    bool two_phases;              /* isotropic and conducting: the trace bounds hold */
    double k1, k2, kh, ka;        /* k1 <= k2, harmonic and arithmetic mean */
    int dim;
} cupel_bounds;

/* fraction and materials [n_phases]; fractions sum to 1. */
void cupel_bounds_of(cupel_kind kind, size_t n_phases, const double *fraction, const cupel_material *materials, cupel_bounds *b);

/* What holds at every choice of volume fractions with low <= fraction <= high, [n_phases], that sum to 1 (there must be one): each extreme is
 * taken for itself, so that nothing that can be had is left out. Anisotropic phases count by their extreme eigenvalues. No trace bounds. 3-D. */
void cupel_bounds_over(cupel_physics physics, size_t n_phases, const double *low, const double *high, const cupel_material *materials,
                       cupel_bounds *b);

/* The largest sum of weight * fraction under low <= fraction <= high and sum fraction = 1: the heaviest are filled first. fraction [n_phases],
 * may be NULL. */
double cupel_fractions_most(size_t n_phases, const double *low, const double *high, const double *weight, double *fraction);

/* CUPEL_FAILED when tensor [order][order] leaves reuss or voigt by more than `tolerance` times the norm of voigt: the least eigenvalue of the
 * difference. A solver that keeps average and energy identities cannot do that on any grid, so it is a defect of ours. */
cupel_status cupel_bounds_check(const cupel_bounds *b, const double *tensor, double tolerance, cupel_err *err);

/* Moves tensor [order][order] to reuss and voigt where it lies beyond them (negative parts of tensor - reuss, then of voigt - tensor, are left out):
 * single precision fields put a laminate 1e-6 below its harmonic mean, and the means are exact. One within the bounds keeps every bit. */
void cupel_bounds_keep(const cupel_bounds *b, double *tensor);

/* Two-phase conduction, phases k1 < k2, eigenvalues l_i of T in d dimensions (Murat, Tartar 1985; Lurie, Cherkaev, Proc. R. Soc. Edinburgh A 99, 71
 * (1984), doi:10.1017/S030821050002597X):
 *   sum 1 / (l_i - k1) <= 1 / (kh - k1) + (d - 1) / (ka - k1),   sum 1 / (k2 - l_i) <= 1 / (k2 - kh) + (d - 1) / (k2 - ka).
 * By how much, relative to ka, the eigenvalues would have to move to keep both: 0 when they do. On grids with an even axis structures of one voxel
 * leave them, because the rotated scheme does not see the highest wave vector there. */
double cupel_bounds_trace_excess(const cupel_bounds *b, const double *tensor);

#endif
