# magpie.tsv -> magpie_table.c: properties in lanes padded to 24, empty fields filled with the mean of the column and marked in a bit mask.
# The mean over the elements that have a value is what matminer's impute_nan does.
function fail(why) { print FILENAME ":" FNR ": " why > "/dev/stderr"; failed = 1; exit 1 }
BEGIN { FS = "\t"; P = 22; LANES = 24; ZMAX = 118 }
/^#/ { next }
$1 == "z" { if (NF != P + 2) fail("expected " P + 2 " columns"); for (j = 1; j <= P; j++) name[j] = $(j + 2); next }
$2 == "unit" { for (j = 1; j <= P; j++) unit[j] = $(j + 2); next }
{
    if ($1 != ++z) fail("expected the row of Z = " z)
    for (j = 1; j <= P; j++) {
        v = $(j + 2)
        if (v == "") continue
        if (v !~ /^-?[0-9]+(\.[0-9]+)?([eE]-?[0-9]+)?$/) fail(name[j] ": '" v "' is not a number")
        text[z, j] = v
        sum[j] += v
        n[j]++
    }
}
END {
    if (failed) exit 1
    if (z != ZMAX) fail("expected " ZMAX " elements, found " z)
    print "/* Made from descriptors/composition/magpie.tsv by magpie.awk. */"
    print "#include \"descriptors/composition/magpie_table.h\"\n"
    print "const char *const cupel_magpie_property[CUPEL_MAGPIE_PROPERTIES] = {"
    for (j = 1; j <= P; j++) print "    \"" name[j] "\","
    print "};\n\nconst char *const cupel_magpie_unit[CUPEL_MAGPIE_PROPERTIES] = {"
    for (j = 1; j <= P; j++) print "    \"" unit[j] "\","
    print "};\n\n_Alignas(64) const double cupel_magpie_value[CUPEL_Z_MAX + 1][CUPEL_MAGPIE_LANES] = {\n    {0},"
    for (i = 1; i <= z; i++) {
        printf "    {"
        for (j = 1; j <= LANES; j++) {
            v = "0"
            if (j <= P) v = ((i, j) in text) ? text[i, j] : sprintf("%.17g", sum[j] / n[j])
            printf "%s%s", v, (j < LANES) ? ", " : "},\n"
        }
    }
    print "};\n\nconst uint32_t cupel_magpie_missing[CUPEL_Z_MAX + 1] = {\n    0,"
    for (i = 1; i <= z; i++) {
        mask = 0
        for (j = P; j >= 1; j--) mask = 2 * mask + !((i, j) in text)
        print "    " mask ","
    }
    print "};"
}
