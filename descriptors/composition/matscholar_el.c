#include "descriptors/composition/element_table.h"

static const cupel_table_set set = {
    .table = &cupel_table_matscholar, .source = "MatscholarElementData", .n_statistics = 5,
    .statistic = {CUPEL_MINIMUM, CUPEL_MAXIMUM, CUPEL_RANGE, CUPEL_MEAN, CUPEL_STD_DEV},
    .word = {"minimum", "maximum", "range", "mean", "std_dev"}};

static const cupel_reference references[] = {
    {"10.1038/s41586-019-1335-8", "Tshitoyan et al.: Unsupervised word embeddings capture latent knowledge from materials science literature. Nature "
                                  "571, 95 (2019)"},
    {NULL, NULL}};

#define MATSCHOLAR_METHOD                                                                                                                    \
    {                                                                                                                                        \
        .name = "matscholar_el", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula",                      \
        .references = references, .output = "1000 columns, dimensionless",                                                                   \
        .help = "minimum, maximum, range, mean and standard deviation of word vectors of the elements (200 numbers learned from abstracts), " \
                "as matminer's ElementProperty('matscholar_el')"                                                                             \
    }

CUPEL_TABLE_DESCRIPTOR(matscholar_el, set, 1000, MATSCHOLAR_METHOD)
