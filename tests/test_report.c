#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/report_parts.h"
#include "core/engine/report_text.h"

/* A made-up run: a screen of formulas for a gap, and a surrogate whose errors are known. Set CUPEL_KEEP_REPORT=FILE to look at its page. */
enum { ROWS = 60, SAMPLE = 600, TRAINED = 1200, FIGURES = 2 };

static const char *const known[] = {"Cs2AgBiBr6", "CuInSe2", "Cu2ZnSnS4", "Sb2Se3", "CsSnI3", "Bi2S3",
                                    "AgBiS2",     "Cu2SnS3", "GaAs",      "InP",    "CdTe",   "SnS"};

typedef struct made {
    cupel_result result;
    cupel_report report;
    cupel_report_model model;
    double truth[TRAINED], value[TRAINED], lower[TRAINED], upper[TRAINED];
    unsigned char in[TRAINED];
    const char *formula[TRAINED];
} made;

static double uniform(uint64_t stream, uint64_t i) { return cupel_rng_uniform(11, stream, i); }

static void *take(made *m, size_t n, size_t size)
{
    void *p = cupel_arena_take(&m->result.arena, n * size);
    assert_non_null(p);
    memset(p, 0, n * size);
    return p;
}

static char *text(made *m, const char *s)
{
    char *p = cupel_arena_text(&m->result.arena, s, strlen(s));
    assert_non_null(p);
    return p;
}

static void make_candidates(made *m, cupel_shortlist *l, size_t n, bool best)
{
    *l = (cupel_shortlist){.n = n};
    l->index = take(m, n, sizeof *l->index), l->copies = take(m, n, sizeof *l->copies), l->layer = take(m, n, sizeof *l->layer);
    double **columns[] = {&l->score, &l->merit, &l->probability, &l->value, &l->spread, &l->lower, &l->upper, &l->distance, &l->chance};
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++) *columns[k] = take(m, n, sizeof(double));
    l->figure = take(m, n * FIGURES, sizeof(double));
    l->in_domain = take(m, n, 1);
    l->formula = take(m, n, sizeof *l->formula), l->key = take(m, n, sizeof *l->key);
    static const char *const a[] = {"Cs", "Rb", "K", "Cu", "Ag", "Na"}, *const b[] = {"Sn", "Bi", "Sb", "Zn", "In", "Ga"}, *const c[] = {"I", "Br",
                                                                                                                                         "S", "Se",
                                                                                                                                         "N", "P"};
    for (size_t i = 0; i < n; i++) {
        uint64_t s = best ? 20 : 30;
        char f[64];
        double width = 0.35 + 0.6 * uniform(s, 3 * i);
        l->value[i] = best ? 1.35 + (uniform(s, 3 * i + 1) - 0.5) * (0.1 + (double)i / ROWS) : 0.2 + 3.2 * uniform(s, 3 * i + 1);
        l->lower[i] = fmax(0, l->value[i] - width);
        l->upper[i] = l->value[i] + 1.1 * width;
        l->spread[i] = width;
        l->distance[i] = 0.2 + 1.1 * uniform(s, 3 * i + 2);
        l->in_domain[i] = l->distance[i] <= 1;
        l->probability[i] = best ? 0.825 - 0.008 * (double)i : uniform(s, 5 * i);
        l->score[i] = l->chance[i] = l->probability[i];
        l->figure[i * FIGURES] = NAN;
        l->figure[i * FIGURES + 1] = 4 + 56 * pow(uniform(s, 7 * i), 2);
        snprintf(f, sizeof f, "%s%zu%s%s%zu", a[i * 7 % 6], i % 3 + 1, b[i * 5 % 6], c[i * 11 % 6], i % 4 + 2);
        l->formula[i] = text(m, f), l->key[i] = text(m, f);
    }
}

static void make_demand(made *m)
{
    cupel_result *q = &m->result;
    static const char *const words[] = {"lead-free absorber for a single-junction solar cell: the best 60 of charge-neutral formulas of 2 to 4 of 34 "
                                        "elements with",
                                        "- band gap from 1.1 to 1.6 eV", "- no Pb, Cd, Hg", "- costs at most 60 USD/kg of raw elements (USGS 2024)",
                                        "band gap [eV] is predicted by svr on magpie, learned from the column 'band gap' of 'gaps-solar.csv'."};
    q->demand = text(m, "lead-free absorber for a single-junction solar cell"), q->file = text(m, "solar-absorber.yaml");
    q->space = text(m, "charge-neutral"), q->rank_by = text(m, "probability");
    q->level = 0.9, q->keep = ROWS, q->candidates = q->end = 2345678, q->shard = q->shards = 1, q->seed = 1;
    q->n_words = sizeof words / sizeof *words;
    q->words = take(m, q->n_words, sizeof *q->words);
    for (size_t i = 0; i < q->n_words; i++) q->words[i] = text(m, words[i]);
    q->identity.n = 1;
    q->identity.name = take(m, 1, sizeof(char *)), q->identity.value = take(m, 1, sizeof(char *));
    q->identity.name[0] = text(m, "demand");
    q->identity.value[0] = text(m, "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
    q->n_properties = 1;
    q->property = take(m, 1, sizeof(char *)), q->unit = take(m, 1, sizeof(char *)), q->model = take(m, 1, sizeof(char *));
    q->property[0] = text(m, "band gap"), q->unit[0] = text(m, "eV"), q->model[0] = text(m, "svr on magpie");
    q->is_class = take(m, 1, 1), q->property_min = take(m, 1, 8), q->property_max = take(m, 1, 8), q->training_rows = take(m, 1, 8);
    q->property_max[0] = 6, q->training_rows[0] = TRAINED;
    q->n_requirements = 1;
    q->requirement_property = take(m, 1, 8), q->requirement_goal = take(m, 1, 8), q->requirement_min = take(m, 1, 8),
    q->requirement_max = take(m, 1, 8);
    q->requirement_beat = take(m, 1, 8), q->requirement_weight = take(m, 1, 8), q->requirement_words = take(m, 1, sizeof(char *));
    q->requirement_min[0] = 1.1, q->requirement_max[0] = 1.6, q->requirement_weight[0] = 1, q->requirement_beat[0] = NAN;
    q->requirement_words[0] = text(m, "band gap from 1.1 to 1.6 eV");
    q->n_constraints = FIGURES;
    q->constraint = take(m, FIGURES, sizeof(char *)), q->constraint_column = take(m, FIGURES, sizeof(char *)),
    q->constraint_words = take(m, FIGURES, sizeof(char *));
    q->constraint_goal = take(m, FIGURES, 8), q->constraint_weight = take(m, FIGURES, 8), q->constraint_limit = take(m, FIGURES, 8);
    q->constraint[0] = text(m, "forbidden Pb Cd Hg"), q->constraint_column[0] = text(m, ""), q->constraint_words[0] = text(m, "no Pb, Cd, Hg");
    q->constraint[1] = text(m, "price"), q->constraint_column[1] = text(m, "price [USD/kg]");
    q->constraint_words[1] = text(m, "costs at most 60 USD/kg of raw elements (USGS 2024)");
}

static void make_counts(made *m)
{
    cupel_result *q = &m->result;
    static const struct {
        const char *what;
        int64_t removed, left, fails;
    } lines[] = {{"candidates of the space", 0, 2345678, -1}, {"forbidden Pb Cd Hg", 412345, 1933333, 412345}, {"price", 1203456, 729877, 1403456},
                 {"outside the training domain", 650000, 79877, 650000}, {"not among the best 60", 79817, 60, -1}};
    q->n_funnel = sizeof lines / sizeof *lines;
    q->funnel = take(m, q->n_funnel, sizeof *q->funnel);
    for (size_t i = 0; i < q->n_funnel; i++)
        q->funnel[i] = (cupel_funnel_line){text(m, lines[i].what), lines[i].removed, lines[i].left, lines[i].fails};
    cupel_err err;
    check_ok(cupel_counts_init(&q->counts, FIGURES, 1, &err), &err);
    q->kept_z = take(m, CUPEL_N_Z, 8);
    q->counts.total[CUPEL_PREDICTED] = 79877;
    for (unsigned z = 1; z <= 83; z++) {
        if (z == 2 || z == 10 || z == 18 || z == 36 || z == 43 || z == 61 || (z > 57 && z < 72)) continue;
        q->counts.seen[z] = 20000 + 1000 * (int64_t)z;
        q->counts.rejected[CUPEL_N_Z + z] = (int64_t)((double)q->counts.seen[z] * pow(uniform(40, z), 2));
        if (z == 82 || z == 48 || z == 80) q->counts.rejected[z] = q->counts.seen[z] - q->counts.rejected[CUPEL_N_Z + z];
        q->counts.predicted[z] = q->counts.seen[z] - q->counts.rejected[z] - q->counts.rejected[CUPEL_N_Z + z];
        q->kept_z[z] = q->counts.rejected[z] ? 0 : (int64_t)(ROWS * pow(uniform(41, z), 5));
    }
}

static void make_model(made *m)
{
    for (size_t i = 0; i < TRAINED; i++) {
        double noise = cupel_rng_normal(5, 1, i), spread = 0.15 + 0.4 * uniform(50, i);
        m->truth[i] = uniform(51, i) < 0.4 ? 0 : 0.3 + 5 * pow(uniform(52, i), 1.5);
        m->in[i] = uniform(53, i) < 0.88;
        m->value[i] = m->truth[i] + noise * spread * (m->in[i] ? 1 : 1.8);
        m->lower[i] = m->value[i] - 1.7 * spread;
        m->upper[i] = m->value[i] + 1.7 * spread;
        m->formula[i] = known[i % (sizeof known / sizeof *known)];
    }
    m->model = (cupel_report_model){.property = "band gap",
                                    .unit = "eV",
                                    .learner = "svr",
                                    .settings = "C=10,gamma=0.0076,epsilon=0.1",
                                    .sets = "magpie",
                                    .columns = "",
                                    .digest = "xxh3:00112233445566778899aabbccddeeff",
                                    .training_digest = "sha256:aa",
                                    .n = TRAINED,
                                    .formula = m->formula,
                                    .truth = m->truth,
                                    .value = m->value,
                                    .lower = m->lower,
                                    .upper = m->upper,
                                    .in_domain = m->in};
    cupel_err err;
    check_ok(cupel_trust_judge(&m->model, &err), &err);
}

static const char run_json[] = "{\"cupel\": \"0.1.0\", \"command\": \"cupel run solar-absorber.yaml -o out\", \"started\": \"2026-11-23T19:31:00Z\", "
                               "\"host\": \"node <b>7</b>\","
                               "\"threads\": 2, \"seconds\": {\"total\": 31.4}, \"max_rss_bytes\": 81234567, \"candidates_per_second\": 98765.4,"
                               "\"stages\": {\"read\": 0.1, \"constraints\": 0.05, \"predict\": 0.8, \"rank\": 0.05},"
                               "\"outputs\": [{\"file\": \"ranking.csv\", \"digest\": \"sha256:77\"}]}";

static int make(void **state)
{
    made *m = cupel_alloc(1, sizeof *m);
    cupel_json *run = NULL;
    cupel_err err;
    assert_non_null(m);
    make_demand(m);
    make_candidates(m, &m->result.rows, ROWS, true);
    make_candidates(m, &m->result.sample, SAMPLE, false);
    cupel_result *q = &m->result;
    q->known_formula = take(m, ROWS, sizeof(char *)), q->known_value = take(m, ROWS, 8), q->known_distance = take(m, ROWS, 8),
    q->in_training = take(m, ROWS, 1);
    q->known_low = q->known_high = q->known_value;
    q->known_n = take(m, ROWS, 8), q->known_condition = take(m, ROWS, sizeof(char *));
    for (size_t i = 0; i < ROWS; i++) {
        q->known_formula[i] = text(m, known[i % 12]);
        q->known_n[i] = 1, q->known_condition[i] = text(m, "");
        q->known_value[i] = 1 + uniform(60, i);
        q->in_training[i] = i % 17 == 3;
        q->known_distance[i] = q->in_training[i] ? 0 : 0.1 + uniform(61, i);
    }
    make_counts(m);
    make_model(m);
    check_ok(cupel_json_read(cupel_text_of(run_json), "run.json", &run, &err), &err);
    m->report = (cupel_report){.result = q,
                               .n_models = 1,
                               .model = &m->model,
                               .run = run,
                               .demand_text = "demand: <x>\nspace: {charge_neutral: {}}\nrequire:\n  - price: {max: 60 USD/kg}\n  - [1]\n"};
    *state = m;
    return 0;
}

static int unmake(void **state)
{
    made *m = *state;
    cupel_json_free((cupel_json *)(uintptr_t)m->report.run);
    cupel_counts_release(&m->result.counts);
    cupel_arena_release(&m->result.arena);
    cupel_free(m);
    return 0;
}

static char *page_of(made *m, cupel_str *page)
{
    cupel_err err;
    cupel_str_clear(page);
    check_ok(cupel_report_page(&m->report, page, &err), &err);
    return page->p;
}

static size_t count_of(const char *page, const char *what)
{
    size_t n = 0;
    for (const char *p = page; (p = strstr(p, what)); p += strlen(what)) n++;
    return n;
}

static void the_page_says_what_the_run_found(void **state)
{
    cupel_str page = {0};
    const char *p = page_of(*state, &page);
    static const char *const said[] = {"<h1>lead-free absorber for a single-junction solar cell</h1>",
                                       "<strong>41 of the 60 best candidates have at least a 50 % chance",
                                       "2,345,678",
                                       "1,203,456",
                                       "costs at most 60 USD/kg",
                                       "band gap from 1.1 to 1.6 eV",
                                       "price [USD/kg]",
                                       "nearest measured",
                                       "sha256:0123456789abcdef",
                                       "xxh3:00112233",
                                       "Cs<sub>1</sub><wbr>SnI<sub>2</sub><wbr>",
                                       "mean absolute error",
                                       "in the 90 % interval",
                                       "cupel cite magpie svr conformal charge_neutral price --format bibtex",
                                       "demand: &lt;x&gt;",
                                       "What this does not say",
                                       "luckiest",
                                       "<span class=states>Cs+1 Sn+",
                                       "distance to it (up to 1 is inside)",
                                       "The band gap was learned with svr, epsilon support vector regression, with C = 10, gamma = "
                                       "0.0076 and epsilon = 0.1, from "};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (!strstr(p, said[i])) fail_msg("the page does not say '%s'", said[i]);
    assert_true(count_of(p, "<tr><td class=num data-value=") == ROWS);
    assert_true(count_of(p, "<div class=\"el") == CUPEL_Z_MAX);
    assert_true(page.n < 1000000);
    const char *keep = getenv("CUPEL_KEEP_REPORT");
    FILE *f = keep ? fopen(keep, "w") : NULL;
    if (f) {
        fwrite(p, 1, page.n, f);
        fclose(f);
    }
    cupel_str_free(&page);
}

static void nothing_is_loaded_from_anywhere(void **state)
{
    cupel_str page = {0};
    const char *p = page_of(*state, &page);
    static const char *const loads[] = {" src=", "<link", "@import", "<iframe", "<img", "url(", "fetch(\"", "<object", "<base"};
    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++) assert_null(strstr(p, loads[i]));
    assert_non_null(strstr(p, "default-src 'none'"));
    cupel_str_free(&page);
}

/* Formulas, names and JSON come from files of strangers. */
static void hostile_text_stays_text(void **state)
{
    made *m = *state;
    cupel_str page = {0};
    char attack[] = "</script><script>alert(1)</script><b \"'&\x01\xff\xe2\x80\xae", *kept = m->result.rows.formula[0];
    const char *trained = m->formula[0], *property = m->model.property;
    m->result.rows.formula[0] = m->result.sample.formula[0] = m->result.known_formula[1] = attack;
    m->result.constraint[1] = m->result.demand = m->result.funnel[1].what = attack;
    m->formula[0] = m->model.property = attack;
    const char *p = page_of(m, &page);
    assert_null(strstr(p, "<script>alert"));
    assert_null(strstr(p, "<b \""));
    assert_null(strchr(p, '\x01'));
    assert_null(strstr(p, "\xe2\x80\xae"));
    assert_true(count_of(p, "</script>") == 3);
    m->result.rows.formula[0] = kept;
    m->formula[0] = trained;
    m->model.property = property;
    cupel_str_free(&page);
}

static void an_empty_shortlist_is_an_answer(void **state)
{
    made *m = *state;
    cupel_str page = {0};
    size_t n = m->result.rows.n, s = m->result.sample.n, models = m->report.n_models;
    m->result.rows.n = m->result.sample.n = m->report.n_models = 0;
    const char *p = page_of(m, &page);
    assert_non_null(strstr(p, "No candidate is left."));
    assert_non_null(strstr(p, "Most were rejected by: price"));
    m->result.rows.n = n, m->result.sample.n = s, m->report.n_models = models;
    cupel_str_free(&page);
}

static void the_judge_finds_the_errors_that_were_made(void **state)
{
    made *m = *state;
    const cupel_trust *t = &m->model.trust;
    double mae = 0, inside = 0;
    size_t covered = 0, binned = 0;
    for (size_t i = 0; i < TRAINED; i++) {
        mae += fabs(m->truth[i] - m->value[i]) / TRAINED;
        inside += m->in[i];
        covered += m->truth[i] >= m->lower[i] && m->truth[i] <= m->upper[i];
    }
    for (size_t b = 0; b < CUPEL_TRUST_BINS; b++) binned += t->bin[b];
    check_close(t->mae, mae, 1e-12, 0);
    check_close(t->coverage90, (double)covered / TRAINED, 1e-12, 0);
    assert_true(binned == TRAINED && (double)t->inside == inside);
    for (size_t l = 0; l < CUPEL_TRUST_LEVELS; l++) {
        /* Exchangeable rows: the whole is calibrated within four binomial standard errors; rows made noisier fall below, the others above. */
        double p = t->level[l];
        check_close(t->observed[0][l], p, 0, 4 * sqrt(p * (1 - p) / TRAINED));
        if (p > 0.3) assert_true(t->observed[2][l] < t->observed[0][l] && t->observed[0][l] < t->observed[1][l]);
        assert_true(l == 0 || t->observed[0][l] >= t->observed[0][l - 1]);
    }
}

static void classes_are_judged_as_classes(void **state)
{
    (void)state;
    enum { N = 400 };
    double truth[N], p[N], lower[N], upper[N];
    unsigned char in[N];
    for (size_t i = 0; i < N; i++) {
        p[i] = uniform(70, i);
        truth[i] = uniform(71, i) < p[i] ? 5 : 2;
        lower[i] = p[i] > 0.9 ? 5 : 2, upper[i] = p[i] < 0.1 ? 2 : 5, in[i] = 1;
    }
    cupel_report_model m = {
        .property = "phase", .unit = "", .is_class = true, .n = N, .truth = truth, .value = p, .lower = lower, .upper = upper, .in_domain = in};
    cupel_err err;
    check_ok(cupel_trust_judge(&m, &err), &err);
    assert_true(m.trust.class_low == 2 && m.trust.class_high == 5);
    assert_true(m.trust.auc > 0.75 && m.trust.auc < 0.95);
    size_t rows = 0;
    for (size_t b = 0; b < 10; b++) {
        rows += m.trust.in_bin[b];
        check_close(m.trust.happened[b], m.trust.predicted[b], 0, 0.3);
    }
    assert_true(rows == N);
}

static void numbers_have_the_digits_they_deserve(void **state)
{
    (void)state;
    static const struct {
        double x, resolution;
        const char *text;
    } cases[] = {{1.34159, 0.31, "1.34"}, {1634.2, 120, "1634"}, {-0.001, 0.3, "0.00"}, {-1.5, 0.3, "−1.50"}, {NAN, 1, "–"}, {INFINITY, 1, "∞"},
                 {12.3456, 0, "12.3"}, {1e9, 0, "1.00×10⁹"}, {0, 0, "0"}, {0.5, NAN, "0.500"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_str s = {0};
        cupel_html_value(&s, cases[i].x, cases[i].resolution);
        assert_string_equal(cupel_str_text(&s), cases[i].text);
        cupel_str_free(&s);
    }
}

static void given_numbers_have_no_zeros_of_their_own(void **state)
{
    (void)state;
    static const struct {
        double x;
        const char *text;
    } cases[] = {{0.53, "0.53"}, {0.9, "0.9"}, {1.655, "1.655"}, {-1.5, "−1.5"}, {38, "38"}, {123456, "123456"}, {0, "0"}, {2e-5, "2.00×10⁻⁵"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_str s = {0};
        cupel_html_given(&s, cases[i].x);
        assert_string_equal(cupel_str_text(&s), cases[i].text);
        cupel_str_free(&s);
    }
}

static void formulas_have_their_amounts_set_low(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"Fe2O3", "Fe<sub>2</sub><wbr>O<sub>3</sub><wbr>"},
                                           {"Ca(OH)2", "Ca(OH)<sub>2</sub><wbr>"},
                                           {"Li0.5CoO2", "Li<sub>0.5</sub><wbr>CoO<sub>2</sub><wbr>"},
                                           {"CuSO4.5H2O", "CuSO<sub>4.5</sub><wbr>H<sub>2</sub><wbr>O"},
                                           {"2H2O", "2H<sub>2</sub><wbr>O"},
                                           {"", ""},
                                           {"H2.", "H<sub>2</sub><wbr>."}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_str s = {0};
        char want[128];
        snprintf(want, sizeof want, "<bdi class=formula>%s</bdi>", cases[i][1]);
        cupel_html_formula(&s, cases[i][0]);
        assert_string_equal(s.p, want);
        cupel_str_free(&s);
    }
}

#ifdef CUPEL_FAULTS
/* Every n-th allocation fails: the page is refused, nothing leaks (the sanitizer looks), and the next try works. */
static void a_page_without_memory_is_refused(void **state)
{
    made *m = *state;
    cupel_err err;
    size_t n = 1;
    for (bool done = false; !done; n++) {
        cupel_str page = {0};
        cupel_mem_fail_at(n, true);
        cupel_status st = cupel_trust_judge(&m->model, &err);
        if (st == CUPEL_OK) st = cupel_report_page(&m->report, &page, &err);
        cupel_mem_fail_at(0, false);
        assert_true(st == CUPEL_OK || st == CUPEL_NO_RESOURCE);
        done = st == CUPEL_OK;
        cupel_str_free(&page);
    }
    assert_true(n > 20);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_page_says_what_the_run_found, make, unmake),
        cmocka_unit_test_setup_teardown(nothing_is_loaded_from_anywhere, make, unmake),
        cmocka_unit_test_setup_teardown(hostile_text_stays_text, make, unmake),
        cmocka_unit_test_setup_teardown(an_empty_shortlist_is_an_answer, make, unmake),
        cmocka_unit_test_setup_teardown(the_judge_finds_the_errors_that_were_made, make, unmake),
        cmocka_unit_test(classes_are_judged_as_classes),
        cmocka_unit_test(numbers_have_the_digits_they_deserve),
        cmocka_unit_test(given_numbers_have_no_zeros_of_their_own),
#ifdef CUPEL_FAULTS
        cmocka_unit_test_setup_teardown(a_page_without_memory_is_refused, make, unmake),
#endif
        cmocka_unit_test(formulas_have_their_amounts_set_low),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
