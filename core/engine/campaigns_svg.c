/* The course of campaigns as a picture that stands alone: light and dark, no scripts, no fonts of its own. */
#include "core/engine/campaigns.h"
#include "core/engine/report_text.h"

#include <math.h>
#include <stdio.h>

enum { WIDTH = 640, HEIGHT = 360, LEFT = 70, RIGHT = 20, TOP = 40, BOTTOM = 50 };

typedef struct frame {
    size_t n;
    double low, high; /* of the values */
} frame;

static double at_x(const frame *f, size_t i) { return LEFT + (double)i / (double)(f->n > 1 ? f->n - 1 : 1) * (WIDTH - LEFT - RIGHT); }
static double at_y(const frame *f, double y) { return TOP + (f->high - y) / (f->high - f->low) * (HEIGHT - TOP - BOTTOM); }

static frame frame_of(const cupel_campaigns *r)
{
    frame f = {.n = r->most, .low = INFINITY, .high = -INFINITY};
    for (size_t i = 0; i < r->most; i++) {
        f.low = fmin(f.low, fmin(r->loop.low[i], r->random.low[i]));
        f.high = fmax(f.high, fmax(r->loop.high[i], r->random.high[i]));
    }
    const double margin = f.high > f.low ? 0.04 * (f.high - f.low) : 1;
    f.low -= margin;
    f.high += margin;
    return f;
}

static void put_goals(const cupel_campaigns *r, cupel_str *s)
{
    for (size_t k = 0; k < r->n_goals; k++) {
        if (k) cupel_str_puts(s, ", ");
        cupel_html(s, r->goal[k]);
    }
}

static void put_axes(const frame *f, const cupel_campaigns *r, cupel_str *s)
{
    const double step = cupel_tick(f->high - f->low), across = fmax(cupel_tick((double)f->n), 1);
    for (double v = ceil(f->low / step) * step; v <= f->high; v += step)
        cupel_str_addf(s, "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><text x=\"%d\" y=\"%.1f\" "
                          "text-anchor=\"end\">%g</text>\n", LEFT, WIDTH - RIGHT,
                       at_y(f, v), at_y(f, v), LEFT - 6, at_y(f, v) + 4, fabs(v) < 1e-9 * step ? 0 : v);
    for (double v = across; v <= (double)f->n; v += across)
        cupel_str_addf(s, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%g</text>\n", at_x(f, (size_t)v - 1), HEIGHT - BOTTOM + 18, v);
    cupel_str_addf(s, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">experiments", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12);
    if (r->n_goals > 1) cupel_str_puts(s, ": "), put_goals(r, s);
    cupel_str_addf(s, "</text>\n<text transform=\"translate(16 %d) rotate(-90)\" text-anchor=\"middle\">", (TOP + HEIGHT - BOTTOM) / 2);
    if (r->n_goals == 1) put_goals(r, s);
    cupel_str_puts(s, r->n_goals > 1 ? "share of the dominated volume</text>\n" : ", best so far</text>\n");
}

/* A count beyond what was drawn is not known. */
static void put_count(const cupel_campaigns *r, double count, cupel_str *s)
{
    const char *what = r->n_goals > 1 ? "95 %" : "found";
    if (count > (double)r->most) cupel_str_addf(s, "%s not within %zu", what, r->most);
    else cupel_str_addf(s, "%s after %.4g (median)", what, count);
}

/* One line of the legend a course. */
static void put_legend(const cupel_campaigns *r, const char *kind, const char *what, double count, int y, cupel_str *s)
{
    cupel_str_addf(s, "<line class=\"%s line\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/><text x=\"%d\" y=\"%d\">%s: ", kind, LEFT, LEFT + 24, y, y,
                   LEFT + 30, y + 4, what);
    put_count(r, count, s);
    cupel_str_puts(s, "</text>\n");
}

static void put_course(const frame *f, const cupel_course *c, const char *kind, cupel_str *s)
{
    cupel_str_addf(s, "<path class=\"%s band\" d=\"M", kind);
    for (size_t i = 0; i < f->n; i++) cupel_str_addf(s, "%.1f %.1f ", at_x(f, i), at_y(f, c->high[i]));
    for (size_t i = f->n; i-- > 0;) cupel_str_addf(s, "%.1f %.1f ", at_x(f, i), at_y(f, c->low[i]));
    cupel_str_addf(s, "Z\"/>\n<path class=\"%s line\" d=\"M", kind);
    for (size_t i = 0; i < f->n; i++) cupel_str_addf(s, "%.1f %.1f ", at_x(f, i), at_y(f, c->middle[i]));
    cupel_str_puts(s, "\"/>\n");
}

void cupel_campaigns_svg(const cupel_campaigns *r, cupel_str *s)
{
    const frame f = frame_of(r);
    cupel_str_addf(s, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n<title>", WIDTH,
                   HEIGHT, WIDTH, HEIGHT);
    put_goals(r, s);
    cupel_str_addf(s, ": %s of %zu candidates so far, %zu campaigns</title>\n<style>text{font:13px "
                      "sans-serif;fill:#333}.grid{stroke:#ccc;stroke-width:.5}"
                   ".line{fill:none;stroke-width:2}.band{opacity:.2}.loop{stroke:#0a6}.loop.band{fill:#0a6;stroke:none}.chance{stroke:#888}"
                   ".chance.band{fill:#888;stroke:none}</style>\n<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
                   r->n_goals > 1 ? "share of the dominated volume" : "best", r->n, r->n_seeds, WIDTH, HEIGHT);
    put_axes(&f, r, s);
    put_course(&f, &r->random, "chance", s);
    put_course(&f, &r->loop, "loop", s);
    put_legend(r, "loop", "chosen by cupel", r->count[1], 12, s);
    put_legend(r, "chance", "by chance", r->chance[1], 29, s);
    cupel_str_puts(s, "</svg>\n");
}
