/* Plots as SVG: maps of the properties over the parameters, and predictions of left-out rows. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/report_parts.h"
#include "core/engine/plot.h"
#include "core/engine/report_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAP_PAIRS = 3, MAP_PARAMS = 3 };

/* ---- maps ---- */

typedef struct map {
    const cupel_micro_page *p;
    cupel_micro_scratch *scratch;
    size_t ask, x, y; /* y SIZE_MAX: the property itself is the y axis */
    double low, high; /* of the colours */
} map;

/* What the surrogate predicts over the two ranges, the other parameters as in the best structure. */
static cupel_status paint(map *m, cupel_picture *out, cupel_err *err)
{
    enum { N = CUPEL_MAP_PIXELS };
    const cupel_micro_space *space = &m->p->space;
    const size_t n_asks = m->p->d->n_asks;
    cupel_status st = CUPEL_OK;
    cupel_picture p = {.width = N, .height = N, .rgba = cupel_alloc(N * N, 4)};
    double *value = cupel_alloc(N, space->n * sizeof *value), *asked = cupel_alloc(N * N, n_asks * sizeof *asked);
    if (!p.rgba || !value || !asked) CUPEL_TRY(cupel_no_memory(err, "a map", 0));
    m->low = HUGE_VAL, m->high = -HUGE_VAL;
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < N; j++) {
            double *v = value + j * space->n;
            memcpy(v, m->p->ranking.row[0].param, space->n * sizeof *v);
            v[m->x] = space->low[m->x] + ((double)j + 0.5) / N * (space->high[m->x] - space->low[m->x]);
            v[m->y] = space->high[m->y] - ((double)i + 0.5) / N * (space->high[m->y] - space->low[m->y]);
        }
        cupel_micro_model_values(m->p->model, value, N, m->p->job->isa, m->scratch, asked + i * N * n_asks);
    }
    for (size_t i = 0; i < N * N; i++) {
        const double x = asked[i * n_asks + m->ask];
        if (isfinite(x)) m->low = fmin(m->low, x), m->high = fmax(m->high, x);
    }
    for (size_t i = 0; i < N * N; i++) {
        cupel_view_colour((asked[i * n_asks + m->ask] - m->low) / (m->high > m->low ? m->high - m->low : 1), p.rgba + 4 * i);
        p.rgba[4 * i + 3] = 255;
    }
done:
    cupel_free(value);
    cupel_free(asked);
    if (st == CUPEL_OK)
        *out = p;
    else
        cupel_picture_release(&p);
    return st;
}

static void put_points(const map *m, const cupel_plot *f, cupel_str *s)
{
    const cupel_micro_page *p = m->p;
    const size_t n = p->ranking.n < CUPEL_SHOWN ? p->ranking.n : (size_t)CUPEL_SHOWN;
    double x[CUPEL_SHOWN], y[CUPEL_SHOWN];
    for (size_t i = 0; i < p->facts.n; i++) {
        const double *v = p->samples.param + (size_t)p->facts.row[i] * p->space.n;
        unsigned char rgb[3];
        cupel_view_colour((p->facts.truth[i * p->d->n_asks + m->ask] - m->low) / (m->high > m->low ? m->high - m->low : 1), rgb);
        cupel_plot_dot(f, v[m->x], v[m->y], 3, "on-map", rgb, s);
    }
    for (size_t i = 0; i < n; i++) x[i] = p->ranking.row[i].param[m->x], y[i] = p->ranking.row[i].param[m->y];
    cupel_plot_numbers(f, x, y, n, s);
}

/* What is asked, and its unit as an axis has it behind a name; `head` "": its own. */
static void names_of(const cupel_ask *a, const char *head, cupel_str *title, cupel_str *axis)
{
    const char *unit;
    double factor;
    cupel_ask_title(a, title, &unit, &factor);
    cupel_str_puts(axis, *head ? head : cupel_str_text(title));
    if (*unit) cupel_str_addf(axis, " [%s]", unit);
}

static void put_ends(const map *m, cupel_str *s)
{
    const cupel_ask *a = &m->p->d->ask[m->ask];
    const double f = cupel_ask_factor(a);
    const double end[2] = {a->whole ? a->within : a->min, a->max};
    cupel_str_puts(s, "<div class=scale>");
    for (int i = 0; i < (a->whole ? 1 : 2); i++)
        if (end[i] > m->low && end[i] < m->high)
            cupel_str_addf(s, "<i class=end style=\"left:%.1f%%\"></i>", 100 * (end[i] - m->low) / (m->high - m->low));
    cupel_str_puts(s, "</div><div class=ends><i>");
    cupel_html_value(s, f * m->low, f * (m->high - m->low) / 30);
    cupel_str_puts(s, "</i><i>");
    cupel_html_value(s, f * m->high, f * (m->high - m->low) / 30);
    cupel_str_putc(s, ' ');
    cupel_html_raised(s, cupel_ask_unit(a));
    cupel_str_puts(s, "</i></div>");
}

static cupel_status put_map(map *m, cupel_str *s, cupel_err *err)
{
    const cupel_micro_space *space = &m->p->space;
    const char *x = cupel_micro_space_param(space, m->x)->name, *y = cupel_micro_space_param(space, m->y)->name;
    cupel_plot f = {.x0 = space->low[m->x], .x1 = space->high[m->x], .y0 = space->low[m->y], .y1 = space->high[m->y], .width = 260, .height = 220};
    cupel_picture picture;
    cupel_str title = {0}, scale = {0};
    cupel_status st = paint(m, &picture, err);
    if (st != CUPEL_OK) return st;
    names_of(&m->p->d->ask[m->ask], "", &title, &scale);
    cupel_str_puts(s, "<figure>");
    cupel_plot_begin(&f, cupel_str_text(&title), x, y, s);
    cupel_str_addf(s, "<image x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" preserveAspectRatio=\"none\" href=\"", f.left, f.top, f.width,
                   f.height);
    st = cupel_micro_page_data(&picture, s, err);
    cupel_str_puts(s, "\"/>");
    put_points(m, &f, s);
    cupel_plot_end(s);
    put_ends(m, s);
    cupel_str_puts(s, "</figure>\n");
    s->failed |= title.failed;
    cupel_str_free(&title), cupel_str_free(&scale);
    return st;
}

/* One parameter alone: the property over it. */
static cupel_status put_curve(map *m, cupel_str *s, cupel_err *err)
{
    enum { N = CUPEL_MAP_PIXELS };
    const cupel_micro_page *p = m->p;
    const cupel_micro_space *space = &p->space;
    const cupel_ask *a = &p->d->ask[m->ask];
    const double f = cupel_ask_factor(a);
    double value[N], curve[N], low = HUGE_VAL, high = -HUGE_VAL;
    cupel_str title = {0}, y = {0};
    double *asked = cupel_alloc(N, p->d->n_asks * sizeof *asked);
    if (!asked) return cupel_no_memory(err, "a curve", 0);
    for (size_t i = 0; i < N; i++) value[i] = space->low[0] + (double)i / (N - 1) * (space->high[0] - space->low[0]);
    cupel_micro_model_values(p->model, value, N, p->job->isa, m->scratch, asked);
    for (size_t i = 0; i < N; i++) {
        curve[i] = f * asked[i * p->d->n_asks + m->ask];
        low = fmin(low, curve[i]), high = fmax(high, curve[i]);
    }
    for (size_t i = 0; i < p->facts.n; i++) {
        const double truth = f * p->facts.truth[i * p->d->n_asks + m->ask];
        low = fmin(low, truth), high = fmax(high, truth);
    }
    cupel_plot frame = {.x0 = space->low[0], .x1 = space->high[0], .y0 = low, .y1 = high, .width = 260, .height = 220};
    names_of(a, "", &title, &y);
    cupel_str_puts(s, "<figure>");
    cupel_plot_begin(&frame, cupel_str_text(&title), cupel_micro_space_param(space, 0)->name, cupel_str_text(&y), s);
    cupel_plot_window(&frame, true, true, f * (a->whole ? 0 : a->min), f * (a->whole ? a->within : a->max), s);
    cupel_plot_line(&frame, value, curve, N, "mean", s);
    for (size_t i = 0; i < p->facts.n; i++)
        cupel_plot_dot(&frame, p->samples.param[(size_t)p->facts.row[i]], f * p->facts.truth[i * p->d->n_asks + m->ask], 3, "off", NULL, s);
    cupel_plot_end(s);
    cupel_str_puts(s, "</figure>\n");
    s->failed |= title.failed || y.failed;
    cupel_str_free(&title), cupel_str_free(&y);
    cupel_free(asked);
    return CUPEL_OK;
}

static bool trivial(cupel_ask_kind k) { return k == CUPEL_ASK_FRACTION || k == CUPEL_ASK_DENSITY || k == CUPEL_ASK_PRICE; }

static cupel_status put_ask_maps(map *m, cupel_str *s, cupel_err *err)
{
    const size_t n = m->p->space.n < MAP_PARAMS ? m->p->space.n : (size_t)MAP_PARAMS;
    cupel_status st = CUPEL_OK;
    cupel_str_puts(s, "<h3>");
    cupel_micro_page_title(&m->p->d->ask[m->ask], s);
    cupel_str_puts(s, "</h3>\n<div class=maps>\n");
    if (n == 1) st = put_curve(m, s, err);
    for (m->x = 0; m->x < n && st == CUPEL_OK; m->x++)
        for (m->y = m->x + 1; m->y < n && st == CUPEL_OK; m->y++) st = put_map(m, s, err);
    cupel_str_puts(s, "</div>\n");
    return st;
}

cupel_status cupel_micro_page_maps(const cupel_micro_page *p, cupel_str *s, cupel_err *err)
{
    map m = {.p = p};
    cupel_status st = CUPEL_OK;
    if (!p->ranking.n) return CUPEL_OK;
    CUPEL_TRY(cupel_micro_scratch_new(p->model, CUPEL_MAP_PIXELS, &m.scratch, err));
    cupel_str_puts(
        s,
        "<section id=maps><h2>The properties over the parameters</h2>\n<p>Colours: what the surrogate predicts, the other parameters as in the first "
        "structure. Dots: structures that were solved, in the colour of their own value, at their own other parameters. Numbers: the first of the "
        "ranking. <i class=end></i> on a scale of colours: an end of what is asked.");
    if (p->space.n > MAP_PARAMS) cupel_str_addf(s, " The first %d of %zu parameters are shown.", MAP_PARAMS, p->space.n);
    cupel_str_puts(s, "</p>\n");
    for (m.ask = 0; m.ask < p->d->n_asks && st == CUPEL_OK; m.ask++)
        if (!trivial(p->d->ask[m.ask].kind)) st = put_ask_maps(&m, s, err);
    cupel_str_puts(s, "</section>\n");
done:
    cupel_micro_scratch_free(m.scratch);
    return st;
}

/* ---- left-out rows ---- */

static void put_parity(const cupel_micro_page *p, size_t a, cupel_str *s)
{
    const cupel_micro_facts *t = &p->facts;
    const double f = cupel_ask_factor(&p->d->ask[a]);
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (size_t i = 0; i < t->n; i++) {
        const size_t k = i * t->n_asks + a;
        low = fmin(low, f * fmin(t->truth[k], t->value[k]));
        high = fmax(high, f * fmax(t->truth[k], t->value[k]));
    }
    const double pad = 0.04 * (high - low);
    cupel_plot frame = {.x0 = low - pad, .x1 = high + pad, .y0 = low - pad, .y1 = high + pad, .width = 260, .height = 240};
    cupel_str title = {0}, again = {0}, x = {0}, y = {0};
    names_of(&p->d->ask[a], "solved", &title, &x), names_of(&p->d->ask[a], "predicted from the others", &again, &y);
    cupel_plot_begin(&frame, cupel_str_text(&title), cupel_str_text(&x), cupel_str_text(&y), s);
    cupel_plot_line(&frame, (const double[]){frame.x0, frame.x1}, (const double[]){frame.x0, frame.x1}, 2, "exact", s);
    for (size_t i = 0; i < t->n; i++) {
        const size_t k = i * t->n_asks + a;
        const double truth = f * t->truth[k], lower = fmax(f * t->lower[k], frame.y0), upper = fmin(f * t->upper[k], frame.y1);
        const bool in = t->truth[k] >= t->lower[k] && t->truth[k] <= t->upper[k];
        cupel_plot_line(&frame, (const double[]){truth, truth}, (const double[]){lower, upper}, 2, in ? "bar-in" : "bar-off", s);
        cupel_plot_dot(&frame, truth, f * t->value[k], in ? 2.6 : 3.2, in ? "in" : "off", NULL, s);
    }
    cupel_plot_end(s);
    s->failed |= title.failed || again.failed || x.failed || y.failed;
    cupel_str_free(&title), cupel_str_free(&again), cupel_str_free(&x), cupel_str_free(&y);
}

static void put_trust(const cupel_micro_page *p, size_t a, cupel_str *s)
{
    const cupel_ask_trust *t = &p->facts.trust[a];
    const double f = cupel_ask_factor(&p->d->ask[a]);
    cupel_str_puts(s, "<figure>");
    put_parity(p, a, s);
    cupel_str_puts(s, "<figcaption>Root mean square error ");
    cupel_html_value(s, f * t->rmse, f * t->rmse);
    cupel_str_putc(s, ' ');
    cupel_html_raised(s, cupel_ask_unit(&p->d->ask[a]));
    cupel_str_puts(s, ", R² ");
    cupel_html_value(s, t->r2, 1 - t->r2 < 0.01 ? 0.001 : 0.01);
    cupel_str_puts(s, ", in their interval ");
    cupel_html_percent(s, t->coverage);
    cupel_str_puts(s, "</figcaption></figure>\n");
}

void cupel_micro_page_trust(const cupel_micro_page *p, cupel_str *s)
{
    cupel_str_addf(
        s,
        "<section id=trust><h2>How far to trust the predictions</h2>\n<p>Each of the %zu solved structures predicted from the others, with its %g %% "
        "interval. On the line the prediction is exact; <span class=\"ring off\"></span>an open circle lies outside its interval. "
        "Predicted tensors cannot leave the Voigt and Reuss bounds of their volume fractions.</p>\n<p class=note>",
        p->facts.n, 100 * p->d->level);
    cupel_html(s, p->facts.settings);
    cupel_str_puts(s, "</p>\n<div class=figures>\n");
    for (size_t a = 0; a < p->d->n_asks; a++)
        if (!trivial(p->d->ask[a].kind) || !cupel_micro_model_exact_fraction(p->model)) put_trust(p, a, s);
    cupel_str_puts(s, "</div></section>\n");
}
