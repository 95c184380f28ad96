#include "tests/check.h"

#include "core/base/rng.h"
#include "core/matter/atoms.h"
#include "descriptors/composition/ions.h"
#include "tests/reference.h"

enum { MOST_COLUMNS = 120 };

static const cupel_descriptor *find(const char *name)
{
    const cupel_descriptor *d = cupel_descriptor_find(cupel_text_of(name));
    assert_non_null(d);
    return d;
}

static cupel_reason describe(const cupel_descriptor *d, const char *formula, double *x)
{
    cupel_batch b = {0};
    cupel_err err;
    unsigned char reason = 0;
    check_ok(cupel_batch_add_formula(&b, cupel_text_of(formula), CUPEL_DOT_REFUSE, &err), &err);
    d->compute(&b, 0, 1, CUPEL_ISA_PLAIN, x, d->n_columns, &reason);
    cupel_batch_release(&b);
    return (cupel_reason)reason;
}

static double value(const cupel_descriptor *d, const char *formula, const char *column)
{
    double x[MOST_COLUMNS];
    size_t j = reference_column(d, column);
    if (j == SIZE_MAX) fail_msg("%s has no column '%s'", d->method.name, column);
    describe(d, formula, x);
    return x[j];
}

/* n random distinct elements with whole amounts up to `most`, of Z = 1 .. 83. */
static void random_compound(uint64_t seed, size_t k, unsigned n, unsigned most, cupel_composition *c)
{
    size_t order[83];
    cupel_rng_permutation(seed, 2 * k, order, 83);
    c->n = n;
    for (unsigned i = 0; i < n; i++) {
        c->z[i] = (unsigned char)(order[i] + 1);
        c->amount[i] = 1.0 + (double)cupel_rng_below(seed, 2 * k + 1, i, most);
    }
}

static void tables_are_sound(void **state)
{
    (void)state;
    assert_string_equal(cupel_table_pymatgen.property[CUPEL_PYMATGEN_X], "X");
    assert_string_equal(cupel_table_deml.property[CUPEL_DEML_FIRST_IONIZ], "first_ioniz");
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) {
        const cupel_atom_list *o = &cupel_atom_orbitals[z], *s = cupel_atom_states(z);
        unsigned room = 0;
        for (unsigned i = 0; i < o->n; i++) {
            room += 2 * (2 * (unsigned)o->key[i] + 1);
            assert_true(o->key[i] <= 3 && o->value[i] < 0 && (i == 0 || o->value[i] < o->value[i - 1]));
        }
        assert_true(o->n == 0 || room >= z);
        assert_true(s->n <= 8); /* ions.c packs the counts of that many */
        for (unsigned j = 0; j < s->n; j++)
            for (unsigned i = 0; i < j; i++) assert_true(s->key[i] != s->key[j] && s->key[j] >= -8 && s->key[j] <= 8);
    }
    check_close(cupel_atom_cohesive_energy[26], 4.28, 0, 0);
    check_close(cupel_atom_electron_affinity[8], 141000, 0, 0);
    check_close(cupel_atom_electron_affinity_magpie[17], 349, 0, 0);
    check_close(cupel_atom_orbitals[8].value[0], -0.338381, 0, 0);
    assert_true(cupel_atom_states_icsd[26].n == 2 && cupel_atom_states_icsd[26].key[1] == 3 && cupel_atom_states_icsd[26].value[1] > 300);
    assert_true(cupel_atom_common(6)->n == 2 && cupel_atom_common_2026(6)->n == 9 && cupel_atom_common(54)->n == 3 && cupel_atom_states(2)->n == 0);
}

/* ---- guessing ---- */

static cupel_reason guess(const char *formula, cupel_ions_form form, cupel_ions *ions)
{
    cupel_formula f;
    cupel_formula_error e;
    assert_true(cupel_formula_read(cupel_text_of(formula), CUPEL_DOT_REFUSE, &f, &e));
    return cupel_ions_guess(f.composition.z, f.composition.amount, f.composition.n, form, ions);
}

static double atoms_in_state(const cupel_ions *ions, unsigned z, int charge)
{
    double sum = 0;
    for (unsigned i = 0; i < ions->n; i++)
        if (ions->z[i] == z && ions->state[i] == charge) sum += ions->count[i];
    return sum;
}

static void states_that_everybody_knows(void **state)
{
    (void)state;
    cupel_ions ions;
    assert_int_equal(guess("Fe3O4", CUPEL_IONS_PLAIN, &ions), CUPEL_REASON_NONE);
    assert_true(ions.n == 3 && atoms_in_state(&ions, 26, 2) == 1 && atoms_in_state(&ions, 26, 3) == 2 && atoms_in_state(&ions, 8, -2) == 4);
    assert_int_equal(guess("LiFePO4", CUPEL_IONS_PLAIN, &ions), CUPEL_REASON_NONE);
    assert_true(atoms_in_state(&ions, 3, 1) == 1 && atoms_in_state(&ions, 26, 2) == 1 && atoms_in_state(&ions, 15, 5) == 1);
    assert_int_equal(guess("Fe0.4O0.6", CUPEL_IONS_PLAIN, &ions), CUPEL_REASON_NONE); /* fractions are scaled */
    assert_true(atoms_in_state(&ions, 26, 3) == 2 && atoms_in_state(&ions, 8, -2) == 3);
    assert_int_equal(guess("Fe4O6", CUPEL_IONS_PLAIN, &ions), CUPEL_REASON_NONE);
    assert_true(atoms_in_state(&ions, 8, -2) == 3);
    assert_int_equal(guess("N2", CUPEL_IONS_PLAIN, &ions), CUPEL_REASON_NONE);
    assert_true(ions.n == 1 && ions.state[0] == 0);
}

static void no_states_for_a_reason(void **state)
{
    (void)state;
    cupel_ions ions;
    assert_int_equal(guess("HeO", CUPEL_IONS_PLAIN, &ions), CUPEL_REASON_NO_ELEMENT_DATA);
    assert_int_equal(guess("Ti2AlV", CUPEL_IONS_PLAIN, &ions), CUPEL_REASON_NOT_NEUTRAL);
    assert_int_equal(guess("Li0.3333O", CUPEL_IONS_PLAIN, &ions), CUPEL_REASON_NOT_WHOLE);
    assert_int_equal(guess("Na61Cl60", CUPEL_IONS_PLAIN, &ions), CUPEL_REASON_NOT_WHOLE);
    assert_int_equal(guess("HLiBeBCNOFNaMgAlSiPSClKCaScTiVCrMnFeCoNiCu", CUPEL_IONS_PLAIN, &ions), CUPEL_REASON_TOO_COMPLEX);
    /* as matminer: no fractions, at most 50 atoms, neutral atoms where nothing fits, elements like compounds */
    assert_int_equal(guess("Fe0.4O0.6", CUPEL_IONS_MATMINER, &ions), CUPEL_REASON_NOT_WHOLE);
    assert_int_equal(guess("Na31Cl30", CUPEL_IONS_MATMINER, &ions), CUPEL_REASON_NOT_WHOLE);
    assert_int_equal(guess("Ti2AlV", CUPEL_IONS_MATMINER, &ions), CUPEL_REASON_IMPUTED);
    assert_true(ions.n == 3 && atoms_in_state(&ions, 22, 0) == 2);
    assert_int_equal(guess("N2", CUPEL_IONS_MATMINER, &ions), CUPEL_REASON_NONE);
    assert_true(atoms_in_state(&ions, 7, 3) == 1 && atoms_in_state(&ions, 7, -3) == 1);
}

/* Every choice of a state per atom, one after the other; the best score of a neutral one, -1 when there is none. */
static double best_by_brute_force(const cupel_composition *c, unsigned element, unsigned atom, unsigned from, int charge, double score)
{
    if (element == c->n) return charge == 0 ? score : -1.0;
    if ((double)atom == c->amount[element]) return best_by_brute_force(c, element + 1, 0, 0, charge, score);
    const cupel_atom_list *s = cupel_atom_states(c->z[element]);
    double best = -1.0;
    for (unsigned j = from; j < s->n; j++) best = fmax(best, best_by_brute_force(c, element, atom + 1, j, charge + s->key[j], score + s->value[j]));
    return best;
}

static unsigned common_divisor(const cupel_composition *c)
{
    unsigned d = 12;
    for (; d > 1; d--) {
        unsigned i = 0;
        while (i < c->n && fmod(c->amount[i], d) == 0.0) i++;
        if (i == c->n) break;
    }
    return d;
}

/* The likeliest neutral choice, in both forms, and it is neutral. (pymatgen keeps some peroxides as pairs: they are left out.) */
static void guesses_are_the_best(void **state)
{
    (void)state;
    size_t neutral = 0;
    for (size_t k = 0; k < 4000; k++) {
        cupel_composition c = {0};
        random_compound(1, k, 2 + (unsigned)(k % 3), 4, &c);
        unsigned d = common_divisor(&c);
        if (d > 1 || (c.n == 2 && c.amount[0] == 1.0 && c.amount[1] == 1.0)) continue;
        double best = best_by_brute_force(&c, 0, 0, 0, 0, 0.0);
        for (cupel_ions_form form = CUPEL_IONS_PLAIN; form <= CUPEL_IONS_MATMINER; form++) {
            cupel_ions ions;
            cupel_reason why = cupel_ions_guess(c.z, c.amount, c.n, form, &ions);
            assert_int_equal(why == CUPEL_REASON_NONE, best >= 0.0);
            if (why) continue;
            double charge = 0, score = 0, atoms = 0;
            for (unsigned i = 0; i < ions.n; i++) {
                const cupel_atom_list *s = cupel_atom_states(ions.z[i]);
                charge += ions.state[i] * ions.count[i];
                atoms += ions.count[i];
                for (unsigned j = 0; j < s->n; j++) score += s->key[j] == ions.state[i] ? s->value[j] * ions.count[i] : 0.0;
            }
            assert_true(charge == 0.0 && score == best && atoms == cupel_composition_total(&c));
            neutral++;
        }
    }
    assert_true(neutral > 200);
}

/* ---- as matminer ---- */

static void as_reference_tables(void **state)
{
    (void)state;
    static const struct {
        const char *set, *table;
        size_t rows;
    } tables[] = {{"ion_property", "comp_ion_property_fast.csv", 290},
                  {"atomic_orbitals", "comp_atomic_orbitals.csv", 330},
                  {"band_center", "comp_band_center.csv", 330}};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        char rest[128];
        snprintf(rest, sizeof rest, "reference/matminer/%s", tables[i].table);
        const char *path = shared_path(rest);
        if (!path) {
            print_message("skip the tables of matminer: ../shared is absent\n");
            skip();
        }
        reference_result r;
        const cupel_descriptor *d = find(tables[i].set);
        assert_true(reference_compare(d, CUPEL_ISA_PLAIN, path, &r));
        print_message("%s: %zu rows, %zu columns, worst %.2g (%s)\n", tables[i].set, r.rows, r.columns, r.worst, r.where);
        assert_true(r.rows >= tables[i].rows && r.ordered && r.strange == 0 && r.columns == d->n_columns);
        assert_true(r.worst <= 1e-12 && r.numbers > r.rows * r.columns * 9 / 10);
        assert_true(r.silent == 0 && r.held_back == 0 && r.explained == r.without);
        if (d->matminer) {
            assert_true(reference_compare(d->matminer, CUPEL_ISA_PLAIN, path, &r));
            assert_true(r.worst <= 1e-12 && r.silent == 0 && r.held_back == 0);
        }
    }
}

/* Values of matminer 0.10.1 with pymatgen 2026.10.24, to as many digits as they print. */
static void as_matminer_itself(void **state)
{
    (void)state;
    static const struct {
        const char *set, *formula, *column;
        double value;
    } cases[] = {
        {"oxidation_states", "Fe3O4", "std_dev oxidation state", 3.082207001484488},
        {"oxidation_states", "Ba3CaRu2O9", "std_dev oxidation state", 3.430631249381194},
        {"oxidation_states", "Sr2Cu(ClO)2", "std_dev oxidation state", 2.068278940998476},
        {"oxidation_states", "Ba2YReO6", "maximum oxidation state", 5},
        {"oxidation_states", "CrO3", "range oxidation state", 8},
        {"cation_property", "Fe2O3", "DemlData mean total_ioniz of cations", 5281400},
        {"cation_property", "Fe2O3", "DemlData minimum xtal_field_split of cations", 14},
        {"cation_property", "Fe2O3", "DemlData maximum magn_moment of cations", 5.2},
        {"cation_property", "Fe2O3", "DemlData mean so_coupling of cations", 460},
        {"cation_property", "Fe2O3", "DemlData mean sat_magn of cations", 3},
        {"cation_property", "Ba3CaRu2O9", "DemlData std_dev total_ioniz of cations", 2139515.366640518},
        {"cation_property", "Sr2Cu(ClO)2", "DemlData std_dev total_ioniz of cations", 770534.2594589809},
        {"cation_property", "Ba2YReO6", "DemlData mean total_ioniz of cations", 3716550},
        {"electronegativity_diff", "Ba2YReO6", "std_dev EN difference", 0.5215745392558957},
        {"electronegativity_diff", "Sr2Cu(ClO)2", "mean EN difference", 2.033333333333333},
        {"electronegativity_diff", "CrO3", "minimum EN difference", 1.78},
        {"electron_affinity", "Sr2Cu(ClO)2", "avg anion electron affinity", -315500},
        {"electron_affinity", "CrO3", "avg anion electron affinity", -282000},
        {"band_center", "V2O4", "band center", 5.912403025772768},
        {"cohesive_energy", "Sr2Cu(ClO)2", "cohesive energy", 2.132857142857143}, /* energy of formation 0 */
        {"cohesive_energy", "Ba3CaRu2O9", "cohesive energy", 2.9613333333333336},
        {"atomic_orbitals", "CrO3", "gap_AO", 0.187936},
        {"ion_property", "Sr2Cu(ClO)2", "avg ionic char", 0.16331987556656546},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const cupel_descriptor *d = find(cases[i].set);
        check_close(value(d->matminer, cases[i].formula, cases[i].column), cases[i].value, 1e-12, 1e-12);
        double plain = value(d, cases[i].formula, cases[i].column);
        if (!isnan(plain)) check_close(plain, cases[i].value, 1e-12, 1e-12);
    }
}

/* What matminer leaves as NaN, an exception or a default that is wrong has a reason; with --compatible matminer its default comes back, marked. */
static void holes_have_reasons(void **state)
{
    (void)state;
    enum { NO_ELEMENT_DATA = CUPEL_REASON_NO_ELEMENT_DATA, NOT_NEUTRAL = CUPEL_REASON_NOT_NEUTRAL, NOT_IONIC = CUPEL_REASON_NOT_IONIC };
    static const struct {
        const char *set, *formula, *column;
        int reason, as_matminer;
        double theirs;
    } cases[] = {
        {"ion_property", "HeO", "compound possible", NO_ELEMENT_DATA, CUPEL_REASON_IMPUTED, 0},
        {"ion_property", "HeO", "max ionic char", NO_ELEMENT_DATA, CUPEL_REASON_IMPUTED, 0.51765},
        {"oxidation_states", "LiO", "maximum oxidation state", NOT_NEUTRAL, CUPEL_REASON_IMPUTED, 0},
        {"cation_property", "Gd2O3", "DemlData mean magn_moment of cations", NO_ELEMENT_DATA, CUPEL_REASON_IMPUTED, 0},
        {"cation_property", "VO2", "DemlData mean xtal_field_split of cations", NO_ELEMENT_DATA, NO_ELEMENT_DATA, (double)NAN},
        {"cation_property", "Fe", "DemlData mean magn_moment of cations", NOT_IONIC, NOT_NEUTRAL, (double)NAN},
        {"electronegativity_diff", "Fe", "mean EN difference", NOT_IONIC, NOT_NEUTRAL, (double)NAN},
        {"electron_affinity", "Ti2AlV", "avg anion electron affinity", NOT_NEUTRAL, NOT_NEUTRAL, (double)NAN},
        {"band_center", "ThIr5", "band center", NO_ELEMENT_DATA, CUPEL_REASON_IMPUTED, 5.199970694311954},
        {"cohesive_energy", "PmN", "cohesive energy", NO_ELEMENT_DATA, CUPEL_REASON_IMPUTED, 4.22},
        {"atomic_orbitals", "Mg3Zn", "gap_AO", CUPEL_REASON_NO_VALUE, CUPEL_REASON_NO_VALUE, (double)NAN},
        {"atomic_orbitals", "NpO2", "gap_AO", NO_ELEMENT_DATA, NO_ELEMENT_DATA, (double)NAN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const cupel_descriptor *d = find(cases[i].set);
        double x[MOST_COLUMNS];
        assert_int_equal(describe(d, cases[i].formula, x), cases[i].reason);
        assert_true(isnan(value(d, cases[i].formula, cases[i].column)));
        assert_int_equal(describe(d->matminer, cases[i].formula, x), cases[i].as_matminer);
        double theirs = value(d->matminer, cases[i].formula, cases[i].column);
        if (isnan(cases[i].theirs)) assert_true(isnan(theirs));
        else check_close(theirs, cases[i].theirs, 0.05, 1e-9); /* whole tables of means are compared elsewhere */
        if (!d->imputed) continue;
        assert_int_equal(describe(d->imputed, cases[i].formula, x), CUPEL_REASON_IMPUTED);
        for (size_t j = 0; j < d->n_columns; j++) assert_true(!isnan(x[j]));
    }
    double x[MOST_COLUMNS];
    assert_int_equal(describe(find("oxidation_states"), "Fe", x), CUPEL_REASON_NONE); /* an element has state 0 */
    assert_true(x[0] == 0 && x[1] == 0 && x[2] == 0 && x[3] == 0);
    assert_int_equal(describe(find("cation_property"), "La2O3", x), CUPEL_REASON_NONE); /* closed shells */
    assert_int_equal(describe(find("cation_property"), "ZnO", x), CUPEL_REASON_NONE);
}

/* ---- ion_property ---- */

static bool possible_by_brute_force(const cupel_composition *c, unsigned i, double charge)
{
    if (i == c->n) return fabs(charge) <= 1e-8;
    const cupel_atom_list *s = cupel_atom_common(c->z[i]);
    for (unsigned j = 0; j < s->n; j++)
        if (possible_by_brute_force(c, i + 1, charge + s->key[j] * c->amount[i])) return true;
    return false;
}

static void possible_is_possible(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("ion_property");
    cupel_batch b = {0};
    cupel_err err;
    size_t yes = 0, rows = 0;
    for (size_t k = 0; k < 3000; k++) {
        cupel_composition c = {0};
        random_compound(2, k, 2 + (unsigned)(k % 5), 6, &c);
        double x[3];
        unsigned char why = 0;
        cupel_batch_clear(&b);
        check_ok(cupel_batch_add(&b, &c, 0, &err), &err);
        d->compute(&b, 0, 1, CUPEL_ISA_PLAIN, x, 3, &why);
        if (isnan(x[0])) continue;
        rows++;
        yes += x[0] == 1.0;
        assert_true((x[0] == 1.0) == possible_by_brute_force(&c, 0, 0.0));
        assert_true(x[1] >= 0 && x[1] < 1 && x[2] >= 0 && 2 * x[2] <= x[1]); /* pairs weigh less than 1/2 together */
    }
    assert_true(rows > 2000 && yes > 50 && yes < rows - 50);
    cupel_batch_release(&b);
}

/* All the work that a hostile formula can ask for is bounded, with a reason at the end. */
static void hostile_formulas_end(void **state)
{
    (void)state;
    cupel_composition c = {0};
    cupel_batch b = {0};
    cupel_err err;
    for (unsigned z = 1; z <= 94; z++) {
        if (cupel_atom_common(z)->n == 0) continue;
        c.z[c.n] = (unsigned char)z;
        c.amount[c.n++] = 1.0 + 1e-3 * (double)(z * z % 97) + 1e-7 * z;
    }
    check_ok(cupel_batch_add(&b, &c, 0, &err), &err);
    double x[MOST_COLUMNS];
    unsigned char why = 0;
    find("ion_property")->compute(&b, 0, 1, CUPEL_ISA_PLAIN, x, 3, &why);
    assert_true(why == CUPEL_REASON_NONE || why == CUPEL_REASON_TOO_COMPLEX);
    why = 0;
    find("charge_balance")->compute(&b, 0, 1, CUPEL_ISA_PLAIN, x, 25, &why);
    assert_int_equal(why, CUPEL_REASON_TOO_COMPLEX);
    assert_true(isnan(x[0]) && isnan(x[11]) && !isnan(x[24]));
    why = 0;
    find("oxidation_states")->compute(&b, 0, 1, CUPEL_ISA_PLAIN, x, 4, &why);
    assert_int_equal(why, CUPEL_REASON_TOO_COMPLEX);
    why = 0;
    find("ion_roles")->compute(&b, 0, 1, CUPEL_ISA_PLAIN, x, 110, &why);
    assert_int_equal(why, CUPEL_REASON_TOO_COMPLEX);
    why = 0;
    find("ion_roles")->imputed->compute(&b, 0, 1, CUPEL_ISA_PLAIN, x, 110, &why);
    assert_true(why == CUPEL_REASON_IMPUTED && isfinite(x[0]) && isfinite(x[109]));
    cupel_batch_release(&b);
}

/* ---- atomic_orbitals ---- */

/* Copies of all orbitals of all atoms, sorted, filled one after the other, as pymatgen's MolecularOrbitals. */
static void fill_by_hand(const cupel_composition *c, double *homo, double *lumo)
{
    double energy[4096] = {0}, room[4096] = {0}, electrons = 0;
    size_t n = 0, k = 0;
    for (unsigned i = 0; i < c->n; i++) {
        const cupel_atom_list *o = &cupel_atom_orbitals[c->z[i]];
        electrons += c->z[i] * c->amount[i];
        for (unsigned a = 0; a < (unsigned)c->amount[i]; a++)
            for (unsigned j = 0; j < o->n; j++) {
                size_t at = n++;
                for (; at > 0 && energy[at - 1] > o->value[j]; at--) energy[at] = energy[at - 1], room[at] = room[at - 1];
                energy[at] = o->value[j];
                room[at] = 4 * o->key[j] + 2;
            }
    }
    for (; k < n && electrons > 0; k++) electrons -= room[k];
    *homo = energy[k - 1];
    *lumo = electrons < 0 ? *homo : k < n ? energy[k] : (double)NAN;
}

static void orbitals_are_filled(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("atomic_orbitals");
    cupel_batch b = {0};
    cupel_err err;
    size_t gaps = 0;
    for (size_t k = 0; k < 1500; k++) {
        cupel_composition c = {0};
        random_compound(3, k, 1 + (unsigned)(k % 4), 5, &c);
        double x[7], y[7], homo, lumo;
        fill_by_hand(&c, &homo, &lumo);
        cupel_batch_clear(&b);
        check_ok(cupel_batch_add(&b, &c, 0, &err), &err);
        d->compute(&b, 0, 1, CUPEL_ISA_PLAIN, x, 7, NULL);
        d->matminer->compute(&b, 0, 1, CUPEL_ISA_PLAIN, y, 7, NULL);
        assert_true(x[2] == homo && (x[5] == lumo || (isnan(x[5]) && isnan(lumo))));
        if (isnan(lumo)) continue;
        assert_true(x[6] == lumo - homo && y[2] == homo && y[5] == lumo);
        gaps += x[6] > 0;
    }
    assert_true(gaps > 50);
    cupel_batch_release(&b);
    check_close(value(d, "NaCl", "HOMO_element"), 17, 0, 0);
    check_close(value(d, "NaCl", "LUMO_element"), 11, 0, 0);
    check_close(value(d, "NaCl", "HOMO_character"), 1, 0, 0);
    check_close(value(d, "NaCl", "LUMO_character"), 0, 0, 0);
    check_close(value(d, "Na0.5Cl0.5", "gap_AO"), -0.103415 + 0.32038, 1e-12, 0);
}

/* ---- charge_balance ---- */

static const cupel_atom_list *states_of(unsigned z, bool icsd) { return icsd ? cupel_atom_states(z) : cupel_atom_common(z); }

/* The first six columns again: all choices in plain order, ordered by comparing every cation with every anion. */
static void balance_by_brute_force(const cupel_composition *c, bool icsd, double *x)
{
    size_t most = 6, product = 1;
    for (unsigned i = 0; i < c->n; i++) product *= states_of(c->z[i], icsd)->n < 6 ? states_of(c->z[i], icsd)->n : 6;
    if (product > 3000) most = 2;
    double total = cupel_composition_total(c), transfer[2] = {0}, count[2] = {0};
    unsigned at[CUPEL_Z_MAX] = {0};
    x[0] = 99;
    x[1] = 9;
    for (bool more = true; more;) {
        double charge = 0, size = 0, cation = -1, anion = 99;
        for (unsigned i = 0; i < c->n; i++) {
            const cupel_atom_list *s = states_of(c->z[i], icsd);
            double en = cupel_pauling(CUPEL_TABLE_PLAIN, c->z[i]);
            int o = s->key[at[i]];
            charge += c->amount[i] / total * o;
            size += c->amount[i] / total * abs(o) / 2;
            if (o > 0) cation = fmax(cation, en);
            if (o < 0) anion = fmin(anion, en);
        }
        bool ordered = cation <= anion;
        x[0] = fmin(x[0], fabs(charge));
        if (ordered) x[1] = fmin(x[1], fabs(charge));
        for (int k = 0; k < 1 + ordered; k++)
            if (fabs(charge) < 0.01) count[k]++, transfer[k] = fmax(transfer[k], size);
        unsigned i = 0;
        for (; i < c->n; i++) {
            size_t n = states_of(c->z[i], icsd)->n;
            if (++at[i] < (n < most ? n : most)) break;
            at[i] = 0;
        }
        more = i < c->n;
    }
    x[2] = count[0] > 0;
    x[3] = count[1] > 0;
    x[4] = count[1] > 0 ? transfer[1] : transfer[0];
    x[5] = log(1 + count[0]);
}

/* Compounds of elements for which Magpie and pymatgen agree on the electronegativity. */
static void balance_goes_through_all(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("charge_balance");
    static const unsigned char choice[] = {1, 3, 6, 7, 8, 9, 12, 13, 15, 16, 17, 19, 22, 25, 26, 29, 30, 33, 34, 35, 38, 50, 51, 53};
    cupel_batch b = {0};
    cupel_err err;
    size_t neutral = 0;
    for (size_t k = 0; k < 1500; k++) {
        cupel_composition c = {0};
        size_t order[sizeof choice];
        cupel_rng_permutation(4, 2 * k, order, sizeof choice);
        c.n = 2 + (unsigned)(k % 5);
        for (unsigned i = 0; i < c.n; i++) {
            c.z[i] = choice[order[i]];
            c.amount[i] = 1.0 + (double)cupel_rng_below(4, 2 * k + 1, i, 4);
        }
        double x[25], y[12];
        cupel_batch_clear(&b);
        check_ok(cupel_batch_add(&b, &c, 0, &err), &err);
        d->compute(&b, 0, 1, CUPEL_ISA_PLAIN, x, 25, NULL);
        balance_by_brute_force(&c, false, y);
        balance_by_brute_force(&c, true, y + 6);
        for (size_t j = 0; j < 12; j++) check_close(x[j], y[j], 1e-12, 1e-12);
        neutral += x[2] == 1;
    }
    assert_true(neutral > 100);
    cupel_batch_release(&b);
}

static void balance_by_hand(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("charge_balance");
    const double en_na = 0.93, en_cl = 3.16, ionic = 1 - exp(-0.25 * (en_cl - en_na) * (en_cl - en_na));
    const double nacl[25] = {0, 0, 1, 1, 0.5, log(2), 0, 0, 1, 1, 0.5, log(2), 0, 0, 0.5, en_cl, 4, 8, 0, 0,
                             0.25 * (en_cl - en_na) * (en_cl - en_na), ionic, en_cl - en_na, 0.5 * ionic, sqrt(en_na * en_cl)};
    double x[25];
    assert_int_equal(describe(d, "NaCl", x), CUPEL_REASON_NONE);
    for (size_t j = 0; j < 25; j++) check_close(x[j], nacl[j], 1e-14, 1e-15);
    /* GaAs: As takes 3; Zn's full d shell does not count: ZnO has 8 electrons */
    check_close(value(d, "GaAs", "anion balance of highest states"), 0, 0, 1e-15);
    check_close(value(d, "ZnO", "valence electrons per anion"), 8, 1e-15, 0);
    check_close(value(d, "ZnO", "valence electrons beyond anion octets"), 0, 0, 1e-15);
    check_close(value(d, "TiO2", "anion balance of highest states"), 0, 0, 1e-15);
    check_close(value(d, "Fe2O3", "anion balance of lowest states"), 0.4 * 2 - 0.6 * 2, 1e-14, 0);
    /* an element alone has state 0; He has no electronegativity, 1.3 when imputed */
    assert_int_equal(describe(d, "Si", x), CUPEL_REASON_NONE);
    assert_true(x[0] == 0 && x[1] == 0 && x[2] == 1 && x[22] == 0);
    assert_int_equal(describe(d, "HeO", x), CUPEL_REASON_NO_ELEMENT_DATA);
    assert_int_equal(describe(d->imputed, "He", x), CUPEL_REASON_IMPUTED);
    check_close(x[15], 1.3, 0, 0);
}

/* ---- ion_roles ---- */

static void roles_by_hand(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("ion_roles");
    static const struct {
        const char *formula, *column;
        double value;
    } cases[] = {
        {"NaCl", "cation Electronegativity", 0.93},       {"NaCl", "anion Electronegativity", 3.16},
        {"NaCl", "anion less cation Electronegativity", 2.23}, {"NaCl", "ions mean cation charge", 1},
        {"NaCl", "ions cations without valence electrons", 0.5}, {"NaCl", "ions odd electrons", 0},
        {"NaCl", "ions electronegativity from cations to anions", 2.23}, {"NaCl", "ions lowest charge", -1},
        {"Fe2O3", "ions with open d shell", 0.4},         {"Fe2O3", "ions most electrons in an open d shell", 5},
        {"Fe2O3", "ions odd open d shell", 1},            {"Fe2O3", "ions electrons in open d shells", 2},
        {"TiO2", "ions cations with empty d shell", 1.0 / 3}, {"ZnO", "ions with full d shell", 0.5},
        {"PbO", "ions cations with lone pair", 0.5},      {"PbO2", "ions cations with lone pair", 0},
        {"MgAl2O4", "cation Number", (12 + 2 * 13) / 3.0},
        {"MgAl2O4", "largest cation Electronegativity", 1.61}, {"TiN", "ions odd electrons", 1},
        {"TiN", "ions odd valence electrons", 1},         {"ZnO", "ions valence electrons of the formula", 18},
        {"Si", "ions mean size of charge", 0},            {"Si", "anion less cation Number", 0}};
    double x[110];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_close(value(d, cases[i].formula, cases[i].column), cases[i].value, 1e-12, 1e-12);
    assert_int_equal(describe(d->imputed, "GdN", x), CUPEL_REASON_IMPUTED); /* Deml's tables lack Gd */
    check_close(x[92], 0.5, 1e-12, 0);                                      /* ions with open f shell */
}

/* The smallest whole-number formula is looked at, not the one that was written. */
static void roles_do_not_see_how_it_is_written(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("ion_roles");
    static const char *const same[] = {"La7Sr3Mn10O30", "La0.7Sr0.3MnO3", "Mn0.2O0.6La0.14Sr0.06"};
    double x[3][110];
    for (size_t k = 0; k < 3; k++) assert_int_equal(describe(d, same[k], x[k]), CUPEL_REASON_NONE);
    for (size_t j = 0; j < 110; j++) check_close(x[1][j], x[0][j], 1e-9, 1e-9), check_close(x[2][j], x[0][j], 1e-9, 1e-9);
    check_close(value(d, "La0.7Sr0.3MnO3", "ions log atoms of the formula"), log(50), 1e-12, 0);
    assert_int_equal(describe(d, "HeO", x[0]), CUPEL_REASON_NO_ELEMENT_DATA);
    assert_true(isnan(x[0][0]) && isnan(x[0][109]));
    assert_int_equal(describe(d->imputed, "HeO", x[0]), CUPEL_REASON_IMPUTED);
    for (size_t j = 0; j < 110; j++) assert_true(isfinite(x[0][j]));
}

/* ---- the blocks beside it ---- */

static void wide_by_hand(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("stoichiometry_wide");
    double x[15];
    assert_int_equal(describe(d, "Fe2O3", x), CUPEL_REASON_NONE);
    const double p[5] = {2, 3, 5, 7, 10};
    for (size_t j = 0; j < 5; j++) check_close(x[j], pow(pow(0.4, p[j]) + pow(0.6, p[j]), 1 / p[j]), 1e-14, 0);
    const double rest[10] = {2, -0.4 * log(0.4) - 0.6 * log(0.6), 10.0 / 34, 12.0 / 34, 12.0 / 34, 0, 0.4, 0.4, 0.4, 0.6};
    for (size_t j = 0; j < 10; j++) check_close(x[5 + j], rest[j], 1e-14, 0);
    check_close(value(d, "CeO2", "f share of valence electrons"), 1.0 / (4 + 6 * 2), 1e-14, 0);
    assert_int_equal(describe(d, "NhH", x), CUPEL_REASON_NO_ELEMENT_DATA);
    assert_true(isnan(x[7]) && !isnan(x[0]) && !isnan(x[11]));
    assert_int_equal(describe(d->imputed, "NhH", x), CUPEL_REASON_IMPUTED);
}

static void format_sees_how_it_is_written(void **state)
{
    (void)state;
    const cupel_descriptor *d = find("formula_format");
    static const struct {
        const char *formula;
        double atoms, fractions;
    } cases[] = {{"Fe2O3", 5, 0}, {"Fe4O6", 10, 0}, {"Fe0.4O0.6", 1, 1}, {"La0.7Sr0.3MnO3", 5, 1}, {"(NH4)2SO4", 15, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_close(value(d, cases[i].formula, "log atoms as written"), log(cases[i].atoms), 1e-14, 1e-15);
        check_close(value(d, cases[i].formula, "written with fractions"), cases[i].fractions, 0, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_sound),
        cmocka_unit_test(states_that_everybody_knows),
        cmocka_unit_test(no_states_for_a_reason),
        cmocka_unit_test(guesses_are_the_best),
        cmocka_unit_test(as_reference_tables),
        cmocka_unit_test(as_matminer_itself),
        cmocka_unit_test(holes_have_reasons),
        cmocka_unit_test(possible_is_possible),
        cmocka_unit_test(hostile_formulas_end),
        cmocka_unit_test(orbitals_are_filled),
        cmocka_unit_test(balance_goes_through_all),
        cmocka_unit_test(balance_by_hand),
        cmocka_unit_test(roles_by_hand),
        cmocka_unit_test(roles_do_not_see_how_it_is_written),
        cmocka_unit_test(wide_by_hand),
        cmocka_unit_test(format_sees_how_it_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
