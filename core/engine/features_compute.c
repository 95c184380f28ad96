/* Values of the features: descriptors of the formula, cells of the table, their products, columns of a transfer. */
#include "core/engine/features_parts.h"

#include "core/base/err.h"
#include "core/engine/cross.h"
#include "core/matter/columns.h"

#include <math.h>
#include <string.h>

static void set_reason(unsigned char *reason, cupel_reason r)
{
    if (reason && (*reason == CUPEL_REASON_NONE || *reason == CUPEL_REASON_IMPUTED)) *reason = (unsigned char)r;
}

/* A row's share of one table column, at x. */
static void compute_cell(const cupel_features *f, const cupel_feature_column *c, cupel_text t, double *x, unsigned char *reason)
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
    size_t v = missing ? SIZE_MAX : cupel_feature_find(c, t);
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

static void compute_cells(const cupel_features *f, const cupel_records *records, size_t row, double *x, unsigned char *reason)
{
    for (const cupel_feature_column *c = f->col; c < f->col + f->n_cols; x += cupel_feature_width(c++))
        compute_cell(f, c, cupel_text_trim(cupel_cell(records, row, c->at)), x, reason);
}

static void take_given(const double *given, size_t n, double *x, unsigned char *reason)
{
    memcpy(x, given, n * sizeof *x);
    for (size_t j = 0; j < n; j++)
        if (isnan(x[j])) set_reason(reason, CUPEL_REASON_MISSING_NUMBER);
}

void cupel_features_compute(const cupel_features *f, const cupel_feature_rows *r, cupel_isa isa, double *x, size_t ld, unsigned char *reason)
{
    const size_t w = cupel_features_table_width(f);
    const bool columns = r->given ? w > 0 : r->records && f->n_cols > 0;
    if (reason) memset(reason, 0, r->n);
    if (f->sets.n) cupel_sets_compute(&f->sets, r->batch, r->from, r->n, isa, x, ld, reason);
    for (size_t i = 0; columns && i < r->n; i++) {
        double *to = x + i * ld + f->sets.n_columns;
        unsigned char *why = reason ? reason + i : NULL;
        if (r->given) take_given(r->given + (r->from + i) * w, w, to, why);
        else compute_cells(f, r->records, r->from + i, to, why);
        if (f->crosses) compute_cross(f, r->batch, r->from + i, to, w, why);
    }
}

/* How far x lies beyond the range of the training rows, in such ranges; where all of them hold one number, in that number. */
static double beyond_range(const cupel_feature_column *c, double x)
{
    double past = fmax(fmax(c->low - x, x - c->high), 0), range = c->high - c->low;
    if (x < c->least && x < c->low) return fmax(1, past / (range > 0 ? range : 1)); /* no temperature */
    return past > 0 ? past / (range > 0 ? range : fmax(fabs(c->low), fmin(past, 1))) : 0;
}

double cupel_features_beyond(const cupel_features *f, const double *x, bool imputed)
{
    double most = 0;
    const double *at = x + f->sets.n_columns;
    for (const cupel_feature_column *c = f->col; c < f->col + f->n_cols; at += cupel_feature_width(c++)) {
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

enum { WORDS_SHOWN = 8, LONGEST = 40 };

static void category_outside(const cupel_feature_column *c, cupel_text t, cupel_str *out)
{
    if (cupel_text_missing(t) || cupel_feature_find(c, t) != SIZE_MAX) return;
    cupel_str_addf(out, "%s%s '%.*s' is in no training row, which have ", out->n ? "; " : "", c->name, cupel_shown(t.n, LONGEST), t.p);
    for (size_t v = 0; v < c->n_values && v < WORDS_SHOWN; v++) cupel_str_addf(out, "%s'%.*s'", v ? ", " : "", (int)LONGEST, c->value[v]);
    if (c->n_values > WORDS_SHOWN) cupel_str_addf(out, " and %zu more", c->n_values - WORDS_SHOWN);
}

static void number_outside(const cupel_feature_column *c, cupel_text t, double limit, cupel_str *out)
{
    double x;
    if (cupel_text_missing(t) || !cupel_parse_double(t, &x)) return;
    x = cupel_column_value(&c->units, x);
    if (!(beyond_range(c, x) > limit)) return;
    cupel_str_addf(out, "%s%s %.6g is ", out->n ? "; " : "", c->name, x);
    if (x < c->least) cupel_str_puts(out, "below absolute zero");
    else if (c->high > c->low) cupel_str_addf(out, "outside the training rows' %.6g to %.6g", c->low, c->high);
    else cupel_str_addf(out, "not the %.6g of all training rows", c->low);
    if (c->units.converts) cupel_str_addf(out, " %s", c->unit);
}

void cupel_features_outside(const cupel_features *f, const cupel_records *records, size_t row, double limit, cupel_str *out)
{
    for (const cupel_feature_column *c = f->col; c < f->col + f->n_cols; c++) {
        const cupel_text t = cupel_text_trim(cupel_cell(records, row, c->at));
        if (c->category) category_outside(c, t, out);
        else number_outside(c, t, limit, out);
    }
}

void cupel_features_condition(const cupel_features *f, const cupel_records *records, size_t row, cupel_str *out)
{
    for (const cupel_feature_column *c = f->col; c < f->col + f->n_cols; c++) {
        cupel_text t = cupel_text_trim(cupel_cell(records, row, c->at));
        double x;
        cupel_str_addf(out, "; %s=", c->name);
        if (!c->category && cupel_parse_double(t, &x)) cupel_str_number(out, cupel_column_value(&c->units, x));
        else cupel_str_add(out, t.p, t.n);
    }
}

size_t cupel_features_place(const cupel_features *f, size_t i) { return i < f->n_cols ? f->col[i].at : SIZE_MAX; }

cupel_status cupel_features_compute_all(const cupel_features *f, const cupel_feature_rows *r, cupel_isa isa, double *x, size_t ld,
                                        unsigned char *reason, cupel_err *err)
{
    cupel_features_compute(f, r, isa, x, ld, reason);
    if (!f->transfer) return CUPEL_OK;
    double *to = x + cupel_features_own_width(f);
    cupel_status st = cupel_transfer_compute(f->transfer, r->batch, r->from, r->n, isa, to, ld, err);
    for (size_t i = 0; reason && st == CUPEL_OK && i < r->n; i++)
        if (isnan(to[i * ld])) set_reason(reason + i, CUPEL_REASON_NO_VALUE);
    return st;
}

void cupel_features_table(const cupel_features *f, size_t *first, size_t *n)
{
    *first = f->sets.n_columns;
    *n = cupel_features_table_width(f);
}

/* The table column that gives the j-th of the table's features. */
static const cupel_feature_column *column_of(const cupel_features *f, size_t j)
{
    const cupel_feature_column *c = f->col;
    for (; j >= cupel_feature_width(c); c++) j -= cupel_feature_width(c);
    return c;
}

bool cupel_features_is_category(const cupel_features *f, size_t j)
{
    if (j < f->sets.n_columns || j >= f->sets.n_columns + cupel_features_table_width(f)) return false;
    return column_of(f, j - f->sets.n_columns)->category;
}

const char *cupel_features_table_unit(const cupel_features *f, size_t j)
{
    const char *unit = column_of(f, j)->unit;
    return unit ? unit : "";
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
    for (const cupel_feature_column *c = f->col; st == CUPEL_OK && !words->n && c < f->col + f->n_cols; c++) {
        cupel_text t = cupel_text_trim(cupel_cell(records, row, c->at));
        if (cupel_text_missing(t)) cupel_str_addf(words, "no value of '%s'", c->name);
        else if (!c->category && !cupel_parse_double(t, &x))
            cupel_str_addf(words, "'%.*s' of '%s' is no number", cupel_shown(t.n, 40), t.p, c->name);
    }
    if (st == CUPEL_OK && f->crosses && !words->n) cross_lacks(f, batch, at, words);
    return st == CUPEL_OK && words->failed ? cupel_no_memory(err, "the name of a feature", 0) : st;
}
