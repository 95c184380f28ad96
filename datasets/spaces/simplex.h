/* Ways to give a whole number of steps to parts, each within its range: what ranges, mixtures and neighbourhoods have in common. Every way has a
 * rank 0 .. count - 1 in lexicographic order of the amounts and is found from it without the others.
 *
 * Without couplings a table ways(i, k, r) of the parts from the i-th on, with k parts that may still leave their place of rest and r steps left to
 * give, follows from ways(i + 1, ...) (Nijenhuis, Wilf: Combinatorial Algorithms, 1978, chapter 13). With couplings the partial sums are part of
 * the state: the states that can be reached and finished are the nodes of a decision diagram, found by a hash of their numbers. Both are exact. */
#ifndef CUPEL_DATASETS_SPACES_SIMPLEX_H
#define CUPEL_DATASETS_SPACES_SIMPLEX_H

#include "core/cupel.h"
#include "core/matter/elements.h"

#include <stdbool.h>

enum { CUPEL_SIMPLEX_PARTS = CUPEL_Z_MAX, CUPEL_COUPLINGS_MAX = 8, CUPEL_SIMPLEX_STEPS = 100000 };

/* least <= sum of times[i] * amount[i] <= most */
typedef struct cupel_coupling {
    int64_t times[CUPEL_SIMPLEX_PARTS];
    int64_t least, most; /* INT64_MIN, INT64_MAX where open */
} cupel_coupling;

typedef struct cupel_diagram cupel_diagram;

typedef struct cupel_simplex {
    unsigned n, most;                                                           /* parts; most of them off their rest; n: no limit */
    uint32_t steps;                                                             /* that all amounts add up to */
    uint32_t low[CUPEL_SIMPLEX_PARTS], high[CUPEL_SIMPLEX_PARTS],
        rest[CUPEL_SIMPLEX_PARTS]; /* amounts of each part; rest may lie outside the range */
    unsigned n_couplings;
    cupel_coupling *coupling;                                                   /* [n_couplings], freed with the grid */
    uint64_t *ways;                                                             /* [n + 1][layers][steps + 1], without couplings */
    cupel_diagram *diagram;                                                     /* with couplings */
    uint64_t count;
} cupel_simplex;

/* A way, and what is needed to go on to the next. */
typedef struct cupel_simplex_place {
    uint32_t amount[CUPEL_SIMPLEX_PARTS];
    uint32_t left[CUPEL_SIMPLEX_PARTS + 1]; /* steps left before part i */
    uint32_t may[CUPEL_SIMPLEX_PARTS + 1];  /* parts that may leave their rest, from the i-th on */
    uint32_t node[CUPEL_SIMPLEX_PARTS + 1]; /* of the diagram */
} cupel_simplex_place;

/* Counts. `what` begins the message: "demand.yaml:3: space: ranges". CUPEL_USAGE when there are more than 10^18 ways or the table would be too large;
 * no ways at all is no error. */
cupel_status cupel_simplex_build(cupel_simplex *g, const char *what, cupel_err *err);
void cupel_simplex_release(cupel_simplex *g);

/* The way of that rank, below count. */
void cupel_simplex_go(const cupel_simplex *g, uint64_t rank, cupel_simplex_place *p);
/* The next; the caller knows that there is one. */
void cupel_simplex_next(const cupel_simplex *g, cupel_simplex_place *p);

/* Of simplex.c and diagram.c only. */
cupel_status cupel_diagram_new(const cupel_simplex *g, const char *what, cupel_diagram **d, uint64_t *count, cupel_err *err);
void cupel_diagram_free(cupel_diagram *d);
/* Ways from part i on, at `node`, when it is given `amount`; *next is the node after it. */
uint64_t cupel_diagram_ways(const cupel_diagram *d, unsigned i, uint32_t node, uint32_t amount, uint32_t *next);

#endif
