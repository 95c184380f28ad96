/* A folder for the artifacts of one test program. */
#ifndef CUPEL_TESTS_ARTIFACTS_H
#define CUPEL_TESTS_ARTIFACTS_H

#include "tests/check.h"

#include <dirent.h>
#include <unistd.h>

static char folder[64];

static inline const char *at(const char *name)
{
    static char path[4][256];
    static int i;
    char *p = path[i++ % 4];
    snprintf(p, sizeof path[0], "%s/%s", folder, name);
    return p;
}

static inline size_t files_in_folder(void)
{
    size_t n = 0;
    DIR *d = opendir(folder);
    for (struct dirent *e; (e = readdir(d));) n += e->d_name[0] != '.' || strlen(e->d_name) > 2;
    closedir(d);
    return n;
}

static inline int make_folder(void **state)
{
    (void)state;
    /* In memory where there is such a place: fsync of a slow disk would be most of the time. */
    snprintf(folder, sizeof folder, "%s/cupel-artifact-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(folder) ? 0 : -1;
}

static inline int remove_folder(void **state)
{
    (void)state;
    remove(at("a.h5"));
    return rmdir(folder);
}

#endif
