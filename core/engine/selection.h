/* What of a table is learned from: which rows, which version of the file, and how a formula is made where the table has columns of element
 * contents in its place.
 *
 *   data:
 *     file: fatigue.csv
 *     sha256: ede2c504...                       another file of that name is refused
 *     download: "supplement of doi:10.1186/2193-9772-3-8"   what a user is told who does not have it
 *     where: {temperature [K]: 290..310, type: [C, T]}      rows whose cells lie in the range, or are one of the words
 *     without: [Mg-Bi, Mg-Sb]                   rows that hold all elements of an entry are left out (a family held back)
 *     contents: {columns: [C, Si, Mn], unit: wt %, balance: Fe}   columns named by elements; unit wt %, at % or 1; balance: what fills up to 100
 *
 * A file name that is not found beside the demand is looked for in the folders of the environment's CUPEL_DATA (joined by ':'). */
#ifndef CUPEL_ENGINE_SELECTION_H
#define CUPEL_ENGINE_SELECTION_H

#include "core/base/arena.h"
#include "core/io/yaml.h"
#include "core/matter/composition.h"
#include "core/matter/reason.h"
#include "core/matter/records.h"

#include <stdbool.h>

enum { CUPEL_SELECTION_WHERE = 16, CUPEL_SELECTION_WITHOUT = 64 };

/* The column that `contents` appends to a table. */
#define CUPEL_CONTENTS_COLUMN "composition of contents"

typedef struct cupel_where {
    const char *column;
    bool is_range;
    double min, max;          /* of a range, ends included, in the unit of the column */
    size_t n_words;
    const cupel_text *word;   /* [n_words] else */
} cupel_where;

/* A set of elements as it stands in `without`. */
typedef struct cupel_element_set {
    unsigned char z[8];
    unsigned n;
} cupel_element_set;

typedef struct cupel_selection {
    const char *sha256;       /* 64 hex digits; NULL: any */
    const char *download;     /* words; NULL */
    size_t n_where, n_without;
    cupel_where where[CUPEL_SELECTION_WHERE];
    cupel_element_set without[CUPEL_SELECTION_WITHOUT];
    unsigned n_contents;      /* 0: the table has formulas */
    const char *content[CUPEL_Z_MAX]; /* names of columns, which are symbols */
    unsigned char content_z[CUPEL_Z_MAX];
    bool by_weight;
    double whole;             /* 100 or 1: what the contents add up to with the balance */
    unsigned balance;         /* Z, 0: none */
} cupel_selection;            /* text lives in the arena and the document */

/* The keys under `data:` that belong to it, NULL-ended. */
extern const char *const cupel_selection_keys[];
/* *s NULL when the demand says nothing of the kind; else in the arena. CUPEL_USAGE with file:line. */
cupel_status cupel_selection_parse(const cupel_yaml *data, const char *file, cupel_arena *arena, const cupel_selection **s, cupel_err *err);

/* The path of a table that a demand names: beside the demand, else in a folder of CUPEL_DATA. When it is nowhere: CUPEL_BAD_INPUT, which says
 * where was looked, and what to download. Caller frees. */
cupel_status cupel_selection_find(const cupel_selection *s, const char *demand, const char *name, char **path, cupel_err *err);
/* CUPEL_BAD_INPUT when the digest is not the one that the demand expects. hex: 64 digits. */
cupel_status cupel_selection_verify(const cupel_selection *s, const char *path, const char *hex, cupel_err *err);

/* at [n_where]: the columns of `where` in the header. CUPEL_BAD_INPUT names the first column, of these or of `contents`, that is not there. */
cupel_status cupel_selection_bind(const cupel_selection *s, const cupel_header *h, const char *file, size_t at[CUPEL_SELECTION_WHERE],
                                  cupel_err *err);
bool cupel_selection_keeps(const cupel_selection *s, const size_t *at, const cupel_records *r, size_t row); /* does `where` hold for the row? */
/* Appends the column CUPEL_CONTENTS_COLUMN, formulas in atomic per cent; a row with a content that is no number from 0 to the whole, or whose
 * contents exceed it, gets an empty formula. */
cupel_status cupel_selection_compose(const cupel_selection *s, cupel_header *h, cupel_records *r, cupel_err *err);
/* Why it did, in words, for a row of that table: missing_number or bad_number. */
cupel_reason cupel_selection_lacks(const cupel_selection *s, const cupel_header *h, const cupel_records *r, size_t row, cupel_str *words);
/* Is this composition of a family that is held back? */
bool cupel_selection_holds_back(const cupel_selection *s, const cupel_composition *c);

/* "of its rows those with temperature [K] from 290 to 310; without Mg-Bi": for the demand in words. */
void cupel_selection_words(const cupel_selection *s, cupel_str *out);

#endif
