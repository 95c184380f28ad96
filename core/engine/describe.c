#include "core/engine/describe.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/cross.h"
#include "core/engine/explain.h"
#include "core/engine/features.h"
#include "core/engine/sets.h"
#include "core/engine/sheet.h"
#include "core/matter/columns.h"
#include "core/sys/par.h"
#include "datasets/source.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Rows go through the machine in pieces that stay in the second-level cache from parsing to writing; a block is what the threads share. */
enum { PIECE = 512, PIECES_PER_THREAD = 8 };

/* A vectorised kernel may sum in another order than the plain one: some roundings of double precision. Stored as float, the one rounding at the
 * end may fall on either side. */
static const double TOLERANCE = 1e-12, TOLERANCE_F32 = 1.0 / (1 << 23);

/* One piece of a block on its way; used by one worker at a time. */
typedef struct piece {
    cupel_batch batch;
    void *x;                       /* [PIECE][n_computed] float or double, then [PIECE][n_columns] */
    double *reference, *scratch;   /* [n_computed] */
    unsigned char reason[PIECE];
    cupel_str text;
    double difference;
    size_t worst_row, worst_column;
} piece;

typedef struct describer {
    const cupel_describe_options *o;
    const cupel_job *job;
    cupel_sets sets;
    cupel_features *table;         /* columns of the table, behind those of the sets; NULL: none */
    bool crosses;                  /* and their products with the composition */
    size_t n_computed;             /* columns of both, side by side */
    size_t n_columns, *from;       /* those to be written, [n_columns]: what two sets share stands once */
    cupel_str sets_text;
    char **column;                 /* [n_columns] */
    const char **unit;
    cupel_source *source;
    size_t formula;
    bool *kept;                    /* [columns of the source] */
    cupel_sheet *sheet;
    cupel_records records;         /* a block; with table columns all rows */
    cupel_records block;           /* the rows at work, a part of records */
    piece *pieces;
    size_t n_pieces;
    cupel_describe_result result;
    cupel_tally tally;
} describer;

/* Rows may count as imputed. */
static bool fills_in(const describer *d)
{
    bool any = d->o->missing == CUPEL_MISSING_IMPUTE;
    for (size_t i = 0; i < d->sets.n; i++) any |= d->sets.matminer[i];
    return any;
}

static size_t value_size(const describer *d) { return d->o->float32 ? sizeof(float) : sizeof(double); }

/* ---- one piece, on any thread ---- */

/* Behind the columns of the sets. */
static void compute_table(const describer *d, piece *p, size_t from, size_t n)
{
    size_t first = d->sets.n_columns, width = d->n_computed - first;
    cupel_records rows = d->block; /* row i of these is row i of the batch */
    rows.cell += from * rows.n_cols;
    rows.n_rows -= from;
    for (size_t i = 0; i < n; i++) {
        unsigned char reason = CUPEL_REASON_NONE;
        const cupel_feature_rows row = {.batch = &p->batch, .records = &rows, .from = i, .n = 1};
        cupel_features_compute(d->table, &row, d->job->isa, p->scratch, width, &reason);
        if (reason && (!p->reason[i] || p->reason[i] == CUPEL_REASON_IMPUTED)) p->reason[i] = reason;
        for (size_t j = 0; j < width; j++) {
            size_t at = i * d->n_computed + first + j;
            if (d->o->float32)
                ((float *)p->x)[at] = (float)p->scratch[j];
            else
                ((double *)p->x)[at] = p->scratch[j];
        }
    }
}

/* Rows of what is computed become rows of what is written, in place: nothing moves to the right. */
static void leave_out_shared(const describer *d, piece *p, size_t n)
{
    if (d->n_columns == d->n_computed) return;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d->n_columns; j++) {
            size_t to = i * d->n_columns + j, at = i * d->n_computed + d->from[j];
            if (d->o->float32) ((float *)p->x)[to] = ((const float *)p->x)[at];
            else ((double *)p->x)[to] = ((const double *)p->x)[at];
        }
}

static void compute(const describer *d, piece *p, size_t from, size_t n)
{
    size_t ld = d->n_computed;
    memset(p->reason, 0, n);
    if (d->o->float32)
        cupel_sets_compute_f32(&d->sets, &p->batch, 0, n, d->job->isa, p->x, ld, p->reason, p->scratch);
    else
        cupel_sets_compute(&d->sets, &p->batch, 0, n, d->job->isa, p->x, ld, p->reason);
    if (d->table) compute_table(d, p, from, n);
    leave_out_shared(d, p, n);
}

static double difference(double a, double b)
{
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b) ? 0 : (double)INFINITY;
    if (a == b) return 0;
    return fabs(a - b) / fmax(fmax(fabs(a), fabs(b)), 1);
}

static void validate(const describer *d, piece *p, size_t n)
{
    size_t ld = d->n_columns, width = d->sets.n_columns;
    p->difference = 0;
    for (size_t i = 0; i < n; i++) {
        cupel_sets_compute(&d->sets, &p->batch, i, 1, CUPEL_ISA_PLAIN, p->reference, width, NULL);
        for (size_t j = 0; j < ld && d->from[j] < width; j++) {
            double x = d->o->float32 ? (double)((const float *)p->x)[i * ld + j] : ((const double *)p->x)[i * ld + j];
            double apart = difference(x, p->reference[d->from[j]]);
            if (apart > p->difference) p->difference = apart, p->worst_row = i, p->worst_column = j;
        }
    }
}

static cupel_sheet_piece on_the_way(const describer *d, const piece *p, size_t from, size_t n)
{
    return (cupel_sheet_piece){&d->block, from, n, {p->x, p->reason, NULL}, d->o->missing};
}

static cupel_status do_piece(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)worker;
    cupel_status st = CUPEL_OK;
    const describer *d = user;
    piece *p = &d->pieces[item];
    size_t from = item * PIECE, n = d->block.n_rows - from < PIECE ? d->block.n_rows - from : PIECE;
    cupel_batch_clear(&p->batch);
    for (size_t i = 0; i < n; i++)
        CUPEL_TRY(cupel_batch_add_formula(&p->batch, cupel_cell(&d->block, from + i, d->formula), d->o->dot, err));
    compute(d, p, from, n);
    if (d->o->validate) validate(d, p, n);
    const cupel_sheet_piece written = on_the_way(d, p, from, n);
    cupel_sheet_format_piece(d->sheet, &written, &p->text);
done:
    return st;
}

/* ---- pieces in order, on the caller's thread ---- */

static cupel_status explain(const describer *d, const piece *p, size_t from, size_t i, cupel_str *words, cupel_err *err)
{
    cupel_reason reason = (cupel_reason)p->reason[i];
    cupel_str detail = {0};
    cupel_status st = CUPEL_OK;
    if (!cupel_reason_of_formula(reason)) {
        CUPEL_TRY(cupel_sets_lacks(&d->sets, &p->batch, i, &detail, err));
        if (!detail.n && d->table) CUPEL_TRY(cupel_features_lacks(d->table, &p->batch, i, &d->block, from + i, &detail, err));
    }
    cupel_explain_row(cupel_source_path(d->source), d->block.line[from + i], cupel_cell(&d->block, from + i, d->formula), d->o->dot, reason,
                      cupel_str_text(&detail), words);
done:
    cupel_str_free(&detail);
    return st;
}

static cupel_status note_reasons(describer *d, const piece *p, size_t from, size_t n, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; i < n; i++) {
        if (!cupel_reason_of_formula((cupel_reason)p->reason[i]))
            cupel_tally_read(&d->tally, cupel_source_path(d->source), d->block.line[from + i], cupel_cell(&d->block, from + i, d->formula));
        if (!p->reason[i]) continue;
        cupel_str *words = cupel_tally_add(&d->tally, (cupel_reason)p->reason[i]);
        if (words) CUPEL_TRY(explain(d, p, from, i, words, err));
        cupel_tally_look(&d->tally, cupel_cell(&d->block, from + i, d->formula));
        if (d->o->missing == CUPEL_MISSING_FAIL && p->reason[i] != CUPEL_REASON_IMPUTED)
            CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "%s; mend the row, or let --missing keep, drop or impute it", cupel_str_text(words)));
        cupel_tally_tell(&d->tally);
    }
done:
    return st;
}

static cupel_status check_difference(describer *d, const piece *p, size_t from, cupel_err *err)
{
    double limit = d->o->float32 ? TOLERANCE_F32 : TOLERANCE;
    if (p->difference > d->result.difference) d->result.difference = p->difference;
    if (p->difference <= limit) return CUPEL_OK;
    return cupel_fail(err, CUPEL_FAILED,
                      "%s:%" PRIu64 ": '%s' differs by %.3g between the %s and the plain kernel, expected at most %.3g; please report it",
                      cupel_source_path(d->source), d->block.line[from + p->worst_row], d->column[p->worst_column], p->difference,
                      cupel_isa_name(d->job->isa), limit);
}

static cupel_status do_block(describer *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t n = d->block.n_rows, n_pieces = (n + PIECE - 1) / PIECE;
    CUPEL_TRY(cupel_par_for(d->job->threads, n_pieces, do_piece, d, err));
    for (size_t k = 0; k < n_pieces; k++) {
        const piece *p = &d->pieces[k];
        size_t from = k * PIECE, rows = n - from < PIECE ? n - from : PIECE;
        CUPEL_TRY(note_reasons(d, p, from, rows, err));
        if (d->o->validate) CUPEL_TRY(check_difference(d, p, from, err));
        const cupel_sheet_piece written = on_the_way(d, p, from, rows);
        CUPEL_TRY(cupel_sheet_write_piece(d->sheet, &written, &p->text, &d->result.written, err));
    }
    d->result.rows += n;
    cupel_progress(d->job, "describing", d->result.rows, 0);
    if (cupel_stopped(d->job))
        st = cupel_fail(err, CUPEL_INTERRUPTED, "stopped after %" PRIu64 " rows; '%s' is not written", d->result.rows, d->o->output);
done:
    return st;
}

/* ---- begin and end ---- */

static cupel_status find_columns(describer *d, cupel_err *err)
{
    const cupel_header *h = cupel_source_header(d->source);
    cupel_status st = cupel_column_formula(h, cupel_source_path(d->source), d->o->formula, "name it with --formula", &d->formula, err);
    if (st != CUPEL_OK) return st;
    d->kept = cupel_alloc(h->n, sizeof *d->kept);
    if (!d->kept) return cupel_no_memory(err, "columns of a table", 0);
    for (size_t i = 0; i < h->n; i++) d->kept[i] = i != d->formula;
    return CUPEL_OK;
}

/* What columns of the table hold is known when all rows were read. They are written as numbers, not as they were. */
static cupel_status learn_table(describer *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const cupel_header *h = cupel_source_header(d->source);
    CUPEL_TRY(cupel_features_new(d->crosses ? "cross" : "none", d->o->columns, &d->table, err));
    if (d->o->missing == CUPEL_MISSING_IMPUTE) CUPEL_TRY(cupel_features_impute(d->table, err));
    CUPEL_TRY(cupel_source_read(d->source, SIZE_MAX, &d->records, err));
    CUPEL_TRY(cupel_features_learn(d->table, h, &d->records, cupel_source_path(d->source), err));
    cupel_features_say_mixed(d->table, cupel_source_path(d->source), d->job);
    for (const char *p = cupel_features_columns(d->table); p && *p;) {
        const cupel_text t = cupel_text_next(&p);
        char *name = cupel_strndup(t.p, t.n);
        if (!name) CUPEL_TRY(cupel_no_memory(err, "columns of a table", 0));
        d->kept[cupel_header_find(h, name)] = false;
        cupel_free(name);
    }
done:
    return st;
}

/* The name of computed column j; two sets may have columns of one name (cupel_sets_shared), and so may a set and the table. SIZE_MAX as place: it
 * is there already. */
static cupel_status name_column(const describer *d, size_t j, cupel_str *name, const char **unit, size_t *place, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str_clear(name);
    *place = d->n_columns;
    if (j < d->sets.n_columns) cupel_sets_column(&d->sets, j, name, unit);
    else CUPEL_TRY(cupel_features_name(d->table, j - d->sets.n_columns, name, unit, err));
    if (name->failed) CUPEL_TRY(cupel_no_memory(err, "the names of columns", 0));
    for (size_t k = 0; k < d->n_columns; k++) {
        if (strcmp(d->column[k], cupel_str_text(name)) != 0) continue;
        if (j >= d->sets.n_columns) cupel_str_puts(name, " (table)");
        else if (cupel_sets_shared(&d->sets, d->from[k], j)) *place = SIZE_MAX;
        else cupel_str_addf(name, " (%s)", cupel_sets_of(&d->sets, j));
        break;
    }
done:
    return st;
}

static cupel_status name_columns(describer *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str name = {0};
    size_t place;
    d->n_computed = d->sets.n_columns + (d->table ? cupel_features_count(d->table) : 0);
    d->column = cupel_alloc(d->n_computed, sizeof *d->column);
    d->unit = cupel_alloc(d->n_computed, sizeof *d->unit);
    d->from = cupel_alloc(d->n_computed, sizeof *d->from);
    if (!d->column || !d->unit || !d->from) CUPEL_TRY(cupel_no_memory(err, "the names of columns", 0));
    for (size_t j = 0; j < d->n_computed; j++) {
        const char *unit = "";
        CUPEL_TRY(name_column(d, j, &name, &unit, &place, err));
        if (place == SIZE_MAX) continue;
        d->column[place] = name.failed ? NULL : cupel_strdup(cupel_str_text(&name));
        if (!d->column[place]) CUPEL_TRY(cupel_no_memory(err, "the names of columns", 0));
        d->unit[place] = unit;
        d->from[place] = j;
        d->n_columns++;
    }
    cupel_sets_text(&d->sets, &d->sets_text);
    if (d->crosses) cupel_str_addf(&d->sets_text, "%scross", d->sets_text.n ? "," : "");
    if (d->sets_text.failed) CUPEL_TRY(cupel_no_memory(err, "the names of sets", 0));
done:
    cupel_str_free(&name);
    return st;
}

static cupel_status open_sheet(describer *d, cupel_err *err)
{
    cupel_sheet_options o = {.path = d->o->output,
                             .format = d->o->output_format,
                             .header = cupel_source_header(d->source),
                             .formula = d->formula,
                             .kept = d->kept,
                             .n_columns = d->n_columns,
                             .column = (const char *const *)d->column,
                             .unit = d->unit,
                             .float32 = d->o->float32,
                             .reasons = d->o->missing == CUPEL_MISSING_KEEP || fills_in(d),
                             .sets = cupel_str_text(&d->sets_text),
                             .table_columns = d->table ? cupel_features_columns(d->table) : "",
                             .missing = cupel_missing_name(d->o->missing)};
    return cupel_sheet_open(&o, &d->sheet, err);
}

static cupel_status open_pieces(describer *d, cupel_err *err)
{
    size_t n = d->job->threads == 1 ? 1 : d->job->threads * PIECES_PER_THREAD, columns = d->n_computed;
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
    for (size_t j = 0; d->column && j < d->n_columns; j++) cupel_free(d->column[j]);
    cupel_free(d->column);
    cupel_free(d->unit);
    cupel_free(d->from);
    cupel_free(d->kept);
    cupel_features_free(d->table);
    cupel_str_free(&d->sets_text);
    cupel_records_release(&d->records);
    cupel_source_free(d->source);
    cupel_tally_release(&d->tally);
}

static void say_result(const describer *d)
{
    char a[32], b[32];
    cupel_say(d->job, CUPEL_NOTE, "%s row%s read, %s written, %zu column%s", cupel_format_count(a, d->result.rows), d->result.rows == 1 ? "" : "s",
              cupel_format_count(b, d->result.written), d->result.columns, d->result.columns == 1 ? "" : "s");
    if (d->n_computed > d->n_columns)
        cupel_say(d->job, CUPEL_NOTE, "%zu column%s that two of the sets have in common stand%s once", d->n_computed - d->n_columns,
                  d->n_computed - d->n_columns == 1 ? "" : "s", d->n_computed - d->n_columns == 1 ? "s" : "");
    for (size_t i = 0; i < d->sets.n; i++)
        if (d->sets.set[i]->method.note) cupel_say(d->job, CUPEL_NOTE, "%s: %s", d->sets.set[i]->method.name, d->sets.set[i]->method.note);
    if (d->o->validate)
        cupel_say(d->job, CUPEL_NOTE, "the %s and the plain kernels differ by at most %.3g", cupel_isa_name(d->job->isa), d->result.difference);
    const bool drops = d->o->missing == CUPEL_MISSING_DROP;
    cupel_tally_say(&d->tally, drops && fills_in(d)    ? "dropped, or with a value of matminer's making"
                               : drops                 ? "dropped"
                               : fills_in(d)        ? "with a missing or imputed value"
                                                       : "with a missing value");
}

/* The next rows of the source into d->block, 0 at the end. */
static cupel_status next_block(describer *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t n = d->n_pieces * PIECE;
    if (!d->table) {
        CUPEL_TRY(cupel_source_read(d->source, n, &d->records, err));
        d->block = d->records;
    } else {
        const cupel_records *all = &d->records;
        size_t from = (size_t)d->result.rows;
        d->block = *all;
        d->block.n_rows = all->n_rows - from < n ? all->n_rows - from : n;
        if (from) d->block.cell += from * all->n_cols, d->block.line += from;
    }
done:
    return st;
}

static cupel_status begin(describer *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str names = {0};
    d->crosses = cupel_cross_take(d->o->sets, &names);
    if (names.failed) CUPEL_TRY(cupel_no_memory(err, "the names of sets", 0));
    bool table_only = d->o->columns && (strcmp(d->o->sets, "none") == 0 || (d->crosses && !names.n));
    unsigned forms = (d->o->missing == CUPEL_MISSING_IMPUTE ? CUPEL_SETS_IMPUTED : 0u) | (d->o->matminer ? CUPEL_SETS_MATMINER : 0u) |
                     (d->o->smooth ? CUPEL_SETS_SMOOTH : 0u);
    if (d->crosses && !d->o->columns)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "'cross' crosses columns of the table with the composition: name them with --columns"));
    if (!table_only) CUPEL_TRY(cupel_sets_parse(cupel_str_text(&names), forms, &d->sets, err));
    CUPEL_TRY(cupel_source_open(d->o->table, d->o->format, &d->source, err));
    CUPEL_TRY(find_columns(d, err));
    if (d->o->columns) CUPEL_TRY(learn_table(d, err));
    CUPEL_TRY(name_columns(d, err));
    CUPEL_TRY(open_sheet(d, err));
    CUPEL_TRY(open_pieces(d, err));
    d->result.columns = d->n_columns;
done:
    cupel_str_free(&names);
    return st;
}

cupel_status cupel_describe(const cupel_describe_options *o, const cupel_job *job, cupel_describe_result *result, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    bool every = o->missing != CUPEL_MISSING_KEEP;
    describer d = {.o = o, .job = job, .tally = {.job = job, .every = every}};
    char digest[7 + 65] = "sha256:";
    CUPEL_TRY(begin(&d, err));
    for (;;) {
        CUPEL_TRY(next_block(&d, err));
        if (!d.block.n_rows) break;
        CUPEL_TRY(do_block(&d, err));
    }
    CUPEL_TRY(cupel_tally_check_formulas(&d.tally, d.result.rows, cupel_source_path(d.source), cupel_source_header(d.source)->name[d.formula], err));
    cupel_source_say(d.source, job);
    CUPEL_TRY(cupel_source_digest(d.source, digest + 7, err));
    CUPEL_TRY(cupel_sheet_commit(&d.sheet, cupel_sheet_input(o->table), digest, err));
    memcpy(d.result.reasons, d.tally.rows, sizeof d.tally.rows);
    say_result(&d);
    if (result) *result = d.result;
done:
    release(&d);
    return st;
}
