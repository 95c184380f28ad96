/* What the estimates of labels (estimate_labels.c) and of known interfaces (estimate_cuts.c) have in common. */
#ifndef CUPEL_MODELS_HOMOGENIZE_ESTIMATE_PARTS_H
#define CUPEL_MODELS_HOMOGENIZE_ESTIMATE_PARTS_H

#include "models/homogenize/estimate.h"

/* One effective tensor among those that an estimate takes; the expansion stands behind it. */
enum { CUPEL_ESTIMATE_ALPHA = 36 };
typedef struct cupel_estimate_value {
    double value[CUPEL_ESTIMATE_MAX], error[CUPEL_ESTIMATE_MAX];
    size_t iterations;
} cupel_estimate_value;

typedef struct cupel_estimate_work {
    const cupel_material *materials;
    const cupel_estimate_options *o;
    const cupel_job *job;
    cupel_kind kind;
    size_t order;
    double (*eigenstrain)[6]; /* [phases] where expansion needs it */
    double alpha_range;
    cupel_estimate *e;
    bool probing;             /* the solve only chooses the blend */
    double contrast;          /* of the phases, where a blend was chosen; 1: none was */
} cupel_estimate_work;

/* Empties *e and fills *w. w->eigenstrain is the caller's to free. */
cupel_status cupel_estimate_begin(cupel_estimate_work *w, const cupel_mixture *m, const cupel_material *materials, const cupel_estimate_options *o,
                                  const cupel_job *job, cupel_estimate *e, cupel_err *err);

/* One solve of m; edge: NULL, as the options say. keep: its solution goes to w->e. */
cupel_status cupel_estimate_solve(cupel_estimate_work *w, const cupel_mixture *m, double blend, const double edge[3], bool keep,
                                  cupel_estimate_value *t, cupel_err *err);

/* The same from a solution of m with another blend, without a solve (cupel_estimate_options). *taken: its blend is near enough. */
cupel_status cupel_estimate_known(cupel_estimate_work *w, const cupel_mixture *m, double blend, const cupel_solution *known, cupel_estimate_value *t,
                                  bool *taken, cupel_err *err);

/* The value of the answer's grid. */
void cupel_estimate_take(cupel_estimate *e, const cupel_estimate_value *t);

/* The blend for a mixture whose laminate has this tensor, into w->e. */
cupel_status cupel_estimate_blend(cupel_estimate_work *w, const cupel_mixture *m, const double *fraction, const double *tensor, cupel_err *err);

/* Bars off the diagonal, h [n][n], widened as far as those of their row and column ask for; the same for expansion, h [n]. */
void cupel_bar_spread(double *h, size_t n);
void cupel_bar_spread_alpha(double *h, size_t n);

/* Is the bar narrow enough to be trusted? And the first reason why it is not. */
void cupel_estimate_judge(cupel_estimate *e);
void cupel_estimate_unresolved(cupel_estimate *e, const char *why);
double cupel_estimate_voxels(const cupel_mixture *m);

#endif
