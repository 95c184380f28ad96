/* The width of the numbers that a prediction is computed in. AUTO: what the model itself chooses (cupel_surrogate_precision). */
#ifndef CUPEL_MODELS_LEARN_PRECISION_H
#define CUPEL_MODELS_LEARN_PRECISION_H

typedef enum cupel_precision { CUPEL_FLOAT64, CUPEL_FLOAT32, CUPEL_FLOAT_AUTO } cupel_precision;

cupel_precision cupel_precision_parse(const char *word); /* "auto", "float32"; any other word is float64 */
const char *cupel_precision_name(cupel_precision p);

#endif
