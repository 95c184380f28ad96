#include "core/engine/trial_id.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 24 };

static cupel_text cell_of(const cupel_trial_table *t, size_t row, size_t col) { return cupel_text_trim(cupel_cell(&t->records, row, col)); }

bool cupel_trial_names_rows(const cupel_trial_table *t, size_t col)
{
    double x;
    if (*t->header.unit[col]) return false;
    for (size_t i = 0; i < t->records.n_rows; i++)
        if (cupel_parse_double(cell_of(t, i, col), &x) && x != floor(x)) return false;
    return true;
}

/* "Sample No." to "sampleno". */
static bool plain(const char *label, char word[LONGEST + 1])
{
    size_t n = 0;
    for (const char *p = label; *p; p++) {
        if (strchr(" _-.#", *p)) continue;
        if (n == LONGEST) return false;
        word[n++] = (char)tolower((unsigned char)*p);
    }
    word[n] = '\0';
    return n > 0;
}

static bool called_a_name(const char *label)
{
    static const char *const first[] = {"id", "name", "sample", "specimen", "experiment", "run", "trial", "candidate", "label", "barcode", "uid"};
    static const char *const behind[] = {"", "id", "name", "no", "number"};
    char word[LONGEST + 1];
    if (!plain(label, word)) return false;
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        const size_t n = strlen(first[i]);
        if (strncmp(word, first[i], n) != 0) continue;
        for (size_t k = 0; k < sizeof behind / sizeof *behind; k++)
            if (strcmp(word + n, behind[k]) == 0) return true;
    }
    return false;
}

static int compare(cupel_text a, cupel_text b)
{
    const int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

typedef struct named {
    cupel_text name;
    size_t row;
} named;

static int in_order(const void *x, const void *y)
{
    const named *a = x, *b = y;
    const int c = compare(a->name, b->name);
    return c ? c : (a->row > b->row) - (a->row < b->row);
}

static bool rows_agree(const cupel_trial_table *t, size_t col, const bool *skip, size_t a, size_t b)
{
    for (size_t k = 0; k < t->header.n; k++)
        if (k != col && !skip[k] && compare(cell_of(t, a, k), cell_of(t, b, k)) != 0) return false;
    return true;
}

/* Rows of one name are one experiment: a solvent that stands in many rows is none. */
static cupel_status tells_rows_apart(const cupel_trial_table *t, size_t col, const bool *skip, bool *apart, cupel_err *err)
{
    const size_t n = t->records.n_rows;
    named *r = cupel_alloc(n + 1, sizeof *r);
    if (!r) return cupel_no_memory(err, "names of experiments", n * sizeof *r);
    for (size_t i = 0; i < n; i++) r[i] = (named){cell_of(t, i, col), i};
    qsort(r, n, sizeof *r, in_order);
    *apart = true;
    for (size_t i = 1; i < n && *apart; i++)
        if (r[i].name.n && compare(r[i].name, r[i - 1].name) == 0) *apart = rows_agree(t, col, skip, r[i].row, r[i - 1].row);
    cupel_free(r);
    return CUPEL_OK;
}

cupel_status cupel_trial_id(const cupel_trial_table *t, const bool *skip, size_t *at, cupel_err *err)
{
    const cupel_header *h = &t->header;
    size_t inputs = 0;
    *at = cupel_header_find(h, "id");
    if (*at != SIZE_MAX && !skip[*at]) return CUPEL_OK;
    *at = SIZE_MAX;
    for (size_t k = 0; k < h->n; k++) inputs += !skip[k];
    for (size_t k = 0; k < h->n && inputs > 1; k++) {
        bool apart = false;
        if (skip[k] || !called_a_name(h->label[k]) || !cupel_trial_names_rows(t, k)) continue;
        const cupel_status st = tells_rows_apart(t, k, skip, &apart, err);
        if (st != CUPEL_OK) return st;
        if (!apart) continue;
        *at = k;
        return CUPEL_OK;
    }
    return CUPEL_OK;
}
