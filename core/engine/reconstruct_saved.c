/* Statistics that `cupel describe` saved: JSON, whose curves tell S2 by distance, or an artifact, whose maps tell it over all lags. */
#include "core/engine/reconstruct_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/artifact.h"
#include "core/io/json.h"
#include "core/sys/file.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const how_to = "expected what 'cupel describe VOLUME --set two_point --format json' or '--set two_point:map=1 -o FILE.h5' writes";

static bool ends_in(const char *s, const char *end)
{
    const size_t n = strlen(s), m = strlen(end);
    return n > m && strcmp(s + n - m, end) == 0;
}

static bool is_artifact(const char *path)
{
    char head[8] = {0};
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    const bool is = fread(head, 1, sizeof head, f) == sizeof head && memcmp(head, "CUPELART", sizeof head) == 0;
    fclose(f);
    return is;
}

/* The label of option --phase; *given is false without. */
static cupel_status read_label(const char *text, bool *given, int64_t *label, cupel_err *err)
{
    *given = text != NULL;
    if (!text || cupel_parse_i64(cupel_text_of(text), label)) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE, "option --phase: found '%.60s', expected a label, a whole number", text);
}

/* ---- JSON ---- */

/* Of a node that may not be there. */
static const cupel_json *member(const cupel_json *object, const char *key) { return object ? cupel_json_get(object, key) : NULL; }

static const cupel_json *element(const cupel_json *array, size_t i) { return array ? cupel_json_at(array, i) : NULL; }

static bool number(const cupel_json *node, double *x) { return node && cupel_json_number(node, x); }

static bool number_of(const cupel_json *object, const char *key, double *x) { return number(member(object, key), x); }

static bool text_is(const cupel_json *object, const char *key, const char *text)
{
    cupel_text t;
    const cupel_json *node = member(object, key);
    return node && cupel_json_string(node, &t) && cupel_text_is(t, text);
}

/* The numbers of an array, times f. NULL when they are none, or memory is out. */
static double *numbers(const cupel_json *array, double f, size_t *n)
{
    *n = cupel_json_size(array);
    double *x = *n ? cupel_alloc(*n, sizeof *x) : NULL;
    for (size_t i = 0; x && i < *n; i++) {
        if (!number(element(array, i), &x[i])) {
            cupel_free(x);
            return NULL;
        }
        x[i] *= f;
    }
    return x;
}

/* The phase that is matched: its id, label, fraction; the label of another. */
static cupel_status choose_phase(const cupel_json *phases, const char *path, const char *wanted, cupel_measured *m, int *id, cupel_err *err)
{
    bool given;
    int64_t label = 0;
    double found = 0, other = 0;
    const size_t n = cupel_json_size(phases);
    const cupel_status st = read_label(wanted, &given, &label, err);
    if (st != CUPEL_OK) return st;
    if (n < 2) return cupel_fail(err, CUPEL_BAD_INPUT, "'%s' tells of %zu phases, expected two", path, n);
    if (n > 2 && !given)
        return cupel_fail(err, CUPEL_USAGE, "'%s' tells of %zu phases, expected two; --phase LABEL matches one against all others", path, n);
    *id = given ? -1 : 1;
    for (size_t i = 0; i < n && given; i++)
        if (number_of(element(phases, i), "label", &found) && found == (double)label) *id = (int)i;
    if (*id < 0) return cupel_fail(err, CUPEL_USAGE, "option --phase: '%s' has no label %" PRId64, path, label);
    const cupel_json *one = element(phases, (size_t)*id);
    if (!number_of(one, "fraction", &m->phi) || !number_of(one, "label", &found) ||
        !number_of(element(phases, *id == 0 ? 1 : 0), "label", &other) || !(m->phi > 0 && m->phi < 1))
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': phase %d has no label and fraction; %s", path, *id, how_to);
    m->label[0] = (int64_t)other;
    m->label[1] = (int64_t)found;
    return CUPEL_OK;
}

/* Shape and edges; *edge: what a voxel is in the unit of the curves. */
static cupel_status read_head(const cupel_json *root, const char *path, cupel_measured *m, double *edge, cupel_err *err)
{
    const cupel_json *grid = member(root, "grid"), *size = member(root, "voxel_size");
    double x;
    m->dim = (int)cupel_json_size(grid);
    if (m->dim < 2 || m->dim > 3) return cupel_fail(err, CUPEL_BAD_INPUT, "'%s' has no \"grid\" of two or three axes; %s", path, how_to);
    m->has_size = cupel_json_size(size) == (size_t)m->dim;
    for (int a = 0; a < 3; a++) {
        m->n[a] = 1;
        m->size[a] = 1;
        if (a >= m->dim) continue;
        if (!number(element(grid, (size_t)a), &x) || !(x >= 1 && x <= 1e6) || (m->has_size && !number(element(size, (size_t)a), &m->size[a])))
            return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': \"grid\" and \"voxel_size\" must be numbers; %s", path, how_to);
        m->n[a] = (size_t)x;
        if (m->size[a] != m->size[0])
            return cupel_fail(err, CUPEL_BAD_INPUT,
                              "'%s': edges of a voxel differ, and a curve by distance does not tell of directions; save the map: %s", path, how_to);
    }
    *edge = m->size[0];
    return CUPEL_OK;
}

static cupel_status take_curve(const cupel_json *c, const char *path, double edge, int id, cupel_measured *m, cupel_err *err)
{
    double phase, axis = -1, other;
    const cupel_json *x = member(c, "x"), *y = member(c, "y");
    const bool s2 = text_is(c, "name", "S2"), lineal = text_is(c, "name", "lineal path");
    size_t n = 0, n_y = 0;
    if (!(s2 || lineal) || !number_of(c, "phase", &phase) || number_of(c, "other", &other)) return CUPEL_OK;
    number_of(c, "axis", &axis);
    if (s2 && axis < 0 && (int)phase == id && !m->radial) {
        m->radius = numbers(x, 1 / edge, &n);
        m->radial = numbers(y, 1, &n_y);
        m->n_radii = n;
        bool rising = m->radius && m->radial && n == n_y && m->radius[0] == 0;
        for (size_t i = 1; rising && i < n; i++) rising = m->radius[i] > m->radius[i - 1];
        if (!rising) return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': the curve S2 needs as many y as x, and x from 0 on, rising; %s", path, how_to);
    } else if (lineal && axis >= 0 && axis < m->dim && phase < 2) {
        double **to = &m->path[(int)phase == id ? 0 : 1][(int)axis];
        if (*to) return CUPEL_OK;
        *to = numbers(y, 1, &n);
        if (!*to) return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': the curve of lineal paths along axis %d is damaged; %s", path, (int)axis, how_to);
        if (!m->n_path[(int)axis] || n < m->n_path[(int)axis]) m->n_path[(int)axis] = n;
    }
    return CUPEL_OK;
}

static cupel_status read_json(const char *path, const char *label, cupel_measured *m, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_map map = {0};
    cupel_json *root = NULL;
    double edge = 1;
    int id = 1;
    CUPEL_TRY(cupel_map_open(path, &map, err));
    CUPEL_TRY(cupel_json_read((cupel_text){(const char *)map.p, map.n}, path, &root, err));
    CUPEL_TRY(read_head(root, path, m, &edge, err));
    const cupel_json *phases = member(root, "phases"), *curves = member(root, "curves");
    CUPEL_TRY(choose_phase(phases, path, label, m, &id, err));
    for (size_t i = 0; i < cupel_json_size(curves); i++) CUPEL_TRY(take_curve(element(curves, i), path, edge, id, m, err));
    if (!m->radial) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "'%s' has no curve S2 of phase %d; %s", path, id, how_to));
    for (int a = 0; a < m->dim; a++)
        if (!m->path[0][a] || !m->path[1][a] || cupel_json_size(phases) > 2) m->n_path[a] = 0; /* of more phases the path of all others is not told */
done:
    cupel_json_free(root);
    cupel_map_close(&map);
    return st;
}

/* ---- artifacts ---- */

typedef struct listing {
    bool given;
    int64_t label;
    cupel_str map;       /* the data set of the phase that is matched */
    int64_t found, other;
    size_t phases;
} listing;

/* "maps/0/two_point S2 phase 1": the map of one phase of the first volume. */
static cupel_status see(void *user, const char *name, cupel_type type, int rank, const size_t *shape, const char *units, const char *description,
                        cupel_err *err)
{
    (void)rank;
    (void)shape;
    (void)units;
    (void)description;
    (void)err;
    static const char begin[] = "maps/0/two_point S2 phase ";
    listing *l = user;
    int64_t label;
    if (type != CUPEL_F32 || strncmp(name, begin, sizeof begin - 1) != 0) return CUPEL_OK;
    if (!cupel_parse_i64(cupel_text_of(name + sizeof begin - 1), &label)) return CUPEL_OK; /* of a pair */
    const bool wanted = l->given ? label == l->label : !l->phases || label > l->found;
    if (wanted) {
        if (l->phases) l->other = l->found;
        cupel_str_clear(&l->map);
        cupel_str_puts(&l->map, name);
        l->found = label;
    } else
        l->other = label;
    l->phases++;
    return CUPEL_OK;
}

static cupel_status read_map(const cupel_reader *r, const char *path, const listing *l, cupel_measured *m, cupel_err *err)
{
    size_t shape[3] = {1, 1, 1}, middle = 0;
    float *map = NULL;
    cupel_status st = cupel_reader_shape(r, cupel_str_text(&l->map), 3, &m->dim, shape, err);
    if (st != CUPEL_OK) return st;
    for (int a = 0; a < m->dim; a++) {
        m->lag[a] = shape[a] / 2;
        m->size[a] = 1;
        middle = middle * shape[a] + m->lag[a];
        if (shape[a] % 2 == 0)
            return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': the map of S2 has %zu lags along axis %d, expected an odd number", path, shape[a], a);
    }
    if (m->dim < 2) return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': the map of S2 has one axis; %s", path, how_to);
    st = cupel_reader_get(r, cupel_str_text(&l->map), CUPEL_F32, m->dim, shape, (void **)&map, err);
    if (st != CUPEL_OK) return st;
    m->s2 = map;
    m->phi = (double)map[middle];
    m->label[0] = l->other;
    m->label[1] = l->found;
    if (m->phi > 0 && m->phi < 1) return CUPEL_OK;
    return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': S2 at lag 0 is %g, expected a volume fraction between 0 and 1", path, m->phi);
}

/* Lineal paths of both phases along each axis, where they were saved too. */
static cupel_status read_paths(const cupel_reader *r, cupel_measured *m, cupel_err *err)
{
    for (int a = 0; a < m->dim; a++)
        for (int p = 0; p < 2; p++) {
            cupel_str name = {0};
            size_t n = SIZE_MAX;
            cupel_status st = CUPEL_OK;
            cupel_str_addf(&name, "curves/0/lineal_path lineal path phase %" PRId64 " axis %d/lineal path", m->label[1 - p], a);
            if (name.failed)
                st = cupel_no_memory(err, "lineal paths", 0);
            else if (cupel_reader_has(r, name.p))
                st = cupel_reader_get(r, name.p, CUPEL_F64, 1, &n, (void **)&m->path[p][a], err);
            cupel_str_free(&name);
            if (st != CUPEL_OK) return st;
            if (!m->path[p][a]) n = 0;
            m->n_path[a] = p == 0 || n < m->n_path[a] ? n : m->n_path[a];
        }
    return CUPEL_OK;
}

static cupel_status read_artifact(const char *path, const char *label, cupel_measured *m, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_reader *r = NULL;
    listing l = {0};
    CUPEL_TRY(read_label(label, &l.given, &l.label, err));
    CUPEL_TRY(cupel_reader_open(path, NULL, 1000, &r, err));
    CUPEL_TRY(cupel_reader_each(r, see, &l, err));
    if (l.map.failed) CUPEL_TRY(cupel_no_memory(err, path, 0));
    if (!l.phases) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "'%s' (%s) holds no map of S2; %s", path, cupel_reader_kind(r), how_to));
    if (!l.map.n) CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "option --phase: '%s' has no label %" PRId64, path, l.label));
    if (l.phases > 2 && !l.given)
        CUPEL_TRY(
            cupel_fail(err, CUPEL_USAGE, "'%s' tells of %zu phases, expected two; --phase LABEL matches one against all others", path, l.phases));
    if (l.phases == 1) l.other = l.found == 0 ? 1 : 0;
    CUPEL_TRY(read_map(r, path, &l, m, err));
    if (l.phases == 2) CUPEL_TRY(read_paths(r, m, err));
done:
    cupel_str_free(&l.map);
    cupel_reader_free(r);
    return st;
}

cupel_status cupel_measure_saved(const char *path, const char *label, bool *is, cupel_measured *m, cupel_err *err)
{
    const bool json = ends_in(path, ".json"), artifact = !json && is_artifact(path);
    *is = json || artifact;
    *m = (cupel_measured){0};
    if (!*is) return CUPEL_OK;
    const cupel_status st = json ? read_json(path, label, m, err) : read_artifact(path, label, m, err);
    if (st != CUPEL_OK) cupel_measured_release(m);
    return st;
}
