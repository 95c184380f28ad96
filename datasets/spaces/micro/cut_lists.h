/* Cut voxels while a mixture is filled plane by plane, each plane by one worker. */
#ifndef CUPEL_DATASETS_SPACES_MICRO_CUT_LISTS_H
#define CUPEL_DATASETS_SPACES_MICRO_CUT_LISTS_H

#include "core/matter/mixture.h"

typedef struct cupel_cut_list {
    cupel_cut *cut;
    size_t n, cap;
} cupel_cut_list;

/* A list for each plane, and m->row. */
cupel_status cupel_cut_lists_new(cupel_mixture *m, cupel_cut_list **list, cupel_err *err);
void cupel_cut_lists_free(const cupel_mixture *m, cupel_cut_list *list);
cupel_status cupel_cut_list_add(cupel_cut_list *list, const cupel_cut *cut, cupel_err *err);
/* m->row [r] holds the place in its plane's list where row r begins; all lists become m->cut, one behind the other. */
cupel_status cupel_cut_lists_join(cupel_mixture *m, const cupel_cut_list *list, cupel_err *err);

#endif
