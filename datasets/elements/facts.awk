# facts.awk: the tables of element facts as C. awk -v want=h|c -f facts.awk *.tsv
#
# A table is `# quantity:` and `# help:` lines, a header `symbol<TAB>value [unit]<TAB>source<TAB>year`, and one row per element with a known
# value; an element without a row is unknown (NaN, never 0). A table with `# kind: states` holds lists of oxidation states, "-2 -1 4", or
# with the number of reports of each, "-2:14 4:3".
BEGIN {
    FS = "\t"
    n_symbols = split("H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru " \
        "Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra " \
        "Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og", symbol, " ")
    for (z = 1; z <= n_symbols; z++) number[symbol[z]] = z
}
function refuse(why) { printf "%s:%d: %s\n", FILENAME, FNR, why > "/dev/stderr"; bad = 1; exit 1 }
function quoted(s) { gsub(/[\\"]/, "\\\\&", s); return "\"" s "\"" }
FNR == 1 { t = ++n_tables; name[t] = FILENAME; gsub(/^.*\/|\.tsv$/, "", name[t]); header = 0 }
/^# [a-z]+: / { key = $0; sub(/^# /, "", key); sub(/: .*/, "", key); text = $0; sub(/^# [a-z]+: /, "", text); meta[t, key] = text }
/^#/ || /^$/ { next }
!header {
    if ($1 != "symbol" || $2 !~ /^value( \[[^]]+\])?$/ || $3 != "source" || $4 != "year") refuse("the header is not: symbol, value [unit], source, year")
    if (meta[t, "quantity"] == "" || meta[t, "help"] == "") refuse("no '# quantity:' or no '# help:' line")
    unit[t] = $2; sub(/^value( \[)?/, "", unit[t]); sub(/\]$/, "", unit[t]); header = 1; next
}
{
    z = number[$1]
    if (!z) refuse("no element '" $1 "'")
    if ((t, z) in value) refuse("a second row for " $1)
    if (meta[t, "kind"] != "states" && $2 !~ /^-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?$/) refuse("'" $2 "' is not a number")
    if ($3 == "" || $4 !~ /^[12][0-9][0-9][0-9]$/ || NF != 4) refuse("no source or no year of four digits")
    value[t, z] = $2; source[t, z] = $3; year[t, z] = $4
}
# Bit s + 8 says that oxidation state s is tabulated.
function mask(list,    state, n, i, m) {
    n = split(list, state, " ")
    for (i = 1; i <= n; i++) {
        sub(/:[1-9][0-9]*$/, "", state[i])
        if (state[i] !~ /^-?[1-8]$/) { printf "%s: no oxidation state '%s'\n", name[t], state[i] > "/dev/stderr"; bad = 1; exit 1 }
        m += 2 ^ (state[i] + 8)
    }
    return sprintf("0x%05xu", m)
}
# The share of each state -8 .. 8 in the reports; nothing where they are not counted.
function shares(list,    state, part, n, i, all, by, s) {
    n = split(list, state, " ")
    for (i = 1; i <= n; i++) { split(state[i], part, ":"); by[part[1] + 8] = part[2]; all += part[2] }
    for (i = 0; i <= 16; i++) s = s (i ? ", " : "") (all ? sprintf("%.6g", by[i] / all) : 0)
    return "{" s "}"
}
function array(type, t, what,    z, v) {
    printf "const %s cupel_fact_%s_%s[119]%s = {\n", type, name[t], what, what == "share" ? "[17]" : ""
    for (z = 0; z <= 118; z++) {
        if (what == "value") v = (t, z) in value ? value[t, z] : "NAN"
        else if (what == "states") v = (t, z) in value ? mask(value[t, z]) : "0"
        else if (what == "share") v = (t, z) in value ? shares(value[t, z]) : "{0}"
        else if (what == "year") v = (t, z) in value ? year[t, z] : "0"
        else v = (t, z) in value ? quoted(source[t, z]) : "\"\""
        printf "    %s,%s\n", v, z ? " /* " symbol[z] " */" : ""
    }
    print "};"
}
END {
    if (bad) exit 1
    print "/* Made by datasets/elements/facts.awk from datasets/elements/ *.tsv. */"
    if (want == "h") {
        print "#ifndef CUPEL_GENERATED_FACTS_H\n#define CUPEL_GENERATED_FACTS_H\n"
        print "/* Index = Z; unknown is NaN (value), \"\" (source), 0 (year), no bit (states: bit s + 8 for oxidation state s). */"
        for (t = 1; t <= n_tables; t++) {
            if (meta[t, "kind"] == "states") printf "extern const unsigned cupel_fact_%s_states[119];\nextern const double cupel_fact_%s_share[119][17];\n", name[t], name[t]
            else printf "extern const double cupel_fact_%s_value[119];\n", name[t]
            printf "extern const char *const cupel_fact_%s_source[119];\nextern const short cupel_fact_%s_year[119];\n", name[t], name[t]
        }
        print "\n/* X(name, quantity, unit, help) for every table of one number per element. */\n#define CUPEL_FACT_TABLES(X) \\"
        for (t = 1; t <= n_tables; t++)
            if (meta[t, "kind"] != "states") printf "    X(%s, %s, %s, %s) \\\n", name[t], quoted(meta[t, "quantity"]), quoted(unit[t]), quoted(meta[t, "help"])
        print "\n#endif"
    } else {
        print "#include \"core/generated/facts.h\"\n\n#include <math.h>"
        for (t = 1; t <= n_tables; t++) {
            print ""
            if (meta[t, "kind"] != "states") array("double", t, "value")
            else { array("unsigned", t, "states"); array("double", t, "share") }
            array("char *const", t, "source")
            array("short", t, "year")
        }
    }
}
