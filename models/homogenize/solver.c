#include "models/homogenize/solver.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
#include "models/homogenize/solver_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MEMORY = 6, CHANGES = 3, DEFAULT_ITERATIONS = 10000 };

/* Safety of the two estimates below, found on level-cut Gaussian fields of contrast 1e-4 to 1e4 and tested there (tests/test_solver_error.c). */
static const double safety_energy = 1.5, safety_flux = 1.15;
/* Of the mean of the phases: what float fields leave. */
static const double rounding = 4e-7;

/* One load: its energy and fluxes so far, and how they changed in the last iterations (the latest first). */
typedef struct descent {
    double start, energy, flux[6];
    double lost[MEMORY], change[CHANGES][6];
    size_t iterations;
    bool settled; /* nothing is left but rounding */
} descent;

static double rate(const descent *d, size_t from, size_t over) { return pow(d->lost[from] / d->lost[from + over], 1 / (double)over); }

/* By how much an iteration reduces what is left, on the whole. */
static double mean_rate(const descent *d)
{
    const size_t m = d->iterations;
    double q = rate(d, 0, m > 3 ? 3 : m - 1);
    if (m >= MEMORY) q = fmax(q, rate(d, 0, MEMORY - 1));
    return fmin(fmax(q, 0.1), 0.97);
}

/* The energy falls by alpha <r, z> in an iteration (Hestenes, Stiefel 1952), so what is left is the sum of the falls to come: a geometric series,
 * slower by as much as it has become slower of late. */
static double energy_left(const descent *d)
{
    if (d->settled) return 0;
    if (d->iterations < 2) return fabs(d->start);
    const double q = mean_rate(d), late = d->iterations >= 3 ? rate(d, 0, 2) : q, early = d->iterations >= 5 ? rate(d, 2, 2) : late;
    const double slow = fmin(fmax(q, late + fmax(0, late - early)), 0.97);
    return fmax(d->lost[0], 0.7 * q * d->lost[1]) * slow / (1 - slow);
}

/* A mean flux is of first order in the error of the field: its changes fall like the root of those of the energy. change: in the last iterations. */
static double flux_left(const descent *d, const double change[CHANGES])
{
    if (d->settled) return 0;
    if (d->iterations < 2) return fabs(d->start);
    const double s = sqrt(mean_rate(d));
    return fmax(change[0], fmax(s * change[1], s * s * change[2])) * s / (1 - s);
}

static void take_step(descent *d, double lost, const double *flux, double alpha, size_t fluxes)
{
    memmove(d->lost + 1, d->lost, (MEMORY - 1) * sizeof *d->lost);
    memmove(d->change + 1, d->change, (CHANGES - 1) * sizeof *d->change);
    d->lost[0] = lost;
    d->energy -= lost;
    for (size_t c = 0; c < fluxes; c++) {
        d->flux[c] += alpha * flux[c];
        d->change[0][c] = fabs(alpha * flux[c]);
    }
    d->iterations++;
}

/* The error that all loads together may have is spent as they come: `known` and `spent` are sums of squares of finished rows of the tensor and of
 * their errors, `least` the smallest such row. */
typedef struct budget {
    double known, spent, least;
    size_t left; /* loads, with the one at work */
} budget;

/* From a good guess the first iterations take away what is local, and fast: what is left goes more slowly than they say, and derivatives from fields
 * that have it misled searches. */
enum { GUESSED_LEAST = 10 };
static const double GUESSED = 0.25;

typedef struct solve {
    cupel_iteration it;
    const cupel_solve_options *o;
    cupel_solution *s;
    const cupel_solution *guess; /* NULL: none that fits */
    size_t most;
    budget budget;
} solve;

/* Of the row of a load: bounds on its errors [order], Mandel. With kept fields only energies count: off the diagonal they give the second order too.
 * Returns a bound on their norm: of many components not all change little by chance at once, so the changes of their norm are looked at; of two at
 * most the norm of the bounds is safer. */
static double row_errors(const solve *w, size_t load, const descent *d, double *error)
{
    const cupel_cell *c = &w->s->cell;
    const bool paired = w->o->keep_fields && load < c->order;
    double norm[CHANGES] = {0}, squares = 0;
    for (size_t m = 0; m < c->order; m++) {
        double change[CHANGES];
        for (size_t t = 0; t < CHANGES; t++) change[t] = c->factor[m] * d->change[t][c->component[m]];
        error[m] = m == load ? safety_energy * energy_left(d) : paired ? 0 : safety_flux * flux_left(d, change);
        squares += error[m] * error[m];
        for (size_t t = 0; t < CHANGES && m != load; t++) norm[t] += change[t] * change[t];
    }
    if (c->order <= 3 || paired) return sqrt(squares);
    for (size_t t = 0; t < CHANGES; t++) norm[t] = sqrt(norm[t]);
    return hypot(load < c->order ? error[load] : 0, safety_flux * flux_left(d, norm));
}

static void row_of(const solve *w, size_t load, const descent *d, double *row)
{
    const cupel_cell *c = &w->s->cell;
    for (size_t m = 0; m < c->order; m++) row[m] = m == load ? d->energy : c->factor[m] * d->flux[c->component[m]];
}

static double square(size_t n, const double *a)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += a[i] * a[i];
    return sum;
}

/* Loads get equal shares of what is left of (accuracy |tensor|)^2; rows not yet known are taken for half the square of the smallest known one. */
static bool is_good(const solve *w, size_t load, const descent *d)
{
    const size_t n = w->s->cell.order;
    const budget *b = &w->budget;
    double error[CUPEL_ORDER_MAX], row[CUPEL_ORDER_MAX];
    if (d->iterations < (w->guess ? GUESSED_LEAST : 3)) return false;
    const double bound = row_errors(w, load, d, error);
    row_of(w, load, d, row);
    const double aim = w->o->accuracy * (w->guess ? GUESSED : 1), own = square(n, row), accuracy = aim * aim;
    if (load == n) return bound * bound <= accuracy * own;
    const double whole = b->known + own + 0.5 * (double)(b->left - 1) * fmin(own, b->left < n ? b->least : own);
    return bound * bound <= fmax((accuracy * whole - b->spent) / (double)b->left, 0.2 * accuracy * own);
}

static cupel_status say_where(const solve *w, size_t load, const descent *d, cupel_err *err)
{
    char stage[64];
    snprintf(stage, sizeof stage, "load %zu of %zu", load + 1, w->s->cell.order);
    cupel_progress(w->it.job, stage, d->iterations, 0);
    if (cupel_stopped(w->it.job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped in iteration %zu of load %zu", d->iterations, load + 1);
    if (w->s->iterations + d->iterations >= w->most)
        return cupel_fail(err, CUPEL_FAILED, "the solver has not converged after %zu iterations (load %zu of %zu)", w->most, load + 1,
                          w->s->cell.order);
    return CUPEL_OK;
}

/* Where float has nothing more to give the residual grows again, and would without end: an accuracy that cannot be had is asked for. */
static bool grows(const descent *d, double rz, double least) { return rz <= 1e-9 * fabs(d->energy) && rz > 4 * least; }

/* Where nothing gets through along an axis the energy falls to 0, and no error is small beside it; in single precision steps past this share of the
 * first energy add rounding errors to it, and soon nothing else. Real paths at the contrasts allowed keep far more. */
static const double UNSEEN = 3e-7;

/* Of the mean of the phases under the load alone. */
static double uniform_energy(const cupel_cell *c, size_t load)
{
    const size_t q = (size_t)c->component[load];
    if (c->fluxes == 3) return c->reference[q];
    return (q < 3 ? c->reference[0] : 0) + 2 * c->reference[1];
}

/* The first residual from a guess, over the energy (from nothing it is about 1), above which the way from nothing is the shorter one: the first
 * iterations take away what is local from either. Found on steps of skeletons beside a void. */
static const double NEAR = 2e-3;

/* The residual where a load begins, *rz = <r, z>: at the guess while that is near, else at nothing. load = order: the phases' own strains. */
static cupel_status begin(solve *w, size_t load, descent *d, double *rz, cupel_err *err)
{
    cupel_iteration *it = &w->it;
    const cupel_cell *c = &w->s->cell;
    cupel_status st = CUPEL_OK;
    double mean[6] = {0}, work;
    const bool loaded = load < c->order, guessed = w->guess && loaded;
    if (loaded) mean[c->component[load]] = c->factor[load];
    if (guessed) cupel_guess_load(w->guess, load, it);
    CUPEL_TRY(cupel_pass_flux(it, guessed ? CUPEL_OF_FIELD : loaded ? CUPEL_OF_MEAN : CUPEL_OF_PRESTRESS, mean, &work, d->flux, err));
    d->start = d->energy = loaded ? d->flux[c->component[load]] * c->factor[load] : 0;
    if (guessed) {
        d->energy += work;
        d->start = fmax(d->energy, uniform_energy(c, load));
    }
    CUPEL_TRY(cupel_pass_green(it, 0, true, rz, err));
    if (guessed && !(*rz < NEAR * d->energy)) {
        w->guess = NULL; /* for the loads to come as well */
        for (size_t f = 0; f < c->fields && it->u[f]; f++) memset(it->u[f], 0, it->size * sizeof *it->u[f]);
        return begin(w, load, d, rz, err);
    }
done:
    return st;
}

static cupel_status descend(solve *w, size_t load, descent *d, cupel_err *err)
{
    cupel_iteration *it = &w->it;
    const cupel_cell *c = &w->s->cell;
    cupel_status st = CUPEL_OK;
    double none[6] = {0}, flux[6], work, rz = 0, before = 0, least = HUGE_VAL, alpha = 0; /* of the last step, not yet in r and u */
    CUPEL_TRY(begin(w, load, d, &rz, err));
    for (;;) {
        CUPEL_TRY(say_where(w, load, d, err));
        if (d->iterations) CUPEL_TRY(cupel_pass_green(it, alpha, false, &rz, err));
        if (!isfinite(rz))
            return cupel_fail(err, CUPEL_FAILED, "the solver left the range of numbers: properties of phases are too far apart or too large");
        least = fmin(least, rz);
        d->settled = rz <= 1e-14 * fabs(d->energy) || grows(d, rz, least);
        if (d->settled) break;
        CUPEL_TRY(cupel_pass_direction(it, alpha, d->iterations ? rz / before : 0, err));
        alpha = 0;
        CUPEL_TRY(cupel_pass_flux(it, CUPEL_OF_FIELD, none, &work, flux, err));
        d->settled = !(work > 0); /* rounding is all there is */
        if (d->settled) break;
        alpha = rz / work;
        take_step(d, alpha * rz, flux, alpha, c->fluxes);
        if ((load < c->order && d->energy < UNSEEN * d->start) || is_good(w, load, d)) break;
        before = rz;
    }
    CUPEL_TRY(cupel_pass_keep(it, alpha, err));
done:
    return st;
}

/* What is left is expected to go: half of the bound's width is saved. */
static void put_row(solve *w, size_t load, const descent *d)
{
    cupel_solution *s = w->s;
    const size_t n = s->cell.order;
    double *row = s->tensor + load * n, *error = s->error + load * n;
    const double bound = row_errors(w, load, d, error);
    row_of(w, load, d, row);
    row[load] -= energy_left(d);
    w->budget.least = load ? fmin(w->budget.least, square(n, row)) : square(n, row);
    w->budget.known += square(n, row);
    w->budget.spent += bound * bound;
    w->budget.left--;
    for (size_t m = 0; m < n; m++) error[m] += rounding * d->start;
    s->iterations += d->iterations;
}

static void put_eigenstress(cupel_solution *s, const descent *d)
{
    for (size_t m = 0; m < s->cell.order; m++) s->eigenstress[m] = s->cell.factor[m] * d->flux[s->cell.component[m]];
    s->iterations += d->iterations;
}

/* Off the diagonal: the mean of two fluxes; with kept fields a(w_i, w_j), whose error is bounded by those of the two energies (Cauchy, Schwarz). */
static cupel_status symmetrise(solve *w, cupel_err *err)
{
    cupel_solution *s = w->s;
    const size_t n = s->cell.order;
    double paired[CUPEL_ORDER_MAX * CUPEL_ORDER_MAX];
    cupel_status st = w->o->keep_fields ? cupel_pair_fields(s, &s->cell, w->it.job, paired, err) : CUPEL_OK;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            const size_t ij = i * n + j, ji = j * n + i;
            s->tensor[ij] = s->tensor[ji] = w->o->keep_fields ? paired[ij] : 0.5 * (s->tensor[ij] + s->tensor[ji]);
            s->error[ij] = s->error[ji] =
                w->o->keep_fields ? sqrt(2 * s->error[i * n + i] * 2 * s->error[j * n + j]) : 0.5 * (s->error[ij] + s->error[ji]);
        }
    return st;
}

/* Fields of a load, which the iteration adds to. */
static cupel_status keep_fields(solve *w, size_t load, cupel_err *err)
{
    cupel_solution *s = w->s;
    if (load == s->cell.order) {
        memset(w->it.u, 0, sizeof w->it.u);
        return CUPEL_OK;
    }
    cupel_status st = cupel_memory_check(cupel_mul(w->it.size, s->cell.fields * sizeof(float)), "the fields of a load", err);
    for (size_t f = 0; st == CUPEL_OK && f < s->cell.fields; f++) {
        w->it.u[f] = s->u[load][f] = cupel_alloc_aligned(w->it.size, sizeof **s->u[load]);
        if (!s->u[load][f]) st = cupel_no_memory(err, "the fields of a load", w->it.size * sizeof **s->u[load]);
    }
    return st;
}

static void close_fields(solve *w, size_t load)
{
    const cupel_cell *c = &w->s->cell;
    for (size_t f = 0; f < c->fields && load < c->order; f++)
        for (size_t r = 0; r < c->n[0] * c->n[1]; r++) w->it.u[f][r * w->it.pitch + c->n[2]] = w->it.u[f][r * w->it.pitch];
}

static cupel_status solve_loads(solve *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_solution *s = w->s;
    const cupel_cell *c = &s->cell;
    for (size_t load = 0; load < c->order + (c->prestress ? 1 : 0); load++) {
        descent d = {0};
        if (w->o->keep_fields) CUPEL_TRY(keep_fields(w, load, err));
        CUPEL_TRY(descend(w, load, &d, err));
        if (w->o->keep_fields) close_fields(w, load);
        if (load < c->order)
            put_row(w, load, &d);
        else
            put_eigenstress(s, &d);
    }
    CUPEL_TRY(symmetrise(w, err));
done:
    return st;
}

cupel_status cupel_solve(const cupel_mixture *m, const cupel_material *materials, const cupel_solve_options *o, const cupel_job *job,
                         cupel_solution **s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    solve w = {.o = o, .most = o->max_iterations ? o->max_iterations : DEFAULT_ITERATIONS};
    *s = NULL;
    w.s = cupel_alloc(1, sizeof *w.s);
    if (!w.s) return cupel_no_memory(err, "a solution", sizeof *w.s);
    CUPEL_TRY(cupel_cell_init(m, materials, o, &w.s->cell, err));
    CUPEL_TRY(cupel_iteration_init(&w.s->cell, job, &w.it, err));
    w.budget.left = w.s->cell.order;
    w.guess = o->guess && cupel_guess_fits(&w.s->cell, o->guess) ? o->guess : NULL;
    w.s->pitch = w.it.pitch;
    w.s->k = w.it.k;
    const double start = cupel_now();
    CUPEL_TRY(solve_loads(&w, err));
    w.s->seconds = cupel_now() - start;
    *s = w.s;
    w.s = NULL;
done:
    cupel_iteration_release(&w.it);
    cupel_solution_free(w.s);
    return st;
}

void cupel_solution_free(cupel_solution *s)
{
    if (!s) return;
    for (size_t l = 0; l < CUPEL_ORDER_MAX; l++)
        for (size_t f = 0; f < 3; f++) cupel_free(s->u[l][f]);
    cupel_cell_release(&s->cell);
    cupel_free(s);
}

size_t cupel_solution_order(const cupel_solution *s) { return s->cell.order; }

const double *cupel_solution_tensor(const cupel_solution *s) { return s->tensor; }

const double *cupel_solution_error(const cupel_solution *s) { return s->error; }

double cupel_solution_blend(const cupel_solution *s) { return (double)s->cell.rule.blend; }

size_t cupel_solution_iterations(const cupel_solution *s) { return s->iterations; }

const double *cupel_solution_eigenstress(const cupel_solution *s) { return s->cell.prestress ? s->eigenstress : NULL; }

double cupel_solution_seconds(const cupel_solution *s) { return s->seconds; }

double cupel_solve_bytes(cupel_physics physics, const size_t n[3], bool keep_fields)
{
    const double fields = physics == CUPEL_CONDUCTION ? 1 : 3, loads = !keep_fields ? 0 : physics == CUPEL_CONDUCTION ? 3 : 6;
    const double row = (double)((n[2] / 2 + 1) * 2 + 7) / 8;
    return 4 * fields * (3 + loads) * (double)n[0] * (double)n[1] * 8 * floor(row);
}
