/* The XML of a .vti, read up to its data: the bytes of the values are only marked. Appended raw bytes are no XML, so reading ends where they begin.
 */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "datasets/formats/vti.h"

#include <math.h>
#include <string.h>

#include <expat.h>

enum { AT_ONCE = 1 << 20, ARRAYS_MOST = 4096 };

typedef enum section { NOWHERE, POINTS, CELLS } section;

typedef struct parse {
    cupel_vti *x;
    const char *name;
    XML_Parser parser;
    cupel_status st;
    cupel_err *err;
    section where;
    char *scalars; /* of the section */
    bool root, image, whole_known, inside, done;
    size_t pieces;
    int64_t whole[6];
} parse;

static void stop(parse *p, cupel_status st)
{
    if (p->st == CUPEL_OK) p->st = st;
    XML_StopParser(p->parser, XML_FALSE);
}

static void refuse(parse *p, const char *what)
{
    stop(p, cupel_fail(p->err, CUPEL_BAD_INPUT, "'%s':%llu: %s", p->name, (unsigned long long)XML_GetCurrentLineNumber(p->parser), what));
}

static const char *value_of(const char *const *attributes, const char *name)
{
    for (; attributes[0]; attributes += 2)
        if (strcmp(attributes[0], name) == 0) return attributes[1];
    return NULL;
}

/* n numbers parted by spaces, and nothing else. */
static bool numbers_of(const char *text, size_t n, double *x)
{
    static const char apart[] = " \t\r\n";
    for (size_t i = 0; i < n; i++) {
        text += strspn(text, apart);
        size_t k = strcspn(text, apart);
        if (!cupel_parse_double((cupel_text){text, k}, &x[i])) return false;
        text += k;
    }
    return text[strspn(text, apart)] == '\0';
}

static bool extent_of(const char *text, int64_t extent[6])
{
    double x[6];
    if (!text || !numbers_of(text, 6, x)) return false;
    for (int i = 0; i < 6; i++) {
        if (!(fabs(x[i]) < 0x1p40) || x[i] != floor(x[i])) return false;
        extent[i] = (int64_t)x[i];
    }
    return extent[0] <= extent[1] && extent[2] <= extent[3] && extent[4] <= extent[5];
}

static void file_element(parse *p, const char *const *a)
{
    const char *type = value_of(a, "type"), *order = value_of(a, "byte_order"), *header = value_of(a, "header_type"),
               *packed = value_of(a, "compressor");
    if (!type || strcmp(type, "ImageData") != 0) {
        refuse(p, "a VTK file of another type than ImageData: a regular grid is expected");
        return;
    }
    p->x->big = order && strcmp(order, "BigEndian") == 0;
    p->x->header = header && strcmp(header, "UInt64") == 0 ? 8 : 4;
    p->x->zlib = packed && *packed;
    if (header && p->x->header == 4 && strcmp(header, "UInt32") != 0) refuse(p, "header_type: expected UInt32 or UInt64");
    if (p->x->zlib && strcmp(packed, "vtkZLibDataCompressor") != 0)
        refuse(p, "its compressor is not vtkZLibDataCompressor; save it with zlib or without");
}

static void image_element(parse *p, const char *const *a)
{
    static const double straight[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    const char *origin = value_of(a, "Origin"), *spacing = value_of(a, "Spacing"), *direction = value_of(a, "Direction");
    double turn[9];
    if (p->image) refuse(p, "a second ImageData");
    p->image = true;
    if (!extent_of(value_of(a, "WholeExtent"), p->whole)) refuse(p, "WholeExtent: expected six whole numbers, first and last point along x, y, z");
    if (origin && !numbers_of(origin, 3, p->x->origin)) refuse(p, "Origin: expected three numbers");
    if (spacing && !numbers_of(spacing, 3, p->x->spacing)) refuse(p, "Spacing: expected three numbers");
    for (int k = 0; k < 3; k++)
        if (!(p->x->spacing[k] > 0)) refuse(p, "Spacing: expected three numbers above 0");
    bool turned = direction && !numbers_of(direction, 9, turn);
    for (int k = 0; k < 9 && direction && !turned; k++) turned = turn[k] != straight[k]; /* -0 is 0 */
    if (turned) refuse(p, "Direction: the grid is turned; only axes along x, y, z are read");
}

static void piece_element(parse *p, const char *const *a)
{
    if (p->pieces++) refuse(p, "several pieces; save the image as one (vtkXMLImageDataWriter, not the parallel one)");
    if (!extent_of(value_of(a, "Extent"), p->x->extent)) refuse(p, "Extent: expected six whole numbers, first and last point along x, y, z");
    if (memcmp(p->x->extent, p->whole, sizeof p->whole) != 0) refuse(p, "the piece is not the whole image");
}

static void section_element(parse *p, const char *const *a, section where)
{
    const char *scalars = value_of(a, "Scalars");
    p->where = where;
    cupel_free(p->scalars);
    p->scalars = scalars ? cupel_strdup(scalars) : NULL;
    if (scalars && !p->scalars) stop(p, cupel_no_memory(p->err, p->name, 0));
}

static bool type_of(const char *text, bool big, cupel_number *type)
{
    static const char *const vtk[] = {"UInt8", "Int8", "UInt16", "Int16", "UInt32", "Int32", "UInt64", "Int64", "Float32", "Float64"};
    static const char *const ours[] = {"uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64"};
    for (size_t i = 0; i < sizeof vtk / sizeof *vtk; i++)
        if (strcmp(text, vtk[i]) == 0) {
            bool known = cupel_number_named(cupel_text_of(ours[i]), type);
            type->big = big;
            return known;
        }
    return false;
}

static size_t behind_tag(const parse *p) { return (size_t)XML_GetCurrentByteIndex(p->parser) + (size_t)XML_GetCurrentByteCount(p->parser); }

static void array_element(parse *p, const char *const *a)
{
    const char *name = value_of(a, "Name"), *type = value_of(a, "type"), *form = value_of(a, "format"), *parts = value_of(a, "NumberOfComponents");
    const char *offset = value_of(a, "offset");
    cupel_vti *x = p->x;
    if (x->n_arrays == ARRAYS_MOST) {
        refuse(p, "more arrays than are read");
        return;
    }
    if (!cupel_grow(&x->array, &x->cap, x->n_arrays + 1, sizeof *x->array)) {
        stop(p, cupel_no_memory(p->err, p->name, 0));
        return;
    }
    cupel_vti_array *array = &x->array[x->n_arrays];
    *array = (cupel_vti_array){.cells = p->where == CELLS, .name = cupel_strdup(name ? name : "")};
    if (!array->name) {
        stop(p, cupel_no_memory(p->err, p->name, 0));
        return;
    }
    x->n_arrays++;
    array->scalars = name && p->scalars && strcmp(name, p->scalars) == 0;
    array->usable = type && type_of(type, x->big, &array->type) && (!parts || strcmp(parts, "1") == 0);
    array->begin = array->end = behind_tag(p);
    array->form = form && strcmp(form, "appended") == 0 ? CUPEL_VTI_APPENDED
                  : form && strcmp(form, "binary") == 0 ? CUPEL_VTI_BINARY
                                                        : CUPEL_VTI_ASCII;
    if (array->form == CUPEL_VTI_APPENDED && (!offset || !cupel_parse_u64(cupel_text_of(offset), &array->offset)))
        refuse(p, "an appended array without offset");
    if (array->form == CUPEL_VTI_ASCII && form && strcmp(form, "ascii") != 0) refuse(p, "format: expected ascii, binary or appended");
    p->inside = true;
}

static void XMLCALL begin_element(void *user, const XML_Char *element, const XML_Char **attributes)
{
    parse *p = user;
    const char *const *a = (const char *const *)attributes;
    if (p->st != CUPEL_OK || p->done) return;
    if (!p->root) {
        p->root = true;
        if (strcmp(element, "VTKFile") == 0)
            file_element(p, a);
        else
            refuse(p, "no VTK file: its root element is not VTKFile");
        return;
    }
    if (strcmp(element, "ImageData") == 0) image_element(p, a);
    if (strcmp(element, "Piece") == 0) piece_element(p, a);
    if (strcmp(element, "PointData") == 0) section_element(p, a, POINTS);
    if (strcmp(element, "CellData") == 0) section_element(p, a, CELLS);
    if (strcmp(element, "DataArray") == 0 && p->where != NOWHERE) array_element(p, a);
    if (strcmp(element, "AppendedData") == 0) {
        const char *encoding = value_of(a, "encoding");
        p->x->appended = p->done = true;
        p->x->appended_base64 = !encoding || strcmp(encoding, "base64") == 0;
        p->x->appended_begin = behind_tag(p);
        XML_StopParser(p->parser, XML_FALSE);
    }
}

static void XMLCALL end_element(void *user, const XML_Char *element)
{
    parse *p = user;
    if (p->st != CUPEL_OK || p->done) return;
    if (strcmp(element, "DataArray") == 0 && p->inside) {
        p->x->array[p->x->n_arrays - 1].end = (size_t)XML_GetCurrentByteIndex(p->parser);
        p->inside = false;
    }
    if (strcmp(element, "PointData") == 0 || strcmp(element, "CellData") == 0) p->where = NOWHERE;
}

static void XMLCALL begin_doctype(void *user, const XML_Char *name, const XML_Char *system_id, const XML_Char *public_id, int internal)
{
    (void)name, (void)system_id, (void)public_id, (void)internal;
    refuse(user, "a document type definition; VTK files have none");
}

/* The '_' that stands before appended bytes. */
static cupel_status find_underscore(const char *name, const unsigned char *bytes, size_t n, cupel_vti *x, cupel_err *err)
{
    size_t at = x->appended_begin;
    while (at < n && bytes[at] && strchr(" \t\r\n", bytes[at])) at++;
    if (at >= n || bytes[at] != '_')
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': the appended data does not begin with '_'; the file is damaged", name);
    x->appended_begin = at + 1;
    return CUPEL_OK;
}

static cupel_status run(parse *p, const unsigned char *bytes, size_t n, cupel_err *err)
{
    for (size_t at = 0; p->st == CUPEL_OK && !p->done; at += AT_ONCE) {
        const size_t k = n - at < AT_ONCE ? n - at : AT_ONCE;
        const bool last = at + k == n;
        if (XML_Parse(p->parser, (const char *)bytes + at, (int)k, last) != XML_STATUS_OK && p->st == CUPEL_OK && !p->done) {
            enum XML_Error code = XML_GetErrorCode(p->parser);
            if (code == XML_ERROR_NO_MEMORY) return cupel_no_memory(err, p->name, 0);
            return cupel_fail(err, CUPEL_BAD_INPUT, "'%s':%llu: no XML that can be read: %s; the file is cut off or damaged", p->name,
                              (unsigned long long)XML_GetCurrentLineNumber(p->parser), XML_ErrorString(code));
        }
        if (last) break;
    }
    if (p->st != CUPEL_OK) return p->st;
    if (!p->image || !p->pieces) return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': there is no image in it (ImageData with one Piece)", p->name);
    return p->x->appended ? find_underscore(p->name, bytes, n, p->x, err) : CUPEL_OK;
}

static void *expat_alloc(size_t n) { return cupel_alloc(n, 1); }
static void *expat_resize(void *q, size_t n) { return cupel_resize(q, n, 1); }

cupel_status cupel_vti_parse(const char *name, const unsigned char *bytes, size_t n, cupel_vti *x, cupel_err *err)
{
    static const XML_Memory_Handling_Suite memory = {expat_alloc, expat_resize, cupel_free};
    *x = (cupel_vti){.header = 4, .spacing = {1, 1, 1}};
    parse p = {.x = x, .name = name, .err = err, .parser = XML_ParserCreate_MM(NULL, &memory, NULL)};
    if (!p.parser) return cupel_no_memory(err, name, 0);
    XML_SetUserData(p.parser, &p);
    XML_SetElementHandler(p.parser, begin_element, end_element);
    XML_SetStartDoctypeDeclHandler(p.parser, begin_doctype);
    cupel_status st = run(&p, bytes, n, err);
    XML_ParserFree(p.parser);
    cupel_free(p.scalars);
    if (st != CUPEL_OK) cupel_vti_release(x);
    return st;
}

void cupel_vti_release(cupel_vti *x)
{
    for (size_t i = 0; i < x->n_arrays; i++) cupel_free(x->array[i].name);
    cupel_free(x->array);
    *x = (cupel_vti){0};
}
