#include "core/engine/micro/outer.h"

#include "core/math/small.h"

#include <math.h>
#include <string.h>

/* Rounding, and what printing a number rounds off. */
static const double SLACK = 1e-6;

void cupel_outer_init(cupel_outer *o, const cupel_micro_demand *d)
{
    *o = (cupel_outer){.d = d, .isotropy = HUGE_VAL};
    for (size_t p = 0; p < d->n_phases; p++) o->material[p] = d->phase[p].given;
    for (size_t i = 0; i < d->n_asks; i++)
        if (d->ask[i].kind == CUPEL_ASK_ANISOTROPY) o->isotropy = fmin(o->isotropy, fmax(0, d->ask[i].max));
}

void cupel_outer_set(cupel_outer *o, const double *low, const double *high)
{
    const size_t n = o->d->n_phases;
    bool point = true;
    for (size_t p = 0; p < n; p++) {
        o->low[p] = low[p], o->high[p] = high[p];
        point = point && low[p] == high[p];
    }
    const cupel_kind k = {.physics = CUPEL_CONDUCTION, .dim = 3}, c = {.physics = CUPEL_ELASTICITY, .dim = 3};
    if (o->d->needs_conduction) {
        if (point)
            cupel_bounds_of(k, n, low, o->material, &o->k);
        else
            cupel_bounds_over(CUPEL_CONDUCTION, n, low, high, o->material, &o->k);
    }
    if (o->d->needs_elasticity) {
        if (point)
            cupel_bounds_of(c, n, low, o->material, &o->c);
        else
            cupel_bounds_over(CUPEL_ELASTICITY, n, low, high, o->material, &o->c);
    }
}

double cupel_outer_norm(const cupel_ask *a)
{
    const size_t n = a->kind == CUPEL_ASK_EXPANSION ? 6 : a->order * a->order;
    double size = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(a->target[i])) size += a->target[i] * a->target[i];
    return sqrt(size);
}

static void keep_larger(cupel_outer_gap *gap, const cupel_outer_gap *one)
{
    if (one->room > gap->room * (1 + 1e-6)) *gap = *one; /* the one that was first, where two are the same bound */
}

static double form(const double *t, size_t n, const double *v)
{
    double tv[6];
    cupel_small_multiply(t, v, n, n, 1, tv);
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += v[i] * tv[i];
    return sum;
}

/* ---- Voigt and Reuss: the positive part of the difference is the way to the nearest tensor that keeps the bound ---- */

static void loewner(const double *above, const double *below, const double *target, const double *mean, size_t n, cupel_outer_bound bound,
                    cupel_outer_gap *gap)
{
    double apart[36], value[CUPEL_SMALL], vector[36], square = 0;
    for (size_t i = 0; i < n * n; i++) apart[i] = above[i] - below[i];
    cupel_small_eigen(apart, n, value, vector);
    for (size_t i = 0; i < n; i++) square += value[i] > 0 ? value[i] * value[i] : 0;
    cupel_outer_gap one = {.room = sqrt(square), .bound = bound, .what = "", .order = n};
    memcpy(one.along, vector + (n - 1) * n, n * sizeof *vector);
    one.found = form(target, n, one.along);
    one.allowed = form(mean, n, one.along);
    keep_larger(gap, &one);
}

/* The rows whose components are all given; a principal block keeps the bounds of the whole as a quadratic form. */
static size_t block_of(const double *target, size_t order, size_t *row)
{
    size_t n = 0;
    for (size_t i = 0; i < order; i++) {
        bool all = !isnan(target[i * (order + 1)]);
        for (size_t j = 0; j < n; j++) all = all && !isnan(target[i * order + row[j]]);
        if (all) row[n++] = i;
    }
    return n;
}

static void take_block(const double *t, size_t order, size_t n, const size_t *row, double *out)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) out[i * n + j] = t[row[i] * order + row[j]];
}

static bool voigt_reuss(const cupel_bounds *b, const double *target, cupel_outer_gap *gap)
{
    size_t row[6];
    double t[36], voigt[36], reuss[36];
    const size_t order = b->order, n = block_of(target, order, row);
    if (!n) return false;
    take_block(target, order, n, row, t);
    take_block(b->voigt, order, n, row, voigt);
    take_block(b->reuss, order, n, row, reuss);
    cupel_outer_gap one = {.room = 0};
    loewner(t, voigt, t, voigt, n, CUPEL_OUTER_VOIGT, &one);
    loewner(reuss, t, t, reuss, n, CUPEL_OUTER_REUSS, &one);
    double along[6] = {0}; /* in the components of the whole */
    for (size_t i = 0; i < n; i++) along[row[i]] = one.along[i];
    memcpy(one.along, along, sizeof along);
    one.order = order;
    keep_larger(gap, &one);
    return n == order;
}

/* ---- trace bounds: the nearest x with sum 1 / x <= limit has x - mu / x^2 = start (Lagrange) ---- */

/* Newton's steps from below rise to the root, because x - mu / x^2 is concave. */
static double lifted(double start, double mu)
{
    const double c = cbrt(mu);
    double x = start > 0 ? start : fmin(c, sqrt(mu / (c - start)));
    for (int i = 0; i < 50; i++) {
        const double step = (start - x + mu / (x * x)) / (1 + 2 * mu / (x * x * x));
        x += step;
        if (!(step > 1e-14 * x)) break;
    }
    return x;
}

static double lift(const double start[3], double mu, double x[3])
{
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        x[i] = mu > 0 ? lifted(start[i], mu) : start[i];
        sum += x[i] > 0 ? 1 / x[i] : HUGE_VAL;
    }
    return sum;
}

/* Distance of start to { x > 0, sum 1 / x <= limit }; x is the nearest point. */
static double to_trace_set(const double start[3], double limit, double x[3])
{
    double mu_low = 0, mu_high = 1e-12, square = 0;
    const double size = fmax(fabs(start[0]), fabs(start[2])) + 3 / limit;
    if (lift(start, 0, x) <= limit * (1 + SLACK)) return 0;
    mu_high = 1e-9 * size * size * size;
    while (lift(start, mu_high, x) > limit && mu_high < 1e9 * size * size * size) mu_high *= 8;
    for (int i = 0; i < 50; i++) {
        const double mu = 0.5 * (mu_low + mu_high);
        if (lift(start, mu, x) > limit)
            mu_low = mu;
        else
            mu_high = mu;
    }
    lift(start, mu_high, x);
    for (int i = 0; i < 3; i++) square += (x[i] - start[i]) * (x[i] - start[i]);
    return sqrt(square);
}

static double sum_of_inverses(const double start[3])
{
    double sum = 0;
    for (int i = 0; i < 3; i++) sum += start[i] > 0 ? 1 / start[i] : HUGE_VAL;
    return sum;
}

/* What both sides are: start = l - k1 (low) or k2 - l (high), limit the right-hand side. False where the bounds say nothing. */
static bool trace_side(const cupel_bounds *b, const double value[3], bool high, double start[3], double *limit)
{
    if (!b->two_phases || b->k1 >= b->k2 || b->kh <= b->k1 || b->ka >= b->k2) return false;
    for (int i = 0; i < 3; i++) start[i] = high ? b->k2 - value[2 - i] : value[i] - b->k1;
    *limit = high ? 1 / (b->k2 - b->kh) + 2 / (b->k2 - b->ka) : 1 / (b->kh - b->k1) + 2 / (b->ka - b->k1);
    return true;
}

static void traces(const cupel_bounds *b, const double *target, cupel_outer_gap *gap)
{
    double value[3], start[3], x[3], limit;
    cupel_small_eigen(target, 3, value, NULL);
    for (int high = 0; high < 2; high++) {
        if (!trace_side(b, value, high, start, &limit)) continue;
        const cupel_outer_gap one = {.room = to_trace_set(start, limit, x),
                                     .bound = high ? CUPEL_OUTER_TRACE_HIGH : CUPEL_OUTER_TRACE_LOW,
                                     .what = "",
                                     .order = 3,
                                     .found = sum_of_inverses(start),
                                     .allowed = limit};
        keep_larger(gap, &one);
    }
}

/* ---- Hashin and Shtrikman ---- */

/* Which part of a tensor: <J, X> is `factor` times the Voigt mean, and <J, X^-1> is `inverse` over the Reuss mean. */
typedef struct part {
    const char *what;
    double j[36], factor, inverse;
} part;

static size_t parts_of(size_t n, part p[2])
{
    memset(p, 0, 2 * sizeof *p);
    if (n == 3) {
        for (size_t i = 0; i < 3; i++) p[0].j[4 * i] = 1;
        p[0].what = "conductivity", p[0].factor = 3, p[0].inverse = 3;
        return 1;
    }
    for (size_t i = 0; i < 6; i++) p[1].j[7 * i] = 1;
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) p[0].j[6 * i + j] = 1.0 / 3, p[1].j[6 * i + j] -= 1.0 / 3;
    p[0].what = "bulk modulus", p[0].factor = 3, p[0].inverse = 1.0 / 3;
    p[1].what = "shear modulus", p[1].factor = 10, p[1].inverse = 2.5;
    return 2;
}

static double inner(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n * n; i++) sum += a[i] * b[i];
    return sum;
}

/* The least r at which some X with |X - T| <= r can have <J, X^-1> = more, from below: with A = T^-1 J T^-1 and T^-1 E T^-1 E X^-1 for the rest of
 * the series, <J, X^-1> <= <J, T^-1> + r |A| + r^2 |A|_2 / (least eigenvalue of T - r). */
static double recedes(const double *t, const double *s, size_t n, const double *j, double more)
{
    double sj[36], a[36], value[CUPEL_SMALL], least;
    cupel_small_multiply(s, j, n, n, n, sj);
    cupel_small_multiply(sj, s, n, n, n, a);
    cupel_small_eigen(t, n, value, NULL);
    least = value[0];
    cupel_small_eigen(a, n, value, NULL);
    const double first = cupel_small_norm(a, n * n), second = fmax(fabs(value[0]), fabs(value[n - 1])), want = more - inner(j, s, n);
    double low = 0, high = least;
    for (int i = 0; i < 60; i++) {
        const double r = 0.5 * (low + high);
        if (first * r + second * r * r / fmax(least - r, 1e-300) < want)
            low = r;
        else
            high = r;
    }
    return low;
}

static void hashin_shtrikman(const cupel_bounds *b, const double *t, cupel_outer_gap *gap)
{
    const size_t n = b->order;
    part p[2];
    double s[36];
    if (!b->n_hs) return;
    const size_t parts = parts_of(n, p);
    const bool invertible = cupel_small_invert(t, n, s);
    for (size_t i = 0; i < parts; i++) {
        const double voigt = inner(p[i].j, t, n) / p[i].factor, low = b->hs_lower[i], high = b->hs_upper[i];
        if (voigt < low * (1 - SLACK)) {
            const cupel_outer_gap one = {.room = (low - voigt) * p[i].factor / cupel_small_norm(p[i].j, n * n),
                                         .bound = CUPEL_OUTER_HS_LOW,
                                         .what = p[i].what,
                                         .found = voigt,
                                         .allowed = low,
                                         .order = n};
            keep_larger(gap, &one);
        }
        const double reuss = invertible ? p[i].inverse / inner(p[i].j, s, n) : 0;
        if (high > 0 && reuss > high * (1 + SLACK)) {
            const cupel_outer_gap one = {.room = recedes(t, s, n, p[i].j, p[i].inverse / high),
                                         .bound = CUPEL_OUTER_HS_HIGH,
                                         .what = p[i].what,
                                         .found = reuss,
                                         .allowed = high,
                                         .order = n};
            keep_larger(gap, &one);
        }
    }
}

/* ---- expansion ---- */

/* Two isotropic phases, of which 3 K differs, at one volume fraction. */
static bool levin_applies(const cupel_outer *o, double *k0, double *k1)
{
    const cupel_material *m = o->material;
    if (o->d->n_phases != 2 || !m[0].c_isotropic || !m[1].c_isotropic || o->low[1] != o->high[1]) return false;
    *k0 = 3 * m[0].lambda + 2 * m[0].mu, *k1 = 3 * m[1].lambda + 2 * m[1].mu;
    if (!(*k0 > 0) || !(*k1 > 0) || fabs(1 / *k1 - 1 / *k0) < 1e-9 / *k0) return false;
    for (size_t p = 0; p < 2; p++)
        for (size_t i = 0; i < 6; i++)
            if (m[p].alpha[i] != (i < 3 ? m[p].alpha[0] : 0)) return false;
    return true;
}

bool cupel_outer_mean_expansion(const cupel_outer *o, double *low, double *high)
{
    double k0, k1;
    if (!levin_applies(o, &k0, &k1) || !o->c.n_hs) return false;
    const double *f = o->low, soft = f[0] / k0 + f[1] / k1, stiff = fmin(soft, 1 / (3 * o->c.hs_upper[0]));
    const double a0 = o->material[0].alpha[0], slope = (o->material[1].alpha[0] - a0) / (1 / k1 - 1 / k0);
    const double a = a0 + slope * (soft - 1 / k0), b = a0 + slope * (stiff - 1 / k0);
    *low = fmin(a, b);
    *high = fmax(a, b);
    return true;
}

/* |alpha_i - <alpha>_i| <= |c| sqrt(D_ii d:D:d) with D = <S> - V^-1, d the unit tensor and c = (alpha1 - alpha0) / (1/3K1 - 1/3K0): Levin's relation
 * with S = <S> - M, 0 <= M <= D, and the inequality of Schwarz. */
bool cupel_outer_expansion(const cupel_outer *o, double middle[6], double reach[6])
{
    const cupel_material *m = o->material;
    double s[36], v[36], whole = 0, k0, k1;
    if (!levin_applies(o, &k0, &k1)) return false;
    if (!cupel_small_invert(o->c.reuss, 6, s) || !cupel_small_invert(o->c.voigt, 6, v)) return false;
    const double c = (m[1].alpha[0] - m[0].alpha[0]) / (1 / k1 - 1 / k0);
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) whole += s[6 * i + j] - v[6 * i + j];
    for (size_t i = 0; i < 6; i++) {
        middle[i] = o->low[0] * m[0].alpha[i] + o->low[1] * m[1].alpha[i];
        reach[i] = fabs(c) * sqrt(fmax(0, s[7 * i] - v[7 * i]) * fmax(0, whole));
    }
    return true;
}

/* A mean that is off by x asks for a tensor that is sqrt(3) x away at least. */
static void levin_mean(const cupel_outer *o, const double *target, cupel_outer_gap *gap)
{
    double low, high;
    const double mean = (target[0] + target[1] + target[2]) / 3;
    if (isnan(mean) || !cupel_outer_mean_expansion(o, &low, &high)) return;
    const double over = fmax(low - mean, mean - high);
    if (over <= 0) return;
    const cupel_outer_gap one = {.room = sqrt(3) * over, .bound = CUPEL_OUTER_LEVIN, .what = "mean", .order = 6, .found = mean,
                                 .allowed = mean > high ? high : low};
    keep_larger(gap, &one);
}

static void levin(const cupel_outer *o, const double *target, cupel_outer_gap *gap)
{
    double middle[6], reach[6], square = 0, most = 0;
    cupel_outer_gap one = {.bound = CUPEL_OUTER_LEVIN, .what = "", .order = 6};
    if (!cupel_outer_expansion(o, middle, reach)) return;
    for (size_t i = 0; i < 6; i++) {
        if (isnan(target[i])) continue;
        const double over = fmax(0, fabs(target[i] - middle[i]) - reach[i]);
        square += over * over;
        if (over <= most) continue;
        most = over;
        memset(one.along, 0, sizeof one.along);
        one.along[i] = 1;
        one.found = target[i];
        one.allowed = middle[i] + (target[i] > middle[i] ? reach[i] : -reach[i]);
    }
    one.room = sqrt(square);
    keep_larger(gap, &one);
    levin_mean(o, target, gap);
}

/* ---- all of them ---- */

void cupel_outer_tensor(const cupel_outer *o, const cupel_ask *a, const double *target, cupel_outer_gap *gap)
{
    *gap = (cupel_outer_gap){.bound = CUPEL_OUTER_NONE, .what = ""};
    for (size_t p = 0; a->free && p < o->d->n_phases; p++) /* bounds that turn with the phases say nothing of a target that may be turned */
        if (a->kind != CUPEL_ASK_CONDUCTIVITY ? !o->material[p].c_isotropic : !o->material[p].k_isotropic) return;
    if (a->free && a->kind == CUPEL_ASK_EXPANSION) return;
    if (a->kind == CUPEL_ASK_EXPANSION) {
        if (!a->on_grid) levin(o, target, gap);
        return;
    }
    const cupel_bounds *b = a->kind == CUPEL_ASK_CONDUCTIVITY ? &o->k : &o->c;
    if (!voigt_reuss(b, target, gap) || a->on_grid) return; /* the uniform fields of the means are on every grid; the rest bounds the limit */
    if (a->kind == CUPEL_ASK_CONDUCTIVITY) traces(b, target, gap);
    hashin_shtrikman(b, target, gap);
}

double cupel_outer_number_beyond(const cupel_ask *a, const cupel_outer_range *r, bool *too_high)
{
    const double over = a->min - r->high, under = r->low - a->max;
    *too_high = over >= under;
    if (over <= 0 && under <= 0) return 0;
    const double asked = *too_high ? a->min : a->max, scale = fmax(fabs(asked), fmax(fabs(r->low), isfinite(r->high) ? 1e-6 * fabs(r->high) : 0));
    return fmax(0, fmax(over, under) / fmax(scale, 1e-300) - SLACK);
}

double cupel_outer_beyond(const cupel_outer *o, const cupel_ask *a, cupel_outer_gap *gap)
{
    cupel_outer_gap own;
    cupel_outer_range r;
    bool too_high;
    if (!gap) gap = &own;
    if (!a->whole) return cupel_outer_number(o, a, &r) ? cupel_outer_number_beyond(a, &r, &too_high) : 0;
    const double size = cupel_outer_norm(a);
    cupel_outer_tensor(o, a, a->target, gap);
    return size > 0 ? fmax(0, gap->room / size - a->within - SLACK) : gap->room;
}

/* ---- a tensor that is not ruled out ---- */

static void add_scaled(double *a, const double *b, size_t n, double x)
{
    for (size_t i = 0; i < n * n; i++) a[i] += x * b[i];
}

/* t += the positive part of sign (mean - t), or back. */
static void into_loewner(double *t, const double *mean, size_t n, int sign)
{
    double apart[36], value[CUPEL_SMALL], vector[36];
    for (size_t i = 0; i < n * n; i++) apart[i] = sign * (mean[i] - t[i]);
    cupel_small_eigen(apart, n, value, vector);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; value[k] > 0 && i < n; i++)
            for (size_t j = 0; j < n; j++) t[i * n + j] += sign * value[k] * vector[k * n + i] * vector[k * n + j];
}

static void into_traces(double *t, const cupel_bounds *b, bool high)
{
    double value[3], vector[9], start[3], x[3], limit;
    cupel_small_eigen(t, 3, value, vector);
    if (!trace_side(b, value, high, start, &limit)) return;
    to_trace_set(start, limit, x);
    memset(t, 0, 9 * sizeof *t);
    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i < 3; i++)
            for (size_t j = 0; j < 3; j++) t[3 * i + j] += (high ? b->k2 - x[2 - k] : b->k1 + x[k]) * vector[3 * k + i] * vector[3 * k + j];
}

/* The part of t that a modulus is made of, moved by what it is off: as if t were isotropic, which the next round corrects. */
static void into_hashin_shtrikman(double *t, size_t n, const cupel_outer_gap *gap)
{
    part p[2];
    const size_t parts = parts_of(n, p);
    for (size_t i = 0; i < parts; i++) {
        if (strcmp(p[i].what, gap->what) != 0) continue;
        const double square = inner(p[i].j, p[i].j, n);
        add_scaled(t, p[i].j, n, p[i].factor * (gap->allowed - gap->found) / square);
    }
}

bool cupel_outer_nearest(const cupel_outer *o, const cupel_ask *a, double *out)
{
    const size_t n = a->order;
    const cupel_bounds *b = a->kind == CUPEL_ASK_CONDUCTIVITY ? &o->k : &o->c;
    cupel_outer_gap gap;
    if (a->kind == CUPEL_ASK_EXPANSION) return false;
    for (size_t i = 0; i < n * n; i++)
        if (isnan(a->target[i])) return false;
    memcpy(out, a->target, n * n * sizeof *out);
    const double enough = 1e-5 * cupel_small_norm(b->voigt, n * n);
    for (int round = 0; round < 60; round++) {
        cupel_outer_tensor(o, a, out, &gap);
        if (gap.room <= enough) return true;
        switch (gap.bound) {
        case CUPEL_OUTER_VOIGT: into_loewner(out, b->voigt, n, -1); break;
        case CUPEL_OUTER_REUSS: into_loewner(out, b->reuss, n, 1); break;
        case CUPEL_OUTER_TRACE_LOW:
        case CUPEL_OUTER_TRACE_HIGH: into_traces(out, b, gap.bound == CUPEL_OUTER_TRACE_HIGH); break;
        default: into_hashin_shtrikman(out, n, &gap);
        }
    }
    return false;
}
