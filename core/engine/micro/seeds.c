#include "core/engine/micro/seeds.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <string.h>

enum { SMALL = 16, OTHERS = CUPEL_SEEDS_TRIALS - 1 };
static const double ACCURACY = 1e-3; /* of a trial, as in the search: spreads are larger, or of no interest */

static const double ROUNDING = 1e-6; /* relative: every grid is made to meet a fraction, to 1e-7 */

/* ---- is there any ---- */

static bool same(const cupel_mixture *a, const cupel_mixture *b)
{
    const size_t count = a->n[0] * a->n[1] * a->n[2], rows = a->n[0] * a->n[1];
    if (a->n_phases != b->n_phases || a->n_cuts != b->n_cuts || !a->id8 != !b->id8) return false;
    if (a->id8 ? memcmp(a->id8, b->id8, count) : memcmp(a->id16, b->id16, count * sizeof *a->id16)) return false;
    return !a->n_cuts || (!memcmp(a->row, b->row, (rows + 1) * sizeof *a->row) && !memcmp(a->cut, b->cut, a->n_cuts * sizeof *a->cut));
}

/* A recipe with another seed. Its thresholds are of this one's field. */
static cupel_recipe with_seed(const cupel_recipe *recipe, uint64_t seed)
{
    cupel_recipe r = *recipe;
    r.seed = seed;
    r.n_thresholds = 0;
    return r;
}

cupel_status cupel_seeds_matter(const cupel_recipe *recipe, const cupel_job *job, bool *random, cupel_err *err)
{
    cupel_mixture m[2] = {{0}, {0}};
    size_t n[3];
    cupel_status st = CUPEL_OK;
    *random = true;
    cupel_recipe_grid(recipe, SMALL, n);
    for (size_t i = 0; i < 2; i++) {
        const cupel_recipe r = with_seed(recipe, recipe->seed + i);
        CUPEL_TRY(cupel_recipe_mixture(&r, n, &m[i], job, err));
    }
    *random = !same(&m[0], &m[1]);
done:
    cupel_mixture_release(&m[0]);
    cupel_mixture_release(&m[1]);
    return st;
}

/* ---- the spread ---- */

typedef const double *tensor_of(const cupel_tensors *t);
static const double *conductivity(const cupel_tensors *t) { return t->k; }
static const double *stiffness(const cupel_tensors *t) { return t->c; }
static const double *expansion(const cupel_tensors *t) { return t->alpha; }

/* Standard deviation of one tensor (n components) over the structures x [m]: sqrt(sum |T - mean|^2 / (m - 1)) / |mean|. */
static double spread_of(const cupel_tensors *x, size_t m, tensor_of *of, size_t n)
{
    double apart = 0, size = 0;
    for (size_t i = 0; i < n; i++) {
        double mean = 0;
        for (size_t k = 0; k < m; k++) mean += of(&x[k])[i] / (double)m;
        for (size_t k = 0; k < m; k++) apart += pow(of(&x[k])[i] - mean, 2);
        size += mean * mean;
    }
    return size > 0 ? sqrt(apart / (double)(m - 1) / size) : 0;
}

/* Every tensor moved by what this one's grid is off. */
static void correct(const cupel_tensors *limit, const cupel_tensors *own, cupel_tensors *x, size_t n)
{
    for (size_t k = 0; k < n && limit; k++) {
        for (size_t i = 0; i < 9; i++) x[k].k[i] += limit->k[i] - own->k[i];
        for (size_t i = 0; i < 36; i++) x[k].c[i] += limit->c[i] - own->c[i];
        for (size_t i = 0; i < 6; i++) x[k].alpha[i] += limit->alpha[i] - own->alpha[i];
    }
}

/* Of n numbers. */
static double deviation(const double *v, size_t n, double *mean)
{
    double squares = 0;
    *mean = 0;
    for (size_t k = 0; k < n; k++) *mean += v[k] / (double)n;
    for (size_t k = 0; k < n; k++) squares += (v[k] - *mean) * (v[k] - *mean);
    const double x = sqrt(squares / (double)(n - 1));
    return x < ROUNDING * fabs(*mean) ? 0 : x;
}

static void gather(const cupel_micro_demand *d, const cupel_tensors *limit, const cupel_tensors *own, cupel_tensors *x, cupel_seeds *s)
{
    s->spread.k = spread_of(x, s->n, conductivity, 9);
    s->spread.c = spread_of(x, s->n, stiffness, 36);
    s->spread.alpha = spread_of(x, s->n, expansion, 6);
    correct(limit, own, x, s->n);
    for (size_t a = 0; a < d->n_asks; a++) {
        double v[OTHERS];
        if (!d->ask[a].whole && !cupel_moved_has(&d->ask[a])) continue;
        for (size_t k = 0; k < s->n; k++) {
            const cupel_micro_state there = cupel_tensors_state(d, &x[k]);
            v[k] = cupel_ask_value(d, &d->ask[a], &there);
        }
        const double off = deviation(v, s->n, &s->mean[a]);
        if (!d->ask[a].whole) s->spread.ask[a] = off;
    }
}

static cupel_status solve(const cupel_micro_demand *d, const cupel_recipe *recipe, cupel_trial_options *o, const cupel_job *job, cupel_tensors *x,
                          size_t *solves, cupel_err *err)
{
    cupel_trial t = {.solves = 0};
    cupel_status st = cupel_trial_solve(d, recipe, o, job, &t, err);
    if (st != CUPEL_OK) return st;
    *x = t.t;
    *solves += t.solves;
    o->blend_k = t.blend_k, o->blend_c = t.blend_c; /* the same for all */
    cupel_trial_release(&t);
    return CUPEL_OK;
}

static bool is_fatal(cupel_status st) { return st == CUPEL_NO_RESOURCE || st == CUPEL_INTERRUPTED; }

static cupel_status compute(const cupel_micro_demand *d, const cupel_recipe *recipe, const cupel_tensors *limit, const cupel_job *job,
                            cupel_tensors *x, cupel_seeds *s, size_t *solves, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_trial_options o = {.grid = d->grid < CUPEL_SEEDS_GRID ? (size_t)d->grid : (size_t)CUPEL_SEEDS_GRID, .accuracy = ACCURACY, .blend_k = NAN,
                             .blend_c = NAN};
    CUPEL_TRY(solve(d, recipe, &o, job, &x[OTHERS], solves, err));
    for (uint64_t i = 1; i <= OTHERS; i++) {
        const cupel_recipe r = with_seed(recipe, recipe->seed + i);
        st = solve(d, &r, &o, job, &x[s->n], solves, err);
        if (is_fatal(st)) goto done;
        s->n += st == CUPEL_OK;
        st = CUPEL_OK;
    }
    if (s->n < 2) goto done;
    s->grid = o.grid;
    gather(d, limit, &x[OTHERS], x, s);
    s->known = true;
done:
    return st;
}

cupel_status cupel_seeds_of(const cupel_micro_demand *d, const cupel_recipe *recipe, const cupel_tensors *limit, const cupel_job *job,
                            cupel_seeds *s, size_t *solves, cupel_err *err)
{
    *s = (cupel_seeds){.n = 0};
    cupel_tensors *x = cupel_alloc(CUPEL_SEEDS_TRIALS, sizeof *x);
    if (!x) return cupel_no_memory(err, "other seeds", CUPEL_SEEDS_TRIALS * sizeof *x);
    const cupel_status st = compute(d, recipe, limit, job, x, s, solves, err);
    cupel_free(x);
    return is_fatal(st) ? st : CUPEL_OK;
}

/* ---- words ---- */

void cupel_seeds_say(const cupel_micro_demand *d, const cupel_recipe *recipe, const cupel_seeds *s, cupel_str *out)
{
    if (!s->known) return;
    if (s->fixed) {
        cupel_str_addf(out, "  nothing is owed to the seed: of %s every seed makes the same\n", recipe->generator->method.name);
        return;
    }
    if (!cupel_moved_any(d, &s->spread)) return;
    cupel_str_addf(out, "  %zu other seeds move the design's ", s->n);
    cupel_moved_say(d, &s->spread, out);
    cupel_str_puts(out, " (standard deviation)");
    for (size_t i = 0; i < d->n_asks; i++)
        if (cupel_ask_of_limit(&d->ask[i]))
            cupel_str_addf(out, "; on average their %s is %.2g %% from the target", d->ask[i].name, 100 * s->mean[i]);
    cupel_str_addf(out, " (on a grid of %zu)\n", s->grid);
}

static void put_distances(const cupel_micro_demand *d, const cupel_seeds *s, cupel_json_out *w)
{
    cupel_json_name(w, "distance [%]");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < d->n_asks; i++) {
        if (!cupel_ask_of_limit(&d->ask[i])) continue;
        cupel_json_open(w, '{');
        cupel_json_name(w, "name");
        cupel_json_put_string(w, d->ask[i].name);
        cupel_json_name(w, "mean");
        cupel_json_put_number(w, 100 * s->mean[i]);
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
}

void cupel_seeds_put(const cupel_micro_demand *d, const cupel_seeds *s, cupel_json_out *w)
{
    if (!s->known) return;
    cupel_json_name(w, "seeds");
    cupel_json_open(w, '{');
    cupel_json_name(w, "random");
    cupel_json_put_bool(w, !s->fixed);
    if (!s->fixed) {
        cupel_json_name(w, "grid");
        cupel_json_put_count(w, s->grid);
        cupel_json_name(w, "n");
        cupel_json_put_count(w, s->n);
        if (cupel_moved_any(d, &s->spread)) {
            cupel_json_name(w, "standard deviation");
            cupel_moved_put(d, &s->spread, w);
        }
        if (cupel_demand_is_physical(d)) put_distances(d, s, w);
    }
    cupel_json_close(w, '}');
}

void cupel_seeds_head(const cupel_micro_demand *d, cupel_str *s)
{
    if (d->needs_conduction) cupel_str_addf(s, ",spread of %s over seeds [%%]", d->conduction->name);
    if (d->needs_elasticity) cupel_str_puts(s, ",spread of stiffness over seeds [%]");
    if (d->needs_expansion) cupel_str_puts(s, ",spread of expansion over seeds [%]");
}

void cupel_seeds_row(const cupel_micro_demand *d, const cupel_seeds *s, cupel_str *out)
{
    const double x[] = {s->spread.k, s->spread.c, s->spread.alpha};
    const bool there[] = {d->needs_conduction, d->needs_elasticity, d->needs_expansion};
    for (size_t i = 0; i < 3; i++) {
        if (!there[i]) continue;
        cupel_str_putc(out, ',');
        if (s->known) cupel_str_addf(out, "%.6g", 100 * x[i]);
    }
}
