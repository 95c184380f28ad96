/* Gradient boosting on 64 bins a column: the leaf that gains most is split next, the histogram of the larger child is its parent's less the
 * smaller one's, and gradients are whole numbers of 16 bits, so that this difference is exact (as in LightGBM, Shi et al. 2022, arXiv:2207.09682). */
#include "models/learn/trees_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/order.h"
#include "core/math/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BINS = 64, LARGEST = 32767 };
static const double MOST = 0x1p30;        /* a sum of whole gradients stays below */
static const float WORTH = 1 + 1e-6f;     /* gain over the leaf's own, relative, that is not rounding */
static const double ONE_CLASS = 1e-6;     /* least share of a class that log odds begin from */

/* A leaf that may be split. */
typedef struct leaf {
    uint32_t node, begin, end;
    int32_t g, h;        /* sums */
    int64_t *sums;       /* [columns][BINS] g above, h below */
    double low, high;    /* what it may say, gradient over curvature in their whole units; with monotone columns */
    float gain;          /* over its own; 0: cannot be split */
    uint32_t column, bin;
} leaf;

/* A residual and its weight. */
typedef struct weighted {
    double value, weight;
} weighted;

typedef struct grower {
    const cupel_trees_matrix *m;
    const cupel_trees_options *o;
    const cupel_tree_kernels *kernels;
    uint64_t key;          /* of the tree at hand */
    double *f;             /* [n] prediction so far */
    double *gradient, *curvature; /* [n] of the loss, times the weight */
    int64_t *both;         /* [n] whole gradient above, whole curvature below */
    int64_t *packed;       /* [n] those of a leaf, in its order */
    uint32_t *order, *side; /* [n] rows in the sample, those of a leaf together */
    size_t sampled;
    uint32_t *pick;        /* columns that vary, those of this tree first */
    size_t vary, columns;
    leaf *leaf;            /* [leaves] */
    int64_t *sums;         /* [leaves][columns][BINS] */
    float lambda, least;   /* in units of the whole curvature */
    double unit;           /* of the whole curvature over the whole gradient: from a leaf's bounds to what it says */
    weighted *residual; /* [n] of a leaf, for the pinball loss; else NULL */
    int32_t cut_g[BINS + 16], cut_h[BINS + 16];
} grower;

/* ---- the loss ---- */

static cupel_status begin_at(const cupel_trees_matrix *m, const cupel_trees_options *o, double *base, cupel_err *err)
{
    double sum = 0, all = 0, half = 0;
    for (size_t i = 0; i < m->n; i++) {
        sum += m->weight[i] * m->y[i];
        all += m->weight[i];
    }
    *base = sum / all;
    if (o->loss == CUPEL_LOSS_LOG) {
        double p = *base < ONE_CLASS ? ONE_CLASS : *base > 1 - ONE_CLASS ? 1 - ONE_CLASS : *base;
        *base = cupel_log(p) - cupel_log(1 - p);
    }
    if (o->loss != CUPEL_LOSS_PSEUDO_HUBER && o->loss != CUPEL_LOSS_PINBALL) return CUPEL_OK;
    const double share = o->loss == CUPEL_LOSS_PINBALL ? o->quantile : 0.5;
    size_t *order = cupel_alloc(m->n, sizeof *order), i = 0;
    if (!order) return cupel_no_memory(err, "the order of the targets", m->n * sizeof *order);
    cupel_status st = cupel_order(m->y, m->n, order, err);
    while (st == CUPEL_OK && i + 1 < m->n && (half += m->weight[order[i]]) < share * all) i++;
    if (st == CUPEL_OK) *base = m->y[order[i]];
    cupel_free(order);
    return st;
}

/* First and second derivative of the loss by the prediction. */
static void derive(const cupel_trees_options *o, double y, double f, double *g, double *h)
{
    if (o->loss == CUPEL_LOSS_LOG) {
        double p = cupel_trees_probability(f);
        *g = p - y;
        *h = p * (1 - p);
    } else if (o->loss == CUPEL_LOSS_PSEUDO_HUBER) {
        double r = (f - y) / o->huber, root = sqrt(1 + r * r);
        *g = o->huber * (r / root);
        *h = 1 / (root * root * root);
    } else if (o->loss == CUPEL_LOSS_PINBALL) {
        *g = y > f ? -o->quantile : y < f ? 1 - o->quantile : 0;
        *h = 1;
    } else {
        *g = f - y;
        *h = 1;
    }
}

/* Derivatives of the sampled rows, and the same as whole numbers. */
static void derive_all(grower *w)
{
    double most_g = 0, most_h = 0, least_h = INFINITY;
    for (size_t k = 0; k < w->sampled; k++) {
        size_t i = w->order[k];
        derive(w->o, w->m->y[i], w->f[i], &w->gradient[i], &w->curvature[i]);
        w->gradient[i] *= w->m->weight[i];
        w->curvature[i] *= w->m->weight[i];
        most_g = fabs(w->gradient[i]) > most_g ? fabs(w->gradient[i]) : most_g;
        most_h = w->curvature[i] > most_h ? w->curvature[i] : most_h;
        least_h = w->curvature[i] < least_h ? w->curvature[i] : least_h;
    }
    double top = MOST / (double)w->sampled < LARGEST ? MOST / (double)w->sampled : LARGEST;
    double by_g = most_g > 0 ? top / most_g : 0, by_h = most_h > 0 ? (least_h == most_h ? 1 : top) / most_h : 0;
    for (size_t k = 0; k < w->sampled; k++) {
        size_t i = w->order[k];
        double g = w->gradient[i] * by_g;
        w->both[i] = (int64_t)(g + (g < 0 ? -0.5 : 0.5)) * ((int64_t)1 << 32) + (int64_t)(w->curvature[i] * by_h + 0.5);
    }
    w->unit = by_g > 0 ? by_h / by_g : 0;
    w->lambda = (float)(w->o->lambda * by_h);
    w->least = (float)(w->o->child_weight * by_h);
    if (!(w->least >= 0.5f)) w->least = 0.5f; /* a side without any weight is no side */
}

static int by_value(const void *a, const void *b)
{
    const weighted *p = a, *q = b;
    if (p->value < q->value || p->value > q->value) return p->value < q->value ? -1 : 1;
    return (p->weight > q->weight) - (p->weight < q->weight); /* equal ones give the same answer in any order */
}

/* ---- histograms and cuts ---- */

static void fill(grower *w, leaf *l)
{
    size_t m = l->end - l->begin, n = w->m->n;
    const uint32_t *row = w->order + l->begin;
    memset(l->sums, 0, w->columns * BINS * sizeof *l->sums);
    for (size_t i = 0; i < m; i++) w->packed[i] = w->both[row[i]];
    for (size_t c = 0; c < w->columns; c++) {
        const uint8_t *code = w->m->code + w->pick[c] * n;
        int64_t *sums = l->sums + c * BINS;
        for (size_t i = 0; i < m; i++) sums[code[row[i]]] += w->packed[i];
    }
}

static void subtract(const grower *w, int64_t *restrict from, const int64_t *restrict less)
{
    for (size_t i = 0; i < w->columns * BINS; i++) from[i] -= less[i];
}

/* ---- cuts that keep directions ---- */

static double within(double x, const leaf *l) { return x < l->low ? l->low : x > l->high ? l->high : x; }

/* What rows with these sums say within the bounds of their leaf. */
static double held(const grower *w, const leaf *l, double g, double h) { return within(-g / (h + (double)w->lambda), l); }

/* By how much it lowers twice the loss; g^2 / (h + lambda) without bounds. */
static double worth(const grower *w, double g, double h, double value) { return -(2 * g * value + (h + (double)w->lambda) * value * value); }

/* The same as find_cut within bounds, without cuts whose sides go the wrong way. */
static void find_held_cut(grower *w, leaf *l)
{
    const double g = l->g, h = l->h, own = worth(w, g, h, held(w, l, g, h));
    double most = own + 1e-6 * fabs(own);
    for (size_t c = 0; c < w->columns; c++) {
        const size_t bins = w->m->bins[w->pick[c]];
        const int way = w->o->monotone[w->pick[c]];
        int64_t sum = 0;
        for (size_t b = 0; b + 1 < bins; b++) {
            sum += l->sums[c * BINS + b];
            const double hl = (double)(int32_t)(sum & 0xFFFFFFFF), gl = (double)(int32_t)(sum >> 32), hr = h - hl, gr = g - gl;
            if (hl < (double)w->least || hr < (double)w->least) continue;
            const double left = held(w, l, gl, hl), right = held(w, l, gr, hr);
            if (way * (right - left) < 0) continue;
            const double gain = worth(w, gl, hl, left) + worth(w, gr, hr, right);
            if (!(gain > most)) continue;
            most = gain;
            l->gain = (float)(gain - own);
            l->column = w->pick[c];
            l->bin = (uint32_t)b;
        }
    }
}

/* Bounds of the two sides of a split on `column`: those of the leaf that was split, and where the column has a direction the middle between. */
static void set_bounds(const grower *w, size_t column, const leaf *whole, leaf *left, leaf *right)
{
    left->low = right->low = whole->low;
    left->high = right->high = whole->high;
    if (!w->o->monotone || !w->o->monotone[column]) return;
    const double middle = 0.5 * (held(w, whole, left->g, left->h) + held(w, whole, right->g, right->h));
    if (w->o->monotone[column] > 0) left->high = right->low = middle;
    else left->low = right->high = middle;
}

/* The best cut of a leaf whose sums are there. */
static void find_cut(grower *w, leaf *l, const cupel_tree *t)
{
    float most = (float)l->g * (float)l->g / ((float)l->h + w->lambda), own = most;
    l->gain = 0;
    if ((float)l->h < 2 * w->least || (w->o->depth && t->depth[l->node] >= w->o->depth)) return;
    if (w->o->monotone) {
        find_held_cut(w, l);
        return;
    }
    most *= WORTH;
    for (size_t c = 0; c < w->columns; c++) {
        size_t bins = w->m->bins[w->pick[c]], at = 0;
        int64_t sum = 0;
        for (size_t b = 0; b + 1 < bins; b++) {
            sum += l->sums[c * BINS + b];
            w->cut_h[b] = (int32_t)(sum & 0xFFFFFFFF);
            w->cut_g[b] = (int32_t)(sum >> 32);
        }
        cupel_cut_task cuts = {w->cut_g, w->cut_h, bins - 1, l->g, l->h, w->lambda, w->least};
        float gain = w->kernels->best_cut(&cuts, &at);
        if (!(gain > most)) continue;
        most = gain;
        l->gain = gain - own;
        l->column = w->pick[c];
        l->bin = (uint32_t)at;
    }
}

/* ---- one tree ---- */

static void add_up(leaf *l)
{
    int64_t sum = 0;
    for (size_t b = 0; b < BINS; b++) sum += l->sums[b]; /* any column will do */
    l->h = (int32_t)(sum & 0xFFFFFFFF);
    l->g = (int32_t)(sum >> 32);
}

static void split_leaf(grower *w, cupel_tree *t, size_t at, size_t fresh)
{
    leaf *l = &w->leaf[at], *r = &w->leaf[fresh];
    const leaf whole = *l;
    const uint8_t *code = w->m->code + l->column * w->m->n;
    uint32_t left = l->begin, right = 0;
    for (uint32_t k = l->begin; k < l->end; k++) {
        uint32_t row = w->order[k];
        bool goes_left = code[row] <= l->bin;
        w->order[left] = row;
        w->side[right] = row;
        left += goes_left;
        right += !goes_left;
    }
    memcpy(w->order + left, w->side, right * sizeof *w->side);
    float low = w->m->high[l->column * 256 + l->bin], high = w->m->low[l->column * 256 + l->bin + 1], cut = low + 0.5f * (high - low);
    t->begin[l->node] = l->bin;
    size_t child = cupel_tree_split(t, l->node, l->column, cut < high ? cut : low);
    *r = (leaf){.node = (uint32_t)child + 1, .begin = left, .end = l->end, .sums = w->sums + fresh * w->columns * BINS};
    l->node = (uint32_t)child;
    l->end = left;
    if (l->end - l->begin > r->end - r->begin) { /* the parent's sums become those of the larger child */
        fill(w, r);
        subtract(w, l->sums, r->sums);
    } else {
        int64_t *parent = l->sums;
        l->sums = r->sums;
        r->sums = parent;
        fill(w, l);
        subtract(w, r->sums, l->sums);
    }
    add_up(l);
    add_up(r);
    set_bounds(w, whole.column, &whole, l, r);
    find_cut(w, l, t);
    find_cut(w, r, t);
}

static size_t grow_leaves(grower *w, cupel_tree *t)
{
    size_t n = 1;
    t->n = 1;
    t->depth[0] = 0;
    w->leaf[0] = (leaf){.end = (uint32_t)w->sampled, .sums = w->sums, .low = -INFINITY, .high = INFINITY};
    fill(w, &w->leaf[0]);
    add_up(&w->leaf[0]);
    find_cut(w, &w->leaf[0], t);
    while (n < w->o->leaves) {
        size_t best = 0;
        for (size_t i = 1; i < n; i++)
            if (w->leaf[i].gain > w->leaf[best].gain) best = i;
        if (!(w->leaf[best].gain > 0)) break;
        split_leaf(w, t, best, n);
        n++;
    }
    return n;
}

/* The smallest residual of a leaf at which its weights reach the quantile: the pinball loss has no second derivative to divide by. */
static double leaf_quantile(const grower *w, const leaf *l)
{
    size_t n = 0;
    double all = 0, sum = 0;
    for (uint32_t i = l->begin; i < l->end; i++, n++) {
        const size_t row = w->order[i];
        w->residual[n] = (weighted){w->m->y[row] - w->f[row], w->m->weight[row]};
        all += w->m->weight[row];
    }
    qsort(w->residual, n, sizeof *w->residual, by_value);
    for (size_t i = 0; i + 1 < n; i++)
        if ((sum += w->residual[i].weight) >= w->o->quantile * all) return w->residual[i].value;
    return n ? w->residual[n - 1].value : 0;
}

/* The same bound on both sides of a split is the same number here. */
static double bounded(const grower *w, const leaf *l, double x)
{
    const double low = isfinite(l->low) ? l->low * w->unit : l->low, high = isfinite(l->high) ? l->high * w->unit : l->high;
    return x < low ? low : x > high ? high : x;
}

/* What the leaves add, from the derivatives themselves, and the predictions of the sampled rows with it. */
static void finish_leaves(grower *w, cupel_tree *t, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        const leaf *l = &w->leaf[k];
        double g = 0, h = 0;
        for (uint32_t i = l->begin; i < l->end; i++) {
            g += w->gradient[w->order[i]];
            h += w->curvature[w->order[i]];
        }
        double divisor = h + w->o->lambda;
        cupel_tree_leaf(t, l->node);
        t->value[l->node] = divisor > 1e-12 ? (float)(-w->o->rate * g / divisor) : 0;
        if (w->o->monotone) t->value[l->node] = (float)(w->o->rate * bounded(w, l, divisor > 1e-12 ? -g / divisor : 0));
        if (w->residual) t->value[l->node] = (float)(w->o->rate * leaf_quantile(w, l));
        for (uint32_t i = l->begin; i < l->end; i++) w->f[w->order[i]] += (double)t->value[l->node];
    }
}

static bool is_leaf(const cupel_tree *t, size_t i) { return cupel_tree_left(t->node[i]) == i; }

/* Rows that the tree has not seen go down it by their bins. */
static void predict_others(grower *w, const cupel_tree *t)
{
    for (size_t k = w->sampled; k < w->m->n; k++) {
        size_t row = w->order[k], i = 0;
        while (!is_leaf(t, i)) {
            size_t column = cupel_tree_column(t->node[i]), left = cupel_tree_left(t->node[i]);
            i = left + (w->m->code[column * w->m->n + row] > t->begin[i]);
        }
        w->f[row] += (double)t->value[i];
    }
}

/* Nodes level by level into the tree that is kept. */
static cupel_status keep_tree(const cupel_tree *t, cupel_tree *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    uint32_t *from = cupel_alloc(t->n, sizeof *from);
    *out = (cupel_tree){.n = t->n, .node = cupel_alloc(t->n, sizeof *out->node), .value = cupel_alloc(t->n, sizeof *out->value)};
    if (!from || !out->node || !out->value) {
        cupel_tree_release(out);
        st = cupel_no_memory(err, "a tree", t->n * 12);
        goto done;
    }
    size_t known = 1;
    for (size_t i = 0; i < t->n; i++) {
        cupel_tree_node node = t->node[from[i]];
        uint32_t left = cupel_tree_left(node), to = (uint32_t)i;
        out->value[i] = t->value[from[i]];
        if (left != from[i]) {
            to = (uint32_t)known;
            from[known++] = left;
            from[known++] = left + 1;
        }
        out->node[i] = cupel_tree_node_of(cupel_tree_at(node), to, cupel_tree_column(node));
    }
done:
    cupel_free(from);
    return st;
}

/* ---- all trees ---- */

/* The rows of this tree first, in their order, and its columns first. */
static void draw(grower *w)
{
    size_t n = w->m->n, out = 0;
    uint64_t limit = w->o->subsample >= 1 ? UINT64_MAX : (uint64_t)(w->o->subsample * 0x1p64);
    w->sampled = 0;
    for (size_t i = 0; i < n; i++) {
        bool in = w->m->weight[i] > 0 && cupel_tree_random(w->key, i) <= limit;
        if (in)
            w->order[w->sampled++] = (uint32_t)i;
        else
            w->side[out++] = (uint32_t)i;
    }
    memcpy(w->order + w->sampled, w->side, out * sizeof *w->side);
    for (size_t k = 0; k < w->columns; k++) {
        size_t r = k + cupel_tree_below(cupel_tree_random(~w->key, k), w->vary - k);
        uint32_t swap = w->pick[k];
        w->pick[k] = w->pick[r];
        w->pick[r] = swap;
    }
}

static void release(grower *w)
{
    cupel_free(w->f);
    cupel_free(w->gradient);
    cupel_free(w->curvature);
    cupel_free(w->both);
    cupel_free(w->packed);
    cupel_free(w->order);
    cupel_free(w->side);
    cupel_free(w->pick);
    cupel_free(w->leaf);
    cupel_free(w->sums);
    cupel_free(w->residual);
}

static cupel_status reserve(grower *w, cupel_err *err)
{
    size_t n = w->m->n, sums = cupel_mul(cupel_mul(w->o->leaves, w->columns), BINS);
    w->f = cupel_alloc(n, sizeof *w->f);
    w->gradient = cupel_alloc(n, sizeof *w->gradient);
    w->curvature = cupel_alloc(n, sizeof *w->curvature);
    w->both = cupel_alloc(n, sizeof *w->both);
    w->packed = cupel_alloc(n, sizeof *w->packed);
    w->order = cupel_alloc(n, sizeof *w->order);
    w->side = cupel_alloc(n, sizeof *w->side);
    w->leaf = cupel_alloc(w->o->leaves, sizeof *w->leaf);
    w->sums = cupel_alloc_aligned(sums, sizeof *w->sums);
    if (w->o->loss == CUPEL_LOSS_PINBALL) w->residual = cupel_alloc(n, sizeof *w->residual);
    const bool ready = w->residual || w->o->loss != CUPEL_LOSS_PINBALL;
    if (ready && w->f && w->gradient && w->curvature && w->both && w->packed && w->order && w->side && w->leaf && w->sums) return CUPEL_OK;
    return cupel_no_memory(err, "boosted trees (fewer leaves or columns take less)", cupel_mul(sums, sizeof *w->sums));
}

/* Columns with more than one bin, and how many of them a tree uses. */
static cupel_status find_columns(grower *w, cupel_err *err)
{
    w->pick = cupel_alloc(w->m->d, sizeof *w->pick);
    if (!w->pick) return cupel_no_memory(err, "columns of a tree", w->m->d * sizeof *w->pick);
    for (size_t j = 0; j < w->m->d; j++)
        if (w->m->bins[j] > 1) w->pick[w->vary++] = (uint32_t)j;
    w->columns = (size_t)(w->o->columns * (double)w->vary + 0.5);
    if (!w->columns && w->vary) w->columns = 1;
    return CUPEL_OK;
}

static void grow_tree(grower *w, cupel_tree *t)
{
    size_t leaves = 1;
    draw(w);
    if (!w->sampled || !w->columns) { /* nothing to see: a tree that adds nothing */
        t->n = 1;
        cupel_tree_leaf(t, 0);
        t->value[0] = 0;
        return;
    }
    derive_all(w);
    leaves = grow_leaves(w, t);
    finish_leaves(w, t, leaves);
    predict_others(w, t);
}

cupel_status cupel_boost_grow(const cupel_trees_matrix *m, const cupel_trees_options *o, size_t seed, const cupel_job *job, cupel_tree *trees,
                              double *base, cupel_err *err)
{
    grower w = {.m = m, .o = o, .kernels = cupel_tree_kernels_of(job->isa)};
    cupel_tree t = {0};
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(find_columns(&w, err));
    CUPEL_TRY(reserve(&w, err));
    CUPEL_TRY(cupel_tree_reserve(&t, o->leaves, 1, 0, err));
    CUPEL_TRY(begin_at(m, o, base, err));
    for (size_t i = 0; i < m->n; i++) w.f[i] = *base;
    for (size_t k = 0; k < o->trees; k++) {
        if (cupel_stopped(job)) CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped while training; nothing was written, start again"));
        w.key = cupel_rng_bits(o->seed, 0x626f6f73 + (uint64_t)seed, k);
        grow_tree(&w, &t);
        CUPEL_TRY(keep_tree(&t, &trees[k], err));
    }
done:
    cupel_tree_release(&t);
    release(&w);
    return st;
}
