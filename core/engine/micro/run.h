/* The road of a demand for microstructures: a space, a sample that is solved, a surrogate, candidates, a ranking, the first of it solved again. */
#ifndef CUPEL_ENGINE_MICRO_RUN_H
#define CUPEL_ENGINE_MICRO_RUN_H

#include "core/engine/micro/space.h"
#include "core/sys/job.h"

/* Reads the demand and its space (where it has one) and says both in words. Nothing is solved. */
cupel_status cupel_micro_check(cupel_text text, const char *file, const cupel_job *job, cupel_str *words, cupel_err *err);

/* DIR/ranking.csv, result.h5, samples.csv, samples.h5, demand.yaml (a copy), run.json, report.html. While the sample is solved each structure that is
 * done is kept in DIR/samples.checkpoint; `resume` goes on from there. `words` gets the outcome in some lines. CUPEL_INFEASIBLE: all files are there,
 * and nothing that was verified can meet the demand (or nothing predicted has a chance of 1 %, when nothing is verified). run.json is as for
 * compositions, with the seconds of each stage:
 *   {.., "seconds": {"total", "sample", "train", "predict", "verify", "report"}, "sample": .., "sample_failed": .., "sample_solved_here": ..,
 *    "candidates": .., "candidates_per_second": .., "kept": .., "verified": .., "inputs": [..], "outputs": [..]} */
cupel_status cupel_micro_run(const char *demand, const char *folder, bool resume, const char *command, const cupel_job *job, cupel_str *words,
                             cupel_err *err);

/* Whether a folder is that of such a run. */
bool cupel_micro_folder_is(const char *folder);
/* Writes folder/report.html anew. */
cupel_status cupel_micro_report_write(const char *folder, const cupel_job *job, cupel_err *err);

#endif
