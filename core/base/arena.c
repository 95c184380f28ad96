#include "core/base/arena.h"

#include "core/base/mem.h"

#include <stdint.h>
#include <string.h>

enum { CHUNK = 64 * 1024 };

struct cupel_arena_chunk {
    cupel_arena_chunk *next;
    size_t size;
    _Alignas(CUPEL_ALIGN) unsigned char data[];
};

static void *take(cupel_arena *a, size_t n, size_t align)
{
    size_t at = (a->used + align - 1) / align * align;
    if (!a->head || at > a->head->size || n > a->head->size - at) {
        if (n > SIZE_MAX / 4) return NULL;
        size_t size = a->head ? a->head->size * 2 : CHUNK;
        if (size > (size_t)64 << 20) size = (size_t)64 << 20;
        if (size < n) size = n;
        cupel_arena_chunk *c = cupel_alloc_aligned(1, sizeof *c + size);
        if (!c) return NULL;
        c->next = a->head;
        c->size = size;
        a->head = c;
        at = 0;
    }
    a->used = at + n;
    return a->head->data + at;
}

void *cupel_arena_take(cupel_arena *a, size_t n) { return take(a, n, CUPEL_ALIGN); }

char *cupel_arena_text(cupel_arena *a, const char *s, size_t n)
{
    char *p = n < SIZE_MAX ? take(a, n + 1, 1) : NULL;
    if (p) {
        if (n) memcpy(p, s, n);
        p[n] = '\0';
    }
    return p;
}

void cupel_arena_reset(cupel_arena *a)
{
    if (!a->head) return;
    cupel_arena_chunk *keep = a->head;
    for (cupel_arena_chunk *c = a->head; c; c = c->next)
        if (c->size > keep->size) keep = c;
    for (cupel_arena_chunk *c = a->head, *next; c; c = next) {
        next = c->next;
        if (c != keep) cupel_free(c);
    }
    keep->next = NULL;
    a->head = keep;
    a->used = 0;
}

void cupel_arena_release(cupel_arena *a)
{
    for (cupel_arena_chunk *c = a->head, *next; c; c = next) {
        next = c->next;
        cupel_free(c);
    }
    a->head = NULL;
    a->used = 0;
}
