#include "core/engine/run.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/account.h"
#include "core/engine/checkpoint.h"
#include "core/engine/report.h"
#include "core/sys/file.h"

#include <stdio.h>
#include <string.h>

typedef struct journey {
    cupel_account account;
    const cupel_job *job;
    cupel_demand *d;
    cupel_result r;
    cupel_screen_times times;
    double report;
} journey;

static cupel_status write_result(journey *j, const char *name, cupel_err *err)
{
    char *path = NULL;
    cupel_status st = cupel_account_path(&j->account, name, &path, err);
    if (st == CUPEL_OK) st = cupel_result_write(&j->r, path, err);
    if (st == CUPEL_OK) st = cupel_account_note(&j->account, name, NULL, err);
    cupel_free(path);
    return st;
}

static cupel_status save_models(journey *j, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; i < j->d->n_properties && st == CUPEL_OK; i++) {
        char name[32] = "model.h5", *path = NULL;
        if (i) snprintf(name, sizeof name, "model-%zu.h5", i + 1);
        st = cupel_account_path(&j->account, name, &path, err);
        if (st == CUPEL_OK) st = cupel_model_save(j->d->property[i].model, path, err);
        if (st == CUPEL_OK) st = cupel_account_note(&j->account, name, NULL, err);
        cupel_free(path);
    }
    return st;
}

static void put_times(const journey *j, cupel_json_out *w)
{
    const cupel_screen_times *t = &j->times;
    double all = t->read + t->constrain + t->predict + t->rank + t->checkpoint;
    if (!(all > 0)) all = 1;
    cupel_json_name(w, "seconds");
    cupel_json_open(w, '{');
    cupel_account_number(w, "total", cupel_now() - j->account.begin);
    cupel_account_number(w, "train", t->train);
    cupel_account_number(w, "screen", t->screen);
    cupel_account_number(w, "report", j->report);
    cupel_json_close(w, '}');
    cupel_account_usage(w);
    cupel_json_name(w, "stages");
    cupel_json_open(w, '{');
    cupel_account_number(w, "read", t->read / all);
    cupel_account_number(w, "constraints", t->constrain / all);
    cupel_account_number(w, "describe", t->describe / all);
    cupel_account_number(w, "predict", (t->predict - t->describe) / all);
    cupel_account_number(w, "rank", t->rank / all);
    cupel_account_number(w, "checkpoint", t->checkpoint / all);
    cupel_json_close(w, '}');
    cupel_account_count(w, "candidates", (uint64_t)(j->r.end - j->r.first));
    cupel_account_count(w, "candidates_screened_here", t->candidates);
    cupel_account_number(w, "candidates_per_second", t->screen > 0 ? (double)t->candidates / t->screen : 0);
    cupel_account_count(w, "kept", j->r.rows.n);
}

static void put_inputs(const journey *j, cupel_json_out *w)
{
    const cupel_demand *d = j->d;
    cupel_json_name(w, "inputs");
    cupel_json_open(w, '[');
    cupel_account_file(w, "demand", d->file, d->digest);
    for (size_t i = 0; i < d->n_properties; i++)
        cupel_account_file(w, d->property[i].name, d->property[i].model_file ? d->property[i].model_file : d->property[i].data.file,
                           d->property[i].data_digest);
    for (size_t i = 0; i < d->n_properties; i++)
        if (d->property[i].transferred)
            cupel_account_file(w, "transfer", d->property[i].transfer.file, cupel_transfer_facts_of(d->property[i].transferred).digest);
    for (size_t i = 0; i < j->r.identity.n; i++)
        if (strcmp(j->r.identity.name[i], "space") == 0) cupel_account_file(w, "space", NULL, j->r.identity.value[i]);
    cupel_json_close(w, ']');
}

static cupel_status write_account(const journey *j, cupel_err *err)
{
    cupel_str s = {0};
    cupel_json_out w = {.s = &s};
    cupel_account_head(&j->account, &w);
    cupel_account_outcome(&w, cupel_result_check_found(&j->r, NULL));
    put_times(j, &w);
    put_inputs(j, &w);
    cupel_account_reasons(&w, &j->account.said, NULL, 0);
    cupel_account_said(&w, &j->account.said);
    if (j->account.said.failed) s.failed = true;
    cupel_status st = cupel_account_write(&j->account, &w, err);
    cupel_str_free(&s);
    return st;
}

/* The report reads the account; the account ends with the report's digest. */
static cupel_status write_report(journey *j, cupel_err *err)
{
    cupel_status st = write_account(j, err);
    double begin = cupel_now();
    if (st == CUPEL_OK) st = cupel_report_write(j->account.folder, j->job, err);
    j->report = cupel_now() - begin;
    if (st == CUPEL_OK) st = cupel_account_note(&j->account, "report.html", NULL, err);
    if (st == CUPEL_OK) st = write_account(j, err);
    return st;
}

cupel_status cupel_run(const char *demand, const char *folder, const cupel_screen_options *options, const char *command, const cupel_job *job,
                       cupel_result *result, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_screen_options o = *options;
    journey j = {.job = NULL};
    char *ranking = NULL, *checkpoint = NULL;
    cupel_account_begin(&j.account, folder, command, job);
    j.job = cupel_account_listen(&j.account);
    CUPEL_TRY(cupel_demand_open(demand, &j.d, err));
    CUPEL_TRY(cupel_make_folder(folder, err));
    CUPEL_TRY(cupel_account_path(&j.account, "ranking.csv", &ranking, err));
    checkpoint = cupel_checkpoint_name(ranking);
    if (!checkpoint) CUPEL_TRY(cupel_no_memory(err, "a file name", 0));
    o.checkpoint = checkpoint;
    CUPEL_TRY(cupel_demand_guard(j.d, ranking, err));
    CUPEL_TRY(cupel_account_text(&j.account, "demand.yaml", j.d->text, j.d->n_text, err));
    CUPEL_TRY(cupel_account_note(&j.account, "demand.yaml", NULL, err));
    CUPEL_TRY(cupel_screen(j.d, &o, j.job, &j.r, &j.times, err));
    CUPEL_TRY(write_result(&j, "result.h5", err));
    CUPEL_TRY(save_models(&j, err));
    CUPEL_TRY(write_result(&j, "ranking.csv", err));
    CUPEL_TRY(write_report(&j, err));
    cupel_checkpoint_remove(checkpoint);
    st = cupel_result_check_found(&j.r, err);
done:
    if (result)
        *result = j.r;
    else
        cupel_result_release(&j.r);
    cupel_demand_free(j.d);
    cupel_account_release(&j.account);
    cupel_free(ranking);
    cupel_free(checkpoint);
    return st;
}
