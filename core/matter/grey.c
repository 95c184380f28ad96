#include "core/matter/grey.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <inttypes.h>
#include <stdlib.h>

bool cupel_voxels_grey(const cupel_voxels *v)
{
    enum { FEW = 16 };
    const size_t count = cupel_voxels_count(v), last = v->n[v->dim - 1];
    const double span = (double)v->label[v->n_phases - 1] - (double)v->label[0] + 1;
    size_t pairs = 0, unequal = 0;
    double steps = 0;
    if (v->n_phases <= FEW || 2 * (double)v->n_phases < span || last < 2) return false;
    for (size_t i = 1; i < count; i++) {
        if (i % last == 0) continue;
        pairs++;
        unequal += v->id[i] != v->id[i - 1];
        steps += abs(v->id[i] - v->id[i - 1]);
    }
    const bool small = steps < 0.15 * (double)v->n_phases * (double)unequal; /* of labels without order it is a third */
    return 2 * unequal > pairs || (4 * unequal > pairs && small);
}

cupel_status cupel_voxels_otsu(const cupel_voxels *v, int64_t *label, cupel_err *err)
{
    double *share = cupel_alloc(v->n_phases, sizeof *share), mean = 0, below = 0, sum = 0, best = -1;
    if (!share) return cupel_no_memory(err, "a histogram", v->n_phases * sizeof *share);
    cupel_voxels_fractions(v, share);
    for (size_t p = 0; p < v->n_phases; p++) mean += share[p] * (double)v->label[p];
    for (size_t p = 0; p + 1 < v->n_phases; p++) {
        below += share[p];
        sum += share[p] * (double)v->label[p];
        const double apart = mean * below - sum, between = apart * apart / (below * (1 - below));
        if (between > best) best = between, *label = v->label[p];
    }
    cupel_free(share);
    return CUPEL_OK;
}

cupel_status cupel_voxels_cut(cupel_voxels *v, double threshold, const char *what, cupel_err *err)
{
    size_t first = 0;
    while (first < v->n_phases && (double)v->label[first] <= threshold) first++;
    if (first == 0 || first == v->n_phases)
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': its values, %" PRId64 " to %" PRId64 ", are all %s the threshold %.10g", what, v->label[0],
                          v->label[v->n_phases - 1], first ? "at or below" : "above", threshold);
    for (size_t i = 0; i < cupel_voxels_count(v); i++) v->id[i] = v->id[i] >= first;
    v->grey = (cupel_grey_scale){0};
    v->n_phases = 2;
    v->label[0] = 0;
    v->label[1] = 1;
    return CUPEL_OK;
}
