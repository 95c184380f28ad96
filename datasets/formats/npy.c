/* NumPy's array file (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): a magic word, a version, a length, a literal
 * dictionary with the type, the order and the shape, padded with spaces and ended by a newline, then the values.
 *
 * The dictionary is read by a grammar of its own that knows strings, True, False and tuples of whole numbers, and nothing else of Python. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/input.h"
#include "core/sys/file.h"
#include "datasets/formats/volume.h"
#include "datasets/formats/voxel_values.h"

#include <stdio.h>
#include <string.h>

enum { HEADER_MOST = 1 << 20, PIECE = 1 << 16 };

static const unsigned char magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

static bool is_npy(const unsigned char *head, size_t n) { return n >= sizeof magic && memcmp(head, magic, sizeof magic) == 0; }

/* ---- the header ---- */

typedef struct header {
    cupel_number type;
    bool fortran;
    int dim;
    size_t n[3];
} header;

typedef struct cursor {
    const char *p, *end;
} cursor;

static void skip_spaces(cursor *c)
{
    while (c->p < c->end && strchr(" \t\r\n", *c->p) && *c->p) c->p++;
}

static bool take(cursor *c, char what)
{
    skip_spaces(c);
    if (c->p == c->end || *c->p != what) return false;
    c->p++;
    return true;
}

static bool take_word(cursor *c, const char *word)
{
    size_t n = strlen(word);
    skip_spaces(c);
    if ((size_t)(c->end - c->p) < n || memcmp(c->p, word, n) != 0) return false;
    c->p += n;
    return true;
}

/* '...' or "...", without escapes. */
static bool take_string(cursor *c, cupel_text *t)
{
    skip_spaces(c);
    if (c->p == c->end || (*c->p != '\'' && *c->p != '"')) return false;
    const char *close = memchr(c->p + 1, *c->p, (size_t)(c->end - c->p) - 1);
    if (!close || memchr(c->p, '\\', (size_t)(close - c->p))) return false;
    *t = (cupel_text){c->p + 1, (size_t)(close - c->p) - 1};
    c->p = close + 1;
    return true;
}

/* A tuple of whole numbers; n_axes counts all, the first three are kept. Python 2 wrote some of them as 64L. */
static bool take_shape(cursor *c, header *h, size_t *n_axes)
{
    if (!take(c, '(')) return false;
    for (*n_axes = 0; !take(c, ')'); ++*n_axes) {
        if (*n_axes && !take(c, ',')) return false;
        if (*n_axes && take(c, ')')) return true;
        skip_spaces(c);
        const char *begin = c->p;
        uint64_t x;
        while (c->p < c->end && *c->p >= '0' && *c->p <= '9') c->p++;
        if (!cupel_parse_u64((cupel_text){begin, (size_t)(c->p - begin)}, &x)) return false;
        if (c->p < c->end && *c->p == 'L') c->p++;
        if (*n_axes < 3) h->n[*n_axes] = (size_t)x;
    }
    return true;
}

/* "<u2", "|b1", ">f8": byte order, kind, bytes. */
static cupel_status type_of(const char *name, cupel_text t, cupel_number *type, cupel_err *err)
{
    const char *order = t.n == 3 ? strchr("<>|=", t.p[0]) : NULL;
    const unsigned size = t.n == 3 ? (unsigned)(t.p[2] - '0') : 0;
    bool whole = t.n == 3 && (t.p[1] == 'u' || t.p[1] == 'i') && (size == 1 || size == 2 || size == 4 || size == 8);
    bool real = t.n == 3 && t.p[1] == 'f' && (size == 4 || size == 8), boolean = t.n == 3 && t.p[1] == 'b' && size == 1;
    if (!order || !(whole || real || boolean) || (*order == '|' && size > 1))
        return cupel_fail(err, CUPEL_BAD_INPUT,
                          "'%s': values of NumPy type '%.*s'; expected a boolean, an integer of 1 to 8 bytes, or float32 or float64 "
                          "with whole numbers (array.astype)",
                          name, cupel_shown(t.n, 40), t.p);
    *type = (cupel_number){t.p[1], size, *order == '>'};
    return CUPEL_OK;
}

static cupel_status bad_header(const char *name, const cursor *c, const char *begin, cupel_err *err)
{
    return cupel_fail(err, CUPEL_BAD_INPUT,
                      "'%s': the NumPy header cannot be read at byte %zu: expected {'descr': '<u1', 'fortran_order': False, 'shape': "
                      "(64, 64, 64)}",
                      name, (size_t)(c->p - begin));
}

/* The value of one key. */
static cupel_status take_value(const char *name, cursor *c, const char *begin, cupel_text key, unsigned *seen, header *h, cupel_err *err)
{
    static const char *const keys[] = {"descr", "fortran_order", "shape"};
    cupel_text text;
    size_t n_axes = 0;
    unsigned k = 0;
    while (k < 3 && !cupel_text_is(key, keys[k])) k++;
    if (k == 3 || (*seen & 1u << k) || !take(c, ':')) return bad_header(name, c, begin, err);
    *seen |= 1u << k;
    if (k == 0) {
        skip_spaces(c);
        if (c->p < c->end && *c->p == '[')
            return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': an array of records; save one field of it (numpy.save of array['name'])", name);
        if (!take_string(c, &text)) return bad_header(name, c, begin, err);
        return type_of(name, text, &h->type, err);
    }
    if (k == 1) {
        h->fortran = take_word(c, "True");
        return h->fortran || take_word(c, "False") ? CUPEL_OK : bad_header(name, c, begin, err);
    }
    if (!take_shape(c, h, &n_axes)) return bad_header(name, c, begin, err);
    if (n_axes < 2 || n_axes > 3)
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': an array of %zu axes; expected 2 (an image) or 3 (a volume)", name, n_axes);
    h->dim = (int)n_axes;
    return CUPEL_OK;
}

static cupel_status read_dictionary(const char *name, const char *text, size_t n, header *h, cupel_err *err)
{
    cursor c = {text, text + n};
    unsigned seen = 0;
    cupel_text key;
    *h = (header){0};
    if (!take(&c, '{')) return bad_header(name, &c, text, err);
    while (!take(&c, '}')) {
        if (seen && !take(&c, ',')) return bad_header(name, &c, text, err);
        if (seen && take(&c, '}')) break;
        if (!take_string(&c, &key)) return bad_header(name, &c, text, err);
        cupel_status st = take_value(name, &c, text, key, &seen, h, err);
        if (st != CUPEL_OK) return st;
    }
    skip_spaces(&c);
    return seen == 7 && c.p == c.end ? CUPEL_OK : bad_header(name, &c, text, err);
}

/* ---- reading ---- */

static cupel_status read_exactly(cupel_input *in, void *buffer, size_t n, cupel_err *err)
{
    unsigned char *p = buffer;
    for (size_t got; n; p += got, n -= got) {
        cupel_status st = cupel_input_read(in, p, n, &got, err);
        if (st != CUPEL_OK) return st;
        if (!got) return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': cut off in its header; fetch or write the file again", cupel_input_name(in));
    }
    return CUPEL_OK;
}

static cupel_status read_header(cupel_input *in, header *h, size_t *bytes, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const char *name = cupel_input_name(in);
    unsigned char start[12];
    char *text = NULL;
    CUPEL_TRY(read_exactly(in, start, 10, err));
    if (!is_npy(start, sizeof magic)) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "'%s': no NumPy array: it does not begin with \\x93NUMPY", name));
    if (start[6] < 1 || start[6] > 3 || start[7] != 0)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "'%s': NumPy format version %d.%d; expected 1.0, 2.0 or 3.0", name, start[6], start[7]));
    size_t n = (size_t)start[8] | (size_t)start[9] << 8, prefix = 10;
    if (start[6] > 1) {
        CUPEL_TRY(read_exactly(in, start + 10, 2, err));
        n |= (size_t)start[10] << 16 | (size_t)start[11] << 24, prefix = 12;
    }
    if (n > HEADER_MOST)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "'%s': a NumPy header of %zu bytes; at most %d are read", name, n, (int)HEADER_MOST));
    text = cupel_alloc(n + 1, 1);
    if (!text) CUPEL_TRY(cupel_no_memory(err, name, n));
    CUPEL_TRY(read_exactly(in, text, n, err));
    CUPEL_TRY(read_dictionary(name, text, n, h, err));
    *bytes = prefix + n;
done:
    cupel_free(text);
    return st;
}

static cupel_status read_npy(const char *path, const cupel_volume_options *o, cupel_voxels *v, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_input *in = NULL;
    cupel_fill *f = NULL;
    header h;
    size_t begin = 0;
    CUPEL_TRY(cupel_input_open(path, &in, err));
    CUPEL_TRY(read_header(in, &h, &begin, err));
    cupel_file_order order = h.fortran ? cupel_order_fortran(h.dim, h.n) : cupel_order_c(h.dim, h.n);
    uint64_t most = cupel_input_most(in);
    CUPEL_TRY(cupel_fill_open(&order, h.type, most > begin ? most - begin : 0, cupel_input_name(in), &f, err));
    cupel_fill_grey(f, o->threshold);
    CUPEL_TRY(cupel_fill_rest(f, in, err));
    CUPEL_TRY(cupel_fill_finish(f, v, err));
done:
    cupel_fill_free(f);
    cupel_input_free(in);
    return st;
}

static bool say_npy(const char *path, cupel_str *words)
{
    cupel_input *in = NULL;
    header h;
    size_t begin = 0;
    const bool told = cupel_input_open(path, &in, NULL) == CUPEL_OK && read_header(in, &h, &begin, NULL) == CUPEL_OK;
    if (told) cupel_str_puts(words, cupel_number_word(h.type));
    for (int k = 0; told && k < h.dim; k++) cupel_str_addf(words, "%s%zu", k ? " x " : " ", h.n[k]);
    cupel_input_free(in);
    return told;
}

/* ---- writing ---- */

static cupel_status write_header(cupel_out *out, const cupel_voxels *v, cupel_number type, cupel_err *err)
{
    char text[192];
    unsigned char start[10] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    char shape[96];
    if (v->dim == 3)
        snprintf(shape, sizeof shape, "%zu, %zu, %zu", v->n[0], v->n[1], v->n[2]);
    else
        snprintf(shape, sizeof shape, "%zu, %zu", v->n[0], v->n[1]);
    int n = snprintf(text, sizeof text, "{'descr': '%c%c%u', 'fortran_order': False, 'shape': (%s), }", type.size == 1 ? '|' : '<', type.kind,
                     type.size, shape);
    size_t used = (size_t)n;
    while ((sizeof start + used + 1) % 64) text[used++] = ' '; /* values begin at a multiple of 64 bytes */
    text[used++] = '\n';
    start[8] = (unsigned char)used;
    cupel_status st = cupel_out_write(out, start, sizeof start, err);
    return st == CUPEL_OK ? cupel_out_write(out, text, used, err) : st;
}

static cupel_status write_npy(const char *path, const cupel_voxels *v, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_out *out = NULL;
    const cupel_number type = cupel_number_for(v);
    const cupel_file_order order = cupel_order_c(v->dim, v->n);
    const size_t count = cupel_voxels_count(v), step = PIECE / 8;
    unsigned char *piece = cupel_alloc(PIECE, 1);
    if (!piece) CUPEL_TRY(cupel_no_memory(err, path, PIECE));
    CUPEL_TRY(cupel_out_open(path, &out, err));
    CUPEL_TRY(write_header(out, v, type, err));
    for (size_t first = 0; first < count; first += step) {
        size_t n = count - first < step ? count - first : step;
        cupel_pack(v, &order, type, first, n, piece);
        CUPEL_TRY(cupel_out_write(out, piece, n * type.size, err));
    }
    CUPEL_TRY(cupel_out_commit(&out, err));
done:
    cupel_out_abandon(&out);
    cupel_free(piece);
    return st;
}

static const cupel_reference references[] = {
    {"10.1038/s41586-020-2649-2", "Harris et al.: Array programming with NumPy. Nature 585, 357 (2020)"},
    {"https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html", "NumPy: the .npy format"}, {NULL, NULL}};

extern const cupel_volume_format cupel_volume_format_npy;
const cupel_volume_format cupel_volume_format_npy = {
    .method = {.name = "npy", .kind = "volume format", .scale = "microstructure", .maturity = "stable",
               .help = "NumPy array of 2 or 3 axes: booleans, integers, or floats that are whole numbers; versions 1 to 3, C and Fortran order",
               .input = "array axes 0, 1, 2 are axes 0, 1, 2 (x, y, z); no voxel size",
               .output = "the same, version 1.0, C order, the smallest integer type that holds the labels", .references = references},
    .suffixes = ".npy", .sizeless = true, .is = is_npy, .say = say_npy, .read = read_npy, .write = write_npy,
};
