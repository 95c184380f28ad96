#include "datasets/spaces/axes.h"

#include "core/base/err.h"
#include "core/base/mem.h"

void cupel_axes_release(cupel_axes *a)
{
    for (size_t i = 0; i < a->n; i++) cupel_values_release(&a->axis[i]);
    *a = (cupel_axes){0};
}

cupel_status cupel_axes_read(const cupel_space_spec *spec, cupel_axes *a, cupel_header *header, cupel_str *words, cupel_err *err)
{
    const cupel_yaml *map = cupel_yaml_get(spec->map, "columns");
    a->points = 1;
    if (!map) return CUPEL_OK;
    if (map->kind != CUPEL_YAML_MAP || !map->child || map->n > CUPEL_AXES_MAX)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: columns must be a mapping of 1 to %d names to values, as in {\"temperature [K]\": "
                                            "300..900 step 100, route: [cast, forged]}", spec->file, map->line, CUPEL_AXES_MAX);
    for (const cupel_yaml *k = map->child; k; k = k->next) {
        cupel_status st = cupel_header_add(header, k->key, err);
        if (st == CUPEL_BAD_INPUT || st == CUPEL_USAGE) {
            cupel_err_prefix(err, "%s:%zu: space: columns: ", spec->file, k->line);
            return CUPEL_USAGE;
        }
        if (st == CUPEL_OK) st = cupel_spec_values(spec, k, true, &a->axis[a->n], err);
        if (st != CUPEL_OK) return st;
        const cupel_values *v = &a->axis[a->n++];
        a->points *= v->n;
        if (a->points > 1000000000)
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: columns: more than 10^9 points; use fewer values", spec->file, map->line);
        cupel_str_addf(words, ", each at %zu values of %s", v->n, header->name[header->n - 1]);
    }
    return CUPEL_OK;
}

void cupel_axes_identity(const cupel_axes *a, const cupel_header *header, cupel_str *text)
{
    for (size_t i = 0; i < a->n; i++) {
        cupel_str_addf(text, "\ncolumn %s", header->name[header->n - a->n + i]);
        for (size_t k = 0; k < a->axis[i].n; k++) cupel_str_addf(text, "\t%s", a->axis[i].text[k]);
    }
}

/* The cells of one candidate: those of its base, then its point on the axes. */
static cupel_status put_cells(const cupel_axes *a, size_t from, uint64_t point, cupel_candidates *c, cupel_err *err)
{
    size_t own = c->n_columns - a->n;
    cupel_status st = CUPEL_OK;
    uint64_t left = a->points;
    for (size_t k = 0; k < own && st == CUPEL_OK; k++) st = cupel_candidates_cell(c, c->base->cell[from * own + k], err);
    for (size_t k = 0; k < a->n && st == CUPEL_OK; k++) {
        left /= a->axis[k].n;
        st = cupel_candidates_cell(c, cupel_text_of(a->axis[k].text[point / left]), err);
        point %= left;
    }
    return st;
}

cupel_status cupel_axes_cross(const cupel_axes *a, size_t n, cupel_candidates *c, cupel_err *err)
{
    const cupel_candidates *base = c->base;
    cupel_composition comp;
    uint64_t skip = c->first % a->points;
    c->file = base->file;
    c->dot = base->dot;
    for (size_t i = 0; i < n; i++) {
        size_t from = (size_t)((skip + i) / a->points);
        if (from >= base->n) break;
        cupel_batch_get(&base->batch, from, &comp);
        unsigned char reason = base->batch.reason[from];
        cupel_status st = cupel_candidates_copy(c, base->formula[from], reason ? NULL : &comp, reason, base->line[from], err);
        if (st == CUPEL_OK) st = put_cells(a, from, (skip + i) % a->points, c, err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}
