/* Ensembles of trees on a table in memory: rows -> trees, rows and trees -> values; the share of the rows with fold 0 is held out.
 * The table: lines of numbers with commas, the target and the fold last. benchmarks/files_trees makes one and runs the peers beside it.
 *   build/benchmarks/bench_trees TABLE THREADS [TREES [REPEATS]] */
#include "core/base/mem.h"
#include "core/sys/cpu.h"
#include "core/sys/job.h"
#include "models/learn/trees.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_REPEATS = 99 };

typedef struct table {
    size_t n, d, cap;
    double *x, *y; /* [n][d], [n] */
    bool *held;
} table;

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *seconds, size_t n)
{
    qsort(seconds, n, sizeof *seconds, by_size);
    return seconds[n / 2];
}

static void add_line(table *t, char *line)
{
    size_t d = 0;
    for (const char *p = line; *p; p++) d += *p == ',';
    if (!t->d) t->d = d - 1;
    if (d - 1 != t->d) {
        fprintf(stderr, "line %zu: %zu numbers, expected %zu\n", t->n + 1, d + 1, t->d + 2);
        exit(1);
    }
    if (t->n == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 1024;
        t->x = cupel_resize(t->x, t->cap * t->d, sizeof *t->x);
        t->y = cupel_resize(t->y, t->cap, sizeof *t->y);
        t->held = cupel_resize(t->held, t->cap, sizeof *t->held);
        if (!t->x || !t->y || !t->held) exit(1);
    }
    for (size_t j = 0; j < t->d; j++, line++) t->x[t->n * t->d + j] = strtod(line, &line);
    t->y[t->n] = strtod(line, &line);
    t->held[t->n++] = strtod(line + 1, NULL) == 0;
}

static table read_table(const char *file)
{
    table t = {.n = 0};
    char *line = NULL;
    size_t cap = 0;
    FILE *f = fopen(file, "r");
    if (!f) exit(1);
    while (getline(&line, &cap, f) > 0) add_line(&t, line);
    free(line);
    fclose(f);
    return t;
}

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
        cupel_trees_predict(trees, s->x, d, s->m, isa, scratch, s->value, NULL);
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
