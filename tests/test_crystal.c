/* Texts of crystal structures: told from tables, formulas and volumes, with the composition that they state. */
#include "tests/check.h"

#include "core/matter/crystal.h"

static const char cif[] = "# made by hand\n\ndata_NaCl\n_cell_length_a 5.64\n_chemical_formula_sum 'Na4 Cl4'\n";
static const char poscar[] = "salt\n1.0\n5.64 0 0\n0 5.64 0\n0 0 5.64 ! c\n  Na_pv Cl\n 4 4\nDirect\n0 0 0\n";

static void check_text(const char *text, const char *kind, const char *formula)
{
    cupel_str s = {0};
    const char *got = cupel_crystal_text(cupel_text_of(text), &s);
    if (kind) assert_non_null(got);
    else assert_null(got);
    if (kind) assert_string_equal(got, kind);
    assert_string_equal(cupel_str_text(&s), formula);
    cupel_str_free(&s);
}

static void structures_are_known(void **state)
{
    (void)state;
    check_text(cif, "a CIF file", "NaCl");
    check_text(poscar, "a POSCAR file", "NaCl");
    check_text("salt\n-179.4\n1 0 0\n0 1 0\n0 0 1\nNa Cl\n4 4\nDirect\n", "a POSCAR file", "NaCl");
    check_text("{\"@module\": \"pymatgen.core.structure\", \"lattice\": {}}", "a structure of pymatgen", "");
}

static void the_sum_of_a_cif_file_may_stand_in_many_ways(void **state)
{
    (void)state;
    check_text("data_x\r\n_chemical_formula_sum\tFe2O3\r\n_cell_volume 3\r\n", "a CIF file", "Fe2O3");
    check_text("data_x\n_cell_volume 3\n_chemical_formula_sum\n \"Fe2 O3\"\n", "a CIF file", "Fe2O3");
    check_text("data_x\n_cell_volume 3\n_chemical_formula_sum\n;Fe2 O3\n;\n", "a CIF file", "Fe2O3");
    check_text("data_x\n_cell_volume 3\n_chemical_formula_sum ?\n", "a CIF file", "");
    check_text("data_x\n_cell_volume 3\n_chemical_formula_sum C8\ndata_y\n_chemical_formula_sum Si8\n", "a CIF file", "");
    check_text("data_x\n_cell_volume 3\n_chemical_formula_sum C8\ndata_y\n_chemical_formula_sum C8\n", "a CIF file", "C");
    check_text("data_x\n_atom_site_label\n", "a CIF file", "");
}

static void symbols_of_a_poscar_file_may_be_missing(void **state)
{
    (void)state;
    check_text("salt\n1.0\n5.64 0 0\n0 5.64 0\n0 0 5.64\n4 4\nDirect\n0 0 0\n", "a POSCAR file", "");
    check_text("salt\n1.0\n5.64 0 0\n0 5.64 0\n0 0 5.64\nNa Cl\n4\nDirect\n0 0 0\n", NULL, "");
    check_text("salt\n1.0\n5.64 0 0\n0 5.64 0\n0 0 5.64\nNa Qq\n4 4\nDirect\n0 0 0\n", NULL, "");
}

static void other_texts_are_none(void **state)
{
    (void)state;
    check_text("", NULL, "");
    check_text("NaCl", NULL, "");
    check_text("data_x,formula\n1,NaCl\n", NULL, "");
    check_text("0 1 0\n1 1 0\n0 0 0\n1 1 1\n0 1 0\n1 1 1\n0 1 0\n", NULL, ""); /* an image as text */
    check_text("demand: data_x\n_cell: 1\n", NULL, "");
}

static void names(void **state)
{
    (void)state;
    static const char *const yes[] = {"a.cif", "x/POSCAR", "CONTCAR", "b.VASP", "c.poscar"}, *const no[] = {"", ".cif", "NaCl", "aPOSCAR", "x.csv"};
    for (size_t i = 0; i < 5; i++) {
        assert_true(cupel_crystal_name(cupel_text_of(yes[i])));
        assert_false(cupel_crystal_name(cupel_text_of(no[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(structures_are_known), cmocka_unit_test(the_sum_of_a_cif_file_may_stand_in_many_ways),
        cmocka_unit_test(symbols_of_a_poscar_file_may_be_missing), cmocka_unit_test(other_texts_are_none), cmocka_unit_test(names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
