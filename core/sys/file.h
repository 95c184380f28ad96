/* Files: an output that appears whole or not at all, and inputs mapped into memory. */
#ifndef CUPEL_SYS_FILE_H
#define CUPEL_SYS_FILE_H

#include "core/cupel.h"

#include <stdbool.h>

/* An output file. It is written beside its place under a temporary name and renamed by commit, after fsync; until then, and
 * after a crash, what stood under the final name is untouched. "-" writes to stdout (no rename). A device such as /dev/null or a pipe
 * is written in place. */
typedef struct cupel_out cupel_out;

cupel_status cupel_out_open(const char *path, cupel_out **out, cupel_err *err);
cupel_status cupel_out_write(cupel_out *out, const void *data, size_t n, cupel_err *err);
/* Flushes, syncs, closes, renames and frees *out, whatever it returns; *out becomes NULL. */
cupel_status cupel_out_commit(cupel_out **out, cupel_err *err);
/* Closes, removes the temporary file, frees. NULL-safe; *out becomes NULL. */
void cupel_out_abandon(cupel_out **out);
/* A file of these n bytes and no others, by the four above. */
cupel_status cupel_out_bytes(const char *path, const void *data, size_t n, cupel_err *err);

/* For a writer that makes its own file (HDF5): the temporary name beside `path` (freed by the caller), and the last step:
 * fsync temp, rename it to path, fsync the folder. On failure temp is removed. */
cupel_status cupel_temp_name(const char *path, char **temp, cupel_err *err);
cupel_status cupel_temp_commit(const char *temp, const char *path, cupel_err *err);
/* For a signal handler that ends the process: removes the files of the last 16 temporary names that are still there. */
void cupel_temp_remove_all(void);

/* A whole file mapped read-only. Refuses what is not a regular file. */
typedef struct cupel_map {
    const unsigned char *p;
    size_t n;
} cupel_map;
cupel_status cupel_map_open(const char *path, cupel_map *map, cupel_err *err);
void cupel_map_close(cupel_map *map);

/* All n bytes into an open file. The errno of what went wrong, 0: nothing. */
int cupel_write_all(int fd, const unsigned char *p, size_t n);
/* Status for an errno of a write: CUPEL_NO_RESOURCE for ENOSPC, EDQUOT, EFBIG and ENOMEM, else CUPEL_FAILED. */
cupel_status cupel_fail_errno(cupel_err *err, int number, const char *what, const char *path);

bool cupel_file_exists(const char *path);
/* Before long work: can a file be made under this name? "-" can. CUPEL_FAILED when the folder is not there or not writable. */
cupel_status cupel_out_check(const char *path, cupel_err *err);
/* Both are there and are one file, under whatever names. */
bool cupel_same_file(const char *a, const char *b);
/* Makes a folder and those above it; an existing folder is fine. */
cupel_status cupel_make_folder(const char *path, cupel_err *err);
/* The folder of `file` joined with `name`, or a copy of `name` when that is absolute or "-"; caller frees; NULL = no memory. */
char *cupel_path_beside(const char *file, const char *name);
char *cupel_path_join(const char *folder, const char *name);

/* Bytes of memory this process may still take: the smallest of MemAvailable, the control group's rest and RLIMIT_AS's rest. */
uint64_t cupel_memory_available(void);
/* Bytes of address space that this process has; 0 when the system does not say. */
uint64_t cupel_memory_mapped(void);
/* CUPEL_NO_RESOURCE with the figures when `bytes` are not there, checked and then reserved for a moment. */
cupel_status cupel_memory_check(uint64_t bytes, const char *what, cupel_err *err);

#endif
