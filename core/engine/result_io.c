/* The artifact of kind "ranking"; its layout is in result.h. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/demand.h"
#include "core/engine/result_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static cupel_board_shape shape_of(const cupel_result *r)
{
    return (cupel_board_shape){.p = r->n_properties, .r = r->n_requirements, .c = r->n_constraints, .m = r->n_objectives};
}

void cupel_result_release(cupel_result *r)
{
    cupel_counts_release(&r->counts);
    cupel_arena_release(&r->arena);
    *r = (cupel_result){0};
}

/* ---- what the artifact holds besides rows, sample, counts and identity ---- */

typedef struct word {
    const char *name;
    char **at;
} word;
typedef struct whole {
    const char *name;
    int64_t *at;
} whole;
typedef struct list {
    const char *name, *help;
    size_t *n; /* items; the first list of a group says how many there are */
    char ***at;
    bool leads;
} list;
typedef struct array {
    cupel_array of;
    const size_t *n;
    void *at; /* address of the pointer to its numbers */
} array;

enum { N_WORDS = 4, N_WHOLES = 9, N_LISTS = 9, N_ARRAYS = 13 };

typedef struct table {
    word words[N_WORDS];
    whole wholes[N_WHOLES];
    list lists[N_LISTS];
    array arrays[N_ARRAYS];
} table;

static table table_of(cupel_result *r)
{
    return (table){
        .words = {{"demand", &r->demand}, {"file", &r->file}, {"space", &r->space}, {"rank_by", &r->rank_by}},
        .wholes = {{"keep", &r->keep},
                   {"per_system", &r->per_system},
                   {"known", &r->known},
                   {"domain_required", &r->domain_required},
                   {"candidates", &r->candidates},
                   {"first", &r->first},
                   {"end", &r->end},
                   {"shard", &r->shard},
                   {"shards", &r->shards}},
        .lists = {{"words", "the demand in sentences", &r->n_words, &r->words, true},
                  {"properties/name", "what is predicted", &r->n_properties, &r->property, true},
                  {"properties/unit", "its unit", &r->n_properties, &r->unit, false},
                  {"properties/model", "learner, features and settings", &r->n_properties, &r->model, false},
                  {"requirements/words", "what is required of a property", &r->n_requirements, &r->requirement_words, true},
                  {"constraints/name", "what is required of the elements", &r->n_constraints, &r->constraint, true},
                  {"constraints/column", "name and unit of its figure", &r->n_constraints, &r->constraint_column, false},
                  {"constraints/words", "in a sentence", &r->n_constraints, &r->constraint_words, false},
                  {"objectives/words", "objectives of a Pareto ranking", &r->n_objectives, &r->objective_words, true}},
        .arrays = {
            {{"properties/class", "1", "1 when it is a class", CUPEL_U8, 0}, &r->n_properties, &r->is_class},
            {{"properties/minimum", "of each property", "least measured value", CUPEL_F64, 0}, &r->n_properties, &r->property_min},
            {{"properties/maximum", "of each property", "largest measured value", CUPEL_F64, 0}, &r->n_properties, &r->property_max},
            {{"properties/training_rows", "1", "measured values learned from", CUPEL_I64, 0}, &r->n_properties, &r->training_rows},
            {{"requirements/property", "1", "row of properties/", CUPEL_I64, 0}, &r->n_requirements, &r->requirement_property},
            {{"requirements/goal", "1", "-1 minimise, 0 none, 1 maximise", CUPEL_I64, 0}, &r->n_requirements, &r->requirement_goal},
            {{"requirements/minimum", "of its property", "lower end of the window", CUPEL_F64, 0}, &r->n_requirements, &r->requirement_min},
            {{"requirements/maximum", "of its property", "upper end of the window", CUPEL_F64, 0}, &r->n_requirements, &r->requirement_max},
            {{"requirements/beat", "of its property", "beyond this a goal counts as met", CUPEL_F64, 0}, &r->n_requirements, &r->requirement_beat},
            {{"requirements/weight", "1", "weight", CUPEL_F64, 0}, &r->n_requirements, &r->requirement_weight},
            {{"constraints/goal", "1", "on its figure: -1 minimise, 0 none, 1 maximise", CUPEL_I64, 0}, &r->n_constraints, &r->constraint_goal},
            {{"constraints/weight", "1", "weight of that goal", CUPEL_F64, 0}, &r->n_constraints, &r->constraint_weight},
            {{"constraints/limit", "of its figure", "what the figure is measured against", CUPEL_F64, 0}, &r->n_constraints, &r->constraint_limit}}};
}

/* Of each row and property what is known. */
enum { KNOWN_VALUE, KNOWN_LOW, KNOWN_HIGH, KNOWN_N, KNOWN_DISTANCE, IN_TRAINING, N_KNOWN };
typedef struct known {
    array column[N_KNOWN];
} known;

static known known_of(cupel_result *r)
{
    const size_t *n = &r->rows.n, p = r->n_properties;
    return (known){{{{"rows/known_value", "of each property", "its measured value", CUPEL_F64, p}, n, &r->known_value},
                    {{"rows/known_low", "of each property", "its least measured value", CUPEL_F64, p}, n, &r->known_low},
                    {{"rows/known_high", "of each property", "its largest measured value", CUPEL_F64, p}, n, &r->known_high},
                    {{"rows/known_n", "1", "measured values, of which known_value is the median", CUPEL_I64, p}, n, &r->known_n},
                    {{"rows/known_distance", "1", "sum of differences of atomic fractions", CUPEL_F64, p}, n, &r->known_distance},
                    {{"rows/in_training", "1", "1 when this composition was learned from", CUPEL_U8, p}, n, &r->in_training}}};
}

enum { N_COUNTS = 3 };
static const cupel_array funnel_counts[N_COUNTS] = {{"funnel/removed", "1", "candidates rejected here first", CUPEL_I64, 0},
                                                    {"funnel/left", "1", "candidates left after it", CUPEL_I64, 0},
                                                    {"funnel/fails", "1", "candidates that fail it at all, -1 when not counted", CUPEL_I64, 0}};

static const cupel_array diverse_distance = {"diverse/distance", "of its kind", "least distance of two rows", CUPEL_F64, 0},
                         diverse_scale = {"diverse/scale", "1 / unit of the column", "1 / standard deviation over the training rows", CUPEL_F64, 0},
                         elements_kept = {"elements/kept", "1", "rows that contain the element Z", CUPEL_I64, 0};

/* ---- save ---- */

static cupel_status save_array(const array *a, cupel_writer *w, cupel_err *err)
{
    void *data;
    memcpy(&data, a->at, sizeof data);
    return cupel_array_save(w, &a->of, *a->n, data, err);
}

static cupel_status save_known(cupel_result *r, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const known k = known_of(r);
    const size_t all = r->rows.n * r->n_properties;
    CUPEL_TRY(cupel_texts_save(w, "rows/known_formula", "nearest known material of each property", all, r->known_formula, err));
    CUPEL_TRY(save_array(&k.column[KNOWN_VALUE], w, err));
    CUPEL_TRY(cupel_texts_save(w, "rows/known_condition", "the table columns that it was measured at", all, r->known_condition, err));
    for (size_t i = KNOWN_LOW; i < N_KNOWN; i++) CUPEL_TRY(save_array(&k.column[i], w, err));
done:
    return st;
}

static cupel_status save_funnel(const cupel_result *r, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t n = r->n_funnel;
    char **what = cupel_alloc(n, sizeof *what);
    int64_t *number = cupel_alloc(3 * n, sizeof *number);
    if (!what || !number) CUPEL_TRY(cupel_no_memory(err, "the funnel", 0));
    for (size_t i = 0; i < n; i++) {
        what[i] = r->funnel[i].what;
        number[i] = r->funnel[i].removed;
        number[n + i] = r->funnel[i].left;
        number[2 * n + i] = r->funnel[i].fails;
    }
    CUPEL_TRY(cupel_texts_save(w, "funnel/what", "stage of the screen", n, what, err));
    for (size_t k = 0; k < N_COUNTS; k++) CUPEL_TRY(cupel_array_save(w, &funnel_counts[k], n, number + k * n, err));
done:
    cupel_free(what);
    cupel_free(number);
    return st;
}

static cupel_status save_diverse(const cupel_result *r, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    if (!(r->diverse > 0)) return CUPEL_OK;
    CUPEL_TRY(cupel_array_save(w, &diverse_distance, 1, &r->diverse, err));
    CUPEL_TRY(cupel_texts_save(w, "diverse/in", "composition, or sets of descriptors", 1, &r->diverse_in, err));
    st = cupel_array_save(w, &diverse_scale, r->n_diverse_scale, r->diverse_scale, err);
done:
    return st;
}

static cupel_status load_diverse(const cupel_reader *r, cupel_result *x, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double *distance;
    char **in;
    size_t one = 1;
    int rank = 0;
    if (!cupel_reader_has(r, "diverse/distance") && !cupel_reader_has(r, "diverse/in") && !cupel_reader_has(r, "diverse/scale")) return CUPEL_OK;
    CUPEL_TRY(cupel_array_load(r, &diverse_distance, 1, &x->arena, &distance, err));
    CUPEL_TRY(cupel_texts_load(r, "diverse/in", &one, &x->arena, &in, err));
    CUPEL_TRY(cupel_reader_shape(r, "diverse/scale", 1, &rank, &x->n_diverse_scale, err));
    CUPEL_TRY(cupel_array_load(r, &diverse_scale, x->n_diverse_scale, &x->arena, &x->diverse_scale, err));
    x->diverse = *distance;
    x->diverse_in = in[0];
    bool ok = x->diverse > 0 && x->diverse <= 1e6;
    for (size_t i = 0; ok && i < x->n_diverse_scale; i++) ok = x->diverse_scale[i] >= 0 && x->diverse_scale[i] <= 1e100;
    if (!ok) st = cupel_fail(err, CUPEL_BAD_ARTIFACT, "'diverse/' holds values that cannot be; make it again");
done:
    return st;
}

static cupel_status save_all(cupel_result *r, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    table t = table_of(r);
    CUPEL_TRY(cupel_writer_attr_number(w, "level", r->level, err));
    for (int i = 0; i < N_WORDS; i++) CUPEL_TRY(cupel_writer_attr_text(w, t.words[i].name, *t.words[i].at, err));
    for (int i = 0; i < N_WHOLES; i++) CUPEL_TRY(cupel_writer_attr_int(w, t.wholes[i].name, *t.wholes[i].at, err));
    CUPEL_TRY(cupel_identity_save(w, &r->identity, err));
    for (int i = 0; i < N_LISTS; i++) CUPEL_TRY(cupel_texts_save(w, t.lists[i].name, t.lists[i].help, *t.lists[i].n, *t.lists[i].at, err));
    for (int i = 0; i < N_ARRAYS; i++) CUPEL_TRY(save_array(&t.arrays[i], w, err));
    if (r->n_columns) CUPEL_TRY(cupel_texts_save(w, "columns/name", "columns of the space that candidates carry", r->n_columns, r->column, err));
    if (r->n_carried) CUPEL_TRY(cupel_texts_save(w, "carried/name", "columns that only go with the rows", r->n_carried, r->carried, err));
    CUPEL_TRY(cupel_shortlist_save(&r->rows, shape_of(r), "rows", w, err));
    CUPEL_TRY(save_known(r, w, err));
    CUPEL_TRY(cupel_shortlist_save(&r->sample, shape_of(r), "sample", w, err));
    CUPEL_TRY(save_diverse(r, w, err));
    CUPEL_TRY(save_funnel(r, w, err));
    CUPEL_TRY(cupel_counts_save(&r->counts, w, err));
    st = cupel_array_save(w, &elements_kept, CUPEL_N_Z, r->kept_z, err);
done:
    return st;
}

cupel_status cupel_result_save(const cupel_result *r, const char *path, cupel_err *err)
{
    cupel_writer *w = NULL;
    cupel_result copy = *r;
    cupel_status st = cupel_writer_open(path, r->shards > 1 ? "shard" : "ranking", CUPEL_RANKING_SCHEMA, (uint64_t)r->seed, &w, err);
    if (st != CUPEL_OK) return st;
    st = save_all(&copy, w, err);
    if (st == CUPEL_OK) return cupel_writer_commit(&w, err);
    cupel_writer_abandon(&w);
    return st;
}

/* ---- open ---- */

static cupel_status load_array(const array *a, const cupel_reader *r, cupel_arena *arena, cupel_err *err)
{
    return cupel_array_load(r, &a->of, *a->n, arena, a->at, err);
}

static cupel_status load_meta(const cupel_reader *r, cupel_result *x, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    table t = table_of(x);
    uint64_t seed;
    CUPEL_TRY(cupel_reader_seed(r, &seed, err));
    x->seed = (int64_t)seed;
    CUPEL_TRY(cupel_reader_attr_number(r, "level", &x->level, err));
    for (int i = 0; i < N_WORDS; i++) {
        char *text = NULL;
        CUPEL_TRY(cupel_reader_attr_text(r, t.words[i].name, &text, err));
        *t.words[i].at = cupel_arena_text(&x->arena, text, strlen(text));
        cupel_free(text);
        if (!*t.words[i].at) CUPEL_TRY(cupel_no_memory(err, t.words[i].name, 0));
    }
    for (int i = 0; i < N_WHOLES; i++) CUPEL_TRY(cupel_reader_attr_int(r, t.wholes[i].name, t.wholes[i].at, err));
    CUPEL_TRY(cupel_identity_load(r, &x->arena, &x->identity, err));
    for (int i = 0; i < N_LISTS; i++) {
        if (t.lists[i].leads) *t.lists[i].n = SIZE_MAX;
        CUPEL_TRY(cupel_texts_load(r, t.lists[i].name, t.lists[i].n, &x->arena, t.lists[i].at, err));
    }
    for (int i = 0; i < N_ARRAYS; i++) CUPEL_TRY(load_array(&t.arrays[i], r, &x->arena, err));
done:
    return st;
}

static cupel_status check_meta(const cupel_result *x, const char *path, cupel_err *err)
{
    bool ok = x->candidates >= 0 && x->first >= 0 && x->first <= x->end && x->end <= x->candidates && x->shards >= 1 && x->shard >= 1 &&
              x->shard <= x->shards && x->keep >= 1 && x->keep <= CUPEL_KEEP_MAX && x->per_system >= 0 && x->per_system <= CUPEL_KEEP_MAX &&
              x->known >= CUPEL_KNOWN_MEASURED && x->known <= CUPEL_KNOWN_DROP && x->n_properties >= 1 && x->n_properties <= 1024 &&
              x->n_requirements <= 1024 && x->n_constraints <= 1024 && x->n_objectives <= 4096 && x->level > 0 && x->level < 1;
    if (strcmp(x->rank_by, "pareto") == 0) ok = ok && x->n_objectives >= 2 && x->n_objectives <= CUPEL_OBJECTIVES_MAX;
    for (size_t i = 0; ok && i < x->n_requirements; i++)
        ok = x->requirement_property[i] >= 0 && (uint64_t)x->requirement_property[i] < x->n_properties && x->requirement_goal[i] >= -1 &&
             x->requirement_goal[i] <= 1;
    return ok ? CUPEL_OK : cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': it holds values that cannot be; make it again", path);
}

enum { FIRST_WITH_REPEATS = 4 };

/* Files of older schemas say one value, and no condition. */
static cupel_status load_repeats(const cupel_reader *r, cupel_result *x, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const known k = known_of(x);
    size_t all = x->rows.n * x->n_properties;
    int64_t schema = 0;
    CUPEL_TRY(cupel_reader_attr_int(r, "schema_version", &schema, err));
    if (!all || schema >= FIRST_WITH_REPEATS) {
        CUPEL_TRY(cupel_texts_load(r, "rows/known_condition", &all, &x->arena, &x->known_condition, err));
        for (size_t i = KNOWN_LOW; i <= KNOWN_N; i++) CUPEL_TRY(load_array(&k.column[i], r, &x->arena, err));
        goto done;
    }
    x->known_condition = cupel_arena_take(&x->arena, all * sizeof *x->known_condition);
    x->known_n = cupel_arena_take(&x->arena, all * sizeof *x->known_n);
    if (!x->known_condition || !x->known_n) CUPEL_TRY(cupel_no_memory(err, "known materials", all * sizeof *x->known_n));
    x->known_low = x->known_high = x->known_value;
    for (size_t i = 0; i < all; i++) x->known_condition[i] = (char *)(uintptr_t)"", x->known_n[i] = 1;
done:
    return st;
}

static cupel_status load_known(const cupel_reader *r, cupel_result *x, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const known k = known_of(x);
    size_t all = x->rows.n * x->n_properties;
    CUPEL_TRY(cupel_texts_load(r, "rows/known_formula", &all, &x->arena, &x->known_formula, err));
    CUPEL_TRY(load_array(&k.column[KNOWN_VALUE], r, &x->arena, err));
    CUPEL_TRY(load_array(&k.column[KNOWN_DISTANCE], r, &x->arena, err));
    CUPEL_TRY(load_array(&k.column[IN_TRAINING], r, &x->arena, err));
    st = load_repeats(r, x, err);
done:
    return st;
}

static cupel_status load_funnel(const cupel_reader *r, cupel_result *x, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char **what = NULL;
    int64_t *column[N_COUNTS];
    size_t n = SIZE_MAX;
    CUPEL_TRY(cupel_texts_load(r, "funnel/what", &n, &x->arena, &what, err));
    for (int i = 0; i < N_COUNTS; i++) CUPEL_TRY(cupel_array_load(r, &funnel_counts[i], n, &x->arena, &column[i], err));
    x->funnel = cupel_arena_take(&x->arena, n * sizeof *x->funnel + 1);
    if (!x->funnel) CUPEL_TRY(cupel_no_memory(err, "the funnel", 0));
    for (size_t i = 0; i < n; i++) x->funnel[i] = (cupel_funnel_line){what[i], column[0][i], column[1][i], column[2][i]};
    x->n_funnel = n;
done:
    return st;
}

cupel_status cupel_result_open(const char *path, cupel_result *result, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_reader *r = NULL;
    cupel_result x = {.n_words = 0};
    CUPEL_TRY(cupel_reader_open(path, "ranking|shard", CUPEL_RANKING_SCHEMA, &r, err));
    CUPEL_TRY(load_meta(r, &x, err));
    CUPEL_TRY(check_meta(&x, path, err));
    x.n_columns = SIZE_MAX;
    if (!cupel_reader_has(r, "columns/name")) x.n_columns = 0;
    else CUPEL_TRY(cupel_texts_load(r, "columns/name", &x.n_columns, &x.arena, &x.column, err));
    x.n_carried = cupel_reader_has(r, "carried/name") ? SIZE_MAX : 0;
    if (x.n_carried) CUPEL_TRY(cupel_texts_load(r, "carried/name", &x.n_carried, &x.arena, &x.carried, err));
    CUPEL_TRY(cupel_shortlist_load(r, "rows", shape_of(&x), x.candidates, &x.arena, &x.rows, err));
    CUPEL_TRY(load_known(r, &x, err));
    CUPEL_TRY(cupel_shortlist_load(r, "sample", shape_of(&x), x.candidates, &x.arena, &x.sample, err));
    CUPEL_TRY(load_diverse(r, &x, err));
    CUPEL_TRY(load_funnel(r, &x, err));
    CUPEL_TRY(cupel_counts_load(r, x.n_constraints, x.n_requirements, &x.counts, err));
    st = cupel_array_load(r, &elements_kept, CUPEL_N_Z, &x.arena, &x.kept_z, err);
done:
    cupel_reader_free(r);
    if (st == CUPEL_OK)
        *result = x;
    else
        cupel_result_release(&x);
    return st;
}
