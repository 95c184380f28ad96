#include "core/engine/partial.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/partial_name.h"
#include "core/sys/par.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM_ROWS = 0x70617274 };
static const double UNKNOWN_TO = 0.2; /* share to which an element goes that no row holds */

typedef struct sweep {
    const cupel_model *m;
    const cupel_partial_options *o;
    const cupel_partial_rows *rows;
    cupel_isa isa;
    cupel_partial *p;
    cupel_partial_name name;
    unsigned z;              /* element */
    size_t width, at_column; /* features of the table; which of them is swept */
    size_t *row, n_single, n; /* [n] rows at work: single ones, then those of the mean */
    double *result;          /* [points][4][n] value, lower, upper, inside */
} sweep;

/* ---- what is swept ---- */

static double share_of(const cupel_composition *c, unsigned z) { return cupel_composition_amount(c, z) / cupel_composition_total(c); }

/* The largest share among the training rows and those given. */
static double largest_share(const sweep *s)
{
    double most = 0;
    cupel_composition c;
    const cupel_batch *known = cupel_model_training_batch(s->m);
    for (size_t i = 0; i < known->n; i++) {
        cupel_batch_get(known, i, &c);
        if (c.n) most = fmax(most, share_of(&c, s->z));
    }
    for (size_t i = 0; i < s->rows->n; i++) most = fmax(most, share_of(&s->rows->composition[i], s->z));
    return most > 0 ? most : UNKNOWN_TO;
}

static void range_of_column(const sweep *s, double *from, double *to)
{
    const double *known = cupel_model_training_columns(s->m);
    const size_t n = known ? cupel_model_n_training(s->m) : 0;
    *from = INFINITY;
    *to = -INFINITY;
    for (size_t i = 0; i < n + s->rows->n; i++) {
        const double x = (i < n ? known + i * s->width : s->rows->column + (i - n) * s->width)[s->at_column];
        *from = fmin(*from, x);
        *to = fmax(*to, x);
    }
}

/* The name as it stands, the range as given or as the rows have it; without rows what can be said before there are any. */
static cupel_status settle(sweep *s, double *from, double *to, cupel_err *err)
{
    size_t first;
    cupel_status st = cupel_partial_name_read(s->m, (cupel_text){s->o->name, s->o->n_name}, &s->name, err);
    if (st != CUPEL_OK || !s->rows) return st;
    cupel_features_table(cupel_model_features(s->m), &first, &s->width);
    s->z = s->name.z;
    s->at_column = s->name.column;
    if (s->name.ranged) *from = s->name.from, *to = s->name.to;
    else if (s->z) *from = 0, *to = largest_share(s);
    else range_of_column(s, from, to);
    if (*from < *to) return CUPEL_OK;
    return cupel_fail(err, CUPEL_BAD_INPUT, "partial '%s' is %g in all rows; give a range, '%s=FROM:TO'", s->name.text, *from, s->name.text);
}

cupel_status cupel_partial_check(const cupel_model *m, const cupel_partial_options *o, const cupel_partial_rows *rows, cupel_err *err)
{
    sweep s = {.m = m, .o = o, .rows = rows};
    double from = 0, to = 0;
    const cupel_status st = settle(&s, &from, &to, err);
    cupel_partial_name_release(&s.name);
    return st;
}

/* ---- rows ---- */

/* A row of that element alone has no others to keep the ratios of. */
static bool can_be_swept(const sweep *s, size_t i)
{
    const cupel_composition *c = &s->rows->composition[i];
    return !s->z || c->n > 1 || (c->n == 1 && c->z[0] != s->z);
}

static cupel_status choose_rows(sweep *s, cupel_err *err)
{
    const size_t n = s->rows->n;
    size_t *order = cupel_alloc(n + 1, sizeof *order), mean = 0;
    s->row = cupel_alloc(2 * n + 1, sizeof *s->row);
    if (!order || !s->row) {
        cupel_free(order);
        return cupel_no_memory(err, "a partial dependence", 2 * n * sizeof *order);
    }
    for (size_t i = 0; i < n && i < s->o->single; i++)
        if (can_be_swept(s, i)) s->row[s->n++] = i;
    s->n_single = s->n;
    cupel_rng_permutation(s->o->seed, STREAM_ROWS, order, n);
    for (size_t i = 0; i < n && mean < s->o->rows; i++)
        if (can_be_swept(s, order[i])) s->row[s->n++] = order[i], mean++;
    s->p->rows = mean;
    cupel_free(order);
    if (mean) return CUPEL_OK;
    return cupel_fail(err, CUPEL_BAD_INPUT, "partial '%s': every row holds that element alone; give rows with others", s->p->name);
}

/* The others in their ratios, f of element z. */
static void with_share(const cupel_composition *c, unsigned z, double f, cupel_composition *out)
{
    const double others = cupel_composition_total(c) - cupel_composition_amount(c, z);
    out->n = 0;
    for (unsigned k = 0; k < c->n && f < 1; k++) {
        if (c->z[k] == z) continue;
        out->z[out->n] = c->z[k];
        out->amount[out->n++] = c->amount[k] / others * (1 - f);
    }
    if (!(f > 0)) return;
    out->z[out->n] = (unsigned char)z;
    out->amount[out->n++] = f;
}

/* All rows at one point. */
static cupel_status predict_point(void *user, size_t point, size_t worker, cupel_err *err)
{
    (void)worker;
    sweep *s = user;
    cupel_status st = CUPEL_OK;
    cupel_batch batch = {0};
    cupel_model_work *work = NULL;
    cupel_composition c;
    const cupel_predict_options o = {.precision = CUPEL_FLOAT64, .isa = s->isa, .level = 0.9};
    double *column = cupel_alloc(s->n * s->width + 1, sizeof *column), *unused = cupel_alloc(2 * s->n, sizeof *unused);
    double *out = s->result + point * 4 * s->n;
    unsigned char *in = cupel_alloc(s->n, 1), *reason = cupel_alloc(s->n, 1);
    if (!column || !unused || !in || !reason) CUPEL_TRY(cupel_no_memory(err, "a partial dependence", s->n * s->width * sizeof *column));
    for (size_t i = 0; i < s->n; i++) {
        const cupel_composition *own = &s->rows->composition[s->row[i]];
        if (s->z) with_share(own, s->z, s->p->at[point], &c);
        CUPEL_TRY(cupel_batch_add(&batch, s->z ? &c : own, CUPEL_REASON_NONE, err));
        if (!s->width) continue;
        memcpy(column + i * s->width, s->rows->column + s->row[i] * s->width, s->width * sizeof *column);
        if (!s->z) column[i * s->width + s->at_column] = s->p->at[point];
    }
    CUPEL_TRY(cupel_model_work_new(s->m, &work, err));
    cupel_prediction p = {out, unused, out + s->n, out + 2 * s->n, unused + s->n, in};
    CUPEL_TRY(cupel_model_predict(s->m, &(cupel_feature_rows){.batch = &batch, .n = s->n, .given = column}, &o, work, &p, reason, err));
    for (size_t i = 0; i < s->n; i++) out[3 * s->n + i] = in[i];
done:
    cupel_model_work_free(work);
    cupel_batch_release(&batch);
    cupel_free(column);
    cupel_free(unused);
    cupel_free(in);
    cupel_free(reason);
    return st;
}

/* ---- lines ---- */

static cupel_status new_line(cupel_partial *p, const char *formula, double own, cupel_partial_line **line, cupel_err *err)
{
    cupel_partial_line *l = &p->line[p->n_lines++];
    *l = (cupel_partial_line){.formula = cupel_strdup(formula), .own = own, .value = cupel_alloc(4 * p->n, sizeof *l->value)};
    if (!l->formula || !l->value) return cupel_no_memory(err, "a partial dependence", 4 * p->n * sizeof *l->value);
    l->lower = l->value + p->n;
    l->upper = l->lower + p->n;
    l->inside = l->upper + p->n;
    *line = l;
    return CUPEL_OK;
}

/* Mean over rows from .. end - 1; NaN where one of them has no prediction. */
static void fill_line(const sweep *s, size_t from, size_t end, cupel_partial_line *l)
{
    double *to[4] = {l->value, l->lower, l->upper, l->inside};
    for (size_t q = 0; q < s->p->n; q++)
        for (size_t k = 0; k < 4; k++) {
            for (size_t i = from; i < end; i++) to[k][q] += s->result[(q * 4 + k) * s->n + i];
            to[k][q] /= (double)(end - from);
        }
}

static cupel_status make_lines(sweep *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_partial_line *l;
    s->p->line = cupel_alloc(s->n_single + 1, sizeof *s->p->line);
    if (!s->p->line) return cupel_no_memory(err, "a partial dependence", 0);
    CUPEL_TRY(new_line(s->p, "", (double)NAN, &l, err));
    fill_line(s, s->n_single, s->n, l);
    for (size_t i = 0; i < s->n_single; i++) {
        const size_t row = s->row[i];
        const double own = s->z ? share_of(&s->rows->composition[row], s->z) : s->rows->column[row * s->width + s->at_column];
        CUPEL_TRY(new_line(s->p, s->rows->formula[row], own, &l, err));
        fill_line(s, i, i + 1, l);
    }
done:
    return st;
}

static void warn(const sweep *s, const cupel_job *job)
{
    const cupel_partial *p = s->p;
    size_t out = 0;
    double from = 0, to = 0;
    for (size_t q = 0; q < p->n; q++) {
        if (!(p->line[0].inside[q] < 0.5)) continue;
        if (!out++) from = p->at[q];
        to = p->at[q];
    }
    if (out)
        cupel_say(job, CUPEL_WARNING, "partial dependence on %s: at %zu of %zu points, from %.4g to %.4g, most of the rows are outside the training "
                  "domain", p->name, out, p->n, from, to);
}

cupel_status cupel_partial_make(const cupel_model *m, const cupel_partial_options *o, const cupel_partial_rows *rows, const cupel_job *job,
                                cupel_partial *p, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    sweep s = {.m = m, .o = o, .rows = rows, .isa = job->isa, .p = p};
    double from = 0, to = 0;
    *p = (cupel_partial){.n = o->points};
    CUPEL_TRY(settle(&s, &from, &to, err));
    p->element = s.z != 0;
    p->name = s.name.text;
    s.name.text = NULL;
    CUPEL_TRY(choose_rows(&s, err));
    p->at = cupel_alloc(p->n, sizeof *p->at);
    s.result = cupel_alloc(cupel_mul(p->n * 4, s.n), sizeof *s.result);
    if (!p->at || !s.result) CUPEL_TRY(cupel_no_memory(err, "a partial dependence", cupel_mul(p->n * 4, s.n * sizeof *s.result)));
    for (size_t q = 0; q < p->n; q++) p->at[q] = q + 1 < p->n ? from + (to - from) * (double)q / (double)(p->n - 1) : to;
    CUPEL_TRY(cupel_par_for(job->threads, p->n, predict_point, &s, err));
    CUPEL_TRY(make_lines(&s, err));
    warn(&s, job);
done:
    cupel_partial_name_release(&s.name);
    cupel_free(s.row);
    cupel_free(s.result);
    if (st != CUPEL_OK) cupel_partial_release(p);
    return st;
}

void cupel_partial_release(cupel_partial *p)
{
    for (size_t i = 0; p->line && i < p->n_lines; i++) {
        cupel_free(p->line[i].formula);
        cupel_free(p->line[i].value);
    }
    cupel_free(p->line);
    cupel_free(p->name);
    cupel_free(p->at);
    *p = (cupel_partial){0};
}
