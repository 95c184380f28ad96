#include "models/reconstruct/parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/sys/par.h"

#include <math.h>
#include <string.h>

/* Each step takes a random share of the voxels at the interface and turns the best `many` of them each way: those of which a falling sum of the
 * derivatives of this step and of those before promises most (the sum makes steps longer along valleys). Where single voxels do not help either the
 * share is made smaller, so that not only the best is tried. */

static const double MORE = 1.2, FEWER = 0.6, SHARE = 0.3, LEAST_SHARE = 1.0 / 256, REMEMBER = 0.85;
enum { MANY = 60, ROW = 16, FACES = 2 }; /* FACES: that a voxel shares with the other phase, or it stays: no single voxels come of it */

typedef struct candidate {
    float gain;              /* derivative of E along the change */
    uint32_t at;
} candidate;

typedef struct swapper {
    const cupel_reconstruct_target *t;
    uint64_t seed, stream;
    size_t step, pitch;
    unsigned share;          /* of 65536 */
    unsigned char *one;
    float *g, *sum;          /* [n0][n1][pitch] the derivatives, and their falling sum */
    candidate *list[2];      /* [voxels] of 0 and of 1: first those of each plane in its place, then all together */
    size_t *found[2];        /* [planes] */
    unsigned char *faces;    /* [threads][n2] */
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

/* How many faces each voxel of a row has in common with the other phase. Loops of ROW steps become vector instructions. */
static void count_faces(const unsigned char *x, const unsigned char *const around[4], size_t n, unsigned char *faces)
{
    size_t k = 0;
    for (; k + ROW + 2 <= n; k += ROW)
        for (size_t t = k + 1; t <= k + ROW; t++) {
            const unsigned char sum = (unsigned char)(x[t - 1] + x[t + 1] + around[0][t] + around[1][t] + around[2][t] + around[3][t]);
            faces[t] = (unsigned char)(x[t] ? 6 - sum : sum);
        }
    for (size_t t = k; t <= n; t++) { /* those that are left, and the first, whose neighbour is the last */
        const size_t at = t == n ? 0 : t;
        const unsigned char sum =
            (unsigned char)(x[at ? at - 1 : n - 1] + x[at + 1 < n ? at + 1 : 0] + around[0][at] + around[1][at] + around[2][at] +
                                                  around[3][at]);
        faces[at] = (unsigned char)(x[at] ? 6 - sum : sum);
    }
}

/* 16 random bits of place k: the finaliser of SplitMix64 on numbers that the row begins. */
static unsigned bits_of(uint64_t row, size_t k)
{
    uint64_t x = row + k * UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return (unsigned)((x ^ x >> 31) & 65535);
}

/* The voxels of a row that have faces in common with the other phase, by chance. */
static void look_at_row(swapper *s, size_t i, size_t j, unsigned char *faces)
{
    const size_t *n = s->t->n, row = i * n[1] + j, plane = n[1] * n[2];
    const unsigned char *x = s->one + row * n[2];
    const unsigned char *const around[4] = {
        s->one + ((i + 1) % n[0] * n[1] + j) * n[2], s->one + ((i + n[0] - 1) % n[0] * n[1] + j) * n[2],
        s->one + (i * n[1] + (j + 1) % n[1]) * n[2], s->one + (i * n[1] + (j + n[1] - 1) % n[1]) * n[2]};
    const uint64_t begin = cupel_rng_bits(s->seed, s->stream, s->step * n[0] * n[1] + row);
    count_faces(x, around, n[2], faces);
    for (size_t k = 0; k < n[2]; k++) {
        if (faces[k] < FACES || bits_of(begin, k) >= s->share) continue;
        const float slope = s->sum[row * s->pitch + k];
        s->list[x[k]][i * plane + s->found[x[k]][i]++] = (candidate){x[k] ? -slope : slope, (uint32_t)(row * n[2] + k)};
    }
}

static cupel_status look_at_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)err;
    swapper *s = user;
    s->found[0][i] = s->found[1][i] = 0;
    for (size_t j = 0; j < s->t->n[1]; j++) look_at_row(s, i, j, s->faces + worker * s->t->n[2]);
    return CUPEL_OK;
}

/* The best of each phase come first, at most `many`; how many there are of each. */
static size_t choose(swapper *s, size_t many)
{
    const size_t plane = s->t->n[1] * s->t->n[2];
    size_t n[2];
    for (int p = 0; p < 2; p++) {
        n[p] = 0;
        for (size_t i = 0; i < s->t->n[0]; i++) {
            memmove(s->list[p] + n[p], s->list[p] + i * plane, s->found[p][i] * sizeof(candidate));
            n[p] += s->found[p][i];
        }
        if (n[p] < many) many = n[p];
    }
    for (int p = 0; p < 2; p++) select_least(s->list[p], n[p], many);
    return many;
}

static void turn(swapper *s, size_t many)
{
    for (int p = 0; p < 2; p++)
        for (size_t c = 0; c < many; c++) s->one[s->list[p][c].at] ^= 1;
}

static void release(swapper *s)
{
    cupel_free(s->g);
    cupel_free(s->sum);
    cupel_free(s->faces);
    for (int p = 0; p < 2; p++) {
        cupel_free(s->list[p]);
        cupel_free(s->found[p]);
    }
}

static cupel_status take_room(swapper *s, size_t threads, cupel_err *err)
{
    const size_t voxels = s->t->n[0] * s->t->n[1] * s->t->n[2], size = s->t->n[0] * s->t->n[1] * s->pitch;
    s->g = cupel_alloc_aligned(size, sizeof *s->g);
    s->sum = cupel_alloc_aligned(size, sizeof *s->sum);
    s->faces = cupel_alloc(cupel_mul(threads, s->t->n[2]), 1);
    for (int p = 0; p < 2; p++) {
        s->list[p] = cupel_alloc(voxels, sizeof(candidate));
        s->found[p] = cupel_alloc(s->t->n[0], sizeof(size_t));
    }
    if (s->g && s->sum && s->faces && s->list[0] && s->list[1] && s->found[0] && s->found[1]) return CUPEL_OK;
    return cupel_no_memory(err, "swaps of voxels", 2 * voxels * sizeof(candidate) + 2 * size * sizeof(float));
}

typedef struct memory {
    const swapper *s;
    float keep;
} memory;

static cupel_status remember_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)worker;
    (void)err;
    const memory *w = user;
    const size_t plane = w->s->t->n[1] * w->s->pitch;
    const float *restrict g = w->s->g + i * plane;
    float *restrict sum = w->s->sum + i * plane;
    for (size_t k = 0; k < plane; k++) sum[k] = g[k] + w->keep * sum[k];
    return CUPEL_OK;
}

static cupel_status look_at_slopes(swapper *s, cupel_misfit *m, float keep, const cupel_job *job, cupel_err *err)
{
    const cupel_status st = cupel_misfit_hard_slope(m, s->g, err);
    return st == CUPEL_OK ? cupel_par_for(job->threads, s->t->n[0], remember_plane, &(memory){s, keep}, err) : st;
}

cupel_status cupel_reconstruct_swap(const cupel_reconstruct_target *t, cupel_misfit *m, const cupel_reconstruct_options *o, const cupel_job *job,
                                    const cupel_reconstruct_guard *guard, unsigned char *one, double *e, size_t *kept, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    swapper s = {.t = t, .seed = o->seed, .stream = 2 * o->stream + 1, .one = one, .pitch = cupel_misfit_pitch(m)};
    double many = MANY, share = SHARE, trial;
    CUPEL_TRY(take_room(&s, job->threads, err));
    CUPEL_TRY(cupel_misfit_hard(m, one, e, err));
    CUPEL_TRY(look_at_slopes(&s, m, 0, job, err));
    for (; guard->go_on(guard->user, *e); s.step++) {
        s.share = (unsigned)(65536 * share);
        CUPEL_TRY(cupel_par_for(job->threads, t->n[0], look_at_plane, &s, err));
        const size_t chosen = choose(&s, (size_t)many);
        turn(&s, chosen);
        trial = *e;
        if (chosen) CUPEL_TRY(cupel_misfit_hard(m, one, &trial, err));
        if (trial < *e) {
            *e = trial;
            ++*kept;
            many *= MORE;
            share = fmin(share * MORE, SHARE);
            CUPEL_TRY(look_at_slopes(&s, m, (float)REMEMBER, job, err));
        } else {
            turn(&s, chosen);
            if (many < 2) share = chosen ? fmax(share * FEWER, LEAST_SHARE) : SHARE;
            many = fmax(many * FEWER, 1);
        }
    }
done:
    release(&s);
    return st;
}
