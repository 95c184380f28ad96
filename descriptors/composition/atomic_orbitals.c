#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/rows.h"

#include "core/matter/atoms.h"

#include <math.h>

enum { HOMO_CHARACTER, HOMO_ELEMENT, HOMO_ENERGY, LUMO_CHARACTER, LUMO_ELEMENT, LUMO_ENERGY, GAP, N_COLUMNS };

static void column(size_t j, cupel_str *name, const char **unit)
{
    static const char *const names[N_COLUMNS] = {"HOMO_character", "HOMO_element", "HOMO_energy", "LUMO_character",
                                                 "LUMO_element",   "LUMO_energy",  "gap_AO"};
    static const char *const units[N_COLUMNS] = {"s 0 p 1 d 2 f 3", "atomic number", "hartree", "s 0 p 1 d 2 f 3", "atomic number", "hartree",
                                                 "hartree"};
    cupel_str_addf(name, "%s", names[j]);
    *unit = units[j];
}

/* One orbital of one element; z = 0: none. */
typedef struct orbital {
    unsigned z, l;
    double energy; /* hartree */
} orbital;

static double electrons_of(unsigned l) { return 2.0 * (2.0 * l + 1.0); }

/* Electrons that the orbitals of an atom have room for beyond its own. */
static double holes_of(unsigned z)
{
    const cupel_atom_list *o = &cupel_atom_orbitals[z];
    double room = -(double)z;
    for (unsigned i = 0; i < o->n; i++) room += electrons_of((unsigned)o->key[i]);
    return room;
}

/* The highest orbital not yet passed, of all elements; at [n] counts those that were. False: all were. */
static bool next(const unsigned char *z, size_t n, unsigned char *at, size_t *of, orbital *o)
{
    const double *best = NULL;
    for (size_t i = 0; i < n; i++) {
        const cupel_atom_list *list = &cupel_atom_orbitals[z[i]];
        if (at[i] == list->n || (best && !(list->value[at[i]] > *best))) continue;
        best = &list->value[at[i]];
        *of = i;
    }
    if (!best) return false;
    unsigned place = at[*of]++;
    *o = (orbital){z[*of], (unsigned)cupel_atom_orbitals[z[*of]].key[place], *best};
    return true;
}

/* Orbitals of all atoms filled from below is the same as room left empty from above. x [n]: atoms of each element, adding up to 1 or whole numbers;
 * what differs by less than `same` is equal. lumo->z = 0 when no orbital is free. */
static void edges(const unsigned char *z, const double *x, size_t n, double same, orbital *homo, orbital *lumo)
{
    unsigned char at[CUPEL_Z_MAX] = {0};
    double holes = 0.0, above = 0.0;
    size_t of = 0;
    orbital o, last = {0, 0, 0.0};
    for (size_t i = 0; i < n; i++) holes += x[i] * holes_of(z[i]);
    while (next(z, n, at, &of, &o)) {
        double room = x[of] * electrons_of(o.l);
        if (room > 0.0 && holes < above + room - same) {
            *homo = o;
            *lumo = holes > above + same ? o : last;
            return;
        }
        above += room;
        if (room > 0.0) last = o;
    }
    *homo = *lumo = (orbital){0, 0, 0.0};
}

/* matminer fills the smallest formula of whole numbers that it can find (pymatgen's get_integer_formula_and_factor: a greatest common divisor
 * with a tolerance of 1e-4, in the order of the formula), from which traces of an element are gone. False: none that can be counted. */
static bool whole(const double *amount, size_t n, double *x)
{
    double divisor = amount[0];
    for (size_t i = 1; i < n; i++) {
        double a = divisor, b = amount[i];
        while (b > 1e-4) {
            double rest = fmod(a, b);
            a = b;
            b = rest;
        }
        divisor = a;
    }
    for (size_t i = 0; i < n; i++) {
        x[i] = rint(amount[i] / divisor);
        if (!(x[i] < 1e12)) return false;
    }
    return true;
}

static cupel_reason fill(const unsigned char *z, const double *x, size_t n, double same, double *out)
{
    orbital homo = {0, 0, 0.0}, lumo = homo;
    for (size_t j = 0; j < N_COLUMNS; j++) out[j] = (double)NAN;
    for (size_t i = 0; i < n; i++)
        if (!cupel_atom_orbitals[z[i]].n) return CUPEL_REASON_NO_ELEMENT_DATA;
    edges(z, x, n, same, &homo, &lumo);
    if (!homo.z) return CUPEL_REASON_NO_VALUE;
    out[HOMO_CHARACTER] = homo.l;
    out[HOMO_ELEMENT] = homo.z;
    out[HOMO_ENERGY] = homo.energy;
    if (!lumo.z) return CUPEL_REASON_NO_VALUE;
    out[LUMO_CHARACTER] = lumo.l;
    out[LUMO_ELEMENT] = lumo.z;
    out[LUMO_ENERGY] = lumo.energy;
    out[GAP] = lumo.energy - homo.energy;
    return CUPEL_REASON_NONE;
}

static cupel_reason row(const unsigned char *z, const double *amount, size_t n, double *out)
{
    double x[CUPEL_Z_MAX], total = cupel_total(amount, n);
    for (size_t i = 0; i < n; i++) x[i] = amount[i] / total;
    return fill(z, x, n, 1e-9, out);
}

static cupel_reason row_matminer(const unsigned char *z, const double *amount, size_t n, double *out)
{
    unsigned char kept[CUPEL_Z_MAX] = {0};
    double x[CUPEL_Z_MAX];
    size_t m = 0;
    cupel_reason why = CUPEL_REASON_NOT_WHOLE;
    if (whole(amount, n, x)) {
        for (size_t i = 0; i < n; i++)
            if (x[i] >= 1.0) kept[m] = z[i], x[m++] = x[i];
        why = fill(kept, x, m, 0.0, out);
    }
    for (size_t j = 0; why && j < N_COLUMNS; j++) out[j] = (double)NAN;
    return why;
}

CUPEL_COMPUTE_ROWS(compute, N_COLUMNS, row)
CUPEL_COMPUTE_ROWS(as_matminer, N_COLUMNS, row_matminer)

static const cupel_reference references[] = {
    {"10.1103/PhysRevA.55.191", "Kotochigova, Levine, Shirley, Stiles, Clark: Local-density-functional calculations of the energy of atoms. Physical "
                                "Review A 55, 191 (1997)"},
    {NULL, NULL}};

#define ORBITALS_METHOD                                                                                                                    \
    {                                                                                                                                      \
        .name = "atomic_orbitals", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula",                 \
        .references = references, .output = "7 columns: angular momentum, atomic number, hartree (matminer calls them eV)",                \
        .help = "highest occupied and lowest free orbital of the atoms, filled together from below, as matminer's AtomicOrbitals"          \
    }

static const cupel_descriptor matminer = {.method = ORBITALS_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = as_matminer};

const cupel_descriptor cupel_descriptor_atomic_orbitals = {
    .method = ORBITALS_METHOD, .n_columns = N_COLUMNS, .column = column, .compute = compute, .matminer = &matminer};
