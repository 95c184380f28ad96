/* What a design leaves behind: designs.csv, recipes, voxels, run.json, and lines for people. */
#ifndef CUPEL_ENGINE_MICRO_DESIGN_OUT_H
#define CUPEL_ENGINE_MICRO_DESIGN_OUT_H

#include "core/engine/micro/design.h"

/* Writes folder/designs.csv, demand.yaml, design-1.json, design-1.npy ..., run.json. */
cupel_status cupel_design_write(const cupel_micro_demand *d, const cupel_designs *found, const char *folder, const char *command, const cupel_job *job,
                                cupel_err *err);
void cupel_design_summary(const cupel_micro_demand *d, const cupel_designs *found, cupel_str *out);

#endif
