/* matminer's values (a reference table: source,formula,columns) beside a set of descriptors, row by row and column by column, for tests and the
 * benchmark. Include after the headers of the project that are needed here. */
#ifndef CUPEL_TESTS_REFERENCE_H
#define CUPEL_TESTS_REFERENCE_H

#include "core/base/mem.h"
#include "core/matter/formula.h"
#include "core/matter/reason.h"
#include "datasets/source.h"
#include "descriptors/composition/descriptor.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct reference_result {
    size_t rows, columns;
    size_t strange;          /* columns of the table that the set does not have */
    bool ordered;            /* the others stand in the same order */
    size_t without;          /* rows in which matminer gives no number in some column: NaN, empty, an exception */
    size_t explained;        /* of these: our reason says why */
    size_t numbers;          /* cells compared */
    size_t silent;           /* cells in which we give no number and no reason */
    size_t held_back;        /* cells with matminer's number and none of ours, but a reason */
    size_t ours;             /* cells with a number of ours alone */
    double worst;            /* difference relative to the larger of the value and a thousandth of the largest one in its column */
    char where[160];
} reference_result;

/* The k-th name under which the values of a set may lie; false past the last. */
static inline bool reference_name(const char *set, size_t k, char *path, size_t size)
{
    static const char *const pattern[] = {"comp_%s.csv", "comp_ep_%s.csv", "comp_%s132.csv", "comp_%s_default.csv", "comp_%s_fast.csv"};
    if (k >= sizeof pattern / sizeof *pattern) return false;
    char file[128];
    snprintf(file, sizeof file, pattern[k], set); /* NOLINT: the patterns are above */
    snprintf(path, size, "reference/matminer/%s", file);
    return true;
}

/* The number in a cell of the table, NaN where there is none. A word in quotes is an orbital (s 0, p 1, d 2, f 3) or an element (its Z). */
static inline double reference_cell(const cupel_records *r, size_t row, size_t column)
{
    double x;
    cupel_text t = cupel_cell(r, row, column);
    if (t.n > 2 && t.p[0] == '"' && t.p[t.n - 1] == '"') {
        const char *orbital = t.n == 3 ? strchr("spdf", t.p[1]) : NULL;
        unsigned z = cupel_element_find(t.p + 1, t.n - 2);
        return orbital ? (double)(strcspn("spdf", (char[]){*orbital, 0})) : z ? (double)z : (double)NAN;
    }
    return cupel_parse_double(t, &x) ? x : (double)NAN;
}

/* The column of the set called `name`, SIZE_MAX when there is none. */
static inline size_t reference_column(const cupel_descriptor *d, const char *name)
{
    cupel_str s = {0};
    const char *unit;
    size_t found = SIZE_MAX;
    for (size_t j = 0; j < d->n_columns && found == SIZE_MAX; j++) {
        cupel_str_clear(&s);
        d->column(j, &s, &unit);
        if (strcmp(cupel_str_text(&s), name) == 0) found = j;
    }
    cupel_str_free(&s);
    return found;
}

static inline double reference_scale(const cupel_records *r, size_t column)
{
    double largest = 0.0;
    for (size_t i = 0; i < r->n_rows; i++) largest = fmax(largest, fabs(reference_cell(r, i, column))); /* fmax passes over NaN */
    return 1e-3 * largest;
}

/* One column of the table; x [rows][ld] and reason [rows] are ours, column `mine`. lacking [rows] is set where matminer gives no number. */
static inline void reference_compare_column(const cupel_header *h, const cupel_records *r, size_t column, const double *x, size_t ld, size_t mine,
                                            const unsigned char *reason, bool *lacking, reference_result *out)
{
    double scale = reference_scale(r, column);
    for (size_t i = 0; i < r->n_rows; i++) {
        double theirs = reference_cell(r, i, column), a = x[i * ld + mine];
        if (isnan(theirs)) lacking[i] = true;
        if (isnan(a) && !reason[i]) out->silent++;
        else if (isnan(a) && !isnan(theirs)) out->held_back++;
        else if (!isnan(a) && isnan(theirs)) out->ours++;
        if (isnan(a) || isnan(theirs)) continue;
        double size = fmax(fabs(theirs), scale), apart = a == theirs ? 0.0 : fabs(a - theirs) / (size > 0.0 ? size : DBL_MIN);
        out->numbers++;
        if (apart > out->worst) {
            out->worst = apart;
            snprintf(out->where, sizeof out->where, "%.*s: %s, %.17g for %.17g", (int)cupel_cell(r, i, 1).n, cupel_cell(r, i, 1).p, h->name[column], a, theirs);
        }
    }
}

/* Our values of the formulas in column 1; freed by the caller. */
static inline double *reference_ours(const cupel_descriptor *d, const cupel_records *r, cupel_isa isa, unsigned char *reason)
{
    cupel_batch b = {0};
    double *x = cupel_alloc(cupel_mul(r->n_rows, d->n_columns), sizeof *x);
    for (size_t i = 0; x && i < r->n_rows; i++)
        if (cupel_batch_add_formula(&b, cupel_cell(r, i, 1), CUPEL_DOT_REFUSE, NULL) != CUPEL_OK) return NULL;
    if (x) d->compute(&b, 0, r->n_rows, isa, x, d->n_columns, reason);
    cupel_batch_release(&b);
    return x;
}

/* False when the table cannot be read. */
static inline bool reference_compare(const cupel_descriptor *d, cupel_isa isa, const char *path, reference_result *out)
{
    cupel_source *source = NULL;
    cupel_records r = {0};
    *out = (reference_result){.ordered = true};
    bool ok = cupel_source_open(path, "csv", &source, NULL) == CUPEL_OK && cupel_source_read(source, SIZE_MAX, &r, NULL) == CUPEL_OK;
    const cupel_header *h = ok ? cupel_source_header(source) : NULL;
    unsigned char *reason = ok ? cupel_alloc(r.n_rows, 1) : NULL;
    bool *lacking = ok ? cupel_alloc(r.n_rows, sizeof *lacking) : NULL;
    double *x = reason && lacking ? reference_ours(d, &r, isa, reason) : NULL;
    size_t last = 0;
    for (size_t c = 2; x && c < h->n; c++) {
        size_t mine = reference_column(d, h->name[c]);
        if (mine == SIZE_MAX) {
            out->strange++;
            continue;
        }
        out->ordered &= mine >= last;
        last = mine;
        out->columns++;
        reference_compare_column(h, &r, c, x, d->n_columns, mine, reason, lacking, out);
    }
    out->rows = ok ? r.n_rows : 0;
    for (size_t i = 0; x && i < r.n_rows; i++) {
        out->without += lacking[i];
        out->explained += lacking[i] && reason[i];
    }
    ok = x != NULL;
    cupel_free(x);
    cupel_free(lacking);
    cupel_free(reason);
    cupel_records_release(&r);
    cupel_source_free(source);
    return ok;
}

#endif
