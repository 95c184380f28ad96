#include "datasets/formats/tree_rows.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <inttypes.h>
#include <string.h>

enum { MAX_COLUMNS = 65536 };

static cupel_status fail(const cupel_tree_rows *t, uint64_t line, const char *what, cupel_err *err)
{
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": %s", t->name, line, what);
}

static cupel_status add_column(cupel_tree_rows *t, cupel_text key, uint64_t line, cupel_header *header, cupel_err *err)
{
    cupel_status st = cupel_header_add(header, key, err);
    if (st == CUPEL_BAD_INPUT) cupel_err_prefix(err, "%s:%" PRIu64 ": ", t->name, line);
    if (st != CUPEL_OK) return st;
    if (!(t->key[t->n] = cupel_strndup(key.p, key.n))) return cupel_no_memory(err, "the names of columns", 0);
    t->n++;
    return CUPEL_OK;
}

cupel_status cupel_tree_rows_columns(cupel_tree_rows *t, const cupel_json *from, uint64_t line, cupel_header *header, cupel_err *err)
{
    size_t n = cupel_json_size(from), more = header->n;
    if (!n || n > MAX_COLUMNS) return fail(t, line, n ? "more than 65,536 columns" : "there are no columns", err);
    t->key = cupel_alloc(n + more, sizeof *t->key);
    t->cell = cupel_alloc(n + more, sizeof *t->cell);
    t->begin = cupel_alloc(n + more, sizeof *t->begin);
    if (!t->key || !t->cell || !t->begin) return cupel_no_memory(err, "the names of columns", 0);
    for (; t->n < more; t->n++)
        if (!(t->key[t->n] = cupel_strdup(header->name[t->n]))) return cupel_no_memory(err, "the names of columns", 0);
    cupel_status st = CUPEL_OK;
    if (cupel_json_kind_of(from) == CUPEL_JSON_OBJECT) {
        for (size_t i = 0; i < n && st == CUPEL_OK; i++) st = add_column(t, cupel_text_of(cupel_json_key(from, i)), line, header, err);
        return st;
    }
    cupel_str name = {0}; /* pandas allows numbers as names */
    for (size_t i = 0; i < n && st == CUPEL_OK; i++) {
        cupel_str_clear(&name);
        cupel_json_cell(cupel_json_at(from, i), &name);
        st = name.failed ? cupel_no_memory(err, "the names of columns", 0) : add_column(t, cupel_text_of(cupel_str_text(&name)), line, header, err);
    }
    cupel_str_free(&name);
    return st;
}

static void put_cell(cupel_tree_rows *t, size_t i, const cupel_json *value)
{
    t->begin[i] = t->text.n;
    if (value) cupel_json_cell(value, &t->text);
}

static cupel_status unknown_key(const cupel_tree_rows *t, const cupel_json *object, uint64_t line, cupel_err *err)
{
    const char *key = "";
    bool known = true;
    for (size_t k = 0; k < cupel_json_size(object) && known; k++) {
        key = cupel_json_key(object, k);
        known = false;
        for (size_t i = 0; i < t->n && !known; i++) known = strcmp(key, t->key[i]) == 0;
    }
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": the first row has no key '%.200s'; name every column there, with null where it is empty",
                      t->name, line, key);
}

cupel_status cupel_tree_rows_add(cupel_tree_rows *t, const cupel_json *first, const cupel_json *values, uint64_t line, cupel_records *r,
                                 cupel_err *err)
{
    size_t k = first ? 1 : 0;
    cupel_str_clear(&t->text);
    if (first) put_cell(t, 0, first);
    if (cupel_json_kind_of(values) == CUPEL_JSON_OBJECT) {
        size_t found = 0;
        for (size_t i = k; i < t->n; i++) {
            const cupel_json *value = cupel_json_get(values, t->key[i]);
            found += value != NULL;
            put_cell(t, i, value);
        }
        if (found != cupel_json_size(values)) return unknown_key(t, values, line, err);
    } else if (cupel_json_kind_of(values) == CUPEL_JSON_ARRAY) {
        if (cupel_json_size(values) != t->n - k)
            return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": %zu values where there are %zu columns", t->name, line, cupel_json_size(values),
                              t->n - k);
        for (size_t i = k; i < t->n; i++) put_cell(t, i, cupel_json_at(values, i - k));
    } else {
        return fail(t, line, "a row is an object {\"column\": value, ...}", err);
    }
    cupel_str_putc(&t->text, '\0'); /* so that there is a text behind the last cell, even when all are empty */
    if (t->text.failed) return cupel_no_memory(err, "a row", t->text.n);
    for (size_t i = 0; i < t->n; i++) {
        size_t end = i + 1 < t->n ? t->begin[i + 1] : t->text.n - 1;
        t->cell[i] = (cupel_text){t->text.p + t->begin[i], end - t->begin[i]};
    }
    return cupel_records_add(r, t->cell, line, err);
}

void cupel_tree_rows_release(cupel_tree_rows *t)
{
    for (size_t i = 0; i < t->n; i++) cupel_free(t->key[i]);
    cupel_free(t->key);
    cupel_free(t->cell);
    cupel_free(t->begin);
    cupel_str_free(&t->text);
    *t = (cupel_tree_rows){0};
}
