/* A table of experiments in memory. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/trial_cells.h"
#include "datasets/source.h"

#include <stdio.h>
#include <string.h>

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

/* Row by row; a reader goes on behind a line that it refused, and refuses the same twice where it cannot. */
static cupel_status read_good(cupel_source *s, const cupel_bad_rows *bad, cupel_records *all, cupel_err *err)
{
    cupel_records one = {0};
    cupel_err first = {0}, last = {0}, now = {0};
    cupel_status st = CUPEL_OK;
    size_t n_bad = 0;
    all->n_cols = cupel_source_header(s)->n;
    while (st == CUPEL_OK) {
        now = (cupel_err){0};
        st = cupel_source_read(s, 1, &one, &now);
        if (st == CUPEL_OK && !one.n_rows) break;
        if (st == CUPEL_OK) {
            st = cupel_records_add(all, one.cell, one.line[0], &now);
        } else if (st == CUPEL_BAD_INPUT && strcmp(now.message, last.message) != 0) {
            if (!n_bad++) first = now;
            last = now;
            bad->tell(bad->user, now.message);
            st = CUPEL_OK;
        }
    }
    cupel_records_release(&one);
    if (st == CUPEL_OK && n_bad && !all->n_rows) st = CUPEL_BAD_INPUT, now = first;
    if (st != CUPEL_OK && err) *err = now;
    return st;
}

cupel_status cupel_trial_table_read(const char *path, const char *format, const cupel_job *job, cupel_trial_table *t, cupel_err *err)
{
    return cupel_trial_table_read_good(path, format, job, NULL, t, err);
}

cupel_status cupel_trial_table_read_good(const char *path, const char *format, const cupel_job *job, const cupel_bad_rows *bad,
                                         cupel_trial_table *t, cupel_err *err)
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
    CUPEL_TRY(bad ? read_good(s, bad, &t->records, err) : cupel_source_read(s, SIZE_MAX, &t->records, err));
    cupel_source_say(s, job);
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
