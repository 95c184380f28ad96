/* What the parts of the features share: making (features.c), learning from rows (features_learn.c), names and groups (features_names.c), values
 * (features_compute.c), the file (features_file.c). */
#ifndef CUPEL_ENGINE_FEATURES_PARTS_H
#define CUPEL_ENGINE_FEATURES_PARTS_H

#include "core/engine/features.h"
#include "core/engine/sets.h"
#include "core/matter/column_match.h"

/* A column of the table. */
typedef struct cupel_feature_column {
    char *name, *unit; /* unit: of the table that was learned from; "" or NULL: none */
    bool category;
    char **value; /* [n_values] categories in order of first appearance */
    size_t n_values, cap;
    double mean, low, high;   /* of the training rows; the mean is for imputation */
    double least;             /* absolute zero of a temperature; -HUGE_VAL */
    size_t numbers, texts;    /* cells that were learned from */
    uint64_t text_line;       /* of the first text */
    size_t at;                /* in the header that is bound; SIZE_MAX before */
    cupel_column_match units; /* of its numbers */
} cupel_feature_column;

struct cupel_features {
    cupel_sets sets;
    char *sets_text, *columns_text;
    cupel_feature_column *col;
    size_t n_cols;
    bool imputes;
    bool crosses;                   /* products of the table columns with numbers of the composition, behind the others */
    const cupel_transfer *transfer; /* behind those too; NULL: none */
    cupel_transfer *loaded;         /* the same where it came from a file */
};

/* The sets by name into f->sets and f->sets_text, filled in as f->imputes says. CUPEL_USAGE names the sets there are. */
cupel_status cupel_features_parse_sets(cupel_features *f, const char *names, cupel_err *err);
/* One more column at f->col [n_cols], which has room for it. CUPEL_USAGE for an empty name or one that is there. */
cupel_status cupel_features_add_column(cupel_features *f, cupel_text name, cupel_err *err);

/* A category: its number, SIZE_MAX for one that is not there; one more, CUPEL_BAD_INPUT when there are too many. */
size_t cupel_feature_find(const cupel_feature_column *c, cupel_text t);
cupel_status cupel_feature_add(cupel_feature_column *c, cupel_text t, cupel_err *err);

/* Features that come from one column, from all columns of the table, from sets, table and their products. */
static inline size_t cupel_feature_width(const cupel_feature_column *c) { return c->category ? c->n_values : 1; }
size_t cupel_features_table_width(const cupel_features *f);
size_t cupel_features_own_width(const cupel_features *f);

#endif
