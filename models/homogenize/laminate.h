/* Laminates in closed form: layers of any anisotropy, any number, any normal; of laminates again for rank 2 and more. Exact: an oracle for the
 * solver, and a structure that is known to have its tensor.
 *
 * In layer r the field is E + B a_r, where the columns of B span the jumps that the normal allows (n for a gradient; sym n x e_i for a strain), and
 * B^T (flux) is the same in all layers; the mean of a_r vanishes (Backus, J. Geophys. Res. 67, 4427 (1962), doi:10.1029/JZ067i011p04427; Milton, The
 * Theory of Composites, chapter 9, doi:10.1017/CBO9780511613357). */
#ifndef CUPEL_MODELS_HOMOGENIZE_LAMINATE_H
#define CUPEL_MODELS_HOMOGENIZE_LAMINATE_H

#include "core/cupel.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct cupel_layer {
    double fraction;      /* > 0; they sum to 1 */
    double tensor[36];    /* [order][order]: order 2 or 3 conduction; 6 elasticity; 3 plane elasticity (Mandel) */
    double alpha[6];      /* expansion, Mandel; used for elasticity */
} cupel_layer;

typedef enum cupel_laminate_kind { CUPEL_LAMINATE_CONDUCTION, CUPEL_LAMINATE_ELASTICITY } cupel_laminate_kind;

/* out: fraction 1, tensor and (elasticity) alpha of the whole. normal [dim] need not be of unit length. CUPEL_FAILED when a layer carries nothing
 * across the normal (a void): such a laminate has no tensor but in a limit. */
cupel_status cupel_laminate(cupel_laminate_kind kind, int dim, size_t n, const cupel_layer *layer, const double *normal, cupel_layer *out,
                            cupel_err *err);

#endif
