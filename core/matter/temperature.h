/* Numbers that no temperature has. */
#ifndef CUPEL_MATTER_TEMPERATURE_H
#define CUPEL_MATTER_TEMPERATURE_H

/* Absolute zero in the unit of a column: of K, degC or degF alone ("K": 0). -HUGE_VAL for what is no temperature: another unit, none, or a column
 * that is called a difference ("T change", "dT", "delta"), which may be any number. Rounding ("-459.67 degF") is let through. */
double cupel_least_temperature(const char *label, const char *unit);

#endif
