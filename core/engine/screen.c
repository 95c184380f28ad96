#include "core/engine/screen.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/demand_models.h"
#include "core/engine/diverse.h"
#include "core/engine/screen_parts.h"
#include "core/io/input.h"
#include "core/sys/file.h"
#include "models/search/pareto.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum { IDENTITY_MAX = 5 + 3 * CUPEL_PROPERTIES_MAX };

cupel_screen_options cupel_screen_defaults(void)
{
    return (cupel_screen_options){.shard = 1, .shards = 1, .precision = CUPEL_FLOAT_AUTO, .interval = 1};
}

cupel_status cupel_shard_parse(const char *text, uint64_t *shard, uint64_t *shards, cupel_err *err)
{
    const char *slash = strchr(text, '/');
    uint64_t i, n;
    if (!slash || !cupel_parse_u64((cupel_text){text, (size_t)(slash - text)}, &i) || !cupel_parse_u64(cupel_text_of(slash + 1), &n) || i < 1 ||
        i > n || n > 1000000)
        return cupel_fail(err, CUPEL_USAGE, "shard '%.40s': expected i/n with i from 1 to n, as in 2/3", text);
    *shard = i;
    *shards = n;
    return CUPEL_OK;
}

/* ---- what this screen is of ---- */

static cupel_status identify(cupel_screening *s, const char *name, const char *property, const char *value, cupel_err *err)
{
    cupel_checkpoint *c = &s->at;
    cupel_str n = {0};
    cupel_str_addf(&n, "%s%s%s", name, property[0] ? " " : "", property);
    size_t i = c->identity.n++;
    c->identity.name[i] = n.failed ? NULL : cupel_arena_text(&c->arena, cupel_str_text(&n), n.n);
    c->identity.value[i] = cupel_arena_text(&c->arena, value, strlen(value));
    cupel_str_free(&n);
    return c->identity.name[i] && c->identity.value[i] ? CUPEL_OK : cupel_no_memory(err, "an identity", 0);
}

/* A model trained again from the same rows must be the same model: its settings and out-of-fold predictions, digested. */
static cupel_status model_digest(const cupel_model *m, char text[80], cupel_err *err)
{
    const cupel_surrogate *g = cupel_model_surrogate(m);
    cupel_oof oof = cupel_surrogate_oof(g);
    cupel_input *in = NULL;
    cupel_str s = {0};
    char hex[65] = "";
    cupel_str_addf(&s, "%s %s %s %s\n", cupel_surrogate_learner(g), cupel_surrogate_settings(g), cupel_features_sets(cupel_model_features(m)),
                   cupel_model_training_digest(m));
    const double *const column[3] = {oof.value, oof.lower, oof.upper};
    for (int i = 0; i < 3; i++)
        if (column[i]) cupel_str_add(&s, (const char *)column[i], oof.n * sizeof(double));
    cupel_status st =
        s.failed ? cupel_no_memory(err, "a digest", 0) : cupel_input_of_text((cupel_text){cupel_str_text(&s), s.n}, "model", &in, err);
    if (st == CUPEL_OK) st = cupel_input_digest(in, hex, err);
    cupel_input_free(in);
    cupel_str_free(&s);
    snprintf(text, 80, "sha256:%s", hex);
    return st;
}

static cupel_status identify_all(cupel_screening *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char digest[80], hex[65];
    cupel_checkpoint *c = &s->at;
    c->identity.name = cupel_arena_take(&c->arena, IDENTITY_MAX * sizeof(char *));
    c->identity.value = cupel_arena_take(&c->arena, IDENTITY_MAX * sizeof(char *));
    if (!c->identity.name || !c->identity.value) CUPEL_TRY(cupel_no_memory(err, "an identity", 0));
    CUPEL_TRY(identify(s, "cupel", "", cupel_version(), err));
    CUPEL_TRY(identify(s, "isa", "", cupel_isa_name(s->job->isa), err)); /* first what explains a difference further down */
    CUPEL_TRY(identify(s, "precision", "", cupel_precision_name(s->o->precision), err));
    CUPEL_TRY(identify(s, "demand", "", s->d->digest, err));
    for (size_t i = 0; i < s->d->n_properties; i++) {
        const cupel_demand_property *p = &s->d->property[i];
        CUPEL_TRY(identify(s, "data", p->name, p->data_digest, err));
        CUPEL_TRY(model_digest(p->model, digest, err));
        CUPEL_TRY(identify(s, "model", p->name, digest, err));
        if (p->first) CUPEL_TRY(model_digest(p->first, digest, err));
        if (p->first) CUPEL_TRY(identify(s, "first model", p->name, digest, err));
    }
    CUPEL_TRY(cupel_space_digest(s->space, hex, err));
    snprintf(digest, sizeof digest, "sha256:%s", hex);
    st = identify(s, "space", "", digest, err);
done:
    return st;
}

/* ---- checkpoints ---- */

static cupel_status write_checkpoint(cupel_screening *s, cupel_err *err)
{
    cupel_arena arena = {0};
    double begin = cupel_now();
    cupel_status st = cupel_board_list(s->best, true, &arena, &s->at.best, err);
    if (st == CUPEL_OK) st = cupel_board_list(s->sample, true, &arena, &s->at.sample, err);
    if (st == CUPEL_OK) st = cupel_checkpoint_save(&s->at, s->shape, s->o->checkpoint, err);
    s->at.best = s->at.sample = (cupel_shortlist){0};
    cupel_arena_release(&arena);
    s->times->checkpoint += cupel_now() - begin;
    return st;
}

static cupel_status offer_all(cupel_board *b, const cupel_shortlist *l, cupel_board_shape shape, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; i < l->n && st == CUPEL_OK; i++) {
        cupel_pick pick = cupel_shortlist_pick(l, shape, i);
        st = cupel_board_offer(b, &pick, err);
    }
    return st;
}

static cupel_status resume(cupel_screening *s, cupel_err *err)
{
    char a[32], b[32];
    cupel_checkpoint c;
    const char *path = s->o->checkpoint;
    if (!s->o->resume && path && cupel_file_exists(path))
        cupel_say(s->job, CUPEL_NOTE, "starting from the beginning; '%s' is there, and --resume would go on from it", path);
    if (!s->o->resume) return CUPEL_OK;
    if (!path) return cupel_fail(err, CUPEL_USAGE, "there is no checkpoint beside stdout; give --resume with -o FILE");
    if (!cupel_file_exists(path)) {
        cupel_say(s->job, CUPEL_NOTE, "no checkpoint '%s': starting from the beginning", path);
        return CUPEL_OK;
    }
    cupel_status st = cupel_checkpoint_open(path, &s->at, s->shape, &c, err);
    if (st != CUPEL_OK) return st;
    s->resumed = true;
    s->at.next = c.next;
    cupel_counts_add(&s->at.counts, &c.counts);
    st = offer_all(s->best, &c.best, s->shape, err);
    if (st == CUPEL_OK) st = offer_all(s->sample, &c.sample, s->shape, err);
    if (st == CUPEL_OK)
        cupel_say(s->job, CUPEL_NOTE, "resuming at candidate %s of %s", cupel_format_count(a, (uint64_t)c.next),
                  cupel_format_count(b, (uint64_t)c.candidates));
    cupel_checkpoint_release(&c);
    return st;
}

static cupel_status interrupted(cupel_screening *s, cupel_err *err)
{
    char a[32], b[32];
    cupel_format_count(a, (uint64_t)s->at.next);
    cupel_format_count(b, (uint64_t)s->at.candidates);
    if (!s->o->checkpoint)
        return cupel_fail(err, CUPEL_FAILED, "interrupted at candidate %s of %s; nothing is left to resume, for there is no output file",
                          a, b);
    cupel_status st = write_checkpoint(s, err);
    if (st != CUPEL_OK) return st;
    return cupel_fail(err, CUPEL_INTERRUPTED, "interrupted at candidate %s of %s; the same command with --resume goes on from there", a, b);
}

/* ---- the stream ---- */

static cupel_status gather_known(cupel_screening *s, cupel_err *err)
{
    const cupel_demand *d = s->d;
    if (d->known != CUPEL_KNOWN_DROP) return CUPEL_OK;
    cupel_status st = cupel_known_set_new(&s->known, err);
    for (size_t i = 0; i < d->n_properties && st == CUPEL_OK; i++) st = cupel_known_set_add_model(s->known, d->property[i].model, true, err);
    if (st == CUPEL_OK) cupel_known_set_close(s->known);
    return st;
}

cupel_status cupel_screening_open(cupel_screening *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    uint64_t count = 0, n = s->o->shards, i = s->o->shard;
    const cupel_demand *d = s->d;
    CUPEL_TRY(gather_known(s, err));
    CUPEL_TRY(cupel_demand_space(d, &s->space, err));
    CUPEL_TRY(cupel_screening_columns(s, err));
    CUPEL_TRY(cupel_space_count(s->space, &count, err));
    cupel_space_say(s->space, s->job);
    if (count > INT64_MAX / 1024)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s: the space holds more candidates than can be counted; narrow it", d->file));
    s->parallel_space = cupel_space_parallel(s->space);
    s->shape = (cupel_board_shape){.p = d->n_properties, .r = d->n_requirements, .c = d->n_constraints, .m = cupel_demand_objectives(d)};
    CUPEL_TRY(cupel_scorer_of_models(d, &s->scorer, err));
    CUPEL_TRY(cupel_board_new(d->by == CUPEL_BY_PARETO ? CUPEL_BOARD_PARETO : CUPEL_BOARD_BEST, s->shape,
                              cupel_diverse_pool(d->diverse, (size_t)d->keep), &s->best, err));
    CUPEL_TRY(cupel_board_per_system(s->best, (size_t)d->per_system, err));
    CUPEL_TRY(cupel_board_new(CUPEL_BOARD_SAMPLE, s->shape, CUPEL_SAMPLE_ROWS, &s->sample, err));
    CUPEL_TRY(cupel_counts_init(&s->at.counts, s->shape.c, s->shape.r, err));
    s->at.candidates = (int64_t)count;
    s->at.first = (int64_t)(count / n * (i - 1) + count % n * (i - 1) / n);
    s->at.end = (int64_t)(count / n * i + count % n * i / n);
    s->at.next = s->at.first;
    s->at.shard = (int64_t)i;
    s->at.shards = (int64_t)n;
    s->at.seed = d->seed;
    CUPEL_TRY(identify_all(s, err));
    CUPEL_TRY(cupel_first_open(s, err));
    CUPEL_TRY(resume(s, err));
    st = cupel_block_init(s, err);
done:
    return st;
}

/* How many candidates there are, and of which parts, before any is screened. */
static void say_space(const cupel_screening *s)
{
    cupel_str text = {0}, what = {0};
    char number[32];
    uint64_t n;
    for (size_t i = 0; cupel_space_part(s->space, i, &what, &n); i++) {
        cupel_str_addf(&text, "%s%s %s", i ? ", " : ": ", cupel_format_count(number, n), cupel_str_text(&what));
        cupel_str_clear(&what);
    }
    cupel_say(s->job, CUPEL_NOTE, "the space holds %s candidates%s", cupel_format_count(number, (uint64_t)s->at.candidates), cupel_str_text(&text));
    cupel_str_free(&text);
    cupel_str_free(&what);
}

static void say_speed(const cupel_screening *s)
{
    const cupel_screen_times *t = s->times;
    struct rusage usage;
    char a[32], b[32];
    double sum = t->read + t->constrain + t->predict + t->rank + t->checkpoint, all = sum > 0 ? sum : 1;
    cupel_say(
        s->job, CUPEL_NOTE,
        "%s candidates in %.1f s, %s per second: reading %.0f %%, constraints %.0f %%, describing %.0f %%, predicting %.0f %%, ranking %.0f %%, "
        "checkpoints %.0f %%; at most %.0f MB of memory",
        cupel_format_count(a, t->candidates), t->screen,
        cupel_format_count(b, (uint64_t)((double)t->candidates / (t->screen > 0 ? t->screen : 1))), 100 * t->read / all,
        100 * t->constrain / all, 100 * t->describe / all, 100 * (t->predict - t->describe) / all, 100 * t->rank / all,
        100 * t->checkpoint / all, getrusage(RUSAGE_SELF, &usage) == 0 ? (double)usage.ru_maxrss * 1024e-6 : 0);
}

/* Blocks grow until one takes about a quarter of the interval between checkpoints. Their size changes nothing in the result. */
static cupel_status stream(cupel_screening *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t pieces = s->n_hands < s->n_slots ? s->n_hands : s->n_slots;
    double saved = cupel_now(), interval = s->o->interval > 0 ? s->o->interval : 1;
    while (s->at.next < s->at.end) {
        double begin = cupel_now();
        int64_t end = (s->at.next / CUPEL_SUB_BLOCK + (int64_t)pieces) * CUPEL_SUB_BLOCK;
        CUPEL_TRY(cupel_block_do(s, end < s->at.end ? end : s->at.end, err));
        double now = cupel_now();
        cupel_progress(s->job, "screening", (uint64_t)(s->at.next - s->at.first), (uint64_t)(s->at.end - s->at.first));
        if (cupel_stopped(s->job) && s->at.next < s->at.end) CUPEL_TRY(interrupted(s, err));
        if (s->o->checkpoint && now - saved > interval) {
            CUPEL_TRY(write_checkpoint(s, err));
            saved = cupel_now();
        }
        if (now - begin < 0.25 * interval && pieces * 2 <= s->n_slots) pieces *= 2;
        if (now - begin > 0.5 * interval && pieces > s->n_hands) pieces /= 2;
    }
done:
    return st;
}

void cupel_screening_close(cupel_screening *s)
{
    cupel_block_release(s);
    cupel_tally_release(&s->unread);
    cupel_board_free(s->best);
    cupel_board_free(s->sample);
    cupel_scorer_free(s->scorer);
    cupel_scorer_free(s->first.scorer);
    cupel_known_set_free(s->known);
    cupel_free(s->column);
    cupel_free(s->carried);
    cupel_space_free(s->space);
    cupel_checkpoint_release(&s->at);
}

cupel_status cupel_screen(cupel_demand *d, const cupel_screen_options *o, const cupel_job *job, cupel_result *result, cupel_screen_times *times,
                          cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_screen_times unused;
    if (!times) times = &unused;
    *times = (cupel_screen_times){0};
    cupel_screening s = {.d = d, .o = o, .job = job, .times = times, .unread = {.job = job}};
    double begin = cupel_now();
    if (!o->trained) st = o->models ? cupel_demand_train_kept(d, o->models, job, err) : cupel_demand_train(d, job, err);
    if (st == CUPEL_INTERRUPTED)
        st = cupel_fail(err, st, "interrupted while training, before the first candidate; the same command, with or without --resume, begins anew");
    CUPEL_TRY(st);
    times->train = cupel_now() - begin;
    begin = cupel_now();
    CUPEL_TRY(cupel_screening_open(&s, err));
    say_space(&s);
    if (s.at.shard == 1 && !s.resumed) CUPEL_TRY(cupel_screening_cut(&s, err));
    CUPEL_TRY(stream(&s, err));
    if (o->last_checkpoint && o->checkpoint) CUPEL_TRY(write_checkpoint(&s, err));
    cupel_tally_say(&s.unread, "of the list rejected unread");
    CUPEL_TRY(cupel_screen_result(&s, result, err));
    times->screen = cupel_now() - begin;
    say_speed(&s);
    if (d->by == CUPEL_BY_PARETO && result->rows.n < d->keep && o->shards == 1)
        cupel_say(job, CUPEL_NOTE, "%zu rows, not %llu: that is all in the first %d Pareto layers on the grid of objectives", result->rows.n,
                  (unsigned long long)d->keep, CUPEL_PARETO_LAYERS);
done:
    cupel_screening_close(&s);
    return st;
}

cupel_status cupel_result_check_found(const cupel_result *r, cupel_err *err)
{
    const cupel_funnel_line *most = NULL;
    char a[32], b[32];
    if (r->rows.n) return CUPEL_OK;
    for (size_t i = 0; i < r->n_funnel; i++)
        if (!most || r->funnel[i].removed > most->removed) most = &r->funnel[i];
    if (!most || !r->candidates)
        return cupel_fail(err, CUPEL_INFEASIBLE, "the space holds no candidates; widen 'space' or relax the element constraints");
    return cupel_fail(err, CUPEL_INFEASIBLE,
                      "no candidate can meet this demand: of %s, most (%s) were rejected by '%s'; relax that, or widen the space",
                      cupel_format_count(a, (uint64_t)r->funnel[0].left), cupel_format_count(b, (uint64_t)most->removed), most->what);
}
