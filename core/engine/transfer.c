#include "core/engine/transfer.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/transfer_parts.h"
#include "core/math/units.h"
#include "core/sys/par.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 256, LEAST = 20 }; /* rows described at a time; fewest formulas to learn from, and on either side of a threshold */
static const double USUAL_THRESHOLD = 0.05; /* of a computed band gap in eV: below it is a metal */
static const double OFTEN = 0.05;           /* share of exact zeros from which on a property is one that is often 0 */

/* ---- fitting ---- */

typedef struct fitting {
    const cupel_transfer_options *o;
    const cupel_job *job;
    cupel_transfer_source source;
    cupel_transfer *t;
    double *x;   /* [source.n][d] */
    double *y;   /* [source.n] target of one fit */
    size_t *row; /* [m] rows of a fit */
    size_t m;
} fitting;

static cupel_status describe_block(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)worker;
    (void)err;
    const fitting *f = user;
    const size_t from = item * BLOCK, n = from + BLOCK < f->source.n ? BLOCK : f->source.n - from;
    cupel_sets_compute(&f->t->sets, &f->source.batch, from, n, f->job->isa, f->x + from * f->t->sets.n_columns, f->t->sets.n_columns, NULL);
    return CUPEL_OK;
}

/* Rows all of whose columns are there: a set without a filled-in form may lack some. */
static size_t usable_rows(fitting *f)
{
    const size_t d = f->t->sets.n_columns;
    size_t m = 0;
    for (size_t i = 0; i < f->source.n; i++) {
        size_t j = 0;
        while (j < d && isfinite(f->x[i * d + j])) j++;
        if (j == d) f->row[m++] = i;
    }
    return m;
}

static cupel_status describe(fitting *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = f->source.n, d = f->t->sets.n_columns;
    f->x = cupel_alloc(cupel_mul(n, d), sizeof *f->x);
    f->y = cupel_alloc(n, sizeof *f->y);
    f->row = cupel_alloc(n, sizeof *f->row);
    if (!f->x || !f->y || !f->row)
        return cupel_no_memory(err, "the features of the source of a transfer", cupel_mul(cupel_mul(n, d), sizeof *f->x));
    CUPEL_TRY(cupel_par_for(f->job->threads, (n + BLOCK - 1) / BLOCK, describe_block, f, err));
    f->m = f->t->n_formulas = usable_rows(f);
    if (f->m < LEAST)
        st = cupel_fail(err, CUPEL_BAD_INPUT,
                        "transfer: '%s' has %zu formulas to learn from when %zu of its %zu "
                        "rows are left out, expected %d or more; give a larger table",
                        f->o->file, f->m, f->source.left_out, f->source.rows, (int)LEAST);
done:
    return st;
}

/* Two columns or one: what was asked for, or what the values look like. */
static cupel_status choose_threshold(fitting *f, cupel_err *err)
{
    const double *y = f->source.y, asked = f->o->above, above = isnan(asked) ? USUAL_THRESHOLD : asked;
    size_t zeros = 0, negative = 0, beyond = 0;
    for (size_t k = 0; k < f->m; k++) {
        const double v = y[f->row[k]];
        zeros += v >= 0 && v <= 0;
        negative += v < 0;
        beyond += v > above;
    }
    const bool both = beyond >= LEAST && f->m - beyond >= LEAST;
    f->t->above = above;
    if (asked < 0 && isinf(asked))
        f->t->above = (double)NAN;
    else if (isnan(asked) && (!both || negative || (double)zeros < OFTEN * (double)f->m))
        f->t->above = (double)NAN;
    else if (!both)
        return cupel_fail(err, CUPEL_BAD_INPUT,
                          "transfer: %zu of %zu values of '%s' are above %g, expected %d or more "
                          "on either side; give another threshold, or none",
                          beyond, f->m, f->o->file, above, (int)LEAST);
    return CUPEL_OK;
}

/* Half the standard deviation of the targets: where the pseudo-Huber loss
 * goes over from squares to absolute values. */
static double huber_of(const double *y, const size_t *row, size_t n)
{
    double sum = 0, square = 0;
    for (size_t k = 0; k < n; k++) sum += y[row[k]];
    for (size_t k = 0; k < n; k++) square += (y[row[k]] - sum / (double)n) * (y[row[k]] - sum / (double)n);
    return square > 0 ? 0.5 * sqrt(square / (double)n) : 1;
}

static cupel_status fit_trees(fitting *f, cupel_trees_loss loss, cupel_trees **trees, cupel_err *err)
{
    const size_t d = f->t->sets.n_columns;
    const cupel_trees_data data = {.n = f->m, .d = d, .ld = d, .x = f->x, .y = f->y, .row = f->row};
    cupel_trees_options o = cupel_trees_defaults(CUPEL_BOOSTED_TREES);
    o.trees = 600;
    o.rate = 0.08;
    o.leaves = 127;
    o.subsample = 0.6;
    o.child_weight = 1;
    o.loss = loss;
    o.seed = f->o->seed;
    if (loss == CUPEL_LOSS_PSEUDO_HUBER) o.huber = huber_of(f->y, f->row, f->m);
    if (cupel_stopped(f->job))
        return cupel_fail(err, CUPEL_INTERRUPTED,
                          "stopped while the source of a transfer was learned; "
                          "nothing was written");
    return cupel_trees_fit(&data, &o, f->job, trees, err);
}

static cupel_status fit(fitting *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_transfer *t = f->t;
    if (!isnan(t->above)) {
        for (size_t i = 0; i < f->source.n; i++) f->y[i] = f->source.y[i] > t->above;
        CUPEL_TRY(fit_trees(f, CUPEL_LOSS_LOG, &t->probability, err));
        size_t m = 0;
        for (size_t k = 0; k < f->m; k++)
            if (f->y[f->row[k]] > 0) f->row[m++] = f->row[k];
        f->m = m;
    }
    memcpy(f->y, f->source.y, f->source.n * sizeof *f->y);
    CUPEL_TRY(fit_trees(f, CUPEL_LOSS_PSEUDO_HUBER, &t->value, err));
done:
    return st;
}

static cupel_status name_source(fitting *f, cupel_err *err)
{
    const char *slash = strrchr(f->o->file, '/');
    cupel_transfer *t = f->t;
    t->file = cupel_strdup(slash ? slash + 1 : f->o->file);
    t->digest = cupel_strdup(f->source.digest);
    t->property = cupel_strdup(f->source.property);
    t->unit = cupel_strdup(f->source.unit);
    t->n_rows = f->source.rows;
    t->n_left_out = f->source.left_out;
    return t->file && t->digest && t->property && t->unit ? CUPEL_OK : cupel_no_memory(err, "a transfer", 0);
}

cupel_status cupel_transfer_sets(cupel_transfer *t, const char *names, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str text = {0};
    CUPEL_TRY(cupel_sets_parse(names, CUPEL_SETS_IMPUTED, &t->sets, err));
    cupel_sets_text(&t->sets, &text);
    t->sets_text = text.failed ? NULL : cupel_strdup(cupel_str_text(&text));
    if (!t->sets_text) st = cupel_no_memory(err, "the names of descriptors", 0);
done:
    cupel_str_free(&text);
    return st;
}

cupel_status cupel_transfer_check(const char *features, cupel_err *err)
{
    cupel_sets sets;
    cupel_status st = cupel_sets_parse(features ? features : CUPEL_TRANSFER_FEATURES, CUPEL_SETS_IMPUTED, &sets, err);
    if (st != CUPEL_OK) cupel_err_prefix(err, "transfer: ");
    return st;
}

cupel_status cupel_transfer_above(const char *text, double *above, cupel_err *err)
{
    *above = (double)NAN;
    if (!text) return CUPEL_OK;
    if (strcmp(text, "none") == 0)
        *above = -INFINITY;
    else if (!cupel_parse_double(cupel_text_trim(cupel_text_of(text)), above))
        return cupel_fail(err, CUPEL_USAGE,
                          "threshold of the transfer '%.40s': expected a number in "
                          "the unit of the source, or none for one column",
                          text);
    return CUPEL_OK;
}

static void say(const fitting *f, double seconds)
{
    const cupel_transfer *t = f->t;
    char rows[32], left[32], formulas[32];
    cupel_str what = {0};
    if (!isnan(t->above)) cupel_str_addf(&what, "the probability that %s > %g, and ", t->property, t->above);
    cupel_say(f->job, CUPEL_NOTE,
              "transfer from '%s': %s rows, %s left out (compositions of the "
              "tables that are learned from or set aside), %s formulas learned "
              "in %.1f s; columns: %s%s",
              f->o->file, cupel_format_count(rows, t->n_rows), cupel_format_count(left, t->n_left_out), cupel_format_count(formulas, t->n_formulas),
              seconds, cupel_str_text(&what), t->property);
    cupel_str_free(&what);
}

cupel_status cupel_transfer_make(const cupel_transfer_options *o, const cupel_batch *own, const cupel_job *job, cupel_transfer **out,
                                 cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const double begin = cupel_now();
    fitting f = {.o = o, .job = job, .t = cupel_alloc(1, sizeof *f.t)};
    if (!f.t) return cupel_no_memory(err, "a transfer", sizeof *f.t);
    CUPEL_TRY(cupel_transfer_check(o->features, err));
    CUPEL_TRY(cupel_transfer_sets(f.t, o->features ? o->features : CUPEL_TRANSFER_FEATURES, err));
    CUPEL_TRY(cupel_transfer_source_read(o, own, job, &f.source, err));
    CUPEL_TRY(name_source(&f, err));
    CUPEL_TRY(describe(&f, err));
    CUPEL_TRY(choose_threshold(&f, err));
    CUPEL_TRY(fit(&f, err));
    say(&f, cupel_now() - begin);
    *out = f.t;
    f.t = NULL;
done:
    cupel_transfer_free(f.t);
    cupel_transfer_source_release(&f.source);
    cupel_free(f.x);
    cupel_free(f.y);
    cupel_free(f.row);
    return st;
}

void cupel_transfer_free(cupel_transfer *t)
{
    if (!t) return;
    cupel_trees_free(t->probability);
    cupel_trees_free(t->value);
    cupel_free(t->file);
    cupel_free(t->digest);
    cupel_free(t->property);
    cupel_free(t->unit);
    cupel_free(t->sets_text);
    cupel_free(t);
}

/* ---- use ---- */

cupel_transfer_facts cupel_transfer_facts_of(const cupel_transfer *t)
{
    return (cupel_transfer_facts){.file = t->file,
                                  .digest = t->digest,
                                  .property = t->property,
                                  .unit = t->unit,
                                  .sets = t->sets_text,
                                  .above = t->above,
                                  .rows = t->n_rows,
                                  .left_out = t->n_left_out,
                                  .formulas = t->n_formulas};
}

size_t cupel_transfer_columns(const cupel_transfer *t) { return t->probability ? 2 : 1; }

void cupel_transfer_name(const cupel_transfer *t, size_t j, cupel_str *name, const char **unit)
{
    const bool value = j + 1 == cupel_transfer_columns(t);
    *unit = value ? t->unit : "";
    if (value)
        cupel_str_addf(name, "transfer %s", t->property);
    else
        cupel_str_addf(name, "transfer P(%s > %g)", t->property, t->above);
}

/* Room for a block of rows: their features, what they are predicted as, and the
 * scratch of the trees. */
typedef struct room {
    double *x, *value;
    void *scratch;
    size_t at[BLOCK];
} room;

static size_t scratch_bytes(const cupel_transfer *t)
{
    const size_t a = cupel_trees_scratch_bytes(t->value), b = t->probability ? cupel_trees_scratch_bytes(t->probability) : 0;
    return a > b ? a : b;
}

/* The rows of one block that have a composition and all their features, moved
 * together. */
static size_t describe_rows(const cupel_transfer *t, const cupel_batch *batch, size_t from, size_t n, cupel_isa isa, room *r)
{
    const size_t d = t->sets.n_columns;
    size_t m = 0;
    cupel_sets_compute(&t->sets, batch, from, n, isa, r->x, d, NULL);
    for (size_t i = 0; i < n; i++) {
        bool usable = batch->first[from + i] < batch->first[from + i + 1];
        for (size_t j = 0; j < d && usable; j++) usable = isfinite(r->x[i * d + j]);
        if (!usable) continue;
        if (m != i) memcpy(r->x + m * d, r->x + i * d, d * sizeof *r->x);
        r->at[m++] = i;
    }
    return m;
}

static void compute_block(const cupel_transfer *t, const cupel_batch *batch, size_t from, size_t n, cupel_isa isa, double *x, size_t ld, room *r)
{
    const size_t d = t->sets.n_columns, m = describe_rows(t, batch, from, n, isa, r), columns = cupel_transfer_columns(t);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < columns; j++) x[i * ld + j] = (double)NAN;
    const cupel_query rows = {r->x, d, m, isa, r->scratch};
    if (t->probability) cupel_trees_predict(t->probability, &rows, r->value, NULL);
    for (size_t k = 0; t->probability && k < m; k++) x[r->at[k] * ld] = cupel_trees_probability(r->value[k]);
    cupel_trees_predict(t->value, &rows, r->value, NULL);
    for (size_t k = 0; k < m; k++) x[r->at[k] * ld + columns - 1] = r->value[k];
}

cupel_status cupel_transfer_compute(const cupel_transfer *t, const cupel_batch *batch, size_t from, size_t n, cupel_isa isa, double *x, size_t ld,
                                    cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t bytes = scratch_bytes(t), rows = n < BLOCK ? n : BLOCK;
    room r = {.x = cupel_alloc(cupel_mul(rows, t->sets.n_columns), sizeof *r.x),
              .value = cupel_alloc(rows, sizeof *r.value),
              .scratch = cupel_alloc_aligned(bytes, 1)};
    if (!r.x || !r.value || !r.scratch) st = cupel_no_memory(err, "scratch of a transfer", bytes);
    for (size_t i = 0; i < n && st == CUPEL_OK; i += BLOCK)
        compute_block(t, batch, from + i, n - i < BLOCK ? n - i : BLOCK, isa, x + i * ld, ld, &r);
    cupel_free(r.x);
    cupel_free(r.value);
    cupel_free(r.scratch);
    return st;
}
