#include "core/engine/demand_models.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/input.h"
#include "core/sys/file.h"

#include <string.h>

char *cupel_demand_model_name(const cupel_demand *d, const char *folder, size_t i)
{
    cupel_str name = {0};
    cupel_str_addf(&name, "model-%.16s-%zu.h5", d->digest + strlen("sha256:"), i + 1);
    char *path = name.failed ? NULL : cupel_path_join(folder, name.p);
    cupel_str_free(&name);
    return path;
}

/* The demand is the same by the name of the file; the table may have changed since. */
static cupel_status take(const cupel_demand_property *p, const char *path, const cupel_job *job, cupel_model **model, cupel_err *err)
{
    char hex[65];
    cupel_model *m = NULL;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_digest_file(p->data.file, hex, err));
    CUPEL_TRY(cupel_model_open(path, &m, err));
    const char *learned = cupel_model_training_digest(m);
    if (strncmp(learned, "sha256:", 7) != 0 || strcmp(learned + 7, hex) != 0)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "model '%s' learned from '%s' before that file changed; remove the model", path, p->data.file));
    if (strcmp(cupel_model_property(m), p->name) != 0 || strcmp(cupel_model_unit(m), p->unit) != 0)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "model '%s' predicts '%s' in '%s', not '%s' in '%s'; remove the model", path,
                             cupel_model_property(m), cupel_model_unit(m), p->name, p->unit));
    cupel_say(job, CUPEL_NOTE, "taking the model of %s from '%s'", p->name, path);
    *model = m;
    m = NULL;
done:
    cupel_model_free(m);
    return st;
}

cupel_status cupel_demand_train_kept(cupel_demand *d, const char *folder, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    bool taken[2 * CUPEL_PROPERTIES_MAX] = {false};
    char *path = NULL;
    CUPEL_TRY(cupel_make_folder(folder, err));
    for (size_t i = 0; i < cupel_demand_n_models(d); i++) {
        cupel_model **m = cupel_demand_model(d, i);
        cupel_free(path);
        path = cupel_demand_model_name(d, folder, i);
        if (!path) CUPEL_TRY(cupel_no_memory(err, "a file name", 0));
        taken[i] = *m != NULL || cupel_file_exists(path);
        if (!*m && taken[i]) CUPEL_TRY(take(&d->property[i % d->n_properties], path, job, m, err));
    }
    CUPEL_TRY(cupel_demand_train(d, job, err));
    for (size_t i = 0; i < cupel_demand_n_models(d); i++) {
        if (taken[i]) continue;
        cupel_free(path);
        path = cupel_demand_model_name(d, folder, i);
        if (!path) CUPEL_TRY(cupel_no_memory(err, "a file name", 0));
        CUPEL_TRY(cupel_model_save(*cupel_demand_model(d, i), path, err));
    }
done:
    cupel_free(path);
    return st;
}
