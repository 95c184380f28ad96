#include "core/matter/meant.h"

#include "core/matter/formula.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* '#': a digit. A name is the whole pattern, or begins with it where it ends in '*'; letters in either case behind a '~'. */
typedef struct grade {
    const char *pattern, *what;
} grade;

/* Those that read as formulas, in at most READS characters: none that is a molecule (C60, D2). */
enum { READS = 9 };
static const grade readable[] = {
    {"SUS###", "a stainless steel (JIS)"},
    {"SUH##", "a heat-resisting steel (JIS)"},
    {"SKD#", "a tool steel (JIS)"},
    {"SKD##", "a tool steel (JIS)"},
    {"SKH#", "a high-speed steel (JIS)"},
    {"SKH##", "a high-speed steel (JIS)"},
    {"S##C", "a carbon steel (JIS)"},
    {"S###", "a structural steel (EN)"},
    {"S###N", "a structural steel (EN)"},
    {"C15", "a carbon steel (EN)"},
    {"C35", "a carbon steel (EN)"},
    {"C45", "a carbon steel (EN)"},
    {"H13", "a tool steel"},
    {"P20", "a tool steel"},
    {"P91", "a steel for boilers"},
    {"P92", "a steel for boilers"},
    {"W18Cr4V", "a high-speed steel, its numbers per cent by weight"},
    {"Cr12MoV", "a tool steel, its numbers per cent by weight"},
    {"IN###", "an alloy of nickel (Inconel)"},
    {"U720", "an alloy of nickel (Udimet)"},
    {"U720Li", "an alloy of nickel (Udimet)"},
    {"C276", "an alloy of nickel (Hastelloy)"},
    {"Al####", "an alloy of aluminium"},
    {"AlSi#Mg", "an alloy of aluminium, its numbers per cent by weight"},
    {"AlSi##Mg", "an alloy of aluminium, its numbers per cent by weight"},
    {"AlSi##", "an alloy of aluminium, its numbers per cent by weight"},
    {"AlSi9Cu3", "an alloy of aluminium, its numbers per cent by weight"},
    {"Ti64", "Ti-6Al-4V, an alloy of titanium"},
    {"Ti6242", "an alloy of titanium"},
    {"TiAl6V4", "Ti-6Al-4V, an alloy of titanium, its numbers per cent by weight"},
    {"TiAl6Nb7", "an alloy of titanium, its numbers per cent by weight"},
    {"CuZn##", "a brass, its numbers per cent by weight"},
    {"CuZn##Pb#", "a brass, its numbers per cent by weight"},
};

static const grade others[] = {
    {"~aisi*", "a steel (AISI)"},
    {"~sae*", "a steel (SAE)"},
    {"~uns *", "an alloy (UNS)"},
    {"~astm*", "an alloy (ASTM)"},
    {"~inconel*", "an alloy of nickel"},
    {"~incoloy*", "an alloy of nickel"},
    {"~hastelloy*", "an alloy of nickel"},
    {"~haynes*", "an alloy of nickel"},
    {"~monel*", "an alloy of nickel"},
    {"~nimonic*", "an alloy of nickel"},
    {"~waspaloy*", "an alloy of nickel"},
    {"~udimet*", "an alloy of nickel"},
    {"~rene*", "an alloy of nickel"},
    {"CMSX*", "an alloy of nickel"},
    {"~mar-m*", "an alloy of nickel"},
    {"~stellite*", "an alloy of cobalt"},
    {"~zircaloy*", "an alloy of zirconium"},
    {"~alloy *", "an alloy"},
    {"AA####*", "an alloy of aluminium"},
    {"AA ####*", "an alloy of aluminium"},
    {"~en aw*", "an alloy of aluminium"},
    {"A###", "an alloy of aluminium"},
    {"Al ####", "an alloy of aluminium"},
    {"####-T#*", "an alloy of aluminium"},
    {"AZ##*", "an alloy of magnesium"},
    {"AM##*", "an alloy of magnesium"},
    {"ZK##*", "an alloy of magnesium"},
    {"WE##*", "an alloy of magnesium"},
    {"Ti-6-4", "Ti-6Al-4V, an alloy of titanium"},
    {"SS###*", "a stainless steel"},
    {"SS ###*", "a stainless steel"},
    {"SUS###*", "a stainless steel (JIS)"},
    {"SCM###", "a steel (JIS)"},
    {"SNCM###", "a steel (JIS)"},
    {"SUJ#", "a steel for bearings (JIS)"},
    {"S###J#*", "a structural steel (EN)"},
    {"X#Cr*", "a steel (EN)"},
    {"X##Cr*", "a steel (EN)"},
    {"X###Cr*", "a steel (EN)"},
    {"##Cr*", "a steel (EN)"},
    {"##Mn*", "a steel (EN)"},
    {"###", "a stainless steel (AISI)"},
    {"###L", "a stainless steel (AISI)"},
    {"##-#PH", "a stainless steel"},
    {"PH##*", "a stainless steel"},
    {"~steel*", "steels"},
    {"~brass*", "alloys of copper"},
    {"~bronze*", "alloys of copper"},
};

static bool digit(char c) { return c >= '0' && c <= '9'; }

static bool fits(cupel_text t, const char *pattern)
{
    const bool either = *pattern == '~';
    size_t i = 0;
    for (const char *p = pattern + either; *p; p++, i++) {
        if (*p == '*') return true;
        if (i == t.n) return false;
        if (*p == '#' ? !digit(t.p[i]) : either ? (t.p[i] | 32) != (*p | 32) : t.p[i] != *p) return false;
    }
    return i == t.n;
}

static const char *readable_grade(cupel_text t)
{
    for (size_t i = 0; t.n <= READS && i < sizeof readable / sizeof *readable; i++)
        if (fits(t, readable[i].pattern)) return readable[i].what;
    return NULL;
}

const char *cupel_grade(cupel_text name)
{
    const cupel_text t = cupel_text_trim(name);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (fits(t, others[i].pattern)) return others[i].what;
    return readable_grade(t);
}

static bool opens(char c) { return c == '(' || c == '[' || c == '{'; }
static bool closes(char c) { return c == ')' || c == ']' || c == '}'; }

/* text = before ( inner ) count behind, with no other bracket outside. */
static bool take_apart(cupel_text t, cupel_text *before, cupel_text *inner, double *count, cupel_text *behind)
{
    size_t open = 0, close, end;
    unsigned depth = 0;
    while (open < t.n && !opens(t.p[open])) open++;
    for (close = open; close < t.n; close++) {
        depth += opens(t.p[close]);
        if (closes(t.p[close]) && --depth == 0) break;
    }
    if (close >= t.n) return false;
    for (end = close + 1; end < t.n && (digit(t.p[end]) || t.p[end] == '.');) end++;
    *before = (cupel_text){t.p, open};
    *inner = (cupel_text){t.p + open + 1, close - open - 1};
    *behind = (cupel_text){t.p + end, t.n - end};
    for (size_t i = end; i < t.n; i++)
        if (opens(t.p[i]) || t.p[i] == '*') return false;
    return cupel_parse_double((cupel_text){t.p + close + 1, end - close - 1}, count) && *count > 0 && (*count < 1 || *count > 10);
}

/* Adds up the amounts of a part that may be empty. */
static bool amounts(cupel_text t, cupel_formula *f, double *sum)
{
    cupel_formula_error e;
    f->composition.n = 0;
    if (!cupel_text_trim(t).n) return true;
    if (!cupel_formula_read(t, CUPEL_DOT_DECIMAL, f, &e)) return false;
    *sum += cupel_composition_total(&f->composition);
    return true;
}

static void put(const cupel_formula *f, double times, cupel_str *out)
{
    for (unsigned i = 0; i < f->composition.n; i++)
        cupel_str_addf(out, "%s%.4g", cupel_element_symbol(f->composition.z[i]), times * f->composition.amount[i]);
}

static bool bracket(cupel_text t, cupel_str *out)
{
    cupel_formula left, in, right;
    cupel_text before, inner, behind;
    double count, atoms = 0, rest = 0;
    if (!take_apart(t, &before, &inner, &count, &behind) || !amounts(inner, &in, &atoms) || !amounts(before, &left, &rest) ||
        !amounts(behind, &right, &rest))
        return false;
    const double all = count + rest, whole = all > 10 ? 100 : 1;
    if (!(rest > 0) || fabs(all - whole) > 1e-6 * whole || fabs(atoms - 1) < 1e-3 || in.composition.n < 2) return false;
    cupel_str_addf(out, "'%.*s' counts the bracket as %.4g atoms, %g times; as shares of atoms, %g%s of the bracket, it is ",
                   cupel_shown(t.n, 60), t.p, atoms, count, count, whole > 10 ? " %" : "");
    put(&left, 1, out);
    put(&in, count / atoms, out);
    put(&right, 1, out);
    return true;
}

bool cupel_formula_meant(cupel_text formula, cupel_str *out)
{
    const cupel_text t = cupel_text_trim(formula);
    const char *what = readable_grade(t);
    if (what)
        cupel_str_addf(out, "'%.*s' is read as a formula, but is also the name of %s: if that is meant, give its composition", (int)t.n, t.p, what);
    return what || bracket(t, out);
}
