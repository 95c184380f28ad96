/* Thermal expansion of the whole. With two phases it follows from the stiffness of the whole alone, on any grid and for any response of cut voxels
 * between the means: a uniform strain under which both phases have the same stress keeps it everywhere (Levin, Mech. Solids 2, 58 (1967); Rosen,
 * Hashin, Int. J. Eng. Sci. 8, 157 (1970), doi:10.1016/0020-7225(70)90066-2). */
#ifndef CUPEL_MODELS_HOMOGENIZE_EXPANSION_H
#define CUPEL_MODELS_HOMOGENIZE_EXPANSION_H

#include "models/homogenize/bounds.h"

/* Expansion of one phase as a body of this kind sees it, alpha [order]: in plane strain the free strain of the plane when the third is held. */
void cupel_phase_alpha(cupel_kind kind, const cupel_material *m, double *alpha);

/* alpha [order] from the stiffness [order][order] of the whole. False when the phases differ in expansion where they hardly differ in compliance: the
 * stiffness does not know it well enough then, and free strains have to be solved for. */
bool cupel_expansion_levin(cupel_kind kind, const cupel_material *a, const cupel_material *b, const double *stiffness, double *alpha);

#endif
