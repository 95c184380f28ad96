#include "core/cli/verbs.h"
#include "core/math/la.h"

#include <string.h>

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

static void row(cupel_str *s, const char *name, const char *value) { cupel_str_addf(s, "%-14s %s\n", name, value); }

/* "hdf5-serial 1.10.8,openblas 0.3.21,..." one under the other. */
static void put_libraries(cupel_str *s)
{
    const char *label = "built against";
    for (const char *p = BUILD_LIBRARIES; *p;) {
        size_t n = strcspn(p, ",");
        cupel_str_addf(s, "%-14s %.*s\n", label, (int)n, p);
        label = "";
        p += n + (p[n] == ',');
        p += strspn(p, " ");
    }
}

static void put_build(cupel_str *s, const cupel_job *job)
{
    const char *why = "";
    size_t threads = cupel_threads_default(&why);
    row(s, "compiler", COMPILER);
    row(s, "flags", BUILD_FLAGS);
    row(s, "kernels", cupel_isa_name(job->isa));
    cupel_str_addf(s, "%-14s %zu (%s)\n", "threads", threads, why);
    const char *wanted = cupel_la_wanted_core();
    cupel_str_addf(s, "%-14s %s%s%s\n", "OpenBLAS loops", cupel_la_core(), wanted ? "; verbs that train or predict start again with " : "",
                   wanted ? wanted : "");
    put_libraries(s);
}

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_str s = {0};
    cupel_str_addf(&s, "cupel %s\n", cupel_version());
    if (cupel_flag(args, "build")) put_build(&s, job);
    cupel_status st = cupel_print_str(&s, err);
    cupel_str_free(&s);
    return st;
}

const cupel_verb cupel_verb_version = {
    .name = "version",
    .usage = "[--build]",
    .help = "the version; with --build the compiler, flags, libraries and instruction set",
    .options = (const cupel_opt[]){{"build", NULL, CUPEL_OPT_FLAG, NULL, NULL, false,
                                    "say how this program was built and what it chose on this machine"},
                                   {0}},
    .run = run,
};
