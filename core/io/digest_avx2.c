/* XXH3 for AVX2: the library's own code, compiled here, because the one that Debian ships uses SSE2 (20 instead of 57 GB/s from the cache on an
 * AMD EPYC with 256-bit vectors). The state and the digest are the same. */
#include "core/io/digest.h"

#if defined(__x86_64__)
#define XXH_INLINE_ALL
#include <xxhash.h>

void cupel_digest_update_avx2(void *state, const void *p, size_t n)
{
    (void)XXH3_128bits_update(state, p, n);
}
#endif
