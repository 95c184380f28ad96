#include "core/sys/comm.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/sys/comm_driver.h"
#include "core/sys/library.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct cupel_comm {
    void *plugin;
    const cupel_comm_driver *driver; /* NULL: one rank */
    size_t rank, size;
};

/* ---- what the launcher says ---- */

static size_t number_of(const char *name)
{
    uint64_t n;
    const char *text = getenv(name);
    return text && cupel_parse_u64(cupel_text_of(text), &n) && n <= 1 << 24 ? (size_t)n : 0;
}

/* Ranks that mpirun of Open MPI, of MPICH and its kin (PMI), or srun started, and the variable that says so. In a job script SLURM_NTASKS is
 * what was asked for; only a step, which has a number, runs so many. */
static size_t launched(const char **variable)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"};
    bool step = getenv("SLURM_STEP_ID") && getenv("SLURM_PROCID");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strncmp(names[i], "SLURM", 5) == 0 && !step) continue;
        *variable = names[i];
        size_t n = number_of(names[i]);
        if (n) return n;
    }
    return 1;
}

bool cupel_comm_leads(void)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID"};
    const char *variable = "";
    size_t rank = 0;
    if (launched(&variable) <= 1) return true;
    for (size_t i = 0; i < sizeof names / sizeof *names && !rank; i++) rank = number_of(names[i]);
    return rank == 0;
}

/* ---- the plug-in ---- */

/* Beside the program, or in lib/ beside its bin/ (make install). */
static void *load(cupel_str *why)
{
    static const char *const beside[] = {"/cupel-mpi.so", "/../lib/cupel-mpi.so"};
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0) return NULL;
    self[n] = '\0';
    char *slash = strrchr(self, '/');
    if (slash) *slash = '\0';
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        cupel_str path = {0};
        cupel_str_addf(&path, "%s%s", self, beside[i]);
        bool there = !path.failed && access(path.p, R_OK) == 0;
        const char *said = NULL;
        void *plugin = there ? cupel_library_open(path.p, true, &said) : NULL;
        if (said) cupel_str_addf(why, " (%s)", said);
        cupel_str_free(&path);
        if (plugin) return plugin;
    }
    return NULL;
}

static cupel_status refuse(size_t n, const char *variable, const char *why, cupel_err *err)
{
    return cupel_fail(err, CUPEL_FAILED,
                      "%zu ranks were started (%s), and this cupel has no MPI that joins them%.300s: each would do the whole work; build it with "
                      "'make MPI=1', or use --shard I/N and 'cupel merge', or start it once", n, variable, why);
}

static cupel_status join(cupel_comm *c, size_t due, const char *variable, cupel_err *err)
{
    cupel_str why = {0};
    int rank = 0, size = 0;
    cupel_status st = CUPEL_OK;
    c->plugin = load(&why);
    void *symbol = c->plugin ? cupel_library_symbol(c->plugin, CUPEL_COMM_DRIVER_SYMBOL) : NULL;
    const cupel_comm_driver *d = symbol;
    if (!d || d->version != CUPEL_COMM_DRIVER_VERSION) CUPEL_TRY(refuse(due, variable, cupel_str_text(&why), err));
    if (d->begin(&rank, &size) != 0) CUPEL_TRY(cupel_fail(err, CUPEL_FAILED, "MPI could not be started"));
    c->driver = d;
    c->rank = (size_t)rank;
    c->size = (size_t)size;
    if (c->size != due)
        CUPEL_TRY(refuse(due, variable, " (MPI itself found another number: the launcher and the MPI it was built with do not fit)", err));
done:
    cupel_str_free(&why);
    return st;
}

cupel_status cupel_comm_begin(cupel_comm **out, cupel_err *err)
{
    const char *variable = "";
    size_t due = launched(&variable);
    *out = NULL;
    if (due <= 1) return CUPEL_OK;
    cupel_comm *c = cupel_alloc(1, sizeof *c);
    if (!c) return cupel_no_memory(err, "ranks", sizeof *c);
    c->size = 1;
    cupel_status st = join(c, due, variable, err);
    if (st == CUPEL_OK)
        *out = c;
    else
        cupel_comm_end(c);
    return st;
}

cupel_status cupel_comm_alone(cupel_err *err)
{
    const char *variable = "";
    size_t n = launched(&variable);
    if (n <= 1) return CUPEL_OK;
    return cupel_fail(err, CUPEL_FAILED,
                      "%zu ranks were started (%s), and each would do this whole work; ranks share the work of 'cupel screen'; start this once",
                      n, variable);
}

void cupel_comm_end(cupel_comm *c)
{
    if (!c) return;
    if (c->driver) c->driver->end();
    cupel_free(c); /* the plug-in stays loaded: MPI leaves threads and handlers behind */
}

void cupel_comm_abort(cupel_comm *c, cupel_status st)
{
    if (c && c->driver) c->driver->abort((int)st);
}

size_t cupel_comm_rank(const cupel_comm *c) { return c ? c->rank : 0; }
size_t cupel_comm_size(const cupel_comm *c) { return c ? c->size : 1; }

/* ---- together ---- */

cupel_status cupel_comm_worst(cupel_comm *c, cupel_status mine)
{
    int all = (int)mine;
    if (!c || !c->driver) return mine;
    return c->driver->largest((int)mine, &all) == 0 ? (cupel_status)all : CUPEL_FAILED;
}

static cupel_status lost(cupel_err *err) { return cupel_fail(err, CUPEL_FAILED, "MPI lost a message"); }

cupel_status cupel_comm_share(cupel_comm *c, void **bytes, size_t *n, cupel_err *err)
{
    if (!c || !c->driver) return CUPEL_OK;
    bool first = c->rank == 0;
    if (c->driver->share(n, sizeof *n) != 0) return lost(err);
    void *to = first ? *bytes : cupel_alloc(*n + 1, 1);
    cupel_status st = cupel_comm_worst(c, to ? CUPEL_OK : CUPEL_NO_RESOURCE);
    if (st == CUPEL_OK && c->driver->share(to, *n) != 0) st = lost(err);
    if (st == CUPEL_NO_RESOURCE) cupel_no_memory(err, "what the first rank sent", *n);
    if (st != CUPEL_OK && !first) cupel_free(to);
    if (st == CUPEL_OK) *bytes = to;
    return st;
}

/* On rank 0: the bytes of one other rank. */
static cupel_status take_from(cupel_comm *c, size_t rank, cupel_comm_take take, void *user, cupel_err *err)
{
    size_t n = 0;
    if (c->driver->receive((int)rank, &n, sizeof n) != 0) return lost(err);
    void *bytes = cupel_alloc(n + 1, 1);
    if (!bytes) return cupel_no_memory(err, "what another rank sent", n);
    cupel_status st = c->driver->receive((int)rank, bytes, n) == 0 ? take(user, rank, bytes, n, err) : lost(err);
    cupel_free(bytes);
    return st;
}

cupel_status cupel_comm_gather(cupel_comm *c, const void *bytes, size_t n, cupel_comm_take take, void *user, cupel_err *err)
{
    if (!c || !c->driver) return take(user, 0, bytes, n, err);
    if (c->rank) return c->driver->send(&n, sizeof n) == 0 && c->driver->send(bytes, n) == 0 ? CUPEL_OK : lost(err);
    cupel_status st = take(user, 0, bytes, n, err);
    for (size_t r = 1; r < c->size && st == CUPEL_OK; r++) st = take_from(c, r, take, user, err);
    return st;
}
