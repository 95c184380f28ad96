/* Ensembles of trees on a table in memory: rows -> trees, rows and trees -> values; the share of the rows with fold 0 is held out.
 * The table: lines of numbers with commas, the target and the fold last. benchmarks/files_trees makes one and runs the peers beside it.
 *   build/benchmarks/bench_trees TABLE THREADS [TREES [REPEATS]] */
#include "benchmarks/table.h"
#include "core/base/mem.h"
#include "core/sys/cpu.h"
#include "core/sys/job.h"
#include "models/learn/trees.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_REPEATS = 99 };

typedef struct sides {
    size_t *row, n;    /* to learn from */
    double *x, *value; /* to predict */
    size_t m, *held;
} sides;

static sides part(const table *t)
{
    sides s = {.row = cupel_alloc(t->n, sizeof *s.row), .x = cupel_alloc(t->n * t->d, sizeof *s.x), .value = cupel_alloc(t->n, sizeof *s.value),
               .held = cupel_alloc(t->n, sizeof *s.held)};
    if (!s.row || !s.x || !s.value || !s.held) exit(1);
    for (size_t i = 0; i < t->n; i++) {
        if (!t->held[i]) {
            s.row[s.n++] = i;
            continue;
        }
        memcpy(s.x + s.m * t->d, t->x + i * t->d, t->d * sizeof *s.x);
        s.held[s.m++] = i;
    }
    return s;
}

/* CPU seconds of predicting the rows that were held out, over and over until they can be timed; on one thread. */
static double predict_seconds(const cupel_trees *trees, const sides *s, size_t d, cupel_isa isa)
{
    void *scratch = cupel_alloc_aligned(cupel_trees_scratch_bytes(trees), 1);
    size_t rounds = 0;
    double begin = cupel_cpu_seconds(), spent = 0;
    if (!scratch) exit(1);
    do {
        cupel_trees_predict(trees, &(cupel_query){s->x, d, s->m, isa, scratch}, s->value, NULL);
        rounds++;
        spent = cupel_cpu_seconds() - begin;
    } while (spent < 0.2);
    cupel_free(scratch);
    return spent / (double)rounds;
}

static void run(const char *name, const cupel_trees_options *o, const table *t, const sides *s, size_t threads, size_t repeats)
{
    cupel_job job = {.threads = threads, .isa = cupel_isa_best()};
    cupel_trees_data data = {.n = s->n, .d = t->d, .ld = t->d, .x = t->x, .y = t->y, .row = s->row};
    double fit[MOST_REPEATS], predict[MOST_REPEATS], error = 0;
    for (size_t r = 0; r < repeats; r++) {
        cupel_trees *trees = NULL;
        cupel_err err = {0};
        double begin = cupel_cpu_seconds();
        if (cupel_trees_fit(&data, o, &job, &trees, &err) != CUPEL_OK) {
            fprintf(stderr, "%s\n", err.message);
            exit(1);
        }
        fit[r] = cupel_cpu_seconds() - begin;
        predict[r] = predict_seconds(trees, s, t->d, job.isa);
        cupel_trees_free(trees);
    }
    for (size_t i = 0; i < s->m; i++) error += fabs(s->value[i] - t->y[s->held[i]]) / (double)s->m;
    printf("cupel %-22s %9.3f %12.2f %10.4f\n", name, median(fit, repeats), median(predict, repeats) / (double)s->m * 1e6, error);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: bench_trees TABLE THREADS [TREES [REPEATS]]; benchmarks/files_trees makes the table\n");
        return argc > 1 ? 2 : 0;
    }
    table t = read_table(argv[1]);
    sides s = part(&t);
    size_t threads = strtoul(argv[2], NULL, 10), trees = argc > 3 ? strtoul(argv[3], NULL, 10) : 500;
    size_t repeats = argc > 4 ? strtoul(argv[4], NULL, 10) : 5;
    if (!threads || !repeats || repeats > MOST_REPEATS) return 2;
    static const double share[] = {1, 1 / 3.0};
    for (int kind = 0; kind < 2; kind++)
        for (int k = 0; k < 2; k++) {
            cupel_trees_options o = cupel_trees_defaults(kind ? CUPEL_RANDOM_FOREST : CUPEL_EXTRA_TREES);
            char name[64];
            o.trees = trees;
            o.columns = share[k];
            snprintf(name, sizeof name, "%s %s", kind ? "random_forest" : "extra_trees", k ? "1/3" : "1");
            run(name, &o, &t, &s, threads, repeats);
        }
    cupel_trees_options o = cupel_trees_defaults(CUPEL_BOOSTED_TREES);
    o.trees = trees;
    run("boosted_trees", &o, &t, &s, threads, repeats);
    cupel_free(t.x);
    cupel_free(t.y);
    cupel_free(t.held);
    cupel_free(s.row);
    cupel_free(s.x);
    cupel_free(s.value);
    cupel_free(s.held);
    return 0;
}
