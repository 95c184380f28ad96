/* Checks of one composition. The passing case does as little as possible: a demand may ask it of 10^8 candidates. */
#include "core/matter/constraint_parts.h"

#include <math.h>
#include <stdio.h>

typedef cupel_constraint_result result;

static void check_listed(const cupel_constraint *c, const cupel_composition *comp, result *r)
{
    bool want = c->rule == RULE_ALLOWED;
    for (unsigned i = 0; i < comp->n; i++)
        if (c->listed[comp->z[i]] != want) {
            r->verdict = CUPEL_FAIL;
            r->z = comp->z[i];
            return;
        }
}

static void check_required(const cupel_constraint *c, const cupel_composition *comp, result *r)
{
    unsigned found = 0;
    for (unsigned i = 0; i < comp->n; i++) found += c->listed[comp->z[i]];
    if (found == c->n_listed) return;
    r->verdict = CUPEL_FAIL;
    for (unsigned z = 1; z < CONSTRAINT_ROWS && !r->z; z++)
        if (c->listed[z] && !(cupel_composition_amount(comp, z) > 0)) r->z = (unsigned char)z;
}

static void judge(const cupel_constraint *c, double figure, result *r)
{
    r->figure = figure;
    if (!(figure >= c->min && figure <= c->max)) r->verdict = CUPEL_FAIL;
}

/* A value is unknown: what is known may be too much already, as no table has negative values. */
static void judge_unknown(const cupel_constraint *c, double at_least, result *r)
{
    r->unknown = true;
    r->figure = NAN;
    r->verdict = at_least > c->max ? CUPEL_FAIL : c->pass_unknown ? CUPEL_PASS : CUPEL_UNKNOWN;
}

static double known_part(const cupel_constraint *c, const cupel_composition *comp, unsigned char *z)
{
    double mass = 0, sum = 0;
    for (unsigned i = 0; i < comp->n; i++) {
        unsigned e = comp->z[i];
        mass += comp->amount[i] * c->weight[e];
        if (!isnan(c->burden[e]))
            sum += comp->amount[i] * c->burden[e];
        else if (!*z)
            *z = (unsigned char)e;
    }
    return sum / mass;
}

static void check_mean(const cupel_constraint *c, const cupel_composition *comp, result *r)
{
    double mass = 0, sum = 0;
    for (unsigned i = 0; i < comp->n; i++) {
        mass += comp->amount[i] * c->weight[comp->z[i]];
        sum += comp->amount[i] * c->burden[comp->z[i]];
    }
    if (isnan(sum))
        judge_unknown(c, known_part(c, comp, &r->z), r);
    else
        judge(c, sum / mass, r);
}

static void check_scarcest(const cupel_constraint *c, const cupel_composition *comp, result *r)
{
    double least = INFINITY;
    unsigned char scarcest = 0, unknown = 0;
    for (unsigned i = 0; i < comp->n; i++) {
        double x = c->value[comp->z[i]];
        if (isnan(x) && !unknown) unknown = comp->z[i];
        if (x < least) least = x, scarcest = comp->z[i];
    }
    r->z = scarcest;
    if (unknown && least >= c->min) {
        r->z = unknown;
        judge_unknown(c, 0, r);
    } else {
        judge(c, least, r);
    }
}

enum { CHROMIUM = 24 };

static void check_share(const cupel_constraint *c, const cupel_composition *comp, result *r)
{
    double mass = 0, worst = 0;
    bool chromium = false;
    for (unsigned i = 0; i < comp->n; i++) mass += comp->amount[i] * c->weight[comp->z[i]];
    r->figure = 0;
    for (unsigned i = 0; i < comp->n; i++) {
        unsigned z = comp->z[i];
        if (isnan(c->value[z])) continue; /* not restricted */
        double share = 100 * comp->amount[i] * c->weight[z] / mass;
        bool over = share > c->value[z];
        if (z == CHROMIUM) { /* only Cr(VI) is restricted, which a formula does not tell */
            chromium = over;
            continue;
        }
        if (over) r->verdict = CUPEL_FAIL;
        if (share / c->value[z] <= worst) continue;
        worst = share / c->value[z];
        r->figure = share;
        r->z = (unsigned char)z;
    }
    if (!chromium || r->verdict == CUPEL_FAIL) return;
    r->unknown = true;
    r->z = CHROMIUM;
    r->verdict = c->pass_unknown ? CUPEL_PASS : CUPEL_UNKNOWN;
}

static void check_flag(const cupel_constraint *c, const cupel_composition *comp, result *r)
{
    for (unsigned i = 0; i < comp->n; i++) {
        double x = c->value[comp->z[i]];
        if (x > 0) {
            r->verdict = CUPEL_FAIL;
            r->unknown = false;
            r->z = comp->z[i];
            return;
        }
        if (!isnan(x) || r->unknown) continue;
        r->verdict = c->pass_unknown ? CUPEL_PASS : CUPEL_UNKNOWN;
        r->unknown = true;
        r->z = comp->z[i];
    }
}

static void check_charge(const cupel_constraint *c, const cupel_composition *comp, result *r)
{
    r->verdict = cupel_charge_neutral(c, comp, &r->z);
    if (r->verdict != CUPEL_UNKNOWN) return;
    r->unknown = true;
    if (c->pass_unknown) r->verdict = CUPEL_PASS;
}

void cupel_constraint_check(const cupel_constraint *c, const cupel_composition *comp, cupel_constraint_result *r)
{
    r->verdict = CUPEL_PASS;
    r->figure = NAN;
    r->z = 0;
    r->unknown = false;
    switch (c->rule) {
    case RULE_ALLOWED:
    case RULE_FORBIDDEN: check_listed(c, comp, r); break;
    case RULE_REQUIRED: check_required(c, comp, r); break;
    case RULE_COUNT: judge(c, comp->n, r); break;
    case RULE_MEAN: check_mean(c, comp, r); break;
    case RULE_SCARCEST: check_scarcest(c, comp, r); break;
    case RULE_SHARE: check_share(c, comp, r); break;
    case RULE_FLAG: check_flag(c, comp, r); break;
    case RULE_CHARGE: check_charge(c, comp, r); break;
    }
}

bool cupel_constraint_allows(const cupel_constraint *c, unsigned z)
{
    if (z < 1 || z >= CONSTRAINT_ROWS) return false;
    switch (c->rule) {
    case RULE_ALLOWED: return c->listed[z];
    case RULE_FORBIDDEN: return !c->listed[z];
    case RULE_MEAN: return c->pass_unknown || !isnan(c->value[z]);
    case RULE_SCARCEST: return isnan(c->value[z]) ? c->pass_unknown : c->value[z] >= c->min;
    case RULE_FLAG: return isnan(c->value[z]) ? c->pass_unknown : !(c->value[z] > 0);
    default: return true;
    }
}

bool cupel_constraint_impossible(const cupel_constraint *c, const bool allowed[CUPEL_Z_MAX + 1], char why[CUPEL_CONSTRAINT_TEXT])
{
    unsigned least = 0, greatest = 0;
    if (c->pass_unknown || (c->rule != RULE_MEAN && c->rule != RULE_SCARCEST)) return false;
    for (unsigned z = 1; z < CONSTRAINT_ROWS; z++) {
        if (!allowed[z] || isnan(c->value[z])) continue;
        if (!least || c->value[z] < c->value[least]) least = z;
        if (!greatest || c->value[z] > c->value[greatest]) greatest = z;
    }
    if (least && c->max < c->value[least])
        snprintf(why, CUPEL_CONSTRAINT_TEXT, "%s at most %g %s, and the least of all allowed elements is %.4g (%s)", c->label, c->max, c->unit,
                 c->value[least], cupel_element_symbol(least));
    else if (greatest && c->min > c->value[greatest])
        snprintf(why, CUPEL_CONSTRAINT_TEXT, "%s at least %g %s, and the most of all allowed elements is %.4g (%s)", c->label, c->min, c->unit,
                 c->value[greatest], cupel_element_symbol(greatest));
    else
        return false;
    return true;
}

bool cupel_constraint_requires(const cupel_constraint *c, unsigned z)
{
    return z >= 1 && z < CONSTRAINT_ROWS && c->rule == RULE_REQUIRED && c->listed[z];
}

/* ---- reasons ---- */

static const char *element_reason(const cupel_constraint *c, const cupel_composition *comp, const result *r, char *buf, size_t n)
{
    const char *symbol = cupel_element_symbol(r->z);
    if (c->rule == RULE_REQUIRED)
        snprintf(buf, n, "lacks %s", symbol);
    else if (c->rule == RULE_COUNT)
        snprintf(buf, n, "%u element%s, %s than %g", comp->n, comp->n == 1 ? "" : "s", comp->n > c->max ? "more" : "fewer",
                 comp->n > c->max ? c->max : c->min);
    else
        snprintf(buf, n, c->rule == RULE_ALLOWED ? "contains %s, which is not allowed" : "contains %s", symbol);
    return buf;
}

static const char *figure_reason(const cupel_constraint *c, const result *r, double known, char *buf, size_t n)
{
    const char *symbol = cupel_element_symbol(r->z), *gap = c->unit[0] ? " " : "";
    double figure = r->unknown ? known : r->figure, limit = figure > c->max ? c->max : c->min;
    bool of_element = c->rule == RULE_SCARCEST;
    if (r->unknown && r->verdict != CUPEL_FAIL)
        snprintf(buf, n, "no %s for %s", c->label, symbol);
    else
        snprintf(buf, n, "%s%s%s %s%.4g %c %.4g%s%s", c->label, of_element ? " of " : "", of_element ? symbol : "",
                 r->unknown ? "at least " : "", figure, figure > c->max ? '>' : '<', limit, gap, c->unit);
    return buf;
}

static const char *charge_reason(const result *r, char *buf, size_t n)
{
    if (r->z)
        snprintf(buf, n, "no oxidation states or electronegativity for %s", cupel_element_symbol(r->z));
    else if (r->unknown)
        snprintf(buf, n, "too many combinations of oxidation states to try");
    else
        snprintf(buf, n, "no neutral combination of oxidation states with the cations less electronegative");
    return buf;
}

const char *cupel_constraint_reason(const cupel_constraint *c, const cupel_composition *comp, const cupel_constraint_result *r,
                                    char buf[CUPEL_CONSTRAINT_TEXT])
{
    enum { N = CUPEL_CONSTRAINT_TEXT };
    unsigned char z = 0;
    buf[0] = '\0';
    if (r->verdict == CUPEL_PASS && !r->unknown) return buf;
    switch (c->rule) {
    case RULE_MEAN: return figure_reason(c, r, r->unknown ? known_part(c, comp, &z) : 0, buf, N);
    case RULE_SCARCEST: return figure_reason(c, r, 0, buf, N);
    case RULE_CHARGE: return charge_reason(r, buf, N);
    case RULE_SHARE:
        if (r->unknown)
            snprintf(buf, N, "Cr above %g %%: restricted where it is hexavalent", c->value[CHROMIUM]);
        else
            snprintf(buf, N, "%s %.4g %% > %g %% by mass", cupel_element_symbol(r->z), r->figure, c->value[r->z]);
        return buf;
    case RULE_FLAG:
        snprintf(buf, N, r->unknown ? "not known whether %s is %s" : "%s is %s", cupel_element_symbol(r->z), c->label);
        return buf;
    default: return element_reason(c, comp, r, buf, N);
    }
}
