#include "core/engine/describe.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/sets.h"
#include "core/engine/sheet.h"
#include "core/sys/par.h"
#include "datasets/source.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Rows go through the machine in pieces that stay in the second-level cache from parsing to writing; a block is what the threads share. */
enum { PIECE = 512, PIECES_PER_THREAD = 8, EXAMPLES = 5 };

/* A vectorised kernel may sum in another order than the plain one: some roundings of double precision. Stored as float, the one rounding at the
 * end may fall on either side. */
static const double TOLERANCE = 1e-12, TOLERANCE_F32 = 1.0 / (1 << 23);

/* One piece of a block on its way; used by one worker at a time. */
typedef struct piece {
    cupel_batch batch;
    void *x;                       /* [PIECE][columns] float or double */
    double *reference, *scratch;   /* [columns] */
    unsigned char reason[PIECE];
    cupel_str text;
    double difference;
    size_t worst_row, worst_column;
} piece;

typedef struct describer {
    const cupel_describe_options *o;
    const cupel_job *job;
    cupel_sets sets;
    cupel_str sets_text;
    char **column;                 /* [sets.n_columns] */
    const char **unit;
    cupel_source *source;
    size_t formula;
    cupel_sheet *sheet;
    cupel_records records;
    piece *pieces;
    size_t n_pieces;
    cupel_describe_result result;
    cupel_str examples[EXAMPLES];
    size_t n_examples;
} describer;

static size_t value_size(const describer *d) { return d->o->float32 ? sizeof(float) : sizeof(double); }

/* ---- one piece, on any thread ---- */

static void compute(const describer *d, piece *p, size_t n)
{
    size_t ld = d->sets.n_columns;
    memset(p->reason, 0, n);
    if (d->o->float32)
        cupel_sets_compute_f32(&d->sets, &p->batch, 0, n, d->job->isa, p->x, ld, p->reason, p->scratch);
    else
        cupel_sets_compute(&d->sets, &p->batch, 0, n, d->job->isa, p->x, ld, p->reason);
}

static double difference(double a, double b)
{
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b) ? 0 : (double)INFINITY;
    if (a == b) return 0;
    return fabs(a - b) / fmax(fmax(fabs(a), fabs(b)), 1);
}

static void validate(const describer *d, piece *p, size_t n)
{
    size_t ld = d->sets.n_columns;
    p->difference = 0;
    for (size_t i = 0; i < n; i++) {
        cupel_sets_compute(&d->sets, &p->batch, i, 1, CUPEL_ISA_PLAIN, p->reference, ld, NULL);
        for (size_t j = 0; j < ld; j++) {
            double x = d->o->float32 ? (double)((const float *)p->x)[i * ld + j] : ((const double *)p->x)[i * ld + j];
            double apart = difference(x, p->reference[j]);
            if (apart > p->difference) p->difference = apart, p->worst_row = i, p->worst_column = j;
        }
    }
}

static bool dropped(const describer *d, unsigned char reason)
{
    return d->o->missing == CUPEL_MISSING_DROP && reason != CUPEL_REASON_NONE;
}

static cupel_status do_piece(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)worker;
    cupel_status st = CUPEL_OK;
    const describer *d = user;
    piece *p = &d->pieces[item];
    size_t from = item * PIECE, n = d->records.n_rows - from < PIECE ? d->records.n_rows - from : PIECE;
    cupel_batch_clear(&p->batch);
    for (size_t i = 0; i < n; i++)
        CUPEL_TRY(cupel_batch_add_formula(&p->batch, cupel_cell(&d->records, from + i, d->formula), d->o->dot, err));
    compute(d, p, n);
    if (d->o->validate) validate(d, p, n);
    if (!cupel_sheet_is_text(d->sheet)) goto done;
    cupel_str_clear(&p->text);
    for (size_t i = 0; i < n; i++) {
        const void *x = (const char *)p->x + i * d->sets.n_columns * value_size(d);
        if (!dropped(d, p->reason[i])) cupel_sheet_format(d->sheet, &d->records, from + i, x, p->reason[i], &p->text);
    }
done:
    return st;
}

/* ---- pieces in order, on the caller's thread ---- */

static void put_column_missing(const describer *d, const piece *p, size_t i, cupel_str *s)
{
    size_t ld = d->sets.n_columns;
    for (size_t j = 0; j < ld; j++) {
        double x = d->o->float32 ? (double)((const float *)p->x)[i * ld + j] : ((const double *)p->x)[i * ld + j];
        if (!isnan(x)) continue;
        cupel_str_addf(s, "no value of '%s'", d->column[j]);
        return;
    }
}

/* "gaps.csv:17: bad_formula: 'Xx2O3': ..." */
static void explain(const describer *d, const piece *p, size_t from, size_t i, cupel_str *s)
{
    cupel_text t = cupel_cell(&d->records, from + i, d->formula);
    cupel_reason reason = (cupel_reason)p->reason[i];
    cupel_formula f;
    cupel_formula_error e;
    cupel_str_addf(s, "%s:%" PRIu64 ": %s: '%.*s'", cupel_source_path(d->source), d->records.line[from + i], cupel_reason_name(reason),
                   (int)(t.n < 80 ? t.n : 80), t.p);
    if (reason == CUPEL_REASON_BAD_FORMULA || reason == CUPEL_REASON_AMBIGUOUS_FORMULA) {
        if (!cupel_formula_read(t, d->o->dot, &f, &e)) cupel_str_addf(s, " at byte %zu: %s", e.position + 1, e.message);
    } else if (reason == CUPEL_REASON_NO_ELEMENT_DATA) {
        cupel_str_puts(s, ": ");
        put_column_missing(d, p, i, s);
    }
}

static cupel_status note_reasons(describer *d, const piece *p, size_t from, size_t n, cupel_err *err)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char reason = p->reason[i];
        if (!reason) continue;
        d->result.reasons[reason]++;
        if (d->n_examples < EXAMPLES) explain(d, p, from, i, &d->examples[d->n_examples++]);
        if (d->o->missing == CUPEL_MISSING_FAIL)
            return cupel_fail(err, CUPEL_BAD_INPUT, "%s; mend the row, or let --missing keep, drop or impute it",
                              cupel_str_text(&d->examples[0]));
    }
    return CUPEL_OK;
}

static cupel_status check_difference(describer *d, const piece *p, size_t from, cupel_err *err)
{
    double limit = d->o->float32 ? TOLERANCE_F32 : TOLERANCE;
    if (p->difference > d->result.difference) d->result.difference = p->difference;
    if (p->difference <= limit) return CUPEL_OK;
    return cupel_fail(err, CUPEL_FAILED,
                      "%s:%" PRIu64 ": '%s' differs by %.3g between the %s and the plain kernel, expected at most %.3g; please report it",
                      cupel_source_path(d->source), d->records.line[from + p->worst_row], d->column[p->worst_column], p->difference,
                      cupel_isa_name(d->job->isa), limit);
}

/* Runs of rows that are not dropped. */
static cupel_status write_rows(describer *d, const piece *p, size_t from, size_t n, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t row_bytes = d->sets.n_columns * value_size(d);
    for (size_t i = 0, end; i < n; i = end) {
        end = i + 1;
        if (dropped(d, p->reason[i])) continue;
        while (end < n && !dropped(d, p->reason[end])) end++;
        d->result.written += end - i;
        if (!cupel_sheet_is_text(d->sheet))
            CUPEL_TRY(cupel_sheet_rows(d->sheet, &d->records, from + i, end - i, (const char *)p->x + i * row_bytes, p->reason + i, err));
    }
    if (cupel_sheet_is_text(d->sheet)) CUPEL_TRY(cupel_sheet_text(d->sheet, &p->text, err));
done:
    return st;
}

static cupel_status do_block(describer *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t n = d->records.n_rows, n_pieces = (n + PIECE - 1) / PIECE;
    CUPEL_TRY(cupel_par_for(d->job->threads, n_pieces, do_piece, d, err));
    for (size_t k = 0; k < n_pieces; k++) {
        const piece *p = &d->pieces[k];
        size_t from = k * PIECE, rows = n - from < PIECE ? n - from : PIECE;
        CUPEL_TRY(note_reasons(d, p, from, rows, err));
        if (d->o->validate) CUPEL_TRY(check_difference(d, p, from, err));
        CUPEL_TRY(write_rows(d, p, from, rows, err));
    }
    d->result.rows += n;
    cupel_progress(d->job, "describing", d->result.rows, 0);
    if (cupel_stopped(d->job))
        st = cupel_fail(err, CUPEL_INTERRUPTED, "stopped after %" PRIu64 " rows; '%s' is not written", d->result.rows, d->o->output);
done:
    return st;
}

/* ---- begin and end ---- */

static cupel_status no_column(const describer *d, const char *name, cupel_err *err)
{
    const cupel_header *h = cupel_source_header(d->source);
    cupel_str names = {0};
    for (size_t i = 0; i < h->n && names.n < 400; i++) cupel_str_addf(&names, "%s'%s'", i ? ", " : "", h->name[i]);
    cupel_fail(err, CUPEL_USAGE, "'%s' has no column '%s'; its columns are %s", cupel_source_path(d->source), name, cupel_str_text(&names));
    cupel_str_free(&names);
    return CUPEL_USAGE;
}

static cupel_status open_sheet(describer *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t n = d->sets.n_columns;
    cupel_str name = {0};
    d->column = cupel_alloc(n, sizeof *d->column);
    d->unit = cupel_alloc(n, sizeof *d->unit);
    if (!d->column || !d->unit) CUPEL_TRY(cupel_no_memory(err, "the names of columns", 0));
    for (size_t j = 0; j < n; j++) {
        cupel_str_clear(&name);
        cupel_sets_column(&d->sets, j, &name, &d->unit[j]);
        d->column[j] = name.failed ? NULL : cupel_strdup(cupel_str_text(&name));
        if (!d->column[j]) CUPEL_TRY(cupel_no_memory(err, "the names of columns", 0));
    }
    cupel_sets_text(&d->sets, &d->sets_text);
    if (d->sets_text.failed) CUPEL_TRY(cupel_no_memory(err, "the names of sets", 0));
    cupel_sheet_options o = {.path = d->o->output,
                             .format = d->o->output_format,
                             .header = cupel_source_header(d->source),
                             .formula = d->formula,
                             .n_columns = n,
                             .column = (const char *const *)d->column,
                             .unit = d->unit,
                             .float32 = d->o->float32,
                             .reasons = d->o->missing == CUPEL_MISSING_KEEP || d->o->missing == CUPEL_MISSING_IMPUTE,
                             .sets = cupel_str_text(&d->sets_text),
                             .missing = cupel_missing_name(d->o->missing)};
    CUPEL_TRY(cupel_sheet_open(&o, &d->sheet, err));
done:
    cupel_str_free(&name);
    return st;
}

static cupel_status open_pieces(describer *d, cupel_err *err)
{
    size_t n = d->job->threads == 1 ? 1 : d->job->threads * PIECES_PER_THREAD, columns = d->sets.n_columns;
    d->pieces = cupel_alloc(n, sizeof *d->pieces);
    if (!d->pieces) return cupel_no_memory(err, "a block of rows", cupel_mul(n, sizeof *d->pieces));
    d->n_pieces = n;
    for (size_t i = 0; i < n; i++) {
        piece *p = &d->pieces[i];
        p->x = cupel_alloc_aligned(cupel_mul(PIECE, columns), value_size(d));
        p->reference = cupel_alloc(columns, sizeof *p->reference);
        p->scratch = cupel_alloc(columns, sizeof *p->scratch);
        if (!p->x || !p->reference || !p->scratch)
            return cupel_no_memory(err, "a block of rows", cupel_mul(cupel_mul(PIECE, columns), value_size(d)));
    }
    return CUPEL_OK;
}

static void release(describer *d)
{
    cupel_sheet_abandon(&d->sheet);
    for (size_t i = 0; i < d->n_pieces; i++) {
        cupel_batch_release(&d->pieces[i].batch);
        cupel_free(d->pieces[i].x);
        cupel_free(d->pieces[i].reference);
        cupel_free(d->pieces[i].scratch);
        cupel_str_free(&d->pieces[i].text);
    }
    cupel_free(d->pieces);
    for (size_t j = 0; d->column && j < d->sets.n_columns; j++) cupel_free(d->column[j]);
    cupel_free(d->column);
    cupel_free(d->unit);
    cupel_str_free(&d->sets_text);
    cupel_records_release(&d->records);
    cupel_source_free(d->source);
    for (size_t i = 0; i < EXAMPLES; i++) cupel_str_free(&d->examples[i]);
}

static void say_result(const describer *d)
{
    char a[32], b[32];
    cupel_str s = {0};
    uint64_t missing = 0;
    for (size_t i = 1; i < CUPEL_REASON_COUNT; i++) {
        uint64_t n = d->result.reasons[i];
        if (!n) continue;
        missing += n;
        cupel_str_addf(&s, "%s%s %s", s.n ? ", " : "", cupel_format_count(a, n), cupel_reason_name((cupel_reason)i));
    }
    cupel_say(d->job, CUPEL_NOTE, "%s rows read, %s written, %zu columns", cupel_format_count(a, d->result.rows),
              cupel_format_count(b, d->result.written), d->result.columns);
    if (d->o->validate)
        cupel_say(d->job, CUPEL_NOTE, "the %s and the plain kernels differ by at most %.3g", cupel_isa_name(d->job->isa), d->result.difference);
    if (missing) {
        const char *what = d->o->missing == CUPEL_MISSING_DROP ? "dropped" : "with a missing or imputed value";
        cupel_say(d->job, CUPEL_WARNING, "%s rows %s: %s", cupel_format_count(a, missing), what, cupel_str_text(&s));
        for (size_t i = 0; i < d->n_examples; i++) cupel_say(d->job, CUPEL_NOTE, "%s", cupel_str_text(&d->examples[i]));
        if (missing > d->n_examples) cupel_say(d->job, CUPEL_NOTE, "and %s more", cupel_format_count(a, missing - d->n_examples));
    }
    cupel_str_free(&s);
}

/* The table's name without folders: a result does not depend on where the table lay. */
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strcmp(path, "-") == 0 ? "stdin" : slash ? slash + 1 : path;
}

cupel_status cupel_describe(const cupel_describe_options *o, const cupel_job *job, cupel_describe_result *result, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    describer d = {.o = o, .job = job};
    char digest[7 + 65] = "sha256:";
    CUPEL_TRY(cupel_sets_parse(o->sets, o->missing == CUPEL_MISSING_IMPUTE, &d.sets, err));
    d.result.columns = d.sets.n_columns;
    CUPEL_TRY(cupel_source_open(o->table, o->format, &d.source, err));
    d.formula = cupel_header_find(cupel_source_header(d.source), o->formula);
    if (d.formula == SIZE_MAX) CUPEL_TRY(no_column(&d, o->formula, err));
    CUPEL_TRY(open_sheet(&d, err));
    CUPEL_TRY(open_pieces(&d, err));
    for (;;) {
        CUPEL_TRY(cupel_source_read(d.source, d.n_pieces * PIECE, &d.records, err));
        if (!d.records.n_rows) break;
        CUPEL_TRY(do_block(&d, err));
    }
    CUPEL_TRY(cupel_source_digest(d.source, digest + 7, err));
    CUPEL_TRY(cupel_sheet_commit(&d.sheet, base_name(o->table), digest, err));
    say_result(&d);
    if (result) *result = d.result;
done:
    release(&d);
    return st;
}
