/* Figures of merit of n rows: truth [n], value [n] and the ends of intervals in the unit of the target; NaN where a figure is not defined (no
 * spread in the truth, one class only). */
#ifndef CUPEL_MODELS_LEARN_METRICS_H
#define CUPEL_MODELS_LEARN_METRICS_H

#include "core/cupel.h"

#include <stdbool.h>

double cupel_metric_mae(const double *truth, const double *value, size_t n);
double cupel_metric_rmse(const double *truth, const double *value, size_t n);
double cupel_metric_r2(const double *truth, const double *value, size_t n);

/* Intervals [lower, upper], both ends inside. An empty one (NaN) covers nothing. */
double cupel_metric_coverage(const double *truth, const double *lower, const double *upper, size_t n);
double cupel_metric_width(const double *lower, const double *upper, size_t n);
/* Mean interval score at `level` (Gneiting, Raftery 2007, doi:10.1198/016214506000001437): width plus 2/(1 - level) times the miss. */
double cupel_metric_interval_score(const double *truth, const double *lower, const double *upper, size_t n, double level);
/* Area between the observed and the nominal coverage curve from 0 to 1: coverage [m] observed at level [m], increasing; the ends (0, 0)
 * and (1, 1) are added (Kuleshov et al. 2018, arXiv:1807.00263). */
double cupel_metric_miscalibration(const double *level, const double *coverage, size_t m);

/* Spearman's rank correlation, ties by mean rank. cupel_status because it sorts. */
cupel_status cupel_metric_spearman(const double *truth, const double *value, size_t n, double *rho, cupel_err *err);

/* Classes: truth 0 or 1, p = probability of 1. */
cupel_status cupel_metric_auc(const double *truth, const double *p, size_t n, double *auc, cupel_err *err); /* ties count half */

typedef struct cupel_confusion {
    size_t tp, fp, tn, fn;
} cupel_confusion;
/* Class 1 is said where p >= threshold. */
cupel_confusion cupel_metric_confusion(const double *truth, const double *p, size_t n, double threshold);
double cupel_metric_accuracy(const cupel_confusion *c);
double cupel_metric_balanced_accuracy(const cupel_confusion *c);
double cupel_metric_f1(const cupel_confusion *c);
double cupel_metric_mcc(const cupel_confusion *c); /* Matthews correlation */
double cupel_metric_log_loss(const double *truth, const double *p, size_t n);
double cupel_metric_brier(const double *truth, const double *p, size_t n);
/* Expected calibration error: |mean p - share of class 1| over ten groups of rows of about equal size in the order of p, rows of equal p in one
 * group, weighted by rows (Naeini et al. 2015 with groups of equal size). */
cupel_status cupel_metric_calibration_error(const double *truth, const double *p, size_t n, double *error, cupel_err *err);

#endif
