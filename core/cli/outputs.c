#include "core/cli/outputs.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"

#include <string.h>
#include <sys/stat.h>

static const char *const outputs[] = {"output", "predictions", "fields", "doubts", "recipe", "record", NULL};

bool cupel_outputs_is_output(const char *name)
{
    for (size_t i = 0; outputs[i]; i++)
        if (strcmp(outputs[i], name) == 0) return true;
    return false;
}

/* The file that the output option `name` of this verb names; NULL: none, a folder, or standard output. */
static const char *output_of(const cupel_verb *verb, const cupel_args *args, const char *name)
{
    const char *path = NULL;
    if (strcmp(name, "record") == 0) path = cupel_opt_text(args, name);
    for (const cupel_opt *o = verb->options; o && o->name; o++)
        if (strcmp(o->name, name) == 0 && strcmp(o->placeholder, "DIR") != 0) path = cupel_opt_text(args, name);
    return path && strcmp(path, "-") != 0 ? path : NULL;
}

bool cupel_outputs_is_file(const cupel_opt *o)
{
    static const char *const placeholders[] = {"FILE", "TABLE", "DEMAND", "LOOP.h5", NULL};
    for (size_t i = 0; o->placeholder && placeholders[i]; i++)
        if (strcmp(o->placeholder, placeholders[i]) == 0) return true;
    return false;
}

static cupel_status is_input(const char *path, const char *input, cupel_err *err)
{
    return input && cupel_same_file(input, path)
           ? cupel_fail(err, CUPEL_USAGE, "output '%s' is also the input '%s'; choose another name", path, input) : CUPEL_OK;
}

/* The work would put its output in the place of what it was read from. */
static cupel_status check_inputs(const cupel_verb *verb, const cupel_args *args, const char *path, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const char *word;
    for (size_t i = 0; i < cupel_n_args(args); i++) CUPEL_TRY(is_input(path, cupel_arg(args, i), err));
    for (const cupel_opt *o = verb->options; o && o->name; o++) {
        if (cupel_outputs_is_output(o->name) || !cupel_outputs_is_file(o)) continue;
        if (o->kind == CUPEL_OPT_TEXT) CUPEL_TRY(is_input(path, cupel_opt_text(args, o->name), err));
        for (size_t i = 0; o->kind == CUPEL_OPT_LIST && (word = cupel_opt_item(args, o->name, i)); i++) CUPEL_TRY(is_input(path, word, err));
    }
done:
    return st;
}

/* ---- the record ---- */

static bool has_option(const cupel_verb *verb, const char *name)
{
    for (const cupel_opt *o = verb->options; o && o->name; o++)
        if (strcmp(o->name, name) == 0) return true;
    return false;
}

/* What a record stands beside; NULL: nothing. */
static const char *first_output(const cupel_verb *verb, const cupel_args *args, bool *always)
{
    struct stat sb;
    const char *path = NULL;
    *always = false;
    for (size_t i = 0; outputs[i] && !path; i++)
        if (strcmp(outputs[i], "record") != 0) path = output_of(verb, args, outputs[i]);
    if (!path && verb->writes) path = cupel_arg(args, verb->writes - 1), *always = verb->updates;
    if (!path && has_option(verb, "take") && cupel_flag(args, "take")) path = cupel_opt_text(args, "loop"), *always = true;
    return path && stat(path, &sb) == 0 && !S_ISREG(sb.st_mode) ? NULL : path;
}

cupel_status cupel_outputs_record(const cupel_verb *verb, const cupel_args *args, cupel_record_place *place, cupel_err *err)
{
    cupel_str s = {0};
    const char *named = cupel_opt_text(args, "record");
    *place = (cupel_record_place){.path = NULL};
    if (cupel_flag(args, "no-record"))
        return named ? cupel_fail(err, CUPEL_USAGE, "--record %s and --no-record: leave one of them out", named) : CUPEL_OK;
    if (!named) place->beside = first_output(verb, args, &place->always);
    if (!named && !place->beside) return CUPEL_OK;
    cupel_str_addf(&s, "%s%s", named ? named : place->beside, named ? "" : ".run.json");
    place->path = s.failed ? NULL : cupel_strdup(s.p);
    cupel_str_free(&s);
    return place->path ? CUPEL_OK : cupel_no_memory(err, "a record", 0);
}

/* That it takes no other file's place; a name that nobody wrote is said with the way out. */
static cupel_status check_record(const cupel_verb *verb, const cupel_args *args, cupel_err *err)
{
    cupel_record_place place;
    cupel_err why = {0};
    const char *other;
    cupel_status st = cupel_outputs_record(verb, args, &place, err);
    if (st != CUPEL_OK || !place.beside) goto done;
    st = check_inputs(verb, args, place.path, &why);
    for (size_t i = 0; outputs[i] && st == CUPEL_OK; i++)
        if ((other = output_of(verb, args, outputs[i])) && (strcmp(other, place.path) == 0 || cupel_same_file(other, place.path))) st = CUPEL_USAGE;
    if (st != CUPEL_OK)
        st = cupel_fail(err, CUPEL_USAGE, "'%s', where the record of this run goes, is also an input or another output; give --no-record or --record "
                                          "FILE", place.path);
done:
    cupel_free(place.path);
    return st;
}

cupel_status cupel_outputs_check(const cupel_verb *verb, const cupel_args *args, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; outputs[i]; i++) {
        const char *path = output_of(verb, args, outputs[i]), *other;
        if (!path) continue;
        CUPEL_TRY(check_inputs(verb, args, path, err));
        for (size_t j = 0; j < i; j++)
            if ((other = output_of(verb, args, outputs[j])) && (strcmp(other, path) == 0 || cupel_same_file(other, path)))
                CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "--%s and --%s both name '%s'; choose another name for one", outputs[j], outputs[i], path));
        if (strcmp(outputs[i], "record") != 0) CUPEL_TRY(cupel_out_check(path, err));
    }
    st = check_record(verb, args, err);
done:
    return st;
}

cupel_status cupel_outputs_check_artifact(const char *path, const char *what, cupel_err *err)
{
    static const char *const others[] = {".csv",  ".tsv",  ".json", ".jsonl", ".txt", ".yaml", ".yml", ".html", ".npy", ".vti",
                                         ".xlsx", ".gz",   ".tif",  ".tiff",  ".png", ".stl",  ".svg", NULL};
    if (strcmp(path, "-") == 0) return cupel_fail(err, CUPEL_USAGE, "%s is a file and cannot go to standard output; name it .h5", what);
    for (size_t i = 0; others[i]; i++) {
        if (!cupel_text_ends(cupel_text_of(path), others[i])) continue;
        const int stem = (int)(strlen(path) - strlen(others[i]));
        return cupel_fail(err, CUPEL_USAGE, "'%s': %s is an artifact (HDF5), not what '%s' says; name it '%.*s.h5'", path, what, others[i], stem,
                          path);
    }
    return CUPEL_OK;
}
