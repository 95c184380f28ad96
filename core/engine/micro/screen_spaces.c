#include "core/engine/micro/screen_spaces.h"

#include "core/base/err.h"
#include "core/engine/micro/sketch.h"
#include "core/engine/report_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Steps of each space, and how many are searched at most: one group of starts. */
enum { STEPS = 4, SEARCHED = 4 };

/* A space is far when it is so many times as far off as the nearest, which coarse grids tell to about so many tolerances. */
static const double FAR = 4, TOLD = 2;

/* Share of a budget of time that is spent when all have been looked at, and when the nearest have been moved. */
static const double LOOKED = 0.15, MOVED = 0.25;

/* Residual, in tolerances, at which a space needs no more steps to be among the nearest. */
static const double NEAR = 1;

static cupel_design_space *space_of(const cupel_search *s, size_t family) { return &s->out->space[s->families.one[family].listed]; }

/* Of two that are near the one that fewer parameters move: what a gyroid has by its one fraction it has on any grid, and is solved well; a random
 * field of twenty numbers can be near anything on a small one. */
static bool is_before(const cupel_search *s, const cupel_start *a, const cupel_start *b)
{
    const size_t n = s->families.one[a->family].n, m = s->families.one[b->family].n;
    const bool near = !s->goals && fmax(a->cost, b->cost) <= NEAR * NEAR;
    if (near && n != m) return n < m;
    return a->cost != b->cost ? a->cost < b->cost : a->order < b->order;
}

static void sort(const cupel_search *s, cupel_starts *starts)
{
    for (size_t i = 1; i < starts->n; i++)
        for (size_t k = i; k && is_before(s, &starts->one[k], &starts->one[k - 1]); k--) {
            const cupel_start swap = starts->one[k];
            starts->one[k] = starts->one[k - 1];
            starts->one[k - 1] = swap;
        }
}

static bool spent(const cupel_search *s, double share)
{
    return cupel_clock_cuts(&s->clock, 0, share * s->d->budget_seconds, CUPEL_CUT_LOOKING);
}

static cupel_status move(cupel_search *s, cupel_start *one, cupel_err *err)
{
    static const double FIRMNESS = 5e-2;
    cupel_trial t = {.solves = 0};
    s->family = &s->families.one[one->family];
    s->seed = one->seed;
    s->start = one->order;
    s->firmness = FIRMNESS;
    memcpy(s->x, one->x, sizeof s->x);
    cupel_status st = cupel_search_stage(s, s->family->scan_grid, STEPS, NEAR, 5e-3, &t, err);
    if (st == CUPEL_OK) {
        one->cost = cupel_search_merit(s, &t.t);
        memcpy(one->x, s->x, sizeof one->x);
    }
    if (st == CUPEL_FAILED) one->cost = HUGE_VAL;
    cupel_search_drop(s, &st, err);
    cupel_trial_release(&t);
    return st;
}

static bool has_goal(const cupel_micro_demand *d)
{
    for (size_t i = 0; i < d->n_asks; i++)
        if (d->ask[i].goal) return true;
    return false;
}

static void leave(cupel_search *s, size_t family, const char *why)
{
    s->left[family] = true;
    snprintf(space_of(s, family)->why, sizeof space_of(s, family)->why, "%s", why);
}

static const cupel_start *nearest_of(const cupel_starts *starts)
{
    const cupel_start *best = NULL;
    for (size_t i = 0; i < starts->n; i++)
        if (!best || starts->one[i].cost < best->cost) best = &starts->one[i];
    return best;
}

/* starts: in the order in which they are searched. */
static void choose(cupel_search *s, const cupel_search *on, const cupel_starts *starts, bool goal)
{
    const cupel_start *nearest = nearest_of(starts);
    const double best = nearest ? sqrt(fmax(nearest->cost, 0)) : 0;
    const char *first = nearest ? s->d->listed[s->families.one[nearest->family].listed].name : "";
    size_t n = 0;
    for (size_t i = 0; i < starts->n; i++) {
        const cupel_start *one = &starts->one[i];
        const double off = sqrt(fmax(one->cost, 0));
        char why[200];
        if (one->cost == HUGE_VAL) {
            leave(s, one->family, "the solver does not converge in it");
        } else if (!goal && off > FAR * fmax(best, TOLD)) {
            snprintf(why, sizeof why, "%.3g tolerances off on %zu voxels an edge, '%s' %.3g", off,
                     on->families.one[one->family].scan_grid, first, best);
            leave(s, one->family, why);
            space_of(s, one->family)->far = true;
        } else if (n == SEARCHED) {
            snprintf(why, sizeof why, "%d others are %s on %zu voxels an edge, '%s' before all", SEARCHED,
                     off > NEAR ? "nearer" : "as near, by fewer parameters,", on->families.one[one->family].scan_grid, first);
            leave(s, one->family, why);
        } else {
            n++;
        }
        space_of(s, one->family)->misfit = goal || one->cost == HUGE_VAL ? (double)NAN : off;
    }
}

static void keep_searched(const cupel_search *s, cupel_starts *starts)
{
    size_t n = 0;
    for (size_t i = 0; i < starts->n; i++)
        if (!s->left[starts->one[i].family]) starts->one[n] = starts->one[i], starts->one[n].order = n, n++;
    starts->n = n;
}

static bool is_left_as(const cupel_search *s, size_t i, size_t as)
{
    return !s->out->space[i].searched && strcmp(s->out->space[i].why, s->out->space[as].why) == 0;
}

/* Of several that are far, each with how far. */
static bool say_far(const cupel_search *s)
{
    const cupel_design_space *space = s->out->space;
    size_t n = 0, first = 0, nearest = 0;
    cupel_str names = {0};
    for (size_t i = 0; i < s->d->n_listed; i++) {
        if (isnan(space[nearest].misfit) || space[i].misfit < space[nearest].misfit) nearest = i;
        if (!space[i].far) continue;
        cupel_str_addf(&names, "%s'%s' %.3g", n ? ", " : "", s->d->listed[i].name, space[i].misfit);
        if (!n++) first = i;
    }
    if (n > 1)
        cupel_say(s->job, CUPEL_NOTE, "%s:%zu: spaces left, which are on small grids so many tolerances off, where '%s' is %.3g: %s", s->d->file,
                  s->d->listed[first].line, s->d->listed[nearest].name, space[nearest].misfit, cupel_str_text(&names));
    cupel_str_free(&names);
    return n > 1;
}

/* Those that are left for the same reason in one line. */
static void say(const cupel_search *s)
{
    const bool far = say_far(s);
    for (size_t i = 0, k; i < s->d->n_listed; i++) {
        cupel_str names = {0};
        for (k = 0; k < i && !is_left_as(s, k, i); k++) {}
        if (s->out->space[i].searched || k < i || (far && s->out->space[i].far)) continue;
        for (k = i; k < s->d->n_listed; k++)
            if (is_left_as(s, k, i)) cupel_str_addf(&names, "%s'%s'", names.n ? ", " : "", s->d->listed[k].name);
        cupel_say(s->job, CUPEL_NOTE, "%s:%zu: space %s left: %s", s->d->file, s->d->listed[i].line, cupel_str_text(&names), s->out->space[i].why);
        cupel_str_free(&names);
    }
}

/* Each from its beginning, at the fraction that suits it. */
static cupel_status look(const cupel_search *s, cupel_search *on, cupel_starts *starts, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t k = 0; k < s->families.n && st == CUPEL_OK; k++)
        if (!k || !spent(s, LOOKED)) st = cupel_starts_first(on, k, starts, err);
    return st;
}

/* Nothing but its fraction moves it, and a look has fitted that. */
static bool is_fitted(const cupel_search *s, const cupel_start *one)
{
    const cupel_family *f = &s->families.one[one->family];
    for (size_t i = 0; i < s->d->n_asks; i++)
        if (s->d->ask[i].whole && s->d->ask[i].kind != CUPEL_ASK_EXPANSION) return f->n == 1 && f->fraction == 0;
    return false;
}

/* Nearest first, until so many are near as are searched. */
static cupel_status move_all(const cupel_search *s, cupel_search *on, cupel_starts *starts, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const bool goal = has_goal(s->d);
    sort(on, starts);
    for (size_t i = 0, near = 0; i < starts->n && st == CUPEL_OK && near < SEARCHED; i++) {
        cupel_start *one = &starts->one[i];
        if (!is_fitted(s, one) && (goal || one->cost > NEAR * NEAR) && !spent(s, MOVED)) st = move(on, one, err);
        near += !goal && one->cost <= NEAR * NEAR;
    }
    sort(on, starts);
    return st;
}

/* Which are searched, and why the others are not. */
static void judge(cupel_search *s, const cupel_search *on, cupel_starts *starts)
{
    bool looked[CUPEL_FAMILIES_MAX] = {false};
    for (size_t i = 0; i < starts->n; i++) looked[starts->one[i].family] = true;
    for (size_t i = 0; i < s->d->n_listed; i++) {
        s->out->space[i] = (cupel_design_space){.misfit = NAN};
        snprintf(s->out->space[i].why, sizeof s->out->space[i].why, "%s", s->families.left[i]);
    }
    choose(s, on, starts, has_goal(s->d));
    for (size_t k = 0; k < s->families.n; k++) {
        if (!looked[k]) leave(s, k, on->tried[k] ? "the solver does not converge in it" : "the budget is too small to look at it");
        space_of(s, k)->searched = !s->left[k];
    }
    keep_searched(s, starts);
    s->near = !has_goal(s->d) && starts->n && starts->one[0].cost <= NEAR * NEAR;
}

/* Most generators make their bodies of phase 1. */
static void say_bodies(const cupel_search *s)
{
    const cupel_micro_demand *d = s->d;
    if (d->n_phases == 2 && s->falls)
        cupel_say(s->job, CUPEL_NOTE, "%s:%zu: struts, walls, particles and fibres of the spaces are of '%s', the second phase, which is the weaker; "
                  "with the phases the other way round in the demand they are of '%s'", d->file, d->space->line, d->phase[1].name, d->phase[0].name);
}

cupel_status cupel_spaces_screen(cupel_search *s, cupel_starts *starts, cupel_err *err)
{
    if (!s->d->n_listed) return CUPEL_OK;
    say_bodies(s);
    const double begin = cupel_now();
    cupel_sketch *on = cupel_sketch_new(s);
    cupel_status st = on ? look(s, &on->search, starts, err) : cupel_no_memory(err, "a sketch of a design", sizeof *on);
    if (st == CUPEL_OK) st = move_all(s, &on->search, starts, err);
    if (st == CUPEL_OK) judge(s, &on->search, starts);
    if (st == CUPEL_OK) {
        say(s);
        if (!starts->n) s->out->dropped = on->found.dropped;
        s->out->look_solves = on->found.solves;
        s->out->look_seconds = cupel_now() - begin;
    }
    cupel_sketch_free(on);
    return st;
}

void cupel_spaces_only(cupel_search *s, const cupel_family *f, const char *why)
{
    for (size_t i = 0; i < s->d->n_listed; i++) {
        cupel_design_space *x = &s->out->space[i];
        *x = (cupel_design_space){.searched = i == f->listed, .misfit = NAN};
        if (!x->searched) snprintf(x->why, sizeof x->why, "%s", why);
    }
}

/* A search may end before its screen. */
static const char *why_of(const cupel_design_space *x) { return *x->why ? x->why : "the search ended before it was looked at"; }

void cupel_spaces_put(const cupel_micro_demand *d, const cupel_designs *found, cupel_json_out *w)
{
    if (!d->n_listed) return;
    cupel_json_name(w, "spaces");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < d->n_listed; i++) {
        const cupel_design_space *x = &found->space[i];
        cupel_json_open(w, '{');
        cupel_json_name(w, "generator");
        cupel_json_put_string(w, d->listed[i].name);
        cupel_json_name(w, "line");
        cupel_json_put_count(w, d->listed[i].line);
        cupel_json_name(w, "searched");
        cupel_json_put_bool(w, x->searched);
        cupel_json_name(w, "misfit");
        cupel_json_put_number(w, x->misfit);
        cupel_json_name(w, "reason");
        if (x->searched)
            cupel_json_put_null(w);
        else
            cupel_json_put_string(w, why_of(x));
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
    cupel_json_name(w, "look");
    cupel_json_open(w, '{');
    cupel_json_name(w, "solves");
    cupel_json_put_count(w, found->look_solves);
    cupel_json_name(w, "seconds");
    cupel_json_put_number(w, found->look_seconds);
    cupel_json_close(w, '}');
}

void cupel_spaces_say(const cupel_micro_demand *d, const cupel_designs *found, cupel_str *out)
{
    size_t n = 0;
    for (size_t i = 0; i < d->n_listed; i++) n += found->space[i].searched;
    if (!d->n_listed) return;
    cupel_str_addf(out, "%zu of %zu spaces searched:", n, d->n_listed);
    for (size_t i = 0; i < d->n_listed; i++)
        if (found->space[i].searched) cupel_str_addf(out, " '%s'", d->listed[i].name);
    cupel_str_puts(out, n < d->n_listed ? "; why the others are not is in run.json\n" : "\n");
    if (found->look_solves)
        cupel_str_addf(out, "looked at on the smallest grids: %zu loads in %.2g s, which do not count against a budget in solves\n",
                       found->look_solves, found->look_seconds);
}

void cupel_spaces_page(const cupel_micro_demand *d, const cupel_designs *found, cupel_str *out)
{
    if (!d->n_listed) return;
    cupel_str_puts(out, "<section id=spaces><h2>Spaces</h2>\n<p>How far each came on a small grid, in tolerances, and why it was left.</p>\n"
                        "<div class=scroll><table class=plain><tbody>\n");
    for (size_t i = 0; i < d->n_listed; i++) {
        cupel_str_puts(out, "<tr><th scope=row>");
        cupel_html(out, d->listed[i].name);
        cupel_str_puts(out, "<td class=num>");
        if (!isnan(found->space[i].misfit)) cupel_str_addf(out, "%.3g", found->space[i].misfit);
        cupel_str_puts(out, "<td>");
        cupel_html(out, found->space[i].searched ? "searched" : why_of(&found->space[i]));
        cupel_str_putc(out, '\n');
    }
    cupel_str_puts(out, "</table></div></section>\n");
}
