/* Head, ranking, methods and provenance of the report on microstructures. */
#include "core/engine/micro/report_parts.h"
#include "core/engine/report_frame.h"

#include <math.h>
#include <string.h>

double cupel_micro_page_number(const cupel_micro_page *p, const char *key, const char *inner)
{
    const cupel_json *node = p->run ? cupel_json_get(p->run, key) : NULL;
    double x;
    if (node && inner) node = cupel_json_get(node, inner);
    return node && cupel_json_number(node, &x) ? x : (double)NAN;
}

static cupel_text run_text(const cupel_micro_page *p, const char *key)
{
    const cupel_json *node = p->run ? cupel_json_get(p->run, key) : NULL;
    cupel_text t = {0};
    if (node) (void)cupel_json_string(node, &t);
    return t;
}

/* ---- head ---- */

static void count_verdicts(const cupel_micro_page *p, size_t n[3], size_t *verified)
{
    n[0] = n[1] = n[2] = *verified = 0;
    for (size_t i = 0; i < p->ranking.n; i++) {
        if (!p->ranking.row[i].verified) continue;
        n[p->ranking.row[i].all]++;
        ++*verified;
    }
}

static void put_first(const cupel_micro_page *p, cupel_str *s)
{
    const cupel_ranked *x = &p->ranking.row[0];
    cupel_str_puts(s, " The first has ");
    for (size_t a = 0; a < p->d->n_asks; a++) {
        const cupel_ask *k = &p->d->ask[a];
        const double f = cupel_ask_factor(k), value = x->verified ? x->value[a] : x->forecast.value[a];
        const double error = x->verified ? x->error[a] : (x->forecast.upper[a] - x->forecast.lower[a]) / 2;
        cupel_str_puts(s, a == 0 ? "" : a + 1 == p->d->n_asks ? " and " : ", ");
        if (k->whole) {
            cupel_str_puts(s, cupel_article(k->name));
            cupel_html(s, k->name);
            cupel_str_puts(s, " within <b>");
        } else {
            cupel_html(s, k->name);
            cupel_str_puts(s, " <b>");
        }
        cupel_html_value(s, f * value, f * error);
        if (x->verified && error > 0) {
            cupel_str_puts(s, " ± ");
            cupel_html_value(s, f * error, f * error);
        }
        cupel_str_puts(s, *cupel_ask_unit(k) ? " " : "");
        cupel_html_raised(s, cupel_ask_unit(k));
        cupel_str_puts(s, "</b>");
        if (k->whole) cupel_str_puts(s, " of the target");
    }
    cupel_str_puts(s, x->verified ? ", solved on two grids." : ", as predicted.");
}

static void put_answer(const cupel_micro_page *p, cupel_str *s)
{
    size_t n[3], verified;
    count_verdicts(p, n, &verified);
    cupel_str_puts(s, "<p class=answer><strong>");
    if (!p->ranking.n)
        cupel_str_puts(s, "No structure of the space can be made.</strong>");
    else if (!verified)
        cupel_str_addf(s, "%zu structures are predicted, none is verified.</strong>", p->ranking.n);
    else if (n[CUPEL_MEETS])
        cupel_str_addf(s, "%s%.0zu of %zu verified structure%s meet%s the demand</strong>, error bars included.",
                       n[CUPEL_MEETS] == verified && verified > 1 ? "All " : "",
                       n[CUPEL_MEETS] == verified && verified > 1 ? (size_t)0 : n[CUPEL_MEETS], verified, verified == 1 ? "" : "s",
                       n[CUPEL_MEETS] == 1 ? "s" : "");
    else if (n[CUPEL_OPEN])
        cupel_str_puts(s, "The best verified structures may meet the demand: their error bars cross its limits.</strong> A finer grid tells.");
    else
        cupel_str_puts(s, "Nothing in this space was found that meets the demand.</strong>");
    if (p->ranking.n) put_first(p, s);
    cupel_str_puts(s, "</p>\n");
}

static void put_glances(const cupel_micro_page *p, cupel_str *s)
{
    size_t n[3], verified;
    const double seconds = cupel_micro_page_number(p, "seconds", "total"), threads = cupel_micro_page_number(p, "threads", NULL);
    count_verdicts(p, n, &verified);
    cupel_str_puts(s, "<dl class=glance>");
    cupel_micro_page_glance(s, p->facts.n, "structures solved to learn from");
    cupel_micro_page_glance(s, p->ranking.candidates, "structures predicted");
    cupel_micro_page_glance(s, verified, "solved again and verified");
    if (!isnan(seconds)) {
        cupel_str_puts(s, "<div><dt>");
        cupel_html_seconds(s, seconds);
        cupel_str_addf(s, "</dt><dd>on %.0f thread%s</dd></div>", threads, threads == 1 ? "" : "s");
    }
    cupel_str_puts(s, "</dl>\n");
}

void cupel_micro_page_head(const cupel_micro_page *p, cupel_str *s)
{
    static const char *const links[][2] = {{"demand", "Demand"}, {"best", "Best structures"}, {"ranking", "Ranking"}, {"maps", "Maps"},
                                           {"trust", "Trust"},   {"methods", "Methods"},      {"lineage", "Provenance"}};
    const cupel_text started = run_text(p, "started");
    cupel_str words = {0};
    cupel_page_banner(s, p->d->words, (cupel_text){started.p, started.n >= 10 ? 10 : 0});
    put_answer(p, s);
    put_glances(p, s);
    cupel_micro_page_links(links, sizeof links / sizeof *links, s);
    cupel_str_puts(&words, "Looked for in: ");
    cupel_micro_space_words(&p->space, &words);
    cupel_str_puts(&words, ".\n");
    cupel_micro_page_demand(p->d, cupel_str_text(&words), s);
    s->failed |= words.failed;
    cupel_str_free(&words);
}

/* ---- ranking ---- */

static void put_forecast(const cupel_ask *a, const cupel_ranked *x, size_t i, cupel_str *s)
{
    const double f = cupel_ask_factor(a), half = f * (x->forecast.upper[i] - x->forecast.lower[i]) / 2;
    cupel_str_puts(s, "<td class=num>");
    cupel_html_value(s, f * x->forecast.value[i], half);
    if (half <= 1e-6 * fabs(f * x->forecast.value[i])) return;
    cupel_str_puts(s, "<span class=range>");
    cupel_html_value(s, f * x->forecast.lower[i], half);
    cupel_str_puts(s, " to ");
    cupel_html_value(s, f * x->forecast.upper[i], half);
    cupel_str_puts(s, "</span>");
}

void cupel_micro_page_ranking(const cupel_micro_page *p, cupel_str *s)
{
    static const char *const class[] = {"yes", "open", "no"};
    cupel_str_puts(s, "<section id=ranking><h2>The ranking</h2>\n<p>By the chance to meet the whole demand");
    for (size_t a = 0; a < p->d->n_asks; a++)
        if (p->d->ask[a].goal) {
            cupel_str_puts(s, ", times how far the goals get from the worst to the best of the sample");
            break;
        }
    cupel_str_puts(s, "; verified structures first. Structures nearer than a tenth of every range to a better one are left out");
    if (p->ranking.merged) cupel_str_addf(s, " (%llu among the best)", (unsigned long long)p->ranking.merged);
    cupel_str_addf(
        s, ". Numbers are predicted, with %g %% intervals.</p>\n<div class=\"scroll tall\"><table class=shortlist><thead><tr><th class=num>rank<th>",
        100 * p->d->level);
    for (size_t i = 0; i < p->space.n; i++) {
        cupel_str_puts(s, i ? "<th class=num>" : "verified<th class=num>chance<th class=num>");
        cupel_html(s, cupel_micro_space_param(&p->space, i)->name);
    }
    for (size_t a = 0; a < p->d->n_asks; a++) {
        cupel_str_puts(s, "<th class=num>");
        cupel_micro_page_title(&p->d->ask[a], s);
    }
    cupel_str_puts(s, "<tbody>\n");
    for (size_t i = 0; i < p->ranking.n; i++) {
        const cupel_ranked *x = &p->ranking.row[i];
        cupel_str_addf(s, "<tr><td class=num>%zu<td>", i + 1);
        if (x->verified)
            cupel_str_addf(s, "<span class=%s>%s</span>", class[x->all],
                           x -> all == CUPEL_MEETS     ? "meets"
                                : x->all == CUPEL_OPEN ? "within the error"
                                                       : "misses");
        else if (x->reason)
            cupel_html(s, x->reason);
        cupel_str_puts(s, "<td class=num>");
        cupel_html_percent(s, x->forecast.chance);
        for (size_t k = 0; k < p->space.n; k++) {
            cupel_str_puts(s, "<td class=num>");
            cupel_html_value(s, x->param[k], (p->space.high[k] - p->space.low[k]) / 100);
        }
        for (size_t a = 0; a < p->d->n_asks; a++) put_forecast(&p->d->ask[a], x, a, s);
        cupel_str_putc(s, '\n');
    }
    cupel_str_puts(s, "</table></div>\n<p class=note><code>cupel generate 'RECIPE' --grid 128 -o v.npy</code> builds any of them; ranking.csv holds "
                      "the recipes.</p></section>\n");
}

/* ---- methods ---- */

void cupel_micro_page_methods(const cupel_micro_page *p, cupel_str *s)
{
    const cupel_generator *g = p->space.middle.generator;
    cupel_str_puts(s, "<section id=methods><h2>Methods</h2>\n<p>Structures: ");
    cupel_html(s, g->method.help);
    cupel_str_addf(s,
                   ", at Sobol points of the ranges, seed of the noise %llu. Each is solved on %llu voxels an edge: periodic homogenisation by FFT "
                   "on the rotated scheme, with cut voxels that blend laminates, extrapolated from this grid and three quarters of it.</p>\n",
                   (unsigned long long)p->space.middle.seed, (unsigned long long)p->d->grid);
    cupel_str_puts(
        s,
        "<p>Learned are the components of the Voigt–Reuss normalised logarithm: with V and R the arithmetic and harmonic means of the phases, X = "
        "(V − R)<sup>−½</sup> (T − R) (V − R)<sup>−½</sup> has eigenvalues between 0 and 1, and Y = log X − log(1 − X) has no "
        "limits. One Gaussian process with a quadratic trend learns all components of Y; the way back keeps R ≤ T ≤ V as quadratic forms "
        "whatever it says. Intervals and chances come from the misses of left-out structures, scaled to the place, drawn as whole vectors; quantiles "
        "are chosen so that the share asked for of left-out structures lies inside; the error bars of the sample's own grid are added to both "
        "sides.</p>\n<ol class=references>\n");
    cupel_micro_page_references(g->method.name, s);
    cupel_micro_page_references("voigt_reuss", s);
    cupel_str_puts(
        s, "</ol>\n<p class=note><code>cupel methods</code> lists all methods, <code>cupel cite</code> gives them as BibTeX.</p></section>\n");
}

/* ---- provenance ---- */

void cupel_micro_page_lineage(const cupel_micro_page *p, cupel_str *s)
{
    static const char *const stages[] = {"sample", "train", "predict", "verify"};
    const double rss = cupel_micro_page_number(p, "max_rss_bytes", NULL), rate = cupel_micro_page_number(p, "candidates_per_second", NULL);
    const size_t failed = p->samples.n - cupel_samples_good(&p->samples);
    cupel_str_puts(s, "<section id=lineage><h2>Provenance</h2>\n<div class=scroll><table class=\"plain lineage\"><tbody>\n");
    cupel_page_pair(s, "command", run_text(p, "command"), true);
    cupel_page_pair(s, "started", run_text(p, "started"), false);
    cupel_page_pair(s, "ended", run_text(p, "ended"), false);
    cupel_page_pair(s, "host", run_text(p, "host"), false);
    cupel_str_addf(s, "<tr><th scope=row>seed<td>%llu\n<tr><th scope=row>sample<td>%zu solved, %zu failed\n", (unsigned long long)p->d->seed,
                   cupel_samples_good(&p->samples), failed);
    if (!isnan(rss)) cupel_str_addf(s, "<tr><th scope=row>memory<td>%.0f MB at most\n", rss / 1e6);
    if (!isnan(rate)) {
        cupel_str_puts(s, "<tr><th scope=row>rate<td>");
        cupel_html_count(s, (int64_t)rate);
        cupel_str_puts(s, " predictions per second\n");
    }
    for (size_t i = 0; p->run && i < sizeof stages / sizeof *stages; i++) {
        cupel_str_addf(s, "<tr><th scope=row>to %s<td>", stages[i]);
        cupel_html_seconds(s, cupel_micro_page_number(p, "seconds", stages[i]));
        cupel_str_putc(s, '\n');
    }
    cupel_page_digests(s, p->run ? cupel_json_get(p->run, "inputs") : NULL);
    cupel_page_digests(s, p->run ? cupel_json_get(p->run, "outputs") : NULL);
    cupel_str_puts(
        s, "</table></div>\n<p class=note>The same demand and seed give the same tables, to the byte, for any number of threads, with or without a "
           "kill.</p></section>\n");
}
