#include "descriptors/microstructure/crofton.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

const int cupel_directions_3d[CUPEL_DIRECTIONS_3D][3] = {{1, 0, 0}, {0, 1, 0},  {0, 0, 1}, {1, 1, 0},  {1, -1, 0}, {1, 0, 1},  {1, 0, -1},
                                                         {0, 1, 1}, {0, 1, -1}, {1, 1, 1}, {1, 1, -1}, {1, -1, 1}, {1, -1, -1}};
const int cupel_directions_2d[CUPEL_DIRECTIONS_2D][3] = {{1, 0, 0}, {0, 1, 0}, {1, 1, 0}, {1, -1, 0}};

static const double PI = 3.14159265358979323846;

enum { CORNERS = 64 }; /* of a cell: four, and one more for each of at most 26 cuts */

typedef struct polygon {
    size_t n;
    double p[CORNERS][2];
} polygon;

static double dot(const double a[3], const double b[3]) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

static void cross(const double a[3], const double b[3], double c[3])
{
    for (int i = 0; i < 3; i++) c[i] = a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3];
}

static void normalise(double a[3])
{
    double length = sqrt(dot(a, a));
    for (int i = 0; i < 3; i++) a[i] /= length;
}

/* What of the polygon has h[0] + h[1] p + h[2] q >= 0. */
static void clip(polygon *f, const double h[3])
{
    polygon g = {0};
    for (size_t i = 0; i < f->n; i++) {
        const double *a = f->p[i], *b = f->p[(i + 1) % f->n];
        double da = h[0] + h[1] * a[0] + h[2] * a[1], db = h[0] + h[1] * b[0] + h[2] * b[1];
        if (da >= 0) memcpy(g.p[g.n++], a, sizeof g.p[0]);
        if ((da >= 0) != (db >= 0)) {
            double t = da / (da - db);
            g.p[g.n][0] = a[0] + t * (b[0] - a[0]);
            g.p[g.n++][1] = a[1] + t * (b[1] - a[1]);
        }
    }
    *f = g;
}

/* Solid angle of three unit vectors (Van Oosterom, Strackee 1983, doi:10.1109/TBME.1983.325207). */
static double solid_angle(const double a[3], const double b[3], const double c[3])
{
    double bc[3];
    cross(b, c, bc);
    return 2 * fabs(atan2(dot(a, bc), 1 + dot(a, b) + dot(b, c) + dot(c, a)));
}

/* A point of the plane that touches the sphere at e[0], as a direction. */
static void lift(double e[3][3], const double p[2], double x[3])
{
    for (int i = 0; i < 3; i++) x[i] = e[0][i] + p[0] * e[1][i] + p[1] * e[2][i];
    normalise(x);
}

/* On the plane that touches the sphere at u the cell is a polygon: x is nearer to u than to w where x . (u - w) >= 0. No point of the
 * sphere is farther than 54.7 degrees (tangent 1.41) from the nearest of three axes at right angles, so that a cell lies within 2. */
static double cell_area(size_t n, double u[][3], size_t i)
{
    double e[3][3], area = 0;
    polygon f = {4, {{-2, -2}, {2, -2}, {2, 2}, {-2, 2}}};
    int small = fabs(u[i][0]) < fabs(u[i][1]) ? 0 : 1;
    if (fabs(u[i][2]) < fabs(u[i][small])) small = 2;
    memcpy(e[0], u[i], sizeof e[0]);
    cross(e[0], (const double[3]){small == 0, small == 1, small == 2}, e[1]);
    normalise(e[1]);
    cross(e[0], e[1], e[2]);
    for (size_t j = 0; j < n; j++) {
        for (int sign = -1; sign <= 1 && j != i; sign += 2) {
            double away[3];
            for (int a = 0; a < 3; a++) away[a] = u[i][a] - sign * u[j][a];
            clip(&f, (const double[3]){dot(away, e[0]), dot(away, e[1]), dot(away, e[2])});
        }
    }
    for (size_t k = 0; k < f.n; k++) {
        double a[3], b[3];
        lift(e, f.p[k], a);
        lift(e, f.p[(k + 1) % f.n], b);
        area += solid_angle(e[0], a, b);
    }
    return area;
}

/* Directions of the plane: half the angles to the next ones on both sides. */
static double cell_angle(size_t n, double u[][3], size_t i)
{
    double before = PI, after = PI;
    for (size_t j = 0; j < n; j++) {
        double turn = atan2(u[i][0] * u[j][1] - u[i][1] * u[j][0], dot(u[i], u[j]));
        if (j == i) continue;
        if (turn < 0) turn += PI;
        if (turn < after) after = turn;
        if (PI - turn < before) before = PI - turn;
    }
    return before + after;
}

void cupel_crofton_weights(int dim, size_t n, const double (*u)[3], double *weight)
{
    double unit[CUPEL_DIRECTIONS_3D][3], sum = 0;
    memcpy(unit, u, n * sizeof *unit);
    for (size_t i = 0; i < n; i++) normalise(unit[i]);
    for (size_t i = 0; i < n; i++) sum += weight[i] = dim == 2 ? cell_angle(n, unit, i) : cell_area(n, unit, i);
    for (size_t i = 0; i < n; i++) weight[i] /= sum;
}
