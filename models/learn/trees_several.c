#include "models/learn/trees_several.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <string.h>

enum { GROUPS = CUPEL_FOREST_BINS };

/* One target. Of the first the grower holds the whole numbers itself. */
typedef struct target {
    double mean, spread, squares; /* of the rows that know it; spread: largest distance from the mean; squares: weighted sum about the mean */
    double share;                 /* of `squares` that 1 is, in the whole numbers of this tree */
    int32_t *whole;               /* [n] in this tree; not of the first */
    int32_t *g, *h;               /* [m] of the node at hand, 0 where it is not known; of the first those of the task */
    int32_t g_sum, h_sum;
    int64_t sum_g[GROUPS], sum_h[GROUPS]; /* of the groups of a column */
} target;

struct cupel_several {
    const cupel_trees_matrix *m;
    size_t n_targets;
    target *target;               /* [n_targets] the first, then those beside */
    float *gain, *at;             /* [ld] of one target */
    float low[GROUPS], high[GROUPS];
    size_t rows[GROUPS];
};

static double value_of(const cupel_trees_matrix *m, size_t t, size_t row)
{
    if (t) return m->beside[(t - 1) * m->n + row];
    return row < m->n_known ? m->y[row] : NAN;
}

static void measure(const cupel_trees_matrix *m, size_t t, target *to)
{
    double sum = 0, all = 0;
    for (size_t i = 0; i < m->n; i++) {
        const double y = value_of(m, t, i);
        if (isnan(y)) continue;
        sum += m->weight[i] * y;
        all += m->weight[i];
    }
    to->mean = all > 0 ? sum / all : 0;
    for (size_t i = 0; i < m->n; i++) {
        const double apart = value_of(m, t, i) - to->mean;
        if (isnan(apart) || !(m->weight[i] > 0)) continue;
        to->squares += m->weight[i] * apart * apart;
        to->spread = fmax(to->spread, fabs(apart));
    }
}

cupel_status cupel_several_new(const cupel_trees_matrix *m, cupel_several **out, cupel_err *err)
{
    cupel_several *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "targets of a forest", sizeof *s);
    s->m = m;
    s->n_targets = 1 + m->n_beside;
    s->target = cupel_alloc(s->n_targets, sizeof *s->target);
    s->gain = cupel_alloc_aligned(m->ld, sizeof *s->gain);
    s->at = cupel_alloc_aligned(m->ld, sizeof *s->at);
    bool ok = s->target && s->gain && s->at;
    for (size_t t = 0; ok && t < s->n_targets; t++) {
        target *to = &s->target[t];
        measure(m, t, to);
        if (!t) continue;
        to->whole = cupel_alloc(m->n, sizeof *to->whole);
        to->g = cupel_alloc(m->n, sizeof *to->g);
        to->h = cupel_alloc(m->n, sizeof *to->h);
        ok = to->whole && to->g && to->h;
    }
    if (ok) {
        *out = s;
        return CUPEL_OK;
    }
    cupel_several_free(s);
    return cupel_no_memory(err, "targets of a forest", cupel_mul(m->n, 12 * m->n_beside));
}

void cupel_several_free(cupel_several *s)
{
    if (!s) return;
    for (size_t t = 1; s->target && t < s->n_targets; t++) {
        cupel_free(s->target[t].whole);
        cupel_free(s->target[t].g);
        cupel_free(s->target[t].h);
    }
    cupel_free(s->target);
    cupel_free(s->gain);
    cupel_free(s->at);
    cupel_free(s);
}

/* What 1 in whole numbers is of the target's sum of squares; a target that is constant says nothing. */
static double share_of(const target *t, double factor) { return t->squares > 0 ? 1 / (t->squares * factor * factor) : 0; }

void cupel_several_begin(cupel_several *s, const uint32_t *order, size_t n, const int32_t *share, double first, double largest, double most)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += share[order[i]];
    if (first > 0) s->target[0].share = share_of(&s->target[0], first);
    for (size_t t = 1; t < s->n_targets; t++) {
        target *to = &s->target[t];
        const double top = most / sum < largest ? most / sum : largest, factor = to->spread > 0 ? top / to->spread : 0;
        to->share = factor > 0 ? share_of(to, factor) : 0;
        for (size_t i = 0; i < n; i++) {
            const double y = value_of(s->m, t, order[i]), u = isnan(y) ? 0 : (y - to->mean) * factor;
            to->whole[order[i]] = (int32_t)(u + (u < 0 ? -0.5 : 0.5));
        }
    }
}

void cupel_several_means(const cupel_several *s, const int32_t *share, cupel_tree *tree, size_t i)
{
    float *mean = tree->beside + i * s->m->n_beside;
    for (size_t t = 1; t < s->n_targets; t++) {
        double sum = 0, all = 0;
        for (uint32_t k = tree->begin[i]; k < tree->end[i]; k++) {
            const double y = value_of(s->m, t, tree->order[k]);
            if (isnan(y)) continue;
            sum += share[tree->order[k]] * y;
            all += share[tree->order[k]];
        }
        if (all > 0) mean[t - 1] = (float)(sum / all);
        else if (i == 0) mean[t - 1] = (float)s->target[t].mean;
    }
}

void cupel_several_gather(cupel_several *s, const int32_t *share, const cupel_split_task *task)
{
    s->target[0].g_sum = task->g_sum;
    s->target[0].h_sum = task->h_sum;
    for (size_t t = 1; t < s->n_targets; t++) {
        target *to = &s->target[t];
        int64_t g = 0, h = 0;
        for (size_t k = 0; k < task->m; k++) {
            to->h[k] = isnan(value_of(s->m, t, task->row[k])) ? 0 : share[task->row[k]];
            g += (int64_t)to->whole[task->row[k]] * to->h[k];
            h += to->h[k];
        }
        const int32_t mean = h ? (int32_t)(g / h) : 0;
        for (size_t k = 0; k < task->m; k++) to->g[k] = (to->whole[task->row[k]] - mean) * to->h[k];
        to->g_sum = (int32_t)(g - mean * h);
        to->h_sum = (int32_t)h;
    }
}

void cupel_several_random(cupel_several *s, const cupel_split_task *t, const cupel_tree_kernels *kernels, float *gain)
{
    cupel_split_task one = *t;
    const float first = (float)s->target[0].share;
    for (size_t j = 0; j < t->n_columns; j++)
        if (gain[j] >= 0) gain[j] *= first;
    for (size_t k = 1; k < s->n_targets; k++) {
        const target *to = &s->target[k];
        const float share = (float)to->share;
        one.g = to->g, one.h = to->h, one.g_sum = to->g_sum, one.h_sum = to->h_sum, one.least = 1;
        kernels->random_cuts(&one, s->at, s->gain);
        for (size_t j = 0; j < t->n_columns; j++)
            if (gain[j] >= 0 && s->gain[j] > 0) gain[j] += s->gain[j] * share; /* all on one side: nothing gained */
    }
}

/* ---- the best cut ---- */

static const int32_t *g_of(const cupel_several *s, const cupel_split_task *task, size_t t) { return t ? s->target[t].g : task->g; }

static const int32_t *h_of(const cupel_several *s, const cupel_split_task *task, size_t t) { return t ? s->target[t].h : task->h; }

static void clear_groups(cupel_several *s, size_t n)
{
    for (size_t t = 0; t < s->n_targets; t++) {
        memset(s->target[t].sum_g, 0, n * sizeof *s->target[t].sum_g);
        memset(s->target[t].sum_h, 0, n * sizeof *s->target[t].sum_h);
    }
}

static void add_row(cupel_several *s, const cupel_split_task *task, size_t i, size_t group)
{
    for (size_t t = 0; t < s->n_targets; t++) {
        s->target[t].sum_g[group] += g_of(s, task, t)[i];
        s->target[t].sum_h[group] += h_of(s, task, t)[i];
    }
}

/* Groups of equal values, increasing; of at most GROUPS rows. */
static size_t group_values(cupel_several *s, const cupel_split_task *task, size_t j)
{
    uint32_t order[GROUPS];
    size_t n = 0;
    for (size_t i = 0; i < task->m; i++) { /* sorted by insertion */
        const float x = task->x[task->row[i] * task->ld + j];
        size_t k = i;
        for (; k > 0 && task->x[task->row[order[k - 1]] * task->ld + j] > x; k--) order[k] = order[k - 1];
        order[k] = (uint32_t)i;
    }
    clear_groups(s, task->m);
    for (size_t i = 0; i < task->m; i++) {
        const float x = task->x[task->row[order[i]] * task->ld + j];
        if (!n || x > s->high[n - 1]) s->low[n] = s->high[n] = x, n++;
        add_row(s, task, order[i], n - 1);
    }
    return n;
}

/* Groups of the bins that rows fall into. */
static size_t group_bins(cupel_several *s, const cupel_split_task *task, size_t j)
{
    const uint8_t *code = s->m->code + j * s->m->n;
    const size_t bins = s->m->bins[j];
    size_t n = 0;
    clear_groups(s, bins);
    memset(s->rows, 0, sizeof s->rows);
    for (size_t i = 0; i < task->m; i++) s->rows[code[task->row[i]]]++;
    for (size_t t = 0; t < s->n_targets; t++) {
        const int32_t *g = g_of(s, task, t), *h = h_of(s, task, t);
        for (size_t i = 0; i < task->m; i++) {
            s->target[t].sum_g[code[task->row[i]]] += g[i];
            s->target[t].sum_h[code[task->row[i]]] += h[i];
        }
    }
    for (size_t b = 0; b < bins; b++) {
        if (!s->rows[b]) continue;
        for (size_t t = 0; t < s->n_targets; t++) {
            s->target[t].sum_g[n] = s->target[t].sum_g[b];
            s->target[t].sum_h[n] = s->target[t].sum_h[b];
        }
        s->low[n] = s->m->low[j * 256 + b];
        s->high[n++] = s->m->high[j * 256 + b];
    }
    return n;
}

/* What the left side has of a target, and the gain of that. */
static double part_gain(const target *t, int64_t gl, int64_t hl)
{
    const double g = (double)gl, h = (double)hl, rest_g = (double)(t->g_sum - gl), rest_h = (double)(t->h_sum - hl);
    if (!(h > 0) || !(rest_h > 0)) return 0;
    return (g * g / h + rest_g * rest_g / rest_h) * t->share;
}

/* The best cut of column j; false when its values are all alike. *gain stays CUPEL_GAIN_NONE where too little of the first target is on one side. */
static bool best_of(cupel_several *s, const cupel_split_task *task, size_t j, bool exact, double *gain, float *low, float *high)
{
    const size_t n = exact ? group_values(s, task, j) : group_bins(s, task, j);
    *gain = CUPEL_GAIN_NONE;
    if (n < 2) return false;
    for (size_t cut = 0; cut + 1 < n; cut++) {
        double sum = 0;
        for (size_t t = 0; t < s->n_targets; t++) { /* the groups become sums from the left */
            target *to = &s->target[t];
            if (cut) to->sum_g[cut] += to->sum_g[cut - 1], to->sum_h[cut] += to->sum_h[cut - 1];
            sum += part_gain(to, to->sum_g[cut], to->sum_h[cut]);
        }
        const int64_t left = s->target[0].sum_h[cut];
        if (left < task->least || task->h_sum - left < task->least || !(sum > *gain)) continue;
        *gain = sum;
        *low = s->high[cut];
        *high = s->low[cut + 1];
    }
    return true;
}

bool cupel_several_split(cupel_several *s, const cupel_split_task *t, uint32_t *pick, size_t need, uint64_t key, bool exact, size_t *column,
                         float *low, float *high)
{
    const size_t d = s->m->d;
    double best = CUPEL_GAIN_NONE, gain;
    for (size_t k = 0; k < d && need; k++) {
        const size_t r = k + cupel_tree_below(cupel_tree_random(key, k), d - k);
        const uint32_t j = pick[r];
        float below = 0, above = 0;
        pick[r] = pick[k];
        pick[k] = j;
        if (!best_of(s, t, j, exact, &gain, &below, &above)) continue;
        need--;
        if (!(gain > best)) continue;
        best = gain;
        *column = j;
        *low = below;
        *high = above;
    }
    return best > CUPEL_GAIN_NONE;
}
