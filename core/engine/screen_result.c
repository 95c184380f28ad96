#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/diverse.h"
#include "core/engine/funnel.h"
#include "core/engine/screen_parts.h"
#include "core/matter/formula.h"
#include "core/sys/par.h"

#include <math.h>
#include <string.h>

/* Sum of differences of atomic fractions below which two compositions are one: what the canonical text resolves. */
static const double SAME_COMPOSITION = 1e-7;

static bool keep_text(cupel_arena *a, const char *text, char **at)
{
    *at = cupel_arena_text(a, text, strlen(text));
    return *at != NULL;
}

static bool keep_str(cupel_arena *a, cupel_str *s, char **at)
{
    bool ok = !s->failed && keep_text(a, cupel_str_text(s), at);
    cupel_str_free(s);
    return ok;
}

static bool put_properties(const cupel_demand *d, cupel_result *r)
{
    cupel_arena *a = &r->arena;
    size_t n = r->n_properties = d->n_properties;
    bool ok = (r->property = cupel_arena_take(a, n * sizeof(char *))) && (r->unit = cupel_arena_take(a, n * sizeof(char *))) &&
              (r->model = cupel_arena_take(a, n * sizeof(char *))) && (r->is_class = cupel_arena_take(a, n)) &&
              (r->property_min = cupel_arena_take(a, n * sizeof(double))) && (r->property_max = cupel_arena_take(a, n * sizeof(double))) &&
              (r->training_rows = cupel_arena_take(a, n * sizeof(int64_t)));
    for (size_t i = 0; ok && i < n; i++) {
        const cupel_demand_property *p = &d->property[i];
        cupel_str words = {0};
        r->is_class[i] = 0;
        r->property_min[i] = r->property_max[i] = NAN;
        r->training_rows[i] = 0;
        if (p->model) {
            const cupel_surrogate *g = cupel_model_surrogate(p->model);
            cupel_str_addf(&words, "%s (%s) on %s", cupel_surrogate_learner(g), cupel_surrogate_settings(g),
                           cupel_features_sets(cupel_model_features(p->model)));
            r->is_class[i] = cupel_surrogate_is_class(g);
            r->property_min[i] = cupel_model_target_min(p->model);
            r->property_max[i] = cupel_model_target_max(p->model);
            r->training_rows[i] = (int64_t)cupel_model_n_training(p->model);
        }
        ok = keep_text(a, p->name, &r->property[i]) && keep_text(a, p->unit, &r->unit[i]);
        ok = keep_str(a, &words, &r->model[i]) && ok;
    }
    return ok;
}

static bool put_requirements(const cupel_demand *d, cupel_result *r)
{
    cupel_arena *a = &r->arena;
    size_t n = r->n_requirements = d->n_requirements;
    bool ok =
        (r->requirement_words = cupel_arena_take(a, n * sizeof(char *))) &&
        (r->requirement_property = cupel_arena_take(a, n * sizeof(int64_t))) &&
        (r->requirement_goal = cupel_arena_take(a, n * sizeof(int64_t))) && (r->requirement_min = cupel_arena_take(a, n * sizeof(double))) &&
        (r->requirement_max = cupel_arena_take(a, n * sizeof(double))) && (r->requirement_beat = cupel_arena_take(a, n * sizeof(double))) &&
        (r->requirement_weight = cupel_arena_take(a, n * sizeof(double)));
    for (size_t i = 0; ok && i < n; i++) {
        const cupel_requirement *q = &d->requirement[i];
        cupel_str words = {0};
        r->requirement_property[i] = (int64_t)q->property;
        r->requirement_goal[i] = q->goal;
        r->requirement_min[i] = q->min;
        r->requirement_max[i] = q->max;
        const bool window = q->min > -HUGE_VAL || q->max < HUGE_VAL;
        r->requirement_beat[i] = q->goal && (q->beat_given || (!window && d->by == CUPEL_BY_PROBABILITY)) ? q->beat : NAN; /* as in the score */
        r->requirement_weight[i] = q->weight;
        cupel_requirement_words(d, q, &words);
        ok = keep_str(a, &words, &r->requirement_words[i]);
    }
    return ok;
}

static bool put_constraints(const cupel_demand *d, cupel_result *r)
{
    cupel_arena *a = &r->arena;
    size_t n = r->n_constraints = d->n_constraints;
    bool ok = (r->constraint = cupel_arena_take(a, n * sizeof(char *) + 1)) &&
              (r->constraint_column = cupel_arena_take(a, n * sizeof(char *) + 1)) &&
              (r->constraint_words = cupel_arena_take(a, n * sizeof(char *) + 1)) &&
              (r->constraint_goal = cupel_arena_take(a, n * sizeof(int64_t) + 1)) &&
              (r->constraint_weight = cupel_arena_take(a, n * sizeof(double) + 1)) &&
              (r->constraint_limit = cupel_arena_take(a, n * sizeof(double) + 1));
    for (size_t i = 0; ok && i < n; i++) {
        const cupel_demand_constraint *c = &d->constraint[i];
        r->constraint_goal[i] = c->goal;
        r->constraint_weight[i] = c->weight;
        r->constraint_limit[i] = c->limit;
        ok = keep_text(a, cupel_constraint_name(c->c), &r->constraint[i]) &&
             keep_text(a, cupel_constraint_column(c->c), &r->constraint_column[i]) &&
             keep_text(a, cupel_constraint_words(c->c), &r->constraint_words[i]);
    }
    return ok;
}

static bool put_objectives(const cupel_demand *d, cupel_result *r)
{
    size_t n = r->n_objectives = cupel_demand_objectives(d);
    bool ok = (r->objective_words = cupel_arena_take(&r->arena, n * sizeof(char *) + 1)) != NULL;
    for (size_t i = 0; ok && i < n; i++) {
        cupel_str words = {0};
        ok = cupel_objective_words(d, i, &words, NULL) == CUPEL_OK;
        ok = keep_str(&r->arena, &words, &r->objective_words[i]) && ok;
    }
    return ok;
}

static bool put_columns(const cupel_screening *s, cupel_result *r)
{
    r->n_columns = s->n_columns;
    bool ok = (r->column = cupel_arena_take(&r->arena, r->n_columns * sizeof(char *) + 1)) != NULL;
    for (size_t i = 0; ok && i < r->n_columns; i++) ok = keep_text(&r->arena, cupel_space_columns(s->space)->name[s->column[i]], &r->column[i]);
    r->n_carried = s->n_carried;
    ok = (r->carried = cupel_arena_take(&r->arena, r->n_carried * sizeof(char *) + 1)) && ok;
    for (size_t i = 0; ok && i < r->n_carried; i++) ok = keep_text(&r->arena, cupel_space_columns(s->space)->name[s->carried[i]], &r->carried[i]);
    return ok;
}

/* The demand in sentences, one line each. */
static bool put_words(const cupel_demand *d, const cupel_space *space, const cupel_first *first, cupel_result *r)
{
    cupel_str s = {0};
    bool ok = cupel_demand_words(d, space, &s, NULL) == CUPEL_OK;
    if (first && first->scorer) cupel_first_words(first, &s);
    ok = ok && !s.failed;
    size_t lines = 0;
    for (size_t i = 0; i < s.n; i++) lines += s.p[i] == '\n';
    ok = ok && (r->words = cupel_arena_take(&r->arena, lines * sizeof(char *) + 1));
    const char *p = cupel_str_text(&s);
    for (size_t i = 0; ok && i < lines; i++) {
        size_t n = strcspn(p, "\n");
        ok = (r->words[i] = cupel_arena_text(&r->arena, p, n)) != NULL;
        p += n + 1;
    }
    r->n_words = lines;
    cupel_str_free(&s);
    return ok;
}

cupel_status cupel_result_of_demand(const cupel_demand *d, const cupel_space *space, const cupel_first *first, cupel_result *r, cupel_err *err)
{
    r->level = d->level;
    r->keep = (int64_t)d->keep;
    r->seed = (int64_t)d->seed;
    r->domain_required = d->domain_required;
    r->per_system = (int64_t)d->per_system;
    r->known = d->known;
    bool ok = keep_text(&r->arena, d->words, &r->demand) && keep_text(&r->arena, d->file, &r->file) &&
              keep_text(&r->arena, space ? cupel_space_words(space) : "", &r->space) &&
              keep_text(&r->arena, cupel_rank_by_name(d->by), &r->rank_by) && put_properties(d, r) && put_requirements(d, r) &&
              put_constraints(d, r) && put_objectives(d, r) && put_words(d, space, first, r);
    return ok ? CUPEL_OK : cupel_no_memory(err, "a result", 0);
}

cupel_status cupel_result_take_known(cupel_result *r, cupel_err *err)
{
    size_t n = r->rows.n * r->n_properties;
    r->known_formula = cupel_arena_take(&r->arena, n * sizeof(char *) + 1);
    r->known_condition = cupel_arena_take(&r->arena, n * sizeof(char *) + 1);
    r->known_n = cupel_arena_take(&r->arena, n * sizeof(int64_t) + 1);
    r->known_value = cupel_arena_take(&r->arena, n * sizeof(double) + 1);
    r->known_low = cupel_arena_take(&r->arena, n * sizeof(double) + 1);
    r->known_high = cupel_arena_take(&r->arena, n * sizeof(double) + 1);
    r->known_distance = cupel_arena_take(&r->arena, n * sizeof(double) + 1);
    r->in_training = cupel_arena_take(&r->arena, n + 1);
    if (!r->known_formula || !r->known_condition || !r->known_n || !r->known_value || !r->known_low || !r->known_high || !r->known_distance ||
        !r->in_training)
        return cupel_no_memory(err, "known materials", n * 64);
    for (size_t i = 0; i < n; i++) r->known_formula[i] = r->known_condition[i] = (char *)(uintptr_t)""; /* a row that nothing is known of */
    return CUPEL_OK;
}

void cupel_result_put_known(cupel_result *r, size_t at, const cupel_known *k, const cupel_known_value *m, bool same)
{
    bool found = k->formula != NULL;
    const char *condition = found ? m->condition : "";
    if (condition[0] == ';') condition += 2; /* "; T=300" */
    r->known_formula[at] = (char *)(uintptr_t)(found ? k->formula : "");
    r->known_condition[at] = (char *)(uintptr_t)condition;
    r->known_n[at] = found ? (int64_t)m->n : 0;
    r->known_value[at] = found ? m->value : NAN;
    r->known_low[at] = found ? m->low : NAN;
    r->known_high[at] = found ? m->high : NAN;
    r->in_training[at] = found && same && k->distance <= SAME_COMPOSITION;
    r->known_distance[at] = !found ? NAN : k->distance <= SAME_COMPOSITION ? 0 : k->distance;
}

typedef struct search {
    const cupel_screening *s;
    cupel_result *r;
    cupel_known_set **set; /* [p] */
} search;

/* The columns of the space that candidate i carries, as the model of property p writes them. */
static cupel_status condition_of(const search *q, size_t i, size_t p, cupel_str *out, cupel_err *err)
{
    const size_t n = cupel_space_columns(q->s->space) ? cupel_space_columns(q->s->space)->n : 0;
    cupel_text *cell = cupel_alloc(n, sizeof *cell);
    if (!cell) return cupel_no_memory(err, "columns", n * sizeof *cell);
    const cupel_records row = {.n_rows = 1, .n_cols = n, .cell = cell};
    for (size_t k = 0; k < q->s->n_columns; k++) cell[q->s->column[k]] = cupel_key_column(q->r->rows.key[i], k);
    cupel_str_clear(out);
    cupel_features_condition(cupel_model_features(q->s->d->property[p].model), &row, 0, out);
    cupel_free(cell);
    return out->failed ? cupel_no_memory(err, "columns", 0) : CUPEL_OK;
}

static cupel_status nearest_of(const search *q, size_t i, size_t p, const cupel_composition *c, cupel_str *condition, cupel_str *text, cupel_err *err)
{
    const cupel_model *model = q->s->d->property[p].model;
    cupel_status st = CUPEL_OK;
    cupel_known k = {.formula = NULL};
    cupel_known_value m = {.condition = ""};
    cupel_composition known;
    const char *formula;
    double target;
    bool is = false;
    cupel_model_nearest(model, c, &k);
    CUPEL_TRY(condition_of(q, i, p, condition, err));
    if (k.formula) {
        cupel_model_training_row(model, k.row, &known, &formula, &target);
        CUPEL_TRY(cupel_known_set_near(q->set[p], &known, cupel_str_text(condition), text, &is, &m, err));
        if (!is) CUPEL_TRY(cupel_fail(err, CUPEL_FAILED, "'%s' is not among the measured materials; please report it", k.formula));
    }
    cupel_result_put_known(q->r, i * q->r->n_properties + p, &k, &m, strcmp(m.condition, cupel_str_text(condition)) == 0);
done:
    return st;
}

static cupel_status nearest(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)worker;
    const search *q = user;
    cupel_formula f;
    cupel_formula_error e;
    cupel_status st = CUPEL_OK;
    cupel_str condition = {0}, text = {0};
    bool read = cupel_formula_read(cupel_key_composition(q->r->rows.key[i]), CUPEL_DOT_DECIMAL, &f, &e);
    if (!read) return cupel_fail(err, CUPEL_FAILED, "'%s': %s", q->r->rows.key[i], e.message);
    for (size_t p = 0; p < q->r->n_properties && st == CUPEL_OK; p++) st = nearest_of(q, i, p, &f.composition, &condition, &text, err);
    cupel_str_free(&condition);
    cupel_str_free(&text);
    return st;
}

static cupel_status put_known(cupel_screening *s, cupel_result *r, cupel_err *err)
{
    search q = {s, r, cupel_alloc(r->n_properties, sizeof *q.set)};
    cupel_status st = cupel_result_take_known(r, err);
    if (st == CUPEL_OK && !q.set) st = cupel_no_memory(err, "known materials", 0);
    for (size_t p = 0; st == CUPEL_OK && p < r->n_properties; p++) {
        st = cupel_known_set_new(&q.set[p], err);
        if (st == CUPEL_OK) st = cupel_known_set_add_model(q.set[p], s->d->property[p].model, true, err);
        if (st == CUPEL_OK) cupel_known_set_close(q.set[p]);
    }
    if (st == CUPEL_OK) st = cupel_par_for(s->job->threads, r->rows.n, nearest, &q, err);
    for (size_t i = 0; st == CUPEL_OK && i < r->rows.n * r->n_properties; i++) /* the names live in the models and sets until now */
        if (!keep_text(&r->arena, r->known_formula[i], &r->known_formula[i]) || !keep_text(&r->arena, r->known_condition[i], &r->known_condition[i]))
            st = cupel_no_memory(err, "known materials", 0);
    for (size_t p = 0; q.set && p < r->n_properties; p++) cupel_known_set_free(q.set[p]);
    cupel_free(q.set);
    return st;
}

static cupel_status put_identity(const cupel_screening *s, cupel_result *r, cupel_err *err)
{
    const cupel_identity *from = &s->at.identity;
    cupel_identity *to = &r->identity;
    to->n = from->n;
    to->name = cupel_arena_take(&r->arena, from->n * sizeof(char *));
    to->value = cupel_arena_take(&r->arena, from->n * sizeof(char *));
    bool ok = to->name && to->value;
    for (size_t i = 0; ok && i < from->n; i++)
        ok = keep_text(&r->arena, from->name[i], &to->name[i]) && keep_text(&r->arena, from->value[i], &to->value[i]);
    return ok ? CUPEL_OK : cupel_no_memory(err, "an identity", 0);
}

cupel_status cupel_screen_result(cupel_screening *s, cupel_result *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_result r = {.candidates = s->at.candidates, .first = s->at.first, .end = s->at.end, .shard = s->at.shard, .shards = s->at.shards};
    CUPEL_TRY(cupel_result_of_demand(s->d, s->space, &s->first, &r, err));
    CUPEL_TRY(put_identity(s, &r, err));
    if (!put_columns(s, &r)) CUPEL_TRY(cupel_no_memory(err, "columns", 0));
    CUPEL_TRY(cupel_board_list(s->best, s->at.shards > 1, &r.arena, &r.rows, err));
    CUPEL_TRY(cupel_board_list(s->sample, true, &r.arena, &r.sample, err));
    CUPEL_TRY(cupel_diverse_put(s->d, &r, err));
    if (s->at.shards == 1) CUPEL_TRY(cupel_diverse_select(&r, s->job, err));
    CUPEL_TRY(put_known(s, &r, err));
    CUPEL_TRY(cupel_counts_init(&r.counts, s->shape.c, s->shape.r, err));
    cupel_counts_add(&r.counts, &s->at.counts);
    st = cupel_funnel_fill(&r, err);
done:
    if (st == CUPEL_OK)
        *out = r;
    else
        cupel_result_release(&r);
    return st;
}
