#include "core/engine/micro/samples.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/artifact.h"
#include "core/io/input.h"
#include "core/sys/file.h"
#include "core/sys/par.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static const double ACCURACY = 1e-3; /* below what a surrogate misses by, and a third of the iterations of 1e-4 with voids */
static const char KIND[] = "microstructure-row";
enum { SCHEMA = 1, OUTER_GRID_MAX = 96 };

/* ---- memory ---- */

void cupel_samples_release(cupel_samples *s)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->reason) cupel_free(s->reason[i]);
        if (s->recipe) cupel_free(s->recipe[i]);
    }
    cupel_free(s->param);
    cupel_free(s->figure);
    cupel_free(s->reason);
    cupel_free(s->recipe);
    cupel_free(s->seed);
    *s = (cupel_samples){0};
}

size_t cupel_samples_good(const cupel_samples *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) n += !s->reason[i];
    return n;
}

static cupel_status room(const cupel_micro_demand *d, const cupel_micro_space *space, cupel_samples *s, cupel_err *err)
{
    cupel_layout_of(d, &s->layout);
    s->n = d->sample;
    s->n_params = space->n;
    const size_t bytes = cupel_mul(s->n, (s->layout.width + s->n_params) * sizeof(double) + 2 * sizeof(char *));
    cupel_status st = cupel_memory_check(bytes, "the sample", err);
    if (st != CUPEL_OK) return st;
    s->param = cupel_alloc(s->n, s->n_params * sizeof(double));
    s->figure = cupel_alloc(s->n, s->layout.width * sizeof(double));
    s->reason = cupel_alloc(s->n, sizeof *s->reason);
    s->recipe = cupel_alloc(s->n, sizeof *s->recipe);
    if (!s->param || !s->figure || !s->reason || !s->recipe) return cupel_no_memory(err, "the sample", bytes);
    return CUPEL_OK;
}

/* ---- checkpoints ---- */

/* What a row depends on besides its recipe: phases, grid, what is solved, and the program. */
static cupel_status identity_of(const cupel_micro_demand *d, char digest[80], cupel_err *err)
{
    cupel_str s = {0};
    cupel_input *in = NULL;
    char hex[65] = "";
    cupel_status st = CUPEL_OK;
    cupel_str_addf(&s, "cupel %s grid %llu k %d c %d alpha %d", cupel_version(), (unsigned long long)d->grid, d->needs_conduction,
                   d->needs_elasticity, d->needs_expansion);
    for (size_t p = 0; p < d->n_phases; p++) {
        const cupel_material *m = &d->phase[p].material;
        cupel_str_puts(&s, "\nphase");
        for (size_t i = 0; m->has_k && i < 9; i++) cupel_str_putc(&s, ' '), cupel_str_number(&s, m->k[i / 3][i % 3]);
        for (size_t i = 0; m->has_c && i < 36; i++) cupel_str_putc(&s, ' '), cupel_str_number(&s, m->c[i / 6][i % 6]);
        for (size_t i = 0; m->has_alpha && i < 6; i++) cupel_str_putc(&s, ' '), cupel_str_number(&s, m->alpha[i]);
    }
    if (s.failed) CUPEL_TRY(cupel_no_memory(err, "a digest", 0));
    CUPEL_TRY(cupel_input_of_text((cupel_text){s.p, s.n}, "demand", &in, err));
    CUPEL_TRY(cupel_input_digest(in, hex, err));
    snprintf(digest, 80, "sha256:%s", hex);
done:
    cupel_input_free(in);
    cupel_str_free(&s);
    return st;
}

typedef struct campaign {
    const cupel_micro_demand *d;
    const cupel_micro_space *space;
    const char *folder;
    const cupel_job *job;
    cupel_samples *s;
    char identity[80];
    size_t inner;          /* threads within a solve */
    cupel_lock *lock;      /* around artifacts and the count */
    size_t done;
    atomic_bool stopped;
} campaign;

static char *row_name(const char *folder, size_t i)
{
    char name[32];
    snprintf(name, sizeof name, "%06zu.h5", i);
    return cupel_path_join(folder, name);
}

static cupel_status save_row(const campaign *c, size_t i, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_writer *w = NULL;
    const size_t width = c->s->layout.width;
    char *path = row_name(c->folder, i);
    if (!path) return cupel_no_memory(err, "a file name", 0);
    CUPEL_TRY(cupel_writer_open(path, KIND, SCHEMA, c->d->seed, &w, err));
    CUPEL_TRY(cupel_writer_input(w, "demand", c->identity, err));
    CUPEL_TRY(cupel_writer_attr_text(w, "recipe", c->s->recipe[i], err));
    CUPEL_TRY(cupel_writer_attr_text(w, "reason", c->s->reason[i] ? c->s->reason[i] : "", err));
    CUPEL_TRY(cupel_writer_put(w, "figure", "", "numbers of one structure, in the order of the table", CUPEL_F64, 1, &width, c->s->figure + i * width,
                               err));
    st = cupel_writer_commit(&w, err);
done:
    cupel_writer_abandon(&w);
    cupel_free(path);
    return st;
}

static cupel_status other_demand(const char *path, cupel_err *err)
{
    return cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s' is of another demand or version of cupel; remove it, or run without --resume", path);
}

static cupel_status load_figures(campaign *c, size_t i, const cupel_reader *r, const char *path, cupel_err *err)
{
    size_t width = SIZE_MAX;
    double *figure = NULL;
    cupel_status st = cupel_reader_get(r, "figure", CUPEL_F64, 1, &width, (void **)&figure, err);
    if (st == CUPEL_OK && width != c->s->layout.width) st = other_demand(path, err);
    if (st == CUPEL_OK) memcpy(c->s->figure + i * width, figure, width * sizeof *figure);
    cupel_free(figure);
    return st;
}

/* True in *there when the row was done before. */
static cupel_status load_row(campaign *c, size_t i, bool *there, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_reader *r = NULL;
    char *identity = NULL, *recipe = NULL, *reason = NULL, *path = row_name(c->folder, i);
    *there = false;
    if (!path) return cupel_no_memory(err, "a file name", 0);
    if (!cupel_file_exists(path)) goto done;
    CUPEL_TRY(cupel_reader_open(path, KIND, SCHEMA, &r, err));
    CUPEL_TRY(cupel_reader_input(r, "demand", &identity, err));
    CUPEL_TRY(cupel_reader_attr_text(r, "recipe", &recipe, err));
    CUPEL_TRY(cupel_reader_attr_text(r, "reason", &reason, err));
    if (strcmp(identity, c->identity) != 0 || strcmp(recipe, c->s->recipe[i]) != 0) CUPEL_TRY(other_demand(path, err));
    CUPEL_TRY(load_figures(c, i, r, path, err));
    if (reason[0]) {
        c->s->reason[i] = reason;
        reason = NULL;
    }
    *there = true;
done:
    cupel_reader_free(r);
    cupel_free(identity);
    cupel_free(recipe);
    cupel_free(reason);
    cupel_free(path);
    return st;
}

void cupel_samples_forget(const char *folder, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char *path = row_name(folder, i);
        if (path) (void)remove(path);
        cupel_free(path);
    }
    (void)remove(folder);
}

/* ---- one row ---- */

/* Callbacks belong to the thread that called the library: it asks, the others look at what it found. */
typedef struct watch {
    campaign *c;
    bool first;
} watch;

static bool watched(void *user)
{
    watch *w = user;
    if (w->first && cupel_stopped(w->c->job)) atomic_store(&w->c->stopped, true);
    return atomic_load(&w->c->stopped);
}

static cupel_status keep_reason(char **reason, cupel_status st, const cupel_err *why, cupel_err *err)
{
    if (st == CUPEL_OK) return CUPEL_OK;
    *reason = cupel_strdup(why->message[0] ? why->message : "failed");
    return *reason ? CUPEL_OK : cupel_no_memory(err, "a reason", 0);
}

static cupel_status judge_row(campaign *c, size_t i, const cupel_job *job, cupel_err *err)
{
    cupel_recipe r;
    cupel_err why = {0};
    double *row = c->s->figure + i * c->s->layout.width;
    cupel_status st = cupel_micro_space_recipe(c->space, c->s->param + i * c->s->n_params, &r, &why);
    if (st == CUPEL_OK) st = cupel_assay(c->d, &r, c->d->grid, ACCURACY, job, row, &why);
    if (st == CUPEL_INTERRUPTED || st == CUPEL_NO_RESOURCE) {
        if (err) *err = why;
        return st;
    }
    if (st != CUPEL_OK)
        for (size_t k = 0; k < c->s->layout.width; k++) row[k] = NAN;
    return keep_reason(&c->s->reason[i], st, &why, err);
}

typedef struct todo {
    campaign *c;
    const size_t *row;
} todo;

static cupel_status do_row(void *user, size_t item, size_t worker, cupel_err *err)
{
    const todo *t = user;
    campaign *c = t->c;
    watch w = {c, worker == 0};
    const cupel_job job = {.threads = c->inner, .isa = c->job->isa, .user = &w, .stop = watched};
    if (watched(&w)) return cupel_fail(err, CUPEL_INTERRUPTED, "interrupted");
    cupel_status st = judge_row(c, t->row[item], &job, err);
    if (st != CUPEL_OK) return st;
    cupel_lock_take(c->lock);
    st = save_row(c, t->row[item], err);
    const size_t done = ++c->done;
    cupel_lock_give(c->lock);
    if (w.first) cupel_progress(c->job, "solving", done, c->s->n);
    return st;
}

/* ---- all rows ---- */

static cupel_status name_rows(const cupel_micro_space *space, cupel_samples *s, cupel_err *err)
{
    for (size_t i = 0; i < s->n; i++) {
        cupel_recipe r = space->middle;
        cupel_str text = {0};
        double *value = s->param + i * s->n_params;
        cupel_micro_space_point(space, i, value);
        for (size_t k = 0; k < space->n; k++) r.value[space->place[k]] = value[k];
        cupel_recipe_text(&r, &text);
        s->recipe[i] = text.failed ? NULL : cupel_strndup(text.p, text.n);
        cupel_str_free(&text);
        if (!s->recipe[i]) return cupel_no_memory(err, "recipes", 0);
    }
    return CUPEL_OK;
}

static cupel_status load_rows(campaign *c, bool resume, size_t *row, size_t *n_todo, cupel_err *err)
{
    if (!resume) cupel_samples_forget(c->folder, c->s->n);
    cupel_status st = cupel_make_folder(c->folder, err);
    for (size_t i = 0; st == CUPEL_OK && i < c->s->n; i++) {
        bool there = false;
        if (resume) st = load_row(c, i, &there, err);
        if (!there) row[(*n_todo)++] = i;
    }
    c->done = c->s->done_before = c->s->n - *n_todo;
    return st;
}

/* Small volumes are solved side by side, large ones each by all threads. The numbers are the same. */
static cupel_status run_rows(campaign *c, const size_t *row, size_t n_todo, cupel_err *err)
{
    const bool outer = c->d->grid <= OUTER_GRID_MAX;
    todo t = {c, row};
    c->inner = outer ? 1 : c->job->threads;
    c->lock = cupel_lock_new();
    if (!c->lock) return cupel_no_memory(err, "a lock", 0);
    cupel_progress(c->job, "solving", c->done, c->s->n);
    cupel_status st = cupel_par_for(outer ? c->job->threads : 1, n_todo, do_row, &t, err);
    cupel_lock_free(c->lock);
    if (st == CUPEL_INTERRUPTED) cupel_fail(err, st, "interrupted; %zu of %zu structures are solved and kept: go on with --resume", c->done, c->s->n);
    return st;
}

cupel_status cupel_samples_make(const cupel_micro_demand *d, const cupel_micro_space *space, const char *folder, bool resume, const cupel_job *job,
                                cupel_samples *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_samples s = {0};
    campaign c = {.d = d, .space = space, .folder = folder, .job = job, .s = &s};
    size_t *row = NULL, n_todo = 0;
    CUPEL_TRY(room(d, space, &s, err));
    CUPEL_TRY(name_rows(space, &s, err));
    CUPEL_TRY(identity_of(d, c.identity, err));
    row = cupel_alloc(s.n, sizeof *row);
    if (!row) CUPEL_TRY(cupel_no_memory(err, "the sample", s.n * sizeof *row));
    CUPEL_TRY(load_rows(&c, resume, row, &n_todo, err));
    st = run_rows(&c, row, n_todo, err);
done:
    cupel_free(row);
    if (st == CUPEL_OK)
        *out = s;
    else
        cupel_samples_release(&s);
    return st;
}
