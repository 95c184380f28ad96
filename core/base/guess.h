/* "Did you mean": the known word that is nearest to one that is not known. */
#ifndef CUPEL_BASE_GUESS_H
#define CUPEL_BASE_GUESS_H

#include <stddef.h>

/* Start with {.meant = word} and offer every known word; `best` is the one with the fewest edits if they are few (a third of the letters, at
 * most 3), `meant` is its beginning or it is `meant` in another case, else NULL. */
typedef struct cupel_guess {
    const char *meant, *best;
    size_t edits;
} cupel_guess;
void cupel_guess_offer(cupel_guess *g, const char *word);

#endif
