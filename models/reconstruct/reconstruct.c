#include "models/reconstruct/parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "models/reconstruct/descent.h"

#include <math.h>

/* The usual work on 64^3 voxels. Smaller grids are cheaper and harder: they get more, up to so many times. */
static const double DELTA = 0.1, USUAL = 64 * 64 * 64;
static const struct work {
    double steps, power, most;
} descent = {140, 0.5, 4}, swaps = {200, 1, 20};
static const double FOR_DESCENT = 0.75; /* of a limited time */

typedef struct run {
    const cupel_reconstruct_options *o;
    const cupel_job *job;
    cupel_misfit *m;
    double begun, limit;          /* limit: seconds; 0: none */
    size_t done, total, left;     /* iterations; left: of the swaps */
    cupel_reconstructed *out;
} run;

static cupel_status eval(void *user, const float *x, double *f, float *g, cupel_err *err)
{
    run *r = user;
    return cupel_misfit_soft(r->m, x, DELTA, f, g, err);
}

static bool go_on(void *user, double f)
{
    (void)f;
    run *r = user;
    cupel_progress(r->job, "reconstructing", r->done, r->total);
    if (cupel_stopped(r->job) || (r->limit > 0 && cupel_now() - r->begun > r->limit)) {
        r->out->stopped = true;
        return false;
    }
    r->done++;
    return true;
}

static bool go_on_descending(void *user, double f)
{
    run *r = user;
    const bool more = go_on(r, f);
    r->out->iterations += more;
    return more;
}

static bool go_on_swapping(void *user, double f)
{
    run *r = user;
    if (!r->left) return false;
    r->left--;
    return go_on(r, f);
}

static size_t steps_of(const struct work *w, double voxels, double effort)
{
    const double more = fmin(fmax(pow(USUAL / voxels, w->power), 1), w->most);
    return (size_t)fmax(1, w->steps * more * effort + 0.5);
}

static cupel_status descend(run *r, size_t iterations, float *q, cupel_err *err)
{
    cupel_descent *d = NULL;
    double f;
    const cupel_descent_problem p = {cupel_misfit_size(r->m), r, eval, go_on_descending};
    cupel_status st = cupel_descent_new(p.n, r->job, &d, err);
    if (st == CUPEL_OK) st = cupel_descent_run(d, &p, iterations, q, &f, err);
    r->done = iterations;
    cupel_descent_free(d);
    return st;
}

cupel_status cupel_reconstruct_voxels(const cupel_reconstruct_target *t, const cupel_reconstruct_options *o, const cupel_job *job, unsigned char *one,
                                      cupel_reconstructed *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_misfit *m = NULL;
    float *q = NULL, *z = NULL, level;
    run r = {.o = o, .job = job, .begun = cupel_now(), .out = out};
    const double voxels = (double)t->n[0] * (double)t->n[1] * (double)t->n[2];
    const size_t iterations = steps_of(&descent, voxels, o->effort);
    *out = (cupel_reconstructed){0};
    CUPEL_TRY(cupel_misfit_new(t, job, &m, err));
    r.m = m;
    r.left = steps_of(&swaps, voxels, o->effort);
    r.total = iterations + r.left;
    q = cupel_alloc_aligned(cupel_misfit_size(m), sizeof *q);
    z = cupel_alloc_aligned(t->n[0] * t->n[1] * cupel_misfit_pitch(m), sizeof *z);
    if (!q || !z) CUPEL_TRY(cupel_no_memory(err, "a reconstruction", 0));
    CUPEL_TRY(cupel_reconstruct_start(t, m, o, q, z, err));
    r.limit = FOR_DESCENT * o->seconds;
    CUPEL_TRY(descend(&r, iterations, q, err));
    CUPEL_TRY(cupel_misfit_field(m, q, z, err));
    CUPEL_TRY(cupel_reconstruct_cut(t, z, cupel_misfit_pitch(m), one, &level, err));
    r.limit = o->seconds;
    CUPEL_TRY(cupel_reconstruct_swap(t, m, o, job, &(cupel_reconstruct_guard){go_on_swapping, &r}, one, &out->misfit, &out->swaps, err));
    cupel_progress(job, "reconstructing", r.total, r.total);
done:
    cupel_misfit_free(m);
    cupel_free(q);
    cupel_free(z);
    return st;
}
