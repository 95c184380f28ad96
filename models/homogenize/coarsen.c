#include "models/homogenize/coarsen.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <string.h>

/* Which fine voxels a coarse one covers along one axis, and how far: three at most where the axis is odd. */
typedef struct cover {
    size_t first, n;
    double share[3], middle[3]; /* middle: of the covered part, from the centre of the coarse voxel, in fine voxels */
} cover;

static cover cover_of(size_t i, size_t coarse, size_t fine)
{
    const double ratio = (double)fine / (double)coarse, from = (double)i * ratio, to = from + ratio, centre = (from + to) / 2;
    cover c = {.first = (size_t)floor(from + 1e-9)};
    for (size_t k = c.first; k < fine && (double)k < to - 1e-9 && c.n < 3; k++) {
        const double a = fmax(from, (double)k), b = fmin(to, (double)k + 1);
        c.share[c.n] = b - a;
        c.middle[c.n++] = (a + b) / 2 - centre;
    }
    return c;
}

/* What one coarse voxel holds of one phase. */
typedef struct part {
    size_t id;
    double share, moment[3];
} part;

typedef struct holding {
    size_t n;
    part one[27];
} holding;

static size_t id_of(const cupel_mixture *m, size_t at) { return m->id8 ? m->id8[at] : m->id16[at]; }

static void hold(holding *h, size_t id, double share, const double at[3])
{
    size_t i = 0;
    while (i < h->n && h->one[i].id != id) i++;
    if (i == h->n) h->one[h->n++] = (part){.id = id};
    h->one[i].share += share;
    for (int a = 0; a < 3; a++) h->one[i].moment[a] += share * at[a];
}

static void gather(const cupel_mixture *m, const cover c[3], holding *h)
{
    h->n = 0;
    for (size_t i = 0; i < c[0].n; i++)
        for (size_t j = 0; j < c[1].n; j++)
            for (size_t k = 0; k < c[2].n; k++) {
                const size_t at = ((c[0].first + i) * m->n[1] + c[1].first + j) * m->n[2] + c[2].first + k;
                const double middle[3] = {c[0].middle[i], c[1].middle[j], c[2].middle[k]};
                hold(h, id_of(m, at), c[0].share[i] * c[1].share[j] * c[2].share[k], middle);
            }
}

/* The largest of the parts but `not`; ties go to the smaller id. */
static const part *largest(const holding *h, const part *not)
{
    const part *best = NULL;
    for (size_t i = 0; i < h->n; i++) {
        const part *p = &h->one[i];
        if (p == not) continue;
        if (!best || p->share > best->share + 1e-9 || (p->share > best->share - 1e-9 && p->id < best->id)) best = p;
    }
    return best;
}

static cupel_cut cut_of(const part *x, const part *y, const double edge[3], size_t k)
{
    const part *a = x->id < y->id ? x : y, *b = a == x ? y : x;
    cupel_cut c = {.k = (uint32_t)k, .p = (float)(b->share / (a->share + b->share)), .a = (uint8_t)a->id, .b = (uint8_t)b->id};
    double n[3], length = 0;
    for (int i = 0; i < 3; i++) {
        n[i] = (b->moment[i] / b->share - a->moment[i] / a->share) * edge[i];
        length += n[i] * n[i];
    }
    if (!(length > 0)) n[0] = length = 1; /* one inside the other: any direction */
    for (int i = 0; i < 3; i++) c.normal[i] = (int16_t)lrint(n[i] / sqrt(length) * 32767);
    return c;
}

static cupel_status coarse_row(const cupel_mixture *m, const double edge[3], size_t r, cupel_mixture *to, size_t *cap, cupel_err *err)
{
    cover c[3] = {cover_of(r / to->n[1], to->n[0], m->n[0]), cover_of(r % to->n[1], to->n[1], m->n[1]), {0}};
    if (to->row) to->row[r] = to->n_cuts;
    for (size_t k = 0; k < to->n[2]; k++) {
        holding h;
        c[2] = cover_of(k, to->n[2], m->n[2]);
        gather(m, c, &h);
        const part *first = largest(&h, NULL), *second = largest(&h, first);
        if (to->id8)
            to->id8[r * to->n[2] + k] = (uint8_t)first->id;
        else
            to->id16[r * to->n[2] + k] = (uint16_t)first->id;
        if (!second || !to->row) continue;
        if (!cupel_grow(&to->cut, cap, to->n_cuts + 1, sizeof *to->cut))
            return cupel_no_memory(err, "cut voxels", (to->n_cuts + 1) * sizeof *to->cut);
        to->cut[to->n_cuts++] = cut_of(first, second, edge, k);
    }
    return CUPEL_OK;
}

cupel_status cupel_coarsen(const cupel_mixture *m, const double edge[3], cupel_mixture *half, double half_edge[3], cupel_err *err)
{
    cupel_mixture x = {0};
    size_t n[3], cap = 0;
    cupel_status st = CUPEL_OK;
    for (int a = 0; a < 3; a++) {
        n[a] = m->n[a] == 1 ? 1 : (m->n[a] + 1) / 2;
        half_edge[a] = edge[a] * (double)m->n[a] / (double)n[a];
    }
    CUPEL_TRY(cupel_mixture_init(&x, m->dim, n, m->n_phases, err));
    if (x.id8) {
        x.row = cupel_alloc(n[0] * n[1] + 1, sizeof *x.row);
        if (!x.row) CUPEL_TRY(cupel_no_memory(err, "rows of cut voxels", n[0] * n[1] * sizeof *x.row));
    }
    for (size_t r = 0; r < n[0] * n[1]; r++) CUPEL_TRY(coarse_row(m, edge, r, &x, &cap, err));
    if (x.row) x.row[n[0] * n[1]] = x.n_cuts;
    *half = x;
    x = (cupel_mixture){0};
done:
    cupel_mixture_release(&x);
    return st;
}
