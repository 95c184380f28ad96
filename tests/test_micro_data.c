/* Every volume and image of the shared folder's data/micro-*: read, described, and held against what stands beside it: shapes and fractions in
 * MANIFEST.tsv, slice by slice the tables of micro-porous10, TauFactor's published values in micro-reference. */
#include "tests/box.h"

#include "datasets/formats/volume.h"
#include "descriptors/microstructure/components.h"
#include "descriptors/microstructure/flow.h"

#include <dirent.h>

/* ---- the folders ---- */

static bool ends_with(const char *name, const char *end)
{
    const size_t n = strlen(name), m = strlen(end);
    return n >= m && strcmp(name + n - m, end) == 0;
}

/* What else lies there: tables and notes. All other files have to be readable, whatever they are called. */
static bool is_table(const char *name)
{
    return ends_with(name, ".csv") || ends_with(name, ".tsv") || ends_with(name, ".json") || ends_with(name, ".md");
}

static void stay(const char *path, char keep[4096])
{
    assert_true(strlen(path) < 4096);
    memcpy(keep, path, strlen(path) + 1);
}

static bool has_data(char data[4096])
{
    const char *manifest = shared_path("data/MANIFEST.tsv");
    if (!manifest) {
        print_message("skipped: no folder of shared data\n");
        return false;
    }
    stay(manifest, data);
    *strrchr(data, '/') = '\0';
    return true;
}

/* Column i of a line of tab-separated text, which is cut in place. */
static char *column(char *line, size_t i)
{
    for (; i && line; i--) {
        line = strchr(line, '\t');
        if (line) line++;
    }
    if (line && strpbrk(line, "\t\n")) *strpbrk(line, "\t\n") = '\0';
    return line;
}

/* The columns `shape` and `contents` of folder/file; false: it is not listed. */
static bool manifest_of(const char *data, const char *folder, const char *file, char shape[64], char contents[512])
{
    char path[4200], line[4096], copy[4096];
    snprintf(path, sizeof path, "%s/MANIFEST.tsv", data);
    FILE *f = fopen(path, "r");
    bool found = false;
    assert_non_null(f);
    while (!found && fgets(line, sizeof line, f)) {
        for (size_t i = 0; i < 4; i++) {
            memcpy(copy, line, sizeof copy);
            const char *text = column(copy, i);
            if (!text || (i == 0 && strcmp(text, folder) != 0) || (i == 1 && strcmp(text, file) != 0)) break;
            if (i == 2) snprintf(shape, 64, "%s", text);
            if (i == 3) snprintf(contents, 512, "%s", text);
            found = i == 3;
        }
    }
    fclose(f);
    return found;
}

/* ---- one file ---- */

/* "(1, 896, 1024)": edges of 1 in front are not counted, an image is (rows, columns, 1). */
static void check_shape(const cupel_voxels *v, const char *shape)
{
    size_t n[8] = {0}, rank = 0;
    const char *p = shape;
    while (*p && rank < 8) {
        if (*p >= '0' && *p <= '9') {
            char *end;
            n[rank++] = strtoul(p, &end, 10);
            p = end;
        } else {
            p++;
        }
    }
    const size_t first = rank == 3 && n[0] == 1;
    for (size_t i = first; i < rank; i++) assert_int_equal(v->n[i - first], n[i]);
    assert_int_equal(v->dim, rank - first);
}

/* A printed number stands for all that round to it. */
static double half_a_digit(const char *number)
{
    const char *point = strchr(number, '.');
    return point ? 0.5001 * pow(10, -(double)strspn(point + 1, "0123456789")) : 0.5;
}

/* "... [(85, 0.4177), (170, 0.5737)] ..." or "mean of ones 0.763": returns how many fractions were compared. */
static size_t check_fractions(const cupel_voxels *v, const double *fraction, const char *contents)
{
    size_t n = 0;
    const char *p = strchr(contents, '['), *ones = strstr(contents, "mean of ones ");
    while (p && (p = strchr(p, '(')) && strchr(p, ',')) {
        const char *number_ = strchr(p, ',') + 2;
        const int id = cupel_voxels_id_of(v, (int64_t)strtod(p + 1, NULL));
        if (id < 0) fail_msg("label %s is not there", p);
        check_close(fraction[id], strtod(number_, NULL), 0, half_a_digit(number_));
        n++;
        p = number_;
    }
    if (ones) {
        const char *number_ = ones + strlen("mean of ones ");
        check_close(fraction[cupel_voxels_id_of(v, 1)], strtod(number_, NULL), 0, half_a_digit(number_));
        n++;
    }
    return n;
}

/* Sums and signs that hold of any volume: shares and volumes add up, surfaces are not negative. */
static void check_described(const cupel_voxels *v, const double *fraction)
{
    cupel_quantities q = describe(v, "minkowski", NULL, &two_threads), s = describe(v, "surface", NULL, &two_threads);
    const bool solid = v->dim == 3;
    double shares = 0, area = 0;
    for (int p = 0; p < (int)v->n_phases; p++) {
        const double surface = number_of(&q, solid ? "surface" : "perimeter", p, -1);
        check_close(number_of(&q, "fraction", p, -1), fraction[p], 1e-14, 0);
        assert_true(surface >= 0 && (!solid || isfinite(number_of(&q, "mean curvature", p, -1))));
        assert_true(number_of(&q, "euler", p, -1) == round(number_of(&q, "euler", p, -1)));
        shares += fraction[p];
        area += number_of(&s, solid ? "voxel faces per volume" : "pixel edges per area", p, -1);
    }
    check_close(shares, 1, 1e-12, 0);
    assert_true(v->n_phases < 2 || area > 0);
    cupel_quantities_release(&q);
    cupel_quantities_release(&s);
}

static size_t check_file(const char *data, const char *folder, const char *file)
{
    cupel_err err;
    cupel_voxels v = {0};
    char path[4096], shape[64], contents[512];
    snprintf(path, sizeof path, "%.3000s/%.500s/%.500s", data, folder, file);
    print_message("%s/%s\n", folder, file);
    check_ok(cupel_volume_read(path, &(cupel_volume_options){.nonperiodic = true}, &v, &err), &err);
    double *fraction = calloc(v.n_phases, sizeof *fraction);
    assert_non_null(fraction);
    cupel_voxels_fractions(&v, fraction);
    size_t compared = 0;
    if (manifest_of(data, folder, file, shape, contents)) {
        if (shape[0] == '(') check_shape(&v, shape);
        compared = check_fractions(&v, fraction, contents);
    }
    check_described(&v, fraction);
    free(fraction);
    cupel_voxels_release(&v);
    return compared;
}

static void every_volume_and_image_is_read_and_described(void **state)
{
    (void)state;
    char data[4096];
    size_t files = 0, compared = 0;
    if (!has_data(data)) skip();
    if (getenv("CUPEL_SANITIZED")) skip(); /* minutes; the readers run under the sanitizers in test_volume */
    DIR *top = opendir(data);
    assert_non_null(top);
    for (const struct dirent *d; (d = readdir(top));) {
        if (strncmp(d->d_name, "micro-", 6) != 0) continue;
        char path[4096];
        snprintf(path, sizeof path, "%.3000s/%.500s", data, d->d_name);
        DIR *folder = opendir(path);
        assert_non_null(folder);
        for (const struct dirent *e; (e = readdir(folder));) {
            if (e->d_name[0] == '.' || is_table(e->d_name)) continue;
            files++;
            compared += check_file(data, d->d_name, e->d_name);
        }
        closedir(folder);
    }
    closedir(top);
    print_message("%zu files, %zu fractions as published\n", files, compared);
    assert_true(files > 0 && compared > 0);
}

/* ---- slices of porous rocks ---- */

enum { SLICES = 256 };

static void read_row(const char *data, const char *table, size_t row, double x[SLICES])
{
    static char line[1 << 15];
    char path[4096];
    snprintf(path, sizeof path, "%.3000s/micro-porous10/%s", data, table);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    for (size_t i = 0; i <= row; i++) assert_non_null(fgets(line, sizeof line, f));
    fclose(f);
    char *p = line;
    for (size_t i = 0; i < SLICES; i++) {
        x[i] = strtod(p, &p);
        assert_true(*p == ',' || i == SLICES - 1);
        p++;
    }
}

/* The script that made the tables: solid pixels, less inner pixels between four solid ones, per pore pixel. */
static double perimeter_of_the_script(const uint16_t *id, int solid)
{
    double solids = 0, inner = 0;
    for (size_t i = 0; i < SLICES * SLICES; i++) solids += id[i] == solid;
    for (size_t i = 1; i + 1 < SLICES; i++)
        for (size_t j = 1; j + 1 < SLICES; j++) {
            const uint16_t *x = id + i * SLICES + j;
            inner += x[-SLICES] == solid && x[SLICES] == solid && x[-1] == solid && x[1] == solid;
        }
    return (solids - inner) / (SLICES * SLICES - solids);
}

/* Porosity, Euler number of the pores joined through edges (scikit-image), and the perimeter, of each slice along axis 0. */
static void slices_of_porous_rocks_have_the_published_features(void **state)
{
    (void)state;
    char data[4096];
    cupel_err err;
    if (!has_data(data)) skip();
    for (size_t sample = 0; sample < 5; sample++) {
        double porosity[SLICES], euler[SLICES], perimeter[SLICES];
        char path[4096];
        cupel_voxels v = {0};
        snprintf(path, sizeof path, "%.3000s/micro-porous10/porous_%02zu.npy.gz", data, sample + 1);
        read_row(data, "features_porosity_2d.csv", sample, porosity);
        read_row(data, "features_euler_number.csv", sample, euler);
        read_row(data, "features_specific_perimeter.csv", sample, perimeter);
        check_ok(cupel_volume_read(path, NULL, &v, &err), &err);
        assert_true(v.n[0] == SLICES && v.n[1] == SLICES && v.n[2] == SLICES);
        const int solid = cupel_voxels_id_of(&v, 1);
        for (size_t i = 0; i < SLICES; i += getenv("CUPEL_SANITIZED") ? 32 : 1) {
            cupel_voxels slice = box(2, SLICES, SLICES, 1, false);
            for (size_t x = 0; x < SLICES * SLICES; x++) slice.id[x] = v.id[i * SLICES * SLICES + x] == solid;
            number(&slice);
            check_close(perimeter_of_the_script(slice.id, 1), perimeter[i], 1e-14, 0);
            cupel_quantities q = describe(&slice, "minkowski", "connectivity=4", &one_thread);
            check_close(number_of(&q, "fraction", 0, -1), porosity[i], 1e-15, 0);
            assert_true(number_of(&q, "euler", 0, -1) == euler[i]);
            cupel_quantities_release(&q);
            cupel_voxels_release(&slice);
        }
        cupel_voxels_release(&v);
    }
}

/* ---- a battery electrode ---- */

/* Numbers of the line of reference_values_a.tsv whose quantity begins so: "0.44 / 0.40 / 0.15". */
static void read_reference(const char *data, const char *quantity, double *x, double *within, size_t n)
{
    char path[4096], line[2048], copy[2048];
    snprintf(path, sizeof path, "%.3000s/micro-reference/reference_values_a.tsv", data);
    FILE *f = fopen(path, "r");
    bool found = false;
    assert_non_null(f);
    while (!found && fgets(line, sizeof line, f)) {
        memcpy(copy, line, sizeof copy);
        const char *file = column(copy, 0);
        if (!file || strcmp(file, "micro-taufactor/electrode.tiff") != 0) continue;
        memcpy(copy, line, sizeof copy);
        const char *name = column(copy, 2);
        found = name && strncmp(name, quantity, strlen(quantity)) == 0;
    }
    fclose(f);
    if (!found) fail_msg("no '%s' in the reference values", quantity);
    const char *p = column(line, 3);
    for (size_t i = 0; i < n; i++) {
        assert_non_null(p);
        x[i] = strtod(p, NULL);
        within[i] = half_a_digit(p);
        p = strchr(p, '/');
        if (p) p += 2;
    }
}

/* Fraction over relative conductivity of a phase between fixed ends of an axis, in the part of it that joins them (TauFactor's definition). */
static double tortuosity_factor(const cupel_voxels *v, int phase, size_t axis)
{
    cupel_err err;
    cupel_components c = {0};
    cupel_flow flow;
    const size_t count = cupel_voxels_count(v);
    uint8_t *open = calloc(count, 1);
    double of_phase = 0;
    assert_non_null(open);
    check_ok(cupel_components_find(v, 6, false, &two_threads, &c, &err), &err);
    for (size_t i = 0; i < count; i++) of_phase += v->id[i] == phase;
    for (size_t row = 0; row < c.grid.n[0] * c.grid.n[1]; row++)
        for (size_t r = c.row[row]; r < c.row[row + 1]; r++)
            for (size_t k = c.start[r]; k < cupel_run_end(&c, row, r); k++) {
                const size_t cluster = c.cluster[c.piece[r]];
                open[row * c.grid.n[2] + k] = c.phase[cluster] == phase && (c.joins[cluster] >> axis & 1);
            }
    check_ok(cupel_flow_solve(&c.grid, axis, open, 1e-3, 500, &two_threads, &flow, &err), &err);
    cupel_components_release(&c);
    free(open);
    return of_phase / (double)count / flow.conductivity;
}

/* TauFactor counts faces, and estimates the area by gradients or by marching cubes; Crofton's is near the first estimate and below the second, whose
 * stairs it does not count. Tortuosity factors are printed to four digits, with a convergence of 1e-2. */
static void the_electrode_has_the_published_values(void **state)
{
    (void)state;
    char data[4096], path[4096];
    cupel_err err;
    cupel_voxels v = {0};
    static const int64_t label[3] = {0, 85, 170};
    double want[3], within[3], cubes[3];
    if (!has_data(data) || getenv("CUPEL_SANITIZED")) skip();
    snprintf(path, sizeof path, "%.3000s/micro-taufactor/electrode.tiff", data);
    check_ok(cupel_volume_read(path, &(cupel_volume_options){.nonperiodic = true}, &v, &err), &err);
    cupel_quantities m = describe(&v, "minkowski", NULL, &two_threads), s = describe(&v, "surface", NULL, &two_threads);
    cupel_quantities p = describe(&v, "percolation", "connectivity=6", &two_threads);
    for (int k = 0; k < 3; k++) {
        const int id = cupel_voxels_id_of(&v, label[k]);
        read_reference(data, "volume fraction", want, within, 3);
        check_close(number_of(&m, "fraction", id, -1), want[k], 1e-15, 0);
        read_reference(data, "specific surface area, face counting", want, within, 3);
        check_close(number_of(&s, "voxel faces per volume", id, -1), want[k], 1e-7, 0); /* of single precision */
        read_reference(data, "percolating fraction in x", want, within, 3);
        check_close(number_of(&p, "percolating fraction", id, 0), want[k], 0, within[k]);
        read_reference(data, "specific surface area, gradient", want, within, 3);
        read_reference(data, "specific surface area, marching cubes", cubes, within, 3);
        check_close(number_of(&m, "surface density", id, -1), want[k], 0.08, 0);
        assert_true(number_of(&m, "surface density", id, -1) < cubes[k]);
    }
    const int pores = cupel_voxels_id_of(&v, 0);
    read_reference(data, "tortuosity factor axis 0", want, within, 1);
    check_close(tortuosity_factor(&v, pores, 0), want[0], 1e-3, 0);
    read_reference(data, "tortuosity factor after transpose", want, within, 1);
    check_close(tortuosity_factor(&v, pores, 1), want[0], 1e-3, 0);
    cupel_quantities_release(&m);
    cupel_quantities_release(&s);
    cupel_quantities_release(&p);
    cupel_voxels_release(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_volume_and_image_is_read_and_described),
        cmocka_unit_test(slices_of_porous_rocks_have_the_published_features),
        cmocka_unit_test(the_electrode_has_the_published_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
