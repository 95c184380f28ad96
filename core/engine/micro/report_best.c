/* The best structures: what they look like, what they are like in every direction, what was asked and what they have. */
#include "core/base/err.h"
#include "core/engine/micro/report_parts.h"
#include "core/engine/report_text.h"
#include "core/math/small.h"
#include "models/homogenize/engineering.h"

#include <math.h>
#include <string.h>

enum { VIEW_VOXELS = 64, VIEW_PIXELS = 400, SURFACE_PIXELS = 260, SLICE_VOXELS = 64 };

/* ---- directional surfaces ---- */

typedef struct tensor {
    const double *k; /* [3][3] */
    double s[36];    /* compliance */
} tensor;

static double conductivity_along(const void *user, const double n[3])
{
    const tensor *t = user;
    double sum = 0;
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) sum += n[i] * t->k[3 * i + j] * n[j];
    return sum;
}

static double young_along(const void *user, const double n[3])
{
    const tensor *t = user;
    return cupel_young_along(t->s, 3, n);
}

/* Least and largest over a grid of directions. */
static void range_of(cupel_over_directions f, const void *user, double *low, double *high)
{
    *low = HUGE_VAL, *high = -HUGE_VAL;
    for (size_t i = 0; i < 60; i++)
        for (size_t j = 0; j < 60; j++) {
            const double polar = (double)i / 59 * acos(-1), around = (double)j / 60 * 2 * acos(-1);
            const double n[3] = {sin(polar) * cos(around), sin(polar) * sin(around), cos(polar)}, x = f(user, n);
            *low = fmin(*low, x), *high = fmax(*high, x);
        }
}

static cupel_status put_surface(const cupel_micro_page *p, cupel_over_directions f, const tensor *t, const char *what, const char *unit, cupel_str *s,
                                cupel_err *err)
{
    cupel_picture picture;
    double low, high;
    range_of(f, t, &low, &high);
    cupel_status st = cupel_view_surface(f, t, low, high, SURFACE_PIXELS, p->job, &picture, err);
    if (st != CUPEL_OK) return st;
    cupel_str_puts(s, "<figure>");
    st = cupel_micro_page_picture(&picture, "surface", what, s, err);
    cupel_str_puts(s, "<div class=scale></div><div class=ends><i>");
    cupel_html_value(s, low, high / 100);
    cupel_str_puts(s, "</i><i>");
    cupel_html_value(s, high, high / 100);
    cupel_str_putc(s, ' ');
    cupel_html(s, unit);
    cupel_str_addf(s, "</i></div><figcaption>%s in every direction: distance from the centre and colour. Axis 3 is up.</figcaption></figure>\n",
                   what);
    return st;
}

static cupel_status put_surfaces(const cupel_micro_page *p, const cupel_ranked *x, cupel_str *s, cupel_err *err)
{
    const cupel_micro_state state = cupel_layout_state(&p->samples.layout, x->figure);
    tensor t = {.k = state.k};
    cupel_status st = CUPEL_OK;
    if (state.k) st = put_surface(p, conductivity_along, &t, "Conductivity", p->d->k_unit, s, err);
    if (st == CUPEL_OK && state.c && cupel_small_invert(state.c, 6, t.s))
        st = put_surface(p, young_along, &t, "Young’s modulus", p->d->c_unit, s, err);
    return st;
}

/* ---- what was asked ---- */

static void put_wanted(const cupel_ask *a, cupel_str *s)
{
    const double low = a->min, high = a->max;
    if (a->whole) {
        cupel_str_addf(s, "at most %.3g", 100 * a->within);
        return;
    }
    if (low > -HUGE_VAL) cupel_str_addf(s, "at least %.4g", low);
    if (high < HUGE_VAL) cupel_str_addf(s, "%sat most %.4g", low > -HUGE_VAL ? ", " : "", high);
    if (a->goal)
        cupel_str_addf(s, "%s%s", low > -HUGE_VAL || high < HUGE_VAL ? ", " : "", a->goal > 0 ? "as large as possible" : "as small as possible");
}

static void put_verdict(cupel_ask_verdict v, cupel_str *s)
{
    static const char *const class[] = {"yes", "open", "no"};
    cupel_str_addf(s, "<span class=%s>%s</span>", class[v], v == CUPEL_MEETS ? "✓ met" : v == CUPEL_OPEN ? "within the error" : "✗ missed");
}

static void put_asked(const cupel_micro_page *p, const cupel_ranked *x, cupel_str *s)
{
    cupel_str_puts(s, "<div class=scroll><table class=asked><thead><tr><th>asked<th class=num>predicted<th class=num>verified<th><tbody>\n");
    for (size_t a = 0; a < p->d->n_asks; a++) {
        const cupel_ask *k = &p->d->ask[a];
        const double f = k->whole ? 100 : 1, half = f * (x->forecast.upper[a] - x->forecast.lower[a]) / 2;
        cupel_str_puts(s, "<tr><th scope=row>");
        cupel_micro_page_title(k, s);
        cupel_str_puts(s, "<div class=note>");
        put_wanted(k, s);
        cupel_str_puts(s, "</div><td class=num>");
        cupel_html_value(s, f * x->forecast.value[a], half);
        if (half > 1e-6 * fabs(f * x->forecast.value[a])) {
            cupel_str_puts(s, "<div class=note>");
            cupel_html_value(s, f * x->forecast.lower[a], half);
            cupel_str_puts(s, " to ");
            cupel_html_value(s, f * x->forecast.upper[a], half);
            cupel_str_puts(s, "</div>");
        }
        cupel_str_puts(s, "<td class=num><b>");
        cupel_html_value(s, f * x->value[a], f * x->error[a]);
        cupel_str_puts(s, "</b>");
        if (x->error[a] > 0) {
            cupel_str_puts(s, "<div class=note>±");
            cupel_html_value(s, f * x->error[a], f * x->error[a]);
            cupel_str_puts(s, "</div>");
        }
        cupel_str_puts(s, "<td>");
        if (k->whole || k->min > -HUGE_VAL || k->max < HUGE_VAL) put_verdict(x->verdict[a], s);
        cupel_str_putc(s, '\n');
    }
    cupel_str_puts(s, "</table></div>\n");
}

static void put_fractions(const cupel_micro_page *p, const cupel_ranked *x, cupel_str *s)
{
    cupel_str_puts(s, "<p class=\"note chips\">");
    for (size_t i = 0; i < p->d->n_phases; i++) {
        unsigned char rgb[3];
        cupel_view_phase(i, rgb);
        cupel_str_addf(s, "<span><span class=chip style=\"background:#%02x%02x%02x\"></span>", rgb[0], rgb[1], rgb[2]);
        cupel_html(s, p->d->phase[i].name);
        cupel_str_addf(s, " %.3g %%</span>", 100 * x->figure[p->samples.layout.fraction + i]);
    }
    cupel_str_puts(s, "</p>\n");
}

/* ---- a card ---- */

static cupel_status put_slices(const cupel_micro_page *p, const cupel_recipe *r, cupel_str *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str_puts(s, "<div class=slices>");
    for (int a = 0; a < 3 && st == CUPEL_OK; a++) {
        cupel_picture picture;
        st = cupel_view_slice(r, SLICE_VOXELS, a, p->job, &picture, err);
        if (st != CUPEL_OK) break;
        cupel_str_puts(s, "<span>");
        st = cupel_micro_page_picture(&picture, "slice", "section", s, err);
        cupel_str_addf(s, "across axis %d</span>", a + 1);
    }
    cupel_str_puts(s, "</div>\n");
    return st;
}

static void put_periods(const cupel_recipe *r, cupel_str *s)
{
    size_t n[3];
    cupel_view_repeat(r, n);
    if (n[0] * n[1] * n[2] > 1) cupel_str_addf(s, "<p class=note>%zu × %zu × %zu periods are shown.</p>", n[0], n[1], n[2]);
}

static cupel_status put_card(const cupel_micro_page *p, size_t rank, cupel_str *s, cupel_err *err)
{
    const cupel_ranked *x = &p->ranking.row[rank];
    cupel_picture picture;
    cupel_recipe r;
    cupel_status st = cupel_micro_space_recipe(&p->space, x->param, &r, err);
    if (st == CUPEL_OK) st = cupel_recipe_settle(&r, p->job, err);
    if (st == CUPEL_OK) st = cupel_view_structure(&r, VIEW_VOXELS, VIEW_PIXELS, p->job, &picture, err);
    if (st != CUPEL_OK) return st;
    cupel_str_addf(s, "<article class=card><h3>%zu. <code>", rank + 1);
    cupel_html(s, x->recipe);
    cupel_str_puts(s, "</code></h3>\n<figure>");
    st = cupel_micro_page_picture(&picture, "view", "the structure, seen along a diagonal", s, err);
    put_fractions(p, x, s);
    put_periods(&r, s);
    if (st == CUPEL_OK) st = put_slices(p, &r, s, err);
    cupel_str_puts(s, "</figure>\n<div>");
    if (st == CUPEL_OK) st = put_surfaces(p, x, s, err);
    cupel_str_puts(s, "</div>\n<div>");
    put_asked(p, x, s);
    cupel_str_puts(s, "</div></article>\n");
    return st;
}

cupel_status cupel_micro_page_best(const cupel_micro_page *p, cupel_str *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t shown = 0;
    cupel_str_addf(
        s,
        "<section id=best><h2>The best structures</h2>\n<p>Built again on %zu voxels an edge and solved; ± is the half width of a 95 %% bar against "
        "the shape itself, from this grid and three quarters of it. A requirement is met when the whole bar lies inside. Cut faces are lighter; all "
        "structures are periodic.</p>\n",
        (4 * (size_t)p->d->grid + 2) / 3);
    for (size_t i = 0; i < p->ranking.n && shown < CUPEL_SHOWN && st == CUPEL_OK; i++)
        if (p->ranking.row[i].verified) {
            st = put_card(p, i, s, err);
            shown++;
        }
    if (!shown) cupel_str_puts(s, "<p>None was verified: the demand says <code>verify: 0</code>, or none could be solved.</p>\n");
    cupel_str_puts(s, "</section>\n");
    return st;
}
