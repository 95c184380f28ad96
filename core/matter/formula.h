/* Chemical formulas: one strict grammar, refusal with position and reason for everything else.
 * FORMULAS.md beside this file states it. */
#ifndef CUPEL_MATTER_FORMULA_H
#define CUPEL_MATTER_FORMULA_H

#include "core/matter/composition.h"
#include "core/matter/reason.h"

/* How to read '.' between a digit and a digit where both a decimal point and a hydrate dot make sense (Fe2O3.5H2O). */
typedef enum cupel_dot { CUPEL_DOT_REFUSE = 0, CUPEL_DOT_HYDRATE, CUPEL_DOT_DECIMAL } cupel_dot;

typedef struct cupel_formula {
    cupel_composition composition; /* D and T count as H */
    double deuterium, tritium;     /* atoms of H that were written D or T */
    double charge;                 /* net charge in e, 0 if none was written */
    bool has_oxidation_marks;
} cupel_formula;

typedef struct cupel_formula_error {
    cupel_reason reason;  /* missing, bad or ambiguous */
    size_t position;      /* bytes from the start of the text */
    char message[256];    /* what was found and what was expected there */
} cupel_formula_error;

/* Reads text [0..n) (n <= 4096, nesting <= 16) into *f. False: *e says why. */
bool cupel_formula_read(cupel_text text, cupel_dot dot, cupel_formula *f, cupel_formula_error *e);

/* Is this a solvent of crystallisation as the rule of the hydrate dot knows it: H2O, NH3, HCl, ...? */
bool cupel_formula_is_solvent(cupel_text text);

/* g/mol of formula units as written, with deuterium and tritium at their own masses. */
double cupel_formula_weight(const cupel_formula *f);

/* The fast way for batches: the same answers as cupel_formula_read, straight into the batch as a new row; a refused text becomes a
 * row with a reason. Fails only when memory is out. */
cupel_status cupel_batch_add_formula(cupel_batch *b, cupel_text text, cupel_dot dot, cupel_err *err);

#endif
