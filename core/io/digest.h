/* The digest of an artifact: XXH3-128 of the XXH3-128 digests (16 bytes each, canonical order) of the pieces of 1 MiB, the last one shorter, of all
 * that follows the user block. In pieces, because HDF5 goes back to what it wrote first: a piece that was written front to back is digested on
 * the way, while it is in the cache, and only the few others are read again. That halves the cost of a large artifact. */
#ifndef CUPEL_IO_DIGEST_H
#define CUPEL_IO_DIGEST_H

#include "core/cupel.h"

enum { CUPEL_DIGEST = 16 };

/* A file on its way: what follows the first `begin` bytes. */
typedef struct cupel_digest cupel_digest;
cupel_status cupel_digest_new(uint64_t begin, cupel_digest **d, cupel_err *err);
void cupel_digest_free(cupel_digest *d);
/* n bytes were written at offset `at` of the file. */
void cupel_digest_note(cupel_digest *d, uint64_t at, const void *p, size_t n);

/* The digest of bytes begin .. end - 1 of the file on fd. `d`: what was noted when all of it was written through us, or NULL: all is read.
 * CUPEL_BAD_ARTIFACT when the file ends before. Read, not mapped: a file cut short meanwhile is an error, not a signal. */
cupel_status cupel_digest_file_rest(int fd, const char *name, cupel_digest *d, uint64_t begin, uint64_t end, unsigned char digest[CUPEL_DIGEST],
                                    cupel_err *err);

/* XXH3_128bits_update on an XXH3_state_t, where the processor has AVX2. */
void cupel_digest_update_avx2(void *state, const void *p, size_t n);

#endif
