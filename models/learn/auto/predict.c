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

/* Rows of x [n][ld] at the columns of a list, with `extra` free places behind each. */
static void gather(const cupel_auto *a, int columns, size_t extra, const double *x, size_t ld, size_t n, double *out)
{
    const size_t d = a->n_columns[columns];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++) out[i * (d + extra) + j] = x[i * ld + a->column[columns][j]];
}

/* Member k of rows x [n][d] into s->value. */
static void ask(const cupel_auto *a, size_t k, const double *x, size_t d, size_t n, cupel_isa isa, const pieces *s)
{
    const cupel_auto_member *m = &a->member[k];
    double *value = s->value + k * ROWS;
    cupel_err ignored = {0};
    if (!m->unit.quantiles)
        cupel_auto_raw(&m->learned, &m->unit, x, d, n, isa, s->member, value);
    else if (m->unit.role == CUPEL_AUTO_AMOUNT && a->hurdle) {
        if (cupel_trees_quantiles(m->learned.trees, x, d, n, cupel_auto_taus, CUPEL_AUTO_QUANTILES, isa, s->member, s->quantile,
                                  &ignored) != CUPEL_OK)
            memset(s->quantile, 0, n * CUPEL_AUTO_QUANTILES * sizeof(double)); /* only without rows, which load refuses */
        for (size_t i = 0; i < n; i++) value[i] = s->quantile[i * CUPEL_AUTO_QUANTILES + CUPEL_AUTO_QUANTILES / 2];
    } else if (cupel_trees_quantiles(m->learned.trees, x, d, n, (double[]){0.5}, 1, isa, s->member, value, &ignored) != CUPEL_OK)
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

static void first_level(const cupel_auto *a, const double *x, size_t ld, size_t n, cupel_isa isa, const pieces *s)
{
    for (int c = 0; c < CUPEL_AUTO_COLUMN_SETS; c++) {
        gather(a, c, 0, x, ld, n, s->x[c]);
        for (size_t k = 0; k < a->n_members; k++) {
            const cupel_auto_role role = a->member[k].unit.role;
            if (role != CUPEL_AUTO_STACK && role != CUPEL_AUTO_ERROR && (int)a->member[k].unit.columns == c && counts(a, k))
                ask(a, k, s->x[c], a->n_columns[c], n, isa, s);
        }
    }
}

static void second_level(const cupel_auto *a, size_t k, const double *x, size_t ld, size_t n, cupel_isa isa, const pieces *s)
{
    const int c = (int)a->member[k].unit.columns;
    const size_t extra = cupel_auto_extra(a, k, &a->member[k].unit), d = a->n_columns[c] + extra;
    gather(a, c, extra, x, ld, n, s->x[c]);
    size_t at = a->n_columns[c];
    for (size_t j = 0; j < k; j++) {
        if (!cupel_auto_feeds(a, j, &a->member[k].unit)) continue;
        for (size_t i = 0; i < n; i++) s->x[c][i * d + at] = s->value[j * ROWS + i];
        at++;
    }
    ask(a, k, s->x[c], d, n, isa, s);
}

static void errors(const cupel_auto *a, size_t k, const double *x, size_t ld, size_t n, cupel_isa isa, const pieces *s, const double *trio,
                   double *error)
{
    const size_t d = a->n_columns[0] + 3;
    gather(a, 0, 3, x, ld, n, s->x[0]);
    for (size_t i = 0; i < n; i++) memcpy(s->x[0] + i * d + a->n_columns[0], trio + 3 * i, 3 * sizeof *trio);
    ask(a, k, s->x[0], d, n, isa, s);
    for (size_t i = 0; i < n; i++) error[i] = fmax(s->value[k * ROWS + i], 0);
}

static void block(const cupel_auto *a, const double *x, size_t ld, size_t n, cupel_isa isa, const pieces *s, double *value, double *error,
                  cupel_spiked *mixture)
{
    double trio[3 * ROWS];
    first_level(a, x, ld, n, isa, s);
    for (size_t k = 0; k < a->n_members; k++)
        if (a->member[k].unit.role == CUPEL_AUTO_STACK && a->member[k].weight > 0) second_level(a, k, x, ld, n, isa, s);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < a->n_members; k++) s->row[k] = s->value[k * ROWS + i];
        value[i] = cupel_auto_together(a, s->row, s->quantile + i * CUPEL_AUTO_QUANTILES, &trio[3 * i + 2]);
        if (mixture && a->hurdle) cupel_auto_mixture(a, s->row, s->quantile + i * CUPEL_AUTO_QUANTILES, &mixture[i]);
        trio[3 * i] = value[i];
        trio[3 * i + 1] = cupel_auto_disagreement(a, s->row);
    }
    for (size_t i = 0; error && i < n; i++) error[i] = 0;
    for (size_t k = 0; error && k < a->n_members; k++)
        if (a->member[k].unit.role == CUPEL_AUTO_ERROR) errors(a, k, x, ld, n, isa, s, trio, error);
}

void cupel_auto_predict(const cupel_auto *a, const double *x, size_t ld, size_t n, cupel_isa isa, void *scratch, double *value, double *error,
                        cupel_spiked *mixture)
{
    const pieces s = lay_out(a, scratch);
    memset(s.value, 0, CUPEL_AUTO_MEMBERS * ROWS * sizeof *s.value);
    for (size_t from = 0; from < n; from += ROWS)
        block(a, x + from * ld, ld, n - from < ROWS ? n - from : ROWS, isa, &s, value + from, error ? error + from : NULL,
              mixture ? mixture + from : NULL);
}
