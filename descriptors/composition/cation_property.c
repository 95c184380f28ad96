#include "descriptors/composition/ion_rows.h"

#include "core/matter/atoms.h"

#include <math.h>

enum { N_PROPERTIES = 5, N_STATISTICS = 5, N_COLUMNS = N_PROPERTIES * N_STATISTICS };

/* The first is computed from ionisation energies, the others are tabulated by ion. */
static const struct {
    const char *name, *unit;
    const cupel_atom_list *table;
} property[N_PROPERTIES] = {{"total_ioniz", "J/mol", cupel_atom_ionization},
                            {"xtal_field_split", "10^3 cm^-1", cupel_atom_xtal_field_split},
                            {"magn_moment", "bohr magneton", cupel_atom_magn_moment},
                            {"so_coupling", "cm^-1", cupel_atom_so_coupling},
                            {"sat_magn", "", cupel_atom_sat_magn}};

static void column(size_t j, cupel_str *name, const char **unit)
{
    static const char *const statistic[N_STATISTICS] = {"minimum", "maximum", "range", "mean", "std_dev"};
    cupel_str_addf(name, "DemlData %s %s of cations", statistic[j % N_STATISTICS], property[j / N_STATISTICS].name);
    *unit = property[j / N_STATISTICS].unit;
}

/* Over what is tabulated for ions: stands for what is not known. */
static double mean_of_ions(const cupel_atom_list *table)
{
    double sum = 0.0, n = 0.0;
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++)
        for (unsigned i = 0; i < table[z].n; i++)
            if (!isnan(table[z].value[i])) sum += table[z].value[i], n += 1.0;
    return sum / n;
}

/* Energy to take away `charge` electrons. matminer adds up those that it has, and counts the mean first energy where it has none. */
static double total_ionization(unsigned z, int charge, cupel_table_form form)
{
    const cupel_atom_list *higher = &cupel_atom_ionization[z];
    double sum = cupel_first_ionization(CUPEL_TABLE_PLAIN, z);
    if (isnan(sum) && form == CUPEL_TABLE_PLAIN) return sum;
    if (isnan(sum)) return cupel_first_ionization(CUPEL_TABLE_IMPUTED, z) * (form == CUPEL_TABLE_IMPUTED ? charge : 1);
    for (unsigned i = 0; i + 1 < (unsigned)charge; i++) {
        if (i < higher->n) sum += higher->value[i];
        else if (form == CUPEL_TABLE_PLAIN) return (double)NAN;
    }
    return sum;
}

/* No electron, or all, in the d shell (groups 3 to 12) and the f shell (lanthanides and actinides); the ions of other groups count as closed. */
static bool closed_shell(unsigned z, int charge)
{
    static const unsigned char shells[][3] = {{21, 30, 18}, {39, 48, 36}, {57, 71, 54}, {72, 80, 68}, {89, 103, 86}, {104, 112, 100}};
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        if (z < shells[i][0] || z > shells[i][1]) continue;
        int left = (int)z - shells[i][2] - charge, full = shells[i][1] - shells[i][0] > 9 ? 14 : 10;
        return left == 0 || left == full;
    }
    return true;
}

/* A state that the authors do not list for an element of their table has 0 by their rule. Of other elements they say nothing, so that only ions
 * with a closed shell have 0. */
static double of_ion(const cupel_atom_list *table, unsigned z, int charge, cupel_table_form form)
{
    const cupel_atom_list *t = &table[z];
    double x = t->n || form == CUPEL_TABLE_MATMINER || closed_shell(z, charge) ? 0.0 : (double)NAN;
    for (unsigned i = 0; i < t->n; i++)
        if (t->key[i] == charge) x = t->value[i];
    return isnan(x) && form == CUPEL_TABLE_IMPUTED ? mean_of_ions(table) : x;
}

static bool is_known(size_t p, unsigned z, int charge)
{
    return !isnan(p ? of_ion(property[p].table, z, charge, CUPEL_TABLE_PLAIN) : total_ionization(z, charge, CUPEL_TABLE_PLAIN));
}

/* Statistics of one property of the cations; NaN where it is not known of one (but matminer's deviation of a single value is 0 whatever it is). */
static cupel_reason describe(size_t p, const cupel_ions *cations, cupel_table_form form, double *x)
{
    double value[CUPEL_IONS_ATOMS];
    bool unknown = false, lacks = false;
    for (unsigned i = 0; i < cations->n; i++) {
        unsigned z = cations->z[i];
        int charge = cations->state[i];
        value[i] = p ? of_ion(property[p].table, z, charge, form) : total_ionization(z, charge, form);
        unknown = unknown || isnan(value[i]);
        lacks = lacks || !is_known(p, z, charge);
    }
    cupel_statistics s = cupel_statistics_of(value, cations->count, cations->n);
    const double statistic[N_STATISTICS] = {s.minimum, s.maximum, s.maximum - s.minimum, s.mean, s.std_dev};
    for (size_t j = 0; j < N_STATISTICS; j++) x[j] = unknown ? (double)NAN : statistic[j];
    if (form == CUPEL_TABLE_MATMINER && cations->n == 1) x[N_STATISTICS - 1] = 0.0;
    return unknown ? CUPEL_REASON_NO_ELEMENT_DATA : lacks ? CUPEL_REASON_IMPUTED : CUPEL_REASON_NONE;
}

/* Leaves the cations; false when there are none, or no anions. */
static bool keep_cations(cupel_ions *ions)
{
    unsigned n = 0;
    bool anions = false;
    for (unsigned i = 0; i < ions->n; i++) {
        anions = anions || ions->state[i] < 0;
        if (ions->state[i] <= 0) continue;
        ions->z[n] = ions->z[i];
        ions->state[n] = ions->state[i];
        ions->count[n++] = ions->count[i];
    }
    ions->n = n;
    return n && anions;
}

static cupel_reason fill(const cupel_ions *all, cupel_table_form form, double *x)
{
    cupel_ions cations = *all;
    cupel_reason why = CUPEL_REASON_NONE;
    if (!keep_cations(&cations)) return CUPEL_REASON_NOT_IONIC;
    for (size_t p = 0; p < N_PROPERTIES; p++) {
        cupel_reason of_property = describe(p, &cations, form, x + p * N_STATISTICS);
        if (of_property && why != CUPEL_REASON_NO_ELEMENT_DATA) why = of_property;
    }
    return why;
}

static const cupel_reference references[] = {
    {"10.1103/PhysRevB.93.085142", "Deml, O'Hayre, Wolverton, Stevanovic: Predicting density functional theory total energies and enthalpies of "
                                   "formation of metal-nonmetal compounds by linear regression. Physical Review B 93, 085142 (2016)"},
    {NULL, NULL}};

CUPEL_IONS_DESCRIPTOR(cation_property, N_COLUMNS, fill,
                      {.name = "cation_property", .kind = "descriptor", .scale = "composition", .maturity = "stable", .input = "formula",
                       .references = references, .output = "25 columns, units per column",
                       .help = "statistics of ionisation energy, crystal field and magnetism of the cations, as matminer's CationProperty('deml')"})
