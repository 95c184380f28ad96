#!/usr/bin/env bash
# A model of another table as columns: what is left out of it, what the model file holds, that predictions need nothing else, and what is refused.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
err() { grep -q -- "$1" "$T/err"; }

# Binary compounds of 12 metals and 8 others: the gap follows the difference of two numbers of the elements; the metals among them have none. The source holds every
# one in four amounts, its gap a little off; the small table holds 60 of them, written otherwise (twice the amounts), measured.
awk -v source="$T/source.csv" -v small="$T/small.csv" 'BEGIN {
  split("Li Na K Mg Ca Sr Al Ga In Ti Zr Zn", m); split("O S Se F Cl N P As", x); split("1 0.9 0.8 1.3 1 0.9 1.6 1.8 1.8 1.5 1.3 1.6", a); split("3.4 2.6 2.5 4 3.2 3 2.2 2.2", b)
  print "composition,gap [eV]" >source; print "formula,measured [eV]" >small; srand(5)
  for (i = 1; i <= 12; i++) for (j = 1; j <= 8; j++) for (k = 1; k <= 4; k++) {
    g = (b[j] - a[i] - 0.9) * (k == 2 ? 1.3 : 1) + 0.2 * k - 0.3; g = g > 0.3 ? g * 2 : 0
    printf "%s%d%s%d,%.3f\n", m[i], k, x[j], 3, g >source
    if (k != 3 && rand() < 0.25) printf "%s%d%s%d,%.3f\n", m[i], 2 * k, x[j], 6, 1.2 * g + (g > 0 ? 0.1 * rand() : 0) >small } }' </dev/null
n=$(($(wc -l <"$T/small.csv") - 1)); mid=$((n * 2 / 3 + 1))
sed -n "1,${mid}p" "$T/small.csv" >"$T/in.csv"; { head -n 1 "$T/small.csv"; sed -n "$((mid + 1)),\$p" "$T/small.csv"; } >"$T/new.csv"
inside=$(($(wc -l <"$T/in.csv") - 1)); outside=$(($(wc -l <"$T/new.csv") - 1))
train() { run train "$T/in.csv" --target 'measured [eV]' --features stoichiometry --model ridge --transfer-features magpie --transfer-target 'gap [eV]' "$@"; }

train --transfer "$T/source.csv" --threads 1 -o "$T/m.h5"
{ [ $rc = 0 ] && err "384 rows, $inside left out" && err "$((384 - inside)) formulas learned" && err 'the probability that gap > 0.05, and gap'; }
check 'compositions of the table are left out of the source, however they are written' $?
train --transfer "$T/source.csv" --threads 2 -o "$T/m2.h5"; cmp -s "$T/m.h5" "$T/m2.h5"; check 'the same model file for 1 and 2 threads' $?
train --transfer "$T/source.csv" --transfer-without "$T/new.csv" -o "$T/w.h5"; { [ $rc = 0 ] && err "384 rows, $((inside + outside)) left out"; }
check '--transfer-without leaves out those of another table too' $?
run inspect "$T/w.h5" --format json
{ grep -q '"transfer table": "sha256:' "$T/out" && grep -q "\"transfer_rows_left_out\": $((inside + outside))" "$T/out" && grep -q '"transfer_table": "source.csv"' "$T/out"; }
check 'the model file says what was learned from' $?
[ "$(sha256sum <"$T/source.csv" | cut -d' ' -f1)" = "$(sed -n 's/.*"transfer table": "sha256:\([0-9a-f]*\)".*/\1/p' "$T/out")" ]; check 'its digest is that of the source' $?

mv "$T/source.csv" "$T/away.csv"
run predict "$T/w.h5" "$T/new.csv" --threads 1 -o "$T/p.csv"; [ $rc = 0 ]; check 'a prediction needs the model file alone' $?
run predict "$T/w.h5" "$T/new.csv" --threads 2 -o "$T/p2.csv"; cmp -s "$T/p.csv" "$T/p2.csv"; check 'the same predictions for 1 and 2 threads' $?
printf 'formula\nNaCl\nLi2O3\nXx\n' >"$T/odd.csv"; run predict "$T/w.h5" "$T/odd.csv" -o "$T/odd.p.csv"
{ [ $rc = 0 ] && grep -Eq '^NaCl,[0-9.-]+' "$T/odd.p.csv" && grep -q '^Xx,,,,,0,.*bad_formula,$' "$T/odd.p.csv"; }; check 'rows of another file, and one that cannot be read' $?
mv "$T/away.csv" "$T/source.csv"

# The error without and with: stoichiometry alone knows nothing of the elements.
mae() { tr -d '\n' <"$T/out" | sed -n 's/.*"mae": *{[^}]*"mean": *\([0-9.]*\).*/\1/p'; }
evaluate() { run evaluate "$T/small.csv" --target 'measured [eV]' --features stoichiometry --model ridge --seed 1 --format json "$@"; }
evaluate; without=$(mae)
evaluate --transfer "$T/source.csv" --transfer-target 'gap [eV]' --transfer-features magpie; with=$(mae)
awk -v a="$without" -v b="$with" 'BEGIN { exit !(a > 0 && b > 0 && b < 0.6 * a) }'; check "evaluate: the error falls ($without to $with)" $?
{ grep -q "\"left_out\": $n," "$T/out" && grep -q '"formulas": ' "$T/out"; }; check 'evaluate leaves out the compositions of every fold and records how many' $?
evaluate --transfer "$T/source.csv" --transfer-target 'gap [eV]' --transfer-features magpie --transfer-above none
{ [ $rc = 0 ] && err 'columns: gap$' && grep -q '"above": null' "$T/out"; }; check '--transfer-above none gives one column' $?

# Rows of one composition are one, with their median: three copies with far too high a gap change nothing but one formula.
{ cat "$T/source.csv"; printf 'Na1Cl3,1\nNa2Cl6,90\nNa1Cl3,2\n'; } >"$T/more.csv"; train --transfer "$T/more.csv" -o "$T/x.h5"; err "387 rows, .* $((384 - inside)) formulas"
check 'rows of one composition are one' $?
{ cat "$T/source.csv"; printf 'Zz9,1\nNaCl,\n'; } >"$T/some.csv"; train --transfer "$T/some.csv" -o "$T/x.h5"; { [ $rc = 0 ] && err '384 rows' && err 'some.csv:386'; }
check 'rows of the source that cannot be used are said' $?

train --transfer "$T/nothing.csv" -o "$T/x.h5"; { [ $rc = 3 ] && err 'nothing.csv' && [ ! -e "$T/x.h5.tmp" ]; }; check 'a source that is not there' $?
run train "$T/in.csv" --target 'measured [eV]' --transfer "$T/source.csv" -o "$T/y.h5"; { [ $rc = 3 ] && err "no target column 'target'.*--transfer-target" && [ ! -e "$T/y.h5" ]; }; check 'a column of the source that is not there' $?
run train "$T/in.csv" --target 'measured [eV]' --transfer-above 1 -o "$T/y.h5"; { [ $rc = 2 ] && err 'name that table with --transfer'; }; check 'an option of a transfer without one' $?
train --transfer "$T/source.csv" --transfer-above 99 -o "$T/y.h5"; { [ $rc = 3 ] && err 'above 99' && [ ! -e "$T/y.h5" ]; }; check 'a threshold above all' $?
train --transfer "$T/source.csv" --transfer-above high -o "$T/y.h5"; { [ $rc = 2 ] && err "'high'"; }; check 'a threshold that is no number' $?
run train "$T/in.csv" --target 'measured [eV]' --transfer "$T/source.csv" --transfer-features magpy -o "$T/y.h5"; { [ $rc = 2 ] && err 'magpy'; }; check 'an unknown set of descriptors' $?
head -n 12 "$T/source.csv" >"$T/few.csv"; train --transfer "$T/few.csv" -o "$T/y.h5"; { [ $rc = 3 ] && err 'a larger table'; }; check 'a source of a few formulas' $?
printf 'a,b\n1,2\n2,3\n3,1\n4,4\n5,7\n' >"$T/plain.csv"; run train "$T/plain.csv" --features none --target b --transfer "$T/source.csv" --transfer-target 'gap [eV]' -o "$T/y.h5"
{ [ $rc = 2 ] && err 'needs formulas'; }; check 'a table without formulas' $?
head -c 20000 "$T/m.h5" >"$T/cut.h5"; run predict "$T/cut.h5" "$T/new.csv" -o "$T/x.csv"; [ $rc = 4 ]; check 'a cut model file is refused' $?

# The same in a demand.
demand() { # demand KEYS [first]: of the transfer
  printf 'demand: gaps\ndata: {file: in.csv, target: "measured [eV]"}\nmodel: {name: ridge, features: stoichiometry, transfer: {%s}}\n' "$1" >"$T/d.yaml"
  printf 'space: {list: new.csv}\nrequire: [{property: measured, min: 1 eV}]\n%s\n' "${2:-}" >>"$T/d.yaml"
}
demand "file: source.csv, target: 'gap [eV]', features: [magpie]"; run demand check "$T/d.yaml"; { [ $rc = 0 ] && grep -q "boosted trees learn of 'gap .eV.' in '.*source.csv'" "$T/out"; }
check 'a demand says what it learns from' $?
run run "$T/d.yaml" -o "$T/r"; { [ $rc = 0 ] && err "384 rows, $inside left out" && grep -q '"transfer"' "$T/r/run.json"; }; check 'a demand runs with a transfer' $?
demand "file: source.csv"; run demand check "$T/d.yaml"; { [ $rc = 2 ] && err 'd.yaml:3: .*target'; }; check 'a transfer without a target' $?
demand "file: source.csv, target: no"; run demand check "$T/d.yaml"; { [ $rc = 3 ] && err "d.yaml:3: .*no target column 'no'.*target: in transfer"; }; check 'a target that is not there' $?
demand "file: source.csv, target: 'gap [eV]', tables: 2"; run demand check "$T/d.yaml"; { [ $rc = 2 ] && err 'tables'; }; check 'a key that is not one' $?
exit $bad
