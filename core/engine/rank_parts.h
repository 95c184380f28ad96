/* Inside the ranking of a table: what rank.c and rank_columns.c share. */
#ifndef CUPEL_ENGINE_RANK_PARTS_H
#define CUPEL_ENGINE_RANK_PARTS_H

#include "core/engine/board.h"
#include "core/engine/counts.h"
#include "core/engine/explain.h"
#include "core/engine/known.h"
#include "core/engine/rank.h"
#include "core/engine/score.h"
#include "core/math/units.h"
#include "datasets/source.h"

/* Where a property stands in the table, and how its unit becomes the demand's. */
typedef struct cupel_rank_place {
    size_t value, lower, upper;
    size_t quantile[CUPEL_BELIEF_QUANTILES]; /* [belief's n_tau] */
    cupel_unit from, to;
    bool converts;
} cupel_rank_place;

/* The conditions that a property depends on, a temperature or a route, and what is known under them. */
typedef struct cupel_rank_under {
    cupel_features *features, *own; /* bound to the table; of the model, or own; NULL: none, or the table lacks their columns */
    cupel_known_set *known;
} cupel_rank_under;

typedef struct cupel_ranker {
    const cupel_rank_options *o;
    cupel_demand *d;
    const cupel_job *job;
    cupel_source *source;
    cupel_board_shape shape;
    size_t formula, distance, in_domain;
    cupel_rank_place *place;          /* [p] */
    cupel_belief *belief;  /* [p] */
    cupel_training *known; /* [p] */
    cupel_scorer *scorer;
    cupel_board *best, *sample;
    cupel_counts counts;
    double *number;        /* of one row: value spread lower upper distance [p], chance [r], figure [c], objective [m] */
    double *quantile;      /* [p][CUPEL_BELIEF_QUANTILES] of the row */
    unsigned char *domain; /* [p] */
    cupel_str key;
    cupel_rank_under *under;   /* [p] */
    size_t *column, n_columns; /* of the table, that some property depends on: behind the composition in the key of a row */
    size_t *carried, n_carried; /* the columns of the table that are none of those above, as ids: they go with the row */
    cupel_str carried_text;    /* of the row */
    cupel_str condition;       /* scratch */
    cupel_tally tally;     /* of rows without a formula or a value */
} cupel_ranker;

/* Finds the columns that the demand asks for; fills place, and the beliefs' quantiles. CUPEL_BAD_INPUT. */
cupel_status cupel_rank_columns(cupel_ranker *k, cupel_err *err);

/* After the source is open and the known rows are read: fills under and column. A table without the columns is said. */
cupel_status cupel_rank_conditions(cupel_ranker *k, cupel_err *err);
/* Then: fills carried. */
cupel_status cupel_rank_carried(cupel_ranker *k, cupel_err *err);
void cupel_rank_conditions_release(cupel_ranker *k);
/* Whether composition c was measured for property p under the conditions of row `row`, by the composition alone where these are not known. */
cupel_status cupel_rank_is_known(cupel_ranker *k, size_t p, const cupel_composition *c, const cupel_records *r, size_t row, bool *known,
                                 cupel_err *err);
/* Known materials of every row of the result. */
cupel_status cupel_rank_put_known(cupel_ranker *k, cupel_result *r, cupel_err *err);
/* Names of the columns. */
cupel_status cupel_rank_put_columns(const cupel_ranker *k, cupel_result *r, cupel_err *err);

#endif
