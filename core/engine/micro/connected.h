/* A phase in one body: what is cut off from it is removed, what it encloses is filled, and what that costs. */
#ifndef CUPEL_ENGINE_MICRO_CONNECTED_H
#define CUPEL_ENGINE_MICRO_CONNECTED_H

#include "core/engine/micro/design.h"

/* Of a periodic volume, in place. Trapped: a cluster of other phases from which no path leads to another period, along any axis; it becomes `phase`.
 * Island: a cluster of the phase that is not its largest; it becomes the other phase that it touches most. Voxels hang together through faces.
 * Repeated until nothing changes: a filled void may join an island. ids are those of v. */
cupel_status cupel_connected_mend(cupel_voxels *v, uint16_t phase, const cupel_job *job, uint64_t *islands, uint64_t *trapped, cupel_err *err);

/* The voxels of a design as they are and mended, described and solved as labels on the grid of the design where anything changed: fills g->connected,
 * and judges again. */
cupel_status cupel_design_connect(const cupel_micro_demand *d, cupel_design *g, const cupel_job *job, cupel_err *err);

/* The verdicts of a design whose g->connected is known, on the mended body: what every number is there is what it was, moved as that of the labels
 * moves. Statistics, fractions, density and price are then passed and failed by it. A tensor, or a number of one, that was not met as drawn stays
 * unmet: its move is an estimate. */
void cupel_connected_judge(const cupel_micro_demand *d, cupel_design *g);

/* The mended voxels of a design, with the phases of the demand as labels; released by the caller. */
cupel_status cupel_design_mended(const cupel_micro_demand *d, const cupel_design *g, const cupel_job *job, cupel_voxels *v, cupel_err *err);

/* One line for people; and one on which files hold the body. Nothing where no body is asked for. */
void cupel_connected_words(const cupel_micro_demand *d, const cupel_design *g, cupel_str *s);
void cupel_connected_files(const cupel_micro_demand *d, const cupel_designs *found, cupel_str *s);

#endif
