#include "descriptors/composition/element_table.h"

static const cupel_table_set set = {
    .table = &cupel_table_megnet, .source = "MEGNetElementData", .n_statistics = 5,
    .statistic = {CUPEL_MINIMUM, CUPEL_MAXIMUM, CUPEL_RANGE, CUPEL_MEAN, CUPEL_STD_DEV},
    .word = {"minimum", "maximum", "range", "mean", "std_dev"}};

static const cupel_reference references[] = {
    {"10.1021/acs.chemmater.9b01294", "Chen, Ye, Zuo, Zheng, Ong: Graph networks as a universal machine learning framework for molecules and "
                                      "crystals. Chemistry of Materials 31, 3564 (2019)"},
    {NULL, NULL}};

#define MEGNET_METHOD                                                                                                                          \
    {                                                                                                                                          \
        .name = "megnet_el", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula",                            \
        .references = references, .output = "80 columns, dimensionless",                                                                       \
        .help = "minimum, maximum, range, mean and standard deviation of element vectors learned from formation energies (16 numbers), as "     \
                "matminer's ElementProperty('megnet_el')"                                                                                      \
    }

CUPEL_TABLE_DESCRIPTOR(megnet_el, set, 80, MEGNET_METHOD)
