/* Blocks of bytes in zlib's wrapping (RFC 1950), as other programs keep them inside their files, and base64 (RFC 4648). */
#ifndef CUPEL_IO_DEFLATE_H
#define CUPEL_IO_DEFLATE_H

#include "core/cupel.h"

#include <stdbool.h>

enum { CUPEL_DEFLATE_MOST = 1032 }; /* bytes that deflate makes of one at most */

/* The n bytes at p unpacked into out [room]: *got of them. False when they are damaged, or make more than there is room for; memory that is out
 * counts as damage only after *memory was set. */
bool cupel_inflate_block(const void *p, size_t n, void *out, size_t room, size_t *got, bool *memory);
/* The most bytes that n packed bytes take. */
size_t cupel_deflate_bound(size_t n);
/* *n: room before, bytes after. False when memory is out. The same bytes for the same zlib. */
bool cupel_deflate_block(const void *p, size_t size, void *out, size_t *n);

/* The allocator of core/base/mem.h as zlib calls it. */
void *cupel_zip_alloc(void *user, unsigned items, unsigned size);
void cupel_zip_free(void *user, void *p);

/* Base64 read from a text in pieces. Spaces and line ends are passed over; '=' ends a run, behind which another may begin. */
typedef struct cupel_base64 {
    const char *p, *end;
    unsigned char ready[3]; /* decoded but not handed out */
    size_t n_ready;
} cupel_base64;
/* Up to n bytes; fewer only at the end of the text. False for a character that is none of base64, and for a run that is cut off. */
bool cupel_base64_read(cupel_base64 *b, void *out, size_t n, size_t *got);
/* out [4 * ((n + 2) / 3)], not ended by 0; returns that length. */
size_t cupel_base64_write(const void *p, size_t n, char *out);

#endif
