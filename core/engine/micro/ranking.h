/* The ranking of a demand for microstructures: candidates of its space predicted, the best kept, the first of them solved again. */
#ifndef CUPEL_ENGINE_MICRO_RANKING_H
#define CUPEL_ENGINE_MICRO_RANKING_H

#include "core/engine/micro/model.h"

/* Of a verified number with its bar: the window holds all of the bar, some of it, or none. */
typedef enum cupel_ask_verdict { CUPEL_MEETS, CUPEL_OPEN, CUPEL_MISSES } cupel_ask_verdict;
extern const char *const cupel_verdict_word[]; /* "yes", "within the error", "no" */

typedef struct cupel_ranked {
    uint64_t index;                  /* Sobol point */
    double *param;                   /* [n_params] */
    char *recipe;                    /* in words */
    cupel_micro_forecast forecast;
    bool verified;
    char *reason;                    /* why verifying failed; NULL */
    double *figure;                  /* [layout.width] when verified; NULL */
    double value[CUPEL_ASKS_MAX], error[CUPEL_ASKS_MAX];
    cupel_ask_verdict verdict[CUPEL_ASKS_MAX], all; /* the worst of them */
} cupel_ranked;

typedef struct cupel_micro_ranking {
    size_t n, n_params, n_asks, width;
    cupel_ranked *row;               /* [n] by rank */
    uint64_t candidates, merged;     /* predicted; near-duplicates of a better one that were left out */
    double seconds;                  /* of the quick pass */
} cupel_micro_ranking;               /* {0} is empty */

/* Candidates are the Sobol points behind the sample. A quick score orders all of them and keeps some hundred; those are drawn thoroughly and ranked
 * by chance and goals; a row nearer than a tenth of every range to a better one is left out. Memory does not grow with the candidates. */
cupel_status cupel_micro_rank(const cupel_micro_model *m, const cupel_micro_demand *d, const cupel_micro_space *s, const cupel_job *job,
                              cupel_micro_ranking *r, cupel_err *err);
/* Solves the first d->verify on 4/3 of the demand's grid, extrapolated from this and the grid itself. Those that meet the demand come first, then
 * those that may within the error, then the others; by their verified number where there is one goal, else in the order they had. A structure that
 * cannot be solved keeps its reason and comes last. */
cupel_status cupel_micro_verify(const cupel_micro_demand *d, const cupel_micro_space *s, const cupel_job *job, cupel_micro_ranking *r,
                                cupel_err *err);
void cupel_micro_ranking_release(cupel_micro_ranking *r);

/* Fills value, error and verdicts from figure. */
void cupel_micro_ranked_judge(const cupel_micro_demand *d, const cupel_layout *l, cupel_ranked *x);
/* From a number and its half width. */
cupel_ask_verdict cupel_ask_judge(const cupel_ask *a, double value, double error);

/* ranking.csv: rank, recipe, each asked number with lower, upper and unit, probability, meets, verified numbers with error and verdict, volume
 * fractions. */
cupel_status cupel_micro_ranking_csv(const cupel_micro_ranking *r, const cupel_micro_demand *d, const cupel_micro_space *s, const char *path,
                                     cupel_err *err);

#endif
