#define _GNU_SOURCE /* ru_maxrss */
#include "core/engine/run.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/checkpoint.h"
#include "core/engine/report.h"
#include "core/io/input.h"
#include "core/io/json.h"
#include "core/sys/file.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { OUTPUTS_MAX = 6 + CUPEL_PROPERTIES_MAX };

typedef struct journey {
    const char *folder, *command;
    const cupel_job *job;
    cupel_demand *d;
    cupel_result r;
    cupel_screen_times times;
    char started[32];
    double begin, report;
    size_t n_outputs;
    char *output[OUTPUTS_MAX], digest[OUTPUTS_MAX][80]; /* names in the folder, "sha256:..." of the files */
} journey;

/* Joins the name to the folder; the caller frees. */
static cupel_status path_of(const journey *j, const char *name, char **path, cupel_err *err)
{
    *path = cupel_path_join(j->folder, name);
    return *path ? CUPEL_OK : cupel_no_memory(err, "a file name", 0);
}

static cupel_status note_output(journey *j, const char *name, cupel_err *err)
{
    char *path = NULL, hex[65] = "";
    size_t i = j->n_outputs;
    cupel_status st = path_of(j, name, &path, err);
    if (st == CUPEL_OK) st = cupel_digest_file(path, hex, err);
    if (st == CUPEL_OK && !(j->output[i] = cupel_strdup(name))) st = cupel_no_memory(err, "a file name", 0);
    if (st == CUPEL_OK) {
        snprintf(j->digest[i], sizeof j->digest[i], "sha256:%s", hex);
        j->n_outputs++;
    }
    cupel_free(path);
    return st;
}

static cupel_status write_text(const journey *j, const char *name, const char *text, size_t n, cupel_err *err)
{
    char *path = NULL;
    cupel_out *out = NULL;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(path_of(j, name, &path, err));
    CUPEL_TRY(cupel_out_open(path, &out, err));
    CUPEL_TRY(cupel_out_write(out, text, n, err));
    st = cupel_out_commit(&out, err);
done:
    cupel_out_abandon(&out);
    cupel_free(path);
    return st;
}

static cupel_status write_result(journey *j, const char *name, cupel_err *err)
{
    char *path = NULL;
    cupel_status st = path_of(j, name, &path, err);
    if (st == CUPEL_OK) st = cupel_result_write(&j->r, path, err);
    if (st == CUPEL_OK) st = note_output(j, name, err);
    cupel_free(path);
    return st;
}

static cupel_status save_models(journey *j, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; i < j->d->n_properties && st == CUPEL_OK; i++) {
        char name[32] = "model.h5", *path = NULL;
        if (i) snprintf(name, sizeof name, "model-%zu.h5", i + 1);
        st = path_of(j, name, &path, err);
        if (st == CUPEL_OK) st = cupel_model_save(j->d->property[i].model, path, err);
        if (st == CUPEL_OK) st = note_output(j, name, err);
        cupel_free(path);
    }
    return st;
}

static void number(cupel_json_out *w, const char *name, double x)
{
    char text[32];
    double rounded = x;
    snprintf(text, sizeof text, "%.4g", x); /* a clock is not better than that */
    if (!cupel_parse_double(cupel_text_of(text), &rounded)) rounded = x;
    cupel_json_name(w, name);
    cupel_json_put_number(w, rounded);
}

static void word(cupel_json_out *w, const char *name, const char *text)
{
    cupel_json_name(w, name);
    cupel_json_put_string(w, text);
}

static void whole(cupel_json_out *w, const char *name, int64_t x)
{
    cupel_json_name(w, name);
    cupel_json_put_int(w, x);
}

static void put_times(const journey *j, cupel_json_out *w)
{
    const cupel_screen_times *t = &j->times;
    double all = t->read + t->constrain + t->predict + t->rank + t->checkpoint;
    struct rusage usage;
    if (!(all > 0)) all = 1;
    cupel_json_name(w, "seconds");
    cupel_json_open(w, '{');
    number(w, "total", cupel_now() - j->begin);
    number(w, "train", t->train);
    number(w, "screen", t->screen);
    number(w, "report", j->report);
    cupel_json_close(w, '}');
    number(w, "cpu_seconds", cupel_cpu_seconds());
    if (getrusage(RUSAGE_SELF, &usage) == 0) whole(w, "max_rss_bytes", (int64_t)usage.ru_maxrss * 1024);
    cupel_json_name(w, "stages");
    cupel_json_open(w, '{');
    number(w, "read", t->read / all);
    number(w, "constraints", t->constrain / all);
    number(w, "describe", t->describe / all);
    number(w, "predict", (t->predict - t->describe) / all);
    number(w, "rank", t->rank / all);
    number(w, "checkpoint", t->checkpoint / all);
    cupel_json_close(w, '}');
    whole(w, "candidates", j->r.end - j->r.first);
    whole(w, "candidates_screened_here", (int64_t)t->candidates);
    number(w, "candidates_per_second", t->screen > 0 ? (double)t->candidates / t->screen : 0);
    whole(w, "kept", (int64_t)j->r.rows.n);
}

static void put_file(cupel_json_out *w, const char *name, const char *file, const char *digest)
{
    cupel_json_open(w, '{');
    if (name) word(w, "name", name);
    if (file) word(w, "file", file);
    word(w, "digest", digest);
    cupel_json_close(w, '}');
}

static void put_inputs(const journey *j, cupel_json_out *w)
{
    const cupel_demand *d = j->d;
    cupel_json_name(w, "inputs");
    cupel_json_open(w, '[');
    put_file(w, "demand", d->file, d->digest);
    for (size_t i = 0; i < d->n_properties; i++)
        put_file(w, d->property[i].name, d->property[i].model_file ? d->property[i].model_file : d->property[i].data.file,
                 d->property[i].data_digest);
    for (size_t i = 0; i < j->r.n_identity; i++)
        if (strcmp(j->r.identity[i], "space") == 0) put_file(w, "space", NULL, j->r.identity_value[i]);
    cupel_json_close(w, ']');
    cupel_json_name(w, "outputs");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < j->n_outputs; i++) put_file(w, NULL, j->output[i], j->digest[i]);
    cupel_json_close(w, ']');
}

static cupel_status write_account(const journey *j, cupel_err *err)
{
    cupel_str s = {0};
    cupel_json_out w = {.s = &s};
    char now[32], host[256] = "";
    cupel_utc_now(now);
    if (gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
    cupel_json_open(&w, '{');
    word(&w, "cupel", cupel_version());
    word(&w, "command", j->command);
    word(&w, "started", j->started);
    word(&w, "ended", now);
    word(&w, "host", host);
    whole(&w, "threads", (int64_t)j->job->threads);
    word(&w, "isa", cupel_isa_name(j->job->isa));
    put_times(j, &w);
    put_inputs(j, &w);
    cupel_json_close(&w, '}');
    cupel_str_putc(&s, '\n');
    cupel_status st = s.failed ? cupel_no_memory(err, "run.json", 0) : write_text(j, "run.json", s.p, s.n, err);
    cupel_str_free(&s);
    return st;
}

/* The report reads the account; the account ends with the report's digest. */
static cupel_status write_report(journey *j, cupel_err *err)
{
    cupel_status st = write_account(j, err);
    double begin = cupel_now();
    if (st == CUPEL_OK) st = cupel_report_write(j->folder, j->job, err);
    j->report = cupel_now() - begin;
    if (st == CUPEL_OK) st = note_output(j, "report.html", err);
    if (st == CUPEL_OK) st = write_account(j, err);
    return st;
}

cupel_status cupel_run(const char *demand, const char *folder, const cupel_screen_options *options, const char *command, const cupel_job *job,
                       cupel_result *result, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_screen_options o = *options;
    journey j = {.folder = folder, .command = command, .job = job, .begin = cupel_now()};
    char *ranking = NULL, *checkpoint = NULL;
    cupel_utc_now(j.started);
    CUPEL_TRY(cupel_demand_open(demand, &j.d, err));
    CUPEL_TRY(cupel_make_folder(folder, err));
    CUPEL_TRY(path_of(&j, "ranking.csv", &ranking, err));
    checkpoint = cupel_checkpoint_name(ranking);
    if (!checkpoint) CUPEL_TRY(cupel_no_memory(err, "a file name", 0));
    o.checkpoint = checkpoint;
    CUPEL_TRY(cupel_demand_guard(j.d, ranking, err));
    CUPEL_TRY(write_text(&j, "demand.yaml", j.d->text, j.d->n_text, err));
    CUPEL_TRY(note_output(&j, "demand.yaml", err));
    CUPEL_TRY(cupel_screen(j.d, &o, job, &j.r, &j.times, err));
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
    for (size_t i = 0; i < j.n_outputs; i++) cupel_free(j.output[i]);
    cupel_free(ranking);
    cupel_free(checkpoint);
    return st;
}
