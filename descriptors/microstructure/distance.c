#include "descriptors/microstructure/distance.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
#include "core/sys/par.h"
#include "descriptors/microstructure/units.h"

#include <math.h>
#include <string.h>

enum { STRIP = 16 }; /* columns that are copied into lines at once */

typedef struct line { /* scratch of a worker for one line of up to n voxels */
    size_t *at;       /* [2 n + 4] in the envelope: places, counted from `from` */
    double *height;   /* [2 n + 4] */
    double *until;    /* [2 n + 4] where the next parabola is lower */
    float *f;         /* [STRIP][n] */
    uint16_t *id;     /* [STRIP][n] */
    float *turned_f;  /* [n] */
    uint16_t *turned_id;
} line;

typedef struct mapper {
    cupel_grid grid;
    const cupel_voxels *v;
    const cupel_job *job;
    float *square;
    double weight[3];
    line *line; /* [threads] */
} mapper;

void cupel_distance_weights(const cupel_grid *g, double weight[3])
{
    double least = INFINITY;
    for (size_t a = g->first; a < 3; a++) least = fmin(least, g->size[a]);
    for (size_t a = 0; a < 3; a++) weight[a] = g->size[a] / least * (g->size[a] / least);
}

/* ---- one line ---- */

/* Envelope of parabolas height + weight (x - at)^2, added from left to right; `at` and x are counted from one place further left. */
typedef struct envelope {
    line *l;
    double weight;
    size_t n;
} envelope;

static void envelope_add(envelope *e, size_t at, double height)
{
    line *l = e->l;
    while (e->n) {
        const size_t last = e->n - 1;
        const double a = (double)l->at[last], b = (double)at;
        const double meet = (a + b + (height - l->height[last]) / (e->weight * (b - a))) / 2;
        if (last == 0 || meet > l->until[last - 1]) {
            l->until[last] = meet;
            break;
        }
        e->n--;
    }
    l->at[e->n] = at;
    l->height[e->n] = height;
    l->until[e->n] = INFINITY;
    e->n++;
}

/* f[x - from] of the places from .. to - 1. */
static void envelope_read(const envelope *e, size_t from, size_t to, float *f)
{
    const line *l = e->l;
    size_t p = 0;
    for (size_t x = from; x < to; x++) {
        while (l->until[p] < (double)x) p++;
        const double d = (double)x - (double)l->at[p];
        f[x - from] = (float)(l->height[p] + e->weight * d * d);
    }
}

/* The stretch begin .. end - 1 of one phase; before and after: whether another phase is there. */
static void stretch(line *l, double weight, float *f, size_t begin, size_t end, bool before, bool after)
{
    envelope e = {l, weight, 0};
    if (before) envelope_add(&e, begin, 0);
    for (size_t x = begin; x < end; x++)
        if (f[x] < INFINITY) envelope_add(&e, x + 1, (double)f[x]);
    if (after) envelope_add(&e, end + 1, 0);
    if (e.n) envelope_read(&e, begin + 1, end + 1, f + begin);
}

/* A line of one phase that closes on itself: what is less than half a period away decides. */
static void ring(line *l, double weight, float *f, size_t n)
{
    const size_t more = n / 2;
    envelope e = {l, weight, 0};
    for (size_t x = 0; x < n + 2 * more; x++) {
        const float h = f[(x + n - more) % n];
        if (h < INFINITY) envelope_add(&e, x, (double)h);
    }
    if (e.n) envelope_read(&e, more, more + n, f);
}

static void open_line(line *l, double weight, float *f, const uint16_t *id, size_t n, bool before, bool after)
{
    for (size_t begin = 0, end; begin < n; begin = end) {
        for (end = begin + 1; end < n && id[end] == id[begin];) end++;
        stretch(l, weight, f, begin, end, begin > 0 || before, end < n || after);
    }
}

/* f becomes min over x' of f(x') + weight (x - x')^2, other phases being at 0. */
static void transform(line *l, double weight, float *f, const uint16_t *id, size_t n, bool wraps)
{
    size_t cut = 0;
    if (wraps)
        for (cut = n - 1; cut > 0 && id[cut] == id[cut - 1];) cut--;
    if (!wraps) {
        open_line(l, weight, f, id, n, false, false);
    } else if (cut == 0 && id[0] == id[n - 1]) {
        ring(l, weight, f, n);
    } else { /* turned so that it begins with a new phase */
        memcpy(l->turned_f, f + cut, (n - cut) * sizeof *f);
        memcpy(l->turned_f + n - cut, f, cut * sizeof *f);
        memcpy(l->turned_id, id + cut, (n - cut) * sizeof *id);
        memcpy(l->turned_id + n - cut, id, cut * sizeof *id);
        open_line(l, weight, l->turned_f, l->turned_id, n, true, true);
        memcpy(f + cut, l->turned_f, (n - cut) * sizeof *f);
        memcpy(f, l->turned_f + n - cut, cut * sizeof *f);
    }
}

/* ---- all lines along an axis ---- */

/* Columns k .. k + width - 1 of n rows that are `step` voxels apart. */
static void columns(mapper *m, line *l, int axis, size_t origin, size_t step, size_t n, size_t width)
{
    for (size_t x = 0; x < n; x++)
        for (size_t c = 0; c < width; c++) {
            l->f[c * n + x] = m->square[origin + x * step + c];
            l->id[c * n + x] = m->v->id[origin + x * step + c];
        }
    for (size_t c = 0; c < width; c++) transform(l, m->weight[axis], l->f + c * n, l->id + c * n, n, m->grid.wraps[axis]);
    for (size_t x = 0; x < n; x++)
        for (size_t c = 0; c < width; c++) m->square[origin + x * step + c] = l->f[c * n + x];
}

static cupel_status plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    mapper *m = user;
    const size_t n1 = m->grid.n[1], n2 = m->grid.n[2];
    if (cupel_stopped(m->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while measuring distances");
    for (size_t j = 0; j < n1; j++) {
        float *f = m->square + (i * n1 + j) * n2;
        for (size_t k = 0; k < n2; k++) f[k] = INFINITY;
        transform(&m->line[worker], m->weight[2], f, m->v->id + (i * n1 + j) * n2, n2, m->grid.wraps[2]);
    }
    for (size_t k = 0; k < n2; k += STRIP) columns(m, &m->line[worker], 1, i * n1 * n2 + k, n2, n1, n2 - k < STRIP ? n2 - k : STRIP);
    return CUPEL_OK;
}

static cupel_status across(void *user, size_t j, size_t worker, cupel_err *err)
{
    mapper *m = user;
    const size_t n1 = m->grid.n[1], n2 = m->grid.n[2];
    if (cupel_stopped(m->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while measuring distances");
    for (size_t k = 0; k < n2; k += STRIP) columns(m, &m->line[worker], 0, j * n2 + k, n1 * n2, m->grid.n[0], n2 - k < STRIP ? n2 - k : STRIP);
    return CUPEL_OK;
}

static bool line_new(line *l, size_t n)
{
    l->at = cupel_alloc(2 * n + 4, sizeof *l->at);
    l->height = cupel_alloc(2 * n + 4, sizeof *l->height);
    l->until = cupel_alloc(2 * n + 4, sizeof *l->until);
    l->f = cupel_alloc(cupel_mul(STRIP, n), sizeof *l->f);
    l->id = cupel_alloc(cupel_mul(STRIP, n), sizeof *l->id);
    l->turned_f = cupel_alloc(n, sizeof *l->turned_f);
    l->turned_id = cupel_alloc(n, sizeof *l->turned_id);
    return l->at && l->height && l->until && l->f && l->id && l->turned_f && l->turned_id;
}

static void line_release(line *l)
{
    cupel_free(l->at);
    cupel_free(l->height);
    cupel_free(l->until);
    cupel_free(l->f);
    cupel_free(l->id);
    cupel_free(l->turned_f);
    cupel_free(l->turned_id);
}

cupel_status cupel_distance_map(const cupel_voxels *v, const cupel_job *job, float *square, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    mapper m = {.grid = cupel_grid_of(v), .v = v, .job = job, .square = square};
    size_t longest = 0;
    for (int a = 0; a < 3; a++)
        if (m.grid.n[a] > longest) longest = m.grid.n[a];
    cupel_distance_weights(&m.grid, m.weight);
    m.line = cupel_alloc(job->threads, sizeof *m.line);
    if (!m.line) CUPEL_TRY(cupel_no_memory(err, "a distance map", 0));
    for (size_t t = 0; t < job->threads; t++)
        if (!line_new(&m.line[t], longest)) CUPEL_TRY(cupel_no_memory(err, "a distance map", 0));
    CUPEL_TRY(cupel_par_for(job->threads, m.grid.n[0], plane, &m, err));
    if (v->dim == 3) CUPEL_TRY(cupel_par_for(job->threads, m.grid.n[1], across, &m, err));
done:
    for (size_t t = 0; m.line && t < job->threads; t++) line_release(&m.line[t]);
    cupel_free(m.line);
    return st;
}

/* ---- sums ---- */

typedef struct sizes {
    size_t n_phases;
    double *mean, *deviation, *greatest; /* [n_phases] in shortest edges; INFINITY where the map is */
    double *voxels;
    size_t *first;                       /* [n_phases + 1] where the curve of a phase begins */
    double *above, *x;                   /* [first[n_phases]] above[first[p] + t]: share of phase p above t edges; the last is 0 */
} sizes;

static size_t edges_below(double d) { return (size_t)(ceil(d) - 1); } /* d > 0 */

static void sum_up(const cupel_voxels *v, const float *square, sizes *s)
{
    const size_t count = cupel_voxels_count(v);
    for (size_t i = 0; i < count; i++) {
        const double d = sqrt((double)square[i]);
        const size_t p = v->id[i];
        s->voxels[p]++;
        s->mean[p] += d;
        s->deviation[p] += (double)square[i];
        if (d > s->greatest[p]) s->greatest[p] = d;
    }
    for (size_t p = 0; p < s->n_phases; p++) {
        const double mean = s->mean[p] / s->voxels[p], variance = s->deviation[p] / s->voxels[p] - mean * mean;
        s->mean[p] = mean;
        s->deviation[p] = variance > 0 ? sqrt(variance) : 0;
        s->first[p + 1] = s->first[p] + (isinf(s->greatest[p]) ? 0 : edges_below(s->greatest[p]) + 2);
    }
}

static void count_above(const cupel_voxels *v, const float *square, sizes *s)
{
    const size_t count = cupel_voxels_count(v);
    for (size_t i = 0; i < count; i++)
        if (square[i] < INFINITY) s->above[s->first[v->id[i]] + edges_below(sqrt((double)square[i]))]++;
    for (size_t p = 0; p < s->n_phases; p++) {
        double sum = 0;
        for (size_t t = s->first[p + 1]; t-- > s->first[p];) {
            sum += s->above[t];
            s->above[t] = sum / s->voxels[p];
        }
    }
}

static void add_phase(const sizes *s, size_t p, double unit_length, const char *unit, const cupel_sizes *names, cupel_quantities *q)
{
    static const char *const why = "there is no other phase";
    const cupel_of of = cupel_of_phase(p);
    const size_t first = s->first[p], n = s->first[p + 1] - first;
    if (isinf(s->greatest[p])) {
        cupel_quantities_add_none(q, names->mean, unit, of, why);
        cupel_quantities_add_none(q, names->deviation, unit, of, why);
        cupel_quantities_add_none(q, names->maximum, unit, of, why);
        return;
    }
    cupel_quantities_add(q, names->mean, unit, of, s->mean[p] * unit_length);
    cupel_quantities_add(q, names->deviation, unit, of, s->deviation[p] * unit_length);
    cupel_quantities_add(q, names->maximum, unit, of, s->greatest[p] * unit_length);
    for (size_t t = 0; t < n; t++) s->x[first + t] = (double)t * unit_length;
    cupel_quantities_add_curve(q, names->share, "", names->size, unit, of, n, s->x + first, s->above + first);
}

static cupel_status add_sizes(const cupel_sizes *names, const cupel_voxels *v, const float *square, cupel_quantities *q, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const double edge = fmin(fmin(v->size[0], v->size[1]), v->dim == 3 ? v->size[2] : INFINITY);
    sizes s = {.n_phases = v->n_phases};
    s.mean = cupel_alloc(v->n_phases, sizeof *s.mean);
    s.deviation = cupel_alloc(v->n_phases, sizeof *s.deviation);
    s.greatest = cupel_alloc(v->n_phases, sizeof *s.greatest);
    s.voxels = cupel_alloc(v->n_phases, sizeof *s.voxels);
    s.first = cupel_alloc(v->n_phases + 1, sizeof *s.first);
    if (!s.mean || !s.deviation || !s.greatest || !s.voxels || !s.first) CUPEL_TRY(cupel_no_memory(err, "a distribution of sizes", 0));
    sum_up(v, square, &s);
    s.above = cupel_alloc(s.first[v->n_phases], sizeof *s.above);
    s.x = cupel_alloc(s.first[v->n_phases], sizeof *s.x);
    if (!s.above || !s.x) CUPEL_TRY(cupel_no_memory(err, "a distribution of sizes", 0));
    count_above(v, square, &s);
    for (size_t p = 0; p < v->n_phases; p++) add_phase(&s, p, names->scale * edge, cupel_length_unit(v, 1), names, q);
done:
    cupel_free(s.mean);
    cupel_free(s.deviation);
    cupel_free(s.greatest);
    cupel_free(s.voxels);
    cupel_free(s.first);
    cupel_free(s.above);
    cupel_free(s.x);
    return st;
}

cupel_status cupel_sizes_compute(const cupel_sizes *s, const cupel_voxels *v, const cupel_job *job, cupel_quantities *q, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t count = cupel_voxels_count(v), bytes = cupel_mul(count, sizeof(float));
    float *square = NULL;
    CUPEL_TRY(cupel_memory_check(bytes, s->what, err));
    square = cupel_alloc_aligned(count, sizeof *square);
    if (!square) CUPEL_TRY(cupel_no_memory(err, s->what, bytes));
    CUPEL_TRY(cupel_distance_map(v, job, square, err));
    if (s->map) CUPEL_TRY(s->map(v, job, square, err));
    CUPEL_TRY(add_sizes(s, v, square, q, err));
done:
    cupel_free(square);
    return st;
}
