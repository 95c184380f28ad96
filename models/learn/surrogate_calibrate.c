/* The second half of a fit: intervals, domain and precision from what every row was told from the others. */
#include "models/learn/surrogate_fit.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/order.h"
#include "core/sys/par.h"

#include <math.h>
#include <string.h>

enum { STREAM_MASS = 0x6d617373 };
enum { FLOAT32_ROWS = 500 };
static const double FLOAT32_SLACK = 5e-4; /* half widths; half of what is promised, since training rows do not show the worst */
static const double NEAR_ENOUGH = 0.1; /* of the rows out of fold that must have been as near as a row is taken to be */
static const double CHOSEN = 3;         /* parameters of a spread */
static const double HALF = 0.5;         /* from which probability a class is said, unless classes are uneven */
static const double LEVEL = 0.9;        /* of the out-of-fold intervals that are stored */

/* Rows of cluster k by a solution without it, with the local error that rows of the other clusters had out of fold. */
static cupel_status fit_far(void *user, size_t k, size_t worker, cupel_err *err)
{
    (void)worker;
    cupel_fit *f = user;
    const cupel_learner *l = f->s->learner;
    cupel_fitted fitted = {0};
    cupel_expand e = {0};
    cupel_status st = CUPEL_OK;
    const double *setting = cupel_nested_setting(&f->far_nested, k, f->setting);
    CUPEL_TRY(cupel_fit_without(l, &f->problem, cupel_nested_prepared(&f->far_nested, k, f->prepared), setting, &f->far.folds, k, &fitted, err));
    CUPEL_TRY(cupel_expand_make(l, &f->problem, setting, &fitted, cupel_fit_local_error(f) ? f->error : NULL, &e, err));
    CUPEL_TRY(cupel_predict_fold(&e, &f->problem, &f->far.folds, k, f->far.raw, f->far.mixture, err));
done:
    cupel_expand_release(&e);
    cupel_fitted_release(&fitted);
    return st;
}

/* Of a learner that fits as a whole: once more as a trial, which is its least effort, with the clusters as folds. Its errors are a little larger than
 * those of the full effort, so intervals beyond the domain are rather too wide than too narrow. Clusters that the learner cannot do without say
 * nothing. */
static cupel_status far_of_whole(cupel_fit *f, cupel_err *err)
{
    const size_t n = f->problem.n, n_params = cupel_method_n_params(&f->s->learner->method);
    const cupel_learner *l = f->s->learner;
    cupel_job quiet = *f->problem.job;
    cupel_problem p = f->problem;
    cupel_status st = CUPEL_OK;
    cupel_err why = {0};
    void *model = NULL;
    double *value = cupel_alloc(2 * n, sizeof *value), setting[CUPEL_LEARNER_PARAMS];
    if (!value) return cupel_no_memory(err, "held-out clusters", 2 * n * sizeof *value);
    double *error = value + n;
    quiet.say = NULL;
    p.job = &quiet;
    p.trial = true;
    p.seconds = 0;
    memcpy(setting, f->setting, n_params * sizeof *setting);
    st = l->fit_whole(&p, f->far.folds.fold, f->far.folds.n_folds, setting, &model, value, error, f->far.mixture, &why);
    if (st != CUPEL_OK) {
        f->far.folds.n_folds = 0;
        if (st == CUPEL_BAD_INPUT) st = CUPEL_OK;
        else if (err) *err = why;
        goto done;
    }
    l->own->free(model);
    CUPEL_TRY(cupel_fit_surroundings(f, &f->far.folds, quiet.threads, f->far.raw, err));
    /* The errors of the trial are those of rows far off, which the model itself does not know: it says of such a row what it says of others. */
    for (size_t i = 0; i < n; i++) f->far.raw[i].value = value[i], f->far.raw[i].own = f->raw[i].own;
done:
    cupel_free(value);
    return st;
}

cupel_status cupel_fit_clusters(cupel_fit *f, cupel_err *err)
{
    const cupel_job *job = f->problem.job;
    cupel_status st = cupel_far_clusters(&f->problem, f->options->seed, &f->far, err);
    if (st != CUPEL_OK) return st;
    if (f->s->learner->fit_whole) return f->far.folds.n_folds ? far_of_whole(f, err) : CUPEL_OK;
    if (f->far.folds.n_folds)
        st = cupel_nested_make(f->s->learner, &f->problem, f->options->seed, &f->far.folds, f->asked, f->setting, &f->far_nested, err);
    if (st == CUPEL_OK) st = cupel_par_for(job->threads, f->far.folds.n_folds, fit_far, f, err);
    if (st == CUPEL_OK && cupel_stopped(job)) st = cupel_fail(err, CUPEL_INTERRUPTED, "stopped while training; nothing was written, start again");
    return st;
}

static cupel_near near_of(const cupel_fit *f) { return (cupel_near){.n = f->problem.n, .y = f->problem.y, .raw = f->raw, .level = LEVEL}; }

/* The interval score at LEVEL that the spread as it stands gives. */
static cupel_status try_spread(const cupel_fit *f, double *score, double *figure, cupel_err *err)
{
    const cupel_near near = near_of(f);
    double both[2];
    const cupel_status st = cupel_spread_scores(f->s, &near, NULL, score, both, err);
    if (st == CUPEL_OK) *figure = both[0];
    return st;
}

/* The mass below each truth out of fold; of a truth at the shared value, by chance, any between that below and that at most there (a randomised
 * probability transform: of a distribution that is right it is even). */
static cupel_status calibrate_masses(cupel_fit *f, double slack, cupel_err *err)
{
    const size_t n = f->problem.n;
    size_t m = 0;
    double *mass = cupel_alloc(n, sizeof *mass), below, at_most;
    if (!mass) return cupel_no_memory(err, "masses of mixtures", n * sizeof *mass);
    for (size_t i = 0; i < n; i++) {
        if (isnan(f->mixture[i].above)) continue;
        cupel_spiked_share(&f->mixture[i], f->problem.y[i], slack, &below, &at_most);
        mass[m++] = below + cupel_rng_uniform(f->options->seed, STREAM_MASS, i) * (at_most - below);
    }
    const cupel_status st = m < 2 ? CUPEL_OK : cupel_scores_make(mass, m, &f->s->below, err);
    cupel_free(mass);
    return st;
}

/* Mixtures out of fold and of held-out clusters, by the residuals of the former. */
static cupel_status smear_mixtures(cupel_fit *f, double slack, cupel_err *err)
{
    cupel_surrogate *s = f->s;
    const size_t n = f->problem.n;
    double *spread = cupel_alloc(n, sizeof *spread);
    if (!spread) return cupel_no_memory(err, "spreads of mixtures", n * sizeof *spread);
    for (size_t i = 0; i < n; i++) spread[i] = cupel_spread_of(s, &f->raw[i]);
    const cupel_status st = cupel_spiked_residuals_of(f->mixture, f->problem.y, spread, n, slack, &s->others, err);
    cupel_free(spread);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < n; i++) cupel_spiked_smear(&s->others, cupel_spread_of(s, &f->raw[i]), &f->mixture[i]);
    for (size_t i = 0; f->far.folds.n_folds && i < n; i++)
        if (!isnan(f->far.mixture[i].above)) cupel_spiked_smear(&s->others, cupel_spread_of(s, &f->far.raw[i]), &f->far.mixture[i]);
    return CUPEL_OK;
}

/* Which mass of a mixture holds which share of the rows, inside the domain and outside. */
static cupel_status calibrate_mixtures(cupel_fit *f, cupel_err *err)
{
    enum { LEAST_NEAR = 20, LEAST_FAR = 40 };
    cupel_surrogate *s = f->s;
    const size_t n = f->problem.n;
    const double slack = cupel_surrogate_slack(s) / s->y_sd;
    if (!f->mixture || !cupel_own_mixed(s->expand.own)) return CUPEL_OK;
    const cupel_status smeared = smear_mixtures(f, slack, err);
    if (smeared != CUPEL_OK) return smeared;
    unsigned char *outside = cupel_alloc(n, 1);
    if (!outside) return cupel_no_memory(err, "rows outside the domain", n);
    s->mixed = cupel_spiked_calibrate(f->mixture, f->problem.y, NULL, n, LEAST_NEAR, slack, &s->level[0]);
    s->level[1] = s->level[0];
    for (size_t i = 0; f->far.folds.n_folds && i < n; i++) outside[i] = f->far.raw[i].distance > s->threshold;
    if (f->far.folds.n_folds) (void)cupel_spiked_calibrate(f->far.mixture, f->problem.y, outside, n, LEAST_FAR, slack, &s->level[1]);
    cupel_free(outside);
    return s->mixed ? calibrate_masses(f, slack, err) : CUPEL_OK;
}

/* How near a new row is taken to be at most, of a learner that fits as a whole; score [n] is used for room. */
static double nearest_of(const cupel_fit *f, double *score)
{
    const size_t n = f->problem.n;
    if (!f->own) return 0;
    for (size_t i = 0; i < n; i++) score[i] = f->raw[i].distance / f->s->threshold;
    cupel_sort(score, n);
    return cupel_quantile(score, n, NEAR_ENOUGH);
}

/* Chooses the spread's parameters by the interval score and keeps the scores. What is chosen by n rows looks better on them than it is, by about
 * 1 / n for each of the parameters: it has to be better by more than the scale that is nearly the same for all rows. */
static cupel_status calibrate_numbers(cupel_fit *f, cupel_err *err)
{
    static const double least[] = {0.05, 0.1, 0.2, 0.3, 0.5, 1, 3, 10}, growth[] = {0, 0.25, 0.5, 1, 2, 4}, own[] = {0, 0.5, 1, 2};
    cupel_surrogate *s = f->s;
    size_t n = f->problem.n;
    double *score = cupel_alloc(n, sizeof *score), best = INFINITY;
    cupel_status st = CUPEL_OK;
    if (!score) return cupel_no_memory(err, "scores of the calibration", n * sizeof *score);
    for (size_t i = 0; i < n; i++) s->spread.mean += f->error[i] / (double)n;
    if (!(s->spread.mean > 0)) s->spread.mean = 1e-12; /* every row is predicted exactly */
    s->spread.nearest = nearest_of(f, score);
    cupel_spread kept = s->spread, even = kept;
    double plain = 0;
    size_t n_least = sizeof least / sizeof *least, n_growth = sizeof growth / sizeof *growth, n_own = s->expand.own ? sizeof own / sizeof *own : 1;
    for (size_t k = 0; k < n_least * n_growth * n_own; k++) {
        double figure;
        s->spread.floor = least[k / n_growth % n_least];
        s->spread.growth = growth[k % n_growth];
        s->spread.own = own[k / n_growth / n_least];
        CUPEL_TRY(try_spread(f, score, &figure, err));
        if (k == (n_least - 1) * n_growth) plain = figure, even = s->spread;
        if (!(figure < best)) continue;
        best = figure;
        kept = s->spread;
    }
    s->spread = best < plain * (1 - CHOSEN / (double)n) ? kept : even;
    const cupel_near near = near_of(f);
    CUPEL_TRY(cupel_far_widen(s, &near, &f->far, score, err));
    CUPEL_TRY(try_spread(f, score, &best, err));
    CUPEL_TRY(cupel_scores_make(score, n, &s->scores, err));
    CUPEL_TRY(calibrate_mixtures(f, err));
done:
    cupel_free(score);
    return st;
}

/* How probable rows of held-out clusters were for their own class, outside the domain: beyond it sets are as large as those need. */
static cupel_status calibrate_far_classes(cupel_fit *f, double *const own[2], cupel_err *err)
{
    enum { LEAST_FAR = 20 };
    cupel_surrogate *s = f->s;
    size_t m[2] = {0};
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; f->far.folds.n_folds && i < f->problem.n; i++) {
        if (!(f->far.raw[i].distance > s->threshold)) continue;
        double p = cupel_sigmoid_at(&s->sigmoid, f->far.raw[i].value);
        int c = f->problem.y[i] > 0;
        own[c][m[c]++] = c ? p : 1 - p;
    }
    bool enough = m[0] >= LEAST_FAR && m[1] >= LEAST_FAR;
    for (int c = 0; c < 2; c++)
        CUPEL_TRY(cupel_scores_make(enough ? own[c] : s->own[c].sorted, enough ? m[c] : s->own[c].n, &s->far[c], err));
done:
    return st;
}

/* Classes of uneven size: which probability makes the second one the answer. probability [n] out of fold. */
static void choose_threshold(const cupel_fit *f, const double *probability)
{
    cupel_surrogate *s = f->s;
    double gain, error;
    s->class_threshold = cupel_class_threshold(probability, f->problem.y, f->problem.n, &gain, &error);
    if (s->class_threshold != HALF)
        cupel_say(f->problem.job, CUPEL_NOTE,
                  "uneven classes: %.3g is said from a probability of %.3g, its share of the rows, where balanced accuracy out of fold is %.3f +- "
                  "%.3f more than at one half; probabilities stay as they are", s->class_value[1], s->class_threshold, gain, error);
}

static cupel_status calibrate_classes(cupel_fit *f, cupel_err *err)
{
    cupel_surrogate *s = f->s;
    size_t n = f->problem.n, m[2] = {0};
    double *value = cupel_alloc(n, sizeof *value), *own[2] = {cupel_alloc(n, sizeof **own), cupel_alloc(n, sizeof **own)};
    cupel_status st = CUPEL_OK;
    if (!value || !own[0] || !own[1]) {
        st = cupel_no_memory(err, "scores of the calibration", 3 * n * sizeof *value);
        goto done;
    }
    for (size_t i = 0; i < n; i++) value[i] = f->raw[i].value;
    s->sigmoid = cupel_sigmoid_fit(value, f->problem.y, n);
    for (size_t i = 0; i < n; i++) {
        const double p = value[i] = cupel_sigmoid_at(&s->sigmoid, value[i]);
        int c = f->problem.y[i] > 0;
        own[c][m[c]++] = c ? p : 1 - p;
    }
    choose_threshold(f, value);
    for (int c = 0; c < 2; c++) CUPEL_TRY(cupel_scores_make(own[c], m[c], &s->own[c], err));
    CUPEL_TRY(calibrate_far_classes(f, own, err));
done:
    cupel_free(value);
    cupel_free(own[0]);
    cupel_free(own[1]);
    return st;
}

cupel_status cupel_fit_calibrate(cupel_fit *f, cupel_err *err) { return f->s->is_class ? calibrate_classes(f, err) : calibrate_numbers(f, err); }

/* In half widths of the row's interval, or in probability. */
static double apart(const cupel_surrogate *s, const cupel_band *band, const cupel_raw *wide, const cupel_raw *narrow)
{
    if (s->is_class) return fabs(cupel_sigmoid_at(&s->sigmoid, wide->value) - cupel_sigmoid_at(&s->sigmoid, narrow->value));
    const double difference = fabs(wide->value - narrow->value);
    return difference > 0 ? difference / (0.5 * (band->hi - band->lo) * cupel_spread_of(s, wide)) : 0;
}

/* Where coefficients are large and cancel, float32 is too coarse: seen on about FLOAT32_ROWS of the training rows. */
cupel_status cupel_fit_float32(cupel_fit *f, cupel_err *err)
{
    cupel_surrogate *s = f->s;
    const size_t n = f->problem.n, d = f->problem.d, step = n > FLOAT32_ROWS ? n / FLOAT32_ROWS : 1;
    const cupel_band band = cupel_band_at(s, LEVEL);
    const cupel_expand_way full = {.precision = CUPEL_FLOAT64, .isa = f->problem.job->isa},
                           value = {.precision = CUPEL_FLOAT32, .isa = f->problem.job->isa, .value_only = true};
    cupel_expand_work w = {0};
    cupel_raw wide[CUPEL_EXPAND_ROWS], narrow[CUPEL_EXPAND_ROWS];
    cupel_status st = CUPEL_OK;
    double *z = cupel_alloc_aligned(cupel_mul(CUPEL_EXPAND_ROWS, d), sizeof *z);
    if (!z) return cupel_no_memory(err, "rows in float32", cupel_mul(CUPEL_EXPAND_ROWS * sizeof *z, d));
    CUPEL_TRY(cupel_expand_work_make(&s->expand, &w, err));
    s->float32_difference = 0;
    for (size_t i = 0, m = 0; i < n; i += step) {
        memcpy(z + m++ * d, f->z + i * d, d * sizeof *z);
        if (m < CUPEL_EXPAND_ROWS && i + step < n) continue;
        cupel_expand_run(&s->expand, z, d, m, &full, &w, wide);
        cupel_expand_run(&s->expand, z, d, m, &value, &w, narrow);
        for (size_t j = 0; j < m; j++) {
            const double difference = apart(s, &band, &wide[j], &narrow[j]);
            if (!(difference <= s->float32_difference)) s->float32_difference = difference;
        }
        m = 0;
    }
    s->float32_holds = s->float32_difference <= FLOAT32_SLACK;
done:
    cupel_expand_work_release(&w);
    cupel_free(z);
    return st;
}

/* The out-of-fold predictions as a user sees them. */
cupel_status cupel_fit_keep(cupel_fit *f, cupel_err *err)
{
    cupel_surrogate *s = f->s;
    size_t n = f->problem.n;
    s->n = n;
    s->oof_value = cupel_alloc(n, sizeof(double));
    s->oof_lower = cupel_alloc(n, sizeof(double));
    s->oof_upper = cupel_alloc(n, sizeof(double));
    s->oof_distance = cupel_alloc(n, sizeof(double));
    s->oof_in_domain = cupel_alloc(n, 1);
    if (!s->oof_value || !s->oof_lower || !s->oof_upper || !s->oof_distance || !s->oof_in_domain)
        return cupel_no_memory(err, "out-of-fold predictions", 4 * n * sizeof(double));
    /* spreads go to the array of errors, which is not needed any more */
    cupel_prediction out = {s->oof_value, f->error, s->oof_lower, s->oof_upper, s->oof_distance, s->oof_in_domain};
    cupel_band band = cupel_band_at(s, LEVEL);
    for (size_t i = 0; i < n; i++) cupel_calibrated(s, &f->raw[i], f->mixture ? &f->mixture[i] : NULL, &band, &out, i);
    return CUPEL_OK;
}
