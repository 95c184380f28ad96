/* A shortlist without neighbours: from the best on, a row stays when no row that stays is nearer to it than a distance.
 *
 *   in composition   sum of the differences of atomic fractions: 0 the same, 2 nothing in common
 *   in features      root mean square over the columns of a set of descriptors of their differences, in standard deviations of the training rows
 *
 * Rows are taken from the best POOL compositions. What stands ahead of a row decides, so that as long as the list fills up it is the list of the
 * whole space; else the pool was too small, which is said. Parts of a screen keep their pools and are thinned when they are joined. */
#ifndef CUPEL_ENGINE_DIVERSE_H
#define CUPEL_ENGINE_DIVERSE_H

#include "core/engine/demand.h"
#include "core/engine/result.h"
#include "core/sys/job.h"

/* Rows that a board keeps for a list of `keep`; keep itself without a distance. */
size_t cupel_diverse_pool(double distance, size_t keep);

/* The distance of the demand into r, with the scale of the features over the training rows of its models. CUPEL_USAGE for features of a demand
 * whose models are not there. */
cupel_status cupel_diverse_put(const cupel_demand *d, cupel_result *r, cupel_err *err);

/* Thins r->rows to at most r->keep; r->n_near: those left out on the way. Nothing without a distance. */
cupel_status cupel_diverse_select(cupel_result *r, const cupel_job *job, cupel_err *err);

#endif
