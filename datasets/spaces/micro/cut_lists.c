#include "datasets/spaces/micro/cut_lists.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <string.h>

cupel_status cupel_cut_lists_new(cupel_mixture *m, cupel_cut_list **list, cupel_err *err)
{
    const size_t rows = cupel_mul(m->n[0], m->n[1]);
    m->row = cupel_alloc(rows + 1, sizeof *m->row);
    if (m->row) *list = cupel_alloc(m->n[0], sizeof **list);
    return *list ? CUPEL_OK : cupel_no_memory(err, "rows of cut voxels", cupel_mul(rows, sizeof *m->row));
}

void cupel_cut_lists_free(const cupel_mixture *m, cupel_cut_list *list)
{
    for (size_t i = 0; list && i < m->n[0]; i++) cupel_free(list[i].cut);
    cupel_free(list);
}

cupel_status cupel_cut_list_add(cupel_cut_list *list, const cupel_cut *cut, cupel_err *err)
{
    if (!cupel_grow(&list->cut, &list->cap, list->n + 1, sizeof *cut)) return cupel_no_memory(err, "cut voxels", list->n * sizeof *cut);
    list->cut[list->n++] = *cut;
    return CUPEL_OK;
}

cupel_status cupel_cut_lists_join(cupel_mixture *m, const cupel_cut_list *list, cupel_err *err)
{
    size_t total = 0;
    for (size_t i = 0; i < m->n[0]; i++) {
        for (size_t j = 0; j < m->n[1]; j++) m->row[i * m->n[1] + j] += total;
        total += list[i].n;
    }
    m->row[m->n[0] * m->n[1]] = total;
    m->cut = cupel_alloc(total, sizeof *m->cut);
    if (!m->cut) return cupel_no_memory(err, "cut voxels", total * sizeof *m->cut);
    for (size_t i = 0, at = 0; i < m->n[0]; at += list[i++].n)
        if (list[i].n) memcpy(m->cut + at, list[i].cut, list[i].n * sizeof *m->cut);
    m->n_cuts = total;
    return CUPEL_OK;
}
