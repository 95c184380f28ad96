/* Shared by datasets/spaces/neutral*.c: sets of elements and their neutral amounts (neutral_sets.c), the keys of the space (neutral_keys.c),
 * counting, candidates and opening (neutral.c, where the method stands). */
#ifndef CUPEL_DATASETS_SPACES_NEUTRAL_PARTS_H
#define CUPEL_DATASETS_SPACES_NEUTRAL_PARTS_H

#include "datasets/spaces/kind.h"

/* At most: elements of a formula, atoms of one element, its oxidation states +-1 .. +-8, the charge that a cupel_charges has a bit for. */
enum { CUPEL_NEUTRAL_SET_MAX = 8, CUPEL_NEUTRAL_AMOUNT_MAX = 24, CUPEL_NEUTRAL_STATE_MAX = 8, CUPEL_NEUTRAL_CHARGE_MAX = 127,
       CUPEL_NEUTRAL_ATOMS_MAX = CUPEL_NEUTRAL_SET_MAX * CUPEL_NEUTRAL_AMOUNT_MAX }; /* of a formula */

__extension__ typedef unsigned __int128 cupel_charges; /* bit c: charge c can be had */

typedef struct cupel_neutral {
    unsigned n, fewest, largest, most;                           /* elements; of which fewest .. largest at once; 1 .. most atoms of each */
    unsigned max_atoms;                                          /* of a formula */
    double difference;                                           /* least one of electronegativity between a cation and an anion; 0: any above 0 */
    unsigned char z[CUPEL_Z_MAX];                                /* in order of electronegativity */
    unsigned char cation[CUPEL_Z_MAX], anion[CUPEL_Z_MAX];       /* bit q - 1: state +q, state -q */
    unsigned char low[CUPEL_Z_MAX], high[CUPEL_Z_MAX];           /* atoms of each element, within 1 .. most */
    uint64_t choose[CUPEL_Z_MAX + 1][CUPEL_NEUTRAL_SET_MAX + 1]; /* binomials */
    uint64_t first_set[CUPEL_NEUTRAL_SET_MAX + 2];               /* index of the first set of k elements */
    size_t tuples[CUPEL_NEUTRAL_SET_MAX + 1];                    /* most^k: amounts of a set of k elements, the last changing fastest */
    uint64_t *allowed[CUPEL_NEUTRAL_SET_MAX + 1];                /* [words(tuples[k])] bits: no common divisor, and no more than max_atoms */
    uint64_t stride;                                             /* sets from one number in `before` to the next */
    uint64_t *before;                                            /* [n_sets / stride + 1] */
    uint64_t count, of_size[CUPEL_NEUTRAL_SET_MAX + 1];
} cupel_neutral;

/* A set of elements, as places in z, and what is worked out for it. */
typedef struct cupel_neutral_set {
    unsigned k;
    unsigned place[CUPEL_NEUTRAL_SET_MAX];
    uint64_t index;
    unsigned known;                                /* of the first elements the sums are those of this set */
    cupel_charges *cations[CUPEL_NEUTRAL_SET_MAX]; /* cations[i] [tuples[i]]: charges of the first i elements as cations */
    cupel_charges *anions;                         /* [tuples[largest - 1]] charges of the last elements as anions, without the sign */
    uint64_t *with;                                /* [charges][words(tuples[largest - 1])] bit j: right tuple j has the charge */
    uint64_t *row;                                 /* [words(tuples[largest - 1])] */
    uint64_t *flag;                                /* [words(tuples[largest]) + 1] bits: candidates */
} cupel_neutral_set;

static inline size_t cupel_neutral_words(size_t bits) { return (bits + 63) / 64; } /* of 64 bits */

static inline uint64_t cupel_neutral_sets(const cupel_neutral *s) { return s->first_set[s->largest + 1]; }

/* Set number `index`, below cupel_neutral_sets, and the one behind e; sets are in lexicographic order of their places. */
void cupel_neutral_go(const cupel_neutral *s, uint64_t index, cupel_neutral_set *e);
void cupel_neutral_next(const cupel_neutral *s, cupel_neutral_set *e);

/* Bytes of what is worked out for one set, and those bytes, aligned for cupel_charges, as the arrays of e. */
size_t cupel_neutral_scratch(const cupel_neutral *s);
void cupel_neutral_bind(const cupel_neutral *s, void *bytes, cupel_neutral_set *e);

/* Flags the candidates of the set; their number. */
uint64_t cupel_neutral_mark(const cupel_neutral *s, cupel_neutral_set *e);

/* The keys of the space; CUPEL_USAGE with the line. state [CUPEL_Z_MAX + 1]: bit q + CUPEL_STATE_SHIFT for state q; `said`: where they are from.
 * Limits come first, then states, elements, amounts. */
cupel_status cupel_neutral_limits(const cupel_space_spec *spec, cupel_neutral *s, cupel_err *err);
cupel_status cupel_neutral_states(const cupel_space_spec *spec, unsigned state[CUPEL_Z_MAX + 1], cupel_str *said, cupel_err *err);
cupel_status cupel_neutral_elements(const cupel_space_spec *spec, cupel_neutral *s, const unsigned *state, cupel_err *err);
cupel_status cupel_neutral_amounts(const cupel_space_spec *spec, cupel_neutral *s, cupel_err *err);

#endif
