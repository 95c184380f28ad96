/* Not a header of its own: rows down a tree, in plain C, WALKERS at a time so that their loads overlap. */
#include "models/learn/kernels/trees.h"

enum { WALKERS = 8 };

static inline uint32_t step(const cupel_tree_node *node, const float *x, uint32_t i)
{
    const cupel_tree_node n = node[i];
    return (n.link >> CUPEL_TREE_COLUMN_BITS) + (x[n.link & ((1u << CUPEL_TREE_COLUMN_BITS) - 1)] > n.at);
}

static inline void walk_plain(const cupel_tree_node *node, const float *x, size_t ld, size_t n, uint32_t *at)
{
    for (size_t from = 0; from < n; from += WALKERS) {
        const float *z = x + from * ld;
        uint32_t i[WALKERS] = {0}, moved;
        do {
            moved = 0;
            for (size_t k = 0; k < WALKERS; k++) {
                uint32_t next = step(node, z + k * ld, i[k]);
                moved |= next ^ i[k];
                i[k] = next;
            }
        } while (moved);
        for (size_t k = 0; k < WALKERS && from + k < n; k++) at[from + k] = i[k];
    }
}
