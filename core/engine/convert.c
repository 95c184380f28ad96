#include "core/engine/convert.h"

#include "core/base/str.h"
#include "core/engine/segment.h"
#include "core/sys/file.h"

enum { GREYS = 64, MANY = 256 };

/* "512 x 512 pixels", "64 x 64 x 64 voxels of 1e-06 x 1e-06 x 1e-06 m" */
static void put_shape(cupel_str *s, const cupel_voxels *v)
{
    for (int k = 0; k < v->dim; k++) cupel_str_addf(s, "%s%zu", k ? " x " : "", v->n[k]);
    cupel_str_puts(s, v->dim == 3 ? " voxels" : " pixels");
    for (int k = 0; k < v->dim && v->has_size; k++) cupel_str_addf(s, "%s%.6g", k ? " x " : " of ", v->size[k]);
    if (v->has_size) cupel_str_puts(s, " m");
}

static void say_found(const cupel_job *job, const char *path, const cupel_volume_format *format, const char *threshold, const cupel_voxels *v)
{
    cupel_str s = {0};
    put_shape(&s, v);
    if (v->grey.step > 0) cupel_say(job, CUPEL_NOTE, "'%s' (%s): %s", path, format->method.name, cupel_str_text(&s));
    else cupel_say(job, CUPEL_NOTE, "'%s' (%s): %s, %zu phase%s, labels %lld to %lld", path, format->method.name, cupel_str_text(&s), v->n_phases,
              v->n_phases == 1 ? "" : "s", (long long)v->label[0], (long long)v->label[v->n_phases - 1]);
    cupel_str_free(&s);
    if (threshold) return;
    if (v->n_phases > MANY || (format->image && v->n_phases > GREYS))
        cupel_say(job, CUPEL_WARNING, "'%s': %zu different numbers are taken as %zu phases; if this is a grey-scale image, segment it first "
                  "(--threshold otsu)", path, v->n_phases, v->n_phases);
}

static void number_phases(cupel_voxels *v)
{
    for (size_t p = 0; p < v->n_phases; p++) v->label[p] = (int64_t)p;
}

cupel_status cupel_convert(const cupel_convert_options *o, const cupel_job *job, cupel_err *err)
{
    const cupel_volume_format *format = NULL;
    cupel_voxels v = {0};
    cupel_status st = cupel_out_check(o->output, err);
    if (st == CUPEL_OK) st = cupel_volume_writes(o->output, o->to, err);
    if (st == CUPEL_OK) st = cupel_volume_format_of(o->input, &o->read, &format, err);
    if (st == CUPEL_OK) st = cupel_volume_read(o->input, &o->read, &v, err);
    if (st != CUPEL_OK) return st;
    say_found(job, o->input, format, o->read.threshold, &v);
    st = cupel_volume_threshold(o->input, o->read.threshold, job, &v, err);
    if (o->ids) number_phases(&v);
    if (st == CUPEL_OK) st = cupel_volume_write(o->output, o->to, &v, err);
    if (st == CUPEL_OK && v.has_size && !cupel_volume_keeps_size(o->output, o->to))
        cupel_say(job, CUPEL_NOTE, "'%s' does not hold the size of a voxel: its format has no place for one; where it is read, say --voxel %g,%g,%g",
                  o->output, v.size[0], v.size[1], v.size[2]);
    cupel_voxels_release(&v);
    return st;
}
