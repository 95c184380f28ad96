#include "models/learn/monotone.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/str.h"

#include <stdio.h>
#include <string.h>

enum { NAME = 256 };

/* The next item of the list, cut off it: its name and direction. */
static cupel_status next(const char **text, char name[NAME], signed char *sign, cupel_err *err)
{
    static const struct {
        const char *word;
        signed char sign;
    } ways[] = {{"up", 1}, {"+1", 1}, {"+", 1}, {"down", -1}, {"-1", -1}, {"-", -1}};
    const size_t n = strcspn(*text, ",");
    const cupel_text item = {*text, n};
    size_t at = n;
    while (at && item.p[at - 1] != '=') at--; /* the last one: names may hold others */
    *sign = 0;
    const cupel_text key = cupel_text_trim((cupel_text){item.p, at ? at - 1 : 0}), way = cupel_text_trim((cupel_text){item.p + at, n - at});
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (cupel_text_is(way, ways[i].word)) *sign = ways[i].sign;
    if (!*sign || !key.n || key.n >= NAME)
        return cupel_fail(err, CUPEL_USAGE, "monotone: found '%.*s', expected COLUMN=up or COLUMN=down, joined by commas", cupel_shown(n, 80), *text);
    memcpy(name, key.p, key.n);
    name[key.n] = '\0';
    *text += n + ((*text)[n] == ',');
    return CUPEL_OK;
}

cupel_status cupel_monotone_check(const char *text, cupel_err *err)
{
    char name[NAME];
    signed char sign;
    cupel_status st = CUPEL_OK;
    if (!text) return CUPEL_OK;
    do st = next(&text, name, &sign, err);
    while (st == CUPEL_OK && *text);
    return st;
}

static cupel_status set_columns(const cupel_groups *groups, const char *name, signed char sign, bool *in, signed char *all, cupel_err *err)
{
    memset(in, 0, groups->d * sizeof *in);
    cupel_err why = {0};
    const cupel_status st = groups->find(groups->user, name, in, &why);
    if (st != CUPEL_OK) return cupel_fail(err, st, "monotone: %s", why.message);
    for (size_t j = 0; j < groups->d; j++) {
        if (!in[j]) continue;
        if (all[j] == -sign) return cupel_fail(err, CUPEL_USAGE, "monotone: '%.80s' is to go up and down", name);
        all[j] = sign;
    }
    return CUPEL_OK;
}

cupel_status cupel_monotone_read(const char *text, const cupel_groups *groups, const int64_t *kept, size_t n_kept, signed char **sign, size_t *lost,
                                 cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char name[NAME];
    signed char way;
    *sign = NULL;
    *lost = 0;
    if (!text) return CUPEL_OK;
    if (!groups) return cupel_fail(err, CUPEL_USAGE, "monotone: these columns have no names");
    bool *in = cupel_alloc(groups->d, sizeof *in);
    signed char *all = cupel_alloc(groups->d, 1), *out = cupel_alloc(n_kept, 1);
    if (!in || !all || !out) CUPEL_TRY(cupel_no_memory(err, "directions of columns", groups->d));
    while (*text) {
        CUPEL_TRY(next(&text, name, &way, err));
        CUPEL_TRY(set_columns(groups, name, way, in, all, err));
    }
    for (size_t j = 0; j < groups->d; j++) *lost += all[j] != 0;
    for (size_t c = 0; c < n_kept; c++) {
        out[c] = all[kept[c]];
        *lost -= out[c] != 0;
    }
    *sign = out;
    out = NULL;
done:
    cupel_free(in);
    cupel_free(all);
    cupel_free(out);
    return st;
}
