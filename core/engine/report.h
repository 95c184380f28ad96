/* The report: one HTML page that explains a run, without network and without other files. */
#ifndef CUPEL_ENGINE_REPORT_H
#define CUPEL_ENGINE_REPORT_H

#include "core/sys/job.h"

/* Writes folder/report.html from folder/result.h5 and, where they are there, model.h5 (model-2.h5 ... for further properties), demand.yaml and
 * run.json. CUPEL_BAD_INPUT when there is no result; CUPEL_BAD_ARTIFACT for a damaged one, or for a model of another run. */
cupel_status cupel_report_write(const char *folder, const cupel_job *job, cupel_err *err);

#endif
