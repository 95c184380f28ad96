/* Text for an HTML page: everything that comes from a file is escaped, numbers have as many digits as they deserve. */
#ifndef CUPEL_ENGINE_REPORT_TEXT_H
#define CUPEL_ENGINE_REPORT_TEXT_H

#include "core/base/str.h"

/* & < > " ' as entities; bytes that are not UTF-8, control characters and marks that turn the direction of writing become U+FFFD. */
void cupel_html(cupel_str *s, const char *text);
void cupel_html_text(cupel_str *s, cupel_text text);

/* A formula with its amounts set low, Fe<sub>2</sub>, and a place to break the line behind each. */
void cupel_html_formula(cupel_str *s, const char *formula);

/* Text with its exponents raised: g/cm^3 -> g/cm³, W m^-1 -> W m⁻¹. */
void cupel_html_raised(cupel_str *s, const char *text);
/* The same without entities. */
void cupel_raised(cupel_str *s, const char *text);

/* x to two digits of `resolution` (an error or the half width of an interval); to three digits when that is 0 or not finite. "–" for NaN. */
void cupel_html_value(cupel_str *s, double x, double resolution);
/* A number from a table, to four digits, with no more zeros behind it than it came with. */
void cupel_html_given(cupel_str *s, double x);
/* 0.874 -> "87 %", with "<1 %" and ">99 %" at the ends that are not exact. */
void cupel_html_percent(cupel_str *s, double share);
void cupel_html_count(cupel_str *s, int64_t n);
/* 83 -> "1 min 23 s" */
void cupel_html_seconds(cupel_str *s, double seconds);

/* JSON inside a script element: < > & as \u escapes, so that no text can end the element, and unfit characters as above. */
void cupel_html_json(cupel_str *s, const char *json);

#endif
