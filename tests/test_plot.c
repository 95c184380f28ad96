/* Plots as SVG: texts do not lie over one another and stay inside, whatever the axes hold; what is asked has its mark; numbers do not hide one
 * another. */
#include "tests/check.h"

#include "core/engine/plot.h"

enum { TEXTS = 128 };

typedef struct box {
    double left, right, top, foot;
} box;

/* The texts of a plot as boxes: DejaVu Sans, the widest of the usual fonts, has digits of 0.64 em and letters of about 0.6. */
static size_t boxes_of(const char *svg, box *b)
{
    size_t n = 0;
    for (const char *p = svg; (p = strstr(p, "<text ")) && n < TEXTS; n++) {
        const char *body = strchr(p, '>') + 1, *x = strstr(p, "x=\""), *y = strstr(p, " y=\"");
        const char *anchor = strstr(p, "text-anchor=\"");
        const double size = strncmp(p + 6, "class=\"quiet\"", 13) == 0 ? 12 : 13;
        double width = 0;
        for (const char *c = body; *c != '<'; c++) width += (*c & 0xC0) != 0x80 ? 0.62 * size : 0;
        const double at = strtod(x + 3, NULL), foot = strtod(y + 4, NULL);
        const char end = anchor && anchor < body ? anchor[13] : 's';
        b[n] = (box){at - (end == 'e' ? width : end == 'm' ? width / 2 : 0), 0, foot - 0.75 * size, foot + 0.1 * size};
        b[n].right = b[n].left + width;
        p = body;
    }
    return n;
}

static void texts_are_apart_and_inside(void **state)
{
    (void)state;
    static const double axis[][2] = {{0, 1},           {0.1985, 0.2004}, {0, 7e-5},          {-0.03, 0.032},     {0, 226431}, {1e6, 3e7},
                                     {999.998, 1000.2}, {-4e-9, 9e-9},    {12345.678, 12345.9}, {-1.5e-4, 1.2e-3}, {3, 3}};
    enum { N = sizeof axis / sizeof *axis };
    for (size_t i = 0; i < N * N * 2; i++) {
        const double *x = axis[i % N], *y = axis[i / N % N];
        cupel_plot p = {x[0], x[1], y[0], y[1], 260, 220, i >= N * N && fabs(y[0]) < 20 && fabs(y[1]) < 20, 0, 0};
        cupel_str s = {0};
        box b[TEXTS];
        cupel_plot_begin(&p, "a title", "x [W/(m K)]", "shear modulus 13 per density [GPa/(kg/m^3)]", &s);
        cupel_plot_end(&s);
        const char *view = strstr(cupel_str_text(&s), "viewBox=\"0 0 ");
        assert_non_null(view);
        char *rest;
        const double width = strtod(view + 13, &rest), height = strtod(rest, NULL);
        const size_t n = boxes_of(cupel_str_text(&s), b);
        assert_true(n >= 3 && n < 40);
        for (size_t k = 0; k < n; k++) {
            if (!(b[k].left >= -1 && b[k].right <= width + 40 && b[k].top >= 0 && b[k].foot <= height))
                fail_msg("axes %zu %zu: text %zu leaves the picture: %g .. %g of %g", i % N, i / N % N, k, b[k].left, b[k].right, width);
            for (size_t j = 0; j < k; j++)
                if (b[j].left < b[k].right && b[k].left < b[j].right && b[j].top < b[k].foot && b[k].top < b[j].foot)
                    fail_msg("axes %zu %zu: texts %zu and %zu lie over one another\n%s", i % N, i / N % N, j, k, cupel_str_text(&s));
        }
        assert_null(strstr(cupel_str_text(&s), "^"));
        assert_null(strstr(cupel_str_text(&s), "nan"));
        cupel_str_free(&s);
    }
}

static void what_is_asked_has_its_mark(void **state)
{
    (void)state;
    static const struct {
        double low, high;
        int lines, tints;
    } is[] = {{2, 5, 2, 1}, {-HUGE_VAL, 5, 1, 1}, {2, HUGE_VAL, 1, 1}, {-HUGE_VAL, HUGE_VAL, 0, 0}, {4, 4, 1, 1}, {-3, 20, 0, 0}};
    for (size_t i = 0; i < sizeof is / sizeof *is; i++)
        for (int y_axis = 0; y_axis < 2; y_axis++) {
            cupel_plot p = {.x1 = 10, .y1 = 10, .width = 100, .height = 100};
            cupel_str s = {0};
            int lines = 0, tints = 0;
            cupel_plot_begin(&p, "t", "x", "y", &s);
            cupel_plot_window(&p, y_axis, true, is[i].low, is[i].high, &s);
            for (const char *q = cupel_str_text(&s); (q = strstr(q, "class=\"demanded\"")); q++) lines++;
            for (const char *q = cupel_str_text(&s); (q = strstr(q, "class=\"wanted\"")); q++) tints++;
            assert_int_equal(lines, is[i].lines);
            assert_int_equal(tints, is[i].tints);
            cupel_str_free(&s);
        }
}

static void numbers_do_not_hide_one_another(void **state)
{
    (void)state;
    const double x[] = {5, 5, 5.1, 9.95, 10, 10, NAN}, y[] = {5, 5, 5.1, 3, 3, 3.2, 1};
    enum { N = sizeof x / sizeof *x };
    double cx[N] = {0}, cy[N] = {0};
    cupel_plot p = {.x1 = 10, .y1 = 10, .width = 300, .height = 300};
    cupel_str s = {0};
    size_t n = 0;
    cupel_plot_begin(&p, "t", "x", "y", &s);
    cupel_plot_numbers(&p, x, y, N, &s);
    for (const char *q = cupel_str_text(&s); (q = strstr(q, "<circle cx=\"")); n++) {
        assert_true(n < N);
        cx[n] = strtod(q + 12, NULL), cy[n] = strtod(strstr(q, "cy=\"") + 4, NULL);
        q += 12;
    }
    assert_int_equal(n, N - 1);
    for (size_t i = 0; i < n; i++) {
        assert_true(cx[i] <= p.left + p.width + CUPEL_PLOT_RIGHT);
        for (size_t k = 0; k < i; k++) assert_true(hypot(cx[i] - cx[k], cy[i] - cy[k]) >= 14);
    }
    cupel_str_free(&s);
}

static void dots_outside_are_not_drawn(void **state)
{
    (void)state;
    cupel_plot p = {.x1 = 10, .y1 = 10, .width = 100, .height = 100};
    cupel_str s = {0};
    cupel_plot_begin(&p, "t", "x", "y", &s);
    cupel_plot_dot(&p, 11, 5, 3, "tried", NULL, &s);
    cupel_plot_dot(&p, 5, NAN, 3, "tried", NULL, &s);
    assert_null(strstr(cupel_str_text(&s), "<circle"));
    cupel_plot_dot(&p, 10, 5, 3, "tried", NULL, &s);
    assert_non_null(strstr(cupel_str_text(&s), "<circle class=\"dot tried\""));
    cupel_str_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_apart_and_inside),
        cmocka_unit_test(what_is_asked_has_its_mark),
        cmocka_unit_test(numbers_do_not_hide_one_another),
        cmocka_unit_test(dots_outside_are_not_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
