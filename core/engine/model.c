#include "core/engine/model.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/beside.h"
#include "core/engine/explain.h"
#include "core/matter/columns.h"
#include "core/sys/par.h"
#include "models/learn/metrics.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_GROUPS = 12 }; /* that a search for a kernel tries */
enum { SCHEMA = 1, BLOCK = 256 };
static const double EXTRAPOLATES = 0.1; /* ranges that a table column may leave its own by */
static const char COLUMNS[] = "training/columns";

struct cupel_model {
    cupel_features *features;
    cupel_surrogate *surrogate;
    char *property, *unit, *file, *training_digest, *digest;
    char *formula_column; /* of the table that was learned from; "": none */
    uint64_t seed;
    /* training rows in use */
    cupel_batch known;
    char **formula;   /* [known.n] as written; one block */
    char **condition; /* [known.n] the columns of the table; one block */
    double *target; /* [known.n] */
    double *column; /* [known.n][features of the table] or NULL */
    size_t *index;  /* [known.n] row of the table given to fit */
    double target_min, target_max;
    bool seen[CUPEL_Z_MAX + 1]; /* elements that training rows hold */
};

/* ---- fitting ---- */

typedef struct fitting {
    const cupel_training *t;
    const cupel_job *job;
    cupel_model *m;
    size_t *row; /* [n] rows of t in use */
    size_t n, d;
    double *x;   /* [n][d] */
    double *y;
    unsigned char *reason;
    size_t *group;
    size_t *fraction;
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
        st = cupel_features_compute_all(f->m->features, &f->t->batch, &f->t->records, f->row[i], j - i, f->job->isa, f->x + i * f->d, f->d,
                                        f->reason + i, err);
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
        st = cupel_fail(err, CUPEL_BAD_INPUT, "%s; mend the row, or %s drop%s%s", cupel_str_text(words), t->in_demand ? "put missing:" : "give --missing",
                        t->missing == CUPEL_MISSING_IMPUTE ? "" : " or impute", t->in_demand ? " into data" : "");
done:
    cupel_str_free(&detail);
    return st;
}

/* Rows without all features: an error, left out, or made up, as the training says. */
static cupel_status settle_missing(fitting *f, cupel_err *err)
{
    cupel_tally left = {.job = f->job, .every = true}, imputed = {.job = f->job};
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
    cupel_missing_share(f->t->file, all - m, all, f->job);
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

static void note_elements(cupel_model *m)
{
    for (size_t k = 0; k < m->known.first[m->known.n]; k++) m->seen[m->known.z[k]] = true;
}

static void set_range(cupel_model *m)
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
    set_range(m);
    note_elements(m);
    CUPEL_TRY(keep_texts(f, formula_of, &m->formula, err));
    CUPEL_TRY(keep_texts(f, condition_of, &m->condition, err));
    CUPEL_TRY(keep_columns(f, err));
done:
    cupel_free(c);
    return st;
}

static cupel_status copy_text(char **to, const char *text, cupel_err *err)
{
    *to = cupel_strdup(text);
    return *to ? CUPEL_OK : cupel_no_memory(err, "a model", 0);
}

static cupel_status name_model(fitting *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const char *slash = strrchr(f->t->file, '/');
    CUPEL_TRY(copy_text(&f->m->property, f->t->property, err));
    CUPEL_TRY(copy_text(&f->m->unit, f->t->unit, err));
    CUPEL_TRY(copy_text(&f->m->file, slash ? slash + 1 : f->t->file, err));
    CUPEL_TRY(copy_text(&f->m->training_digest, f->t->digest, err));
    CUPEL_TRY(copy_text(&f->m->digest, "", err));
    const size_t at = f->t->formula_column;
    CUPEL_TRY(copy_text(&f->m->formula_column, at < f->t->header.n ? f->t->header.name[at] : "", err));
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
    const cupel_training *t = f->t;
    const size_t n_subset = subset ? f->n : 0;
    cupel_status st = CUPEL_OK;
    f->m = cupel_alloc(1, sizeof *f->m);
    f->row = cupel_alloc(f->n, sizeof *f->row);
    if (!f->m || !f->row) CUPEL_TRY(cupel_no_memory(err, "a model", f->n * sizeof *f->row));
    for (size_t i = 0; i < f->n; i++) f->row[i] = subset ? subset[i] : i;
    f->m->seed = o->seed;
    CUPEL_TRY(name_model(f, err));
    CUPEL_TRY(cupel_features_new(o->features, o->columns ? o->columns : t->numeric, &f->m->features, err));
    if (t->missing == CUPEL_MISSING_IMPUTE) CUPEL_TRY(cupel_features_impute(f->m->features, err));
    CUPEL_TRY(add_transfer(f, o, err));
    CUPEL_TRY(cupel_features_learn_subset(f->m->features, &t->header, &t->records, subset, n_subset, t->file, err));
    cupel_features_say_mixed(f->m->features, t->file, f->job);
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
    CUPEL_TRY(cupel_composition_groups(&t->batch, f.row, f.n, false, f.group, err));
    cupel_fit_options fit = {.learner = o->learner, .settings = o->settings, .task = o->task, .seed = o->seed, .group = f.group, .seconds = o->seconds,
                             .transform = o->transform, .kernel = o->kernel};
    const char *name[MOST_GROUPS];
    bool category[MOST_GROUPS];
    const cupel_groups groups = {.find = find_group, .user = f.m->features, .d = f.d, .name = name, .category = category,
                                 .n = cupel_features_groups(f.m->features, MOST_GROUPS, name, category)};
    fit.groups = &groups;
    CUPEL_TRY(list_fractions(&f, &fit, err));
    if (t->n_beside) CUPEL_TRY(cupel_beside_collect(t, f.row, f.n, f.m->features, job, f.group, &beside, err));
    if (beside) fit.beside = cupel_beside_values_of(beside);
    CUPEL_TRY(cupel_surrogate_fit(f.x, f.n, f.d, f.y, &fit, job, &f.m->surrogate, err));
    CUPEL_TRY(keep_known(&f, err));
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
    cupel_confusion c = cupel_metric_confusion(is, oof.value, oof.n);
    cupel_free(is);
    figure[0] = (cupel_figure){"out_of_fold_auc", "", auc};
    figure[1] = (cupel_figure){"out_of_fold_balanced_accuracy", "", cupel_metric_balanced_accuracy(&c)};
    return st;
}

/* ---- file ---- */

static cupel_status save_attributes(const cupel_model *m, cupel_writer *w, cupel_err *err)
{
    cupel_figure figure[CUPEL_N_FIGURES];
    const cupel_surrogate *s = m->surrogate;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_writer_attr_int(w, "rows", (int64_t)m->known.n, err));
    CUPEL_TRY(cupel_writer_attr_int(w, "columns", (int64_t)cupel_surrogate_columns(s), err));
    CUPEL_TRY(cupel_writer_attr_int(w, "support_vectors", (int64_t)cupel_surrogate_support_vectors(s), err));
    CUPEL_TRY(cupel_writer_attr_text(w, "learner", cupel_surrogate_learner(s), err));
    CUPEL_TRY(cupel_writer_attr_text(w, "settings", cupel_surrogate_settings(s), err));
    CUPEL_TRY(cupel_writer_attr_text(w, "transform", cupel_transform_name(cupel_surrogate_transform(s)->kind), err));
    CUPEL_TRY(cupel_writer_attr_text(w, "task", cupel_surrogate_is_class(s) ? "class" : "regression", err));
    CUPEL_TRY(cupel_writer_attr_text(w, "features", cupel_features_sets(m->features), err));
    CUPEL_TRY(cupel_writer_attr_text(w, "table_columns", cupel_features_columns(m->features), err));
    CUPEL_TRY(cupel_writer_attr_text(w, "property", m->property, err));
    CUPEL_TRY(cupel_writer_attr_text(w, "unit", m->unit, err));
    CUPEL_TRY(cupel_writer_attr_text(w, "training_table", m->file, err));
    CUPEL_TRY(cupel_model_figures(m, figure, err));
    for (int i = 0; i < CUPEL_N_FIGURES; i++)
        if (isfinite(figure[i].value)) CUPEL_TRY(cupel_writer_attr_number(w, figure[i].name, figure[i].value, err));
    CUPEL_TRY(cupel_writer_input(w, "training table", m->training_digest, err));
done:
    return st;
}

static cupel_status save_known(const cupel_model *m, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t n = m->known.n, items = m->known.first[n], ends = n + 1;
    int64_t *first = cupel_alloc(ends, sizeof *first);
    if (!first) return cupel_no_memory(err, "the known materials", ends * sizeof *first);
    for (size_t i = 0; i < ends; i++) first[i] = m->known.first[i];
    CUPEL_TRY(cupel_writer_put(w, "training/formula", "", "training rows in use, as written", CUPEL_TEXT, 1, &n, m->formula, err));
    CUPEL_TRY(cupel_writer_put(w, "training/formula_column", "", "of the formulas", CUPEL_TEXT, 1, (size_t[]){1}, &m->formula_column, err));
    CUPEL_TRY(cupel_writer_put(w, "training/condition", "", "columns of the table, of the training rows in use", CUPEL_TEXT, 1, &n, m->condition, err));
    CUPEL_TRY(cupel_writer_put(w, "training/target", m->unit, m->property, CUPEL_F64, 1, &n, m->target, err));
    CUPEL_TRY(cupel_writer_put(w, "training/first", "", "elements of row i are first[i] .. first[i + 1] - 1 of z and amount", CUPEL_I64, 1,
                               &ends, first, err));
    CUPEL_TRY(cupel_writer_put(w, "training/z", "", "atomic number", CUPEL_U8, 1, &items, m->known.z, err));
    CUPEL_TRY(
        cupel_writer_put(w, "training/amount", "atoms per formula", "amount of the element", CUPEL_F64, 1, &items, m->known.amount, err));
    size_t at, shape[2] = {n, 0};
    cupel_features_table(m->features, &at, &shape[1]);
    if (m->column)
        CUPEL_TRY(cupel_writer_put(w, COLUMNS, "as in the table", "features of the training rows that come from columns of the table", CUPEL_F64, 2, shape,
                                   m->column, err));
done:
    cupel_free(first);
    return st;
}

cupel_status cupel_model_save(cupel_model *m, const char *path, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_writer *w = NULL;
    cupel_reader *r = NULL;
    CUPEL_TRY(cupel_writer_open(path, "model", SCHEMA, m->seed, &w, err));
    CUPEL_TRY(save_attributes(m, w, err));
    CUPEL_TRY(cupel_features_save(m->features, w, err));
    CUPEL_TRY(cupel_surrogate_save(m->surrogate, w, err));
    CUPEL_TRY(save_known(m, w, err));
    CUPEL_TRY(cupel_writer_commit(&w, err));
    CUPEL_TRY(cupel_reader_open(path, "model", SCHEMA, &r, err));
    cupel_free(m->digest);
    CUPEL_TRY(copy_text(&m->digest, cupel_reader_digest(r), err));
done:
    cupel_writer_abandon(&w);
    cupel_reader_free(r);
    return st;
}

static cupel_status bad(cupel_err *err, const char *what)
{
    return cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: 'training/...' holds %s; train the model again", what);
}

/* Composition i as stored, or false when it cannot be one. */
static bool stored_composition(const int64_t *first, size_t i, size_t items, const unsigned char *z, const double *amount,
                               cupel_composition *c)
{
    c->n = 0;
    if (!items) return first[i] == 0 && first[i + 1] == 0; /* a table without formulas */
    if (first[i] < 0 || first[i + 1] <= first[i] || (uint64_t)first[i + 1] > items || first[i + 1] - first[i] > CUPEL_Z_MAX) return false;
    bool seen[CUPEL_Z_MAX + 1] = {false};
    c->n = (unsigned)(first[i + 1] - first[i]);
    for (unsigned k = 0; k < c->n; k++) {
        size_t at = (size_t)first[i] + k;
        if (z[at] < 1 || z[at] > CUPEL_Z_MAX || seen[z[at]] || !(amount[at] > 0) || !isfinite(amount[at])) return false;
        seen[z[at]] = true;
        c->z[k] = z[at];
        c->amount[k] = amount[at];
    }
    return true;
}

static cupel_status load_known(const cupel_reader *r, cupel_model *m, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t n = SIZE_MAX, items = SIZE_MAX;
    void *formula = NULL, *condition = NULL, *target = NULL, *first = NULL, *z = NULL, *amount = NULL, *column = NULL;
    cupel_composition *c = cupel_alloc(1, sizeof *c);
    if (!c) CUPEL_TRY(cupel_no_memory(err, "the known materials", 0));
    CUPEL_TRY(cupel_reader_get(r, "training/formula", CUPEL_TEXT, 1, &n, &formula, err));
    m->formula = formula;
    CUPEL_TRY(cupel_reader_get(r, "training/formula_column", CUPEL_TEXT, 1, (size_t[]){1}, &column, err));
    CUPEL_TRY(copy_text(&m->formula_column, column ? *(char **)column : "", err));
    CUPEL_TRY(cupel_reader_get(r, "training/condition", CUPEL_TEXT, 1, &n, &condition, err));
    m->condition = condition;
    CUPEL_TRY(cupel_reader_get(r, "training/target", CUPEL_F64, 1, &n, &target, err));
    m->target = target;
    CUPEL_TRY(cupel_reader_get(r, "training/first", CUPEL_I64, 1, (size_t[]){n + 1}, &first, err));
    CUPEL_TRY(cupel_reader_get(r, "training/z", CUPEL_U8, 1, &items, &z, err));
    CUPEL_TRY(cupel_reader_get(r, "training/amount", CUPEL_F64, 1, &items, &amount, err));
    if (!n || n != cupel_surrogate_oof(m->surrogate).n) CUPEL_TRY(bad(err, "another number of rows than the surrogate"));
    m->index = cupel_alloc(n, sizeof *m->index);
    if (!m->index) CUPEL_TRY(cupel_no_memory(err, "the known materials", n * sizeof *m->index));
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(m->target[i]) || !stored_composition(first, i, items, z, amount, c))
            CUPEL_TRY(bad(err, "a row that is no composition with a value"));
        CUPEL_TRY(cupel_batch_add(&m->known, c, CUPEL_REASON_NONE, err));
        m->index[i] = i;
    }
    set_range(m);
    note_elements(m);
done:
    cupel_free(column);
    cupel_free(first);
    cupel_free(z);
    cupel_free(amount);
    cupel_free(c);
    return st;
}

static cupel_status load_columns(const cupel_reader *r, cupel_model *m, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t first, shape[2] = {m->known.n, 0};
    void *data = NULL;
    cupel_features_table(m->features, &first, &shape[1]);
    if (!shape[1]) return CUPEL_OK;
    CUPEL_TRY(cupel_reader_get(r, COLUMNS, CUPEL_F64, 2, shape, &data, err));
    m->column = data;
    for (size_t k = 0; k < shape[0] * shape[1]; k++)
        if (!isfinite(m->column[k])) CUPEL_TRY(bad(err, "a column with a number that is not finite"));
done:
    return st;
}

static cupel_status load(const cupel_reader *r, cupel_model *m, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(copy_text(&m->digest, cupel_reader_digest(r), err));
    CUPEL_TRY(cupel_reader_seed(r, &m->seed, err));
    CUPEL_TRY(cupel_reader_attr_text(r, "property", &m->property, err));
    CUPEL_TRY(cupel_reader_attr_text(r, "unit", &m->unit, err));
    CUPEL_TRY(cupel_reader_attr_text(r, "training_table", &m->file, err));
    CUPEL_TRY(cupel_reader_input(r, "training table", &m->training_digest, err));
    CUPEL_TRY(cupel_features_load(r, &m->features, err));
    CUPEL_TRY(cupel_surrogate_load(r, &m->surrogate, err));
    if (cupel_surrogate_columns(m->surrogate) != cupel_features_count(m->features))
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT,
                             "model: the surrogate takes %zu columns and there are %zu features; train the model again",
                             cupel_surrogate_columns(m->surrogate), cupel_features_count(m->features)));
    CUPEL_TRY(load_known(r, m, err));
    CUPEL_TRY(load_columns(r, m, err));
done:
    return st;
}

cupel_status cupel_model_open(const char *path, cupel_model **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_reader *r = NULL;
    cupel_model *m = cupel_alloc(1, sizeof *m);
    if (!m) return cupel_no_memory(err, "a model", sizeof *m);
    CUPEL_TRY(cupel_reader_open(path, "model", SCHEMA, &r, err));
    st = load(r, m, err);
    if (st != CUPEL_OK) cupel_err_prefix(err, "'%s': ", path);
done:
    cupel_reader_free(r);
    if (st == CUPEL_OK)
        *out = m;
    else
        cupel_model_free(m);
    return st;
}

/* ---- facts ---- */

const char *cupel_model_digest(const cupel_model *m) { return m->digest; }

const cupel_features *cupel_model_features(const cupel_model *m) { return m->features; }

cupel_features *cupel_model_features_bind(cupel_model *m) { return m->features; }

const cupel_surrogate *cupel_model_surrogate(const cupel_model *m) { return m->surrogate; }

const char *cupel_model_property(const cupel_model *m) { return m->property; }

const char *cupel_model_unit(const cupel_model *m) { return m->unit; }

double cupel_model_target_min(const cupel_model *m) { return m->target_min; }

double cupel_model_target_max(const cupel_model *m) { return m->target_max; }

const char *cupel_model_training_digest(const cupel_model *m) { return m->training_digest; }

bool cupel_model_has_formulas(const cupel_model *m) { return m->known.first[m->known.n] > 0; }

const cupel_batch *cupel_model_training_batch(const cupel_model *m) { return &m->known; }

const double *cupel_model_training_columns(const cupel_model *m) { return m->column; }

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

/* ---- prediction ---- */

struct cupel_model_work {
    cupel_scratch *scratch;
    double *x;                 /* [BLOCK][d] */
    double result[5][BLOCK];
    double beyond[BLOCK];      /* of the table columns of all rows */
    unsigned char in_domain[BLOCK];
    cupel_spiked *mixture;    /* [BLOCK] of a mixed surrogate */
    size_t at[BLOCK];
    double describing, predicting; /* seconds */
};

cupel_status cupel_model_work_new(const cupel_model *m, cupel_model_work **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_model_work *w = cupel_alloc(1, sizeof *w);
    size_t d = cupel_features_count(m->features);
    if (!w) return cupel_no_memory(err, "scratch of a prediction", sizeof *w);
    w->x = cupel_alloc_aligned(cupel_mul(BLOCK, d), sizeof *w->x);
    if (!w->x) CUPEL_TRY(cupel_no_memory(err, "scratch of a prediction", cupel_mul(BLOCK * sizeof *w->x, d)));
    if (cupel_surrogate_mixed(m->surrogate)) w->mixture = cupel_alloc(BLOCK, sizeof *w->mixture);
    if (cupel_surrogate_mixed(m->surrogate) && !w->mixture) CUPEL_TRY(cupel_no_memory(err, "scratch of a prediction", BLOCK * sizeof *w->mixture));
    CUPEL_TRY(cupel_scratch_new(m->surrogate, &w->scratch, err));
    *out = w;
    w = NULL;
done:
    cupel_model_work_free(w);
    return st;
}

void cupel_model_work_free(cupel_model_work *w)
{
    if (!w) return;
    cupel_scratch_free(w->scratch);
    cupel_free(w->x);
    cupel_free(w->mixture);
    cupel_free(w);
}

static void blank(cupel_prediction *out, size_t i)
{
    out->value[i] = out->spread[i] = out->lower[i] = out->upper[i] = out->distance[i] = NAN;
    out->in_domain[i] = 0;
}

/* One block: the usable rows are moved together, predicted, and put back in their places. */
static cupel_status predict_block(const cupel_model *m, size_t n, size_t d, const unsigned char *reason, const cupel_predict_options *o,
                                  cupel_model_work *w, cupel_prediction *out, size_t from, cupel_err *err)
{
    size_t usable = 0;
    for (size_t i = 0; i < n; i++) {
        if (reason[i] && reason[i] != CUPEL_REASON_IMPUTED) {
            blank(out, from + i);
            continue;
        }
        if (usable != i) memcpy(w->x + usable * d, w->x + i * d, d * sizeof *w->x);
        w->at[usable++] = from + i;
    }
    if (!usable) return CUPEL_OK;
    cupel_prediction p = {w->result[0], w->result[1], w->result[2], w->result[3], w->result[4], w->in_domain};
    cupel_predict_options own = *o;
    own.mixture = o->mixture ? w->mixture : NULL;
    cupel_status st = cupel_surrogate_predict(m->surrogate, w->x, d, usable, &own, w->scratch, &p, err);
    for (size_t k = 0; k < usable && st == CUPEL_OK; k++) {
        size_t i = w->at[k];
        out->value[i] = p.value[k];
        out->spread[i] = p.spread[k];
        out->lower[i] = p.lower[k];
        out->upper[i] = p.upper[k];
        out->distance[i] = p.distance[k];
        out->in_domain[i] = p.in_domain[k];
        if (own.mixture) o->mixture[i] = own.mixture[k];
    }
    return st;
}

/* Share of the atoms of row i that are of elements which no training row holds. */
static double share_unseen(const cupel_model *m, const cupel_batch *batch, size_t i)
{
    double unseen = 0, total = 0;
    for (uint32_t k = batch->first[i]; k < batch->first[i + 1]; k++) {
        total += batch->amount[k];
        if (!m->seen[batch->z[k]]) unseen += batch->amount[k];
    }
    return unseen > 0 ? unseen / total : 0;
}

/* Out of the domain whatever the distance of the descriptors says, which may be like those of other elements and are cut at some deviations: a row
 * with an element that no training row holds, or with a table column more than EXTRAPOLATES of its range beyond that range. The distance is then at
 * least 1, the threshold, and more by the share of such atoms and the ranges beyond. */
static void mark_outside(const cupel_model *m, const cupel_batch *batch, size_t from, size_t n, const double *beyond, size_t at, cupel_prediction *out)
{
    for (size_t i = 0; i < n; i++) {
        double excess = beyond[i] > EXTRAPOLATES ? beyond[i] : 0;
        if (cupel_model_has_formulas(m)) excess += share_unseen(m, batch, from + i);
        if (!(excess > 0) || isnan(out->value[at + i])) continue;
        out->distance[at + i] = fmax(out->distance[at + i], 1) + excess;
        out->in_domain[at + i] = 0;
    }
}

cupel_status cupel_model_predict(const cupel_model *m, const cupel_batch *batch, const cupel_records *records, size_t from, size_t n,
                                 const cupel_predict_options *o, cupel_model_work *w, cupel_prediction *out, unsigned char *reason,
                                 cupel_err *err)
{
    size_t d = cupel_features_count(m->features);
    cupel_status st = CUPEL_OK;
    for (size_t done_rows = 0; done_rows < n && st == CUPEL_OK; done_rows += BLOCK) {
        size_t rows = n - done_rows < BLOCK ? n - done_rows : BLOCK;
        double begin = cupel_now();
        st = cupel_features_compute_all(m->features, batch, records, from + done_rows, rows, o->isa, w->x, d, reason + done_rows, err);
        for (size_t i = 0; i < rows && st == CUPEL_OK; i++)
            w->beyond[i] = cupel_features_beyond(m->features, w->x + i * d, reason[done_rows + i] == CUPEL_REASON_IMPUTED);
        double described = cupel_now();
        if (st == CUPEL_OK) st = predict_block(m, rows, d, reason + done_rows, o, w, out, done_rows, err);
        if (st == CUPEL_OK) mark_outside(m, batch, from + done_rows, rows, w->beyond, done_rows, out);
        w->describing += described - begin;
        w->predicting += cupel_now() - described;
    }
    return st;
}

cupel_status cupel_model_predict_with(const cupel_model *m, const cupel_batch *batch, const double *column, size_t n, const cupel_predict_options *o,
                                      cupel_model_work *w, cupel_prediction *out, unsigned char *reason, cupel_err *err)
{
    const size_t d = cupel_features_count(m->features);
    double *x = cupel_alloc_aligned(cupel_mul(n, d), sizeof *x);
    if (!x) return cupel_no_memory(err, "rows to predict", cupel_mul(n, d * sizeof *x));
    cupel_status st = cupel_features_compute_with(m->features, batch, column, n, o->isa, x, d, reason, err);
    for (size_t from = 0; from < n && st == CUPEL_OK; from += BLOCK) {
        const size_t rows = n - from < BLOCK ? n - from : BLOCK;
        for (size_t i = 0; i < rows; i++)
            w->beyond[i] = cupel_features_beyond(m->features, x + (from + i) * d, reason[from + i] == CUPEL_REASON_IMPUTED);
        memcpy(w->x, x + from * d, rows * d * sizeof *x);
        st = predict_block(m, rows, d, reason + from, o, w, out, from, err);
        if (st == CUPEL_OK) mark_outside(m, batch, from, rows, w->beyond, from, out);
    }
    cupel_free(x);
    return st;
}

void cupel_model_work_seconds(const cupel_model_work *w, double *describing, double *predicting)
{
    *describing = w->describing;
    *predicting = w->predicting;
}
