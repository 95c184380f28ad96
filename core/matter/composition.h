/* A composition: amounts of elements. One at a time, and many in a batch laid out for kernels. */
#ifndef CUPEL_MATTER_COMPOSITION_H
#define CUPEL_MATTER_COMPOSITION_H

#include "core/base/str.h"
#include "core/cupel.h"
#include "core/matter/elements.h"

/* Elements in order of first appearance, each once, amounts finite and > 0 (atoms per formula as written). */
typedef struct cupel_composition {
    unsigned n;
    unsigned char z[CUPEL_Z_MAX];
    double amount[CUPEL_Z_MAX];
} cupel_composition;

double cupel_composition_total(const cupel_composition *c);          /* atoms per formula */
double cupel_composition_weight(const cupel_composition *c);         /* g/mol of formula */
double cupel_composition_amount(const cupel_composition *c, unsigned z);
/* Canonical text: elements by increasing Pauling electronegativity (unknown last) then symbol. The scale in which it was written does not
 * matter: the smallest whole numbers ("Fe2O3" for FeO1.5) while none passes 99, otherwise the shortest of whole numbers, one main element
 * taken as 1 ("Ba2YCu3O6.93") and atomic fractions. Two texts are equal when the atomic fractions are, to about 1e-8. */
void cupel_composition_text(const cupel_composition *c, cupel_str *out);
/* "Fe-O": symbols sorted alphabetically (a chemical system). */
void cupel_composition_system(const cupel_composition *c, cupel_str *out);

/* Many compositions. Element i of composition k is at first[k] + i. {0} is empty. */
typedef struct cupel_batch {
    size_t n;
    uint32_t *first;       /* [n + 1] */
    unsigned char *z;      /* [first[n]] */
    double *amount;        /* [first[n]], as cupel_composition.amount */
    unsigned char *reason; /* [n], a cupel_reason; a row with one has no elements */
    size_t cap_rows, cap_items;
} cupel_batch;

/* Room for this many more rows and amounts; the row under construction is not counted before b->n grows. */
cupel_status cupel_batch_reserve(cupel_batch *b, size_t rows, size_t items, cupel_err *err);
cupel_status cupel_batch_add(cupel_batch *b, const cupel_composition *c, unsigned char reason, cupel_err *err); /* c NULL: no elements */
void cupel_batch_get(const cupel_batch *b, size_t k, cupel_composition *c);
void cupel_batch_clear(cupel_batch *b); /* keeps the room */
void cupel_batch_release(cupel_batch *b);

#endif
