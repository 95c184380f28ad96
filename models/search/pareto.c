#include "models/search/pareto.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <string.h>

bool cupel_pareto_dominates(const double *a, const double *b, size_t m)
{
    bool better = false;
    for (size_t k = 0; k < m; k++) {
        if (a[k] < b[k]) return false;
        better = better || a[k] > b[k];
    }
    return better;
}

bool cupel_pareto_beats(const double *a, const double *b, size_t m, const bool *maximize)
{
    bool better = false;
    for (size_t k = 0; k < m; k++) {
        const double gain = maximize[k] ? a[k] - b[k] : b[k] - a[k];
        if (!(gain >= 0)) return false;
        better |= gain > 0;
    }
    return better;
}

static bool is_whole(const double *y, size_t m)
{
    for (size_t k = 0; k < m; k++)
        if (isnan(y[k])) return false;
    return true;
}

size_t cupel_pareto_front(const double *y, size_t n, size_t m, const bool *maximize)
{
    size_t front = 0;
    for (size_t i = 0; i < n; i++) {
        bool stays = is_whole(y + i * m, m);
        for (size_t j = 0; j < n && stays; j++) stays = !cupel_pareto_beats(y + j * m, y + i * m, m, maximize);
        front += stays;
    }
    return front;
}

/* Lexicographic, best first; equal points by index only to have one order. */
static bool before(const double *f, size_t m, size_t a, size_t b)
{
    for (size_t k = 0; k < m; k++)
        if (f[a * m + k] != f[b * m + k]) return f[a * m + k] > f[b * m + k];
    return a < b;
}

/* Bottom-up merge sort: qsort takes no context. */
static void sort_points(const double *f, size_t m, size_t *order, size_t *spare, size_t n)
{
    for (size_t i = 0; i < n; i++) order[i] = i;
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t lo = 0; lo < n; lo += 2 * width) {
            size_t mid = lo + width < n ? lo + width : n, hi = lo + 2 * width < n ? lo + 2 * width : n, i = lo, j = mid;
            for (size_t k = lo; k < hi; k++) {
                bool left = i < mid && (j >= hi || before(f, m, order[i], order[j]));
                spare[k] = left ? order[i++] : order[j++];
            }
        }
        memcpy(order, spare, n * sizeof *order);
    }
}

/* Members of a layer as a list through `next`, the latest first: in lexicographic order the latest dominate most often. */
typedef struct fronts {
    const double *f;
    size_t m;
    size_t *head, *next;
} fronts;

static bool dominated_in(const fronts *t, size_t layer, size_t point)
{
    for (size_t i = t->head[layer]; i != SIZE_MAX; i = t->next[i]) {
        if (cupel_pareto_dominates(t->f + i * t->m, t->f + point * t->m, t->m)) return true;
        if (t->m == 2) return false; /* the latest has the largest second objective of its layer */
    }
    return false;
}

cupel_status cupel_pareto_layers(const double *f, size_t n, size_t m, size_t max_layers, uint32_t *layer, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    if (max_layers > n) max_layers = n;
    size_t *order = cupel_alloc(n, sizeof *order), *next = cupel_alloc(n, sizeof *next), *head = cupel_alloc(max_layers, sizeof *head);
    if (!order || !next || !head) CUPEL_TRY(cupel_no_memory(err, "Pareto layers", 3 * n * sizeof *order));
    sort_points(f, m, order, next, n);
    fronts t = {.f = f, .m = m, .head = head, .next = next};
    size_t n_layers = 0;
    for (size_t k = 0; k < n; k++) {
        size_t i = order[k], lo = 0, hi = n_layers; /* what a layer dominates, every layer before it dominates too */
        while (lo < hi) {
            size_t mid = (lo + hi) / 2;
            if (dominated_in(&t, mid, i))
                lo = mid + 1;
            else
                hi = mid;
        }
        layer[i] = lo < max_layers ? (uint32_t)lo + 1 : 0;
        if (lo >= max_layers) continue;
        if (lo == n_layers) head[n_layers++] = SIZE_MAX;
        next[i] = head[lo];
        head[lo] = i;
    }
done:
    cupel_free(order);
    cupel_free(next);
    cupel_free(head);
    return st;
}

size_t cupel_pareto_bins(size_t m) { return m <= 2 ? 1024 : m == 3 ? 200 : 32; }

void cupel_pareto_cell(const double *f, size_t m, double *cell)
{
    double bins = (double)cupel_pareto_bins(m);
    for (size_t k = 0; k < m; k++) {
        double c = floor(f[k] * bins);
        cell[k] = c > 0 ? (c < bins ? c : bins - 1) : 0; /* also for NaN and -0 */
    }
}
