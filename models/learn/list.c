#include "models/learn/learner.h"
#include "models/learn/surrogate.h"

#include "core/base/err.h"
#include "core/base/guess.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "models/learn/kernel_search.h"
#include "models/learn/monotone.h"

#include <string.h>

/* cupel_learner_<name>, each in a file of its own; in the order of `cupel methods`. */
#define LEARNERS(LEARNER) \
    LEARNER(svr)          \
    LEARNER(svc)          \
    LEARNER(gp)           \
    LEARNER(gp_ard)       \
    LEARNER(gp_tree)      \
    LEARNER(krr)          \
    LEARNER(ridge)        \
    LEARNER(elastic_net)  \
    LEARNER(knn)          \
    LEARNER(mlp)          \
    LEARNER(extra_trees)  \
    LEARNER(random_forest) \
    LEARNER(boosted_trees) \
    LEARNER(xgboost)      \
    LEARNER(hurdle)       \
    LEARNER(auto)

#define DECLARE(name) extern const cupel_learner cupel_learner_##name;
#define ADDRESS(name) &cupel_learner_##name,
LEARNERS(DECLARE)
const cupel_learner *const cupel_learners[] = {LEARNERS(ADDRESS) NULL};

const cupel_learner *cupel_learner_named(const char *name)
{
    for (size_t i = 0; cupel_learners[i]; i++)
        if (name && !strcmp(cupel_learners[i]->method.name, name)) return cupel_learners[i];
    return NULL;
}

cupel_status cupel_learner_prepare(const cupel_learner *l, const cupel_problem *p, const double *setting, void **prepared, cupel_err *err)
{
    *prepared = NULL;
    return l->prepare ? l->prepare(p, setting, prepared, err) : CUPEL_OK;
}

void cupel_learner_release(const cupel_learner *l, void *prepared)
{
    if (l->release) l->release(prepared);
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

static cupel_status no_such_learner(const char *name, cupel_err *err)
{
    cupel_str list = {0};
    cupel_guess guess = {.meant = name};
    for (size_t i = 0; cupel_learners[i]; i++) {
        cupel_str_addf(&list, "%s%s", i ? ", " : "", cupel_learners[i]->method.name);
        cupel_guess_offer(&guess, cupel_learners[i]->method.name);
    }
    if (guess.best)
        cupel_fail(err, CUPEL_USAGE, "model '%.64s': unknown; did you mean '%s'? (%s)", name, guess.best, cupel_str_text(&list));
    else
        cupel_fail(err, CUPEL_USAGE, "model '%.64s': expected one of %s", name, cupel_str_text(&list));
    cupel_str_free(&list);
    return CUPEL_USAGE;
}

cupel_status cupel_learner_check(const char *name, const char *settings, cupel_task task, cupel_err *err)
{
    const cupel_learner *l = cupel_learner_named(name);
    double value[CUPEL_LEARNER_PARAMS];
    if (!l) return no_such_learner(name ? name : "", err);
    if (task == CUPEL_TASK_CLASS && !l->classes)
        return cupel_fail(err, CUPEL_USAGE, "model '%s' does numbers only, and the task is class; use model svc, or task regression", name);
    if (task == CUPEL_TASK_REGRESSION && !l->regression)
        return cupel_fail(err, CUPEL_USAGE, "model '%s' does classes only, and the task is regression; use model svr", name);
    return cupel_method_settings(&l->method, settings, value, err);
}

cupel_status cupel_learner_check_kernel(const char *name, const char *kernel, bool beside, cupel_err *err)
{
    const cupel_learner *l = cupel_learner_named(name);
    cupel_ktree tree = {0};
    if (!kernel && !beside) return CUPEL_OK;
    if (kernel && (!l || !l->kernels))
        return cupel_fail(err, CUPEL_USAGE, "model '%.64s' takes no tree of kernels; expected model gp_tree", name ? name : "");
    if (beside && (!l || !l->beside))
        return cupel_fail(err, CUPEL_USAGE, "model '%.64s' takes no targets beside; expected model gp_tree, extra_trees or random_forest",
                          name ? name : "");
    cupel_status st = kernel && strcmp(kernel, CUPEL_KERNEL_SEARCH) != 0 ? cupel_ktree_parse(kernel, beside, &tree, err) : CUPEL_OK;
    cupel_ktree_release(&tree);
    return st;
}

cupel_status cupel_learner_check_monotone(const char *name, const char *monotone, cupel_err *err)
{
    const cupel_learner *l = cupel_learner_named(name);
    if (monotone && (!l || !l->monotone))
        return cupel_fail(err, CUPEL_USAGE, "model '%.64s' cannot be made monotone in columns; expected model boosted_trees", name ? name : "");
    return cupel_monotone_check(monotone, err);
}

void cupel_fitted_release(cupel_fitted *f)
{
    cupel_free(f->row);
    cupel_free(f->coef);
    cupel_free(f->triangle);
    cupel_own_drop(f->own);
    *f = (cupel_fitted){0};
}
