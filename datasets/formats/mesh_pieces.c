/* Pieces of a surface: triangles that hang together through corners at the same place. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
#include "datasets/formats/mesh.h"

#include <string.h>

/* Corners by their place, in a table with open addressing; a corner is 3 * triangle + which. */
typedef struct corners {
    const cupel_mesh *mesh;
    uint32_t *slot; /* [mask + 1] 1 + corner that came first; 0: empty */
    uint32_t *of;   /* [mesh->n] a triangle of the same piece, itself at the root */
    size_t mask;
} corners;

static const float *place_of(const corners *c, size_t corner) { return c->mesh->triangle[corner / 3] + 3 * (corner % 3); }

static bool same_place(const float a[3], const float b[3]) { return a[0] == b[0] && a[1] == b[1] && a[2] == b[2]; }

static size_t hash_of(const float p[3])
{
    uint64_t h = 0;
    for (int a = 0; a < 3; a++) {
        const float x = p[a] + 0.0F; /* -0 is 0 */
        uint32_t bits;
        memcpy(&bits, &x, sizeof bits);
        h = (h ^ bits) * 0x9e3779b97f4a7c15U;
        h ^= h >> 29;
    }
    return (size_t)h;
}

static size_t root_of(uint32_t *of, size_t i)
{
    while (of[i] != i) i = of[i] = of[of[i]];
    return i;
}

/* The first corner at the place of this one, itself if there was none before. */
static size_t first_of(corners *c, size_t corner)
{
    const float *p = place_of(c, corner);
    size_t at = hash_of(p) & c->mask;
    for (; c->slot[at]; at = (at + 1) & c->mask)
        if (same_place(place_of(c, c->slot[at] - 1), p)) return c->slot[at] - 1;
    c->slot[at] = (uint32_t)corner + 1;
    return corner;
}

/* of [mesh->n], zeroed: then a root is the first triangle of its piece. */
static cupel_status join(const cupel_mesh *mesh, uint32_t *of, size_t *pieces, cupel_err *err)
{
    static const char what[] = "the pieces of a surface";
    corners c = {.mesh = mesh, .of = of, .mask = 1};
    if (mesh->n >= UINT32_MAX / 3) return cupel_fail(err, CUPEL_NO_RESOURCE, "%s: more triangles than can be told apart", what);
    while (c.mask < 4 * mesh->n) c.mask = 2 * c.mask + 1;
    cupel_status st = cupel_memory_check(cupel_mul(c.mask + 1, sizeof *c.slot), what, err);
    if (st != CUPEL_OK) return st;
    c.slot = cupel_alloc(c.mask + 1, sizeof *c.slot);
    if (!c.slot) return cupel_no_memory(err, what, (c.mask + 1) * sizeof *c.slot);
    *pieces = mesh->n;
    for (size_t i = 0; i < mesh->n; i++) of[i] = (uint32_t)i;
    for (size_t k = 0; k < 3 * mesh->n; k++) {
        const size_t a = root_of(of, k / 3), b = root_of(of, first_of(&c, k) / 3);
        if (a == b) continue;
        of[a > b ? a : b] = (uint32_t)(a > b ? b : a);
        (*pieces)--;
    }
    cupel_free(c.slot);
    return CUPEL_OK;
}

cupel_status cupel_mesh_pieces(const cupel_mesh *mesh, size_t *pieces, cupel_err *err)
{
    uint32_t *of = cupel_alloc(mesh->n, sizeof *of);
    if (!of) return cupel_no_memory(err, "the pieces of a surface", mesh->n * sizeof *of);
    const cupel_status st = join(mesh, of, pieces, err);
    cupel_free(of);
    return st;
}

cupel_status cupel_mesh_largest(const cupel_mesh *mesh, cupel_mesh *piece, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t pieces, largest = 0;
    uint32_t *of = cupel_alloc(mesh->n, sizeof *of);
    double *volume = cupel_alloc(mesh->n, sizeof *volume);
    cupel_mesh m = {.cap = mesh->n, .triangle = cupel_alloc(mesh->n, sizeof *m.triangle)};
    if (!of || !volume || !m.triangle) CUPEL_TRY(cupel_no_memory(err, "a piece of a surface", mesh->n * sizeof *m.triangle));
    CUPEL_TRY(join(mesh, of, &pieces, err));
    for (size_t i = 0; i < mesh->n; i++) volume[root_of(of, i)] += cupel_mesh_share(mesh->triangle[i], &(double){0});
    for (size_t i = 0; i < mesh->n; i++)
        if (volume[i] > volume[largest]) largest = i;
    for (size_t i = 0; i < mesh->n; i++) {
        if (root_of(of, i) != largest) continue;
        memcpy(m.triangle[m.n++], mesh->triangle[i], sizeof *m.triangle);
        m.volume += cupel_mesh_share(mesh->triangle[i], &m.area);
    }
    *piece = m;
    m.triangle = NULL;
done:
    cupel_free(m.triangle);
    cupel_free(volume);
    cupel_free(of);
    return st;
}
