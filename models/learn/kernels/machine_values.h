/* Not a header of its own: what machine_dense.h asks for, with vector instructions; included after machine_tile.h for double. */

#define VL (sizeof(vec_f64) / sizeof(double))

static void kernel_values(cupel_kernel kernel, double *t, const double *half_points, const double *half_rows)
{
    for (size_t r = 0; r < ROWS; r++, t += WIDTH)
        for (size_t j = 0; j < WIDTH; j += VL) store_f64(t + j, kernel_f64(kernel, exponent_f64(t + j, half_points + j, half_rows[r])));
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
