/* Threads. Only this file knows them. */
#ifndef CUPEL_SYS_PAR_H
#define CUPEL_SYS_PAR_H

#include "core/cupel.h"

/* The work on one item; worker is 0 .. n_threads-1, for scratch of its own. */
typedef cupel_status (*cupel_par_fn)(void *user, size_t item, size_t worker, cupel_err *err);

/* Does items 0 .. n_items-1 on up to n_threads threads (the caller is one of them); items are taken in order as threads come
 * free. After a failure no new item is started; the status and message are those of the lowest failed item among those that
 * ran. If a thread cannot be made the work goes on with fewer. */
cupel_status cupel_par_for(size_t n_threads, size_t n_items, cupel_par_fn fn, void *user, cupel_err *err);

/* A lock for the few libraries that need one. Heap object; NULL when memory is out. */
typedef struct cupel_lock cupel_lock;
cupel_lock *cupel_lock_new(void);
void cupel_lock_take(cupel_lock *l);
void cupel_lock_give(cupel_lock *l);
void cupel_lock_free(cupel_lock *l);

/* The one lock of the process, for libraries whose state is global (FFTW's planner). Held for moments, never twice by one thread. */
void cupel_process_lock_take(void);
void cupel_process_lock_give(void);

#endif
