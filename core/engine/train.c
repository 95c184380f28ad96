/* Training rows: a table read whole, every row checked. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/explain.h"
#include "core/engine/model.h"
#include "core/engine/row_groups.h"
#include "core/matter/columns.h"
#include "datasets/source.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static cupel_status take(char **to, const char *text, cupel_err *err)
{
    *to = cupel_strdup(text);
    return *to ? CUPEL_OK : cupel_no_memory(err, "the training table", 0);
}

/* The header is copied: it must outlive its source. */
static cupel_status copy_header(const cupel_header *from, cupel_header *to, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; i < from->n && st == CUPEL_OK; i++) st = cupel_header_add(to, cupel_text_of(from->name[i]), err);
    return st;
}

/* What is predicted, in which unit: said by the caller, else by the column's header. */
static cupel_status name_target(const cupel_training_options *o, size_t column, cupel_training *t, cupel_err *err)
{
    const char *unit = t->header.unit[column];
    if (o->unit && *unit && strcmp(o->unit, unit) != 0)
        return cupel_fail(err, CUPEL_BAD_INPUT,
                          "column '%s' of '%s' is in %s, and the unit asked for is %s; give the unit of the column, or none",
                          t->header.name[column], o->file, unit, o->unit);
    cupel_status st = take(&t->property, o->property ? o->property : t->header.label[column], err);
    return st == CUPEL_OK ? take(&t->unit, o->unit ? o->unit : unit, err) : st;
}

static bool same_letters(cupel_text t, const char *word)
{
    size_t n = strlen(word);
    if (t.n != n) return false;
    for (size_t i = 0; i < n; i++)
        if ((t.p[i] | 0x20) != word[i]) return false;
    return true;
}

cupel_reason cupel_training_target(cupel_text cell, double *y)
{
    cupel_text t = cupel_text_trim(cell);
    if (cupel_text_missing(t)) return CUPEL_REASON_MISSING_NUMBER;
    if (cupel_parse_double(t, y)) return CUPEL_REASON_NONE;
    *y = same_letters(t, "true") || same_letters(t, "yes");
    return *y > 0 || same_letters(t, "false") || same_letters(t, "no") ? CUPEL_REASON_NONE : CUPEL_REASON_BAD_NUMBER;
}

typedef struct reading {
    const cupel_training_options *o;
    cupel_training *t;
    size_t target;
    size_t where[CUPEL_SELECTION_WHERE];
    cupel_tally tally;
} reading;

/* A number but for its commas: 1,5 or 1,234.5. */
static bool has_comma(cupel_text t)
{
    bool comma = false;
    for (size_t i = 0; i < t.n; i++) {
        if (!strchr("+-0123456789.,", t.p[i])) return false;
        comma |= t.p[i] == ',';
    }
    return comma;
}

/* A number with something behind it that is no number: "880 MPa". */
static bool has_unit(cupel_text t)
{
    size_t i = t.n && (t.p[0] == '-' || t.p[0] == '+'), digits = 0;
    for (; i < t.n && ((t.p[i] >= '0' && t.p[i] <= '9') || t.p[i] == '.'); i++) digits += t.p[i] != '.';
    while (i < t.n && t.p[i] == ' ') i++;
    return digits && i < t.n && t.p[i] != ',' && t.p[i] != '-' && t.p[i] != '+';
}

/* What a cell of the target may have meant that is no number; first: no row before it had one, so that the column may be one of words. */
static const char *no_number(cupel_text t, bool first)
{
    if (has_comma(t)) return " (a point for decimals and nothing between thousands: 1234.5)";
    if (t.n && (t.p[0] == '<' || t.p[0] == '>')) return " (a limit is no value: leave the row out, or give what was measured)";
    if (has_unit(t)) return " alone (a unit stands in the name of the column: 'strength [MPa]')";
    return first ? " (two classes: 1 and 0, true and false, or yes and no)" : "";
}

static cupel_status bad_row(reading *r, size_t i, cupel_reason reason, bool target, cupel_err *err)
{
    cupel_training *t = r->t;
    char detail[224] = "";
    cupel_str lacks = {0};
    const bool contents = !target && r->o->selection && r->o->selection->n_contents;
    if (contents) reason = cupel_selection_lacks(r->o->selection, &t->header, &t->records, i, &lacks);
    cupel_str *words = cupel_tally_add(&r->tally, reason);
    cupel_text cell = cupel_cell(&t->records, i, r->target);
    if (target)
        snprintf(detail, sizeof detail, "%s is '%.*s', expected a finite number%s",
                 t->header.name[r->target], cupel_shown(cell.n, 40), cell.p,
                 reason != CUPEL_REASON_BAD_NUMBER ? "" : no_number(cupel_text_trim(cell), i == 0));
    if (words && contents)
        cupel_str_addf(words, "%s:%" PRIu64 ": %s: %s", t->file, t->records.line[i], cupel_reason_name(reason), cupel_str_text(&lacks));
    else if (words) cupel_explain_row(t->file, t->records.line[i], cupel_training_formula(t, i), r->o->dot, reason, detail, words);
    cupel_str_free(&lacks);
    if (r->o->missing == CUPEL_MISSING_DROP || (target ? r->o->drop_target : r->o->missing == CUPEL_MISSING_IMPUTE)) {
        cupel_tally_tell(&r->tally);
        return CUPEL_OK;
    }
    if (target)
        return cupel_fail(err, CUPEL_BAD_INPUT, "%s; a target is never made up: mend the row, or leave such rows out: %s", cupel_str_text(words),
                          r->o->in_demand ? "put missing_target: drop into data" : "--missing-target drop");
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s; mend the row, or leave such rows out: %s", cupel_str_text(words),
                      r->o->in_demand ? "put missing: drop into data" : "--missing drop");
}

static void move_row(cupel_training *t, size_t from, size_t to)
{
    size_t cols = t->records.n_cols;
    if (from == to) return;
    memcpy(t->records.cell + to * cols, t->records.cell + from * cols, cols * sizeof *t->records.cell);
    t->records.line[to] = t->records.line[from];
}

/* Is row i, the last of the batch, of a family that is held back? */
static bool held_back(const reading *r, size_t m)
{
    cupel_composition c;
    if (!r->o->selection || !r->o->selection->n_without || r->t->batch.reason[m]) return false;
    cupel_batch_get(&r->t->batch, m, &c);
    return cupel_selection_holds_back(r->o->selection, &c);
}

/* Parses every row and closes the gaps that bad ones leave. */
static cupel_status read_rows(reading *r, cupel_err *err)
{
    cupel_training *t = r->t;
    cupel_status st = CUPEL_OK;
    size_t n = t->records.n_rows, m = 0, n_untold = 0; /* rows without the target, where there are others */
    t->target = cupel_alloc(n, sizeof *t->target);
    t->row = cupel_alloc(n, sizeof *t->row);
    if (!t->target || !t->row) return cupel_no_memory(err, "the target", n * sizeof *t->target);
    for (size_t i = 0; i < n; i++) {
        if (r->o->selection && !cupel_selection_keeps(r->o->selection, r->where, &t->records, i)) {
            t->n_elsewhere++;
            continue;
        }
        CUPEL_TRY(t->formula_column == SIZE_MAX ? cupel_batch_add(&t->batch, &(const cupel_composition){.n = 0}, CUPEL_REASON_NONE, err)
                                                : cupel_batch_add_formula(&t->batch, cupel_training_formula(t, i), r->o->dot, err));
        if (held_back(r, m)) {
            t->batch.n--;
            t->n_held_back++;
            continue;
        }
        cupel_reason reason = (cupel_reason)t->batch.reason[m];
        bool target = reason == CUPEL_REASON_NONE;
        if (target) reason = cupel_training_target(cupel_cell(&t->records, i, r->target), &t->target[m]);
        if (reason == CUPEL_REASON_MISSING_NUMBER && target && r->o->n_beside) {
            t->batch.n--;
            n_untold++;
            continue;
        }
        if (reason != CUPEL_REASON_NONE) {
            t->batch.n--;
            CUPEL_TRY(bad_row(r, i, reason, target, err));
            continue;
        }
        if (t->formula_column != SIZE_MAX && !r->o->is_source)
            cupel_tally_read(&r->tally, r->o->file, t->records.line[i], cupel_training_formula(t, i));
        t->row[m] = i + 1;
        move_row(t, i, m++);
    }
    t->records.n_rows = m;
    t->n_dropped = n - m - t->n_elsewhere - t->n_held_back - n_untold;
done:
    return st;
}

cupel_text cupel_training_formula(const cupel_training *t, size_t i)
{
    return t->formula_column == SIZE_MAX ? cupel_text_of("") : cupel_cell(&t->records, i, t->formula_column);
}

static bool all_numbers(const cupel_records *rows, size_t column)
{
    size_t n = 0;
    double x;
    for (size_t i = 0; i < rows->n_rows; i++) {
        const cupel_text t = cupel_text_trim(cupel_cell(rows, i, column));
        if (cupel_text_missing(t)) continue;
        if (!cupel_parse_double(t, &x)) return false;
        n++;
    }
    return n > 0;
}

static bool is_beside(const cupel_training_options *o, const char *name, const char *label)
{
    for (size_t i = 0; i < o->n_beside; i++)
        if (strcmp(o->beside[i], name) == 0 || strcmp(o->beside[i], label) == 0) return true;
    return false;
}

/* A name with a quote cannot stand in the list. */
static cupel_status name_numbers(reading *r, cupel_err *err)
{
    cupel_training *t = r->t;
    cupel_str names = {0};
    for (size_t c = 0; c < t->header.n; c++) {
        if (r->o->apart && strcmp(t->header.name[c], r->o->apart) == 0) continue;
        if (t->grouped && c == t->group_column) continue;
        if (is_beside(r->o, t->header.name[c], t->header.label[c])) continue;
        if (c == r->target || c == t->formula_column || strchr(t->header.name[c], '"') || !all_numbers(&t->records, c)) continue;
        cupel_str_list(&names, t->header.name[c]);
    }
    const cupel_status st = names.failed ? cupel_no_memory(err, "names of columns", 0) : take(&t->numeric, cupel_str_text(&names), err);
    cupel_str_free(&names);
    return st;
}

/* What the user changes when a column is not there. */
static const char *remedy(const cupel_training_options *o, bool target)
{
    static const char *const words[2][2][2] = {{{"name it with --formula", "name it with --target"},
                                                {"name it with formula: in data", "name it with target: in data"}},
                                               {{"name it with --transfer-formula", "name it with --transfer-target"},
                                                {"name it with formula: in transfer", "name it with target: in transfer"}}};
    return words[o->is_source][o->in_demand][target];
}

static cupel_status find_formulas(reading *r, cupel_err *err)
{
    cupel_training *t = r->t;
    t->formula_column = SIZE_MAX;
    if (r->o->selection && r->o->selection->n_contents) return CUPEL_OK; /* they are made when the rows are there */
    cupel_status st = cupel_column_formula(&t->header, r->o->file, r->o->formula, remedy(r->o, false), &t->formula_column, err);
    if (st != CUPEL_OK && r->o->formula_optional && !r->o->formula) st = CUPEL_OK, t->formula_column = SIZE_MAX;
    return st;
}

/* The version of the file, the columns of `where`, and formulas where the table has contents. hex: digest of the file. */
static cupel_status select_rows(reading *r, const char *hex, cupel_err *err)
{
    const cupel_selection *s = r->o->selection;
    cupel_training *t = r->t;
    cupel_status st = CUPEL_OK;
    if (!s) return CUPEL_OK;
    CUPEL_TRY(cupel_selection_verify(s, r->o->file, hex, err));
    CUPEL_TRY(cupel_selection_bind(s, &t->header, r->o->file, r->where, err));
    if (!s->n_contents) return CUPEL_OK;
    t->formula_column = t->header.n;
    st = cupel_selection_compose(s, &t->header, &t->records, err);
done:
    return st;
}

static cupel_status find_groups(reading *r, cupel_err *err)
{
    cupel_training *t = r->t;
    if (!r->o->groups) return CUPEL_OK;
    t->grouped = true;
    cupel_status st =
        cupel_column_find(&t->header, r->o->file, "", r->o->groups, r->o->in_demand ? "name it with groups: in data" : "name it with --groups",
                                        &t->group_column, err);
    if (st == CUPEL_OK && t->group_column == r->target)
        st = cupel_fail(err, CUPEL_USAGE, "groups '%s' is the target; name the column that says which rows belong together", r->o->groups);
    return st;
}

static cupel_status read_table(reading *r, cupel_err *err)
{
    cupel_training *t = r->t;
    cupel_source *source = NULL;
    cupel_status st = CUPEL_OK;
    char digest[7 + 65] = "sha256:";
    CUPEL_TRY(cupel_source_open(r->o->file, r->o->format, &source, err));
    CUPEL_TRY(copy_header(cupel_source_header(source), &t->header, err));
    CUPEL_TRY(find_formulas(r, err));
    CUPEL_TRY(cupel_column_find(&t->header, r->o->file, "target", r->o->target, remedy(r->o, true), &r->target, err));
    t->target_column = r->target;
    if (!r->o->is_source && cupel_column_is_predicted(&t->header, r->target))
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "'%s': column '%s' is what a model predicted ('%s lower', '%s upper' and 'in_domain' stand beside "
                             "it), not what was measured; name the column of measured values, or rename this one if it is one", r->o->file,
                             t->header.name[r->target], t->header.label[r->target], t->header.label[r->target]));
    CUPEL_TRY(find_groups(r, err));
    CUPEL_TRY(name_target(r->o, r->target, t, err));
    CUPEL_TRY(cupel_source_read(source, SIZE_MAX, &t->records, err));
    cupel_source_say(source, r->tally.job);
    CUPEL_TRY(cupel_source_digest(source, digest + 7, err));
    CUPEL_TRY(select_rows(r, digest + 7, err));
    CUPEL_TRY(take(&t->digest, digest, err));
    cupel_reads(r->tally.job, r->o->file, digest);
    CUPEL_TRY(take(&t->file, r->o->file, err));
done:
    cupel_source_free(source);
    return st;
}

/* The table once more for each of the other targets; rows without it are left out. */
static cupel_status read_beside(const cupel_training_options *o, const cupel_job *job, cupel_training *t, cupel_err *err)
{
    const cupel_job silent = {.threads = job->threads, .isa = job->isa};
    cupel_status st = CUPEL_OK;
    if (!o->n_beside) return CUPEL_OK;
    t->beside = cupel_alloc(o->n_beside, sizeof *t->beside);
    if (!t->beside) return cupel_no_memory(err, "other targets", o->n_beside * sizeof *t->beside);
    for (size_t i = 0; i < o->n_beside; i++) {
        cupel_training_options one = *o;
        one.target = o->beside[i], one.property = one.unit = NULL, one.beside = NULL, one.n_beside = 0, one.missing = CUPEL_MISSING_DROP;
        CUPEL_TRY(cupel_training_read(&one, &silent, &t->beside[i], err));
        t->n_beside++;
        cupel_say(job, CUPEL_NOTE, "beside '%s': %zu rows of '%s'", t->property, t->beside[i].records.n_rows, t->beside[i].property);
    }
done:
    if (st != CUPEL_OK) cupel_err_prefix(err, "--beside: ");
    return st;
}

cupel_status cupel_training_read(const cupel_training_options *o, const cupel_job *job, cupel_training *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    reading r = {.o = o, .t = t, .tally = {.job = job, .every = true, .first = true}};
    *t = (cupel_training){.missing = o->missing, .in_demand = o->in_demand, .dot = o->dot};
    if (o->missing == CUPEL_MISSING_KEEP)
        return cupel_fail(err, CUPEL_USAGE, "missing values 'keep': training cannot use a row without values; expected fail, drop or impute");
    CUPEL_TRY(read_table(&r, err));
    CUPEL_TRY(read_rows(&r, err));
    if (o->formula_optional) CUPEL_TRY(name_numbers(&r, err));
    cupel_tally_say(&r.tally, "left out of training");
    cupel_missing_share(o->file, t->n_dropped, t->n_dropped + t->records.n_rows, job);
    if (t->n_elsewhere) cupel_say(job, CUPEL_NOTE, "%zu rows of '%s' are not among those asked for by 'where'", t->n_elsewhere, o->file);
    if (t->n_held_back) cupel_say(job, CUPEL_NOTE, "%zu rows of '%s' are of systems held back by 'without'", t->n_held_back, o->file);
    if (!t->records.n_rows)
        st = cupel_fail(err, CUPEL_BAD_INPUT, "'%s' holds no usable training row; give rows with a formula and a target", o->file);
    if (st == CUPEL_OK) st = cupel_training_say_groups(t, job, err);
    if (st == CUPEL_OK) st = read_beside(o, job, t, err);
done:
    cupel_tally_release(&r.tally);
    if (st != CUPEL_OK) cupel_training_release(t);
    return st;
}

void cupel_training_release(cupel_training *t)
{
    for (size_t i = 0; i < t->n_beside; i++) cupel_training_release(&t->beside[i]);
    cupel_free(t->beside);
    cupel_header_release(&t->header);
    cupel_records_release(&t->records);
    cupel_batch_release(&t->batch);
    cupel_free(t->target);
    cupel_free(t->row);
    cupel_free(t->file);
    cupel_free(t->digest);
    cupel_free(t->property);
    cupel_free(t->unit);
    cupel_free(t->numeric);
    *t = (cupel_training){0};
}
