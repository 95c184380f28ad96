/* How far a campaign has come. */
#include "core/engine/campaigns_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "models/search/hypervolume.h"

#include <math.h>
#include <string.h>

static double better(const cupel_judge *j, size_t k, double a, double b) { return j->maximize[k] ? fmax(a, b) : fmin(a, b); }
static double worse(const cupel_judge *j, size_t k, double a, double b) { return j->maximize[k] ? fmin(a, b) : fmax(a, b); }

static cupel_status measure_front(cupel_judge *j, const char *file, cupel_err *err)
{
    const size_t m = j->n_goals;
    cupel_status st = CUPEL_OK;
    double *front = cupel_alloc(cupel_mul(j->n, m), sizeof *front);
    if (!front) return cupel_no_memory(err, "a front", cupel_mul(j->n, m * sizeof *front));
    memcpy(front, j->height, j->n * m * sizeof *front);
    j->n_front = cupel_front(front, j->n, m);
    CUPEL_TRY(cupel_hypervolume(front, j->n_front, m, &j->all, err));
    if (!(j->all > 0))
        st =
            cupel_fail(err, CUPEL_BAD_INPUT, "'%s': every row is the worst in one of the goals, so nothing is dominated; give more rows, or one goal",
                       file);
done:
    cupel_free(front);
    return st;
}

cupel_status cupel_judge_init(cupel_judge *j, const char *file, char *const *goal, cupel_err *err)
{
    const size_t m = j->n_goals;
    for (size_t k = 0; k < m; k++) {
        j->best[k] = j->worst[k] = j->y[k];
        for (size_t i = 1; i < j->n; i++) {
            j->best[k] = better(j, k, j->best[k], j->y[i * m + k]);
            j->worst[k] = worse(j, k, j->worst[k], j->y[i * m + k]);
        }
        if (m > 1 && j->best[k] == j->worst[k])
            return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': goal '%s' is %g in all experiments; leave it out", file, goal[k], j->best[k]);
    }
    j->n_front = 1;
    if (m == 1) return CUPEL_OK;
    j->height = cupel_alloc(cupel_mul(j->n, m), sizeof *j->height);
    if (!j->height) return cupel_no_memory(err, "the values of goals", cupel_mul(j->n, m * sizeof *j->height));
    for (size_t i = 0; i < j->n; i++)
        for (size_t k = 0; k < m; k++) j->height[i * m + k] = (j->y[i * m + k] - j->worst[k]) / (j->best[k] - j->worst[k]);
    return measure_front(j, file, err);
}

void cupel_judge_release(cupel_judge *j)
{
    cupel_free(j->height);
    j->height = NULL;
}

static void follow_value(const cupel_judge *j, const size_t *order, size_t tried, double *trace)
{
    for (size_t i = 0; i < tried; i++) trace[i] = i ? better(j, 0, trace[i - 1], j->y[order[i]]) : j->y[order[0]];
}

static cupel_status follow_volume(const cupel_judge *j, const size_t *order, size_t tried, double *trace, cupel_err *err)
{
    const size_t m = j->n_goals;
    cupel_status st = CUPEL_OK;
    double *front = cupel_alloc(cupel_mul(tried + 1, m), sizeof *front), volume = 0, added;
    size_t n = 0;
    if (!front) return cupel_no_memory(err, "a front", cupel_mul(tried, m * sizeof *front));
    for (size_t i = 0; i < tried; i++) {
        const double *x = j->height + order[i] * m;
        CUPEL_TRY(cupel_hypervolume_added(front, n, m, x, &added, err));
        if (added > 0) {
            memcpy(front + n * m, x, m * sizeof *front);
            n = cupel_front(front, n + 1, m);
        }
        volume += added;
        trace[i] = fmin(volume / j->all, 1);
    }
done:
    cupel_free(front);
    return st;
}

cupel_status cupel_judge_follow(const cupel_judge *j, const size_t *order, size_t tried, size_t most, double *trace, double *count, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    if (j->n_goals == 1) follow_value(j, order, tried, trace);
    else st = follow_volume(j, order, tried, trace, err);
    if (st != CUPEL_OK) return st;
    *count = (double)most + 1;
    for (size_t i = tried; i-- > 0;)
        if (j->n_goals > 1 ? trace[i] >= CUPEL_CAMPAIGN_FOUND : trace[i] == j->best[0]) *count = (double)i + 1;
    for (size_t i = tried; i < most; i++) trace[i] = trace[i - 1];
    return CUPEL_OK;
}
