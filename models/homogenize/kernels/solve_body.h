/* Not a header of its own: the loops of solve.h, compiled once per instruction set. VECTOR is the width of its registers in bytes; sums run in LANES
 * partial sums whatever the width. */
#include <stddef.h>
#include <string.h>

#define LANES CUPEL_LANES
#define WIDTH (VECTOR / sizeof(float))
#define VECTORS (LANES / WIDTH)
enum { CHUNK = 64 /* cut voxels worked on together */, LINE = 160 /* floats of a line of frequencies worked on together */ };

/* Rows never overlap, which the compiler cannot know of so many pointers. */
#if defined(__clang__)
#if __has_feature(address_sanitizer) || __has_feature(undefined_behavior_sanitizer)
#define INDEPENDENT /* loops with sanitizers in them stay as they are, which a pragma would make an error */
#else
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#endif
#else
#define INDEPENDENT _Pragma("GCC ivdep")
#endif

typedef float vec __attribute__((vector_size(VECTOR)));

/* The elements after those of a, the last of them out of b; those before b, the first out of a. */
#if VECTOR == 64
#define NEXT(a, b) __builtin_shufflevector(a, b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
#define BEFORE(a, b) __builtin_shufflevector(a, b, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30)
#elif VECTOR == 32
#define NEXT(a, b) __builtin_shufflevector(a, b, 1, 2, 3, 4, 5, 6, 7, 8)
#define BEFORE(a, b) __builtin_shufflevector(a, b, 7, 8, 9, 10, 11, 12, 13, 14)
#else
#define NEXT(a, b) __builtin_shufflevector(a, b, 1, 2, 3, 4)
#define BEFORE(a, b) __builtin_shufflevector(a, b, 3, 4, 5, 6)
#endif

static inline vec load(const float *p)
{
    vec v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* The lanes of a row, and of its last few elements, go to the sum. */
static inline void fold(const vec *acc, const float *tail, size_t n_tail, double *restrict lanes)
{
    float lane[LANES];
    memcpy(lane, acc, sizeof lane);
    for (size_t l = 0; l < n_tail; l++) lane[l] += tail[l];
    for (size_t l = 0; l < LANES; l++) lanes[l] += (double)lane[l];
}

static void sum(size_t n, const float *a, double *lanes)
{
    vec acc[VECTORS] = {0};
    size_t k = 0;
    while (k + LANES <= n)
        for (size_t v = 0; v < VECTORS; v++, k += WIDTH) acc[v] += load(a + k);
    fold(acc, a + k, n - k, lanes);
}

static void dot(size_t n, const float *a, const float *b, double *lanes)
{
    vec acc[VECTORS] = {0};
    float tail[LANES];
    size_t k = 0;
    while (k + LANES <= n)
        for (size_t v = 0; v < VECTORS; v++, k += WIDTH) acc[v] += load(a + k) * load(b + k);
    for (size_t l = 0; k + l < n; l++) tail[l] = a[k + l] * b[k + l];
    fold(acc, tail, n - k, lanes);
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
    size_t k = 0;
    if (n >= 2 * WIDTH) { /* each element is read once: the next comes out of two vectors */
        vec x = load(a), y = load(c), sum_here = x + y, rise_here = y - x;
        for (; k + 2 * WIDTH <= n; k += WIDTH) {
            x = load(a + k + WIDTH);
            y = load(c + k + WIDTH);
            const vec sum_next = x + y, rise_next = y - x, one = NEXT(sum_here, sum_next), above = rise_here + NEXT(rise_here, rise_next);
            const vec both = sum_here + one, step = one - sum_here;
            memcpy(s + k, &both, sizeof both);
            memcpy(t + k, &step, sizeof step);
            memcpy(r + k, &above, sizeof above);
            sum_here = sum_next;
            rise_here = rise_next;
        }
    }
    for (; k < n; k++) {
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
    INDEPENDENT
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
    INDEPENDENT
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

/* K = ka - drop nn, ka the arithmetic, kh the harmonic mean, drop = ka - kh: the laminate; blended towards ka or kh (across fibres). */
static void flux_cuts(const cupel_voxel_row *row, size_t m, const cupel_cut *cut, const uint32_t *at, const cupel_cut_rule *rule)
{
    const float voigt = rule->blend > 0 ? rule->blend : 0, reuss = rule->blend < 0 ? -rule->blend : 0, laminate = 1 - voigt - reuss;
    const float x = rule->across[0], y = rule->across[1], z = rule->across[2];
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
        INDEPENDENT
        for (size_t q = 0; q < n; q++) {
            const float p = c.p[q], ka = (1 - p) * c.a[0][q] + p * c.b[0][q], kh = harmonic(p, c.a[0][q], c.b[0][q]);
            const float less = reuss * (ka - kh), along = c.normal[0][q] * g[0][q] + c.normal[1][q] * g[1][q] + c.normal[2][q] * g[2][q];
            const float drop = laminate * (ka - kh) * along;
            g[0][q] = (ka - x * less) * g[0][q] - drop * c.normal[0][q];
            g[1][q] = (ka - y * less) * g[1][q] - drop * c.normal[1][q];
            g[2][q] = (ka - z * less) * g[2][q] - drop * c.normal[2][q];
        }
        for (size_t d = 0; d < 3; d++)
            for (size_t q = 0; q < n; q++) row->out[d * row->len + at[q]] = g[d][q];
    }
}

/* Strain at voxel v, shear doubled. */
#define STRAINS(row, v)                                                                                                     \
    const float ux = GRADIENT_X(row, 0, v), uy = GRADIENT_Y(row, 0, v), uz = GRADIENT_Z(row, 0, v);                          \
    const float vx = GRADIENT_X(row, 3, v), vy = GRADIENT_Y(row, 3, v), vz = GRADIENT_Z(row, 3, v);                          \
    const float wx = GRADIENT_X(row, 6, v), wy = GRADIENT_Y(row, 6, v), wz = GRADIENT_Z(row, 6, v);                          \
    const float e0 = (row)->mean[0] + ux, e1 = (row)->mean[1] + vy, e2 = (row)->mean[2] + wz;                                \
    const float e3 = (row)->mean[3] + (vz + wy), e4 = (row)->mean[4] + (uz + wx), e5 = (row)->mean[5] + (uy + vx)

static void stress(const cupel_voxel_row *given, const float *restrict lambda, const float *restrict mu)
{
    const cupel_voxel_row w = *given, *row = &w;
    float *restrict s0 = w.out, *restrict s1 = s0 + w.len, *restrict s2 = s1 + w.len, *restrict s3 = s2 + w.len, *restrict s4 = s3 + w.len,
                    *restrict s5 = s4 + w.len;
    INDEPENDENT
    for (size_t v = 0; v < w.n; v++) {
        STRAINS(row, v);
        const float volume = lambda[v] * (e0 + e1 + e2), m = mu[v], m2 = m + m;
        s0[v] = volume + m2 * e0;
        s1[v] = volume + m2 * e1;
        s2[v] = volume + m2 * e2;
        s3[v] = m * e3;
        s4[v] = m * e4;
        s5[v] = m * e5;
    }
}

static void stress_run(const cupel_voxel_row *given, size_t from, size_t to, const float c[CUPEL_VOIGT_COEFFICIENTS])
{
    const cupel_voxel_row w = *given, *row = &w;
    float *restrict s0 = w.out, *restrict s1 = s0 + w.len, *restrict s2 = s1 + w.len, *restrict s3 = s2 + w.len, *restrict s4 = s3 + w.len,
                    *restrict s5 = s4 + w.len;
    INDEPENDENT
    for (size_t v = from; v < to; v++) {
        STRAINS(row, v);
        s0[v] = c[0] * e0 + c[1] * e1 + c[2] * e2 + c[3] * e3 + c[4] * e4 + c[5] * e5;
        s1[v] = c[1] * e0 + c[6] * e1 + c[7] * e2 + c[8] * e3 + c[9] * e4 + c[10] * e5;
        s2[v] = c[2] * e0 + c[7] * e1 + c[11] * e2 + c[12] * e3 + c[13] * e4 + c[14] * e5;
        s3[v] = c[3] * e0 + c[8] * e1 + c[12] * e2 + c[15] * e3 + c[16] * e4 + c[17] * e5;
        s4[v] = c[4] * e0 + c[9] * e1 + c[13] * e2 + c[16] * e3 + c[18] * e4 + c[19] * e5;
        s5[v] = c[5] * e0 + c[10] * e1 + c[14] * e2 + c[17] * e3 + c[19] * e4 + c[20] * e5;
    }
}

static inline float over(float a, float b) { return b > 0 ? a / b : 0; }

/* C = <C> - p (1 - p) T A^-1 T^T, T_ijk = dl d_ij n_k + dm (n_i d_jk + n_j d_ik), A the acoustic tensor of (1 - p) C_b + p C_a along n; blended
 * towards <C> or the isotropic harmonic mean of K and mu. e: strain in, stress out. */
static void respond(size_t n, const cut_chunk *c, const cupel_cut_rule *rule, float e[6][CHUNK])
{
    const float voigt = rule->blend > 0 ? rule->blend : 0, reuss = rule->blend < 0 ? -rule->blend : 0, laminate = 1 - voigt - reuss;
    INDEPENDENT
    for (size_t q = 0; q < n; q++) {
        const float p = c->p[q], la = c->a[0][q], lb = c->b[0][q], ma = c->a[1][q], mb = c->b[1][q], dl = lb - la, dm = mb - ma;
        const float mr = harmonic(p, ma, mb), lr = harmonic(p, la + rule->bulk * ma, lb + rule->bulk * mb) - rule->bulk * mr;
        const float l = (1 - reuss) * ((1 - p) * la + p * lb) + reuss * lr, m = (1 - reuss) * ((1 - p) * ma + p * mb) + reuss * mr;
        const float lt = (1 - p) * lb + p * la, mt = (1 - p) * mb + p * ma, f = laminate * p * (1 - p);
        const float n0 = c->normal[0][q], n1 = c->normal[1][q], n2 = c->normal[2][q];
        const float e0 = e[0][q], e1 = e[1][q], e2 = e[2][q], e3 = e[3][q], e4 = e[4][q], e5 = e[5][q], trace = e0 + e1 + e2;
        const float v0 = dl * trace * n0 + dm * (2 * e0 * n0 + e5 * n1 + e4 * n2), v1 = dl * trace * n1 + dm * (e5 * n0 + 2 * e1 * n1 + e3 * n2),
                    v2 = dl * trace * n2 + dm * (e4 * n0 + e3 * n1 + 2 * e2 * n2);
        const float along = v0 * n0 + v1 * n1 + v2 * n2, nw = over(along, lt + 2 * mt);
        const float w0 = over(v0 - along * n0, mt) + nw * n0, w1 = over(v1 - along * n1, mt) + nw * n1, w2 = over(v2 - along * n2, mt) + nw * n2;
        const float volume = l * trace - f * dl * nw, g = f * dm;
        e[0][q] = volume + 2 * m * e0 - 2 * g * n0 * w0;
        e[1][q] = volume + 2 * m * e1 - 2 * g * n1 * w1;
        e[2][q] = volume + 2 * m * e2 - 2 * g * n2 * w2;
        e[3][q] = m * e3 - g * (n1 * w2 + n2 * w1);
        e[4][q] = m * e4 - g * (n0 * w2 + n2 * w0);
        e[5][q] = m * e5 - g * (n0 * w1 + n1 * w0);
    }
}

static void stress_cuts(const cupel_voxel_row *row, size_t m, const cupel_cut *cut, const uint32_t *at, const cupel_cut_rule *rule)
{
    for (; m; m -= m < CHUNK ? m : CHUNK, cut += CHUNK, at += CHUNK) {
        const size_t n = m < CHUNK ? m : CHUNK;
        cut_chunk c;
        float e[6][CHUNK];
        fill_chunk(n, cut, rule->axis, rule->lambda, rule->mu, &c);
        for (size_t q = 0; q < n; q++) {
            STRAINS(row, at[q]);
            e[0][q] = e0, e[1][q] = e1, e[2][q] = e2, e[3][q] = e3, e[4][q] = e4, e[5][q] = e5;
        }
        respond(n, &c, rule, e);
        for (size_t d = 0; d < 6; d++)
            for (size_t q = 0; q < n; q++) row->out[d * row->len + at[q]] = e[d][q];
    }
}

static void spread(size_t n, const float *const flux_rows[3], const float *const before[3], const float scale[3], const float *p, float *upper,
                   float *q, double *lanes)
{
    const float *x = flux_rows[0], *y = flux_rows[1], *z = flux_rows[2], *xb = before[0], *yb = before[1], *zb = before[2];
    const float s0 = scale[0], s1 = scale[1], s2 = scale[2];
    const float *const xl = x - 1, *const yl = y - 1, *const zl = z - 1, *const xbl = xb - 1, *const ybl = yb - 1, *const zbl = zb - 1;
    /* along x, and along y and z, of the voxels before */
    float past_x = s0 * (xl[0] + xbl[0]), past = s1 * (ybl[0] - yl[0]) + s2 * (zl[0] + zbl[0]), tail[LANES];
    vec acc[VECTORS] = {0}, last_x = {0}, last = {0};
    last_x[WIDTH - 1] = past_x;
    last[WIDTH - 1] = past;
    size_t k = 0;
    while (k + LANES <= n)
        for (size_t v = 0; v < VECTORS; v++, k += WIDTH) {
            const vec here_x = s0 * (load(x + k) + load(xb + k)), side = s1 * (load(yb + k) - load(y + k)), depth = s2 * (load(z + k) + load(zb + k));
            const vec here = side + depth, along = BEFORE(last_x, here_x) + here_x, rest = BEFORE(last, here) + (side - depth);
            const vec force = load(upper + k) + (rest - along), above = rest + along;
            acc[v] += force * load(p + k);
            memcpy(q + k, &force, sizeof force);
            memcpy(upper + k, &above, sizeof above);
            last_x = here_x;
            last = here;
        }
    if (k) past_x = last_x[WIDTH - 1], past = last[WIDTH - 1];
    const size_t whole = k;
    for (; k < n; k++) {
        const float here_x = s0 * (x[k] + xb[k]), side = s1 * (yb[k] - y[k]), depth = s2 * (z[k] + zb[k]), along = past_x + here_x,
                     rest = past + (side - depth);
        const float force = upper[k] + (rest - along);
        tail[k - whole] = force * p[k];
        q[k] = force;
        upper[k] = rest + along;
        past_x = here_x;
        past = side + depth;
    }
    fold(acc, tail, n - whole, lanes);
}

static void green_conduction(const cupel_green_line *given, float *const residual[1], float *const spectrum[1], double *lanes)
{
    const cupel_green_line g = *given;
    const float *restrict cosine = g.cosine, *restrict sine = g.sine, *restrict weight = g.weight, *c = g.reference;
    float *restrict r = residual[0], *restrict s = spectrum[0];
    for (size_t from = 0; from < g.n; from += LINE) {
        const size_t to = g.n - from < LINE ? g.n : from + LINE;
        float e[LINE];
        INDEPENDENT
        for (size_t k = from; k < to; k++) {
            const float x = g.x * cosine[k], y = g.y * cosine[k], z = g.z * sine[k];
            const float below = x * (c[0] * x + 2 * (c[5] * y + c[4] * z)) + y * (c[1] * y + 2 * c[3] * z) + c[2] * z * z;
            const float old = g.keep * r[k] - g.alpha * s[k], now = below > 0 ? old / below : 0;
            e[k - from] = weight[k] * old * now;
            r[k] = old;
            s[k] = now;
        }
        sum(to - from, e, lanes);
    }
}

/* G = (I - g kk / |k|^2) / (mu |k|^2), g = (lambda + mu) / (lambda + 2 mu). */
static void green_elasticity(const cupel_green_line *given, float *const residual[3], float *const spectrum[3], double *lanes)
{
    const cupel_green_line g = *given;
    const float *restrict cosine = g.cosine, *restrict sine = g.sine, *restrict weight = g.weight;
    float *restrict r0 = residual[0], *restrict r1 = residual[1], *restrict r2 = residual[2];
    float *restrict s0 = spectrum[0], *restrict s1 = spectrum[1], *restrict s2 = spectrum[2];
    const float f = g.reference[0], h = g.reference[1];
    for (size_t from = 0; from < g.n; from += LINE) {
        const size_t to = g.n - from < LINE ? g.n : from + LINE;
        float e[LINE];
        INDEPENDENT
        for (size_t k = from; k < to; k++) {
            const float x = g.x * cosine[k], y = g.y * cosine[k], z = g.z * sine[k], square = x * x + y * y + z * z;
            const float q0 = g.keep * r0[k] - g.alpha * s0[k], q1 = g.keep * r1[k] - g.alpha * s1[k], q2 = g.keep * r2[k] - g.alpha * s2[k];
            const float inverse = square > 0 ? 1 / square : 0, a = f * inverse, along = h * inverse * (x * q0 + y * q1 + z * q2);
            const float z0 = a * (q0 - along * x), z1 = a * (q1 - along * y), z2 = a * (q2 - along * z);
            e[k - from] = weight[k] * (q0 * z0 + q1 * z1 + q2 * z2);
            r0[k] = q0, r1[k] = q1, r2[k] = q2;
            s0[k] = z0, s1[k] = z1, s2[k] = z2;
        }
        sum(to - from, e, lanes);
    }
}
