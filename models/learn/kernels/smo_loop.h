/* Not a header of its own: the loops with vector instructions. The including file has defined VL, the numbers in a vector; on vec, a vector of them:
 *   load store all add_ sub mul ratio min max root     no fused multiply-adds
 *   times_two_to(p, u)                p 2^n, n in the low bits of u, by adding to the exponent bits
 *   zero_below(z, low, p)             z < low ? 0 : p
 *   keep_larger(&best, &at, v, block) where v > best: best = v, at = block
 *   add_wide(sum, b, k)               sum [VL] += b k in float64 */

/* The largest of the lanes with the smallest index among equals; blocks are numbers below 2^24, exact in float. */
static inline size_t largest(vec best, vec at, float *value)
{
    float v[VL], b[VL];
    size_t index = SIZE_MAX;
    store(v, best);
    store(b, at);
    *value = v[0];
    for (size_t l = 1; l < VL; l++)
        if (v[l] > *value) *value = v[l];
    for (size_t l = 0; l < VL; l++) {
        const size_t here = (size_t)b[l] * VL + l;
        if (v[l] == *value && here < index) index = here;
    }
    return index;
}

static void move(size_t n, const float *ki, const float *kj, float by, float *f, const float *up, const float *down, cupel_smo_pick *pick)
{
    const vec w = all(by), one = all(1);
    vec best = all(-INFINITY), at = all(0), least = all(INFINITY), block = all(0);
    for (size_t t = 0; t < n; t += VL) {
        const vec g = add_(load(f + t), mul(w, sub(load(ki + t), load(kj + t))));
        store(f + t, g);
        keep_larger(&best, &at, sub(load(up + t), g), block);
        least = min(least, sub(load(down + t), g));
        block = add_(block, one);
    }
    float low[VL];
    pick->i = largest(best, at, &pick->high);
    store(low, least);
    pick->low = low[0];
    for (size_t l = 1; l < VL; l++)
        if (low[l] < pick->low) pick->low = low[l];
}

static size_t partner(size_t n, const float *ki, float high, const float *f, const float *down, float least)
{
    const vec top = all(high), two = all(2), floor = all(least), zero = all(0), one = all(1);
    vec best = all(0), at = all(0), block = all(0);
    for (size_t t = 0; t < n; t += VL) {
        const vec gap = max(sub(top, sub(load(down + t), load(f + t))), zero), curve = sub(two, mul(two, load(ki + t)));
        keep_larger(&best, &at, ratio(mul(gap, gap), max(curve, floor)), block);
        block = add_(block, one);
    }
    float value;
    const size_t index = largest(best, at, &value);
    return value > 0 ? index : SIZE_MAX;
}

static void add(size_t n, double b, const float *k, double *sum)
{
    for (size_t t = 0; t < n; t += VL) add_wide(sum + t, b, load(k + t));
}

/* 2^z, z <= 0 (core/math/exp2.h). */
static inline vec power_of_2(vec z)
{
    static const float q[CUPEL_EXP2F_TERMS] = CUPEL_EXP2F_Q;
    const vec u = add_(z, all(CUPEL_EXP2F_ROUND)), r = sub(z, sub(u, all(CUPEL_EXP2F_ROUND)));
    vec p = all(q[CUPEL_EXP2F_TERMS - 1]);
    for (int i = CUPEL_EXP2F_TERMS - 2; i >= 0; i--) p = add_(mul(p, r), all(q[i]));
    return zero_below(z, all(CUPEL_EXP2F_LOWEST), times_two_to(add_(mul(p, r), all(1)), u));
}

static inline vec kernel_of(cupel_kernel kernel, vec z)
{
    if (kernel == CUPEL_KERNEL_RBF) return power_of_2(z);
    const vec s = root(mul(z, all(-2))), one = all(1);
    const vec p = add_(mul(s, add_(mul(s, all((float)(1.0 / 3))), one)), one);
    return mul(p, power_of_2(mul(s, all((float)-CUPEL_LOG2_E))));
}

static inline void values_with(cupel_kernel kernel, size_t n, float hi, const float *hj, float *k)
{
    const vec h = all(hi), zero = all(0);
    for (size_t t = 0; t < n; t += VL) store(k + t, kernel_of(kernel, min(sub(load(k + t), add_(h, load(hj + t))), zero)));
}

static void values(cupel_kernel kernel, size_t n, float hi, const float *hj, float *k)
{
    if (kernel == CUPEL_KERNEL_RBF)
        values_with(CUPEL_KERNEL_RBF, n, hi, hj, k);
    else
        values_with(CUPEL_KERNEL_MATERN52, n, hi, hj, k);
}
