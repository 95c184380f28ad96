#include "models/homogenize/laminate.h"

#include "core/base/err.h"
#include "core/math/small.h"

#include <math.h>
#include <string.h>

/* Of the jumps: B [order][jumps] and what is summed over the layers. */
typedef struct stack {
    size_t order, jumps;
    double b[18], bt[18];
    double compliance[9];   /* M = <(B^T L B)^-1> */
    double load[18];        /* <(B^T L B)^-1 B^T L>, [jumps][order] */
    double thermal[3];      /* <(B^T L B)^-1 B^T L alpha> */
} stack;

static bool basis(cupel_laminate_kind kind, int dim, const double *normal, stack *s)
{
    const size_t d = (size_t)dim;
    double n[3] = {0};
    const double length = cupel_small_norm(normal, d);
    if (!(length > 0) || !isfinite(length)) return false;
    for (size_t i = 0; i < d; i++) n[i] = normal[i] / length;
    s->order = kind == CUPEL_LAMINATE_CONDUCTION ? d : dim == 3 ? 6 : 3;
    s->jumps = kind == CUPEL_LAMINATE_CONDUCTION ? 1 : d;
    memset(s->b, 0, sizeof s->b);
    if (kind == CUPEL_LAMINATE_CONDUCTION) {
        memcpy(s->b, n, d * sizeof *n);
    } else {
        static const size_t first[6] = {0, 1, 2, 1, 0, 0}, second[6] = {0, 1, 2, 2, 2, 1};
        for (size_t i = 0; i < s->order; i++) {
            const size_t m = dim == 3 ? i : i == 2 ? 5 : i;
            for (size_t j = 0; j < d; j++) {
                const double x = (first[m] == j ? n[second[m]] : 0) + (second[m] == j ? n[first[m]] : 0);
                s->b[i * s->jumps + j] = x / 2 * (m < 3 ? 1 : sqrt(2));
            }
        }
    }
    for (size_t i = 0; i < s->order; i++)
        for (size_t j = 0; j < s->jumps; j++) s->bt[j * s->order + i] = s->b[i * s->jumps + j];
    return true;
}

/* g = (B^T L B)^-1, gl = g B^T L of a layer. */
static bool across(const stack *s, const cupel_layer *l, double g[9], double gl[18])
{
    double lb[18], blb[9], bl[18];
    cupel_small_multiply(l->tensor, s->b, s->order, s->order, s->jumps, lb);
    cupel_small_multiply(s->bt, lb, s->jumps, s->order, s->jumps, blb);
    if (!(cupel_small_norm(blb, s->jumps * s->jumps) > 0) || !cupel_small_invert(blb, s->jumps, g)) return false;
    cupel_small_multiply(s->bt, l->tensor, s->jumps, s->order, s->order, bl);
    cupel_small_multiply(g, bl, s->jumps, s->jumps, s->order, gl);
    return true;
}

static bool sum_layers(stack *s, size_t n, const cupel_layer *layer)
{
    double g[9], gl[18], thermal[3];
    memset(s->compliance, 0, sizeof s->compliance);
    memset(s->load, 0, sizeof s->load);
    memset(s->thermal, 0, sizeof s->thermal);
    for (size_t r = 0; r < n; r++) {
        const double f = layer[r].fraction;
        if (!across(s, &layer[r], g, gl)) return false;
        cupel_small_multiply(gl, layer[r].alpha, s->jumps, s->order, 1, thermal);
        for (size_t i = 0; i < s->jumps * s->jumps; i++) s->compliance[i] += f * g[i];
        for (size_t i = 0; i < s->jumps * s->order; i++) s->load[i] += f * gl[i];
        for (size_t i = 0; i < s->jumps; i++) s->thermal[i] += f * thermal[i];
    }
    return true;
}

/* Flux of the whole under unit loads, and stress under unit temperature with no strain. */
static void add_layer(const stack *s, const double *t, const double *t_thermal, const cupel_layer *l, double *tensor, double *stress)
{
    double g[9], gl[18], a[18], lb[18], x[36], y[6], thermal[3], strain[6];
    const size_t o = s->order, j = s->jumps;
    across(s, l, g, gl);
    cupel_small_multiply(g, t, j, j, o, a);
    for (size_t i = 0; i < j * o; i++) a[i] -= gl[i];
    cupel_small_multiply(l->tensor, s->b, o, o, j, lb);
    cupel_small_multiply(lb, a, o, j, o, x);
    for (size_t i = 0; i < o * o; i++) tensor[i] += l->fraction * (l->tensor[i] + x[i]);
    cupel_small_multiply(g, t_thermal, j, j, 1, thermal);
    cupel_small_multiply(gl, l->alpha, j, o, 1, y);
    for (size_t i = 0; i < j; i++) thermal[i] += y[i];
    cupel_small_multiply(s->b, thermal, o, j, 1, strain);
    for (size_t i = 0; i < o; i++) strain[i] -= l->alpha[i];
    cupel_small_multiply(l->tensor, strain, o, o, 1, y);
    for (size_t i = 0; i < o; i++) stress[i] += l->fraction * y[i];
}

cupel_status cupel_laminate(cupel_laminate_kind kind, int dim, size_t n, const cupel_layer *layer, const double *normal, cupel_layer *out,
                            cupel_err *err)
{
    stack s;
    double m[9], t[18], t_thermal[3], tensor[36] = {0}, stress[6] = {0}, s_whole[36];
    if (!basis(kind, dim, normal, &s)) return cupel_fail(err, CUPEL_USAGE, "a laminate: the normal has no direction");
    if (!sum_layers(&s, n, layer) || !cupel_small_invert(s.compliance, s.jumps, m))
        return cupel_fail(err, CUPEL_FAILED, "a laminate: a layer carries nothing across the normal");
    cupel_small_multiply(m, s.load, s.jumps, s.jumps, s.order, t);
    cupel_small_multiply(m, s.thermal, s.jumps, s.jumps, 1, t_thermal);
    for (size_t i = 0; i < s.jumps; i++) t_thermal[i] = -t_thermal[i];
    for (size_t r = 0; r < n; r++) add_layer(&s, t, t_thermal, &layer[r], tensor, stress);
    cupel_layer x = {.fraction = 1};
    for (size_t i = 0; i < s.order; i++)
        for (size_t j = 0; j < s.order; j++) x.tensor[i * s.order + j] = (tensor[i * s.order + j] + tensor[j * s.order + i]) / 2;
    if (kind == CUPEL_LAMINATE_ELASTICITY && cupel_small_invert(x.tensor, s.order, s_whole)) {
        cupel_small_multiply(s_whole, stress, s.order, s.order, 1, x.alpha);
        for (size_t i = 0; i < s.order; i++) x.alpha[i] = -x.alpha[i];
    }
    *out = x;
    return CUPEL_OK;
}
