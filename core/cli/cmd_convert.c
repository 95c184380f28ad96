#include "core/base/err.h"
#include "core/cli/verbs.h"
#include "core/engine/convert.h"
#include "core/engine/segment.h"

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_convert_options o = {
        .input = cupel_arg(args, 0),
        .output = cupel_arg(args, 1),
        .read = {.format = cupel_opt_text(args, "from"), .dataset = cupel_opt_text(args, "dataset"), .raw = cupel_opt_text(args, "raw")},
        .to = cupel_opt_text(args, "to"),
        .ids = cupel_flag(args, "ids"),
    };
    const char *voxel = cupel_opt_text(args, "voxel");
    o.read.threshold = cupel_opt_text(args, "threshold");
    cupel_status st = cupel_threshold_check(o.read.threshold, err);
    if (st == CUPEL_OK && voxel) st = cupel_volume_voxel(voxel, o.read.voxel, err);
    return st == CUPEL_OK ? cupel_convert(&o, job, err) : st;
}

static const cupel_opt options[] = {
    {"from", "NAME", CUPEL_OPT_TEXT, NULL, NULL, false, "format of the input; by its first bytes and its name when not given"},
    {"to", "NAME", CUPEL_OPT_TEXT, NULL, NULL, false, "format of the output: npy, tiff, vti, fans, xdmf, stl; by its name when not given"},
    {"dataset", "NAME", CUPEL_OPT_TEXT, NULL, NULL, false, "the data set (HDF5) or array (.vti) with the labels, when there are several"},
    {"raw", "LAYOUT", CUPEL_OPT_TEXT, NULL, NULL, false, "raw values: shape=64x64x64,type=uint8,order=C,offset=0,endian=little"},
    {"voxel", "SIZE", CUPEL_OPT_TEXT, NULL, NULL, false,
     "edge of a voxel, '0.39 um' (metres without a unit), or one per axis, '1 um,1 um,2 um'; overrides the file"},
    {"threshold", "VALUE", CUPEL_OPT_TEXT, NULL, NULL, false,
     "of grey values: those up to it become 0, those above 1; otsu chooses it (the largest variance between both)"},
    {"ids", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "write phases as 0, 1, 2, ... in ascending order of their labels (FANS and DAMASK count so)"},
    {0}};

const cupel_verb cupel_verb_convert = {
    .name = "convert",
    .usage = "VOLUME OUTPUT [--from NAME --to NAME --dataset NAME --raw LAYOUT --voxel SIZE --threshold VALUE --ids]",
    .help = "a volume of voxels from one format into another",
    .more = "Read: NumPy .npy, TIFF images and stacks, PNG, a folder of slices, raw values, text arrays, VTK ImageData .vti (DAMASK), HDF5 (FANS, "
            "and any with one array of labels), DREAM.3D (6 and NX); each also gzip-compressed. Written: npy, tiff, vti, fans, xdmf (HDF5 with an "
            "XDMF file for ParaView), stl (the surface of all labels but 0, for a printer). 'cupel methods \"volume format\"' lists them, 'cupel "
            "methods vti' says how the axes lie in one.\n\n"
            "The numbers in a file are labels; each different one is a phase. Floats must be whole numbers. Axes 0, 1, 2 are x, y, z.\n\n"
            "  cupel convert v.vti v.h5 --to fans\n"
            "  cupel convert scan.tif v.npy --threshold otsu\n"
            "  cupel convert slices/ v.npy --voxel '0.5 um'\n"
            "  cupel convert v.raw v.tiff --raw shape=256x256x256,type=uint16,order=F\n\n"
            "Exit code 3: the input is cut off, damaged, foreign or no labels; stderr says where.",
    .options = options,
    .min_args = 2,
    .max_args = 2,
    .writes = 2,
    .run = run,
};
