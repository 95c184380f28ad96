#define _GNU_SOURCE
#include "core/sys/cpu.h"

#include "core/base/err.h"
#include "core/base/str.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[CUPEL_ISA_COUNT] = {"plain", "avx2", "avx512"};

cupel_isa cupel_isa_best(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl"))
        return CUPEL_ISA_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return CUPEL_ISA_AVX2;
#endif
    return CUPEL_ISA_PLAIN;
}

const char *cupel_isa_name(cupel_isa isa) { return (unsigned)isa < CUPEL_ISA_COUNT ? names[isa] : "?"; }

cupel_status cupel_isa_parse(const char *word, cupel_isa *isa, cupel_err *err)
{
    if (strcmp(word, "auto") == 0) {
        *isa = cupel_isa_best();
        return CUPEL_OK;
    }
    for (int i = 0; i < CUPEL_ISA_COUNT; i++) {
        if (strcmp(word, names[i]) != 0) continue;
        if ((cupel_isa)i > cupel_isa_best())
            return cupel_fail(err, CUPEL_USAGE, "instruction set '%s': this processor has only '%s'; use --isa %s or auto", word,
                              names[cupel_isa_best()], names[cupel_isa_best()]);
        *isa = (cupel_isa)i;
        return CUPEL_OK;
    }
    return cupel_fail(err, CUPEL_USAGE, "instruction set '%s': expected auto, plain, avx2 or avx512", word);
}

static void smaller(size_t *n, const char **reason, const char *variable)
{
    const char *v = getenv(variable);
    uint64_t k;
    if (!v) return;
    cupel_text t = cupel_text_of(v);
    for (size_t i = 0; i < t.n; i++)
        if (t.p[i] == ',') t.n = i; /* OMP_NUM_THREADS may list one number per nesting level */
    if (cupel_parse_u64(t, &k) && k >= 1 && k < *n) {
        *n = (size_t)k;
        *reason = variable;
    }
}

size_t cupel_threads_default(const char **reason)
{
    cpu_set_t set;
    size_t n = 1;
    const char *why = "one processor";
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        int k = CPU_COUNT(&set);
        n = k > 0 ? (size_t)k : 1;
        why = "cpuset";
    }
    smaller(&n, &why, "SLURM_CPUS_PER_TASK");
    smaller(&n, &why, "OMP_NUM_THREADS");
    if (reason) *reason = why;
    return n;
}
