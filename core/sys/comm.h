/* The ranks of one run on many machines. MPI is asked for by the environment of its launcher and comes as a plug-in beside the program
 * (cupel-mpi.so, core/sys/comm_mpi.c): a run by itself never loads it. Calls come from the main thread only. */
#ifndef CUPEL_SYS_COMM_H
#define CUPEL_SYS_COMM_H

#include "core/cupel.h"

#include <stdbool.h>

typedef struct cupel_comm cupel_comm;

/* One rank unless a launcher (mpirun, srun) says that there are more; *c is then to be ended. CUPEL_FAILED when there are more and no MPI
 * that joins them: every one would do the whole work and write the same file. */
cupel_status cupel_comm_begin(cupel_comm **c, cupel_err *err);
/* For work that ranks cannot share: CUPEL_FAILED when a launcher started more than one. */
cupel_status cupel_comm_alone(cupel_err *err);
/* False for a rank beyond the first, by the word of the launcher; needs no MPI. */
bool cupel_comm_leads(void);
/* All ranks together. NULL-safe. */
void cupel_comm_end(cupel_comm *c);
/* Ends every rank, with this exit code; for a failure of which the others know nothing. Returns where there is one rank only. */
void cupel_comm_abort(cupel_comm *c, cupel_status st);

size_t cupel_comm_rank(const cupel_comm *c); /* 0 .. size - 1 */
size_t cupel_comm_size(const cupel_comm *c); /* 1 for NULL */

/* Each of these is called by all ranks. The largest of all statuses. */
cupel_status cupel_comm_worst(cupel_comm *c, cupel_status mine);
/* Bytes of rank 0 to all: *bytes [*n] is read there and made (freed with cupel_free) on the others. */
cupel_status cupel_comm_share(cupel_comm *c, void **bytes, size_t *n, cupel_err *err);
/* Bytes of every rank to rank 0, where take is called with those of rank 0, 1, ... one after the other. */
typedef cupel_status (*cupel_comm_take)(void *user, size_t rank, const void *bytes, size_t n, cupel_err *err);
cupel_status cupel_comm_gather(cupel_comm *c, const void *bytes, size_t n, cupel_comm_take take, void *user, cupel_err *err);

#endif
