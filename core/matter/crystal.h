/* Files and texts of crystal structures, which are told from tables and formulas so that they can be refused by name: nothing here reads a cell. */
#ifndef CUPEL_MATTER_CRYSTAL_H
#define CUPEL_MATTER_CRYSTAL_H

#include "core/base/str.h"

/* "a CIF file", "a POSCAR file" or "a structure of pymatgen" when that is what the text, or its beginning, is; else NULL. *formula (may be NULL) gets
 * the composition behind what it holds where the text states one: _chemical_formula_sum of a CIF file with one value of it, symbols and counts of a
 * POSCAR file (VASP 5). */
const char *cupel_crystal_text(cupel_text t, cupel_str *formula);

/* Is this the name of such a file? POSCAR, CONTCAR, or an end in .cif, .mcif, .poscar or .vasp. */
bool cupel_crystal_name(cupel_text name);

/* CUPEL_BAD_INPUT when the file at `path` is CIF or POSCAR, with its composition and what to do; CUPEL_OK for anything else, also what cannot be
 * opened, a pipe, and "-". */
cupel_status cupel_crystal_refuse(const char *path, cupel_err *err);

#endif
