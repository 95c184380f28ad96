/* The course of campaigns as a picture that stands alone: light and dark, no scripts, no fonts of its own. */
#include "core/base/mem.h"
#include "core/engine/campaigns.h"
#include "core/engine/plot.h"
#include "core/engine/report_text.h"

#include <math.h>

enum { WIDTH = 550, HEIGHT = 270, LEGEND = 24 };

static const char STYLE[] = "text{font:13px sans-serif;fill:#333}.title{font-weight:600}.quiet{font-size:12px;fill:#555}.paper{fill:#fff}"
                            ".grid line{stroke:#ccc;stroke-width:.5}.line{fill:none;stroke-width:2}.band{opacity:.2}.loop.line{stroke:#0072b2}"
                            ".loop.band{fill:#0072b2}.chance.line{stroke:#b35000;stroke-dasharray:6 3}.chance.band{fill:#d55e00}"
                            "@media (prefers-color-scheme:dark){text{fill:#e6ebf0}.quiet{fill:#9aa7b4}.paper{fill:#12181f}.grid line{stroke:#303b46}"
                            ".loop.line{stroke:#56b4e9}.loop.band{fill:#56b4e9}.chance.line{stroke:#e98a3f}.chance.band{fill:#e98a3f}}";

static cupel_plot frame_of(const cupel_campaigns *r)
{
    cupel_plot f = {.x0 = 1, .x1 = (double)r->most, .y0 = INFINITY, .y1 = -INFINITY, .width = WIDTH, .height = HEIGHT};
    for (size_t i = 0; i < r->most; i++) {
        f.y0 = fmin(f.y0, fmin(r->loop.low[i], r->random.low[i]));
        f.y1 = fmax(f.y1, fmax(r->loop.high[i], r->random.high[i]));
    }
    const double margin = f.y1 > f.y0 ? 0.04 * (f.y1 - f.y0) : 1;
    f.y0 -= margin;
    f.y1 += margin;
    return f;
}

static void put_goals(const cupel_campaigns *r, cupel_str *s)
{
    for (size_t k = 0; k < r->n_goals; k++) cupel_str_addf(s, "%s%s", k ? ", " : "", r->goal[k]);
}

/* A count beyond what was drawn is not known. */
static void put_count(const cupel_campaigns *r, double count, cupel_str *s)
{
    const char *what = r->n_goals > 1 ? "95 %" : "found";
    if (count > (double)r->most) cupel_str_addf(s, "%s not within %zu", what, r->most);
    else cupel_str_addf(s, "%s after %.4g (median)", what, count);
}

/* Beside the name of the y axis: a course as a piece of its line. */
static void put_legend(const cupel_campaigns *r, const cupel_plot *f, const char *kind, const char *what, double count, double y, cupel_str *s)
{
    const double right = f->left + f->width;
    cupel_str_addf(s, "<path class=\"%s line\" d=\"M%.1f %.1fh%d\"/><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s: ", kind,
                   right - LEGEND, y - 4, LEGEND, right - LEGEND - 6, y, what);
    put_count(r, count, s);
    cupel_str_puts(s, "</text>\n");
}

static void put_course(const cupel_plot *f, const double *x, const cupel_course *c, size_t n, const char *band, const char *line, cupel_str *s)
{
    cupel_plot_band(f, x, c->low, c->high, n, band, s);
    cupel_plot_line(f, x, c->middle, n, line, s);
    cupel_str_putc(s, '\n');
}

void cupel_campaigns_svg(const cupel_campaigns *r, cupel_str *s)
{
    cupel_plot f = frame_of(r);
    cupel_str title = {0};
    const char *y = r->n_goals > 1 ? "share of the dominated volume" : "best so far"; /* the title names the goal; long ones ran into the legend */
    double *x = cupel_alloc(r->most, sizeof *x);
    put_goals(r, &title);
    cupel_str_addf(&title, ": %s of %zu candidates so far, %zu campaigns", r->n_goals > 1 ? "share of the dominated volume" : "best", r->n,
                   r->n_seeds);
    for (size_t i = 0; x && i < r->most; i++) x[i] = (double)i + 1;
    cupel_plot_open(&f, cupel_str_text(&title), "experiments", y, STYLE, s);
    if (x) put_course(&f, x, &r->random, r->most, "chance band", "chance line", s);
    if (x) put_course(&f, x, &r->loop, r->most, "loop band", "loop line", s);
    put_legend(r, &f, "loop", "chosen by cupel", r->count[1], 34, s);
    put_legend(r, &f, "chance", "by chance", r->chance[1], 48, s);
    cupel_plot_close(s);
    cupel_str_putc(s, '\n');
    s->failed |= !x || title.failed;
    cupel_str_free(&title);
    cupel_free(x);
}
