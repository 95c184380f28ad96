/* Work on bytes that are not trusted, in a process of its own: what a library makes of a damaged or hostile file - a crash, an endless loop, a
 * hunger for memory - ends that process, and the caller gets a status.
 *
 * cupel_child_start forks; the work runs in the child and hands bytes over a pipe, which the parent reads in order. The child has no standard
 * streams, no core dump, default signals (those that ask a program to end are left to the parent), may write no file, and is killed when the
 * parent ends. Its memory and processor time are limited; not the memory under a sanitizer, which maps terabytes. It is no sandbox against code
 * that takes the process over: what it may read is not limited, so the parent checks what it is told.
 *
 * For a host program: during the call it has one child more. Where it waits for any child or ignores SIGCHLD the call still works, but a crash is
 * then told without its reason. The host may have other threads: fork of glibc leaves malloc usable in the child, and the work may
 * need no other lock that another thread could hold: it starts no threads, uses no stdio stream, and takes only libraries that no other thread
 * is in (HDF5 as Debian builds it asks for that anyway). Handlers of pthread_atfork run. */
#ifndef CUPEL_SYS_CHILD_H
#define CUPEL_SYS_CHILD_H

#include "core/cupel.h"

typedef struct cupel_child cupel_child;

/* In the child. What it returns, and its message, is what the parent is told. */
typedef cupel_status (*cupel_child_fn)(void *user, cupel_child *out, cupel_err *err);

typedef struct cupel_child_work {
    cupel_child_fn fn;
    void *user;
    const char *file, *library; /* for messages: "'file' crashes the library" */
    uint64_t memory;            /* bytes that it may take beside what this process has */
    uint64_t seconds;           /* of processor time */
} cupel_child_work;

/* CUPEL_NO_RESOURCE when no process can be made. w->file and w->library stay the caller's until the end. */
cupel_status cupel_child_start(const cupel_child_work *w, cupel_child **c, cupel_err *err);
/* In the child: all n bytes. */
cupel_status cupel_child_write(cupel_child *c, const void *p, size_t n, cupel_err *err);
/* In the parent: all n bytes. When the child ended before: its failure; CUPEL_BAD_INPUT when it crashed or went over a limit, CUPEL_NO_RESOURCE
 * when it was killed from outside. */
cupel_status cupel_child_read(cupel_child *c, void *p, size_t n, cupel_err *err);
/* Waits for the child, and gives its status as cupel_child_read does. Frees *c, whatever it returns. */
cupel_status cupel_child_end(cupel_child **c, cupel_err *err);
/* Ends the child at once. NULL-safe; *c becomes NULL. */
void cupel_child_abandon(cupel_child **c);

#endif
