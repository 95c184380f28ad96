#include "datasets/spaces/simplex.h"

#include "core/base/err.h"
#include "core/base/mem.h"

enum { TABLE_MAX = 1 << 22 };
static const double COUNT_MAX = 1e18; /* fits 64 bits with room for the sums */

/* Layers of the table: one for each number of parts that may still leave their rest; one alone where there is no limit. */
static size_t layers(const cupel_simplex *g) { return g->most < g->n ? g->most + 1 : 1; }

static uint64_t *ways_of(const cupel_simplex *g, size_t i, size_t k) { return g->ways + (i * layers(g) + k) * ((size_t)g->steps + 1); }

/* ---- the table ---- */

/* out[r] += sum of in[r - a] over a = low .. high, a <= r; false when one is too large to count. */
static bool add_window(const uint64_t *in, uint32_t low, uint32_t high, uint32_t steps, uint64_t *out)
{
    uint64_t sum = 0;  /* exact while the true sum is below 2^64 */
    double size = 0.0; /* the same, to see when it is not */
    for (uint32_t r = low; r <= steps; r++) {
        sum += in[r - low];
        size += (double)in[r - low];
        if (r > high) {
            sum -= in[r - high - 1];
            size -= (double)in[r - high - 1];
        }
        if ((double)out[r] + size > COUNT_MAX) return false;
        out[r] += sum;
    }
    return true;
}

/* Row (i, k) from those of part i + 1: at rest k parts may still leave it, elsewhere one less. */
static bool add_part(const cupel_simplex *g, size_t i, size_t k)
{
    uint32_t low = g->low[i], high = g->high[i], rest = g->rest[i];
    uint64_t *out = ways_of(g, i, k);
    const uint64_t *at_rest = ways_of(g, i + 1, k), *off = ways_of(g, i + 1, k ? k - 1 : 0);
    if (layers(g) == 1) return add_window(at_rest, low, high, g->steps, out);
    bool has_rest = rest >= low && rest <= high;
    if (has_rest && !add_window(at_rest, rest, rest, g->steps, out)) return false;
    if (!k) return true;
    if (!has_rest) return add_window(off, low, high, g->steps, out);
    if (rest > low && !add_window(off, low, rest - 1, g->steps, out)) return false;
    return rest == high || add_window(off, rest + 1, high, g->steps, out);
}

static cupel_status build_table(cupel_simplex *g, const char *what, cupel_err *err)
{
    size_t cells = cupel_mul(cupel_mul(g->n + 1, layers(g)), (size_t)g->steps + 1);
    if (cells > TABLE_MAX)
        return cupel_fail(err, CUPEL_USAGE, "%s: %u parts in 1/%u steps need a table of %zu numbers, more than %d; use a larger step or let fewer "
                                            "parts be there at once", what, g->n, g->steps, cells, TABLE_MAX);
    g->ways = cupel_alloc(cells, sizeof *g->ways);
    if (!g->ways) return cupel_no_memory(err, "the table of a space", cells * sizeof *g->ways);
    for (size_t k = 0; k < layers(g); k++) ways_of(g, g->n, k)[0] = 1;
    for (size_t i = g->n; i-- > 0;)
        for (size_t k = 0; k < layers(g); k++)
            if (!add_part(g, i, k))
                return cupel_fail(err, CUPEL_USAGE, "%s: more than 10^18 candidates; use a larger step, narrower ranges or fewer parts at once",
                                  what);
    g->count = ways_of(g, 0, layers(g) - 1)[g->steps];
    return CUPEL_OK;
}

cupel_status cupel_simplex_build(cupel_simplex *g, const char *what, cupel_err *err)
{
    if (!g->n) {
        g->count = g->steps == 0;
        return CUPEL_OK;
    }
    return g->n_couplings ? cupel_diagram_new(g, what, &g->diagram, &g->count, err) : build_table(g, what, err);
}

void cupel_simplex_release(cupel_simplex *g)
{
    cupel_free(g->ways);
    cupel_free(g->coupling);
    cupel_diagram_free(g->diagram);
    *g = (cupel_simplex){0};
}

/* ---- addressing ---- */

/* Ways when part i is given `amount`, and the node behind it. */
static uint64_t ways_with(const cupel_simplex *g, const cupel_simplex_place *p, unsigned i, uint32_t amount, uint32_t *node)
{
    bool off = layers(g) > 1 && amount != g->rest[i];
    if (amount > p->left[i] || (off && !p->may[i])) return 0;
    if (g->diagram) return cupel_diagram_ways(g->diagram, i, p->node[i], amount, node);
    return ways_of(g, i + 1, p->may[i] - off)[p->left[i] - amount];
}

static void give(const cupel_simplex *g, cupel_simplex_place *p, unsigned i, uint32_t amount, uint32_t node)
{
    p->amount[i] = amount;
    p->left[i + 1] = p->left[i] - amount;
    p->may[i + 1] = p->may[i] - (layers(g) > 1 && amount != g->rest[i]);
    p->node[i + 1] = node;
}

/* Parts i .. n - 1 of the way that has `rank` others before it among those that begin as p does. The last takes all that is left. */
static void descend(const cupel_simplex *g, cupel_simplex_place *p, unsigned i, uint64_t rank)
{
    for (; i < g->n; i++)
        for (uint32_t a = i + 1 < g->n ? g->low[i] : p->left[i];; a++) {
            uint32_t node = 0;
            uint64_t ways = ways_with(g, p, i, a, &node);
            if (rank < ways) {
                give(g, p, i, a, node);
                break;
            }
            rank -= ways;
        }
}

void cupel_simplex_go(const cupel_simplex *g, uint64_t rank, cupel_simplex_place *p)
{
    p->left[0] = g->steps;
    p->may[0] = (uint32_t)layers(g) - 1;
    p->node[0] = 0;
    descend(g, p, 0, rank);
}

void cupel_simplex_next(const cupel_simplex *g, cupel_simplex_place *p)
{
    if (g->n < 2) return;
    for (unsigned i = g->n - 1; i-- > 0;)
        for (uint32_t a = p->amount[i] + 1; a <= g->high[i] && a <= p->left[i]; a++) {
            uint32_t node = 0;
            if (ways_with(g, p, i, a, &node)) {
                give(g, p, i, a, node);
                descend(g, p, i + 1, 0);
                return;
            }
        }
}
