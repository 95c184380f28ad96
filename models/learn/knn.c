/* k nearest neighbours: the mean of their targets, weighted by a power of the distance, so that a row which equals a training row gets that row's
 * target (Shepard's weights; Cover, Hart 1967, doi:10.1109/TIT.1967.1053964). */
#include "models/learn/learner.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
#include "models/learn/scale.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { K, POWER };
enum { MOST = 64, PANEL = 8 };

typedef struct knn {
    size_t m, d, k;
    double power;
    double *panels; /* [m up to a multiple of PANEL / PANEL][d][PANEL] */
    double *y;      /* [m] scaled target */
} knn;

static size_t panels_of(size_t m) { return (m + PANEL - 1) / PANEL; }

static void free_model(void *model)
{
    knn *s = model;
    if (!s) return;
    cupel_free(s->panels);
    cupel_free(s->y);
    cupel_free(s);
}

static cupel_status make(size_t m, size_t d, knn **out, cupel_err *err)
{
    knn *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "neighbours", sizeof *s);
    *s = (knn){.m = m, .d = d};
    s->panels = cupel_alloc_aligned(cupel_mul(panels_of(m) * PANEL, d), sizeof *s->panels);
    s->y = cupel_alloc(m, sizeof *s->y);
    if (!s->panels || !s->y) {
        free_model(s);
        return cupel_no_memory(err, "neighbours", cupel_mul(m * sizeof(double), d));
    }
    *out = s;
    return CUPEL_OK;
}

static double *at(const knn *s, size_t i, size_t j) { return s->panels + (i / PANEL * s->d + j) * PANEL + i % PANEL; }

static size_t scratch(const void *model)
{
    (void)model;
    return 1;
}

/* The nearest so far, nearer first, of equals the earlier row first. */
typedef struct list {
    size_t n, most;
    double square[MOST];
    size_t row[MOST];
} list;

static void offer(list *l, double square, size_t row)
{
    if (l->n == l->most && !(square < l->square[l->n - 1])) return;
    size_t i = l->n < l->most ? l->n++ : l->n - 1;
    for (; i && square < l->square[i - 1]; i--) {
        l->square[i] = l->square[i - 1];
        l->row[i] = l->row[i - 1];
    }
    l->square[i] = square;
    l->row[i] = row;
}

static void find(const knn *s, const double *z, list *l)
{
    for (size_t p = 0; p < panels_of(s->m); p++) {
        const double *panel = s->panels + p * s->d * PANEL;
        double sum[PANEL] = {0};
        for (size_t j = 0; j < s->d; j++)
            for (size_t c = 0; c < PANEL; c++) sum[c] += (z[j] - panel[j * PANEL + c]) * (z[j] - panel[j * PANEL + c]);
        size_t count = s->m - p * PANEL < PANEL ? s->m - p * PANEL : PANEL;
        for (size_t c = 0; c < count; c++) offer(l, sum[c], p * PANEL + c);
    }
}

/* Relative weights; the rows at distance 0 share all. */
static double weight_of(const knn *s, const list *l, size_t i)
{
    if (!(l->square[0] > 0)) return l->square[i] > 0 ? 0 : 1;
    double nearness = l->square[0] / l->square[i];
    return s->power == 2 ? nearness : s->power == 1 ? sqrt(nearness) : 1;
}

static void predict(const void *model, const cupel_query *rows, double *value, double *spread)
{
    const knn *s = model;
    for (size_t i = 0; i < rows->n; i++) {
        list l = {.most = s->k < s->m ? s->k : s->m};
        double sum = 0, total = 0, square = 0;
        find(s, rows->x + i * rows->ld, &l);
        for (size_t j = 0; j < l.n; j++) {
            double w = weight_of(s, &l, j);
            sum += w * s->y[l.row[j]];
            total += w;
        }
        value[i] = sum / total;
        for (size_t j = 0; j < l.n; j++) {
            double off = s->y[l.row[j]] - value[i];
            square += weight_of(s, &l, j) * off * off;
        }
        spread[i] = sqrt(square / total);
    }
}

/* ---- file ---- */

static cupel_status save(const void *model, const char *group, cupel_writer *w, cupel_err *err)
{
    const knn *s = model;
    cupel_status st = CUPEL_OK;
    char name[96];
    double choice[] = {(double)s->k, s->power};
    double *x = cupel_alloc(cupel_mul(s->m, s->d), sizeof *x);
    if (!x) return cupel_no_memory(err, "neighbours", cupel_mul(s->m * sizeof *x, s->d));
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < s->d; j++) x[i * s->d + j] = *at(s, i, j);
    snprintf(name, sizeof name, "%s/neighbours", group);
    CUPEL_TRY(cupel_writer_put(w, name, "", "how many neighbours, and the power of 1/distance that weighs them", CUPEL_F64, 1, (size_t[]){2},
            choice, err));
    snprintf(name, sizeof name, "%s/rows", group);
    CUPEL_TRY(cupel_writer_put(w, name, "scaled columns", "training rows", CUPEL_F64, 2, (size_t[]){s->m, s->d}, x, err));
    snprintf(name, sizeof name, "%s/targets", group);
    CUPEL_TRY(cupel_writer_put(w, name, "scaled target", "their targets", CUPEL_F64, 1, &s->m, s->y, err));
done:
    cupel_free(x);
    return st;
}

static cupel_status load_choice(const cupel_reader *r, const char *name, knn *s, cupel_err *err)
{
    void *data = NULL;
    cupel_status st = cupel_reader_get(r, name, CUPEL_F64, 1, (size_t[]){2}, &data, err);
    if (st != CUPEL_OK) return st;
    const double *choice = data;
    if (!(choice[0] >= 1 && choice[0] <= MOST) || choice[0] != floor(choice[0]) || !(choice[1] == 0 || choice[1] == 1 || choice[1] == 2))
        st = cupel_fail(err, CUPEL_BAD_ARTIFACT,
                "model: '%s' is %g and %g, expected 1 to %d neighbours and a power of 0, 1 or 2; train the model again", name,
                        choice[0], choice[1], (int)MOST);
    else
        s->k = (size_t)choice[0], s->power = choice[1];
    cupel_free(data);
    return st;
}

static cupel_status load(const cupel_reader *r, const char *group, size_t d, void **model, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char name[96];
    knn *s = NULL;
    void *x = NULL, *y = NULL;
    size_t shape[2] = {SIZE_MAX, d};
    snprintf(name, sizeof name, "%s/rows", group);
    CUPEL_TRY(cupel_reader_get(r, name, CUPEL_F64, 2, shape, &x, err));
    if (!shape[0] || !cupel_all_within(x, shape[0] * d, CUPEL_LARGEST)) {
        st = cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: '%s' is empty or holds a value that is not finite or too large; train the model again",
                name);
        goto done;
    }
    CUPEL_TRY(make(shape[0], d, &s, err));
    for (size_t i = 0; i < s->m; i++)
        for (size_t j = 0; j < d; j++) *at(s, i, j) = ((double *)x)[i * d + j];
    snprintf(name, sizeof name, "%s/targets", group);
    CUPEL_TRY(cupel_reader_get(r, name, CUPEL_F64, 1, shape, &y, err));
    if (!cupel_all_within(y, s->m, CUPEL_LARGEST)) {
        st = cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: '%s' holds a value that is not finite or too large; train the model again", name);
        goto done;
    }
    memcpy(s->y, y, s->m * sizeof *s->y);
    snprintf(name, sizeof name, "%s/neighbours", group);
    CUPEL_TRY(load_choice(r, name, s, err));
    *model = s;
    s = NULL;
done:
    free_model(s);
    cupel_free(x);
    cupel_free(y);
    return st;
}

static const cupel_own_kind kind_knn = {.scratch = scratch, .predict = predict, .free = free_model, .save = save, .load = load};

/* ---- learner ---- */

static void start(const cupel_problem *p, double *setting)
{
    (void)p;
    if (isnan(setting[K])) setting[K] = 5;
    if (isnan(setting[POWER])) setting[POWER] = 1;
}

static cupel_status fit(const cupel_fit_task *t, cupel_fitted *out, cupel_err *err)
{
    const cupel_problem *p = t->problem;
    knn *s = NULL;
    cupel_status st = make(t->n, p->d, &s, err);
    if (st != CUPEL_OK) return st;
    s->k = (size_t)t->setting[K];
    s->power = floor(t->setting[POWER]);
    for (size_t i = 0; i < t->n; i++) {
        for (size_t j = 0; j < p->d; j++) *at(s, i, j) = p->x[t->row[i] * p->d + j];
        s->y[i] = p->y[t->row[i]];
    }
    return cupel_fitted_own(t, &kind_knn, s, out, err);
}

static const cupel_reference references[] = {
    {"10.1109/TIT.1967.1053964", "Cover, Hart: Nearest neighbor pattern classification. IEEE Trans. Inf. Theory 13, 21 (1967)"},
    {NULL, NULL},
};

static const cupel_param params[] = {
    {"k", "", NAN, 1, MOST, "neighbours, a whole number; chosen by inner cross-validation"},
    {"power", "", NAN, 0, 2, "weights are 1 / distance to this power, 0, 1 or 2; chosen by inner cross-validation"},
    {0},
};

static const cupel_axis axes[] = {
    {.param = POWER, .stage = 0, .n = 3, .value = {0, 1, 2}},
    {.param = K, .stage = 0, .n = 8, .value = {1, 2, 3, 5, 8, 12, 20, 40}},
    {0},
};

extern const cupel_learner cupel_learner_knn;
const cupel_learner cupel_learner_knn = {
    .method = {CUPEL_LEARNER_SAYS,
               .name = "knn",
               .help = "nearest neighbours, weighted by distance",
               .maturity = "stable",
               .output = CUPEL_NUMBER_OR_CHANCE,
               .references = references,
               .params = params},
    .regression = true,
    .classes = true,
    .kernel = true,
    .own = &kind_knn,
    .axes = axes,
    .start = start,
    .fit = fit,
};
