#include "descriptors/composition/kernels/element_table.h"

/* A vector of one lane. */
enum { LANES = 1 };
typedef double vector;

static inline vector v_load(const double *p) { return *p; }
static inline vector v_set(double x) { return x; }
static inline vector v_add(vector a, vector b) { return a + b; }
static inline vector v_sub(vector a, vector b) { return a - b; }
static inline vector v_mul(vector a, vector b) { return a * b; }
static inline vector v_min(vector a, vector b) { return a < b ? a : b; }
static inline vector v_max(vector a, vector b) { return a > b ? a : b; }
static inline vector v_abs(vector a) { return fabs(a); }
static inline vector v_sqrt(vector a) { return sqrt(a); }
static inline void v_store(double *p, vector a) { *p = a; }
static inline void v_store_f32(float *p, vector a) { *p = (float)a; }

#include "descriptors/composition/kernels/element_table_row.h"

const cupel_table_kernel cupel_table_ref = {row, row_f32};
