/* Campaigns in words and as JSON. */
#include "core/engine/campaigns.h"
#include "core/io/json.h"

#include <math.h>
#include <stdio.h>

/* A count that is larger than `most` is not known: "> 40". */
static void put_counts(cupel_str *s, const char *what, const double count[3], size_t most)
{
    char text[3][32];
    for (int q = 0; q < 3; q++) {
        if (count[q] > (double)most) snprintf(text[q], sizeof text[q], "> %zu", most);
        else snprintf(text[q], sizeof text[q], "%.4g", count[q]);
    }
    cupel_str_addf(s, "%-28s %8s %8s %8s\n", what, text[1], text[0], text[2]);
}

static void put_head(const cupel_campaigns *r, cupel_str *s)
{
    cupel_str_addf(s, "%zu experiments of %zu inputs (%zu measurements), ", r->n, r->n_inputs, r->n_rows);
    for (size_t k = 0; k < r->n_goals; k++)
        cupel_str_addf(s, "%s%s: the %s is %g", k ? "; " : "", r->goal[k], r->maximize[k] ? "largest" : "smallest", r->best[k]);
    if (r->n_goals > 1) cupel_str_addf(s, "; %zu make the front", r->n_front);
    cupel_str_putc(s, '\n');
}

static void put_found(const cupel_campaigns *r, cupel_str *s)
{
    char until[64];
    snprintf(until, sizeof until, r->n_goals > 1 ? "experiments until %.0f %% of it" : "experiments until it is found", 100 * CUPEL_CAMPAIGN_FOUND);
    cupel_str_addf(s, "%-28s %8s %8s %8s\n", until, "median", "quarter", "3 of 4");
    put_counts(s, "chosen by the loop", r->count, r->most);
    put_counts(s, "by chance", r->chance, r->most);
    if (r->n_found < r->n_seeds)
        cupel_str_addf(s, "%zu of %zu campaigns did not find it within %zu experiments\n", r->n_seeds - r->n_found, r->n_seeds, r->most);
}

void cupel_campaigns_table(const cupel_campaigns *r, cupel_str *s)
{
    const bool several = r->n_goals > 1;
    put_head(r, s);
    if (!several) put_found(r, s);
    if (several)
        cupel_str_addf(s, "share of the volume that all of them dominate (each goal by its range, from its worst value), mean and deviation of %zu "
                          "campaigns\n", r->n_seeds);
    for (size_t i = 4; i < r->most; i = i * 2 + 2) { /* after 5, 11, 23, ... */
        if (several)
            cupel_str_addf(s, "after %-4zu experiments         %.3f +- %.3f loop, %.3f +- %.3f chance\n", i + 1, r->loop.mean[i],
                           r->loop.deviation[i], r->random.mean[i], r->random.deviation[i]);
        else cupel_str_addf(s, "best after %-4zu experiments    %10.5g loop, %10.5g chance\n", i + 1, r->loop.middle[i], r->random.middle[i]);
    }
    if (several) put_found(r, s);
}

static void put_numbers(cupel_json_out *w, const char *name, const double *x, size_t n)
{
    cupel_json_name(w, name);
    cupel_json_open(w, '[');
    for (size_t i = 0; i < n; i++) cupel_json_put_number(w, x[i]);
    cupel_json_close(w, ']');
}

static void put_course(cupel_json_out *w, const char *name, const double count[3], const cupel_course *c, size_t n)
{
    double known[3]; /* null: not found within n experiments */
    for (int q = 0; q < 3; q++) known[q] = count[q] > (double)n ? (double)NAN : count[q];
    cupel_json_name(w, name);
    cupel_json_open(w, '{');
    put_numbers(w, "experiments", known, 3);
    put_numbers(w, "low", c->low, n);
    put_numbers(w, "median", c->middle, n);
    put_numbers(w, "high", c->high, n);
    put_numbers(w, "mean", c->mean, n);
    put_numbers(w, "deviation", c->deviation, n);
    cupel_json_close(w, '}');
}

static void put_goals(cupel_json_out *w, const cupel_campaigns *r)
{
    cupel_json_name(w, "goals");
    cupel_json_open(w, '[');
    for (size_t k = 0; k < r->n_goals; k++) {
        cupel_json_open(w, '{');
        cupel_json_name(w, "name");
        cupel_json_put_string(w, r->goal[k]);
        cupel_json_name(w, "maximize");
        cupel_json_put_bool(w, r->maximize[k]);
        cupel_json_name(w, "best");
        cupel_json_put_number(w, r->best[k]);
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
}

void cupel_campaigns_json(const cupel_campaigns *r, cupel_str *s)
{
    cupel_json_out w = {.s = s, .compact = true};
    cupel_json_open(&w, '{');
    put_goals(&w, r);
    cupel_json_name(&w, "of");
    cupel_json_put_string(&w, r->n_goals > 1 ? "share of the dominated volume" : "best value so far");
    if (r->n_goals == 1) {
        cupel_json_name(&w, "goal");
        cupel_json_put_string(&w, r->goal[0]);
    } else {
        cupel_json_name(&w, "front");
        cupel_json_put_count(&w, r->n_front);
        cupel_json_name(&w, "found_from");
        cupel_json_put_number(&w, CUPEL_CAMPAIGN_FOUND);
    }
    cupel_json_name(&w, "candidates");
    cupel_json_put_count(&w, r->n);
    cupel_json_name(&w, "campaigns");
    cupel_json_put_count(&w, r->n_seeds);
    cupel_json_name(&w, "found");
    cupel_json_put_count(&w, r->n_found);
    cupel_json_name(&w, "most");
    cupel_json_put_count(&w, r->most);
    if (r->n_goals == 1) {
        cupel_json_name(&w, "best");
        cupel_json_put_number(&w, r->best[0]);
    }
    put_course(&w, "loop", r->count, &r->loop, r->most);
    put_course(&w, "chance", r->chance, &r->random, r->most);
    cupel_json_close(&w, '}');
    cupel_str_putc(s, '\n');
}
