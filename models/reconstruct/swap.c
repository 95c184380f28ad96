#include "models/reconstruct/parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"

#include <string.h>

/* Each step takes a random share of the voxels at the interface and turns the best `many` of them each way, those whose derivative promises most. */

static const unsigned SHARE = 77; /* of 256 */
enum { MANY = 60 };
static const double MORE = 1.2, FEWER = 0.6;

typedef struct candidate {
    float gain;              /* derivative of E along the change */
    uint32_t at;
} candidate;

typedef struct swapper {
    const cupel_reconstruct_target *t;
    uint64_t seed, stream;
    unsigned char *one;
    candidate *list[2];      /* voxels of 0 and of 1 */
    size_t n[2], room[2];
} swapper;

static bool before(const candidate *a, const candidate *b) { return a->gain < b->gain || (a->gain == b->gain && a->at < b->at); }

/* The k least come first, in whatever order. */
static void select_least(candidate *c, size_t n, size_t k)
{
    size_t low = 0, high = n;
    while (high - low > 1) {
        const candidate pivot = c[low + (high - low) / 2];
        size_t i = low, j = high - 1;
        for (;;) {
            while (before(&c[i], &pivot)) i++;
            while (before(&pivot, &c[j])) j--;
            if (i >= j) break;
            const candidate swap = c[i];
            c[i++] = c[j];
            c[j--] = swap;
        }
        const size_t cut = j + 1 < high ? j + 1 : j; /* the last of all: the pivot itself */
        if (k <= cut)
            high = cut;
        else
            low = cut;
    }
}

static bool push(swapper *s, bool one, float gain, size_t at)
{
    if (s->n[one] == s->room[one] && !cupel_grow((void **)&s->list[one], &s->room[one], s->n[one] + 1, sizeof(candidate))) return false;
    s->list[one][s->n[one]++] = (candidate){gain, (uint32_t)at};
    return true;
}

/* The voxels of a row that have a face in common with the other phase, by chance. */
static bool look_at_row(swapper *s, size_t step, size_t i, size_t j, size_t pitch, const float *g)
{
    const size_t *n = s->t->n, row = i * n[1] + j;
    const unsigned char *x = s->one + row * n[2], *around[4] = {s->one + ((i + 1) % n[0] * n[1] + j) * n[2],
                                                               s->one + ((i + n[0] - 1) % n[0] * n[1] + j) * n[2],
                                                               s->one + (i * n[1] + (j + 1) % n[1]) * n[2],
                                                               s->one + (i * n[1] + (j + n[1] - 1) % n[1]) * n[2]};
    uint64_t bits = 0;
    size_t have = SIZE_MAX;
    for (size_t k = 0; k < n[2]; k++) {
        const unsigned char left = x[k ? k - 1 : n[2] - 1], right = x[k + 1 < n[2] ? k + 1 : 0];
        const unsigned differs = (x[k] ^ left) | (x[k] ^ right) | (x[k] ^ around[0][k]) | (x[k] ^ around[1][k]) | (x[k] ^ around[2][k]) | (x[k] ^ around[3][k]);
        if (!differs) continue;
        const size_t at = row * n[2] + k;
        if (at / 8 != have) bits = cupel_rng_bits(s->seed, s->stream, step * (n[0] * n[1] * n[2]) + (have = at / 8));
        if ((bits >> (8 * (at % 8)) & 255) >= SHARE) continue;
        const float slope = g[row * pitch + k];
        if (!push(s, x[k], x[k] ? -slope : slope, at)) return false;
    }
    return true;
}

/* The best of each list, at most `many`; how many there are of both. */
static size_t choose(swapper *s, size_t many)
{
    for (int p = 0; p < 2; p++)
        if (s->n[p] < many) many = s->n[p];
    for (int p = 0; p < 2; p++) select_least(s->list[p], s->n[p], many);
    return many;
}

static void turn(swapper *s, size_t many)
{
    for (int p = 0; p < 2; p++)
        for (size_t c = 0; c < many; c++) s->one[s->list[p][c].at] ^= 1;
}

cupel_status cupel_reconstruct_swap(const cupel_reconstruct_target *t, cupel_misfit *m, const cupel_reconstruct_options *o, bool (*go_on)(void *, double),
                                    void *user, unsigned char *one, double *e, size_t *kept, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    swapper s = {.t = t, .seed = o->seed, .stream = 2 * o->stream + 1, .one = one};
    const size_t pitch = cupel_misfit_pitch(m), planes = t->n[0];
    double many = MANY, trial;
    float *g = cupel_alloc_aligned(t->n[0] * t->n[1] * pitch, sizeof *g);
    if (!g) CUPEL_TRY(cupel_no_memory(err, "swaps of voxels", 0));
    CUPEL_TRY(cupel_misfit_hard(m, one, e, err));
    CUPEL_TRY(cupel_misfit_hard_slope(m, g, err));
    for (size_t step = 0; go_on(user, *e); step++) {
        s.n[0] = s.n[1] = 0;
        for (size_t i = 0; i < planes; i++)
            for (size_t j = 0; j < t->n[1]; j++)
                if (!look_at_row(&s, step, i, j, pitch, g)) CUPEL_TRY(cupel_no_memory(err, "swaps of voxels", 0));
        const size_t chosen = choose(&s, many < 1 ? 1 : (size_t)many);
        if (!chosen) break;
        turn(&s, chosen);
        CUPEL_TRY(cupel_misfit_hard(m, one, &trial, err));
        if (trial < *e) {
            *e = trial;
            ++*kept;
            many *= MORE;
            CUPEL_TRY(cupel_misfit_hard_slope(m, g, err));
        } else {
            turn(&s, chosen);
            many = many * FEWER < 1 ? 1 : many * FEWER;
        }
    }
done:
    cupel_free(g);
    cupel_free(s.list[0]);
    cupel_free(s.list[1]);
    return st;
}
