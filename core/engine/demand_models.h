/* Trained models of a demand, kept between runs: shards on many machines train once, and all of them use the very same models. */
#ifndef CUPEL_ENGINE_DEMAND_MODELS_H
#define CUPEL_ENGINE_DEMAND_MODELS_H

#include "core/engine/demand.h"

/* cupel_demand_train, but each model that would be trained is taken from `folder` when it is there, and put there when it was trained now. Its
 * name holds the digest of the demand, so that another demand never finds it. CUPEL_BAD_ARTIFACT when the table that it learned from is not
 * the table of today. */
cupel_status cupel_demand_train_kept(cupel_demand *d, const char *folder, const cupel_job *job, cupel_err *err);

/* The file of model i (cupel_demand_model) in `folder`; caller frees; NULL: no memory. */
char *cupel_demand_model_name(const cupel_demand *d, const char *folder, size_t i);

#endif
