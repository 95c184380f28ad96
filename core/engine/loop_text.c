/* What telling came to, as JSON. */
#include "core/engine/loop.h"
#include "core/io/json.h"

static void put_count(cupel_json_out *w, const char *name, size_t n)
{
    cupel_json_name(w, name);
    cupel_json_put_count(w, n);
}

static void put_number(cupel_json_out *w, const char *name, double x)
{
    cupel_json_name(w, name);
    cupel_json_put_number(w, x);
}

void cupel_tell_json(const cupel_tell_result *r, cupel_str *out)
{
    cupel_json_out w = {.s = out, .compact = true};
    cupel_json_open(&w, '{');
    put_count(&w, "added", r->added);
    put_count(&w, "resolved", r->resolved);
    put_count(&w, "repeated", r->repeated);
    put_count(&w, "conflicts", r->conflicts);
    put_count(&w, "withdrawn", r->withdrawn);
    put_count(&w, "measured", r->n_measured);
    put_count(&w, "failed", r->n_failed);
    put_count(&w, "under_way", r->n_pending);
    if (r->n_goals > 1) put_count(&w, "front", r->n_front);
    cupel_json_name(&w, "goals");
    cupel_json_open(&w, '[');
    for (size_t k = 0; k < r->n_goals; k++) {
        cupel_json_open(&w, '{');
        cupel_json_name(&w, "name");
        cupel_json_put_string(&w, r->goal[k]);
        put_number(&w, "best", r->best[k]);
        put_number(&w, "noise", r->noise[k]);
        put_number(&w, "left_out_error", r->error[k]);
        cupel_json_close(&w, '}');
    }
    cupel_json_close(&w, ']');
    cupel_json_close(&w, '}');
    cupel_str_putc(out, '\n');
}
