#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/csv.h"
#include "core/io/input.h"
#include "datasets/formats/decimal.h"
#include "datasets/formats/delimited.h"

#include <inttypes.h>

typedef struct delimited {
    cupel_input *in;
    cupel_csv *csv;
    size_t n_cols;
    bool found;             /* the separator was found out, and is ; */
    cupel_decimals decimal; /* then */
} delimited;

cupel_status cupel_delimited_open(cupel_input *in, char separator, cupel_header *header, void **state, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const cupel_text *field;
    uint64_t line = 1;
    delimited *d = cupel_alloc(1, sizeof *d);
    if (!d) return cupel_no_memory(err, "a table", sizeof *d);
    d->in = in;
    CUPEL_TRY(cupel_csv_open(in, separator, &d->csv, err));
    CUPEL_TRY(cupel_csv_row(d->csv, &field, &d->n_cols, &line, err));
    if (!d->n_cols)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "%s: the table is empty; its first line must name the columns", cupel_input_name(in)));
    for (size_t i = 0; i < d->n_cols; i++) {
        st = cupel_header_add(header, field[i], err);
        if (st == CUPEL_BAD_INPUT) cupel_err_prefix(err, "%s:%" PRIu64 ": ", cupel_input_name(in), line);
        if (st != CUPEL_OK) goto done;
    }
    d->found = !separator && cupel_csv_separator(d->csv) == ';';
    d->decimal = (cupel_decimals){.file = cupel_input_name(in), .header = header};
    if (d->found && !(d->decimal.seen = cupel_alloc(d->n_cols, 1))) CUPEL_TRY(cupel_no_memory(err, "a table", d->n_cols));
    *state = d;
    d = NULL;
done:
    if (d) cupel_delimited_close(d);
    return st;
}

cupel_status cupel_delimited_read(void *state, size_t max_rows, cupel_records *r, cupel_err *err)
{
    delimited *d = state;
    const cupel_text *field;
    uint64_t line;
    size_t n;
    while (r->n_rows < max_rows) {
        cupel_csv_recycle(d->csv);
        cupel_status st = cupel_csv_row(d->csv, &field, &n, &line, err);
        if (st != CUPEL_OK || !n) return st;
        if (n != d->n_cols)
            return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": %zu field%s where the first line names %zu; %s", cupel_input_name(d->in), line,
                              n,
                              n == 1 ? "" : "s", d->n_cols, n > d->n_cols ? "put a field with a separator inside into quotes"
                                  : "is the line cut off?");
        if (d->found) st = cupel_decimals_row(&d->decimal, field, line, err);
        if (st == CUPEL_OK) st = cupel_records_add(r, field, line, err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

void cupel_delimited_close(void *state)
{
    delimited *d = state;
    if (!d) return;
    cupel_csv_free(d->csv);
    cupel_free(d->decimal.seen);
    cupel_free(d);
}

void cupel_delimited_say(const void *state, cupel_str *words)
{
    const delimited *d = state;
    if (d->found) cupel_decimals_say(&d->decimal, words);
}

static cupel_status csv_open(cupel_input *in, cupel_header *header, void **state, cupel_err *err)
{
    return cupel_delimited_open(in, 0, header, state, err);
}

static const char *const suffixes[] = {".csv", NULL};
static const cupel_reference references[] = {
    {"10.17487/RFC4180", "Shafranovich: Common format and MIME type for comma-separated values (CSV) files. RFC 4180 (2005)"}, {0}};

extern const cupel_format cupel_format_csv;
const cupel_format cupel_format_csv = {
    .method = {.name = "csv", .kind = "format", .scale = "any", .maturity = "stable", .input = "text, also gzip",
               .help = "comma-separated table, first line names the columns; or separated by ';', then with decimal commas",
               .output = "rows", .references = references},
    .suffixes = suffixes, .open = csv_open, .read = cupel_delimited_read, .close = cupel_delimited_close,
    .say = cupel_delimited_say,
};
