#include "models/learn/mlp.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/la.h"
#include "core/math/stats.h"

#include <math.h>
#include <string.h>

static size_t inputs_of(const cupel_mlp *net, size_t layer) { return layer ? net->hidden : net->d; }

static size_t outputs_of(const cupel_mlp *net, size_t layer) { return layer < net->layers ? net->hidden : 1; }

size_t cupel_mlp_numbers(size_t d, size_t layers, size_t hidden)
{
    size_t first = cupel_mul(d + 1, hidden), between = cupel_mul(cupel_mul(layers - 1, hidden + 1), hidden);
    return first > SIZE_MAX / 4 || between > SIZE_MAX / 4 ? SIZE_MAX : first + between + hidden + 1;
}

cupel_status cupel_mlp_make(size_t d, size_t layers, size_t hidden, cupel_mlp *net, cupel_err *err)
{
    *net = (cupel_mlp){.d = d, .layers = layers, .hidden = hidden, .n = cupel_mlp_numbers(d, layers, hidden)};
    net->w = cupel_alloc_aligned(net->n, sizeof *net->w);
    return net->w ? CUPEL_OK : cupel_no_memory(err, "a neural network", cupel_mul(net->n, sizeof *net->w));
}

void cupel_mlp_release(cupel_mlp *net)
{
    cupel_free(net->w);
    *net = (cupel_mlp){0};
}

void cupel_mlp_draw(cupel_mlp *net, uint64_t seed, uint64_t stream)
{
    size_t at = 0;
    memset(net->w, 0, net->n * sizeof *net->w);
    for (size_t l = 0; l < net->layers; l++) {
        size_t n = inputs_of(net, l) * outputs_of(net, l);
        double scale = sqrt(2 / (double)inputs_of(net, l));
        for (size_t i = 0; i < n; i++) net->w[at + i] = scale * cupel_rng_normal(seed, stream, at + i);
        at += n + outputs_of(net, l);
    }
}

static inline double ramp(double x) { return 0.5 * (x + sqrt(x * x + 1)); }
static inline double ramp_slope(double x) { return 0.5 * (1 + x / sqrt(x * x + 1)); }

double cupel_mlp_value(const cupel_mlp *net, const double *z, double *a, double *b)
{
    const double *w = net->w, *in = z;
    double *out = a, *other = b;
    for (size_t l = 0; l < net->layers; l++) {
        size_t n_in = inputs_of(net, l), n_out = net->hidden;
        memcpy(out, w + n_in * n_out, n_out * sizeof *out);
        for (size_t i = 0; i < n_in; i++, w += n_out)
            for (size_t o = 0; o < n_out; o++) out[o] += in[i] * w[o];
        w += n_out;
        for (size_t o = 0; o < n_out; o++) out[o] = ramp(out[o]);
        in = out;
        out = other;
        other = out == a ? b : a;
    }
    double sum = w[net->hidden];
    for (size_t i = 0; i < net->hidden; i++) sum += in[i] * w[i];
    return sum;
}

cupel_status cupel_mlp_work_make(const cupel_mlp *net, size_t rows, cupel_mlp_work *w, cupel_err *err)
{
    size_t each = cupel_mul(rows, net->hidden), n = cupel_mul(rows, net->d + 2);
    *w = (cupel_mlp_work){.rows = rows};
    double *p = w->memory = cupel_alloc_aligned(n > SIZE_MAX / 4 || each > SIZE_MAX / 64 ? SIZE_MAX : n + each * (2 * net->layers + 2), sizeof *p);
    if (!p) return cupel_no_memory(err, "training of a neural network", cupel_mul(n, sizeof *p));
    w->z = p, p += rows * net->d;
    w->y = p, p += rows;
    w->out = p, p += rows;
    for (size_t l = 0; l < net->layers; l++) {
        w->before[l] = p, p += each;
        w->after[l] = p, p += each;
    }
    w->back[0] = p, p += each;
    w->back[1] = p;
    return CUPEL_OK;
}

void cupel_mlp_work_release(cupel_mlp_work *w)
{
    cupel_free(w->memory);
    *w = (cupel_mlp_work){0};
}

static cupel_status forward(const cupel_mlp *net, cupel_mlp_work *w, size_t n, cupel_err *err)
{
    const double *at = net->w, *in = w->z;
    for (size_t l = 0; l <= net->layers; l++) {
        size_t n_in = inputs_of(net, l), n_out = outputs_of(net, l);
        double *out = l < net->layers ? w->before[l] : w->out;
        cupel_status st = cupel_la_multiply(CUPEL_AB, (cupel_matrix_in){in, n, n_in, n_in}, (cupel_matrix_in){at, n_in, n_out, n_out},
                                            (cupel_matrix){out, n, n_out, n_out}, err);
        if (st != CUPEL_OK) return st;
        const double *bias = at + n_in * n_out;
        for (size_t i = 0; i < n; i++)
            for (size_t o = 0; o < n_out; o++) out[i * n_out + o] += bias[o];
        at = bias + n_out;
        if (l == net->layers) break;
        for (size_t i = 0; i < n * n_out; i++) w->after[l][i] = ramp(out[i]);
        in = w->after[l];
    }
    return CUPEL_OK;
}

/* Mean loss, and its slope over each value into back [n]. */
static double loss_of(const cupel_mlp_work *w, size_t n, bool classes, double *back)
{
    double sum = 0, share = 1 / (double)n;
    for (size_t i = 0; i < n; i++) {
        double f = w->out[i], y = w->y[i];
        if (classes) {
            double t = y * f, e = cupel_exp(-fabs(t)); /* log1p(e) + max(-t, 0), without overflow */
            sum += (t > 0 ? 0 : -t) - cupel_log(1 / (1 + e));
            back[i] = -y * share * (t > 0 ? e / (1 + e) : 1 / (1 + e));
        } else {
            double r = f - y, root = sqrt(1 + r * r);
            sum += root - 1;
            back[i] = share * r / root;
        }
    }
    return sum * share;
}

static cupel_status backward(const cupel_mlp *net, cupel_mlp_work *w, size_t n, double *gradient, cupel_err *err)
{
    size_t end = net->n;
    double *back = w->back[0], *next = w->back[1];
    for (size_t l = net->layers + 1; l-- > 0;) {
        size_t n_in = inputs_of(net, l), n_out = outputs_of(net, l), begin = end - (n_in + 1) * n_out;
        const double *in = l ? w->after[l - 1] : w->z;
        double *bias = gradient + begin + n_in * n_out;
        cupel_status st = cupel_la_multiply(CUPEL_ATB, (cupel_matrix_in){in, n, n_in, n_in}, (cupel_matrix_in){back, n, n_out, n_out},
                                            (cupel_matrix){gradient + begin, n_in, n_out, n_out}, err);
        if (st != CUPEL_OK) return st;
        memset(bias, 0, n_out * sizeof *bias);
        for (size_t i = 0; i < n; i++)
            for (size_t o = 0; o < n_out; o++) bias[o] += back[i * n_out + o];
        if (!l) break;
        st = cupel_la_multiply(CUPEL_ABT, (cupel_matrix_in){back, n, n_out, n_out}, (cupel_matrix_in){net->w + begin, n_in, n_out, n_out},
                               (cupel_matrix){next, n, n_in, n_in}, err);
        if (st != CUPEL_OK) return st;
        for (size_t i = 0; i < n * n_in; i++) next[i] *= ramp_slope(w->before[l - 1][i]);
        double *swap = back;
        back = next;
        next = swap;
        end = begin;
    }
    return CUPEL_OK;
}

cupel_status cupel_mlp_loss(const cupel_mlp *net, cupel_mlp_work *w, size_t n, bool classes, double *loss, double *gradient, cupel_err *err)
{
    cupel_status st = forward(net, w, n, err);
    if (st != CUPEL_OK) return st;
    *loss = loss_of(w, n, classes, w->back[0]);
    return gradient ? backward(net, w, n, gradient, err) : CUPEL_OK;
}
