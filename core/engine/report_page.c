#include "core/base/err.h"
#include "core/engine/cite.h"
#include "core/engine/report_frame.h"
#include "core/engine/report_parts.h"
#include "core/generated/report_assets.h"
#include "core/io/yaml.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const cupel_json *node_at(const cupel_json *node, const char *path)
{
    char key[64];
    while (node && *path) {
        size_t n = strcspn(path, ".");
        if (n >= sizeof key) return NULL;
        memcpy(key, path, n);
        key[n] = '\0';
        node = cupel_json_get(node, key);
        path += n + (path[n] == '.');
    }
    return node;
}

double cupel_report_number(const cupel_report *r, const char *path)
{
    double x;
    const cupel_json *node = node_at(r->run, path);
    return node && cupel_json_number(node, &x) ? x : (double)NAN;
}

static cupel_text run_text(const cupel_report *r, const char *path)
{
    cupel_text t = {0};
    const cupel_json *node = node_at(r->run, path);
    if (node) (void)cupel_json_string(node, &t);
    return t;
}

/* --- head --- */

static void put_best(const cupel_report *r, cupel_str *s)
{
    const cupel_result *q = r->result;
    cupel_str_puts(s, "The first, ");
    cupel_html_formula(s, q->rows.formula[0]);
    cupel_str_puts(s, ", is predicted to have ");
    for (size_t p = 0; p < q->n_properties; p++) {
        double low = q->rows.lower[p], high = q->rows.upper[p], half = (high - low) / 2;
        cupel_str_puts(s, p ? ", and " : "");
        if (q->is_class[p]) {
            cupel_str_puts(s, "a probability of <b>");
            cupel_html_percent(s, q->rows.value[p]);
            cupel_str_puts(s, "</b> for the class ‘");
            cupel_html(s, q->property[p]);
            cupel_str_puts(s, "’");
            continue;
        }
        cupel_str_puts(s, q->property[p][0] && strchr("aeiouAEIOU", q->property[p][0]) ? "an " : "a ");
        cupel_html(s, q->property[p]);
        cupel_str_puts(s, " of <b>");
        cupel_html_value(s, q->rows.value[p], half);
        cupel_str_puts(s, " ");
        cupel_html_raised(s, q->unit[p]);
        cupel_str_addf(s, "</b> (%g %% interval ", 100 * q->level);
        cupel_html_value(s, low, half);
        cupel_str_puts(s, " to ");
        cupel_html_value(s, high, half);
        cupel_str_puts(s, ")");
    }
    if (cupel_result_can_miss_any(q)) {
        cupel_str_puts(s, "; its chance to meet the whole demand is <b>");
        cupel_html_percent(s, q->rows.probability[0]);
        cupel_str_puts(s, "</b>");
    }
    cupel_str_puts(s, ".");
}

static void put_caveats(const cupel_report *r, cupel_str *s)
{
    const cupel_result *q = r->result;
    size_t outside = 0, known = 0, missed = 0;
    for (size_t i = 0; i < q->rows.n; i++) {
        bool in = true, trained = false, miss = false;
        for (size_t p = 0; p < q->n_properties; p++) {
            in = in && q->rows.in_domain[i * q->n_properties + p];
            trained = trained || q->in_training[i * q->n_properties + p];
            miss = miss || cupel_result_measured_outside(q, i, p);
        }
        outside += !in;
        known += trained;
        missed += miss;
    }
    if (outside) cupel_str_addf(s, " %zu of them lie outside the training domain: their intervals are not to be trusted.", outside);
    if (known) cupel_str_addf(s, " %zu %s among the measured materials the model learned from", known, known == 1 ? "is" : "are");
    if (missed) cupel_str_addf(s, ", and %zu of these %s measured outside the window", missed, missed == 1 ? "was" : "were");
    if (known) cupel_str_puts(s, ".");
}

static void put_answer(const cupel_report *r, cupel_str *s)
{
    const cupel_result *q = r->result;
    size_t likely = 0, most = 0;
    for (size_t i = 0; i < q->rows.n; i++) likely += q->rows.probability[i] >= 0.5;
    cupel_str_puts(s, "<p class=answer>");
    if (!q->rows.n) {
        cupel_str_puts(s, "<strong>No candidate is left.</strong> ");
        for (size_t i = 1; i < q->n_funnel; i++)
            if (q->funnel[i].removed > q->funnel[most].removed) most = i;
        if (q->n_funnel && q->funnel[most].removed > 0) {
            cupel_str_puts(s, "Most were rejected by: ");
            cupel_html(s, q->funnel[most].what);
            cupel_str_puts(s, ".");
        }
    } else if (!cupel_result_can_miss_any(q)) {
        cupel_str_addf(s, "<strong>%zu candidate%s</strong> in the order of what is to be as large or as small as possible; nothing was asked that "
                          "one can miss, so that there is no chance to meet it. ", q->rows.n, q->rows.n == 1 ? "" : "s");
    } else if (likely) {
        cupel_str_addf(s, "<strong>%.0zu%s of the %zu best candidates %s at least a 50 %% chance</strong> to meet the demand. ",
                       likely < q->rows.n ? likely : (size_t)0, likely < q->rows.n ? "" : "All", q->rows.n, likely == 1 ? "has" : "have");
    } else {
        cupel_str_addf(s, "<strong>None of the %zu best candidates reaches a 50 %% chance</strong> to meet the demand. ", q->rows.n);
    }
    if (q->rows.n) {
        put_best(r, s);
        put_caveats(r, s);
    }
    cupel_str_puts(s, "</p>\n");
}

static void put_glance(cupel_str *s, const char *label) { cupel_str_addf(s, "<dd>%s</dd></div>", label); }

static void put_glances(const cupel_report *r, cupel_str *s)
{
    const cupel_result *q = r->result;
    double seconds = cupel_report_number(r, "seconds.total"), threads = cupel_report_number(r, "threads");
    cupel_str_puts(s, "<dl class=glance><div><dt>");
    cupel_html_count(s, q->end - q->first);
    put_glance(s, q->shards > 1 ? "candidates screened, one shard" : "candidates screened");
    cupel_str_puts(s, "<div><dt>");
    cupel_html_count(s, q->counts.total[CUPEL_PREDICTED]);
    put_glance(s, "met every hard constraint");
    cupel_str_puts(s, "<div><dt>");
    cupel_html_count(s, (int64_t)q->rows.n);
    put_glance(s, "in the shortlist");
    if (!isnan(seconds)) {
        cupel_str_puts(s, "<div><dt>");
        cupel_html_seconds(s, seconds);
        cupel_str_puts(s, "<dd>on ");
        cupel_html_value(s, threads, 10);
        cupel_str_puts(s, threads == 1 ? " thread</dd></div>" : " threads</dd></div>");
    }
    cupel_str_puts(s, "</dl>\n");
}

/* The demand in words: lines that begin with "- " are what is required, the others say how it is looked for. */
static void put_demand(const cupel_report *r, cupel_str *s)
{
    const cupel_result *q = r->result;
    bool list = false;
    cupel_str_puts(s, "<section id=demand><h2>The demand</h2>\n");
    for (size_t i = 0; i < q->n_words; i++) {
        const char *line = q->words[i];
        bool item = strncmp(line, "- ", 2) == 0;
        if (item != list) cupel_str_puts(s, item ? "<ul>" : "</ul>\n");
        list = item;
        cupel_str_puts(s, item ? "<li>" : "<p>");
        cupel_html_raised(s, item ? line + 2 : line);
        cupel_str_puts(s, item ? "</li>" : "</p>\n");
    }
    if (list) cupel_str_puts(s, "</ul>\n");
    if (r->demand_text) {
        cupel_str_puts(s, "<details><summary>The demand as written</summary><pre>");
        cupel_html(s, r->demand_text);
        cupel_str_puts(s, "</pre></details>\n");
    }
    cupel_str_puts(s, "</section>\n");
}

static bool has_section(const cupel_str *body, const char *id)
{
    char begin[32];
    snprintf(begin, sizeof begin, "<section id=%s>", id);
    return strstr(cupel_str_text(body), begin) != NULL;
}

/* The links are to the sections of the body. */
static void put_head(const cupel_report *r, const cupel_str *body, cupel_str *s)
{
    static const char *const links[][2] = {{"demand", "Demand"}, {"shortlist", "Shortlist"}, {"tradeoff", "Trade-offs"}, {"funnel", "Rejected"},
                                           {"elements", "Elements"}, {"why", "Why"}, {"trust", "Trust"}, {"limits", "Limits"}, {"methods", "Methods"},
                                               {"lineage", "Provenance"}};
    cupel_text started = run_text(r, "started");
    cupel_page_banner(s, r->result->demand, (cupel_text){started.p, started.n >= 10 ? 10 : 0});
    put_answer(r, s);
    put_glances(r, s);
    cupel_str_puts(s, "</header>\n<nav aria-label=Contents>");
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (has_section(body, links[i][0])) cupel_str_addf(s, "<a href=#%s>%s</a>", links[i][0], links[i][1]);
    cupel_str_puts(s, "</nav>\n<main>\n<noscript><p class=note>Scripts are off: scatter plots and curves are not drawn; their figures are in the "
                      "tables.</p></noscript>\n");
}

/* --- funnel --- */

static void put_step(const cupel_funnel_line *l, double whole, cupel_str *s)
{
    double left = (double)l->left / whole, gone = (double)l->removed / whole;
    cupel_str_puts(s, "<tr><th scope=row>");
    cupel_html_raised(s, l->what);
    cupel_str_addf(
        s, "<td class=wide><span class=bar><i style=\"width:%.2f%%\"></i><i class=gone style=\"width:%.2f%%\"></i></span><td class=num>",
        100 * left, 100 * gone);
    cupel_html_count(s, l->left);
    cupel_str_puts(s, "<td class=num>");
    if (l->removed > 0) cupel_html_count(s, l->removed);
    cupel_str_puts(s, "<td class=num>");
    if (l->fails > 0) cupel_html_count(s, l->fails);
    cupel_str_putc(s, '\n');
}

/* A step that nothing failed is said in a sentence: spaces prune themselves by the elements that constraints rule out. */
static bool idle(const cupel_result *q, size_t i) { return i && i + 1 < q->n_funnel && q->funnel[i].removed <= 0 && q->funnel[i].fails <= 0; }

static void put_idle_steps(const cupel_result *q, cupel_str *s)
{
    bool any = false;
    for (size_t i = 0; i < q->n_funnel; i++) {
        if (!idle(q, i)) continue;
        cupel_str_puts(s, any ? "; " : "<p class=note>Nothing failed: ");
        cupel_html(s, q->funnel[i].what);
        any = true;
    }
    if (any) cupel_str_puts(s, ". A space leaves out by itself what a constraint on elements rules out.</p>\n");
}

void cupel_report_funnel(const cupel_report *r, cupel_str *s)
{
    const cupel_result *q = r->result;
    double whole = q->n_funnel && q->funnel[0].left > 0 ? (double)q->funnel[0].left : 1;
    cupel_str_puts(s, "<section id=funnel><h2>What was rejected, and why</h2>\n"
                      "<p>Each step rejects candidates for the reason named; a candidate is counted where it fails first. <span "
                      "class=keys><span class=key></span> left, <span class=\"key gone\"></span> rejected here.</span></p>\n"
                      "<div class=scroll><table class=\"plain funnel\"><thead><tr><th>step<th class=wide><th class=num>left<th "
                      "class=num>rejected here<th class=num title=\"also those that an earlier step had rejected\">fail it at all<tbody>\n");
    for (size_t i = 0; i < q->n_funnel; i++)
        if (!idle(q, i)) put_step(&q->funnel[i], whole, s);
    cupel_str_puts(s, "</table></div>\n");
    put_idle_steps(q, s);
    cupel_str_puts(s, "</section>\n");
}

/* --- limits --- */

void cupel_report_limits(const cupel_report *r, cupel_str *s)
{
    const cupel_result *q = r->result;
    cupel_str_puts(s, "<section id=limits><h2>What this does not say</h2>\n"
                      "<ul><li>That a formula is a stable compound, or how to make it: no energy was computed, and neutral charges prove "
                      "nothing.</li>\n"
                      "<li>Whether a compound is poisonous or decays in air or water: limits on elements are all that was asked.</li>\n"
                      "<li>Whether a candidate has the property at all: a model that learned from semiconductors gives a metal a gap all the "
                      "same.</li>\n");
    if (q->rows.n) {
        cupel_str_puts(s, "<li>That the first are the best. They were chosen from ");
        cupel_html_count(s, q->counts.total[CUPEL_PREDICTED]);
        cupel_str_puts(s, " predictions because these were good, and the best of many predictions are also the luckiest: more of them will miss than "
                          "their intervals say.</li>\n<li>Anything by the order of neighbours: ");
        if (cupel_result_can_miss_any(q)) {
            cupel_str_puts(s, "from the first row to the last the chance falls from ");
            cupel_html_percent(s, q->rows.probability[0]);
            cupel_str_puts(s, " to ");
            cupel_html_percent(s, q->rows.probability[q->rows.n - 1]);
            cupel_str_puts(s, ", and ");
        }
        cupel_str_puts(s, "rows whose intervals overlap are as good as tied. Choose several that differ, and measure them.</li>\n");
    }
    cupel_str_puts(s, "</ul></section>\n");
}

/* --- lineage --- */

static void put_stages(const cupel_report *r, cupel_str *s)
{
    const cupel_json *stages = node_at(r->run, "stages");
    if (!stages || !cupel_json_size(stages)) return;
    cupel_str_puts(s, "<tr><th scope=row>share of the work<td>");
    for (size_t i = 0; i < cupel_json_size(stages); i++) {
        const char *key = cupel_json_key(stages, i);
        double share;
        if (!key || !cupel_json_number(cupel_json_get(stages, key), &share)) continue;
        cupel_str_puts(s, i ? ", " : "");
        cupel_html(s, key);
        cupel_str_puts(s, " ");
        cupel_html_percent(s, share);
    }
    cupel_str_putc(s, '\n');
}

static void put_model_digests(const cupel_report *r, cupel_str *s)
{
    for (size_t i = 0; i < r->n_models; i++) {
        cupel_str_puts(s, "<tr><th scope=row>model of ");
        cupel_html(s, r->model[i].property);
        cupel_str_puts(s, "<td>");
        cupel_html(s, r->model[i].learner);
        cupel_str_puts(s, ", ");
        cupel_html(s, r->model[i].settings);
        cupel_str_puts(s, "<br><code class=digest>");
        cupel_html(s, r->model[i].digest);
        cupel_str_puts(s, "</code>\n");
    }
}

void cupel_report_lineage(const cupel_report *r, cupel_str *s)
{
    const cupel_result *q = r->result;
    double rss = cupel_report_number(r, "max_rss_bytes"), rate = cupel_report_number(r, "candidates_per_second");
    cupel_str_puts(s, "<section id=lineage><h2>Provenance</h2>\n<div class=scroll><table class=\"plain lineage\"><tbody>\n");
    cupel_page_pair(s, "command", run_text(r, "command"), true);
    cupel_page_pair(s, "started", run_text(r, "started"), false);
    cupel_page_pair(s, "ended", run_text(r, "ended"), false);
    cupel_page_pair(s, "host", run_text(r, "host"), false);
    cupel_str_addf(s, "<tr><th scope=row>seed<td>%lld\n", (long long)q->seed);
    if (!isnan(rss)) cupel_str_addf(s, "<tr><th scope=row>memory<td>%.0f MB at most\n", rss / 1e6);
    if (!isnan(rate)) {
        cupel_str_puts(s, "<tr><th scope=row>rate<td>");
        cupel_html_count(s, (int64_t)rate);
        cupel_str_puts(s, " candidates per second\n");
    }
    put_stages(r, s);
    for (size_t i = 0; i < q->identity.n; i++) cupel_page_digest(s, cupel_text_of(q->identity.name[i]), cupel_text_of(q->identity.value[i]));
    put_model_digests(r, s);
    cupel_page_digests(s, node_at(r->run, "outputs"));
    cupel_str_puts(s, "</table></div>\n"
                      "<p class=note>The same demand, data, seed and instruction set give the same ranking, to the byte, for any number of "
                      "threads or shards.</p></section>\n");
}

/* --- methods --- */

enum { NAMES = 64 };

typedef struct names {
    const cupel_method *method[NAMES];
    size_t n;
} names;

static void add_name(names *a, cupel_text name, const char *kind)
{
    const cupel_method *m;
    for (size_t k = 0; (m = cupel_method_named(name, k)); k++) {
        bool there = strcmp(m->kind, kind) != 0;
        for (size_t i = 0; i < a->n && !there; i++) there = a->method[i] == m;
        if (!there && a->n < NAMES) a->method[a->n++] = m;
    }
}

/* The keys of a mapping that are names of methods: `price` in {price: yes, max: 60 USD/kg}. */
static void add_keys(const cupel_yaml *map, const char *kind, names *a)
{
    for (const cupel_yaml *k = map && map->kind == CUPEL_YAML_MAP ? map->child : NULL; k; k = k->next) add_name(a, k->key, kind);
}

/* Space and constraints are named in the demand as in the list of methods. A text that cannot be read names none. */
static void add_demand(const char *text, names *a)
{
    cupel_yaml_doc *doc = NULL;
    if (!text || cupel_yaml_read(cupel_text_of(text), "demand", &doc, NULL) != CUPEL_OK) return;
    const cupel_yaml *root = cupel_yaml_root(doc), *require = cupel_yaml_get(root, "require");
    add_keys(cupel_yaml_get(root, "space"), "space", a);
    for (const cupel_yaml *k = require && require->kind == CUPEL_YAML_LIST ? require->child : NULL; k; k = k->next) add_keys(k, "constraint", a);
    cupel_yaml_free(doc);
}

static void add_sets(const char *sets, names *a)
{
    while (*sets) {
        size_t n = strcspn(sets, ",+"), name = strcspn(sets, ",+:"); /* "magpie:smooth" */
        add_name(a, cupel_text_trim((cupel_text){sets, name}), "descriptor");
        sets += n + (sets[n] != '\0');
    }
}

static void put_references(const names *a, cupel_str *s)
{
    const cupel_reference *seen[NAMES];
    size_t n = 0;
    cupel_str_puts(s, "<ol class=references>\n");
    for (size_t i = 0; i < a->n; i++) {
        for (const cupel_reference *f = a->method[i]->references; f && f->text; f++) {
            bool there = false;
            for (size_t k = 0; k < n && !there; k++) there = strcmp(seen[k]->text, f->text) == 0;
            if (there || n == NAMES) continue;
            seen[n++] = f;
            cupel_page_reference(s, f);
        }
    }
    cupel_str_puts(s, "</ol>\n");
}

static void put_rank_sentence(const cupel_result *q, cupel_str *s)
{
    if (strcmp(q->rank_by, "pareto") == 0)
        cupel_str_puts(s, "Candidates are ranked by Pareto layer, then by the probability that every property requirement is met.");
    else if (strcmp(q->rank_by, "weights") == 0)
        cupel_str_puts(s, "Candidates are ranked by the weighted mean of how well each requirement is met.");
    else
        cupel_str_puts(s, "Candidates are ranked by the probability that every property requirement is met, taken from the calibrated "
                          "distribution of residuals of each property; properties are taken as independent given the composition.");
}

/* "C=8,gamma=0.002" as "C = 8, gamma = 0.002", "magpie,element_fraction" as "magpie and element_fraction". */
static void put_list(const char *list, const char *between, const char *last, cupel_str *s)
{
    while (*list) {
        size_t n = strcspn(list, ","), name = strcspn(list, "=,");
        cupel_html_text(s, (cupel_text){list, name});
        if (name < n) {
            cupel_str_puts(s, " = ");
            cupel_html_text(s, (cupel_text){list + name + 1, n - name - 1});
        }
        list += n + (list[n] != '\0');
        if (*list) cupel_str_puts(s, strchr(list, ',') ? between : last);
    }
}

/* What a learner is in words: "epsilon support vector regression (libsvm trains)". */
static void put_learner(const char *name, cupel_str *s)
{
    const cupel_method *m;
    cupel_html(s, name);
    for (size_t k = 0; (m = cupel_method_named(cupel_text_of(name), k)); k++) {
        if (strcmp(m->kind, "learner") != 0) continue;
        cupel_str_puts(s, ", ");
        cupel_html(s, m->help);
    }
}

void cupel_report_methods(const cupel_report *r, cupel_str *s)
{
    const cupel_result *q = r->result;
    names used = {0};
    cupel_str_puts(s, "<section id=methods><h2>Methods</h2>\n<p>");
    for (size_t i = 0; i < r->n_models; i++) {
        const cupel_report_model *m = &r->model[i];
        add_sets(m->sets, &used);
        add_name(&used, cupel_text_of(m->learner), "learner");
        cupel_str_puts(s, m->is_class ? "The class ‘" : "The ");
        cupel_html(s, m->property);
        cupel_str_puts(s, m->is_class ? "’ was learned with " : " was learned with ");
        put_learner(m->learner, s);
        if (*m->settings) {
            cupel_str_puts(s, ", with ");
            put_list(m->settings, ", ", " and ", s);
        }
        cupel_str_addf(s, ", from %zu measured materials, described by ", m->n);
        put_list(m->sets, ", ", " and ", s);
        cupel_str_puts(s, ". ");
    }
    cupel_str_addf(s, "Scaling, tuning and calibration saw training rows only. Intervals are conformal: they come from residuals of "
                      "predictions made while a row was left out, and hold %g %% of values for materials like those measured. A candidate "
                      "farther from the training rows than they are from one another is marked as outside the domain. ", 100 * q->level);
    put_rank_sentence(q, s);
    cupel_str_puts(s, " Figures of elements carry their source and year in the tables of cupel; an unknown figure is never taken as zero.</p>\n");
    add_name(&used, cupel_text_of("conformal"), "interval");
    if (cupel_report_has_why(r)) add_name(&used, cupel_text_of("explain"), "explanation");
    add_demand(r->demand_text, &used);
    put_references(&used, s);
    cupel_str_puts(s, "<p class=note>The same list as BibTeX: <code>cupel cite");
    for (size_t i = 0; i < used.n; i++) {
        cupel_str_puts(s, " ");
        cupel_html(s, used.method[i]->name);
    }
    cupel_str_puts(s, " --format bibtex</code></p></section>\n");
}

/* --- the page --- */

static void put_frame_begin(const cupel_report *r, cupel_str *s)
{
    /* The policy is a promise kept by the browser: no byte of this page comes from or goes to a network. */
    cupel_str_puts(s, "<!doctype html>\n"
                      "<html lang=en><head><meta charset=utf-8>\n"
                      "<meta name=viewport content=\"width=device-width,initial-scale=1\">\n"
                      "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'; script-src "
                      "'unsafe-inline'\">\n"
                      "<title>");
    cupel_html(s, r->result->demand);
    cupel_str_puts(s, " · cupel</title>\n<style>\n");
    cupel_str_add(s, (const char *)cupel_report_css, cupel_report_css_size);
    cupel_str_puts(s, "</style></head>\n<body>\n");
}

static void put_scripts(const cupel_str *data, cupel_str *s)
{
    cupel_str_puts(s, "<script type=\"application/json\" id=figures>");
    cupel_html_json(s, cupel_str_text(data));
    cupel_str_puts(s, "</script>\n<script>\n/*\n");
    cupel_str_add(s, (const char *)cupel_report_d3_licence, cupel_report_d3_licence_size);
    cupel_str_puts(s, "*/\n");
    cupel_str_add(s, (const char *)cupel_report_d3, cupel_report_d3_size);
    cupel_str_puts(s, "</script>\n<script>\n");
    cupel_str_add(s, (const char *)cupel_report_js, cupel_report_js_size);
    cupel_str_puts(s, "</script>\n");
}

cupel_status cupel_report_page(const cupel_report *r, cupel_str *out, cupel_err *err)
{
    cupel_str data = {0}, body = {0};
    cupel_status st = cupel_report_figures(r, &data, err);
    if (st != CUPEL_OK) goto done;
    put_frame_begin(r, out);
    put_demand(r, &body);
    cupel_report_shortlist(r, &body);
    cupel_report_tradeoff(r, &body);
    cupel_report_funnel(r, &body);
    cupel_report_elements(r, &body);
    cupel_report_why(r, &body);
    cupel_report_trust(r, &body);
    cupel_report_limits(r, &body);
    cupel_report_methods(r, &body);
    cupel_report_lineage(r, &body);
    put_head(r, &body, out);
    cupel_str_add(out, cupel_str_text(&body), body.n);
    cupel_str_puts(out, "</main>\n<footer>Made by cupel ");
    cupel_html(out, cupel_version());
    cupel_str_puts(out, ". This page needs no network and no other file.</footer>\n");
    put_scripts(&data, out);
    cupel_str_puts(out, "</body></html>\n");
    if (out->failed || data.failed || body.failed) st = cupel_no_memory(err, "the report", out->n);
done:
    cupel_str_free(&data);
    cupel_str_free(&body);
    return st;
}
