/* One JSON document with a whole table: what pandas writes (orient "split", "records", "table") and what matbench and matminer publish as
 * json.gz, {"index": [..], "columns": [..], "data": [[..], ..]}. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/input.h"
#include "datasets/formats/tree_rows.h"

#include <string.h>

enum { MAX_BYTES = 1 << 30 };

typedef struct document {
    cupel_json *root;
    const cupel_json *index; /* of a split table whose rows have names; NULL when they are just counted */
    const cupel_json *data;  /* rows: arrays or objects */
    size_t next;
    cupel_tree_rows rows;
} document;

static void close_document(void *state)
{
    document *d = state;
    if (!d) return;
    cupel_tree_rows_release(&d->rows);
    cupel_json_free(d->root);
    cupel_free(d);
}

static bool is(const cupel_json *node, cupel_json_kind kind) { return node && cupel_json_kind_of(node) == kind; }

/* 0, 1, 2, ...: the index pandas makes up. */
static bool only_counts(const cupel_json *index)
{
    double x;
    for (size_t i = 0; i < cupel_json_size(index); i++)
        if (!cupel_json_number(cupel_json_at(index, i), &x) || x != (double)i) return false;
    return true;
}

static cupel_status split_table(document *d, cupel_header *header, cupel_err *err)
{
    const cupel_json *columns = cupel_json_get(d->root, "columns"), *index = cupel_json_get(d->root, "index");
    if (!is(d->data, CUPEL_JSON_ARRAY)) return cupel_fail(err, CUPEL_BAD_INPUT, "%s: \"data\" must be a list of rows", d->rows.name);
    if (is(index, CUPEL_JSON_ARRAY) && !only_counts(index)) {
        if (cupel_json_size(index) != cupel_json_size(d->data))
            return cupel_fail(err, CUPEL_BAD_INPUT, "%s: \"index\" names %zu rows, \"data\" holds %zu", d->rows.name, cupel_json_size(index),
                              cupel_json_size(d->data));
        bool taken = false;
        for (size_t i = 0; i < cupel_json_size(columns) && !taken; i++) {
            cupel_text t;
            taken = cupel_json_string(cupel_json_at(columns, i), &t) && cupel_text_is(t, "index");
        }
        if (!taken) {
            cupel_status st = cupel_header_add(header, cupel_text_of("index"), err);
            if (st != CUPEL_OK) return st;
            d->index = index;
        }
    }
    return cupel_tree_rows_columns(&d->rows, columns, 1, header, err);
}

static cupel_status record_table(document *d, cupel_header *header, cupel_err *err)
{
    const cupel_json *first = cupel_json_at(d->data, 0);
    if (!first) return cupel_fail(err, CUPEL_BAD_INPUT, "%s: the table is empty", d->rows.name);
    if (!is(first, CUPEL_JSON_OBJECT))
        return cupel_fail(err, CUPEL_BAD_INPUT, "%s: a list of rows holds objects {\"column\": value, ...}", d->rows.name);
    return cupel_tree_rows_columns(&d->rows, first, 1, header, err);
}

static cupel_status open_document(cupel_input *in, cupel_header *header, void **state, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char *text = NULL;
    size_t n;
    document *d = cupel_alloc(1, sizeof *d);
    if (!d) return cupel_no_memory(err, "a table", sizeof *d);
    d->rows.name = cupel_input_name(in);
    CUPEL_TRY(cupel_input_rest(in, MAX_BYTES, &text, &n, err));
    cupel_text t = {text, n};
    if (t.n >= 3 && memcmp(t.p, "\xEF\xBB\xBF", 3) == 0) t.p += 3, t.n -= 3;
    CUPEL_TRY(cupel_json_read(t, d->rows.name, &d->root, err));
    bool object = is(d->root, CUPEL_JSON_OBJECT);
    d->data = object ? cupel_json_get(d->root, "data") : d->root;
    if (object && is(cupel_json_get(d->root, "columns"), CUPEL_JSON_ARRAY))
        CUPEL_TRY(split_table(d, header, err));
    else if (is(d->data, CUPEL_JSON_ARRAY))
        CUPEL_TRY(record_table(d, header, err));
    else
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "%s: no table: expected a list of objects or {\"columns\": [..], \"data\": [[..], ..]} (pandas: "
                                                   "to_json(orient=\"split\") or \"records\")", d->rows.name));
    *state = d;
    d = NULL;
done:
    cupel_free(text);
    close_document(d);
    return st;
}

static cupel_status read_document(void *state, size_t max_rows, cupel_records *r, cupel_err *err)
{
    document *d = state;
    for (; r->n_rows < max_rows && d->next < cupel_json_size(d->data); d->next++) {
        const cupel_json *first = d->index ? cupel_json_at(d->index, d->next) : NULL;
        cupel_status st = cupel_tree_rows_add(&d->rows, first, cupel_json_at(d->data, d->next), (uint64_t)d->next + 1, r, err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

static const char *const suffixes[] = {".json", NULL};
static const cupel_reference references[] = {
    {"10.1038/s41524-020-00406-3", "Dunn et al.: Benchmarking materials property prediction methods: the Matbench test set and Automatminer "
                                   "reference algorithm. npj Computational Materials 6, 138 (2020)"}, {0}};

extern const cupel_format cupel_format_json;
const cupel_format cupel_format_json = {
    .method = {.name = "json", .kind = "format", .scale = "any", .maturity = "stable", .input = "text, also gzip",
               .help = "one JSON document with a table: pandas split or records, matbench and matminer json.gz", .output = "rows",
               .references = references},
    .suffixes = suffixes, .open = open_document, .read = read_document, .close = close_document,
};
