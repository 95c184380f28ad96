#define _GNU_SOURCE
#include "core/io/block.h"

#include "core/base/err.h"
#include "core/sys/file.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BLOCK = CUPEL_BLOCK,
    FORMAT = 1,
    AT_FORMAT = 8,
    AT_LENGTH = 12,
    AT_BYTES = 16,
    AT_DIGEST = 24,
    AT_KIND = 40,
    AT_END = AT_KIND + CUPEL_BLOCK_KIND,
    DIGEST = CUPEL_DIGEST,
    KIND = CUPEL_BLOCK_KIND
};
static const char MAGIC[8] = {'C', 'U', 'P', 'E', 'L', 'A', 'R', 'T'};

static void put_le(unsigned char *p, uint64_t x, int bytes)
{
    for (int i = 0; i < bytes; i++) p[i] = (unsigned char)(x >> (8 * i));
}

static uint64_t get_le(const unsigned char *p, int bytes)
{
    uint64_t x = 0;
    for (int i = 0; i < bytes; i++) x |= (uint64_t)p[i] << (8 * i);
    return x;
}

cupel_status cupel_block_write(int fd, const char *path, const char *kind, cupel_digest *digest, cupel_err *err)
{
    unsigned char b[BLOCK] = {0};
    off_t end = lseek(fd, 0, SEEK_END);
    if (end < BLOCK) return cupel_fail_errno(err, end < 0 ? errno : EIO, "writing", path);
    cupel_status st = cupel_digest_file_rest(fd, path, digest, BLOCK, (uint64_t)end, b + AT_DIGEST, err);
    if (st != CUPEL_OK) return st;
    memcpy(b, MAGIC, sizeof MAGIC);
    put_le(b + AT_FORMAT, FORMAT, 4);
    put_le(b + AT_LENGTH, BLOCK, 4);
    put_le(b + AT_BYTES, (uint64_t)end - BLOCK, 8);
    memcpy(b + AT_KIND, kind, strlen(kind));
    ssize_t k = pwrite(fd, b, BLOCK, 0);
    if (k != BLOCK) return cupel_fail_errno(err, k < 0 ? errno : ENOSPC, "writing", path);
    return CUPEL_OK;
}

/* All that can be told before HDF5 sees a byte. */
static cupel_status check_block(const unsigned char *b, size_t n, uint64_t file_bytes, const char *path, cupel_err *err)
{
    static const unsigned char hdf5[4] = {0x89, 'H', 'D', 'F'};
    size_t magic = n < sizeof MAGIC ? n : sizeof MAGIC;
    if (n == 0) return cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': truncated: the file is empty", path);
    if (n >= 4 && memcmp(b, hdf5, 4) == 0)
        return cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': not a cupel artifact: an HDF5 file that another program wrote", path);
    if (memcmp(b, MAGIC, magic) != 0) return cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': not a cupel artifact", path);
    if (n < BLOCK)
        return cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': truncated: %zu bytes, expected at least %d; make it again", path, n, BLOCK);
    uint64_t format = get_le(b + AT_FORMAT, 4), bytes = get_le(b + AT_BYTES, 8), rest = file_bytes - BLOCK;
    if (format > FORMAT)
        return cupel_fail(err, CUPEL_BAD_ARTIFACT,
                          "'%s': made by a newer cupel: format %llu, this is cupel %s, which reads formats up to %d; update cupel", path,
                          (unsigned long long)format, CUPEL_VERSION, FORMAT);
    bool sound = format == FORMAT && get_le(b + AT_LENGTH, 4) == BLOCK && b[AT_END - 1] == 0;
    for (size_t i = AT_KIND + strnlen((const char *)b + AT_KIND, KIND); i < BLOCK; i++) sound = sound && b[i] == 0;
    if (!sound) return cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': damaged in its first %d bytes; make it again", path, BLOCK);
    if (rest < bytes)
        return cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': truncated: %llu bytes, expected %llu; make it again", path,
                          (unsigned long long)file_bytes, (unsigned long long)bytes + BLOCK);
    if (rest > bytes)
        return cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': damaged: %llu bytes, expected %llu; make it again", path,
                          (unsigned long long)file_bytes, (unsigned long long)bytes + BLOCK);
    return CUPEL_OK;
}

cupel_status cupel_block_read(int fd, const char *path, cupel_block *block, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    unsigned char b[BLOCK], digest[DIGEST];
    struct stat sb;
    ssize_t k = fstat(fd, &sb) == 0 ? pread(fd, b, BLOCK, 0) : -1;
    if (k < 0) CUPEL_TRY(cupel_fail_errno(err, errno, "reading", path));
    CUPEL_TRY(check_block(b, (size_t)k, (uint64_t)sb.st_size, path, err));
    CUPEL_TRY(cupel_digest_file_rest(fd, path, NULL, BLOCK, (uint64_t)sb.st_size, digest, err));
    if (memcmp(digest, b + AT_DIGEST, DIGEST) != 0)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': damaged: its contents do not match their digest; make it again", path));
    memcpy(block->digest, digest, DIGEST);
    memcpy(block->kind, b + AT_KIND, KIND);
done:
    return st;
}

bool cupel_block_kind(const void *block, char kind[CUPEL_BLOCK_KIND])
{
    const char *b = block;
    if (memcmp(b, MAGIC, sizeof MAGIC) != 0 || !b[AT_KIND] || b[AT_END - 1]) return false;
    memcpy(kind, b + AT_KIND, KIND);
    return true;
}
