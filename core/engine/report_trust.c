#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/report_parts.h"
#include "core/engine/report_text.h"
#include "models/learn/calibrate.h"
#include "models/learn/metrics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FOLDS = 10, FEW = 30 };

/* --- figures --- */

static void find_range(const cupel_report_model *m, cupel_trust *t)
{
    t->low = HUGE_VAL;
    t->high = -HUGE_VAL;
    for (size_t i = 0; i < m->n; i++) {
        t->low = fmin(t->low, fmin(m->truth[i], m->value[i]));
        t->high = fmax(t->high, fmax(m->truth[i], m->value[i]));
        t->inside += m->in_domain[i] != 0;
    }
}

/* A residual in units of its own interval: the scale on which rows are alike. */
static double score_of(const cupel_report_model *m, size_t i)
{
    double width = m->upper[i] - m->lower[i];
    return width > 0 ? (m->truth[i] - m->value[i]) / width : NAN;
}

typedef struct tally {
    size_t rows[CUPEL_TRUST_GROUPS], hit[CUPEL_TRUST_GROUPS][CUPEL_TRUST_LEVELS];
} tally;

static void count_row(const cupel_trust *t, const cupel_scores *others, double score, bool inside, tally *c)
{
    c->rows[0]++;
    c->rows[inside ? 1 : 2]++;
    for (size_t l = 0; l < CUPEL_TRUST_LEVELS; l++) {
        double lo, hi;
        cupel_scores_interval(others, t->level[l], &lo, &hi);
        bool hit = score >= lo && score <= hi;
        c->hit[0][l] += hit;
        c->hit[inside ? 1 : 2][l] += hit;
    }
}

/* Coverage at every level, each tenth of the rows (every tenth row) judged by the others. */
static cupel_status find_calibration(const cupel_report_model *m, cupel_trust *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    tally c = {0};
    double *score = cupel_alloc(m->n, sizeof *score);
    if (!score) return cupel_no_memory(err, "the calibration curve", m->n * sizeof *score);
    for (size_t fold = 0; fold < FOLDS; fold++) {
        cupel_scores others = {0};
        size_t n = 0;
        for (size_t i = 0; i < m->n; i++)
            if (i % FOLDS != fold && !isnan(score_of(m, i))) score[n++] = score_of(m, i);
        if (n < 2) break;
        CUPEL_TRY(cupel_scores_make(score, n, &others, err));
        for (size_t i = fold; i < m->n; i += FOLDS)
            if (!isnan(score_of(m, i))) count_row(t, &others, score_of(m, i), m->in_domain[i] != 0, &c);
        cupel_scores_release(&others);
    }
    for (size_t g = 0; g < CUPEL_TRUST_GROUPS; g++)
        for (size_t l = 0; l < CUPEL_TRUST_LEVELS; l++)
            t->observed[g][l] = c.rows[g] >= (g ? FEW : 1) ? (double)c.hit[g][l] / (double)c.rows[g] : (double)NAN;
    t->miscalibration = cupel_metric_miscalibration(t->level, t->observed[0], CUPEL_TRUST_LEVELS);
done:
    cupel_free(score);
    return st;
}

static void find_residuals(const cupel_report_model *m, cupel_trust *t)
{
    double reach = 3.5 * t->rmse > 0 ? 3.5 * t->rmse : 1;
    t->bin_from = -reach;
    t->bin_width = 2 * reach / CUPEL_TRUST_BINS;
    for (size_t i = 0; i < m->n; i++) {
        double at = floor((m->value[i] - m->truth[i] - t->bin_from) / t->bin_width);
        t->bin[at < 0 ? 0 : at >= CUPEL_TRUST_BINS ? CUPEL_TRUST_BINS - 1 : (size_t)at]++;
    }
}

static cupel_status judge_regression(const cupel_report_model *m, cupel_trust *t, cupel_err *err)
{
    t->mae = cupel_metric_mae(m->truth, m->value, m->n);
    t->rmse = cupel_metric_rmse(m->truth, m->value, m->n);
    t->r2 = cupel_metric_r2(m->truth, m->value, m->n);
    t->coverage90 = cupel_metric_coverage(m->truth, m->lower, m->upper, m->n);
    t->width90 = cupel_metric_width(m->lower, m->upper, m->n);
    find_residuals(m, t);
    cupel_status st = cupel_metric_spearman(m->truth, m->value, m->n, &t->spearman, err);
    return st == CUPEL_OK ? find_calibration(m, t, err) : st;
}

static cupel_status judge_class(const cupel_report_model *m, cupel_trust *t, cupel_err *err)
{
    double sum[10] = {0}, hits[10] = {0};
    double *truth = cupel_alloc(m->n, sizeof *truth);
    if (!truth) return cupel_no_memory(err, "the classes", m->n * sizeof *truth);
    t->class_low = HUGE_VAL;
    t->class_high = -HUGE_VAL;
    for (size_t i = 0; i < m->n; i++) {
        t->class_low = fmin(t->class_low, m->truth[i]);
        t->class_high = fmax(t->class_high, m->truth[i]);
    }
    for (size_t i = 0; i < m->n; i++) {
        double p = fmin(fmax(m->value[i], 0), 1);
        size_t b = p >= 1 ? 9 : (size_t)(10 * p);
        truth[i] = m->truth[i] == t->class_high;
        t->in_bin[b]++;
        sum[b] += p;
        hits[b] += truth[i];
    }
    for (size_t b = 0; b < 10; b++) {
        t->predicted[b] = t->in_bin[b] ? sum[b] / (double)t->in_bin[b] : (double)NAN;
        t->happened[b] = t->in_bin[b] ? hits[b] / (double)t->in_bin[b] : (double)NAN;
        t->n_reliability += t->in_bin[b] > 0;
    }
    cupel_confusion c = cupel_metric_confusion(truth, m->value, m->n, m->class_threshold);
    t->balanced_accuracy = cupel_metric_balanced_accuracy(&c);
    t->log_loss = cupel_metric_log_loss(truth, m->value, m->n);
    t->brier = cupel_metric_brier(truth, m->value, m->n);
    t->coverage90 = cupel_metric_coverage(m->truth, m->lower, m->upper, m->n);
    cupel_status st = cupel_metric_auc(truth, m->value, m->n, &t->auc, err);
    cupel_free(truth);
    return st;
}

cupel_status cupel_trust_judge(cupel_report_model *m, cupel_err *err)
{
    cupel_trust t = {.is_class = m->is_class, .n = m->n, .spearman = NAN, .r2 = NAN, .miscalibration = NAN};
    for (size_t l = 0; l < CUPEL_TRUST_LEVELS; l++) t.level[l] = (double)(l + 1) / (CUPEL_TRUST_LEVELS + 1);
    find_range(m, &t);
    cupel_status st = m->n < 2 ? CUPEL_OK : m->is_class ? judge_class(m, &t, err) : judge_regression(m, &t, err);
    if (st == CUPEL_OK) m->trust = t;
    return st;
}

/* --- the section --- */

static void put_figure(cupel_str *s, const char *name, double x, double resolution, const char *unit, const char *help)
{
    cupel_str_addf(s, "<tr><th scope=row>%s<td>", name);
    cupel_html_value(s, x, resolution);
    if (*unit) {
        cupel_str_puts(s, " ");
        cupel_html_raised(s, unit);
    }
    cupel_str_addf(s, "<td class=note>%s", help);
}

static void put_percent(cupel_str *s, const char *name, double x, const char *help)
{
    cupel_str_addf(s, "<tr><th scope=row>%s<td>%.1f %%<td class=note>%s", name, 100 * x, help);
}

static void put_regression_figures(cupel_str *s, const cupel_report_model *m)
{
    const cupel_trust *t = &m->trust;
    put_figure(s, "mean absolute error", t->mae, t->mae / 10, m->unit, "mean of |predicted − measured|");
    put_figure(s, "root mean square error", t->rmse, t->rmse / 10, m->unit, "");
    put_figure(s, "R²", t->r2, 0.1, "", "1 is perfect, 0 is the mean of the data");
    put_figure(s, "rank correlation", t->spearman, 0.1, "", "Spearman");
    put_percent(s, "in the 90 % interval", t->coverage90, "of measured values; 90 % is right");
    put_figure(s, "width of the 90 % interval", t->width90, t->width90 / 10, m->unit, "mean");
    put_figure(s, "miscalibration area", t->miscalibration, 0.01, "", "between the curve and the diagonal; 0 is perfect");
}

static void put_class_figures(cupel_str *s, const cupel_report_model *m)
{
    const cupel_trust *t = &m->trust;
    char cut[80];
    snprintf(cut, sizeof cut, "mean of the two classes, cut at a probability of %.3g", m->class_threshold);
    put_figure(s, "area under the ROC curve", t->auc, 0.01, "", "1 is perfect, 0.5 is chance");
    put_figure(s, "balanced accuracy", t->balanced_accuracy, 0.01, "", cut);
    put_percent(s, "in the 90 % set", t->coverage90, "of true classes; 90 % is right");
    put_figure(s, "log loss", t->log_loss, 0.01, "", "");
    put_figure(s, "Brier score", t->brier, 0.01, "", "mean square of probability − outcome");
}

static void put_level_row(cupel_str *s, double level, const double *share, size_t n)
{
    cupel_str_addf(s, "<tr><td>%.0f %%", 100 * level);
    for (size_t i = 0; i < n; i++) {
        cupel_str_puts(s, "<td>");
        cupel_html_percent(s, share[i]);
    }
}

static void put_curve_table(cupel_str *s, const cupel_trust *t)
{
    cupel_str_puts(s, "<details><summary>The curve in numbers</summary><div class=scroll><table class=plain><thead><tr><th>");
    cupel_str_puts(s, t->is_class ? "predicted probability<th>observed share<th>rows<tbody>"
                                  : "interval<th>all<th>inside the domain<th>outside<tbody>");
    if (t->is_class) {
        for (size_t b = 0; b < 10; b++) {
            if (!t->in_bin[b]) continue;
            put_level_row(s, t->predicted[b], &t->happened[b], 1);
            cupel_str_addf(s, "<td>%zu", t->in_bin[b]);
        }
    } else {
        for (size_t l = 0; l < CUPEL_TRUST_LEVELS; l++) {
            double share[CUPEL_TRUST_GROUPS];
            for (size_t g = 0; g < CUPEL_TRUST_GROUPS; g++) share[g] = t->observed[g][l];
            put_level_row(s, t->level[l], share, CUPEL_TRUST_GROUPS);
        }
    }
    cupel_str_puts(s, "</table></div></details>\n");
}

static void put_plot(cupel_str *s, const char *kind, size_t model, const char *title, const char *caption)
{
    cupel_str_addf(s,
                   "<figure><div class=plot data-plot=%s data-model=%zu role=img aria-label=\"%s\"></div><figcaption><b>%s.</b> "
                   "%s</figcaption></figure>\n",
                   kind, model, title, title, caption);
}

static void put_model(cupel_str *s, const cupel_report_model *m, size_t k)
{
    cupel_str_puts(s, "<h3>");
    cupel_html(s, m->property);
    if (*m->unit) {
        cupel_str_puts(s, " <span class=unit>[");
        cupel_html_raised(s, m->unit);
        cupel_str_puts(s, "]</span>");
    }
    cupel_str_puts(s, "</h3>\n<p>");
    cupel_html(s, m->learner);
    cupel_str_puts(s, " on ");
    cupel_html(s, m->sets);
    if (*m->columns) {
        cupel_str_puts(s, " and ");
        cupel_html(s, m->columns);
    }
    cupel_str_addf(s,
                   ", learned from %zu measured materials. Every figure here is of predictions made for a material while it was left out "
                   "of training.</p>\n",
                   m->n);
    if (m->n < 2) {
        cupel_str_puts(s, "<p>The model holds no such predictions.</p>\n");
        return;
    }
    cupel_str_puts(s, "<div class=figures>\n");
    if (m->is_class) {
        put_plot(s, "classes", k, "Separation", "Rows of each class by predicted probability of the larger value.");
        put_plot(s, "reliability", k, "Calibration",
                 "Of the materials given a probability, how many are of that class. On the diagonal the probability is right.");
    } else {
        put_plot(s, "parity", k, "Parity",
                 "Predicted against measured. On the line the prediction is exact; open circles lie outside the training domain.");
        put_plot(s, "calibration", k, "Calibration",
                 "How many measured values lie within an interval of nominal size. On the diagonal the intervals are right; below it they "
                 "are too narrow. Each row is judged by the residuals of others.");
        put_plot(s, "residuals", k, "Residuals", "Predicted minus measured; the outermost bins hold all beyond.");
    }
    cupel_str_puts(s, "</div>\n<div class=scroll><table class=\"plain figures-of-merit\"><tbody>");
    if (m->is_class)
        put_class_figures(s, m);
    else
        put_regression_figures(s, m);
    cupel_str_puts(s, "</table></div>\n");
    put_curve_table(s, &m->trust);
}

void cupel_report_trust(const cupel_report *r, cupel_str *s)
{
    cupel_str_puts(s, "<section id=trust><h2>How far to trust the predictions</h2>\n");
    if (!r->n_models) cupel_str_puts(s, "<p>No model file is in this folder.</p>\n");
    for (size_t i = 0; i < r->n_models; i++) put_model(s, &r->model[i], i);
    cupel_str_puts(s, "</section>\n");
}
