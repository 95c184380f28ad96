#include "models/homogenize/material.h"

#include "core/base/err.h"
#include "core/base/guess.h"
#include "core/math/mandel.h"
#include "core/math/small.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- the text ---- */

/* Voigt components are keys of their own: C11 .. C66, row by row of the upper triangle. */
enum key {
    K, K1, K2, K3, K11, K22, K33, K12, K13, K23,
    E, NU, BULK, SHEAR, LAMBDA,
    E1, E2, E3, NU12, NU13, NU23, G12, G13, G23,
    ALPHA, ALPHA1, ALPHA2, ALPHA3, ALPHA4, ALPHA5, ALPHA6,
    PHI1, PHI, PHI2,
    C11, C66 = C11 + 20, N_KEYS
};

static const char *const names[C11] = {
    "k",  "k1",   "k2",   "k3",   "k11", "k22", "k33", "k12",   "k13",    "k23",    "E",      "nu",     "K",      "G",      "lambda", "E1",  "E2",
    "E3", "nu12", "nu13", "nu23", "G12", "G13", "G23", "alpha", "alpha1", "alpha2", "alpha3", "alpha4", "alpha5", "alpha6", "phi1",   "Phi", "phi2"};

static const struct {
    const char *name;
    enum key key;
} aliases[] = {{"mu", SHEAR}};

/* Units are those in which usual numbers are far from the ends of single precision. */
const cupel_conduction cupel_conductions[CUPEL_CONDUCTIONS] = {
    {"conductivity", "Conductivity", "conduction", "thermal conductivity", "k", "W/(m K)", "k: 20"},
    {"electrical conductivity", "Electrical conductivity", "electrical", "electric conductivity", "sigma", "S/m", "sigma: 5.8e7 S/m"},
    {"permittivity", "Permittivity", "permittivity", "relative permittivity", "eps", "pF/m", "eps: 3.9"},
    {"diffusivity", "Diffusivity", "diffusion", "diffusion coefficient", "D", "um^2/s", "D: 2e-9 m^2/s"},
    {"magnetic permeability", "Magnetic permeability", "magnetic", "relative permeability", "mu_r", "uH/m", "mu_r: 2000"}};

const cupel_conduction *cupel_conduction_of_key(cupel_text key, cupel_text *rest)
{
    static const char *const suffix[] = {"", "1", "2", "3", "11", "22", "33", "12", "13", "23", NULL};
    const cupel_conduction *found = NULL;
    for (size_t i = 0; i <= CUPEL_CONDUCTIONS && !found; i++) {
        const char *symbol = i < CUPEL_CONDUCTIONS ? cupel_conductions[i].key : "epsilon";
        const size_t n = strlen(symbol);
        if (key.n < n || memcmp(key.p, symbol, n) != 0) continue;
        *rest = (cupel_text){key.p + n, key.n - n};
        for (size_t k = 0; suffix[k] && !found; k++)
            if (cupel_text_is(*rest, suffix[k])) found = &cupel_conductions[i < CUPEL_CONDUCTIONS ? i : 2];
    }
    return found;
}

typedef struct phase_text {
    double value[N_KEYS];
    bool given[N_KEYS];
    cupel_text text;
} phase_text;

static int shown(cupel_text t) { return cupel_shown(t.n, 80); }

/* Place of C_ij (from 1) among the 21 keys. */
static size_t key_of_c(size_t i, size_t j)
{
    size_t at = C11;
    for (size_t r = 1; r < i; r++) at += 7 - r;
    return at + (j - i);
}

static void name_of(size_t key, char name[8])
{
    if (key < C11) {
        snprintf(name, 8, "%s", names[key]);
        return;
    }
    for (size_t i = 1; i <= 6; i++)
        for (size_t j = i; j <= 6; j++)
            if (key_of_c(i, j) == key) snprintf(name, 8, "C%zu%zu", i, j);
}

static size_t find_key(cupel_text word)
{
    char name[8];
    cupel_text rest;
    if (cupel_conduction_of_key(word, &rest))
        for (size_t k = K; k <= K23; k++)
            if (cupel_text_is(rest, names[k] + 1)) return k;
    for (size_t k = 0; k < N_KEYS; k++) {
        name_of(k, name);
        if (cupel_text_is(word, name)) return k;
    }
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (cupel_text_is(word, aliases[i].name)) return aliases[i].key;
    return N_KEYS;
}

static cupel_status unknown_key(cupel_text word, cupel_err *err)
{
    char meant[32], name[8];
    snprintf(meant, sizeof meant, "%.*s", cupel_shown(word.n, 31), word.p);
    cupel_guess g = {.meant = meant};
    for (size_t k = 0; k < C11; k++) cupel_guess_offer(&g, names[k]);
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) cupel_guess_offer(&g, aliases[i].name);
    for (size_t i = 0; i < CUPEL_CONDUCTIONS; i++) cupel_guess_offer(&g, cupel_conductions[i].key);
    name_of(C11, name);
    cupel_guess_offer(&g, name);
    if (g.best) return cupel_fail(err, CUPEL_USAGE, "unknown property '%s'; did you mean '%s'?", meant, g.best);
    return cupel_fail(err, CUPEL_USAGE,
                      "unknown property '%s'; expected k (or sigma, eps, D, mu_r), k1 k2 k3, k11 .. k23, two of E nu K G lambda, E1 .. G23, "
                      "C11 .. C66, alpha, alpha1 .. alpha6, phi1 Phi phi2",
                      meant);
}

/* One "name=value". */
static cupel_status read_pair(cupel_text pair, phase_text *p, cupel_err *err)
{
    const char *equals = pair.n ? memchr(pair.p, '=', pair.n) : NULL;
    if (!equals) return cupel_fail(err, CUPEL_USAGE, "'%.*s' is not of the form name=value", shown(pair), pair.p ? pair.p : "");
    const cupel_text word = cupel_text_trim((cupel_text){pair.p, (size_t)(equals - pair.p)});
    const cupel_text number = cupel_text_trim((cupel_text){equals + 1, (size_t)(pair.p + pair.n - equals - 1)});
    const size_t k = find_key(word);
    if (k == N_KEYS) return unknown_key(word, err);
    if (p->given[k]) return cupel_fail(err, CUPEL_USAGE, "property '%.*s' is given twice", shown(word), word.p);
    if (!cupel_parse_double(number, &p->value[k]))
        return cupel_fail(err, CUPEL_USAGE, "property %.*s is '%.*s', expected a number (plain, in the unit of all phases)", shown(word), word.p,
                          shown(number), number.p);
    p->given[k] = true;
    return CUPEL_OK;
}

static cupel_status read_pairs(cupel_text text, phase_text *p, cupel_err *err)
{
    *p = (phase_text){.text = text};
    for (size_t i = 0; i <= text.n;) {
        size_t n = 0;
        while (i + n < text.n && text.p[i + n] != ',') n++;
        const cupel_status st = read_pair(cupel_text_trim((cupel_text){text.p + i, n}), p, err);
        if (st != CUPEL_OK) return st;
        i += n + 1;
    }
    return CUPEL_OK;
}

/* ---- groups of keys ---- */

static size_t count_given(const phase_text *p, size_t from, size_t to)
{
    size_t n = 0;
    for (size_t k = from; k <= to; k++) n += p->given[k];
    return n;
}

/* All of from .. to must be there. */
static cupel_status need_all(const phase_text *p, size_t from, size_t to, const char *why, cupel_err *err)
{
    for (size_t k = from; k <= to; k++)
        if (!p->given[k]) {
            char name[8];
            name_of(k, name);
            return cupel_fail(err, CUPEL_USAGE, "'%.*s': %s is missing (%s)", shown(p->text), p->text.p, name, why);
        }
    return CUPEL_OK;
}

static cupel_status several_ways(const phase_text *p, const char *what, cupel_err *err)
{
    return cupel_fail(err, CUPEL_USAGE, "'%.*s' gives the %s in two ways; keep one", shown(p->text), p->text.p, what);
}

/* ---- conduction ---- */

static cupel_status check_semidefinite(const double *a, size_t n, const phase_text *p, const char *what, cupel_err *err)
{
    double value[6];
    cupel_small_eigen(a, n, value, NULL);
    if (value[0] >= -1e-12 * value[n - 1] && value[n - 1] >= 0) return CUPEL_OK;
    return cupel_fail(err, CUPEL_BAD_INPUT, "'%.*s': the %s has the eigenvalue %g; none may be negative", shown(p->text), p->text.p, what, value[0]);
}

static cupel_status read_k(const phase_text *p, cupel_material *m, cupel_err *err)
{
    const size_t axes = count_given(p, K1, K3), full = count_given(p, K11, K23);
    cupel_status st = CUPEL_OK;
    if (p->given[K] + (axes > 0) + (full > 0) > 1) return several_ways(p, "conductivity", err);
    if (!p->given[K] && !axes && !full) return CUPEL_OK;
    if (axes) st = need_all(p, K1, K3, "k1, k2 and k3 go together; for an image any k3 will do", err);
    if (full) st = need_all(p, K11, K33, "k11, k22 and k33 go together; for an image any k33 will do", err);
    if (st != CUPEL_OK) return st;
    const size_t from = axes ? K1 : K11;
    for (size_t i = 0; i < 3; i++) m->k[i][i] = p->value[p->given[K] ? (size_t)K : from + i];
    m->k[0][1] = m->k[1][0] = p->value[K12];
    m->k[0][2] = m->k[2][0] = p->value[K13];
    m->k[1][2] = m->k[2][1] = p->value[K23];
    m->has_k = true;
    m->k_isotropic = p->given[K];
    return check_semidefinite(&m->k[0][0], 3, p, "conductivity", err);
}

/* ---- elasticity ---- */

void cupel_material_set_lame(cupel_material *m, double lambda, double mu)
{
    memset(m->c, 0, sizeof m->c);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) m->c[i][j] = lambda;
    for (int i = 0; i < 6; i++) m->c[i][i] += 2 * mu;
    m->has_c = m->c_isotropic = true;
    m->lambda = lambda;
    m->mu = mu;
}

/* Lamé's constants from the pair that is given. False where a denominator vanishes. */
static bool lame_of(const phase_text *p, double *lambda, double *mu)
{
    const double e = p->value[E], nu = p->value[NU], k = p->value[BULK], g = p->value[SHEAR], l = p->value[LAMBDA];
    const bool *is = p->given;
    double shear = g, first = l;
    if (is[E] && is[NU]) shear = e / (2 * (1 + nu)), first = e * nu / ((1 + nu) * (1 - 2 * nu));
    if (is[E] && is[BULK]) shear = 3 * k * e / (9 * k - e), first = 3 * k * (3 * k - e) / (9 * k - e);
    if (is[E] && is[SHEAR]) first = g * (e - 2 * g) / (3 * g - e);
    if (is[E] && is[LAMBDA]) shear = (e - 3 * l + sqrt(e * e + 9 * l * l + 2 * e * l)) / 4;
    if (is[NU] && is[BULK]) shear = 3 * k * (1 - 2 * nu) / (2 * (1 + nu)), first = 3 * k * nu / (1 + nu);
    if (is[NU] && is[SHEAR]) first = 2 * g * nu / (1 - 2 * nu);
    if (is[NU] && is[LAMBDA]) shear = l * (1 - 2 * nu) / (2 * nu);
    if (is[BULK] && is[SHEAR]) first = k - 2 * g / 3;
    if (is[BULK] && is[LAMBDA]) shear = 3 * (k - l) / 2;
    *lambda = first;
    *mu = shear;
    return isfinite(first) && isfinite(shear);
}

static cupel_status read_isotropic(const phase_text *p, cupel_material *m, cupel_err *err)
{
    double lambda, mu;
    if (count_given(p, E, LAMBDA) == 1 && p->given[E] && p->value[E] == 0) { /* of a void nu has no meaning */
        cupel_material_set_lame(m, 0, 0);
        return CUPEL_OK;
    }
    if (count_given(p, E, LAMBDA) != 2)
        return cupel_fail(err, CUPEL_USAGE, "'%.*s': expected two of E, nu, K, G and lambda, found %zu", shown(p->text), p->text.p,
                          count_given(p, E, LAMBDA));
    if (p->given[NU] && !(p->value[NU] > -1 && p->value[NU] < 0.5))
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%.*s': nu is %g; an isotropic phase has -1 < nu < 0.5", shown(p->text), p->text.p, p->value[NU]);
    if (!lame_of(p, &lambda, &mu))
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%.*s': no finite moduli belong to these two", shown(p->text), p->text.p);
    cupel_material_set_lame(m, lambda, mu);
    return CUPEL_OK;
}

/* Compliance 1/E1, -nu12/E1, ..., 1/G; the inverse is the stiffness. */
static cupel_status read_engineering(const phase_text *p, cupel_material *m, cupel_err *err)
{
    double s[36] = {0};
    const double *v = p->value;
    const cupel_status st = need_all(p, E1, G23, "E1 E2 E3 nu12 nu13 nu23 G12 G13 G23 go together", err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < 3; i++) s[7 * i] = 1 / v[E1 + i];
    s[1] = s[6] = -v[NU12] / v[E1];
    s[2] = s[12] = -v[NU13] / v[E1];
    s[8] = s[13] = -v[NU23] / v[E2];
    s[21] = 1 / (2 * v[G23]);
    s[28] = 1 / (2 * v[G13]);
    s[35] = 1 / (2 * v[G12]);
    m->has_c = true;
    for (size_t i = 0; i < 36; i++)
        if (!isfinite(s[i])) return cupel_fail(err, CUPEL_BAD_INPUT, "'%.*s': a modulus is 0; a void is E=0,nu=0.3", shown(p->text), p->text.p);
    if (!cupel_small_invert(s, 6, &m->c[0][0]))
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%.*s': the compliance has no inverse", shown(p->text), p->text.p);
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < i; j++) m->c[i][j] = m->c[j][i];
    return CUPEL_OK;
}

/* Which components the symmetries of a crystal leave free, in the crystal's usual axes. */
static const struct {
    const char *name;
    size_t n;
    unsigned char ij[21];
} symmetries[] = {
    {"cubic", 3, {11, 12, 44}},
    {"transversely isotropic", 5, {11, 12, 13, 33, 44}},
    {"tetragonal", 6, {11, 12, 13, 33, 44, 66}},
    {"orthotropic", 9, {11, 12, 13, 22, 23, 33, 44, 55, 66}},
    {"triclinic", 21,
     {11, 12, 13, 14, 15, 16, 22, 23, 24, 25, 26, 33, 34, 35, 36, 44, 45, 46, 55, 56, 66}},
};

/* The other components follow from those given. c: Voigt, upper triangle. */
static void fill_symmetry(size_t s, double c[6][6])
{
    if (s == 0) {
        c[1][1] = c[2][2] = c[0][0];
        c[0][2] = c[1][2] = c[0][1];
        c[4][4] = c[5][5] = c[3][3];
    } else if (s <= 2) {
        c[1][1] = c[0][0];
        c[1][2] = c[0][2];
        c[4][4] = c[3][3];
        if (s == 1) c[5][5] = (c[0][0] - c[0][1]) / 2;
    }
}

static cupel_status read_components(const phase_text *p, cupel_material *m, cupel_err *err)
{
    const size_t n = count_given(p, C11, C66), n_symmetries = sizeof symmetries / sizeof *symmetries;
    size_t s = 0;
    for (; s < n_symmetries; s++) {
        size_t have = 0;
        for (size_t i = 0; i < symmetries[s].n; i++) have += p->given[key_of_c(symmetries[s].ij[i] / 10, symmetries[s].ij[i] % 10)];
        if (have == symmetries[s].n && have == n) break;
    }
    if (s == n_symmetries)
        return cupel_fail(err, CUPEL_USAGE,
                          "'%.*s': these %zu components are no known set; expected C11 C12 C44 (cubic), C11 C12 C13 C33 C44 (transversely "
                          "isotropic), these with C66 (tetragonal), C11 C12 C13 C22 C23 C33 C44 C55 C66 (orthotropic), or all 21",
                          shown(p->text), p->text.p, n);
    for (size_t i = 0; i < 6; i++)
        for (size_t j = i; j < 6; j++) m->c[i][j] = p->value[key_of_c(i + 1, j + 1)];
    fill_symmetry(s, m->c);
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < i; j++) m->c[i][j] = m->c[j][i];
    cupel_mandel_of_voigt(&m->c[0][0]);
    m->has_c = true;
    return CUPEL_OK;
}

static cupel_status read_c(const phase_text *p, cupel_material *m, cupel_err *err)
{
    const bool isotropic = count_given(p, E, LAMBDA) > 0, engineering = count_given(p, E1, G23) > 0, components = count_given(p, C11, C66) > 0;
    cupel_status st = CUPEL_OK;
    if (isotropic + engineering + components > 1) return several_ways(p, "stiffness", err);
    if (isotropic) st = read_isotropic(p, m, err);
    if (engineering) st = read_engineering(p, m, err);
    if (components) st = read_components(p, m, err);
    return st == CUPEL_OK && m->has_c ? check_semidefinite(&m->c[0][0], 6, p, "stiffness", err) : st;
}

/* ---- expansion and orientation ---- */

static cupel_status read_alpha(const phase_text *p, cupel_material *m, cupel_err *err)
{
    const size_t n = count_given(p, ALPHA1, ALPHA6);
    if (p->given[ALPHA] && n) return several_ways(p, "expansion", err);
    if (!p->given[ALPHA] && !n) return CUPEL_OK;
    if (n) {
        const cupel_status st = need_all(p, ALPHA1, ALPHA3, "alpha1, alpha2 and alpha3 go together", err);
        if (st != CUPEL_OK) return st;
    }
    for (size_t i = 0; i < 3; i++) m->alpha[i] = p->value[n ? ALPHA1 + i : (size_t)ALPHA];
    for (size_t i = 3; i < 6; i++) m->alpha[i] = p->value[ALPHA1 + i] * sqrt(2);
    m->has_alpha = true;
    return CUPEL_OK;
}

void cupel_material_rotate(cupel_material *m, const double q[9])
{
    if (m->has_k && !m->k_isotropic) cupel_rotate_k(q, &m->k[0][0]);
    if (m->has_c && !m->c_isotropic) cupel_rotate_c(q, &m->c[0][0]);
    if (m->has_alpha) cupel_rotate_strain(q, m->alpha);
}

cupel_status cupel_material_read(cupel_text text, cupel_material *m, cupel_err *err)
{
    phase_text p;
    cupel_material x = {0};
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(read_pairs(text, &p, err));
    CUPEL_TRY(read_k(&p, &x, err));
    CUPEL_TRY(read_c(&p, &x, err));
    CUPEL_TRY(read_alpha(&p, &x, err));
    if (count_given(&p, PHI1, PHI2)) {
        double q[9];
        CUPEL_TRY(need_all(&p, PHI1, PHI2, "phi1, Phi and phi2 go together", err));
        cupel_bunge(p.value[PHI1], p.value[PHI], p.value[PHI2], q);
        cupel_material_rotate(&x, q);
    }
    *m = x;
done:
    return st;
}
