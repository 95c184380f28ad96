/* What a rebuilt interface gives: cut voxels, the noise of its labels, its area. */
#include "models/homogenize/rebuild_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/order.h"

#include <math.h>
#include <string.h>

/* Shares and normals of one row of voxels as they are put together; then the cuts of the row. */
typedef struct strip {
    double *share;  /* [n2] */
    double *normal; /* [n2][3], into phase 1, any length */
} strip;

static const double LEAST_SHARE = 1e-4; /* less is no cut: it would cost memory and change nothing */

static bool is_cut(double p) { return p > LEAST_SHARE && p < 1 - LEAST_SHARE; }

/* The physical normal of one in voxel coordinates. */
static void set_normal(const double normal[3], const double edge[3], int16_t out[3])
{
    double n[3], length = 0;
    for (int a = 0; a < 3; a++) {
        n[a] = normal[a] / edge[a];
        length += n[a] * n[a];
    }
    if (!(length > 0)) n[0] = length = 1;
    for (int a = 0; a < 3; a++) out[a] = (int16_t)lrint(n[a] / sqrt(length) * 32767);
}

/* Row (i, j) of the fine grid added with weight w to every `step`-th place. */
static void add_fine_row(const cupel_near_voxels *s, double shift, size_t r, size_t step, double w, strip *to)
{
    const uint8_t *side = s->side + r * s->n[2];
    for (size_t k = 0; k < s->n[2]; k++) to->share[k / step] += w * side[k];
    for (size_t c = s->row[r]; c < s->row[r + 1]; c++) {
        const cupel_near_voxel *v = &s->one[c];
        to->share[v->k / step] += w * (cupel_near_voxel_share(v, shift) - side[v->k]);
        for (size_t a = 0; a < 3; a++) to->normal[3 * (v->k / step) + a] += (double)v->n[a];
    }
}

static void fill_strip(const cupel_rebuilt *f, double shift, bool half, size_t i, size_t j, size_t n2, strip *to)
{
    memset(to->share, 0, n2 * sizeof *to->share);
    memset(to->normal, 0, 3 * n2 * sizeof *to->normal);
    if (!half) {
        add_fine_row(&f->fine, shift + f->fine.level, i * f->fine.n[1] + j, 1, 1, to);
    } else if (!f->averages) {
        /* a shift in fine voxels is less in coarse ones; their mean ratio will do for a derivative */
        const double ratio = pow((double)cupel_rebuilt_count(f->fine.n) / (double)cupel_rebuilt_count(f->coarse.n), 1.0 / f->dim);
        add_fine_row(&f->coarse, shift / ratio + f->coarse.level, i * f->coarse.n[1] + j, 1, 1, to);
    } else {
        size_t step[3];
        for (int a = 0; a < 3; a++) step[a] = f->fine.n[a] == 1 ? 1 : 2;
        const double w = 1 / (double)(step[0] * step[1] * step[2]);
        for (size_t di = 0; di < step[0]; di++)
            for (size_t dj = 0; dj < step[1]; dj++)
                add_fine_row(&f->fine, shift + f->fine.level, (step[0] * i + di) * f->fine.n[1] + step[1] * j + dj, step[2], w, to);
    }
}

/* Grows the list of cuts by those of a strip. */
static bool put_strip(const strip *from, const double edge[3], size_t r, cupel_mixture *m, size_t *cap)
{
    m->row[r] = m->n_cuts;
    for (size_t k = 0; k < m->n[2]; k++) {
        const double p = from->share[k];
        m->id8[r * m->n[2] + k] = p > 0.5;
        if (!is_cut(p)) continue;
        if (!cupel_grow(&m->cut, cap, m->n_cuts + 1, sizeof *m->cut)) return false;
        cupel_cut *cut = &m->cut[m->n_cuts++];
        *cut = (cupel_cut){.k = (uint32_t)k, .p = (float)p, .a = 0, .b = 1};
        set_normal(from->normal + 3 * k, edge, cut->normal);
    }
    return true;
}

cupel_status cupel_rebuilt_mixture(const cupel_rebuilt *f, double shift, bool half, cupel_mixture *m, double edge[3], cupel_err *err)
{
    cupel_mixture x = {0};
    strip s = {0};
    size_t cap = 0;
    cupel_status st = CUPEL_OK;
    const size_t *n = half ? f->coarse.n : f->fine.n;
    const double *e = half ? f->coarse.edge : f->fine.edge;
    CUPEL_TRY(cupel_mixture_init(&x, f->dim, n, 2, err));
    s.share = cupel_alloc(n[2], sizeof *s.share);
    s.normal = cupel_alloc(n[2], 3 * sizeof *s.normal);
    x.row = cupel_alloc(n[0] * n[1] + 1, sizeof *x.row);
    if (!s.share || !s.normal || !x.row) CUPEL_TRY(cupel_no_memory(err, "cut voxels", 0));
    for (size_t r = 0; r < n[0] * n[1]; r++) {
        fill_strip(f, shift, half, r / n[1], r % n[1], n[2], &s);
        if (!put_strip(&s, e, r, &x, &cap)) CUPEL_TRY(cupel_no_memory(err, "cut voxels", (x.n_cuts + 1) * sizeof *x.cut));
    }
    x.row[n[0] * n[1]] = x.n_cuts;
    if (edge) memcpy(edge, e, 3 * sizeof *edge);
    *m = x;
    x = (cupel_mixture){0};
done:
    cupel_free(s.share);
    cupel_free(s.normal);
    cupel_mixture_release(&x);
    return st;
}

double cupel_rebuilt_noise(const cupel_rebuilt *f)
{
    const cupel_near_voxels *s = &f->fine;
    const size_t n = s->row[s->n[0] * s->n[1]];
    double *key = cupel_alloc(n, sizeof *key), squares = 0, total = 0;
    size_t m = 0;
    if (!key) return NAN;
    for (size_t c = 0; c < n; c++) {
        const double d = fabs((double)s->one[c].d - s->level);
        if (d < 0.75) key[m++] = nearbyint(1e5 * d);
    }
    cupel_sort(key, m);
    for (size_t i = 0; i < m;) {
        size_t end = i;
        while (end < m && key[end] - key[i] < 1) end++;
        const double same = (double)(end - i);
        squares += same * same;
        total += same;
        i = end;
    }
    cupel_free(key);
    return total > 0 ? sqrt(1.5 * squares / 12) / total : 0;
}

double cupel_rebuilt_area(const cupel_rebuilt *f)
{
    const cupel_near_voxels *s = &f->fine;
    const double h = 0.25;
    double change = 0;
    for (size_t c = 0; c < s->row[s->n[0] * s->n[1]]; c++) change += cupel_near_voxel_share(&s->one[c], s->level - h) -
        cupel_near_voxel_share(&s->one[c], s->level + h);
    return change / (2 * h * (double)cupel_rebuilt_count(s->n));
}
