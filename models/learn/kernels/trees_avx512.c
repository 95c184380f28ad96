#include "models/learn/kernels/trees.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define VECTOR 64
#define WALK walk
#include "models/learn/kernels/trees_body.h"

enum { GATHERED = 16 }; /* rows that a gather moves by one level */

/* Two groups of rows at a time: while one waits for its gathers the other computes. */
static inline __m512i level(const cupel_tree_node *node, const float *x, __m512i offset, __m512i i)
{
    const __m512i mask = _mm512_set1_epi32((1 << CUPEL_TREE_COLUMN_BITS) - 1);
    __m512i at = _mm512_i32gather_epi32(i, (const char *)node, 8), link = _mm512_i32gather_epi32(i, (const char *)node + 4, 8);
    __m512 z = _mm512_i32gather_ps(_mm512_add_epi32(offset, _mm512_and_epi32(link, mask)), x, 4);
    __mmask16 right = _mm512_cmp_ps_mask(z, _mm512_castsi512_ps(at), _CMP_GT_OQ);
    __m512i next = _mm512_srli_epi32(link, CUPEL_TREE_COLUMN_BITS);
    return _mm512_mask_add_epi32(next, right, next, _mm512_set1_epi32(1));
}

static void walk(const cupel_tree_node *node, const float *x, size_t ld, size_t n, uint32_t *at)
{
    const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i offset = _mm512_mullo_epi32(lane, _mm512_set1_epi32((int)ld));
    for (size_t from = 0; from < n; from += GATHERED) {
        __m512i i = _mm512_setzero_si512();
        for (;;) {
            __m512i next = level(node, x + from * ld, offset, i);
            if (!_mm512_cmpneq_epi32_mask(next, i)) break;
            i = next;
        }
        _mm512_storeu_si512(at + from, i);
    }
}

const cupel_tree_kernels cupel_trees_avx512 = CUPEL_TREES_TABLE;
#else
typedef int cupel_trees_avx512_not_here;
#endif
