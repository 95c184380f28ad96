/* What every method (descriptor, learner, space, format, constraint) says of itself. Help, validation, `cupel methods`, `cupel cite`
 * and the documentation are printed from this struct; adding a method is adding a file and one line in a list. */
#ifndef CUPEL_MATTER_METHOD_H
#define CUPEL_MATTER_METHOD_H

#include "core/cupel.h"

/* One numeric parameter. NaN as value means "chosen from the data" (the help says how). */
typedef struct cupel_param {
    const char *name;
    const char *unit; /* "" when dimensionless */
    double value, min, max;
    const char *help;
} cupel_param;

typedef struct cupel_reference {
    const char *doi;  /* "10.1007/BF00994018", or a URL where there is none */
    const char *text; /* "Cortes, Vapnik: Support-vector networks. Machine Learning 20, 273 (1995)" */
} cupel_reference;

typedef struct cupel_method {
    const char *name;     /* as typed: "magpie", "svr" */
    const char *kind;     /* "descriptor", "learner", "space", "format", "constraint" */
    const char *scale;    /* "composition", "crystal", "microstructure", or "any" */
    const char *help;     /* one line */
    const char *maturity; /* "stable" or "experimental" */
    const char *input;    /* what it needs: "formula" */
    const char *output;   /* what it gives, with units: "132 columns, units per column" */
    const char *note;     /* what its values are that a reader of the columns would not think: signs, definitions; NULL when there is nothing */
    const cupel_reference *references; /* ended by {NULL, NULL}; NULL when there is none */
    const cupel_param *params;         /* ended by a NULL name; NULL when there is none */
} cupel_method;

size_t cupel_method_n_params(const cupel_method *m);

/* Values of the method's parameters from "C=10,gamma=0.1" (NULL or "" = all defaults) into value [n_params].
 * CUPEL_USAGE with the list of parameters for an unknown name, a word that is no number, or a value outside min..max. */
cupel_status cupel_method_settings(const cupel_method *m, const char *text, double *value, cupel_err *err);

#endif
