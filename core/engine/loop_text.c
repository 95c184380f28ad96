/* What telling came to, as JSON. */
#include "core/engine/loop.h"
#include "core/io/json.h"

/* Values that are far from all others, with the reason; the first CUPEL_TELL_DOUBTS of them. */
static void put_doubts(const cupel_tell_result *r, cupel_json_out *w)
{
    cupel_json_add_count(w, "doubted", r->n_doubts);
    cupel_json_name(w, "doubts");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < r->n_doubts && i < CUPEL_TELL_DOUBTS; i++) {
        const cupel_tell_doubt *d = &r->doubt[i];
        cupel_json_open(w, '{');
        cupel_json_add_count(w, "line", d->line);
        cupel_json_add_string(w, "goal", r->goal[d->goal]);
        cupel_json_add_number(w, "value", d->value);
        cupel_json_add_string(w, "reason", d->reason);
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
}

void cupel_tell_json(const cupel_tell_result *r, cupel_str *out)
{
    cupel_json_out w = {.s = out, .compact = true};
    cupel_json_open(&w, '{');
    cupel_json_add_count(&w, "added", r->added);
    cupel_json_add_count(&w, "resolved", r->resolved);
    cupel_json_add_count(&w, "repeated", r->repeated);
    cupel_json_add_count(&w, "conflicts", r->conflicts);
    cupel_json_add_count(&w, "withdrawn", r->withdrawn);
    cupel_json_add_count(&w, "measured", r->n_measured);
    cupel_json_add_count(&w, "failed", r->n_failed);
    cupel_json_add_count(&w, "under_way", r->n_pending);
    if (r->n_goals > 1) cupel_json_add_count(&w, "front", r->n_front);
    cupel_json_name(&w, "goals");
    cupel_json_open(&w, '[');
    for (size_t k = 0; k < r->n_goals; k++) {
        cupel_json_open(&w, '{');
        cupel_json_add_string(&w, "name", r->goal[k]);
        cupel_json_add_number(&w, "best", r->best[k]);
        cupel_json_add_number(&w, "noise", r->noise[k]);
        cupel_json_add_number(&w, "left_out_error", r->error[k]);
        cupel_json_close(&w, '}');
    }
    cupel_json_close(&w, ']');
    put_doubts(r, &w);
    cupel_json_add_count(&w, "left_out", r->n_bad);
    cupel_json_name(&w, "bad_rows");
    cupel_json_open(&w, '[');
    for (size_t i = 0; i < r->n_bad && i < CUPEL_TELL_BAD; i++) {
        cupel_json_open(&w, '{');
        cupel_json_add_string(&w, "reason", cupel_trial_reason_name(r->bad_reason[i]));
        cupel_json_name(&w, "text");
        cupel_json_put_text(&w, cupel_text_of(r->bad[i]));
        cupel_json_close(&w, '}');
    }
    cupel_json_close(&w, ']');
    cupel_json_name(&w, "reasons");
    cupel_json_open(&w, '{');
    for (size_t i = 1; i < CUPEL_TRIAL_REASONS; i++)
        if (r->reasons[i]) cupel_json_add_count(&w, cupel_trial_reason_name((cupel_trial_reason)i), r->reasons[i]);
    cupel_json_close(&w, '}');
    cupel_json_close(&w, '}');
    cupel_str_putc(out, '\n');
}
