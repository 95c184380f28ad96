#include "core/engine/micro/earlier.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* The first row of designs.csv says yes in its second column. A file that is none says no. */
static bool is_met(const char *table)
{
    char row[32] = "";
    FILE *f = fopen(table, "re");
    if (!f) return false;
    for (int c; (c = getc(f)) != EOF && c != '\n';) {}
    const char *meets = fgets(row, sizeof row, f) ? strchr(row, ',') : NULL;
    fclose(f);
    return meets && strncmp(meets, ",yes,", 5) == 0;
}

/* Whether a design writes files of that name: others in the folder are not ours to move. */
static bool is_ours(const char *name)
{
    static const char *const begin[] = {"design-", "designs.csv", "report.html", "run.json", "demand.yaml", "damask-material.yaml", "fans-"};
    for (size_t i = 0; i < sizeof begin / sizeof *begin; i++)
        if (strncmp(name, begin[i], strlen(begin[i])) == 0) return true;
    return false;
}

/* The first of folder/earlier-1, -2, ... that is not there, made. NULL with *err set. */
static char *make_place(const char *folder, cupel_err *err)
{
    enum { MOST = 999 };
    for (int i = 1; i <= MOST; i++) {
        char name[32];
        snprintf(name, sizeof name, "earlier-%d", i);
        char *place = cupel_path_join(folder, name);
        if (!place || mkdir(place, 0777) == 0) {
            if (!place) (void)cupel_no_memory(err, "a path", 0);
            return place;
        }
        const int number = errno;
        if (number != EEXIST || i == MOST) (void)cupel_fail_errno(err, number, "making", place);
        cupel_free(place);
        if (number != EEXIST) break;
    }
    return NULL;
}

static cupel_status move_one(const char *folder, const char *place, const char *name, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char *from = cupel_path_join(folder, name), *to = cupel_path_join(place, name);
    if (!from || !to)
        st = cupel_no_memory(err, "a path", 0);
    else if (rename(from, to) != 0)
        st = cupel_fail_errno(err, errno, "setting aside", from);
    cupel_free(from);
    cupel_free(to);
    return st;
}

/* designs.csv goes last: while it is there, the next run moves what is left. */
static cupel_status move_all(const char *folder, const char *place, cupel_err *err)
{
    static const char LAST[] = "designs.csv";
    cupel_status st = CUPEL_OK;
    DIR *d = opendir(folder);
    if (!d) return cupel_fail_errno(err, errno, "reading", folder);
    for (const struct dirent *e; st == CUPEL_OK && (e = readdir(d));) /* cppcheck-suppress readdirCalled ; the stream is ours alone */
        if (is_ours(e->d_name) && strcmp(e->d_name, LAST) != 0) st = move_one(folder, place, e->d_name, err);
    closedir(d);
    return st == CUPEL_OK ? move_one(folder, place, LAST, err) : st;
}

cupel_status cupel_earlier_keep(const char *folder, const cupel_job *job, cupel_err *err)
{
    char *table = cupel_path_join(folder, "designs.csv");
    if (!table) return cupel_no_memory(err, "a path", 0);
    const bool met = is_met(table);
    cupel_free(table);
    if (!met) return CUPEL_OK;
    char *place = make_place(folder, err);
    if (!place) return err ? err->status : CUPEL_FAILED;
    const cupel_status st = move_all(folder, place, err);
    if (st == CUPEL_OK)
        cupel_say(job, CUPEL_WARNING, "the design of an earlier run in '%s', which met its demand, is now in '%s': that of this run does not meet "
                                      "its own", folder, place);
    cupel_free(place);
    return st;
}
