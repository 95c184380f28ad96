/* models/homogenize/material.c, orientations.c */
#include "tests/check.h"

#include "core/math/mandel.h"
#include "core/math/small.h"
#include "models/homogenize/material.h"

#include <unistd.h>

static cupel_err err;

static cupel_status of(const char *text, cupel_material *m)
{
    err = (cupel_err){0};
    return cupel_material_read(cupel_text_of(text), m, &err);
}

static void conduction_in_all_its_forms(void **state)
{
    (void)state;
    cupel_material m;
    check_ok(of("k=2.5", &m), &err);
    assert_true(m.has_k && m.k_isotropic && !m.has_c && !m.has_alpha);
    check_close(m.k[2][2], 2.5, 0, 0);
    check_ok(of(" eps = 4 ", &m), &err);
    check_close(m.k[0][0], 4, 0, 0);
    static const char *const symbols[] = {"sigma", "eps", "epsilon", "D", "mu_r"};
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s=4", symbols[i]);
        check_ok(of(text, &m), &err);
        assert_true(m.k_isotropic && m.k[2][2] == 4 && !m.has_c);
        snprintf(text, sizeof text, "%s1=1,%s2=2,%s3=3", symbols[i], symbols[i], symbols[i]);
        check_ok(of(text, &m), &err);
        assert_true(m.k[0][0] == 1 && m.k[1][1] == 2 && m.k[2][2] == 3);
        snprintf(text, sizeof text, "%s11=1,%s22=2,%s33=3,%s23=0.5", symbols[i], symbols[i], symbols[i], symbols[i]);
        check_ok(of(text, &m), &err);
        assert_true(m.k[1][2] == 0.5 && m.k[0][1] == 0);
    }
    check_fails(of("k=1,sigma=2", &m), CUPEL_USAGE, &err, "given twice");
    check_fails(of("sigm=2", &m), CUPEL_USAGE, &err, "did you mean 'sigma'");
    check_ok(of("k1=1,k2=2,k3=3", &m), &err);
    assert_false(m.k_isotropic);
    check_close(m.k[1][1], 2, 0, 0);
    check_ok(of("k11=1,k22=2,k33=3,k12=0.5", &m), &err);
    assert_true(m.k[0][1] == 0.5 && m.k[1][0] == 0.5 && m.k[0][2] == 0);
    check_ok(of("k1=1,k2=2,k3=3,phi1=90,Phi=0,phi2=0", &m), &err);
    check_close(m.k[0][0], 2, 1e-15, 0);
    check_close(m.k[1][1], 1, 1e-15, 0);
    check_ok(of("k=0", &m), &err); /* a perfect insulator */
}

/* All pairs of moduli of one material give one stiffness. */
static void two_moduli_fix_the_third(void **state)
{
    (void)state;
    static const char *const pairs[] = {"E=200,nu=0.25", "K=133.33333333333334,G=80", "lambda=80,mu=80", "E=200,G=80", "E=200,K=133.33333333333334",
                                        "E=200,lambda=80", "nu=0.25,K=133.33333333333334", "nu=0.25,G=80", "nu=0.25,lambda=80",
                                        "K=133.33333333333334,lambda=80"};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        cupel_material m;
        check_ok(of(pairs[i], &m), &err);
        assert_true(m.has_c && m.c_isotropic);
        check_close(m.lambda, 80, 1e-13, 0);
        check_close(m.mu, 80, 1e-13, 0);
        check_close(m.c[0][0], 240, 1e-13, 0);
        check_close(m.c[3][3], 160, 1e-13, 0); /* Mandel: twice the shear modulus */
        check_close(m.c[0][1], 80, 1e-13, 0);
    }
    cupel_material m;
    check_ok(of("E=0,nu=0.3", &m), &err);
    assert_true(m.c[0][0] == 0);
}

static void crystals_by_their_symmetry(void **state)
{
    (void)state;
    cupel_material m, w;
    check_ok(of("C11=168,C12=121,C44=75", &m), &err);
    assert_false(m.c_isotropic);
    check_close(m.c[2][2], 168, 0, 0);
    check_close(m.c[1][2], 121, 0, 0);
    check_close(m.c[5][5], 150, 1e-15, 0);
    check_ok(of("C11=160,C12=90,C13=66,C33=181,C44=46.5", &m), &err); /* titanium */
    check_close(m.c[5][5], 70, 1e-14, 0);
    check_close(m.c[1][2], 66, 0, 0);
    check_close(m.c[4][4], 93, 1e-15, 0);
    /* a transversely isotropic stiffness does not change when turned about its axis, a cubic one when turned by 90 degrees */
    check_ok(of("C11=160,C12=90,C13=66,C33=181,C44=46.5,phi1=33,Phi=0,phi2=0", &w), &err);
    for (int i = 0; i < 36; i++) check_close(w.c[i / 6][i % 6], m.c[i / 6][i % 6], 0, 1e-12);
    check_ok(of("C11=168,C12=121,C44=75", &m), &err);
    check_ok(of("C11=168,C12=121,C44=75,phi1=90,Phi=90,phi2=180", &w), &err);
    for (int i = 0; i < 36; i++) check_close(w.c[i / 6][i % 6], m.c[i / 6][i % 6], 0, 1e-12);
    check_ok(of("C11=1,C12=0.2,C13=0.1,C33=2,C44=0.3,C66=0.5", &m), &err);
    check_close(m.c[5][5], 1, 1e-15, 0);
    check_ok(of("C11=10,C12=1,C13=2,C22=11,C23=3,C33=12,C44=4,C55=5,C66=6", &m), &err);
    check_close(m.c[4][4], 10, 1e-15, 0);
    check_ok(of("C11=10,C12=1,C13=2,C14=.1,C15=.2,C16=.3,C22=11,C23=3,C24=.4,C25=.5,C26=.6,C33=12,C34=.7,C35=.8,C36=.9,C44=4,C45=.15,C46=.25,"
                  "C55=5,C56=.35,C66=6", &m), &err);
    check_close(m.c[0][3], 0.1 * sqrt(2), 1e-15, 0);
    check_close(m.c[5][4], 0.7, 1e-15, 0);
}

/* The values of a published rotation test: E 10 along the axis and 20 across, nu 0.23 and 0.3, G 50 (PuMA, test_elasticity.py). Their stiffness
 * belongs to nu_12 = nu of the axis, as here. */
static void engineering_constants_of_an_orthotropic_phase(void **state)
{
    (void)state;
    cupel_material m;
    check_ok(of("E1=10,E2=20,E3=20,nu12=0.23,nu13=0.23,nu23=0.3,G12=50,G13=50,G23=7.6923076923076925", &m), &err);
    double s[36];
    assert_true(cupel_small_invert(&m.c[0][0], 6, s));
    check_close(1 / s[0], 10, 1e-12, 0);
    check_close(-s[1] / s[0], 0.23, 1e-12, 0);
    check_close(-s[6] / s[0], 0.23, 1e-12, 0); /* symmetric */
    check_close(m.c[5][5], 100, 1e-12, 0);
}

static void expansion(void **state)
{
    (void)state;
    cupel_material m;
    check_ok(of("E=70,nu=0.33,alpha=23e-6", &m), &err);
    assert_true(m.has_alpha && m.alpha[1] == 23e-6 && m.alpha[4] == 0);
    check_ok(of("alpha1=1e-6,alpha2=2e-6,alpha3=3e-6,alpha6=4e-6", &m), &err);
    check_close(m.alpha[5], 4e-6 * sqrt(2), 1e-15, 0);
    check_ok(of("alpha1=1,alpha2=2,alpha3=3,phi1=90,Phi=0,phi2=0", &m), &err);
    check_close(m.alpha[0], 2, 1e-15, 0);
}

static void what_cannot_be_is_refused_with_the_reason(void **state)
{
    (void)state;
    cupel_material m;
    check_fails(of("kk=1", &m), CUPEL_USAGE, &err, "did you mean 'k'");
    check_fails(of("density=1", &m), CUPEL_USAGE, &err, "unknown property 'density'");
    check_fails(of("k", &m), CUPEL_USAGE, &err, "not of the form name=value");
    check_fails(of("", &m), CUPEL_USAGE, &err, "not of the form name=value");
    check_fails(of("k=1,", &m), CUPEL_USAGE, &err, "not of the form name=value");
    check_fails(of("k=1 W/mK", &m), CUPEL_USAGE, &err, "expected a number (plain");
    check_fails(of("k=1,k=2", &m), CUPEL_USAGE, &err, "given twice");
    check_fails(of("k=1,k1=2,k2=2,k3=2", &m), CUPEL_USAGE, &err, "in two ways");
    check_fails(of("k1=2,k2=2", &m), CUPEL_USAGE, &err, "k3 is missing");
    check_fails(of("E=1", &m), CUPEL_USAGE, &err, "expected two of E, nu");
    check_fails(of("E=1,nu=0.3,G=1", &m), CUPEL_USAGE, &err, "found 3");
    check_fails(of("C11=1,C12=0.5", &m), CUPEL_USAGE, &err, "cubic");
    check_fails(of("C11=1,C12=0.5,C44=1,E=1,nu=0.3", &m), CUPEL_USAGE, &err, "in two ways");
    check_fails(of("E1=1,E2=1,E3=1", &m), CUPEL_USAGE, &err, "nu12 is missing");
    check_fails(of("k=1,phi1=3", &m), CUPEL_USAGE, &err, "Phi is missing");
    check_fails(of("alpha=1,alpha1=1,alpha2=1,alpha3=1", &m), CUPEL_USAGE, &err, "in two ways");
    check_fails(of("k=-1", &m), CUPEL_BAD_INPUT, &err, "eigenvalue -1");
    check_fails(of("k11=1,k22=1,k33=1,k12=2", &m), CUPEL_BAD_INPUT, &err, "eigenvalue -1");
    check_fails(of("E=1,nu=0.5", &m), CUPEL_BAD_INPUT, &err, "nu < 0.5");
    check_fails(of("E=9,K=1", &m), CUPEL_BAD_INPUT, &err, "no finite moduli");
    check_fails(of("E=-1,nu=0.3", &m), CUPEL_BAD_INPUT, &err, "none may be negative");
    check_fails(of("C11=1,C12=2,C44=1", &m), CUPEL_BAD_INPUT, &err, "none may be negative");
    check_fails(of("k=nan", &m), CUPEL_USAGE, &err, "expected a number");
}

static const char *file_of(const char *text)
{
    static char path[64];
    snprintf(path, sizeof path, "/tmp/cupel-orientations-%ld.csv", (long)getpid());
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return path;
}

static void orientations_of_labels(void **state)
{
    (void)state;
    cupel_orientations o = {0};
    double q[9];
    check_ok(cupel_orientations_read(file_of("label,phi1,Phi,phi2\n7,10,20,30\n-2,90,0,0\n"), &o, &err), &err);
    assert_int_equal(o.n, 2);
    cupel_bunge(10, 20, 30, q);
    assert_memory_equal(cupel_orientations_find(&o, 7), q, sizeof q);
    assert_null(cupel_orientations_find(&o, 1));
    cupel_orientations_release(&o);
    check_fails(cupel_orientations_read(file_of("label,phi1,phi,phi2\n"), &o, &err), CUPEL_BAD_INPUT, &err, "label,phi1,Phi,phi2");
    check_fails(cupel_orientations_read(file_of("label,phi1,Phi,phi2\n1,2,3\n"), &o, &err), CUPEL_BAD_INPUT, &err, ":2: found 3 fields");
    check_fails(cupel_orientations_read(file_of("label,phi1,Phi,phi2\n1,2,3,x\n"), &o, &err), CUPEL_BAD_INPUT, &err, ":2: angle 'x'");
    check_fails(cupel_orientations_read(file_of("label,phi1,Phi,phi2\n1,2,3,4\n1,2,3,4\n"), &o, &err), CUPEL_BAD_INPUT, &err, "two orientations");
    check_fails(cupel_orientations_read("/nowhere/at.csv", &o, &err), CUPEL_BAD_INPUT, &err, "/nowhere/at.csv");
    unlink(file_of(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conduction_in_all_its_forms),
        cmocka_unit_test(two_moduli_fix_the_third),
        cmocka_unit_test(crystals_by_their_symmetry),
        cmocka_unit_test(engineering_constants_of_an_orthotropic_phase),
        cmocka_unit_test(expansion),
        cmocka_unit_test(what_cannot_be_is_refused_with_the_reason),
        cmocka_unit_test(orientations_of_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
