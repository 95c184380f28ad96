#include "core/engine/micro/reach.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/micro/reused.h"
#include "core/math/order.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CANDIDATES = 10240, BLOCK = 256, ROWS_LEAST = 9, ROWS_MOST = 256, COLUMNS_MOST = 24, SEEDS_MOST = 3 };

static const double NEAR = 0.05;  /* trials nearer than this are one: root mean square of the differences, -1 .. 1 being as far as all go */
static const double LEVEL = 0.9;
static const double KNOWN = 0.9;  /* candidates may be as far off as this share of the rows left out */
static const double SKILL = 0.5;  /* least share of the variance of rows left out that is explained, */
static const double POOR = 0.2;   /* and most that the tensors of half of them may be missed by */

static const uint64_t STREAM = 0x7265616368; /* "reach" */

/* What a region is made of. */
typedef struct source {
    cupel_micro_demand *d;        /* with one thing asked, which costs nothing to calibrate */
    const cupel_micro_space *space;
    const cupel_samples *rows;
    const cupel_micro_model *model;
    const cupel_job *job;
    bool between;                 /* candidates between rows, not in all of the ranges */
} source;

/* ---- rows ---- */

/* What is said does not depend on what is asked: one number that is always there stands for it. */
static cupel_micro_demand *plain(const cupel_micro_demand *d)
{
    cupel_micro_demand *p = cupel_alloc(1, sizeof *p);
    if (!p) return NULL;
    *p = *d;
    p->needs_expansion = p->needs_surface = false;
    p->n_asks = 1;
    p->ask[0] = (cupel_ask){.kind = CUPEL_ASK_FRACTION, .within = NAN, .min = 0, .max = 1, .weight = 1, .name = "", .unit = "",
                               .in_unit = 1, .own_unit = ""};
    return p;
}

static bool of_family(const cupel_design_point *p, const cupel_family *f) { return p->of == f->number; }

/* From where to where a parameter of a family changed on the way. */
static void ends_of(const cupel_designs *found, const cupel_family *f, size_t k, double *low, double *high)
{
    *low = HUGE_VAL, *high = -HUGE_VAL;
    for (size_t i = 0; i < found->n_points; i++)
        if (of_family(&found->point[i], f)) *low = fmin(*low, found->point[i].x[k]), *high = fmax(*high, found->point[i].x[k]);
}

/* How much of its range that is. */
static double changed(const cupel_designs *found, const cupel_family *f, size_t k)
{
    double low, high;
    ends_of(found, f, k, &low, &high);
    return f->high[k] > f->low[k] && high > low ? (high - low) / (f->high[k] - f->low[k]) : 0;
}

/* The space of the parameters that changed most, as far as they did, at most COLUMNS_MOST of them and the volume fraction first; the others are those
 * of the first design. of [COLUMNS_MOST]: which of the family each is. */
static void space_of(const cupel_designs *found, const cupel_family *f, cupel_micro_space *s, size_t *of)
{
    double much[CUPEL_TRIAL_PARAMS] = {0}; /* a space of one structure has none */
    *s = (cupel_micro_space){.middle = found->one[0].recipe};
    for (size_t k = 0; k < f->n; k++) much[k] = changed(found, f, k) * (k == f->fraction ? 1e6 : 1);
    for (size_t most; s->n < COLUMNS_MOST; s->n++) {
        most = 0;
        for (size_t k = 1; k < f->n; k++)
            if (much[k] > much[most]) most = k;
        if (!(much[most] > 1e-9)) break;
        s->place[s->n] = f->place[most];
        ends_of(found, f, most, &s->low[s->n], &s->high[s->n]);
        of[s->n] = most;
        much[most] = 0;
    }
}

static bool is_near(const cupel_micro_space *s, const double *a, const double *b)
{
    double za[CUPEL_SOBOL_DIMENSIONS], zb[CUPEL_SOBOL_DIMENSIONS], sum = 0;
    cupel_micro_space_scaled(s, a, za), cupel_micro_space_scaled(s, b, zb);
    for (size_t k = 0; k < s->n; k++) sum += (za[k] - zb[k]) * (za[k] - zb[k]);
    return sum < NEAR * NEAR * (double)s->n;
}

static void put_row(const cupel_layout *l, const cupel_tensors *t, double *row)
{
    memset(row, 0, l->width * sizeof *row);
    memcpy(row + l->fraction, t->fraction, l->n_phases * sizeof *row);
    if (l->k != SIZE_MAX) memcpy(row + l->k, t->k, sizeof t->k);
    if (l->c != SIZE_MAX) memcpy(row + l->c, t->c, sizeof t->c);
}

static bool finite_row(const double *row, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(row[i])) return false;
    return true;
}

/* A tenth of a second goes into what is known of the noise of one seed (physics.h). */
static bool is_of_few_seeds(const cupel_samples *rows, uint64_t seed)
{
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++) {
        bool first = true;
        if (rows->seed[i] == seed) return true;
        for (size_t k = 0; k < i; k++) first = first && rows->seed[k] != rows->seed[i];
        n += first;
    }
    return n < SEEDS_MOST;
}

/* The trials of a family from the last to the first: later ones are on finer grids. */
static cupel_status rows_of(const cupel_micro_demand *d, const cupel_designs *found, const cupel_family *f, const cupel_micro_space *s,
                            const size_t *of, cupel_samples *rows, cupel_err *err)
{
    cupel_layout_of(d, &rows->layout);
    const size_t most = found->n_points < ROWS_MOST ? found->n_points : (size_t)ROWS_MOST, width = rows->layout.width;
    rows->n_params = s->n;
    rows->param = cupel_alloc(most + 1, s->n * sizeof *rows->param), rows->figure = cupel_alloc(most + 1, width * sizeof *rows->figure);
    rows->reason = cupel_alloc(most + 1, sizeof *rows->reason), rows->recipe = cupel_alloc(most + 1, sizeof *rows->recipe);
    rows->seed = cupel_alloc(most + 1, sizeof *rows->seed);
    if (!rows->param || !rows->figure || !rows->reason || !rows->recipe || !rows->seed) return cupel_no_memory(err, "trials", 0);
    for (size_t i = found->n_points; i-- && rows->n < most;) {
        const cupel_design_point *p = &found->point[i];
        double *x = rows->param + rows->n * s->n;
        bool take = of_family(p, f) && is_of_few_seeds(rows, p->seed);
        for (size_t k = 0; k < s->n; k++) x[k] = p->x[of[k]];
        for (size_t k = 0; k < rows->n && take; k++) take = rows->seed[k] != p->seed || !is_near(s, x, rows->param + k * s->n);
        if (!take) continue;
        put_row(&rows->layout, &p->t, rows->figure + rows->n * width);
        rows->seed[rows->n] = p->seed;
        rows->n += finite_row(rows->figure + rows->n * width, width);
    }
    return CUPEL_OK;
}

/* ---- how good it is ---- */

static void tensors_of(const source *of, const double *row, cupel_tensors *t)
{
    const cupel_layout *l = &of->rows->layout;
    *t = (cupel_tensors){.fraction = {0}};
    memcpy(t->fraction, row + l->fraction, l->n_phases * sizeof *row);
    if (l->k != SIZE_MAX) memcpy(t->k, row + l->k, sizeof t->k);
    if (l->c != SIZE_MAX) memcpy(t->c, row + l->c, sizeof t->c);
}

/* The k-th of x [n], sorted on the way, k = ceil(share (n + 1)), at most n. */
static double share_of(double *x, size_t n, double share)
{
    const double k = fmin(ceil(share * (double)(n + 1) - 1e-9), (double)n);
    cupel_sort(x, n);
    return x[(size_t)k - 1];
}

/* How well rows left out are told: the share of the variance of a tensor, stiffness or conductivity, that is explained, and *median of the relative
 * misses |left out - truth| / |truth|. miss [n_rows] is room. */
static double skill_of(const cupel_reach *r, bool elastic, double *miss, double *median)
{
    const size_t m = elastic ? 36 : 9;
    double mean[36] = {0}, off = 0, all = 0;
    for (size_t i = 0; i < r->n_rows; i++)
        for (size_t k = 0; k < m; k++) mean[k] += (elastic ? r->truth[i].c : r->truth[i].k)[k] / (double)r->n_rows;
    for (size_t i = 0; i < r->n_rows; i++) {
        const double *t = elastic ? r->truth[i].c : r->truth[i].k, *p = elastic ? r->left_out[i].c : r->left_out[i].k;
        double one = 0, size = 0;
        for (size_t k = 0; k < m; k++) {
            one += (p[k] - t[k]) * (p[k] - t[k]);
            size += t[k] * t[k];
            all += (t[k] - mean[k]) * (t[k] - mean[k]);
        }
        off += one;
        miss[i] = sqrt(one / size);
    }
    *median = share_of(miss, r->n_rows, 0.5);
    return all > 0 ? 1 - off / all : 0;
}

static void say(const source *of, cupel_reach *r, bool good, double percent)
{
    char head[200];
    const char *name = of->space->middle.generator->method.name;
    if (!good)
        snprintf(head, sizeof head, "A surrogate of %zu %s structures is too poor to say what else can be had", r->n_rows, name);
    else if (of->between)
        snprintf(head, sizeof head, "Green: what lies between the %s structures tried, by a surrogate that has learned from %zu of them", name,
                 r->n_rows);
    else
        snprintf(head, sizeof head, "Green: what the whole %s space holds, by a surrogate of %zu structures solved before", name, r->n_rows);
    snprintf(r->words, sizeof r->words, "%s; left out, they are missed by %.2g %% in the median.%s", head, percent,
             good ? " The rim is the 90 % interval at the edge." : "");
}

static cupel_status judge(const source *of, cupel_reach *r, bool *good, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = r->n_rows = cupel_micro_model_rows(of->model), width = of->rows->layout.width;
    double *figure = cupel_alloc(n, width * sizeof *figure), *miss = cupel_alloc(n, sizeof *miss), skill = 1, worst = 0;
    r->truth = cupel_alloc(n, sizeof *r->truth), r->left_out = cupel_alloc(n, sizeof *r->left_out);
    r->left_spread = cupel_alloc(n, sizeof *r->left_spread);
    if (!figure || !miss || !r->truth || !r->left_out || !r->left_spread) CUPEL_TRY(cupel_no_memory(err, "rows left out", 0));
    cupel_micro_model_left_out_figures(of->model, figure, r->left_spread);
    for (size_t i = 0; i < n; i++) {
        tensors_of(of, of->rows->figure + cupel_micro_model_row(of->model, i) * width, &r->truth[i]);
        tensors_of(of, figure + i * width, &r->left_out[i]);
    }
    for (int elastic = 0; elastic < 2; elastic++) {
        double median;
        if (!(elastic ? of->d->needs_elasticity : of->d->needs_conduction)) continue;
        skill = fmin(skill, skill_of(r, elastic, miss, &median));
        worst = fmax(worst, median);
    }
    *good = skill >= SKILL && worst <= POOR;
    say(of, r, *good, 100 * worst);
done:
    cupel_free(figure);
    cupel_free(miss);
    return st;
}

double cupel_reach_half(const cupel_reach *r, const double *truth, const double *left_out, double *typical)
{
    double *x = r->n_rows ? cupel_alloc(r->n_rows, sizeof *x) : NULL, half = NAN;
    bool all = true;
    *typical = 0;
    for (size_t i = 0; i < r->n_rows; i++) *typical += fabs(truth[i]) / (double)r->n_rows, all = all && isfinite(truth[i]) && isfinite(left_out[i]);
    if (x && all) {
        for (size_t i = 0; i < r->n_rows; i++) x[i] = fabs(truth[i] - left_out[i]) / (r->left_spread[i] * (fabs(left_out[i]) + *typical + 1e-300));
        half = share_of(x, r->n_rows, LEVEL);
    }
    cupel_free(x);
    return half;
}

/* ---- candidates ---- */

/* Between three rows: what did not change on the way is not known of, so that the rows' hull is as far as they go. */
static void between(const source *of, uint64_t index, double *value)
{
    const cupel_micro_space *s = of->space;
    const uint64_t n = cupel_micro_model_rows(of->model), seed = of->d->seed;
    double weight[3], sum = 0;
    memset(value, 0, s->n * sizeof *value);
    for (uint64_t i = 0; i < 3; i++) sum += weight[i] = -log(fmax(cupel_rng_uniform(seed, STREAM + 1, 3 * index + i), 1e-12));
    for (uint64_t i = 0; i < 3; i++) {
        const double *row = of->rows->param + cupel_micro_model_row(of->model, cupel_rng_below(seed, STREAM, 3 * index + i, n)) * s->n;
        for (size_t k = 0; k < s->n; k++) value[k] += weight[i] / sum * row[k];
    }
}

static bool can_be_made(const source *of, const double *value)
{
    cupel_recipe r;
    return cupel_micro_space_recipe(of->space, value, &r, NULL) == CUPEL_OK;
}

static cupel_status look(const source *of, cupel_reach *r, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = of->space->n, width = of->rows->layout.width;
    cupel_micro_scratch *scratch = NULL;
    double *value = cupel_alloc(BLOCK, n * sizeof *value), *figure = cupel_alloc(BLOCK, width * sizeof *figure);
    double *known = cupel_alloc(r->n_rows, sizeof *known);
    r->predicted = cupel_alloc(CANDIDATES, sizeof *r->predicted), r->spread = cupel_alloc(CANDIDATES, sizeof *r->spread);
    if (!value || !figure || !known || !r->predicted || !r->spread) CUPEL_TRY(cupel_no_memory(err, "candidates", CANDIDATES * sizeof *r->predicted));
    CUPEL_TRY(cupel_micro_scratch_new(of->model, BLOCK, &scratch, err));
    memcpy(known, r->left_spread, r->n_rows * sizeof *known);
    const double most = share_of(known, r->n_rows, KNOWN);
    for (uint64_t from = 0; from < CANDIDATES; from += BLOCK) {
        for (uint64_t i = 0; i < BLOCK; i++)
            if (of->between)
                between(of, from + i, value + i * n);
            else
                cupel_micro_space_point(of->space, from + i, value + i * n);
        cupel_micro_model_figures(of->model, value, BLOCK, of->job->isa, scratch, figure);
        const double *spread = cupel_micro_scratch_spread(scratch);
        for (size_t i = 0; i < BLOCK; i++) {
            if (!(spread[i] <= most) || !can_be_made(of, value + i * n)) continue;
            tensors_of(of, figure + i * width, &r->predicted[r->n]);
            r->spread[r->n++] = spread[i];
        }
    }
done:
    cupel_micro_scratch_free(scratch);
    cupel_free(value);
    cupel_free(figure);
    cupel_free(known);
    return st;
}

/* ---- all ---- */

/* Where the stiffness says what the expansion is. */
static void expand(const cupel_micro_demand *d, cupel_tensors *t, size_t n)
{
    for (size_t i = 0; i < n && d->needs_expansion; i++)
        if (cupel_tensors_expansion(d, &t[i], NULL) != CUPEL_OK) t[i].alpha[0] = NAN;
}

static cupel_status from_model(const source *of, cupel_reach *r, cupel_err *err)
{
    bool good = false;
    cupel_status st = judge(of, r, &good, err);
    return st == CUPEL_OK && good ? look(of, r, err) : st;
}

/* Whole numbers are fixed: surfaces that are networks and those that are walls are two families. */
static bool is_of(const cupel_recipe *r, const cupel_family *f)
{
    if (r->generator != f->start.generator) return false;
    const cupel_param *p = r->generator->method.params;
    for (size_t i = 0; p[i].name; i++)
        if (p[i].unit && strcmp(p[i].unit, "count") == 0 && r->value[i] != f->start.value[i] && !isnan(f->start.value[i])) return false;
    return true;
}

static cupel_status from_trials(const cupel_micro_demand *d, cupel_micro_demand *p, const cupel_designs *found, const cupel_job *job,
                                cupel_reach *r, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_samples rows = {.n = 0};
    cupel_micro_model *m = NULL;
    cupel_families *f = cupel_alloc(1, sizeof *f);
    cupel_micro_space *s = cupel_alloc(1, sizeof *s);
    if (!f || !s) CUPEL_TRY(cupel_no_memory(err, "a surrogate", sizeof *f + sizeof *s));
    if (!found->n) goto done;
    CUPEL_TRY(cupel_families_of(d, f, err));
    size_t k = 0, of[COLUMNS_MOST];
    while (k < f->n && !is_of(&found->one[0].recipe, &f->one[k])) k++;
    if (k == f->n) goto done; /* one phase alone, or layers */
    space_of(found, &f->one[k], s, of);
    if (!s->n) goto done; /* nothing changed */
    CUPEL_TRY(rows_of(p, found, &f->one[k], s, of, &rows, err));
    if (rows.n < ROWS_LEAST) {
        snprintf(r->words, sizeof r->words, "No surrogate says what else can be had: only %zu of the %s structures tried differ.",
                 rows.n, s->middle.generator->method.name);
        goto done;
    }
    CUPEL_TRY(cupel_micro_model_fit(p, s, &rows, job, &m, err));
    st = from_model(&(source){p, s, &rows, m, job, true}, r, err);
done:
    cupel_micro_model_free(m);
    cupel_samples_release(&rows);
    cupel_free(f);
    cupel_free(s);
    return st;
}

static cupel_status from_sample(cupel_micro_demand *p, const cupel_job *job, cupel_reach *r, cupel_err *err)
{
    cupel_reused *s = NULL;
    cupel_status st = cupel_reused_open(p->surrogate, p, job, &s, err);
    if (st == CUPEL_OK) st = from_model(&(source){p, &s->space, &s->rows, s->model, job, false}, r, err);
    cupel_reused_free(s);
    return st;
}

cupel_status cupel_reach_of(const cupel_micro_demand *d, const cupel_designs *found, const cupel_job *job, cupel_reach *r, cupel_err *err)
{
    cupel_err why = {0};
    cupel_job calm = *job; /* a page is written to its end */
    cupel_micro_demand *p = plain(d);
    *r = (cupel_reach){.n = 0};
    if (!p) return cupel_no_memory(err, "a surrogate", sizeof *p);
    calm.stop = NULL;
    cupel_status st = p->surrogate ? from_sample(p, &calm, r, &why) : from_trials(d, p, found, &calm, r, &why);
    cupel_free(p);
    if (st == CUPEL_OK) {
        expand(d, r->predicted, r->n), expand(d, r->truth, r->n_rows), expand(d, r->left_out, r->n_rows);
        return st;
    }
    cupel_reach_release(r);
    if (st == CUPEL_NO_RESOURCE) return cupel_fail(err, st, "%s", why.message);
    snprintf(r->words, sizeof r->words, "No surrogate says what else there is: %.300s.", why.message);
    return CUPEL_OK;
}

void cupel_reach_release(cupel_reach *r)
{
    cupel_free(r->predicted);
    cupel_free(r->spread);
    cupel_free(r->truth);
    cupel_free(r->left_out);
    cupel_free(r->left_spread);
    *r = (cupel_reach){.n = 0};
}
