/* Inside the demand: what demand*.c and require.c share. */
#ifndef CUPEL_ENGINE_DEMAND_PARTS_H
#define CUPEL_ENGINE_DEMAND_PARTS_H

#include "core/engine/demand.h"

/* The properties of the demand, with their data and models, into d->property [d->n_properties]; d->seed is known already. */
cupel_status cupel_demand_properties(cupel_demand *d, const cupel_yaml *root, cupel_err *err);
/* The mapping `model` into p->options, or into p->model_file; the default where map is NULL. p->data is known already. */
cupel_status cupel_demand_learner(cupel_demand *d, const cupel_yaml *map, cupel_demand_property *p, cupel_err *err);

/* Reads `require` into d->requirement and d->constraint; the properties are known already. */
cupel_status cupel_demand_require(cupel_demand *d, const cupel_yaml *list, cupel_err *err);

/* Holds the windows and goals of a property against its n measured values: warns, fills `beat`, refuses a window without width. */
cupel_status cupel_demand_settle(cupel_demand *d, size_t property, const double *value, size_t n, bool is_class, const cupel_job *job,
                                 cupel_err *err);
/* The same against the training rows of the property's model. */
cupel_status cupel_demand_settle_model(cupel_demand *d, size_t property, const cupel_job *job, cupel_err *err);
/* A model from a file and a table beside it: said when the model learned from another one. */
cupel_status cupel_demand_same_table(const cupel_demand *d, const cupel_demand_property *p, const cupel_job *job, cupel_err *err);

/* A list [a, b] or one text under `key` as "a,b"; untouched when absent. */
cupel_status cupel_demand_list(cupel_demand *d, const cupel_yaml *map, const char *key, const char **value, cupel_err *err);
/* `transfer` of the mapping `model`, with p->options.seed: into p->transfer. Its table is opened and its columns looked for. */
cupel_status cupel_demand_transfer(cupel_demand *d, const cupel_yaml *model, cupel_demand_property *p, cupel_err *err);

#endif
