#include "core/matter/crystal.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/input.h"
#include "core/matter/formula.h"

#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { HEAD = 1 << 18, SPECIES = 64 };

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

static cupel_text line_of(cupel_text *rest)
{
    const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
    const cupel_text line = {rest->p, end ? (size_t)(end - rest->p) : rest->n};
    const size_t used = line.n + (end != NULL);
    *rest = (cupel_text){rest->p + used, rest->n - used};
    return line;
}

static cupel_text word_of(cupel_text *line)
{
    while (line->n && blank(*line->p)) line->p++, line->n--;
    cupel_text w = {line->p, 0};
    while (w.n < line->n && !blank(w.p[w.n])) w.n++;
    *line = (cupel_text){line->p + w.n, line->n - w.n};
    return w;
}

static bool begins(cupel_text t, const char *word)
{
    const size_t n = strlen(word);
    return t.n >= n && strncasecmp(t.p, word, n) == 0;
}

static bool holds(cupel_text t, const char *word)
{
    for (const size_t n = strlen(word); t.n >= n; t.p++, t.n--)
        if (memcmp(t.p, word, n) == 0) return true;
    return false;
}

/* The formula in canonical form behind *out; nothing where it cannot be read. */
static bool put_formula(cupel_text text, cupel_str *out)
{
    cupel_formula f;
    cupel_formula_error e;
    if (!out || !text.n || !cupel_formula_read(text, CUPEL_DOT_DECIMAL, &f, &e)) return false;
    cupel_composition_text(&f.composition, out);
    return true;
}

/* ---- CIF: S. R. Hall, F. H. Allen, I. D. Brown: Acta Crystallographica A 47, 655 (1991), doi:10.1107/S010876739101067X ---- */

/* A value without its quotes. */
static cupel_text cif_value(cupel_text v)
{
    while (v.n && blank(v.p[v.n - 1])) v.n--;
    while (v.n && blank(*v.p)) v.p++, v.n--;
    if (v.n > 1 && (*v.p == '\'' || *v.p == '"') && v.p[v.n - 1] == *v.p) v = (cupel_text){v.p + 1, v.n - 2};
    return v;
}

/* The value behind the name, or on the next line: there it may stand between semicolons. */
static cupel_text cif_sum(cupel_text line, cupel_text *rest)
{
    cupel_text v = cif_value(line);
    if (v.n) return v;
    v = line_of(rest);
    if (begins(v, ";")) v = (cupel_text){v.p + 1, v.n - 1};
    return cif_value(v);
}

static const char *cif(cupel_text t, cupel_str *formula)
{
    const char *kind = NULL;
    bool begun = false;
    cupel_text sum = {0};
    size_t sums = 0;
    while (t.n) {
        cupel_text line = line_of(&t), word = word_of(&line);
        if (!word.n || *word.p == '#') continue;
        if (!begun && !begins(word, "data_")) return NULL;
        begun = true;
        if (begins(word, "_cell") || begins(word, "_atom_site") || begins(word, "_chemical_formula")) kind = "a CIF file";
        if (word.n == strlen("_chemical_formula_sum") && begins(word, "_chemical_formula_sum")) {
            const cupel_text v = cif_sum(line, &t);
            if (!sums || v.n != sum.n || memcmp(v.p, sum.p, v.n) != 0) sums++;
            sum = v;
        }
    }
    if (kind && sums == 1) put_formula(sum, formula);
    return kind;
}

/* ---- POSCAR: comment, scale, three vectors, symbols (VASP 5), counts ---- */

static bool numbers(cupel_text line, size_t least, size_t most)
{
    double x;
    size_t n = 0;
    for (cupel_text w = word_of(&line); w.n && n < most && cupel_parse_double(w, &x); w = word_of(&line)) n++;
    return n >= least;
}

/* "Ga_pv", "Ga/0a1b" are Ga. */
static bool species(cupel_text line, cupel_text symbol[SPECIES], size_t *n)
{
    *n = 0;
    for (cupel_text w = word_of(&line); w.n && *n < SPECIES; w = word_of(&line)) {
        size_t k = 0;
        while (k < w.n && w.p[k] != '_' && w.p[k] != '/') k++;
        if (!cupel_element_find(w.p, k)) return false;
        symbol[(*n)++] = (cupel_text){w.p, k};
    }
    return *n > 0;
}

/* As many counts as symbols (0: any number of them); their formula behind *out. */
static bool counts(cupel_text line, const cupel_text *symbol, size_t n, cupel_str *out)
{
    uint64_t x;
    size_t k = 0;
    for (cupel_text w = word_of(&line); w.n && (!n || k < n); w = word_of(&line), k++) {
        if (!cupel_parse_u64(w, &x) || !x) return false;
        if (n) cupel_str_addf(out, "%.*s%.*s ", (int)symbol[k].n, symbol[k].p, (int)w.n, w.p);
    }
    return k > 0 && (!n || k == n);
}

static const char *poscar(cupel_text t, cupel_str *formula)
{
    cupel_text symbol[SPECIES];
    cupel_str text = {0};
    size_t n;
    line_of(&t);
    bool is = numbers(line_of(&t), 1, 3);
    for (int i = 0; is && i < 3; i++) is = numbers(line_of(&t), 3, 3);
    if (!is) return NULL;
    const cupel_text line = line_of(&t);
    if (species(line, symbol, &n)) {
        is = counts(line_of(&t), symbol, n, &text);
        if (is) put_formula(cupel_text_of(cupel_str_text(&text)), formula);
    } else {
        const cupel_text how = line_of(&t); /* VASP 4: coordinates follow */
        is = counts(line, NULL, 0, NULL) && (begins(how, "d") || begins(how, "c") || begins(how, "s") || begins(how, "k"));
    }
    cupel_str_free(&text);
    return is ? "a POSCAR file" : NULL;
}

static bool of_pymatgen(cupel_text t)
{
    if (t.n > 2000) t.n = 2000;
    return holds(t, "pymatgen.core") || holds(t, "\"lattice\"") || holds(t, "'lattice'") || holds(t, "Full Formula (");
}

/* Not pymatgen's JSON: a table of such structures has columns beside them. */
static const char *file_of(cupel_text t, cupel_str *formula)
{
    const char *kind = cif(t, formula);
    return kind ? kind : poscar(t, formula);
}

const char *cupel_crystal_text(cupel_text t, cupel_str *formula)
{
    const char *kind = file_of(t, formula);
    return kind ? kind : of_pymatgen(t) ? "a structure of pymatgen" : NULL;
}

bool cupel_crystal_name(cupel_text name)
{
    static const char *const ends[] = {".cif", ".mcif", ".vasp", ".poscar", "poscar", "contcar"};
    size_t from = name.n;
    while (from && name.p[from - 1] != '/') from--;
    const cupel_text base = {name.p + from, name.n - from};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const size_t n = strlen(ends[i]);
        if ((ends[i][0] == '.' ? base.n > n : base.n == n) && strncasecmp(base.p + base.n - n, ends[i], n) == 0) return true;
    }
    return false;
}

/* The first HEAD bytes, unzipped, of a regular file. */
static char *head_of(const char *path, size_t *n)
{
    struct stat sb;
    cupel_input *in = NULL;
    *n = 0;
    if (strcmp(path, "-") == 0 || stat(path, &sb) != 0 || !S_ISREG(sb.st_mode)) return NULL;
    char *text = cupel_alloc(HEAD, 1);
    cupel_status st = text ? cupel_input_open(path, &in, NULL) : CUPEL_NO_RESOURCE;
    for (size_t got = 1; st == CUPEL_OK && got && *n < HEAD; *n += got) st = cupel_input_read(in, text + *n, HEAD - *n, &got, NULL);
    cupel_input_free(in);
    return text;
}

cupel_status cupel_crystal_refuse(const char *path, cupel_err *err)
{
    cupel_str formula = {0};
    size_t n;
    char *text = head_of(path, &n);
    const char *kind = text ? file_of((cupel_text){text, n}, &formula) : NULL;
    cupel_status st = CUPEL_OK;
    if (kind && formula.n)
        st = cupel_fail(err, CUPEL_BAD_INPUT, "'%s' is %s, and crystal structures are not read, only compositions: this one's is %s; write it into a "
                        "table of formulas, a line 'formula' and below it '%s'", path, kind, formula.p, formula.p);
    else if (kind)
        st = cupel_fail(err, CUPEL_BAD_INPUT, "'%s' is %s, and crystal structures are not read, only compositions: write their formulas into a "
                        "table, below a line 'formula'", path, kind);
    cupel_str_free(&formula);
    cupel_free(text);
    return st;
}
