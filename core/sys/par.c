#include "core/sys/par.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { MAX_THREADS = 1024 };

typedef struct crew {
    atomic_size_t next;
    atomic_bool failed;
    size_t n_items;
    cupel_par_fn fn;
    void *user;
    pthread_mutex_t lock; /* guards the three below */
    size_t failed_item;
    cupel_status status;
    cupel_err err;
} crew;

typedef struct hand {
    crew *crew;
    size_t worker;
    pthread_t thread;
} hand;

static void work(crew *c, size_t worker)
{
    while (!atomic_load(&c->failed)) {
        size_t i = atomic_fetch_add(&c->next, 1);
        if (i >= c->n_items) break;
        cupel_err err = {0};
        cupel_status st = c->fn(c->user, i, worker, &err);
        if (st == CUPEL_OK) continue;
        pthread_mutex_lock(&c->lock);
        if (c->status == CUPEL_OK || i < c->failed_item) {
            c->failed_item = i;
            c->status = st;
            c->err = err;
        }
        pthread_mutex_unlock(&c->lock);
        atomic_store(&c->failed, true);
    }
}

static void *thread_main(void *arg)
{
    hand *h = arg;
    work(h->crew, h->worker);
    return NULL;
}

cupel_status cupel_par_for(size_t n_threads, size_t n_items, cupel_par_fn fn, void *user, cupel_err *err)
{
    crew c = {.n_items = n_items, .fn = fn, .user = user};
    if (n_threads > n_items) n_threads = n_items;
    if (n_threads > MAX_THREADS) n_threads = MAX_THREADS;
    hand *hands = n_threads > 1 ? cupel_alloc(n_threads, sizeof *hands) : NULL;
    if (pthread_mutex_init(&c.lock, NULL) != 0) {
        cupel_free(hands);
        return cupel_no_memory(err, "a lock", 0);
    }
    size_t made = 1;
    for (; hands && made < n_threads; made++) {
        hands[made] = (hand){.crew = &c, .worker = made};
        if (pthread_create(&hands[made].thread, NULL, thread_main, &hands[made]) != 0) break;
    }
    work(&c, 0);
    for (size_t i = 1; hands && i < made; i++) pthread_join(hands[i].thread, NULL);
    pthread_mutex_destroy(&c.lock);
    cupel_free(hands);
    if (c.status != CUPEL_OK && err) {
        *err = c.err;
        err->status = c.status;
    }
    return c.status;
}

struct cupel_lock {
    pthread_mutex_t m;
};

cupel_lock *cupel_lock_new(void)
{
    cupel_lock *l = cupel_alloc(1, sizeof *l);
    if (l && pthread_mutex_init(&l->m, NULL) != 0) {
        cupel_free(l);
        l = NULL;
    }
    return l;
}

void cupel_lock_take(cupel_lock *l) { pthread_mutex_lock(&l->m); }

void cupel_lock_give(cupel_lock *l) { pthread_mutex_unlock(&l->m); }

void cupel_lock_free(cupel_lock *l)
{
    if (!l) return;
    pthread_mutex_destroy(&l->m);
    cupel_free(l);
}

static pthread_mutex_t of_process = PTHREAD_MUTEX_INITIALIZER;

void cupel_process_lock_take(void) { pthread_mutex_lock(&of_process); }

void cupel_process_lock_give(void) { pthread_mutex_unlock(&of_process); }
