/* An expansion ready for use: what a solution becomes for prediction, during cross-validation and in a finished surrogate alike. */
#ifndef CUPEL_MODELS_LEARN_EXPAND_H
#define CUPEL_MODELS_LEARN_EXPAND_H

#include "core/io/artifact.h"
#include "models/learn/learner.h"

/* Owns plain copies (they are what a model file holds) beside the machine made from them. */
typedef struct cupel_expand {
    bool kernel;           /* a sum over points; else over columns */
    cupel_kernel kind;
    double gamma;
    size_t m, d;           /* points and columns; m = d for a sum over columns */
    size_t n_sums;         /* 1; 2 with a local error */
    double *points;        /* [m][d]; NULL for a sum over columns */
    double *weights;       /* [m][n_sums] */
    double bias[2];
    double *packed;        /* W by rows, lower triangle [m (m + 1) / 2]; NULL */
    cupel_machine *machine;
    cupel_triangle *triangle;
    cupel_own *own;        /* gives the value in place of the first sum; NULL */
    bool uncut;            /* that model sees rows beyond CUPEL_FARTHEST as they are */
} cupel_expand;            /* {0} is empty */

/* error [problem->n]: absolute errors, for a second sum that says how large they are near a row; NULL: one sum. */
cupel_status cupel_expand_make(const cupel_learner *l, const cupel_problem *p, const double *setting, const cupel_fitted *f,
                               const double *error, cupel_expand *e, cupel_err *err);
void cupel_expand_release(cupel_expand *e);

/* What comes out for a row. */
typedef struct cupel_raw {
    double value;      /* scaled target */
    double error;      /* absolute, to be expected near the row; 0 when there is no second sum */
    double unknown;    /* with a triangle: 1 - |W k|^2 (kernel) or |W x|^2 (columns); else 0 */
    double own;        /* what a model of its own says of its error, scaled target; 0 when it says nothing */
    double distance;   /* to the nearest point; for a sum over columns sqrt(|W x|^2) */
} cupel_raw;

/* Scratch of one thread, for blocks of up to CUPEL_EXPAND_ROWS rows. */
enum { CUPEL_EXPAND_ROWS = 256 };
typedef struct cupel_expand_work {
    void *scratch;     /* of machine and triangle */
    double *sums, *nearest, *squares, *values;
    void *own_scratch;
    double *own;       /* [2][CUPEL_EXPAND_ROWS] value and spread of a model of its own */
    cupel_spiked *mixture; /* [CUPEL_EXPAND_ROWS] of one that gives them; else NULL */
    double *cut;       /* [CUPEL_EXPAND_ROWS][d] rows cut at CUPEL_FARTHEST, beside a model that sees them uncut */
    size_t values_ld;
} cupel_expand_work;
cupel_status cupel_expand_work_make(const cupel_expand *e, cupel_expand_work *w, cupel_err *err);
void cupel_expand_work_release(cupel_expand_work *w);

/* How rows are computed. value_only: what only an error is made of is left out where that costs much (the triangle of a kernel, m^2 / 2 a row);
 * unknown, or own of such a model, is 0 then. */
typedef struct cupel_expand_way {
    cupel_precision precision; /* AUTO: float64 */
    cupel_isa isa;
    bool value_only;
} cupel_expand_way;

/* Scaled rows z [n][ld], n <= CUPEL_EXPAND_ROWS, into raw [n], and into w->mixture. */
void cupel_expand_run(const cupel_expand *e, const double *z, size_t ld, size_t n, const cupel_expand_way *how, cupel_expand_work *w, cupel_raw *raw);

cupel_status cupel_expand_save(const cupel_expand *e, cupel_writer *w, cupel_err *err);
/* Checks shapes and values; d as the scaling says; own: what the learner's models are, NULL for an expansion. */
cupel_status cupel_expand_load(const cupel_reader *r, size_t d, const cupel_own_kind *own, cupel_expand *e, cupel_err *err);

#endif
