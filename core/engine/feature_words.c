#include "core/engine/feature_words.h"

#include "core/base/err.h"
#include "core/matter/elements.h"

#include <string.h>

/* Statistics as the sets write them, longer ones first where one begins another. */
static const char *const statistics[] = {"minimum", "maximum", "range", "mean deviation", "mean", "avg_dev", "mode", "std_dev", "standard deviation",
                                         "deviation", "sd", "quantile 10 %", "quantile 25 %", "quantile 50 %", "quantile 75 %", "quantile 90 %"};

static bool begins(const char *s, const char *with) { return strncmp(s, with, strlen(with)) == 0; }

static void split(const char *name, cupel_str *group, cupel_str *inside)
{
    const char *gap = strchr(name, ' ');
    for (size_t i = 0; gap && i < sizeof statistics / sizeof *statistics; i++) {
        if (!begins(gap + 1, statistics[i]) || gap[1 + strlen(statistics[i])] != ' ') continue;
        cupel_str_addf(group, "%s (%.*s)", gap + 2 + strlen(statistics[i]), (int)(gap - name), name);
        cupel_str_puts(inside, statistics[i]);
        return;
    }
    if (cupel_element_find(name, strlen(name)))
        cupel_str_addf(group, "fraction of %s", name);
    else
        cupel_str_puts(group, name);
}

cupel_status cupel_feature_words(const cupel_features *f, size_t j, cupel_str *group, cupel_str *inside, cupel_err *err)
{
    cupel_str text = {0};
    const char *unit;
    cupel_str_clear(group);
    cupel_str_clear(inside);
    cupel_status st = cupel_features_name(f, j, &text, &unit, err);
    const char *name = cupel_str_text(&text), *equals = cupel_features_is_category(f, j) ? strchr(name, '=') : NULL;
    if (st == CUPEL_OK && equals) {
        cupel_str_add(group, name, (size_t)(equals - name));
        cupel_str_puts(inside, equals + 1);
    } else if (st == CUPEL_OK) {
        split(name, group, inside);
    }
    if (st == CUPEL_OK && (group->failed || inside->failed)) st = cupel_no_memory(err, "the name of a feature", 0);
    cupel_str_free(&text);
    return st;
}
