/* Limited-memory BFGS (Liu, Nocedal 1989, doi:10.1007/BF01589116) on arrays of float, in the form that needs inner products of the kept vectors only:
 * each iteration goes through memory twice, and sums are those of fixed blocks: the same bytes for any number of threads. */
#ifndef CUPEL_MODELS_RECONSTRUCT_DESCENT_H
#define CUPEL_MODELS_RECONSTRUCT_DESCENT_H

#include "core/sys/job.h"

typedef struct cupel_descent cupel_descent;

typedef struct cupel_descent_problem {
    size_t n;
    void *user;
    cupel_status (*eval)(void *user, const float *x, double *f, float *g, cupel_err *err); /* f and its gradient g [n] */
    bool (*go_on)(void *user, double f); /* before each iteration; false ends it */
} cupel_descent_problem;

/* CUPEL_NO_RESOURCE. */
cupel_status cupel_descent_new(size_t n, const cupel_job *job, cupel_descent **d, cupel_err *err);
void cupel_descent_free(cupel_descent *d);

/* Up to so many iterations from x [n], which becomes the best point; *f its value. Ends early where no step lowers f. */
cupel_status cupel_descent_run(cupel_descent *d, const cupel_descent_problem *p, size_t iterations, float *x, double *f, cupel_err *err);

#endif
