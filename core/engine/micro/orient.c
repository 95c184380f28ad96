#include "core/engine/micro/orient.h"

#include "core/math/mandel.h"
#include "core/math/small.h"

#include <math.h>
#include <string.h>

static const double UNIT[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};

/* q = sum of to_i from_perm(i)^T with signs; rows of `to` and `from` are unit vectors. The last sign makes it a rotation. */
static void lay(const double *to, const double *from, const int perm[3], int signs, double q[9])
{
    double f[9];
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) f[3 * i + j] = from[3 * perm[i] + j] * (i < 2 && signs >> i & 1 ? -1 : 1);
    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++) {
                q[3 * i + j] = 0;
                for (int k = 0; k < 3; k++) q[3 * i + j] += to[3 * k + i] * f[3 * k + j];
            }
        const double det = q[0] * (q[4] * q[8] - q[5] * q[7]) - q[1] * (q[3] * q[8] - q[5] * q[6]) + q[2] * (q[3] * q[7] - q[4] * q[6]);
        if (det > 0) return;
        for (int j = 0; j < 3; j++) f[6 + j] = -f[6 + j];
    }
}

static double apart(const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < 36; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

static void turn_c(const double *c, const double q[9], double *out)
{
    memcpy(out, c, 36 * sizeof *out);
    cupel_rotate_c(q, out);
}

/* Rotation by the vector w (its length is the angle). */
static void rotation(const double w[3], double q[9])
{
    const double angle = cupel_small_norm(w, 3), s = angle > 1e-12 ? sin(angle) / angle : 1,
                 c = angle > 1e-6 ? (1 - cos(angle)) / (angle * angle) : 0.5;
    const double k[9] = {0, -w[2], w[1], w[2], 0, -w[0], -w[1], w[0], 0};
    double kk[9];
    cupel_small_multiply(k, k, 3, 3, 3, kk);
    for (int i = 0; i < 9; i++) q[i] = UNIT[i] + s * k[i] + c * kk[i];
}

/* Gauss-Newton from q: residual t - R(w) R(q) target, derivatives by differences. Returns the square of the distance. */
static double refine(const double *t, const double *target, double q[9])
{
    static const double STEP = 1e-5;
    double here[36], best;
    turn_c(target, q, here);
    best = apart(t, here);
    for (int round = 0; round < 12; round++) {
        double j[3][36], a[9] = {0}, b[3] = {0}, inverse[9], w[3], move[9], next[9], moved[36];
        for (int p = 0; p < 3; p++) {
            const double small[3] = {p == 0 ? STEP : 0, p == 1 ? STEP : 0, p == 2 ? STEP : 0};
            rotation(small, move);
            turn_c(here, move, moved);
            for (size_t i = 0; i < 36; i++) j[p][i] = (moved[i] - here[i]) / STEP, b[p] += j[p][i] * (t[i] - here[i]);
        }
        for (int p = 0; p < 3; p++)
            for (int r = 0; r < 3; r++)
                for (size_t i = 0; i < 36; i++) a[3 * p + r] += j[p][i] * j[r][i];
        const double damping = 1e-9 * (a[0] + a[4] + a[8]) + 1e-300; /* a tensor with a symmetry axis does not change about it */
        for (int p = 0; p < 3; p++) a[4 * p] += damping;
        if (!cupel_small_invert(a, 3, inverse)) break;
        cupel_small_multiply(inverse, b, 3, 3, 1, w);
        const double length = cupel_small_norm(w, 3), cut = length > 0.5 ? 0.5 / length : 1;
        for (int p = 0; p < 3; p++) w[p] *= cut;
        rotation(w, move);
        cupel_small_multiply(move, q, 3, 3, 3, next);
        turn_c(target, next, moved);
        const double now = apart(t, moved);
        if (!(now < best)) break;
        memcpy(q, next, sizeof next);
        memcpy(here, moved, sizeof here);
        const bool done = best - now < 1e-12 * best;
        best = now;
        if (done) break;
    }
    return best;
}

/* C_ijkk, its axes as rows. */
static void axes_of(const double *c, double *axis)
{
    double e[6], square[9], value[3];
    for (size_t i = 0; i < 6; i++) e[i] = c[6 * i] + c[6 * i + 1] + c[6 * i + 2];
    cupel_invariant_square(e, square);
    cupel_small_eigen(square, 3, value, axis);
}

static void orient_stiffness(const double *t, const double *target, double *turned, double *q)
{
    static const int perm[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    double to[9], from[9], best[9], one[9];
    axes_of(t, to);
    axes_of(target, from);
    memcpy(best, UNIT, sizeof best);
    double least = refine(t, target, best);
    for (int p = 0; p < 6; p++)
        for (int signs = 0; signs < 4; signs++) {
            lay(to, from, perm[p], signs, one);
            const double x = refine(t, target, one);
            if (x >= least * (1 - 1e-9)) continue;
            least = x;
            memcpy(best, one, sizeof best);
        }
    turn_c(target, best, turned);
    memcpy(q, best, sizeof best);
}

static void orient_second(const cupel_ask *a, const double *t, double *turned, double *q)
{
    static const int same[3] = {0, 1, 2};
    const bool vector = a->kind == CUPEL_ASK_EXPANSION;
    double to[9], from[9], value[3], x[9], y[9];
    memcpy(x, t, (vector ? 6 : 9) * sizeof *x);
    memcpy(y, a->target, (vector ? 6 : 9) * sizeof *y);
    if (vector) cupel_invariant_square(t, x), cupel_invariant_square(a->target, y);
    cupel_small_eigen(x, 3, value, to);
    cupel_small_eigen(y, 3, value, from);
    lay(to, from, same, 0, q);
    memcpy(turned, a->target, (vector ? 6 : 9) * sizeof *turned);
    if (vector)
        cupel_rotate_strain(q, turned);
    else
        cupel_rotate_k(q, turned);
}

const double *cupel_ask_target(const cupel_ask *a, const double *t, double *turned, double *q)
{
    double own[9];
    if (!q) q = own;
    memcpy(q, UNIT, sizeof UNIT);
    if (!a->free) return a->target;
    if (a->kind == CUPEL_ASK_STIFFNESS)
        orient_stiffness(t, a->target, turned, q);
    else
        orient_second(a, t, turned, q);
    return turned;
}

void cupel_orient_words(const double q[9], cupel_str *s)
{
    const double angle = acos(fmin(1, fmax(-1, (q[0] + q[4] + q[8] - 1) / 2)));
    double axis[3] = {q[7] - q[5], q[2] - q[6], q[3] - q[1]}, length = cupel_small_norm(axis, 3), symmetric[9], value[3], vector[9];
    if (angle < 1e-6) {
        cupel_str_puts(s, " not turned");
        return;
    }
    if (length < 1e-6) { /* half a turn: the axis is what stays */
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++) symmetric[3 * i + j] = (q[3 * i + j] + q[3 * j + i]) / 2;
        cupel_small_eigen(symmetric, 3, value, vector);
        memcpy(axis, vector + 6, sizeof axis);
        length = 1;
    }
    cupel_str_addf(s, " turned by %.1f degrees about (%.3g %.3g %.3g)", angle * 180 / 3.14159265358979323846, axis[0] / length, axis[1] / length,
                   axis[2] / length);
}
