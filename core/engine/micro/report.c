#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/report_parts.h"
#include "core/engine/micro/run.h"
#include "core/io/input.h"
#include "core/sys/file.h"

static const size_t LARGEST = 16u << 20; /* bytes of run.json */

/* ---- reading ---- */

static cupel_status path_of(const char *folder, const char *name, char **path, cupel_err *err)
{
    *path = cupel_path_join(folder, name);
    return *path ? CUPEL_OK : cupel_no_memory(err, "a file name", 0);
}

static bool has(const char *folder, const char *name)
{
    char *path = cupel_path_join(folder, name);
    const bool is = path && cupel_file_exists(path);
    cupel_free(path);
    return is;
}

/* A design leaves a sample too, beside its table. */
bool cupel_micro_folder_is(const char *folder)
{
    return has(folder, "result.h5") ? has(folder, "samples.h5") : has(folder, "samples.h5") && !has(folder, "designs.csv");
}

static cupel_status read_run(const char *folder, cupel_json **run, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_input *in = NULL;
    char *path = NULL, *text = NULL;
    size_t n = 0;
    CUPEL_TRY(path_of(folder, "run.json", &path, err));
    if (!cupel_file_exists(path)) goto done;
    CUPEL_TRY(cupel_input_open(path, &in, err));
    CUPEL_TRY(cupel_input_rest(in, LARGEST, &text, &n, err));
    st = cupel_json_read((cupel_text){text, n}, "run.json", run, err);
done:
    cupel_input_free(in);
    cupel_free(text);
    cupel_free(path);
    return st;
}

static cupel_status read_folder(const char *folder, cupel_micro_page *p, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char *demand = NULL, *samples = NULL, *result = NULL;
    CUPEL_TRY(path_of(folder, "demand.yaml", &demand, err));
    CUPEL_TRY(path_of(folder, "samples.h5", &samples, err));
    CUPEL_TRY(path_of(folder, "result.h5", &result, err));
    if (!cupel_file_exists(demand) || !cupel_file_exists(result))
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "'%s' lacks %s; give the folder that 'cupel run -o' wrote", folder,
                             cupel_file_exists(demand) ? "result.h5" : "demand.yaml"));
    CUPEL_TRY(cupel_micro_demand_open(demand, &p->d, err));
    CUPEL_TRY(cupel_micro_space_read(p->d, &p->space, err));
    CUPEL_TRY(cupel_micro_load_samples(samples, p->d, &p->space, &p->samples, &p->facts, err));
    CUPEL_TRY(cupel_micro_load_ranking(result, p->d, &p->space, &p->ranking, err));
    CUPEL_TRY(cupel_micro_model_fit(p->d, &p->space, &p->samples, p->job, &p->model, err));
    st = read_run(folder, &p->run, err);
done:
    cupel_free(demand);
    cupel_free(samples);
    cupel_free(result);
    return st;
}

static void page_release(cupel_micro_page *p)
{
    cupel_micro_model_free(p->model);
    cupel_micro_facts_release(&p->facts);
    cupel_micro_ranking_release(&p->ranking);
    cupel_samples_release(&p->samples);
    cupel_micro_demand_free(p->d);
    cupel_json_free(p->run);
}

/* ---- the page ---- */

static cupel_status page(const cupel_micro_page *p, cupel_str *s, cupel_err *err)
{
    cupel_micro_page_open(p->d->words, s);
    cupel_micro_page_head(p, s);
    cupel_status st = cupel_micro_page_best(p, s, err);
    cupel_micro_page_ranking(p, s);
    if (st == CUPEL_OK) st = cupel_micro_page_maps(p, s, err);
    cupel_micro_page_trust(p, s);
    cupel_micro_page_methods(p, s);
    cupel_micro_page_lineage(p, s);
    cupel_micro_page_close(s);
    return st == CUPEL_OK && s->failed ? cupel_no_memory(err, "a report", s->n) : st;
}

cupel_status cupel_micro_report_write(const char *folder, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_micro_page p = {.job = job};
    cupel_str s = {0};
    CUPEL_TRY(read_folder(folder, &p, err));
    CUPEL_TRY(page(&p, &s, err));
    st = cupel_micro_page_write(folder, &s, err);
done:
    cupel_str_free(&s);
    page_release(&p);
    return st;
}
