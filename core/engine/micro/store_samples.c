/* samples.h5: the sample, and what its surrogate says of each row from the others. */
#include "core/engine/micro/store_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/reused.h"

#include <string.h>

static const char SAMPLES[] = "microstructures";

/* ---- facts of the surrogate ---- */

cupel_status cupel_micro_facts_of(const cupel_micro_model *m, size_t n_asks, cupel_micro_facts *out, cupel_err *err)
{
    cupel_micro_facts f = {.n = cupel_micro_model_rows(m), .n_asks = n_asks};
    cupel_str settings = {0};
    cupel_micro_model_settings(m, &settings);
    f.settings = settings.failed ? NULL : cupel_strdup(cupel_str_text(&settings));
    cupel_str_free(&settings);
    f.row = cupel_alloc(f.n, sizeof *f.row);
    f.truth = cupel_store_copy(cupel_micro_model_truth(m), f.n * n_asks);
    f.value = cupel_store_copy(cupel_micro_model_left_out(m), f.n * n_asks);
    f.lower = cupel_store_copy(cupel_micro_model_left_out_lower(m), f.n * n_asks);
    f.upper = cupel_store_copy(cupel_micro_model_left_out_upper(m), f.n * n_asks);
    memcpy(f.trust, cupel_micro_model_trust(m), n_asks * sizeof *f.trust);
    if (!f.settings || !f.row || !f.truth || !f.value || !f.lower || !f.upper) {
        cupel_micro_facts_release(&f);
        return cupel_no_memory(err, "the facts of a surrogate", 0);
    }
    for (size_t i = 0; i < f.n; i++) f.row[i] = (double)cupel_micro_model_row(m, i);
    *out = f;
    return CUPEL_OK;
}

void cupel_micro_facts_release(cupel_micro_facts *f)
{
    cupel_free(f->row);
    cupel_free(f->truth);
    cupel_free(f->value);
    cupel_free(f->lower);
    cupel_free(f->upper);
    cupel_free(f->settings);
    *f = (cupel_micro_facts){0};
}

/* ---- writing ---- */

static cupel_status asks_description(const cupel_micro_demand *d, const char *what, cupel_str *s, cupel_err *err)
{
    cupel_str_puts(s, what);
    for (size_t a = 0; a < d->n_asks; a++) {
        const char *unit = d->ask[a].own_unit;
        cupel_str_puts(s, a ? "; " : ": ");
        cupel_str_addf(s, "%s%s", d->ask[a].name, d->ask[a].whole ? " distance" : "");
        cupel_str_addf(s, "%s%s%s",
                       d->ask[a].whole ? " (share)"
                       : *unit         ? " ["
                                       : "",
                       d->ask[a].whole ? "" : unit, !d->ask[a].whole && *unit ? "]" : "");
    }
    return s->failed ? cupel_no_memory(err, "a description", 0) : CUPEL_OK;
}

static cupel_status put_asked(cupel_writer *w, const char *name, const char *what, const cupel_micro_demand *d, const double *x, size_t n,
                              cupel_err *err)
{
    cupel_str s = {0};
    cupel_status st = asks_description(d, what, &s, err);
    if (st == CUPEL_OK) st = cupel_writer_put(w, name, "", cupel_str_text(&s), CUPEL_F64, 2, (size_t[]){n, d->n_asks}, x, err);
    cupel_str_free(&s);
    return st;
}

static cupel_status put_origin(cupel_writer *w, const cupel_micro_demand *d, const cupel_micro_space *space, cupel_err *err)
{
    cupel_str facts = {0};
    char digest[80];
    cupel_status st = cupel_reused_facts(d, space, &facts, digest, err);
    if (st == CUPEL_OK) st = cupel_writer_attr_text(w, "surrogate of", cupel_str_text(&facts), err);
    if (st == CUPEL_OK) st = cupel_writer_attr_text(w, "surrogate digest", digest, err);
    if (st == CUPEL_OK) st = cupel_writer_attr_int(w, "grid", (int64_t)d->grid, err);
    cupel_str_free(&facts);
    return st;
}

static cupel_status put_facts(cupel_writer *w, const cupel_micro_facts *f, const cupel_micro_demand *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double trust[CUPEL_ASKS_MAX * 4];
    for (size_t a = 0; a < d->n_asks; a++) {
        const cupel_ask_trust *t = &f->trust[a];
        trust[4 * a] = t->rmse, trust[4 * a + 1] = t->r2, trust[4 * a + 2] = t->coverage, trust[4 * a + 3] = t->quantile;
    }
    CUPEL_TRY(cupel_writer_attr_text(w, "surrogate", f->settings, err));
    CUPEL_TRY(cupel_writer_put(w, "left out/row", "", "place in the sample", CUPEL_F64, 2, (size_t[]){f->n, 1}, f->row, err));
    CUPEL_TRY(put_asked(w, "left out/truth", "solved", d, f->truth, f->n, err));
    CUPEL_TRY(put_asked(w, "left out/value", "predicted from the other rows", d, f->value, f->n, err));
    CUPEL_TRY(put_asked(w, "left out/lower", "lower end of the interval", d, f->lower, f->n, err));
    CUPEL_TRY(put_asked(w, "left out/upper", "upper end of the interval", d, f->upper, f->n, err));
    st = cupel_writer_put(w, "left out/trust", "", "of each asked number: root mean square error, R2, share in the interval, quantile of the draws",
                          CUPEL_F64, 2, (size_t[]){d->n_asks, 4}, trust, err);
done:
    return st;
}

cupel_status cupel_micro_save_samples(const cupel_samples *s, const cupel_micro_facts *f, const cupel_micro_demand *d, const cupel_micro_space *space,
                                      const char *path, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_writer *w = NULL;
    const double **row = cupel_alloc(s->n, sizeof *row);
    if (!row) CUPEL_TRY(cupel_no_memory(err, "a table", s->n * sizeof *row));
    for (size_t i = 0; i < s->n; i++) row[i] = s->reason[i] ? NULL : s->figure + i * s->layout.width;
    CUPEL_TRY(cupel_writer_open(path, SAMPLES, CUPEL_STORE_SCHEMA, d->seed, &w, err));
    CUPEL_TRY(cupel_store_put_head(w, d, space, err));
    CUPEL_TRY(put_origin(w, d, space, err));
    CUPEL_TRY(cupel_store_put_texts(w, "recipe", "what each structure is made from", s->recipe, s->n, err));
    CUPEL_TRY(cupel_store_put_texts(w, "reason", "why a structure has no figures", s->reason, s->n, err));
    CUPEL_TRY(
        cupel_writer_put(w, "parameter", "", "in the order of the attribute parameters", CUPEL_F64, 2, (size_t[]){s->n, s->n_params}, s->param, err));
    CUPEL_TRY(cupel_store_put_figures(w, "figure", d, row, s->n, err));
    CUPEL_TRY(put_facts(w, f, d, err));
    st = cupel_writer_commit(&w, err);
done:
    cupel_writer_abandon(&w);
    cupel_free(row);
    return st;
}

/* ---- reading ---- */

static cupel_status get_facts(const cupel_reader *r, const cupel_micro_demand *d, cupel_micro_facts *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double *trust = NULL;
    size_t shape[2];
    int rank = 0;
    CUPEL_TRY(cupel_reader_shape(r, "left out/row", 2, &rank, shape, err));
    f->n = shape[0], f->n_asks = d->n_asks;
    CUPEL_TRY(cupel_reader_attr_text(r, "surrogate", &f->settings, err));
    CUPEL_TRY(cupel_store_numbers(r, "left out/row", f->n, 1, &f->row, err));
    CUPEL_TRY(cupel_store_numbers(r, "left out/truth", f->n, d->n_asks, &f->truth, err));
    CUPEL_TRY(cupel_store_numbers(r, "left out/value", f->n, d->n_asks, &f->value, err));
    CUPEL_TRY(cupel_store_numbers(r, "left out/lower", f->n, d->n_asks, &f->lower, err));
    CUPEL_TRY(cupel_store_numbers(r, "left out/upper", f->n, d->n_asks, &f->upper, err));
    CUPEL_TRY(cupel_store_numbers(r, "left out/trust", d->n_asks, 4, &trust, err));
    for (size_t a = 0; a < d->n_asks; a++)
        f->trust[a] = (cupel_ask_trust){trust[4 * a], trust[4 * a + 1], trust[4 * a + 2], trust[4 * a + 3]};
done:
    cupel_free(trust);
    return st;
}

static cupel_status get_samples(const cupel_reader *r, const cupel_micro_demand *d, const cupel_micro_space *space, cupel_samples *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t shape[2];
    int rank = 0;
    cupel_layout_of(d, &s->layout);
    CUPEL_TRY(cupel_reader_shape(r, "parameter", 2, &rank, shape, err));
    const size_t n = shape[0];
    s->n_params = space->n;
    s->recipe = cupel_alloc(n, sizeof *s->recipe), s->reason = cupel_alloc(n, sizeof *s->reason);
    s->figure = cupel_alloc(n, s->layout.width * sizeof *s->figure);
    if (!s->recipe || !s->reason || !s->figure) CUPEL_TRY(cupel_no_memory(err, "the sample", 0));
    s->n = n;
    CUPEL_TRY(cupel_store_numbers(r, "parameter", n, space->n, &s->param, err));
    CUPEL_TRY(cupel_store_texts(r, "recipe", n, false, s->recipe, err));
    CUPEL_TRY(cupel_store_texts(r, "reason", n, true, s->reason, err));
    st = cupel_store_figures(r, "figure", d, n, s->layout.width, s->figure, err);
done:
    return st;
}

cupel_status cupel_micro_load_samples(const char *path, const cupel_micro_demand *d, const cupel_micro_space *space, cupel_samples *out,
                                      cupel_micro_facts *facts, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_reader *r = NULL;
    cupel_samples s = {0};
    cupel_micro_facts f = {0};
    CUPEL_TRY(cupel_reader_open(path, SAMPLES, CUPEL_STORE_SCHEMA, &r, err));
    CUPEL_TRY(cupel_store_check_head(r, path, d, err));
    CUPEL_TRY(get_samples(r, d, space, &s, err));
    st = get_facts(r, d, &f, err);
    for (size_t i = 0; st == CUPEL_OK && i < f.n; i++)
        if (!(f.row[i] >= 0 && f.row[i] < (double)s.n)) st = cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': row %g of %zu", path, f.row[i], s.n);
done:
    cupel_reader_free(r);
    if (st == CUPEL_OK) {
        *out = s;
        *facts = f;
    } else {
        cupel_samples_release(&s);
        cupel_micro_facts_release(&f);
    }
    return st;
}

cupel_status cupel_micro_load_rows(const char *path, const cupel_micro_demand *d, const cupel_micro_space *space, cupel_samples *out, uint64_t *grid,
                                   cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_reader *r = NULL;
    cupel_samples s = {0};
    char *facts = NULL;
    int64_t voxels = 0;
    CUPEL_TRY(cupel_reader_open(path, SAMPLES, CUPEL_STORE_SCHEMA, &r, err));
    CUPEL_TRY(cupel_reader_attr_text(r, "surrogate of", &facts, err));
    CUPEL_TRY(cupel_reader_attr_int(r, "grid", &voxels, err));
    CUPEL_TRY(cupel_reused_fits(path, facts, d, space, err));
    CUPEL_TRY(get_samples(r, d, space, &s, err));
    *grid = (uint64_t)voxels;
done:
    cupel_reader_free(r);
    cupel_free(facts);
    if (st == CUPEL_OK)
        *out = s;
    else
        cupel_samples_release(&s);
    return st;
}
