#include "models/learn/net_path.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/la.h"
#include "core/sys/par.h"
#include "models/learn/linear.h"

#include <math.h>
#include <string.h>

enum { STEPS_A_DECADE = 10, STEPS_MOST = 120, HALVINGS = 24 };
static const double DEPTH = 1e-2;   /* of the first penalty: how far down at least */
static const double BEYOND = 0.6;   /* of the chosen one: likewise */
static const double LEAST = 1e-12;
static const double COARSE = 1e-4, FINE = 1e-7; /* changes of slopes at which a solution is taken as found */
static const double WORK = 2e8;     /* multiplications that go into telling where columns enter */

void cupel_net_path_release(cupel_net_path *path)
{
    cupel_free(path->lambda);
    cupel_free(path->error);
    cupel_free(path->used);
    cupel_free(path->enters);
    cupel_free(path->slope);
    *path = (cupel_net_path){0};
}

static bool make_room(cupel_net_path *p)
{
    p->lambda = cupel_alloc(p->steps, sizeof *p->lambda);
    p->error = cupel_alloc(p->steps, sizeof *p->error);
    p->used = cupel_alloc(p->steps, sizeof *p->used);
    p->enters = cupel_alloc(p->d, sizeof *p->enters);
    p->slope = cupel_alloc(p->d, sizeof *p->slope);
    return p->lambda && p->error && p->used && p->enters && p->slope;
}

/* Penalties in equal ratios, the chosen one among them. */
static cupel_status place_steps(cupel_net_path *p, double top, double lambda, cupel_err *err)
{
    const double end = fmax(fmin(DEPTH * top, BEYOND * lambda), LEAST * top);
    const bool within = lambda < top;
    const double ratio = pow(10, -1.0 / STEPS_A_DECADE);
    size_t before = within ? (size_t)ceil(log10(top / lambda) * STEPS_A_DECADE - 1e-9) : 0;
    if (before > STEPS_MOST) before = STEPS_MOST;
    const double down = before ? pow(lambda / top, 1 / (double)before) : ratio;
    size_t behind = (size_t)ceil(log(end / (before ? lambda : top)) / log(down));
    if (before + behind > STEPS_MOST) behind = STEPS_MOST - before;
    p->steps = before + behind + 1;
    p->chosen = before;
    if (!make_room(p)) return cupel_no_memory(err, "a path of penalties", p->steps * sizeof *p->lambda);
    for (size_t k = 0; k < p->steps; k++) p->lambda[k] = k == before && before ? lambda : top * pow(down, (double)k);
    for (size_t k = 0; k < p->steps; k++) p->error[k] = NAN;
    return CUPEL_OK;
}

/* The penalty between two steps at which column j enters, by halving while there is work left (multiplications); from [d]: slopes at the larger.
 * room [2 d]. */
static double find_entry(const cupel_net *net, double share, double high, double low, const double *from, size_t j, double *room,
                         double *work)
{
    double *w = room, *left = room + net->d;
    memcpy(w, from, net->d * sizeof *w);
    for (int k = 0; k < HALVINGS && *work > 0; k++) {
        const double middle = sqrt(high * low);
        *work -= (double)cupel_net_descend(net, middle, share, FINE, w, left) * (double)net->d * (double)net->d;
        if (fabs(w[j]) > 0) low = middle;
        else high = middle;
    }
    return low;
}

cupel_status cupel_net_path_walk(const cupel_net *net, double lambda, double share, cupel_net_path *path, cupel_err *err)
{
    const size_t d = net->d;
    cupel_status st = CUPEL_OK;
    cupel_net_path p = {.d = d};
    double *w = cupel_alloc(d, 4 * sizeof *w), top = 0, work = WORK;
    *path = (cupel_net_path){0};
    if (!w) return cupel_no_memory(err, "a path of penalties", 4 * d * sizeof *w);
    double *before = w + d, *room = before + d;
    for (size_t j = 0; j < d; j++) top = fmax(top, fabs(net->with_y[j]));
    if (!(share > 0) || !(top > 0)) goto done;
    CUPEL_TRY(place_steps(&p, top / share, lambda, err));
    for (size_t k = 0; k < p.steps; k++) {
        memcpy(before, w, d * sizeof *w);
        if (k) cupel_net_descend(net, p.lambda[k], share, FINE, w, room); /* at the first all are 0 */
        for (size_t j = 0; j < d; j++) {
            p.used[k] += fabs(w[j]) > 0;
            if (!(fabs(w[j]) > 0) || p.enters[j] > 0) continue;
            p.enters[j] = find_entry(net, share, p.lambda[k - 1], p.lambda[k], before, j, room, &work);
        }
        if (k == p.chosen) memcpy(p.slope, w, d * sizeof *w);
    }
    *path = p;
    p = (cupel_net_path){0};
done:
    cupel_net_path_release(&p);
    cupel_free(w);
    return st;
}

/* ---- rows out of fold ---- */

typedef struct walker {
    const cupel_problem *problem;
    const size_t *fold;
    double share;
    cupel_net_path *path;
    double *square; /* [n_folds][steps] sums over the rows of a fold */
} walker;

static void add_squares(const walker *w, size_t k, const double *slope, double bias, double *sum)
{
    const cupel_problem *p = w->problem;
    for (size_t i = 0; i < p->n; i++) {
        if (w->fold[i] != k) continue;
        double value = bias;
        for (size_t j = 0; j < p->d; j++) value += slope[j] * p->x[i * p->d + j];
        *sum += (value - p->y[i]) * (value - p->y[i]);
    }
}

static cupel_status walk_fold(void *user, size_t k, size_t worker, cupel_err *err)
{
    (void)worker;
    const walker *w = user;
    const cupel_problem *p = w->problem;
    const size_t d = p->d;
    cupel_status st = CUPEL_OK;
    cupel_net net;
    double y_mean = 0, *sums = cupel_alloc(d, 4 * sizeof *sums), *gram = cupel_alloc_aligned(cupel_mul(d, d), sizeof *gram);
    size_t *row = cupel_alloc(p->n, sizeof *row);
    cupel_fit_task t = {.problem = p, .row = row, .threads = 1};
    if (!sums || !gram || !row) CUPEL_TRY(cupel_no_memory(err, "a path of penalties", cupel_mul(cupel_mul(d, d), sizeof *gram)));
    double *mean = sums + d, *slope = mean + d, *left = slope + d;
    for (size_t i = 0; i < p->n; i++)
        if (w->fold[i] != k) row[t.n++] = i;
    CUPEL_TRY(cupel_net_gather(&t, &net, gram, sums, mean, &y_mean, err));
    for (size_t s = 0; s < w->path->steps; s++) {
        if (cupel_stopped(p->job)) CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped while training; nothing was written, start again"));
        cupel_net_descend(&net, w->path->lambda[s], w->share, COARSE, slope, left);
        add_squares(w, k, slope, cupel_linear_bias(slope, mean, d, y_mean), &w->square[k * w->path->steps + s]);
    }
done:
    cupel_free(sums);
    cupel_free(gram);
    cupel_free(row);
    return st;
}

static cupel_status walk_all(const cupel_problem *p, double lambda, double share, cupel_net_path *path, cupel_err *err)
{
    const size_t d = p->d;
    cupel_status st = CUPEL_OK;
    cupel_net net;
    double y_mean = 0, *sums = cupel_alloc(d, 2 * sizeof *sums), *gram = cupel_alloc_aligned(cupel_mul(d, d), sizeof *gram);
    size_t *row = cupel_alloc(p->n, sizeof *row);
    if (!sums || !gram || !row) CUPEL_TRY(cupel_no_memory(err, "a path of penalties", cupel_mul(cupel_mul(d, d), sizeof *gram)));
    for (size_t i = 0; i < p->n; i++) row[i] = i;
    CUPEL_TRY(cupel_net_gather(&(cupel_fit_task){.problem = p, .row = row, .n = p->n, .threads = 1}, &net, gram, sums, sums + d, &y_mean, err));
    CUPEL_TRY(cupel_net_path_walk(&net, lambda, share, path, err));
done:
    cupel_free(sums);
    cupel_free(gram);
    cupel_free(row);
    return st;
}

cupel_status cupel_net_path_make(const cupel_problem *p, const size_t *fold, size_t n_folds, double lambda, double share, cupel_net_path *path,
                                 cupel_err *err)
{
    walker w = {.problem = p, .fold = fold, .share = share, .path = path};
    cupel_status st = walk_all(p, lambda, share, path, err);
    if (st != CUPEL_OK || !path->steps) return st;
    w.square = cupel_alloc(cupel_mul(n_folds, path->steps), sizeof *w.square);
    st = w.square ? cupel_par_for(p->job->threads, n_folds, walk_fold, &w, err) : cupel_no_memory(err, "a path of penalties", 0);
    for (size_t s = 0; s < path->steps && st == CUPEL_OK; s++) {
        double sum = 0;
        for (size_t k = 0; k < n_folds; k++) sum += w.square[k * path->steps + s];
        path->error[s] = sqrt(sum / (double)p->n);
    }
    cupel_free(w.square);
    if (st != CUPEL_OK) cupel_net_path_release(path);
    return st;
}

/* ---- in an artifact ---- */

static const char *const names[] = {"surrogate/path/lambda", "surrogate/path/error", "surrogate/path/used", "surrogate/path/enters",
                                    "surrogate/path/slope", "surrogate/path/chosen"};
enum { LAMBDA, ERROR, USED, ENTERS, SLOPE, CHOSEN };

cupel_status cupel_net_path_save(const cupel_net_path *p, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const int64_t chosen = (int64_t)p->chosen;
    if (!p->steps) return CUPEL_OK;
    CUPEL_TRY(cupel_writer_put(w, names[LAMBDA], "", "penalties, falling; columns and target of variance 1", CUPEL_F64, 1, &p->steps, p->lambda,
                               err));
    CUPEL_TRY(cupel_writer_put(w, names[ERROR], "deviations of the target", "root mean square of rows out of fold at each", CUPEL_F64, 1, &p->steps,
                               p->error, err));
    CUPEL_TRY(cupel_writer_put(w, names[USED], "", "columns with a slope at each", CUPEL_F64, 1, &p->steps, p->used, err));
    CUPEL_TRY(cupel_writer_put(w, names[ENTERS], "", "penalty below which a scaled column has a slope; 0: never", CUPEL_F64, 1, &p->d, p->enters,
                               err));
    CUPEL_TRY(cupel_writer_put(w, names[SLOPE], "", "slopes of the model", CUPEL_F64, 1, &p->d, p->slope, err));
    CUPEL_TRY(cupel_writer_put(w, names[CHOSEN], "", "which of the penalties the model has, from 0", CUPEL_I64, 1, (size_t[]){1}, &chosen, err));
done:
    return st;
}

static bool is_path(const cupel_net_path *p)
{
    bool good = p->steps && p->chosen < p->steps;
    for (size_t k = 0; k < p->steps && good; k++)
        good = p->lambda[k] > 0 && p->lambda[k] < (k ? p->lambda[k - 1] : (double)INFINITY) && p->error[k] >= 0 && p->error[k] < (double)INFINITY &&
               p->used[k] >= 0 && p->used[k] <= (double)p->d;
    for (size_t j = 0; j < p->d && good; j++) good = p->enters[j] >= 0 && p->enters[j] <= p->lambda[0] && isfinite(p->slope[j]);
    return good;
}

cupel_status cupel_net_path_load(const cupel_reader *r, size_t d, cupel_net_path *path, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_net_path p = {.d = d, .steps = SIZE_MAX};
    double **const to[] = {&p.lambda, &p.error, &p.used, &p.enters, &p.slope};
    void *data = NULL;
    *path = (cupel_net_path){0};
    if (!cupel_reader_has(r, names[LAMBDA])) return CUPEL_OK;
    for (size_t i = LAMBDA; i <= SLOPE; i++) {
        CUPEL_TRY(cupel_reader_get(r, names[i], CUPEL_F64, 1, i < ENTERS ? &p.steps : &p.d, &data, err));
        *to[i] = data;
    }
    CUPEL_TRY(cupel_reader_get(r, names[CHOSEN], CUPEL_I64, 1, (size_t[]){1}, &data, err));
    p.chosen = *(int64_t *)data < 0 ? SIZE_MAX : (size_t) * (int64_t *)data;
    cupel_free(data);
    if (!is_path(&p))
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: 'surrogate/path' holds what is no path of penalties; train the model again"));
    *path = p;
    p = (cupel_net_path){0};
done:
    cupel_net_path_release(&p);
    return st;
}
