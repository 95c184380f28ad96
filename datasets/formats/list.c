#include "datasets/source.h"

extern const cupel_format cupel_format_csv, cupel_format_tsv, cupel_format_jsonl, cupel_format_json;

const cupel_format *const cupel_formats[] = {&cupel_format_csv, &cupel_format_tsv, &cupel_format_jsonl, &cupel_format_json, NULL};
