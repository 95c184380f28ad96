/* Weights of a mean over members, from what each predicts for rows that it has not seen. Greedy selection with replacement (Caruana,
 * Niculescu-Mizil, Crew, Ksikes 2004, doi:10.1145/1015330.1015432): weights are shares of few picks,
 * averaged over random halves of the rows, so they cannot overfit as a regression does. */
#ifndef CUPEL_MODELS_LEARN_AUTO_BLEND_H
#define CUPEL_MODELS_LEARN_AUTO_BLEND_H

#include "core/cupel.h"

typedef enum cupel_blend_loss {
    CUPEL_BLEND_ABSOLUTE, /* mean |y - f| */
    CUPEL_BLEND_LOG       /* y 0 or 1, f a probability: mean log loss, f kept 1e-6 away from 0 and 1 */
} cupel_blend_loss;

double cupel_blend_loss_of(cupel_blend_loss loss, const double *y, const double *f, size_t n);

/* What several members say of rows that they have not seen, and what is true. */
typedef struct cupel_blended {
    cupel_blend_loss loss;
    const double *const *member; /* [m], each [n], out of fold */
    size_t m;
    const double *y;             /* [n] */
    size_t n;
} cupel_blended;

/* Weights that were there before, which selection has to argue against. */
typedef struct cupel_blend_prior {
    const double *weight; /* [m], sum 1 */
    double share;         /* of them in the blend where selection is not surely better; the rest is what was selected. In (0, 1] */
} cupel_blend_prior;

/* weight [m] >= 0, sum 1. *reached: the loss of the blend. prior: left only where selection gains more
 * than half a per cent and twice the standard error of the difference (few rows tell blends apart only by chance); NULL: equal weights of all
 * members, kept unless selection gains half a per cent. CUPEL_NO_RESOURCE. Costs about 120 m n losses: 12 bags of 20 picks on half of the rows. */
cupel_status cupel_blend_fit(const cupel_blended *of, uint64_t seed, const cupel_blend_prior *prior, double *weight, double *reached,
                             cupel_err *err);

/* out [n] = sum of weight [m] times member [m][n]. */
void cupel_blend_apply(const double *const *member, const double *weight, size_t m, size_t n, double *out);

#endif
