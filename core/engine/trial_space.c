#include "core/engine/trial_space.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/keys.h"
#include "core/sys/file.h"

#include <math.h>
#include <string.h>

static const char *const top_keys[] = {"demand", "space", "data", "require", "seed", NULL};
static const double ENDS = 1e12; /* numbers of a space are no larger */

static cupel_status refuse(const cupel_trial_space *s, const cupel_yaml *node, const char *why, cupel_err *err)
{
    return cupel_fail(err, CUPEL_USAGE, "%s:%zu: %s", s->file, node->line, why);
}

/* ---- columns ---- */

/* "300..900" */
static bool read_ends(cupel_text t, double *low, double *high)
{
    size_t dots = 0;
    while (dots + 1 < t.n && !(t.p[dots] == '.' && t.p[dots + 1] == '.')) dots++;
    return dots + 1 < t.n && cupel_parse_double(cupel_text_trim((cupel_text){t.p, dots}), low) &&
           cupel_parse_double(cupel_text_trim((cupel_text){t.p + dots + 2, t.n - dots - 2}), high);
}

/* What stands in a list or in steps: all numbers, or all words. */
static cupel_status read_values(const cupel_trial_space *s, const cupel_yaml *node, cupel_trial_axis *a, cupel_err *err)
{
    const cupel_space_spec spec = {.file = s->file};
    size_t words = 0;
    cupel_status st = cupel_spec_values(&spec, node, true, &a->values, err);
    if (st != CUPEL_OK) return st;
    a->low = INFINITY, a->high = -INFINITY;
    for (size_t i = 0; i < a->values.n; i++) {
        words += isnan(a->values.number[i]) ? 1 : 0;
        a->low = fmin(a->low, a->values.number[i]);
        a->high = fmax(a->high, a->values.number[i]);
    }
    a->word = words > 0;
    return words == 0 || words == a->values.n ? CUPEL_OK : refuse(s, node, "space: columns: numbers and words in one column", err);
}

static cupel_status read_axis(cupel_trial_space *s, const cupel_yaml *node, cupel_err *err)
{
    cupel_trial_axis *a = &s->axis[s->n];
    cupel_status st = cupel_header_add(&s->header, node->key, err);
    if (st == CUPEL_BAD_INPUT || st == CUPEL_USAGE) {
        cupel_err_prefix(err, "%s:%zu: space: columns: ", s->file, node->line);
        return CUPEL_USAGE;
    }
    if (st != CUPEL_OK) return st;
    s->n++;
    if (strcmp(s->header.name[s->n - 1], "id") == 0) return refuse(s, node, "space: columns: 'id' is the name of a candidate, no column", err);
    if (node->kind != CUPEL_YAML_SCALAR || !read_ends(cupel_text_trim(node->text), &a->low, &a->high)) return read_values(s, node, a, err);
    if (!(a->low < a->high) || fabs(a->low) > ENDS || fabs(a->high) > ENDS)
        return refuse(s, node, "space: columns: a range goes up, as in 300..900", err);
    a->grain = pow(10, floor(log10(a->high - a->low)) - 4);
    return CUPEL_OK;
}

static cupel_status read_space(cupel_trial_space *s, const cupel_yaml *map, cupel_err *err)
{
    static const char *const keys[] = {"columns", "couple", NULL};
    const cupel_yaml *columns = cupel_yaml_get(map, "columns"), *couple = cupel_yaml_get(map, "couple");
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_keys_check(map, s->file, "space", keys, err));
    if (columns->kind != CUPEL_YAML_MAP || !columns->child || columns->n > CUPEL_TRIAL_AXES)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: columns must be a mapping of 1 to %d names to values, as in {\"T [K]\": 300..900, "
                                               "flux: [none, rosin]}", s->file, columns->line, CUPEL_TRIAL_AXES));
    for (const cupel_yaml *k = columns->child; k; k = k->next) CUPEL_TRY(read_axis(s, k, err));
    if (couple && couple->kind != CUPEL_YAML_LIST)
        CUPEL_TRY(refuse(s, couple, "space: couple must be a list of conditions, as in ['A + B = 1']", err));
    for (const cupel_yaml *k = couple ? couple->child : NULL; k; k = k->next) CUPEL_TRY(cupel_trial_couple(s, k, err));
done:
    return st;
}

/* ---- what is known and wanted ---- */

static cupel_status read_data(cupel_trial_space *s, const cupel_yaml *root, cupel_err *err)
{
    static const char *const keys[] = {"file", NULL};
    const cupel_yaml *data = cupel_yaml_get(root, "data");
    const char *name = NULL;
    if (!data) return CUPEL_OK;
    cupel_status st = cupel_keys_check(data, s->file, "data of a space without formulas", keys, err);
    if (st == CUPEL_OK) st = cupel_keys_text(data, s->file, "file", &name, err);
    if (st != CUPEL_OK) return st;
    if (!name) return refuse(s, data, "data: name the table of what is known, as in data: {file: known.csv}", err);
    s->data = cupel_path_beside(s->file, name);
    return s->data ? CUPEL_OK : cupel_no_memory(err, "a file name", 0);
}

static cupel_status read_goal(cupel_trial_space *s, const cupel_yaml *root, cupel_err *err)
{
    static const char *const keys[] = {"property", "goal", "min", "max", NULL};
    static const char *const goals[] = {"maximise", "maximize", "minimise", "minimize", NULL};
    const cupel_yaml *list = cupel_yaml_get(root, "require"), *one = list ? list->child : NULL;
    const char *name = NULL;
    cupel_status st = CUPEL_OK;
    int goal = -1;
    s->low = -INFINITY, s->high = INFINITY;
    if (!list) return CUPEL_OK;
    if (list->kind != CUPEL_YAML_LIST || list->n != 1)
        return refuse(s, list, "require: of a space without formulas one goal, as in [{property: yield, goal: maximise}]; several by --target", err);
    CUPEL_TRY(cupel_keys_check(one, s->file, "the entry of require", keys, err));
    CUPEL_TRY(cupel_keys_text(one, s->file, "property", &name, err));
    CUPEL_TRY(cupel_keys_word(one, s->file, "goal", goals, &goal, err));
    CUPEL_TRY(cupel_keys_number(one, s->file, "min", -1e300, 1e300, &s->low, err));
    CUPEL_TRY(cupel_keys_number(one, s->file, "max", -1e300, 1e300, &s->high, err));
    s->windowed = isfinite(s->low) || isfinite(s->high);
    s->maximize = goal >= 0 && goal < 2;
    if (!name || s->windowed == (goal >= 0) || !(s->low < s->high))
        CUPEL_TRY(refuse(s, one, "require: a property with goal: maximise or minimise, or with a window of min below max", err));
    s->goal = cupel_strdup(name);
    if (!s->goal) CUPEL_TRY(cupel_no_memory(err, "a name", 0));
done:
    return st;
}

/* ---- together ---- */

bool cupel_trial_space_is(const cupel_yaml *root)
{
    const cupel_yaml *space = root && root->kind == CUPEL_YAML_MAP ? cupel_yaml_get(root, "space") : NULL;
    bool one = space && space->kind == CUPEL_YAML_MAP && cupel_yaml_get(space, "columns");
    for (size_t i = 0; one && cupel_space_method(i); i++) one = !cupel_yaml_get(space, cupel_space_method(i)->name);
    return one;
}

cupel_status cupel_trial_space_read(cupel_text text, const char *file, cupel_trial_space **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_yaml_doc *doc = NULL;
    cupel_trial_space *s = NULL;
    *out = NULL;
    if (cupel_yaml_read(text, file, &doc, NULL) != CUPEL_OK) return CUPEL_OK; /* what is wrong with it is said by who reads it as a demand */
    const cupel_yaml *root = cupel_yaml_root(doc);
    if (!cupel_trial_space_is(root)) goto done;
    s = cupel_alloc(1, sizeof *s);
    if (!s) CUPEL_TRY(cupel_no_memory(err, "a space", sizeof *s));
    *s = (cupel_trial_space){.file = cupel_strdup(file)};
    if (!s->file) CUPEL_TRY(cupel_no_memory(err, "a file name", 0));
    CUPEL_TRY(cupel_keys_check(root, s->file, "a space without formulas", top_keys, err));
    CUPEL_TRY(read_space(s, cupel_yaml_get(root, "space"), err));
    CUPEL_TRY(read_data(s, root, err));
    CUPEL_TRY(read_goal(s, root, err));
    *out = s;
    s = NULL;
done:
    cupel_trial_space_free(s);
    cupel_yaml_free(doc);
    return st;
}

void cupel_trial_space_free(cupel_trial_space *s)
{
    if (!s) return;
    for (size_t k = 0; k < s->n; k++) cupel_values_release(&s->axis[k].values);
    cupel_header_release(&s->header);
    cupel_free(s->file);
    cupel_free(s->data);
    cupel_free(s->goal);
    cupel_free(s);
}
