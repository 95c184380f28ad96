/* Any bytes are a recipe or refused with a message, as a text and as a file; a recipe says itself back to the byte. */
#include "core/base/mem.h"
#include "datasets/spaces/micro/recipe.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(const cupel_recipe *r, cupel_str *s)
{
    cupel_json_out w = {.s = s};
    cupel_recipe_put(r, &w);
}

static void comes_back(const cupel_recipe *r)
{
    cupel_str json = {0}, again = {0}, text = {0};
    cupel_json *root = NULL;
    cupel_recipe back;
    cupel_err err;
    put(r, &json);
    if (cupel_json_read(cupel_text_of(cupel_str_text(&json)), "recipe", &root, &err) != CUPEL_OK) abort();
    if (cupel_recipe_of_json(root, "recipe", &back, &err) != CUPEL_OK) abort();
    put(&back, &again);
    assert(strcmp(cupel_str_text(&json), cupel_str_text(&again)) == 0);
    cupel_recipe_text(r, &text);
    if (cupel_recipe_of_text(cupel_str_text(&text), &back, &err) != CUPEL_OK) abort();
    assert(back.seed == r->seed && memcmp(back.value, r->value, sizeof back.value) == 0);
    cupel_json_free(root);
    cupel_str_free(&json);
    cupel_str_free(&again);
    cupel_str_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cupel_err err = {0};
    cupel_recipe r = {0};
    cupel_json *root = NULL;
    char *text = cupel_strndup((const char *)data, size);
    if (!text) abort();
    cupel_status st = cupel_recipe_of_text(text, &r, &err);
    assert(st == CUPEL_OK || (st == CUPEL_USAGE && err.message[0] && !r.generator));
    if (st == CUPEL_OK) comes_back(&r);
    r = (cupel_recipe){0};
    if (cupel_json_read((cupel_text){(const char *)data, size}, "recipe", &root, &err) == CUPEL_OK) {
        st = cupel_recipe_of_json(root, "recipe", &r, &err);
        assert(st == CUPEL_OK || ((st == CUPEL_USAGE || st == CUPEL_BAD_INPUT) && err.message[0] && !r.generator));
        if (st == CUPEL_OK) comes_back(&r);
    }
    cupel_json_free(root);
    cupel_free(text);
    return 0;
}
