#include "core/cli/learn_options.h"

#include "core/base/err.h"

#include <string.h>

static cupel_task parse_task(const char *word)
{
    if (strcmp(word, "class") == 0) return CUPEL_TASK_CLASS;
    return strcmp(word, "regression") == 0 ? CUPEL_TASK_REGRESSION : CUPEL_TASK_AUTO;
}

static cupel_status take_beside(const cupel_args *args, cupel_learn_args *l, cupel_err *err)
{
    const char *name;
    while ((name = cupel_opt_item(args, "beside", l->data.n_beside)) != NULL) {
        if (l->data.n_beside == CUPEL_MOST_BESIDE)
            return cupel_fail(err, CUPEL_USAGE, "--beside: found more than %d targets; give the ones that tell most", (int)CUPEL_MOST_BESIDE);
        l->beside[l->data.n_beside++] = name;
    }
    l->data.beside = l->beside;
    return CUPEL_OK;
}

cupel_status cupel_learn_args_of(const cupel_args *args, cupel_learn_args *l, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const char *features = cupel_opt_text(args, "features"), *missing = cupel_opt_text(args, "missing");
    if (!features) features = cupel_default_features(cupel_opt_text(args, "model"));
    l->data = (cupel_training_options){
        .file = cupel_arg(args, 0),
        .format = cupel_opt_text(args, "table-format"),
        .formula = cupel_opt_text(args, "formula"),
        .formula_optional = strcmp(features, "none") == 0,
        .target = cupel_opt_text(args, "target"),
        .unit = cupel_opt_text(args, "unit"),
        .groups = cupel_opt_text(args, "groups"),
        .drop_target = strcmp(cupel_opt_text(args, "missing-target"), "drop") == 0,
        .dot = cupel_dot_parse(cupel_opt_text(args, "dot")),
    };
    l->model = (cupel_model_options){
        .features = features,
        .with_hurdle = cupel_opt_text(args, "features") ? NULL : cupel_default_with_hurdle(cupel_opt_text(args, "model")),
        .columns = cupel_opt_text(args, "columns"),
        .learner = cupel_opt_text(args, "model"),
        .settings = cupel_opt_text(args, "set"),
        .monotone = cupel_opt_text(args, "monotone"),
        .task = parse_task(cupel_opt_text(args, "task")),
        .transform_named = cupel_opt_given(args, "transform"),
        .seed = cupel_opt_count(args, "seed"),
    };
    CUPEL_TRY(cupel_transform_parse(cupel_opt_text(args, "transform"), &l->model.transform, err));
    CUPEL_TRY(take_beside(args, l, err));
    cupel_model_kernel(cupel_opt_text(args, "kernel"), l->data.n_beside > 0, cupel_opt_given(args, "model"), &l->model);
    CUPEL_TRY(cupel_model_budget(cupel_opt_text(args, "budget"), &l->model, err));
    CUPEL_TRY(cupel_model_options_check(&l->model, err));
    l->data.missing = cupel_default_missing(l->model.learner);
    if (missing) CUPEL_TRY(cupel_missing_parse(missing, &l->data.missing, err));
done:
    return st;
}
