/* Inside results and checkpoints: columns of a shortlist as data sets, and copying into an arena. */
#ifndef CUPEL_ENGINE_RESULT_PARTS_H
#define CUPEL_ENGINE_RESULT_PARTS_H

#include "core/engine/board.h"

/* Under "<group>/...". Load takes arrays from the arena and checks: shapes, finite scores, probabilities, counts, index < n_candidates. */
cupel_status cupel_shortlist_save(const cupel_shortlist *l, cupel_board_shape s, const char *group, cupel_writer *w, cupel_err *err);
cupel_status cupel_shortlist_load(const cupel_reader *r, const char *group, cupel_board_shape s, int64_t n_candidates, cupel_arena *arena,
                                  cupel_shortlist *l, cupel_err *err);

/* Rows row [n], increasing, become rows 0 .. n - 1. */
void cupel_shortlist_keep(cupel_shortlist *l, cupel_board_shape s, const size_t *row, size_t n);

/* Lists of text as data sets of rank 1; *n = SIZE_MAX takes what is there. */
cupel_status cupel_texts_save(cupel_writer *w, const char *name, const char *help, size_t n, char *const *text, cupel_err *err);
cupel_status cupel_texts_load(const cupel_reader *r, const char *name, size_t *n, cupel_arena *arena, char ***text, cupel_err *err);

/* A data set of numbers: [n][width], width 0: rank 1. */
typedef struct cupel_array {
    const char *name, *unit, *help;
    cupel_type type;
    size_t width;
} cupel_array;
/* An array without items is not stored. */
cupel_status cupel_array_save(cupel_writer *w, const cupel_array *a, size_t n, const void *data, cupel_err *err);
/* at: the address of a pointer to its numbers, which are the arena's. */
cupel_status cupel_array_load(const cupel_reader *r, const cupel_array *a, size_t n, cupel_arena *arena, void *at, cupel_err *err);

/* What a checkpoint or a part is of: names and values, as in cupel_result.input. CUPEL_BAD_ARTIFACT names the first that differs; `what` begins the
 * message: "checkpoint 'a.checkpoint'". */
cupel_status cupel_identity_save(cupel_writer *w, const cupel_identity *id, cupel_err *err);
cupel_status cupel_identity_load(const cupel_reader *r, cupel_arena *arena, cupel_identity *id, cupel_err *err);
cupel_status cupel_identity_same(const cupel_identity *here, const cupel_identity *there, const char *what, const char *remedy, cupel_err *err);

#endif
