/* A surrogate in an artifact, under "surrogate/". What is read is checked before it is believed. */
#include "models/learn/surrogate_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <string.h>

static cupel_status put(cupel_writer *w, const char *name, const char *units, const char *description, size_t n, const double *x,
                        cupel_err *err)
{
    return cupel_writer_put(w, name, units, description, CUPEL_F64, 1, &n, x, err);
}

static cupel_status put_text(cupel_writer *w, const char *name, const char *description, const char *text, cupel_err *err)
{
    return cupel_writer_put(w, name, "", description, CUPEL_TEXT, 1, (size_t[]){1}, &text, err);
}

static const char float32_name[] = "surrogate/float32_difference", threshold_name[] = "surrogate/class_threshold";
static const char monotone_name[] = "surrogate/monotone";
static const char beside_name[] = "surrogate/beside_scale";
static const char mass_name[] = "surrogate/mixture/mass_below";
static const char others_name[] = "surrogate/mixture/residuals";
static const char nearest_name[] = "surrogate/nearest";
static const char *const mixture_name[2] = {"surrogate/mixture_inside", "surrogate/mixture_outside"};

static cupel_status save_scale(const cupel_scale *s, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double d = (double)s->d;
    CUPEL_TRY(put(w, "surrogate/scale/columns", "", "columns of the features", 1, &d, err));
    CUPEL_TRY(cupel_writer_put(w, "surrogate/scale/column", "", "feature columns in use, from 0", CUPEL_I64, 1, &s->k, s->column, err));
    CUPEL_TRY(put(w, "surrogate/scale/mean", "feature", "subtracted from a column", s->k, s->mean, err));
    CUPEL_TRY(put(w, "surrogate/scale/factor", "1/feature", "1 / standard deviation of a column", s->k, s->factor, err));
    if (s->relevance) CUPEL_TRY(put(w, "surrogate/scale/relevance", "", "factor on a scaled column: 1 / its length in the kernel", s->k,
            s->relevance, err));
done:
    return st;
}

static cupel_status save_calibration(const cupel_surrogate *s, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(put(w, "surrogate/domain_threshold", "scaled columns", "distance at which the training domain ends", 1, &s->threshold, err));
    unsigned char float32 = s->float32_holds;
    CUPEL_TRY(cupel_writer_put(w, "surrogate/float32", "",
                               "1: float32 is within a thousandth of the interval's half width; 0: it is too coarse and not used", CUPEL_U8,
                               1, (size_t[]){1}, &float32, err));
    const double coarse = s->float32_difference <= CUPEL_LARGEST ? s->float32_difference : CUPEL_LARGEST;
    CUPEL_TRY(put(w, float32_name, "",
                  "largest |float32 - float64| of a value on training rows, in half widths of their 90 % intervals (of a class: in "
                  "probability)", 1, &coarse, err));
    if (s->is_class) {
        double sigmoid[] = {s->sigmoid.a, s->sigmoid.b};
        CUPEL_TRY(put(w, "surrogate/classes", "", "the two class values", 2, s->class_value, err));
        CUPEL_TRY(put(w, "surrogate/sigmoid", "", "a and b of p = 1 / (1 + exp(a f + b))", 2, sigmoid, err));
        CUPEL_TRY(put(w, threshold_name, "", "probability from which the second class is said", 1, &s->class_threshold, err));
        CUPEL_TRY(put(w, "surrogate/own_probability_first", "", "out-of-fold probability of the own class, first class, increasing",
                      s->own[0].n, s->own[0].sorted, err));
        CUPEL_TRY(put(w, "surrogate/own_probability_second", "", "the same of the second class", s->own[1].n, s->own[1].sorted, err));
        CUPEL_TRY(put(w, "surrogate/far_probability_first", "", "the same of the first class, of rows outside the domain in held-out clusters",
                      s->far[0].n, s->far[0].sorted, err));
        CUPEL_TRY(put(w, "surrogate/far_probability_second", "", "the same of the second class", s->far[1].n, s->far[1].sorted, err));
    } else {
        double spread[] = {s->spread.mean, s->spread.floor, s->spread.growth, s->spread.own}, target[] = {s->y_mean, s->y_sd};
        CUPEL_TRY(put_text(w, "surrogate/target_transform", "what the target goes through before it is scaled", cupel_transform_name(s->target.kind),
                err));
        CUPEL_TRY(put(w, "surrogate/target_numbers", "", "unit, offset and power of that transform", 3,
                      (double[]){s->target.unit, s->target.offset, s->target.power}, err));
        CUPEL_TRY(put(w, "surrogate/target_scale", "target", "mean and standard deviation of the target behind its transform", 2, target, err));
        CUPEL_TRY(put(w, "surrogate/spread", "scaled target",
                s->expand.own ? "mean error, floor and growth of the local scale of errors, weight of what the model says of its error"
                                    : "mean error, floor and growth of the local scale of errors",
                      s->expand.own ? 4 : 3, spread, err));
        CUPEL_TRY(put(w, "surrogate/beyond", "",
                "knee and steep: the scale times 1 + growth d + steep max(0, d - knee), d in units of the domain threshold", 2,
                      (double[]){s->spread.knee, s->spread.steep}, err));
        if (s->spread.nearest > 0) CUPEL_TRY(put(w, nearest_name, "", "d is taken as at least this", 1, &s->spread.nearest, err));
        CUPEL_TRY(put(w, "surrogate/scores", "", "out-of-fold residuals / spread, increasing", s->scores.n, s->scores.sorted, err));
        if (s->mixed)
            CUPEL_TRY(put(w, others_name, "", "quantiles at 5 %, 10 %, ... of (truth - middle of the others) / spread, out of fold",
                          CUPEL_SPIKED_QUANTILES, s->others.at, err));
        for (int k = 0; s->mixed && k < 2; k++)
            CUPEL_TRY(put(w, mixture_name[k], "", "share of truths out of fold in the shortest intervals of a mixture that hold 2.5 %, 5 %, ...",
                          CUPEL_SPIKED_MASSES, s->level[k].held, err));
        if (s->mixed && s->below.n)
            CUPEL_TRY(put(w, mass_name, "", "mass of a mixture below the truth out of fold, increasing", s->below.n, s->below.sorted, err));
    }
done:
    return st;
}

static cupel_status save_oof(const cupel_surrogate *s, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(put(w, "surrogate/oof/value", "target", "out-of-fold prediction per training row", s->n, s->oof_value, err));
    CUPEL_TRY(
        put(w, "surrogate/oof/lower", "target", "lower end of its 90 % interval; NaN: an empty set of classes", s->n, s->oof_lower, err));
    CUPEL_TRY(
        put(w, "surrogate/oof/upper", "target", "upper end of its 90 % interval; NaN: an empty set of classes", s->n, s->oof_upper, err));
    CUPEL_TRY(put(w, "surrogate/oof/distance", "", "its distance to the other rows, 1 = the end of the domain", s->n, s->oof_distance, err));
    CUPEL_TRY(cupel_writer_put(w, "surrogate/oof/in_domain", "", "1 within the domain", CUPEL_U8, 1, &s->n, s->oof_in_domain, err));
done:
    return st;
}

cupel_status cupel_surrogate_save(const cupel_surrogate *s, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(put_text(w, "surrogate/learner", "name of the learner", s->learner->method.name, err));
    CUPEL_TRY(put_text(w, "surrogate/settings", "its settings as used", s->settings, err));
    if (s->monotone) CUPEL_TRY(put_text(w, monotone_name, "columns with which the target only rises (up) or falls (down)", s->monotone, err));
    CUPEL_TRY(save_scale(&s->scale, w, err));
    CUPEL_TRY(cupel_expand_save(&s->expand, w, err));
    CUPEL_TRY(save_calibration(s, w, err));
    if (cupel_surrogate_beside(s))
        CUPEL_TRY(put(w, beside_name, "target", "mean and standard deviation of each target beside", 2 * cupel_surrogate_beside(s), s->beside_scale,
                      err));
    CUPEL_TRY(save_oof(s, w, err));
    CUPEL_TRY(cupel_net_path_save(&s->path, w, err));
done:
    return st;
}

/* ---- reading ---- */

static cupel_status bad(cupel_err *err, const char *name, const char *what)
{
    return cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: '%s' holds %s; train the model again", name, what);
}

/* Numbers [*n] that may be computed with; *n = SIZE_MAX takes what is there. */
static cupel_status get(const cupel_reader *r, const char *name, size_t *n, double **out, cupel_err *err)
{
    void *data = NULL;
    cupel_status st = cupel_reader_get(r, name, CUPEL_F64, 1, n, &data, err);
    if (st != CUPEL_OK) return st;
    *out = data;
    for (size_t i = 0; i < *n; i++)
        if (!(fabs((*out)[i]) <= CUPEL_LARGEST)) return bad(err, name, "a value that is not finite or too large");
    return CUPEL_OK;
}

static cupel_status get_few(const cupel_reader *r, const char *name, size_t n, double *x, cupel_err *err)
{
    double *data = NULL;
    size_t found = n;
    cupel_status st = get(r, name, &found, &data, err);
    if (st == CUPEL_OK) memcpy(x, data, n * sizeof *x);
    cupel_free(data);
    return st;
}

static cupel_status get_text(const cupel_reader *r, const char *name, char **text, cupel_err *err)
{
    void *data = NULL;
    cupel_status st = cupel_reader_get(r, name, CUPEL_TEXT, 1, (size_t[]){1}, &data, err);
    if (st != CUPEL_OK) return st;
    *text = cupel_strdup(*(char **)data);
    cupel_free(data);
    return *text ? CUPEL_OK : cupel_no_memory(err, "a text of the model", 0);
}

static cupel_status load_scale(const cupel_reader *r, bool relevance, cupel_scale *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double d = 0;
    void *column = NULL;
    s->k = SIZE_MAX;
    CUPEL_TRY(get_few(r, "surrogate/scale/columns", 1, &d, err));
    CUPEL_TRY(cupel_reader_get(r, "surrogate/scale/column", CUPEL_I64, 1, &s->k, &column, err));
    s->column = column;
    CUPEL_TRY(get(r, "surrogate/scale/mean", &s->k, &s->mean, err));
    CUPEL_TRY(get(r, "surrogate/scale/factor", &s->k, &s->factor, err));
    if (relevance) CUPEL_TRY(get(r, "surrogate/scale/relevance", &s->k, &s->relevance, err));
    if (!(d >= 1 && d <= 1e9) || d != floor(d) || !s->k) {
        st = bad(err, "surrogate/scale/columns", "a number of columns that cannot be");
        goto done;
    }
    s->d = (size_t)d;
    for (size_t c = 0; c < s->k; c++) {
        if (s->column[c] >= 0 && (uint64_t)s->column[c] < s->d && s->factor[c] > 0 && (!s->relevance || s->relevance[c] > 0)) continue;
        st = bad(err, "surrogate/scale/column", "a column that is not there, or a factor or relevance that is not above 0");
        goto done;
    }
done:
    return st;
}

static cupel_status load_scores(const cupel_reader *r, const char *name, size_t least, cupel_scores *s, cupel_err *err)
{
    double *x = NULL;
    size_t n = SIZE_MAX;
    cupel_status st = get(r, name, &n, &x, err);
    if (st == CUPEL_OK && n < least) st = bad(err, name, "too few values");
    if (st == CUPEL_OK) st = cupel_scores_make(x, n, s, err);
    cupel_free(x);
    return st;
}

static cupel_status load_classes(const cupel_reader *r, cupel_surrogate *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double sigmoid[2];
    s->is_class = true;
    s->y_sd = 1;
    CUPEL_TRY(get_few(r, "surrogate/classes", 2, s->class_value, err));
    CUPEL_TRY(get_few(r, "surrogate/sigmoid", 2, sigmoid, err));
    s->sigmoid = (cupel_sigmoid){sigmoid[0], sigmoid[1]};
    s->class_threshold = 0.5; /* models made without it */
    if (cupel_reader_has(r, threshold_name)) CUPEL_TRY(get_few(r, threshold_name, 1, &s->class_threshold, err));
    if (!(s->class_threshold > 0 && s->class_threshold < 1)) CUPEL_TRY(bad(err, threshold_name, "a probability that is not between 0 and 1"));
    CUPEL_TRY(load_scores(r, "surrogate/own_probability_first", 1, &s->own[0], err));
    CUPEL_TRY(load_scores(r, "surrogate/own_probability_second", 1, &s->own[1], err));
    CUPEL_TRY(load_scores(r, "surrogate/far_probability_first", 1, &s->far[0], err));
    CUPEL_TRY(load_scores(r, "surrogate/far_probability_second", 1, &s->far[1], err));
    if (!(s->class_value[0] < s->class_value[1])) st = bad(err, "surrogate/classes", "values that are not in increasing order");
done:
    return st;
}

static cupel_status load_target(const cupel_reader *r, cupel_transform *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char *kind = NULL;
    double number[3];
    cupel_err unknown = {0};
    CUPEL_TRY(get_text(r, "surrogate/target_transform", &kind, err));
    CUPEL_TRY(get_few(r, "surrogate/target_numbers", 3, number, err));
    *t = (cupel_transform){.unit = number[0], .offset = number[1], .power = number[2]};
    if (cupel_transform_parse(kind, &t->kind, &unknown) != CUPEL_OK)
        st = cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: transform '%.40s' of the target is not known to this cupel; use a newer one", kind);
    else if (!(t->unit > 0) || !(t->offset >= 0) || !(fabs(t->power) <= 10))
        st = bad(err, "surrogate/target_numbers", "numbers that no transform has");
done:
    cupel_free(kind);
    return st;
}

/* Of a model that gives mixtures. */
static cupel_status load_mixtures(const cupel_reader *r, cupel_surrogate *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    if (!cupel_own_mixed(s->expand.own))
        return cupel_reader_has(r, mixture_name[0]) ? bad(err, mixture_name[0], "shares of a mixture, and its model gives none") : CUPEL_OK;
    for (int k = 0; k < 2; k++) {
        double *held = s->level[k].held;
        CUPEL_TRY(get_few(r, mixture_name[k], CUPEL_SPIKED_MASSES, held, err));
        for (size_t i = 0; i < CUPEL_SPIKED_MASSES; i++)
            if (!(held[i] >= (i ? held[i - 1] : 0) && held[i] < 1)) CUPEL_TRY(bad(err, mixture_name[k], "shares that fall, or reach 1"));
    }
    CUPEL_TRY(get_few(r, others_name, CUPEL_SPIKED_QUANTILES, s->others.at, err));
    for (size_t i = 0; i < CUPEL_SPIKED_QUANTILES; i++)
        if (!(fabs(s->others.at[i]) <= CUPEL_LARGEST) || (i && s->others.at[i] < s->others.at[i - 1]))
            CUPEL_TRY(bad(err, others_name, "quantiles that fall, or are not finite"));
    CUPEL_TRY(load_scores(r, mass_name, 2, &s->below, err));
    if (!(s->below.sorted[0] >= 0 && s->below.sorted[s->below.n - 1] <= 1)) CUPEL_TRY(bad(err, mass_name, "a share that is not one"));
    s->mixed = true;
done:
    return st;
}

static cupel_status load_numbers(const cupel_reader *r, cupel_surrogate *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double spread[4] = {0}, target[2], beyond[2], nearest = 0;
    CUPEL_TRY(load_target(r, &s->target, err));
    CUPEL_TRY(get_few(r, "surrogate/target_scale", 2, target, err));
    CUPEL_TRY(get_few(r, "surrogate/spread", s->learner->own ? 4 : 3, spread, err));
    CUPEL_TRY(get_few(r, "surrogate/beyond", 2, beyond, err));
    if (cupel_reader_has(r, nearest_name)) CUPEL_TRY(get_few(r, nearest_name, 1, &nearest, err));
    CUPEL_TRY(load_scores(r, "surrogate/scores", 2, &s->scores, err));
    CUPEL_TRY(load_mixtures(r, s, err));
    s->y_mean = target[0];
    s->y_sd = target[1];
    s->spread = (cupel_spread){spread[0], spread[1], spread[2], spread[3], beyond[0], beyond[1], nearest};
    if (!(s->y_sd > 0)) st = bad(err, "surrogate/target_scale", "a standard deviation that is not above 0");
    if (!(spread[0] > 0) || !(spread[1] > 0) || !(spread[2] >= 0) || !(spread[3] >= 0)) st = bad(err, "surrogate/spread", "a number below 0");
    if (!(nearest >= 0)) st = bad(err, nearest_name, "a number below 0");
    if (!(beyond[0] >= 0) || !(beyond[1] >= 0)) st = bad(err, "surrogate/beyond", "a number below 0");
done:
    return st;
}

static cupel_status load_oof(const cupel_reader *r, cupel_surrogate *s, cupel_err *err)
{
    static const char *const name[] = {"surrogate/oof/lower", "surrogate/oof/upper"};
    cupel_status st = CUPEL_OK;
    void *data = NULL;
    double **end[] = {&s->oof_lower, &s->oof_upper};
    s->n = SIZE_MAX;
    CUPEL_TRY(get(r, "surrogate/oof/value", &s->n, &s->oof_value, err));
    CUPEL_TRY(get(r, "surrogate/oof/distance", &s->n, &s->oof_distance, err));
    for (int i = 0; i < 2; i++) { /* these may be NaN: an empty set */
        CUPEL_TRY(cupel_reader_get(r, name[i], CUPEL_F64, 1, &s->n, &data, err));
        *end[i] = data;
    }
    CUPEL_TRY(cupel_reader_get(r, "surrogate/oof/in_domain", CUPEL_U8, 1, &s->n, &data, err));
    s->oof_in_domain = data;
done:
    return st;
}

static cupel_status load_beside(const cupel_reader *r, cupel_surrogate *s, cupel_err *err)
{
    size_t n = 2 * cupel_surrogate_beside(s);
    if (!n) return CUPEL_OK;
    cupel_status st = get(r, beside_name, &n, &s->beside_scale, err);
    for (size_t i = 1; st == CUPEL_OK && i < n; i += 2)
        if (!(s->beside_scale[i] > 0)) st = bad(err, beside_name, "a standard deviation that is not above 0");
    return st;
}

/* Without what its learner stores a surrogate would predict, and claim to know more than it does. */
static bool fits_learner(const cupel_surrogate *s)
{
    const cupel_learner *l = s->learner;
    const cupel_expand *e = &s->expand;
    bool local_error = !s->is_class && l->kernel && !l->variance;
    return e->kernel == l->kernel && (e->packed != NULL) == (l->variance || !l->kernel) && e->n_sums == (local_error ? 2 : 1);
}

static cupel_status load(const cupel_reader *r, cupel_surrogate *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char *learner = NULL;
    void *float32 = NULL;
    CUPEL_TRY(get_text(r, "surrogate/learner", &learner, err));
    CUPEL_TRY(get_text(r, "surrogate/settings", &s->settings, err));
    if (cupel_reader_has(r, monotone_name)) CUPEL_TRY(get_text(r, monotone_name, &s->monotone, err));
    s->learner = cupel_learner_named(learner);
    if (!s->learner) {
        st = cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: learner '%.60s' is not known to this cupel; use a newer one", learner);
        goto done;
    }
    CUPEL_TRY(load_scale(r, s->learner->relevance != NULL, &s->scale, err));
    s->scale.farthest = s->learner->uncut ? INFINITY : CUPEL_FARTHEST;
    CUPEL_TRY(cupel_expand_load(r, s->scale.k, s->learner->own, &s->expand, err));
    s->expand.uncut = s->learner->uncut;
    CUPEL_TRY(get_few(r, "surrogate/domain_threshold", 1, &s->threshold, err));
    if (!(s->threshold > 0)) {
        st = bad(err, "surrogate/domain_threshold", "a distance that is not above 0");
        goto done;
    }
    CUPEL_TRY(cupel_reader_get(r, "surrogate/float32", CUPEL_U8, 1, (size_t[]){1}, &float32, err));
    s->float32_holds = *(unsigned char *)float32 != 0;
    CUPEL_TRY(get_few(r, float32_name, 1, &s->float32_difference, err));
    if (!(s->float32_difference >= 0)) CUPEL_TRY(bad(err, float32_name, "a number below 0"));
    CUPEL_TRY(cupel_reader_has(r, "surrogate/classes") ? load_classes(r, s, err) : load_numbers(r, s, err));
    CUPEL_TRY(load_beside(r, s, err));
    CUPEL_TRY(load_oof(r, s, err));
    CUPEL_TRY(cupel_net_path_load(r, s->scale.k, &s->path, err));
    if (!fits_learner(s))
        st = cupel_fail(err, CUPEL_BAD_ARTIFACT,
                        "model: 'surrogate/weights' and 'surrogate/triangle' are not those of the learner '%s'; train the model again",
                        learner);
done:
    cupel_free(learner);
    cupel_free(float32);
    return st;
}

cupel_status cupel_surrogate_load(const cupel_reader *r, cupel_surrogate **out, cupel_err *err)
{
    cupel_surrogate *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "a surrogate", sizeof *s);
    cupel_status st = load(r, s, err);
    if (st == CUPEL_OK)
        *out = s;
    else
        cupel_surrogate_free(s);
    return st;
}
