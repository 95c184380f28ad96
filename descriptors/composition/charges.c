#include "descriptors/composition/charges.h"

#include "descriptors/composition/magpie_table.h"
#include "descriptors/composition/rows.h"

enum { MOST_STATES = 6, FEW_STATES = 2, MOST_CHOICES = 3000, GIVE_UP = 1 << 16 };
static const double UNKNOWN_EN = 1.3;

const double cupel_balanced = 0.01;

void cupel_sort_ions(const unsigned char *z, const double *amount, size_t n, cupel_sorted *s)
{
    double total = cupel_total(amount, n);
    s->n = n;
    s->lacks_en = s->lacks_electrons = false;
    for (size_t i = 0; i < n; i++) {
        uint32_t missing = cupel_magpie_missing[z[i]];
        double en = cupel_magpie_value[z[i]][CUPEL_MAGPIE_ELECTRONEGATIVITY];
        bool lacks = missing >> CUPEL_MAGPIE_ELECTRONEGATIVITY & 1 || en == 0.0;
        if (lacks) en = UNKNOWN_EN;
        s->lacks_en = s->lacks_en || lacks;
        s->lacks_electrons = s->lacks_electrons || missing >> CUPEL_MAGPIE_NS_VALENCE & 1 || missing >> CUPEL_MAGPIE_COLUMN & 1;
        size_t j = i;
        for (; j > 0 && (en < s->en[j - 1] || (en == s->en[j - 1] && z[i] < s->z[j - 1])); j--) {
            s->z[j] = s->z[j - 1];
            s->x[j] = s->x[j - 1];
            s->en[j] = s->en[j - 1];
        }
        s->z[j] = z[i];
        s->x[j] = amount[i] / total;
        s->en[j] = en;
    }
}

/* The first `most` states of each element; false when there are more than `limit` choices. */
static bool limit_states(const cupel_sorted *s, const cupel_atom_list *table, unsigned most, size_t limit, cupel_charges *c, bool *lacks)
{
    static const short zero = 0;
    size_t product = 1;
    for (size_t i = 0; i < s->n; i++) {
        const cupel_atom_list *list = &table[s->z[i]];
        if (!list->n) list = cupel_atom_common(s->z[i]);
        bool none = s->n == 1 || !list->n;
        *lacks = *lacks || (s->n > 1 && !list->n);
        c->state[i] = none ? &zero : list->key;
        c->n[i] = none ? 1 : list->n < most ? list->n : most;
        if ((product *= c->n[i]) > limit) return false;
    }
    return true;
}

bool cupel_charges_of(const cupel_sorted *s, const cupel_atom_list *table, cupel_charges *c, bool *lacks)
{
    return limit_states(s, table, MOST_STATES, MOST_CHOICES, c, lacks) || limit_states(s, table, FEW_STATES, GIVE_UP, c, lacks);
}
