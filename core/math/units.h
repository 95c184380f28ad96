/* Units: what a column or a demand says, and conversion between those of one dimension. */
#ifndef CUPEL_MATH_UNITS_H
#define CUPEL_MATH_UNITS_H

#include "core/base/str.h"
#include "core/cupel.h"

/* SI value = scale * x + offset. power: twice the exponents of m kg s A K mol cd and USD (MPa m^0.5 has odd ones). */
typedef struct cupel_unit {
    double scale, offset;
    signed char power[8];
} cupel_unit;

/* "MPa", "eV/atom", "g/cm^3", "W/(m K)", "USD/kg", "1/cm", "degC", "%", "" or "-" (dimensionless), "10^6 S/m", "MPa sqrt(m)".
 * Products by a blank, * or ·, quotients by / or `per`, powers by ^, digits or superscripts (m^3, m3, m-3, m⁻³, m^0.5, m^(1/2)).
 * Atoms and formula units count as 1: eV/atom keeps the dimension of eV. A bare degC or degF is a temperature; in a product it is a
 * difference. What has two readings is refused (W/m K, m^1/2), and so is what has no fixed size (EUR, HRC). CUPEL_BAD_INPUT names the
 * word that is not known and those that may be meant. */
cupel_status cupel_unit_parse(cupel_text text, cupel_unit *u, cupel_err *err);
bool cupel_unit_same_dimension(const cupel_unit *a, const cupel_unit *b);
/* x in unit `from` expressed in unit `to`; the caller has checked the dimension. */
double cupel_unit_convert(double x, const cupel_unit *from, const cupel_unit *to);

/* "1.1 eV" -> 1.1 and "eV"; "3" -> 3 and "". CUPEL_BAD_INPUT if it does not begin with a finite number. The unit is not read. */
cupel_status cupel_quantity_parse(cupel_text text, double *x, cupel_text *unit, cupel_err *err);

/* "1.1 eV" expressed in `unit` (text); a missing unit on a quantity is accepted only where `unit` is "". The message gives both units.
 * A unit written exactly as `unit` needs no entry in the table: "55 HRC" in "HRC" is 55. */
cupel_status cupel_quantity_in(cupel_text text, const char *unit, double *x, cupel_err *err);

#endif
