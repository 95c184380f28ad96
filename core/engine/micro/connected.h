/* Designs with a phase in one body (one_body.h): they are verified as that body, and what it costs is said. */
#ifndef CUPEL_ENGINE_MICRO_CONNECTED_H
#define CUPEL_ENGINE_MICRO_CONNECTED_H

#include "core/engine/one_body.h"
#include "core/engine/micro/design.h"
#include "models/homogenize/estimate.h"

/* The recipe of a design in one body, on the grid of the design. Some voxel is not what was drawn: cupel_design_is_mended, once it was verified. */
cupel_status cupel_design_body(const cupel_micro_demand *d, const cupel_design *g, const cupel_job *job, cupel_one_body *b, cupel_err *err);
bool cupel_design_is_mended(const cupel_design *g);

/* Of a verification: where the demand asks for a body, the grids of the recipe are mended as the one of the design is, so that what is solved is the
 * body, and g->connected says what was mended and by how much statistics move. Nothing is solved. */
cupel_status cupel_connected_grids(const cupel_micro_demand *d, cupel_design *g, cupel_grids *grids, const cupel_job *job, cupel_err *err);
/* Statistics and what follows from volume fractions have a value as drawn, and what they are more of the body in `mended`; a fraction of the body has
 * a bar, what the grids differ by. From an entry whose value and on_grid are those of the body or, statistics, as drawn. */
void cupel_connected_value(const cupel_micro_demand *d, cupel_design *g, size_t ask);
/* Notes in g->connected.spoils whether the entry was met with its value as drawn, and is not. */
void cupel_connected_spoils(const cupel_micro_demand *d, cupel_design *g, size_t ask, double drawn);

/* What mending has cost: solves the voxels of the design as drawn and mended, as labels, and fills the rest of g->connected. No verdict changes. */
cupel_status cupel_design_connect(const cupel_micro_demand *d, cupel_design *g, const cupel_job *job, cupel_err *err);

/* The mended voxels of a design, with the phases of the demand as labels; released by the caller. */
cupel_status cupel_design_mended(const cupel_micro_demand *d, const cupel_design *g, const cupel_job *job, cupel_voxels *v, cupel_err *err);

/* One line for people; and one on the files, which all hold the body. Nothing where no body is asked for. */
void cupel_connected_words(const cupel_micro_demand *d, const cupel_design *g, cupel_str *s);
void cupel_connected_files(const cupel_micro_demand *d, const cupel_designs *found, cupel_str *s);

#endif
