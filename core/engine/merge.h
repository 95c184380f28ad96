/* Shards back into one ranking. */
#ifndef CUPEL_ENGINE_MERGE_H
#define CUPEL_ENGINE_MERGE_H

#include "core/engine/result.h"
#include "core/sys/job.h"

/* Parts in any order -> the result that one screen of the whole space gives, to the byte. CUPEL_BAD_ARTIFACT when they are of different
 * demands, data, models, versions or shard counts, or when one is missing or there twice. */
cupel_status cupel_merge(const char *const *path, size_t n, const cupel_job *job, cupel_result *result, cupel_err *err);

#endif
