#include "datasets/formats/delimited.h"

static cupel_status tsv_open(cupel_input *in, cupel_header *header, void **state, cupel_err *err)
{
    return cupel_delimited_open(in, '\t', header, state, err);
}

static const char *const suffixes[] = {".tsv", ".tab", NULL};

extern const cupel_format cupel_format_tsv;
const cupel_format cupel_format_tsv = {
    .method = {.name = "tsv", .kind = "format", .scale = "any", .maturity = "stable", .input = "text, also gzip",
               .help = "tab-separated table, first line names the columns", .output = "rows"},
    .suffixes = suffixes, .open = tsv_open, .read = cupel_delimited_read, .close = cupel_delimited_close,
};
