/* A search on smaller grids than its own, before it: the same first look and the same steps, on 12 to 18 voxels an edge. It counts against no budget
 * in solves: all that it solves for the 25 spaces of `space: all` has about the voxels of one verification on 32, an eighth of one on 64. */
#ifndef CUPEL_ENGINE_MICRO_SKETCH_H
#define CUPEL_ENGINE_MICRO_SKETCH_H

#include "core/engine/micro/search.h"

typedef struct cupel_sketch {
    cupel_search search;        /* of copies of all that follows, which its pointers are to */
    cupel_micro_demand demand;  /* without a budget */
    cupel_designs found;
    cupel_job job;              /* which says nothing */
} cupel_sketch;

/* Of a search whose families are known. NULL where there is no memory. */
cupel_sketch *cupel_sketch_new(const cupel_search *s);
void cupel_sketch_free(cupel_sketch *k);

#endif
