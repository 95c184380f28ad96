#include "core/cli/transfer_options.h"

#include "core/base/err.h"
#include "core/base/mem.h"

static cupel_status none_given(const cupel_args *args, cupel_err *err)
{
    static const char *const names[] = {"transfer-target", "transfer-formula", "transfer-features", "transfer-above", "transfer-without"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cupel_opt_given(args, names[i]))
            return cupel_fail(err, CUPEL_USAGE,
                              "--%s says how to learn from another table; name that "
                              "table with --transfer",
                              names[i]);
    return CUPEL_OK;
}

/* The table to train on, when nobody has read it yet: its doubts and counts are
 * said when it is. */
static cupel_status make(const cupel_transfer_options *o, const cupel_training_options *data, const cupel_training *t, const cupel_job *job,
                         cupel_transfer **transfer, cupel_err *err)
{
    const cupel_job silent = {.threads = job->threads, .isa = job->isa};
    cupel_training own = {0};
    if (t) return cupel_transfer_make(o, &t->batch, job, transfer, err);
    cupel_status st = cupel_training_read(data, &silent, &own, err);
    if (st == CUPEL_OK) st = cupel_transfer_make(o, &own.batch, job, transfer, err);
    cupel_training_release(&own);
    return st;
}

cupel_status cupel_transfer_of(const cupel_args *args, const cupel_training_options *data, const cupel_training *t, uint64_t seed,
                               const cupel_job *job, cupel_transfer **transfer, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const char *target = cupel_opt_text(args, "transfer-target"), **without = NULL;
    cupel_transfer_options o = {.file = cupel_opt_text(args, "transfer"),
                                .formula = cupel_opt_text(args, "transfer-formula"),
                                .target = target ? target : "target",
                                .features = cupel_opt_text(args, "transfer-features"),
                                .dot = data->dot,
                                .seed = seed};
    *transfer = NULL;
    if (!o.file) return none_given(args, err);
    while (cupel_opt_item(args, "transfer-without", o.n_without)) o.n_without++;
    without = cupel_alloc(o.n_without, sizeof *without);
    if (!without) return cupel_no_memory(err, "the names of tables", o.n_without * sizeof *without);
    for (size_t i = 0; i < o.n_without; i++) without[i] = cupel_opt_item(args, "transfer-without", i);
    o.without = without;
    CUPEL_TRY(cupel_transfer_above(cupel_opt_text(args, "transfer-above"), &o.above, err));
    CUPEL_TRY(cupel_transfer_check(o.features, err));
    CUPEL_TRY(make(&o, data, t, job, transfer, err));
done:
    cupel_free(without);
    return st;
}
