#include "core/engine/demand.h"
#include "core/engine/report_parts.h"
#include "core/engine/report_text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { SHOWN = 200 }; /* rows of the table; the rest is in ranking.csv */

/* --- shortlist --- */

/* A scale that a column of small interval plots shares, in the units of the property. */
typedef struct scale {
    double low, high, min, max; /* ends; window of the requirement, infinite where open */
    double half;                /* mean half width of the intervals: all numbers of a column have the same digits */
} scale;

static size_t shown_rows(const cupel_result *q) { return q->rows.n < SHOWN ? q->rows.n : SHOWN; }

static void window_of(const cupel_result *q, size_t p, double *min, double *max)
{
    *min = -HUGE_VAL;
    *max = HUGE_VAL;
    for (size_t i = 0; i < q->n_requirements; i++) {
        if (q->requirement_property[i] != (int64_t)p) continue;
        *min = fmax(*min, q->requirement_min[i]);
        *max = fmin(*max, q->requirement_max[i]);
    }
}

static scale scale_of(const cupel_result *q, size_t p)
{
    scale c = {.low = HUGE_VAL, .high = -HUGE_VAL};
    window_of(q, p, &c.min, &c.max);
    for (size_t i = 0; i < shown_rows(q); i++) {
        size_t k = i * q->n_properties + p;
        if (isfinite(q->rows.upper[k] - q->rows.lower[k])) c.half += (q->rows.upper[k] - q->rows.lower[k]) / 2 / (double)shown_rows(q);
        if (isfinite(q->rows.lower[k])) c.low = fmin(c.low, q->rows.lower[k]);
        if (isfinite(q->rows.upper[k])) c.high = fmax(c.high, q->rows.upper[k]);
    }
    if (isfinite(c.min)) c.low = fmin(c.low, c.min);
    if (isfinite(c.max)) c.high = fmax(c.high, c.max);
    if (!(c.high > c.low)) c = (scale){.low = c.low - 1, .high = c.low + 1, .min = c.min, .max = c.max, .half = c.half};
    double margin = 0.03 * (c.high - c.low);
    c.low -= margin;
    c.high += margin;
    return c;
}

static const double WIDE = 140; /* pixels of a small interval plot */

static double at(const scale *c, double x) { return WIDE * (fmin(fmax(x, c->low), c->high) - c->low) / (c->high - c->low); }

static void put_window(cupel_str *s, const scale *c, double height)
{
    if (isinf(c->min) && isinf(c->max)) return;
    double from = at(c, fmax(c->min, c->low)), to = at(c, fmin(c->max, c->high));
    cupel_str_addf(s, "<rect class=window x=%.1f y=0 width=%.1f height=%.0f />", from, fmax(to - from, 1), height);
}

static void put_interval(cupel_str *s, const scale *c, double value, double low, double high)
{
    if (!isfinite(value)) return;
    cupel_str_addf(s, "<svg class=interval width=%.0f height=18 viewBox=\"0 0 %.0f 18\" aria-hidden=true>", WIDE, WIDE);
    put_window(s, c, 18);
    if (isfinite(low) && isfinite(high)) cupel_str_addf(s, "<path d=\"M%.1f 9H%.1f\"/>", at(c, low), at(c, high));
    cupel_str_addf(s, "<circle cx=%.1f cy=9 r=3.5 /></svg>", at(c, value));
}

/* The ends of the scale, and the window's, above the plots. */
static void put_axis(cupel_str *s, const scale *c, bool is_class)
{
    double marks[] = {c->min, c->max};
    if (is_class) return;
    cupel_str_addf(s, "<svg class=axis width=%.0f height=14 viewBox=\"0 0 %.0f 14\" aria-hidden=true>", WIDE, WIDE);
    for (size_t i = 0; i < 2; i++) {
        if (!isfinite(marks[i])) continue;
        cupel_str_addf(s, "<text x=%.1f y=11 text-anchor=%s>", at(c, marks[i]),
                       at(c, marks[i]) < 24 ? "start" : at(c, marks[i]) > WIDE - 24 ? "end" : i ? "start" : "end");
        cupel_html_value(s, marks[i], fmax(fabs(c->min), fabs(c->max)) < 1e-3 ? 0 : (c->high - c->low) / 10);
        cupel_str_puts(s, "</text>");
    }
    cupel_str_puts(s, "</svg>");
}

static void put_unit(cupel_str *s, const char *unit)
{
    if (!*unit) return;
    cupel_str_puts(s, " <span class=unit>[");
    cupel_html_raised(s, unit);
    cupel_str_puts(s, "]</span>");
}

static void put_property_head(const cupel_result *q, size_t p, const scale *c, cupel_str *s)
{
    cupel_str_puts(s, "<th data-sort=number>");
    if (q->is_class[p]) cupel_str_puts(s, "probability of ");
    cupel_html(s, q->property[p]);
    if (!q->is_class[p]) put_unit(s, q->unit[p]);
    cupel_str_addf(s, "<th class=plot-cell>%g %% %s<br>", 100 * q->level, q->is_class[p] ? "set" : "interval");
    put_axis(s, c, q->is_class[p]);
    cupel_str_puts(s, "<th data-sort=text>nearest measured<th data-sort=number>measured");
    put_unit(s, q->unit[p]);
}

static bool has_figure(const cupel_result *q, size_t c) { return q->constraint_column[c][0] != '\0'; }

static void put_heads(const cupel_result *q, const scale *scales, cupel_str *s)
{
    cupel_str_puts(s, "<thead><tr><th class=num data-sort=number>rank<th class=sticky data-sort=text>formula");
    if (cupel_result_can_miss_any(q)) cupel_str_puts(s, "<th data-sort=number title=\"that the whole demand is met\">chance");
    for (size_t i = 0; q->n_requirements > 1 && i < q->n_requirements; i++) {
        if (!cupel_result_can_miss(q, i)) continue;
        cupel_str_puts(s, "<th data-sort=number>");
        cupel_html_raised(s, q->requirement_words[i]);
    }
    for (size_t p = 0; p < q->n_properties; p++) put_property_head(q, p, &scales[p], s);
    cupel_str_puts(s, "<th data-sort=number title=\"distance to the training rows; up to 1 is inside the domain\">domain");
    for (size_t c = 0; c < q->n_constraints; c++) {
        if (!has_figure(q, c)) continue;
        cupel_str_puts(s, "<th data-sort=number title=\"");
        cupel_html_raised(s, q->constraint_words[c]);
        cupel_str_puts(s, "\">");
        cupel_html(s, q->constraint_column[c]);
    }
    cupel_str_puts(s, "<tbody>\n");
}

static void put_chance(cupel_str *s, double p)
{
    cupel_str_addf(s, "<td class=num data-value=\"%.6g\"><span class=chance style=\"--p:%.3f\">", p, isnan(p) ? 0 : fmin(fmax(p, 0), 1));
    cupel_html_percent(s, p);
    cupel_str_puts(s, "</span>");
}

/* The classes of a conformal set: "{0}", "{0, 1}", or "none fits". */
static void put_set(cupel_str *s, double low, double high)
{
    if (isnan(low) || isnan(high))
        cupel_str_puts(s, "<span class=range>none fits</span>");
    else if (low < high)
        cupel_str_addf(s, "<span class=range>{%g, %g}</span>", low, high);
    else
        cupel_str_addf(s, "<span class=range>{%g}</span>", low);
}

bool cupel_result_measured_outside(const cupel_result *q, size_t i, size_t p)
{
    double min, max;
    window_of(q, p, &min, &max);
    return q->known == CUPEL_KNOWN_MEASURED && q->in_training[i * q->n_properties + p] && cupel_result_measured(q, i, p, min, max) < 0;
}

/* What was measured of the candidate itself speaks for the window or against it. */
static void put_judgement(const cupel_result *q, size_t i, size_t p, cupel_str *s)
{
    double min, max;
    window_of(q, p, &min, &max);
    if (q->known != CUPEL_KNOWN_MEASURED || (isinf(min) && isinf(max))) return;
    const int in = cupel_result_measured(q, i, p, min, max);
    if (!in) {
        cupel_str_puts(s, "<span title=\"measured inside and outside the window\">◐</span> ");
        return;
    }
    cupel_str_addf(s, "<span class=%s title=\"measured %s the window\">%s</span> ", in < 0 ? "outside" : "pass", in < 0 ? "outside" : "inside",
                   in < 0 ? "✗" : "✓");
}

static void put_property(const cupel_result *q, size_t i, size_t p, const scale *c, cupel_str *s)
{
    size_t k = i * q->n_properties + p;
    double value = q->rows.value[k], low = q->rows.lower[k], high = q->rows.upper[k], half = c->half;
    cupel_str_addf(s, "<td class=num data-value=\"%.9g\"><b>", value);
    if (q->is_class[p])
        cupel_html_percent(s, value);
    else
        cupel_html_value(s, value, half / 5); /* neighbours in the list differ by less than their intervals */
    cupel_str_puts(s, "</b><td class=plot-cell>");
    if (q->is_class[p]) {
        put_set(s, low, high);
    } else {
        put_interval(s, c, value, low, high);
        cupel_str_puts(s, "<span class=range>");
        cupel_html_value(s, low, half);
        cupel_str_puts(s, " – ");
        cupel_html_value(s, high, half);
        cupel_str_puts(s, "</span>");
    }
    cupel_str_puts(s, "<td>");
    const char *known = q->known_formula[k];
    if (known && *known) {
        cupel_str_puts(s, "<span class=clip title=\"");
        cupel_html(s, known);
        cupel_str_puts(s, "\">");
        cupel_html_formula(s, known);
        cupel_str_puts(s, "</span>");
        if (q->known_distance[k] == 0)
            cupel_str_puts(s, " <span class=tag>the same</span>");
        else
            cupel_str_addf(s, " <span class=note title=\"sum of differences of atomic fractions: 0 the same, 2 nothing in common\">Δ %.2f</span>",
                           q->known_distance[k]);
        if (q->known_condition[k][0]) {
            cupel_str_puts(s, "<span class=states>at ");
            cupel_html(s, q->known_condition[k]);
            cupel_str_puts(s, "</span>");
        }
        cupel_str_addf(s, "<td class=num data-value=\"%.9g\">", q->known_value[k]);
        if (q->is_class[p])
            cupel_str_addf(s, "%g", q->known_value[k]);
        else
            if (q->in_training[k]) put_judgement(q, i, p, s);
        cupel_html_given(s, q->known_value[k]);
        if (q->known_n[k] > 1) {
            cupel_str_puts(s, "<span class=states>median of ");
            cupel_str_addf(s, "%" PRId64 ", ", q->known_n[k]);
            cupel_html_given(s, q->known_low[k]);
            cupel_str_puts(s, " – ");
            cupel_html_given(s, q->known_high[k]);
            cupel_str_puts(s, "</span>");
        }
    } else {
        cupel_str_puts(s, "–<td class=num>–");
    }
}

static void put_domain(const cupel_result *q, size_t i, cupel_str *s)
{
    double worst = 0;
    bool in = true;
    for (size_t p = 0; p < q->n_properties; p++) {
        size_t k = i * q->n_properties + p;
        worst = fmax(worst, q->rows.distance[k]);
        in = in && q->rows.in_domain[k];
    }
    cupel_str_addf(s, "<td class=\"num %s\" data-value=\"%.4g\">%s ", in ? "inside" : "outside", worst, in ? "●" : "○");
    cupel_html_value(s, worst, 0.1);
}

static void put_states(const cupel_result *q, size_t i, cupel_str *s)
{
    cupel_str states = {0};
    cupel_result_states(q, i, &states);
    if (states.failed) s->failed = true;
    if (states.n) {
        cupel_str_puts(s, "<span class=states>");
        for (const char *p = states.p; *p; p++) { /* a line must not end between an element and its charge */
            if (*p == '-') cupel_str_puts(s, "−");
            else cupel_html_text(s, (cupel_text){p, 1});
        }
        cupel_str_puts(s, "</span>");
    }
    cupel_str_free(&states);
}

static void put_named(const char *name, cupel_text value, cupel_str *text)
{
    if (!value.n) return;
    cupel_str_addf(text, "%s%s ", text->n ? ", " : "", name);
    cupel_str_add(text, value.p, value.n);
}

/* The columns of the space, below the formula: "temperature [K] 400, route cast"; and a few that a list has besides, as ids. */
static void put_columns(const cupel_result *q, size_t i, cupel_str *s)
{
    enum { CARRIED_MAX = 4 };
    cupel_str text = {0};
    for (size_t k = 0; k < q->n_columns; k++) put_named(q->column[k], cupel_key_column(q->rows.key[i], k), &text);
    for (size_t k = 0; k < q->n_carried && q->n_carried <= CARRIED_MAX; k++) put_named(q->carried[k], cupel_key_column(q->rows.carried[i], k), &text);
    if (text.failed) s->failed = true;
    if (text.n) {
        cupel_str_puts(s, "<span class=states>");
        cupel_html(s, text.p);
        cupel_str_puts(s, "</span>");
    }
    cupel_str_free(&text);
}

static void put_row(const cupel_result *q, size_t i, const scale *scales, cupel_str *s)
{
    cupel_str_addf(s, "<tr><td class=num data-value=%zu>%zu<th scope=row class=sticky>", i + 1, i + 1);
    cupel_html_formula(s, q->rows.formula[i]);
    put_columns(q, i, s);
    put_states(q, i, s);
    if (cupel_result_can_miss_any(q)) put_chance(s, q->rows.probability[i]);
    for (size_t k = 0; q->n_requirements > 1 && k < q->n_requirements; k++)
        if (cupel_result_can_miss(q, k)) put_chance(s, q->rows.chance[i * q->n_requirements + k]);
    for (size_t p = 0; p < q->n_properties; p++) put_property(q, i, p, &scales[p], s);
    put_domain(q, i, s);
    for (size_t c = 0; c < q->n_constraints; c++) {
        if (!has_figure(q, c)) continue;
        double figure = q->rows.figure[i * q->n_constraints + c];
        cupel_str_addf(s, "<td class=num data-value=\"%.9g\">", figure);
        if (isnan(figure)) {
            cupel_str_puts(s, "unknown");
        } else {
            cupel_str_puts(s, "<span class=pass title=passed>✓</span> ");
            cupel_html_value(s, figure, 0);
        }
    }
    cupel_str_putc(s, '\n');
}

static void put_shortlist_notes(const cupel_result *q, cupel_str *s)
{
    bool any = false;
    for (size_t c = 0; c < q->n_constraints; c++) {
        cupel_str_puts(s, any ? "; " : "<p>Every row passes: ");
        cupel_html_raised(s, q->constraint_words[c]);
        any = true;
    }
    if (any) cupel_str_puts(s, ".</p>\n");
    cupel_str_puts(s, "<p class=note>Below a formula: oxidation states, one per element, that add up to zero with every cation less electronegative "
                      "than every anion; of several the likeliest by the reports in the ICSD. Nothing stands there where none do.</p>\n");
    if (q->rows.n > SHOWN) cupel_str_addf(s, "<p class=note>The first %d of %zu; all are in ranking.csv.</p>\n", (int)SHOWN, q->rows.n);
}

enum { MAX_PROPERTIES = 16 };

void cupel_report_shortlist(const cupel_report *r, cupel_str *s)
{
    const cupel_result *q = r->result;
    scale scales[MAX_PROPERTIES];
    cupel_str_puts(s, "<section id=shortlist><h2>The shortlist</h2>\n");
    if (!q->rows.n || q->n_properties > MAX_PROPERTIES) {
        cupel_str_puts(s, q->rows.n ? "<p>Too many properties for a table: see ranking.csv.</p></section>\n" : "<p>It is empty.</p></section>\n");
        return;
    }
    for (size_t p = 0; p < q->n_properties; p++) scales[p] = scale_of(q, p);
    cupel_str_puts(s, "<p>The dot is the predicted value, the line its interval, the band the window asked for.");
    cupel_str_puts(s, " ● inside, ○ outside what the model has seen, with the distance to it (up to 1 is inside). Δ is how far the nearest measured "
                      "material is: the sum of differences of atomic fractions, 0 the same, 2 nothing in common. ✓ passes; ✗ was measured outside "
                      "the window, ◐ on both sides of its limit. <span class=\"js-only sorts\">A click on a head sorts.</span></p>\n");
    cupel_str_puts(s, "<div class=scroll tabindex=0 role=region aria-label=Shortlist><table class=shortlist>");
    put_heads(q, scales, s);
    for (size_t i = 0; i < shown_rows(q); i++) put_row(q, i, scales, s);
    cupel_str_puts(s, "</table></div>\n");
    put_shortlist_notes(q, s);
    cupel_str_puts(s, "</section>\n");
}

void cupel_report_tradeoff(const cupel_report *r, cupel_str *s)
{
    const cupel_result *q = r->result;
    bool pareto = strcmp(q->rank_by, "pareto") == 0;
    if (!q->rows.n && !q->sample.n) return;
    cupel_str_addf(s, "<section id=tradeoff><h2>Trade-offs</h2>\n<p>Each grey dot is one of %zu candidates drawn at random from those that "
                      "met every hard constraint; blue ones are on the shortlist, the first by name.%s</p>\n<div class=pair>\n", q->sample.n,
                   pareto ? " Ringed ones are in the first Pareto layer of the whole screen." : "");
    cupel_str_puts(s, "<figure><div class=plot data-plot=tradeoff data-role=front role=img aria-label=\"Pareto "
                      "front\"></div><figcaption><b>Pareto front.</b> Nothing shown beats a candidate on the stepped line in both "
                      "figures.</figcaption></figure>\n"
                      "<figure><div class=plot data-plot=tradeoff data-role=value role=img "
                      "aria-label=\"Candidates\"></div><figcaption><b>Where the window lies.</b> Bands are the windows asked "
                      "for.</figcaption></figure>\n"
                      "</div>\n"
                      "<p class=note>Numbers are in the shortlist above.</p></section>\n");
}

/* --- periodic table --- */

/* Row and column in the long form with the f block below (IUPAC: group 3 is Sc, Y, Lu, Lr). */
static void place_of(unsigned z, unsigned *row, unsigned *column)
{
    static const unsigned first[] = {1, 3, 11, 19, 37, 55, 87, 119};
    unsigned period = 1;
    while (z >= first[period]) period++;
    unsigned n = z - first[period - 1], length = first[period] - first[period - 1];
    *row = period;
    if (length == 32 && n >= 2 && n < 16) { /* La to Yb, Ac to No */
        *row = period + 3; /* a gap of one row */
        *column = n + 2;
    } else if (n < 2 && !(period == 1 && n == 1)) {
        *column = n + 1;
    } else {
        *column = 18 - (length - 1 - n);
    }
}

static int64_t rejections(const cupel_result *q, unsigned z)
{
    int64_t sum = 0;
    for (size_t c = 0; c < q->n_constraints; c++) sum += q->counts.rejected[c * CUPEL_N_Z + z];
    return sum;
}

/* The constraint that rejects most candidates with this element; SIZE_MAX when none does. */
static size_t main_reason(const cupel_result *q, unsigned z)
{
    size_t best = SIZE_MAX;
    for (size_t c = 0; c < q->n_constraints; c++) {
        int64_t n = q->counts.rejected[c * CUPEL_N_Z + z];
        if (n > 0 && (best == SIZE_MAX || n > q->counts.rejected[best * CUPEL_N_Z + z])) best = c;
    }
    return best;
}

static double share(int64_t part, int64_t whole) { return whole > 0 ? (double)part / (double)whole : 0; }

static void put_cell_title(const cupel_result *q, unsigned z, cupel_str *s)
{
    cupel_str_addf(s, "%s: ", cupel_element_name(z));
    if (!q->counts.seen[z]) {
        cupel_str_puts(s, "in no candidate");
        return;
    }
    cupel_str_puts(s, "in ");
    cupel_html_count(s, q->kept_z[z]);
    cupel_str_addf(s, " of %zu shortlisted; of ", q->rows.n);
    cupel_html_count(s, q->counts.seen[z]);
    cupel_str_puts(s, " candidates with it ");
    cupel_html_percent(s, share(rejections(q, z), q->counts.seen[z]));
    cupel_str_puts(s, " rejected");
    size_t c = main_reason(q, z);
    if (c == SIZE_MAX) return;
    cupel_str_puts(s, ", most by ");
    cupel_html(s, q->constraint[c]);
}

static void put_cell(const cupel_result *q, unsigned z, cupel_str *s)
{
    unsigned row, column;
    double wins = share(q->kept_z[z], (int64_t)q->rows.n), rejected = share(rejections(q, z), q->counts.seen[z]);
    place_of(z, &row, &column);
    cupel_str_addf(s, "<div class=\"el%s%s\" style=\"grid-area:%u/%u;--w:%.3f;--r:%.3f\" title=\"", q->counts.seen[z] ? "" : " unseen",
                   wins > 0.55 ? " strong" : "", row, column, sqrt(wins), rejected);
    put_cell_title(q, z, s);
    cupel_str_addf(s, "\"><span>%s</span></div>", cupel_element_symbol(z));
}

static void put_element_row(const cupel_result *q, unsigned z, cupel_str *s)
{
    size_t c = main_reason(q, z);
    cupel_str_addf(s, "<tr><th scope=row>%s<td class=num>", cupel_element_symbol(z));
    cupel_html_count(s, q->counts.seen[z]);
    cupel_str_puts(s, "<td class=num>");
    cupel_html_count(s, q->counts.predicted[z]);
    cupel_str_puts(s, "<td class=num>");
    cupel_html_count(s, q->kept_z[z]);
    cupel_str_puts(s, "<td class=num>");
    cupel_html_percent(s, share(rejections(q, z), q->counts.seen[z]));
    cupel_str_puts(s, "<td>");
    if (c != SIZE_MAX) cupel_html(s, q->constraint[c]);
    cupel_str_putc(s, '\n');
}

void cupel_report_elements(const cupel_report *r, cupel_str *s)
{
    const cupel_result *q = r->result;
    cupel_str_puts(s, "<section id=elements><h2>Which elements win</h2>\n<figure>\n<div class=periodic>");
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) put_cell(q, z, s);
    cupel_str_puts(s, "<div class=legend><div><span class=ramp></span><span class=ends><i>0</i><i>25</i><i>100 %</i></span>of the "
                      "shortlist holds it</div><div><span class=strip></span>share of candidates with it that a constraint "
                      "rejects</div></div></div>\n"
                      "<figcaption>Colour: how often an element is in the shortlist. Bar below the symbol: how often a candidate with it "
                      "was rejected. Pale: in no candidate.</figcaption></figure>\n");
    cupel_str_puts(s, "<details><summary>The elements in numbers</summary><div class=scroll><table class=plain><thead><tr><th>element<th "
                      "class=num>candidates<th class=num>met every constraint<th class=num>shortlisted<th class=num>rejected<th>most "
                      "by<tbody>\n");
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++)
        if (q->counts.seen[z]) put_element_row(q, z, s);
    cupel_str_puts(s, "</table></div></details></section>\n");
}
