#include "tests/check.h"

#include "core/engine/cite.h"

#include <ctype.h>

static bool said(const char *text) { return text && *text; }

/* Help, documentation and checks of settings are printed from these structs: a method that leaves something out shows here. */
static void every_method_says_all_of_itself(void **state)
{
    (void)state;
    static const char *const scales[] = {"composition", "crystal", "microstructure", "any"};
    const cupel_method *m;
    size_t n = 0;
    for (; (m = cupel_method_at(n)); n++) {
        bool scale = false;
        for (size_t i = 0; i < 4; i++) scale = scale || strcmp(m->scale, scales[i]) == 0;
        bool maturity = strcmp(m->maturity, "stable") == 0 || strcmp(m->maturity, "experimental") == 0;
        if (!said(m->name) || !said(m->kind) || !said(m->help) || !said(m->input) || !said(m->output) || !scale || !maturity)
            fail_msg("method %zu, '%s', leaves something out", n, m->name ? m->name : "");
        for (const char *p = m->name; *p; p++) assert_true(islower((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '_' || *p == '-');
        for (const cupel_param *p = m->params; p && p->name; p++) {
            if (!said(p->help) || !p->unit || !(p->min <= p->max)) fail_msg("parameter %s of '%s'", p->name, m->name);
            if (!isnan(p->value)) assert_true(p->value >= p->min && p->value <= p->max);
        }
        for (const cupel_reference *r = m->references; r && r->text; r++)
            if (!said(r->text) || !r->doi || (strncmp(r->doi, "10.", 3) != 0 && strncmp(r->doi, "https://", 8) != 0))
                fail_msg("reference '%s' of '%s' has no DOI and no address", r->text, m->name);
    }
    assert_true(n >= 20);
}

static void names_are_unique_within_a_kind(void **state)
{
    (void)state;
    const cupel_method *a, *b;
    for (size_t i = 0; (a = cupel_method_at(i)); i++)
        for (size_t j = 0; j < i && (b = cupel_method_at(j)); j++)
            if (strcmp(a->name, b->name) == 0 && strcmp(a->kind, b->kind) == 0) fail_msg("two are called %s '%s'", a->kind, a->name);
    /* A name that two kinds share is found in both. */
    const cupel_method *space = cupel_method_named(cupel_text_of("charge_neutral"), 0),
                       *constraint = cupel_method_named(cupel_text_of("charge_neutral"), 1);
    assert_true(space && constraint && strcmp(space->kind, constraint->kind) != 0);
    assert_null(cupel_method_named(cupel_text_of("charge_neutral"), 2));
}

static void part_is(cupel_text t, const char *want)
{
    if (!cupel_text_is(t, want)) fail_msg("'%.*s' is not '%s'", (int)t.n, t.p, want);
}

static void a_reference_falls_into_its_parts(void **state)
{
    (void)state;
    cupel_reference_parts p = cupel_reference_split("Cortes, Vapnik: Support-vector networks. Machine Learning 20, 273 (1995)");
    part_is(p.authors, "Cortes, Vapnik");
    part_is(p.title, "Support-vector networks");
    part_is(p.place, "Machine Learning 20, 273");
    part_is(p.year, "1995");
    p = cupel_reference_split("Chang, Lin: LIBSVM: a library. ACM TIST 2, 27 (2011)");
    part_is(p.title, "LIBSVM: a library");
    p = cupel_reference_split("Directive 2011/65/EU (RoHS), Annex II");
    part_is(p.authors, "");
    part_is(p.title, "Directive 2011/65/EU (RoHS), Annex II");
    part_is(p.year, "");
    p = cupel_reference_split("");
    part_is(p.title, "");
}

static void citations_name_each_source_once(void **state)
{
    (void)state;
    cupel_err err;
    cupel_str s = {0};
    const char *const both[] = {"svr", "svc"};
    check_ok(cupel_cite(both, 2, true, &s, &err), &err);
    const char *first = strstr(s.p, "10.1007/BF00994018");
    assert_non_null(first);
    assert_null(strstr(first + 1, "10.1007/BF00994018"));
    assert_non_null(strstr(s.p, "journal = {Machine Learning},\n  volume = {20},\n  pages = {273},\n  year = {1995}"));
    assert_non_null(strstr(s.p, "author = {Cortes and Vapnik}"));
    cupel_str_clear(&s);
    check_ok(cupel_cite(both, 1, false, &s, &err), &err);
    assert_non_null(strstr(s.p, "https://doi.org/10.1007/BF00994018"));
    cupel_str_clear(&s);
    check_fails(cupel_cite((const char *const[]){"magpei"}, 1, false, &s, &err), CUPEL_USAGE, &err, "did you mean 'magpie'");
    check_fails(cupel_cite((const char *const[]){"nothing like it"}, 1, false, &s, &err), CUPEL_USAGE, &err, "'cupel methods'");
    cupel_str_free(&s);
}

static void lists_hold_every_method(void **state)
{
    (void)state;
    cupel_err err;
    for (int format = CUPEL_METHODS_TABLE; format <= CUPEL_METHODS_JSON; format++) {
        cupel_str s = {0};
        const cupel_method *m;
        check_ok(cupel_methods_list(NULL, (cupel_methods_format)format, &s, &err), &err);
        for (size_t i = 0; (m = cupel_method_at(i)); i++) assert_non_null(strstr(s.p, m->name));
        cupel_str_clear(&s);
        check_ok(cupel_methods_list("learner", (cupel_methods_format)format, &s, &err), &err);
        assert_true(strstr(s.p, "ridge") && !strstr(s.p, "tmetal"));
        check_fails(cupel_methods_list("lerner", (cupel_methods_format)format, &s, &err), CUPEL_USAGE, &err, "'cupel methods'");
        cupel_str_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_method_says_all_of_itself),  cmocka_unit_test(names_are_unique_within_a_kind),
        cmocka_unit_test(a_reference_falls_into_its_parts), cmocka_unit_test(citations_name_each_source_once),
        cmocka_unit_test(lists_hold_every_method),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
