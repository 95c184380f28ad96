/* Text: a growing string, slices, and the two conversions between text and number. C locale always. */
#ifndef CUPEL_BASE_STR_H
#define CUPEL_BASE_STR_H

#include "core/cupel.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* A slice of text owned by somebody else; not ended by 0. */
typedef struct cupel_text {
    const char *p;
    size_t n;
} cupel_text;

cupel_text cupel_text_of(const char *s);                 /* s may be NULL: empty */
bool cupel_text_is(cupel_text t, const char *s);         /* equal */
bool cupel_text_ends(cupel_text t, const char *end);       /* with `end`, and something before it */
cupel_text cupel_text_trim(cupel_text t);                /* without spaces and tabs at both ends */

/* How many of n bytes a message shows: what stands before the text in %.*s. most <= INT_MAX. */
static inline int cupel_shown(size_t n, size_t most) { return (int)(n < most ? n : most); }

/* Bytes of the character at p [n], n > 0; 0 when it is no UTF-8 (RFC 3629: nothing over-long, no surrogates, at most U+10FFFF). code may be NULL. */
size_t cupel_utf8(const unsigned char *p, size_t n, uint32_t *code);
bool cupel_text_utf8(cupel_text t); /* of such characters alone */

/* The next name of a list a,"b, c",d at *p, without blanks around it and without its quotes; *p goes behind it, NULL after the last. */
cupel_text cupel_text_next(const char **p);

/* A growing string. {0} is empty. After a failed growth `failed` stays set and the text stays as it was, so a caller
 * may append many times and look once. */
typedef struct cupel_str {
    char *p; /* ended by 0; NULL while nothing was appended */
    size_t n, cap;
    bool failed;
} cupel_str;

void cupel_str_add(cupel_str *s, const char *p, size_t n);
void cupel_str_puts(cupel_str *s, const char *text);
void cupel_str_putc(cupel_str *s, char c);
/* The words of `text` in lines of up to `width` bytes, and a new line; `at` is the column where they begin, `indent` that of every further line. */
void cupel_str_wrap(cupel_str *s, const char *text, size_t width, size_t indent, size_t at);
void cupel_str_addf(cupel_str *s, const char *fmt, ...) CUPEL_PRINTF(2, 3);
void cupel_str_vaddf(cupel_str *s, const char *fmt, va_list ap) CUPEL_PRINTF(2, 0);
void cupel_str_list(cupel_str *s, const char *name);      /* one more of a list that cupel_text_next reads: in quotes where it holds a comma */
void cupel_str_number(cupel_str *s, double x);           /* as cupel_format_double */
void cupel_str_xml(cupel_str *s, const char *text);       /* & and < as entities: what stands between tags */
void cupel_str_clear(cupel_str *s);                      /* empty, keeps the room */
void cupel_str_free(cupel_str *s);
const char *cupel_str_text(const cupel_str *s);          /* never NULL */

/* The whole of t (no spaces around) as a finite double, correctly rounded; false for anything else ("1x", "", "nan", "inf"). */
bool cupel_parse_double(cupel_text t, double *x);

/* The whole of t as a decimal integer in range; false for anything else. */
bool cupel_parse_i64(cupel_text t, int64_t *x);
bool cupel_parse_u64(cupel_text t, uint64_t *x);

/* The shortest decimal text that reads back as x; "nan", "inf", "-inf" for those. Returns its length (< 32). */
size_t cupel_format_double(char buf[32], double x);

/* A count for people: 1234567 -> "1,234,567". */
const char *cupel_format_count(char buf[32], uint64_t n);

/* "a " or "an ", by the first letter. */
const char *cupel_article(const char *word);

#endif
