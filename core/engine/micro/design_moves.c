/* Of a card: how far a design moves when it is not made as drawn, or computed otherwise. */
#include "core/engine/micro/after.h"
#include "core/engine/micro/design_page.h"
#include "core/engine/report_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void put_cell(double x, const char *unit, cupel_str *s)
{
    cupel_str_puts(s, "<td class=num>");
    if (isnan(x)) {
        cupel_str_puts(s, "–");
        return;
    }
    cupel_html_value(s, x, x / 10);
    cupel_str_puts(s, *unit ? " " : "");
    cupel_html_raised(s, unit);
}

static void put_cells(const cupel_micro_demand *d, const cupel_moved *m, cupel_str *s)
{
    if (d->needs_conduction) put_cell(100 * m->k, "%", s);
    if (d->needs_elasticity) put_cell(100 * m->c, "%", s);
    if (d->needs_expansion) put_cell(100 * m->alpha, "%", s);
    for (size_t i = 0; i < d->n_asks; i++)
        if (cupel_moved_has(&d->ask[i])) put_cell(d->ask[i].in_unit * m->ask[i], d->ask[i].unit, s);
    cupel_str_putc(s, '\n');
}

static void put_head(const cupel_micro_demand *d, cupel_str *s)
{
    cupel_str_puts(s, "<h4>How far it moves</h4><div class=scroll><table class=plain><thead><tr><th>with");
    if (d->needs_conduction) cupel_str_addf(s, "<th class=num>%s", d->conduction->name);
    if (d->needs_elasticity) cupel_str_puts(s, "<th class=num>stiffness");
    if (d->needs_expansion) cupel_str_puts(s, "<th class=num>expansion");
    for (size_t i = 0; i < d->n_asks; i++) {
        if (!cupel_moved_has(&d->ask[i])) continue;
        cupel_str_puts(s, "<th class=num>");
        cupel_html(s, d->ask[i].name);
    }
    cupel_str_puts(s, "<tbody>\n");
}

static void put_sensitivity(const cupel_micro_demand *d, const cupel_sensitivity *x, cupel_str *s)
{
    if (!x->grid) return;
    for (size_t p = 0; p < d->n_phases && cupel_demand_is_physical(d); p++) {
        cupel_str_puts(s, "<tr><th scope=row>");
        cupel_sensitivity_off(d, s);
        cupel_str_puts(s, " of ");
        cupel_html(s, d->phase[p].name);
        cupel_str_addf(s, " ± %.3g %%", 100 * cupel_sensitivity_share(d));
        put_cells(d, &x->phase[p], s);
    }
    if (!x->shifted || !cupel_moved_any(d, &x->interface)) return;
    cupel_str_addf(s, "<tr><th scope=row>interface ± half of %g ", d->length_shown.factor * d->tolerance);
    cupel_html(s, d->length_shown.unit);
    cupel_str_addf(s, "<div class=note>%.2g of the volume</div>", x->fraction);
    put_cells(d, &x->interface, s);
}

static void put_voids(const cupel_micro_demand *d, const cupel_voids *v, cupel_str *s)
{
    if (!v->grid) return;
    if (v->given) {
        cupel_str_puts(s, "<tr><th scope=row>void or insulator with a tenth of what it has");
        put_cells(d, &v->tenth, s);
    }
    if (v->stands) {
        cupel_str_puts(s, "<tr><th scope=row>void or insulator with ten times its stand-in");
        put_cells(d, &v->tenfold, s);
    }
}

static void put_seeds(const cupel_micro_demand *d, const cupel_seeds *x, cupel_str *s)
{
    if (!x->known || x->fixed || !cupel_moved_any(d, &x->spread)) return;
    cupel_str_addf(s, "<tr><th scope=row>another seed<div class=note>standard deviation of %zu", x->n);
    for (size_t i = 0; i < d->n_asks; i++) {
        if (!cupel_ask_of_limit(&d->ask[i])) continue;
        cupel_str_puts(s, "; ");
        cupel_html(s, d->ask[i].name);
        cupel_str_addf(s, " on average %.2g %% from the target", 100 * x->mean[i]);
    }
    cupel_str_puts(s, "</div>");
    put_cells(d, &x->spread, s);
}

/* Lines of a terminal as sentences. */
static void put_sentences(const char *lines, cupel_str *s)
{
    while (*lines) {
        char line[512];
        const size_t n = strcspn(lines, "\n"), blank = strspn(lines, " ");
        snprintf(line, sizeof line, "%.*s", (int)(n - blank), lines + blank);
        if (line[0] >= 'a' && line[0] <= 'z') line[0] = (char)(line[0] - 'a' + 'A');
        cupel_html(s, line);
        lines += n + (lines[n] == '\n');
        cupel_str_puts(s, *lines ? ". " : ".");
    }
}

void cupel_design_page_moves(const cupel_design_page *p, const cupel_design *g, cupel_str *s)
{
    cupel_str skipped = {0};
    if (g->unverified) return;
    const bool shifted = g->sensitivity.shifted && cupel_moved_any(p->d, &g->sensitivity.interface);
    if ((g->sensitivity.grid && (cupel_demand_is_physical(p->d) || shifted)) || g->voids.grid ||
        (g->seeds.n > 1 && cupel_moved_any(p->d, &g->seeds.spread))) {
        put_head(p->d, s);
        put_sensitivity(p->d, &g->sensitivity, s);
        put_voids(p->d, &g->voids, s);
        put_seeds(p->d, &g->seeds, s);
        cupel_str_puts(s, "</table></div><p class=note>Of tensors the Frobenius norm of the change, in % of the tensor; first digits, from a grid "
                          "of at most 32.</p>\n");
    }
    if (g->seeds.fixed) cupel_seeds_say(p->d, &g->recipe, &g->seeds, &skipped);
    cupel_design_skipped_say(g, &skipped);
    if (skipped.n) {
        cupel_str_puts(s, "<p class=note>");
        put_sentences(cupel_str_text(&skipped), s);
        cupel_str_puts(s, "</p>\n");
    }
    s->failed |= skipped.failed;
    cupel_str_free(&skipped);
}
