#include "core/engine/describe_volume_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/pca.h"
#include "core/sys/par.h"

#include <math.h>
#include <string.h>

/* Principal components of the maps of an ensemble, the reduced two-point statistics of materials informatics (Niezgoda, Kanjarla, Kalidindi 2013,
 * doi:10.1186/2193-9772-2-3): few numbers per volume that hold most of how correlations differ. */

typedef struct ensemble {
    const cupel_job *job;
    size_t n, set;
    cupel_volume_row **row; /* [n] those that could be read */
    double *gram;           /* [n][n] */
} ensemble;

static size_t numbers_of(const cupel_quantity_map *m) { return m->n[0] * m->n[1] * (m->rank == 3 ? m->n[2] : 1); }

/* The products with all volumes up to this one, map after map. */
static cupel_status products(void *user, size_t i, size_t worker, cupel_err *err)
{
    const ensemble *e = user;
    (void)worker;
    for (size_t j = 0; j <= i; j++) {
        const cupel_quantities *a = &e->row[i]->said[e->set], *b = &e->row[j]->said[e->set];
        double sum = 0;
        if (cupel_stopped(e->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while computing principal components");
        for (size_t m = 0; m < a->n_maps; m++) {
            const size_t n = numbers_of(&a->map[m]);
            const float *x = a->map[m].v, *y = b->map[m].v;
            double of_map = 0;
            for (size_t k = 0; k < n; k++) of_map += (double)x[k] * (double)y[k];
            sum += of_map;
        }
        e->gram[i * e->n + j] = e->gram[j * e->n + i] = sum;
    }
    return CUPEL_OK;
}

static bool alike(const cupel_volume_row *a, const cupel_volume_row *b, size_t set)
{
    const cupel_quantities *x = &a->said[set], *y = &b->said[set];
    if (x->n_maps != y->n_maps || a->head.n_phases != b->head.n_phases || a->head.dim != b->head.dim) return false;
    if (memcmp(a->head.label, b->head.label, a->head.n_phases * sizeof *a->head.label) != 0) return false;
    for (size_t m = 0; m < x->n_maps; m++)
        if (memcmp(x->map[m].n, y->map[m].n, sizeof x->map[m].n) != 0) return false;
    return true;
}

static cupel_status gather(ensemble *e, cupel_volume_row *row, size_t n_rows, const cupel_volume_sets *s, size_t n_components, cupel_err *err)
{
    e->row = cupel_alloc(n_rows, sizeof *e->row);
    if (!e->row) return cupel_no_memory(err, "principal components", 0);
    for (size_t i = 0; i < n_rows; i++)
        if (!row[i].message) e->row[e->n++] = &row[i];
    for (e->set = 0; e->n && e->set < s->n && !e->row[0]->said[e->set].n_maps;) e->set++;
    if (e->n && e->set == s->n)
        return cupel_fail(err, CUPEL_USAGE, "principal components are of maps, which no set gives; take --set two_point:map=1");
    for (size_t i = 1; i < e->n; i++)
        if (!alike(e->row[0], e->row[i], e->set))
            return cupel_fail(err, CUPEL_BAD_INPUT, "'%s' and '%s' differ in shape or phases: principal components are of volumes of one kind",
                              e->row[0]->name, e->row[i]->name);
    if (n_components >= e->n)
        return cupel_fail(err, CUPEL_USAGE, "%zu principal components of %zu volumes; there are at most %zu", n_components, e->n, e->n ? e->n - 1
                          : 0);
    return CUPEL_OK;
}

static void add(ensemble *e, size_t k, const double *score, const double *share)
{
    for (size_t i = 0; i < e->n; i++)
        for (size_t c = 0; c < k; c++) {
            cupel_str name = {0};
            cupel_str_addf(&name, "component %zu", c + 1);
            cupel_quantities_add(&e->row[i]->said[e->set], cupel_str_text(&name), "", CUPEL_OF_WHOLE, score[i * k + c]);
            cupel_str_puts(&name, " share");
            cupel_quantities_add(&e->row[i]->said[e->set], cupel_str_text(&name), "", CUPEL_OF_WHOLE, share[c]);
            if (name.failed) e->row[i]->said[e->set].failed = true;
            cupel_str_free(&name);
        }
}

cupel_status cupel_volume_components(cupel_volume_row *row, size_t n_rows, const cupel_volume_sets *s, size_t n_components, const cupel_job *job,
                                     cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    ensemble e = {.job = job};
    double *score = NULL, *share = NULL;
    CUPEL_TRY(gather(&e, row, n_rows, s, n_components, err));
    e.gram = cupel_alloc(cupel_mul(e.n, e.n), sizeof *e.gram);
    score = cupel_alloc(cupel_mul(e.n, n_components), sizeof *score);
    share = cupel_alloc(n_components, sizeof *share);
    if (!e.gram || !score || !share) CUPEL_TRY(cupel_no_memory(err, "principal components", 0));
    CUPEL_TRY(cupel_par_for(job->threads, e.n, products, &e, err));
    CUPEL_TRY(cupel_pca_of_products(e.n, e.gram, n_components, score, share, err));
    add(&e, n_components, score, share);
    for (size_t i = 0; i < e.n; i++) CUPEL_TRY(cupel_quantities_check(&e.row[i]->said[e.set], err));
done:
    cupel_free(e.row);
    cupel_free(e.gram);
    cupel_free(score);
    cupel_free(share);
    return st;
}
