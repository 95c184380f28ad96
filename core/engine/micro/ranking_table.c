/* The ranking as a table. */
#include "core/base/err.h"
#include "core/engine/micro/ranking.h"
#include "core/io/csv.h"
#include "core/sys/file.h"

#include <math.h>

static void put_head(const cupel_micro_demand *d, const cupel_micro_space *space, cupel_str *s)
{
    cupel_str_puts(s, "rank,recipe,meets,probability");
    for (int verified = 0; verified < 2; verified++)
        for (size_t a = 0; a < d->n_asks; a++) {
            cupel_str title = {0};
            const char *unit;
            double factor;
            cupel_ask_title(&d->ask[a], &title, &unit, &factor);
            const char *name = cupel_str_text(&title);
            cupel_csv_put_column(s, unit, "%s%s", verified ? "verified " : "", name);
            cupel_csv_put_column(s, unit, "%s %s", name, verified ? "error" : "lower");
            cupel_csv_put_column(s, verified ? "" : unit, "%s %s", name, verified ? "met" : "upper");
            s->failed |= title.failed;
            cupel_str_free(&title);
        }
    for (size_t p = 0; p < d->n_phases; p++) cupel_csv_put_column(s, "", "volume fraction of %s", d->phase[p].name);
    for (size_t i = 0; i < space->n; i++) cupel_csv_put_column(s, "", "%s", cupel_micro_space_param(space, i)->name);
    cupel_str_puts(s, ",reason\n");
}

static void put_verified(const cupel_ranked *x, const cupel_ask *ask, size_t a, cupel_str *s)
{
    const double factor = cupel_ask_factor(ask);
    cupel_csv_put_number(s, x->verified ? factor * x->value[a] : (double)NAN);
    cupel_csv_put_number(s, x->verified ? factor * x->error[a] : (double)NAN);
    const bool window = ask->whole || ask->min > -HUGE_VAL || ask->max < HUGE_VAL; /* a goal alone cannot be missed */
    cupel_csv_put(s, cupel_text_of(x->verified && window ? cupel_verdict_word[x->verdict[a]] : ""), ',', false);
}

static void put_row(const cupel_micro_ranking *r, const cupel_micro_demand *d, const cupel_layout *l, size_t i, cupel_str *s)
{
    const cupel_ranked *x = &r->row[i];
    const cupel_micro_forecast *f = &x->forecast;
    cupel_str_addf(s, "%zu", i + 1);
    cupel_csv_put(s, cupel_text_of(x->recipe), ',', false);
    cupel_csv_put(s, cupel_text_of(x->verified ? cupel_verdict_word[x->all] : ""), ',', false);
    cupel_csv_put_number(s, f->chance);
    for (size_t a = 0; a < d->n_asks; a++) {
        const double factor = cupel_ask_factor(&d->ask[a]);
        cupel_csv_put_number(s, factor * f->value[a]);
        cupel_csv_put_number(s, factor * f->lower[a]);
        cupel_csv_put_number(s, factor * f->upper[a]);
    }
    for (size_t a = 0; a < d->n_asks; a++) put_verified(x, &d->ask[a], a, s);
    for (size_t p = 0; p < d->n_phases; p++) cupel_csv_put_number(s, x->verified ? x->figure[l->fraction + p] : f->fraction[p]);
    for (size_t k = 0; k < r->n_params; k++) cupel_csv_put_number(s, x->param[k]);
    cupel_csv_put(s, cupel_text_of(x->reason), ',', false);
    cupel_str_putc(s, '\n');
}

cupel_status cupel_micro_ranking_csv(const cupel_micro_ranking *r, const cupel_micro_demand *d, const cupel_micro_space *space, const char *path,
                                     cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str s = {0};
    cupel_layout l;
    cupel_layout_of(d, &l);
    put_head(d, space, &s);
    for (size_t i = 0; i < r->n; i++) put_row(r, d, &l, i, &s);
    if (s.failed) CUPEL_TRY(cupel_no_memory(err, "a ranking", s.n));
    st = cupel_out_bytes(path, s.p, s.n, err);
done:
    cupel_str_free(&s);
    return st;
}
