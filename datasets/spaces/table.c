/* list: the rows of a table, read as they are asked for. */
#include "datasets/spaces/kind.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/input.h"
#include "core/io/keys.h"
#include "core/matter/columns.h"
#include "datasets/source.h"

enum { BLOCK = 4096 };

typedef struct table {
    char *path, *column, *format; /* column NULL until it is found; format NULL: by the name of the file */
    size_t formula;               /* place of the column */
    cupel_dot dot;
    cupel_source *source;
    uint64_t next;                /* index of the row that the source gives next */
    cupel_records records;
    bool counted;
    uint64_t count;
    cupel_str notes;              /* of the source, when it was counted */
} table;

static cupel_status start(table *t, cupel_err *err)
{
    cupel_source_free(t->source);
    t->source = NULL;
    t->next = 0;
    return cupel_source_open(t->path, t->format, &t->source, err);
}

static void table_close(void *state)
{
    table *t = state;
    cupel_source_free(t->source);
    cupel_records_release(&t->records);
    cupel_free(t->path);
    cupel_free(t->column);
    cupel_free(t->format);
    cupel_str_free(&t->notes);
    cupel_free(t);
}

static cupel_status find_column(table *t, const cupel_space_spec *spec, cupel_err *err)
{
    const cupel_header *h = cupel_source_header(t->source);
    cupel_status st = cupel_column_formula(h, t->path, t->column, "name it with formula: in space", &t->formula, err);
    if (st != CUPEL_OK) {
        cupel_err_prefix(err, "%s:%zu: space: ", spec->file, spec->own->line);
        return st;
    }
    if (!t->column) t->column = cupel_strdup(h->name[t->formula]); /* a part of what identifies the space */
    return t->column ? CUPEL_OK : cupel_no_memory(err, "a space", 0);
}

static cupel_status table_open(const cupel_space_spec *spec, void **state, cupel_str *words, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const char *column = NULL, *format = NULL;
    table *t = cupel_alloc(1, sizeof *t);
    if (!t) return cupel_no_memory(err, "a space", sizeof *t);
    CUPEL_TRY(cupel_keys_text(spec->map, spec->file, "formula", &column, err));
    CUPEL_TRY(cupel_keys_text(spec->map, spec->file, "format", &format, err));
    CUPEL_TRY(cupel_spec_dot(spec, &t->dot, err));
    CUPEL_TRY(cupel_spec_path(spec, "list", &t->path, err));
    t->column = column ? cupel_strdup(column) : NULL;
    t->format = format ? cupel_strdup(format) : NULL;
    if ((column && !t->column) || (format && !t->format)) CUPEL_TRY(cupel_no_memory(err, "a space", 0));
    st = start(t, err);
    if (st != CUPEL_OK) {
        cupel_err_prefix(err, "%s:%zu: space: ", spec->file, spec->own->line);
        goto done;
    }
    CUPEL_TRY(find_column(t, spec, err));
    cupel_str_addf(words, "formulas of the table '%s'", t->path);
done:
    if (st == CUPEL_OK)
        *state = t;
    else
        table_close(t);
    return st;
}

static cupel_status table_count(void *state, uint64_t *count, cupel_err *err)
{
    table *t = state;
    cupel_status st = CUPEL_OK;
    cupel_source *source = NULL;
    cupel_records r = {0};
    if (!t->counted) {
        uint64_t n = 0;
        CUPEL_TRY(cupel_source_open(t->path, t->format, &source, err));
        do {
            CUPEL_TRY(cupel_source_read(source, BLOCK, &r, err));
            n += r.n_rows;
        } while (r.n_rows);
        cupel_source_notes(source, &t->notes);
        t->count = n;
        t->counted = true;
    }
    *count = t->count;
done:
    cupel_records_release(&r);
    cupel_source_free(source);
    return st;
}

static cupel_status skip_to(table *t, uint64_t first, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    if (first < t->next) CUPEL_TRY(start(t, err));
    while (t->next < first) {
        uint64_t left = first - t->next;
        CUPEL_TRY(cupel_source_read(t->source, left < BLOCK ? (size_t)left : BLOCK, &t->records, err));
        if (!t->records.n_rows) break;
        t->next += t->records.n_rows;
    }
done:
    return st;
}

static cupel_status table_fill(void *state, uint64_t first, size_t n, cupel_candidates *c, cupel_err *err)
{
    table *t = state;
    cupel_status st = CUPEL_OK;
    c->file = t->path;
    c->dot = t->dot;
    CUPEL_TRY(skip_to(t, first, err));
    if (t->next < first) goto done;
    CUPEL_TRY(cupel_source_read(t->source, n, &t->records, err));
    for (size_t i = 0; i < t->records.n_rows; i++) {
        CUPEL_TRY(cupel_candidates_read(c, cupel_text_trim(cupel_cell(&t->records, i, t->formula)), t->dot, t->records.line[i], err));
        for (size_t j = 0; c->n_columns && j < t->records.n_cols; j++)
            if (j != t->formula) CUPEL_TRY(cupel_candidates_cell(c, cupel_cell(&t->records, i, j), err));
    }
done:
    /* after a failure the place in the source is not known: the next call starts from the top */
    t->next = st == CUPEL_OK ? t->next + c->n : UINT64_MAX;
    return st;
}

static cupel_status table_columns(void *state, cupel_header *header, cupel_err *err)
{
    const table *t = state;
    const cupel_header *h = cupel_source_header(t->source);
    cupel_status st = CUPEL_OK;
    for (size_t j = 0; j < h->n && st == CUPEL_OK; j++)
        if (j != t->formula) st = cupel_header_add(header, cupel_text_of(h->name[j]), err);
    return st;
}

static void table_notes(const void *state, cupel_str *lines)
{
    const table *t = state;
    cupel_str_puts(lines, cupel_str_text(&t->notes));
}

static cupel_status table_identity(void *state, cupel_str *text, cupel_err *err)
{
    const table *t = state;
    char hex[65];
    cupel_status st = cupel_digest_file(t->path, hex, err);
    if (st == CUPEL_OK) cupel_str_addf(text, "sha256:%s\ncolumn %s\ndot %d\n", hex, t->column, (int)t->dot);
    return st;
}

static const char *const keys[] = {"list", "formula", "format", "dot", NULL};

const cupel_space_kind cupel_space_table = {
    .method = {.name = "list", .kind = "space", .scale = "composition", .maturity = "stable", .input = "a table with a column of formulas",
               .help = "the formulas of a table, in its order", .output = "one candidate per row"},
    .keys = keys, .parallel = false, .open = table_open, .count = table_count, .fill = table_fill, .identity = table_identity,
    .columns = table_columns, .notes = table_notes, .close = table_close};
