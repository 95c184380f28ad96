#include "descriptors/composition/element_table.h"
#include "descriptors/composition/kernels/element_table.h"
#include "descriptors/composition/smooth.h"

#include "core/matter/reason.h"

static const cupel_table_kernel *const kernels[CUPEL_ISA_COUNT] = {
#if defined(__x86_64__)
    &cupel_table_ref, &cupel_table_avx2, &cupel_table_avx512
#else
    &cupel_table_ref, &cupel_table_ref, &cupel_table_ref
#endif
};

static size_t statistic_of(const cupel_table_set *s, size_t j)
{
    return s->by_statistic ? j / s->table->n_properties : j % s->n_statistics;
}

void cupel_table_column(const cupel_table_set *s, size_t j, cupel_str *name, const char **unit)
{
    size_t n = s->table->n_properties;
    size_t property = s->by_statistic ? j % n : j / s->n_statistics, statistic = statistic_of(s, j);
    cupel_str_addf(name, "%s %s %s", s->source, s->word[statistic], s->table->property[property]);
    *unit = s->table->unit[property];
}

/* Whether an element lacks a property. */
static bool weigh(const cupel_table_set *s, cupel_table_form form, const cupel_batch *batch, size_t k, cupel_table_work *w)
{
    size_t first = batch->first[k];
    const unsigned char *z = batch->z + first;
    const double *amount = batch->amount + first;
    double total = 0.0, largest = 0.0, before = 0.0, pairs = 0.0;
    bool lacks = false;
    w->n = batch->first[k + 1] - first;
    for (size_t i = 0; i < w->n; i++) {
        total += amount[i];
        largest = amount[i] > largest ? amount[i] : largest;
    }
    double near = 1e-8 + 1e-5 * largest;
    for (size_t i = 0; i < w->n; i++) {
        double f = amount[i] / total;
        w->value[i] = cupel_table_row(s->table, form, z[i]);
        w->fraction[i] = f;
        w->handicap[i] = largest - amount[i] <= near ? 0.0 : (double)INFINITY;
        pairs += f * before;
        before += f;
        lacks |= cupel_table_lacks(s->table, z[i]);
    }
    /* 1 - sum f^2 = 2 sum over pairs f g, without the cancellation of a nearly pure element */
    w->unbias = pairs > 0.0 ? 1.0 / (2.0 * pairs) : 0.0;
    return lacks;
}

static void blank(double *wide, float *narrow, size_t n)
{
    for (size_t j = 0; wide && j < n; j++) wide[j] = (double)NAN;
    for (size_t j = 0; narrow && j < n; j++) narrow[j] = NAN;
}

void cupel_table_compute(const cupel_table_set *s, cupel_table_form form, const cupel_batch *batch, size_t from, size_t n, cupel_isa isa,
                         double *wide, float *narrow, size_t ld, unsigned char *reason)
{
    const cupel_table_kernel *kernel = kernels[isa];
    cupel_table_work w;
    for (size_t i = 0; i < n; i++) {
        size_t k = from + i;
        cupel_reason why = CUPEL_REASON_NONE;
        if (batch->first[k + 1] == batch->first[k]) {
            blank(wide, narrow, s->table->n_properties * s->n_statistics);
            why = batch->reason[k] ? (cupel_reason)batch->reason[k] : CUPEL_REASON_MISSING_FORMULA;
        } else {
            if (weigh(s, form, batch, k, &w)) why = form == CUPEL_TABLE_PLAIN ? CUPEL_REASON_NO_ELEMENT_DATA : CUPEL_REASON_IMPUTED;
            if (wide) kernel->row(&w, s, wide);
            else kernel->row_f32(&w, s, narrow);
        }
        if (reason && !reason[i]) reason[i] = (unsigned char)why;
        if (wide) wide += ld;
        else narrow += ld;
    }
}

/* STD_DEV too: an element that comes in begins at |v - mean| / sqrt(2). */
bool cupel_table_jumps(const cupel_table_set *s, size_t j)
{
    cupel_statistic t = s->statistic[statistic_of(s, j)];
    return t != CUPEL_MEAN && t != CUPEL_AVG_DEV && t != CUPEL_SPREAD;
}

/* Columns of one property, from the values v [n] of the elements. */
static void smooth_property(const cupel_table_set *s, size_t p, const cupel_presence *there, const double *v, double *x)
{
    double low = 0.0, high = 0.0;
    size_t step = s->by_statistic ? s->table->n_properties : 1, at = s->by_statistic ? p : p * s->n_statistics;
    if (!there->whole) cupel_smooth_extremes(there, v, &low, &high);
    for (size_t k = 0; k < s->n_statistics; k++, at += step) {
        cupel_statistic t = s->statistic[k];
        if (t == CUPEL_MODE) x[at] = cupel_smooth_mode(there, v);
        else if (there->whole) continue;
        else if (t == CUPEL_MINIMUM) x[at] = low;
        else if (t == CUPEL_MAXIMUM) x[at] = high;
        else if (t == CUPEL_RANGE) x[at] = high - low;
    }
}

static bool has_std_dev(const cupel_table_set *s)
{
    for (size_t k = 0; k < s->n_statistics; k++)
        if (s->statistic[k] == CUPEL_STD_DEV) return true;
    return false;
}

void cupel_table_smooth(const cupel_table_set *s, cupel_table_form form, const cupel_descriptor *d, const unsigned char *z, const double *amount,
                        size_t n, double *x)
{
    cupel_presence there;
    double v[CUPEL_Z_MAX];
    const double *row[CUPEL_Z_MAX];
    cupel_presence_of(amount, n, &there);
    for (size_t i = 0; i < n; i++) row[i] = cupel_table_row(s->table, form, z[i]);
    if (!there.whole && has_std_dev(s)) cupel_smooth_detected(d, z, amount, n, x);
    for (size_t p = 0; p < s->table->n_properties; p++) {
        bool known = true;
        for (size_t i = 0; i < n; i++) {
            v[i] = row[i][p];
            known &= !isnan(v[i]);
        }
        if (known) smooth_property(s, p, &there, v, x);
    }
}
