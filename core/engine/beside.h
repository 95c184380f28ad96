/* Other targets of the training table as a learner takes them: features of the rows that have one, and which of them go when rows are held out. */
#ifndef CUPEL_ENGINE_BESIDE_H
#define CUPEL_ENGINE_BESIDE_H

#include "core/engine/model.h"

typedef struct cupel_besides cupel_besides;

/* Of t->beside. row [n], increasing: the training rows in use. Values of a row, or of a composition, that t has and that is not in use (held out) are
 * left out, so that nothing is known of it. group [n] of the rows in use is numbered anew, together with the values. Rows whose features lack a value
 * are left out. CUPEL_BAD_INPUT when a target has fewer than 2 values left. */
cupel_status cupel_beside_collect(const cupel_training *t, const size_t *row, size_t n, const cupel_features *features, const cupel_job *job,
                                  size_t *group, cupel_besides **b, cupel_err *err);
void cupel_besides_free(cupel_besides *b);
const cupel_beside_values *cupel_beside_values_of(const cupel_besides *b);

#endif
