/* A transfer in a model's artifact. */
#include "core/engine/transfer_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <string.h>

enum { WORDS = 4, COUNTS = 3 };

cupel_status cupel_transfer_save(const cupel_transfer *t, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const char *const word[WORDS] = {t->file, t->property, t->unit, t->sets_text};
    const int64_t count[COUNTS] = {(int64_t)t->n_rows, (int64_t)t->n_left_out, (int64_t)t->n_formulas};
    CUPEL_TRY(cupel_writer_attr_text(w, "transfer_table", t->file, err));
    CUPEL_TRY(cupel_writer_attr_text(w, "transfer_property", t->property, err));
    CUPEL_TRY(cupel_writer_attr_int(w, "transfer_rows", count[0], err));
    CUPEL_TRY(cupel_writer_attr_int(w, "transfer_rows_left_out", count[1], err));
    CUPEL_TRY(cupel_writer_attr_int(w, "transfer_formulas", count[2], err));
    CUPEL_TRY(cupel_writer_input(w, "transfer table", t->digest, err));
    CUPEL_TRY(
        cupel_writer_put(w, "transfer/words", "", "table, property, its unit, sets of descriptors", CUPEL_TEXT, 1, (size_t[]){WORDS}, word, err));
    CUPEL_TRY(cupel_writer_put(w, "transfer/counts", "", "usable rows, rows left out, formulas learned from", CUPEL_I64, 1, (size_t[]){COUNTS},
                               count, err));
    if (t->probability) {
        CUPEL_TRY(cupel_writer_put(w, "transfer/above", t->unit, "threshold of the probability", CUPEL_F64, 1, (size_t[]){1}, &t->above, err));
        CUPEL_TRY(cupel_trees_save(t->probability, "transfer/probability", w, err));
    }
    CUPEL_TRY(cupel_trees_save(t->value, "transfer/value", w, err));
done:
    return st;
}

static cupel_status bad(cupel_err *err, const char *what)
{
    return cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: 'transfer/...' %s; train the model again", what);
}

static cupel_status get_words(const cupel_reader *r, cupel_transfer *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    void *text = NULL;
    CUPEL_TRY(cupel_reader_get(r, "transfer/words", CUPEL_TEXT, 1, (size_t[]){WORDS}, &text, err));
    char **word = text;
    t->file = cupel_strdup(word[0]);
    t->property = cupel_strdup(word[1]);
    t->unit = cupel_strdup(word[2]);
    if (!t->file || !t->property || !t->unit) CUPEL_TRY(cupel_no_memory(err, "a transfer", 0));
    st = cupel_transfer_sets(t, word[3], err);
    if (st != CUPEL_OK && st != CUPEL_NO_RESOURCE) st = bad(err, "names descriptors that this cupel does not know");
done:
    cupel_free(text);
    return st;
}

static cupel_status get_numbers(const cupel_reader *r, cupel_transfer *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    void *counts = NULL, *above = NULL;
    CUPEL_TRY(cupel_reader_get(r, "transfer/counts", CUPEL_I64, 1, (size_t[]){COUNTS}, &counts, err));
    const int64_t *c = counts;
    if (c[0] < 0 || c[1] < 0 || c[1] > c[0] || c[2] < 0 || c[2] > c[0]) CUPEL_TRY(bad(err, "holds counts that do not go together"));
    t->n_rows = (size_t)c[0];
    t->n_left_out = (size_t)c[1];
    t->n_formulas = (size_t)c[2];
    t->above = (double)NAN;
    if (!cupel_reader_has(r, "transfer/above")) goto done;
    CUPEL_TRY(cupel_reader_get(r, "transfer/above", CUPEL_F64, 1, (size_t[]){1}, &above, err));
    t->above = *(double *)above;
    if (!isfinite(t->above)) st = bad(err, "holds a threshold that is no number");
done:
    cupel_free(counts);
    cupel_free(above);
    return st;
}

static cupel_status load(const cupel_reader *r, cupel_transfer *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(get_words(r, t, err));
    CUPEL_TRY(get_numbers(r, t, err));
    CUPEL_TRY(cupel_reader_input(r, "transfer table", &t->digest, err));
    if (!isnan(t->above)) CUPEL_TRY(cupel_trees_load(r, "transfer/probability", t->sets.n_columns, &t->probability, err));
    CUPEL_TRY(cupel_trees_load(r, "transfer/value", t->sets.n_columns, &t->value, err));
done:
    return st;
}

cupel_status cupel_transfer_load(const cupel_reader *r, cupel_transfer **out, cupel_err *err)
{
    *out = NULL;
    if (!cupel_reader_has(r, "transfer/words")) return CUPEL_OK;
    cupel_transfer *t = cupel_alloc(1, sizeof *t);
    if (!t) return cupel_no_memory(err, "a transfer", sizeof *t);
    cupel_status st = load(r, t, err);
    if (st == CUPEL_OK)
        *out = t;
    else
        cupel_transfer_free(t);
    return st;
}
