#include "core/engine/suggest_domain.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/matter/columns.h"

#include <math.h>

/* Share of the range of the results by which an input may be beyond them; rounding; picks that are named. */
static const double BEYOND = 0.5, ROUNDING = 1e-9;
enum { NAMED = 3 };

/* The first input in which x [d] is outside of the known; inputs.n: in none. */
static size_t outside_in(const cupel_inputs *in, const double *known, size_t n, const double *x)
{
    for (size_t c = 0; c < in->n; c++)
        for (size_t k = in->column[c].first; k < in->column[c].first + in->column[c].width; k++) {
            double low = INFINITY, high = -INFINITY;
            for (size_t i = 0; i < n; i++) {
                low = fmin(low, known[i * in->d + k]);
                high = fmax(high, known[i * in->d + k]);
            }
            const double margin = BEYOND * (high - low) + ROUNDING;
            if (x[k] < low - margin || x[k] > high + margin) return c;
        }
    return in->n;
}

static void say_outside(const cupel_suggestion *s, size_t row, size_t input, const cupel_job *job)
{
    static const char *const what[] = {[CUPEL_INPUT_NUMBER] = "far outside of the results", [CUPEL_INPUT_WORD] = "which no result has",
                                       [CUPEL_INPUT_FORMULA] = "with elements that no result has, or far from the results in their properties"};
    const cupel_trial_table *t = &s->pool;
    const char *name = s->inputs.column[input].name;
    const cupel_text c = cupel_text_trim(cupel_cell(&t->records, row, cupel_header_find(&t->header, name)));
    cupel_say(job, CUPEL_WARNING, "a pick has '%s' '%.*s', %s: what is expected of it is a guess (in_domain 0)", name,
              cupel_shown(c.n, 60), c.p,
              what[s->inputs.column[input].kind]);
}

cupel_status cupel_suggest_domain(cupel_suggestion *s, const double *known, size_t n, const cupel_job *job, cupel_err *err)
{
    size_t n_outside = 0;
    if (!s->choice.modelled) return CUPEL_OK;
    s->in_domain = cupel_alloc(s->choice.n, sizeof *s->in_domain);
    if (!s->in_domain) return cupel_no_memory(err, "picks", s->choice.n);
    for (size_t i = 0; i < s->choice.n; i++) {
        const size_t row = s->row[s->choice.pick[i].row];
        const size_t c = outside_in(&s->inputs, known, n, s->inputs.x[0] + row * s->inputs.d);
        s->in_domain[i] = c == s->inputs.n;
        if (!s->in_domain[i] && n_outside++ < NAMED) say_outside(s, row, c, job);
    }
    if (n_outside > NAMED) cupel_say(job, CUPEL_WARNING, "so have %zu more picks", n_outside - NAMED);
    return CUPEL_OK;
}
