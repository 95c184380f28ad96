/* The report on designs: head, files, methods, provenance. */
#include "core/engine/micro/design_page.h"

#include "core/base/err.h"
#include "core/engine/micro/after.h"
#include "core/engine/micro/connected.h"
#include "core/engine/micro/design_extra.h"
#include "core/engine/micro/design_start.h"
#include "core/engine/micro/screen_spaces.h"
#include "core/engine/report_frame.h"

#include <math.h>
#include <string.h>

/* ---- head ---- */

static void put_first(const cupel_design_page *p, cupel_str *s)
{
    const cupel_design *g = &p->found->one[0];
    cupel_str_puts(s, " The first has ");
    for (size_t a = 0; a < p->d->n_asks; a++) {
        const cupel_ask *k = &p->d->ask[a];
        const double f = cupel_ask_factor(k);
        cupel_str_puts(s, a == 0 ? "" : a + 1 == p->d->n_asks ? " and " : ", ");
        cupel_str_puts(s, k->whole ? cupel_article(k->name) : "");
        cupel_html(s, k->name);
        cupel_str_puts(s, " <b>");
        cupel_html_value(s, f * g->ask[a].value, cupel_design_digits(f * g->ask[a].error, f * g->ask[a].value));
        if (g->ask[a].error > 0) {
            cupel_str_puts(s, " ± ");
            cupel_html_value(s, f * g->ask[a].error, f * g->ask[a].error);
        }
        cupel_str_puts(s, *cupel_ask_unit(k) ? " " : "");
        cupel_html_raised(s, cupel_ask_unit(k));
        cupel_str_puts(s, k->whole ? "</b> from the target" : "</b>");
    }
    cupel_str_addf(s, ", solved again on %zu voxels an edge and extrapolated to the shape itself.", g->fine);
}

static void put_answer(const cupel_design_page *p, cupel_str *s)
{
    const cupel_designs *o = p->found;
    size_t meet = 0;
    for (size_t i = 0; i < o->n; i++) meet += o->one[i].meets;
    cupel_str_puts(s, "<p class=answer><strong>");
    if (!o->n || o->one[0].unverified)
        cupel_str_addf(s, "The search ended before a design could be verified.</strong>%s", o->n ? " Below is its best trial." : "");
    else if (meet)
        cupel_str_addf(s, "%zu design%s meet%s the demand</strong>, error bars included.", meet, meet == 1 ? "" : "s", meet == 1 ? "s" : "");
    else
        cupel_str_addf(s, "The demand was not met%s.</strong> %s%s; below is what came nearest.",
                       o->out_of_budget ? " within the budget" : "",
                       !o->attainable.found || p->d->hold_line ? "No bound rules it out, and this search proves nothing"
                       : o->attainable.rank ? "It can be: a laminate has it"
                                            : "It can be: one phase alone has it",
                       o->attainable.found && !p->d->hold_line ? cupel_attainable_outside(p->d, &o->attainable) : "");
    if (o->n && !o->one[0].unverified) put_first(p, s);
    cupel_str_puts(s, "</p>\n");
}

static void put_glances(const cupel_design_page *p, cupel_str *s)
{
    const cupel_designs *o = p->found;
    cupel_str_puts(s, "<dl class=glance>");
    const size_t verified = o->n && o->one[0].unverified ? 0 : o->n;
    cupel_micro_page_glance(s, verified, verified == 1 ? "design verified" : "designs verified");
    cupel_micro_page_glance(s, o->n_points, "structures tried");
    cupel_micro_page_glance(s, o->solves, "loads solved, all grids");
    cupel_str_puts(s, "<div><dt>");
    cupel_html_seconds(s, o->seconds);
    cupel_str_addf(s, "</dt><dd>on %zu thread%s</dd></div></dl>\n", p->job->threads, p->job->threads == 1 ? "" : "s");
}

void cupel_design_page_head(const cupel_design_page *p, cupel_str *s)
{
    static const char *const links[][2] = {
        {"demand", "Demand"},   {"designs", "Designs"},   {"search", "Search"}, {"attainable", "What can be had"}, {"files", "Files to take away"},
        {"methods", "Methods"}, {"lineage", "Provenance"}};
    char now[32];
    cupel_str more = {0};
    cupel_utc_now(now);
    cupel_page_banner(s, p->d->words, (cupel_text){now, 10});
    put_answer(p, s);
    put_glances(p, s);
    cupel_micro_page_links(links, sizeof links / sizeof *links, s);
    cupel_voids_words(p->d, &more);
    cupel_attainable_words(p->d, &p->found->attainable, &more);
    if (p->found->n) cupel_design_extra_say(p->d, &p->found->one[0], &more);
    if (p->found->n) cupel_connected_files(p->d, p->found, &more);
    cupel_design_merged_say(p->found, &more);
    if (*p->found->begun.digest) {
        cupel_str_puts(&more, "The search began from a surrogate, ");
        cupel_design_start_words(&p->found->begun, &more);
        cupel_str_puts(&more, ".\n");
    }
    cupel_micro_page_demand(p->d, cupel_str_text(&more), s);
    s->failed |= more.failed;
    cupel_str_free(&more);
}

/* ---- files ---- */

static void put_size(cupel_str *s, uint64_t bytes)
{
    if (bytes < 10000)
        cupel_str_addf(s, "%llu B", (unsigned long long)bytes);
    else if (bytes < 10000000)
        cupel_str_addf(s, "%.0f kB", (double)bytes / 1e3);
    else
        cupel_str_addf(s, "%.0f MB", (double)bytes / 1e6);
}

void cupel_design_page_files(const cupel_design_page *p, cupel_str *s)
{
    cupel_str_puts(s, "<section id=files><h2>Files to take away</h2>\n<p>They lie beside this page. Lengths are in edges of the periodic box: scale "
                      "them to the size of your cell.</p>\n<div class=scroll><table class=plain><tbody>\n");
    for (size_t i = 0; i < p->account->n; i++) {
        const cupel_output *f = &p->account->output[i];
        cupel_str_puts(s, "<tr><th scope=row><a href=\"");
        cupel_html(s, f->name);
        cupel_str_puts(s, "\">");
        cupel_html(s, f->name);
        cupel_str_puts(s, "</a><td class=num>");
        put_size(s, f->bytes);
        cupel_str_puts(s, "<td>");
        cupel_html(s, f->what ? f->what : "");
        cupel_str_putc(s, '\n');
    }
    cupel_str_puts(
        s, "</table></div>\n<p class=note><code>cupel generate design-1.json --grid 256 -o fine.npy</code> builds a design again on any grid, "
           "<code>-o fine.stl</code> its surface");
    cupel_str_puts(s, p->d->connected < p->d->n_phases ? ", in one body on that grid: as drawn without its <code>connected</code>.</p></section>\n"
                                                       : ".</p></section>\n");
}

/* ---- methods ---- */

static void put_loads(const cupel_designs *found, cupel_str *s)
{
    cupel_load_count count[CUPEL_LOAD_COUNTS];
    const char *gap = "";
    cupel_design_loads(found, count);
    for (size_t i = 0; i < CUPEL_LOAD_COUNTS; i++) {
        if (!count[i].loads) continue;
        cupel_str_addf(s, "%s%zu for %s", gap, count[i].loads, count[i].what);
        gap = ", ";
    }
}

void cupel_design_page_methods(const cupel_design_page *p, cupel_str *s)
{
    const cupel_micro_demand *d = p->d;
    cupel_str_addf(s,
                   "<section id=methods><h2>Methods</h2>\n"
                   "<p>Outer bounds were looked at first: no volume fraction that the demand allows rules it out. Then starts of all families were "
                   "brought to the right volume fraction on a small grid, and the parameters of the best moved by Levenberg–Marquardt steps on the "
                   "solver itself; derivatives come from the fields that are there, without further solves. The steps are on a coarse grid: what it "
                   "is off from the limit, known from grids up to %llu voxels an edge, is taken from the target, so that the limit meets it.</p>\n"
                   "<p>A design is verified from its recipe on three grids up to 4/3 of its own (twice it, where the bar alone was in the way) and "
                   "extrapolated to the shape itself; the bar is the half width at 95 %%. A tensor is met when distance and bar together are within "
                   "the tolerance, a window when the whole bar lies inside%s.</p>\n"
                   "<p>How far a design moves with its phases and its interface follows to first order from the fields of one trial on a coarse "
                   "grid; a void with a tenth of what it has, or ten times its stand-in, and other seeds are solved again there. A load is one "
                   "unit gradient or strain: 3 make a conductivity, 6 a stiffness. %zu were solved, ",
                   (unsigned long long)d->grid, d->hold_line ? "; the worst that the tolerances do in combination counts too" : "", p->found->solves);
    put_loads(p->found, s);
    cupel_str_puts(s, ".</p>\n<ol class=references>\n");
    if (p->found->n) cupel_micro_page_references(p->found->one[0].recipe.generator->method.name, s);
    cupel_micro_page_references(d->needs_elasticity ? "elasticity" : "conduction", s);
    cupel_micro_page_references("bounds", s);
    if (p->reach->n) cupel_micro_page_references("voigt_reuss", s);
    if (d->needs_elasticity) cupel_micro_page_references("engineering", s);
    cupel_str_puts(
        s, "</ol>\n<p class=note><code>cupel methods</code> lists all methods, <code>cupel cite</code> gives them as BibTeX.</p></section>\n");
}

/* ---- provenance ---- */

void cupel_design_page_lineage(const cupel_design_page *p, cupel_str *s)
{
    char now[32];
    cupel_utc_now(now);
    cupel_str_puts(s, "<section id=lineage><h2>Provenance</h2>\n<div class=scroll><table class=\"plain lineage\"><tbody>\n");
    cupel_page_pair(s, "command", cupel_text_of(p->account->command), true);
    cupel_page_pair(s, "started", cupel_text_of(p->account->started), false);
    cupel_page_pair(s, "written", cupel_text_of(now), false);
    cupel_str_addf(s, "<tr><th scope=row>seed<td>%llu\n<tr><th scope=row>grid<td>%llu\n", (unsigned long long)p->d->seed,
                   (unsigned long long)p->d->grid);
    cupel_page_pair(s, "demand", cupel_text_of(p->d->digest), true);
    if (*p->found->begun.digest) cupel_page_pair(s, "surrogate", cupel_text_of(p->found->begun.digest), true);
    for (size_t i = 0; i < p->account->n; i++)
        cupel_page_pair(s, p->account->output[i].name, cupel_text_of(p->account->output[i].digest), true);
    cupel_str_puts(s, "</table></div>\n<p class=note>The same demand and seed give the same recipes, voxels and tensors, to the byte, for any number "
                      "of threads, wherever run.json says that time decided nothing; of a budget in solves it never decides.</p></section>\n");
}

/* ---- the page ---- */

cupel_status cupel_design_report(const cupel_micro_demand *d, const cupel_designs *found, const cupel_account *a, cupel_err *err)
{
    cupel_reach reach;
    const cupel_design_page p = {.d = d, .found = found, .account = a, .job = a->job, .reach = &reach};
    cupel_str s = {0};
    cupel_status st = cupel_reach_of(d, found, a->job, &reach, err);
    if (st != CUPEL_OK) return st;
    cupel_micro_page_open(d->words, &s);
    cupel_design_page_head(&p, &s);
    st = cupel_design_page_cards(&p, &s, err);
    cupel_design_page_search(&p, &s);
    cupel_spaces_page(d, found, &s);
    cupel_design_page_attainable(&p, &s);
    cupel_design_page_files(&p, &s);
    cupel_design_page_methods(&p, &s);
    cupel_design_page_lineage(&p, &s);
    cupel_micro_page_close(&s);
    if (st == CUPEL_OK) st = cupel_micro_page_write(a->folder, &s, err);
    cupel_reach_release(&reach);
    cupel_str_free(&s);
    return st;
}
