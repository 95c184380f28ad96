#include "core/engine/micro/clock.h"

#include <math.h>

double cupel_clock_worked(const cupel_clock *c) { return cupel_now() - c->begin; }

void cupel_clock_set_back(cupel_clock *c, double worked) { c->begin = fmin(c->begin, cupel_now() - worked); }

double cupel_clock_until(const cupel_clock *c, double seconds) { return isfinite(seconds) ? c->begin + seconds : 0; }

bool cupel_clock_is_over(const cupel_clock *c, double more, double room) { return cupel_clock_worked(c) + more > room; }

void cupel_clock_note(const cupel_clock *c, cupel_cut_short what) { *c->cut |= (unsigned)what; }

bool cupel_clock_cuts(const cupel_clock *c, double more, double room, cupel_cut_short what)
{
    if (!cupel_clock_is_over(c, more, room)) return false;
    cupel_clock_note(c, what);
    return true;
}

/* ---- words ---- */

static const struct {
    cupel_cut_short bit;
    const char *what;
} part[] = {{CUPEL_CUT_LOOKING, "looking for starts"},
            {CUPEL_CUT_STEPS, "the steps of a start"},
            {CUPEL_CUT_STARTS, "other starts"},
            {CUPEL_CUT_VERIFYING, "verification"},
            {CUPEL_CUT_AFTER, "what is solved after the search"}};
enum { PARTS = sizeof part / sizeof *part };

void cupel_cut_words(unsigned cut, cupel_str *out)
{
    const char *gap = "";
    for (size_t i = 0; i < PARTS; i++) {
        if (!(cut & (unsigned)part[i].bit)) continue;
        cupel_str_addf(out, "%s%s", gap, part[i].what);
        gap = ", ";
    }
}

void cupel_cut_say(const cupel_micro_demand *d, const cupel_designs *found, cupel_str *out)
{
    if (!(d->budget_seconds < HUGE_VAL)) return;
    if (found->cut) {
        cupel_str_puts(out, "time decided: it cut short ");
        cupel_cut_words(found->cut, out);
        cupel_str_puts(out, "; another run may end elsewhere");
    } else if (!found->stopped) {
        cupel_str_puts(out, "time decided nothing: a longer budget, or none, gives the same bytes");
    }
}

void cupel_cut_put(const cupel_designs *found, cupel_json_out *w)
{
    cupel_json_name(w, "time_decided");
    cupel_json_put_bool(w, found->cut || found->stopped);
    cupel_json_name(w, "time_cut");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < PARTS; i++)
        if (found->cut & (unsigned)part[i].bit) cupel_json_put_string(w, part[i].what);
    if (found->stopped) cupel_json_put_string(w, "interrupted");
    cupel_json_close(w, ']');
}
