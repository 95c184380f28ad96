#include "core/engine/micro/run.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/account.h"
#include "core/engine/micro/physics.h"
#include "core/engine/micro/store.h"
#include "core/engine/micro/reused.h"
#include "core/io/input.h"
#include "core/sys/file.h"
#include "models/learn/joint.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double NO_CHANCE = 0.01;

typedef struct road {
    cupel_account account;
    const cupel_job *job;
    cupel_micro_demand *d;
    cupel_micro_space space;
    cupel_samples samples;
    char *reused, reused_digest[80]; /* in words what surrogate was taken instead of a sample; NULL: none */
    cupel_micro_model *model;
    cupel_micro_facts facts;
    cupel_micro_ranking ranking;
    double sample, train, predict, verify, report;
} road;

static void road_release(road *r)
{
    cupel_micro_model_free(r->model);
    cupel_micro_facts_release(&r->facts);
    cupel_micro_ranking_release(&r->ranking);
    cupel_samples_release(&r->samples);
    cupel_micro_demand_free(r->d);
    cupel_free(r->reused);
    cupel_account_release(&r->account);
}

/* ---- files ---- */

typedef enum table { SAMPLES_CSV, SAMPLES_H5, RANKING_CSV, RESULT_H5 } table;
static const char *const table_name[] = {"samples.csv", "samples.h5", "ranking.csv", "result.h5"};

static cupel_status write_table(road *r, table t, cupel_err *err)
{
    char *path = NULL;
    cupel_status st = cupel_account_path(&r->account, table_name[t], &path, err);
    if (st == CUPEL_OK)
        switch (t) {
        case SAMPLES_CSV: st = cupel_samples_csv(&r->samples, r->d, &r->space, path, err); break;
        case SAMPLES_H5: st = cupel_micro_save_samples(&r->samples, &r->facts, r->d, &r->space, path, err); break;
        case RANKING_CSV: st = cupel_micro_ranking_csv(&r->ranking, r->d, &r->space, path, err); break;
        case RESULT_H5: st = cupel_micro_save_ranking(&r->ranking, r->d, &r->space, path, err); break;
        }
    if (st == CUPEL_OK) st = cupel_account_note(&r->account, table_name[t], NULL, err);
    cupel_free(path);
    return st;
}

/* ---- how it ends ---- */

/* The number that is farthest out, in words. */
static void put_nearest(const road *r, cupel_str *s)
{
    const cupel_ranked *x = &r->ranking.row[0];
    bool any = false;
    for (size_t a = 0; a < r->d->n_asks; a++) {
        const cupel_ask *ask = &r->d->ask[a];
        const double value = x->verified ? x->value[a] : x->forecast.value[a], factor = cupel_ask_factor(ask);
        const bool miss = x->verified ? x->verdict[a] == CUPEL_MISSES : !cupel_ask_met(ask, value);
        if (!miss) continue;
        cupel_str_addf(s, "%s%s%s %.4g%s%s", any ? ", " : "", ask->name, ask->whole ? " is off by" : "", factor * value,
                       *cupel_ask_unit(ask) ? " " : "", cupel_ask_unit(ask));
        any = true;
    }
    if (!any) cupel_str_puts(s, "each number can be had, not all together");
}

static cupel_status check_found(const road *r, cupel_err *err)
{
    const cupel_micro_ranking *k = &r->ranking;
    const cupel_ranked *x = k->n ? &k->row[0] : NULL;
    cupel_str s = {0};
    if (x && (x->verified ? x->all != CUPEL_MISSES : !x->reason && x->forecast.chance > NO_CHANCE)) return CUPEL_OK;
    if (!x) return cupel_fail(err, CUPEL_INFEASIBLE, "no candidate of the space can be made");
    put_nearest(r, &s);
    cupel_status st =
        cupel_fail(err, CUPEL_INFEASIBLE, "nothing in the space was found that meets the demand, which proves nothing; the nearest, %s: %s. Widen "
                   "the space or the windows", x->recipe, x->reason ? x->reason : cupel_str_text(&s));
    cupel_str_free(&s);
    return st;
}

/* ---- the account ---- */

static void put_figures(const road *r, cupel_json_out *w)
{
    size_t verified = 0;
    for (size_t i = 0; i < r->ranking.n; i++) verified += r->ranking.row[i].verified;
    cupel_json_name(w, "seconds");
    cupel_json_open(w, '{');
    cupel_account_number(w, "total", cupel_now() - r->account.begin);
    cupel_account_number(w, "sample", r->sample);
    cupel_account_number(w, "train", r->train);
    cupel_account_number(w, "predict", r->predict);
    cupel_account_number(w, "verify", r->verify);
    cupel_account_number(w, "report", r->report);
    cupel_json_close(w, '}');
    cupel_account_usage(w);
    cupel_account_count(w, "sample", r->samples.n);
    cupel_account_count(w, "sample_failed", r->samples.n - cupel_samples_good(&r->samples));
    cupel_account_count(w, "sample_solved_here", r->samples.n - r->samples.done_before);
    cupel_account_count(w, "candidates", r->ranking.candidates);
    cupel_account_number(w, "candidates_per_second", r->ranking.seconds > 0 ? (double)r->ranking.candidates / r->ranking.seconds : 0);
    cupel_account_count(w, "kept", r->ranking.n);
    cupel_account_count(w, "verified", verified);
}

/* Structures of the sample and of the ranking that could not be made or solved; their tables say why. */
static void put_reasons(const road *r, cupel_json_out *w)
{
    size_t n = r->samples.n - cupel_samples_good(&r->samples);
    for (size_t i = 0; i < r->ranking.n; i++) n += r->ranking.row[i].reason != NULL;
    cupel_json_name(w, "reasons");
    cupel_json_open(w, '{');
    if (n) cupel_account_count(w, "not_solved", n);
    cupel_json_close(w, '}');
}

static cupel_status write_account(const road *r, cupel_err *err)
{
    cupel_str s = {0};
    cupel_json_out w = {.s = &s};
    cupel_account_head(&r->account, &w);
    cupel_account_outcome(&w, check_found(r, NULL));
    put_figures(r, &w);
    put_reasons(r, &w);
    cupel_json_name(&w, "inputs");
    cupel_json_open(&w, '[');
    cupel_account_file(&w, "demand", r->d->file, r->d->digest);
    if (r->reused) cupel_account_file(&w, "surrogate", r->d->surrogate, r->reused_digest);
    cupel_json_close(&w, ']');
    cupel_status st = cupel_account_write(&r->account, &w, err);
    cupel_str_free(&s);
    return st;
}

/* The report reads the account; the account ends with the report's digest. */
static cupel_status write_report(road *r, cupel_err *err)
{
    const double begin = cupel_now();
    cupel_status st = write_account(r, err);
    if (st == CUPEL_OK) st = cupel_micro_report_write(r->account.folder, r->job, err);
    r->report = cupel_now() - begin;
    if (st == CUPEL_OK) st = cupel_account_note(&r->account, "report.html", NULL, err);
    if (st == CUPEL_OK) st = write_account(r, err);
    return st;
}

/* ---- stages ---- */

/* What a long run would find out too late. */
static cupel_status check_before(const road *r, cupel_err *err)
{
    const cupel_micro_demand *d = r->d;
    if (d->needs_expansion && d->n_phases != 2)
        return cupel_fail(err, CUPEL_USAGE, "%s: expansion is learned through the stiffness, which tells it for two phases; the demand has %zu",
                          d->file, d->n_phases);
    return cupel_memory_check(cupel_joint_bytes(d->sample, r->space.n, CUPEL_PHYSICS_MAX, 27 + d->n_phases), "the surrogate of such a sample", err);
}

static cupel_status open_road(road *r, const char *demand, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_micro_demand_open(demand, &r->d, err));
    cupel_micro_demand_say(r->d, r->job);
    CUPEL_TRY(cupel_micro_check_table(r->d, err));
    CUPEL_TRY(cupel_micro_space_read(r->d, &r->space, err));
    CUPEL_TRY(check_before(r, err));
    if (r->d->budget_seconds < HUGE_VAL || r->d->budget_solves)
        cupel_say(r->job, CUPEL_NOTE, "the budget is for 'cupel design'; a table solves its whole sample, %llu structures",
                  (unsigned long long)r->d->sample);
    CUPEL_TRY(cupel_make_folder(r->account.folder, err));
    CUPEL_TRY(cupel_account_text(&r->account, "demand.yaml", r->d->text, r->d->n_text, err));
    st = cupel_account_note(&r->account, "demand.yaml", NULL, err);
done:
    return st;
}

/* Rows of an earlier run: nothing is solved. They become those of this run, with its name on them. */
static cupel_status reuse(road *r, cupel_err *err)
{
    cupel_reused *s = NULL;
    cupel_str words = {0};
    char hex[65] = "";
    cupel_status st = cupel_reused_open(r->d->surrogate, r->d, r->job, &s, err);
    if (st != CUPEL_OK) return st;
    CUPEL_TRY(cupel_digest_file(r->d->surrogate, hex, err));
    snprintf(r->reused_digest, sizeof r->reused_digest, "sha256:%s", hex);
    cupel_reused_words(s, &words);
    r->reused = words.failed ? NULL : cupel_strdup(cupel_str_text(&words));
    if (!r->reused) CUPEL_TRY(cupel_no_memory(err, "words", 0));
    r->samples = s->rows;
    r->samples.done_before = s->rows.n;
    s->rows = (cupel_samples){.n = 0};
    cupel_say(r->job, CUPEL_NOTE, "'%s': %s; none is solved here", r->d->surrogate, r->reused);
done:
    cupel_str_free(&words);
    cupel_reused_free(s);
    return st;
}

static cupel_status learn(road *r, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const double begin = cupel_now();
    const size_t failed = r->samples.n - cupel_samples_good(&r->samples);
    if (failed)
        cupel_say(r->job, CUPEL_WARNING, "%zu of %zu structures could not be made or solved; samples.csv gives the reasons", failed, r->samples.n);
    CUPEL_TRY(cupel_micro_model_fit(r->d, &r->space, &r->samples, r->job, &r->model, err));
    CUPEL_TRY(cupel_micro_facts_of(r->model, r->d->n_asks, &r->facts, err));
    if (ceil((double)(r->facts.n + 1) * r->d->level - 1e-9) > (double)r->facts.n)
        cupel_say(r->job, CUPEL_WARNING, "intervals at %g %% need a sample of %.0f; with %zu they hold less often", 100 * r->d->level,
                  ceil(r->d->level / (1 - r->d->level) - 1e-9), r->facts.n);
    r->train = cupel_now() - begin;
done:
    return st;
}

static cupel_status predict_and_verify(road *r, cupel_err *err)
{
    double begin = cupel_now();
    cupel_status st = cupel_micro_rank(r->model, r->d, &r->space, r->job, &r->ranking, err);
    r->predict = cupel_now() - begin;
    begin = cupel_now();
    if (st == CUPEL_OK) st = cupel_micro_verify(r->d, &r->space, r->job, &r->ranking, err);
    r->verify = cupel_now() - begin;
    return st;
}

static void put_outcome(const road *r, cupel_str *s)
{
    const cupel_micro_ranking *k = &r->ranking;
    size_t verified = 0, meets = 0, open = 0;
    for (size_t i = 0; i < k->n; i++) {
        verified += k->row[i].verified;
        meets += k->row[i].verified && k->row[i].all == CUPEL_MEETS;
        open += k->row[i].verified && k->row[i].all == CUPEL_OPEN;
    }
    if (r->reused) cupel_str_addf(s, "surrogate %s: %s, none here\n", r->d->surrogate, r->reused);
    cupel_str_addf(s, "%zu structures solved, %llu predicted, %zu kept; %zu verified, of which %zu meet the demand",
                   r->reused ? (size_t)0 : cupel_samples_good(&r->samples), (unsigned long long)k->candidates, k->n, verified, meets);
    if (open) cupel_str_addf(s, " and %zu may within the error", open);
    cupel_str_puts(s, "\n");
    if (k->n) cupel_str_addf(s, "first: %s\n", k->row[0].recipe);
    cupel_str_addf(s, "%s/ranking.csv %s/report.html\n", r->account.folder, r->account.folder);
}

cupel_status cupel_micro_run(const char *demand, const char *folder, bool resume, const char *command, const cupel_job *job, cupel_str *words,
                             cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    road r = {.job = job};
    char *checkpoint = NULL;
    cupel_account_begin(&r.account, folder, command, job);
    CUPEL_TRY(open_road(&r, demand, err));
    CUPEL_TRY(cupel_account_path(&r.account, "samples.checkpoint", &checkpoint, err));
    if (r.d->surrogate)
        CUPEL_TRY(reuse(&r, err));
    else
        CUPEL_TRY(cupel_samples_make(r.d, &r.space, checkpoint, resume, job, &r.samples, err));
    r.sample = cupel_now() - r.account.begin;
    CUPEL_TRY(write_table(&r, SAMPLES_CSV, err));
    CUPEL_TRY(learn(&r, err));
    CUPEL_TRY(write_table(&r, SAMPLES_H5, err));
    CUPEL_TRY(predict_and_verify(&r, err));
    CUPEL_TRY(write_table(&r, RESULT_H5, err));
    CUPEL_TRY(write_table(&r, RANKING_CSV, err));
    CUPEL_TRY(write_report(&r, err));
    if (!r.d->surrogate) cupel_samples_forget(checkpoint, r.samples.n);
    put_outcome(&r, words);
    st = words->failed ? cupel_no_memory(err, "the outcome", 0) : check_found(&r, err);
done:
    cupel_free(checkpoint);
    road_release(&r);
    return st;
}
