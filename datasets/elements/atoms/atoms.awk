# atoms.awk: the tables that descriptors of ions and atoms read, as C. awk -f atoms.awk *.tsv
#
# A table has `# quantity:`, `# help:` and `# kind:` lines, a header `symbol<TAB>value [unit]<TAB>source<TAB>year`, and one row per element with a
# known value. Kind `number`: one number. Kind `list`: parts "key:value", "key" or "value" in a fixed order, where a key is an oxidation state or
# an orbital (2p) and a value may be nan: known to exist, not its number.
BEGIN {
    FS = "\t"
    n_symbols = split("H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru " \
        "Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra " \
        "Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og", symbol, " ")
    for (z = 1; z <= n_symbols; z++) number[symbol[z]] = z
}
function refuse(why) { printf "%s:%d: %s\n", FILENAME, FNR, why > "/dev/stderr"; bad = 1; exit 1 }
function is_number(s) { return s ~ /^-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?$/ }
FNR == 1 { t = ++n_tables; name[t] = FILENAME; gsub(/^.*\/|\.tsv$/, "", name[t]); header = 0 }
/^# [a-z]+: / { key = $0; sub(/^# /, "", key); sub(/: .*/, "", key); meta[t, key] = $0; sub(/^# [a-z]+: /, "", meta[t, key]) }
/^#/ || /^$/ { next }
!header {
    if ($1 != "symbol" || $2 !~ /^value( \[[^]]+\])?$/ || $3 != "source" || $4 != "year")
        refuse("the header is not: symbol, value [unit], source, year")
    if (meta[t, "quantity"] == "" || meta[t, "help"] == "") refuse("no '# quantity:' or no '# help:' line")
    if (meta[t, "kind"] !~ /^(number|list)$/) refuse("no line '# kind: number' or '# kind: list'")
    header = 1; next
}
{
    z = number[$1]
    if (!z) refuse("no element '" $1 "'")
    if ((t, z) in value) refuse("a second row for " $1)
    if ($3 == "" || $4 !~ /^[12][0-9][0-9][0-9]$/ || NF != 4) refuse("no source or no year of four digits")
    n = split($2, part, " ")
    for (i = 1; i <= n; i++) {
        if (meta[t, "kind"] == "number" ? n > 1 || !is_number(part[i]) : part[i] !~ /^(-?[0-9]|[1-7][spdf]|[1-9][0-9]+)(:(nan|[-0-9.e]+))?$/)
            refuse("'" part[i] "' is not what this kind of table holds")
    }
    value[t, z] = $2
}
# Orbitals are keyed by their angular momentum.
function key_of(k) { return k ~ /[spdf]/ ? index("spdf", substr(k, 2)) - 1 : k }
function emit(t,    z, n, i, part, kv, keys, values, at, keyed) {
    if (meta[t, "kind"] == "number") {
        printf "\nconst double cupel_atom_%s[CUPEL_Z_MAX + 1] = {\n    NAN,\n", name[t]
        for (z = 1; z <= 118; z++) printf "    %s, /* %s */\n", (t, z) in value ? value[t, z] : "NAN", symbol[z]
        print "};"
        return
    }
    printf "\nstatic const short %s_key[] = {", name[t]
    for (z = 1; z <= 118; z++) {
        n = split(value[t, z], part, " ")
        first[z] = at + 0; many[z] = n
        for (i = 1; i <= n; i++) {
            split(part[i], kv, ":")
            keyed = part[i] ~ /^-?[0-9]$/ || part[i] ~ /:/
            keys = keys (at % 24 ? " " : "\n    ") (keyed ? key_of(kv[1]) : i) ","
            values = values (at % 6 ? " " : "\n    ") (part[i] ~ /:/ ? (kv[2] == "nan" ? "NAN" : kv[2]) : keyed ? 0 : part[i]) ","
            at++
        }
    }
    printf "%s\n};\nstatic const double %s_value[] = {%s\n};\nconst cupel_atom_list cupel_atom_%s[CUPEL_Z_MAX + 1] = {\n    {NULL, NULL, 0},\n",
        keys, name[t], values, name[t]
    for (z = 1; z <= 118; z++)
        if (many[z]) printf "    {%s_key + %d, %s_value + %d, %d}, /* %s */\n", name[t], first[z], name[t], first[z], many[z], symbol[z]
        else printf "    {NULL, NULL, 0}, /* %s */\n", symbol[z]
    print "};"
}
END {
    if (bad) exit 1
    print "/* Made by datasets/elements/atoms/atoms.awk from the tables beside it. */"
    print "#include \"core/matter/atoms.h\"\n\n#include <math.h>\n#include <stddef.h>"
    for (t = 1; t <= n_tables; t++) emit(t)
}
