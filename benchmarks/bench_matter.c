/* Formulas and constraints, one thread, CPU time, median of seven, on the tables of datasets/examples.
 *   fast   cupel_batch_add_formula, formula text to batch
 *   full   cupel_formula_read, the reader that knows the whole grammar
 *   check  cupel_constraint_check, one constraint on one composition
 * Run from the project's root: build/benchmarks/bench_matter */
#include "benchmarks/median.h"
#include "core/base/mem.h"
#include "core/matter/constraint.h"
#include "core/matter/formula.h"
#include "core/sys/file.h"
#include "core/sys/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPEATS = 7, TIMES = 200 };

typedef struct table {
    cupel_map map;
    cupel_text *text;
    size_t n;
} table;

/* The first column of a CSV table without its header. */
static table open_table(const char *path)
{
    table t = {.n = 0};
    size_t cap = 0;
    cupel_err err;
    if (cupel_map_open(path, &t.map, &err)) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    const char *p = (const char *)t.map.p, *end = p + t.map.n;
    for (bool header = true; p < end; header = false) {
        const char *line = memchr(p, '\n', (size_t)(end - p)), *comma = memchr(p, ',', (size_t)(end - p));
        if (!line) line = end;
        if (!header && comma && comma < line) {
            if (!cupel_grow(&t.text, &cap, t.n + 1, sizeof *t.text)) exit(1);
            t.text[t.n++] = (cupel_text){p, (size_t)(comma - p)};
        }
        p = line + 1;
    }
    return t;
}

static void formulas(const char *name, const table *t, cupel_batch *b)
{
    double fast[REPEATS], full[REPEATS], bytes = 0, per = 1e9 / ((double)t->n * TIMES);
    for (int r = -1; r < REPEATS; r++) { /* the first run warms up */
        double start = cupel_cpu_seconds();
        for (int k = 0; k < TIMES; k++) {
            cupel_batch_clear(b);
            for (size_t i = 0; i < t->n; i++)
                if (cupel_batch_add_formula(b, t->text[i], CUPEL_DOT_REFUSE, NULL)) exit(1);
        }
        double middle = cupel_cpu_seconds();
        for (int k = 0; k < TIMES; k++)
            for (size_t i = 0; i < t->n; i++) {
                cupel_formula f;
                cupel_formula_error e;
                if (!cupel_formula_read(t->text[i], CUPEL_DOT_REFUSE, &f, &e)) exit(1);
            }
        if (r < 0) continue;
        fast[r] = middle - start;
        full[r] = cupel_cpu_seconds() - middle;
    }
    for (size_t i = 0; i < t->n; i++) bytes += (double)t->text[i].n;
    printf("%-16s %5zu formulas of %5.1f bytes: fast %6.1f ns, full %7.1f ns\n", name, t->n, bytes / (double)t->n, median(fast, REPEATS) * per,
           median(full, REPEATS) * per);
}

static void constraint(const char *a, const char *av, const char *b, const char *bv, const cupel_composition *comp, size_t n)
{
    const cupel_key_value keys[] = {{cupel_text_of(a), cupel_text_of(av), 1}, {cupel_text_of(b), cupel_text_of(bv), 1}};
    cupel_constraint *c = NULL;
    cupel_err err;
    double seconds[REPEATS];
    size_t verdicts[3] = {0};
    if (cupel_constraint_new(keys, b ? 2 : 1, "benchmark", &c, &err)) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    for (int r = -1; r < REPEATS; r++) {
        double start = cupel_cpu_seconds();
        for (int k = 0; k < TIMES; k++)
            for (size_t i = 0; i < n; i++) {
                cupel_constraint_result result;
                cupel_constraint_check(c, &comp[i], &result);
                verdicts[result.verdict]++;
            }
        if (r >= 0) seconds[r] = cupel_cpu_seconds() - start;
    }
    double all = (double)(verdicts[0] + verdicts[1] + verdicts[2]) / 100;
    printf("%-22s check %6.1f ns (%3.0f %% pass, %3.0f %% unknown)\n", cupel_constraint_name(c), median(seconds, REPEATS) * 1e9 / ((double)n * TIMES),
           (double)verdicts[0] / all, (double)verdicts[2] / all);
    cupel_constraint_free(c);
}

int main(void)
{
    table gaps = open_table("datasets/examples/gaps-solar.csv"), steels = open_table("datasets/examples/steels.csv");
    cupel_batch b = {0};
    formulas("steels.csv", &steels, &b);
    formulas("gaps-solar.csv", &gaps, &b);
    cupel_composition *comp = cupel_alloc(gaps.n, sizeof *comp);
    if (!comp) return 1;
    for (size_t i = 0; i < gaps.n; i++) cupel_batch_get(&b, i, &comp[i]);
    constraint("elements", "forbidden", "list", "Pb,Cd", comp, gaps.n);
    constraint("price", "", "max", "20 USD/kg", comp, gaps.n);
    constraint("abundance", "", "min", "1 mg/kg", comp, gaps.n);
    constraint("rohs", "yes", NULL, "", comp, gaps.n);
    constraint("eu_critical", "no", NULL, "", comp, gaps.n);
    constraint("charge_neutral", "yes", NULL, "", comp, gaps.n);
    cupel_free(comp);
    cupel_free(gaps.text);
    cupel_free(steels.text);
    cupel_map_close(&gaps.map);
    cupel_map_close(&steels.map);
    cupel_batch_release(&b);
    return 0;
}
