/* Properties of a phase. Mandel order 11 22 33 23 13 12 inside; text gives Voigt components (C44 = C2323) of the same order.
 *
 * Numbers are plain: all phases of one calculation share one unit, which is the unit of the answer (W/(m K), GPa, 1/K, ...). */
#ifndef CUPEL_MODELS_HOMOGENIZE_MATERIAL_H
#define CUPEL_MODELS_HOMOGENIZE_MATERIAL_H

#include "core/base/str.h"
#include "core/cupel.h"

#include <stdbool.h>

typedef struct cupel_material {
    bool has_k, has_c, has_alpha;
    bool k_isotropic, c_isotropic;
    double k[3][3];       /* conductivity, or what else conducts (cupel_conductions), the user's unit */
    double c[6][6];       /* stiffness, Mandel, the user's unit */
    double alpha[6];      /* thermal expansion, Mandel, 1/K */
    double lambda, mu;    /* where c_isotropic */
} cupel_material;

/* What the equation of conduction is about, each with its own word, symbol and unit. */
typedef struct cupel_conduction {
    const char *name;     /* of a demand: "conductivity", "permittivity" */
    const char *title;    /* the same at the beginning of a heading */
    const char *property; /* of `cupel homogenize`: "conduction" */
    const char *also;     /* another name, or NULL */
    const char *key;      /* of a phase: "k"; with 1 2 3 along the axes, or 11 .. 23 */
    const char *unit;     /* "W/(m K)" */
    const char *as;       /* an example of a phase: "k: 20" */
} cupel_conduction;

enum { CUPEL_CONDUCTIONS = 5 };
extern const cupel_conduction cupel_conductions[CUPEL_CONDUCTIONS];
/* The one whose key a property of a phase belongs to ("sigma33", "eps"); NULL: none. *rest: what follows the symbol ("33"). */
const cupel_conduction *cupel_conduction_of_key(cupel_text key, cupel_text *rest);

/* "k=1" or "E=210,nu=0.3,alpha=1.2e-5" or "C11=168,C12=121,C44=75,phi1=30,Phi=40,phi2=10". Keys:
 *   k, or sigma, eps (epsilon), D, mu_r for what they stand for; k1 k2 k3 along the axes; k11 k22 k33 with k12 k13 k23 (0 where not given);
 *   two of E nu K G lambda (mu is G), or E = 0 alone for a void; E1 E2 E3 nu12 nu13 nu23 G12 G13 G23; Voigt C11 C12 C44 (cubic),
 *   with C13 C33 (transversely isotropic about
 *   axis 3: C66 = (C11 - C12) / 2), with C13 C33 C66 (tetragonal), C11 .. C66 without shear coupling (orthotropic), or all 21;
 *   alpha; alpha1 alpha2 alpha3 with alpha4 alpha5 alpha6 (components 23 13 12 of the tensor, no factors; 0 where not given);
 *   phi1 Phi phi2: Bunge's angles in degrees, by which all tensors of the phase are turned from its own axes.
 * CUPEL_USAGE for an unknown key, too few or too many of them; CUPEL_BAD_INPUT for a tensor that is not positive semidefinite (0 is a void). */
cupel_status cupel_material_read(cupel_text text, cupel_material *m, cupel_err *err);

/* Turns all tensors; q takes components in the phase's axes to components in the sample (core/math/mandel.h). */
void cupel_material_rotate(cupel_material *m, const double q[9]);

/* Isotropic stiffness from Lamé's constants. */
void cupel_material_set_lame(cupel_material *m, double lambda, double mu);

/* One orientation per label, from a table with the columns label, phi1, Phi, phi2 (degrees). */
typedef struct cupel_orientations {
    size_t n;
    int64_t *label; /* [n] ascending */
    double *q;      /* [n][9] */
} cupel_orientations; /* {0} is empty */

cupel_status cupel_orientations_read(const char *path, cupel_orientations *o, cupel_err *err);
const double *cupel_orientations_find(const cupel_orientations *o, int64_t label); /* q [9]; NULL */
void cupel_orientations_release(cupel_orientations *o);

#endif
