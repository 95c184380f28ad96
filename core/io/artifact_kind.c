#define _GNU_SOURCE
#include "core/io/artifact_kind.h"

#include "core/base/err.h"
#include "core/io/block.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What takes an artifact of each kind. */
static const struct {
    const char *kind, *way;
} ways[] = {{"model", "'cupel predict MODEL TABLE -o FILE' predicts with it"},
            {"descriptors", "'cupel describe ... -o FILE.csv' makes a table of descriptors"},
            {"volume descriptors", "'cupel describe ... -o FILE.csv' makes a table of them, 'cupel reconstruct' takes its map of two_point"},
            {"predictions", "'cupel predict ... -o FILE.csv' makes a table of them"},
            {"ranking", "'cupel report' explains it"},
            {"shard", "'cupel merge' joins it with the others"},
            {"loop", "'cupel suggest' and 'cupel tell' take it"},
            {"checkpoint", "the command that wrote it goes on from there with --resume"},
            {"fields", "--dataset label names the volume in it"},
            {"microstructures", "a demand takes it as surrogate: FILE"},
            {"microstructure-ranking", "'cupel report' explains it"}};

static bool kind_of(const char *path, char kind[CUPEL_BLOCK_KIND])
{
    char b[CUPEL_BLOCK];
    struct stat sb;
    if (stat(path, &sb) != 0 || !S_ISREG(sb.st_mode)) return false;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd < 0 ? -1 : pread(fd, b, sizeof b, 0);
    if (fd >= 0) close(fd);
    return n == (ssize_t)sizeof b && cupel_block_kind(b, kind);
}

cupel_status cupel_artifact_refuse(const char *path, const char *wanted, cupel_err *err)
{
    char kind[CUPEL_BLOCK_KIND];
    const char *way = NULL;
    if (!kind_of(path, kind)) return CUPEL_OK;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (strcmp(ways[i].kind, kind) == 0) way = ways[i].way;
    return cupel_fail(err, CUPEL_BAD_INPUT, "'%s' is a %s artifact of cupel, and a %s is wanted%s%s; 'cupel inspect' says what it holds", path, kind,
                      wanted, way ? "; " : "", way ? way : "");
}
