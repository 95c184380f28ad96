#include "core/matter/columns.h"

#include "core/base/err.h"
#include "core/base/guess.h"
#include "core/matter/elements.h"
#include "core/matter/formula.h"

#include <inttypes.h>
#include <string.h>

enum { SHOWN = 400 }; /* bytes of a list of names */

static void put_names(const cupel_header *h, cupel_str *s)
{
    for (size_t i = 0; i < h->n; i++) {
        if (s->n > SHOWN) {
            cupel_str_addf(s, " and %zu more", h->n - i);
            return;
        }
        cupel_str_puts(s, i ? ", '" : "'");
        const bool fine = cupel_text_utf8(cupel_text_of(h->name[i]));
        for (const char *p = h->name[i]; *p; p++) cupel_str_putc(s, fine || (unsigned char)*p < 0x80 ? *p : '?');
        cupel_str_putc(s, '\'');
    }
}

static const char *nearest(const cupel_header *h, const char *name)
{
    cupel_guess g = {.meant = name};
    for (size_t i = 0; i < h->n; i++) {
        cupel_guess_offer(&g, h->name[i]);
        if (strcmp(h->name[i], h->label[i]) != 0) cupel_guess_offer(&g, h->label[i]);
    }
    return g.best;
}

/* One column whose name holds the separator of another format: the whole header is in it. */
static const char *other_separator(const cupel_header *h)
{
    if (h->n != 1) return NULL;
    if (strchr(h->name[0], ';')) return "it looks separated by ';': write it with ',' (and decimal points) or with tabs as .tsv";
    if (strchr(h->name[0], '\t')) return "it looks separated by tabs: name it .tsv, or say that its format is tsv";
    return strchr(h->name[0], ',') ? "it looks separated by ',': name it .csv, or say that its format is csv" : NULL;
}

/* What a table was saved as that is read otherwise: its names are not those that the user sees. */
static const char *no_header(const cupel_header *h)
{
    for (size_t i = 0; i < h->n; i++)
        if (!cupel_text_utf8(cupel_text_of(h->name[i])))
            return "its names are not UTF-8 (Latin-1 of a spreadsheet?): save it as UTF-8, or iconv -f latin1 -t utf-8";
    if (h->n && h->name[0][0] == '#') return "its first line is a remark and no header: leave it out";
    return other_separator(h);
}

/* Tables of alloys often have one column per element. */
static void put_element_hint(const cupel_header *h, cupel_str *s)
{
    const char *found[2] = {NULL, NULL};
    for (size_t i = 0, n = 0; i < h->n && n < 2; i++)
        if (cupel_element_find(h->label[i], strlen(h->label[i]))) found[n++] = h->name[i];
    if (found[1])
        cupel_str_addf(s, "; '%s' and '%s' look like amounts of elements: a formula is made of them as Fe1.25C0.02, each atomic amount or weight "
                          "percent / atomic weight behind its symbol", found[0], found[1]);
}

/* What to do about a name that is not there. */
static void put_hint(const cupel_header *h, const char *what, const char *name, const char *remedy, cupel_str *hint)
{
    const char *near = nearest(h, name);
    if (strcmp(what, "formula") == 0) put_element_hint(h, hint);
    if (near) cupel_str_addf(hint, "; did you mean '%s'? %s", near, remedy);
    else cupel_str_addf(hint, "; %s", remedy);
}

static cupel_status not_there(const cupel_header *h, const char *file, const char *what, const char *name, const char *remedy, cupel_err *err)
{
    cupel_str names = {0}, hint = {0};
    const char *separator = no_header(h);
    put_names(h, &names);
    if (separator) cupel_str_addf(&hint, "; %s", separator);
    else put_hint(h, what, name, remedy, &hint);
    cupel_fail(err, CUPEL_BAD_INPUT, "'%s' has no %s%scolumn '%.80s'; its columns are %s%s", file, what, *what ? " " : "", name,
               cupel_str_text(&names), cupel_str_text(&hint));
    cupel_str_free(&names);
    cupel_str_free(&hint);
    return CUPEL_BAD_INPUT;
}

cupel_status cupel_column_no_key(const cupel_header *h, const char *file, uint64_t line, const char *what, const char *name, const char *remedy,
                                 cupel_err *err)
{
    cupel_str names = {0}, hint = {0};
    put_names(h, &names);
    put_hint(h, what, name, remedy, &hint);
    cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": the key '%.80s' is missing, the %s; the line has %s%s", file, line, name, what,
               cupel_str_text(&names), cupel_str_text(&hint));
    cupel_str_free(&names);
    cupel_str_free(&hint);
    return CUPEL_BAD_INPUT;
}

cupel_status cupel_column_find(const cupel_header *h, const char *file, const char *what, const char *name, const char *remedy, size_t *at,
                               cupel_err *err)
{
    *at = cupel_header_find(h, name);
    return *at != SIZE_MAX ? CUPEL_OK : not_there(h, file, what, name, remedy, err);
}

cupel_status cupel_column_formula(const cupel_header *h, const char *file, const char *name, const char *remedy, size_t *at, cupel_err *err)
{
    static const char *const usual[] = {"formula", "composition", "Formula", "Composition"};
    cupel_formula f;
    cupel_formula_error e;
    if (name) return cupel_column_find(h, file, "formula", name, remedy, at, err);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if ((*at = cupel_header_find(h, usual[i])) != SIZE_MAX) return CUPEL_OK;
    if (h->n != 1 || other_separator(h)) return not_there(h, file, "formula", "formula", remedy, err);
    if (cupel_formula_read(cupel_text_of(h->name[0]), CUPEL_DOT_REFUSE, &f, &e))
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s' has no header: its first line is the formula '%.80s'; put the line 'formula' above it", file,
                          h->name[0]);
    *at = 0;
    return CUPEL_OK;
}

bool cupel_column_is_predicted(const cupel_header *h, size_t at)
{
    static const char *const beside[] = {" lower", " upper"};
    cupel_str name = {0};
    size_t found = cupel_header_find(h, "in_domain") != SIZE_MAX;
    for (size_t i = 0; i < 2; i++) {
        cupel_str_clear(&name);
        cupel_str_addf(&name, "%s%s", h->label[at], beside[i]);
        found += !name.failed && cupel_header_find(h, cupel_str_text(&name)) != SIZE_MAX;
    }
    cupel_str_free(&name);
    return found == 3;
}
