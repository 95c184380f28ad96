/* The best designs: what they look like, what was asked and what they have, and their tensors beside the target. */
#include "core/base/err.h"
#include "core/engine/micro/connected.h"
#include "core/engine/micro/after.h"
#include "core/engine/micro/design_page.h"
#include "core/engine/micro/edge.h"
#include "core/engine/micro/goal.h"
#include "core/engine/micro/ranking.h"
#include "core/engine/report_text.h"
#include "core/math/mandel.h"
#include "core/math/small.h"
#include "models/homogenize/engineering.h"

#include <math.h>
#include <string.h>

/* ---- tensors as they are shown ---- */

static const cupel_ask *target_of(const cupel_micro_demand *d, cupel_ask_kind kind)
{
    for (size_t i = 0; i < d->n_asks; i++)
        if (cupel_ask_of_limit(&d->ask[i]) && d->ask[i].kind == kind) return &d->ask[i];
    return NULL;
}

/* [6] Mandel as [3][3]. */
static void matrix_of(const double *e, double *m)
{
    static const size_t place[3][3] = {{0, 5, 4}, {5, 1, 3}, {4, 3, 2}};
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) m[3 * i + j] = e[place[i][j]] / (i == j ? 1 : sqrt(2.0));
}

static void take(cupel_design_shown *x, cupel_ask_kind kind, bool voigt, const double *from, double *to)
{
    if (kind == CUPEL_ASK_EXPANSION)
        matrix_of(from, to);
    else
        memcpy(to, from, x->order * x->order * sizeof *to);
    if (kind == CUPEL_ASK_STIFFNESS && voigt) cupel_voigt_of_mandel(to);
    for (size_t i = 0; i < x->order * x->order; i++) to[i] *= x->as.factor;
}

static void show(const cupel_micro_demand *d, const cupel_design *g, cupel_ask_kind kind, cupel_design_shown *x)
{
    const cupel_ask *a = target_of(d, kind);
    const bool voigt = !a || a->voigt, stiffness = kind == CUPEL_ASK_STIFFNESS;
    *x = (cupel_design_shown){.order = stiffness ? 6 : 3, .asked = a != NULL, .whole = a != NULL, .within = a ? a->within : (double)NAN};
    x->name = stiffness ? "Stiffness" : kind == CUPEL_ASK_CONDUCTIVITY ? d->conduction->title : "Thermal expansion";
    x->as = stiffness ? d->c_shown : kind == CUPEL_ASK_CONDUCTIVITY ? d->k_shown : d->alpha_shown;
    x->components = !stiffness ? "" : voigt ? "Voigt components 11 22 33 23 13 12" : "Mandel components 11 22 33 23 13 12";
    const double *limit = stiffness ? g->limit.c : kind == CUPEL_ASK_CONDUCTIVITY ? g->limit.k : g->limit.alpha;
    const double *bar = stiffness ? g->bar.c : kind == CUPEL_ASK_CONDUCTIVITY ? g->bar.k : g->bar.alpha;
    const double *on_grid = stiffness ? g->on_grid.c : kind == CUPEL_ASK_CONDUCTIVITY ? g->on_grid.k : g->on_grid.alpha;
    take(x, kind, voigt, limit, x->limit);
    take(x, kind, voigt, bar, x->bar);
    take(x, kind, voigt, on_grid, x->on_grid);
    if (a) take(x, kind, voigt, a->target, x->target);
    for (size_t i = 0; a && i < x->order * x->order; i++) x->whole = x->whole && !isnan(x->target[i]);
}

size_t cupel_design_shown_of(const cupel_micro_demand *d, const cupel_design *g, cupel_design_shown shown[3])
{
    size_t n = 0;
    if (d->needs_conduction) show(d, g, CUPEL_ASK_CONDUCTIVITY, &shown[n++]);
    if (d->needs_elasticity) show(d, g, CUPEL_ASK_STIFFNESS, &shown[n++]);
    if (d->needs_expansion) show(d, g, CUPEL_ASK_EXPANSION, &shown[n++]);
    return n;
}

static double size_of(const double *t, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(t[i])) sum += t[i] * t[i];
    return sqrt(sum);
}

static double largest(const double *t, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(t[i])) most = fmax(most, fabs(t[i]));
    return most;
}

/* A cell is tinted by how far it is from the target, fully at the tolerance of the whole tensor. */
static void put_tint(double off, cupel_str *s)
{
    const double strength = fmin(fabs(off), 1);
    if (!(strength > 0.02)) return;
    cupel_str_addf(s, " style=\"background:rgba(%s,%.2f)\"", off > 0 ? "213,94,0" : "0,114,178", 0.45 * strength);
}

/* All the digits that cupel_html_value shows of it would be 0. */
static bool rounds_to_zero(double x, double resolution) { return x == 0 || fabs(x) < 0.5 * pow(10, floor(log10(resolution)) - 1); }

/* against NULL: no tints; bar NULL: none. */
static void put_matrix(const cupel_design_shown *x, const double *t, const double *bar, const double *against, const char *title, cupel_str *s)
{
    const size_t n = x->order;
    const double fine = largest(x->asked ? x->target : x->limit, n * n) / 100,
                 scale = x->asked ? fmax(x->within, 1e-3) * size_of(x->target, n * n) : 1;
    cupel_str_addf(s, "<table class=\"matrix m%zu\"><caption>%s</caption>\n", n, title);
    for (size_t i = 0; i < n; i++) {
        cupel_str_puts(s, "<tr>");
        for (size_t j = 0; j < n; j++) {
            cupel_str_puts(s, "<td");
            if (against && !isnan(against[n * i + j])) put_tint((t[n * i + j] - against[n * i + j]) / scale, s);
            cupel_str_putc(s, '>');
            if (isnan(t[n * i + j]))
                cupel_str_puts(s, "<span class=note>open</span>");
            else if (rounds_to_zero(t[n * i + j], fine))
                cupel_str_putc(s, '0');
            else
                cupel_html_value(s, t[n * i + j], fine);
            if (!bar) continue;
            cupel_str_puts(s, "<small>±");
            cupel_html_value(s, bar[n * i + j], fmax(bar[n * i + j], fine / 100));
            cupel_str_puts(s, "</small>");
        }
        cupel_str_putc(s, '\n');
    }
    cupel_str_puts(s, "</table>\n");
}

static void put_on_grid(const cupel_design *g, const cupel_design_shown *x, cupel_str *s)
{
    cupel_str_addf(s, "<details><summary>on its own grid, %zu voxels an edge</summary><div class=matrices>", g->grid);
    put_matrix(x, x->on_grid, NULL, x->asked ? x->target : NULL, "", s);
    cupel_str_puts(s, "</div></details>");
}

static void put_tensor(const cupel_design *g, const cupel_design_shown *x, cupel_str *s)
{
    cupel_str_puts(s, "<div class=full><h4>");
    cupel_html(s, x->name);
    if (*x->as.unit) {
        cupel_str_puts(s, " <span class=unit>[");
        cupel_html_raised(s, x->as.unit);
        cupel_str_puts(s, "]</span>");
    }
    if (*x->components) cupel_str_addf(s, " <span class=note>%s</span>", x->components);
    cupel_str_puts(s, "</h4>\n<div class=matrices>");
    if (x->asked) put_matrix(x, x->target, NULL, NULL, "asked", s);
    put_matrix(x, x->limit, g->unverified ? NULL : x->bar, x->asked ? x->target : NULL,
               g->unverified ? "the best trial, without bars" : "the design, with 95 % bars", s);
    cupel_str_puts(s, "</div>");
    if (x->asked)
        cupel_str_puts(
            s,
            "<p class=note>Tinted where a component is off: <span class=chip style=\"background:rgba(213,94,0,.45)\"></span>above, <span class=chip "
            "style=\"background:rgba(0,114,178,.45)\"></span>below the target, full where it alone would use up the tolerance of the whole "
            "tensor.</p>");
    if (!g->unverified) put_on_grid(g, x, s);
    cupel_str_puts(s, "</div>\n");
}

/* ---- engineering constants ---- */

static void put_constant(const char *name, double target, double value, bool asked, cupel_str *s)
{
    cupel_str_addf(s, "<tr><th scope=row>%s", name);
    if (asked) {
        cupel_str_puts(s, "<td class=num>");
        cupel_html_value(s, target, fabs(target) / 100);
    }
    cupel_str_puts(s, "<td class=num>");
    cupel_html_value(s, value, fabs(value) / 100);
    cupel_str_putc(s, '\n');
}

static void put_engineering(const cupel_design_page *p, const cupel_design *g, bool whole, cupel_str *s)
{
    static const char *const young[] = {"E<sub>1</sub>", "E<sub>2</sub>", "E<sub>3</sub>"}, *const shear[] = {"G<sub>23</sub>", "G<sub>13</sub>",
                                                                                                              "G<sub>12</sub>"};
    const cupel_ask *a = target_of(p->d, CUPEL_ASK_STIFFNESS);
    cupel_engineering have, want = {.dim = 3};
    const double f = p->d->c_shown.factor;
    const bool asked = whole && a && cupel_engineering_of(a->target, 3, &want);
    if (!cupel_engineering_of(g->limit.c, 3, &have)) return;
    cupel_str_puts(s, "<details><summary>in engineering constants</summary><table class=plain><thead><tr><th>");
    if (*p->d->c_shown.unit) {
        cupel_str_puts(s, "moduli in ");
        cupel_html(s, p->d->c_shown.unit);
    }
    cupel_str_puts(s, asked ? "<th class=num>asked<th class=num>design<tbody>\n" : "<th class=num>design<tbody>\n");
    for (int i = 0; i < 3; i++) put_constant(young[i], f * want.E[i], f * have.E[i], asked, s);
    for (int i = 0; i < 3; i++) put_constant(shear[i], f * want.G[i], f * have.G[i], asked, s);
    put_constant("ν<sub>12</sub>", want.nu[0][1], have.nu[0][1], asked, s);
    put_constant("ν<sub>13</sub>", want.nu[0][2], have.nu[0][2], asked, s);
    put_constant("ν<sub>23</sub>", want.nu[1][2], have.nu[1][2], asked, s);
    put_constant("bulk modulus (Hill)", f * want.bulk, f * have.bulk, asked, s);
    put_constant("shear modulus (Hill)", f * want.shear, f * have.shear, asked, s);
    put_constant("universal anisotropy", want.anisotropy, have.anisotropy, asked, s);
    cupel_str_puts(s, "</table></details>\n");
}

/* ---- surfaces ---- */

static cupel_status put_surfaces(const cupel_design_page *p, const cupel_design *g, cupel_str *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_design_shown shown[3];
    const size_t n = cupel_design_shown_of(p->d, g, shown);
    for (size_t i = 0; i < n && st == CUPEL_OK; i++) {
        const bool elastic = shown[i].order == 6;
        if (i == 2 || (i == 1 && !elastic)) break; /* expansion */
        const cupel_ask *a = target_of(p->d, elastic ? CUPEL_ASK_STIFFNESS : CUPEL_ASK_CONDUCTIVITY);
        const cupel_page_tensor pair[2] = {{"asked", a && shown[i].whole ? a->target : NULL}, {"the design", elastic ? g->limit.c : g->limit.k}};
        const size_t skip = pair[0].t ? 0 : 1;
        st = cupel_micro_page_surfaces(p->d, elastic ? CUPEL_ELASTICITY : CUPEL_CONDUCTION, pair + skip, 2 - skip, s, err);
        if (elastic) put_engineering(p, g, skip == 0, s);
    }
    return st;
}

/* ---- verdicts ---- */

static void put_end(const char *words, double x, const cupel_ask *a, cupel_str *s)
{
    cupel_str_addf(s, "%s %.5g%s", words, a->in_unit * x, *a->unit ? " " : "");
    cupel_html_raised(s, a->unit);
}

static void put_wanted(const cupel_ask *a, cupel_str *s)
{
    if (a->whole) {
        cupel_str_addf(s, "within %.3g %% of the target", 100 * a->within);
        return;
    }
    if (a->min > -HUGE_VAL) put_end("at least", a->min, a, s);
    if (a->max < HUGE_VAL) put_end(a->min > -HUGE_VAL ? ", at most" : "at most", a->max, a, s);
    if (a->goal)
        cupel_str_addf(s, "%s%s", a->min > -HUGE_VAL || a->max < HUGE_VAL ? ", " : "", a->goal > 0 ? "as large as possible" : "as small as possible");
}

/* Why: the sum, or the end of the window that the bar reaches. */
static void put_reason(const cupel_micro_demand *d, const cupel_ask *a, const cupel_design_ask *v, cupel_str *s)
{
    const double f = cupel_ask_factor(a), high = f * (a->whole ? a->within : a->max), low = a->whole ? -HUGE_VAL : f * a->min,
                 value = f * (v->value + v->mended), error = f * v->error, above = f * v->above, below = f * v->below;
    const bool over = value + error + above > high;
    cupel_str edge = {0};
    cupel_design_ask judged = *v;
    judged.value += v->mended;
    cupel_edge_words(d, a, &judged, &edge);
    cupel_str_puts(s, v->mended != 0 ? "<div class=note>mended: " : "<div class=note>");
    if (isnan(value)) {
        cupel_str_puts(s, "it has no such number: something does not bear a load");
    } else if (isnan(above)) {
        cupel_str_puts(s, "what it is to hold under cannot be told of it");
    } else if (a->whole) {
        cupel_str_addf(s, "%.3g + %.2g", value, error);
        if (d->hold_line) cupel_str_addf(s, " + %.2g (tolerances)", above);
        cupel_str_addf(s, " %s %.3g %%", v->met ? "≤" : "&gt;", high);
        if (!v->met && !v->met_as_drawn && value <= high) cupel_str_puts(s, ": near enough, but the bar is too wide; a finer grid narrows it");
    } else if (edge.n) {
        cupel_html_raised(s, cupel_str_text(&edge));
    } else if (v->met) {
        cupel_str_puts(s, error > 0 ? "the whole bar lies inside" : "inside");
        if (d->hold_line) cupel_str_addf(s, ", with the tolerances (−%.2g, +%.2g) too", below, above);
    } else if (over || value - error - below < low) {
        const double beyond = over ? value + error + above - high : low - (value - error - below);
        cupel_str_addf(s, "%s%s is %s the limit by %.3g", error > 0 ? "the end of its bar" : "it", d->hold_line ? ", with the tolerances," : "",
                       over ? "above" : "below", beyond);
    }
    cupel_str_puts(s, "</div>");
    cupel_str_free(&edge);
}

static void put_verdict(const cupel_micro_demand *d, const cupel_ask *a, const cupel_design_ask *v, cupel_str *s)
{
    if (!a->whole && a->min == -HUGE_VAL && a->max == HUGE_VAL) return; /* a goal alone */
    const bool open = !v->met && cupel_ask_judge(a, v->value + v->mended, v->error) != CUPEL_MISSES;
    cupel_str_addf(s, "<span class=%s>%s</span>",
                   v->met ? "yes"
                   : open ? "open"
                          : "no",
                   v->met            ? "✓ met"
                   : v->met_as_drawn ? "met as drawn, not held"
                   : open            ? "within the error, not met"
                                     : "✗ missed");
    put_reason(d, a, v, s);
}

/* How far it is from the bound. */
static void put_goal(const cupel_micro_demand *d, const cupel_design *g, size_t ask, cupel_str *s)
{
    cupel_str words = {0};
    cupel_goal_words(d, g, ask, &words);
    if (words.n) {
        cupel_str_puts(s, "<div class=note>");
        cupel_html_raised(s, cupel_str_text(&words));
        cupel_str_puts(s, "</div>");
    }
    cupel_str_free(&words);
}

double cupel_design_digits(double error, double value) { return error > 0 ? fmax(error, 1e-3 * fabs(value)) : 1e-2 * fabs(value); }

static void put_asked(const cupel_design_page *p, const cupel_design *g, cupel_str *s)
{
    const char *found = g->unverified ? "of the best trial" : "verified";
    cupel_str_puts(s, "<div class=scroll><table class=\"asked verdicts\"><thead><tr><th>asked");
    if (!g->unverified) cupel_str_addf(s, "<th class=num>on its grid, %zu", g->grid);
    cupel_str_addf(s, "<th class=num>%s<th><tbody>\n", found);
    for (size_t i = 0; i < p->d->n_asks; i++) {
        const cupel_ask *a = &p->d->ask[i];
        const cupel_design_ask *v = &g->ask[i];
        const double f = cupel_ask_factor(a);
        cupel_str_puts(s, "<tr><th scope=row>");
        cupel_micro_page_title(a, s);
        cupel_str_puts(s, "<div class=note>");
        put_wanted(a, s);
        cupel_str_puts(s, "</div>");
        if (!g->unverified) {
            cupel_str_addf(s, "<td class=num data-of=\"on its grid, %zu\">", g->grid);
            cupel_html_value(s, f * v->on_grid, cupel_design_digits(f * v->error, f * v->on_grid));
        }
        cupel_str_addf(s, "<td class=num data-of=\"%s\"><b>", found);
        cupel_html_value(s, f * v->value, cupel_design_digits(f * v->error, f * v->value));
        cupel_str_puts(s, "</b>");
        if (v->error > 0) {
            cupel_str_puts(s, "<div class=note>±");
            cupel_html_value(s, f * v->error, f * v->error);
            cupel_str_puts(s, "</div>");
        }
        if (v->mended != 0) {
            cupel_str_puts(s, "<div class=note>mended: ");
            cupel_html_value(s, f * (v->value + v->mended), cupel_design_digits(f * v->error, f * v->value));
            cupel_str_puts(s, "</div>");
        }
        cupel_str_puts(s, "<td>");
        if (g->unverified)
            cupel_str_puts(s, "<span class=open>not verified</span>");
        else
            put_verdict(p->d, a, v, s);
        if (a->goal) put_goal(p->d, g, i, s);
        cupel_str_putc(s, '\n');
    }
    cupel_str_puts(s, "</table></div>\n");
}

/* ---- a card ---- */

static void put_facts(const cupel_design *g, cupel_str *s)
{
    if (g->unverified) {
        cupel_str_addf(s, "<p class=note><b>Not verified.</b> The numbers are those of the search on %zu voxels an edge, without a bar; %zu loads "
                          "solved.</p>\n", g->fine, g->solves);
        return;
    }
    cupel_str_puts(s, "<p class=note>Probability to meet the whole demand ");
    cupel_html_percent(s, g->probability);
    cupel_str_addf(s, ". %zu loads solved up to here, of them %zu to verify it on up to %zu voxels an edge, ", g->solves,
                   g->solves - g->search_solves, g->fine);
    cupel_html_seconds(s, g->seconds);
    cupel_str_puts(s, " from the start");
    if (cupel_design_loads_after(g)) cupel_str_addf(s, "; %zu more to tell how far it moves", cupel_design_loads_after(g));
    cupel_str_putc(s, '.');
    if (!g->resolved) {
        cupel_str_puts(s, " <b>The grids do not resolve it: ");
        cupel_html(s, g->why_not ? g->why_not : "take a finer one");
        cupel_str_puts(s, ".</b>");
    }
    cupel_str_puts(s, "</p>\n");
}

/* In lines that end behind a comma, never within a name or at a minus; copied it is one line. */
static void put_recipe(const char *text, cupel_str *s)
{
    cupel_str_puts(s, "<details class=full><summary>recipe</summary><p><code class=recipe>");
    while (*text) {
        const size_t n = strcspn(text, ",") + (text[strcspn(text, ",")] == ',');
        cupel_str_puts(s, "<span>");
        cupel_html_text(s, (cupel_text){text, n});
        cupel_str_puts(s, "</span><wbr>");
        text += n;
    }
    cupel_str_puts(s, "</code></p></details>");
}

/* The pictures are of what is taken away. */
static cupel_status put_structure(const cupel_design_page *p, const cupel_design *g, cupel_str *s, cupel_err *err)
{
    cupel_one_body b = {.phase = 0};
    const bool body = p->d->connected < p->d->n_phases;
    cupel_status st = body ? cupel_design_body(p->d, g, p->job, &b, err) : CUPEL_OK;
    if (st == CUPEL_OK)
        st = cupel_micro_page_structure(p->d, &(cupel_page_structure){&g->recipe, body ? &b : NULL, g->limit.fraction}, p->job, s, err);
    cupel_one_body_release(&b);
    return st;
}

static cupel_status put_card(const cupel_design_page *p, size_t rank, cupel_str *s, cupel_err *err)
{
    const cupel_design *g = &p->found->one[rank];
    cupel_design_shown shown[3];
    cupel_str recipe = {0};
    const size_t n = cupel_design_shown_of(p->d, g, shown);
    cupel_recipe_text(&g->recipe, &recipe);
    cupel_str_addf(s, "<article class=card><h3>%zu. <span class=%s>%s</span></h3>\n", rank + 1, g->meets ? "yes" : g->unverified ? "open" : "no",
                   g->meets ? "meets the demand" : g->unverified ? "the best trial, not verified" : "does not meet the demand");
    cupel_status st = put_structure(p, g, s, err);
    cupel_str_puts(s, "<div class=wide>");
    put_asked(p, g, s);
    put_facts(g, s);
    cupel_design_page_moves(p, g, s);
    if (st == CUPEL_OK) st = put_surfaces(p, g, s, err);
    cupel_str_puts(s, "</div>\n");
    for (size_t i = 0; i < n; i++) put_tensor(g, &shown[i], s);
    put_recipe(cupel_str_text(&recipe), s);
    cupel_str_puts(s, "</article>\n");
    s->failed |= recipe.failed;
    cupel_str_free(&recipe);
    return st;
}

cupel_status cupel_design_page_cards(const cupel_design_page *p, cupel_str *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = p->found->n < CUPEL_SHOWN ? p->found->n : (size_t)CUPEL_SHOWN;
    cupel_str_puts(s, "<section id=designs><h2>The best designs</h2>\n");
    if (!n)
        cupel_str_puts(s, "<p>None was verified: the budget ended before. Give it more seconds or solves, or a coarser grid.</p>\n");
    else
        cupel_str_puts(s, "<p>± is the half width of a 95 % bar against the shape itself. Cut faces are lighter; all structures are periodic.</p>\n");
    for (size_t i = 0; i < n && st == CUPEL_OK; i++) st = put_card(p, i, s, err);
    if (p->found->n > n) cupel_str_addf(s, "<p class=note>designs.csv lists all %zu.</p>\n", p->found->n);
    cupel_str_puts(s, "</section>\n");
    return st;
}
