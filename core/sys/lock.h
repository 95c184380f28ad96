/* One writer at a time, between processes and machines: for a file that is read, changed and written again. */
#ifndef CUPEL_SYS_LOCK_H
#define CUPEL_SYS_LOCK_H

#include "core/cupel.h"

typedef struct cupel_file_lock cupel_file_lock;

/* Waits until nobody else holds `path`, at most `seconds`; the lock is a file `path`.lock, which goes with it. A holder that is killed gives it back.
 * CUPEL_FAILED: it was held all the time, or the folder cannot be written. */
cupel_status cupel_file_lock_take(const char *path, double seconds, cupel_file_lock **lock, cupel_err *err);
void cupel_file_lock_give(cupel_file_lock *lock); /* NULL-safe */

#endif
