/* One row that is missing something, in words. */
#ifndef CUPEL_ENGINE_EXPLAIN_H
#define CUPEL_ENGINE_EXPLAIN_H

#include "core/matter/formula.h"
#include "core/matter/reason.h"
#include "core/sys/job.h"

#include <stdbool.h>

/* "gaps.csv:17: bad_formula: 'Xx2O3' at byte 1: ..."; detail (may be "") ends the message for other reasons. */
void cupel_explain_row(const char *file, uint64_t line, cupel_text formula, cupel_dot dot, cupel_reason reason, const char *detail,
                       cupel_str *out);

/* Counts of rows by reason, and rows in words: the first few, or every one where rows are changed or left out on the user's word. */
enum { CUPEL_TALLY_EXAMPLES = 5 };
typedef struct cupel_tally {
    const cupel_job *job;
    bool every; /* each row is said when it is met; else the first ones at the end */
    bool first; /* with it: only the first ones, and how many more at the end */
    uint64_t rows[CUPEL_REASON_COUNT];
    cupel_str example[CUPEL_TALLY_EXAMPLES];
    size_t n_examples;
    uint64_t meant;       /* formulas that may mean something else (core/matter/meant.h) */
    cupel_str meant_words; /* the first of them */
    bool structures; /* a bad formula is a crystal structure, or the name of a file of one */
} cupel_tally;

uint64_t cupel_tally_total(const cupel_tally *t);
/* A place for the words of one more row, or NULL when there are enough of them. When the words are there: cupel_tally_tell. */
cupel_str *cupel_tally_add(cupel_tally *t, cupel_reason reason);
/* Looks at the text of a bad formula for cupel_tally_check_formulas. */
void cupel_tally_look(cupel_tally *t, cupel_text formula);
/* A formula that was read: does it look as if something else was meant? */
void cupel_tally_read(cupel_tally *t, const char *file, uint64_t line, cupel_text formula);
void cupel_tally_tell(const cupel_tally *t);
/* "12 rows <what>: 10 missing_formula, 2 bad_formula" and the examples, nothing when there are none; before that the formulas that may mean
 * something else. */
void cupel_tally_say(const cupel_tally *t, const char *what);
/* Adds to rows the counts of a warning that cupel_tally_say made, for who hears of them as text (core/engine/account.h); false, and nothing is
 * added, where it is another. */
bool cupel_tally_heard(cupel_text said, uint64_t rows[CUPEL_REASON_COUNT]);
/* CUPEL_BAD_INPUT when none of `rows` rows had a formula that could be read: the column is another one. */
cupel_status cupel_tally_check_formulas(const cupel_tally *t, uint64_t rows, const char *file, const char *column, cupel_err *err);
void cupel_tally_release(cupel_tally *t);

#endif
