/* Not a header of its own: the loops of fold.h for one precision, with REAL, NAME(x), VL numbers to a vector, and the orders MIRROR (pairs from the
 * last to the first) and SWAP (the two of each pair exchanged). The last vector overlaps the one before it. */

typedef REAL NAME(vec) __attribute__((vector_size(VL * sizeof(REAL))));

static inline NAME(vec) NAME(load)(const REAL *p)
{
    NAME(vec) v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void NAME(one)(size_t m, size_t k, const REAL *t, const REAL *u, const REAL *a, REAL half, REAL sign, REAL *out)
{
    const REAL br = a[2 * (m - k)], bi = -a[2 * (m - k) + 1], ar = a[2 * k], ai = a[2 * k + 1], dr = ar - br, di = ai - bi;
    const REAL two = 2 * half;
    out[2 * k] = half * (ar + br) + two * (t[2 * k] * dr + sign * (u[2 * k] * di));
    out[2 * k + 1] = half * (ai + bi) + two * (t[2 * k + 1] * di + sign * (u[2 * k + 1] * dr));
}

/* k = 1 .. m - 1. */
static inline void NAME(all)(size_t m, const REAL *t, const REAL *u, const REAL *a, REAL half, REAL sign, REAL *out)
{
    const size_t step = VL / 2;
    if (m < step + 1) {
        for (size_t k = 1; k < m; k++) NAME(one)(m, k, t, u, a, half, sign, out);
        return;
    }
    NAME(vec) conjugate, h, two, g;
    for (size_t i = 0; i < VL; i++) {
        conjugate[i] = i % 2 ? -1 : 1;
        h[i] = half;
        two[i] = 2 * half;
        g[i] = sign;
    }
    for (size_t k = 1; k < m; k += step) {
        const size_t at = k + step <= m ? k : m - step;
        const NAME(vec) x = NAME(load)(a + 2 * at), y = NAME(load)(a + 2 * (m - at - (step - 1)));
        const NAME(vec) b = conjugate * __builtin_shufflevector(y, y, MIRROR), d = x - b, e = __builtin_shufflevector(d, d, SWAP);
        const NAME(vec) r = h * (x + b) + two * (NAME(load)(t + 2 * at) * d + g * (NAME(load)(u + 2 * at) * e));
        memcpy(out + 2 * at, &r, sizeof r);
    }
}

static void NAME(unfold)(size_t m, const REAL *t, const REAL *u, const REAL *z, REAL *x)
{
    x[0] = z[0] + z[1];
    x[1] = 0;
    x[2 * m] = z[0] - z[1];
    x[2 * m + 1] = 0;
    NAME(all)(m, t, u, z, (REAL)0.5, 1, x);
}

static void NAME(fold)(size_t m, const REAL *t, const REAL *u, const REAL *x, REAL *z)
{
    z[0] = x[0] + x[2 * m];
    z[1] = x[0] - x[2 * m];
    NAME(all)(m, t, u, x, 1, -1, z);
}

#undef REAL
#undef NAME
#undef VL
#undef MIRROR
#undef SWAP
