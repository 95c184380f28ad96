#define _GNU_SOURCE
#include "core/cli/blas.h"

#include "core/math/la.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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

/* Before the libraries begin: where addresses are limited (ulimit -v), OpenBLAS would take 128 MB of them for each processor while it loads, and
 * hang without an answer when they are not there. With one thread it takes none until it is called, after cupel_la_reserve. The C library has not
 * seen the environment yet, so it is handed over here. */
static void load_within_limit(int argc, char **argv, char **environment)
{
    static char one[] = "OPENBLAS_NUM_THREADS=1";
    enum { MOST = 4096 };
    static char *with_one[MOST];
    struct rlimit limit;
    size_t n = 0;
    (void)argc;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
    for (; environment[n] && n < MOST - 2; n++) {
        if (strncmp(environment[n], one, sizeof one - 2) == 0) return; /* the second time, or the user's own choice */
        with_one[n] = environment[n];
    }
    with_one[n] = one;
    execve("/proc/self/exe", argv, with_one);
}

__attribute__((used, section(".preinit_array"))) static void (*const before_libraries)(int, char **, char **) = load_within_limit;
