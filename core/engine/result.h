/* What a screen gives: the shortlist, the funnel, how often elements won or were rejected, and a sample for figures. Kept as an artifact of
 * kind "ranking" (DIR/result.h5 of a run) or "shard" (part2.h5, one of several parts), printed as CSV or JSONL. A report needs no more than
 * this, the model files and run.json.
 *
 * Layout, schema 4; n rows, p properties, r requirements, c constraints, all text UTF-8:
 *   root attributes demand (its first line), file, space (in words), rank_by ("probability", "pareto", "weights"), level, keep, per_system (0:
 *   any number),
 *                     known (0 judged by the
 *                     measured value, 1 kept as predicted, 2 left out), domain_required,
 *                     candidates (of the whole space), first, end (rows first .. end - 1 were screened), shard, shards (1, 1 when whole)
 *   identity/         name value [k] text: what it was made from: cupel, demand, space, "data <property>", "model <property>" (a digest of the
 *                     settings and out-of-fold predictions), isa, precision; the digests of them are attributes of the group `inputs` too
 *   words             [k] text, the demand in sentences
 *   properties/       name unit model (learner, features and settings in words) [p]; class [p] 0 or 1; minimum maximum training_rows [p]
 *   requirements/     property [r] (row of properties); minimum maximum [r] (in the property's unit, infinite where open); goal [r] (-1 minimise,
 *                     0 none, 1 maximise); beat weight [r] (beat NaN where the goal has no such value: beside a window, in
 *                     a ranking by trade-offs or weights); words [r] text
 *   constraints/      name column words [c] text; goal weight limit [c]
 *   objectives/       words [m] text: each window (its probability), each goal on a value or figure
 *   rows/             index copies layer [n]; score merit probability [n]; value spread lower upper distance in_domain [n][p]; chance [n][r];
 *                     figure [n][c]; objective [n][m]; formula key [n] text; known_formula [n p] text; known_value known_distance in_training [n][p];
 *                     known_low known_high known_n [n][p], known_condition [n p] text (not in schema 3: one value each, no condition).
 *                     Best first. A shard of a Pareto ranking holds more rows than it will show.
 *   columns/          name [k] text, where candidates carry columns of their space; their values stand in rows/key behind the composition, each
 *                     behind a tab
 *   carried/          name [k] text, of the columns of a list that no model takes; rows/carried [n] text holds their values, each behind a tab
 *   diverse/          distance in [1], scale [d]: where rows must lie apart; a shard then holds the best rows that the list is chosen from
 *   sample/           up to 2000 candidates that met every constraint, chosen by a hash of their index: index score merit probability value
 *                     spread lower upper distance in_domain chance figure objective formula, as in rows/
 *   funnel/           what [k] text; removed left fails [k]: rejected here first, left after it, and how many fail it at all (-1: not counted)
 *   counts/           core/engine/counts.h: what the funnel is made of, and by element Z: seen predicted [119], rejected [c][119] by first failed
 *                     constraint
 *   elements/         kept [119]: rows that contain the element Z */
#ifndef CUPEL_ENGINE_RESULT_H
#define CUPEL_ENGINE_RESULT_H

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/engine/counts.h"

#include <stdbool.h>

enum { CUPEL_RANKING_SCHEMA = 4, CUPEL_DOMAIN_UNKNOWN = 2 };

/* Candidates column by column. Integers are signed because artifacts store them so. */
typedef struct cupel_shortlist {
    size_t n;
    int64_t *index;            /* [n] in the space, from 0 */
    int64_t *copies;           /* [n] how often this reduced composition occurred, at least 1 */
    int64_t *layer;            /* [n] Pareto layer from 1; 0 when not ranked so */
    double *score, *merit;     /* [n] the order: score, then merit, both falling, then key */
    double *probability;       /* [n] that the whole demand is met */
    double *value, *spread, *lower, *upper, *distance; /* [n][p] */
    unsigned char *in_domain;  /* [n][p] 0, 1, or CUPEL_DOMAIN_UNKNOWN in a ranking of predictions that do not say */
    double *chance;            /* [n][r] probability of each requirement */
    double *figure;            /* [n][c] of each constraint, NaN without one */
    double *objective;         /* [n][m], larger is better, about 0 .. 1 */
    char **formula;            /* [n] as the space wrote it */
    char **key;                /* [n] canonical reduced composition, then a tab and the value of each of the result's columns */
    char **carried;            /* [n] a tab and the value of each carried column; "" where there are none, and in a sample */
} cupel_shortlist;

typedef struct cupel_funnel_line {
    char *what;
    int64_t removed, left, fails;
} cupel_funnel_line;

/* What a result was made from: demand, tables, models, version, instruction set. */
typedef struct cupel_identity {
    size_t n;
    char **name, **value; /* [n] value: a digest, a version or a word */
} cupel_identity;

typedef struct cupel_result {
    cupel_arena arena;         /* everything below but the counts */
    char *demand, *file, *space, *rank_by;
    double level;
    int64_t keep, per_system, known, domain_required, candidates, first, end, shard, shards, seed;
    cupel_identity identity;
    size_t n_words;
    char **words;
    size_t n_properties;
    char **property, **unit, **model;
    unsigned char *is_class;
    double *property_min, *property_max;
    int64_t *training_rows;
    size_t n_requirements;
    int64_t *requirement_property, *requirement_goal;
    double *requirement_min, *requirement_max, *requirement_beat, *requirement_weight;
    char **requirement_words;
    size_t n_constraints;
    char **constraint, **constraint_column, **constraint_words;
    int64_t *constraint_goal;
    double *constraint_weight, *constraint_limit;
    size_t n_objectives;
    char **objective_words;
    double diverse;            /* least distance of two rows (core/engine/diverse.h); 0: none was asked for */
    char *diverse_in;
    size_t n_diverse_scale;
    double *diverse_scale;
    int64_t n_near;            /* left out because a better row was nearer; not stored, it stands in the funnel */
    size_t n_columns;          /* of the space, that its candidates carry */
    char **column;             /* names, "temperature [K]" */
    size_t n_carried;          /* the other columns of a list or of a table of predictions, as ids: they go with a row and change nothing */
    char **carried;            /* their names */
    cupel_shortlist rows, sample;
    char **known_formula;      /* [n p] nearest known material of each row and property; "" when there is none */
    double *known_value, *known_distance; /* the value is the median of known_n, which lie from known_low to known_high */
    double *known_low, *known_high;
    int64_t *known_n;
    char **known_condition;    /* [n p] the table columns that it was measured at, "T=300; route=cast"; "" without any */
    unsigned char *in_training; /* the same composition, under the same condition */
    size_t n_funnel;
    cupel_funnel_line *funnel;
    cupel_counts counts;
    int64_t *kept_z;           /* [119] */
} cupel_result;

/* The composition of a key; and the value of column k behind it (or of carried column k), "" when it is not there. */
cupel_text cupel_key_composition(const char *key);
cupel_text cupel_key_column(const char *key, size_t k);
/* Puts one more column behind a key: a tab and the value, on one line. */
void cupel_key_add(cupel_text value, cupel_str *key);

/* What was measured of property p of row i itself against a window from lo to hi: 1 all inside, -1 all outside, 0 values on both sides. */
int cupel_result_measured(const cupel_result *r, size_t i, size_t p, double lo, double hi);

/* Whether a candidate can miss requirement k: a window, or a goal that counts as met beyond a value. A goal alone can not. */
bool cupel_result_can_miss(const cupel_result *r, size_t k);
bool cupel_result_can_miss_any(const cupel_result *r);

/* The oxidation states that make row i neutral, "K+1 Bi+3 S-2", or nothing (core/matter/oxidation.h). */
void cupel_result_states(const cupel_result *r, size_t i, cupel_str *out);

void cupel_result_release(cupel_result *r);

/* As an artifact. Open validates every shape and reference: CUPEL_BAD_ARTIFACT. */
cupel_status cupel_result_save(const cupel_result *r, const char *path, cupel_err *err);
cupel_status cupel_result_open(const char *path, cupel_result *r, cupel_err *err);

/* By the name's end: .h5 the artifact, .jsonl or else CSV a table; "-" is CSV on stdout. */
cupel_status cupel_result_write(const cupel_result *r, const char *path, cupel_err *err);

#endif
