/* Models that are not expansions: neighbours, networks, forests, what comes. A learner gives the model itself; the surrogate keeps an expansion
 * beside it, over up to CUPEL_OWN_POINTS of the training rows, for the error that is to be expected near a row and for the distance to the domain.
 * So every learner has the same intervals, domain, tuning and file. */
#ifndef CUPEL_MODELS_LEARN_OWN_H
#define CUPEL_MODELS_LEARN_OWN_H

#include "core/cupel.h"
#include "core/io/artifact.h"
#include "models/learn/query.h"
#include "models/learn/spiked.h"

enum { CUPEL_OWN_POINTS = 2048 };

typedef struct cupel_own_kind {
    /* Bytes of scratch of one thread, aligned to 64. */
    size_t (*scratch)(const void *model);
    /* Scaled rows into value [n], scaled target (for a class any number that rises with its probability), and spread [n] >= 0, what the
     * model itself says of its error in the same unit; 0 when it says nothing. The result of a row depends on the row only. */
    void (*predict)(const void *model, const cupel_query *rows, double *value, double *spread);
    void (*free)(void *model);
    /* Under "<group>/...". Load checks all it reads; d: scaled columns. */
    cupel_status (*save)(const void *model, const char *group, cupel_writer *w, cupel_err *err);
    cupel_status (*load)(const cupel_reader *r, const char *group, size_t d, void **model, cupel_err *err);
    /* Of a kind that may know rows at one shared value; NULL both: it does not. Does this model? Then as predict, with mixture [n] besides. */
    bool (*mixed)(const void *model);
    void (*predict_mixed)(const void *model, const cupel_query *rows, double *value, double *spread, cupel_spiked *mixture);
    /* Of a kind whose models may know other targets beside the one; NULL both: it does not. How many this one knows, and their values [n][so many],
     * of mean 0 and variance 1 as in training. */
    size_t (*n_beside)(const void *model);
    void (*predict_beside)(const void *model, const cupel_query *rows, double *value);
    /* value [n] as predict gives it, without the spread; NULL where leaving that out saves nothing. */
    void (*predict_values)(const void *model, const cupel_query *rows, double *value);
} cupel_own_kind;

/* Forests and boosted trees (forest.c). */
extern const cupel_own_kind cupel_own_trees;

/* A model with as many holders as it has; the last one frees it. One thread at a time. */
typedef struct cupel_own {
    const cupel_own_kind *kind;
    void *model;
    size_t held;
} cupel_own;

/* Takes the model, which is freed when this fails too. */
cupel_status cupel_own_new(const cupel_own_kind *kind, void *model, cupel_own **own, cupel_err *err);
cupel_own *cupel_own_hold(cupel_own *own);
void cupel_own_drop(cupel_own *own); /* NULL-safe */
bool cupel_own_mixed(const cupel_own *own); /* NULL-safe */

#endif
