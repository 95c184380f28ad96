/* An arena: many small pieces that live and die together. Not for sharing between threads. */
#ifndef CUPEL_BASE_ARENA_H
#define CUPEL_BASE_ARENA_H

#include <stddef.h>

typedef struct cupel_arena_chunk cupel_arena_chunk;

typedef struct cupel_arena {
    cupel_arena_chunk *head; /* the chunk in use; older ones hang behind it */
    size_t used;             /* bytes used of head */
} cupel_arena;               /* {0} is an empty arena */

/* n bytes aligned to 64, not zeroed; NULL when memory is out. */
void *cupel_arena_take(cupel_arena *a, size_t n);

/* n bytes copied, with a 0 behind; not aligned. NULL when memory is out. */
char *cupel_arena_text(cupel_arena *a, const char *s, size_t n);

/* Gives every piece back but keeps the largest chunk for the next round. */
void cupel_arena_reset(cupel_arena *a);

/* Frees all. The arena is empty and may be used again. */
void cupel_arena_release(cupel_arena *a);

#endif
