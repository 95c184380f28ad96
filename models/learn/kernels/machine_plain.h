/* Not a header of its own: products and kernel values of one tile in plain C, for the REAL of machine_real*.h. */

#undef PART_P
#undef PART_R
#define PART_R 4 /* so many rows by points are summed at once: what 16 registers of 16 bytes hold */
#define PART_P (32 / sizeof(REAL))

/* t [ROWS][WIDTH] = sum over columns of rows * panel, on top of what is there if `add`. */
static void NAME(products)(size_t d, const REAL *panel, const REAL *rows, bool add, REAL *t)
{
    for (size_t j = 0; j < WIDTH; j += PART_P)
        for (size_t r = 0; r < ROWS; r += PART_R) {
            REAL sum[PART_R][PART_P];
            for (size_t a = 0; a < PART_R; a++)
                for (size_t b = 0; b < PART_P; b++) sum[a][b] = add ? t[(r + a) * WIDTH + j + b] : 0;
            for (size_t k = 0; k < d; k++)
                for (size_t a = 0; a < PART_R; a++)
                    for (size_t b = 0; b < PART_P; b++) sum[a][b] += rows[k * ROWS + r + a] * panel[k * WIDTH + j + b];
            for (size_t a = 0; a < PART_R; a++)
                for (size_t b = 0; b < PART_P; b++) t[(r + a) * WIDTH + j + b] = sum[a][b];
        }
}

static void NAME(exponents)(size_t d, const REAL *panel, const REAL *rows, const REAL *half_points, const REAL *half_rows, REAL *z)
{
    for (size_t from = 0; from < d; from += CHUNK, half_points += WIDTH, half_rows += ROWS) {
        NAME(products)(d - from < CHUNK ? d - from : CHUNK, panel + from * WIDTH, rows + from * ROWS, from > 0, z);
        for (size_t r = 0; r < ROWS; r++)
            for (size_t j = 0; j < WIDTH; j++) z[r * WIDTH + j] -= half_points[j] + half_rows[r];
    }
}

/* 2^z, z <= 0 (core/math/exp2.h). */
static inline REAL NAME(exp2)(REAL z)
{
    static const REAL q[EXP2_TERMS] = EXP2_Q;
    const REAL u = z + EXP2_ROUND, r = z - (u - EXP2_ROUND);
    REAL p = q[EXP2_TERMS - 1];
    for (int i = EXP2_TERMS - 2; i >= 0; i--) p = p * r + q[i];
    p = NAME(times_two_to)(p * r + 1, u);
    return z < EXP2_LOWEST ? 0 : p;
}

/* z: minus half the squared distance in scaled coordinates. */
static inline REAL NAME(kernel)(cupel_kernel kernel, REAL z)
{
    z = z < 0 ? z : 0;
    if (kernel == CUPEL_KERNEL_RBF) return NAME(exp2)(z);
    const REAL s = NAME(root)(z * -2);
    return (s * (s * (REAL)(1.0 / 3) + 1) + 1) * NAME(exp2)(s * (REAL)-CUPEL_LOG2_E);
}

/* k [WIDTH] = kernel values of z; one loop for each kernel, so that a compiler can use what vectors there are. */
static void NAME(kernel_line)(cupel_kernel kernel, const REAL *z, REAL *k)
{
    if (kernel == CUPEL_KERNEL_RBF)
        for (size_t j = 0; j < WIDTH; j++) k[j] = NAME(kernel)(CUPEL_KERNEL_RBF, z[j]);
    else
        for (size_t j = 0; j < WIDTH; j++) k[j] = NAME(kernel)(CUPEL_KERNEL_MATERN52, z[j]);
}

static void NAME(expand)(cupel_kernel kernel, const REAL *z, size_t n_sums, const double *weights, double *sums, REAL *best)
{
    for (size_t r = 0; r < ROWS; r++, z += WIDTH, best += LANES) {
        REAL k[WIDTH];
        for (size_t j = 0; j < WIDTH; j += LANES)
            for (size_t l = 0; l < LANES; l++) best[l] = z[j + l] > best[l] ? z[j + l] : best[l];
        NAME(kernel_line)(kernel, z, k);
        for (size_t c = 0; c < n_sums; c++, sums += LANES)
            for (size_t j = 0; j < WIDTH; j += LANES)
                for (size_t l = 0; l < LANES; l++) sums[l] += weights[c * WIDTH + j + l] * (double)k[j + l];
    }
}
