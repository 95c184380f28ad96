#include "descriptors/microstructure/descriptor.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "descriptors/microstructure/crofton.h"
#include "descriptors/microstructure/units.h"
#include "descriptors/microstructure/windows.h"

#include <math.h>
#include <string.h>

/* Minkowski functionals from the counts of 2 x 2 x 2 neighbourhoods.
 *
 *   surface         S = 2 sum_r w_r T_r v / |r|       Crofton: T_r pairs at offset r of which one lies in the phase, v volume of a voxel
 *   mean curvature  M = 2 pi sum_n w_n d_n chi_n      chi_n Euler numbers of the sections by all lattice planes of normal n, d_n apart
 *   Euler number    chi = V - E + F - C
 *   perimeter       L = pi/2 sum_r w_r T_r a / |r|    an image; a area of a pixel
 *
 * The 13 offsets r and the 13 plane normals n are weighted by the share of the sphere that is nearest to them, so that S and M are exact in the mean
 * over all orientations (Ohser, Schladitz 2009, doi:10.1002/9783527628308; Lang, Ohser, Hilfer 2001, doi:10.1046/j.1365-2818.2001.00907.x).
 *
 * Connectivity 6 (an image: 4) joins voxels through faces; voxels are then points, joined by edges, squares and cubes that are filled when all their
 * corners are. With 26 (8) voxels are closed cubes. Each is the other one of the complement. */

typedef enum joined { FACES, CORNERS } joined;

enum { N = CUPEL_DIRECTIONS_3D, MASKS = CUPEL_WINDOW_MASKS, PLANE_PARTS = 24 };

static const double PI = 3.14159265358979323846;

static int bit(unsigned mask, unsigned i) { return (int)(mask >> i & 1U); }

/* ---- what one window adds ---- */

/* 4 chi of a square with the corners c, joined c0-c1-c3-c2: V - E + F of full points, or of closed pixels around their common corner. */
static int square(unsigned mask, const unsigned c[4], joined how)
{
    static const unsigned edge[4][2] = {{0, 1}, {1, 3}, {3, 2}, {2, 0}};
    int points = 0, any = 0, both = 0, all = 1;
    for (int i = 0; i < 4; i++) {
        int a = bit(mask, c[edge[i][0]]), b = bit(mask, c[edge[i][1]]);
        points += a;
        any += a | b;
        both += a & b;
        all &= a;
    }
    return how == FACES ? points - 2 * both + 4 * all : points - 2 * any + 4 * (points > 0);
}

/* 6 chi of a triangle of the hexagonal lattice in a diagonal plane; joined in one way only. */
static int triangle(unsigned mask, const unsigned c[3])
{
    int a = bit(mask, c[0]), b = bit(mask, c[1]), d = bit(mask, c[2]);
    return a + b + d - 3 * ((a & b) + (b & d) + (d & a)) + 6 * (a & b & d);
}

/* 8 chi of the window, by points (FACES) or by closed cubes around their common corner. */
static int euler_eighths(unsigned mask, joined how)
{
    int points = 0, edges = 0, faces = 0;
    const bool full = how == FACES;
    for (unsigned i = 0; i < 8; i++) points += bit(mask, i);
    for (unsigned i = 0; i < 8; i++)
        for (unsigned a = 1; a < 8; a *= 2)
            if (!(i & a)) edges += full ? bit(mask, i) & bit(mask, i | a) : bit(mask, i) | bit(mask, i | a);
    for (unsigned a = 1; a < 8; a *= 2)
        for (unsigned side = 0; side < 2; side++) {
            int set = 0;
            for (unsigned i = 0; i < 8; i++) set += (i & a) == side * a ? bit(mask, i) : 0;
            faces += full ? set == 4 : set > 0;
        }
    /* Points: a window has 1/8 of each corner, 1/4 of each edge, 1/2 of each face, and its inside. Cubes: it has their common corner, half of six
     * edges, a quarter of twelve faces and an eighth of eight cubes. */
    return full ? points - 2 * edges + 4 * faces - 8 * (points == 8) : 8 * (points > 0) - 4 * faces + 2 * edges - points;
}

/* Pairs at offset r of which one is set, as a share: a pair along an axis lies in four windows, along a face diagonal in two. In quarters. */
static int unlike_pairs(unsigned mask, const int r[3])
{
    int pairs = 0, share = 4;
    for (int a = 0; a < 3; a++) share /= r[a] == 0 ? 2 : 1;
    for (int i = 0; i < 8; i++) {
        int to[3] = {(i >> 2 & 1) + r[0], (i >> 1 & 1) + r[1], (i & 1) + r[2]};
        if (to[0] < 0 || to[0] > 1 || to[1] < 0 || to[1] > 1 || to[2] < 0 || to[2] > 1) continue;
        pairs += bit(mask, (unsigned)i) != bit(mask, (unsigned)(4 * to[0] + 2 * to[1] + to[2]));
    }
    return pairs * share;
}

/* Normals of the planes, in reciprocal lattice vectors, stand in the order of cupel_directions_3d. 24 chi of a window's part of them. */
static int plane_euler(unsigned mask, const int normal[3], joined how)
{
    unsigned axis[3], n_axes = 0, other = 0;
    for (unsigned a = 0; a < 3; a++)
        if (normal[a]) axis[n_axes++] = a;
        else other = a;
    if (n_axes == 1) { /* two squares, each shared with the next window */
        unsigned step = 4U >> axis[0], p = axis[0] == 0 ? 2 : 4, q = axis[0] == 2 ? 2 : 1;
        int low = square(mask, (const unsigned[4]){0, p, q, p + q}, how), high = square(mask >> step, (const unsigned[4]){0, p, q, p + q}, how);
        return 3 * (low + high);
    }
    if (n_axes == 2) { /* one rectangle: the diagonal across the normal, and the third axis */
        unsigned p = 4U >> axis[0], q = 4U >> axis[1], along = 4U >> other;
        unsigned from = normal[axis[0]] == normal[axis[1]] ? p : 0, to = normal[axis[0]] == normal[axis[1]] ? q : p + q;
        return 6 * square(mask, (const unsigned[4]){from, to, from + along, to + along}, how);
    }
    unsigned flip = 0, low[3], high[3]; /* two triangles: the corners one and two steps along the normal */
    for (unsigned a = 0; a < 3; a++) flip |= normal[a] < 0 ? 4U >> a : 0;
    for (unsigned a = 0; a < 3; a++) {
        low[a] = (4U >> a) ^ flip;
        high[a] = (7U ^ (4U >> a)) ^ flip;
    }
    return 4 * (triangle(mask, low) + triangle(mask, high));
}

/* ---- sums over the windows of a phase ---- */

typedef struct lattice {
    int dim;
    joined how;
    double length[N], weight[N];          /* of the offsets */
    double spacing[N], normal_weight[N];  /* of the planes */
    int unlike[N][MASKS], planes[N][MASKS], euler[MASKS];
} lattice;

static void lattice_of_image(const cupel_voxels *v, lattice *l)
{
    static const unsigned corners[4] = {0, 1, 2, 3};
    double u[CUPEL_DIRECTIONS_2D][3];
    for (size_t r = 0; r < CUPEL_DIRECTIONS_2D; r++) {
        const int *d = cupel_directions_2d[r], in_window[3] = {0, d[0], d[1]};
        for (int a = 0; a < 3; a++) u[r][a] = a < 2 ? d[a] * v->size[a] : 0;
        l->length[r] = hypot(u[r][0], u[r][1]);
        /* unlike_pairs thinks of two windows, above and below, where an image has one */
        for (unsigned m = 0; m < 16; m++) l->unlike[r][m] = 2 * unlike_pairs(m, in_window);
    }
    cupel_crofton_weights(2, CUPEL_DIRECTIONS_2D, (const double (*)[3])u, l->weight);
    for (unsigned m = 0; m < 16; m++) l->euler[m] = 2 * square(m, corners, l->how);
}

static void lattice_of_volume(const cupel_voxels *v, lattice *l)
{
    double u[N][3], normal[N][3];
    for (size_t r = 0; r < N; r++) {
        const int *d = cupel_directions_3d[r];
        for (int a = 0; a < 3; a++) {
            u[r][a] = d[a] * v->size[a];
            normal[r][a] = d[a] / v->size[a];
        }
        l->length[r] = sqrt(u[r][0] * u[r][0] + u[r][1] * u[r][1] + u[r][2] * u[r][2]);
        l->spacing[r] = 1 / sqrt(normal[r][0] * normal[r][0] + normal[r][1] * normal[r][1] + normal[r][2] * normal[r][2]);
        for (unsigned m = 0; m < MASKS; m++) {
            l->unlike[r][m] = unlike_pairs(m, d);
            l->planes[r][m] = plane_euler(m, d, l->how);
        }
    }
    cupel_crofton_weights(3, N, (const double (*)[3])u, l->weight);
    cupel_crofton_weights(3, N, (const double (*)[3])normal, l->normal_weight);
    for (unsigned m = 0; m < MASKS; m++) l->euler[m] = euler_eighths(m, l->how);
}

/* Whole numbers: the same for any order of the windows. */
static int64_t weighed(const uint64_t *counts, const int *part)
{
    int64_t sum = 0;
    for (unsigned m = 0; m < MASKS; m++) sum += (int64_t)counts[m] * part[m];
    return sum;
}

typedef struct functionals {
    double surface, mean_curvature, euler; /* an image: perimeter, none, Euler number */
} functionals;

/* The windows of `counts`, each 1/scale. */
static functionals sum_of(const lattice *l, double voxel, const uint64_t *counts, double scale)
{
    functionals f = {0};
    const size_t n = l->dim == 2 ? CUPEL_DIRECTIONS_2D : N;
    for (size_t r = 0; r < n; r++) {
        f.surface += (l->dim == 2 ? PI / 2 : 2) * l->weight[r] * voxel / l->length[r] * ((double)weighed(counts, l->unlike[r]) / (4 * scale));
        if (l->dim == 3)
            f.mean_curvature += 2 * PI * l->normal_weight[r] * l->spacing[r] * ((double)weighed(counts, l->planes[r]) / (PLANE_PARTS * scale));
    }
    f.euler = (double)weighed(counts, l->euler) / (8 * scale);
    return f;
}

static void add_phase(cupel_quantities *q, const cupel_voxels *v, const lattice *l, const cupel_windows *w, size_t phase, double fraction)
{
    const bool image = v->dim == 2;
    const double voxel = cupel_voxel_volume(v), box = cupel_box_volume(v);
    const cupel_of of = cupel_of_phase(phase);
    const size_t at = phase * MASKS;
    double within = voxel;
    functionals inside = sum_of(l, voxel, w->inside + at, 1), all = inside;
    if (!v->periodic) {
        functionals outward = sum_of(l, voxel, w->outward + at, 8), cut = sum_of(l, voxel, w->cut + at, 1);
        all = (functionals){inside.surface + outward.surface, inside.mean_curvature + outward.mean_curvature, inside.euler + cut.euler};
    }
    for (int a = 0; a < v->dim; a++) within *= (double)(v->periodic ? v->n[a] : v->n[a] - 1);
    cupel_quantities_add(q, "fraction", "", of, fraction);
    cupel_quantities_add(q, image ? "area" : "volume", cupel_length_unit(v, v->dim), of, fraction * box);
    cupel_quantities_add(q, image ? "perimeter" : "surface", cupel_length_unit(v, v->dim - 1), of, all.surface);
    if (!image) cupel_quantities_add(q, "mean curvature", cupel_length_unit(v, 1), of, all.mean_curvature);
    cupel_quantities_add(q, "euler", "", of, all.euler);
    if (within > 0) {
        cupel_quantities_add(q, image ? "perimeter density" : "surface density", cupel_length_unit(v, -1), of, inside.surface / within);
        if (!image) cupel_quantities_add(q, "mean curvature density", cupel_length_unit(v, -2), of, inside.mean_curvature / within);
        cupel_quantities_add(q, "euler density", cupel_length_unit(v, -v->dim), of, inside.euler / within);
    } else {
        static const char *const why = "one voxel thick and not periodic: there are no neighbourhoods";
        cupel_quantities_add_none(q, image ? "perimeter density" : "surface density", cupel_length_unit(v, -1), of, why);
        if (!image) cupel_quantities_add_none(q, "mean curvature density", cupel_length_unit(v, -2), of, why);
        cupel_quantities_add_none(q, "euler density", cupel_length_unit(v, -v->dim), of, why);
    }
}

static cupel_status read_connectivity(double value, int dim, joined *how, cupel_err *err)
{
    const bool image = dim == 2;
    if (value != 6 && value != 26 && !(image && (value == 4 || value == 8)))
        return cupel_fail(err, CUPEL_USAGE,
                          "parameter connectivity of descriptor 'minkowski' is '%g', expected 6 (faces) or 26 (edges and corners too)%s", value,
                          image ? ", of an image also 4 or 8" : "");
    *how = value == 6 || value == 4 ? FACES : CORNERS;
    return CUPEL_OK;
}

static cupel_status compute(const cupel_voxels *v, const double *value, const cupel_job *job, cupel_quantities *q, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_windows w = {0};
    lattice *l = cupel_alloc(1, sizeof *l);
    double *fraction = cupel_alloc(v->n_phases, sizeof *fraction);
    if (!l || !fraction) CUPEL_TRY(cupel_no_memory(err, "Minkowski functionals", 0));
    l->dim = v->dim;
    CUPEL_TRY(read_connectivity(value[0], v->dim, &l->how, err));
    if (v->dim == 2)
        lattice_of_image(v, l);
    else
        lattice_of_volume(v, l);
    CUPEL_TRY(cupel_windows_count(v, job, &w, err));
    cupel_voxels_fractions(v, fraction);
    for (size_t p = 0; p < v->n_phases; p++) add_phase(q, v, l, &w, p, fraction[p]);
done:
    cupel_windows_release(&w);
    cupel_free(fraction);
    cupel_free(l);
    return st;
}

static const cupel_reference references[] = {
    {"10.1046/j.1365-2818.2001.00907.x", "Lang, Ohser, Hilfer: On the analysis of spatial binary images. Journal of Microscopy 203, 303 (2001)"},
    {"10.1002/9783527628308", "Ohser, Schladitz: 3D Images of Materials Structures. Wiley-VCH (2009)"},
    {"10.5566/ias.v26.p83-92", "Legland, Kieu, Devaux: Computation of Minkowski measures on 2D and 3D binary images. Image Analysis and Stereology "
                               "26, 83 (2007)"},
    {NULL, NULL}};

static const cupel_param params[] = {
    {"connectivity", "", 6, 4, 26, "6: a phase hangs together through faces, what is not the phase also through edges and corners; 26: the other "
                                   "way round. Of an image 4 and 8"},
    {0}};

const cupel_volume_descriptor cupel_volume_descriptor_minkowski = {
    .method = {.name = "minkowski", .kind = "descriptor", .scale = "microstructure", .maturity = "stable", .input = "volume of labels",
               .help = "Minkowski functionals of each phase: volume, surface, integral of mean curvature, Euler number",
               .output = "per phase: fraction; volume [m^3], surface [m^2], mean curvature (integral of half the sum of the principal curvatures, "
                         "positive where the phase is convex) [m], euler; their densities per volume [1/m, 1/m^2, 1/m^3]; of an image area, "
                         "perimeter, euler. Voxels in place of metres where the file does not say. Without periodicity the box makes no surface, the "
                         "Euler number is that of the phase as the box cuts it, and densities are from neighbourhoods inside the box, without bias",
               .references = references, .params = params},
    .compute = compute};
