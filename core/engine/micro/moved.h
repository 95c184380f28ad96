/* By how much the properties of a design change, in the norms that a demand uses: what sensitivities, voids and other seeds have in common. */
#ifndef CUPEL_ENGINE_MICRO_MOVED_H
#define CUPEL_ENGINE_MICRO_MOVED_H

#include "core/engine/micro/trial.h"
#include "core/io/json.h"

typedef struct cupel_moved {
    double k, c, alpha;         /* |T' - T| / |T|, Frobenius of Mandel components */
    double ask[CUPEL_ASKS_MAX]; /* of a number that is asked: |x' - x| in its unit; NaN: it is not known; 0 of a whole tensor */
} cupel_moved;

/* Raises each member of *m to what lies between `base` and `moved`, where that is more. */
void cupel_moved_widen(const cupel_micro_demand *d, const cupel_tensors *moved, const cupel_tensors *base, cupel_moved *m);

/* Is there anything to say of it? */
bool cupel_moved_any(const cupel_micro_demand *d, const cupel_moved *m);

/* "conductivity by 1.4 %, young modulus 001 by 0.03 GPa": the tensors that the demand needs, then its numbers. */
void cupel_moved_say(const cupel_micro_demand *d, const cupel_moved *m, cupel_str *out);
/* {"conductivity [%]": 1.4, .., "young modulus 001 [GPa]": 0.03} */
void cupel_moved_put(const cupel_micro_demand *d, const cupel_moved *m, cupel_json_out *w);

/* Whether `ask` is computed of this entry: of a number that follows from tensors, not of a whole tensor or a statistic of voxels. */
bool cupel_moved_has(const cupel_ask *a);

#endif
