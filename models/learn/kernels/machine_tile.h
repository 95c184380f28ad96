/* Not a header of its own: products and kernel values of one tile with vector instructions, for the REAL of machine_real*.h. The including file
 * has defined TILE_R (rows of products that fit the registers, beside TILE_V vectors of points), UNROLL, and on NAME(vec), a vector of REALs:
 *   NAME(load) NAME(store) NAME(all) NAME(add) NAME(sub) NAME(mul) NAME(fma) NAME(min) NAME(max) NAME(sqrt)
 *   NAME(times_two_to)(p, u)        p 2^n, n in the low bits of u, by adding to the exponent bits
 *   NAME(zero_below)(z, low, p)     z < low ? 0 : p
 *   NAME(weigh)(sums, w, k)         sums [VL] += w [VL] * k in float64 */

#define V NAME(vec)
#define VL (sizeof(V) / sizeof(REAL))
#define NV (WIDTH / VL)     /* vectors in a line of a panel */
#define GROUPS (LANES / VL) /* vectors in the lanes of a sum */

/* t [TILE_R][TILE_V VL] = sum over columns of rows * panel, on top of what is there if `add`; less the half norms after each chunk if there are. */
static inline __attribute__((always_inline)) void NAME(tile_part)(size_t d, const REAL *panel, const REAL *rows, const REAL *half_points,
                                                                  const REAL *half_rows, bool add, REAL *t)
{
    V sum[TILE_R][TILE_V];
    UNROLL
    for (size_t r = 0; r < TILE_R; r++) {
        UNROLL
        for (size_t v = 0; v < TILE_V; v++) sum[r][v] = add ? NAME(load)(t + r * WIDTH + v * VL) : NAME(all)(0);
    }
    for (size_t from = 0; from < d; from += CHUNK) {
        const size_t end = d - from < CHUNK ? d : from + CHUNK;
        for (size_t k = from; k < end; k++, panel += WIDTH, rows += ROWS) {
            V point[TILE_V];
            UNROLL
            for (size_t v = 0; v < TILE_V; v++) point[v] = NAME(load)(panel + v * VL);
            UNROLL
            for (size_t r = 0; r < TILE_R; r++) {
                const V x = NAME(all)(rows[r]);
                UNROLL
                for (size_t v = 0; v < TILE_V; v++) sum[r][v] = NAME(fma)(x, point[v], sum[r][v]);
            }
        }
        if (!half_points) continue;
        UNROLL
        for (size_t r = 0; r < TILE_R; r++) {
            UNROLL
            for (size_t v = 0; v < TILE_V; v++)
                sum[r][v] = NAME(sub)(sum[r][v], NAME(add)(NAME(load)(half_points + v * VL), NAME(all)(half_rows[r])));
        }
        half_points += WIDTH;
        half_rows += ROWS;
    }
    UNROLL
    for (size_t r = 0; r < TILE_R; r++) {
        UNROLL
        for (size_t v = 0; v < TILE_V; v++) NAME(store)(t + r * WIDTH + v * VL, sum[r][v]);
    }
}

static void NAME(exponents)(size_t d, const REAL *panel, const REAL *rows, const REAL *half_points, const REAL *half_rows, REAL *z)
{
    for (size_t v = 0; v < WIDTH; v += TILE_V * VL)
        for (size_t r = 0; r < ROWS; r += TILE_R)
            NAME(tile_part)(d, panel + v, rows + r, half_points + v, half_rows + r, false, z + r * WIDTH + v);
}

/* 2^z, z <= 0 (core/math/exp2.h). */
static inline V NAME(exp2)(V z)
{
    static const REAL q[EXP2_TERMS] = EXP2_Q;
    const V u = NAME(add)(z, NAME(all)(EXP2_ROUND)), r = NAME(sub)(z, NAME(sub)(u, NAME(all)(EXP2_ROUND)));
    V p = NAME(all)(q[EXP2_TERMS - 1]);
    UNROLL
    for (int i = EXP2_TERMS - 2; i >= 0; i--) p = NAME(fma)(p, r, NAME(all)(q[i]));
    return NAME(zero_below)(z, NAME(all)(EXP2_LOWEST), NAME(times_two_to)(NAME(fma)(p, r, NAME(all)(1)), u));
}

/* z: minus half the squared distance in scaled coordinates. */
static inline V NAME(kernel)(cupel_kernel kernel, V z)
{
    z = NAME(min)(z, NAME(all)(0));
    if (kernel == CUPEL_KERNEL_RBF) return NAME(exp2)(z);
    const V s = NAME(sqrt)(NAME(mul)(z, NAME(all)(-2))), a = NAME(fma)(s, NAME(all)((REAL)(1.0 / 3)), NAME(all)(1));
    return NAME(mul)(NAME(fma)(s, a, NAME(all)(1)), NAME(exp2)(NAME(mul)(s, NAME(all)((REAL)-CUPEL_LOG2_E))));
}

static inline __attribute__((always_inline)) void NAME(expand_with)(cupel_kernel kernel, const REAL *z, size_t n_sums,
                                                                    const double *weights, double *sums, REAL *best)
{
    for (size_t r = 0; r < ROWS; r++, z += WIDTH, best += LANES) {
        V k[NV], near[GROUPS];
        UNROLL
        for (size_t g = 0; g < GROUPS; g++) near[g] = NAME(load)(best + g * VL);
        UNROLL
        for (size_t v = 0; v < NV; v++) {
            k[v] = NAME(load)(z + v * VL);
            near[v % GROUPS] = NAME(max)(k[v], near[v % GROUPS]);
            k[v] = NAME(kernel)(kernel, k[v]);
        }
        UNROLL
        for (size_t g = 0; g < GROUPS; g++) NAME(store)(best + g * VL, near[g]);
        for (size_t c = 0; c < n_sums; c++, sums += LANES) {
            UNROLL
            for (size_t v = 0; v < NV; v++) NAME(weigh)(sums + v % GROUPS * VL, weights + c * WIDTH + v * VL, k[v]);
        }
    }
}

static void NAME(expand)(cupel_kernel kernel, const REAL *z, size_t n_sums, const double *weights, double *sums, REAL *best)
{
    if (kernel == CUPEL_KERNEL_RBF)
        NAME(expand_with)(CUPEL_KERNEL_RBF, z, n_sums, weights, sums, best);
    else
        NAME(expand_with)(CUPEL_KERNEL_MATERN52, z, n_sums, weights, sums, best);
}

#undef V
#undef VL
#undef NV
#undef GROUPS
