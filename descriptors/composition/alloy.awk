# alloy.tsv mixing_enthalpy.tsv -> alloy_table.c: empty fields are filled with the mean of their column and marked in a bit mask; the lower triangle
# of enthalpies becomes a square by slots, with the mean over all pairs where nothing is tabulated.
function fail(why) { print FILENAME ":" FNR ": " why > "/dev/stderr"; failed = 1; exit 1 }
function number(v) { return v ~ /^-?[0-9]+(\.[0-9]+)?([eE]-?[0-9]+)?$/ }
BEGIN { FS = "\t"; P = 12; ZMAX = 118 }
/^#/ { next }
FNR == NR && $1 == "z" { if (NF != P + 2) fail("expected " P + 2 " columns"); next }
FNR == NR && $2 == "unit" { next }
FNR == NR {
    if ($1 != ++z || NF != P + 2) fail("expected the row of Z = " z " with " P + 2 " fields")
    of[$2] = z
    for (j = 1; j <= P; j++) {
        v = $(j + 2)
        if (v == "") continue
        if (!number(v)) fail("'" v "' is not a number")
        text[z, j] = v
        sum[j] += v
        n[j]++
    }
    next
}
$1 == "symbol" { for (j = 2; j <= NF; j++) if ($j != "" && !($j in of)) fail("no element '" $j "'"); else head[j] = $j; next }
{
    if (!($1 in of)) fail("no element '" $1 "'")
    slot[of[$1]] = ++slots
    if (head[slots + 1] != "" && head[slots + 1] != $1) fail("rows and columns are not in the same order")
    if (NF != slots) fail("expected " slots - 1 " values")
    for (j = 2; j <= NF; j++) {
        if ($j == "") continue
        if (!number($j)) fail("'" $j "' is not a number")
        pair[slots, j - 1] = pair[j - 1, slots] = $j
        all += $j
        pairs++
    }
}
END {
    if (failed) exit 1
    if (z != ZMAX) { print "alloy.tsv: expected " ZMAX " elements, found " z > "/dev/stderr"; exit 1 }
    print "/* Made from descriptors/composition/alloy.tsv and mixing_enthalpy.tsv by alloy.awk. */"
    print "#include \"descriptors/composition/alloy_table.h\"\n"
    print "const double cupel_alloy_value[CUPEL_Z_MAX + 1][CUPEL_ALLOY_PROPERTIES] = {\n    {0},"
    for (i = 1; i <= ZMAX; i++) {
        printf "    {"
        for (j = 1; j <= P; j++) printf "%s%s", ((i, j) in text) ? text[i, j] : sprintf("%.17g", sum[j] / n[j]), j < P ? ", " : "},\n"
    }
    print "};\n\nconst uint32_t cupel_alloy_missing[CUPEL_Z_MAX + 1] = {\n    0,"
    for (i = 1; i <= ZMAX; i++) {
        mask = 0
        for (j = P; j >= 1; j--) mask = 2 * mask + !((i, j) in text)
        print "    " mask ","
    }
    print "};\n\nconst unsigned char cupel_mixing_slot[CUPEL_Z_MAX + 1] = {"
    for (i = 0; i <= ZMAX; i++) print "    " slot[i] + 0 ","
    print "};\n\nconst double cupel_mixing_enthalpy[CUPEL_MIXING_SLOTS][CUPEL_MIXING_SLOTS] = {"
    for (i = 0; i <= slots; i++) {
        printf "    {"
        for (j = 0; j <= slots; j++) {
            v = i && i == j ? "0" : (i, j) in pair ? pair[i, j] : sprintf("%.17g", all / pairs)
            printf "%s%s", v, j < slots ? ", " : "},\n"
        }
    }
    print "};"
}
