/* The space of a demand for microstructures: a generator, the values that are fixed, and the ranges that are searched.
 *
 *   space: {generator: gyroid, fraction: 0.1..0.35, stretch1: 1..3, seed: 1}
 *
 * What is not named keeps the generator's default. Points are Sobol points of the ranges (core/math/sobol.h), shifted by the demand's seed: the first
 * are the sample that is solved, those behind it the candidates. */
#ifndef CUPEL_ENGINE_MICRO_SPACE_H
#define CUPEL_ENGINE_MICRO_SPACE_H

#include "core/engine/micro/demand.h"
#include "core/math/sobol.h"
#include "datasets/spaces/micro/recipe.h"

typedef struct cupel_micro_space {
    cupel_recipe middle;                        /* fixed values, and the middle of each range */
    size_t n;                                   /* ranges */
    size_t place[CUPEL_SOBOL_DIMENSIONS];       /* of the parameter in recipe.value */
    double low[CUPEL_SOBOL_DIMENSIONS], high[CUPEL_SOBOL_DIMENSIONS];
    bool whole[CUPEL_SOBOL_DIMENSIONS];         /* takes whole numbers, both ends included */
    cupel_sobol sobol;
} cupel_micro_space;

/* CUPEL_USAGE with file:line: no space, an unknown generator or parameter, a range outside what the generator allows, no range at all, or a generator
 * with another number of phases than the demand. */
cupel_status cupel_micro_space_read(const cupel_micro_demand *d, cupel_micro_space *s, cupel_err *err);
/* CUPEL_USAGE with file:line where `node` names no generator (what follows a colon apart): the nearest name, and those that a design of the demand's
 * phases searches; outside of a list also those that only 'cupel run' takes. */
cupel_status cupel_micro_space_generator(const cupel_micro_demand *d, const cupel_yaml *node, bool listed, cupel_err *err);
/* The volume fractions low, high [n_phases] of the demand's space, where the parameters of its generator say them; a packing comes near to its own
 * only, which is counted in. False where there is no space, or it does not say. */
bool cupel_micro_space_fractions(const cupel_micro_demand *d, double *low, double *high);
const cupel_param *cupel_micro_space_param(const cupel_micro_space *s, size_t i);

/* Point `index`: the value [n] of each range. Rounded to six digits, so that a recipe is short and the text of it makes the same volume. */
void cupel_micro_space_point(const cupel_micro_space *s, uint64_t index, double *value);
/* z [n] = -1 .. 1 over each range, what surrogates see. */
void cupel_micro_space_scaled(const cupel_micro_space *s, const double *value, double *z);
/* The recipe of these values, not settled. CUPEL_USAGE when the generator refuses the combination. */
cupel_status cupel_micro_space_recipe(const cupel_micro_space *s, const double *value, cupel_recipe *r, cupel_err *err);
/* "gyroid, fraction 0.1 to 0.35, stretch1 1 to 3" */
void cupel_micro_space_words(const cupel_micro_space *s, cupel_str *out);

#endif
