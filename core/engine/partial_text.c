/* A partial dependence as JSON and as lines with a plot in characters. */
#include "core/engine/partial.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 48, SHOWN = 2 }; /* characters of the plot; the mean and one row */

static void put_numbers(cupel_json_out *w, const char *name, const double *x, size_t n)
{
    cupel_json_name(w, name);
    cupel_json_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i])) cupel_json_put_null(w);
        else cupel_json_put_number(w, x[i]);
    }
    cupel_json_close(w, ']');
}

static void put_line(const cupel_partial *p, const cupel_partial_line *l, cupel_json_out *w)
{
    put_numbers(w, "value", l->value, p->n);
    put_numbers(w, "lower", l->lower, p->n);
    put_numbers(w, "upper", l->upper, p->n);
    put_numbers(w, "in_domain", l->inside, p->n);
}

void cupel_partial_json(const cupel_partial *p, cupel_json_out *w)
{
    cupel_json_open(w, '{');
    cupel_json_name(w, "name");
    cupel_json_put_string(w, p->name);
    cupel_json_name(w, "kind");
    cupel_json_put_string(w, p->element ? "atomic fraction" : "column");
    cupel_json_name(w, "rows");
    cupel_json_put_count(w, p->rows);
    put_numbers(w, "at", p->at, p->n);
    put_line(p, &p->line[0], w);
    cupel_json_name(w, "single");
    cupel_json_open(w, '[');
    for (size_t i = 1; i < p->n_lines; i++) {
        cupel_json_open(w, '{');
        cupel_json_name(w, "formula");
        cupel_json_put_string(w, p->line[i].formula);
        cupel_json_name(w, "own");
        cupel_json_put_number(w, p->line[i].own);
        put_line(p, &p->line[i], w);
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
    cupel_json_close(w, '}');
}

/* Column of the plot in which x lies between low and high. */
static size_t place(double x, double low, double high)
{
    const double at = high > low ? (x - low) / (high - low) * (WIDTH - 1) : 0;
    return at > 0 ? at < WIDTH - 1 ? (size_t)(at + 0.5) : WIDTH - 1 : 0;
}

static void plot_line(const cupel_partial *p, const cupel_partial_line *l, cupel_str *out)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t q = 0; q < p->n; q++) low = fmin(low, fmin(l->value[q], l->lower[q])), high = fmax(high, fmax(l->value[q], l->upper[q]));
    if (low <= high) cupel_str_addf(out, "  %10s  %10s  %-*.4g%*.4g\n", p->element ? "share" : "at", "value", WIDTH / 2, low, WIDTH / 2, high);
    for (size_t q = 0; q < p->n; q++) {
        char bar[WIDTH + 1];
        memset(bar, ' ', WIDTH);
        bar[WIDTH] = '\0';
        if (!isnan(l->lower[q]) && !isnan(l->upper[q]))
            for (size_t k = place(l->lower[q], low, high); k <= place(l->upper[q], low, high); k++) bar[k] = '-';
        if (!isnan(l->value[q])) bar[place(l->value[q], low, high)] = 'o';
        const bool outside = l->inside[q] < 0.5;
        for (size_t k = WIDTH; !outside && k > 0 && bar[k - 1] == ' ';) bar[--k] = '\0';
        cupel_str_addf(out, "  %10.4g  %10.4g  %s%s\n", p->at[q], l->value[q], bar, outside ? "  outside the domain" : "");
    }
}

void cupel_partial_text(const cupel_partial *p, const char *property, const char *unit, cupel_str *out)
{
    const char *open = *unit ? " [" : "", *close = *unit ? "]" : "";
    const char *how = p->element ? " (atomic fraction, the others in their ratios)" : "";
    for (size_t i = 0; i < p->n_lines && i < SHOWN; i++) {
        cupel_str_addf(out, "\n%s%s%s%s by %s%s, ", property, open, unit, close, p->name, how);
        if (i) cupel_str_addf(out, "of %s (itself at %.4g)\n", *p->line[i].formula ? p->line[i].formula : "the first row", p->line[i].own);
        else cupel_str_addf(out, "mean of %zu rows with their 90 %% intervals\n", p->rows);
        plot_line(p, &p->line[i], out);
    }
}
