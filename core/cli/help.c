#include "core/cli/verbs.h"

#include <string.h>

enum { WIDTH = 96 };

static const char exit_codes[] =
    "Exit codes: 0 done; 1 the work failed; 2 usage; 3 bad input data; 4 damaged or incompatible artifact;\n"
    "5 the requirement cannot be met; 6 interrupted, what there was by then is kept, goes on with --resume\n"
    "where the verb has it; 7 out of memory or disk.\n";

void cupel_help_all(cupel_str *s)
{
    cupel_str_puts(s, "cupel " CUPEL_VERSION
                      ": a materials-genome screening engine\n\nusage: cupel VERB ...    cupel help VERB    cupel --version\n");
    for (const cupel_verb_line *l = cupel_verb_lines; l->heading || l->verb; l++) {
        if (l->heading && !l[1].verb) continue;
        if (l->heading)
            cupel_str_addf(s, "\n%s\n", l->heading);
        else
            cupel_str_addf(s, "  %-10s %s\n", l->verb->name, l->verb->help);
    }
    cupel_str_puts(s, "\nResults go to stdout or to the file of -o, talk to stderr. A record of the run goes\n"
                      "beside that file: FILE.run.json. Units are part of a column's name: `band gap [eV]`.\n");
    cupel_str_puts(s, exit_codes);
}

static void put_option(cupel_str *s, const cupel_opt *o)
{
    enum { COLUMN = 24 };
    size_t from = s->n;
    cupel_str_addf(s, "  %s--%s%s%s", strcmp(o->name, "output") == 0 ? "-o, " : strcmp(o->name, "quiet") == 0 ? "-q, "
                   : strcmp(o->name, "help") == 0 ? "-h, " : "", o->name, o->placeholder ? " " : "", o->placeholder ? o->placeholder : "");
    size_t at = s->n - from;
    if (at + 2 > COLUMN) {
        cupel_str_putc(s, '\n');
        at = 0;
    }
    cupel_str_addf(s, "%*s", (int)(COLUMN - at), "");
    cupel_str text = {0};
    const char *open = " (";
    cupel_str_puts(&text, o->help);
    if (o->choices) {
        cupel_str_puts(&text, " (one of ");
        for (const char *p = o->choices; *p; p++) cupel_str_puts(&text, *p == '|' ? ", " : (const char[]){*p, '\0'});
        open = "; ";
    }
    if (o->required || o->fallback) cupel_str_addf(&text, "%s%s%s", open, o->required ? "required" : "default ", o->required ? "" : o->fallback);
    if (o->choices || o->required || o->fallback) cupel_str_putc(&text, ')');
    s->failed |= text.failed;
    cupel_str_wrap(s, cupel_str_text(&text), WIDTH, COLUMN, COLUMN);
    cupel_str_free(&text);
}

/* Paragraphs are wrapped; a line that begins with a blank stands as it is. */
static void put_paragraphs(cupel_str *s, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        cupel_str one = {0};
        cupel_str_add(&one, text, n);
        s->failed |= one.failed;
        if (*text == ' ')
            cupel_str_addf(s, "%s\n", cupel_str_text(&one));
        else
            cupel_str_wrap(s, cupel_str_text(&one), WIDTH, 0, 0);
        cupel_str_free(&one);
        text += n + (text[n] == '\n');
    }
}

void cupel_help_verb(const cupel_verb *v, cupel_str *s)
{
    cupel_str_addf(s, "cupel %s: %s\n\nusage: cupel %s%s%s\n", v->name, v->help, v->name, *v->usage ? " " : "", v->usage);
    if (v->more) {
        cupel_str_putc(s, '\n');
        put_paragraphs(s, v->more);
    }
    if (v->options && v->options->name) cupel_str_puts(s, "\nOptions\n");
    for (const cupel_opt *o = v->options; o && o->name; o++) put_option(s, o);
    cupel_str_puts(s, "\nCommon options\n");
    for (const cupel_opt *o = cupel_common_options; o->name; o++) {
        bool for_work = strcmp(o->name, "threads") == 0 || strcmp(o->name, "isa") == 0;
        if (v->computes || !for_work) put_option(s, o);
    }
    cupel_str_putc(s, '\n');
    cupel_str_puts(s, exit_codes);
}
