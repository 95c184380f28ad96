#ifdef __linux__
#define _DEFAULT_SOURCE /* madvise */
#endif
#include "core/base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#ifdef CUPEL_FAULTS
#include <stdatomic.h>
static atomic_size_t fault_count, fault_at;
static atomic_bool fault_sticky;

void cupel_mem_fail_at(size_t n, bool sticky)
{
    atomic_store(&fault_count, 0);
    atomic_store(&fault_sticky, sticky);
    atomic_store(&fault_at, n);
}

size_t cupel_mem_count(void) { return atomic_load(&fault_count); }

static bool fault_now(void)
{
    size_t i = atomic_fetch_add(&fault_count, 1) + 1, at = atomic_load(&fault_at);
    return at && (i == at || (i > at && atomic_load(&fault_sticky)));
}
#else
static inline bool fault_now(void) { return false; }
#endif

size_t cupel_mul(size_t a, size_t b)
{
    size_t r;
    return __builtin_mul_overflow(a, b, &r) ? SIZE_MAX : r;
}

void *cupel_alloc(size_t n, size_t size)
{
    size_t bytes = cupel_mul(n, size);
    if (fault_now() || bytes > PTRDIFF_MAX) return NULL;
    return calloc(bytes ? bytes : 1, 1);
}

/* Large arrays ask for large pages: to touch 64 MB for the first time by pages of 4 kB takes as long as a third of a Fourier transform of it. */
enum { HUGE_PAGE = 2 << 20 };

void *cupel_alloc_aligned(size_t n, size_t size)
{
    size_t bytes = cupel_mul(n, size), align = bytes < 4 * (size_t)HUGE_PAGE ? CUPEL_ALIGN : HUGE_PAGE;
    if (fault_now() || bytes > PTRDIFF_MAX - align) return NULL;
    bytes = (bytes + CUPEL_ALIGN) / CUPEL_ALIGN * CUPEL_ALIGN;
    void *p = aligned_alloc(align, (bytes + align - 1) / align * align);
#ifdef MADV_HUGEPAGE
    if (p && align == HUGE_PAGE) (void)madvise(p, bytes, MADV_HUGEPAGE); /* advice: nothing is lost when it is not taken */
#endif
    if (p) memset(p, 0, bytes);
    return p;
}

void *cupel_resize(void *p, size_t n, size_t size)
{
    size_t bytes = cupel_mul(n, size);
    if (fault_now() || bytes > PTRDIFF_MAX) return NULL;
    return realloc(p, bytes ? bytes : 1);
}

bool cupel_grow(void *p, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap) return true;
    size_t want = *cap ? *cap : 16;
    while (want < need) {
        if (want > SIZE_MAX / 2) return false;
        want *= 2;
    }
    void *old, *grown;
    memcpy(&old, p, sizeof old);
    grown = cupel_resize(old, want, size);
    if (!grown) return false;
    memcpy(p, &grown, sizeof grown);
    *cap = want;
    return true;
}

char *cupel_strndup(const char *s, size_t n)
{
    char *p = n < SIZE_MAX ? cupel_alloc(n + 1, 1) : NULL;
    if (p) memcpy(p, s, n);
    return p;
}

char *cupel_strdup(const char *s) { return cupel_strndup(s, strlen(s)); }

void cupel_free(void *p) { free(p); }
