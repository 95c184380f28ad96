/* What the parts of a model share: fitting and facts (model.c), prediction (model_predict.c), its file (model_file.c). */
#ifndef CUPEL_ENGINE_MODEL_PARTS_H
#define CUPEL_ENGINE_MODEL_PARTS_H

#include "core/engine/model.h"

struct cupel_model {
    cupel_features *features;
    cupel_surrogate *surrogate;
    char *property, *unit, *file, *training_digest, *digest;
    char **beside; /* [2 cupel_surrogate_beside] name and unit of other targets that it predicts */
    char *formula_column; /* of the table that was learned from; "": none */
    uint64_t seed;
    /* training rows in use */
    cupel_batch known;
    char **formula;   /* [known.n] as written; one block */
    char **condition; /* [known.n] the columns of the table; one block */
    double *target; /* [known.n] */
    double *column; /* [known.n][features of the table] or NULL */
    size_t *index;  /* [known.n] row of the table given to fit */
    double target_min, target_max;
    bool seen[CUPEL_Z_MAX + 1]; /* elements that training rows hold */
};

/* What is worked out of the known rows: elements that they hold, range of the target. */
void cupel_model_note_elements(cupel_model *m);
void cupel_model_set_range(cupel_model *m);
cupel_status cupel_model_copy_text(char **to, const char *text, cupel_err *err);

#endif
