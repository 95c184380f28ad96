#include "datasets/source.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/artifact_kind.h"
#include "core/io/input.h"
#include "core/matter/crystal.h"

#include <string.h>

struct cupel_source {
    char *path;
    cupel_input *in;
    const cupel_format *format;
    void *state;
    cupel_header header;
    uint64_t rows, blank; /* blank: rows without anything */
    bool at_end;
};

static const cupel_format *by_name(const char *path)
{
    cupel_text t = cupel_text_of(strcmp(path, "-") == 0 ? "stdin.csv" : path);
    if (cupel_text_ends(t, ".gz")) t.n -= 3;
    for (size_t i = 0; cupel_formats[i]; i++)
        for (const char *const *s = cupel_formats[i]->suffixes; *s; s++)
            if (cupel_text_ends(t, *s)) return cupel_formats[i];
    return NULL;
}

static bool is_spreadsheet(const char *path)
{
    static const char *const ends[] = {".xlsx", ".xls", ".ods"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (cupel_text_ends(cupel_text_of(path), ends[i])) return true;
    return false;
}

static cupel_status find_format(const char *path, const char *format, const cupel_format **f, cupel_err *err)
{
    cupel_status st;
    cupel_str names = {0};
    *f = format ? NULL : by_name(path);
    for (size_t i = 0; format && cupel_formats[i]; i++)
        if (strcmp(cupel_formats[i]->method.name, format) == 0) *f = cupel_formats[i];
    if (*f) return CUPEL_OK;
    for (size_t i = 0; cupel_formats[i]; i++) cupel_str_addf(&names, "%s%s", i ? ", " : "", cupel_formats[i]->method.name);
    if (format)
        st = cupel_fail(err, CUPEL_USAGE, "table format '%s': expected one of %s", format, cupel_str_text(&names));
    else if (is_spreadsheet(path))
        st = cupel_fail(err, CUPEL_BAD_INPUT, "'%s' is a spreadsheet, and a table of text is wanted: save its sheet as CSV (UTF-8)", path);
    else if ((st = cupel_artifact_refuse(path, "table", err)) == CUPEL_OK && (st = cupel_crystal_refuse(path, err)) == CUPEL_OK)
        st = cupel_fail(err, CUPEL_BAD_INPUT, "'%s': the name does not tell the format; rename it (.csv, .tsv, .jsonl, .json, also with .gz) or "
                        "give the format (%s)", path, cupel_str_text(&names));
    cupel_str_free(&names);
    return st;
}

cupel_status cupel_source_open(const char *path, const char *format, cupel_source **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_source *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "a table", sizeof *s);
    CUPEL_TRY(find_format(path, format, &s->format, err));
    s->path = cupel_strdup(path);
    if (!s->path) CUPEL_TRY(cupel_no_memory(err, "a file name", 0));
    CUPEL_TRY(cupel_input_open(path, &s->in, err));
    CUPEL_TRY(s->format->open(s->in, &s->header, &s->state, err));
done:
    if (st == CUPEL_OK)
        *out = s;
    else
        cupel_source_free(s);
    return st;
}

const cupel_header *cupel_source_header(const cupel_source *s) { return &s->header; }

const char *cupel_source_path(const cupel_source *s) { return s->path; }

static bool is_blank(const cupel_records *r, size_t i)
{
    for (size_t c = 0; c < r->n_cols; c++)
        if (cupel_text_trim(cupel_cell(r, i, c)).n) return false;
    return r->n_cols > 1; /* of one column, an empty cell in quotes was meant */
}

/* Closes the gaps that rows without anything leave, from row `from` on. */
static void drop_blank(cupel_source *s, cupel_records *r, size_t from)
{
    size_t m = from;
    for (size_t i = from; i < r->n_rows; i++) {
        if (is_blank(r, i)) continue;
        if (m < i) memmove(r->cell + m * r->n_cols, r->cell + i * r->n_cols, r->n_cols * sizeof *r->cell);
        r->line[m++] = r->line[i];
    }
    s->blank += r->n_rows - m;
    r->n_rows = m;
}

cupel_status cupel_source_read(cupel_source *s, size_t max_rows, cupel_records *r, cupel_err *err)
{
    cupel_records_clear(r);
    r->n_cols = s->header.n;
    r->first_row = s->rows;
    while (!s->at_end && r->n_rows < max_rows) {
        const size_t from = r->n_rows;
        const cupel_status st = s->format->read(s->state, max_rows, r, err);
        if (st != CUPEL_OK) {
            cupel_records_clear(r);
            return st;
        }
        s->at_end = r->n_rows < max_rows;
        drop_blank(s, r, from);
    }
    s->rows += r->n_rows;
    return CUPEL_OK;
}

void cupel_source_notes(const cupel_source *s, cupel_str *lines)
{
    char count[32];
    cupel_str words = {0};
    if (s->format->say) s->format->say(s->state, &words);
    if (words.n) cupel_str_addf(lines, "'%s' is %s\n", s->path, cupel_str_text(&words));
    if (s->blank)
        cupel_str_addf(lines, "%s row%s of '%s' without anything skipped\n", cupel_format_count(count, s->blank), s->blank == 1 ? "" : "s", s->path);
    lines->failed |= words.failed;
    cupel_str_free(&words);
}

void cupel_source_say(const cupel_source *s, const cupel_job *job)
{
    cupel_str lines = {0};
    cupel_source_notes(s, &lines);
    cupel_say_lines(job, cupel_str_text(&lines));
    cupel_str_free(&lines);
}

cupel_status cupel_source_digest(cupel_source *s, char hex[65], cupel_err *err)
{
    if (!s->at_end) return cupel_fail(err, CUPEL_FAILED, "digest of '%s': asked for before the last row was read", s->path);
    return cupel_input_digest(s->in, hex, err);
}

void cupel_source_free(cupel_source *s)
{
    if (!s) return;
    if (s->format && s->state) s->format->close(s->state);
    cupel_header_release(&s->header);
    cupel_input_free(s->in);
    cupel_free(s->path);
    cupel_free(s);
}
