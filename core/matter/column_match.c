#include "core/matter/column_match.h"

#include "core/base/err.h"
#include "core/matter/columns.h"

#include <string.h>

size_t cupel_header_match(const cupel_header *h, const cupel_header *own, size_t k)
{
    size_t at = SIZE_MAX;
    for (size_t i = 0; i < h->n; i++)
        if (strcmp(h->name[i], own->name[k]) == 0) return i;
    for (size_t i = 0; i < h->n; i++) {
        if (strcmp(h->label[i], own->label[k]) != 0) continue;
        if (at != SIZE_MAX) return SIZE_MAX;
        at = i;
    }
    return at;
}

cupel_status cupel_column_units(const char *from, const char *to, cupel_column_match *m, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    m->converts = strcmp(from, to) != 0;
    if (!m->converts) return CUPEL_OK;
    if (!*from || !*to) return cupel_fail(err, CUPEL_BAD_INPUT, "one has a unit, the other has no unit; write it in brackets behind the name");
    CUPEL_TRY(cupel_unit_parse(cupel_text_of(from), &m->from, err));
    CUPEL_TRY(cupel_unit_parse(cupel_text_of(to), &m->to, err));
    if (!cupel_unit_same_dimension(&m->from, &m->to)) st = cupel_fail(err, CUPEL_BAD_INPUT, "another kind of quantity");
done:
    return st;
}

cupel_status cupel_column_match_find(const cupel_header *h, const char *file, const cupel_header *own, size_t k, const char *whose,
                                     const char *remedy, cupel_column_match *m, cupel_err *err)
{
    cupel_err why = {0};
    *m = (cupel_column_match){.at = cupel_header_match(h, own, k)};
    if (m->at == SIZE_MAX) return cupel_column_find(h, file, "", own->name[k], remedy, &m->at, err);
    cupel_status st = cupel_column_units(h->unit[m->at], own->unit[k], m, &why);
    if (st == CUPEL_OK) return st;
    return cupel_fail(err, st, "'%s': column '%s' beside %s '%s': %s", file, h->name[m->at], whose, own->name[k], why.message);
}
