/* Any bytes are a tree of kernels or refused with a place; what is read has a text that reads back as itself, and parameters where they are
 * said to be. */
#include "core/base/mem.h"
#include "models/learn/kernel_tree.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every name is that of a column. */
static cupel_status find(void *user, const char *name, bool *in, cupel_err *err)
{
    (void)user;
    (void)err;
    in[strlen(name) % COLUMNS] = true;
    return CUPEL_OK;
}

static void comes_back(cupel_ktree *tree, bool tasks)
{
    const cupel_groups groups = {.find = find, .d = COLUMNS};
    cupel_str one = {0}, two = {0}, words = {0};
    cupel_ktree again = {0};
    cupel_err err = {0};
    cupel_ktree_text(tree, &one);
    if (one.n <= CUPEL_TREE_TEXT && cupel_ktree_parse(cupel_str_text(&one), tasks, &again, &err) == CUPEL_OK) {
        cupel_ktree_text(&again, &two);
        assert(strcmp(cupel_str_text(&one), cupel_str_text(&two)) == 0);
    }
    if (cupel_ktree_bind(tree, &groups, NULL, 0, tasks ? 2 : 1, &err) == CUPEL_OK) {
        double *theta = cupel_alloc(tree->n_theta, sizeof *theta);
        assert(theta && tree->n_theta > 0);
        for (size_t i = 0; i < tree->n; i++) assert(tree->node[i].at + tree->node[i].n <= tree->n_theta);
        cupel_ktree_words(tree, theta, &words);
        cupel_free(theta);
    }
    cupel_ktree_release(&again);
    cupel_str_free(&one);
    cupel_str_free(&two);
    cupel_str_free(&words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = cupel_strndup((const char *)data, size);
    if (!text) abort();
    for (int tasks = 0; tasks < 2; tasks++) {
        cupel_ktree tree = {0};
        cupel_err err = {0};
        cupel_status st = cupel_ktree_parse(text, tasks, &tree, &err);
        assert(st == CUPEL_OK || (st == CUPEL_USAGE && err.message[0]));
        if (st == CUPEL_OK) comes_back(&tree, tasks);
        cupel_ktree_release(&tree);
    }
    cupel_free(text);
    return 0;
}
