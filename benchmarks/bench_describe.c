/* A table of formulas on a memory file system -> an artifact with 132 float32 Magpie columns beside it, one thread.
 *   cupel     cupel_describe: read, digest, parse with the whole grammar, compute, write HDF5, digest, commit
 *   bare a loop over formulas in memory that checks nothing, into a float32 matrix in memory, and a plain write of as many bytes as the
 *   artifact has
 *   matminer  ElementProperty.from_preset("magpie") on the same formulas, when $PYTHON is a python that has it
 * Run from the project's root: PYTHON=/path/to/python build/benchmarks/bench_describe [ROWS] */
#define _GNU_SOURCE
#include "benchmarks/median.h"
#include "core/base/mem.h"
#include "core/engine/describe.h"
#include "core/io/artifact.h"
#include "datasets/source.h"
#include "descriptors/composition/kernels/magpie.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REPEATS = 5, COLUMNS = 132, N_PEER = 300 };

static char folder[] = "/dev/shm/cupel-bench-XXXXXX";
static char table[64], artifact[64], plain[64];

static void give_up(const char *what)
{
    fprintf(stderr, "bench_describe: %s\n", what);
    remove(table), remove(artifact), remove(plain), rmdir(folder);
    exit(1);
}

/* ---- formulas ---- */

typedef struct texts {
    cupel_text *t;
    size_t n;
    cupel_str all;
} texts;

/* The formulas of a table over and over until there are n, one per line. */
static texts formulas(const char *path, const char *column, size_t n)
{
    cupel_err err = {0};
    cupel_source *source = NULL;
    cupel_records r = {0};
    texts s = {.n = n};
    if (cupel_source_open(path, NULL, &source, &err) || cupel_source_read(source, SIZE_MAX, &r, &err)) give_up(err.message);
    size_t col = cupel_header_find(cupel_source_header(source), column);
    if (col == SIZE_MAX || !r.n_rows) give_up("no formulas");
    for (size_t i = 0; i < n; i++) {
        cupel_text t = cupel_cell(&r, i % r.n_rows, col);
        cupel_str_add(&s.all, t.p, t.n);
        cupel_str_putc(&s.all, '\n');
    }
    s.t = cupel_alloc(n, sizeof *s.t);
    if (!s.t || s.all.failed) give_up("out of memory");
    const char *p = s.all.p;
    for (size_t i = 0; i < n; i++) {
        s.t[i] = (cupel_text){p, strcspn(p, "\n")};
        p += s.t[i].n + 1;
    }
    cupel_records_release(&r);
    cupel_source_free(source);
    return s;
}

/* ---- the bare loop ---- */

static unsigned char symbol[26][27]; /* by first and second letter */

static double read_number(const char **p, const char *end)
{
    double x = 0.0, scale = 1.0;
    if (*p == end || **p >= 'A' || **p < '.') return 1.0;
    for (; *p < end && **p >= '0' && **p <= '9'; ++*p) x = 10.0 * x + (**p - '0');
    if (*p < end && **p == '.')
        for (++*p; *p < end && **p >= '0' && **p <= '9'; ++*p) {
            x = 10.0 * x + (**p - '0');
            scale *= 10.0;
        }
    return x / scale;
}

/* Elements, numbers and brackets of a formula that is known to be right. */
static size_t read_bare(cupel_text t, unsigned char *z, double *amount)
{
    size_t n = 0, open[16], depth = 0;
    const char *end = t.p + t.n;
    for (const char *p = t.p; p < end;) {
        char c = *p++;
        if (c == ' ') continue;
        if (c == '(' || c == '[' || c == '{') {
            open[depth++] = n;
        } else if (c == ')' || c == ']' || c == '}') {
            double times = read_number(&p, end);
            for (size_t i = open[--depth]; i < n; i++) amount[i] *= times;
        } else {
            int second = p < end && *p >= 'a' && *p <= 'z' ? *p++ - 'a' + 1 : 0;
            z[n] = symbol[c - 'A'][second];
            amount[n++] = read_number(&p, end);
        }
    }
    size_t kept = 0;
    for (size_t i = 0, k; i < n; i++) {
        for (k = 0; k < kept && z[k] != z[i]; k++) continue;
        if (k < kept) {
            amount[k] += amount[i];
        } else {
            z[kept] = z[i];
            amount[kept++] = amount[i];
        }
    }
    return kept;
}

static double bare(const texts *s, const cupel_magpie_kernel *kernel, float *x)
{
    double start = cupel_cpu_seconds();
    for (size_t i = 0; i < s->n; i++) {
        unsigned char z[64];
        double amount[64];
        size_t n = read_bare(s->t[i], z, amount);
        kernel->row_f32(z, amount, n, x + i * COLUMNS);
    }
    return cupel_cpu_seconds() - start;
}

/* The matrix from the front, again from the front where the artifact is larger. */
static double plain_write(const float *x, size_t matrix, size_t bytes)
{
    remove(plain);
    double start = cupel_cpu_seconds();
    int fd = open(plain, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    for (size_t done = 0; done < bytes;) {
        size_t at = done % matrix, n = bytes - done < matrix - at ? bytes - done : matrix - at;
        ssize_t k = write(fd, (const char *)x + at, n < 1 << 20 ? n : 1 << 20);
        if (k <= 0) give_up("writing failed");
        done += (size_t)k;
    }
    close(fd);
    double seconds = cupel_cpu_seconds() - start;
    remove(plain);
    return seconds;
}

/* ---- cupel ---- */

static double describe(const char *sets, size_t n)
{
    cupel_err err = {0};
    cupel_job job = {.threads = 1, .isa = cupel_isa_best()};
    cupel_describe_options o = {
        .table = table, .formula = "formula", .sets = sets, .output = artifact, .missing = CUPEL_MISSING_KEEP, .float32 = true};
    cupel_describe_result result;
    remove(artifact);
    double start = cupel_cpu_seconds();
    if (cupel_describe(&o, &job, &result, &err)) give_up(err.message);
    double seconds = cupel_cpu_seconds() - start;
    if (result.written != n) give_up("rows are missing");
    return seconds;
}

static bool same_values(const float *x, size_t n)
{
    cupel_err err = {0};
    cupel_reader *r = NULL;
    void *y = NULL;
    size_t shape[2] = {n, COLUMNS};
    if (cupel_reader_open(artifact, "descriptors", 1, &r, &err) || cupel_reader_get(r, "x", CUPEL_F32, 2, shape, &y, &err)) give_up(err.message);
    size_t different = 0;
    for (size_t i = 0; i < n * COLUMNS; i++) {
        float a = x[i], b = ((const float *)y)[i];
        different += a != b && b == b; /* the bare loop does not know which values are missing */
    }
    cupel_free(y);
    cupel_reader_free(r);
    return different == 0;
}

static double peer(const texts *s, char version[32])
{
    const char *python = getenv("PYTHON");
    if (!python || !*python) return 0.0;
    char command[4096];
    FILE *f = fopen(plain, "w");
    if (!f) return 0.0;
    for (size_t i = 0; i < s->n && i < N_PEER; i++) fprintf(f, "%.*s\n", (int)s->t[i].n, s->t[i].p);
    fclose(f);
    snprintf(command, sizeof command, "OMP_NUM_THREADS=1 '%s' benchmarks/peers/matminer_magpie.py %s", python, plain);
    double seconds = 0.0;
    FILE *out = popen(command, "r");
    if (out) {
        if (fscanf(out, "%31s %lf", version, &seconds) != 2) seconds = 0.0;
        pclose(out);
    }
    remove(plain);
    return seconds;
}

static void write_table(const texts *s)
{
    FILE *f = fopen(table, "w");
    if (!f || fputs("formula\n", f) < 0 || fwrite(s->all.p, 1, s->all.n, f) != s->all.n || fclose(f)) give_up("writing the table failed");
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
    const char *shared = getenv("CUPEL_SHARED");
    char gaps[4096];
    snprintf(gaps, sizeof gaps, "%s/data/matbench-official/matbench_expt_gap.csv", shared ? shared : "../shared");
    bool real = access(gaps, R_OK) == 0;
    if (!n || !mkdtemp(folder)) give_up("no memory file system at /dev/shm");
    snprintf(table, sizeof table, "%s/in.csv", folder);
    snprintf(artifact, sizeof artifact, "%s/out.h5", folder);
    snprintf(plain, sizeof plain, "%s/plain", folder);
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) {
        const char *s = cupel_element_symbol(z);
        symbol[s[0] - 'A'][s[1] ? s[1] - 'a' + 1 : 0] = (unsigned char)z;
    }
    texts s = formulas(real ? gaps : "datasets/examples/gaps-solar.csv", real ? "composition" : "formula", n);
    write_table(&s);
    const cupel_magpie_kernel *kernel = &cupel_magpie_ref;
#if defined(__x86_64__)
    if (cupel_isa_best() == CUPEL_ISA_AVX2) kernel = &cupel_magpie_avx2;
    if (cupel_isa_best() == CUPEL_ISA_AVX512) kernel = &cupel_magpie_avx512;
#endif
    size_t matrix = n * COLUMNS * sizeof(float);
    float *x = cupel_alloc_aligned(n * COLUMNS, sizeof *x);
    if (!x) give_up("out of memory");
    double ours[REPEATS], loop[REPEATS], write[REPEATS], per = 1e9 / (double)n;
    struct stat sb;
    describe("magpie", n); /* the machine's memory is warm for both sides */
    if (stat(artifact, &sb) != 0) give_up("no artifact");
    for (size_t r = 0; r < REPEATS; r++) {
        loop[r] = per * bare(&s, kernel, x);
        write[r] = per * plain_write(x, matrix, (size_t)sb.st_size);
        ours[r] = per * describe("magpie", n);
    }
    printf("%zu formulas of %s, table -> artifact of 132 float32 columns (%.0f MB) in /dev/shm, one thread, %s, CPU time per formula, median of %d\n",
           n, real ? "matbench_expt_gap" : "datasets/examples/gaps-solar.csv", (double)sb.st_size / 1e6, cupel_isa_name(cupel_isa_best()), REPEATS);
    double a = median(ours, REPEATS), b = median(loop, REPEATS), c = median(write, REPEATS);
    printf("cupel %7.1f ns   bare loop %7.1f ns + plain write %7.1f ns   ratio %.2f (goal 1.50)   same values: %s\n", a, b, c, a / (b + c),
           same_values(x, n) ? "yes" : "NO");
    char version[32] = "";
    double seconds = peer(&s, version);
    if (seconds > 0) printf("matminer %s %.3f ms, %.0f times cupel's (goal 1000)\n", version, 1e3 * seconds, 1e9 * seconds / a);
    else printf("matminer: skipped (PYTHON names no python with matminer)\n");
    cupel_free(x);
    cupel_free(s.t);
    cupel_str_free(&s.all);
    remove(table), remove(artifact), rmdir(folder);
    return 0;
}
