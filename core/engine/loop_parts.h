/* Shared by what tells the loop of measurements: which columns a new loop has (loop_begin.c), whose columns a table has (loop_columns.c), its rows
 * (loop_rows.c), values that are far from all others (loop_doubts.c), what becomes of each row (loop.c). */
#ifndef CUPEL_ENGINE_LOOP_PARTS_H
#define CUPEL_ENGINE_LOOP_PARTS_H

#include "core/engine/loop.h"
#include "core/engine/trial_cells.h"
#include "core/matter/column_match.h"

#include <string.h>

typedef struct cupel_telling {
    const cupel_tell_options *o;
    const cupel_job *job;
    cupel_loop loop;
    cupel_trial_table t;
    cupel_column_match *match;  /* [header.n] column of the results for each of the loop; .at SIZE_MAX: a goal that a withdrawal does not give */
    bool *number;               /* [header.n] a cell has to be a number: a goal, a unit, or the loop holds numbers there */
    size_t failed;              /* column of the results; SIZE_MAX */
    size_t name;                /* column of the results that names experiments; SIZE_MAX */
    size_t id;                  /* column of ids by which the table names experiments that were taken, in place of inputs; SIZE_MAX */
    size_t old;                 /* rows of the loop before */
    size_t partly;              /* rows with some of their goals */
    cupel_text *cell;           /* [header.n] the row at work */
    bool *claimed;              /* [old] a row of this table says the same: each copy that the loop has answers for one copy of the table */
    bool *told;                 /* [rows of the table] it claimed one */
    bool *awaited;              /* [old] under way, and a row of this table has just these inputs */
    double *tolerance;          /* [n_inputs] loop_near.h */
    size_t own;                 /* rows that are experiments of their own, where some are under way */
    cupel_trial_reason why;     /* what is wrong with the row at work, where it cannot be told */
    cupel_str text;             /* converted numbers */
    cupel_tell_result r;
} cupel_telling;

static inline bool cupel_telling_is_name(const cupel_telling *g, size_t col)
{
    return col == g->name || strcmp(g->t.header.name[col], "id") == 0;
}

/* g->name: the caller's column, the loop's, or one that is called so and is no input. */
cupel_status cupel_telling_find_name(cupel_telling *g, cupel_err *err);
/* Columns and goals of a loop that is not there yet, into g->loop. CUPEL_USAGE where no goal is given. */
cupel_status cupel_telling_begin(cupel_telling *g, cupel_err *err);
/* Columns of the table for those of the loop: g->match, g->number, g->id; g->cell is made. Columns that are left over are said. */
cupel_status cupel_telling_match(cupel_telling *g, cupel_err *err);

/* Trimmed; empty at column SIZE_MAX. */
cupel_text cupel_telling_cell(const cupel_telling *g, size_t row, size_t col);
/* Row `row` of the table in the columns and units of the loop, into g->cell. *empty: how many goals have no value. */
cupel_status cupel_telling_read(cupel_telling *g, size_t row, size_t *empty, cupel_err *err);
/* The first goal in which the row at work and row `row` of the loop differ; header.n: in none. */
size_t cupel_telling_difference(const cupel_telling *g, size_t row);
/* Goals that the row at work gives are those of row `row` of the loop; an empty one is any. */
bool cupel_telling_fits(const cupel_telling *g, size_t row);

/* Says which values of goal column k, told now, are far from all that the loop holds: g->r.doubt. */
cupel_status cupel_telling_doubts(cupel_telling *g, size_t k, cupel_err *err);

#endif
