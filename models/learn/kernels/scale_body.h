/* Not a header of its own: both loops in plain C, compiled for one instruction set; KERNEL names the table. */

enum { TOGETHER = 8 }; /* rows whose sums, chains of additions each, go side by side */

/* Columns first .. first + n - 1 of the input, which stand side by side in the output too. */
static void run_of(const double *restrict mean, const double *restrict factor, double farthest, const double *restrict x, size_t n,
                   double *restrict z)
{
    for (size_t j = 0; j < n; j++) {
        double v = (x[j] - mean[j]) * factor[j];
        v = v > farthest ? farthest : v;
        z[j] = v < -farthest ? -farthest : v;
    }
}

static void apply(const cupel_scale *s, double farthest, const double *x, size_t ld, size_t n, double *z, size_t ldz)
{
    for (size_t c = 0, end; c < s->k; c = end) {
        for (end = c + 1; end < s->k && s->column[end] == s->column[end - 1] + 1; end++) {}
        for (size_t i = 0; i < n; i++)
            run_of(s->mean + c, s->factor + c, farthest, x + i * ld + (size_t)s->column[c], end - c, z + i * ldz + c);
    }
}

static void sums(const double *w, size_t d, double bias, const double *z, size_t ld, size_t n, double *sum)
{
    for (; n >= TOGETHER; n -= TOGETHER, z += TOGETHER * ld, sum += TOGETHER) {
        double v[TOGETHER];
        for (size_t r = 0; r < TOGETHER; r++) v[r] = bias;
        for (size_t j = 0; j < d; j++)
            for (size_t r = 0; r < TOGETHER; r++) v[r] += w[j] * z[r * ld + j];
        for (size_t r = 0; r < TOGETHER; r++) sum[r] = v[r];
    }
    for (; n; n--, z += ld, sum++) {
        double v = bias;
        for (size_t j = 0; j < d; j++) v += w[j] * z[j];
        *sum = v;
    }
}

const cupel_scale_kernel KERNEL = {apply, sums};
