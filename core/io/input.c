#define ZLIB_CONST
#include "core/io/input.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/deflate.h"
#include "core/sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { BLOCK = 1 << 16, CHECK_ABOVE = 1 << 26, DEFLATE_MOST = 1032 };

struct cupel_input {
    int fd;           /* -1: text */
    cupel_text text;  /* what is left of it */
    uint64_t stored;  /* size of a regular file or a text; UINT64_MAX when not known */
    char *name;
    unsigned char *block; /* stored bytes that were read but not handed out */
    size_t at, n;
    bool stored_end;  /* the last stored byte is in block or behind us */
    bool zipped, member_open, padding;
    z_stream z;
    EVP_MD_CTX *sha;
    char hex[65];     /* "" until the end */
};

/* Stored bytes, digested as they pass. */
static cupel_status read_stored(cupel_input *in, void *buf, size_t n, size_t *got, cupel_err *err)
{
    *got = 0;
    if (in->stored_end || !n) return CUPEL_OK;
    if (in->fd >= 0) {
        ssize_t k;
        do {
            k = read(in->fd, buf, n);
        } while (k < 0 && errno == EINTR);
        if (k < 0) return cupel_fail(err, CUPEL_FAILED, "reading '%s': %s", in->name, strerror(errno));
        *got = (size_t)k;
    } else {
        *got = n < in->text.n ? n : in->text.n;
        if (*got) memcpy(buf, in->text.p, *got);
        in->text.p += *got;
        in->text.n -= *got;
    }
    if (!*got) in->stored_end = true;
    if (EVP_DigestUpdate(in->sha, buf, *got) != 1) return cupel_fail(err, CUPEL_FAILED, "reading '%s': SHA-256 is not available", in->name);
    return CUPEL_OK;
}

static cupel_status fill_block(cupel_input *in, cupel_err *err)
{
    in->at = in->n = 0;
    return read_stored(in, in->block, BLOCK, &in->n, err);
}

/* Two bytes decide; they may come in two reads from a pipe. */
static cupel_status look_for_gzip(cupel_input *in, cupel_err *err)
{
    for (size_t got = 1; in->n < 2 && got;) {
        cupel_status st = read_stored(in, in->block + in->n, BLOCK - in->n, &got, err);
        if (st != CUPEL_OK) return st;
        in->n += got;
    }
    if (in->n < 2 || in->block[0] != 0x1f || in->block[1] != 0x8b) return CUPEL_OK;
    in->z.zalloc = cupel_zip_alloc;
    in->z.zfree = cupel_zip_free;
    if (inflateInit2(&in->z, 15 + 16) != Z_OK) return cupel_no_memory(err, "unzipping", 0);
    in->zipped = in->member_open = true;
    return CUPEL_OK;
}

static cupel_status start(cupel_input *in, const char *name, cupel_err *err)
{
    in->name = cupel_strdup(name);
    in->block = cupel_alloc(BLOCK, 1);
    in->sha = EVP_MD_CTX_new();
    if (!in->name || !in->block || !in->sha) return cupel_no_memory(err, "an input file", BLOCK);
    if (EVP_DigestInit_ex(in->sha, EVP_sha256(), NULL) != 1)
        return cupel_fail(err, CUPEL_FAILED, "reading '%s': SHA-256 is not available", name);
    return look_for_gzip(in, err);
}

cupel_status cupel_input_open(const char *path, cupel_input **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_input *in = cupel_alloc(1, sizeof *in);
    if (!in) return cupel_no_memory(err, "an input file", sizeof *in);
    bool from_stdin = strcmp(path, "-") == 0;
    struct stat sb;
    in->fd = from_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (in->fd < 0) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "opening '%s': %s", path, strerror(errno)));
    in->stored = UINT64_MAX;
    if (fstat(in->fd, &sb) == 0 && S_ISREG(sb.st_mode)) in->stored = (uint64_t)sb.st_size;
    if (fstat(in->fd, &sb) == 0 && S_ISDIR(sb.st_mode)) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "opening '%s': it is a folder", path));
    CUPEL_TRY(start(in, from_stdin ? "stdin" : path, err));
done:
    if (st == CUPEL_OK)
        *out = in;
    else
        cupel_input_free(in);
    return st;
}

cupel_status cupel_input_of_text(cupel_text text, const char *name, cupel_input **out, cupel_err *err)
{
    cupel_input *in = cupel_alloc(1, sizeof *in);
    if (!in) return cupel_no_memory(err, "an input text", sizeof *in);
    in->fd = -1;
    in->text = text;
    in->stored = text.n;
    cupel_status st = start(in, name, err);
    if (st == CUPEL_OK)
        *out = in;
    else
        cupel_input_free(in);
    return st;
}

static cupel_status damaged(const cupel_input *in, const char *what, cupel_err *err)
{
    return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': %s; fetch or pack the file again", in->name, what);
}

/* Behind a member: another one (RFC 1952, 2.2), zeros as tape archivers leave them, or the end. False: nothing is left of the block. */
static cupel_status next_member(cupel_input *in, bool *more, cupel_err *err)
{
    *more = false;
    while (in->at < in->n && in->block[in->at] == 0) {
        in->at++;
        in->padding = true;
    }
    if (in->at == in->n) return CUPEL_OK;
    if (in->padding) return damaged(in, "there are bytes behind the end of the gzip data", err);
    if (inflateReset(&in->z) != Z_OK) return damaged(in, "the gzip data cannot be read", err);
    in->member_open = *more = true;
    return CUPEL_OK;
}

static cupel_status inflate_some(cupel_input *in, void *buf, size_t n, size_t *got, cupel_err *err)
{
    unsigned room = n < (1u << 30) ? (unsigned)n : 1u << 30;
    cupel_status st;
    while (!*got) {
        if (in->at == in->n && (st = fill_block(in, err)) != CUPEL_OK) return st;
        if (!in->n) return in->member_open ? damaged(in, "the gzip data is cut off before its end", err) : CUPEL_OK;
        bool more = in->member_open;
        if (!more && (st = next_member(in, &more, err)) != CUPEL_OK) return st;
        if (!more) continue;
        in->z.next_in = in->block + in->at;
        in->z.avail_in = (unsigned)(in->n - in->at);
        in->z.next_out = buf;
        in->z.avail_out = room;
        int rc = inflate(&in->z, Z_NO_FLUSH);
        in->at = in->n - in->z.avail_in;
        *got = room - in->z.avail_out;
        if (rc == Z_STREAM_END)
            in->member_open = false;
        else if (rc == Z_MEM_ERROR)
            return cupel_no_memory(err, "unzipping", 0);
        else if (rc != Z_OK && rc != Z_BUF_ERROR)
            return damaged(in, "the gzip data is damaged", err);
    }
    return CUPEL_OK;
}

cupel_status cupel_input_read(cupel_input *in, void *buf, size_t n, size_t *got, cupel_err *err)
{
    *got = 0;
    if (!n) return CUPEL_OK;
    if (in->zipped) {
        size_t k = 0;
        cupel_status st = inflate_some(in, buf, n, &k, err);
        if (st == CUPEL_OK) *got = k;
        return st;
    }
    if (in->at == in->n) return read_stored(in, buf, n, got, err);
    *got = n < in->n - in->at ? n : in->n - in->at;
    memcpy(buf, in->block + in->at, *got);
    in->at += *got;
    return CUPEL_OK;
}

cupel_status cupel_input_rest(cupel_input *in, size_t max_bytes, char **text, size_t *n, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char *p = NULL;
    size_t cap = 0, used = 0, got = 1;
    while (got) {
        if (used > max_bytes)
            CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "'%s': larger than the %.4g MB that are read at once", in->name, (double)max_bytes / 1e6));
        if (used + BLOCK > cap && cap >= CHECK_ABOVE) CUPEL_TRY(cupel_memory_check(2 * (uint64_t)cap, in->name, err));
        if (!cupel_grow(&p, &cap, used + BLOCK, 1)) CUPEL_TRY(cupel_no_memory(err, in->name, used + BLOCK));
        CUPEL_TRY(cupel_input_read(in, p + used, cap - used - 1, &got, err));
        used += got;
    }
    p[used] = '\0';
    *text = p;
    *n = used;
    p = NULL;
done:
    cupel_free(p);
    return st;
}

uint64_t cupel_input_most(const cupel_input *in)
{
    if (!in->zipped || in->stored == UINT64_MAX) return in->stored;
    return in->stored < UINT64_MAX / DEFLATE_MOST ? in->stored * DEFLATE_MOST : UINT64_MAX;
}

const char *cupel_input_name(const cupel_input *in) { return in->name; }

cupel_status cupel_input_digest(cupel_input *in, char hex[65], cupel_err *err)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    while (!in->stored_end) {
        cupel_status st = fill_block(in, err);
        if (st != CUPEL_OK) return st;
    }
    if (!in->hex[0]) {
        if (EVP_DigestFinal_ex(in->sha, sum, &n) != 1 || n != 32) return cupel_fail(err, CUPEL_FAILED, "SHA-256 of '%s': not available", in->name);
        for (unsigned i = 0; i < n; i++) {
            in->hex[2 * i] = "0123456789abcdef"[sum[i] >> 4];
            in->hex[2 * i + 1] = "0123456789abcdef"[sum[i] & 15];
        }
    }
    memcpy(hex, in->hex, sizeof in->hex);
    return CUPEL_OK;
}

void cupel_input_free(cupel_input *in)
{
    if (!in) return;
    if (in->fd > STDIN_FILENO) close(in->fd);
    if (in->zipped) inflateEnd(&in->z);
    EVP_MD_CTX_free(in->sha);
    cupel_free(in->block);
    cupel_free(in->name);
    cupel_free(in);
}

static bool is_plain_file(const char *path)
{
    struct stat sb;
    return stat(path, &sb) == 0 && S_ISREG(sb.st_mode);
}

cupel_status cupel_whole_open(const char *path, cupel_whole *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_input *in = NULL;
    *w = (cupel_whole){0};
    if (strcmp(path, "-") != 0 && is_plain_file(path)) {
        CUPEL_TRY(cupel_map_open(path, &w->map, err));
        w->p = w->map.p, w->n = w->map.n;
        if (w->n < 2 || w->p[0] != 0x1f || w->p[1] != 0x8b) return CUPEL_OK;
        cupel_map_close(&w->map);
        *w = (cupel_whole){.zipped = true};
    }
    CUPEL_TRY(cupel_input_open(path, &in, err));
    w->zipped = in->zipped;
    CUPEL_TRY(cupel_input_rest(in, SIZE_MAX / 4, &w->own, &w->n, err));
    w->p = (const unsigned char *)w->own;
done:
    cupel_input_free(in);
    if (st != CUPEL_OK) cupel_whole_close(w);
    return st;
}

void cupel_whole_close(cupel_whole *w)
{
    cupel_map_close(&w->map);
    cupel_free(w->own);
    *w = (cupel_whole){0};
}

cupel_status cupel_digest_file(const char *path, char hex[65], cupel_err *err)
{
    cupel_input *in = NULL;
    cupel_status st = cupel_input_open(path, &in, err);
    if (st == CUPEL_OK) st = cupel_input_digest(in, hex, err);
    cupel_input_free(in);
    return st;
}

cupel_status cupel_digest_text(cupel_text text, const char *name, char digest[72], cupel_err *err)
{
    cupel_input *in = NULL;
    char hex[65] = "";
    cupel_status st = cupel_input_of_text(text, name, &in, err);
    if (st == CUPEL_OK) st = cupel_input_digest(in, hex, err);
    cupel_input_free(in);
    snprintf(digest, 72, "sha256:%s", hex);
    return st;
}
