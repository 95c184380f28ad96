#include "core/engine/merge.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/funnel.h"
#include "core/engine/result_parts.h"
#include "core/engine/screen_parts.h"

#include <stdlib.h>
#include <string.h>

static const char REMEDY[] = "merge parts of one screen only";

typedef struct place {
    int64_t index;
    size_t row;
} place;

typedef struct part {
    const char *path;
    cupel_result r;
    place *place; /* [rows.n] rows by index: where a merged row finds its known materials */
} part;

static int by_index(const void *a, const void *b)
{
    int64_t x = ((const place *)a)->index, y = ((const place *)b)->index;
    return (x > y) - (x < y);
}

static int by_shard(const void *a, const void *b)
{
    int64_t x = ((const part *)a)->r.shard, y = ((const part *)b)->r.shard;
    return (x > y) - (x < y);
}

static cupel_board_shape shape_of(const cupel_result *r)
{
    return (cupel_board_shape){.p = r->n_properties, .r = r->n_requirements, .c = r->n_constraints, .m = r->n_objectives};
}

static cupel_status open_part(part *p, const part *first, cupel_err *err)
{
    cupel_str what = {0};
    cupel_status st = cupel_result_open(p->path, &p->r, err);
    if (st != CUPEL_OK) return st;
    const cupel_result *a = &first->r, *b = &p->r;
    cupel_str_addf(&what, "part '%s'", p->path);
    st = cupel_identity_same(a->n_identity, a->identity, a->identity_value, b->n_identity, b->identity, b->identity_value,
                             cupel_str_text(&what), REMEDY, err);
    cupel_str_free(&what);
    if (st != CUPEL_OK) return st;
    cupel_board_shape s = shape_of(a), t = shape_of(b);
    if (s.p != t.p || s.r != t.r || s.c != t.c || s.m != t.m || a->keep != b->keep || a->per_system != b->per_system || a->known != b->known ||
        strcmp(a->rank_by, b->rank_by) != 0 ||
        a->candidates != b->candidates)
        return cupel_fail(err, CUPEL_BAD_ARTIFACT, "part '%s' is of another demand than '%s'; %s", p->path, first->path, REMEDY);
    p->place = cupel_alloc(b->rows.n, sizeof *p->place);
    if (!p->place) return cupel_no_memory(err, "a part", b->rows.n * sizeof *p->place);
    for (size_t i = 0; i < b->rows.n; i++) p->place[i] = (place){b->rows.index[i], i};
    qsort(p->place, b->rows.n, sizeof *p->place, by_index);
    return CUPEL_OK;
}

/* Sorted by shard: 1/n .. n/n, each once, one behind the other. */
static cupel_status check_complete(const part *p, size_t n, cupel_err *err)
{
    int64_t shards = p[0].r.shards, due = 1;
    for (size_t i = 0; i < n; i++) {
        const cupel_result *r = &p[i].r;
        if (r->shards != shards)
            return cupel_fail(err, CUPEL_BAD_ARTIFACT, "part '%s' is %lld/%lld, '%s' is %lld/%lld; %s", p[0].path, (long long)p[0].r.shard,
                              (long long)shards, p[i].path, (long long)r->shard, (long long)r->shards, REMEDY);
        if (r->shard < due)
            return cupel_fail(err, CUPEL_BAD_ARTIFACT, "shard %lld/%lld is there twice: '%s' and '%s'; give each part once",
                              (long long)r->shard, (long long)shards, p[i - 1].path, p[i].path);
        if (r->shard > due) break;
        if (r->first != (i ? p[i - 1].r.end : 0))
            return cupel_fail(err, CUPEL_BAD_ARTIFACT, "part '%s' does not begin where the one before it ends; make the parts again",
                              p[i].path);
        due++;
    }
    if (due <= shards)
        return cupel_fail(err, CUPEL_BAD_ARTIFACT, "shard %lld/%lld is missing among the %zu parts; run 'cupel screen ... --shard %lld/%lld'",
                          (long long)due, (long long)shards, n, (long long)due, (long long)shards);
    if (p[n - 1].r.end != p[n - 1].r.candidates)
        return cupel_fail(err, CUPEL_BAD_ARTIFACT, "part '%s' does not end with the last candidate; make it again", p[n - 1].path);
    return CUPEL_OK;
}

static cupel_status fill_boards(const part *p, size_t n, cupel_board_shape shape, cupel_board *best, cupel_board *sample, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; i < n && st == CUPEL_OK; i++) {
        for (size_t k = 0; k < p[i].r.rows.n && st == CUPEL_OK; k++) {
            cupel_pick pick = cupel_shortlist_pick(&p[i].r.rows, shape, k);
            st = cupel_board_offer(best, &pick, err);
        }
        for (size_t k = 0; k < p[i].r.sample.n && st == CUPEL_OK; k++) {
            cupel_pick pick = cupel_shortlist_pick(&p[i].r.sample, shape, k);
            st = cupel_board_offer(sample, &pick, err);
        }
    }
    return st;
}

static cupel_status copy_known(const part *p, size_t n, cupel_result *r, cupel_err *err)
{
    size_t width = r->n_properties;
    cupel_status st = cupel_result_take_known(r, err);
    for (size_t i = 0; i < r->rows.n && st == CUPEL_OK; i++) {
        place key = {.index = r->rows.index[i]};
        size_t k = 0;
        while (k + 1 < n && p[k].r.end <= key.index) k++;
        const place *at = bsearch(&key, p[k].place, p[k].r.rows.n, sizeof key, by_index);
        if (!at) return cupel_fail(err, CUPEL_BAD_ARTIFACT, "part '%s' holds a row of another part; make the parts again", p[k].path);
        for (size_t j = 0; j < width; j++) {
            size_t from = at->row * width + j, to = i * width + j;
            const char *name = p[k].r.known_formula[from];
            r->known_formula[to] = cupel_arena_text(&r->arena, name, strlen(name));
            r->known_value[to] = p[k].r.known_value[from];
            r->known_distance[to] = p[k].r.known_distance[from];
            r->in_training[to] = p[k].r.in_training[from];
            if (!r->known_formula[to]) return cupel_no_memory(err, "known materials", 0);
        }
    }
    return st;
}

/* The first part becomes the whole: what was asked is the same in all. */
static cupel_status join(part *p, size_t n, cupel_result *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_board *best = NULL, *sample = NULL;
    cupel_result *r = &p[0].r, whole = *r;
    cupel_board_shape shape = shape_of(r);
    bool pareto = strcmp(r->rank_by, "pareto") == 0;
    whole.arena = (cupel_arena){0};
    whole.counts = (cupel_counts){0};
    CUPEL_TRY(cupel_board_new(pareto ? CUPEL_BOARD_PARETO : CUPEL_BOARD_BEST, shape, (size_t)r->keep, &best, err));
    CUPEL_TRY(cupel_board_per_system(best, (size_t)r->per_system, err));
    CUPEL_TRY(cupel_board_new(CUPEL_BOARD_SAMPLE, shape, CUPEL_SAMPLE_ROWS, &sample, err));
    CUPEL_TRY(fill_boards(p, n, shape, best, sample, err));
    CUPEL_TRY(cupel_counts_init(&whole.counts, shape.c, shape.r, err));
    for (size_t i = 0; i < n; i++) cupel_counts_add(&whole.counts, &p[i].r.counts);
    CUPEL_TRY(cupel_board_list(best, false, &whole.arena, &whole.rows, err));
    CUPEL_TRY(cupel_board_list(sample, true, &whole.arena, &whole.sample, err));
    CUPEL_TRY(copy_known(p, n, &whole, err));
    whole.first = 0;
    whole.end = whole.candidates;
    whole.shard = whole.shards = 1;
    CUPEL_TRY(cupel_funnel_fill(&whole, err));
done:
    cupel_board_free(best);
    cupel_board_free(sample);
    if (st == CUPEL_OK)
        *out = whole;
    else {
        cupel_counts_release(&whole.counts);
        cupel_arena_release(&whole.arena);
    }
    return st;
}

cupel_status cupel_merge(const char *const *path, size_t n, cupel_result *result, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    if (!n) return cupel_fail(err, CUPEL_USAGE, "nothing to merge; give the parts that 'cupel screen --shard i/n' wrote");
    part *p = cupel_alloc(n, sizeof *p);
    if (!p) return cupel_no_memory(err, "parts", n * sizeof *p);
    for (size_t i = 0; i < n; i++) {
        p[i].path = path[i];
        CUPEL_TRY(open_part(&p[i], &p[0], err));
    }
    qsort(p, n, sizeof *p, by_shard);
    CUPEL_TRY(check_complete(p, n, err));
    CUPEL_TRY(join(p, n, result, err));
    cupel_arena_join(&result->arena, &p[0].r.arena); /* the whole points at the words of the first part */
done:
    for (size_t i = 0; i < n; i++) {
        cupel_result_release(&p[i].r);
        cupel_free(p[i].place);
    }
    cupel_free(p);
    return st;
}
