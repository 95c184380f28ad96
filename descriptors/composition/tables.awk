# tables/NAME.tsv -> a table of element_table.h: awk -v name=NAME -f tables.awk tables/NAME.tsv
#
# One element a row, an empty field where nothing is tabulated. Lines that begin with "# derived: " name a column computed from two others,
# "C = A - B"; "# by name: " lists columns that say it themselves, A_add_B A_subs_B A_mult_B A_divi_B. "# float32" says that the numbers are
# single precision, in the fewest digits that tell them apart; "# counts as 0: A 55 64" that A of these elements does in a sum, a difference and a
# product, though the table has another number. A row "+*" or "+90" holds what matminer puts where nothing is tabulated, for all
# elements or for one, where that is not the mean over the elements.
function fail(why) { print FILENAME ":" FNR ": " why > "/dev/stderr"; failed = 1; exit 1 }

# x rounded to 24 bits, ties to even: the value of a float.
function single(x,    e, m, r) {
    if (x == 0) return 0
    m = x < 0 ? -x : x
    for (e = 1; m >= 16777216; e *= 2) m /= 2
    for (; m < 8388608; e /= 2) m *= 2
    r = int(m)
    if (m - r > 0.5 || (m - r == 0.5 && r % 2)) r++
    return (x < 0 ? -r : r) * e
}

function number(z, j) { return packed ? single(text[z, j] + 0) : text[z, j] + 0 }

function literal(z, j) {
    if (!((z, j) in text)) return "NAN"
    if (!packed) return text[z, j]
    return text[z, j] (text[z, j] ~ /[.e]/ ? "f" : ".0f")
}

function add_column(column, word) { name_of[++P] = column; place[column] = P; unit[P] = word }

BEGIN { FS = "\t"; ZMAX = 118 }

/^# float32/ { packed = 1 }
/^# counts as 0: / { n_words = split(substr($0, 16), word, " "); for (i = 2; i <= n_words; i++) zero[word[i], word[1]] = 1 }
/^# derived: / {
    split(substr($0, 12), part, / = | [-+*\/] /)
    made[++n_derived] = part[1]; of[n_derived, 1] = part[2]; of[n_derived, 2] = part[3]
    op[n_derived] = substr($0, index($0, " = " part[2]) + length(part[2]) + 4, 1)
}
/^# by name: / {
    n_words = split(substr($0, 12), word, " ")
    for (i = 1; i <= n_words; i++) {
        if (!match(word[i], /_(add|subs|mult|divi)_/)) fail("'" word[i] "' does not say how it is computed")
        made[++n_derived] = word[i]
        of[n_derived, 1] = substr(word[i], 1, RSTART - 1)
        of[n_derived, 2] = substr(word[i], RSTART + RLENGTH)
        how = substr(word[i], RSTART + 1, RLENGTH - 2)
        op[n_derived] = how == "add" ? "+" : how == "subs" ? "-" : how == "mult" ? "*" : "/"
    }
}
/^#/ { next }
$1 == "z" { for (j = 3; j <= NF; j++) add_column($j, ""); base = P; next }
$2 == "unit" { for (j = 1; j <= base; j++) unit[j] = $(j + 2); next }
NF != base + 2 { fail("expected " base + 2 " fields, found " NF) }
/^\+/ { for (j = 1; j <= base; j++) if ($(j + 2) != "") fill[substr($1, 2), j] = $(j + 2); next }
{
    if ($1 !~ /^[0-9]+$/ || $1 <= last || $1 > ZMAX) fail("expected a larger Z than " last ", at most " ZMAX)
    last = $1
    for (j = 1; j <= base; j++) {
        if ($(j + 2) == "") continue
        if ($(j + 2) !~ /^-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?$/) fail(name_of[j] ": '" $(j + 2) "' is not a number")
        text[$1, j] = $(j + 2)
    }
}

function derive(d,    a, b, z, x, y) {
    a = place[of[d, 1]]; b = place[of[d, 2]]
    if (!a || !b) fail(made[d] ": of what is not tabulated")
    add_column(made[d], op[d] == "*" || op[d] == "/" || unit[a] != unit[b] ? "mixed" : unit[a])
    if (unit[a] == "" && unit[b] == "") unit[P] = ""
    for (z = 1; z <= ZMAX; z++) {
        if (!((z, a) in text) || !((z, b) in text)) continue
        x = text[z, a]; y = text[z, b]
        if (op[d] != "/" && (z, name_of[a]) in zero) x = 0
        if (op[d] != "/" && (z, name_of[b]) in zero) y = 0
        if (op[d] == "/" && y == 0) continue
        text[z, P] = sprintf("%.17g", op[d] == "+" ? x + y : op[d] == "-" ? x - y : op[d] == "*" ? x * y : x / y)
    }
}

function row(z, how,    j, s, v) {
    for (j = 1; j <= stride; j++) {
        if (j > P) v = "0"
        else if (how == "plain" || (z, j) in text) v = literal(z, j)
        else if (how == "matminer" && (z, j) in fill) v = fill[z, j]
        else if (how == "matminer" && ("*", j) in fill) v = fill["*", j]
        else v = mean[j]
        s = s v (j < stride ? ", " : "")
    }
    if (!(s in seen)) { seen[s] = n_rows++; print "    {" s "}," }
    return seen[s]
}

function list(what, value,    j) {
    printf "static const char *const %s[] = {\n", what
    for (j = 1; j <= P; j++) print "    \"" value[j] "\","
    print "};\n"
}

END {
    if (failed) exit 1
    for (d = 1; d <= n_derived; d++) derive(d)
    stride = int((P + 7) / 8) * 8
    for (j = 1; j <= P; j++) {
        n = sum = 0
        for (z = 1; z <= ZMAX; z++) if ((z, j) in text) { sum += number(z, j); n++ }
        if (!n) fail(name_of[j] ": no value at all")
        mean[j] = sprintf("%.17g", sum / n)
    }
    print "/* Made from descriptors/composition/tables/" name ".tsv by tables.awk. */"
    print "#include \"descriptors/composition/element_table.h\"\n\n#include <math.h>\n"
    list("property", name_of)
    list("unit", unit)
    printf "static const _Alignas(64) double value[][%d] = {\n", stride
    split("plain imputed matminer", form, " ")
    for (z = 0; z <= ZMAX; z++) for (f = 1; f <= 3; f++) at[f, z] = row(z, form[f])
    print "};\n\nstatic const uint16_t row[CUPEL_TABLE_FORMS][CUPEL_Z_MAX + 1] = {"
    for (f = 1; f <= 3; f++) { printf "    {"; for (z = 0; z <= ZMAX; z++) printf "%d%s", at[f, z], z < ZMAX ? ", " : "},\n" }
    printf "};\n\nconst cupel_element_table cupel_table_%s = {\n", name
    printf "    .n_properties = %d, .stride = %d, .property = property, .unit = unit, .value = value[0], .row = row};\n", P, stride
}
