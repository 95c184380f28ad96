#include "core/engine/merge.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/diverse.h"
#include "core/engine/funnel.h"
#include "core/engine/result_parts.h"
#include "core/engine/screen_parts.h"

#include <stdlib.h>
#include <string.h>

static const char REMEDY[] = "merge parts of one screen only";

/* Where a part lies in the whole. Its rows are read twice and never kept: a thousand parts take the memory of one. */
typedef struct part {
    const char *path;
    int64_t shard, shards, first, end;
} part;

typedef struct merging {
    const cupel_job *job;
    const char *const *path;
    size_t n;
    part *part;          /* [n] */
    cupel_result whole;  /* words, identity and demand of the first part */
    cupel_board_shape shape;
    cupel_board *best, *sample;
} merging;

static int by_shard(const void *a, const void *b)
{
    int64_t x = ((const part *)a)->shard, y = ((const part *)b)->shard;
    return (x > y) - (x < y);
}

static cupel_board_shape shape_of(const cupel_result *r)
{
    return (cupel_board_shape){.p = r->n_properties, .r = r->n_requirements, .c = r->n_constraints, .m = r->n_objectives};
}

static cupel_status check_same(const merging *m, const char *path, const cupel_result *b, cupel_err *err)
{
    cupel_str what = {0};
    const cupel_result *a = &m->whole;
    cupel_str_addf(&what, "part '%s'", path);
    cupel_status st = cupel_identity_same(&a->identity, &b->identity, cupel_str_text(&what), REMEDY, err);
    cupel_str_free(&what);
    if (st != CUPEL_OK) return st;
    cupel_board_shape s = m->shape, t = shape_of(b);
    if (s.p != t.p || s.r != t.r || s.c != t.c || s.m != t.m || a->keep != b->keep || a->per_system != b->per_system || a->known != b->known ||
        a->diverse != b->diverse ||
        strcmp(a->rank_by, b->rank_by) != 0 || a->candidates != b->candidates)
        return cupel_fail(err, CUPEL_BAD_ARTIFACT, "part '%s' is of another demand than '%s'; %s", path, m->path[0], REMEDY);
    return CUPEL_OK;
}

/* Sorted by shard: 1/n .. n/n, each once, one behind the other. */
static cupel_status check_complete(const part *p, size_t n, int64_t candidates, cupel_err *err)
{
    int64_t shards = p[0].shards, due = 1;
    for (size_t i = 0; i < n; i++) {
        if (p[i].shards != shards)
            return cupel_fail(err, CUPEL_BAD_ARTIFACT, "part '%s' is %lld/%lld, '%s' is %lld/%lld; %s", p[0].path, (long long)p[0].shard,
                              (long long)shards, p[i].path, (long long)p[i].shard, (long long)p[i].shards, REMEDY);
        if (p[i].shard < due)
            return cupel_fail(err, CUPEL_BAD_ARTIFACT, "shard %lld/%lld is there twice: '%s' and '%s'; give each part once",
                              (long long)p[i].shard, (long long)shards, p[i - 1].path, p[i].path);
        if (p[i].shard > due) break;
        if (p[i].first != (i ? p[i - 1].end : 0))
            return cupel_fail(err, CUPEL_BAD_ARTIFACT, "part '%s' does not begin where the one before it ends; make the parts again",
                              p[i].path);
        due++;
    }
    if (due <= shards)
        return cupel_fail(err, CUPEL_BAD_ARTIFACT, "shard %lld/%lld is missing among the %zu parts; run 'cupel screen ... --shard %lld/%lld'",
                          (long long)due, (long long)shards, n, (long long)due, (long long)shards);
    if (p[n - 1].end != candidates)
        return cupel_fail(err, CUPEL_BAD_ARTIFACT, "part '%s' does not end with the last candidate; make it again", p[n - 1].path);
    return CUPEL_OK;
}

static cupel_status offer_rows(cupel_board *b, const cupel_shortlist *l, cupel_board_shape shape, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t k = 0; k < l->n && st == CUPEL_OK; k++) {
        cupel_pick pick = cupel_shortlist_pick(l, shape, k);
        st = cupel_board_offer(b, &pick, err);
    }
    return st;
}

/* The first part lends the whole its words; its rows and counts go the way of all others. */
static cupel_status begin(merging *m, cupel_result *first, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_result *w = &m->whole;
    *w = *first;
    first->arena = (cupel_arena){0};
    w->counts = (cupel_counts){0};
    m->shape = shape_of(w);
    bool pareto = strcmp(w->rank_by, "pareto") == 0;
    CUPEL_TRY(cupel_board_new(pareto ? CUPEL_BOARD_PARETO : CUPEL_BOARD_BEST, m->shape,
                              cupel_diverse_pool(w->diverse, (size_t)w->keep), &m->best, err));
    CUPEL_TRY(cupel_board_per_system(m->best, (size_t)w->per_system, err));
    CUPEL_TRY(cupel_board_new(CUPEL_BOARD_SAMPLE, m->shape, CUPEL_SAMPLE_ROWS, &m->sample, err));
    st = cupel_counts_init(&w->counts, m->shape.c, m->shape.r, err);
done:
    return st;
}

static cupel_status take_part(merging *m, size_t i, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_result r = {.n_words = 0};
    CUPEL_TRY(cupel_result_open(m->path[i], &r, err));
    m->part[i] = (part){m->path[i], r.shard, r.shards, r.first, r.end};
    if (i == 0) CUPEL_TRY(begin(m, &r, err));
    CUPEL_TRY(check_same(m, m->path[i], &r, err));
    CUPEL_TRY(offer_rows(m->best, &r.rows, m->shape, err));
    CUPEL_TRY(offer_rows(m->sample, &r.sample, m->shape, err));
    cupel_counts_add(&m->whole.counts, &r.counts);
done:
    cupel_result_release(&r);
    return st;
}

/* ---- the known materials of the rows that stand ---- */

typedef struct place {
    int64_t index;
    size_t row;
} place;

static int by_index(const void *a, const void *b)
{
    int64_t x = ((const place *)a)->index, y = ((const place *)b)->index;
    return (x > y) - (x < y);
}

static cupel_status copy_row(const cupel_result *from, size_t at, cupel_result *r, size_t i, cupel_err *err)
{
    size_t width = r->n_properties;
    for (size_t j = 0; j < width; j++) {
        const char *name = from->known_formula[at * width + j];
        size_t to = i * width + j;
        r->known_formula[to] = cupel_arena_text(&r->arena, name, strlen(name));
        r->known_value[to] = from->known_value[at * width + j];
        r->known_distance[to] = from->known_distance[at * width + j];
        const char *condition = from->known_condition[at * width + j];
        r->known_condition[to] = cupel_arena_text(&r->arena, condition, strlen(condition));
        r->known_low[to] = from->known_low[at * width + j];
        r->known_high[to] = from->known_high[at * width + j];
        r->known_n[to] = from->known_n[at * width + j];
        r->in_training[to] = from->in_training[at * width + j];
        if (!r->known_formula[to] || !r->known_condition[to]) return cupel_no_memory(err, "known materials", 0);
    }
    return CUPEL_OK;
}

/* due [n]: places of the whole whose candidates part p holds, by index. */
static cupel_status copy_part(const part *p, const place *due, size_t n, cupel_result *r, cupel_err *err)
{
    cupel_result from = {.n_words = 0};
    size_t found = 0;
    cupel_status st = cupel_result_open(p->path, &from, err);
    for (size_t at = 0; st == CUPEL_OK && at < from.rows.n; at++) {
        const place key = {.index = from.rows.index[at]};
        const place *to = bsearch(&key, due, n, sizeof key, by_index);
        if (!to) continue;
        found++;
        st = copy_row(&from, at, r, to->row, err);
    }
    if (st == CUPEL_OK && found != n)
        st = cupel_fail(err, CUPEL_BAD_ARTIFACT, "part '%s' holds a row of another part, or changed while it was read; make the parts again",
                        p->path);
    cupel_result_release(&from);
    return st;
}

static cupel_status copy_known(const merging *m, cupel_result *r, cupel_err *err)
{
    cupel_status st = cupel_result_take_known(r, err);
    place *due = cupel_alloc(r->rows.n, sizeof *due);
    if (!due) CUPEL_TRY(cupel_no_memory(err, "known materials", r->rows.n * sizeof *due));
    CUPEL_TRY(st);
    for (size_t i = 0; i < r->rows.n; i++) due[i] = (place){r->rows.index[i], i};
    qsort(due, r->rows.n, sizeof *due, by_index);
    for (size_t k = 0, from = 0, to = 0; k < m->n; k++, from = to) {
        while (to < r->rows.n && due[to].index < m->part[k].end) to++;
        if (to > from) CUPEL_TRY(copy_part(&m->part[k], due + from, to - from, r, err));
    }
done:
    cupel_free(due);
    return st;
}

static cupel_status finish(merging *m, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_result *w = &m->whole;
    qsort(m->part, m->n, sizeof *m->part, by_shard);
    CUPEL_TRY(check_complete(m->part, m->n, w->candidates, err));
    CUPEL_TRY(cupel_board_list(m->best, false, &w->arena, &w->rows, err));
    CUPEL_TRY(cupel_board_list(m->sample, true, &w->arena, &w->sample, err));
    CUPEL_TRY(cupel_diverse_select(w, m->job, err));
    CUPEL_TRY(copy_known(m, w, err));
    w->first = 0;
    w->end = w->candidates;
    w->shard = w->shards = 1;
    st = cupel_funnel_fill(w, err);
done:
    return st;
}

cupel_status cupel_merge(const char *const *path, size_t n, const cupel_job *job, cupel_result *result, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    if (!n) return cupel_fail(err, CUPEL_USAGE, "nothing to merge; give the parts that 'cupel screen --shard i/n' wrote");
    merging m = {.job = job, .path = path, .n = n, .part = cupel_alloc(n, sizeof *m.part)};
    if (!m.part) return cupel_no_memory(err, "parts", n * sizeof *m.part);
    for (size_t i = 0; i < n; i++) CUPEL_TRY(take_part(&m, i, err));
    st = finish(&m, err);
done:
    cupel_board_free(m.best);
    cupel_board_free(m.sample);
    cupel_free(m.part);
    if (st == CUPEL_OK)
        *result = m.whole;
    else
        cupel_result_release(&m.whole);
    return st;
}
