/* Not a header of its own: rows down a tree, WALKERS at a time so that their loads overlap. All go two levels further than an even tree of so many
 * nodes is deep; those that have not arrived by then, about half, go on together. A leaf leads to itself. Gathers of AVX-512 were not faster. */
#include "models/learn/kernels/trees.h"

enum { WALKERS = 16 };

static inline uint32_t step(const cupel_tree_node *node, const uint64_t *x, uint32_t i)
{
    const cupel_tree_node n = node[i];
    return cupel_tree_left(n) + (n < x[cupel_tree_column(n)]);
}

/* WALKERS rows all the way. */
static inline void finish(const cupel_tree_node *node, const uint64_t *x, size_t ld, const uint32_t *row, uint32_t *at)
{
    uint32_t i[WALKERS], moved;
    for (size_t k = 0; k < WALKERS; k++) i[k] = at[row[k]];
    do {
        moved = 0;
        for (size_t k = 0; k < WALKERS; k++) i[k] = step(node, x + row[k] * ld, i[k]);
        for (size_t k = 0; k < WALKERS; k++) {
            uint32_t next = step(node, x + row[k] * ld, i[k]);
            moved |= next ^ i[k];
            i[k] = next;
        }
    } while (moved);
    for (size_t k = 0; k < WALKERS; k++) at[row[k]] = i[k];
}

static void walk(const cupel_tree_node *node, size_t nodes, const uint64_t *x, size_t ld, size_t n, uint32_t *at)
{
    uint32_t row[CUPEL_TREE_BLOCK + WALKERS];
    size_t left = 0, levels = 2;
    for (; nodes > 1; nodes /= 2) levels++;
    for (size_t from = 0; from < n; from += WALKERS) {
        const uint64_t *z = x + from * ld;
        uint32_t i[WALKERS] = {0};
        for (size_t l = 0; l < levels; l++)
            for (size_t k = 0; k < WALKERS; k++) i[k] = step(node, z + k * ld, i[k]);
        for (size_t k = 0; k < WALKERS; k++) {
            at[from + k] = i[k];
            row[left] = (uint32_t)(from + k);
            left += cupel_tree_left(node[i[k]]) != i[k];
        }
    }
    if (!left) return;
    for (size_t k = left; k % WALKERS; k++) row[k] = row[0];
    for (size_t from = 0; from < left; from += WALKERS) finish(node, x, ld, row + from, at);
}
