#include "tests/check.h"

#include "core/base/err.h"
#include "core/matter/columns.h"

static cupel_header header_of(const char *names)
{
    cupel_header h = {.n = 0};
    cupel_err err = {0};
    for (const char *p = names; *p; p += strcspn(p, "|"), p += *p == '|')
        check_ok(cupel_header_add(&h, (cupel_text){p, strcspn(p, "|")}, &err), &err);
    return h;
}

/* The column found, or the message. */
static void formula_column(const char *names, const char *name, const char *expected)
{
    cupel_header h = header_of(names);
    cupel_err err = {0};
    size_t at = SIZE_MAX;
    cupel_status st = cupel_column_formula(&h, "t.csv", name, "name it with --formula", &at, &err);
    if (st == CUPEL_OK) assert_string_equal(h.name[at], expected);
    else check_fails(st, CUPEL_BAD_INPUT, &err, expected);
    cupel_header_release(&h);
}

static void the_usual_names_are_tried_in_order(void **state)
{
    (void)state;
    formula_column("id|composition|formula", NULL, "formula");
    formula_column("id|Formula|composition", NULL, "composition");
    formula_column("id|Composition|Formula", NULL, "Formula");
    formula_column("material", NULL, "material");
    formula_column("formula|material", "material", "material");
    formula_column("KCl", "KCl", "KCl"); /* who names it knows */
}

static void what_is_not_there_is_said_with_a_remedy(void **state)
{
    (void)state;
    formula_column("id|gap", NULL, "'t.csv' has no formula column 'formula'; its columns are 'id', 'gap'; name it with --formula");
    formula_column("id|composition", "compositon",
                   "'compositon'; its columns are 'id', 'composition'; did you mean 'composition'? name it with --formula");
    formula_column("KCl", NULL, "'t.csv' has no header: its first line is the formula 'KCl'; put the line 'formula' above it");
    formula_column("formula;gap", NULL, "looks separated by ';'");
    formula_column("formula\tgap", NULL, "looks separated by tabs");
    formula_column("formula,gap", NULL, "looks separated by ','");
    formula_column("id|C [wt%]|Mn [wt%]", NULL, "'C [wt%]' and 'Mn [wt%]' look like amounts of elements");
    cupel_header h = header_of("formula|gap [eV]");
    cupel_err err = {0};
    size_t at = 0;
    check_ok(cupel_column_find(&h, "t.csv", "target", "gap", "", &at, &err), &err);
    assert_int_equal(at, 1);
    check_fails(cupel_column_find(&h, "t.csv", "target", "gop", "name it with --target", &at, &err), CUPEL_BAD_INPUT, &err,
                "no target column 'gop'; its columns are 'formula', 'gap [eV]'; did you mean 'gap'? name it with --target");
    cupel_header_release(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_usual_names_are_tried_in_order),
        cmocka_unit_test(what_is_not_there_is_said_with_a_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
