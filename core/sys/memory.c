#define _GNU_SOURCE
#include "core/base/err.h"
#include "core/base/str.h"
#include "core/sys/file.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* The number behind `key` in a file of "key: number kB" lines, in bytes; or the whole file as one number when key is "". */
static uint64_t number_in(const char *path, const char *key)
{
    char line[256];
    uint64_t found = UINT64_MAX;
    FILE *f = fopen(path, "r");
    if (!f) return found;
    while (found == UINT64_MAX && fgets(line, sizeof line, f)) {
        if (strncmp(line, key, strlen(key)) != 0) continue;
        const char *p = line + strlen(key);
        p += strspn(p, " \t");
        uint64_t v;
        if (cupel_parse_u64((cupel_text){p, strspn(p, "0123456789")}, &v)) found = *key ? v * 1024 : v;
    }
    fclose(f);
    return found;
}

uint64_t cupel_memory_mapped(void)
{
    const uint64_t mine = number_in("/proc/self/status", "VmSize:");
    return mine == UINT64_MAX ? 0 : mine;
}

uint64_t cupel_memory_available(void)
{
    uint64_t free_now = number_in("/proc/meminfo", "MemAvailable:");
    uint64_t group = number_in("/sys/fs/cgroup/memory.max", ""), used = number_in("/sys/fs/cgroup/memory.current", "");
    if (group != UINT64_MAX && used != UINT64_MAX) {
        uint64_t rest = group > used ? group - used : 0;
        if (rest < free_now) free_now = rest;
    }
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        uint64_t mine = cupel_memory_mapped();
        uint64_t rest = mine && limit.rlim_cur > mine ? limit.rlim_cur - mine : 0;
        if (rest < free_now) free_now = rest;
    }
    return free_now;
}

cupel_status cupel_memory_check(uint64_t bytes, const char *what, cupel_err *err)
{
    uint64_t there = cupel_memory_available();
    if (bytes <= there) {
        void *p = mmap(NULL, bytes ? (size_t)bytes : 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p != MAP_FAILED) {
            munmap(p, bytes ? (size_t)bytes : 1);
            return CUPEL_OK;
        }
    }
    return cupel_fail(err, CUPEL_NO_RESOURCE, "memory for %s: needs %.0f MB, %.0f MB are there; take less at once, or a machine with more", what,
                      (double)bytes / 1e6, (double)there / 1e6);
}
