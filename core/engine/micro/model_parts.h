/* What the parts of the surrogate of a space share: fitting and facts (model.c), misses of left-out rows (model_calibrate.c), prediction
 * (model_predict.c). */
#ifndef CUPEL_ENGINE_MICRO_MODEL_PARTS_H
#define CUPEL_ENGINE_MICRO_MODEL_PARTS_H

#include "core/engine/micro/model.h"
#include "core/engine/micro/physics.h"
#include "models/learn/joint.h"

struct cupel_micro_model {
    const cupel_micro_demand *d;
    const cupel_micro_space *space;
    const cupel_samples *rows;
    cupel_material material[CUPEL_MICRO_PHASES_MAX];
    bool exact_fraction;           /* the generator's parameter is the volume fraction of phase 1 */
    size_t fraction_param;         /* place in recipe.value */
    size_t n, p;                   /* rows, outputs */
    size_t at_k, at_c, at_f;       /* where each kind of output begins; SIZE_MAX: not there */
    size_t *row;                   /* [n] */
    cupel_micro_physics physics;
    cupel_joint *joint;
    size_t n_draws;
    double *draw;                  /* [n_draws][p] misses of left-out rows in spreads and local scales */
    double *z, *square;            /* [n][n_params] scaled parameters; [n] mean square of the misses of a row, in spreads */
    double mean_square;
    double *bar, mean_bar[CUPEL_ASKS_MAX]; /* [n][n_asks] squares of the half widths of the bars of what is asked, and their means */
    size_t *draw_of;               /* [n_draws] the row that draw is of */
    double *truth, *left_out, *lower, *upper; /* [n][n_asks] */
    cupel_ask_trust trust[CUPEL_ASKS_MAX];
    double tau[CUPEL_ASKS_MAX], typical[CUPEL_ASKS_MAX]; /* error per spread over (|value| + typical); mean size */
    double worst[CUPEL_ASKS_MAX], best[CUPEL_ASKS_MAX];  /* of goals, in the sample */
};

struct cupel_micro_scratch {
    size_t block;
    double *z, *known;             /* [block][n_params], [block][physics.n] */
    double *mean, *spread;         /* [block][p], [block] */
    double *asked;                 /* [n_asks][n_draws] */
    double *at;                    /* [p] */
    void *joint;
};

/* What simple models say at parameters value [n_params] into known [physics.n]. */
void cupel_micro_know(const cupel_micro_model *m, const double *value, double *known);
/* Tensors and fractions [n_phases] of outputs y [p] at parameters value; k [9], c [36] in the units of the phases. */
cupel_micro_state cupel_micro_state_of(const cupel_micro_model *m, const double *value, const double *y, double *fraction, double *k, double *c);
/* What the demand asks of them, asked [n_asks] `step` apart; fraction [n_phases] on the way. */
void cupel_micro_ask_outputs(const cupel_micro_model *m, const double *value, const double *y, double *fraction, double *asked, size_t step);

/* Means over the rows around scaled parameters z without row `but` (SIZE_MAX: none left out): of x [n], `step` apart, with `mean` as one row more; of
 * the misses, as a scale. */
double cupel_micro_local_mean(const cupel_micro_model *m, const double *z, size_t but, const double *x, size_t step, double mean);
double cupel_micro_local_scale(const cupel_micro_model *m, const double *z, size_t but);

/* The misses of left-out rows, y [n][p]; then truths, left-out values and intervals of all rows. */
void cupel_micro_model_draw(cupel_micro_model *m, const double *y);
cupel_status cupel_micro_model_calibrate(cupel_micro_model *m, cupel_err *err);

/* asked [n_asks][n_draws] of all draws about y [p] with this spread, without those of row `but`; at [p] is scratch. Returns how many. */
size_t cupel_micro_draw_asks(const cupel_micro_model *m, const double *value, const double *y, double spread, size_t but, double *at, double *asked);
/* The values between which the share `quantile` of sorted x [n] lies. */
void cupel_micro_between(const double *x, size_t n, double quantile, double *lower, double *upper);
bool cupel_micro_all_finite(const double *x, size_t n);

#endif
