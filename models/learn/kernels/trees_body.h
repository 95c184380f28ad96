/* Not a header of its own: the loops of trees.h with VECTOR bytes to a vector. Every lane is a column (or a cut), so no order of sums changes
 * with the width. */
#include <string.h>

#define LANES (VECTOR / 4)
#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif

typedef float vec __attribute__((vector_size(VECTOR)));
typedef int32_t ivec __attribute__((vector_size(VECTOR)));
typedef uint32_t uvec __attribute__((vector_size(VECTOR)));

static inline vec load(const float *p)
{
    vec v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline ivec load_int(const int32_t *p)
{
    ivec v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void store(float *p, vec v) { memcpy(p, &v, sizeof v); }

static inline vec select(ivec mask, vec yes, vec no) { return (vec)(((ivec)yes & mask) | ((ivec)no & ~mask)); }

static inline ivec all_int(int32_t a) { return a - (ivec){0}; }

static inline vec all(float a) { return a - (vec){0}; }

/* 0 .. 1 - 2^-24 in each lane, from the key and the column (murmur3's finaliser). */
static inline vec random_lanes(uint32_t key, size_t column)
{
    uvec u;
    for (size_t l = 0; l < LANES; l++) u[l] = (uint32_t)(column + l) * 0x9E3779B9u;
    u ^= key;
    u ^= u >> 16;
    u *= 0x85EBCA6Bu;
    u ^= u >> 13;
    u *= 0xC2B2AE35u;
    u ^= u >> 16;
    return __builtin_convertvector((ivec)(u >> 8), vec) * 0x1p-24f;
}

/* gl^2 / (hl + lambda) + gr^2 / (hr + lambda) with one division, where both sides have enough. */
static inline vec gain_of(ivec gl, ivec hl, int32_t g_sum, int32_t h_sum, float least, float lambda)
{
    vec a = __builtin_convertvector(gl, vec), b = __builtin_convertvector(g_sum - gl, vec);
    vec p = __builtin_convertvector(hl, vec), q = __builtin_convertvector(h_sum - hl, vec);
    vec u = p + lambda, v = q + lambda, gain = (a * a * v + b * b * u) / (u * v);
    return select((p >= least) & (q >= least), gain, all(CUPEL_GAIN_NONE));
}

/* TILE vectors of columns from column c on. */
#define TILE_LOOP UNROLL for (size_t v = 0; v < tile; v++)

static inline __attribute__((always_inline)) void random_cut_tile(const cupel_split_task *t, size_t c, size_t tile, float *at, float *gain)
{
    vec lo[4], hi[4], cut[4];
    ivec gl[4], hl[4];
    TILE_LOOP lo[v] = hi[v] = load(t->x + t->row[0] * t->ld + c + v * LANES);
    for (size_t i = 1; i < t->m; i++) {
        const float *x = t->x + t->row[i] * t->ld + c;
        TILE_LOOP
        {
            vec z = load(x + v * LANES);
            lo[v] = select(z < lo[v], z, lo[v]);
            hi[v] = select(z > hi[v], z, hi[v]);
        }
    }
    TILE_LOOP
    {
        cut[v] = lo[v] + random_lanes(t->key, c + v * LANES) * (hi[v] - lo[v]);
        cut[v] = select(cut[v] < hi[v], cut[v], lo[v]);
        gl[v] = hl[v] = (ivec){0};
    }
    for (size_t i = 0; i < t->m; i++) {
        const float *x = t->x + t->row[i] * t->ld + c;
        ivec g = all_int(t->g[i]), h = all_int(t->h[i]);
        TILE_LOOP
        {
            ivec left = load(x + v * LANES) <= cut[v];
            gl[v] += g & left;
            hl[v] += h & left;
        }
    }
    TILE_LOOP
    {
        vec score = gain_of(gl[v], hl[v], t->g_sum, t->h_sum, (float)t->least, 0);
        store(at + c + v * LANES, cut[v]);
        store(gain + c + v * LANES, select(lo[v] < hi[v], score, all(CUPEL_GAIN_CONSTANT)));
    }
}

static void random_cuts(const cupel_split_task *t, float *at, float *gain)
{
    size_t c = 0;
    for (; c + 4 * LANES <= t->n_columns; c += 4 * LANES) random_cut_tile(t, c, 4, at, gain);
    for (; c < t->n_columns; c += LANES) random_cut_tile(t, c, 1, at, gain);
}

static inline __attribute__((always_inline)) void best_cut_tile(const cupel_split_task *t, size_t c, size_t tile, float *at, float *gain)
{
    vec best[4], where[4];
    ivec differs[4];
    TILE_LOOP
    {
        best[v] = all(CUPEL_GAIN_NONE);
        where[v] = all(0);
        differs[v] = (ivec){0};
    }
    for (size_t r = 0; r < t->m; r++) {
        vec cut[4];
        ivec gl[4], hl[4];
        TILE_LOOP
        {
            cut[v] = load(t->x + t->row[r] * t->ld + c + v * LANES);
            gl[v] = hl[v] = (ivec){0};
        }
        for (size_t i = 0; i < t->m; i++) {
            const float *x = t->x + t->row[i] * t->ld + c;
            ivec g = all_int(t->g[i]), h = all_int(t->h[i]);
            TILE_LOOP
            {
                ivec left = load(x + v * LANES) <= cut[v];
                gl[v] += g & left;
                hl[v] += h & left;
            }
        }
        TILE_LOOP
        {
            vec score = gain_of(gl[v], hl[v], t->g_sum, t->h_sum, (float)t->least, 0);
            ivec better = (score > best[v]) | ((score == best[v]) & (cut[v] < where[v]) & (score > 0)), more = hl[v] < t->h_sum;
            differs[v] |= more;
            better &= more;
            best[v] = select(better, score, best[v]);
            where[v] = select(better, cut[v], where[v]);
        }
    }
    TILE_LOOP
    {
        store(at + c + v * LANES, where[v]);
        store(gain + c + v * LANES, select(differs[v], best[v], all(CUPEL_GAIN_CONSTANT)));
    }
}

static void best_cuts(const cupel_split_task *t, float *at, float *gain)
{
    size_t c = 0;
    for (; c + 2 * LANES <= t->n_columns; c += 2 * LANES) best_cut_tile(t, c, 2, at, gain);
    for (; c < t->n_columns; c += LANES) best_cut_tile(t, c, 1, at, gain);
}

static float best_cut(const cupel_cut_task *t, size_t *cut)
{
    vec best = all(CUPEL_GAIN_NONE);
    ivec where = {0}, number;
    for (size_t l = 0; l < LANES; l++) number[l] = (int32_t)l;
    for (size_t i = 0; i < t->n; i += LANES, number += LANES) {
        vec score = gain_of(load_int(t->g + i), load_int(t->h + i), t->g_sum, t->h_sum, t->least, t->lambda);
        ivec better = (score > best) & (number < (int32_t)t->n);
        best = select(better, score, best);
        where = (number & better) | (where & ~better);
    }
    float most = CUPEL_GAIN_NONE;
    int32_t first = INT32_MAX;
    for (size_t l = 0; l < LANES; l++) { /* the first of equals, whatever the width */
        if (best[l] < most || (best[l] == most && where[l] >= first)) continue;
        most = best[l];
        first = where[l];
    }
    *cut = (size_t)first;
    return most;
}

/* cupel_tree_key of d values, clipped, without branches. */
static inline void load_keys(const double *restrict x, size_t d, uint32_t *restrict key)
{
    const double farthest = (double)CUPEL_TREE_FARTHEST;
    for (size_t j = 0; j < d; j++) {
        double z = x[j] > farthest ? farthest : x[j];
        float f = (float)(z < -farthest ? -farthest : z) + 0.0f;
        uint32_t u;
        memcpy(&u, &f, sizeof u);
        key[j] = u ^ ((uint32_t)((int32_t)u >> 31) | 0x80000000u);
    }
}

static void load_rows(const double *x, size_t ld, size_t n, size_t d, uint32_t *key, int32_t *across)
{
    for (size_t from = 0; from < n; from += 16) {
        uint32_t *to = key + from * (d + 1);
        for (size_t i = 0; i < 16; i++) {
            load_keys(x + (from + i < n ? from + i : n - 1) * ld, d, to + i * (d + 1));
            to[i * (d + 1) + d] = 0;
        }
        for (size_t j = 0; j <= d; j++)
            for (size_t i = 0; i < 16; i++) across[j * CUPEL_TREE_ACROSS + from + i] = (int32_t)(to[i * (d + 1) + j] ^ 0x80000000u);
    }
}

#include "models/learn/kernels/trees_walk.h"
#ifdef OWN_WALK
#include "models/learn/kernels/trees_walk512.h"
#endif

#define CUPEL_TREES_TABLE {random_cuts, best_cuts, best_cut, load_rows, walk}
