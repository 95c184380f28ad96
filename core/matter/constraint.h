/* Element facts with value, source and year, and constraints on a composition built on them. Unknown is never taken as zero. */
#ifndef CUPEL_MATTER_CONSTRAINT_H
#define CUPEL_MATTER_CONSTRAINT_H

#include "core/matter/composition.h"
#include "core/matter/method.h"

/* One table of element facts (datasets/elements/<name>.tsv, compiled in; a user may give his own file). */
typedef struct cupel_facts {
    const char *name;         /* "price" */
    const char *quantity;     /* "price" */
    const char *unit;         /* "USD/kg" */
    const char *help;
    const double *value;      /* [119], NaN = unknown */
    const char *const *source;/* [119], "" where unknown */
    const short *year;        /* [119], 0 where unknown */
} cupel_facts;

const cupel_facts *cupel_facts_at(size_t i);              /* the compiled-in tables; NULL past the end */
const cupel_facts *cupel_facts_find(const char *name);

typedef enum cupel_verdict { CUPEL_PASS = 0, CUPEL_FAIL = 1, CUPEL_UNKNOWN = 2 } cupel_verdict; /* unknown counts as a rejection unless the demand says otherwise */

/* A constraint as read from a demand. Opaque to the caller but for what it prints. */
typedef struct cupel_constraint cupel_constraint;

typedef struct cupel_constraint_result {
    cupel_verdict verdict;
    double figure;         /* e.g. USD/kg of the composition, wt % of the worst restricted element; NaN when there is none */
    char reason[96];       /* "contains Pb", "price 31 > 20 USD/kg", "no price for Pm"; "" when it passes */
} cupel_constraint_result;

/* Kinds, each with its keys in a demand (a mapping key -> text; lists are comma-separated texts):
 *   elements: allowed|required|forbidden, list: [..]        elements: count, min:, max:
 *   price: max: 20 USD/kg        supply: hhi_production|hhi_reserve, max: 2500      abundance: min: 1 mg/kg
 *   rohs: yes    radioactive: no    eu_critical: no    co2: max: 10 kg/kg    energy: max: 200 MJ/kg
 *   charge_neutral: yes (oxidation states of icsd24, electronegativity order)
 * and optionally unknown: pass|reject (default reject), facts: file.tsv (user table). */
typedef struct cupel_key_value {
    cupel_text key, value; /* a list [a, b] comes as "a,b" */
    size_t line;
} cupel_key_value;

/* `keys` are all keys of one entry of `require`. CUPEL_USAGE with the line and the known keys, units or elements. */
cupel_status cupel_constraint_new(const cupel_key_value *keys, size_t n, const char *file, cupel_constraint **c, cupel_err *err);
void cupel_constraint_free(cupel_constraint *c);
void cupel_constraint_check(const cupel_constraint *c, const cupel_composition *comp, cupel_constraint_result *result); /* thread-safe, no allocation */
const char *cupel_constraint_name(const cupel_constraint *c);  /* short and unique per demand: "forbidden Pb Cd", "price" */
const char *cupel_constraint_column(const cupel_constraint *c);/* column of its figure in a ranking, "price [USD/kg]"; "" when it has no figure */
const char *cupel_constraint_words(const cupel_constraint *c); /* for the report: "costs at most 20 USD/kg of raw elements (USGS 2024)" */
/* For spaces that prune: may an element occur at all? false = every composition with z fails. */
bool cupel_constraint_allows(const cupel_constraint *c, unsigned z);
/* Is this key the start of an element constraint? */
bool cupel_constraint_is_key(cupel_text key);
const cupel_method *cupel_constraint_method(size_t i);         /* for `cupel methods` and cite; NULL past the end */

#endif
