#include "core/base/err.h"
#include "core/engine/micro/needs.h"
#include "core/engine/micro/run.h"
#include "core/engine/micro/spaces.h"

cupel_status cupel_micro_check(cupel_text text, const char *file, const cupel_job *job, cupel_str *words, cupel_err *err)
{
    cupel_micro_demand *d = NULL;
    cupel_micro_space s;
    cupel_attainable a;
    cupel_err not_searched = {0};
    cupel_needs needs;
    bool one;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_micro_demand_read(text, file, &d, err));
    cupel_micro_demand_say(d, job);
    one = d->space && !d->n_listed;
    if (one) CUPEL_TRY(cupel_micro_space_read(d, &s, err));
    if (!one) CUPEL_TRY(cupel_design_where(d, err));
    CUPEL_TRY(cupel_design_feasible(d, err));
    cupel_attainable_find(d, &a);
    cupel_micro_demand_words(d, words);
    if (d->n_listed) cupel_micro_spaces_words(d, words);
    if (one) {
        cupel_str_puts(words, "Looked for in: ");
        cupel_micro_space_words(&s, words);
        cupel_str_addf(words, "; %llu are solved, %llu predicted.\n", (unsigned long long)d->sample, (unsigned long long)d->candidates);
    }
    cupel_attainable_words(d, &a, words);
    if (!one || cupel_design_where(d, &not_searched) == CUPEL_OK) {
        CUPEL_TRY(cupel_needs_of(d, &needs, err));
        cupel_needs_words(&needs, words);
    } else
        cupel_str_addf(words, "'cupel run' takes it, 'cupel design' does not: %s\n", not_searched.message);
    if (words->failed) st = cupel_no_memory(err, "the words of a demand", 0);
done:
    cupel_micro_demand_free(d);
    return st;
}
