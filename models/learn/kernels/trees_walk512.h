/* Not a header of its own: trees_walk.h with 16 rows to a vector and gathers, behind trees_body.h. */
#include <immintrin.h>

enum { TOGETHER = 8, FEW = 4 }; /* vectors on their way at a time: at first, and of a list */
enum { FURTHER = 3, MORE = 2 };  /* levels below those of an even tree for all rows, then at a time for those of a list */
enum { LAST = 16 };              /* rows that go home one by one */

/* All lanes, unknown to the compiler: it would let a gather merge into whatever the register holds, for which the gather then waits. */
static inline __mmask16 all_lanes(void)
{
    __mmask16 all = 0xFFFF;
    __asm__("" : "+k"(all));
    return all;
}

/* Nodes that 16 rows go to from nodes i; base: where their keys begin in x. */
static inline __m512i step(const cupel_tree_node *node, const uint32_t *x, __m512i base, __m512i i)
{
    const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1)), columns = _mm512_set1_epi32((1 << CUPEL_TREE_COLUMN_BITS) - 1);
    const __m512i zero = _mm512_setzero_si512();
    const __mmask16 all = all_lanes();
    const __m512i a = _mm512_mask_i32gather_epi64(zero, (__mmask8)all, _mm512_castsi512_si256(i), node, 8);
    const __m512i b = _mm512_mask_i32gather_epi64(zero, (__mmask8)all, _mm512_extracti64x4_epi64(i, 1), node, 8);
    const __m512i link = _mm512_permutex2var_epi32(a, even, b), at = _mm512_permutex2var_epi32(a, odd, b);
    const __m512i z = _mm512_mask_i32gather_epi32(zero, all, _mm512_add_epi32(base, _mm512_and_si512(link, columns)), x, 4);
    const __m512i left = _mm512_srli_epi32(link, CUPEL_TREE_COLUMN_BITS);
    return _mm512_mask_add_epi32(left, _mm512_cmplt_epu32_mask(at, z), left, _mm512_set1_epi32(1));
}

static inline __mmask16 choose_mask(__mmask16 which, __mmask16 yes, __mmask16 no)
{
    return _kor_mask16(_kand_mask16(which, yes), _kandn_mask16(which, no));
}

/* Where rows from .. from + 15 are below the three uppermost levels. */
static inline __m512i walk_top(const tree_top *t, __m512i end, const cupel_walk_rows *r, size_t from)
{
    __mmask16 right[7];
    UNROLL for (size_t k = 0; k < 7; k++)
        right[k] = _mm512_cmpgt_epi32_mask(_mm512_loadu_si512(r->across + t->column[k] * CUPEL_TREE_ACROSS + from), _mm512_set1_epi32(t->at[k]));
    const __mmask16 first = right[0], second = choose_mask(first, right[2], right[1]);
    const __mmask16 third = choose_mask(first, choose_mask(second, right[6], right[5]), choose_mask(second, right[4], right[3]));
    __m512i way = _mm512_maskz_set1_epi32(first, 4);
    way = _mm512_mask_add_epi32(way, second, way, _mm512_set1_epi32(2));
    way = _mm512_mask_add_epi32(way, third, way, _mm512_set1_epi32(1));
    return _mm512_permutexvar_epi32(way, end);
}

/* Rows and the nodes that they are at. */
typedef struct walkers {
    size_t n;
    uint32_t row[CUPEL_TREE_BLOCK + 16], at[CUPEL_TREE_BLOCK + 16];
} walkers;

static inline void keep(walkers *w, __mmask16 which, __m512i row, __m512i at)
{
    _mm512_storeu_si512(w->row + w->n, _mm512_maskz_compress_epi32(which, row));
    _mm512_storeu_si512(w->at + w->n, _mm512_maskz_compress_epi32(which, at));
    w->n += (size_t)__builtin_popcount(which);
}

static inline __m512i base_of(__m512i row, const cupel_walk_rows *r) { return _mm512_mullo_epi32(row, _mm512_set1_epi32((int)r->ld)); }

/* MORE levels for all of them; those that arrive go to `done`. */
static void walk_on(const cupel_tree_node *node, const cupel_walk_rows *r, walkers *w, walkers *done)
{
    const size_t n = w->n;
    w->n = 0;
    for (size_t from = 0; from < n; from += 16 * FEW) {
        __m512i row[FEW], base[FEW], i[FEW], before[FEW];
        __mmask16 there[FEW];
        UNROLL for (size_t v = 0; v < FEW; v++)
        {
            const size_t first = from + 16 * v, left = first < n ? n - first : 0;
            there[v] = left < 16 ? (__mmask16)((1u << left) - 1) : (__mmask16)0xFFFF;
            row[v] = _mm512_maskz_loadu_epi32(there[v], w->row + first);
            i[v] = _mm512_maskz_loadu_epi32(there[v], w->at + first);
            base[v] = base_of(row[v], r);
        }
        UNROLL for (size_t l = 0; l < MORE; l++)
        {
            UNROLL for (size_t v = 0; v < FEW; v++) before[v] = i[v], i[v] = step(node, r->x, base[v], i[v]);
        }
        UNROLL for (size_t v = 0; v < FEW; v++)
        {
            const __mmask16 going = _mm512_mask_cmpneq_epi32_mask(there[v], before[v], i[v]);
            keep(done, (__mmask16)(there[v] & ~going), row[v], i[v]);
            keep(w, going, row[v], i[v]);
        }
    }
}

/* The last ones, whose loads wait for one another, row by row. */
static void walk_home(const cupel_tree_node *node, const cupel_walk_rows *r, const walkers *w, uint32_t *at)
{
    for (size_t k = 0; k < w->n; k++) {
        const uint32_t *x = r->x + w->row[k] * r->ld;
        uint32_t i = w->at[k], before;
        do {
            const cupel_tree_node n = node[i];
            before = i;
            i = cupel_tree_left(n) + ((uint32_t)(n >> 32) < x[cupel_tree_column(n)]);
        } while (i != before);
        at[w->row[k]] = i;
    }
}

/* The three uppermost levels and so many more for `together` vectors of rows. */
static inline __attribute__((always_inline)) void walk_tile(const cupel_tree_node *node, const tree_top *top, size_t levels, const cupel_walk_rows *r,
                                                            size_t from, size_t together, uint32_t *at, walkers *w)
{
    const __m512i end = _mm512_castsi256_si512(_mm256_loadu_si256((const void *)top->end));
    const __m512i number = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512i i[TOGETHER], before[TOGETHER], row[TOGETHER], base[TOGETHER];
    UNROLL for (size_t v = 0; v < together; v++)
    {
        row[v] = _mm512_add_epi32(number, _mm512_set1_epi32((int)(from + 16 * v)));
        base[v] = base_of(row[v], r);
        i[v] = walk_top(top, end, r, from + 16 * v);
    }
    for (size_t l = 1; l < levels; l++)
    {
        UNROLL for (size_t v = 0; v < together; v++) i[v] = step(node, r->x, base[v], i[v]);
    }
    UNROLL for (size_t v = 0; v < together; v++)
    {
        before[v] = i[v];
        i[v] = step(node, r->x, base[v], i[v]);
    }
    UNROLL for (size_t v = 0; v < together; v++)
    {
        _mm512_storeu_si512(at + from + 16 * v, i[v]);
        keep(w, _mm512_cmpneq_epi32_mask(before[v], i[v]), row[v], i[v]);
    }
}

static void walk(const cupel_tree_node *node, size_t nodes, const cupel_walk_rows *r, uint32_t *at)
{
    const tree_top top = top_of(node);
    const size_t levels = levels_of(nodes) + FURTHER;
    size_t from = 0;
    walkers w, done;
    w.n = done.n = 0;
    for (; from + 16 * TOGETHER <= r->n; from += 16 * TOGETHER) walk_tile(node, &top, levels, r, from, TOGETHER, at, &w);
    for (; from + 64 <= r->n; from += 64) walk_tile(node, &top, levels, r, from, 4, at, &w);
    for (; from + 32 <= r->n; from += 32) walk_tile(node, &top, levels, r, from, 2, at, &w);
    for (; from < r->n; from += 16) walk_tile(node, &top, levels, r, from, 1, at, &w);
    while (w.n > LAST) walk_on(node, r, &w, &done);
    for (size_t k = 0; k < done.n; k++) at[done.row[k]] = done.at[k];
    walk_home(node, r, &w, at);
}
