#include "core/engine/left_out.h"

#include "core/base/err.h"
#include "core/io/csv.h"

#include <inttypes.h>

static cupel_status put(cupel_left_out *l, cupel_err *err)
{
    if (l->text.failed) return cupel_no_memory(err, "the list of rows left out", l->text.n);
    const cupel_status st = cupel_out_write(l->out, cupel_str_text(&l->text), l->text.n, err);
    cupel_str_clear(&l->text);
    return st;
}

cupel_status cupel_left_out_open(const char *file, cupel_left_out *l, cupel_err *err)
{
    if (!file) return CUPEL_OK;
    const cupel_status st = cupel_out_open(file, &l->out, err);
    cupel_str_puts(&l->text, "line,formula,reason,words\n");
    return st == CUPEL_OK ? put(l, err) : st;
}

cupel_status cupel_left_out_add(cupel_left_out *l, uint64_t line, cupel_text formula, cupel_reason reason, const char *words, cupel_err *err)
{
    if (!l->out) return CUPEL_OK;
    cupel_str_addf(&l->text, "%" PRIu64, line);
    cupel_csv_put(&l->text, formula, ',', false);
    cupel_csv_put(&l->text, cupel_text_of(cupel_reason_name(reason)), ',', false);
    cupel_csv_put(&l->text, cupel_text_of(words), ',', false);
    cupel_str_putc(&l->text, '\n');
    return put(l, err);
}

cupel_status cupel_left_out_commit(cupel_left_out *l, cupel_err *err) { return l->out ? cupel_out_commit(&l->out, err) : CUPEL_OK; }

void cupel_left_out_abandon(cupel_left_out *l)
{
    cupel_out_abandon(&l->out);
    cupel_str_free(&l->text);
}
