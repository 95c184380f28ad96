#define _GNU_SOURCE
#include "core/sys/file.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sys/mman.h>

enum { BUFFER = 1 << 18, TEMPS = 16 };

struct cupel_out {
    int fd;
    char *path, *temp; /* temp is NULL when written in place */
    unsigned char *buffer;
    size_t used;
};

cupel_status cupel_fail_errno(cupel_err *err, int number, const char *what, const char *path)
{
    if (number == ENOSPC || number == EDQUOT || number == EFBIG)
        return cupel_fail(err, CUPEL_NO_RESOURCE, "%s '%s': %s; free some space or write elsewhere (nothing new was left under that name)", what,
                          path, strerror(number));
    if (number == ENOMEM) return cupel_fail(err, CUPEL_NO_RESOURCE, "%s '%s': %s", what, path, strerror(number));
    return cupel_fail(err, CUPEL_FAILED, "%s '%s': %s", what, path, strerror(number));
}

/* The last names, for cupel_temp_remove_all: a place counts when it is whole. They hold our process id, so none is another's file. */
static struct {
    atomic_bool whole;
    char name[1024];
} temps[TEMPS];
static atomic_uint temps_made;

static void note_temp(const char *name)
{
    unsigned i = atomic_fetch_add(&temps_made, 1) % TEMPS;
    atomic_store(&temps[i].whole, false);
    if (strlen(name) >= sizeof temps[i].name) return;
    memcpy(temps[i].name, name, strlen(name) + 1);
    atomic_store(&temps[i].whole, true);
}

void cupel_temp_remove_all(void)
{
    for (size_t i = 0; i < TEMPS; i++)
        if (atomic_load(&temps[i].whole)) (void)unlink(temps[i].name);
}

cupel_status cupel_temp_name(const char *path, char **temp, cupel_err *err)
{
    cupel_str s = {0};
    const char *slash = strrchr(path, '/');
    size_t folder = slash ? (size_t)(slash - path) + 1 : 0;
    if (!path[folder]) return cupel_fail(err, CUPEL_USAGE, "output '%s': expected a file name", path);
    cupel_str_add(&s, path, folder);
    cupel_str_addf(&s, ".%s.%ld.tmp", path + folder, (long)getpid());
    if (s.failed) {
        cupel_str_free(&s);
        return cupel_no_memory(err, "a file name", 0);
    }
    note_temp(s.p);
    *temp = s.p;
    return CUPEL_OK;
}

/* A crash between rename and this leaves either the old or the new file, both whole. */
static void sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? cupel_strndup(path, slash == path ? 1 : (size_t)(slash - path)) : cupel_strdup(".");
    if (!folder) return;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd); /* some file systems refuse this on folders; the rename itself has happened */
        close(fd);
    }
    cupel_free(folder);
}

cupel_status cupel_temp_commit(const char *temp, const char *path, cupel_err *err)
{
    int fd = open(temp, O_RDONLY | O_CLOEXEC), number = 0;
    if (fd < 0) return cupel_fail_errno(err, errno, "writing", path);
    if (fsync(fd) != 0 && errno != EINVAL && errno != EROFS) number = errno;
    if (close(fd) != 0 && !number) number = errno;
    if (!number && rename(temp, path) != 0) number = errno;
    if (number) {
        unlink(temp);
        return cupel_fail_errno(err, number, "writing", path);
    }
    sync_folder_of(path);
    return CUPEL_OK;
}

static bool in_place(const char *path)
{
    struct stat sb;
    return stat(path, &sb) == 0 && !S_ISREG(sb.st_mode) && !S_ISDIR(sb.st_mode);
}

static void out_free(cupel_out *o)
{
    if (!o) return;
    cupel_free(o->path);
    cupel_free(o->temp);
    cupel_free(o->buffer);
    cupel_free(o);
}

cupel_status cupel_out_open(const char *path, cupel_out **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_out *o = cupel_alloc(1, sizeof *o);
    if (!o) return cupel_no_memory(err, "an output file", sizeof *o);
    o->fd = -1;
    o->path = cupel_strdup(path);
    o->buffer = cupel_alloc(BUFFER, 1);
    if (!o->path || !o->buffer) CUPEL_TRY(cupel_no_memory(err, "an output file", BUFFER));
    if (strcmp(path, "-") == 0) {
        o->fd = STDOUT_FILENO;
    } else if (in_place(path)) {
        o->fd = open(path, O_WRONLY | O_CLOEXEC);
    } else {
        CUPEL_TRY(cupel_temp_name(path, &o->temp, err));
        o->fd = open(o->temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    }
    if (o->fd < 0) CUPEL_TRY(cupel_fail_errno(err, errno, "opening output", path));
done:
    if (st != CUPEL_OK) {
        out_free(o);
        o = NULL;
    } else {
        *out = o;
    }
    return st;
}

int cupel_write_all(int fd, const unsigned char *p, size_t n)
{
    while (n) {
        ssize_t k = write(fd, p, n);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return k < 0 ? errno : ENOSPC;
        p += k;
        n -= (size_t)k;
    }
    return 0;
}

static cupel_status flush(cupel_out *o, cupel_err *err)
{
    int number = cupel_write_all(o->fd, o->buffer, o->used);
    o->used = 0;
    return number ? cupel_fail_errno(err, number, "writing", o->path) : CUPEL_OK;
}

cupel_status cupel_out_write(cupel_out *o, const void *data, size_t n, cupel_err *err)
{
    if (n > BUFFER - o->used) {
        cupel_status st = flush(o, err);
        if (st != CUPEL_OK) return st;
    }
    if (n > BUFFER) {
        int number = cupel_write_all(o->fd, data, n);
        return number ? cupel_fail_errno(err, number, "writing", o->path) : CUPEL_OK;
    }
    if (n) memcpy(o->buffer + o->used, data, n);
    o->used += n;
    return CUPEL_OK;
}

cupel_status cupel_out_commit(cupel_out **out, cupel_err *err)
{
    cupel_out *o = *out;
    *out = NULL;
    cupel_status st = flush(o, err);
    if (o->fd != STDOUT_FILENO && close(o->fd) != 0 && st == CUPEL_OK) st = cupel_fail_errno(err, errno, "closing", o->path);
    if (o->temp && st == CUPEL_OK)
        st = cupel_temp_commit(o->temp, o->path, err);
    else if (o->temp)
        unlink(o->temp);
    out_free(o);
    return st;
}

void cupel_out_abandon(cupel_out **out)
{
    if (!out || !*out) return;
    if ((*out)->fd != STDOUT_FILENO) close((*out)->fd);
    if ((*out)->temp) unlink((*out)->temp);
    out_free(*out);
    *out = NULL;
}

cupel_status cupel_out_bytes(const char *path, const void *data, size_t n, cupel_err *err)
{
    cupel_out *out = NULL;
    cupel_status st = cupel_out_open(path, &out, err);
    if (st == CUPEL_OK) st = cupel_out_write(out, data, n, err);
    if (st == CUPEL_OK) st = cupel_out_commit(&out, err);
    cupel_out_abandon(&out);
    return st;
}

cupel_status cupel_map_open(const char *path, cupel_map *map, cupel_err *err)
{
    struct stat sb;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return cupel_fail(err, CUPEL_BAD_INPUT, "opening '%s': %s", path, strerror(errno));
    if (fstat(fd, &sb) != 0 || !S_ISREG(sb.st_mode)) {
        close(fd);
        return cupel_fail(err, CUPEL_BAD_INPUT, "opening '%s': expected a regular file", path);
    }
    *map = (cupel_map){.p = NULL, .n = (size_t)sb.st_size};
    if (map->n) {
        void *p = mmap(NULL, map->n, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED) {
            int number = errno;
            close(fd);
            return cupel_fail_errno(err, number, "mapping", path);
        }
        map->p = p;
    }
    close(fd);
    return CUPEL_OK;
}

void cupel_map_close(cupel_map *map)
{
    if (map->p) munmap((void *)(uintptr_t)map->p, map->n);
    *map = (cupel_map){0};
}

/* Why no file can be made in this folder. */
static cupel_status no_folder(const char *path, const char *folder, cupel_err *err)
{
    struct stat sb;
    if (stat(folder, &sb) != 0)
        return cupel_fail(err, CUPEL_FAILED, "output '%s': folder '%s': %s; make it or write elsewhere", path, folder, strerror(errno));
    if (!S_ISDIR(sb.st_mode)) return cupel_fail(err, CUPEL_FAILED, "output '%s': '%s' is no folder; write elsewhere", path, folder);
    (void)access(folder, W_OK | X_OK);
    return cupel_fail(err, CUPEL_FAILED, "output '%s': nothing can be written into folder '%s': %s; write elsewhere", path, folder, strerror(errno));
}

cupel_status cupel_out_check(const char *path, cupel_err *err)
{
    struct stat sb;
    if (strcmp(path, "-") == 0) return CUPEL_OK;
    if (stat(path, &sb) == 0 && S_ISDIR(sb.st_mode)) return cupel_fail(err, CUPEL_FAILED, "output '%s' is a folder; name a file", path);
    const char *slash = strrchr(path, '/');
    char *folder = slash ? cupel_strndup(path, slash == path ? 1 : (size_t)(slash - path)) : cupel_strdup(".");
    if (!folder) return cupel_no_memory(err, "a folder name", 0);
    cupel_status st = CUPEL_OK;
    if (access(folder, W_OK | X_OK) != 0 && !in_place(path))
        st = no_folder(path, folder, err);
    cupel_free(folder);
    return st;
}

bool cupel_file_exists(const char *path)
{
    struct stat sb;
    return stat(path, &sb) == 0;
}

bool cupel_same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

cupel_status cupel_make_folder(const char *path, cupel_err *err)
{
    char *copy = cupel_strdup(path);
    if (!copy) return cupel_no_memory(err, "a folder name", 0);
    cupel_status st = CUPEL_OK;
    for (char *p = copy + 1; st == CUPEL_OK; p++) {
        if (*p && *p != '/') continue;
        char keep = *p;
        *p = '\0';
        struct stat sb;
        const int why = mkdir(copy, 0777) == 0 ? 0 : errno;
        const bool there = why == EEXIST && stat(copy, &sb) == 0;
        if (there && !S_ISDIR(sb.st_mode))
            st = cupel_fail(err, CUPEL_USAGE, "'%s' is a file, expected a folder or a name that is free", copy);
        else if (why && !there)
            st = cupel_fail_errno(err, why, "making folder", copy);
        *p = keep;
        if (!keep) break;
    }
    cupel_free(copy);
    return st;
}

char *cupel_path_join(const char *folder, const char *name)
{
    cupel_str s = {0};
    size_t n = strlen(folder);
    cupel_str_addf(&s, "%s%s%s", folder, n && folder[n - 1] != '/' ? "/" : "", name);
    if (s.failed) cupel_str_free(&s);
    return s.p;
}

char *cupel_path_beside(const char *file, const char *name)
{
    const char *slash = strrchr(file, '/');
    if (!slash || name[0] == '/' || strcmp(name, "-") == 0) return cupel_strdup(name);
    char *folder = cupel_strndup(file, (size_t)(slash - file) + 1);
    char *joined = folder ? cupel_path_join(folder, name) : NULL;
    cupel_free(folder);
    return joined;
}
