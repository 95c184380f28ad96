/* The whole road: demand to a folder with the shortlist and all that explains it. */
#ifndef CUPEL_ENGINE_RUN_H
#define CUPEL_ENGINE_RUN_H

#include "core/engine/screen.h"

/* DIR/ranking.csv, result.h5, model.h5 (model-2.h5 ... for further properties), demand.yaml (a copy), run.json, report.html. `command` is the
 * command line for run.json. *result (may be NULL) is filled as far as it came and is released by the caller in any case. CUPEL_INFEASIBLE when
 * nothing can meet the demand: all files are there. run.json:
 *   {"cupel": "0.1.0", "command": "...", "started": "2026-...Z", "ended": "...", "host": "...", "threads": 2, "isa": "avx512",
 *    "seconds": {"total": .., "train": .., "screen": .., "report": ..}, "cpu_seconds": .., "max_rss_bytes": ..,
 *    "stages": {"read": .., "constraints": .., "describe": .., "predict": .., "rank": .., "checkpoint": ..},      (shares of the worker time, sum 1)
 *    "candidates": .., "candidates_screened_here": .. (fewer after --resume), "candidates_per_second": .., "kept": ..,
 *    "inputs": [{"name": "demand", "file": "..", "digest": "sha256:.."}, ..], "outputs": [{"file": "ranking.csv", "digest": "sha256:.."}, ..]} */
cupel_status cupel_run(const char *demand, const char *folder, const cupel_screen_options *options, const char *command, const cupel_job *job,
                       cupel_result *result, cupel_err *err);

#endif
