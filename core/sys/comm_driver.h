/* What the plug-in offers: one struct of functions, so that the program needs no MPI to be built or to start. Each function returns 0, or
 * another number when MPI failed. */
#ifndef CUPEL_SYS_COMM_DRIVER_H
#define CUPEL_SYS_COMM_DRIVER_H

#include <stddef.h>

enum { CUPEL_COMM_DRIVER_VERSION = 1 };

typedef struct cupel_comm_driver {
    int version;
    int (*begin)(int *rank, int *size);
    int (*largest)(int mine, int *largest);               /* over all ranks */
    int (*share)(void *bytes, size_t n);                  /* of rank 0 to all */
    int (*send)(const void *bytes, size_t n);             /* to rank 0 */
    int (*receive)(int rank, void *bytes, size_t n);      /* on rank 0 */
    void (*end)(void);
    void (*abort)(int code);
} cupel_comm_driver;

#define CUPEL_COMM_DRIVER_SYMBOL "cupel_comm_driver_mpi"

#endif
