#include "core/cli/opt.h"

#include "core/base/err.h"
#include "core/base/guess.h"
#include "core/base/mem.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { MAX_OPTIONS = 64 };

struct cupel_args {
    const cupel_opt *option[MAX_OPTIONS];
    const char *value[MAX_OPTIONS]; /* points into argv; "" for a flag; NULL: not given */
    size_t n_options, n_args, n_items;
    const char **arg;
    struct item { /* of the lists, in the order given */
        size_t option;
        const char *value;
    } *item;
    cupel_str command;
};

const cupel_opt cupel_common_options[] = {
    {"threads", "N", CUPEL_OPT_COUNT, NULL, NULL, false,
     "threads; without it the smallest of cpuset, SLURM_CPUS_PER_TASK and OMP_NUM_THREADS"},
    {"isa", "NAME", CUPEL_OPT_CHOICE, "auto|plain|avx2|avx512", "auto", false,
     "instruction set of the kernels; results depend on it, never on the machine"},
    {"record", "FILE", CUPEL_OPT_TEXT, NULL, NULL, false,
     "what this run read, said and wrote, as JSON: digests, rows left out by reason, notes, timings, exit code (default, where the result is a file: "
     "that name with .run.json behind it)"},
    {"no-record", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "no record beside the result"},
    {"quiet", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "no notes and no progress on stderr; warnings and errors stay"},
    {"help", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "this page"},
    {0},
};

/* Names are the program's own: a name that is not declared is our bug. */
static size_t index_of(const cupel_args *a, const char *name)
{
    size_t i = 0;
    while (i < a->n_options && strcmp(a->option[i]->name, name) != 0) i++;
    assert(i < a->n_options);
    return i;
}

const char *cupel_arg(const cupel_args *a, size_t i) { return i < a->n_args ? a->arg[i] : NULL; }

size_t cupel_n_args(const cupel_args *a) { return a->n_args; }

bool cupel_flag(const cupel_args *a, const char *name) { return a->value[index_of(a, name)] != NULL; }

bool cupel_opt_given(const cupel_args *a, const char *name) { return a->value[index_of(a, name)] != NULL; }

const char *cupel_opt_text(const cupel_args *a, const char *name)
{
    size_t i = index_of(a, name);
    return a->value[i] ? a->value[i] : a->option[i]->fallback;
}

const char *cupel_opt_item(const cupel_args *a, const char *name, size_t i)
{
    const size_t k = index_of(a, name);
    assert(a->option[k]->kind == CUPEL_OPT_LIST);
    for (size_t j = 0; j < a->n_items; j++)
        if (a->item[j].option == k && i-- == 0) return a->item[j].value;
    return NULL;
}

uint64_t cupel_opt_count(const cupel_args *a, const char *name)
{
    uint64_t n = 0;
    const char *text = cupel_opt_text(a, name);
    return text && cupel_parse_u64(cupel_text_of(text), &n) ? n : 0;
}

double cupel_opt_number(const cupel_args *a, const char *name)
{
    double x = NAN;
    const char *text = cupel_opt_text(a, name);
    return text && cupel_parse_double(cupel_text_of(text), &x) ? x : (double)NAN;
}

const char *cupel_command_line(const cupel_args *a) { return cupel_str_text(&a->command); }

static bool one_of(const char *choices, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = choices; n && *p;) {
        size_t k = strcspn(p, "|");
        if (k == n && memcmp(p, word, n) == 0) return true;
        p += k + (p[k] == '|');
    }
    return false;
}

static cupel_status check_value(const cupel_opt *o, const char *value, cupel_err *err)
{
    uint64_t n;
    double x;
    if (o->kind == CUPEL_OPT_COUNT && !cupel_parse_u64(cupel_text_of(value), &n))
        return cupel_fail(err, CUPEL_USAGE, "option --%s: found '%s', expected a whole number", o->name, value);
    if (o->kind == CUPEL_OPT_NUMBER && !cupel_parse_double(cupel_text_of(value), &x))
        return cupel_fail(err, CUPEL_USAGE, "option --%s: found '%s', expected a number", o->name, value);
    if (o->kind == CUPEL_OPT_CHOICE && !one_of(o->choices, value))
        return cupel_fail(err, CUPEL_USAGE, "option --%s: found '%s', expected one of %s", o->name, value, o->choices);
    if ((o->kind == CUPEL_OPT_TEXT || o->kind == CUPEL_OPT_LIST) && !*value)
        return cupel_fail(err, CUPEL_USAGE, "option --%s: its value is empty", o->name);
    return CUPEL_OK;
}

/* The option called name [n], or n_options. */
static size_t find_option(const cupel_args *a, const char *name, size_t n)
{
    size_t i = 0;
    while (i < a->n_options && !(strlen(a->option[i]->name) == n && memcmp(a->option[i]->name, name, n) == 0)) i++;
    return i;
}

static size_t find_short(const cupel_args *a, const char *word)
{
    static const char *const names[][2] = {{"-o", "output"}, {"-h", "help"}, {"-q", "quiet"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(word, names[i][0]) == 0) return find_option(a, names[i][1], strlen(names[i][1]));
    return a->n_options;
}

static cupel_status unknown_option(const cupel_args *a, const cupel_verb *verb, const char *word, cupel_err *err)
{
    char name[64] = {0};
    size_t n = strcspn(word, "=");
    if (n > sizeof name - 1) n = sizeof name - 1;
    memcpy(name, word, n);
    cupel_guess g = {.meant = name + strspn(name, "-")};
    for (size_t i = 0; i < a->n_options; i++) cupel_guess_offer(&g, a->option[i]->name);
    if (g.best)
        return cupel_fail(err, CUPEL_USAGE, "unknown option '%s'; did you mean --%s? ('cupel help %s' lists them)", name, g.best, verb->name);
    return cupel_fail(err, CUPEL_USAGE, "unknown option '%s'; 'cupel help %s' lists the options", name, verb->name);
}

/* Takes the option at argv[*at], and its value, which may be the next word. */
static cupel_status take_option(cupel_args *a, const cupel_verb *verb, int argc, char **argv, int *at, cupel_err *err)
{
    const char *word = argv[*at], *value = NULL;
    size_t k;
    if (word[1] == '-') {
        size_t n = strcspn(word + 2, "=");
        k = find_option(a, word + 2, n);
        if (word[2 + n] == '=') value = word + 3 + n;
    } else {
        k = find_short(a, word);
    }
    if (k == a->n_options) return unknown_option(a, verb, word, err);
    const cupel_opt *o = a->option[k];
    if (a->value[k] && o->kind != CUPEL_OPT_LIST) return cupel_fail(err, CUPEL_USAGE, "option --%s is given twice", o->name);
    if (o->kind == CUPEL_OPT_FLAG) {
        if (value) return cupel_fail(err, CUPEL_USAGE, "option --%s takes no value: found '%s'", o->name, value);
        a->value[k] = "";
        return CUPEL_OK;
    }
    if (!value) {
        const char *next = *at + 1 < argc ? argv[*at + 1] : NULL;
        if (!next) return cupel_fail(err, CUPEL_USAGE, "option --%s needs a value: --%s %s", o->name, o->name, o->placeholder);
        if (next[0] == '-' && next[1] == '-' && find_option(a, next + 2, strcspn(next + 2, "=")) < a->n_options)
            return cupel_fail(err, CUPEL_USAGE, "option --%s needs a value, found option '%s'; write --%s=%s if that is meant", o->name,
                              next, o->name, next);
        value = next;
        ++*at;
    }
    a->value[k] = value;
    if (o->kind == CUPEL_OPT_LIST) a->item[a->n_items++] = (struct item){k, value};
    return check_value(o, value, err);
}

static cupel_status check_all(const cupel_args *a, const cupel_verb *verb, cupel_err *err)
{
    for (size_t i = 0; i < a->n_options; i++)
        if (a->option[i]->required && !a->value[i])
            return cupel_fail(err, CUPEL_USAGE, "--%s %s is missing (%s)\nusage: cupel %s %s", a->option[i]->name, a->option[i]->placeholder,
                              a->option[i]->help, verb->name, verb->usage);
    if (a->n_args < verb->min_args)
        return cupel_fail(err, CUPEL_USAGE, "found %zu argument%s, expected %s%zu\nusage: cupel %s %s", a->n_args, a->n_args == 1 ? "" : "s",
                          verb->max_args > verb->min_args ? "at least " : "", verb->min_args, verb->name, verb->usage);
    if (a->n_args > verb->max_args)
        return cupel_fail(err, CUPEL_USAGE, "unexpected argument '%s': expected %s%zu\nusage: cupel %s %s", a->arg[verb->max_args],
                          verb->max_args > verb->min_args ? "at most " : "", verb->max_args, verb->name, verb->usage);
    return CUPEL_OK;
}

static void add_quoted(cupel_str *s, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%";
    cupel_str_putc(s, ' ');
    if (*word && strspn(word, plain) == strlen(word)) {
        cupel_str_puts(s, word);
        return;
    }
    cupel_str_putc(s, '\'');
    for (; *word; word++) {
        if (*word == '\'') cupel_str_puts(s, "'\\'");
        cupel_str_putc(s, *word);
    }
    cupel_str_putc(s, '\'');
}

static cupel_status read_words(cupel_args *a, const cupel_verb *verb, int argc, char **argv, cupel_err *err)
{
    bool options_end = false;
    for (int i = 0; i < argc; i++) {
        if (!options_end && strcmp(argv[i], "--") == 0) {
            options_end = true;
        } else if (options_end || argv[i][0] != '-' || !argv[i][1]) {
            a->arg[a->n_args++] = argv[i];
        } else {
            cupel_status st = take_option(a, verb, argc, argv, &i, err);
            if (st != CUPEL_OK) return st;
            if (cupel_flag(a, "help")) return CUPEL_OK;
        }
    }
    return check_all(a, verb, err);
}

cupel_status cupel_args_parse(const cupel_verb *verb, int argc, char **argv, cupel_args **args, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_args *a = cupel_alloc(1, sizeof *a);
    if (!a || !(a->arg = cupel_alloc((size_t)argc, sizeof *a->arg)) || !(a->item = cupel_alloc((size_t)argc, sizeof *a->item)))
        CUPEL_TRY(cupel_no_memory(err, "the command line", 0));
    const cupel_opt *const lists[] = {verb->options, cupel_common_options};
    for (size_t l = 0; l < 2; l++)
        for (const cupel_opt *o = lists[l]; o && o->name; o++) {
            assert(a->n_options < MAX_OPTIONS);
            a->option[a->n_options++] = o;
        }
    cupel_str_addf(&a->command, "cupel %s", verb->name);
    for (int i = 0; i < argc; i++) add_quoted(&a->command, argv[i]);
    if (a->command.failed) CUPEL_TRY(cupel_no_memory(err, "the command line", 0));
    CUPEL_TRY(read_words(a, verb, argc, argv, err));
done:
    if (st != CUPEL_OK) {
        cupel_args_free(a);
        a = NULL;
    }
    *args = a;
    return st;
}

void cupel_args_free(cupel_args *a)
{
    if (!a) return;
    cupel_free(a->arg);
    cupel_free(a->item);
    cupel_str_free(&a->command);
    cupel_free(a);
}
