#include "core/engine/screen_cost.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/screen_parts.h"
#include "core/io/json.h"

#include <math.h>
#include <sys/resource.h>

enum { SAMPLE_TRAINING = 300, SAMPLE_PLACES = 32, FAILING_SHOWN = 20 };

static const double SAMPLE_SECONDS = 1;

/* How the time of a fit, tuning included, grows with its rows: measured from 300 to 4,600 rows, 1.65 for SVR and 2.2 for a Gaussian process. */
static const double TRAINING_POWER = 1.7;

/* Every (n / SAMPLE_TRAINING)-th row: a file is often sorted. */
static cupel_status fit_few(const cupel_training *t, const cupel_demand_property *p, const cupel_job *job, cupel_model **m, cupel_err *err)
{
    size_t n = t->records.n_rows, few = n < SAMPLE_TRAINING ? n : SAMPLE_TRAINING;
    size_t *subset = cupel_alloc(few, sizeof *subset);
    if (!subset) return cupel_no_memory(err, "a sample", few * sizeof *subset);
    for (size_t i = 0; i < few; i++) subset[i] = i * n / few;
    cupel_status st = cupel_model_fit(t, subset, few, &p->options, job, m, err);
    cupel_free(subset);
    return st;
}

/* Trains each model on few rows; *slower is by how much prediction is faster than it will be. */
static cupel_status train_few(cupel_demand *d, const cupel_job *job, cupel_screen_cost *e, double *slower, cupel_err *err)
{
    const cupel_job silent = {.threads = job->threads, .isa = job->isa, .user = job->user, .stop = job->stop};
    cupel_status st = CUPEL_OK;
    double kernels = 0, due = 0;
    e->trained_on_all = true;
    for (size_t i = 0; i < d->n_properties && st == CUPEL_OK; i++) {
        cupel_demand_property *p = &d->property[i];
        double factor = 1;
        if (!p->model) {
            cupel_training t = {0};
            st = cupel_training_read(&p->data, job, &t, err);
            double begin = cupel_now();
            if (st == CUPEL_OK) st = fit_few(&t, p, &silent, &p->model, err);
            size_t n = t.records.n_rows;
            if (n > SAMPLE_TRAINING) factor = (double)n / SAMPLE_TRAINING;
            e->trained_on_all = e->trained_on_all && factor == 1;
            e->train_seconds += (cupel_now() - begin) * pow(factor, TRAINING_POWER);
            e->memory_bytes += (uint64_t)(8 * n * n);
            cupel_training_release(&t);
            if (st != CUPEL_OK) return st;
        }
        double vectors = (double)cupel_surrogate_support_vectors(cupel_model_surrogate(p->model));
        kernels += vectors;
        due += vectors * factor;
    }
    *slower = kernels > 0 ? due / kernels : 1;
    return cupel_demand_train(d, &silent, err);
}

static cupel_status sample(cupel_screening *s, cupel_err *err)
{
    const int64_t n = s->at.end - s->at.first, one = (int64_t)s->n_hands * CUPEL_SUB_BLOCK;
    double begin = cupel_now();
    cupel_status st = CUPEL_OK;
    for (int64_t i = 0; i < SAMPLE_PLACES && st == CUPEL_OK && cupel_now() - begin < SAMPLE_SECONDS; i++) {
        int64_t at = s->at.first + n / SAMPLE_PLACES * i;
        if (at < s->at.next) continue; /* a small space is sampled whole, each candidate once */
        s->at.next = at;
        int64_t end = (at / CUPEL_SUB_BLOCK + (int64_t)(s->n_hands < s->n_slots ? s->n_hands : s->n_slots)) * CUPEL_SUB_BLOCK;
        if (end > at + one) end = at + one;
        st = cupel_block_do(s, end < s->at.end ? end : s->at.end, err);
    }
    return st;
}

static void sum_up(const cupel_screening *s, double slower, cupel_screen_cost *e)
{
    const cupel_screen_times *t = s->times;
    double n = t->candidates ? (double)t->candidates : 1, threads = (double)s->job->threads;
    double shared = t->constrain + t->predict * slower + t->rank, serial = t->read;
    int64_t left = t->candidates ? s->at.counts.total[CUPEL_SEEN] : 0;
    struct rusage usage;
    if (s->parallel_space) {
        shared += serial;
        serial = 0;
    }
    for (size_t i = 0; i < s->shape.c; i++) left -= s->at.counts.first[i];
    for (int i = 0; i < CUPEL_REASON_COUNT; i++) left -= s->at.counts.formula[i];
    double each = (serial + shared / threads) / n;
    e->candidates = (uint64_t)(s->at.end - s->at.first);
    e->sampled = t->candidates;
    e->passing = (double)left / n;
    e->per_second = each > 0 ? 1 / each : 0;
    e->screen_seconds = each * (double)e->candidates;
    e->seconds = e->train_seconds + e->screen_seconds;
    if (getrusage(RUSAGE_SELF, &usage) == 0) e->memory_bytes += (uint64_t)usage.ru_maxrss * 1024;
    /* numbers of a row, its texts, and the table beside the checkpoint */
    uint64_t row = 8 * (9 + 9 * s->shape.p + s->shape.r + s->shape.c + s->shape.m) + 100;
    e->disk_bytes = (s->d->keep * 3 + 2 * CUPEL_SAMPLE_ROWS) * row + 100000;
}

cupel_status cupel_screen_cost_of(const char *demand, const cupel_screen_options *o, const cupel_job *job, cupel_screen_cost *e, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_demand *d = NULL;
    cupel_screen_times times = {0};
    cupel_screen_options plain = *o;
    double slower = 1;
    plain.checkpoint = NULL;
    plain.resume = false;
    cupel_screening s = {.o = &plain, .job = job, .times = &times};
    *e = (cupel_screen_cost){0};
    CUPEL_TRY(cupel_demand_open(demand, &d, err));
    CUPEL_TRY(train_few(d, job, e, &slower, err));
    s.d = d;
    CUPEL_TRY(cupel_screening_open(&s, err));
    CUPEL_TRY(sample(&s, err));
    sum_up(&s, slower, e);
    e->is_list = !s.parallel_space;
    CUPEL_TRY(cupel_screen_failing(&s, &e->failing, err));
done:
    cupel_screening_close(&s);
    cupel_demand_free(d);
    return st;
}

void cupel_screen_cost_release(cupel_screen_cost *e) { cupel_failing_release(&e->failing); }

/* Every row that is named, with its place and why. */
static void put_failing(const cupel_failing *f, cupel_json_out *w)
{
    cupel_json_name(w, "failing");
    cupel_json_put_count(w, f->n_all);
    cupel_json_name(w, "failing_rows");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < f->n; i++) {
        cupel_json_open(w, '{');
        cupel_json_name(w, "line");
        cupel_json_put_count(w, f->row[i].line);
        cupel_json_name(w, "formula");
        cupel_json_put_string(w, f->row[i].formula);
        cupel_json_name(w, "reason");
        cupel_json_put_string(w, f->row[i].reason);
        cupel_json_name(w, "words");
        cupel_json_put_string(w, f->row[i].words);
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
}

static void say_failing(const cupel_failing *f, cupel_str *out)
{
    char a[32];
    if (!f->n_all) {
        cupel_str_puts(out, "list        every row can be read and described\n");
        return;
    }
    cupel_str_addf(out, "list        %s row%s will fail:\n", cupel_format_count(a, f->n_all), f->n_all == 1 ? "" : "s");
    size_t shown = f->n < FAILING_SHOWN ? f->n : FAILING_SHOWN;
    for (size_t i = 0; i < shown; i++) cupel_str_addf(out, "  %s\n", f->row[i].words);
    if (f->n_all > shown) cupel_str_addf(out, "  and %s more; --format json names %d\n", cupel_format_count(a, f->n_all - shown), CUPEL_FAILING_ROWS);
}

static double three_digits(double x)
{
    double unit = x > 0 ? pow(10, floor(log10(x)) - 2) : 1;
    return nearbyint(x / unit) * unit;
}

void cupel_screen_cost_text(const cupel_screen_cost *e, bool json, cupel_str *out)
{
    char a[32], b[32];
    if (json) {
        cupel_json_out w = {.s = out};
        cupel_json_open(&w, '{');
        cupel_json_name(&w, "candidates");
        cupel_json_put_int(&w, (int64_t)e->candidates);
        cupel_json_name(&w, "memory_bytes");
        cupel_json_put_int(&w, (int64_t)e->memory_bytes);
        cupel_json_name(&w, "disk_bytes");
        cupel_json_put_int(&w, (int64_t)e->disk_bytes);
        const struct {
            const char *name;
            double x;
        } number[] = {{"seconds", e->seconds},
                      {"train_seconds", e->train_seconds},
                      {"screen_seconds", e->screen_seconds},
                      {"candidates_per_second", e->per_second},
                      {"share_meeting_constraints", e->passing}};
        for (size_t i = 0; i < sizeof number / sizeof *number; i++) {
            cupel_json_name(&w, number[i].name);
            cupel_json_put_number(&w, three_digits(number[i].x));
        }
        cupel_json_name(&w, "sampled");
        cupel_json_put_int(&w, (int64_t)e->sampled);
        if (e->is_list) put_failing(&e->failing, &w);
        cupel_json_close(&w, '}');
        cupel_str_putc(out, '\n');
        return;
    }
    cupel_str_addf(out, "candidates  %s, of which about %.3g %% meet the element constraints\n", cupel_format_count(a, e->candidates),
                   100 * e->passing);
    cupel_str_addf(out, "time        about %.3g s: training %.3g s, screening %.3g s (%s candidates per second)\n", e->seconds,
                   e->train_seconds, e->screen_seconds, cupel_format_count(b, (uint64_t)e->per_second));
    cupel_str_addf(out, "memory      about %.3g MB\ndisk        about %.3g MB\n", (double)e->memory_bytes / 1e6, (double)e->disk_bytes / 1e6);
    cupel_str_addf(out, "from a sample of %s candidates%s\n", cupel_format_count(a, e->sampled),
                   e->trained_on_all ? "" : " and a model of few rows: within a factor of two or so");
    if (e->is_list) say_failing(&e->failing, out);
}
