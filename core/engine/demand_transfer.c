/* `transfer` of a model in a demand: a larger table whose learned values become columns. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/demand_parts.h"
#include "core/io/keys.h"
#include "core/matter/columns.h"
#include "datasets/source.h"

#include <string.h>

static const char *const transfer_keys[] = {"file", "format", "formula", "target", "features", "above", NULL};

static cupel_status check_source(const cupel_transfer_options *o, cupel_err *err)
{
    cupel_source *s = NULL;
    size_t at;
    cupel_status st = cupel_source_open(o->file, o->format, &s, err);
    if (st != CUPEL_OK) return st;
    const cupel_header *h = cupel_source_header(s);
    st = cupel_column_formula(h, o->file, o->formula, "name it with formula: in transfer", &at, err);
    if (st == CUPEL_OK) st = cupel_column_find(h, o->file, "target", o->target, "name it with target: in transfer", &at, err);
    cupel_source_free(s);
    return st;
}

cupel_status cupel_demand_transfer(cupel_demand *d, const cupel_yaml *model, cupel_demand_property *p, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const cupel_yaml *map = cupel_yaml_get(model, "transfer");
    const char *file = NULL, *above = NULL;
    char *found = NULL;
    cupel_transfer_options *o = &p->transfer;
    if (!map) return CUPEL_OK;
    *o = (cupel_transfer_options){.dot = p->data.dot, .seed = p->options.seed, .in_demand = true};
    CUPEL_TRY(cupel_keys_check(map, d->file, "'transfer'", transfer_keys, err));
    CUPEL_TRY(cupel_keys_text(map, d->file, "file", &file, err));
    CUPEL_TRY(cupel_keys_text(map, d->file, "format", &o->format, err));
    CUPEL_TRY(cupel_keys_text(map, d->file, "formula", &o->formula, err));
    CUPEL_TRY(cupel_keys_text(map, d->file, "target", &o->target, err));
    CUPEL_TRY(cupel_demand_list(d, map, "features", &o->features, err));
    CUPEL_TRY(cupel_keys_text(map, d->file, "above", &above, err));
    if (!file || !o->target)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'transfer' needs the keys 'file' and 'target', as in {file: computed.csv.gz, target: gap}",
                             d->file, map->line));
    CUPEL_TRY(cupel_selection_find(NULL, d->file, file, &found, err));
    o->file = cupel_arena_text(&d->arena, found, strlen(found));
    if (!o->file) CUPEL_TRY(cupel_no_memory(err, "a file name", 0));
    CUPEL_TRY(cupel_transfer_above(above, &o->above, err));
    CUPEL_TRY(cupel_transfer_check(o->features, err));
    CUPEL_TRY(check_source(o, err));
    p->has_transfer = true;
done:
    cupel_free(found);
    if (st != CUPEL_OK && err && strncmp(err->message, d->file, strlen(d->file)) != 0) cupel_err_prefix(err, "%s:%zu: ", d->file, map->line);
    return st;
}
