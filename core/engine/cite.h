/* The methods there are, printed from what each says of itself, and the references of those that were used. */
#ifndef CUPEL_ENGINE_CITE_H
#define CUPEL_ENGINE_CITE_H

#include "core/base/str.h"
#include "core/matter/method.h"

/* Descriptors, of compositions and then of volumes, learners, intervals, acquisitions, spaces, formats, constraints, volume formats, in this
 * order; NULL past the end. */
const cupel_method *cupel_method_at(size_t i);
/* The i-th method of this name: names are unique within a kind only. */
const cupel_method *cupel_method_named(cupel_text name, size_t i);

typedef enum cupel_methods_format { CUPEL_METHODS_TABLE, CUPEL_METHODS_CSV, CUPEL_METHODS_JSON } cupel_methods_format;
/* All methods, or those of one kind or name (`only` NULL: all). CUPEL_USAGE when nothing has that kind or name. */
cupel_status cupel_methods_list(const char *only, cupel_methods_format format, cupel_str *out, cupel_err *err);

/* References of the named methods, each once, as text or BibTeX. CUPEL_USAGE for a name that is not known, with the nearest that is. */
cupel_status cupel_cite(const char *const *name, size_t n, bool bibtex, cupel_str *out, cupel_err *err);

/* The parts of "Cortes, Vapnik: Support-vector networks. Machine Learning 20, 273 (1995)"; without a colon all is title. */
typedef struct cupel_reference_parts {
    cupel_text authors, title, place, year; /* empty where the text does not say */
} cupel_reference_parts;
cupel_reference_parts cupel_reference_split(const char *text);

/* "https://doi.org/10.1007/BF00994018", or the URL as it is. */
void cupel_reference_link(const cupel_reference *r, cupel_str *out);

#endif
