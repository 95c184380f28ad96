/* The keys of a space charge_neutral. */
#include "datasets/spaces/neutral_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/keys.h"
#include "core/matter/facts.h"
#include "core/sys/file.h"

#include <math.h>
#include <string.h>

cupel_status cupel_neutral_limits(const cupel_space_spec *spec, cupel_neutral *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    uint64_t fewest = 2, largest = 3, most = 6, atoms = CUPEL_NEUTRAL_ATOMS_MAX;
    CUPEL_TRY(cupel_keys_count(spec->own, spec->file, "max_elements", 2, CUPEL_NEUTRAL_SET_MAX, &largest, err));
    CUPEL_TRY(cupel_keys_count(spec->own, spec->file, "min_elements", 2, largest, &fewest, err));
    CUPEL_TRY(cupel_keys_count(spec->own, spec->file, "max_amount", 1, CUPEL_NEUTRAL_AMOUNT_MAX, &most, err));
    CUPEL_TRY(cupel_keys_count(spec->own, spec->file, "max_atoms", 2, CUPEL_NEUTRAL_ATOMS_MAX, &atoms, err));
    CUPEL_TRY(cupel_keys_number(spec->own, spec->file, "difference", 0, 4, &s->difference, err));
    s->fewest = (unsigned)fewest;
    s->largest = (unsigned)largest;
    s->most = (unsigned)most;
    s->max_atoms = (unsigned)atoms;
done:
    return st;
}

/* States with less than a share of their element's reports are left out. */
static void leave_out_rare(unsigned state[CUPEL_Z_MAX + 1], double share)
{
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++)
        for (int q = -CUPEL_STATE_SHIFT; q <= CUPEL_STATE_SHIFT; q++)
            if (cupel_oxidation_share(z, q) < share) state[z] &= ~(1u << (q + CUPEL_STATE_SHIFT));
}

static cupel_status read_facts(const cupel_space_spec *spec, const char *name, unsigned state[CUPEL_Z_MAX + 1], cupel_str *said, cupel_err *err)
{
    cupel_facts_file *file = NULL;
    char *path = cupel_path_beside(spec->file, name);
    if (!path) return cupel_no_memory(err, "a file name", 0);
    cupel_status st = cupel_facts_open(path, NULL, true, &file, err);
    if (st == CUPEL_OK) {
        memcpy(state, cupel_facts_states(file), (CUPEL_Z_MAX + 1) * sizeof *state);
        cupel_str_addf(said, "oxidation states of '%s'", path);
    } else {
        cupel_err_prefix(err, "%s:%zu: space: ", spec->file, cupel_yaml_get(spec->own, "facts")->line);
    }
    cupel_facts_close(file);
    cupel_free(path);
    return st;
}

/* The states of every element: a named set, or a user's table. */
cupel_status cupel_neutral_states(const cupel_space_spec *spec, unsigned state[CUPEL_Z_MAX + 1], cupel_str *said, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    int set = CUPEL_STATES_COMMON;
    double share = 0;
    const char *name = NULL;
    CUPEL_TRY(cupel_keys_word(spec->own, spec->file, "states", cupel_states_words, &set, err));
    CUPEL_TRY(cupel_keys_number(spec->own, spec->file, "min_share", 0, 1, &share, err));
    CUPEL_TRY(cupel_keys_text(spec->own, spec->file, "facts", &name, err));
    if (name && (cupel_yaml_get(spec->own, "states") || share > 0))
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE,
                             "%s:%zu: space: charge_neutral: facts is a table of states of your own; leave out states and min_share", spec->file,
                             cupel_yaml_get(spec->own, "facts")->line));
    if (share > 0 && set == CUPEL_STATES_SMACT14)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: charge_neutral: smact14 does not count reports; use min_share with icsd24", spec->file,
                             cupel_yaml_get(spec->own, "min_share")->line));
    if (name) return read_facts(spec, name, state, said, err);
    memcpy(state, cupel_oxidation_states((cupel_states)set), (CUPEL_Z_MAX + 1) * sizeof *state);
    cupel_str_puts(said, cupel_states_said[set]);
    if (share > 0) {
        leave_out_rare(state, share);
        cupel_str_addf(said, ", of at least %g %% of an element's reports", 100 * share);
    }
done:
    return st;
}

/* `elements: all` is every element with a state and an electronegativity. */
cupel_status cupel_neutral_elements(const cupel_space_spec *spec, cupel_neutral *s, const unsigned *state, cupel_err *err)
{
    const cupel_yaml *list = cupel_yaml_get(spec->own, "elements");
    if (!list)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: charge_neutral needs elements: [Na, Cl, ...], or elements: all", spec->file,
                          spec->own->line);
    bool all = list->kind == CUPEL_YAML_SCALAR && cupel_text_is(list->text, "all");
    cupel_status st = all ? CUPEL_OK : cupel_spec_elements(spec, list, s->z, &s->n, err);
    if (st != CUPEL_OK) return st;
    for (unsigned z = 1; all && z <= CUPEL_Z_MAX; z++)
        if (state[z] && !isnan(cupel_element_electronegativity(z))) s->z[s->n++] = (unsigned char)z;
    for (unsigned i = 0; i < s->n; i++) {
        const char *lacks = !state[s->z[i]] ? "oxidation state" : isnan(cupel_element_electronegativity(s->z[i])) ? "electronegativity" : NULL;
        if (lacks)
            return cupel_fail(err, CUPEL_USAGE,
                              "%s:%zu: space: charge_neutral: no %s of %s is known, so no formula with it can be judged; leave it out", spec->file,
                              list->line, lacks, cupel_element_symbol(s->z[i]));
    }
    s->n = cupel_spec_prune(spec, s->z, s->n);
    if (s->n < 2)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: charge_neutral: %u of the elements is left by the constraints, two are needed",
                          spec->file, list->line, s->n);
    cupel_spec_sort(s->z, s->n);
    for (unsigned i = 0; i < s->n; i++)
        for (unsigned q = 1; q <= CUPEL_NEUTRAL_STATE_MAX; q++) {
            s->cation[i] |= (unsigned char)((state[s->z[i]] >> (CUPEL_STATE_SHIFT + q) & 1) << (q - 1));
            s->anion[i] |= (unsigned char)((state[s->z[i]] >> (CUPEL_STATE_SHIFT - q) & 1) << (q - 1));
        }
    return CUPEL_OK;
}

/* `amounts: {O: 1..12, Li: 2}`: atoms of one element within narrower limits. */
cupel_status cupel_neutral_amounts(const cupel_space_spec *spec, cupel_neutral *s, cupel_err *err)
{
    const cupel_yaml *map = cupel_yaml_get(spec->own, "amounts");
    memset(s->low, 1, sizeof s->low);
    memset(s->high, (int)s->most, sizeof s->high);
    if (map && map->kind != CUPEL_YAML_MAP)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: charge_neutral: amounts must be a mapping of elements to whole numbers, as in {O: 1..4}",
                          spec->file, map->line);
    for (const cupel_yaml *k = map ? map->child : NULL; k; k = k->next) {
        unsigned z, at = 0;
        double low, high;
        cupel_status st = cupel_spec_element(spec, k, k->key, &z, err);
        if (st == CUPEL_OK) st = cupel_spec_range(spec, k, 1, s->most, &low, &high, err);
        if (st != CUPEL_OK) return st;
        if (low > floor(low) || high > floor(high))
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: charge_neutral: amounts of %s must be whole numbers", spec->file, k->line,
                              cupel_element_symbol(z));
        while (at < s->n && s->z[at] != z) at++;
        if (at == s->n && spec->allows[z])
            return cupel_fail(err, CUPEL_USAGE,
                              "%s:%zu: space: charge_neutral: %s of amounts is not among the elements; add it there, or leave it out", spec->file,
                              k->line, cupel_element_symbol(z));
        if (at == s->n) continue;
        s->low[at] = (unsigned char)low;
        s->high[at] = (unsigned char)high;
    }
    return CUPEL_OK;
}
