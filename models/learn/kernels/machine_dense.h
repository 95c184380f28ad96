/* Not a header of its own: the float64 loops that only training and a Gaussian process need; included after machine_block.h. The including file has
 * defined, beside what that needs,
 *   kernel_values(kernel, z)            exponents z [ROWS][WIDTH] become kernel values
 *   products_f64(d, panel, rows, add, t)    t [ROWS][WIDTH] = sum over columns of rows * panel, on top of what is there if `add`
 *   square(t, sums)                     sums [ROWS][LANES] += t^2 */

static void values_block(const cupel_expansion *e, const double *x, size_t ld, size_t n, void *scratch, double *k, size_t ldk)
{
    const work_f64 w = work_of_f64(scratch, e);
    const double *panels = e->panels, *half = e->half;
    pack_f64(e, x, ld, n, &w);
    for (size_t p = 0; p < e->n_panels; p++) {
        const size_t from = p * WIDTH, width = e->m - from < WIDTH ? e->m - from : WIDTH;
        for (size_t i = 0; i < n; i += ROWS) {
            exponents_f64(e->d, panels + from * e->d, w.rows + i * e->d, half + from * e->n_chunks, w.half + i * e->n_chunks, w.z);
            kernel_values(e->kernel, w.z);
            for (size_t r = 0; r < ROWS && i + r < n; r++) memcpy(k + (i + r) * ldk + from, w.z + r * WIDTH, width * sizeof *k);
        }
    }
}

static void values(const cupel_expansion *e, const double *x, size_t ld, size_t n, void *scratch, double *k, size_t ldk)
{
    for (size_t i = 0; i < n; i += BLOCK) values_block(e, x + i * ld, ld, n - i < BLOCK ? n - i : BLOCK, scratch, k + i * ldk, ldk);
}

/* Scratch: rows [BLOCK / ROWS][m][ROWS], then a tile for each ROWS rows, then their sums of squares by lane. */
static void triangle_block(const cupel_triangle_panels *w, const double *k, size_t ldk, size_t n, void *scratch, double *squares)
{
    double *rows = scratch, *t = rows + BLOCK * w->m, *sums = t + BLOCK * WIDTH;
    for (size_t i = 0; i < n; i += ROWS)
        for (size_t r = 0; r < ROWS; r++)
            for (size_t j = 0; j < w->m; j++) rows[i * w->m + j * ROWS + r] = i + r < n ? k[(i + r) * ldk + j] : 0;
    for (size_t i = 0; i < BLOCK * LANES; i++) sums[i] = 0;
    for (size_t p = 0; p < w->n_panels; p++) {
        const size_t depth = (p + 1) * WIDTH < w->m ? (p + 1) * WIDTH : w->m;
        for (size_t from = 0; from < depth; from += CHUNK) {
            const size_t d = depth - from < CHUNK ? depth - from : CHUNK;
            for (size_t i = 0; i < n; i += ROWS)
                products_f64(d, w->panel[p] + from * WIDTH, rows + i * w->m + from * ROWS, from > 0, t + i * WIDTH);
        }
        for (size_t i = 0; i < n; i += ROWS) square(t + i * WIDTH, sums + i * LANES);
    }
    for (size_t i = 0; i < n; i++) squares[i] = fold_f64(sums + i * LANES);
}

static void triangle(const cupel_triangle_panels *w, const double *k, size_t ldk, size_t n, void *scratch, double *squares)
{
    for (size_t i = 0; i < n; i += BLOCK) triangle_block(w, k + i * ldk, ldk, n - i < BLOCK ? n - i : BLOCK, scratch, squares + i);
}
