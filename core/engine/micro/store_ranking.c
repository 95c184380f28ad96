/* result.h5: the ranking. */
#include "core/engine/micro/store_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <string.h>

static const char RANKING[] = "microstructure-ranking";
enum { FORECAST = 3 /* numbers of each that is asked: value, lower, upper */ };

/* ---- writing ---- */

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
    CUPEL_TRY(cupel_writer_open(path, RANKING, CUPEL_STORE_SCHEMA, d->seed, &w, err));
    CUPEL_TRY(cupel_store_put_head(w, d, space, err));
    CUPEL_TRY(cupel_writer_attr_int(w, "candidates", (int64_t)r->candidates, err));
    CUPEL_TRY(cupel_writer_attr_int(w, "merged", (int64_t)r->merged, err));
    CUPEL_TRY(cupel_store_put_texts(w, "recipe", "what each structure is made from, by rank", p.recipe, n, err));
    CUPEL_TRY(cupel_store_put_texts(w, "reason", "why a structure could not be verified", p.reason, n, err));
    CUPEL_TRY(
        cupel_writer_put(w, "parameter", "", "in the order of the attribute parameters", CUPEL_F64, 2, (size_t[]){n, r->n_params}, p.param, err));
    CUPEL_TRY(cupel_writer_put(w, "state", "",
                               "chance to meet the demand, score, Sobol index, 1 if verified, verdict: 0 meets, 1 within the error, 2 misses",
                               CUPEL_F64, 2, (size_t[]){n, STATE}, p.state, err));
    CUPEL_TRY(cupel_writer_put(w, "forecast", "", "of each asked number: value, lower, upper", CUPEL_F64, 2, (size_t[]){n, FORECAST * r->n_asks},
                               p.forecast, err));
    CUPEL_TRY(
        cupel_writer_put(w, "predicted fraction", "", "volume fraction of each phase", CUPEL_F64, 2, (size_t[]){n, d->n_phases}, p.fraction, err));
    CUPEL_TRY(cupel_store_put_figures(w, "verified", d, p.figure, n, err));
    st = cupel_writer_commit(&w, err);
done:
    cupel_writer_abandon(&w);
    pack_release(&p);
    return st;
}

/* ---- reading ---- */

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
    x->param = cupel_store_copy(u->param + i * n_params, n_params);
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
    x->figure = cupel_store_copy(u->figure + i * l->width, l->width);
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
    CUPEL_TRY(cupel_store_numbers(reader, "parameter", n, space->n, &u->param, err));
    CUPEL_TRY(cupel_store_numbers(reader, "state", n, STATE, &u->state, err));
    CUPEL_TRY(cupel_store_numbers(reader, "forecast", n, FORECAST * d->n_asks, &u->forecast, err));
    CUPEL_TRY(cupel_store_numbers(reader, "predicted fraction", n, d->n_phases, &u->fraction, err));
    CUPEL_TRY(cupel_store_texts(reader, "recipe", n, false, u->recipe, err));
    CUPEL_TRY(cupel_store_texts(reader, "reason", n, true, u->reason, err));
    st = cupel_store_figures(reader, "verified", d, n, l.width, u->figure, err);
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
    CUPEL_TRY(cupel_reader_open(path, RANKING, CUPEL_STORE_SCHEMA, &reader, err));
    CUPEL_TRY(cupel_store_check_head(reader, path, d, err));
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
