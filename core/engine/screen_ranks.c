#define _XOPEN_SOURCE 700
#include "core/engine/screen_ranks.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/checkpoint.h"
#include "core/engine/demand_models.h"
#include "core/engine/merge.h"
#include "core/sys/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A folder of this rank's own for files on their way between ranks; nodes need not share a disk. */
typedef struct desk {
    char folder[256];
    size_t n_files;
} desk;

static cupel_status desk_open(desk *k, cupel_err *err)
{
    const char *where = getenv("TMPDIR");
    int n = snprintf(k->folder, sizeof k->folder, "%s/cupel-ranks-XXXXXX", where && *where ? where : "/tmp");
    if (n < 0 || (size_t)n >= sizeof k->folder || !mkdtemp(k->folder)) {
        k->folder[0] = '\0';
        return cupel_fail(err, CUPEL_FAILED, "a temporary folder in '%s' cannot be made; set TMPDIR to one that can be written",
                          where && *where ? where : "/tmp");
    }
    return CUPEL_OK;
}

static char *desk_path(const desk *k, size_t i)
{
    cupel_str s = {0};
    cupel_str_addf(&s, "%s/%zu.h5", k->folder, i);
    return s.failed ? NULL : s.p;
}

static void desk_close(desk *k)
{
    for (size_t i = 0; k->folder[0] && i < k->n_files; i++) {
        char *path = desk_path(k, i);
        if (path) unlink(path);
        cupel_free(path);
    }
    if (k->folder[0]) rmdir(k->folder);
    k->folder[0] = '\0';
}

static cupel_status put_file(desk *k, size_t i, const void *bytes, size_t n, cupel_err *err)
{
    char *path = desk_path(k, i);
    if (!path) return cupel_no_memory(err, "a file name", 0);
    if (i >= k->n_files) k->n_files = i + 1;
    cupel_status st = cupel_out_bytes(path, bytes, n, err);
    cupel_free(path);
    return st;
}

/* ---- models: trained by the first rank ---- */

static cupel_status share_model(cupel_comm *c, desk *k, cupel_demand *d, size_t i, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_map map = {.n = 0};
    cupel_model **model = cupel_demand_model(d, i);
    char *path = desk_path(k, i);
    bool first = cupel_comm_rank(c) == 0;
    void *bytes = NULL;
    size_t n = 0;
    if (!path) CUPEL_TRY(cupel_no_memory(err, "a file name", 0));
    if (first) {
        if (k->n_files <= i) k->n_files = i + 1;
        CUPEL_TRY(cupel_model_save(*model, path, err));
        CUPEL_TRY(cupel_map_open(path, &map, err));
        bytes = (void *)(uintptr_t)map.p;
        n = map.n;
    }
    CUPEL_TRY(cupel_comm_share(c, &bytes, &n, err));
    if (!first) {
        CUPEL_TRY(put_file(k, i, bytes, n, err));
        CUPEL_TRY(cupel_model_open(path, model, err));
    }
done:
    if (first)
        cupel_map_close(&map);
    else
        cupel_free(bytes);
    cupel_free(path);
    return st;
}

/* A model that comes from a file is read by every rank. */
static cupel_status share_models(cupel_comm *c, cupel_demand *d, const cupel_screen_options *o, const cupel_job *job, cupel_err *err)
{
    bool shared[2 * CUPEL_PROPERTIES_MAX];
    desk k = {.folder = ""};
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; i < cupel_demand_n_models(d); i++) shared[i] = !*cupel_demand_model(d, i);
    if (cupel_comm_rank(c) == 0) st = o->models ? cupel_demand_train_kept(d, o->models, job, err) : cupel_demand_train(d, job, err);
    if (st == CUPEL_OK) st = desk_open(&k, err);
    cupel_status worst = cupel_comm_worst(c, st);
    if (worst == CUPEL_INTERRUPTED && st != worst)
        st = cupel_fail(err, worst, "the first rank was interrupted while training; the same command begins anew");
    for (size_t i = 0; i < cupel_demand_n_models(d) && st == CUPEL_OK; i++)
        if (shared[i]) st = share_model(c, &k, d, i, err);
    desk_close(&k);
    return st;
}

/* ---- parts: joined by the first rank ---- */

typedef struct basket {
    desk *desk;
} basket;

static cupel_status take_part(void *user, size_t rank, const void *bytes, size_t n, cupel_err *err)
{
    basket *b = user;
    return put_file(b->desk, rank, bytes, n, err);
}

static cupel_status merge_parts(const desk *k, const cupel_job *job, cupel_result *result, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char **path = cupel_alloc(k->n_files, sizeof *path);
    if (!path) return cupel_no_memory(err, "names", k->n_files * sizeof *path);
    for (size_t i = 0; i < k->n_files; i++)
        if (!(path[i] = desk_path(k, i))) CUPEL_TRY(cupel_no_memory(err, "names", 0));
    st = cupel_merge((const char *const *)path, k->n_files, job, result, err);
done:
    for (size_t i = 0; i < k->n_files; i++) cupel_free(path[i]);
    cupel_free(path);
    return st;
}

static cupel_status join_parts(cupel_comm *c, const cupel_result *mine, const cupel_job *job, cupel_result *result, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    desk k = {.folder = ""};
    basket b = {&k};
    cupel_map map = {.n = 0};
    char *path = NULL;
    CUPEL_TRY(desk_open(&k, err));
    path = desk_path(&k, cupel_comm_rank(c));
    if (!path) CUPEL_TRY(cupel_no_memory(err, "a file name", 0));
    k.n_files = cupel_comm_rank(c) + 1;
    CUPEL_TRY(cupel_result_save(mine, path, err));
    CUPEL_TRY(cupel_map_open(path, &map, err));
    CUPEL_TRY(cupel_comm_gather(c, map.p, map.n, take_part, &b, err));
    if (cupel_comm_rank(c) == 0) st = merge_parts(&k, job, result, err);
done:
    cupel_map_close(&map);
    cupel_free(path);
    desk_close(&k);
    return st;
}

/* ---- all together ---- */

static char *own_checkpoint(const cupel_comm *c, const char *checkpoint)
{
    cupel_str s = {0};
    if (!checkpoint) return NULL;
    cupel_str_addf(&s, "%s.%zu-of-%zu", checkpoint, cupel_comm_rank(c) + 1, cupel_comm_size(c));
    return s.failed ? NULL : s.p;
}

void cupel_screen_ranks_done(const cupel_comm *c, const cupel_screen_options *o)
{
    char *path = own_checkpoint(c, o->checkpoint);
    cupel_checkpoint_remove(path);
    cupel_free(path);
}

cupel_status cupel_screen_ranks(cupel_comm *c, cupel_demand *d, const cupel_screen_options *options, const cupel_job *job, cupel_result *result,
                                cupel_err *err)
{
    cupel_status st = CUPEL_OK, worst;
    cupel_screen_options o = *options;
    cupel_job own = *job;
    cupel_result part = {.n_words = 0};
    char *checkpoint = own_checkpoint(c, options->checkpoint);
    if (options->checkpoint && !checkpoint) return cupel_no_memory(err, "a file name", 0);
    if (cupel_comm_rank(c)) { /* the first one speaks for all */
        own.say = NULL;
        own.progress = NULL;
    }
    o.shard = cupel_comm_rank(c) + 1;
    o.shards = cupel_comm_size(c);
    o.models = NULL;
    o.checkpoint = checkpoint;
    o.last_checkpoint = true;
    o.trained = o.shard == 1;
    CUPEL_TRY(share_models(c, d, options, &own, err));
    st = cupel_screen(d, &o, &own, &part, NULL, err);
    if (st != CUPEL_OK && st != CUPEL_INTERRUPTED) goto done; /* the caller ends all */
    worst = cupel_comm_worst(c, st);
    if (worst != CUPEL_OK && st == CUPEL_OK)
        st = cupel_fail(err, worst, "another rank was interrupted; the same command with --resume, and as many ranks, goes on from there");
    CUPEL_TRY(st);
    st = join_parts(c, &part, job, result, err);
done:
    cupel_result_release(&part);
    cupel_free(checkpoint);
    return st;
}
