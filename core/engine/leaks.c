#include "core/engine/leaks.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MIN = 5, NAMES_MIN = 20, DISTINCT = 90 }; /* rows for a line; rows for an identifier, of which so many in a hundred differ */
static const double STRAIGHT = 0.99999;              /* correlation with the target */

static int by_text(const void *a, const void *b)
{
    const cupel_text *x = a, *y = b;
    const int c = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
    return c ? c : (x->n > y->n) - (x->n < y->n);
}

/* Cells of text in column `at`: a warning where nearly all of them differ. */
static cupel_status look_at_names(const cupel_training *t, size_t at, const cupel_job *job, cupel_err *err)
{
    size_t n = 0, distinct = 0;
    cupel_text *cell = cupel_alloc(t->records.n_rows + 1, sizeof *cell);
    if (!cell) return cupel_no_memory(err, "a column of the table", t->records.n_rows * sizeof *cell);
    for (size_t i = 0; i < t->records.n_rows; i++) {
        const cupel_text c = cupel_text_trim(cupel_cell(&t->records, i, at));
        if (!cupel_text_missing(c)) cell[n++] = c;
    }
    if (n > 1) qsort(cell, n, sizeof *cell, by_text);
    for (size_t i = 0; i < n; i++) distinct += !i || by_text(&cell[i - 1], &cell[i]) != 0;
    if (n > NAMES_MIN && distinct * 100 > n * DISTINCT)
        cupel_say(job, CUPEL_WARNING, "%s: column '%s' has %zu different texts in %zu rows: it looks like an identifier, from which nothing is "
                                      "learned for another row; leave it out", t->file, t->header.name[at], distinct, n);
    cupel_free(cell);
    return CUPEL_OK;
}

/* Numbers of a column beside the target, about the first of each. */
typedef struct sums {
    size_t n;
    double x0, y0, x, y, xx, xy, yy;
    bool equal;
} sums;

static void add(sums *s, double x, double y)
{
    if (!s->n++) s->x0 = x, s->y0 = y, s->equal = true;
    s->equal = s->equal && fabs(x - y) <= 1e-12 * fabs(y);
    x -= s->x0;
    y -= s->y0;
    s->x += x;
    s->y += y;
    s->xx += x * x;
    s->xy += x * y;
    s->yy += y * y;
}

static double correlation(const sums *s)
{
    const double n = (double)s->n, xx = s->xx - s->x * s->x / n, yy = s->yy - s->y * s->y / n;
    return xx > 0 && yy > 0 ? (s->xy - s->x * s->y / n) / (sqrt(xx) * sqrt(yy)) : 0;
}

static cupel_status look_at(const cupel_training *t, size_t at, const cupel_job *job, cupel_err *err)
{
    sums s = {0};
    double x;
    for (size_t i = 0; i < t->records.n_rows; i++) {
        const cupel_text c = cupel_text_trim(cupel_cell(&t->records, i, at));
        if (cupel_text_missing(c)) continue;
        if (!cupel_parse_double(c, &x)) return look_at_names(t, at, job, err);
        add(&s, x, t->target[i]);
    }
    const double r = s.n < 2 ? 0 : correlation(&s);
    if (s.n >= LINE_MIN && s.equal && fabs(r) > 0)
        cupel_say(job, CUPEL_WARNING, "%s: column '%s' is equal to the target '%s' in all %zu rows: the model reads off what it is to "
                  "predict; leave it out", t->file, t->header.name[at], t->header.name[t->target_column], s.n);
    else if (s.n >= LINE_MIN && fabs(r) > STRAIGHT)
        cupel_say(job, CUPEL_WARNING, "%s: column '%s' goes with the target '%s' as on a straight line (correlation %.6f in %zu rows): is it made "
                                      "from it? Then leave it out", t->file, t->header.name[at], t->header.name[t->target_column], r, s.n);
    return CUPEL_OK;
}

static cupel_status refuse(const cupel_training *t, size_t at, const char *option, const char *words, cupel_err *err)
{
    return cupel_fail(err, t->in_demand ? CUPEL_BAD_INPUT : CUPEL_USAGE, "%s%s: '%s' of '%s' is %s; leave it out", t->in_demand ? "" : "--", option,
                      t->header.name[at], t->file, words);
}

static cupel_status look_beside(const cupel_training *t, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t b = 0; b < t->n_beside && st == CUPEL_OK; b++) {
        const size_t at = t->beside[b].target_column;
        st = at == t->target_column ? refuse(t, at, "beside", "the target itself", err) : look_at(t, at, job, err);
    }
    return st;
}

cupel_status cupel_training_leaks(const cupel_training *t, const char *columns, const cupel_job *job, cupel_err *err)
{
    cupel_str name = {0};
    cupel_status st = look_beside(t, job, err);
    if (!columns) columns = t->numeric;
    for (const char *p = columns && *columns ? columns : NULL; st == CUPEL_OK && p;) {
        const cupel_text word = cupel_text_next(&p);
        cupel_str_clear(&name);
        cupel_str_add(&name, word.p, word.n);
        if (name.failed) CUPEL_TRY(cupel_no_memory(err, "the name of a column", word.n));
        const size_t at = cupel_header_find(&t->header, cupel_str_text(&name));
        if (at != SIZE_MAX) { /* what is not there is said where the features are bound */
            if (at == t->target_column) CUPEL_TRY(refuse(t, at, "columns", "the target itself", err));
            for (size_t b = 0; b < t->n_beside; b++)
                if (at == t->beside[b].target_column) CUPEL_TRY(refuse(t, at, "columns", "a target that is learned beside", err));
            CUPEL_TRY(look_at(t, at, job, err));
        }
    }
done:
    cupel_str_free(&name);
    return st;
}
