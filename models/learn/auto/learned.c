/* Trees or kernel machines behind one face. */
#include "models/learn/auto/parts.h"
#include "models/learn/auto/smooth.h"

#include "core/base/err.h"

enum { MACHINE_ROWS = 6000 };

cupel_status cupel_auto_learn(const cupel_auto_unit *u, const cupel_trees_options *o, const cupel_trees_data *data, const cupel_job *job,
                              cupel_auto_learned *out, cupel_err *err)
{
    if (u->machine == CUPEL_AUTO_SMOOTH)
        return cupel_smooth_fit(&(cupel_smooth_data){data->n, data->d, data->ld, data->x, data->y, data->row},
                                &(cupel_smooth_options){.root = u->columns == CUPEL_AUTO_FRACTIONS, .lengths = u->lengths, .rows = MACHINE_ROWS,
                                                        .seed = u->trees.seed},
                                job->isa, &out->own, err);
    return cupel_trees_fit(data, o, job, &out->trees, err);
}

void cupel_auto_forget(cupel_auto_learned *l)
{
    cupel_trees_free(l->trees);
    cupel_own_drop(l->own);
    *l = (cupel_auto_learned){0};
}

size_t cupel_auto_learned_bytes(const cupel_auto_learned *l)
{
    return l->own ? l->own->kind->scratch(l->own->model) : cupel_trees_scratch_bytes(l->trees);
}

void cupel_auto_raw(const cupel_auto_learned *l, const cupel_auto_unit *u, const cupel_query *rows, double *value)
{
    if (l->own) {
        l->own->kind->predict(l->own->model, rows, value, NULL);
        return;
    }
    const bool log_odds = u->trees.kind == CUPEL_BOOSTED_TREES && u->trees.loss == CUPEL_LOSS_LOG;
    cupel_trees_predict(l->trees, rows, value, NULL);
    for (size_t i = 0; log_odds && i < rows->n; i++) value[i] = cupel_trees_probability(value[i]);
}
