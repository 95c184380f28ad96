/* The plug-in cupel-mpi.so (core/sys/comm.h). Built where MPI is installed; the only file that knows it. */
#include "core/sys/comm_driver.h"

#include <mpi.h>

enum { PIECE = 1 << 28, TAG = 1 }; /* a message is counted in an int */

static int begin(int *rank, int *size)
{
    int given, is_there = 0;
    if (MPI_Initialized(&is_there) != MPI_SUCCESS) return 1;
    if (!is_there && MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &given) != MPI_SUCCESS) return 1;
    return MPI_Comm_rank(MPI_COMM_WORLD, rank) != MPI_SUCCESS || MPI_Comm_size(MPI_COMM_WORLD, size) != MPI_SUCCESS;
}

static int largest(int mine, int *all) { return MPI_Allreduce(&mine, all, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD) != MPI_SUCCESS; }

static int piece_of(size_t left) { return left < PIECE ? (int)left : PIECE; }

static int share(void *bytes, size_t n)
{
    for (char *p = bytes; n;) {
        int k = piece_of(n);
        if (MPI_Bcast(p, k, MPI_BYTE, 0, MPI_COMM_WORLD) != MPI_SUCCESS) return 1;
        p += k;
        n -= (size_t)k;
    }
    return 0;
}

static int send_bytes(const void *bytes, size_t n)
{
    for (const char *p = bytes; n;) {
        int k = piece_of(n);
        if (MPI_Send(p, k, MPI_BYTE, 0, TAG, MPI_COMM_WORLD) != MPI_SUCCESS) return 1;
        p += k;
        n -= (size_t)k;
    }
    return 0;
}

static int receive(int rank, void *bytes, size_t n)
{
    for (char *p = bytes; n;) {
        int k = piece_of(n);
        if (MPI_Recv(p, k, MPI_BYTE, rank, TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE) != MPI_SUCCESS) return 1;
        p += k;
        n -= (size_t)k;
    }
    return 0;
}

static void end(void) { MPI_Finalize(); }

static void stop_all(int code) { MPI_Abort(MPI_COMM_WORLD, code); }

extern __attribute__((visibility("default"))) const cupel_comm_driver cupel_comm_driver_mpi;
const cupel_comm_driver cupel_comm_driver_mpi = {CUPEL_COMM_DRIVER_VERSION, begin, largest, share, send_bytes, receive, end, stop_all};
