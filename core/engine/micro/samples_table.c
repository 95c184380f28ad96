/* The sample as a table. */
#include "core/base/err.h"
#include "core/engine/micro/samples.h"
#include "core/io/csv.h"
#include "core/sys/file.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define ROOT_2 1.4142135623730951

typedef struct columns {
    cupel_micro_demand *d;
    cupel_micro_column *c;
    size_t n;
    bool failed;
} columns;

static void add(columns *k, const char *unit, const char *description, size_t at, double factor, const char *fmt, ...) CUPEL_PRINTF(6, 7);

static void add(columns *k, const char *unit, const char *description, size_t at, double factor, const char *fmt, ...)
{
    char name[256];
    va_list list;
    va_start(list, fmt);
    const int n = vsnprintf(name, sizeof name, fmt, list);
    va_end(list);
    const char *kept = n > 0 ? cupel_arena_text(&k->d->arena, name, (size_t)n < sizeof name ? (size_t)n : sizeof name - 1) : NULL;
    if (!kept || k->n == CUPEL_MICRO_COLUMNS_MAX) {
        k->failed = true;
        return;
    }
    k->c[k->n++] = (cupel_micro_column){kept, unit, description, at, factor};
}

/* Components in the order 11 22 33 23 13 12. */
static const size_t pair[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};

static void add_conductivity(columns *k, size_t at, const char *what, const char *description)
{
    for (size_t i = 0; i < 6; i++)
        add(k, k->d->k_shown.unit, description, at + 3 * pair[i][0] + pair[i][1], k->d->k_shown.factor, "%s %s%zu%zu",
            k->d->conduction->name, what, pair[i][0] + 1, pair[i][1] + 1);
}

static void add_stiffness(columns *k, size_t at, const char *what, const char *description)
{
    for (size_t i = 0; i < 6; i++)
        for (size_t j = i; j < 6; j++)
            add(k, k->d->c_shown.unit, description, at + 6 * i + j, k->d->c_shown.factor * (i < 3 ? 1 : 1 / ROOT_2) * (j < 3 ? 1 : 1 / ROOT_2),
                "stiffness %s%zu%zu", what, i + 1, j + 1);
}

static void add_expansion(columns *k, size_t at, const char *what, const char *description)
{
    for (size_t i = 0; i < 6; i++)
        add(k, k->d->alpha_shown.unit, description, at + i, k->d->alpha_shown.factor * (i < 3 ? 1 : 1 / ROOT_2), "expansion %s%zu%zu", what,
            pair[i][0] + 1, pair[i][1] + 1);
}

size_t cupel_micro_columns(cupel_micro_demand *d, const cupel_layout *l, cupel_micro_column column[CUPEL_MICRO_COLUMNS_MAX])
{
    columns k = {.d = d, .c = column};
    for (size_t p = 0; p < d->n_phases; p++)
        add(&k, "", "share of the volume that was solved", l->fraction + p, 1, "volume fraction %s", d->phase[p].name);
    if (d->needs_conduction) {
        add_conductivity(&k, l->k, "", "effective conductivity, extrapolated from two grids");
        add_conductivity(&k, l->k_error, "error ", "half width of the 95 % bar");
    }
    if (d->needs_elasticity) {
        add_stiffness(&k, l->c, "", "effective stiffness, Voigt component, extrapolated from two grids");
        add_stiffness(&k, l->c_error, "error ", "half width of the 95 % bar, Voigt component");
    }
    if (d->needs_expansion) {
        add_expansion(&k, l->alpha, "", "effective thermal expansion");
        add_expansion(&k, l->alpha_error, "error ", "half width of the 95 % bar");
    }
    for (size_t p = 0; p < d->n_phases; p++)
        for (size_t i = 0; i < CUPEL_STATS; i++)
            add(&k, cupel_stat_unit[i], "statistic of the voxels on the grid of the demand", l->stat + p * CUPEL_STATS + i, 1, "%s %s",
                cupel_stat_name[i], d->phase[p].name);
    add(&k, "", "iterations of the solver over all loads and grids", l->iterations, 1, "iterations");
    return k.failed ? 0 : k.n;
}

void cupel_ask_title(const cupel_ask *a, cupel_str *name, const char **unit, double *factor)
{
    cupel_str_addf(name, "%s%s", a->name, a->whole ? " distance" : "");
    *unit = cupel_ask_unit(a);
    *factor = cupel_ask_factor(a);
}

/* ---- CSV ---- */

static void put_head(const cupel_micro_demand *d, const cupel_micro_space *space, const cupel_micro_column *c, size_t n, cupel_str *s)
{
    cupel_str_puts(s, "sample,recipe");
    for (size_t i = 0; i < space->n; i++) cupel_csv_put_column(s, "", "%s", cupel_micro_space_param(space, i)->name);
    for (size_t i = 0; i < d->n_asks; i++) {
        cupel_str title = {0};
        const char *unit;
        double factor;
        cupel_ask_title(&d->ask[i], &title, &unit, &factor);
        cupel_str_puts(&title, " asked");
        cupel_csv_put_column(s, unit, "%s", cupel_str_text(&title));
        s->failed |= title.failed;
        cupel_str_free(&title);
    }
    for (size_t i = 0; i < n; i++) cupel_csv_put_column(s, c[i].unit, "%s", c[i].name);
    cupel_str_puts(s, ",reason\n");
}

static void put_row(const cupel_samples *t, const cupel_micro_demand *d, size_t row, const cupel_micro_column *c, size_t n, cupel_str *s)
{
    const double *figure = t->figure + row * t->layout.width;
    const cupel_micro_state state = cupel_layout_state(&t->layout, figure);
    cupel_str_addf(s, "%zu", row);
    cupel_csv_put(s, cupel_text_of(t->recipe[row]), ',', false);
    for (size_t i = 0; i < t->n_params; i++) cupel_csv_put_number(s, t->param[row * t->n_params + i]);
    for (size_t i = 0; i < d->n_asks; i++)
        cupel_csv_put_number(s, t->reason[row] ? (double)NAN : cupel_ask_factor(&d->ask[i]) * cupel_ask_value(d, &d->ask[i], &state));
    for (size_t i = 0; i < n; i++) cupel_csv_put_number(s, c[i].factor * figure[c[i].at]);
    cupel_csv_put(s, cupel_text_of(t->reason[row]), ',', false);
    cupel_str_putc(s, '\n');
}

cupel_status cupel_samples_csv(const cupel_samples *t, cupel_micro_demand *d, const cupel_micro_space *space, const char *path, cupel_err *err)
{
    cupel_micro_column column[CUPEL_MICRO_COLUMNS_MAX];
    cupel_status st = CUPEL_OK;
    cupel_str s = {0};
    const size_t n = cupel_micro_columns(d, &t->layout, column);
    if (!n) return cupel_no_memory(err, "the columns of a table", 0);
    put_head(d, space, column, n, &s);
    for (size_t i = 0; i < t->n; i++) put_row(t, d, i, column, n, &s);
    if (s.failed) CUPEL_TRY(cupel_no_memory(err, "a table", s.n));
    st = cupel_out_bytes(path, s.p, s.n, err);
done:
    cupel_str_free(&s);
    return st;
}
