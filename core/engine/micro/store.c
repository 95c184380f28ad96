#include "core/engine/micro/store_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BLOCKS_MAX = 10 };

double *cupel_store_copy(const double *x, size_t n)
{
    double *y = cupel_alloc(n, sizeof *y);
    if (y && n) memcpy(y, x, n * sizeof *y);
    return y;
}

/* ---- figures as data sets ---- */

typedef struct block {
    const char *name, *unit, *description;
    size_t at, n;
} block;

static size_t blocks_of(const cupel_micro_demand *d, const cupel_layout *l, block b[BLOCKS_MAX])
{
    const block all[] = {
        {"volume fraction", "", "share of each phase in what was solved", l->fraction, l->n_phases},
        {"conductivity", d->k_unit, "effective tensor, row by row", l->k, 9},
        {"conductivity error", d->k_unit, "half width of its 95 % bar", l->k_error, 9},
        {"stiffness", d->c_unit, "effective tensor, Mandel order 11 22 33 23 13 12, row by row", l->c, 36},
        {"stiffness error", d->c_unit, "half width of its 95 % bar", l->c_error, 36},
        {"expansion", d->alpha_unit, "effective thermal expansion, Mandel order", l->alpha, 6},
        {"expansion error", d->alpha_unit, "half width of its 95 % bar", l->alpha_error, 6},
        {"statistics", "",
         "of each phase: surface per volume (1 / shortest edge of the box), Euler number, share of the largest cluster, percolating axes", l->stat,
         l->n_phases * CUPEL_STATS},
        {"iterations", "", "of the solver, over all loads and grids", l->iterations, 1},
    };
    size_t n = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].at != SIZE_MAX) b[n++] = all[i];
    return n;
}

static cupel_status put_block(cupel_writer *w, const char *group, const block *b, const double *const *row, size_t n, cupel_err *err)
{
    char name[80];
    double *x = cupel_alloc(n, b->n * sizeof *x);
    if (!x) return cupel_no_memory(err, "a data set", n * b->n * sizeof *x);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < b->n; k++) x[i * b->n + k] = row[i] ? row[i][b->at + k] : (double)NAN;
    snprintf(name, sizeof name, "%s/%s", group, b->name);
    const cupel_status st = cupel_writer_put(w, name, b->unit, b->description, CUPEL_F64, 2, (size_t[]){n, b->n}, x, err);
    cupel_free(x);
    return st;
}

cupel_status cupel_store_put_figures(cupel_writer *w, const char *group, const cupel_micro_demand *d, const double *const *row, size_t n,
                                     cupel_err *err)
{
    block b[BLOCKS_MAX];
    cupel_layout l;
    cupel_status st = CUPEL_OK;
    cupel_layout_of(d, &l);
    const size_t n_blocks = blocks_of(d, &l, b);
    for (size_t i = 0; i < n_blocks && st == CUPEL_OK; i++) st = put_block(w, group, &b[i], row, n, err);
    return st;
}

cupel_status cupel_store_numbers(const cupel_reader *r, const char *name, size_t n, size_t width, double **x, cupel_err *err)
{
    size_t shape[2] = {n, width};
    return cupel_reader_get(r, name, CUPEL_F64, 2, shape, (void **)x, err);
}

cupel_status cupel_store_figures(const cupel_reader *r, const char *group, const cupel_micro_demand *d, size_t n, size_t width, double *figure,
                                cupel_err *err)
{
    block b[BLOCKS_MAX];
    cupel_layout l;
    cupel_status st = CUPEL_OK;
    cupel_layout_of(d, &l);
    const size_t n_blocks = blocks_of(d, &l, b);
    for (size_t i = 0; i < n_blocks && st == CUPEL_OK; i++) {
        char name[80];
        double *x = NULL;
        snprintf(name, sizeof name, "%s/%s", group, b[i].name);
        st = cupel_store_numbers(r, name, n, b[i].n, &x, err);
        for (size_t k = 0; st == CUPEL_OK && k < n; k++) memcpy(figure + k * width + b[i].at, x + k * b[i].n, b[i].n * sizeof *x);
        cupel_free(x);
    }
    return st;
}

/* ---- texts ---- */

cupel_status cupel_store_put_texts(cupel_writer *w, const char *name, const char *description, char *const *text, size_t n, cupel_err *err)
{
    const char **x = cupel_alloc(n, sizeof *x);
    if (!x) return cupel_no_memory(err, "a data set", n * sizeof *x);
    for (size_t i = 0; i < n; i++) x[i] = text[i] ? text[i] : "";
    const cupel_status st = cupel_writer_put(w, name, "", description, CUPEL_TEXT, 1, &n, x, err);
    cupel_free(x);
    return st;
}

cupel_status cupel_store_texts(const cupel_reader *r, const char *name, size_t n, bool empty_is_none, char **text, cupel_err *err)
{
    char **x = NULL;
    cupel_status st = cupel_reader_get(r, name, CUPEL_TEXT, 1, &n, (void **)&x, err);
    for (size_t i = 0; st == CUPEL_OK && i < n; i++) {
        if (empty_is_none && !x[i][0]) continue;
        text[i] = cupel_strdup(x[i]);
        if (!text[i]) st = cupel_no_memory(err, "texts", 0);
    }
    cupel_free(x);
    return st;
}

/* ---- the common head ---- */

cupel_status cupel_store_put_head(cupel_writer *w, const cupel_micro_demand *d, const cupel_micro_space *space, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str names = {0};
    for (size_t i = 0; i < space->n; i++) cupel_str_addf(&names, "%s%s", i ? "," : "", cupel_micro_space_param(space, i)->name);
    if (names.failed) CUPEL_TRY(cupel_no_memory(err, "names", 0));
    CUPEL_TRY(cupel_writer_input(w, "demand", d->digest, err));
    CUPEL_TRY(cupel_writer_attr_text(w, "generator", space->middle.generator->method.name, err));
    st = cupel_writer_attr_text(w, "parameters", cupel_str_text(&names), err);
done:
    cupel_str_free(&names);
    return st;
}

cupel_status cupel_store_check_head(const cupel_reader *r, const char *path, const cupel_micro_demand *d, cupel_err *err)
{
    char *digest = NULL;
    cupel_status st = cupel_reader_input(r, "demand", &digest, err);
    if (st == CUPEL_OK && strcmp(digest, d->digest) != 0)
        st = cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s' is of another demand than '%s': made from %s, expected %s; run the demand again", path,
                        d->file, digest, d->digest);
    cupel_free(digest);
    return st;
}
