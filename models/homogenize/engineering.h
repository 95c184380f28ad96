/* What an engineer reads from an effective stiffness: moduli along the axes and in every direction, bulk and shear modulus, anisotropy.
 *
 * Plane cases (3 x 3, Mandel 11 22 12): the constants are those of the plane as it was computed. Of an isotropic body with E and nu, plane stress
 * gives E and nu themselves; plane strain gives E / (1 - nu^2) and nu / (1 - nu), which are no Young's modulus and no Poisson's ratio of the body.
 * The bulk modulus is that of areas: E / (2 (1 - nu)) in plane stress, K + G / 3 in plane strain. */
#ifndef CUPEL_MODELS_HOMOGENIZE_ENGINEERING_H
#define CUPEL_MODELS_HOMOGENIZE_ENGINEERING_H

#include <stdbool.h>
#include <stddef.h>

typedef struct cupel_engineering {
    int dim;                        /* 2 or 3 */
    double E[3];                    /* Young's modulus along the axes, 1 / S_ii; [dim] */
    double nu[3][3];                /* nu[i][j] = -S_ij / S_ii: how j contracts under tension along i; 0 on the diagonal */
    double G[3];                    /* shear moduli of the planes 23, 13, 12; in 2-D only [2] */
    double bulk_voigt, bulk_reuss, shear_voigt, shear_reuss;
    double bulk, shear;             /* means of the two (Hill) */
    double young, poisson;          /* of the isotropic material with `bulk` and `shear` */
    double anisotropy;              /* universal index 5 GV/GR + KV/KR - 6, 0 for isotropy (3-D); in 2-D KV/KR + 2 GV/GR - 3 */
    double zener;                   /* 2 C44 / (C11 - C12) of the nearest cubic tensor with these axes; NaN in 2-D */
    double from_cubic;              /* |C - nearest cubic| / |C|: how much the Zener ratio means */
    double from_isotropic;          /* |C - nearest isotropic| / |C|, the nearest having bulk_voigt and shear_voigt */
    double E_min, E_max;            /* Young's modulus over all directions, and where */
    double at_min[3], at_max[3];    /* unit vectors */
} cupel_engineering;

/* c [6][6] or [3][3] Mandel, positive definite. False, and untouched, when it has no inverse (a void that percolates). Universal index: Ranganathan,
 * Ostoja-Starzewski, Phys. Rev. Lett. 101, 055504 (2008), doi:10.1103/PhysRevLett.101.055504, and the same construction with the
 * two deviatoric components of a plane. Nearest tensors in the norm of Mandel components: Moakher, Norris, J. Elasticity 85, 215 (2006),
 * doi:10.1007/s10659-006-9082-0. */
bool cupel_engineering_of(const double *c, int dim, cupel_engineering *e);

/* Half widths of the constants when every component of the tensor has the half width `bar` [6][6] or [3][3]: component by component what moving it by
 * its half width changes, the larger of both ways, summed. That is as far as all components together can take a constant, to first order: if the bars
 * hold all components the sums hold all constants, whatever the components' errors have to do with one another. Directions are left 0. False, and
 * untouched, when a bar reaches a tensor without inverse. */
bool cupel_engineering_bars(const double *c, const double *bar, int dim, cupel_engineering *half);

/* Young's modulus along the unit vector n [3] ([2] in 2-D), from the compliance s (Mandel): 1 / (nn : S : nn). */
double cupel_young_along(const double *s, int dim, const double *n);

/* The least (sign 1) or greatest (sign -1) Young's modulus over all directions of the compliance s, and where [3], a unit vector: the best of a grid,
 * refined. */
double cupel_young_extreme(const double *s, int dim, double sign, double where[3]);

/* The surface E(n), in the unit of the stiffness, of a compliance s [6][6] or [3][3] (Mandel) on a grid of n_polar x n_azimuth directions:
 * polar angle (i + 1/2) pi / n_polar from axis 3, azimuth 2 pi j / n_azimuth from axis 1. e [n_polar][n_azimuth]; in 2-D n_polar is 1 and the
 * angle counts from axis 1. */
void cupel_young_surface(const double *s, int dim, size_t n_polar, size_t n_azimuth, double *e);

#endif
