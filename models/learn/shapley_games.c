/* The two games of shapley.h, one row at a time. */
#include "models/learn/shapley_parts.h"

#include <math.h>

void cupel_shapley_points(size_t n, double *t, double *w)
{
    for (size_t i = 0; i < n; i++) {
        double x = cos(3.14159265358979323846 * ((double)i + 0.75) / ((double)n + 0.5)), slope = 1;
        for (int turn = 0; turn < 100; turn++) { /* Newton's steps to the root of the Legendre polynomial p of degree n */
            double p = 1, before = 0;
            for (size_t k = 0; k < n; k++) {
                const double next = ((2 * (double)k + 1) * x * p - (double)k * before) / ((double)k + 1);
                before = p;
                p = next;
            }
            slope = (double)n * (x * p - before) / (x * x - 1);
            const double step = p / slope;
            x -= step;
            if (fabs(step) < 1e-16) break;
        }
        t[i] = 0.5 * (1 - x);
        w[i] = 1 / ((1 - x * x) * slope * slope);
    }
}

static cupel_shapley_walk_fn *walk_of(cupel_isa isa)
{
#if defined(__x86_64__)
    if (isa == CUPEL_ISA_AVX512) return cupel_shapley_walk_avx512;
    if (isa == CUPEL_ISA_AVX2) return cupel_shapley_walk_avx2;
#else
    (void)isa;
#endif
    return cupel_shapley_walk_plain;
}

void cupel_shapley_paths(const cupel_shapley *s, cupel_isa isa, cupel_shapley_work *w, size_t from, size_t end, double *phi)
{
    const cupel_trees *t = s->trees;
    cupel_shapley_walk_fn *walk = walk_of(isa);
    cupel_shapley_walk k = {.x = w->x, .player = s->player, .known = s->known, .step = w->step, .product = w->product, .sum = w->sum, .edge = w->edge,
                            .zero = w->zero, .one = w->one, .phi = phi};
    for (size_t i = from; i < end; i++) {
        const size_t set = cupel_shapley_set(s->lanes[i]);
        k.points = (size_t)s->lanes[i] * CUPEL_SHAPLEY_LANES;
        k.at = s->at + set;
        k.weight = s->weight + set;
        k.rest = s->rest + set;
        k.node = t->node + t->first[i];
        k.cover = s->cover + t->first[i];
        walk(&k);
    }
}

/* One tree, the row x and one row b of the background: every leaf that some choice between the two, player by player, leads to. A leaf of value v
 * that needs p players from the row and q from the background adds v (p - 1)! q! / (p + q)! to each of the p and takes v p! (q - 1)! / (p + q)!
 * from each of the q. */
static void pair(const cupel_shapley *s, const cupel_tree_node *node, const uint64_t *x, const uint64_t *b,
                 cupel_shapley_work *w, double *phi)
{
    size_t forks = 0, p = 0, q = 0;
    uint32_t at = 0;
    for (;;) {
        uint32_t left;
        while ((left = cupel_tree_left(node[at])) != at) {
            const uint32_t column = cupel_tree_column(node[at]), player = s->player[column];
            const uint32_t mine = left + (node[at] < x[column]), other = left + (node[at] < b[column]);
            at = w->side[player] == 2 ? other : mine;
            if (mine == other || w->side[player]) continue;
            w->fork[forks++] = (cupel_shapley_fork){.player = player, .other = other};
            w->side[player] = 1;
            p++;
        }
        const double v = (double)cupel_tree_leaf_value(node[at]);
        double plus = p ? v * s->share[p * (s->most + 1) + q] : 0, minus = q ? v * s->share[q * (s->most + 1) + p] : 0;
        for (; forks; forks--) {
            cupel_shapley_fork *f = &w->fork[forks - 1];
            if (!f->second) break;
            phi[f->player] -= minus;
            plus += f->plus;
            minus += f->minus;
            w->side[f->player] = 0;
            q--;
        }
        if (!forks) return;
        cupel_shapley_fork *f = &w->fork[forks - 1];
        phi[f->player] += plus;
        *f = (cupel_shapley_fork){.player = f->player, .other = f->other, .second = true, .plus = plus, .minus = minus};
        at = f->other;
        w->side[f->player] = 2;
        p--;
        q++;
    }
}

void cupel_shapley_pairs(const cupel_shapley *s, cupel_shapley_work *w, size_t from, size_t end, double *phi)
{
    const cupel_trees *t = s->trees;
    for (size_t i = from; i < end; i++)
        for (size_t k = 0; k < s->n_back; k++)
            pair(s, t->node + t->first[i], w->x, s->back + k * t->d, w, phi);
}
