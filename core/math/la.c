#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "core/math/la.h"

#include "core/base/err.h"
#include "core/sys/cpu.h"
#include "core/sys/file.h"

#include <limits.h>
#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include <cblas.h>
#include <lapacke.h>

/* The one place where sizes become the library's integers. */
static cupel_status narrow(size_t n, int *out, cupel_err *err)
{
    if (n > INT_MAX)
        return cupel_fail(err, CUPEL_BAD_INPUT, "linear algebra: a size of %zu, the library counts to %d; use fewer rows or columns", n, INT_MAX);
    *out = (int)n;
    return CUPEL_OK;
}

typedef struct shape {
    int rows, cols, ld;
} shape;

static cupel_status shape_of(cupel_matrix_in m, shape *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(narrow(m.rows, &s->rows, err));
    CUPEL_TRY(narrow(m.cols, &s->cols, err));
    CUPEL_TRY(narrow(m.ld, &s->ld, err));
    if (!m.rows || !m.cols || m.ld < m.cols)
        st = cupel_fail(err, CUPEL_BAD_INPUT, "linear algebra: a matrix of %zu x %zu with rows %zu apart", m.rows, m.cols, m.ld);
done:
    return st;
}

static cupel_status square_of(cupel_matrix_in m, shape *s, cupel_err *err)
{
    if (m.rows != m.cols) return cupel_fail(err, CUPEL_BAD_INPUT, "linear algebra: a matrix of %zu x %zu, expected a square one", m.rows, m.cols);
    return shape_of(m, s, err);
}

cupel_status cupel_la_multiply(cupel_product form, cupel_matrix_in a, cupel_matrix_in b, cupel_matrix c, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    shape sa = {0}, sb = {0}, sc = {0};
    CUPEL_TRY(shape_of(a, &sa, err));
    CUPEL_TRY(shape_of(b, &sb, err));
    CUPEL_TRY(shape_of(cupel_read(c), &sc, err));
    const bool ta = form == CUPEL_ATB, tb = form == CUPEL_ABT;
    const int m = ta ? sa.cols : sa.rows, k = ta ? sa.rows : sa.cols, k2 = tb ? sb.cols : sb.rows, n = tb ? sb.rows : sb.cols;
    if (k != k2 || sc.rows != m || sc.cols != n) {
        st = cupel_fail(err, CUPEL_BAD_INPUT, "linear algebra: a product of %d x %d and %d x %d into %d x %d", m, k, k2, n, sc.rows, sc.cols);
        goto done;
    }
    cblas_dgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, m, n, k, 1, a.v, sa.ld, b.v, sb.ld, 0, c.v, sc.ld);
done:
    return st;
}

/* Sizes do not depend on the width of a number: the checks of the float64 form serve. */
static cupel_status shape_of_f32(cupel_matrix_f32_in m, shape *s, cupel_err *err)
{
    return shape_of((cupel_matrix_in){.rows = m.rows, .cols = m.cols, .ld = m.ld}, s, err);
}

cupel_status cupel_la_products_f32(cupel_matrix_f32_in a, cupel_matrix_f32_in b, cupel_matrix_f32 c, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    shape sa = {0}, sb = {0}, sc = {0};
    CUPEL_TRY(shape_of_f32(a, &sa, err));
    CUPEL_TRY(shape_of_f32(b, &sb, err));
    CUPEL_TRY(shape_of_f32((cupel_matrix_f32_in){c.v, c.rows, c.cols, c.ld}, &sc, err));
    if (sa.cols != sb.cols || sc.rows != sa.rows || sc.cols != sb.rows) {
        st =
            cupel_fail(err, CUPEL_BAD_INPUT, "linear algebra: products of the rows of %d x %d and %d x %d into %d x %d", sa.rows, sa.cols, sb.rows,
                       sb.cols, sc.rows, sc.cols);
        goto done;
    }
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, sa.rows, sb.rows, sa.cols, 1, a.v, sa.ld, b.v, sb.ld, 0, c.v, sc.ld);
done:
    return st;
}

cupel_status cupel_la_gram(cupel_matrix_in a, cupel_matrix c, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    shape sa = {0}, sc = {0};
    CUPEL_TRY(shape_of(a, &sa, err));
    CUPEL_TRY(square_of(cupel_read(c), &sc, err));
    if (sc.rows != sa.cols) {
        st = cupel_fail(err, CUPEL_BAD_INPUT, "linear algebra: the Gram matrix of %d columns into %d x %d", sa.cols, sc.rows, sc.cols);
        goto done;
    }
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, sc.rows, sa.rows, 1, a.v, sa.ld, 0, c.v, sc.ld);
    for (size_t i = 0; i < c.rows; i++)
        for (size_t j = 0; j < i; j++) c.v[j * c.ld + i] = c.v[i * c.ld + j];
done:
    return st;
}

/* A row-major lower triangle is LAPACK's upper one: with U = L^T nothing has to be transposed. */
cupel_status cupel_la_cholesky(cupel_matrix a, cupel_err *err)
{
    shape s = {0};
    cupel_status st = square_of(cupel_read(a), &s, err);
    if (st != CUPEL_OK) return st;
    const lapack_int info = LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'U', s.rows, a.v, s.ld);
    if (info == 0) return CUPEL_OK;
    return cupel_fail(err, CUPEL_FAILED, "Cholesky factor of a %d x %d matrix: not positive definite at row %d; a larger ridge (noise) makes it so",
                      s.rows, s.rows, (int)info);
}

cupel_status cupel_la_cholesky_solve(cupel_matrix_in l, cupel_matrix b, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    shape sl = {0}, sb = {0};
    CUPEL_TRY(square_of(l, &sl, err));
    CUPEL_TRY(shape_of(cupel_read(b), &sb, err));
    if (sl.rows != sb.rows) {
        st = cupel_fail(err, CUPEL_BAD_INPUT, "linear algebra: a factor of %d rows for a right side of %d", sl.rows, sb.rows);
        goto done;
    }
    cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, sb.rows, sb.cols, 1, l.v, sl.ld, b.v, sb.ld);
    cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, CblasTrans, CblasNonUnit, sb.rows, sb.cols, 1, l.v, sl.ld, b.v, sb.ld);
done:
    return st;
}

cupel_status cupel_la_triangle_invert(cupel_matrix l, cupel_err *err)
{
    shape s = {0};
    cupel_status st = square_of(cupel_read(l), &s, err);
    if (st != CUPEL_OK) return st;
    const lapack_int info = LAPACKE_dtrtri_work(LAPACK_COL_MAJOR, 'U', 'N', s.rows, l.v, s.ld);
    if (info == 0) return CUPEL_OK;
    return cupel_fail(err, CUPEL_FAILED, "inverse of a %d x %d triangle: 0 on the diagonal in row %d", s.rows, s.rows, (int)info);
}

double cupel_la_cholesky_log_det(cupel_matrix_in l)
{
    double s = 0;
    for (size_t i = 0; i < l.rows; i++) s += log(l.v[i * l.ld + i]);
    return 2 * s;
}

void cupel_la_single_thread(void) { openblas_set_num_threads(1); }

/* Exported by every OpenBLAS, declared in none of its headers: a buffer from its pool, which grows when all are in use and never shrinks. */
void *blas_memory_alloc(int position) __attribute__((weak));
void blas_memory_free(void *buffer) __attribute__((weak));

enum { BUFFER_MB = 128, BUFFERS_MAX = 64 };

static bool room_for_buffer(void)
{
    const size_t bytes = ((size_t)BUFFER_MB + 1) << 20;
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p != MAP_FAILED && munmap(p, bytes) == 0;
}

cupel_status cupel_la_reserve(size_t threads, cupel_err *err)
{
    static atomic_size_t kept;
    void *buffer[BUFFERS_MAX];
    size_t n = 0, need = threads < BUFFERS_MAX ? threads : BUFFERS_MAX;
    if (!blas_memory_alloc || !blas_memory_free || atomic_load(&kept) >= need) return CUPEL_OK;
    while (n < need && (n < atomic_load(&kept) || room_for_buffer())) buffer[n++] = blas_memory_alloc(0);
    for (size_t i = 0; i < n; i++) blas_memory_free(buffer[i]);
    if (n > atomic_load(&kept)) atomic_store(&kept, n);
    if (n == need) return CUPEL_OK;
    return cupel_fail(err, CUPEL_NO_RESOURCE,
                      "memory for linear algebra on %zu threads: needs %zu MB of addresses, %.0f MB are there; raise 'ulimit -v' or give "
                      "fewer --threads", threads, (need - n) * BUFFER_MB, (double)cupel_memory_available() / 1e6);
}

const char *cupel_la_core(void) { return openblas_get_corename(); }

/* The families whose loops use AVX-512; every other name is one that OpenBLAS falls back to. */
const char *cupel_la_wanted_core(void)
{
    static const char *const wide[] = {"SkylakeX", "Cooperlake", "SapphireRapids"};
    if (cupel_isa_best() != CUPEL_ISA_AVX512) return NULL;
    const char *core = cupel_la_core();
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (strcmp(core, wide[i]) == 0) return NULL;
    return wide[0];
}
