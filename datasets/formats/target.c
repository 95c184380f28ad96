#include "datasets/formats/target.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

cupel_status cupel_target_open(const char *path, cupel_target *t, cupel_err *err)
{
    struct stat sb;
    if (strcmp(path, "-") == 0 || (stat(path, &sb) == 0 && !S_ISREG(sb.st_mode)))
        return cupel_fail(err, CUPEL_USAGE, "output '%s': this format needs a file of its own (no pipe, device or folder)", path);
    *t = (cupel_target){.path = path, .fd = -1};
    cupel_status st = cupel_temp_name(path, &t->temp, err);
    if (st != CUPEL_OK) return st;
    t->fd = open(t->temp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return t->fd < 0 ? cupel_fail_errno(err, errno, "opening output", path) : CUPEL_OK;
}

cupel_status cupel_target_commit(cupel_target *t, cupel_err *err)
{
    int number = close(t->fd) == 0 ? 0 : errno;
    t->fd = -1;
    if (number) unlink(t->temp);
    return number ? cupel_fail_errno(err, number, "writing", t->path) : cupel_temp_commit(t->temp, t->path, err);
}

void cupel_target_abandon(cupel_target *t)
{
    if (t->fd >= 0) {
        close(t->fd);
        unlink(t->temp);
    }
    cupel_free(t->temp);
    *t = (cupel_target){.fd = -1};
}
