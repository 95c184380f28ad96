/* What a design leaves behind: designs.csv, recipes, voxels, run.json, and lines for people. */
#ifndef CUPEL_ENGINE_MICRO_DESIGN_OUT_H
#define CUPEL_ENGINE_MICRO_DESIGN_OUT_H

#include "core/engine/micro/design.h"

/* A file to take away. */
typedef struct cupel_design_file {
    char name[48], what[240], digest[80]; /* "sha256:..." */
    uint64_t bytes;
} cupel_design_file;

typedef struct cupel_design_files {
    size_t n, cap;
    cupel_design_file *one;
} cupel_design_files; /* {0} is empty */

/* Writes folder/designs.csv, demand.yaml, design-1.json and .npy ..., of the first three also .stl, .h5 (FANS) and .vti (DAMASK), report.html,
 * run.json. */
cupel_status cupel_design_write(const cupel_micro_demand *d, const cupel_designs *found, const char *folder, const char *command,
                                const cupel_job *job, cupel_err *err);
/* folder/report.html: what was asked, what was found, how, and the files. */
cupel_status cupel_design_report(const cupel_micro_demand *d, const cupel_designs *found, const cupel_design_files *files, const char *folder,
                                 const char *command, const cupel_job *job, cupel_err *err);
void cupel_design_summary(const cupel_micro_demand *d, const cupel_designs *found, cupel_str *out);

#endif
