#include "core/base/guess.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Optimal string alignment distance (Levenshtein with transposed neighbours), of words up to 63 letters. */
static size_t edits(const char *a, const char *b)
{
    enum { LONGEST = 63 };
    size_t n = strlen(a), m = strlen(b), row[3][LONGEST + 1];
    if (n > LONGEST || m > LONGEST) return SIZE_MAX;
    for (size_t j = 0; j <= m; j++) row[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *now = row[i % 3], *last = row[(i - 1) % 3], *before = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            now[j] = smaller(smaller(last[j], now[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = smaller(now[j], before[j - 2] + 1);
        }
    }
    return row[n % 3][m];
}

void cupel_guess_offer(cupel_guess *g, const char *word)
{
    size_t n = strlen(g->meant), k = edits(g->meant, word);
    if (n >= 3 && strncmp(g->meant, word, n) == 0) k = 1; /* the beginning of a word */
    const bool same = strcasecmp(g->meant, word) == 0;
    if (same) k = 0; /* but for the case */
    if ((!same && (k > smaller(3, n / 3 + 1) || k >= n)) || (g->best && k >= g->edits)) return;
    g->best = word;
    g->edits = k;
}
