#define _GNU_SOURCE
#include "core/cli/blas.h"

#include "core/math/la.h"

#include <stdlib.h>
#include <unistd.h>

static void restart(char **argv)
{
    /* The second time the variable is there, so this happens once. */
    if (getenv("OPENBLAS_CORETYPE")) return;
    const char *core = cupel_la_wanted_core();
    if (!core || setenv("OPENBLAS_CORETYPE", core, 1) != 0) return;
    /* Our own threads divide the work: OpenBLAS need not start a crew of its own. */
    (void)setenv("OPENBLAS_NUM_THREADS", "1", 0);
    execv("/proc/self/exe", argv);
}

void cupel_blas_begin(char **argv)
{
    restart(argv);
    cupel_la_single_thread();
}
