/* Beside a perfect void, what is not connected carries nothing: components that are zero in the limit are known without a solve, and one that is
 * iterated for would be noise of what stands for the void. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/homogenize_parts.h"
#include "core/math/small.h"
#include "descriptors/microstructure/components.h"

#include <math.h>
#include <string.h>

/* Axes of the components of a tensor, Mandel order; of an image 11 22 12. */
static void axes_of(const cupel_homogenized *h, size_t i, unsigned axis[2])
{
    static const unsigned first[6] = {0, 1, 2, 1, 0, 0}, second[6] = {0, 1, 2, 2, 2, 1};
    const size_t c = h->kind.dim == 2 && i == 2 ? 5 : i;
    const bool vector = h->kind.physics == CUPEL_CONDUCTION;
    axis[0] = vector ? (unsigned)i : first[c];
    axis[1] = vector ? (unsigned)i : second[c];
}

/* Voxels that carry something as phase 1, also those that an interface cuts. */
static cupel_status mark(const cupel_mixture *m, const bool *soft, cupel_voxels *v, cupel_err *err)
{
    cupel_status st = cupel_voxels_init(v, m->dim, m->n, "what carries", err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < cupel_voxels_count(v); i++) v->id[i] = !soft[m->id8 ? m->id8[i] : m->id16[i]];
    for (size_t row = 0; m->row && row < m->n[0] * m->n[1]; row++)
        for (size_t c = m->row[row]; c < m->row[row + 1]; c++)
            if (!soft[m->cut[c].a] || !soft[m->cut[c].b]) v->id[row * v->n[2] + m->cut[c].k] = 1;
    return cupel_voxels_number(v, "what carries", err);
}

/* A cluster whose paths lead to its own images along some axes can be strained freely, by rigid motion of its images, in every component but those of
 * these axes. Corners count as contact, since the solver's scheme lets them. */
cupel_status cupel_homogenize_carried(const cupel_mixture *m, const bool *soft, const cupel_homogenized *h, const cupel_job *job, bool carried[6],
                                      cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_voxels v = {0};
    cupel_components c = {0};
    const size_t order = cupel_kind_order(h->kind);
    memset(carried, 0, 6 * sizeof *carried);
    CUPEL_TRY(mark(m, soft, &v, err));
    CUPEL_TRY(cupel_components_find(&v, m->dim == 3 ? 26 : 8, true, job, &c, err));
    for (size_t k = 0; k < c.n; k++) {
        if (v.label[c.phase[k]] != 1) continue;
        const unsigned winds = (unsigned)c.winds[k] >> c.grid.first;
        for (size_t i = 0; i < order; i++) {
            unsigned axis[2];
            axes_of(h, i, axis);
            carried[i] = carried[i] || ((winds >> axis[0] & 1U) && (winds >> axis[1] & 1U));
        }
    }
done:
    cupel_components_release(&c);
    cupel_voxels_release(&v);
    return st;
}

/* The rows and columns of what is not carried. */
static void clear(double *t, size_t n, const bool *carried)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (!carried[i] || !carried[j]) t[i * n + j] = 0;
}

void cupel_homogenize_clear(cupel_homogenized *h, const bool *carried)
{
    cupel_estimate *e = &h->estimate;
    bool wide = false;
    clear(e->tensor, e->order, carried);
    clear(e->on_grid, e->order, carried);
    clear(e->shape, e->order, carried);
    clear(e->error, e->order, carried);
    for (size_t i = 0; i < e->order; i++) wide = wide || e->error[i * (e->order + 1)] > 0.1 * e->tensor[i * (e->order + 1)];
    if (!wide && e->why_not == cupel_bar_is_wide) e->resolved = true; /* what was wide is zero */
}

cupel_status cupel_homogenize_say_zero(cupel_homogenized *h, const bool *carried, const cupel_job *job, cupel_err *err)
{
    cupel_str s = {0};
    for (size_t i = 0; i < h->estimate.order; i++)
        if (!carried[i]) cupel_str_addf(&s, "%s%s", s.n ? ", " : "", cupel_homogenized_load(h, i));
    cupel_status st = s.failed ? cupel_no_memory(err, "a warning", 0) : CUPEL_OK;
    if (st == CUPEL_OK && s.n)
        st = cupel_homogenize_warn(h, job, err, "what is not void is not connected along %s: exactly zero there", cupel_str_text(&s));
    cupel_str_free(&s);
    return st;
}

cupel_status cupel_homogenize_nothing(cupel_homogenized *h, const cupel_mixture *m, bool alpha, bool fields, const cupel_job *job, cupel_err *err)
{
    static const char why[] = "what is not void is not connected in any direction, so that the whole carries nothing";
    const cupel_estimate none = {.order = cupel_kind_order(h->kind), .has_error = true, .resolved = true};
    if (alpha) return cupel_fail(err, CUPEL_FAILED, "%s and has no expansion", why);
    if (fields) return cupel_fail(err, CUPEL_USAGE, "--fields: %s; there is no field to write", why);
    h->estimate = none;
    memcpy(h->estimate.n, m->n, sizeof m->n);
    return cupel_homogenize_warn(h, job, err, "%s: the tensor of these voxels is exactly zero, and nothing was solved", why);
}
