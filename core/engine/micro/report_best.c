/* The best structures: what they look like, what they are like in every direction, what was asked and what they have. */
#include "core/engine/micro/report_parts.h"
#include "core/engine/report_text.h"

#include <math.h>

static cupel_status put_surfaces(const cupel_micro_page *p, const cupel_ranked *x, cupel_str *s, cupel_err *err)
{
    const cupel_micro_state state = cupel_layout_state(&p->samples.layout, x->figure);
    const cupel_page_tensor k = {NULL, state.k}, c = {NULL, state.c};
    cupel_status st = CUPEL_OK;
    if (state.k) st = cupel_micro_page_surfaces(p->d, CUPEL_CONDUCTION, &k, 1, s, err);
    if (st == CUPEL_OK && state.c) st = cupel_micro_page_surfaces(p->d, CUPEL_ELASTICITY, &c, 1, s, err);
    return st;
}

/* ---- what was asked ---- */

static void put_wanted(const cupel_ask *a, cupel_str *s)
{
    const double low = a->in_unit * a->min, high = a->in_unit * a->max;
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
        const double f = cupel_ask_factor(k), half = f * (x->forecast.upper[a] - x->forecast.lower[a]) / 2;
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

/* ---- a card ---- */

static cupel_status put_card(const cupel_micro_page *p, size_t rank, cupel_str *s, cupel_err *err)
{
    const cupel_ranked *x = &p->ranking.row[rank];
    cupel_recipe r;
    cupel_status st = cupel_micro_space_recipe(&p->space, x->param, &r, err);
    if (st == CUPEL_OK) st = cupel_recipe_settle(&r, p->job, err);
    if (st != CUPEL_OK) return st;
    cupel_str_addf(s, "<article class=card><h3>%zu. <code>", rank + 1);
    cupel_html(s, x->recipe);
    cupel_str_puts(s, "</code></h3>\n");
    st = cupel_micro_page_structure(p->d, &(cupel_page_structure){&r, NULL, x->figure + p->samples.layout.fraction}, p->job, s, err);
    cupel_str_puts(s, "<div>");
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
