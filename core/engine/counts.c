#include "core/engine/counts.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <stdio.h>
#include <string.h>

#define RANK_1 SIZE_MAX

typedef struct part {
    const char *name, *help;
    size_t rows, columns; /* RANK_1: one row */
    int64_t **at;
} part;

enum { N_PARTS = 12 };

static void parts_of(cupel_counts *k, part p[N_PARTS])
{
    const part all[N_PARTS] = {
        {"totals", "seen, outside the domain, no chance, predicted, inside every window, known and left out", RANK_1, CUPEL_N_TOTALS, &k->total},
        {"formula", "rejected by the reason why the formula could not be read", RANK_1, CUPEL_REASON_COUNT, &k->formula},
        {"describe", "rejected by the reason why it could not be described", RANK_1, CUPEL_REASON_COUNT, &k->describe},
        {"first", "rejected, first of all by this constraint", RANK_1, k->c, &k->first},
        {"fails", "fail this constraint at all", RANK_1, k->c, &k->fails},
        {"unknown", "fail this constraint because a fact is unknown", RANK_1, k->c, &k->unknown},
        {"inside", "predicted value in the window of this requirement", RANK_1, k->r, &k->inside},
        {"seen", "candidates that contain the element Z", RANK_1, CUPEL_N_Z, &k->seen},
        {"predicted", "predicted candidates that contain the element Z", RANK_1, CUPEL_N_Z, &k->predicted},
        {"rejected", "candidates with the element Z by first failed constraint", k->c, CUPEL_N_Z, &k->rejected},
        {"cut", "never listed, for this constraint rules an element out", RANK_1, k->c, &k->cut},
        {"behind", "behind in the first of two stages", RANK_1, 1, &k->behind},
    };
    memcpy(p, all, sizeof all);
}

static size_t length(const part *p) { return p->rows == RANK_1 ? p->columns : p->rows * p->columns; }

cupel_status cupel_counts_init(cupel_counts *k, size_t c, size_t r, cupel_err *err)
{
    part p[N_PARTS];
    *k = (cupel_counts){.c = c, .r = r};
    parts_of(k, p);
    for (int i = 0; i < N_PARTS; i++) k->n += length(&p[i]);
    k->block = cupel_alloc(k->n, sizeof *k->block);
    if (!k->block) return cupel_no_memory(err, "counts", k->n * sizeof *k->block);
    int64_t *at = k->block;
    for (int i = 0; i < N_PARTS; at += length(&p[i++])) *p[i].at = at;
    return CUPEL_OK;
}

void cupel_counts_release(cupel_counts *k)
{
    cupel_free(k->block);
    *k = (cupel_counts){0};
}

void cupel_counts_clear(cupel_counts *k) { memset(k->block, 0, k->n * sizeof *k->block); }

void cupel_counts_add(cupel_counts *to, const cupel_counts *from)
{
    for (size_t i = 0; i < to->n; i++) to->block[i] += from->block[i];
}

cupel_status cupel_counts_save(const cupel_counts *counts, cupel_writer *w, cupel_err *err)
{
    cupel_counts k = *counts;
    part p[N_PARTS];
    parts_of(&k, p);
    for (int i = 0; i < N_PARTS; i++) {
        char name[64];
        size_t shape[2] = {p[i].rows == RANK_1 ? p[i].columns : p[i].rows, p[i].columns};
        if (!length(&p[i])) continue;
        snprintf(name, sizeof name, "counts/%s", p[i].name);
        cupel_status st = cupel_writer_put(w, name, "1", p[i].help, CUPEL_I64, p[i].rows == RANK_1 ? 1 : 2, shape, *p[i].at, err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

cupel_status cupel_counts_load(const cupel_reader *r, size_t n_constraints, size_t n_requirements, cupel_counts *k, cupel_err *err)
{
    part p[N_PARTS];
    cupel_status st = cupel_counts_init(k, n_constraints, n_requirements, err);
    if (st != CUPEL_OK) return st;
    parts_of(k, p);
    for (int i = 0; i < N_PARTS && st == CUPEL_OK; i++) {
        char name[64];
        void *data = NULL;
        size_t shape[2] = {p[i].rows == RANK_1 ? p[i].columns : p[i].rows, p[i].columns};
        if (!length(&p[i])) continue;
        snprintf(name, sizeof name, "counts/%s", p[i].name);
        st = cupel_reader_get(r, name, CUPEL_I64, p[i].rows == RANK_1 ? 1 : 2, shape, &data, err);
        if (st == CUPEL_OK) memcpy(*p[i].at, data, length(&p[i]) * sizeof(int64_t));
        cupel_free(data);
    }
    for (size_t i = 0; i < k->n && st == CUPEL_OK; i++)
        if (k->block[i] < 0 || k->block[i] > INT64_MAX / 1024)
            st = cupel_fail(err, CUPEL_BAD_ARTIFACT, "a count that cannot be; the file is damaged");
    if (st != CUPEL_OK) cupel_counts_release(k);
    return st;
}
