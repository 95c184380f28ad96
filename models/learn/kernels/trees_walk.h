/* Not a header of its own: rows down a tree, WALKERS at a time so that their loads overlap; most trees are deeper than UNCHECKED, and a leaf leads
 * to itself. Gathers of AVX-512 were not faster. */
#include "models/learn/kernels/trees.h"

enum { WALKERS = 16, UNCHECKED = 10 };

static inline uint32_t step(const cupel_tree_node *node, const uint64_t *x, uint32_t i)
{
    const cupel_tree_node n = node[i];
    return cupel_tree_left(n) + (n < x[cupel_tree_column(n)]);
}

static void walk(const cupel_tree_node *node, const uint64_t *x, size_t ld, size_t n, uint32_t *at)
{
    for (size_t from = 0; from < n; from += WALKERS) {
        const uint64_t *z = x + from * ld;
        uint32_t i[WALKERS] = {0}, moved;
        for (size_t l = 0; l < UNCHECKED; l++)
            for (size_t k = 0; k < WALKERS; k++) i[k] = step(node, z + k * ld, i[k]);
        do {
            moved = 0;
            for (size_t k = 0; k < WALKERS; k++) i[k] = step(node, z + k * ld, i[k]);
            for (size_t k = 0; k < WALKERS; k++) {
                uint32_t next = step(node, z + k * ld, i[k]);
                moved |= next ^ i[k];
                i[k] = next;
            }
        } while (moved);
        for (size_t k = 0; k < WALKERS; k++) at[from + k] = i[k];
    }
}
