/* Units: what a column or a demand says, and conversion between those of one dimension. */
#ifndef CUPEL_MATH_UNITS_H
#define CUPEL_MATH_UNITS_H

#include "core/base/str.h"
#include "core/cupel.h"

/* SI value = scale * x + offset. Exponents of m kg s A K mol cd, and of currency (USD). */
typedef struct cupel_unit {
    double scale, offset;
    signed char power[8];
} cupel_unit;

/* "MPa", "eV/atom", "g/cm^3", "W/(m K)", "USD/kg", "1/cm", "degC", "%", "" (dimensionless), products by space, * or ·, quotients by /,
 * powers by ^ or digits (m3, m^-3). eV/atom keeps the dimension of eV. CUPEL_BAD_INPUT names the word that is not known. */
cupel_status cupel_unit_parse(cupel_text text, cupel_unit *u, cupel_err *err);
bool cupel_unit_same_dimension(const cupel_unit *a, const cupel_unit *b);
/* x in unit `from` expressed in unit `to`; the caller has checked the dimension. */
double cupel_unit_convert(double x, const cupel_unit *from, const cupel_unit *to);

/* "1.1 eV" -> 1.1 and "eV"; "3" -> 3 and "". CUPEL_BAD_INPUT if it does not begin with a number. */
cupel_status cupel_quantity_parse(cupel_text text, double *x, cupel_text *unit, cupel_err *err);

/* "1.1 eV" expressed in `unit` (text); a missing unit on a quantity is accepted only where `unit` is "". The message gives both units. */
cupel_status cupel_quantity_in(cupel_text text, const char *unit, double *x, cupel_err *err);

#endif
