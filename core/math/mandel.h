/* Symmetric tensors of second and fourth order as vectors and matrices: Mandel order 11 22 33 23 13 12 with factors sqrt(2) on shear components, so
 * that contraction is the product of matrices and rotation is orthogonal. Voigt components have the same order and no factors (C44 = C2323). */
#ifndef CUPEL_MATH_MANDEL_H
#define CUPEL_MATH_MANDEL_H

/* The matrix r of a rotation q (v' = q v) on Mandel vectors: e' = r e, C' = r C r^T. q [3][3], r [6][6]. */
void cupel_mandel_rotation(const double q[9], double *r);

/* Turns a second- or fourth-order tensor in place: k [3][3], e [6], c [6][6]. */
void cupel_rotate_k(const double q[9], double *k);
void cupel_rotate_strain(const double q[9], double *e);
void cupel_rotate_c(const double q[9], double *c);

/* Fourth-order components (stiffness) between the two conventions, in place. */
void cupel_mandel_of_voigt(double *c);
void cupel_voigt_of_mandel(double *c);

/* q that takes components in the crystal to components in the sample, from Bunge's angles phi1, Phi, phi2 in degrees (Z X Z: Bunge, Texture
 * Analysis in Materials Science, 1982). */
void cupel_bunge(double phi1, double Phi, double phi2, double q[9]);

#endif
