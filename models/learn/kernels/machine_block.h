/* Not a header of its own: the part of a kernel machine's loops that all instruction sets share, for the REAL of machine_real*.h. The including
 * file has defined NAME(fused)(a, b, c) = a * b + c and
 *   NAME(exponents)(d, panel, rows, half_points, half_rows, z)   z [ROWS][WIDTH] = -|row - point|^2 / 2
 *   NAME(expand)(kernel, z, n_sums, weights, sums, best)         kernel values of z, weighed into sums, and the largest z */

typedef struct NAME(work) {
    REAL *rows;   /* [BLOCK / ROWS][d][ROWS] */
    REAL *half;   /* [BLOCK / ROWS][n_chunks][ROWS] */
    REAL *z;      /* [ROWS][WIDTH] */
    REAL *best;   /* [BLOCK][LANES]: the largest z */
    double *sums; /* [BLOCK][n_sums][LANES] */
} NAME(work);

static NAME(work) NAME(work_of)(void *scratch, const cupel_expansion *e)
{
    NAME(work) w;
    w.rows = scratch;
    w.half = w.rows + BLOCK * e->d;
    w.z = w.half + BLOCK * e->n_chunks;
    w.best = w.z + ROWS * WIDTH;
    w.sums = (double *)(void *)(w.best + BLOCK * LANES);
    return w;
}

/* Half the squared norm of each chunk of columns: a [d][width], half [n_chunks][width]. */
static void NAME(half_norms)(size_t d, size_t width, const REAL *a, REAL *half)
{
    for (size_t from = 0; from < d; from += CHUNK, half += width) {
        for (size_t j = 0; j < width; j++) half[j] = 0;
        for (size_t k = from; k < d && k < from + CHUNK; k++)
            for (size_t j = 0; j < width; j++) half[j] = NAME(fused)(a[k * width + j], a[k * width + j], half[j]);
        for (size_t j = 0; j < width; j++) half[j] *= (REAL)0.5;
    }
}

/* Rows into tiles; what is missing in the last tile is 0. */
static void NAME(pack)(const cupel_expansion *e, const double *x, size_t ld, size_t n, const NAME(work) *w)
{
    const size_t d = e->d;
    for (size_t i = 0; i < n; i += ROWS) {
        REAL *tile = w->rows + i * d;
        for (size_t r = 0; r < ROWS; r++) {
            const double *row = x + (i + r) * ld;
            for (size_t k = 0; k < d; k++) {
                double v = i + r < n ? (row[k] - e->centre[k]) * e->scale : 0;
                v = v < LIMIT ? v : LIMIT;
                tile[k * ROWS + r] = (REAL)(v > -LIMIT ? v : -LIMIT);
            }
        }
        NAME(half_norms)(d, ROWS, tile, w->half + i * e->n_chunks);
    }
}

static double NAME(fold)(const double *lane)
{
    double s[LANES];
    for (size_t i = 0; i < LANES; i++) s[i] = lane[i];
    for (size_t h = LANES / 2; h > 0; h /= 2)
        for (size_t i = 0; i < h; i++) s[i] += s[i + h];
    return s[0];
}

static double NAME(nearest)(const REAL *best, double scale)
{
    REAL z = best[0];
    for (size_t i = 1; i < LANES; i++) z = best[i] > z ? best[i] : z;
    return z < 0 ? (double)z * (-2 / (scale * scale)) : 0;
}

static void NAME(run_block)(const cupel_expansion *e, const double *x, size_t ld, size_t n, void *scratch, double *sums, double *nearest)
{
    const NAME(work) w = NAME(work_of)(scratch, e);
    const REAL *panels = e->panels, *half = e->half;
    const size_t q = sums ? e->n_sums : 0, tiles = (n + ROWS - 1) / ROWS;
    NAME(pack)(e, x, ld, n, &w);
    for (size_t i = 0; i < tiles * ROWS * LANES; i++) w.best[i] = -NOWHERE;
    for (size_t i = 0; i < tiles * ROWS * q * LANES; i++) w.sums[i] = 0;
    for (size_t p = 0; p < e->n_panels; p++)
        for (size_t i = 0; i < tiles * ROWS; i += ROWS) {
            NAME(exponents)(e->d, panels + p * e->d * WIDTH, w.rows + i * e->d, half + p * e->n_chunks * WIDTH, w.half + i * e->n_chunks, w.z);
            NAME(expand)(e->kernel, w.z, q, e->weights + p * e->n_sums * WIDTH, w.sums + i * q * LANES, w.best + i * LANES);
        }
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < q; c++) sums[i * q + c] = e->bias[c] + NAME(fold)(w.sums + (i * q + c) * LANES);
        if (nearest) nearest[i] = NAME(nearest)(w.best + i * LANES, e->scale);
    }
}

static void NAME(run)(const cupel_expansion *e, const double *x, size_t ld, size_t n, void *scratch, double *sums, double *nearest)
{
    for (size_t i = 0; i < n; i += BLOCK)
        NAME(run_block)(e, x + i * ld, ld, n - i < BLOCK ? n - i : BLOCK, scratch, sums ? sums + i * e->n_sums : NULL,
                        nearest ? nearest + i : NULL);
}
