/* Any bytes are a table or refused; what was read, written and read again is the same, with and without recycling. */
#include "core/base/str.h"
#include "core/io/csv.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Rows as they would be written; the number of rows, or SIZE_MAX when the text is refused. */
static size_t rewrite(cupel_text text, char separator, bool recycle, cupel_str *out)
{
    cupel_err err = {0};
    cupel_input *in = NULL;
    cupel_csv *csv = NULL;
    const cupel_text *field;
    size_t n = 1, rows = 0;
    uint64_t line = 0, last = 0;
    cupel_status st = cupel_input_of_text(text, "fuzz", &in, &err);
    if (st == CUPEL_OK) st = cupel_csv_open(in, separator, &csv, &err);
    while (st == CUPEL_OK && n) {
        if (recycle && csv) cupel_csv_recycle(csv);
        st = cupel_csv_row(csv, &field, &n, &line, &err);
        if (st != CUPEL_OK || !n) break;
        assert(line > last);
        last = line;
        rows++;
        for (size_t i = 0; i < n; i++) {
            assert(!i || field[i].p >= field[i - 1].p + field[i - 1].n);
            cupel_csv_put(out, field[i], separator, i == 0);
        }
        cupel_str_putc(out, '\n');
    }
    assert(st == CUPEL_OK || (st == CUPEL_BAD_INPUT && err.message[0]));
    cupel_csv_free(csv);
    cupel_input_free(in);
    return st == CUPEL_OK ? rows : SIZE_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cupel_str a = {0}, b = {0}, c = {0};
    char separator = size % 2 ? ',' : '\t';
    size_t rows = rewrite((cupel_text){(const char *)data, size}, separator, true, &a);
    assert(rewrite((cupel_text){(const char *)data, size}, separator, false, &b) == rows);
    assert(a.n == b.n && memcmp(cupel_str_text(&a), cupel_str_text(&b), a.n) == 0);
    if (rows != SIZE_MAX) {
        /* a table that begins with these bytes in a bare field would be taken for a mark or for gzip when it is read again */
        bool marked = a.n >= 2 && (memcmp(a.p, "\xEF\xBB", 2) == 0 || memcmp(a.p, "\xFF\xFE", 2) == 0 || memcmp(a.p, "\xFE\xFF", 2) == 0 ||
                                   memcmp(a.p, "\x1F\x8B", 2) == 0);
        if (!marked) {
            assert(rewrite((cupel_text){cupel_str_text(&a), a.n}, separator, true, &c) == rows);
            assert(c.n == a.n && memcmp(cupel_str_text(&a), cupel_str_text(&c), a.n) == 0);
        }
    }
    cupel_str_free(&a);
    cupel_str_free(&b);
    cupel_str_free(&c);
    return 0;
}
