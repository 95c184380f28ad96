/* A demand that asks for a measured two-point function: how far a recipe is from it, which way its parameters lead there, and where to begin. Nothing
 * is solved: a recipe is built on the grid of the measurement, of at most 64 voxels an edge, and transformed. For demands without such an entry these
 * functions do nothing. */
#ifndef CUPEL_ENGINE_MICRO_ALIKE_H
#define CUPEL_ENGINE_MICRO_ALIKE_H

#include "core/engine/micro/search.h"

/* The measurements of a demand. */
typedef struct cupel_alike cupel_alike;

/* *a: NULL where the demand asks for none. Errors: those of cupel_likeness_open. */
cupel_status cupel_alike_new(const cupel_micro_demand *d, const cupel_job *job, cupel_alike **a, cupel_err *err);
void cupel_alike_free(cupel_alike *a);

/* The measured volume fraction of phase 1, in two phases; NaN in more, and where a is NULL. */
double cupel_alike_fraction(const cupel_alike *a, const cupel_micro_demand *d);

/* Distances over their tolerances, summed over all entries; infinite where the box is another one, or nothing of a phase is there. */
cupel_status cupel_alike_apart(const cupel_alike *a, const cupel_recipe *r, const cupel_job *job, double *apart, cupel_err *err);

/* With e an entry's distance in its tolerance, w its weight: *beyond = (sum w max(0, e - 0.7)^2)^1/2, the residual of all of them together
 * (search.h); NaN where one cannot be told. 0 where a is NULL. The threshold of a recipe is found on the grid of the measurement, and off from that
 * of its verification, which is found on finer ones, as it was of the last recipe of its generator and seed that was settled. */
cupel_status cupel_alike_beyond(cupel_alike *a, const cupel_recipe *r, const cupel_job *job, double *beyond, cupel_err *err);
/* Where that is all there is: e, 0 where it is below 0.7. */
double cupel_alike_tolerances(double beyond);
/* The same with its own threshold, as a verification has it; unless another of its seed was settled from which it is not 30 % nearer. */
cupel_status cupel_alike_settle(cupel_alike *a, const cupel_recipe *r, const cupel_job *job, double *beyond, cupel_err *err);

/* That residual as a vector, a few combinations of all lags, with its derivatives by the parameters of s->family at s->x, whose recipe this is;
 * step [family.n] for differences. r [*rows], j [*rows][family.n], *rows <= family.n + 1; |r| is `beyond`. All lags count: the combinations are an
 * orthonormal basis of what the parameters change to first order and of the distance itself, so that steps of least squares are those of all lags.
 * The change with a parameter is that of the shares of voxels, which are smooth where voxels are not, on at most 32 voxels an edge. */
cupel_status cupel_alike_lines(const cupel_search *s, const cupel_recipe *recipe, const double *step, double *r, double *j, size_t *rows,
                               cupel_err *err);

/* Random fields that are searched without a `space`: their wavelength becomes the one whose structures are nearest to the measurement, and it, the
 * width of the spectrum and its density over directions are searched too. */
cupel_status cupel_alike_families(cupel_search *s, cupel_err *err);

/* Adds other seeds, and other points of the ranges of a space, to the starts that were scanned, and keeps the nearest of all, nearest first. How many
 * are built does not depend on the speed of the machine, but it ends, which is noted (clock.h), when a third of a budget of time is spent. */
cupel_status cupel_alike_starts(cupel_search *s, cupel_starts *starts, cupel_err *err);

#endif
