#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/cli/verbs.h"
#include "core/io/csv.h"
#include "core/io/input.h"
#include "core/io/json.h"
#include "core/matter/crystal.h"
#include "core/matter/formula.h"
#include "core/matter/meant.h"
#include "core/matter/oxidation.h"

#include <stdio.h>
#include <string.h>

enum { MAX_INPUT = 64 << 20, WINDOW = 60 }; /* bytes of stdin; columns shown around an error */

typedef struct printer {
    cupel_str out, text; /* text: a canonical formula or system, for a moment */
    cupel_json_out json;
    const char *format;
    cupel_dot dot;
    size_t n, n_bad;
    const cupel_job *job;
    bool many;
} printer;

/* The message, and below it the text with a caret under the place. */
static void explain(cupel_text text, const cupel_formula_error *e, char *line, size_t size)
{
    size_t at = e->position < text.n ? e->position : text.n, from = at > WINDOW ? at - WINDOW : 0,
           to = text.n - from > 2 * WINDOW ? from + 2 * WINDOW : text.n;
    int pad = 0;
    while (from && from < at && ((unsigned char)text.p[from] & 0xc0) == 0x80) from++;
    for (size_t i = from; i < at; i++) pad += ((unsigned char)text.p[i] & 0xc0) != 0x80;
    char shown[2 * WINDOW + 1];
    size_t n = to - from;
    for (size_t i = 0; i < n; i++) shown[i] = (unsigned char)text.p[from + i] < ' ' ? ' ' : text.p[from + i];
    shown[n] = '\0';
    snprintf(line, size, "'%s%s%s': %s, at byte %zu: %s\n  %s\n  %*s^", from ? "..." : "", shown, to < text.n ? "..." : "",
             cupel_reason_name(e->reason), at + 1, e->message, shown, pad, "");
}

/* g/mol of element i, hydrogen with its isotopes. */
static double mass_of(const cupel_formula *f, unsigned i)
{
    const cupel_composition *c = &f->composition;
    double mass = c->amount[i] * cupel_element_weight(c->z[i]);
    return c->z[i] == 1 ? mass + cupel_formula_weight(f) - cupel_composition_weight(c) : mass;
}

static void put_elements(cupel_json_out *w, const char *name, const cupel_formula *f, double divide, bool by_weight)
{
    const cupel_composition *c = &f->composition;
    cupel_json_name(w, name);
    cupel_json_open(w, '{');
    for (unsigned i = 0; i < c->n; i++) {
        cupel_json_name(w, cupel_element_symbol(c->z[i]));
        cupel_json_put_number(w, (by_weight ? mass_of(f, i) : c->amount[i]) / divide);
    }
    cupel_json_close(w, '}');
}

static const char *canonical(printer *p, const cupel_composition *c)
{
    cupel_str_clear(&p->text);
    cupel_composition_text(c, &p->text);
    return cupel_str_text(&p->text);
}

static const char *system_of(printer *p, const cupel_composition *c)
{
    cupel_str_clear(&p->text);
    cupel_composition_system(c, &p->text);
    return cupel_str_text(&p->text);
}

static const char *states_of(printer *p, const cupel_formula *f)
{
    cupel_str_clear(&p->text);
    cupel_oxidation_text(&f->composition, f->charge, &p->text);
    return cupel_str_text(&p->text);
}

static void put_states(cupel_json_out *w, const cupel_formula *f)
{
    cupel_oxidation o;
    cupel_json_name(w, "oxidation_states");
    if (!cupel_oxidation_find(&f->composition, f->charge, &o)) {
        cupel_json_put_null(w);
        return;
    }
    cupel_json_open(w, '{');
    for (unsigned i = 0; i < o.n; i++) {
        cupel_json_name(w, cupel_element_symbol(o.z[i]));
        cupel_json_put_int(w, o.state[i]);
    }
    cupel_json_close(w, '}');
    cupel_json_name(w, "oxidation_states_from");
    cupel_json_put_string(w, cupel_states_words[o.set]);
}

static void json_row(printer *p, cupel_text input, const cupel_formula *f, const cupel_formula_error *e)
{
    cupel_json_out *w = &p->json;
    cupel_json_open(w, '{');
    cupel_json_name(w, "input");
    cupel_json_put_text(w, input);
    if (!f) {
        cupel_json_name(w, "reason");
        cupel_json_put_string(w, cupel_reason_name(e->reason));
        cupel_json_name(w, "position");
        cupel_json_put_int(w, (int64_t)e->position);
        cupel_json_name(w, "error");
        cupel_json_put_string(w, e->message);
        cupel_json_close(w, '}');
        return;
    }
    const cupel_composition *c = &f->composition;
    cupel_json_name(w, "formula");
    cupel_json_put_string(w, canonical(p, c));
    put_elements(w, "amounts", f, 1, false);
    put_elements(w, "fractions", f, cupel_composition_total(c), false);
    put_elements(w, "mass_fractions", f, cupel_formula_weight(f), true);
    cupel_json_name(w, "n_elements");
    cupel_json_put_int(w, c->n);
    cupel_json_name(w, "n_atoms");
    cupel_json_put_number(w, cupel_composition_total(c));
    cupel_json_name(w, "weight [g/mol]");
    cupel_json_put_number(w, cupel_formula_weight(f));
    cupel_json_name(w, "charge");
    cupel_json_put_number(w, f->charge);
    cupel_json_name(w, "deuterium");
    cupel_json_put_number(w, f->deuterium);
    cupel_json_name(w, "tritium");
    cupel_json_put_number(w, f->tritium);
    cupel_json_name(w, "oxidation_marks");
    cupel_json_put_bool(w, f->has_oxidation_marks);
    cupel_json_name(w, "chemical_system");
    cupel_json_put_string(w, system_of(p, c));
    put_states(w, f);
    cupel_json_close(w, '}');
}

static void csv_row(printer *p, cupel_text input, const cupel_formula *f, const cupel_formula_error *e)
{
    cupel_str *s = &p->out;
    char number[32];
    cupel_csv_put(s, input, ',', true);
    if (!f) {
        cupel_str_puts(s, ",,,,,,,,");
        cupel_csv_put(s, cupel_text_of(cupel_reason_name(e->reason)), ',', true);
        cupel_str_putc(s, '\n');
        return;
    }
    const cupel_composition *c = &f->composition;
    cupel_csv_put(s, cupel_text_of(canonical(p, c)), ',', false);
    cupel_str_clear(&p->text);
    for (unsigned i = 0; i < c->n; i++) {
        cupel_format_double(number, c->amount[i]);
        cupel_str_addf(&p->text, "%s%s%s", i ? " " : "", cupel_element_symbol(c->z[i]), number);
    }
    cupel_csv_put(s, cupel_text_of(cupel_str_text(&p->text)), ',', false);
    cupel_csv_put(s, cupel_text_of(system_of(p, c)), ',', false);
    cupel_str_addf(s, ",%u,", c->n);
    cupel_str_number(s, cupel_composition_total(c));
    cupel_str_putc(s, ',');
    cupel_str_number(s, cupel_formula_weight(f));
    cupel_str_putc(s, ',');
    cupel_str_number(s, f->charge);
    cupel_csv_put(s, cupel_text_of(states_of(p, f)), ',', false);
    cupel_str_puts(s, ",\n");
}

static void table_row(printer *p, cupel_text input, const cupel_formula *f)
{
    if (!f) return; /* said on stderr */
    cupel_str *s = &p->out;
    const cupel_composition *c = &f->composition;
    char number[32];
    double atoms = cupel_composition_total(c), weight = cupel_formula_weight(f);
    if (s->n) cupel_str_putc(s, '\n');
    cupel_str_add(s, input.p, input.n);
    cupel_str_addf(s, "  =  %s", canonical(p, c));
    cupel_str_addf(s, "  (%s)\n", system_of(p, c));
    cupel_format_double(number, atoms);
    cupel_str_addf(s, "  %s atom%s, %.6g g/mol", number, atoms > 1 ? "s" : "", weight);
    if (f->charge < 0 || f->charge > 0) cupel_str_addf(s, ", charge %+g", f->charge);
    if (f->deuterium > 0) cupel_str_addf(s, ", %g of H as deuterium", f->deuterium);
    if (f->tritium > 0) cupel_str_addf(s, ", %g of H as tritium", f->tritium);
    const char *states = states_of(p, f);
    if (states[0]) cupel_str_addf(s, "\n  oxidation states %s", states);
    else if (c->n > 1) cupel_str_puts(s, "\n  oxidation states: none that add up, one per element, cations less electronegative than anions");
    cupel_str_puts(s, "\n  element      amount  atom %  mass %\n");
    for (unsigned i = 0; i < c->n; i++) {
        cupel_format_double(number, c->amount[i]);
        cupel_str_addf(s, "  %-7s %11s %7.3f %7.3f\n", cupel_element_symbol(c->z[i]), number, 100 * c->amount[i] / atoms,
                       100 * mass_of(f, i) / weight);
    }
}

static cupel_status one(printer *p, cupel_text input, cupel_err *err)
{
    cupel_formula f;
    cupel_formula_error e;
    char line[CUPEL_ERR_MAX];
    bool good = cupel_formula_read(input, p->dot, &f, &e);
    p->n++;
    if (!good) {
        p->n_bad++;
        if (!p->many && cupel_crystal_refuse(input.p, err) != CUPEL_OK) return CUPEL_BAD_INPUT;
        explain(input, &e, line, sizeof line);
        if (!p->many) return cupel_fail(err, CUPEL_BAD_INPUT, "%s", line);
        cupel_say(p->job, CUPEL_WARNING, "%s", line);
    }
    cupel_str_clear(&p->text);
    if (good && cupel_formula_meant(input, &p->text)) cupel_say(p->job, CUPEL_WARNING, "%s", cupel_str_text(&p->text));
    if (p->format[0] == 'j')
        json_row(p, input, good ? &f : NULL, &e);
    else if (p->format[0] == 'c')
        csv_row(p, input, good ? &f : NULL, &e);
    else
        table_row(p, input, good ? &f : NULL);
    return CUPEL_OK;
}

/* One formula per line; an empty line is skipped. */
static cupel_status lines_of_stdin(printer *p, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_input *in = NULL;
    char *text = NULL;
    size_t n = 0;
    CUPEL_TRY(cupel_input_open("-", &in, err));
    CUPEL_TRY(cupel_input_rest(in, MAX_INPUT, &text, &n, err));
    for (size_t i = 0; i < n;) {
        const char *end = memchr(text + i, '\n', n - i);
        size_t len = end ? (size_t)(end - (text + i)) : n - i;
        cupel_text line = {text + i, len && text[i + len - 1] == '\r' ? len - 1 : len};
        if (line.n) CUPEL_TRY(one(p, line, err));
        i += len + 1;
    }
done:
    cupel_free(text);
    cupel_input_free(in);
    return st;
}

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t n = cupel_n_args(args);
    const char *dot = cupel_opt_text(args, "dot");
    printer p = {.format = cupel_opt_text(args, "format"), .job = job};
    p.dot = dot[0] == 'h' ? CUPEL_DOT_HYDRATE : dot[0] == 'd' ? CUPEL_DOT_DECIMAL : CUPEL_DOT_REFUSE;
    p.json.s = &p.out;
    for (size_t i = 0; i < n; i++) p.many = n > 1 || strcmp(cupel_arg(args, i), "-") == 0;
    if (p.format[0] == 'c')
        cupel_str_puts(&p.out, "input,formula,reading,chemical_system,n_elements,n_atoms,weight [g/mol],charge,oxidation states,reason\n");
    if (p.format[0] == 'j' && p.many) cupel_json_open(&p.json, '[');
    for (size_t i = 0; i < n; i++) {
        const char *arg = cupel_arg(args, i);
        CUPEL_TRY(strcmp(arg, "-") == 0 ? lines_of_stdin(&p, err) : one(&p, cupel_text_of(arg), err));
    }
    if (p.format[0] == 'j' && p.many) cupel_json_close(&p.json, ']');
    if (p.format[0] == 'j') cupel_str_putc(&p.out, '\n');
    if (p.text.failed) p.out.failed = true;
    CUPEL_TRY(cupel_print_str(&p.out, err));
    if (p.n_bad) st = cupel_fail(err, CUPEL_BAD_INPUT, "%zu of %zu formulas could not be read", p.n_bad, p.n);
done:
    cupel_str_free(&p.out);
    cupel_str_free(&p.text);
    return st;
}

const cupel_verb cupel_verb_formula = {
    .name = "formula",
    .usage = "FORMULA... [--format table|json|csv] [--dot refuse|hydrate|decimal]",
    .help = "how formulas are read: amounts, fractions, weight, charge",
    .more = "FORMULA '-' reads one formula per line from stdin.\n\n"
            "Read: elements, decimals and exponents (Fe0.95O, Al1e-05), fractions (PbMg1/3Nb2/3O3), nested () [] {}, spaces between elements and "
            "groups, hydrates with \xc2\xb7 \xe2\x80\xa2 * or '..', subscripts, D and T (counted as H), oxidation marks (Fe(III), Fe^{3+}), and a "
            "charge at the end (SO4^2-, SO4 2-, [Fe(CN)6]4-).\n\n"
            "A '.' between digits is a decimal point, unless what follows up to the end of the part is a solvent (H2O, NH3, HCl, ...) or an oxide "
            "behind an oxide (Al2O3.2SiO2): then there are two readings, and --dot chooses.\n\n"
            "Oxidation states are those common in the ICSD (2024) that add up to the charge, the likeliest of several; (rare) when only a rare one "
            "will do.\n\n"
            "Examples:\n"
            "  cupel formula 'CuSO4\xc2\xb7"
            "5H2O' --format json\n"
            "  cupel formula 'Fe2O3.5H2O' --dot hydrate\n"
            "  cut -d, -f2 table.csv | cupel formula - --format csv\n\n"
            "Exit code 3: a formula is missing, refused or ambiguous; stderr shows where.",
    .options = (const cupel_opt[]){{"format", "FORMAT", CUPEL_OPT_CHOICE, "table|json|csv", "table", false,
                                    "how to print; json is an object, or an array for several"},
                                   {"dot", "READING", CUPEL_OPT_CHOICE, "refuse|hydrate|decimal", "refuse", false,
                                    "what '.' is where a hydrate dot and a decimal point both make sense"},
                                   {0}},
    .min_args = 1,
    .max_args = SIZE_MAX,
    .run = run,
};
