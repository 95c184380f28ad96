#include "core/engine/cite.h"

#include "core/base/err.h"
#include "core/base/guess.h"
#include "core/engine/cross.h"
#include "core/engine/micro/model.h"
#include "core/engine/presets.h"
#include "core/engine/volume_sets.h"
#include "core/io/csv.h"
#include "core/io/json.h"
#include "core/matter/constraint.h"
#include "datasets/formats/volume.h"
#include "datasets/source.h"
#include "datasets/spaces/micro/recipe.h"
#include "datasets/spaces/space.h"
#include "descriptors/composition/descriptor.h"
#include "models/homogenize/method.h"
#include "models/learn/surrogate.h"
#include "models/search/acquisition.h"

#include <math.h>
#include <string.h>

static const cupel_method *descriptor_at(size_t i) { return cupel_descriptors[i] ? &cupel_descriptors[i]->method : NULL; }

static const cupel_method *cross_at(size_t i) { return i ? NULL : &cupel_cross_method; }

static const cupel_method *preset_at(size_t i) { return cupel_preset_at(i) ? &cupel_preset_at(i)->method : NULL; }

static const cupel_method *volume_descriptor_at(size_t i) { return cupel_volume_set(i) ? &cupel_volume_set(i)->method : NULL; }

/* What every prediction's interval rests on (models/learn/calibrate.h). */
static const cupel_reference interval_references[] = {
    {"10.1007/3-540-36755-1_29", "Papadopoulos, Proedrou, Vovk, Gammerman: Inductive confidence machines for regression. Lecture Notes in "
                                 "Computer Science 2430, 345 (2002)"},
    {"10.1007/s10472-013-9368-4", "Vovk: Cross-conformal predictors. Annals of Mathematics and Artificial Intelligence 74, 9 (2015)"},
    {"10.1007/s10994-013-5355-6", "Vovk: Conditional validity of inductive conformal predictors. Machine Learning 92, 349 (2013)"},
    {NULL, NULL}};

static const cupel_method conformal = {
    .name = "conformal",
    .kind = "interval",
    .scale = "any",
    .help = "intervals and sets of classes from out-of-fold residuals, valid for rows like the training rows; every model has them",
    .maturity = "stable",
    .input = "out-of-fold predictions",
    .output = "lower and upper bound, unit of the target; probability of a window",
    .references = interval_references,
};

static const cupel_reference why_references[] = {
    {"10.1038/s42256-019-0138-9", "Lundberg, Erion, Chen, DeGrave, Prutkin, Nair, Katz, Himmelfarb, Bansal, Lee: From local explanations to global "
                                  "understanding with explainable AI for trees. Nature Machine Intelligence 2, 56 (2020)"},
    {"10.1016/j.cor.2008.04.004", "Castro, Gomez, Tejada: Polynomial calculation of the Shapley value based on sampling. Computers and Operations "
                                  "Research 36, 1726 (2009)"},
    {"10.1023/A:1010933404324", "Breiman: Random forests. Machine Learning 45, 5 (2001)"},
    {"10.1214/aos/1013203451", "Friedman: Greedy function approximation: a gradient boosting machine. Annals of Statistics 29, 1189 (2001)"},
    {NULL, NULL}};

static const cupel_method why = {
    .name = "explain",
    .kind = "explanation",
    .scale = "any",
    .help = "permutation importance, Shapley values (exact for trees), partial dependence and the nearest training rows, by `cupel explain`",
    .maturity = "experimental",
    .input = "a model and a table",
    .output = "unit of the target",
    .references = why_references,
};

static const cupel_method *why_at(size_t i) { return i ? NULL : &why; }

static const cupel_method *interval_at(size_t i) { return i ? NULL : &conformal; }

static const cupel_method *micro_at(size_t i) { return i ? NULL : &cupel_micro_surrogate_method; }

static const cupel_method *format_at(size_t i) { return cupel_formats[i] ? &cupel_formats[i]->method : NULL; }

const cupel_method *cupel_method_at(size_t i)
{
    static const cupel_method *(*const lists[])(size_t) = {descriptor_at, cross_at, volume_descriptor_at, preset_at, cupel_learner_method,
                                                           micro_at,      interval_at,          why_at,     cupel_acquisition_method,
                                                               cupel_space_method, format_at,
                                                           cupel_constraint_method, cupel_volume_format_method, cupel_generator_method,
                                                           cupel_homogenize_method};
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++) {
        size_t n = 0;
        while (lists[l](n)) {
            if (n == i) return lists[l](n);
            n++;
        }
        i -= n;
    }
    return NULL;
}

const cupel_method *cupel_method_named(cupel_text name, size_t i)
{
    const cupel_method *m;
    for (size_t k = 0; (m = cupel_method_at(k)); k++)
        if (cupel_text_is(name, m->name) && i-- == 0) return m;
    return NULL;
}

void cupel_reference_link(const cupel_reference *r, cupel_str *out)
{
    if (!r->doi || !*r->doi) return;
    cupel_str_puts(out, strncmp(r->doi, "10.", 3) == 0 ? "https://doi.org/" : "");
    cupel_str_puts(out, r->doi);
}

static cupel_text part(const char *from, const char *to) { return cupel_text_trim((cupel_text){from, (size_t)(to - from)}); }

static bool four_digits(const char *p) { return strspn(p, "0123456789") == 4; }

cupel_reference_parts cupel_reference_split(const char *text)
{
    cupel_reference_parts r = {0};
    const char *end = text + strlen(text), *colon = strstr(text, ": "), *title = text;
    const char *open = strrchr(text, '(');
    if (open && four_digits(open + 1) && open[5] == ')') {
        r.year = (cupel_text){open + 1, 4};
        end = open;
    }
    if (colon && colon < end) {
        r.authors = part(text, colon);
        title = colon + 1;
    }
    const char *stop = NULL;
    for (const char *p = strstr(title, ". "); p && p < end; p = strstr(p + 1, ". ")) {
        stop = p;
        if (r.authors.n) break; /* the first stop behind the authors ends the title */
    }
    r.title = part(title, stop ? stop : end);
    if (stop) r.place = part(stop + 1, end);
    return r;
}

static bool seen_before(const cupel_reference *r, const cupel_reference *const *seen, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(seen[i]->text, r->text) == 0) return true;
    return false;
}

/* Characters that TeX reads as commands. */
static void put_tex(cupel_str *out, cupel_text t)
{
    for (size_t i = 0; i < t.n; i++) {
        if (strchr("&%$#_", t.p[i])) cupel_str_putc(out, '\\');
        if (t.p[i] != '{' && t.p[i] != '}' && t.p[i] != '\\') cupel_str_putc(out, t.p[i]);
    }
}

static void put_field(cupel_str *out, const char *name, cupel_text value)
{
    if (!value.n) return;
    cupel_str_addf(out, ",\n  %s = {", name);
    put_tex(out, value);
    cupel_str_putc(out, '}');
}

/* "Ward, Agrawal, Choudhary" -> "Ward and Agrawal and Choudhary" */
static void put_authors(cupel_str *out, cupel_text authors)
{
    if (!authors.n) return;
    cupel_str_puts(out, ",\n  author = {");
    for (size_t i = 0; i < authors.n;) {
        size_t n = 0;
        while (i + n < authors.n && authors.p[i + n] != ',') n++;
        cupel_text one = cupel_text_trim((cupel_text){authors.p + i, n});
        if (i) cupel_str_puts(out, " and ");
        if (one.n > 6 && memcmp(one.p + one.n - 6, "et al.", 6) == 0) {
            put_tex(out, cupel_text_trim((cupel_text){one.p, one.n - 6}));
            cupel_str_puts(out, " and others");
        } else {
            put_tex(out, one);
        }
        i += n + 1;
    }
    cupel_str_putc(out, '}');
}

static bool number(cupel_text t)
{
    for (size_t i = 0; i < t.n; i++)
        if (t.p[i] < '0' || t.p[i] > '9') return false;
    return t.n > 0;
}

/* "Machine Learning 20, 273" has a volume and a first page; any other place stays whole. */
static void put_place(cupel_str *out, cupel_text place)
{
    size_t comma = place.n, space;
    while (comma && place.p[comma - 1] != ',') comma--;
    for (space = comma; space && place.p[space - 1] != ' ';) space--;
    cupel_text volume = {place.p + space, comma > space ? comma - 1 - space : 0}, page = {place.p + comma, place.n - comma};
    if (!comma || !space || !number(volume)) {
        put_field(out, "journal", place);
        return;
    }
    put_field(out, "journal", cupel_text_trim((cupel_text){place.p, space}));
    put_field(out, "volume", volume);
    put_field(out, "pages", cupel_text_trim(page));
}

static void put_bibtex(cupel_str *out, const cupel_method *m, size_t k, const cupel_reference *r)
{
    cupel_reference_parts p = cupel_reference_split(r->text);
    bool doi = r->doi && strncmp(r->doi, "10.", 3) == 0;
    cupel_str_addf(out, "@%s{cupel:%s:%zu", p.place.n ? "article" : "misc", m->name, k + 1);
    put_authors(out, p.authors);
    put_field(out, "title", p.title);
    put_place(out, p.place);
    put_field(out, "year", p.year);
    if (r->doi && *r->doi) cupel_str_addf(out, ",\n  %s = {%s}", doi ? "doi" : "url", r->doi);
    cupel_str_puts(out, "\n}\n");
}

static void put_plain(cupel_str *out, const cupel_reference *r)
{
    cupel_str_addf(out, "  %s", r->text);
    if (r->doi && *r->doi) cupel_str_puts(out, ". ");
    cupel_reference_link(r, out);
    cupel_str_putc(out, '\n');
}

enum { SEEN = 256 };

static void cite_method(const cupel_method *m, bool bibtex, const cupel_reference **seen, size_t *n_seen, cupel_str *out)
{
    if (!bibtex) cupel_str_addf(out, "%s (%s): %s\n", m->name, m->kind, m->help);
    if (!bibtex && (!m->references || !m->references->text)) cupel_str_puts(out, "  no reference\n");
    for (size_t k = 0; m->references && m->references[k].text; k++) {
        if (bibtex && seen_before(&m->references[k], seen, *n_seen)) continue;
        if (*n_seen < SEEN) seen[(*n_seen)++] = &m->references[k];
        if (bibtex)
            put_bibtex(out, m, k, &m->references[k]);
        else
            put_plain(out, &m->references[k]);
    }
}

static cupel_status unknown_method(const char *name, cupel_err *err)
{
    cupel_guess g = {.meant = name};
    const cupel_method *m;
    for (size_t i = 0; (m = cupel_method_at(i)); i++) cupel_guess_offer(&g, m->name);
    if (g.best) return cupel_fail(err, CUPEL_USAGE, "no method is called '%.64s'; did you mean '%s'? ('cupel methods' lists them)", name, g.best);
    return cupel_fail(err, CUPEL_USAGE, "no method is called '%.64s'; 'cupel methods' lists them", name);
}

cupel_status cupel_cite(const char *const *name, size_t n, bool bibtex, cupel_str *out, cupel_err *err)
{
    const cupel_reference *seen[SEEN];
    size_t n_seen = 0;
    for (size_t i = 0; i < n; i++) {
        const cupel_method *m = cupel_method_named(cupel_text_of(name[i]), 0);
        if (!m) return unknown_method(name[i], err);
        for (size_t k = 0; m; m = cupel_method_named(cupel_text_of(name[i]), ++k)) cite_method(m, bibtex, seen, &n_seen, out);
    }
    return out->failed ? cupel_no_memory(err, "references", 0) : CUPEL_OK;
}

static bool chosen(const cupel_method *m, const char *only) { return !only || strcmp(only, m->kind) == 0 || strcmp(only, m->name) == 0; }

static void put_number_or(cupel_str *out, double x, const char *otherwise)
{
    if (isfinite(x))
        cupel_str_number(out, x);
    else
        cupel_str_puts(out, isnan(x) ? otherwise : x < 0 ? "-inf" : "inf");
}

enum { WIDTH = 120, COLUMNS_MOST = 150 };

/* The text behind `head`, broken between words, with further lines below where it begins. */
static void put_words(cupel_str *out, const char *head, const char *text)
{
    cupel_str_puts(out, head);
    cupel_str_wrap(out, text, WIDTH, strlen(head), strlen(head));
}

/* Names and units of the columns of a set of descriptors. */
static void put_columns(cupel_str *out, const cupel_method *m)
{
    const cupel_descriptor *d = strcmp(m->kind, "descriptor") == 0 ? cupel_descriptor_find(cupel_text_of(m->name)) : NULL;
    cupel_str name = {0};
    for (size_t j = 0; d && d->n_columns <= COLUMNS_MOST && j < d->n_columns; j++) {
        const char *unit = "";
        cupel_str_clear(&name);
        d->column(j, &name, &unit);
        cupel_str_addf(out, "  column  %s%s%s%s\n", cupel_str_text(&name), *unit ? " [" : "", unit, *unit ? "]" : "");
    }
    cupel_str_free(&name);
}

/* All that one method says of itself. */
static void put_page(cupel_str *out, const cupel_method *m)
{
    cupel_str_addf(out, "%s (%s, %s): %s\n  scale   %s\n  input   %s\n  output  %s\n", m->name, m->kind, m->maturity, m->help, m->scale,
                   m->input, m->output);
    for (const cupel_param *p = m->params; p && p->name; p++) {
        cupel_str_addf(out, "  parameter %s%s%s%s: %s; default ", p->name, *p->unit ? " [" : "", p->unit, *p->unit ? "]" : "", p->help);
        put_number_or(out, p->value, strcmp(m->kind, "generator") == 0 ? "not given" : "from the data");
        cupel_str_puts(out, ", ");
        put_number_or(out, p->min, "");
        cupel_str_puts(out, " to ");
        put_number_or(out, p->max, "");
        cupel_str_putc(out, '\n');
    }
    if (m->note) put_words(out, "  note    ", m->note);
    put_columns(out, m);
    for (const cupel_reference *r = m->references; r && r->text; r++) put_plain(out, r);
}

/* "descriptor (microstructure)" */
static void put_heading(cupel_str *out, const cupel_method *m, bool later)
{
    const bool any = strcmp(m->scale, "any") == 0;
    cupel_str_addf(out, "%s%s%s%s%s\n", later ? "\n" : "", m->kind, any ? "" : " (", any ? "" : m->scale, any ? "" : ")");
}

static void put_line(cupel_str *out, const cupel_method *m)
{
    cupel_str head = {0}, words = {0};
    cupel_str_addf(&head, "  %-22s ", m->name);
    cupel_str_addf(&words, "%s%s", m->help, strcmp(m->maturity, "stable") == 0 ? "" : " (experimental)");
    put_words(out, cupel_str_text(&head), cupel_str_text(&words));
    cupel_str_free(&head);
    cupel_str_free(&words);
}

static void put_table(cupel_str *out, const char *only)
{
    const cupel_method *m;
    const char *kind = "", *scale = "";
    for (size_t i = 0; (m = cupel_method_at(i)); i++) {
        if (!chosen(m, only)) continue;
        if (only && strcmp(only, m->kind) != 0) {
            put_page(out, m);
            continue;
        }
        if (strcmp(kind, m->kind) != 0 || strcmp(scale, m->scale) != 0) put_heading(out, m, *kind);
        kind = m->kind;
        scale = m->scale;
        put_line(out, m);
    }
}

static void put_csv(cupel_str *out, const char *only)
{
    const cupel_method *m;
    cupel_str_puts(out, "name,kind,scale,maturity,input,output,help,references\n");
    for (size_t i = 0; (m = cupel_method_at(i)); i++) {
        if (!chosen(m, only)) continue;
        const char *const cells[] = {m->name, m->kind, m->scale, m->maturity, m->input, m->output, m->help};
        for (size_t c = 0; c < sizeof cells / sizeof *cells; c++) cupel_csv_put(out, cupel_text_of(cells[c]), ',', c == 0);
        cupel_str links = {0};
        for (const cupel_reference *r = m->references; r && r->text; r++)
            cupel_str_addf(&links, "%s%s", links.n ? " " : "", r->doi ? r->doi : "");
        cupel_csv_put(out, cupel_text_of(cupel_str_text(&links)), ',', false);
        cupel_str_putc(out, '\n');
        out->failed |= links.failed;
        cupel_str_free(&links);
    }
}

static void put_pair(cupel_json_out *w, const char *name, const char *value)
{
    cupel_json_name(w, name);
    cupel_json_put_string(w, value);
}

static void put_json_param(cupel_json_out *w, const cupel_param *p)
{
    cupel_json_open(w, '{');
    put_pair(w, "name", p->name);
    put_pair(w, "unit", p->unit);
    cupel_json_name(w, "default");
    cupel_json_put_number(w, p->value);
    cupel_json_name(w, "min");
    cupel_json_put_number(w, p->min);
    cupel_json_name(w, "max");
    cupel_json_put_number(w, p->max);
    put_pair(w, "help", p->help);
    cupel_json_close(w, '}');
}

static void put_json_method(cupel_json_out *w, const cupel_method *m)
{
    cupel_json_open(w, '{');
    put_pair(w, "name", m->name);
    put_pair(w, "kind", m->kind);
    put_pair(w, "scale", m->scale);
    put_pair(w, "maturity", m->maturity);
    put_pair(w, "input", m->input);
    put_pair(w, "output", m->output);
    put_pair(w, "help", m->help);
    if (m->note) put_pair(w, "note", m->note);
    cupel_json_name(w, "parameters");
    cupel_json_open(w, '[');
    for (const cupel_param *p = m->params; p && p->name; p++) put_json_param(w, p);
    cupel_json_close(w, ']');
    cupel_json_name(w, "references");
    cupel_json_open(w, '[');
    for (const cupel_reference *r = m->references; r && r->text; r++) {
        cupel_json_open(w, '{');
        put_pair(w, "doi", r->doi ? r->doi : "");
        put_pair(w, "text", r->text);
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
    cupel_json_close(w, '}');
}

cupel_status cupel_methods_list(const char *only, cupel_methods_format format, cupel_str *out, cupel_err *err)
{
    const cupel_method *m;
    bool any = false;
    for (size_t i = 0; !any && (m = cupel_method_at(i)); i++) any = chosen(m, only);
    if (!any) return unknown_method(only, err);
    if (format == CUPEL_METHODS_TABLE) put_table(out, only);
    if (format == CUPEL_METHODS_CSV) put_csv(out, only);
    if (format == CUPEL_METHODS_JSON) {
        cupel_json_out w = {.s = out};
        cupel_json_open(&w, '[');
        for (size_t i = 0; (m = cupel_method_at(i)); i++)
            if (chosen(m, only)) put_json_method(&w, m);
        cupel_json_close(&w, ']');
        cupel_str_putc(out, '\n');
    }
    return out->failed ? cupel_no_memory(err, "the list of methods", 0) : CUPEL_OK;
}
