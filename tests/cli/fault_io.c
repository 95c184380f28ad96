/* Preloaded by fulldisk.sh: the FAULT_AT-th operation that changes a file (0: none) fails with FAULT_ERRNO, and with FAULT_STICKY=1 all that
 * follow. At the end the number of them goes to the file FAULT_COUNT. Descriptors 0 to 2 are left alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_long count;

static long setting(const char *name)
{
    const char *text = getenv(name);
    return text ? strtol(text, NULL, 10) : 0;
}

static int fails(void)
{
    long i = atomic_fetch_add(&count, 1) + 1, at = setting("FAULT_AT");
    if (!at || i < at || (i > at && !setting("FAULT_STICKY"))) return 0;
    errno = (int)setting("FAULT_ERRNO");
    return 1;
}

__attribute__((destructor)) static void tell(void)
{
    const char *name = getenv("FAULT_COUNT");
    FILE *f = name ? fopen(name, "w") : NULL;
    if (!f) return;
    fprintf(f, "%ld\n", atomic_load(&count));
    fclose(f);
}

#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, name))

typedef ssize_t (*write_fn)(int, const void *, size_t);
typedef ssize_t (*pwrite_fn)(int, const void *, size_t, off_t);
typedef int (*fd_fn)(int);
typedef int (*rename_fn)(const char *, const char *);
typedef int (*truncate_fn)(int, off_t);

ssize_t write(int fd, const void *p, size_t n)
{
    if (fd > 2 && fails()) return -1;
    return NEXT(write_fn, "write")(fd, p, n);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    if (fails()) return -1;
    return NEXT(pwrite_fn, "pwrite")(fd, p, n, at);
}

int fsync(int fd)
{
    if (fails()) return -1;
    return NEXT(fd_fn, "fsync")(fd);
}

int ftruncate(int fd, off_t n)
{
    if (fails()) return -1;
    return NEXT(truncate_fn, "ftruncate")(fd, n);
}

int rename(const char *from, const char *to)
{
    if (fails()) return -1;
    return NEXT(rename_fn, "rename")(from, to);
}

int open(const char *path, int flags, ...)
{
    va_list ap;
    va_start(ap, flags);
    int mode = flags & O_CREAT ? va_arg(ap, int) : 0;
    va_end(ap);
    if (flags & O_CREAT && fails()) return -1;
    return NEXT(int (*)(const char *, int, ...), "open")(path, flags, mode);
}
