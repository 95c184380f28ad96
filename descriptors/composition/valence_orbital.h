/* The columns of the set valence_orbital, which meredig ends with too. */
#ifndef CUPEL_DESCRIPTORS_COMPOSITION_VALENCE_ORBITAL_H
#define CUPEL_DESCRIPTORS_COMPOSITION_VALENCE_ORBITAL_H

#include "descriptors/composition/rows.h"

enum { CUPEL_VALENCE_COLUMNS = 8 };

void cupel_valence_column(size_t j, cupel_str *name, const char **unit);
/* Mean number of valence electrons per atom in each shell, and each as a fraction of all of them; CUPEL_REASON_IMPUTED when the mean over the
 * elements stands for one that is not tabulated. x [8]. */
cupel_reason cupel_valence_fill(const unsigned char *z, const double *amount, size_t n, double *x);

#endif
