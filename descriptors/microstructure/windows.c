#include "descriptors/microstructure/windows.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
#include "core/sys/par.h"

enum { OUTSIDE = UINT16_MAX, LAYERS = 8 }; /* no id is as large (CUPEL_PHASES_MAX); layers of a piece of work */

/* Bytes of counts that all workers together may take beyond the first. */
static const size_t SPARE = (size_t)64 << 20;

static const uint64_t LANES = UINT64_C(0x0001000100010001);

typedef struct counter {
    const cupel_voxels *v;
    const cupel_job *job;
    size_t n[3];               /* an image is one layer */
    const uint16_t *nothing;   /* [n[2]] OUTSIDE: the layer above an image */
    uint64_t **counts;         /* [workers] [n_phases][256] */
} counter;

/* Bits 0, 2, 4, 6 where lanes 0 .. 3 of x are zero. */
static unsigned zero_lanes(uint64_t x)
{
    const uint64_t low = LANES * 0x7fff;
    uint64_t zero = ~(((x & low) + low) | x | low) >> 15;
    return (unsigned)(zero | zero >> 14 | zero >> 28 | zero >> 42) & 0x55U;
}

/* One window: its voxels at dk = 0 and dk = 1, lane 2 di + dj. Each phase in it gets its mask. */
static void tally(uint64_t here, uint64_t next, uint64_t weight, uint64_t *counts)
{
    for (unsigned left = 255; left;) {
        unsigned first = 0;
        while (!(left >> first & 1U)) first++;
        uint64_t id = (first & 1U ? next : here) >> (first / 2 * 16) & UINT16_MAX;
        unsigned mask = zero_lanes(here ^ id * LANES) | zero_lanes(next ^ id * LANES) << 1;
        if (id != OUTSIDE) counts[id * CUPEL_WINDOW_MASKS + mask] += weight;
        left &= ~mask;
    }
}

static uint64_t lanes(const uint16_t *const row[4], size_t k)
{
    return row[0][k] | (uint64_t)row[1][k] << 16 | (uint64_t)row[2][k] << 32 | (uint64_t)row[3][k] << 48;
}

/* The windows between four rows, the last one around the end when the rows are periods. */
static void tally_rows(const uint16_t *const row[4], size_t n, bool periodic, uint64_t *counts)
{
    const uint64_t begin = lanes(row, 0);
    uint64_t here = begin;
    for (size_t k = 1; k < n; k++) {
        uint64_t next = lanes(row, k);
        if (here != next || here != (here & UINT16_MAX) * LANES) tally(here, next, 1, counts);
        here = next;
    }
    if (periodic && (here != begin || here != (here & UINT16_MAX) * LANES)) tally(here, begin, 1, counts);
}

static const uint16_t *row_at(const counter *c, size_t i, size_t j) { return c->v->id + (i * c->n[1] + j) * c->n[2]; }

static cupel_status count_layers(void *user, size_t item, size_t worker, cupel_err *err)
{
    const counter *c = user;
    const bool image = c->v->dim == 2, periodic = c->v->periodic;
    const size_t end = (item + 1) * LAYERS < c->n[0] ? (item + 1) * LAYERS : c->n[0];
    if (cupel_stopped(c->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while counting neighbourhoods");
    for (size_t i = item * LAYERS; i < end; i++) {
        if (!image && !periodic && i + 1 == c->n[0]) break;
        for (size_t j = 0; j < c->n[1]; j++) {
            if (!periodic && j + 1 == c->n[1]) break;
            size_t up = (i + 1) % c->n[0], right = (j + 1) % c->n[1];
            const uint16_t *const row[4] = {row_at(c, i, j), row_at(c, i, right), image ? c->nothing : row_at(c, up, j),
                                            image ? c->nothing : row_at(c, up, right)};
            tally_rows(row, c->n[2], periodic, c->counts[worker]);
        }
    }
    return CUPEL_OK;
}

/* ---- the border of a volume that is no period ---- */

/* Position at, from -1 to n, in the volume; one step outside is the border voxel itself or, when `cut`, nothing. False: nothing. */
static bool place(size_t at_plus_1, size_t n, bool cut, size_t *at)
{
    bool outside = at_plus_1 == 0 || at_plus_1 > n;
    *at = at_plus_1 == 0 ? 0 : at_plus_1 > n ? n - 1 : at_plus_1 - 1;
    return !(outside && cut);
}

/* The window whose lower corner is w - 1. */
static void tally_border(const counter *c, const size_t w[3], bool cut, uint64_t weight, uint64_t *counts)
{
    uint64_t here = 0, next = 0;
    for (unsigned corner = 0; corner < 8; corner++) {
        size_t at[3];
        uint64_t id = OUTSIDE;
        bool there = !(c->v->dim == 2 && corner >= 4);
        for (unsigned a = 0; a < 3; a++) there &= place(w[a] + (corner >> (2 - a) & 1U), c->n[a], cut, &at[a]);
        if (there) id = row_at(c, at[0], at[1])[at[2]];
        *(corner & 1U ? &next : &here) |= id << (corner / 2 * 16);
    }
    tally(here, next, weight, counts);
}

static void count_border(const counter *c, cupel_windows *w)
{
    const bool image = c->v->dim == 2;
    size_t at[3];
    for (at[0] = image; at[0] <= (image ? 1 : c->n[0]); at[0]++)
        for (at[1] = 0; at[1] <= c->n[1]; at[1]++) {
            int over = (!image && (at[0] == 0 || at[0] == c->n[0])) + (at[1] == 0 || at[1] == c->n[1]);
            /* inside the rows only the two ends are at the border */
            size_t step = over ? 1 : c->n[2];
            for (at[2] = 0; at[2] <= c->n[2]; at[2] += step) {
                int all = over + (at[2] == 0 || at[2] == c->n[2]);
                tally_border(c, at, false, 8U >> all, w->outward);
                tally_border(c, at, true, 1, w->cut);
            }
        }
}

/* ---- all ---- */

static uint64_t *new_counts(size_t n_phases) { return cupel_alloc(cupel_mul(n_phases, CUPEL_WINDOW_MASKS), sizeof(uint64_t)); }

static cupel_status count_inside(counter *c, cupel_windows *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t bytes = w->n_phases * CUPEL_WINDOW_MASKS * sizeof(uint64_t), most = 1 + SPARE / bytes;
    const size_t items = (c->n[0] + LAYERS - 1) / LAYERS;
    size_t workers = c->job->threads < most ? c->job->threads : most;
    if (workers > items) workers = items;
    c->counts = cupel_alloc(workers, sizeof *c->counts);
    if (!c->counts) CUPEL_TRY(cupel_no_memory(err, "counts of neighbourhoods", 0));
    for (size_t t = 0; t < workers; t++) {
        c->counts[t] = t ? new_counts(w->n_phases) : w->inside;
        if (!c->counts[t]) CUPEL_TRY(cupel_no_memory(err, "counts of neighbourhoods", bytes));
    }
    CUPEL_TRY(cupel_par_for(workers, items, count_layers, c, err));
    for (size_t t = 1; t < workers; t++)
        for (size_t i = 0; i < w->n_phases * CUPEL_WINDOW_MASKS; i++) w->inside[i] += c->counts[t][i];
done:
    for (size_t t = 1; c->counts && t < workers; t++) cupel_free(c->counts[t]);
    cupel_free(c->counts);
    return st;
}

cupel_status cupel_windows_count(const cupel_voxels *v, const cupel_job *job, cupel_windows *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_windows w = {.n_phases = v->n_phases};
    counter c = {.v = v, .job = job, .n = {v->n[0], v->n[1], v->n[2]}};
    uint16_t *nothing = NULL;
    if (v->dim == 2) c.n[0] = 1, c.n[1] = v->n[0], c.n[2] = v->n[1];
    CUPEL_TRY(cupel_memory_check(w.n_phases * CUPEL_WINDOW_MASKS * sizeof(uint64_t) * (v->periodic ? 1 : 3), "counts of neighbourhoods", err));
    w.inside = new_counts(w.n_phases);
    nothing = cupel_alloc(c.n[2], sizeof *nothing);
    if (!v->periodic) w.outward = new_counts(w.n_phases), w.cut = new_counts(w.n_phases);
    if (!w.inside || !nothing || (!v->periodic && (!w.outward || !w.cut))) CUPEL_TRY(cupel_no_memory(err, "counts of neighbourhoods", 0));
    for (size_t k = 0; k < c.n[2]; k++) nothing[k] = OUTSIDE;
    c.nothing = nothing;
    CUPEL_TRY(count_inside(&c, &w, err));
    if (!v->periodic) count_border(&c, &w);
    *out = w;
    w = (cupel_windows){0};
done:
    cupel_free(nothing);
    cupel_windows_release(&w);
    return st;
}

void cupel_windows_release(cupel_windows *w)
{
    cupel_free(w->inside);
    cupel_free(w->outward);
    cupel_free(w->cut);
    *w = (cupel_windows){0};
}
