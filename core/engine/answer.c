#include "core/engine/answer.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/doubts.h"
#include "core/engine/explain.h"
#include "core/engine/known.h"
#include "core/engine/trial_cells.h"
#include "core/io/csv.h"
#include "core/io/json.h"
#include "core/matter/columns.h"
#include "datasets/formats/decimal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK = 1 << 16, MAX_LINE = 16000000, SHOWN = 200 };

typedef struct answerer {
    const cupel_predict_table_options *o;
    const cupel_job *job;
    bool said;           /* what is converted */
    cupel_model *model;
    cupel_known_set *known;
    cupel_str name[5]; /* value, lower, upper; measured; class */
    cupel_str quantile[CUPEL_QUANTILES], beside[CUPEL_BESIDE];
    cupel_spiked *mixture; /* [1] of a mixed model whose quantiles are asked for; else NULL */
    bool bare;         /* the line at work needs no formula */
    cupel_tally tally; /* of lines whose formula or values are missing or made up; each of them has its answer, so none is said */
    /* the stream */
    cupel_input *in;
    char *buffer;
    size_t begin, end, cap;
    bool at_end, json;
    char separator;          /* 0 before the header of a csv has shown it */
    uint64_t line;
    cupel_header header;     /* of a csv */
    cupel_decimals decimal;  /* of one that is separated by ';' */
    cupel_str first;         /* the line it was read from, until a row is answered by it: where JSON follows instead, it was no header */
    uint64_t first_line;
    /* the line at work */
    cupel_header keys;       /* of a JSON line */
    cupel_json *tree;
    cupel_records row;
    cupel_batch batch;
    cupel_model_work *work;
    cupel_str cells, key, out, outside;
    cupel_answer_result result;
} answerer;

/* ---- lines ---- */

/* A tab at an end of a line is a cell of a table with tabs, and what "sep=" says. */
static bool has_tabs(const answerer *a, cupel_text line)
{
    return !a->json && (a->separator == '\t' || (!a->separator && cupel_csv_said(line) == '\t'));
}

/* The next line without its end; text->p NULL when there is none. Reads only when no whole line is there. */
static cupel_status next_line(answerer *a, cupel_text *text, cupel_err *err)
{
    *text = (cupel_text){NULL, 0};
    for (;;) {
        char *p = a->buffer ? a->buffer + a->begin : NULL;
        const size_t n = a->end - a->begin;
        char *stop = n ? memchr(p, '\n', n) : NULL;
        if (stop || (a->at_end && n)) {
            const size_t length = stop ? (size_t)(stop - p) : n;
            a->begin += length + (stop != NULL);
            a->line++;
            *text = (cupel_text){p, length && p[length - 1] == '\r' ? length - 1 : length};
            if (a->line == 1 && text->n >= 3 && memcmp(text->p, "\xEF\xBB\xBF", 3) == 0) text->p += 3, text->n -= 3;
            if (!has_tabs(a, *text)) *text = cupel_text_trim(*text);
            if (text->n) return CUPEL_OK;
            *text = (cupel_text){NULL, 0};
            continue;
        }
        if (a->at_end) return CUPEL_OK;
        if (n > MAX_LINE) return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": a line of more than 16 MB", cupel_input_name(a->in), a->line + 1);
        if (n && a->begin) memmove(a->buffer, p, n);
        a->begin = 0, a->end = n;
        if (!cupel_grow(&a->buffer, &a->cap, n + CHUNK, 1)) return cupel_no_memory(err, "a line", n + CHUNK);
        size_t got;
        cupel_status st = cupel_input_read(a->in, a->buffer + n, a->cap - n, &got, err);
        if (st != CUPEL_OK) return st;
        a->end += got;
        a->at_end = !got;
    }
}

/* ---- a line to a row ---- */

/* Cells of the row, one after the other in a->cells; at [n + 1] where they begin. */
static cupel_status put_row(answerer *a, const size_t *at, size_t n, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_text *cell = cupel_alloc(n, sizeof *cell);
    if (!cell || a->cells.failed) CUPEL_TRY(cupel_no_memory(err, "a row", 0));
    for (size_t i = 0; i < n; i++) cell[i] = (cupel_text){cupel_str_text(&a->cells) + at[i], at[i + 1] - at[i]};
    cupel_records_clear(&a->row);
    a->row.n_cols = n;
    st = cupel_records_add(&a->row, cell, a->line, err);
done:
    cupel_free(cell);
    return st;
}

static cupel_status read_json(answerer *a, cupel_text text, cupel_err *err)
{
    cupel_status st = cupel_json_read_from(text, cupel_input_name(a->in), a->line, &a->tree, err);
    size_t *at = NULL;
    if (st != CUPEL_OK) return st;
    if (cupel_json_kind_of(a->tree) != CUPEL_JSON_OBJECT || !cupel_json_size(a->tree))
        return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": expected an object {\"column\": value, ...}", cupel_input_name(a->in), a->line);
    const size_t n = cupel_json_size(a->tree);
    at = cupel_alloc(n + 1, sizeof *at);
    if (!at) return cupel_no_memory(err, "a row", 0);
    cupel_str_clear(&a->cells);
    for (size_t i = 0; i < n; i++) {
        CUPEL_TRY(cupel_header_add(&a->keys, cupel_text_of(cupel_json_key(a->tree, i)), err));
        at[i] = a->cells.n;
        cupel_json_cell(cupel_json_member(a->tree, i), &a->cells);
    }
    at[n] = a->cells.n;
    st = put_row(a, at, n, err);
done:
    cupel_free(at);
    return st;
}

/* The fields of one line; *n 0 for none. */
static cupel_status read_fields(const answerer *a, cupel_text text, cupel_input **in, cupel_csv **csv, const cupel_text **field, size_t *n,
                                cupel_err *err)
{
    uint64_t line;
    cupel_status st = cupel_input_of_text(text, cupel_input_name(a->in), in, err);
    if (st == CUPEL_OK) st = cupel_csv_open(*in, a->separator, csv, err);
    return st == CUPEL_OK ? cupel_csv_row(*csv, field, n, &line, err) : st;
}

static cupel_status read_csv(answerer *a, cupel_text text, cupel_err *err)
{
    cupel_input *in = NULL;
    cupel_csv *csv = NULL;
    const cupel_text *field;
    size_t n = 0, *at = NULL;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(read_fields(a, text, &in, &csv, &field, &n, err));
    if (n != a->header.n)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": found %zu fields, the header has %zu", cupel_input_name(a->in), a->line, n,
                             a->header.n));
    if (a->decimal.seen) CUPEL_TRY(cupel_decimals_row(&a->decimal, field, a->line, err));
    at = cupel_alloc(n + 1, sizeof *at);
    if (!at) CUPEL_TRY(cupel_no_memory(err, "a row", 0));
    cupel_str_clear(&a->cells);
    for (size_t i = 0; i < n; i++) {
        at[i] = a->cells.n;
        cupel_str_add(&a->cells, field[i].p, field[i].n);
    }
    at[n] = a->cells.n;
    st = put_row(a, at, n, err);
done:
    cupel_free(at);
    cupel_csv_free(csv);
    cupel_input_free(in);
    return st;
}

static cupel_status read_header(answerer *a, cupel_text text, cupel_err *err)
{
    cupel_input *in = NULL;
    cupel_csv *csv = NULL;
    const cupel_text *field;
    size_t n = 0;
    cupel_status st = read_fields(a, text, &in, &csv, &field, &n, err);
    for (size_t i = 0; i < n && st == CUPEL_OK; i++) st = cupel_header_add(&a->header, field[i], err);
    if (st == CUPEL_OK) a->separator = cupel_csv_separator(csv);
    if (st == CUPEL_OK && n && a->separator == ';') {
        a->decimal = (cupel_decimals){.file = cupel_input_name(a->in), .header = &a->header, .seen = cupel_alloc(n, 1)};
        if (!a->decimal.seen) st = cupel_no_memory(err, "a table", n);
    }
    cupel_csv_free(csv);
    cupel_input_free(in);
    return st;
}

/* ---- a row to an answer ---- */

static const cupel_header *header_of(const answerer *a) { return a->json ? &a->keys : &a->header; }

static void put_value(cupel_json_out *w, const char *name, double x)
{
    char text[32];
    double y = x;
    snprintf(text, sizeof text, "%.10g", x); /* as many digits as the tables of predict have */
    cupel_json_name(w, name);
    if (isfinite(x) && cupel_parse_double(cupel_text_of(text), &y)) cupel_json_put_number(w, y);
    else cupel_json_put_number(w, x);
}

static void put_member(cupel_json_out *w, const cupel_json *node)
{
    double x;
    cupel_text t;
    cupel_str s = {0};
    if (cupel_json_number(node, &x)) {
        cupel_json_put_number(w, x);
    } else if (cupel_json_string(node, &t)) {
        cupel_json_put_text(w, t);
    } else if (cupel_json_kind_of(node) == CUPEL_JSON_NULL) {
        cupel_json_put_null(w);
    } else {
        cupel_json_cell(node, &s);
        if (cupel_json_kind_of(node) == CUPEL_JSON_BOOL) cupel_json_put_bool(w, strcmp(cupel_str_text(&s), "true") == 0);
        else cupel_json_put_string(w, cupel_str_text(&s));
        if (s.failed) w->s->failed = true;
    }
    cupel_str_free(&s);
}

/* A key of the line that an answer has of its own gets another name, as in tables. */
static bool is_ours(const answerer *a, const char *key)
{
    static const char *const own[] = {"line", "error", "distance", "in_domain", "in_training", "reason", "domain_reason"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(key, own[i]) == 0) return true;
    for (size_t i = 0; i < 5; i++)
        if (strcmp(key, cupel_str_text(&a->name[i])) == 0) return true;
    for (size_t k = 0; k < cupel_surrogate_beside(cupel_model_surrogate(a->model)); k++)
        if (strcmp(key, cupel_str_text(&a->beside[k])) == 0) return true;
    return false;
}

static void put_line(answerer *a, cupel_json_out *w)
{
    const cupel_header *h = header_of(a);
    cupel_str name = {0};
    for (size_t i = 0; i < h->n && a->row.n_rows; i++) {
        cupel_str_clear(&name);
        cupel_str_addf(&name, "%s%s", h->name[i], is_ours(a, h->name[i]) ? " (table)" : "");
        cupel_json_name(w, cupel_str_text(&name));
        double x;
        const cupel_text t = cupel_cell(&a->row, 0, i);
        if (a->json) put_member(w, cupel_json_member(a->tree, i));
        else if (cupel_text_missing(t)) cupel_json_put_null(w);
        else if (cupel_parse_double(t, &x)) cupel_json_put_number(w, x);
        else cupel_json_put_text(w, t);
    }
    if (name.failed) w->s->failed = true;
    cupel_str_free(&name);
}

/* In JSON a whole line cannot be shown where it is not text; the first bytes are enough to find it. */
static void put_error(answerer *a, cupel_text line, uint64_t number, const char *message)
{
    cupel_json_out w = {.s = &a->out, .compact = true};
    cupel_json_open(&w, '{');
    cupel_json_name(&w, "line");
    cupel_json_put_count(&w, number);
    cupel_json_name(&w, "error");
    cupel_json_put_string(&w, message);
    if (a->row.n_rows) {
        put_line(a, &w);
    } else {
        cupel_json_name(&w, "input");
        cupel_json_put_text(&w, (cupel_text){line.p, line.n < SHOWN ? line.n : SHOWN});
    }
    cupel_json_close(&w, '}');
    cupel_str_putc(&a->out, '\n');
    a->result.bad++;
}

static cupel_status why(answerer *a, size_t formula, cupel_reason reason, cupel_err *err)
{
    cupel_str words = {0}, detail = {0};
    cupel_status st = CUPEL_OK;
    if (!cupel_reason_of_formula(reason)) CUPEL_TRY(cupel_features_lacks(cupel_model_features(a->model), &a->batch, 0, &a->row, 0, &detail, err));
    cupel_explain_row(cupel_input_name(a->in), a->line, cupel_cell(&a->row, 0, formula), a->o->dot, reason, cupel_str_text(&detail), &words);
    st = cupel_fail(err, CUPEL_BAD_INPUT, "%s", cupel_str_text(&words));
done:
    cupel_str_free(&words);
    cupel_str_free(&detail);
    return st;
}

static cupel_status look_up(answerer *a, double *in_training, double *measured, cupel_err *err)
{
    cupel_composition c;
    bool known = false;
    cupel_known_value m = {.value = NAN};
    *in_training = *measured = NAN;
    cupel_batch_get(&a->batch, 0, &c);
    if (!c.n) return CUPEL_OK;
    cupel_status st = cupel_known_set_has(a->known, &(cupel_known_row){&c, a->model, &a->row, 0}, &a->key, &known, &m, err);
    *in_training = known;
    *measured = m.value;
    return st;
}

static void put_answer(answerer *a, const cupel_prediction *p, const double *beside, double in_training, double measured, cupel_reason reason)
{
    cupel_json_out w = {.s = &a->out, .compact = true};
    cupel_json_open(&w, '{');
    put_line(a, &w);
    put_value(&w, cupel_str_text(&a->name[0]), p->value[0]);
    for (int i = 1; i < 3 && !a->o->predict.value_only; i++) put_value(&w, cupel_str_text(&a->name[i]), i == 1 ? p->lower[0] : p->upper[0]);
    put_value(&w, "distance", p->distance[0]);
    put_value(&w, "in_domain", p->in_domain[0]);
    put_value(&w, "in_training", in_training);
    put_value(&w, cupel_str_text(&a->name[3]), measured);
    if (cupel_surrogate_is_class(cupel_model_surrogate(a->model)))
        put_value(&w, cupel_str_text(&a->name[4]), cupel_surrogate_class_said(cupel_model_surrogate(a->model), p->value[0]));
    for (size_t k = 0; k < a->o->quantiles.n; k++)
        put_value(&w, cupel_str_text(&a->quantile[k]),
                  isnan(p->value[0]) ? NAN : cupel_surrogate_quantile(cupel_model_surrogate(a->model), a->mixture, p->value[0], p->spread[0],
                                                                      a->o->quantiles.tau[k]));
    for (size_t k = 0; k < cupel_surrogate_beside(cupel_model_surrogate(a->model)); k++) put_value(&w, cupel_str_text(&a->beside[k]), beside[k]);
    cupel_json_name(&w, "reason");
    if (reason == CUPEL_REASON_NONE) cupel_json_put_null(&w);
    else cupel_json_put_string(&w, cupel_reason_name(reason));
    cupel_json_name(&w, "domain_reason");
    if (p->in_domain[0]) {
        cupel_json_put_null(&w);
    } else {
        cupel_model_outside(a->model, &a->batch, 0, &a->row, 0, p->distance[0], &a->outside);
        cupel_json_put_string(&w, cupel_str_text(&a->outside));
        a->out.failed |= a->outside.failed;
    }
    cupel_json_close(&w, '}');
    cupel_str_putc(&a->out, '\n');
    a->result.answered++;
}

/* Whether the only key of a line, whatever it is called, holds a formula; one that is called so does, readable or not. */
static bool only_formula(const answerer *a, const char *name)
{
    cupel_formula f;
    cupel_formula_error e;
    return cupel_header_find(&a->keys, name) != SIZE_MAX || cupel_trial_formula(a->keys.name[0], NULL) ||
           cupel_formula_read(cupel_cell(&a->row, 0, 0), a->o->dot, &f, &e);
}

static cupel_status find_formula(answerer *a, size_t *at, cupel_err *err)
{
    const char *file = cupel_input_name(a->in), *learned = cupel_model_formula_column(a->model);
    const char *name = a->o->formula ? a->o->formula : *learned ? learned : "formula";
    cupel_err e = {0};
    const cupel_status st = cupel_model_find_formula(a->model, header_of(a), file, a->o->formula, at, &a->bare, &e);
    const bool other = st == CUPEL_OK && !a->bare && a->keys.n == 1 && !only_formula(a, name);
    if (a->json && (st == CUPEL_BAD_INPUT || other))
        return cupel_column_no_key(&a->keys, file, a->line, "formula", name, "name another with --formula", err);
    return st == CUPEL_OK ? st : cupel_fail(err, st, "%s", e.message);
}

static cupel_status predict_row(answerer *a, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double value, spread, lower, upper, distance, in_training, measured, beside[CUPEL_BESIDE];
    unsigned char in_domain, reason = 0;
    cupel_prediction p = {&value, &spread, &lower, &upper, &distance, &in_domain};
    size_t formula;
    CUPEL_TRY(find_formula(a, &formula, err));
    CUPEL_TRY(cupel_features_bind(cupel_model_features_bind(a->model), header_of(a), cupel_input_name(a->in), err));
    if (!a->said) cupel_features_unit_doubts(cupel_model_features(a->model), header_of(a), cupel_input_name(a->in), a->job);
    a->said = true;
    cupel_batch_clear(&a->batch);
    CUPEL_TRY(a->bare ? cupel_batch_add(&a->batch, &(const cupel_composition){.n = 0}, CUPEL_REASON_NONE, err)
                      : cupel_batch_add_formula(&a->batch, cupel_cell(&a->row, 0, formula), a->o->dot, err));
    cupel_predict_options o = a->o->predict;
    o.mixture = a->mixture;
    o.beside = beside;
    CUPEL_TRY(cupel_model_predict(a->model, &(cupel_feature_rows){.batch = &a->batch, .records = &a->row, .n = 1}, &o, a->work, &p, &reason, err));
    if (reason != CUPEL_REASON_NONE) (void)cupel_tally_add(&a->tally, (cupel_reason)reason);
    if (reason != CUPEL_REASON_NONE && reason != CUPEL_REASON_IMPUTED) CUPEL_TRY(why(a, formula, (cupel_reason)reason, err));
    CUPEL_TRY(look_up(a, &in_training, &measured, err));
    put_answer(a, &p, beside, in_training, measured, (cupel_reason)reason);
done:
    return st;
}

static void put_first_error(answerer *a, const char *message)
{
    a->json = true;
    a->result.lines++;
    put_error(a, cupel_text_of(cupel_str_text(&a->first)), a->first_line, message);
    cupel_str_clear(&a->first);
}

/* Errors of the line are answered, all others end the work. */
static cupel_status answer(answerer *a, cupel_text line, cupel_err *err)
{
    cupel_err e = {0};
    cupel_str_clear(&a->out);
    a->row.n_rows = 0;
    /* No row of a table begins as an object does: the first line only looked like a header, and it is answered too. */
    if (a->first.n && line.p[0] == '{') put_first_error(a, "the first line is no JSON object, as those after it are");
    cupel_header_release(&a->keys);
    cupel_json_free(a->tree);
    a->tree = NULL;
    a->result.lines++;
    cupel_status st = a->json ? read_json(a, line, &e) : read_csv(a, line, &e);
    if (st == CUPEL_OK) st = predict_row(a, &e);
    if (st == CUPEL_NO_RESOURCE || st == CUPEL_FAILED) {
        if (err) *err = e;
        return st;
    }
    if (st == CUPEL_OK) cupel_str_clear(&a->first);
    else put_error(a, line, a->line, e.message);
    return a->out.failed ? cupel_no_memory(err, "an answer", a->out.n) : CUPEL_OK;
}

/* ---- begin and end ---- */

static cupel_status open_all(answerer *a, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_model_open(a->o->model, &a->model, err));
    CUPEL_TRY(cupel_model_doubts(a->model, a->o->predict.level, job, err));
    CUPEL_TRY(cupel_prediction_columns(a->model, a->name, err));
    CUPEL_TRY(cupel_quantile_columns(a->model, &a->o->quantiles, a->quantile, err));
    CUPEL_TRY(cupel_beside_columns(a->model, a->beside, err));
    if (a->o->quantiles.n && cupel_surrogate_mixed(cupel_model_surrogate(a->model)) && !(a->mixture = cupel_spiked_none(1)))
        CUPEL_TRY(cupel_no_memory(err, "a mixture", sizeof *a->mixture));
    const char *unit = cupel_model_unit(a->model);
    cupel_str_addf(&a->name[3], "measured %s%s%s%s", cupel_model_property(a->model), *unit ? " [" : "", unit, *unit ? "]" : "");
    cupel_str_addf(&a->name[4], "%s class%s%s%s", cupel_model_property(a->model), *unit ? " [" : "", unit, *unit ? "]" : "");
    if (a->name[3].failed || a->name[4].failed) CUPEL_TRY(cupel_no_memory(err, "names of columns", 0));
    CUPEL_TRY(cupel_known_set_new(&a->known, err));
    CUPEL_TRY(cupel_known_set_add_model(a->known, a->model, true, err));
    cupel_known_set_close(a->known);
    CUPEL_TRY(cupel_model_work_new(a->model, &a->work, err));
    st = cupel_input_open(a->o->table, &a->in, err);
done:
    return st;
}

/* A first line that is no header either, where the format was not named: it is answered as an error, and objects are expected behind it. */
static cupel_status no_header(answerer *a, cupel_text line, const cupel_err *why, cupel_err *err)
{
    cupel_str s = {0};
    cupel_str_addf(&s, "neither a JSON object nor the header of a table (%s); objects are expected from here on", why->message);
    if (!s.failed) cupel_str_add(&a->first, line.p, line.n);
    if (!s.failed) put_first_error(a, cupel_str_text(&s));
    const bool failed = s.failed || a->first.failed;
    cupel_str_free(&s);
    return failed ? cupel_no_memory(err, "an answer", line.n) : CUPEL_OK;
}

/* What the lines are, from the options or the first of them; a header is taken off. */
static cupel_status begin(answerer *a, cupel_text *line, cupel_err *err)
{
    const char *format = a->o->format;
    a->separator = format && strcmp(format, "tsv") == 0 ? '\t' : 0;
    cupel_status st = next_line(a, line, err);
    if (st != CUPEL_OK) return st;
    if (!line->p) return cupel_fail(err, CUPEL_BAD_INPUT, "%s: no line to answer; expected JSON objects, or a table with a header",
                                    cupel_input_name(a->in));
    a->json = format ? strcmp(format, "jsonl") == 0 : line->p[0] == '{' || line->p[0] == '[';
    if (a->json) return CUPEL_OK;
    const char said = a->separator ? 0 : cupel_csv_said(*line);
    if (said) {
        a->separator = said;
        st = next_line(a, line, err);
        if (st != CUPEL_OK || !line->p) return st;
    }
    a->first_line = a->line;
    cupel_err why = {0};
    st = read_header(a, *line, &why);
    if (st == CUPEL_BAD_INPUT && !format) return no_header(a, *line, &why, err);
    if (st != CUPEL_OK) return cupel_fail(err, st, "%s", why.message);
    if (!format) cupel_str_add(&a->first, line->p, line->n);
    return a->first.failed ? cupel_no_memory(err, "a line", line->n) : next_line(a, line, err);
}

static void release(answerer *a)
{
    for (int i = 0; i < 5; i++) cupel_str_free(&a->name[i]);
    for (size_t i = 0; i < CUPEL_QUANTILES; i++) cupel_str_free(&a->quantile[i]);
    for (size_t i = 0; i < CUPEL_BESIDE; i++) cupel_str_free(&a->beside[i]);
    cupel_free(a->mixture);
    cupel_model_work_free(a->work);
    cupel_known_set_free(a->known);
    cupel_model_free(a->model);
    cupel_input_free(a->in);
    cupel_free(a->buffer);
    cupel_header_release(&a->header);
    cupel_free(a->decimal.seen);
    cupel_header_release(&a->keys);
    cupel_json_free(a->tree);
    cupel_tally_release(&a->tally);
    cupel_records_release(&a->row);
    cupel_batch_release(&a->batch);
    cupel_str_free(&a->cells);
    cupel_str_free(&a->key);
    cupel_str_free(&a->first);
    cupel_str_free(&a->outside);
    cupel_str_free(&a->out);
}

static void say_separator(const answerer *a, const cupel_job *job)
{
    cupel_str words = {0};
    if (!a->decimal.seen) return;
    cupel_decimals_say(&a->decimal, &words);
    cupel_say(job, CUPEL_NOTE, "'%s' is %s", cupel_input_name(a->in), cupel_str_text(&words));
    cupel_str_free(&words);
}

cupel_status cupel_answer_lines(const cupel_predict_table_options *o, const cupel_job *job, cupel_answer_fn put, void *user,
                                cupel_answer_result *result,
                                cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_text line;
    char n[32], m[32], k[32];
    answerer a = {.o = o, .job = job, .tally = {.job = job, .every = true}};
    CUPEL_TRY(open_all(&a, job, err));
    CUPEL_TRY(begin(&a, &line, err));
    if (a.out.n) {
        CUPEL_TRY(put(user, cupel_str_text(&a.out), a.out.n, err));
        CUPEL_TRY(next_line(&a, &line, err));
    }
    while (line.p) {
        CUPEL_TRY(answer(&a, line, err));
        CUPEL_TRY(put(user, cupel_str_text(&a.out), a.out.n, err));
        if (cupel_stopped(job)) CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped after line %" PRIu64, a.line));
        CUPEL_TRY(next_line(&a, &line, err));
    }
    say_separator(&a, job);
    cupel_tally_say(&a.tally, "without an answer, or with an imputed value");
    cupel_say(job, CUPEL_NOTE, "%s line%s: %s answered, %s with an error", cupel_format_count(n, a.result.lines), a.result.lines == 1 ? "" : "s",
              cupel_format_count(k, a.result.lines - a.result.bad), cupel_format_count(m, a.result.bad));
    if (a.result.lines && !a.result.answered) st = cupel_fail(err, CUPEL_BAD_INPUT, "%s: not one of %s lines could be answered",
                                                              cupel_input_name(a.in), n);
    if (result) *result = a.result;
done:
    release(&a);
    return st;
}
