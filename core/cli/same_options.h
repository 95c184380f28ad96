/* Lines of lists of options that several verbs have in the same words. */
#ifndef CUPEL_CLI_SAME_OPTIONS_H
#define CUPEL_CLI_SAME_OPTIONS_H

#include "core/cli/opt.h"

#define CUPEL_DOT_OPTION                                                                          \
    {"dot", "READING", CUPEL_OPT_CHOICE, "refuse|hydrate|decimal", "refuse", false,               \
     "how to read a point that may be a decimal point or a hydrate dot"}

#define CUPEL_PRECISION_OPTION                                                                    \
    {"precision", "TYPE", CUPEL_OPT_CHOICE, "auto|float64|float32", "auto", false,                \
     "arithmetic of the predictions; auto: float32 of Gaussian processes for which it makes no difference, float64 of all others"}

#define CUPEL_TABLE_FORMAT_OPTION                                                                 \
    {"table-format", "NAME", CUPEL_OPT_CHOICE, "csv|tsv|jsonl|json", NULL, false, "format of the table when its name does not tell"}

#define CUPEL_INPUT_FORMULA_OPTION                                                                \
    {"formula", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false, "the input that holds formulas (default: formula or composition)"}

#endif
