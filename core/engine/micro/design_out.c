#include "core/engine/micro/design_out.h"
#include "core/engine/micro/screen_spaces.h"

#include "core/base/err.h"
#include "core/engine/micro/after.h"
#include "core/engine/micro/clock.h"
#include "core/engine/micro/connected.h"
#include "core/engine/micro/design_extra.h"
#include "core/engine/micro/edge.h"
#include "core/engine/micro/feature_bounds.h"
#include "core/engine/micro/hold.h"
#include "core/engine/micro/design_start.h"
#include "core/engine/micro/goal.h"

#include <math.h>

/* A smaller probability is none: bars are not known so far out. */
static const double TINY = 1e-6;

enum { RECIPE_SHOWN = 400 }; /* characters: what a terminal has room for */

/* The tensor entry about the limit that is furthest from being met, by which a row's distance is given; n_asks when there is none. */
static size_t worst_tensor(const cupel_micro_demand *d, const cupel_design *g)
{
    size_t worst = d->n_asks;
    double most = -1;
    for (size_t i = 0; i < d->n_asks; i++) {
        const double x = (g->ask[i].value + g->ask[i].error) / fmax(d->ask[i].within, 1e-9);
        if (!cupel_ask_of_limit(&d->ask[i]) || x <= most) continue;
        most = x;
        worst = i;
    }
    return worst;
}

static void put_cell(cupel_str *s, double x)
{
    cupel_str_putc(s, ',');
    if (!isnan(x)) cupel_str_addf(s, "%.6g", x);
}

static void put_head(const cupel_micro_demand *d, cupel_str *s)
{
    cupel_str_puts(s, "rank,meets,distance [%],error [%],volume fraction,solves,seconds,recipe,probability,distance on grid [%],grid,verified on "
                      "grid,resolved,solves to verify,solves after");
    cupel_seeds_head(d, s);
    cupel_design_extra_head(d, s);
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        const char *unit = cupel_ask_unit(a), *what = a->whole ? " distance" : "";
        const char *open = *unit ? " [" : "", *close = *unit ? "]" : "";
        cupel_str_addf(s, ",%s%s%s%s%s,%s error%s%s%s", a->name, what, open, unit, close, a->name, open, unit, close);
        if (d->connected < d->n_phases) cupel_str_addf(s, ",%s mended%s%s%s", a->name, open, unit, close);
        if (d->hold_line) cupel_str_addf(s, ",%s tolerances%s%s%s", a->name, open, unit, close);
        cupel_str_addf(s, ",%s verdict", a->name);
    }
    cupel_str_putc(s, '\n');
}

static void put_row(const cupel_micro_demand *d, const cupel_design *g, size_t rank, cupel_str *s)
{
    cupel_str recipe = {0};
    const size_t worst = worst_tensor(d, g);
    const bool tensor = worst < d->n_asks;
    cupel_recipe_text(&g->recipe, &recipe);
    cupel_str_addf(s, "%zu,%s", rank, g->meets ? "yes" : "no");
    put_cell(s, tensor ? 100 * g->ask[worst].value : (double)NAN);
    put_cell(s, tensor ? 100 * g->ask[worst].error : (double)NAN);
    put_cell(s, d->n_phases > 1 ? g->limit.fraction[1] : 0);
    cupel_str_addf(s, ",%zu,%.3g,\"%s\"", g->solves, g->seconds, cupel_str_text(&recipe));
    put_cell(s, g->probability < TINY ? 0 : g->probability);
    put_cell(s, tensor ? 100 * g->ask[worst].on_grid : (double)NAN);
    cupel_str_addf(s, ",%zu", g->grid);
    put_cell(s, g->unverified ? (double)NAN : (double)g->fine);
    cupel_str_puts(s, g->resolved ? ",yes" : ",no");
    cupel_str_addf(s, ",%zu,%zu", g->solves - g->search_solves, cupel_design_loads_after(g));
    cupel_seeds_row(d, &g->seeds, s);
    cupel_design_extra_row(d, g, s);
    for (size_t i = 0; i < d->n_asks; i++) {
        const double scale = cupel_ask_factor(&d->ask[i]);
        put_cell(s, scale * g->ask[i].value);
        put_cell(s, scale * g->ask[i].error);
        if (d->connected < d->n_phases) put_cell(s, g->unverified ? (double)NAN : scale * (g->ask[i].value + g->ask[i].mended));
        if (d->hold_line) put_cell(s, g->unverified ? (double)NAN : scale * fmax(g->ask[i].above, g->ask[i].below));
        cupel_str_puts(s, g->ask[i].met ? ",pass" : g->unverified ? ",not verified" : ",fail");
    }
    cupel_str_putc(s, '\n');
    if (recipe.failed) s->failed = true;
    cupel_str_free(&recipe);
}

/* ---- run.json ---- */

static void put_tensor(cupel_json_out *w, const char *name, const double *t, size_t rows, size_t cols)
{
    cupel_json_name(w, name);
    cupel_json_open(w, '[');
    for (size_t i = 0; i < rows; i++) {
        if (cols > 1) cupel_json_open(w, '[');
        for (size_t j = 0; j < cols; j++) cupel_json_put_number(w, t[i * cols + j]);
        if (cols > 1) cupel_json_close(w, ']');
    }
    cupel_json_close(w, ']');
}

static void put_tensors(const cupel_micro_demand *d, cupel_json_out *w, const char *name, const cupel_tensors *t)
{
    if (!cupel_demand_is_physical(d)) return;
    cupel_json_name(w, name);
    cupel_json_open(w, '{');
    if (d->needs_conduction) put_tensor(w, d->conduction->name, t->k, 3, 3);
    if (d->needs_elasticity) put_tensor(w, "stiffness", t->c, 6, 6);
    if (d->needs_expansion) put_tensor(w, "expansion", t->alpha, 6, 1);
    cupel_json_close(w, '}');
}

/* Tensors here are in the units they are computed in, whatever the demand asks in. */
static void put_units(const cupel_micro_demand *d, cupel_json_out *w)
{
    if (!cupel_demand_is_physical(d)) return;
    cupel_json_name(w, "units");
    cupel_json_open(w, '{');
    if (d->needs_conduction) cupel_account_word(w, d->conduction->name, d->k_unit);
    if (d->needs_elasticity) cupel_account_word(w, "stiffness", d->c_unit);
    if (d->needs_expansion) cupel_account_word(w, "expansion", d->alpha_unit);
    cupel_json_close(w, '}');
}

/* The road of the search: "misfit" is the root of the sum of squared residuals, 1 at a tolerance. */
static void put_steps(const cupel_designs *found, cupel_json_out *w)
{
    cupel_json_name(w, "steps");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < found->n_steps; i++) {
        const cupel_design_step *x = &found->step[i];
        cupel_json_open(w, '{');
        cupel_json_name(w, "generator");
        cupel_json_put_string(w, x->family);
        cupel_json_name(w, "seed");
        cupel_json_put_count(w, x->seed);
        cupel_json_name(w, "start");
        cupel_json_put_count(w, x->start);
        cupel_json_name(w, "grid");
        cupel_json_put_count(w, x->grid);
        cupel_json_name(w, "solves");
        cupel_json_put_count(w, x->solves);
        cupel_json_name(w, "misfit");
        cupel_json_put_number(w, x->cost);
        cupel_json_name(w, "look");
        cupel_json_put_bool(w, x->look);
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
}

static bool asks_on_grid(const cupel_micro_demand *d)
{
    for (size_t i = 0; i < d->n_asks; i++)
        if (d->ask[i].on_grid) return true;
    return false;
}

static void put_attainable(const cupel_micro_demand *d, const cupel_designs *found, cupel_json_out *w)
{
    cupel_str words = {0};
    cupel_json_name(w, "attainable");
    cupel_attainable_words(d, &found->attainable, &words);
    if (words.n)
        cupel_json_put_text(w, (cupel_text){words.p, words.n - 1});
    else
        cupel_json_put_null(w);
    w->s->failed |= words.failed;
    cupel_str_free(&words);
}

static void put_surface(const cupel_surface *made, cupel_json_out *w)
{
    if (!made->triangles) return;
    cupel_json_name(w, "surface");
    cupel_json_open(w, '{');
    cupel_account_count(w, "triangles", made->triangles);
    if (made->pieces) cupel_account_count(w, "pieces", made->pieces);
    cupel_json_name(w, "share of the box");
    cupel_json_put_number(w, made->share);
    if (made->alone > 0) {
        cupel_json_name(w, "share of the largest piece");
        cupel_json_put_number(w, made->alone);
    }
    cupel_json_name(w, "volume fraction");
    if (isnan(made->wanted))
        cupel_json_put_null(w);
    else
        cupel_json_put_number(w, made->wanted);
    cupel_json_close(w, '}');
}

static void put_design(const cupel_micro_demand *d, const cupel_design *g, const cupel_surface *made, cupel_json_out *w)
{
    cupel_json_open(w, '{');
    cupel_json_name(w, "verified");
    cupel_json_put_bool(w, !g->unverified);
    if (g->unverified) {
        cupel_account_count(w, "search_grid", g->fine);
        put_tensors(d, w, "on_search_grid", &g->limit);
    } else {
        put_tensors(d, w, "on_grid", &g->on_grid);
        put_tensors(d, w, "limit", &g->limit);
        put_tensors(d, w, "error", &g->bar);
        if (asks_on_grid(d)) put_tensors(d, w, "error_on_grid", &g->grid_bar);
        cupel_design_extra_put(d, g, w);
        cupel_goal_put(d, g, w);
        cupel_sensitivity_put(d, &g->sensitivity, w);
        cupel_hold_put(d, g, w);
        cupel_voids_put(d, &g->voids, w);
        cupel_seeds_put(d, &g->seeds, w);
    }
    if (made) put_surface(made, w);
    cupel_json_close(w, '}');
}

static void put_sample(const cupel_design_sample *sample, cupel_json_out *w)
{
    cupel_json_name(w, "sample");
    cupel_json_open(w, '{');
    cupel_account_count(w, "rows", sample->rows);
    if (*sample->why) cupel_account_word(w, "why not", sample->why);
    cupel_json_close(w, '}');
}

static cupel_status write_account(const cupel_micro_demand *d, const cupel_designs *found, const cupel_taken *to, const cupel_design_sample *sample,
                                  double report, cupel_err *err)
{
    const cupel_account *a = to->account;
    cupel_str s = {0};
    cupel_json_out w = {.s = &s};
    cupel_account_head(a, &w);
    cupel_account_outcome(&w, to->left_out || found->stopped ? CUPEL_INTERRUPTED : found->n && found->one[0].meets ? CUPEL_OK : CUPEL_INFEASIBLE);
    cupel_json_name(&w, "seconds");
    cupel_json_open(&w, '{');
    cupel_account_number(&w, "total", cupel_now() - a->begin);
    cupel_account_number(&w, "search", found->seconds);
    cupel_account_number(&w, "report", report);
    cupel_json_close(&w, '}');
    cupel_account_usage(&w);
    cupel_account_reasons(&w, &a->said, NULL, 0);
    cupel_cut_put(found, &w);
    cupel_account_count(&w, "solves", found->solves);
    cupel_design_loads_put(found, &w);
    cupel_account_count(&w, "merged", found->merged);
    cupel_account_word(&w, "convention", "mandel 11 22 33 23 13 12");
    put_units(d, &w);
    put_attainable(d, found, &w);
    cupel_spaces_put(d, found, &w);
    cupel_json_name(&w, "designs");
    cupel_json_open(&w, '[');
    for (size_t i = 0; i < found->n; i++) put_design(d, &found->one[i], i < CUPEL_SHOWN ? &to->surface[i] : NULL, &w);
    cupel_json_close(&w, ']');
    put_steps(found, &w);
    if (d->space) put_sample(sample, &w);
    if (*found->begun.digest) {
        cupel_json_name(&w, "start");
        cupel_json_open(&w, '{');
        cupel_design_start_put(&found->begun, &w);
        cupel_json_close(&w, '}');
    }
    cupel_json_name(&w, "inputs");
    cupel_json_open(&w, '[');
    cupel_account_file(&w, "demand", d->file, d->digest);
    if (*found->begun.digest) cupel_account_file(&w, "surrogate", d->surrogate, found->begun.digest);
    cupel_json_close(&w, ']');
    cupel_status st = cupel_account_write(a, &w, err);
    cupel_str_free(&s);
    return st;
}

cupel_status cupel_design_write(const cupel_micro_demand *d, const cupel_designs *found, const cupel_job *asked, cupel_account *a, bool *complete,
                                cupel_design_sample *sample, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_taken to = {.account = a, .asked = asked};
    cupel_str table = {0};
    const double begin = cupel_now();
    static const char *const designed[] = {"design-", "fans-", "damask-", "samples.h5", NULL};
    put_head(d, &table);
    for (size_t i = 0; i < found->n; i++) put_row(d, &found->one[i], i + 1, &table);
    if (table.failed) CUPEL_TRY(cupel_no_memory(err, "designs.csv", 0));
    CUPEL_TRY(cupel_account_text(a, "designs.csv", cupel_str_text(&table), table.n, err));
    CUPEL_TRY(cupel_account_note(a, "designs.csv", "table of all designs: verdict, distances with bars, recipes", err));
    CUPEL_TRY(cupel_account_text(a, "demand.yaml", d->text, d->n_text, err));
    CUPEL_TRY(cupel_account_note(a, "demand.yaml", "the demand as it was written", err));
    for (size_t i = 0; i < found->n; i++) CUPEL_TRY(cupel_design_take_away(d, &found->one[i], i + 1, &to, err));
    if (found->n) CUPEL_TRY(cupel_design_damask(d, a, err));
    CUPEL_TRY(cupel_design_rows_write(d, found, a, sample, err));
    CUPEL_TRY(cupel_design_report(d, found, a, err));
    CUPEL_TRY(cupel_account_note(a, "report.html", "this report", err));
    cupel_account_tidy(a, designed);
    st = write_account(d, found, &to, sample, cupel_now() - begin, err);
done:
    *complete = !to.left_out;
    cupel_str_free(&table);
    return st;
}

static size_t commas(const char *text)
{
    size_t n = 0;
    for (; *text; text++) n += *text == ',';
    return n;
}

static void say_recipe(const cupel_design *g, size_t rank, cupel_str *out)
{
    cupel_str recipe = {0};
    cupel_recipe_text(&g->recipe, &recipe);
    if (recipe.n <= RECIPE_SHOWN)
        cupel_str_addf(out, "  %s\n", cupel_str_text(&recipe));
    else
        cupel_str_addf(out, "  %s of %zu numbers: design-%zu.json\n", g->recipe.generator->method.name, commas(cupel_str_text(&recipe)) + 1, rank);
    cupel_str_free(&recipe);
}

/* The best trial, where the search has not come to a verification. */
static void say_unverified(const cupel_micro_demand *d, const cupel_design *g, cupel_str *out)
{
    cupel_str_addf(out, "design 1 was not verified: the best trial, on a grid of %zu, after %zu loads in %.3g s\n", g->fine, g->solves, g->seconds);
    for (size_t k = 0; k < d->n_asks; k++) {
        const cupel_ask *a = &d->ask[k];
        const double v = g->ask[k].value;
        if (isnan(v)) continue;
        cupel_str_addf(out, a->whole ? "  %s: %.3g %% from the target%s%s\n" : "  %s: %.5g%s%s\n", a->name, cupel_ask_factor(a) * v,
                       a->whole || !*a->unit ? "" : " ", a->whole ? "" : a->unit);
    }
    say_recipe(g, 1, out);
}

static bool alpha_is_isotropic(const cupel_material *m)
{
    for (size_t i = 1; i < 6; i++)
        if (m->alpha[i] != (i < 3 ? m->alpha[0] : 0)) return false;
    return true;
}

/* Properties of all phases as cupel homogenize takes them, plain numbers in the unit of the demand. */
static void say_phases(const cupel_micro_demand *d, bool conduction, cupel_str *out)
{
    for (size_t i = 0; i < d->n_phases; i++) {
        const cupel_material *m = &d->phase[i].material;
        const double e = m->mu * (3 * m->lambda + 2 * m->mu) / (m->lambda + m->mu), nu = m->lambda / (2 * (m->lambda + m->mu));
        if (conduction && m->k_isotropic)
            cupel_str_addf(out, " --phase %zu:%s=%.6g", i, d->conduction->key, d->k_shown.factor * m->k[0][0]);
        else if (!conduction && m->c_isotropic && isfinite(e) && (!d->needs_expansion || alpha_is_isotropic(m))) {
            cupel_str_addf(out, " --phase %zu:E=%.6g,nu=%.6g", i, d->c_shown.factor * e, nu);
            if (d->needs_expansion) cupel_str_addf(out, ",alpha=%.6g", m->alpha[0]);
        }
        else
            cupel_str_addf(out, " --phase %zu:..", i);
    }
}

/* The files hold labels, the figures are those of cut voxels: who computes the files elsewhere finds another tensor. */
static void say_labels(const cupel_micro_demand *d, cupel_str *out)
{
    cupel_str_puts(out, "voxels in .npy, .h5 (FANS) and .vti (DAMASK) are whole labels; their own tensor is not that above, where an interface "
                        "cuts voxels; it is\n");
    if (d->needs_conduction) {
        cupel_str_addf(out, "  cupel homogenize design-1.npy --property %s", d->conduction->property);
        say_phases(d, true, out);
        cupel_str_putc(out, '\n');
    }
    if (d->needs_elasticity) {
        cupel_str_puts(out, "  cupel homogenize design-1.npy --property ");
        cupel_str_puts(out, d->needs_expansion ? "expansion" : "elasticity");
        say_phases(d, false, out);
        cupel_str_putc(out, '\n');
    }
}

static void say_goal(const cupel_micro_demand *d, const cupel_design *g, size_t ask, cupel_str *out)
{
    cupel_str words = {0};
    cupel_goal_words(d, g, ask, &words);
    if (words.n) cupel_str_addf(out, "; %s", cupel_str_text(&words));
    cupel_str_free(&words);
}

static void say_edge(const cupel_micro_demand *d, const cupel_ask *a, const cupel_design_ask *v, cupel_str *out)
{
    cupel_str words = {0};
    cupel_design_ask judged = *v;
    judged.value += v->mended;
    cupel_edge_words(d, a, &judged, &words);
    if (words.n) cupel_str_addf(out, "; %s", cupel_str_text(&words));
    cupel_str_free(&words);
}

static void say_feature(const cupel_micro_demand *d, const cupel_design *g, size_t ask, cupel_str *out)
{
    cupel_str words = {0};
    cupel_feature_remedy(d, g, ask, &words);
    if (words.n) cupel_str_addf(out, "; %s", cupel_str_text(&words));
    cupel_str_free(&words);
}

static void say_ask(const cupel_micro_demand *d, const cupel_design *g, size_t k, cupel_str *out)
{
    const cupel_ask *a = &d->ask[k];
    const cupel_design_ask *v = &g->ask[k];
    const char *verdict = v->met ? "pass" : "fail", *gap = *a->unit ? " " : "";
    if (a->whole)
        cupel_str_addf(out, "  %-4s %s: %.3g %% from the target, bar %.2g %%", verdict, a->name, 100 * v->value, 100 * v->error);
    else
        cupel_str_addf(out, "  %-4s %s: %.5g%s%s, bar %.2g", verdict, a->name, a->in_unit * v->value, gap, a->unit, a->in_unit * v->error);
    if (v->mended != 0) cupel_str_addf(out, ", mended %.5g", cupel_ask_factor(a) * (v->value + v->mended));
    if (d->hold_line && isnan(v->above))
        cupel_str_puts(out, ", what it is to hold under cannot be told of it");
    else if (d->hold_line && a->whole)
        cupel_str_addf(out, ", tolerances add %.2g %%", 100 * v->above);
    else if (d->hold_line)
        cupel_str_addf(out, ", tolerances -%.2g +%.2g", a->in_unit * v->below, a->in_unit * v->above);
    if (a->whole) cupel_str_addf(out, ", asked within %.3g %%", 100 * a->within);
    if (cupel_ask_of_limit(a)) cupel_str_addf(out, " (%.3g %% on its own grid)", 100 * v->on_grid);
    if (a->kind == CUPEL_ASK_TWO_POINT && !v->met)
        cupel_str_puts(out, "; as near as the numbers of such a recipe came: 'cupel reconstruct' makes voxels that have it");
    say_edge(d, a, v, out);
    say_feature(d, g, k, out);
    say_goal(d, g, k, out);
    cupel_str_puts(out, v->met_as_drawn && !v->met ? ": met as drawn, does not hold under the tolerances\n" : "\n");
}

void cupel_design_merged_say(const cupel_designs *found, cupel_str *out)
{
    const bool one = found->merged == 1;
    if (!found->merged) return;
    cupel_str_addf(out, "%zu near-duplicate%s merged: the same tensors within their bars, and the same structure, as a design listed here\n",
                   found->merged, one ? " was" : "s were");
}

static void say_cut(const cupel_micro_demand *d, const cupel_designs *found, cupel_str *out)
{
    const size_t before = out->n;
    cupel_cut_say(d, found, out);
    if (out->n > before) cupel_str_putc(out, '\n');
}

void cupel_design_summary(const cupel_micro_demand *d, const cupel_designs *found, cupel_str *out)
{
    cupel_attainable_words(d, &found->attainable, out);
    for (size_t i = 0; i < found->n; i++) {
        const cupel_design *g = &found->one[i];
        if (g->unverified) {
            say_unverified(d, g, out);
            continue;
        }
        cupel_str_addf(out, "design %zu %s the demand (probability ", i + 1, g->meets ? "meets" : "does not meet");
        cupel_str_addf(out, g->probability < TINY ? "below %g" : "%.3g", g->probability < TINY ? TINY : g->probability);
        cupel_str_addf(out, "), %zu loads solved in %.3g s\n", g->solves, g->seconds);
        for (size_t k = 0; k < d->n_asks; k++) say_ask(d, g, k, out);
        cupel_design_extra_say(d, g, out);
        cupel_sensitivity_say(d, &g->sensitivity, out);
        cupel_voids_say(d, &g->voids, out);
        cupel_seeds_say(d, &g->recipe, &g->seeds, out);
        cupel_design_skipped_say(g, out);
        say_recipe(g, i + 1, out);
    }
    if (found->n) cupel_connected_files(d, found, out);
    cupel_design_merged_say(found, out);
    cupel_spaces_say(d, found, out);
    if (found->n) cupel_design_loads_say(found, out);
    cupel_design_fewer_say(d, found, out);
    say_cut(d, found, out);
    if (found->n && d->n_phases > 1) say_labels(d, out);
}
