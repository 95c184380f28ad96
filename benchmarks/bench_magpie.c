/* Magpie: formula text in memory -> float32 matrix in memory, one thread.
 *   cupel     cupel_batch_add_formula (the whole grammar) and compute_f32, in blocks, through the public interface
 *   bare      a loop that reads elements and numbers only, without any check, and calls the kernel row by row
 *   matminer  ElementProperty.from_preset("magpie") on the same formulas, when $PYTHON is a python that has it
 * Run from the project's root: PYTHON=/path/to/python build/benchmarks/bench_magpie */
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/order.h"
#include "core/matter/formula.h"
#include "core/sys/job.h"
#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/kernels/magpie.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REPEATS = 7, BLOCK = 1024, COLUMNS = 132, N_PEER = 300 };

typedef struct texts {
    cupel_text *t;
    size_t n;
    cupel_str all;
} texts;

static void finish(texts *s)
{
    s->t = cupel_alloc(s->n, sizeof *s->t);
    const char *p = cupel_str_text(&s->all);
    for (size_t i = 0; i < s->n; i++) {
        s->t[i] = (cupel_text){p, strcspn(p, "\n")};
        p += s->t[i].n + 1;
    }
}

/* Random compounds of 2 to 5 of 80 elements with amounts 1 to 8; Tl, Pb and Bi stand in for the noble gases, which lack values. */
static texts compounds(size_t n)
{
    texts s = {.n = n};
    for (size_t k = 0; k < n; k++) {
        size_t elements = 2 + cupel_rng_below(1, k, 0, 4);
        for (size_t i = 0; i < elements; i++) {
            unsigned z = 1 + (unsigned)(cupel_rng_below(1, k, 1 + 2 * i, 16) + 16 * i);
            z = z == 2 ? 81 : z == 10 ? 82 : z == 18 ? 83 : z;
            uint64_t amount = 1 + cupel_rng_below(1, k, 2 + 2 * i, 8);
            cupel_str_puts(&s.all, cupel_element_symbol(z));
            if (amount > 1) cupel_str_addf(&s.all, "%d", (int)amount);
        }
        cupel_str_putc(&s.all, '\n');
    }
    finish(&s);
    return s;
}

/* Random steels of 10 to 13 elements with fractions of four digits. */
static texts steels(size_t n)
{
    static const char *const element[13] = {"Fe", "C", "Mn", "Si", "Cr", "Ni", "Mo", "V", "N", "Nb", "Co", "Al", "Ti"};
    texts s = {.n = n};
    for (size_t k = 0; k < n; k++) {
        size_t elements = 10 + cupel_rng_below(2, k, 0, 4);
        for (size_t i = 0; i < elements; i++)
            cupel_str_addf(&s.all, "%s0.%04d", element[i], i ? 1 + (int)cupel_rng_below(2, k, i, 300) : 6400);
        cupel_str_putc(&s.all, '\n');
    }
    finish(&s);
    return s;
}

static double through_the_library(const texts *s, cupel_isa isa, float *x)
{
    const cupel_descriptor *magpie = cupel_descriptor_find(cupel_text_of("magpie"));
    cupel_batch b = {0};
    double start = cupel_cpu_seconds();
    for (size_t from = 0; from < s->n; from += BLOCK) {
        size_t n = s->n - from < BLOCK ? s->n - from : BLOCK;
        cupel_batch_clear(&b);
        for (size_t i = 0; i < n; i++)
            if (cupel_batch_add_formula(&b, s->t[from + i], CUPEL_DOT_REFUSE, NULL)) exit(1);
        magpie->compute_f32(&b, 0, n, isa, x + from * COLUMNS, COLUMNS, NULL);
    }
    double seconds = cupel_cpu_seconds() - start;
    cupel_batch_release(&b);
    return seconds;
}

/* Symbols by first and second letter, so that finding one is a table look-up. */
static unsigned char symbol[26][27];

static double read_number(const char **p, const char *end)
{
    double x = 0.0, scale = 1.0;
    for (; *p < end && **p >= '0' && **p <= '9'; ++*p) x = 10.0 * x + (**p - '0');
    if (*p < end && **p == '.')
        for (++*p; *p < end && **p >= '0' && **p <= '9'; ++*p) {
            x = 10.0 * x + (**p - '0');
            scale *= 10.0;
        }
    return x / scale;
}

static size_t read_bare(cupel_text t, unsigned char *z, double *amount)
{
    size_t n = 0;
    const char *end = t.p + t.n;
    for (const char *p = t.p; p < end; n++) {
        int first = *p++ - 'A', second = p < end && *p >= 'a' ? *p++ - 'a' + 1 : 0;
        z[n] = symbol[first][second];
        amount[n] = p < end && (*p < 'A') ? read_number(&p, end) : 1.0;
    }
    return n;
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

/* Seconds per formula of the peer on the first formulas, 0 when there is none. */
static double peer(const texts *s, char version[32])
{
    const char *python = getenv("PYTHON");
    if (!python || !*python) return 0.0;
    char path[] = "/tmp/bench-magpie-XXXXXX", command[4096];
    int fd = mkstemp(path);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!f) return 0.0;
    for (size_t i = 0; i < s->n && i < N_PEER; i++) fprintf(f, "%.*s\n", (int)s->t[i].n, s->t[i].p);
    fclose(f);
    snprintf(command, sizeof command, "OMP_NUM_THREADS=1 '%s' benchmarks/peers/matminer_magpie.py %s", python, path);
    double seconds = 0.0;
    FILE *out = popen(command, "r");
    if (out) {
        if (fscanf(out, "%31s %lf", version, &seconds) != 2) seconds = 0.0;
        pclose(out);
    }
    remove(path);
    return seconds;
}

/* False when the two sides differ by a bit. */
static bool compare(const char *name, const texts *s, cupel_isa isa, const cupel_magpie_kernel *kernel)
{
    float *x = cupel_alloc_aligned(s->n * COLUMNS, sizeof *x), *y = cupel_alloc_aligned(s->n * COLUMNS, sizeof *y);
    double ours[REPEATS], loop[REPEATS], per = 1e9 / (double)s->n;
    if (!x || !y) exit(1);
    for (size_t r = 0; r < REPEATS; r++) {
        ours[r] = per * through_the_library(s, isa, x);
        loop[r] = per * bare(s, kernel, y);
    }
    cupel_sort(ours, REPEATS);
    cupel_sort(loop, REPEATS);
    bool same = memcmp(x, y, s->n * COLUMNS * sizeof *x) == 0;
    double a = ours[REPEATS / 2], b = loop[REPEATS / 2];
    printf("%-10s %-7s cupel %7.1f ns   bare loop %7.1f ns   ratio %.2f   same bits: %s\n", name, cupel_isa_name(isa), a, b, a / b,
           same ? "yes" : "NO");
    if (isa == cupel_isa_best()) {
        char version[32] = "";
        double seconds = peer(s, version);
        if (seconds > 0) printf("%-10s matminer %s %.3f ms, %.0f times cupel's\n", name, version, 1e3 * seconds, 1e9 * seconds / a);
        else printf("%-10s matminer: skipped (PYTHON names no python with matminer)\n", name);
    }
    cupel_free(x);
    cupel_free(y);
    return same;
}

int main(void)
{
    const cupel_magpie_kernel *const kernels[CUPEL_ISA_COUNT] = {
        &cupel_magpie_ref,
#if defined(__x86_64__)
        &cupel_magpie_avx2, &cupel_magpie_avx512
#endif
    };
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) {
        const char *s = cupel_element_symbol(z);
        symbol[s[0] - 'A'][s[1] ? s[1] - 'a' + 1 : 0] = (unsigned char)z;
    }
    printf("formula text -> 132 float32 columns, one thread, CPU time per formula, median of %d\n", REPEATS);
    bool same = true;
    texts sets[2] = {compounds(20000), steels(5000)};
    const char *const names[2] = {"compounds", "steels"};
    for (size_t i = 0; i < 2; i++) {
        for (int isa = CUPEL_ISA_PLAIN; isa <= (int)cupel_isa_best(); isa++)
            same = compare(names[i], &sets[i], (cupel_isa)isa, kernels[isa]) && same;
        cupel_free(sets[i].t);
        cupel_str_free(&sets[i].all);
    }
    return same ? 0 : 1;
}
