#include "core/engine/inputs.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/explain.h"
#include "core/engine/sets.h"
#include "core/engine/trial_cells.h"
#include "core/engine/trial_reason.h"
#include "core/matter/column_match.h"
#include "core/matter/columns.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Words of one column at most; more make an identifier. Elements with a length of their own at most. Blocks at most (models/search/gaussian.h has
 * 48). */
enum { WORDS_MAX = 200, OWN_ELEMENTS = 6, BLOCKS_MAX = 40 };

/* ---- kinds ---- */

typedef struct making {
    const cupel_input_choice *from;
    cupel_column_match at[CUPEL_INPUT_TABLES]; /* the column at work in each table; its numbers in the unit of the first */
    const cupel_job *job;
    cupel_inputs *in;
    size_t cap_d;
    double **column;  /* [d][all rows] while the width is not known */
    size_t all;       /* rows of all tables */
} making;

static cupel_text cell_of(const making *m, size_t table, size_t row) { return cupel_text_trim(cupel_cell(&m->from->table[table]->records, row,
    m->at[table].at)); }

static size_t rows_of(const making *m, size_t table) { return m->from->table[table]->records.n_rows; }

static cupel_status bad_cell(const making *m, size_t table, size_t row, const char *what, cupel_err *err)
{
    const cupel_trial_table *t = m->from->table[table];
    const cupel_text c = cell_of(m, table, row);
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": '%s' is '%.*s', %s", t->file, t->records.line[row], t->header.name[m->at[table].at],
                      cupel_shown(c.n, 60), c.p, what);
}

typedef struct word_place {
    size_t words, table, row; /* how many cells are no numbers; the first of them */
} word_place;

/* Who says that the column is one of numbers: a unit; results that are numbers; candidates that are, where most cells are. NULL: nobody. */
static const char *numbers_by(const making *m, const word_place *w)
{
    for (size_t t = 0; t < m->from->n_tables; t++)
        if (*m->from->table[t]->header.unit[m->at[t].at]) return m->from->table[t]->file;
    if (m->from->n_tables > 1 && cupel_trial_numbers(m->from->table[1], m->at[1].at)) return m->from->table[1]->file;
    return w->words < m->all - w->words && cupel_trial_numbers(m->from->table[0], m->at[0].at) ? m->from->table[0]->file : NULL;
}

/* A word among numbers is a slip where the column is known to be one of numbers; else the column is one of words, and that is said. */
static cupel_status judge_words(const making *m, const word_place *w, cupel_err *err)
{
    const cupel_trial_table *t = m->from->table[w->table];
    const char *by = numbers_by(m, w);
    char expected[400];
    double x;
    if (by) {
        snprintf(expected, sizeof expected, "a number as elsewhere in this column (of '%.200s'); words that look like numbers are told apart by a "
                                            "letter ('grade 304'), in all rows", by);
        cupel_trial_counted(m->job, CUPEL_TRIAL_BAD_NUMBER, 1);
        return cupel_trial_number(t, w->row, m->at[w->table].at, expected, &x, err);
    }
    for (size_t k = 0; k < m->from->n_tables; k++) {
        const cupel_trial_table *one = m->from->table[k];
        cupel_status st = *one->digest ? cupel_trial_commas(one, m->at[k].at, err) : CUPEL_OK; /* of files: a loop is told already */
        if (st != CUPEL_OK) return st;
    }
    if (w->words < m->all)
        cupel_say(m->job, CUPEL_WARNING, "column '%s' holds numbers and words ('%.*s' at %s:%" PRIu64 "): each of them is taken as a word",
                  t->header.name[m->at[w->table].at], cupel_shown(cell_of(m, w->table, w->row).n, 60),
                  cell_of(m, w->table, w->row).p, t->file, t->records.line[w->row]);
    return CUPEL_OK;
}

static cupel_status kind_of(const making *m, const char *name, cupel_input_kind *kind, cupel_err *err)
{
    double x;
    word_place w = {.words = 0};
    for (size_t t = 0; t < m->from->n_tables; t++)
        for (size_t i = 0; i < rows_of(m, t); i++) {
            const cupel_text c = cell_of(m, t, i);
            if (cupel_text_missing(c)) {
                cupel_trial_counted(m->job, CUPEL_TRIAL_MISSING_VALUE, 1);
                return bad_cell(m, t, i, "and an experiment needs all of its inputs; fill it in ('unknown' is a word like others), take the row out, "
                                         "or leave the column out (--columns)", err);
            }
            if (!cupel_parse_double(c, &x) && !w.words++) w.table = t, w.row = i;
        }
    const bool formula = cupel_trial_formula(name, m->from->formula);
    *kind = !w.words ? CUPEL_INPUT_NUMBER : formula ? CUPEL_INPUT_FORMULA : CUPEL_INPUT_WORD;
    return *kind == CUPEL_INPUT_WORD ? judge_words(m, &w, err) : CUPEL_OK;
}

/* ---- columns ---- */

static cupel_status add_column(making *m, size_t block, double **x, cupel_err *err)
{
    cupel_inputs *in = m->in;
    size_t cap = m->cap_d;
    if (!cupel_grow(&m->column, &m->cap_d, in->d + 1, sizeof *m->column) || !cupel_grow(&in->block, &cap, in->d + 1, 1))
        return cupel_no_memory(err, "inputs", 0);
    *x = m->column[in->d] = cupel_alloc(m->all, sizeof **x);
    if (!*x) return cupel_no_memory(err, "inputs", cupel_mul(m->all, sizeof **x));
    in->block[in->d++] = (unsigned char)block;
    return CUPEL_OK;
}

static void drop_last(making *m) { cupel_free(m->column[--m->in->d]); }

/* To a range of 1; false when all are equal. */
static bool scale(double *x, size_t n, double size)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        low = fmin(low, x[i]);
        high = fmax(high, x[i]);
    }
    if (!(high > low)) return false;
    const double range = high * 0.5 - low * 0.5; /* their difference may be too large a number */
    for (size_t i = 0; i < n; i++) x[i] = size * 0.5 * ((x[i] - low) / range);
    return true;
}

static cupel_status add_numbers(making *m, size_t block, cupel_err *err)
{
    double *x;
    size_t k = 0;
    cupel_status st = add_column(m, block, &x, err);
    if (st != CUPEL_OK) return st;
    for (size_t t = 0; t < m->from->n_tables; t++)
        for (size_t i = 0; i < rows_of(m, t); i++, k++) {
            st = cupel_trial_number(m->from->table[t], i, m->at[t].at, "a finite number", &x[k], err);
            if (st != CUPEL_OK) return st;
            x[k] = cupel_column_value(&m->at[t], x[k]);
        }
    if (!scale(x, m->all, 1)) drop_last(m);
    return CUPEL_OK;
}

/* One column a word, so that two words are at distance 1. */
static cupel_status add_words(making *m, const char *name, size_t block, cupel_err *err)
{
    cupel_text word[WORDS_MAX];
    double *x;
    size_t n = 0, k = 0;
    const size_t first = m->in->d;
    for (size_t t = 0; t < m->from->n_tables; t++)
        for (size_t i = 0; i < rows_of(m, t); i++, k++) {
            const cupel_text c = cell_of(m, t, i);
            size_t w = 0;
            while (w < n && (word[w].n != c.n || memcmp(word[w].p, c.p, c.n) != 0)) w++;
            if (w == WORDS_MAX)
                return cupel_fail(err, CUPEL_BAD_INPUT, "column '%s' holds more than %d different words: it looks like an identifier; name it with "
                                                        "--id, or say which columns are inputs with --columns", name, (int)WORDS_MAX);
            if (w == n) {
                word[n++] = c;
                cupel_status st = add_column(m, block, &x, err);
                if (st != CUPEL_OK) return st;
            }
            m->column[first + w][k] = sqrt(0.5);
        }
    while (n == 1 && m->in->d > first) drop_last(m);
    return CUPEL_OK;
}

/* ---- formulas ---- */

static cupel_status read_formulas(const making *m, cupel_batch *b, cupel_err *err)
{
    for (size_t t = 0; t < m->from->n_tables; t++)
        for (size_t i = 0; i < rows_of(m, t); i++) {
            cupel_status st = cupel_batch_add_formula(b, cell_of(m, t, i), m->from->dot, err);
            if (st != CUPEL_OK) return st;
            const cupel_reason reason = (cupel_reason)b->reason[b->n - 1];
            if (reason == CUPEL_REASON_NONE) continue;
            cupel_str words = {0};
            cupel_trial_counted(m->job, CUPEL_TRIAL_BAD_FORMULA, 1);
            cupel_explain_row(m->from->table[t]->file, m->from->table[t]->records.line[i], cell_of(m, t, i), m->from->dot, reason, "", &words);
            st = cupel_fail(err, CUPEL_BAD_INPUT, "%s; mend the row or take it out", cupel_str_text(&words));
            cupel_str_free(&words);
            return st;
        }
    return CUPEL_OK;
}

/* Atomic fractions of the elements that change; a few of them have a length each, many share one. */
static cupel_status add_fractions(making *m, const cupel_batch *b, size_t *block, cupel_err *err)
{
    bool there[CUPEL_Z_MAX + 1] = {false};
    double *x;
    size_t n = 0;
    const size_t first = m->in->d;
    for (size_t i = 0; i < b->first[b->n]; i++) there[b->z[i]] = true;
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) {
        if (!there[z]) continue;
        cupel_status st = add_column(m, *block + n, &x, err);
        if (st != CUPEL_OK) return st;
        for (size_t k = 0; k < b->n; k++) {
            double total = 0, own = 0;
            for (size_t i = b->first[k]; i < b->first[k + 1]; i++) {
                total += b->amount[i];
                if (b->z[i] == z) own = b->amount[i];
            }
            x[k] = own / total;
        }
        if (scale(x, m->all, 1)) n++;
        else drop_last(m);
    }
    const bool share = n > OWN_ELEMENTS;
    for (size_t k = first; k < m->in->d && share; k++) {
        m->in->block[k] = (unsigned char)*block;
        for (size_t i = 0; i < m->all; i++) m->column[k][i] /= sqrt(2.0); /* two pure elements are at distance 1 */
    }
    *block += share ? 1 : n;
    return CUPEL_OK;
}

/* What tells elements apart: their size, hold on electrons, cohesion, place in the table. */
static const char *const properties[] = {"Electronegativity", "CovalentRadius", "MeltingT", "MendeleevNumber", "NValence", "GSvolume_pa",
                                         "AtomicWeight"};
enum { N_PROPERTIES = sizeof properties / sizeof *properties };

static size_t find_column(const cupel_sets *s, const char *statistic, const char *property)
{
    char want[96];
    cupel_str name = {0};
    const char *unit;
    size_t j = 0;
    snprintf(want, sizeof want, "MagpieData %s %s", statistic, property);
    for (; j < s->n_columns; j++) {
        cupel_str_clear(&name);
        cupel_sets_column(s, j, &name, &unit);
        if (strcmp(cupel_str_text(&name), want) == 0) break;
    }
    cupel_str_free(&name);
    return j;
}

static cupel_status add_statistic(making *m, const cupel_sets *s, const double *values, const char *statistic, size_t block, cupel_err *err)
{
    double *x;
    const size_t first = m->in->d;
    for (size_t p = 0; p < N_PROPERTIES; p++) {
        const size_t j = find_column(s, statistic, properties[p]);
        if (j == s->n_columns) continue;
        cupel_status st = add_column(m, block, &x, err);
        if (st != CUPEL_OK) return st;
        for (size_t k = 0; k < m->all; k++) x[k] = isnan(values[k * s->n_columns + j]) ? 0 : values[k * s->n_columns + j];
        if (!scale(x, m->all, 1 / sqrt((double)N_PROPERTIES))) drop_last(m);
    }
    (void)first;
    return CUPEL_OK;
}

static cupel_status add_formulas(making *m, size_t *block, cupel_err *err)
{
    static const char *const statistics[] = {"mean", "avg_dev"};
    cupel_status st = CUPEL_OK;
    cupel_sets sets = {0};
    cupel_batch b = {0};
    double *values = NULL;
    CUPEL_TRY(read_formulas(m, &b, err));
    CUPEL_TRY(add_fractions(m, &b, block, err));
    CUPEL_TRY(cupel_sets_parse("magpie", true, &sets, err));
    values = cupel_alloc(cupel_mul(m->all, sets.n_columns), sizeof *values);
    if (!values) CUPEL_TRY(cupel_no_memory(err, "descriptors", cupel_mul(m->all, sets.n_columns * sizeof *values)));
    cupel_sets_compute(&sets, &b, 0, m->all, m->job->isa, values, sets.n_columns, NULL);
    for (size_t k = 0; k < sizeof statistics / sizeof *statistics; k++) {
        const size_t before = m->in->d;
        CUPEL_TRY(add_statistic(m, &sets, values, statistics[k], *block, err));
        *block += m->in->d > before;
    }
done:
    cupel_batch_release(&b);
    cupel_free(values);
    return st;
}

/* ---- all of them ---- */

static cupel_status add_input(making *m, cupel_input_column *c, cupel_err *err)
{
    cupel_status st = kind_of(m, c->name, &c->kind, err);
    if (st != CUPEL_OK) return st;
    const size_t before = m->in->d, block = m->in->n_blocks;
    size_t next = block;
    if (c->kind == CUPEL_INPUT_NUMBER) st = add_numbers(m, block, err);
    if (c->kind == CUPEL_INPUT_WORD) st = add_words(m, c->name, block, err);
    if (c->kind == CUPEL_INPUT_FORMULA) st = add_formulas(m, &next, err);
    if (c->kind != CUPEL_INPUT_FORMULA) next += m->in->d > before;
    if (next > UINT8_MAX) return cupel_fail(err, CUPEL_BAD_INPUT, "more than %d inputs change; name the ones that matter with --columns", UINT8_MAX);
    c->block = block;
    c->first = before, c->width = m->in->d - before;
    c->n_blocks = next - block;
    m->in->n_blocks = next;
    return st;
}

/* Too many blocks for a length each: neighbours share one. */
static void join_blocks(making *m)
{
    cupel_inputs *in = m->in;
    if (in->n_blocks <= BLOCKS_MAX) return;
    const size_t each = (in->n_blocks + BLOCKS_MAX - 1) / BLOCKS_MAX;
    for (size_t k = 0; k < in->d; k++) {
        in->block[k] = (unsigned char)(in->block[k] / each);
        for (size_t i = 0; i < m->all; i++) m->column[k][i] /= sqrt((double)each);
    }
    for (size_t c = 0; c < in->n; c++) {
        const size_t end = in->column[c].block + in->column[c].n_blocks;
        in->column[c].block /= each;
        in->column[c].n_blocks = in->column[c].n_blocks ? (end - 1) / each - in->column[c].block + 1 : 0;
    }
    in->n_blocks = (in->n_blocks + each - 1) / each;
}

static cupel_status fill_tables(making *m, cupel_err *err)
{
    cupel_inputs *in = m->in;
    double *zero;
    size_t from = 0;
    if (!in->d) { /* nothing changes: one input that says so */
        cupel_status st = add_column(m, 0, &zero, err);
        if (st != CUPEL_OK) return st;
        in->n_blocks = 1;
    }
    for (size_t t = 0; t < m->from->n_tables; from += rows_of(m, t), t++) {
        in->x[t] = cupel_alloc(cupel_mul(rows_of(m, t), in->d), sizeof **in->x);
        if (!in->x[t]) return cupel_no_memory(err, "inputs", cupel_mul(rows_of(m, t), in->d * sizeof **in->x));
        for (size_t i = 0; i < rows_of(m, t); i++)
            for (size_t k = 0; k < in->d; k++) in->x[t][i * in->d + k] = m->column[k][from + i];
    }
    return CUPEL_OK;
}

static cupel_status find_input(making *m, const char *name, cupel_err *err)
{
    static const char *const remedy = "it is an input; say which columns are with --columns";
    const cupel_trial_table *one = m->from->table[0];
    m->at[0] = (cupel_column_match){.at = 0};
    cupel_status st = cupel_column_find(&one->header, one->file, "", name, remedy, &m->at[0].at, err);
    for (size_t t = 1; t < m->from->n_tables && st == CUPEL_OK; t++) {
        const cupel_trial_table *other = m->from->table[t];
        st = cupel_column_match_find(&other->header, other->file, &one->header, m->at[0].at, "the candidates'", remedy, &m->at[t], err);
        if (st == CUPEL_BAD_INPUT && cupel_header_match(&other->header, &one->header, m->at[0].at) != SIZE_MAX)
            cupel_trial_counted(m->job, CUPEL_TRIAL_BAD_UNIT, other->records.n_rows);
    }
    return st;
}

static void say_conversions(const making *m, cupel_input_kind kind)
{
    const cupel_header *h = &m->from->table[0]->header;
    for (size_t t = 1; t < m->from->n_tables && kind == CUPEL_INPUT_NUMBER; t++)
        if (m->at[t].converts)
            cupel_say(m->job, CUPEL_NOTE, "column '%s' of '%s' is converted to %s", m->from->table[t]->header.name[m->at[t].at],
                      m->from->table[t]->file, h->unit[m->at[0].at]);
}

cupel_status cupel_inputs_make(const cupel_input_choice *from, const cupel_job *job, cupel_inputs *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = from->n;
    cupel_inputs in = {.n = n, .column = cupel_alloc(n, sizeof *in.column)};
    making m = {.from = from, .job = job, .in = &in};
    if (!in.column) CUPEL_TRY(cupel_no_memory(err, "inputs", n * sizeof *in.column));
    for (size_t t = 0; t < from->n_tables; t++) m.all += rows_of(&m, t);
    for (size_t i = 0; i < n; i++) {
        CUPEL_TRY(find_input(&m, from->name[i], err));
        in.column[i].name = from->table[0]->header.name[m.at[0].at];
        CUPEL_TRY(add_input(&m, &in.column[i], err));
        say_conversions(&m, in.column[i].kind);
    }
    join_blocks(&m);
    CUPEL_TRY(fill_tables(&m, err));
    *out = in;
    in = (cupel_inputs){.d = in.d};
done:
    for (size_t k = 0; k < in.d; k++) cupel_free(m.column[k]);
    cupel_free(m.column);
    cupel_inputs_release(&in);
    return st;
}

void cupel_inputs_release(cupel_inputs *in)
{
    cupel_free(in->column);
    cupel_free(in->block);
    for (size_t t = 0; t < CUPEL_INPUT_TABLES; t++) cupel_free(in->x[t]);
    *in = (cupel_inputs){0};
}
