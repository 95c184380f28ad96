#include "core/engine/report_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool unfit(uint32_t c)
{
    bool control = c < 0x20 ? c != '\t' && c != '\n' : c >= 0x7F && c < 0xA0;
    bool direction = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x061C;
    return control || direction || c == 0xFFFE || c == 0xFFFF;
}

void cupel_html_text(cupel_str *s, cupel_text t)
{
    const unsigned char *p = (const unsigned char *)t.p;
    for (size_t i = 0; i < t.n;) {
        uint32_t c = 0;
        size_t k = cupel_utf8(p + i, t.n - i, &c);
        const char *entity = c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : c == '\'' ? "&#39;" : NULL;
        if (!k || unfit(c))
            cupel_str_puts(s, "\xEF\xBF\xBD");
        else if (entity)
            cupel_str_puts(s, entity);
        else
            cupel_str_add(s, t.p + i, k);
        i += k ? k : 1;
    }
}

void cupel_html(cupel_str *s, const char *text) { cupel_html_text(s, cupel_text_of(text)); }

static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

void cupel_html_formula(cupel_str *s, const char *f)
{
    cupel_str_puts(s, "<bdi class=formula>");
    for (size_t i = 0; f[i];) {
        bool amount = i && (letter(f[i - 1]) || f[i - 1] == ')' || f[i - 1] == ']' || f[i - 1] == '}');
        size_t n = strspn(f + i, "0123456789.");
        if (amount && n && f[i] != '.') {
            if (f[i + n - 1] == '.') n--; /* a hydrate dot */
            cupel_str_addf(s, "<sub>%.*s</sub><wbr>", (int)n, f + i);
        } else {
            n = n ? n : strcspn(f + i, "0123456789.");
            cupel_html_text(s, (cupel_text){f + i, n});
        }
        i += n;
    }
    cupel_str_puts(s, "</bdi>");
}

void cupel_raised(cupel_str *s, const char *text)
{
    static const char *const digit[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    for (const char *p = text; *p;) {
        const size_t sign = p[0] == '^' && p[1] == '-', n = p[0] == '^' ? strspn(p + 1 + sign, "0123456789") : 0;
        if (!n) {
            cupel_str_putc(s, *p++);
            continue;
        }
        if (sign) cupel_str_puts(s, "⁻");
        for (size_t i = 0; i < n; i++) cupel_str_puts(s, digit[p[1 + sign + i] - '0']);
        p += 1 + sign + n;
    }
}

void cupel_html_raised(cupel_str *s, const char *text)
{
    cupel_str raised = {0};
    cupel_raised(&raised, text);
    s->failed |= raised.failed;
    cupel_html(s, cupel_str_text(&raised));
    cupel_str_free(&raised);
}

/* 5.91×10⁻⁵ */
static void put_power(cupel_str *s, double x)
{
    char b[32];
    snprintf(b, sizeof b, "%.2e", fabs(x));
    const char *e = strchr(b, 'e');
    cupel_str power = {0};
    cupel_str_addf(&power, "×10^%d", e[1] == '-' ? -(int)strtol(e + 2, NULL, 10) : (int)strtol(e + 2, NULL, 10));
    cupel_str_addf(s, "%s%.*s", x < 0 ? "−" : "", (int)(e - b), b);
    cupel_raised(s, cupel_str_text(&power));
    s->failed |= power.failed;
    cupel_str_free(&power);
}

void cupel_html_value(cupel_str *s, double x, double resolution)
{
    char b[64];
    if (isnan(x)) {
        cupel_str_puts(s, "–");
        return;
    }
    if (isinf(x)) {
        cupel_str_puts(s, x < 0 ? "−∞" : "∞");
        return;
    }
    double r = isfinite(resolution) && resolution > 0 ? resolution : fabs(x) / 10;
    double digits = r > 0 ? 1 - floor(log10(r)) : 0;
    if (fabs(x) >= 1e7 || (x != 0 && fabs(x) < 1e-4 && digits > 6)) {
        put_power(s, x);
        return;
    }
    snprintf(b, sizeof b, "%.*f", digits < 0 ? 0 : digits > 6 ? 6 : (int)digits, fabs(x));
    if (x < 0 && strspn(b, "0.") != strlen(b)) cupel_str_puts(s, "−");
    cupel_str_puts(s, b);
}

void cupel_html_given(cupel_str *s, double x)
{
    char b[64];
    if (!isfinite(x) || fabs(x) >= 1e7 || (x != 0 && fabs(x) < 1e-4)) {
        cupel_html_value(s, x, 0);
        return;
    }
    snprintf(b, sizeof b, "%.4g", fabs(x));
    if (strchr(b, 'e')) snprintf(b, sizeof b, "%.0f", fabs(x));
    cupel_str_addf(s, "%s%s", x < 0 ? "−" : "", b);
}

void cupel_html_percent(cupel_str *s, double share)
{
    if (isnan(share))
        cupel_str_puts(s, "–");
    else if (share > 0 && share < 0.01)
        cupel_str_puts(s, "&lt;1 %");
    else if (share < 1 && share > 0.99)
        cupel_str_puts(s, "&gt;99 %");
    else
        cupel_str_addf(s, "%.0f %%", 100 * share);
}

void cupel_html_count(cupel_str *s, int64_t n)
{
    char b[32];
    cupel_str_puts(s, n < 0 ? "–" : cupel_format_count(b, (uint64_t)n));
}

void cupel_html_seconds(cupel_str *s, double t)
{
    if (!isfinite(t) || t < 0)
        cupel_str_puts(s, "–");
    else if (t < 10)
        cupel_str_addf(s, "%.2g s", t);
    else if (t < 60)
        cupel_str_addf(s, "%.0f s", t);
    else if (t < 3600)
        cupel_str_addf(s, "%.0f min %.0f s", floor(t / 60), floor(fmod(t, 60)));
    else
        cupel_str_addf(s, "%.0f h %.0f min", floor(t / 3600), floor(fmod(t, 3600) / 60));
}

void cupel_html_json(cupel_str *s, const char *json)
{
    for (size_t n = strlen(json), i = 0; i < n;) {
        uint32_t c = 0;
        size_t k = cupel_utf8((const unsigned char *)json + i, n - i, &c);
        if (!k || unfit(c))
            cupel_str_puts(s, "\\ufffd");
        else if (c == '<' || c == '>' || c == '&')
            cupel_str_addf(s, "\\u%04x", (unsigned)c);
        else
            cupel_str_add(s, json + i, k);
        i += k ? k : 1;
    }
}
