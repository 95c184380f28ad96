#include "core/engine/enumerate.h"

#include "core/base/err.h"
#include "core/engine/demand.h"
#include "core/engine/sheet.h"
#include "core/io/json.h"

#include <stdio.h>
#include <string.h>

enum { BLOCK = 4096 };

static cupel_status open_space(const char *path, cupel_demand **d, cupel_space **s, uint64_t *count, cupel_err *err)
{
    cupel_status st = cupel_demand_open(path, d, err);
    if (st == CUPEL_OK) st = cupel_demand_space(*d, s, err);
    return st == CUPEL_OK ? cupel_space_count(*s, count, err) : st;
}

cupel_status cupel_enumerate_count(const char *demand, bool json, cupel_str *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_demand *d = NULL;
    cupel_space *s = NULL;
    uint64_t count;
    char text[65];
    CUPEL_TRY(open_space(demand, &d, &s, &count, err));
    if (json) {
        cupel_json_out w = {.s = out};
        CUPEL_TRY(cupel_space_digest(s, text, err));
        cupel_json_open(&w, '{');
        cupel_json_name(&w, "demand");
        cupel_json_put_string(&w, demand);
        cupel_json_name(&w, "space");
        cupel_json_put_string(&w, cupel_space_words(s));
        cupel_json_name(&w, "count");
        cupel_json_put_int(&w, (int64_t)count); /* spaces refuse to hold more than 10^18 */
        cupel_json_name(&w, "digest");
        cupel_json_put_string(&w, text);
        cupel_json_close(&w, '}');
        cupel_str_putc(out, '\n');
    } else {
        cupel_str_addf(out, "%s %s\n", cupel_format_count(text, count), cupel_space_words(s));
    }
    if (out->failed) st = cupel_no_memory(err, "the count of a space", 0);
done:
    cupel_space_free(s);
    cupel_demand_free(d);
    return st;
}

static cupel_status put_block(cupel_sheet *sheet, const cupel_candidates *c, cupel_str *text, cupel_err *err)
{
    char index[24];
    cupel_text cell[2];
    const cupel_records row = {.n_rows = 1, .n_cols = 2, .cell = cell};
    cupel_str_clear(text);
    for (size_t i = 0; i < c->n; i++) {
        int n = snprintf(index, sizeof index, "%llu", (unsigned long long)(c->first + i));
        cell[0] = c->formula[i];
        cell[1] = (cupel_text){index, (size_t)n};
        cupel_sheet_format(sheet, &row, 0, NULL, c->batch.reason[i], text);
    }
    return cupel_sheet_text(sheet, text, err);
}

static cupel_status put_all(const cupel_enumerate_options *o, cupel_space *s, uint64_t n, cupel_sheet *sheet, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_candidates c = {0};
    cupel_str text = {0};
    for (uint64_t done = 0; done < n; done += c.n) {
        if (cupel_stopped(job)) CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped before the list was complete; nothing was written"));
        CUPEL_TRY(cupel_space_fill(s, o->from + done, n - done < BLOCK ? (size_t)(n - done) : BLOCK, &c, err));
        if (!c.n) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "%s: the space ended at candidate %llu of %llu; did its table change?", o->demand,
                                       (unsigned long long)(o->from + done), (unsigned long long)(o->from + n)));
        CUPEL_TRY(put_block(sheet, &c, &text, err));
        cupel_progress(job, "listing", done + c.n, n);
    }
done:
    cupel_candidates_release(&c);
    cupel_str_free(&text);
    return st;
}

cupel_status cupel_enumerate(const cupel_enumerate_options *o, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_demand *d = NULL;
    cupel_space *s = NULL;
    cupel_sheet *sheet = NULL;
    cupel_header header = {0};
    uint64_t count;
    CUPEL_TRY(open_space(o->demand, &d, &s, &count, err));
    if (o->from >= count)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s: no candidate %llu: the space holds %llu, numbered from 0", o->demand, (unsigned long long)o->from,
                             (unsigned long long)count));
    CUPEL_TRY(cupel_header_add(&header, cupel_text_of("formula"), err));
    CUPEL_TRY(cupel_header_add(&header, cupel_text_of("index"), err));
    const cupel_sheet_options so = {.path = o->output, .format = o->format, .header = &header, .reasons = true};
    size_t n = strlen(o->output);
    if (!o->format && n > 3 && strcmp(o->output + n - 3, ".h5") == 0)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "output '%s': a list of candidates is a table; end its name in .csv, .tsv or .jsonl", o->output));
    CUPEL_TRY(cupel_sheet_open(&so, &sheet, err));
    CUPEL_TRY(put_all(o, s, o->count < count - o->from ? o->count : count - o->from, sheet, job, err));
    CUPEL_TRY(cupel_sheet_commit(&sheet, NULL, NULL, err));
done:
    cupel_sheet_abandon(&sheet);
    cupel_header_release(&header);
    cupel_space_free(s);
    cupel_demand_free(d);
    return st;
}
