/* Any bytes are JSON or refused; a tree that is written and read again is the same tree. The same bytes as a JSON and as a JSONL table. */
#include "core/base/str.h"
#include "core/io/input.h"
#include "core/io/json.h"
#include "datasets/source.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool rewrite(cupel_text text, cupel_str *out)
{
    cupel_err err = {0};
    cupel_json *root = NULL;
    cupel_status st = cupel_json_read(text, "fuzz", &root, &err);
    assert(st == CUPEL_OK ? root != NULL : st == CUPEL_BAD_INPUT && !root && strncmp(err.message, "fuzz:", 5) == 0);
    if (root && cupel_json_kind_of(root) != CUPEL_JSON_STRING && cupel_json_kind_of(root) != CUPEL_JSON_NULL) cupel_json_cell(root, out);
    for (size_t i = 0; root && cupel_json_key(root, i); i++)
        assert(cupel_json_get(root, cupel_json_key(root, i)) == cupel_json_member(root, i));
    cupel_json_free(root);
    return st == CUPEL_OK;
}

static void as_table(cupel_text text, const cupel_format *format)
{
    cupel_err err = {0};
    cupel_input *in = NULL;
    cupel_header header = {0};
    cupel_records r = {0};
    void *state = NULL;
    cupel_status st = cupel_input_of_text(text, "fuzz", &in, &err);
    if (st == CUPEL_OK) st = format->open(in, &header, &state, &err);
    size_t rows = 1, length = 0;
    while (st == CUPEL_OK && rows) {
        cupel_records_clear(&r);
        r.n_cols = header.n;
        st = format->read(state, 3, &r, &err);
        rows = st == CUPEL_OK ? r.n_rows : 0;
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < r.n_cols; j++)
                for (size_t k = 0; k < cupel_cell(&r, i, j).n; k++) length += cupel_cell(&r, i, j).p[k] != 0;
    }
    assert(length < SIZE_MAX && (st == CUPEL_OK || (st == CUPEL_BAD_INPUT && err.message[0])));
    if (state) format->close(state);
    cupel_header_release(&header);
    cupel_records_release(&r);
    cupel_input_free(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cupel_text text = {(const char *)data, size};
    cupel_str a = {0}, b = {0};
    if (rewrite(text, &a) && a.n) {
        assert(rewrite((cupel_text){a.p, a.n}, &b));
        assert(a.n == b.n && memcmp(a.p, b.p, a.n) == 0);
    }
    cupel_str_free(&a);
    cupel_str_free(&b);
    for (size_t i = 0; cupel_formats[i]; i++)
        if (strncmp(cupel_formats[i]->method.name, "json", 4) == 0) as_table(text, cupel_formats[i]);
    return 0;
}
