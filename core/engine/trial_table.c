/* A table of experiments in memory. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/trial_cells.h"
#include "datasets/source.h"

#include <stdio.h>

/* Names that are numbers, each of them, are a first row of values. */
static cupel_status check_names(const cupel_trial_table *t, cupel_err *err)
{
    const cupel_header *h = &t->header;
    double x;
    for (size_t i = 0; i < h->n; i++)
        if (!cupel_parse_double(cupel_text_of(h->name[i]), &x)) return CUPEL_OK;
    if (!h->n) return CUPEL_OK;
    return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': the first line holds numbers alone ('%.40s' first), where the names of the columns were expected; "
                      "write them above", t->file, h->name[0]);
}

cupel_status cupel_trial_table_read(const char *path, const char *format, cupel_trial_table *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_source *s = NULL;
    char hex[65];
    *t = (cupel_trial_table){.file = cupel_strdup(path)};
    if (!t->file) return cupel_no_memory(err, "a file name", 0);
    CUPEL_TRY(cupel_source_open(path, format, &s, err));
    const cupel_header *h = cupel_source_header(s);
    for (size_t i = 0; i < h->n; i++) CUPEL_TRY(cupel_header_add(&t->header, cupel_text_of(h->name[i]), err));
    CUPEL_TRY(check_names(t, err));
    CUPEL_TRY(cupel_trial_twice(t, err));
    CUPEL_TRY(cupel_source_read(s, SIZE_MAX, &t->records, err));
    CUPEL_TRY(cupel_source_digest(s, hex, err));
    snprintf(t->digest, sizeof t->digest, "sha256:%s", hex);
done:
    cupel_source_free(s);
    if (st != CUPEL_OK) cupel_trial_table_release(t);
    return st;
}

void cupel_trial_table_release(cupel_trial_table *t)
{
    cupel_free(t->file);
    cupel_header_release(&t->header);
    cupel_records_release(&t->records);
    *t = (cupel_trial_table){0};
}
