#include "core/engine/one_body.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "descriptors/microstructure/components.h"

#include <math.h>

enum { ROUNDS = 8 };

/* ---- voxels ---- */

/* Calls each voxel of a volume with its cluster. */
static void cluster_of_voxels(const cupel_components *c, uint32_t *cluster)
{
    const size_t rows = c->grid.n[0] * c->grid.n[1], n = c->grid.n[2];
    for (size_t row = 0; row < rows; row++)
        for (size_t r = c->row[row]; r < c->row[row + 1]; r++)
            for (size_t k = c->start[r]; k < cupel_run_end(c, row, r); k++) cluster[row * n + k] = c->cluster[c->piece[r]];
}

/* Clusters of all phases but one, joined: a copy of the volume with two ids. */
static cupel_status clusters(const cupel_voxels *v, uint16_t phase, const cupel_job *job, cupel_components *c, uint32_t *cluster, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_voxels two = {0};
    const size_t count = cupel_voxels_count(v);
    CUPEL_TRY(cupel_voxels_init(&two, v->dim, v->n, "a body", err));
    for (size_t i = 0; i < count; i++) two.id[i] = v->id[i] == phase;
    two.n_phases = 2;
    CUPEL_TRY(cupel_components_find(&two, 6, true, job, c, err));
    cluster_of_voxels(c, cluster);
done:
    cupel_voxels_release(&two);
    return st;
}

static uint64_t fill(cupel_voxels *v, uint16_t phase, const cupel_components *c, const uint32_t *cluster)
{
    uint64_t changed = 0;
    const size_t count = cupel_voxels_count(v);
    for (size_t i = 0; i < count; i++) {
        if (c->phase[cluster[i]] || c->winds[cluster[i]]) continue;
        v->id[i] = phase;
        changed++;
    }
    return changed;
}

/* The other phase that a cluster of the phase touches most; counts [clusters][phases]. */
static void count_neighbours(const cupel_voxels *v, const uint32_t *cluster, uint64_t *counts)
{
    const size_t *n = v->n;
    for (size_t i = 0; i < n[0]; i++)
        for (size_t j = 0; j < n[1]; j++)
            for (size_t k = 0; k < n[2]; k++) {
                const size_t a = (i * n[1] + j) * n[2] + k;
                const size_t next[3] = {((i + 1) % n[0] * n[1] + j) * n[2] + k, (i * n[1] + (j + 1) % n[1]) * n[2] + k,
                                        (i * n[1] + j) * n[2] + (k + 1) % n[2]};
                for (int x = 0; x < 3; x++) {
                    if (v->id[a] == v->id[next[x]]) continue;
                    counts[cluster[a] * v->n_phases + v->id[next[x]]]++;
                    counts[cluster[next[x]] * v->n_phases + v->id[a]]++;
                }
            }
}

static cupel_status remove_islands(cupel_voxels *v, uint16_t phase, const cupel_components *c, const uint32_t *cluster, uint64_t *changed,
                                   cupel_err *err)
{
    size_t largest = c->n;
    const size_t count = cupel_voxels_count(v);
    uint64_t *counts = cupel_alloc(cupel_mul(c->n, v->n_phases), sizeof *counts);
    *changed = 0;
    if (!counts) return cupel_no_memory(err, "neighbours of islands", c->n * v->n_phases * sizeof *counts);
    for (size_t k = 0; k < c->n; k++)
        if (c->phase[k] && (largest == c->n || c->size[k] > c->size[largest])) largest = k;
    count_neighbours(v, cluster, counts);
    for (size_t i = 0; i < count; i++) {
        const uint64_t *mine = counts + cluster[i] * v->n_phases;
        size_t best = phase ? 0 : v->n_phases > 1;
        if (!c->phase[cluster[i]] || cluster[i] == largest) continue;
        for (size_t p = 0; p < v->n_phases; p++)
            if (p != phase && mine[p] > mine[best]) best = p;
        v->id[i] = (uint16_t)best;
        (*changed)++;
    }
    cupel_free(counts);
    return CUPEL_OK;
}

cupel_status cupel_one_body_mend(cupel_voxels *v, uint16_t phase, const cupel_job *job, uint64_t *islands, uint64_t *trapped, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    uint32_t *cluster = cupel_alloc(cupel_voxels_count(v), sizeof *cluster);
    cupel_components c = {0};
    uint64_t changed = 1;
    *islands = *trapped = 0;
    if (!cluster) CUPEL_TRY(cupel_no_memory(err, "clusters of voxels", cupel_voxels_count(v) * sizeof *cluster));
    for (int round = 0; round < ROUNDS && changed; round++) {
        CUPEL_TRY(clusters(v, phase, job, &c, cluster, err));
        const uint64_t filled = fill(v, phase, &c, cluster);
        *trapped += filled;
        if (filled) {
            cupel_components_release(&c);
            CUPEL_TRY(clusters(v, phase, job, &c, cluster, err));
        }
        CUPEL_TRY(remove_islands(v, phase, &c, cluster, &changed, err));
        *islands += changed;
        changed += filled;
        cupel_components_release(&c);
    }
done:
    cupel_components_release(&c);
    cupel_free(cluster);
    return st;
}

/* ---- bodies of recipes ---- */

/* The phases of the recipe are the ids, those too that no voxel has. */
static cupel_status voxels_of(const cupel_recipe *r, const size_t n[3], size_t n_phases, const cupel_job *job, cupel_voxels *v, cupel_err *err)
{
    cupel_status st = cupel_recipe_voxels(r, n, v, job, err);
    if (st != CUPEL_OK) return st;
    const size_t count = cupel_voxels_count(v);
    int64_t *label = cupel_alloc(n_phases, sizeof *label);
    if (!label) {
        cupel_voxels_release(v);
        return cupel_no_memory(err, "labels", 0);
    }
    for (size_t i = 0; i < count; i++) v->id[i] = (uint16_t)v->label[v->id[i]];
    for (size_t p = 0; p < n_phases; p++) label[p] = (int64_t)p;
    cupel_free(v->label);
    v->label = label;
    v->n_phases = n_phases;
    return CUPEL_OK;
}

cupel_status cupel_one_body_of(const cupel_recipe *r, const size_t n[3], size_t n_phases, size_t phase, const cupel_job *job, cupel_one_body *out,
                           cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_one_body b = {.phase = (uint16_t)phase};
    CUPEL_TRY(voxels_of(r, n, n_phases, job, &b.drawn, err));
    CUPEL_TRY(voxels_of(r, n, n_phases, job, &b.mended, err));
    CUPEL_TRY(cupel_one_body_mend(&b.mended, b.phase, job, &b.islands, &b.trapped, err));
    *out = b;
    b = (cupel_one_body){.phase = 0};
done:
    cupel_one_body_release(&b);
    return st;
}

void cupel_one_body_release(cupel_one_body *b)
{
    cupel_voxels_release(&b->drawn);
    cupel_voxels_release(&b->mended);
}

bool cupel_one_body_is_mended(const cupel_one_body *b) { return b->islands + b->trapped > 0; }

/* ---- on another grid ---- */

static size_t wrapped(ptrdiff_t i, size_t n) { return (size_t)((i + (ptrdiff_t)n) % (ptrdiff_t)n); }

/* What a piece of phase p at a place, in voxels of the body from the centre of its first, is in the body: what became of the nearest voxel, within
 * one, that is as drawn on the same side of the body's surface. Where there is none, what it was. */
static size_t becomes(const cupel_one_body *b, const double at[3], size_t p)
{
    const size_t *n = b->drawn.n;
    const bool solid = p == b->phase;
    double nearest = HUGE_VAL;
    size_t best = SIZE_MAX;
    for (int q = 0; q < 27; q++) {
        const int step[3] = {q / 9 - 1, q / 3 % 3 - 1, q % 3 - 1};
        size_t place = 0;
        double far = 0;
        for (int a = 0; a < 3; a++) {
            const double to = floor(at[a] + 0.5) + step[a];
            far += (to - at[a]) * (to - at[a]);
            place = place * n[a] + wrapped((ptrdiff_t)to, n[a]);
        }
        if ((b->drawn.id[place] == b->phase) != solid || !(far < nearest)) continue;
        nearest = far;
        best = place;
    }
    return best == SIZE_MAX || b->drawn.id[best] == b->mended.id[best] ? p : b->mended.id[best];
}

static size_t id_of(const cupel_mixture *m, size_t i) { return m->id8 ? m->id8[i] : m->id16[i]; }

static void set_id(cupel_mixture *m, size_t i, size_t id)
{
    if (m->id8)
        m->id8[i] = (uint8_t)id;
    else
        m->id16[i] = (uint16_t)id;
}

/* A cut voxel; false where both of its sides are one phase now. */
static bool mend_cut(const cupel_one_body *b, const double at[3], cupel_cut *c)
{
    const size_t one = becomes(b, at, c->a), other = becomes(b, at, c->b);
    c->a = (uint8_t)(one < other ? one : other);
    c->b = (uint8_t)(one < other ? other : one);
    if (one > other) {
        c->p = 1 - c->p;
        for (int k = 0; k < 3; k++) c->normal[k] = (int16_t)-c->normal[k];
    }
    return one != other;
}

static void mend_row(const cupel_one_body *b, cupel_mixture *m, size_t row, size_t *kept)
{
    const size_t *n = m->n, *own = b->drawn.n;
    double at[3];
    const size_t first = m->row ? m->row[row] : 0, last = m->row ? m->row[row + 1] : 0, place[2] = {row / n[1], row % n[1]};
    for (int a = 0; a < 2; a++) at[a] = ((double)place[a] + 0.5) * (double)own[a] / (double)n[a] - 0.5;
    if (m->row) m->row[row] = *kept;
    for (size_t k = 0, c = first; k < n[2]; k++) {
        const size_t i = row * n[2] + k;
        at[2] = ((double)k + 0.5) * (double)own[2] / (double)n[2] - 0.5;
        set_id(m, i, becomes(b, at, id_of(m, i)));
        if (c == last || m->cut[c].k != k) continue;
        cupel_cut cut = m->cut[c++];
        if (mend_cut(b, at, &cut)) m->cut[(*kept)++] = cut;
    }
}

void cupel_one_body_mixture(const cupel_one_body *b, cupel_mixture *m)
{
    size_t kept = 0;
    const size_t rows = m->n[0] * m->n[1];
    if (!cupel_one_body_is_mended(b)) return;
    for (size_t row = 0; row < rows; row++) mend_row(b, m, row, &kept);
    if (m->row) m->row[rows] = m->n_cuts = kept;
}
