#include "models/learn/auto/parts.h"

#include "core/base/mem.h"

#include <math.h>
#include <string.h>

enum { ROWS = 64 };

/* Where the pieces of a scratch begin. */
typedef struct pieces {
    double *x[CUPEL_AUTO_COLUMN_SETS]; /* [ROWS][columns + extra] by cupel_auto_columns */
    double *value;     /* [CUPEL_AUTO_MEMBERS][ROWS] */
    double *quantile;  /* [ROWS][CUPEL_AUTO_QUANTILES] */
    double *row;       /* [CUPEL_AUTO_MEMBERS] */
    void *member;
} pieces;

static size_t aligned(size_t n) { return (n + 63) / 64 * 64; }

static size_t member_bytes(const cupel_auto *a)
{
    size_t most = 64;
    for (size_t k = 0; k < a->n_members; k++) {
        const size_t b = cupel_auto_learned_bytes(&a->member[k].learned);
        if (b > most) most = b;
    }
    return aligned(most);
}

static size_t room(const cupel_auto *a, int columns) { return aligned(ROWS * (a->n_columns[columns] + CUPEL_AUTO_MEMBERS + 3) * sizeof(double)); }

size_t cupel_auto_scratch_bytes(const cupel_auto *a)
{
    size_t rooms = 0;
    for (int c = 0; c < CUPEL_AUTO_COLUMN_SETS; c++) rooms += room(a, c);
    return rooms + aligned(CUPEL_AUTO_MEMBERS * ROWS * sizeof(double)) + aligned(ROWS * CUPEL_AUTO_QUANTILES * sizeof(double)) +
           aligned(CUPEL_AUTO_MEMBERS * sizeof(double)) + member_bytes(a);
}

static pieces lay_out(const cupel_auto *a, void *scratch)
{
    char *p = scratch;
    pieces s;
    for (int c = 0; c < CUPEL_AUTO_COLUMN_SETS; c++) s.x[c] = (void *)p, p += room(a, c);
    s.value = (void *)p, p += aligned(CUPEL_AUTO_MEMBERS * ROWS * sizeof(double));
    s.quantile = (void *)p, p += aligned(ROWS * CUPEL_AUTO_QUANTILES * sizeof(double));
    s.row = (void *)p, p += aligned(CUPEL_AUTO_MEMBERS * sizeof(double));
    s.member = p;
    return s;
}

/* The rows at the columns of a list, with `extra` free places behind each. */
static cupel_query gather(const cupel_auto *a, int columns, size_t extra, const cupel_query *rows, const pieces *s)
{
    const size_t d = a->n_columns[columns];
    double *out = s->x[columns];
    for (size_t i = 0; i < rows->n; i++)
        for (size_t j = 0; j < d; j++) out[i * (d + extra) + j] = rows->x[i * rows->ld + a->column[columns][j]];
    return (cupel_query){out, d + extra, rows->n, rows->isa, s->member};
}

/* Member k of its columns of the rows into s->value. */
static void ask(const cupel_auto *a, size_t k, const cupel_query *rows, const pieces *s)
{
    const cupel_auto_member *m = &a->member[k];
    const size_t n = rows->n;
    double *value = s->value + k * ROWS;
    cupel_err ignored = {0};
    if (!m->unit.quantiles)
        cupel_auto_raw(&m->learned, &m->unit, rows, value);
    else if (m->unit.role == CUPEL_AUTO_AMOUNT && a->hurdle) {
        if (cupel_trees_quantiles(m->learned.trees, rows, cupel_auto_taus, CUPEL_AUTO_QUANTILES, s->quantile, &ignored) != CUPEL_OK)
            memset(s->quantile, 0, n * CUPEL_AUTO_QUANTILES * sizeof(double)); /* only without rows, which load refuses */
        for (size_t i = 0; i < n; i++) value[i] = s->quantile[i * CUPEL_AUTO_QUANTILES + CUPEL_AUTO_QUANTILES / 2];
    } else if (cupel_trees_quantiles(m->learned.trees, rows, (double[]){0.5}, 1, value, &ignored) != CUPEL_OK)
        memset(value, 0, n * sizeof *value);
    for (size_t i = 0; m->learned.own && cupel_auto_is_chance(&m->unit, a->is_class) && i < n; i++)
        value[i] = cupel_sigmoid_at(&m->sigmoid, value[i]);
    for (size_t i = 0; i < n; i++) value[i] = cupel_auto_from(a, &m->unit, value[i]);
}

/* Does its word reach the result? */
static bool counts(const cupel_auto *a, size_t k)
{
    const cupel_auto_member *m = &a->member[k];
    if (m->weight > 0) return true;
    if (m->unit.role == CUPEL_AUTO_AMOUNT) return a->hurdle; /* its quantiles, or the disagreement */
    return m->unit.role == CUPEL_AUTO_VALUE && !a->hurdle;   /* the disagreement, the second level */
}

static void first_level(const cupel_auto *a, const cupel_query *rows, const pieces *s)
{
    for (int c = 0; c < CUPEL_AUTO_COLUMN_SETS; c++) {
        const cupel_query seen = gather(a, c, 0, rows, s);
        for (size_t k = 0; k < a->n_members; k++) {
            const cupel_auto_role role = a->member[k].unit.role;
            if (role != CUPEL_AUTO_STACK && role != CUPEL_AUTO_ERROR && (int)a->member[k].unit.columns == c && counts(a, k))
                ask(a, k, &seen, s);
        }
    }
}

static void second_level(const cupel_auto *a, size_t k, const cupel_query *rows, const pieces *s)
{
    const int c = (int)a->member[k].unit.columns;
    const cupel_query seen = gather(a, c, cupel_auto_extra(a, k, &a->member[k].unit), rows, s);
    size_t at = a->n_columns[c];
    for (size_t j = 0; j < k; j++) {
        if (!cupel_auto_feeds(a, j, &a->member[k].unit)) continue;
        for (size_t i = 0; i < seen.n; i++) s->x[c][i * seen.ld + at] = s->value[j * ROWS + i];
        at++;
    }
    ask(a, k, &seen, s);
}

static void errors(const cupel_auto *a, size_t k, const cupel_query *rows, const pieces *s, const double *trio, double *error)
{
    const cupel_query seen = gather(a, 0, 3, rows, s);
    for (size_t i = 0; i < seen.n; i++) memcpy(s->x[0] + i * seen.ld + a->n_columns[0], trio + 3 * i, 3 * sizeof *trio);
    ask(a, k, &seen, s);
    for (size_t i = 0; i < seen.n; i++) error[i] = fmax(s->value[k * ROWS + i], 0);
}

static void block(const cupel_auto *a, const cupel_query *rows, const pieces *s, double *value, double *error, cupel_spiked *mixture)
{
    const size_t n = rows->n;
    double trio[3 * ROWS];
    first_level(a, rows, s);
    for (size_t k = 0; k < a->n_members; k++)
        if (a->member[k].unit.role == CUPEL_AUTO_STACK && a->member[k].weight > 0) second_level(a, k, rows, s);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < a->n_members; k++) s->row[k] = s->value[k * ROWS + i];
        value[i] = cupel_auto_together(a, s->row, s->quantile + i * CUPEL_AUTO_QUANTILES, &trio[3 * i + 2]);
        if (mixture && a->hurdle) cupel_auto_mixture(a, s->row, s->quantile + i * CUPEL_AUTO_QUANTILES, &mixture[i]);
        trio[3 * i] = value[i];
        trio[3 * i + 1] = cupel_auto_disagreement(a, s->row);
    }
    for (size_t i = 0; error && i < n; i++) error[i] = 0;
    for (size_t k = 0; error && k < a->n_members; k++)
        if (a->member[k].unit.role == CUPEL_AUTO_ERROR) errors(a, k, rows, s, trio, error);
}

void cupel_auto_predict(const cupel_auto *a, const cupel_query *rows, double *value, double *error, cupel_spiked *mixture)
{
    const pieces s = lay_out(a, rows->scratch);
    memset(s.value, 0, CUPEL_AUTO_MEMBERS * ROWS * sizeof *s.value);
    for (size_t from = 0; from < rows->n; from += ROWS) {
        const cupel_query b = cupel_query_part(rows, from, ROWS);
        block(a, &b, &s, value + from, error ? error + from : NULL, mixture ? mixture + from : NULL);
    }
}
