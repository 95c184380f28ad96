/* Shared by the full reader of formulas: characters (formula_text.c), numbers (formula_number.c), charges and the grammar (formula.c). */
#ifndef CUPEL_MATTER_FORMULA_PARTS_H
#define CUPEL_MATTER_FORMULA_PARTS_H

#include "core/matter/formula.h"

enum { CUPEL_FORMULA_TEXT_MAX = 4096 };
enum cupel_formula_script { CUPEL_SCRIPT_PLAIN, CUPEL_SCRIPT_SUB, CUPEL_SCRIPT_SUPER };
enum { CUPEL_FORMULA_SEPARATOR = 1 }; /* the code of a hydrate dot */
#define CUPEL_FORMULA_LEAST 1e-15 /* amounts */
#define CUPEL_FORMULA_MOST 1e15

typedef struct cupel_formula_reader {
    cupel_text text;
    cupel_dot dot;
    cupel_formula *formula;
    cupel_formula_error *error;
    size_t n, i;             /* characters, and the next one to read */
    char code[CUPEL_FORMULA_TEXT_MAX + 3]; /* ASCII or CUPEL_FORMULA_SEPARATOR; zeros behind the end */
    unsigned char style[CUPEL_FORMULA_TEXT_MAX + 3];
    unsigned short at[CUPEL_FORMULA_TEXT_MAX + 3];   /* byte in text */
    size_t n_items, part;              /* amounts so far; the first of the part being read */
    bool part_has_brackets, has_signs; /* a bracket in this part; an oxidation mark with a sign anywhere */
    double amount[CUPEL_FORMULA_TEXT_MAX];
    unsigned char z[CUPEL_FORMULA_TEXT_MAX], isotope[CUPEL_FORMULA_TEXT_MAX]; /* isotope: 2 for D, 3 for T, else 0 */
} cupel_formula_reader;

static inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
static inline bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
static inline bool is_sign(char c) { return c == '+' || c == '-'; }
static inline char closing(char open) { return open == '(' ? ')' : open == '[' ? ']' : open == '{' ? '}' : 0; }

/* false, with what is wrong at character i in r->error. */
bool cupel_formula_refuse(cupel_formula_reader *r, cupel_reason reason, size_t i, const char *fmt, ...) CUPEL_PRINTF(4, 5);
bool cupel_formula_bad(cupel_formula_reader *r, size_t i, const char *message);

/* r->text as one character per position: r->code, r->style, r->at [r->n]. */
bool cupel_formula_spread(cupel_formula_reader *r);

/* The first place from i on that holds no digit of this style, or no space. */
size_t cupel_formula_digits(const cupel_formula_reader *r, size_t i, unsigned char style);
size_t cupel_formula_spaces(const cupel_formula_reader *r, size_t i);

/* A number at r->i into *x, behind which r->i goes; it stays, and *found is false, when there is none. unit: the number of a unit, behind which a
 * hydrate dot may stand; else one that multiplies a part. */
bool cupel_formula_number(cupel_formula_reader *r, bool unit, double *x, bool *found);

#endif
