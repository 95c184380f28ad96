/* What the folder of a design says besides tensors: targets that were turned, and the price of one body. Nothing where the demand asks for
 * neither. */
#ifndef CUPEL_ENGINE_MICRO_DESIGN_EXTRA_H
#define CUPEL_ENGINE_MICRO_DESIGN_EXTRA_H

#include "core/engine/micro/design.h"
#include "core/io/json.h"

/* Columns of designs.csv, and their cells; each begins with a comma. */
void cupel_design_extra_head(const cupel_micro_demand *d, cupel_str *s);
void cupel_design_extra_row(const cupel_micro_demand *d, const cupel_design *g, cupel_str *s);
/* Members of the object of a design in run.json. */
void cupel_design_extra_put(const cupel_micro_demand *d, const cupel_design *g, cupel_json_out *w);
/* Lines for people. */
void cupel_design_extra_say(const cupel_micro_demand *d, const cupel_design *g, cupel_str *s);

#endif
