/* The text of the kernels of element_table.h. A file that includes it says before how many lanes a vector has and what is done with vectors:
 * LANES, vector, v_load, v_set, v_add, v_sub, v_mul, v_min and v_max (a < b ? a : b, a > b ? a : b), v_abs, v_sqrt, v_store, v_store_f32, and
 * after it names KERNEL. */

static inline bool wants(const cupel_table_set *set, cupel_statistic statistic)
{
    for (size_t t = 0; t < set->n_statistics; t++)
        if (set->statistic[t] == statistic) return true;
    return false;
}

/* The statistics of properties p .. p + LANES - 1. A property that an element lacks is NaN in all of them. */
static inline void statistics(const cupel_table_work *w, size_t p, bool std_dev, bool spread, vector s[CUPEL_STATISTICS])
{
    vector low = v_set((double)INFINITY), high = v_set(-(double)INFINITY), mode = low;
    vector mean = v_set(0.0), deviation = mean, square = mean;
    for (size_t i = 0; i < w->n; i++) {
        vector v = v_load(w->value[i] + p), f = v_set(w->fraction[i]);
        low = v_min(v, low);
        high = v_max(v, high);
        mean = v_add(mean, v_mul(f, v));
        mode = v_min(v_add(v, v_set(w->handicap[i])), mode);
    }
    for (size_t i = 0; i < w->n; i++) {
        vector d = v_sub(v_load(w->value[i] + p), mean), f = v_set(w->fraction[i]);
        deviation = v_add(deviation, v_mul(f, v_abs(d)));
        square = v_add(square, v_mul(f, v_mul(d, d)));
    }
    vector none = v_sub(mean, mean); /* 0, or NaN */
    s[CUPEL_MINIMUM] = v_add(low, none);
    s[CUPEL_MAXIMUM] = v_add(high, none);
    s[CUPEL_RANGE] = v_add(v_sub(high, low), none);
    s[CUPEL_MEAN] = mean;
    s[CUPEL_AVG_DEV] = deviation;
    if (std_dev) s[CUPEL_STD_DEV] = v_sqrt(v_mul(square, v_set(w->unbias)));
    if (spread) s[CUPEL_SPREAD] = v_sqrt(square);
    s[CUPEL_MODE] = v_add(mode, none);
}

/* x or y is NULL. The first statistic of all properties, then the next: whole vectors, but for the last. */
static inline void put_by_statistic(const cupel_table_set *set, const vector *s, size_t p, size_t lanes, double *x, float *y)
{
    double wide[LANES];
    float narrow[LANES];
    for (size_t t = 0; t < set->n_statistics; t++) {
        size_t at = t * set->table->n_properties + p;
        if (lanes == LANES) {
            if (x) v_store(x + at, s[set->statistic[t]]);
            else v_store_f32(y + at, s[set->statistic[t]]);
            continue;
        }
        if (x) v_store(wide, s[set->statistic[t]]);
        else v_store_f32(narrow, s[set->statistic[t]]);
        for (size_t k = 0; k < lanes; k++) {
            if (x) x[at + k] = wide[k];
            else y[at + k] = narrow[k];
        }
    }
}

/* The statistics of a property beside one another. */
static inline void put_by_property(const cupel_table_set *set, const vector *s, size_t p, size_t lanes, double *x, float *y)
{
    const size_t n = set->n_statistics;
    double wide[CUPEL_STATISTICS][LANES];
    float narrow[CUPEL_STATISTICS][LANES];
    for (size_t t = 0; t < n; t++) {
        if (x) v_store(wide[t], s[set->statistic[t]]);
        else v_store_f32(narrow[t], s[set->statistic[t]]);
    }
    for (size_t k = 0; k < lanes; k++)
        for (size_t t = 0; t < n; t++) {
            if (x) x[(p + k) * n + t] = wide[t][k];
            else y[(p + k) * n + t] = narrow[t][k];
        }
}

static inline void any_row(const cupel_table_work *w, const cupel_table_set *set, double *x, float *y)
{
    const size_t n = set->table->n_properties;
    const bool std_dev = wants(set, CUPEL_STD_DEV), spread = wants(set, CUPEL_SPREAD);
    for (size_t p = 0; p < n; p += LANES) {
        vector s[CUPEL_STATISTICS];
        size_t lanes = n - p < LANES ? n - p : LANES;
        statistics(w, p, std_dev, spread, s);
        if (set->by_statistic) put_by_statistic(set, s, p, lanes, x, y);
        else put_by_property(set, s, p, lanes, x, y);
    }
}

static void row(const cupel_table_work *w, const cupel_table_set *set, double *x) { any_row(w, set, x, NULL); }

static void row_f32(const cupel_table_work *w, const cupel_table_set *set, float *x) { any_row(w, set, NULL, x); }
