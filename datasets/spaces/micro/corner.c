#include "datasets/spaces/micro/corner.h"

#include <math.h>
#include <string.h>

typedef struct tetrahedron {
    double x[4][3];
} tetrahedron;

static double volume(const tetrahedron *t)
{
    double e[3][3];
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) e[i][k] = t->x[i + 1][k] - t->x[0][k];
    return fabs(e[0][0] * (e[1][1] * e[2][2] - e[1][2] * e[2][1]) - e[0][1] * (e[1][0] * e[2][2] - e[1][2] * e[2][0]) +
                e[0][2] * (e[1][0] * e[2][1] - e[1][1] * e[2][0])) / 6;
}

/* The point of the edge from p (value a) to q (value b) where the value is 0. */
static void crossing(const double p[3], double a, const double q[3], double b, double x[3])
{
    for (int k = 0; k < 3; k++) x[k] = p[k] + a / (a - b) * (q[k] - p[k]);
}

/* Six points of a prism, corners 0 1 2 opposite to 3 4 5, as three tetrahedra. */
static size_t split_prism(const double *const p[6], tetrahedron *out)
{
    static const int corner[3][4] = {{0, 1, 2, 3}, {1, 2, 3, 4}, {2, 3, 4, 5}};
    for (int t = 0; t < 3; t++)
        for (int i = 0; i < 4; i++) memcpy(out[t].x[i], p[corner[t][i]], sizeof out[t].x[i]);
    return 3;
}

/* What of t lies where the face's body is not, as up to three tetrahedra. */
static size_t clip(const tetrahedron *t, const cupel_face *face, tetrahedron out[3])
{
    double value[4], cut[4][3];
    int rest[4], body[4], n = 0, m = 0;
    for (int i = 0; i < 4; i++) {
        value[i] = face->normal[0] * t->x[i][0] + face->normal[1] * t->x[i][1] + face->normal[2] * t->x[i][2] + face->d;
        if (value[i] > 0)
            body[m++] = i;
        else
            rest[n++] = i;
    }
    if (n == 0) return 0;
    if (m == 0) {
        out[0] = *t;
        return 1;
    }
    for (int i = 0, c = 0; i < n; i++)
        for (int j = 0; j < m; j++, c++) crossing(t->x[rest[i]], value[rest[i]], t->x[body[j]], value[body[j]], cut[c]);
    if (n == 1) {
        memcpy(out[0].x[0], t->x[rest[0]], sizeof out[0].x[0]);
        memcpy(out[0].x[1], cut, 3 * sizeof cut[0]);
        return 1;
    }
    if (n == 2) return split_prism((const double *const[6]){t->x[rest[0]], cut[0], cut[1], t->x[rest[1]], cut[2], cut[3]}, out);
    return split_prism((const double *const[6]){t->x[rest[0]], t->x[rest[1]], t->x[rest[2]], cut[0], cut[1], cut[2]}, out);
}

static double rest_of(const tetrahedron *t, size_t n, const cupel_face *face)
{
    tetrahedron part[3];
    double sum = 0;
    if (n == 0) return volume(t);
    const size_t parts = clip(t, face, part);
    for (size_t i = 0; i < parts; i++) sum += rest_of(&part[i], n - 1, face + 1);
    return sum;
}

double cupel_corner_rest(size_t n, const cupel_face *face)
{
    static const int order[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    double sum = 0;
    for (int p = 0; p < 6; p++) { /* the six ways along the edges from one corner to the opposite one */
        tetrahedron t;
        for (int k = 0; k < 3; k++) t.x[0][k] = -0.5;
        for (int i = 0; i < 3; i++) {
            memcpy(t.x[i + 1], t.x[i], sizeof t.x[i]);
            t.x[i + 1][order[p][i]] = 0.5;
        }
        sum += rest_of(&t, n, face);
    }
    return sum;
}

/* The area of face i that is within the voxel and in no other body: the change of the rest with its d. */
static double area(size_t n, const cupel_face *face, size_t i)
{
    static const double STEP = 1e-3;
    cupel_face moved[CUPEL_FACES_MAX];
    memcpy(moved, face, n * sizeof *face);
    moved[i].d = face[i].d - STEP;
    const double more = cupel_corner_rest(n, moved);
    moved[i].d = face[i].d + STEP;
    return (more - cupel_corner_rest(n, moved)) / (2 * STEP);
}

void cupel_corner_axis(size_t n, const cupel_face *face, double axis[3])
{
    double a[CUPEL_FACES_MAX], length = 0, sum[3] = {0};
    size_t largest = 0;
    for (size_t i = 0; i < n; i++) {
        a[i] = area(n, face, i);
        if (a[i] > a[largest]) largest = i;
    }
    const double *to = face[largest].normal;
    for (size_t i = 0; i < n; i++) {
        const double *x = face[i].normal, side = x[0] * to[0] + x[1] * to[1] + x[2] * to[2] < 0 ? -1 : 1;
        for (int k = 0; k < 3; k++) sum[k] += side * a[i] * x[k];
    }
    for (int k = 0; k < 3; k++) length += sum[k] * sum[k];
    for (int k = 0; k < 3; k++) axis[k] = length > 0 ? sum[k] / sqrt(length) : to[k];
}
