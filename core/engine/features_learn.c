/* Columns of the table: found in a header by name or label, learned as numbers or categories. */
#include "core/engine/features_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/matter/columns.h"
#include "core/matter/temperature.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <strings.h>

enum { MAX_VALUES = 512 }; /* categories of one column: more is an identifier */

/* By name or label, also where the name was learned with another unit in it: "T [K]" finds "T [degC]". */
static cupel_status find_bound(const cupel_feature_column *c, const cupel_header *header, const char *file, cupel_column_match *m, cupel_err *err)
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
        cupel_feature_column *c = &f->col[i];
        find_bound(c, header, file, &c->units, NULL);
        c->at = c->units.at;
    }
    return CUPEL_OK;
}

void cupel_features_unit_doubts(const cupel_features *f, const cupel_header *header, const char *file, const cupel_job *job)
{
    for (const cupel_feature_column *c = f->col; c < f->col + f->n_cols; c++) {
        const char *unit = header->unit[c->at], *own = c->unit ? c->unit : "";
        if (c->category) continue;
        if (c->units.converts) cupel_say(job, CUPEL_NOTE, "column '%s' of '%s' is converted to %s", header->name[c->at], file, own);
        else if (!*unit != !*own)
            cupel_say(job, CUPEL_WARNING, "column '%s' of '%s' has %s%s, the model learned it %s%s: numbers are taken as they are",
                      header->name[c->at], file, *unit ? "the unit " : "no unit", unit, *own ? "in " : "without a unit", own);
    }
}

size_t cupel_feature_find(const cupel_feature_column *c, cupel_text t)
{
    for (size_t v = 0; v < c->n_values; v++)
        if (cupel_text_is(t, c->value[v])) return v;
    return SIZE_MAX;
}

cupel_status cupel_feature_add(cupel_feature_column *c, cupel_text t, cupel_err *err)
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

static cupel_status learn_column(cupel_feature_column *c, const cells *rows, cupel_err *err)
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
        c->least = cupel_least_temperature(c->name, c->unit);
        return CUPEL_OK;
    }
    for (size_t i = 0; i < rows->n; i++) {
        cupel_text t = cell_at(rows, i);
        if (cupel_text_missing(t) || cupel_feature_find(c, t) != SIZE_MAX) continue;
        cupel_status st = cupel_feature_add(c, t, err);
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
    for (const cupel_feature_column *c = f->col; c < f->col + f->n_cols; c++)
        if (c->numbers && c->texts)
            cupel_say(job, CUPEL_WARNING,
                      "column '%s' is taken as %zu categories: of its %s cells %s hold a number; the first that does not is %s:%" PRIu64,
                      c->name, c->n_values, cupel_format_count(all, c->numbers + c->texts), cupel_format_count(numbers, c->numbers), file,
                          c->text_line);
}
