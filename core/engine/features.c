#include "core/engine/features.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/cross.h"
#include "core/engine/sets.h"
#include "core/matter/column_match.h"
#include "core/matter/columns.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_VALUES = 512 }; /* categories of one column: more is an identifier */

/* A column of the table. */
typedef struct column {
    char *name, *unit; /* unit: of the table that was learned from; "" or NULL: none */
    bool category;
    char **value; /* [n_values] categories in order of first appearance */
    size_t n_values, cap;
    double mean, low, high; /* of the training rows; the mean is for imputation */
    size_t numbers, texts; /* cells that were learned from */
    uint64_t text_line;    /* of the first text */
    size_t at;    /* in the header that is bound; SIZE_MAX before */
    cupel_column_match units; /* of its numbers */
} column;

struct cupel_features {
    cupel_sets sets;
    char *sets_text, *columns_text;
    column *col;
    size_t n_cols;
    bool imputes;
    bool crosses; /* products of the table columns with numbers of the composition, behind the others */
    const cupel_transfer *transfer; /* behind those too; NULL: none */
    cupel_transfer *loaded;          /* the same where it came from a file */
};

static size_t width(const column *c) { return c->category ? c->n_values : 1; }

/* ---- making ---- */

static cupel_status parse_sets(cupel_features *f, const char *names, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str text = {0}, rest = {0};
    f->sets = (cupel_sets){0};
    f->crosses = names && cupel_cross_take(names, &rest);
    if (rest.failed) CUPEL_TRY(cupel_no_memory(err, "the names of descriptors", 0));
    if (f->crosses) names = rest.n ? cupel_str_text(&rest) : NULL;
    if (names && strcmp(names, "none") != 0) CUPEL_TRY(cupel_sets_parse(names, f->imputes ? CUPEL_SETS_IMPUTED : 0u, &f->sets, err));
    cupel_sets_text(&f->sets, &text);
    if (f->crosses) cupel_str_addf(&text, "%scross", text.n ? "," : "");
    cupel_free(f->sets_text);
    f->sets_text = text.failed ? NULL : cupel_strdup(text.n ? cupel_str_text(&text) : "none");
    if (!f->sets_text) st = cupel_no_memory(err, "the names of descriptors", 0);
done:
    cupel_str_free(&text);
    cupel_str_free(&rest);
    return st;
}

static cupel_status add_column(cupel_features *f, cupel_text name, cupel_err *err)
{
    if (!name.n) return cupel_fail(err, CUPEL_USAGE, "an empty name among the table columns; expected names joined by ','");
    for (size_t i = 0; i < f->n_cols; i++)
        if (cupel_text_is(name, f->col[i].name)) return cupel_fail(err, CUPEL_USAGE, "table column '%s' is given twice", f->col[i].name);
    column *c = &f->col[f->n_cols];
    c->at = SIZE_MAX;
    c->name = cupel_strndup(name.p, name.n);
    if (!c->name) return cupel_no_memory(err, "the names of table columns", 0);
    f->n_cols++;
    return CUPEL_OK;
}

static cupel_status parse_columns(cupel_features *f, const char *names, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t n = 1;
    f->columns_text = cupel_strdup("");
    if (!f->columns_text) return cupel_no_memory(err, "the names of table columns", 0);
    if (!names || !*names) return CUPEL_OK;
    for (const char *p = names; *p; p++) n += *p == ',';
    f->col = cupel_alloc(n, sizeof *f->col);
    if (!f->col) return cupel_no_memory(err, "the names of table columns", n * sizeof *f->col);
    cupel_str text = {0};
    for (const char *p = names;; p++) {
        size_t len = strcspn(p, ",");
        CUPEL_TRY(add_column(f, cupel_text_trim((cupel_text){p, len}), err));
        cupel_str_addf(&text, "%s%s", text.n ? "," : "", f->col[f->n_cols - 1].name);
        p += len;
        if (!*p) break;
    }
    cupel_free(f->columns_text);
    f->columns_text = text.failed ? NULL : cupel_strdup(cupel_str_text(&text));
    if (!f->columns_text) st = cupel_no_memory(err, "the names of table columns", 0);
done:
    cupel_str_free(&text);
    return st;
}

cupel_status cupel_features_new(const char *sets, const char *columns, cupel_features **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_features *f = cupel_alloc(1, sizeof *f);
    if (!f) return cupel_no_memory(err, "features", sizeof *f);
    CUPEL_TRY(parse_sets(f, sets, err));
    CUPEL_TRY(parse_columns(f, columns, err));
    if (f->crosses && !f->n_cols)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "'cross' crosses columns of the table with the composition: name them with --columns"));
    if (!f->sets.n && !f->n_cols) st = cupel_fail(err, CUPEL_USAGE, "no features: give a set of descriptors, table columns, or both");
done:
    if (st == CUPEL_OK)
        *out = f;
    else
        cupel_features_free(f);
    return st;
}

void cupel_features_free(cupel_features *f)
{
    if (!f) return;
    for (size_t i = 0; i < f->n_cols; i++) {
        for (size_t v = 0; v < f->col[i].n_values; v++) cupel_free(f->col[i].value[v]);
        cupel_free(f->col[i].value);
        cupel_free(f->col[i].name);
        cupel_free(f->col[i].unit);
    }
    cupel_free(f->col);
    cupel_free(f->sets_text);
    cupel_free(f->columns_text);
    cupel_transfer_free(f->loaded);
    cupel_free(f);
}

cupel_status cupel_features_impute(cupel_features *f, cupel_err *err)
{
    char *names = cupel_strdup(f->sets_text);
    if (!names) return cupel_no_memory(err, "the names of descriptors", 0);
    f->imputes = true;
    cupel_status st = parse_sets(f, names, err);
    cupel_free(names);
    return st;
}

bool cupel_features_imputes(const cupel_features *f) { return f->imputes; }

void cupel_features_transfer(cupel_features *f, const cupel_transfer *t) { f->transfer = t; }

const cupel_transfer *cupel_features_transferred(const cupel_features *f) { return f->transfer; }

/* ---- learning from the training rows ---- */

/* By name or label, also where the name was learned with another unit in it: "T [K]" finds "T [degC]". */
static cupel_status find_bound(const column *c, const cupel_header *header, const char *file, cupel_column_match *m, cupel_err *err)
{
    cupel_err why = {0};
    cupel_header own = {0};
    m->at = cupel_header_find(header, c->name);
    if (m->at == SIZE_MAX && cupel_header_add(&own, cupel_text_of(c->name), NULL) == CUPEL_OK) m->at = cupel_header_match(header, &own, 0);
    cupel_header_release(&own);
    if (m->at == SIZE_MAX) return cupel_column_find(header, file, "", c->name, "the features need it", &m->at, err);
    const char *unit = header->unit[m->at];
    m->converts = false;
    if (c->category || !c->unit || !*c->unit || !*unit) return CUPEL_OK; /* cupel_features_unit_doubts says where one has none */
    cupel_status st = cupel_column_units(unit, c->unit, m, &why);
    if (st == CUPEL_OK) return st;
    return cupel_fail(err, st, "'%s': column '%s' is in %s, the model learned '%s' in %s: %s", file, header->name[m->at], unit, c->name, c->unit,
                      why.message);
}

cupel_status cupel_features_bind(cupel_features *f, const cupel_header *header, const char *file, cupel_err *err)
{
    cupel_column_match m = {.at = 0};
    for (size_t i = 0; i < f->n_cols; i++) {
        cupel_status st = find_bound(&f->col[i], header, file, &m, err);
        if (st != CUPEL_OK) return st;
    }
    for (size_t i = 0; i < f->n_cols; i++) {
        column *c = &f->col[i];
        find_bound(c, header, file, &c->units, NULL);
        c->at = c->units.at;
    }
    return CUPEL_OK;
}

void cupel_features_unit_doubts(const cupel_features *f, const cupel_header *header, const char *file, const cupel_job *job)
{
    for (const column *c = f->col; c < f->col + f->n_cols; c++) {
        const char *unit = header->unit[c->at], *own = c->unit ? c->unit : "";
        if (c->category) continue;
        if (c->units.converts) cupel_say(job, CUPEL_NOTE, "column '%s' of '%s' is converted to %s", header->name[c->at], file, own);
        else if (!*unit != !*own)
            cupel_say(job, CUPEL_WARNING, "column '%s' of '%s' has %s%s, the model learned it %s%s: numbers are taken as they are",
                      header->name[c->at], file, *unit ? "the unit " : "no unit", unit, *own ? "in " : "without a unit", own);
    }
}

static size_t find_value(const column *c, cupel_text t)
{
    for (size_t v = 0; v < c->n_values; v++)
        if (cupel_text_is(t, c->value[v])) return v;
    return SIZE_MAX;
}

static cupel_status add_value(column *c, cupel_text t, cupel_err *err)
{
    if (c->n_values == MAX_VALUES)
        return cupel_fail(err, CUPEL_BAD_INPUT,
                          "table column '%s' holds text with more than %d different values: it looks like an identifier; leave it out",
                          c->name, (int)MAX_VALUES);
    if (!cupel_grow(&c->value, &c->cap, c->n_values + 1, sizeof *c->value)) return cupel_no_memory(err, "categories", 0);
    c->value[c->n_values] = cupel_strndup(t.p, t.n);
    if (!c->value[c->n_values]) return cupel_no_memory(err, "categories", 0);
    c->n_values++;
    return CUPEL_OK;
}

/* "inf", "-Infinity", "1e999": meant as a number and none that can be used. It makes no category of its column. */
static bool infinite(cupel_text t)
{
    size_t i = t.n && (t.p[0] == '-' || t.p[0] == '+'), n = t.n - i;
    if ((n == 3 || n == 8) && strncasecmp(t.p + i, "infinity", n) == 0) return true;
    size_t mantissa = i;
    while (i < t.n && ((t.p[i] >= '0' && t.p[i] <= '9') || t.p[i] == '.')) i++;
    if (i == mantissa || i == t.n || (t.p[i] != 'e' && t.p[i] != 'E')) return false;
    i += i + 1 < t.n && t.p[i + 1] == '+' ? 2 : 1;
    size_t exponent = i;
    while (i < t.n && t.p[i] >= '0' && t.p[i] <= '9') i++;
    return i == t.n && i > exponent;
}

/* The cells of one column over the rows to learn from. */
typedef struct cells {
    const cupel_records *r;
    const size_t *subset;
    size_t n, at;
} cells;

static cupel_text cell_at(const cells *c, size_t i)
{
    return cupel_text_trim(cupel_cell(c->r, c->subset ? c->subset[i] : i, c->at));
}

static cupel_status learn_column(column *c, const cells *rows, cupel_err *err)
{
    double sum = 0, x;
    c->numbers = c->texts = 0;
    c->low = HUGE_VAL;
    c->high = -HUGE_VAL;
    for (size_t i = 0; i < rows->n; i++) {
        cupel_text t = cell_at(rows, i);
        if (cupel_text_missing(t)) continue;
        if (cupel_parse_double(t, &x)) {
            sum += x;
            c->numbers++;
            c->low = fmin(c->low, x);
            c->high = fmax(c->high, x);
        } else if (!infinite(t) && !c->texts++) {
            c->text_line = rows->r->line[rows->subset ? rows->subset[i] : i];
        }
    }
    c->category = c->texts != 0;
    if (!c->category && !c->numbers)
        return cupel_fail(err, CUPEL_BAD_INPUT, "table column '%s' is empty in all %zu training rows; leave it out", c->name, rows->n);
    if (!c->category) {
        c->mean = sum / (double)c->numbers;
        return CUPEL_OK;
    }
    for (size_t i = 0; i < rows->n; i++) {
        cupel_text t = cell_at(rows, i);
        if (cupel_text_missing(t) || find_value(c, t) != SIZE_MAX) continue;
        cupel_status st = add_value(c, t, err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

cupel_status cupel_features_learn_subset(cupel_features *f, const cupel_header *header, const cupel_records *all, const size_t *subset,
                                         size_t n_subset, const char *file, cupel_err *err)
{
    for (size_t i = 0; i < f->n_cols; i++) { /* the units learned are those of this table */
        cupel_free(f->col[i].unit);
        f->col[i].unit = NULL;
    }
    cupel_status st = cupel_features_bind(f, header, file, err);
    for (size_t i = 0; i < f->n_cols && st == CUPEL_OK; i++) {
        f->col[i].unit = cupel_strdup(header->unit[f->col[i].at]);
        if (!f->col[i].unit) st = cupel_no_memory(err, "the units of table columns", 0);
    }
    for (size_t i = 0; i < f->n_cols && st == CUPEL_OK; i++)
        st = learn_column(&f->col[i], &(cells){.r = all, .subset = subset, .n = subset ? n_subset : all->n_rows, .at = f->col[i].at}, err);
    return st;
}

cupel_status cupel_features_learn(cupel_features *f, const cupel_header *header, const cupel_records *all, const char *file, cupel_err *err)
{
    return cupel_features_learn_subset(f, header, all, NULL, 0, file, err);
}

void cupel_features_say_mixed(const cupel_features *f, const char *file, const cupel_job *job)
{
    char all[32], numbers[32];
    for (const column *c = f->col; c < f->col + f->n_cols; c++)
        if (c->numbers && c->texts)
            cupel_say(job, CUPEL_WARNING, "column '%s' is taken as %zu categories: of its %s cells %s hold a number; the first that does not is %s:%" PRIu64,
                      c->name, c->n_values, cupel_format_count(all, c->numbers + c->texts), cupel_format_count(numbers, c->numbers), file, c->text_line);
}

/* ---- use ---- */

static size_t table_width(const cupel_features *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n_cols; i++) n += width(&f->col[i]);
    return n;
}

/* Columns of the sets, the table and their products. */
static size_t own_width(const cupel_features *f)
{
    return f->sets.n_columns + table_width(f) * (f->crosses ? 1 + CUPEL_CROSS_FACTORS : 1);
}

size_t cupel_features_count(const cupel_features *f) { return own_width(f) + (f->transfer ? cupel_transfer_columns(f->transfer) : 0); }

/* Column j of those that come from the table. */
static void table_name(const cupel_features *f, size_t j, cupel_str *name)
{
    const column *c = f->col;
    for (; j >= width(c); c++) j -= width(c);
    cupel_str_puts(name, c->name);
    if (c->category) cupel_str_addf(name, "=%s", c->value[j]);
}

static void cross_name(const cupel_features *f, size_t j, cupel_str *name)
{
    cupel_str of = {0};
    table_name(f, j / CUPEL_CROSS_FACTORS, &of);
    cupel_cross_name(cupel_str_text(&of), j % CUPEL_CROSS_FACTORS, name);
    name->failed |= of.failed;
    cupel_str_free(&of);
}

cupel_status cupel_features_name(const cupel_features *f, size_t j, cupel_str *name, const char **unit, cupel_err *err)
{
    cupel_str_clear(name);
    *unit = "";
    size_t table = f->sets.n_columns + table_width(f);
    if (j < f->sets.n_columns) cupel_sets_column(&f->sets, j, name, unit);
    else if (j < table) table_name(f, j - f->sets.n_columns, name);
    else if (j >= own_width(f)) cupel_transfer_name(f->transfer, j - own_width(f), name, unit);
    else cross_name(f, j - table, name);
    return name->failed ? cupel_no_memory(err, "the name of a feature", 0) : CUPEL_OK;
}

void cupel_features_fractions(const cupel_features *f, size_t *first, size_t *n)
{
    size_t at = 0;
    *first = *n = 0;
    for (size_t i = 0; i < f->sets.n; at += f->sets.set[i++]->n_columns)
        if (strcmp(f->sets.set[i]->method.name, "element_fraction") == 0 && !f->sets.smooth[i]) *first = at, *n = f->sets.set[i]->n_columns;
}

void cupel_features_plain(const cupel_features *f, size_t *first, size_t *behind)
{
    *first = f->sets.n ? f->sets.set[0]->n_columns : 0;
    *behind = f->sets.n_columns;
}

/* in [from .. from + n - 1] */
static size_t mark(bool *in, size_t from, size_t n)
{
    for (size_t j = from; j < from + n; j++) in[j] = true;
    return n;
}

static size_t mark_set(const cupel_features *f, const char *name, bool *in)
{
    size_t at = 0, found = 0;
    for (size_t i = 0; i < f->sets.n; at += f->sets.set[i++]->n_columns)
        if (strcmp(f->sets.set[i]->method.name, name) == 0) found += mark(in, at, f->sets.set[i]->n_columns);
    return found;
}

static size_t mark_table(const cupel_features *f, const char *name, bool *in)
{
    size_t at = f->sets.n_columns, found = 0;
    for (const column *c = f->col; c < f->col + f->n_cols; at += width(c++))
        if (strcmp(c->name, name) == 0) found += mark(in, at, width(c));
    return found;
}

static cupel_status mark_one(const cupel_features *f, const char *name, bool *in, size_t *found, cupel_err *err)
{
    cupel_str s = {0};
    const char *unit;
    cupel_status st = CUPEL_OK;
    for (size_t j = 0; j < cupel_features_count(f) && st == CUPEL_OK && !*found; j++) {
        st = cupel_features_name(f, j, &s, &unit, err);
        if (st == CUPEL_OK && strcmp(cupel_str_text(&s), name) == 0) *found = mark(in, j, 1);
    }
    cupel_str_free(&s);
    return st;
}

cupel_status cupel_features_group(const cupel_features *f, const char *name, bool *in, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t found = mark_set(f, name, in) + mark_table(f, name, in);
    if (!found && strcmp(name, "composition") == 0) found = mark(in, 0, f->sets.n_columns);
    if (!found && strcmp(name, "table") == 0) found = mark(in, f->sets.n_columns, table_width(f));
    if (!found) st = mark_one(f, name, in, &found, err);
    if (st != CUPEL_OK || found) return st;
    return cupel_fail(err, CUPEL_USAGE,
                      "kernel: no columns are called '%.64s'; expected composition (sets: %s), table (its columns: %s), one of those, or a single column",
                      name, f->sets_text, *f->columns_text ? f->columns_text : "none; name them with --columns");
}

size_t cupel_features_groups(const cupel_features *f, size_t most, const char **name, bool *category)
{
    size_t n = 0;
    if (f->sets.n && n < most) category[n] = false, name[n++] = "composition";
    for (const column *c = f->col; c < f->col + f->n_cols && n < most; c++) category[n] = c->category, name[n++] = c->name;
    return n;
}

bool cupel_features_need_formulas(const cupel_features *f) { return f->sets.n || f->crosses || f->transfer; }

const char *cupel_features_sets(const cupel_features *f) { return f->sets_text; }

const char *cupel_features_columns(const cupel_features *f) { return f->columns_text; }

static void set_reason(unsigned char *reason, cupel_reason r)
{
    if (reason && (*reason == CUPEL_REASON_NONE || *reason == CUPEL_REASON_IMPUTED)) *reason = (unsigned char)r;
}

/* A row's share of one table column, at x. */
static void compute_cell(const cupel_features *f, const column *c, cupel_text t, double *x, unsigned char *reason)
{
    bool missing = cupel_text_missing(t);
    if (missing) set_reason(reason, f->imputes ? CUPEL_REASON_IMPUTED : CUPEL_REASON_MISSING_NUMBER);
    if (!c->category) {
        *x = f->imputes ? c->mean : (double)NAN;
        if (!missing && !cupel_parse_double(t, x)) {
            *x = NAN;
            set_reason(reason, CUPEL_REASON_BAD_NUMBER);
        } else if (!missing) {
            *x = cupel_column_value(&c->units, *x);
        }
        return;
    }
    for (size_t v = 0; v < c->n_values; v++) x[v] = missing && !f->imputes ? (double)NAN : 0;
    size_t v = missing ? SIZE_MAX : find_value(c, t);
    if (v != SIZE_MAX) x[v] = 1;
}

/* Products of the n columns at x with the numbers of the composition, behind them. */
static void compute_cross(const cupel_features *f, const cupel_batch *batch, size_t row, double *x, size_t n, unsigned char *reason)
{
    double factor[CUPEL_CROSS_FACTORS];
    cupel_reason why = cupel_cross_factors(batch, row, f->imputes, factor);
    if (why == CUPEL_REASON_IMPUTED && reason && !*reason) *reason = CUPEL_REASON_IMPUTED;
    else if (why != CUPEL_REASON_NONE && why != CUPEL_REASON_IMPUTED) set_reason(reason, why);
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < CUPEL_CROSS_FACTORS; k++) x[n + j * CUPEL_CROSS_FACTORS + k] = x[j] * factor[k];
}

void cupel_features_compute(const cupel_features *f, const cupel_batch *batch, const cupel_records *records, size_t from, size_t n,
                            cupel_isa isa, double *x, size_t ld, unsigned char *reason)
{
    if (reason) memset(reason, 0, n);
    if (f->sets.n)
        cupel_sets_compute(&f->sets, batch, from, n, isa, x, ld, reason);
    for (size_t i = 0; f->n_cols && i < n; i++) {
        double *to = x + i * ld + f->sets.n_columns;
        for (size_t c = 0; c < f->n_cols; c++) {
            compute_cell(f, &f->col[c], cupel_text_trim(cupel_cell(records, from + i, f->col[c].at)), to, reason ? reason + i : NULL);
            to += width(&f->col[c]);
        }
        if (f->crosses) compute_cross(f, batch, from + i, x + i * ld + f->sets.n_columns, table_width(f), reason ? reason + i : NULL);
    }
}

/* How far x lies beyond the range of the training rows, in such ranges; where all of them hold one number, in that number. */
static double beyond_range(const column *c, double x)
{
    double past = fmax(fmax(c->low - x, x - c->high), 0), range = c->high - c->low;
    return past > 0 ? past / (range > 0 ? range : fmax(fabs(c->low), fmin(past, 1))) : 0;
}

double cupel_features_beyond(const cupel_features *f, const double *x, bool imputed)
{
    double most = 0;
    const double *at = x + f->sets.n_columns;
    for (const column *c = f->col; c < f->col + f->n_cols; at += width(c++)) {
        if (!c->category) {
            most = fmax(most, beyond_range(c, *at));
            continue;
        }
        bool known = imputed; /* an empty cell is none of the values too */
        for (size_t v = 0; v < c->n_values; v++) known |= at[v] != 0;
        if (!known) most = fmax(most, 1);
    }
    return most;
}

void cupel_features_condition(const cupel_features *f, const cupel_records *records, size_t row, cupel_str *out)
{
    for (const column *c = f->col; c < f->col + f->n_cols; c++) {
        cupel_text t = cupel_text_trim(cupel_cell(records, row, c->at));
        double x;
        cupel_str_addf(out, "; %s=", c->name);
        if (!c->category && cupel_parse_double(t, &x)) cupel_str_number(out, cupel_column_value(&c->units, x));
        else cupel_str_add(out, t.p, t.n);
    }
}

static cupel_status add_transfer(const cupel_features *f, const cupel_batch *batch, size_t from, size_t n, cupel_isa isa, double *x, size_t ld,
                                 unsigned char *reason, cupel_err *err)
{
    if (!f->transfer) return CUPEL_OK;
    double *to = x + own_width(f);
    cupel_status st = cupel_transfer_compute(f->transfer, batch, from, n, isa, to, ld, err);
    for (size_t i = 0; reason && st == CUPEL_OK && i < n; i++)
        if (isnan(to[i * ld])) set_reason(reason + i, CUPEL_REASON_NO_VALUE);
    return st;
}

cupel_status cupel_features_compute_all(const cupel_features *f, const cupel_batch *batch, const cupel_records *records, size_t from, size_t n,
                                        cupel_isa isa, double *x, size_t ld, unsigned char *reason, cupel_err *err)
{
    cupel_features_compute(f, batch, records, from, n, isa, x, ld, reason);
    return add_transfer(f, batch, from, n, isa, x, ld, reason, err);
}

void cupel_features_table(const cupel_features *f, size_t *first, size_t *n)
{
    *first = f->sets.n_columns;
    *n = table_width(f);
}

/* The table column that gives the j-th of the table's features. */
static const column *column_of(const cupel_features *f, size_t j)
{
    const column *c = f->col;
    for (; j >= width(c); c++) j -= width(c);
    return c;
}

bool cupel_features_is_category(const cupel_features *f, size_t j)
{
    if (j < f->sets.n_columns || j >= f->sets.n_columns + table_width(f)) return false;
    return column_of(f, j - f->sets.n_columns)->category;
}

const char *cupel_features_table_unit(const cupel_features *f, size_t j)
{
    const char *unit = column_of(f, j)->unit;
    return unit ? unit : "";
}

cupel_status cupel_features_compute_with(const cupel_features *f, const cupel_batch *batch, const double *value, size_t n, cupel_isa isa, double *x,
                                         size_t ld, unsigned char *reason, cupel_err *err)
{
    const size_t w = table_width(f);
    if (reason) memset(reason, 0, n);
    if (f->sets.n) cupel_sets_compute(&f->sets, batch, 0, n, isa, x, ld, reason);
    for (size_t i = 0; w && i < n; i++) {
        double *to = x + i * ld + f->sets.n_columns;
        memcpy(to, value + i * w, w * sizeof *to);
        for (size_t j = 0; j < w; j++)
            if (isnan(to[j])) set_reason(reason ? reason + i : NULL, CUPEL_REASON_MISSING_NUMBER);
        if (f->crosses) compute_cross(f, batch, i, to, w, reason ? reason + i : NULL);
    }
    return add_transfer(f, batch, 0, n, isa, x, ld, reason, err);
}

static void cross_lacks(const cupel_features *f, const cupel_batch *batch, size_t row, cupel_str *words)
{
    double factor[CUPEL_CROSS_FACTORS];
    size_t k = 0;
    cupel_cross_factors(batch, row, false, factor);
    while (k < CUPEL_CROSS_FACTORS && !isnan(factor[k])) k++;
    if (k == CUPEL_CROSS_FACTORS) return;
    cupel_str_puts(words, "no value of '");
    cupel_cross_name(f->col[0].name, k, words);
    cupel_str_puts(words, "'");
}

cupel_status cupel_features_lacks(const cupel_features *f, const cupel_batch *batch, size_t at, const cupel_records *records, size_t row,
                                  cupel_str *words, cupel_err *err)
{
    double x;
    cupel_status st = cupel_sets_lacks(&f->sets, batch, at, words, err);
    for (const column *c = f->col; st == CUPEL_OK && !words->n && c < f->col + f->n_cols; c++) {
        cupel_text t = cupel_text_trim(cupel_cell(records, row, c->at));
        if (cupel_text_missing(t) || (!c->category && !cupel_parse_double(t, &x))) cupel_str_addf(words, "no value of '%s'", c->name);
    }
    if (st == CUPEL_OK && f->crosses && !words->n) cross_lacks(f, batch, at, words);
    return st == CUPEL_OK && words->failed ? cupel_no_memory(err, "the name of a feature", 0) : st;
}

/* ---- file ---- */

static cupel_status put_names(const cupel_features *f, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t n = cupel_features_count(f);
    char **name = cupel_alloc(n, sizeof *name);
    const char **unit = cupel_alloc(n, sizeof *unit);
    cupel_str text = {0};
    if (!name || !unit) CUPEL_TRY(cupel_no_memory(err, "the names of features", 0));
    for (size_t j = 0; j < n; j++) {
        CUPEL_TRY(cupel_features_name(f, j, &text, &unit[j], err));
        name[j] = cupel_strdup(cupel_str_text(&text));
        if (!name[j]) CUPEL_TRY(cupel_no_memory(err, "the names of features", 0));
    }
    CUPEL_TRY(cupel_writer_put(w, "features/names", "", "columns that the model sees", CUPEL_TEXT, 1, &n, name, err));
    CUPEL_TRY(cupel_writer_put(w, "features/units", "", "their units", CUPEL_TEXT, 1, &n, unit, err));
done:
    for (size_t j = 0; name && j < n; j++) cupel_free(name[j]);
    cupel_free(name);
    cupel_free(unit);
    cupel_str_free(&text);
    return st;
}

static cupel_status put_values(const column *c, size_t i, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str name = {0};
    cupel_str_addf(&name, "features/categories_%zu", i);
    if (name.failed) CUPEL_TRY(cupel_no_memory(err, "categories", 0));
    CUPEL_TRY(cupel_writer_put(w, name.p, "", c->name, CUPEL_TEXT, 1, &c->n_values, c->value, err));
done:
    cupel_str_free(&name);
    return st;
}

static cupel_status put_columns(const cupel_features *f, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const char **name = cupel_alloc(2 * f->n_cols, sizeof *name), **unit = name + f->n_cols;
    unsigned char *category = cupel_alloc(f->n_cols, 1);
    double(*number)[3] = cupel_alloc(f->n_cols, sizeof *number);
    if (!name || !category || !number) CUPEL_TRY(cupel_no_memory(err, "table columns", 0));
    for (size_t i = 0; i < f->n_cols; i++) {
        name[i] = f->col[i].name;
        unit[i] = f->col[i].unit ? f->col[i].unit : "";
        category[i] = f->col[i].category;
        if (category[i]) continue;
        number[i][0] = f->col[i].mean;
        number[i][1] = f->col[i].low;
        number[i][2] = f->col[i].high;
    }
    CUPEL_TRY(cupel_writer_put(w, "features/table_columns", "", "columns taken from the table", CUPEL_TEXT, 1, &f->n_cols, name, err));
    CUPEL_TRY(cupel_writer_put(w, "features/table_units", "", "their units in that table", CUPEL_TEXT, 1, &f->n_cols, unit, err));
    CUPEL_TRY(cupel_writer_put(w, "features/is_category", "", "1: text, one feature per value", CUPEL_U8, 1, &f->n_cols, category, err));
    CUPEL_TRY(cupel_writer_put(w, "features/range", "as in the table", "mean, smallest and largest of the training rows; 0 for a category", CUPEL_F64, 2,
                               (size_t[]){f->n_cols, 3}, number, err));
    for (size_t i = 0; i < f->n_cols; i++)
        if (f->col[i].category) CUPEL_TRY(put_values(&f->col[i], i, w, err));
done:
    cupel_free(name);
    cupel_free(category);
    cupel_free(number);
    return st;
}

cupel_status cupel_features_save(const cupel_features *f, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const char *sets = f->sets_text;
    unsigned char imputes = f->imputes;
    CUPEL_TRY(cupel_writer_put(w, "features/sets", "", "sets of descriptors", CUPEL_TEXT, 1, (size_t[]){1}, &sets, err));
    CUPEL_TRY(cupel_writer_put(w, "features/imputes", "", "1: missing values are filled in", CUPEL_U8, 1, (size_t[]){1}, &imputes, err));
    CUPEL_TRY(put_names(f, w, err));
    if (f->n_cols) CUPEL_TRY(put_columns(f, w, err));
    if (f->transfer) CUPEL_TRY(cupel_transfer_save(f->transfer, w, err));
done:
    return st;
}

static cupel_status get_values(const cupel_reader *r, column *c, size_t i, cupel_err *err)
{
    char name[64] = "features/categories_";
    size_t n = SIZE_MAX;
    void *text = NULL;
    cupel_format_double(name + strlen(name), (double)i);
    cupel_status st = cupel_reader_get(r, name, CUPEL_TEXT, 1, &n, &text, err);
    for (size_t v = 0; v < n && st == CUPEL_OK; v++) st = add_value(c, cupel_text_of(((char **)text)[v]), err);
    cupel_free(text);
    return st;
}

static cupel_status get_columns(const cupel_reader *r, cupel_features *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    void *name = NULL, *category = NULL, *number = NULL, *unit = NULL;
    size_t n = SIZE_MAX;
    CUPEL_TRY(cupel_reader_get(r, "features/table_columns", CUPEL_TEXT, 1, &n, &name, err));
    CUPEL_TRY(cupel_reader_get(r, "features/table_units", CUPEL_TEXT, 1, &n, &unit, err));
    CUPEL_TRY(cupel_reader_get(r, "features/is_category", CUPEL_U8, 1, &n, &category, err));
    CUPEL_TRY(cupel_reader_get(r, "features/range", CUPEL_F64, 2, (size_t[]){n, 3}, &number, err));
    f->col = cupel_alloc(n, sizeof *f->col);
    if (!f->col) CUPEL_TRY(cupel_no_memory(err, "table columns", n * sizeof *f->col));
    for (size_t i = 0; i < n; i++) {
        const double *of = (double *)number + 3 * i; /* mean, low, high */
        if (add_column(f, cupel_text_of(((char **)name)[i]), err) != CUPEL_OK || !isfinite(of[0]) || !isfinite(of[1]) || !isfinite(of[2]) ||
            of[1] > of[2])
            CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT,
                                 "model: 'features/table_columns' names no usable column %zu; train the model again", i + 1));
        if (!(f->col[i].unit = cupel_strdup(((char **)unit)[i]))) CUPEL_TRY(cupel_no_memory(err, "the units of table columns", 0));
        f->col[i].category = ((unsigned char *)category)[i] != 0;
        f->col[i].mean = of[0];
        f->col[i].low = of[1];
        f->col[i].high = of[2];
        if (f->col[i].category) CUPEL_TRY(get_values(r, &f->col[i], i, err));
    }
done:
    cupel_free(name);
    cupel_free(unit);
    cupel_free(category);
    cupel_free(number);
    return st;
}

static cupel_status join_columns(cupel_features *f, cupel_err *err)
{
    cupel_str text = {0};
    for (size_t i = 0; i < f->n_cols; i++) cupel_str_addf(&text, "%s%s", i ? "," : "", f->col[i].name);
    f->columns_text = text.failed ? NULL : cupel_strdup(cupel_str_text(&text));
    cupel_str_free(&text);
    return f->columns_text ? CUPEL_OK : cupel_no_memory(err, "the names of table columns", 0);
}

/* The columns that this cupel computes must be those that the model was trained on. */
static cupel_status check_names(const cupel_reader *r, const cupel_features *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    void *names = NULL;
    size_t n = SIZE_MAX, mine = cupel_features_count(f);
    cupel_str text = {0};
    const char *unit;
    CUPEL_TRY(cupel_reader_get(r, "features/names", CUPEL_TEXT, 1, &n, &names, err));
    if (n != mine)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT,
                             "model: it was trained on %zu features, this cupel computes %zu for '%s'; train the model again", n, mine,
                             f->sets_text));
    for (size_t j = 0; j < n; j++) {
        CUPEL_TRY(cupel_features_name(f, j, &text, &unit, err));
        if (strcmp(cupel_str_text(&text), ((char **)names)[j]) != 0)
            CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT,
                                 "model: feature %zu is '%.80s', this cupel computes '%s' there; train the model again", j + 1,
                                 ((char **)names)[j], cupel_str_text(&text)));
    }
done:
    cupel_free(names);
    cupel_str_free(&text);
    return st;
}

static cupel_status load(const cupel_reader *r, cupel_features *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    void *sets = NULL, *imputes = NULL;
    CUPEL_TRY(cupel_reader_get(r, "features/sets", CUPEL_TEXT, 1, (size_t[]){1}, &sets, err));
    CUPEL_TRY(cupel_reader_get(r, "features/imputes", CUPEL_U8, 1, (size_t[]){1}, &imputes, err));
    f->imputes = *(unsigned char *)imputes != 0;
    st = parse_sets(f, *(char **)sets, err);
    if (st != CUPEL_OK && st != CUPEL_NO_RESOURCE)
        st = cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: descriptors '%.80s' are not known to this cupel; use a newer one", *(char **)sets);
    if (st != CUPEL_OK) goto done;
    if (cupel_reader_has(r, "features/table_columns")) CUPEL_TRY(get_columns(r, f, err));
    CUPEL_TRY(join_columns(f, err));
    CUPEL_TRY(cupel_transfer_load(r, &f->loaded, err));
    f->transfer = f->loaded;
    if (!f->sets.n && !f->n_cols) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: it has no features; train the model again"));
    CUPEL_TRY(check_names(r, f, err));
done:
    cupel_free(sets);
    cupel_free(imputes);
    return st;
}

cupel_status cupel_features_load(const cupel_reader *r, cupel_features **out, cupel_err *err)
{
    cupel_features *f = cupel_alloc(1, sizeof *f);
    if (!f) return cupel_no_memory(err, "features", sizeof *f);
    cupel_status st = load(r, f, err);
    if (st == CUPEL_OK)
        *out = f;
    else
        cupel_features_free(f);
    return st;
}
