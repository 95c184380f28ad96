#include "core/engine/report.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/model.h"
#include "core/engine/report_parts.h"
#include "core/io/input.h"
#include "core/matter/elements.h"
#include "core/matter/formula.h"
#include "core/sys/file.h"

#include <stdio.h>
#include <string.h>

static const size_t LARGEST = 16u << 20; /* bytes of run.json or demand.yaml */

/* What a run left, open. */
typedef struct folder {
    const char *path;
    cupel_result result;
    cupel_model **model;        /* [n_models] behind page.model */
    cupel_attribution *why;     /* [n_models] */
    const char ***formula;
    double **truth;
    cupel_json *run;
    char *demand;
    cupel_report page;
} folder;

static void folder_release(folder *f)
{
    for (size_t i = 0; i < f->page.n_models; i++) {
        cupel_free(f->formula[i]);
        cupel_free(f->truth[i]);
        f->why[i].model = NULL; /* it is among the models */
        cupel_attribution_release(&f->why[i]);
        cupel_model_free(f->model[i]);
    }
    cupel_free(f->formula);
    cupel_free(f->truth);
    cupel_free(f->model);
    cupel_free(f->why);
    cupel_free(f->page.model);
    cupel_json_free(f->run);
    cupel_free(f->demand);
    cupel_result_release(&f->result);
}

static cupel_status path_of(const folder *f, const char *name, char **path, cupel_err *err)
{
    *path = cupel_path_join(f->path, name);
    return *path ? CUPEL_OK : cupel_no_memory(err, "a file name", 0);
}

/* The bytes of a file with a 0 behind; NULL when there is none of that name. */
static cupel_status read_text(const folder *f, const char *name, char **text, size_t *n, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char *path = NULL;
    cupel_input *in = NULL;
    CUPEL_TRY(path_of(f, name, &path, err));
    if (!cupel_file_exists(path)) goto done;
    CUPEL_TRY(cupel_input_open(path, &in, err));
    CUPEL_TRY(cupel_input_rest(in, LARGEST, text, n, err));
done:
    cupel_input_free(in);
    cupel_free(path);
    return st;
}

static cupel_status read_run(folder *f, cupel_err *err)
{
    char *text = NULL;
    size_t n = 0;
    cupel_status st = read_text(f, "run.json", &text, &n, err);
    if (st == CUPEL_OK && text) st = cupel_json_read((cupel_text){text, n}, "run.json", &f->run, err);
    cupel_free(text);
    f->page.run = f->run;
    return st;
}

static cupel_status read_demand(folder *f, cupel_err *err)
{
    size_t n = 0;
    cupel_status st = read_text(f, "demand.yaml", &f->demand, &n, err);
    f->page.demand_text = f->demand;
    return st;
}

/* Training rows and their out-of-fold predictions, as the page wants them. */
static cupel_status describe_model(folder *f, size_t i, cupel_model *m, cupel_err *err)
{
    const cupel_surrogate *s = cupel_model_surrogate(m);
    cupel_oof oof = cupel_surrogate_oof(s);
    size_t n = oof.n <= cupel_model_n_training(m) ? oof.n : cupel_model_n_training(m);
    const char **formula = f->formula[i] = cupel_alloc(n, sizeof *formula);
    double *truth = f->truth[i] = cupel_alloc(n, sizeof *truth);
    if (!formula || !truth) return cupel_no_memory(err, "the rows of a model", n * (sizeof *formula + sizeof *truth));
    for (size_t k = 0; k < n; k++) {
        cupel_composition c;
        cupel_model_training_row(m, k, &c, &formula[k], &truth[k]);
    }
    const char *columns = cupel_features_columns(cupel_model_features(m));
    f->page.model[i] = (cupel_report_model){
        .property = cupel_model_property(m),
        .unit = cupel_model_unit(m),
        .learner = cupel_surrogate_learner(s),
        .settings = cupel_surrogate_settings(s),
        .sets = cupel_features_sets(cupel_model_features(m)),
        .columns = columns ? columns : "",
        .digest = cupel_model_digest(m),
        .training_digest = cupel_model_training_digest(m),
        .is_class = cupel_surrogate_is_class(s),
        .class_threshold = cupel_surrogate_class_threshold(s),
        .n = n,
        .formula = formula,
        .truth = truth,
        .value = oof.value,
        .lower = oof.lower,
        .upper = oof.upper,
        .in_domain = oof.in_domain,
    };
    return cupel_trust_judge(&f->page.model[i], err);
}

/* The two elements that most of the candidates hold, of several the first: "Ag,S". */
static void common_elements(const cupel_text *formula, size_t n, cupel_str *out)
{
    size_t count[CUPEL_Z_MAX + 1] = {0};
    cupel_formula f;
    cupel_formula_error e;
    for (size_t i = 0; i < n; i++)
        if (cupel_formula_read(formula[i], CUPEL_DOT_DECIMAL, &f, &e))
            for (unsigned k = 0; k < f.composition.n; k++) count[f.composition.z[k]]++;
    for (int turn = 0; turn < 2; turn++) {
        unsigned best = 0;
        for (unsigned z = 1; z <= CUPEL_Z_MAX; z++)
            if (count[z] > count[best]) best = z;
        if (best) cupel_str_addf(out, "%s%s", turn ? "," : "", cupel_element_symbol(best));
        count[best] = 0;
    }
}

/* Why the first candidates are predicted as they are. */
static cupel_status explain_model(folder *f, size_t i, cupel_model *m, const cupel_job *job, cupel_err *err)
{
    enum { CANDIDATES = 8, POINTS = 17, ORDERS = 8, BACKGROUND = 50 };
    const cupel_shortlist *rows = &f->result.rows;
    cupel_text formula[CANDIDATES];
    cupel_str elements = {0};
    size_t n = 0;
    for (; n < rows->n && n < CANDIDATES; n++) formula[n] = cupel_key_composition(rows->key[n]);
    common_elements(formula, n, &elements);
    const cupel_attribution_options o = {.rows = CANDIDATES, .orders = ORDERS, .background = BACKGROUND, .points = POINTS, .seed = 1,
                                         .partial = elements.n ? cupel_str_text(&elements) : NULL};
    const cupel_job silent = {.threads = job->threads, .isa = job->isa, .user = job->user, .stop = job->stop};
    const cupel_status st = elements.failed ? cupel_no_memory(err, "an explanation", 0)
                                            : cupel_attribution_candidates(m, formula, n, &o, &silent, &f->why[i], err);
    f->page.model[i].why = &f->why[i];
    cupel_str_free(&elements);
    return st;
}

/* A model learned from other data than the one of the result would show the trust of something else. */
static cupel_status check_same(const folder *f, size_t property, const char *path, const cupel_model *m, cupel_err *err)
{
    const cupel_result *q = &f->result;
    const char *mine = cupel_model_training_digest(m);
    cupel_str name = {0};
    cupel_status st = CUPEL_OK;
    cupel_str_addf(&name, "data %s", q->property[property]);
    if (name.failed) st = cupel_no_memory(err, "a name", 0);
    for (size_t i = 0; st == CUPEL_OK && i < q->identity.n; i++)
        if (strcmp(q->identity.name[i], cupel_str_text(&name)) == 0 && strcmp(q->identity.value[i], mine) != 0)
            st = cupel_fail(err, CUPEL_BAD_ARTIFACT,
                            "'%s' is not the model of this ranking: learned from %s, expected %s; run the demand again", path, mine,
                            q->identity.value[i]);
    cupel_str_free(&name);
    return st;
}

static cupel_status read_model(folder *f, size_t property, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_model *m = NULL;
    char name[32], *path = NULL;
    if (property)
        snprintf(name, sizeof name, "model-%zu.h5", property + 1);
    else
        snprintf(name, sizeof name, "model.h5");
    CUPEL_TRY(path_of(f, name, &path, err));
    if (!cupel_file_exists(path)) {
        cupel_say(job, CUPEL_NOTE, "'%s' is not there: the report says nothing of the model of %s", path, f->result.property[property]);
        goto done;
    }
    CUPEL_TRY(cupel_model_open(path, &m, err));
    CUPEL_TRY(check_same(f, property, path, m, err));
    size_t i = f->page.n_models++;
    f->model[i] = m; /* released with the folder from here on */
    cupel_model *kept = m;
    m = NULL;
    CUPEL_TRY(describe_model(f, i, kept, err));
    CUPEL_TRY(explain_model(f, i, kept, job, err));
done:
    cupel_model_free(m);
    cupel_free(path);
    return st;
}

static cupel_status read_models(folder *f, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t n = f->result.n_properties;
    f->model = cupel_alloc(n, sizeof *f->model);
    f->why = cupel_alloc(n, sizeof *f->why);
    f->formula = cupel_alloc(n, sizeof *f->formula);
    f->truth = cupel_alloc(n, sizeof *f->truth);
    f->page.model = cupel_alloc(n, sizeof *f->page.model);
    if (!f->model || !f->why || !f->formula || !f->truth || !f->page.model) return cupel_no_memory(err, "the models of a report", 0);
    for (size_t i = 0; st == CUPEL_OK && i < n; i++) st = read_model(f, i, job, err);
    return st;
}

static cupel_status write_page(const folder *f, const cupel_str *page, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char *path = NULL;
    CUPEL_TRY(path_of(f, "report.html", &path, err));
    st = cupel_out_bytes(path, cupel_str_text(page), page->n, err);
done:
    cupel_free(path);
    return st;
}

cupel_status cupel_report_write(const char *path, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    folder f = {.path = path};
    char *result = NULL;
    cupel_str page = {0};
    CUPEL_TRY(path_of(&f, "result.h5", &result, err));
    if (!cupel_file_exists(result))
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "'%s' holds no result.h5; give the folder that 'cupel run -o' wrote", path));
    CUPEL_TRY(cupel_result_open(result, &f.result, err));
    f.page.result = &f.result;
    CUPEL_TRY(read_run(&f, err));
    CUPEL_TRY(read_demand(&f, err));
    CUPEL_TRY(read_models(&f, job, err));
    CUPEL_TRY(cupel_report_page(&f.page, &page, err));
    CUPEL_TRY(write_page(&f, &page, err));
done:
    cupel_str_free(&page);
    cupel_free(result);
    folder_release(&f);
    return st;
}
