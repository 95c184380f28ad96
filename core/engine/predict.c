#include "core/engine/predict.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/doubts.h"
#include "core/engine/explain.h"
#include "core/engine/known.h"
#include "core/engine/left_out.h"
#include "core/engine/sheet.h"
#include "core/matter/columns.h"
#include "core/sys/par.h"
#include "datasets/source.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { PIECE = 256, PIECES_PER_THREAD = 16 };
enum { VALUE, LOWER, UPPER, DISTANCE, IN_DOMAIN, IN_TRAINING, MEASURED, CLASS, N_COLUMNS, MOST_COLUMNS = N_COLUMNS + CUPEL_QUANTILES + CUPEL_BESIDE };

static const double PRECISION_LIMIT = 1e-3, KERNEL_LIMIT = 1e-6; /* of the half width of an interval */

/* Room for the predictions of a piece. */
typedef struct room {
    double number[5][PIECE];
    unsigned char in_domain[PIECE];
} room;

/* One piece of a block on its way; used by one worker at a time. */
typedef struct piece {
    cupel_batch batch;
    cupel_model_work *work;
    room main, other;
    double x[PIECE * MOST_COLUMNS]; /* [rows][columns of the sheet] */
    double beside[PIECE * CUPEL_BESIDE]; /* [rows][n_beside] */
    cupel_spiked *mixture; /* [PIECE] of a mixed model whose quantiles are asked for; else NULL */
    unsigned char reason[PIECE];
    cupel_str text, key;
    cupel_str outside, words; /* why rows are outside the domain, one behind another; scratch */
    size_t outside_at[PIECE + 1];
    cupel_text note[PIECE];   /* into outside */
    double precision_difference, kernel_difference;
    size_t repeated; /* rows of which several different values were measured */
} piece;

typedef struct predictor {
    const cupel_predict_table_options *o;
    const cupel_job *job;
    cupel_model *model;
    cupel_source *source;
    cupel_header header; /* the table's, with names that predictions take set aside */
    cupel_known_set *known;
    cupel_str name[5]; /* value, lower, upper; measured; class */
    cupel_str quantile[CUPEL_QUANTILES], beside[CUPEL_BESIDE];
    size_t n_beside;     /* other targets that the model predicts */
    size_t n_columns, made[MOST_COLUMNS]; /* of the sheet: which of VALUE .. quantiles, beside each is */
    const char *column[MOST_COLUMNS], *unit[MOST_COLUMNS];
    size_t formula;
    bool bare;           /* the table needs no formulas */
    cupel_sheet *sheet;
    cupel_records records;
    piece *pieces;
    size_t n_pieces;
    cupel_tally tally;
    cupel_left_out left_out;
    cupel_predict_table_result result;
} predictor;

/* ---- one piece, on any thread ---- */

/* Ten significant digits. */
static double rounded(double x)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    double a = fabs(x);
    if (!(a >= 1e-12 && a < 1e9)) return x;
    int k = 9;
    while (k > 0 && a >= power[10 - k]) k--;
    while (k < 22 && a * power[k] < 1e9) k++;
    return nearbyint(x * power[k]) / power[k];
}

static cupel_prediction in_room(room *r)
{
    return (cupel_prediction){r->number[0], r->number[1], r->number[2], r->number[3], r->number[4], r->in_domain};
}

static cupel_status compute(const predictor *d, piece *p, size_t from, size_t n, cupel_predict_options o, room *to, cupel_err *err)
{
    cupel_prediction out = in_room(to);
    cupel_records rows = d->records; /* a window: row i of it belongs to row i of the piece's batch */
    rows.cell += from * rows.n_cols;
    rows.line += from;
    rows.n_rows = n;
    return cupel_model_predict(d->model, &(cupel_feature_rows){.batch = &p->batch, .records = &rows, .n = n}, &o, p->work, &out, p->reason, err);
}

/* The largest difference of the values in half widths of the interval; for a class in units of its probability. */
static double difference(const predictor *d, const piece *p, size_t n)
{
    cupel_prediction a = in_room((room *)&p->main), b = in_room((room *)&p->other);
    bool is_class = cupel_surrogate_is_class(cupel_model_surrogate(d->model));
    double worst = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(a.value[i])) continue;
        double half = is_class ? 1 : 0.5 * (a.upper[i] - a.lower[i]), apart = fabs(a.value[i] - b.value[i]) / half;
        if (!(apart <= worst)) worst = apart;
    }
    return worst;
}

static cupel_precision used_precision(const predictor *d)
{
    return cupel_surrogate_precision(cupel_model_surrogate(d->model), d->o->predict.precision);
}

static cupel_status validate(const predictor *d, piece *p, size_t from, size_t n, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_predict_options o = d->o->predict;
    o.precision = used_precision(d) == CUPEL_FLOAT64 ? CUPEL_FLOAT32 : CUPEL_FLOAT64;
    CUPEL_TRY(compute(d, p, from, n, o, &p->other, err));
    p->precision_difference = difference(d, p, n);
    o = d->o->predict;
    o.isa = CUPEL_ISA_PLAIN;
    CUPEL_TRY(compute(d, p, from, n, o, &p->other, err));
    p->kernel_difference = difference(d, p, n);
done:
    return st;
}

static cupel_sheet_piece on_the_way(const predictor *d, const piece *p, size_t from, size_t n)
{
    return (cupel_sheet_piece){&d->records, from, n, {p->x, p->reason, p->note}, d->o->missing};
}

/* A composition that the model learned from, and its measured value. */
static cupel_status look_up(const predictor *d, piece *p, size_t from, size_t i, double *x, cupel_err *err)
{
    cupel_composition c;
    bool known = false;
    cupel_known_value m = {.value = NAN};
    x[IN_TRAINING] = x[MEASURED] = NAN;
    if (p->batch.reason[i]) return CUPEL_OK;
    cupel_batch_get(&p->batch, i, &c);
    if (!c.n) return CUPEL_OK;
    cupel_status st = cupel_known_set_has(d->known, &(cupel_known_row){&c, d->model, &d->records, from + i}, &p->key, &known, &m, err);
    x[IN_TRAINING] = known;
    x[MEASURED] = m.value;
    p->repeated += m.n > 1 && m.high > m.low;
    return st;
}

static cupel_status fill(const predictor *d, piece *p, size_t from, size_t n, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    bool text = cupel_sheet_is_text(d->sheet);
    const cupel_surrogate *s = cupel_model_surrogate(d->model);
    const double *column[] = {p->main.number[0], p->main.number[2], p->main.number[3], p->main.number[4]};
    for (size_t i = 0; i < n; i++) {
        double x[MOST_COLUMNS];
        for (int c = 0; c < IN_DOMAIN; c++) x[c] = text ? rounded(column[c][i]) : column[c][i];
        x[IN_DOMAIN] = p->main.in_domain[i];
        CUPEL_TRY(look_up(d, p, from, i, x, err));
        x[CLASS] = cupel_surrogate_class_said(s, p->main.number[0][i]);
        for (size_t k = 0; k < d->o->quantiles.n; k++) {
            const double q = isnan(x[VALUE]) ? NAN : cupel_surrogate_quantile(s, p->mixture ? p->mixture + i : NULL, p->main.number[0][i],
                                                                              p->main.number[1][i], d->o->quantiles.tau[k]);
            x[N_COLUMNS + k] = text ? rounded(q) : q;
        }
        for (size_t k = 0; k < d->n_beside; k++) {
            const double value = p->beside[i * d->n_beside + k];
            x[N_COLUMNS + d->o->quantiles.n + k] = text ? rounded(value) : value;
        }
        for (size_t k = 0; k < d->n_columns; k++) p->x[i * d->n_columns + k] = x[d->made[k]];
    }
done:
    return st;
}

/* Why rows with a value are outside the domain. */
static cupel_status say_outside(const predictor *d, piece *p, size_t from, size_t n, cupel_err *err)
{
    cupel_str_clear(&p->outside);
    for (size_t i = 0; i < n; i++) {
        p->outside_at[i] = p->outside.n;
        if (p->main.in_domain[i] || isnan(p->main.number[0][i])) continue;
        cupel_model_outside(d->model, &p->batch, i, &d->records, from + i, p->main.number[4][i], &p->words);
        cupel_str_add(&p->outside, cupel_str_text(&p->words), p->words.n);
    }
    p->outside_at[n] = p->outside.n;
    if (p->outside.failed || p->words.failed) return cupel_no_memory(err, "why rows are outside the domain", p->outside.n);
    for (size_t i = 0; i < n; i++)
        p->note[i] = (cupel_text){cupel_str_text(&p->outside) + p->outside_at[i], p->outside_at[i + 1] - p->outside_at[i]};
    return CUPEL_OK;
}

static cupel_status do_piece(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)worker;
    cupel_status st = CUPEL_OK;
    const predictor *d = user;
    piece *p = &d->pieces[item];
    size_t from = item * PIECE, n = d->records.n_rows - from < PIECE ? d->records.n_rows - from : PIECE;
    cupel_batch_clear(&p->batch);
    p->repeated = 0;
    for (size_t i = 0; i < n; i++)
        CUPEL_TRY(d->bare ? cupel_batch_add(&p->batch, &(const cupel_composition){.n = 0}, CUPEL_REASON_NONE, err)
                          : cupel_batch_add_formula(&p->batch, cupel_cell(&d->records, from + i, d->formula), d->o->dot, err));
    cupel_predict_options o = d->o->predict;
    o.mixture = p->mixture;
    o.beside = d->n_beside ? p->beside : NULL;
    CUPEL_TRY(compute(d, p, from, n, o, &p->main, err));
    if (d->o->validate) CUPEL_TRY(validate(d, p, from, n, err));
    CUPEL_TRY(fill(d, p, from, n, err));
    CUPEL_TRY(say_outside(d, p, from, n, err));
    const cupel_sheet_piece written = on_the_way(d, p, from, n);
    cupel_sheet_format_piece(d->sheet, &written, &p->text);
done:
    return st;
}

/* ---- pieces in order, on the caller's thread ---- */

static cupel_status explain(const predictor *d, const piece *p, size_t from, size_t i, cupel_str *words, cupel_err *err)
{
    cupel_reason reason = (cupel_reason)p->reason[i];
    cupel_str detail = {0};
    cupel_status st = CUPEL_OK;
    if (!cupel_reason_of_formula(reason))
        CUPEL_TRY(cupel_features_lacks(cupel_model_features(d->model), &p->batch, i, &d->records, from + i, &detail, err));
    cupel_explain_row(cupel_source_path(d->source), d->records.line[from + i], cupel_cell(&d->records, from + i, d->formula), d->o->dot, reason,
                      cupel_str_text(&detail), words);
done:
    cupel_str_free(&detail);
    return st;
}

static cupel_status note_reasons(predictor *d, const piece *p, size_t from, size_t n, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; i < n; i++) {
        d->result.in_domain += p->main.in_domain[i];
        if (!d->bare && !cupel_reason_of_formula((cupel_reason)p->reason[i]))
            cupel_tally_read(&d->tally, cupel_source_path(d->source), d->records.line[from + i], cupel_cell(&d->records, from + i, d->formula));
        if (!p->reason[i]) continue;
        cupel_reason reason = (cupel_reason)p->reason[i];
        cupel_str *words = cupel_tally_add(&d->tally, reason);
        if (words) CUPEL_TRY(explain(d, p, from, i, words, err));
        if (!d->bare) cupel_tally_look(&d->tally, cupel_cell(&d->records, from + i, d->formula));
        if (d->o->missing == CUPEL_MISSING_FAIL && reason != CUPEL_REASON_IMPUTED)
            CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "%s; mend the row, or let --missing keep or drop it", cupel_str_text(words)));
        if (words && cupel_sheet_leaves_out(d->o->missing, p->reason[i]))
            CUPEL_TRY(cupel_left_out_add(&d->left_out, d->records.line[from + i], cupel_cell(&d->records, from + i, d->formula), reason,
                                         cupel_str_text(words), err));
        cupel_tally_tell(&d->tally);
    }
done:
    return st;
}

static cupel_status check_differences(predictor *d, const piece *p, cupel_err *err)
{
    cupel_predict_table_result *r = &d->result;
    if (p->precision_difference > r->precision_difference) r->precision_difference = p->precision_difference;
    if (p->kernel_difference > r->kernel_difference) r->kernel_difference = p->kernel_difference;
    double kernel_limit = used_precision(d) == CUPEL_FLOAT64 ? KERNEL_LIMIT : PRECISION_LIMIT;
    if (!(p->precision_difference <= PRECISION_LIMIT))
        return cupel_fail(err, CUPEL_FAILED,
                          "float32 and float64 differ by %.3g half widths of an interval, expected at most %g; predict in float64",
                          p->precision_difference, PRECISION_LIMIT);
    if (!(p->kernel_difference <= kernel_limit))
        return cupel_fail(err, CUPEL_FAILED,
                          "the %s and the plain kernels differ by %.3g half widths of an interval, expected at most %g; please report it",
                          cupel_isa_name(d->o->predict.isa), p->kernel_difference, kernel_limit);
    return CUPEL_OK;
}

static cupel_status do_block(predictor *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t n = d->records.n_rows, n_pieces = (n + PIECE - 1) / PIECE;
    CUPEL_TRY(cupel_par_for(d->job->threads, n_pieces, do_piece, d, err));
    for (size_t k = 0; k < n_pieces; k++) {
        const piece *p = &d->pieces[k];
        size_t from = k * PIECE, rows = n - from < PIECE ? n - from : PIECE;
        d->result.repeated += p->repeated;
        CUPEL_TRY(note_reasons(d, p, from, rows, err));
        if (d->o->validate) CUPEL_TRY(check_differences(d, p, err));
        const cupel_sheet_piece written = on_the_way(d, p, from, rows);
        CUPEL_TRY(cupel_sheet_write_piece(d->sheet, &written, &p->text, &d->result.written, err));
    }
    d->result.rows += n;
    cupel_progress(d->job, "predicting", d->result.rows, 0);
    if (cupel_stopped(d->job))
        st = cupel_fail(err, CUPEL_INTERRUPTED, "stopped after %" PRIu64 " rows; '%s' is not written", d->result.rows, d->o->output);
done:
    return st;
}

/* ---- begin and end ---- */

cupel_status cupel_prediction_columns(const cupel_model *m, cupel_str name[3], cupel_err *err)
{
    bool is_class = cupel_surrogate_is_class(cupel_model_surrogate(m));
    const char *words[] = {is_class ? " probability" : "", " lower", " upper"}, *property = cupel_model_property(m),
               *unit = cupel_model_unit(m);
    for (int i = 0; i < 3; i++) {
        cupel_str_clear(&name[i]);
        cupel_str_addf(&name[i], "%s%s", property, words[i]);
        if (*unit && !(is_class && i == 0)) cupel_str_addf(&name[i], " [%s]", unit);
        if (name[i].failed) return cupel_no_memory(err, "names of columns", 0);
    }
    return CUPEL_OK;
}

cupel_status cupel_beside_columns(const cupel_model *m, cupel_str *name, cupel_err *err)
{
    const char *unit;
    for (size_t k = 0; k < cupel_surrogate_beside(cupel_model_surrogate(m)); k++) {
        const char *property = cupel_model_beside(m, k, &unit);
        cupel_str_clear(&name[k]);
        cupel_str_addf(&name[k], "%s%s%s%s", property, *unit ? " [" : "", unit, *unit ? "]" : "");
        if (name[k].failed) return cupel_no_memory(err, "names of columns", 0);
    }
    return CUPEL_OK;
}

static const char *const last_columns[] = {"distance", "in_domain", "in_training", "reason", "domain_reason"};

static bool taken(const predictor *d, const char *name)
{
    for (int i = 0; i < 5; i++)
        if (!strcmp(name, cupel_str_text(&d->name[i]))) return true;
    for (size_t i = 0; i < sizeof last_columns / sizeof *last_columns; i++)
        if (!strcmp(name, last_columns[i])) return true;
    for (size_t i = 0; i < d->o->quantiles.n; i++)
        if (!strcmp(name, cupel_str_text(&d->quantile[i]))) return true;
    for (size_t i = 0; i < d->n_beside; i++)
        if (!strcmp(name, cupel_str_text(&d->beside[i]))) return true;
    return false;
}

static cupel_status copy_header(predictor *d, cupel_err *err)
{
    const cupel_header *h = cupel_source_header(d->source);
    cupel_status st = CUPEL_OK;
    cupel_str name = {0};
    for (size_t i = 0; i < h->n; i++) {
        cupel_str_clear(&name);
        cupel_str_addf(&name, "%s%s", h->name[i], taken(d, h->name[i]) ? " (table)" : "");
        if (name.failed) CUPEL_TRY(cupel_no_memory(err, "names of columns", 0));
        CUPEL_TRY(cupel_header_add(&d->header, (cupel_text){name.p, name.n}, err));
    }
done:
    cupel_str_free(&name);
    return st;
}

/* The sheet looks at them as long as it is open. */
static void list_columns(predictor *d)
{
    const char *unit = cupel_model_unit(d->model);
    const size_t n_own = N_COLUMNS + d->o->quantiles.n;
    for (size_t c = 0; c < n_own; c++) {
        if (d->o->predict.value_only && (c == LOWER || c == UPPER)) continue;
        if (c == CLASS && !cupel_surrogate_is_class(cupel_model_surrogate(d->model))) continue;
        const size_t k = d->n_columns++;
        d->made[k] = c;
        d->column[k] = c >= N_COLUMNS ? cupel_str_text(&d->quantile[c - N_COLUMNS])
                       : c < DISTANCE ? cupel_str_text(&d->name[c])
                                      : c >= MEASURED ? cupel_str_text(&d->name[3 + c - MEASURED]) : last_columns[c - DISTANCE];
        d->unit[k] = c < DISTANCE || c >= MEASURED ? unit : "";
    }
    for (size_t b = 0; b < d->n_beside; b++) {
        const size_t k = d->n_columns++;
        d->made[k] = n_own + b;
        d->column[k] = cupel_str_text(&d->beside[b]);
        (void)cupel_model_beside(d->model, b, &d->unit[k]);
    }
}

static cupel_status open_sheet(predictor *d, cupel_err *err)
{
    list_columns(d);
    cupel_sheet_options o = {.kind = "predictions",
                             .path = d->o->output,
                             .format = d->o->output_format,
                             .header = &d->header,
                             .formula = d->formula,
                             .n_columns = d->n_columns,
                             .column = d->column,
                             .unit = d->unit,
                             .reasons = true,
                             .note = "domain_reason",
                             .sets = cupel_features_sets(cupel_model_features(d->model)),
                             .missing = cupel_missing_name(d->o->missing),
                             .model = "model",
                             .model_digest = cupel_model_digest(d->model)};
    return cupel_sheet_open(&o, &d->sheet, err);
}

static cupel_status open_pieces(predictor *d, cupel_err *err)
{
    size_t n = d->job->threads == 1 ? 1 : d->job->threads * PIECES_PER_THREAD;
    cupel_status st = CUPEL_OK;
    d->pieces = cupel_alloc(n, sizeof *d->pieces);
    if (!d->pieces) return cupel_no_memory(err, "a block of rows", cupel_mul(n, sizeof *d->pieces));
    d->n_pieces = n;
    const bool mixtures = d->o->quantiles.n && cupel_surrogate_mixed(cupel_model_surrogate(d->model));
    for (size_t i = 0; i < n && st == CUPEL_OK; i++) {
        st = cupel_model_work_new(d->model, &d->pieces[i].work, err);
        if (st == CUPEL_OK && mixtures && !(d->pieces[i].mixture = cupel_spiked_none(PIECE))) st = cupel_no_memory(err, "a block of rows", 0);
    }
    return st;
}

static void release(predictor *d)
{
    cupel_sheet_abandon(&d->sheet);
    for (size_t i = 0; i < d->n_pieces; i++) {
        cupel_batch_release(&d->pieces[i].batch);
        cupel_model_work_free(d->pieces[i].work);
        cupel_free(d->pieces[i].mixture);
        cupel_str_free(&d->pieces[i].text);
        cupel_str_free(&d->pieces[i].key);
        cupel_str_free(&d->pieces[i].outside);
        cupel_str_free(&d->pieces[i].words);
    }
    cupel_free(d->pieces);
    cupel_records_release(&d->records);
    cupel_header_release(&d->header);
    cupel_source_free(d->source);
    cupel_model_free(d->model);
    cupel_tally_release(&d->tally);
    cupel_left_out_abandon(&d->left_out);
    for (int i = 0; i < 5; i++) cupel_str_free(&d->name[i]);
    for (size_t i = 0; i < CUPEL_QUANTILES; i++) cupel_str_free(&d->quantile[i]);
    for (size_t i = 0; i < CUPEL_BESIDE; i++) cupel_str_free(&d->beside[i]);
    cupel_known_set_free(d->known);
}

static void say_result(const predictor *d)
{
    char a[32], b[32], c[32];
    cupel_say(d->job, CUPEL_NOTE, "%s row%s read, %s written, %s inside the training domain", cupel_format_count(a, d->result.rows),
              d->result.rows == 1 ? "" : "s", cupel_format_count(b, d->result.written), cupel_format_count(c, d->result.in_domain));
    if (d->o->validate)
        cupel_say(d->job, CUPEL_NOTE,
                  "largest differences in half widths of the interval: float32 and float64 %.3g, %s and plain kernels %.3g",
                  d->result.precision_difference, cupel_isa_name(d->o->predict.isa), d->result.kernel_difference);
    if (d->o->predict.precision == CUPEL_FLOAT_AUTO && used_precision(d) == CUPEL_FLOAT32)
        cupel_say(d->job, CUPEL_NOTE, "values in float32, which moved those of training rows by at most %.1g half widths of the interval "
                  "(--precision float64: in that)", cupel_surrogate_float32_difference(cupel_model_surrogate(d->model)));
    cupel_tally_say(&d->tally, d->o->missing == CUPEL_MISSING_DROP ? "dropped or imputed" : "with a missing or imputed value");
    if (d->o->missing == CUPEL_MISSING_DROP && cupel_tally_total(&d->tally) > CUPEL_TALLY_EXAMPLES) {
        if (d->o->dropped) cupel_say(d->job, CUPEL_NOTE, "all that are dropped are in '%s'", d->o->dropped);
        else cupel_say(d->job, CUPEL_NOTE, "--dropped FILE lists all that are dropped, --missing keep keeps them with their reason");
    }
}

static cupel_status open_all(predictor *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_model_open(d->o->model, &d->model, err));
    CUPEL_TRY(cupel_model_doubts(d->model, d->o->predict.level, d->job, err));
    if (d->o->missing == CUPEL_MISSING_IMPUTE) CUPEL_TRY(cupel_features_impute(cupel_model_features_bind(d->model), err));
    CUPEL_TRY(cupel_prediction_columns(d->model, d->name, err));
    CUPEL_TRY(cupel_quantile_columns(d->model, &d->o->quantiles, d->quantile, err));
    d->n_beside = cupel_surrogate_beside(cupel_model_surrogate(d->model));
    CUPEL_TRY(cupel_beside_columns(d->model, d->beside, err));
    const char *unit = cupel_model_unit(d->model);
    cupel_str_addf(&d->name[3], "measured %s%s%s%s", cupel_model_property(d->model), *unit ? " [" : "", unit, *unit ? "]" : "");
    cupel_str_addf(&d->name[4], "%s class%s%s%s", cupel_model_property(d->model), *unit ? " [" : "", unit, *unit ? "]" : "");
    if (d->name[3].failed || d->name[4].failed) CUPEL_TRY(cupel_no_memory(err, "names of columns", 0));
    CUPEL_TRY(cupel_known_set_new(&d->known, err));
    CUPEL_TRY(cupel_known_set_add_model(d->known, d->model, true, err));
    cupel_known_set_close(d->known);
    CUPEL_TRY(cupel_source_open(d->o->table, d->o->format, &d->source, err));
    CUPEL_TRY(cupel_model_find_formula(d->model, cupel_source_header(d->source), cupel_source_path(d->source), d->o->formula, &d->formula, &d->bare,
                                       err));
    CUPEL_TRY(cupel_features_bind(cupel_model_features_bind(d->model), cupel_source_header(d->source), cupel_source_path(d->source), err));
    cupel_features_unit_doubts(cupel_model_features(d->model), cupel_source_header(d->source), cupel_source_path(d->source), d->job);
    CUPEL_TRY(copy_header(d, err));
    CUPEL_TRY(open_sheet(d, err));
    CUPEL_TRY(open_pieces(d, err));
    CUPEL_TRY(cupel_left_out_open(d->o->dropped, &d->left_out, err));
done:
    return st;
}

cupel_status cupel_predict_table(const cupel_predict_table_options *o, const cupel_job *job, cupel_predict_table_result *result,
                                 cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    bool every = o->missing != CUPEL_MISSING_KEEP;
    predictor d = {.o = o, .job = job, .tally = {.job = job, .every = every, .first = true}};
    char digest[7 + 65] = "sha256:";
    CUPEL_TRY(open_all(&d, err));
    for (;;) {
        CUPEL_TRY(cupel_source_read(d.source, d.n_pieces * PIECE, &d.records, err));
        if (!d.records.n_rows) break;
        CUPEL_TRY(do_block(&d, err));
    }
    if (!d.bare)
        CUPEL_TRY(cupel_tally_check_formulas(&d.tally, d.result.rows, cupel_source_path(d.source), cupel_source_header(d.source)->name[d.formula],
                                             err));
    cupel_source_say(d.source, job);
    CUPEL_TRY(cupel_source_digest(d.source, digest + 7, err));
    CUPEL_TRY(cupel_left_out_commit(&d.left_out, err));
    CUPEL_TRY(cupel_sheet_commit(&d.sheet, cupel_sheet_input(o->table), digest, err));
    say_result(&d);
    if (d.result.repeated)
        cupel_say(job, CUPEL_NOTE, "of %" PRIu64 " row%s the model knows several different values: what is said to be measured is their median",
                  d.result.repeated, d.result.repeated == 1 ? "" : "s");
    if (result) *result = d.result;
done:
    release(&d);
    return st;
}
