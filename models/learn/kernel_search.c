#include "models/learn/kernel_search.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/par.h"

#include <math.h>
#include <string.h>

enum { TERMS = 5, ROUNDS = 6, SIMPLE = 64, EACH_MOST = 24, STARTS = 2, TEXT = CUPEL_TREE_TEXT };

/* A sum of products of simple kernels. */
typedef struct sum {
    size_t n;
    char term[TERMS][TEXT / TERMS];
} sum;

typedef struct candidate {
    sum kernel;
    double score;
} candidate;

typedef struct search {
    const cupel_kernel_space *space;
    const cupel_kernel_rows *rows;
    const double *u;
    cupel_learning how;
    cupel_str *simple; /* [n_simple] kernels to add and to multiply by */
    size_t n_simple;
    candidate *candidate; /* of the round */
    size_t n;
} search;

/* ---- simple kernels ---- */

static cupel_status add_simple(search *s, const char *kind, const char *group, cupel_err *err)
{
    if (s->n_simple == SIMPLE) return CUPEL_OK;
    cupel_str *k = &s->simple[s->n_simple];
    cupel_str_puts(k, kind);
    if (*group) cupel_str_addf(k, "(%s)", group);
    if (k->failed) return cupel_no_memory(err, "kernels to try", 0);
    s->n_simple += k->n < TEXT / TERMS;
    if (k->n >= TEXT / TERMS) cupel_str_clear(k);
    return CUPEL_OK;
}

/* How many columns a group has that differ between rows. */
static cupel_status columns_of(const search *s, const char *name, size_t *n, cupel_err *err)
{
    const cupel_kernel_space *p = s->space;
    bool *in = cupel_alloc(p->groups->d, sizeof *in);
    if (!in) return cupel_no_memory(err, "columns of a kernel", p->groups->d);
    cupel_status st = *name ? p->groups->find(p->groups->user, name, in, err) : CUPEL_OK;
    *n = 0;
    for (size_t j = 0; j < p->n_kept; j++) *n += !*name || in[p->kept ? (size_t)p->kept[j] : j];
    cupel_free(in);
    return st;
}

/* name "": all columns. */
static cupel_status add_group(search *s, const char *name, bool category, cupel_err *err)
{
    cupel_str quoted = {0};
    size_t n = 0;
    cupel_status st = CUPEL_OK;
    if (*name && !cupel_ktree_quote(name, &quoted)) return CUPEL_OK;
    CUPEL_TRY(columns_of(s, name, &n, err));
    if (!n || quoted.failed) goto done;
    if (category) {
        if (n < CUPEL_TREE_TASKS / 4) CUPEL_TRY(add_simple(s, "tasks", cupel_str_text(&quoted), err));
        goto done;
    }
    CUPEL_TRY(add_simple(s, "matern52", cupel_str_text(&quoted), err));
    CUPEL_TRY(add_simple(s, "rbf", cupel_str_text(&quoted), err));
    CUPEL_TRY(add_simple(s, "linear", cupel_str_text(&quoted), err));
    if (n > 1 && n <= EACH_MOST) CUPEL_TRY(add_simple(s, "matern52_each", cupel_str_text(&quoted), err));
done:
    cupel_str_free(&quoted);
    return st;
}

/* ---- candidates ---- */

/* The kernel with simple kernel k as a term more (at = n), or as a factor of term `at`. */
static bool extend(const sum *from, size_t at, const char *k, sum *to)
{
    if (at == TERMS) return false;
    *to = *from;
    const size_t had = at < from->n ? strlen(from->term[at]) : 0, more = strlen(k);
    if (had + more + 2 > sizeof to->term[0]) return false;
    char *end = to->term[at] + had;
    if (had) *end++ = '*';
    memcpy(end, k, more + 1);
    if (at == from->n) to->n++;
    return true;
}

static void text_of(const sum *k, cupel_str *s)
{
    cupel_str_clear(s);
    for (size_t i = 0; i < k->n; i++) cupel_str_addf(s, "%s%s", i ? " + " : "", k->term[i]);
}

static cupel_status find_score(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)worker;
    search *s = user;
    candidate *c = &s->candidate[item];
    cupel_ktree tree = {0};
    cupel_str text = {0};
    cupel_status st = CUPEL_OK;
    text_of(&c->kernel, &text);
    c->score = INFINITY;
    if (text.failed) CUPEL_TRY(cupel_no_memory(err, "a kernel", 0));
    st = cupel_ktree_parse(cupel_str_text(&text), s->space->n_targets > 1, &tree, err);
    if (st == CUPEL_USAGE) { /* it has grown too large */
        st = CUPEL_OK;
        goto done;
    }
    if (st == CUPEL_OK) st = cupel_ktree_bind(&tree, s->space->groups, s->space->kept, s->space->n_kept, s->space->n_targets, err);
    if (st == CUPEL_OK) st = cupel_kernel_score(&tree, s->rows, s->u, &s->how, &c->score, err);
done:
    cupel_ktree_release(&tree);
    cupel_str_free(&text);
    return st;
}

/* One round from the best so far; *better: it has become better. */
static cupel_status play(search *s, const cupel_job *job, candidate *best, bool *better, cupel_err *err)
{
    s->n = 0;
    for (size_t at = 0; at <= best->kernel.n; at++)
        for (size_t k = 0; k < s->n_simple; k++) s->n += extend(&best->kernel, at, cupel_str_text(&s->simple[k]), &s->candidate[s->n].kernel);
    *better = false;
    cupel_status st = cupel_par_for(job->threads, s->n, find_score, s, err);
    for (size_t i = 0; st == CUPEL_OK && i < s->n; i++) {
        if (!(s->candidate[i].score < best->score)) continue;
        *best = s->candidate[i];
        *better = true;
    }
    if (st == CUPEL_OK && cupel_stopped(job))
        st = cupel_fail(err, CUPEL_INTERRUPTED, "stopped while searching for a kernel; nothing was written, start again");
    return st;
}

static cupel_status simple_kernels(search *s, cupel_err *err)
{
    const cupel_groups *g = s->space->groups;
    cupel_status st = CUPEL_OK;
    s->simple = cupel_alloc(SIMPLE, sizeof *s->simple);
    s->candidate = cupel_alloc((size_t)SIMPLE * (TERMS + 1), sizeof *s->candidate);
    if (!s->simple || !s->candidate) return cupel_no_memory(err, "kernels to try", (size_t)SIMPLE * (TERMS + 1) * sizeof *s->candidate);
    CUPEL_TRY(add_group(s, "", false, err));
    for (size_t i = 0; g->n > 1 && i < g->n; i++) CUPEL_TRY(add_group(s, g->name[i], g->category[i], err));
done:
    return st;
}

cupel_status cupel_kernel_search(const cupel_kernel_space *space, const cupel_kernel_rows *rows, const double *u, const cupel_learning *how,
                                 const cupel_job *job, cupel_str *text, cupel_err *err)
{
    search s = {.space = space, .rows = rows, .u = u, .how = {.starts = STARTS, .seed = how->seed}};
    candidate *best = cupel_alloc(1, sizeof *best);
    cupel_status st = CUPEL_OK;
    bool better = true;
    if (!best) return cupel_no_memory(err, "a kernel", sizeof *best);
    best->score = INFINITY;
    CUPEL_TRY(simple_kernels(&s, err));
    for (size_t round = 0; round < ROUNDS && better; round++) {
        CUPEL_TRY(play(&s, job, best, &better, err));
        text_of(&best->kernel, text);
        if (text->failed) CUPEL_TRY(cupel_no_memory(err, "a kernel", 0));
        if (better) cupel_say(job, CUPEL_NOTE, "kernel search: %s scores %.4g, the best of %zu", cupel_str_text(text), best->score, s.n);
    }
    if (!(best->score < INFINITY))
        st = cupel_fail(err, CUPEL_FAILED, "kernel search: no simple kernel has a likelihood on these rows; give a kernel");
done:
    for (size_t i = 0; s.simple && i < SIMPLE; i++) cupel_str_free(&s.simple[i]);
    cupel_free(s.simple);
    cupel_free(s.candidate);
    cupel_free(best);
    return st;
}
