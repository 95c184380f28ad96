/* Constraints on a composition, built on element facts with source and year. Unknown is never taken as zero. */
#ifndef CUPEL_MATTER_CONSTRAINT_H
#define CUPEL_MATTER_CONSTRAINT_H

#include "core/matter/composition.h"
#include "core/matter/facts.h"
#include "core/matter/method.h"

/* Unknown counts as a rejection; under `unknown: pass` check() gives CUPEL_PASS instead. */
typedef enum cupel_verdict { CUPEL_PASS = 0, CUPEL_FAIL = 1, CUPEL_UNKNOWN = 2 } cupel_verdict;

/* A constraint as read from a demand. Opaque to the caller but for what it prints. */
typedef struct cupel_constraint cupel_constraint;

typedef struct cupel_constraint_result {
    cupel_verdict verdict;
    double figure;   /* e.g. USD/kg of the composition, mass % of the worst restricted element; NaN when there is none or a value is unknown */
    unsigned char z; /* the element that decided, 0 if none did; for reason() */
    bool unknown;    /* a value is unknown (the verdict may be PASS under `unknown: pass`, or FAIL when the known part is too much already) */
} cupel_constraint_result;

/* Kinds, each with its keys in a demand (a mapping key -> text; lists are comma-separated texts):
 *   elements: allowed|required|forbidden, list: [..]     only, all, or none of these
 *   elements: count, min: 2, max: 5
 *   price: max: 20 USD/kg                                mass-weighted mean of the elements; min: or max: or both
 *   supply: hhi_production|hhi_reserve, max: 2500        likewise (Gaultois 2013)
 *   co2: max: 10 kg/kg    energy: max: 200 MJ/kg         likewise (Nuss and Eckelman 2014; metals only: oxygen, for one, is unknown)
 *   abundance: min: 1 mg/kg                              of the scarcest element
 *   rohs: yes                                            mass shares of Pb, Hg, Cd; Cr above its limit is unknown, as only Cr(VI) counts
 *   radioactive: no    eu_critical: no
 *   charge_neutral: yes, alloys: reject|pass, mixed_valence: no|yes, states: common|icsd24
 *        some choice of one oxidation state per element (core/matter/facts.h) sums to zero, and every cation is less electronegative than every
 *        anion, as in
 *        SMACT; mixed_valence lets one element take a mean of its states. Pure elements and compositions of metals only pass where alloys is
 *        pass. Amounts that are not whole may miss zero by 0.001 e per atom.
 * and optionally unknown: pass|reject (default reject), facts: file.tsv (a user's table, core/matter/facts.h). */
typedef struct cupel_key_value {
    cupel_text key, value; /* a list [a, b] comes as "a,b" */
    size_t line;
} cupel_key_value;

/* `keys` are all keys of one entry of `require`. CUPEL_USAGE with the line and the known keys, units or elements. */
cupel_status cupel_constraint_new(const cupel_key_value *keys, size_t n, const char *file, cupel_constraint **c, cupel_err *err);
void cupel_constraint_free(cupel_constraint *c);
/* Thread-safe, no allocation, no text. The composition has at least one element. */
void cupel_constraint_check(const cupel_constraint *c, const cupel_composition *comp, cupel_constraint_result *result);
/* The result in words: "contains Pb", "price 31 > 20 USD/kg", "no price for Pm"; "" for a plain pass. Returns buf. */
enum { CUPEL_CONSTRAINT_TEXT = 128 };
const char *cupel_constraint_reason(const cupel_constraint *c, const cupel_composition *comp, const cupel_constraint_result *result,
                                    char buf[CUPEL_CONSTRAINT_TEXT]);
const char *cupel_constraint_name(const cupel_constraint *c);  /* short and unique per demand: "forbidden Pb Cd", "price" */
const char *cupel_constraint_column(const cupel_constraint *c);/* column of its figure in a ranking, "price [USD/kg]"; "" when it has no figure */
const char *cupel_constraint_words(const cupel_constraint *c); /* for the report: "costs at most 20 USD/kg of raw elements (USGS 2024)" */
/* For spaces that prune: may an element occur at all? false = every composition with z fails. */
bool cupel_constraint_allows(const cupel_constraint *c, unsigned z);
/* Must an element occur? */
bool cupel_constraint_requires(const cupel_constraint *c, unsigned z);
/* True when no composition of the allowed elements can meet it, whatever the amounts: the limit of a figure lies beyond what every one of them has.
 * `why` is then that in words. */
bool cupel_constraint_impossible(const cupel_constraint *c, const bool allowed[CUPEL_Z_MAX + 1], char why[CUPEL_CONSTRAINT_TEXT]);
/* Is this key the start of an element constraint? */
bool cupel_constraint_is_key(cupel_text key);
const cupel_method *cupel_constraint_method(size_t i);         /* for `cupel methods` and cite; NULL past the end */

#endif
