#include "models/homogenize/solver.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
#include "models/homogenize/solver_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MEMORY = 4, DEFAULT_ITERATIONS = 10000 };

/* One load: what the energy has lost so far, and by how much in the last iterations. */
typedef struct descent {
    double energy, flux[6];  /* of the field so far */
    double scale;            /* against which errors are measured: the energy, without a mean gradient what was lost */
    double lost[MEMORY];     /* in the last iterations, the latest first */
    size_t iterations;
    bool settled;            /* nothing is left but rounding */
} descent;

/* Energy decreases by alpha <r, z> in an iteration (Hestenes, Stiefel 1952): what is left is the sum of the decreases to come, and they fall like a
 * geometric series on the whole. */
static double still_to_lose(const descent *d)
{
    if (d->iterations < 2) return d->scale;
    const size_t back = d->iterations < MEMORY ? d->iterations - 1 : MEMORY - 1;
    const double ratio = pow(d->lost[0] / d->lost[back], 1 / (double)back), q = ratio < 0.1 ? 0.1 : ratio > 0.95 ? 0.95 : ratio;
    return 2 * d->lost[0] * q / (1 - q);
}

static void take_step(descent *d, double lost, const double *flux, double alpha, size_t fluxes)
{
    memmove(d->lost + 1, d->lost, (MEMORY - 1) * sizeof *d->lost);
    d->lost[0] = lost;
    d->energy -= lost;
    for (size_t c = 0; c < fluxes; c++) d->flux[c] += alpha * flux[c];
    d->iterations++;
}

typedef struct solve {
    cupel_iteration it;
    const cupel_solve_options *o;
    cupel_solution *s;
    size_t most;
} solve;

static cupel_status say_where(const solve *w, size_t load, const descent *d, cupel_err *err)
{
    char stage[64];
    snprintf(stage, sizeof stage, "load %zu of %zu", load + 1, w->s->cell.order);
    cupel_progress(w->it.job, stage, d->iterations, 0);
    if (cupel_stopped(w->it.job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped in iteration %zu of load %zu", d->iterations, load + 1);
    if (w->s->iterations + d->iterations >= w->most)
        return cupel_fail(err, CUPEL_FAILED, "the solver has not converged after %zu iterations (load %zu of %zu)", w->most, load + 1, w->s->cell.order);
    return CUPEL_OK;
}

/* load = order: the phases' own strains. */
static cupel_status descend(solve *w, size_t load, double accuracy, descent *d, cupel_err *err)
{
    cupel_iteration *it = &w->it;
    const cupel_cell *c = &w->s->cell;
    cupel_status st = CUPEL_OK;
    double mean[6] = {0}, none[6] = {0}, flux[6], work, rz = 0, before = 0;
    if (load < c->order) mean[c->component[load]] = c->factor[load];
    CUPEL_TRY(cupel_pass_flux(it, load < c->order ? CUPEL_OF_MEAN : CUPEL_OF_PRESTRESS, mean, &work, d->flux, err));
    d->energy = load < c->order ? d->flux[c->component[load]] * c->factor[load] : 0;
    d->scale = d->energy;
    CUPEL_TRY(cupel_pass_residual(it, 1, true, err));
    for (;;) {
        CUPEL_TRY(say_where(w, load, d, err));
        CUPEL_TRY(cupel_pass_green(it, &rz, err));
        if (!isfinite(rz)) return cupel_fail(err, CUPEL_FAILED, "the solver left the range of numbers: properties of phases are too far apart or too large");
        if (rz <= 1e-14 * d->scale) {
            d->settled = true; /* <r, z> bounds what is left, up to the contrast */
            break;
        }
        CUPEL_TRY(cupel_pass_direction(it, d->iterations ? rz / before : 0, err));
        CUPEL_TRY(cupel_pass_flux(it, CUPEL_OF_FIELD, none, &work, flux, err));
        if (!(work > 0)) break; /* rounding is all that is left */
        take_step(d, rz * rz / work, flux, rz / work, c->fluxes);
        d->scale = load < c->order ? d->energy : -d->energy;
        if (still_to_lose(d) <= accuracy * d->scale) break;
        before = rz;
        CUPEL_TRY(cupel_pass_residual(it, rz / work, false, err));
    }
done:
    return st;
}

static void put_row(cupel_solution *s, size_t load, const descent *d)
{
    const cupel_cell *c = &s->cell;
    for (size_t m = 0; m < c->order; m++) s->tensor[load * c->order + m] = c->factor[m] * d->flux[c->component[m]];
    s->tensor[load * c->order + load] = d->energy;
    s->error[load * c->order + load] = d->iterations && !d->settled ? still_to_lose(d) : 1e-6 * d->energy;
    s->load_iterations[load] = d->iterations;
    s->iterations += d->iterations;
}

static void symmetrise(cupel_solution *s)
{
    const size_t n = s->cell.order;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            s->tensor[i * n + j] = s->tensor[j * n + i] = 0.5 * (s->tensor[i * n + j] + s->tensor[j * n + i]);
            s->error[i * n + j] = s->error[j * n + i] = sqrt(s->error[i * n + i] * s->error[j * n + j]);
        }
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
        CUPEL_TRY(descend(w, load, w->o->accuracy, &d, err));
        if (w->o->keep_fields) close_fields(w, load);
        if (load < c->order)
            put_row(s, load, &d);
        else
            for (size_t m = 0; m < c->order; m++) s->eigenstress[m] = c->factor[m] * d.flux[c->component[m]];
    }
    symmetrise(s);
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

size_t cupel_solution_iterations(const cupel_solution *s) { return s->iterations; }

const size_t *cupel_solution_load_iterations(const cupel_solution *s) { return s->load_iterations; }

const double *cupel_solution_eigenstress(const cupel_solution *s) { return s->cell.prestress ? s->eigenstress : NULL; }

double cupel_solution_seconds(const cupel_solution *s) { return s->seconds; }
