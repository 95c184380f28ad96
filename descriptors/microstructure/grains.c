#include "descriptors/microstructure/components.h"
#include "descriptors/microstructure/contacts.h"
#include "descriptors/microstructure/descriptor.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/small.h"
#include "descriptors/microstructure/units.h"

#include <math.h>

/* Sizes, shapes and contacts of grains. The shape is that of the ellipsoid (an image: ellipse) with the same second moments: a voxel of edge s adds
 * s^2 / 12 of its own, and a semi-axis a has the variance a^2 / 5 (a^2 / 4). Grains across the border of a period are put together first. */

typedef struct moments {
    double n, first[3], second[6]; /* of places in voxels; second: 00 11 22 12 02 01 */
} moments;

static const int PAIR[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};

typedef struct body {
    moments m;
    bool winds, cut;      /* goes on for ever; the border cuts it */
    uint32_t phase;
    double diameter, b_over_a, c_over_a; /* NaN where it winds */
    size_t neighbours;
} body;

typedef struct grains {
    const cupel_voxels *v;
    cupel_components c;
    cupel_contacts contacts;
    size_t n;
    uint32_t *grain;      /* [clusters] */
    moments *of_cluster;  /* [clusters] */
    body *body;           /* [n] */
} grains;

/* ---- moments ---- */

static void add_row_of(moments *m, const double x[2], double from, double to)
{
    /* sums of k and k^2 over from .. to - 1 */
    const double n = to - from, middle = (from + to - 1) / 2, k = n * middle, kk = n * middle * middle + n * (n * n - 1) / 12;
    m->n += n;
    m->first[0] += n * x[0];
    m->first[1] += n * x[1];
    m->first[2] += k;
    m->second[0] += n * x[0] * x[0];
    m->second[1] += n * x[1] * x[1];
    m->second[2] += kk;
    m->second[3] += x[1] * k;
    m->second[4] += x[0] * k;
    m->second[5] += n * x[0] * x[1];
}

/* All places moved by d. */
static void move(moments *m, const double d[3])
{
    for (int s = 0; s < 6; s++) {
        const int a = PAIR[s][0], b = PAIR[s][1];
        m->second[s] += d[a] * m->first[b] + d[b] * m->first[a] + m->n * d[a] * d[b];
    }
    for (int a = 0; a < 3; a++) m->first[a] += m->n * d[a];
}

static void join(moments *to, const moments *m)
{
    to->n += m->n;
    for (int a = 0; a < 3; a++) to->first[a] += m->first[a];
    for (int s = 0; s < 6; s++) to->second[s] += m->second[s];
}

static void of_clusters(grains *g)
{
    const cupel_components *c = &g->c;
    const size_t *n = c->grid.n;
    for (size_t row = 0; row < n[0] * n[1]; row++)
        for (size_t r = c->row[row]; r < c->row[row + 1]; r++) {
            const int32_t *shift = c->shift[c->piece[r]];
            double x[3];
            for (int a = 0; a < 3; a++) x[a] = (double)shift[a] * (double)n[a];
            const size_t i = row / n[1], j = row % n[1];
            const double at[2] = {x[0] + (double)i, x[1] + (double)j};
            add_row_of(&g->of_cluster[c->cluster[c->piece[r]]], at, x[2] + (double)c->start[r], x[2] + (double)cupel_run_end(c, row, r));
        }
}

/* The clusters of a grain: each to the image that is nearest to the largest of them. */
static void put_together(grains *g, size_t *largest)
{
    const cupel_components *c = &g->c;
    for (size_t k = 0; k < c->n; k++) {
        const size_t of = g->grain[k];
        if (largest[of] == SIZE_MAX || c->size[k] > c->size[largest[of]]) largest[of] = k;
    }
    for (size_t k = 0; k < c->n; k++) {
        body *b = &g->body[g->grain[k]];
        const moments *centre = &g->of_cluster[largest[g->grain[k]]];
        moments m = g->of_cluster[k];
        double d[3];
        for (int a = 0; a < 3; a++) {
            const double apart = centre->first[a] / centre->n - m.first[a] / m.n, period = (double)c->grid.n[a];
            d[a] = c->grid.wraps[a] ? period * round(apart / period) : 0;
        }
        move(&m, d);
        join(&b->m, &m);
        b->phase = c->phase[k];
        b->winds |= c->winds[k] != 0;
    }
}

static void note_cut(grains *g)
{
    const cupel_components *c = &g->c;
    const size_t *n = c->grid.n;
    if (g->v->periodic) return;
    for (size_t row = 0; row < n[0] * n[1]; row++) {
        const size_t i = row / n[1], j = row % n[1];
        const bool border = (!c->grid.first && (i == 0 || i + 1 == n[0])) || j == 0 || j + 1 == n[1];
        for (size_t r = c->row[row]; r < c->row[row + 1]; r++)
            if (border || c->start[r] == 0 || cupel_run_end(c, row, r) == n[2]) g->body[g->grain[c->cluster[c->piece[r]]]].cut = true;
    }
}

/* ---- shape ---- */

static void measure(const cupel_voxels *v, const cupel_grid *grid, body *b)
{
    double m[9], value[3];
    const int from = (int)grid->first, dim = v->dim;
    const double volume = b->m.n * cupel_voxel_volume(v), pi = 3.14159265358979323846;
    b->diameter = dim == 3 ? cbrt(6 * volume / pi) : sqrt(4 * volume / pi);
    b->b_over_a = b->c_over_a = NAN;
    if (b->winds) return;
    for (int s = 0; s < 6; s++) {
        const int x = PAIR[s][0], y = PAIR[s][1];
        const double variance = b->m.second[s] / b->m.n - b->m.first[x] / b->m.n * (b->m.first[y] / b->m.n) + (x == y ? 1.0 / 12 : 0);
        if (x >= from && y >= from) m[(x - from) * dim + y - from] = m[(y - from) * dim + x - from] = variance * grid->size[x] * grid->size[y];
    }
    cupel_small_eigen(m, (size_t)dim, value, NULL);
    b->b_over_a = sqrt(value[dim - 2] / value[dim - 1]);
    if (dim == 3) b->c_over_a = sqrt(value[0] / value[2]);
}

static cupel_status find(grains *g, bool split, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t *largest = NULL;
    CUPEL_TRY(cupel_components_find(g->v, 6, g->v->periodic, job, &g->c, err));
    g->n = split ? g->c.n : g->v->n_phases;
    g->grain = cupel_alloc(g->c.n, sizeof *g->grain);
    g->of_cluster = cupel_alloc(g->c.n, sizeof *g->of_cluster);
    g->body = cupel_alloc(g->n, sizeof *g->body);
    largest = cupel_alloc(g->n, sizeof *largest);
    if (!g->grain || !g->of_cluster || !g->body || !largest) CUPEL_TRY(cupel_no_memory(err, "grains", 0));
    for (size_t k = 0; k < g->c.n; k++) g->grain[k] = split ? (uint32_t)k : g->c.phase[k];
    for (size_t k = 0; k < g->n; k++) largest[k] = SIZE_MAX;
    of_clusters(g);
    put_together(g, largest);
    note_cut(g);
    for (size_t k = 0; k < g->n; k++) measure(g->v, &g->c.grid, &g->body[k]);
    CUPEL_TRY(cupel_contacts_find(&g->c, g->grain, &g->contacts, err));
    for (size_t k = 0; k < g->contacts.n; k++) {
        g->body[g->contacts.contact[k].a].neighbours++;
        g->body[g->contacts.contact[k].b].neighbours++;
    }
done:
    cupel_free(largest);
    return st;
}

/* ---- means ---- */

typedef struct tally {
    double n, diameter, square, neighbours, shaped, b_over_a, c_over_a;
} tally;

static void count(tally *t, const body *b)
{
    t->n++;
    t->diameter += b->diameter;
    t->square += b->diameter * b->diameter;
    t->neighbours += (double)b->neighbours;
    if (b->winds) return;
    t->shaped++;
    t->b_over_a += b->b_over_a;
    t->c_over_a += b->c_over_a;
}

static void add(cupel_quantities *q, const cupel_voxels *v, cupel_of of, const tally *t)
{
    static const char *const cut = "the border cuts every grain", *const winding = "every grain goes on through the period for ever: it has no shape";
    const char *length = cupel_length_unit(v, 1);
    const bool shaped = t->shaped > 0;
    cupel_quantities_add(q, "grains", "", of, t->n);
    if (t->n > 0) {
        const double mean = t->diameter / t->n, variance = t->square / t->n - mean * mean;
        cupel_quantities_add(q, "equivalent diameter", length, of, mean);
        cupel_quantities_add(q, "equivalent diameter deviation", length, of, variance > 1e-14 * mean * mean ? sqrt(variance) : 0);
        cupel_quantities_add(q, "neighbours", "", of, t->neighbours / t->n);
    } else {
        cupel_quantities_add_none(q, "equivalent diameter", length, of, cut);
        cupel_quantities_add_none(q, "equivalent diameter deviation", length, of, cut);
        cupel_quantities_add_none(q, "neighbours", "", of, cut);
    }
    for (int axis = 0; axis < v->dim - 1; axis++) {
        const char *name = axis ? "c over a" : "b over a";
        if (shaped)
            cupel_quantities_add(q, name, "", of, (axis ? t->c_over_a : t->b_over_a) / t->shaped);
        else
            cupel_quantities_add_none(q, name, "", of, t->n > 0 ? winding : cut);
    }
}

static void add_contacts(cupel_quantities *q, const grains *g)
{
    const cupel_grid *grid = &g->c.grid;
    const double volume = grid->size[0] * grid->size[1] * grid->size[2];
    for (size_t k = 0; k < g->contacts.n; k++) {
        const cupel_contact *c = &g->contacts.contact[k];
        double area = 0;
        for (int a = 0; a < 3; a++) area += (double)c->faces[a] * volume / grid->size[a];
        cupel_quantities_add(q, g->v->dim == 2 ? "contact length" : "contact area", cupel_length_unit(g->v, g->v->dim - 1),
                             (cupel_of){(int)c->a, (int)c->b, -1}, area);
    }
}

static cupel_status compute(const cupel_voxels *v, const double *value, const cupel_job *job, cupel_quantities *q, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    grains g = {.v = v};
    tally all = {0}, *t = cupel_alloc(v->n_phases, sizeof *t);
    const bool split = value[0] != 0, border = value[1] != 0;
    if (!t) CUPEL_TRY(cupel_no_memory(err, "grains", 0));
    CUPEL_TRY(find(&g, split, job, err));
    for (size_t k = 0; k < g.n; k++) {
        if (g.body[k].cut && !border) continue;
        count(&all, &g.body[k]);
        count(&t[g.body[k].phase], &g.body[k]);
    }
    add(q, v, CUPEL_OF_WHOLE, &all);
    for (size_t p = 0; p < v->n_phases; p++) add(q, v, cupel_of_phase(p), &t[p]);
    if (!split) add_contacts(q, &g);
done:
    cupel_components_release(&g.c);
    cupel_contacts_release(&g.contacts);
    cupel_free(g.grain);
    cupel_free(g.of_cluster);
    cupel_free(g.body);
    cupel_free(t);
    return st;
}

static const cupel_reference references[] = {
    {"10.1186/2193-9772-3-5", "Groeber, Jackson: DREAM.3D: A digital representation environment for the analysis of microstructure in 3D. "
                              "Integrating Materials and Manufacturing Innovation 3, 56 (2014)"},
    {"10.1016/j.actamat.2007.11.041", "Groeber, Ghosh, Uchic, Dimiduk: A framework for automated analysis and simulation of 3D polycrystalline "
                                      "microstructures. Part 1: Statistical characterization. Acta Materialia 56, 1257 (2008)"},
    {NULL, NULL}};

static const cupel_param params[] = {
    {"split", "", 0, 0, 1,
     "0: each label is a grain; 1: each cluster of voxels of a label that are joined through faces is one (particles of a phase)"},
    {"border", "", 1, 0, 1, "0: grains that the border of a volume that is no period cuts are left out; 1: they are counted"},
    {0}};

const cupel_volume_descriptor cupel_volume_descriptor_grains = {
    .method = {.name = "grains", .kind = "descriptor", .scale = "microstructure", .maturity = "stable", .input = "volume of labels",
               .help = "size, shape and contacts of grains (labels) or of particles (clusters of a label)",
               .output = "of all grains and of those of each phase: grains (number); means of equivalent diameter (of the ball, or disc, of the same "
                         "size; with deviation) [m, or voxels], neighbours (grains that share a face), b over a and c over a (semi-axes a >= b >= c "
                         "of the ellipsoid with the same moments). Where labels are grains, per pair: contact area (of an image length), counted by "
                         "faces of voxels [m^2, m]. Grains across the border of a period are put together",
               .references = references, .params = params},
    .compute = compute};
