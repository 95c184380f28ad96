/* Forests: one tree at a time, level by level. Extremely randomised trees cut each column once at random; random forests look for the best cut,
 * among 64 bins in large nodes and among all values in small ones. Each node takes its mean target away before sums are made, so that small
 * differences deep in a tree keep their digits. */
#include "models/learn/trees_several.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"

#include <math.h>
#include <string.h>

enum { SMALL = 28 };         /* rows up to which trying every cut costs less than bins */
enum { TOGETHER = 4, FOREST_BINS = CUPEL_FOREST_BINS };
enum { UNITS = 16 };         /* weight 1 in whole numbers, when rows have weights */
enum { LARGEST = 32767 };    /* of a whole target */
static const double MOST = 0x1p29; /* sum of |whole target| times weight: twice that still fits in 32 bits */

struct cupel_forest_worker {
    const cupel_trees_matrix *m;
    const cupel_trees_options *o;
    const cupel_tree_kernels *kernels;
    size_t columns;      /* tried at a split */
    double mean, spread; /* of the target: spread = largest distance from the mean */
    int32_t unit, least; /* weight 1, and the least weight of a leaf */
    int32_t *weight;     /* [n] of rows, in units */
    int32_t *share;      /* [n] of rows in this tree */
    int32_t *target;     /* [n] whole targets, in this tree */
    int32_t *g, *h;      /* [n] of the node at hand, in its order */
    int64_t *both;       /* [n] g above, h below: one sum for two */
    uint32_t *side;      /* [n] rows that go right */
    float *at, *gain;    /* [ld] */
    uint32_t *pick;      /* [d] columns, in any order */
    uint32_t *vary;      /* [d] those that vary in a node */
    int64_t sums[TOGETHER][FOREST_BINS];
    int32_t cut_g[FOREST_BINS + 16], cut_h[FOREST_BINS + 16];
    uint8_t cut_bin[FOREST_BINS + 1];
    uint64_t key;        /* of this tree */
    cupel_several *several; /* targets beside; NULL: none */
};

/* The split of one node. */
typedef struct choice {
    size_t column;
    float at;
} choice;

static void measure_target(cupel_forest_worker *w)
{
    const cupel_trees_matrix *m = w->m;
    double sum = 0, all = 0;
    for (size_t i = 0; i < m->n_known; i++) {
        sum += m->weight[i] * m->y[i];
        all += m->weight[i];
    }
    w->mean = all > 0 ? sum / all : 0;
    for (size_t i = 0; i < m->n_known; i++)
        if (m->weight[i] > 0 && fabs(m->y[i] - w->mean) > w->spread) w->spread = fabs(m->y[i] - w->mean);
}

cupel_status cupel_forest_worker_new(const cupel_trees_matrix *m, const cupel_trees_options *o, cupel_isa isa, cupel_forest_worker **out,
                                     cupel_err *err)
{
    cupel_forest_worker *w = cupel_alloc(1, sizeof *w);
    if (!w) return cupel_no_memory(err, "a worker that grows trees", sizeof *w);
    size_t n = m->n, columns = (size_t)(o->columns * (double)m->d + 0.5);
    bool weighted = false;
    w->m = m;
    w->o = o;
    w->kernels = cupel_tree_kernels_of(isa);
    w->columns = columns ? columns : 1;
    w->weight = cupel_alloc(n, sizeof *w->weight);
    w->share = cupel_alloc(n, sizeof *w->share);
    w->target = cupel_alloc(n, sizeof *w->target);
    w->g = cupel_alloc(n, sizeof *w->g);
    w->h = cupel_alloc(n, sizeof *w->h);
    w->both = cupel_alloc(n, sizeof *w->both);
    w->side = cupel_alloc(n, sizeof *w->side);
    w->at = cupel_alloc_aligned(m->ld, sizeof *w->at);
    w->gain = cupel_alloc_aligned(m->ld, sizeof *w->gain);
    w->pick = cupel_alloc(m->d, sizeof *w->pick);
    w->vary = cupel_alloc(m->d, sizeof *w->vary);
    if (!w->weight || !w->share || !w->target || !w->g || !w->h || !w->both || !w->side || !w->at || !w->gain || !w->pick ||
        !w->vary) {
        cupel_forest_worker_free(w);
        return cupel_no_memory(err, "a worker that grows trees", cupel_mul(n, 40));
    }
    const cupel_status st = m->n_beside ? cupel_several_new(m, &w->several, err) : CUPEL_OK;
    if (st != CUPEL_OK) {
        cupel_forest_worker_free(w);
        return st;
    }
    for (size_t i = 0; i < n; i++) weighted |= m->weight[i] != 1;
    measure_target(w);
    w->unit = weighted ? UNITS : 1;
    double least = (double)o->leaf * w->unit;
    w->least = least < 1e9 ? (int32_t)least : 1000000000;
    for (size_t i = 0; i < n; i++) {
        double units = m->weight[i] * w->unit;
        w->weight[i] = units <= 0 ? 0 : units < 1 ? 1 : units > 1e5 ? 100000 : (int32_t)(units + 0.5);
    }
    *out = w;
    return CUPEL_OK;
}

void cupel_forest_worker_free(cupel_forest_worker *w)
{
    if (!w) return;
    cupel_free(w->weight);
    cupel_free(w->share);
    cupel_free(w->target);
    cupel_free(w->g);
    cupel_free(w->h);
    cupel_free(w->both);
    cupel_free(w->side);
    cupel_free(w->at);
    cupel_free(w->gain);
    cupel_free(w->pick);
    cupel_free(w->vary);
    cupel_several_free(w->several);
    cupel_free(w);
}

int32_t cupel_forest_share(const cupel_forest_worker *w, size_t row) { return w->share[row]; }

/* ---- the rows of a tree ---- */

/* All rows, or as many drawn with replacement. */
static void draw_rows(cupel_forest_worker *w, cupel_tree *t)
{
    size_t n = w->m->n;
    if (w->o->kind == CUPEL_RANDOM_FOREST) {
        memset(w->share, 0, n * sizeof *w->share);
        for (size_t i = 0; i < n; i++) {
            uint32_t r = cupel_tree_below(cupel_tree_random(~w->key, i), n);
            w->share[r] += w->weight[r];
        }
    } else {
        memcpy(w->share, w->weight, n * sizeof *w->share);
    }
    t->m = 0;
    for (size_t i = 0; i < n; i++)
        if (w->share[i] > 0) t->order[t->m++] = (uint32_t)i;
    if (t->m && t->order[0] < w->m->n_known) return;
    t->m = 0;
    memcpy(w->share, w->weight, n * sizeof *w->share); /* the draw met only rows without weight, or without the target */
    for (size_t i = 0; i < n; i++)
        if (w->share[i] > 0) t->order[t->m++] = (uint32_t)i;
}

/* Targets as whole numbers, so fine that no sum overflows. */
static void make_whole(cupel_forest_worker *w, const cupel_tree *t)
{
    double sum = 0;
    for (size_t i = 0; i < t->m; i++) sum += w->share[t->order[i]];
    double most = MOST / sum < LARGEST ? MOST / sum : LARGEST, factor = w->spread > 0 ? most / w->spread : 0;
    for (size_t i = 0; i < t->m; i++) {
        double u = t->order[i] < w->m->n_known ? (w->m->y[t->order[i]] - w->mean) * factor : 0;
        w->target[t->order[i]] = (int32_t)(u + (u < 0 ? -0.5 : 0.5));
    }
    if (w->several) cupel_several_begin(w->several, t->order, t->m, w->share, factor, LARGEST, MOST);
}

/* ---- one node ---- */

/* g and h of the node's rows about their mean; false when nothing is to be split. */
static bool gather(cupel_forest_worker *w, const cupel_tree *t, size_t i, cupel_split_task *task)
{
    const uint32_t *row = t->order + t->begin[i];
    size_t m = t->end[i] - t->begin[i];
    int64_t g = 0, h = 0;
    int32_t low = INT32_MAX, high = INT32_MIN;
    for (size_t k = 0; k < m; k++) {
        int32_t u = w->target[row[k]], s = w->share[row[k]];
        if (row[k] >= w->m->n_known) continue;
        g += (int64_t)u * s;
        h += s;
        low = u < low ? u : low;
        high = u > high ? u : high;
    }
    if (m < 2 || low == high || h < 2 * (int64_t)w->least || (w->o->depth && t->depth[i] >= w->o->depth)) return false;
    int32_t mean = (int32_t)(g / h);
    for (size_t k = 0; k < m; k++) {
        w->h[k] = row[k] < w->m->n_known ? w->share[row[k]] : 0;
        w->g[k] = (w->target[row[k]] - mean) * w->h[k];
    }
    *task = (cupel_split_task){.x = w->m->x, .ld = w->m->ld, .n_columns = w->m->ld, .row = row, .g = w->g, .h = w->h, .m = m,
                               .g_sum = (int32_t)(g - mean * h), .h_sum = (int32_t)h, .least = w->least};
    if (w->several && m > 2) cupel_several_gather(w->several, w->share, task);
    return true;
}

/* The column of the largest gain, one of equals by chance. */
static size_t best_of_all(const cupel_forest_worker *w, uint64_t key)
{
    size_t d = w->m->d, equal = 0;
    float most = CUPEL_GAIN_CONSTANT;
    for (size_t j = 0; j < d; j++) most = w->gain[j] > most ? w->gain[j] : most;
    for (size_t j = 0; j < d; j++) equal += w->gain[j] == most;
    size_t turn = cupel_tree_below(cupel_tree_random(key, d), equal), best = 0;
    for (size_t j = 0; j < d; j++) {
        if (w->gain[j] != most) continue;
        best = j;
        if (!turn--) break;
    }
    return best;
}

/* The same of `need` columns drawn from n. */
static size_t best_of_some(const cupel_forest_worker *w, uint64_t key, uint32_t *column, size_t n, size_t need)
{
    size_t best = column[0];
    float most = CUPEL_GAIN_CONSTANT;
    for (size_t k = 0; k < need; k++) {
        size_t r = k + cupel_tree_below(cupel_tree_random(key, k), n - k);
        uint32_t j = column[r];
        column[r] = column[k];
        best = w->gain[j] > most ? j : best;
        most = w->gain[j] > most ? w->gain[j] : most;
    }
    return best;
}

/* Of the columns that vary, as many as are to be tried, each set of them with the same chance; of these the one with the largest gain. */
static bool choose(const cupel_forest_worker *w, uint64_t key, choice *c)
{
    size_t vary = 0, best;
    for (size_t j = 0; j < w->m->d; j++) {
        w->vary[vary] = (uint32_t)j;
        vary += w->gain[j] > CUPEL_GAIN_CONSTANT;
    }
    if (!vary) return false;
    best = w->columns < vary ? best_of_some(w, key, w->vary, vary, w->columns) : best_of_all(w, key);
    *c = (choice){best, w->at[best]};
    return w->gain[best] > CUPEL_GAIN_NONE;
}

static float between(float low, float high, float share)
{
    float at = low + share * (high - low);
    return at < high ? at : low;
}

/* Two rows: every column that parts them gains the same, so any of these does. */
static bool split_pair(const cupel_forest_worker *w, const cupel_split_task *t, uint64_t key, choice *c)
{
    const float *a = t->x + t->row[0] * t->ld, *b = t->x + t->row[1] * t->ld;
    size_t d = w->m->d, j = 0;
    bool found = false;
    if (t->h[0] < t->least || t->h[1] < t->least) return false;
    for (size_t k = 0; k < 8 && !found; k++) {
        j = cupel_tree_below(cupel_tree_random(key, k), d);
        found = a[j] != b[j];
    }
    for (size_t k = 0; k < d && !found; k++) {
        j = j + 1 < d ? j + 1 : 0;
        found = a[j] != b[j];
    }
    if (!found) return false;
    float low = a[j] < b[j] ? a[j] : b[j], high = a[j] < b[j] ? b[j] : a[j];
    float share = w->o->kind == CUPEL_EXTRA_TREES ? (float)(cupel_tree_random(key, 8) >> 40) * 0x1p-24f : 0.5f;
    *c = (choice){j, between(low, high, share)};
    return true;
}

/* From the largest value on the left to halfway to the smallest on the right. */
static void move_to_middle(const cupel_split_task *t, choice *c)
{
    float next = INFINITY;
    for (size_t i = 0; i < t->m; i++) {
        float x = t->x[t->row[i] * t->ld + c->column];
        if (x > c->at && x < next) next = x;
    }
    c->at = between(c->at, next, 0.5f);
}

/* Sums over the bins of TOGETHER columns at once: their additions do not wait for one another. */
static void fill_sums(cupel_forest_worker *w, const cupel_split_task *t, const uint32_t *column)
{
    const uint8_t *code[TOGETHER];
    int64_t(*sums)[FOREST_BINS] = w->sums;
    for (size_t c = 0; c < TOGETHER; c++) code[c] = w->m->code + column[c] * w->m->n;
    memset(sums, 0, sizeof w->sums);
    for (size_t i = 0; i < t->m; i++) {
        uint32_t row = t->row[i];
        int64_t both = w->both[i];
        for (size_t c = 0; c < TOGETHER; c++) sums[c][code[c][row]] += both;
    }
}

/* The same from the left, over the bins that rows fall into; how many there are. */
static size_t fill_cuts(cupel_forest_worker *w, const int64_t *sums, size_t bins)
{
    size_t n = 0;
    int64_t sum = 0;
    for (size_t b = 0; b < bins; b++) {
        sum += sums[b];
        w->cut_h[n] = (int32_t)(sum & 0xFFFFFFFF);
        w->cut_g[n] = (int32_t)(sum >> 32);
        w->cut_bin[n] = (uint8_t)b;
        n += sums[b] != 0; /* h of a row is above 0, and so is the lower half */
    }
    return n;
}

/* A split of a column so far. */
typedef struct binned {
    float gain;
    size_t column;
    uint8_t low, high; /* bins beside the cut */
} binned;

static bool try_column(cupel_forest_worker *w, const cupel_split_task *t, const int64_t *sums, size_t j, binned *best)
{
    size_t n = fill_cuts(w, sums, w->m->bins[j]), at = 0;
    if (n < 2) return false; /* all alike: does not count as tried */
    cupel_cut_task cuts = {w->cut_g, w->cut_h, n - 1, t->g_sum, t->h_sum, 0, (float)t->least};
    float gain = w->kernels->best_cut(&cuts, &at);
    if (gain > best->gain) *best = (binned){gain, j, w->cut_bin[at], w->cut_bin[at + 1]};
    return true;
}

static bool split_bins(cupel_forest_worker *w, const cupel_split_task *t, uint64_t key, choice *c)
{
    size_t d = w->m->d, need = w->columns;
    binned best = {.gain = CUPEL_GAIN_NONE};
    for (size_t i = 0; i < t->m; i++) w->both[i] = (int64_t)w->g[i] * ((int64_t)1 << 32) + w->h[i];
    for (size_t k = 0; k < d && need;) {
        uint32_t column[TOGETHER];
        size_t some = 0;
        for (; some < TOGETHER && some < need && k < d; some++, k++) {
            size_t r = k + cupel_tree_below(cupel_tree_random(key, k), d - k);
            column[some] = w->pick[r];
            w->pick[r] = w->pick[k];
            w->pick[k] = column[some];
        }
        for (size_t i = some; i < TOGETHER; i++) column[i] = column[0];
        fill_sums(w, t, column);
        for (size_t i = 0; i < some; i++) need -= try_column(w, t, w->sums[i], column[i], &best);
    }
    if (!(best.gain > CUPEL_GAIN_NONE)) return false;
    *c = (choice){best.column, between(w->m->high[best.column * 256 + best.low], w->m->low[best.column * 256 + best.high], 0.5f)};
    return true;
}

static bool find_split(cupel_forest_worker *w, cupel_split_task *t, uint64_t key, choice *c)
{
    if (t->m == 2) return split_pair(w, t, key, c);
    if (w->o->kind == CUPEL_EXTRA_TREES) {
        t->key = (uint32_t)(cupel_tree_random(key, SIZE_MAX) >> 32);
        w->kernels->random_cuts(t, w->at, w->gain);
        if (w->several) cupel_several_random(w->several, t, w->kernels, w->gain);
        return choose(w, key, c);
    }
    if (w->several) {
        float low = 0, high = 0;
        if (!cupel_several_split(w->several, t, w->pick, w->columns, key, t->m <= SMALL, &c->column, &low, &high)) return false;
        c->at = between(low, high, 0.5f);
        return true;
    }
    if (t->m > SMALL) return split_bins(w, t, key, c);
    w->kernels->best_cuts(t, w->at, w->gain);
    if (!choose(w, key, c)) return false;
    move_to_middle(t, c);
    return true;
}

/* Rows of node i, those that go left first, each side in its order; returns where the right side begins. */
static uint32_t part(cupel_forest_worker *w, cupel_tree *t, size_t i, const choice *c)
{
    uint32_t left = t->begin[i], right = 0;
    for (uint32_t k = t->begin[i]; k < t->end[i]; k++) {
        uint32_t r = t->order[k];
        bool goes_left = w->m->x[r * w->m->ld + c->column] <= c->at;
        t->order[left] = r;
        w->side[right] = r;
        left += goes_left;
        right += !goes_left;
    }
    memcpy(t->order + left, w->side, right * sizeof *w->side);
    return left;
}

/* Mean and variance of the targets in a leaf. */
static void finish_leaf(const cupel_forest_worker *w, cupel_tree *t, size_t i)
{
    double sum = 0, all = 0, square = 0;
    for (uint32_t k = t->begin[i]; k < t->end[i]; k++) {
        if (t->order[k] >= w->m->n_known) continue;
        sum += w->share[t->order[k]] * w->m->y[t->order[k]];
        all += w->share[t->order[k]];
    }
    double mean = t->end[i] - t->begin[i] == 1 ? w->m->y[t->order[t->begin[i]]] : sum / all;
    for (uint32_t k = t->begin[i]; k < t->end[i]; k++)
        if (t->order[k] < w->m->n_known) square += w->share[t->order[k]] * (w->m->y[t->order[k]] - mean) * (w->m->y[t->order[k]] - mean);
    cupel_tree_leaf(t, i);
    t->value[i] = (float)mean;
    t->inner[i] = (float)(square / all);
}

void cupel_forest_grow(cupel_forest_worker *w, size_t k, cupel_tree *t)
{
    w->key = cupel_rng_bits(w->o->seed, 0x74726565, k);
    for (size_t j = 0; j < w->m->d; j++) w->pick[j] = (uint32_t)j; /* a tree does not depend on the one before */
    draw_rows(w, t);
    make_whole(w, t);
    t->n = 1;
    t->begin[0] = t->depth[0] = 0;
    t->end[0] = (uint32_t)t->m;
    for (size_t i = 0; i < t->n; i++) {
        cupel_split_task task;
        choice c = {0};
        uint32_t middle = 0;
        if (w->several) cupel_several_means(w->several, w->share, t, i);
        bool split = gather(w, t, i, &task) && find_split(w, &task, cupel_tree_random(w->key, i), &c);
        if (split) middle = part(w, t, i, &c);
        if (!split || middle == t->begin[i] || middle == t->end[i]) {
            finish_leaf(w, t, i);
            continue;
        }
        size_t left = cupel_tree_split(t, i, c.column, c.at);
        t->begin[left] = t->begin[i];
        t->end[left] = t->begin[left + 1] = middle;
        t->end[left + 1] = t->end[i];
    }
}
