/* The artifacts of a run over microstructures, and what a report reads back from them. */
#ifndef CUPEL_ENGINE_MICRO_STORE_H
#define CUPEL_ENGINE_MICRO_STORE_H

#include "core/engine/micro/ranking.h"

/* What the surrogate was and how good it is, without the surrogate. */
typedef struct cupel_micro_facts {
    size_t n, n_asks;
    double *row;                              /* [n] places in the sample, whole numbers */
    double *truth, *value, *lower, *upper;    /* [n][n_asks] */
    cupel_ask_trust trust[CUPEL_ASKS_MAX];
    char *settings;
} cupel_micro_facts;                          /* {0} is empty */

cupel_status cupel_micro_facts_of(const cupel_micro_model *m, size_t n_asks, cupel_micro_facts *f, cupel_err *err);
void cupel_micro_facts_release(cupel_micro_facts *f);

/* samples.h5, kind "microstructures": parameters, recipes, figures and reasons of the sample, and the rows predicted from the others. */
cupel_status cupel_micro_save_samples(const cupel_samples *s, const cupel_micro_facts *f, const cupel_micro_demand *d, const cupel_micro_space *space,
                                      const char *path, cupel_err *err);
/* result.h5, kind "microstructure-ranking". */
cupel_status cupel_micro_save_ranking(const cupel_micro_ranking *r, const cupel_micro_demand *d, const cupel_micro_space *space, const char *path,
                                      cupel_err *err);
/* Of the same demand: CUPEL_BAD_ARTIFACT otherwise, and for anything that does not fit. */
cupel_status cupel_micro_load_samples(const char *path, const cupel_micro_demand *d, const cupel_micro_space *space, cupel_samples *s,
                                      cupel_micro_facts *f, cupel_err *err);
/* The rows of any demand that is of the same space and phases (reused.h), with the grid that they were solved on. */
cupel_status cupel_micro_load_rows(const char *path, const cupel_micro_demand *d, const cupel_micro_space *space, cupel_samples *s, uint64_t *grid,
                                   cupel_err *err);
cupel_status cupel_micro_load_ranking(const char *path, const cupel_micro_demand *d, const cupel_micro_space *space, cupel_micro_ranking *r,
                                      cupel_err *err);

#endif
