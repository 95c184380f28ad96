#include "models/learn/learner.h"
#include "models/learn/surrogate.h"

#include "core/base/mem.h"

#include <string.h>

/* Each in its file. */
extern const cupel_learner cupel_learner_svr, cupel_learner_svc, cupel_learner_gp, cupel_learner_krr, cupel_learner_ridge;

const cupel_learner *const cupel_learners[] = {
    &cupel_learner_svr, &cupel_learner_svc, &cupel_learner_gp, &cupel_learner_krr, &cupel_learner_ridge, NULL,
};

const cupel_learner *cupel_learner_named(const char *name)
{
    for (size_t i = 0; cupel_learners[i]; i++)
        if (name && !strcmp(cupel_learners[i]->method.name, name)) return cupel_learners[i];
    return NULL;
}

const cupel_method *cupel_learner_method(size_t i)
{
    for (size_t k = 0; cupel_learners[k]; k++)
        if (k == i) return &cupel_learners[k]->method;
    return NULL;
}

const cupel_method *cupel_learner_find(const char *name)
{
    const cupel_learner *l = cupel_learner_named(name);
    return l ? &l->method : NULL;
}

void cupel_fitted_release(cupel_fitted *f)
{
    cupel_free(f->row);
    cupel_free(f->coef);
    cupel_free(f->triangle);
    *f = (cupel_fitted){0};
}
