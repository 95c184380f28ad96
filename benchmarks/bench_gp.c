/* Gaussian process regression on a table in memory, at given settings: rows -> a process, rows and process -> means, and means with deviations; the
 * share of the rows with fold 0 is held out. benchmarks/files_gp makes the table and runs scikit-learn beside it.
 *   build/benchmarks/bench_gp TABLE THREADS REPEATS PREDICTIONS */
#include "benchmarks/table.h"
#include "core/base/mem.h"
#include "core/math/la.h"
#include "core/sys/cpu.h"
#include "core/sys/job.h"
#include "models/learn/expand.h"
#include "models/learn/learner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_REPEATS = 99 };
enum { NOISE, GAMMA, MATERN }; /* of the learner gp */
static const double SPREAD_SECONDS = 0.2;

typedef struct rows {
    size_t n, m, d;    /* to learn from, held out, columns that vary */
    double *x, *z, *y; /* [n][d], [m][d] of mean 0 and variance 1 over the first; [n] */
    double *truth, mean;
} rows;

static void *need(size_t n, size_t size)
{
    void *p = cupel_alloc_aligned(n, size);
    if (!p) exit(7);
    return p;
}

static void check(cupel_status st, const cupel_err *err)
{
    if (st == CUPEL_OK) return;
    fprintf(stderr, "%s\n", err->message);
    exit(1);
}

/* Column j over the rows that are learned from. */
static void moments(const table *t, size_t j, double *mean, double *deviation)
{
    double n = 0, square = 0;
    *mean = 0;
    for (size_t i = 0; i < t->n; i++)
        if (!t->held[i]) *mean += t->x[i * t->d + j], n++;
    *mean /= n;
    for (size_t i = 0; i < t->n; i++)
        if (!t->held[i]) square += pow(t->x[i * t->d + j] - *mean, 2);
    *deviation = sqrt(square / n);
}

static rows standardise(const table *t)
{
    rows r = {.x = need(t->n * t->d, sizeof(double)), .z = need(t->n * t->d, sizeof(double)), .y = need(t->n, sizeof(double)),
              .truth = need(t->n, sizeof(double))};
    double *mean = need(t->d, sizeof *mean), *deviation = need(t->d, sizeof *deviation);
    for (size_t j = 0; j < t->d; j++) {
        moments(t, j, &mean[j], &deviation[j]);
        r.d += deviation[j] > 0;
    }
    for (size_t i = 0; i < t->n; i++) {
        double *to = t->held[i] ? r.z + r.m * r.d : r.x + r.n * r.d;
        for (size_t j = 0, k = 0; j < t->d; j++)
            if (deviation[j] > 0) to[k++] = (t->x[i * t->d + j] - mean[j]) / deviation[j];
        if (t->held[i]) r.truth[r.m++] = t->y[i];
        else r.y[r.n++] = t->y[i], r.mean += t->y[i];
    }
    r.mean /= (double)r.n;
    for (size_t i = 0; i < r.n; i++) r.y[i] -= r.mean;
    cupel_free(mean);
    cupel_free(deviation);
    return r;
}

static double fit(const cupel_learner *l, const rows *r, const double *setting, const cupel_job *job, cupel_fitted *f)
{
    cupel_problem p = {.n = r->n, .d = r->d, .x = r->x, .y = r->y, .job = job};
    cupel_err err = {0};
    void *prepared = NULL;
    size_t *all = need(r->n, sizeof *all);
    for (size_t i = 0; i < r->n; i++) all[i] = i;
    const double begin = cupel_cpu_seconds();
    check(l->prepare(&p, setting, &prepared, &err), &err);
    check(l->fit(&(cupel_fit_task){.problem = &p, .prepared = prepared, .setting = setting, .row = all, .n = r->n, .threads = job->threads}, f, &err), &err);
    const double spent = cupel_cpu_seconds() - begin;
    l->release(prepared);
    cupel_free(all);
    return spent;
}

/* CPU seconds of predicting the rows that were held out, over and over until they can be timed; on one thread. */
static double predict(const cupel_expand *e, const rows *r, const cupel_expand_way *how, double *value)
{
    cupel_expand_work w = {0};
    cupel_err err = {0};
    cupel_raw raw[CUPEL_EXPAND_ROWS];
    size_t rounds = 0;
    check(cupel_expand_work_make(e, &w, &err), &err);
    double begin = cupel_cpu_seconds(), spent = 0;
    do {
        for (size_t from = 0; from < r->m; from += CUPEL_EXPAND_ROWS) {
            const size_t n = r->m - from < CUPEL_EXPAND_ROWS ? r->m - from : CUPEL_EXPAND_ROWS;
            cupel_expand_run(e, r->z + from * r->d, r->d, n, how, &w, raw);
            for (size_t i = 0; i < n; i++) value[from + i] = r->mean + raw[i].value;
        }
        rounds++;
        spent = cupel_cpu_seconds() - begin;
    } while (spent < SPREAD_SECONDS);
    cupel_expand_work_release(&w);
    return spent / (double)rounds / (double)r->m;
}

static void run(const char *name, bool matern, const rows *r, const cupel_job *job, size_t repeats, const char *file)
{
    const cupel_learner *l = cupel_learner_named("gp");
    const double setting[] = {[NOISE] = 0.05, [GAMMA] = 1 / (double)r->d, [MATERN] = matern}; /* the length is sqrt(columns / 2) */
    double seconds[MOST_REPEATS], with[MOST_REPEATS], mean[MOST_REPEATS], single[MOST_REPEATS], error = 0, apart = 0, *value = need(r->m, sizeof *value), *narrow = need(r->m, sizeof *narrow);
    for (size_t k = 0; k < repeats; k++) {
        cupel_problem p = {.n = r->n, .d = r->d, .x = r->x, .y = r->y, .job = job};
        cupel_fitted f = {0};
        cupel_expand e = {0};
        cupel_err err = {0};
        seconds[k] = fit(l, r, setting, job, &f);
        check(cupel_expand_make(l, &p, setting, &f, NULL, &e, &err), &err);
        with[k] = predict(&e, r, &(cupel_expand_way){.precision = CUPEL_FLOAT32, .isa = job->isa}, value);
        single[k] = predict(&e, r, &(cupel_expand_way){.precision = CUPEL_FLOAT32, .isa = job->isa, .value_only = true}, value);
        memcpy(narrow, value, r->m * sizeof *value);
        mean[k] = predict(&e, r, &(cupel_expand_way){.precision = CUPEL_FLOAT64, .isa = job->isa, .value_only = true}, value);
        cupel_expand_release(&e);
        cupel_fitted_release(&f);
    }
    FILE *out = fopen(file, matern ? "a" : "w");
    if (!out) exit(7);
    for (size_t i = 0; i < r->m; i++) {
        error += fabs(value[i] - r->truth[i]) / (double)r->m;
        apart = fmax(apart, fabs(value[i] - narrow[i]));
        fprintf(out, "%.15g\n", value[i]);
    }
    if (fclose(out)) exit(7);
    printf("cupel   %-9s %9.3f %12.2f %12.2f %12.2f %10.4f %12.1e\n", name, median(seconds, repeats), median(mean, repeats) * 1e6, median(single, repeats) * 1e6,
           median(with, repeats) * 1e6, error, apart);
    cupel_free(value);
    cupel_free(narrow);
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: bench_gp TABLE THREADS REPEATS PREDICTIONS; benchmarks/files_gp makes the table\n");
        return argc > 1 ? 2 : 0;
    }
    table t = read_table(argv[1]);
    rows r = standardise(&t);
    const size_t repeats = strtoul(argv[3], NULL, 10);
    const cupel_job job = {.threads = strtoul(argv[2], NULL, 10), .isa = cupel_isa_best()};
    if (!job.threads || !repeats || repeats > MOST_REPEATS) return 2;
    cupel_la_single_thread();
    printf("cupel   %zu rows of %zu columns, %zu held out\n", r.n, r.d, r.m);
    run("rbf", false, &r, &job, repeats, argv[4]);
    run("matern52", true, &r, &job, repeats, argv[4]);
    cupel_free(t.x);
    cupel_free(t.y);
    cupel_free(t.held);
    cupel_free(r.x);
    cupel_free(r.z);
    cupel_free(r.y);
    cupel_free(r.truth);
    return 0;
}
