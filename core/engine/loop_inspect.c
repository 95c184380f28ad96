#include "core/engine/loop_inspect.h"

#include "core/base/err.h"
#include "core/engine/loop.h"
#include "core/io/csv.h"

static const char *const states[] = {[CUPEL_TRIAL_MEASURED] = "measured", [CUPEL_TRIAL_FAILED] = "failed", [CUPEL_TRIAL_PENDING] = "under way",
                                     [CUPEL_TRIAL_WITHDRAWN] = "withdrawn"};
static const char *const keys[] = {[CUPEL_TRIAL_MEASURED] = "measured", [CUPEL_TRIAL_FAILED] = "failed", [CUPEL_TRIAL_PENDING] = "under_way",
                                   [CUPEL_TRIAL_WITHDRAWN] = "withdrawn"};
enum { N_STATES = sizeof states / sizeof *states };

static size_t count_of(const cupel_loop *l, size_t state)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++) n += l->state[i] == state;
    return n;
}

static void put_experiment(const cupel_loop *l, size_t i, cupel_json_out *w)
{
    double x;
    cupel_json_open(w, '{');
    cupel_json_add_string(w, "state", states[l->state[i]]);
    if (*l->id[i]) cupel_json_add_string(w, "id", l->id[i]);
    for (size_t k = 0; k < l->header.n; k++) {
        const cupel_text c = cupel_text_of(l->cell[i * l->header.n + k]);
        cupel_json_name(w, l->header.name[k]);
        if (!c.n) cupel_json_put_null(w);
        else if (cupel_parse_double(c, &x)) cupel_json_put_number(w, x);
        else cupel_json_put_text(w, c);
    }
    cupel_json_close(w, '}');
}

cupel_status cupel_loop_inspect_json(const char *path, cupel_json_out *w, cupel_err *err)
{
    cupel_loop l = {0};
    cupel_status st = cupel_loop_open(path, &l, err);
    if (st != CUPEL_OK) return st;
    for (size_t k = 0; k < N_STATES; k++) cupel_json_add_count(w, keys[k], count_of(&l, k));
    cupel_json_name(w, "goals");
    cupel_json_open(w, '[');
    for (size_t k = 0; k < l.n_goals; k++) {
        cupel_json_open(w, '{');
        cupel_json_add_string(w, "name", l.header.name[l.n_inputs + k]);
        cupel_json_name(w, "maximize");
        cupel_json_put_bool(w, l.maximize[k]);
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
    cupel_json_name(w, "experiments");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < l.n; i++) put_experiment(&l, i, w);
    cupel_json_close(w, ']');
    cupel_loop_release(&l);
    return CUPEL_OK;
}

cupel_status cupel_loop_inspect_lines(const char *path, cupel_str *out, cupel_err *err)
{
    cupel_loop l = {0};
    cupel_status st = cupel_loop_open(path, &l, err);
    if (st != CUPEL_OK) return st;
    for (size_t k = 0; k < N_STATES; k++) cupel_str_addf(out, "%-24s %zu\n", states[k], count_of(&l, k));
    for (size_t k = 0; k < l.n_goals; k++)
        cupel_str_addf(out, "%-24s %s, as %s as possible\n", "goal", l.header.name[l.n_inputs + k], l.maximize[k] ? "large" : "small");
    cupel_str_puts(out, "the experiments are listed by --rows (csv) and --format json\n");
    cupel_loop_release(&l);
    return CUPEL_OK;
}

cupel_status cupel_loop_inspect_rows(const char *path, cupel_str *out, cupel_err *err)
{
    cupel_loop l = {0};
    cupel_status st = cupel_loop_open(path, &l, err);
    if (st != CUPEL_OK) return st;
    cupel_str_puts(out, "state,id");
    for (size_t k = 0; k < l.header.n; k++) cupel_csv_put(out, cupel_text_of(l.header.name[k]), ',', false);
    cupel_str_putc(out, '\n');
    for (size_t i = 0; i < l.n; i++) {
        cupel_str_puts(out, states[l.state[i]]);
        cupel_csv_put(out, cupel_text_of(l.id[i]), ',', false);
        for (size_t k = 0; k < l.header.n; k++) cupel_csv_put(out, cupel_text_of(l.cell[i * l.header.n + k]), ',', false);
        cupel_str_putc(out, '\n');
    }
    cupel_loop_release(&l);
    return out->failed ? cupel_no_memory(err, "the experiments of a loop", 0) : CUPEL_OK;
}
