/* What else a space holds, as a surrogate predicts it: the region around the structures that a design has tried.
 *
 * Learned from the sample of an earlier run where the demand names one, else from the trials of the search: those of the family of the first design,
 * each on its own grid and of its own seed; of trials next to one another only the last. Candidates are points of the ranges of the sample; where it
 * learned from trials, weighted means of three of these, which do not leave what they span. Those candidates count of which the surrogate knows as
 * much as of its own rows when they are left out. Nothing is shown where it explains less than half of the variance of rows left out, or
 * misses half of them by more than a fifth. */
#ifndef CUPEL_ENGINE_MICRO_REACH_H
#define CUPEL_ENGINE_MICRO_REACH_H

#include "core/engine/micro/design.h"

typedef struct cupel_reach {
    char words[400];                 /* a sentence on what it was learned from and how good it is, or why there is none; "": nothing to say */
    size_t n, n_rows;                /* 0: none */
    cupel_tensors *predicted;        /* [n] of candidates, inside the Voigt and Reuss bounds */
    double *spread;                  /* [n] how far a structure may be off, as a multiple that left_spread has too */
    cupel_tensors *truth, *left_out; /* [n_rows] the rows, and what the others say of them */
    double *left_spread;             /* [n_rows] */
} cupel_reach;

/* CUPEL_NO_RESOURCE; whatever else goes wrong is in the words. */
cupel_status cupel_reach_of(const cupel_micro_demand *d, const cupel_designs *found, const cupel_job *job, cupel_reach *r, cupel_err *err);
void cupel_reach_release(cupel_reach *r);

/* The half width of a 90 % interval of a number over spread * (|predicted| + typical), typical = the mean of |truth|: the k-th of the rows left out,
 * k = ceil(0.9 (n + 1)), at most n. truth and left_out [n_rows] of the number. *typical is set. NaN where a row has no such number. */
double cupel_reach_half(const cupel_reach *r, const double *truth, const double *left_out, double *typical);

#endif
