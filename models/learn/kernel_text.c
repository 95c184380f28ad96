/* A tree of kernels as text, both ways. */
#include "models/learn/kernel_tree.h"

#include "core/base/err.h"
#include "core/base/guess.h"

#include <math.h>
#include <string.h>

static const struct word {
    const char *name;
    cupel_node_kind kind;
    bool each;
} words[] = {
    {"rbf", CUPEL_NODE_RBF, false},           {"rbf_each", CUPEL_NODE_RBF, true},           {"matern32", CUPEL_NODE_MATERN32, false},
    {"matern32_each", CUPEL_NODE_MATERN32, true}, {"matern52", CUPEL_NODE_MATERN52, false}, {"matern52_each", CUPEL_NODE_MATERN52, true},
    {"periodic", CUPEL_NODE_PERIODIC, false}, {"linear", CUPEL_NODE_LINEAR, false},         {"constant", CUPEL_NODE_CONSTANT, false},
    {"white", CUPEL_NODE_WHITE, false},       {"tasks", CUPEL_NODE_TASKS, false},
};
enum { N_WORDS = sizeof words / sizeof *words };

static const char *name_of(const cupel_node *k)
{
    for (size_t i = 0; i < N_WORDS; i++)
        if (words[i].kind == k->kind && words[i].each == k->each) return words[i].name;
    return "";
}

/* ---- reading ---- */

typedef struct parser {
    const char *text, *at;
    cupel_ktree *tree;
    size_t depth;
    cupel_err *err;
} parser;

static size_t place(const parser *p) { return (size_t)(p->at - p->text) + 1; }

static void skip(parser *p)
{
    while (*p->at == ' ' || *p->at == '\t' || *p->at == '\n') p->at++;
}

static cupel_status wrong(const parser *p, const char *expected)
{
    if (!*p->at) return cupel_fail(p->err, CUPEL_USAGE, "kernel, character %zu: found its end, expected %s", place(p), expected);
    return cupel_fail(p->err, CUPEL_USAGE, "kernel, character %zu: found '%.24s', expected %s", place(p), p->at, expected);
}

static cupel_status new_node(parser *p, cupel_node_kind kind, size_t *node)
{
    cupel_ktree *t = p->tree;
    if (t->n == CUPEL_TREE_NODES)
        return cupel_fail(p->err, CUPEL_USAGE, "kernel, character %zu: more than %d kernels, sums and products; expected fewer", place(p),
                          (int)CUPEL_TREE_NODES);
    *node = t->n++;
    t->node[*node] = (cupel_node){.kind = kind, .child = SIZE_MAX, .next = SIZE_MAX, .place = place(p), .amplitude = SIZE_MAX};
    return CUPEL_OK;
}

static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }
/* May stand in the name of a column without quotes. */
static bool plain(char c) { return letter(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == ' '; }

static cupel_status unknown_kernel(const parser *p, const char *from, size_t n)
{
    char word[32];
    size_t m = n < sizeof word ? n : sizeof word - 1;
    memcpy(word, from, m);
    word[m] = '\0';
    cupel_guess guess = {.meant = word};
    cupel_str list = {0};
    for (size_t i = 0; i < N_WORDS; i++) {
        cupel_guess_offer(&guess, words[i].name);
        cupel_str_addf(&list, "%s%s", i ? ", " : "", words[i].name);
    }
    if (guess.best)
        cupel_fail(p->err, CUPEL_USAGE, "kernel, character %zu: '%s' is unknown; did you mean '%s'? (%s)", (size_t)(from - p->text) + 1, word,
                   guess.best, cupel_str_text(&list));
    else
        cupel_fail(p->err, CUPEL_USAGE, "kernel, character %zu: '%s' is unknown, expected one of %s", (size_t)(from - p->text) + 1, word,
                   cupel_str_text(&list));
    cupel_str_free(&list);
    return CUPEL_USAGE;
}

/* One name of a group behind those that are there; names are parted by commas, so none may hold one. */
static cupel_status group_name(parser *p, cupel_node *k)
{
    skip(p);
    const char quote = *p->at == '"' || *p->at == '\'' ? *p->at : '\0';
    if (quote) p->at++;
    const char *from = p->at;
    while (*p->at && (quote ? *p->at != quote && *p->at != ',' : plain(*p->at))) p->at++;
    size_t n = (size_t)(p->at - from), had = strlen(k->group);
    if (quote && *p->at != quote) return wrong(p, "the quote that ends the name of a column (names hold no comma)");
    while (!quote && n && from[n - 1] == ' ') n--;
    if (quote) p->at++;
    if (!n) return wrong(p, "the name of a column or of a group of them");
    if (had + n + 2 > CUPEL_TREE_GROUP)
        return cupel_fail(p->err, CUPEL_USAGE, "kernel, character %zu: names of columns of more than %d characters in one kernel; expected fewer",
                          place(p), (int)CUPEL_TREE_GROUP - 2);
    if (had) k->group[had++] = ',';
    memcpy(k->group + had, from, n);
    k->group[had + n] = '\0';
    skip(p);
    return CUPEL_OK;
}

static cupel_status group(parser *p, cupel_node *k)
{
    skip(p);
    if (*p->at != '(') return CUPEL_OK;
    if (k->kind == CUPEL_NODE_WHITE || k->kind == CUPEL_NODE_CONSTANT) return wrong(p, "'+', '*' or the end: this kernel sees no columns");
    do {
        p->at++;
        cupel_status st = group_name(p, k);
        if (st != CUPEL_OK) return st;
    } while (*p->at == ',');
    if (*p->at != ')') return wrong(p, "',' or ')' (names with other signs than letters, digits, '_', '-' and spaces stand in quotes)");
    p->at++;
    return CUPEL_OK;
}

static cupel_status leaf(parser *p, size_t *node)
{
    const char *from = p->at;
    cupel_status st = new_node(p, CUPEL_NODE_CONSTANT, node);
    size_t i = 0, n = 0;
    if (st != CUPEL_OK) return st;
    while (letter(from[n])) n++;
    if (!n) return wrong(p, "a kernel such as matern52, or '('");
    while (i < N_WORDS && !cupel_text_is((cupel_text){from, n}, words[i].name)) i++;
    if (i == N_WORDS) return unknown_kernel(p, from, n);
    cupel_node *k = &p->tree->node[*node];
    k->kind = words[i].kind;
    k->each = words[i].each;
    p->at += n;
    st = group(p, k);
    if (st == CUPEL_OK && k->kind == CUPEL_NODE_PERIODIC && !*k->group) st = wrong(p, "the column of a periodic kernel, periodic(angle)");
    return st;
}

static cupel_status sum(parser *p, size_t *node);

static cupel_status factor(parser *p, size_t *node)
{
    skip(p);
    if (*p->at != '(') return leaf(p, node);
    if (++p->depth > CUPEL_TREE_DEPTH)
        return cupel_fail(p->err, CUPEL_USAGE, "kernel, character %zu: more than %d parentheses within each other; expected fewer", place(p),
                          (int)CUPEL_TREE_DEPTH);
    p->at++;
    cupel_status st = sum(p, node);
    if (st != CUPEL_OK) return st;
    if (*p->at != ')') return wrong(p, "'+', '*' or ')'");
    p->at++;
    p->depth--;
    return CUPEL_OK;
}

/* One or more of `part` parted by `sign`: the part itself when it is one. */
static cupel_status several(parser *p, char sign, cupel_node_kind kind, cupel_status (*part)(parser *, size_t *), size_t *node)
{
    size_t last;
    cupel_status st = part(p, &last);
    *node = last;
    for (skip(p); st == CUPEL_OK && *p->at == sign; skip(p)) {
        size_t first = last, next;
        p->at++;
        if (*node == first) {
            st = new_node(p, kind, node);
            if (st != CUPEL_OK) return st;
            p->tree->node[*node].child = first;
        }
        st = part(p, &next);
        if (st != CUPEL_OK) return st;
        p->tree->node[last].next = next;
        last = next;
    }
    return st;
}

static cupel_status product(parser *p, size_t *node) { return several(p, '*', CUPEL_NODE_PRODUCT, factor, node); }

static cupel_status sum(parser *p, size_t *node) { return several(p, '+', CUPEL_NODE_SUM, product, node); }

static bool holds(const cupel_ktree *t, size_t node, cupel_node_kind kind)
{
    const cupel_node *k = &t->node[node];
    if (k->kind == kind) return true;
    if (cupel_node_leaf(k)) return false;
    for (size_t c = k->child; c != SIZE_MAX; c = t->node[c].next)
        if (holds(t, c, kind)) return true;
    return false;
}

/* Is there noise, as a term or a factor of one? */
static bool noisy(const cupel_ktree *t)
{
    const cupel_node *root = &t->node[t->root];
    if (root->kind != CUPEL_NODE_SUM) return holds(t, t->root, CUPEL_NODE_WHITE);
    for (size_t c = root->child; c != SIZE_MAX; c = t->node[c].next)
        if (holds(t, c, CUPEL_NODE_WHITE)) return true;
    return false;
}

static cupel_status parse_whole(const char *text, cupel_ktree *tree, cupel_err *err)
{
    parser p = {.text = text, .at = text, .tree = tree, .err = err};
    if (strlen(text) > CUPEL_TREE_TEXT)
        return cupel_fail(err, CUPEL_USAGE, "kernel: %zu characters; expected at most %d", strlen(text), (int)CUPEL_TREE_TEXT);
    *tree = (cupel_ktree){0};
    cupel_status st = sum(&p, &tree->root);
    if (st == CUPEL_OK && *p.at) st = wrong(&p, "'+', '*' or the end");
    return st;
}

/* What is left of the terms once bare noise is taken away, into s; false when there is nothing. */
static bool without_noise(const cupel_ktree *t, cupel_str *s)
{
    cupel_ktree bare = *t;
    cupel_node *root = &bare.node[bare.root];
    if (root->kind == CUPEL_NODE_WHITE) return false;
    if (root->kind == CUPEL_NODE_SUM) {
        for (size_t *link = &root->child; *link != SIZE_MAX;) {
            if (bare.node[*link].kind == CUPEL_NODE_WHITE) *link = bare.node[*link].next;
            else link = &bare.node[*link].next;
        }
        if (root->child == SIZE_MAX) return false;
    }
    cupel_ktree_text(&bare, s);
    return true;
}

cupel_status cupel_ktree_parse(const char *text, bool tasks, cupel_ktree *tree, cupel_err *err)
{
    cupel_status st = parse_whole(text, tree, err);
    cupel_str whole = {0}, bare = {0};
    if (st != CUPEL_OK) return st;
    if (tasks && !holds(tree, tree->root, CUPEL_NODE_TASKS)) {
        if (without_noise(tree, &bare)) cupel_str_addf(&whole, "(%s)*tasks + white*tasks", cupel_str_text(&bare));
        else cupel_str_puts(&whole, "white*tasks");
    } else if (!noisy(tree)) {
        cupel_ktree_text(tree, &bare);
        cupel_str_addf(&whole, "%s + white", cupel_str_text(&bare));
    }
    if (whole.failed || bare.failed) st = cupel_no_memory(err, "a kernel", 0);
    else if (whole.n) st = parse_whole(cupel_str_text(&whole), tree, err);
    cupel_str_free(&whole);
    cupel_str_free(&bare);
    return st;
}

/* ---- writing ---- */

static void put_group(const char *names, cupel_str *s)
{
    for (const char *p = names; *p;) {
        size_t n = strcspn(p, ","), odd = 0;
        for (size_t i = 0; i < n; i++) odd += !plain(p[i]) || (p[i] == ' ' && (i == 0 || i + 1 == n));
        const char *quote = !odd ? "" : memchr(p, '"', n) ? "'" : "\"";
        cupel_str_addf(s, "%s%s%.*s%s", p == names ? "" : ",", quote, (int)n, p, quote);
        p += n + (p[n] == ',');
    }
}

bool cupel_ktree_quote(const char *name, cupel_str *s)
{
    const size_t n = strlen(name);
    if (!n || n + 2 > CUPEL_TREE_GROUP || strchr(name, ',') || (strchr(name, '"') && strchr(name, '\''))) return false;
    put_group(name, s);
    return true;
}

/* What was learned of a leaf, behind its columns. */
static void put_learned(const cupel_node *k, const double *theta, cupel_str *s)
{
    if (cupel_node_stationary(k) && !k->each) cupel_str_addf(s, "length %.3g", exp(theta[k->at]));
    if (cupel_node_stationary(k) && k->each) {
        double least = theta[k->at], most = theta[k->at];
        for (size_t i = 1; i < k->n; i++) least = fmin(least, theta[k->at + i]), most = fmax(most, theta[k->at + i]);
        cupel_str_addf(s, "%zu lengths %.3g to %.3g", k->n, exp(least), exp(most));
    }
    if (k->kind == CUPEL_NODE_PERIODIC) cupel_str_addf(s, "length %.3g, period %.3g", exp(theta[k->at]), exp(theta[k->at + 1]));
    for (size_t a = 0; k->kind == CUPEL_NODE_TASKS && !k->rank && a < k->n_tasks; a++)
        cupel_str_addf(s, "%s%.3g", a ? " " : "variances ", exp(theta[k->at + a]));
    const size_t told = k->n_columns > 1 ? k->n_columns : k->n_tasks; /* the task behind the last column is that of a category never seen */
    for (size_t a = 1; k->kind == CUPEL_NODE_TASKS && k->rank && a < told; a++) {
        double b[3] = {0}, v[2] = {exp(theta[k->at + k->n_tasks * k->rank]), exp(theta[k->at + k->n_tasks * k->rank + a])};
        for (size_t r = 0; r < k->rank; r++) {
            const double *w = theta + k->at;
            b[0] += w[r] * w[r], b[1] += w[a * k->rank + r] * w[a * k->rank + r], b[2] += w[r] * w[a * k->rank + r];
        }
        cupel_str_addf(s, "%s%.2g", a > 1 ? " " : "correlation with the first ", b[2] / sqrt((b[0] + v[0]) * (b[1] + v[1])));
    }
}

static void put_node(const cupel_ktree *t, size_t node, const double *theta, bool inside, cupel_str *s)
{
    const cupel_node *k = &t->node[node];
    if (cupel_node_leaf(k)) {
        bool learned = theta && k->n && k->kind != CUPEL_NODE_CONSTANT, open = *k->group || learned;
        if (theta && k->kind == CUPEL_NODE_CONSTANT) cupel_str_addf(s, "%.3g ", exp(theta[k->at]));
        cupel_str_addf(s, "%s%s", name_of(k), open ? "(" : "");
        put_group(k->group, s);
        if (learned && *k->group) cupel_str_puts(s, "; ");
        if (learned) put_learned(k, theta, s);
        if (open) cupel_str_puts(s, ")");
        return;
    }
    bool wrap = inside;
    if (wrap) cupel_str_puts(s, "(");
    for (size_t c = k->child; c != SIZE_MAX; c = t->node[c].next) {
        const cupel_node *part = &t->node[c];
        if (c != k->child) cupel_str_puts(s, k->kind == CUPEL_NODE_SUM ? " + " : "*");
        if (theta && part->amplitude != SIZE_MAX) cupel_str_addf(s, "%.3g ", exp(theta[part->amplitude]));
        put_node(t, c, theta, k->kind == CUPEL_NODE_PRODUCT || part->kind == CUPEL_NODE_SUM, s);
    }
    if (wrap) cupel_str_puts(s, ")");
}

void cupel_ktree_text(const cupel_ktree *tree, cupel_str *s) { put_node(tree, tree->root, NULL, false, s); }

void cupel_ktree_words(const cupel_ktree *tree, const double *theta, cupel_str *s)
{
    const cupel_node *root = &tree->node[tree->root];
    if (root->amplitude != SIZE_MAX) cupel_str_addf(s, "%.3g ", exp(theta[root->amplitude]));
    put_node(tree, tree->root, theta, false, s);
}
