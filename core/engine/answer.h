/* Predictions line by line, for a program at the other end of a pipe: each line is answered before the next is waited for, and a bad one is
 * answered with what is wrong with it. */
#ifndef CUPEL_ENGINE_ANSWER_H
#define CUPEL_ENGINE_ANSWER_H

#include "core/engine/predict.h"

/* Takes one answer, with its line end, and sees that it leaves the process. */
typedef cupel_status (*cupel_answer_fn)(void *user, const char *text, size_t n, cupel_err *err);

typedef struct cupel_answer_result {
    uint64_t lines, answered, bad; /* lines that are not blank; with a prediction; with an error */
} cupel_answer_result;

/* Lines of the table (its format jsonl, csv or tsv; NULL: JSON where the first line begins with '{', else csv with a header) until its end. An
 * answer is one JSON object: what the line held, then the columns of cupel_predict_table, or {"line": n, "error": "...", ...what could be read}.
 * Of the options: model, table, format, formula, dot, predict. One thread. CUPEL_BAD_INPUT: no line at all, or none could be answered. */
cupel_status cupel_answer_lines(const cupel_predict_table_options *o, const cupel_job *job, cupel_answer_fn put, void *user,
                                cupel_answer_result *result, cupel_err *err);

#endif
