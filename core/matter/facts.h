/* Tables of facts about elements, each value with its source and year. An element without a value is unknown, never zero. */
#ifndef CUPEL_MATTER_FACTS_H
#define CUPEL_MATTER_FACTS_H

#include "core/cupel.h"

#include <stdbool.h>
#include <stddef.h>

/* One table (datasets/elements/<name>.tsv, compiled in; a user may give his own file). */
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

/* Oxidation states: bit s + 8 for state s, by Z. Not a number per element, so not among the tables. icsd24: all that the ICSD of 2024 has more than
 * five times, which lets in rare states such as Bi+ and S+. Common: of these the ones that are at least 5 % of the element's reports there.
 * smact14: the list that SMACT was begun with (2014), all that are known. */
enum { CUPEL_STATE_SHIFT = 8, CUPEL_STATE_BITS = 17 };
typedef enum cupel_states { CUPEL_STATES_COMMON, CUPEL_STATES_ICSD24, CUPEL_STATES_SMACT14 } cupel_states;
extern const char *const cupel_states_words[]; /* "common", "icsd24", "smact14", NULL: what a demand says */
extern const char *const cupel_states_said[];  /* the same in words: "oxidation states common in the ICSD (2024)" */
const unsigned *cupel_oxidation_states(cupel_states set);        /* [119] */
double cupel_oxidation_share(unsigned z, int state);             /* of z's reports in the ICSD of 2024, 0 .. 1 */

/* A user's table: tab-separated `symbol value [unit] source year` with that header, '#' begins a comment line. Values are converted to the
 * unit of `like`, whose other descriptions it takes. With states, `value` is a list of oxidation states and goes to state [119] instead.
 * CUPEL_BAD_INPUT with file:line. */
typedef struct cupel_facts_file cupel_facts_file;
cupel_status cupel_facts_open(const char *path, const cupel_facts *like, bool states, cupel_facts_file **file, cupel_err *err);
const cupel_facts *cupel_facts_of(const cupel_facts_file *file);
const unsigned *cupel_facts_states(const cupel_facts_file *file);
void cupel_facts_close(cupel_facts_file *file);

#endif
