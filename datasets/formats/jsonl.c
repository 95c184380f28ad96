#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/input.h"
#include "datasets/formats/tree_rows.h"

#include <inttypes.h>
#include <string.h>

enum { FIRST_BUFFER = 1 << 16, MAX_LINE = 16000000 };

typedef struct lines {
    cupel_input *in;
    char *buffer;
    size_t cap, begin, end;
    uint64_t line; /* of begin */
    bool last;
    cupel_tree_rows rows;
    cupel_json *first; /* the first row, read for its keys and not yet handed out */
    uint64_t first_line;
} lines;

static cupel_status too_long(const lines *l, cupel_err *err)
{
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": a line of more than 16 MB", cupel_input_name(l->in), l->line);
}

static cupel_status refill(lines *l, cupel_err *err)
{
    size_t got = 1, rest = l->end - l->begin;
    if (rest > MAX_LINE) return too_long(l, err);
    if (rest) memmove(l->buffer, l->buffer + l->begin, rest);
    l->begin = 0;
    l->end = rest;
    if (!cupel_grow(&l->buffer, &l->cap, rest < FIRST_BUFFER / 2 ? FIRST_BUFFER : 2 * rest, 1)) return cupel_no_memory(err, "a line", 2 * rest);
    while (l->end < l->cap && got) {
        cupel_status st = cupel_input_read(l->in, l->buffer + l->end, l->cap - l->end, &got, err);
        if (st != CUPEL_OK) return st;
        l->end += got;
    }
    l->last = !got;
    return CUPEL_OK;
}

/* The next line that is not blank; line->p is NULL at the end. */
static cupel_status next_line(lines *l, cupel_text *line, uint64_t *number, cupel_err *err)
{
    for (;;) {
        size_t n = l->end - l->begin;
        char *p = n ? l->buffer + l->begin : NULL, *stop = n ? memchr(p, '\n', n) : NULL;
        if (!stop && !l->last) {
            cupel_status st = refill(l, err);
            if (st != CUPEL_OK) return st;
            continue;
        }
        size_t length = stop ? (size_t)(stop - p) : n;
        if (length > MAX_LINE) return too_long(l, err);
        *number = l->line++;
        *line = (cupel_text){NULL, 0};
        if (!n) return CUPEL_OK;
        l->begin += length + (stop != NULL);
        cupel_text t = {p, length};
        if (*number == 1 && t.n >= 3 && memcmp(t.p, "\xEF\xBB\xBF", 3) == 0) t.p += 3, t.n -= 3;
        *line = cupel_text_trim(t);
        if (line->n) return CUPEL_OK;
    }
}

static cupel_status next_row(lines *l, cupel_json **row, uint64_t *number, cupel_err *err)
{
    cupel_text text;
    *row = NULL;
    cupel_status st = next_line(l, &text, number, err);
    if (st != CUPEL_OK || !text.p) return st;
    return cupel_json_read_from(text, cupel_input_name(l->in), *number, row, err);
}

static void close_lines(void *state)
{
    lines *l = state;
    if (!l) return;
    cupel_tree_rows_release(&l->rows);
    cupel_json_free(l->first);
    cupel_free(l->buffer);
    cupel_free(l);
}

static cupel_status open_lines(cupel_input *in, cupel_header *header, void **state, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    lines *l = cupel_alloc(1, sizeof *l);
    if (!l) return cupel_no_memory(err, "a table", sizeof *l);
    l->in = in;
    l->line = 1;
    l->rows.name = cupel_input_name(in);
    CUPEL_TRY(next_row(l, &l->first, &l->first_line, err));
    if (!l->first) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "%s: the table is empty; each line holds one object", l->rows.name));
    if (cupel_json_kind_of(l->first) != CUPEL_JSON_OBJECT)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": each line holds one object {\"column\": value, ...}", l->rows.name,
                             l->first_line));
    CUPEL_TRY(cupel_tree_rows_columns(&l->rows, l->first, l->first_line, header, err));
    *state = l;
    l = NULL;
done:
    close_lines(l);
    return st;
}

static cupel_status read_lines(void *state, size_t max_rows, cupel_records *r, cupel_err *err)
{
    lines *l = state;
    while (r->n_rows < max_rows) {
        cupel_json *row = l->first;
        uint64_t number = l->first_line;
        cupel_status st = row ? CUPEL_OK : next_row(l, &row, &number, err);
        l->first = NULL;
        if (st != CUPEL_OK || !row) return st;
        st = cupel_tree_rows_add(&l->rows, NULL, row, number, r, err);
        cupel_json_free(row);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

static const char *const suffixes[] = {".jsonl", ".ndjson", NULL};

extern const cupel_format cupel_format_jsonl;
const cupel_format cupel_format_jsonl = {
    .method = {.name = "jsonl", .kind = "format", .scale = "any", .maturity = "stable", .input = "text, also gzip",
               .help = "one JSON object a line; the keys of the first are the columns", .output = "rows"},
    .suffixes = suffixes, .open = open_lines, .read = read_lines, .close = close_lines,
};
