/* What a loop knows after it was told: how many results it holds, the best of them, and how well they are predicted. */
#ifndef CUPEL_ENGINE_LOOP_LEARN_H
#define CUPEL_ENGINE_LOOP_LEARN_H

#include "core/engine/loop.h"

/* Learns one Gaussian process a goal from the measured rows and fills those members of *r that are about the loop as it is: n_goals, goal, best,
 * noise, error (in the units of the goals; NaN with fewer than three results), n_measured, n_failed, n_pending and n_front. Of the options formula,
 * dot and seed count. Costs n^3 a goal. */
cupel_status cupel_loop_learn(const cupel_loop *l, const cupel_tell_options *o, const cupel_job *job, cupel_tell_result *r, cupel_err *err);

#endif
