#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/csv.h"
#include "core/math/mandel.h"
#include "models/homogenize/material.h"

#include <stdlib.h>
#include <string.h>

typedef struct grain {
    int64_t label;
    double angle[3];
} grain;

static int by_label(const void *a, const void *b)
{
    const grain *x = a, *y = b;
    return (x->label > y->label) - (x->label < y->label);
}

/* With or without its unit, as tables of cupel have it. */
static bool is_column(cupel_text t, const char *name)
{
    const size_t n = strlen(name);
    t = cupel_text_trim(t);
    return t.n >= n && memcmp(t.p, name, n) == 0 && (t.n == n || cupel_text_is((cupel_text){t.p + n, t.n - n}, " [deg]"));
}

static cupel_status head(const char *path, const cupel_text *field, size_t n, cupel_err *err)
{
    static const char *const names[] = {"label", "phi1", "Phi", "phi2"};
    bool right = n == 4;
    for (size_t i = 0; right && i < n; i++) right = is_column(field[i], names[i]);
    return right ? CUPEL_OK : cupel_fail(err, CUPEL_BAD_INPUT, "%s:1: expected the columns label,phi1,Phi,phi2 (angles of Bunge in degrees)", path);
}

static cupel_status row(const char *path, uint64_t line, const cupel_text *field, size_t n, grain *g, cupel_err *err)
{
    if (n != 4) return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%llu: found %zu fields, expected 4", path, (unsigned long long)line, n);
    if (!cupel_parse_i64(cupel_text_trim(field[0]), &g->label))
        return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%llu: label '%.*s' is no whole number", path, (unsigned long long)line,
                          cupel_shown(field[0].n, 40), field[0].p);
    for (size_t i = 0; i < 3; i++)
        if (!cupel_parse_double(cupel_text_trim(field[i + 1]), &g->angle[i]))
            return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%llu: angle '%.*s' is no number", path, (unsigned long long)line,
                              cupel_shown(field[i + 1].n, 40), field[i + 1].p);
    return CUPEL_OK;
}

static cupel_status finish(const char *path, grain *g, size_t n, cupel_orientations *o, cupel_err *err)
{
    cupel_orientations x = {.n = n, .label = cupel_alloc(n, sizeof *x.label), .q = cupel_alloc(n, 9 * sizeof *x.q)};
    cupel_status st = CUPEL_OK;
    if (!x.label || !x.q) CUPEL_TRY(cupel_no_memory(err, "orientations", cupel_mul(n, 10 * sizeof *x.q)));
    if (n) qsort(g, n, sizeof *g, by_label);
    for (size_t i = 0; i < n; i++) {
        if (i && g[i].label == g[i - 1].label)
            CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "%s: label %lld has two orientations", path, (long long)g[i].label));
        x.label[i] = g[i].label;
        cupel_bunge(g[i].angle[0], g[i].angle[1], g[i].angle[2], x.q + 9 * i);
    }
    *o = x;
    x = (cupel_orientations){0};
done:
    cupel_orientations_release(&x);
    return st;
}

cupel_status cupel_orientations_read(const char *path, cupel_orientations *o, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_input *in = NULL;
    cupel_csv *csv = NULL;
    grain *g = NULL;
    size_t n = 0, cap = 0, fields;
    const cupel_text *field;
    uint64_t line;
    CUPEL_TRY(cupel_input_open(path, &in, err));
    CUPEL_TRY(cupel_csv_open(in, ',', &csv, err));
    CUPEL_TRY(cupel_csv_row(csv, &field, &fields, &line, err));
    CUPEL_TRY(head(path, field, fields, err));
    for (;;) {
        CUPEL_TRY(cupel_csv_row(csv, &field, &fields, &line, err));
        if (!fields) break;
        if (!cupel_grow(&g, &cap, n + 1, sizeof *g)) CUPEL_TRY(cupel_no_memory(err, "orientations", (n + 1) * sizeof *g));
        CUPEL_TRY(row(path, line, field, fields, &g[n], err));
        n++;
        cupel_csv_recycle(csv);
    }
    CUPEL_TRY(finish(path, g, n, o, err));
done:
    cupel_free(g);
    cupel_csv_free(csv);
    cupel_input_free(in);
    return st;
}

const double *cupel_orientations_find(const cupel_orientations *o, int64_t label)
{
    size_t low = 0, high = o->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (o->label[middle] < label)
            low = middle + 1;
        else
            high = middle;
    }
    return low < o->n && o->label[low] == label ? o->q + 9 * low : NULL;
}

void cupel_orientations_release(cupel_orientations *o)
{
    cupel_free(o->label);
    cupel_free(o->q);
    *o = (cupel_orientations){0};
}
