#include "descriptors/microstructure/components.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
#include "core/sys/par.h"

#include <string.h>

enum { LAYERS = 8 }; /* planes of a piece of work */

typedef struct finder {
    const cupel_voxels *v;
    const cupel_job *job;
    cupel_components c;
    int connectivity;
    size_t n_rows, planes_at_once;
    uint32_t *parent; /* [n_runs]; the root of a tree is its lowest run */
    uint16_t *id;     /* [n_runs] */
} finder;

/* Rows before a row that touch it, and whether runs in them that only meet at their ends are joined. */
typedef struct touch {
    int di, dj;
    unsigned reach;
} touch;

static size_t touches_of(int connectivity, touch t[4])
{
    static const touch faces[2] = {{0, -1, 0}, {-1, 0, 0}}, edges[4] = {{0, -1, 1}, {-1, 0, 1}, {-1, -1, 0}, {-1, 1, 0}},
                       corners[4] = {{0, -1, 1}, {-1, 0, 1}, {-1, -1, 1}, {-1, 1, 1}};
    const size_t n = connectivity == 6 ? 2 : 4;
    memcpy(t, connectivity == 6 ? faces : connectivity == 18 ? edges : corners, n * sizeof *t);
    return n;
}

/* ---- runs ---- */

static size_t runs_of_row(const uint16_t *id, size_t n, uint32_t *start, uint16_t *phase)
{
    size_t runs = 0;
    for (size_t k = 0; k < n; k++) {
        if (k && id[k] == id[k - 1]) continue;
        if (start) {
            start[runs] = (uint32_t)k;
            phase[runs] = id[k];
        }
        runs++;
    }
    return runs;
}

static cupel_status count_layers(void *user, size_t item, size_t worker, cupel_err *err)
{
    finder *f = user;
    (void)worker, (void)err;
    const size_t at_once = f->planes_at_once * f->c.grid.n[1], end = (item + 1) * at_once < f->n_rows ? (item + 1) * at_once : f->n_rows;
    for (size_t r = item * at_once; r < end; r++) f->c.row[r + 1] = runs_of_row(f->v->id + r * f->c.grid.n[2], f->c.grid.n[2], NULL, NULL);
    return CUPEL_OK;
}

/* ---- union-find ---- */

static uint32_t root_of(uint32_t *parent, uint32_t x)
{
    while (parent[x] != x) {
        parent[x] = parent[parent[x]];
        x = parent[x];
    }
    return x;
}

static void join(uint32_t *parent, size_t a, size_t b)
{
    uint32_t x = root_of(parent, (uint32_t)a), y = root_of(parent, (uint32_t)b);
    if (x < y)
        parent[y] = x;
    else
        parent[x] = y;
}

typedef void meet(void *user, size_t a, size_t b);

/* Calls found for every two runs of one phase in two rows that overlap or, with reach 1, meet at their ends. */
static void pairs_of_rows(const finder *f, size_t row_a, size_t row_b, unsigned reach, meet *found, void *user)
{
    const cupel_components *c = &f->c;
    size_t a = c->row[row_a], b = c->row[row_b];
    const size_t end_a = c->row[row_a + 1], end_b = c->row[row_b + 1];
    while (a < end_a && b < end_b) {
        const size_t to_a = cupel_run_end(c, row_a, a), to_b = cupel_run_end(c, row_b, b);
        if (f->id[a] == f->id[b] && c->start[a] < to_b + reach && c->start[b] < to_a + reach) found(user, a, b);
        if (to_a > to_b) {
            b++;
            continue;
        }
        if (to_a == to_b && reach && b + 1 < end_b && f->id[a] == f->id[b + 1]) found(user, a, b + 1);
        a++;
    }
}

static void join_found(void *user, size_t a, size_t b) { join(user, a, b); }

/* The rows of plane i with those before them in the box: of the same plane, of the plane below. */
static void join_plane(finder *f, size_t i, bool within, bool below)
{
    touch t[4];
    const size_t n_touches = touches_of(f->connectivity, t), n1 = f->c.grid.n[1];
    for (size_t j = 0; j < n1; j++)
        for (size_t s = 0; s < n_touches; s++) {
            if (!(t[s].di ? below : within) || (t[s].dj < 0 && j == 0) || (t[s].dj > 0 && j + 1 == n1)) continue;
            const size_t row = i * n1 + j, other = (t[s].di ? i - 1 : i) * n1 + (size_t)((ptrdiff_t)j + t[s].dj);
            pairs_of_rows(f, row, other, t[s].reach, join_found, f->parent);
        }
}

static cupel_status join_layers(void *user, size_t item, size_t worker, cupel_err *err)
{
    finder *f = user;
    (void)worker;
    if (cupel_stopped(f->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while looking for clusters");
    const size_t n0 = f->c.grid.n[0], n1 = f->c.grid.n[1], n2 = f->c.grid.n[2], begin = item * f->planes_at_once;
    const size_t end = begin + f->planes_at_once < n0 ? begin + f->planes_at_once : n0;
    for (size_t r = begin * n1; r < end * n1; r++) runs_of_row(f->v->id + r * n2, n2, f->c.start + f->c.row[r], f->id + f->c.row[r]);
    for (size_t r = f->c.row[begin * n1]; r < f->c.row[end * n1]; r++) f->parent[r] = (uint32_t)r;
    for (size_t i = begin; i < end; i++) join_plane(f, i, true, i > begin);
    return CUPEL_OK;
}

/* Roots become numbers of pieces, in order. */
static cupel_status number_pieces(finder *f, cupel_err *err)
{
    cupel_components *c = &f->c;
    for (size_t r = 0; r < c->n_runs; r++) {
        const uint32_t p = f->parent[r];
        if (p == r)
            c->piece[r] = (uint32_t)c->n_pieces++;
        else
            c->piece[r] = c->piece[p]; /* p < r; not a root perhaps, but of the same tree and numbered */
    }
    c->cluster = cupel_alloc(c->n_pieces, sizeof *c->cluster);
    c->shift = cupel_alloc(c->n_pieces, sizeof *c->shift);
    return c->cluster && c->shift ? CUPEL_OK : cupel_no_memory(err, "clusters", c->n_pieces * 16);
}

/* ---- across the border of a period ---- */

typedef struct web {
    cupel_components *c;
    int32_t over[3]; /* periods that the second of two touching runs lies further on */
    uint32_t *parent;
    uint8_t *winds;  /* [n_pieces] of roots */
} web;

/* Moves c->shift to be relative to the root, and shortens the way to it. */
static uint32_t root_of_piece(web *w, uint32_t x)
{
    uint32_t root = x;
    int32_t sum[3] = {0};
    while (w->parent[root] != root) {
        for (int a = 0; a < 3; a++) sum[a] += w->c->shift[root][a];
        root = w->parent[root];
    }
    while (w->parent[x] != x) {
        const uint32_t next = w->parent[x];
        int32_t own[3];
        memcpy(own, w->c->shift[x], sizeof own);
        memcpy(w->c->shift[x], sum, sizeof sum);
        w->parent[x] = root;
        for (int a = 0; a < 3; a++) sum[a] -= own[a];
        x = next;
    }
    return root;
}

static void join_over(void *user, size_t run_a, size_t run_b)
{
    web *w = user;
    const uint32_t a = w->c->piece[run_a], b = w->c->piece[run_b], ra = root_of_piece(w, a), rb = root_of_piece(w, b);
    int32_t d[3]; /* shift of b = shift of a + over; d is by how much it is not */
    for (int x = 0; x < 3; x++) d[x] = w->c->shift[a][x] + w->over[x] - w->c->shift[b][x]; /* a root's own shift is 0 */
    if (ra == rb) {
        for (int x = 0; x < 3; x++) w->winds[ra] |= (uint8_t)((d[x] != 0) << x);
        return;
    }
    const uint32_t low = ra < rb ? ra : rb, high = ra < rb ? rb : ra;
    w->parent[high] = low;
    for (int x = 0; x < 3; x++) w->c->shift[high][x] = rb == high ? d[x] : -d[x];
    w->winds[low] |= w->winds[high];
}

/* Steps from x by d of -1, 0 or 1; false when that leaves the box and there is no period. over: periods. */
static bool step(size_t *x, int d, size_t n, bool wraps, int32_t *over)
{
    *over = 0;
    if (d < 0 && *x == 0) {
        *x = n - 1;
        *over = -1;
    } else if (d > 0 && *x + 1 == n) {
        *x = 0;
        *over = 1;
    } else
        *x = (size_t)((ptrdiff_t)*x + d);
    return *over == 0 || wraps;
}

static void join_row_over(finder *f, web *w, size_t i, size_t j)
{
    touch t[4];
    const cupel_grid *g = &f->c.grid;
    const size_t n_touches = touches_of(f->connectivity, t), row = i * g->n[1] + j;
    for (size_t s = 0; s < n_touches; s++) {
        size_t oi = i, oj = j;
        const bool across = step(&oi, t[s].di, g->n[0], g->wraps[0], &w->over[0]), along = step(&oj, t[s].dj, g->n[1], g->wraps[1], &w->over[1]);
        if (!across || !along) continue;
        w->over[2] = 0;
        if (w->over[0] || w->over[1]) pairs_of_rows(f, row, oi * g->n[1] + oj, t[s].reach, join_over, w);
    }
    /* from the last voxel of the row to the first of those around */
    const int most = f->connectivity == 6 ? 0 : f->connectivity == 18 ? 1 : 2;
    for (int di = -1; di <= 1; di++)
        for (int dj = -1; dj <= 1; dj++) {
            size_t oi = i, oj = j;
            if (di * di + dj * dj > most || (f->v->dim == 2 && di)) continue;
            const bool across = step(&oi, di, g->n[0], g->wraps[0], &w->over[0]), along = step(&oj, dj, g->n[1], g->wraps[1], &w->over[1]);
            if (!across || !along) continue;
            w->over[2] = 1;
            const size_t last = f->c.row[row + 1] - 1, first = f->c.row[oi * g->n[1] + oj];
            if (f->id[last] == f->id[first]) join_over(w, last, first);
        }
}

static cupel_status join_period(finder *f, web *w, cupel_err *err)
{
    const cupel_grid *g = &f->c.grid;
    w->parent = cupel_alloc(f->c.n_pieces, sizeof *w->parent);
    w->winds = cupel_alloc(f->c.n_pieces, sizeof *w->winds);
    if (!w->parent || !w->winds) return cupel_no_memory(err, "clusters", 0);
    for (size_t p = 0; p < f->c.n_pieces; p++) w->parent[p] = (uint32_t)p;
    if (g->wraps[2])
        for (size_t i = 0; i < g->n[0]; i++)
            for (size_t j = 0; j < g->n[1]; j++) join_row_over(f, w, i, j);
    return CUPEL_OK;
}

/* ---- all ---- */

static void measure(finder *f, const web *w, uint8_t *ends)
{
    cupel_components *c = &f->c;
    const size_t *n = c->grid.n;
    for (size_t i = 0; i < n[0]; i++)
        for (size_t j = 0; j < n[1]; j++) {
            const size_t row = i * n[1] + j;
            const unsigned at = (unsigned)((i == 0) | (i + 1 == n[0]) << 1 | (j == 0) << 2 | (j + 1 == n[1]) << 3);
            for (size_t r = c->row[row]; r < c->row[row + 1]; r++) {
                const size_t end = cupel_run_end(c, row, r), k = c->cluster[c->piece[r]];
                c->size[k] += end - c->start[r];
                c->phase[k] = f->id[r];
                ends[k] |= (uint8_t)(at | (c->start[r] == 0 ? 16U : 0) | (end == n[2] ? 32U : 0));
            }
        }
    for (size_t k = 0; k < c->n; k++)
        for (unsigned a = 0; a < 3; a++)
            if (((unsigned)ends[k] >> (2 * a) & 3U) == 3) c->joins[k] |= (uint8_t)(1U << a);
    for (size_t p = 0; p < c->n_pieces; p++) c->winds[c->cluster[p]] |= w->winds[p];
}

static cupel_status number_clusters(finder *f, web *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_components *c = &f->c;
    uint8_t *ends = NULL;
    for (uint32_t p = 0; p < c->n_pieces; p++) {
        const uint32_t root = root_of_piece(w, p);
        c->cluster[p] = root == p ? (uint32_t)c->n++ : c->cluster[root];
    }
    c->phase = cupel_alloc(c->n, sizeof *c->phase);
    c->size = cupel_alloc(c->n, sizeof *c->size);
    c->joins = cupel_alloc(c->n, 1);
    c->winds = cupel_alloc(c->n, 1);
    ends = cupel_alloc(c->n, 1);
    if (!c->phase || !c->size || !c->joins || !c->winds || !ends) CUPEL_TRY(cupel_no_memory(err, "clusters", c->n * 16));
    measure(f, w, ends);
done:
    cupel_free(ends);
    return st;
}

static cupel_status find_runs(finder *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_components *c = &f->c;
    const size_t items = (c->grid.n[0] + f->planes_at_once - 1) / f->planes_at_once;
    c->row = cupel_alloc(f->n_rows + 1, sizeof *c->row);
    if (!c->row) CUPEL_TRY(cupel_no_memory(err, "clusters", 0));
    CUPEL_TRY(cupel_par_for(f->job->threads, items, count_layers, f, err));
    for (size_t r = 0; r < f->n_rows; r++) c->row[r + 1] += c->row[r];
    c->n_runs = c->row[f->n_rows];
    if (c->n_runs >= UINT32_MAX || c->grid.n[2] >= UINT32_MAX)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "%zu stretches of one phase along the last axis; clusters are found among at most 4294967294",
                             c->n_runs));
    CUPEL_TRY(cupel_memory_check(c->n_runs * 14, "clusters", err));
    c->start = cupel_alloc(c->n_runs, sizeof *c->start);
    c->piece = cupel_alloc(c->n_runs, sizeof *c->piece);
    f->parent = cupel_alloc(c->n_runs, sizeof *f->parent);
    f->id = cupel_alloc(c->n_runs, sizeof *f->id);
    if (!c->start || !c->piece || !f->parent || !f->id) CUPEL_TRY(cupel_no_memory(err, "clusters", c->n_runs * 14));
    CUPEL_TRY(cupel_par_for(f->job->threads, items, join_layers, f, err));
    for (size_t i = f->planes_at_once; i < c->grid.n[0]; i += f->planes_at_once) join_plane(f, i, false, true);
done:
    return st;
}

cupel_status cupel_components_find(const cupel_voxels *v, int connectivity, bool periodic, const cupel_job *job, cupel_components *out,
                                   cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    finder f = {.v = v, .job = job, .connectivity = connectivity, .planes_at_once = LAYERS};
    web w = {0};
    f.c.grid = cupel_grid_of(v);
    for (int a = 0; a < 3; a++) f.c.grid.wraps[a] &= periodic;
    f.n_rows = f.c.grid.n[0] * f.c.grid.n[1];
    w.c = &f.c;
    CUPEL_TRY(find_runs(&f, err));
    CUPEL_TRY(number_pieces(&f, err));
    CUPEL_TRY(join_period(&f, &w, err));
    CUPEL_TRY(number_clusters(&f, &w, err));
    *out = f.c;
    f.c = (cupel_components){0};
done:
    cupel_free(w.parent);
    cupel_free(w.winds);
    cupel_free(f.parent);
    cupel_free(f.id);
    cupel_components_release(&f.c);
    return st;
}

void cupel_components_release(cupel_components *c)
{
    cupel_free(c->row);
    cupel_free(c->start);
    cupel_free(c->piece);
    cupel_free(c->cluster);
    cupel_free(c->shift);
    cupel_free(c->phase);
    cupel_free(c->size);
    cupel_free(c->joins);
    cupel_free(c->winds);
    *c = (cupel_components){0};
}

cupel_status cupel_connectivity_read(double value, int dim, const char *descriptor, int *connectivity, cupel_err *err)
{
    const bool image = dim == 2;
    if (value != 6 && value != 18 && value != 26 && !(image && (value == 4 || value == 8)))
        return cupel_fail(err, CUPEL_USAGE,
                          "parameter connectivity of descriptor '%s' is '%g', expected 6 (faces), 18 (edges too) or 26 (corners too)%s",
                          descriptor, value, image ? ", of an image also 4 or 8" : "");
    *connectivity = value == 4 ? 6 : value == 8 ? 26 : (int)value;
    return CUPEL_OK;
}
