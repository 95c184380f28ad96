#include "models/learn/shapley_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/par.h"

#include <string.h>

enum { BLOCKS = 16, ROWS = 256 }; /* of trees, whose values are added up in order; rows at a time */

/* ---- the trees and their background ---- */

/* Splits above the deepest leaf. level: [nodes of the largest tree]. */
static size_t depth_of(const cupel_trees *t, uint32_t *level)
{
    size_t most = 0;
    for (size_t k = 0; k < t->n_trees; k++) {
        const cupel_tree_node *node = t->node + t->first[k];
        level[0] = 0;
        for (size_t i = 0; i < t->first[k + 1] - t->first[k]; i++) {
            const uint32_t left = cupel_tree_left(node[i]);
            if (level[i] > most) most = level[i];
            if (left != i) level[left] = level[left + 1] = level[i] + 1;
        }
    }
    return most;
}

static cupel_status find_depth(cupel_shapley *s, cupel_err *err)
{
    const cupel_trees *t = s->trees;
    size_t largest = 1, players = 0;
    for (size_t k = 0; k < t->n_trees; k++)
        if (t->first[k + 1] - t->first[k] > largest) largest = t->first[k + 1] - t->first[k];
    uint32_t *level = cupel_alloc(largest, sizeof *level);
    unsigned char *used = cupel_alloc(s->n_players + 1, 1);
    if (level && used) {
        s->depth = depth_of(t, level);
        for (size_t j = 0; j < t->d; j++) players += !used[s->player[j]], used[s->player[j]] = 1;
        s->most = players < s->depth ? players : s->depth;
    }
    const bool there = level && used;
    cupel_free(level);
    cupel_free(used);
    return there ? CUPEL_OK : cupel_no_memory(err, "Shapley values", largest * sizeof *level);
}

static void keys_of(const double *x, size_t d, uint64_t *to)
{
    for (size_t j = 0; j < d; j++) to[j] = (uint64_t)cupel_tree_key(cupel_tree_value(x[j])) << 32;
}

/* Rows of the background that come to each node, and their mean prediction. */
static cupel_status count_cover(cupel_shapley *s, const cupel_shapley_options *o, cupel_isa isa, cupel_err *err)
{
    const cupel_trees *t = s->trees;
    const cupel_tree_kernels *kernels = cupel_tree_kernels_of(isa);
    const size_t whole = CUPEL_TREE_BLOCK;
    uint32_t *x = cupel_alloc_aligned(cupel_mul(whole, t->d + 1), sizeof *x);
    int32_t *across = cupel_alloc_aligned(cupel_mul(CUPEL_TREE_ACROSS, t->d + 1), sizeof *across);
    uint32_t *at = cupel_alloc_aligned(whole, sizeof *at);
    double sum = 0;
    s->cover = cupel_alloc(t->first[t->n_trees] + 1, sizeof *s->cover);
    const bool there = x && across && at && s->cover;
    for (size_t from = 0; there && from < o->n; from += whole) {
        const size_t n = o->n - from < whole ? o->n - from : whole;
        const cupel_walk_rows rows = {x, across, t->d + 1, (n + CUPEL_TREES_PAD - 1) / CUPEL_TREES_PAD * CUPEL_TREES_PAD};
        kernels->load(o->x + from * o->ld, o->ld, n, t->d, x, across);
        for (size_t k = 0; k < t->n_trees; k++) {
            const size_t first = t->first[k];
            kernels->walk(t->node + first, t->first[k + 1] - first, &rows, at);
            for (size_t i = 0; i < n; i++) s->cover[first + at[i]] += 1, sum += (double)cupel_tree_leaf_value(t->node[first + at[i]]);
        }
    }
    for (size_t k = t->n_trees; there && k-- > 0;)
        for (size_t i = t->first[k + 1] - t->first[k]; i-- > 0;) {
            const uint32_t left = cupel_tree_left(t->node[t->first[k] + i]);
            double *c = s->cover + t->first[k];
            if (left != i) c[i] = c[left] + c[left + 1];
        }
    s->base = t->base + t->factor * sum / (double)o->n;
    cupel_free(x);
    cupel_free(across);
    cupel_free(at);
    return there ? CUPEL_OK : cupel_no_memory(err, "Shapley values", cupel_mul(t->first[t->n_trees], sizeof *s->cover));
}

/* Most players on the way to a leaf of a tree. seen: [players] how often the way at hand asks about each; way: [depth + 1]. */
static size_t players_of(const cupel_shapley *s, const cupel_tree_node *node, uint32_t *seen, uint32_t *way)
{
    size_t most = 0, players = 0, n = 1;
    way[0] = 0;
    while (n) { /* way holds the nodes from the root down; a left child is followed by its right one */
        const uint32_t at = way[n - 1];
        if (cupel_tree_left(node[at]) != at) {
            players += !seen[s->player[cupel_tree_column(node[at])]]++;
            if (players > most) most = players;
            way[n++] = cupel_tree_left(node[at]);
            continue;
        }
        for (n--; n; n--) { /* up to a node whose right side is still to come */
            const uint32_t above = way[n - 1], done = way[n];
            if (done == cupel_tree_left(node[above])) {
                way[n++] = done + 1;
                break;
            }
            players -= !--seen[s->player[cupel_tree_column(node[above])]];
        }
    }
    return most;
}

/* n points are exact for 2n players: the polynomial has one factor less. */
static cupel_status make_points(cupel_shapley *s, cupel_err *err)
{
    const cupel_trees *t = s->trees;
    const size_t top = s->most / (2 * CUPEL_SHAPLEY_LANES) + 1, all = cupel_shapley_set(top + 1);
    uint32_t *seen = cupel_alloc(s->n_players, sizeof *seen), *way = cupel_alloc(s->depth + 2, sizeof *way);
    bool *used = cupel_alloc(top + 1, sizeof *used);
    s->lanes = cupel_alloc(t->n_trees + 1, sizeof *s->lanes);
    s->at = cupel_alloc_aligned(all, sizeof *s->at);
    s->weight = cupel_alloc_aligned(all, sizeof *s->weight);
    s->rest = cupel_alloc_aligned(all, sizeof *s->rest);
    const bool there = seen && way && used && s->lanes && s->at && s->weight && s->rest;
    for (size_t k = 0; there && k < t->n_trees; k++) {
        const size_t players = players_of(s, t->node + t->first[k], seen, way), lanes = players ? (players - 1) / (2 * CUPEL_SHAPLEY_LANES) + 1 : 1;
        s->lanes[k] = (uint16_t)lanes;
        used[lanes] = true;
        if (lanes * CUPEL_SHAPLEY_LANES > s->points) s->points = lanes * CUPEL_SHAPLEY_LANES;
    }
    for (size_t lanes = 1; there && lanes <= top; lanes++)
        if (used[lanes]) cupel_shapley_points(lanes * CUPEL_SHAPLEY_LANES, s->at + cupel_shapley_set(lanes), s->weight + cupel_shapley_set(lanes));
    for (size_t q = 0; there && q < all; q++) s->rest[q] = 1 / (1 - s->at[q]);
    cupel_free(seen);
    cupel_free(way);
    cupel_free(used);
    return there ? CUPEL_OK : cupel_no_memory(err, "Shapley values", all * sizeof *s->at);
}

static cupel_status make_shares(cupel_shapley *s, const cupel_shapley_options *o, cupel_err *err)
{
    const size_t d = s->trees->d, side = s->most + 1;
    s->n_back = o->n;
    s->back = cupel_alloc_aligned(cupel_mul(o->n, d), sizeof *s->back);
    s->share = cupel_alloc(cupel_mul(side, side), sizeof *s->share);
    if (!s->back || !s->share) return cupel_no_memory(err, "Shapley values", cupel_mul(o->n, d * sizeof *s->back));
    for (size_t i = 0; i < o->n; i++) keys_of(o->x + i * o->ld, d, s->back + i * d);
    for (size_t q = 0; q < side; q++)
        for (size_t p = 1; p < side; p++)
            s->share[p * side + q] = p == 1 ? 1 / (double)(q + 1) : s->share[(p - 1) * side + q] * (double)(p - 1) / (double)(p + q);
    return CUPEL_OK;
}

static cupel_status name_players(cupel_shapley *s, const cupel_shapley_options *o, cupel_err *err)
{
    const size_t d = s->trees->d;
    s->n_players = o->player ? o->n_players : d;
    s->known = o->player && o->last_known ? (uint32_t)o->n_players - 1 : UINT32_MAX;
    s->player = cupel_alloc(d, sizeof *s->player);
    if (!s->player) return cupel_no_memory(err, "Shapley values", d * sizeof *s->player);
    for (size_t j = 0; j < d; j++) {
        const size_t p = o->player ? o->player[j] : j;
        if (p >= s->n_players)
            return cupel_fail(err, CUPEL_USAGE, "Shapley values: column %zu belongs to player %zu, expected 0 to %zu; mend the list of players", j, p,
                              s->n_players - 1);
        s->player[j] = (uint32_t)p;
    }
    return CUPEL_OK;
}

cupel_status cupel_shapley_new(const cupel_trees *t, const cupel_shapley_options *o, const cupel_job *job, cupel_shapley **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    if (!o->n || (o->player && (!o->n_players || o->n_players > UINT32_MAX)))
        return cupel_fail(err, CUPEL_USAGE, "Shapley values need rows of a background and players; found %zu rows; give at least one", o->n);
    cupel_shapley *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "Shapley values", sizeof *s);
    s->trees = t;
    s->kind = o->kind;
    CUPEL_TRY(name_players(s, o, err));
    CUPEL_TRY(find_depth(s, err));
    CUPEL_TRY(count_cover(s, o, job->isa, err));
    CUPEL_TRY(s->kind == CUPEL_SHAPLEY_PATH ? make_points(s, err) : make_shares(s, o, err));
    *out = s;
    s = NULL;
done:
    cupel_shapley_free(s);
    return st;
}

void cupel_shapley_free(cupel_shapley *s)
{
    if (!s) return;
    cupel_free(s->player);
    cupel_free(s->cover);
    cupel_free(s->lanes);
    cupel_free(s->at);
    cupel_free(s->weight);
    cupel_free(s->rest);
    cupel_free(s->back);
    cupel_free(s->share);
    cupel_free(s);
}

double cupel_shapley_base(const cupel_shapley *s) { return s->base; }

/* ---- rows ---- */

static void release_work(cupel_shapley_work *w)
{
    cupel_free(w->x);
    cupel_free(w->step);
    cupel_free(w->product);
    cupel_free(w->sum);
    cupel_free(w->edge);
    cupel_free(w->zero);
    cupel_free(w->one);
    cupel_free(w->fork);
    cupel_free(w->side);
}

static cupel_status make_work(const cupel_shapley *s, cupel_shapley_work *w, cupel_err *err)
{
    const size_t levels = s->depth + 1, points = cupel_mul(levels, s->points);
    bool there = (w->x = cupel_alloc_aligned(s->trees->d, sizeof *w->x)) != NULL;
    if (s->kind == CUPEL_SHAPLEY_PATH) {
        there = there && (w->step = cupel_alloc(levels, sizeof *w->step)) && (w->product = cupel_alloc_aligned(points, sizeof(double))) &&
                (w->sum = cupel_alloc_aligned(points, sizeof(double))) && (w->edge = cupel_alloc_aligned(points, sizeof(double))) &&
                (w->zero = cupel_alloc(s->n_players, sizeof(double))) && (w->one = cupel_alloc(s->n_players, sizeof(double)));
        for (size_t p = 0; there && p < s->n_players; p++) w->zero[p] = w->one[p] = 1;
    } else {
        there = there && (w->fork = cupel_alloc(s->most + 1, sizeof *w->fork)) && (w->side = cupel_alloc(s->n_players, 1));
    }
    return there ? CUPEL_OK : cupel_no_memory(err, "Shapley values", cupel_mul(points, 3 * sizeof(double)));
}

typedef struct running {
    const cupel_shapley *s;
    const double *x;         /* [n][ld] the rows at work */
    size_t ld, n;
    const cupel_job *job;
    cupel_shapley_work *work; /* [threads] */
    double *part;            /* [n][BLOCKS][players] */
} running;

static cupel_status run_part(void *user, size_t item, size_t worker, cupel_err *err)
{
    const running *r = user;
    const cupel_shapley *s = r->s;
    const size_t row = item / BLOCKS, block = item % BLOCKS, n = s->trees->n_trees;
    double *phi = r->part + item * s->n_players;
    cupel_shapley_work *w = &r->work[worker];
    if (!w->x) {
        const cupel_status st = make_work(s, w, err);
        if (st != CUPEL_OK) return st;
    }
    memset(phi, 0, s->n_players * sizeof *phi);
    keys_of(r->x + row * r->ld, s->trees->d, w->x);
    if (s->kind == CUPEL_SHAPLEY_PATH) cupel_shapley_paths(s, r->job->isa, w, n * block / BLOCKS, n * (block + 1) / BLOCKS, phi);
    else cupel_shapley_pairs(s, w, n * block / BLOCKS, n * (block + 1) / BLOCKS, phi);
    return CUPEL_OK;
}

static void add_parts(const running *r, double *value)
{
    const cupel_shapley *s = r->s;
    const double factor = s->trees->factor / (s->kind == CUPEL_SHAPLEY_PATH ? 1 : (double)s->n_back);
    for (size_t i = 0; i < r->n; i++)
        for (size_t p = 0; p < s->n_players; p++) {
            double sum = 0;
            for (size_t b = 0; b < BLOCKS; b++) sum += r->part[(i * BLOCKS + b) * s->n_players + p];
            value[i * s->n_players + p] = factor * sum;
        }
}

cupel_status cupel_shapley_run(const cupel_shapley *s, const double *x, size_t ld, size_t n, const cupel_job *job, double *value, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    running r = {.s = s, .ld = ld, .job = job, .work = cupel_alloc(job->threads, sizeof *r.work)};
    const size_t block = n < ROWS ? n : ROWS;
    r.part = cupel_alloc(cupel_mul(block * BLOCKS, s->n_players) + 1, sizeof *r.part);
    if (!r.work || !r.part) CUPEL_TRY(cupel_no_memory(err, "Shapley values", cupel_mul(block * BLOCKS, s->n_players * sizeof *r.part)));
    for (size_t from = 0; from < n; from += ROWS) {
        r.x = x + from * ld;
        r.n = n - from < ROWS ? n - from : ROWS;
        if (cupel_stopped(job)) CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped while explaining"));
        CUPEL_TRY(cupel_par_for(job->threads, r.n * BLOCKS, run_part, &r, err));
        add_parts(&r, value + from * s->n_players);
    }
done:
    for (size_t k = 0; r.work && k < job->threads; k++) release_work(&r.work[k]);
    cupel_free(r.work);
    cupel_free(r.part);
    return st;
}
