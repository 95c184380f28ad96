/* The 512 bytes in front of every artifact (core/io/artifact.h states the layout), and the digest of what follows them. */
#ifndef CUPEL_IO_BLOCK_H
#define CUPEL_IO_BLOCK_H

#include "core/cupel.h"
#include "core/io/digest.h"

#include <stdbool.h>

enum { CUPEL_BLOCK = 512, CUPEL_BLOCK_KIND = 32 };

typedef struct cupel_block {
    char kind[CUPEL_BLOCK_KIND];
    unsigned char digest[CUPEL_DIGEST];
} cupel_block;

/* Digests all that stands behind the block on fd (digest: what was noted of it) and writes the block. `kind` has at most CUPEL_BLOCK_KIND - 1
 * bytes. */
cupel_status cupel_block_write(int fd, const char *path, const char *kind, cupel_digest *digest, cupel_err *err);

/* Checks the block and the digest. CUPEL_BAD_ARTIFACT: truncated, damaged, not a cupel artifact, made by a newer cupel. */
cupel_status cupel_block_read(int fd, const char *path, cupel_block *block, cupel_err *err);

/* The kind that a block of CUPEL_BLOCK bytes names, without a look at what follows it; false when it is not that of an artifact. */
bool cupel_block_kind(const void *block, char kind[CUPEL_BLOCK_KIND]);

#endif
