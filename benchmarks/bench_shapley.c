/* Exact Shapley values of ensembles of trees on a table in memory: rows and trees -> one value per row and column.
 * The table: lines of numbers with commas, the target last. benchmarks/files_shapley makes one and runs the peer beside it.
 *   build/benchmarks/bench_shapley TABLE THREADS [TREES [ROWS [REPEATS]]] */
#include "core/base/mem.h"
#include "core/math/order.h"
#include "core/sys/cpu.h"
#include "core/sys/job.h"
#include "models/learn/shapley.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_REPEATS = 99, BACKGROUND = 100 };

typedef struct table {
    size_t n, d, cap;
    double *x, *y; /* [n][d], [n] */
} table;

static void add_line(table *t, char *line)
{
    size_t d = 0;
    for (const char *p = line; *p; p++) d += *p == ',';
    if (!t->d) t->d = d;
    if (t->n == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 1024;
        t->x = cupel_resize(t->x, t->cap * t->d, sizeof *t->x);
        t->y = cupel_resize(t->y, t->cap, sizeof *t->y);
    }
    if (d != t->d || !t->x || !t->y) {
        fprintf(stderr, "line %zu: %zu numbers, expected %zu\n", t->n + 1, d + 1, t->d + 1);
        exit(1);
    }
    for (size_t j = 0; j <= d; j++, line += *line == ',') *(j < d ? &t->x[t->n * d + j] : &t->y[t->n]) = strtod(line, &line);
    t->n++;
}

static table read_table(const char *file)
{
    table t = {0};
    char *line = NULL;
    size_t cap = 0;
    FILE *f = fopen(file, "r");
    if (!f) exit(1);
    while (getline(&line, &cap, f) > 0) add_line(&t, line);
    free(line);
    fclose(f);
    return t;
}

typedef struct course {
    const table *t;
    size_t threads, rows, repeats;
} course;

/* CPU microseconds per row, the largest |sum of values + base - prediction|. */
static void run(const char *name, const cupel_trees *trees, cupel_shapley_kind kind, const course *c)
{
    const cupel_job job = {.threads = c->threads, .isa = cupel_isa_best()};
    const table *t = c->t;
    const cupel_shapley_options o = {.kind = kind, .x = t->x, .ld = t->d, .n = kind == CUPEL_SHAPLEY_PATH ? t->n : BACKGROUND};
    double seconds[MOST_REPEATS], worst = 0, *value = cupel_alloc(c->rows * t->d, sizeof *value), *said = cupel_alloc(c->rows, sizeof *said);
    void *scratch = cupel_alloc_aligned(cupel_trees_scratch_bytes(trees), 1);
    cupel_shapley *s = NULL;
    cupel_err err = {0};
    if (!value || !said || !scratch || cupel_shapley_new(trees, &o, &job, &s, &err) != CUPEL_OK) exit(1);
    for (size_t r = 0; r < c->repeats; r++) {
        const double begin = cupel_cpu_seconds();
        if (cupel_shapley_run(s, t->x, t->d, c->rows, &job, value, &err) != CUPEL_OK) exit(1);
        seconds[r] = cupel_cpu_seconds() - begin;
    }
    cupel_trees_predict(trees, &(cupel_query){t->x, t->d, c->rows, job.isa, scratch}, said, NULL);
    for (size_t i = 0; i < c->rows; i++) {
        double sum = cupel_shapley_base(s);
        for (size_t j = 0; j < t->d; j++) sum += value[i * t->d + j];
        worst = fmax(worst, fabs(sum - said[i]));
    }
    cupel_sort(seconds, c->repeats);
    printf("cupel %-14s %-15s %14.0f %12.1e\n", name, kind == CUPEL_SHAPLEY_PATH ? "path-dependent" : "interventional",
           seconds[c->repeats / 2] / (double)c->rows * 1e6, worst);
    fflush(stdout);
    cupel_shapley_free(s);
    cupel_free(value);
    cupel_free(said);
    cupel_free(scratch);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: bench_shapley TABLE THREADS [TREES [ROWS [REPEATS]]]; benchmarks/files_shapley makes the table\n");
        return argc > 1 ? 2 : 0;
    }
    table t = read_table(argv[1]);
    const size_t trees = argc > 3 ? strtoul(argv[3], NULL, 10) : 100;
    course c = {.t = &t, .threads = strtoul(argv[2], NULL, 10), .rows = argc > 4 ? strtoul(argv[4], NULL, 10) : 20,
                .repeats = argc > 5 ? strtoul(argv[5], NULL, 10) : 5};
    if (!c.threads || !c.repeats || c.repeats > MOST_REPEATS || !c.rows || c.rows > t.n || t.n < BACKGROUND) return 2;
    static const cupel_trees_kind kinds[] = {CUPEL_EXTRA_TREES, CUPEL_RANDOM_FOREST, CUPEL_BOOSTED_TREES};
    static const char *const names[] = {"extra_trees", "random_forest", "boosted_trees"};
    for (int k = 0; k < 3; k++) {
        cupel_trees_options o = cupel_trees_defaults(kinds[k]);
        const cupel_trees_data data = {.n = t.n, .d = t.d, .ld = t.d, .x = t.x, .y = t.y};
        cupel_trees *made = NULL;
        cupel_err err = {0};
        o.trees = trees;
        if (kinds[k] != CUPEL_BOOSTED_TREES) o.columns = 1 / 3.0;
        if (cupel_trees_fit(&data, &o, &(cupel_job){.threads = c.threads, .isa = cupel_isa_best()}, &made, &err) != CUPEL_OK) return 1;
        run(names[k], made, CUPEL_SHAPLEY_PATH, &c);
        run(names[k], made, CUPEL_SHAPLEY_PAIRS, &c);
        cupel_trees_free(made);
    }
    cupel_free(t.x);
    cupel_free(t.y);
    return 0;
}
