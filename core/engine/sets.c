#include "core/engine/sets.h"

#include "core/base/err.h"
#include "core/base/guess.h"
#include "core/base/mem.h"
#include "core/engine/presets.h"
#include "descriptors/composition/smooth.h"

#include <math.h>
#include <string.h>

static cupel_status unknown_set(cupel_text name, cupel_err *err)
{
    char word[64];
    size_t n = name.n < sizeof word ? name.n : sizeof word - 1;
    memcpy(word, name.p, n);
    word[n] = '\0';
    cupel_guess guess = {.meant = word};
    cupel_str there = {0};
    for (size_t i = 0; cupel_descriptors[i]; i++) {
        cupel_guess_offer(&guess, cupel_descriptors[i]->method.name);
        cupel_str_addf(&there, "%s%s", i ? ", " : "", cupel_descriptors[i]->method.name);
    }
    for (size_t i = 0; cupel_preset_at(i); i++) {
        cupel_guess_offer(&guess, cupel_preset_at(i)->method.name);
        cupel_str_addf(&there, ", %s", cupel_preset_at(i)->method.name);
    }
    if (guess.best)
        cupel_fail(err, CUPEL_USAGE, "set of descriptors '%s': unknown; did you mean '%s'? (%s)", word, guess.best, cupel_str_text(&there));
    else
        cupel_fail(err, CUPEL_USAGE, "set of descriptors '%s': expected one of %s", word, cupel_str_text(&there));
    cupel_str_free(&there);
    return CUPEL_USAGE;
}

/* What follows a colon: the form. */
static cupel_status take_form(cupel_text *name, unsigned *forms, cupel_err *err)
{
    const char *colon = memchr(name->p, ':', name->n);
    if (colon) {
        cupel_text form = cupel_text_trim((cupel_text){colon + 1, name->n - (size_t)(colon + 1 - name->p)});
        if (!cupel_text_is(form, "matminer") && !cupel_text_is(form, "smooth"))
            return cupel_fail(err, CUPEL_USAGE, "set of descriptors '%.*s': after ':' expected matminer (its own values) or smooth, not '%.*s'",
                              (int)name->n, name->p, (int)form.n, form.p);
        *name = cupel_text_trim((cupel_text){name->p, (size_t)(colon - name->p)});
        *forms |= cupel_text_is(form, "smooth") ? CUPEL_SETS_SMOOTH : CUPEL_SETS_MATMINER;
    }
    if ((*forms & CUPEL_SETS_SMOOTH) && (*forms & CUPEL_SETS_MATMINER))
        return cupel_fail(err, CUPEL_USAGE, "set of descriptors '%.*s': matminer has no smooth descriptors; ask for the one or for the other",
                          (int)name->n, name->p);
    return CUPEL_OK;
}

static cupel_status add_descriptor(cupel_sets *s, const cupel_descriptor *d, unsigned forms, cupel_err *err)
{
    if (s->n == CUPEL_SETS_MAX) return cupel_fail(err, CUPEL_USAGE, "more than %d sets of descriptors", (int)CUPEL_SETS_MAX);
    s->matminer[s->n] = (forms & CUPEL_SETS_MATMINER) != 0;
    if (s->matminer[s->n] && d->matminer) d = d->matminer;
    else if ((forms & CUPEL_SETS_IMPUTED) && d->imputed) d = d->imputed;
    s->smooth[s->n] = (forms & CUPEL_SETS_SMOOTH) != 0;
    s->set[s->n++] = d;
    s->n_columns += d->n_columns;
    return CUPEL_OK;
}

static bool has(const cupel_sets *s, const cupel_descriptor *d)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->set[i]->method.name, d->method.name) == 0) return true;
    return false;
}

/* Each set of the list that is not there yet. */
static cupel_status add_preset(cupel_sets *s, const cupel_preset *preset, unsigned forms, cupel_err *err)
{
    for (const char *p = preset->sets; *p;) {
        size_t n = strcspn(p, ",");
        const cupel_descriptor *d = cupel_descriptor_find((cupel_text){p, n});
        if (!d) return unknown_set((cupel_text){p, n}, err);
        cupel_status st = has(s, d) ? CUPEL_OK : add_descriptor(s, d, forms, err);
        if (st != CUPEL_OK) return st;
        p += n + (p[n] == ',');
    }
    return CUPEL_OK;
}

static cupel_status add_set(cupel_sets *s, cupel_text name, unsigned forms, cupel_err *err)
{
    cupel_status st = take_form(&name, &forms, err);
    if (st != CUPEL_OK) return st;
    const cupel_preset *preset = cupel_preset_find(name);
    if (preset) return add_preset(s, preset, forms, err);
    const cupel_descriptor *d = cupel_descriptor_find(name);
    if (!d) return unknown_set(name, err);
    if (has(s, d)) return cupel_fail(err, CUPEL_USAGE, "set of descriptors '%s' is given twice", d->method.name);
    return add_descriptor(s, d, forms, err);
}

cupel_status cupel_sets_parse(const char *names, unsigned forms, cupel_sets *out, cupel_err *err)
{
    cupel_sets s = {0};
    for (const char *p = names;; p++) {
        size_t n = strcspn(p, ",+");
        cupel_status st = add_set(&s, cupel_text_trim((cupel_text){p, n}), forms, err);
        if (st != CUPEL_OK) return st;
        p += n;
        if (!*p) break;
    }
    *out = s;
    return CUPEL_OK;
}

void cupel_sets_text(const cupel_sets *s, cupel_str *out)
{
    for (size_t i = 0; i < s->n; i++)
        cupel_str_addf(out, "%s%s%s%s", i ? "," : "", s->set[i]->method.name, s->matminer[i] ? ":matminer" : "", s->smooth[i] ? ":smooth" : "");
}

/* The set that column j of all is of; j becomes its place there. */
static size_t set_of(const cupel_sets *s, size_t *j)
{
    size_t i = 0;
    while (*j >= s->set[i]->n_columns) *j -= s->set[i++]->n_columns;
    return i;
}

const char *cupel_sets_of(const cupel_sets *s, size_t j) { return s->set[set_of(s, &j)]->method.name; }

bool cupel_sets_shared(const cupel_sets *s, size_t i, size_t j) { return s->matminer[set_of(s, &i)] == s->matminer[set_of(s, &j)]; }

void cupel_sets_column(const cupel_sets *s, size_t j, cupel_str *name, const char **unit)
{
    const size_t i = set_of(s, &j);
    (s->smooth[i] ? cupel_smooth_column(s->set[i], j, name, unit) : s->set[i]->column(j, name, unit));
}

/* The elements of a row that have no value in column j by themselves: " for He, Ne"; nothing when that does not tell them from the others.
 * x [n_columns] */
static cupel_status lacking_elements(const cupel_descriptor *d, const cupel_batch *batch, size_t row, size_t j, double *x, cupel_str *words,
                                     cupel_err *err)
{
    cupel_batch alone = {0};
    cupel_str list = {0};
    cupel_composition c, one = {.n = 1, .amount = {1.0}};
    cupel_status st = CUPEL_OK;
    unsigned n = 0;
    cupel_batch_get(batch, row, &c);
    for (unsigned i = 0; i < c.n; i++) {
        one.z[0] = c.z[i];
        CUPEL_TRY(cupel_batch_add(&alone, &one, 0, err));
        d->compute(&alone, i, 1, CUPEL_ISA_PLAIN, x, d->n_columns, NULL);
        if (isnan(x[j])) cupel_str_addf(&list, "%s%s", n++ ? ", " : " for ", cupel_element_symbol(c.z[i]));
    }
    if (n < c.n || c.n == 1) cupel_str_puts(words, cupel_str_text(&list));
    if (list.failed) st = cupel_no_memory(err, "the name of a feature", 0);
done:
    cupel_str_free(&list);
    cupel_batch_release(&alone);
    return st;
}

static cupel_status set_lacks(const cupel_descriptor *d, const cupel_batch *batch, size_t row, cupel_str *words, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str name = {0};
    const char *unit;
    size_t j = 0;
    double *x = cupel_alloc(d->n_columns, sizeof *x);
    if (!x) return cupel_no_memory(err, "descriptors of a row", d->n_columns * sizeof *x);
    d->compute(batch, row, 1, CUPEL_ISA_PLAIN, x, d->n_columns, NULL);
    while (j < d->n_columns && !isnan(x[j])) j++;
    if (j == d->n_columns) goto done;
    d->column(j, &name, &unit);
    cupel_str_addf(words, "no value of '%s'", cupel_str_text(&name));
    CUPEL_TRY(lacking_elements(d, batch, row, j, x, words, err));
    if (name.failed) st = cupel_no_memory(err, "the name of a feature", 0);
done:
    cupel_str_free(&name);
    cupel_free(x);
    return st;
}

cupel_status cupel_sets_lacks(const cupel_sets *s, const cupel_batch *batch, size_t row, cupel_str *words, cupel_err *err)
{
    cupel_str_clear(words);
    for (size_t i = 0; i < s->n && !words->n; i++) {
        const cupel_descriptor *d = cupel_descriptor_find(cupel_text_of(s->set[i]->method.name)); /* the one that fills nothing in */
        cupel_status st = set_lacks(d, batch, row, words, err);
        if (st != CUPEL_OK) return st;
    }
    return words->failed ? cupel_no_memory(err, "the name of a feature", 0) : CUPEL_OK;
}

static void compute_set(const cupel_sets *s, size_t i, const cupel_batch *batch, size_t from, size_t n, cupel_isa isa, double *x, size_t ld,
                        unsigned char *reason)
{
    if (s->smooth[i]) cupel_smooth_compute(s->set[i], batch, from, n, isa, x, ld, reason);
    else s->set[i]->compute(batch, from, n, isa, x, ld, reason);
}

void cupel_sets_compute(const cupel_sets *s, const cupel_batch *batch, size_t from, size_t n, cupel_isa isa, double *x, size_t ld,
                        unsigned char *reason)
{
    for (size_t i = 0; i < s->n; i++) {
        compute_set(s, i, batch, from, n, isa, x, ld, reason);
        x += s->set[i]->n_columns;
    }
}

void cupel_sets_compute_f32(const cupel_sets *s, const cupel_batch *batch, size_t from, size_t n, cupel_isa isa, float *x, size_t ld,
                            unsigned char *reason, double *scratch)
{
    for (size_t i = 0; i < s->n; i++) {
        const cupel_descriptor *d = s->set[i];
        if (d->compute_f32 && !s->smooth[i]) {
            d->compute_f32(batch, from, n, isa, x, ld, reason);
        } else {
            for (size_t row = 0; row < n; row++) {
                compute_set(s, i, batch, from + row, 1, isa, scratch, d->n_columns, reason ? reason + row : NULL);
                for (size_t j = 0; j < d->n_columns; j++) x[row * ld + j] = (float)scratch[j];
            }
        }
        x += d->n_columns;
    }
}
