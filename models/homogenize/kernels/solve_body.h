/* Not a header of its own: the loops of solve.h, compiled once per instruction set. VECTOR is the width of its registers in bytes; sums run in LANES
 * partial sums whatever the width. */
#include <string.h>

#define LANES 16
#define VECTORS (LANES * sizeof(float) / VECTOR)
enum { CHUNK = 64 }; /* cut voxels worked on together */

typedef float vec __attribute__((vector_size(VECTOR)));

static inline vec load(const float *p)
{
    vec v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* Lanes in a fixed order, in double. */
static double fold(const vec *acc, const float *tail, size_t n_tail)
{
    float lane[LANES];
    double sum = 0;
    memcpy(lane, acc, sizeof lane);
    for (size_t l = 0; l < n_tail; l++) lane[l] += tail[l];
    for (size_t l = 0; l < LANES; l++) sum += (double)lane[l];
    return sum;
}

static double sum(size_t n, const float *a)
{
    vec acc[VECTORS] = {0};
    size_t k = 0;
    for (; k + LANES <= n; k += LANES)
        for (size_t v = 0; v < VECTORS; v++) acc[v] += load(a + k + v * (LANES / VECTORS));
    return fold(acc, a + k, n - k);
}

static double dot(size_t n, const float *a, const float *b)
{
    vec acc[VECTORS] = {0};
    float tail[LANES];
    size_t k = 0;
    for (; k + LANES <= n; k += LANES)
        for (size_t v = 0; v < VECTORS; v++) acc[v] += load(a + k + v * (LANES / VECTORS)) * load(b + k + v * (LANES / VECTORS));
    for (size_t l = 0; k + l < n; l++) tail[l] = a[k + l] * b[k + l];
    return fold(acc, tail, n - k);
}

static void add(size_t n, float f, const float *restrict a, float *restrict b)
{
    for (size_t k = 0; k < n; k++) b[k] += f * a[k];
}

static void direct(size_t n, float f, const float *restrict a, float *restrict b)
{
    for (size_t k = 0; k < n; k++) b[k] = a[k] + f * b[k];
}

static void line(size_t n, size_t len, const float *restrict a, const float *restrict c, float *restrict out)
{
    float *restrict s = out, *restrict t = out + len, *restrict r = out + 2 * len;
    for (size_t k = 0; k < n; k++) {
        const float s0 = a[k] + c[k], s1 = a[k + 1] + c[k + 1];
        s[k] = s0 + s1;
        t[k] = s1 - s0;
        r[k] = (c[k] - a[k]) + (c[k + 1] - a[k + 1]);
    }
}

static void select8(size_t n, const uint8_t *restrict id, size_t n_table, const float *restrict table, float *restrict out)
{
    if (n_table == 2) { /* no gather needed */
        const float a = table[0], b = table[1];
        for (size_t k = 0; k < n; k++) out[k] = id[k] ? b : a;
    } else
        for (size_t k = 0; k < n; k++) out[k] = table[id[k]];
}

static void select16(size_t n, const uint16_t *restrict id, const float *restrict table, float *restrict out)
{
    for (size_t k = 0; k < n; k++) out[k] = table[id[k]];
}

/* Component d of the gradient of a field at voxel k; `at` is 3 * field. */
#define GRADIENT_X(row, at, k) ((row)->scale[0] * ((row)->lo[((at) + 2) * (row)->len + (k)] + (row)->hi[((at) + 2) * (row)->len + (k)]))
#define GRADIENT_Y(row, at, k) ((row)->scale[1] * ((row)->hi[(at) * (row)->len + (k)] - (row)->lo[(at) * (row)->len + (k)]))
#define GRADIENT_Z(row, at, k) ((row)->scale[2] * ((row)->lo[((at) + 1) * (row)->len + (k)] + (row)->hi[((at) + 1) * (row)->len + (k)]))

static void flux(const cupel_voxel_row *given, const float *restrict k)
{
    const cupel_voxel_row w = *given, *row = &w;
    float *restrict x = w.out, *restrict y = w.out + w.len, *restrict z = w.out + 2 * w.len;
    for (size_t v = 0; v < w.n; v++) {
        x[v] = k[v] * (w.mean[0] + GRADIENT_X(row, 0, v));
        y[v] = k[v] * (w.mean[1] + GRADIENT_Y(row, 0, v));
        z[v] = k[v] * (w.mean[2] + GRADIENT_Z(row, 0, v));
    }
}

static void flux_run(const cupel_voxel_row *given, size_t from, size_t to, const float k[6])
{
    const cupel_voxel_row w = *given, *row = &w;
    float *restrict x = w.out, *restrict y = w.out + w.len, *restrict z = w.out + 2 * w.len;
    for (size_t v = from; v < to; v++) {
        const float g0 = w.mean[0] + GRADIENT_X(row, 0, v), g1 = w.mean[1] + GRADIENT_Y(row, 0, v), g2 = w.mean[2] + GRADIENT_Z(row, 0, v);
        x[v] = k[0] * g0 + k[5] * g1 + k[4] * g2;
        y[v] = k[5] * g0 + k[1] * g1 + k[3] * g2;
        z[v] = k[4] * g0 + k[3] * g1 + k[2] * g2;
    }
}

/* Shares, phases and unit normals of a chunk of cuts. */
typedef struct cut_chunk {
    float p[CHUNK], normal[3][CHUNK];
    float a[2][CHUNK], b[2][CHUNK]; /* properties of the two phases */
} cut_chunk;

static void fill_chunk(size_t m, const cupel_cut *cut, const int *axis, const float *first, const float *second, cut_chunk *c)
{
    for (size_t q = 0; q < m; q++) {
        c->p[q] = cut[q].p;
        for (size_t d = 0; d < 3; d++) c->normal[d][q] = (float)cut[q].normal[axis[d]];
        c->a[0][q] = first[cut[q].a];
        c->b[0][q] = first[cut[q].b];
        c->a[1][q] = second[cut[q].a];
        c->b[1][q] = second[cut[q].b];
    }
    for (size_t q = 0; q < m; q++) { /* 16-bit normals are unit vectors to 1e-4 only */
        const float x = c->normal[0][q], y = c->normal[1][q], z = c->normal[2][q], f = 1 / __builtin_sqrtf(x * x + y * y + z * z);
        c->normal[0][q] = x * f;
        c->normal[1][q] = y * f;
        c->normal[2][q] = z * f;
    }
}

/* a b / ((1 - p) b + p a), 0 where that is 0 / 0. */
static inline float harmonic(float p, float a, float b)
{
    const float below = (1 - p) * b + p * a;
    return below > 0 ? a * b / below : 0;
}

/* K = ka - drop nn, ka the arithmetic, kh the harmonic mean, drop = ka - kh: the laminate; blended towards ka or kh. */
static void flux_cuts(const cupel_voxel_row *row, size_t m, const cupel_cut *cut, const uint32_t *at, const cupel_cut_rule *rule)
{
    const float voigt = rule->blend > 0 ? rule->blend : 0, reuss = rule->blend < 0 ? -rule->blend : 0, laminate = 1 - voigt - reuss;
    for (; m; m -= m < CHUNK ? m : CHUNK, cut += CHUNK, at += CHUNK) {
        const size_t n = m < CHUNK ? m : CHUNK;
        cut_chunk c;
        float g[3][CHUNK];
        fill_chunk(n, cut, rule->axis, rule->k, rule->k, &c);
        for (size_t q = 0; q < n; q++) {
            g[0][q] = row->mean[0] + GRADIENT_X(row, 0, at[q]);
            g[1][q] = row->mean[1] + GRADIENT_Y(row, 0, at[q]);
            g[2][q] = row->mean[2] + GRADIENT_Z(row, 0, at[q]);
        }
        for (size_t q = 0; q < n; q++) {
            const float p = c.p[q], ka = (1 - p) * c.a[0][q] + p * c.b[0][q], kh = harmonic(p, c.a[0][q], c.b[0][q]);
            const float base = ka - reuss * (ka - kh), along = c.normal[0][q] * g[0][q] + c.normal[1][q] * g[1][q] + c.normal[2][q] * g[2][q];
            const float drop = laminate * (ka - kh) * along;
            g[0][q] = base * g[0][q] - drop * c.normal[0][q];
            g[1][q] = base * g[1][q] - drop * c.normal[1][q];
            g[2][q] = base * g[2][q] - drop * c.normal[2][q];
        }
        for (size_t d = 0; d < 3; d++)
            for (size_t q = 0; q < n; q++) row->out[d * row->len + at[q]] = g[d][q];
    }
}

static void spread(size_t n, const float *const flux_rows[3], const float *const before[3], const float scale[3], float *restrict upper,
                   float *restrict q)
{
    const float *x = flux_rows[0], *y = flux_rows[1], *z = flux_rows[2], *xb = before[0], *yb = before[1], *zb = before[2];
    const float *xl = x - 1, *yl = y - 1, *zl = z - 1, *xbl = xb - 1, *ybl = yb - 1, *zbl = zb - 1; /* the voxel before */
    const float s0 = scale[0], s1 = scale[1], s2 = scale[2];
    for (size_t k = 0; k < n; k++) {
        const float along_x = s0 * ((xl[k] + x[k]) + (xbl[k] + xb[k])), along_y = s1 * ((ybl[k] + yb[k]) - (yl[k] + y[k]));
        const float rest = along_y + s2 * ((zl[k] + zbl[k]) - (z[k] + zb[k]));
        q[k] = upper[k] + (rest - along_x);
        upper[k] = rest + along_x;
    }
}

static double green_conduction(const cupel_green_line *given, float *restrict s)
{
    const cupel_green_line g = *given;
    const float *restrict cosine = g.cosine, *restrict sine = g.sine, *restrict weight = g.weight;
    const float *r = g.reference;
    double total = 0;
    for (size_t from = 0; from < g.n; from += 2 * CHUNK) {
        const size_t n = g.n - from < 2 * CHUNK ? g.n - from : 2 * CHUNK;
        float e[2 * CHUNK];
        for (size_t k = 0; k < n; k++) {
            const float x = g.x * cosine[from + k], y = g.y * cosine[from + k], z = g.z * sine[from + k];
            const float below = x * (r[0] * x + 2 * (r[5] * y + r[4] * z)) + y * (r[1] * y + 2 * r[3] * z) + r[2] * z * z;
            const float old = s[from + k], now = below > 0 ? old / below : 0;
            e[k] = weight[from + k] * old * now;
            s[from + k] = now;
        }
        total += sum(n, e);
    }
    return total;
}
