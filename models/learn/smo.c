#include "models/learn/smo.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "models/learn/smo_parts.h"

#include <math.h>
#include <string.h>

enum { DEPTH = 4, ROUNDS = 20 };
static const double SHARE = 0.6;     /* a smaller matrix is made when so few of the variables can move */
static const float LEAST_CURVE = 1e-6F; /* of a pair: two rows that are alike */

/* The variables that are being moved: all, or those that shrinking left. */
typedef struct work {
    size_t n, ld;
    const float *matrix; /* [n][ld] */
    float *f;            /* [ld] K b */
    float *up, *down;    /* [ld] target -+ tube where b may rise or fall, else -+ infinity: b gains by rising when up > f, by falling when down < f */
    double *beta, *target, *low, *high; /* [n] */
    size_t *index;       /* [n] in the work above; NULL at the top */
    void *memory;
    float *own;          /* the matrix, when it is a copy */
} work;

typedef struct solver {
    const cupel_smo_task *task;
    const cupel_smo_kernels *k;
    double *sum;         /* [ld of the top] */
    size_t steps, most;
} solver;

static void work_release(work *w)
{
    cupel_free(w->memory);
    cupel_free(w->own);
    *w = (work){0};
}

static cupel_status work_make(size_t n, work *w, cupel_err *err)
{
    size_t ld = cupel_smo_padded(n);
    *w = (work){.n = n, .ld = ld};
    char *p = w->memory = cupel_alloc_aligned(ld, 3 * sizeof(float) + 4 * sizeof(double) + sizeof(size_t));
    if (!p) return cupel_no_memory(err, "variables of a support vector machine", cupel_mul(ld, 52));
    w->beta = (void *)p, p += ld * sizeof(double);
    w->target = (void *)p, p += ld * sizeof(double);
    w->low = (void *)p, p += ld * sizeof(double);
    w->high = (void *)p, p += ld * sizeof(double);
    w->index = (void *)p, p += ld * sizeof(size_t);
    w->f = (void *)p, p += ld * sizeof(float);
    w->up = (void *)p, p += ld * sizeof(float);
    w->down = (void *)p;
    for (size_t t = n; t < ld; t++) {
        w->up[t] = -INFINITY;
        w->down[t] = INFINITY;
    }
    return CUPEL_OK;
}

size_t cupel_smo_solve_bytes(size_t n)
{
    size_t copies = cupel_smo_matrix_bytes(n); /* SHARE^2 + SHARE^4 + ... < 0.57 of the matrix */
    return copies == SIZE_MAX || n > SIZE_MAX / 256 ? SIZE_MAX : copies / 100 * 57 + 128 * n;
}

/* What variable t gains, after a step. */
static void set_ways(const solver *s, work *w, size_t t)
{
    double b = w->beta[t], tube = s->task->tube;
    w->up[t] = b < w->high[t] ? (float)(w->target[t] + (b < 0 ? tube : -tube)) : -INFINITY;
    w->down[t] = b > w->low[t] ? (float)(w->target[t] + (b > 0 ? -tube : tube)) : INFINITY;
}

/* One step: i rises and j falls by what is best, or until one meets a bound or 0, where the tube changes sides. */
static double step_length(const work *w, size_t i, size_t j, float curve)
{
    double gain = ((double)w->up[i] - (double)w->f[i]) - ((double)w->down[j] - (double)w->f[j]);
    double room_i = w->beta[i] < 0 ? -w->beta[i] : w->high[i] - w->beta[i];
    double room_j = w->beta[j] > 0 ? w->beta[j] : w->beta[j] - w->low[j];
    double step = gain / (double)(curve > LEAST_CURVE ? curve : LEAST_CURVE);
    double room = room_i < room_j ? room_i : room_j;
    return step < room ? step : room;
}

static void move_variable(work *w, size_t t, double by)
{
    double b = w->beta[t] + by, size = 1e-14 * (w->high[t] - w->low[t]); /* sums of steps end at a bound but for rounding */
    if (fabs(b) <= size) b = 0;
    if (b >= w->high[t] - size) b = w->high[t];
    if (b <= w->low[t] + size) b = w->low[t];
    w->beta[t] = b;
}

static bool can_move(const work *w, const cupel_smo_pick *pick, size_t t)
{
    return w->up[t] - w->f[t] >= pick->low || w->down[t] - w->f[t] <= pick->high;
}

static cupel_status solve(solver *s, work *w, int depth, cupel_err *err);

/* The variables that can move, in a work of their own; *made false when they are too many to pay. */
static cupel_status shrink(const work *w, const cupel_smo_pick *pick, work *small, bool *made, cupel_err *err)
{
    size_t m = 0;
    *made = false;
    for (size_t t = 0; t < w->n; t++) m += can_move(w, pick, t);
    if (m < 2 || (double)m > SHARE * (double)w->n) return CUPEL_OK;
    cupel_status st = work_make(m, small, err);
    if (st == CUPEL_OK && !(small->own = cupel_alloc_aligned(cupel_mul(m, small->ld), sizeof(float))))
        st = cupel_no_memory(err, "kernel values of the variables that can move", cupel_mul(m, small->ld) * sizeof(float));
    if (st != CUPEL_OK) {
        work_release(small);
        return st;
    }
    m = 0;
    for (size_t t = 0; t < w->n; t++)
        if (can_move(w, pick, t)) small->index[m++] = t;
    for (size_t i = 0; i < m; i++) {
        size_t t = small->index[i];
        const float *row = w->matrix + t * w->ld;
        float *own = small->own + i * small->ld;
        for (size_t j = 0; j < m; j++) own[j] = row[small->index[j]];
        small->f[i] = w->f[t];
        small->up[i] = w->up[t];
        small->down[i] = w->down[t];
        small->beta[i] = w->beta[t];
        small->target[i] = w->target[t];
        small->low[i] = w->low[t];
        small->high[i] = w->high[t];
    }
    small->matrix = small->own;
    *made = true;
    return CUPEL_OK;
}

/* What the smaller work found, into w: sums in float64. */
static void take_back(solver *s, const work *small, work *w)
{
    memset(s->sum, 0, w->ld * sizeof *s->sum);
    for (size_t i = 0; i < small->n; i++) {
        size_t t = small->index[i];
        double by = small->beta[i] - w->beta[t];
        if (!(fabs(by) > 0)) continue;
        w->beta[t] = small->beta[i];
        set_ways(s, w, t);
        s->k->add(w->ld, by, w->matrix + t * w->ld, s->sum);
    }
    for (size_t t = 0; t < w->n; t++) w->f[t] = (float)((double)w->f[t] + s->sum[t]);
}

static cupel_status solve_smaller(solver *s, work *w, const cupel_smo_pick *pick, int depth, bool *done, cupel_err *err)
{
    work small = {0};
    cupel_status st = shrink(w, pick, &small, done, err);
    if (st != CUPEL_OK || !*done) return st;
    st = solve(s, &small, depth + 1, err);
    if (st == CUPEL_OK) take_back(s, &small, w);
    work_release(&small);
    return st;
}

static void look(const solver *s, work *w, cupel_smo_pick *pick) { s->k->move(w->ld, w->matrix, w->matrix, 0, w->f, w->up, w->down, pick); }

static bool wide(const solver *s, const cupel_smo_pick *pick) { return pick->high - pick->low > (float)s->task->tolerance; }

/* Until the violation is within the tolerance, by the sums at hand. */
static cupel_status solve(solver *s, work *w, int depth, cupel_err *err)
{
    cupel_smo_pick pick;
    size_t pause = w->n < 2000 ? 1000 : w->n / 2, next = s->steps;
    look(s, w, &pick);
    while (wide(s, &pick)) {
        if (s->steps >= next && depth < DEPTH) {
            bool done = false;
            cupel_status st = solve_smaller(s, w, &pick, depth, &done, err);
            if (st != CUPEL_OK) return st;
            next = s->steps + pause;
            if (done) {
                look(s, w, &pick);
                continue;
            }
        }
        if (s->steps++ >= s->most)
            return cupel_fail(err, CUPEL_FAILED,
                    "support vector machine: %zu steps were not enough; expected a violation of at most %g, found %g; take a smaller C",
                              s->most, s->task->tolerance, (double)(pick.high - pick.low));
        size_t i = pick.i, j = s->k->partner(w->ld, w->matrix + i * w->ld, pick.high, w->f, w->down, LEAST_CURVE);
        if (j == SIZE_MAX) break;
        const float *ki = w->matrix + i * w->ld, *kj = w->matrix + j * w->ld;
        double by = step_length(w, i, j, 2 - 2 * ki[j]);
        move_variable(w, i, by);
        move_variable(w, j, -by);
        set_ways(s, w, i);
        set_ways(s, w, j);
        s->k->move(w->ld, ki, kj, (float)by, w->f, w->up, w->down, &pick);
    }
    return CUPEL_OK;
}

/* K b in float64 over the whole matrix, into f and sum. */
static void renew(solver *s, work *w)
{
    memset(s->sum, 0, w->ld * sizeof *s->sum);
    for (size_t t = 0; t < w->n; t++)
        if (fabs(w->beta[t]) > 0) s->k->add(w->ld, w->beta[t], w->matrix + t * w->ld, s->sum);
    for (size_t t = 0; t < w->n; t++) w->f[t] = (float)s->sum[t];
}

/* Bias from the rows on the edge of the tube, else from the middle of what is allowed; violation and objective. */
static void judge(const solver *s, const work *w, cupel_smo_result *r)
{
    double high = -INFINITY, low = INFINITY, edge = 0, n_edge = 0, tube = s->task->tube;
    r->objective = 0;
    for (size_t t = 0; t < w->n; t++) {
        double b = w->beta[t], rest = w->target[t] - s->sum[t];
        r->objective += tube * fabs(b) - b * (w->target[t] - 0.5 * s->sum[t]);
        if (b < w->high[t] && rest + (b < 0 ? tube : -tube) > high) high = rest + (b < 0 ? tube : -tube);
        if (b > w->low[t] && rest + (b > 0 ? -tube : tube) < low) low = rest + (b > 0 ? -tube : tube);
        if (!(fabs(b) > 0) || b <= w->low[t] || b >= w->high[t]) continue;
        edge += rest + (b > 0 ? -tube : tube);
        n_edge += 1;
    }
    r->violation = high > low ? high - low : 0;
    r->bias = n_edge > 0 ? edge / n_edge : isfinite(high) && isfinite(low) ? 0.5 * (high + low) : isfinite(high) ? high : isfinite(low) ? low : 0;
}

/* Steps lose what float32 cannot hold of the sums: they are renewed in float64 and steps go on until both agree. */
static cupel_status run(solver *s, work *w, cupel_smo_result *result, cupel_err *err)
{
    for (int round = 0; round < ROUNDS; round++) {
        cupel_status st = solve(s, w, 0, err);
        if (st != CUPEL_OK) return st;
        renew(s, w);
        judge(s, w, result);
        result->steps = s->steps;
        if (result->violation <= 1.01 * s->task->tolerance) return CUPEL_OK;
    }
    return cupel_fail(err, CUPEL_FAILED,
            "support vector machine: violation %g, expected at most %g: kernel values in float32 cannot tell better; take a smaller C",
                      result->violation, s->task->tolerance);
}

cupel_status cupel_smo_solve(const cupel_smo_task *task, double *beta, cupel_smo_result *result, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    work w = {0};
    size_t n = task->matrix->n;
    solver s = {.task = task, .k = cupel_smo_kernels_of(task->isa), .most = n > 100000 ? 100 * n : 10000000};
    CUPEL_TRY(work_make(n, &w, err));
    w.matrix = task->matrix->value;
    s.sum = cupel_alloc_aligned(w.ld, sizeof *s.sum);
    if (!s.sum) CUPEL_TRY(cupel_no_memory(err, "sums of a support vector machine", w.ld * sizeof *s.sum));
    memcpy(w.target, task->target, n * sizeof *w.target);
    memcpy(w.low, task->low, n * sizeof *w.low);
    memcpy(w.high, task->high, n * sizeof *w.high);
    for (size_t t = 0; t < n; t++) set_ways(&s, &w, t);
    CUPEL_TRY(run(&s, &w, result, err));
    memcpy(beta, w.beta, n * sizeof *beta);
done:
    work_release(&w);
    cupel_free(s.sum);
    return st;
}
