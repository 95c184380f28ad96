/* The element vectors of CBFV with its six statistics, and a shorter list of the Oliynyk properties. CBFV (and so these) takes the mean absolute
 * deviation as "dev", and as "mode" the smallest value among the most abundant elements; an element that is not in its tables counts as zeros there,
 * here it is a missing value. */
#include "descriptors/composition/element_table.h"

#define CBFV_STATISTICS                                                                                                                    \
    .n_statistics = 6, .by_statistic = true,                                                                                               \
    .statistic = {CUPEL_MEAN, CUPEL_AVG_DEV, CUPEL_RANGE, CUPEL_MAXIMUM, CUPEL_MINIMUM, CUPEL_MODE},                                       \
    .word = {"avg", "dev", "range", "max", "min", "mode"}

static const cupel_table_set oliynyk_set = {.table = &cupel_table_oliynyk, .source = "Oliynyk", CBFV_STATISTICS};
static const cupel_table_set jarvis_set = {.table = &cupel_table_jarvis, .source = "Jarvis", CBFV_STATISTICS};
static const cupel_table_set mat2vec_set = {.table = &cupel_table_mat2vec, .source = "mat2vec", CBFV_STATISTICS};
static const cupel_table_set oli_set = {
    .table = &cupel_table_oliynyk, .source = "Oliynyk", .n_statistics = 4,
    .statistic = {CUPEL_MEAN, CUPEL_SPREAD, CUPEL_MINIMUM, CUPEL_MAXIMUM}, .word = {"mean", "sd", "minimum", "maximum"}};

#define CBFV_REFERENCE                                                                                                                      \
    {"10.1007/s40192-020-00179-z", "Murdock, Kauwe, Wang, Sparks: Is domain knowledge necessary for machine learning materials properties? "  \
                                   "Integrating Materials and Manufacturing Innovation 9, 221 (2020)"}

static const cupel_reference oliynyk_references[] = {
    {"10.1021/acs.chemmater.6b02724", "Oliynyk et al.: High-throughput machine-learning-driven synthesis of full-Heusler compounds. Chemistry of "
                                      "Materials 28, 7324 (2016)"},
    CBFV_REFERENCE,
    {NULL, NULL}};
static const cupel_reference jarvis_references[] = {
    {"10.1103/PhysRevMaterials.2.083801", "Choudhary, DeCost, Tavazza: Machine learning with force-field-inspired descriptors for materials: Fast "
                                          "screening and mapping energy landscape. Physical Review Materials 2, 083801 (2018)"},
    CBFV_REFERENCE,
    {NULL, NULL}};
static const cupel_reference mat2vec_references[] = {
    {"10.1038/s41586-019-1335-8", "Tshitoyan et al.: Unsupervised word embeddings capture latent knowledge from materials science literature. Nature "
                                  "571, 95 (2019)"},
    CBFV_REFERENCE,
    {NULL, NULL}};

#define CBFV_METHOD(NAME, OUTPUT, HELP)                                                                                                     \
    {                                                                                                                                      \
        .name = #NAME, .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula", .output = OUTPUT,            \
        .references = NAME##_references, .help = HELP                                                                                      \
    }
#define oli_references oliynyk_references

CUPEL_TABLE_DESCRIPTOR(oliynyk, oliynyk_set, 264,
                       CBFV_METHOD(oliynyk, "264 columns, units per column",
                                   "mean, mean deviation, range, maximum, minimum and mode of Oliynyk's 44 element properties, as CBFV's 'oliynyk'"))
CUPEL_TABLE_DESCRIPTOR(oli, oli_set, 176,
                       CBFV_METHOD(oli, "176 columns, units per column",
                                   "mean, standard deviation, minimum and maximum of Oliynyk's 44 element properties"))
CUPEL_TABLE_DESCRIPTOR(jarvis, jarvis_set, 2628,
                       CBFV_METHOD(jarvis, "2628 columns, units per column",
                                   "mean, mean deviation, range, maximum, minimum and mode of JARVIS's 438 element properties and their "
                                   "combinations, as CBFV's 'jarvis'"))
CUPEL_TABLE_DESCRIPTOR(mat2vec, mat2vec_set, 1200,
                       CBFV_METHOD(mat2vec, "1200 columns, dimensionless",
                                   "mean, mean deviation, range, maximum, minimum and mode of word vectors of the elements (200 numbers learned from "
                                   "abstracts), as CBFV's 'mat2vec'"))
