#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/io/csv.h"
#include "core/io/json.h"
#include "core/matter/formula.h"

static const cupel_dot dots[] = {CUPEL_DOT_REFUSE, CUPEL_DOT_HYDRATE, CUPEL_DOT_DECIMAL};

/* "Fe2 O3" of what was read, or "!reason@position" of a refusal. */
static const char *reading_of(cupel_text text, cupel_dot dot, cupel_formula *f)
{
    static char out[8192];
    cupel_formula_error e = {.reason = CUPEL_REASON_COUNT};
    if (!cupel_formula_read(text, dot, f, &e)) {
        assert_true(e.position <= text.n && strlen(e.message) > 3 && strlen(e.message) < sizeof e.message);
        snprintf(out, sizeof out, "!%d@%zu", (int)e.reason, e.position);
        return out;
    }
    size_t n = 0;
    out[0] = '\0';
    for (unsigned i = 0; i < f->composition.n; i++) {
        char number[32];
        cupel_format_double(number, f->composition.amount[i]);
        n += (size_t)snprintf(out + n, sizeof out - n, "%s%s%s", i ? " " : "", cupel_element_symbol(f->composition.z[i]), number);
    }
    return out;
}

static void check_reading(const char *text, cupel_dot dot, const char *want)
{
    cupel_formula f;
    const char *got = reading_of(cupel_text_of(text), dot, &f);
    if (strcmp(got, want) == 0) return;
    print_error("'%s' reads as '%s', expected '%s'\n", text, got, want);
    fail();
}

enum { MISSING = CUPEL_REASON_MISSING_FORMULA, BAD = CUPEL_REASON_BAD_FORMULA, AMBIGUOUS = CUPEL_REASON_AMBIGUOUS_FORMULA };

static void the_grammar_reads(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"Li2TeMoO6", "Li2 Te1 Mo1 O6"},
        {"K6 S6", "K6 S6"},
        {" K6 S6\t", "K6 S6"},
        {"Ca3(PO4)2", "Ca3 P2 O8"},
        {"(Li0.5Na0.5)2O", "Li1 Na1 O1"},
        {"{Fe}2[O]3", "Fe2 O3"},
        {"((Fe))2", "Fe2"},
        {"( Ca O )2 Si", "Ca2 O2 Si1"},
        {"PbMg1/3Nb2/3O3", "Pb1 Mg0.3333333333333333 Nb0.6666666666666666 O3"},
        {"Fe1e-3O1", "Fe0.001 O1"},
        {"Al1e-05Fe0.99999", "Al0.00001 Fe0.99999"},
        {"Fe2E2O", "Fe200 O1"},
        {"FeEs2Er3", "Fe1 Es2 Er3"},
        {"CO", "C1 O1"},
        {"Co", "Co1"},
        {"HSbO2", "H1 Sb1 O2"},
        {"FeOFe", "Fe2 O1"},
        {"H2O2H", "H3 O2"},
        {"YBa2Cu3O6.93", "Y1 Ba2 Cu3 O6.93"},
        {"Ba.6K.4Fe2As2", "Ba0.6 K0.4 Fe2 As2"},
        {"Li1.2Mn0.6Ni0.2O2", "Li1.2 Mn0.6 Ni0.2 O2"},
        {"Fe2.5O3", "Fe2.5 O3"},
        {"Ca0.5H1.5O3", "Ca0.5 H1.5 O3"},
        {"Si12.5B17.5Mo70", "Si12.5 B17.5 Mo70"},
        {"Li1.2MnO3", "Li1.2 Mn1 O3"},
        {"Li0.5CoO2", "Li0.5 Co1 O2"},
        {"Fe2O3.05H2O", "Fe2 O4.05 H2"},
        {"Al3.5e0H2O", "Al3.5 H2 O1"},
        {"Fe0.2H17.47CO2.1F1.3", "Fe0.2 H17.47 C1 O2.1 F1.3"},
        /* subscripts and other spellings */
        {"Fe\xe2\x82\x82O\xe2\x82\x83", "Fe2 O3"},
        {"La\xe2\x82\x80.\xe2\x82\x85MnO\xe2\x82\x83", "La0.5 Mn1 O3"},
        {"K6\xc2\xa0S6", "K6 S6"},
        /* hydrates */
        {"CuSO4\xc2\xb7" "5H2O", "Cu1 S1 O9 H10"},
        {"CuSO4 \xe2\x80\xa2 5 H2O", "Cu1 S1 O9 H10"},
        {"CuSO4*5H2O", "Cu1 S1 O9 H10"},
        {"CuSO4..5H2O", "Cu1 S1 O9 H10"},
        {"CuSO4. 5H2O", "Cu1 S1 O9 H10"},
        {"CuSO4.H2O", "Cu1 S1 O5 H2"},
        {"Na2CO3.(H2O)10", "Na2 C1 O13 H20"},
        {"CaSO4\xc2\xb7" "0.5H2O", "Ca1 S1 O4.5 H1"},
        {"CaSO4.1/2H2O", "Ca1 S1 O4.5 H1"},
        {"Fe\xe2\x82\x82O\xe2\x82\x83.5H\xe2\x82\x82O", "Fe2 O8 H10"},
        {"0.5Li2O\xc2\xb7" "0.5P2O5", "Li1 O3 P1"},
        {"(2CaO*SiO2)2", "Ca4 O8 Si2"},
        {"K2O*Al2O3*6SiO2", "K2 O16 Al2 Si6"},
        /* deuterium, tritium */
        {"CHD3O", "C1 H4 O1"},
        {"D2O", "H2 O1"},
        {"T2O", "H2 O1"},
        {"Dy2O3", "Dy2 O3"},
        /* charges and oxidation marks */
        {"Na+", "Na1"},
        {"SO4^2-", "S1 O4"},
        {"SO4^{2-}", "S1 O4"},
        {"SO4 2-", "S1 O4"},
        {"SO\xe2\x82\x84\xc2\xb2\xe2\x81\xbb", "S1 O4"},
        {"NO3 -", "N1 O3"},
        {"[Fe(CN)6]4-", "Fe1 C6 N6"},
        {"Fe^{II}Fe^{III}2O4", "Fe3 O4"},
        {"Fe(III)2O3", "Fe2 O3"},
        {"Mn(IV)O2", "Mn1 O2"},
        {"Fe^{3+}2O^{2-}3", "Fe2 O3"},
        {"Fe\xc2\xb3\xe2\x81\xba\xe2\x82\x82O\xc2\xb2\xe2\x81\xbb\xe2\x82\x83", "Fe2 O3"},
        {"Na^{+}Cl^{-}", "Na1 Cl1"},
        {"CuI(IO3)2", "Cu1 I3 O6"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_reading(cases[i][0], CUPEL_DOT_REFUSE, cases[i][1]);
}

static void the_grammar_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int reason;
        size_t position;
        const char *words;
    } cases[] = {
        {"", MISSING, 0, "empty"},
        {"  ", MISSING, 0, "nothing"},
        {"NaN", MISSING, 0, "nothing"},
        {"nan", MISSING, 0, "nothing"},
        {"NA", MISSING, 0, "nothing"},
        {"N/A", MISSING, 0, "nothing"},
        {"None", MISSING, 0, "nothing"},
        {"null", MISSING, 0, "nothing"},
        {"h2o", BAD, 0, "capital"},
        {"Xx", BAD, 0, "no element 'Xx'"},
        {"Uue", BAD, 0, "no element 'Uue'"},
        {"FeXx2", BAD, 2, "no element"},
        {"Fe0", BAD, 2, "zero"},
        {"Al0.0B1", BAD, 2, "zero"},
        {"Fe0/3", BAD, 2, "zero"},
        {"Fe1/0", BAD, 2, "outside"},
        {"Fe1e400", BAD, 2, "outside"},
        {"Fe1e-400O", BAD, 2, "zero"},
        {"(Fe1e14)100", BAD, 0, "amount of Fe"},
        {"Fe-2O3", BAD, 2, "within a formula"},
        {"Ga1,65", BAD, 3, "written '.'"},
        {"NaCl,", BAD, 4, "no meaning"},
        {"Dy3N@C80", BAD, 4, "Dy3NC80"},
        {"Fe2(SO4)3)", BAD, 9, "closes no bracket"},
        {"(Fe2", BAD, 0, "not closed"},
        {"(Fe2]", BAD, 4, "expected ')'"},
        {"()", BAD, 1, "nothing before"},
        {"Fe()", BAD, 3, "nothing before"},
        {"Fe 2 O 3", BAD, 3, "behind a space"},
        {"CuSO4 5H2O", BAD, 6, "behind a space"},
        {"2H2O", BAD, 0, "before the formula"},
        {"13CH4", BAD, 0, "before the formula"},
        {"Sr2CuO4.", BAD, 8, "the end"},
        {"CuSO4\xc2\xb7", BAD, 7, "the end"},
        {"CuSO4...5H2O", BAD, 5, "two points"},
        {"CuSO4.5.5H2O", BAD, 7, "second point"},
        {"CuSO4\xc2\xb7" "0H2O", BAD, 7, "zero"},
        {"Mg1/2.5O", BAD, 5, "fraction"},
        {"Y2C2Br0.5!1.5", BAD, 9, "found '!'"},
        {"Fe\xe2\x82\x93O", BAD, 2, "subscript"},
        {"\xe2\x82\x82" "Fe", BAD, 0, "subscript"},
        {"Fe\xff", BAD, 2, "UTF-8"},
        {"Fe\xe2\x82", BAD, 2, "UTF-8"},
        {"Fe\xc3\xa9", BAD, 2, "U+00E9"},
        {"\xc2\xb9\xc2\xb3" "C", BAD, 0, "found"},
        {"Fe^2", BAD, 2, "expected ^2+"},
        {"Fe^{2", BAD, 2, "expected ^2+"},
        {"Fe^3+2O3", BAD, 2, "braces"},
        {"(SO4^{2-})3", BAD, 4, "behind an element"},
        {"SO4 2-x", BAD, 4, "behind a space"},
        {"A2D2O7", BAD, 0, "no element 'A'"},
        {"MyGranddadGoesToMarketEveryTuesday", BAD, 0, "no element 'My'"},
        {"O2-", AMBIGUOUS, 1, "O^2-"},
        {"NO3-", AMBIGUOUS, 2, "NO3^-"},
        {"Fe3+", AMBIGUOUS, 2, "Fe^3+"},
        {"(SO4)2-", AMBIGUOUS, 5, "charge"},
        {"Cu(I)2O", AMBIGUOUS, 2, "iodine"},
        {"Li(V)O3", AMBIGUOUS, 2, "vanadium"},
        {"Fe2O3.5H2O", AMBIGUOUS, 5, "Fe2O3 \xc2\xb7 5H2O"},
        {"KCr(SO4)2.12H2O", AMBIGUOUS, 9, "hydrate"},
        {"FeO.5H2O", AMBIGUOUS, 3, "decimal"},
        {"CaSO4.2 H2O", AMBIGUOUS, 5, "hydrate"},
        {"MgCl2.6NH3", AMBIGUOUS, 5, "hydrate"},
        {"3Al2O3.2SiO2", AMBIGUOUS, 6, "hydrate"},
        {"Al2O3.2SiO2.2H2O", AMBIGUOUS, 5, "hydrate"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_formula f;
        cupel_formula_error e = {.reason = CUPEL_REASON_NONE};
        bool read = cupel_formula_read(cupel_text_of(cases[i].text), CUPEL_DOT_REFUSE, &f, &e);
        if (read || (int)e.reason != cases[i].reason || e.position != cases[i].position || !strstr(e.message, cases[i].words)) {
            print_error("'%s': %s, reason %d at %zu: %s\n", cases[i].text, read ? "read" : "refused", (int)e.reason, e.position, e.message);
            fail();
        }
    }
}

static void the_dot_is_chosen(void **state)
{
    (void)state;
    check_reading("Fe2O3.5H2O", CUPEL_DOT_HYDRATE, "Fe2 O8 H10");
    check_reading("Fe2O3.5H2O", CUPEL_DOT_DECIMAL, "Fe2 O4.5 H2");
    check_reading("KCr(SO4)2.12H2O", CUPEL_DOT_HYDRATE, "K1 Cr1 S2 O20 H24");
    check_reading("KCr(SO4)2.12H2O", CUPEL_DOT_DECIMAL, "K1 Cr1 S2.12 O9.48 H2");
    check_reading("Al2O3.2SiO2.2H2O", CUPEL_DOT_HYDRATE, "Al2 O9 Si2 H4");
    check_reading("FeO.5H2O", CUPEL_DOT_HYDRATE, "Fe1 O6 H10");
    check_reading("FeO.5H2O", CUPEL_DOT_DECIMAL, "Fe1 O1.5 H2");
    for (size_t d = 0; d < 3; d++) { /* where one reading makes sense the flag changes nothing */
        check_reading("Fe2.5O3", dots[d], "Fe2.5 O3");
        check_reading("CuSO4\xc2\xb7" "5H2O", dots[d], "Cu1 S1 O9 H10");
        check_reading("Al0.5H2O", dots[d], "Al0.5 H2 O1");
    }
}

static void isotopes_and_charges_are_kept(void **state)
{
    (void)state;
    cupel_formula f;
    reading_of(cupel_text_of("CHD3O"), CUPEL_DOT_REFUSE, &f);
    check_close(f.deuterium, 3, 0, 0);
    check_close(f.tritium, 0, 0, 0);
    check_close(cupel_formula_weight(&f), cupel_composition_weight(&f.composition) + 3 * (2.014101777844 - 1.008), 1e-14, 0);
    reading_of(cupel_text_of("(TD)2O"), CUPEL_DOT_REFUSE, &f);
    check_close(f.deuterium, 2, 0, 0);
    check_close(f.tritium, 2, 0, 0);
    static const struct {
        const char *text;
        double charge;
        bool marks;
    } cases[] = {{"Na+", 1, false},     {"Cl-", -1, false},      {"SO4^2-", -2, false},     {"SO4 2-", -2, false},       {"[Fe(CN)6]4-", -4, false},
                 {"Fe^{3+}", 3, false}, {"Fe^{3+}2O3", 0, true}, {"Na^{+}Cl^{-}", 0, true}, {"Fe(III)Cl4^-", -1, true},  {"NaCl", 0, false},
                 {"Fe^{II}", 0, true},  {"NH4^+", 1, false},     {"(NH4)+", 1, false},      {"CuSO4*5H2O^2-", -2, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = reading_of(cupel_text_of(cases[i].text), CUPEL_DOT_REFUSE, &f);
        if (got[0] == '!') fail_msg("%s: %s", cases[i].text, got);
        check_close(f.charge, cases[i].charge, 0, 0);
        assert_int_equal(f.has_oxidation_marks, cases[i].marks);
    }
}

static void limits_hold(void **state)
{
    (void)state;
    static char text[5000];
    cupel_formula f;
    memset(text, 'H', sizeof text);
    assert_string_equal(reading_of((cupel_text){text, 4096}, CUPEL_DOT_REFUSE, &f), "H4096");
    assert_string_equal(reading_of((cupel_text){text, 4097}, CUPEL_DOT_REFUSE, &f), "!2@0");
    for (size_t depth = 15; depth <= 18; depth++) {
        memset(text, '(', depth);
        text[depth] = 'H';
        memset(text + depth + 1, ')', depth);
        bool read = reading_of((cupel_text){text, 2 * depth + 1}, CUPEL_DOT_REFUSE, &f)[0] != '!';
        assert_int_equal(read, depth <= 16);
    }
    memset(text, '(', sizeof text);
    assert_string_equal(reading_of((cupel_text){text, 4096}, CUPEL_DOT_REFUSE, &f), "!2@16");
    memset(text, '9', 4096);
    text[0] = 'H';
    assert_string_equal(reading_of((cupel_text){text, 4096}, CUPEL_DOT_REFUSE, &f), "!2@1");
    memset(text, '0', 4096);
    memcpy(text, "H0.", 3);
    text[4095] = '1';
    assert_string_equal(reading_of((cupel_text){text, 4096}, CUPEL_DOT_REFUSE, &f), "!2@1");
    assert_string_equal(reading_of((cupel_text){"H\0", 2}, CUPEL_DOT_REFUSE, &f), "!2@1");
}

/* The fast way gives the bits of the full reader, or its reason. */
static void check_both_ways(cupel_batch *b, cupel_text text)
{
    for (size_t d = 0; d < 3; d++) {
        cupel_formula f;
        cupel_formula_error e;
        cupel_composition got = {0};
        cupel_batch_clear(b);
        assert_int_equal(cupel_batch_add_formula(b, text, dots[d], NULL), CUPEL_OK);
        bool read = cupel_formula_read(text, dots[d], &f, &e);
        cupel_batch_get(b, 0, &got);
        bool same = read ? b->reason[0] == CUPEL_REASON_NONE && got.n == f.composition.n && memcmp(got.z, f.composition.z, got.n) == 0 &&
                               memcmp(got.amount, f.composition.amount, got.n * sizeof *got.amount) == 0
                         : b->reason[0] == e.reason && got.n == 0;
        if (same) continue;
        print_error("'%.*s': the fast way differs\n", (int)text.n, text.p);
        fail();
    }
}

/* Formulas put together at random from pieces that touch every rule. */
static void random_texts_read_the_same_both_ways(void **state)
{
    (void)state;
    static const char *const pieces[] = {"Fe",       "O",
                                         "H",        "D",
                                         "T",        "N",
                                         "C",        "Co",
                                         "H2O",      "SiO2",
                                         "NH3",      "(",
                                         ")",        "[",
                                         "]",        "2",
                                         "3.5",      "0.25",
                                         "0",        ".",
                                         "..",       "1/3",
                                         "e-2",      "E3",
                                         "*",        " ",
                                         "Na",       "I",
                                         "V",        "(II)",
                                         "^",        "2-",
                                         "+",        "12",
                                         "Xe",       "Es",
                                         "x",        "1000000000000000",
                                         "\xc2\xb7", "\xe2\x82\x82",
                                         "\xc2\xb2", "0.30000000000000004",
                                         "{",        "}",
                                         "Sr",       "S",
                                         "In"};
    enum { N_PIECES = sizeof pieces / sizeof *pieces };
    cupel_batch b = {0};
    size_t read = 0;
    for (uint64_t k = 0; k < 200000; k++) {
        char text[128];
        size_t n = 0, want = 1 + cupel_rng_below(3, 1, k, 7);
        for (size_t i = 0; i < want; i++) {
            const char *p = pieces[cupel_rng_below(3, 2, k * 16 + i, N_PIECES)];
            memcpy(text + n, p, strlen(p));
            n += strlen(p);
        }
        check_both_ways(&b, (cupel_text){text, n});
        read += b.reason[0] == CUPEL_REASON_NONE;
    }
    assert_true(read > 5000);
    cupel_batch_release(&b);
}

/* What is read does not depend on how the text is cut: formula(a)formula(b) sums. */
static void parts_add_up(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < 2000; k++) {
        char a[64], ab[160];
        unsigned za = 1 + (unsigned)cupel_rng_below(5, 1, k, 118), zb = 1 + (unsigned)cupel_rng_below(5, 2, k, 118);
        double x = 1 + (double)cupel_rng_below(5, 3, k, 999) / 8, y = 1 + (double)cupel_rng_below(5, 4, k, 9);
        char number[32];
        cupel_format_double(number, x);
        snprintf(a, sizeof a, "%s%s%s", cupel_element_symbol(za), number, cupel_element_symbol(zb));
        snprintf(ab, sizeof ab, "(%s)%g%s", a, y, cupel_element_symbol(za));
        cupel_formula f;
        cupel_formula_error e;
        assert_true(cupel_formula_read(cupel_text_of(ab), CUPEL_DOT_DECIMAL, &f, &e));
        check_close(cupel_composition_total(&f.composition), (x + 1) * y + 1, 1e-14, 0);
        check_close(cupel_composition_amount(&f.composition, za), x * y + 1 + (za == zb ? y : 0), 1e-14, 0);
    }
}

static bool absent(const char *what)
{
    printf("skip %s: ../shared is absent\n", what);
    return true;
}

/* One documented answer for each line of the hard formulae. */
static void hard_formulae_have_their_answers(void **state)
{
    (void)state;
    static const char *const answers[] = {"Cu1 S1 O9 H10",
                                          "!3@9",
                                          "K1 Cr1 S2 O20 H24",
                                          "Cu1 S1 O9 H10",
                                          "N2 H10 Fe1 Cl5 O1",
                                          "Fe0.00009 Ni0.99991",
                                          "Al0.00001 Fe0.99999",
                                          "!2@4",
                                          "Bi3.8 Mg1.2673 Nb2.5327 O13.600000000000001 Sr0.1 C0.1",
                                          "C1 H4 O1",
                                          "!2@0",
                                          "Ce2 Fe2 As2 H1.8 O0.2",
                                          "!2@0",
                                          "Fe3 O4",
                                          "!3@1",
                                          "!2@3",
                                          "H1 Sb1 O2"};
    enum { N = sizeof answers / sizeof *answers };
    const char *path = shared_path("reference/hard_formulae.tsv");
    FILE *file = path ? fopen(path, "r") : NULL;
    if (!file && absent("the hard formulae")) skip();
    char line[1024];
    size_t n = 0;
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\t\n")] = '\0';
        assert_true(n < N);
        check_reading(line, CUPEL_DOT_REFUSE, answers[n++]);
    }
    fclose(file);
    assert_int_equal(n, N);
}

/* Where pymatgen has an answer it is ours, but for what is refused on purpose. */
static void pymatgen_agrees_where_it_is_right(void **state)
{
    (void)state;
    static const char *const on_purpose[] = {"NaN", "Fe 2 O 3", "Fe2O3.5H2O", "Al0.0B1"};
    const char *path = shared_path("reference/matminer/parse_cases_pymatgen.json");
    if (!path && absent("pymatgen's readings")) skip();
    cupel_input *in = NULL;
    char *text = NULL;
    size_t n = 0, compared = 0, refused = 0;
    cupel_json *root = NULL;
    cupel_err err = {0};
    check_ok(cupel_input_open(path, &in, &err), &err);
    check_ok(cupel_input_rest(in, 1 << 24, &text, &n, &err), &err);
    check_ok(cupel_json_read((cupel_text){text, n}, path, &root, &err), &err);
    for (size_t i = 0; i < cupel_json_size(root); i++) {
        const cupel_json *one = cupel_json_at(root, i), *amounts = cupel_json_get(one, "comp");
        cupel_text s;
        assert_true(cupel_json_string(cupel_json_get(one, "s"), &s));
        cupel_formula f;
        cupel_formula_error e;
        bool meant = false, read = cupel_formula_read(s, CUPEL_DOT_REFUSE, &f, &e);
        if (!amounts) continue;
        for (size_t k = 0; k < sizeof on_purpose / sizeof *on_purpose; k++) meant = meant || cupel_text_is(s, on_purpose[k]);
        if (read == meant) fail_msg("'%.*s': %s", (int)s.n, s.p, read ? "read" : e.message);
        refused += meant;
        if (meant) continue;
        assert_int_equal(f.composition.n, cupel_json_size(amounts));
        for (unsigned k = 0; k < f.composition.n; k++) {
            double x = NAN;
            assert_true(cupel_json_number(cupel_json_get(amounts, cupel_element_symbol(f.composition.z[k])), &x));
            check_close(f.composition.amount[k], x, 1e-12, 0);
        }
        compared++;
    }
    assert_int_equal(refused, sizeof on_purpose / sizeof *on_purpose);
    assert_true(compared > 500);
    cupel_json_free(root);
    cupel_free(text);
    cupel_input_free(in);
}

static size_t read_column(const char *path)
{
    cupel_input *in = NULL;
    cupel_csv *csv = NULL;
    cupel_err err = {0};
    const cupel_text *field;
    size_t n, column = SIZE_MAX, rows = 0;
    uint64_t line;
    cupel_batch b = {0};
    check_ok(cupel_input_open(path, &in, &err), &err);
    check_ok(cupel_csv_open(in, ',', &csv, &err), &err);
    check_ok(cupel_csv_row(csv, &field, &n, &line, &err), &err);
    for (size_t i = 0; i < n; i++)
        if (cupel_text_is(field[i], "composition")) column = i;
    assert_true(column < n);
    for (;; rows++) {
        check_ok(cupel_csv_row(csv, &field, &n, &line, &err), &err);
        if (!n) break;
        check_both_ways(&b, field[column]);
        if (b.reason[0]) fail_msg("%s:%zu: '%.*s' is refused", path, (size_t)line, (int)field[column].n, field[column].p);
        cupel_csv_recycle(csv);
    }
    cupel_batch_release(&b);
    cupel_csv_free(csv);
    cupel_input_free(in);
    return rows;
}

static void every_matbench_composition_is_read(void **state)
{
    (void)state;
    static const char *const tables[] = {"dielectric.csv", "expt_gap.csv", "expt_is_metal.csv", "glass.csv",     "jdft2d.csv",
                                         "log_kvrh.csv",   "mp_gap.csv.gz", "mp_is_metal.csv.gz", "phonons.csv", "steels.csv"};
    size_t rows = 0;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        char rest[128];
        snprintf(rest, sizeof rest, "data/matbench-official/matbench_%s", tables[i]);
        const char *path = shared_path(rest);
        if (!path && absent("matbench compositions")) skip();
        rows += read_column(path);
    }
    assert_int_equal(rows, 245395);
}

#ifdef CUPEL_FAULTS
static void reading_into_a_batch_survives_full_memory(void **state)
{
    (void)state;
    cupel_batch b = {0};
    cupel_err err = {0};
    for (size_t at = 1; at <= 4; at++) {
        cupel_mem_fail_at(at, false);
        cupel_status st = cupel_batch_add_formula(&b, cupel_text_of("Fe2O3"), CUPEL_DOT_REFUSE, &err);
        cupel_mem_fail_at(0, false);
        assert_int_equal(st, CUPEL_NO_RESOURCE);
        assert_int_equal(b.n, 0);
        cupel_batch_release(&b);
    }
    check_ok(cupel_batch_add_formula(&b, cupel_text_of("Fe2O3"), CUPEL_DOT_REFUSE, &err), &err);
    cupel_batch_release(&b);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_grammar_reads),
        cmocka_unit_test(the_grammar_refuses),
        cmocka_unit_test(the_dot_is_chosen),
        cmocka_unit_test(isotopes_and_charges_are_kept),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(random_texts_read_the_same_both_ways),
        cmocka_unit_test(parts_add_up),
        cmocka_unit_test(hard_formulae_have_their_answers),
        cmocka_unit_test(pymatgen_agrees_where_it_is_right),
        cmocka_unit_test(every_matbench_composition_is_read),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(reading_into_a_batch_survives_full_memory),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
