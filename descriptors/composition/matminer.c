#include "descriptors/composition/element_table.h"

static const cupel_table_set set = {
    .table = &cupel_table_pymatgen, .source = "PymatgenData", .n_statistics = 5,
    .statistic = {CUPEL_MINIMUM, CUPEL_MAXIMUM, CUPEL_RANGE, CUPEL_MEAN, CUPEL_STD_DEV},
    .word = {"minimum", "maximum", "range", "mean", "std_dev"}};

static const cupel_reference references[] = {
    {"10.1016/j.commatsci.2012.10.028", "Ong et al.: Python Materials Genomics (pymatgen): A robust, open-source python library for materials "
                                        "analysis. Computational Materials Science 68, 314 (2013)"},
    {"10.1016/j.commatsci.2018.05.018", "Ward et al.: Matminer: An open source toolkit for materials data mining. Computational Materials "
                                        "Science 152, 60 (2018)"},
    {NULL, NULL}};

#define MATMINER_METHOD                                                                                                                        \
    {                                                                                                                                          \
        .name = "matminer", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula", .references = references,   \
        .help = "minimum, maximum, range, mean and standard deviation of pymatgen's 13 element properties, as matminer's "                      \
                "ElementProperty('matminer')",                                                                                                 \
        .output = "65 columns, units per column"                                                                                               \
    }

CUPEL_TABLE_DESCRIPTOR(matminer, set, 65, MATMINER_METHOD)
