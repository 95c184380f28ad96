/* Not a header of its own: the transforms of fft.c for one precision, made with REAL, CPLX, PLAN, FFTW(x) and NAME(x).
 *
 * Rows of even length n are transforms of n / 2 complex numbers, even samples + i odd samples, unfolded by
 *   X[k] = (Z[k] + conj Z[m-k]) / 2 - i/2 exp(-2 pi i k / n) (Z[k] - conj Z[m-k]),  m = n / 2
 * (FFTW's own real transforms have no vector instructions in their leaves). Columns are transformed several at a time, from one array into
 * another: FFTW's untimed plans for that are within some percent of its timed ones; those for in-place or single strided columns are not. */

typedef struct NAME(plans) {
    size_t n[3];         /* never {1, n0, n1} with n0 > 1: that becomes {n0, 1, n1}, the same array */
    size_t half, pitch;  /* n2 / 2 + 1; REALs per row */
    size_t block, stride; /* columns of a block along axis 0 */
    bool folded;         /* n2 is even */
    REAL *twiddle;       /* the two tables of kernels/fold.h, [half][2] each */
    const cupel_fold_kernels *kernels;
    PLAN row[2], middle[2], first[2]; /* forward, backward */
} NAME(plans);

static void NAME(release)(NAME(plans) *p)
{
    cupel_process_lock_take();
    for (int d = 0; d < 2; d++) {
        if (p->row[d]) FFTW(destroy_plan)(p->row[d]);
        if (p->middle[d]) FFTW(destroy_plan)(p->middle[d]);
        if (p->first[d]) FFTW(destroy_plan)(p->first[d]);
    }
    cupel_process_lock_give();
    cupel_free(p->twiddle);
    *p = (NAME(plans)){0};
}

/* Untimed: FFTW looks at the two arrays only for their alignment. */
static PLAN NAME(plan_columns)(size_t n, size_t columns, size_t stride, REAL *a, REAL *b, int sign)
{
    const int length = (int)n;
    return FFTW(plan_many_dft)(1, &length, (int)columns, (CPLX *)a, NULL, (int)stride, 1, (CPLX *)b, NULL, (int)stride, 1, sign, FFTW_ESTIMATE);
}

static void NAME(plan_all)(NAME(plans) *p, REAL *a, REAL *b)
{
    const int length = (int)p->n[2];
    for (int d = 0; d < 2; d++) {
        const int sign = d ? FFTW_BACKWARD : FFTW_FORWARD;
        if (p->folded)
            p->row[d] = NAME(plan_columns)(p->n[2] / 2, 1, 1, a, b, sign);
        else
            p->row[d] = d ? FFTW(plan_dft_c2r_1d)(length, (CPLX *)a, b, FFTW_ESTIMATE) : FFTW(plan_dft_r2c_1d)(length, a, (CPLX *)b, FFTW_ESTIMATE);
        p->middle[d] = NAME(plan_columns)(p->n[1], p->pitch / 2, p->pitch / 2, a, b, sign);
        p->first[d] = NAME(plan_columns)(p->n[0], p->block, p->stride, a, b, sign);
    }
}

static size_t NAME(scratch)(const NAME(plans) *p, size_t fields)
{
    const size_t plane = p->n[1] * p->pitch, columns = (fields + 1) * 2 * p->n[0] * p->stride;
    return (plane > columns ? plane : columns) + 2 * p->pitch;
}

/* Blocks of columns stay in the second cache and are even in size. */
static void NAME(choose_blocks)(NAME(plans) *p)
{
    const size_t all = p->pitch / 2, most = p->n[0] > 1024 ? 16 : p->n[0] > 228 ? 16384 / p->n[0] : 72;
    const size_t blocks = (all + most - 1) / most;
    p->block = ((all + blocks - 1) / blocks + 3) / 4 * 4;
    p->stride = p->block;
}

static cupel_status NAME(make)(const size_t n[3], NAME(plans) *out, cupel_err *err)
{
    NAME(plans) p = {.n = {n[0], n[1], n[2]}};
    if (n[0] == 1) p.n[0] = n[1], p.n[1] = 1;
    p.half = n[2] / 2 + 1;
    p.pitch = (p.half + 3) / 4 * 8;
    p.folded = n[2] % 2 == 0;
    const size_t size = cupel_mul(cupel_mul(p.n[0], p.n[1]), cupel_mul(p.pitch, sizeof(REAL)));
    if (!n[0] || !n[1] || !n[2] || size > PTRDIFF_MAX || cupel_mul(p.n[1], p.pitch) > INT_MAX || p.n[0] > INT_MAX)
        return cupel_fail(err, CUPEL_BAD_INPUT, "a Fourier transform of %zu x %zu x %zu", n[0], n[1], n[2]);
    NAME(choose_blocks)(&p);
    REAL *a = cupel_alloc_aligned(NAME(scratch)(&p, 1), sizeof *a), *b = cupel_alloc_aligned(NAME(scratch)(&p, 1), sizeof *b);
    p.twiddle = cupel_alloc_aligned(4 * p.half, sizeof *p.twiddle);
    p.kernels = fold_kernels();
    cupel_status st = CUPEL_OK;
    if (a && b && p.twiddle) {
        cupel_process_lock_take();
        NAME(plan_all)(&p, a, b);
        cupel_process_lock_give();
        for (size_t k = 0; k < p.half; k++) {
            const double angle = 2 * PI * (double)k / (double)n[2];
            p.twiddle[2 * k] = p.twiddle[2 * k + 1] = (REAL)(-0.5 * sin(angle));
            p.twiddle[2 * (p.half + k)] = (REAL)(0.5 * cos(angle));
            p.twiddle[2 * (p.half + k) + 1] = (REAL)(-0.5 * cos(angle));
        }
    }
    if (!p.row[0] || !p.row[1] || !p.middle[0] || !p.middle[1] || !p.first[0] || !p.first[1]) {
        NAME(release)(&p);
        st = cupel_no_memory(err, "a Fourier transform", 0);
    } else
        *out = p;
    cupel_free(a);
    cupel_free(b);
    return st;
}

/* buffer [2][pitch]: FFTW destroys the input of a backward real transform. */
static void NAME(row_forward)(const NAME(plans) *p, const REAL *in, REAL *out, REAL *buffer)
{
    if (p->folded) {
        FFTW(execute_dft)(p->row[0], (CPLX *)(uintptr_t)in, (CPLX *)buffer);
        p->kernels->NAME(unfold)(p->n[2] / 2, p->twiddle, p->twiddle + 2 * p->half, buffer, out);
    } else {
        memcpy(buffer, in, p->n[2] * sizeof *in);
        FFTW(execute_dft_r2c)(p->row[0], buffer, (CPLX *)out);
    }
    for (size_t k = 2 * p->half; k < p->pitch; k++) out[k] = 0;
}

static void NAME(row_backward)(const NAME(plans) *p, const REAL *in, REAL *out, REAL *buffer)
{
    if (p->folded) {
        p->kernels->NAME(fold)(p->n[2] / 2, p->twiddle, p->twiddle + 2 * p->half, in, buffer);
        FFTW(execute_dft)(p->row[1], (CPLX *)buffer, (CPLX *)out);
    } else {
        memcpy(buffer, in, 2 * p->half * sizeof *in);
        FFTW(execute_dft_c2r)(p->row[1], (CPLX *)buffer, out);
    }
}

static void NAME(plane_forward)(const NAME(plans) *p, const REAL *in, REAL *out, REAL *scratch)
{
    REAL *buffer = scratch, *rows = p->n[1] > 1 ? scratch + 2 * p->pitch : out;
    for (size_t j = 0; j < p->n[1]; j++) NAME(row_forward)(p, in + j * p->pitch, rows + j * p->pitch, buffer);
    if (p->n[1] > 1) FFTW(execute_dft)(p->middle[0], (CPLX *)rows, (CPLX *)out);
}

static void NAME(plane_backward)(const NAME(plans) *p, const REAL *in, REAL *out, REAL *scratch)
{
    REAL *buffer = scratch, *rows = scratch + 2 * p->pitch;
    if (p->n[1] > 1) FFTW(execute_dft)(p->middle[1], (CPLX *)(uintptr_t)in, (CPLX *)rows);
    for (size_t j = 0; j < p->n[1]; j++) NAME(row_backward)(p, (p->n[1] > 1 ? rows : in) + j * p->pitch, out + j * p->pitch, buffer);
}

/* Columns k0 .. k0 + n - 1 of line j between the array and a block. */
static void NAME(gather)(const NAME(plans) *p, const REAL *x, size_t j, size_t k0, size_t n, REAL *s)
{
    for (size_t i = 0; i < p->n[0]; i++) memcpy(s + 2 * i * p->stride, x + (i * p->n[1] + j) * p->pitch + 2 * k0, 2 * n * sizeof *s);
}

static void NAME(scatter)(const NAME(plans) *p, REAL *x, size_t j, size_t k0, size_t n, const REAL *s)
{
    for (size_t i = 0; i < p->n[0]; i++) memcpy(x + (i * p->n[1] + j) * p->pitch + 2 * k0, s + 2 * i * p->stride, 2 * n * sizeof *s);
}

static size_t NAME(blocks_of_line)(const NAME(plans) *p) { return (p->half + p->block - 1) / p->block; }

typedef struct NAME(sweep) {
    const NAME(plans) *p;
    REAL *x, *scratch;
    size_t each; /* scratch of a worker */
    int direction;
} NAME(sweep);

static cupel_status NAME(do_plane)(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)err;
    const NAME(sweep) *s = user;
    REAL *plane = s->x + item * s->p->n[1] * s->p->pitch, *scratch = s->scratch + worker * s->each;
    if (s->direction)
        NAME(plane_backward)(s->p, plane, plane, scratch);
    else
        NAME(plane_forward)(s->p, plane, plane, scratch);
    return CUPEL_OK;
}

static cupel_status NAME(do_columns)(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)err;
    const NAME(sweep) *s = user;
    const NAME(plans) *p = s->p;
    const size_t per_line = NAME(blocks_of_line)(p), k0 = item % per_line * p->block, n = p->half - k0 < p->block ? p->half - k0 : p->block;
    REAL *a = s->scratch + worker * s->each, *b = a + 2 * p->n[0] * p->stride;
    NAME(gather)(p, s->x, item / per_line, k0, n, a);
    FFTW(execute_dft)(p->first[s->direction], (CPLX *)a, (CPLX *)b);
    NAME(scatter)(p, s->x, item / per_line, k0, n, b);
    return CUPEL_OK;
}

static cupel_status NAME(transform)(const NAME(plans) *p, REAL *x, int direction, size_t threads, cupel_err *err)
{
    const size_t columns = p->n[1] * NAME(blocks_of_line)(p), most = columns > p->n[0] ? columns : p->n[0], workers = threads < most ? threads : most;
    NAME(sweep) s = {.p = p, .x = x, .direction = direction, .each = (NAME(scratch)(p, 1) + 15) / 16 * 16};
    s.scratch = cupel_alloc_aligned(cupel_mul(workers, s.each), sizeof *s.scratch);
    if (!s.scratch) return cupel_no_memory(err, "a Fourier transform", workers * s.each * sizeof *s.scratch);
    cupel_status st = CUPEL_OK;
    for (int step = 0; st == CUPEL_OK && step < 2; step++)
        if (step == direction)
            st = cupel_par_for(workers, p->n[0], NAME(do_plane), &s, err);
        else if (p->n[0] > 1)
            st = cupel_par_for(workers, columns, NAME(do_columns), &s, err);
    cupel_free(s.scratch);
    return st;
}
