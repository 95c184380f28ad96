/* Proof that a demand can be met: a laminate that meets it, whose tensors are known in closed form. That none is found proves nothing.
 *
 * Laminates of a matrix and a core, layered with more matrix along n_1, n_2, ...: with theta the fraction of the core, m_j >= 0, sum m_j = 1,
 *   theta (X - C_m)^-1 = (C_core - C_m)^-1 + (1 - theta) sum m_j Gamma_m(n_j)
 * (Tartar 1985; Francfort, Murat, Arch. Ration. Mech. Anal. 94, 307 (1986), doi:10.1007/BF00280908), so that the shares m_j that come nearest to a
 * target are a least-squares problem on a simplex. What is claimed is computed again by cupel_laminate, layer by layer. */
#ifndef CUPEL_ENGINE_MICRO_ATTAIN_H
#define CUPEL_ENGINE_MICRO_ATTAIN_H

#include "core/base/str.h"
#include "core/engine/micro/trial.h"

enum { CUPEL_ATTAIN_DIRECTIONS = 64 };

typedef struct cupel_attainable {
    bool found;
    size_t rank;                                                               /* how many directions are layered; 0: one phase alone */
    size_t matrix, core;                                                       /* phases; of rank 0 both the phase */
    double theta;                                                              /* volume fraction of the core */
    double normal[CUPEL_ATTAIN_DIRECTIONS][3], share[CUPEL_ATTAIN_DIRECTIONS]; /* [rank], in the order of layering, innermost first */
    cupel_tensors t;                                                           /* what it has */
} cupel_attainable;

/* Looks for a laminate that meets all windows of a demand with a whole tensor (all components given) or a number without a tolerance, at volume
 * fractions that its space allows; else, or when there is none, a->found is false. Goals are ignored. Takes milliseconds. */
void cupel_attainable_find(const cupel_micro_demand *d, cupel_attainable *a);
/* Appends "attainable: a rank-2 laminate has it (...)" and a newline; nothing where none was found. */
void cupel_attainable_words(const cupel_micro_demand *d, const cupel_attainable *a, cupel_str *s);
/* ", though not in the space", or "". */
const char *cupel_attainable_outside(const cupel_micro_demand *d, const cupel_attainable *a);
/* The same as a recipe that a grid can hold: one phase alone, or layers of one direction with whole numbers. False for the others. */
bool cupel_attainable_recipe(const cupel_micro_demand *d, const cupel_attainable *a, cupel_recipe *r);

/* The tensors of a recipe of plane layers (generator `laminate`) in closed form. False for another recipe, and where a stand-in is solved in place of
 * a void. */
bool cupel_attainable_layers(const cupel_micro_demand *d, const cupel_recipe *r, cupel_tensors *t);

#endif
