#include "core/engine/micro/store.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/reused.h"
#include "core/io/artifact.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char SAMPLES[] = "microstructures", RANKING[] = "microstructure-ranking";
enum { SCHEMA = 1, BLOCKS_MAX = 10, FORECAST = 3 };

/* ---- facts of the surrogate ---- */

static double *copy_of(const double *x, size_t n)
{
    double *y = cupel_alloc(n, sizeof *y);
    if (y && n) memcpy(y, x, n * sizeof *y);
    return y;
}

cupel_status cupel_micro_facts_of(const cupel_micro_model *m, size_t n_asks, cupel_micro_facts *out, cupel_err *err)
{
    cupel_micro_facts f = {.n = cupel_micro_model_rows(m), .n_asks = n_asks};
    cupel_str settings = {0};
    cupel_micro_model_settings(m, &settings);
    f.settings = settings.failed ? NULL : cupel_strdup(cupel_str_text(&settings));
    cupel_str_free(&settings);
    f.row = cupel_alloc(f.n, sizeof *f.row);
    f.truth = copy_of(cupel_micro_model_truth(m), f.n * n_asks);
    f.value = copy_of(cupel_micro_model_left_out(m), f.n * n_asks);
    f.lower = copy_of(cupel_micro_model_left_out_lower(m), f.n * n_asks);
    f.upper = copy_of(cupel_micro_model_left_out_upper(m), f.n * n_asks);
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

/* ---- figures as data sets ---- */

typedef struct block {
    const char *name, *unit, *description;
    size_t at, n;
} block;

static size_t blocks_of(const cupel_micro_demand *d, const cupel_layout *l, block b[BLOCKS_MAX])
{
    const block all[] = {
        {"volume fraction", "", "share of each phase in what was solved", l->fraction, l->n_phases},
        {"conductivity", d->k_unit, "effective tensor, row by row", l->k, 9},
        {"conductivity error", d->k_unit, "half width of its 95 % bar", l->k_error, 9},
        {"stiffness", d->c_unit, "effective tensor, Mandel order 11 22 33 23 13 12, row by row", l->c, 36},
        {"stiffness error", d->c_unit, "half width of its 95 % bar", l->c_error, 36},
        {"expansion", d->alpha_unit, "effective thermal expansion, Mandel order", l->alpha, 6},
        {"expansion error", d->alpha_unit, "half width of its 95 % bar", l->alpha_error, 6},
        {"statistics", "",
         "of each phase: surface per volume (1 / shortest edge of the box), Euler number, share of the largest cluster, percolating axes", l->stat,
         l->n_phases * CUPEL_STATS},
        {"iterations", "", "of the solver, over all loads and grids", l->iterations, 1},
    };
    size_t n = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].at != SIZE_MAX) b[n++] = all[i];
    return n;
}

static cupel_status put_block(cupel_writer *w, const char *group, const block *b, const double *const *row, size_t n, cupel_err *err)
{
    char name[80];
    double *x = cupel_alloc(n, b->n * sizeof *x);
    if (!x) return cupel_no_memory(err, "a data set", n * b->n * sizeof *x);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < b->n; k++) x[i * b->n + k] = row[i] ? row[i][b->at + k] : (double)NAN;
    snprintf(name, sizeof name, "%s/%s", group, b->name);
    const cupel_status st = cupel_writer_put(w, name, b->unit, b->description, CUPEL_F64, 2, (size_t[]){n, b->n}, x, err);
    cupel_free(x);
    return st;
}

static cupel_status put_figures(cupel_writer *w, const char *group, const cupel_micro_demand *d, const double *const *row, size_t n, cupel_err *err)
{
    block b[BLOCKS_MAX];
    cupel_layout l;
    cupel_status st = CUPEL_OK;
    cupel_layout_of(d, &l);
    const size_t n_blocks = blocks_of(d, &l, b);
    for (size_t i = 0; i < n_blocks && st == CUPEL_OK; i++) st = put_block(w, group, &b[i], row, n, err);
    return st;
}

/* A numeric data set that must be [n][width]; freed by the caller. */
static cupel_status get(const cupel_reader *r, const char *name, size_t n, size_t width, double **x, cupel_err *err)
{
    size_t shape[2] = {n, width};
    return cupel_reader_get(r, name, CUPEL_F64, 2, shape, (void **)x, err);
}

/* figure [n][width] of the layout */
static cupel_status get_figures(const cupel_reader *r, const char *group, const cupel_micro_demand *d, size_t n, size_t width, double *figure,
                                cupel_err *err)
{
    block b[BLOCKS_MAX];
    cupel_layout l;
    cupel_status st = CUPEL_OK;
    cupel_layout_of(d, &l);
    const size_t n_blocks = blocks_of(d, &l, b);
    for (size_t i = 0; i < n_blocks && st == CUPEL_OK; i++) {
        char name[80];
        double *x = NULL;
        snprintf(name, sizeof name, "%s/%s", group, b[i].name);
        st = get(r, name, n, b[i].n, &x, err);
        for (size_t k = 0; st == CUPEL_OK && k < n; k++) memcpy(figure + k * width + b[i].at, x + k * b[i].n, b[i].n * sizeof *x);
        cupel_free(x);
    }
    return st;
}

/* ---- texts ---- */

static cupel_status put_texts(cupel_writer *w, const char *name, const char *description, char *const *text, size_t n, cupel_err *err)
{
    const char **x = cupel_alloc(n, sizeof *x);
    if (!x) return cupel_no_memory(err, "a data set", n * sizeof *x);
    for (size_t i = 0; i < n; i++) x[i] = text[i] ? text[i] : "";
    const cupel_status st = cupel_writer_put(w, name, "", description, CUPEL_TEXT, 1, &n, x, err);
    cupel_free(x);
    return st;
}

/* Copies of n texts; "" becomes NULL with `empty_is_none`. */
static cupel_status get_texts(const cupel_reader *r, const char *name, size_t n, bool empty_is_none, char **text, cupel_err *err)
{
    char **x = NULL;
    cupel_status st = cupel_reader_get(r, name, CUPEL_TEXT, 1, &n, (void **)&x, err);
    for (size_t i = 0; st == CUPEL_OK && i < n; i++) {
        if (empty_is_none && !x[i][0]) continue;
        text[i] = cupel_strdup(x[i]);
        if (!text[i]) st = cupel_no_memory(err, "texts", 0);
    }
    cupel_free(x);
    return st;
}

/* ---- the common head ---- */

static cupel_status put_head(cupel_writer *w, const cupel_micro_demand *d, const cupel_micro_space *space, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str names = {0};
    for (size_t i = 0; i < space->n; i++) cupel_str_addf(&names, "%s%s", i ? "," : "", cupel_micro_space_param(space, i)->name);
    if (names.failed) CUPEL_TRY(cupel_no_memory(err, "names", 0));
    CUPEL_TRY(cupel_writer_input(w, "demand", d->digest, err));
    CUPEL_TRY(cupel_writer_attr_text(w, "generator", space->middle.generator->method.name, err));
    st = cupel_writer_attr_text(w, "parameters", cupel_str_text(&names), err);
done:
    cupel_str_free(&names);
    return st;
}

static cupel_status check_head(const cupel_reader *r, const char *path, const cupel_micro_demand *d, cupel_err *err)
{
    char *digest = NULL;
    cupel_status st = cupel_reader_input(r, "demand", &digest, err);
    if (st == CUPEL_OK && strcmp(digest, d->digest) != 0)
        st = cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s' is of another demand than '%s': made from %s, expected %s; run the demand again", path,
                        d->file, digest, d->digest);
    cupel_free(digest);
    return st;
}

static cupel_status asks_description(const cupel_micro_demand *d, const char *what, cupel_str *s, cupel_err *err)
{
    cupel_str_puts(s, what);
    for (size_t a = 0; a < d->n_asks; a++) {
        const char *unit;
        double factor;
        cupel_str_puts(s, a ? "; " : ": ");
        cupel_ask_title(&d->ask[a], s, &unit, &factor);
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

/* ---- samples ---- */

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
    CUPEL_TRY(cupel_writer_open(path, SAMPLES, SCHEMA, d->seed, &w, err));
    CUPEL_TRY(put_head(w, d, space, err));
    CUPEL_TRY(put_origin(w, d, space, err));
    CUPEL_TRY(put_texts(w, "recipe", "what each structure is made from", s->recipe, s->n, err));
    CUPEL_TRY(put_texts(w, "reason", "why a structure has no figures", s->reason, s->n, err));
    CUPEL_TRY(
        cupel_writer_put(w, "parameter", "", "in the order of the attribute parameters", CUPEL_F64, 2, (size_t[]){s->n, s->n_params}, s->param, err));
    CUPEL_TRY(put_figures(w, "figure", d, row, s->n, err));
    CUPEL_TRY(put_facts(w, f, d, err));
    st = cupel_writer_commit(&w, err);
done:
    cupel_writer_abandon(&w);
    cupel_free(row);
    return st;
}

static cupel_status get_facts(const cupel_reader *r, const cupel_micro_demand *d, cupel_micro_facts *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double *trust = NULL;
    size_t shape[2];
    int rank = 0;
    CUPEL_TRY(cupel_reader_shape(r, "left out/row", 2, &rank, shape, err));
    f->n = shape[0], f->n_asks = d->n_asks;
    CUPEL_TRY(cupel_reader_attr_text(r, "surrogate", &f->settings, err));
    CUPEL_TRY(get(r, "left out/row", f->n, 1, &f->row, err));
    CUPEL_TRY(get(r, "left out/truth", f->n, d->n_asks, &f->truth, err));
    CUPEL_TRY(get(r, "left out/value", f->n, d->n_asks, &f->value, err));
    CUPEL_TRY(get(r, "left out/lower", f->n, d->n_asks, &f->lower, err));
    CUPEL_TRY(get(r, "left out/upper", f->n, d->n_asks, &f->upper, err));
    CUPEL_TRY(get(r, "left out/trust", d->n_asks, 4, &trust, err));
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
    CUPEL_TRY(get(r, "parameter", n, space->n, &s->param, err));
    CUPEL_TRY(get_texts(r, "recipe", n, false, s->recipe, err));
    CUPEL_TRY(get_texts(r, "reason", n, true, s->reason, err));
    st = get_figures(r, "figure", d, n, s->layout.width, s->figure, err);
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
    CUPEL_TRY(cupel_reader_open(path, SAMPLES, SCHEMA, &r, err));
    CUPEL_TRY(check_head(r, path, d, err));
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
    CUPEL_TRY(cupel_reader_open(path, SAMPLES, SCHEMA, &r, err));
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

/* ---- ranking ---- */

/* Per row: chance, score, Sobol index, verified, verdict. */
enum { STATE = 5 };

typedef struct pack {
    double *param, *state, *forecast, *fraction;
    const double **figure;
    char **recipe, **reason;
} pack;

static void pack_release(pack *p)
{
    cupel_free(p->param);
    cupel_free(p->state);
    cupel_free(p->forecast);
    cupel_free(p->fraction);
    cupel_free(p->figure);
    cupel_free(p->recipe);
    cupel_free(p->reason);
}

static cupel_status pack_room(size_t n, size_t n_params, size_t n_asks, size_t n_phases, pack *p, cupel_err *err)
{
    p->param = cupel_alloc(n, n_params * sizeof(double));
    p->state = cupel_alloc(n, STATE * sizeof(double));
    p->forecast = cupel_alloc(n, FORECAST * n_asks * sizeof(double));
    p->fraction = cupel_alloc(n, n_phases * sizeof(double));
    p->figure = cupel_alloc(n, sizeof *p->figure);
    p->recipe = cupel_alloc(n, sizeof *p->recipe);
    p->reason = cupel_alloc(n, sizeof *p->reason);
    return p->param && p->state && p->forecast && p->fraction && p->figure && p->recipe && p->reason ? CUPEL_OK
                                                                                                     : cupel_no_memory(err, "a ranking", 0);
}

static void pack_row(const cupel_micro_ranking *r, const cupel_micro_demand *d, size_t i, pack *p)
{
    const cupel_ranked *x = &r->row[i];
    double *state = p->state + i * STATE;
    memcpy(p->param + i * r->n_params, x->param, r->n_params * sizeof(double));
    state[0] = x->forecast.chance, state[1] = x->forecast.score, state[2] = (double)x->index, state[3] = x->verified, state[4] = x->all;
    for (size_t a = 0; a < r->n_asks; a++) {
        double *f = p->forecast + (i * r->n_asks + a) * FORECAST;
        f[0] = x->forecast.value[a], f[1] = x->forecast.lower[a], f[2] = x->forecast.upper[a];
    }
    memcpy(p->fraction + i * d->n_phases, x->forecast.fraction, d->n_phases * sizeof(double));
    p->figure[i] = x->figure;
    p->recipe[i] = x->recipe;
    p->reason[i] = x->reason;
}

cupel_status cupel_micro_save_ranking(const cupel_micro_ranking *r, const cupel_micro_demand *d, const cupel_micro_space *space, const char *path,
                                      cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_writer *w = NULL;
    pack p = {0};
    const size_t n = r->n;
    CUPEL_TRY(pack_room(n, r->n_params, r->n_asks, d->n_phases, &p, err));
    for (size_t i = 0; i < n; i++) pack_row(r, d, i, &p);
    CUPEL_TRY(cupel_writer_open(path, RANKING, SCHEMA, d->seed, &w, err));
    CUPEL_TRY(put_head(w, d, space, err));
    CUPEL_TRY(cupel_writer_attr_int(w, "candidates", (int64_t)r->candidates, err));
    CUPEL_TRY(cupel_writer_attr_int(w, "merged", (int64_t)r->merged, err));
    CUPEL_TRY(put_texts(w, "recipe", "what each structure is made from, by rank", p.recipe, n, err));
    CUPEL_TRY(put_texts(w, "reason", "why a structure could not be verified", p.reason, n, err));
    CUPEL_TRY(
        cupel_writer_put(w, "parameter", "", "in the order of the attribute parameters", CUPEL_F64, 2, (size_t[]){n, r->n_params}, p.param, err));
    CUPEL_TRY(cupel_writer_put(w, "state", "",
                               "chance to meet the demand, score, Sobol index, 1 if verified, verdict: 0 meets, 1 within the error, 2 misses",
                               CUPEL_F64, 2, (size_t[]){n, STATE}, p.state, err));
    CUPEL_TRY(cupel_writer_put(w, "forecast", "", "of each asked number: value, lower, upper", CUPEL_F64, 2, (size_t[]){n, FORECAST * r->n_asks},
                               p.forecast, err));
    CUPEL_TRY(
        cupel_writer_put(w, "predicted fraction", "", "volume fraction of each phase", CUPEL_F64, 2, (size_t[]){n, d->n_phases}, p.fraction, err));
    CUPEL_TRY(put_figures(w, "verified", d, p.figure, n, err));
    st = cupel_writer_commit(&w, err);
done:
    cupel_writer_abandon(&w);
    pack_release(&p);
    return st;
}

typedef struct unpack {
    double *param, *state, *forecast, *fraction, *figure;
    char **recipe, **reason;
} unpack;

static void unpack_release(unpack *u, size_t n)
{
    cupel_free(u->param);
    cupel_free(u->state);
    cupel_free(u->forecast);
    cupel_free(u->fraction);
    cupel_free(u->figure);
    for (size_t i = 0; u->recipe && i < n; i++) cupel_free(u->recipe[i]);
    for (size_t i = 0; u->reason && i < n; i++) cupel_free(u->reason[i]);
    cupel_free(u->recipe);
    cupel_free(u->reason);
}

static cupel_status unpack_row(const cupel_micro_demand *d, const cupel_layout *l, unpack *u, size_t i, size_t n_params, cupel_ranked *x,
                               cupel_err *err)
{
    const double *state = u->state + i * STATE;
    x->param = copy_of(u->param + i * n_params, n_params);
    x->recipe = u->recipe[i], u->recipe[i] = NULL;
    x->reason = u->reason[i], u->reason[i] = NULL;
    if (!x->param) return cupel_no_memory(err, "a ranking", 0);
    x->forecast.chance = state[0], x->forecast.score = state[1];
    x->index = state[2] >= 0 && state[2] < 0x1p53 ? (uint64_t)state[2] : 0;
    x->verified = state[3] == 1;
    x->all = x->verified || x->reason ? CUPEL_MISSES : CUPEL_MEETS;
    for (size_t a = 0; a < d->n_asks; a++) {
        const double *f = u->forecast + (i * d->n_asks + a) * FORECAST;
        x->forecast.value[a] = f[0], x->forecast.lower[a] = f[1], x->forecast.upper[a] = f[2];
    }
    memcpy(x->forecast.fraction, u->fraction + i * d->n_phases, d->n_phases * sizeof(double));
    if (!x->verified) return CUPEL_OK;
    x->figure = copy_of(u->figure + i * l->width, l->width);
    if (!x->figure) return cupel_no_memory(err, "a ranking", 0);
    cupel_micro_ranked_judge(d, l, x);
    return CUPEL_OK;
}

static cupel_status unpack_all(const cupel_reader *reader, const cupel_micro_demand *d, const cupel_micro_space *space, size_t n, unpack *u,
                               cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_layout l;
    cupel_layout_of(d, &l);
    u->recipe = cupel_alloc(n, sizeof *u->recipe), u->reason = cupel_alloc(n, sizeof *u->reason),
    u->figure = cupel_alloc(n, l.width * sizeof(double));
    if (!u->recipe || !u->reason || !u->figure) CUPEL_TRY(cupel_no_memory(err, "a ranking", 0));
    CUPEL_TRY(get(reader, "parameter", n, space->n, &u->param, err));
    CUPEL_TRY(get(reader, "state", n, STATE, &u->state, err));
    CUPEL_TRY(get(reader, "forecast", n, FORECAST * d->n_asks, &u->forecast, err));
    CUPEL_TRY(get(reader, "predicted fraction", n, d->n_phases, &u->fraction, err));
    CUPEL_TRY(get_texts(reader, "recipe", n, false, u->recipe, err));
    CUPEL_TRY(get_texts(reader, "reason", n, true, u->reason, err));
    st = get_figures(reader, "verified", d, n, l.width, u->figure, err);
done:
    return st;
}

cupel_status cupel_micro_load_ranking(const char *path, const cupel_micro_demand *d, const cupel_micro_space *space, cupel_micro_ranking *out,
                                      cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_reader *reader = NULL;
    cupel_micro_ranking r = {.n_params = space->n, .n_asks = d->n_asks};
    unpack u = {0};
    cupel_layout l;
    size_t shape[2] = {0};
    int rank = 0;
    int64_t candidates = 0, merged = 0;
    cupel_layout_of(d, &l);
    CUPEL_TRY(cupel_reader_open(path, RANKING, SCHEMA, &reader, err));
    CUPEL_TRY(check_head(reader, path, d, err));
    CUPEL_TRY(cupel_reader_attr_int(reader, "candidates", &candidates, err));
    CUPEL_TRY(cupel_reader_attr_int(reader, "merged", &merged, err));
    CUPEL_TRY(cupel_reader_shape(reader, "parameter", 2, &rank, shape, err));
    CUPEL_TRY(unpack_all(reader, d, space, shape[0], &u, err));
    r.row = cupel_alloc(shape[0], sizeof *r.row);
    if (!r.row) CUPEL_TRY(cupel_no_memory(err, "a ranking", 0));
    r.n = shape[0], r.width = l.width, r.candidates = (uint64_t)candidates, r.merged = (uint64_t)merged;
    for (size_t i = 0; i < r.n && st == CUPEL_OK; i++) st = unpack_row(d, &l, &u, i, space->n, &r.row[i], err);
done:
    unpack_release(&u, shape[0]);
    cupel_reader_free(reader);
    if (st == CUPEL_OK)
        *out = r;
    else
        cupel_micro_ranking_release(&r);
    return st;
}
