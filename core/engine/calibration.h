/* The calibration report: how well a model's intervals hold for rows held out by chance (or given folds), for whole clusters of chemistry, and for
 * one element at a time. */
#ifndef CUPEL_ENGINE_CALIBRATION_H
#define CUPEL_ENGINE_CALIBRATION_H

#include "core/engine/evaluate.h"

enum { CUPEL_CALIBRATION_SPLITS = 3 };

typedef struct cupel_calibration {
    size_t n;                                           /* splits that could be made */
    cupel_evaluate_options options[CUPEL_CALIBRATION_SPLITS];
    cupel_evaluation evaluation[CUPEL_CALIBRATION_SPLITS];
} cupel_calibration; /* {0} is empty */

/* Evaluates o->split (given folds, or by chance), clusters and elements one after the other. A table without formulas, or without elements that can
 * be left out, goes without the last, and is told so through the job. */
cupel_status cupel_calibrate(const cupel_evaluate_options *o, const cupel_job *job, cupel_calibration *c, cupel_err *err);
void cupel_calibration_release(cupel_calibration *c);

/* {"random": {what cupel_evaluation_json gives}, "cluster": ..., "element": ...}; a table of means, a split in each column. */
void cupel_calibration_json(const cupel_calibration *c, cupel_str *out);
void cupel_calibration_table(const cupel_calibration *c, cupel_str *out);

#endif
