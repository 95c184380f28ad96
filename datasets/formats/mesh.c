#include "datasets/formats/mesh.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"

#include <math.h>
#include <string.h>

/* Corner c of a cell is at (c & 1, c >> 1 & 1, c >> 2) of axes 0, 1, 2. */
enum { EDGES = 12, FACES = 6, LONGEST = 12 };

/* Ends of the edges, the lower corner first. */
static const unsigned char ends[EDGES][2] = {{0, 1}, {2, 3}, {4, 5}, {6, 7}, {0, 2}, {1, 3}, {4, 6}, {5, 7}, {0, 4}, {1, 5}, {2, 6}, {3, 7}};

/* Corners of the faces, counter-clockwise seen from outside. */
static const unsigned char around[FACES][4] = {{0, 4, 6, 2}, {1, 3, 7, 5}, {0, 1, 5, 4}, {2, 6, 7, 3}, {0, 2, 3, 1}, {4, 5, 7, 6}};

/* No corner of the surface comes nearer to one of the lattice, in lengths of the edge: two that coincide would no longer be told apart by their
 * place. */
static const double NEAREST = 0.01;

/* The level with two more planes at either end of every axis: one on the face of the box, one outside where nothing is solid. Both have the place of
 * the face, so that the caps between them are flat. */
typedef struct lattice {
    size_t m[3];  /* nodes */
    float *value; /* [m0][m1][m2] */
    const cupel_level_field *level;
} lattice;

static double place(const lattice *l, int axis, size_t i)
{
    const double n = (double)l->level->n[axis], h = l->level->edge[axis] / n;
    return i < 2 ? 0 : i >= l->m[axis] - 2 ? l->level->edge[axis] : ((double)i - 1.5) * h;
}

/* The two voxels whose mean is the level at node i. */
static void sources(const lattice *l, int axis, size_t i, size_t from[2])
{
    const size_t n = l->level->n[axis];
    from[0] = i < 2 ? 0 : i - 2 < n ? i - 2 : n - 1;
    from[1] = !l->level->periodic ? from[0] : i == 1 ? n - 1 : i - 2 == n ? 0 : from[0];
}

static float value_at(const lattice *l, size_t i, size_t j, size_t k)
{
    const size_t *n = l->level->n;
    size_t a[2], b[2], c[2];
    if (!i || !j || !k || i == l->m[0] - 1 || j == l->m[1] - 1 || k == l->m[2] - 1) return -HUGE_VALF;
    sources(l, 0, i, a), sources(l, 1, j, b), sources(l, 2, k, c);
    if (a[0] == a[1] && b[0] == b[1] && c[0] == c[1]) return l->level->value[(a[0] * n[1] + b[0]) * n[2] + c[0]];
    double sum = 0;
    for (int q = 0; q < 8; q++) sum += (double)l->level->value[(a[q & 1] * n[1] + b[q >> 1 & 1]) * n[2] + c[q >> 2]];
    return (float)(sum / 8);
}

static cupel_status stopped(cupel_err *err)
{
    return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while the surface of a structure was made; nothing of it was written");
}

static cupel_status lattice_of(const cupel_level_field *level, const cupel_job *job, lattice *l, cupel_err *err)
{
    *l = (lattice){.level = level};
    for (int a = 0; a < 3; a++) l->m[a] = level->n[a] + 4;
    const size_t count = cupel_mul(cupel_mul(l->m[0], l->m[1]), l->m[2]);
    cupel_status st = cupel_memory_check(cupel_mul(count, sizeof *l->value), "the surface of a structure", err);
    if (st != CUPEL_OK) return st;
    l->value = cupel_alloc(count, sizeof *l->value);
    if (!l->value) return cupel_no_memory(err, "the surface of a structure", count * sizeof *l->value);
    for (size_t i = 0, at = 0; i < l->m[0]; i++) {
        if (cupel_stopped(job)) return stopped(err);
        for (size_t j = 0; j < l->m[1]; j++)
            for (size_t k = 0; k < l->m[2]; k++) l->value[at++] = value_at(l, i, j, k);
    }
    return CUPEL_OK;
}

/* ---- one cell ---- */

typedef struct cell {
    size_t at[3]; /* of its corner 0 */
    float value[8];
    unsigned inside; /* bit c: corner c is solid */
    double point[EDGES][3];
} cell;

static bool is_in(const cell *c, unsigned corner) { return c->inside >> corner & 1; }

static unsigned edge_between(unsigned a, unsigned b)
{
    for (unsigned e = 0; e < EDGES; e++)
        if ((ends[e][0] == a && ends[e][1] == b) || (ends[e][0] == b && ends[e][1] == a)) return e;
    return EDGES;
}

/* Where the level is 0 on an edge, the same to the bit for all cells that share it. */
static void find_point(const lattice *l, cell *c, unsigned e)
{
    const unsigned a = ends[e][0], b = ends[e][1];
    const double va = (double)c->value[a], vb = (double)c->value[b];
    const double raw = isinf(va) ? 1 : isinf(vb) ? 0 : va / (va - vb), t = fmin(fmax(raw, NEAREST), 1 - NEAREST);
    for (int axis = 0; axis < 3; axis++) {
        const double x = place(l, axis, c->at[axis] + (a >> axis & 1)), y = place(l, axis, c->at[axis] + (b >> axis & 1));
        c->point[e][axis] = x + t * (y - x);
    }
}

/* next[e] is the edge that follows the cut edge e on its polygon, over the face in which the walk around it enters the solid at e; EDGES: not cut. */
static void walk_face(const lattice *l, cell *c, unsigned face, unsigned char next[EDGES])
{
    const unsigned char *q = around[face];
    unsigned edge[4], n = 0;
    for (unsigned i = 0; i < 4; i++) {
        edge[i] = edge_between(q[i], q[(i + 1) % 4]);
        n += is_in(c, q[i]) != is_in(c, q[(i + 1) % 4]);
    }
    /* Sums of opposite corners: the neighbour adds the same numbers in the same pairs. */
    const bool joined = n == 4 && (c->value[q[0]] + c->value[q[2]]) + (c->value[q[1]] + c->value[q[3]]) > 0;
    for (unsigned i = 0; i < 4; i++) {
        if (is_in(c, q[i]) || !is_in(c, q[(i + 1) % 4])) continue; /* the walk enters the solid on edge i */
        find_point(l, c, edge[i]);
        for (unsigned s = 1; s < 4; s++) {
            const unsigned k = (joined ? i + 4 - s : i + s) % 4;
            if (!is_in(c, q[k]) || is_in(c, q[(k + 1) % 4])) continue; /* and leaves it on edge k */
            next[edge[i]] = (unsigned char)edge[k];
            break;
        }
    }
}

/* ---- polygons into triangles ---- */

static bool same_place(const float a[3], const float b[3]) { return a[0] == b[0] && a[1] == b[1] && a[2] == b[2]; }

double cupel_mesh_share(const float triangle[9], double *area)
{
    double x[9], cross[3];
    for (int i = 0; i < 9; i++) x[i] = (double)triangle[i];
    for (int i = 0; i < 3; i++) {
        const int j = (i + 1) % 3, k = (i + 2) % 3;
        cross[i] = (x[3 + j] - x[j]) * (x[6 + k] - x[k]) - (x[3 + k] - x[k]) * (x[6 + j] - x[j]);
    }
    *area += 0.5 * sqrt(cross[0] * cross[0] + cross[1] * cross[1] + cross[2] * cross[2]);
    return (x[0] * cross[0] + x[1] * cross[1] + x[2] * cross[2]) / 6;
}

static cupel_status put_triangle(cupel_mesh *m, const double a[3], const double b[3], const double c[3], cupel_err *err)
{
    float t[9];
    for (int i = 0; i < 3; i++) t[i] = (float)a[i], t[3 + i] = (float)b[i], t[6 + i] = (float)c[i];
    /* At the edges of the box caps meet: what lies between them has no area. */
    if (same_place(t, t + 3) || same_place(t + 3, t + 6) || same_place(t, t + 6)) return CUPEL_OK;
    if (!cupel_grow(&m->triangle, &m->cap, m->n + 1, sizeof *m->triangle)) return cupel_no_memory(err, "the surface of a structure", m->n * sizeof t);
    memcpy(m->triangle[m->n++], t, sizeof t);
    m->volume += cupel_mesh_share(t, &m->area);
    return CUPEL_OK;
}

/* The faces that an edge lies in, a bit each. */
static unsigned faces_of(unsigned e)
{
    unsigned faces = 0;
    for (unsigned f = 0; f < FACES; f++) {
        bool a = false, b = false;
        for (unsigned i = 0; i < 4; i++) a = a || around[f][i] == ends[e][0], b = b || around[f][i] == ends[e][1];
        faces |= (unsigned)(a && b) << f;
    }
    return faces;
}

/* A corner from which all diagonals run through the inside of the cell: one within a face could be drawn by the neighbour as well, and then the edge
 * would have four triangles. n when there is none. */
static size_t apex_of(const unsigned char *edge, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool free = true;
        for (size_t s = 2; s + 1 < n; s++) free = free && !(faces_of(edge[i]) & faces_of(edge[(i + s) % n]));
        if (free) return i;
    }
    return n;
}

static cupel_status put_polygon(cupel_mesh *m, const cell *c, const unsigned char *edge, size_t n, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double middle[3] = {0, 0, 0};
    const size_t apex = apex_of(edge, n);
    for (size_t s = 1; apex < n && s + 1 < n && st == CUPEL_OK; s++)
        st = put_triangle(m, c->point[edge[apex]], c->point[edge[(apex + s) % n]], c->point[edge[(apex + s + 1) % n]], err);
    if (apex < n || st != CUPEL_OK) return st;
    for (size_t i = 0; i < n; i++)
        for (int a = 0; a < 3; a++) middle[a] += c->point[edge[i]][a] / (double)n;
    for (size_t i = 0; i < n && st == CUPEL_OK; i++) st = put_triangle(m, middle, c->point[edge[i]], c->point[edge[(i + 1) % n]], err);
    return st;
}

static cupel_status put_cell(const lattice *l, cell *c, cupel_mesh *m, cupel_err *err)
{
    unsigned char next[EDGES], loop[LONGEST];
    memset(next, EDGES, sizeof next);
    for (unsigned f = 0; f < FACES; f++) walk_face(l, c, f, next);
    for (unsigned e = 0; e < EDGES; e++) {
        size_t n = 0;
        for (unsigned at = e; next[at] != EDGES && n < LONGEST;) {
            const unsigned after = next[at];
            loop[n++] = (unsigned char)at;
            next[at] = EDGES;
            at = after;
        }
        cupel_status st = n ? put_polygon(m, c, loop, n, err) : CUPEL_OK;
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

/* The eight values at (i, j, k); false where the cell is all solid or has no solid. */
static bool take_cell(const lattice *l, size_t i, size_t j, size_t k, cell *c)
{
    c->inside = 0;
    for (unsigned q = 0; q < 8; q++) {
        c->value[q] = l->value[((i + (q & 1)) * l->m[1] + j + (q >> 1 & 1)) * l->m[2] + k + (q >> 2)];
        c->inside |= (unsigned)(c->value[q] > 0) << q;
    }
    c->at[0] = i, c->at[1] = j, c->at[2] = k;
    return c->inside != 0 && c->inside != 255;
}

cupel_status cupel_mesh_of(const cupel_level_field *level, const cupel_job *job, cupel_mesh *mesh, cupel_err *err)
{
    lattice l;
    cell c;
    cupel_mesh m = {0};
    cupel_status st = lattice_of(level, job, &l, err);
    for (size_t i = 0; i + 1 < l.m[0] && st == CUPEL_OK; i++) {
        if (cupel_stopped(job)) st = stopped(err);
        for (size_t j = 0; j + 1 < l.m[1] && st == CUPEL_OK; j++)
            for (size_t k = 0; k + 1 < l.m[2] && st == CUPEL_OK; k++)
                if (take_cell(&l, i, j, k, &c)) st = put_cell(&l, &c, &m, err);
    }
    cupel_free(l.value);
    if (st == CUPEL_OK)
        *mesh = m;
    else
        cupel_mesh_release(&m);
    return st;
}

void cupel_mesh_release(cupel_mesh *mesh)
{
    cupel_free(mesh->triangle);
    *mesh = (cupel_mesh){0};
}
