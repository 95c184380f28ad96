/* The decision diagram of a grid with couplings. A node of layer i is what the parts before the i-th leave to the others: steps left, parts that may
 * still leave their rest, and the sum of each coupling so far - or DONE, once the coupling holds whatever comes. Only nodes from which the end can
 * be reached within all bounds are made. */
#include "datasets/spaces/simplex.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <limits.h>
#include <math.h>
#include <string.h>

enum { NODES_MAX = 1 << 20 };
static const uint32_t NONE = UINT32_MAX;
static const int64_t DONE = INT64_MAX;
static const double COUNT_MAX = 1e18, EDGES_MAX = 1e8; /* edges looked at when opening: some seconds */

/* What parts i .. n - 1 can add to a coupling: lowest + (their steps beyond the low ends) * (smallest .. largest factor), within the box. */
typedef struct reach {
    int64_t lowest, smallest, largest, box_low, box_high;
} reach;

typedef struct layer {
    size_t first, n;   /* nodes */
    uint32_t *slot;    /* [n_slots] node of the layer, NONE: empty */
    size_t n_slots;    /* a power of 2 */
    uint64_t low, high; /* steps that the parts from here on can take together */
    reach reach[CUPEL_COUPLINGS_MAX];
} layer;

struct cupel_diagram {
    const cupel_simplex *g;
    size_t width;      /* numbers of a node: left, may, sums */
    int64_t *key;      /* [nodes][width] */
    uint64_t *ways;    /* [nodes] */
    size_t n, cap_key, cap_ways;
    layer *layer;      /* [g->n + 1] */
};

void cupel_diagram_free(cupel_diagram *d)
{
    if (!d) return;
    for (unsigned i = 0; d->layer && i <= d->g->n; i++) cupel_free(d->layer[i].slot);
    cupel_free(d->layer);
    cupel_free(d->key);
    cupel_free(d->ways);
    cupel_free(d);
}

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

static void measure(cupel_diagram *d)
{
    const cupel_simplex *g = d->g;
    for (unsigned c = 0; c < g->n_couplings; c++) d->layer[g->n].reach[c] = (reach){.smallest = INT64_MAX, .largest = INT64_MIN};
    for (unsigned i = g->n; i-- > 0;) {
        layer *l = &d->layer[i];
        l->low = l[1].low + g->low[i];
        l->high = l[1].high + g->high[i];
        for (unsigned c = 0; c < g->n_couplings; c++) {
            int64_t times = g->coupling[c].times[i], at_low = times * g->low[i], at_high = times * g->high[i];
            const reach *after = &l[1].reach[c];
            l->reach[c] = (reach){after->lowest + at_low, smaller(after->smallest, times), larger(after->largest, times),
                                  after->box_low + smaller(at_low, at_high), after->box_high + larger(at_low, at_high)};
        }
    }
}

/* ---- nodes ---- */

static size_t hash(const int64_t *key, size_t width)
{
    uint64_t h = 0;
    for (size_t i = 0; i < width; i++) {
        h = (h ^ (uint64_t)key[i]) * UINT64_C(0xbf58476d1ce4e5b9);
        h ^= h >> 29;
    }
    return (size_t)h;
}

static uint32_t find(const cupel_diagram *d, const layer *l, const int64_t *key)
{
    if (!l->n_slots) return NONE;
    for (size_t i = hash(key, d->width) & (l->n_slots - 1); l->slot[i] != NONE; i = (i + 1) & (l->n_slots - 1))
        if (memcmp(d->key + l->slot[i] * d->width, key, d->width * sizeof *key) == 0) return l->slot[i];
    return NONE;
}

static bool rehash(cupel_diagram *d, layer *l)
{
    size_t n_slots = l->n_slots ? 2 * l->n_slots : 64;
    uint32_t *slot = cupel_alloc(n_slots, sizeof *slot);
    if (!slot) return false;
    memset(slot, 0xff, n_slots * sizeof *slot);
    for (size_t k = l->first; k < l->first + l->n; k++) {
        size_t i = hash(d->key + k * d->width, d->width) & (n_slots - 1);
        while (slot[i] != NONE) i = (i + 1) & (n_slots - 1);
        slot[i] = (uint32_t)k;
    }
    cupel_free(l->slot);
    l->slot = slot;
    l->n_slots = n_slots;
    return true;
}

/* The key of the last layer under construction, once. */
static cupel_status add(cupel_diagram *d, layer *l, const int64_t *key, const char *what, cupel_err *err)
{
    if (find(d, l, key) != NONE) return CUPEL_OK;
    if (d->n == NODES_MAX)
        return cupel_fail(err, CUPEL_USAGE, "%s: couple: counting needs more than %d states; use a larger step, narrower ranges, or couplings that "
                                            "share fewer elements", what, NODES_MAX);
    if (!cupel_grow(&d->key, &d->cap_key, (d->n + 1) * d->width, sizeof *d->key) || !cupel_grow(&d->ways, &d->cap_ways, d->n + 1, sizeof *d->ways))
        return cupel_no_memory(err, "the states of a space", (d->n + 1) * (d->width + 1) * 8);
    memcpy(d->key + d->n * d->width, key, d->width * sizeof *key);
    d->ways[d->n++] = 0;
    l->n++;
    if (2 * l->n < l->n_slots) {
        size_t i = hash(key, d->width) & (l->n_slots - 1);
        while (l->slot[i] != NONE) i = (i + 1) & (l->n_slots - 1);
        l->slot[i] = (uint32_t)(d->n - 1);
        return CUPEL_OK;
    }
    return rehash(d, l) ? CUPEL_OK : cupel_no_memory(err, "the states of a space", 2 * l->n_slots * 4);
}

/* A coupling's sum behind part i - 1 with `left` steps to give: DONE when it will hold, as it is when it may; false when it cannot. */
static bool settle(const cupel_coupling *c, const reach *r, int64_t extra, int64_t *sum)
{
    if (*sum == DONE) return true;
    int64_t low = r->lowest, high = r->lowest; /* all that is left at the low ends */
    if (extra > 0) {
        low = larger(r->box_low, low + extra * r->smallest);
        high = smaller(r->box_high, high + extra * r->largest);
    }
    if (*sum + low >= c->least && *sum + high <= c->most) *sum = DONE;
    else if (*sum + high < c->least || *sum + low > c->most) return false;
    return true;
}

/* The node behind part i when it is given `amount`; false when nothing good comes of it. */
static bool follow(const cupel_diagram *d, unsigned i, const int64_t *from, uint32_t amount, int64_t *to)
{
    const cupel_simplex *g = d->g;
    const layer *l = &d->layer[i + 1];
    int64_t left = from[0] - amount, may = from[1];
    bool limited = g->most < g->n;
    if (left < 0 || (uint64_t)left < l->low || (uint64_t)left > l->high) return false;
    if (limited && amount != g->rest[i] && --may < 0) return false;
    to[0] = left;
    to[1] = smaller(may, limited ? (int64_t)(g->n - i - 1) : 0);
    for (unsigned c = 0; c < g->n_couplings; c++) {
        to[2 + c] = from[2 + c];
        if (to[2 + c] != DONE) to[2 + c] += g->coupling[c].times[i] * (int64_t)amount;
        if (!settle(&g->coupling[c], &l->reach[c], left - (int64_t)l->low, &to[2 + c])) return false;
    }
    return true;
}

static cupel_status grow(cupel_diagram *d, const char *what, cupel_err *err)
{
    const cupel_simplex *g = d->g;
    cupel_status st = CUPEL_OK;
    int64_t key[2 + CUPEL_COUPLINGS_MAX] = {g->steps, g->most < g->n ? g->most : 0}, from[2 + CUPEL_COUPLINGS_MAX];
    double edges = 0;
    CUPEL_TRY(add(d, &d->layer[0], key, what, err));
    for (unsigned i = 0; i < g->n; i++) {
        const layer *l = &d->layer[i];
        d->layer[i + 1].first = d->n;
        edges += (double)l->n * (g->high[i] - g->low[i] + 1.0);
        if (edges > EDGES_MAX)
            CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s: couple: counting takes more than %g additions; use a larger step or narrower ranges", what,
                              EDGES_MAX));
        for (size_t k = l->first; k < l->first + l->n; k++) {
            memcpy(from, d->key + k * d->width, d->width * sizeof *from); /* the keys move when they grow */
            for (uint32_t a = g->low[i]; a <= g->high[i]; a++)
                if (follow(d, i, from, a, key)) CUPEL_TRY(add(d, &d->layer[i + 1], key, what, err));
        }
    }
done:
    return st;
}

static cupel_status count(cupel_diagram *d, const char *what, cupel_err *err)
{
    const cupel_simplex *g = d->g;
    for (size_t k = d->layer[g->n].first; k < d->n; k++) d->ways[k] = 1;
    for (unsigned i = g->n; i-- > 0;)
        for (size_t k = d->layer[i].first; k < d->layer[i].first + d->layer[i].n; k++) {
            double size = 0;
            for (uint32_t a = g->low[i], next; a <= g->high[i]; a++) {
                uint64_t ways = cupel_diagram_ways(d, i, (uint32_t)k, a, &next);
                size += (double)ways;
                d->ways[k] += ways;
            }
            if (size > COUNT_MAX)
                return cupel_fail(err, CUPEL_USAGE, "%s: more than 10^18 candidates; use a larger step, narrower ranges or fewer parts at once",
                                  what);
        }
    return CUPEL_OK;
}

cupel_status cupel_diagram_new(const cupel_simplex *g, const char *what, cupel_diagram **out, uint64_t *n, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_diagram *d = cupel_alloc(1, sizeof *d);
    if (!d) return cupel_no_memory(err, "a space", sizeof *d);
    d->g = g;
    d->width = 2 + g->n_couplings;
    d->layer = cupel_alloc(g->n + 1, sizeof *d->layer);
    if (!d->layer) CUPEL_TRY(cupel_no_memory(err, "a space", (g->n + 1) * sizeof *d->layer));
    measure(d);
    CUPEL_TRY(grow(d, what, err));
    CUPEL_TRY(count(d, what, err));
    *n = d->ways[0];
done:
    if (st == CUPEL_OK)
        *out = d;
    else
        cupel_diagram_free(d);
    return st;
}

uint64_t cupel_diagram_ways(const cupel_diagram *d, unsigned i, uint32_t node, uint32_t amount, uint32_t *next)
{
    int64_t key[2 + CUPEL_COUPLINGS_MAX];
    if (!follow(d, i, d->key + node * d->width, amount, key)) return 0;
    *next = find(d, &d->layer[i + 1], key);
    return *next == NONE ? 0 : d->ways[*next];
}
