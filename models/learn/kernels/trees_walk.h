/* Not a header of its own: rows down a tree, behind trees_body.h. The three uppermost levels look at a vector of rows at a time, column by column.
 * Then WALKERS rows go together so that their loads overlap, as many levels as an even tree of so many nodes is deep. Those that have not arrived
 * by then go on two levels at a time, and those that arrive leave the list. A leaf leads to itself. */
enum { WALKERS = 16 };

/* The splits of the three uppermost levels: children of the k-th are 2k + 1 and 2k + 2; a leaf above stands for all that would be below. */
typedef struct tree_top {
    int32_t at[7];
    uint32_t column[7], end[8]; /* end: nodes that the eight ways lead to */
} tree_top;

static inline tree_top top_of(const cupel_tree_node *node)
{
    tree_top t;
    uint32_t place[15] = {0};
    for (size_t k = 0; k < 7; k++) {
        const cupel_tree_node n = node[place[k]];
        const uint32_t left = cupel_tree_left(n);
        t.at[k] = (int32_t)((uint32_t)(n >> 32) ^ 0x80000000u);
        t.column[k] = cupel_tree_column(n);
        place[2 * k + 1] = left;
        place[2 * k + 2] = left + (left != place[k]);
    }
    memcpy(t.end, place + 7, sizeof t.end);
    return t;
}

static inline size_t levels_of(size_t nodes)
{
    size_t levels = 0;
    for (; nodes > 1; nodes /= 2) levels++;
    return levels > 3 ? levels - 3 : 0;
}

#ifndef OWN_WALK
static inline uint32_t step(const cupel_tree_node *node, const uint32_t *x, uint32_t i)
{
    const cupel_tree_node n = node[i];
    return cupel_tree_left(n) + ((uint32_t)(n >> 32) < x[cupel_tree_column(n)]);
}

/* All rows through the three uppermost levels. */
static void walk_top(const cupel_tree_node *node, const cupel_walk_rows *r, uint32_t *at)
{
    const tree_top t = top_of(node);
    for (size_t i = 0; i < r->n; i += LANES) {
        ivec right[7];
        UNROLL for (size_t k = 0; k < 7; k++) right[k] = load_int(r->across + t.column[k] * CUPEL_TREE_ACROSS + i) > all_int(t.at[k]);
        ivec first = right[0], second = (right[2] & first) | (right[1] & ~first);
        ivec low = (right[4] & second) | (right[3] & ~second), high = (right[6] & second) | (right[5] & ~second);
        ivec way = (first & 4) | (second & 2) | (((high & first) | (low & ~first)) & 1);
        for (size_t l = 0; l < LANES; l++) at[i + l] = t.end[way[l]];
    }
}

/* Two levels for the n rows of a list, which keeps those that move on; how many these are. */
static size_t walk_on(const cupel_tree_node *node, const cupel_walk_rows *r, uint32_t *list, size_t n, uint32_t *at)
{
    size_t kept = 0;
    for (size_t k = n; k % WALKERS; k++) list[k] = list[0];
    for (size_t from = 0; from < n; from += WALKERS) {
        uint32_t row[WALKERS], i[WALKERS], j[WALKERS];
        for (size_t k = 0; k < WALKERS; k++) row[k] = list[from + k];
        for (size_t k = 0; k < WALKERS; k++) i[k] = step(node, r->x + row[k] * r->ld, at[row[k]]);
        for (size_t k = 0; k < WALKERS; k++) j[k] = step(node, r->x + row[k] * r->ld, i[k]);
        for (size_t k = 0; k < WALKERS; k++) {
            at[row[k]] = j[k];
            list[kept] = row[k];
            kept += (i[k] != j[k]) & (from + k < n);
        }
    }
    return kept;
}

static void walk(const cupel_tree_node *node, size_t nodes, const cupel_walk_rows *r, uint32_t *at)
{
    uint32_t list[CUPEL_TREE_BLOCK + WALKERS];
    const size_t levels = levels_of(nodes);
    size_t left = 0;
    walk_top(node, r, at);
    for (size_t from = 0; from < r->n; from += WALKERS) {
        const uint32_t *z = r->x + from * r->ld;
        uint32_t i[WALKERS];
        memcpy(i, at + from, sizeof i);
        for (size_t l = 0; l < levels; l++)
            for (size_t k = 0; k < WALKERS; k++) i[k] = step(node, z + k * r->ld, i[k]);
        memcpy(at + from, i, sizeof i);
        for (size_t k = 0; k < WALKERS; k++) {
            list[left] = (uint32_t)(from + k);
            left += cupel_tree_left(node[i[k]]) != i[k];
        }
    }
    while (left) left = walk_on(node, r, list, left, at);
}
#endif
