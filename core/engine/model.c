#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/beside.h"
#include "core/engine/explain.h"
#include "core/engine/model_parts.h"
#include "core/engine/row_groups.h"
#include "core/matter/columns.h"
#include "core/sys/par.h"
#include "models/learn/metrics.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_GROUPS = 12 }; /* that a search for a kernel tries */
enum { BLOCK = 256 };

/* ---- fitting ---- */

typedef struct fitting {
    const cupel_training *t;
    const cupel_job *job, *said; /* said: whom rows are told that lack a value */
    cupel_model *m;
    size_t *row; /* [n] rows of t in use */
    size_t n, d;
    double *x;   /* [n][d] */
    double *y;
    unsigned char *reason;
    size_t *group;
    size_t *fraction, *plain, *table;
} fitting;

/* Features of one block of rows: runs of neighbours at once. */
static cupel_status describe_block(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)worker;
    fitting *f = user;
    cupel_status st = CUPEL_OK;
    size_t from = item * BLOCK, end = from + BLOCK < f->n ? from + BLOCK : f->n;
    for (size_t i = from, j; i < end && st == CUPEL_OK; i = j) {
        for (j = i + 1; j < end && f->row[j] == f->row[j - 1] + 1; j++) {}
        const cupel_feature_rows rows = {.batch = &f->t->batch, .records = &f->t->records, .from = f->row[i], .n = j - i};
        st = cupel_features_compute_all(f->m->features, &rows, f->job->isa, f->x + i * f->d, f->d, f->reason + i, err);
    }
    return st;
}

static cupel_status note_missing(const fitting *f, cupel_tally *tally, size_t i, cupel_err *err)
{
    const cupel_training *t = f->t;
    cupel_reason reason = (cupel_reason)f->reason[i];
    cupel_str *words = cupel_tally_add(tally, reason), detail = {0};
    bool fails = reason != CUPEL_REASON_IMPUTED && t->missing != CUPEL_MISSING_DROP;
    cupel_status st = CUPEL_OK;
    if (!words) return CUPEL_OK;
    CUPEL_TRY(cupel_features_lacks(f->m->features, &t->batch, f->row[i], &t->records, f->row[i], &detail, err));
    cupel_explain_row(t->file, t->records.line[f->row[i]], cupel_training_formula(t, f->row[i]), t->dot, reason,
                      cupel_str_text(&detail), words);
    if (!fails) cupel_tally_tell(tally);
    if (fails)
        st = cupel_fail(err, CUPEL_BAD_INPUT, "%s; mend the row, or %s drop%s%s", cupel_str_text(words),
                            t->in_demand ? "put missing:" : "give --missing",
                        t->missing == CUPEL_MISSING_IMPUTE ? "" : " or impute", t->in_demand ? " into data" : "");
done:
    cupel_str_free(&detail);
    return st;
}

/* Rows without all features: an error, left out, or made up, as the training says. */
static cupel_status settle_missing(fitting *f, cupel_err *err)
{
    cupel_tally left = {.job = f->said, .every = true, .first = true}, imputed = {.job = f->said};
    cupel_status st = CUPEL_OK;
    size_t m = 0, all = f->n;
    for (size_t i = 0; i < f->n; i++) {
        bool keep = f->reason[i] == CUPEL_REASON_NONE || f->reason[i] == CUPEL_REASON_IMPUTED;
        if (f->reason[i]) CUPEL_TRY(note_missing(f, keep ? &imputed : &left, i, err));
        if (!keep) continue;
        if (m != i) memcpy(f->x + m * f->d, f->x + i * f->d, f->d * sizeof *f->x);
        f->row[m++] = f->row[i];
    }
    f->n = m;
    cupel_tally_say(&left, "left out of training");
    cupel_missing_share(f->t->file, all - m, all, f->said);
    cupel_tally_say(&imputed, "with imputed values");
done:
    cupel_tally_release(&left);
    cupel_tally_release(&imputed);
    return st;
}

static cupel_status describe_rows(fitting *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    f->d = cupel_features_count(f->m->features);
    f->x = cupel_alloc_aligned(cupel_mul(f->n, f->d), sizeof *f->x);
    f->y = cupel_alloc(f->n, sizeof *f->y);
    f->reason = cupel_alloc(f->n, 1);
    f->group = cupel_alloc(f->n, sizeof *f->group);
    if (!f->x || !f->y || !f->reason || !f->group)
        return cupel_no_memory(err, "the features of the training rows", cupel_mul(cupel_mul(f->n, f->d), sizeof *f->x));
    CUPEL_TRY(cupel_par_for(f->job->threads, (f->n + BLOCK - 1) / BLOCK, describe_block, f, err));
    CUPEL_TRY(settle_missing(f, err));
    for (size_t i = 0; i < f->n; i++) f->y[i] = f->t->target[f->row[i]];
done:
    return st;
}

typedef struct keyed {
    char *key;
    size_t i;
} keyed;

static int by_key(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    int c = strcmp(x->key, y->key);
    return c ? c : (x->i > y->i) - (x->i < y->i);
}

cupel_status cupel_composition_groups(const cupel_batch *batch, const size_t *row, size_t n, bool by_system, size_t *group, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str text = {0};
    cupel_composition *c = cupel_alloc(1, sizeof *c);
    keyed *k = cupel_alloc(n, sizeof *k);
    if (!c || !k) CUPEL_TRY(cupel_no_memory(err, "groups of compositions", cupel_mul(n, sizeof *k)));
    for (size_t i = 0; i < n; i++) {
        cupel_batch_get(batch, row ? row[i] : i, c);
        cupel_str_clear(&text);
        if (!c->n)
            cupel_str_addf(&text, "row %zu", i);
        else if (by_system)
            cupel_composition_system(c, &text);
        else
            cupel_composition_text(c, &text);
        k[i] = (keyed){.key = text.failed ? NULL : cupel_strdup(cupel_str_text(&text)), .i = i};
        if (!k[i].key) CUPEL_TRY(cupel_no_memory(err, "groups of compositions", 0));
    }
    if (n > 1) qsort(k, n, sizeof *k, by_key);
    for (size_t i = 0, g = 0; i < n; i++) {
        if (i && strcmp(k[i].key, k[i - 1].key) != 0) g++;
        group[k[i].i] = g;
    }
done:
    for (size_t i = 0; k && i < n; i++) cupel_free(k[i].key);
    cupel_free(k);
    cupel_free(c);
    cupel_str_free(&text);
    return st;
}

/* A text of row i into out, which comes empty. */
typedef void text_of_row(const fitting *f, size_t i, cupel_str *out);

static void formula_of(const fitting *f, size_t i, cupel_str *out)
{
    cupel_text cell = cupel_training_formula(f->t, f->row[i]);
    cupel_str_add(out, cell.p, cell.n);
}

static void condition_of(const fitting *f, size_t i, cupel_str *out)
{
    cupel_features_condition(f->m->features, &f->t->records, f->row[i], out);
}

/* The text of every row, all in one block: pointers first, text behind. */
static cupel_status keep_texts(const fitting *f, text_of_row *of, char ***kept, cupel_err *err)
{
    cupel_str all = {0};
    for (size_t i = 0; i < f->n; i++) {
        of(f, i, &all);
        cupel_str_add(&all, "", 1);
    }
    char **p = all.failed ? NULL : cupel_alloc(f->n * sizeof *p + all.n, 1);
    if (p) {
        char *text = memcpy(p + f->n, cupel_str_text(&all), all.n);
        for (size_t i = 0; i < f->n; text += strlen(text) + 1) p[i++] = text;
    }
    *kept = p;
    cupel_str_free(&all);
    return p ? CUPEL_OK : cupel_no_memory(err, "the known materials", f->n * sizeof *p);
}

void cupel_model_note_elements(cupel_model *m)
{
    for (size_t k = 0; k < m->known.first[m->known.n]; k++) m->seen[m->known.z[k]] = true;
}

void cupel_model_set_range(cupel_model *m)
{
    m->target_min = m->target_max = m->target[0];
    for (size_t i = 1; i < m->known.n; i++) {
        if (m->target[i] < m->target_min) m->target_min = m->target[i];
        if (m->target[i] > m->target_max) m->target_max = m->target[i];
    }
}

static cupel_status keep_columns(fitting *f, cupel_err *err)
{
    size_t first, w;
    cupel_features_table(f->m->features, &first, &w);
    if (!w) return CUPEL_OK;
    f->m->column = cupel_alloc(cupel_mul(f->n, w), sizeof *f->m->column);
    if (!f->m->column) return cupel_no_memory(err, "the known materials", cupel_mul(f->n, w * sizeof *f->m->column));
    for (size_t i = 0; i < f->n; i++) memcpy(f->m->column + i * w, f->x + i * f->d + first, w * sizeof *f->m->column);
    return CUPEL_OK;
}

static cupel_status keep_known(fitting *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_model *m = f->m;
    cupel_composition *c = cupel_alloc(1, sizeof *c);
    m->target = cupel_alloc(f->n, sizeof *m->target);
    m->index = cupel_alloc(f->n, sizeof *m->index);
    if (!c || !m->target || !m->index) CUPEL_TRY(cupel_no_memory(err, "the known materials", f->n * sizeof *m->target));
    for (size_t i = 0; i < f->n; i++) {
        cupel_batch_get(&f->t->batch, f->row[i], c);
        CUPEL_TRY(cupel_batch_add(&m->known, c, CUPEL_REASON_NONE, err));
        m->target[i] = f->y[i];
        m->index[i] = f->row[i];
    }
    cupel_model_set_range(m);
    cupel_model_note_elements(m);
    CUPEL_TRY(keep_texts(f, formula_of, &m->formula, err));
    CUPEL_TRY(keep_texts(f, condition_of, &m->condition, err));
    CUPEL_TRY(keep_columns(f, err));
done:
    cupel_free(c);
    return st;
}

cupel_status cupel_model_copy_text(char **to, const char *text, cupel_err *err)
{
    *to = cupel_strdup(text);
    return *to ? CUPEL_OK : cupel_no_memory(err, "a model", 0);
}

/* Names and units of the other targets that the model predicts. */
static cupel_status keep_beside(fitting *f, cupel_err *err)
{
    const size_t n = cupel_surrogate_beside(f->m->surrogate);
    cupel_status st = CUPEL_OK;
    f->m->beside = cupel_alloc(2 * n + 1, sizeof *f->m->beside);
    if (!f->m->beside) return cupel_no_memory(err, "a model", 0);
    for (size_t k = 0; k < n; k++) {
        CUPEL_TRY(cupel_model_copy_text(&f->m->beside[2 * k], f->t->beside[k].property, err));
        CUPEL_TRY(cupel_model_copy_text(&f->m->beside[2 * k + 1], f->t->beside[k].unit, err));
    }
done:
    return st;
}

static cupel_status name_model(fitting *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const char *slash = strrchr(f->t->file, '/');
    CUPEL_TRY(cupel_model_copy_text(&f->m->property, f->t->property, err));
    CUPEL_TRY(cupel_model_copy_text(&f->m->unit, f->t->unit, err));
    CUPEL_TRY(cupel_model_copy_text(&f->m->file, slash ? slash + 1 : f->t->file, err));
    CUPEL_TRY(cupel_model_copy_text(&f->m->training_digest, f->t->digest, err));
    CUPEL_TRY(cupel_model_copy_text(&f->m->digest, "", err));
    const size_t at = f->t->formula_column;
    CUPEL_TRY(cupel_model_copy_text(&f->m->formula_column, at < f->t->header.n ? f->t->header.name[at] : "", err));
done:
    return st;
}

/* The columns of f->x that are atomic fractions. */
static cupel_status list_fractions(fitting *f, cupel_fit_options *fit, cupel_err *err)
{
    size_t first, n;
    cupel_features_fractions(f->m->features, &first, &n);
    f->fraction = cupel_alloc(n ? n : 1, sizeof *f->fraction);
    if (!f->fraction) return cupel_no_memory(err, "columns", n * sizeof *f->fraction);
    for (size_t j = 0; j < n; j++) f->fraction[j] = first + j;
    fit->fraction = f->fraction;
    fit->n_fractions = n;
    return CUPEL_OK;
}

/* The columns of f->x that are of the first set of descriptors, of the table or of a transfer. */
static cupel_status list_plain(fitting *f, cupel_fit_options *fit, cupel_err *err)
{
    size_t first, behind;
    cupel_features_plain(f->m->features, &first, &behind);
    f->plain = cupel_alloc(f->d ? f->d : 1, sizeof *f->plain);
    if (!f->plain) return cupel_no_memory(err, "columns", f->d * sizeof *f->plain);
    for (size_t j = 0; j < f->d; j++)
        if (j < first || j >= behind) f->plain[fit->n_plain++] = j;
    fit->plain = f->plain;
    return CUPEL_OK;
}

/* The columns of f->x that are the table's own. */
static cupel_status list_table(fitting *f, cupel_fit_options *fit, cupel_err *err)
{
    size_t first, n;
    cupel_features_table(f->m->features, &first, &n);
    f->table = cupel_alloc(n ? n : 1, sizeof *f->table);
    if (!f->table) return cupel_no_memory(err, "columns", n * sizeof *f->table);
    for (size_t j = 0; j < n; j++) f->table[j] = first + j;
    fit->table = f->table;
    fit->n_table = n;
    return CUPEL_OK;
}

void cupel_model_kernel(const char *text, bool beside, bool named, cupel_model_options *o)
{
    o->kernel = text;
    o->beside = beside;
    if ((text || beside) && (!named || strcmp(o->learner, "gp") == 0)) o->learner = "gp_tree";
}

static cupel_status find_group(void *user, const char *name, bool *in, cupel_err *err) { return cupel_features_group(user, name, in, err); }

cupel_status cupel_model_options_check(const cupel_model_options *o, cupel_err *err)
{
    cupel_features *f = NULL;
    const bool numbers = strcmp(o->features, "none") == 0 && !o->columns; /* columns of the table that are not known yet */
    cupel_status st = cupel_learner_check(o->learner, o->settings, o->task, err);
    if (st == CUPEL_OK) st = cupel_learner_check_kernel(o->learner, o->kernel, o->beside, err);
    if (st == CUPEL_OK) st = cupel_learner_check_monotone(o->learner, o->monotone, err);
    if (st == CUPEL_OK && !numbers) st = cupel_features_new(o->features, o->columns, &f, err);
    cupel_features_free(f);
    return st;
}

static cupel_status add_transfer(const fitting *f, const cupel_model_options *o, cupel_err *err)
{
    if (o->transfer && f->t->formula_column == SIZE_MAX)
        return cupel_fail(err, CUPEL_USAGE, "a transfer needs formulas, and '%s' has no column of them; leave the transfer out", f->t->file);
    cupel_features_transfer(f->m->features, o->transfer);
    return CUPEL_OK;
}

/* The rows in use and their features. */
static cupel_status prepare(fitting *f, const size_t *subset, const cupel_model_options *o, cupel_err *err)
{
    static const cupel_job nobody = {.threads = 1};
    const cupel_training *t = f->t;
    const size_t n_subset = subset ? f->n : 0;
    cupel_status st = CUPEL_OK;
    f->said = o->told ? &nobody : f->job;
    f->m = cupel_alloc(1, sizeof *f->m);
    f->row = cupel_alloc(f->n, sizeof *f->row);
    if (!f->m || !f->row) CUPEL_TRY(cupel_no_memory(err, "a model", f->n * sizeof *f->row));
    for (size_t i = 0; i < f->n; i++) f->row[i] = subset ? subset[i] : i;
    f->m->seed = o->seed;
    CUPEL_TRY(name_model(f, err));
    CUPEL_TRY(cupel_features_new(cupel_model_features_for(o, t, f->row, f->n), o->columns ? o->columns : t->numeric, &f->m->features, err));
    if (t->missing == CUPEL_MISSING_IMPUTE) CUPEL_TRY(cupel_features_impute(f->m->features, err));
    CUPEL_TRY(add_transfer(f, o, err));
    CUPEL_TRY(cupel_features_learn_subset(f->m->features, &t->header, &t->records, subset, n_subset, t->file, err));
    cupel_features_say_mixed(f->m->features, t->file, f->said);
    st = describe_rows(f, err);
done:
    return st;
}

static void fitting_release(fitting *f)
{
    cupel_model_free(f->m);
    cupel_free(f->row);
    cupel_free(f->x);
    cupel_free(f->y);
    cupel_free(f->reason);
    cupel_free(f->group);
    cupel_free(f->fraction);
    cupel_free(f->plain);
    cupel_free(f->table);
}

cupel_status cupel_model_usable(const cupel_training *t, const cupel_model_options *o, const cupel_job *job, size_t *n, cupel_err *err)
{
    fitting f = {.t = t, .job = job, .n = t->records.n_rows};
    cupel_model_options alone = *o;
    alone.transfer = NULL; /* not trained here; it has a value for every formula */
    cupel_status st = prepare(&f, NULL, &alone, err);
    if (st == CUPEL_OK) *n = f.n;
    fitting_release(&f);
    return st;
}

cupel_status cupel_model_fit(const cupel_training *t, const size_t *subset, size_t n_subset, const cupel_model_options *o,
                             const cupel_job *job, cupel_model **m, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    fitting f = {.t = t, .job = job, .n = subset ? n_subset : t->records.n_rows};
    cupel_besides *beside = NULL;
    CUPEL_TRY(prepare(&f, subset, o, err));
    CUPEL_TRY(cupel_training_groups(t, f.row, f.n, false, f.group, err));
    cupel_fit_options fit = {.learner = o->learner, .settings = o->settings, .task = o->task, .seed = o->seed, .group = f.group,
                             .seconds = o->seconds, .cut = o->cut, .transform = o->transform, .kernel = o->kernel,
                             .monotone = o->monotone};
    const char *name[MOST_GROUPS];
    bool category[MOST_GROUPS];
    const cupel_groups groups = {.find = find_group, .user = f.m->features, .d = f.d, .name = name, .category = category,
                                 .n = cupel_features_groups(f.m->features, MOST_GROUPS, name, category)};
    fit.groups = &groups;
    CUPEL_TRY(list_fractions(&f, &fit, err));
    CUPEL_TRY(list_plain(&f, &fit, err));
    CUPEL_TRY(list_table(&f, &fit, err));
    if (t->n_beside > CUPEL_BESIDE)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "--beside: found %zu other targets, expected at most %d; leave some out", t->n_beside,
                             (int)CUPEL_BESIDE));
    if (t->n_beside) CUPEL_TRY(cupel_beside_collect(t, f.row, f.n, f.m->features, job, f.group, &beside, err));
    if (beside) fit.beside = cupel_beside_values_of(beside);
    CUPEL_TRY(cupel_surrogate_fit(f.x, f.n, f.d, f.y, &fit, job, &f.m->surrogate, err));
    CUPEL_TRY(keep_known(&f, err));
    CUPEL_TRY(keep_beside(&f, err));
    *m = f.m;
    f.m = NULL;
done:
    cupel_besides_free(beside);
    fitting_release(&f);
    return st;
}

void cupel_model_free(cupel_model *m)
{
    if (!m) return;
    for (size_t i = 0; m->beside && i < 2 * cupel_surrogate_beside(m->surrogate); i++) cupel_free(m->beside[i]);
    cupel_free(m->beside);
    cupel_features_free(m->features);
    cupel_surrogate_free(m->surrogate);
    cupel_batch_release(&m->known);
    cupel_free(m->formula);
    cupel_free(m->condition);
    cupel_free(m->target);
    cupel_free(m->column);
    cupel_free(m->index);
    cupel_free(m->property);
    cupel_free(m->unit);
    cupel_free(m->file);
    cupel_free(m->training_digest);
    cupel_free(m->digest);
    cupel_free(m->formula_column);
    cupel_free(m);
}

cupel_status cupel_model_figures(const cupel_model *m, cupel_figure figure[CUPEL_N_FIGURES], cupel_err *err)
{
    cupel_oof oof = cupel_surrogate_oof(m->surrogate);
    if (!cupel_surrogate_is_class(m->surrogate)) {
        figure[0] = (cupel_figure){"out_of_fold_mae", m->unit, cupel_metric_mae(m->target, oof.value, oof.n)};
        figure[1] = (cupel_figure){"out_of_fold_r2", "", cupel_metric_r2(m->target, oof.value, oof.n)};
        return CUPEL_OK;
    }
    double auc = NAN, classes[2], *is = cupel_alloc(oof.n, sizeof *is);
    if (!is) return cupel_no_memory(err, "classes", oof.n * sizeof *is);
    cupel_surrogate_classes(m->surrogate, classes);
    for (size_t i = 0; i < oof.n; i++) is[i] = m->target[i] == classes[1];
    cupel_status st = cupel_metric_auc(is, oof.value, oof.n, &auc, err);
    cupel_confusion c = cupel_metric_confusion(is, oof.value, oof.n, cupel_surrogate_class_threshold(m->surrogate));
    cupel_free(is);
    figure[0] = (cupel_figure){"out_of_fold_auc", "", auc};
    figure[1] = (cupel_figure){"out_of_fold_balanced_accuracy", "", cupel_metric_balanced_accuracy(&c)};
    return st;
}

/* ---- facts ---- */

const char *cupel_model_digest(const cupel_model *m) { return m->digest; }

const cupel_features *cupel_model_features(const cupel_model *m) { return m->features; }

cupel_features *cupel_model_features_bind(cupel_model *m) { return m->features; }

const cupel_surrogate *cupel_model_surrogate(const cupel_model *m) { return m->surrogate; }

const char *cupel_model_property(const cupel_model *m) { return m->property; }

const char *cupel_model_unit(const cupel_model *m) { return m->unit; }

const char *cupel_model_beside(const cupel_model *m, size_t k, const char **unit)
{
    *unit = m->beside[2 * k + 1];
    return m->beside[2 * k];
}

double cupel_model_target_min(const cupel_model *m) { return m->target_min; }

double cupel_model_target_max(const cupel_model *m) { return m->target_max; }

const char *cupel_model_training_digest(const cupel_model *m) { return m->training_digest; }

bool cupel_model_has_formulas(const cupel_model *m) { return m->known.first[m->known.n] > 0; }

const cupel_batch *cupel_model_training_batch(const cupel_model *m) { return &m->known; }

const double *cupel_model_training_columns(const cupel_model *m) { return m->column; }

const char *cupel_model_formula_column(const cupel_model *m) { return m->formula_column; }

cupel_status cupel_model_find_formula(const cupel_model *m, const cupel_header *h, const char *file, const char *named, size_t *at, bool *bare,
                                      cupel_err *err)
{
    *bare = !cupel_model_has_formulas(m);
    *at = named || !*m->formula_column ? SIZE_MAX : cupel_header_find(h, m->formula_column);
    if (*at != SIZE_MAX) return CUPEL_OK;
    cupel_status st = cupel_column_formula(h, file, named, "name it with --formula", at, err);
    if (st == CUPEL_OK || named || (!*bare && cupel_features_need_formulas(m->features))) return st;
    *bare = true;
    *at = 0; /* the first column names a row */
    return CUPEL_OK;
}

size_t cupel_model_n_training(const cupel_model *m) { return m->known.n; }

size_t cupel_model_training_index(const cupel_model *m, size_t i) { return m->index[i]; }

const char *cupel_model_condition(const cupel_model *m, size_t i) { return m->condition[i]; }

void cupel_model_training_row(const cupel_model *m, size_t i, cupel_composition *c, const char **formula, double *target)
{
    cupel_batch_get(&m->known, i, c);
    *formula = m->formula[i];
    *target = m->target[i];
}

size_t cupel_nearest_row(const cupel_batch *known, const cupel_composition *c, double *distance)
{
    double fraction[CUPEL_Z_MAX + 1] = {0}, total = cupel_composition_total(c);
    size_t nearest = SIZE_MAX;
    for (unsigned k = 0; k < c->n; k++) fraction[c->z[k]] = c->amount[k] / total;
    *distance = HUGE_VAL;
    for (size_t i = 0; c->n && i < known->n; i++) {
        double sum = 0, common = 0, all = 0;
        if (known->reason[i] || known->first[i] == known->first[i + 1]) continue;
        for (size_t k = known->first[i]; k < known->first[i + 1]; k++) all += known->amount[k];
        for (size_t k = known->first[i]; k < known->first[i + 1]; k++) {
            double mine = fraction[known->z[k]], x = known->amount[k] / all;
            sum += fabs(mine - x);
            common += mine;
        }
        sum += 1 - common; /* elements that only c has */
        if (sum < 1e-12) sum = 0;
        if (sum >= *distance) continue;
        *distance = sum;
        nearest = i;
    }
    return nearest;
}

void cupel_model_nearest(const cupel_model *m, const cupel_composition *c, cupel_known *known)
{
    double distance;
    size_t i = cupel_nearest_row(&m->known, c, &distance);
    *known = (cupel_known){.distance = distance};
    if (i != SIZE_MAX) *known = (cupel_known){.row = i, .formula = m->formula[i], .value = m->target[i], .distance = distance};
}
