#include "core/engine/micro/search.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/alike.h"
#include "core/engine/micro/feature_size.h"
#include "core/engine/micro/feature_steer.h"
#include "core/engine/micro/orient.h"
#include "core/engine/micro/page.h"
#include "core/math/small.h"

#include <math.h>
#include <string.h>

/* Skeletons are searched by their radii, which act one by one, and kept by the volume fraction that these give on the grid of the stage, which every
 * grid then meets. */
static cupel_status by_fraction(const cupel_search *s, cupel_recipe *r, cupel_err *err)
{
    const size_t grid = s->share_grid ? s->share_grid : s->family->coarse, n[3] = {grid, grid, grid}, fraction = cupel_recipe_place(r, "fraction");
    double share = 0;
    cupel_status st = cupel_recipe_share(r, n, &share, s->job, err);
    if (st != CUPEL_OK) return st;
    const cupel_param *p = &r->generator->method.params[fraction];
    return cupel_recipe_set(r, "fraction", fmin(fmax(share, p->min), p->max), err);
}

cupel_recipe cupel_search_recipe_free(const cupel_search *s, const double *x)
{
    cupel_recipe r = s->family->start;
    r.seed = s->seed;
    r.n_thresholds = 0;
    for (size_t i = 0; i < s->family->n; i++) r.value[s->family->place[i]] = x[i];
    if (s->family->kind == CUPEL_FAMILY_SKELETON) r.value[cupel_recipe_place(&r, "fraction")] = (double)NAN;
    return r;
}

cupel_status cupel_search_recipe(const cupel_search *s, const double *x, cupel_recipe *r, cupel_err *err)
{
    *r = cupel_search_recipe_free(s, x);
    if (s->family->kind == CUPEL_FAMILY_SKELETON) return by_fraction(s, r, err);
    return r->generator->check ? r->generator->check(r, err) : CUPEL_OK;
}

/* ---- residuals ---- */

static const double FRACTION = 0.005; /* tolerance of a volume fraction */
static const double FEATURE = 0.02, KNOWN = 0.25; /* of a feature size: in its bound, and in voxels, to which it is known */

static double tolerance(const cupel_micro_demand *d, const cupel_ask *a, double bound)
{
    if (a->kind == CUPEL_ASK_FRACTION) return FRACTION;
    if (a->kind == CUPEL_ASK_FEATURE) return fmax(FEATURE * fabs(bound), KNOWN * d->size / (double)cupel_feature_grid(d));
    return bound != 0 && isfinite(bound) ? 0.01 * fabs(bound) : 0.01;
}

/* b [n][n] = f(a) of a symmetric matrix by its eigenvalues, which are kept above `least`. */
static void matrix_function(const double *a, size_t n, double (*f)(double), double least, double *b)
{
    double value[CUPEL_SMALL], vector[CUPEL_SMALL * CUPEL_SMALL];
    cupel_small_eigen(a, n, value, vector);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t k = 0; k < n; k++) sum += vector[k * n + i] * f(fmax(value[k], least)) * vector[k * n + j];
            b[i * n + j] = sum;
        }
}

static double inverse_root(double x) { return 1 / sqrt(x); }

/* apart = A^1/2 log(A^-1/2 T A^-1/2) A^1/2: to first order T - A, and far from it tame. False where A has no root. */
static bool log_apart(const double *target, const double *t, size_t n, double *apart)
{
    double root[36], inverse[36], x[36], y[36], value[CUPEL_SMALL];
    cupel_small_eigen(target, n, value, NULL);
    if (!(value[0] > 1e-9 * value[n - 1])) return false;
    matrix_function(target, n, sqrt, 0, root);
    matrix_function(target, n, inverse_root, 0, inverse);
    cupel_small_multiply(inverse, t, n, n, n, x);
    cupel_small_multiply(x, inverse, n, n, n, y);
    matrix_function(y, n, log, 1e-6, x);
    cupel_small_multiply(root, x, n, n, n, y);
    cupel_small_multiply(y, root, n, n, n, apart);
    return true;
}

static size_t of_tensor(const cupel_search *s, const cupel_ask *a, const cupel_tensors *t, double *r, bool *one_sided)
{
    const bool vector = a->kind == CUPEL_ASK_EXPANSION;
    const double *value = a->kind == CUPEL_ASK_CONDUCTIVITY ? t->k : vector ? t->alpha : t->c;
    const cupel_tensors *by = a->on_grid ? &s->own_shift : &s->shift;
    const double *shift = a->kind == CUPEL_ASK_CONDUCTIVITY ? by->k : vector ? by->alpha : by->c;
    const size_t rows = a->order, cols = vector ? 1 : a->order;
    double size = 0, moved[36], apart[36] = {0}, turned[36];
    bool open = vector;
    size_t m = 0;
    for (size_t i = 0; i < rows * cols; i++) {
        open = open || isnan(a->target[i]);
        if (!isnan(a->target[i])) size += a->target[i] * a->target[i];
        moved[i] = value[i] + shift[i];
    }
    const double *target = cupel_ask_target(a, moved, turned, NULL);
    for (size_t i = 0; i < rows * cols; i++) apart[i] = moved[i] - target[i];
    if (!open) (void)log_apart(target, moved, rows, apart);
    const double scale = sqrt(size) * fmax(a->within, 1e-3) / sqrt(a->weight);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = vector ? 0 : i; j < cols; j++) {
            const size_t at = i * cols + j;
            if (isnan(a->target[at])) continue;
            one_sided[m] = false;
            r[m++] = apart[at] / scale * (!vector && i != j ? sqrt(2.0) : 1);
        }
    return m;
}

bool cupel_search_asks_both(const cupel_micro_demand *d, const cupel_ask *a)
{
    bool other = false;
    for (size_t i = 0; i < d->n_asks; i++) other = other || (cupel_ask_of_limit(&d->ask[i]) && d->ask[i].kind == a->kind);
    return a->on_grid && other;
}

/* Before a grid's own error is known, a target on the grid of the design and one of the limit would pull the search two ways. */
static bool waits(const cupel_search *s, const cupel_ask *a) { return !s->aimed && cupel_search_asks_both(s->d, a); }

/* Is what is asked of voxels followed from trial to trial? */
static bool is_followed(const cupel_ask *a, const cupel_tensors *t) { return a->kind == CUPEL_ASK_FEATURE && t->feature[a->phase] > 0; }

size_t cupel_search_residuals(const cupel_search *s, const cupel_tensors *t, double *r, bool *one_sided)
{
    const cupel_micro_demand *d = s->d;
    cupel_tensors moved = *t;
    size_t m = 0;
    for (size_t i = 0; i < 9; i++) moved.k[i] += s->shift.k[i];
    for (size_t i = 0; i < 36; i++) moved.c[i] += s->shift.c[i];
    for (size_t i = 0; i < 6; i++) moved.alpha[i] += s->shift.alpha[i];
    for (size_t i = 0; i < d->n_phases; i++) moved.fraction[i] += s->shift.fraction[i];
    const cupel_micro_state state = cupel_feature_state(d, &moved);
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        const double w = sqrt(a->weight);
        if ((cupel_ask_is_checked(a) && !is_followed(a, t)) || waits(s, a)) continue; /* judged at the verification, or see below */
        if (a->whole) {
            m += of_tensor(s, a, t, r + m, one_sided + m);
            continue;
        }
        const double v = cupel_ask_value(d, a, &state) - s->thin[i];
        /* Half a tolerance inside, and as far as the bar is wide. */
        const double in = a->kind == CUPEL_ASK_FEATURE ? 0 : s->margin[i];
        if (a->min > -HUGE_VAL) one_sided[m] = true, r[m++] = w * ((a->min + in - v) / tolerance(d, a, a->min) + 0.5);
        if (a->max < HUGE_VAL) one_sided[m] = true, r[m++] = w * ((v - a->max + in) / tolerance(d, a, a->max) + 0.5);
        if (a->goal) one_sided[m] = false, r[m++] = 2 * w * (s->goal[i] - v) / fmax(fabs(s->goal[i]), 1e-300);
    }
    if (s->alike) one_sided[m] = false, r[m++] = t->alike;
    for (size_t i = 0; i < m; i++)
        if (!isfinite(r[i])) r[i] = 1e6; /* a number that is not there: a void that has no stiffness */
    return m;
}

/* ---- budget ---- */

/* By what power of the grid's edge the time of a trial grows: thin parts ask for fewer iterations where they are resolved. */
static const double GROWTH = 2.6;

/* Of the views, the surface and the files of a design, seconds per voxel of its grid; and what share of a budget they may have at most. */
static const double REPORT = 1.2e-6, MOST_REPORT = 0.3;

double cupel_search_seconds(double per, size_t grid) { return per * pow((double)grid, GROWTH); }

double cupel_search_room(const cupel_micro_demand *d, size_t designs)
{
    const double voxels = (double)d->grid * (double)d->grid * (double)d->grid;
    const size_t shown = designs < 1 ? 1 : designs < CUPEL_SHOWN ? designs : CUPEL_SHOWN;
    return d->budget_seconds - fmin(1 + REPORT * voxels * (double)shown, MOST_REPORT * d->budget_seconds);
}

static double room(const cupel_search *s) { return cupel_search_room(s->d, s->out->n + 1); }

double cupel_search_until(const cupel_search *s) { return cupel_clock_until(&s->clock, room(s)); }

/* So many trials, or so many seconds. */
static bool spent(const cupel_search *s, double trials, double seconds, cupel_cut_short what)
{
    return cupel_loads_lack(s, trials) || cupel_clock_cuts(&s->clock, seconds, room(s), what);
}

static double seconds_of(const cupel_search *s, size_t grid) { return cupel_search_seconds(s->trial_seconds, grid); }

/* A verification is 3 trials, of the time of so many on the grid of the design (of eight bones 3.4 to 4.4, 2.1 to 3.1 where the search had solved its
 * middle grid); with that trial itself where nothing has been solved there and coarser ones tell its time up to 40 % too short; with one more where a
 * design has to hold under tolerances. What was kept too short is lost: a verification that does not fit says nothing. */
static const double VERIFYING = 4.6, VERIFYING_UNKNOWN = 7.5;
/* A verification may be this much longer than the last one. */
static const double LONGER = 1.15;

static double verification(const cupel_search *s, double trials) { return trials + (s->d->hold_line ? 1 : 0); }

static double verifying(const cupel_search *s) { return verification(s, s->fine.last.mixture ? VERIFYING : VERIFYING_UNKNOWN); }

/* Seconds of the first verification, and `more` times that; at most most of a budget, for the smallest grids tell little of the largest. */
static double first_verification(const cupel_search *s, double more)
{
    static const double MOST = 0.65;
    return fmin(seconds_of(s, s->d->grid) * verifying(s) * (1 + more), MOST * s->d->budget_seconds);
}

/* Seconds of the next verification, and `more` times that. */
static double next_verification(const cupel_search *s, double more)
{
    return s->verify_seconds > 0 ? LONGER * s->verify_seconds * (1 + more) : first_verification(s, more);
}

static bool spent_trial(const cupel_search *s, size_t grid, double seconds)
{
    const double trials = 1 + (double)(s->ahead + cupel_loads_verification(s) + cupel_loads_again(s));
    return spent(s, trials, seconds_of(s, grid) + seconds + next_verification(s, 0), CUPEL_CUT_STEPS);
}

bool cupel_search_spent(const cupel_search *s, size_t grid) { return spent_trial(s, grid, 0); }

bool cupel_search_spent_step(const cupel_search *s, size_t grid)
{
    return spent_trial(s, grid, cupel_search_seconds(s->slope_seconds, grid) + s->alike_seconds);
}

bool cupel_search_spent_verifying(const cupel_search *s, double more, cupel_cut_short what)
{
    const double one = (double)cupel_loads_verification(s), trials = fmax(one * (1 + more), one + (more > 0 ? (double)cupel_loads_first(s->d) : 0));
    return spent(s, trials, next_verification(s, more), what);
}

bool cupel_search_spent_start(const cupel_search *s, size_t trials)
{
    return cupel_loads_lack(s, (double)trials) || cupel_search_spent_verifying(s, 0.5, CUPEL_CUT_STARTS);
}

bool cupel_search_spent_finer(const cupel_search *s)
{
    const double ratio = 0.75 * CUPEL_FINER;
    return spent(s, (double)cupel_loads_verification(s), LONGER * s->verify_seconds * pow(ratio, 3), CUPEL_CUT_VERIFYING);
}

/* No verification is shorter than so many trials on the grid of the design. */
static const double SHORTEST = 2;

bool cupel_search_late(const cupel_search *s, cupel_cut_short what)
{
    return !s->out->n && cupel_clock_cuts(&s->clock, SHORTEST * seconds_of(s, s->d->grid), room(s), what);
}

bool cupel_search_beyond(const cupel_search *s, size_t grid)
{
    return cupel_clock_cuts(&s->clock, seconds_of(s, grid), room(s), CUPEL_CUT_STEPS);
}

bool cupel_search_out_of_budget(const cupel_search *s)
{
    return s->out->cut || cupel_loads_lack(s, (double)cupel_loads_start(s));
}

bool cupel_search_no_time(const cupel_search *s, cupel_status st) { return st == CUPEL_INTERRUPTED && !cupel_stopped(s->job); }

/* ---- costs ---- */

double cupel_search_cost(const cupel_search *s, const cupel_tensors *t)
{
    double r[CUPEL_RESIDUALS_MAX];
    bool one_sided[CUPEL_RESIDUALS_MAX];
    const size_t m = cupel_search_residuals(s, t, r, one_sided);
    return cupel_ls_cost(r, one_sided, m);
}

cupel_status cupel_search_note(cupel_search *s, size_t grid, const cupel_tensors *t, cupel_err *err)
{
    cupel_designs *o = s->out;
    s->cost = cupel_search_cost(s, t);
    cupel_search_remember(s, grid, t);
    if (!cupel_grow(&o->step, &o->cap_steps, o->n_steps + 1, sizeof *o->step)) return cupel_no_memory(err, "the steps of a design", 0);
    const double far = cupel_alike_tolerances(t->alike), misfit = sqrt(s->cost + (far > 0 ? far * far - t->alike * t->alike : 0));
    o->step[o->n_steps++] = (cupel_design_step){s->seed, grid, o->solves, misfit, s->family->start.generator->method.name, s->start,
                                                     false};
    if (!(o->nearest > 0) || misfit < o->nearest) o->nearest = fmax(misfit, 1e-9);
    cupel_progress(s->job, "design", o->solves, s->d->budget_solves);
    return CUPEL_OK;
}

double cupel_search_merit(const cupel_search *s, const cupel_tensors *t)
{
    double r[CUPEL_RESIDUALS_MAX], merit = 0;
    bool one_sided[CUPEL_RESIDUALS_MAX];
    cupel_search plain = *s;
    if (!s->goals) return s->cost;
    const cupel_micro_state state = cupel_feature_state(s->d, t);
    for (size_t i = 0; i < s->d->n_asks; i++) {
        const double v = s->d->ask[i].goal ? cupel_ask_value(s->d, &s->d->ask[i], &state) : 1;
        plain.goal[i] = v; /* its residual is 0 */
        if (s->d->ask[i].goal) merit -= s->d->ask[i].goal * s->d->ask[i].weight * log(fmax(fabs(v), 1e-300));
    }
    const size_t m = cupel_search_residuals(&plain, t, r, one_sided);
    return merit + fmax(0, cupel_ls_cost(r, one_sided, m) - 1);
}
