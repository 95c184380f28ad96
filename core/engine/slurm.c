#include "core/engine/slurm.h"

#include "core/base/err.h"

#include <inttypes.h>
#include <string.h>

/* 'as the shell reads it' */
static void quote(cupel_str *s, const char *text)
{
    cupel_str_putc(s, '\'');
    for (; *text; text++)
        if (*text == '\'')
            cupel_str_puts(s, "'\\''");
        else
            cupel_str_putc(s, *text);
    cupel_str_putc(s, '\'');
}

static cupel_status check_path(const char *what, const char *path, cupel_err *err)
{
    for (const char *p = path; *p; p++)
        if ((unsigned char)*p < ' ')
            return cupel_fail(err, CUPEL_USAGE, "%s: its name holds a control character, which a script of Slurm cannot; rename it", what);
    return CUPEL_OK;
}

static void head(const cupel_slurm_options *o, cupel_str *s)
{
    char a[32], b[32], c[32];
    uint64_t each = o->candidates / o->parts + (o->candidates % o->parts != 0);
    cupel_str_puts(s, "#!/bin/bash\n");
    cupel_str_addf(s, "# %s candidates in %s parts of about %s. Run this where sbatch is:   cupel screen DEMAND -o FILE --slurm N | bash\n",
                   cupel_format_count(a, o->candidates), cupel_format_count(b, o->parts), cupel_format_count(c, each));
    cupel_str_puts(s, "# Account, partition and time come from the environment: SBATCH_ACCOUNT, SBATCH_PARTITION, SBATCH_TIMELIMIT.\n"
                      "# Run again, it makes only what is missing. A part that is pre-empted or runs out of time leaves a checkpoint and is queued "
                      "again.\n");
    if (o->parts > 1000)
        cupel_str_addf(s, "# More than 1000 parts need MaxArraySize above %" PRIu64 " (scontrol show config).\n", o->parts);
    cupel_str_puts(s, "set -eu\n");
}

/* What every job begins with: the names that it uses. */
static void names(const cupel_slurm_options *o, cupel_str *s)
{
    const struct {
        const char *name, *text, *more;
    } word[] = {{"cupel", o->program, ""}, {"demand", o->demand, ""}, {"output", o->output, ""}, {"parts", o->output, ".parts"}};
    for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
        cupel_str_addf(s, "%s=", word[i].name);
        quote(s, word[i].text);
        cupel_str_addf(s, "%s\n", word[i].more);
    }
}

static void begin_job(const cupel_slurm_options *o, const char *variable, const char *options, cupel_str *s)
{
    cupel_str_addf(s, "%s=$(sbatch --parsable %s <<'JOB'\n#!/bin/bash\n", variable, options);
    names(o, s);
}

static void end_job(const char *variable, cupel_str *s)
{
    cupel_str_addf(s, "JOB\n)\n%s=${%s%%%%;*}\n", variable, variable); /* "12;cluster" */
}

static void train(const cupel_slurm_options *o, cupel_str *s)
{
    cupel_str options = {0};
    cupel_str_addf(&options, "--job-name=cupel-train --cpus-per-task=%" PRIu64
                             " --requeue --output=\"$parts/train.log\" --open-mode=append", o->threads);
    begin_job(o, "train", cupel_str_text(&options), s);
    cupel_str_puts(s, "exec \"$cupel\" screen \"$demand\" --models \"$parts\" --train-only\n");
    end_job("train", s);
    s->failed = s->failed || options.failed;
    cupel_str_free(&options);
}

static void array(const cupel_slurm_options *o, cupel_str *s)
{
    cupel_str options = {0};
    cupel_str_addf(&options, "--job-name=cupel-screen --dependency=afterok:$train --kill-on-invalid-dep=yes --array=1-%" PRIu64
                             " --cpus-per-task=%" PRIu64 " --requeue --signal=B:USR1@90 --output=\"$parts/part-%%a.log\" --open-mode=append",
                   o->parts, o->threads);
    begin_job(o, "array", cupel_str_text(&options), s);
    cupel_str_puts(s, "part=$(printf '%s/part-%07d.h5' \"$parts\" \"$SLURM_ARRAY_TASK_ID\")\n"
                      "[ -s \"$part\" ] && exit 0\n");
    cupel_str_addf(s,
                   "\"$cupel\" screen \"$demand\" --models \"$parts\" --shard \"$SLURM_ARRAY_TASK_ID/%" PRIu64
                   "\" --isa %s --precision %s --resume -o \"$part\" &\n",
                   o->parts, cupel_isa_name(o->isa), o->precision);
    cupel_str_puts(s, "pid=$! asked=\n"
                      "trap 'asked=1; kill -USR1 $pid 2>/dev/null' USR1 TERM\n"
                      "wait $pid; rc=$?\n"
                      "while [ -n \"$asked\" ]; do asked=; wait $pid; rc=$?; done\n"
                      "# 6: stopped before its end, with a checkpoint\n"
                      "if [ $rc = 6 ]; then scontrol requeue \"${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID\" && sleep 60; fi\n"
                      "exit $rc\n");
    end_job("array", s);
    s->failed = s->failed || options.failed;
    cupel_str_free(&options);
}

static void merge(const cupel_slurm_options *o, cupel_str *s)
{
    begin_job(o, "merge",
              "--job-name=cupel-merge --dependency=afterok:$array --kill-on-invalid-dep=yes --requeue "
              "--output=\"$parts/merge.log\" --open-mode=append",
              s);
    cupel_str_puts(s, "exec \"$cupel\" merge \"$parts\"/part-*.h5 -o \"$output\"\n");
    end_job("merge", s);
}

cupel_status cupel_slurm_script(const cupel_slurm_options *o, cupel_str *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(check_path("the program", o->program, err));
    CUPEL_TRY(check_path("the demand", o->demand, err));
    CUPEL_TRY(check_path("the output", o->output, err));
    head(o, out);
    names(o, out);
    cupel_str_puts(out, "mkdir -p \"$parts\"\n");
    train(o, out);
    array(o, out);
    merge(o, out);
    cupel_str_puts(out, "echo \"training $train, parts $array, merging $merge -> $output\"\n");
    if (out->failed) st = cupel_no_memory(err, "a script", out->n);
done:
    return st;
}
