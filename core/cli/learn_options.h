/* The options by which verbs learn a model of a table (train, evaluate): declared and read once, so that they mean the same everywhere. */
#ifndef CUPEL_CLI_LEARN_OPTIONS_H
#define CUPEL_CLI_LEARN_OPTIONS_H

#include "core/cli/same_options.h"
#include "core/cli/transfer_options.h"

/* Lines of a list of options: what is learned. */
#define CUPEL_LEARN_OPTIONS                                                                                                                      \
    {"formula", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false,                                                                                     \
     "the column that holds the formulas (default: formula, else composition, else the only column)"},                                           \
    {"target", "COLUMN", CUPEL_OPT_TEXT, NULL, "target", false, "the column that holds the measured values"},                                    \
    {"unit", "UNIT", CUPEL_OPT_TEXT, NULL, NULL, false, "unit of the target (default: that in the column's name, 'yield strength [MPa]')"},      \
    {"features", "NAMES", CUPEL_OPT_TEXT, NULL, NULL, false,                                                                                     \
     "sets of descriptors, joined by commas (default magpie; for auto six sets), or none, which takes a table without formulas too; 'cupel "     \
     "methods' lists them. NAME:smooth for one without jumps in the amounts, cross for the table's columns times numbers of the composition"},   \
    {"columns", "NAMES", CUPEL_OPT_TEXT, NULL, NULL, false,                                                                                      \
     "columns of the table as features too: numbers as they are, text as categories; with --features none alone all columns of numbers"},        \
    {"model", "NAME", CUPEL_OPT_TEXT, NULL, "svr", false,                                                                                        \
     "the learner: auto, svr, svc, gp, gp_ard, gp_tree, krr, ridge, elastic_net, knn, mlp, extra_trees, random_forest, boosted_trees, xgboost, " \
     "hurdle"},                                                                                                                                  \
    {"set", "SETTINGS", CUPEL_OPT_TEXT, NULL, NULL, false,                                                                                       \
     "settings of the learner, 'C=10,gamma=0.1'; what is not given is tuned inside the training rows"},                                          \
    {"beside", "COLUMN", CUPEL_OPT_LIST, NULL, NULL, false,                                                                                      \
     "another target in the table, learned beside this one (model gp_tree, extra_trees or random_forest; may be given several times): a cheap "      \
     "or computed property that many rows have, where the target itself may be missing. What they share is learned; the model predicts the "         \
     "target"},                                                                                                                                      \
    {"kernel", "TREE", CUPEL_OPT_TEXT, NULL, NULL, false,                                                                                        \
     "the kernel of a Gaussian process (model gp_tree): sums and products of rbf, matern32, matern52, periodic, linear, constant, white and "    \
     "tasks, each over all columns or those named, 'matern52(composition)*rbf(temperature) + linear': a set, a column of --columns, "            \
     "composition or table; rbf_each and matern52_each have a length for every column; tasks(COLUMN) learns how the categories of a column "     \
     "go together. search: found step by step, by likelihood and number of parameters"},                                                         \
    {"monotone", "LIST", CUPEL_OPT_TEXT, NULL, NULL, false,                                                                                      \
     "columns with which the target only rises or only falls, as is known of them (model boosted_trees): 'temperature [K]=down,dose=up'; whatever "  \
     "the noise says, no prediction goes the other way when nothing else changes"},                                                              \
    {"budget", "B", CUPEL_OPT_TEXT, NULL, NULL, false,                                                                                           \
     "of model auto, for each trained model: a time (90s, 4min, 1h), which stops between units of work, or effort=N, which repeats N units to "  \
     "the byte. The least is one unit (with a hurdle three), the errors to expect and held-out clusters, whatever "                              \
     "they take; that is said"},                                                                                                                 \
    {"task", "TASK", CUPEL_OPT_CHOICE, "auto|regression|class", "auto", false, "auto: a target with exactly two distinct values is a class"},    \
    {"transform", "NAME", CUPEL_OPT_CHOICE, "none|log|yeo-johnson", "none", false,                                                               \
     "the target is learned behind it and predicted in its own unit: log (numbers from 0 up), or a power that makes it most normal"}

/* Lines of a list of options: how the rows of the table are read. */
#define CUPEL_ROWS_OPTIONS                                                                                                                       \
    {"groups", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false,                                                                                          \
     "a column that says which rows belong together (a sample, a paper, a melt): they stay in one fold, as rows of one composition do; never a "     \
     "feature by itself"},                                                                                                                           \
    {"missing", "POLICY", CUPEL_OPT_CHOICE, "fail|drop|impute", NULL, false,                                                                     \
     "a row with a missing value (default fail, for auto impute): fail, drop it, or fill in what an element or the table lacks (a formula is "   \
     "never made up: that row is dropped; for a target see --missing-target)"},                                                                  \
    {"missing-target", "POLICY", CUPEL_OPT_CHOICE, "fail|drop", "fail", false,                                                                   \
     "a row whose target is no number, where --missing imputes: fail, or leave it out (--missing drop leaves it out by itself)"},                \
    CUPEL_DOT_OPTION,                                                                                                                               \
    CUPEL_TABLE_FORMAT_OPTION

enum { CUPEL_MOST_BESIDE = 16 };

/* What those options say. Texts live as long as the arguments; data.beside points into the struct, which stays where it is. */
typedef struct cupel_learn_args {
    cupel_training_options data; /* property and apart are the verb's to set */
    cupel_model_options model;   /* transfer too (cupel_transfer_of) */
    const char *beside[CUPEL_MOST_BESIDE];
} cupel_learn_args;

/* Needs both lists above, --seed and the table as first argument. CUPEL_USAGE for what no table has to be read for: names of features, learners,
 * kernels and settings, too many targets beside. */
cupel_status cupel_learn_args_of(const cupel_args *args, cupel_learn_args *l, cupel_err *err);

#endif
