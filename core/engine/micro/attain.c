#include "core/engine/micro/attain.h"

#include "core/engine/micro/fractions.h"
#include "core/engine/micro/spaces.h"
#include "core/math/small.h"
#include "models/homogenize/laminate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { J = CUPEL_ATTAIN_DIRECTIONS, THETAS = 25, ON_SPHERE = 30, EXCHANGES = 300 };

typedef struct attempt {
    const cupel_micro_demand *d;
    double low[CUPEL_MICRO_PHASES_MAX], high[CUPEL_MICRO_PHASES_MAX];
    size_t n; /* directions */
    double normal[J][3];
    /* Of one pair of matrix and core: residual = base + a sum_j m_j push_j - fixed, over the targets one after the other. */
    size_t rows;
    double push[J][45], start[45], fixed[45], gram[J][J];
} attempt;

/* ---- directions ---- */

static void add_direction(attempt *w, double x, double y, double z)
{
    const double v[3] = {x, y, z}, length = cupel_small_norm(v, 3);
    if (w->n == J || !(length > 0)) return;
    for (size_t i = 0; i < w->n; i++) {
        const double *u = w->normal[i], along = (u[0] * x + u[1] * y + u[2] * z) / length;
        if (fabs(along) > 1 - 1e-9) return;
    }
    for (int i = 0; i < 3; i++) w->normal[w->n][i] = v[i] / length;
    w->n++;
}

/* The axes of conductivities that are asked for, which are those of the best laminates for them (Tartar), or of the box. */
static void set_axes(attempt *w)
{
    for (size_t i = 0; i < w->d->n_asks; i++) {
        const cupel_ask *a = &w->d->ask[i];
        double value[3], axis[9];
        if (!a->whole || a->kind != CUPEL_ASK_CONDUCTIVITY) continue;
        cupel_small_eigen(a->target, 3, value, axis);
        for (size_t k = 0; k < 3; k++) add_direction(w, axis[3 * k], axis[3 * k + 1], axis[3 * k + 2]);
    }
    for (size_t k = 0; k < 3 && w->n < 3; k++) add_direction(w, k == 0, k == 1, k == 2);
}

/* With the lattice's, and a spiral over half the sphere. */
static void set_directions(attempt *w)
{
    set_axes(w);
    for (int x = 0; x <= 1; x++)
        for (int y = -x; y <= 1; y++)
            for (int z = x || y ? -1 : 1; z <= 1; z++) add_direction(w, x, y, z);
    for (int i = 0; i < ON_SPHERE; i++) {
        const double z = (i + 0.5) / ON_SPHERE, r = sqrt(1 - z * z), turn = 2.399963229728653 * i;
        add_direction(w, r * cos(turn), r * sin(turn), z);
    }
}

/* ---- one laminate ---- */

static void layer_of(const cupel_material *m, size_t order, cupel_layer *l)
{
    memcpy(l->tensor, order == 3 ? &m->k[0][0] : &m->c[0][0], order * order * sizeof *l->tensor);
    memcpy(l->alpha, m->alpha, sizeof l->alpha);
}

/* Layer by layer; false where one carries nothing. */
static bool stack_up(const cupel_micro_demand *d, const cupel_attainable *a, size_t order, cupel_layer *out)
{
    cupel_layer layer[2];
    double theta = 1;
    layer_of(&d->phase[a->core].material, order, out);
    for (size_t j = 0; j < a->rank; j++) {
        const double next = theta - (1 - a->theta) * a->share[j];
        if (!(next > 0)) return false;
        layer[0] = *out;
        layer_of(&d->phase[a->matrix].material, order, &layer[1]);
        layer[0].fraction = next / theta, layer[1].fraction = 1 - next / theta;
        if (layer[1].fraction > 0 &&
            cupel_laminate(order == 3 ? CUPEL_LAMINATE_CONDUCTION : CUPEL_LAMINATE_ELASTICITY, 3, 2, layer, a->normal[j], out, NULL) != CUPEL_OK)
            return false;
        theta = next;
    }
    return true;
}

static bool build(const cupel_micro_demand *d, cupel_attainable *a)
{
    cupel_layer k = {.fraction = 1}, c = k;
    for (size_t p = 0; p < d->n_phases; p++) a->t.fraction[p] = 0;
    a->t.fraction[a->matrix] += 1 - a->theta;
    a->t.fraction[a->core] += a->theta;
    if (d->needs_conduction && !stack_up(d, a, 3, &k)) return false;
    if (d->needs_elasticity && !stack_up(d, a, 6, &c)) return false;
    memcpy(a->t.k, k.tensor, sizeof a->t.k);
    memcpy(a->t.c, c.tensor, sizeof a->t.c);
    memcpy(a->t.alpha, c.alpha, sizeof a->t.alpha);
    return true;
}

/* The worst entry: 1 = at its tolerance or window's end, within rounding. */
static double misses(const cupel_micro_demand *d, const cupel_attainable *a)
{
    const cupel_micro_state s = cupel_tensors_state(d, &a->t);
    double worst = 0;
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *k = &d->ask[i];
        const double v = cupel_ask_value(d, k, &s), room = 1e-9 * (1 + fabs(v));
        if (k->whole)
            worst = fmax(worst, v / fmax(k->within, 1e-9));
        else if (v < k->min - room || v > k->max + room || isnan(v))
            worst = fmax(worst, 1 + fmax(k->min - v, v - k->max) / fmax(fabs(v), 1e-300));
        if (isnan(v) || (cupel_ask_is_statistic(k) && (a->rank || k->kind != CUPEL_ASK_SURFACE))) worst = HUGE_VAL; /* one phase has no surface */
    }
    return worst;
}

static void keep_better(const cupel_micro_demand *d, cupel_attainable *best, cupel_attainable *one, double *least)
{
    if (!build(d, one)) return;
    const double x = misses(d, one);
    if (x >= *least) return;
    *least = x;
    *best = *one;
}

/* ---- shares of many directions ---- */

/* Gamma = B (B^T C B)^-1 B^T, B the gradients (order 3) or strains (6, Mandel) that a layer of this normal can have. False for a void. */
static bool gamma_of(const double *c, size_t order, const double n[3], double *gamma)
{
    static const size_t first[6] = {0, 1, 2, 1, 0, 0}, second[6] = {0, 1, 2, 2, 2, 1};
    const size_t cols = order == 3 ? 1 : 3;
    double b[18], bt[18], cb[18], m[9], inverse[9], bi[18];
    for (size_t i = 0; i < order; i++)
        for (size_t j = 0; j < cols; j++) {
            const double x = (first[i] == j ? n[second[i]] : 0) + (second[i] == j ? n[first[i]] : 0);
            b[i * cols + j] = order == 3 ? n[i] : x / 2 * (i < 3 ? 1 : sqrt(2));
            bt[j * order + i] = b[i * cols + j];
        }
    cupel_small_multiply(c, b, order, order, cols, cb);
    cupel_small_multiply(bt, cb, cols, order, cols, m);
    if (!(cupel_small_norm(m, cols * cols) > 0) || !cupel_small_invert(m, cols, inverse)) return false;
    cupel_small_multiply(b, inverse, order, cols, cols, bi);
    cupel_small_multiply(bi, bt, order, cols, order, gamma);
    return true;
}

static void sandwich(const double *w, const double *x, size_t n, double scale, double *out)
{
    double wx[36];
    cupel_small_multiply(w, x, n, n, n, wx);
    cupel_small_multiply(wx, w, n, n, n, out);
    for (size_t i = 0; i < n * n; i++) out[i] *= scale;
}

/* With W = T - C_m and X the laminate: W (X - C_m)^-1 W - W is T - X to first order, and linear in the shares. */
static bool set_pair(attempt *w, size_t matrix, size_t core)
{
    w->rows = 0;
    for (size_t i = 0; i < w->d->n_asks; i++) {
        const cupel_ask *a = &w->d->ask[i];
        double apart[36], inverse[36], jump[36], gamma[36];
        if (!a->whole || a->kind == CUPEL_ASK_EXPANSION) continue;
        const size_t n = a->order;
        if (w->rows + n * n > 45) return false;
        const double *m = n == 3 ? &w->d->phase[matrix].material.k[0][0] : &w->d->phase[matrix].material.c[0][0];
        const double *c = n == 3 ? &w->d->phase[core].material.k[0][0] : &w->d->phase[core].material.c[0][0];
        const double scale = 1 / fmax(cupel_small_norm(a->target, n * n) * fmax(a->within, 1e-6), 1e-300);
        for (size_t k = 0; k < n * n; k++) apart[k] = a->target[k] - m[k], jump[k] = c[k] - m[k];
        if (!cupel_small_invert(jump, n, inverse)) return false;
        sandwich(apart, inverse, n, scale, w->start + w->rows);
        for (size_t k = 0; k < n * n; k++) w->fixed[w->rows + k] = scale * apart[k];
        for (size_t j = 0; j < w->n; j++) {
            if (!gamma_of(m, n, w->normal[j], gamma)) return false;
            sandwich(apart, gamma, n, scale, w->push[j] + w->rows);
        }
        w->rows += n * n;
    }
    for (size_t i = 0; i < w->n; i++)
        for (size_t j = 0; j < w->n; j++) {
            w->gram[i][j] = 0;
            for (size_t k = 0; k < w->rows; k++) w->gram[i][j] += w->push[i][k] * w->push[j][k];
        }
    return w->rows > 0;
}

/* Minimises |start / theta + a sum m_j push_j - fixed|^2 on the simplex by moving share from the direction that it helps least to the one it helps
 * most. */
static void share_out(const attempt *w, double theta, double *m)
{
    const double a = (1 - theta) / theta;
    double slope[J];
    size_t best = 0;
    for (size_t j = 0; j < w->n; j++) {
        m[j] = 0;
        slope[j] = 0;
        for (size_t k = 0; k < w->rows; k++) slope[j] += a * w->push[j][k] * (w->start[k] / theta - w->fixed[k]);
        if (slope[j] + a * a * w->gram[j][j] / 2 < slope[best] + a * a * w->gram[best][best] / 2) best = j;
    }
    m[best] = 1; /* the best direction alone: others come in one by one, so that few do */
    for (size_t j = 0; j < w->n; j++) slope[j] += a * a * w->gram[j][best];
    for (int round = 0; round < EXCHANGES; round++) {
        size_t to = 0, from = w->n;
        for (size_t j = 0; j < w->n; j++) {
            if (slope[j] < slope[to]) to = j;
            if (m[j] > 0 && (from == w->n || slope[j] > slope[from])) from = j;
        }
        if (from == w->n) return; /* no direction at all */
        const double bend = a * a * (w->gram[to][to] + w->gram[from][from] - 2 * w->gram[to][from]), gain = slope[from] - slope[to];
        if (to == from || !(gain > 1e-14 * fabs(slope[from])) || !(bend > 0)) return;
        const double move = fmin(m[from], gain / bend);
        m[to] += move;
        m[from] = move < m[from] ? m[from] - move : 0;
        for (size_t j = 0; j < w->n; j++) slope[j] += move * a * a * (w->gram[j][to] - w->gram[j][from]);
    }
}

static void shares_at(const attempt *w, size_t matrix, size_t core, double theta, cupel_attainable *a)
{
    double m[J], sum = 0;
    *a = (cupel_attainable){.matrix = matrix, .core = core, .theta = theta};
    share_out(w, theta, m);
    for (size_t j = 0; j < w->n; j++) {
        if (m[j] < 1e-6) continue;
        memcpy(a->normal[a->rank], w->normal[j], sizeof w->normal[j]);
        a->share[a->rank++] = m[j];
        sum += m[j];
    }
    for (size_t j = 0; j < a->rank; j++) a->share[j] /= sum;
}

/* ---- the search ---- */

/* Fraction of the core when only these two phases are there; false when that is not allowed. */
static bool range_of(const attempt *w, size_t matrix, size_t core, double *low, double *high)
{
    for (size_t p = 0; p < w->d->n_phases; p++)
        if (p != matrix && p != core && w->low[p] > 0) return false;
    *low = fmax(1e-3, fmax(w->low[core], 1 - w->high[matrix]));
    *high = fmin(1 - 1e-3, fmin(w->high[core], 1 - w->low[matrix]));
    return *low <= *high;
}

typedef void (*make_fn)(const attempt *w, size_t matrix, size_t core, double theta, size_t which, cupel_attainable *a);

static void make_shares(const attempt *w, size_t matrix, size_t core, double theta, size_t which, cupel_attainable *a)
{
    (void)which;
    shares_at(w, matrix, core, theta, a);
}

static void make_layers(const attempt *w, size_t matrix, size_t core, double theta, size_t which, cupel_attainable *a)
{
    *a = (cupel_attainable){.matrix = matrix, .core = core, .theta = theta, .rank = 1, .share = {1}};
    memcpy(a->normal[0], w->normal[which], sizeof w->normal[which]);
}

/* The best fraction of the core: a few, then halved steps about the best. */
static void over_theta(const attempt *w, size_t matrix, size_t core, make_fn make, size_t which, cupel_attainable *best, double *least)
{
    double low, high, at = 0, own = HUGE_VAL;
    cupel_attainable one, mine = {0};
    if (!range_of(w, matrix, core, &low, &high)) return;
    for (int i = 0; i < THETAS; i++) {
        const double before = own, theta = low + (high - low) * i / (THETAS - 1);
        make(w, matrix, core, theta, which, &one);
        keep_better(w->d, &mine, &one, &own);
        if (own < before) at = theta;
    }
    if (!isfinite(own) || own > 50 * fmin(*least, 1e9)) return; /* far from it: not refined */
    for (double step = (high - low) / THETAS; step > 1e-10 && own > 1e-3; step *= 0.6)
        for (int sign = -1; sign <= 1; sign += 2) {
            const double theta = fmin(fmax(at + sign * step, low), high), before = own;
            make(w, matrix, core, theta, which, &one);
            keep_better(w->d, &mine, &one, &own);
            if (own < before) at = theta;
        }
    if (own < *least) *least = own, *best = mine;
}

/* The same with few directions: those with the largest shares, shared out anew. */
static void thin_out(const attempt *w, cupel_attainable *a)
{
    for (size_t rank = 2; rank < a->rank; rank++) {
        attempt few = {.d = w->d};
        cupel_attainable one = {.found = false};
        bool taken[J] = {false};
        double least = HUGE_VAL;
        memcpy(few.low, w->low, sizeof few.low);
        memcpy(few.high, w->high, sizeof few.high);
        for (size_t i = 0; i < rank; i++) {
            size_t best = a->rank;
            for (size_t j = 0; j < a->rank; j++)
                if (!taken[j] && (best == a->rank || a->share[j] > a->share[best])) best = j;
            taken[best] = true;
            add_direction(&few, a->normal[best][0], a->normal[best][1], a->normal[best][2]);
        }
        if (set_pair(&few, a->matrix, a->core)) over_theta(&few, a->matrix, a->core, make_shares, 0, &one, &least);
        if (least > 1) continue;
        one.found = true;
        *a = one;
        return;
    }
}

static bool asks_for_tensors(const cupel_micro_demand *d)
{
    bool any = false;
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        if (!a->whole) continue;
        any = true;
        for (size_t k = 0; k < (a->kind == CUPEL_ASK_EXPANSION ? 6 : a->order * a->order); k++)
            if (isnan(a->target[k])) return false;
    }
    return any;
}

/* A number of the tensors that has to be met exactly. */
static bool asks_for_an_exact_number(const cupel_micro_demand *d)
{
    bool any = false;
    for (size_t i = 0; i < d->n_asks; i++) any = any || (cupel_ask_is_exact(&d->ask[i]) && !d->ask[i].whole);
    return any;
}

static void of_layers(const attempt *w, cupel_attainable *a, double *least)
{
    for (size_t p = 0; p < w->d->n_phases; p++)
        for (size_t q = p + 1; q < w->d->n_phases; q++)
            for (size_t j = 0; j < w->n; j++)
                if (*least > 1) over_theta(w, p, q, make_layers, j, a, least);
}

static void of_shares(attempt *w, cupel_attainable *a, double *least)
{
    for (size_t p = 0; p < w->d->n_phases; p++)
        for (size_t q = 0; q < w->d->n_phases; q++)
            if (p != q && *least > 1 && set_pair(w, p, q)) over_theta(w, p, q, make_shares, 0, a, least);
}

static bool may_be_alone(const attempt *w, size_t phase)
{
    bool may = true;
    for (size_t p = 0; p < w->d->n_phases; p++) may = may && (p == phase ? w->high[p] > 1 - 1e-9 : w->low[p] < 1e-9);
    return may;
}

void cupel_attainable_find(const cupel_micro_demand *d, cupel_attainable *a)
{
    attempt w = {.d = d};
    double least = HUGE_VAL;
    cupel_attainable one;
    const bool tensors = asks_for_tensors(d);
    *a = (cupel_attainable){.found = false};
    if ((!tensors && !asks_for_an_exact_number(d) && d->n_phases > 1) || cupel_fractions_allowed(d, w.low, w.high, NULL, NULL) != CUPEL_OK) return;
    for (size_t p = 0; p < d->n_phases; p++) {
        if (!may_be_alone(&w, p)) continue;
        one = (cupel_attainable){.matrix = p, .core = p, .theta = 1};
        keep_better(d, a, &one, &least);
    }
    for (int wide = 0; wide < 2 && least > 1 && d->n_phases <= 4; wide++) {
        if (wide)
            set_directions(&w);
        else
            set_axes(&w);
        of_layers(&w, a, &least);
        if (tensors) of_shares(&w, a, &least);
    }
    a->found = least <= 1;
    if (a->found && a->rank > 3) thin_out(&w, a);
}

/* ---- what is said of it ---- */

/* A proof by a structure that the space of the demand does not make. */
const char *cupel_attainable_outside(const cupel_micro_demand *d, const cupel_attainable *a)
{
    if (!d->space || (a->rank == 1 && cupel_micro_space_of(d, "laminate")) || (a->rank && cupel_micro_space_of(d, "ranked_laminate"))) return "";
    return ", though not in the space";
}

void cupel_attainable_words(const cupel_micro_demand *d, const cupel_attainable *a, cupel_str *s)
{
    const char *as_drawn = d->hold_line ? ", as drawn" : "";
    if (!a->found) return;
    if (!a->rank) {
        cupel_str_addf(s, "attainable%s: phase '%s' alone has it%s\n", cupel_attainable_outside(d, a), d->phase[a->core].name, as_drawn);
        return;
    }
    cupel_str_addf(s, "attainable%s: a rank-%zu laminate has it%s (%.4g of %s in %s; layers along", cupel_attainable_outside(d, a), a->rank,
                   as_drawn, a->theta, d->phase[a->core].name, d->phase[a->matrix].name);
    for (size_t j = 0; j < a->rank; j++) cupel_str_addf(s, "%s (%.3g %.3g %.3g)", j ? "," : "", a->normal[j][0], a->normal[j][1], a->normal[j][2]);
    cupel_str_puts(s, ")\n");
}

/* Whole numbers in the ratio of a unit vector, at most `most`; false when none is within 1e-6. */
static bool whole_numbers(const double *v, int most, int n[3])
{
    for (int scale = 1; scale <= most; scale++) {
        double largest = fmax(fabs(v[0]), fmax(fabs(v[1]), fabs(v[2]))), off = 0;
        for (int i = 0; i < 3; i++) {
            const double x = v[i] / largest * scale;
            n[i] = (int)lrint(x);
            off = fmax(off, fabs(x - n[i]));
        }
        if (off < 1e-6 * scale) return true;
    }
    return false;
}

bool cupel_attainable_recipe(const cupel_micro_demand *d, const cupel_attainable *a, cupel_recipe *r)
{
    char text[160];
    int n[3];
    if (!a->found || a->rank > 1) return false;
    if (!a->rank) {
        snprintf(text, sizeof text, "uniform:phases=%zu,phase=%zu", d->n_phases, a->core);
    } else {
        if (d->n_phases != 2 || !whole_numbers(a->normal[0], 12, n)) return false;
        snprintf(text, sizeof text, "laminate:fraction=%.12g,normal1=%d,normal2=%d,normal3=%d", a->core == 1 ? a->theta : 1 - a->theta, n[0], n[1],
                 n[2]);
    }
    return cupel_recipe_of_text(text, r, NULL) == CUPEL_OK;
}

bool cupel_attainable_layers(const cupel_micro_demand *d, const cupel_recipe *r, cupel_tensors *t)
{
    static const char *const normal[] = {"normal1", "normal2", "normal3"};
    cupel_attainable a = {.rank = 1, .core = 1, .share = {1}, .theta = cupel_recipe_get(r, "fraction")};
    double n[3], length = 0;
    if (d->n_phases != 2 || strcmp(r->generator->method.name, "laminate") != 0) return false;
    for (size_t p = 0; p < 2; p++)
        if (d->phase[p].stands_in[0] || d->phase[p].stands_in[1]) return false;
    for (int i = 0; i < 3; i++) {
        n[i] = cupel_recipe_get(r, normal[i]);
        length += isnan(n[i]) ? 0 : n[i] * n[i];
    }
    for (int i = 0; i < 3; i++) a.normal[0][i] = length > 0 ? (isnan(n[i]) ? 0 : n[i] / sqrt(length)) : i == 0;
    if (!build(d, &a)) return false;
    *t = a.t;
    return true;
}
