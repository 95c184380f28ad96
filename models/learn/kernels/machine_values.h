/* Not a header of its own: what machine_dense.h asks for, with vector instructions; included after machine_tile.h for double. */

#define VL (sizeof(vec_f64) / sizeof(double))

static void products_f64(size_t d, const double *panel, const double *rows, bool add, double *t)
{
    for (size_t v = 0; v < WIDTH; v += TILE_V * VL)
        for (size_t r = 0; r < ROWS; r += TILE_R) tile_part_f64(d, panel + v, rows + r, NULL, NULL, add, t + r * WIDTH + v);
}

static void kernel_values(cupel_kernel kernel, double *z)
{
    for (size_t j = 0; j < ROWS * WIDTH; j += VL) store_f64(z + j, kernel_f64(kernel, load_f64(z + j)));
}

static void square(const double *t, double *sums)
{
    for (size_t r = 0; r < ROWS; r++, t += WIDTH, sums += LANES)
        for (size_t j = 0; j < WIDTH; j += VL) {
            const vec_f64 y = load_f64(t + j);
            store_f64(sums + j % LANES, fma_f64(y, y, load_f64(sums + j % LANES)));
        }
}

#undef VL
