/* The width of the numbers that a prediction is computed in. */
#ifndef CUPEL_MODELS_LEARN_PRECISION_H
#define CUPEL_MODELS_LEARN_PRECISION_H

typedef enum cupel_precision { CUPEL_FLOAT64, CUPEL_FLOAT32 } cupel_precision;

#endif
