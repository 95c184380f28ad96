/* A table of numbers for benchmarks against peers: lines with commas, the target and the fold last; and the median of what was timed. */
#ifndef CUPEL_BENCHMARKS_TABLE_H
#define CUPEL_BENCHMARKS_TABLE_H

#include "benchmarks/median.h"
#include "core/base/mem.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct table {
    size_t n, d, cap;
    double *x, *y; /* [n][d], [n] */
    bool *held;
} table;

static inline void add_line(table *t, char *line)
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

static inline table read_table(const char *file)
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

#endif
