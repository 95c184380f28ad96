#include "core/engine/attribution_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/known.h"
#include "core/matter/columns.h"
#include "datasets/source.h"

#include <stdlib.h>
#include <string.h>

enum { STREAM_SAMPLE = 0x73616d70 };

typedef struct reading {
    const cupel_attribution_options *o;
    const cupel_job *job;
    cupel_attribution *a;
    cupel_source *source;
    cupel_records records;
    cupel_batch batch;
    size_t formula, target;
    unsigned char *reason;
    cupel_attribution_rows r;
} reading;

/* ---- the table ---- */

static cupel_status find_columns(reading *d, cupel_err *err)
{
    const cupel_header *h = cupel_source_header(d->source);
    const char *path = cupel_source_path(d->source);
    d->formula = SIZE_MAX;
    if (cupel_model_has_formulas(d->a->model)) {
        bool bare;
        const cupel_status st = cupel_model_find_formula(d->a->model, h, path, d->o->formula, &d->formula, &bare, err);
        if (st != CUPEL_OK) return st;
        if (bare) d->formula = SIZE_MAX;
    }
    d->target = d->o->target ? cupel_header_find(h, d->o->target) : SIZE_MAX;
    if (!d->o->target) d->target = cupel_header_find(h, d->a->property);
    if (d->target == SIZE_MAX && !d->o->target && (d->target = cupel_header_find(h, "target")) != SIZE_MAX)
        cupel_say(d->job, CUPEL_WARNING, "the column 'target' of '%s' is taken as measured %s; name another with --target if it is not", d->o->table,
                  d->a->property);
    if (d->o->target && d->target == SIZE_MAX) {
        const cupel_status st = cupel_column_find(h, path, "target", d->o->target, "name it with --target, or leave it out", &d->target, err);
        if (st != CUPEL_OK) return st;
    }
    if (d->target != SIZE_MAX && cupel_column_is_predicted(h, d->target)) {
        cupel_say(d->job, CUPEL_WARNING,
                  "column '%s' of '%s' is what a model predicted ('%s lower', '%s upper' and 'in_domain' stand beside it), not "
                  "what was measured: nothing is shuffled; give a table of measured values, or name their column with --target",
                  h->name[d->target], d->o->table, h->label[d->target], h->label[d->target]);
        d->target = SIZE_MAX;
    }
    const cupel_status st = cupel_features_bind(cupel_model_features_bind(d->a->model), h, path, err);
    if (st == CUPEL_OK) cupel_features_unit_doubts(cupel_model_features(d->a->model), h, path, d->job);
    return st;
}

static cupel_status read_batch(reading *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_source_read(d->source, SIZE_MAX, &d->records, err));
    cupel_source_say(d->source, d->job);
    for (size_t i = 0; i < d->records.n_rows; i++)
        CUPEL_TRY(d->formula == SIZE_MAX ? cupel_batch_add(&d->batch, &(const cupel_composition){.n = 0}, 0, err)
                                         : cupel_batch_add_formula(&d->batch, cupel_cell(&d->records, i, d->formula), d->o->dot, err));
done:
    return st;
}

static cupel_status make_room(reading *d, cupel_err *err)
{
    cupel_attribution_rows *r = &d->r;
    const size_t n = d->records.n_rows ? d->records.n_rows : 1;
    r->d = cupel_features_count(cupel_model_features(d->a->model));
    r->x = cupel_alloc_aligned(cupel_mul(n, r->d), sizeof *r->x);
    r->truth = cupel_alloc(n, sizeof *r->truth);
    r->value = cupel_alloc(n, sizeof *r->value);
    r->composition = cupel_alloc(n, sizeof *r->composition);
    r->formula = cupel_alloc(n, sizeof *r->formula);
    r->condition = cupel_alloc(n, sizeof *r->condition);
    r->record = cupel_alloc(n, sizeof *r->record);
    r->imputed = cupel_alloc(n, 1);
    d->reason = cupel_alloc(n, 1);
    if (!r->x || !r->truth || !r->value || !r->composition || !r->formula || !r->condition || !r->record || !r->imputed || !d->reason)
        return cupel_no_memory(err, "the rows to explain", cupel_mul(n, r->d * sizeof *r->x));
    return CUPEL_OK;
}

/* Rows with all their features move to the front. */
static cupel_status describe(reading *d, cupel_err *err)
{
    cupel_attribution_rows *r = &d->r;
    const cupel_feature_rows rows = {.batch = &d->batch, .records = &d->records, .n = d->records.n_rows};
    cupel_status described = cupel_features_compute_all(cupel_model_features(d->a->model), &rows, d->job->isa, r->x, r->d, d->reason, err);
    if (described != CUPEL_OK) return described;
    for (size_t i = 0; i < d->records.n_rows; i++) {
        if (d->reason[i] != CUPEL_REASON_NONE && d->reason[i] != CUPEL_REASON_IMPUTED) continue;
        const size_t m = r->n++;
        const cupel_text name = d->formula == SIZE_MAX ? cupel_text_of("") : cupel_cell(&d->records, i, d->formula);
        memmove(r->x + m * r->d, r->x + i * r->d, r->d * sizeof *r->x);
        r->record[m] = i;
        r->imputed[m] = d->reason[i] == CUPEL_REASON_IMPUTED;
        r->truth[m] = (double)NAN;
        if (d->target != SIZE_MAX && cupel_training_target(cupel_cell(&d->records, i, d->target), &r->truth[m]) != CUPEL_REASON_NONE)
            r->truth[m] = (double)NAN;
        cupel_batch_get(&d->batch, i, &r->composition[m]);
        r->formula[m] = cupel_strndup(name.p, name.n);
        cupel_str condition = {0};
        cupel_features_condition(cupel_model_features(d->a->model), &d->records, i, &condition);
        r->condition[m] = condition.failed ? NULL : cupel_strdup(cupel_str_text(&condition));
        cupel_str_free(&condition);
        if (!r->formula[m] || !r->condition[m]) return cupel_no_memory(err, "the rows to explain", 0);
    }
    if (r->n < 2)
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': %zu of %zu rows have all the features of the model, expected at least 2; give more rows",
                          d->o->table, r->n, d->records.n_rows);
    if (d->records.n_rows > r->n)
        cupel_say(d->job, CUPEL_WARNING, "%zu of %zu rows are left out: a formula or a value is missing", d->records.n_rows - r->n,
                  d->records.n_rows);
    return CUPEL_OK;
}

/* ---- each row by itself ---- */

static cupel_status predict_rows(reading *d, cupel_err *err)
{
    cupel_attribution *a = d->a;
    cupel_status st = CUPEL_OK;
    cupel_scratch *scratch = NULL;
    const cupel_predict_options o = {.precision = CUPEL_FLOAT64, .isa = d->job->isa, .level = 0.9};
    CUPEL_TRY(cupel_attribution_predict(a, d->r.x, d->r.n, d->r.d, d->job, d->r.value, err));
    for (size_t i = 0; i < d->r.n; i++) a->mean += d->r.value[i] / (double)d->r.n;
    a->n_explained = d->o->rows < d->r.n ? d->o->rows : d->r.n;
    a->row = cupel_alloc(a->n_explained ? a->n_explained : 1, sizeof *a->row);
    if (!a->row) CUPEL_TRY(cupel_no_memory(err, "the rows to explain", 0));
    CUPEL_TRY(cupel_scratch_new(cupel_model_surrogate(a->model), &scratch, err));
    for (size_t i = 0; i < a->n_explained; i++) {
        cupel_explained *e = &a->row[i];
        double spread;
        unsigned char in;
        cupel_prediction out = {&e->value, &spread, &e->lower, &e->upper, &e->distance, &in};
        CUPEL_TRY(cupel_surrogate_predict(cupel_model_surrogate(a->model), d->r.x + i * d->r.d, d->r.d, 1, &o, scratch, &out, err));
        e->imputed = d->r.imputed[i];
        cupel_model_mark_row(a->model, &d->r.composition[i], d->r.x + i * d->r.d, e->imputed, &e->distance, &in);
        e->in_domain = in;
        e->formula = cupel_strdup(d->r.formula[i]);
        e->shapley = cupel_alloc(a->n_groups + 1, sizeof *e->shapley);
        e->shapley_error = cupel_alloc(a->n_groups + 1, sizeof *e->shapley_error);
        if (!e->formula || !e->shapley || !e->shapley_error) CUPEL_TRY(cupel_no_memory(err, "the rows to explain", 0));
        for (size_t g = 0; g < a->n_groups; g++) e->shapley_error[g] = (double)NAN;
        e->condition = cupel_strdup(d->r.condition[i]);
        if (!e->condition) CUPEL_TRY(cupel_no_memory(err, "the rows to explain", 0));
    }
done:
    cupel_scratch_free(scratch);
    return st;
}

static cupel_status count_known(reading *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_known_set *known = NULL;
    cupel_str text = {0};
    bool is;
    if (d->formula == SIZE_MAX) return CUPEL_OK;
    CUPEL_TRY(cupel_known_set_new(&known, err));
    CUPEL_TRY(cupel_known_set_add_model(known, d->a->model, true, err));
    cupel_known_set_close(known);
    for (size_t i = 0; i < d->r.n; i++) {
        const cupel_known_row q = {&d->r.composition[i], d->a->model, &d->records, d->r.record[i]};
        CUPEL_TRY(cupel_known_set_has(known, &q, &text, &is, NULL, err));
        d->a->n_in_training += is && !isnan(d->r.truth[i]);
    }
done:
    cupel_known_set_free(known);
    cupel_str_free(&text);
    return st;
}

/* ---- groups ---- */

static cupel_status make_groups(reading *d, cupel_err *err)
{
    const cupel_attribution_rows *r = &d->r;
    bool *constant = cupel_alloc(r->d, sizeof *constant);
    if (!constant) return cupel_no_memory(err, "columns", r->d);
    for (size_t j = 0; j < r->d; j++) {
        constant[j] = true;
        for (size_t i = 1; i < r->n && constant[j]; i++) constant[j] = r->x[i * r->d + j] == r->x[j];
    }
    const cupel_status st = cupel_attribution_group(d->a, cupel_model_features(d->a->model), constant, err);
    cupel_free(constant);
    return st;
}

/* Order of the groups by what they matter; positions of Shapley values follow. */
typedef struct place {
    double key;
    size_t at;
} place;

static int by_key(const void *a, const void *b)
{
    const place *x = a, *y = b;
    return x->key > y->key ? -1 : x->key < y->key ? 1 : (x->at > y->at) - (x->at < y->at);
}

/* x [n] in the order of the places. */
static void put_in_order(const place *p, size_t n, double *x, double *scratch)
{
    memcpy(scratch, x, n * sizeof *x);
    for (size_t g = 0; g < n; g++) x[g] = scratch[p[g].at];
}

static cupel_status sort_groups(cupel_attribution *a, cupel_err *err)
{
    const size_t n = a->n_groups;
    cupel_status st = CUPEL_OK;
    place *p = cupel_alloc(n + 1, sizeof *p);
    cupel_group *old = cupel_alloc(n + 1, sizeof *old);
    double *value = cupel_alloc(n + 1, sizeof *value);
    if (!p || !old || !value) CUPEL_TRY(cupel_no_memory(err, "groups of columns", n * sizeof *old));
    for (size_t g = 0; g < n; g++) p[g] = (place){isnan(a->group[g].importance) ? a->group[g].shapley : a->group[g].importance, g};
    qsort(p, n, sizeof *p, by_key);
    memcpy(old, a->group, n * sizeof *old);
    for (size_t g = 0; g < n; g++) a->group[g] = old[p[g].at];
    for (size_t i = 0; i < a->n_explained; i++) {
        put_in_order(p, n, a->row[i].shapley, value);
        put_in_order(p, n, a->row[i].shapley_error, value);
        for (size_t k = 0; k < a->n_steps; k++) put_in_order(p, n, a->step[k].shapley + i * n, value);
    }
done:
    cupel_free(p);
    cupel_free(old);
    cupel_free(value);
    return st;
}

/* Inside each group the column whose values go most with the predictions. */
static cupel_status name_inside(reading *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const cupel_attribution_rows *r = &d->r;
    for (size_t g = 0; g < d->a->n_groups; g++) {
        cupel_group *group = &d->a->group[g];
        double best = -1;
        size_t most = group->column[0];
        for (size_t c = 0; c < group->n; c++) {
            double mean = 0, cross = 0, square = 0;
            for (size_t i = 0; i < r->n; i++) mean += r->x[i * r->d + group->column[c]] / (double)r->n;
            for (size_t i = 0; i < r->n; i++) {
                const double x = r->x[i * r->d + group->column[c]] - mean;
                cross += x * (r->value[i] - d->a->mean);
                square += x * x;
            }
            const double strength = square > 0 ? fabs(cross) / sqrt(square) : 0;
            if (strength > best) best = strength, most = group->column[c];
        }
        CUPEL_TRY(cupel_attribution_inside(group, cupel_model_features(d->a->model), most, err));
    }
done:
    return st;
}

/* ---- all together ---- */

static cupel_status take_model(reading *d, cupel_model *m, cupel_err *err)
{
    cupel_attribution *a = d->a;
    a->model = m;
    a->is_class = cupel_surrogate_is_class(cupel_model_surrogate(m));
    a->property = cupel_strdup(cupel_model_property(m));
    a->unit = cupel_strdup(cupel_model_unit(m));
    return a->property && a->unit ? CUPEL_OK : cupel_no_memory(err, "an explanation", 0);
}

static cupel_status begin(reading *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_model_open(d->o->model, &d->a->model, err));
    CUPEL_TRY(take_model(d, d->a->model, err));
    CUPEL_TRY(cupel_attribution_sweep_check(d->a, d->o, NULL, err));
    CUPEL_TRY(cupel_source_open(d->o->table, d->o->format, &d->source, err));
    CUPEL_TRY(find_columns(d, err));
    CUPEL_TRY(read_batch(d, err));
    CUPEL_TRY(make_room(d, err));
    CUPEL_TRY(describe(d, err));
    CUPEL_TRY(cupel_attribution_sweep_check(d->a, d->o, &d->r, err));
done:
    return st;
}

static void release(reading *d)
{
    for (size_t i = 0; d->r.formula && i < d->r.n; i++) cupel_free(d->r.formula[i]);
    for (size_t i = 0; d->r.condition && i < d->r.n; i++) cupel_free(d->r.condition[i]);
    cupel_free(d->r.condition);
    cupel_free(d->r.x);
    cupel_free(d->r.truth);
    cupel_free(d->r.value);
    cupel_free(d->r.composition);
    cupel_free(d->r.formula);
    cupel_free(d->r.record);
    cupel_free(d->r.imputed);
    cupel_free(d->reason);
    cupel_batch_release(&d->batch);
    cupel_records_release(&d->records);
    cupel_source_free(d->source);
}

/* Warnings of importances that cannot be told apart, one each; the others are counted, for the account lists all of them. */
enum { WARNINGS = 3 };

/* Importance that cannot be told apart, where it is worth naming: together the groups matter, and more than the best of them alone. */
static bool is_artefact(const cupel_attribution *a, const cupel_cluster *c)
{
    const cupel_group *best = &a->group[c->group[0]];
    return c->importance > 0.05 * a->error && c->importance > 1.2 * best->importance + best->deviation;
}

static void warn(const cupel_attribution *a, const cupel_job *job)
{
    size_t n = 0;
    for (size_t k = 0; k < a->n_clusters; k++) {
        const cupel_cluster *c = &a->cluster[k];
        const cupel_group *best = &a->group[c->group[0]];
        if (!is_artefact(a, c) || ++n > WARNINGS) continue;
        cupel_say(job, CUPEL_WARNING, "'%s' and %zu more group%s of columns move together: shuffled together they raise the error by %.3g, the best "
                                      "of them alone by %.3g, so their single importances are an artefact of what they share", best->name, c->n - 1,
                  c->n > 2 ? "s" : "", c->importance, best->importance);
    }
    if (n > WARNINGS) cupel_say(job, CUPEL_WARNING, "so it is of %zu more such list%s, below under \"Groups that move together\"", n - WARNINGS,
                                n - WARNINGS == 1 ? "" : "s");
}

cupel_status cupel_attribution_make(const cupel_attribution_options *o, const cupel_job *job, cupel_attribution *a, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    reading d = {.o = o, .job = job, .a = a};
    *a = (cupel_attribution){.error = (double)NAN};
    CUPEL_TRY(begin(&d, err));
    CUPEL_TRY(make_groups(&d, err));
    CUPEL_TRY(predict_rows(&d, err));
    CUPEL_TRY(count_known(&d, err));
    a->n_rows = d.r.n;
    CUPEL_TRY(cupel_attribution_shuffle(a, o, &d.r, job, err));
    CUPEL_TRY(cupel_attribution_shapley(a, o, &d.r, job, err));
    CUPEL_TRY(name_inside(&d, err));
    CUPEL_TRY(sort_groups(a, err));
    CUPEL_TRY(cupel_attribution_correlate(a, &d.r, err));
    CUPEL_TRY(cupel_attribution_shuffle_clusters(a, o, &d.r, job, err));
    CUPEL_TRY(cupel_attribution_neighbours(a, &d.r, job, err));
    warn(a, job);
    CUPEL_TRY(cupel_attribution_sweep(a, o, &d.r, job, err));
done:
    release(&d);
    if (st != CUPEL_OK) cupel_attribution_release(a);
    return st;
}

/* ---- candidates ---- */

enum { SAMPLE = 100 }; /* training rows that candidates are held against */

/* Candidates, then training rows, described; those without a feature are left out. */
static cupel_status gather(reading *d, const cupel_text *formula, size_t n, cupel_err *err)
{
    cupel_attribution_rows *r = &d->r;
    const cupel_batch *known = cupel_model_training_batch(d->a->model);
    const size_t sample = known->n < SAMPLE ? known->n : SAMPLE;
    cupel_status st = CUPEL_OK;
    cupel_composition c;
    size_t *order = cupel_alloc(known->n, sizeof *order);
    if (!order) return cupel_no_memory(err, "training rows", known->n * sizeof *order);
    cupel_rng_permutation(d->o->seed, STREAM_SAMPLE, order, known->n);
    for (size_t i = 0; i < n; i++) CUPEL_TRY(cupel_batch_add_formula(&d->batch, formula[i], CUPEL_DOT_DECIMAL, err));
    for (size_t i = 0; i < sample; i++) {
        cupel_batch_get(known, order[i], &c);
        CUPEL_TRY(cupel_batch_add(&d->batch, &c, CUPEL_REASON_NONE, err));
    }
    d->records.n_rows = n + sample; /* room for as many */
    st = make_room(d, err);
    d->records.n_rows = 0;
    CUPEL_TRY(st);
    const cupel_feature_rows rows = {.batch = &d->batch, .n = n + sample};
    CUPEL_TRY(cupel_features_compute_all(cupel_model_features(d->a->model), &rows, d->job->isa, r->x, r->d, d->reason, err));
    for (size_t i = 0; i < n + sample; i++) {
        if (i == n) r->against = r->n;
        if (d->reason[i] != CUPEL_REASON_NONE && d->reason[i] != CUPEL_REASON_IMPUTED) continue;
        const size_t m = r->n++;
        memmove(r->x + m * r->d, r->x + i * r->d, r->d * sizeof *r->x);
        r->truth[m] = (double)NAN;
        cupel_batch_get(&d->batch, i, &r->composition[m]);
        r->formula[m] = i < n ? cupel_strndup(formula[i].p, formula[i].n) : cupel_strdup("");
        r->condition[m] = cupel_strdup("");
        if (!r->formula[m] || !r->condition[m]) CUPEL_TRY(cupel_no_memory(err, "the rows to explain", 0));
    }
done:
    cupel_free(order);
    return st;
}

cupel_status cupel_attribution_candidates(cupel_model *m, const cupel_text *formula, size_t n, const cupel_attribution_options *o,
                                          const cupel_job *job, cupel_attribution *a, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_attribution_options own = *o;
    reading d = {.o = &own, .job = job, .a = a};
    *a = (cupel_attribution){.error = (double)NAN};
    CUPEL_TRY(take_model(&d, m, err));
    if (*cupel_features_columns(cupel_model_features(m)) || !cupel_model_has_formulas(m) || !n) goto done;
    CUPEL_TRY(gather(&d, formula, n < own.rows ? n : own.rows, err));
    if (!d.r.against || d.r.n < d.r.against + 2) goto done;
    own.rows = d.r.against;
    CUPEL_TRY(make_groups(&d, err));
    CUPEL_TRY(predict_rows(&d, err));
    a->n_rows = d.r.n - d.r.against;
    CUPEL_TRY(cupel_attribution_shapley(a, &own, &d.r, job, err));
    CUPEL_TRY(name_inside(&d, err));
    CUPEL_TRY(sort_groups(a, err));
    CUPEL_TRY(cupel_attribution_correlate(a, &d.r, err));
    if (cupel_model_n_training(m) <= CUPEL_ATTRIBUTION_LOOKED) CUPEL_TRY(cupel_attribution_neighbours(a, &d.r, job, err));
    d.r.n = d.r.against; /* the candidates alone are swept */
    st = cupel_attribution_sweep(a, &own, &d.r, job, err);
    d.r.n = a->n_rows + d.r.against;
done:
    release(&d);
    if (st != CUPEL_OK) {
        a->model = NULL;
        cupel_attribution_release(a);
    }
    return st;
}

void cupel_attribution_release(cupel_attribution *a)
{
    for (size_t g = 0; a->group && g < a->n_groups; g++) {
        cupel_free(a->group[g].name);
        cupel_free(a->group[g].most);
        cupel_free(a->group[g].column);
    }
    for (size_t i = 0; a->row && i < a->n_explained; i++) {
        cupel_free(a->row[i].formula);
        cupel_free(a->row[i].condition);
        cupel_free(a->row[i].shapley);
        cupel_free(a->row[i].shapley_error);
    }
    for (size_t k = 0; k < a->n_steps; k++) {
        cupel_free(a->step[k].value);
        cupel_free(a->step[k].shapley);
    }
    for (size_t i = 0; i < a->n_partial; i++) cupel_partial_release(&a->partial[i]);
    cupel_free(a->partial);
    for (size_t k = 0; k < a->n_clusters; k++) cupel_free(a->cluster[k].group);
    cupel_free(a->cluster);
    cupel_free(a->group);
    cupel_free(a->row);
    cupel_free(a->property);
    cupel_free(a->unit);
    cupel_model_free(a->model);
    *a = (cupel_attribution){0};
}
