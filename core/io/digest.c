#define _GNU_SOURCE
#include "core/io/digest.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/cpu.h"
#include "core/sys/file.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <xxhash.h>

enum { PIECE = 1 << 20 };

typedef void (*update_fn)(void *state, const void *p, size_t n);

struct cupel_digest {
    uint64_t begin;
    update_fn update;
    XXH3_state_t *state;      /* of the piece that is being written front to back: its bytes up to `next` */
    uint64_t next;            /* where it goes on, from begin */
    bool broken;              /* memory was out: everything must be read again */
    size_t n, cap, cap_known;
    XXH128_canonical_t *piece;
    bool *known;              /* [n] piece[i] holds for what is in the file */
};

static void update_plain(void *state, const void *p, size_t n)
{
    (void)XXH3_128bits_update(state, p, n);
}

static update_fn fastest(void)
{
#if defined(__x86_64__)
    if (cupel_isa_best() >= CUPEL_ISA_AVX2) return cupel_digest_update_avx2;
#endif
    return update_plain;
}

cupel_status cupel_digest_new(uint64_t begin, cupel_digest **out, cupel_err *err)
{
    cupel_digest *d = cupel_alloc(1, sizeof *d);
    XXH3_state_t *state = d ? XXH3_createState() : NULL;
    if (!state) {
        cupel_free(d);
        return cupel_no_memory(err, "a digest", sizeof *d);
    }
    XXH3_128bits_reset(state);
    *d = (cupel_digest){.begin = begin, .update = fastest(), .state = state};
    *out = d;
    return CUPEL_OK;
}

void cupel_digest_free(cupel_digest *d)
{
    if (!d) return;
    XXH3_freeState(d->state);
    cupel_free(d->piece);
    cupel_free(d->known);
    cupel_free(d);
}

/* Makes piece i exist. */
static bool reach(cupel_digest *d, size_t i)
{
    if (i < d->n) return true;
    if (!cupel_grow(&d->piece, &d->cap, i + 1, sizeof *d->piece) || !cupel_grow(&d->known, &d->cap_known, i + 1, sizeof *d->known)) return false;
    memset(d->known + d->n, 0, (i + 1 - d->n) * sizeof *d->known);
    d->n = i + 1;
    return true;
}

static void end_piece(cupel_digest *d, size_t i)
{
    XXH128_canonicalFromHash(&d->piece[i], XXH3_128bits_digest(d->state));
    d->known[i] = true;
    XXH3_128bits_reset(d->state);
}

/* Bytes from .. from + n - 1 of the rest, all in piece i. */
static void note_piece(cupel_digest *d, size_t i, uint64_t from, const void *p, size_t n)
{
    uint64_t start = (uint64_t)i * PIECE;
    if (from == start) { /* begins anew, whatever was before */
        XXH3_128bits_reset(d->state);
        d->next = start;
    }
    if (from != d->next) {
        d->known[i] = false;
        if (d->next > start && d->next < start + PIECE) d->next = UINT64_MAX; /* its state is of old bytes */
        return;
    }
    d->update(d->state, p, n);
    d->known[i] = false;
    d->next += n;
    if (d->next == start + PIECE) end_piece(d, i);
}

void cupel_digest_note(cupel_digest *d, uint64_t at, const void *data, size_t n)
{
    const char *p = data;
    if (at < d->begin) {
        uint64_t skip = d->begin - at < n ? d->begin - at : n;
        p += skip, at += skip, n -= (size_t)skip;
    }
    for (uint64_t from = at - d->begin; n && !d->broken;) {
        size_t i = (size_t)(from / PIECE), room = PIECE - (size_t)(from % PIECE), k = n < room ? n : room;
        if (!reach(d, i)) {
            d->broken = true;
            return;
        }
        note_piece(d, i, from, p, k);
        p += k, from += k, n -= k;
    }
}

static cupel_status read_piece(int fd, const char *name, uint64_t at, unsigned char *p, size_t n, cupel_err *err)
{
    while (n) {
        ssize_t k = pread(fd, p, n, (off_t)at);
        if (k < 0 && errno == EINTR) continue;
        if (k < 0) return cupel_fail_errno(err, errno, "reading", name);
        if (k == 0) return cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': truncated while it was read", name);
        p += k, at += (uint64_t)k, n -= (size_t)k;
    }
    return CUPEL_OK;
}

cupel_status cupel_digest_file_rest(int fd, const char *name, cupel_digest *d, uint64_t begin, uint64_t end, unsigned char digest[CUPEL_DIGEST],
                                    cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    update_fn update = fastest();
    XXH3_state_t *all = XXH3_createState(), *state = XXH3_createState();
    size_t room = end - begin < PIECE ? (size_t)(end - begin) : PIECE;
    unsigned char *p = cupel_alloc_aligned(room, 1);
    XXH128_canonical_t one;
    if (!all || !state || !p) CUPEL_TRY(cupel_no_memory(err, "a digest", room));
    XXH3_128bits_reset(all);
    for (uint64_t at = begin, i = 0; at < end; at += PIECE, i++) {
        size_t n = end - at < PIECE ? (size_t)(end - at) : PIECE;
        if (d && !d->broken && n == PIECE && i < d->n && d->known[i]) {
            one = d->piece[i];
        } else {
            CUPEL_TRY(read_piece(fd, name, at, p, n, err));
            XXH3_128bits_reset(state);
            update(state, p, n);
            XXH128_canonicalFromHash(&one, XXH3_128bits_digest(state));
        }
        XXH3_128bits_update(all, one.digest, sizeof one.digest);
    }
    XXH128_canonicalFromHash(&one, XXH3_128bits_digest(all));
    memcpy(digest, one.digest, CUPEL_DIGEST);
done:
    XXH3_freeState(all);
    XXH3_freeState(state);
    cupel_free(p);
    return st;
}
