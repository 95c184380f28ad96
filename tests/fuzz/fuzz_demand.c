/* Any bytes are a demand or refused with a message; a demand says itself back in words and has a space that counts. Tables are looked for in a
 * folder of the target's own that holds gaps.csv and list.csv. */
#include "core/base/str.h"
#include "core/engine/demand.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/cupel-fuzz-XXXXXX";
static char gaps[64], list[64], demand[64];

static void put_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    if (!f || fputs(text, f) < 0 || fclose(f) != 0) abort();
}

static void clean(void)
{
    remove(gaps);
    remove(list);
    rmdir(folder);
}

static void make_folder(void)
{
    if (demand[0]) return;
    if (!mkdtemp(folder)) abort();
    snprintf(gaps, sizeof gaps, "%s/gaps.csv", folder);
    snprintf(list, sizeof list, "%s/list.csv", folder);
    snprintf(demand, sizeof demand, "%s/demand.yaml", folder);
    put_file(gaps, "formula,band gap [eV],bulk modulus [GPa]\nGaAs,1.4,75\nZnO,3.4,140\n");
    put_file(list, "formula\nGaAs\nInP\n");
    atexit(clean);
}

/* A name that leads out of the folder could be a device that never ends; units have "/kg". A backslash could hide either. */
static bool leads_away(cupel_text t)
{
    for (size_t i = 0; i < t.n; i++)
        if (t.p[i] == '\\' || (t.p[i] == '/' && (i + 1 == t.n || t.p[i + 1] != 'k'))) return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cupel_err err = {0};
    cupel_demand *d = NULL;
    cupel_space *space = NULL;
    cupel_str words = {0};
    uint64_t count = 0;
    cupel_text text = {(const char *)data, size};
    if (leads_away(text)) return -1;
    make_folder();
    cupel_status st = cupel_demand_read(text, demand, &d, &err);
    if (st == CUPEL_OK) {
        assert(d && d->n_properties >= 1 && d->n_properties <= CUPEL_PROPERTIES_MAX && d->keep >= 1 && d->keep <= CUPEL_KEEP_MAX);
        assert(d->level > 0 && d->level < 1 && cupel_demand_objectives(d) <= 2 * d->n_requirements + d->n_constraints);
        st = cupel_demand_space(d, &space, &err);
        if (st == CUPEL_OK) st = cupel_space_count(space, &count, &err);
        if (st == CUPEL_OK) st = cupel_demand_words(d, space, &words, &err);
        assert(st != CUPEL_OK || words.n > 0);
    } else {
        assert(!d);
    }
    assert(st == CUPEL_OK || ((st == CUPEL_USAGE || st == CUPEL_BAD_INPUT || st == CUPEL_BAD_ARTIFACT) && err.message[0]));
    cupel_str_free(&words);
    cupel_space_free(space);
    cupel_demand_free(d);
    return 0;
}
