#define ZLIB_CONST
#include "core/io/deflate.h"

#include "core/base/mem.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

void *cupel_zip_alloc(void *user, unsigned items, unsigned size)
{
    (void)user;
    return cupel_alloc(items, size);
}

void cupel_zip_free(void *user, void *p)
{
    (void)user;
    cupel_free(p);
}

bool cupel_inflate_block(const void *p, size_t n, void *out, size_t room, size_t *got, bool *memory)
{
    z_stream z = {.zalloc = cupel_zip_alloc, .zfree = cupel_zip_free};
    *memory = false;
    if (n > UINT_MAX || room > UINT_MAX) return false;
    z.next_in = p, z.avail_in = (unsigned)n;
    z.next_out = out, z.avail_out = (unsigned)room;
    if (inflateInit(&z) != Z_OK) {
        *memory = true;
        return false;
    }
    int rc = inflate(&z, Z_FINISH);
    *memory = rc == Z_MEM_ERROR;
    *got = room - z.avail_out;
    inflateEnd(&z);
    return rc == Z_STREAM_END && z.avail_in == 0;
}

size_t cupel_deflate_bound(size_t n) { return compressBound(n); }

bool cupel_deflate_block(const void *p, size_t size, void *out, size_t *n)
{
    uLongf used = *n;
    if (compress2(out, &used, p, size, 6) != Z_OK) return false;
    *n = used;
    return true;
}

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* 0 to 63; 64 for '='; -1 for anything else. */
static int digit_of(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : c == '=' ? 64 : -1;
}

static bool space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/* The next four characters as one to three bytes; at the end of the text none. */
static bool next_group(cupel_base64 *b)
{
    int d[4];
    size_t n = 0;
    while (n < 4) {
        while (b->p < b->end && space(*b->p)) b->p++;
        if (b->p == b->end) return n == 0;
        d[n] = digit_of(*b->p++);
        if (d[n++] < 0) return false;
    }
    if (d[0] == 64 || d[1] == 64 || (d[2] == 64 && d[3] != 64)) return false;
    b->n_ready = d[2] == 64 ? 1 : d[3] == 64 ? 2 : 3;
    const unsigned x = (unsigned)d[0] << 18 | (unsigned)d[1] << 12 | (unsigned)(d[2] & 63) << 6 | (unsigned)(d[3] & 63);
    for (size_t i = 0; i < 3; i++) b->ready[i] = (unsigned char)(x >> (16 - 8 * i));
    return true;
}

bool cupel_base64_read(cupel_base64 *b, void *out, size_t n, size_t *got)
{
    unsigned char *p = out;
    *got = 0;
    while (*got < n) {
        if (!b->n_ready && !next_group(b)) return false;
        if (!b->n_ready) return true;
        size_t k = n - *got < b->n_ready ? n - *got : b->n_ready;
        memcpy(p + *got, b->ready, k);
        memmove(b->ready, b->ready + k, sizeof b->ready - k);
        b->n_ready -= k;
        *got += k;
    }
    return true;
}

size_t cupel_base64_write(const void *p, size_t n, char *out)
{
    const unsigned char *s = p;
    size_t used = 0;
    for (size_t i = 0; i < n; i += 3) {
        const size_t k = n - i < 3 ? n - i : 3;
        const unsigned x = (unsigned)s[i] << 16 | (k > 1 ? (unsigned)s[i + 1] << 8 : 0) | (k > 2 ? s[i + 2] : 0u);
        for (size_t c = 0; c < 4; c++) out[used++] = c <= k ? alphabet[x >> (18 - 6 * c) & 63] : '=';
    }
    return used;
}
