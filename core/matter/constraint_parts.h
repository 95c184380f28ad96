/* What the files of constraints share (constraint*.c only). */
#ifndef CUPEL_MATTER_CONSTRAINT_PARTS_H
#define CUPEL_MATTER_CONSTRAINT_PARTS_H

#include "core/matter/constraint.h"

typedef enum constraint_rule {
    RULE_ALLOWED,
    RULE_REQUIRED,
    RULE_FORBIDDEN,
    RULE_COUNT,
    RULE_MEAN,     /* mass-weighted mean of a table */
    RULE_SCARCEST, /* least value of a table */
    RULE_SHARE,    /* mass share of each element against its own limit */
    RULE_FLAG,     /* elements with value 1 are ruled out */
    RULE_CHARGE
} constraint_rule;

enum { CONSTRAINT_ROWS = CUPEL_Z_MAX + 1 };

struct cupel_constraint {
    constraint_rule rule;
    const char *label;                    /* "price": the figure's name in a reason */
    const char *unit;
    double min, max;                      /* of the figure, infinite where open; of the number of elements for RULE_COUNT */
    bool pass_unknown;
    bool alloys_pass, mixed_valence;      /* RULE_CHARGE */
    bool listed[CONSTRAINT_ROWS];
    unsigned n_listed;
    double value[CONSTRAINT_ROWS];        /* of the table, NaN = unknown */
    double weight[CONSTRAINT_ROWS];       /* atomic weights */
    double burden[CONSTRAINT_ROWS];       /* weight times value: the mean is sum(amount burden) / sum(amount weight) */
    double electronegativity[CONSTRAINT_ROWS];
    bool metal[CONSTRAINT_ROWS];
    unsigned state[CONSTRAINT_ROWS];      /* bit s + CUPEL_STATE_SHIFT */
    const cupel_facts *facts;             /* the table in use; NULL for element lists and states */
    cupel_facts_file *own;                /* a user's table */
    char *name, *column, *words;
};

/* Charge neutrality: PASS, FAIL or UNKNOWN; *z is an element without data. */
cupel_verdict cupel_charge_neutral(const cupel_constraint *c, const cupel_composition *comp, unsigned char *z);

#endif
