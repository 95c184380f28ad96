#include "core/engine/micro/model.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/normal.h"
#include "core/engine/micro/physics.h"
#include "core/math/stats.h"
#include "models/homogenize/expansion.h"
#include "models/learn/joint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_LEAST = 8, DRAWS_MAX = 256, OUTPUTS_MAX = 6 + 21 + CUPEL_MICRO_PHASES_MAX - 1 };

static const double HALF_OF_BAR = 1.959963984540054; /* a 95 % bar in standard deviations */

struct cupel_micro_model {
    const cupel_micro_demand *d;
    const cupel_micro_space *space;
    const cupel_samples *rows;
    cupel_material material[CUPEL_MICRO_PHASES_MAX];
    bool exact_fraction;           /* the generator's parameter is the volume fraction of phase 1 */
    size_t fraction_param;         /* place in recipe.value */
    size_t n, p;                   /* rows, outputs */
    size_t at_k, at_c, at_f;       /* where each kind of output begins; SIZE_MAX: not there */
    size_t *row;                   /* [n] */
    cupel_micro_physics physics;
    cupel_joint *joint;
    size_t n_draws;
    double *draw;                  /* [n_draws][p] misses of left-out rows in spreads and local scales */
    double *z, *square;            /* [n][n_params] scaled parameters; [n] mean square of the misses of a row, in spreads */
    double mean_square;
    double *bar, mean_bar[CUPEL_ASKS_MAX]; /* [n][n_asks] squares of the half widths of the bars of what is asked, and their means */
    size_t *draw_of;               /* [n_draws] the row that draw is of */
    double *truth, *left_out, *lower, *upper; /* [n][n_asks] */
    cupel_ask_trust trust[CUPEL_ASKS_MAX];
    double tau[CUPEL_ASKS_MAX], typical[CUPEL_ASKS_MAX]; /* error per spread over (|value| + typical); mean size */
    double worst[CUPEL_ASKS_MAX], best[CUPEL_ASKS_MAX];  /* of goals, in the sample */
};

struct cupel_micro_scratch {
    size_t block;
    double *z, *known;             /* [block][n_params], [block][physics.n] */
    double *mean, *spread;         /* [block][p], [block] */
    double *asked;                 /* [n_asks][n_draws] */
    double *at;                    /* [p] */
    void *joint;
};

static const cupel_reference references[] = {
    {"10.1137/070710359",
     "Joe, Kuo: Constructing Sobol sequences with better two-dimensional projections. SIAM Journal on Scientific Computing 30, 2635 (2008)"},
    {"10.1088/0370-1298/65/5/307", "Hill: The elastic behaviour of a crystalline aggregate. Proceedings of the Physical Society A 65, 349 (1952)"},
    {"10.7551/mitpress/3206.001.0001", "Rasmussen, Williams: Gaussian processes for machine learning. MIT Press (2006)"},
    {"10.1214/20-AOS1965", "Barber, Candes, Ramdas, Tibshirani: Predictive inference with the jackknife+. Annals of Statistics 49, 486 (2021)"},
    {NULL, NULL}};

const cupel_method cupel_micro_surrogate_method = {
    .name = "voigt_reuss",
    .kind = "surrogate",
    .scale = "microstructure",
    .help = "effective tensors over the parameters of a generator, never outside the Voigt and Reuss bounds: a joint Gaussian process on the "
            "components of "
            "log X - log(1 - X), X = (V - R)^-1/2 (T - R) (V - R)^-1/2; intervals from structures left out "
            "and the bars of the sample",
    .maturity = "stable",
    .input = "a demand for microstructures, through 'cupel run'",
    .output = "whole tensors, and the numbers that the demand asks for with intervals and a joint chance",
    .references = references,
};

bool cupel_ask_met(const cupel_ask *a, double value) { return a->whole ? value <= a->within : value >= a->min && value <= a->max; }

/* ---- outputs of one row, and back ---- */

static void put_outputs(const cupel_micro_model *m, const double *figure, double *y)
{
    const cupel_layout *l = &m->rows->layout;
    const double *fraction = figure + l->fraction;
    cupel_frame f;
    if (m->at_k != SIZE_MAX) {
        cupel_frame_of(CUPEL_CONDUCTION, l->n_phases, fraction, m->material, &f);
        cupel_frame_logit(&f, figure + l->k, y + m->at_k);
    }
    if (m->at_c != SIZE_MAX) {
        cupel_frame_of(CUPEL_ELASTICITY, l->n_phases, fraction, m->material, &f);
        cupel_frame_logit(&f, figure + l->c, y + m->at_c);
    }
    for (size_t p = 1; m->at_f != SIZE_MAX && p < l->n_phases; p++)
        y[m->at_f + p - 1] = cupel_log(fmax(fraction[p], 1e-9)) - cupel_log(fmax(fraction[0], 1e-9));
}

/* Of phase 1, where the parameters set it exactly. */
static double fraction_of(const cupel_micro_model *m, const double *value)
{
    for (size_t i = 0; i < m->space->n; i++)
        if (m->space->place[i] == m->fraction_param) return value[i];
    return m->space->middle.value[m->fraction_param];
}

static void know(const cupel_micro_model *m, const double *value, double *known)
{
    cupel_micro_physics_columns(&m->physics, value, m->exact_fraction ? fraction_of(m, value) : 0.5, known);
}

static void fractions_of(const cupel_micro_model *m, const double *value, const double *y, double *fraction)
{
    const size_t n = m->rows->layout.n_phases;
    double sum = 1;
    if (m->exact_fraction) {
        fraction[1] = fraction_of(m, value);
        fraction[0] = 1 - fraction[1];
        return;
    }
    fraction[0] = 1;
    for (size_t p = 1; p < n; p++) sum += fraction[p] = m->at_f == SIZE_MAX ? 0 : cupel_exp(fmin(y[m->at_f + p - 1], 50));
    for (size_t p = 0; p < n; p++) fraction[p] /= sum;
}

/* Tensors and fractions of outputs y at parameters value; k [9], c [36]. */
static cupel_micro_state state_of(const cupel_micro_model *m, const double *value, const double *y, double *fraction, double *k, double *c)
{
    const size_t n = m->d->n_phases;
    cupel_frame f;
    fractions_of(m, value, y, fraction);
    if (m->at_k != SIZE_MAX) {
        cupel_frame_of(CUPEL_CONDUCTION, n, fraction, m->material, &f);
        cupel_frame_tensor(&f, y + m->at_k, k);
    }
    if (m->at_c != SIZE_MAX) {
        cupel_frame_of(CUPEL_ELASTICITY, n, fraction, m->material, &f);
        cupel_frame_tensor(&f, y + m->at_c, c);
    }
    return (cupel_micro_state){.k = m->at_k != SIZE_MAX ? k : NULL, .c = m->at_c != SIZE_MAX ? c : NULL, .fraction = fraction};
}

/* What the demand asks of outputs y at parameters value; fraction [n_phases] on the way. */
static void ask_outputs(const cupel_micro_model *m, const double *value, const double *y, double *fraction, double *asked, size_t step)
{
    const cupel_micro_demand *d = m->d;
    double k[9], c[36], alpha[6];
    cupel_micro_state s = state_of(m, value, y, fraction, k, c);
    if (d->needs_expansion && d->n_phases == 2 &&
        cupel_expansion_levin((cupel_kind){.physics = CUPEL_ELASTICITY, .dim = 3}, &m->material[0], &m->material[1], c, alpha))
        s.alpha = alpha;
    for (size_t a = 0; a < d->n_asks; a++) asked[a * step] = cupel_ask_value(d, &d->ask[a], &s);
}

/* ---- fitting ---- */

static bool fraction_is_exact(const cupel_micro_model *m)
{
    const size_t i = m->fraction_param, n_params = cupel_method_n_params(&m->space->middle.generator->method);
    if (m->d->n_phases != 2 || i == n_params) return false;
    for (size_t r = 0; r < m->n; r++) {
        const double want = fraction_of(m, m->rows->param + m->row[r] * m->rows->n_params);
        if (!(fabs(m->rows->figure[m->row[r] * m->rows->layout.width + m->rows->layout.fraction + 1] - want) < 1e-4)) return false;
    }
    return true;
}

static void find_fraction(cupel_micro_model *m)
{
    const cupel_param *params = m->space->middle.generator->method.params;
    const size_t n = cupel_method_n_params(&m->space->middle.generator->method);
    while (m->fraction_param < n && strcmp(params[m->fraction_param].name, "fraction") != 0) m->fraction_param++;
    m->exact_fraction = fraction_is_exact(m);
}

static void place_outputs(cupel_micro_model *m)
{
    m->at_k = m->at_c = m->at_f = SIZE_MAX;
    if (m->d->needs_conduction) m->at_k = m->p, m->p += 6;
    if (m->d->needs_elasticity) m->at_c = m->p, m->p += 21;
    if ((!m->exact_fraction && m->d->n_phases > 1) || !m->p) m->at_f = m->p, m->p += m->d->n_phases - 1;
}

static cupel_status too_few(const cupel_samples *rows, size_t good, cupel_err *err)
{
    const char *most = "";
    size_t most_n = 0;
    for (size_t i = 0; i < rows->n; i++) {
        size_t n = 0;
        for (size_t k = 0; rows->reason[i] && k < rows->n; k++) n += rows->reason[k] && strcmp(rows->reason[i], rows->reason[k]) == 0;
        if (n > most_n) most_n = n, most = rows->reason[i];
    }
    return cupel_fail(err, CUPEL_FAILED, "%zu of %zu structures were solved; a surrogate needs %d. Reason of %zu: %s", good, rows->n, ROWS_LEAST,
                      most_n, most);
}

/* What simple models say of row i [n of the model], whose noise may not be that of the space; *other is of the seed before. */
static cupel_status know_row(const cupel_micro_model *m, size_t i, cupel_micro_space *there, cupel_micro_physics *other, double *known,
                             cupel_err *err)
{
    const double *value = m->rows->param + m->row[i] * m->space->n;
    const uint64_t seed = m->rows->seed ? m->rows->seed[m->row[i]] : m->space->middle.seed;
    if (seed == m->space->middle.seed || !m->physics.moments) {
        know(m, value, known);
        return CUPEL_OK;
    }
    if (!other->space || there->middle.seed != seed) {
        cupel_micro_physics_release(other);
        *there = *m->space;
        there->middle.seed = seed;
        const cupel_status st = cupel_micro_physics_init(m->d, there, m->exact_fraction, other, err);
        if (st != CUPEL_OK) return st;
    }
    cupel_micro_physics_columns(other, value, m->exact_fraction ? fraction_of(m, value) : 0.5, known);
    return CUPEL_OK;
}

static cupel_status learn(cupel_micro_model *m, double **y_out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n_params = m->space->n, e = m->physics.n;
    double *z = m->z = cupel_alloc(m->n, n_params * sizeof *z), *y = cupel_alloc(m->n, m->p * sizeof *y);
    double *known = cupel_alloc(m->n, (e + 1) * sizeof *known);
    cupel_micro_space *there = cupel_alloc(1, sizeof *there);
    cupel_micro_physics other = {.n = 0};
    if (!z || !y || !known || !there) CUPEL_TRY(cupel_no_memory(err, "a surrogate", 0));
    for (size_t i = 0; i < m->n; i++) {
        const double *value = m->rows->param + m->row[i] * n_params;
        cupel_micro_space_scaled(m->space, value, z + i * n_params);
        CUPEL_TRY(know_row(m, i, there, &other, known + i * e, err));
        put_outputs(m, m->rows->figure + m->row[i] * m->rows->layout.width, y + i * m->p);
    }
    const cupel_joint_rows rows = {.n = m->n, .d = n_params, .e = e, .p = m->p, .z = z, .h = known, .y = y};
    st = cupel_joint_fit(&rows, &m->joint, err);
done:
    cupel_micro_physics_release(&other);
    cupel_free(there);
    cupel_free(known);
    *y_out = y;
    return st;
}

/* Mean of x [n_rows], `step` apart, over the rows around z without row `but`, each counted by exp(-r^2 / 2 REACH^2), and `mean` as one row more. */
static double local_mean(const cupel_micro_model *m, const double *z, size_t but, const double *x, size_t step, double mean)
{
    static const double REACH = 0.5;
    double sum = mean, weight = 1;
    for (size_t i = 0; i < m->n; i++) {
        double r2 = 0;
        if (i == but) continue;
        for (size_t k = 0; k < m->space->n; k++) {
            const double d = m->z[i * m->space->n + k] - z[k];
            r2 += d * d;
        }
        const double w = cupel_exp(-0.5 * r2 / (REACH * REACH));
        sum += w * x[i * step];
        weight += w;
    }
    return sum / weight;
}

/* Misses are larger in some parts of the space than in others, where a phase begins to percolate for one. */
static double local_scale(const cupel_micro_model *m, const double *z, size_t but)
{
    return sqrt(fmax(local_mean(m, z, but, m->square, 1, m->mean_square), 1e-300));
}

/* Misses in spreads and local scales, of all rows or of DRAWS_MAX spread evenly. */
static void make_draws(cupel_micro_model *m, const double *y)
{
    const double *loo = cupel_joint_left_out(m->joint), *spread = cupel_joint_left_out_spread(m->joint);
    for (size_t i = 0; i < m->n; i++) {
        for (size_t c = 0; c < m->p; c++) {
            const double e = (y[i * m->p + c] - loo[i * m->p + c]) / spread[i];
            m->square[i] += e * e / (double)m->p;
        }
        m->mean_square += m->square[i] / (double)m->n;
    }
    for (size_t j = 0; j < m->n_draws; j++) {
        const size_t i = m->draw_of[j] = j * m->n / m->n_draws;
        const double scale = spread[i] * local_scale(m, m->z + i * m->space->n, i);
        for (size_t c = 0; c < m->p; c++) m->draw[j * m->p + c] = (y[i * m->p + c] - loo[i * m->p + c]) / scale;
    }
}

static cupel_status room(cupel_micro_model *m, cupel_err *err)
{
    const size_t f = sizeof(double), rows = m->n * m->d->n_asks;
    m->n_draws = m->n < DRAWS_MAX ? m->n : (size_t)DRAWS_MAX;
    m->draw = cupel_alloc(m->n_draws, m->p * f), m->draw_of = cupel_alloc(m->n_draws, sizeof *m->draw_of);
    m->square = cupel_alloc(m->n, f), m->bar = cupel_alloc(rows, f);
    m->truth = cupel_alloc(rows, f), m->left_out = cupel_alloc(rows, f), m->lower = cupel_alloc(rows, f), m->upper = cupel_alloc(rows, f);
    if (m->draw && m->draw_of && m->square && m->bar && m->truth && m->left_out && m->lower && m->upper) return CUPEL_OK;
    return cupel_no_memory(err, "a surrogate", 4 * rows * f);
}

/* ---- draws ---- */

/* asked [n_asks][n_draws] of all draws about y with this spread, without the draw of row `but`. Returns how many. */
static size_t draw_asks(const cupel_micro_model *m, const double *value, const double *y, double spread, size_t but, double *at, double *asked)
{
    double fraction[CUPEL_MICRO_PHASES_MAX];
    size_t n = 0;
    for (size_t j = 0; j < m->n_draws; j++) {
        if (m->draw_of[j] == but) continue;
        for (size_t c = 0; c < m->p; c++) at[c] = y[c] + spread * m->draw[j * m->p + c];
        ask_outputs(m, value, at, fraction, asked + n, m->n_draws);
        n++;
    }
    return n;
}

/* The values between which the share `quantile` of x [n], sorted, lies: from the k-th to the (n + 1 - k)-th, k = (1 - quantile) / 2 (n + 1), at
 * least 1. */
static void between(const double *x, size_t n, double quantile, double *lower, double *upper)
{
    const double at = (1 - quantile) / 2 * (double)(n + 1) - 1, low = fmax(at, 0);
    const size_t i = low < (double)(n - 1) ? (size_t)low : n - 1;
    const double w = low - (double)i;
    const size_t next = i + 1 < n ? i + 1 : i;
    *lower = (1 - w) * x[i] + w * x[next];
    *upper = (1 - w) * x[n - 1 - i] + w * x[n - 1 - next];
}

/* Where the truth stands among sorted draws: 0 in the middle, 1 outside all of them. */
static double place_of(const double *x, size_t n, double truth)
{
    size_t below = 0, above = 0;
    for (size_t i = 0; i < n; i++) below += x[i] < truth, above += x[i] > truth;
    const double side = fmin((double)below, (double)above) + (double)(n - below - above) / 2;
    return below + above == 0 ? 0 : fmax(0, 1 - 2 * side / (double)(n + 1));
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool finite_all(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i])) return false;
    return n > 0;
}

typedef struct calibration {
    double *asked; /* [n][n_asks][n_draws] sorted */
    double *place; /* [n] */
    size_t *count; /* [n] draws of each row */
} calibration;

/* The least quantile for which k = ceil((n + 1) level) of the n left-out rows lie inside; 1, the whole of the draws, when n is too small for the
 * level. */
static double quantile_for(double *place, size_t n, double level)
{
    const double want = ceil((double)(n + 1) * level - 1e-9);
    qsort(place, n, sizeof *place, by_size);
    return want > (double)n || want < 1 ? 1 : place[(size_t)want - 1];
}

static void calibrate_ask(cupel_micro_model *m, const calibration *c, size_t a)
{
    const size_t n_asks = m->d->n_asks;
    cupel_ask_trust *t = &m->trust[a];
    double miss = 0, mean = 0, spread = 0;
    size_t inside = 0;
    for (size_t i = 0; i < m->n; i++) {
        const double *x = c->asked + (i * n_asks + a) * m->n_draws;
        c->place[i] = finite_all(x, c->count[i]) ? place_of(x, c->count[i], m->truth[i * n_asks + a]) : 1;
        mean += m->truth[i * n_asks + a] / (double)m->n;
    }
    t->quantile = quantile_for(c->place, m->n, m->d->level);
    for (size_t i = 0; i < m->n; i++) {
        const size_t k = i * n_asks + a;
        const double *x = c->asked + k * m->n_draws, error = m->left_out[k] - m->truth[k];
        between(x, c->count[i], t->quantile, &m->lower[k], &m->upper[k]);
        m->lower[k] = fmin(m->lower[k], m->left_out[k]);
        m->upper[k] = fmax(m->upper[k], m->left_out[k]);
        const double rounding = 1e-6 * fabs(m->truth[k]); /* fractions are met within 1e-7 */
        inside += m->truth[k] >= m->lower[k] - rounding && m->truth[k] <= m->upper[k] + rounding;
        miss += error * error;
        spread += (m->truth[k] - mean) * (m->truth[k] - mean);
    }
    t->rmse = sqrt(miss / (double)m->n);
    t->r2 = spread > 0 ? 1 - miss / spread : (double)NAN;
    t->coverage = (double)inside / (double)m->n;
}

/* What the quick score needs of an ask. */
static void roughly(cupel_micro_model *m, size_t a)
{
    const double *spread = cupel_joint_left_out_spread(m->joint);
    const size_t n_asks = m->d->n_asks;
    double sum = 0, low = HUGE_VAL, high = -HUGE_VAL;
    m->typical[a] = 0;
    for (size_t i = 0; i < m->n; i++) {
        const double t = m->truth[i * n_asks + a];
        m->typical[a] += fabs(t) / (double)m->n;
        low = fmin(low, t), high = fmax(high, t);
    }
    for (size_t i = 0; i < m->n; i++) {
        const double t = m->truth[i * n_asks + a], p = m->left_out[i * n_asks + a], x = (t - p) / (spread[i] * (fabs(p) + m->typical[a] + 1e-300));
        sum += x * x;
    }
    m->tau[a] = fmax(sqrt(sum / (double)m->n), 1e-9);
    m->worst[a] = m->d->ask[a].goal > 0 ? low : high;
    m->best[a] = m->d->ask[a].goal > 0 ? high : low;
}

static cupel_status calibrate(cupel_micro_model *m, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n_asks = m->d->n_asks;
    const double *loo = cupel_joint_left_out(m->joint), *spread = cupel_joint_left_out_spread(m->joint);
    calibration c = {.asked = cupel_alloc(cupel_mul(m->n, n_asks), m->n_draws * sizeof(double)),
                     .place = cupel_alloc(m->n, sizeof(double)),
                     .count = cupel_alloc(m->n, sizeof(size_t))};
    double *at = cupel_alloc(m->p, sizeof *at), fraction[CUPEL_MICRO_PHASES_MAX];
    if (!c.asked || !c.place || !c.count || !at) CUPEL_TRY(cupel_no_memory(err, "a surrogate", m->n * n_asks * m->n_draws * sizeof(double)));
    for (size_t i = 0; i < m->n; i++) {
        const double *value = m->rows->param + m->row[i] * m->rows->n_params, *figure = m->rows->figure + m->row[i] * m->rows->layout.width;
        const cupel_micro_state s = cupel_layout_state(&m->rows->layout, figure);
        double *asked = c.asked + i * n_asks * m->n_draws;
        ask_outputs(m, value, loo + i * m->p, fraction, m->left_out + i * n_asks, 1);
        for (size_t a = 0; a < n_asks; a++) {
            const double half = cupel_ask_error(m->d, &m->d->ask[a], &m->rows->layout, figure);
            m->truth[i * n_asks + a] = cupel_ask_value(m->d, &m->d->ask[a], &s);
            m->bar[i * n_asks + a] = isfinite(half) ? half * half : 0;
            m->mean_bar[a] += m->bar[i * n_asks + a] / (double)m->n;
        }
        c.count[i] = draw_asks(m, value, loo + i * m->p, spread[i] * local_scale(m, m->z + i * m->space->n, i), i, at, asked);
        for (size_t a = 0; a < n_asks; a++) qsort(asked + a * m->n_draws, c.count[i], sizeof *asked, by_size);
    }
    for (size_t a = 0; a < n_asks; a++) calibrate_ask(m, &c, a), roughly(m, a);
done:
    cupel_free(c.asked);
    cupel_free(c.place);
    cupel_free(c.count);
    cupel_free(at);
    return st;
}

cupel_status cupel_micro_model_fit(const cupel_micro_demand *d, const cupel_micro_space *s, const cupel_samples *rows, const cupel_job *job,
                                   cupel_micro_model **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double *y = NULL;
    const size_t good = cupel_samples_good(rows);
    *out = NULL;
    if (good < ROWS_LEAST) return too_few(rows, good, err);
    if (cupel_stopped(job)) return cupel_fail(err, CUPEL_INTERRUPTED, "interrupted; go on with --resume");
    cupel_micro_model *m = cupel_alloc(1, sizeof *m);
    if (!m) return cupel_no_memory(err, "a surrogate", sizeof *m);
    m->d = d, m->space = s, m->rows = rows;
    for (size_t p = 0; p < d->n_phases; p++) m->material[p] = d->phase[p].material;
    m->row = cupel_alloc(good, sizeof *m->row);
    if (!m->row) CUPEL_TRY(cupel_no_memory(err, "a surrogate", good * sizeof *m->row));
    for (size_t i = 0; i < rows->n; i++)
        if (!rows->reason[i]) m->row[m->n++] = i;
    find_fraction(m);
    place_outputs(m);
    CUPEL_TRY(cupel_micro_physics_init(d, s, m->exact_fraction, &m->physics, err));
    CUPEL_TRY(room(m, err));
    CUPEL_TRY(learn(m, &y, err));
    make_draws(m, y);
    st = calibrate(m, err);
done:
    cupel_free(y);
    if (st == CUPEL_OK)
        *out = m;
    else
        cupel_micro_model_free(m);
    return st;
}

void cupel_micro_model_free(cupel_micro_model *m)
{
    if (!m) return;
    cupel_joint_free(m->joint);
    cupel_micro_physics_release(&m->physics);
    cupel_free(m->row);
    cupel_free(m->draw);
    cupel_free(m->draw_of);
    cupel_free(m->z);
    cupel_free(m->square);
    cupel_free(m->bar);
    cupel_free(m->truth);
    cupel_free(m->left_out);
    cupel_free(m->lower);
    cupel_free(m->upper);
    cupel_free(m);
}

size_t cupel_micro_model_rows(const cupel_micro_model *m) { return m->n; }
size_t cupel_micro_model_row(const cupel_micro_model *m, size_t i) { return m->row[i]; }
const double *cupel_micro_model_truth(const cupel_micro_model *m) { return m->truth; }
const double *cupel_micro_model_left_out(const cupel_micro_model *m) { return m->left_out; }
const double *cupel_micro_model_left_out_lower(const cupel_micro_model *m) { return m->lower; }
const double *cupel_micro_model_left_out_upper(const cupel_micro_model *m) { return m->upper; }
const cupel_ask_trust *cupel_micro_model_trust(const cupel_micro_model *m) { return m->trust; }
bool cupel_micro_model_exact_fraction(const cupel_micro_model *m) { return m->exact_fraction; }
void cupel_micro_model_settings(const cupel_micro_model *m, cupel_str *s) { cupel_joint_settings(m->joint, s); }

/* ---- predicting ---- */

cupel_status cupel_micro_scratch_new(const cupel_micro_model *m, size_t block, cupel_micro_scratch **out, cupel_err *err)
{
    const size_t f = sizeof(double);
    cupel_micro_scratch *s = cupel_alloc(1, sizeof *s);
    *out = NULL;
    if (!s) return cupel_no_memory(err, "room to predict", sizeof *s);
    s->block = block;
    s->z = cupel_alloc(block, m->space->n * f), s->known = cupel_alloc(block, (m->physics.n + 1) * f);
    s->mean = cupel_alloc(block, m->p * f), s->spread = cupel_alloc(block, f);
    s->asked = cupel_alloc(m->d->n_asks, m->n_draws * f), s->at = cupel_alloc(m->p, f);
    s->joint = cupel_alloc_aligned(1, cupel_joint_scratch_bytes(m->joint));
    if (s->z && s->known && s->mean && s->spread && s->asked && s->at && s->joint) {
        *out = s;
        return CUPEL_OK;
    }
    cupel_micro_scratch_free(s);
    return cupel_no_memory(err, "room to predict", cupel_joint_scratch_bytes(m->joint));
}

void cupel_micro_scratch_free(cupel_micro_scratch *s)
{
    if (!s) return;
    cupel_free(s->z);
    cupel_free(s->known);
    cupel_free(s->mean);
    cupel_free(s->spread);
    cupel_free(s->asked);
    cupel_free(s->at);
    cupel_free(s->joint);
    cupel_free(s);
}

static void predict(const cupel_micro_model *m, const double *value, size_t n, cupel_isa isa, cupel_micro_scratch *s)
{
    for (size_t i = 0; i < n; i++) {
        cupel_micro_space_scaled(m->space, value + i * m->space->n, s->z + i * m->space->n);
        know(m, value + i * m->space->n, s->known + i * m->physics.n);
    }
    cupel_joint_predict(m->joint, s->z, s->known, n, &(cupel_joint_way){isa, s->joint}, s->mean, s->spread);
}

/* log of the normal distribution below z; the asymptote where it underflows. */
static double log_normal(double z)
{
    return z > -30 ? cupel_log(cupel_normal_cdf(z)) : -0.5 * z * z - cupel_log(-z) - 0.9189385332046727;
}

/* log of the chance that value + error lies in the window, error normal. */
static double log_window(double value, double deviation, double low, double high)
{
    const double to_high = (high - value) / deviation, from_low = (value - low) / deviation;
    if (to_high == HUGE_VAL) return log_normal(from_low);
    if (from_low == HUGE_VAL) return log_normal(to_high);
    const double inside = cupel_normal_cdf(to_high) - cupel_normal_cdf(-from_low);
    return inside > 1e-12 ? cupel_log(inside) : fmin(log_normal(to_high), log_normal(from_low));
}

/* The goals: how far from the worst of the sample to its best, as a weighted mean of logarithms; 0 without goals. A prediction may go beyond the
 * best. */
static double goals(const cupel_micro_model *m, const double *asked, size_t step)
{
    double sum = 0, weight = 0;
    for (size_t a = 0; a < m->d->n_asks; a++) {
        if (!m->d->ask[a].goal) continue;
        const double way = (asked[a * step] - m->worst[a]) / (m->best[a] - m->worst[a]);
        sum += m->d->ask[a].weight * cupel_log(isfinite(way) ? fmax(way, 1e-3) : 1e-3);
        weight += m->d->ask[a].weight;
    }
    return weight > 0 ? sum / weight : 0;
}

void cupel_micro_model_score(const cupel_micro_model *m, const double *value, size_t n, cupel_isa isa, cupel_micro_scratch *s, double *score)
{
    double asked[CUPEL_ASKS_MAX], fraction[CUPEL_MICRO_PHASES_MAX];
    predict(m, value, n, isa, s);
    for (size_t i = 0; i < n; i++) {
        ask_outputs(m, value + i * m->space->n, s->mean + i * m->p, fraction, asked, 1);
        double sum = goals(m, asked, 1);
        for (size_t a = 0; a < m->d->n_asks; a++) {
            const cupel_ask *k = &m->d->ask[a];
            const double deviation = s->spread[i] * m->tau[a] * (fabs(asked[a]) + m->typical[a] + 1e-300);
            sum += k->whole ? log_window(asked[a], deviation, -HUGE_VAL, k->within) : log_window(asked[a], deviation, k->min, k->max);
        }
        score[i] = isnan(sum) ? -HUGE_VAL : sum;
    }
}

void cupel_micro_model_values(const cupel_micro_model *m, const double *value, size_t n, cupel_isa isa, cupel_micro_scratch *s, double *asked)
{
    double fraction[CUPEL_MICRO_PHASES_MAX];
    predict(m, value, n, isa, s);
    for (size_t i = 0; i < n; i++) ask_outputs(m, value + i * m->space->n, s->mean + i * m->p, fraction, asked + i * m->d->n_asks, 1);
}

static void put_figure(const cupel_micro_model *m, const double *value, const double *y, double *row)
{
    const cupel_layout *l = &m->rows->layout;
    double k[9], c[36];
    memset(row, 0, l->width * sizeof *row);
    const cupel_micro_state t = state_of(m, value, y, row + l->fraction, k, c);
    if (t.k) memcpy(row + l->k, k, sizeof k);
    if (t.c) memcpy(row + l->c, c, sizeof c);
}

void cupel_micro_model_figures(const cupel_micro_model *m, const double *value, size_t n, cupel_isa isa, cupel_micro_scratch *s, double *figure)
{
    predict(m, value, n, isa, s);
    for (size_t i = 0; i < n; i++) put_figure(m, value + i * m->space->n, s->mean + i * m->p, figure + i * m->rows->layout.width);
}

const double *cupel_micro_scratch_spread(const cupel_micro_scratch *s) { return s->spread; }

void cupel_micro_model_left_out_figures(const cupel_micro_model *m, double *figure, double *spread)
{
    for (size_t i = 0; i < m->n; i++)
        put_figure(m, m->rows->param + m->row[i] * m->rows->n_params, cupel_joint_left_out(m->joint) + i * m->p, figure + i * m->rows->layout.width);
    memcpy(spread, cupel_joint_left_out_spread(m->joint), m->n * sizeof *spread);
}

/* Half width of the 95 % bar that a solved structure would have here on the sample's grid: what a surrogate of solved values cannot know of. */
static double bar_at(const cupel_micro_model *m, const double *z, size_t a)
{
    return sqrt(local_mean(m, z, SIZE_MAX, m->bar + a, m->d->n_asks, m->mean_bar[a]));
}

/* Number j of a row of normal numbers that fill the distribution evenly, another row for each ask (multiples of the golden ratio). */
static double even_normal(size_t j, size_t a)
{
    const double x = ((double)j + 0.5) * 0.6180339887498949 + (double)a * 0.7548776662466927, u = x - floor(x);
    return cupel_normal_quantile(fmin(fmax(u, 1e-6), 1 - 1e-6));
}

static double margin_of(const cupel_micro_demand *d, const cupel_micro_forecast *f)
{
    double least = HUGE_VAL;
    for (size_t a = 0; a < d->n_asks; a++) {
        const cupel_ask *k = &d->ask[a];
        const double half = (f->upper[a] - f->lower[a]) / 2, high = k->whole ? k->within : k->max, low = k->whole ? -HUGE_VAL : k->min;
        if (half > 1e-9 * fabs(f->value[a])) least = fmin(least, fmin(high - f->value[a], f->value[a] - low) / half);
    }
    return isfinite(least) ? least : 0;
}

void cupel_micro_model_forecast(const cupel_micro_model *m, const double *value, cupel_isa isa, cupel_micro_scratch *s, cupel_micro_forecast *f)
{
    const size_t n_asks = m->d->n_asks;
    const double of_level = cupel_normal_quantile((1 + m->d->level) / 2) / HALF_OF_BAR;
    double bar[CUPEL_ASKS_MAX];
    size_t met = 0;
    predict(m, value, 1, isa, s);
    for (size_t a = 0; a < n_asks; a++) bar[a] = bar_at(m, s->z, a);
    const size_t n = draw_asks(m, value, s->mean, s->spread[0] * local_scale(m, s->z, SIZE_MAX), SIZE_MAX, s->at, s->asked);
    for (size_t j = 0; j < n; j++) {
        bool all = true;
        for (size_t a = 0; a < n_asks; a++)
            all = all && cupel_ask_met(&m->d->ask[a], s->asked[a * m->n_draws + j] + bar[a] / HALF_OF_BAR * even_normal(j, a));
        met += all;
    }
    f->chance = ((double)met + 0.5) / ((double)n + 1);
    ask_outputs(m, value, s->mean, f->fraction, f->value, 1);
    f->score = cupel_log(f->chance) + goals(m, f->value, 1);
    for (size_t a = 0; a < n_asks; a++) {
        double *x = s->asked + a * m->n_draws;
        if (!finite_all(x, n)) {
            f->lower[a] = f->upper[a] = NAN;
            continue;
        }
        qsort(x, n, sizeof *x, by_size);
        between(x, n, m->trust[a].quantile, &f->lower[a], &f->upper[a]);
        f->lower[a] = f->value[a] - hypot(fmax(f->value[a] - f->lower[a], 0), of_level * bar[a]);
        f->upper[a] = f->value[a] + hypot(fmax(f->upper[a] - f->value[a], 0), of_level * bar[a]);
        if (m->d->ask[a].whole) f->lower[a] = fmax(f->lower[a], 0); /* a distance */
    }
    f->margin = margin_of(m->d, f);
}
