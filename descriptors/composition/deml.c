#include "descriptors/composition/element_table.h"

static const cupel_table_set set = {
    .table = &cupel_table_deml, .source = "DemlData", .n_statistics = 5,
    .statistic = {CUPEL_MINIMUM, CUPEL_MAXIMUM, CUPEL_RANGE, CUPEL_MEAN, CUPEL_STD_DEV},
    .word = {"minimum", "maximum", "range", "mean", "std_dev"}};

static const cupel_reference references[] = {
    {"10.1103/PhysRevB.93.085142", "Deml, O'Hayre, Wolverton, Stevanovic: Predicting density functional theory total energies and enthalpies of "
                                   "formation of metal-nonmetal compounds by linear regression. Physical Review B 93, 085142 (2016)"},
    {NULL, NULL}};

#define DEML_METHOD                                                                                                                        \
    {                                                                                                                                      \
        .name = "deml", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula", .references = references,   \
        .help = "minimum, maximum, range, mean and standard deviation of 16 element properties, as matminer's ElementProperty('deml')",     \
        .output = "80 columns, units per column"                                                                                           \
    }

CUPEL_TABLE_DESCRIPTOR(deml, set, 80, DEML_METHOD)
