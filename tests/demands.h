/* Demands for compositions in tests: a folder with a table of band gaps, the parts of a demand that learns from it, and reading one. For one test
 * program each. */
#ifndef CUPEL_TESTS_DEMANDS_H
#define CUPEL_TESTS_DEMANDS_H

#include "tests/files.h"

#include "core/base/str.h"
#include "core/engine/demand.h"

#include <unistd.h>

static char folder[] = "/tmp/cupel-demand-XXXXXX";

static inline int make_folder(void **state)
{
    char path[256];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/gaps.csv", folder);
    write_text(path, "composition,target,stiffness [GPa],metal\n"
                     "GaAs,1.42,86,0\nInP,1.34,71,0\nSi,1.11,98,0\nGe,0.67,75,0\nCu,0,130,1\nZnO,3.3,140,0\nZnS,3.6,77,0\n"
                     "GaN,3.4,210,0\nFe,0,170,1\nAl,0,76,1\n");
    return 0;
}

static inline int remove_folder(void **state)
{
    char path[256];
    (void)state;
    snprintf(path, sizeof path, "%s/gaps.csv", folder);
    unlink(path);
    return rmdir(folder);
}

#define DATA "data: {file: gaps.csv, formula: composition, target: target, property: band gap, unit: eV}\n"
#define MODEL "model: {name: ridge, features: magpie}\n"
#define SPACE "space: {list: candidates.csv, formula: formula}\n"

static inline cupel_status read_demand(const char *text, cupel_demand **d, cupel_err *err)
{
    char path[256];
    snprintf(path, sizeof path, "%s/demand.yaml", folder);
    *err = (cupel_err){0};
    return cupel_demand_read(cupel_text_of(text), path, d, err);
}

#endif
