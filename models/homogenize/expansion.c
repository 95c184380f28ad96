#include "models/homogenize/expansion.h"

#include "core/math/small.h"

#include <math.h>
#include <string.h>

static const size_t in_plane[3] = {0, 1, 5};

void cupel_phase_alpha(cupel_kind kind, const cupel_material *m, double *alpha)
{
    if (kind.dim == 3) {
        memcpy(alpha, m->alpha, sizeof m->alpha);
        return;
    }
    double c[9], inverse[9], stress[6], in[3];
    for (size_t i = 0; i < 3; i++) alpha[i] = m->alpha[in_plane[i]];
    if (kind.plane_stress) return;
    cupel_small_multiply(&m->c[0][0], m->alpha, 6, 6, 1, stress);
    for (size_t i = 0; i < 3; i++) in[i] = stress[in_plane[i]];
    cupel_phase_tensor(kind, m, c);
    if (cupel_small_invert(c, 3, inverse)) cupel_small_multiply(inverse, in, 3, 3, 1, alpha);
}

/* x with a x = b in the span of the eigenvectors of symmetric a whose values count against `scale`; false when b has a part outside. */
static bool solve_within(const double *a, size_t n, double scale, const double *b, double *x)
{
    static const double LITTLE = 0.02, NONE = 1e-9;
    double value[6], v[36], rest = 0;
    cupel_small_eigen(a, n, value, v);
    memset(x, 0, n * sizeof *x);
    for (size_t i = 0; i < n; i++) {
        double dot = 0;
        for (size_t k = 0; k < n; k++) dot += v[i * n + k] * b[k];
        if (fabs(value[i]) <= LITTLE * scale) {
            rest += dot * dot;
            continue;
        }
        for (size_t k = 0; k < n; k++) x[k] += dot / value[i] * v[i * n + k];
    }
    return sqrt(rest) <= NONE * cupel_small_norm(b, n);
}

bool cupel_expansion_levin(cupel_kind kind, const cupel_material *a, const cupel_material *b, const double *stiffness, double *alpha)
{
    const size_t n = cupel_kind_order(kind);
    double ca[36], cb[36], sa[36], sb[36], s[36], difference[36], alpha_a[6], alpha_b[6], stress[6], step[6], change[36];
    cupel_phase_tensor(kind, a, ca);
    cupel_phase_tensor(kind, b, cb);
    cupel_phase_alpha(kind, a, alpha_a);
    cupel_phase_alpha(kind, b, alpha_b);
    if (!cupel_small_invert(ca, n, sa) || !cupel_small_invert(cb, n, sb) || !cupel_small_invert(stiffness, n, s)) return false;
    for (size_t i = 0; i < n * n; i++) {
        difference[i] = sb[i] - sa[i];
        change[i] = s[i] - sa[i];
    }
    for (size_t i = 0; i < n; i++) step[i] = alpha_b[i] - alpha_a[i];
    /* equal stress: S_a s + alpha_a = S_b s + alpha_b */
    if (!solve_within(difference, n, fmin(cupel_small_norm(sa, n * n), cupel_small_norm(sb, n * n)), step, stress)) return false;
    cupel_small_multiply(change, stress, n, n, 1, alpha);
    for (size_t i = 0; i < n; i++) alpha[i] += alpha_a[i];
    return true;
}
