#include "core/engine/sheet.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/artifact.h"
#include "core/io/csv.h"
#include "core/io/json.h"
#include "core/matter/reason.h"
#include "core/sys/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef enum form { CSV, TSV, JSONL, H5 } form;

enum { SCHEMA = 1 };

struct cupel_sheet {
    cupel_sheet_options o;
    form form;
    uint64_t n_rows;
    cupel_out *out;                     /* text */
    cupel_writer *writer;               /* artifact */
    cupel_rows *formula, *x, *reason, *note, **kept; /* kept [header->n]; NULL for the others */
};

/* ---- which form ---- */

static const struct {
    const char *name, *end;
    form form;
} forms[] = {{"csv", ".csv", CSV}, {"tsv", ".tsv", TSV}, {"jsonl", ".jsonl", JSONL}, {"h5", ".h5", H5}, {"h5", ".hdf5", H5}};
enum { N_FORMS = sizeof forms / sizeof *forms };

static cupel_status find_form(const cupel_sheet_options *o, form *f, cupel_err *err)
{
    for (size_t i = 0; i < N_FORMS; i++) {
        if (o->format ? strcmp(o->format, forms[i].name) == 0 : cupel_text_ends(cupel_text_of(o->path), forms[i].end)) {
            *f = forms[i].form;
            return CUPEL_OK;
        }
    }
    if (o->format) return cupel_fail(err, CUPEL_USAGE, "format '%s': expected csv, tsv, jsonl or h5", o->format);
    struct stat sb;
    *f = CSV;
    if (strcmp(o->path, "-") == 0 || (stat(o->path, &sb) == 0 && !S_ISREG(sb.st_mode) && !S_ISDIR(sb.st_mode))) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE, "output '%s': the name does not tell the format; end it in .csv, .tsv, .jsonl or .h5", o->path);
}

static bool is_kept(const cupel_sheet_options *o, size_t i) { return o->kept ? o->kept[i] : i != o->formula; }

static cupel_status check_names(const cupel_sheet_options *o, cupel_err *err)
{
    for (size_t i = 0; i < o->header->n; i++) {
        const char *name = o->header->name[i];
        if (!is_kept(o, i) && i != o->formula) continue;
        bool taken = (o->reasons && strcmp(name, "reason") == 0) || (o->note && strcmp(name, o->note) == 0);
        for (size_t j = 0; !taken && j < o->n_columns; j++) taken = strcmp(name, o->column[j]) == 0;
        if (taken)
            return cupel_fail(err, CUPEL_BAD_INPUT, "column '%s' of the input has the name of a column to be written; rename it or take it out",
                              name);
    }
    return CUPEL_OK;
}

/* ---- text ---- */

/* The number whose shortest text is that of the float: 0.1f as 0.1, not as 0.10000000149011612. */
static double of_float(float f)
{
    double a = fabs((double)f), power = 1;
    if (!isfinite(f) || f == 0) return (double)f;
    if (a >= 1e-5 && a < 1e9) {
        for (int k = 0; k < 14; k++, power *= 10) {
            double v = nearbyint(a * power) / power;
            if ((float)v == (float)a) return f < 0 ? -v : v;
        }
    }
    char text[32];
    for (int digits = 6; digits < 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)f);
        if (strtof(text, NULL) == f) return strtod(text, NULL);
    }
    return (double)f;
}

static double value(const cupel_sheet *s, const void *x, size_t j)
{
    return s->o.float32 ? of_float(((const float *)x)[j]) : ((const double *)x)[j];
}

static void format_separated(const cupel_sheet *s, const cupel_records *r, size_t row, const cupel_sheet_values *val, cupel_str *out)
{
    char separator = s->form == TSV ? '\t' : ',';
    cupel_csv_put(out, cupel_cell(r, row, s->o.formula), separator, true);
    for (size_t i = 0; i < r->n_cols; i++)
        if (is_kept(&s->o, i)) cupel_csv_put(out, cupel_cell(r, row, i), separator, false);
    for (size_t j = 0; j < s->o.n_columns; j++) {
        double v = value(s, val->x, j);
        cupel_str_putc(out, separator);
        if (!isnan(v)) cupel_str_number(out, v);
    }
    if (s->o.reasons) cupel_csv_put(out, cupel_text_of(cupel_reason_name((cupel_reason)*val->reason)), separator, false);
    if (s->o.note) cupel_csv_put(out, *val->note, separator, false);
    cupel_str_putc(out, '\n');
}

static void header_separated(const cupel_sheet *s, cupel_str *out)
{
    char separator = s->form == TSV ? '\t' : ',';
    const cupel_header *h = s->o.header;
    cupel_csv_put(out, cupel_text_of(h->name[s->o.formula]), separator, true);
    for (size_t i = 0; i < h->n; i++)
        if (is_kept(&s->o, i)) cupel_csv_put(out, cupel_text_of(h->name[i]), separator, false);
    for (size_t j = 0; j < s->o.n_columns; j++) cupel_csv_put(out, cupel_text_of(s->o.column[j]), separator, false);
    if (s->o.reasons) cupel_csv_put(out, cupel_text_of("reason"), separator, false);
    if (s->o.note) cupel_csv_put(out, cupel_text_of(s->o.note), separator, false);
    cupel_str_putc(out, '\n');
}

/* A cell of a table as JSON: nothing, a number, or text. */
static void put_cell(cupel_json_out *w, cupel_text t)
{
    double number;
    if (cupel_text_missing(t))
        cupel_json_put_null(w);
    else if (cupel_parse_double(t, &number))
        cupel_json_put_number(w, number);
    else
        cupel_json_put_text(w, t);
}

static void put_words(cupel_json_out *w, const char *name, cupel_text words)
{
    cupel_json_name(w, name);
    if (words.n) cupel_json_put_text(w, words);
    else cupel_json_put_null(w);
}

static void format_json(const cupel_sheet *s, const cupel_records *r, size_t row, const cupel_sheet_values *v, cupel_str *out)
{
    cupel_json_out w = {.s = out, .compact = true};
    const cupel_header *h = s->o.header;
    cupel_json_open(&w, '{');
    cupel_json_name(&w, h->name[s->o.formula]);
    cupel_json_put_text(&w, cupel_cell(r, row, s->o.formula));
    for (size_t i = 0; i < r->n_cols; i++) {
        if (!is_kept(&s->o, i)) continue;
        cupel_json_name(&w, h->name[i]);
        put_cell(&w, cupel_cell(r, row, i));
    }
    for (size_t j = 0; j < s->o.n_columns; j++) {
        cupel_json_name(&w, s->o.column[j]);
        cupel_json_put_number(&w, value(s, v->x, j));
    }
    if (s->o.reasons) put_words(&w, "reason", cupel_text_of(cupel_reason_name((cupel_reason)*v->reason)));
    if (s->o.note) put_words(&w, s->o.note, *v->note);
    cupel_json_close(&w, '}');
    cupel_str_putc(out, '\n');
}

bool cupel_sheet_is_text(const cupel_sheet *s) { return s->form != H5; }

cupel_writer *cupel_sheet_writer(cupel_sheet *s) { return s->writer; }

void cupel_sheet_format(const cupel_sheet *s, const cupel_records *r, size_t row, const cupel_sheet_values *v, cupel_str *out)
{
    if (s->form == JSONL)
        format_json(s, r, row, v, out);
    else
        format_separated(s, r, row, v, out);
}

cupel_status cupel_sheet_text(cupel_sheet *s, const cupel_str *text, cupel_err *err)
{
    if (text->failed) return cupel_no_memory(err, "rows as text", text->n);
    return cupel_out_write(s->out, cupel_str_text(text), text->n, err);
}

static cupel_status open_text(cupel_sheet *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str line = {0};
    CUPEL_TRY(cupel_out_open(s->o.path, &s->out, err));
    if (s->form != JSONL) header_separated(s, &line);
    CUPEL_TRY(cupel_sheet_text(s, &line, err));
done:
    cupel_str_free(&line);
    return st;
}

/* ---- artifact ---- */

/* Kept columns lie in the group "table" under their own names, in which '/' would make a group. */
static cupel_status open_kept(cupel_sheet *s, size_t i, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const cupel_header *h = s->o.header;
    cupel_str name = {0};
    cupel_str_addf(&name, "table/%s", strcmp(h->name[i], ".") == 0 || !h->name[i][0] ? "_" : h->name[i]);
    if (name.failed) CUPEL_TRY(cupel_no_memory(err, "the name of a column", 0));
    for (char *p = name.p + 6; (p = strchr(p, '/'));) *p = '|';
    CUPEL_TRY(cupel_writer_rows(s->writer, name.p, h->unit[i], h->label[i], CUPEL_TEXT, 1, &s->kept[i], err));
done:
    cupel_str_free(&name);
    return st;
}

static cupel_status open_artifact(cupel_sheet *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const cupel_header *h = s->o.header;
    s->kept = cupel_alloc(h->n, sizeof *s->kept);
    if (!s->kept) CUPEL_TRY(cupel_no_memory(err, "columns of a table", 0));
    CUPEL_TRY(cupel_writer_open(s->o.path, s->o.kind ? s->o.kind : "descriptors", SCHEMA, s->o.seed, &s->writer, err));
    CUPEL_TRY(cupel_writer_attr_text(s->writer, "features", s->o.sets, err));
    CUPEL_TRY(cupel_writer_attr_text(s->writer, "table_columns", s->o.table_columns ? s->o.table_columns : "", err));
    CUPEL_TRY(cupel_writer_attr_text(s->writer, s->o.subject ? "subject_column" : "formula_column", h->name[s->o.formula], err));
    CUPEL_TRY(cupel_writer_attr_text(s->writer, "missing", s->o.missing, err));
    CUPEL_TRY(cupel_writer_attr_int(s->writer, "columns", (int64_t)s->o.n_columns, err));
    CUPEL_TRY(cupel_writer_put(s->writer, "columns", "", "names of the columns of x", CUPEL_TEXT, 1, &s->o.n_columns, s->o.column, err));
    CUPEL_TRY(cupel_writer_put(s->writer, "units", "", "units of the columns of x", CUPEL_TEXT, 1, &s->o.n_columns, s->o.unit, err));
    const char *subject = s->o.subject ? s->o.subject : "formula", *about = s->o.subject ? "as given" : "formulas as given";
    CUPEL_TRY(cupel_writer_rows(s->writer, subject, "", about, CUPEL_TEXT, 1, &s->formula, err));
    CUPEL_TRY(cupel_writer_rows(s->writer, "x", "as in units", "values, one row per formula or volume; NaN where there is none",
                                s->o.float32 ? CUPEL_F32 : CUPEL_F64, s->o.n_columns, &s->x, err));
    CUPEL_TRY(cupel_writer_rows(s->writer, "reason", "",
                                "why a value is NaN: 0 none, 1 missing_formula, 2 bad_formula, 3 ambiguous_formula, 4 no_element_data, "
                                "5 missing_number, 6 bad_number, 7 imputed, 8 bad_volume, 9 no_value", CUPEL_U8, 1, &s->reason, err));
    if (s->o.note) CUPEL_TRY(cupel_writer_rows(s->writer, s->o.note, "", "in words", CUPEL_TEXT, 1, &s->note, err));
    for (size_t i = 0; i < h->n; i++)
        if (is_kept(&s->o, i)) CUPEL_TRY(open_kept(s, i, err));
done:
    return st;
}

cupel_status cupel_sheet_rows(cupel_sheet *s, const cupel_records *r, size_t from, size_t n, const cupel_sheet_values *v, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const cupel_text *cell = r->cell + from * r->n_cols;
    CUPEL_TRY(cupel_rows_append(s->x, n, v->x, err));
    CUPEL_TRY(cupel_rows_append(s->reason, n, v->reason, err));
    if (s->note) CUPEL_TRY(cupel_rows_append_cells(s->note, n, v->note, 1, err));
    CUPEL_TRY(cupel_rows_append_cells(s->formula, n, cell + s->o.formula, r->n_cols, err));
    for (size_t i = 0; i < r->n_cols; i++)
        if (s->kept[i]) CUPEL_TRY(cupel_rows_append_cells(s->kept[i], n, cell + i, r->n_cols, err));
    s->n_rows += n;
done:
    return st;
}

/* ---- pieces ---- */

bool cupel_sheet_leaves_out(cupel_missing m, unsigned char reason)
{
    return m == CUPEL_MISSING_DROP && reason != CUPEL_REASON_NONE && reason != CUPEL_REASON_IMPUTED;
}

static cupel_sheet_values values_at(const cupel_sheet *s, const cupel_sheet_values *v, size_t i)
{
    const size_t bytes = s->o.n_columns * (s->o.float32 ? sizeof(float) : sizeof(double));
    return (cupel_sheet_values){(const char *)v->x + i * bytes, v->reason + i, v->note ? v->note + i : NULL};
}

void cupel_sheet_format_piece(const cupel_sheet *s, const cupel_sheet_piece *p, cupel_str *text)
{
    cupel_str_clear(text);
    for (size_t i = 0; cupel_sheet_is_text(s) && i < p->n; i++) {
        const cupel_sheet_values v = values_at(s, &p->values, i);
        if (!cupel_sheet_leaves_out(p->missing, *v.reason)) cupel_sheet_format(s, p->records, p->from + i, &v, text);
    }
}

const char *cupel_sheet_input(const char *table)
{
    const char *slash = strrchr(table, '/');
    return strcmp(table, "-") == 0 ? "stdin" : slash ? slash + 1 : table;
}

/* Runs of rows that are not left out. */
cupel_status cupel_sheet_write_piece(cupel_sheet *s, const cupel_sheet_piece *p, const cupel_str *text, uint64_t *written, cupel_err *err)
{
    const unsigned char *reason = p->values.reason;
    cupel_status st = CUPEL_OK;
    for (size_t i = 0, end; i < p->n; i = end) {
        end = i + 1;
        if (cupel_sheet_leaves_out(p->missing, reason[i])) continue;
        while (end < p->n && !cupel_sheet_leaves_out(p->missing, reason[end])) end++;
        *written += end - i;
        const cupel_sheet_values v = values_at(s, &p->values, i);
        if (!cupel_sheet_is_text(s)) CUPEL_TRY(cupel_sheet_rows(s, p->records, p->from + i, end - i, &v, err));
    }
    if (cupel_sheet_is_text(s)) CUPEL_TRY(cupel_sheet_text(s, text, err));
done:
    return st;
}

/* ---- the sheet ---- */

cupel_status cupel_sheet_open(const cupel_sheet_options *o, cupel_sheet **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_sheet *s = cupel_alloc(1, sizeof *s);
    if (!s) CUPEL_TRY(cupel_no_memory(err, "a table", sizeof *s));
    s->o = *o;
    CUPEL_TRY(find_form(o, &s->form, err));
    CUPEL_TRY(check_names(o, err));
    CUPEL_TRY(s->form == H5 ? open_artifact(s, err) : open_text(s, err));
    *out = s, s = NULL;
done:
    cupel_sheet_abandon(&s);
    return st;
}

cupel_status cupel_sheet_commit(cupel_sheet **sheet, const char *input, const char *digest, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_sheet *s = *sheet;
    *sheet = NULL;
    if (s->form == H5) {
        CUPEL_TRY(cupel_writer_attr_int(s->writer, "rows", (int64_t)s->n_rows, err));
        if (input) CUPEL_TRY(cupel_writer_input(s->writer, input, digest, err));
        if (s->o.model) CUPEL_TRY(cupel_writer_input(s->writer, s->o.model, s->o.model_digest, err));
        CUPEL_TRY(cupel_writer_commit(&s->writer, err));
    } else {
        CUPEL_TRY(cupel_out_commit(&s->out, err));
    }
done:
    cupel_sheet_abandon(&s);
    return st;
}

void cupel_sheet_abandon(cupel_sheet **sheet)
{
    if (!sheet || !*sheet) return;
    cupel_sheet *s = *sheet;
    *sheet = NULL;
    cupel_writer_abandon(&s->writer);
    cupel_out_abandon(&s->out);
    cupel_free(s->kept);
    cupel_free(s);
}
