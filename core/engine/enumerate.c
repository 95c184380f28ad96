#include "core/engine/enumerate.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/demand.h"
#include "core/engine/sheet.h"
#include "core/io/json.h"
#include "core/sys/par.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 4096, SAMPLE_STREAM = 0x5b }; /* the stream is only a number of its own */

static cupel_status open_space(const char *path, cupel_demand **d, cupel_space **s, uint64_t *count, cupel_err *err)
{
    cupel_status st = cupel_demand_open(path, d, err);
    if (st == CUPEL_OK) st = cupel_demand_space(*d, s, err);
    return st == CUPEL_OK ? cupel_space_count(*s, count, err) : st;
}

/* {"of 2 elements": 123, ...}, where the count has parts. */
static void put_parts(cupel_space *s, cupel_json_out *w)
{
    cupel_str what = {0};
    uint64_t n;
    for (size_t i = 0; cupel_space_part(s, i, &what, &n); i++) {
        if (!i) cupel_json_name(w, "parts");
        if (!i) cupel_json_open(w, '{');
        cupel_json_name(w, cupel_str_text(&what));
        cupel_json_put_count(w, n);
        cupel_str_clear(&what);
    }
    if (cupel_space_part(s, 0, &what, &n)) cupel_json_close(w, '}');
    cupel_str_free(&what);
}

static void say_parts(cupel_space *s, cupel_str *out)
{
    cupel_str what = {0};
    char text[32];
    uint64_t n;
    for (size_t i = 0; cupel_space_part(s, i, &what, &n); i++) {
        cupel_str_addf(out, "  %s %s\n", cupel_format_count(text, n), cupel_str_text(&what));
        cupel_str_clear(&what);
    }
    cupel_str_free(&what);
}

cupel_status cupel_enumerate_count(const char *demand, bool json, cupel_str *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_demand *d = NULL;
    cupel_space *s = NULL;
    uint64_t count;
    char text[65];
    CUPEL_TRY(open_space(demand, &d, &s, &count, err));
    if (json) {
        cupel_json_out w = {.s = out};
        CUPEL_TRY(cupel_space_digest(s, text, err));
        cupel_json_open(&w, '{');
        cupel_json_name(&w, "demand");
        cupel_json_put_string(&w, demand);
        cupel_json_name(&w, "space");
        cupel_json_put_string(&w, cupel_space_words(s));
        cupel_json_name(&w, "count");
        cupel_json_put_int(&w, (int64_t)count); /* spaces refuse to hold more than 10^18 */
        cupel_json_name(&w, "exact");
        cupel_json_put_bool(&w, true); /* a space that cannot be counted is refused */
        put_parts(s, &w);
        cupel_json_name(&w, "digest");
        cupel_json_put_string(&w, text);
        cupel_json_close(&w, '}');
        cupel_str_putc(out, '\n');
    } else {
        cupel_str_addf(out, "%s %s\n", cupel_format_count(text, count), cupel_space_words(s));
        say_parts(s, out);
    }
    if (out->failed) st = cupel_no_memory(err, "the count of a space", 0);
done:
    cupel_space_free(s);
    cupel_demand_free(d);
    return st;
}

/* ---- the list ---- */

typedef struct drawn {
    uint64_t index;
    size_t row, begin, end; /* place among the rows of the piece, text */
} drawn;

/* A stretch of rows, filled and written out as text by one worker. */
typedef struct piece {
    cupel_candidates c;
    cupel_str text, shuffled;
    drawn *drawn;       /* [BLOCK] of a sample */
    cupel_text *cell;   /* [n_cols] of a row */
} piece;

typedef struct listing {
    const cupel_enumerate_options *o;
    cupel_space *space;
    cupel_sheet *sheet;
    uint64_t span, n;   /* candidates from o->from on to draw from; rows to write */
    uint64_t next;      /* row of the first piece of this round */
    size_t n_cols;
    size_t *column;     /* [n_cols - 2] of the space, those that are shown */
    piece *piece;
    size_t n_pieces;
} listing;

static void put_row(const listing *l, piece *p, size_t i)
{
    char index[24];
    const cupel_candidates *c = &p->c;
    const cupel_records row = {.n_rows = 1, .n_cols = l->n_cols, .cell = p->cell};
    int n = snprintf(index, sizeof index, "%llu", (unsigned long long)(c->first + i));
    p->cell[0] = c->formula[i];
    p->cell[1] = (cupel_text){index, (size_t)n};
    for (size_t k = 2; k < l->n_cols; k++) p->cell[k] = c->cell[i * c->n_columns + l->column[k - 2]];
    cupel_sheet_format(l->sheet, &row, 0, &(cupel_sheet_values){.reason = &c->batch.reason[i]}, &p->text);
}

static cupel_status fill(const listing *l, piece *p, uint64_t first, size_t n, cupel_err *err)
{
    cupel_status st = cupel_space_fill(l->space, first, n, &p->c, err);
    if (st == CUPEL_OK && p->c.n != n)
        st = cupel_fail(err, CUPEL_BAD_INPUT, "%s: the space ended at candidate %llu of %llu; did its table change?", l->o->demand,
                        (unsigned long long)(first + p->c.n), (unsigned long long)(l->o->from + l->span));
    for (size_t i = 0; st == CUPEL_OK && i < n; i++) put_row(l, p, i);
    return st;
}

static int by_index(const void *a, const void *b)
{
    const drawn *x = a, *y = b;
    return (x->index > y->index) - (x->index < y->index);
}

static int by_row(const void *a, const void *b)
{
    const drawn *x = a, *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

/* Rows `first` .. of a sample: visited in the order of the space, which a table can only be read in, and written in the order drawn. */
static cupel_status fill_drawn(const listing *l, piece *p, uint64_t first, size_t n, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; i < n; i++) p->drawn[i] = (drawn){.index = l->o->from + cupel_rng_permuted(l->o->seed, SAMPLE_STREAM, first + i, l->span),
        .row = i};
    qsort(p->drawn, n, sizeof *p->drawn, by_index);
    for (size_t i = 0; i < n && st == CUPEL_OK; i++) {
        p->drawn[i].begin = p->text.n;
        st = fill(l, p, p->drawn[i].index, 1, err);
        p->drawn[i].end = p->text.n;
    }
    qsort(p->drawn, n, sizeof *p->drawn, by_row);
    cupel_str_clear(&p->shuffled);
    for (size_t i = 0; i < n && st == CUPEL_OK; i++) cupel_str_add(&p->shuffled, p->text.p + p->drawn[i].begin, p->drawn[i].end - p->drawn[i].begin);
    return st;
}

static cupel_status do_piece(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)worker;
    const listing *l = user;
    piece *p = &l->piece[item];
    uint64_t first = l->next + item * BLOCK;
    size_t n = l->n - first < BLOCK ? (size_t)(l->n - first) : BLOCK;
    cupel_str_clear(&p->text);
    return l->o->sampled ? fill_drawn(l, p, first, n, err) : fill(l, p, l->o->from + first, n, err);
}

static cupel_status make_pieces(listing *l, const cupel_job *job, cupel_err *err)
{
    l->n_pieces = cupel_space_parallel(l->space) ? 2 * job->threads : 1;
    l->piece = cupel_alloc(l->n_pieces, sizeof *l->piece);
    if (!l->piece) return cupel_no_memory(err, "a list", 0);
    for (size_t i = 0; i < l->n_pieces; i++) {
        l->piece[i].cell = cupel_alloc(l->n_cols, sizeof(cupel_text));
        l->piece[i].drawn = cupel_alloc(BLOCK, sizeof(drawn));
        if (!l->piece[i].cell || !l->piece[i].drawn) return cupel_no_memory(err, "a list", 0);
    }
    return CUPEL_OK;
}

static void free_pieces(listing *l)
{
    for (size_t i = 0; l->piece && i < l->n_pieces; i++) {
        cupel_candidates_release(&l->piece[i].c);
        cupel_str_free(&l->piece[i].text);
        cupel_str_free(&l->piece[i].shuffled);
        cupel_free(l->piece[i].drawn);
        cupel_free(l->piece[i].cell);
    }
    cupel_free(l->piece);
}

static cupel_status put_all(listing *l, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(make_pieces(l, job, err));
    for (l->next = 0; l->next < l->n;) {
        uint64_t left = l->n - l->next, pieces = (left + BLOCK - 1) / BLOCK;
        if (pieces > l->n_pieces) pieces = l->n_pieces;
        if (cupel_stopped(job)) CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped before the list was complete; nothing was written"));
        CUPEL_TRY(cupel_par_for(job->threads, (size_t)pieces, do_piece, l, err));
        for (size_t i = 0; i < pieces; i++) CUPEL_TRY(cupel_sheet_text(l->sheet, l->o->sampled ? &l->piece[i].shuffled : &l->piece[i].text, err));
        l->next += pieces * BLOCK < left ? pieces * BLOCK : left;
        cupel_progress(job, "listing", l->next, l->n);
    }
done:
    free_pieces(l);
    return st;
}

static cupel_status check_span(const cupel_enumerate_options *o, uint64_t count, listing *l, cupel_err *err)
{
    if (o->from >= count)
        return cupel_fail(err, CUPEL_USAGE, "%s: no candidate %llu: the space holds %llu, numbered from 0", o->demand, (unsigned long long)o->from,
                          (unsigned long long)count);
    l->span = o->count < count - o->from ? o->count : count - o->from;
    l->n = o->sampled ? o->sample : l->span;
    if (l->n > l->span)
        return cupel_fail(err, CUPEL_USAGE, "%s: option --sample: found %llu, expected at most %llu: that many candidates there are to draw from",
                          o->demand,
                          (unsigned long long)l->n, (unsigned long long)l->span);
    return CUPEL_OK;
}

/* formula, index, and the columns of the space but those that a list has under the same names. */
static cupel_status make_header(listing *l, cupel_header *h, cupel_err *err)
{
    const cupel_header *more = cupel_space_columns(l->space);
    cupel_status st = cupel_header_add(h, cupel_text_of("formula"), err);
    if (st == CUPEL_OK) st = cupel_header_add(h, cupel_text_of("index"), err);
    if (!(l->column = cupel_alloc(more->n, sizeof *l->column))) return cupel_no_memory(err, "a list", 0);
    for (size_t i = 0; i < more->n && st == CUPEL_OK; i++) {
        if (cupel_header_find(h, more->name[i]) != SIZE_MAX || strcmp(more->name[i], "reason") == 0) continue;
        l->column[h->n - 2] = i;
        st = cupel_header_add(h, cupel_text_of(more->name[i]), err);
    }
    l->n_cols = h->n;
    return st;
}

cupel_status cupel_enumerate(const cupel_enumerate_options *o, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_demand *d = NULL;
    listing l = {.o = o};
    cupel_header header = {0};
    uint64_t count;
    CUPEL_TRY(open_space(o->demand, &d, &l.space, &count, err));
    CUPEL_TRY(check_span(o, count, &l, err));
    CUPEL_TRY(make_header(&l, &header, err));
    const cupel_sheet_options so = {.path = o->output, .format = o->format, .header = &header, .reasons = true};
    size_t n = strlen(o->output);
    if (!o->format && n > 3 && strcmp(o->output + n - 3, ".h5") == 0)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "output '%s': a list of candidates is a table; end its name in .csv, .tsv or .jsonl", o->output));
    CUPEL_TRY(cupel_sheet_open(&so, &l.sheet, err));
    CUPEL_TRY(put_all(&l, job, err));
    CUPEL_TRY(cupel_sheet_commit(&l.sheet, NULL, NULL, err));
done:
    cupel_sheet_abandon(&l.sheet);
    cupel_header_release(&header);
    cupel_free(l.column);
    cupel_space_free(l.space);
    cupel_demand_free(d);
    return st;
}
