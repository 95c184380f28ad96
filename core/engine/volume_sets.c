#include "core/engine/volume_sets.h"

#include "core/base/err.h"
#include "core/base/guess.h"
#include "core/base/mem.h"

#include <string.h>

const cupel_volume_descriptor *cupel_volume_set(size_t i)
{
    static const cupel_volume_descriptor *const solved[] = {&cupel_volume_descriptor_periodic_tortuosity};
    size_t n = 0;
    while (cupel_volume_descriptors[n]) n++;
    return i < n ? cupel_volume_descriptors[i] : i - n < sizeof solved / sizeof *solved ? solved[i - n] : NULL;
}

static const cupel_volume_descriptor *find(cupel_text name)
{
    size_t i = 0;
    while (cupel_volume_set(i) && !cupel_text_is(name, cupel_volume_set(i)->method.name)) i++;
    return cupel_volume_set(i);
}

/* How much of `text` is one set: up to the comma that no setting follows ("a=1" has '=' and no ':'). */
static size_t one_set(const char *text)
{
    size_t n = strcspn(text, ",");
    while (text[n] == ',') {
        size_t next = strcspn(text + n + 1, ",");
        const char *equals = memchr(text + n + 1, '=', next), *colon = memchr(text + n + 1, ':', next);
        if (!equals || (colon && colon < equals)) break;
        n += 1 + next;
    }
    return n;
}

static cupel_status unknown(cupel_text name, cupel_err *err)
{
    cupel_str known = {0};
    char word[65] = "";
    memcpy(word, name.p, name.n < 64 ? name.n : 64);
    cupel_guess g = {.meant = word};
    for (size_t i = 0; cupel_volume_set(i); i++) {
        cupel_guess_offer(&g, cupel_volume_set(i)->method.name);
        cupel_str_addf(&known, "%s%s", i ? ", " : "", cupel_volume_set(i)->method.name);
    }
    const char *link = g.best ? "did you mean" : "there are", *offer = g.best ? g.best : cupel_str_text(&known);
    cupel_status st = cupel_fail(err, CUPEL_USAGE, "no set of volume descriptors is called '%s'; %s '%s'", word, link, offer);
    cupel_str_free(&known);
    return st;
}

/* "name" or "name:settings". */
static cupel_status add(cupel_volume_sets *s, cupel_text t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char *settings = NULL;
    const char *colon = t.n ? memchr(t.p, ':', t.n) : NULL;
    cupel_text name = cupel_text_trim((cupel_text){t.p, colon ? (size_t)(colon - t.p) : t.n});
    const cupel_volume_descriptor *d = find(name);
    if (!d) return unknown(name, err);
    for (size_t i = 0; i < s->n; i++)
        if (s->set[i] == d) return cupel_fail(err, CUPEL_USAGE, "set '%s' is given twice", d->method.name);
    if (s->n == CUPEL_VOLUME_SETS_MAX) return cupel_fail(err, CUPEL_USAGE, "more than %d sets", CUPEL_VOLUME_SETS_MAX);
    s->set[s->n] = d;
    s->value[s->n] = cupel_alloc(cupel_method_n_params(&d->method), sizeof(double));
    settings = colon ? cupel_strndup(colon + 1, (size_t)(t.p + t.n - colon - 1)) : NULL;
    if (!s->value[s->n] || (colon && !settings)) CUPEL_TRY(cupel_no_memory(err, "settings", 0));
    CUPEL_TRY(cupel_method_settings(&d->method, settings, s->value[s->n], err));
    s->n++;
done:
    if (st != CUPEL_OK) {
        cupel_free(s->value[s->n]);
        s->value[s->n] = NULL;
    }
    cupel_free(settings);
    return st;
}

cupel_status cupel_volume_sets_parse(const char *text, cupel_volume_sets *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_volume_sets s = {0};
    for (const char *p = text; *p;) {
        size_t n = one_set(p);
        CUPEL_TRY(add(&s, (cupel_text){p, n}, err));
        p += n + (p[n] == ',');
    }
    if (!s.n) CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "no set of descriptors is named; 'cupel methods descriptor' lists them"));
    *out = s;
    s = (cupel_volume_sets){0};
done:
    cupel_volume_sets_release(&s);
    return st;
}

void cupel_volume_sets_release(cupel_volume_sets *s)
{
    for (size_t i = 0; i < s->n; i++) cupel_free(s->value[i]);
    *s = (cupel_volume_sets){0};
}

void cupel_volume_sets_text(const cupel_volume_sets *s, cupel_str *out)
{
    for (size_t i = 0; i < s->n; i++) {
        const cupel_method *m = &s->set[i]->method;
        cupel_str_addf(out, "%s%s", i ? "," : "", m->name);
        for (size_t p = 0; p < cupel_method_n_params(m); p++) {
            cupel_str_addf(out, "%s%s=", p ? "," : ":", m->params[p].name);
            cupel_str_number(out, s->value[i][p]);
        }
    }
}
