/* Not a header of its own: what machine_block.h and the loops before it are made with, for float. May be included after another of its kind. */
#undef REAL
#undef NAME
#undef WIDTH
#undef LANES
#undef CHUNK
#undef LIMIT
#undef NOWHERE
#undef EXP2_Q
#undef EXP2_TERMS
#undef EXP2_LOWEST
#undef EXP2_ROUND

#define REAL float
#define NAME(x) x##_f32
#define WIDTH CUPEL_WIDTH_F32
#define LANES CUPEL_LANES_F32
#define CHUNK CUPEL_CHUNK_F32
#define LIMIT CUPEL_LIMIT_F32
#define NOWHERE CUPEL_NOWHERE_F32
#define EXP2_Q CUPEL_EXP2F_Q
#define EXP2_TERMS CUPEL_EXP2F_TERMS
#define EXP2_LOWEST CUPEL_EXP2F_LOWEST
#define EXP2_ROUND CUPEL_EXP2F_ROUND
