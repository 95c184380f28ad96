/* Every set of descriptors of a composition, as `cupel methods` lists them:
 *   1. against matminer's values (reference/matminer in the folder of test data): the worst relative difference, the rows in which matminer gives no
 *      number, and how many of these have a reason of ours;
 *      when $PYTHON is a python that has matminer, the same for sets that have no such table, on the formulas of the one of magpie, in the form of
 *      --compatible matminer;
 *   2. nanoseconds per formula, from parsed compositions to an array of doubles in memory, one thread, plain and smooth; beside it matminer's time on
 *      formulas of the same list, when $PYTHON is a python that has it, and all sets that matminer has in one pass.
 * Run from the project's root: PYTHON=/path/to/python build/benchmarks/bench_descriptors. CUPEL_SHARED is the folder of test data. */
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/sets.h"
#include "core/math/order.h"
#include "core/sys/job.h"
#include "tests/reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REPEATS = 7, N_FORMULAS = 4096, BLOCK = 64, N_PEER = 100 };

/* ---- values ---- */

static bool table_of(const char *set, size_t k, char path[4096])
{
    const char *base = getenv("CUPEL_SHARED");
    char rest[256];
    if (!reference_name(set, k, rest, sizeof rest)) return false;
    snprintf(path, 4096, "%s/%s", base ? base : "../shared", rest);
    return true;
}

static void compare_with_tables(void)
{
    char path[4096];
    size_t found = 0;
    printf("values against matminer's tables, %s kernels\n", cupel_isa_name(cupel_isa_best()));
    printf("%-18s %5s %7s %9s %10s %9s %9s %9s\n", "set", "rows", "columns", "strange", "worst", "no number", "reason", "held back");
    for (size_t i = 0; cupel_descriptors[i]; i++)
        for (size_t k = 0; table_of(cupel_descriptors[i]->method.name, k, path); k++) {
            reference_result r;
            if (access(path, R_OK) != 0 || !reference_compare(cupel_descriptors[i], cupel_isa_best(), path, &r)) continue;
            found++;
            printf("%-18s %5zu %7zu %9zu %10.1e %8.1f%% %8.1f%% %9zu\n", cupel_descriptors[i]->method.name, r.rows, r.columns, r.strange, r.worst,
                   100.0 * (double)r.without / (double)r.rows, r.without ? 100.0 * (double)r.explained / (double)r.without : 100.0, r.held_back);
        }
    if (!found) printf("skipped: no tables (CUPEL_SHARED)\n");
    printf("worst: difference relative to the larger of the value and 1/1000 of the largest in its column; strange: columns that are not ours;\n"
           "no number: rows in which matminer gives none somewhere, and of these the share with a reason of ours; held back: cells with\n"
           "matminer's number and none, but a reason, of ours.\n\n");
}

/* Sets without a table: matminer is asked now. */
static void compare_with_peer(void)
{
    const char *python = getenv("PYTHON"), *base = getenv("CUPEL_SHARED");
    char folder[] = "/tmp/bench-descriptors-XXXXXX", command[8192], path[256];
    static const char *const sets[] = {"oxidation_states", "cation_property", "electronegativity_diff", "electron_affinity", "cohesive_energy"};
    if (!python || !*python || !mkdtemp(folder)) return;
    snprintf(command, sizeof command, "OMP_NUM_THREADS=1 '%s' benchmarks/peers/matminer_values.py '%s/reference/matminer/comp_magpie132.csv' %s",
             python, base ? base : "../shared", folder);
    bool asked = system(command) == 0;
    if (!asked) printf("skipped: '%s' gave no values of matminer\n", python);
    else printf("values against matminer's, with --compatible matminer\n%-22s %5s %7s %10s %9s %9s\n", "set", "rows", "columns", "worst", "no number",
                "reason");
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        reference_result r;
        const cupel_descriptor *d = cupel_descriptor_find(cupel_text_of(sets[i]));
        snprintf(path, sizeof path, "%s/comp_%s.csv", folder, sets[i]);
        if (asked && reference_compare(d->matminer, cupel_isa_best(), path, &r))
            printf("%-22s %5zu %7zu %10.1e %8.1f%% %8.1f%%\n", sets[i], r.rows, r.columns, r.worst, 100.0 * (double)r.without / (double)r.rows,
                   r.without ? 100.0 * (double)r.explained / (double)r.without : 100.0);
        remove(path);
    }
    rmdir(folder);
    printf("\n");
}

/* ---- time ---- */

/* Random compounds of 2 to 5 of 80 elements with amounts 1 to 8; Tl, Pb and Bi stand in for the noble gases. As text, one a line. */
static void write_formulas(cupel_str *all)
{
    for (size_t k = 0; k < N_FORMULAS; k++) {
        size_t elements = 2 + cupel_rng_below(1, k, 0, 4);
        for (size_t i = 0; i < elements; i++) {
            unsigned z = 1 + (unsigned)(cupel_rng_below(1, k, 1 + 2 * i, 16) + 16 * i);
            z = z == 2 ? 81 : z == 10 ? 82 : z == 18 ? 83 : z;
            cupel_str_addf(all, "%s%d", cupel_element_symbol(z), 1 + (int)cupel_rng_below(1, k, 2 + 2 * i, 8));
        }
        cupel_str_putc(all, '\n');
    }
}

static void parse(const char *text, cupel_batch *b)
{
    for (const char *p = text; *p; p += strcspn(p, "\n") + 1)
        if (cupel_batch_add_formula(b, (cupel_text){p, strcspn(p, "\n")}, CUPEL_DOT_REFUSE, NULL) != CUPEL_OK) exit(1);
}

/* Median nanoseconds per formula. Rows go to a block that stays in the cache, as in a screen, enough of them for 20 ms a time. */
static double measure(const cupel_sets *s, const cupel_batch *b, double *x)
{
    double t[REPEATS];
    size_t rounds = 1;
    for (size_t r = 0; r < REPEATS;) {
        double start = cupel_cpu_seconds();
        for (size_t round = 0; round < rounds; round++)
            for (size_t from = 0; from < b->n; from += BLOCK) cupel_sets_compute(s, b, from, BLOCK, cupel_isa_best(), x, s->n_columns, NULL);
        double seconds = cupel_cpu_seconds() - start;
        if (seconds < 0.02) {
            rounds *= 2;
            continue;
        }
        t[r++] = 1e9 * seconds / (double)(rounds * b->n);
    }
    cupel_sort(t, REPEATS);
    return t[REPEATS / 2];
}

/* Seconds per formula of matminer's featurizers, [sets in the order of the list]; 0 where it has none. */
static bool ask_peer(const char *formulas, double *seconds, char version[32])
{
    const char *python = getenv("PYTHON");
    if (!python || !*python) return false;
    char path[] = "/tmp/bench-descriptors-XXXXXX", command[4096], name[64];
    int fd = mkstemp(path);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!f) return false;
    const char *p = formulas;
    for (size_t i = 0; i < N_PEER; i++, p += strcspn(p, "\n") + 1) fprintf(f, "%.*s\n", (int)strcspn(p, "\n"), p);
    fclose(f);
    snprintf(command, sizeof command, "OMP_NUM_THREADS=1 '%s' benchmarks/peers/matminer_sets.py %s", python, path);
    FILE *out = popen(command, "r");
    bool ok = out && fscanf(out, "%31s", version) == 1;
    double value;
    while (ok && fscanf(out, "%63s %lf", name, &value) == 2)
        for (size_t i = 0; cupel_descriptors[i]; i++)
            if (strcmp(cupel_descriptors[i]->method.name, name) == 0) seconds[i] = value;
    if (out) pclose(out);
    remove(path);
    return ok;
}

static cupel_sets one(const cupel_descriptor *d) { return (cupel_sets){.n = 1, .n_columns = d->n_columns, .set = {d}}; }

static void time_all(void)
{
    cupel_str text = {0};
    cupel_batch b = {0};
    cupel_sets all = {0};
    double seconds[CUPEL_SETS_MAX] = {0}, whole = 0.0;
    char version[32] = "";
    write_formulas(&text);
    parse(cupel_str_text(&text), &b);
    bool peer = ask_peer(cupel_str_text(&text), seconds, version);
    size_t columns = 0;
    for (size_t i = 0; cupel_descriptors[i]; i++) columns += cupel_descriptors[i]->n_columns;
    double *x = cupel_alloc_aligned(BLOCK * columns, sizeof *x);
    if (!x) exit(1);
    printf("time per formula, %d random compounds of 2 to 5 elements, one thread, median of %d, %s kernels%s%s\n", N_FORMULAS, REPEATS,
           cupel_isa_name(cupel_isa_best()), peer ? ", matminer " : "; matminer: skipped (PYTHON names no python with it)", version);
    printf("%-22s %7s %12s %12s %12s %9s\n", "set", "columns", "cupel [ns]", "smooth [ns]", "matminer", "ratio");
    for (size_t i = 0; cupel_descriptors[i]; i++) {
        cupel_sets set = one(cupel_descriptors[i]);
        double ns = measure(&set, &b, x);
        set.smooth[0] = true;
        printf("%-22s %7zu %12.1f %12.1f", cupel_descriptors[i]->method.name, set.n_columns, ns, measure(&set, &b, x));
        if (seconds[i] > 0.0) printf(" %9.3f ms %9.0f\n", 1e3 * seconds[i], 1e9 * seconds[i] / ns);
        else printf("\n");
        if (seconds[i] <= 0.0) continue;
        all.set[all.n++] = cupel_descriptors[i];
        all.n_columns += set.n_columns;
        whole += seconds[i];
    }
    if (all.n) {
        double ns = measure(&all, &b, x);
        printf("%-22s %7zu %12.1f %12s %9.3f ms %9.0f\n", "these in one pass", all.n_columns, ns, "", 1e3 * whole, 1e9 * whole / ns);
    }
    cupel_free(x);
    cupel_batch_release(&b);
    cupel_str_free(&text);
}

int main(void)
{
    compare_with_tables();
    compare_with_peer();
    time_all();
    return 0;
}
