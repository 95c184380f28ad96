/* What a screen would cost, from a second's sample. Nothing is written. */
#ifndef CUPEL_ENGINE_SCREEN_COST_H
#define CUPEL_ENGINE_SCREEN_COST_H

#include "core/engine/screen.h"
#include "core/engine/screen_fail.h"

typedef struct cupel_screen_cost {
    uint64_t candidates;         /* of the space, or of the shard */
    uint64_t sampled;
    double seconds, train_seconds, screen_seconds;
    double per_second;           /* candidates, with the job's threads */
    double passing;              /* share of candidates that meet the element constraints */
    uint64_t memory_bytes, disk_bytes;
    cupel_failing failing;       /* rows of a list, or of the shard's part of it */
    bool is_list;
    bool trained_on_all;         /* false: the model of the sample learned from few rows, its times are scaled */
} cupel_screen_cost;

/* Opens the demand, counts the space, trains on at most a few hundred rows, and screens pieces spread evenly over the space for about a
 * second; goes through a list once, for the rows that will fail. *e is to be released, whatever is returned.
 * Times of training and prediction are scaled to all rows: training by a power of their number, prediction linearly (support vectors). */
cupel_status cupel_screen_cost_of(const char *demand, const cupel_screen_options *o, const cupel_job *job, cupel_screen_cost *e, cupel_err *err);

void cupel_screen_cost_release(cupel_screen_cost *e);

void cupel_screen_cost_text(const cupel_screen_cost *e, bool json, cupel_str *out);

#endif
