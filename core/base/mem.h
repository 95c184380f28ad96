/* The one allocator of our own code. Products of sizes are checked; the bytes are zeroed.
 * Built with -DCUPEL_FAULTS, the n-th allocation can be made to fail (tests/test_faults.c). */
#ifndef CUPEL_BASE_MEM_H
#define CUPEL_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>

#define CUPEL_ALIGN 64 /* bytes: a cache line and an AVX-512 register */

/* n items of `size` bytes, zeroed, aligned to 16. NULL if n * size overflows or memory is out; n = 0 gives one byte. */
void *cupel_alloc(size_t n, size_t size);

/* As cupel_alloc, aligned to CUPEL_ALIGN. Freed with cupel_free; cannot be resized. */
void *cupel_alloc_aligned(size_t n, size_t size);

/* Resizes; the new tail is not zeroed. On failure NULL, and p stays valid. */
void *cupel_resize(void *p, size_t n, size_t size);

/* Grows *p to hold at least `need` items, doubling *cap. False when out of memory: *p and *cap are unchanged. */
bool cupel_grow(void *p, size_t *cap, size_t need, size_t size);

/* Copies of a string, or of n bytes with a 0 behind. */
char *cupel_strdup(const char *s);
char *cupel_strndup(const char *s, size_t n);

/* NULL-safe. */
void cupel_free(void *p);

/* a * b, or SIZE_MAX when that overflows. */
size_t cupel_mul(size_t a, size_t b);

#ifdef CUPEL_FAULTS
/* The n-th allocation from now (1 = the next) fails, and every later one if `sticky`; 0 switches it off.
 * cupel_mem_count tells how many there were since. */
void cupel_mem_fail_at(size_t n, bool sticky);
size_t cupel_mem_count(void);
#endif

#endif
