#include "core/sys/lock.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/sys/file.h"
#include "core/sys/job.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct cupel_file_lock {
    int fd;
    char *name;
};

static const long PAUSE_NS = 20000000; /* between two tries */

/* The file that was locked is still the one under that name: its holder before may have removed it. */
static bool same(int fd, const char *name)
{
    struct stat mine, there;
    return fstat(fd, &mine) == 0 && stat(name, &there) == 0 && mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
}

/* *fd stays -1 while another holds it. */
static cupel_status try_once(const char *name, int *fd, cupel_err *err)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    const int f = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (f < 0) return cupel_fail_errno(err, errno, "making the lock", name);
    if (fcntl(f, F_SETLK, &whole) == 0 && same(f, name)) {
        *fd = f;
        return CUPEL_OK;
    }
    const int number = errno;
    close(f);
    return number == ENOLCK || number == ENOTSUP ? cupel_fail_errno(err, number, "locking", name) : CUPEL_OK;
}

cupel_status cupel_file_lock_take(const char *path, double seconds, cupel_file_lock **lock, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str name = {0};
    int fd = -1;
    const double begin = cupel_now();
    cupel_file_lock *l = cupel_alloc(1, sizeof *l);
    cupel_str_addf(&name, "%s.lock", path);
    if (!l || name.failed) CUPEL_TRY(cupel_no_memory(err, "a lock", 0));
    for (;;) {
        errno = 0;
        CUPEL_TRY(try_once(name.p, &fd, err));
        if (fd >= 0) break;
        if (cupel_now() - begin > seconds)
            CUPEL_TRY(cupel_fail(err, CUPEL_FAILED, "'%s' is being written by another process for more than %g s (it holds '%s'); try again", path,
                                 seconds, name.p));
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    }
    l->fd = fd;
    l->name = name.p;
    name.p = NULL;
    *lock = l;
    l = NULL;
done:
    cupel_free(name.p);
    cupel_free(l);
    return st;
}

void cupel_file_lock_give(cupel_file_lock *l)
{
    if (!l) return;
    unlink(l->name); /* while it is held: who waits sees that it is gone, and makes a new one */
    close(l->fd);
    cupel_free(l->name);
    cupel_free(l);
}
