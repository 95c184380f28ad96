#include "core/engine/micro/model_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/normal.h"
#include "core/math/stats.h"
#include "models/homogenize/expansion.h"

#include <math.h>
#include <string.h>

enum { ROWS_LEAST = 8, DRAWS_MAX = 256, OUTPUTS_MAX = 6 + 21 + CUPEL_MICRO_PHASES_MAX - 1 };

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
            "components of log X - log(1 - X), X = (V - R)^-1/2 (T - R) (V - R)^-1/2; intervals from structures left out and the bars of the sample",
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

void cupel_micro_know(const cupel_micro_model *m, const double *value, double *known)
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
cupel_micro_state cupel_micro_state_of(const cupel_micro_model *m, const double *value, const double *y, double *fraction, double *k, double *c)
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
void cupel_micro_ask_outputs(const cupel_micro_model *m, const double *value, const double *y, double *fraction, double *asked, size_t step)
{
    const cupel_micro_demand *d = m->d;
    double k[9], c[36], alpha[6];
    cupel_micro_state s = cupel_micro_state_of(m, value, y, fraction, k, c);
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
        cupel_micro_know(m, value, known);
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
    cupel_micro_model_draw(m, y);
    st = cupel_micro_model_calibrate(m, err);
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
