#include "datasets/source.h"

extern const cupel_format cupel_format_csv, cupel_format_tsv;

const cupel_format *const cupel_formats[] = {&cupel_format_csv, &cupel_format_tsv, NULL};
