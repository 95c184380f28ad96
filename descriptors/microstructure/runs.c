#include "descriptors/microstructure/runs.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/par.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 4096, FOUR = 4 }; /* lines side by side at a time, so that their state stays in the first cache; voxels compared at once */

typedef struct worker_state {
    uint64_t *complete, *open;  /* of the axis at work, [n_phases][length + 1] */
    uint32_t *start, *first;    /* [WIDTH] where the run began; where the first change was, 0: not yet */
} worker_state;

typedef struct sweep {
    const cupel_voxels *v;
    const cupel_job *job;
    const cupel_runs *r;
    size_t n;                   /* voxels of a line */
    size_t step;                /* from one voxel of a line to the next */
    size_t span, n_spans;       /* lines side by side begin at span_index * span_step .. + span - 1 */
    size_t span_step;
    worker_state *w;
} sweep;

static void count(const sweep *s, uint64_t *counts, uint16_t id, size_t length) { counts[(s->r->together ? 0 : id) * (s->n + 1) + length]++; }

static bool four_alike(const uint16_t *a, const uint16_t *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x == y;
}

/* The phase changes at voxel t; `id` is what was before. */
static void change(const sweep *s, worker_state *w, size_t line, size_t t, uint16_t id)
{
    if (w->first[line])
        count(s, w->complete, id, t - w->start[line]);
    else
        w->first[line] = (uint32_t)t;
    w->start[line] = (uint32_t)t;
}

/* A line has been seen to its end: what lies at both ends. */
static void finish(const sweep *s, worker_state *w, size_t line, uint16_t begin, uint16_t end)
{
    const size_t first = w->first[line], last = s->n - w->start[line];
    if (first == 0) {
        count(s, w->open, begin, s->n);
    } else if (s->v->periodic && begin == end) {
        count(s, w->complete, begin, first + last);
    } else {
        uint64_t *counts = s->v->periodic ? w->complete : w->open;
        count(s, counts, begin, first);
        count(s, counts, end, last);
    }
}

/* Lines side by side, one voxel of each after the other: memory is read in its order. */
static void sweep_across(const sweep *s, worker_state *w, const uint16_t *base, size_t width)
{
    memset(w->start, 0, width * sizeof *w->start);
    memset(w->first, 0, width * sizeof *w->first);
    for (size_t t = 1; t < s->n; t++) {
        const uint16_t *now = base + t * s->step, *before = now - s->step;
        for (size_t k = 0; k < width;) {
            if (k + FOUR <= width && four_alike(now + k, before + k)) {
                k += FOUR;
                continue;
            }
            const size_t end = k + FOUR < width ? k + FOUR : width;
            for (; k < end; k++)
                if (now[k] != before[k]) change(s, w, k, t, before[k]);
        }
    }
    const uint16_t *last = base + (s->n - 1) * s->step;
    for (size_t k = 0; k < width; k++) finish(s, w, k, base[k], last[k]);
}

/* One line whose voxels follow each other in memory. */
static void sweep_along(const sweep *s, worker_state *w, const uint16_t *line)
{
    w->start[0] = w->first[0] = 0;
    for (size_t t = 1; t < s->n;) {
        if (t + FOUR <= s->n && four_alike(line + t, line + t - 1)) {
            t += FOUR;
            continue;
        }
        const size_t end = t + FOUR < s->n ? t + FOUR : s->n;
        for (; t < end; t++)
            if (line[t] != line[t - 1]) change(s, w, 0, t, line[t - 1]);
    }
    finish(s, w, 0, line[0], line[s->n - 1]);
}

static cupel_status sweep_item(void *user, size_t item, size_t worker, cupel_err *err)
{
    const sweep *s = user;
    worker_state *w = &s->w[worker];
    const size_t per_span = (s->span + WIDTH - 1) / WIDTH, from = item % per_span * WIDTH, width = s->span - from < WIDTH ? s->span - from : WIDTH;
    const uint16_t *base = s->v->id + item / per_span * s->span_step;
    if (cupel_stopped(s->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while following lines of voxels");
    if (s->step > 1)
        sweep_across(s, w, base + from, width);
    else
        for (size_t line = from; line < from + width; line++) sweep_along(s, w, base + line * s->n);
    return CUPEL_OK;
}

static void lay_out(sweep *s, const cupel_voxels *v, int axis)
{
    s->n = v->n[axis];
    s->step = (axis < 1 ? v->n[1] : 1) * (axis < 2 ? v->n[2] : 1);
    s->span = axis == v->dim - 1 ? cupel_voxels_count(v) / s->n : s->step;
    s->n_spans = cupel_voxels_count(v) / s->n / s->span;
    s->span_step = s->n * s->step;
}

static cupel_status make_workers(sweep *s, size_t n, int axis, const cupel_runs *r, cupel_err *err)
{
    const size_t cells = r->n_phases * (s->n + 1);
    s->w = cupel_alloc(n, sizeof *s->w);
    for (size_t t = 0; s->w && t < n; t++) {
        worker_state *w = &s->w[t];
        w->complete = t ? cupel_alloc(cells, sizeof *w->complete) : r->complete[axis];
        w->open = t ? cupel_alloc(cells, sizeof *w->open) : r->open[axis];
        w->start = cupel_alloc(WIDTH, sizeof *w->start);
        w->first = cupel_alloc(WIDTH, sizeof *w->first);
        if (!w->complete || !w->open || !w->start || !w->first) return cupel_no_memory(err, "counts of runs", cells * sizeof *w->open);
    }
    return s->w ? CUPEL_OK : cupel_no_memory(err, "counts of runs", 0);
}

static cupel_status count_axis(const cupel_voxels *v, int axis, const cupel_job *job, cupel_runs *r, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    sweep s = {.v = v, .job = job, .r = r};
    lay_out(&s, v, axis);
    const size_t items = s.n_spans * ((s.span + WIDTH - 1) / WIDTH), workers = job->threads < items ? job->threads : items;
    const size_t cells = r->n_phases * (s.n + 1);
    if (s.n > UINT32_MAX) return cupel_fail(err, CUPEL_BAD_INPUT, "lines of %zu voxels are too long for counts of runs", s.n);
    r->length[axis] = s.n;
    r->lines[axis] = s.span * s.n_spans;
    r->complete[axis] = cupel_alloc(cells, sizeof(uint64_t));
    r->open[axis] = cupel_alloc(cells, sizeof(uint64_t));
    if (!r->complete[axis] || !r->open[axis]) return cupel_no_memory(err, "counts of runs", cells * sizeof(uint64_t));
    CUPEL_TRY(make_workers(&s, workers, axis, r, err));
    CUPEL_TRY(cupel_par_for(workers, items, sweep_item, &s, err));
    for (size_t t = 1; t < workers; t++)
        for (size_t i = 0; i < cells; i++) {
            r->complete[axis][i] += s.w[t].complete[i];
            r->open[axis][i] += s.w[t].open[i];
        }
done:
    for (size_t t = 0; s.w && t < workers; t++) {
        if (t) cupel_free(s.w[t].complete), cupel_free(s.w[t].open);
        cupel_free(s.w[t].start);
        cupel_free(s.w[t].first);
    }
    cupel_free(s.w);
    return st;
}

cupel_status cupel_runs_count(const cupel_voxels *v, const cupel_job *job, cupel_runs *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_runs r = {.together = v->n_phases > CUPEL_RUN_PHASES};
    r.n_phases = r.together ? 1 : v->n_phases;
    for (int axis = 0; axis < v->dim; axis++) CUPEL_TRY(count_axis(v, axis, job, &r, err));
    *out = r;
    r = (cupel_runs){0};
done:
    cupel_runs_release(&r);
    return st;
}

void cupel_runs_release(cupel_runs *r)
{
    for (int a = 0; a < 3; a++) {
        cupel_free(r->complete[a]);
        cupel_free(r->open[a]);
    }
    *r = (cupel_runs){0};
}

bool cupel_runs_alike(const cupel_voxels *v)
{
    for (int a = 1; a < v->dim; a++)
        if (fabs(v->size[a] - v->size[0]) > 1e-9 * v->size[0]) return false;
    return true;
}
