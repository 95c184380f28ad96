/* The chemical elements: Z = 1 .. 118. */
#ifndef CUPEL_MATTER_ELEMENTS_H
#define CUPEL_MATTER_ELEMENTS_H

#include <stdbool.h>
#include <stddef.h>

enum { CUPEL_Z_MAX = 118 };

const char *cupel_element_symbol(unsigned z);      /* "Fe"; "" outside 1..118 */
const char *cupel_element_name(unsigned z);        /* "iron" */
unsigned cupel_element_find(const char *s, size_t n); /* Z of exactly these n letters (case matters), 0 if there is none; "D" and "T" give 0 */
/* standard atomic weight, g/mol (IUPAC 2021, doi:10.1515/pac-2019-0603; else longest-lived isotope); NaN outside 1..118 */
double cupel_element_weight(unsigned z);
double cupel_element_electronegativity(unsigned z); /* Pauling scale; NaN where unknown */
/* The order of elements in a formula: a before b by increasing electronegativity, unknown last, then by symbol. Both 1..118. */
bool cupel_element_before(unsigned a, unsigned b);

/* Z by symbol: [first letter - 'A'][second letter - 'a' + 1, or 0 when there is none]; 0 where there is no such element. For readers' inner loops. */
extern const unsigned char cupel_element_code[26][32];

#endif
