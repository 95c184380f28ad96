#include "core/engine/checkpoint.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/result_parts.h"

#include <string.h>
#include <unistd.h>

enum { CHECKPOINT_SCHEMA = 3, N_WHOLES = 6 };

static const char REMEDY[] = "start without --resume to begin anew, or remove it";

typedef struct whole {
    const char *name;
    size_t offset;
} whole;

static const whole wholes[N_WHOLES] = {{"candidates", offsetof(cupel_checkpoint, candidates)},
                                       {"first", offsetof(cupel_checkpoint, first)},
                                       {"end", offsetof(cupel_checkpoint, end)},
                                       {"shard", offsetof(cupel_checkpoint, shard)},
                                       {"shards", offsetof(cupel_checkpoint, shards)},
                                       {"next", offsetof(cupel_checkpoint, next)}};

static int64_t *whole_at(cupel_checkpoint *c, int i) { return (int64_t *)(void *)((char *)c + wholes[i].offset); }

void cupel_checkpoint_release(cupel_checkpoint *c)
{
    cupel_counts_release(&c->counts);
    cupel_arena_release(&c->arena);
    *c = (cupel_checkpoint){0};
}

static cupel_status save_all(cupel_checkpoint *c, cupel_board_shape shape, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (int i = 0; i < N_WHOLES; i++) CUPEL_TRY(cupel_writer_attr_int(w, wholes[i].name, *whole_at(c, i), err));
    CUPEL_TRY(cupel_identity_save(w, &c->identity, err));
    CUPEL_TRY(cupel_counts_save(&c->counts, w, err));
    CUPEL_TRY(cupel_shortlist_save(&c->best, shape, "best", w, err));
    st = cupel_shortlist_save(&c->sample, shape, "sample", w, err);
done:
    return st;
}

cupel_status cupel_checkpoint_save(const cupel_checkpoint *c, cupel_board_shape shape, const char *path, cupel_err *err)
{
    cupel_checkpoint copy = *c;
    cupel_writer *w = NULL;
    cupel_status st = cupel_writer_open(path, "checkpoint", CHECKPOINT_SCHEMA, c->seed, &w, err);
    if (st != CUPEL_OK) return st;
    st = save_all(&copy, shape, w, err);
    if (st == CUPEL_OK) return cupel_writer_commit(&w, err);
    cupel_writer_abandon(&w);
    return st;
}

static cupel_status same_screen(const char *path, const cupel_checkpoint *mine, const cupel_checkpoint *c, cupel_err *err)
{
    cupel_str what = {0};
    cupel_str_addf(&what, "checkpoint '%s'", path);
    cupel_status st = cupel_identity_same(&mine->identity, &c->identity, cupel_str_text(&what), REMEDY, err);
    cupel_str_free(&what);
    if (st != CUPEL_OK) return st;
    if (c->shard != mine->shard || c->shards != mine->shards)
        return cupel_fail(err, CUPEL_BAD_ARTIFACT, "checkpoint '%s' is of shard %lld/%lld, not %lld/%lld; %s", path, (long long)c->shard,
                          (long long)c->shards, (long long)mine->shard, (long long)mine->shards, REMEDY);
    if (c->candidates != mine->candidates || c->first != mine->first || c->end != mine->end || c->next < c->first || c->next > c->end)
        return cupel_fail(err, CUPEL_BAD_ARTIFACT, "checkpoint '%s' is of candidates %lld to %lld of %lld, not %lld to %lld of %lld; %s", path,
                          (long long)c->first, (long long)c->end, (long long)c->candidates, (long long)mine->first, (long long)mine->end,
                          (long long)mine->candidates, REMEDY);
    return CUPEL_OK;
}

/* What is wrong with an artifact, with what to do about a checkpoint. */
static cupel_status with_remedy(cupel_status st, cupel_err *err)
{
    if (st != CUPEL_BAD_ARTIFACT || !err || strstr(err->message, REMEDY)) return st;
    const cupel_err why = *err;
    return cupel_fail(err, st, "%.*s; %s", (int)(sizeof why.message - sizeof REMEDY - 3), why.message, REMEDY);
}

cupel_status cupel_checkpoint_open(const char *path, const cupel_checkpoint *mine, cupel_board_shape shape, cupel_checkpoint *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_reader *r = NULL;
    cupel_checkpoint c = {.next = 0};
    CUPEL_TRY(cupel_reader_open(path, "checkpoint", CHECKPOINT_SCHEMA, &r, err));
    CUPEL_TRY(cupel_reader_seed(r, &c.seed, err));
    for (int i = 0; i < N_WHOLES; i++) CUPEL_TRY(cupel_reader_attr_int(r, wholes[i].name, whole_at(&c, i), err));
    CUPEL_TRY(cupel_identity_load(r, &c.arena, &c.identity, err));
    CUPEL_TRY(same_screen(path, mine, &c, err));
    CUPEL_TRY(cupel_counts_load(r, shape.c, shape.r, &c.counts, err));
    CUPEL_TRY(cupel_shortlist_load(r, "best", shape, c.candidates, &c.arena, &c.best, err));
    st = cupel_shortlist_load(r, "sample", shape, c.candidates, &c.arena, &c.sample, err);
done:
    cupel_reader_free(r);
    if (st == CUPEL_OK)
        *out = c;
    else
        cupel_checkpoint_release(&c);
    return with_remedy(st, err);
}

char *cupel_checkpoint_name(const char *output)
{
    cupel_str s = {0};
    cupel_str_addf(&s, "%s.checkpoint", output);
    if (s.failed) cupel_str_free(&s);
    return s.p;
}

void cupel_checkpoint_remove(const char *path)
{
    if (path) unlink(path);
}
