/* The refusal in words: the inequality that is broken, with its numbers, and the nearest request that is not ruled out. */
#include "core/engine/micro/outer_words.h"

#include "core/engine/micro/fractions.h"

#include <math.h>

const char *cupel_outer_name(cupel_outer_bound b)
{
    switch (b) {
    case CUPEL_OUTER_VOIGT: return "the bounds of Voigt and Reuss (arithmetic mean)";
    case CUPEL_OUTER_REUSS: return "the bounds of Voigt and Reuss (harmonic mean)";
    case CUPEL_OUTER_TRACE_LOW:
    case CUPEL_OUTER_TRACE_HIGH: return "the trace bounds of two-phase conductors (Murat, Tartar; Lurie, Cherkaev)";
    case CUPEL_OUTER_HS_LOW:
    case CUPEL_OUTER_HS_HIGH: return "the bounds of Hashin and Shtrikman";
    case CUPEL_OUTER_HILL: return "the bounds of Hashin and Shtrikman with those of Voigt and Reuss (Hill's mean)";
    case CUPEL_OUTER_LEVIN: return "what Levin's relation and the bounds of Voigt and Reuss leave to the expansion";
    default: return "what such a number can be";
    }
}

static void put_vector(cupel_str *s, const double *v, size_t n)
{
    cupel_str_putc(s, '(');
    for (size_t i = 0; i < n; i++) cupel_str_addf(s, "%s%.3g", i ? " " : "", fabs(v[i]) < 5e-4 ? 0 : v[i]);
    cupel_str_putc(s, ')');
}

void cupel_outer_say_tensor(const cupel_outer *o, const cupel_outer_gap *g, cupel_str *s)
{
    const cupel_bounds *k = &o->k;
    const char *what = g->order == 3 ? o->d->conduction->name : g->what;
    switch (g->bound) {
    case CUPEL_OUTER_VOIGT:
    case CUPEL_OUTER_REUSS:
        cupel_str_puts(s, g->order == 6 ? "under the Mandel strain " : "along ");
        put_vector(s, g->along, g->order);
        cupel_str_addf(s, " it has %.5g %s %.5g, the %s mean of the phases", g->found, g->bound == CUPEL_OUTER_VOIGT ? ">" : "<", g->allowed,
                       g->bound == CUPEL_OUTER_VOIGT ? "arithmetic" : "harmonic");
        break;
    case CUPEL_OUTER_TRACE_LOW:
        cupel_str_addf(s, "sum 1/(l_i - k1) = %.5g > %.5g = 1/(kh - k1) + 2/(ka - k1), where k1 = %.4g, kh = %.4g, ka = %.4g", g->found, g->allowed,
                       k->k1, k->kh, k->ka);
        break;
    case CUPEL_OUTER_TRACE_HIGH:
        cupel_str_addf(s, "sum 1/(k2 - l_i) = %.5g > %.5g = 1/(k2 - kh) + 2/(k2 - ka), where k2 = %.4g, kh = %.4g, ka = %.4g", g->found, g->allowed,
                       k->k2, k->kh, k->ka);
        break;
    case CUPEL_OUTER_HS_LOW: cupel_str_addf(s, "its %s %.5g < %.5g, the least of isotropic mixtures", what, g->found, g->allowed); break;
    case CUPEL_OUTER_HS_HIGH: cupel_str_addf(s, "its %s %.5g > %.5g, the largest of isotropic mixtures", what, g->found, g->allowed); break;
    default:
        if (*g->what) {
            cupel_str_addf(s, "its %s %.5g %s %.5g", g->what, g->found, g->found > g->allowed ? ">" : "<", g->allowed);
            break;
        }
        cupel_str_puts(s, "component ");
        put_vector(s, g->along, g->order);
        cupel_str_addf(s, " %.5g %s %.5g", g->found, g->found > g->allowed ? ">" : "<", g->allowed);
    }
}

void cupel_outer_say_nearest(const cupel_outer *o, const cupel_ask *a, cupel_str *s)
{
    double t[36];
    if (!cupel_outer_nearest(o, a, t)) return;
    cupel_str_puts(s, ", or the tensor [");
    for (size_t i = 0; i < a->order; i++) {
        cupel_str_puts(s, i ? "; " : "");
        for (size_t j = a->order == 6 ? i : 0; j < a->order; j++)
            cupel_str_addf(s, "%s%.4g", j > (a->order == 6 ? i : 0) ? " " : "",
                           fabs(t[i * a->order + j]) < 1e-6 * fabs(t[0]) ? 0 : t[i * a->order + j]);
    }
    cupel_str_puts(s, a->order == 6 ? "] (Mandel, upper triangle)" : "]");
}

void cupel_outer_say_fractions(const cupel_outer *o, const double *low, const double *high, cupel_str *s)
{
    const cupel_micro_demand *d = o->d;
    double l[CUPEL_MICRO_PHASES_MAX], h[CUPEL_MICRO_PHASES_MAX];
    bool space = false;
    if (d->n_phases == 1) return;
    (void)cupel_fractions_allowed(d, l, h, &space, NULL);
    if (d->n_phases == 2 && high[1] - low[1] < 1e-9) {
        cupel_str_addf(s, " at the volume fraction that is allowed, %.4g of %s", low[1], d->phase[1].name);
    } else {
        cupel_str_puts(s, " at every volume fraction that is allowed");
        if (d->n_phases == 2) cupel_str_addf(s, ", %.4g to %.4g of %s", low[1], high[1], d->phase[1].name);
    }
    if (space) cupel_str_puts(s, " (what the space has)");
}
