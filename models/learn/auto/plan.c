#include "models/learn/auto/parts.h"

enum { FEW = 1500, MANY = 20000, HURDLE_ROWS = 150, FRACTIONS_MOST = 60, FRACTIONS_ROWS = 6000, STACK_ROWS = 4000 };
static const double HURDLE_SHARE = 0.05, SKEWED = 1.5;

/* The shape of a unit before the size of the table is known. */
typedef struct shape {
    const char *name;
    cupel_auto_role role;
    cupel_auto_columns columns;
    cupel_auto_machine machine;
    bool lengths;
    cupel_trees_kind kind;
    double share;                /* of the columns */
    size_t trees, leaf, leaves;  /* boosting with 0 leaves: by the number of rows */
    cupel_trees_loss loss;
    bool logarithm, quantiles;
    unsigned seed;               /* added to the model's */
    unsigned when;               /* conditions below, all must hold */
} shape;

enum { SKEW = 1, EVEN = 2, ELEMENTS = 4, SMALL = 8, NOT_LARGE = 16, TINY = 32 };

#define EXTRA .kind = CUPEL_EXTRA_TREES
#define FOREST .kind = CUPEL_RANDOM_FOREST
#define BOOST .kind = CUPEL_BOOSTED_TREES
#define SMOOTH .machine = CUPEL_AUTO_SMOOTH
#define PLAIN .columns = CUPEL_AUTO_PLAIN
#define HUBER .loss = CUPEL_LOSS_PSEUDO_HUBER
#define LOG_LOSS .loss = CUPEL_LOSS_LOG

/* Each kind of member first, cheap ones before dear ones; then the second levels; then more of what there is. */
static const shape values[] = {
    {"extra trees", EXTRA, .share = .3, .trees = 300},
    {"boosting, pseudo-Huber", BOOST, HUBER},
    {"extra trees on fractions", EXTRA, .columns = CUPEL_AUTO_FRACTIONS, .share = .9, .trees = 500, .when = ELEMENTS},
    {"kernel machine on fractions", SMOOTH, .columns = CUPEL_AUTO_FRACTIONS, .lengths = true, .when = ELEMENTS | SMALL},
    {"boosting on fractions", BOOST, HUBER, .columns = CUPEL_AUTO_FRACTIONS, .when = ELEMENTS | SMALL},
    {"extra trees on fractions, leaf 2", EXTRA, .columns = CUPEL_AUTO_FRACTIONS, .share = .6, .trees = 500, .leaf = 2, .when = ELEMENTS | SMALL},
    {"second level on fractions", EXTRA, .role = CUPEL_AUTO_STACK, .columns = CUPEL_AUTO_FRACTIONS, .share = .5, .trees = 500, .leaf = 3,
     .when = ELEMENTS | SMALL},
    {"boosting, larger trees", BOOST, HUBER, .trees = 300, .leaves = 24, .when = EVEN | TINY},
    {"boosting of the logarithm", BOOST, HUBER, .logarithm = true, .when = SKEW},
    {"median of extra trees", EXTRA, .share = .7, .trees = 200, .quantiles = true, .when = NOT_LARGE},
    {"extra trees of the logarithm", EXTRA, .share = .3, .trees = 300, .logarithm = true, .when = SKEW},
    {"median of a random forest", FOREST, .share = .25, .trees = 200, .quantiles = true, .when = SKEW | SMALL},
    {"kernel machine", SMOOTH, .when = NOT_LARGE},
    {"median of a random forest on the first set", FOREST, PLAIN, .share = .25, .trees = 200, .quantiles = true, .when = NOT_LARGE},
    {"boosting on the first set, squares", BOOST, PLAIN, .loss = CUPEL_LOSS_SQUARED},
    {"extra trees on the first set", EXTRA, PLAIN, .share = .7, .trees = 300},
    {"kernel machine of the logarithm", SMOOTH, .logarithm = true, .when = SKEW | NOT_LARGE},
    {"boosting on the first set, pseudo-Huber", BOOST, PLAIN, HUBER},
    {"boosting, squares", BOOST, .loss = CUPEL_LOSS_SQUARED},
    {"extra trees, most columns", EXTRA, .share = .7, .trees = 300, .leaf = 2, .when = SMALL},
    {"median of a random forest", FOREST, .share = .25, .trees = 200, .quantiles = true, .when = EVEN | SMALL},
    {"second level", EXTRA, .role = CUPEL_AUTO_STACK, .share = .5, .trees = 500, .leaf = 3, .when = SMALL},
    {"random forest on the first set", FOREST, PLAIN, .share = .25, .trees = 300, .when = NOT_LARGE},
    {"boosting, pseudo-Huber", BOOST, HUBER, .seed = 1},
    {"median of extra trees, fewer columns", EXTRA, .share = .3, .trees = 200, .quantiles = true, .seed = 1, .when = SKEW | SMALL},
    {"boosting of the logarithm", BOOST, HUBER, .logarithm = true, .seed = 1, .when = SKEW},
    {"boosting, pseudo-Huber", BOOST, HUBER, .seed = 2},
    {"boosting, squares", BOOST, .loss = CUPEL_LOSS_SQUARED, .seed = 1},
    {"extra trees", EXTRA, .share = .3, .trees = 300, .seed = 1},
    {"boosting, pseudo-Huber", BOOST, HUBER, .seed = 3},
    {0}};

static const shape hurdle[] = {
    {"whether: boosting", BOOST, .role = CUPEL_AUTO_ABOVE, LOG_LOSS},
    {"how much: extra trees", EXTRA, .role = CUPEL_AUTO_AMOUNT, .share = .4, .trees = 200, .quantiles = true},
    {"how much: boosting", BOOST, .role = CUPEL_AUTO_AMOUNT, HUBER},
    {"whether: extra trees", EXTRA, .role = CUPEL_AUTO_ABOVE, .share = .2, .trees = 200},
    {"how much: boosting of the logarithm", BOOST, .role = CUPEL_AUTO_AMOUNT, HUBER, .logarithm = true},
    {"how much: kernel machine of the logarithm", SMOOTH, .role = CUPEL_AUTO_AMOUNT, .logarithm = true, .when = NOT_LARGE},
    {"without a hurdle: boosting", BOOST, HUBER},
    {"whether: kernel machine", SMOOTH, .role = CUPEL_AUTO_ABOVE, .when = NOT_LARGE},
    {"whether: boosting, large trees", BOOST, .role = CUPEL_AUTO_ABOVE, LOG_LOSS, .leaves = 127, .when = NOT_LARGE},
    {"without a hurdle: extra trees on the first set", EXTRA, PLAIN, .share = .5, .trees = 300},
    {"without a hurdle: median of extra trees", EXTRA, .share = .7, .trees = 200, .quantiles = true, .when = NOT_LARGE},
    {"whether: boosting", BOOST, .role = CUPEL_AUTO_ABOVE, LOG_LOSS, .seed = 1},
    {"how much: boosting", BOOST, .role = CUPEL_AUTO_AMOUNT, HUBER, .seed = 1},
    {"how much: boosting of the logarithm", BOOST, .role = CUPEL_AUTO_AMOUNT, HUBER, .logarithm = true, .seed = 1},
    {"whether: extra trees", EXTRA, .role = CUPEL_AUTO_ABOVE, .share = .2, .trees = 200, .seed = 1},
    {0}};

static const shape classes[] = {
    {"boosting", BOOST, LOG_LOSS, .leaves = 31},
    {"extra trees", EXTRA, .share = .2, .trees = 300},
    {"boosting, large trees", BOOST, LOG_LOSS, .leaves = 127},
    {"kernel machine", SMOOTH, .when = NOT_LARGE},
    {"extra trees, most columns", EXTRA, .share = .5, .trees = 300, .leaf = 3, .when = SMALL},
    {"extra trees on fractions", EXTRA, .columns = CUPEL_AUTO_FRACTIONS, .share = .3, .trees = 300, .when = NOT_LARGE},
    {"boosting on the first set", BOOST, PLAIN, LOG_LOSS},
    {"random forest on the first set", FOREST, PLAIN, .share = .25, .trees = 300, .when = SMALL},
    {"extra trees on the first set", EXTRA, PLAIN, .share = .5, .trees = 300, .leaf = 3},
    {"boosting", BOOST, LOG_LOSS, .leaves = 31, .seed = 1},
    {"boosting, large trees", BOOST, LOG_LOSS, .leaves = 127, .seed = 1},
    {"boosting", BOOST, LOG_LOSS, .leaves = 31, .seed = 2},
    {"boosting, large trees", BOOST, LOG_LOSS, .leaves = 127, .seed = 2},
    {"extra trees", EXTRA, .share = .15, .trees = 300, .seed = 1},
    {0}};

static bool applies(const shape *s, const cupel_auto_facts *f)
{
    const bool fractions = f->n_fractions >= 2 && (f->is_class ? f->n_fractions > 0 : f->n_fractions <= FRACTIONS_MOST && f->n <= FRACTIONS_ROWS);
    if (s->columns == CUPEL_AUTO_FRACTIONS && !fractions) return false;
    if (s->columns == CUPEL_AUTO_PLAIN && !f->plain) return false;
    if (s->when & SKEW && !(f->skew > SKEWED)) return false;
    if (s->when & EVEN && f->skew > SKEWED) return false;
    if (s->when & TINY && f->n >= FEW) return false;
    if (s->when & SMALL && f->n > STACK_ROWS) return false;
    return !(s->when & NOT_LARGE && f->n > MANY);
}

/* Boosting on one kind of descriptor with the settings of its learner (models/learn/forest.c); few rows want the smallest trees that it tries. */
static void size_plain_boosting(const shape *s, const cupel_auto_facts *f, cupel_trees_options *o)
{
    o->trees = 500;
    o->rate = 0.05;
    o->leaves = f->n < FEW ? 6 : 31;
    o->columns = 0.3;
    o->seeds = 3;
    o->loss = s->loss;
    o->huber = 0.2;
}

/* Boosting by the number of rows: small tables want small trees, of which each sees few columns and is one of three. */
static void size_boosting(const shape *s, const cupel_auto_facts *f, cupel_trees_options *o)
{
    const bool few = f->n < FEW, larger = few && s->leaves; /* larger trees, of yet fewer columns and rows */
    const bool step = s->role == CUPEL_AUTO_ABOVE || s->role == CUPEL_AUTO_AMOUNT; /* of a hurdle */
    o->trees = s->trees ? s->trees : few ? 500 : s->loss == CUPEL_LOSS_LOG && s->leaves < 100 ? 400 : 600;
    o->rate = s->leaves > 100 ? 0.05 : 0.04;
    o->leaves = s->leaves ? s->leaves : few ? 12 : 31;
    o->columns = s->columns == CUPEL_AUTO_FRACTIONS ? 0.5 : larger ? 0.1 : few ? 0.15 : 0.2;
    o->subsample = larger ? 0.6 : few ? 0.7 : 0.8;
    o->depth = s->leaves > 100 ? 14 : larger ? 8 : few ? 5 : 20;
    o->child_weight = s->leaves > 100 ? 1 : s->loss == CUPEL_LOSS_LOG && !s->leaves ? 5 : few ? 1 : 5;
    o->lambda = s->leaves > 100 ? 2 : 1;
    o->seeds = !few ? (step && f->n <= MANY && s->leaves < 100 && !f->trial ? 3 : 1) : s->columns == CUPEL_AUTO_FRACTIONS ? 4 : 3;
    o->loss = s->loss;
    o->huber = s->logarithm ? 0.15 : larger ? 0.1 : 0.2;
}

static cupel_auto_unit make(const shape *s, const cupel_auto_facts *f, uint64_t seed)
{
    cupel_auto_unit u = {.name = s->name, .role = s->role, .columns = s->columns, .machine = s->machine, .lengths = s->lengths,
                         .logarithm = s->logarithm, .quantiles = s->quantiles, .trees = cupel_trees_defaults(s->kind)};
    u.trees.seed = seed + 1000003 * (uint64_t)s->seed;
    if (s->kind == CUPEL_BOOSTED_TREES) {
        (s->columns == CUPEL_AUTO_PLAIN ? size_plain_boosting : size_boosting)(s, f, &u.trees);
        return u;
    }
    u.trees.trees = f->n > MANY ? s->trees / 3 : s->trees;
    u.trees.columns = s->share;
    u.trees.leaf = s->leaf ? s->leaf : f->n > MANY ? 3 : 1;
    u.trees.keep_rows = s->quantiles;
    return u;
}

static bool makes_hurdle(double rows, double lowest_share)
{
    return lowest_share > HURDLE_SHARE && rows * lowest_share >= HURDLE_ROWS && rows * (1 - lowest_share) >= HURDLE_ROWS;
}

bool cupel_auto_crosses(size_t n, size_t at_lowest)
{
    return n > 0 && n <= MANY && makes_hurdle((double)n, (double)at_lowest / (double)n);
}

size_t cupel_auto_plan(const cupel_auto_facts *f, uint64_t seed, cupel_auto_unit *unit, size_t *least)
{
    const bool crosses = !f->is_class && makes_hurdle((double)f->n, f->lowest_share);
    size_t n = 0;
    for (const shape *s = f->is_class ? classes : crosses ? hurdle : values; s->name && n < CUPEL_AUTO_MEMBERS; s++)
        if (applies(s, f)) unit[n++] = make(s, f, seed);
    *least = crosses ? 3 : 1;
    return n;
}
