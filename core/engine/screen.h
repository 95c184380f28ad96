/* A screen: candidates stream through element constraints, description, prediction and scoring, and the best stay. Memory does not grow with
 * the number of candidates; the result is a function of the demand, its inputs, the seed and the instruction set, not of threads, block
 * sizes, shards or kills, because everything gathered (counts, best list, sample) depends on the set of candidates only and not on their
 * order.
 *
 * The score of a candidate is the probability that it meets every property requirement: the product over the properties of the calibrated
 * probability of each window (properties are taken as independent given the composition). Candidates of equal score go by merit (how deep the
 * values lie in their windows; core/engine/score.h), then by canonical composition in alphabetical order. Score and merit are rounded to 1e-9
 * first, so that two ways of writing one composition tie. One reduced composition appears once: its best writing, and of equal ones the
 * first. */
#ifndef CUPEL_ENGINE_SCREEN_H
#define CUPEL_ENGINE_SCREEN_H

#include "core/engine/demand.h"
#include "core/engine/result.h"

typedef struct cupel_screen_options {
    uint64_t shard, shards;    /* 1, 1 = the whole space; i, n = candidates count (i-1)/n .. count i/n - 1 */
    cupel_precision precision;
    const char *models;        /* folder where trained models are kept and taken from (demand_models.h); NULL: none is */
    const char *checkpoint;    /* its path; NULL: none is written. The caller removes it when the output stands (checkpoint.h) */
    bool resume;               /* go on from the checkpoint if there is one */
    double interval;           /* seconds between checkpoints; 0 = 1 */
    bool trained;              /* cupel_demand_train has been called already */
    bool last_checkpoint;      /* write one at the end too: one part of several that end together */
} cupel_screen_options;
cupel_screen_options cupel_screen_defaults(void);

/* Wall seconds of the whole and worker seconds of each stage (summed over threads). */
typedef struct cupel_screen_times {
    double train, screen, read, constrain, predict, rank, checkpoint; /* predict holds describe */
    double describe;
    uint64_t candidates; /* screened in this process */
} cupel_screen_times;

/* Trains what is to be trained, streams, and fills *result (released by the caller). CUPEL_INTERRUPTED when the job says stop, after a
 * checkpoint; CUPEL_BAD_ARTIFACT for a checkpoint of another demand, data or version. An empty shortlist is CUPEL_OK here. */
cupel_status cupel_screen(cupel_demand *d, const cupel_screen_options *o, const cupel_job *job, cupel_result *result, cupel_screen_times *times,
                          cupel_err *err);

/* CUPEL_INFEASIBLE with the constraint that rejected most when nothing is left; else CUPEL_OK. */
cupel_status cupel_result_check_found(const cupel_result *r, cupel_err *err);

/* "2/3" -> 2, 3. */
cupel_status cupel_shard_parse(const char *text, uint64_t *shard, uint64_t *shards, cupel_err *err);

#endif
