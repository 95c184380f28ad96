/* The pieces of the report. Inside the engine only; the page itself is made by cupel_report_page from what was read before. */
#ifndef CUPEL_ENGINE_REPORT_PARTS_H
#define CUPEL_ENGINE_REPORT_PARTS_H

#include "core/engine/attribution.h"
#include "core/engine/result.h"
#include "core/io/json.h"

enum { CUPEL_TRUST_LEVELS = 19, CUPEL_TRUST_BINS = 36, CUPEL_TRUST_GROUPS = 3 };

/* How good a surrogate is on rows it was not trained on: figures and curves. NaN where one is not defined. */
typedef struct cupel_trust {
    bool is_class;
    size_t n, inside;                           /* rows; those inside the domain of the others */
    double low, high;                           /* smallest and largest truth or prediction */
    double mae, rmse, r2, spearman;             /* regression */
    double coverage90, width90, miscalibration; /* coverage also for classes: share of rows whose class is in the 90 % set */
    double level[CUPEL_TRUST_LEVELS];           /* 0.05 ... 0.95 */
    double observed[CUPEL_TRUST_GROUPS][CUPEL_TRUST_LEVELS]; /* of all rows, of those inside and of those outside the domain; NaN below 30 rows */
    double bin_from, bin_width;                 /* residuals, prediction - truth; the outermost bins hold all beyond */
    size_t bin[CUPEL_TRUST_BINS];
    double class_low, class_high;               /* the two class values */
    double auc, balanced_accuracy, log_loss, brier;
    size_t n_reliability;                       /* bins of predicted probability: mean predicted, share observed, rows */
    double predicted[10], happened[10];
    size_t in_bin[10];
} cupel_trust;

/* One property's model as the page needs it. Arrays of n rows in training order; text lives as long as the model. */
typedef struct cupel_report_model {
    const char *property, *unit, *learner, *settings, *sets, *columns, *digest, *training_digest;
    bool is_class;
    double class_threshold;                      /* probability from which the second class is said */
    size_t n;
    const char *const *formula;
    const double *truth, *value, *lower, *upper; /* out of fold; intervals at 90 % */
    const unsigned char *in_domain;
    cupel_trust trust;
    const cupel_attribution *why;                /* of the first candidates; n_explained 0 when there are none */
} cupel_report_model;

typedef struct cupel_report {
    const cupel_result *result;
    size_t n_models;
    cupel_report_model *model; /* [n_models] */
    const cupel_json *run;     /* run.json; NULL when it is not there */
    const char *demand_text;   /* demand.yaml; NULL when it is not there */
} cupel_report;

/* Fills m->trust. The intervals are judged by cross-calibration: each tenth of the rows by the residuals of the other nine. */
cupel_status cupel_trust_judge(cupel_report_model *m, cupel_err *err);

/* The whole page, below a megabyte for a shortlist of hundreds. */
cupel_status cupel_report_page(const cupel_report *r, cupel_str *out, cupel_err *err);

/* Sections of it, in the order of the page. */
void cupel_report_shortlist(const cupel_report *r, cupel_str *s);
void cupel_report_tradeoff(const cupel_report *r, cupel_str *s);
void cupel_report_funnel(const cupel_report *r, cupel_str *s);
void cupel_report_elements(const cupel_report *r, cupel_str *s);
void cupel_report_trust(const cupel_report *r, cupel_str *s);
bool cupel_report_has_why(const cupel_report *r); /* for one model at least; the section says too which it does not speak of, and why */
void cupel_report_why(const cupel_report *r, cupel_str *s);
void cupel_report_limits(const cupel_report *r, cupel_str *s);
void cupel_report_lineage(const cupel_report *r, cupel_str *s);
void cupel_report_methods(const cupel_report *r, cupel_str *s);
cupel_status cupel_report_figures(const cupel_report *r, cupel_str *json, cupel_err *err); /* the data of the figures drawn in the browser */

/* The demand judges by measured values, and this candidate was measured outside the window of property p. */
bool cupel_result_measured_outside(const cupel_result *q, size_t i, size_t p);

/* The number behind "a.b" in run.json; NaN when it is not there. */
double cupel_report_number(const cupel_report *r, const char *path);

#endif
