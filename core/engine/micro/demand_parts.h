/* Inside the demand for microstructures: what demand.c, require.c and target.c share. */
#ifndef CUPEL_ENGINE_MICRO_DEMAND_PARTS_H
#define CUPEL_ENGINE_MICRO_DEMAND_PARTS_H

#include "core/engine/micro/demand.h"
#include "core/math/units.h"

/* Quantities that must be given in one unit throughout a demand. */
typedef enum cupel_unit_family { CUPEL_OF_K, CUPEL_OF_C, CUPEL_OF_ALPHA, CUPEL_OF_DENSITY, CUPEL_OF_PRICE, CUPEL_OF_COST, CUPEL_OF_LENGTH,
    CUPEL_OF_PER_LENGTH, CUPEL_OF_NONE, CUPEL_FAMILIES } cupel_unit_family;

typedef struct cupel_micro_reader {
    cupel_micro_demand *d;
    const cupel_conduction *conduction; /* which the demand is about */
    size_t plain[CUPEL_FAMILIES], united[CUPEL_FAMILIES]; /* the line that first gave a plain number, or one with a unit; 0: none */
    const char *said[CUPEL_FAMILIES], *asked[CUPEL_FAMILIES]; /* the first unit of the demand, and of what is required; NULL: none */
    const char *here;                 /* the first unit in the entry that is being read */
    const char *instead;              /* the unit of the number that is being read, where it is not that of its family; NULL */
    bool in_entry;                    /* an entry of `require` is being read */
    const cupel_yaml *entry_unit;     /* its `unit`; NULL: it has none */
    cupel_unit entry_from, entry_to;  /* that unit, and the one it is converted to */
} cupel_micro_reader;

/* A scalar as a number of that family, converted to its unit. CUPEL_USAGE with file:line for a wrong unit, or a unit here and none there. */
cupel_status cupel_micro_number(cupel_micro_reader *r, const cupel_yaml *node, cupel_unit_family family, double *x, cupel_err *err);
/* `unit` of an entry of `require`, in which all of its plain numbers are read from here on, until the next entry; `name` is what is asked.
 * CUPEL_USAGE with file:line for another dimension, and where numbers of its kind have no units. */
cupel_status cupel_micro_entry_unit(cupel_micro_reader *r, const cupel_yaml *entry, cupel_unit_family family, const char *name, cupel_err *err);
/* "W/(m K)"; "" for none, and while the demand gives plain numbers. */
const char *cupel_micro_unit(const cupel_micro_reader *r, cupel_unit_family family);

/* Which conduction a demand is about: what `require` names, or what its phases carry. CUPEL_USAGE with file:line for two of them. */
cupel_status cupel_micro_conduction(cupel_micro_reader *r, const cupel_yaml *root, cupel_err *err);
/* The one of that name, in `require`; NULL: it is none. */
const cupel_conduction *cupel_micro_conduction_named(cupel_text word);

/* How numbers of that family are shown: in `unit`; where that is NULL in the unit of what is required first, else in the first of the demand. */
cupel_micro_shown cupel_micro_show(const cupel_micro_reader *r, cupel_unit_family family, const char *unit);

/* Reads `require`; the phases are known already. */
cupel_status cupel_micro_require(cupel_micro_reader *r, const cupel_yaml *list, cupel_err *err);

/* `target`, `convention`, `orientation` and `within` of an entry that asks for a whole tensor: its components in Mandel order, in the unit of the
 * family. CUPEL_BAD_INPUT with file:line for one that is not symmetric or has a negative eigenvalue, CUPEL_USAGE for another shape. */
cupel_status cupel_micro_target(cupel_micro_reader *r, const cupel_yaml *entry, cupel_unit_family family, cupel_ask *a, cupel_err *err);
/* component: 11 of a tensor, Voigt labels for a stiffness (44 = 2323). */
cupel_status cupel_micro_component(const cupel_micro_demand *d, const cupel_yaml *entry, cupel_ask *a, cupel_err *err);
/* `within`, the share by which a target may be missed; 0.01 where the entry does not say. */
cupel_status cupel_micro_within(const cupel_micro_demand *d, const cupel_yaml *entry, double *within, cupel_err *err);

/* `size`, before `require`; and what is required beside it: `minimum feature`, `connected`, `tolerance` and `hold under`, after. */
cupel_status cupel_micro_size(cupel_micro_reader *r, const cupel_yaml *root, cupel_err *err);
cupel_status cupel_micro_process(cupel_micro_reader *r, const cupel_yaml *root, cupel_err *err);

/* "edge" or "1/edge" where there is no size; else the unit of the demand. */
const char *cupel_micro_length_unit(const cupel_micro_reader *r, cupel_unit_family family);

/* A share of something, as in 1.5 % or 0.015; `of` says of what. CUPEL_USAGE with file:line for another unit and beyond 0 to 1. */
cupel_status cupel_micro_share(const cupel_micro_demand *d, const cupel_yaml *node, const char *key, const char *of, double *share, cupel_err *err);

/* The phase of that name; CUPEL_USAGE with file:line and the names there are. `what` needs it: "connected". */
cupel_status cupel_micro_phase_named(const cupel_micro_demand *d, const cupel_yaml *node, size_t line, const char *what, size_t *phase,
                                     cupel_err *err);

#endif
