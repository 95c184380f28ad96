/* Rows that one thread asks a model about. What a model answers for a row depends on the row only, not on those beside it. */
#ifndef CUPEL_MODELS_LEARN_QUERY_H
#define CUPEL_MODELS_LEARN_QUERY_H

#include "core/sys/cpu.h"

typedef struct cupel_query {
    const double *x; /* [n][ld], the columns of the model first */
    size_t ld, n;
    cupel_isa isa;   /* one that this processor runs */
    void *scratch;   /* the thread's own, of as many bytes as the model says, aligned to 64 */
} cupel_query;

/* The rows from `from` on, at most so many: a block of a loop over all of them. */
static inline cupel_query cupel_query_part(const cupel_query *q, size_t from, size_t most)
{
    return (cupel_query){q->x + from * q->ld, q->ld, q->n - from < most ? q->n - from : most, q->isa, q->scratch};
}

#endif
