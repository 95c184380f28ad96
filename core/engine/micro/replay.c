#include "core/engine/micro/replay.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/input.h"
#include "core/sys/file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char NAME[] = "progress.cupel";
enum { TRIAL = 1, DERIVATIVES = 2, DESIGN = 3, AFTER = 4, WHY_MAX = 240 };

typedef struct kept_trial {
    cupel_tensors t;
    double blend_k, blend_c, seconds; /* that it took */
    uint64_t solves;
} kept_trial;

typedef struct kept_design {
    cupel_design design; /* its pointers are not used */
    char why_not[WHY_MAX]; /* "": none */
    double seconds;        /* that the verification took */
} kept_design;

/* ---- opening ---- */

/* First what explains a difference further down. Sizes: another program may lay records out otherwise. */
static cupel_status identity_of(const cupel_micro_demand *d, const cupel_job *job, cupel_str *s, cupel_err *err)
{
    char hex[65] = "none";
    if (d->surrogate) {
        cupel_status st = cupel_digest_file(d->surrogate, hex, err);
        if (st != CUPEL_OK) return st;
    }
    cupel_str_addf(s, "program: %s (%zu, %zu)\nisa: %s\ngrid: %llu\nseed: %llu\nsurrogate: %s\ndemand: %s\n", cupel_version(), sizeof(kept_trial),
                   sizeof(kept_design), cupel_isa_name(job->isa), (unsigned long long)d->grid, (unsigned long long)d->seed, hex, d->digest);
    return s->failed ? cupel_no_memory(err, "an identity", 0) : CUPEL_OK;
}

cupel_status cupel_replay_open(const char *folder, const cupel_micro_demand *d, bool resume, const cupel_job *job, cupel_journal **journal,
                               cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str identity = {0};
    char *path = cupel_path_join(folder, NAME);
    if (!path) CUPEL_TRY(cupel_no_memory(err, "a file name", 0));
    CUPEL_TRY(identity_of(d, job, &identity, err));
    const bool there = cupel_file_exists(path);
    if (!resume && there) cupel_say(job, CUPEL_NOTE, "starting from the beginning; '%s' is there, and --resume would go on from it", path);
    if (resume && !there) cupel_say(job, CUPEL_NOTE, "no '%s': starting from the beginning", path);
    CUPEL_TRY(cupel_journal_open(path, cupel_str_text(&identity), resume, journal, err));
    double seconds;
    const size_t n = cupel_journal_waiting(*journal, &seconds);
    if (resume && cupel_journal_cut(*journal))
        cupel_say(job, CUPEL_WARNING, "'%s' is cut off: its last %zu bytes are no whole record, and what they held is computed again", path,
                  cupel_journal_cut(*journal));
    if (resume && there) cupel_say(job, CUPEL_NOTE, "resuming with %zu results of %.3g s", n, seconds);
done:
    cupel_str_free(&identity);
    cupel_free(path);
    return st;
}

/* ---- records ---- */

static uint64_t key_of_recipe(uint64_t before, const cupel_recipe *r)
{
    const char *name = r->generator->method.name;
    uint64_t key = cupel_journal_key(before, name, strlen(name));
    key = cupel_journal_key(key, r->value, cupel_method_n_params(&r->generator->method) * sizeof *r->value);
    return cupel_journal_key(key, &r->seed, sizeof r->seed);
}

static uint64_t key_of_trial(const cupel_recipe *r, const cupel_trial_options *o)
{
    const double number[6] = {(double)o->grid, o->accuracy, isnan(o->blend_k) ? -1 : o->blend_k, isnan(o->blend_c) ? -1 : o->blend_c, o->fields,
                              o->guess != NULL};
    return cupel_journal_key(key_of_recipe(0, r), number, sizeof number);
}

bool cupel_replay_trial(cupel_search *s, const cupel_recipe *r, const cupel_trial_options *o, cupel_trial *t, double *seconds)
{
    kept_trial k;
    double at;
    const void *p = s->journal ? cupel_journal_next(s->journal, TRIAL, key_of_trial(r, o), sizeof k, &at) : NULL;
    if (!p) return false;
    memcpy(&k, p, sizeof k);
    *t = (cupel_trial){.recipe = *r, .made = *o, .blend_k = k.blend_k, .blend_c = k.blend_c, .t = k.t, .solves = (size_t)k.solves};
    t->made.guess = NULL;
    cupel_recipe_grid(r, o->grid, t->n);
    *seconds = k.seconds;
    cupel_clock_set_back(&s->clock, at);
    return true;
}

cupel_status cupel_replay_keep_trial(const cupel_search *s, const cupel_recipe *r, const cupel_trial_options *o, const cupel_trial *t, double seconds,
                                     cupel_err *err)
{
    const kept_trial k = {.t = t->t, .blend_k = t->blend_k, .blend_c = t->blend_c, .seconds = seconds, .solves = t->solves};
    return s->journal ? cupel_journal_add(s->journal, TRIAL, key_of_trial(r, o), &k, sizeof k, cupel_clock_worked(&s->clock), err) : CUPEL_OK;
}

/* Of the place, the fields, and what the residuals are counted from. */
static uint64_t key_of_derivatives(const cupel_search *s, const cupel_trial *t)
{
    uint64_t key = key_of_trial(&t->recipe, &t->made);
    key = cupel_journal_key(key, s->x, s->family->n * sizeof *s->x);
    key = cupel_journal_key(key, s->shift.k, sizeof s->shift.k);
    key = cupel_journal_key(key, s->shift.c, sizeof s->shift.c);
    key = cupel_journal_key(key, s->shift.alpha, sizeof s->shift.alpha);
    key = cupel_journal_key(key, s->shift.fraction, sizeof s->shift.fraction);
    key = cupel_journal_key(key, s->own_shift.k, sizeof s->own_shift.k);
    key = cupel_journal_key(key, s->own_shift.c, sizeof s->own_shift.c);
    key = cupel_journal_key(key, s->own_shift.alpha, sizeof s->own_shift.alpha);
    key = cupel_journal_key(key, s->goal, s->d->n_asks * sizeof *s->goal);
    key = cupel_journal_key(key, s->thin, s->d->n_asks * sizeof *s->thin);
    return cupel_journal_key(key, s->margin, s->d->n_asks * sizeof *s->margin);
}

/* The seconds, then the derivatives. */
bool cupel_replay_derivatives(cupel_search *s, const cupel_trial *t, size_t m, double *j, double *seconds)
{
    double at;
    const size_t bytes = m * s->family->n * sizeof *j;
    const char *p = s->journal ? cupel_journal_next(s->journal, DERIVATIVES, key_of_derivatives(s, t), sizeof *seconds + bytes, &at) : NULL;
    if (!p) return false;
    memcpy(seconds, p, sizeof *seconds);
    memcpy(j, p + sizeof *seconds, bytes);
    cupel_clock_set_back(&s->clock, at);
    return true;
}

cupel_status cupel_replay_keep_derivatives(const cupel_search *s, const cupel_trial *t, size_t m, const double *j, double seconds, cupel_err *err)
{
    const size_t n = m * s->family->n;
    if (!s->journal) return CUPEL_OK;
    double *k = cupel_alloc(1 + n, sizeof *k);
    if (!k) return cupel_no_memory(err, "the progress of a design", (1 + n) * sizeof *k);
    k[0] = seconds;
    memcpy(k + 1, j, n * sizeof *k);
    const double worked = cupel_clock_worked(&s->clock);
    cupel_status st = cupel_journal_add(s->journal, DERIVATIVES, key_of_derivatives(s, t), k, (1 + n) * sizeof *k, worked, err);
    cupel_free(k);
    return st;
}

bool cupel_replay_design(cupel_search *s, const cupel_recipe *recipe, cupel_design *out, double *seconds)
{
    double at;
    char *p = s->journal ? cupel_journal_next(s->journal, DESIGN, key_of_recipe(s->out->solves, recipe), sizeof(kept_design), &at) : NULL;
    if (!p) return false;
    memcpy(out, p + offsetof(kept_design, design), sizeof *out);
    memcpy(seconds, p + offsetof(kept_design, seconds), sizeof *seconds);
    char *why = p + offsetof(kept_design, why_not);
    why[WHY_MAX - 1] = '\0';
    out->why_not = *why ? why : NULL;
    out->recipe.generator = recipe->generator;
    s->out->solves = out->solves;
    cupel_clock_set_back(&s->clock, at);
    return true;
}

cupel_status cupel_replay_keep_design(const cupel_search *s, const cupel_recipe *recipe, size_t solved, const cupel_design *one, double seconds,
                                      cupel_err *err)
{
    if (!s->journal) return CUPEL_OK;
    kept_design *k = cupel_alloc(1, sizeof *k);
    if (!k) return cupel_no_memory(err, "the progress of a design", sizeof *k);
    k->design = *one;
    k->design.why_not = NULL;
    k->design.recipe.generator = NULL;
    k->seconds = seconds;
    if (one->why_not) snprintf(k->why_not, WHY_MAX, "%s", one->why_not);
    cupel_status st = cupel_journal_add(s->journal, DESIGN, key_of_recipe(solved, recipe), k, sizeof *k, cupel_clock_worked(&s->clock), err);
    cupel_free(k);
    return st;
}

bool cupel_replay_after(cupel_journal *journal, uint32_t what, const cupel_recipe *recipe, void *data, size_t bytes, double *at)
{
    const void *p = journal ? cupel_journal_next(journal, AFTER, key_of_recipe(what, recipe), bytes, at) : NULL;
    if (p) memcpy(data, p, bytes);
    return p != NULL;
}

cupel_status cupel_replay_keep_after(cupel_journal *journal, uint32_t what, const cupel_recipe *recipe, const void *data, size_t bytes, double worked,
                                     cupel_err *err)
{
    return journal ? cupel_journal_add(journal, AFTER, key_of_recipe(what, recipe), data, bytes, worked, err) : CUPEL_OK;
}
