#include "core/engine/micro/reused.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/store.h"
#include "core/io/input.h"
#include "core/io/json.h"
#include "core/sys/file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ACCOUNT_BYTES_MAX = 1 << 20 };

/* ---- what a surrogate is of ---- */

static void put_numbers(cupel_str *s, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) cupel_str_putc(s, ' '), cupel_str_number(s, x[i]);
}

static void put_space(const cupel_micro_space *space, cupel_str *s)
{
    cupel_recipe r = space->middle;
    for (size_t i = 0; i < space->n; i++) r.value[space->place[i]] = cupel_micro_space_param(space, i)->value;
    cupel_str_puts(s, "structure: ");
    cupel_recipe_text(&r, s);
    for (size_t i = 0; i < space->n; i++) {
        cupel_str_addf(s, "\nrange of %s:", cupel_micro_space_param(space, i)->name);
        put_numbers(s, &space->low[i], 1);
        cupel_str_puts(s, " to");
        put_numbers(s, &space->high[i], 1);
    }
}

static void put_phases(const cupel_micro_demand *d, cupel_str *s)
{
    for (size_t p = 0; p < d->n_phases; p++) {
        const cupel_material *m = &d->phase[p].material;
        if (d->needs_conduction) {
            cupel_str_addf(s, "\n%s of phase %zu%s%s%s:", d->conduction->name, p, *d->k_unit ? " [" : "", d->k_unit, *d->k_unit ? "]" : "");
            put_numbers(s, &m->k[0][0], 9);
        }
        if (d->needs_elasticity) {
            cupel_str_addf(s, "\nstiffness of phase %zu%s%s%s:", p, *d->c_unit ? " [" : "", d->c_unit, *d->c_unit ? "]" : "");
            put_numbers(s, &m->c[0][0], 36);
        }
        if (d->needs_expansion) {
            cupel_str_addf(s, "\nexpansion of phase %zu%s%s%s:", p, *d->alpha_unit ? " [" : "", d->alpha_unit, *d->alpha_unit ? "]" : "");
            put_numbers(s, m->alpha, 6);
        }
    }
    cupel_str_addf(s, "\nphases: %zu\n", d->n_phases);
}

cupel_status cupel_reused_facts(const cupel_micro_demand *d, const cupel_micro_space *space, cupel_str *text, char digest[80], cupel_err *err)
{
    cupel_input *in = NULL;
    char hex[65] = "";
    put_space(space, text);
    put_phases(d, text);
    if (text->failed) return cupel_no_memory(err, "what a surrogate is of", 0);
    cupel_status st = cupel_input_of_text((cupel_text){text->p, text->n}, "surrogate", &in, err);
    if (st == CUPEL_OK) st = cupel_input_digest(in, hex, err);
    if (st == CUPEL_OK) snprintf(digest, 80, "sha256:%s", hex);
    cupel_input_free(in);
    return st;
}

/* ---- the same? ---- */

/* Up to the end of the line. */
static cupel_text line_at(const char *p)
{
    const char *end = strchr(p, '\n');
    return (cupel_text){p, end ? (size_t)(end - p) : strlen(p)};
}

static cupel_text name_of(cupel_text line)
{
    const char *end = memchr(line.p, ':', line.n);
    return (cupel_text){line.p, end ? (size_t)(end - line.p) : line.n};
}

static bool same(cupel_text a, cupel_text b) { return a.n == b.n && memcmp(a.p, b.p, a.n) == 0; }

/* The line of `facts` with this name; p NULL: none. */
static cupel_text find(const char *facts, cupel_text name)
{
    for (const char *p = facts; *p; p += line_at(p).n, p += *p == '\n')
        if (same(name_of(line_at(p)), name)) return line_at(p);
    return (cupel_text){NULL, 0};
}

static cupel_status differs(const char *path, const cupel_micro_demand *d, cupel_text has, cupel_text needs, cupel_err *err)
{
    const cupel_text none = {"nothing of the kind", 19}, it = needs.p ? needs : has;
    const cupel_text name = name_of(it);
    const char *const remedy = "run the demand without a surrogate, and use the samples.h5 of that";
    if (!has.p) has = none;
    if (!needs.p) needs = none;
    return cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s' is a surrogate of something else than '%s' asks: %.*s: found '%.*s', expected '%.*s'; %s", path,
                      d->file, (int)name.n, name.p, (int)has.n, has.p, (int)needs.n, needs.p, remedy);
}

/* Everything that the demand needs is there and equal; what is there beyond that are further properties, no further ranges. */
cupel_status cupel_reused_fits(const char *path, const char *facts, const cupel_micro_demand *d, const cupel_micro_space *space, cupel_err *err)
{
    cupel_str mine = {0};
    char digest[80];
    cupel_status st = cupel_reused_facts(d, space, &mine, digest, err);
    for (const char *p = cupel_str_text(&mine); st == CUPEL_OK && *p; p += line_at(p).n, p += *p == '\n') {
        const cupel_text needs = line_at(p), has = find(facts, name_of(needs));
        if (!has.p || !same(has, needs)) st = differs(path, d, has, needs, err);
    }
    for (const char *p = facts; st == CUPEL_OK && *p; p += line_at(p).n, p += *p == '\n') {
        const cupel_text has = line_at(p), needs = find(cupel_str_text(&mine), name_of(has));
        if (strncmp(p, "range of ", 9) == 0 && !needs.p) st = differs(path, d, has, needs, err);
    }
    cupel_str_free(&mine);
    return st;
}

/* ---- opening ---- */

static bool number_of(const cupel_json *object, const char *name, double *x)
{
    const cupel_json *node = cupel_json_get(object, name);
    return node && cupel_json_number(node, x);
}

/* The account of the run that made it, if it stands beside it; nothing depends on it but what is said of time. */
static void read_account(const char *path, cupel_reused *s)
{
    char *file = cupel_path_beside(path, "run.json"), *text = NULL;
    cupel_input *in = NULL;
    cupel_json *root = NULL;
    size_t n = 0;
    double threads = 0, here = 0;
    s->seconds = NAN;
    const bool there = file && cupel_file_exists(file) && cupel_input_open(file, &in, NULL) == CUPEL_OK &&
                       cupel_input_rest(in, ACCOUNT_BYTES_MAX, &text, &n, NULL) == CUPEL_OK;
    if (there && cupel_json_read((cupel_text){text, n}, file, &root, NULL) == CUPEL_OK) {
        const cupel_json *seconds = cupel_json_get(root, "seconds");
        /* a run that was resumed counts only what it solved itself; of a design all of the search counts */
        const bool whole = !s->grid || (number_of(root, "sample_solved_here", &here) && here == (double)s->rows.n);
        if (!whole || !seconds || !number_of(seconds, s->grid ? "sample" : "search", &s->seconds)) s->seconds = NAN;
        if (number_of(root, "threads", &threads) && threads >= 1 && threads < 1e6) s->threads = (size_t)threads;
    }
    cupel_json_free(root);
    cupel_input_free(in);
    cupel_free(text);
    cupel_free(file);
}

cupel_status cupel_reused_open(const char *path, const cupel_micro_demand *d, const cupel_job *job, cupel_reused **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    *out = NULL;
    if (!d->space)
        return cupel_fail(err, CUPEL_USAGE,
                          "%s: a surrogate ('%s') is of a space, and the demand names none; write it as the run that made it had it", d->file, path);
    cupel_reused *s = cupel_alloc(1, sizeof *s);
    cupel_str facts = {0};
    if (!s) return cupel_no_memory(err, "a surrogate", sizeof *s);
    CUPEL_TRY(cupel_micro_space_read(d, &s->space, err));
    CUPEL_TRY(cupel_micro_load_rows(path, d, &s->space, &s->rows, &s->grid, err));
    CUPEL_TRY(cupel_reused_facts(d, &s->space, &facts, s->digest, err));
    CUPEL_TRY(cupel_micro_model_fit(d, &s->space, &s->rows, job, &s->model, err));
    read_account(path, s);
done:
    cupel_str_free(&facts);
    if (st == CUPEL_OK)
        *out = s;
    else
        cupel_reused_free(s);
    return st;
}

void cupel_reused_free(cupel_reused *s)
{
    if (!s) return;
    cupel_micro_model_free(s->model);
    cupel_samples_release(&s->rows);
    cupel_free(s);
}

void cupel_reused_words(const cupel_reused *s, cupel_str *out)
{
    cupel_str_addf(out, "%zu structures solved before", cupel_samples_good(&s->rows));
    if (s->grid)
        cupel_str_addf(out, " on grid %llu", (unsigned long long)s->grid);
    else
        cupel_str_puts(out, " on the grids of a search");
    if (isfinite(s->seconds)) cupel_str_addf(out, " in %.3g s", s->seconds);
    if (isfinite(s->seconds) && s->threads) cupel_str_addf(out, " with %zu thread%s", s->threads, s->threads == 1 ? "" : "s");
}
