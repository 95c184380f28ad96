#include "descriptors/microstructure/descriptor.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/par.h"
#include "descriptors/microstructure/crofton.h"
#include "descriptors/microstructure/units.h"

#include <math.h>
#include <string.h>

/* The area of interfaces per volume by Crofton's formula: S = 2 sum_r w_r u_r / (m_r |r|) over 13 directions r (an image: perimeter
 * L = pi/2 sum over 4), where u_r of the m_r pairs of voxels at offset r are of different phases. Of a cut-out only pairs inside count, so that its
 * border makes no surface and no bias. Between two phases, and of each phase against all others. */

enum { N = CUPEL_DIRECTIONS_3D, PHASES_MAX = 64, ROWS = 64, FOUR = 4 };

static const double PI = 3.14159265358979323846;

typedef struct counter {
    const cupel_voxels *v;
    const cupel_job *job;
    size_t m[3];          /* an image is one layer of rows */
    int r[N][3];          /* offsets in those axes */
    size_t n_directions, n_phases;
    bool together;        /* more phases than are told apart */
    uint64_t **counts;    /* [workers] [n_directions][n_phases][n_phases] pairs (phase of x, phase of x + r) that differ */
} counter;

static void note(const counter *c, uint64_t *counts, uint16_t a, uint16_t b)
{
    if (a != b) counts[c->together ? 0 : a * c->n_phases + b]++;
}

static bool four_alike(const uint16_t *a, const uint16_t *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x == y;
}

/* Voxels of row a against those of row b, `shift` further along. */
static void compare_rows(const counter *c, const uint16_t *a, const uint16_t *b, int shift, uint64_t *counts)
{
    const size_t n = c->m[2], from = shift < 0, to = n - (shift > 0);
    const uint16_t *other = b + (shift > 0) - from; /* other[k] lies beside a[k] */
    for (size_t k = from; k < to;) {
        if (k + FOUR <= to && four_alike(a + k, other + k)) {
            k += FOUR;
            continue;
        }
        const size_t end = k + FOUR < to ? k + FOUR : to;
        for (; k < end; k++) note(c, counts, a[k], other[k]);
    }
    if (!c->v->periodic || !shift) return;
    if (shift > 0)
        note(c, counts, a[n - 1], b[0]);
    else
        note(c, counts, a[0], b[n - 1]);
}

/* Position at + step; false when it is outside. */
static bool step_to(const counter *c, int axis, size_t at, int step, size_t *to)
{
    const size_t n = c->m[axis];
    const bool out = step < 0 ? at == 0 : step > 0 && at + 1 == n;
    *to = step < 0 ? (at + n - 1) % n : step > 0 ? (at + 1) % n : at;
    return !out || c->v->periodic;
}

static cupel_status count_rows(void *user, size_t item, size_t worker, cupel_err *err)
{
    const counter *c = user;
    const size_t rows = c->m[0] * c->m[1], end = (item + 1) * ROWS < rows ? (item + 1) * ROWS : rows;
    if (cupel_stopped(c->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while counting interfaces");
    for (size_t row = item * ROWS; row < end; row++)
        for (size_t d = 0; d < c->n_directions; d++) {
            size_t i, j;
            if (!step_to(c, 0, row / c->m[1], c->r[d][0], &i) || !step_to(c, 1, row % c->m[1], c->r[d][1], &j)) continue;
            compare_rows(c, c->v->id + row * c->m[2], c->v->id + (i * c->m[1] + j) * c->m[2], c->r[d][2],
                         c->counts[worker] + d * c->n_phases * c->n_phases);
        }
    return CUPEL_OK;
}

static cupel_status count_all(counter *c, uint64_t *counts, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t items = (c->m[0] * c->m[1] + ROWS - 1) / ROWS, workers = c->job->threads < items ? c->job->threads : items;
    const size_t cells = c->n_directions * c->n_phases * c->n_phases;
    c->counts = cupel_alloc(workers, sizeof *c->counts);
    if (!c->counts) return cupel_no_memory(err, "counts of interfaces", 0);
    for (size_t t = 0; t < workers; t++) {
        c->counts[t] = t ? cupel_alloc(cells, sizeof *counts) : counts;
        if (!c->counts[t]) CUPEL_TRY(cupel_no_memory(err, "counts of interfaces", cells * sizeof *counts));
    }
    CUPEL_TRY(cupel_par_for(workers, items, count_rows, c, err));
    for (size_t t = 1; t < workers; t++)
        for (size_t i = 0; i < cells; i++) counts[i] += c->counts[t][i];
done:
    for (size_t t = 1; t < workers; t++) cupel_free(c->counts[t]);
    cupel_free(c->counts);
    return st;
}

/* ---- from counts to areas ---- */

typedef struct scale {
    double crofton[N]; /* area per volume of one unlike pair; 0 where there are no pairs */
    double faces[N];   /* the face between two voxels per volume; 0 for diagonals */
    bool none;         /* a direction without pairs: the volume is too thin */
} scale;

static void lay_out(counter *c, const cupel_voxels *v, scale *s)
{
    const bool image = v->dim == 2;
    double u[N][3], w[N];
    c->n_directions = image ? CUPEL_DIRECTIONS_2D : CUPEL_DIRECTIONS_3D;
    for (int a = 0; a < 3; a++) c->m[a] = image ? (a ? v->n[a - 1] : 1) : v->n[a];
    for (size_t d = 0; d < c->n_directions; d++) {
        const int *r = image ? cupel_directions_2d[d] : cupel_directions_3d[d];
        for (int a = 0; a < 3; a++) {
            c->r[d][a] = image ? (a ? r[a - 1] : 0) : r[a];
            u[d][a] = r[a] * v->size[a];
        }
    }
    cupel_crofton_weights(v->dim, c->n_directions, (const double (*)[3])u, w);
    for (size_t d = 0; d < c->n_directions; d++) {
        const double length = sqrt(u[d][0] * u[d][0] + u[d][1] * u[d][1] + u[d][2] * u[d][2]);
        double pairs = 1;
        int steps = 0;
        for (int a = 0; a < 3; a++) {
            steps += c->r[d][a] != 0;
            pairs *= (double)(v->periodic || !c->r[d][a] ? c->m[a] : c->m[a] - 1);
        }
        s->none |= pairs == 0;
        s->crofton[d] = pairs > 0 ? (image ? PI / 2 : 2) * w[d] / (pairs * length) : 0;
        s->faces[d] = steps == 1 ? 1 / (length * (double)cupel_voxels_count(v)) : 0;
    }
}

/* Unlike pairs of phases a and b in direction d; b SIZE_MAX: of a and any other. */
static double unlike(const counter *c, const uint64_t *counts, size_t d, size_t a, size_t b)
{
    const uint64_t *n = counts + d * c->n_phases * c->n_phases;
    uint64_t sum = 0;
    if (c->together) return (double)n[0];
    for (size_t q = 0; q < c->n_phases; q++)
        if (q == b || (b == SIZE_MAX && q != a)) sum += n[a * c->n_phases + q] + n[q * c->n_phases + a];
    return (double)sum;
}

static double area(const counter *c, const uint64_t *counts, const double *each, size_t a, size_t b)
{
    double sum = 0;
    for (size_t d = 0; d < c->n_directions; d++) sum += each[d] * unlike(c, counts, d, a, b);
    return sum;
}

static void add(cupel_quantities *q, const char *name, const cupel_voxels *v, cupel_of of, bool none, double x)
{
    if (none)
        cupel_quantities_add_none(q, name, cupel_length_unit(v, -1), of, "one voxel thick and not periodic: there are no neighbours");
    else
        cupel_quantities_add(q, name, cupel_length_unit(v, -1), of, x);
}

static void say(cupel_quantities *q, const cupel_voxels *v, const counter *c, const scale *s, const uint64_t *counts, const double *fraction)
{
    const bool image = v->dim == 2;
    const char *const name = image ? "perimeter per area" : "surface per volume";
    const char *const faces = image ? "pixel edges per area" : "voxel faces per volume";
    for (size_t p = 0; p < c->n_phases; p++) {
        const cupel_of of = c->together ? CUPEL_OF_WHOLE : cupel_of_phase(p);
        const double all = area(c, counts, s->crofton, p, SIZE_MAX);
        add(q, name, v, of, s->none, all);
        if (!c->together) add(q, image ? "specific perimeter" : "specific surface", v, of, s->none, all / fraction[p]);
        add(q, faces, v, of, false, area(c, counts, s->faces, p, SIZE_MAX));
    }
    for (size_t p = 0; !c->together && p < c->n_phases; p++)
        for (size_t o = p + 1; o < c->n_phases; o++) add(q, name, v, (cupel_of){(int)p, (int)o, -1}, s->none, area(c, counts, s->crofton, p, o));
}

static cupel_status compute(const cupel_voxels *v, const double *value, const cupel_job *job, cupel_quantities *q, cupel_err *err)
{
    (void)value;
    cupel_status st = CUPEL_OK;
    counter c = {.v = v, .job = job, .together = v->n_phases > PHASES_MAX};
    scale s = {.none = false};
    uint64_t *counts = NULL;
    double *fraction = cupel_alloc(v->n_phases, sizeof *fraction);
    c.n_phases = c.together ? 1 : v->n_phases;
    lay_out(&c, v, &s);
    counts = cupel_alloc(c.n_directions * c.n_phases * c.n_phases, sizeof *counts);
    if (!counts || !fraction) CUPEL_TRY(cupel_no_memory(err, "counts of interfaces", 0));
    CUPEL_TRY(count_all(&c, counts, err));
    cupel_voxels_fractions(v, fraction);
    say(q, v, &c, &s, counts, fraction);
done:
    cupel_free(counts);
    cupel_free(fraction);
    return st;
}

static const cupel_reference references[] = {
    {"10.1002/9783527628308", "Ohser, Schladitz: 3D Images of Materials Structures. Wiley-VCH (2009)"},
    {"10.5566/ias.v26.p83-92", "Legland, Kieu, Devaux: Computation of Minkowski measures on 2D and 3D binary images. Image Analysis and Stereology "
                               "26, 83 (2007)"},
    {NULL, NULL}};

const cupel_volume_descriptor cupel_volume_descriptor_surface = {
    .method = {.name = "surface", .kind = "descriptor", .scale = "microstructure", .maturity = "stable", .input = "volume of labels",
               .help = "area of interfaces per volume, of each phase and between phases",
               .output = "surface per volume of each phase and pair by Crofton's formula in 13 directions, exact in the mean over orientations; "
                         "specific surface, per volume of the phase; voxel faces per volume, 3/2 of the surface in the mean over orientations [1/m]. "
                         "Of an image perimeter per area by 4 directions. Of volumes with more than 64 phases: all boundaries together",
               .references = references},
    .compute = compute};
