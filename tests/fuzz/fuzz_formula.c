/* Any text: both ways of reading agree to the bit, positions are inside the text, and what is read has a canonical text that reads back. */
#include "core/matter/formula.h"

#include <stdlib.h>
#include <string.h>

static void must(bool truth)
{
    if (!truth) abort();
}

static void check_text(const cupel_composition *c)
{
    cupel_str s = {0};
    cupel_formula f;
    cupel_formula_error e;
    cupel_composition_text(c, &s);
    if (!s.failed) {
        must(cupel_formula_read((cupel_text){s.p, s.n}, CUPEL_DOT_REFUSE, &f, &e));
        must(f.composition.n == c->n);
    }
    cupel_str_clear(&s);
    cupel_composition_system(c, &s);
    cupel_str_free(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const cupel_dot dots[] = {CUPEL_DOT_REFUSE, CUPEL_DOT_HYDRATE, CUPEL_DOT_DECIMAL};
    cupel_text text = {(const char *)data, size};
    for (size_t d = 0; d < 3; d++) {
        cupel_batch b = {0};
        cupel_formula f;
        cupel_formula_error e;
        cupel_composition got = {0};
        must(cupel_batch_add_formula(&b, text, dots[d], NULL) == CUPEL_OK);
        bool read = cupel_formula_read(text, dots[d], &f, &e);
        cupel_batch_get(&b, 0, &got);
        if (read) {
            must(b.reason[0] == CUPEL_REASON_NONE && got.n == f.composition.n);
            must(memcmp(got.z, f.composition.z, got.n) == 0 && memcmp(got.amount, f.composition.amount, got.n * sizeof *got.amount) == 0);
            check_text(&f.composition);
        } else {
            must(b.reason[0] == e.reason && got.n == 0 && e.position <= size);
            must(memchr(e.message, '\0', sizeof e.message) != NULL);
        }
        cupel_batch_release(&b);
    }
    return 0;
}
