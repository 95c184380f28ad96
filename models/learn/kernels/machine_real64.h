/* Not a header of its own: what machine_block.h and the loops before it are made with, for double. May be included after another of its kind. */
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

#define REAL double
#define NAME(x) x##_f64
#define WIDTH CUPEL_WIDTH_F64
#define LANES CUPEL_LANES_F64
#define CHUNK CUPEL_CHUNK_F64
#define LIMIT CUPEL_LIMIT_F64
#define NOWHERE CUPEL_NOWHERE_F64
#define EXP2_Q CUPEL_EXP2_Q
#define EXP2_TERMS CUPEL_EXP2_TERMS
#define EXP2_LOWEST CUPEL_EXP2_LOWEST
#define EXP2_ROUND CUPEL_EXP2_ROUND
