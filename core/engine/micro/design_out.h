/* What a design leaves behind: designs.csv, recipes, voxels, surfaces, the report, run.json, and lines for people. */
#ifndef CUPEL_ENGINE_MICRO_DESIGN_OUT_H
#define CUPEL_ENGINE_MICRO_DESIGN_OUT_H

#include "core/engine/account.h"
#include "core/engine/micro/design_rows.h"
#include "core/engine/micro/page.h"
#include "core/engine/surface.h"

/* Into the folder of the account: designs.csv, demand.yaml, design-1.json and .npy ..., of the first three also .stl, .h5 and fans-1-*.json (FANS),
 * .vti and damask-material.yaml (DAMASK), report.html, run.json. Where a phase is to be one body, all of these are of it
 * alone. run.json:
 *   {"cupel", "command", "started", "ended", "host", "threads", "isa", "seconds": {"total", "search", "report" (with the files)}, "cpu_seconds",
 *    "max_rss_bytes", "solves" (all), "solves by" (after.h), "merged" (near-duplicates), "convention",
 *    "designs": [{"verified", where a tensor is asked "on_grid": {"conductivity": [[..]], "stiffness", "expansion"}, "limit", "error" and,
 *    where one is asked on the grid, "error_on_grid", "closed form": true where the
 *    limit is that of plane layers in closed form,
 *    then "sensitivity" (sensitivity.h), "hold under" (hold.h), "void" (voids.h), "seeds" (seeds.h)}, or
 *    {"verified": false, "search_grid", "on_search_grid"}; where there is a smooth .stl "surface": {"triangles", "pieces" (surface.h),
 *    "share of the box", "share of the largest piece" where design-1-alone.stl has it, "volume fraction" (of the design, or of its
 *    body)}, ..],
 *    "inputs": [{"name", "file", "digest"}], "outputs": [{"file", "digest"}, ..]}
 * and, where the demand names a space, samples.h5 or, in *sample and run.json ("sample": {"rows", "why not"}), why not.
 * asked: where it was stopped, surfaces on more than CUPEL_QUICK voxels are left out and *complete is false; all else is written. */
enum { CUPEL_QUICK = 128 * 128 * 128 };
cupel_status cupel_design_write(const cupel_micro_demand *d, const cupel_designs *found, const cupel_job *asked, cupel_account *a, bool *complete,
                                cupel_design_sample *sample, cupel_err *err);
void cupel_design_summary(const cupel_micro_demand *d, const cupel_designs *found, cupel_str *out);
/* How many were another over again, as a line for people; nothing where none was. */
void cupel_design_merged_say(const cupel_designs *found, cupel_str *out);

/* Parts of it: the files of one design, and the page, which says what was asked, what was found, how, and lists the files of the account. */
typedef struct cupel_taken {
    cupel_account *account;
    const cupel_job *asked;
    cupel_surface surface[CUPEL_SHOWN]; /* {0}: none */
    size_t left_out;
} cupel_taken;
cupel_status cupel_design_take_away(const cupel_micro_demand *d, const cupel_design *g, size_t rank, cupel_taken *to, cupel_err *err);
/* damask-material.yaml, where all phases are isotropic. */
cupel_status cupel_design_damask(const cupel_micro_demand *d, cupel_account *a, cupel_err *err);
cupel_status cupel_design_report(const cupel_micro_demand *d, const cupel_designs *found, const cupel_account *a, cupel_err *err);

#endif
