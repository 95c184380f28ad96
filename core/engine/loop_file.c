/* The loop as rows in memory and as an artifact. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/loop.h"
#include "core/io/artifact.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SCHEMA = 1 };

void cupel_loop_release(cupel_loop *l)
{
    for (size_t i = 0; i < l->n * l->header.n; i++) cupel_free(l->cell[i]);
    for (size_t i = 0; i < l->n_history; i++) {
        cupel_free(l->file[i]);
        cupel_free(l->digest[i]);
        cupel_free(l->time[i]);
    }
    for (size_t i = 0; i < l->n; i++) cupel_free(l->id[i]);
    cupel_free(l->cell);
    cupel_free(l->id);
    cupel_free(l->id_column);
    cupel_free(l->state);
    cupel_free(l->told);
    cupel_free(l->file);
    cupel_free(l->digest);
    cupel_free(l->time);
    cupel_free(l->rows);
    cupel_header_release(&l->header);
    *l = (cupel_loop){0};
}

/* ---- rows ---- */

static bool room_for_row(cupel_loop *l)
{
    size_t a = l->cap, b = l->cap, c = l->cap * l->header.n, d = l->cap;
    if (l->n < l->cap) return true;
    if (!cupel_grow(&l->state, &a, l->n + 1, sizeof *l->state) || !cupel_grow(&l->told, &b, a, sizeof *l->told) ||
        !cupel_grow(&l->id, &d, a, sizeof *l->id) || !cupel_grow(&l->cell, &c, cupel_mul(a, l->header.n), sizeof *l->cell))
        return false;
    l->cap = a;
    return true;
}

cupel_status cupel_loop_add(cupel_loop *l, const cupel_text *cell, cupel_trial_state state, cupel_err *err)
{
    const size_t w = l->header.n;
    if (!room_for_row(l) || !(l->id[l->n] = cupel_strdup(""))) return cupel_no_memory(err, "a row of the loop", 0);
    for (size_t k = 0; k < w; k++) {
        l->cell[l->n * w + k] = cupel_strndup(cell[k].n ? cell[k].p : "", cell[k].n);
        if (l->cell[l->n * w + k]) continue;
        while (k--) cupel_free(l->cell[l->n * w + k]);
        cupel_free(l->id[l->n]);
        return cupel_no_memory(err, "a row of the loop", 0);
    }
    l->state[l->n] = (unsigned char)state;
    l->told[l->n] = l->n_history ? (int64_t)l->n_history - 1 : 0;
    l->n++;
    if (l->n_history) l->rows[l->n_history - 1]++;
    return CUPEL_OK;
}

static bool room_for_note(cupel_loop *l)
{
    size_t a = l->cap_history, b = a, c = a, d = a;
    if (l->n_history < a) return true;
    if (!cupel_grow(&l->file, &a, l->n_history + 1, sizeof *l->file) || !cupel_grow(&l->digest, &b, a, sizeof *l->digest) ||
        !cupel_grow(&l->time, &c, a, sizeof *l->time) || !cupel_grow(&l->rows, &d, a, sizeof *l->rows))
        return false;
    l->cap_history = a;
    return true;
}

static cupel_status add_note(cupel_loop *l, const char *file, const char *digest, const char *time, int64_t rows, cupel_err *err)
{
    if (!room_for_note(l)) return cupel_no_memory(err, "the history of a loop", 0);
    const size_t i = l->n_history;
    l->file[i] = cupel_strdup(file), l->digest[i] = cupel_strdup(digest), l->time[i] = cupel_strdup(time), l->rows[i] = rows;
    l->n_history++;
    return l->file[i] && l->digest[i] && l->time[i] ? CUPEL_OK : cupel_no_memory(err, "the history of a loop", 0);
}

cupel_status cupel_loop_note(cupel_loop *l, const char *file, const char *digest, cupel_err *err)
{
    char now[32];
    cupel_utc_now(now);
    return add_note(l, file, digest, now, 0, err);
}

/* Inputs that were converted from another unit differ in the last digits. */
static const double ROUNDING = 1e-9;

static bool equal(cupel_text a, cupel_text b)
{
    double x, y;
    a = cupel_text_trim(a), b = cupel_text_trim(b);
    if (cupel_parse_double(a, &x) && cupel_parse_double(b, &y)) return x == y || fabs(x - y) <= ROUNDING * fmax(fabs(x), fabs(y));
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

size_t cupel_loop_find(const cupel_loop *l, const cupel_text *cell, size_t from)
{
    for (size_t i = from; i < l->n; i++) {
        if (l->state[i] == CUPEL_TRIAL_WITHDRAWN) continue;
        size_t k = 0;
        while (k < l->n_inputs && equal(cupel_text_of(l->cell[i * l->header.n + k]), cell[k])) k++;
        if (k == l->n_inputs) return i;
    }
    return SIZE_MAX;
}

cupel_status cupel_loop_name(cupel_loop *l, size_t row, cupel_text id, cupel_err *err)
{
    char *text = cupel_strndup(id.n ? id.p : "", id.n);
    if (!text) return cupel_no_memory(err, "the id of an experiment", id.n);
    cupel_free(l->id[row]);
    l->id[row] = text;
    return CUPEL_OK;
}

cupel_status cupel_loop_name_column(cupel_loop *l, const char *name, cupel_err *err)
{
    char *text = cupel_strdup(name);
    if (!text) return cupel_no_memory(err, "the column of ids", 0);
    cupel_free(l->id_column);
    l->id_column = text;
    return CUPEL_OK;
}

static bool same_inputs(const cupel_loop *l, size_t a, size_t b)
{
    for (size_t k = 0; k < l->n_inputs; k++)
        if (!equal(cupel_text_of(l->cell[a * l->header.n + k]), cupel_text_of(l->cell[b * l->header.n + k]))) return false;
    return true;
}

size_t cupel_loop_find_id(const cupel_loop *l, cupel_text id, bool *several)
{
    size_t found = SIZE_MAX;
    *several = false;
    for (size_t i = 0; i < l->n; i++) {
        if (l->state[i] == CUPEL_TRIAL_WITHDRAWN || !*l->id[i] || !equal(cupel_text_of(l->id[i]), id)) continue;
        const bool waits = l->state[i] == CUPEL_TRIAL_PENDING, waited = found != SIZE_MAX && l->state[found] == CUPEL_TRIAL_PENDING;
        if (found != SIZE_MAX && waits == waited && !same_inputs(l, i, found)) *several = true;
        if (found == SIZE_MAX || (waits && !waited)) *several = found == SIZE_MAX ? *several : false, found = i;
    }
    return found;
}

cupel_status cupel_loop_table(const cupel_loop *l, const char *path, bool pending, cupel_trial_table *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str line = {0};
    const size_t w = l->header.n + !pending;
    cupel_text *cell = cupel_alloc(w, sizeof *cell);
    size_t *begin = cupel_alloc(w + 1, sizeof *begin);
    *t = (cupel_trial_table){.file = cupel_strdup(path)};
    if (!cell || !begin || !t->file) CUPEL_TRY(cupel_no_memory(err, "the loop as a table", 0));
    for (size_t k = 0; k < l->header.n; k++) CUPEL_TRY(cupel_header_add(&t->header, cupel_text_of(l->header.name[k]), err));
    if (!pending) CUPEL_TRY(cupel_header_add(&t->header, cupel_text_of("failed"), err));
    t->records.n_cols = w;
    for (size_t i = 0; i < l->n; i++) {
        if ((l->state[i] == CUPEL_TRIAL_PENDING) != pending || l->state[i] == CUPEL_TRIAL_WITHDRAWN) continue;
        cupel_str_clear(&line);
        for (size_t k = 0; k < w; k++) { /* in one stretch */
            begin[k] = line.n;
            cupel_str_puts(&line, k < l->header.n ? l->cell[i * l->header.n + k] : l->state[i] == CUPEL_TRIAL_FAILED ? "1" : "0");
        }
        begin[w] = line.n;
        if (line.failed) CUPEL_TRY(cupel_no_memory(err, "the loop as a table", 0));
        for (size_t k = 0; k < w; k++) cell[k] = (cupel_text){cupel_str_text(&line) + begin[k], begin[k + 1] - begin[k]};
        CUPEL_TRY(cupel_records_add(&t->records, cell, i + 1, err));
    }
done:
    cupel_free(cell);
    cupel_free(begin);
    cupel_str_free(&line);
    if (st != CUPEL_OK) cupel_trial_table_release(t);
    return st;
}

/* ---- the artifact ---- */

cupel_status cupel_loop_save(const cupel_loop *l, const char *path, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_writer *w = NULL;
    const size_t cells = l->n * l->header.n, named = l->id_column != NULL;
    unsigned char maximize[CUPEL_GOALS_MAX];
    for (size_t k = 0; k < l->n_goals; k++) maximize[k] = l->maximize[k];
    CUPEL_TRY(cupel_writer_open(path, "loop", SCHEMA, l->seed, &w, err));
    CUPEL_TRY(cupel_writer_attr_int(w, "inputs", (int64_t)l->n_inputs, err));
    CUPEL_TRY(cupel_writer_attr_int(w, "rows", (int64_t)l->n, err));
    CUPEL_TRY(cupel_writer_put(w, "columns", "", "inputs, then goals; units in brackets", CUPEL_TEXT, 1, &l->header.n, l->header.name, err));
    CUPEL_TRY(cupel_writer_put(w, "maximize", "", "1: large values of the goal are wanted", CUPEL_U8, 1, &l->n_goals, maximize, err));
    CUPEL_TRY(cupel_writer_put(w, "cells", "as in columns", "row after row, one text a column", CUPEL_TEXT, 1, &cells, l->cell, err));
    CUPEL_TRY(cupel_writer_put(w, "state", "", "0 measured, 1 failed, 2 under way, 3 withdrawn", CUPEL_U8, 1, &l->n, l->state, err));
    CUPEL_TRY(cupel_writer_put(w, "id", "", "the name by which it was taken or told, empty for others", CUPEL_TEXT, 1, &l->n, l->id, err));
    CUPEL_TRY(cupel_writer_put(w, "id_column", "", "where tables have it", CUPEL_TEXT, 1, &named, &l->id_column, err));
    CUPEL_TRY(cupel_writer_put(w, "told", "", "the tell that each row came with, from 0", CUPEL_I64, 1, &l->n, l->told, err));
    CUPEL_TRY(cupel_writer_put(w, "history/file", "", "tables that were told", CUPEL_TEXT, 1, &l->n_history, l->file, err));
    CUPEL_TRY(cupel_writer_put(w, "history/digest", "", "their digests", CUPEL_TEXT, 1, &l->n_history, l->digest, err));
    CUPEL_TRY(cupel_writer_put(w, "history/time", "UTC", "when", CUPEL_TEXT, 1, &l->n_history, l->time, err));
    CUPEL_TRY(cupel_writer_put(w, "history/rows", "", "rows that each added", CUPEL_I64, 1, &l->n_history, l->rows, err));
    st = cupel_writer_commit(&w, err);
done:
    cupel_writer_abandon(&w);
    return st;
}

typedef struct loop_data {
    size_t columns, goals, cells, states, told, files, digests, times, rows, ids, named;
    void *column, *maximize, *cell, *state, *tell, *file, *digest, *time, *row, *id, *id_column;
    int64_t inputs;
} loop_data;

static cupel_status get_all(const cupel_reader *r, loop_data *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    d->columns = d->goals = d->cells = d->states = d->told = d->files = d->digests = d->times = d->rows = d->ids = d->named = SIZE_MAX;
    CUPEL_TRY(cupel_reader_attr_int(r, "inputs", &d->inputs, err));
    CUPEL_TRY(cupel_reader_get(r, "columns", CUPEL_TEXT, 1, &d->columns, &d->column, err));
    CUPEL_TRY(cupel_reader_get(r, "maximize", CUPEL_U8, 1, &d->goals, &d->maximize, err));
    CUPEL_TRY(cupel_reader_get(r, "cells", CUPEL_TEXT, 1, &d->cells, &d->cell, err));
    CUPEL_TRY(cupel_reader_get(r, "state", CUPEL_U8, 1, &d->states, &d->state, err));
    if (cupel_reader_has(r, "id")) CUPEL_TRY(cupel_reader_get(r, "id", CUPEL_TEXT, 1, &d->ids, &d->id, err));
    if (cupel_reader_has(r, "id_column")) CUPEL_TRY(cupel_reader_get(r, "id_column", CUPEL_TEXT, 1, &d->named, &d->id_column, err));
    CUPEL_TRY(cupel_reader_get(r, "told", CUPEL_I64, 1, &d->told, &d->tell, err));
    CUPEL_TRY(cupel_reader_get(r, "history/file", CUPEL_TEXT, 1, &d->files, &d->file, err));
    CUPEL_TRY(cupel_reader_get(r, "history/digest", CUPEL_TEXT, 1, &d->digests, &d->digest, err));
    CUPEL_TRY(cupel_reader_get(r, "history/time", CUPEL_TEXT, 1, &d->times, &d->time, err));
    CUPEL_TRY(cupel_reader_get(r, "history/rows", CUPEL_I64, 1, &d->rows, &d->row, err));
done:
    return st;
}

static bool shapes_fit(const loop_data *d)
{
    return d->inputs >= 1 && d->goals >= 1 && d->goals <= CUPEL_GOALS_MAX && d->columns == (size_t)d->inputs + d->goals
        && d->cells == cupel_mul(d->states, d->columns) &&
           (!d->id || d->ids == d->states) && d->told == d->states && d->digests == d->files && d->times == d->files && d->rows == d->files;
}

static cupel_status take_all(const loop_data *d, cupel_loop *l, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_text *cell = cupel_alloc(d->columns, sizeof *cell);
    l->n_inputs = (size_t)d->inputs, l->n_goals = d->goals;
    if (!cell) CUPEL_TRY(cupel_no_memory(err, "a loop", 0));
    for (size_t k = 0; k < d->columns; k++) CUPEL_TRY(cupel_header_add(&l->header, cupel_text_of(((char **)d->column)[k]), err));
    for (size_t k = 0; k < d->goals; k++) l->maximize[k] = ((unsigned char *)d->maximize)[k] != 0;
    for (size_t i = 0; i < d->states; i++) {
        const unsigned char state = ((unsigned char *)d->state)[i];
        for (size_t k = 0; k < d->columns; k++) cell[k] = cupel_text_of(((char **)d->cell)[i * d->columns + k]);
        if (state > CUPEL_TRIAL_WITHDRAWN) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "row %zu has state %d, expected 0 to 3", i + 1, (int)state));
        CUPEL_TRY(cupel_loop_add(l, cell, (cupel_trial_state)state, err));
        if (d->id) CUPEL_TRY(cupel_loop_name(l, i, cupel_text_of(((char **)d->id)[i]), err));
        const int64_t told = ((int64_t *)d->tell)[i];
        if (told < 0 || (size_t)told >= d->files) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "row %zu came with tell %lld of %zu", i + 1,
                                                                       (long long)told, d->files));
        l->told[i] = told;
    }
    if (d->id_column && d->named) CUPEL_TRY(cupel_loop_name_column(l, ((char **)d->id_column)[0], err));
    for (size_t i = 0; i < d->files; i++)
        CUPEL_TRY(add_note(l, ((char **)d->file)[i], ((char **)d->digest)[i], ((char **)d->time)[i], ((int64_t *)d->row)[i], err));
done:
    cupel_free(cell);
    return st;
}

cupel_status cupel_loop_open(const char *path, cupel_loop *l, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_reader *r = NULL;
    loop_data d = {.inputs = 0};
    *l = (cupel_loop){0};
    CUPEL_TRY(cupel_reader_open(path, "loop", SCHEMA, &r, err));
    CUPEL_TRY(get_all(r, &d, err));
    if (!shapes_fit(&d)) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': its data sets do not belong together; tell the results to a new loop",
                                              path));
    st = take_all(&d, l, err);
    if (st == CUPEL_OK) st = cupel_reader_seed(r, &l->seed, err);
    if (st != CUPEL_OK && st != CUPEL_NO_RESOURCE) {
        if (err) err->status = CUPEL_BAD_ARTIFACT;
        st = cupel_err_prefix(err, "'%s': ", path);
    }
done:
    cupel_reader_free(r);
    void *all[] = {d.column, d.maximize, d.cell, d.state, d.tell, d.file, d.digest, d.time, d.row, d.id, d.id_column};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) cupel_free(all[i]);
    if (st != CUPEL_OK) cupel_loop_release(l);
    return st;
}
