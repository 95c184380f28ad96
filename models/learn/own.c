#include "models/learn/own.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "models/learn/learner.h"

cupel_status cupel_own_new(const cupel_own_kind *kind, void *model, cupel_own **own, cupel_err *err)
{
    cupel_own *o = cupel_alloc(1, sizeof *o);
    if (!o) {
        kind->free(model);
        return cupel_no_memory(err, "a model", sizeof *o);
    }
    *o = (cupel_own){kind, model, 1};
    *own = o;
    return CUPEL_OK;
}

cupel_own *cupel_own_hold(cupel_own *own)
{
    own->held++;
    return own;
}

void cupel_own_drop(cupel_own *own)
{
    if (!own || --own->held) return;
    own->kind->free(own->model);
    cupel_free(own);
}

bool cupel_own_mixed(const cupel_own *own) { return own && own->kind->mixed && own->kind->mixed(own->model); }

cupel_status cupel_fitted_own(const cupel_fit_task *t, const cupel_own_kind *kind, void *model, cupel_fitted *out, cupel_err *err)
{
    cupel_own *own = NULL;
    cupel_status st = cupel_own_new(kind, model, &own, err);
    if (st != CUPEL_OK) return st;
    st = cupel_fitted_points(t, out, err);
    if (st == CUPEL_OK) out->own = own;
    else cupel_own_drop(own);
    return st;
}

cupel_status cupel_fitted_points(const cupel_fit_task *t, cupel_fitted *out, cupel_err *err)
{
    size_t m = t->n < CUPEL_OWN_POINTS ? t->n : CUPEL_OWN_POINTS;
    cupel_fitted f = {.n = m};
    cupel_status st = CUPEL_OK;
    f.row = cupel_alloc(m, sizeof *f.row);
    f.coef = cupel_alloc(m, sizeof *f.coef);
    if (!f.row || !f.coef) CUPEL_TRY(cupel_no_memory(err, "points of the domain", m * sizeof *f.coef));
    for (size_t i = 0; i < m; i++) f.row[i] = t->row[i * t->n / m];
done:
    if (st == CUPEL_OK)
        *out = f;
    else
        cupel_fitted_release(&f);
    return st;
}
