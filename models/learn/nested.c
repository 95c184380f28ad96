#include "models/learn/nested.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <string.h>

static bool tunes(const cupel_learner *l, const double *asked)
{
    for (const cupel_axis *a = l->axes; a->n; a++)
        if (isnan(asked[a->param])) return true;
    return false;
}

cupel_status cupel_nested_make(const cupel_learner *l, const cupel_problem *p, uint64_t seed, const cupel_folds *f, const double *asked,
                               const double *all, cupel_nested *nested, cupel_err *err)
{
    const size_t np = cupel_method_n_params(&l->method);
    cupel_job quiet = *p->job;
    cupel_problem silent = *p;
    cupel_status st = CUPEL_OK;
    *nested = (cupel_nested){.learner = l};
    if (l->slow || p->is_class || p->beside || p->n > CUPEL_FEW_ROWS || !tunes(l, asked)) return CUPEL_OK;
    quiet.say = NULL;
    quiet.progress = NULL;
    silent.job = &quiet;
    nested->setting = cupel_alloc(cupel_mul(f->n_folds, np), sizeof *nested->setting);
    nested->prepared = cupel_alloc(f->n_folds, sizeof *nested->prepared);
    if (!nested->setting || !nested->prepared) CUPEL_TRY(cupel_no_memory(err, "settings of folds", 0));
    nested->n_params = np;
    for (size_t k = 0; k < f->n_folds; k++) {
        double *setting = nested->setting + k * np;
        cupel_err why = {0};
        memcpy(setting, asked, np * sizeof *setting);
        st = cupel_tune_without(l, &silent, seed, f, k, setting, &why);
        if (st == CUPEL_BAD_INPUT) memcpy(setting, all, np * sizeof *setting);
        else if (st != CUPEL_OK && err) *err = why;
        if (st != CUPEL_BAD_INPUT) CUPEL_TRY(st);
        CUPEL_TRY(cupel_learner_prepare(l, &silent, setting, &nested->prepared[k], err));
        nested->n_folds = k + 1;
    }
done:
    if (st != CUPEL_OK) cupel_nested_release(nested);
    return st;
}

void cupel_nested_release(cupel_nested *nested)
{
    for (size_t k = 0; k < nested->n_folds; k++) cupel_learner_release(nested->learner, nested->prepared[k]);
    cupel_free(nested->setting);
    cupel_free(nested->prepared);
    *nested = (cupel_nested){0};
}

const double *cupel_nested_setting(const cupel_nested *nested, size_t k, const double *given)
{
    return nested->n_folds ? nested->setting + k * nested->n_params : given;
}

const void *cupel_nested_prepared(const cupel_nested *nested, size_t k, const void *given)
{
    return nested->n_folds ? nested->prepared[k] : given;
}
