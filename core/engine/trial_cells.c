#include "core/engine/trial_cells.h"

#include "core/base/err.h"
#include "core/math/units.h"
#include "core/matter/temperature.h"
#include "models/learn/scale.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { SHOWN = 60 };

static cupel_text cell_of(const cupel_trial_table *t, size_t row, size_t col) { return cupel_text_trim(cupel_cell(&t->records, row, col)); }

static cupel_status bad_cell(const cupel_trial_table *t, size_t row, size_t col, const char *what, cupel_err *err)
{
    const cupel_text c = cell_of(t, row, col);
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": '%s' is '%.*s', %s", t->file, t->records.line[row], t->header.name[col],
                      cupel_shown(c.n, SHOWN), c.p, what);
}

/* "0,35" to "0.35": a number but for its comma. */
static bool decimal_comma(cupel_text c, char point[SHOWN + 1])
{
    double x;
    const char *comma = c.n ? memchr(c.p, ',', c.n) : NULL;
    if (!comma || c.n > SHOWN) return false;
    memcpy(point, c.p, c.n);
    point[c.n] = '\0';
    point[comma - c.p] = '.';
    return cupel_parse_double((cupel_text){point, c.n}, &x);
}

static cupel_status no_number(const cupel_trial_table *t, size_t row, size_t col, const char *expected, cupel_err *err)
{
    char point[SHOWN + 1], what[256];
    if (decimal_comma(cell_of(t, row, col), point)) snprintf(what, sizeof what, "expected %s; with a decimal point: %s", expected, point);
    else snprintf(what, sizeof what, "expected %s", expected);
    return bad_cell(t, row, col, what, err);
}

cupel_status cupel_trial_number(const cupel_trial_table *t, size_t row, size_t col, const char *expected, double *x, cupel_err *err)
{
    char what[160];
    if (!cupel_parse_double(cell_of(t, row, col), x)) return no_number(t, row, col, expected, err);
    if (fabs(*x) > CUPEL_LARGEST) {
        snprintf(what, sizeof what, "a number beyond %g, expected a smaller one: mend it, or write the column in another unit", CUPEL_LARGEST);
        return bad_cell(t, row, col, what, err);
    }
    if (*x < 0 && *x < cupel_least_temperature(t->header.label[col], t->header.unit[col]))
        return bad_cell(t, row, col, "below absolute zero: mend it or its unit; a difference of temperatures is called one ('T change [K]')", err);
    return CUPEL_OK;
}

cupel_status cupel_trial_commas(const cupel_trial_table *t, size_t col, cupel_err *err)
{
    char point[SHOWN + 1];
    double x;
    size_t numbers = 0, commas = 0, first = 0;
    for (size_t i = 0; i < t->records.n_rows; i++) {
        numbers += cupel_parse_double(cell_of(t, i, col), &x);
        if (decimal_comma(cell_of(t, i, col), point) && !commas++) first = i;
    }
    if (!commas || (!numbers && commas < t->records.n_rows)) return CUPEL_OK;
    return no_number(t, first, col, "a number", err);
}

static bool one_of(cupel_text t, const char *const *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (t.n == strlen(word[i]) && strncasecmp(t.p, word[i], t.n) == 0) return true;
    return false;
}

cupel_status cupel_trial_failed(const cupel_trial_table *t, size_t row, size_t col, bool *failed, cupel_err *err)
{
    static const char *const yes[] = {"true", "yes", "y", "failed"}, *const no[] = {"false", "no", "n", "ok"};
    const cupel_text c = cell_of(t, row, col);
    double x = 0;
    const bool number = cupel_parse_double(c, &x); /* 1.0 of a data frame too */
    *failed = (number && x == 1) || one_of(c, yes, sizeof yes / sizeof *yes);
    if (*failed || (number && x == 0) || cupel_text_missing(c) || one_of(c, no, sizeof no / sizeof *no)) return CUPEL_OK;
    return bad_cell(t, row, col, "expected yes, true or 1 where the experiment failed, and no, false, 0 or nothing where it did not", err);
}

static bool one_quantity(const cupel_header *h, size_t a, size_t b)
{
    cupel_unit u, v;
    cupel_err unknown = {0};
    bool share = true;
    if (strcmp(h->label[a], h->label[b]) != 0 || !*h->unit[a] || !*h->unit[b]) return false;
    if (cupel_unit_parse(cupel_text_of(h->unit[a]), &u, &unknown) != CUPEL_OK) return false;
    if (cupel_unit_parse(cupel_text_of(h->unit[b]), &v, &unknown) != CUPEL_OK) return false;
    for (size_t k = 0; k < sizeof u.power / sizeof *u.power; k++) share = share && !u.power[k];
    return !share && cupel_unit_same_dimension(&u, &v);
}

cupel_status cupel_trial_twice(const cupel_trial_table *t, cupel_err *err)
{
    const cupel_header *h = &t->header;
    for (size_t a = 0; a < h->n; a++)
        for (size_t b = 0; b < a; b++)
            if (one_quantity(h, a, b))
                return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': columns '%s' and '%s' are one quantity in two units; take one of them out, or "
                                                        "give them different names", t->file, h->name[b], h->name[a]);
    return CUPEL_OK;
}

bool cupel_trial_numbers(const cupel_trial_table *t, size_t col)
{
    double x;
    size_t i = 0;
    while (i < t->records.n_rows && cupel_parse_double(cell_of(t, i, col), &x)) i++;
    return i && i == t->records.n_rows;
}

bool cupel_trial_formula(const char *name, const char *formula)
{
    return formula ? strcmp(name, formula) == 0 : strcmp(name, "formula") == 0 || strcmp(name, "composition") == 0;
}
