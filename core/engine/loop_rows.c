/* The rows of a table of results as the loop would hold them. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/loop_parts.h"

#include <inttypes.h>
#include <math.h>

/* Two values of one experiment differ when they are further apart than this share of the larger. */
static const double ROUNDING = 1e-9;

cupel_text cupel_telling_cell(const cupel_telling *g, size_t row, size_t col)
{
    return col == SIZE_MAX ? cupel_text_of("") : cupel_text_trim(cupel_cell(&g->t.records, row, col));
}

static cupel_status missing_cell(cupel_telling *g, size_t row, size_t k, const char *what, cupel_err *err)
{
    const cupel_text c = cupel_telling_cell(g, row, g->match[k].at);
    g->why = CUPEL_TRIAL_MISSING_VALUE;
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": '%s' is '%.*s', %s; nothing was told", g->t.file, g->t.records.line[row],
                      g->t.header.name[g->match[k].at], cupel_shown(c.n, 60), c.p, what);
}

/* A cell that has to be a number is one; any other that is one is checked too. What is withdrawn may be the slip itself. */
static cupel_status read_number(cupel_telling *g, size_t row, size_t k, double *x, cupel_err *err)
{
    const bool goal = k >= g->loop.n_inputs, must = goal || g->match[k].converts || (g->number[k] && !g->o->withdraw);
    if (!must && (g->o->withdraw || !cupel_parse_double(cupel_telling_cell(g, row, g->match[k].at), x))) return CUPEL_OK;
    g->why = CUPEL_TRIAL_BAD_NUMBER;
    return cupel_trial_number(&g->t, row, g->match[k].at, goal ? "a finite number, or nothing where a goal failed; nothing was told"
                              : "a number, as the loop holds in this column; nothing was told", x, err);
}

/* The row of the loop that was taken under the id of row `row`; SIZE_MAX where inputs say which it is. */
static cupel_status row_of_id(cupel_telling *g, size_t row, size_t *at, cupel_err *err)
{
    *at = SIZE_MAX;
    if (g->id == SIZE_MAX) return CUPEL_OK;
    const cupel_text c = cupel_telling_cell(g, row, g->id);
    bool several;
    *at = cupel_loop_find_id(&g->loop, c, &several);
    if (*at != SIZE_MAX && !several) return CUPEL_OK;
    g->why = CUPEL_TRIAL_UNKNOWN_EXPERIMENT;
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": %s of the loop was taken as id '%.*s'; tell it by its inputs; nothing was told",
                      g->t.file, g->t.records.line[row], several ? "more than one experiment" : "no experiment", cupel_shown(c.n, 60), c.p);
}

/* The row in the columns and units of the loop. *empty: how many goals have no value. */
cupel_status cupel_telling_read(cupel_telling *g, size_t row, size_t *empty, cupel_err *err)
{
    const size_t w = g->loop.header.n;
    size_t begin, named;
    *empty = 0;
    cupel_str_clear(&g->text);
    cupel_status by_id = row_of_id(g, row, &named, err);
    if (by_id != CUPEL_OK) return by_id;
    if (!cupel_grow(&g->text.p, &g->text.cap, 32 * w + 1, 1)) return cupel_no_memory(err, "a row", 32 * w); /* so that slices of it stay */
    for (size_t k = 0; k < w; k++) {
        double x = 0;
        if (named != SIZE_MAX && k < g->loop.n_inputs) {
            g->cell[k] = cupel_text_of(g->loop.cell[named * w + k]);
            continue;
        }
        g->cell[k] = cupel_telling_cell(g, row, g->match[k].at);
        const bool missing = cupel_text_missing(g->cell[k]), goal = k >= g->loop.n_inputs;
        if (missing && !goal) return missing_cell(g, row, k, "and an experiment needs all of its inputs ('unknown' is a word like others)", err);
        *empty += missing;
        if (missing) g->cell[k] = cupel_text_of("");
        if (!missing) {
            cupel_status st = read_number(g, row, k, &x, err);
            if (st != CUPEL_OK) return st;
        }
        if (missing || !g->match[k].converts) continue;
        begin = g->text.n;
        cupel_str_number(&g->text, cupel_column_value(&g->match[k], x));
        g->cell[k] = (cupel_text){g->text.p + begin, g->text.n - begin};
    }
    return g->text.failed ? cupel_no_memory(err, "a row", 0) : CUPEL_OK;
}

/* The first goal in which the row at work and that of the loop differ; header.n: in none. */
size_t cupel_telling_difference(const cupel_telling *g, size_t row)
{
    const cupel_loop *l = &g->loop;
    for (size_t k = l->n_inputs; k < l->header.n; k++) {
        double a = NAN, b = NAN;
        const bool one = cupel_parse_double(cupel_text_of(l->cell[row * l->header.n + k]), &a), two = cupel_parse_double(g->cell[k], &b);
        if (one != two || (one && fabs(a - b) > ROUNDING * fmax(fabs(a), fabs(b)))) return k;
    }
    return l->header.n;
}

/* Goals that the row gives must be those of the loop's row; an empty one is any. */
bool cupel_telling_fits(const cupel_telling *g, size_t row)
{
    const cupel_loop *l = &g->loop;
    for (size_t k = l->n_inputs; k < l->header.n; k++) {
        double a = NAN, b = NAN;
        if (!g->cell[k].n) continue;
        cupel_parse_double(cupel_text_of(l->cell[row * l->header.n + k]), &a);
        cupel_parse_double(g->cell[k], &b);
        if (!(fabs(a - b) <= ROUNDING * fmax(fabs(a), fabs(b)))) return false;
    }
    return true;
}
