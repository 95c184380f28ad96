/* Properties of a phase. Mandel order 11 22 33 23 13 12 inside; text may give Voigt components (C44 = C2323). */
#ifndef CUPEL_MODELS_HOMOGENIZE_MATERIAL_H
#define CUPEL_MODELS_HOMOGENIZE_MATERIAL_H

#include "core/base/str.h"
#include "core/cupel.h"

#include <stdbool.h>

typedef struct cupel_material {
    bool has_k, has_c, has_alpha;
    bool k_isotropic, c_isotropic;
    double k[3][3];       /* conductivity (permittivity, diffusivity), the user's unit */
    double c[6][6];       /* stiffness, Mandel, the user's unit */
    double alpha[6];      /* thermal expansion, Mandel, 1/K */
    double lambda, mu;    /* where c_isotropic */
} cupel_material;

/* "k=1" or "E=210,nu=0.3,alpha=1.2e-5" or "C11=168,C12=121,C44=75,phi1=30,Phi=40,phi2=10" (cubic; Bunge angles, degrees). Keys: k; k1 k2 k3 (along
 * the axes); k11 .. k33; E nu K G lambda (any two); C11 .. C66 (Voigt; cubic, transversely isotropic, orthotropic or all 21); alpha, alpha1 ..
 * alpha6; phi1 Phi phi2. CUPEL_USAGE for an unknown key, too few or too many of them; CUPEL_BAD_INPUT for a tensor that is not positive
 * (semi)definite. */
cupel_status cupel_material_read(cupel_text text, cupel_material *m, cupel_err *err);

#endif
