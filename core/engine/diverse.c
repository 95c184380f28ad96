#include "core/engine/diverse.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/result_parts.h"
#include "core/engine/sets.h"

#include <math.h>
#include <string.h>

enum { POOL = 100 };

static const char COMPOSITION[] = "composition";

size_t cupel_diverse_pool(double distance, size_t keep)
{
    if (!(distance > 0)) return keep;
    size_t pool = keep * POOL < CUPEL_KEEP_MAX ? keep * POOL : CUPEL_KEEP_MAX;
    return pool > keep ? pool : keep;
}

/* ---- the scale of features ---- */

static cupel_status training_rows(const cupel_demand *d, cupel_batch *batch, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_composition c;
    const char *formula;
    double target;
    for (size_t p = 0; p < d->n_properties; p++) {
        const cupel_model *m = d->property[p].model;
        if (!m)
            return cupel_fail(err, CUPEL_USAGE,
                              "%s: diverse: distances in features are in units of the training rows, which are not there; use in: composition",
                              d->file);
        for (size_t i = 0; i < cupel_model_n_training(m) && st == CUPEL_OK; i++) {
            cupel_model_training_row(m, i, &c, &formula, &target);
            if (c.n) st = cupel_batch_add(batch, &c, 0, err);
        }
    }
    return st;
}

/* factor [n_columns]: 1 / standard deviation over the rows, 0 where a column does not vary. */
static cupel_status scale_of(const cupel_sets *sets, const cupel_batch *batch, double *factor, cupel_err *err)
{
    size_t d = sets->n_columns, n = batch->n;
    double *x = cupel_alloc(3 * d, sizeof *x);
    if (!x) return cupel_no_memory(err, "the scale of features", 3 * d * sizeof *x);
    double *sum = x + d, *square = sum + d;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < n; i++) {
            cupel_sets_compute(sets, batch, i, 1, CUPEL_ISA_PLAIN, x, d, NULL);
            for (size_t j = 0; j < d; j++) {
                double off = x[j] - sum[j] / (double)n;
                if (isnan(x[j])) continue;
                if (pass == 0) sum[j] += x[j];
                else square[j] += off * off;
            }
        }
    for (size_t j = 0; j < d; j++) {
        double sd = n ? sqrt(square[j] / (double)n) : 0;
        factor[j] = sd > 1e-10 * fabs(n ? sum[j] / (double)n : 0) && 1 / sd < 1e100 ? 1 / sd : 0;
    }
    cupel_free(x);
    return CUPEL_OK;
}

cupel_status cupel_diverse_put(const cupel_demand *d, cupel_result *r, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_batch batch = {0};
    cupel_sets *sets = NULL;
    r->diverse = d->diverse;
    if (!(d->diverse > 0)) return CUPEL_OK;
    r->diverse_in = cupel_arena_text(&r->arena, d->diverse_in, strlen(d->diverse_in));
    r->n_diverse_scale = 1;
    if (strcmp(d->diverse_in, COMPOSITION) != 0) {
        sets = cupel_alloc(1, sizeof *sets);
        if (!sets) CUPEL_TRY(cupel_no_memory(err, "sets of descriptors", sizeof *sets));
        CUPEL_TRY(cupel_sets_parse(d->diverse_in, CUPEL_SETS_IMPUTED, sets, err));
        CUPEL_TRY(training_rows(d, &batch, err));
        r->n_diverse_scale = sets->n_columns;
    }
    r->diverse_scale = cupel_arena_take(&r->arena, r->n_diverse_scale * sizeof *r->diverse_scale);
    if (!r->diverse_in || !r->diverse_scale) CUPEL_TRY(cupel_no_memory(err, "the scale of features", 0));
    if (sets)
        st = scale_of(sets, &batch, r->diverse_scale, err);
    else
        r->diverse_scale[0] = 1;
done:
    cupel_batch_release(&batch);
    cupel_free(sets);
    return st;
}

/* ---- thinning ---- */

/* The rows that stay: dense vectors of `width`, fractions by element or scaled features. */
typedef struct crowd {
    const cupel_sets *sets; /* NULL: composition */
    double distance;
    size_t width, n;
    double *x;              /* [keep + 1][width]; the last is that of the row at work */
} crowd;

static cupel_status vector_of(const cupel_result *r, const char *key, const crowd *k, cupel_composition *c, double *x, cupel_err *err)
{
    cupel_formula f;
    cupel_formula_error e;
    cupel_batch one = {0};
    if (!cupel_formula_read(cupel_key_composition(key), CUPEL_DOT_DECIMAL, &f, &e))
        return cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': %s", key, e.message);
    *c = f.composition;
    if (!k->sets) {
        double total = cupel_composition_total(c);
        memset(x, 0, k->width * sizeof *x);
        for (unsigned i = 0; i < c->n; i++) x[c->z[i]] = c->amount[i] / total;
        return CUPEL_OK;
    }
    cupel_status st = cupel_batch_add(&one, c, 0, err);
    if (st == CUPEL_OK) cupel_sets_compute(k->sets, &one, 0, 1, CUPEL_ISA_PLAIN, x, k->width, NULL);
    for (size_t j = 0; j < k->width && st == CUPEL_OK; j++) x[j] = isnan(x[j]) ? 0 : x[j] * r->diverse_scale[j];
    cupel_batch_release(&one);
    return st;
}

/* Only the elements of the one are looked at: what the other has besides adds up to what its shares of these lack of 1. */
static bool near_in_composition(const crowd *k, const cupel_composition *c, const double *x, const double *y)
{
    double sum = 1;
    for (unsigned i = 0; i < c->n; i++) sum += fabs(x[c->z[i]] - y[c->z[i]]) - y[c->z[i]];
    return sum < k->distance * (1 - 1e-9); /* rounding does not make a neighbour of what lies at the distance */
}

static bool near_in_features(const crowd *k, const double *x, const double *y)
{
    double sum = 0, limit = k->distance * k->distance * (double)k->width * (1 - 1e-9);
    for (size_t j = 0; j < k->width && sum < limit; j++) sum += (x[j] - y[j]) * (x[j] - y[j]);
    return sum < limit;
}

static bool has_neighbour(const crowd *k, const cupel_composition *c, const double *x)
{
    for (size_t i = 0; i < k->n; i++) {
        const double *y = k->x + i * k->width;
        if (k->sets ? near_in_features(k, x, y) : near_in_composition(k, c, x, y)) return true;
    }
    return false;
}

static cupel_status thin(cupel_result *r, crowd *k, size_t *stays, size_t *seen, cupel_err *err)
{
    cupel_composition c;
    for (*seen = 0; *seen < r->rows.n && k->n < (size_t)r->keep; ++*seen) {
        double *x = k->x + k->n * k->width;
        cupel_status st = vector_of(r, r->rows.key[*seen], k, &c, x, err);
        if (st != CUPEL_OK) return st;
        if (!has_neighbour(k, &c, x)) stays[k->n++] = *seen;
    }
    return CUPEL_OK;
}

static void say(const cupel_result *r, size_t pool, const cupel_job *job)
{
    if ((int64_t)r->rows.n >= r->keep || r->rows.n + (size_t)r->n_near < pool) return;
    cupel_say(job, CUPEL_NOTE, "%zu rows, not %lld: the best %zu compositions hold no more that lie %g apart; ask for a smaller distance", r->rows.n,
              (long long)r->keep, pool, r->diverse);
}

cupel_status cupel_diverse_select(cupel_result *r, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_sets *sets = NULL;
    size_t *stays = NULL, seen = 0, pool = cupel_diverse_pool(r->diverse, (size_t)r->keep);
    crowd k = {.distance = r->diverse, .width = CUPEL_N_Z};
    const cupel_board_shape shape = {.p = r->n_properties, .r = r->n_requirements, .c = r->n_constraints, .m = r->n_objectives};
    if (!(r->diverse > 0)) return CUPEL_OK;
    if (strcmp(r->diverse_in, COMPOSITION) != 0) {
        sets = cupel_alloc(1, sizeof *sets);
        if (!sets) CUPEL_TRY(cupel_no_memory(err, "sets of descriptors", sizeof *sets));
        CUPEL_TRY(cupel_sets_parse(r->diverse_in, CUPEL_SETS_IMPUTED, sets, err));
        if (sets->n_columns != r->n_diverse_scale)
            CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT,
                                 "distances in '%s' are of %zu columns, this cupel has %zu there; make the parts again", r->diverse_in,
                                 r->n_diverse_scale, sets->n_columns));
        k.sets = sets;
        k.width = sets->n_columns;
    }
    size_t most = r->rows.n < (size_t)r->keep ? r->rows.n : (size_t)r->keep;
    stays = cupel_alloc(most + 1, sizeof *stays);
    k.x = cupel_alloc(cupel_mul(most + 1, k.width), sizeof *k.x);
    if (!stays || !k.x) CUPEL_TRY(cupel_no_memory(err, "a shortlist", cupel_mul(most + 1, k.width * sizeof *k.x)));
    CUPEL_TRY(thin(r, &k, stays, &seen, err));
    r->n_near = (int64_t)(seen - k.n);
    cupel_shortlist_keep(&r->rows, shape, stays, k.n);
    say(r, pool, job);
done:
    cupel_free(stays);
    cupel_free(k.x);
    cupel_free(sets);
    return st;
}
